//! What is for somebody alone: held for him, made to his order, taken by an order that is released; and what is firm or on order and can
//! come sooner.

use rust_decimal::Decimal;

use super::day;
use crate::mrp::{
    Action, Buckets, Delivery, Demand, Horizon, Item, ItemNo, Message, MrpError, Network, Options,
    PastDue, Plan, Source, State, Supply, run,
};
use fondaco_core::calendar::{Calendar, WorkingWeek};

fn n(whole: i64) -> Decimal {
    whole.into()
}

fn planned(network: &Network, state: &State, options: &Options) -> Plan {
    run(network, state, Horizon::new(day(0), day(59)), options).unwrap()
}

/// How much is ordered in all.
fn total(plan: &Plan, item: ItemNo) -> Decimal {
    plan.orders(item).unwrap().map(|order| order.quantity).sum()
}

fn actions(plan: &Plan, item: ItemNo) -> Vec<Action> {
    plan.messages_of(item).unwrap().iter().map(|message| message.action).collect()
}

fn one(item: Item, lead_days: u32) -> (Network, State, ItemNo) {
    let mut network = Network::new();
    let item = network.add(item).unwrap();
    network.source(item, Source::buy(lead_days)).unwrap();
    let state = State::of(&network);
    (network, state, item)
}

#[test]
fn what_released_orders_take_is_part_of_no_forecast() {
    let (network, mut state, wheel) = one(Item::new("WHEEL").consumes(60, 60), 0);
    state.demand(Demand::forecast("June", wheel, 300, day(5)).through(day(34))).unwrap();
    state.demand(Demand::dependent("WO-1", wheel, 40, day(20))).unwrap();
    assert_eq!(total(&planned(&network, &state, &Options::default()), wheel), n(340));
    state.demand(Demand::order("SO-1", wheel, 100, day(34))).unwrap();
    assert_eq!(total(&planned(&network, &state, &Options::default()), wheel), n(340));
}

#[test]
fn an_order_anywhere_in_the_days_of_a_forecast_is_part_of_it() {
    for (due, ordered) in [(4, 400), (5, 300), (20, 300), (34, 300), (35, 400)] {
        for buckets in [Buckets::Dates, Buckets::Days(1)] {
            let (network, mut state, wheel) = one(Item::new("WHEEL"), 0);
            state.demand(Demand::forecast("June", wheel, 300, day(5)).through(day(34))).unwrap();
            state.demand(Demand::order("SO-1", wheel, 100, day(due))).unwrap();
            let plan = planned(&network, &state, &Options::default().buckets(buckets));
            assert_eq!(total(&plan, wheel), n(ordered), "{due}");
        }
    }
}

#[test]
fn what_is_held_for_one_is_not_given_to_another() {
    let (network, mut state, bike) = one(Item::new("BIKE"), 5);
    let first = state.demand(Demand::order("SO-1", bike, 10, day(50)).held(10)).unwrap();
    let second = state.demand(Demand::order("SO-2", bike, 10, day(10)).held(4)).unwrap();
    let plan = planned(&network, &state, &Options::default());
    let orders: Vec<_> =
        plan.orders(bike).unwrap().map(|order| (order.quantity, order.due)).collect();
    assert_eq!(orders, [(n(6), day(10))]);
    let parts = |of| plan.promise(of).unwrap().parts;
    assert_eq!(parts(first), [(day(50), n(10))]);
    assert_eq!(parts(second), [(day(10), n(10))]);
    assert_eq!(plan.feasible(first).unwrap().day, Some(day(50)));
    let why = plan.explain_demand(second).unwrap().to_string();
    assert!(why.contains("Held for it: 4 pcs"), "{why}");
    let more = Demand::order("SO-3", bike, 10, day(10)).held(11);
    assert!(matches!(state.demand(more), Err(MrpError::Number { .. })));
}

#[test]
fn what_is_held_goes_out_at_once_or_with_the_rest() {
    let (network, mut state, bike) = one(Item::new("BIKE"), 20);
    let late = Demand::order("SO-1", bike, 10, day(3)).held(4);
    let order = state.demand(late.clone()).unwrap();
    let mut with = |delivery: Delivery| {
        state.change_demand(order, late.clone().delivery(delivery)).unwrap();
        let options = Options::default().past_due(PastDue::FromToday);
        let promise = planned(&network, &state, &options).promise(order).unwrap();
        (promise.parts, promise.unmet)
    };
    assert_eq!(with(Delivery::default()), (vec![(day(3), n(4)), (day(20), n(6))], n(0)));
    assert_eq!(with(Delivery::full()), (vec![(day(20), n(10))], n(0)));
    assert_eq!(with(Delivery::default().until(day(9))), (vec![(day(3), n(4))], n(6)));
    assert_eq!(with(Delivery::full().until(day(9))), (vec![], n(10)));
}

#[test]
fn what_is_held_is_part_of_the_forecast_all_the_same() {
    let (network, mut state, wheel) = one(Item::new("WHEEL"), 0);
    state.demand(Demand::forecast("June", wheel, 300, day(5)).through(day(34))).unwrap();
    state.demand(Demand::order("SO-1", wheel, 100, day(20)).held(100)).unwrap();
    assert_eq!(total(&planned(&network, &state, &Options::default()), wheel), n(200));
}

/// Two orders for what is made to order; one has something on order for it alone.
fn to_order() -> (Network, State, ItemNo) {
    let (network, mut state, bike) = one(Item::new("BIKE").make_to_order(), 10);
    state.on_hand(bike, n(50)).unwrap();
    (
        network,
        {
            state.on_hand(bike, n(50)).unwrap();
            state
        },
        bike,
    )
}

#[test]
fn what_comes_for_one_order_is_not_cancelled_for_what_others_could_have() {
    let (network, mut state, bike) = to_order();
    let two = state.demand(Demand::order("SO-2", bike, 4, day(20))).unwrap();
    state.supply(Supply::scheduled("PO-1", bike, 4, day(20)).reserved_for(two)).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(actions(&plan, bike), []);
    assert_eq!(plan.order_count(), 0);
    // What comes for nobody in particular is for nothing, though an order lacks as much.
    state.supply(Supply::scheduled("PO-2", bike, 4, day(20))).unwrap();
    assert_eq!(actions(&planned(&network, &state, &Options::default()), bike), [Action::Cancel]);
}

#[test]
fn what_nothing_comes_for_is_short_whatever_lies_there_for_all() {
    let (mut network, mut state, bike) = to_order();
    network.resource(bike, vec![]).unwrap();
    let order = state.demand(Demand::order("SO-2", bike, 4, day(20))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(plan.promise(order).unwrap().unmet, n(4));
    assert_eq!(actions(&plan, bike), [Action::Short { quantity: n(4), until: None }]);
}

#[test]
fn what_comes_for_one_order_too_late_is_called_in_if_it_may_be() {
    let (network, mut state, bike) = to_order();
    let two = state.demand(Demand::order("SO-2", bike, 4, day(20))).unwrap();
    let late = state.supply(Supply::scheduled("PO-1", bike, 7, day(25)).reserved_for(two)).unwrap();
    let sooner = Options::default().reschedules(5);
    let plan = planned(&network, &state, &sooner);
    assert_eq!(
        (plan.order_count(), actions(&plan, bike)),
        (0, vec![Action::Expedite { to: day(20) }])
    );
    assert_eq!(total(&planned(&network, &state, &Options::default().reschedules(4)), bike), n(4));
    // What is left of it is there for all, when it comes.
    state.on_hand(bike, n(0)).unwrap();
    state.demand(Demand::forecast("F", bike, 3, day(30))).unwrap();
    assert_eq!(planned(&network, &state, &sooner).order_count(), 0);
    let fixed = Supply::scheduled("PO-1", bike, 7, day(25)).reserved_for(two).fixed();
    state.change_supply(late, fixed).unwrap();
    assert_eq!(total(&planned(&network, &state, &sooner), bike), n(4));
}

#[test]
fn nothing_is_made_to_order_for_who_does_not_wait_for_it() {
    let (network, mut state, bike) = to_order();
    let from_today = Options::default().past_due(PastDue::FromToday);
    let wanted = Demand::order("SO", bike, 8, day(2));
    let order = state.demand(wanted.clone()).unwrap();
    let there = Supply::scheduled("PO", bike, 3, day(2)).reserved_for(order);
    state.supply(there).unwrap();
    let mut with = |delivery: Delivery| {
        state.change_demand(order, wanted.clone().delivery(delivery)).unwrap();
        let plan = planned(&network, &state, &from_today);
        let promise = plan.promise(order).unwrap();
        let told = actions(&plan, bike);
        (promise.parts, promise.unmet, total(&plan, bike), told)
    };
    let (now, later) = ((day(2), n(3)), (day(10), n(5)));
    let short = |quantity: i64, until| vec![Action::Short { quantity: n(quantity), until }];
    let soon = Some(day(10));
    assert_eq!(with(Delivery::default()).0, vec![now, later]);
    assert_eq!(
        with(Delivery::default().until(day(12))),
        (vec![now, later], n(0), n(5), {
            let mut told = vec![Action::Release];
            told.extend(short(5, soon));
            told
        })
    );
    assert_eq!(with(Delivery::default().until(day(5))), (vec![now], n(5), n(0), short(5, None)));
    let none = with(Delivery::full().until(day(5)));
    assert_eq!((none.0, none.1, none.2), (vec![], n(8), n(0)));
    let small = with(Delivery::default().until(day(5)).at_least(n(4)));
    assert_eq!((small.0, small.1, small.2), (vec![], n(8), n(0)));
}

#[test]
fn what_is_made_in_passing_passes_on_for_whom() {
    let mut network = Network::new();
    let frame = network.add(Item::new("FRAME").make_to_order()).unwrap();
    let body = network.add(Item::new("BODY").phantom()).unwrap();
    let bike = network.add(Item::new("BIKE").make_to_order()).unwrap();
    network.source(frame, Source::buy(5)).unwrap();
    network.source(body, Source::make(0).of(1, frame)).unwrap();
    network.source(bike, Source::make(2).of(1, body)).unwrap();
    let mut state = State::of(&network);
    state.on_hand(frame, n(9)).unwrap();
    let one = state.demand(Demand::order("SO-1", bike, 3, day(20))).unwrap();
    let two = state.demand(Demand::order("SO-2", bike, 4, day(20))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    let whose = |plan: &Plan| -> Vec<_> {
        plan.orders(frame).unwrap().map(|order| (order.quantity, order.demand)).collect()
    };
    assert_eq!(whose(&plan), [(n(3), Some(one)), (n(4), Some(two))]);
    // Once frames are for all, so is what lies there.
    let mut edit = plan.edit();
    edit.change(frame, Item::new("FRAME")).unwrap();
    assert_eq!(whose(&edit.replan().unwrap()), []);
}

#[test]
fn a_firm_order_is_called_in_rather_than_made_twice() {
    let (network, mut state, bike) = one(Item::new("BIKE"), 2);
    state.demand(Demand::order("SO-1", bike, 5, day(10))).unwrap();
    state.supply(Supply::firm("PL-1", bike, 5, day(11))).unwrap();
    let plan = planned(&network, &state, &Options::default().reschedules(7));
    assert_eq!(plan.order_count(), 1);
    assert_eq!(actions(&plan, bike), [Action::Expedite { to: day(10) }]);
}

#[test]
fn a_firm_order_is_released_when_the_planner_said() {
    let mut network = Network::new();
    let wheel = network.add(Item::new("WHEEL")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(wheel, Source::buy(1)).unwrap();
    network.source(bike, Source::make(2).of(1, wheel)).unwrap();
    let mut state = State::of(&network);
    let firm = Supply::firm("PL-1", bike, 5, day(20)).released_on(day(12));
    state.supply(firm).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(plan.orders(bike).unwrap().next().unwrap().release, day(12));
    assert_eq!(plan.orders(wheel).unwrap().next().unwrap().due, day(12));
}

#[test]
fn a_lead_time_is_beyond_the_horizon_by_the_days_that_it_takes() {
    let mut network = Network::new();
    let works = Calendar::new("works", WorkingWeek::MON_FRI);
    let works = works.over("2025-01-01/2027-12-31".parse().unwrap()).unwrap();
    let works = network.calendar("works", works).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::buy(50).calendar(works)).unwrap();
    let state = State::of(&network);
    let refused = run(&network, &state, Horizon::new(day(0), day(59)), &Options::default());
    assert!(matches!(refused, Err(MrpError::LeadTime { lead_days: 70, .. })), "{refused:?}");
    assert!(run(&network, &state, Horizon::new(day(0), day(69)), &Options::default()).is_ok());
}

#[test]
fn messages_of_one_item_are_the_same_in_any_plan_of_it() {
    let (network, mut state, bike) = to_order();
    for at in 0..4 {
        let order = state.demand(Demand::order("SO", bike, 2 + at, day(20 + at))).unwrap();
        let supply = Supply::scheduled("PO", bike, 3, day(18 + 2 * at));
        state.supply(if at % 2 == 0 { supply.reserved_for(order) } else { supply }).unwrap();
    }
    let plan = planned(&network, &state, &Options::default().reschedules(3));
    let all: Vec<Message> = plan.messages().unwrap();
    assert_eq!(all, plan.messages_of(bike).unwrap());
}
