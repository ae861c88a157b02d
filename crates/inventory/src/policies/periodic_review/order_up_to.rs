//! (T, S): what is missing to S is ordered every T.

use fondaco_core::report::{Explain, Parameter, Phrase, word};
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{finite, not_negative, positive};
use crate::figure::{because, figure, percent};
use crate::policies::costs::computed;
use crate::policies::{CostCurve, Costs};
use crate::probability::{Demand, Distribution, search};

const WHAT: &str = "the (T, S) policy";
const STEPS: u32 = 200;
/// Gauss and Legendre's points and weights for 8 points between -1 and 1, of the upper half.
const POINTS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];
/// Into how many parts of 8 points the time between two deliveries is cut.
const PARTS: u32 = 4;

/// One item that is ordered up to the same level at every review: base stock with a review period.
///
/// Assumes that demands of different times are independent, that each review costs the same (ordering included), that orders all take the same time, and
/// that all that is missing is delivered later. What an order brings serves from its arrival to that of the next one, and stock and backorders are
/// paid for all of that time.
///
/// Source: G. Hadley, T. M. Whitin, *Analysis of Inventory Systems* (1963), 5-2: the <R, T> model, its cost integrated by Gauss and Legendre.
#[doc(alias = "TS")]
#[doc(alias = "base stock")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OrderUpTo {
    /// What each review costs, with the order that it places.
    pub review_cost: f64,
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// What a unit costs that is owed for one unit of time.
    pub stockout_cost: f64,
    /// The demand of one unit of time, which adds up over parts of it.
    pub demand: Distribution,
    /// How much time an order takes to arrive.
    pub lead_time: f64,
}

/// A (T, S) policy, with what it costs and how it serves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderUpToPlan {
    /// T: how much time lies between two reviews.
    pub review_period: f64,
    /// S: the position that is filled up to.
    pub order_up_to: f64,
    /// What it costs per unit of time.
    pub costs: Costs,
    /// How likely nothing is missing from one delivery to the next.
    pub cycle_service: f64,
    /// The share of demand that is served at once.
    pub fill_rate: f64,
    /// How many units are on hand on average.
    pub expected_on_hand: f64,
    /// How many units are owed on average.
    pub expected_backorders: f64,
    /// What is on hand on average just before a delivery.
    pub safety_stock: f64,
}

impl OrderUpTo {
    /// An item with these costs, this demand per unit of time and this lead time.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::OrderUpTo;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// // 20 a review, 0.5 a piece and week on hand, 9.5 owed; 100 ± 30 a week, two weeks to wait, reviewed every week.
    /// let model = OrderUpTo::new(20.0, 0.5, 9.5, Normal::new(100.0, 30.0)?, 2.0);
    /// let plan = model.solve(1.0)?;
    /// assert!((plan.order_up_to - 343.727_342_064).abs() < 1e-6);
    /// assert!(plan.fill_rate > 0.9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn new(
        review_cost: f64,
        holding_cost: f64,
        stockout_cost: f64,
        demand: impl Into<Distribution>,
        lead_time: f64,
    ) -> Self {
        Self { review_cost, holding_cost, stockout_cost, demand: demand.into(), lead_time }
    }

    /// The level that costs least when it is reviewed every `review_period`: nothing is owed for a share of p / (h + p) of the time.
    ///
    /// # Errors
    /// When holding or owing costs nothing, when the review costs less than nothing, the lead time is below zero or the period not above it, and when the
    /// demand can't be reckoned over parts of a unit of time (a table: [`Discrete`](crate::probability::Discrete)).
    pub fn solve(&self, review_period: f64) -> Result<OrderUpToPlan, KernelError> {
        let cycle = Cycle::new(self, review_period)?;
        cycle.plan(cycle.optimum()?)
    }

    /// The policy with this level, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the level is not a number.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::OrderUpTo;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = OrderUpTo::new(1.0, 0.5, 9.5, Poisson::new(3.0)?, 2.0);
    /// let (best, less) = (model.solve(1.0)?, model.plan_at(1.0, 9.0)?);
    /// assert!(less.fill_rate < best.fill_rate && less.costs.total() > best.costs.total());
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(
        &self,
        review_period: f64,
        order_up_to: f64,
    ) -> Result<OrderUpToPlan, KernelError> {
        let cycle = Cycle::new(self, review_period)?;
        cycle.plan(finite("order_up_to", order_up_to)?)
    }

    /// The best policy of these review periods: those that people can keep, such as a day, a week, a month.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when there is none.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::OrderUpTo;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = OrderUpTo::new(25.0, 0.5, 9.5, Poisson::new(3.0)?, 2.0);
    /// assert_eq!(model.best_of(&[1.0, 7.0, 14.0])?.review_period, 7.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn best_of(&self, review_periods: &[f64]) -> Result<OrderUpToPlan, KernelError> {
        let mut best: Option<OrderUpToPlan> = None;
        for (index, period) in review_periods.iter().enumerate() {
            let plan = self.solve(*period).map_err(|error| error.at(index))?;
            let is_better = best.is_none_or(|best| plan.costs.total() < best.costs.total());
            best = if is_better { Some(plan) } else { best };
        }
        best.ok_or(KernelError::TooFew { field: "review_periods", count: 0, least: 1 })
    }

    /// The costs of other levels than that of a plan, for a chart.
    ///
    /// ```
    /// use fondaco_inventory::policies::{CostCurve, periodic_review::OrderUpTo};
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = OrderUpTo::new(25.0, 0.5, 9.5, Poisson::new(3.0)?, 2.0);
    /// let plan = model.solve(7.0)?;
    /// let curve = model.levels(&plan).curve(20.0, 50.0, 31)?;
    /// assert!(curve.iter().all(|point| point.cost >= plan.costs.total()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn levels(&self, plan: &OrderUpToPlan) -> impl CostCurve {
        Levels { model: self, plan: *plan }
    }

    /// Why a plan of this model is what it is.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::OrderUpTo;
    /// use fondaco_inventory::probability::Poisson;
    ///
    /// let model = OrderUpTo::new(25.0, 0.5, 9.5, Poisson::new(3.0)?, 2.0);
    /// let why = model.explain(&model.plan_at(7.0, 33.0)?).to_string();
    /// assert!(why.starts_with("Order-up-to level: 33\n│ order what is missing to it every 7 units of time\n"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, plan: &OrderUpToPlan) -> Explain {
        let rule = Phrase::from(word("order what is missing to it every"))
            .and(figure(plan.review_period))
            .and(word("units of time"));
        let given = [
            ("review cost", self.review_cost),
            ("holding cost", self.holding_cost),
            ("stockout cost", self.stockout_cost),
            ("mean demand per unit of time", self.demand.mean()),
            ("lead time", self.lead_time),
        ];
        let why = because("Order-up-to level", plan.order_up_to).rule(rule);
        let why = given.into_iter().fold(why, |why, (name, value)| {
            why.parameter(Parameter::new(word(name), figure(value)))
        });
        why.input(because("Safety stock", plan.safety_stock))
            .input(Explain::new(word("Fill rate"), percent(plan.fill_rate)))
            .input(plan.costs.explain("Cost per unit of time"))
    }
}

struct Levels<'a> {
    model: &'a OrderUpTo,
    plan: OrderUpToPlan,
}

impl CostCurve for Levels<'_> {
    fn chosen(&self) -> f64 {
        self.plan.order_up_to
    }

    fn costs_at(&self, at: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(self.plan.review_period, at)?.costs)
    }
}

/// The time that one order serves: from its arrival to that of the next.
struct Cycle<'a> {
    model: &'a OrderUpTo,
    period: f64,
    /// The demand since the review at points of that time, and their shares of it.
    moments: Vec<(f64, Distribution)>,
    /// The demand up to the arrival, if that takes time, and up to the next one.
    before: Option<Distribution>,
    until: Distribution,
}

impl<'a> Cycle<'a> {
    fn new(model: &'a OrderUpTo, review_period: f64) -> Result<Self, KernelError> {
        not_negative("review_cost", model.review_cost)?;
        positive("holding_cost", model.holding_cost)?;
        positive("stockout_cost", model.stockout_cost)?;
        positive("mean demand", model.demand.mean())?;
        let lead_time = not_negative("lead_time", model.lead_time)?;
        let period = positive("review_period", review_period)?;
        let part = 0.5 / f64::from(PARTS);
        let mut moments = Vec::new();
        for middle in (0..PARTS).map(|at| (2.0 * f64::from(at) + 1.0) * part) {
            for (point, weight) in POINTS {
                for at in [middle - part * point, middle + part * point] {
                    moments.push((part * weight, model.demand.over(lead_time + period * at)?));
                }
            }
        }
        let before = if lead_time > 0.0 { Some(model.demand.over(lead_time)?) } else { None };
        let until = model.demand.over(lead_time + period)?;
        Ok(Self { model, period, moments, before, until })
    }

    fn average(&self, figure: impl Fn(&Distribution) -> f64) -> f64 {
        self.moments.iter().map(|(share, demand)| share * figure(demand)).sum()
    }

    fn optimum(&self) -> Result<f64, KernelError> {
        let (h, p) = (self.model.holding_cost, self.model.stockout_cost);
        let tail = computed(WHAT, h / (h + p))?;
        let is_enough = |level: f64| self.average(|demand| demand.exceeds(level)) <= tail;
        // At the end of the cycle the most was demanded, so that its own level is too much for the average.
        let high = self.until.upper_quantile(tail)?;
        let mut low = high;
        let mut step = self.until.sd().max(1.0).ceil();
        for _ in 0..STEPS {
            if !is_enough(low) {
                break;
            }
            low -= step;
            step *= 2.0;
        }
        if !is_enough(high) {
            return Ok(high);
        }
        Ok(if self.model.demand.counts() {
            search::whole_between(is_enough, low.floor(), high)
        } else {
            search::between(is_enough, low, high)
        })
    }

    fn plan(&self, level: f64) -> Result<OrderUpToPlan, KernelError> {
        let (model, period) = (self.model, self.period);
        let owed = self.average(|demand| demand.loss(level));
        let on_hand = self.average(|demand| demand.complementary_loss(level));
        let owed_before =
            self.before.as_ref().map_or((-level).max(0.0), |demand| demand.loss(level));
        let missing = self.until.loss(level) - owed_before;
        let costs = Costs {
            ordering: model.review_cost / period,
            holding: model.holding_cost * on_hand,
            shortage: model.stockout_cost * owed,
            purchase: 0.0,
        };
        Ok(OrderUpToPlan {
            review_period: period,
            order_up_to: computed(WHAT, level)?,
            costs: costs.checked(WHAT)?,
            cycle_service: self.until.cumulative(level),
            fill_rate: (1.0 - missing / (model.demand.mean() * period)).clamp(0.0, 1.0),
            expected_on_hand: on_hand,
            expected_backorders: owed,
            safety_stock: level - self.until.mean(),
        })
    }
}
