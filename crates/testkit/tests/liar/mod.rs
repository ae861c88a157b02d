//! A model that tells one lie.

mod alike;
mod copy;
pub(crate) mod loads;
mod unique;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ThreadId;
use std::time::Duration;

use fondaco_core::store::{
    Answer, Ask, At, Batch, Change, Commit, FeedFrom, Floor, Key, Least, Pieces, Prepared, Read,
    Refusal, Reply, Row, Scan, Snapshot, Store, StoreError, Table, Value,
};
use fondaco_core::{CommandId, CompanyId, Timestamp};
use fondaco_testkit::Model;

use copy::{copy, without_unique};

/// What the store does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    None,
    AbsenceIgnored,
    AddsLostInRaces,
    AllTablesWithoutCounters,
    AnswersUnfilled,
    AnyDeclaration,
    AnyLayout,
    CarriesOutTwice,
    ChecksStored,
    EndInclusive,
    ErasedEntriesTaken,
    ErasesNothing,
    EventsReordered,
    FeedForged,
    FeedForgets,
    FeedSkips,
    FirstOnly,
    Floats,
    FloorsByTerm,
    FloorsOfTheFirst,
    HalfARefusedBatch,
    HeldByKey,
    HoldsNothing,
    HintTrusted,
    IdsCut,
    IndexesByName,
    KeysWithoutCase,
    LastChangeLost,
    Loads(loads::Lie),
    NeverReleases,
    NoChain,
    NoDates,
    NoFloors,
    NoHolds,
    NoLoads,
    NotUnique,
    NumberGaps,
    OneCompany,
    OneRowMore,
    PanicsOnErase,
    PreparesItself,
    ReplaysAnything,
    SaltsKept,
    Saturates,
    ScansReversed,
    SeriesWithoutCase,
    SeriesWithoutDates,
    SeenIgnored,
    SeenIgnoredInRaces,
    ShortWithoutRow,
    StaleReads,
    SumsCut,
    SumsOfNow,
    TextsCut,
    TextsWithoutCase,
    ToleratesTwice,
    TornReads,
    UniqueForgottenAfterSwap,
    UniqueRowByRow,
    UniqueWithoutCase,
    VersionsReused,
}

pub(crate) struct Liar {
    lie: Lie,
    model: Model,
    ids: AtomicU64,
    /// The thread that committed last: a commit after another's counts as a race, whoever the
    /// scheduler let run first.
    last: Mutex<Option<ThreadId>>,
    /// Keys that were deleted at some time.
    deleted: Mutex<BTreeSet<Key>>,
    /// Rows that were put together with others.
    swapped: Mutex<BTreeSet<Key>>,
    /// The snapshot before the last commit, by company.
    before: Mutex<BTreeMap<CompanyId, Snapshot>>,
}

impl Liar {
    pub(crate) fn new(lie: Lie) -> Liar {
        let (deleted, swapped, before) = Default::default();
        let (ids, last) = (AtomicU64::new(1), Mutex::new(None));
        Liar { lie, model: Model::new(), ids, last, deleted, swapped, before }
    }

    fn id(&self) -> CommandId {
        CommandId::from_u128((1 << 90) + u128::from(self.ids.fetch_add(1, Ordering::SeqCst)))
    }

    fn company(&self, company: CompanyId) -> CompanyId {
        if self.lie == Lie::OneCompany { CompanyId::from_u128(0xA) } else { company }
    }

    fn version(&self, company: CompanyId, key: &Key) -> u64 {
        let read = Read::now(company, vec![Ask::Get(key.table, vec![key.bytes.clone()])]);
        match self.model.read(&read).unwrap().replies.pop() {
            Some(Reply::Got(rows)) => rows.into_iter().flatten().next().map_or(0, |r| r.version),
            _ => 0,
        }
    }

    /// What is asked of the model instead.
    fn twist_batch(&self, batch: &mut Batch, races: bool) {
        match self.lie {
            Lie::ChecksStored => batch.check = false,
            Lie::HintTrusted if batch.at.position > 0 => self.forgive(batch, |_| true),
            Lie::SeenIgnored => self.forgive(batch, |_| true),
            Lie::SeenIgnoredInRaces if races => batch.seen.clear(),
            Lie::AbsenceIgnored => batch.seen.retain(|seen| seen.version != 0),
            Lie::VersionsReused => {
                let deleted = self.deleted.lock().unwrap().clone();
                self.forgive(batch, |key| deleted.contains(key));
            }
            Lie::LastChangeLost if batch.changes.len() > 1 => {
                let last = batch.changes.pop();
                if let Some(draw @ Change::Draw { .. }) = last {
                    batch.changes.push(draw);
                }
            }
            Lie::EventsReordered => batch.events.reverse(),
            Lie::IdsCut => batch.id = cut(batch.id),
            Lie::ErasesNothing => batch.changes.retain(|it| !matches!(it, Change::Erase { .. })),
            Lie::PanicsOnErase => {
                assert!(!batch.changes.iter().any(|it| matches!(it, Change::Erase { .. })));
            }
            Lie::AddsLostInRaces if races => {
                batch.changes.retain(|it| !matches!(it, Change::Add { .. }));
            }
            Lie::ToleratesTwice => {
                let mut keys = BTreeSet::new();
                batch.changes.retain(|change| keys_of(change).into_iter().all(|k| keys.insert(k)));
            }
            Lie::Saturates => {
                let huge = |value: &Value| *value == Value::I64(i64::MAX);
                batch.changes.retain(|change| {
                    !matches!(change, Change::Add { rows, .. }
                    if rows.row(0).is_some_and(|row| row.values().iter().any(huge)))
                });
            }
            _ => {}
        }
        for change in &mut batch.changes {
            self.twist_change(change);
        }
    }

    fn twist_change(&self, change: &mut Change) {
        match (self.lie, change) {
            (Lie::NoFloors, Change::Add { floors, .. }) => floors.clear(),
            (Lie::FloorsByTerm, Change::Add { floors, .. }) => {
                let split = |floor: &Floor| {
                    floor
                        .terms
                        .iter()
                        .filter(|term| term.1 > 0)
                        .map(|term| Floor { terms: vec![*term], min: floor.min.clone() })
                        .collect::<Vec<_>>()
                };
                *floors = floors.iter().flat_map(split).collect();
            }
            (Lie::FloorsOfTheFirst, Change::Add { rows, floors }) => {
                for floor in floors {
                    if let Least::Each(mins) = &mut floor.min {
                        *mins = vec![mins.first().copied().flatten(); rows.len()];
                    }
                }
            }
            (Lie::NoDates, Change::Draw { dates, .. }) => *dates = None,
            (Lie::SeriesWithoutCase, Change::Draw { series, .. }) => {
                *series = series.to_lowercase().into()
            }
            _ => {}
        }
    }

    /// Replaces what was seen of some keys by what is.
    fn forgive(&self, batch: &mut Batch, which: impl Fn(&Key) -> bool) {
        let company = batch.company;
        for seen in batch.seen.iter_mut().filter(|seen| which(&seen.key)) {
            seen.version = self.version(company, &seen.key);
        }
        for change in &mut batch.changes {
            let (key, seen) = match change {
                Change::Put { row, seen } => (row.row_key(), seen),
                Change::Delete { key, seen } => (key.clone(), seen),
                _ => continue,
            };
            let now = self.version(company, &key);
            if which(&key) && *seen != 0 && now != 0 {
                *seen = now;
            }
        }
    }

    fn after_refusal(&self, copy: Batch, refusal: &mut Refusal) {
        match self.lie {
            Lie::HalfARefusedBatch => {
                let (company, meta) = (copy.company, copy.meta.clone());
                let mut half = Batch::new(company, self.id(), meta);
                half.changes = copy.changes;
                half.changes.truncate(1);
                let _ = self.model.commit(half);
            }
            Lie::NumberGaps => {
                let mut draws = Batch::new(copy.company, self.id(), copy.meta.clone());
                draws.changes = copy.changes;
                draws.changes.retain(|change| matches!(change, Change::Draw { .. }));
                if !draws.changes.is_empty() {
                    let _ = self.model.commit(draws);
                }
            }
            Lie::FirstOnly => {
                refusal.moved.truncate(1);
                refusal.clashes.truncate(1);
                refusal.short.truncate(1);
                refusal.late.truncate(1);
            }
            Lie::ShortWithoutRow => refusal.short.iter_mut().for_each(|short| short.1 = None),
            _ => {}
        }
    }

    fn twist_rows(&self, read: &Read, ask: &Ask, rows: &mut [Row]) {
        let Ask::Scan(scan) = ask else { return };
        let held = matches!(read.at, At::Held(_) | At::Last(_));
        match self.lie {
            Lie::ScansReversed => rows.reverse(),
            Lie::HeldByKey if held => {
                rows.sort_by_key(Row::key);
                if scan.backwards {
                    rows.reverse();
                }
            }
            Lie::TextsWithoutCase => {
                let name = scan.index.and_then(|at| scan.table.indexes.get(at)).map(|it| it.name);
                if name == Some("by_name") {
                    rows.sort_by_cached_key(|row| {
                        format!("{:?}", row.stored().values()[6]).to_lowercase()
                    });
                    if scan.backwards {
                        rows.reverse();
                    }
                }
            }
            _ => {}
        }
    }

    fn twist_ask(&self, ask: &Ask) -> Ask {
        let scan = match (self.lie, ask) {
            (_, Ask::Scan(scan)) => scan,
            (Lie::IdsCut, Ask::Command(id)) => return Ask::Command(cut(*id)),
            (Lie::SeriesWithoutCase, Ask::Series(name)) => {
                return Ask::Series(name.to_lowercase().into());
            }
            _ => return ask.clone(),
        };
        let mut scan: Scan = scan.clone();
        match self.lie {
            Lie::OneRowMore => scan.limit = scan.limit.saturating_add(1),
            Lie::EndInclusive => {
                scan.to = scan.to.map(|to| {
                    let mut writer = fondaco_core::store::KeyWriter::new();
                    writer.raw(to.as_slice());
                    writer.raw(&[0]);
                    writer.to_key()
                });
            }
            _ => {}
        }
        Ask::Scan(scan)
    }

    fn at(&self, read: &Read) -> Result<At, StoreError> {
        Ok(match (self.lie, read.at) {
            (Lie::HoldsNothing, At::Held(_)) => At::Now,
            (Lie::NeverReleases, At::Last(at)) => At::Held(at),
            (Lie::NoHolds, At::Hold | At::Held(_) | At::Last(_)) => {
                return Err(StoreError::SnapshotGone);
            }
            (Lie::StaleReads, At::Now) => {
                let before = self.before.lock().unwrap().get(&read.company).copied();
                before.map_or(At::Now, At::Held)
            }
            (Lie::SumsOfNow, At::Held(_)) if sums(read) => At::Now,
            (_, at) => at,
        })
    }

    fn twist_answer(&self, read: &Read, answer: &mut Answer) {
        for (ask, reply) in read.asks.iter().zip(&mut answer.replies) {
            match reply {
                Reply::Rows(rows) if self.lie == Lie::SumsCut && matches!(ask, Ask::Sums(_)) => {
                    rows.pop();
                }
                Reply::Rows(rows) => {
                    self.twist_rows(read, ask, rows);
                    rows.iter_mut().for_each(|row| self.twist_row(row));
                }
                Reply::Got(rows) => rows.iter_mut().flatten().for_each(|row| self.twist_row(row)),
                Reply::AllTables(names) if self.lie == Lie::AllTablesWithoutCounters => {
                    names.retain(|name| name != "kit_stock");
                }
                Reply::AllSeries(all) if self.lie == Lie::SeriesWithoutDates => {
                    all.iter_mut().for_each(|(_, state)| state.date = None);
                }
                Reply::Command(Some(receipt)) if self.lie == Lie::SaltsKept => {
                    receipt.salt = receipt.salt.or(Some([0; 16]));
                }
                _ => {}
            }
        }
    }

    fn twist_row(&self, row: &mut Row) {
        let twist = |value: Value| match (self.lie, value) {
            (Lie::Floats, Value::Decimal(value)) => {
                Value::Decimal(value.round_sf(15).unwrap_or(value))
            }
            (Lie::TextsCut, Value::Text(text)) => {
                Value::Text(text.chars().take(255).collect::<String>().into())
            }
            (_, other) => other,
        };
        if !matches!(self.lie, Lie::Floats | Lie::TextsCut) {
            return;
        }
        let values = row.stored().values().into_iter().map(twist).collect();
        *row = Row::values(row.version, row.stored().table(), values);
    }
}

impl Store for Liar {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        if matches!(self.lie, Lie::NotUnique | Lie::UniqueForgottenAfterSwap) {
            let tables: Vec<_> = tables.iter().map(|table| without_unique(table)).collect();
            return self.model.prepare(&tables);
        }
        match (self.lie, self.model.prepare(tables)) {
            (Lie::AnyLayout, Err(StoreError::NewerLayout { .. })) => Ok(Prepared::default()),
            (Lie::AnyDeclaration, Err(StoreError::Misused(_))) => Ok(Prepared::default()),
            (_, other) => other,
        }
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let company = self.company(read.company);
        let asks: Vec<Ask> = read.asks.iter().map(|ask| self.twist_ask(ask)).collect();
        if self.lie == Lie::PreparesItself {
            for ask in &asks {
                let (Ask::Get(table, _) | Ask::Scan(Scan { table, .. })) = ask else { continue };
                let _ = self.model.prepare(&[table]);
            }
        }
        if self.lie == Lie::TornReads && read.at == At::Now && asks.len() > 1 {
            let mut replies = Vec::new();
            let at = self.model.read(&Read::now(company, vec![]))?.at;
            for ask in asks {
                replies.extend(self.model.read(&Read::now(company, vec![ask]))?.replies);
                std::thread::sleep(Duration::from_micros(300));
            }
            return Ok(Answer::new(at, replies));
        }
        let mut answer = self.model.read(&Read::at(company, self.at(read)?, asks))?;
        if self.lie == Lie::IndexesByName {
            by_old_places(read, &mut answer);
        }
        if self.lie == Lie::StaleReads && read.at == At::Now {
            answer.at.hold = 0;
        }
        self.twist_answer(read, &mut answer);
        Ok(answer)
    }

    fn commit(&self, mut batch: Batch) -> Result<Commit, StoreError> {
        let me = std::thread::current().id();
        let before = self.last.lock().unwrap().replace(me);
        let races = before.is_some_and(|before| before != me);
        batch.company = self.company(batch.company);
        self.twist_batch(&mut batch, races);
        self.lie_about(batch)
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let from = FeedFrom::new(self.company(from.company), from.after, from.limit);
        let mut feed = self.model.feed(&from)?;
        match self.lie {
            Lie::FeedSkips => feed.retain(|commit| commit.position % 3 != 2),
            Lie::FeedForgets => feed.drain(..feed.len().saturating_sub(100)).for_each(drop),
            Lie::FeedForged => feed.iter_mut().for_each(|it| it.meta.time = Timestamp::EPOCH),
            Lie::NoChain => feed.iter_mut().for_each(|it| it.seal = None),
            Lie::SaltsKept => feed.iter_mut().for_each(|it| it.salt = it.salt.or(Some([0; 16]))),
            _ => {}
        }
        Ok(feed)
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        match self.lie {
            Lie::NoLoads | Lie::NoChain => Err(StoreError::Unsupported { ask: "loading" }),
            Lie::Loads(lie) => loads::load(lie, &self.model, company, pieces),
            _ => self.model.load(self.company(company), pieces),
        }
    }
}

/// Whether somebody asks for sums.
fn sums(read: &Read) -> bool {
    read.asks.iter().any(|ask| matches!(ask, Ask::Sums(_)))
}

/// As much of an id as a careless store keeps.
fn cut(id: CommandId) -> CommandId {
    CommandId::from_u128(id.to_u128() as u64 as u128)
}

impl Liar {
    fn lie_about(&self, mut batch: Batch) -> Result<Commit, StoreError> {
        if self.lie == Lie::UniqueRowByRow {
            self.row_by_row(&batch)?;
        }
        let puts = batch.changes.iter().filter(|change| matches!(change, Change::Put { .. }));
        let puts: Vec<Key> = puts.flat_map(keys_of).collect();
        if self.lie == Lie::UniqueForgottenAfterSwap {
            unique::judge(&self.model, &batch, &self.swapped.lock().unwrap(), |_| true)?;
        }
        match self.lie {
            Lie::KeysWithoutCase => alike::keys(&self.model, &batch)?,
            Lie::UniqueWithoutCase => alike::entries(&self.model, &batch)?,
            _ => {}
        }
        if self.lie == Lie::ErasedEntriesTaken {
            let frees = |change: &Change| !matches!(change, Change::Erase { .. });
            unique::judge(&self.model, &batch, &BTreeSet::new(), frees)?;
        }
        if self.lie == Lie::PreparesItself {
            for key in batch.changes.iter().flat_map(keys_of) {
                let _ = self.model.prepare(&[key.table]);
            }
        }
        let asked = Read::now(batch.company, vec![Ask::Command(batch.id)]);
        let known =
            matches!(self.model.read(&asked)?.replies.first(), Some(Reply::Command(Some(_))));
        if known && self.lie == Lie::CarriesOutTwice {
            batch.id = self.id();
        }
        let (company, id, answer) = (batch.company, batch.id, batch.answer.clone());
        if self.lie == Lie::StaleReads {
            let hold = self.model.read(&Read::at(company, At::Hold, vec![]))?.at;
            self.before.lock().unwrap().insert(company, hold);
        }
        let spare = copy(&batch);
        let deleted: Vec<Key> = spare
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Delete { key, .. } => Some(key.clone()),
                _ => None,
            })
            .collect();
        match self.model.commit(batch) {
            Ok(mut commit) => {
                self.deleted.lock().unwrap().extend(deleted);
                if puts.len() > 1 {
                    self.swapped.lock().unwrap().extend(puts);
                }
                match self.lie {
                    Lie::AnswersUnfilled => commit.answer = answer,
                    Lie::NoChain => commit.seal = None,
                    _ => {}
                }
                Ok(commit)
            }
            Err(StoreError::Refused(mut refusal)) => {
                self.after_refusal(spare, &mut refusal);
                Err(StoreError::Refused(refusal))
            }
            Err(StoreError::CommandReused { .. }) if self.lie == Lie::ReplaysAnything => {
                let feed = self.model.feed(&FeedFrom::new(company, 0, usize::MAX))?;
                let mut commit = feed.into_iter().find(|commit| commit.id == id).unwrap();
                commit.replayed = true;
                Ok(commit)
            }
            Err(other) => Err(other),
        }
    }

    /// Judges each put alone, as a `UNIQUE` constraint does.
    fn row_by_row(&self, batch: &Batch) -> Result<(), StoreError> {
        for change in &batch.changes {
            let Change::Put { row, .. } = change else { continue };
            let mut alone = Batch::new(batch.company, self.id(), batch.meta.clone());
            alone.changes.push(Change::Put {
                row: row.copy(),
                seen: self.version(batch.company, &row.row_key()),
            });
            // A check stops before uniqueness: try it on a copy of the company instead, by asking for a clash only.
            for (at, index) in
                row.table().indexes.iter().enumerate().filter(|(_, index)| index.unique)
            {
                let mut part = fondaco_core::store::KeyWriter::new();
                if index.columns.is_empty() || !row.write_index(at, &mut part) {
                    continue;
                }
                let from = part.to_key();
                let scan = Scan {
                    table: row.table(),
                    index: Some(at),
                    to: from.after_prefix(),
                    from,
                    backwards: false,
                    limit: 9,
                };
                let found = self.model.read(&Read::now(batch.company, vec![Ask::Scan(scan)]))?;
                let Some(Reply::Rows(rows)) = found.replies.into_iter().next() else { continue };
                if let Some(holder) = rows.iter().find(|holder| holder.key() != row.row_key()) {
                    let mut refusal = Refusal::default();
                    refusal.clashes.push(fondaco_core::store::Clash {
                        index: at,
                        part: part.to_key(),
                        holder: holder.key(),
                        wanted: row.row_key(),
                    });
                    return Err(StoreError::Refused(Box::new(refusal)));
                }
            }
        }
        Ok(())
    }
}

fn keys_of(change: &Change) -> Vec<Key> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } => {
            (0..rows.len()).filter_map(|at| rows.row(at)).map(|row| row.row_key()).collect()
        }
        Change::Put { row, .. } => vec![row.row_key()],
        Change::Delete { key, .. } | Change::Erase { key } => vec![key.clone()],
        _ => vec![],
    }
}

/// Answers scans by an index that has other columns now in the order that it had.
fn by_old_places(read: &Read, answer: &mut Answer) {
    for (ask, reply) in read.asks.iter().zip(&mut answer.replies) {
        if let (Ask::Scan(Scan { table, index: Some(_), .. }), Reply::Rows(rows)) = (ask, reply)
            && matches!(table.name, "kit_mark" | "kit_tally")
        {
            rows.sort_by_key(|row| std::cmp::Reverse(row.key()));
        }
    }
}
