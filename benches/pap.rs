//! The German wage tax from the ministry's file: `cargo bench --bench pap -- [EMPLOYEES]`, by default 1,000,000, one core. Monthly wages from
//! 500 to 12,500 euros in all classes; then the same with a bonus, which takes three times the steps.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use fondaco::rust_decimal::Decimal;
use fondaco_payroll::pap::{Case, Pap, shipped};

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let count: u32 =
        args.next().map_or(1_000_000, |text| text.parse().expect("a number of employees"));
    let start = Instant::now();
    let pap = Pap::read(shipped::LOHNSTEUER_2026).unwrap();
    println!("the file read and compiled: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);

    let mut case = pap.case();
    case.set("LZZ", 2).unwrap().set_text("KVZ", "2.90").unwrap().rest_zero();
    time("wage", count, &pap, &mut case);
    case.set("SONSTB", 200_000).unwrap().set("JRE4", 4_800_000).unwrap();
    time("wage and bonus", count, &pap, &mut case);
}

fn time(what: &str, count: u32, pap: &Pap, case: &mut Case<'_>) {
    let (class, wage) = (pap.input("STKL").unwrap(), pap.input("RE4").unwrap());
    let (tax, surcharge) = (pap.output("LSTLZZ").unwrap(), pap.output("SOLZLZZ").unwrap());
    let start = Instant::now();
    let mut sum = Decimal::ZERO;
    for n in 0..count {
        case.put(class, Decimal::from(n % 6 + 1)).unwrap();
        case.put(wage, Decimal::from(50_000 + n.wrapping_mul(7_919) % 1_200_000)).unwrap();
        let outcome = case.run().unwrap();
        sum += outcome.at(tax).unwrap() + outcome.at(surcharge).unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {:.0} a second (sum {sum} cents)", f64::from(count) / seconds);
}
