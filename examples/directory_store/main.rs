//! A store of one's own, through the second door: `cargo run --example directory_store -- target/till`.
//!
//! [`fondaco::store::Ordered`] asks of a map a snapshot with `get` and `range`, and one atomic write; everything else that a
//! store is, [`fondaco::store::OrderedStore`] makes of it. Here the map is a plain directory, written with nothing but the
//! standard library: `directory_store/directory.rs` is the map, `directory_store/log.rs` its file, and this is a till that
//! keeps its books in it. Every line of the program is one sale, posted when it is typed; the day's total comes at the end
//! of the input. Kill it whenever you like: what it said it has is there when it is started again.

#![allow(unreachable_pub, reason = "its modules are read as if they were a library's")]

use std::error::Error;
use std::io::BufRead;
use std::process::ExitCode;

use fondaco::core::DateRange;
use fondaco::prelude::*;
use fondaco::store::OrderedStore;

mod directory;
#[path = "../common/exit.rs"]
mod exit;
mod log;

use directory::{Directory, Fsync};

fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "target/till".into());
    if path.starts_with('-') {
        println!(
            "directory_store [FOLDER]: a till whose sales are kept in FOLDER, target/till unless said"
        );
        return Ok(());
    }
    let store = OrderedStore::open(Directory::open(&path, Fsync::Always)?)?;
    let books = Books::open(&store, CompanyId::named("till"))?;
    open(&books)?;
    let before = sales(&books)?;
    println!("{path} has {before} sales; type amounts in EUR, one a line");
    for (at, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        match Money::parse(&format!("{} EUR", line.trim())) {
            // A sale that is refused is told, and the day goes on.
            Ok(amount) => match sell(&books, before + at as u64, amount) {
                Ok(sold) => println!("{sold}"),
                Err(refused) => println!("{refused}"),
            },
            Err(error) => println!("{error}"),
        }
    }
    println!("{}", books.trial_balance(TODAY)?);
    let verified = books.verify()?;
    println!("nobody changed the past: {}", verified.is_clean());
    // At the end of the day the file is left as short as it can be.
    Ok(store.map().compact()?)
}

/// A till of an example has only one day.
const TODAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 7, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// Opens the books; what was done before is not done again.
fn open(books: &Books<'_>) -> Result<(), LedgerError> {
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let account = NewAccount::new;
    books.send(
        "chart",
        &OpenAccounts::new(vec![
            account("1000", "Cash", AccountClass::Asset),
            account("4000", "Sales", AccountClass::Income),
        ]),
    )?;
    books.send("journal", &OpenJournal::new("TILL", "Till"))?;
    books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    Ok(())
}

fn sell(books: &Books<'_>, number: u64, amount: Money) -> Result<String, LedgerError> {
    let sale = NewEntry::new("TILL", TODAY).debit("1000", amount).credit("4000", amount);
    let done = books.post(&format!("sale/{number}"), sale)?;
    let receipt = done.answer.number.number().unwrap_or_default();
    Ok(format!("receipt {receipt}: {amount}"))
}

/// How many sales there are: the number of the next one.
fn sales(books: &Books<'_>) -> Result<u64, LedgerError> {
    Ok(books.postings("4000", DateRange::day(TODAY))?.len() as u64)
}
