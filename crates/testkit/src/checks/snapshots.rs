//! Snapshots: a read sees one state between two commits; a held one stays as it was.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use fondaco_core::store::{Answer, Ask, At, Read, Record, Reply, Row, Scan, Snapshot, StoreError};

use crate::probe::{
    Probe, Verdict, broken, ensure, got, home, key, records, rows, same, together, whole,
};
use crate::records::{Item, Sample, Stock};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "snapshots.one_per_read",
        promise: "all asks of one read are answered from one state between two commits, while others write",
        run: one_per_read,
    },
    Check {
        name: "snapshots.no_torn_scans",
        promise: "a scan never sees half a commit: sums under transfers stay as they are",
        run: no_torn_scans,
    },
    Check {
        name: "snapshots.not_older",
        promise: "a read is never older than a commit that was answered before it began, in any thread",
        run: not_older,
    },
    Check {
        name: "snapshots.held_rows",
        promise: "a held snapshot shows rows, counters, series and commands as they were, whatever is committed meanwhile",
        run: held_rows,
    },
    Check {
        name: "snapshots.held_order",
        promise: "a scan of a held snapshot by an index has the order and the rows that the index had then",
        run: held_order,
    },
    Check {
        name: "snapshots.held_answers",
        promise: "the read that holds is answered from the very snapshot it holds",
        run: held_answers,
    },
    Check {
        name: "snapshots.many_holds",
        promise: "snapshots held at several positions do not disturb one another",
        run: many_holds,
    },
    Check {
        name: "snapshots.released",
        promise: "Last reads once more and releases: afterwards the hold is SnapshotGone, and so is one never given",
        run: released,
    },
    Check {
        name: "snapshots.holds_block_nobody",
        promise: "a held snapshot stays as it was while other threads commit",
        run: holds_block_nobody,
    },
];

fn item_keys() -> Ask {
    let keys = ["a", "b"].map(|code| key::<Item>((1, code.into())).bytes);
    Ask::Get(Item::TABLE, keys.to_vec())
}

fn pair(level: i64) -> [Item; 2] {
    ["a", "b"].map(|code| Item { level, ..Item::new(1, code) })
}

/// How many commits a check with a writing thread makes at least, and how far they may be ahead of the reads.
const WRITES: u64 = 20;
const AHEAD: u64 = 20;

/// How many reads are to meet a commit at least, unless that many times the reads that were asked for did not.
const MEETINGS: usize = 10;
const PATIENCE: usize = 50;

/// Runs `write` again and again in one thread, and `read` in another, at least `reads` times, and until some reads met a commit: on
/// a machine that is busy with others either may stand still for seconds.
fn while_writing(
    reads: usize,
    write: impl Fn() -> Verdict + Sync,
    read: impl Fn() -> Verdict + Sync,
) -> Verdict {
    let (written, begun, over) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let count = |of: &AtomicU64| of.load(Ordering::SeqCst);
    let writes = || {
        while !over.load(Ordering::SeqCst) {
            if count(&written) >= WRITES + AHEAD * count(&begun) {
                std::thread::yield_now();
                continue;
            }
            write()?;
            written.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    };
    let look = || {
        let (mut done, mut met) = (0, 0);
        while !over.load(Ordering::SeqCst)
            && (done < reads
                || count(&written) < WRITES
                || (met < MEETINGS && done < PATIENCE * reads))
        {
            begun.fetch_add(1, Ordering::SeqCst);
            let before = count(&written);
            read()?;
            done += 1;
            met += usize::from(count(&written) > before);
        }
        Ok(())
    };
    let run = |thread: usize| {
        // Whoever ends first, done, broken or panicking, ends both.
        let _ends = EndsBoth(&over);
        if thread == 0 { writes() } else { look() }
    };
    together(2, run).map(|_| ())
}

struct EndsBoth<'a>(&'a AtomicBool);

impl Drop for EndsBoth<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn one_per_read(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(pair(0).to_vec()).add(vec![Stock::of("a", 0, 0)]))?;
    let write = || {
        let row = probe.get::<Item>((1, "a".into()))?.ok_or_else(|| broken("a row is gone"))?;
        let [a, b] = pair(row.record::<Item>()?.level + 1);
        let batch = probe.batch().put(a, row.version).put(b, row.version);
        probe.done(batch.add(vec![Stock::of("a", 1, 0)]).draw("s", 1)).map(|_| ())
    };
    let read = || {
        let stock = Ask::Get(Stock::TABLE, vec![key::<Stock>((1, "a".into())).bytes]);
        let by_level = Ask::Scan(whole(Item::TABLE, Some(Item::BY_LEVEL.position())));
        let asks = vec![item_keys(), stock, by_level, Ask::Series("s".into()), item_keys()];
        one_state(probe.read(&Read::now(home(), asks))?)
    };
    while_writing(40, write, read)
}

/// That every reply tells the same level, which is also the position less one.
fn one_state(answer: Answer) -> Verdict {
    let level = answer.at.position as i64 - 1;
    for reply in answer.replies {
        let levels: Vec<i64> = match reply {
            Reply::Got(rows) => rows.iter().flatten().map(figure).collect::<Verdict<_>>()?,
            Reply::Rows(rows) => rows.iter().map(figure).collect::<Verdict<_>>()?,
            Reply::Series(state) => vec![state.last],
            other => return Err(broken(format!("unexpected {other:?}"))),
        };
        let torn = || format!("one read sees levels {levels:?} at position {}", answer.at.position);
        ensure(!levels.is_empty() && levels.iter().all(|found| *found == level), torn)?;
    }
    Ok(())
}

fn figure(row: &Row) -> Verdict<i64> {
    if row.stored().table().name == Stock::TABLE.name {
        return Ok(row.record::<Stock>()?.on_hand);
    }
    Ok(row.record::<Item>()?.level)
}

fn no_torn_scans(probe: &Probe<'_>) -> Verdict {
    let names: Vec<String> = (0..20).map(|i| format!("i{i:02}")).collect();
    probe.done(probe.batch().add(names.iter().map(|name| Stock::of(name, 10, 0)).collect()))?;
    let turn = AtomicU64::new(0);
    let name = |at: u64| names.get((at % 20) as usize).map_or("i00", String::as_str);
    let write = || {
        let turn = turn.fetch_add(1, Ordering::Relaxed);
        let mut pair = vec![Stock::of(name(turn), -3, 0), Stock::of(name(turn + 7), 3, 0)];
        pair.sort_by(|a, b| a.item.cmp(&b.item));
        probe.done(probe.batch().add(pair)).map(|_| ())
    };
    let read = || {
        let stocks =
            records::<Stock>(&probe.scan(whole(Stock::TABLE, Some(Stock::BY_ITEM.position())))?)?;
        same("the sum of all stock", stocks.iter().map(|stock| stock.on_hand).sum(), 200)
    };
    while_writing(40, write, read)
}

fn not_older(probe: &Probe<'_>) -> Verdict {
    let answered = AtomicU64::new(0);
    let write = || {
        let commit = probe.done(probe.batch().add(vec![Stock::of("a", 1, 0)]))?;
        answered.fetch_max(commit.position, Ordering::SeqCst);
        let seen = probe.position()?;
        ensure(seen >= commit.position, || {
            format!("reads {seen} after its own {}", commit.position)
        })
    };
    let read = || {
        let before = answered.load(Ordering::SeqCst);
        let seen = probe.position()?;
        ensure(seen >= before, || {
            format!("read position {seen} after commit {before} was answered")
        })
    };
    while_writing(60, write, read)
}

/// A company with something of everything.
fn full(probe: &Probe<'_>) -> Verdict {
    let samples = vec![Sample::new(1, 1), Sample::new(1, 3)];
    let batch = probe.batch().insert(pair(0).to_vec()).insert(samples).draw("s", 2);
    probe.done(batch.add(vec![Stock::of("a", 5, 0)])).map(|_| ())
}

/// Changes everything that [`full`] made.
fn upset(probe: &Probe<'_>) -> Verdict<fondaco_core::CommandId> {
    let [a, _] = pair(9);
    let batch = probe.batch().put(a, 1).delete(key::<Item>((1, "b".into())), 1);
    let batch =
        batch.insert(vec![Sample::new(1, 2)]).add(vec![Stock::of("a", 1, 1), Stock::of("b", 1, 0)]);
    Ok(probe.done(batch.draw("s", 3))?.id)
}

/// Everything of the suite's tables as a snapshot shows it, as text.
fn view(probe: &Probe<'_>, at: At) -> Verdict<String> {
    let scans = [
        whole(Item::TABLE, None),
        whole(Item::TABLE, Some(Item::BY_LEVEL.position())),
        whole(Sample::TABLE, None),
        whole(Stock::TABLE, None),
        whole(Stock::TABLE, Some(Stock::BY_ITEM.position())),
    ];
    let mut asks: Vec<Ask> = scans.into_iter().map(Ask::Scan).collect();
    asks.extend([item_keys(), Ask::Series("s".into())]);
    let answer = probe.read(&Read::at(home(), at, asks))?;
    let mut text = format!("at {}", answer.at.position);
    for reply in &answer.replies {
        match reply {
            Reply::Rows(rows) => rows.iter().for_each(|row| text += &shown(row)),
            Reply::Got(rows) => {
                rows.iter().for_each(|row| text += &row.as_ref().map_or(" -".into(), shown))
            }
            other => text += &format!(" {other:?}"),
        }
        text += ";";
    }
    Ok(text)
}

fn shown(row: &Row) -> String {
    format!(" {:?}@{}", row.stored().values(), row.version)
}

fn held_rows(probe: &Probe<'_>) -> Verdict {
    full(probe)?;
    let before = view(probe, At::Now)?;
    let held = probe.hold()?;
    same("the held position", held.position, 1)?;
    let later = upset(probe)?;
    for _ in 0..3 {
        same("the held snapshot", view(probe, At::Held(held))?, before.clone())?;
        probe.done(probe.batch().add(vec![Stock::of("c", 1, 0)]))?;
    }
    let ask = probe.ask_at(home(), At::Held(held), Ask::Command(later))?;
    ensure(matches!(ask, Reply::Command(None)), || "a held snapshot has a later command".into())?;
    let now = view(probe, At::Now)?;
    ensure(now != before, || "the newest snapshot does not change".into())
}

fn held_order(probe: &Probe<'_>) -> Verdict {
    let level = |code: &str, level| Item { level, ..Item::new(1, code) };
    probe.done(probe.batch().insert(vec![level("a", 3), level("b", 1), level("c", 2)]))?;
    let held = probe.hold()?;
    probe.done(
        probe.batch().put(level("a", 0), 1).put(level("c", 9), 1).insert(vec![level("d", 1)]),
    )?;
    let codes = |at, backwards| -> Verdict<String> {
        let scan = Scan { backwards, ..whole(Item::TABLE, Some(Item::BY_LEVEL.position())) };
        let items = records::<Item>(&probe.scan_at(at, scan)?)?;
        Ok(items.into_iter().map(|item| item.code.to_string()).collect::<Vec<_>>().join(" "))
    };
    let held = At::Held(held);
    same::<String>("the held order", codes(held, false)?, "b c a".into())?;
    same::<String>("the held order backwards", codes(held, true)?, "a c b".into())?;
    same::<String>("the order now", codes(At::Now, false)?, "a b d c".into())
}

fn held_answers(probe: &Probe<'_>) -> Verdict {
    full(probe)?;
    let mut answer = probe.hold_with(vec![item_keys()])?;
    same(
        "rows in the holding read",
        answer.replies.pop().map(got).transpose()?.map(|rows| rows.iter().flatten().count()),
        Some(2),
    )?;
    upset(probe)?;
    let again = probe.ask_at(home(), At::Held(answer.at), item_keys())?;
    same("rows in the held read", got(again)?.iter().flatten().count(), 2)
}

fn many_holds(probe: &Probe<'_>) -> Verdict {
    let mut holds = Vec::new();
    for number in 1..=5 {
        probe.done(probe.batch().insert(vec![Sample::new(1, number)]))?;
        holds.push(probe.hold()?);
    }
    let count = |at: Snapshot| -> Verdict<usize> {
        Ok(probe.scan_at(At::Held(at), whole(Sample::TABLE, None))?.len())
    };
    for (at, wanted) in holds.iter().zip(1usize..6).rev() {
        same("rows held", count(*at)?, wanted)?;
    }
    let Some((first, rest)) = holds.split_first() else { return Ok(()) };
    probe.read(&Read::at(home(), At::Last(*first), Vec::new()))?;
    rest.iter()
        .zip(2usize..)
        .try_for_each(|(at, wanted)| same("rows still held", count(*at)?, wanted))
}

fn released(probe: &Probe<'_>) -> Verdict {
    full(probe)?;
    let held = probe.hold()?;
    upset(probe)?;
    let last = probe.ask_at(home(), At::Last(held), Ask::Scan(whole(Item::TABLE, None)))?;
    same("rows in the last read", rows(last)?.len(), 2)?;
    let never = Snapshot { position: 1, hold: 987_654_321 };
    for at in [At::Held(held), At::Last(held), At::Held(never)] {
        match probe.read(&Read::at(home(), at, vec![item_keys()])) {
            Err(StoreError::SnapshotGone) => {}
            other => return Err(broken(format!("had to be SnapshotGone, not {other:?}"))),
        }
    }
    Ok(())
}

fn holds_block_nobody(probe: &Probe<'_>) -> Verdict {
    full(probe)?;
    let before = view(probe, At::Now)?;
    let held = At::Held(probe.hold()?);
    let write = || probe.done(probe.batch().add(vec![Stock::of("a", 1, 0)])).map(|_| ());
    let read = || same("the held snapshot", view(probe, held)?, before.clone());
    while_writing(30, write, read)
}
