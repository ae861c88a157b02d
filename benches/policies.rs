//! The formulas of replenishment over tables: `cargo bench --bench policies -- [ITEMS]`, by default 100,000 items each, one core. The same
//! items are what `benches/peers/policies.py` takes, so that both can be run one after the other.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use fondaco_inventory::policies::continuous_review::ContinuousReview;
use fondaco_inventory::policies::eoq::{Eoq, solve_columns};
use fondaco_inventory::policies::newsvendor::Newsvendor;
use fondaco_inventory::policies::periodic_review::MinMaxReview;
use fondaco_inventory::policies::safety_stock::SafetyStock;
use fondaco_inventory::policies::table;
use fondaco_inventory::probability::{Normal, Poisson};

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let items: u32 = args.next().map_or(100_000, |text| text.parse().expect("a number of items"));
    let all: Vec<u32> = (0..items).collect();

    let rows: Vec<Eoq> = all.iter().map(|n| Eoq::new(fixed(*n), holding(*n), yearly(*n))).collect();
    time("EOQ, plans", items, || table(&rows, Eoq::solve).unwrap());
    let column = |of: fn(u32) -> f64| all.iter().map(|n| of(*n)).collect::<Vec<_>>();
    let (orders, rates, demands) = (column(fixed), column(holding), column(yearly));
    time("EOQ, columns: quantity and cost", items, || {
        solve_columns(&orders, &rates, &demands).unwrap()
    });

    let rows: Vec<SafetyStock> = all
        .iter()
        .map(|n| {
            SafetyStock::new(yearly(*n) / 52.0, yearly(*n) / 200.0, 4.0).with_lead_time_sd(1.0)
        })
        .collect();
    time("safety stock and reorder point", items, || {
        table(&rows, |row| row.for_cycle_service(0.95)).unwrap()
    });

    let demands: Vec<Normal> =
        all.iter().map(|n| Normal::new(yearly(*n) / 52.0, yearly(*n) / 200.0).unwrap()).collect();
    let of = |(n, demand): (&u32, _)| Newsvendor::new(holding(*n), penalty(*n), demand);
    let rows: Vec<_> = all.iter().zip(&demands).map(of).collect();
    time("newsvendor, normal", items, || table(&rows, Newsvendor::solve).unwrap());

    let rows: Vec<_> = all
        .iter()
        .map(|n| {
            let month = Normal::new(yearly(*n) / 12.0, yearly(*n) / 60.0).unwrap();
            ContinuousReview::new(fixed(*n), holding(*n), penalty(*n), yearly(*n), month)
        })
        .collect();
    time("(r, Q), exact, normal", items, || table(&rows, ContinuousReview::solve).unwrap());

    let rows: Vec<_> = all
        .iter()
        .map(|n| {
            let demand = Poisson::new(weekly(*n) * 2.0).unwrap();
            ContinuousReview::new(fixed(*n), holding(*n), penalty(*n), weekly(*n), demand)
        })
        .collect();
    time("(r, Q), exact, Poisson", items, || table(&rows, ContinuousReview::solve).unwrap());

    let rows: Vec<MinMaxReview> = all
        .iter()
        .map(|n| {
            let demand = Poisson::new(weekly(*n)).unwrap();
            MinMaxReview::new(fixed(*n), holding(*n), penalty(*n), demand)
        })
        .collect();
    time("(s, S), exact, Poisson", items, || table(&rows, MinMaxReview::solve).unwrap());
}

// The same figures as in the peer's script.

fn fixed(n: u32) -> f64 {
    20.0 + f64::from(n % 97)
}

fn holding(n: u32) -> f64 {
    0.5 + f64::from(n % 13) / 10.0
}

fn penalty(n: u32) -> f64 {
    5.0 + f64::from(n % 7)
}

fn yearly(n: u32) -> f64 {
    200.0 + f64::from(n % 1009)
}

fn weekly(n: u32) -> f64 {
    3.0 + f64::from(n % 41) / 2.0
}

fn time<T>(what: &str, items: u32, run: impl FnOnce() -> T) {
    let start = Instant::now();
    black_box(run());
    let took = start.elapsed().as_secs_f64();
    println!("{what}: {items} items in {took:.4} s, {:.4} us each", took * 1e6 / f64::from(items));
}
