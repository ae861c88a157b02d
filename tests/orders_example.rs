//! The example that takes a half year through its documents does what it says: totals come out, nothing is booked twice, a run that was
//! killed goes on, and bad input leaves nothing behind.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use scratch::{Folder, adventure_works, fresh};

#[test]
fn the_totals_come_out_whichever_way_it_is_committed() {
    let by_day = good(&orders(&["--orders", "60", "--store", "memory"]));
    let each = good(&orders(&["--orders", "60", "--store", "memory", "--each"]));
    assert!(by_day.contains("Booked ") && !by_day.contains("WRONG"), "{by_day}");
    assert_eq!(totals(&by_day), totals(&each));
    assert!(by_day.contains("stock, books and documents agree."), "{by_day}");
}

#[test]
fn a_run_that_was_killed_goes_on_and_books_nothing_twice() {
    let whole = good(&orders(&["--orders", "60", "--store", "memory"]));
    let store = killed();
    let line = ["--orders", "60", "--store", &store.argument()];
    let rest = good(&orders(&line));
    assert_eq!(totals(&rest), totals(&whole));
    let again = good(&orders(&line));
    assert!(again.contains("Nothing new: all "), "{again}");
    assert_eq!(totals(&again), totals(&whole));
}

#[test]
fn bad_input_names_its_place_and_books_nothing() {
    let Some(data) = adventure_works() else { return };
    let (copy, store) = (Folder::copy_of(&data), Store::new());
    let file = copy.0.join("SalesOrder.csv");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen(",1249.84,", ",none,", 1)).unwrap();
    let line = ["--data", copy.0.to_str().unwrap(), "--store", &store.argument()];
    let output = orders(&line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(", line 2, column SubTotal, value \"none\": "), "{said}");
    assert!(!store.0.exists(), "it opened the company all the same");
}

// ---- Running it

/// A store on which runs were killed, not all of them after their end, as may be where the machine is busy with others.
fn killed() -> Store {
    let a_few = || {
        let store = Store::new();
        let line = ["--orders", "60", "--store", &store.argument()];
        let killed = [40, 150, 400].map(|wait| {
            let mut child = started(&line);
            std::thread::sleep(Duration::from_millis(wait));
            let ran = child.try_wait().unwrap().is_none();
            let _ = child.kill();
            let _ = child.wait();
            ran
        });
        killed.contains(&true).then_some(store)
    };
    (0..50).find_map(|_| a_few()).unwrap()
}

fn started(line: &[&str]) -> std::process::Child {
    let mut command = Command::new(program::example("orders"));
    command.args(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn orders(line: &[&str]) -> Output {
    Command::new(program::example("orders")).args(line).output().unwrap()
}

/// What it printed; it must have ended well.
fn good(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The totals of the accounts.
fn totals(out: &str) -> Vec<&str> {
    let lines = out.lines().filter(|line| line.starts_with("  ok ") || line.contains("WRONG"));
    let lines: Vec<&str> = lines.collect();
    assert!(lines.len() > 5, "{out}");
    lines
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
