//! What came before is not imported again.

use fondaco_accounting::Books;
use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::ActError;
use fondaco_core::{ActorId, CompanyId, JobCall, JobId, Range, Reading};
use fondaco_store::Sqlite;

use crate::common::*;
use crate::files::*;

/// However far apart: half an entry may balance by itself.
#[test]
fn a_key_that_comes_again_is_refused_across_chunks() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let mut file =
            String::from("key,date,account,amount\nA1,2026-02-30,1000,1\nA1,2026-02-28,4000,-1\n");
        for n in 0..8_500 {
            file += &format!("{n},2026-02-01,1000,1\n{n},2026-02-01,4000,-1\n");
        }
        file += "A1,2026-02-28,1000,7\nA1,2026-02-28,4000,-7\n";
        let mut import = open(&file, mapping()).mode(Mode::GoodOnes);
        let report = run(&firm, "far apart", &mut import).unwrap().report;
        assert_eq!((report.entries, report.refused), (8_500, 2));
        let refusals = firm.books.refusals("far apart").unwrap();
        let told: Vec<_> = refusals.iter().map(|told| (told.line, told.code.as_str())).collect();
        assert_eq!(told, [(2, "import.bad_date"), (17_004, "import.scattered_key")]);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "8500");
    });
}

#[test]
fn keys_of_one_origin_are_imported_once_from_whatever_file() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let shop = || mapping().origin("webshop");
        booked(&firm, "january", TWO, shop());
        let more = format!("{TWO}C,2026-01-09,1000,1\nC,2026-01-09,4000,-1\n");
        let report = booked(&firm, "january, later", &more, shop());
        assert_eq!((report.entries, report.skipped), (1, 2));
        // Without an origin a key is its file's own: another file has other keys.
        assert_eq!(booked(&firm, "elsewhere", &more, mapping()).entries, 3);
        // The same file, by line: under another name it is the same lines.
        let lines = "d,a,x\n2026-01-05,1000,5\n2026-01-05,4000,-5\n";
        let by_balance = || EntryMapping::new("d", "a", AmountColumns::signed("x"));
        assert_eq!(booked(&firm, "lines", lines, by_balance()).entries, 1);
        assert_eq!(booked(&firm, "lines again", lines, by_balance()).skipped, 1);
    });
}

/// A voucher that was changed where it comes from is not taken for the one that was imported.
#[test]
fn what_is_otherwise_by_now_is_told() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let shop = || mapping().origin("webshop");
        booked(&firm, "january", TWO, shop());
        let line = |key: &str, date: &str, amount: &str| {
            format!("{key},{date},1000,{amount}\n{key},{date},4000,-{amount}\n")
        };
        let more = line("D", "2026-01-10", "3");
        let same = booked(&firm, "the same", &format!("{TWO}{more}"), shop());
        assert_eq!((same.entries, same.skipped), (1, 2));
        let head = "key,date,account,amount\n";
        let others = [
            line("D", "2026-01-10", "4"),
            line("D", "2026-01-11", "3"),
            line("D", "2026-01-10", "3").replace("1000", "1200"),
            format!("{}D,2026-01-10,1000,1\nD,2026-01-10,4000,-1\n", line("D", "2026-01-10", "3")),
            "D,2026-01-10,1000,1\nD,2026-01-10,1000,2\nD,2026-01-10,4000,-3\n".to_owned(),
        ];
        for (number, other) in others.iter().enumerate() {
            let name = format!("other {number}");
            let mut import =
                open(&format!("{head}{other}{}", line("E", "2026-01-12", "9")), shop());
            run(&firm, &name, &mut import).unwrap_err();
            let refusals = firm.books.refusals(&name).unwrap();
            let told: Vec<_> =
                refusals.iter().map(|told| (told.line, told.code.as_str())).collect();
            assert_eq!(told, [(2, "import.other_content")], "{other}");
        }
        assert_eq!(firm.sum(&BalanceQuery::account("4000")), "-103");
    });
}

#[test]
fn a_job_with_another_file_mapping_or_mode_is_refused() {
    let firm = in_memory().set_up();
    booked(&firm, "march", TWO, mapping());
    let others = [
        open(&TWO.replace("7.50", "7.5"), mapping()),
        open(TWO, mapping().text("key")),
        open(TWO, mapping()).mode(Mode::GoodOnes),
    ];
    for mut other in others {
        let error = run(&firm, "march", &mut other).unwrap_err();
        assert_eq!(error.code(), "job.other_input");
    }
}

/// Two handles on one file of SQLite run the same import at once.
#[test]
fn two_processes_import_each_line_once() {
    let store = std::sync::Arc::new(Sqlite::in_memory().unwrap());
    let firm = Firm::on("sqlite", store.clone()).set_up();
    let mut file = String::from("key,date,account,amount\n");
    for n in 0..20_000 {
        file += &format!("{n},2026-02-01,1000,1\n{n},2026-02-01,4000,-1\n");
    }
    let clerk = ActorId::new("clerk");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let books = Books::open(store.clone(), CompanyId::named("acme")).unwrap();
                let clock = || minute(0);
                let call = JobCall::new(JobId::named("file"), &clerk, &clock);
                let mut import = open(&file, mapping());
                let done = books.driver().run_job(&call, &mut import, &mut ()).unwrap();
                assert_eq!(done.report.entries, 20_000);
            });
        }
    });
    assert_eq!(firm.sum(&BalanceQuery::account("1000")), "20000");
    assert_eq!(entries(&firm).len(), 20_000);
}

/// What is booked is what was checked: not what an editor saved meanwhile, nor the rest of what is still written, nor less.
#[test]
fn a_file_that_changes_after_it_was_opened_is_not_booked() {
    let mut long = String::from("key,date,account,amount\n");
    for n in 0..9_000 {
        long += &format!("{n},2026-02-01,1000,1\n{n},2026-02-01,4000,-1\n");
    }
    type Change = fn(&mut Vec<u8>);
    let last = |file: &mut Vec<u8>| {
        let at = file.len() - 2; // the last amount
        file[at] = b'2';
    };
    let changes: [(&str, Change); 3] = [
        ("saved in place", last),
        ("still written", |file| file.extend(b"x,2026-02-01,1000,1\nx,2026-02-01,4000,-1\n")),
        ("cut short", |file| file.truncate(file.len() - 40)),
    ];
    for (name, change) in changes {
        let firm = in_memory().set_up();
        let file = Shared::of(&long);
        let mut import = ImportEntries::new(file.clone(), mapping()).unwrap();
        change(&mut file.0.lock().unwrap());
        let error = run(&firm, name, &mut import).unwrap_err();
        assert_eq!(error.code(), "core.import_file_changed", "{name}");
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "0", "{name}");
        firm.clean();
    }
}

/// However often a file is refused because of the books, what is noted of its keys does not grow.
#[test]
fn keys_are_noted_once() {
    let firm = in_memory().set_up();
    let file = "key,date,account,amount\n1,2026-02-01,1000,1\n1,2026-02-01,4000,-1\n2,2031-02-01,1000,1\n2,2031-02-01,4000,-1\n";
    let keys = || firm.view(|view| Ok(view.peek_scan(&Range::<ImportKey>::all())?.len()));
    for _ in 0..3 {
        let error = run(&firm, "again", &mut open(file, mapping())).unwrap_err();
        assert_eq!(error.code(), "accounting.import_refused");
        assert_eq!(keys(), 2);
    }
    firm.must("year", &OpenFiscalYear::calendar_year(2031));
    assert_eq!(run(&firm, "again", &mut open(file, mapping())).unwrap().report.entries, 2);
    assert_eq!(keys(), 2);
}
