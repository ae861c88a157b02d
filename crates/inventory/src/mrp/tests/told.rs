//! What a plan says: messages and their damping, promises by policy, what a demand waits for.

use rust_decimal::Decimal;

use super::day;
use crate::mrp::{
    Action, Damping, Delivery, Demand, DemandNo, Help, Horizon, Item, ItemNo, NeedOf, Network,
    Options, PastDue, Plan, Promise, Reason, Source, State, Supply, SupplyOf, run,
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
        let plan = self.plan(&Options::default().damping(damping));
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
    let actions = |damping| one.told(damping).iter().map(|told| told.0).collect::<Vec<_>>();
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
