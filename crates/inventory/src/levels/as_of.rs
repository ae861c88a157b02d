//! What there was: every figure of a level at the end of any day, as known at any time.
//!
//! Goods are added up from the moves; what of them was set aside or over, by what their locations and lots counted as on each day
//! ([`LotStanding`], [`KindOfLocation`]); what was promised, waited or was on order, from the facts of that ([`Commitment`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, Timestamp};
use smol_str::SmolStr;

use super::read::narrow;
use super::standing::{Since, columns};
use super::{Commitment, KindOfLocation, LotLapse, LotStanding, Standing, Stock, number_of};
use crate::items::{Item, Lot, LotStatus, Tracking, lots};
use crate::moves::{Move, Stage};
use crate::places::{Location, LocationKind};
use crate::{Qty, StockError};

/// What there was of an item at a site at the end of a day, by what is known now: on hand, reserved, quarantined, expired, in transit, on
/// order, backordered, and so what was available.
///
/// Moves count from their day on. A promise counts from the day on which it was made, and what fulfils it from the day of the issue, if no
/// change of it was recorded for a later one; so does what is on order. A lot counts as what it was judged on the day of the judgement, and as
/// expired from the day after its last, or while it is blocked.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::levels::stock_at;
/// use fondaco_inventory::moves::NewMove;
/// use fondaco_inventory::posting::MoveStock;
///
/// # let stock = stock();
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let come = |quantity: &str, date| Ok::<_, Box<dyn std::error::Error>>(NewMove::receipt(bolt, quantity.parse()?, "MAIN/A", day(date)));
/// stock.send("come", &MoveStock::new(vec![come("50 pcs", "2026-03-01")?, come("9 pcs", "2026-03-09")?]))?;
/// let then = stock.view(|view| stock_at(view, bolt, main, day("2026-03-08")))?;
/// assert_eq!((then.on_hand.to_decimal(), then.available()), (50.into(), 50.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LevelTooLarge`](crate::LevelError::LevelTooLarge), or a [`Halt`].
pub fn stock_at(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
    date: NaiveDate,
) -> Result<Stock, StockError> {
    Course::read(read, (item, site), (date, None))?.level((item, site))
}

/// The same by what had been recorded at an instant.
///
/// # Errors
/// As [`stock_at`].
pub fn stock_known_at(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
    date: NaiveDate,
    known: Timestamp,
) -> Result<Stock, StockError> {
    Course::read(read, (item, site), (date, Some(known)))?.level((item, site))
}

/// A lot, of what is tracked, in a location.
type Shelf = (Option<Id<Lot>>, SmolStr);

/// What became of an item at a site through a day.
#[derive(Default)]
pub(crate) struct Course {
    sums: Sums,
    /// What lies where, of what is on hand.
    shelves: BTreeMap<Shelf, i128>,
    kinds: BTreeMap<SmolStr, LocationKind>,
    lots: BTreeMap<Id<Lot>, Standing>,
    /// By how much more was set aside or over, day by day.
    pub(crate) blocked: Vec<(NaiveDate, i128)>,
}

#[derive(Default)]
struct Sums {
    on_hand: i128,
    reserved: i128,
    quarantined: i128,
    expired: i128,
    in_transit: i128,
    on_order: i128,
    backordered: i128,
    legs: i64,
    last_day: i64,
}

/// Something counts as something else from a day on.
enum Becomes {
    Kind(SmolStr, LocationKind),
    Status(Id<Lot>, LotStatus),
    Lapsed(Id<Lot>, bool),
}

impl Course {
    /// Goes through all that took effect until a day and was known at an instant.
    pub(crate) fn read(
        read: &mut impl Reading,
        (item, site): (ItemId, SiteId),
        (through, known): (NaiveDate, Option<Timestamp>),
    ) -> Result<Course, StockError> {
        let mut course = Course::default();
        let mut becomes =
            course.begin(read, (item, site), (through, known))?.into_iter().peekable();
        let is_known = |at: Timestamp| known.is_none_or(|known| at <= known);
        let moves = Range::by(Move::BY_ITEM, &(item, site)).through(&through);
        read.peek_each(&moves, |leg: &Move| {
            while let Some((date, what)) = becomes.next_if(|(date, _)| *date <= leg.date) {
                course.become_other(date, what);
            }
            if is_known(leg.recorded_at) {
                course.take(leg);
            }
            Ok::<_, Halt>(())
        })?;
        becomes.for_each(|(date, what)| course.become_other(date, what));
        let commitments = Range::<Commitment>::by_key(&(item, site)).through(&through);
        read.peek_each(&commitments, |row: &Commitment| {
            if is_known(row.recorded_at) {
                course.sums.commit(row);
            }
            Ok::<_, Halt>(())
        })?;
        Ok(course)
    }

    /// What locations and lots were in the beginning, and from which day on they were something else, in order.
    fn begin(
        &mut self,
        read: &mut impl Reading,
        (item, site): (ItemId, SiteId),
        (through, known): (NaiveDate, Option<Timestamp>),
    ) -> Result<Vec<(NaiveDate, Becomes)>, StockError> {
        let mut all = Vec::new();
        self.locations(read, site, (known, &mut all))?;
        let tracked = read.peek::<Item>(&item)?.is_some_and(|item| item.tracking != Tracking::None);
        if tracked {
            let lots = lots(read, item)?;
            self.lots(read, &lots, (known, &mut all))?;
        }
        all.retain(|(date, _)| *date <= through);
        all.sort_by_key(|(date, _)| *date);
        Ok(all)
    }

    fn locations(
        &mut self,
        read: &mut impl Reading,
        site: SiteId,
        (known, all): (Option<Timestamp>, &mut Vec<(NaiveDate, Becomes)>),
    ) -> Result<(), Halt> {
        let places = read.peek_scan(&Range::by(Location::BY_SITE, &site))?;
        let facts = |place: &Arc<Location>| Range::<KindOfLocation>::by_key(&place.code);
        let facts = read.peek_scans(&places.iter().map(facts).collect::<Vec<_>>())?;
        for (place, facts) in places.iter().zip(facts) {
            let told = facts.iter().map(|row| (row.date, row.recorded_at, row.was, row.kind));
            let since = Since::of(told, known, place.kind);
            self.kinds.insert(place.code.clone(), since.first);
            let then = since.then.into_iter();
            all.extend(then.map(|(date, kind)| (date, Becomes::Kind(place.code.clone(), kind))));
        }
        Ok(())
    }

    fn lots(
        &mut self,
        read: &mut impl Reading,
        lots: &[Arc<Lot>],
        (known, all): (Option<Timestamp>, &mut Vec<(NaiveDate, Becomes)>),
    ) -> Result<(), Halt> {
        let ids: Vec<Id<Lot>> = lots.iter().map(|lot| lot.id).collect();
        let facts = ids.iter().map(Range::<LotStanding>::by_key).collect::<Vec<_>>();
        let facts = read.peek_scans(&facts)?;
        let lapses = read.peek_many::<LotLapse>(&ids)?;
        for ((lot, facts), lapse) in lots.iter().zip(facts).zip(lapses) {
            let told = facts.iter().map(|row| (row.date, row.recorded_at, row.was, row.status));
            let status = Since::of(told, known, lot.status);
            let told =
                facts.iter().map(|row| (row.date, row.recorded_at, row.had_lapsed, row.has_lapsed));
            let lapsed = Since::of(told, known, lapse.is_some());
            let first = Standing { status: status.first, lapsed: lapsed.first };
            self.lots.insert(lot.id, first);
            let of_status = status.then.into_iter();
            all.extend(of_status.map(|(date, is)| (date, Becomes::Status(lot.id, is))));
            let of_lapse = lapsed.then.into_iter();
            all.extend(of_lapse.map(|(date, is)| (date, Becomes::Lapsed(lot.id, is))));
        }
        Ok(())
    }

    fn take(&mut self, leg: &Move) {
        let units = i128::from(leg.quantity.units());
        self.sums.legs += 1;
        self.sums.last_day = self.sums.last_day.max(number_of(leg.date));
        match leg.stage {
            Stage::Stock => {
                self.sums.on_hand += units;
                let shelf = (leg.lot.copied(), leg.location.clone());
                self.block(leg.date, &shelf, units);
                *self.shelves.entry(shelf).or_default() += units;
            }
            Stage::Transit => self.sums.in_transit += units,
            Stage::Custody | Stage::Outside => {}
        }
    }

    /// So much more, or less, counts as what lies on a shelf.
    fn block(&mut self, date: NaiveDate, (lot, location): &Shelf, units: i128) {
        let standing = lot.and_then(|lot| self.lots.get(&lot).copied());
        let kind = self.kinds.get(location).copied().unwrap_or_default();
        let (quarantined, expired) = columns(standing, kind);
        if quarantined {
            self.sums.quarantined += units;
        } else if expired {
            self.sums.expired += units;
        } else {
            return;
        }
        self.blocked.push((date, units));
    }

    /// What lies of a lot, or in a location, counts as something else.
    fn become_other(&mut self, date: NaiveDate, what: Becomes) {
        let there = self.lies(&what);
        there.iter().for_each(|(shelf, units)| self.block(date, shelf, -units));
        match what {
            Becomes::Kind(code, kind) => drop(self.kinds.insert(code, kind)),
            Becomes::Status(lot, status) => {
                self.lots.entry(lot).and_modify(|standing| standing.status = status);
            }
            Becomes::Lapsed(lot, lapsed) => {
                self.lots.entry(lot).and_modify(|standing| standing.lapsed = lapsed);
            }
        }
        there.iter().for_each(|(shelf, units)| self.block(date, shelf, *units));
    }

    /// What lies where of what becomes something else.
    fn lies(&self, what: &Becomes) -> Vec<(Shelf, i128)> {
        let own = |(shelf, units): (&Shelf, &i128)| (shelf.clone(), *units);
        match what {
            Becomes::Kind(code, _) => {
                self.shelves.iter().filter(|((_, location), _)| location == code).map(own).collect()
            }
            Becomes::Status(lot, _) | Becomes::Lapsed(lot, _) => {
                let of_lot = self.shelves.range((Some(*lot), SmolStr::default())..);
                of_lot.take_while(|((other, _), _)| *other == Some(*lot)).map(own).collect()
            }
        }
    }

    fn level(self, (item, site): (ItemId, SiteId)) -> Result<Stock, StockError> {
        let sums = self.sums;
        let narrow = |units| narrow(item, units);
        Ok(Stock {
            on_hand: narrow(sums.on_hand)?,
            reserved: narrow(sums.reserved)?,
            quarantined: narrow(sums.quarantined)?,
            expired: narrow(sums.expired)?,
            in_transit: narrow(sums.in_transit)?,
            on_order: narrow(sums.on_order)?,
            backordered: narrow(sums.backordered)?,
            legs: sums.legs,
            last_day: sums.last_day,
            ..Stock::none(item, site)
        })
    }
}

impl Sums {
    fn commit(&mut self, row: &Commitment) {
        let units = |quantity: Qty| i128::from(quantity.units());
        self.reserved += units(row.reserved);
        self.backordered += units(row.backordered);
        self.on_order += units(row.on_order);
    }
}
