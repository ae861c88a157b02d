//! Continuous review: when the inventory position falls to the reorder point r, a fixed quantity Q is ordered.
//!
//! The inventory position is what is on hand and on order, less what is owed. [`ContinuousReview`] knows the exact cost of every (r, Q)
//! and the best one ([`solve`](ContinuousReview::solve)), for any distribution of the demand during the lead time, and the four
//! approximations that textbooks and other systems use, so that theirs can be compared:
//!
//! | method | order quantity | reorder point |
//! |---|---|---|
//! | [`solve`](ContinuousReview::solve) | exact | exact |
//! | [`eoq_with_safety_stock`](ContinuousReview::eoq_with_safety_stock) | EOQ | newsvendor's level of the lead time |
//! | [`eoq_with_backorders`](ContinuousReview::eoq_with_backorders) | EOQ with planned backorders | exact for that quantity |
//! | [`loss_function`](ContinuousReview::loss_function) | with the losses beyond r + Q left out | likewise |
//! | [`expected_inventory_level`](ContinuousReview::expected_inventory_level) | with the stock on hand approximated (G. Hadley, T. M. Whitin) | likewise |
//!
//! Source: P. Zipkin, *Foundations of Inventory Management* (2000), 6.2; L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain
//! Theory* (2nd edition 2019), chapter 5, whose `stockpyl` ours are compared with.

use fondaco_core::report::{Explain, Parameter, word};
use serde::{Deserialize, Serialize};

use super::costs::{computed, computed_positive};
use super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{finite, positive};
use crate::figure::{because, figure, percent};
use crate::probability::Demand;

mod approximate;
mod exact;

#[cfg(test)]
mod tests;

const WHAT: &str = "the (r, Q) policy";

/// One item under continuous review, its demand uncertain, all that is missing delivered later.
///
/// Assumes that demand comes in single units (or is continuous), that lead times don't depend on the demand, that orders don't overtake one
/// another, and that each unit owed costs by the time it is owed.
#[doc(alias = "rQ")]
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContinuousReview<D> {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// What a unit costs that is owed for one unit of time.
    pub stockout_cost: f64,
    /// How many units are wanted per unit of time, on average.
    pub demand_rate: f64,
    /// The demand during the lead time.
    pub lead_time_demand: D,
}

/// An (r, Q) policy, with what it costs and how it serves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReorderPlan {
    /// The inventory position at or below which is ordered. It may be below zero: then orders wait until so much is owed.
    pub reorder_point: f64,
    /// How many units are ordered each time.
    pub order_quantity: f64,
    /// What it costs per unit of time.
    pub costs: Costs,
    /// How likely nothing is missing between placing an order and its arrival: the service of type 1.
    pub cycle_service: f64,
    /// The share of demand that is served at once: the service of type 2.
    pub fill_rate: f64,
    /// How many units are on hand on average.
    pub expected_on_hand: f64,
    /// How many units are owed on average.
    pub expected_backorders: f64,
    /// What is on hand on average when an order arrives: the reorder point less the mean demand of the lead time. It may be below zero.
    pub safety_stock: f64,
}

impl<D: Demand> ContinuousReview<D> {
    /// An item with these costs, this demand per unit of time and this demand during the lead time.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// // 100 an order, 20 a piece and year on hand, 150 owed; 1.5 a year, and two years to wait.
    /// let model = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(1.5 * 2.0)?);
    /// let plan = model.solve()?;
    /// assert_eq!((plan.reorder_point, plan.order_quantity), (3.0, 5.0));
    /// assert!((plan.costs.total() - 107.923_580_633_149_75).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(
        fixed_cost: f64,
        holding_cost: f64,
        stockout_cost: f64,
        demand_rate: f64,
        lead_time_demand: D,
    ) -> Self {
        Self { fixed_cost, holding_cost, stockout_cost, demand_rate, lead_time_demand }
    }

    /// The (r, Q) policy that costs least.
    ///
    /// At the optimum the cost of holding and owing is the same at both ends of the positions, and the same as the cost of the policy (P. Zheng, Management
    /// Science 38, 1992; for whole units A. Federgruen and Y.-S. Zheng, Operations Research 40, 1992, whose greedy search takes a step per unit).
    /// Ours asks at the cost of one policy for all positions that cost less, which are the next policy: a Newton method that ends after a few
    /// steps, however large the quantities are.
    ///
    /// # Errors
    /// When a cost or the rate is not above zero, and when the numbers are too far apart to reckon with.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let month = Normal::new(1300.0 / 12.0, 150.0 / 12.0_f64.sqrt())?;
    /// let plan = ContinuousReview::new(8.0, 0.225, 7.5, 1300.0, month).solve()?;
    /// assert!((plan.reorder_point - 126.87).abs() < 0.01);
    /// assert!((plan.order_quantity - 328.45).abs() < 0.01);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve(&self) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let (reorder_point, order_quantity) = exact::optimum(self)?;
        self.plan(reorder_point, order_quantity)
    }

    /// The policy that orders this quantity at the best reorder point for it: the one at which the fill rate is what the costs make it,
    /// p / (h + p).
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the quantity is not above zero, or not whole where demand is of whole units.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(3.0)?);
    /// assert_eq!(model.plan_for(12.0)?.reorder_point, 1.0); // in whole dozens
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_for(&self, order_quantity: f64) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let quantity = self.quantity(order_quantity)?;
        self.plan(exact::reorder_point(self, quantity)?, quantity)
    }

    /// The policy that orders this quantity at this position, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the reorder point is not a number, the quantity not above zero, or one of them not whole where demand is of whole
    /// units.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(3.0)?);
    /// assert!((model.plan_at(8.0, 12.0)?.costs.total() - 242.528_163_766_202_06).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(
        &self,
        reorder_point: f64,
        order_quantity: f64,
    ) -> Result<ReorderPlan, KernelError> {
        self.check()?;
        let reorder_point = self.whole("reorder_point", finite("reorder_point", reorder_point)?)?;
        self.plan(reorder_point, self.quantity(order_quantity)?)
    }

    /// The costs of other reorder points at the quantity of a plan, for a chart.
    ///
    /// ```
    /// use fondaco_inventory::policies::CostCurve;
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(3.0)?);
    /// let plan = model.solve()?;
    /// let curve = model.reorder_points(&plan).curve(0.0, 8.0, 9)?;
    /// assert!(curve.iter().all(|point| point.cost >= plan.costs.total()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn reorder_points(&self, plan: &ReorderPlan) -> impl CostCurve {
        ReorderPoints { model: self, plan: *plan }
    }

    /// The costs of other quantities than that of a plan, each at the best reorder point for it, for a chart.
    ///
    /// ```
    /// use fondaco_inventory::policies::CostCurve;
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(3.0)?);
    /// let plan = model.solve()?;
    /// assert!(model.order_quantities(&plan).cost_ratio(12.0)? < 1.31);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn order_quantities(&self, plan: &ReorderPlan) -> impl CostCurve {
        OrderQuantities { model: self, plan: *plan }
    }

    /// Why a plan of this model is what it is.
    ///
    /// ```
    /// use fondaco_inventory::policies::continuous_review::ContinuousReview;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(3.0)?);
    /// assert_eq!(model.explain(&model.solve()?).to_string(), "\
    /// Reorder point: 3
    /// │ order 5 when on hand + on order − owed falls to it
    /// │ fixed cost: 100
    /// │ holding cost: 20
    /// │ stockout cost: 150
    /// │ demand rate: 1.5
    /// ├─ Mean demand of the lead time: 3
    /// ├─ Safety stock: 0
    /// ├─ Fill rate: 86.66%
    /// └─ Cost per unit of time: 107.9236
    ///    ├─ Ordering: 30
    ///    ├─ Holding: 62.1087
    ///    └─ Shortage: 15.8149
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, plan: &ReorderPlan) -> Explain {
        let rule = fondaco_core::report::Phrase::from(word("order"))
            .and(figure(plan.order_quantity))
            .and(word("when on hand + on order − owed falls to it"));
        let given = [
            ("fixed cost", self.fixed_cost),
            ("holding cost", self.holding_cost),
            ("stockout cost", self.stockout_cost),
            ("demand rate", self.demand_rate),
        ];
        let why = because("Reorder point", plan.reorder_point).rule(rule);
        let why = given.into_iter().fold(why, |why, (name, value)| {
            why.parameter(Parameter::new(word(name), figure(value)))
        });
        why.input(because("Mean demand of the lead time", self.lead_time_demand.mean()))
            .input(because("Safety stock", plan.safety_stock))
            .input(Explain::new(word("Fill rate"), percent(plan.fill_rate)))
            .input(plan.costs.explain("Cost per unit of time"))
    }

    fn check(&self) -> Result<(), KernelError> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("stockout_cost", self.stockout_cost)?;
        positive("demand_rate", self.demand_rate)?;
        Ok(())
    }

    fn quantity(&self, quantity: f64) -> Result<f64, KernelError> {
        self.whole("order_quantity", positive("order_quantity", quantity)?)
    }

    fn whole(&self, field: &'static str, value: f64) -> Result<f64, KernelError> {
        if !self.lead_time_demand.counts() || value.fract() == 0.0 {
            return Ok(value);
        }
        let (other, way_out) =
            ("demand is of whole units", "give a whole number, or a distribution of any amount");
        Err(KernelError::Contradiction { field, value, other, way_out })
    }

    /// What a position costs per unit of time, a lead time later, and by how much the next unit changes that.
    fn position(&self, position: f64) -> (f64, f64) {
        let (above, loss) = self.lead_time_demand.tail(position);
        let both = self.holding_cost + self.stockout_cost;
        let cost = self.holding_cost * (position - self.lead_time_demand.mean()) + both * loss;
        (cost, self.holding_cost - both * above)
    }

    /// What is owed on average: the losses of all positions that the policy takes, each as long as the others.
    fn backorders(&self, reorder_point: f64, quantity: f64) -> f64 {
        let demand = &self.lead_time_demand;
        if !demand.counts() && quantity < 1e-5 * demand.sd() {
            return demand.loss(reorder_point + 0.5 * quantity);
        }
        let (low, high) = (reorder_point, reorder_point + quantity);
        ((demand.second_loss(low) - demand.second_loss(high)) / quantity).max(0.0)
    }

    fn plan(&self, reorder_point: f64, quantity: f64) -> Result<ReorderPlan, KernelError> {
        let demand = &self.lead_time_demand;
        let order_quantity = computed_positive(WHAT, quantity)?;
        let reorder_point = computed(WHAT, reorder_point)?;
        let above_point = if demand.counts() { quantity + 1.0 } else { quantity };
        let owed = self.backorders(reorder_point, quantity);
        let on_hand = (owed + reorder_point + 0.5 * above_point - demand.mean()).max(0.0);
        let missing = demand.loss(reorder_point) - demand.loss(reorder_point + quantity);
        let costs = Costs {
            ordering: self.fixed_cost * (self.demand_rate / quantity),
            holding: self.holding_cost * on_hand,
            shortage: self.stockout_cost * owed,
            purchase: 0.0,
        };
        Ok(ReorderPlan {
            reorder_point,
            order_quantity,
            costs: costs.checked(WHAT)?,
            cycle_service: demand.cumulative(reorder_point),
            fill_rate: (1.0 - missing / quantity).clamp(0.0, 1.0),
            expected_on_hand: on_hand,
            expected_backorders: owed,
            safety_stock: reorder_point - demand.mean(),
        })
    }
}

struct ReorderPoints<'a, D> {
    model: &'a ContinuousReview<D>,
    plan: ReorderPlan,
}

impl<D: Demand> CostCurve for ReorderPoints<'_, D> {
    fn chosen(&self) -> f64 {
        self.plan.reorder_point
    }

    fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(at, self.plan.order_quantity)?.costs)
    }
}

struct OrderQuantities<'a, D> {
    model: &'a ContinuousReview<D>,
    plan: ReorderPlan,
}

impl<D: Demand> CostCurve for OrderQuantities<'_, D> {
    fn chosen(&self) -> f64 {
        self.plan.order_quantity
    }

    fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_for(at)?.costs)
    }
}
