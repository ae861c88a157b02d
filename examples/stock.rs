//! Keeps a real company's stock for half a year: `cargo run --release --example stock`.
//!
//! Without options it generates a demo company; `--data ../shared/data/adventureworks_mini` reads AdventureWorks. What was bought, made, used
//! up and sold becomes moves of a stock engine in an SQLite file, which knows at each moment what there is, what is on order and what falls
//! short. Run it again, and nothing is booked twice; kill it in the middle and run it again, and it goes on where it was.
//!
//! Read it in this order: `run` below is the whole story; `stock/goods.rs` has what is known besides the documents, `stock/plan.rs` makes
//! moves of documents, `stock/booking.rs` sends them to the engine, `stock/levels.rs` asks what there is and what is short, `stock/worth.rs`
//! what it is worth, `stock/advice.rs` what should be done otherwise, `stock/page.rs` makes a page of it.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{
    error::Error,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use fondaco::prelude::*;

#[path = "stock/advice.rs"]
mod advice;
#[path = "stock/booking.rs"]
mod booking;
mod common;
#[path = "stock/goods.rs"]
mod goods;
#[path = "stock/levels.rs"]
mod levels;
#[path = "stock/page.rs"]
mod page;
#[path = "stock/plan.rs"]
mod plan;
#[path = "stock/worth.rs"]
mod worth;

use advice::Advice;
use booking::Booking;
use common::{
    args::{self, Args, Command, StoreChoice},
    company::{Company, CostSource},
    exit,
    output::Output,
    progress::Progress,
};
use goods::Goods;
use levels::{Levels, Short};
use plan::Plan;
use worth::Worth;

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str = "Keeps a company's stock for half a year, and says what to order.";

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::from_env(ABOUT, default_store())? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };

    // Read and check everything first: bad input must not leave half a year in the stock.
    let company = common::company(&args)?;
    let goods = Goods::of(&company, args.data.as_deref())?;
    let plan = Plan::of(&company, &goods)?;
    introduce(out, &args, &company, &goods, &plan)?;

    // Then book it, day by day.
    let mut booking = Booking::open(&args.store, &company, &goods)?;
    let mut progress = Progress::new("moves", plan.moves());
    booking.book(&plan, |moves| progress.add(moves))?;
    writeln!(out, "\n{}\n", booking.tally)?;

    // And look at the stock.
    let found = Findings::of(&booking, &company, &goods, &plan)?;
    found.tell(out)?;
    check(out, &booking, &company, &found)?;
    let path = args.page.unwrap_or_else(|| among_targets("stock.html"));
    page::write(&path, &company.name, &found)?;
    Ok(writeln!(out, "\nThe stock as a page, with charts: open {} in a browser.", path.display())?)
}

fn default_store() -> StoreChoice {
    StoreChoice::Sqlite(among_targets("stock.db"))
}

/// A file in cargo's target folder where there is one, else among the temporary files.
fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}

/// What there is to book, and what is odd about it.
fn introduce(
    out: &mut dyn Write,
    args: &Args,
    company: &Company,
    goods: &Goods,
    plan: &Plan,
) -> Result<(), Box<dyn Error>> {
    writeln!(out, "{}, {}", company.name, company.currency)?;
    writeln!(out, "{}", args.store.told("The stock is"))?;
    let unknown = goods.by_product.keys();
    let unknown = unknown.filter(|id| company.unit_cost(**id).1 == CostSource::Unknown).count();
    writeln!(
        out,
        "{} articles, {unknown} of them without a cost that anybody knows: zero",
        goods.by_product.len()
    )?;
    writeln!(out, "{}", plan.adjusted(company)?)?;
    let mut dearest = Vec::new();
    for (id, missing) in plan.missing.iter().filter(|it| !it.1.is_zero()) {
        dearest.push((company.cost_of(*id, *missing)?, *id, *missing));
    }
    dearest.sort_unstable_by(|a, b| b.cmp(a));
    for (value, id, units) in dearest.iter().take(10) {
        let Some(product) = company.products.get(id) else { continue };
        writeln!(out, "  {:<12} {units:>9} units {value:>14}  {}", product.number, product.name)?;
    }
    match dearest.len().saturating_sub(10) {
        0 => Ok(()),
        more => Ok(writeln!(out, "  and {more} more")?),
    }
}

/// What was found.
pub struct Findings<'a> {
    currency: Currency,
    worth: Worth,
    levels: Levels,
    short: Short<'a>,
    advice: Advice<'a>,
    /// What is odd about the opening stock.
    adjusted: String,
}

impl<'a> Findings<'a> {
    fn of(
        booking: &Booking<'_>,
        company: &'a Company,
        goods: &Goods,
        plan: &Plan,
    ) -> Result<Findings<'a>, Box<dyn Error>> {
        let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
        let worth = Worth::of(booking, plan)?;
        Ok(Findings {
            currency,
            levels: Levels::of(booking, company, goods, &worth)?,
            short: Short::of(booking, company, goods, plan)?,
            advice: Advice::of(booking, company, goods, plan)?,
            adjusted: plan.adjusted(company)?,
            worth,
        })
    }

    fn tell(&self, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
        let Findings { currency, worth, levels, short, advice, .. } = self;
        writeln!(out, "{}", levels.report(worth, *currency))?;
        writeln!(out, "{}", value_by_month(worth, *currency))?;
        let (few, all) = (short.lines.len(), short.rules);
        writeln!(out, "{few} of {all} articles are at or below their reorder points.\n")?;
        writeln!(out, "{}", short.first(*currency))?;
        for (title, why) in short.why().take(1) {
            writeln!(out, "{title}:\n{why}")?;
        }
        writeln!(out, "{}", advice.saved(*currency))?;
        if let Some((product, best)) = advice.best() {
            writeln!(
                out,
                "Why the policy of {} is recommended:\n{}",
                product.number,
                best.explain()
            )?;
        }
        Ok(write!(out, "{}", advice.matrix.to_report())?)
    }
}

fn value_by_month(worth: &Worth, currency: Currency) -> Report {
    levels::value_chart(worth, currency).to_report()
}

/// What must come out: what was bought is what was billed, levels and values follow from their facts, and nothing was changed since.
fn check(
    out: &mut dyn Write,
    booking: &Booking<'_>,
    company: &Company,
    found: &Findings<'_>,
) -> Result<(), Box<dyn Error>> {
    let billed = company.checks.as_ref().map(|checks| checks.purchases_booked.net);
    let bought = found.worth.bought;
    match billed {
        Some(billed) if billed != bought => {
            return Err(
                format!("{bought} came in from vendors, where {billed} was published").into()
            );
        }
        Some(_) => writeln!(out, "\nBought, as billed and as published: {bought}.")?,
        None => writeln!(out, "\nBought, as billed: {bought}.")?,
    }
    let verified = booking.stock.verify()?;
    let (commits, rows) = (verified.chain.commits, verified.chain.rows);
    if verified.is_clean() {
        return Ok(writeln!(
            out,
            "Verified: {rows} rows of {commits} commits are as they were written."
        )?);
    }
    verified.chain.findings.iter().try_for_each(|finding| writeln!(out, "  {finding}"))?;
    verified.discrepancies.iter().try_for_each(|it| writeln!(out, "  {it}"))?;
    Err("the stock is not as it was written: see the findings above".into())
}
