//! A plant of 10,000 orders: `cargo bench --bench scheduling -- [ORDERS]`. Placing them forward and backward, what one more could be promised
//! for, reserving it and releasing it, and the rough-cut load of all. 25 work centres of two machines, five operations an order, of which
//! some need materials or can be done elsewhere; one core.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
use chrono::{NaiveDate, TimeDelta};
use fondaco::core::Timestamp;
use fondaco::core::calendar::{WorkingHours, Zone};
use fondaco::inventory::scheduling::{
    Direction, Operation, Order, Plan, Plant, Request, Routing, Rule, RunTime, SetupTimes, Supply,
    WorkCentre, bottlenecks,
};
use fondaco::rust_decimal::Decimal;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const CENTRES: u64 = 25;
const ROUTINGS: u64 = 200;
const WEEKS: i64 = 104;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let count: u64 = args.next().map_or(10_000, |text| text.parse().expect("a number of orders"));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
    let plant = plant(&mut random);
    let orders: Vec<Order> = (0..count).map(|n| order(n, count, &mut random)).collect();

    let start = Instant::now();
    let loads = plant.rough_cut(&orders, &weeks()).unwrap();
    let worst = bottlenecks(&loads);
    println!(
        "rough cut of {count} orders in {:.4} s: {} weeks overloaded",
        seconds(start),
        worst.len()
    );

    for direction in [Direction::Forward, Direction::Backward] {
        let mut plan = materials(Plan::new(plant.clone()));
        let start = Instant::now();
        let placed = plan.schedule(&orders, Rule::CriticalRatio, direction).unwrap();
        let late = placed.iter().filter(|order| !order.late_by().is_zero()).count();
        println!("{direction:?}: {count} orders in {:.3} s, {late} late", seconds(start));
        promises(&mut plan, count, &mut random);
    }
}

/// A thousand promises in a loaded plant, each alone and with its reservation and release.
fn promises(plan: &mut Plan, count: u64, random: &mut Xoshiro256PlusPlus) {
    let ask = |n: u64, random: &mut Xoshiro256PlusPlus| {
        let Order { code, routing, quantity, due, .. } = order(count + n, count, random);
        Request::new(code, routing, quantity, due)
    };
    let requests: Vec<Request> = (0..1000).map(|n| ask(n, random)).collect();
    let mut took: Vec<f64> = requests
        .iter()
        .map(|request| {
            let start = Instant::now();
            black_box(plan.promise(request).unwrap());
            seconds(start)
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!("  a promise: median {:.1} us, worst {:.1} us", took[500] * 1e6, took[999] * 1e6);
    let start = Instant::now();
    for request in &requests {
        plan.reserve(request).unwrap();
        plan.release(&request.order.code).unwrap();
    }
    println!("  reserved and released: {:.1} us each", seconds(start) * 1e3);
}

fn plant(random: &mut Xoshiro256PlusPlus) -> Plant {
    let shifts = WorkingHours::new()
        .on([Mon, Tue, Wed, Thu, Fri], "06:00-14:00,14:00-22:00".parse().unwrap());
    let setups = SetupTimes::default().between("a", "b", TimeDelta::minutes(10)).between(
        "b",
        "a",
        TimeDelta::minutes(45),
    );
    let centre = |n: u64| {
        let centre = WorkCentre::new(format!("C{n}"), 2, shifts.clone(), Zone::UTC);
        if n.is_multiple_of(5) { centre.with_setups(setups.clone()) } else { centre }
    };
    let centres = (0..CENTRES).map(centre).collect();
    let mut routing = |n: u64| {
        let operations = (0..5).map(|_| operation(random)).collect();
        Routing::in_line(format!("R{n}"), operations)
    };
    let routings = (0..ROUTINGS).map(&mut routing).collect();
    Plant::new(first(), week(WEEKS), centres, routings).unwrap()
}

fn operation(random: &mut Xoshiro256PlusPlus) -> Operation {
    let drawn = random.next_u64();
    let centre = format!("C{}", drawn % CENTRES);
    let time = TimeDelta::minutes(5 + (drawn >> 8 & 7) as i64);
    let mut operation = Operation::new(centre, RunTime::PerPiece(time))
        .set_up_in(TimeDelta::minutes((drawn >> 16 & 31) as i64));
    operation.family = Some(if drawn >> 24 & 1 == 0 { "a".into() } else { "b".into() });
    if drawn >> 25 & 7 == 0 {
        operation.alternates = vec![format!("C{}", (drawn + 1) % CENTRES).into()];
    }
    match drawn >> 28 & 3 {
        0 => operation.of(format!("M{}", drawn >> 32 & 31), Decimal::ONE),
        _ => operation,
    }
}

fn order(n: u64, count: u64, random: &mut Xoshiro256PlusPlus) -> Order {
    let drawn = random.next_u64();
    let day = (drawn % (WEEKS as u64 * 7 * 2 / 3)).max(7) as i64;
    let due = first().checked_add(TimeDelta::days(day)).unwrap();
    // About a third of all the work that the machines could do, due in the first two thirds of the horizon.
    let quantity = 1 + drawn % (400_000 / count.max(1)).clamp(1, 40);
    Order::new(format!("#{n}"), format!("R{}", drawn >> 20 & 127), quantity.into(), due)
}

fn materials(plan: Plan) -> Plan {
    (0..32).fold(plan, |plan, n| {
        let receipts: Vec<_> = (0..WEEKS).map(|n| (week(n), Decimal::from(100_000))).collect();
        let supply = Supply::new(Decimal::from(10_000), &receipts, &[]).unwrap();
        plan.with_material(format!("M{n}"), supply)
    })
}

fn first() -> Timestamp {
    let monday = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap().and_hms_opt(0, 0, 0).unwrap();
    Timestamp::from_micros(monday.and_utc().timestamp_micros()).unwrap()
}

fn week(n: i64) -> Timestamp {
    first().checked_add(TimeDelta::weeks(n)).unwrap()
}

fn weeks() -> Vec<Timestamp> {
    (0..=WEEKS).map(week).collect()
}

fn seconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}
