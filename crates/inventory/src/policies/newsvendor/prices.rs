//! The newsvendor by prices.

use fondaco_core::report::{Explain, word};
use serde::{Deserialize, Serialize};

use super::super::costs::computed;
use super::super::explained::parameters;
use super::{Newsvendor, NewsvendorPlan, WHAT, not_negative};
use crate::KernelError;
use crate::error::finite;
use crate::figure::because;
use crate::probability::Demand;

/// What a unit brings and costs.
///
/// Assumes that all that is wanted and there is sold, and that all that is left over finds a taker at the salvage value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Prices {
    /// What a unit is sold for.
    pub revenue: f64,
    /// What it is bought for.
    pub purchase_cost: f64,
    /// What a unit brings that is left over; below zero where getting rid of it costs.
    pub salvage_value: f64,
    /// What it costs besides to keep a unit that is left over.
    #[serde(default)]
    pub holding_cost: f64,
    /// What it costs besides the lost margin that a unit was missing, such as good will.
    #[serde(default)]
    pub stockout_cost: f64,
}

/// How much to have by prices, with the profit that is expected.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProfitPlan<'a, D: ?Sized> {
    /// The prices.
    pub prices: Prices,
    /// The level, what is missing and left over, and what both cost.
    pub plan: NewsvendorPlan<'a, D>,
    /// The profit that is expected: the margin of all the demand, less what is lost by what is missing and left over.
    pub profit: f64,
}

impl Prices {
    /// What a unit is sold for, bought for, and brings when it is left over.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Prices;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let demand = Normal::new(50.0, 8.0)?;
    /// let plan = Prices::new(1.0, 0.3, 0.12).solve(&demand)?;
    /// assert!((plan.plan.base_stock_level - 56.603_955_927_433_89).abs() < 1e-9);
    /// assert!((plan.profit - 33.002_394_806_823_354).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(revenue: f64, purchase_cost: f64, salvage_value: f64) -> Self {
        let (holding_cost, stockout_cost) = (0.0, 0.0);
        Self { revenue, purchase_cost, salvage_value, holding_cost, stockout_cost }
    }

    /// The same with what it costs besides to keep a unit that is left over.
    #[must_use]
    pub fn kept_at(mut self, holding_cost: f64) -> Self {
        self.holding_cost = holding_cost;
        self
    }

    /// The same with what it costs besides the margin that a unit is missing.
    #[must_use]
    pub fn missed_at(mut self, stockout_cost: f64) -> Self {
        self.stockout_cost = stockout_cost;
        self
    }

    /// The decision that these prices make: overage cost `c - v + h`, underage cost `r - c + p`.
    ///
    /// # Errors
    /// When a unit is not sold above what it is bought for, or brings as much when it is left over; when the other costs are below zero, or a
    /// number is not finite.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Prices;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let demand = Normal::new(50.0, 8.0)?;
    /// let refused = Prices::new(1.0, 0.3, 0.4).newsvendor(&demand).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "salvage_value is 0.4, but a unit costs that or less: nothing is lost by what is left over; give a lower value",
    /// );
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn newsvendor<'a, D: Demand + ?Sized>(
        &self,
        demand: &'a D,
    ) -> Result<Newsvendor<'a, D>, KernelError> {
        let revenue = finite("revenue", self.revenue)?;
        let bought = not_negative("purchase_cost", self.purchase_cost)?;
        let salvage = finite("salvage_value", self.salvage_value)?;
        let held = not_negative("holding_cost", self.holding_cost)?;
        let missed = not_negative("stockout_cost", self.stockout_cost)?;
        if revenue <= bought {
            let other = "a unit costs that or more";
            let way_out = "nothing is earned; order nothing, or give a higher price";
            return Err(KernelError::Contradiction {
                field: "revenue",
                value: revenue,
                other,
                way_out,
            });
        }
        if salvage >= bought {
            let (field, other) = ("salvage_value", "a unit costs that or less");
            let way_out = "nothing is lost by what is left over; give a lower value";
            return Err(KernelError::Contradiction { field, value: salvage, other, way_out });
        }
        Ok(Newsvendor::new(bought - salvage + held, revenue - bought + missed, demand))
    }

    /// The level that is expected to earn most.
    ///
    /// # Errors
    /// As [`newsvendor`](Self::newsvendor) and [`Newsvendor::solve`].
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Prices;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let demand = Poisson::new(20.0)?;
    /// let plan = Prices::new(10.0, 4.0, 1.0).solve(&demand)?;
    /// assert_eq!(plan.plan.base_stock_level, 22.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve<'a, D: Demand + ?Sized>(
        &self,
        demand: &'a D,
    ) -> Result<ProfitPlan<'a, D>, KernelError> {
        self.earned(self.newsvendor(demand)?.solve()?)
    }

    /// The plan that has this level, whether it is the best or not.
    ///
    /// # Errors
    /// As [`newsvendor`](Self::newsvendor) and [`Newsvendor::plan_at`].
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Prices;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// // Two are always sold when at least two are always wanted.
    /// let demand = Poisson::new(50.0)?;
    /// let plan = Prices::new(10.0, 4.0, 1.0).plan_at(&demand, 2.0)?;
    /// assert!((plan.profit - 12.0).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at<'a, D: Demand + ?Sized>(
        &self,
        demand: &'a D,
        base_stock_level: f64,
    ) -> Result<ProfitPlan<'a, D>, KernelError> {
        self.earned(self.newsvendor(demand)?.plan_at(base_stock_level)?)
    }

    fn earned<'a, D: Demand + ?Sized>(
        &self,
        plan: NewsvendorPlan<'a, D>,
    ) -> Result<ProfitPlan<'a, D>, KernelError> {
        let margin = (self.revenue - self.purchase_cost) * plan.model.demand.mean();
        let profit = computed(WHAT, margin - plan.costs.total())?;
        Ok(ProfitPlan { prices: *self, plan, profit })
    }
}

impl<D: Demand + ?Sized> ProfitPlan<'_, D> {
    /// Why it is this level, and how the profit comes about.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Prices;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let demand = Poisson::new(20.0)?;
    /// let why = Prices::new(10.0, 4.0, 1.0).solve(&demand)?.explain().to_string();
    /// assert!(why.contains("│ salvage value: 1\n"), "{why}");
    /// assert!(why.contains("├─ Margin of all the demand: 120\n"), "{why}");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let prices = &self.prices;
        let given = [
            ("revenue", Some(prices.revenue)),
            ("purchase cost", Some(prices.purchase_cost)),
            ("salvage value", Some(prices.salvage_value)),
            ("holding cost", Some(prices.holding_cost).filter(|cost| *cost > 0.0)),
            ("stockout cost", Some(prices.stockout_cost).filter(|cost| *cost > 0.0)),
        ];
        let rule = word("margin of all the demand - what is lost by what is missing and left over");
        let margin = (prices.revenue - prices.purchase_cost) * self.plan.model.demand.mean();
        parameters(because("Profit", self.profit).rule(rule), given)
            .input(because("Margin of all the demand", margin))
            .input(self.plan.explain())
    }
}

// By hand, for a derive would ask them of the demand, too.
impl<D: ?Sized> Clone for ProfitPlan<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: ?Sized> Copy for ProfitPlan<'_, D> {}
