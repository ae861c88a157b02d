//! Safety stocks against one another and against the service that they promise.

use proptest::prelude::*;

use super::*;
use crate::policies::continuous_review::ContinuousReview;
use crate::policies::table;
use crate::probability::{Distribution, Gamma, Normal, Poisson};

proptest! {
    #[test]
    fn a_stock_gives_the_service_that_it_was_made_for(
        mean in 0.1..500.0_f64, spread in 0.05..2.0_f64, lead_time in 0.1..20.0_f64, varies in 0.0..0.5_f64, quantity in 0.05..20.0_f64, service in 0.01..0.9999_f64,
    ) {
        let item = SafetyStock::new(mean, mean * spread, lead_time).with_lead_time_sd(lead_time * varies);
        let quantity = quantity * mean;
        let level = item.for_cycle_service(service).unwrap().level;
        prop_assert!((item.service_of(level, quantity).unwrap().cycle_service - service).abs() < 1e-12);
        let exact = item.for_fill_rate(service, quantity).unwrap();
        let found = item.service_of(exact.level, quantity).unwrap();
        prop_assert!((found.fill_rate - service).abs() < 1e-9, "{found:?} {exact:?}");
        prop_assert!((exact.fill_rate.unwrap() - service).abs() < 1e-9);
        let simple = item.for_fill_rate_simply(service, quantity).unwrap();
        prop_assert!(simple.safety_factor >= exact.safety_factor - 1e-9, "the simple one is on the safe side");
        // The same of the distribution itself.
        let (mean, sd) = item.covered().unwrap();
        let demand = Normal::new(mean, sd).unwrap();
        let point = reorder_point_for_fill_rate(&demand, service, quantity).unwrap();
        prop_assert!((point - exact.level).abs() < 1e-6 * sd, "{point} {exact:?}");
        prop_assert!((reorder_point(&demand, service).unwrap() - level).abs() < 1e-9 * sd);
    }

    #[test]
    fn a_reorder_point_is_the_least_that_fills_the_rate(mean in 0.1..80.0_f64, lumps in 1.0..5.0_f64, quantity in 1_u32..60, rate in 0.2..0.999_f64) {
        let demand = Distribution::counting(mean, mean * lumps).unwrap();
        let quantity = f64::from(quantity);
        let point = reorder_point_for_fill_rate(&demand, rate, quantity).unwrap();
        let model = ContinuousReview::new(1.0, 1.0, 1.0, 1.0, &demand);
        prop_assert!(model.plan_at(point, quantity).unwrap().fill_rate >= rate - 1e-11);
        prop_assert!(model.plan_at(point - 1.0, quantity).unwrap().fill_rate < rate);
    }
}

#[test]
fn more_service_needs_more_stock_without_end() {
    let item = SafetyStock::new(100.0, 30.0, 4.0).kept_at(0.5);
    let curve = item.curve(0.5, 1.0 - 1e-12, 100).unwrap();
    assert!(curve.windows(2).all(|pair| pair[0].cost < pair[1].cost));
    assert!(item.curve(0.5, 1.0, 3).is_err());
}

#[test]
fn a_steady_demand_needs_no_safety_stock_and_has_no_fill_rate_to_fill() {
    let steady = SafetyStock::new(20.0, 0.0, 9.0);
    let plan = steady.for_cycle_service(0.99).unwrap();
    assert!(plan.safety_stock.abs() < 1e-12 && (plan.level - 180.0).abs() < 1e-12);
    let refused = steady.for_fill_rate(0.99, 10.0).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "standard deviation of the demand is 0: give a number above zero"
    );
}

#[test]
fn what_is_no_service_or_no_item_is_refused() {
    let item = SafetyStock::new(100.0, 30.0, 4.0);
    let said = |refused: Result<SafetyStockPlan, KernelError>| refused.unwrap_err().to_string();
    for level in [0.0, 1.0, 1.2, -0.1] {
        let way_out = "give a number above 0 and below 1, such as 0.95 for 95 %";
        assert_eq!(
            said(item.for_cycle_service(level)),
            format!("cycle_service is {level}: {way_out}")
        );
        assert_eq!(
            said(item.for_fill_rate(level, 10.0)),
            format!("fill_rate is {level}: {way_out}")
        );
        assert_eq!(
            said(item.for_fill_rate_simply(level, 10.0)),
            format!("fill_rate is {level}: {way_out}")
        );
        assert!(reorder_point(&Gamma::new(1.0, 1.0).unwrap(), level).is_err());
    }
    for (wrong, field) in [
        (SafetyStock { demand_mean: -1.0, ..item }, "demand_mean"),
        (SafetyStock { demand_sd: -1.0, ..item }, "demand_sd"),
        (SafetyStock { lead_time_mean: -1.0, ..item }, "lead_time_mean"),
        (SafetyStock { lead_time_sd: -1.0, ..item }, "lead_time_sd"),
        (SafetyStock { review_period: -1.0, ..item }, "review_period"),
        (SafetyStock { holding_cost: -1.0, ..item }, "holding_cost"),
    ] {
        assert_eq!(
            said(wrong.for_cycle_service(0.9)),
            format!("{field} is -1: give zero or a number above it")
        );
    }
    let at_once = SafetyStock { lead_time_mean: 0.0, ..item };
    assert_eq!(
        said(at_once.for_cycle_service(0.9)),
        "lead_time_mean is 0: give a number above zero"
    );
    assert_eq!(said(item.for_fill_rate(0.9, 0.0)), "order_quantity is 0: give a number above zero");
    assert!(reorder_point_for_fill_rate(&Poisson::new(3.0).unwrap(), 0.9, 2.5).is_err());
    let rows = [item, SafetyStock { demand_sd: f64::NAN, ..item }];
    let refused = table(&rows, |row| row.for_cycle_service(0.95)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "row 1 (counted from 0): demand_sd is NaN: give a finite number"
    );
}
