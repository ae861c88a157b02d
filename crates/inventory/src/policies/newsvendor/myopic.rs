//! The newsvendor who looks one period ahead.

use super::super::Costs;
use super::super::costs::computed;
use super::{Newsvendor, NewsvendorPlan, WHAT, finite, not_negative};
use crate::KernelError;
use crate::error::positive;
use crate::probability::Demand;

/// One period of many, whose leftovers are worth what a unit costs in the next.
///
/// The level is the best for all periods when costs and demand change so slowly that it does not fall by more than a demand from one to the next; else it is
/// an upper bound. With `c⁺ = c - γ c′` it is the newsvendor of overage cost `h + c⁺` and underage cost `p - c⁺`, and pays `c μ` for the goods.
///
/// Source: A. F. Veinott, *Optimal Policy for a Multi-Product, Dynamic, Nonstationary Inventory Problem*, Management Science 12 (1965); P. H. Zipkin,
/// *Foundations of Inventory Management* (2000), section 9.4.3.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Myopic {
    /// What a unit costs that is kept in this period.
    pub holding_cost: f64,
    /// What a unit costs that is missing in this period.
    pub stockout_cost: f64,
    /// What a unit is bought for in this period.
    pub purchase_cost: f64,
    /// What it will be bought for in the next.
    pub purchase_cost_next: f64,
    /// What money of the next period is worth in this: above 0, at most 1.
    pub discount_factor: f64,
}

impl Myopic {
    /// A period in which a unit costs the same as in the next, and money does as well.
    #[must_use]
    pub fn new(holding_cost: f64, stockout_cost: f64, purchase_cost: f64) -> Self {
        let (purchase_cost_next, discount_factor) = (purchase_cost, 1.0);
        Self { holding_cost, stockout_cost, purchase_cost, purchase_cost_next, discount_factor }
    }

    /// The same with another price in the next period.
    #[must_use]
    pub fn next_at(mut self, purchase_cost_next: f64) -> Self {
        self.purchase_cost_next = purchase_cost_next;
        self
    }

    /// The same with what money of the next period is worth in this.
    #[must_use]
    pub fn discounted_by(mut self, discount_factor: f64) -> Self {
        self.discount_factor = discount_factor;
        self
    }

    /// The level that costs least in this period, with what a unit left over is worth in the next. Its costs include the purchase of what is wanted.
    ///
    /// # Errors
    /// When a cost is below zero (of holding or missing, not above it), the discount factor is not above 0 and at most 1, when a unit left over brings
    /// more than it costs to keep, or a unit that is missing costs less than buying it later saves.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Myopic;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let period = Myopic::new(0.18, 0.70, 0.3).next_at(0.35).discounted_by(0.98);
    /// let demand = Normal::new(50.0, 8.0)?;
    /// let plan = period.solve(&demand)?;
    /// assert!((plan.base_stock_level - 58.098_918_832_130_67).abs() < 1e-9);
    /// assert!((plan.costs.total() - 16.682_411_764_618_777).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve<'a, D: Demand + ?Sized>(
        &self,
        demand: &'a D,
    ) -> Result<NewsvendorPlan<'a, D>, KernelError> {
        self.with_purchase(self.newsvendor(demand)?.solve()?)
    }

    /// The plan that has this level, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the level is no finite number.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::Myopic;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let period = Myopic::new(0.18, 0.70, 0.3).next_at(0.35).discounted_by(0.98);
    /// let demand = Normal::new(50.0, 8.0)?;
    /// let plan = period.plan_at(&demand, 62.0)?;
    /// assert!((plan.costs.total() - 16.850_319_828_088_736).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at<'a, D: Demand + ?Sized>(
        &self,
        demand: &'a D,
        base_stock_level: f64,
    ) -> Result<NewsvendorPlan<'a, D>, KernelError> {
        self.with_purchase(self.newsvendor(demand)?.plan_at(base_stock_level)?)
    }

    fn newsvendor<'a, D: Demand + ?Sized>(
        &self,
        demand: &'a D,
    ) -> Result<Newsvendor<'a, D>, KernelError> {
        let held = positive("holding_cost", self.holding_cost)?;
        let missed = positive("stockout_cost", self.stockout_cost)?;
        let now = not_negative("purchase_cost", self.purchase_cost)?;
        let next = not_negative("purchase_cost_next", self.purchase_cost_next)?;
        let dearer = now - self.discount()? * next;
        if held + dearer <= 0.0 {
            let (field, value) = ("purchase_cost_next", next);
            let other = "a unit costs less now with what it costs to keep it";
            let way_out = "buy all now, or give a lower price";
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        if missed - dearer <= 0.0 {
            let (field, value) = ("stockout_cost", missed);
            let other = "a unit is cheaper in the next period by that or more";
            let way_out = "buy nothing now, or give a higher cost";
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        Ok(Newsvendor::new(held + dearer, missed - dearer, demand))
    }

    fn discount(&self) -> Result<f64, KernelError> {
        let (field, value) =
            ("discount_factor", positive("discount_factor", self.discount_factor)?);
        if value <= 1.0 {
            return finite(field, value);
        }
        let (other, way_out) = ("money is worth no more later", "give a factor of at most 1");
        Err(KernelError::Contradiction { field, value, other, way_out })
    }

    fn with_purchase<'a, D: Demand + ?Sized>(
        &self,
        plan: NewsvendorPlan<'a, D>,
    ) -> Result<NewsvendorPlan<'a, D>, KernelError> {
        let purchase = computed(WHAT, self.purchase_cost * plan.model.demand.mean())?;
        Ok(NewsvendorPlan { costs: Costs { purchase, ..plan.costs }.checked(WHAT)?, ..plan })
    }
}
