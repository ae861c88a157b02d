//! Proving the past to somebody who does not trust you: a checkpoint, a proof, and a row changed by hand. The chapter is
//! `docs/proofs.md`.
//!
//! ```sh
//! cargo run --example audit
//! cargo run --example audit -- --store sqlite:target/audit.db
//! ```
//!
//! Without `--store` the file is a scratch one, which is removed: at the end of the story the books in it are spoilt.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use fondaco::accounting::ledger::Posting;
use fondaco::core::proof::{Checkpoint, Growth, Proof, SignedCheckpoint};
use fondaco::core::store::{Record, Stored};
use fondaco::core::{Range, View};
use fondaco::prelude::*;

#[path = "common/args.rs"]
#[allow(dead_code, unreachable_pub, reason = "each example uses its own part")]
mod args;
#[path = "common/exit.rs"]
mod exit;

use args::{Command, StoreChoice};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[allow(dead_code, reason = "its test tells the story without a command line")]
fn main() -> ExitCode {
    exit::code(run())
}

fn run() -> Result<()> {
    let about = "Proves the past to an auditor, and lets him find what was changed by hand.";
    let scratch = StoreChoice::Sqlite(PathBuf::from("a scratch file"));
    match args::offered(about, scratch.clone(), &[])? {
        Command::Help(text) => print!("{text}"),
        Command::Run(args) if args.store == scratch => told()?,
        Command::Run(args) => story(&new_file(args.store)?)?,
    }
    Ok(())
}

/// The story spoils the books that it tells of, so it begins with new ones.
fn new_file(store: StoreChoice) -> Result<PathBuf> {
    let StoreChoice::Sqlite(file) = store else {
        return Err(
            "the story is about a file that somebody changes: give --store sqlite:PATH".into()
        );
    };
    if file.exists() {
        let file = file.display();
        return Err(format!("{file} exists, and the story spoils its books: give a new one").into());
    }
    Ok(file)
}

/// The story in a scratch file.
pub(crate) fn told() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("fondaco-audit-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = story(&folder.join("acme.sqlite"));
    std::fs::remove_dir_all(&folder)?;
    done
}

fn story(file: &Path) -> Result<()> {
    let books = Books::open(Sqlite::open(file)?, CompanyId::named("acme"))?;
    set_up(&books)?;
    books.post("rent/1", rent("2026-01-02", "900 EUR")?)?;
    books.post("rent/2", rent("2026-02-02", "900 EUR")?)?;

    // The firm publishes how long its log is, and what the root over it is. A real one signs this with its key:
    // `.sign(&key, |text| my_signer.sign(text))`. The auditor keeps it.
    let kept = checkpoint(&books)?;
    println!("The auditor keeps:\n{kept}");

    // He asks for a proof of one posting, which shows nothing else of the books, and checks it at home.
    let text = proof_of_first_posting(&books, &kept)?;
    let proven = text.parse::<Proof>()?.verify_against(&kept)?;
    let row = proven.row.ok_or("the proof is of a row")?;
    println!(
        "Proven, from {} bytes of text: commit {} by {} wrote",
        text.len(),
        proven.position,
        proven.statement.actor
    );
    println!("  {}: account {:?}, amount {:?}\n", row.table, row.column(2), row.column(6));

    // A month later: the firm proves that its log only grew.
    books.post("rent/3", rent("2026-03-02", "950 EUR")?)?;
    let newer = checkpoint(&books)?;
    let mut prover = books.driver().prover();
    prover.catch_up(&mut ())?;
    let growth = prover.growth(&kept, &SignedCheckpoint::new(newer.clone()))?.to_string();
    let later = growth.parse::<Growth>()?.verify_against(&kept, &newer)?;
    println!(
        "The log grew from {} to {} commits, and nothing in it was changed.\n",
        kept.size, later.size
    );
    drop(prover);
    drop(books);

    somebody_changes_a_row(file)?;
    let found = audit(file, &kept)?;
    println!("After a row was changed by hand:\n  {}\n", found.join("\n  "));
    assert!(found[0].starts_with("rows written by commit"), "{found:?}");

    // Whoever knows the file better takes the seals away, as if it had never had any. Without the checkpoint this would
    // look like a store that keeps no chain.
    somebody_strips_the_seals(file)?;
    let found = audit(file, &kept)?;
    println!("After all seals were taken away:\n  {}", found.join("\n  "));
    assert_eq!(found, [format!("the first {} commits are not those of the checkpoint", kept.size)]);
    Ok(())
}

fn set_up(books: &Books<'_>) -> Result<()> {
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let chart = OpenAccounts::new(vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("5100", "Rent", AccountClass::Expense),
    ]);
    books.send("chart", &chart)?;
    books.send("journal", &OpenJournal::new("GEN", "General journal"))?;
    books.send("2026", &OpenFiscalYear::calendar_year(2026))?;
    Ok(())
}

fn rent(day: &str, amount: &str) -> Result<NewEntry> {
    let amount = Money::parse(amount)?;
    Ok(NewEntry::new("GEN", day.parse()?).debit("5100", amount).credit("1000", amount))
}

fn checkpoint(books: &Books<'_>) -> Result<Checkpoint> {
    let mut prover = books.driver().prover();
    prover.catch_up(&mut ())?;
    Ok(prover.checkpoint("acme.example/books")?)
}

fn proof_of_first_posting(books: &Books<'_>, kept: &Checkpoint) -> Result<String> {
    let first = |view: &mut View<'_>| view.peek_scan(&Range::<Posting>::all().limit(1));
    let postings = books.driver().view(first)?;
    let key = postings.first().ok_or("nothing was posted")?.row_key();
    let mut prover = books.driver().prover();
    prover.catch_up(&mut ())?;
    Ok(prover.row(&key, &SignedCheckpoint::new(kept.clone()), &[])?.to_string())
}

/// What the auditor finds with access to the file.
fn audit(file: &Path, kept: &Checkpoint) -> Result<Vec<String>> {
    let books = Books::open(Sqlite::open_existing(file)?, CompanyId::named("acme"))?;
    let verified = books.driver().audit(&[], kept)?;
    Ok(verified.findings.iter().map(ToString::to_string).collect())
}

fn somebody_changes_a_row(file: &Path) -> Result<()> {
    let sql = format!(
        "UPDATE {} SET amount = amount * 2, ledger_amount = ledger_amount * 2",
        Posting::TABLE.name
    );
    let changed = rusqlite::Connection::open(file)?.execute(&sql, [])?;
    println!("Somebody doubles {changed} postings, in the file, with SQL.");
    Ok(())
}

fn somebody_strips_the_seals(file: &Path) -> Result<()> {
    let conn = rusqlite::Connection::open(file)?;
    conn.execute_batch(
        "UPDATE fondaco_commit SET root = NULL, content = NULL, link = NULL; DELETE FROM fondaco_state_hash;
         UPDATE fondaco_company SET link = zeroblob(32)",
    )?;
    Ok(())
}
