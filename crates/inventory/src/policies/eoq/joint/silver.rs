//! Silver's rule of thumb.

use super::{Joint, JointItem, JointPlan, MOST, WHAT};
use crate::KernelError;
use crate::error::positive;

impl<'a> Joint<'a> {
    /// Silver's heuristic: the item that would be ordered most often is on every order, the others by the square root of how they compare with it, rounded.
    ///
    /// Rounding is to the nearest whole number, half to even; of items that would be ordered equally often, the dearest to keep counts. Source: Silver (1976).
    ///
    /// # Errors
    /// As [`with_multiples`](Self::with_multiples), and when the shared cost and that of the item that is on every order are both zero, or an item would be
    /// on fewer than one in a million orders.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let items = [(120.0, 160.0), (840.0, 20.0), (300.0, 50.0)];
    /// let items = items.map(|(fixed, holding)| JointItem::new(fixed, holding, 1.0));
    /// let plan = Joint::new(600.0, &items).silver()?;
    /// assert_eq!(plan.multiples, [1, 3, 1]);
    /// assert!((plan.base_cycle_time - 3.103_164_454_170_876).abs() < 1e-12);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn silver(&self) -> Result<JointPlan<'a>, KernelError> {
        self.check()?;
        let order = |one: &&JointItem, other: &&JointItem| {
            let by_cycle = one.own_cycle_squared().total_cmp(&other.own_cycle_squared());
            by_cycle.then(other.held().total_cmp(&one.held()))
        };
        let least = self.items.iter().min_by(order);
        let Some(least) = least else {
            return Err(KernelError::TooFew { field: "items", count: 0, least: 1 });
        };
        let field = "shared_fixed_cost and the fixed_cost of the item that is on every order";
        let base = positive(field, self.shared_fixed_cost + least.fixed_cost)? / least.held();
        let multiple = |item: &JointItem| whole((item.own_cycle_squared() / base).sqrt());
        self.plan(self.items.iter().map(multiple).collect::<Result<_, _>>()?)
    }
}

/// A multiple as a whole number of at least 1.
pub(super) fn whole(multiple: f64) -> Result<u32, KernelError> {
    let rounded = multiple.round_ties_even().max(1.0);
    if rounded <= f64::from(MOST) {
        return Ok(rounded as u32);
    }
    let why = "an item would be on less than one in a million orders; order it apart";
    Err(KernelError::NoAnswer { what: WHAT, why })
}
