//! The example that books a half year does what it says: every total comes out, nothing is booked
//! twice, killing it loses nothing, and bad input leaves the books as they were.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use fondaco::prelude::*;

#[path = "../examples/common/mod.rs"]
mod common;
#[path = "example_data/files.rs"]
mod files;
mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use files::Files;
use scratch::{Folder, adventure_works, fresh};

// ---- Once, and again

#[test]
fn a_second_run_books_nothing_and_says_the_same() {
    let store = Store::new();
    let first = good(&books(&["--orders", "150"], &store));
    let second = good(&books(&["--orders", "150"], &store));
    assert!(first.contains("\nBooked "), "{first}");
    assert!(second.contains("\nNothing new: all "), "{second}");
    assert_eq!(statements(&first), statements(&second));
}

#[test]
fn sqlite_says_what_memory_says() {
    let memory = good(&run(&["--orders", "150", "--store", "memory"]));
    let sqlite = good(&books(&["--orders", "150"], &Store::new()));
    assert_eq!(statements(&memory), statements(&sqlite));
}

/// `Child::kill` is `kill -9`: the program gets no chance to tidy up.
#[test]
fn killed_in_the_middle_it_goes_on_and_ends_as_if_nothing_had_happened() {
    let store = Store::new();
    for quarters in [1, 2, 3] {
        kill_after(quarters, &store);
        let found = store.open().verify().unwrap();
        assert!(found.is_clean(), "after {quarters} quarters: {found:?}");
    }
    let last = good(&books(&["--orders", "400"], &store));
    assert!(last.contains("entries were there before: it went on after them"), "{last}");
    let whole = good(&run(&["--orders", "400", "--store", "memory"]));
    assert_eq!(statements(&last), statements(&whole));
}

#[test]
fn two_programs_that_book_the_same_documents_into_one_file_book_them_once() {
    let store = Store::new();
    let start = || {
        let mut command = Command::new(program());
        command.args(["--orders", "150", "--store", &store.argument()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start()].map(|child| good(&child.wait_with_output().unwrap()));
    let alone = good(&run(&["--orders", "150", "--store", "memory"]));
    for one in &both {
        assert_eq!(statements(one), statements(&alone));
    }
}

/// Starts it, waits until it says that so many quarters of the entries are booked, and kills it.
fn kill_after(quarters: usize, store: &Store) {
    let mut child = Command::new(program())
        .args(["--orders", "400", "--store", &store.argument()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stderr.take().unwrap());
    let seen = told.lines().take(quarters).filter(Result::is_ok).count();
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was done before it could be killed");
    assert_eq!(seen, quarters);
}

#[test]
fn it_books_everything_though_nobody_reads_on() {
    let store = Store::new();
    let mut child = Command::new(program())
        .args(["--orders", "50", "--store", &store.argument()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!(good(&books(&["--orders", "50"], &store)).contains("Nothing new"));
}

// ---- The page

#[test]
fn it_writes_the_books_as_one_page_that_asks_nobody_for_anything() {
    let page = fresh(".html");
    let out =
        good(&run(&["--orders", "60", "--store", "memory", "--page", page.to_str().unwrap()]));
    let told = format!("The books as a page, with charts: open {} in a browser.\n", page.display());
    assert!(out.ends_with(&told), "{out}");
    let html = fs::read_to_string(&page).unwrap();
    fs::remove_file(&page).unwrap();
    for part in [
        "Income and expenses by month",
        "From income to",
        "Sales by territory",
        "Income statements",
        "Balance sheets",
        "Trial balance",
        "Why the result is what it is",
        "General ledger",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
    let result =
        out.lines().rev().find(|line| line.contains("Profit") || line.contains("Loss")).unwrap();
    let amount = result.split_whitespace().last().unwrap();
    let card = html.split("<dt>Result</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    assert!(card.contains(amount), "the page's result is {card}, the printed one {amount}");
}

#[test]
fn a_page_that_cannot_be_written_is_named_with_the_way_out() {
    let folder = fresh("");
    fs::write(&folder, "a file, not a folder").unwrap();
    let page = folder.join("books.html");
    let said =
        bad(&run(&["--orders", "50", "--store", "memory", "--page", page.to_str().unwrap()]));
    fs::remove_file(&folder).unwrap();
    assert!(said.contains(&format!("the page {}: ", page.display())), "{said}");
    assert!(said.contains("choose another file with --page"), "{said}");
}

// ---- The checks can fail

/// A cent that no document has: the ledger is asked, not the documents.
#[test]
fn a_cent_too_much_in_the_ledger_fails_its_checks() {
    let store = Store::new();
    good(&books(&["--orders", "50"], &store));
    let cent = Money::parse("0.01 EUR").unwrap();
    let day = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
    let entry = NewEntry::new("SALES", day).debit("1100", cent).credit("4000", cent);
    store.open().post("a slip of the pen", entry).unwrap();
    let again = books(&["--orders", "50"], &store);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(bad(&again).ends_with("error: 2 of 18 totals did not come out\n"));
    let wrong: Vec<_> = said.lines().filter(|line| line.contains("WRONG")).collect();
    assert!(wrong[0].contains("sale total: debits of 1100: "), "{wrong:?}");
    assert!(wrong[1].contains("sale net: credits of 4000: "), "{wrong:?}");
}

// ---- A real company

#[test]
fn adventure_works_comes_to_the_totals_its_readme_states() {
    let Some(data) = adventure_works() else { return };
    let out = good(&books(&["--data", data.to_str().unwrap()], &Store::new()));
    for line in [
        "24947906.45  sale net: credits of 4000",
        "2302803.63  sale tax: credits of 2200",
        "719613.95  sale freight: credits of 4100",
        "27970324.03  sale total: debits of 1100",
        "17613050.14  receipt stocked: debits of 1300",
        "18110845.62  receipt received: debits of 1310",
        "1409044.13  bill tax: debits of 1150",
        "86533.90  scrap cost: debits of 5100",
        "27970321.2957  sales as read, total",
        "18263075.39  purchase lines ordered",
        "427  sales orders of an unknown buyer",
    ] {
        assert!(out.contains(&format!(" {line}\n")), "{line} is missing in {out}");
    }
    assert!(!out.contains("WRONG"), "{out}");
}

/// One order is a cent larger, and consistent in itself: only the published totals can tell.
#[test]
fn a_half_year_that_misses_its_published_totals_is_not_booked() {
    let Some(data) = adventure_works() else { return };
    let (copy, store) = (Folder::copy_of(&data), Store::new());
    let file = copy.0.join("SalesOrder.csv");
    let text = fs::read_to_string(&file).unwrap();
    let changed =
        text.replacen("1249.84,99.9872,31.246,1381.0732", "1249.85,99.9872,31.246,1381.0832", 1);
    assert_ne!(text, changed);
    fs::write(file, changed).unwrap();
    let said = bad(&books(&["--data", copy.0.to_str().unwrap()], &store));
    assert!(said.ends_with("totals did not come out\n"), "{said}");
    assert!(!store.0.exists(), "it opened the books all the same");
}

// ---- Bad input

#[test]
fn bad_input_names_its_place_and_leaves_the_books_as_they_were() {
    let store = Store::new();
    let good_files = Files::good();
    let before = good(&books(&["--data", path(&good_files)], &store));
    for (file, right, wrong, told) in [
        (
            "SalesOrder.csv",
            "2013-07-02",
            "2013-02-30",
            ", line 3, column OrderDate, value \"2013-02-30\": is not a date",
        ),
        ("PurchaseOrderDetail.csv", "47.4705", "47,4705", ", line 2, column 10, value "),
        (
            "WorkOrder.csv",
            "300,2,9",
            "300,99,9",
            ", line 2, column ProductID, value \"99\": refers to nothing",
        ),
    ] {
        let files = Files::with(file, right, wrong.as_bytes());
        let said = bad(&books(&["--data", path(&files)], &store));
        assert!(said.contains(&format!("{file}{told}")), "{said}");
    }
    let files = Files::good();
    fs::remove_file(files.0.join("Vendor.csv")).unwrap();
    let said = bad(&books(&["--data", path(&files)], &store));
    assert!(said.contains("Vendor.csv: can't be read"), "{said}");

    let after = good(&books(&["--data", path(&good_files)], &store));
    assert!(after.contains("Nothing new"), "{after}");
    assert_eq!(statements(&before), statements(&after));
}

#[test]
fn a_booking_rule_that_leads_nowhere_names_its_place() {
    let rules = fs::read_to_string(example("BookingRules.csv")).unwrap();
    for (right, wrong, told) in [
        (
            "credit,4000",
            "credit,4999",
            "line 5, column Account, value \"4999\": the chart of accounts has no such account",
        ),
        ("credit,4000", "credit,4", "line 5, column Account, value \"4\": is a heading"),
        (
            "sale,net",
            "sale,nett",
            "line 5, column Part, value \"nett\": this document has no \"nett\"",
        ),
        ("sale,net,credit", "sale,net,right", "line 5, column Side, value \"right\": is no side"),
        ("sale,net", "sail,net", "line 5, column Document, value \"sail\": is no document"),
        (
            "territory channel",
            "shelf",
            "line 5, column Dimensions, value \"shelf\": this document has no \"shelf\"",
        ),
    ] {
        let said = with_file("BookingRules.csv", &rules, right, wrong);
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn a_chart_whose_headings_are_not_there_names_its_place() {
    let chart = fs::read_to_string(example("ChartOfAccounts.csv")).unwrap();
    for (right, wrong, told) in [
        (
            "asset,0,11",
            "asset,0,12",
            "line 4, column Under, value \"12\": the chart has no such account",
        ),
        ("asset,0,11", "asset,0,1300", "line 4, column Under, value \"1300\": is no heading"),
        (
            "Customers,asset",
            "Customers,things",
            "line 4, column Class, value \"things\": is no class",
        ),
    ] {
        let said = with_file("ChartOfAccounts.csv", &chart, right, wrong);
        assert!(said.contains(told), "{told}: {said}");
    }
}

/// Only the ledger can tell that rules don't balance: it is asked in a rehearsal.
#[test]
fn rules_that_do_not_balance_name_the_document_and_book_nothing() {
    let rules = fs::read_to_string(example("BookingRules.csv")).unwrap();
    let said = with_file("BookingRules.csv", &rules, "sale,tax,credit,2200,\n", "");
    assert!(said.contains("SalesOrder.csv, line 2, value \"sales_order/100\": "), "{said}");
    assert!(said.contains("does not balance"), "{said}");
}

/// What the example says with this file among good ones, changed in one place.
fn with_file(name: &str, text: &str, right: &str, wrong: &str) -> String {
    assert!(text.contains(right), "{name} has no {right}");
    let (files, store) = (Files::good(), Store::new());
    fs::write(files.0.join(name), text.replacen(right, wrong, 1)).unwrap();
    let said = bad(&books(&["--data", path(&files)], &store));
    assert!(!store.0.exists(), "it opened the books all the same");
    said
}

#[test]
fn documents_that_changed_since_are_not_booked_beside_the_old_ones() {
    let store = Store::new();
    good(&books(&["--orders", "20"], &store));
    let said = bad(&books(&["--orders", "21"], &store));
    assert!(said.contains("with other content") && said.contains("--store"), "{said}");
    assert!(good(&books(&["--orders", "20"], &store)).contains("Nothing new"));
}

#[test]
fn a_command_line_that_makes_no_sense_says_so() {
    for (line, told) in [
        (&["--fast"][..], "error: invalid option '--fast'; --help lists what there is\n"),
        (&["--store", "tape"], "error: --store tape is no store"),
        (&["--store", "sqlite:no/such/folder/books.db"], "no/such/folder/books.db"),
    ] {
        let said = bad(&run(line));
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(good(&run(&["--help"])).contains("--orders N"));
}

// ---- Running it

/// The example, built as these tests are: `cargo test --test books_example` alone would not.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program::example("books"))
}

fn run(line: &[&str]) -> Output {
    Command::new(program()).args(line).output().unwrap()
}

fn books(line: &[&str], store: &Store) -> Output {
    run(&[line, &["--store", &store.argument()]].concat())
}

/// What it printed; it must have ended well.
fn good(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it complained of; it must have ended with 1.
fn bad(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    errors
}

/// From the trial balance on: all that the books say of themselves.
fn statements(out: &str) -> &str {
    let from = out.find("Trial balance").expect("it printed no trial balance");
    assert!(out.contains("\nVerified: "), "{out}");
    &out[from..]
}

fn path(files: &Files) -> &str {
    files.0.to_str().unwrap()
}

fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/books").join(file)
}

/// An SQLite file, until dropped.
struct Store(PathBuf);

impl Store {
    fn new() -> Store {
        Store(fresh(".db"))
    }

    fn argument(&self) -> String {
        format!("sqlite:{}", self.0.display())
    }

    /// The demo company's books in it.
    fn open(&self) -> Books<'static> {
        let store = Sqlite::open(&self.0).unwrap();
        Books::open(store, CompanyId::named("Brenta Garden Pumps")).unwrap()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}
