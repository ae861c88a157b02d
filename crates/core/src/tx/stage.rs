//! What an act has staged so far, and how a refused item takes it back.

use std::any::Any;
use std::sync::Arc;

use chrono::NaiveDate;
use smol_str::SmolStr;

use super::cache::Map;
use crate::store::{Event, Floor, KeyBytes, KeyWriter, Record, Rows, Stored, Table};

/// What will become of a row that exists, or that this act inserted.
#[derive(Clone)]
pub(crate) enum Staged {
    Put(Arc<dyn Stored>),
    Delete,
    Erase,
}

/// Adds with the same floors.
pub(crate) struct Adds {
    pub(crate) floors: Vec<Floor>,
    pub(crate) rows: Box<dyn Rows>,
    /// Whether they came sorted, each key once, each row with floors of its own: such stay as they are.
    pub(crate) one_each: bool,
}

/// Who holds the columns of a unique index within this act.
pub(crate) type Claims = Map<(usize, KeyBytes), KeyBytes>;

/// What is staged for one table.
pub(crate) struct TableStage {
    pub(crate) table: &'static Table,
    pub(crate) slots: Map<KeyBytes, Staged>,
    pub(crate) inserts: Option<Box<dyn Rows>>,
    /// Positions of inserted rows by key, for the first `inserted_to` of them: made when first needed.
    inserted: Map<KeyBytes, usize>,
    inserted_to: usize,
    pub(crate) adds: Vec<Adds>,
    /// Where the adds with some floors are, unless they were taken back.
    by_floors: Map<Vec<Floor>, usize>,
    /// What was added by key, for the first rows of each of `adds`: made when first needed.
    added: Map<KeyBytes, Arc<dyn Stored>>,
    added_to: Vec<usize>,
    pub(crate) claims: Claims,
}

#[derive(Default)]
pub(crate) struct Stage {
    pub(crate) tables: Vec<TableStage>,
    pub(crate) draws: Vec<Draws>,
    pub(crate) events: Vec<Event>,
    undo: Vec<Undo>,
    /// What each draw within an attempt was before; `None` before its first number.
    drawn: Vec<(usize, Option<(u32, Dates)>)>,
    /// How many attempts, one within the other, may still be taken back.
    attempts: u32,
}

/// The first and the last date of what draws a series' numbers.
type Dates = Option<(NaiveDate, NaiveDate)>;

/// Numbers to be drawn from one series.
#[derive(Clone)]
pub(crate) struct Draws {
    pub(crate) series: SmolStr,
    pub(crate) count: u32,
    pub(crate) dates: Dates,
}

enum Undo {
    /// How many rows a table had inserted, and how many were added under each list of floors.
    Rows(usize, usize, Vec<usize>),
    Slot(usize, KeyBytes, Option<Staged>),
    Claim(usize, (usize, KeyBytes), Option<KeyBytes>),
}

/// How much was staged when an attempt began.
pub(crate) struct Mark {
    undo: usize,
    events: usize,
    drawn: usize,
}

impl Stage {
    pub(crate) fn position(&mut self, table: &'static Table) -> usize {
        let at = self.find(table);
        at.unwrap_or_else(|| {
            self.tables.push(TableStage::new(table));
            self.tables.len() - 1
        })
    }

    pub(crate) fn find(&self, table: &'static Table) -> Option<usize> {
        let same =
            |stage: &TableStage| std::ptr::eq(stage.table, table) || stage.table.name == table.name;
        self.tables.iter().position(same)
    }

    /// What is staged for a table, to which rows will be inserted or added.
    pub(crate) fn growing(&mut self, table: &'static Table) -> &mut TableStage {
        let at = self.position(table);
        let stage = &mut self.tables[at];
        if self.attempts > 0 {
            let inserts = stage.inserts.as_ref().map_or(0, |rows| rows.len());
            let adds = stage.adds.iter().map(|adds| adds.rows.len()).collect();
            self.undo.push(Undo::Rows(at, inserts, adds));
        }
        stage
    }

    pub(crate) fn staged(&self, table: &'static Table) -> Option<&TableStage> {
        self.find(table).and_then(|at| self.tables.get(at))
    }

    pub(crate) fn set(&mut self, table: &'static Table, key: KeyBytes, staged: Staged) {
        let at = self.position(table);
        let before = self.tables[at].slots.insert(key.clone(), staged);
        self.undo.push(Undo::Slot(at, key, before));
    }

    /// Notes that `holder` has, or (for `None`) no longer has, these columns of a unique index.
    pub(crate) fn claim(
        &mut self,
        table: &'static Table,
        part: (usize, KeyBytes),
        holder: Option<KeyBytes>,
    ) {
        let at = self.position(table);
        let claims = &mut self.tables[at].claims;
        let before = match holder {
            Some(holder) => claims.insert(part.clone(), holder),
            None => claims.remove(&part),
        };
        self.undo.push(Undo::Claim(at, part, before));
    }

    /// The place of a series among the draws, about to be changed.
    pub(crate) fn draw(&mut self, series: &str) -> (usize, &mut Draws) {
        let known = self.draws.iter().position(|draw| draw.series == series);
        let at = known.unwrap_or(self.draws.len());
        let before = self.draws.get(at).map(|draw| (draw.count, draw.dates));
        if before.is_none() {
            self.draws.push(Draws { series: SmolStr::new(series), count: 0, dates: None });
        }
        if self.attempts > 0 {
            self.drawn.push((at, before));
        }
        (at, &mut self.draws[at])
    }

    /// Begins what may be taken back: ended by [`back_to`](Stage::back_to) or [`keep`](Stage::keep).
    pub(crate) fn mark(&mut self) -> Mark {
        self.attempts += 1;
        Mark { undo: self.undo.len(), events: self.events.len(), drawn: self.drawn.len() }
    }

    /// What was staged since the last mark stays.
    pub(crate) fn keep(&mut self) {
        self.attempts = self.attempts.saturating_sub(1);
        if self.attempts == 0 {
            self.drawn.clear();
        }
    }

    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.attempts = self.attempts.saturating_sub(1);
        for undo in self.undo.drain(mark.undo..).rev() {
            match undo {
                Undo::Rows(at, inserts, adds) => self.tables[at].cut(inserts, &adds),
                Undo::Slot(at, key, before) => put_back(&mut self.tables[at].slots, key, before),
                Undo::Claim(at, part, before) => {
                    put_back(&mut self.tables[at].claims, part, before)
                }
            }
        }
        self.events.truncate(mark.events);
        for (at, before) in self.drawn.drain(mark.drawn..).rev() {
            match (before, self.draws.get_mut(at)) {
                (Some((count, dates)), Some(draw)) => (draw.count, draw.dates) = (count, dates),
                _ => self.draws.truncate(at),
            }
        }
    }
}

fn put_back<K: std::hash::Hash + Eq, V>(map: &mut Map<K, V>, key: K, before: Option<V>) {
    match before {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

impl TableStage {
    fn new(table: &'static Table) -> TableStage {
        TableStage {
            table,
            slots: Map::default(),
            inserts: None,
            inserted: Map::default(),
            inserted_to: 0,
            adds: Vec::new(),
            by_floors: Map::default(),
            added: Map::default(),
            added_to: Vec::new(),
            claims: Map::default(),
        }
    }

    /// Whether rows are changed: not only read, taken back or erased. Erasing goes over all engines' rows, by one permission.
    pub(crate) fn changes(&self) -> bool {
        let inserted = self.inserts.as_ref().is_some_and(|rows| !rows.is_empty());
        let added = self.adds.iter().any(|adds| !adds.rows.is_empty());
        let put = self.slots.values().any(|staged| !matches!(staged, Staged::Erase));
        inserted || added || put
    }

    fn cut(&mut self, inserts: usize, adds: &[usize]) {
        if let Some(rows) = &mut self.inserts
            && rows.len() > inserts
        {
            rows.truncate(inserts);
            self.inserted.retain(|_, &mut at| at < inserts);
            self.inserted_to = self.inserted_to.min(inserts);
        }
        let more = self.adds.len() > adds.len()
            || self.adds.iter().zip(adds).any(|(adds, &count)| adds.rows.len() > count);
        if more {
            self.adds.truncate(adds.len());
            self.adds.iter_mut().zip(adds).for_each(|(adds, &count)| adds.rows.truncate(count));
            (self.added, self.added_to) = Default::default();
        }
    }

    /// The room for inserted rows of `R`.
    pub(crate) fn inserts_of<R: Record>(&mut self) -> Option<&mut Vec<R>> {
        let rows = self.inserts.get_or_insert_with(|| Box::new(Vec::<R>::new()));
        (rows.as_mut() as &mut dyn Any).downcast_mut::<Vec<R>>()
    }

    /// The room for deltas of `R` with these floors.
    pub(crate) fn adds_of<R: Record>(&mut self, floors: &[Floor]) -> Option<&mut Vec<R>> {
        let known = self.by_floors.get(floors).copied();
        let stands = |at: &usize| self.adds.get(*at).is_some_and(|adds| adds.floors == floors);
        let at = known.filter(stands).unwrap_or_else(|| {
            let rows = Box::new(Vec::<R>::new());
            self.adds.push(Adds { floors: floors.to_vec(), rows, one_each: false });
            self.by_floors.insert(floors.to_vec(), self.adds.len() - 1);
            self.adds.len() - 1
        });
        (self.adds.get_mut(at)?.rows.as_mut() as &mut dyn Any).downcast_mut::<Vec<R>>()
    }

    /// Takes deltas as they are, sorted and of one key each, under floors of their own.
    pub(crate) fn add_each<R: Record>(&mut self, deltas: Vec<R>, floors: Vec<Floor>) {
        self.adds.push(Adds { floors, rows: Box::new(deltas), one_each: true });
    }

    /// The inserted row with this key.
    pub(crate) fn inserted(&mut self, key: &KeyBytes) -> Option<usize> {
        let rows = self.inserts.as_ref()?;
        let mut writer = KeyWriter::new();
        while self.inserted_to < rows.len() {
            writer.clear();
            rows.row(self.inserted_to)?.write_key(&mut writer);
            self.inserted.insert(writer.to_key(), self.inserted_to);
            self.inserted_to += 1;
        }
        self.inserted.get(key).copied()
    }

    /// All that was added to the counter with this key.
    pub(crate) fn added(
        &mut self,
        key: &KeyBytes,
    ) -> Result<Option<Arc<dyn Stored>>, &'static str> {
        self.added_to.resize(self.adds.len(), 0);
        for (adds, to) in self.adds.iter().zip(&mut self.added_to) {
            while let Some(delta) = adds.rows.row(*to) {
                *to += 1;
                match self.added.entry(delta.row_key().bytes) {
                    std::collections::hash_map::Entry::Vacant(entry) => {
                        entry.insert(delta.copy());
                    }
                    std::collections::hash_map::Entry::Occupied(mut entry) => {
                        add_to(entry.get_mut(), delta)?
                    }
                }
            }
        }
        Ok(self.added.get(key).cloned())
    }
}

/// Adds `delta` to a counter that may be shared.
pub(crate) fn add_to(sum: &mut Arc<dyn Stored>, delta: &dyn Stored) -> Result<(), &'static str> {
    if Arc::get_mut(sum).is_none() {
        *sum = sum.copy();
    }
    Arc::get_mut(sum).map_or(Ok(()), |sum| sum.add(delta))
}
