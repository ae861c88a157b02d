//! What must hold of the newsvendor.

use proptest::prelude::*;

use super::*;
use crate::policies::curve::tests::is_least;
use crate::policies::{table, table_each};
use crate::probability::{
    Discrete, Distribution, Gamma, LogNormal, NegativeBinomial, Normal, Poisson,
};

fn demands() -> impl Strategy<Value = Distribution> {
    let moments = (1.0f64..200.0, 0.1f64..1.5);
    prop_oneof![
        (1.0f64..500.0, 0.1f64..100.0).prop_map(|(mean, sd)| Normal::new(mean, sd).unwrap().into()),
        (0.2f64..9.0, 0.1f64..50.0)
            .prop_map(|(shape, scale)| Gamma::new(shape, scale).unwrap().into()),
        (-1.0f64..5.0, 0.1f64..1.0)
            .prop_map(|(mean, sd)| LogNormal::from_logs(mean, sd).unwrap().into()),
        (0.1f64..200.0).prop_map(|mean| Poisson::new(mean).unwrap().into()),
        moments.prop_map(|(mean, more)| {
            NegativeBinomial::from_moments(mean, mean * (1.0 + more)).unwrap().into()
        }),
        prop::collection::vec(0u64..40, 1..30)
            .prop_map(|seen| Discrete::seen(&seen).unwrap().into()),
    ]
}

proptest! {
    #[test]
    fn no_other_level_costs_less(
        demand in demands(), held in 0.01f64..10.0, missed in 0.01f64..100.0,
    ) {
        let plan = Newsvendor::new(held, missed, &demand).solve().unwrap();
        is_least(&plan);
        for step in -20..=20 {
            let at = plan.base_stock_level + f64::from(step) * demand.sd().max(1.0) / 10.0;
            prop_assert!(plan.cost_at(at).unwrap() >= plan.costs.total() * (1.0 - 1e-9) - 1e-12);
        }
    }

    #[test]
    fn the_demand_is_met_with_the_critical_ratio(
        demand in demands(), held in 0.01f64..10.0, missed in 0.01f64..100.0,
    ) {
        let plan = Newsvendor::new(held, missed, &demand).solve().unwrap();
        prop_assert!((plan.critical_ratio - missed / (held + missed)).abs() < 1e-12);
        prop_assert!(plan.cycle_service >= plan.critical_ratio - 1e-9);
        if demand.counts() {
            let below = demand.cumulative(plan.base_stock_level - 1.0);
            prop_assert!(below < plan.critical_ratio + 1e-9);
        } else {
            prop_assert!((plan.cycle_service - plan.critical_ratio).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_there_is_sold_or_left_over(demand in demands(), level in 0.0f64..300.0) {
        let plan = Newsvendor::new(1.0, 4.0, &demand).plan_at(level).unwrap();
        let sold = demand.mean() - plan.missing;
        prop_assert!((level - sold - plan.leftover).abs() <= 1e-7 * (level + demand.mean()));
        prop_assert!((0.0..=1.0).contains(&plan.fill_rate));
    }

    #[test]
    fn prices_earn_what_is_sold_less_what_is_bought(demand in demands(), level in 0.0f64..300.0) {
        let prices = Prices::new(10.0, 4.0, 1.5).kept_at(0.5).missed_at(2.0);
        let plan = prices.plan_at(&demand, level).unwrap();
        let (left, missing) = (plan.plan.leftover, plan.plan.missing);
        let sold = level - left;
        let earned = 10.0 * sold + (1.5 - 0.5) * left - 4.0 * level - 2.0 * missing;
        prop_assert!((earned - plan.profit).abs() <= 1e-7 * (level + demand.mean()) * 10.0);
        prop_assert!(prices.solve(&demand).unwrap().profit >= plan.profit - 1e-7);
    }

    #[test]
    fn no_other_level_costs_less_when_the_supplier_is_down(
        (held, missed) in (0.01f64..10.0, 0.01f64..100.0),
        demand in 0.5f64..1000.0,
        rates in (0.01f64..0.99, 0.05f64..0.99),
    ) {
        let model = DisruptedNewsvendor::new((held, missed), demand, rates);
        let plan = model.solve().unwrap();
        is_least(&plan);
        // Against the sums themselves.
        let (alpha, beta) = rates;
        let likely = |n: i32| match n {
            0 => beta / (alpha + beta),
            n => alpha * beta / (alpha + beta) * (1.0 - beta).powi(n - 1),
        };
        for level in [plan.base_stock_level, plan.base_stock_level * 0.7, demand * 0.3] {
            let cost = |n: i32| {
                let over = level - f64::from(n + 1) * demand;
                likely(n) * (held * over.max(0.0) + missed * (-over).max(0.0))
            };
            let summed: f64 = (0..1000).map(cost).sum();
            prop_assert!((plan.cost_at(level).unwrap() / summed - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn a_table_of_demands_is_solved_row_by_row() {
    let rows: Vec<Distribution> =
        (1..=50).map(|mean| Poisson::new(f64::from(mean)).unwrap().into()).collect();
    let models: Vec<_> = rows.iter().map(|row| Newsvendor::new(1.0, 4.0, row)).collect();
    let plans = table(&models, Newsvendor::solve).unwrap();
    assert!((plans[5].base_stock_level - 8.0).abs() < 1e-12);
    let bad = [models[0], Newsvendor::new(0.0, 4.0, &rows[1])];
    let said = table(&bad, Newsvendor::solve).unwrap_err().to_string();
    assert_eq!(said, "row 1 (counted from 0): holding_cost is 0: give a number above zero");
    assert!(table_each(&bad, Newsvendor::solve)[1].is_err());
}

#[test]
fn each_number_is_refused_by_its_name() {
    let demand = Normal::new(50.0, 8.0).unwrap();
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for (field, model) in [
            ("holding_cost", Newsvendor::new(bad, 0.7, &demand)),
            ("stockout_cost", Newsvendor::new(0.18, bad, &demand)),
        ] {
            let said = model.solve().unwrap_err().to_string();
            assert!(said.starts_with(&format!("{field} is {bad}: give a")), "{said}");
        }
    }
    let model = Newsvendor::new(0.18, 0.7, &demand);
    let said = model.plan_at(f64::NAN).unwrap_err().to_string();
    assert_eq!(said, "base_stock_level is NaN: give a finite number");
    let far = Newsvendor::new(1e-300, 1e300, &demand).solve();
    assert!(matches!(far, Err(KernelError::NoAnswer { .. })));
}

#[test]
fn prices_that_earn_or_lose_nothing_are_refused() {
    let demand = Normal::new(50.0, 8.0).unwrap();
    let said = |prices: Prices| prices.solve(&demand).unwrap_err().to_string();
    assert!(said(Prices::new(0.3, 0.3, 0.1)).starts_with("revenue is 0.3, but a unit costs that"));
    assert!(said(Prices::new(1.0, 0.3, 0.3)).starts_with("salvage_value is 0.3, but"));
    assert!(said(Prices::new(f64::NAN, 0.3, 0.1)).starts_with("revenue is NaN"));
    assert!(said(Prices::new(1.0, -0.3, -0.5)).starts_with("purchase_cost is -0.3"));
    assert!(said(Prices::new(1.0, 0.3, f64::INFINITY)).starts_with("salvage_value is inf"));
    let prices = Prices::new(1.0, 0.3, 0.1);
    assert!(said(prices.kept_at(-1.0)).starts_with("holding_cost is -1"));
    assert!(said(prices.missed_at(-1.0)).starts_with("stockout_cost is -1"));
    // Getting rid of what is left over may cost.
    assert!(Prices::new(1.0, 0.3, -0.1).solve(&demand).is_ok());
}

#[test]
fn a_period_that_can_not_decide_is_refused() {
    let demand = Normal::new(50.0, 8.0).unwrap();
    let said = |period: Myopic| period.solve(&demand).unwrap_err().to_string();
    let good = Myopic::new(0.18, 0.7, 0.3);
    assert!(said(good.next_at(0.48)).starts_with("purchase_cost_next is 0.48, but"));
    assert!(
        said(Myopic::new(0.18, 0.7, 1.7).next_at(1.0)).starts_with("stockout_cost is 0.7, but")
    );
    assert!(said(good.discounted_by(1.1)).starts_with("discount_factor is 1.1, but"));
    assert!(said(good.discounted_by(0.0)).starts_with("discount_factor is 0"));
    assert!(said(Myopic::new(0.0, 0.7, 0.3)).starts_with("holding_cost is 0"));
    assert!(said(Myopic::new(0.18, 0.0, 0.3)).starts_with("stockout_cost is 0"));
    assert!(said(Myopic::new(0.18, 0.7, -0.3)).starts_with("purchase_cost is -0.3"));
    assert!(said(good.next_at(f64::NAN)).starts_with("purchase_cost_next is NaN"));
    // At a price that stays, it is the plain newsvendor.
    let (plain, period) = (Newsvendor::new(0.18, 0.7, &demand).solve(), good.solve(&demand));
    let (plain, period) = (plain.unwrap(), period.unwrap());
    assert!((plain.base_stock_level - period.base_stock_level).abs() < 1e-12);
    assert!((period.costs.purchase - 15.0).abs() < 1e-12);
}

#[test]
fn numbers_of_disruptions_are_refused_by_their_names() {
    let good = DisruptedNewsvendor::new((0.25, 3.0), 2000.0, (0.04, 0.25));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for (field, model) in [
            ("holding_cost", DisruptedNewsvendor { holding_cost: bad, ..good }),
            ("stockout_cost", DisruptedNewsvendor { stockout_cost: bad, ..good }),
            ("demand", DisruptedNewsvendor { demand: bad, ..good }),
            ("disruption_probability", DisruptedNewsvendor { disruption_probability: bad, ..good }),
            ("recovery_probability", DisruptedNewsvendor { recovery_probability: bad, ..good }),
        ] {
            let said = model.solve().unwrap_err().to_string();
            assert!(said.starts_with(&format!("{field} is {bad}: give a")), "{said}");
        }
    }
    let sure = DisruptedNewsvendor { recovery_probability: 1.0, ..good }.solve().unwrap_err();
    assert!(sure.to_string().starts_with("recovery_probability is 1: give a number above 0"));
    assert!(good.plan_at(-1.0).is_err());
}
