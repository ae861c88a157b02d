//! Germany: `cargo bench --bench pap -- [EMPLOYEES]`, by default 1,000,000, one core. Monthly wages from 500 to 12,500 euros in all classes: the
//! wage tax from the ministry's file, the same with a bonus, which takes three times the steps; then net pay by our own rules, which
//! reckon social insurance besides.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use fondaco::rust_decimal::Decimal;
use fondaco_payroll::jurisdictions::germany;
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
    net_pay(count);
}

/// The wage of an employee, in cents.
fn wage_of(n: u32) -> u32 {
    50_000 + n.wrapping_mul(7_919) % 1_200_000
}

fn net_pay(count: u32) {
    let program = germany().unwrap().on("2026-06-30".parse().unwrap()).unwrap();
    let input = |name| program.input(name).unwrap();
    let (period, class, wage) = (input("pay_period"), input("tax_class"), input("wage"));
    let net = program.output("net").unwrap();
    let mut runner = program.runner();
    runner.set(period, program.place(period, "month").unwrap()).unwrap();
    let start = Instant::now();
    let mut sum = 0;
    for n in 0..count {
        runner.set(class, i64::from(n % 6)).unwrap();
        runner.set(wage, i64::from(wage_of(n))).unwrap();
        runner.run().unwrap();
        sum += runner.units(net);
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("net pay by rules: {:.0} a second (sum {sum} cents)", f64::from(count) / seconds);
}

fn time(what: &str, count: u32, pap: &Pap, case: &mut Case<'_>) {
    let (class, wage) = (pap.input("STKL").unwrap(), pap.input("RE4").unwrap());
    let (tax, surcharge) = (pap.output("LSTLZZ").unwrap(), pap.output("SOLZLZZ").unwrap());
    let start = Instant::now();
    let mut sum = Decimal::ZERO;
    for n in 0..count {
        case.put(class, Decimal::from(n % 6 + 1)).unwrap();
        case.put(wage, Decimal::from(wage_of(n))).unwrap();
        let outcome = case.run().unwrap();
        sum += outcome.at(tax).unwrap() + outcome.at(surcharge).unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {:.0} a second (sum {sum} cents)", f64::from(count) / seconds);
}
