//! Keeping the number of runs small, a bounded slice of work with every commit.
//!
//! Runs of about one size are a class; eight of a class become one of the next. A merge writes its run over as many commits
//! as it takes; until it is done its sources are read, afterwards they go, again some pages with every commit. So a commit
//! does work in proportion to what it adds, however large the index is.

use rusqlite::Connection;

use super::super::error::Outcome;
use super::run::{Cursor, Owner, Pages, Run, State, Writer};

/// How many runs become one.
const FAN: usize = 8;

/// Runs of up to so many keys are of the smallest class.
const SMALL: u64 = 64;

/// Keys that a commit may merge for each that it adds: more than the classes an index can have at a time.
const KEYS_PER_KEY: usize = 5;

/// Keys that any commit may merge.
const KEYS_AT_LEAST: usize = 4096;

/// No merge makes a run of more keys.
const LARGEST: u64 = 1 << 32;

fn class(rows: u64) -> u32 {
    (rows / SMALL).max(1).ilog(FAN as u64)
}

/// Goes on with merges, for a commit that added `added` keys to the index.
pub(super) fn tend(
    conn: &Connection,
    owner: Owner,
    mut runs: Vec<Run>,
    added: usize,
) -> Outcome<()> {
    let mut budget = added.saturating_mul(KEYS_PER_KEY).max(KEYS_AT_LEAST);
    sweep(conn, &runs, budget / 64)?;
    start(owner, &mut runs);
    let mut building: Vec<Run> =
        runs.iter().filter(|run| run.state == State::Building).cloned().collect();
    // Small merges first: they keep the number of runs down.
    building.sort_by_key(|run| sources(run, &runs).map(|source| source.rows).sum::<u64>());
    for mut run in building {
        if budget == 0 {
            break;
        }
        budget = slice(conn, &mut run, &runs, budget)?;
    }
    Ok(())
}

fn sources<'r>(run: &'r Run, runs: &'r [Run]) -> impl Iterator<Item = &'r Run> {
    runs.iter().filter(|source| run.sources.contains(&source.id))
}

/// Starts a merge in each class that is full and has none.
fn start(owner: Owner, runs: &mut Vec<Run>) {
    let taken: Vec<i64> = runs.iter().flat_map(|run| run.sources.clone()).collect();
    let mut free: Vec<(u32, i64, u64)> = runs
        .iter()
        .filter(|run| {
            run.state == State::Live && !taken.contains(&run.id) && run.rows < LARGEST / FAN as u64
        })
        .map(|run| (class(run.rows), run.id, run.rows))
        .collect();
    free.sort_unstable();
    let mut next = runs.iter().map(|run| run.id).max().unwrap_or(0) + 1;
    for same in free.chunk_by(|a, b| a.0 == b.0) {
        for eight in same.chunks_exact(FAN) {
            let mut run = Run::new(owner, next, State::Building);
            run.sources = eight.iter().map(|(_, id, _)| *id).collect();
            runs.push(run);
            next += 1;
        }
    }
}

/// Goes on with one merge; the budget that is left.
fn slice(conn: &Connection, run: &mut Run, runs: &[Run], budget: usize) -> Outcome<usize> {
    let mut after = run.done.clone();
    if run.rows > 0 {
        after.push(0);
    }
    let mut pages = Pages::new(conn, None)?;
    let mut cursors = sources(run, runs)
        .map(|source| Cursor::at(&mut pages, source.clone(), &after))
        .collect::<Outcome<Vec<_>>>()?;
    let mut writer = Writer::new(conn)?;
    let mut left = budget;
    while left > 0 {
        let least = cursors
            .iter_mut()
            .filter(|cursor| cursor.key().is_some())
            .min_by(|a, b| a.key().cmp(&b.key()));
        let Some(least) = least else { break };
        if let Some(key) = least.key() {
            writer.push(run, key)?;
            run.done.clear();
            run.done.extend_from_slice(key);
        }
        least.forward(&mut pages)?;
        run.rows += 1;
        left -= 1;
    }
    writer.finish(run)?;
    if cursors.iter().all(|cursor| cursor.key().is_none()) {
        for source in sources(run, runs) {
            Run { state: State::Dead, ..source.clone() }.save(conn)?;
        }
        (run.state, run.sources, run.done) = (State::Live, Vec::new(), Vec::new());
    }
    run.save(conn)?;
    Ok(left)
}

/// Frees up to `pages` pages of dead runs.
fn sweep(conn: &Connection, runs: &[Run], pages: usize) -> Outcome<()> {
    let mut budget = pages as i64;
    for run in runs.iter().filter(|run| run.state == State::Dead) {
        let mut run = run.clone();
        while budget > 0
            && let Some((first, count)) = run.extents.last_mut()
        {
            let now = budget.min(*count);
            let from = *first + *count - now;
            let sql = "DELETE FROM fondaco_page WHERE page BETWEEN ?1 AND ?2";
            conn.prepare_cached(sql)?.execute((from, from + now - 1))?;
            *count -= now;
            budget -= now;
            if *count == 0 {
                run.extents.pop();
            }
        }
        if run.extents.is_empty() {
            run.forget(conn)?
        } else {
            run.save(conn)?
        }
        if budget == 0 {
            break;
        }
    }
    Ok(())
}
