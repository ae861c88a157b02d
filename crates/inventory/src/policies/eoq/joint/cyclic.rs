//! The best policy of its kind: every item on every `m`-th order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::{Joint, JointItem, JointPlan, WHAT};
use crate::KernelError;
use crate::error::positive;

/// How many times the multiples change before the search is given up.
const MOST_STEPS: usize = 2_000_000;

impl<'a> Joint<'a> {
    /// The time between orders and the multiples that cost least of all.
    ///
    /// At a time `T` between orders an item's best multiple is the least `m` with `m (m + 1) ≥ kᵢ / (gᵢ T²)`, where `gᵢ = hᵢ λᵢ / 2`. So
    /// as `T` falls, the multiples rise one by one at times that are known beforehand; between two of them they stay, and the cost is least at a known `T`. All of
    /// these are looked at, from the time at which every item is on every order down to the time at which the shared cost alone would cost more than
    /// the best found so far leaves: below that nothing can be better.
    ///
    /// Source: S. K. Goyal, *Determination of Optimum Packaging Frequency of Items Jointly Replenished*, Management Science 21 (1974), with the
    /// bound of R. E. Wildeman, J. B. G. Frenk, R. Dekker, *An Efficient Optimal Solution Method for the Joint Replenishment Problem*, EJOR 99 (1997).
    ///
    /// # Errors
    /// As [`with_multiples`](Self::with_multiples), when the shared cost is zero, or so small that it takes more than two million
    /// changes to find where nothing is better: items that share nothing are best ordered apart.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let rates = [86_000.0, 12_500.0, 1_400.0, 3_000.0];
    /// let items = rates.map(|demand_rate| JointItem::new(15.0, 0.24, demand_rate));
    /// let (best, silver) = (Joint::new(40.0, &items).cyclic()?, Joint::new(40.0, &items).silver()?);
    /// assert_eq!(best.multiples, [1, 1, 4, 3]); // here the rule of thumb finds it, too
    /// assert_eq!(best.costs.total(), silver.costs.total());
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn cyclic(&self) -> Result<JointPlan<'a>, KernelError> {
        self.check()?;
        positive("shared_fixed_cost", self.shared_fixed_cost)?;
        let raised = self.descend()?;
        let mut multiples = vec![1_u32; self.items.len()];
        for item in raised {
            if let Some(multiple) = multiples.get_mut(item) {
                *multiple += 1;
            }
        }
        self.plan(multiples)
    }

    /// The items whose multiples have to rise by one, one after the other, until they are the best.
    fn descend(&self) -> Result<Vec<usize>, KernelError> {
        let mut due: BinaryHeap<Rise> =
            self.items.iter().enumerate().filter_map(Rise::first).collect();
        let (mut ordering, mut holding) = self.coefficients(&vec![1; self.items.len()]);
        let apart: f64 =
            self.items.iter().map(|item| 2.0 * (item.fixed_cost * item.held()).sqrt()).sum();
        let mut least = 2.0 * (ordering * holding).sqrt();
        let (mut raised, mut best) = (Vec::new(), 0);
        while let Some(rise) = due.pop() {
            // Below this time the shared cost alone is more than what the best leaves for it.
            if rise.cycle * (least - apart) < self.shared_fixed_cost {
                break;
            }
            if raised.len() == MOST_STEPS {
                let why = "the shared cost is very small beside the items' own; order them apart, or take `silver`";
                return Err(KernelError::NoAnswer { what: WHAT, why });
            }
            let Some(item) = self.items.get(rise.item) else { break };
            raised.push(rise.item);
            ordering -= item.fixed_cost / (f64::from(rise.from) * f64::from(rise.from + 1));
            holding += item.held();
            let cost = 2.0 * (ordering * holding).sqrt();
            if cost < least {
                (least, best) = (cost, raised.len());
            }
            due.push(rise.next(item));
        }
        raised.truncate(best);
        Ok(raised)
    }
}

/// The time between orders below which an item is on one order less.
struct Rise {
    cycle: f64,
    item: usize,
    from: u32,
}

impl Rise {
    /// That of an item which is on every order; none of one that costs nothing to order.
    fn first((item, it): (usize, &JointItem)) -> Option<Self> {
        (it.fixed_cost > 0.0).then(|| Self::at(item, it, 1))
    }

    fn next(&self, it: &JointItem) -> Self {
        Self::at(self.item, it, self.from + 1)
    }

    fn at(item: usize, it: &JointItem, from: u32) -> Self {
        let steps = f64::from(from) * f64::from(from + 1);
        Self { cycle: (it.own_cycle_squared() / steps).sqrt(), item, from }
    }
}

impl Ord for Rise {
    /// The longest time first, of equal ones the first item.
    fn cmp(&self, other: &Self) -> Ordering {
        self.cycle.total_cmp(&other.cycle).then(other.item.cmp(&self.item))
    }
}

impl PartialOrd for Rise {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rise {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Rise {}
