//! A history as it should have been recorded: in the order of days, with what became known later where it belongs.

use super::{CostRules, Kind, Known, Move, MoveId, Past, Qty, Val, ValuationError, ValueFact};
use fondaco_core::map::HashMap;

/// Whether a move says something of an earlier one that changes what that was.
pub(super) fn concerns_past(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::LandedCost { .. }
            | Kind::PriceChange { .. }
            | Kind::ReturnCost { .. }
            | Kind::Correction { .. }
    )
}

/// What is known of the moves, and all that was posted for them.
pub(super) struct Recorded<'a> {
    pub(super) known: &'a Known,
    pub(super) facts: &'a [ValueFact],
}

impl Recorded<'_> {
    /// By how much what a count found differs from what was booked; of one that was corrected to nothing as it was posted first.
    fn found(&self, count: MoveId) -> Qty {
        let standing = self.known.posted(count).map(|posted| posted.quantity);
        standing.filter(|quantity| *quantity != Qty::ZERO).unwrap_or_else(|| {
            let own = self.facts.iter().filter(|fact| fact.by == count && fact.of == count);
            Qty::from_units(own.map(|fact| fact.quantity.units()).sum())
        })
    }
}

/// A move, and what corrections of its quantity go by.
struct Entry {
    moved: Move,
    base: (Qty, Val),
    /// Corrected to nothing.
    gone: bool,
}

/// The moves in the order of their days, those of one day as they were recorded; corrections, prices and landed costs are in the moves
/// they are about.
pub(super) fn chronological<'a>(
    rules: &CostRules,
    recorded: impl Iterator<Item = &'a Move>,
    past: &Recorded<'_>,
) -> Result<Vec<Move>, ValuationError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: HashMap<MoveId, usize> = HashMap::default();
    for moved in recorded {
        let about = moved.kind.of().filter(|_| concerns_past(&moved.kind));
        let entry = about.and_then(|of| places.get(&of)).and_then(|at| entries.get_mut(*at));
        let folded = match entry {
            Some(entry) => entry.take(rules, moved, past)?,
            None => false,
        };
        if !folded {
            places.insert(moved.id, entries.len());
            let base = (moved.kind.quantity(), moved.kind.value());
            entries.push(Entry { moved: *moved, base, gone: false });
        }
    }
    let left = entries.into_iter().filter(|entry| !entry.gone);
    let mut moves: Vec<Move> = left.map(|entry| entry.moved).collect();
    moves.sort_by_key(|moved| moved.date);
    Ok(moves)
}

impl Entry {
    /// Takes in what is known later; `false` where it can't, and stays a move of its own.
    fn take(
        &mut self,
        rules: &CostRules,
        later: &Move,
        past: &Recorded<'_>,
    ) -> Result<bool, ValuationError> {
        let overflow = || ValuationError::Overflow { id: later.id, what: "value" };
        match (later.kind, &mut self.moved.kind) {
            (Kind::LandedCost { value, .. }, Kind::Receipt { landed, .. }) => {
                *landed = landed.checked_add(value).ok_or_else(overflow)?;
                Ok(true)
            }
            (
                Kind::PriceChange { value, .. },
                Kind::Receipt { quantity, value: Some(price), .. },
            ) => {
                *price = price.checked_add(value).ok_or_else(overflow)?;
                self.base = (*quantity, *price);
                Ok(true)
            }
            (Kind::Correction { quantity, .. }, _) => self.correct(rules, later, quantity, past),
            _ => Ok(false),
        }
    }

    fn correct(
        &mut self,
        rules: &CostRules,
        later: &Move,
        corrected: Qty,
        past: &Recorded<'_>,
    ) -> Result<bool, ValuationError> {
        if corrected < Qty::ZERO {
            return Err(ValuationError::BelowZero { id: later.id, quantity: corrected });
        }
        if let Kind::Count { .. } = self.moved.kind {
            let quantity = past.found(self.moved.id);
            self.moved.kind = Kind::Adjustment { quantity, value: None };
            self.base = (quantity, Val::ZERO);
        }
        let (whole, worth) = (self.base.0.units(), self.base.1.units());
        let scaled =
            || rules.steps.part(worth, corrected.units(), whole.abs()).map(Val::from_units);
        let overflow = || ValuationError::Overflow { id: later.id, what: "value" };
        match &mut self.moved.kind {
            Kind::Receipt { quantity, value, .. } => {
                *quantity = corrected;
                if let Some(value) = value {
                    *value = scaled().ok_or_else(overflow)?;
                }
            }
            Kind::Adjustment { quantity, value } => {
                *quantity = Qty::from_units(corrected.units() * whole.signum());
                if let Some(value) = value {
                    *value = scaled().ok_or_else(overflow)?;
                }
            }
            Kind::Issue { quantity }
            | Kind::Scrap { quantity }
            | Kind::CustomerReturn { quantity, .. }
            | Kind::SupplierReturn { quantity, .. } => *quantity = corrected,
            _ => return Ok(false),
        }
        self.gone = corrected == Qty::ZERO;
        Ok(true)
    }
}

impl Kind {
    /// How much it moves, where it says so.
    fn quantity(&self) -> Qty {
        match *self {
            Kind::Receipt { quantity, .. }
            | Kind::Issue { quantity }
            | Kind::Scrap { quantity }
            | Kind::CustomerReturn { quantity, .. }
            | Kind::SupplierReturn { quantity, .. }
            | Kind::Adjustment { quantity, .. }
            | Kind::DropShipment { quantity, .. } => quantity,
            _ => Qty::ZERO,
        }
    }

    /// What it is worth, where it says so.
    fn value(&self) -> Val {
        match *self {
            Kind::Receipt { value, .. } | Kind::Adjustment { value, .. } => {
                value.unwrap_or(Val::ZERO)
            }
            _ => Val::ZERO,
        }
    }
}
