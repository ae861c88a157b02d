use chrono::TimeDelta;
use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
use fondaco_core::Timestamp;
use fondaco_core::calendar::{Calendar, WorkingHours, Zone};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::ordering::available_to_promise;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Monday, 5 January 2026, and so many hours after its midnight.
fn hour(hours: i64) -> Timestamp {
    at("2026-01-05T00:00:00Z").checked_add(TimeDelta::hours(hours)).unwrap()
}

fn weekdays() -> WorkingHours {
    WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-12:00,13:00-17:00".parse().unwrap())
}

fn centre(code: &str, machines: u32) -> WorkCentre {
    WorkCentre::new(code, machines, weekdays(), Zone::UTC)
}

fn pieces(centre: &str, hours: i64) -> Operation {
    Operation::new(centre, RunTime::PerPiece(TimeDelta::hours(hours)))
}

fn plant(centres: Vec<WorkCentre>, routings: Vec<Routing>) -> Result<Plant, SchedulingError> {
    Plant::new(hour(0), hour(24 * 70), centres, routings)
}

/// An operation with its parts by number: which of three work centres, run, setup, family, transfer and material.
type Drawn = (usize, i64, i64, usize, bool, bool);

fn drawn(operations: &[Vec<Drawn>]) -> Plant {
    let codes = ["A", "B", "C"];
    let families = ["red", "green", "blue"];
    let setups = SetupTimes::default()
        .between("red", "green", TimeDelta::hours(1))
        .between("green", "red", TimeDelta::hours(3))
        .between("blue", "red", TimeDelta::zero());
    let centres = vec![centre("A", 1).with_setups(setups), centre("B", 2), centre("C", 1)];
    let operation = |(at, run, setup, family, parts, needs): &Drawn| {
        let mut operation = pieces(codes[*at], *run).set_up_in(TimeDelta::hours(*setup));
        operation.family = families.get(*family).map(|family| (*family).into());
        operation.transfer = parts.then_some(Decimal::ONE);
        operation.queue = TimeDelta::minutes(30 * i64::from(*parts));
        operation.move_time = TimeDelta::minutes(45 * i64::from(*needs));
        operation.alternates = if *needs { vec!["C".into()] } else { Vec::new() };
        if *needs { operation.of("STEEL", Decimal::TWO) } else { operation }
    };
    let routing = |(at, operations): (usize, &Vec<Drawn>)| {
        Routing::in_line(at.to_string(), operations.iter().map(operation).collect())
    };
    plant(centres, operations.iter().enumerate().map(routing).collect()).unwrap()
}

fn steel() -> Supply {
    Supply::new(
        9.into(),
        &[(hour(30), 20.into()), (hour(200), 900.into())],
        &[(hour(40), 6.into())],
    )
    .unwrap()
}

/// An order: which routing, quantity, due and release in hours, priority.
type Asked = (usize, i64, i64, i64, i32);

/// Routings, and orders of them.
fn factory() -> impl Strategy<Value = (Vec<Vec<Drawn>>, Vec<Asked>)> {
    let operation = (0_usize..3, 1_i64..4, 0_i64..3, 0_usize..4, any::<bool>(), any::<bool>());
    let routings = prop::collection::vec(prop::collection::vec(operation, 1..4), 3);
    let order = (0_usize..3, 1_i64..5, 60_i64..400, 0_i64..60, 0_i32..2);
    (routings, prop::collection::vec(order, 1..9))
}

fn orders(drawn: &[Asked]) -> Vec<Order> {
    let order = |(n, (routing, quantity, due, release, priority)): (usize, &Asked)| {
        Order::new(format!("#{n}"), routing.to_string(), (*quantity).into(), hour(*due))
            .released_at(hour(*release))
            .with_priority(*priority)
    };
    drawn.iter().enumerate().map(order).collect()
}

/// Whether a plan could be carried out: bookings apart and set up in their time, open hours alone, operations after one another.
fn can_be_carried_out(plan: &Plan, orders: &[Order]) {
    for (centre, machines) in plan.plant.centres.iter().zip(&plan.machines) {
        for timeline in machines {
            let bookings: Vec<_> = timeline.bookings().copied().collect();
            assert!(
                bookings
                    .iter()
                    .all(|booking| 0 <= booking.from && booking.to <= centre.spans.total())
            );
            let first = bookings.first().map_or(0, |first| first.own_setup - first.setup);
            assert!(first <= 0, "{} isn't set up from nothing", centre.code);
            for pair in bookings.windows(2) {
                assert!(pair[0].to <= pair[1].from, "{} is booked twice", centre.code);
                let needs = centre.setup_after(Some(&pair[0]), pair[1].family, pair[1].own_setup);
                assert!(needs <= pair[1].setup, "{} isn't set up in time", centre.code);
            }
        }
    }
    for order in orders {
        let Some(scheduled) = plan.order(&order.code) else { continue };
        let steps = &plan.plant.routings[&order.routing].steps;
        let placed = &scheduled.operations;
        assert!(scheduled.begins >= order.release && placed.len() == steps.len());
        for (step, placed) in steps.iter().zip(placed) {
            let run = TimeDelta::microseconds(step.run(&order.code, order.quantity).unwrap());
            let worked = weekdays().between(placed.begins, placed.ends, &Zone::UTC).unwrap();
            assert_eq!(worked, placed.setup + run, "{placed:?}");
            for before in &step.after {
                let (earlier, before) = (&steps[*before], &scheduled.operations[*before]);
                let gap = TimeDelta::microseconds(earlier.move_time + step.queue);
                if earlier.transfer.is_none() {
                    assert!(placed.begins.since(before.ends) >= gap, "{before:?} {placed:?}");
                } else {
                    assert!(placed.ends >= before.ends && placed.begins >= before.begins);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_machine_is_ever_overloaded_and_no_operation_comes_before_its_time(
        (routings, given) in factory(), rule in 0_usize..5, backward in any::<bool>()
    ) {
        let rules = [Rule::DueDate, Rule::Slack, Rule::CriticalRatio, Rule::ShortestTime, Rule::AsGiven];
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let orders = orders(&given);
        let mut plan = Plan::new(drawn(&routings)).with_material("STEEL", steel());
        let placed = plan.schedule(&orders, rules[rule], direction).unwrap();
        can_be_carried_out(&plan, &orders);
        for scheduled in &placed {
            prop_assert_eq!(plan.order(&scheduled.order), Some(scheduled));
            prop_assert!(!scheduled.backward || scheduled.late_by().is_zero());
            prop_assert!(scheduled.explain().to_string().contains("Operation 1 at work centre "));
        }
        // No booking of steel falls short: what is left of it is never below zero from when on it is there.
        prop_assert!(plan.material("STEEL").unwrap().promisable(hour(0)) >= Decimal::ZERO);
        // The same orders, the same plan.
        let mut again = Plan::new(drawn(&routings)).with_material("STEEL", steel());
        prop_assert_eq!(again.schedule(&orders, rules[rule], direction).unwrap(), placed);
        prop_assert_eq!(&again, &plan);
    }

    /// By trying every quarter of an hour on every machine.
    #[test]
    fn no_operation_could_have_been_done_sooner((routings, given) in factory()) {
        let orders = orders(&given);
        let mut plan = Plan::new(drawn(&routings)).with_material("STEEL", steel());
        plan.schedule(&orders[1..], Rule::DueDate, Direction::Forward).unwrap();
        let number = plan.next_number();
        let placed = plan.schedule(&orders[..1], Rule::DueDate, Direction::Forward).unwrap().remove(0);
        let steps = &plan.plant.routings[&orders[0].routing].steps;
        for (at, (step, placed)) in steps.iter().zip(&placed.operations).enumerate() {
            // Where pieces go on one by one the last of them counts as well.
            if step.after.iter().any(|before| steps[*before].transfer.is_some()) {
                continue;
            }
            let run = step.run(&orders[0].code, orders[0].quantity).unwrap();
            let soonest = plan.machines_of(step).filter_map(|(centre, machine)| {
                let centre_of = &plan.plant.centres[centre];
                let others: Vec<_> = plan.machines[centre][machine]
                    .bookings()
                    .filter(|booking| booking.owner.is_none_or(|(order, operation)| {
                        order != number || (operation as usize) < at
                    }))
                    .copied()
                    .collect();
                let ready = centre_of.spans.worked(placed.ready.micros());
                let quarters = (ready..centre_of.spans.total()).step_by(15 * 60 * 1_000_000);
                quarters.into_iter().find_map(|from| {
                    let before = others.iter().rfind(|other| other.to <= from);
                    let setup = centre_of.setup_after(before, step.family, step.setup);
                    let to = from + setup + run;
                    let free = others.iter().all(|other| other.to <= from || to <= other.from);
                    let mine = timeline::Booking { from, to, setup, own_setup: step.setup, family: step.family, owner: None };
                    let next = others.iter().find(|other| to <= other.from);
                    let in_time = next.is_none_or(|next| {
                        centre_of.setup_after(Some(&mine), next.family, next.own_setup) <= next.setup
                    });
                    (free && in_time && to <= centre_of.spans.total()).then(|| centre_of.spans.ends(to))
                })
            });
            prop_assert_eq!(Some(placed.ends), soonest.min());
        }
    }

    #[test]
    fn a_promise_leaves_no_trace_and_is_kept_when_it_is_reserved((routings, given) in factory()) {
        let orders = orders(&given);
        let mut plan = Plan::new(drawn(&routings)).with_material("STEEL", steel());
        plan.schedule(&orders[1..], Rule::DueDate, Direction::Forward).unwrap();
        let before = plan.clone();
        let request = Request { order: orders[0].clone(), product: None };
        let promise = plan.promise(&request).unwrap();
        prop_assert_eq!(&plan, &before);
        prop_assert_eq!(&plan.reserve(&request).unwrap(), &promise);
        can_be_carried_out(&plan, &orders);
        prop_assert!(plan.promise(&request).is_err(), "the code is taken");
        prop_assert_eq!(Some(plan.release("#0").unwrap()), promise.made);
        prop_assert_eq!(&plan, &before);
    }

    /// Orders that go in any order leave machines that can still be set up in time.
    #[test]
    fn what_is_released_leaves_room_for_others((routings, given) in factory(), keep in any::<u8>()) {
        let orders = orders(&given);
        let mut plan = Plan::new(drawn(&routings)).with_material("STEEL", steel());
        plan.schedule(&orders, Rule::Slack, Direction::Forward).unwrap();
        let gone: Vec<Order> =
            orders.iter().enumerate().filter(|(n, _)| keep >> (n % 8) & 1 == 0).map(|(_, order)| order.clone()).collect();
        for order in &gone {
            plan.release(&order.code).unwrap();
        }
        can_be_carried_out(&plan, &orders);
        plan.schedule(&gone, Rule::DueDate, Direction::Backward).unwrap();
        can_be_carried_out(&plan, &orders);
        // When all have gone, nothing stays.
        for at in 0..orders.len() {
            plan.release(&orders[(at + usize::from(keep)) % orders.len()].code).unwrap();
        }
        prop_assert_eq!(plan, Plan::new(drawn(&routings)).with_material("STEEL", steel()));
    }

    /// One machine, hour by hour: the first hours that are free and open, in one piece but for the hours it is closed.
    #[test]
    fn the_first_room_is_that_of_a_naive_clerk(
        booked in prop::collection::vec((0_i64..60, 1_i64..5), 0..8), release in 0_i64..200, hours in 1_i64..9
    ) {
        let routing = Routing::in_line("R", vec![pieces("A", 1)]);
        let mut plan = Plan::new(plant(vec![centre("A", 1)], vec![routing]).unwrap());
        let order = |code: String, release, hours: i64| {
            Order::new(code, "R", hours.into(), hour(24 * 60)).released_at(hour(release))
        };
        let is_open = |at: i64| weekdays().is_open(hour(at), &Zone::UTC).unwrap();
        let open: Vec<i64> = (0..24 * 70).filter(|at| is_open(*at)).collect();
        let mut free = vec![true; open.len()];
        let mut clerk = |release: i64, hours: i64| {
            let first = open.iter().position(|at| *at >= release).unwrap();
            let length = hours as usize;
            let from = (first..).find(|from| free[*from..from + length].iter().all(|free| *free)).unwrap();
            free[from..from + length].fill(false);
            (hour(open[from]), hour(open[from + length - 1] + 1))
        };
        for (n, (release, hours)) in booked.into_iter().chain([(release, hours)]).enumerate() {
            let order = order(n.to_string(), release, hours);
            let placed = plan.schedule(&[order], Rule::AsGiven, Direction::Forward).unwrap();
            prop_assert_eq!((placed[0].begins, placed[0].ends), clerk(release, hours));
        }
    }

    /// The same figures as the kernel of available-to-promise has, also after something was taken and given back.
    #[test]
    fn supply_promises_what_available_to_promise_does(
        on_hand in 0_i64..30, buckets in prop::collection::vec((0_i64..20, 0_i64..12), 1..10), taken in (0_i64..10, 1_i64..9)
    ) {
        let [receipts, booked]: [Vec<Decimal>; 2] =
            [0, 1].map(|of| buckets.iter().map(|row| Decimal::from(if of == 0 { row.0 } else { row.1 })).collect());
        let dated = |rows: &[Decimal]| -> Vec<(Timestamp, Decimal)> {
            rows.iter().enumerate().map(|(at, row)| (hour(at as i64), *row)).collect()
        };
        let mut supply = Supply::new(on_hand.into(), &dated(&receipts), &dated(&booked)).unwrap();
        let atp = available_to_promise(on_hand.into(), &receipts, &booked).unwrap();
        let (at, quantity) = (taken.0.min(buckets.len() as i64 - 1), Decimal::from(taken.1));
        let before: Vec<Decimal> = (0..buckets.len()).map(|at| supply.promisable(hour(at as i64))).collect();
        supply.take(hour(at).micros(), quantity).unwrap();
        let mut more = booked.clone();
        more[at as usize] += quantity;
        let less = available_to_promise(on_hand.into(), &receipts, &more).unwrap();
        for (bucket, before) in before.iter().enumerate() {
            prop_assert_eq!(*before, atp.promisable(bucket));
            prop_assert_eq!(supply.promisable(hour(bucket as i64)), less.promisable(bucket));
        }
        supply.give_back(hour(at).micros(), quantity).unwrap();
        for (bucket, before) in before.into_iter().enumerate() {
            prop_assert_eq!(supply.promisable(hour(bucket as i64)), before);
        }
    }
}

#[test]
fn pieces_that_go_on_one_by_one_overlap() {
    let mut first = pieces("A", 1);
    first.transfer = Some(Decimal::ONE);
    let routing = |second| Routing::in_line("R", vec![first.clone(), second]);
    let order = [Order::new("1", "R", 4.into(), hour(24 * 4))];
    let ends = |second: Operation| {
        let plant = plant(vec![centre("A", 1), centre("B", 1)], vec![routing(second)]).unwrap();
        let placed = Plan::new(plant).schedule(&order, Rule::DueDate, Direction::Forward).unwrap();
        let second = &placed[0].operations[1];
        (second.begins, second.ends)
    };
    // Slower: it begins with the first piece. Quicker: so that it ends after the last one.
    assert_eq!(ends(pieces("B", 2)), (hour(9), hour(24 + 9)));
    let half = Operation::new("B", RunTime::PerPiece(TimeDelta::minutes(30)));
    assert_eq!(ends(half), (at("2026-01-05T10:30:00Z"), at("2026-01-05T13:30:00Z")));
}

#[test]
fn batches_alternates_and_sequences() {
    let oven = RunTime::PerBatch { size: 10.into(), time: TimeDelta::hours(2) };
    let mut bake = Operation::new("A", oven);
    bake.alternates = vec!["B".into()];
    let plant =
        plant(vec![centre("A", 1), centre("B", 1)], vec![Routing::in_line("R", vec![bake])]);
    let order = |code: &str, quantity: i64| Order::new(code, "R", quantity.into(), hour(100));
    let orders = [order("1", 11), order("2", 10), order("3", 1)];
    let placed =
        Plan::new(plant.unwrap()).schedule(&orders, Rule::AsGiven, Direction::Forward).unwrap();
    let told: Vec<_> = placed
        .iter()
        .map(|placed| (placed.operations[0].centre.as_str(), placed.begins, placed.ends))
        .collect();
    assert_eq!(
        told,
        [("A", hour(8), hour(12)), ("B", hour(8), hour(10)), ("B", hour(10), hour(12))]
    );
}

#[test]
fn rules_choose_who_goes_first() {
    let routing = Routing::in_line("R", vec![pieces("A", 1)]);
    let plant = plant(vec![centre("A", 1)], vec![routing]).unwrap();
    let order =
        |code: &str, quantity: i64, due: i64| Order::new(code, "R", quantity.into(), hour(due));
    // Work 8, 1 and 20 hours; slack 32, 49 and 76; ratio 5, 50 and 4.8.
    let orders = [order("40", 8, 40), order("50", 1, 50), order("96", 20, 96)];
    let first = |rule, orders: &[Order]| {
        let mut plan = Plan::new(plant.clone());
        let mut placed = plan.schedule(orders, rule, Direction::Forward).unwrap();
        placed.sort_by_key(|placed| placed.begins);
        placed.iter().map(|placed| placed.order.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(first(Rule::DueDate, &orders), ["40", "50", "96"]);
    assert_eq!(first(Rule::Slack, &orders), ["40", "50", "96"]);
    assert_eq!(first(Rule::CriticalRatio, &orders), ["96", "40", "50"]);
    assert_eq!(first(Rule::ShortestTime, &orders), ["50", "40", "96"]);
    let urgent = [orders[0].clone(), orders[1].clone(), orders[2].clone().with_priority(-1)];
    assert_eq!(first(Rule::DueDate, &urgent), ["96", "40", "50"]);
}

#[test]
fn stock_is_promised_before_anything_is_made() {
    let routing = Routing::in_line("R", vec![pieces("A", 8)]);
    let plant = plant(vec![centre("A", 1)], vec![routing]).unwrap();
    let product = |coming: i64| Supply::new(3.into(), &[(hour(coming), 10.into())], &[]).unwrap();
    let ask = |quantity: i64, coming: i64| {
        let mut plan = Plan::new(plant.clone()).with_material("P", product(coming));
        let request = Request::new("1", "R", quantity.into(), hour(10)).from_stock_of("P");
        let promise = plan.reserve(&request).unwrap();
        let left = plan.material("P").unwrap().promisable(hour(24 * 60));
        plan.release("1").unwrap();
        assert_eq!(plan, Plan::new(plant.clone()).with_material("P", product(coming)));
        (promise.ready, promise.from_stock, promise.made.is_some(), left)
    };
    assert_eq!(ask(3, 48), (hour(10), 3.into(), false, 10.into()));
    // Two days of work for two more, or the receipt.
    assert_eq!(ask(5, 24 * 9), (hour(24 + 17), 3.into(), true, 10.into()));
    assert_eq!(ask(5, 30), (hour(30), 5.into(), false, 8.into()));
    assert_eq!(ask(13, 24 * 20), (hour(24 * 11 + 17), 3.into(), true, 10.into()));
}

#[test]
fn a_late_order_tells_what_held_it_up() {
    let routing =
        Routing::in_line("R", vec![pieces("A", 2).of("STEEL", Decimal::ONE), pieces("B", 1)]);
    let plant = plant(vec![centre("A", 1), centre("B", 1)], vec![routing]).unwrap();
    let steel = Supply::new(3.into(), &[(hour(33), 9.into())], &[]).unwrap();
    let mut plan = Plan::new(plant).with_material("STEEL", steel);
    let order = |code: &str| Order::new(code, "R", 2.into(), hour(17));
    let placed =
        plan.schedule(&[order("1"), order("2")], Rule::AsGiven, Direction::Forward).unwrap();
    assert_eq!(placed[1].late_by(), TimeDelta::hours(23));
    assert_eq!(
        placed[1].explain().to_string(),
        "\
Order 2: 2026-01-06T16:00:00Z
│ as early as can be
│ due: 2026-01-05T17:00:00Z
├─ Operation 1 at work centre A: 2026-01-06T14:00:00Z
│    waited for material STEEL until 2026-01-06T09:00:00Z
│    begins: 2026-01-06T09:00:00Z
└─ Operation 2 at work centre B: 2026-01-06T16:00:00Z
     waited for operation 1 until 2026-01-06T14:00:00Z
     begins: 2026-01-06T14:00:00Z
"
    );
    let busy = Order::new("3", "R", 1.into(), hour(24 * 5)).released_at(hour(33));
    let placed = plan.schedule(&[busy], Rule::AsGiven, Direction::Forward).unwrap();
    assert!(
        placed[0].explain().to_string().contains("machine held by: Order 2 Operation 1\n"),
        "{}",
        placed[0].explain()
    );
}

/// Green to red takes three hours, green to blue and blue to red none: what was blue stays between them when it goes.
#[test]
fn what_the_next_was_set_up_from_stays() {
    let in_family = |family: &str| vec![pieces("A", 1).in_family(family)];
    let routings =
        ["green", "blue", "red"].map(|family| Routing::in_line(family, in_family(family)));
    let setups = SetupTimes::default().between("green", "red", TimeDelta::hours(3)).between(
        "blue",
        "red",
        TimeDelta::zero(),
    );
    let plant = plant(vec![centre("A", 1).with_setups(setups)], routings.into()).unwrap();
    let order = |family: &str| Order::new(family, family, 1.into(), hour(60));
    let orders = ["green", "blue", "red"].map(order);
    let mut plan = Plan::new(plant.clone());
    plan.schedule(&orders, Rule::AsGiven, Direction::Forward).unwrap();
    plan.release("blue").unwrap();
    can_be_carried_out(&plan, &orders);
    plan.schedule(&orders[1..2], Rule::AsGiven, Direction::Forward).unwrap();
    can_be_carried_out(&plan, &orders);
    for order in ["red", "green", "blue"] {
        plan.release(order).unwrap();
    }
    assert_eq!(plan, Plan::new(plant));
}

#[test]
fn what_would_help_is_what_an_order_waits_for() {
    let routing = |code: &str, steel| {
        Routing::in_line(code, vec![pieces("A", 2).of(steel, Decimal::ONE), pieces("B", 1)])
    };
    let plant = plant(
        vec![centre("A", 1), centre("B", 1)],
        vec![routing("R", "STEEL"), routing("S", "GOLD")],
    );
    let steel = Supply::new(2.into(), &[(hour(33), 9.into())], &[]).unwrap();
    let gold = Supply::default();
    let mut plan =
        Plan::new(plant.unwrap()).with_material("STEEL", steel).with_material("GOLD", gold);
    plan.schedule(
        &[Order::new("busy", "R", 2.into(), hour(17))],
        Rule::AsGiven,
        Direction::Forward,
    )
    .unwrap();
    let before = plan.clone();
    let mut helps = |request: &Request| {
        let helps = plan.what_would_help(request).unwrap();
        assert_eq!(plan, before);
        helps.into_iter().map(|relief| (relief.more, relief.ready)).collect::<Vec<_>>()
    };
    let (a, steel, gold) =
        (More::Centre("A".into()), More::Material("STEEL".into()), More::Material("GOLD".into()));
    // Steel comes on Tuesday; with enough of it the press is busy until noon of Monday.
    assert_eq!(helps(&Request::new("1", "R", 1.into(), hour(12))), [(steel, hour(16))]);
    // Never enough gold for one of these: then at once.
    assert_eq!(helps(&Request::new("1", "S", 1.into(), hour(12))), [(gold, hour(16))]);
    assert_eq!(helps(&Request::new("1", "R", 1.into(), hour(60))), []);
    let mut plan = before.clone().with_material("GOLD", Supply::new(9.into(), &[], &[]).unwrap());
    let relief = plan.what_would_help(&Request::new("1", "S", 1.into(), hour(12))).unwrap();
    assert_eq!((relief[0].more.clone(), relief[0].ready), (a, hour(12)));
    assert_eq!(relief[0].explain().to_string(), "with work centre A free: 2026-01-05T12:00:00Z\n");
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refused = |plant: Result<Plant, SchedulingError>| {
        let error = plant.unwrap_err();
        (error.code(), error.to_string())
    };
    let closed = WorkCentre::new("A", 1, WorkingHours::new(), Zone::UTC);
    assert_eq!(
        refused(plant(vec![closed], vec![])),
        (
            "inventory.never_open",
            "work centre A is not open between 2026-01-05T00:00:00Z and 2026-03-16T00:00:00Z: \
          give its calendar working days and hours, or make the horizon longer"
                .to_owned()
        )
    );
    let short =
        Calendar::named("DE-BY").unwrap().over("2026-01-01/2026-01-31".parse().unwrap()).unwrap();
    let short = WorkCentre::new("A", 1, weekdays().within(short), Zone::UTC);
    assert_eq!(refused(plant(vec![short], vec![])).0, "calendar.beyond");
    assert_eq!(refused(plant(vec![centre("A", 0)], vec![])).0, "inventory.no_machines");
    assert_eq!(
        refused(plant(vec![centre("A", 1), centre("A", 1)], vec![])).1,
        "work centre A is there twice: give each a code of its own"
    );
    let of = |operations| plant(vec![centre("A", 1)], vec![Routing::new("R", operations)]);
    assert_eq!(
        refused(of(vec![pieces("A", 1), pieces("X", 1)])).1,
        "routing R, operation 1 (counted from 0) names work centre X, which is not there: add it, or name another"
    );
    let circle = vec![
        pieces("A", 1),
        pieces("A", 1).after([0, 3]),
        pieces("A", 1).after([1]),
        pieces("A", 1).after([2]),
        pieces("A", 1).after([3]),
    ];
    assert_eq!(
        refused(of(circle)).1,
        "routing R: operations 1 -> 2 -> 3 -> 1 wait for one another: take one of these out of `after`"
    );
    assert_eq!(refused(of(vec![pieces("A", 1).after([7])])).0, "inventory.not_in_plant");
    assert_eq!(refused(of(vec![])).0, "inventory.too_few_values");
    assert_eq!(
        refused(of(vec![pieces("A", -1)])).1,
        "routing R, operation 0 (counted from 0): run is -3600000000 microseconds: give zero or more, and less than a thousand years"
    );
}

#[test]
fn a_material_that_is_named_twice_is_needed_for_both() {
    let twice = pieces("A", 1).of("STEEL", 6.into()).of("STEEL", 6.into());
    let plant = plant(vec![centre("A", 1)], vec![Routing::in_line("R", vec![twice])]).unwrap();
    let placed = |there: i64| {
        let steel = Supply::new(there.into(), &[], &[]).unwrap();
        let mut plan = Plan::new(plant.clone()).with_material("STEEL", steel);
        let orders = [Order::new("1", "R", 1.into(), hour(60))];
        let placed = plan.schedule(&orders, Rule::AsGiven, Direction::Forward);
        placed.map(|_| plan.material("STEEL").unwrap().promisable(hour(0)))
    };
    assert_eq!(placed(10).unwrap_err().code(), "inventory.material_short");
    assert_eq!(placed(12).unwrap(), Decimal::ZERO);
}

#[test]
fn an_order_without_room_takes_nothing_and_says_where_it_lacks() {
    let routing =
        Routing::in_line("R", vec![pieces("A", 1).of("STEEL", Decimal::ONE), pieces("B", 1)]);
    let plant = plant(vec![centre("A", 1), centre("B", 1)], vec![routing]).unwrap();
    let steel = Supply::new(1000.into(), &[], &[]).unwrap();
    let empty = Plan::new(plant).with_material("STEEL", steel);
    let mut plan = empty.clone();
    let mut refused = |order: Order, direction| {
        let fits = Order::new("fits", "R", 1.into(), hour(60));
        let error = plan.schedule(&[fits, order], Rule::AsGiven, direction).unwrap_err();
        assert_eq!(plan, empty);
        error
    };
    for direction in [Direction::Forward, Direction::Backward] {
        let large = refused(Order::new("1", "R", 300.into(), hour(60)), direction);
        assert_eq!(
            large.to_string(),
            "order 1: operation 1 (counted from 0) at B has no room before 2026-03-16T00:00:00Z, the end of the horizon: \
             make the horizon longer, give the work centre more hours or machines, or the operation an alternate"
        );
        let short = refused(Order::new("1", "R", 1001.into(), hour(60)), direction);
        assert_eq!(short.code(), "inventory.material_short");
    }
    let forward = Direction::Forward;
    let error = refused(Order::new("1", "X", 1.into(), hour(60)), forward);
    assert_eq!(
        error.to_string(),
        "order 1 names routing X, which is not there: add it, or name another"
    );
    assert_eq!(
        refused(Order::new("fits", "R", 1.into(), hour(60)), forward).code(),
        "inventory.twice"
    );
    assert_eq!(
        refused(Order::new("1", "R", 0.into(), hour(60)), forward).code(),
        "inventory.not_positive"
    );
    let beyond = refused(Order::new("1", "R", 1.into(), hour(24 * 71)), forward);
    assert_eq!(beyond.code(), "inventory.outside_horizon");
    assert_eq!(plan.release("1").unwrap_err().code(), "inventory.not_in_plant");
}
