//! Leads scored and models learned: `cargo bench -p fondaco --features crm --bench scoring -- [ROWS]`, by default 1,000,000 rows of twenty features, of
//! which two are texts, on one core. Rows at once, one row, one row with its reasons; a logistic regression learned by Newton's method and by L-BFGS, which
//! `benches/peers/scoring.py` learns of the same rows. Then a scorecard of a hundred rules, kept up to date event by event.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use fondaco::core::Timestamp;
use fondaco::crm::scoring::learned::logistic::{Logistic, Model, Solver};
use fondaco::crm::scoring::learned::{Table, Value};
use fondaco::crm::scoring::rules::{Event, Person, Scorer, Value as Known};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const NUMBERS: usize = 18;
const SOURCES: [&str; 6] = ["web", "fair", "phone", "mail", "partner", "ad"];

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let rows: usize = args.next().map_or(1_000_000, |text| text.parse().expect("a number of rows"));
    let (mixed, bought) = leads(rows, NUMBERS, 2, 6);
    let (numbers, of_numbers) = leads(rows, NUMBERS + 2, 0, 0);
    learn("20 numbers", &numbers, &of_numbers);
    let model = learn("18 numbers and 2 texts of 6", &mixed, &bought);
    one(&model);
    drop((numbers, mixed));
    let (many_levels, of_levels) = leads(rows, NUMBERS, 2, 400);
    learn("18 numbers and 2 texts of 400", &many_levels, &of_levels);
    drop(many_levels);
    cards();
}

fn learn(what: &str, table: &Table, outcomes: &[bool]) -> Model {
    for solver in [Solver::Newton, Solver::Lbfgs] {
        let start = Instant::now();
        let model = Logistic::new().solver(solver).fit(table, outcomes).unwrap();
        let took = start.elapsed().as_secs_f64();
        println!("learned of {} x {what} by {solver:?} in {took:.2} s", table.rows());
        black_box(model);
    }
    let model = Logistic::new().fit(table, outcomes).unwrap();
    many(what, &model, table);
    model
}

/// A hundred rules over ten kinds of events and five attributes; 100,000 people, ten events each, in the order of time.
fn cards() {
    const PEOPLE: usize = 100_000;
    const EVENTS: usize = 1_000_000;
    let scorer = Scorer::new(serde_json::from_str(&card()).unwrap()).unwrap();
    let kinds: Vec<String> = (0..10).map(|kind| format!("kind {kind}")).collect();
    let paths: Vec<String> =
        (0..50).map(|path| format!("/part {}/page {path}", path % 7)).collect();
    let first = 1_760_000_000_000_000_i64;
    let at = |n: usize| Timestamp::from_micros(first + n as i64 * 10_000_000).unwrap();
    let mut tallies = vec![scorer.tally(); PEOPLE];
    let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
    let picked: Vec<(usize, usize, usize)> = (0..EVENTS)
        .map(|_| {
            let mixed = random.next_u64() as usize;
            (mixed % PEOPLE, mixed / PEOPLE % 10, mixed / PEOPLE / 10 % 50)
        })
        .collect();
    let start = Instant::now();
    for (n, (person, kind, path)) in picked.iter().enumerate() {
        let properties =
            [("path", Known::Text(&paths[*path])), ("seconds", Known::Number(n as f64 % 90.0))];
        let event = Event::new(&kinds[*kind], at(n)).with(&properties);
        scorer.record(&mut tallies[*person], &event, at(n)).unwrap();
    }
    let took = start.elapsed().as_secs_f64();
    println!("a card of 100 rules: {:.2} M events/s", EVENTS as f64 / took / 1e6);
    let attributes = [
        ("country", Known::Text("DE")),
        ("employees", Known::Number(250.0)),
        ("title", Known::Text("Head of purchasing")),
    ];
    let person = Person { attributes: &attributes, since: None };
    let start = Instant::now();
    let mut parts = 0;
    for tally in &tallies {
        parts += black_box(scorer.score(tally, &person, at(EVENTS)).unwrap()).reasons().len();
    }
    let took = start.elapsed().as_secs_f64() / PEOPLE as f64;
    println!("one score with {:.1} reasons: {:.2} us", parts as f64 / PEOPLE as f64, took * 1e6);
    let bytes: usize = tallies.iter().map(|tally| tally.to_bytes().len()).sum();
    println!("bytes of one tally: {:.0}", bytes as f64 / PEOPLE as f64);
}

fn card() -> String {
    let each = |n: usize| {
        let when = match n % 3 {
            0 => String::new(),
            1 => format!(r#""when": {{"path": {{"starts_with": "/part {}"}}}},"#, n % 7),
            _ => format!(r#""when": {{"seconds": {{"at_least": {}}}}},"#, n % 90),
        };
        let half_life = [7, 14, 30][n % 3];
        format!(
            r#"{{"code": "e{n}", "points": "{}.5", "group": "g{}", "cap": {{"most": "40"}}, "of": {{"each": {{"kind": "kind {}", {when} "half_life_days": {half_life}}}}}}}"#,
            1 + n % 9,
            n % 8,
            n % 10,
        )
    };
    let fit = |n: usize| {
        let test = match n % 3 {
            0 => format!(r#"{{"employees": {{"at_least": {}}}}}"#, n * 10),
            1 => r#"{"country": {"one_of": ["DE", "AT", "CH"]}}"#.to_owned(),
            _ => r#"{"title": {"contains": "purchasing"}}"#.to_owned(),
        };
        format!(r#"{{"code": "f{n}", "points": "{}", "of": {{"person": {test}}}}}"#, 1 + n % 5)
    };
    let kinds: Vec<String> = (0..10)
        .map(|n| format!(r#""kind {n}": {{"path": "text", "seconds": "number"}}"#))
        .collect();
    let groups: Vec<String> = (0..8).map(|n| format!(r#""g{n}": {{"most": "60"}}"#)).collect();
    format!(
        r#"{{"name": "bench", "version": 1, "digits": 1, "attributes": {{"country": "text", "employees": "number", "title": "text"}},
        "events": {{{}}}, "groups": {{{}}}, "fit": {{"rules": [{}]}}, "engagement": {{"rules": [{}]}}}}"#,
        kinds.join(","),
        groups.join(","),
        (0..20).map(fit).collect::<Vec<_>>().join(","),
        (0..80).map(each).collect::<Vec<_>>().join(","),
    )
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
        .chain([Value::Text("fair 1"), Value::Text("ad 5")])
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
fn leads(rows: usize, numbers: usize, texts: usize, levels: usize) -> (Table, Vec<bool>) {
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
        let names: Vec<String> =
            (0..levels).map(|level| format!("{} {level}", SOURCES[level % 6])).collect();
        let picked: Vec<usize> = (0..rows).map(|_| (unit() * levels as f64) as usize).collect();
        log_odds.iter_mut().zip(&picked).for_each(|(sum, at)| *sum += (*at % 6) as f64 / 5.0 - 0.5);
        let values = picked.iter().map(|at| names.get(*at).map(String::as_str));
        table = table.texts(&format!("text {n}"), values).unwrap();
    }
    let bought = log_odds.iter().map(|odds| unit() < 1.0 / (1.0 + (-odds).exp())).collect();
    (table, bought)
}
