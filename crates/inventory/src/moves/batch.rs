//! A batch of moves: each judged after those before it, everything staged once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::store::{Event, Record, StoreError, Stored};
use fondaco_core::tx::{Cell, Noted, Pending, Rows};
use fondaco_core::{Halt, Id, IdRun, ItemId, Range, Reading, Tx};
use smol_str::SmolStr;

use super::along::Along;
use super::asking::Asking;
use super::book::{Book, Held, Map};
use super::judge::{Class, Judged, Leg};
use super::{Move, MoveError, MoveKind, Stage};
use crate::items::{Lot, Tracking};
use crate::levels::{
    Bin, Flow, Levels, LocationUse, LotBin, LotTotal, MoveUse, Stock, Touched, month_of, schedule,
};
use crate::{Qty, StockError};

/// What a batch of moves keeps in memory.
#[derive(Pending)]
pub(crate) struct Pages<A: Along> {
    moves: Legs,
    taken: Noted<u32>,
    along: A,
    levels: Levels,
}

/// The ids that a batch of moves takes its own from.
pub(crate) struct Ids(IdRun<Move>);

impl Ids {
    pub(crate) fn draw(tx: &mut Tx<'_>, count: usize) -> Result<Ids, StockError> {
        let too_many = || MoveError::TooMany { count };
        let ids = u32::try_from(count).map_err(|_| too_many())?;
        if ids > MOST {
            return Err(too_many().into());
        }
        Ok(Ids(tx.ids(ids)?))
    }
}

/// So many moves one command takes.
const MOST: u32 = 16_000_000;

impl<A: Along> Pages<A> {
    /// Reads the levels that these moves will be judged by, and what goes along.
    pub(crate) fn prepare(
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &[&Judged<'_>],
    ) -> Result<Pages<A>, StockError> {
        let levels = Levels::prepare(tx, touched(book, judged))?;
        let along = A::prepare(tx, book, judged)?;
        let counts = judged.iter().any(|judged| judged.kind == MoveKind::Count);
        let moves = Legs::with_capacity(judged.len(), counts);
        Ok(Pages { moves, taken: Noted(0), along, levels })
    }

    /// Takes a move, or refuses it; what it did is then taken back by who asked.
    ///
    /// # Errors
    /// A [`MoveError`], what goes along refuses, or a [`Halt`](fondaco_core::Halt).
    pub(crate) fn take(
        &mut self,
        tx: &mut Tx<'_>,
        (book, ids, asking): (&Book, &Ids, &mut Asking),
        judged: &Judged<'_>,
    ) -> Result<Id<Move>, StockError> {
        asking.ask(tx, book, judged)?;
        let taken = self.taken.0;
        let id = ids.0.get(taken).ok_or(MoveError::TooMany { count: taken as usize })?;
        self.taken.0 = taken + 1;
        let counted = match judged.kind {
            MoveKind::Count => Some(self.counted(tx, book, judged)?),
            _ => None,
        };
        let difference = |leg: &Leg<'_>| counted.unwrap_or(leg.units);
        let mut rows = [None, None];
        for (at, leg) in judged.legs().enumerate() {
            if let Some(row) = rows.get_mut(at) {
                *row = Some(row_of(tx, judged, leg, (id, at as u8), difference(leg)));
            }
        }
        self.change(tx, book, judged, &difference)?;
        self.use_origin(tx, judged)?;
        let [first, second] = rows;
        let legs = [first.as_ref(), second.as_ref()];
        self.along.after(tx, judged, &legs, &mut self.levels)?;
        first.into_iter().chain(second).for_each(|row| self.moves.push(row));
        Ok(id)
    }

    /// How much more there is than the books say for the end of that day. Rests on what lies there.
    fn counted(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
    ) -> Result<i64, StockError> {
        let Some(leg) = judged.legs().next() else { return Ok(0) };
        let (item, code) = (judged.new.item, leg.code());
        let there = match leg.lot {
            Some(held) => {
                let cell = self.levels.lot_bins.cell((held.lot.id, code.clone()));
                self.levels.lot_bins.rest_on(tx, cell)?;
                self.levels.lot_bins.value(tx, cell, LotBin::ON_HAND)?
            }
            None => {
                let cell = self.levels.bins.cell((item, code.clone()));
                self.levels.bins.rest_on(tx, cell)?;
                self.levels.bins.value(tx, cell, Bin::ON_HAND)?
            }
        };
        let place = (item, code, leg.lot.map(|held| held.lot.id));
        let mut since = self.moves.after(&place, judged.new.date);
        // What was moved there on later days was not there yet. It all changed the counter that the act rests on.
        if let Some(next) = judged.new.date.succ_opt().filter(|next| *next <= book.today) {
            let range = Range::by(Move::BY_ITEM, &(item, leg.site)).from(&next);
            let mut add = |row: &Move| {
                since += if place_of(row) == place { i128::from(row.quantity.units()) } else { 0 };
                Ok::<_, Halt>(())
            };
            tx.peek_each(&range, &mut add)?;
        }
        let difference = i128::from(judged.units) - (there - since);
        i64::try_from(difference).map_err(|_| too_much(judged).into())
    }

    /// Changes the levels, and judges those that went down.
    fn change(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        units: &dyn Fn(&Leg<'_>) -> i64,
    ) -> Result<(), StockError> {
        let item = judged.new.item;
        let mut changes: [Option<Stock>; 2] = [None, None];
        for (at, leg) in judged.legs().enumerate() {
            let change = stock_of(item, leg, units(leg));
            let [first, second] = &mut changes;
            match first {
                // Within one site a transfer changes a level once.
                Some(first) if first.site == leg.site => {
                    Record::add(first, &change).map_err(|_| too_much(judged))?;
                }
                Some(_) => *second = Some(change),
                None if at == 0 => *first = Some(change),
                None => {}
            }
        }
        if let Some(first) = &mut changes[0] {
            self.along.before(tx, judged, first, &mut self.levels)?;
        }
        let mut lower: [Option<Cell>; 2] = [None, None];
        for (change, lower) in changes.into_iter().zip(&mut lower) {
            let Some(change) = change else { continue };
            let goes_down = Stock::AVAILABLE.of(&change) < 0;
            let may_be = book.may_be_below_zero(&judged.kept.item, &change.site);
            let cell = self.levels.add(change)?;
            *lower = Some(cell).filter(|_| goes_down && !may_be);
        }
        for leg in judged.legs() {
            self.change_places(tx, book, judged, (leg, units(leg)))?;
        }
        for cell in lower.into_iter().flatten() {
            self.judge_available(tx, book, judged, cell)?;
        }
        Ok(())
    }

    fn change_places(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        (leg, units): (&Leg<'_>, i64),
    ) -> Result<(), StockError> {
        let (item, code) = (judged.new.item, leg.code());
        if leg.stage == Stage::Stock && leg.weight != 0 {
            self.levels.add_weight(item, leg.site, leg.weight)?;
        }
        if let Some(held) = leg.lot {
            let there = if leg.stage == Stage::Outside { 0 } else { units };
            let total = self.levels.add_lot(held.lot.id, there)?;
            if judged.kept.item.tracking == Tracking::Serial && there > 0 {
                self.judge_serial(tx, judged, (leg, total))?;
            }
            if held.lot.expires.is_some() && !held.lapsed {
                let legs = self.levels.lot_totals.value(tx, total, LotTotal::NUMBER_OF_LEGS)?;
                if legs == 1 {
                    schedule(tx, held.lot.id, held.lot.expires)?; // its first: from now on it can expire
                }
            }
        }
        if leg.shelf.is_none() {
            return Ok(());
        }
        let bin = self.levels.add_bin(item, code.clone(), units)?;
        let may_be = book.may_be_below_zero(&judged.kept.item, &leg.site);
        if let Some(held) = leg.lot {
            let cell = self.levels.add_lot_bin(held.lot.id, code.clone(), units)?;
            if units < 0
                && let Some(missing) = self.levels.lot_bins.judge(tx, cell, LotBin::FREE, 0)?
            {
                let wanted = judged.quantity(-i128::from(units));
                let there = judged.quantity(-i128::from(units) - missing);
                let (lot, location) = (held.lot.code.clone(), code);
                return Err(MoveError::LotShort { lot, location, wanted, there }.into());
            }
        }
        if units < 0
            && !may_be
            && let Some(missing) = self.levels.bins.judge(tx, bin, Bin::FREE, 0)?
        {
            let wanted = judged.quantity(-i128::from(units));
            let there = judged.quantity(-i128::from(units) - missing);
            let item = judged.kept.item.code.clone();
            return Err(MoveError::BinShort { item, location: code, wanted, there }.into());
        }
        Ok(())
    }

    /// One piece of a serial number, wherever it is.
    fn judge_serial(
        &mut self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        (leg, total): (&Leg<'_>, Cell),
    ) -> Result<(), StockError> {
        let one = 10i64.pow(u32::from(crate::QUANTITY_DIGITS));
        if self.levels.lot_totals.judge(tx, total, LotTotal::ROOM_FOR_ONE, -one)?.is_none() {
            return Ok(());
        }
        let serial = leg.lot.map(|held| held.lot.code.clone()).unwrap_or_default();
        Err(MoveError::SerialTaken { serial, item: judged.kept.item.code.clone() }.into())
    }

    /// What is available at the site does not fall below zero.
    fn judge_available(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        cell: Cell,
    ) -> Result<(), StockError> {
        let Some(missing) = self.levels.stocks.judge(tx, cell, Stock::AVAILABLE, 0)? else {
            return Ok(());
        };
        let site = self.levels.stocks.key(cell).and_then(|(_, site)| book.site(site));
        let units = judged.legs().map(|leg| leg.units.unsigned_abs()).max().unwrap_or(0);
        let wanted = i128::from(units).max(missing);
        Err(MoveError::Short {
            item: judged.kept.item.code.clone(),
            site: site.map(|site| site.code.clone()).unwrap_or_default(),
            wanted: judged.quantity(wanted),
            available: judged.quantity(wanted - missing),
        }
        .into())
    }

    /// Takes what it is of from what is left of the move that it is of; a return that is taken back gives it back.
    fn use_origin(&mut self, tx: &mut Tx<'_>, judged: &Judged<'_>) -> Result<(), StockError> {
        let (Some(origin), Some((of, units))) = (judged.origin, judged.uses()) else {
            return Ok(());
        };
        let all = origin.quantity.units().saturating_abs();
        let cell = self.levels.add_use(of, units)?;
        if let Some(missing) =
            self.levels.uses.judge(tx, cell, MoveUse::UNUSED, all.saturating_neg())?
        {
            let left = judged.quantity(i128::from(units) - missing);
            return Err(match judged.kind {
                MoveKind::Reversal => MoveError::InUse { of, used: judged.quantity(missing) },
                _ => MoveError::OverUsed { of, left, wanted: judged.quantity(i128::from(units)) },
            }
            .into());
        }
        if let (MoveKind::Reversal, Some(of)) = (judged.kind, origin.of.get()) {
            self.levels.add_use(*of, units.saturating_neg())?;
        }
        Ok(())
    }

    /// Stages all of it: one insert of the legs, one addition for each level, and what goes along.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub(crate) fn stage(
        mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        ids: &Ids,
    ) -> Result<(), StockError> {
        let taken = self.taken.0;
        if taken > 0 {
            self.along.close(tx, &mut self.levels)?;
            tx.add_all(self.moves.flows()?)?;
            tx.add_all(self.moves.location_uses(book)?)?;
            let moved = Event::new("stock.moved").with("moves", i64::from(taken));
            tx.emit(moved.with("first", ids.0.first()));
        }
        Ok(self.finish(tx)?)
    }
}

/// Where a leg lies, and of which lot.
type Place = (ItemId, SmolStr, Option<Id<Lot>>);

fn place_of(row: &Move) -> Place {
    (row.item, row.location.clone(), row.lot.copied())
}

/// The legs of a batch; where something is counted, also by place and day.
pub(crate) struct Legs {
    rows: Rows<Move>,
    by_place: Option<Map<Place, BTreeMap<NaiveDate, i128>>>,
}

impl Legs {
    fn with_capacity(moves: usize, counts: bool) -> Legs {
        Legs { rows: Rows::with_capacity(moves), by_place: counts.then(Map::default) }
    }

    fn push(&mut self, row: Move) {
        self.note(&row, 1);
        self.rows.push(row);
    }

    fn note(&mut self, row: &Move, sign: i128) {
        if let Some(by_place) = &mut self.by_place {
            let of_day = by_place.entry(place_of(row)).or_default().entry(row.date).or_default();
            *of_day += sign * i128::from(row.quantity.units());
        }
    }

    /// What was moved in a place after a day.
    fn after(&self, place: &Place, date: NaiveDate) -> i128 {
        let days = self.by_place.as_ref().and_then(|by_place| by_place.get(place));
        let after = (std::ops::Bound::Excluded(date), std::ops::Bound::Unbounded);
        days.map_or(0, |days| days.range(after).map(|(_, units)| units).sum())
    }
}

impl Legs {
    /// What moved by item, site and month: of what counts to the stock.
    fn flows(&self) -> Result<Vec<Flow>, Halt> {
        let of_stock = self.rows.as_slice().iter().filter(|leg| leg.stage == Stage::Stock);
        added_up(of_stock.map(|leg| {
            let units = leg.quantity.units();
            Flow {
                item: leg.item,
                site: leg.site,
                month: month_of(leg.date),
                received: Qty::from_units(units.max(0)),
                issued: Qty::from_units(units.min(0).saturating_neg()),
                legs: 1,
            }
        }))
    }

    /// How often something was put into a location or taken from it; what is on its way counts at the root of its site.
    fn location_uses(&self, book: &Book) -> Result<Vec<LocationUse>, Halt> {
        let root = |site| book.site(site).map(|site| site.root().clone()).unwrap_or_default();
        added_up(self.rows.as_slice().iter().map(|leg| {
            let on_the_way = leg.location.is_empty();
            let location = if on_the_way { root(&leg.site) } else { leg.location.clone() };
            LocationUse { location, legs: 1 }
        }))
    }
}

/// One row for each key, with the sums of those that have it.
fn added_up<R: Record>(deltas: impl Iterator<Item = R>) -> Result<Vec<R>, Halt>
where
    R::Key: std::hash::Hash + Eq,
{
    let (mut rows, mut places): (Vec<R>, Map<R::Key, usize>) = Default::default();
    for delta in deltas {
        let next = rows.len();
        let at = *places.entry(delta.key()).or_insert(next);
        match rows.get_mut(at) {
            None => rows.push(delta),
            Some(row) => Record::add(row, &delta).map_err(|column| {
                let (key, column) = (Stored::row_key(&delta), column.into());
                StoreError::Overflow { key, column }
            })?,
        }
    }
    Ok(rows)
}

impl Pending for Legs {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.rows.len()
    }
    fn back_to(&mut self, mark: usize) {
        let gone: Vec<Move> = match &self.by_place {
            Some(_) => self.rows.as_slice().get(mark..).unwrap_or_default().to_vec(),
            None => Vec::new(),
        };
        gone.iter().for_each(|row| self.note(row, -1));
        self.rows.back_to(mark);
    }
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.rows.finish(tx)
    }
}

fn too_much(judged: &Judged<'_>) -> MoveError {
    MoveError::TooMuch { item: judged.kept.item.code.clone() }
}

/// What a leg does to the level of its site.
fn stock_of(item: ItemId, leg: &Leg<'_>, units: i64) -> Stock {
    let none = Stock { legs: 1, ..Stock::none(item, leg.site) };
    let (units, nothing) = (Qty::from_units(units), Qty::ZERO);
    let of = |class| if leg.class == class { units } else { nothing };
    match leg.stage {
        Stage::Stock => Stock {
            on_hand: units,
            quarantined: of(Class::Quarantined),
            expired: of(Class::Expired),
            ..none
        },
        Stage::Transit => Stock { in_transit: units, ..none },
        Stage::Custody | Stage::Outside => none,
    }
}

/// The keys of the levels that moves will be judged by: those that go down, and those that a promise or an order may change.
fn touched(book: &Book, judged: &[&Judged<'_>]) -> Touched {
    let mut touched = Touched::default();
    for judged in judged {
        let item = judged.new.item;
        for leg in judged.legs() {
            if leg.stage == Stage::Stock {
                touched.stocks.push((item, leg.site));
            }
            let serial = judged.kept.item.tracking == Tracking::Serial;
            let whole = |held: &&Held| serial || (held.lot.expires.is_some() && !held.lapsed);
            touched.lot_totals.extend(leg.lot.filter(whole).map(|held| held.lot.id));
            if leg.units > 0 || leg.shelf.is_none() {
                continue;
            }
            touched.lot_bins.extend(leg.lot.map(|held| (held.lot.id, leg.code())));
            if !book.may_be_below_zero(&judged.kept.item, &leg.site) {
                touched.bins.push((item, leg.code()));
            }
        }
        touched.uses.extend(judged.uses().map(|(of, _)| of));
    }
    touched
}

fn row_of(
    tx: &Tx<'_>,
    judged: &Judged<'_>,
    leg: &Leg<'_>,
    (id, at): (Id<Move>, u8),
    units: i64,
) -> Move {
    let new = judged.new;
    let as_stored = new.quantity.unit() == judged.kept.item.unit && judged.kind != MoveKind::Count;
    Move {
        id,
        leg: at,
        item: new.item,
        site: leg.site,
        date: new.date,
        kind: judged.kind,
        stage: leg.stage,
        location: leg.code(),
        quantity: Qty::from_units(units),
        recorded_at: tx.now(),
        document: new.document,
        lot: leg.lot.map(|held| held.lot.id).into(),
        party: new.party.into(),
        of: new.movement.of().into(),
        fulfils: new.fulfils.into(),
        receives: new.receives.into(),
        weight: Some(Qty::from_units(leg.weight)).filter(|_| leg.weight != 0).into(),
        written: (!as_stored).then_some(new.quantity).into(),
        reason: new.reason.clone().into(),
        text: new.text.clone().into(),
    }
}
