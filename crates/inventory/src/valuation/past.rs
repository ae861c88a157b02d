//! What is known of earlier moves: what a return, a landed cost or a correction is judged by.

use chrono::NaiveDate;
use fondaco_core::Id;
use fondaco_core::map::{HashMap, HashSet};
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
    /// as it comes back at what it was issued at, whatever stock takes it in at. Of what went out without what it was written down by.
    pub value: Val,
    /// Of what went out, by how much that was written down which is open: it comes back so.
    pub released: Val,
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
            released: value,
            corrected: quantity,
            corrected_price: value,
            passed: None,
        }
    }

    /// A part of a move that is told of, as if it were all of it.
    pub(crate) fn part(
        date: NaiveDate,
        lot: Option<Id<Lot>>,
        (quantity, value): (Qty, Val),
    ) -> Posted {
        let posted = Posted::new(date, lot);
        Posted { quantity, open: quantity, price: value, value, ..posted }
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
        if fact.cause == Cause::WriteDown && self.went_out() {
            self.released = sum(self.released, fact.value);
            return;
        }
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
        if fact.cause == Cause::WriteDown && self.went_out() {
            self.released = sum(self.released, fact.value);
        } else if cost || !self.went_out() {
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

/// What an issue took of a layer and has still out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Took {
    /// The move that brought the layer.
    pub layer: MoveId,
    /// The day it counts from.
    pub date: NaiveDate,
    /// How much, above zero.
    pub quantity: Qty,
    /// At what, as corrected since.
    pub value: Val,
}

/// What came back of an issue from a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The return.
    pub by: MoveId,
    /// How much, above zero.
    pub quantity: Qty,
    /// Whether it lies in the same stock. What came back to another one is for who asks to let follow.
    pub here: bool,
}

/// Where the kernel asks for earlier moves of the same stock: rows that an engine has loaded, or a [`Known`].
pub trait Past {
    /// The move as it stands; `None` when there is none of that id.
    fn posted(&self, id: MoveId) -> Option<Posted>;

    /// Who took from what a receipt brought, in any order: the facts below zero that name it as their layer, of issues before it that it
    /// covered too. Issues that are not told are not corrected by name when a cost comes
    /// upon the layer later: their share then goes to cost of sales as a whole.
    fn taken(&self, layer: MoveId) -> &[Taken];

    /// From which layers an issue took what it has still out, in the order in which it did: an issue that is corrected lays it back there.
    /// What is not told lies by the issue's own day, from which it then counts.
    fn took(&self, _issue: MoveId) -> Vec<Took> {
        Vec::new()
    }

    /// What came back of an issue, in the order in which it did: it bears its share of a cost that comes upon what the issue took. What is
    /// not told does not, and its share goes to cost of sales as a whole.
    fn returned(&self, _issue: MoveId) -> Vec<Returned> {
        Vec::new()
    }

    /// The changes of method since a receipt, each with its day: one that laid all that was there as one layer has the receipt's goods in it.
    fn pools(&self, _receipt: MoveId) -> Vec<(MoveId, NaiveDate)> {
        Vec::new()
    }
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
    moves: HashMap<MoveId, Posted>,
    taken: HashMap<MoveId, Vec<Taken>>,
    /// The layers that each took from, and from which day those count.
    took: HashMap<MoveId, Vec<(MoveId, Qty, Val)>>,
    days: HashMap<MoveId, NaiveDate>,
    /// What came back of an issue to the same stock.
    returned: HashMap<MoveId, Vec<MoveId>>,
    /// The changes of method, with their days, and before how many of them each move came that came after one.
    changes: Vec<(MoveId, NaiveDate)>,
    came_after: HashMap<MoveId, usize>,
    /// What is kept; `None` keeps all.
    only: Option<HashSet<MoveId>>,
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
        match moved.kind {
            Kind::ChangeMethod { .. } => self.changes.push((moved.id, moved.date)),
            Kind::CustomerReturn { of, .. } if self.keeps(of) => {
                self.returned.entry(of).or_default().push(moved.id);
            }
            _ => {}
        }
        if !self.changes.is_empty() && self.moves.contains_key(&moved.id) {
            self.came_after.entry(moved.id).or_insert(self.changes.len());
        }
        let by = if let Kind::Correction { of, .. } = moved.kind { of } else { moved.id };
        let returned = self.moves.get(&by).map_or(moved.kind.returns(), |posted| posted.returns);
        if let Some(of) = returned
            && let Some(posted) = self.moves.get_mut(&of)
        {
            let own = facts.iter().filter(|fact| fact.of == by);
            own.for_each(|fact| posted.add_return(fact));
        }
        // What came back turns out to have been issued at another cost.
        let later = |fact: &&ValueFact| fact.of != by && is_cost_alone(fact);
        for fact in facts.iter().filter(later) {
            let of = self.moves.get(&fact.of).and_then(|posted| posted.returns);
            if let Some(posted) = of.and_then(|of| self.moves.get_mut(&of)) {
                posted.add_return(fact);
            }
        }
    }

    /// What came back lies in another stock than the one it was issued from.
    pub(super) fn came_elsewhere(&mut self, of: MoveId, by: MoveId) {
        if let Some(returned) = self.returned.get_mut(&of) {
            returned.retain(|id| *id != by);
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
        let Some(layer) = fact.layer else { return };
        if layer == fact.of {
            if fact.quantity > Qty::ZERO {
                self.days.entry(layer).or_insert(moved.date);
            }
            return;
        }
        let (quantity, value) = (negative(fact.quantity), negative(fact.value));
        if self.keeps(layer) && quantity != Qty::ZERO {
            let taken = self.taken.entry(layer).or_default();
            match taken.iter_mut().find(|taken| quantity < Qty::ZERO && taken.by == fact.of) {
                Some(taken) => taken.quantity = sum(taken.quantity, quantity),
                None => taken.push(Taken { by: fact.of, quantity }),
            }
        }
        if self.keeps(fact.of) {
            let took = self.took.entry(fact.of).or_default();
            match took.iter_mut().find(|took| took.0 == layer) {
                Some(took) => (took.1, took.2) = (sum(took.1, quantity), sum(took.2, value)),
                None => took.push((layer, quantity, value)),
            }
        }
    }
}

/// Whether only the cost of goods changed, none of which moved.
fn is_cost_alone(fact: &ValueFact) -> bool {
    fact.cause == Cause::Cost && fact.quantity == Qty::ZERO
}

fn negative<const DIGITS: u8>(a: Fixed<DIGITS>) -> Fixed<DIGITS> {
    Fixed::from_units(a.units().saturating_neg())
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

    fn took(&self, issue: MoveId) -> Vec<Took> {
        let took = self.took.get(&issue).into_iter().flatten();
        let out = took.filter(|(_, quantity, _)| *quantity > Qty::ZERO);
        let laid = out.filter_map(|(layer, quantity, value)| {
            let (date, layer) = (*self.days.get(layer)?, *layer);
            Some(Took { layer, date, quantity: *quantity, value: *value })
        });
        laid.collect()
    }

    fn returned(&self, issue: MoveId) -> Vec<Returned> {
        let returns = self.returned.get(&issue).into_iter().flatten();
        let there = returns.filter_map(|by| {
            let posted = self.moves.get(by).filter(|posted| posted.quantity > Qty::ZERO)?;
            Some(Returned { by: *by, quantity: posted.quantity, here: true })
        });
        there.collect()
    }

    fn pools(&self, receipt: MoveId) -> Vec<(MoveId, NaiveDate)> {
        let from = self.came_after.get(&receipt).copied().unwrap_or(0);
        self.changes.get(from..).unwrap_or_default().to_vec()
    }
}
