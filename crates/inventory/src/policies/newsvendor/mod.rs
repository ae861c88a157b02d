//! The newsvendor: how much to have for a demand that is not known, when what is left over costs and what is missing costs, too.
//!
//! | what is known | model |
//! |---|---|
//! | what a unit costs that is left over, and one that is missing | [`Newsvendor`] |
//! | prices: revenue, purchase, salvage | [`Prices`] |
//! | what the supplier will ask for in the next period | [`Myopic`] |
//! | that the supplier is down from time to time | [`DisruptedNewsvendor`] |
//!
//! The demand is any [`Demand`]: normal, lognormal, gamma, Poisson, negative binomial, a table, or one of the caller's own. When the yield of an order is uncertain by an
//! amount `Y` and the demand `d` is known, it is the newsvendor of the demand `d - Y`:
//!
//! ```
//! use fondaco_inventory::policies::newsvendor::Newsvendor;
//! use fondaco_inventory::probability::Normal;
//!
//! // 1,500 are wanted; of an order, 250 more come on average, with a standard deviation of 430.
//! let missing = Normal::new(1500.0 - 250.0, 430.0)?;
//! let plan = Newsvendor::new(15.0, 75.0, &missing).solve()?;
//! assert_eq!(plan.base_stock_level.round(), 1666.0);
//! # Ok::<(), fondaco_inventory::KernelError>(())
//! ```
//!
//! Source: F. Y. Edgeworth 1888; K. J. Arrow, T. Harris, J. Marschak, *Optimal Inventory Policy*, Econometrica 19 (1951); L. V. Snyder, Z.-J. M. Shen,
//! *Fundamentals of Supply Chain Theory* (2nd edition 2019), chapter 4 and section 9.2.

use fondaco_core::report::{Explain, word};

use super::costs::computed;
use super::explained::parameters;
use super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{finite, not_negative, positive};
use crate::figure::{because, percent};
use crate::probability::Demand;

mod disruptions;
mod myopic;
mod prices;

#[cfg(test)]
mod tests;

pub use disruptions::{DisruptedNewsvendor, DisruptedNewsvendorPlan};
pub use myopic::Myopic;
pub use prices::{Prices, ProfitPlan};

const WHAT: &str = "the newsvendor";

/// One decision on how much to have, before a demand that is not known.
///
/// Assumes that costs are proportional to what is left over and to what is missing, and that the distribution of the demand is known. It serves for one season as well as for every
/// period of a stock that is filled up again each time ([`base_stock`](super::base_stock) says which demand to take then).
#[derive(Debug)]
#[non_exhaustive]
pub struct Newsvendor<'a, D: ?Sized> {
    /// What a unit costs that is left over: the overage cost.
    pub holding_cost: f64,
    /// What a unit costs that is missing: the underage cost.
    pub stockout_cost: f64,
    /// The demand.
    pub demand: &'a D,
}

/// How much to have, with what it costs and serves.
#[derive(Debug)]
#[non_exhaustive]
pub struct NewsvendorPlan<'a, D: ?Sized> {
    /// What was solved.
    pub model: Newsvendor<'a, D>,
    /// How much to have.
    pub base_stock_level: f64,
    /// With which probability the demand is met at the best level, or a little more where only whole units are demanded: `p / (p + h)`.
    pub critical_ratio: f64,
    /// How likely it is that nothing is missing.
    pub cycle_service: f64,
    /// The share of the demand that is met, on average. 1 where none is expected.
    pub fill_rate: f64,
    /// How much is left over on average.
    pub leftover: f64,
    /// How much is missing on average.
    pub missing: f64,
    /// What it costs on average, per season or period.
    pub costs: Costs,
}

impl<'a, D: Demand + ?Sized> Newsvendor<'a, D> {
    /// A decision with what a unit costs that is left over, and one that is missing.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Newsvendor;
    /// use fondaco_inventory::probability::{Normal, Poisson};
    ///
    /// let demand = Normal::new(50.0, 8.0)?;
    /// let plan = Newsvendor::new(0.18, 0.70, &demand).solve()?;
    /// assert!((plan.base_stock_level - 56.603_955_927_433_89).abs() < 1e-9);
    /// assert!((plan.costs.total() - 1.997_605_193_176_644_5).abs() < 1e-9);
    ///
    /// let demand = Poisson::new(6.0)?;
    /// let plan = Newsvendor::new(1.0, 4.0, &demand).solve()?;
    /// assert_eq!(plan.base_stock_level, 8.0);
    /// assert!((plan.costs.total() - 3.570_106_945_770_946).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(holding_cost: f64, stockout_cost: f64, demand: &'a D) -> Self {
        Self { holding_cost, stockout_cost, demand }
    }

    /// With which probability the demand is met at the best level: `p / (p + h)`.
    ///
    /// # Errors
    /// When a cost is not above zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Newsvendor;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// assert_eq!(Newsvendor::new(1.0, 4.0, &Poisson::new(6.0)?).critical_ratio()?, 0.8);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn critical_ratio(&self) -> Result<f64, KernelError> {
        Ok(1.0 - self.tail()?)
    }

    /// How likely it may be at the best level that something is missing: `h / (p + h)`.
    fn tail(&self) -> Result<f64, KernelError> {
        let held = positive("holding_cost", self.holding_cost)?;
        Ok(held / (held + positive("stockout_cost", self.stockout_cost)?))
    }

    /// The level that costs least: the least one by which the demand is met with the critical ratio.
    ///
    /// # Errors
    /// When a cost is not above zero, and when the costs are too far apart to reckon with.
    ///
    /// ```
    /// use fondaco_inventory::{KernelError, policies::newsvendor::Newsvendor, probability::Poisson};
    ///
    /// let demand = Poisson::new(6.0)?;
    /// let refused = Newsvendor::new(1.0, -4.0, &demand).solve().unwrap_err();
    /// assert_eq!(refused, KernelError::NotPositive { field: "stockout_cost", value: -4.0 });
    /// # Ok::<(), KernelError>(())
    /// ```
    pub fn solve(&self) -> Result<NewsvendorPlan<'a, D>, KernelError> {
        let tail = self.tail()?;
        if tail <= 0.0 || tail >= 1.0 {
            let why =
                "one of the costs is nothing beside the other; give costs nearer to one another";
            return Err(KernelError::NoAnswer { what: WHAT, why });
        }
        self.plan_at(self.demand.upper_quantile(tail)?)
    }

    /// The plan that has this level, whether it is the best or not.
    ///
    /// # Errors
    /// When a cost is not above zero, or the level is no finite number.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Newsvendor;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let demand = Normal::new(50.0, 8.0)?;
    /// let plan = Newsvendor::new(0.18, 0.70, &demand).plan_at(40.0)?;
    /// assert!((plan.costs.total() - 7.356_131_552_870_388).abs() < 1e-9);
    /// assert!((plan.cycle_service - 0.105_649_773_666_855).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, base_stock_level: f64) -> Result<NewsvendorPlan<'a, D>, KernelError> {
        let (critical_ratio, level) =
            (self.critical_ratio()?, finite("base_stock_level", base_stock_level)?);
        let missing = computed(WHAT, self.demand.loss(level))?;
        let leftover = computed(WHAT, self.demand.complementary_loss(level))?;
        let costs = Costs {
            holding: self.holding_cost * leftover,
            shortage: self.stockout_cost * missing,
            ..Costs::default()
        };
        let cycle_service = computed(WHAT, self.demand.cumulative(level))?;
        Ok(NewsvendorPlan {
            model: *self,
            base_stock_level: level,
            critical_ratio,
            cycle_service,
            fill_rate: fill_rate(missing, self.demand.mean()),
            leftover,
            missing,
            costs: costs.checked(WHAT)?,
        })
    }
}

/// The share of the demand that is met. Below a level of zero even less than nothing is, which is nothing.
pub(super) fn fill_rate(missing: f64, mean: f64) -> f64 {
    if mean > 0.0 { (1.0 - missing / mean).clamp(0.0, 1.0) } else { 1.0 }
}

impl<D: Demand + ?Sized> NewsvendorPlan<'_, D> {
    /// Why it is this level.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Newsvendor;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let demand = Poisson::new(6.0)?;
    /// let why = Newsvendor::new(1.0, 4.0, &demand).solve()?.explain();
    /// assert_eq!(why.to_string(), "\
    /// Base-stock level: 8
    /// │ the least level by which the demand is met with the critical ratio
    /// │ mean of the demand: 6
    /// │ standard deviation of the demand: 2.4495
    /// ├─ Critical ratio: 80%
    /// │    stockout cost ÷ (stockout cost + holding cost)
    /// │    stockout cost: 4
    /// │    holding cost: 1
    /// ├─ Cycle service: 84.72%
    /// ├─ Fill rate: 94.77%
    /// └─ Cost per unit of time: 3.5701
    ///    ├─ Holding: 2.314
    ///    └─ Shortage: 1.2561
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let (model, demand) = (&self.model, self.model.demand);
        let rule = word("the least level by which the demand is met with the critical ratio");
        let given = [
            ("mean of the demand", Some(demand.mean())),
            ("standard deviation of the demand", Some(demand.sd())),
        ];
        let ratio = Explain::new(word("Critical ratio"), percent(self.critical_ratio))
            .rule(word("stockout cost ÷ (stockout cost + holding cost)"));
        let costs = [
            ("stockout cost", Some(model.stockout_cost)),
            ("holding cost", Some(model.holding_cost)),
        ];
        parameters(because("Base-stock level", self.base_stock_level).rule(rule), given)
            .input(parameters(ratio, costs))
            .input(Explain::new(word("Cycle service"), percent(self.cycle_service)))
            .input(Explain::new(word("Fill rate"), percent(self.fill_rate)))
            .input(self.costs.explain("Cost per unit of time"))
    }
}

impl<D: Demand + ?Sized> CostCurve for NewsvendorPlan<'_, D> {
    fn chosen(&self) -> f64 {
        self.base_stock_level
    }

    fn costs_at(&self, base_stock_level: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(base_stock_level)?.costs)
    }
}

// By hand, for a derive would ask them of the demand, too.
impl<D: ?Sized> Clone for Newsvendor<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: ?Sized> Copy for Newsvendor<'_, D> {}

impl<D: ?Sized> Clone for NewsvendorPlan<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: ?Sized> Copy for NewsvendorPlan<'_, D> {}
