//! Which policy is the best for an item, by what is known of its demand and lead time.

use fondaco_core::report::{Explain, Parameter, Phrase, word};
use serde::{Deserialize, Serialize};

use super::{DemandClass, DemandProfile, History, LeadTimeProfile, lead_time};
use crate::KernelError;
use crate::error::{finite, not_negative, positive, share};
use crate::figure::{because, figure, percent};
use crate::policies::continuous_review::{ContinuousReview, ReorderPlan};
use crate::policies::safety_stock::reorder_point_for_fill_rate;
use crate::probability::{Demand, Distribution, Gamma, Mixture, Normal};

/// Up to which mean of the lead time whole units are counted one by one.
const COUNTED: f64 = 100.0;
/// Up to which coefficient of variation the demand of the lead time is taken as normal.
const NORMAL: f64 = 0.3;

/// When an item is ordered, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Policy {
    /// (r, Q): at or below a position, a quantity.
    ReorderPoint {
        /// The position.
        reorder_point: f64,
        /// The quantity, as often as it takes to come above the position.
        order_quantity: f64,
    },
    /// (s, S), min-max: at or below a position, as much as is missing to another.
    MinMax {
        /// The position.
        reorder_point: f64,
        /// Up to which position.
        order_up_to: f64,
    },
    /// Never for stock: when somebody wants it.
    OnDemand,
}

/// What a unit costs that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// As much for each day on which it is owed.
    Cost(f64),
    /// Nobody can say; this share of the demand is to be served at once. It is the cost at which that is the best: `h β / (1 - β)` a day.
    FillRate(f64),
}

/// What an item costs, and how it is ordered today.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct ItemTerms {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What a unit costs that is kept for a day.
    pub holding_cost_per_day: f64,
    /// What a unit costs that is missing.
    pub shortage: Shortage,
    /// How long orders take where none was seen.
    pub lead_time_days: Option<u32>,
    /// How it is ordered today.
    pub today: Option<Policy>,
}

/// What a policy is expected to cost and to serve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Expected {
    /// The cost per day: orders, holding, and what is owed.
    pub cost_per_day: f64,
    /// The share of the demand that is served at once.
    pub fill_rate: f64,
    /// How much is on hand on average.
    pub on_hand: f64,
}

/// The policy that is recommended for an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Recommendation {
    /// The policy.
    pub policy: Policy,
    /// What is known of the demand.
    pub demand: DemandProfile,
    /// What is known of the lead time.
    pub lead_time: LeadTimeProfile,
    /// The demand of the lead time, with the undershoot at its beginning, as it was reckoned with: of each lead time that was seen its own.
    /// None where nothing is wanted.
    pub lead_time_demand: Option<Mixture>,
    /// What the policy is expected to cost and serve.
    pub expected: Expected,
    /// What today's is expected to cost and serve, where there is one.
    pub today: Option<Expected>,
}

impl ItemTerms {
    /// What an order costs, a unit that is kept for a day, and one that is owed for a day.
    #[must_use]
    pub fn new(fixed_cost: f64, holding_cost_per_day: f64, stockout_cost_per_day: f64) -> Self {
        let shortage = Shortage::Cost(stockout_cost_per_day);
        let (lead_time_days, today) = (None, None);
        Self { fixed_cost, holding_cost_per_day, shortage, lead_time_days, today }
    }

    /// The same with a share of the demand that is to be served at once, where nobody can say what a missing unit costs.
    #[must_use]
    pub fn serving(mut self, fill_rate: f64) -> Self {
        self.shortage = Shortage::FillRate(fill_rate);
        self
    }

    /// The same with how long orders take where none was seen.
    #[must_use]
    pub fn delivered_after(mut self, days: u32) -> Self {
        self.lead_time_days = Some(days);
        self
    }

    /// The same with how it is ordered today.
    #[must_use]
    pub fn today(mut self, policy: Policy) -> Self {
        self.today = Some(policy);
        self
    }

    /// What a unit costs that is owed for a day.
    pub(super) fn stockout_cost_per_day(&self) -> Result<f64, KernelError> {
        match self.shortage {
            Shortage::Cost(cost) => positive("stockout cost per day", cost),
            Shortage::FillRate(rate) => {
                let rate = share("fill_rate", rate)?;
                Ok(positive("holding_cost_per_day", self.holding_cost_per_day)? * rate
                    / (1.0 - rate))
            }
        }
    }
}

impl Policy {
    /// In words: order so much at this position.
    ///
    /// ```
    /// use fondaco_inventory::history::Policy;
    ///
    /// let policy = Policy::MinMax { reorder_point: 4.0, order_up_to: 20.0 };
    /// assert_eq!(policy.to_phrase().to_string(), "at or below 4 order up to 20");
    /// ```
    #[must_use]
    pub fn to_phrase(&self) -> Phrase {
        let (point, what, more) = match *self {
            Self::ReorderPoint { reorder_point, order_quantity } => {
                (reorder_point, "order", order_quantity)
            }
            Self::MinMax { reorder_point, order_up_to } => {
                (reorder_point, "order up to", order_up_to)
            }
            Self::OnDemand => return word("order on demand").into(),
        };
        let at = Phrase::from(word("at or below")).and(figure(point));
        at.and(word(what)).and(figure(more))
    }

    /// The position at which is ordered, and how much more than that there is after an order.
    ///
    /// # Errors
    /// When a number is not finite, the quantity not above zero, or the level not above the position.
    pub(super) fn numbers(&self) -> Result<Option<(f64, f64)>, KernelError> {
        match *self {
            Self::ReorderPoint { reorder_point, order_quantity } => {
                let point = finite("reorder_point", reorder_point)?;
                Ok(Some((point, positive("order_quantity", order_quantity)?)))
            }
            Self::MinMax { reorder_point, order_up_to } => {
                let point = finite("reorder_point", reorder_point)?;
                let level = finite("order_up_to", order_up_to)?;
                if level > point {
                    return Ok(Some((point, level - point)));
                }
                let other = "the reorder point is not below it";
                let way_out = "give a level above the reorder point";
                Err(KernelError::Contradiction {
                    field: "order_up_to",
                    value: level,
                    other,
                    way_out,
                })
            }
            Self::OnDemand => Ok(None),
        }
    }
}

impl History {
    /// The best policy for an item, by its whole history.
    ///
    /// By class of demand: smooth and intermittent items are ordered by (r, Q), erratic and lumpy ones by (s, S), so that a large demand is made up for in one
    /// order; what is not wanted is ordered on demand. The numbers are those of the exact (r, Q) policy ([`ContinuousReview::solve`]) for the demand of the lead
    /// time and the undershoot before it (for a share that is to be served: its quantity at the least reorder point that serves it). Of each lead time that was seen
    /// that demand is taken by its mean and variance, as likely as the lead time was seen, so that what comes after 5 days or after 30 is not taken for what comes after 17: counted in whole units (Poisson, negative binomial) when only such were wanted and few are, else normal when it
    /// varies little, and gamma distributed.
    ///
    /// # Errors
    /// As [`demand`](Self::demand); when no order came and the terms have no lead time; and when a number of the terms is not what it must be.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_inventory::history::{Flow, History, ItemTerms, Move, Policy, Window};
    ///
    /// let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
    /// // Three of a spare part every ten days.
    /// let moves: Vec<Move> = (0..36).map(|n| Move::new(0, day(10 * n), 3.0, Flow::Sale)).collect();
    /// let history = History::new(1, Window::new(day(0), day(359), 30)?, &moves, &[])?;
    /// let terms = ItemTerms::new(15.0, 0.02, 1.0).delivered_after(14);
    /// let best = history.recommend(0, &terms)?;
    /// assert!(matches!(best.policy, Policy::ReorderPoint { .. }));
    /// assert!(best.expected.fill_rate > 0.95);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn recommend(&self, item: usize, terms: &ItemTerms) -> Result<Recommendation, KernelError> {
        self.recommend_until(item, terms, self.window.days() as i64)
    }

    /// The same by what was known before this day.
    pub(super) fn recommend_until(
        &self,
        item: usize,
        terms: &ItemTerms,
        until: i64,
    ) -> Result<Recommendation, KernelError> {
        let demand = self.demand_until(item, until)?;
        let lead_time = match (self.lead_time_until(item, until), terms.lead_time_days) {
            (Err(KernelError::TooFew { .. }), Some(days)) => LeadTimeProfile::seen(vec![days]),
            (seen, _) => seen,
        }?;
        positive("fixed_cost", terms.fixed_cost)?;
        positive("holding_cost_per_day", terms.holding_cost_per_day)?;
        let stockout = terms.stockout_cost_per_day()?;
        if demand.class == DemandClass::None {
            return Ok(Recommendation::on_demand(demand, lead_time));
        }
        let during = lead_time_demand(&demand, &lead_time, self.window.period_days)?;
        let (fixed, held) = (terms.fixed_cost, terms.holding_cost_per_day);
        let model =
            ContinuousReview::new(fixed, held, stockout, demand.mean_per_day, during.clone());
        let best = serving(&model, model.solve()?, terms.shortage)?;
        let today = terms.today.map(|policy| expected_of(&model, &policy)).transpose()?.flatten();
        let policy = policy(demand.class, &best);
        let expected = Expected::of(&best);
        let lead_time_demand = Some(during);
        Ok(Recommendation { policy, demand, lead_time, lead_time_demand, expected, today })
    }
}

/// What today's policy is expected to cost. In whole units, a position between two is the lower one.
fn expected_of<D: Demand>(
    model: &ContinuousReview<D>,
    policy: &Policy,
) -> Result<Option<Expected>, KernelError> {
    let Some((point, more)) = policy.numbers()? else { return Ok(None) };
    let counts = model.lead_time_demand.counts();
    let (point, more) = if counts { (point.floor(), more.ceil()) } else { (point, more) };
    Ok(Some(Expected::of(&model.plan_at(point, more)?)))
}

/// The plan with the least reorder point that serves the share that is asked for, where one is.
fn serving<D: Demand>(
    model: &ContinuousReview<D>,
    best: ReorderPlan,
    shortage: Shortage,
) -> Result<ReorderPlan, KernelError> {
    let Shortage::FillRate(rate) = shortage else { return Ok(best) };
    let quantity = best.order_quantity;
    let point = reorder_point_for_fill_rate(&model.lead_time_demand, rate, quantity)?;
    model.plan_at(point, quantity)
}

fn policy(class: DemandClass, best: &ReorderPlan) -> Policy {
    let (reorder_point, order_quantity) = (best.reorder_point, best.order_quantity);
    match class {
        DemandClass::None => Policy::OnDemand,
        DemandClass::Smooth | DemandClass::Intermittent => {
            Policy::ReorderPoint { reorder_point, order_quantity }
        }
        DemandClass::Erratic | DemandClass::Lumpy => {
            Policy::MinMax { reorder_point, order_up_to: reorder_point + order_quantity }
        }
    }
}

/// The demand of the lead time (of at least a day) and the undershoot: of each lead time that was seen by mean and variance. What a few of
/// them show too little of how they vary is spread over all (`s²/n`), so that in all it is the variance of the sample.
fn lead_time_demand(
    demand: &DemandProfile,
    lead_time: &LeadTimeProfile,
    period_days: u32,
) -> Result<Mixture, KernelError> {
    let mean = demand.mean_per_day * lead_time.mean_days.max(1.0) + demand.undershoot;
    let counted = demand.whole && mean <= COUNTED;
    let unseen = lead_time.sd_days.powi(2) / lead_time.seen_days.len().max(1) as f64;
    let part = |group: &[u32]| {
        let (days, within) = lead_time::moments(group);
        let days = days.max(1.0);
        let mean = demand.mean_per_day * days + demand.undershoot;
        let late = demand.mean_per_day.powi(2) * (within + unseen);
        let daily = demand.variance_per_day(period_days);
        let variance = daily * days + late + demand.undershoot_variance;
        // What never varied in the past may yet: a millionth of the mean keeps the formulas alive.
        let variance = not_negative("variance", variance)?.max(1e-6 * mean * mean);
        Ok((group.len() as f64, of_moments(counted, mean, variance)?))
    };
    Mixture::new(lead_time.groups().iter().map(|group| part(group)).collect::<Result<_, _>>()?)
}

fn of_moments(counted: bool, mean: f64, variance: f64) -> Result<Distribution, KernelError> {
    if counted {
        return Distribution::counting(mean, variance);
    }
    if variance.sqrt() <= NORMAL * mean {
        return Ok(Normal::from_moments(mean, variance)?.into());
    }
    Ok(Gamma::from_moments(mean, variance)?.into())
}

impl Expected {
    fn of(plan: &ReorderPlan) -> Self {
        let (cost_per_day, on_hand) = (plan.costs.total(), plan.expected_on_hand);
        Self { cost_per_day, fill_rate: plan.fill_rate, on_hand }
    }
}

impl Recommendation {
    fn on_demand(demand: DemandProfile, lead_time: LeadTimeProfile) -> Self {
        let expected = Expected { cost_per_day: 0.0, fill_rate: 1.0, on_hand: 0.0 };
        let (lead_time_demand, today) = (None, None);
        Self { policy: Policy::OnDemand, demand, lead_time, lead_time_demand, expected, today }
    }

    /// Why it is this policy.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_inventory::history::{Flow, History, ItemTerms, Move, Window};
    ///
    /// let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
    /// let moves: Vec<Move> = (0..36).map(|n| Move::new(0, day(10 * n), 3.0, Flow::Sale)).collect();
    /// let history = History::new(1, Window::new(day(0), day(359), 30)?, &moves, &[])?;
    /// let terms = ItemTerms::new(15.0, 0.02, 1.0).delivered_after(14);
    /// let why = history.recommend(0, &terms)?.explain().to_string();
    /// assert!(why.contains("│ class of demand: smooth\n"), "{why}");
    /// assert!(why.contains("├─ Mean demand of a day: 0.3\n"), "{why}");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let (what, point, more) = match self.policy {
            Policy::ReorderPoint { reorder_point, order_quantity } => {
                ("order quantity", reorder_point, Some(order_quantity))
            }
            Policy::MinMax { reorder_point, order_up_to } => {
                ("order up to", reorder_point, Some(order_up_to))
            }
            Policy::OnDemand => ("order quantity", 0.0, None),
        };
        let class = word(match self.demand.class {
            DemandClass::None => "none",
            DemandClass::Smooth => "smooth",
            DemandClass::Erratic => "erratic",
            DemandClass::Intermittent => "intermittent",
            DemandClass::Lumpy => "lumpy",
        });
        let why = because("Reorder point", point);
        let more = more.map(|more| Parameter::new(word(what), figure(more)));
        let why = more.into_iter().fold(why, Explain::parameter);
        let today = self.today.map(|today| today.explain("Expected cost per day as of today"));
        why.parameter(Parameter::new(word("class of demand"), class))
            .input(because("Mean demand of a day", self.demand.mean_per_day))
            .input(because("Standard deviation of a period", self.demand.sd))
            .input(because("Mean lead time in days", self.lead_time.mean_days))
            .input(because("Standard deviation of the lead time", self.lead_time.sd_days))
            .input(self.expected.explain("Expected cost per day"))
            .inputs(today)
    }
}

impl Expected {
    fn explain(&self, what: &'static str) -> Explain {
        because(what, self.cost_per_day)
            .input(Explain::new(word("Fill rate"), percent(self.fill_rate)))
            .input(because("On hand", self.on_hand))
    }
}
