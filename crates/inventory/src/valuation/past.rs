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
    /// How much it moved, as corrected since.
    pub quantity: Qty,
    /// How much of it was not returned since.
    pub open: Qty,
    /// What is open was bought or issued for: the facts of [`Cause::Cost`], with those of its returns.
    pub price: Val,
    /// What is open is worth in stock: all facts, with those of its returns.
    pub value: Val,
    /// By how much corrections changed its quantity ...
    pub corrected: Qty,
    /// ... and its price. A later correction takes this back first.
    pub corrected_price: Val,
}

impl Posted {
    fn new(date: NaiveDate, lot: Option<Id<Lot>>) -> Posted {
        let (quantity, value) = (Qty::ZERO, Val::ZERO);
        Posted {
            date,
            lot,
            quantity,
            open: quantity,
            price: value,
            value,
            corrected: quantity,
            corrected_price: value,
        }
    }
}

/// How much of a layer an issue took.
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

    /// Who took from the layer that a receipt brought, in any order. Issues that are not told are not corrected by name when a cost comes
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
        if let Kind::CustomerReturn { of, .. } | Kind::SupplierReturn { of, .. } = moved.kind {
            let own = facts.iter().filter(|fact| fact.of == moved.id);
            if let Some(posted) = self.moves.get_mut(&of) {
                own.for_each(|fact| add_to_open(posted, fact));
            }
        }
    }

    fn keeps(&self, id: MoveId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&id))
    }

    fn add(&mut self, moved: &Move, fact: &ValueFact) {
        if self.keeps(fact.of) {
            let fresh = || Posted::new(moved.date, moved.lot);
            let posted = self.moves.entry(fact.of).or_insert_with(fresh);
            posted.quantity = sum(posted.quantity, fact.quantity);
            add_to_open(posted, fact);
            let corrects = matches!(moved.kind, Kind::Correction { of, .. } if of == fact.of);
            if corrects {
                posted.corrected = sum(posted.corrected, fact.quantity);
                let counts = fact.cause == Cause::Cost || posted.quantity < Qty::ZERO;
                let value = if counts { fact.value } else { Val::ZERO };
                posted.corrected_price = sum(posted.corrected_price, value);
            }
        }
        let taken = fact.layer.filter(|layer| *layer != fact.of && self.keeps(*layer));
        if let (Some(layer), true) = (taken, fact.quantity < Qty::ZERO) {
            let quantity = Qty::from_units(-fact.quantity.units());
            self.taken.entry(layer).or_default().push(Taken { by: fact.of, quantity });
        }
    }
}

fn add_to_open(posted: &mut Posted, fact: &ValueFact) {
    posted.open = sum(posted.open, fact.quantity);
    posted.value = sum(posted.value, fact.value);
    if fact.cause == Cause::Cost {
        posted.price = sum(posted.price, fact.value);
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
