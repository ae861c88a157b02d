//! A process that is killed while it pays: whatever state a run is in, another process goes on with it, and ends where one that was never
//! killed does. `tests/torture` does the same with a whole company, driven by seeds.
#![allow(clippy::disallowed_methods, reason = "it is about processes")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fondaco_core::store::{Record, Store};
use fondaco_core::{Driver, Halt, Range, Reading as _};
use fondaco_payroll::ENGINE;
use fondaco_payroll::runs::*;
use fondaco_store::{Memory, Sqlite};

use crate::killed::{a_life, acme};

/// The file that a child lives on.
pub const CHILD: &str = "FONDACO_PAYROLL_CHILD";
/// What a child says before the name of what was answered.
pub const ANSWERED: &str = "answered: ";

#[test]
#[ignore = "it is what is killed"]
fn the_life_of_a_child() {
    let file = std::env::var_os(CHILD).expect("the parent names a file");
    a_life(&Sqlite::open(Path::new(&file)).unwrap()).unwrap();
}

/// Lives in a process of its own on a file, which is killed after so many answers; how many it gave, if there were fewer.
fn killed_after(file: &Path, answers: usize) -> usize {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "processes::the_life_of_a_child", "--nocapture"])
        .env(CHILD, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // The first one stands behind what the test's harness says.
    let answered = lines.filter(|line| line.contains(ANSWERED)).take(answers).count();
    // What has ended by itself is dead already.
    child.kill().ok();
    child.wait().unwrap();
    answered
}

fn all<R: Record + std::fmt::Debug>(driver: &Driver<'_>, out: &mut String) {
    let rows = driver.view(|view| view.peek_scan(&Range::<R>::all())).unwrap();
    writeln!(out, "{}: {rows:?}", R::TABLE.name).unwrap();
}

/// All that is paid, owed and summed up, and what was done.
fn told(store: &dyn Store) -> String {
    let driver = Driver::new(store, acme());
    driver.join(&ENGINE).unwrap();
    let mut out = String::new();
    all::<Run>(&driver, &mut out);
    all::<RunStep>(&driver, &mut out);
    all::<RunTotal>(&driver, &mut out);
    all::<Slip>(&driver, &mut out);
    all::<SlipPayment>(&driver, &mut out);
    all::<YearSum>(&driver, &mut out);
    all::<DeductionBalance>(&driver, &mut out);
    all::<DeductionStep>(&driver, &mut out);
    out
}

/// What another process finds: everything adds up. The states of the runs.
fn found(store: &dyn Store) -> Vec<RunStatus> {
    let driver = Driver::new(store, acme());
    driver.join(&ENGINE).unwrap();
    let found = driver.view(|view| {
        assert!(ENGINE.verify(view)?.is_empty());
        view.peek_scan(&Range::<Run>::all())
    });
    let runs = found.unwrap_or_else(|error: Halt| panic!("{}", error.code()));
    runs.iter().map(|run| run.status).collect()
}

#[test]
fn a_run_that_is_killed_in_any_state_ends_as_one_that_never_was() {
    let memory = Memory::new();
    a_life(&memory).unwrap();
    let straight = told(&memory);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("payroll-killed");
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).unwrap();
    let (mut seen, mut answers) = (BTreeSet::new(), 0);
    loop {
        let file = folder.join(format!("{answers}.db"));
        let answered = killed_after(&file, answers);
        let store = Sqlite::open(&file).unwrap();
        seen.extend(found(&store));
        a_life(&store).unwrap_or_else(|error| panic!("after {answers} answers: {error}"));
        assert_eq!(told(&store), straight, "after {answers} answers");
        if answered < answers {
            break;
        }
        answers += 1;
    }
    assert!(answers > 20, "{answers}");
    use RunStatus::{Approved, Calculated, Closed, Draft, Paid, PartPaid, Posted};
    let states = [Draft, Calculated, Approved, Posted, PartPaid, Paid, Closed];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), states);
}
