//! Keeps a real company's books for half a year: `cargo run --release --example books`.
//!
//! Without options it generates a demo company; `--data ../shared/data/adventureworks_mini` reads
//! AdventureWorks. Sales orders, purchase orders with what was received and rejected, and scrap
//! become entries of a double-entry ledger in an SQLite file. Run it again, and nothing is booked
//! twice; kill it in the middle and run it again, and it goes on where it was.
//!
//! Read it in this order: `run` below is the whole story; `books/chart.rs` has the accounts and the
//! rules, `books/plan.rs` makes entries of documents, `books/opening.rs` finds the opening stock,
//! `books/checks.rs` asks the ledger whether the totals come out, `books/telling.rs` prints, `books/page.rs` makes a page.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::{
    error::Error,
    io::Write,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use chrono::Datelike;
use fondaco::{
    core::{Act, Halt, store::StoreError},
    prelude::*,
};

#[path = "books/chart.rs"]
mod chart;
#[path = "books/checks.rs"]
mod checks;
mod common;
#[path = "books/opening.rs"]
mod opening;
#[path = "books/page.rs"]
mod page;
#[path = "books/plan.rs"]
mod plan;
#[path = "books/telling.rs"]
mod telling;

use chart::{Chart, Event};
use common::{
    args::{self, Command, StoreChoice},
    company::Company,
    exit,
    output::Output,
    progress::Progress,
    table::DataError,
};
use plan::{Batch, Plan};

fn main() -> ExitCode {
    exit::code(run(&mut Output::new()))
}

const ABOUT: &str =
    "Books a company's half year. A ChartOfAccounts.csv and a BookingRules.csv among
the data replace those in examples/books/.";

/// The whole story.
fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let args = match args::from_env(ABOUT, default_store())? {
        Command::Run(args) => args,
        Command::Help(text) => return Ok(write!(out, "{text}")?),
    };

    // Read and check everything first: bad input must not leave half a year in the books.
    let company = common::company(&args)?;
    let chart = Chart::read(args.data.as_deref())?;
    let plan = Plan::of(&company, &chart)?;
    telling::introduce(out, &args, &company, &plan)?;
    telling::checks(
        out,
        "Totals of the documents, exactly as read:",
        &checks::of_documents(&company)?,
    )?;
    rehearse(&company, &chart, &plan)?;

    // Then book it.
    let books = open(&args.store, &company)?;
    set_up(&books, &company, &chart, &plan)?;
    let mut progress = Progress::new("entries", plan.entries());
    let tally = book(&books, &plan, |entries| progress.add(entries))?;
    writeln!(out, "\n{tally}\n")?;

    // And look at the books.
    telling::statements(out, &books, &plan)?;
    let checks = checks::of_ledger(&books, &company, &chart, &plan)?;
    telling::checks(out, "Totals of the ledger, to the cent:", &checks)?;
    telling::verification(out, &books)?;
    let path = args.page.unwrap_or_else(|| among_targets("books.html"));
    page::write(&path, &books, &company, &chart, &plan)?;
    Ok(writeln!(out, "\nThe books as a page, with charts: open {} in a browser.", path.display())?)
}

// ---- Getting ready

fn default_store() -> StoreChoice {
    StoreChoice::Sqlite(among_targets("books.db"))
}

/// A file in cargo's target folder where there is one, else among the temporary files.
fn among_targets(name: &str) -> PathBuf {
    match Path::new("target").is_dir() {
        true => Path::new("target").join(name),
        false => std::env::temp_dir().join(format!("fondaco-{name}")),
    }
}

/// Opens a company's books in the store that the command line asks for.
fn open(store: &StoreChoice, company: &Company) -> Result<Books<'static>, Box<dyn Error>> {
    Ok(Books::of(&common::store::office(store, CompanyId::named(&company.name))?)?)
}

/// Accounts, journals and fiscal years. Each command has a name, so that it is carried out once.
fn set_up(
    books: &Books<'_>,
    company: &Company,
    chart: &Chart,
    plan: &Plan<'_>,
) -> Result<(), Box<dyn Error>> {
    let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
    once(books, "books/set up", &SetUp::new(currency))?;
    once(books, "books/accounts", &OpenAccounts::new(chart.accounts.clone()))?;
    for journal in journals() {
        once(books, &format!("books/journal/{}", journal.code), &journal)?;
    }
    // The last receipts come in January: their year is opened too.
    for year in fiscal_years(plan) {
        once(books, &format!("books/year/{year}"), &OpenFiscalYear::calendar_year(year))?;
    }
    Ok(())
}

/// Carries out a command under a name; under the same name it does nothing a second time.
fn once<C: Act<Error = LedgerError>>(
    books: &Books<'_>,
    name: &str,
    command: &C,
) -> Result<(), Box<dyn Error>> {
    books.send(name, command).map(drop).map_err(|error| refusal(&error, name))
}

/// Invoices are numbered in order of their dates, as many countries ask for; the rest need not be.
fn journals() -> [OpenJournal; 4] {
    [
        OpenJournal::new(Event::Opening.journal(), "Opening balances"),
        OpenJournal::new(Event::Sale.journal(), "Sales invoices").by_date(),
        OpenJournal::new(Event::Bill.journal(), "Vendors' bills"),
        OpenJournal::new(Event::Receipt.journal(), "Goods received, delivered and scrapped"),
    ]
}

fn fiscal_years(plan: &Plan<'_>) -> RangeInclusive<i32> {
    plan.eve.year()..=plan.last.year()
}

// ---- Booking

/// Books everything in memory, where it may fail: what the ledger refuses, it refuses here, with
/// the document's place in the source, and the real books are as they were.
fn rehearse(company: &Company, chart: &Chart, plan: &Plan<'_>) -> Result<(), Box<dyn Error>> {
    let books = Books::open(Memory::without_chain(), CompanyId::named(&company.name))?;
    set_up(&books, company, chart, plan)?;
    book(&books, plan, |_| {}).map(drop)
}

/// What was booked, and how long the ledger and its store took for it.
#[derive(Default)]
struct Tally {
    entries: usize,
    postings: usize,
    there_before: usize,
    time: Duration,
}

/// Sends every batch. Those that were booked before are not booked again.
fn book(
    books: &Books<'_>,
    plan: &Plan<'_>,
    mut progress: impl FnMut(usize),
) -> Result<Tally, Box<dyn Error>> {
    let mut tally = Tally::default();
    for batch in &plan.batches {
        let started = now();
        let done = books.send(&batch.name, &batch.command);
        let time = started.elapsed();
        let done = done.map_err(|error| refused(&error, batch))?;
        let entries = &batch.command.entries;
        match done.replayed {
            true => tally.there_before += entries.len(),
            false => {
                tally.entries += entries.len();
                tally.postings += entries.iter().map(|entry| entry.postings.len()).sum::<usize>();
                tally.time += time;
            }
        }
        progress(entries.len());
    }
    Ok(tally)
}

#[allow(clippy::disallowed_methods, reason = "a program may time itself; an engine may not")]
fn now() -> Instant {
    Instant::now()
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Tally { entries, postings, there_before, time } = self;
        if *entries == 0 {
            return write!(f, "Nothing new: all {there_before} entries were booked before.");
        }
        let seconds = time.as_secs_f64().max(1e-6);
        write!(
            f,
            "Booked {entries} entries with {postings} postings in {seconds:.2} s: \
             {:.0} entries/s, {:.0} postings/s.",
            *entries as f64 / seconds,
            *postings as f64 / seconds
        )?;
        match there_before {
            0 => Ok(()),
            _ => write!(f, "\n{there_before} entries were there before: it went on after them."),
        }
    }
}

/// The ledger names the entry of the batch; we know where its document stands.
fn refused(error: &LedgerError, batch: &Batch) -> Box<dyn Error> {
    let LedgerError::At { index, error: why } = error else { return refusal(error, &batch.name) };
    match (batch.origins.get(*index), batch.command.entries.get(*index)) {
        (Some(origin), Some(entry)) => Box::new(DataError {
            file: origin.file.to_string(),
            line: Some(origin.line),
            column: None,
            value: entry.source.as_deref().map(str::to_owned),
            problem: format!("{why}; look at BookingRules.csv too"),
        }),
        _ => refusal(error, &batch.name),
    }
}

/// What goes wrong when the same books are given other documents deserves plain words.
fn refusal(error: &LedgerError, name: &str) -> Box<dyn Error> {
    match error {
        LedgerError::Halt(Halt::Store(StoreError::CommandReused { .. })) => format!(
            "{name} is in these books already, with other content: the documents, accounts or rules \
             have changed since; choose another file with --store"
        )
        .into(),
        _ => format!("{name}: {error}").into(),
    }
}
