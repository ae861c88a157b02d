//! Leads scored and models learned: `cargo bench -p fondaco --features crm --bench scoring -- [ROWS]`, by default 1,000,000 rows of twenty features, of
//! which two are texts, on one core. Rows at once, one row, one row with its reasons; a logistic regression learned by Newton's method and by L-BFGS.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use fondaco::crm::scoring::learned::logistic::{Logistic, Model, Solver};
use fondaco::crm::scoring::learned::{Table, Value};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const NUMBERS: usize = 18;
const SOURCES: [&str; 6] = ["web", "fair", "phone", "mail", "partner", "ad"];

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let rows: usize = args.next().map_or(1_000_000, |text| text.parse().expect("a number of rows"));
    let (mixed, bought) = leads(rows, NUMBERS, 2);
    let (numbers, of_numbers) = leads(rows, NUMBERS + 2, 0);
    for (what, table, outcomes) in
        [("20 numbers", &numbers, &of_numbers), ("18 numbers and 2 texts", &mixed, &bought)]
    {
        for solver in [Solver::Newton, Solver::Lbfgs] {
            let start = Instant::now();
            let model = Logistic::new().solver(solver).fit(table, outcomes).unwrap();
            let took = start.elapsed().as_secs_f64();
            println!("learned of {rows} x {what} by {solver:?} in {took:.2} s");
            black_box(model);
        }
        let model = Logistic::new().fit(table, outcomes).unwrap();
        many(what, &model, table);
    }
    let model = Logistic::new().fit(&mixed, &bought).unwrap();
    one(&model);
}

fn many(what: &str, model: &Model, table: &Table) {
    let mut scores = vec![0.0; table.rows()];
    model.score_into(table, &mut scores).unwrap();
    let start = Instant::now();
    for _ in 0..5 {
        model.score_into(table, &mut scores).unwrap();
    }
    let took = start.elapsed().as_secs_f64() / 5.0;
    println!("scored {what}: {:.1} M rows/s", table.rows() as f64 / took / 1e6);
    black_box(scores);
}

fn one(model: &Model) {
    let lead: Vec<Value<'_>> = (0..NUMBERS)
        .map(|n| Value::Number(n as f64 / 10.0))
        .chain([Value::Text("fair"), Value::Text("ad")])
        .collect();
    let times = 1_000_000;
    let start = Instant::now();
    for _ in 0..times {
        black_box(model.probability(black_box(&lead)).unwrap());
    }
    println!("one row: {:.0} ns", start.elapsed().as_secs_f64() / f64::from(times) * 1e9);
    let start = Instant::now();
    for _ in 0..times {
        black_box(model.explain(black_box(&lead)).unwrap());
    }
    println!(
        "one row with reasons: {:.0} ns",
        start.elapsed().as_secs_f64() / f64::from(times) * 1e9
    );
}

/// Rows of numbers around zero and of texts; who bought follows from some of them, and from chance.
fn leads(rows: usize, numbers: usize, texts: usize) -> (Table, Vec<bool>) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut unit = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut log_odds = vec![-1.0; rows];
    let mut table = Table::new();
    for n in 0..numbers {
        let values: Vec<f64> = (0..rows).map(|_| unit() + unit() + unit() - 1.5).collect();
        let slope = (n as f64 - 8.0) / 6.0;
        log_odds.iter_mut().zip(&values).for_each(|(sum, value)| *sum += slope * value);
        table = table.numbers(&format!("number {n}"), values).unwrap();
    }
    for n in 0..texts {
        let picked: Vec<usize> = (0..rows).map(|_| (unit() * 6.0) as usize).collect();
        log_odds.iter_mut().zip(&picked).for_each(|(sum, at)| *sum += *at as f64 / 5.0 - 0.5);
        let values = picked.iter().map(|at| SOURCES.get(*at).copied());
        table = table.texts(&format!("text {n}"), values).unwrap();
    }
    let bought = log_odds.iter().map(|odds| unit() < 1.0 / (1.0 + (-odds).exp())).collect();
    (table, bought)
}
