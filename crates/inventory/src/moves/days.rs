//! Moves that are dated before others: what they take was there on every day since, and not only is there now.
//!
//! A move that is dated at or after all others of its item at its site needs no such judging, and nearly all are. So the level keeps its
//! [last day](Stock::last_day), which the batch has read anyway: that nothing was moved later is a floor under it, which the store judges
//! at the commit with the others. Only where something was, the later legs are read, once for each item and site, and the act rests on the
//! place that it judges by them.

use std::collections::BTreeMap;
use std::ops::Bound;

use chrono::NaiveDate;
use fondaco_core::tx::{Cell, LogMark, Logged, Pending, Rows, Running};
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, Tx};
use smol_str::SmolStr;

use super::book::Map;
use super::judge::Judged;
use super::{Move, Stage};
use crate::items::Lot;
use crate::levels::{Levels, Stock, number_of};

/// Where a leg lies, and of which lot.
pub(crate) type Place = (ItemId, SmolStr, Option<Id<Lot>>);

pub(crate) fn place_of(row: &Move) -> Place {
    (row.item, row.location.clone(), row.lot.copied())
}

/// How much was moved on which day.
pub(crate) type ByDay = BTreeMap<NaiveDate, i128>;

/// The legs of a batch, with what was moved on days after those of its moves.
#[derive(Default)]
pub(crate) struct Days {
    rows: Rows<Move>,
    /// The last day of the batch's own legs, by the place of the level's cell.
    last: Logged<Option<NaiveDate>>,
    /// The batch's own legs by place and day, from when they are first asked for.
    own: Option<Map<Place, ByDay>>,
    /// The stored legs after a day by place and day, of items at sites.
    stored: Map<(ItemId, SiteId), Later>,
}

/// What is stored of an item at a site after a day.
#[derive(Default)]
struct Later {
    after: NaiveDate,
    by_place: Map<Place, ByDay>,
}

/// On which days there would be too little.
pub(crate) struct TooLittle {
    /// The first of them.
    pub(crate) day: NaiveDate,
    /// How much is lacking at its end.
    pub(crate) below: i128,
    /// The first day from which on there is enough.
    pub(crate) from: NaiveDate,
}

impl Days {
    pub(crate) fn with_capacity(moves: usize) -> Days {
        Days { rows: Rows::with_capacity(moves), ..Days::default() }
    }

    pub(crate) fn as_slice(&self) -> &[Move] {
        self.rows.as_slice()
    }

    /// Reads what is stored after the moves that may take something, where anything is: each item at a site once, from the earliest.
    pub(crate) fn prepare(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        judged: &[&Judged<'_>],
    ) -> Result<(), Halt> {
        let mut earliest: BTreeMap<(ItemId, SiteId), NaiveDate> = BTreeMap::new();
        for judged in judged {
            let date = judged.new.date;
            for leg in judged.legs().filter(|leg| leg.shelf.is_some() && leg.units <= 0) {
                let key = (judged.new.item, leg.site);
                let cell = levels.stocks.cell(key);
                if levels.stocks.value(tx, cell, Stock::NOT_AFTER)? < -i128::from(number_of(date)) {
                    let known = earliest.entry(key).or_insert(date);
                    *known = date.min(*known);
                }
            }
        }
        for (key, date) in earliest {
            self.read(tx, key, date)?;
        }
        Ok(())
    }

    fn read(
        &mut self,
        tx: &mut Tx<'_>,
        key: (ItemId, SiteId),
        after: NaiveDate,
    ) -> Result<(), Halt> {
        let mut later = Later { after, by_place: Map::default() };
        if let Some(next) = after.succ_opt() {
            let range = Range::by(Move::BY_ITEM, &key).from(&next);
            tx.peek_each(&range, |row: &Move| {
                note(&mut later.by_place, row, 1);
                Ok::<_, Halt>(())
            })?;
        }
        self.stored.insert(key, later);
        Ok(())
    }

    /// Whether anything is stored of an item at a site on a day after this one. That nothing is, the commit judges too.
    pub(crate) fn is_followed(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        (cell, date): (Cell, NaiveDate),
    ) -> Result<bool, Halt> {
        let line = -number_of(date);
        if levels.stocks.value(tx, cell, Stock::NOT_AFTER)? >= i128::from(line) {
            levels.stocks.keep(cell, Stock::NOT_AFTER, line);
            return Ok(false);
        }
        let Some(&key) = levels.stocks.key(cell) else { return Ok(true) };
        if self.stored.get(&key).is_none_or(|later| later.after > date) {
            self.read(tx, key, date)?;
        }
        Ok(true)
    }

    /// Whether the batch itself moved anything of an item at a site on a later day.
    pub(crate) fn moved_after(&self, cell: Cell, date: NaiveDate) -> bool {
        self.last.get(cell.place()).copied().flatten().is_some_and(|last| last > date)
    }

    /// What was moved in a place on days after this one: stored, which was read before, and in the batch.
    pub(crate) fn after(
        &mut self,
        site: SiteId,
        cell: Cell,
        place: &Place,
        date: NaiveDate,
    ) -> ByDay {
        let mut after = ByDay::new();
        let mut add = |days: Option<&ByDay>| {
            let later = (Bound::Excluded(date), Bound::Unbounded);
            for (day, units) in days.into_iter().flat_map(|days| days.range(later)) {
                *after.entry(*day).or_default() += units;
            }
        };
        add(self.stored.get(&(place.0, site)).and_then(|later| later.by_place.get(place)));
        if self.moved_after(cell, date) {
            add(self.own().get(place));
        }
        after
    }

    /// What was added on days after one to what there is of lots, wherever: stored, and in the batch where there is any of it.
    pub(crate) fn of_lots_after(
        &self,
        tx: &mut Tx<'_>,
        lots: &[Id<Lot>],
        (date, in_batch): (NaiveDate, bool),
    ) -> Result<ByDay, Halt> {
        let mut after = ByDay::new();
        let mut add = |row: &Move| {
            if row.date > date && row.stage != Stage::Outside {
                *after.entry(row.date).or_default() += i128::from(row.quantity.units());
            }
            Ok::<_, Halt>(())
        };
        let ranges: Vec<_> = lots.iter().map(|lot| Range::by(Move::BY_LOT, lot)).collect();
        tx.peek_each_of(&ranges, &mut add)?;
        let is_of = |row: &&Move| row.lot.get().is_some_and(|lot| lots.contains(lot));
        self.rows.as_slice().iter().filter(|row| in_batch && is_of(row)).try_for_each(add)?;
        Ok(after)
    }

    fn own(&mut self) -> &Map<Place, ByDay> {
        let rows = self.rows.as_slice();
        self.own.get_or_insert_with(|| {
            let mut own = Map::default();
            rows.iter().for_each(|row| note(&mut own, row, 1));
            own
        })
    }

    /// Notes that a level was moved on a day.
    pub(crate) fn note(&mut self, cell: Cell, date: NaiveDate) {
        while self.last.as_slice().len() <= cell.place() {
            self.last.push(None);
        }
        if self.last.get(cell.place()).is_some_and(|last| last.is_none_or(|last| last < date))
            && let Some(last) = self.last.get_mut(cell.place())
        {
            *last = Some(date);
        }
    }

    pub(crate) fn push(&mut self, row: Move) {
        if let Some(own) = &mut self.own {
            note(own, &row, 1);
        }
        self.rows.push(row);
    }

    /// Brings the last days of the levels up to those of the batch. Who moves the first of a day rests on the level; all others don't.
    pub(crate) fn stage_last(
        &self,
        tx: &mut Tx<'_>,
        stocks: &mut Running<Stock>,
    ) -> Result<(), Halt> {
        for cell in stocks.changed() {
            let Some(last) = self.last.get(cell.place()).copied().flatten() else { continue };
            let later = i128::from(number_of(last)) + stocks.value(tx, cell, Stock::NOT_AFTER)?;
            let Ok(last_day @ 1..) = i64::try_from(later) else { continue };
            stocks.rest_on(tx, cell)?;
            let Some(&(item, site)) = stocks.key(cell) else { continue };
            stocks.add(Stock { last_day, ..Stock::none(item, site) })?;
        }
        Ok(())
    }
}

fn note(by_place: &mut Map<Place, ByDay>, row: &Move, sign: i128) {
    let of_day = by_place.entry(place_of(row)).or_default().entry(row.date).or_default();
    *of_day += sign * i128::from(row.quantity.units());
}

/// The most that was added on days after one, up to any of them: what there has to be now, for there to be none too few then.
pub(crate) fn needed(after: &ByDay) -> i128 {
    let (mut since, mut needed) = (0, 0);
    for units in after.values().rev() {
        since += units;
        needed = needed.max(since);
    }
    needed
}

/// On which days from `date` on there was too little, when there is so much now and this was moved since.
pub(crate) fn too_little(now: i128, after: &ByDay, date: NaiveDate) -> Option<TooLittle> {
    let (mut then, mut found) = (now, None);
    let begins = after.keys().rev().skip(1).copied().chain([date]);
    for ((day, units), begin) in after.iter().rev().zip(begins) {
        then -= units; // at the end of `begin`, and of all days before `day`
        if then < 0 {
            let from = found.map_or(*day, |TooLittle { from, .. }| from);
            found = Some(TooLittle { day: begin, below: -then, from });
        }
    }
    found
}

impl Pending for Days {
    type Mark = (usize, LogMark);

    fn mark(&self) -> Self::Mark {
        (self.rows.len(), self.last.mark())
    }

    fn back_to(&mut self, (rows, last): Self::Mark) {
        if let Some(own) = &mut self.own {
            let gone = self.rows.as_slice().get(rows..).unwrap_or_default();
            gone.iter().for_each(|row| note(own, row, -1));
        }
        self.rows.back_to(rows);
        self.last.back_to(last);
    }

    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.rows.finish(tx)
    }
}
