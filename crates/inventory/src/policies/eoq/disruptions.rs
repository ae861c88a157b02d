//! Lots of a supplier who is down from time to time.

use fondaco_core::report::{Explain, word};
use serde::{Deserialize, Serialize};

use super::super::costs::{computed, computed_positive};
use super::super::explained::parameters;
use super::super::{CostCurve, Costs};
use crate::KernelError;
use crate::error::positive;
use crate::figure::{because, percent};

const WHAT: &str = "the order quantity with disruptions";
/// Halvings until a quantity can't be told from its neighbours.
const HALVINGS: u32 = 200;

/// The economic order quantity when the supplier is down from time to time: EOQD.
///
/// Assumes that the supplier is up for an exponential time of mean 1 / `disruption_rate`, then down for one of mean
/// 1 / `recovery_rate`; that an order placed while he is up comes at once; that the stock is used up before the next order; and that demand is lost while there is none.
///
/// With the chance `ψ = α (1 - e^(-(α + β) Q / λ)) / (α + β)` that he is down when the stock is used up, it costs
/// `(K + h Q² / 2λ + p λ ψ / β) / (Q / λ + ψ / β)` per unit of time.
///
/// Source: M. Parlar, D. Berkin, *Future Supply Uncertainty in EOQ Models*, Naval Research Logistics 38 (1991), as corrected by E. Berk, A. Arreola-Risa (1994);
/// L. V. Snyder, *A Tight Approximation for an EOQ Model with Supply Disruptions*, IJPE 155 (2014).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DisruptedEoq {
    /// What each order costs, however much is ordered.
    pub fixed_cost: f64,
    /// What a unit costs that is kept for one unit of time.
    pub holding_cost: f64,
    /// What is lost with each unit that was wanted and not there.
    pub stockout_cost: f64,
    /// How many units are wanted per unit of time.
    pub demand_rate: f64,
    /// How often the supplier goes down per unit of time in which he is up.
    pub disruption_rate: f64,
    /// How often he comes back per unit of time in which he is down.
    pub recovery_rate: f64,
}

/// How much to order of a supplier who is down from time to time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DisruptedPlan {
    /// What was solved.
    pub model: DisruptedEoq,
    /// How many units to order each time.
    pub order_quantity: f64,
    /// How likely the supplier is down when the stock is used up.
    pub disrupted: f64,
    /// The share of the demand that is served.
    pub fill_rate: f64,
    /// How much time lies between two orders, on average.
    pub cycle_time: f64,
    /// What it costs per unit of time.
    pub costs: Costs,
}

impl DisruptedEoq {
    /// An item with what it costs and how much is wanted, of a supplier who goes down and comes back this often.
    #[must_use]
    pub fn new(
        (fixed_cost, holding_cost, stockout_cost): (f64, f64, f64),
        demand_rate: f64,
        (disruption_rate, recovery_rate): (f64, f64),
    ) -> Self {
        Self {
            fixed_cost,
            holding_cost,
            stockout_cost,
            demand_rate,
            disruption_rate,
            recovery_rate,
        }
    }

    /// The quantity that costs least, to the precision of the numbers: the cost falls before it and rises behind it.
    ///
    /// # Errors
    /// When a cost or rate is not above zero, and when the numbers are too far apart to reckon with.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::DisruptedEoq;
    ///
    /// // Down once a year, for a month.
    /// let plan = DisruptedEoq::new((35.0, 4.0, 22.0), 30.0, (1.0, 12.0)).solve()?;
    /// assert!((plan.order_quantity - 24.066_3).abs() < 1e-3);
    /// assert!((plan.costs.total() - 96.266_590_9).abs() < 1e-6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve(&self) -> Result<DisruptedPlan, KernelError> {
        self.check()?;
        let approximate = computed_positive(WHAT, self.approximate_quantity())?;
        let (mut low, mut high) = (0.0, approximate);
        let mut doublings = 0;
        while self.slope(high) < 0.0 && doublings < HALVINGS {
            (low, high, doublings) = (high, 2.0 * high, doublings + 1);
        }
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            let falling = self.slope(middle) < 0.0;
            (low, high) = if falling { (middle, high) } else { (low, middle) };
        }
        self.at_checked(high)
    }

    /// Snyder's approximation in closed form: the chance of a disruption is taken as the share of time in which the supplier is down.
    ///
    /// It costs little more than the best quantity when `(disruption_rate + recovery_rate) × order quantity / demand_rate` is large. The plan's costs are the exact ones.
    ///
    /// # Errors
    /// As [`solve`](Self::solve).
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::DisruptedEoq;
    ///
    /// let plan = DisruptedEoq::new((8.0, 0.225, 5.0), 1300.0, (1.5, 14.0)).solve_approximately()?;
    /// assert!((plan.order_quantity - 773.143_241_7).abs() < 1e-6);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn solve_approximately(&self) -> Result<DisruptedPlan, KernelError> {
        self.check()?;
        self.at_checked(self.approximate_quantity())
    }

    /// The plan that orders this quantity, whether it is the best or not.
    ///
    /// # Errors
    /// As [`solve`](Self::solve), and when the quantity is not above zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::DisruptedEoq;
    ///
    /// let plan = DisruptedEoq::new((8.0, 0.225, 5.0), 1300.0, (1.5, 14.0)).plan_at(700.0)?;
    /// assert!((plan.costs.total() - 174.787_117_388_862_36).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plan_at(&self, order_quantity: f64) -> Result<DisruptedPlan, KernelError> {
        self.check()?;
        self.at_checked(positive("order_quantity", order_quantity)?)
    }

    fn check(&self) -> Result<(), KernelError> {
        positive("fixed_cost", self.fixed_cost)?;
        positive("holding_cost", self.holding_cost)?;
        positive("stockout_cost", self.stockout_cost)?;
        positive("demand_rate", self.demand_rate)?;
        positive("disruption_rate", self.disruption_rate)?;
        positive("recovery_rate", self.recovery_rate)?;
        Ok(())
    }

    fn share_down(&self) -> f64 {
        self.disruption_rate / (self.disruption_rate + self.recovery_rate)
    }

    /// How likely the supplier is down when this quantity is used up.
    fn disrupted(&self, quantity: f64) -> f64 {
        let rate = (self.disruption_rate + self.recovery_rate) / self.demand_rate;
        -self.share_down() * (-rate * quantity).exp_m1()
    }

    fn approximate_quantity(&self) -> f64 {
        let (held, demand, recovery) = (self.holding_cost, self.demand_rate, self.recovery_rate);
        // In units of demand per recovery; the root of h x² / 2 + h ψ x = K β² / λ + p β ψ.
        let down = self.share_down();
        let cost = (self.fixed_cost * recovery / demand + self.stockout_cost * down) * recovery;
        let root = (down * down + 2.0 * cost / held).sqrt();
        // root - down, without what is lost when both are nearly the same.
        2.0 * cost / held / (root + down) * demand / recovery
    }

    /// The sign of the slope of the cost.
    fn slope(&self, quantity: f64) -> f64 {
        let (demand, recovery) = (self.demand_rate, self.recovery_rate);
        let rate = (self.disruption_rate + self.recovery_rate) / demand;
        let down = self.disrupted(quantity) / recovery;
        let more_down = self.disruption_rate / demand * (-rate * quantity).exp() / recovery;
        let cost = self.fixed_cost
            + self.holding_cost * quantity * quantity / (2.0 * demand)
            + self.stockout_cost * demand * down;
        let more_cost =
            self.holding_cost * quantity / demand + self.stockout_cost * demand * more_down;
        more_cost * (quantity / demand + down) - cost * (1.0 / demand + more_down)
    }

    fn at_checked(&self, quantity: f64) -> Result<DisruptedPlan, KernelError> {
        let order_quantity = computed_positive(WHAT, quantity)?;
        let disrupted = self.disrupted(order_quantity);
        let (served, down) = (order_quantity / self.demand_rate, disrupted / self.recovery_rate);
        let cycle_time = computed_positive(WHAT, served + down)?;
        let costs = Costs {
            ordering: self.fixed_cost / cycle_time,
            holding: self.holding_cost * order_quantity / 2.0 * (served / cycle_time),
            shortage: self.stockout_cost * self.demand_rate * (down / cycle_time),
            ..Costs::default()
        };
        let costs = costs.checked(WHAT)?;
        let fill_rate = computed(WHAT, served / cycle_time)?;
        Ok(DisruptedPlan { model: *self, order_quantity, disrupted, fill_rate, cycle_time, costs })
    }
}

impl DisruptedPlan {
    /// Why it is this quantity.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::DisruptedEoq;
    ///
    /// let plan = DisruptedEoq::new((35.0, 4.0, 22.0), 30.0, (1.0, 12.0)).plan_at(24.0)?;
    /// assert!(plan.explain().to_string().contains("├─ Supplier is down when it is used up: 7.69%\n"));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Explain {
        let model = &self.model;
        let given = [
            ("fixed cost", Some(model.fixed_cost)),
            ("holding cost", Some(model.holding_cost)),
            ("stockout cost", Some(model.stockout_cost)),
            ("demand rate", Some(model.demand_rate)),
            ("disruption rate", Some(model.disruption_rate)),
            ("recovery rate", Some(model.recovery_rate)),
        ];
        let rule = word(
            "least where what a larger order costs more is what it saves in orders and shortages",
        );
        let down =
            Explain::new(word("Supplier is down when it is used up"), percent(self.disrupted));
        parameters(because("Order quantity", self.order_quantity).rule(rule), given)
            .input(down)
            .input(Explain::new(word("Fill rate"), percent(self.fill_rate)))
            .input(self.costs.explain("Cost per unit of time"))
    }
}

impl CostCurve for DisruptedPlan {
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

    fn models() -> impl Strategy<Value = DisruptedEoq> {
        let costs = (1.0f64..500.0, 0.01f64..10.0, 0.1f64..100.0);
        let rates = (0.01f64..10.0, 0.1f64..50.0);
        (costs, 1.0f64..5000.0, rates)
            .prop_map(|(costs, demand, rates)| DisruptedEoq::new(costs, demand, rates))
    }

    proptest! {
        #[test]
        fn no_other_quantity_costs_less(model in models()) {
            let plan = model.solve().unwrap();
            is_least(&plan);
            for times in 1..60 {
                let at = plan.order_quantity * 1.3f64.powi(times - 30);
                prop_assert!(plan.cost_ratio(at).unwrap() >= 1.0 - 1e-9);
            }
        }

        #[test]
        fn the_approximation_costs_a_little_more(model in models()) {
            let (plan, near) = (model.solve().unwrap(), model.solve_approximately().unwrap());
            let ratio = near.costs.total() / plan.costs.total();
            prop_assert!(ratio >= 1.0 - 1e-9, "{ratio}");
            let turns = (model.disruption_rate + model.recovery_rate) * plan.order_quantity;
            prop_assert!(turns < 3.0 * model.demand_rate || ratio < 1.02, "{ratio}");
        }

        #[test]
        fn a_supplier_who_is_back_at_once_is_as_good_as_one_who_is_never_down(model in models()) {
            let plain = Eoq::new(model.fixed_cost, model.holding_cost, model.demand_rate);
            let plain = plain.solve().unwrap();
            let mut nearer = f64::INFINITY;
            for power in 4..8 {
                let quick = DisruptedEoq { recovery_rate: 10f64.powi(power), ..model };
                let plan = quick.solve().unwrap();
                let far = (plan.costs.total() / plain.costs.total() - 1.0).abs();
                prop_assert!(far < nearer || far < 1e-6, "{far} {nearer}");
                nearer = far;
            }
            prop_assert!(nearer < 1e-3, "{nearer}");
        }

        #[test]
        fn its_parts_are_those_of_a_cycle(model in models(), quantity in 0.1f64..1000.0) {
            let plan = model.plan_at(quantity).unwrap();
            let DisruptedEoq { fixed_cost: k, holding_cost: h, stockout_cost: p, .. } = model;
            let (demand, recovery) = (model.demand_rate, model.recovery_rate);
            let down = plan.disrupted / recovery;
            let cost = (k + h * quantity * quantity / 2.0 / demand + p * demand * down)
                / (quantity / demand + down);
            prop_assert!((cost / plan.costs.total() - 1.0).abs() < 1e-9);
            let lost = model.demand_rate * (1.0 - plan.fill_rate) * model.stockout_cost;
            prop_assert!((lost - plan.costs.shortage).abs() <= 1e-9 * lost.max(1e-3));
        }
    }

    #[test]
    fn each_number_is_refused_by_its_name() {
        let good = DisruptedEoq::new((35.0, 4.0, 22.0), 30.0, (1.0, 12.0));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            for (field, model) in [
                ("fixed_cost", DisruptedEoq { fixed_cost: bad, ..good }),
                ("holding_cost", DisruptedEoq { holding_cost: bad, ..good }),
                ("stockout_cost", DisruptedEoq { stockout_cost: bad, ..good }),
                ("demand_rate", DisruptedEoq { demand_rate: bad, ..good }),
                ("disruption_rate", DisruptedEoq { disruption_rate: bad, ..good }),
                ("recovery_rate", DisruptedEoq { recovery_rate: bad, ..good }),
            ] {
                let said = model.solve().unwrap_err().to_string();
                assert!(said.starts_with(&format!("{field} is {bad}: give a")), "{said}");
                assert!(model.solve_approximately().is_err());
            }
            let said = good.plan_at(bad).unwrap_err().to_string();
            assert!(said.starts_with(&format!("order_quantity is {bad}: give a")), "{said}");
        }
        let far = DisruptedEoq { fixed_cost: 1e308, recovery_rate: 1e300, ..good };
        assert!(matches!(far.solve(), Err(KernelError::NoAnswer { .. })));
    }
}
