//! What must hold of items that are ordered together.

use proptest::prelude::*;

use super::*;
use crate::policies::curve::tests::is_least;

fn items(most: usize) -> impl Strategy<Value = Vec<JointItem>> {
    let cost = prop_oneof![1 => Just(0.0), 9 => 0.1f64..500.0];
    let item = (cost, 0.1f64..50.0, 0.1f64..500.0);
    let item = item.prop_map(|(fixed, held, demand)| JointItem::new(fixed, held, demand));
    prop::collection::vec(item, 1..=most)
}

/// The least cost of all multiples up to this one.
fn tried(joint: &Joint<'_>, most: u32) -> f64 {
    let count = joint.items.len();
    let all = most.pow(u32::try_from(count).unwrap());
    let cost = |number: u32| {
        let digit = |place: u32| number / most.pow(place) % most + 1;
        let multiples: Vec<u32> = (0..u32::try_from(count).unwrap()).map(digit).collect();
        joint.with_multiples(&multiples).unwrap().costs.total()
    };
    (0..all).map(cost).fold(f64::INFINITY, f64::min)
}

proptest! {
    #[test]
    fn no_multiples_cost_less_than_the_best(shared in 20.0f64..500.0, items in items(3)) {
        let joint = Joint::new(shared, &items);
        let best = joint.cyclic().unwrap();
        prop_assert!(best.costs.total() <= tried(&joint, 8) * (1.0 + 1e-12));
        is_least(&best);
    }

    #[test]
    fn the_policies_come_in_their_order(shared in 0.1f64..500.0, items in items(12)) {
        let joint = Joint::new(shared, &items);
        let best = joint.cyclic().unwrap();
        let (two, silver) = (joint.power_of_two().unwrap(), joint.silver().unwrap());
        let most = 1.0 + 1e-12;
        prop_assert!(best.lower_bound <= best.costs.total() * most);
        prop_assert!(best.costs.total() <= two.costs.total() * most);
        prop_assert!(best.costs.total() <= silver.costs.total() * most);
        prop_assert!(two.gap() < 0.0202, "{}", two.gap());
        prop_assert!(two.multiples.iter().all(|multiple| multiple.is_power_of_two()));
    }

    #[test]
    fn no_other_base_makes_powers_of_two_cheaper(shared in 0.1f64..500.0, items in items(6)) {
        let joint = Joint::new(shared, &items);
        let best = joint.power_of_two().unwrap();
        for step in 0..64 {
            // Short enough to be no limit.
            let period = 1e-6 * (f64::from(step) / 64.0).exp2();
            let other = joint.power_of_two_of(period).unwrap();
            prop_assert!(best.costs.total() <= other.costs.total() * (1.0 + 1e-12));
            prop_assert!(other.gap() < 0.0608, "{}", other.gap());
        }
    }

    #[test]
    fn items_may_be_named_in_any_order(shared in 0.1f64..500.0, items in items(8)) {
        let turned: Vec<JointItem> = items.iter().rev().copied().collect();
        let (joint, other) = (Joint::new(shared, &items), Joint::new(shared, &turned));
        for (one, other) in [
            (joint.cyclic().unwrap(), other.cyclic().unwrap()),
            (joint.power_of_two().unwrap(), other.power_of_two().unwrap()),
            (joint.silver().unwrap(), other.silver().unwrap()),
        ] {
            let (one, other) = (one.costs.total(), other.costs.total());
            prop_assert!((one / other - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn one_item_alone_is_ordered_by_the_economic_order_quantity(
        shared in 0.1f64..500.0, item in items(1),
    ) {
        let it = item[0];
        let plain = super::super::Eoq::new(shared + it.fixed_cost, it.holding_cost, it.demand_rate);
        let plain = plain.solve().unwrap();
        let plan = Joint::new(shared, &item).cyclic().unwrap();
        let quantity = plan.order_quantities().next().unwrap();
        prop_assert!((quantity / plain.order_quantity - 1.0).abs() < 1e-9);
        prop_assert!(plan.gap() < 1e-9);
    }
}

#[test]
fn an_order_in_each_given_time_is_kept_even_when_that_is_seldom() {
    let items = [JointItem::new(1.0, 1000.0, 1000.0)];
    let plan = Joint::new(1.0, &items).power_of_two_of(7.0).unwrap();
    assert_eq!((plan.base_cycle_time, plan.multiples.as_slice()), (7.0, [1].as_slice()));
    assert!(plan.gap() > 1.0);
}

#[test]
fn a_thousand_items_are_ordered_together() {
    let item = |n: u32| JointItem::new(f64::from(n % 97) + 1.0, 2.0, f64::from(n % 31) + 0.5);
    let items: Vec<JointItem> = (0..1000).map(item).collect();
    let joint = Joint::new(500.0, &items);
    let best = joint.cyclic().unwrap();
    assert!(best.gap() < joint.power_of_two().unwrap().gap());
}

#[test]
fn what_can_not_be_ordered_together_is_refused_by_its_name() {
    let good = JointItem::new(10.0, 2.0, 100.0);
    let said = |shared, item: JointItem| {
        Joint::new(shared, &[good, item]).cyclic().unwrap_err().to_string()
    };
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let start = format!("shared_fixed_cost is {bad}: give");
        assert!(said(bad, good).starts_with(&start), "{}", said(bad, good));
        for (field, item) in [
            ("fixed_cost", JointItem { fixed_cost: bad, ..good }),
            ("holding_cost", JointItem { holding_cost: bad, ..good }),
            ("demand_rate", JointItem { demand_rate: bad, ..good }),
        ] {
            let start = format!("row 1 (counted from 0): {field} is {bad}: give");
            assert!(said(30.0, item).starts_with(&start), "{}", said(30.0, item));
        }
    }
    let said = |joint: Joint<'_>| joint.silver().unwrap_err().to_string();
    assert_eq!(said(Joint::new(30.0, &[])), "items has 0 values: give at least 1");
    let free = [JointItem::new(0.0, 2.0, 100.0), good];
    assert!(said(Joint::new(0.0, &free)).contains("is 0: give a number above zero"));
    assert!(said(Joint::new(0.0, &free[..1])).contains("is 0: give a number above zero"));
    let far = [JointItem::new(1e-9, 2.0, 100.0), JointItem::new(1e9, 2.0, 1.0)];
    assert!(said(Joint::new(0.0, &far)).contains("order it apart"));
}

#[test]
fn items_that_share_nothing_have_no_best_order() {
    let items = [JointItem::new(10.0, 2.0, 100.0), JointItem::new(10.0, 2.0, 77.7)];
    let said = Joint::new(0.0, &items).cyclic().unwrap_err().to_string();
    assert_eq!(said, "shared_fixed_cost is 0: give a number above zero");
    assert!(Joint::new(1e-12, &items).cyclic().unwrap().gap() < 1e-7);
    let said = Joint::new(1e-20, &items).cyclic().unwrap_err().to_string();
    assert!(said.contains("order them apart"), "{said}");
}

#[test]
fn multiples_are_one_for_each_item_and_none_is_zero() {
    let items = [JointItem::new(10.0, 2.0, 100.0); 2];
    let said = |multiples: &[u32]| {
        Joint::new(30.0, &items).with_multiples(multiples).unwrap_err().to_string()
    };
    assert_eq!(said(&[1]), "multiples has 1 values: give at least 2");
    assert!(said(&[1, 1, 1]).starts_with("multiples is 3, but there are fewer items"));
    assert_eq!(said(&[1, 0]), "row 1 (counted from 0): multiples is 0: give a number above zero");
}
