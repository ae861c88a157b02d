//! One move alone: what it says, checked, as legs. Pure: what depends on how much there is comes later, in the batch.

use fondaco_core::input::check_line;
use fondaco_core::quantity::CatchWeight;
use fondaco_core::{Id, Quantity, Rounding, SiteId};
use smol_str::SmolStr;

use super::book::{Book, Held, Kept, Shelf};
use super::{Move, MoveError, MoveKind, Movement, NewMove, Stage};
use crate::Qty;
use crate::items::{LotStatus, Ownership, Tracking};
use crate::levels::{Standing, columns};
use crate::places::LocationKind;

/// What a leg's quantity counts as, beside [`on_hand`](crate::levels::Stock::on_hand).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Free,
    Quarantined,
    Expired,
}

/// A leg of a move that was judged.
pub(crate) struct Leg<'b> {
    pub(crate) site: SiteId,
    /// `None` in transit.
    pub(crate) shelf: Option<&'b Shelf>,
    pub(crate) stage: Stage,
    pub(crate) class: Class,
    pub(crate) lot: Option<&'b Held>,
    /// In units of the stored quantity: below zero where it leaves.
    pub(crate) units: i64,
    /// Of what is taken back: what it weighed, the other way round.
    pub(crate) weight: i64,
}

impl Leg<'_> {
    /// The location's code; empty in transit.
    pub(crate) fn code(&self) -> SmolStr {
        self.shelf.map_or_else(SmolStr::default, |shelf| shelf.location.code.clone())
    }
}

/// A move that says nothing wrong.
pub(crate) struct Judged<'b> {
    pub(crate) new: &'b NewMove,
    pub(crate) kept: &'b Kept,
    pub(crate) kind: MoveKind,
    /// How much, in units of the stored quantity; of a count, what is there.
    pub(crate) units: i64,
    pub(crate) legs: [Option<Leg<'b>>; 2],
    /// The move that it is of.
    pub(crate) origin: Option<&'b Move>,
    /// What it says of the weight, of goods that are counted and weighed.
    pub(crate) weighing: Option<Weighing>,
}

/// What a move says of its weight, in units of the stored quantity.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weighing {
    /// As it was weighed.
    pub(crate) given: Option<i64>,
    /// What as many pieces weigh nominally.
    pub(crate) nominal: Option<i64>,
}

impl<'b> Judged<'b> {
    pub(crate) fn legs(&self) -> impl Iterator<Item = &Leg<'b>> {
        self.legs.iter().flatten()
    }

    /// What is left of the move that it is of, and the other moves that were of it, is counted by [`MoveUse`](crate::levels::MoveUse).
    pub(crate) fn uses(&self) -> Option<(Id<Move>, i64)> {
        self.origin.map(|origin| (origin.id, self.units))
    }

    /// A weight with its unit.
    pub(crate) fn weight(&self, units: i128) -> Quantity {
        let unit = self.kept.item.weighed_in.unwrap_or(self.kept.item.unit);
        Quantity::new(self.quantity(units).amount(), unit)
    }

    /// The quantity with its unit.
    pub(crate) fn quantity(&self, units: i128) -> Quantity {
        quantity(self.kept, units)
    }
}

/// So many stored units of an item, with their unit.
pub(crate) fn quantity(kept: &Kept, units: i128) -> Quantity {
    let digits = u32::from(crate::QUANTITY_DIGITS);
    let amount = rust_decimal::Decimal::try_from_i128_with_scale(units, digits);
    Quantity::new(amount.unwrap_or_default(), kept.item.unit)
}

/// Judges a move by itself.
///
/// # Errors
/// A [`MoveError`] that names what is wrong.
pub(crate) fn judge<'b>(book: &'b Book, new: &'b NewMove) -> Result<Judged<'b>, MoveError> {
    let kept = book.item(&new.item).ok_or(MoveError::UnknownItem { item: new.item })?;
    let kind = new.movement.kind();
    if new.date > book.today {
        return Err(MoveError::DateAhead { date: new.date, today: book.today });
    }
    check_options(new, kind)?;
    let judging = Judging { book, new, kept, kind };
    let units = judging.units()?;
    let judged = match &new.movement {
        Movement::Reversal { of } => judging.reversal(*of, units)?,
        movement => judging.moved(movement, units)?,
    };
    judged.legs().try_for_each(|leg| check_lock(book, new, leg.site))?;
    Ok(judged)
}

struct Judging<'b> {
    book: &'b Book,
    new: &'b NewMove,
    kept: &'b Kept,
    kind: MoveKind,
}

impl<'b> Judging<'b> {
    /// The quantity in the stock unit, as it is stored.
    fn units(&self) -> Result<i64, MoveError> {
        let (item, given) = (&self.kept.item, self.new.quantity);
        let counted = self.kind == MoveKind::Count && given.is_zero();
        if !given.is_positive() && !counted {
            let (item, kind) = (item.code.clone(), self.kind);
            return Err(MoveError::NotPositive { item, kind, quantity: given });
        }
        let in_unit = match &self.kept.conversions {
            Some(conversions) if given.unit() != item.unit => conversions.convert(given, item.unit),
            _ => Ok(given),
        };
        let stored = in_unit.and_then(|quantity| item.stored(quantity));
        let stored = stored.map_err(|error| {
            let item = item.code.clone();
            MoveError::Quantity { item, error: Box::new(error) }
        })?;
        Ok(stored.units())
    }

    /// All kinds but reversals.
    fn moved(self, movement: &'b Movement, units: i64) -> Result<Judged<'b>, MoveError> {
        if !self.kept.item.is_open() {
            return Err(MoveError::ItemClosed { item: self.kept.item.code.clone() });
        }
        let origin = movement.of().map(|of| self.origin(of)).transpose()?;
        let lot = self.lot(origin, units)?;
        let stays = self.kind == MoveKind::OwnerChange;
        let from = movement.from().map(|code| self.shelf(code, false)).transpose()?;
        let to = movement.to().map(|code| self.shelf(code, !stays)).transpose()?;
        self.check_places(movement, (from, to), origin)?;
        self.check_lot(lot, to)?;
        let to_lot = match movement.to_lot() {
            Some(to_lot) => Some(self.new_owners(lot, self.lot_named(to_lot)?)?),
            None => lot,
        };
        let weighing = self.weighing()?;
        let out = |shelf| self.leg(shelf, lot, -units);
        let into = |shelf| self.leg(shelf, to_lot, units);
        let legs = match movement {
            Movement::Dispatch { to_site, .. } => {
                [from.map(out), Some(self.transit(*to_site, lot, units)?)]
            }
            Movement::Arrival { .. } | Movement::TransitLoss { .. } => {
                let site = origin.map_or(SiteId::from_u128(0), |origin| origin.site);
                [Some(self.transit(site, lot, -units)?), to.map(into)]
            }
            // How much more or less there is, the batch finds out.
            Movement::Count { .. } => [to.map(|shelf| self.leg(shelf, lot, 0)), None],
            _ => match (from, to) {
                (Some(from), to) => [Some(out(from)), to.map(into)],
                (None, to) => [to.map(into), None],
            },
        };
        let Judging { new, kept, kind, .. } = self;
        Ok(Judged { new, kept, kind, units, legs, origin, weighing })
    }

    /// The legs of a move, the other way round.
    fn reversal(self, of: Id<Move>, units: i64) -> Result<Judged<'b>, MoveError> {
        let legs = self.book.origin(&of);
        let first = legs.first().ok_or(MoveError::UnknownMove { of })?;
        if first.kind == MoveKind::Reversal {
            let what = "take back what took something back: make the move again";
            return Err(MoveError::Unfit { kind: self.kind, what });
        }
        if self.new.weight.is_some() {
            return Err(MoveError::Unfit { kind: self.kind, what: "be weighed anew" });
        }
        self.same("item", of, first.item == self.new.item)?;
        self.same("quantity", of, first.quantity.units().unsigned_abs() == units.unsigned_abs())?;
        self.check_since(first)?;
        let back = |leg: &'b std::sync::Arc<Move>| -> Result<Leg<'b>, MoveError> {
            let (units, weight) =
                (-leg.quantity.units(), leg.weight.get().map_or(0, |w| -w.units()));
            let lot = leg.lot.get().map(|lot| self.lot_named(*lot)).transpose()?;
            if leg.location.is_empty() {
                let (site, stage, class) = (leg.site, leg.stage, Class::Free);
                return Ok(Leg { site, shelf: None, stage, class, lot, units, weight });
            }
            let back = self.leg(self.shelf(&leg.location, units > 0)?, lot, units);
            let back = Leg { weight, ..back };
            // What the place is for says what lies there counts to; where that was another, nothing can go back as it was.
            if back.stage == leg.stage {
                return Ok(back);
            }
            Err(MoveError::PlaceChanged { of, location: leg.location.clone() })
        };
        let mut legs = legs.iter().map(back);
        let legs = [legs.next().transpose()?, legs.next().transpose()?];
        let Judging { new, kept, kind, .. } = self;
        let weighing = self.kept.item.weighed_in.map(|_| Weighing::default());
        Ok(Judged { new, kept, kind, units, legs, origin: Some(first), weighing })
    }

    fn same(&self, field: &'static str, of: Id<Move>, same: bool) -> Result<(), MoveError> {
        if same { Ok(()) } else { Err(MoveError::OriginDiffers { of, field }) }
    }

    /// The leg of the move that this is of which says how much is left: what was sent, what went, what came.
    fn origin(&self, of: Id<Move>) -> Result<&'b Move, MoveError> {
        let wanted = match self.kind {
            MoveKind::CustomerReturn => MoveKind::Issue,
            MoveKind::SupplierReturn => MoveKind::Receipt,
            _ => MoveKind::Dispatch,
        };
        let legs = self.book.origin(&of);
        let leg = legs.last().ok_or(MoveError::UnknownMove { of })?;
        if leg.kind != wanted {
            return Err(MoveError::WrongOrigin { of, found: leg.kind, kind: self.kind, wanted });
        }
        self.same("item", of, leg.item == self.new.item)?;
        self.check_since(leg)?;
        Ok(leg)
    }

    /// What is of a move takes effect with it or later.
    fn check_since(&self, origin: &Move) -> Result<(), MoveError> {
        let (of, date, since) = (origin.id, self.new.date, origin.date);
        if date < since { Err(MoveError::BeforeOrigin { of, date, since }) } else { Ok(()) }
    }

    /// A location that something leaves, or comes to; what is closed can be left.
    fn shelf(&self, code: &SmolStr, comes: bool) -> Result<&'b Shelf, MoveError> {
        let unknown = || MoveError::UnknownLocation { location: code.clone() };
        let shelf = self.book.shelf(code).ok_or_else(unknown)?;
        let date = self.new.date;
        if let Some(last) = shelf.closes().filter(|last| comes && date > *last) {
            return Err(MoveError::LocationClosed { location: code.clone(), date, last });
        }
        if shelf.location.frozen && self.kind != MoveKind::Count {
            return Err(MoveError::LocationFrozen { location: code.clone() });
        }
        Ok(shelf)
    }

    /// Whether places are fit for the kind of move.
    fn check_places(
        &self,
        movement: &Movement,
        (from, to): (Option<&Shelf>, Option<&Shelf>),
        origin: Option<&Move>,
    ) -> Result<(), MoveError> {
        let code = |shelf: &Shelf| shelf.location.code.clone();
        let (from_code, to_code) = (from.map(code), to.map(code));
        if let (Some(from), true) =
            (&from_code, from_code == to_code && self.kind != MoveKind::OwnerChange)
        {
            return Err(MoveError::SamePlace { location: from.clone() });
        }
        let aside = |shelf: &&Shelf| shelf.kind() == LocationKind::Quarantine;
        if let Some(shelf) = from.filter(aside).filter(|_| self.goes_for_use(to)) {
            return Err(MoveError::SetAside { location: code(shelf) });
        }
        let set_aside = match movement {
            Movement::Quarantine { .. } => to,
            Movement::Release { .. } => from,
            _ => None,
        };
        if let Some(shelf) = set_aside.filter(|shelf| shelf.kind() != LocationKind::Quarantine) {
            return Err(MoveError::NotQuarantine { location: code(shelf) });
        }
        if let (Movement::Arrival { of, .. }, Some(shelf), Some(origin)) = (movement, to, origin)
            && shelf.site.id != origin.site
        {
            return Err(MoveError::OtherSite { of: *of, location: code(shelf) });
        }
        if let (Movement::Dispatch { to_site, .. }, Some(from)) = (movement, from)
            && from.site.id == *to_site
        {
            return Err(MoveError::SamePlace { location: from.site.code.clone() });
        }
        Ok(())
    }

    /// Whether what is moved leaves to be used or sold, however it is called.
    fn goes_for_use(&self, to: Option<&Shelf>) -> bool {
        let used = |shelf: &Shelf| {
            matches!(shelf.kind(), LocationKind::Customer | LocationKind::Production)
        };
        let put_back = |shelf: &Shelf| used(shelf) || shelf.kind().is_available();
        match self.kind {
            MoveKind::Issue | MoveKind::Dispatch => true,
            MoveKind::Transfer => to.is_some_and(put_back),
            _ => false,
        }
    }

    /// The lot that is moved: as it is given, else that of the move that this is of.
    fn lot(&self, origin: Option<&Move>, units: i64) -> Result<Option<&'b Held>, MoveError> {
        let item = &self.kept.item;
        let of_origin = origin.and_then(|origin| origin.lot.copied());
        if let (Some(given), Some(origin)) = (self.new.lot, origin) {
            self.same("lot", origin.id, of_origin == Some(given))?;
        }
        let given = self.new.lot.or(of_origin);
        match (item.tracking, given) {
            (Tracking::None, None) => Ok(None),
            (Tracking::None, Some(lot)) => {
                Err(MoveError::NotTracked { item: item.code.clone(), lot })
            }
            (_, None) => Err(MoveError::LotRequired { item: item.code.clone() }),
            (tracking, Some(lot)) => {
                let held = self.lot_named(lot)?;
                let one = 10i64.pow(u32::from(crate::QUANTITY_DIGITS));
                let counted_none = self.kind == MoveKind::Count && units == 0;
                if tracking == Tracking::Serial && units != one && !counted_none {
                    let (serial, quantity) = (held.lot.code.clone(), self.new.quantity);
                    return Err(MoveError::SerialIsOne { serial, quantity });
                }
                Ok(Some(held))
            }
        }
    }

    /// The lot that goods belong to from now on: another's, and of a piece with a serial number one of the same.
    fn new_owners(&self, from: Option<&Held>, to: &'b Held) -> Result<&'b Held, MoveError> {
        let Some(from) = from else { return Ok(to) };
        let (lot, to_lot) = (from.lot.code.clone(), to.lot.code.clone());
        if (from.lot.ownership, &from.lot.owner) == (to.lot.ownership, &to.lot.owner) {
            return Err(MoveError::SameOwner { lot, to_lot });
        }
        if self.kept.item.tracking == Tracking::Serial && lot != to_lot {
            return Err(MoveError::SerialChanges { serial: lot, to_lot });
        }
        Ok(to)
    }

    fn lot_named(&self, lot: Id<crate::items::Lot>) -> Result<&'b Held, MoveError> {
        let held = self.book.lot(&lot).ok_or(MoveError::UnknownLot { lot })?;
        if held.lot.item == self.kept.item.id {
            return Ok(held);
        }
        let (lot, item) = (held.lot.code.clone(), self.kept.item.code.clone());
        Err(MoveError::LotOfOtherItem { lot, item })
    }

    /// Whether a lot is fit to go out, or to come in for use.
    fn check_lot(&self, lot: Option<&Held>, to: Option<&Shelf>) -> Result<(), MoveError> {
        let Some(held) = lot else { return Ok(()) };
        let for_use = to.is_some_and(|to| to.kind().is_available());
        let comes = self.kind == MoveKind::Receipt && for_use;
        let goes = self.goes_for_use(to.filter(|to| !to.kind().is_available()));
        let (lot, date) = (held.lot.code.clone(), self.new.date);
        if goes && held.lot.status != LotStatus::Released {
            return Err(MoveError::LotNotReleased { lot });
        }
        match held.lot.expires {
            Some(last) if (goes || comes) && held.lot.is_expired(date) => {
                Err(MoveError::LotExpired { lot, last, date })
            }
            _ => Ok(()),
        }
    }

    /// What the move says of its weight: as it was weighed, within the item's tolerance, and nominally.
    fn weighing(&self) -> Result<Option<Weighing>, MoveError> {
        let (item, given) = (&self.kept.item, self.new.weight);
        let Some(unit) = item.weighed_in else {
            return match given {
                None => Ok(None),
                Some(weight) => Err(MoveError::NotWeighed { item: item.code.clone(), weight }),
            };
        };
        let of_item =
            |error| MoveError::Quantity { item: item.code.clone(), error: Box::new(error) };
        let count = quantity(self.kept, i128::from(self.units()?));
        let digits = u32::from(crate::QUANTITY_DIGITS);
        let stored = |weighed: CatchWeight| -> Result<i64, MoveError> {
            let weight = weighed.weight();
            let fine = fondaco_core::QuantityError::TooFine { quantity: weight, digits };
            weight.to_fixed().map(Qty::units).ok_or_else(|| of_item(fine))
        };
        let rule = self.kept.catch.as_ref().filter(|_| !count.is_zero());
        let weigh = |weight: Quantity| {
            let weight = weight.convert(unit)?;
            rule.map_or_else(|| CatchWeight::new(count, weight), |rule| rule.weigh(count, weight))
        };
        let given = given.map(|weight| weigh(weight).map_err(of_item)).transpose()?;
        let nominal = rule.map(|rule| rule.nominal(count, digits, Rounding::HalfUp));
        let nominal = nominal.transpose().map_err(of_item)?;
        let (given, nominal) = (given.map(stored).transpose()?, nominal.map(stored).transpose()?);
        Ok(Some(Weighing { given, nominal }))
    }

    fn leg(&self, shelf: &'b Shelf, lot: Option<&'b Held>, units: i64) -> Leg<'b> {
        let stage = match shelf.kind() {
            LocationKind::Transit => Stage::Transit,
            kind if !kind.is_on_hand() => Stage::Outside,
            _ => Stage::Stock,
        };
        let stage = self.for_owner(stage, lot);
        let (site, class) = (shelf.site.id, class(Some(shelf), lot));
        Leg { site, shelf: Some(shelf), stage, class, lot, units, weight: 0 }
    }

    /// What is on its way to a site.
    fn transit(
        &self,
        site: SiteId,
        lot: Option<&'b Held>,
        units: i64,
    ) -> Result<Leg<'b>, MoveError> {
        let found = self.book.site(&site).ok_or(MoveError::UnknownSite { site })?;
        if units > 0 {
            found.check_open(self.new.date)?;
        }
        let stage = self.for_owner(Stage::Transit, lot);
        Ok(Leg { site, shelf: None, stage, class: Class::Free, lot, units, weight: 0 })
    }

    /// A customer's goods count to nothing that the company has.
    fn for_owner(&self, stage: Stage, lot: Option<&Held>) -> Stage {
        let of_customer = self.kept.ownership(lot) == Ownership::Customer;
        if of_customer && stage != Stage::Outside { Stage::Custody } else { stage }
    }
}

/// What lies there counts as.
pub(crate) fn class(shelf: Option<&Shelf>, lot: Option<&Held>) -> Class {
    let standing = lot.map(|held| Standing { status: held.lot.status, lapsed: held.lapsed });
    match columns(standing, shelf.map(Shelf::kind).unwrap_or_default()) {
        (true, _) => Class::Quarantined,
        (_, true) => Class::Expired,
        _ => Class::Free,
    }
}

/// Only what goes out fulfils a promise, and only what comes in, or is sent to another site, is what was ordered. Reason and text are such as a line can hold.
fn check_options(new: &NewMove, kind: MoveKind) -> Result<(), MoveError> {
    if let Some(reason) = &new.reason {
        check_line("reason", reason)?;
    }
    if let Some(text) = &new.text {
        check_line("text", text)?;
    }
    let goes = matches!(kind, MoveKind::Issue | MoveKind::Dispatch);
    if new.fulfils.is_some() && !goes {
        return Err(MoveError::Unfit { kind, what: "fulfil a reservation" });
    }
    let comes = matches!(kind, MoveKind::Receipt | MoveKind::Dispatch | MoveKind::Transfer);
    if new.receives.is_some() && !comes {
        return Err(MoveError::Unfit { kind, what: "come on an order" });
    }
    Ok(())
}

fn check_lock(book: &Book, new: &NewMove, site: SiteId) -> Result<(), MoveError> {
    match book.locked_through(site) {
        Some(through) if new.date <= through => {
            Err(MoveError::DateLocked { date: new.date, through })
        }
        _ => Ok(()),
    }
}
