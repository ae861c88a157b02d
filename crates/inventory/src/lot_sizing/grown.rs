//! Lots that grow period by period until what they cost tells them to stop.

use std::cmp::Ordering;

use super::plain::by_reach;
use super::units::WholeCosts;
use super::{PlannedLot, Stop};

/// A lot that reaches so far.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// The period it comes in.
    from: usize,
    /// The last period it reaches.
    pub(super) end: usize,
    pub(super) quantity: i64,
    pub(super) setup: i128,
    /// What keeping it costs.
    pub(super) holding: i128,
    /// What it costs to keep a unit from its period to the one after `end`.
    kept: i128,
}

impl Reach {
    /// Of its own period alone.
    pub(super) fn new(costs: &WholeCosts, needs: &[i64], from: usize) -> Reach {
        let kept = i128::from(costs.holding.at(from));
        let setup = costs.setup.at(from);
        Reach { from, end: from, quantity: needs[from], setup, holding: 0, kept }
    }

    /// The same a period further; none after the last.
    pub(super) fn further(self, costs: &WholeCosts, needs: &[i64]) -> Option<Reach> {
        let end = self.end + 1;
        let need = *needs.get(end)?;
        Some(Reach {
            end,
            quantity: self.quantity + need,
            holding: self.holding + self.kept * i128::from(need),
            kept: self.kept + i128::from(costs.holding.at(end)),
            ..self
        })
    }

    pub(super) fn periods(self) -> usize {
        self.end - self.from + 1
    }

    pub(super) fn cost(self) -> i128 {
        self.setup + self.holding
    }
}

/// The last period of the lot that begins with a need, which goes on while `goes_on(as it is, a period further)`.
fn grow(
    costs: &WholeCosts,
    needs: &[i64],
    lots: &mut Vec<PlannedLot<i64>>,
    goes_on: impl Fn(Reach, Reach) -> bool,
) {
    by_reach(needs, lots, |from| {
        let mut lot = Reach::new(costs, needs, from);
        while let Some(further) = lot.further(costs, needs).filter(|more| goes_on(lot, *more)) {
            lot = further;
        }
        lot.end
    });
}

pub(super) fn silver_meal(costs: &WholeCosts, needs: &[i64], lots: &mut Vec<PlannedLot<i64>>) {
    grow(costs, needs, lots, |lot, further| {
        let [now, then] = [lot, further].map(|lot| (lot.cost(), lot.periods() as i128));
        compare(then, now) != Ordering::Greater
    });
}

pub(super) fn least_unit_cost(costs: &WholeCosts, needs: &[i64], lots: &mut Vec<PlannedLot<i64>>) {
    grow(costs, needs, lots, |lot, further| {
        let [now, then] = [lot, further].map(|lot| (lot.cost(), i128::from(lot.quantity)));
        compare(then, now) != Ordering::Greater
    });
}

pub(super) fn part_period(
    costs: &WholeCosts,
    stop: Stop,
    needs: &[i64],
    lots: &mut Vec<PlannedLot<i64>>,
) {
    grow(costs, needs, lots, |lot, further| {
        let over = further.holding - further.setup;
        match stop {
            Stop::NotAbove => over <= 0,
            // Once above, one more period only if that is nearer.
            Stop::Nearest => over <= 0 || over < lot.setup - lot.holding,
        }
    });
}

/// `a.0 / a.1` beside `b.0 / b.1`, exactly; nothing is below zero, and the divisors are above it.
fn compare(a: (i128, i128), b: (i128, i128)) -> Ordering {
    match (a.0.checked_mul(b.1), b.0.checked_mul(a.1)) {
        (Some(left), Some(right)) => left.cmp(&right),
        // Whole parts first; what is left over compares the other way round when turned over.
        _ => (a.0 / a.1).cmp(&(b.0 / b.1)).then_with(|| match (a.0 % a.1, b.0 % b.1) {
            (0, rest) => 0.cmp(&rest),
            (_, 0) => Ordering::Greater,
            (left, right) => compare((b.1, right), (a.1, left)),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Fractions whose products have no room compare as their scaled-down twins do.
        #[test]
        fn large_fractions_compare_as_small_ones(
            a in 0i128..1000, b in 1i128..1000, c in 0i128..1000, d in 1i128..1000
        ) {
            let large = 1_i128 << 110;
            prop_assert_eq!(compare((a * large, b * large), (c * large, d * large)), (a * d).cmp(&(c * b)));
        }
    }
}
