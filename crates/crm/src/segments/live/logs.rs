//! Contacts and their events, as they come and change.
//!
//! One list for each contact, by kind, time and id, so that all that somebody did lies side by side; who does very much has a list for each
//! kind. The ids lie apart, by the rows of the attributes: they are looked at only where a few bits of them agree.

use fondaco_core::map::HashMap;

use super::blocks::{Blocks, Slot, make_room};
use crate::segments::columns::{People, Table};
use crate::segments::evaluate::{Records, Track};
use crate::segments::{Schema, SegmentError, Value};

/// An event: when, and the row of its id and its attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    pub(super) at: i64,
    pub(super) row: u32,
    /// The kind, and eight bits of the id.
    mark: u32,
}

impl Act {
    pub(super) fn new(kind: usize, id: u64, at: i64, row: u32) -> Act {
        Act { at, row, mark: mark(kind, id) }
    }

    pub(super) fn kind(self) -> usize {
        (self.mark >> 8) as usize
    }
}

/// The bit of a kind among [those](Logs::kinds) that a contact has.
pub(super) fn bit_of(kind: usize) -> u64 {
    1 << kind.min(63)
}

fn mark(kind: usize, id: u64) -> u32 {
    let some = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    u32::try_from(kind).unwrap_or(u32::MAX) << 8 | u32::try_from(some).unwrap_or(0)
}

/// One contact's events of one kind, in the order of time and then of ids.
#[derive(Clone, Copy)]
pub(crate) struct Log<'l>(pub(super) &'l [Act]);

impl Track for Log<'_> {
    #[inline]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn at(&self, place: usize) -> i64 {
        self.0.get(place).map_or(i64::MAX, |act| act.at)
    }

    #[inline]
    fn row(&self, place: usize) -> usize {
        self.0.get(place).map_or(usize::MAX, |act| act.row as usize)
    }
}

/// The events of who did very much.
#[derive(Clone, Debug, Default)]
struct Long {
    kinds: Vec<(usize, Vec<Act>)>,
    /// When each was, by kind and id.
    ids: HashMap<(usize, u64), i64>,
}

impl Long {
    fn kind_mut(&mut self, kind: usize) -> Option<&mut Vec<Act>> {
        let place = self.kinds.iter().position(|(one, _)| *one == kind);
        let place = place.unwrap_or_else(|| {
            self.kinds.push((kind, Vec::new()));
            self.kinds.len() - 1
        });
        self.kinds.get_mut(place).map(|(_, acts)| acts)
    }
}

/// What happened, by contact and kind.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    pub(super) schema: std::sync::Arc<Schema>,
    pub(super) people: People,
    pub(super) tables: Vec<Table>,
    /// The ids of events, by kind and row.
    pub(super) ids: Vec<Vec<u64>>,
    /// Rows of erased events, to be used again.
    pub(super) free: Vec<Vec<u32>>,
    slots: Vec<Slot>,
    blocks: Blocks<Act>,
    long: HashMap<u32, Long>,
}

impl Logs {
    pub(super) fn new(schema: std::sync::Arc<Schema>) -> Logs {
        let tables: Vec<Table> =
            schema.events.iter().map(|kind| Table::new(&kind.fields)).collect();
        Logs {
            people: People::new(&schema),
            schema,
            ids: vec![Vec::new(); tables.len()],
            free: vec![Vec::new(); tables.len()],
            tables,
            slots: Vec::new(),
            blocks: Blocks::new(),
            long: HashMap::default(),
        }
    }

    pub(super) fn contacts(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn push(&mut self) {
        make_room(&mut self.slots, 1);
        self.slots.push(Slot::default());
    }

    #[inline]
    fn slot(&self, contact: u32) -> Slot {
        self.slots.get(contact as usize).copied().unwrap_or_default()
    }

    /// All that a contact did, unless it has a list for each kind.
    #[inline]
    fn all(&self, contact: u32) -> &[Act] {
        self.blocks.list(self.slot(contact))
    }

    /// Looks at what a contact did, so that it is near when it is asked about: a number that means nothing.
    pub(super) fn touch(&self, contact: u32) -> i64 {
        self.all(contact).first().map_or(0, |act| act.at)
    }

    /// Of which kinds a contact has events, as bits; the last stands for all kinds from there on.
    pub(super) fn kinds(&self, contact: u32) -> u64 {
        let slot = self.slot(contact);
        let bits = |bits: u64, kind: usize| bits | bit_of(kind);
        if slot.is_elsewhere() {
            let long = self.long.get(&contact).map(|long| long.kinds.as_slice());
            let some = long.unwrap_or_default().iter().filter(|(_, acts)| !acts.is_empty());
            return some.fold(0, |all, (kind, _)| bits(all, *kind));
        }
        self.blocks.list(slot).iter().fold(0, |all, act| bits(all, act.kind()))
    }

    /// Where a kind's begin and end among all of a contact.
    #[inline]
    fn bounds(all: &[Act], kind: usize) -> std::ops::Range<usize> {
        let start = all.iter().position(|act| act.kind() >= kind).unwrap_or(all.len());
        let rest = all.get(start..).unwrap_or_default();
        let len = rest.iter().position(|act| act.kind() != kind).unwrap_or(rest.len());
        start..start + len
    }

    #[inline]
    pub(super) fn log(&self, contact: u32, kind: usize) -> &[Act] {
        let slot = self.slot(contact);
        if slot.is_elsewhere() {
            let long = self.long.get(&contact);
            let found = long.and_then(|long| long.kinds.iter().find(|(one, _)| *one == kind));
            return found.map(|(_, acts)| acts.as_slice()).unwrap_or_default();
        }
        let all = self.blocks.list(slot);
        all.get(Logs::bounds(all, kind)).unwrap_or_default()
    }

    fn id(&self, kind: usize, act: Act) -> u64 {
        self.ids.get(kind).and_then(|ids| ids.get(act.row as usize)).copied().unwrap_or(0)
    }

    /// Where an event is, or would be, among those of its kind.
    pub(super) fn place(&self, contact: u32, kind: usize, at: i64, id: u64) -> usize {
        let log = self.log(contact, kind);
        // Most events are the newest.
        if log.last().is_none_or(|last| last.at < at) {
            return log.len();
        }
        log.partition_point(|act| (act.at, self.id(kind, *act)) < (at, id))
    }

    /// Where the event of an id is among those of its kind.
    pub(super) fn find(&self, contact: u32, kind: usize, id: u64) -> Option<usize> {
        if self.slot(contact).is_elsewhere() {
            let at = self.long.get(&contact)?.ids.get(&(kind, id))?;
            return Some(self.place(contact, kind, *at, id));
        }
        let sought = mark(kind, id);
        let is_it = |act: &Act| act.mark == sought && self.id(kind, *act) == id;
        self.log(contact, kind).iter().position(is_it)
    }

    /// A row for an id and attributes that are yet to be stored.
    pub(super) fn row(
        &mut self,
        kind: usize,
        id: u64,
        values: &[Value],
    ) -> Result<u32, SegmentError> {
        let (Some(table), Some(ids), Some(free)) =
            (self.tables.get_mut(kind), self.ids.get_mut(kind), self.free.get_mut(kind))
        else {
            return Ok(0);
        };
        if let Some(row) = free.last().copied() {
            table.set(row as usize, values)?;
            free.pop();
            if let Some(there) = ids.get_mut(row as usize) {
                *there = id;
            }
            return Ok(row);
        }
        let row = u32::try_from(table.push(values)?).unwrap_or(u32::MAX);
        make_room(ids, 1);
        ids.push(id);
        Ok(row)
    }

    /// Forgets a row.
    fn forget(&mut self, kind: usize, row: u32) {
        if let Some(table) = self.tables.get_mut(kind) {
            table.clear(row as usize);
        }
        if let Some(id) = self.ids.get_mut(kind).and_then(|ids| ids.get_mut(row as usize)) {
            *id = 0;
        }
        if let Some(free) = self.free.get_mut(kind) {
            free.push(row);
        }
    }

    /// Puts an event among those of its kind; gives its place.
    pub(super) fn insert(&mut self, contact: u32, kind: usize, id: u64, act: Act) -> usize {
        let place = self.place(contact, kind, act.at, id);
        let start = Logs::bounds(self.all(contact), kind).start;
        if !self.slot(contact).is_elsewhere() {
            let Some(slot) = self.slots.get_mut(contact as usize) else { return place };
            if self.blocks.insert(slot, start + place, act) {
                return place;
            }
            self.lengthen(contact);
        }
        if let Some(long) = self.long.get_mut(&contact) {
            long.ids.insert((kind, id), act.at);
            if let Some(acts) = long.kind_mut(kind) {
                acts.insert(place.min(acts.len()), act);
            }
        }
        place
    }

    /// A list for each kind.
    fn lengthen(&mut self, contact: u32) {
        let mut long = Long::default();
        for act in self.all(contact) {
            let kind = act.kind();
            long.ids.insert((kind, self.id(kind, *act)), act.at);
            if let Some(acts) = long.kind_mut(kind) {
                acts.push(*act);
            }
        }
        self.long.insert(contact, long);
        if let Some(slot) = self.slots.get_mut(contact as usize) {
            self.blocks.release(std::mem::replace(slot, Slot::ELSEWHERE));
        }
    }

    /// Forgets an event, by its place among those of its kind.
    pub(super) fn remove(&mut self, contact: u32, kind: usize, place: usize) {
        let Some(act) = self.log(contact, kind).get(place).copied() else { return };
        let id = self.id(kind, act);
        let start = Logs::bounds(self.all(contact), kind).start;
        if let Some(long) = self.long.get_mut(&contact) {
            long.ids.remove(&(kind, id));
            if let Some(acts) = long.kind_mut(kind) {
                acts.remove(place);
            }
        } else if let Some(slot) = self.slots.get_mut(contact as usize) {
            self.blocks.remove(slot, start + place);
        }
        self.forget(kind, act.row);
    }

    /// Forgets all that a contact did.
    pub(super) fn erase(&mut self, contact: u32) {
        let mut acts = self.all(contact).to_vec();
        let long = self.long.remove(&contact).unwrap_or_default();
        acts.extend(long.kinds.iter().flat_map(|(_, acts)| acts));
        if let Some(slot) = self.slots.get_mut(contact as usize) {
            self.blocks.release(std::mem::take(slot));
        }
        for act in acts {
            self.forget(act.kind(), act.row);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let long = |long: &Long| {
            let acts = |(_, acts): &(usize, Vec<Act>)| 32 + acts.capacity() * size_of::<Act>();
            64 + long.kinds.iter().map(acts).sum::<usize>() + 25 * long.ids.capacity()
        };
        self.people.bytes()
            + self.tables.iter().map(Table::bytes).sum::<usize>()
            + self.ids.iter().map(|ids| 8 * ids.capacity()).sum::<usize>()
            + self.free.iter().map(|rows| 4 * rows.capacity()).sum::<usize>()
            + self.slots.capacity() * size_of::<Slot>()
            + self.blocks.bytes()
            + self.long.values().map(long).sum::<usize>()
    }
}

impl Records for Logs {
    type Track<'t> = Log<'t>;

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn people(&self) -> &People {
        &self.people
    }

    fn table(&self, kind: usize) -> Option<&Table> {
        self.tables.get(kind)
    }

    #[inline]
    fn track(&self, contact: u32, kind: usize) -> Log<'_> {
        Log(self.log(contact, kind))
    }
}

/// The same without the newest events of one kind.
pub(super) struct Without<'l> {
    pub(super) logs: &'l Logs,
    pub(super) kind: usize,
    /// So many of the kind count.
    pub(super) len: usize,
}

impl Records for Without<'_> {
    type Track<'t>
        = Log<'t>
    where
        Self: 't;

    fn schema(&self) -> &Schema {
        &self.logs.schema
    }

    fn people(&self) -> &People {
        &self.logs.people
    }

    fn table(&self, kind: usize) -> Option<&Table> {
        self.logs.tables.get(kind)
    }

    #[inline]
    fn track(&self, contact: u32, kind: usize) -> Log<'_> {
        let log = self.logs.log(contact, kind);
        match kind == self.kind {
            true => Log(log.get(..self.len).unwrap_or(log)),
            false => Log(log),
        }
    }
}
