//! Payroll: employees per second on one core, one by one and in columns on several threads; the memory that a million take; from net to gross;
//! explanations; and the people of the French peers.
//!
//! `cargo bench --bench payroll --features payroll [-- --rows N]`. Every thousandth row is computed once more by itself, and has to be the same.
//! `-- --france FOLDER [--rows N]` computes what `benches/peers/france.py` asks the peers for, and writes each person's figures into the folder.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use fondaco::payroll::jurisdictions::{france, germany, united_kingdom, united_states};
use fondaco::payroll::{Batch, Input, PayError, Program};
use fondaco::rust_decimal::Decimal;

type Answer<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Answer<()> {
    let said = |word: &str| std::env::args().skip_while(|said| said != word).nth(1);
    let rows: i64 = said("--rows").map_or(Ok(1_000_000), |rows| rows.parse())?;
    match said("--france") {
        Some(folder) => peers(Path::new(&folder), rows),
        None => countries(rows),
    }
}

fn countries(rows: i64) -> Answer<()> {
    let us = united_states()?.on("2026-06-30".parse()?)?;
    let uk = united_kingdom()?.on("2025-06-30".parse()?)?;
    let de = germany()?.on("2026-06-30".parse()?)?;
    let fr = france()?.on("2025-06-30".parse()?)?;
    for (what, goal, program, columns, rows) in [
        ("US federal", 1_000_000, &us, us_inputs(&us)?, rows),
        ("UK PAYE and NI", 300_000, &uk, uk_inputs(&uk)?, rows),
        ("German wage tax and social insurance", 300_000, &de, de_inputs(&de)?, rows / 2),
        ("France, all contributions", 0, &fr, fr_inputs(&fr)?, rows / 10),
    ] {
        let per_second = one_core(program, &columns, rows)?;
        println!("{what}, one core: {per_second:.0} employees/s (goal {goal})");
    }
    let threads = std::thread::available_parallelism()?.get();
    for (rows, threads) in [(rows / 10, 1), (rows, 1), (rows, threads)] {
        batch(&us, &us_inputs(&us)?, rows, threads)?;
    }
    gross_up("US", &us, &[("frequency", "monthly")], "wages", rows / 50)?;
    let british = [
        ("frequency", "monthly"),
        ("period", "4"),
        ("code_kind", "allowance"),
        ("code_number", "1257"),
    ];
    gross_up("UK", &uk, &british, "salary", rows / 50)?;
    let german = [("pay_period", "month"), ("tax_class", "I"), ("fund_rate", "2.9%")];
    gross_up("DE", &de, &german, "wage", rows / 50)?;
    explanations(&us, rows / 200)?;
    println!("peak memory: {}", peak());
    Ok(())
}

/// What the peers are asked for: openfisca a month of 2025 with ten results, modele-social July 2026 with three.
const OPENFISCA: [&str; 10] = [
    "capped_pension",
    "pension",
    "agirc",
    "ceg",
    "cet",
    "csg_deductible",
    "csg_taxed",
    "crds",
    "contributions",
    "net_before_tax",
];
const MODEL: [&str; 3] = ["all_contributions", "employer_contributions", "net_before_tax"];

/// How often our side computes them.
const TIMES: i64 = 20;

/// Our side of `benches/peers/france.py`.
fn peers(folder: &Path, rows: i64) -> Answer<()> {
    let june = france()?.on("2025-06-01".parse()?)?.only(&OPENFISCA)?;
    let columns = fr_inputs(&june)?;
    ours(&folder.join("openfisca.csv"), &june, &columns, &OPENFISCA, rows)?;
    // As URSSAF's model knows it: before the decree of 12 June 2026, with its own covers.
    let july = france()?.known_at("2026-07-01".parse()?, "2026-06-12T00:00:00Z".parse()?)?;
    let july = july.only(&MODEL)?;
    let mut columns = fr_inputs(&july)?;
    columns.pop();
    columns.push((july.input("accident_rate")?, |_| 20_800));
    columns.push((july.input("health_cover")?, |_| 2_000));
    columns.push((july.input("employer_health_cover")?, |_| 2_000));
    columns.push((july.input("death_cover_rate")?, |_| 15_000));
    ours(&folder.join("model.csv"), &july, &columns, &MODEL, rows)
}

fn ours(
    file: &Path,
    program: &Program,
    columns: &[Column],
    results: &[&str],
    rows: i64,
) -> Answer<()> {
    let batch = filled(program, columns, rows)?;
    // Once is too short for a clock that counts hundredths.
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut done = batch.run(results)?;
    for _ in 1..TIMES {
        done = black_box(batch.run(results)?);
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let all = (rows * TIMES) as f64;
    println!(
        "ours, {}: {rows} people, {} results: {:.0}/s, {:.0}/s of CPU",
        file.display(),
        results.len(),
        all / wall,
        all / cpu
    );
    let mut text = results.join(",");
    for row in 0..usize::try_from(rows)? {
        let cents: Vec<String> =
            done.columns.iter().filter_map(|column| column.get(row)).map(i64::to_string).collect();
        write!(text, "\n{}", cents.join(","))?;
    }
    Ok(std::fs::write(file, text)?)
}

/// A batch with all columns filled.
fn filled<'p>(program: &'p Program, columns: &[Column], rows: i64) -> Answer<Batch<'p>> {
    let names: Vec<&str> = program.inputs().collect();
    let mut batch = Batch::new(program, (0..rows).map(|row| row.to_string()));
    for (input, of) in columns {
        let name = names.iter().find(|name| program.input(name).ok() == Some(*input));
        batch.units(name.ok_or("an input has a name")?, (0..rows).map(of).collect())?;
    }
    Ok(batch)
}

/// Many in columns, as a data frame has them, with the employees' names.
fn batch(program: &Program, columns: &[Column], rows: i64, threads: usize) -> Answer<()> {
    let start = Instant::now();
    let batch = self::filled(program, columns, rows)?;
    let filled = start.elapsed().as_secs_f64();
    let done = batch.run_on(threads, &["net", "federal_income_tax"])?;
    assert!(done.errors.is_empty(), "{:?}", done.errors.first());
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "US federal in columns, {rows} rows, {threads} threads: {:.0} employees/s, {:.0} with filling them; peak memory so far {}",
        rows as f64 / (seconds - filled),
        rows as f64 / seconds,
        peak()
    );
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

fn gross_up(
    what: &str,
    program: &Program,
    said: &[(&str, &str)],
    input: &str,
    rows: i64,
) -> Answer<()> {
    let case =
        said.iter().fold(program.case("bench"), |case, (name, value)| case.with(name, *value));
    let start = Instant::now();
    for row in 0..rows {
        let wanted = Decimal::new(100_000 + row.wrapping_mul(7_919) % 800_000, 2);
        let found = program.gross_up(&case, input, wanted)?;
        assert!(found.net >= wanted, "{wanted} is not reached");
    }
    let per_second = rows as f64 / start.elapsed().as_secs_f64();
    println!("{what}, from net to gross, proven the smallest: {per_second:.0}/s (goal 30,000)");
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

/// The seconds of CPU that the process had, as Linux tells them, in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / 100.0
}
