//! What is refused, by name.

use std::ops::ControlFlow;

use chrono::NaiveDate;
use fondaco_core::Unit;
use fondaco_core::calendar::{Calendar, WorkingWeek};
use rust_decimal::Decimal;

use super::{day, dec};
use crate::mrp::{
    Buckets, Component, Delivery, Demand, Horizon, Item, LotRule, MrpError, Network, Options,
    PastDue, Plan, Source, State, Supply, run, run_watched,
};
use crate::ordering::OrderModifiers;

fn said<T: std::fmt::Debug>(answer: Result<T, MrpError>) -> String {
    let error = answer.unwrap_err();
    format!("{}: {error}", error.code())
}

fn planned(network: &Network, days: i64) -> Result<Plan, MrpError> {
    run(network, &State::of(network), Horizon::new(day(0), day(days - 1)), &Options::default())
}

#[test]
fn a_cycle_is_named_by_its_way_round() {
    let mut network = Network::new();
    let items = ["A", "B", "C", "D"].map(|name| network.add(Item::new(name)).unwrap());
    for (parent, child) in [(0, 1), (1, 2), (2, 3), (3, 1), (0, 3)] {
        network.source(items[parent], Source::make(1).of(1, items[child])).unwrap();
    }
    let refused = said(planned(&network, 10));
    let ways = ["B -> C -> D -> B", "C -> D -> B -> C", "D -> B -> C -> D"];
    assert!(ways.iter().any(|way| refused.contains(way)), "{refused}");
    assert!(refused.starts_with("inventory.bom_cycle"), "{refused}");
}

#[test]
fn an_item_that_goes_into_itself_is_a_cycle_of_one() {
    let mut network = Network::new();
    let item = network.add(Item::new("A").digits(0)).unwrap();
    network.source(item, Source::make(1).of(1, item)).unwrap();
    let MrpError::BomCycle { path } = network.levels().unwrap_err() else { panic!() };
    assert_eq!(path, ["A".into()]);
}

#[test]
fn a_long_cycle_is_named_by_its_beginning_and_its_end() {
    let mut network = Network::new();
    let items: Vec<_> =
        (0..1000).map(|at| network.add(Item::new(format!("I{at}"))).unwrap()).collect();
    for at in 0..1000 {
        network.source(items[at], Source::make(1).of(1, items[(at + 1) % 1000])).unwrap();
    }
    let refused = said(network.levels());
    assert!(refused.contains("more) -> ") && refused.len() < 300, "{refused}");
}

#[test]
fn what_is_not_planned_is_not_found() {
    let mut network = Network::new();
    let other = {
        let mut other = Network::new();
        other.add(Item::new("X")).unwrap();
        other.add(Item::new("Y")).unwrap()
    };
    assert!(said(network.find(&"BIKE".into())).contains("BIKE is not planned"));
    let bike = network.add(Item::new("BIKE")).unwrap();
    assert!(
        said(network.source(bike, Source::make(1).of(1, other))).contains("no item with number 1")
    );
    assert!(said(network.source(other, Source::buy(1))).starts_with("inventory.no_such_row"));
    assert!(said(network.add(Item::new("BIKE"))).starts_with("inventory.planned_already"));
    assert!(said(network.change(bike, Item::new("CAR"))).starts_with("inventory.not_planned"));
    let mut state = State::of(&network);
    assert!(said(state.on_hand(other, Decimal::ONE)).starts_with("inventory.no_such_row"));
    assert!(said(state.demand(Demand::order("SO", other, 1, day(1)))).contains("no item"));
    let plan = planned(&network, 10).unwrap();
    assert!(said(plan.table(other)).contains("no item with number 1"));
    assert!(said(plan.order(bike, 0)).contains("no order with number 0"));
    let works = Calendar::new("works", WorkingWeek::MON_FRI);
    let works = works.over("2026-01-01/2026-12-31".parse().unwrap()).unwrap();
    let calendar = Network::new().calendar("works", works).unwrap();
    assert!(said(network.source(bike, Source::buy(1).calendar(calendar))).contains("no calendar"));
}

#[test]
fn quantities_below_zero_are_refused_by_name() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").digits(0)).unwrap();
    let mut state = State::of(&network);
    let refused = said(state.demand(Demand::order("SO-7", bike, -3, day(1))));
    assert_eq!(
        refused,
        "inventory.plan_number: the quantity of SO-7 is -3: give zero or a number above it"
    );
    let refused = said(state.supply(Supply::scheduled("PO-7", bike, -3, day(1))));
    assert!(refused.contains("the quantity of PO-7 is -3"), "{refused}");
    let policy = Delivery::default().at_least((-1).into());
    let refused = said(state.demand(Demand::order("SO-8", bike, 3, day(1)).delivery(policy)));
    assert!(refused.contains("the least delivery of SO-8"), "{refused}");
    let far = Demand::order("SO-9", bike, 3, day(1)).shipped_before(200_000_000);
    let refused = said(state.demand(far));
    assert!(
        refused.contains("the days of shipment of SO-9 is 200000000: give at most 36,525"),
        "{refused}"
    );
    let refused = said(network.clone().change(bike, Item::new("BIKE").safety_days(u32::MAX)));
    assert!(refused.contains("safety time of BIKE"), "{refused}");
    let of = |component| said(network.clone().source(bike, Source::make(1).component(component)));
    assert!(of(Component::new(bike, -2)).contains("a component's quantity of BIKE is -2"));
    assert!(
        of(Component::new(bike, 2).scrap(Decimal::ONE))
            .contains("scrap of BIKE is 1: give a share")
    );
    let refused = said(network.clone().source(bike, Source::make(1).makes(Decimal::ZERO)));
    assert!(refused.contains("what its bill makes of BIKE is 0"), "{refused}");
    let of = |item| said(Network::new().add(item));
    assert!(of(Item::new("X").safety_stock((-1).into())).contains("safety stock of X is -1"));
    assert!(of(Item::new("X").yields(Decimal::ZERO)).contains("yield of X is 0"));
    assert!(of(Item::new("X").yields(dec("1.1"))).contains("yield of X is 1.1"));
    assert!(of(Item::new("X").digits(7)).contains("number of digits of X is 7"));
    assert!(
        of(Item::new("X").lot(LotRule::Days { days: 0 })).contains("what a lot covers of X is 0")
    );
    let none = LotRule::Fixed { quantity: Decimal::ZERO };
    assert!(of(Item::new("X").lot(none)).contains("the fixed order quantity of X is 0"));
    let narrow = OrderModifiers::at_least(30.into()).at_most(20.into());
    assert!(
        of(Item::new("X").modifiers(narrow))
            .starts_with("inventory.contradiction: X: maximum is 20")
    );
}

#[test]
fn quantities_finer_than_an_item_are_refused() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").digits(0)).unwrap();
    let mut state = State::of(&network);
    let refused = said(state.demand(Demand::order("SO-7", bike, dec("1.5"), day(1))));
    assert!(
        refused.contains("the quantity of SO-7 is 1.5, but it is kept in 0 digits"),
        "{refused}"
    );
    assert!(said(state.on_hand(bike, dec("0.1"))).starts_with("inventory.too_fine"));
    let huge = said(state.on_hand(bike, dec("10000000000000")));
    assert!(huge.contains("give a number below 9 million million"), "{huge}");
    let item =
        Item::new("X").digits(2).modifiers(OrderModifiers::default().in_multiples_of(dec("0.125")));
    assert!(said(network.add(item)).contains("the multiple of orders of X is 0.125"));
}

#[test]
fn a_unit_that_does_not_convert_names_both_items() {
    let mut network = Network::new();
    let paint = network.add(Item::new("PAINT").unit(Unit::LITRE)).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    let line = Component::new(paint, dec("250")).unit(Unit::from_code("g").unwrap());
    network.source(bike, Source::make(1).component(line)).unwrap();
    let refused = said(planned(&network, 10));
    assert!(refused.starts_with("inventory.plan_unit: PAINT in BIKE: "), "{refused}");
    // Once somebody says what a litre weighs, it does.
    let paint_item = network.item(paint).unwrap().clone();
    network.change(paint, paint_item.converts("1 l = 1.25 kg".parse().unwrap())).unwrap();
    let all = network.explode(bike, 4.into(), day(0), &Options::default()).unwrap();
    assert_eq!(all[0].needed, dec("0.8"));
}

#[test]
fn a_lead_time_beyond_the_horizon_is_refused() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::buy(31)).unwrap();
    let refused = said(planned(&network, 30));
    assert!(refused.contains("BIKE takes 31 days, but the plan ends after 30"), "{refused}");
    assert!(planned(&network, 31).is_ok());
}

#[test]
fn calendars_without_work_and_calendars_that_end_are_refused() {
    let year = "2026-01-01/2026-01-31".parse().unwrap();
    let mut never = Calendar::new("never", WorkingWeek::MON_FRI);
    for at in -4..27 {
        never = never.day_off(day(at), "");
    }
    let mut network = Network::new();
    let refused = said(network.calendar("never", never.over(year).unwrap()));
    assert!(
        refused.contains("calendar never has no working day in 2026-01-01/2026-01-31"),
        "{refused}"
    );

    let works = Calendar::new("works", WorkingWeek::MON_FRI).over(year).unwrap();
    let works = network.calendar("works", works).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::buy(10).calendar(works)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", bike, 1, day(3))).unwrap();
    let horizon = Horizon::new(day(0), day(20));
    let refused = said(run(&network, &state, horizon, &Options::default()));
    assert!(refused.starts_with("inventory.calendar_too_short: calendar of BIKE"), "{refused}");
    // An order of today comes when nobody knows any more: refused where something is needed by then, and only there.
    network.resource(bike, vec![Source::buy(20).calendar(works)]).unwrap();
    let from_today = Options::default().past_due(PastDue::FromToday);
    let until = |end| run(&network, &state, Horizon::new(day(0), day(end)), &from_today);
    assert!(said(until(60)).starts_with("inventory.calendar_too_short: calendar of BIKE"));
    assert_eq!(until(26).unwrap().order_count(), 0);
    // Where another source has it, that one has.
    network.source(bike, Source::buy(5).priority(200)).unwrap();
    let plan = run(&network, &state, Horizon::new(day(0), day(60)), &from_today).unwrap();
    assert_eq!(plan.orders(bike).unwrap().next().unwrap().due, day(5));
}

#[test]
fn horizons_and_buckets_that_are_none_are_refused() {
    let network = Network::new();
    let plan = |start: NaiveDate, end, buckets| {
        let options = Options::default().buckets(buckets);
        run(&network, &State::of(&network), Horizon::new(start, end), &options)
    };
    assert!(said(plan(day(1), day(0), Buckets::Dates)).starts_with("inventory.bad_horizon"));
    assert!(said(plan(day(0), day(40_000), Buckets::Dates)).contains("within 36525 days"));
    assert!(said(plan(day(0), day(9), Buckets::Days(0))).contains("have no days"));
    let twice = Buckets::From(vec![day(3), day(3)]);
    assert!(said(plan(day(0), day(9), twice)).contains("are not in order"));
    assert!(plan(day(0), day(9), Buckets::From(vec![day(3), day(5)])).is_ok());
}

#[test]
fn quantities_without_room_name_the_item() {
    let mut network = Network::new();
    let parts: Vec<_> =
        (0..8).map(|at| network.add(Item::new(format!("P{at}"))).unwrap()).collect();
    for pair in parts.windows(2) {
        network.source(pair[0], Source::make(0).of(1000, pair[1])).unwrap();
    }
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", parts[0], 1, day(3))).unwrap();
    let refused = said(run(&network, &state, Horizon::new(day(0), day(9)), &Options::default()));
    assert!(refused.contains("what is needed of P5 grows beyond"), "{refused}");
}

#[test]
fn millions_of_orders_for_one_need_are_a_mistake() {
    let mut network = Network::new();
    let one = LotRule::Fixed { quantity: Decimal::ONE };
    let bolt = network.add(Item::new("BOLT").digits(0).lot(one)).unwrap();
    network.source(bolt, Source::buy(0)).unwrap();
    let mut state = State::of(&network);
    let demand = state.demand(Demand::order("SO", bolt, 1_000_001, day(3))).unwrap();
    let plan =
        |state: &State| run(&network, state, Horizon::new(day(0), day(9)), &Options::default());
    let refused = said(plan(&state));
    assert!(
        refused
            .contains("BOLT would take more than 1000000 orders for what is short on 2026-01-08"),
        "{refused}"
    );
    state.change_demand(demand, Demand::order("SO", bolt, 10_001, day(3))).unwrap();
    assert_eq!(plan(&state).unwrap().order_count(), 10_001);
}

#[test]
fn who_watches_can_stop_it_and_nothing_is_left_half_done() {
    let mut network = Network::new();
    network.add(Item::new("BIKE")).unwrap();
    let state = State::of(&network);
    let mut told = Vec::new();
    let horizon = Horizon::new(day(0), day(9));
    let mut stop = |at: &fondaco_core::Progressed| {
        told.push(at.to_string());
        ControlFlow::Break(())
    };
    let refused = said(run_watched(&network, &state, horizon, &Options::default(), &mut stop));
    assert!(refused.contains("stopped after 1 of 1 items"), "{refused}");
    assert_eq!(told, ["netting: 1 of 1"]);
}

#[test]
fn a_firm_order_from_a_source_that_is_none_is_refused() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::buy(1)).unwrap();
    let mut state = State::of(&network);
    state.supply(Supply::firm("PL-1", bike, 5, day(3)).from_source(1)).unwrap();
    let refused = said(run(&network, &state, Horizon::new(day(0), day(9)), &Options::default()));
    assert!(refused.contains("the source of PL-1 is 1: count the item's sources"), "{refused}");
}

#[test]
fn taken_out_is_gone() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE")).unwrap();
    let car = network.add(Item::new("CAR")).unwrap();
    let mut state = State::of(&network);
    let order = state.demand(Demand::order("SO", bike, 1, day(3))).unwrap();
    let other = Demand::order("SO", car, 1, day(3));
    assert!(said(state.change_demand(order, other)).contains("no demand with number 0"));
    state.drop_demand(order).unwrap();
    assert!(said(state.drop_demand(order)).contains("no demand with number 0"));
    assert!(said(state.demand_of(order)).starts_with("inventory.no_such_row"));
    let supply = state.supply(Supply::scheduled("PO", bike, 1, day(3))).unwrap();
    state.drop_supply(supply).unwrap();
    assert!(said(state.supply_of(supply)).contains("no supply with number 0"));
}
