//! Plans what a company orders and makes next: `cargo run --release --example plan`.
//!
//! Without options it generates a demo company; `--data ../shared/data/adventureworks_mini` reads AdventureWorks. Today is a Monday four weeks
//! before the last sale: what came and went before is booked, what was ordered and had not come is on order, what customers order within
//! two weeks is promised, and what they bought is drawn on as a forecast. Then a run plans purchases and work over all levels of bills;
//! a proposal is firmed and released; a large order comes in, and another run says what changes, what is late, and why.
//!
//! Read it in this order: `run` below is the whole story; `plan/today.rs` brings the company into a stock engine, `plan/sources.rs` says where articles come from, `plan/outlook.rs` forecasts,
//! `plan/runs.rs` plans and decides, `plan/late.rs` asks why, `plan/workshop.rs` puts orders on machines, `plan/page.rs` makes a page of it.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{
    error::Error,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

mod common;
#[path = "stock/goods.rs"]
#[allow(dead_code, reason = "it is the stock example's, which keeps three warehouses")]
mod goods;
#[path = "plan/late.rs"]
mod late;
#[path = "plan/outlook.rs"]
mod outlook;
#[path = "plan/page.rs"]
mod page;
#[path = "stock/plan.rs"]
#[allow(dead_code, reason = "it is the stock example's, which books document by document")]
mod plan;
#[path = "plan/runs.rs"]
mod runs;
#[path = "plan/sources.rs"]
mod sources;
#[path = "plan/today.rs"]
mod today;
#[path = "plan/workshop.rs"]
#[allow(dead_code, reason = "the example of a company doesn't know whether there are machines")]
mod workshop;

use common::{
    args::{self, Command, StoreChoice},
    exit,
    output::Output,
};
use goods::Goods;
use late::{LargeOrder, Late};
use outlook::Outlook;
use plan::Plan as Documents;
use runs::Runs;
use today::Today;
use workshop::Workshop;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str = "Plans what a company orders and makes next, and says why.";

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::from_env(ABOUT, default_store())? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };

    // Read and check everything first, and bring the company into the stock as it is today.
    let company = common::company(&args)?;
    let goods = Goods::of(&company, args.data.as_deref())?;
    let documents = Documents::of(&company, &goods)?;
    let today = Today::open(&args.store, &company, &goods, &documents)?;
    writeln!(out, "{} on {}", company.name, today.date)?;
    writeln!(out, "{}", today.book(&documents)?)?;

    // What will be wanted, and what is to be done about it.
    let outlook = Outlook::record(&today)?;
    writeln!(out, "{}", outlook.report(&today, 10))?;
    let large = LargeOrder::of(&today)?;
    let runs = Runs::of(&today, &large)?;
    runs.tell(out, &today)?;

    // Why one order is late, and what the machines say.
    let late = Late::of(&today, &large)?;
    writeln!(out, "{}\n{}", large.title(), late.why)?;
    let workshop = match args.data {
        None => Some(Workshop::of(&company, today.date, &runs.orders)?),
        Some(_) => None,
    };
    if let Some(workshop) = &workshop {
        writeln!(out, "{}", workshop.report())?;
    }
    let path = args.page.unwrap_or_else(|| among_targets("plan.html"));
    page::write(&path, &page::Found { today: &today, outlook, runs, large, late, workshop })?;
    Ok(writeln!(out, "\nThe plan as a page, with charts: open {} in a browser.", path.display())?)
}

fn default_store() -> StoreChoice {
    StoreChoice::Sqlite(among_targets("plan.db"))
}

/// A file in cargo's target folder where there is one, else among the temporary files.
fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}
