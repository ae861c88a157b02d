//! Base-stock policies: fill up to a level, after every sale or at every review.
//!
//! They are best where an order costs nothing by itself. All that is wanted from an order until the next one can have come is met from the
//! level, so the demand that counts is that of the lead time, and of a review period besides where stock is looked at only then.

use fondaco_core::report::{Explain, word};
use serde::Serialize;

use super::costs::computed;
use super::explained::parameters;
use super::newsvendor::Newsvendor;
use super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{not_negative, positive, share};
use crate::figure::{because, percent};
use crate::probability::{Demand, Distribution, Gamma, LogNormal, Mixture, Normal, search};

const WHAT: &str = "the base-stock level";
/// Doublings after which a level is beyond all floats.
const DOUBLINGS: u32 = 1_100;

/// How long it takes from an order until it comes, in the unit of time of the demand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadTime<'a> {
    /// Always as long.
    Known(f64),
    /// Of this mean and standard deviation. The demand during it is taken to be of the family of the demand itself, of the mean and
    /// variance that it has: `μ L` and `σ² L + μ² s²`. Of whole units it is negative binomial, which is exact for a Poisson demand and a gamma distributed lead time.
    Random {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// As it was: lead times, and how often (or how likely) each was. Nothing is assumed of their distribution.
    Seen(&'a [(f64, f64)]),
}

/// A stock that is filled up to a level.
///
/// Assumes that demands of different times are independent of one another and of the lead times, that orders come in the order in which they were placed, and
/// that what is missing is delivered later. Without a review period every sale is ordered at once, unit by unit.
///
/// Costs are per unit of time, on what is on hand and owed (at reviews: at the end of a review period, just before an order comes).
///
/// Source: P. H. Zipkin, *Foundations of Inventory Management* (2000), sections 6.2 and 9.4; Snyder and Shen (2019), section 4.3; fill rates at reviews by G. Hadley,
/// T. M. Whitin (1963), section 5-2.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BaseStock<'a> {
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// What a unit costs that is owed for one unit of time.
    pub stockout_cost: f64,
    /// The demand of one unit of time.
    pub demand: &'a Distribution,
    /// How long an order takes.
    pub lead_time: LeadTime<'a>,
    /// How much time lies between two reviews. None when every sale is ordered at once.
    pub review_period: Option<f64>,
}

/// To which level to fill up, with what it costs and serves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BaseStockPlan<'a> {
    /// What was solved.
    pub model: BaseStock<'a>,
    /// The demand that is met from the level.
    pub protected: Mixture,
    /// That before an order of a review comes, which no later order can help.
    before: Option<Mixture>,
    /// To which inventory position (on hand and on order, less what is owed) to fill up.
    pub base_stock_level: f64,
    /// The level above the mean of that demand.
    pub safety_stock: f64,
    /// How likely it is that nothing is owed: at any time, or at the end of a review period.
    pub cycle_service: f64,
    /// The share of the demand that is met at once.
    pub fill_rate: f64,
    /// How much is on hand on average, at any time or at the end of a review period.
    pub on_hand: f64,
    /// How much is owed on average, then.
    pub backordered: f64,
    /// What it costs per unit of time.
    pub costs: Costs,
}

impl<'a> BaseStock<'a> {
    /// A stock of which every sale is ordered at once: continuous review, (S - 1, S).
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Poisson};
    ///
    /// // A spare part that is wanted twice a month, and takes three months.
    /// let demand = Distribution::from(Poisson::new(2.0)?);
    /// let plan = BaseStock::new(5.0, 95.0, &demand, LeadTime::Known(3.0)).solve()?;
    /// assert_eq!(plan.base_stock_level, 10.0);
    /// assert!(plan.cycle_service >= 0.95 && plan.fill_rate < plan.cycle_service);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(
        holding_cost: f64,
        stockout_cost: f64,
        demand: &'a Distribution,
        lead_time: LeadTime<'a>,
    ) -> Self {
        Self { holding_cost, stockout_cost, demand, lead_time, review_period: None }
    }

    /// The same, looked at only after each such time: periodic review.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Normal};
    ///
    /// let demand = Distribution::from(Normal::new(50.0, 8.0)?);
    /// let stock = BaseStock::new(0.18, 0.70, &demand, LeadTime::Known(4.0)).reviewed_every(1.0);
    /// let plan = stock.solve()?;
    /// assert!((plan.base_stock_level - 264.766_894_374_154_84).abs() < 1e-9);
    /// assert!((plan.costs.total() - 4.466_781_004_149_577).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn reviewed_every(mut self, review_period: f64) -> Self {
        self.review_period = Some(review_period);
        self
    }

    /// The level that costs least.
    ///
    /// # Errors
    /// When a cost or the review period is not above zero; when the lead time is below zero, or zero with nothing to wait for besides; when no lead time was
    /// seen; and as [`Distribution::over`].
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Poisson};
    ///
    /// let demand = Distribution::from(Poisson::new(2.0)?);
    /// let seen = [(3.0, 8.0), (6.0, 2.0)]; // three months eight times, six months twice
    /// let plan = BaseStock::new(5.0, 95.0, &demand, LeadTime::Seen(&seen)).solve()?;
    /// assert_eq!(plan.base_stock_level, 14.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve(&self) -> Result<BaseStockPlan<'a>, KernelError> {
        let during = self.during()?;
        let model = Newsvendor::new(self.holding_cost, self.stockout_cost, &during.0);
        let level = model.solve()?.base_stock_level;
        self.at(level, during)
    }

    /// The least level by which nothing is owed with this probability.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the service is not above 0 and below 1: no stock is enough for 100 %.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Normal};
    ///
    /// let demand = Distribution::from(Normal::new(100.0, 30.0)?);
    /// let lead_time = LeadTime::Random { mean: 4.0, sd: 1.5 };
    /// let plan = BaseStock::new(1.0, 9.0, &demand, lead_time).for_cycle_service(0.9)?;
    /// assert!((plan.safety_stock - 207.040_991_678_967_3).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn for_cycle_service(&self, service: f64) -> Result<BaseStockPlan<'a>, KernelError> {
        let (service, during) = (share("service", service)?, self.during()?);
        let level = during.0.quantile(service)?;
        self.at(level, during)
    }

    /// The least level by which this share of the demand is met at once.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the share is not above 0 and below 1.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Poisson};
    ///
    /// let demand = Distribution::from(Poisson::new(2.0)?);
    /// let stock = BaseStock::new(5.0, 95.0, &demand, LeadTime::Known(3.0));
    /// let plan = stock.for_fill_rate(0.95)?;
    /// assert!(plan.fill_rate >= 0.95);
    /// assert!(stock.plan_at(plan.base_stock_level - 1.0)?.fill_rate < 0.95);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn for_fill_rate(&self, fill_rate: f64) -> Result<BaseStockPlan<'a>, KernelError> {
        let target = share("fill_rate", fill_rate)?;
        let during = self.during()?;
        let reached = |level: f64| self.fill_rate(level, &during) >= target;
        let (mut low, mut high) = (-1.0, (during.0.mean() + during.0.sd()).ceil().max(1.0));
        for _ in 0..DOUBLINGS {
            if reached(high) {
                break;
            }
            (low, high) = (high, 2.0 * high);
        }
        let level = if during.0.counts() {
            search::whole_between(reached, low, high)
        } else {
            search::between(reached, low.max(0.0), high)
        };
        self.at(level, during)
    }

    /// The plan that fills up to this level, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the level is no finite number.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Poisson};
    ///
    /// let demand = Distribution::from(Poisson::new(2.0)?);
    /// let plan = BaseStock::new(5.0, 95.0, &demand, LeadTime::Known(3.0)).plan_at(6.0)?;
    /// assert_eq!(plan.safety_stock, 0.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, base_stock_level: f64) -> Result<BaseStockPlan<'a>, KernelError> {
        self.at(base_stock_level, self.during()?)
    }

    /// The demand that is met from the level, and at reviews that of the lead time alone.
    fn during(&self) -> Result<(Mixture, Option<Mixture>), KernelError> {
        let Some(review) = self.review_period else {
            let during = self.lead_time.demand(self.demand, 0.0)?;
            if during.mean() > 0.0 || during.variance() > 0.0 {
                return Ok((during, None));
            }
            let (field, value) = ("lead_time", 0.0);
            let other = "every sale is ordered at once, so nothing is ever missing";
            let way_out = "give the time that an order takes, or a review period";
            return Err(KernelError::Contradiction { field, value, other, way_out });
        };
        let review = positive("review_period", review)?;
        let before = self.lead_time.demand(self.demand, 0.0)?;
        Ok((self.lead_time.demand(self.demand, review)?, Some(before)))
    }

    fn fill_rate(&self, level: f64, (during, before): &(Mixture, Option<Mixture>)) -> f64 {
        let Some((before, review)) = before.as_ref().zip(self.review_period) else {
            // A unit is met at once when one is on hand: when less than the level is under way.
            let under_way = if during.counts() { level - 1.0 } else { level };
            return during.cumulative(under_way);
        };
        // What is owed at the end of a period and was not already at its beginning.
        let missing = during.loss(level) - before.loss(level);
        let wanted = self.demand.mean() * review;
        if wanted > 0.0 { (1.0 - missing / wanted).clamp(0.0, 1.0) } else { 1.0 }
    }

    fn at(
        &self,
        level: f64,
        during: (Mixture, Option<Mixture>),
    ) -> Result<BaseStockPlan<'a>, KernelError> {
        let model = Newsvendor::new(self.holding_cost, self.stockout_cost, &during.0);
        let plan = model.plan_at(level)?;
        let (base_stock_level, cycle_service) = (plan.base_stock_level, plan.cycle_service);
        let (on_hand, backordered, costs) = (plan.leftover, plan.missing, plan.costs);
        let safety_stock = computed(WHAT, level - during.0.mean())?;
        let fill_rate = computed(WHAT, self.fill_rate(level, &during))?;
        let (protected, before) = during;
        Ok(BaseStockPlan {
            model: *self,
            protected,
            before,
            base_stock_level,
            safety_stock,
            cycle_service,
            fill_rate,
            on_hand,
            backordered,
            costs,
        })
    }
}

impl LeadTime<'_> {
    /// The mean, in the unit of time of the demand.
    ///
    /// # Errors
    /// When a lead time is below zero, or none was seen.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::LeadTime;
    ///
    /// assert_eq!(LeadTime::Seen(&[(3.0, 8.0), (6.0, 2.0)]).mean()?, 3.6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn mean(&self) -> Result<f64, KernelError> {
        match self {
            Self::Known(time) => not_negative("lead_time", *time),
            Self::Random { mean, .. } => positive("lead_time mean", *mean),
            Self::Seen(seen) => {
                if seen.is_empty() {
                    return Err(KernelError::TooFew { field: "lead_time", count: 0, least: 1 });
                }
                let (mut sum, mut weights) = (0.0, 0.0);
                for (index, (time, weight)) in seen.iter().enumerate() {
                    let time = not_negative("lead_time", *time).map_err(|error| error.at(index))?;
                    let weight =
                        not_negative("weight", *weight).map_err(|error| error.at(index))?;
                    (sum, weights) = (sum + time * weight, weights + weight);
                }
                computed("the mean lead time", sum / positive("sum of the weights", weights)?)
            }
        }
    }

    /// The demand of the lead time and of as much time besides.
    ///
    /// # Errors
    /// As [`mean`](Self::mean), when the standard deviation is below zero, and as [`Distribution::over`].
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::LeadTime;
    /// use fondaco_inventory::probability::{Demand, Distribution, Poisson};
    ///
    /// let week = Distribution::from(Poisson::new(3.0)?);
    /// let during = LeadTime::Random { mean: 4.0, sd: 2.0 }.demand(&week, 1.0)?;
    /// assert!((during.mean() - 15.0).abs() < 1e-9);
    /// assert!((during.variance() - (15.0 + 9.0 * 4.0)).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn demand(&self, demand: &Distribution, besides: f64) -> Result<Mixture, KernelError> {
        let (mean, besides) = (self.mean()?, not_negative("besides", besides)?);
        match self {
            Self::Random { sd, .. } if not_negative("lead_time sd", *sd)? > 0.0 => {
                let own = (demand.mean() * sd).powi(2);
                let variance = demand.variance() * (mean + besides) + own;
                let like = like(demand, demand.mean() * (mean + besides), variance)?;
                Mixture::new(vec![(1.0, like)])
            }
            Self::Known(_) | Self::Random { .. } => demand.over_random(&[(mean + besides, 1.0)]),
            Self::Seen(seen) => {
                let longer: Vec<_> =
                    seen.iter().map(|(time, weight)| (time + besides, *weight)).collect();
                demand.over_random(&longer)
            }
        }
    }
}

/// A distribution of the family of this one with this mean and variance.
fn like(demand: &Distribution, mean: f64, variance: f64) -> Result<Distribution, KernelError> {
    Ok(match demand {
        Distribution::Normal(_) => Normal::from_moments(mean, variance)?.into(),
        Distribution::Gamma(_) => Gamma::from_moments(mean, variance)?.into(),
        Distribution::LogNormal(_) => LogNormal::from_moments(mean, variance)?.into(),
        Distribution::Poisson(_)
        | Distribution::NegativeBinomial(_)
        | Distribution::Discrete(_) => Distribution::counting(mean, variance)?,
    })
}

impl BaseStockPlan<'_> {
    /// Why it is this level.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Poisson};
    ///
    /// let demand = Distribution::from(Poisson::new(2.0)?);
    /// let plan = BaseStock::new(5.0, 95.0, &demand, LeadTime::Known(3.0)).solve()?;
    /// assert_eq!(plan.explain().to_string(), "\
    /// Base-stock level: 10
    /// │ mean of the demand that it has to meet + safety stock
    /// │ holding cost: 5
    /// │ stockout cost: 95
    /// │ mean lead time: 3
    /// ├─ Mean of the demand: 6
    /// ├─ Safety stock: 4
    /// ├─ Cycle service: 95.74%
    /// ├─ Fill rate: 91.61%
    /// └─ Cost per unit of time: 27.7335
    ///    ├─ Holding: 20.3867
    ///    └─ Shortage: 7.3468
    /// ");
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let model = &self.model;
        let given = [
            ("holding cost", Some(model.holding_cost)),
            ("stockout cost", Some(model.stockout_cost)),
            ("mean lead time", model.lead_time.mean().ok()),
            ("review period", model.review_period),
        ];
        let rule = word("mean of the demand that it has to meet + safety stock");
        parameters(because("Base-stock level", self.base_stock_level).rule(rule), given)
            .input(because("Mean of the demand", self.protected.mean()))
            .input(because("Safety stock", self.safety_stock))
            .input(Explain::new(word("Cycle service"), percent(self.cycle_service)))
            .input(Explain::new(word("Fill rate"), percent(self.fill_rate)))
            .input(self.costs.explain("Cost per unit of time"))
    }

    /// The plan that fills up to another level: its service and its costs.
    ///
    /// # Errors
    /// When the level is no finite number.
    ///
    /// ```
    /// use fondaco_inventory::policies::base_stock::{BaseStock, LeadTime};
    /// use fondaco_inventory::probability::{Distribution, Poisson};
    ///
    /// let demand = Distribution::from(Poisson::new(2.0)?);
    /// let plan = BaseStock::new(5.0, 95.0, &demand, LeadTime::Known(3.0)).solve()?;
    /// assert!(plan.at(plan.base_stock_level + 1.0)?.fill_rate > plan.fill_rate);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn at(&self, base_stock_level: f64) -> Result<Self, KernelError> {
        self.model.at(base_stock_level, (self.protected.clone(), self.before.clone()))
    }
}

impl CostCurve for BaseStockPlan<'_> {
    fn chosen(&self) -> f64 {
        self.base_stock_level
    }

    fn costs_at(&self, base_stock_level: f64) -> Result<Costs, KernelError> {
        let (held, owed) = (self.model.holding_cost, self.model.stockout_cost);
        Ok(Newsvendor::new(held, owed, &self.protected).plan_at(base_stock_level)?.costs)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policies::curve::tests::is_least;
    use crate::probability::{NegativeBinomial, Poisson};

    fn demands() -> impl Strategy<Value = Distribution> {
        prop_oneof![
            (1.0f64..50.0, 0.05f64..0.3)
                .prop_map(|(mean, cv)| Normal::new(mean, cv * mean).unwrap().into()),
            (0.1f64..20.0).prop_map(|mean| Poisson::new(mean).unwrap().into()),
            (0.1f64..20.0, 1.1f64..4.0).prop_map(|(mean, over)| {
                NegativeBinomial::from_moments(mean, over * mean).unwrap().into()
            }),
            (0.5f64..9.0, 0.5f64..9.0)
                .prop_map(|(shape, scale)| Gamma::new(shape, scale).unwrap().into()),
        ]
    }

    fn lead_times() -> impl Strategy<Value = LeadTime<'static>> {
        const SEEN: &[(f64, f64)] = &[(1.0, 2.0), (2.5, 7.0), (6.0, 1.0)];
        prop_oneof![
            (0.2f64..8.0).prop_map(LeadTime::Known),
            (0.5f64..8.0, 0.0f64..2.0).prop_map(|(mean, sd)| LeadTime::Random { mean, sd }),
            Just(LeadTime::Seen(SEEN)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn no_other_level_costs_less(
            demand in demands(), lead_time in lead_times(), review in prop::option::of(0.2f64..3.0),
            (held, owed) in (0.1f64..5.0, 0.5f64..100.0),
        ) {
            let stock = BaseStock::new(held, owed, &demand, lead_time);
            let stock = review.map_or(stock, |review| stock.reviewed_every(review));
            let plan = stock.solve().unwrap();
            is_least(&plan);
            prop_assert!(plan.cycle_service >= owed / (held + owed) - 1e-9);
            let position = plan.on_hand - plan.backordered + plan.protected.mean();
            prop_assert!((position - plan.base_stock_level).abs() < 1e-6 * (1.0 + position.abs()));
        }

        #[test]
        fn the_least_level_of_a_service_is_found(
            demand in demands(), lead_time in lead_times(), review in prop::option::of(0.2f64..3.0),
            service in 0.5f64..0.999,
        ) {
            let stock = BaseStock::new(1.0, 9.0, &demand, lead_time);
            let stock = review.map_or(stock, |review| stock.reviewed_every(review));
            let below = if demand.counts() { 1.0 } else { 0.01 * demand.sd() };
            let plan = stock.for_fill_rate(service).unwrap();
            prop_assert!(plan.fill_rate >= service - 1e-9);
            let less = plan.at(plan.base_stock_level - below).unwrap();
            prop_assert!(less.fill_rate < service || plan.base_stock_level <= below);
            let plan = stock.for_cycle_service(service).unwrap();
            prop_assert!(plan.cycle_service >= service - 1e-9);
            let less = plan.at(plan.base_stock_level - below).unwrap();
            prop_assert!(less.cycle_service < service);
        }

        #[test]
        fn doubt_of_the_lead_time_needs_more(demand in demands(), mean in 1.0f64..8.0) {
            let level = |sd| {
                let lead_time = LeadTime::Random { mean, sd };
                let stock = BaseStock::new(1.0, 19.0, &demand, lead_time);
                stock.for_cycle_service(0.95).unwrap().base_stock_level
            };
            let known = BaseStock::new(1.0, 19.0, &demand, LeadTime::Known(mean));
            let known = known.for_cycle_service(0.95).unwrap().base_stock_level;
            prop_assert!((level(0.0) - known).abs() < 1e-9 * known.abs());
            prop_assert!(level(0.5 * mean) >= level(0.0));
        }
    }

    /// Every second an event, drawn by a generator that is written down here.
    struct Draws(u64);

    impl Draws {
        fn next(&mut self) -> f64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        }
        fn poisson(&mut self, mean: f64) -> u32 {
            let (limit, mut product, mut count) = ((-mean).exp(), self.next(), 0);
            while product > limit {
                (product, count) = (product * self.next(), count + 1);
            }
            count
        }
    }

    #[test]
    fn a_simulated_stock_that_is_reviewed_serves_and_costs_what_was_said() {
        let demand = Distribution::from(Poisson::new(4.0).unwrap());
        let stock = BaseStock::new(1.0, 9.0, &demand, LeadTime::Known(3.0)).reviewed_every(1.0);
        let plan = stock.for_fill_rate(0.9).unwrap();
        let (mut draws, periods) = (Draws(7), 200_000);
        let (mut net, mut coming) =
            (plan.base_stock_level, std::collections::VecDeque::from([0.0; 3]));
        let (mut wanted, mut late, mut cost) = (0.0, 0.0, 0.0);
        for _ in 0..periods {
            // Order up to the level; what was ordered three periods ago comes.
            let position = net + coming.iter().sum::<f64>();
            coming.push_back(plan.base_stock_level - position);
            net += coming.pop_front().unwrap();
            let asked = f64::from(draws.poisson(4.0));
            late += (asked - net.max(0.0)).clamp(0.0, asked);
            (wanted, net) = (wanted + asked, net - asked);
            cost += net.max(0.0) + 9.0 * (-net).max(0.0);
        }
        assert!((1.0 - late / wanted - plan.fill_rate).abs() < 0.003);
        assert!((cost / f64::from(periods) / plan.costs.total() - 1.0).abs() < 0.02);
    }

    #[test]
    fn each_number_is_refused_by_its_name() {
        let demand = Distribution::from(Poisson::new(2.0).unwrap());
        let good = BaseStock::new(5.0, 95.0, &demand, LeadTime::Known(3.0));
        let said = |stock: BaseStock<'_>| stock.solve().unwrap_err().to_string();
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            for (field, stock) in [
                ("holding_cost", BaseStock { holding_cost: bad, ..good }),
                ("stockout_cost", BaseStock { stockout_cost: bad, ..good }),
                ("review_period", good.reviewed_every(bad)),
                (
                    "lead_time mean",
                    BaseStock { lead_time: LeadTime::Random { mean: bad, sd: 1.0 }, ..good },
                ),
            ] {
                let start = format!("{field} is {bad}: give a");
                assert!(said(stock).starts_with(&start), "{}", said(stock));
            }
        }
        let with = |lead_time| said(BaseStock { lead_time, ..good });
        assert_eq!(with(LeadTime::Known(-1.0)), "lead_time is -1: give zero or a number above it");
        assert!(with(LeadTime::Known(0.0)).starts_with("lead_time is 0, but every sale"));
        assert!(with(LeadTime::Random { mean: 3.0, sd: -1.0 }).starts_with("lead_time sd is -1"));
        assert_eq!(with(LeadTime::Seen(&[])), "lead_time has 0 values: give at least 1");
        let said = with(LeadTime::Seen(&[(3.0, 1.0), (-1.0, 1.0)]));
        assert!(said.starts_with("row 1 (counted from 0): lead_time is -1"), "{said}");
        let said = with(LeadTime::Seen(&[(3.0, 0.0)]));
        assert!(said.starts_with("sum of the weights is 0"), "{said}");
        for service in [0.0, 1.0, 1.5, -0.1, f64::NAN] {
            assert!(good.for_cycle_service(service).is_err());
            let said = good.for_fill_rate(service).unwrap_err().to_string();
            assert!(said.starts_with(&format!("fill_rate is {service}: give a")), "{said}");
        }
    }

    #[test]
    fn a_stock_that_is_reviewed_may_have_no_lead_time() {
        let demand = Distribution::from(Poisson::new(6.0).unwrap());
        let stock = BaseStock::new(1.0, 4.0, &demand, LeadTime::Known(0.0)).reviewed_every(1.0);
        let plan = stock.solve().unwrap();
        assert!((plan.base_stock_level - 8.0).abs() < 1e-12);
        assert!((plan.costs.total() - 3.570_106_945_770_946).abs() < 1e-9);
    }
}
