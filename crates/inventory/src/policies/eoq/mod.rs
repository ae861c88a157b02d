//! The economic order quantity and its family: how much to order of what is wanted at a steady rate.
//!
//! | what is different | model | source |
//! |---|---|---|
//! | nothing; also with backorders that were planned, or at a rate of production | [`Eoq`], [`solve_columns`] | F. W. Harris 1913; E. W. Taft 1918 |
//! | the price falls with the quantity | [`PriceBreaks`] | G. Hadley, T. M. Whitin 1963 |
//! | items share the cost of an order | [`Joint`] | E. A. Silver 1976; S. K. Goyal 1974; R. O. Roundy 1985 |
//! | other amounts come than were ordered | [`YieldEoq`] | E. A. Silver 1976 |
//! | the supplier is down from time to time | [`DisruptedEoq`] | M. Parlar, D. Berkin 1991; L. V. Snyder 2014 |
//!
//! The numbers are those of L. V. Snyder, Z.-J. M. Shen, *Fundamentals of Supply Chain Theory* (2nd edition 2019), chapters 3 and 9,
//! whose `stockpyl` ours are compared with.

use fondaco_core::report::{Explain, word};
use serde::{Deserialize, Serialize};

use super::costs::{computed, computed_positive};
use super::explained::parameters;
use super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{not_negative, positive};
use crate::figure::{because, percent};

mod columns;
mod discounts;
mod disruptions;
mod joint;
mod yields;

pub use columns::{EoqColumns, solve_columns};
pub use discounts::{DiscountKind, DiscountPlan, PriceBreak, PriceBreaks};
pub use disruptions::{DisruptedEoq, DisruptedPlan};
pub use joint::{Joint, JointItem, JointPlan};
pub use yields::{Yield, YieldEoq, YieldPlan};

const WHAT: &str = "the economic order quantity";

/// One item that is ordered in lots: the economic order quantity (EOQ), production quantity (EPQ), or both with backorders.
///
/// Assumes that the demand is steady and known, that all orders cost the same and come whole (or at the rate of production), when they are expected,
/// and that the price does not depend on the quantity ([`PriceBreaks`] is for that).
///
/// Source: F. W. Harris, *How Many Parts to Make at Once*, Factory 10 (1913); E. W. Taft, *The Most Economical Production Lot*, Iron Age 101 (1918);
/// Snyder and Shen (2019), sections 3.2, 3.5 and 3.6.
#[doc(alias = "EOQ")]
#[doc(alias = "EPQ")]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Eoq {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// How many units are wanted per unit of time.
    pub demand_rate: f64,
    /// What a unit costs. It changes the cost, not the quantity.
    #[serde(default)]
    pub unit_cost: f64,
    /// How many units are made per unit of time, where they come one by one instead of all at once.
    #[serde(default)]
    pub production_rate: Option<f64>,
    /// What a unit costs that is owed for one unit of time, where customers wait.
    #[serde(default)]
    pub stockout_cost: Option<f64>,
}

/// How much to order, with what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EoqPlan {
    /// What was solved.
    pub model: Eoq,
    /// How many units to order each time.
    pub order_quantity: f64,
    /// How much time lies between two orders.
    pub cycle_time: f64,
    /// The share of the demand that is served late, on purpose. Zero where nobody waits.
    pub stockout_fraction: f64,
    /// What it costs per unit of time.
    pub costs: Costs,
}

impl Eoq {
    /// An item that comes all at once and is never missing.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// // 8 an order, 0.225 a piece and year, 1,300 pieces a year.
    /// let plan = Eoq::new(8.0, 0.225, 1300.0).solve()?;
    /// assert!((plan.order_quantity - 304.046_780_026_436_8).abs() < 1e-9);
    /// assert!((plan.costs.total() - 68.410_525_505_948_29).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(fixed_cost: f64, holding_cost: f64, demand_rate: f64) -> Self {
        let (unit_cost, production_rate, stockout_cost) = (0.0, None, None);
        Self { fixed_cost, holding_cost, demand_rate, unit_cost, production_rate, stockout_cost }
    }

    /// The same with what a unit costs, so that costs include the purchase.
    #[must_use]
    pub fn bought_at(mut self, unit_cost: f64) -> Self {
        self.unit_cost = unit_cost;
        self
    }

    /// The same, made at a rate instead of delivered all at once: the economic production quantity.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// let plan = Eoq::new(8.0, 0.225, 1300.0).produced_at(2000.0).solve()?;
    /// assert!((plan.order_quantity - 513.932_859_551_696_9).abs() < 1e-9);
    /// assert!((plan.max_stock() - 179.876_500_843_094).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn produced_at(mut self, production_rate: f64) -> Self {
        self.production_rate = Some(production_rate);
        self
    }

    /// The same with customers who wait, each unit and unit of time for this cost: planned backorders.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// let plan = Eoq::new(40.0, 40.05, 2080.0).backordered_at(60.0).solve()?;
    /// assert!((plan.order_quantity - 83.235_448_128_898_04).abs() < 1e-9);
    /// assert!((plan.fill_rate() - 0.599_700_149_925_037_5).abs() < 1e-12);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn backordered_at(mut self, stockout_cost: f64) -> Self {
        self.stockout_cost = Some(stockout_cost);
        self
    }

    /// The quantity that costs least: `√(2Kλ / h′)`, where `h′` is what the units of a lot cost to keep or to owe.
    ///
    /// # Errors
    /// When a cost or a rate is not above zero, when the production is not faster than the demand, and when the numbers are too
    /// far apart to reckon with.
    ///
    /// ```
    /// use fondaco_inventory::{KernelError, policies::eoq::Eoq};
    ///
    /// let refused = Eoq::new(8.0, 0.0, 1300.0).solve();
    /// assert_eq!(refused, Err(KernelError::NotPositive { field: "holding_cost", value: 0.0 }));
    /// ```
    pub fn solve(&self) -> Result<EoqPlan, KernelError> {
        self.check()?;
        self.at_checked(
            (2.0 * self.fixed_cost * self.demand_rate / self.cost_per_lot_unit()).sqrt(),
        )
    }

    /// The plan that orders this quantity, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the quantity is not above zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// let plan = Eoq::new(8.0, 0.225, 1300.0).plan_at(250.0)?;
    /// assert_eq!((plan.costs.ordering, plan.costs.holding), (41.6, 28.125));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, order_quantity: f64) -> Result<EoqPlan, KernelError> {
        self.check()?;
        self.at_checked(positive("order_quantity", order_quantity)?)
    }

    /// The best plan that orders whole packs: a multiple of this quantity, of 1 for whole pieces.
    ///
    /// The cost is convex in the quantity, so it is the multiple below or above the optimum.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the pack is not above zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// let model = Eoq::new(8.0, 0.225, 1300.0);
    /// assert_eq!(model.solve_in_packs(1.0)?.order_quantity, 304.0);
    /// assert_eq!(model.solve_in_packs(144.0)?.order_quantity, 288.0);
    /// assert_eq!(model.solve_in_packs(500.0)?.order_quantity, 500.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve_in_packs(&self, pack: f64) -> Result<EoqPlan, KernelError> {
        let pack = positive("pack", pack)?;
        let packs = self.solve()?.order_quantity / pack;
        let (below, above) = (packs.floor().max(1.0), packs.ceil().max(1.0));
        let (below, above) = (self.plan_at(below * pack)?, self.plan_at(above * pack)?);
        Ok(if above.costs.total() < below.costs.total() { above } else { below })
    }

    fn check(&self) -> Result<(), KernelError> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        let demand = positive("demand_rate", self.demand_rate)?;
        not_negative("unit_cost", self.unit_cost)?;
        if let Some(cost) = self.stockout_cost {
            positive("stockout_cost", cost)?;
        }
        if let Some(rate) = self.production_rate {
            let (field, value) = ("production_rate", positive("production_rate", rate)?);
            let other = "as much is wanted in the same time, or more";
            let way_out = "give a rate above demand_rate, or leave it out where lots come whole";
            if value <= demand {
                return Err(KernelError::Contradiction { field, value, other, way_out });
            }
        }
        Ok(())
    }

    /// The share of a lot that is on the shelf when it has come whole: less than 1 where it is used up while it is made.
    fn share_stocked(&self) -> f64 {
        self.production_rate.map_or(1.0, |rate| 1.0 - self.demand_rate / rate)
    }

    fn stockout_fraction(&self) -> f64 {
        self.stockout_cost.map_or(0.0, |owed| self.holding_cost / (self.holding_cost + owed))
    }

    /// What a unit of a lot costs per unit of time at the best share of backorders, twice: `h′`.
    fn cost_per_lot_unit(&self) -> f64 {
        self.share_stocked() * self.holding_cost * (1.0 - self.stockout_fraction())
    }

    fn at_checked(&self, quantity: f64) -> Result<EoqPlan, KernelError> {
        let order_quantity = computed_positive(WHAT, quantity)?;
        let late = self.stockout_fraction();
        let half = order_quantity * self.share_stocked() / 2.0;
        let costs = Costs {
            ordering: self.fixed_cost * (self.demand_rate / order_quantity),
            holding: self.holding_cost * half * (1.0 - late).powi(2),
            shortage: self.stockout_cost.map_or(0.0, |owed| owed * half * late.powi(2)),
            purchase: self.unit_cost * self.demand_rate,
        };
        let cycle_time = computed(WHAT, order_quantity / self.demand_rate)?;
        let costs = costs.checked(WHAT)?;
        Ok(EoqPlan { model: *self, order_quantity, cycle_time, stockout_fraction: late, costs })
    }
}

impl EoqPlan {
    /// The share of the demand that is served at once.
    #[must_use]
    pub fn fill_rate(&self) -> f64 {
        1.0 - self.stockout_fraction
    }

    /// How much is on the shelf at most.
    #[must_use]
    pub fn max_stock(&self) -> f64 {
        self.order_quantity * self.model.share_stocked() * self.fill_rate()
    }

    /// How much is owed at most.
    #[must_use]
    pub fn max_backorders(&self) -> f64 {
        self.order_quantity * self.model.share_stocked() * self.stockout_fraction
    }

    /// The inventory position (on hand and on order, less what is owed) at which to order, for a lead time in the model's unit of time.
    ///
    /// # Errors
    /// When the lead time is below zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// // 1,300 a year, and two weeks to wait.
    /// let plan = Eoq::new(8.0, 0.225, 1300.0).solve()?;
    /// assert_eq!(plan.reorder_point(2.0 / 52.0)?, 50.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn reorder_point(&self, lead_time: f64) -> Result<f64, KernelError> {
        let demanded = self.model.demand_rate * not_negative("lead_time", lead_time)?;
        computed("the reorder point", demanded - self.max_backorders())
    }

    /// Why it is this quantity.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// let why = Eoq::new(8.0, 0.225, 1300.0).plan_at(250.0)?.explain();
    /// assert_eq!(why.to_string(), "\
    /// Order quantity: 250
    /// │ least at √(2 × fixed cost × demand rate ÷ holding cost)
    /// │ fixed cost: 8
    /// │ holding cost: 0.225
    /// │ demand rate: 1,300
    /// └─ Cost per unit of time: 69.725
    ///    ├─ Ordering: 41.6
    ///    └─ Holding: 28.125
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let model = &self.model;
        let given = [
            ("fixed cost", Some(model.fixed_cost)),
            ("holding cost", Some(model.holding_cost)),
            ("demand rate", Some(model.demand_rate)),
            ("production rate", model.production_rate),
            ("stockout cost", model.stockout_cost),
        ];
        let why = because("Order quantity", self.order_quantity).rule(word(self.rule()));
        let why = parameters(why, given).input(self.costs.explain("Cost per unit of time"));
        match model.stockout_cost {
            Some(_) => why.input(
                Explain::new(word("Fill rate"), percent(self.fill_rate()))
                    .rule(word("stockout cost ÷ (stockout cost + holding cost)")),
            ),
            None => why,
        }
    }

    fn rule(&self) -> &'static str {
        match (self.model.production_rate, self.model.stockout_cost) {
            (None, None) => "least at √(2 × fixed cost × demand rate ÷ holding cost)",
            (Some(_), None) => {
                "least at √(2 × fixed cost × demand rate ÷ (holding cost × share of a lot that is stocked))"
            }
            (None, Some(_)) => {
                "least at √(2 × fixed cost × demand rate ÷ (holding cost × fill rate))"
            }
            (Some(_), Some(_)) => {
                "least at √(2 × fixed cost × demand rate ÷ (holding cost × share of a lot that is stocked × fill rate))"
            }
        }
    }
}

impl CostCurve for EoqPlan {
    fn chosen(&self) -> f64 {
        self.order_quantity
    }

    fn costs_at(&self, order_quantity: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(order_quantity)?.costs)
    }
}

#[cfg(test)]
mod tests;
