//! (r, Q) policies against searches that try everything.

use proptest::prelude::*;

use super::*;
use crate::policies::table;
use crate::probability::{Discrete, Distribution, Gamma, NegativeBinomial, Normal, Poisson};

fn model(demand: impl Into<Distribution>) -> ContinuousReview<Distribution> {
    let demand = demand.into();
    ContinuousReview::new(100.0, 20.0, 150.0, demand.mean() / 2.0, demand)
}

/// The least cost of all whole r and Q up to a bound.
fn tried<D: Demand>(model: &ContinuousReview<D>, most: i32) -> f64 {
    let mean = model.lead_time_demand.mean();
    let mut least = f64::INFINITY;
    for quantity in 1..most {
        for point in -most..most {
            let r = (mean + f64::from(point)).round();
            let plan = model.plan_at(r, f64::from(quantity)).unwrap();
            least = least.min(plan.costs.total());
        }
    }
    least
}

/// The cost of a policy of whole units, position by position.
fn added_up<D: Demand>(model: &ContinuousReview<D>, r: i32, q: i32) -> f64 {
    let demand = &model.lead_time_demand;
    let position = |y: i32| {
        let y = f64::from(y);
        model.holding_cost * demand.complementary_loss(y) + model.stockout_cost * demand.loss(y)
    };
    let sum: f64 = (r + 1..=r + q).map(position).sum();
    (model.fixed_cost * model.demand_rate + sum) / f64::from(q)
}

#[test]
fn the_best_policy_of_whole_units_is_the_best_of_all_that_were_tried() {
    let lumpy = NegativeBinomial::from_moments(4.0, 14.0).unwrap();
    let table = Discrete::new(&[(0, 0.5), (1, 0.2), (7, 0.3)]).unwrap();
    let demands: [Distribution; 4] = [
        Poisson::new(3.0).unwrap().into(),
        Poisson::new(0.2).unwrap().into(),
        lumpy.into(),
        table.into(),
    ];
    for demand in demands {
        for (fixed, holding, stockout) in [(100.0, 20.0, 150.0), (5.0, 3.0, 2.0), (0.01, 1.0, 40.0)]
        {
            let rate = demand.mean() / 2.0;
            let model = ContinuousReview::new(fixed, holding, stockout, rate, &demand);
            let (found, least) = (model.solve().unwrap(), tried(&model, 30));
            let cost = found.costs.total();
            assert!(
                (cost - least).abs() < 1e-9 * least,
                "{cost} of {found:?}, but {least} was found"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_policy_of_whole_units_costs_the_average_of_its_positions(mean in 0.1..40.0_f64, r in -20..60_i32, q in 1..50_i32) {
        for demand in [Distribution::counting(mean, mean), Distribution::counting(mean, 3.0 * mean)] {
            let model = model(demand.unwrap());
            let (plan, sum) = (model.plan_at(r.into(), q.into()).unwrap(), added_up(&model, r, q));
            prop_assert!((plan.costs.total() - sum).abs() < 1e-8 * sum, "{} and {sum}", plan.costs.total());
        }
    }

    #[test]
    fn no_neighbour_of_the_best_policy_costs_less(
        mean in 0.5..5_000.0_f64, spread in 0.05..2.0_f64, fixed in 0.1..1e4_f64, holding in 0.01..50.0_f64, stockout in 0.01..500.0_f64,
    ) {
        let variance = (mean * spread).powi(2);
        let demands: [Distribution; 4] = [
            Normal::from_moments(mean, variance).unwrap().into(),
            Gamma::from_moments(mean, variance).unwrap().into(),
            Poisson::new(mean).unwrap().into(),
            Distribution::counting(mean, mean + variance).unwrap(),
        ];
        for demand in &demands {
            let model = ContinuousReview::new(fixed, holding, stockout, 2.0 * mean, demand);
            let plan = model.solve().unwrap();
            let (r, q, least) = (plan.reorder_point, plan.order_quantity, plan.costs.total());
            let steps = if demand.counts() { [1.0, (0.05 * q).ceil()] } else { [0.01 * q, 0.1 * q] };
            for step in steps {
                for (r, q) in [(r - step, q), (r + step, q), (r, q + step), (r, q - step), (r - step, q + step), (r + step, q - step)] {
                    let cost = if q > 0.0 { model.plan_at(r, q).unwrap().costs.total() } else { f64::INFINITY };
                    prop_assert!(cost >= least * (1.0 - 1e-11), "{cost} at ({r}, {q}), {least} at {plan:?} of {demand:?}");
                }
            }
            prop_assert!((0.0..=1.0).contains(&plan.fill_rate));
            prop_assert!(plan.expected_on_hand >= 0.0 && plan.expected_backorders >= 0.0);
            // The best reorder point for its quantity is its own.
            let again = model.plan_for(q).unwrap();
            prop_assert!((again.costs.total() - least).abs() <= 1e-9 * least, "{again:?} {plan:?}");
            for other in [model.eoq_with_safety_stock(), model.eoq_with_backorders()] {
                let other = other.unwrap().costs.total();
                prop_assert!(other >= least * (1.0 - 1e-11));
            }
            let eoqb = model.eoq_with_backorders().unwrap().costs.total();
            if !demand.counts() {
                prop_assert!(eoqb <= least * 1.125 + 1e-9, "Zheng's bound: {eoqb} and {least}");
                prop_assert!((plan.fill_rate - stockout / (holding + stockout)).abs() < 1e-6, "{plan:?}");
            }
        }
    }
}

#[test]
fn whole_tables_name_the_row_that_is_wrong() {
    let demand = Poisson::new(3.0).unwrap();
    let right = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, demand);
    let rows = [right, ContinuousReview { holding_cost: -1.0, ..right }];
    let refused = table(&rows, ContinuousReview::solve).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "row 1 (counted from 0): holding_cost is -1: give a number above zero"
    );
}

#[test]
fn what_is_no_policy_is_refused() {
    let right = ContinuousReview::new(100.0, 20.0, 150.0, 1.5, Poisson::new(3.0).unwrap());
    let said = |refused: Result<ReorderPlan, KernelError>| refused.unwrap_err().to_string();
    for (model, field) in [
        (ContinuousReview { fixed_cost: 0.0, ..right }, "fixed_cost"),
        (ContinuousReview { holding_cost: 0.0, ..right }, "holding_cost"),
        (ContinuousReview { stockout_cost: 0.0, ..right }, "stockout_cost"),
        (ContinuousReview { demand_rate: 0.0, ..right }, "demand_rate"),
    ] {
        let expected = format!("{field} is 0: give a number above zero");
        assert_eq!(said(model.solve()), expected);
        assert_eq!(said(model.plan_at(1.0, 1.0)), expected);
        assert_eq!(said(model.eoq_with_safety_stock()), expected);
        assert_eq!(said(model.loss_function()), expected);
        assert_eq!(said(model.expected_inventory_level()), expected);
    }
    assert_eq!(said(right.plan_at(3.0, 0.0)), "order_quantity is 0: give a number above zero");
    assert!(
        said(right.plan_at(3.5, 2.0)).starts_with("reorder_point is 3.5, but demand is of whole")
    );
    assert!(said(right.plan_for(2.5)).starts_with("order_quantity is 2.5, but demand is of whole"));
    assert_eq!(said(right.plan_at(f64::NAN, 2.0)), "reorder_point is NaN: give a finite number");
    let worthless = ContinuousReview { stockout_cost: 0.1, ..right };
    assert!(
        said(worthless.expected_inventory_level()).contains("give a higher stockout_cost per unit")
    );
    let cheap = ContinuousReview { fixed_cost: 1e-6, ..right };
    assert!(said(cheap.loss_function()).contains("take the exact policy"));
    let far = ContinuousReview { fixed_cost: 1e308, demand_rate: 1e308, ..right };
    assert!(matches!(far.solve(), Err(KernelError::NoAnswer { .. })));
}

#[test]
fn quantities_far_beyond_any_table_are_found_as_well() {
    let model = ContinuousReview::new(1e9, 1e-3, 1.0, 1e6, Poisson::new(1e6).unwrap());
    let plan = model.solve().unwrap();
    let eoqb = (2.0 * 1e9 * 1e6 / 1e-3_f64 * 1.001).sqrt();
    assert!((plan.order_quantity - eoqb).abs() < 1e-6 * eoqb, "{plan:?}");
}

/// Twenty items by the golden ratio and its like, each solved by `stockpyl` 1.0.2 (`rq.r_q_poisson_exact`, half a second an item).
#[test]
fn the_best_policies_of_twenty_items_cost_what_stockpyl_finds() {
    let items = (0..20).map(|number| {
        let part = |step: f64| (f64::from(number + 1) * step).fract();
        let mean = 0.5 * 200.0_f64.powf(part(0.618_033_988_749_895));
        let holding = 0.1 * 20.0_f64.powf(part(0.754_877_666_246_693));
        let lead_time = 1.0 + 4.0 * part(0.819_172_513_396_164);
        let fixed = 5.0 * 100.0_f64.powf(part(0.671_043_606_703_789));
        let stockout = holding * (5.0 + 45.0 * part(0.549_700_477_901_971));
        ContinuousReview::new(
            fixed,
            holding,
            stockout,
            mean,
            Poisson::new(mean * lead_time).unwrap(),
        )
    });
    let items: Vec<_> = items.collect();
    let plans = table(&items, ContinuousReview::solve).unwrap();
    let sum: f64 = plans.iter().map(|plan| plan.costs.total()).sum();
    assert!((sum - 393.193_511_007).abs() < 1e-8, "{sum}");
}
