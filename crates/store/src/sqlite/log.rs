//! The log of commits: a company's head, receipts, series, and what was committed.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use fondaco_core::chain::GENESIS;
use fondaco_core::store::{
    Batch, Commit, FeedFrom, Hash, Key, KeyBytes, Meta, Receipt, Salt, Seal, SeriesState, StateHash,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row};
use smol_str::SmolStr;

use super::bind::{date, days};
use super::error::{Outcome, damaged};
use crate::said;

/// A company as it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// The small number that stands for the company in this file.
    pub(super) company: i64,
    /// The position of the newest commit.
    pub(super) position: u64,
    /// The link of the newest sealed commit.
    pub(super) link: Hash,
}

impl Head {
    /// Before the first commit: no row has such a company.
    const NONE: Head = Head { company: -1, position: 0, link: GENESIS };

    pub(super) fn of(conn: &Connection, company: CompanyId) -> Outcome<Head> {
        let sql = "SELECT company, position, link FROM fondaco_company WHERE id = ?1";
        let head = conn.prepare_cached(sql)?.query_row([id_bytes(company.to_u128())], |row| {
            Ok(Head { company: row.get(0)?, position: unsigned(row, 1)?, link: row.get(2)? })
        });
        Ok(head.optional()?.unwrap_or(Head::NONE))
    }

    /// That the head is what the log ends with.
    pub(super) fn check(&self, conn: &Connection) -> Outcome<()> {
        let sql = "SELECT position, link FROM fondaco_commit WHERE company = ?1 ORDER BY position DESC LIMIT 1";
        let end = conn
            .prepare_cached(sql)?
            .query_row([self.company], |row| {
                Ok((unsigned(row, 0)?, row.get::<_, Option<Hash>>(1)?))
            })
            .optional()?;
        let (position, link) = end.unwrap_or((0, Some(GENESIS)));
        // A commit without a seal has no link: the head's is that of a commit before.
        if position == self.position && link.is_none_or(|link| link == self.link) {
            return Ok(());
        }
        Err(damaged(format!(
            "fondaco_company says that company {} is at commit {}, the log ends with commit {position}{}: somebody \
             changed one of them by hand, so go back to a copy of the file",
            self.company,
            self.position,
            if position == self.position { ", whose link is another" } else { "" },
        )))
    }

    /// The head to write under: a company that is not there yet comes to be.
    pub(super) fn or_create(self, conn: &Connection, company: CompanyId) -> Outcome<Head> {
        if self.company >= 0 {
            return Ok(self);
        }
        let sql = "INSERT INTO fondaco_company (id, position, link) VALUES (?1, 0, ?2)";
        conn.prepare_cached(sql)?.execute((id_bytes(company.to_u128()), GENESIS))?;
        let head = Head { company: conn.last_insert_rowid(), ..self };
        // A company whose line was removed must not come back as another.
        head.check(conn)?;
        Ok(head)
    }
}

pub(super) fn id_bytes(id: u128) -> [u8; 16] {
    id.to_be_bytes()
}

fn unsigned(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(at)?.unsigned_abs())
}

/// What is known of a command that was carried out.
pub(super) fn receipt(conn: &Connection, company: i64, id: CommandId) -> Outcome<Option<Receipt>> {
    let sql = "SELECT position, digest, salt, answer FROM fondaco_commit \
               WHERE company = ?1 AND command = ?2";
    let mut get = conn.prepare_cached(sql)?;
    let mut rows = get.query((company, id_bytes(id.to_u128())))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let answer = said::answer(text(row, 3)?)?;
    let (position, digest, salt) = (unsigned(row, 0)?, row.get(1)?, row.get(2)?);
    Ok(Some(Receipt { position, digest, salt, answer }))
}

fn text<'r>(row: &'r Row<'_>, at: usize) -> Outcome<&'r str> {
    row.get_ref(at)?.as_str().map_err(|_| damaged("a text of the log is none"))
}

const COMMIT: &str = "SELECT position, command, digest, salt, actor, time, root, content, link, events, answer \
                      FROM fondaco_commit WHERE company = ?1 AND ";

/// The commit of a command.
pub(super) fn find(conn: &Connection, company: i64, id: CommandId) -> Outcome<Option<Commit>> {
    let mut get = conn.prepare_cached(&format!("{COMMIT} command = ?2"))?;
    let mut rows = get.query((company, id_bytes(id.to_u128())))?;
    rows.next()?.map(|row| commit(conn, company, row)).transpose()
}

/// The commits after a position.
pub(super) fn feed(conn: &Connection, from: &FeedFrom) -> Outcome<Vec<Commit>> {
    let head = Head::of(conn, from.company)?;
    head.check(conn)?;
    let sql = format!("{COMMIT} position > ?2 ORDER BY position LIMIT ?3");
    let mut get = conn.prepare_cached(&sql)?;
    let (after, limit) = (signed(from.after), i64::try_from(from.limit).unwrap_or(i64::MAX));
    let mut rows = get.query((head.company, after, limit))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(commit(conn, head.company, row)?);
    }
    Ok(out)
}

/// A position in SQL.
pub(super) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn commit(conn: &Connection, company: i64, row: &Row<'_>) -> Outcome<Commit> {
    let position = unsigned(row, 0)?;
    let id = CommandId::from_u128(u128::from_be_bytes(row.get(1)?));
    let time = Timestamp::from_micros(row.get(5)?).ok_or_else(|| damaged("a commit's time"))?;
    let mut commit =
        Commit::new(position, id, row.get(2)?, Meta::new(ActorId::new(text(row, 4)?), time));
    commit.salt = row.get::<_, Option<Salt>>(3)?;
    commit.events = said::events(text(row, 9)?)?;
    commit.answer = said::answer(text(row, 10)?)?;
    if let (Some(root), Some(content), Some(link)) = (hash(row, 6)?, hash(row, 7)?, hash(row, 8)?) {
        let states = states(conn, company, position)?;
        commit.seal = Some(Seal { root, content, link, states });
    }
    Ok(commit)
}

fn hash(row: &Row<'_>, at: usize) -> Outcome<Option<Hash>> {
    Option::<Hash>::column_result(row.get_ref(at)?).map_err(|_| damaged("a hash of the log"))
}

fn states(conn: &Connection, company: i64, position: u64) -> Outcome<Vec<StateHash>> {
    let sql = "SELECT tbl, key, hash, deleted FROM fondaco_state_hash \
               WHERE company = ?1 AND position = ?2 ORDER BY place";
    let mut get = conn.prepare_cached(sql)?;
    let rows = get.query_map((company, signed(position)), |row| {
        let key = KeyBytes::new(row.get_ref(1)?.as_blob()?);
        let table = row.get_ref(0)?.as_str()?.into();
        Ok(StateHash { table, key, hash: row.get(2)?, deleted: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a commit: its line in the log, its state hashes, and the company's head.
pub(super) fn keep(conn: &Connection, head: &Head, commit: &Commit) -> Outcome<()> {
    let sql = "INSERT INTO fondaco_commit (company, position, command, digest, salt, actor, time, root, \
               content, link, events, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let seal = commit.seal.as_ref();
    let (position, meta) = (signed(commit.position), &commit.meta);
    conn.prepare_cached(sql)?.execute((
        head.company,
        position,
        id_bytes(commit.id.to_u128()),
        commit.digest,
        commit.salt,
        meta.actor.as_str(),
        meta.time.micros(),
        seal.map(|seal| seal.root),
        seal.map(|seal| seal.content),
        seal.map(|seal| seal.link),
        said::events_to_json(&commit.events).to_string(),
        said::answer_to_json(&commit.answer).to_string(),
    ))?;
    let states = seal.iter().flat_map(|seal| &seal.states);
    let states =
        states.map(|state| (state.table.as_str(), &state.key, &state.hash[..], state.deleted));
    keep_states(conn, head.company, commit.position, states)?;
    let sql = "UPDATE fondaco_company SET position = ?2, link = ?3 WHERE company = ?1";
    let link = seal.map_or(head.link, |seal| seal.link);
    conn.prepare_cached(sql)?.execute((head.company, position, link))?;
    Ok(())
}

/// Keeps which `State` rows a commit without a seal wrote, so that erasing one finds the salts to forget.
pub(super) fn keep_unsealed(
    conn: &Connection,
    company: i64,
    position: u64,
    written: &[Key],
) -> Outcome<()> {
    let states = written.iter().map(|key| (key.table.name, &key.bytes, &[][..], false));
    keep_states(conn, company, position, states)
}

/// Table, key, hash, and whether it was deleted.
type Written<'w> = (&'w str, &'w KeyBytes, &'w [u8], bool);

fn keep_states<'w>(
    conn: &Connection,
    company: i64,
    position: u64,
    states: impl Iterator<Item = Written<'w>>,
) -> Outcome<()> {
    let sql = "INSERT INTO fondaco_state_hash VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut put = conn.prepare_cached(sql)?;
    for (place, (table, key, hash, deleted)) in states.enumerate() {
        let (position, place) = (signed(position), place as i64);
        put.execute((company, position, place, table, key.as_slice(), hash, deleted))?;
    }
    Ok(())
}

/// Forgets the salts of all commits that wrote one of the `State` rows `keys`: one pass over what the log says of such rows,
/// however many they are.
pub(super) fn forget_salts(conn: &Connection, company: i64, keys: &HashSet<&Key>) -> Outcome<()> {
    let keys: HashSet<(&str, &[u8])> =
        keys.iter().map(|key| (key.table.name, key.bytes.as_slice())).collect();
    let sql = "SELECT position, tbl, key FROM fondaco_state_hash WHERE company = ?1";
    let mut get = conn.prepare_cached(sql)?;
    let mut rows = get.query([company])?;
    let mut writers = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let key = row.get_ref(2)?.as_blob().map_err(|_| damaged("a key of the log is none"))?;
        if keys.contains(&(text(row, 1)?, key)) {
            writers.insert(unsigned(row, 0)?);
        }
    }
    writers.into_iter().try_for_each(|position| forget_salt(conn, company, position))
}

/// The salt of a command's digest, unless it was forgotten.
pub(super) fn salt(conn: &Connection, company: CompanyId, position: u64) -> Outcome<Option<Salt>> {
    let company = Head::of(conn, company)?.company;
    let sql = "SELECT salt FROM fondaco_commit WHERE company = ?1 AND position = ?2";
    let salt = conn.prepare_cached(sql)?.query_row((company, signed(position)), |row| row.get(0));
    Ok(salt.optional()?.flatten())
}

/// Forgets the salt of a command's digest, for something personal that the command carried was erased.
pub(super) fn forget_salt(conn: &Connection, company: i64, position: u64) -> Outcome<()> {
    let sql = "UPDATE fondaco_commit SET salt = NULL WHERE company = ?1 AND position = ?2";
    conn.prepare_cached(sql)?.execute((company, signed(position)))?;
    Ok(())
}

pub(super) fn series(conn: &Connection, company: i64, series: &str) -> Outcome<SeriesState> {
    let sql = "SELECT last, date FROM fondaco_series WHERE company = ?1 AND series = ?2";
    let found: Option<(i64, Option<i64>)> = conn
        .prepare_cached(sql)?
        .query_row((company, series), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map_or(Ok(SeriesState::default()), series_state)
}

fn series_state((last, day): (i64, Option<i64>)) -> Outcome<SeriesState> {
    let day: Option<NaiveDate> =
        day.map(|day| date(day).ok_or_else(|| damaged("a series' date"))).transpose()?;
    Ok(SeriesState { last, date: day })
}

/// All series of a company, in order of name.
pub(super) fn all_series(conn: &Connection, company: i64) -> Outcome<Vec<(SmolStr, SeriesState)>> {
    let sql = "SELECT last, date, series FROM fondaco_series WHERE company = ?1 ORDER BY series";
    let mut get = conn.prepare_cached(sql)?;
    let mut rows = get.query([company])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((text(row, 2)?.into(), series_state((row.get(0)?, row.get(1)?))?));
    }
    all.retain(|(_, state)| *state != SeriesState::default());
    Ok(all)
}

pub(super) fn keep_series(
    conn: &Connection,
    company: i64,
    series: &str,
    state: &SeriesState,
) -> Outcome<()> {
    let sql = "INSERT INTO fondaco_series VALUES (?1, ?2, ?3, ?4) ON CONFLICT (company, series) \
               DO UPDATE SET last = excluded.last, date = excluded.date";
    conn.prepare_cached(sql)?.execute((company, series, state.last, state.date.map(days)))?;
    Ok(())
}

/// The batch as it will stand in the log, without its seal.
pub(super) fn unsealed(batch: &mut Batch, position: u64) -> Commit {
    let digest = fondaco_core::digest::salted(&batch.digest, &batch.salt);
    let mut commit = Commit::new(position, batch.id, digest, batch.meta.clone());
    commit.salt = Some(batch.salt);
    commit.events = std::mem::take(&mut batch.events);
    commit.answer = std::mem::take(&mut batch.answer);
    commit
}
