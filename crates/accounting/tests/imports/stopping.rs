//! Stopped, killed, failing at every step: an import goes on with the next line.

use std::io::Cursor;
use std::ops::ControlFlow;

use fondaco_accounting::Books;
use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::store::Store;
use fondaco_core::{ActError, Reading};
use fondaco_core::{CompanyId, Currency, Progressed, Range, Timestamp};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, sweep};

use crate::common::*;
use crate::files::*;

/// The whole way through: set up, a chart, entries, on a store that fails at every step.
#[test]
fn an_import_survives_a_failure_at_every_step() {
    let import = |store: &dyn Store| -> Result<(), Box<dyn std::error::Error>> {
        let books = Books::open(store, CompanyId::named("acme"))?.with_clock(|| Timestamp::EPOCH);
        books.send("set up", &SetUp::new(Currency::EUR))?;
        let chart = "code,name,class\n1000,Bank,asset\n4000,Sales,income\n5100,Rent,expense\n2000,Suppliers,liability\n";
        let accounts = AccountMapping::new("code", "name", "class");
        books.run_job("chart", &mut ImportAccounts::new(Cursor::new(chart), accounts)?, &mut ())?;
        books.send("journal", &OpenJournal::new("GEN", "General"))?;
        books.send("year", &OpenFiscalYear::calendar_year(2026))?;
        let done = books.run_job("all", &mut open(TWO, mapping()), &mut ())?;
        assert_eq!(done.report.entries, 2);
        let bad = TWO.replace("2026-01-05", "2026-01-32");
        let mut some = open(&bad, mapping()).mode(Mode::GoodOnes);
        let done = books.run_job("some", &mut some, &mut ())?;
        assert_eq!((done.report.entries, done.report.refused), (1, 1));
        books.erase_refusals("forget", "some")?;
        let verified = books.verify()?;
        assert!(verified.is_clean(), "{verified}");
        Ok(())
    };
    let swept = sweep(CompanyId::named("acme"), Memory::new, import).unwrap();
    // Three commands; of the chart: begun, one chunk, valid; of all: begun, checked, booked, valid; of some: three; and
    // what was refused of it is erased.
    assert_eq!(swept.commits, 3 + 3 + 4 + 3 + 1);
    assert!(swept.failures > 60);
    let swept = sweep(CompanyId::named("acme"), Model::new, import).unwrap();
    assert_eq!(swept.commits, 14);
}

/// Stopped between any two chunks and gone on with from a fresh handle: the same books in the end.
#[test]
fn a_stopped_import_goes_on_with_the_next_line() {
    let mut file = String::from("key,date,account,amount\n");
    for n in 0..30_000 {
        file += &format!(
            "{n},2026-02-{:02},1000,1.0{}\n{n},2026-02-{:02},4000,-1.0{}\n",
            n % 28 + 1,
            n % 7,
            n % 28 + 1,
            n % 7
        );
    }
    let whole = in_memory().set_up();
    booked(&whole, "file", &file, mapping());
    let firm = in_memory().set_up();
    let mut stops = 0;
    let report = loop {
        let mut asked = 0;
        let mut watch = |at: &Progressed| {
            assert!(at.share().is_some_and(|share| share <= 100) && at.total == Some(60_000));
            asked += 1;
            if asked > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match firm.run_job("file", &mut open(&file, mapping()), &mut watch) {
            Ok(done) => break done.report,
            Err(error) => assert_eq!(error.code(), "job.stopped"),
        }
        stops += 1;
    };
    assert!(stops > 5, "{stops} stops");
    assert_eq!((report.lines, report.entries), (60_000, 30_000));
    let balances = |firm: &Firm| firm.balances(&BalanceQuery::all());
    assert_eq!(balances(&firm), balances(&whole));
    firm.clean();
}

/// A period is locked after all was checked and before it is booked: a file of one part is then not booked at all, a longer one up to the
/// part that is refused, and goes on when the books are mended.
#[test]
fn books_that_change_after_the_check_end_it_whole_or_at_a_part() {
    let march = "m,2026-03-01,1000,1\nm,2026-03-01,4000,-1\n";
    for (entries, booked) in [(3, 0), (8_191, 0), (8_192, 8_192), (20_000, 16_384)] {
        let firm = in_memory().set_up();
        let mut file = String::from("key,date,account,amount\n");
        for n in 0..entries {
            file += &format!("{n},2026-02-01,1000,1\n{n},2026-02-01,4000,-1\n");
        }
        file += march;
        let mut locked = false;
        let mut watch = |at: &Progressed| {
            if at.phase == "booking" && !std::mem::replace(&mut locked, true) {
                firm.must("lock", &LockPeriod { period: 202_603 });
            }
            ControlFlow::Continue(())
        };
        let changed = firm.run_job("file", &mut open(&file, mapping()), &mut watch).unwrap_err();
        assert_eq!(changed.code(), "accounting.import_changed");
        assert_eq!(entries_in(&firm), booked, "of {entries} and one");
        firm.must("unlock", &UnlockPeriod { period: 202_603 });
        let done = firm.run_job("file", &mut open(&file, mapping()), &mut ()).unwrap();
        assert_eq!(done.report.entries, entries + 1);
        assert_eq!(entries_in(&firm), entries + 1);
        firm.clean();
    }
}

const KILLED_LINES: usize = 70_000;

fn long_file() -> String {
    let mut file = String::from("key,date,account,amount\n");
    for n in 0..KILLED_LINES / 2 {
        file += &format!("{n},2026-02-01,1000,1.5\n{n},2026-02-01,4000,-1.5\n");
    }
    file
}

/// Not a test of its own: the program that `a_killed_import_goes_on` kills.
#[test]
#[ignore = "runs only as a child of another test"]
#[allow(clippy::disallowed_methods)]
fn imports_until_it_is_killed() {
    let Ok(path) = std::env::var("FONDACO_KILL") else { return };
    let until = std::env::var("FONDACO_UNTIL").unwrap();
    let (phase, lines) = until.split_once(' ').unwrap();
    let lines: i64 = lines.parse().unwrap();
    let books = Books::open(Sqlite::open(&path).unwrap(), CompanyId::named("acme")).unwrap();
    let mut watch = |at: &Progressed| {
        std::fs::write(format!("{path}.done"), at.to_string()).unwrap();
        if at.phase == phase && at.done >= lines {
            loop {
                std::thread::park();
            }
        }
        ControlFlow::Continue(())
    };
    books.run_job("file", &mut open(&long_file(), mapping()), &mut watch).unwrap();
}

/// A phase in which it is killed, from so many lines on; with so many it waits for it, should the machine be too busy to kill it.
const KILLS: [(&str, i64, i64); 3] =
    [("checking", 30_000, 60_000), ("booking", 10_000, 30_000), ("booking", 40_000, 60_000)];

/// How many lines of a phase are done, as the child told at last.
fn told_of(phase: &str, told: &str) -> i64 {
    let done = told.strip_prefix(phase).and_then(|rest| rest.strip_prefix(": "));
    done.and_then(|done| done.split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// `Child::kill` is `kill -9`: while it checks, and while it books.
#[test]
fn a_killed_import_goes_on() {
    let path = std::env::temp_dir().join(format!("fondaco-import-{}.db", std::process::id()));
    let files = ["", "-wal", "-shm", ".done"].map(|end| format!("{}{end}", path.display()));
    files.iter().for_each(|file| drop(std::fs::remove_file(file)));
    let open_store = || std::sync::Arc::new(Sqlite::open(&path).unwrap());
    drop(Firm::on("sqlite", open_store()).set_up());
    let told = || std::fs::read_to_string(&files[3]).unwrap_or_default();
    for (phase, from, until) in KILLS {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "stopping::imports_until_it_is_killed"])
            .env("FONDACO_KILL", &path)
            .env("FONDACO_UNTIL", format!("{phase} {until}"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while told_of(phase, &told()) < from {
            std::thread::sleep(std::time::Duration::from_millis(1));
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let firm = Firm::on("sqlite", open_store());
        let state = firm.books.job("file").unwrap().unwrap();
        let booked = if state.phase == "booking" { state.done / 2 } else { 0 };
        assert_eq!(entries_in(&firm), booked, "as many as the cursor says");
    }
    let firm = Firm::on("sqlite", open_store());
    let done = run(&firm, "file", &mut open(&long_file(), mapping())).unwrap();
    assert_eq!(done.report.entries as usize, KILLED_LINES / 2);
    assert_eq!(entries_in(&firm) as usize, KILLED_LINES / 2);
    assert_eq!(firm.sum(&BalanceQuery::account("1000")), "52500");
    firm.clean();
    files.iter().for_each(|file| drop(std::fs::remove_file(file)));
}

fn entries_in(firm: &Firm) -> i64 {
    firm.view(|view| {
        let mut count = 0;
        view.peek_each(&Range::<Entry>::all(), |_| {
            count += 1;
            Ok::<(), LedgerError>(())
        })?;
        Ok(count)
    })
}
