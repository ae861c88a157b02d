//! The example that keeps a half year's stock does what it says: levels, values and verification come out, nothing is booked twice, and
//! bad input leaves the stock as it was.

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
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use scratch::{Folder, adventure_works, fresh};

#[test]
fn a_second_run_books_nothing_and_says_the_same() {
    let store = Store::new();
    let first = good(&stock(&["--orders", "100"], &store));
    let second = good(&stock(&["--orders", "100"], &store));
    assert!(first.contains("\nBooked "), "{first}");
    assert!(second.contains("\nNothing new: all "), "{second}");
    assert_eq!(findings(&first), findings(&second));
    let memory = good(&run(&["--orders", "100", "--store", "memory"]));
    assert_eq!(findings(&first), findings(&memory));
}

#[test]
fn it_writes_one_page_that_asks_nobody_for_anything() {
    let page = fresh(".html");
    let line = ["--orders", "100", "--store", "memory", "--page", page.to_str().unwrap()];
    let out = good(&run(&line));
    assert!(out.ends_with(&format!("open {} in a browser.\n", page.display())), "{out}");
    let html = fs::read_to_string(&page).unwrap();
    fs::remove_file(&page).unwrap();
    for part in [
        "Value by site",
        "Pieces on hand by site",
        "Stock by site",
        "what to order",
        "are to be ordered",
        "What the recommended policies would have saved",
        "ABC and XYZ",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
}

#[test]
fn documents_that_changed_since_are_not_booked_beside_the_old_ones() {
    let store = Store::new();
    good(&stock(&["--orders", "20"], &store));
    let said = bad(&stock(&["--orders", "21"], &store));
    assert!(said.contains("with other content") && said.contains("--store"), "{said}");
    assert!(good(&stock(&["--orders", "20"], &store)).contains("Nothing new"));
}

#[test]
fn adventure_works_comes_to_what_its_readme_states() {
    let Some(data) = adventure_works() else { return };
    let out = good(&run(&["--data", data.to_str().unwrap(), "--store", "memory"]));
    for told in [
        "196 of 440 moved articles would fall below zero",
        "Bought, as billed and as published: 17613050.14.",
        "Verified: ",
    ] {
        assert!(out.contains(told), "{told} is missing in {out}");
    }
}

#[test]
fn bad_input_names_its_place_and_opens_no_stock() {
    let Some(data) = adventure_works() else { return };
    for (file, right, wrong, told) in [
        (
            "ProductVendor.csv",
            "1,1580,17,",
            "1,9,17,",
            ", line 2, column BusinessEntityID, value \"9\": ",
        ),
        (
            "ProductVendor.csv",
            "1,1580,17,",
            "1,1580,soon,",
            ", line 2, column AverageLeadTime, value \"soon\": ",
        ),
        (
            "ProductInventory.csv",
            "1,1,A,1,408",
            "1,99,A,1,408",
            ", line 2, column LocationID, value \"99\": ",
        ),
        (
            "Product.csv",
            "0,0,,1000,750",
            "0,0,,1000,-750",
            ", line 2, column ReorderPoint, value \"-750\": ",
        ),
    ] {
        let (copy, store) = (Folder::copy_of(&data), Store::new());
        let file = copy.0.join(file);
        let text = fs::read_to_string(&file).unwrap();
        let changed = text.replacen(right, wrong, 1);
        assert_ne!(text, changed, "{right}");
        fs::write(&file, changed).unwrap();
        let said = bad(&stock(&["--data", copy.0.to_str().unwrap()], &store));
        assert!(said.contains(&format!("{}{told}", file.display())), "{told}: {said}");
        assert!(!store.0.exists(), "it opened the stock all the same");
    }
}

// ---- Running it

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| program::example("stock"))
}

/// A page of its own, unless the line names one, so that tests don't write one page at once.
fn run(line: &[&str]) -> Output {
    let page = fresh(".html");
    let mut command = Command::new(program());
    command.args(line);
    if !line.contains(&"--page") {
        command.arg("--page").arg(&page);
    }
    let output = command.output().unwrap();
    let _ = fs::remove_file(&page);
    output
}

fn stock(line: &[&str], store: &Store) -> Output {
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

/// From the levels on to the verification: all that the stock says of itself.
fn findings(out: &str) -> &str {
    let from = out.find("Stock by site").expect("it printed no levels");
    let to = out.find("\nVerified: ").expect("it verified nothing");
    &out[from..to]
}

/// A file for a store, gone at the end.
struct Store(PathBuf);

impl Store {
    fn new() -> Store {
        Store(fresh(".db"))
    }

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
