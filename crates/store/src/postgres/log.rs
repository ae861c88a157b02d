//! The log of commits: a company's head, receipts, series, and what was committed.
//!
//! As in [`form`](super::form), `OFFSET 0` makes of what is looked up by a list a look-up of its own per item: PostgreSQL would
//! else read the company's whole log for each commit, as long as it believes it to be short.

use std::collections::HashMap;

use chrono::Datelike;
use fondaco_core::chain::GENESIS;
use fondaco_core::store::{
    Batch, Commit, FeedFrom, Hash, Key, KeyBytes, Meta, Receipt, Salt, Seal, SeriesState,
    StateHash, Type,
};
use fondaco_core::{ActorId, CommandId, CompanyId};
use postgres::Row;
use smol_str::SmolStr;

use super::error::{Outcome, damaged};
use super::lane::{Cell, Lane};
use super::room::Room;
use super::row::{self, raw};
use super::trip::{Brought, Param, Seat, Trip};
use super::wire::Wire;
use crate::said;

/// A company as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The small number that stands for the company in this database.
    pub(super) company: i32,
    /// The position of the newest commit.
    pub(super) position: u64,
    /// The link of the newest sealed commit.
    pub(super) link: Hash,
    /// The state of the tables' declarations.
    pub(super) generation: i64,
}

/// Before the first commit: no row has such a company.
const NOBODY: i32 = -1;

/// Before the first commit.
pub(super) const NONE: Head = Head { company: NOBODY, position: 0, link: GENESIS, generation: 0 };

const HEAD: &str = "SELECT c.company, c.position, c.link, m.value FROM @.fondaco_company c, @.fondaco_meta m \
                    WHERE c.id = $1::uuid AND m.name = 'generation'";
/// What makes of that the one lock of a commit.
const LOCKED: &str = " FOR UPDATE OF c";

impl Head {
    /// Whether the company is there.
    pub(super) fn is_there(&self) -> bool {
        self.company != NOBODY
    }

    /// Asks for the head as the transaction sees it; with `hold` nobody else can change it until the transaction ends.
    pub(super) fn ask(trip: &mut Trip<'_>, room: &Room, company: CompanyId, hold: bool) -> Seat {
        let locked = if hold { LOCKED } else { "" };
        trip.query(room.own(&format!("{HEAD}{locked}")), vec![Box::new(id_cell(company))])
    }

    /// What it came to; `None` before the company's first commit.
    pub(super) fn told(brought: &Brought, seat: Seat) -> Outcome<Option<Head>> {
        brought.rows(seat).first().map(head).transpose()
    }

    /// The head as the transaction sees it.
    pub(super) async fn of(wire: &mut impl Wire, room: &Room, company: CompanyId) -> Outcome<Head> {
        Ok(find(wire, &room.own(HEAD), company).await?.unwrap_or(NONE))
    }

    /// The head, which nobody else can change until the transaction ends: the one lock of a commit. A company that is not
    /// there yet comes to be.
    pub(super) async fn lock(
        wire: &mut impl Wire,
        room: &Room,
        company: CompanyId,
    ) -> Outcome<Head> {
        let sql = room.own(&format!("{HEAD}{LOCKED}"));
        if let Some(head) = find(wire, &sql, company).await? {
            return Ok(head);
        }
        let insert = "INSERT INTO @.fondaco_company (id, position, link) VALUES ($1::uuid, 0, $2::bytea) \
                      ON CONFLICT (id) DO NOTHING";
        let (id, genesis) = (id_cell(company), &GENESIS[..]);
        wire.execute(&room.own(insert), &[&id, &genesis]).await?;
        let head = find(wire, &sql, company).await?;
        head.ok_or_else(|| {
            damaged("a company was written and is not there: is its policy as it was made?")
        })
    }

    /// The head, which nobody else can change until the transaction ends, if the company is there.
    pub(super) async fn hold(
        wire: &mut impl Wire,
        room: &Room,
        company: CompanyId,
    ) -> Outcome<Head> {
        let sql = room.own(&format!("{HEAD}{LOCKED}"));
        Ok(find(wire, &sql, company).await?.unwrap_or(NONE))
    }

    /// That the head is what the log ends with.
    pub(super) fn check(&self, end: Option<(u64, Option<Hash>)>) -> Outcome<()> {
        let (position, link) = end.unwrap_or((0, Some(GENESIS)));
        // A commit without a seal has no link: the head's is that of a commit before.
        if position == self.position && link.is_none_or(|link| link == self.link) {
            return Ok(());
        }
        Err(damaged(format!(
            "fondaco_company says that company {} is at commit {}, the log ends with commit {position}{}: somebody \
             changed one of them by hand, so go back to a backup",
            self.company,
            self.position,
            if position == self.position { ", whose link is another" } else { "" },
        )))
    }
}

async fn find(wire: &mut impl Wire, sql: &str, company: CompanyId) -> Outcome<Option<Head>> {
    let rows = wire.query(sql, &[&id_cell(company)]).await?;
    rows.first().map(head).transpose()
}

fn id_cell(company: CompanyId) -> Cell {
    Cell::id(company.to_u128())
}

fn head(row: &Row) -> Outcome<Head> {
    let (company, position) = (row.try_get(0)?, unsigned(row, 1)?);
    let link = hash(row, 2)?.ok_or_else(|| damaged("a company without a link"))?;
    Ok(Head { company, position, link, generation: row.try_get(3)? })
}

/// A position in SQL.
pub(super) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row, at: usize) -> Outcome<u64> {
    Ok(row.try_get::<_, i64>(at)?.unsigned_abs())
}

fn hash(row: &Row, at: usize) -> Outcome<Option<Hash>> {
    let found = raw(row, at)?.map(Hash::try_from);
    found.transpose().map_err(|_| damaged("a hash of the log is none"))
}

/// What is asked of the log before anything is decided.
#[derive(Default)]
pub(super) struct End {
    /// Position and link of the newest commit.
    pub(super) newest: Option<(u64, Option<Hash>)>,
    /// Whether the log has one of the commands.
    pub(super) known: bool,
    /// The state of the tables' declarations now, after the head was locked.
    pub(super) generation: i64,
}

/// Asks what the log ends with, and whether it has one of some commands.
pub(super) fn ask_end(trip: &mut Trip<'_>, room: &Room, company: i32, ids: &[CommandId]) -> Seat {
    let sql = "SELECT position, link, 0 FROM @.fondaco_commit WHERE company = $1::integer AND position = \
               (SELECT max(position) FROM @.fondaco_commit WHERE company = $1::integer) \
               UNION ALL SELECT c.position, NULL, 1 FROM unnest($2::uuid[]) AS k (id) CROSS JOIN LATERAL \
               (SELECT position FROM @.fondaco_commit WHERE company = $1::integer AND command = k.id OFFSET 0) c \
               UNION ALL SELECT value, NULL, 2 FROM @.fondaco_meta WHERE name = 'generation'";
    trip.query(room.own(sql), vec![Box::new(company), Box::new(commands(ids))])
}

pub(super) fn told_end(brought: &Brought, seat: Seat) -> Outcome<End> {
    let mut end = End::default();
    for row in brought.rows(seat) {
        match row.try_get::<_, i32>(2)? {
            0 => end.newest = Some((unsigned(row, 0)?, hash(row, 1)?)),
            1 => end.known = true,
            _ => end.generation = row.try_get(0)?,
        }
    }
    Ok(end)
}

fn commands(ids: &[CommandId]) -> Lane {
    let mut lane = Lane::new(Type::Id);
    ids.iter().for_each(|id| lane.raw(&id.to_u128().to_be_bytes()));
    lane
}

const COMMIT: &str =
    "position, command, digest, salt, actor, time, root, content, link, events::text, answer::text";

/// The commits of some commands.
pub(super) async fn of_commands(
    wire: &mut impl Wire,
    room: &Room,
    company: i32,
    ids: &[CommandId],
) -> Outcome<Vec<Commit>> {
    let sql = room.own(&format!(
        "SELECT {COMMIT} FROM unnest($2::uuid[]) AS k (id) CROSS JOIN LATERAL \
         (SELECT * FROM @.fondaco_commit WHERE company = $1::integer AND command = k.id OFFSET 0) c"
    ));
    let rows = wire.query(&sql, &[&company, &commands(ids)]).await?;
    with_states(wire, room, company, &rows).await
}

/// Asks what is known of a command that was carried out.
pub(super) fn ask_receipt(trip: &mut Trip<'_>, room: &Room, company: i32, id: CommandId) -> Seat {
    let sql = "SELECT position, digest, salt, answer::text FROM @.fondaco_commit \
               WHERE company = $1::integer AND command = $2::uuid";
    trip.query(room.own(sql), vec![Box::new(company), Box::new(Cell::id(id.to_u128()))])
}

pub(super) fn told_receipt(brought: &Brought, seat: Seat) -> Outcome<Option<Receipt>> {
    let receipt = |row: &Row| {
        let digest = hash(row, 1)?.ok_or_else(|| damaged("a commit without digest"))?;
        let answer = said::answer(row.try_get(3)?)?;
        Ok(Receipt { position: unsigned(row, 0)?, digest, salt: salt_at(row, 2)?, answer })
    };
    brought.rows(seat).first().map(receipt).transpose()
}

fn salt_at(row: &Row, at: usize) -> Outcome<Option<Salt>> {
    let found = raw(row, at)?.map(Salt::try_from);
    found.transpose().map_err(|_| damaged("a salt of the log is none"))
}

/// The salt of a command's digest, unless it was forgotten.
pub(super) async fn salt(
    wire: &mut impl Wire,
    room: &Room,
    company: CompanyId,
    position: u64,
) -> Outcome<Option<Salt>> {
    let company = Head::of(wire, room, company).await?.company;
    let sql =
        "SELECT salt FROM @.fondaco_commit WHERE company = $1::integer AND position = $2::bigint";
    let rows = wire.query(&room.own(sql), &[&company, &signed(position)]).await?;
    rows.first().map_or(Ok(None), |row| salt_at(row, 0))
}

/// The commits after a position.
pub(super) async fn feed(
    wire: &mut impl Wire,
    room: &Room,
    from: &FeedFrom,
) -> Outcome<Vec<Commit>> {
    let head = Head::of(wire, room, from.company).await?;
    let mut trip = Trip::default();
    let end = ask_end(&mut trip, room, head.company, &[]);
    head.check(told_end(&trip.go(wire).await?, end)?.newest)?;
    let sql = room.own(&format!(
        "SELECT {COMMIT} FROM @.fondaco_commit WHERE company = $1::integer AND position > $2::bigint \
         ORDER BY position LIMIT $3::bigint"
    ));
    let (after, limit) = (signed(from.after), i64::try_from(from.limit).unwrap_or(i64::MAX));
    let rows = wire.query(&sql, &[&head.company, &after, &limit]).await?;
    with_states(wire, room, head.company, &rows).await
}

/// The commits of rows with the columns `COMMIT`, and their state hashes.
async fn with_states(
    wire: &mut impl Wire,
    room: &Room,
    company: i32,
    rows: &[Row],
) -> Outcome<Vec<Commit>> {
    let mut commits = rows.iter().map(commit).collect::<Outcome<Vec<Commit>>>()?;
    let sealed = commits.iter().filter(|commit| commit.seal.is_some());
    let positions = Lane::numbers(sealed.map(|commit| signed(commit.position)));
    if positions.is_empty() {
        return Ok(commits);
    }
    let sql = "SELECT h.position, h.tbl, h.key, h.hash, h.deleted FROM unnest($2::bigint[]) AS k (position) CROSS JOIN LATERAL \
               (SELECT * FROM @.fondaco_state_hash WHERE company = $1::integer AND position = k.position OFFSET 0) h \
               ORDER BY h.position, h.place";
    let mut states: HashMap<u64, Vec<StateHash>> = HashMap::new();
    for row in &wire.query(&room.own(sql), &[&company, &positions]).await? {
        let key = KeyBytes::new(raw(row, 2)?.unwrap_or_default());
        let hash = hash(row, 3)?.ok_or_else(|| damaged("a state without a hash"))?;
        let (table, deleted) = (row.try_get::<_, &str>(1)?.into(), row.try_get(4)?);
        let state = StateHash { table, key, hash, deleted };
        states.entry(unsigned(row, 0)?).or_default().push(state);
    }
    for commit in &mut commits {
        if let Some(seal) = &mut commit.seal {
            seal.states = states.remove(&commit.position).unwrap_or_default();
        }
    }
    Ok(commits)
}

fn commit(row: &Row) -> Outcome<Commit> {
    let id = raw(row, 1)?.and_then(row::id).ok_or_else(|| damaged("a commit's command"))?;
    let digest = hash(row, 2)?.ok_or_else(|| damaged("a commit without digest"))?;
    let time = raw(row, 5)?.and_then(row::instant).ok_or_else(|| damaged("a commit's time"))?;
    let meta = Meta::new(ActorId::new(row.try_get::<_, &str>(4)?), time);
    let mut commit = Commit::new(unsigned(row, 0)?, CommandId::from_u128(id), digest, meta);
    commit.salt = salt_at(row, 3)?;
    commit.events = said::events(row.try_get(9)?)?;
    commit.answer = said::answer(row.try_get(10)?)?;
    if let (Some(root), Some(content), Some(link)) = (hash(row, 6)?, hash(row, 7)?, hash(row, 8)?) {
        commit.seal = Some(Seal { root, content, link, states: Vec::new() });
    }
    Ok(commit)
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

/// A `State` row that a commit wrote: position, place, table, key, hash (none without a seal), whether it was deleted.
pub(super) type Written = (u64, usize, SmolStr, KeyBytes, Option<Hash>, bool);

/// Keeps commits: their lines in the log, what they wrote of `State` rows, and the company's head, which is one line.
pub(super) fn keep(
    trip: &mut Trip<'_>,
    room: &Room,
    head: &Head,
    commits: &[Commit],
    written: &[Written],
) -> Seat {
    let sql = "INSERT INTO @.fondaco_commit (company, position, command, digest, salt, actor, time, root, content, \
               link, events, answer) SELECT $1::integer, r.c0, r.c1, r.c2, r.c3, r.c4, r.c5, r.c6, r.c7, r.c8, \
               r.c9::json, r.c10::json FROM unnest($2::bigint[], $3::uuid[], $4::bytea[], $5::bytea[], $6::text[], \
               $7::timestamptz[], $8::bytea[], $9::bytea[], $10::bytea[], $11::text[], $12::text[]) \
               AS r (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10)";
    trip.execute(room.own(sql), of_company(head.company, commit_lanes(commits)));
    if !written.is_empty() {
        keep_written(trip, room, head.company, written);
    }
    let sql = "UPDATE @.fondaco_company SET position = $2::bigint, link = $3::bytea WHERE company = $1::integer";
    let (position, link) = (Box::new(signed(head.position)), Box::new(head.link.to_vec()));
    trip.execute(room.own(sql), vec![Box::new(head.company), position, link])
}

/// That the company's line was there to be kept.
pub(super) fn kept(brought: &Brought, seat: Seat) -> Outcome<()> {
    match brought.touched(seat) {
        1 => Ok(()),
        _ => Err(damaged("a company's line is gone")),
    }
}

/// A company and lanes as parameters.
fn of_company<'s>(company: i32, lanes: impl IntoIterator<Item = Lane>) -> Vec<Param<'s>> {
    let mut params: Vec<Param<'s>> = vec![Box::new(company)];
    params.extend(lanes.into_iter().map(|lane| Box::new(lane) as Param<'s>));
    params
}

fn commit_lanes(commits: &[Commit]) -> Vec<Lane> {
    use Type::{Bytes, I64, Id, Instant, Text};
    let types = [I64, Id, Bytes, Bytes, Text, Instant, Bytes, Bytes, Bytes, Text, Text];
    let mut lanes = types.map(Lane::new);
    for commit in commits {
        let seal = commit.seal.as_ref();
        let [position, id, digest, salt, actor, time, root, content, link, events, answer] =
            &mut lanes;
        position.i64(signed(commit.position));
        id.raw(&commit.id.to_u128().to_be_bytes());
        digest.raw(&commit.digest);
        salt.raw_or_null(commit.salt.as_ref().map(|salt| &salt[..]));
        actor.raw(commit.meta.actor.as_str().as_bytes());
        time.instant(commit.meta.time);
        root.raw_or_null(seal.map(|seal| &seal.root[..]));
        content.raw_or_null(seal.map(|seal| &seal.content[..]));
        link.raw_or_null(seal.map(|seal| &seal.link[..]));
        events.raw(said::events_to_json(&commit.events).to_string().as_bytes());
        answer.raw(said::answer_to_json(&commit.answer).to_string().as_bytes());
    }
    lanes.into()
}

fn keep_written(trip: &mut Trip<'_>, room: &Room, company: i32, written: &[Written]) {
    let sql = "INSERT INTO @.fondaco_state_hash (company, position, place, tbl, key, hash, deleted) \
               SELECT $1::integer, r.c0, r.c1, r.c2, r.c3, r.c4, r.c5 FROM unnest($2::bigint[], $3::bigint[], \
               $4::text[], $5::bytea[], $6::bytea[], $7::boolean[]) AS r (c0, c1, c2, c3, c4, c5)";
    let positions = Lane::numbers(written.iter().map(|state| signed(state.0)));
    let places = Lane::numbers(written.iter().map(|state| state.1 as i64));
    let tables = Lane::texts(written.iter().map(|state| state.2.as_str()));
    let (mut keys, mut hashes, mut deleted) =
        (Lane::new(Type::Bytes), Lane::new(Type::Bytes), Lane::new(Type::Bool));
    for (_, _, _, key, hash, gone) in written {
        keys.raw(key.as_slice());
        hashes.raw_or_null(hash.as_ref().map(|hash| &hash[..]));
        deleted.bool(*gone);
    }
    let lanes = [positions, places, tables, keys, hashes, deleted];
    trip.execute(room.own(sql), of_company(company, lanes));
}

/// Forgets the salts of the commits at `positions`, and of all that wrote one of the `State` rows `keys`: something personal
/// that those commands carried was erased.
pub(super) fn forget_salts(
    trip: &mut Trip<'_>,
    room: &Room,
    company: i32,
    positions: &[u64],
    keys: &[Key],
) {
    let sql = "UPDATE @.fondaco_commit SET salt = NULL WHERE company = $1::integer AND (position = ANY($2::bigint[]) \
               OR position IN (SELECT h.position FROM unnest($3::text[], $4::bytea[]) AS k (tbl, key) \
               JOIN @.fondaco_state_hash h ON h.company = $1::integer AND h.tbl = k.tbl AND h.key = k.key))";
    let positions = Lane::numbers(positions.iter().map(|position| signed(*position)));
    let tables = Lane::texts(keys.iter().map(|key| key.table.name));
    let mut bytes = Lane::new(Type::Bytes);
    keys.iter().for_each(|key| bytes.raw(key.bytes.as_slice()));
    trip.execute(room.own(sql), of_company(company, [positions, tables, bytes]));
}

/// Asks how far some series have come.
pub(super) fn ask_series<'n>(
    trip: &mut Trip<'_>,
    room: &Room,
    company: i32,
    names: impl IntoIterator<Item = &'n SmolStr>,
) -> Seat {
    let sql = "SELECT s.series, s.last, s.date FROM unnest($2::text[]) AS k (series) CROSS JOIN LATERAL \
               (SELECT * FROM @.fondaco_series WHERE company = $1::integer AND series = k.series OFFSET 0) s";
    let lane = Lane::texts(names.into_iter().map(SmolStr::as_str));
    trip.query(room.own(sql), of_company(company, [lane]))
}

/// What that came to; those never drawn from are left out.
pub(super) fn told_series(brought: &Brought, seat: Seat) -> Outcome<HashMap<SmolStr, SeriesState>> {
    brought.rows(seat).iter().map(series_state).collect()
}

fn series_state(row: &Row) -> Outcome<(SmolStr, SeriesState)> {
    let date = match raw(row, 2)? {
        Some(found) => Some(row::date(found).ok_or_else(|| damaged("a series' date"))?),
        None => None,
    };
    let state = SeriesState { last: row.try_get(1)?, date };
    Ok((row.try_get::<_, &str>(0)?.into(), state))
}

/// Asks for all series.
pub(super) fn ask_all_series(trip: &mut Trip<'_>, room: &Room, company: i32) -> Seat {
    let sql = "SELECT series, last, date FROM @.fondaco_series WHERE company = $1::integer ORDER BY series COLLATE \"C\"";
    trip.query(room.own(sql), vec![Box::new(company)])
}

/// All that were drawn from, in order of name.
pub(super) fn told_all_series(
    brought: &Brought,
    seat: Seat,
) -> Outcome<Vec<(SmolStr, SeriesState)>> {
    let mut all = brought.rows(seat).iter().map(series_state).collect::<Outcome<Vec<_>>>()?;
    all.retain(|(_, state)| *state != SeriesState::default());
    Ok(all)
}

/// Keeps how far series have come: the last locks of a commit.
pub(super) fn keep_series(
    trip: &mut Trip<'_>,
    room: &Room,
    company: i32,
    series: &[(&SmolStr, &SeriesState)],
) -> Outcome<()> {
    let sql = "INSERT INTO @.fondaco_series (company, series, last, date) SELECT $1::integer, r.c0, r.c1, r.c2 \
               FROM unnest($2::text[], $3::bigint[], $4::date[]) AS r (c0, c1, c2) \
               ON CONFLICT (company, series) DO UPDATE SET last = excluded.last, date = excluded.date";
    let names = Lane::texts(series.iter().map(|(name, _)| name.as_str()));
    let lasts = Lane::numbers(series.iter().map(|(_, state)| state.last));
    let mut dates = Lane::new(Type::Date);
    for (name, state) in series {
        match state.date {
            None => dates.null(),
            Some(date) => {
                if !dates.date(date) {
                    let year = date.year();
                    return Err(super::error::misused(format!(
                        "series {name}: PostgreSQL has no year {year}"
                    )));
                }
            }
        }
    }
    trip.execute(room.own(sql), of_company(company, [names, lasts, dates]));
    Ok(())
}
