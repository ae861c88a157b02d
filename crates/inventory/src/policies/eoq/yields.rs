//! Lots of which less or more comes than was ordered.

use fondaco_core::report::{Explain, word};
use serde::{Deserialize, Serialize};

use super::super::costs::computed_positive;
use super::super::explained::parameters;
use super::super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::{finite, not_negative, positive};
use crate::figure::because;

const WHAT: &str = "the order quantity with uncertain yield";

/// How what comes differs from what was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Yield {
    /// As much more (or less, below zero) comes, whatever was ordered.
    Additive {
        /// How much more comes on average.
        mean: f64,
        /// Its standard deviation.
        sd: f64,
    },
    /// This part of what was ordered comes.
    Multiplicative {
        /// The part that comes on average: 0.9 for 90 %.
        mean: f64,
        /// Its standard deviation.
        sd: f64,
    },
}

/// The economic order quantity when the yield of an order is uncertain.
///
/// Assumes what [`Eoq`](super::Eoq) does, but that what comes is what was ordered and a random amount, or a random part of it. The next
/// order is placed when all is used up. The units that come are kept; what does not come is not paid for keeping. Amounts that come are taken to be above zero: with an additive
/// yield below zero, orders have to be large beside it.
///
/// Source: Snyder and Shen (2019), section 9.3.1; E. A. Silver, *Establishing the Order Quantity when the Amount Received is Uncertain*, INFOR 14 (1976).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct YieldEoq {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// How many units are wanted per unit of time.
    pub demand_rate: f64,
    /// What comes of an order.
    pub supplied: Yield,
}

/// How much to order when not just that comes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct YieldPlan {
    /// What was solved.
    pub model: YieldEoq,
    /// How many units to order each time.
    pub order_quantity: f64,
    /// How many come on average.
    pub received: f64,
    /// How much time lies between two orders, on average.
    pub cycle_time: f64,
    /// What it costs per unit of time.
    pub costs: Costs,
}

impl YieldEoq {
    /// An item of which an order brings this.
    #[must_use]
    pub fn new(fixed_cost: f64, holding_cost: f64, demand_rate: f64, supplied: Yield) -> Self {
        Self { fixed_cost, holding_cost, demand_rate, supplied }
    }

    /// The quantity that costs least.
    ///
    /// Additive: `√(2Kλ / h + σ²) - μ`. Multiplicative: `√(2Kλ / (h (μ² + σ²)))`.
    ///
    /// # Errors
    /// When a cost, rate or part is not above zero, a standard deviation is below it, and when so much comes unasked for that nothing has to be ordered.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Yield, YieldEoq};
    ///
    /// // Five of six pieces are good.
    /// let supplied = Yield::Multiplicative { mean: 5.0 / 6.0, sd: 0.14 };
    /// let plan = YieldEoq::new(18_500.0, 0.06, 75_000.0, supplied).solve()?;
    /// assert_eq!(plan.order_quantity.round(), 254_503.0);
    /// // 15,000 pieces are lost in every delivery.
    /// let supplied = Yield::Additive { mean: -15_000.0, sd: 9_000.0 };
    /// let plan = YieldEoq::new(18_500.0, 0.06, 75_000.0, supplied).solve()?;
    /// assert_eq!((plan.order_quantity.round(), plan.received.round()), (230_246.0, 215_246.0));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve(&self) -> Result<YieldPlan, KernelError> {
        self.check()?;
        let lot = 2.0 * self.fixed_cost * self.demand_rate / self.holding_cost;
        let quantity = match self.supplied {
            Yield::Additive { mean, sd } => (lot + sd * sd).sqrt() - mean,
            Yield::Multiplicative { mean, sd } => (lot / (mean * mean + sd * sd)).sqrt(),
        };
        if quantity <= 0.0 {
            let why =
                "as much or more than the best lot comes without being ordered; order nothing";
            return Err(KernelError::NoAnswer { what: WHAT, why });
        }
        self.at_checked(quantity)
    }

    /// The plan that orders this quantity, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), when the quantity is not above zero, and when nothing of it would come on average.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Yield, YieldEoq};
    ///
    /// let supplied = Yield::Additive { mean: -15_000.0, sd: 9_000.0 };
    /// let plan = YieldEoq::new(18_500.0, 0.06, 75_000.0, supplied).plan_at(300_000.0)?;
    /// assert_eq!(plan.costs.total().round(), 13_427.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, order_quantity: f64) -> Result<YieldPlan, KernelError> {
        self.check()?;
        let (field, value) = ("order_quantity", positive("order_quantity", order_quantity)?);
        if self.received(value) <= 0.0 {
            let (other, way_out) = ("nothing of it would come on average", "order more");
            return Err(KernelError::Contradiction { field, value, other, way_out });
        }
        self.at_checked(value)
    }

    fn check(&self) -> Result<(), KernelError> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("demand_rate", self.demand_rate)?;
        let sd = match self.supplied {
            Yield::Additive { mean, sd } => finite("yield mean", mean).map(|_| sd)?,
            Yield::Multiplicative { mean, sd } => positive("yield mean", mean).map(|_| sd)?,
        };
        not_negative("yield sd", sd)?;
        Ok(())
    }

    fn received(&self, quantity: f64) -> f64 {
        match self.supplied {
            Yield::Additive { mean, .. } => quantity + mean,
            Yield::Multiplicative { mean, .. } => quantity * mean,
        }
    }

    fn at_checked(&self, quantity: f64) -> Result<YieldPlan, KernelError> {
        let order_quantity = computed_positive(WHAT, quantity)?;
        let received = computed_positive(WHAT, self.received(quantity))?;
        let sd = match self.supplied {
            Yield::Additive { sd, .. } => sd,
            Yield::Multiplicative { sd, .. } => sd * quantity,
        };
        let cycle_time = computed_positive(WHAT, received / self.demand_rate)?;
        let costs = Costs {
            ordering: self.fixed_cost / cycle_time,
            // A lot of R units lies for R² / 2λ on average over its life: E[R²] / 2 E[R] per unit of time.
            holding: self.holding_cost * (received + sd * sd / received) / 2.0,
            ..Costs::default()
        };
        let costs = costs.checked(WHAT)?;
        Ok(YieldPlan { model: *self, order_quantity, received, cycle_time, costs })
    }
}

impl YieldPlan {
    /// Why it is this quantity.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::{Yield, YieldEoq};
    ///
    /// let supplied = Yield::Multiplicative { mean: 0.8, sd: 0.1 };
    /// let why = YieldEoq::new(50.0, 2.0, 100.0, supplied).plan_at(100.0)?.explain().to_string();
    /// assert!(why.contains("│ least at √(2 × fixed cost × demand rate ÷ (holding cost × (yield mean² + yield sd²)))"));
    /// assert!(why.contains("├─ Received on average: 80\n"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let model = &self.model;
        let (rule, mean, sd) = match model.supplied {
            Yield::Additive { mean, sd } => {
                let rule = "least at √(2 × fixed cost × demand rate ÷ holding cost + yield sd²) - yield mean";
                (rule, mean, sd)
            }
            Yield::Multiplicative { mean, sd } => {
                let rule = "least at √(2 × fixed cost × demand rate ÷ (holding cost × (yield mean² + yield sd²)))";
                (rule, mean, sd)
            }
        };
        let given = [
            ("fixed cost", Some(model.fixed_cost)),
            ("holding cost", Some(model.holding_cost)),
            ("demand rate", Some(model.demand_rate)),
            ("yield mean", Some(mean)),
            ("yield sd", Some(sd)),
        ];
        parameters(because("Order quantity", self.order_quantity).rule(word(rule)), given)
            .input(because("Received on average", self.received))
            .input(self.costs.explain("Cost per unit of time"))
    }
}

impl CostCurve for YieldPlan {
    fn chosen(&self) -> f64 {
        self.order_quantity
    }

    fn costs_at(&self, order_quantity: f64) -> Result<Costs, KernelError> {
        Ok(self.model.plan_at(order_quantity)?.costs)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Eoq;
    use super::*;
    use crate::policies::curve::tests::is_least;

    fn models() -> impl Strategy<Value = YieldEoq> {
        let numbers = (1.0f64..500.0, 0.01f64..10.0, 1.0f64..5000.0);
        let some =
            (0.1f64..1.5, 0.0f64..0.5).prop_map(|(mean, sd)| Yield::Multiplicative { mean, sd });
        let more =
            (-20.0f64..0.2, 0.0f64..20.0).prop_map(|(mean, sd)| Yield::Additive { mean, sd });
        (numbers, prop_oneof![some, more]).prop_map(|((fixed, held, demand), supplied)| {
            YieldEoq::new(fixed, held, demand, supplied)
        })
    }

    proptest! {
        #[test]
        fn no_other_quantity_costs_less(model in models()) {
            is_least(&model.solve().unwrap());
        }

        #[test]
        fn doubt_costs(model in models()) {
            let sure = match model.supplied {
                Yield::Additive { mean, .. } => Yield::Additive { mean, sd: 0.0 },
                Yield::Multiplicative { mean, .. } => Yield::Multiplicative { mean, sd: 0.0 },
            };
            let sure = YieldEoq { supplied: sure, ..model }.solve().unwrap();
            let plain = Eoq::new(model.fixed_cost, model.holding_cost, model.demand_rate);
            let plain = plain.solve().unwrap();
            // What comes for sure is ordered so that the best lot comes.
            prop_assert!((sure.received / plain.order_quantity - 1.0).abs() < 1e-9);
            prop_assert!((sure.costs.total() / plain.costs.total() - 1.0).abs() < 1e-9);
            let cost = model.solve().unwrap().costs.total();
            prop_assert!(cost >= sure.costs.total() * (1.0 - 1e-12));
        }
    }

    #[test]
    fn each_number_is_refused_by_its_name() {
        let some = |mean, sd| Yield::Multiplicative { mean, sd };
        let more = |mean, sd| Yield::Additive { mean, sd };
        let good = YieldEoq::new(50.0, 2.0, 100.0, some(0.8, 0.1));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            for (field, model) in [
                ("fixed_cost", YieldEoq { fixed_cost: bad, ..good }),
                ("holding_cost", YieldEoq { holding_cost: bad, ..good }),
                ("demand_rate", YieldEoq { demand_rate: bad, ..good }),
                ("yield mean", YieldEoq { supplied: some(bad, 0.1), ..good }),
                ("yield sd", YieldEoq { supplied: some(0.8, bad), ..good }),
                ("yield sd", YieldEoq { supplied: more(0.8, bad), ..good }),
            ] {
                let said = model.solve().unwrap_err().to_string();
                assert!(said.starts_with(&format!("{field} is {bad}: give")), "{said}");
            }
        }
        let said = good.plan_at(0.0).unwrap_err().to_string();
        assert_eq!(said, "order_quantity is 0: give a number above zero");
        let free = YieldEoq { supplied: more(1000.0, 0.0), ..good };
        assert!(free.solve().unwrap_err().to_string().contains("order nothing"));
        let lost = YieldEoq { supplied: more(-10.0, 0.0), ..good };
        let said = lost.plan_at(10.0).unwrap_err().to_string();
        assert!(said.starts_with("order_quantity is 10, but nothing of it would come"), "{said}");
    }
}
