//! What there is, and what there was.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Bin, Expected, Flow, LotBin, Reservation, Stock, Weight, first_of, month_of};
use crate::items::Lot;
use crate::moves::{Move, Stage};
use crate::places::Location;
use crate::places::locations_under;
use crate::{LevelError, QUANTITY_DIGITS, Qty, StockError};

/// What there is of an item at a site now.
///
/// # Errors
/// A [`Halt`].
pub fn stock(read: &mut impl Reading, item: ItemId, site: SiteId) -> Result<Stock, StockError> {
    let row = read.peek::<Stock>(&(item, site))?;
    Ok(row.map_or_else(|| Stock::none(item, site), |row| row.as_ref().clone()))
}

/// What there is of an item now, site by site.
///
/// # Errors
/// A [`Halt`].
pub fn stock_by_site(read: &mut impl Reading, item: ItemId) -> Result<Vec<Arc<Stock>>, StockError> {
    Ok(read.peek_scan(&Range::<Stock>::by_key(&item))?)
}

/// Where an item lies now, location by location, whosever it is.
///
/// # Errors
/// A [`Halt`].
pub fn bins(read: &mut impl Reading, item: ItemId) -> Result<Vec<Arc<Bin>>, StockError> {
    let bins = read.peek_scan(&Range::<Bin>::by_key(&item))?;
    Ok(bins
        .into_iter()
        .filter(|bin| (bin.on_hand, bin.reserved) != (Qty::ZERO, Qty::ZERO))
        .collect())
}

/// Of what less than none lies in a location of a site, by location: what went out before it came, where that is allowed.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// let below = stock.view(|view| fondaco_inventory::levels::below_zero(view, SiteId::named("MAIN")))?;
/// assert!(below.is_empty());
/// # Ok::<(), StockError>(())
/// ```
///
/// # Errors
/// A [`Halt`].
pub fn below_zero(read: &mut impl Reading, site: SiteId) -> Result<Vec<Arc<Bin>>, StockError> {
    let locations = read.peek_scan(&Range::by(Location::BY_SITE, &site))?;
    let in_each = |location: &Arc<Location>| Range::by(Bin::BY_LOCATION, &location.code);
    let bins = read.peek_scans(&locations.iter().map(in_each).collect::<Vec<_>>())?;
    Ok(bins.into_iter().flatten().filter(|bin| bin.on_hand < Qty::ZERO).collect())
}

/// What pieces weigh where they lie now, of goods that are counted and weighed, location by location and lot by lot, whosever they are.
///
/// # Errors
/// A [`Halt`].
pub fn weights(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Vec<Arc<Weight>>, StockError> {
    let weights = read.peek_scan(&Range::<Weight>::by_key(&(item, site)))?;
    Ok(weights.into_iter().filter(|weight| weight.on_hand != Qty::ZERO).collect())
}

/// What pieces of a lot weigh where they lie now, location by location.
///
/// # Errors
/// A [`Halt`].
pub fn weights_of_lot(
    read: &mut impl Reading,
    lot: Id<Lot>,
) -> Result<Vec<Arc<Weight>>, StockError> {
    let weights = read.peek_scan(&Range::by(Weight::BY_LOT, &lot))?;
    Ok(weights.into_iter().filter(|weight| weight.on_hand != Qty::ZERO).collect())
}

/// Where a lot lies now, location by location.
///
/// # Errors
/// A [`Halt`].
pub fn lot_bins(read: &mut impl Reading, lot: Id<Lot>) -> Result<Vec<Arc<LotBin>>, StockError> {
    let bins = read.peek_scan(&Range::<LotBin>::by_key(&lot))?;
    Ok(bins
        .into_iter()
        .filter(|bin| (bin.on_hand, bin.reserved) != (Qty::ZERO, Qty::ZERO))
        .collect())
}

/// Which balance is asked for.
///
/// ```
/// use fondaco_core::{ItemId, SiteId};
/// use fondaco_inventory::levels::BalanceOf;
///
/// let of = BalanceOf::site(ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let in_bin = BalanceOf { location: Some("MAIN/A".into()), ..of.clone() };
/// assert_ne!(of, in_bin);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceOf {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Only what lay in this location, whosever it was; `None` for what counted to [`Stock::on_hand`].
    pub location: Option<SmolStr>,
    /// With a location: also what lay in those that stand under it now.
    pub below: bool,
    /// Only what lay of this lot.
    pub lot: Option<Id<Lot>>,
}

impl BalanceOf {
    /// On hand at a site.
    pub fn site(item: ItemId, site: SiteId) -> BalanceOf {
        BalanceOf { item, site, location: None, below: false, lot: None }
    }

    /// What lay in a location and in all that stand under it now.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::levels::BalanceOf;
    /// let hall = BalanceOf::under(ItemId::named("M8x40"), SiteId::named("MAIN"), "MAIN/A");
    /// assert!(hall.below);
    /// ```
    pub fn under(item: ItemId, site: SiteId, location: impl Into<SmolStr>) -> BalanceOf {
        BalanceOf { location: Some(location.into()), below: true, ..BalanceOf::site(item, site) }
    }

    /// The locations that count, if it is asked for some.
    fn places(&self, read: &mut impl Reading) -> Result<Option<BTreeSet<SmolStr>>, StockError> {
        let Some(location) = &self.location else { return Ok(None) };
        if !self.below {
            return Ok(Some(BTreeSet::from([location.clone()])));
        }
        let below = locations_under(read, location)?;
        Ok(Some(below.iter().map(|place| place.code.clone()).collect()))
    }

    /// Whether a leg of the item and site counts to it.
    fn counts(&self, places: Option<&BTreeSet<SmolStr>>, leg: &Move) -> bool {
        let in_place = match places {
            Some(places) => places.contains(&leg.location),
            None => leg.stage == Stage::Stock,
        };
        in_place && self.lot.is_none_or(|lot| leg.lot == Some(lot))
    }
}

/// What was on hand at the end of a day, by what is known now: whole months from [`Flow`], the rest from the moves.
///
/// # Errors
/// [`LevelError::LevelTooLarge`], an unknown location to look under, or a [`Halt`].
pub fn on_hand_at(
    read: &mut impl Reading,
    of: &BalanceOf,
    date: NaiveDate,
) -> Result<Qty, StockError> {
    let places = of.places(read)?;
    let month = month_of(date);
    let mut sum = 0;
    let first = if of.location.is_none() && of.lot.is_none() {
        let months = Range::<Flow>::by_key(&(of.item, of.site)).before(&month);
        read.peek_each(&months, |flow: &Flow| {
            sum += i128::from(flow.received.units()) - i128::from(flow.issued.units());
            Ok::<_, Halt>(())
        })?;
        first_of(month)
    } else {
        None
    };
    let moves = Range::by(Move::BY_ITEM, &(of.item, of.site));
    let moves = first.iter().fold(moves, |moves, first| moves.from(first)).through(&date);
    read.peek_each(&moves, |leg: &Move| {
        sum += if of.counts(places.as_ref(), leg) { i128::from(leg.quantity.units()) } else { 0 };
        Ok::<_, Halt>(())
    })?;
    narrow(of.item, sum)
}

/// What was on hand at the end of a day, by what had been recorded at an instant: from the moves alone.
///
/// # Errors
/// As [`on_hand_at`].
pub fn on_hand_known_at(
    read: &mut impl Reading,
    of: &BalanceOf,
    date: NaiveDate,
    known: Timestamp,
) -> Result<Qty, StockError> {
    let places = of.places(read)?;
    let mut sum = 0;
    let moves = Range::by(Move::BY_ITEM, &(of.item, of.site)).through(&date);
    read.peek_each(&moves, |leg: &Move| {
        let counts = of.counts(places.as_ref(), leg) && leg.recorded_at <= known;
        sum += if counts { i128::from(leg.quantity.units()) } else { 0 };
        Ok::<_, Halt>(())
    })?;
    narrow(of.item, sum)
}

/// A balance, and the legs of moves that it is the sum of, each with the balance after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// What was on hand.
    pub balance: Qty,
    /// The legs, by day and then in the order in which they were recorded, each with the balance after it.
    pub legs: Vec<(Arc<Move>, Qty)>,
}

/// What a balance at the end of a day is made of: every leg of a move.
///
/// # Errors
/// As [`on_hand_at`].
pub fn explain_on_hand(
    read: &mut impl Reading,
    of: &BalanceOf,
    date: NaiveDate,
) -> Result<Explained, StockError> {
    let places = of.places(read)?;
    let (mut sum, mut legs) = (0, Vec::new());
    let moves = Range::by(Move::BY_ITEM, &(of.item, of.site)).through(&date);
    for leg in read.peek_scan(&moves)?.into_iter().filter(|leg| of.counts(places.as_ref(), leg)) {
        sum += i128::from(leg.quantity.units());
        legs.push((leg, narrow(of.item, sum)?));
    }
    Ok(Explained { balance: narrow(of.item, sum)?, legs })
}

/// The moves that belong to a document, with both legs of each.
///
/// # Errors
/// A [`Halt`].
pub fn moves_of(
    read: &mut impl Reading,
    document: fondaco_core::DocumentId,
) -> Result<Vec<Arc<Move>>, StockError> {
    Ok(read.peek_scan(&Range::by(Move::BY_DOCUMENT, &document))?)
}

/// The legs of moves of a lot: where it came from and where it went, in the order in which they were recorded.
///
/// # Errors
/// A [`Halt`].
pub fn moves_of_lot(read: &mut impl Reading, lot: Id<Lot>) -> Result<Vec<Arc<Move>>, StockError> {
    Ok(read.peek_scan(&Range::by(Move::BY_LOT, &lot))?)
}

/// What was promised to a document.
///
/// # Errors
/// A [`Halt`].
pub fn reservations_of(
    read: &mut impl Reading,
    document: fondaco_core::DocumentId,
) -> Result<Vec<Arc<Reservation>>, StockError> {
    Ok(read.peek_scan(&Range::by(Reservation::BY_DOCUMENT, &document))?)
}

/// The promises of an item at a site that are not over, in the order in which they were made.
///
/// # Errors
/// A [`Halt`].
pub fn open_reservations(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Vec<Arc<Reservation>>, StockError> {
    Ok(read.peek_scan(&Range::by(Reservation::BY_OPEN, &(item, site)))?)
}

/// What is on order of an item for a site, the next first.
///
/// # Errors
/// A [`Halt`].
pub fn expected(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Vec<Arc<Expected>>, StockError> {
    Ok(read.peek_scan(&Range::by(Expected::BY_OPEN, &(item, site)))?)
}

pub(super) fn narrow(item: ItemId, units: i128) -> Result<Qty, StockError> {
    let units = i64::try_from(units).map_err(|_| LevelError::LevelTooLarge { item })?;
    Ok(Qty::from_units(units))
}

/// The exact decimal of so many stored units.
pub(crate) fn decimal(units: i128) -> Decimal {
    let exact = Decimal::try_from_i128_with_scale(units, u32::from(QUANTITY_DIGITS));
    exact.unwrap_or_default().normalize()
}
