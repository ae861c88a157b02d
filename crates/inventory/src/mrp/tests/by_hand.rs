//! Cases that are worked out by hand.

use fondaco_core::DateRange;
use fondaco_core::calendar::{Calendar, WorkingWeek};
use rust_decimal::Decimal;

use super::{day, dec};
use crate::mrp::{
    Action, Alternate, Buckets, Component, Demand, Horizon, Item, ItemNo, LotRule, Network,
    Options, Output, PastDue, Plan, ScrapRule, Source, State, Supply, run,
};
use crate::ordering::OrderModifiers;

/// Quantity, release and due day of each order.
fn orders(plan: &Plan, item: ItemNo) -> Vec<(Decimal, i64, i64)> {
    let after = |date: chrono::NaiveDate| (date - day(0)).num_days();
    let orders = plan.orders(item).unwrap();
    orders.map(|order| (order.quantity, after(order.release), after(order.due))).collect()
}

fn planned(network: &Network, state: &State, options: &Options) -> Plan {
    run(network, state, Horizon::new(day(0), day(59)), options).unwrap()
}

fn n(whole: i64) -> Decimal {
    whole.into()
}

#[test]
fn a_hundred_thousand_levels_are_a_number() {
    let mut network = Network::new();
    let items: Vec<ItemNo> =
        (0..100_000).map(|at| network.add(Item::new(format!("I{at}"))).unwrap()).collect();
    for pair in items.windows(2) {
        network.source(pair[0], Source::make(0).of(1, pair[1])).unwrap();
    }
    let last = *items.last().unwrap();
    network.source(last, Source::buy(3)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", items[0], 7, day(30))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(plan.level(last).unwrap(), 99_999);
    assert_eq!(orders(&plan, last), [(n(7), 27, 30)]);
    // And round they go.
    network.source(last, Source::make(0).of(1, items[0])).unwrap();
    assert_eq!(network.levels().unwrap_err().code(), "inventory.bom_cycle");
}

#[test]
fn a_diamond_of_a_million_ways_is_twenty_one_items() {
    let mut network = Network::new();
    let items: Vec<ItemNo> =
        (0..21).map(|at| network.add(Item::new(format!("I{at}"))).unwrap()).collect();
    for pair in items.windows(2) {
        network.source(pair[0], Source::make(0).of(1, pair[1]).of(1, pair[1])).unwrap();
    }
    let all = network.explode(items[0], n(1), day(0), &Options::default()).unwrap();
    assert_eq!(all.last().unwrap().needed, n(1 << 20));
}

#[test]
fn a_phantom_passes_on_what_is_not_there() {
    let mut network = Network::new();
    let leg = network.add(Item::new("LEG")).unwrap();
    let kit = network.add(Item::new("KIT").phantom()).unwrap();
    let table = network.add(Item::new("TABLE")).unwrap();
    network.source(leg, Source::buy(5)).unwrap();
    network.source(kit, Source::make(0).of(4, leg)).unwrap();
    network.source(table, Source::make(2).of(1, kit)).unwrap();
    let mut state = State::of(&network);
    state.on_hand(kit, n(3)).unwrap();
    state.demand(Demand::order("SO", table, 10, day(20))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, leg), [(n(28), 13, 18)]);
    let proposed: Vec<ItemNo> = plan.proposals().map(|order| order.item).collect();
    assert_eq!(proposed, [leg, table]);
}

#[test]
fn a_phantom_takes_no_time_and_nobody_orders_it() {
    let mut network = Network::new();
    let leg = network.add(Item::new("LEG")).unwrap();
    let kit = Item::new("KIT").phantom().safety_days(2).fences(0, 30);
    let kit = kit.modifiers(OrderModifiers::at_least(n(15)).in_multiples_of(n(10)));
    let kit = network.add(kit).unwrap();
    let table = network.add(Item::new("TABLE")).unwrap();
    network.source(leg, Source::buy(5)).unwrap();
    network.source(kit, Source::make(3).of(4, leg)).unwrap();
    network.source(table, Source::make(2).of(1, kit)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", table, 3, day(20))).unwrap();
    for past in [PastDue::AtStart, PastDue::FromToday] {
        let plan = planned(&network, &state, &Options::default().past_due(past));
        assert_eq!(orders(&plan, leg), [(n(12), 13, 18)]);
    }
}

#[test]
fn what_is_needed_after_the_horizon_is_left_for_later() {
    let mut network = Network::new();
    let wheel = network.add(Item::new("WHEEL")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(wheel, Source::buy(5)).unwrap();
    network.source(bike, Source::make(10).of(2, wheel)).unwrap();
    let mut state = State::of(&network);
    state.supply(Supply::firm("PL", bike, 20, day(100))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, wheel), []);
    assert!(plan.pegging(wheel).unwrap().needs.is_empty());
}

#[test]
fn a_source_is_asked_as_soon_as_it_is_valid() {
    let mut network = Network::new();
    let bolt = network.add(Item::new("BOLT")).unwrap();
    let valid = DateRange::new(day(16), day(50)).unwrap();
    network.source(bolt, Source::buy(0).valid(valid)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", bolt, 10, day(6))).unwrap();
    let plan = planned(&network, &state, &Options::default().past_due(PastDue::FromToday));
    assert_eq!(orders(&plan, bolt), [(n(10), 16, 16)]);
}

#[test]
fn safety_stock_that_changes_within_a_bucket_does_at_its_beginning() {
    let mut network = Network::new();
    let bolt = network.add(Item::new("BOLT").safety_from(day(41), n(50))).unwrap();
    network.source(bolt, Source::buy(1)).unwrap();
    let months = Options::default().buckets(Buckets::Months);
    let plan = planned(&network, &State::of(&network), &months);
    assert_eq!(orders(&plan, bolt), [(n(50), 26, 27)]);
    let table = plan.table(bolt).unwrap();
    let shown: Vec<_> = table.periods.iter().map(|row| (row.net, row.receipts)).collect();
    assert_eq!(shown, [(n(0), n(0)), (n(50), n(50)), (n(0), n(0))]);
}

#[test]
fn lead_times_are_working_days_of_the_calendar() {
    let works = Calendar::new("works", WorkingWeek::MON_FRI).day_off(day(8), "a holiday");
    let works = works.over("2025-01-01/2027-12-31".parse().unwrap()).unwrap();
    let mut network = Network::new();
    let works = network.calendar("works", works).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::make(4).calendar(works)).unwrap();
    let mut state = State::of(&network);
    // Sunday in two weeks: there on the Friday before; released four working days before, over a holiday on Tuesday.
    state.demand(Demand::order("SO", bike, 1, day(13))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, bike), [(n(1), 4, 11)]);
}

#[test]
fn the_past_is_collected_kept_or_can_not_be_had() {
    let mut network = Network::new();
    let wheel = network.add(Item::new("WHEEL")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(wheel, Source::buy(4)).unwrap();
    network.source(bike, Source::make(3).of(2, wheel)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", bike, 5, day(1))).unwrap();
    let of = |past| planned(&network, &state, &Options::default().past_due(past));
    let at_start = of(PastDue::AtStart);
    assert_eq!(orders(&at_start, bike), [(n(5), -2, 1)]);
    assert_eq!(orders(&at_start, wheel), [(n(10), -4, 0)]);
    let as_dated = of(PastDue::AsDated { days: 30 });
    assert_eq!(orders(&as_dated, bike), [(n(5), -2, 1)]);
    assert_eq!(orders(&as_dated, wheel), [(n(10), -6, -2)]);
    let from_today = of(PastDue::FromToday);
    assert_eq!(orders(&from_today, bike), [(n(5), 0, 3)]);
    assert_eq!(orders(&from_today, wheel), [(n(10), 0, 4)]);
}

#[test]
fn where_the_past_stays_dated_so_does_what_comes() {
    let mut network = Network::new();
    let bolt = network.add(Item::new("BOLT")).unwrap();
    network.source(bolt, Source::buy(2)).unwrap();
    let mut state = State::of(&network);
    let order = state.demand(Demand::order("SO", bolt, 10, day(-20))).unwrap();
    let receipt = state.supply(Supply::scheduled("PO", bolt, 10, day(-25))).unwrap();
    let as_dated = Options::default().past_due(PastDue::AsDated { days: 30 });
    let plan = planned(&network, &state, &as_dated);
    assert_eq!(orders(&plan, bolt), []);
    assert_eq!(plan.promise(order).unwrap().parts, [(day(-20), n(10))]);
    let later = Supply::scheduled("PO", bolt, 10, day(-15));
    state.change_supply(receipt, later).unwrap();
    let plan = planned(&network, &state, &as_dated);
    assert_eq!(orders(&plan, bolt), [(n(10), -22, -20)]);
}

#[test]
fn alternates_go_in_when_the_line_does_not_hold() {
    let mut network = Network::new();
    let old = network.add(Item::new("OLD")).unwrap();
    let new = network.add(Item::new("NEW")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    for part in [old, new] {
        network.source(part, Source::buy(0)).unwrap();
    }
    let line = Component::new(old, 1).valid(DateRange::until(day(10))).or(Alternate::new(new, 2));
    network.source(bike, Source::make(0).component(line)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO-1", bike, 5, day(10))).unwrap();
    state.demand(Demand::order("SO-2", bike, 5, day(11))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, old), [(n(5), 10, 10)]);
    assert_eq!(orders(&plan, new), [(n(10), 11, 11)]);
}

#[test]
fn the_second_supplier_delivers_what_the_first_can_not_in_time() {
    let mut network = Network::new();
    let bolt = network.add(Item::new("BOLT")).unwrap();
    network.source(bolt, Source::buy(2).priority(2)).unwrap();
    network.source(bolt, Source::buy(20).priority(1)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO-1", bolt, 5, day(10))).unwrap();
    state.demand(Demand::order("SO-2", bolt, 7, day(30))).unwrap();
    let options = Options::default().past_due(PastDue::FromToday);
    let plan = planned(&network, &state, &options);
    assert_eq!(orders(&plan, bolt), [(n(5), 8, 10), (n(7), 10, 30)]);
    // Where orders may be late, the first one is always the first.
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, bolt), [(n(5), -10, 10), (n(7), 10, 30)]);
}

#[test]
fn what_is_used_up_is_replaced() {
    let mut network = Network::new();
    let new = network.add(Item::new("NEW")).unwrap();
    let old = network.add(Item::new("OLD")).unwrap();
    network.source(new, Source::buy(3)).unwrap();
    network.source(old, Source::substitute(new, dec("1.5"))).unwrap();
    let mut state = State::of(&network);
    state.on_hand(old, n(6)).unwrap();
    state.demand(Demand::order("SO", old, 10, day(10))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, new), [(n(6), 7, 10)]);
}

#[test]
fn sites_supply_one_another() {
    let mut network = Network::new();
    let central = network.add(Item::new(crate::mrp::Sku::from("BIKE").at("CENTRAL"))).unwrap();
    let lot = LotRule::Fixed { quantity: n(20) };
    let shop = network.add(Item::new(crate::mrp::Sku::from("BIKE").at("SHOP")).lot(lot)).unwrap();
    network.source(central, Source::make(10)).unwrap();
    network.source(shop, Source::transfer(central, 2)).unwrap();
    let mut state = State::of(&network);
    state.on_hand(central, n(15)).unwrap();
    state.demand(Demand::order("SO", shop, 12, day(20))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, shop), [(n(20), 18, 20)]);
    assert_eq!(orders(&plan, central), [(n(5), 8, 18)]);
}

#[test]
fn what_comes_out_besides_is_there_for_others() {
    let mut network = Network::new();
    let whey = network.add(Item::new("WHEY")).unwrap();
    let cheese = network.add(Item::new("CHEESE")).unwrap();
    network.source(whey, Source::buy(1)).unwrap();
    network.source(cheese, Source::make(2).makes(n(10)).output(Output::new(whey, 9))).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO-1", cheese, 20, day(10))).unwrap();
    state.demand(Demand::order("SO-2", whey, 25, day(12))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, whey), [(n(7), 11, 12)]);
}

#[test]
fn scrap_is_a_share_of_what_goes_in_or_of_what_is_needed() {
    let mut network = Network::new();
    let part = network.add(Item::new("PART")).unwrap();
    let bike = network.add(Item::new("BIKE")).unwrap();
    let line = Component::new(part, 9).scrap(dec("0.1"));
    network.source(bike, Source::make(0).component(line)).unwrap();
    let of = |rule| {
        let options = Options::default().scrap(rule);
        network.explode(bike, n(10), day(0), &options).unwrap()[0].needed
    };
    assert_eq!((of(ScrapRule::OfInput), of(ScrapRule::OfNeed)), (n(100), n(99)));
}

#[test]
fn what_is_used_up_in_setting_up_goes_by_orders() {
    let mut network = Network::new();
    let strip = network.add(Item::new("STRIP").digits(1)).unwrap();
    let lot = LotRule::Fixed { quantity: n(4) };
    let part = network.add(Item::new("PART").lot(lot)).unwrap();
    network.source(strip, Source::buy(0)).unwrap();
    let setup = Component::new(strip, dec("0.25")).per_order();
    network.source(part, Source::make(0).component(setup).of(1, strip)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO", part, 8, day(10))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, strip), [(dec("8.6"), 10, 10)]); // 2 x (4 + 0.3), rounded up to tenths
}

#[test]
fn orders_are_part_of_forecasts() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").consumes(5, 5).fences(3, 0)).unwrap();
    network.source(bike, Source::buy(0)).unwrap();
    let mut state = State::of(&network);
    for (id, quantity, due) in [("F0", 10, 2), ("F1", 10, 10), ("F2", 10, 14), ("F3", 10, 30)] {
        state.demand(Demand::forecast(id, bike, quantity, day(due))).unwrap();
    }
    state.demand(Demand::order("SO", bike, 14, day(12))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    // F0 lies within the fence; F1 goes first, 4 of F2 next; F3 is too far away.
    assert_eq!(orders(&plan, bike), [(n(14), 12, 12), (n(6), 14, 14), (n(10), 30, 30)]);
}

#[test]
fn what_was_forecast_for_the_past_is_over() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").consumes(40, 0)).unwrap();
    let frame = network.add(Item::new("FRAME")).unwrap();
    for item in [bike, frame] {
        network.source(item, Source::buy(0)).unwrap();
    }
    let mut state = State::of(&network);
    for (id, due) in [("F-0", -31), ("F-1", 0)] {
        state.demand(Demand::forecast(id, bike, 400, day(due))).unwrap();
    }
    state.demand(Demand::order("SO-1", bike, 300, day(0))).unwrap();
    // What is late is not part of what is forecast for today.
    state.demand(Demand::forecast("F-2", frame, 100, day(0))).unwrap();
    state.demand(Demand::order("SO-2", frame, 40, day(-20))).unwrap();
    for buckets in [Buckets::Dates, Buckets::Months] {
        let plan = planned(&network, &state, &Options::default().buckets(buckets));
        assert_eq!(orders(&plan, bike), [(n(400), 0, 0)]);
        assert_eq!(orders(&plan, frame), [(n(140), 0, 0)]);
    }
}

#[test]
fn of_a_forecast_of_many_days_the_rest_is_still_to_come() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").digits(0).fences(2, 0)).unwrap();
    network.source(bike, Source::buy(0)).unwrap();
    let mut state = State::of(&network);
    let forecast = |id, due, last| Demand::forecast(id, bike, 100, day(due)).through(day(last));
    state.demand(forecast("F-0", -14, -8)).unwrap();
    state.demand(forecast("F-1", -7, 8)).unwrap();
    state.demand(forecast("F-2", 9, 20)).unwrap();
    let planned = |state: &State| orders(&planned(&network, state, &Options::default()), bike);
    // Of 16 days, 7 are left after the fence: 43.75.
    assert_eq!(planned(&state), [(n(44), 2, 2), (n(100), 9, 9)]);
    // An order is part of the forecast of its day; what is older, or within the fence, is of the days that are over first.
    state.demand(Demand::order("SO-1", bike, 30, day(5))).unwrap();
    state.demand(Demand::order("SO-2", bike, 40, day(20))).unwrap();
    state.demand(Demand::order("SO-3", bike, 9, day(-3))).unwrap();
    let all = [(n(9), 0, 0), (n(14), 2, 2), (n(30), 5, 5), (n(60), 9, 9), (n(40), 20, 20)];
    assert_eq!(planned(&state), all);
    // Of what has gone out, 56 - 9 were expected by now, 8 more are of what is left.
    state.demand(Demand::sent("SO-4", bike, 55, day(-2))).unwrap();
    let all = [(n(9), 0, 0), (n(6), 2, 2), (n(30), 5, 5), (n(60), 9, 9), (n(40), 20, 20)];
    assert_eq!(planned(&state), all);
}

/// What was sent of a week that is over is of that week's forecast, however far orders look for theirs.
#[test]
fn what_was_sent_is_part_of_the_days_in_which_it_lies_alone() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").digits(0).consumes(7, 7)).unwrap();
    network.source(bike, Source::buy(0)).unwrap();
    let mut state = State::of(&network);
    for (id, due) in [("F-1", 0), ("F-2", 7)] {
        let week = Demand::forecast(id, bike, 100, day(due)).through(day(due + 6));
        state.demand(week).unwrap();
    }
    let planned = |state: &State| orders(&planned(&network, state, &Options::default()), bike);
    let all = [(n(100), 0, 0), (n(100), 7, 7)];
    assert_eq!(planned(&state), all);
    state.demand(Demand::sent("SO-1", bike, 100, day(-3))).unwrap();
    assert_eq!(planned(&state), all);
    // Sent before its day, it is of that day's week, and what is more than that of none.
    state.demand(Demand::sent("SO-2", bike, 130, day(8))).unwrap();
    assert_eq!(planned(&state), [(n(100), 0, 0)]);
    // What is open and late is wanted still, and looks further.
    state.demand(Demand::order("SO-3", bike, 30, day(-3)).held(n(30))).unwrap();
    assert_eq!(planned(&state), [(n(70), 0, 0)]);
}

/// One in a month is one until half of the month is over.
#[test]
fn few_pieces_of_a_forecast_are_not_gone_on_its_second_day() {
    let rest = |quantity: i64, due: i64, last: i64| {
        let mut network = Network::new();
        let bike = network.add(Item::new("BIKE").digits(0)).unwrap();
        network.source(bike, Source::buy(0)).unwrap();
        let mut state = State::of(&network);
        let forecast = Demand::forecast("F", bike, quantity, day(due)).through(day(last));
        state.demand(forecast).unwrap();
        let plan = planned(&network, &state, &Options::default());
        orders(&plan, bike).iter().map(|(quantity, ..)| *quantity).sum::<Decimal>()
    };
    assert_eq!(rest(1, -1, 28), n(1));
    assert_eq!(rest(1, -15, 14), n(1));
    assert_eq!(rest(1, -16, 13), n(0));
    assert_eq!(rest(3, -1, 28), n(3));
}

#[test]
fn within_the_planning_fence_nothing_new_is_planned() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").fences(0, 10)).unwrap();
    network.source(bike, Source::buy(2)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO-1", bike, 5, day(4))).unwrap();
    state.supply(Supply::firm("PL-1", bike, 2, day(6))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    assert_eq!(orders(&plan, bike), [(n(2), 4, 6), (n(3), 8, 10)]);
}

#[test]
fn what_is_on_order_comes_sooner_before_anything_is_planned() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::buy(2)).unwrap();
    let mut state = State::of(&network);
    state.demand(Demand::order("SO-1", bike, 5, day(4))).unwrap();
    state.supply(Supply::scheduled("PO-1", bike, 5, day(9))).unwrap();
    let as_dated = planned(&network, &state, &Options::default());
    assert_eq!(orders(&as_dated, bike), [(n(5), 2, 4)]);
    let sooner = planned(&network, &state, &Options::default().reschedules(5));
    assert_eq!(orders(&sooner, bike), []);
    let table = sooner.table(bike).unwrap();
    let shown = table.periods.iter().find(|row| row.start == day(4)).unwrap();
    assert_eq!((shown.scheduled, shown.net, shown.projected), (n(5), n(0), n(0)));
    let not_so_soon = planned(&network, &state, &Options::default().reschedules(4));
    assert_eq!(orders(&not_so_soon, bike), [(n(5), 2, 4)]);
}

#[test]
fn made_to_order_is_apart_from_the_stock() {
    let mut network = Network::new();
    let frame = network.add(Item::new("FRAME").make_to_order()).unwrap();
    let bike = network.add(Item::new("BIKE").make_to_order()).unwrap();
    network.source(frame, Source::buy(5)).unwrap();
    network.source(bike, Source::make(2).of(1, frame)).unwrap();
    let mut state = State::of(&network);
    state.on_hand(bike, n(50)).unwrap();
    let one = state.demand(Demand::order("SO-1", bike, 3, day(20))).unwrap();
    let two = state.demand(Demand::order("SO-2", bike, 4, day(20))).unwrap();
    state.supply(Supply::scheduled("PO-1", frame, 1, day(9)).reserved_for(two)).unwrap();
    state.supply(Supply::scheduled("PO-2", frame, 9, day(9))).unwrap();
    let plan = planned(&network, &state, &Options::default());
    let whose = |item| -> Vec<_> {
        plan.orders(item).unwrap().map(|order| (order.quantity, order.demand.unwrap())).collect()
    };
    assert_eq!(whose(bike), [(n(3), one), (n(4), two)]);
    assert_eq!(whose(frame), [(n(3), one), (n(3), two)]);
}

#[test]
fn what_is_firmed_for_an_order_is_for_that_order() {
    let mut network = Network::new();
    let frame = network.add(Item::new("FRAME").make_to_order()).unwrap();
    let bike = network.add(Item::new("BIKE").make_to_order()).unwrap();
    network.source(frame, Source::buy(5)).unwrap();
    network.source(bike, Source::make(2).of(1, frame)).unwrap();
    let mut state = State::of(&network);
    let one = state.demand(Demand::order("SO-1", bike, 10, day(20))).unwrap();
    let two = state.demand(Demand::order("SO-2", bike, 7, day(20))).unwrap();
    let firm = |id, due| Supply::firm(id, bike, 10, day(due));
    let first = state.supply(firm("PL-1", 18).reserved_for(one)).unwrap();
    let second = state.supply(firm("PL-2", 20).reserved_for(two)).unwrap();
    let plan = planned(&network, &state, &Options::default());
    let whose = |plan: &Plan| -> Vec<_> {
        let orders = plan.orders(frame).unwrap();
        orders.map(|order| (order.demand.unwrap(), order.due)).collect()
    };
    assert_eq!(whose(&plan), [(one, day(16)), (two, day(18))]);
    assert_eq!(plan.orders(bike).unwrap().count(), 2);
    assert_eq!(plan.promise(one).unwrap().parts, [(day(20), n(10))]);
    // Whose a firm order is changes nothing in the order, but in what goes into it.
    let mut edit = plan.edit();
    edit.change_supply(first, firm("PL-1", 18).reserved_for(two)).unwrap();
    edit.change_supply(second, firm("PL-2", 20).reserved_for(one)).unwrap();
    assert_eq!(whose(&edit.replan().unwrap()), [(one, day(18)), (two, day(16))]);
}

#[test]
fn what_comes_for_one_order_is_in_the_table() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE").make_to_order()).unwrap();
    let mut state = State::of(&network);
    let order = state.demand(Demand::order("SO-1", bike, 10, day(20))).unwrap();
    state.supply(Supply::scheduled("PO-1", bike, 10, day(19)).reserved_for(order)).unwrap();
    let plan = planned(&network, &state, &Options::default());
    let table = plan.table(bike).unwrap();
    assert!(table.periods.iter().all(|row| row.projected >= n(0)), "{table:?}");
    let told = plan.messages_of(bike).unwrap();
    assert!(told.iter().all(|message| !matches!(message.action, Action::Short { .. })), "{told:?}");
}

#[test]
fn buckets_gather_what_is_needed_within_them() {
    let mut network = Network::new();
    let bike = network.add(Item::new("BIKE")).unwrap();
    network.source(bike, Source::buy(1)).unwrap();
    let mut state = State::of(&network);
    for due in [8, 10, 15] {
        state.demand(Demand::order("SO", bike, 5, day(due))).unwrap();
    }
    let weekly = Options::default().buckets(Buckets::Weeks(chrono::Weekday::Mon));
    let plan = planned(&network, &state, &weekly);
    assert_eq!(orders(&plan, bike), [(n(10), 6, 7), (n(5), 13, 14)]);
    assert_eq!(plan.table(bike).unwrap().periods.len(), 9);
    let given = Options::default().buckets(Buckets::From(vec![day(9)]));
    assert_eq!(orders(&planned(&network, &state, &given), bike), [(n(5), -1, 0), (n(10), 8, 9)]);
}

#[test]
fn what_no_source_takes_yet_is_asked_again_when_one_does() {
    for (past_due, to_order, due, expected) in [
        (PastDue::FromToday, false, 0, (2, 2)),
        (PastDue::FromToday, true, 0, (2, 2)),
        (PastDue::AtStart, false, 0, (4, 4)),
        (PastDue::AtStart, true, 0, (4, 4)),
    ] {
        let mut network = Network::new();
        let item = Item::new("X").safety_days(if past_due == PastDue::FromToday { 2 } else { 0 });
        let item = network.add(if to_order { item.make_to_order() } else { item }).unwrap();
        let (from, until) = if past_due == PastDue::FromToday { (1, 2) } else { (3, 4) };
        let valid = DateRange::new(day(from), day(until)).unwrap();
        let mut sources = vec![Source::buy(0).priority(2).valid(valid)];
        if past_due == PastDue::FromToday {
            sources.push(Source::buy(6).priority(1));
        }
        network.resource(item, sources).unwrap();
        let mut state = State::of(&network);
        state.demand(Demand::order("SO-1", item, 9, day(due))).unwrap();
        let options = Options::default().past_due(past_due).buckets(Buckets::Days(2));
        let plan = planned(&network, &state, &options);
        let (release, comes) = expected;
        assert_eq!(orders(&plan, item), [(n(9), release, comes)], "{past_due:?} {to_order}");
    }
}
