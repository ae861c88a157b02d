//! Multiples that are powers of two, and what no policy can cost less than.

use super::silver::whole;
use super::{Joint, JointItem, JointPlan};
use crate::KernelError;
use crate::error::positive;

impl<'a> Joint<'a> {
    /// The best policy whose multiples are powers of two: at most 2 % above what any policy can cost.
    ///
    /// Items whose own best time between orders is no longer than that of the order itself are on every order; the others keep their
    /// own. All times are then rounded to powers of two of one base, and the base is chosen for which that costs least.
    ///
    /// Source: P. L. Jackson, W. L. Maxwell, J. A. Muckstadt, *The Joint Replenishment Problem with a Powers-of-Two Restriction*, IIE Transactions
    /// 17 (1985); R. O. Roundy, *98%-Effective Integer-Ratio Lot-Sizing for One-Warehouse Multi-Retailer Systems*, Management Science 31 (1985).
    ///
    /// # Errors
    /// As [`with_multiples`](Self::with_multiples), and when an item would be on fewer than one in a million orders.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let rates = [86_000.0, 12_500.0, 1_400.0, 3_000.0];
    /// let items = rates.map(|demand_rate| JointItem::new(15.0, 0.24, demand_rate));
    /// let plan = Joint::new(40.0, &items).power_of_two()?;
    /// assert_eq!(plan.multiples, [1, 1, 4, 2]);
    /// assert!(plan.gap() < 0.0202);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn power_of_two(&self) -> Result<JointPlan<'a>, KernelError> {
        self.check()?;
        let times = Times::of(self);
        let shift = self.best_shift(&times);
        self.plan(times.multiples(shift)?)
    }

    /// The policy whose times are powers of two of a time that is given, such as a week: at most 6 % above what any policy can cost, unless
    /// an order in each such time would already be too seldom.
    ///
    /// # Errors
    /// As [`power_of_two`](Self::power_of_two), and when the time is not above zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let items = [JointItem::new(15.0, 0.24, 86_000.0), JointItem::new(15.0, 0.24, 1_400.0)];
    /// let week = 1.0 / 52.0;
    /// let plan = Joint::new(40.0, &items).power_of_two_of(week)?;
    /// assert_eq!((plan.base_cycle_time, plan.multiples), (4.0 * week, vec![1, 4]));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn power_of_two_of(&self, period: f64) -> Result<JointPlan<'a>, KernelError> {
        self.check()?;
        let period = positive("period", period)?;
        let times = Times::of(self);
        let shift = period.log2();
        let power = power(times.base, shift).max(0.0);
        let multiples = times.multiples_above(shift, power)?;
        self.plan_every(period * power.exp2(), multiples)
    }

    /// The base, by its logarithm, for which rounding costs least: between 0 and 1, for a whole power more changes nothing.
    ///
    /// Going up through the bases, every time falls by one power at the base that is √2 times too long for it. Between two such bases the
    /// powers stay, and the cost at the best time is known.
    fn best_shift(&self, times: &Times) -> f64 {
        let mut falls: Vec<(f64, usize)> =
            times.logs().map(|log| (log + 0.5).rem_euclid(1.0)).zip(0..).collect();
        falls.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let parts: Vec<(f64, f64, f64)> = self.parts(times);
        let mut ordering: f64 = parts.iter().map(|(cost, _, power)| cost / power.exp2()).sum();
        let mut holding: f64 = parts.iter().map(|(_, held, power)| held * power.exp2()).sum();
        let mut best = (ordering * holding, 0.0);
        for (place, (from, part)) in falls.iter().enumerate() {
            if let Some((cost, held, power)) = parts.get(*part) {
                ordering += cost / power.exp2();
                holding -= held * power.exp2() / 2.0;
            }
            let to = falls.get(place + 1).map_or(1.0, |next| next.0);
            if ordering * holding < best.0 && to > *from {
                best = (ordering * holding, (from + to) / 2.0);
            }
        }
        best.1
    }

    /// What is rounded: the order with the items that are on every one, and each other item, with their powers at a base of 1.
    fn parts(&self, times: &Times) -> Vec<(f64, f64, f64)> {
        let mut base = (self.shared_fixed_cost, 0.0, power(times.base, 0.0));
        let mut others = Vec::new();
        for (item, own) in self.items.iter().zip(&times.own) {
            match own {
                Some(own) => others.push((item.fixed_cost, item.held(), power(*own, 0.0))),
                None => base = (base.0 + item.fixed_cost, base.1 + item.held(), base.2),
            }
        }
        std::iter::once(base).chain(others).collect()
    }
}

/// The times between orders that would be best if they could be any, as logarithms to base 2.
struct Times {
    /// Of orders, and of the items that are on every one.
    base: f64,
    /// Of each item that is not on every order.
    own: Vec<Option<f64>>,
}

impl Times {
    fn of(joint: &Joint<'_>) -> Self {
        let base = relaxed(joint);
        let own = |item: &JointItem| {
            let squared = item.own_cycle_squared();
            (squared > base).then(|| squared.log2() / 2.0)
        };
        Self { base: base.log2() / 2.0, own: joint.items.iter().map(own).collect() }
    }

    fn logs(&self) -> impl Iterator<Item = f64> {
        std::iter::once(self.base).chain(self.own.iter().flatten().copied())
    }

    fn multiples(&self, shift: f64) -> Result<Vec<u32>, KernelError> {
        self.multiples_above(shift, power(self.base, shift))
    }

    /// The multiples when the order itself has this power.
    fn multiples_above(&self, shift: f64, base: f64) -> Result<Vec<u32>, KernelError> {
        let multiple = |own: &Option<f64>| {
            own.map_or(Ok(1), |own| whole((power(own, shift) - base).max(0.0).exp2()))
        };
        self.own.iter().map(multiple).collect()
    }
}

/// The power of two that a time is nearest to, by ratio, when the base has this logarithm.
fn power(log: f64, shift: f64) -> f64 {
    (log - shift + 0.5).floor()
}

/// The square of the best time between orders when items may take any time that is no shorter.
///
/// Items join the order by their own best times, the shortest first, as long as these are below that of the order so far.
fn relaxed(joint: &Joint<'_>) -> f64 {
    let mut items: Vec<&JointItem> = joint.items.iter().collect();
    let cycle = |item: &JointItem| item.own_cycle_squared();
    items.sort_by(|one, other| cycle(one).total_cmp(&cycle(other)));
    let (mut cost, mut held) = (joint.shared_fixed_cost, 0.0);
    for item in items {
        if held > 0.0 && cycle(item) >= cost / held {
            break;
        }
        (cost, held) = (cost + item.fixed_cost, held + item.held());
    }
    cost / held
}

/// What no policy can cost less than, per unit of time: the cost at those times.
///
/// Source: Jackson, Maxwell, Muckstadt (1985), theorem 1, by which this holds of all policies, not only of cyclic ones.
pub(super) fn lower_bound(joint: &Joint<'_>) -> f64 {
    let base = relaxed(joint);
    let (mut cost, mut held, mut apart) = (joint.shared_fixed_cost, 0.0, 0.0);
    for item in joint.items {
        if item.own_cycle_squared() > base {
            apart += 2.0 * (item.fixed_cost * item.held()).sqrt();
        } else {
            (cost, held) = (cost + item.fixed_cost, held + item.held());
        }
    }
    2.0 * (cost * held).sqrt() + apart
}
