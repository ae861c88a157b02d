//! Pays a company's people for half a year: `cargo run --example payroll`.
//!
//! Without options it pays a demo company; `--data ../shared/data/adventureworks_mini` pays the 290 people of AdventureWorks, from July to
//! December 2013, under the federal rules of 2025. Each run is computed, approved by somebody else, posted and paid; rises of July are told in
//! August and paid in arrears; somebody joins, somebody leaves and the slip for the whole period is voided, and a court's order is served.
//! Then it tells what came of it: registers, differences, a payslip and why its tax is what it is, costs, a forecast, the lines for the books,
//! and a file for the bank.
//!
//! Read it in this order: `run` below is the whole story; `payroll/people.rs` reads who is paid, `payroll/cases.rs` makes of them what slips are
//! computed from, `payroll/half_year.rs` carries the runs out, `payroll/tell.rs` tells what came out.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{
    error::Error,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[path = "payroll/cases.rs"]
mod cases;
mod common;
#[path = "payroll/half_year.rs"]
mod half_year;
#[path = "payroll/people.rs"]
mod people;
#[path = "payroll/tell.rs"]
mod tell;

use common::{
    args::{self, Command, Offer, StoreChoice},
    exit,
    output::Output,
};
use half_year::HalfYear;
use people::People;
use tell::Told;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str = "Pays a company's people for half a year, and says what came of it.";
const OFFERS: [Offer; 2] = [
    Offer::Data(
        "read the company's people from the CSV files in DIR, say\n\
         ../shared/data/adventureworks_mini; without it a demo company is paid",
    ),
    Offer::Page(
        "write the page there, instead of into target; the payslip and the bank's file go beside it",
    ),
];

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::offered(ABOUT, StoreChoice::Memory, &OFFERS)? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };
    let people = People::of(args.data.as_deref())?;
    let path = args.page.unwrap_or_else(|| among_targets("payroll.html"));
    let mut half = HalfYear::open(&args.store, people, path.with_extension("ach"))?;
    half.pay()?;
    let told = Told::of(&half)?;
    told.write(out, &half)?;
    told.save(out, &half, &path)
}

/// A file in cargo's target folder where there is one, else among the temporary files.
fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}
