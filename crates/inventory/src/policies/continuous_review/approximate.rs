//! What textbooks approximate the best (r, Q) by.

use super::{ContinuousReview, ReorderPlan, WHAT};
use crate::KernelError;
use crate::policies::Costs;
use crate::policies::costs::{computed, computed_positive};
use crate::probability::{Demand, search};

const STEPS: usize = 1_000;

/// √(2Kλ(h + p) / (hp)).
pub(super) fn eoq_with_backorders<D: Demand>(model: &ContinuousReview<D>) -> f64 {
    let (h, p) = (model.holding_cost, model.stockout_cost);
    eoq(model) * ((h + p) / p).sqrt()
}

fn eoq<D: Demand>(model: &ContinuousReview<D>) -> f64 {
    (2.0 * model.fixed_cost * model.demand_rate / model.holding_cost).sqrt()
}

/// Approximations of the policy. Each says its exact cost. Where demand is of whole units, the reorder point is rounded up and the
/// quantity to the nearest.
impl<D: Demand> ContinuousReview<D> {
    /// The economic order quantity, ordered at the newsvendor's level of the lead time: the least demand that is not exceeded with a
    /// probability of p / (h + p).
    ///
    /// Source: Snyder and Shen (2019), 5.3.3.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let month = Normal::new(1300.0 / 12.0, 150.0 / 12.0_f64.sqrt())?;
    /// let plan = ContinuousReview::new(8.0, 0.225, 7.5, 1300.0, month).eoq_with_safety_stock()?;
    /// assert!((plan.reorder_point - 190.336_996_571_562_4).abs() < 1e-9);
    /// assert!((plan.order_quantity - 304.046_780_026_436_8).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn eoq_with_safety_stock(&self) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let tail = computed(WHAT, self.holding_cost / (self.holding_cost + self.stockout_cost))?;
        let point = self.lead_time_demand.upper_quantile(tail)?;
        self.rounded(point, eoq(self))
    }

    /// The economic order quantity with planned backorders, ordered at the best reorder point for it.
    ///
    /// Source: Snyder and Shen (2019), 5.3.2; Y.-S. Zheng (1992) shows that it costs at most an eighth more than the optimum.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let quarter = Normal::new(192.0 * 3.0, 17.4 * 3.0_f64.sqrt())?;
    /// let plan = ContinuousReview::new(85.0, 3.0 / 14.0, 40.0, 192.0, quarter).eoq_with_backorders()?;
    /// assert!((plan.reorder_point - 609.025_205).abs() < 1e-5);
    /// assert!((plan.order_quantity - 391.325_951).abs() < 1e-5);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn eoq_with_backorders(&self) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let quantity = computed_positive(WHAT, eoq_with_backorders(self))?;
        if self.lead_time_demand.counts() {
            return self.plan_for(quantity.round().max(1.0));
        }
        self.plan_for(quantity)
    }

    /// The policy that is best when the losses beyond r + Q are left out, which are next to nothing where the quantity is large beside the spread of the
    /// demand: n(r) = hQ / (h + p) and Q = √(2(Kλ + (h + p)n₂(r)) / h).
    ///
    /// Source: Snyder and Shen (2019), 5.3.4. They iterate both; here they are solved as one equation in r.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when orders cost so little that the equations have no solution.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let month = Normal::new(1300.0 / 12.0, 150.0 / 12.0_f64.sqrt())?;
    /// let plan = ContinuousReview::new(8.0, 0.225, 7.5, 1300.0, month).loss_function()?;
    /// assert!((plan.reorder_point - 126.867).abs() < 1e-3);
    /// assert!((plan.order_quantity - 328.449).abs() < 1e-3);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn loss_function(&self) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let demand = &self.lead_time_demand;
        let (h, both) = (self.holding_cost, self.holding_cost + self.stockout_cost);
        let ordering = self.fixed_cost * self.demand_rate;
        // Falls up to the newsvendor's level, so that what is missing to zero rises.
        let short_of_zero = |point: f64| {
            let (above, loss) = demand.tail(point);
            let value =
                ordering + both * demand.second_loss(point) - both * both * loss * loss / (2.0 * h);
            (value, both * loss * (both * above / h - 1.0))
        };
        let high = demand.upper_quantile(computed(WHAT, h / both)?)?;
        let mut low = demand.mean();
        let mut step = eoq(self).max(demand.sd());
        for _ in 0..STEPS {
            if low < high && short_of_zero(low).0 < 0.0 {
                break;
            }
            low -= step;
            step *= 2.0;
        }
        if short_of_zero(high).0 <= 0.0 {
            let why = "orders cost too little for the losses beyond r + Q to be left out; take the exact policy";
            return Err(KernelError::NoAnswer { what: "the loss-function approximation", why });
        }
        let point = search::root(short_of_zero, low, high, low);
        self.rounded(point, both * demand.loss(point) / h)
    }

    /// The policy of Hadley and Whitin, which approximates the stock on hand by r - E\[D\] + Q / 2 and takes the stockout cost as **the cost of each
    /// unit that is missing, however long**: Q = √(2λ(K + pn(r)) / h) and F(r) = 1 - hQ / (pλ).
    ///
    /// Its costs are those of this approximation. Source: G. Hadley, T. M. Whitin, *Analysis of Inventory Systems* (1963), 4-2; Snyder and Shen
    /// (2019), 5.3.1.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when a unit missing costs less than keeping one from order to order, so that no stock is worth it.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let lead_time: f64 = 4.0 / 365.0;
    /// let demand = Normal::new(800.0 * lead_time, 40.0 * lead_time.sqrt())?;
    /// let plan = ContinuousReview::new(50.0, 3.1, 45.0, 800.0, demand).expected_inventory_level()?;
    /// assert!((plan.reorder_point - 17.9726).abs() < 1e-3);
    /// assert!((plan.costs.total() - 531.1189).abs() < 1e-3);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn expected_inventory_level(&self) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let demand = &self.lead_time_demand;
        let mut quantity = computed_positive(WHAT, eoq(self))?;
        let mut point = f64::NAN;
        for _ in 0..STEPS {
            let tail = quantity * self.holding_cost / (self.stockout_cost * self.demand_rate);
            if !(tail > 0.0 && tail < 1.0) {
                let why = "a unit missing costs less than keeping it from order to order; give a higher stockout_cost per unit";
                return Err(KernelError::NoAnswer {
                    what: "the expected-inventory-level approximation",
                    why,
                });
            }
            point = demand.upper_quantile(tail)?;
            let per_order = self.fixed_cost + self.stockout_cost * demand.loss(point);
            let next = (2.0 * self.demand_rate * per_order / self.holding_cost).sqrt();
            let settled = (next - quantity).abs() <= 1e-14 * next;
            quantity = computed_positive(WHAT, next)?;
            if settled {
                break;
            }
        }
        let plan = self.rounded(point, quantity)?;
        let (point, quantity) = (plan.reorder_point, plan.order_quantity);
        let cycles = self.demand_rate / quantity;
        let costs = Costs {
            ordering: self.fixed_cost * cycles,
            holding: self.holding_cost * (point - demand.mean() + 0.5 * quantity),
            shortage: self.stockout_cost * demand.loss(point) * cycles,
            purchase: 0.0,
        };
        Ok(ReorderPlan { costs: costs.checked(WHAT)?, ..plan })
    }

    fn rounded(&self, point: f64, quantity: f64) -> Result<ReorderPlan, KernelError> {
        if self.lead_time_demand.counts() {
            return self.plan(point.ceil(), quantity.round().max(1.0));
        }
        self.plan(point, quantity)
    }
}
