//! Items that are ordered together: the joint replenishment problem.
//!
//! An order costs something by itself (the truck, the set-up of a line) and something for each item on it. Every item is on every
//! `m`-th order; what is sought is the time between orders and the multiple `m` of each item. [`Joint::cyclic`] finds the best such policy,
//! [`Joint::power_of_two`] one whose multiples are powers of two, which are easy to plan by weeks and never cost more than
//! 2 % above the best policy of any kind, and [`Joint::silver`] the rule of thumb that textbooks and spreadsheets use.

use fondaco_core::report::{Explain, Parameter, word};
use serde::{Deserialize, Serialize};

use super::super::costs::{computed, computed_positive};
use super::super::explained::parameters;
use super::super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{not_negative, positive};
use crate::figure::{because, figure};

mod cyclic;
mod power_of_two;
mod silver;

#[cfg(test)]
mod tests;

const WHAT: &str = "the joint replenishment";

/// The largest multiple that is tried: a daily order that an item is on once in 2,700 years.
const MOST: u32 = 1_000_000;

/// One item of those that are ordered together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct JointItem {
    /// What it costs that an order includes the item. Zero where it costs nothing.
    pub fixed_cost: f64,
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// How many units are wanted per unit of time.
    pub demand_rate: f64,
}

/// Items that share the cost of an order.
///
/// Assumes of each item what [`Eoq`](super::Eoq) does, and that an order costs the same whatever items are on it, besides their own costs.
/// With an item on every `mᵢ`-th order and a time `T` between orders it costs
/// `(K + Σ kᵢ / mᵢ) / T + T Σ hᵢ λᵢ mᵢ / 2` per unit of time: the shared cost is counted at every multiple of `T`, also where no item was due.
///
/// Source: E. A. Silver, *A Simple Method of Determining Order Quantities in Joint Replenishments under Deterministic Demand*, Management Science 22 (1976).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Joint<'a> {
    /// What each order costs, whatever is on it.
    pub shared_fixed_cost: f64,
    /// What may be on it.
    pub items: &'a [JointItem],
}

/// How often to order, and what is on which order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JointPlan<'a> {
    /// What was solved.
    pub model: Joint<'a>,
    /// How much time lies between two orders.
    pub base_cycle_time: f64,
    /// Per item: it is on every first, second, third... order.
    pub multiples: Vec<u32>,
    /// What it costs per unit of time.
    pub costs: Costs,
    /// What no policy of any kind can cost less than, per unit of time.
    pub lower_bound: f64,
}

impl JointItem {
    /// An item: what it costs to order, to keep, and how much is wanted.
    #[must_use]
    pub fn new(fixed_cost: f64, holding_cost: f64, demand_rate: f64) -> Self {
        Self { fixed_cost, holding_cost, demand_rate }
    }

    fn check(&self) -> Result<(), KernelError> {
        not_negative("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("demand_rate", self.demand_rate)?;
        computed_positive(WHAT, self.held())?;
        Ok(())
    }

    /// What it costs per unit of time to have it come once in a unit of time.
    fn held(&self) -> f64 {
        self.holding_cost * self.demand_rate / 2.0
    }

    /// The square of the time between orders that would be best if the item paid nothing for an order but its own cost.
    fn own_cycle_squared(&self) -> f64 {
        self.fixed_cost / self.held()
    }
}

impl<'a> Joint<'a> {
    /// Items that share this cost of an order.
    #[must_use]
    pub fn new(shared_fixed_cost: f64, items: &'a [JointItem]) -> Self {
        Self { shared_fixed_cost, items }
    }

    /// The best time between orders when the items have these multiples.
    ///
    /// # Errors
    /// When a cost or rate is not what it must be (the shared cost and each item's may be zero, but not all of them), when there is
    /// no item or not a multiple of 1 or more for each.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let items = [(120.0, 160.0), (840.0, 20.0), (300.0, 50.0)];
    /// let items = items.map(|(fixed, holding)| JointItem::new(fixed, holding, 1.0));
    /// let plan = Joint::new(600.0, &items).with_multiples(&[1, 3, 1])?;
    /// assert!((plan.costs.total() - 837.854_402_626_136_6).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn with_multiples(&self, multiples: &[u32]) -> Result<JointPlan<'a>, KernelError> {
        self.check()?;
        self.check_multiples(multiples)?;
        self.plan(multiples.to_vec())
    }

    fn check(&self) -> Result<(), KernelError> {
        not_negative("shared_fixed_cost", self.shared_fixed_cost)?;
        if self.items.is_empty() {
            return Err(KernelError::TooFew { field: "items", count: 0, least: 1 });
        }
        for (index, item) in self.items.iter().enumerate() {
            item.check().map_err(|error| error.at(index))?;
        }
        let own: f64 = self.items.iter().map(|item| item.fixed_cost).sum();
        positive("shared_fixed_cost and all fixed_cost", self.shared_fixed_cost + own)?;
        Ok(())
    }

    fn check_multiples(&self, multiples: &[u32]) -> Result<(), KernelError> {
        let (count, least) = (multiples.len(), self.items.len());
        if count < least {
            return Err(KernelError::TooFew { field: "multiples", count, least });
        }
        if count > least {
            let (field, value) = ("multiples", count as f64);
            let (other, way_out) = ("there are fewer items", "give one for each item");
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        let zero = multiples.iter().position(|multiple| *multiple == 0);
        let refused = KernelError::NotPositive { field: "multiples", value: 0.0 };
        zero.map_or(Ok(()), |index| Err(refused.at(index)))
    }

    /// The plan with these multiples, which are as many as the items.
    fn plan(&self, multiples: Vec<u32>) -> Result<JointPlan<'a>, KernelError> {
        let (ordering, holding) = self.coefficients(&multiples);
        let base = computed_positive(WHAT, (ordering / holding).sqrt())?;
        self.plan_every(base, multiples)
    }

    /// The plan with these multiples and this time between orders.
    fn plan_every(&self, base: f64, multiples: Vec<u32>) -> Result<JointPlan<'a>, KernelError> {
        let costs = self.costs(base, &multiples)?;
        let lower_bound = computed(WHAT, power_of_two::lower_bound(self))?;
        Ok(JointPlan { model: *self, base_cycle_time: base, multiples, costs, lower_bound })
    }

    /// What one order costs on average, and what it costs per unit of time to have one in a unit of time.
    fn coefficients(&self, multiples: &[u32]) -> (f64, f64) {
        let each = || self.items.iter().zip(multiples);
        let own: f64 = each().map(|(item, m)| item.fixed_cost / f64::from(*m)).sum();
        let held = each().map(|(item, m)| item.held() * f64::from(*m)).sum();
        (self.shared_fixed_cost + own, held)
    }

    fn costs(&self, base: f64, multiples: &[u32]) -> Result<Costs, KernelError> {
        let (ordering, holding) = self.coefficients(multiples);
        let costs =
            Costs { ordering: ordering / base, holding: holding * base, ..Costs::default() };
        costs.checked(WHAT)
    }
}

impl JointPlan<'_> {
    /// How much of each item to order each time that it is ordered.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let items = [JointItem::new(10.0, 2.0, 100.0), JointItem::new(10.0, 2.0, 1.0)];
    /// let plan = Joint::new(30.0, &items).cyclic()?;
    /// for (quantity, (item, m)) in plan.order_quantities().zip(items.iter().zip(&plan.multiples)) {
    ///     assert_eq!(quantity, plan.base_cycle_time * f64::from(*m) * item.demand_rate);
    /// }
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn order_quantities(&self) -> impl Iterator<Item = f64> {
        let base = self.base_cycle_time;
        let each = self.model.items.iter().zip(&self.multiples);
        each.map(move |(item, m)| base * f64::from(*m) * item.demand_rate)
    }

    /// By how much it may cost more than the best policy of any kind, at most: 0.02 for 2 %.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let items = [JointItem::new(15.0, 0.24, 86_000.0), JointItem::new(15.0, 0.24, 1_400.0)];
    /// assert!(Joint::new(40.0, &items).power_of_two()?.gap() < 0.0202);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn gap(&self) -> f64 {
        (self.costs.total() / self.lower_bound - 1.0).max(0.0)
    }

    /// Why it is this time between orders, with each item's multiple and quantity.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Joint, JointItem};
    ///
    /// let items = [JointItem::new(50.0, 1.0, 200.0), JointItem::new(50.0, 1.0, 8.0)];
    /// let why = Joint::new(25.0, &items).with_multiples(&[1, 4])?.explain();
    /// assert!(why.to_string().starts_with("\
    /// Time between orders: 0.86851
    /// │ least at √(2 × (shared fixed cost + Σ fixed cost ÷ multiple) ÷ Σ holding cost × demand rate × multiple)
    /// │ shared fixed cost: 25
    /// ├─ Order quantity: 173.7021
    /// │    time between orders × multiple × demand rate
    /// │    multiple: 1
    /// "), "{why}");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let rule = "least at √(2 × (shared fixed cost + Σ fixed cost ÷ multiple) ÷ Σ holding cost × demand rate × multiple)";
        let shared =
            Parameter::new(word("shared fixed cost"), figure(self.model.shared_fixed_cost));
        let items = self.order_quantities().zip(self.model.items.iter().zip(&self.multiples));
        because("Time between orders", self.base_cycle_time)
            .rule(word(rule))
            .parameter(shared)
            .inputs(items.map(|(quantity, (item, multiple))| item.explain(quantity, *multiple)))
            .input(self.costs.explain("Cost per unit of time"))
            .input(because("No policy can cost less", self.lower_bound))
    }
}

impl JointItem {
    fn explain(&self, quantity: f64, multiple: u32) -> Explain {
        let given = [
            ("multiple", Some(f64::from(multiple))),
            ("fixed cost", Some(self.fixed_cost)),
            ("holding cost", Some(self.holding_cost)),
            ("demand rate", Some(self.demand_rate)),
        ];
        let rule = word("time between orders × multiple × demand rate");
        parameters(because("Order quantity", quantity).rule(rule), given)
    }
}

/// The cost over the time between orders, with the multiples of the plan.
impl CostCurve for JointPlan<'_> {
    fn chosen(&self) -> f64 {
        self.base_cycle_time
    }

    fn costs_at(&self, base_cycle_time: f64) -> Result<Costs, KernelError> {
        self.model.costs(positive("base_cycle_time", base_cycle_time)?, &self.multiples)
    }
}
