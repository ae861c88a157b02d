//! A batch of moves: each judged after those before it, everything staged once.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::store::{Event, Record, StoreError, Stored};
use fondaco_core::tx::{Cell, Measure, Noted, Pending, Running};
use fondaco_core::{Halt, Id, IdRun, ItemId, SiteId, Tx};

use super::along::Along;
use super::asking::Asking;
use super::book::{Book, Map};
use super::counted;
use super::days::{self, Days, TooLittle};
use super::judge::{Class, Judged, Leg};
use super::weigh::{self, weigh};
use super::{Move, MoveError, MoveKind, Stage};
use crate::items::{LotOrigin, Tracking, lots_by_code};
use crate::levels::{
    Bin, Flow, Levels, LocationUse, LotBin, MoveUse, Serial, Stock, Touched, month_of, number_of,
};
use crate::{Qty, StockError};

/// What a batch of moves keeps in memory.
#[derive(Pending)]
pub(crate) struct Pages<A: Along> {
    moves: Days,
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
        let mut levels = Levels::prepare(tx, touched(judged))?;
        let along = A::prepare(tx, book, judged)?;
        let weighed = judged.iter().filter(|judged| judged.weighing.is_some());
        let weighed =
            weighed.flat_map(|judged| judged.legs().map(|leg| weigh::key_of(judged.new.item, leg)));
        levels.prepare_weights(tx, weighed.collect())?;
        let mut moves = Days::with_capacity(judged.len());
        moves.prepare(tx, &mut levels, judged)?;
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
            MoveKind::Count => Some(self.counted(tx, judged)?),
            _ => None,
        };
        let difference = |leg: &Leg<'_>| counted.unwrap_or(leg.units);
        let weights = weigh(tx, book, (&mut self.levels, &self.moves), judged, counted)?;
        let mut rows = [None, None];
        for ((at, leg), (row, weight)) in
            judged.legs().enumerate().zip(rows.iter_mut().zip(weights))
        {
            *row = Some(row_of(tx, judged, leg, (id, at as u8), (difference(leg), weight)));
            if leg.shelf.is_some() && weight != 0 {
                self.levels.add_weight(weigh::key_of(judged.new.item, leg), weight)?;
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
    fn counted(&mut self, tx: &mut Tx<'_>, judged: &Judged<'_>) -> Result<i64, StockError> {
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
        // What was moved there on later days was not there yet. It all changed the counter that the act rests on.
        let stock = self.levels.stocks.cell((item, leg.site));
        self.moves.is_followed(tx, &mut self.levels, (stock, judged.new.date))?;
        let place = (item, code, leg.lot.map(|held| held.lot.id));
        let since: i128 = self.moves.after(leg.site, stock, &place, judged.new.date).values().sum();
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
        let mut cells: [Option<(SiteId, Cell, bool)>; 2] = [None, None];
        for (change, cell) in changes.into_iter().zip(&mut cells) {
            let Some(change) = change else { continue };
            let (site, goes_down) = (change.site, Stock::AVAILABLE.of(&change) < 0);
            let goes_down = goes_down && !judged.kind.is_finding();
            *cell = Some((site, self.levels.add(change)?, goes_down));
        }
        for leg in judged.legs() {
            self.change_places(tx, book, judged, (leg, units(leg)))?;
        }
        self.judge_serial(tx, book, judged, units)?;
        for (site, cell, _) in cells.into_iter().flatten().filter(|(.., lower)| *lower) {
            self.judge_available(tx, book, judged, (site, cell))?;
        }
        for leg in judged.legs().filter(|leg| units(leg) < 0) {
            let of_site = cells.iter().flatten().find(|(site, ..)| *site == leg.site);
            if let Some((_, cell, _)) = of_site {
                self.judge_days(tx, book, judged, (leg, *cell))?;
            }
        }
        for (_, cell, _) in cells.into_iter().flatten() {
            self.moves.note(cell, judged.new.date);
        }
        Ok(())
    }

    /// What a leg takes was there on every day since, too.
    fn judge_days(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        (leg, stock): (&Leg<'_>, Cell),
    ) -> Result<(), StockError> {
        let (item, date) = (&judged.kept.item, judged.new.date);
        let may_be = leg.lot.is_none() && book.may_be_below_zero(item, &leg.site);
        if leg.shelf.is_none() || may_be {
            return Ok(());
        }
        let is_followed = self.moves.is_followed(tx, &mut self.levels, (stock, date))?;
        if !is_followed && !self.moves.moved_after(stock, date) {
            return Ok(());
        }
        let place = (item.id, leg.code(), leg.lot.map(|held| held.lot.id));
        let after = self.moves.after(leg.site, stock, &place, date);
        let needed = i64::try_from(days::needed(&after)).map_err(|_| too_much(judged))?;
        // What the later legs are follows from the place's own counter: each of them changed it.
        let Levels { bins, lot_bins, .. } = &mut self.levels;
        let now = match place.2 {
            Some(lot) => {
                let cell = lot_bins.cell((lot, place.1));
                judged_now(tx, lot_bins, cell, LotBin::ON_HAND, (needed, is_followed))?
            }
            None => {
                let cell = bins.cell((item.id, place.1));
                judged_now(tx, bins, cell, Bin::ON_HAND, (needed, is_followed))?
            }
        };
        let found = now.and_then(|now| days::too_little(now, &after, date));
        let Some(TooLittle { day, below, from }) = found else { return Ok(()) };
        let (lot, below) = (leg.lot.map(|held| held.lot.code.clone()), judged.quantity(below));
        let (item, location) = (item.code.clone(), leg.code());
        Err(MoveError::ShortSince { item, lot, location, date, day, below, from }.into())
    }

    fn change_places(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        (leg, units): (&Leg<'_>, i64),
    ) -> Result<(), StockError> {
        let (item, code) = (judged.new.item, leg.code());
        if let Some(held) = leg.lot {
            let there = if leg.stage == Stage::Outside { 0 } else { units };
            self.levels.add_lot(held.lot.id, there)?;
            if judged.kept.item.tracking == Tracking::Serial {
                self.levels.add_serial(item, held.lot.code.clone(), there)?;
            }
        }
        if leg.shelf.is_none() {
            return Ok(());
        }
        let bin = self.levels.add_bin(item, code.clone(), units)?;
        // What is found missing was there; whom it was promised to is settled after it.
        let (of_lot, of_bin) = match judged.kind.is_finding() {
            true => (LotBin::ON_HAND, Bin::ON_HAND),
            false => (LotBin::FREE, Bin::FREE),
        };
        let may_be = book.may_be_below_zero(&judged.kept.item, &leg.site);
        if let Some(held) = leg.lot {
            let cell = self.levels.add_lot_bin(held.lot.id, code.clone(), units)?;
            if units < 0
                && let Some(missing) = self.levels.lot_bins.judge(tx, cell, of_lot, 0)?
            {
                let wanted = judged.quantity(-i128::from(units));
                let there = judged.quantity(-i128::from(units) - missing);
                let (lot, location) = (held.lot.code.clone(), code);
                return Err(MoveError::LotShort { lot, location, wanted, there }.into());
            }
        }
        if units >= 0 || (judged.kind.is_finding() && may_be) {
            return Ok(());
        }
        let unless = may_be.then_some(Bin::NOT_PROMISED);
        let missing = missing(tx, &mut self.levels.bins, bin, (of_bin, unless))?;
        let Some(missing) = missing else { return Ok(()) };
        let wanted = judged.quantity(-i128::from(units));
        let there = judged.quantity(-i128::from(units) - missing);
        let item = judged.kept.item.code.clone();
        Err(match may_be {
            true => MoveError::PromisedToOthers { item, place: code, wanted, free: there },
            false => MoveError::BinShort { item, location: code, wanted, there },
        }
        .into())
    }

    /// One piece of a serial number, wherever it is and whoever owns it, when all legs of the move are made.
    fn judge_serial(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        units: &dyn Fn(&Leg<'_>) -> i64,
    ) -> Result<(), StockError> {
        if judged.kept.item.tracking != Tracking::Serial {
            return Ok(());
        }
        let comes = |leg: &&Leg<'_>| leg.stage != Stage::Outside && units(leg) > 0;
        let comes = judged.legs().filter(comes).find_map(|leg| leg.lot);
        let Some(held) = comes else { return Ok(()) };
        let one = 10i64.pow(u32::from(crate::QUANTITY_DIGITS));
        let (serial, item) = (held.lot.code.clone(), judged.kept.item.code.clone());
        let total = self.levels.serials.cell((judged.new.item, serial.clone()));
        if self.levels.serials.judge(tx, total, Serial::ROOM_FOR_ONE, -one)?.is_some() {
            return Err(MoveError::SerialTaken { serial, item }.into());
        }
        let date = judged.new.date;
        let serials = judged.legs().filter_map(|leg| leg.lot.map(|held| &held.lot.code));
        let stays = serials.filter(|code| **code == serial).count() > 1;
        if date >= book.today || stays {
            return Ok(());
        }
        // It comes on a past day: each leg of it since changed the counter that the act rests on.
        let totals = &mut self.levels.serials;
        totals.rest_on(tx, total)?;
        let in_batch = totals.added(total, Serial::NUMBER_OF_LEGS) > 1;
        let room = i128::from(one) + totals.value(tx, total, Serial::ROOM_FOR_ONE)?;
        let lots = lots_by_code(tx, held.lot.item, &serial)?;
        let lots: Vec<_> = lots.iter().map(|lot| lot.id).collect();
        let mut after = self.moves.of_lots_after(tx, &lots, (date, in_batch))?;
        after.values_mut().for_each(|units| *units = -*units);
        match days::too_little(room, &after, date) {
            Some(TooLittle { day, from, .. }) => {
                Err(MoveError::SerialTakenSince { serial, item, date, day, from }.into())
            }
            None => Ok(()),
        }
    }

    /// What is available at the site does not fall below zero; where it may, what is promised to others stays.
    fn judge_available(
        &mut self,
        tx: &mut Tx<'_>,
        book: &Book,
        judged: &Judged<'_>,
        (site, cell): (SiteId, Cell),
    ) -> Result<(), StockError> {
        let may_be = book.may_be_below_zero(&judged.kept.item, &site);
        let unless = may_be.then_some(Stock::NOT_PROMISED);
        let missing = missing(tx, &mut self.levels.stocks, cell, (Stock::AVAILABLE, unless))?;
        let Some(missing) = missing else { return Ok(()) };
        let site = book.site(&site).map(|site| site.code.clone()).unwrap_or_default();
        let units = judged.legs().map(|leg| leg.units.unsigned_abs()).max().unwrap_or(0);
        let wanted = i128::from(units).max(missing);
        let (item, free) = (judged.kept.item.code.clone(), judged.quantity(wanted - missing));
        let wanted = judged.quantity(wanted);
        Err(match may_be {
            true => MoveError::PromisedToOthers { item, place: site, wanted, free },
            false => MoveError::Short { item, site, wanted, available: free },
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

    /// The earliest day of the batch's legs of each item at a site of which something is stored on a later day.
    fn followed(
        &mut self,
        tx: &mut Tx<'_>,
        today: NaiveDate,
    ) -> Result<BTreeMap<(ItemId, SiteId), NaiveDate>, Halt> {
        let mut earliest: BTreeMap<(ItemId, SiteId), NaiveDate> = BTreeMap::new();
        for leg in self.moves.as_slice().iter().filter(|leg| leg.date < today) {
            let known = earliest.entry((leg.item, leg.site)).or_insert(leg.date);
            *known = leg.date.min(*known);
        }
        let mut followed = BTreeMap::new();
        for (key, date) in earliest {
            let cell = self.levels.stocks.cell(key);
            let line = number_of(date).saturating_neg();
            if self.levels.stocks.value(tx, cell, Stock::NOT_AFTER)? >= i128::from(line) {
                // Whoever records something of a later day meanwhile is seen.
                self.levels.stocks.keep(cell, Stock::NOT_AFTER, line);
            } else {
                self.levels.stocks.rest_on(tx, cell)?;
                followed.insert(key, date);
            }
        }
        Ok(followed)
    }

    /// What is in a lot since it changed its owner is found from there and from where it was.
    fn link_owners(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let legs = self.moves.as_slice();
        let changes = legs.iter().filter(|leg| leg.kind == MoveKind::OwnerChange && leg.leg == 1);
        let mut links = BTreeSet::new();
        for into in changes {
            let out_of = legs.iter().find(|leg| leg.id == into.id && leg.leg == 0);
            links.extend(into.lot.copied().zip(out_of.and_then(|leg| leg.lot.copied())));
        }
        let keys: Vec<_> = links.into_iter().collect();
        let known = tx.get_many::<LotOrigin>(&keys)?;
        let new = keys.iter().zip(known).filter(|(_, known)| known.is_none());
        tx.insert_all(
            new.map(|((lot, origin), _)| LotOrigin { lot: *lot, origin: *origin }).collect(),
        )
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
            self.link_owners(tx)?;
            let followed = self.followed(tx, book.today)?;
            counted::tell_outdated(tx, self.moves.as_slice(), &followed)?;
            self.moves.stage_last(tx, &mut self.levels.stocks)?;
            let moved = Event::new("stock.moved").with("moves", i64::from(taken));
            tx.emit(moved.with("first", ids.0.first()));
        }
        Ok(self.finish(tx)?)
    }
}

impl Days {
    /// What moved by item, site and month: of what counts to the stock.
    fn flows(&self) -> Result<Vec<Flow>, Halt> {
        let of_stock = self.as_slice().iter().filter(|leg| leg.stage == Stage::Stock);
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
        added_up(self.as_slice().iter().map(|leg| {
            let on_the_way = leg.location.is_empty();
            let location = if on_the_way { root(&leg.site) } else { leg.location.clone() };
            LocationUse { location, legs: 1 }
        }))
    }
}

/// How much is missing for a measure to be zero or more. `unless` another is: then nothing is.
fn missing<R: Record>(
    tx: &mut Tx<'_>,
    levels: &mut Running<R>,
    cell: Cell,
    (of, unless): (Measure<R>, Option<Measure<R>>),
) -> Result<Option<i128>, Halt> {
    if let Some(unless) = unless
        && levels.value(tx, cell, of)? < 0
        && levels.value(tx, cell, unless)? >= 0
    {
        levels.keep(cell, unless, 0);
        return Ok(None);
    }
    levels.judge(tx, cell, of, 0)
}

/// What there is in a place, when it is less than is needed of it. Rests on it where it is asked to.
fn judged_now<R: Record>(
    tx: &mut Tx<'_>,
    places: &mut Running<R>,
    cell: Cell,
    on_hand: Measure<R>,
    (needed, rests): (i64, bool),
) -> Result<Option<i128>, Halt> {
    if rests {
        places.rest_on(tx, cell)?;
    }
    let missing = places.judge(tx, cell, on_hand, needed)?;
    Ok(missing.map(|missing| i128::from(needed) - missing))
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
fn touched(judged: &[&Judged<'_>]) -> Touched {
    let mut touched = Touched::default();
    for judged in judged {
        let item = judged.new.item;
        for leg in judged.legs() {
            touched.stocks.push((item, leg.site));
            if judged.kept.item.tracking == Tracking::Serial {
                touched.serials.extend(leg.lot.map(|held| (item, held.lot.code.clone())));
            }
            if leg.units > 0 || leg.shelf.is_none() {
                continue;
            }
            touched.lot_bins.extend(leg.lot.map(|held| (held.lot.id, leg.code())));
            touched.bins.push((item, leg.code()));
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
    (units, weight): (i64, i64),
) -> Move {
    let new = judged.new;
    let given = judged.weighing.and_then(|weighing| weighing.given);
    let weighed = given.filter(|given| leg.shelf.is_some() && *given != weight.abs());
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
        weight: Some(Qty::from_units(weight)).filter(|_| weight != 0).into(),
        weighed: weighed.map(Qty::from_units).into(),
        written: (!as_stored).then_some(new.quantity).into(),
        reason: new.reason.clone().into(),
        text: new.text.clone().into(),
    }
}
