//! Safety stock and reorder points for a level of service.
//!
//! Where nobody can say what a missing unit costs, a service is promised instead. Of **type 1**, the cycle service level: how likely nothing is missing
//! between an order and its arrival. Of **type 2**, the fill rate: the share of demand that is served at once. The same stock gives different
//! figures of the two, and a fill rate also depends on how much is ordered each time: with large orders even a *negative* safety stock may do, and ours
//! says so.
//!
//! [`SafetyStock`] takes the demand of the lead time as normal, from the moments of demand and lead time; [`reorder_point`] and
//! [`reorder_point_for_fill_rate`] take any distribution, which for slow and lumpy items is another answer.
//!
//! Source: E. A. Silver, D. F. Pyke, D. J. Thomas, *Inventory and Production Management in Supply Chains* (4th edition 2017), 6.7 to 6.9;
//! P. L. King, *Crack the Code*, APICS Magazine (2011).

use fondaco_core::report::{Explain, Parameter, word};
use serde::{Deserialize, Serialize};

use super::CurvePoint;
use super::costs::computed;
use crate::KernelError;
use crate::error::{finite, not_negative, positive, share};
use crate::figure::{because, figure, percent};
use crate::probability::{Demand, normal, search};

#[cfg(test)]
mod tests;

const WHAT: &str = "the safety stock";

/// What is known of the demand that a safety stock is to cover: its moments and those of the lead time.
///
/// Assumes that demands of the periods are independent of one another and of the lead time, and that their sum over the lead time is about normal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SafetyStock {
    /// The mean demand of a period.
    pub demand_mean: f64,
    /// The standard deviation of the demand of a period.
    pub demand_sd: f64,
    /// The mean lead time, in periods.
    pub lead_time_mean: f64,
    /// The standard deviation of the lead time, in periods.
    pub lead_time_sd: f64,
    /// The time between two reviews, in periods; zero where the position is known all the time.
    pub review_period: f64,
    /// What a unit costs that is kept for a period.
    pub holding_cost: f64,
}

/// A safety stock, with the service that it gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SafetyStockPlan {
    /// k: how many standard deviations are kept.
    pub safety_factor: f64,
    /// The mean demand of the time that has to be covered: the lead time, and the review period where there is one.
    pub mean: f64,
    /// The standard deviation of that demand.
    pub sd: f64,
    /// How many units are kept for chance. Below zero where the service is worth less than the mean.
    pub safety_stock: f64,
    /// The mean and the safety stock: the reorder point, or with a review period the level to order up to.
    pub level: f64,
    /// How likely nothing is missing until the order has arrived.
    pub cycle_service: f64,
    /// The share of demand served at once, where it is known how much is ordered each time.
    pub fill_rate: Option<f64>,
    /// What keeping the safety stock costs per period.
    pub holding_cost: f64,
}

/// The service of a reorder point and an order quantity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Service {
    /// How likely nothing is missing between an order and its arrival: type 1.
    pub cycle_service: f64,
    /// The share of demand that is served at once: type 2.
    pub fill_rate: f64,
    /// How many units are missing in each cycle, on average.
    pub short_per_cycle: f64,
}

impl SafetyStock {
    /// An item with this demand per period and this lead time, its position known all the time.
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// // 100 ± 30 a week, four weeks to wait.
    /// let plan = SafetyStock::new(100.0, 30.0, 4.0).for_cycle_service(0.95)?;
    /// assert!((plan.safety_stock - 98.691_217_617_088_33).abs() < 1e-9);
    /// assert!((plan.level - 498.691_217_617_088_34).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(demand_mean: f64, demand_sd: f64, lead_time_mean: f64) -> Self {
        let (lead_time_sd, review_period, holding_cost) = (0.0, 0.0, 0.0);
        Self { demand_mean, demand_sd, lead_time_mean, lead_time_sd, review_period, holding_cost }
    }

    /// The same with a lead time that varies: its variance counts with the square of the demand.
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let plan = SafetyStock::new(100.0, 30.0, 4.0).with_lead_time_sd(1.5).for_cycle_service(0.95)?;
    /// assert!((plan.sd - 161.554_944_214_035_12).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn with_lead_time_sd(mut self, lead_time_sd: f64) -> Self {
        self.lead_time_sd = lead_time_sd;
        self
    }

    /// The same looked at once per this many periods: stock has to last until the order after the next review arrives.
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let item = SafetyStock::new(100.0, 30.0, 4.0).with_lead_time_sd(1.0).reviewed_every(2.0);
    /// let plan = item.for_cycle_service(0.95)?;
    /// assert!((plan.level - 804.120_967_058_921_7).abs() < 1e-9); // the level to order up to
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn reviewed_every(mut self, review_period: f64) -> Self {
        self.review_period = review_period;
        self
    }

    /// The same with what a unit costs that is kept for a period, so that plans say what the safety stock costs.
    #[must_use]
    pub fn kept_at(mut self, holding_cost: f64) -> Self {
        self.holding_cost = holding_cost;
        self
    }

    /// Mean and standard deviation of the demand that has to be covered: σ² = (R + L)σ_D² + D²σ_L².
    ///
    /// # Errors
    /// When a moment is below zero, or there is no time to cover.
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// assert_eq!(SafetyStock::new(20.0, 0.0, 9.0).with_lead_time_sd(3.0).covered()?, (180.0, 60.0));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn covered(&self) -> Result<(f64, f64), KernelError> {
        let mean = not_negative("demand_mean", self.demand_mean)?;
        let sd = not_negative("demand_sd", self.demand_sd)?;
        let lead_time = not_negative("lead_time_mean", self.lead_time_mean)?;
        let lead_time_sd = not_negative("lead_time_sd", self.lead_time_sd)?;
        let time = lead_time + not_negative("review_period", self.review_period)?;
        positive("lead_time_mean", time)?;
        let spread = (time.sqrt() * sd).hypot(mean * lead_time_sd);
        Ok((computed(WHAT, mean * time)?, computed(WHAT, spread)?))
    }

    /// The safety stock of a cycle service level (type 1).
    ///
    /// # Errors
    /// When the level is not above 0 and below 1, a moment or the holding cost is below zero, or there is no time to cover.
    ///
    /// ```
    /// use fondaco_inventory::{KernelError, policies::safety_stock::SafetyStock};
    ///
    /// let refused = SafetyStock::new(100.0, 30.0, 4.0).for_cycle_service(1.0);
    /// assert_eq!(refused, Err(KernelError::NotAShare { field: "cycle_service", value: 1.0 }));
    /// ```
    pub fn for_cycle_service(&self, cycle_service: f64) -> Result<SafetyStockPlan, KernelError> {
        let covered = self.covered()?;
        let level = share("cycle_service", cycle_service)?;
        let mut plan = self.plan(covered, normal::quantile(level)?)?;
        plan.cycle_service = level;
        Ok(plan)
    }

    /// The safety stock of a fill rate (type 2), when this much is ordered each time: what is missing in a cycle, less what was already missing when the
    /// cycle began, is the share of the order that may be missing.
    ///
    /// # Errors
    /// When the rate is not above 0 and below 1, the quantity is not above zero, nothing is uncertain (then there is no safety stock that gives it), or as
    /// [`for_cycle_service`](Self::for_cycle_service).
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let item = SafetyStock::new(100.0, 30.0, 4.0);
    /// assert!((item.for_fill_rate(0.95, 200.0)?.safety_stock - 36.438_795_311_278_035).abs() < 1e-9);
    /// // With large orders the mean is more than enough.
    /// assert!((item.for_fill_rate(0.9, 1000.0)?.safety_factor - -1.645_822_082_053_942_2).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn for_fill_rate(
        &self,
        fill_rate: f64,
        order_quantity: f64,
    ) -> Result<SafetyStockPlan, KernelError> {
        let (covered, missing, width) = self.missing(fill_rate, order_quantity)?;
        let upper = normal::inverse_loss(missing)?;
        // L(k) - L(k + q) = c, where L(k) >= c at every k that solves it.
        let short_of = |k: f64| {
            let ((low, above), (high, above_high)) = (standard(k), standard(k + width));
            (missing - (low - high), above - above_high)
        };
        let mut lower = upper;
        let mut step = width.max(1.0);
        for _ in 0..100 {
            if short_of(lower).0 <= 0.0 {
                break;
            }
            lower -= step;
            step *= 2.0;
        }
        let factor = if short_of(upper).0 <= 0.0 {
            upper
        } else {
            search::root(short_of, lower, upper, upper)
        };
        self.plan(covered, factor)?.filling(width)
    }

    /// The same as usually written, without what was already missing when the cycle began: σL(k) = Q(1 - β). It is a little on the safe side, and with
    /// orders that are small beside the spread of demand, much.
    ///
    /// # Errors
    /// As [`for_fill_rate`](Self::for_fill_rate).
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let plan = SafetyStock::new(100.0, 30.0, 4.0).for_fill_rate_simply(0.9, 50.0)?;
    /// assert!((plan.safety_factor - 0.999_887_421_237_046_2).abs() < 1e-9);
    /// assert!((plan.fill_rate.unwrap_or(0.0) - 0.915_749_589_132_446_2).abs() < 1e-9); // promised: 0.9
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn for_fill_rate_simply(
        &self,
        fill_rate: f64,
        order_quantity: f64,
    ) -> Result<SafetyStockPlan, KernelError> {
        let (covered, missing, width) = self.missing(fill_rate, order_quantity)?;
        self.plan(covered, normal::inverse_loss(missing)?)?.filling(width)
    }

    /// The service of a reorder point (or of a level to order up to) and an order quantity.
    ///
    /// # Errors
    /// When the level is not a number, the quantity is not above zero, nothing is uncertain, or as [`covered`](Self::covered).
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let service = SafetyStock::new(400.0, 80.0, 1.0).service_of(520.0, 100.0)?;
    /// assert!((service.cycle_service - 0.933_192_798_731_141_9).abs() < 1e-12);
    /// assert!((service.fill_rate - 0.977_273_935_874_069_1).abs() < 1e-12);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn service_of(&self, level: f64, order_quantity: f64) -> Result<Service, KernelError> {
        let (mean, sd) = self.covered()?;
        let sd = positive("standard deviation of the demand", sd)?;
        let quantity = positive("order_quantity", order_quantity)?;
        let factor = (finite("level", level)? - mean) / sd;
        let ((low, above), (high, _)) = (standard(factor), standard(factor + quantity / sd));
        let short_per_cycle = sd * (low - high);
        let fill_rate = (1.0 - short_per_cycle / quantity).clamp(0.0, 1.0);
        Ok(Service { cycle_service: 1.0 - above, fill_rate, short_per_cycle })
    }

    /// What each cycle service level between two costs per period, for a chart: the last percents are the dearest.
    ///
    /// # Errors
    /// As [`for_cycle_service`](Self::for_cycle_service), when `to` is not above `from`, and when the points are less than 2 or more than 100,000.
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let curve = SafetyStock::new(100.0, 30.0, 4.0).kept_at(0.5).curve(0.5, 0.99, 50)?;
    /// assert!(curve[0].cost.abs() < 1e-12 && curve[49].cost > 69.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn curve(&self, from: f64, to: f64, points: usize) -> Result<Vec<CurvePoint>, KernelError> {
        super::curve::points(from, to, points, |at| Ok(self.for_cycle_service(at)?.holding_cost))
    }

    /// Why a plan of this item is what it is.
    ///
    /// ```
    /// use fondaco_inventory::policies::safety_stock::SafetyStock;
    ///
    /// let item = SafetyStock::new(100.0, 30.0, 4.0).with_lead_time_sd(1.5);
    /// assert_eq!(item.explain(&item.for_cycle_service(0.95)?).to_string(), "\
    /// Reorder point: 665.7342
    /// │ mean demand of the lead time + safety stock
    /// ├─ Mean demand of the lead time: 400
    /// └─ Safety stock: 265.7342
    ///    │ safety factor × standard deviation
    ///    ├─ Safety factor: 1.6449
    ///    │    of a cycle service level of 95%
    ///    └─ Standard deviation: 161.5549
    ///         √(time × demand sd² + demand² × lead time sd²)
    ///         demand mean: 100
    ///         demand sd: 30
    ///         lead time mean: 4
    ///         lead time sd: 1.5
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, plan: &SafetyStockPlan) -> Explain {
        let reviewed = self.review_period > 0.0;
        let (level, rule, mean) = if reviewed {
            let rule = "mean demand of review period and lead time + safety stock";
            ("Order-up-to level", rule, "Mean demand of review period and lead time")
        } else {
            (
                "Reorder point",
                "mean demand of the lead time + safety stock",
                "Mean demand of the lead time",
            )
        };
        let given = [
            ("demand mean", Some(self.demand_mean)),
            ("demand sd", Some(self.demand_sd)),
            ("lead time mean", Some(self.lead_time_mean)),
            ("lead time sd", Some(self.lead_time_sd)),
            ("review period", reviewed.then_some(self.review_period)),
        ];
        let spread = because("Standard deviation", plan.sd)
            .rule(word("√(time × demand sd² + demand² × lead time sd²)"));
        let spread = given.into_iter().fold(spread, |spread, (name, value)| match value {
            Some(value) => spread.parameter(Parameter::new(word(name), figure(value))),
            None => spread,
        });
        let (what, value) = match plan.fill_rate {
            Some(rate) => (word("of a fill rate of"), percent(rate)),
            None => (word("of a cycle service level of"), percent(plan.cycle_service)),
        };
        let factor = because("Safety factor", plan.safety_factor)
            .rule(fondaco_core::report::Phrase::from(what).and(value));
        let stock = because("Safety stock", plan.safety_stock)
            .rule(word("safety factor × standard deviation"))
            .inputs([factor, spread]);
        let why = because(level, plan.level)
            .rule(word(rule))
            .input(because(mean, plan.mean))
            .input(stock);
        if plan.holding_cost == 0.0 {
            why
        } else {
            why.input(because("Cost per period", plan.holding_cost))
        }
    }

    /// What is covered, what may be missing in a cycle, and how much is ordered, in standard deviations.
    fn missing(
        &self,
        fill_rate: f64,
        order_quantity: f64,
    ) -> Result<((f64, f64), f64, f64), KernelError> {
        let covered = self.covered()?;
        let sd = positive("standard deviation of the demand", covered.1)?;
        let width = computed(WHAT, positive("order_quantity", order_quantity)? / sd)?;
        let missing = (1.0 - share("fill_rate", fill_rate)?) * width;
        Ok((covered, computed(WHAT, missing)?, width))
    }

    fn plan(
        &self,
        (mean, sd): (f64, f64),
        safety_factor: f64,
    ) -> Result<SafetyStockPlan, KernelError> {
        let safety_stock = computed(WHAT, safety_factor * sd)?;
        let holding_cost = not_negative("holding_cost", self.holding_cost)? * safety_stock;
        Ok(SafetyStockPlan {
            safety_factor,
            mean,
            sd,
            safety_stock,
            level: computed(WHAT, mean + safety_stock)?,
            cycle_service: normal::cumulative(safety_factor)?,
            fill_rate: None,
            holding_cost: computed(WHAT, holding_cost)?,
        })
    }
}

impl SafetyStockPlan {
    /// The same with the fill rate when this many standard deviations are ordered each time.
    fn filling(mut self, width: f64) -> Result<Self, KernelError> {
        let missing = standard(self.safety_factor).0 - standard(self.safety_factor + width).0;
        self.fill_rate = Some(computed(WHAT, 1.0 - missing / width)?.clamp(0.0, 1.0));
        Ok(self)
    }
}

/// Loss and tail of the standard normal distribution.
fn standard(z: f64) -> (f64, f64) {
    (normal::standard_loss(z), normal::above(z))
}

/// The least reorder point at which nothing is missing with this probability until the order has arrived, for any distribution of the demand of the lead
/// time.
///
/// # Errors
/// When the level is not above 0 and below 1.
///
/// ```
/// use fondaco_inventory::policies::safety_stock::reorder_point;
/// use fondaco_inventory::probability::{Distribution, Gamma, Normal};
///
/// let lumpy = Distribution::counting(0.9, 3.0)?; // mean and variance
/// assert_eq!(reorder_point(&lumpy, 0.99)?, 8.0);
/// assert!((reorder_point(&Gamma::from_moments(0.9, 3.0)?, 0.99)? - 8.395_658_327_495_699).abs() < 1e-9);
/// assert!((reorder_point(&Normal::from_moments(0.9, 3.0)?, 0.99)? - 4.929_352_713_918_579).abs() < 1e-9);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn reorder_point(demand: &impl Demand, cycle_service: f64) -> Result<f64, KernelError> {
    demand.quantile(share("cycle_service", cycle_service)?)
}

/// The least reorder point that gives this fill rate when this much is ordered each time, for any distribution of the demand of the lead time: what is
/// missing in a cycle, n(r) - n(r + Q), is at most Q(1 - β). It may be below zero.
///
/// # Errors
/// When the rate is not above 0 and below 1, or the quantity not above zero, or not whole where demand is of whole units.
///
/// ```
/// use fondaco_inventory::policies::safety_stock::reorder_point_for_fill_rate;
/// use fondaco_inventory::probability::{Normal, Poisson};
///
/// let smooth = Normal::new(400.0, 60.0)?;
/// assert!((reorder_point_for_fill_rate(&smooth, 0.95, 200.0)? - 436.438_795_311_278).abs() < 1e-6);
/// assert_eq!(reorder_point_for_fill_rate(&Poisson::new(3.0)?, 0.95, 5.0)?, 5.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn reorder_point_for_fill_rate(
    demand: &impl Demand,
    fill_rate: f64,
    order_quantity: f64,
) -> Result<f64, KernelError> {
    let most = 1.0 - share("fill_rate", fill_rate)?;
    let quantity = positive("order_quantity", order_quantity)?;
    if demand.counts() && quantity.fract() > 0.0 {
        let (other, way_out) =
            ("demand is of whole units", "give a whole number, or a distribution of any amount");
        let (field, value) = ("order_quantity", quantity);
        return Err(KernelError::Contradiction { field, value, other, way_out });
    }
    let slack = 1e-12 * most;
    let is_enough = |point: f64| {
        (demand.loss(point) - demand.loss(point + quantity)) / quantity <= most + slack
    };
    // At a level of this service, even the worst moment of the cycle is good enough.
    let high = demand.upper_quantile(most)?;
    let (mut low, mut step) = (high - quantity, quantity.max(demand.sd()).ceil());
    for _ in 0..1_000 {
        if !is_enough(low) {
            break;
        }
        low -= step;
        step *= 2.0;
    }
    Ok(if demand.counts() {
        search::whole_between(is_enough, low.floor(), high)
    } else {
        search::between(is_enough, low, high)
    })
}
