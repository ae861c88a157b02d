//! What costing takes: `cargo bench --bench valuation -- [MOVES]`, by default 10,000,000 moves of 10,000 stocks by each method, one
//! core, in memory: six receipts to ten issues, one count in thirty, some issues below zero. Then a table of a tenth of them with returns,
//! landed costs and transfers, which looks earlier moves up, and a receipt that comes a year late and has all of a stock costed again.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use fondaco_core::Currency;
use fondaco_inventory::valuation::*;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Moves of one stock.
const EACH: usize = 1_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let count: usize = args.first().map_or(10_000_000, |text| text.parse().expect("a number"));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(42);
    // Histories of as many stocks as fit into a core's cache, taken over and over.
    let histories: Vec<Vec<Move>> = (0..16).map(|_| history(&mut random)).collect();
    let rules = CostRules::new(Currency::EUR);
    for method in [Method::Fifo, Method::Lifo, Method::Average, Method::Standard] {
        let stocks = count / EACH;
        time(&format!("{method}: {count} moves of {stocks} stocks"), count, || {
            let mut told = Told::new();
            let (mut facts, mut value) = (0_usize, 0_i64);
            for stock in 0..stocks {
                let mut state = State::new(&rules, method).unwrap();
                for moved in &histories[stock % histories.len()] {
                    told.clear();
                    state.apply(&rules, moved, &NoPast, &mut told).unwrap();
                    facts += told.facts.len();
                }
                value += state.value().units();
            }
            black_box((facts, value));
        });
    }
    let rows = table(&mut random, count / 10);
    let methods = vec![Method::Fifo; rows.len() / EACH + 1];
    time(&format!("a table of {} rows with returns and transfers", rows.len()), rows.len(), || {
        black_box(replay(&rules, &methods, &rows).unwrap());
    });
    let mut book = Book::new(rules, Method::Fifo).unwrap();
    let policy = Backdating::Replay { open_from: None };
    for moved in &histories[0] {
        book.record(*moved, policy).unwrap();
    }
    let late = Move::new(MoveId::from_u128(u128::MAX), day(0), Kind::receipt(pieces(7), euro(50)));
    time(&format!("a late receipt, {EACH} moves costed again"), 1, || {
        black_box(book.record(late, policy).unwrap());
    });
}

fn time(what: &str, count: usize, run: impl FnOnce()) {
    let start = Instant::now();
    run();
    let took = start.elapsed();
    let each = took.as_nanos() / count as u128;
    println!("{what}: {:.3} s, {each} ns each", took.as_secs_f64());
}

/// A year of one stock.
fn history(random: &mut Xoshiro256PlusPlus) -> Vec<Move> {
    let mut moves = vec![Move::new(
        MoveId::from_u128(1),
        day(0),
        Kind::SetCost { cost: Price::from_units(7_250_000) },
    )];
    while moves.len() < EACH {
        let n = moves.len();
        let kind = kind(random);
        moves.push(Move::new(MoveId::from_u128(n as u128 + 1), day(n * 365 / EACH), kind));
    }
    moves
}

fn kind(random: &mut Xoshiro256PlusPlus) -> Kind {
    let (quantity, cents) = (1 + below(random, 50), 300 + below(random, 900));
    match below(random, 170) {
        0..60 => {
            let quantity = quantity * 5 / 3;
            Kind::receipt(pieces(quantity), Val::from_units(quantity * cents * 100))
        }
        60..165 => Kind::Issue { quantity: pieces(quantity) },
        _ => Kind::Count { counted: pieces(quantity) },
    }
}

/// Moves of many stocks in turn; one in twenty is of an earlier one, one in twenty a transfer.
fn table(random: &mut Xoshiro256PlusPlus, count: usize) -> Vec<Row> {
    let stocks = (count / EACH).max(2);
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    for n in 0..count {
        let id = MoveId::from_u128(n as u128 + 1);
        let date = day(n * 365 / count);
        let first = n < stocks;
        let kind =
            if first { Kind::SetCost { cost: Price::from_units(7_250_000) } } else { kind(random) };
        let stock = n % stocks;
        let earlier = n.checked_sub(stocks).and_then(|before| rows.get(before)).copied();
        rows.push(match (below(random, 20), kind, earlier) {
            (0, Kind::Issue { .. }, _) => {
                Row::transfer(stock, (stock + 1) % stocks, Move::new(id, date, kind))
            }
            (
                1,
                _,
                Some(Row {
                    to: None, moved: Move { id: of, kind: Kind::Issue { .. }, .. }, ..
                }),
            ) => Row::new(
                stock,
                Move::new(id, date, Kind::CustomerReturn { of, quantity: pieces(1) }),
            ),
            (1, _, Some(Row { moved: Move { id: of, kind: Kind::Receipt { .. }, .. }, .. })) => {
                Row::new(stock, Move::new(id, date, Kind::LandedCost { of, value: euro(3) }))
            }
            _ => Row::new(stock, Move::new(id, date, kind)),
        });
    }
    rows
}

fn below(random: &mut Xoshiro256PlusPlus, most: u32) -> i64 {
    i64::from(random.next_u32() % most)
}

fn pieces(count: i64) -> Qty {
    Qty::from_units(count * 1_000_000)
}

fn euro(amount: i64) -> Val {
    Val::from_units(amount * 10_000)
}

fn day(n: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(n as u64)
}
