//! Payroll: employees per second, on one core and on all, with the memory that a million take; from net to gross; explanations.
//!
//! `cargo bench --bench payroll --features payroll [-- --rows N]`. Every thousandth row is computed once more by itself, and has to be the same.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::hint::black_box;
use std::time::Instant;

use fondaco::payroll::jurisdictions::united_kingdom::TaxCode;
use fondaco::payroll::jurisdictions::{france, germany, united_kingdom, united_states};
use fondaco::payroll::{Input, PayError, Program};
use fondaco::rust_decimal::Decimal;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows = std::env::args().skip_while(|word| word != "--rows").nth(1);
    let rows: i64 = rows.map_or(Ok(1_000_000), |rows| rows.parse())?;
    let us = united_states()?.on("2026-06-30".parse()?)?;
    let uk = united_kingdom()?.on("2025-06-30".parse()?)?;
    let us_per_second = one_core(&us, &us_inputs(&us)?, rows)?;
    println!("US federal, one core: {us_per_second:.0} employees/s (goal 1,000,000)");
    let uk_per_second = one_core(&uk, &uk_inputs(&uk)?, rows)?;
    println!("UK PAYE and NI, one core: {uk_per_second:.0} employees/s (goal 300,000)");
    let de = germany()?.on("2026-06-30".parse()?)?;
    let de_per_second = one_core(&de, &de_inputs(&de)?, rows / 2)?;
    println!(
        "German wage tax and social insurance, one core: {de_per_second:.0} employees/s (goal 300,000)"
    );
    let fr = france()?.on("2025-06-30".parse()?)?;
    let fr_per_second = one_core(&fr, &fr_inputs(&fr)?, rows / 10)?;
    println!(
        "France, all contributions, one core: {fr_per_second:.0} people/s; beside it: benches/peers/openfisca.py and modele_social.mjs"
    );
    gross_up(&us, rows / 50)?;
    explanations(&us, rows / 200)?;
    println!("peak memory: {}", peak());
    Ok(())
}

/// An input, and what it is in a row.
type Column = (Input, fn(i64) -> i64);

fn us_inputs(program: &Program) -> Result<Vec<Column>, PayError> {
    Ok(vec![
        (program.input("frequency")?, |row| row % 8),
        (program.input("wages")?, |row| 50_000 + row.wrapping_mul(7_919) % 1_500_000),
        (program.input("w4_status")?, |row| row % 3),
        (program.input("w4_step_2")?, |row| i64::from(row % 5 == 0)),
        (program.input("w4_credits")?, |row| row % 4 * 200_000),
        (program.input("social_security_wages_to_date")?, |row| {
            row.wrapping_mul(104_729) % 25_000_000
        }),
        (program.input("medicare_wages_to_date")?, |row| row.wrapping_mul(104_729) % 25_000_000),
        (program.input("futa_wages_to_date")?, |row| row.wrapping_mul(104_729) % 25_000_000),
    ])
}

fn uk_inputs(program: &Program) -> Result<Vec<Column>, PayError> {
    // The code is said once: 1257L, as most have it.
    TaxCode::parse("1257L")?;
    Ok(vec![
        (program.input("frequency")?, |row| row % 4),
        (program.input("period")?, |row| 4 + row % 9),
        (program.input("salary")?, |row| 20_000 + row.wrapping_mul(7_919) % 900_000),
        (program.input("nation")?, |row| row % 3),
        (program.input("code_kind")?, |_| 0),
        (program.input("code_number")?, |row| if row % 7 == 0 { 45 } else { 1257 }),
        (program.input("ni_letter")?, |row| row % 17),
        (program.input("pay_to_date")?, |row| row.wrapping_mul(104_729) % 5_000_000),
        (program.input("tax_to_date")?, |row| row.wrapping_mul(1_299_709) % 500_000),
    ])
}

fn de_inputs(program: &Program) -> Result<Vec<Column>, PayError> {
    Ok(vec![
        (program.input("pay_period")?, |_| 1),
        (program.input("tax_class")?, |row| row % 6),
        (program.input("wage")?, |row| 60_000 + row.wrapping_mul(7_919) % 900_000),
        (program.input("fund_rate")?, |row| 200 + row % 150),
        (program.input("child_allowances")?, |row| row % 3 * 50),
        (program.input("church_rate")?, |row| row % 2 * 90_000),
        (program.input("care_childless")?, |row| i64::from(row % 3 == 0)),
    ])
}

/// Those of the peers' scripts.
fn fr_inputs(program: &Program) -> Result<Vec<Column>, PayError> {
    Ok(vec![
        (program.input("salary")?, |row| 185_000 + row.wrapping_mul(7_919) % 1_200_000),
        (program.input("executive")?, |row| i64::from(row % 3 == 0)),
        (program.input("headcount")?, |_| 15),
        (program.input("accident_rate")?, |_| 7_000),
    ])
}

fn one_core(program: &Program, columns: &[Column], rows: i64) -> Result<f64, PayError> {
    let net = program.output("net")?;
    let mut runner = program.runner();
    let (mut sum, mut sampled) = (0_i128, 0_i128);
    let start = Instant::now();
    for row in 0..rows {
        for (input, of) in columns {
            runner.set(*input, of(row))?;
        }
        runner.run()?;
        sum += runner.units(net);
        if row % 1000 == 0 {
            sampled += runner.units(net);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let mut again = 0_i128;
    let mut single = program.runner();
    for row in (0..rows).step_by(1000) {
        single.clear();
        for (input, of) in columns {
            single.set(*input, of(row))?;
        }
        single.run()?;
        again += single.units(net);
    }
    assert_eq!(sampled, again, "a frame that is used again gives what a fresh one gives");
    black_box(sum);
    Ok(rows as f64 / seconds)
}

fn gross_up(program: &Program, rows: i64) -> Result<(), Box<dyn std::error::Error>> {
    let case = program.case("bench").with("frequency", "monthly");
    let start = Instant::now();
    for row in 0..rows {
        let wanted = Decimal::new(100_000 + row.wrapping_mul(7_919) % 1_500_000, 2);
        let found = program.gross_up(&case, "wages", wanted)?;
        assert!(found.net >= wanted, "{wanted} is not reached");
    }
    let per_second = rows as f64 / start.elapsed().as_secs_f64();
    println!("from net to gross, proven the smallest: {per_second:.0}/s (goal 30,000)");
    Ok(())
}

fn explanations(program: &Program, rows: i64) -> Result<(), Box<dyn std::error::Error>> {
    let case = program.case("bench").with("frequency", "monthly").with("wages", "5000");
    let start = Instant::now();
    let mut letters = 0;
    for _ in 0..rows {
        letters += program.run(&case)?.explain("net")?.to_string().len();
    }
    let per_second = rows as f64 / start.elapsed().as_secs_f64();
    println!(
        "explanations of net as text: {per_second:.0}/s, {} letters each",
        letters as i64 / rows.max(1)
    );
    Ok(())
}

/// The most memory that the process had, as Linux tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
