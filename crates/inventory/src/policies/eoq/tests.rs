//! What must hold of the economic order quantity and its family.

use proptest::prelude::*;

use super::*;
use crate::policies::curve::tests::is_least;
use crate::policies::{table, table_each};

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

fn amounts() -> impl Strategy<Value = f64> {
    (0.01f64..100.0, -2i32..4).prop_map(|(value, power)| value * 10f64.powi(power))
}

fn items() -> impl Strategy<Value = Eoq> {
    let options = (prop::option::of(1.01f64..50.0), prop::option::of(amounts()));
    ((amounts(), amounts(), amounts()), options).prop_map(
        |((fixed, held, demand), (faster, owed))| {
            let item = Eoq::new(fixed, held, demand);
            let item = faster.map_or(item, |faster| item.produced_at(faster * demand));
            owed.map_or(item, |owed| item.backordered_at(owed))
        },
    )
}

fn breaks() -> impl Strategy<Value = Vec<PriceBreak>> {
    let steps = prop::collection::vec((1.0f64..500.0, 0.7f64..1.0), 0..6);
    (amounts(), steps).prop_map(|(unit_cost, steps)| {
        let mut breaks = vec![PriceBreak { from: 0.0, unit_cost }];
        for (more, share) in steps {
            let last = breaks[breaks.len() - 1];
            let (from, unit_cost) = (last.from + more, last.unit_cost * share);
            breaks.push(PriceBreak { from, unit_cost });
        }
        breaks
    })
}

proptest! {
    #[test]
    fn no_other_quantity_costs_less(item in items()) {
        is_least(&item.solve().unwrap());
    }

    #[test]
    fn the_parts_of_the_cost_are_those_of_the_textbook(item in items()) {
        let plan = item.solve().unwrap();
        let orders = 1.0 / plan.cycle_time;
        prop_assert!(close(plan.costs.ordering, item.fixed_cost * orders));
        // The areas under the saw tooth: on the shelf, and owed.
        let (shelf, owed) = (plan.max_stock(), plan.max_backorders());
        let height = shelf + owed;
        prop_assert!(close(plan.costs.holding, item.holding_cost * shelf * shelf / (2.0 * height)));
        let shortage = item.stockout_cost.unwrap_or(0.0) * owed * owed / (2.0 * height);
        prop_assert!(close(plan.costs.shortage, shortage));
        prop_assert!(close(plan.costs.ordering, plan.costs.holding + plan.costs.shortage));
    }

    #[test]
    fn made_fast_it_is_as_if_it_came_whole(item in items()) {
        let whole = Eoq { production_rate: None, ..item }.solve().unwrap();
        let mut nearer = f64::INFINITY;
        for power in 1..10 {
            let plan = item.produced_at(item.demand_rate * 10f64.powi(power)).solve().unwrap();
            let far = (plan.order_quantity / whole.order_quantity - 1.0).abs();
            prop_assert!(far < nearer && plan.costs.total() < whole.costs.total());
            nearer = far;
        }
        prop_assert!(nearer < 1e-8);
    }

    #[test]
    fn when_it_is_dear_to_owe_nothing_is_owed(item in items()) {
        let never = Eoq { stockout_cost: None, ..item }.solve().unwrap();
        let mut nearer = f64::INFINITY;
        for power in 1..10 {
            let plan = item.backordered_at(item.holding_cost * 10f64.powi(power)).solve().unwrap();
            let far = (plan.order_quantity / never.order_quantity - 1.0).abs();
            prop_assert!(far < nearer && plan.costs.total() < never.costs.total());
            nearer = far;
        }
        prop_assert!(nearer < 1e-8);
    }

    #[test]
    fn whole_packs_cost_least_among_whole_packs(item in items(), pack in 0.05f64..20.0) {
        let free = item.solve().unwrap();
        let pack = pack * free.order_quantity;
        let plan = item.solve_in_packs(pack).unwrap();
        let packs = plan.order_quantity / pack;
        prop_assert!((packs - packs.round()).abs() < 1e-9 && packs > 0.5);
        for other in 1..50 {
            let other = item.plan_at(f64::from(other) * pack).unwrap();
            prop_assert!(other.costs.total() >= plan.costs.total() * (1.0 - 1e-12));
        }
    }

    #[test]
    fn a_discount_never_makes_it_dearer(
        (fixed, rate, demand) in (amounts(), 0.05f64..0.5, amounts()), breaks in breaks(),
    ) {
        let list = PriceBreaks::all_units(fixed, rate, demand, &breaks[..1]).solve().unwrap();
        let all = PriceBreaks::all_units(fixed, rate, demand, &breaks).solve().unwrap();
        let some = PriceBreaks::incremental(fixed, rate, demand, &breaks).solve().unwrap();
        let (list, all, some) = (list.costs.total(), all.costs.total(), some.costs.total());
        prop_assert!(all <= list * (1.0 + 1e-12), "{all} {list}");
        prop_assert!(some <= list * (1.0 + 1e-12), "{some} {list}");
        prop_assert!(all <= some * (1.0 + 1e-12), "{all} {some}");
    }

    #[test]
    fn no_other_quantity_costs_less_at_these_prices(
        (fixed, rate, demand) in (amounts(), 0.05f64..0.5, amounts()), breaks in breaks(),
    ) {
        for model in [
            PriceBreaks::all_units(fixed, rate, demand, &breaks),
            PriceBreaks::incremental(fixed, rate, demand, &breaks),
        ] {
            let plan = model.solve().unwrap();
            is_least(&plan);
            let least = plan.costs.total() * (1.0 - 1e-12);
            for price in &breaks[1..] {
                prop_assert!(plan.cost_at(price.from).unwrap() >= least);
                prop_assert!(plan.cost_at(price.from * 1.5).unwrap() >= least);
            }
            prop_assert!(close(plan.cost_at(plan.order_quantity).unwrap(), plan.costs.total()));
        }
    }

    #[test]
    fn one_price_is_the_economic_order_quantity(item in items(), price in amounts()) {
        let plain = Eoq::new(item.fixed_cost, 0.2 * price, item.demand_rate).bought_at(price);
        let plain = plain.solve().unwrap();
        let breaks = [PriceBreak { from: 0.0, unit_cost: price }];
        for model in [
            PriceBreaks::all_units(item.fixed_cost, 0.2, item.demand_rate, &breaks),
            PriceBreaks::incremental(item.fixed_cost, 0.2, item.demand_rate, &breaks),
        ] {
            let plan = model.solve().unwrap();
            prop_assert!(close(plan.order_quantity, plain.order_quantity));
            prop_assert!(close(plan.costs.total(), plain.costs.total()));
        }
    }

    #[test]
    fn the_order_of_a_table_changes_only_the_order_of_its_plans(
        items in prop::collection::vec(items(), 0..20),
    ) {
        let turned: Vec<Eoq> = items.iter().rev().copied().collect();
        let mut plans = table(&turned, Eoq::solve).unwrap();
        plans.reverse();
        prop_assert_eq!(plans, table(&items, Eoq::solve).unwrap());
    }
}

#[test]
fn what_an_incremental_lot_costs_is_what_its_units_cost() {
    let breaks = [(0.0, 10.0), (100.0, 9.0), (300.0, 7.0)];
    let breaks = breaks.map(|(from, unit_cost)| PriceBreak { from, unit_cost });
    let plan = PriceBreaks::incremental(8.0, 0.25, 1000.0, &breaks).plan_at(400.0).unwrap();
    // 100 at 10, 200 at 9, 100 at 7.
    assert!(close(plan.unit_cost * 400.0, 1000.0 + 1800.0 + 700.0));
    assert!(close(plan.costs.holding, 0.25 * 3500.0 / 2.0));
}

#[test]
fn a_least_quantity_is_kept() {
    let breaks = [PriceBreak { from: 500.0, unit_cost: 1.0 }];
    let model = PriceBreaks::all_units(8.0, 0.25, 1000.0, &breaks);
    assert!(close(model.solve().unwrap().order_quantity, 500.0));
    let refused = model.plan_at(499.0).unwrap_err().to_string();
    assert!(refused.starts_with("order_quantity is 499, but the first break begins above it"));
}

#[test]
fn each_number_is_refused_by_its_name() {
    let good = Eoq::new(8.0, 0.225, 1300.0).bought_at(1.0).produced_at(2000.0).backordered_at(5.0);
    assert!(good.solve().is_ok());
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = [
            ("fixed_cost", Eoq { fixed_cost: bad, ..good }),
            ("holding_cost", Eoq { holding_cost: bad, ..good }),
            ("demand_rate", Eoq { demand_rate: bad, ..good }),
            ("production_rate", good.produced_at(bad)),
            ("stockout_cost", good.backordered_at(bad)),
        ];
        for (field, item) in refused {
            let said = item.solve().unwrap_err().to_string();
            assert!(said.starts_with(&format!("{field} is {bad}: give a")), "{said}");
        }
        let said = good.plan_at(bad).unwrap_err().to_string();
        assert!(said.starts_with(&format!("order_quantity is {bad}: give a")), "{said}");
        let said = good.solve_in_packs(bad).unwrap_err().to_string();
        assert!(said.starts_with(&format!("pack is {bad}: give a")), "{said}");
    }
    let said = good.bought_at(-1.0).solve().unwrap_err().to_string();
    assert_eq!(said, "unit_cost is -1: give zero or a number above it");
    let said = good.produced_at(1300.0).solve().unwrap_err().to_string();
    assert!(said.starts_with("production_rate is 1300, but as much is wanted"), "{said}");
    let said = good.solve().unwrap().reorder_point(-1.0).unwrap_err().to_string();
    assert_eq!(said, "lead_time is -1: give zero or a number above it");
}

#[test]
fn each_price_is_refused_by_its_row() {
    let said = |breaks: &[(f64, f64)]| {
        let breaks: Vec<_> =
            breaks.iter().map(|&(from, unit_cost)| PriceBreak { from, unit_cost }).collect();
        PriceBreaks::all_units(8.0, 0.25, 1300.0, &breaks).solve().unwrap_err().to_string()
    };
    assert_eq!(said(&[]), "breaks has 0 values: give at least 1");
    assert!(
        said(&[(0.0, 1.0), (0.0, 0.9)]).contains("row 1 (counted from 0): breaks.from is 0, but")
    );
    assert!(
        said(&[(0.0, 1.0), (9.0, 1.1)])
            .contains("row 1 (counted from 0): breaks.unit_cost is 1.1, but")
    );
    assert!(said(&[(-1.0, 1.0)]).contains("row 0 (counted from 0): breaks.from is -1: give zero"));
    assert!(said(&[(0.0, 0.0)]).contains("breaks.unit_cost is 0: give a number above zero"));
    assert!(said(&[(f64::NAN, 1.0)]).contains("breaks.from is NaN"));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let breaks = [PriceBreak { from: 0.0, unit_cost: 1.0 }];
        let refused = [
            ("fixed_cost", PriceBreaks::all_units(bad, 0.25, 1300.0, &breaks)),
            ("holding_cost_rate", PriceBreaks::incremental(8.0, bad, 1300.0, &breaks)),
            ("demand_rate", PriceBreaks::all_units(8.0, 0.25, bad, &breaks)),
        ];
        for (field, model) in refused {
            let said = model.solve().unwrap_err().to_string();
            assert!(said.starts_with(&format!("{field} is {bad}: give a")), "{said}");
        }
    }
}

#[test]
fn numbers_beyond_reckoning_have_no_answer() {
    for item in [
        Eoq::new(1e300, 1.0, 1e300),
        Eoq::new(1e-300, 1.0, 1e-300),
        Eoq::new(1.0, 1.0, 1.0).bought_at(1e308).backordered_at(1e-320),
        Eoq::new(1.0, 1.0, 1e10).bought_at(1e300),
    ] {
        let refused = item.solve();
        assert!(matches!(refused, Err(KernelError::NoAnswer { .. })), "{refused:?}");
    }
}

#[test]
fn a_hundred_thousand_items_are_solved_at_once() {
    let items: Vec<Eoq> = (1..=100_000).map(|n| Eoq::new(8.0, 0.225, f64::from(n))).collect();
    let plans = table(&items, Eoq::solve).unwrap();
    assert_eq!((plans.len(), plans[1299].order_quantity.round()), (100_000, 304.0));
    assert!(table_each(&items, Eoq::solve).into_iter().map(Result::unwrap).eq(plans));
}
