//! Importing a large file: `cargo bench -p fondaco --features import --bench import -- [LINES] [GROUPING]`, where GROUPING is `key` (the
//! default), `balance` or `good` (by key, without the check of the whole file first).
//!
//! A file of LINES lines, two to an entry, over 1,000 accounts and one year, is imported into SQLite with full durability and
//! the chain on: read for its digest, checked from end to end, then booked. The file is made before the clock starts.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{Days, NaiveDate};
use fondaco_accounting::Books;
use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{CompanyId, Currency, Progressed};
use fondaco_store::Sqlite;

const ACCOUNTS: u64 = 1_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let lines = args.first().map_or(1_000_000, |lines| lines.parse().expect("a number of lines"));
    let grouping = args.get(1).map_or("key", String::as_str);
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let (csv, db) = (dir.join("import.csv"), dir.join(format!("import-{}.db", std::process::id())));
    write(&csv, lines);
    let books = Books::open(Sqlite::open(&db).unwrap(), CompanyId::named("bench")).unwrap();
    set_up(&books);
    let mapping = EntryMapping::new("date", "account", AmountColumns::columns("debit", "credit"));
    let mapping = if grouping == "balance" { mapping } else { mapping.key("voucher") };
    let mode = if grouping == "good" { Mode::GoodOnes } else { Mode::CheckedFirst };

    let before = resident();
    let start = Instant::now();
    let mut import = ImportEntries::open(&csv, mapping).unwrap().mode(mode);
    println!("read for its digest: {:.2} s", start.elapsed().as_secs_f64());
    let (mut phase, mut most) = (String::new(), 0);
    let mut told = |at: &Progressed| {
        if phase != at.phase {
            println!("{at} after {:.2} s", start.elapsed().as_secs_f64());
            phase = at.phase.to_string();
        }
        most = most.max(resident());
        ControlFlow::Continue(())
    };
    let done = books.run_job("import", &mut import, &mut told).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} by {grouping}: {} lines of {} MB in {seconds:.2} s, {:.0} lines/s, at most {} MB more than before in memory",
        done.report,
        done.report.lines,
        std::fs::metadata(&csv).unwrap().len() / 1_000_000,
        done.report.lines as f64 / seconds,
        most.saturating_sub(before) / 1_000_000
    );
    assert_eq!(done.report.entries as u64, lines / 2);
    drop(books);
    let files = || ["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", db.display())));
    let bytes: u64 =
        files().iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum();
    println!("SQLite: {} MB on disk", bytes / 1_000_000);
    files().iter().for_each(|file| drop(std::fs::remove_file(file)));
    std::fs::remove_file(csv).unwrap();
}

fn code(account: u64) -> String {
    format!("{:04}", 1_000 + account)
}

fn set_up(books: &Books<'_>) {
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let account = |i| NewAccount::new(code(i), format!("Account {i}"), AccountClass::Asset);
    books.send("chart", &OpenAccounts::new((0..ACCOUNTS).map(account).collect())).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
}

/// The same file in every run.
fn write(path: &Path, lines: u64) {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(out, "voucher,date,account,debit,credit").unwrap();
    let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let mut random = 7u64;
    let mut below = |bound: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    for entry in 0..lines / 2 {
        let date = start + Days::new(entry * 2 * 365 / lines.max(2));
        let cents = 1 + below(10_000_000);
        let (debit, amount) = (below(ACCOUNTS), format!("{}.{:02}", cents / 100, cents % 100));
        let credit = (debit + 1 + below(ACCOUNTS - 1)) % ACCOUNTS;
        writeln!(out, "V{entry:07},{date},{},{amount},", code(debit)).unwrap();
        writeln!(out, "V{entry:07},{date},{},,{amount}", code(credit)).unwrap();
    }
    out.flush().unwrap();
}

/// Resident memory of this process in bytes, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}
