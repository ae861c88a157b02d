//! The newsvendor whose supplier is down from time to time.

use fondaco_core::report::{Explain, word};
use serde::{Deserialize, Serialize};

use super::super::costs::computed;
use super::super::explained::parameters;
use super::super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{not_negative, positive, share};
use crate::figure::{because, percent};

const WHAT: &str = "the newsvendor with disruptions";

/// A stock for a known demand in each period, filled up in each period in which the supplier is up.
///
/// Assumes that the supplier goes down with the same probability after each period in which he is up, and comes back with the same probability after each in
/// which he is down; that an order comes at once when he is up; and that what is missing is delivered later.
///
/// After `n` periods of disruption `(n + 1) d` units are wanted of the stock. With `α` and `β` for going down and coming back, that many periods have passed with
/// probability `π₀ = β / (α + β)`, `πₙ = α β (1 - β)ⁿ⁻¹ / (α + β)`.
///
/// Source: Snyder and Shen (2019), section 9.2.2; B. Tomlin, *On the Value of Mitigation and Contingency Strategies*, Management Science 52 (2006).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DisruptedNewsvendor {
    /// What a unit costs that is kept for a period.
    pub holding_cost: f64,
    /// What a unit costs that is owed for a period.
    pub stockout_cost: f64,
    /// How many units are wanted in each period.
    pub demand: f64,
    /// How likely the supplier goes down from one period to the next.
    pub disruption_probability: f64,
    /// How likely he comes back from one period to the next.
    pub recovery_probability: f64,
}

/// How much to have against disruptions, with what it costs and serves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DisruptedNewsvendorPlan {
    /// What was solved.
    pub model: DisruptedNewsvendor,
    /// To how much to fill up.
    pub base_stock_level: f64,
    /// In which share of the periods nothing is owed.
    pub cycle_service: f64,
    /// How much is left at the end of a period, on average.
    pub leftover: f64,
    /// How much is owed at the end of a period, on average.
    pub missing: f64,
    /// What it costs per period.
    pub costs: Costs,
}

impl DisruptedNewsvendor {
    /// A stock with what a unit costs that is kept or owed, for a demand per period, of a supplier who goes down and comes back this likely.
    #[must_use]
    pub fn new(
        (holding_cost, stockout_cost): (f64, f64),
        demand: f64,
        (disruption_probability, recovery_probability): (f64, f64),
    ) -> Self {
        Self { holding_cost, stockout_cost, demand, disruption_probability, recovery_probability }
    }

    /// The level that costs least: the demand of as many periods as disruptions outlast with at most `h / (p + h)`.
    ///
    /// # Errors
    /// When a cost or the demand is not above zero, or a probability not above 0 and below 1.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::DisruptedNewsvendor;
    ///
    /// let plan = DisruptedNewsvendor::new((0.25, 3.0), 2000.0, (0.04, 0.25)).solve()?;
    /// assert_eq!(plan.base_stock_level, 8000.0);
    /// assert!((plan.costs.total() - 2737.068_965_517_241).abs() < 1e-6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve(&self) -> Result<DisruptedNewsvendorPlan, KernelError> {
        self.check()?;
        let tail = self.holding_cost / (self.holding_cost + self.stockout_cost);
        // The least n with α (1 - β)ⁿ / (α + β) at most the tail.
        let ratio = tail.ln() - self.share_down().ln();
        let periods = (ratio / (-self.recovery_probability).ln_1p()).ceil().max(0.0);
        self.plan_at(self.demand * (1.0 + computed(WHAT, periods)?))
    }

    /// The plan that has this level, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the level is below zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::DisruptedNewsvendor;
    ///
    /// let plan = DisruptedNewsvendor::new((0.25, 3.0), 2000.0, (0.04, 0.25)).plan_at(1200.0)?;
    /// assert!((plan.costs.total() - 5710.344_827_586_207).abs() < 1e-6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, level: f64) -> Result<DisruptedNewsvendorPlan, KernelError> {
        self.check()?;
        let level = not_negative("base_stock_level", level)?;
        let periods = computed(WHAT, level / self.demand - 1.0)?;
        let missing = computed(WHAT, self.demand * self.outlasting(periods))?;
        let mean = self.demand * (1.0 + self.share_down() / self.recovery_probability);
        let leftover = (level - mean + missing).max(0.0);
        let costs = Costs {
            holding: self.holding_cost * leftover,
            shortage: self.stockout_cost * missing,
            ..Costs::default()
        };
        let cycle_service =
            if periods < 0.0 { 0.0 } else { 1.0 - self.longer_than(periods.floor()) };
        let costs = costs.checked(WHAT)?;
        let model = *self;
        Ok(DisruptedNewsvendorPlan {
            model,
            base_stock_level: level,
            cycle_service,
            leftover,
            missing,
            costs,
        })
    }

    fn check(&self) -> Result<(), KernelError> {
        positive("holding_cost", self.holding_cost)?;
        positive("stockout_cost", self.stockout_cost)?;
        positive("demand", self.demand)?;
        share("disruption_probability", self.disruption_probability)?;
        share("recovery_probability", self.recovery_probability)?;
        Ok(())
    }

    fn share_down(&self) -> f64 {
        self.disruption_probability / (self.disruption_probability + self.recovery_probability)
    }

    /// How likely more than this whole number of periods of disruption have passed.
    fn longer_than(&self, periods: f64) -> f64 {
        self.share_down() * (periods * (-self.recovery_probability).ln_1p()).exp()
    }

    /// By how many periods a disruption outlasts this many, on average.
    fn outlasting(&self, periods: f64) -> f64 {
        if periods < 0.0 {
            return self.share_down() / self.recovery_probability - periods;
        }
        let whole = periods.floor();
        let longer = self.longer_than(whole);
        longer / self.recovery_probability - (periods - whole) * longer
    }
}

impl DisruptedNewsvendorPlan {
    /// Why it is this level.
    ///
    /// ```
    /// use fondaco_inventory::policies::newsvendor::DisruptedNewsvendor;
    ///
    /// let why = DisruptedNewsvendor::new((0.25, 3.0), 2000.0, (0.04, 0.25)).solve()?.explain();
    /// assert!(why.to_string().starts_with("Base-stock level: 8,000\n"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let model = &self.model;
        let given = [
            ("holding cost", Some(model.holding_cost)),
            ("stockout cost", Some(model.stockout_cost)),
            ("demand", Some(model.demand)),
            ("disruption probability", Some(model.disruption_probability)),
            ("recovery probability", Some(model.recovery_probability)),
        ];
        let rule = word(
            "the demand of the periods that disruptions do not outlast with the critical ratio",
        );
        parameters(because("Base-stock level", self.base_stock_level).rule(rule), given)
            .input(Explain::new(word("Cycle service"), percent(self.cycle_service)))
            .input(self.costs.explain("Cost per unit of time"))
    }
}

impl CostCurve for DisruptedNewsvendorPlan {
    fn chosen(&self) -> f64 {
        self.base_stock_level
    }

    fn costs_at(&self, base_stock_level: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(base_stock_level)?.costs)
    }
}
