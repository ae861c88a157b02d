//! Fills a company's books from two CSV files: `cargo run --example import --features import`.
//!
//! `import/chart.csv` becomes the chart of accounts, `import/entries.csv` the entries. Two of its vouchers are wrong on
//! purpose. By default nothing is booked then, and each refused line is told with what to do about it; with `--good-ones`
//! the others are booked. With `--store` the books stay in a file: run it again, and nothing is booked twice. With `--data` the two
//! files are those of another folder, by the same columns.
//!
//! ```sh
//! cargo run --example import --features import
//! cargo run --example import --features import -- --good-ones --store sqlite:target/import.db
//! ```

use std::{error::Error, ops::ControlFlow, path::PathBuf, process::ExitCode};

use fondaco::{
    accounting::import::{
        AccountMapping, AmountColumns, CsvFormat, EntryMapping, ImportAccounts, ImportEntries,
        ImportReport, Mode, NumberFormat, Source,
    },
    core::Progressed,
    prelude::*,
};
use story::Offer;

#[path = "common/exit.rs"]
mod exit;
#[path = "common/story.rs"]
mod story;

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let offers = [
        Offer::Data("read chart.csv and entries.csv from DIR instead of examples/import"),
        Offer::Switch("good-ones", "book what is right though some lines are refused"),
    ];
    let Some(story) = story::begin("Fills a company's books from two CSV files.", &offers)? else {
        return Ok(());
    };
    let mode = if story.switches.is_empty() { Mode::CheckedFirst } else { Mode::GoodOnes };
    let books = Books::open(story.store, CompanyId::named("demo"))?;
    books.send("set up", &SetUp::new(Currency::EUR))?;
    books.send("journal", &OpenJournal::new("GEN", "General journal"))?;
    books.send("2026", &OpenFiscalYear::calendar_year(2026))?;

    let ours = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/import");
    let files = story.data.unwrap_or(ours);
    let mut chart = ImportAccounts::open(files.join("chart.csv"), accounts())?;
    // A name stands for this file read in this way: the same again is done once, a mended file is another.
    let name = format!("import/{}", chart.file_digest());
    let done = books.run_job(&name, &mut chart, &mut ())?;
    println!("chart.csv: {}", done.report);

    let mut import = ImportEntries::open(files.join("entries.csv"), entries())?.mode(mode);
    let name = format!("import/{}/{mode:?}", import.file_digest());
    let mut told = |at: &Progressed| {
        eprintln!("{at}");
        ControlFlow::Continue(())
    };
    match books.run_job(&name, &mut import, &mut told) {
        Ok(done) => tell(&books, done.report, done.replayed)?,
        Err(error) => println!("entries.csv: {error}"),
    }
    for refusal in books.refusals(&name)? {
        println!("  {refusal}");
    }
    println!();
    for job in books.jobs(10)? {
        println!("{job}");
    }
    Ok(())
}

fn tell(books: &Books<'_>, report: ImportReport, replayed: bool) -> Result<(), Box<dyn Error>> {
    let when = if replayed { "before" } else { "now" };
    println!("entries.csv, {when}: {report}");
    let day: NaiveDate = "2026-12-31".parse()?;
    println!("\n{}", books.trial_balance(day)?);
    Ok(())
}

/// How the files are written: semicolons, decimal commas, days first.
fn german() -> CsvFormat {
    CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).date("DD.MM.YYYY")
}

fn accounts() -> AccountMapping {
    AccountMapping::new("Account", "Name", "Class").parent("Under").format(german())
}

fn entries() -> EntryMapping {
    EntryMapping::new("Date", "Account", AmountColumns::columns("Debit", "Credit"))
        .format(german())
        .origin("demo vouchers") // so that a voucher is booked once, from whatever file
        .journal(Source::constant("GEN"))
        .key("Voucher")
        .text("Text")
        .dimension("cost_centre", "Cost centre")
}
