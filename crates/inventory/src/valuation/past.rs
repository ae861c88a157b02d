//! What is known of earlier moves: what a return, a landed cost or a correction is judged by.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use foldhash::fast::RandomState;
use fondaco_core::Id;
use fondaco_core::store::Fixed;

use super::{Cause, Kind, Lot, Move, MoveId, Qty, Val, ValueFact};

/// An earlier move as it stands now, with the signs of its facts: above zero what came in, below it what went out.
///
/// Follows from the move's facts and those of its returns, as [`Known::note`] adds them up; an engine that keeps facts sums them itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The day of the move.
    pub date: NaiveDate,
    /// Its lot.
    pub lot: Option<Id<Lot>>,
    /// Of a return, what it returns: a correction of it is judged and costed by that, so whoever loads the one loads the other.
    pub returns: Option<MoveId>,
    /// How much it moved, as corrected since.
    pub quantity: Qty,
    /// How much of it was not returned since.
    pub open: Qty,
    /// What is open was bought or issued for: the facts of [`Cause::Cost`], with those of its returns.
    pub price: Val,
    /// What is open is worth in stock: all facts, with those of its returns; of what customers return the facts of [`Cause::Cost`] alone,
    /// as it comes back at what it was issued at, whatever stock takes it in at.
    pub value: Val,
    /// By how much corrections changed its quantity ...
    pub corrected: Qty,
    /// ... and its price. A later correction takes this back first.
    pub corrected_price: Val,
    /// Of a drop shipment, how much went straight through, as corrected since: it has no quantity of its own, and its
    /// [`price`](Posted::price) is what was bought for.
    pub passed: Option<Qty>,
}

impl Posted {
    fn new(date: NaiveDate, lot: Option<Id<Lot>>) -> Posted {
        let (quantity, value) = (Qty::ZERO, Val::ZERO);
        Posted {
            date,
            lot,
            returns: None,
            quantity,
            open: quantity,
            price: value,
            value,
            corrected: quantity,
            corrected_price: value,
            passed: None,
        }
    }

    /// The same of something that a move brings, takes or sends straight through.
    fn of(moved: &Move) -> Posted {
        let passed = matches!(moved.kind, Kind::DropShipment { .. }).then_some(Qty::ZERO);
        let posted = Posted::new(moved.date, moved.lot);
        Posted { returns: moved.kind.returns(), passed, ..posted }
    }

    /// Whether it went out, if only until it was corrected to nothing.
    fn went_out(&self) -> bool {
        self.quantity < self.corrected
    }

    /// Adds a fact of its own.
    fn add(&mut self, fact: &ValueFact, corrects: bool) {
        if let Some(passed) = &mut self.passed {
            // Each is told twice: what was bought, and what was sold of it.
            let sold = fact.by == fact.of && fact.quantity < Qty::ZERO;
            if fact.cause == Cause::Cost && !sold {
                *passed = sum(*passed, fact.quantity);
                self.price = sum(self.price, fact.value);
            }
            return;
        }
        self.quantity = sum(self.quantity, fact.quantity);
        self.open = sum(self.open, fact.quantity);
        self.value = sum(self.value, fact.value);
        if fact.cause == Cause::Cost {
            self.price = sum(self.price, fact.value);
        }
        if corrects {
            self.corrected = sum(self.corrected, fact.quantity);
            if fact.cause == Cause::Cost || self.went_out() {
                self.corrected_price = sum(self.corrected_price, fact.value);
            }
        }
    }

    /// Adds a fact of one of its returns.
    fn add_return(&mut self, fact: &ValueFact) {
        self.open = sum(self.open, fact.quantity);
        let cost = fact.cause == Cause::Cost;
        if cost {
            self.price = sum(self.price, fact.value);
        }
        if cost || !self.went_out() {
            self.value = sum(self.value, fact.value);
        }
    }
}

/// How much of what a receipt brought an issue took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The issue.
    pub by: MoveId,
    /// How much, above zero.
    pub quantity: Qty,
}

/// Where the kernel asks for earlier moves of the same stock: rows that an engine has loaded, or a [`Known`].
pub trait Past {
    /// The move as it stands; `None` when there is none of that id.
    fn posted(&self, id: MoveId) -> Option<Posted>;

    /// Who took from what a receipt brought, in any order: the facts below zero that name it as their layer, of issues before it that it
    /// covered too. Issues that are not told are not corrected by name when a cost comes
    /// upon the layer later: their share then goes to cost of sales as a whole.
    fn taken(&self, layer: MoveId) -> &[Taken];
}

/// No earlier moves: for moves that are about none.
///
/// ```
/// use fondaco_inventory::valuation::{MoveId, NoPast, Past};
/// assert_eq!(NoPast.posted(MoveId::from_u128(1)), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NoPast;

impl Past for NoPast {
    fn posted(&self, _: MoveId) -> Option<Posted> {
        None
    }

    fn taken(&self, _: MoveId) -> &[Taken] {
        &[]
    }
}

/// Earlier moves, added up from their facts.
///
/// ```
/// use fondaco_inventory::valuation::{Known, MoveId, Past};
/// let known = Known::of([MoveId::from_u128(7)]); // of a table, only what later rows name
/// assert!(known.posted(MoveId::from_u128(7)).is_none()); // and it has not come yet
/// ```
#[derive(Clone, Debug, Default)]
pub struct Known {
    moves: HashMap<MoveId, Posted, RandomState>,
    taken: HashMap<MoveId, Vec<Taken>, RandomState>,
    /// What is kept; `None` keeps all.
    only: Option<HashSet<MoveId, RandomState>>,
}

impl Known {
    /// Keeps these moves alone, and who takes from their layers.
    #[must_use]
    pub fn of(ids: impl IntoIterator<Item = MoveId>) -> Known {
        Known { only: Some(ids.into_iter().collect()), ..Known::default() }
    }

    /// Adds what a move did.
    pub fn note(&mut self, moved: &Move, facts: &[ValueFact]) {
        if self.only.as_ref().is_some_and(HashSet::is_empty) {
            return;
        }
        for fact in facts {
            self.add(moved, fact);
        }
        let by = if let Kind::Correction { of, .. } = moved.kind { of } else { moved.id };
        let returned = self.moves.get(&by).map_or(moved.kind.returns(), |posted| posted.returns);
        if let Some(of) = returned
            && let Some(posted) = self.moves.get_mut(&of)
        {
            let own = facts.iter().filter(|fact| fact.of == by);
            own.for_each(|fact| posted.add_return(fact));
        }
    }

    fn keeps(&self, id: MoveId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&id))
    }

    fn add(&mut self, moved: &Move, fact: &ValueFact) {
        if self.keeps(fact.of) {
            let posted = self.moves.entry(fact.of).or_insert_with(|| Posted::of(moved));
            posted.add(fact, matches!(moved.kind, Kind::Correction { of, .. } if of == fact.of));
        }
        let taken = fact.layer.filter(|layer| *layer != fact.of && self.keeps(*layer));
        if let (Some(layer), true) = (taken, fact.quantity < Qty::ZERO) {
            let quantity = Qty::from_units(-fact.quantity.units());
            self.taken.entry(layer).or_default().push(Taken { by: fact.of, quantity });
        }
    }
}

/// Parts of a stock whose own sums were found to fit.
fn sum<const DIGITS: u8>(a: Fixed<DIGITS>, b: Fixed<DIGITS>) -> Fixed<DIGITS> {
    Fixed::from_units(a.units().saturating_add(b.units()))
}

impl Past for Known {
    fn posted(&self, id: MoveId) -> Option<Posted> {
        self.moves.get(&id).copied()
    }

    fn taken(&self, layer: MoveId) -> &[Taken] {
        self.taken.get(&layer).map_or(&[], Vec::as_slice)
    }
}
