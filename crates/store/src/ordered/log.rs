//! The log of commits: a company's head, its commits, its series, and who wrote which `State` row.

use std::collections::BTreeSet;

use fondaco_core::chain::GENESIS;
use fondaco_core::store::{
    Commit, Event, FeedFrom, Hash, KeyBytes, Meta, Receipt, Salt, Seal, SeriesState, StateHash,
    StoreError, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId};

use super::form::{Reader, Writer, damaged};
use super::place::{self, Part};
use super::read::{PAGE, each};
use super::{KeyRange, MapSnapshot, Put};
use fondaco_core::store::ColumnSink;

/// A company as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The small number that stands for the company; 0 before its first commit.
    pub(super) company: i64,
    /// The position of the newest commit.
    pub(super) position: u64,
    /// The link of the newest sealed commit.
    pub(super) link: Hash,
}

impl Head {
    const NONE: Head = Head { company: 0, position: 0, link: GENESIS };

    pub(super) fn of(map: &dyn MapSnapshot, company: CompanyId) -> Result<Head, StoreError> {
        map.get(&place::head(company))?.map_or(Ok(Head::NONE), |bytes| Head::decode(&bytes))
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Head, StoreError> {
        let mut from = Reader::new(bytes)?;
        let head = Head { company: from.signed()?, position: from.varint()?, link: from.array()? };
        from.finish()?;
        Ok(head)
    }

    pub(super) fn put(&self, company: CompanyId) -> Put {
        let mut out = Writer::new();
        out.signed(self.company);
        out.varint(self.position);
        out.raw(&self.link);
        Put::new(place::head(company), out.finish())
    }
}

const SALTED: u8 = 1;
const SEALED: u8 = 2;

/// A commit: flags, id, digest, salt, actor, time, events, answer, and the seal with its state hashes.
pub(super) fn encode(commit: &Commit) -> Vec<u8> {
    let mut out = Writer::new();
    let flag = |on: bool, flag| if on { flag } else { 0 };
    out.byte(flag(commit.salt.is_some(), SALTED) | flag(commit.seal.is_some(), SEALED));
    out.raw(&commit.id.to_u128().to_be_bytes());
    out.raw(&commit.digest);
    commit.salt.iter().for_each(|salt| out.raw(salt));
    out.long(commit.meta.actor.as_str().as_bytes());
    out.signed(commit.meta.time.micros());
    out.varint(commit.events.len() as u64);
    for event in &commit.events {
        out.long(event.name.as_bytes());
        out.varint(event.data.len() as u64);
        for (name, value) in &event.data {
            out.long(name.as_bytes());
            out.value(value, None);
        }
    }
    out.varint(commit.answer.len() as u64);
    commit.answer.iter().for_each(|value| out.value(value, None));
    if let Some(seal) = &commit.seal {
        [seal.root, seal.content, seal.link].iter().for_each(|hash| out.raw(hash));
        out.varint(seal.states.len() as u64);
        for state in &seal.states {
            out.long(state.table.as_bytes());
            out.long(state.key.as_slice());
            out.raw(&state.hash);
            out.byte(u8::from(state.deleted));
        }
    }
    out.finish()
}

/// A commit again.
pub(super) fn decode(position: u64, bytes: &[u8]) -> Result<Commit, StoreError> {
    let read = || {
        let mut from = Reader::new(bytes)?;
        let flags = from.byte()?;
        let id = CommandId::from_u128(u128::from_be_bytes(from.array()?));
        let digest = from.array()?;
        let salt: Option<Salt> = (flags & SALTED != 0).then(|| from.array()).transpose()?;
        let actor = ActorId::new(from.text()?);
        let mut commit = Commit::new(position, id, digest, Meta::new(actor, from.instant()?));
        commit.salt = salt;
        for _ in 0..from.count()? {
            commit.events.push(event(&mut from)?);
        }
        commit.answer = values(&mut from)?;
        commit.seal = (flags & SEALED != 0).then(|| seal(&mut from)).transpose()?;
        from.finish()?;
        Ok(commit)
    };
    read().map_err(|error| match error {
        StoreError::Corrupt(what) => damaged(format!("commit {position}: {what}")),
        other => other,
    })
}

fn values(from: &mut Reader<'_>) -> Result<Vec<Value>, StoreError> {
    (0..from.count()?).map(|_| from.value()).collect()
}

fn event(from: &mut Reader<'_>) -> Result<Event, StoreError> {
    let mut event = Event::new(from.text()?);
    for _ in 0..from.count()? {
        event.data.push((from.text()?.into(), from.value()?));
    }
    Ok(event)
}

fn seal(from: &mut Reader<'_>) -> Result<Seal, StoreError> {
    let (root, content, link) = (from.array()?, from.array()?, from.array()?);
    let state = |from: &mut Reader<'_>| {
        let (table, key) = (from.text()?.into(), KeyBytes::new(from.long()?));
        Ok(StateHash { table, key, hash: from.array()?, deleted: from.byte()? != 0 })
    };
    let states = (0..from.count()?).map(|_| state(from)).collect::<Result<_, StoreError>>()?;
    Ok(Seal { root, content, link, states })
}

/// The position of a command's commit, if it was carried out.
pub(super) fn position(
    map: &dyn MapSnapshot,
    company: i64,
    id: CommandId,
) -> Result<Option<u64>, StoreError> {
    let found = map.get(&place::command(company, id))?;
    found.map(|bytes| Reader::new(&bytes)?.varint()).transpose()
}

/// The commit at a position, which must be there.
pub(super) fn commit(
    map: &dyn MapSnapshot,
    company: i64,
    position: u64,
) -> Result<Commit, StoreError> {
    let found = map.get(&place::commit(company, position))?;
    let bytes = found.ok_or_else(|| damaged(format!("commit {position} is gone")))?;
    decode(position, &bytes)
}

/// What is known of a command that was carried out.
pub(super) fn receipt(
    map: &dyn MapSnapshot,
    company: i64,
    id: CommandId,
) -> Result<Option<Receipt>, StoreError> {
    let Some(position) = position(map, company, id)? else { return Ok(None) };
    let Commit { position, digest, salt, answer, .. } = commit(map, company, position)?;
    Ok(Some(Receipt { position, digest, salt, answer }))
}

/// The puts that keep a commit.
pub(super) fn keep(company: i64, commit: &Commit, puts: &mut Vec<Put>) {
    puts.push(Put::new(place::commit(company, commit.position), encode(commit)));
    let mut position = Writer::new();
    position.varint(commit.position);
    puts.push(Put::new(place::command(company, commit.id), position.finish()));
}

/// The commits after a position.
pub(super) fn feed(map: &dyn MapSnapshot, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
    let head = Head::of(map, from.company)?;
    let mut commits = Vec::new();
    if head.company == 0 || from.after >= head.position {
        return Ok(commits);
    }
    let (first, end) = (
        place::commit(head.company, from.after + 1),
        place::after(&place::part(head.company, Part::Commit)),
    );
    let limit = from.limit;
    let range = KeyRange { from: &first, to: end.as_deref(), backwards: false, limit };
    let mut position = from.after;
    each(map, range, PAGE, |key, bytes| {
        position += 1;
        if key != place::commit(head.company, position) {
            return Err(damaged(format!("commit {position} is gone")));
        }
        commits.push(decode(position, &bytes)?);
        Ok(())
    })?;
    Ok(commits)
}

pub(super) fn series(
    map: &dyn MapSnapshot,
    company: i64,
    name: &str,
) -> Result<SeriesState, StoreError> {
    let Some(bytes) = map.get(&place::series(company, name))? else {
        return Ok(SeriesState::default());
    };
    series_state(&bytes)
}

pub(super) fn series_state(bytes: &[u8]) -> Result<SeriesState, StoreError> {
    let mut from = Reader::new(bytes)?;
    let last = from.signed()?;
    let date = (!from.is_done()).then(|| from.date()).transpose()?;
    from.finish()?;
    Ok(SeriesState { last, date })
}

pub(super) fn keep_series(company: i64, name: &str, state: &SeriesState) -> Put {
    use chrono::Datelike;
    let mut out = Writer::new();
    out.signed(state.last);
    state.date.iter().for_each(|date| out.signed(i64::from(date.num_days_from_ce())));
    Put::new(place::series(company, name), out.finish())
}

/// The positions of all commits that wrote a `State` row.
pub(super) fn writers(
    map: &dyn MapSnapshot,
    company: i64,
    table: i64,
    key: &[u8],
) -> Result<BTreeSet<u64>, StoreError> {
    let mut prefix = place::numbered(company, Part::Writer, table);
    prefix.extend_from_slice(key);
    let end = place::after(&prefix);
    let range = KeyRange { from: &prefix, to: end.as_deref(), backwards: false, limit: usize::MAX };
    let mut positions = BTreeSet::new();
    each(map, range, PAGE, |_, bytes| {
        positions.insert(Reader::new(&bytes)?.varint()?);
        Ok(())
    })?;
    Ok(positions)
}

/// The put that says that the commit at `position` wrote a `State` row.
pub(super) fn wrote(company: i64, table: i64, key: &[u8], position: u64) -> Put {
    let mut out = Writer::new();
    out.varint(position);
    Put::new(place::writer(company, table, key, position), out.finish())
}
