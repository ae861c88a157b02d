//! The example that lives through a company's half year does what it says: a run that was killed goes on and comes to the same, nothing
//! happens twice, and the report is one page that asks nobody for anything.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
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

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use scratch::fresh;

#[test]
fn a_run_that_was_killed_goes_on_and_comes_to_the_same() {
    let whole = good(&company("memory", &fresh(".html")));
    assert!(whole.contains("stock, books and documents agree."), "{whole}");
    assert!(!whole.contains("WRONG"), "{whole}");
    let [won, lost] = ["Won", "Lost"].map(|word| offers(&whole, word));
    assert!(won > 0 && lost > 0, "{won} and {lost} offers in {whole}");
    assert!(whole.contains("orders, ") && !whole.contains("and 0 work orders of it"), "{whole}");
    let store = Store(fresh(".db"));
    let page = fresh(".html");
    for quarters in [1, 2, 3] {
        killed_after(quarters, &store.argument(), &page);
    }
    let rest = good(&company(&store.argument(), &page));
    assert!(rest.contains("documents were there before: it went on after them."), "{rest}");
    assert_eq!(findings(&rest), findings(&whole));
    let again = good(&company(&store.argument(), &page));
    assert!(again.contains("Nothing new: all "), "{again}");
    assert_eq!(findings(&again), findings(&whole));
    let html = fs::read_to_string(&page).unwrap();
    fs::remove_file(&page).unwrap();
    for part in [
        "Income and expenses by month",
        "Money at the end of each month",
        "Value of the stock",
        "Pay by department",
        "From lead to customer",
        "Pipeline velocity per day",
        "Customers by segment at the end of each month",
        "Load of the work centres",
        "Work orders on the machines",
        "The next quarter as planned",
        "Trial balance",
        "Why the result is what it is",
        // Figures name the documents that they are of.
        "invoice/",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
}

// ---- Running it

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program::example("company"))
}

fn command(store: &str, page: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(["--orders", "60", "--store", store, "--report"]).arg(page);
    command
}

fn company(store: &str, page: &Path) -> Output {
    command(store, page).output().unwrap()
}

/// It is killed as soon as it says that so many quarters of its documents are booked.
fn killed_after(quarters: usize, store: &str, page: &Path) {
    let mut run = command(store, page);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let told = BufReader::new(run.stderr.take().unwrap());
    let told = told.lines().map(Result::unwrap).take(quarters);
    let told = told.filter(|line| line.starts_with("documents: ")).count();
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(told, quarters);
    assert!(!page.exists(), "it was done before it was killed");
}

/// What it printed; it must have ended well.
fn good(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// How many offers to dealers ended so.
fn offers(out: &str, how: &str) -> usize {
    let line = out.lines().find(|line| line.starts_with(how)).expect("a line of the pipeline");
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// What it says of the half year: from the number of payslips to the totals of the accounts, without how many rows were verified.
fn findings(out: &str) -> &str {
    let to = out.find("Verified: ").expect("it verified nothing");
    let from = out.find("payslips").expect("nobody was paid");
    let line = out[..from].rfind('\n').unwrap_or(0);
    &out[line..to]
}

/// A file for a store, gone at the end.
struct Store(PathBuf);

impl Store {
    fn argument(&self) -> String {
        format!("sqlite:{}", self.0.display())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{ending}", self.0.display()));
        }
    }
}
