//! What a plan says: messages and their damping, promises by policy, what a demand waits for.

use fondaco_core::calendar::{Calendar, WorkingWeek};
use rust_decimal::Decimal;

use super::{day, dec};
use crate::mrp::{
    Action, Buckets, Component, Damping, Delivery, Demand, DemandNo, Help, Horizon, Item, ItemNo,
    NeedOf, Network, Options, Output, PastDue, Plan, Promise, Reason, Source, State, Supply,
    SupplyOf, run,
};

/// One item, bought in some days.
struct One {
    network: Network,
    state: State,
    item: ItemNo,
}

impl One {
    fn new(item: Item, lead_days: u32) -> One {
        let mut network = Network::new();
        let item = network.add(item).unwrap();
        network.source(item, Source::buy(lead_days)).unwrap();
        let state = State::of(&network);
        One { network, state, item }
    }

    fn wanted(&mut self, quantity: i64, due: i64) -> DemandNo {
        self.state.demand(Demand::order("SO", self.item, quantity, day(due))).unwrap()
    }

    fn coming(&mut self, quantity: i64, due: i64) {
        self.state.supply(Supply::scheduled("PO", self.item, quantity, day(due))).unwrap();
    }

    fn plan(&self, options: &Options) -> Plan {
        run(&self.network, &self.state, Horizon::new(day(0), day(59)), options).unwrap()
    }

    fn told(&self, damping: Damping) -> Vec<(Action, Reason)> {
        self.told_by(&Options::default().damping(damping))
    }

    fn told_by(&self, options: &Options) -> Vec<(Action, Reason)> {
        let plan = self.plan(options);
        let messages = plan.messages_of(self.item).unwrap();
        messages.iter().map(|message| (message.action, message.reason)).collect()
    }

    fn promised(&self, demand: DemandNo) -> (Promise, usize) {
        let plan = self.plan(&Options::default().past_due(PastDue::FromToday));
        (plan.promise(demand).unwrap(), plan.order_count())
    }
}

fn n(whole: i64) -> Decimal {
    whole.into()
}

#[test]
fn what_comes_too_early_is_put_off_unless_it_is_hardly_so() {
    let mut one = One::new(Item::new("BIKE"), 2);
    let order = one.wanted(5, 20);
    one.coming(5, 10);
    let needed = Reason::Needed { by: NeedOf::Demand(order), on: day(20) };
    let put_off = [(Action::Defer { to: day(20) }, needed)];
    assert_eq!(one.told(Damping::default()), put_off);
    assert_eq!(one.told(Damping::new(0, 9, n(0))), put_off);
    assert_eq!(one.told(Damping::new(0, 10, n(0))), []);
}

#[test]
fn what_comes_too_late_is_called_in_unless_it_is_hardly_so() {
    let mut one = One::new(Item::new("BIKE"), 2);
    one.wanted(5, 10);
    one.coming(5, 13);
    let actions = |damping| {
        let told = one.told_by(&Options::default().reschedules(3).damping(damping));
        told.iter().map(|told| told.0).collect::<Vec<_>>()
    };
    assert!(actions(Damping::new(2, 0, n(0))).contains(&Action::Expedite { to: day(10) }));
    assert!(actions(Damping::new(3, 0, n(0))).is_empty());
}

#[test]
fn what_nobody_needs_is_cancelled_unless_it_is_hardly_anything() {
    let mut one = One::new(Item::new("BIKE"), 2);
    one.coming(3, 13);
    assert_eq!(one.told(Damping::new(0, 0, n(2))), [(Action::Cancel, Reason::NotNeeded)]);
    assert_eq!(one.told(Damping::new(0, 0, n(3))), []);
}

#[test]
fn what_comes_after_the_horizon_is_for_what_is_needed_then() {
    let mut one = One::new(Item::new("BIKE"), 2);
    one.coming(100, 80);
    assert_eq!(one.told(Damping::default()), []);
    // Whoever needs it now can still have it.
    one.network.resource(one.item, vec![]).unwrap();
    one.wanted(5, 10);
    let actions: Vec<_> = one.told(Damping::default()).into_iter().map(|told| told.0).collect();
    assert_eq!(actions[0], Action::Expedite { to: day(10) });
}

#[test]
fn a_need_is_met_by_a_new_order_or_by_what_is_called_in() {
    let mut one = One::new(Item::new("BIKE"), 2);
    let order = one.wanted(10, 5);
    one.coming(10, 50);
    let needed = Reason::Needed { by: NeedOf::Demand(order), on: day(5) };
    let released = Damping::default().release_within(5);
    let both = [(Action::Cancel, Reason::NotNeeded), (Action::Release, needed)];
    assert_eq!(one.told(released), both);
    let sooner = Options::default().reschedules(50).damping(released);
    assert_eq!(one.told_by(&sooner), [(Action::Expedite { to: day(5) }, needed)]);
    // An order that comes late is still for what it was planned for.
    let from_today = Options::default().past_due(PastDue::FromToday).damping(released);
    one.wanted(10, 50);
    one.network.resource(one.item, vec![Source::buy(20)]).unwrap();
    let told = one.told_by(&from_today);
    assert!(told.contains(&(Action::Release, needed)), "{told:?}");
    assert!(!told.iter().any(|told| matches!(told.0, Action::Expedite { .. })), "{told:?}");
}

#[test]
fn safety_stock_that_new_orders_restore_calls_nothing_in() {
    let mut one = One::new(Item::new("BIKE").safety_stock(n(10)), 2);
    one.state.on_hand(one.item, n(10)).unwrap();
    for due in [5, 20, 30] {
        one.wanted(10, due);
    }
    one.coming(10, 30);
    assert_eq!(one.told(Damping::default()), []);
}

#[test]
fn what_should_have_come_is_asked_for() {
    let mut one = One::new(Item::new("BIKE"), 2);
    let order = one.wanted(5, 3);
    one.coming(5, -2);
    let needed = Reason::Needed { by: NeedOf::Demand(order), on: day(3) };
    assert_eq!(one.told(Damping::default()), [(Action::Overdue { days: 2 }, needed)]);
}

#[test]
fn orders_are_released_on_their_day_or_late() {
    let mut one = One::new(Item::new("BIKE"), 2);
    let (late, soon) = (one.wanted(5, 1), one.wanted(7, 4));
    let needed = |by, on| Reason::Needed { by: NeedOf::Demand(by), on: day(on) };
    let at_once = (Action::ReleaseLate { days: 1 }, needed(late, 1));
    assert_eq!(one.told(Damping::default().release_within(1)), [at_once]);
    let then = (Action::Release, needed(soon, 4));
    assert_eq!(one.told(Damping::default().release_within(2)), [at_once, then]);
}

#[test]
fn what_is_short_within_the_fence_says_so() {
    let mut one = One::new(Item::new("BIKE").fences(0, 10), 2);
    one.wanted(5, 4);
    let short = Action::Short { quantity: n(5), until: Some(day(10)) };
    assert_eq!(one.told(Damping::default()), [(short, Reason::Fence { ends: day(10) })]);
}

#[test]
fn nothing_is_ordered_for_who_does_not_wait_for_it() {
    let mut one = One::new(Item::new("BIKE"), 10);
    one.state.on_hand(one.item, n(3)).unwrap();
    let order = one.wanted(8, 2);
    let mut with = |delivery| {
        let demand = Demand::order("SO", one.item, 8, day(2)).delivery(delivery);
        one.state.change_demand(order, demand).unwrap();
        let (promise, orders) = one.promised(order);
        (promise.parts, promise.unmet, orders)
    };
    let (now, later) = ((day(2), n(3)), (day(10), n(5)));
    assert_eq!(with(Delivery::default()), (vec![now, later], n(0), 1));
    assert_eq!(with(Delivery::default().until(day(12))), (vec![now, later], n(0), 1));
    assert_eq!(with(Delivery::default().until(day(5))), (vec![now], n(5), 0));
    assert_eq!(with(Delivery::full().until(day(5))), (vec![], n(8), 0));
    assert_eq!(with(Delivery::full()), (vec![(day(10), n(8))], n(0), 1));
}

#[test]
fn the_first_by_priority_gets_what_there_is() {
    let mut one = One::new(Item::new("BIKE"), 10);
    one.state.on_hand(one.item, n(3)).unwrap();
    let last = one.wanted(3, 2);
    let first = Demand::order("SO", one.item, 3, day(2)).priority(0);
    let behind = Demand::order("SO", one.item, 3, day(2)).priority(5);
    one.state.change_demand(last, behind).unwrap();
    let first = one.state.demand(first).unwrap();
    assert_eq!(one.promised(first).0.parts, [(day(2), n(3))]);
    assert_eq!(one.promised(last).0.parts, [(day(10), n(3))]);
}

#[test]
fn who_does_not_wait_gets_what_is_there_when_it_is_its_turn() {
    let met = |of_first: (u16, i64, i64), of_second: (u16, i64)| {
        let mut one = One::new(Item::new("BIKE"), 10);
        one.state.on_hand(one.item, n(10)).unwrap();
        let (priority, due, until) = of_first;
        let hasty = Demand::order("SO-1", one.item, 10, day(due)).priority(priority);
        let hasty = hasty.delivery(Delivery::default().until(day(until)));
        let hasty = one.state.demand(hasty).unwrap();
        let (priority, due) = of_second;
        let patient = Demand::order("SO-2", one.item, 10, day(due)).priority(priority);
        let patient = one.state.demand(patient).unwrap();
        let (first, orders) = one.promised(hasty);
        (first.parts, one.promised(patient).0.parts, orders)
    };
    let (at, late) = (|on| vec![(day(on), n(10))], vec![(day(10), n(10))]);
    assert_eq!(met((0, 3, 3), (1, 3)), (at(3), late.clone(), 1));
    assert_eq!(met((1, 3, 3), (0, 3)), (vec![], at(3), 0));
    // Who comes later comes after, whatever the priority; of the past all come at once.
    assert_eq!(met((5, 3, 6), (0, 4)), (at(3), late.clone(), 1));
    assert_eq!(met((1, -9, 6), (0, -3)), (vec![], at(0), 0));
    assert_eq!(met((0, -3, 6), (1, -9)), (at(0), late, 1));
}

#[test]
fn what_is_not_planned_for_is_said_to_be_short() {
    let mut one = One::new(Item::new("BIKE"), 10);
    one.state.on_hand(one.item, n(3)).unwrap();
    let hasty = Demand::order("SO-1", one.item, 8, day(2));
    one.state.demand(hasty.delivery(Delivery::default().until(day(5)))).unwrap();
    one.wanted(4, 30);
    let plan = one.plan(&Options::default().past_due(PastDue::FromToday));
    let table = plan.table(one.item).unwrap();
    let row = |on| table.periods.iter().find(|row| row.start == day(on)).unwrap();
    assert_eq!((row(2).gross, row(2).lost, row(2).projected), (n(3), n(5), n(0)));
    assert_eq!((row(30).net, row(30).receipts, row(30).lost), (n(4), n(4), n(0)));
    let told = plan.messages_of(one.item).unwrap();
    let told: Vec<_> = told.iter().map(|message| (message.day, message.action)).collect();
    assert_eq!(told, [(day(2), Action::Short { quantity: n(5), until: None })]);
}

#[test]
fn who_would_not_take_it_any_more_needs_nothing() {
    let mut one = One::new(Item::new("BIKE"), 0);
    let gone =
        Demand::order("SO", one.item, 8, day(-4)).delivery(Delivery::default().until(day(-2)));
    let gone = one.state.demand(gone).unwrap();
    for there in [0, 10] {
        one.state.on_hand(one.item, n(there)).unwrap();
        for past in [PastDue::AtStart, PastDue::FromToday] {
            let plan = one.plan(&Options::default().past_due(past));
            let promise = plan.promise(gone).unwrap();
            assert_eq!((promise.parts, promise.unmet), (vec![], n(8)), "{there} {past:?}");
            assert_eq!(plan.order_count(), 0, "{there} {past:?}");
        }
    }
}

#[test]
fn all_that_is_wanted_is_not_too_small_a_part() {
    let mut one = One::new(Item::new("BIKE"), 2);
    one.state.on_hand(one.item, n(100)).unwrap();
    let small =
        Demand::order("SO", one.item, 5, day(2)).delivery(Delivery::default().at_least(n(11)));
    let small = one.state.demand(small).unwrap();
    assert_eq!(one.promised(small).0.parts, [(day(2), n(5))]);
}

#[test]
fn each_line_of_a_component_waits_for_its_own_day() {
    let mut network = Network::new();
    let bolt = network.add(Item::new("BOLT")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bolt, Source::buy(3)).unwrap();
    let later = Component::new(bolt, 2).after_days(5);
    network.source(bike, Source::make(10).component(later).of(1, bolt)).unwrap();
    let mut state = State::of(&network);
    let order = state.demand(Demand::order("SO", bike, 10, day(20))).unwrap();
    let horizon = Horizon::new(day(0), day(59));
    let plan = run(&network, &state, horizon, &Options::default()).unwrap();
    let feasible = plan.feasible(order).unwrap();
    assert_eq!((feasible.day, feasible.late_days), (Some(day(20)), 0));
    assert!(feasible.chain.is_empty(), "{:?}", feasible.chain);
}

#[test]
fn a_late_order_is_followed_to_the_receipt_that_it_waits_for() {
    let mut network = Network::new();
    let wheel = network.add(Item::new("WHEEL")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::make(2).of(1, wheel)).unwrap();
    let mut state = State::of(&network);
    let order = state.demand(Demand::order("SO", bike, 10, day(12))).unwrap();
    let receipt = state.supply(Supply::scheduled("PO", wheel, 10, day(30))).unwrap();
    let horizon = Horizon::new(day(0), day(59));
    let plan = run(&network, &state, horizon, &Options::default()).unwrap();
    let feasible = plan.feasible(order).unwrap();
    assert_eq!((feasible.day, feasible.late_days), (Some(day(32)), 20));
    let chain: Vec<_> = feasible.chain.iter().map(|link| (link.item, link.of, link.help)).collect();
    assert_eq!(
        chain,
        [
            (bike, Some(SupplyOf::Order(0)), Help::Next),
            (wheel, Some(SupplyOf::Supply(receipt)), Help::CallIn { to: day(10) }),
        ]
    );
}

#[test]
fn what_a_bucket_brings_itself_is_not_called_in() {
    let mut network = Network::new();
    let works = Calendar::new("works", WorkingWeek::MON_FRI);
    let works = works.over("2025-01-01/2027-12-31".parse().unwrap()).unwrap();
    let works = network.calendar("works", works).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    let oil = network.add(Item::new("OIL")).unwrap();
    // Nearly all the oil comes out again, one day after it went in: in the same bucket.
    let again = Component::new(oil, dec("1.01")).after_days(-1);
    let source = Source::make(0).calendar(works).component(again).output(Output::new(oil, n(1)));
    network.source(bike, source).unwrap();
    network.source(oil, Source::buy(0)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO-1", bike, 23, day(12))).unwrap();
    state.supply(Supply::scheduled("PO-1", oil, 1, day(12))).unwrap();
    let options = Options::default().buckets(Buckets::Days(2));
    let plan = run(&network, &state, Horizon::new(day(0), day(59)), &options).unwrap();
    let actions: Vec<_> =
        plan.messages_of(oil).unwrap().into_iter().map(|message| message.action).collect();
    assert_eq!(actions, [Action::Cancel]);
}
