//! Importing from CSV: what is booked, what is refused and how it is told, again and again, however often it is killed.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::io::Cursor;
use std::ops::ControlFlow;

use common::*;
use fondaco_accounting::Books;
use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::job::{JobDone, JobError};
use fondaco_core::store::Store;
use fondaco_core::{
    ActError, ActorId, CompanyId, Currency, Job, JobCall, JobId, Progressed, Range, Reading,
    Timestamp,
};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Model, sweep};
use proptest::prelude::*;

type Told = Result<JobDone<ImportReport>, JobError<ImportError>>;

fn mapping() -> EntryMapping {
    EntryMapping::new("date", "account", AmountColumns::signed("amount")).key("key")
}

fn open(file: &str, mapping: EntryMapping) -> ImportEntries<Cursor<Vec<u8>>> {
    bytes(file.as_bytes(), mapping).unwrap_or_else(|error| panic!("{error}"))
}

fn bytes(
    file: &[u8],
    mapping: EntryMapping,
) -> Result<ImportEntries<Cursor<Vec<u8>>>, ImportError> {
    ImportEntries::new(Cursor::new(file.to_vec()), mapping)
}

fn run<J: Job>(
    firm: &Firm,
    name: &str,
    import: &mut J,
) -> Result<JobDone<J::Report>, JobError<J::Error>> {
    firm.run_job(name, import, &mut ())
}

/// Imports what must be booked whole.
fn booked(firm: &Firm, name: &str, file: &str, mapping: EntryMapping) -> ImportReport {
    let done = run(firm, name, &mut open(file, mapping));
    done.unwrap_or_else(|error| panic!("{name}: {error}: {:?}", firm.books.refusals(name))).report
}

/// What is refused of a file of which nothing is booked: line, column and code.
fn refused(firm: &Firm, file: &[u8], mapping: EntryMapping) -> Vec<String> {
    let name = format!("{:?}", (file, &mapping));
    let before = firm.books.trial_balance(d("2026-12-31")).unwrap();
    let mut import = bytes(file, mapping).unwrap_or_else(|error| panic!("{error}"));
    let error = run(firm, &name, &mut import).unwrap_err();
    assert_eq!(error.code(), "accounting.import_refused", "{error}");
    assert_eq!(firm.books.trial_balance(d("2026-12-31")).unwrap(), before, "nothing is booked");
    let refusals = firm.books.refusals(&name).unwrap();
    let told = |refusal: &Refusal| {
        assert!(!refusal.message.is_empty() && !refusal.way_out.is_empty());
        let column = refusal.column.as_deref().unwrap_or("-");
        format!("{} {column} {}", refusal.line, refusal.code)
    };
    refusals.iter().map(told).collect()
}

fn entries(firm: &Firm) -> Vec<WholeEntry> {
    firm.view(|view| {
        let entries = view.peek_scan(&Range::<Entry>::all())?;
        entries.iter().map(|entry| Ok(entry_of(view, entry.id)?.unwrap())).collect()
    })
}

use fondaco_accounting::ledger::entry as entry_of;

const TWO: &str = "\
key,date,account,amount
A,2026-01-05,1000,100.00
A,2026-01-05,4000,-100.00
B,2026-01-06,5100,7.50
B,2026-01-06,2000,-2.50
B,2026-01-06,1000,-5.00
";

#[test]
fn entries_are_booked_as_the_mapping_says() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let report = booked(&firm, "two", TWO, mapping());
        let expected =
            ImportReport { lines: 5, entries: 2, postings: 5, ..ImportReport::default() };
        assert_eq!(report, expected);
        let entries = entries(&firm);
        assert_eq!(entries.iter().map(|entry| entry.postings.len()).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(entries[0].postings[1].side, Side::Credit);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "95");
        let again = run(&firm, "two", &mut open(TWO, mapping())).unwrap();
        assert!(again.replayed);
        assert_eq!((again.report, self::entries(&firm).len()), (expected, 2));
        firm.clean();
    });
}

/// Every field there is, in another language.
#[test]
fn every_field_of_an_entry_can_come_from_a_column() {
    let file = "\u{feff}Kontoauszug;;;\r\n\r\n\
        Beleg;Datum;Konto;Betrag;S/H;Währung;Kurs;Text;\"Kommentar;\nlang\";Partner;Fällig;Kst\r\n\
        R1;5.1.26;1010;1.000,00;S;usd;0,9;Verkauf;erste;kunde/7;31.01.2026;10\r\n\
        R1;5.1.26;4000;1.000,00;Haben;USD;0,9;egal;\"zweite \"\"Zeile\"\",\r\nlang\";kunde/7;;\r\n\
        ;;;;;;;;;;;\r\n";
    let mapping = EntryMapping {
        currency: "Währung".into(),
        rate: Some("Kurs".into()),
        posting_text: Some("Kommentar;\nlang".into()),
        party: Some("Partner".into()),
        document: Some("Beleg".into()),
        due_date: Some("Fällig".into()),
        ..EntryMapping::new("Datum", "Konto", AmountColumns::sided("Betrag", "S/H"))
    };
    let mut format = CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).skip_lines(2);
    format.dates = vec!["D.M.YY".into(), "DD.MM.YYYY".into()];
    let mapping = mapping.format(format).key("Beleg").text("Text").dimension("cost_centre", "Kst");
    on_every_store(|firm| {
        let firm = firm.set_up();
        assert_eq!(booked(&firm, "german", file, mapping.clone()).entries, 1);
        let whole = entries(&firm).remove(0);
        assert_eq!(whole.entry.text.as_deref(), Some("Verkauf"));
        assert_eq!(whole.entry.source.as_deref(), Some("R1"));
        assert_eq!(whole.entry.due_date, Some(d("2026-01-31")));
        assert_eq!(whole.entry.party, Some(fondaco_core::PartyId::named("kunde/7")));
        let [first, second] = &whole.postings[..] else { panic!("two lines") };
        assert_eq!(first.dimensions.get("cost_centre"), Some("10"));
        assert!(second.dimensions.is_empty());
        assert_eq!(first.ledger_amount.to_decimal(), dec("900"));
        assert_eq!(second.text.as_deref(), Some("zweite \"Zeile\",\r\nlang"));
    });
}

#[test]
fn the_ways_of_telling_sides_tell_the_same() {
    let firm = in_memory().set_up();
    let files = [
        ("k,d,a,x\nA,2026-01-05,1000,5\nA,2026-01-05,4000,-5\n", AmountColumns::signed("x")),
        (
            "k,d,a,x\nA,2026-01-05,1000,-5\nA,2026-01-05,4000,5\n",
            AmountColumns::Signed { amount: "x".into(), positive: Side::Credit },
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,5,\nA,2026-01-05,4000,0.00,5\n",
            AmountColumns::columns("x", "y"),
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,,-5\nA,2026-01-05,4000,-5,0\n",
            AmountColumns::columns("x", "y"),
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,5,dr\nA,2026-01-05,4000,5,C\n",
            AmountColumns::sided("x", "y"),
        ),
        (
            "k,d,a,x,y\nA,2026-01-05,1000,5,in\nA,2026-01-05,4000,5,OUT\n",
            AmountColumns::Sided {
                amount: "x".into(),
                side: "y".into(),
                debit_words: vec!["in".into()],
                credit_words: vec!["out".into()],
            },
        ),
    ];
    for (at, (file, amounts)) in files.into_iter().enumerate() {
        let mapping = EntryMapping::new("d", "a", amounts).key("k");
        booked(&firm, &format!("{at}"), file, mapping);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), (5 * (at + 1)).to_string());
    }
}

#[test]
fn lines_are_put_together_by_balance_by_key_or_stand_alone() {
    let firm = in_memory().set_up();
    let balance = "d,a,x\n2026-01-05,1000,5\n2026-01-05,5100,1\n2026-01-05,4000,-6\n2026-01-05,1000,1\n2026-01-05,4000,-1\n";
    let by_balance = || EntryMapping::new("d", "a", AmountColumns::signed("x"));
    assert_eq!(booked(&firm, "balance", balance, by_balance()).entries, 2);
    let contra = by_balance().contra("c");
    let lines = "d,a,c,x\n2026-01-05,1000,4000,5\n2026-01-05,1000,4000,5\n";
    let report = booked(&firm, "contra", lines, contra);
    assert_eq!((report.entries, report.postings), (2, 4));
    let no_header = EntryMapping::new(1, 2, AmountColumns::signed(3))
        .format(CsvFormat::new().without_header())
        .contra(Source::constant("4000"));
    assert_eq!(booked(&firm, "positions", "2026-01-05,1000,5", no_header).entries, 1);
    firm.clean();
}

/// A tab, a comma or a semicolon; with BOM or without; with any ending of lines, and none at the end.
#[test]
fn the_same_in_every_spelling() {
    for delimiter in [',', ';', '\t'] {
        for (bom, ending, last) in [
            ("", "\n", ""),
            ("\u{feff}", "\r\n", "\r\n"),
            ("", "\r\n", ""),
            ("\u{feff}", "\n", "\n\n\n"),
        ] {
            let firm = in_memory().set_up();
            let file = format!(
                "{bom}{}{last}",
                TWO.trim_end().replace(',', &delimiter.to_string()).replace('\n', ending)
            );
            let format = CsvFormat::new().delimiter(delimiter);
            let report = booked(&firm, "spelled", &file, mapping().format(format));
            assert_eq!((report.entries, report.lines), (2, 5), "{delimiter:?} {ending:?}");
        }
    }
}

#[test]
fn every_kind_of_broken_line_is_told_with_its_place() {
    let firm = in_memory().set_up();
    firm.must("lock", &LockPeriod { period: 202_612 });
    let base = || EntryMapping::new("d", "a", AmountColumns::signed("x")).key("k").currency("c");
    let check = |lines: &str, expected: &[&str]| {
        let file = format!("k,d,a,x,c\n{lines}");
        assert_eq!(refused(&firm, file.as_bytes(), base()), expected, "{lines}");
        // The same after a good entry with a line break in quotes, with \r\n: the place is right.
        let lines = lines.replace('\n', "\r\n");
        let file = format!(
            "k,d,a,x,c\r\n\"g\r\nood\",2026-01-05,1000,5,EUR\r\n\"g\r\nood\",2026-01-05,4000,-5,EUR\r\n\r\n{lines}"
        );
        let shifted: Vec<String> = expected
            .iter()
            .map(|told| {
                let (line, rest) = told.split_once(' ').unwrap();
                format!("{} {rest}", line.parse::<u64>().unwrap() + 5)
            })
            .collect();
        assert_eq!(refused(&firm, file.as_bytes(), base()), shifted, "{lines}");
    };
    let good = "A,2026-01-05,4000,-5,EUR\n";
    check(&format!("A,05.01.2026,1000,5,EUR\n{good}"), &["2 d import.bad_date"]);
    check(&format!("A,,1000,5,EUR\n{good}"), &["2 d import.missing"]);
    check(&format!("A,2026-01-05,1000,\"5,0,0\",EUR\n{good}"), &["2 x import.bad_amount"]);
    check(&format!("A,2026-01-05,1000,,EUR\n{good}"), &["2 x import.missing"]);
    check(&format!("A,2026-01-05,,5,EUR\n{good}"), &["2 a import.missing"]);
    check(&format!("A,2026-01-05,1000,5,XYZ\n{good}"), &["2 c import.bad_currency"]);
    check(
        &format!("A,2026-01-05,1000,5\n{good}"),
        &["2 - import.field_count", "3 - accounting.too_few_postings"],
    );
    check(
        &format!("A,2026-01-05,1000,5,EUR,more\n{good}"),
        &["2 - import.field_count", "3 - accounting.too_few_postings"],
    );
    check(
        "A,nodate,,five,\n",
        &[
            "2 d import.bad_date",
            "2 a import.missing",
            "2 x import.bad_amount",
            "2 c import.missing",
        ],
    );
    check(&format!("A,2026-01-06,1000,5,EUR\n{good}"), &["3 d import.other_date"]);
    check(&format!("A,2026-01-05,1000,6,EUR\n{good}"), &["2 - accounting.unbalanced"]);
    check(&format!("A,2026-01-05,9999,5,EUR\n{good}"), &["2 - accounting.unknown_account"]);
    check(&format!("A,2026-01-05,1,5,EUR\n{good}"), &["2 - accounting.heading"]);
    check("A,2027-01-05,1000,5,EUR\nA,2027-01-05,4000,-5,EUR\n", &["2 - accounting.no_period"]);
    check("A,2026-12-05,1000,5,EUR\nA,2026-12-05,4000,-5,EUR\n", &["2 - accounting.period_locked"]);
    check(
        "A,2026-01-05,1000,5,EUR\nB,2026-01-05,1000,1,EUR\nB,2026-01-05,4000,-1,EUR\nA,2026-01-05,4000,-5,EUR\n",
        &["2 - accounting.too_few_postings", "5 k import.scattered_key"],
    );
    check(",2026-01-05,1000,5,EUR\n", &["2 k import.missing"]);
    // What is good in itself, but met twice.
    check(
        "A,2026-01-05,1000,5,EUR\nA,2026-01-05,4000,-5,EUR\nB,2026-01-05,1000,1,EUR\nB,2026-01-05,4000,-1,EUR\nA,2026-01-05,1000,5,EUR\nA,2026-01-05,4000,-5,EUR\n",
        &["6 k import.scattered_key"],
    );
    let columns = EntryMapping::new("d", "a", AmountColumns::columns("x", "y")).key("k");
    let file = b"k,d,a,x,y\nA,2026-01-05,1000,5,5\nA,2026-01-05,4000,,\n";
    assert_eq!(refused(&firm, file, columns), ["2 y import.two_amounts", "3 x import.no_amount"]);
    let sided = EntryMapping::new("d", "a", AmountColumns::sided("x", "y")).key("k");
    let file = b"k,d,a,x,y\nA,2026-01-05,1000,5,left\nA,2026-01-05,4000,5,c\n";
    assert_eq!(refused(&firm, file, sided), ["2 y import.bad_side"]);
    let rated =
        EntryMapping { rate: Some("r".into()), ..mapping().currency(Source::constant("USD")) };
    let file = b"key,date,account,amount,r\nA,2026-01-05,1010,5,0\nA,2026-01-05,4000,-5,x\n";
    assert_eq!(refused(&firm, file, rated), ["2 r import.bad_rate", "3 r import.bad_rate"]);
    let file = b"key,date,account,amount\nA,2026-01-05,1000,5\nA,2026-01-05,4\xff00,-5\n";
    assert_eq!(refused(&firm, file, mapping()), ["3 account import.not_utf8"]);
    let journals = mapping().journal("j");
    let file = b"key,date,account,amount,j\nA,2026-01-05,1000,5,GEN\nA,2026-01-05,4000,-5,INV\n";
    assert_eq!(refused(&firm, file, journals), ["3 j import.other_journal"]);
    let by_balance = EntryMapping::new("d", "a", AmountColumns::signed("x"));
    let file = b"d,a,x\n2026-01-05,1000,5\n2026-01-06,1000,5\n2026-01-06,4000,-5\nbad,1000,1\n2026-01-07,1000,5\n2026-01-07,4000,-5\n";
    let told = refused(&firm, file, by_balance);
    assert_eq!(
        told,
        ["2 - accounting.too_few_postings", "5 d import.bad_date"],
        "it finds the way back at the next date"
    );
    firm.clean();
}

#[test]
fn files_that_are_wrong_as_a_whole_are_refused_before_anything() {
    let code = |file: &[u8], mapping: EntryMapping| match bytes(file, mapping) {
        Ok(_) => "none",
        Err(error) => error.code(),
    };
    let utf16: Vec<u8> = "key,date\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_bom = [&[0xff, 0xfe][..], &utf16].concat();
    assert_eq!(code(&utf16, mapping()), "accounting.import_encoding");
    assert_eq!(code(&with_bom, mapping()), "accounting.import_encoding");
    assert_eq!(code(b"", mapping()), "accounting.import_empty");
    assert_eq!(code(b"\n\n", mapping()), "accounting.import_empty");
    assert_eq!(code(b"key,date,account\n", mapping()), "accounting.import_no_column");
    assert_eq!(
        code(b"key,date,account,amount,date\n", mapping()),
        "accounting.import_ambiguous_column"
    );
    let bad = |change: fn(&mut EntryMapping)| {
        let mut mapping = mapping();
        change(&mut mapping);
        code(TWO.as_bytes(), mapping)
    };
    let changes: [fn(&mut EntryMapping); 11] = [
        |m| m.format.delimiter = '"',
        |m| m.format.delimiter = '¤',
        |m| m.format.numbers = NumberFormat { decimal: ',', grouping: Some(',') },
        |m| m.format.numbers.decimal = '5',
        |m| m.format.dates = vec![],
        |m| m.format.dates = vec!["TT.MM.JJJJ".into()],
        |m| m.grouping = Grouping::Line,
        |m| m.grouping = Grouping::Key(Source::constant("A")),
        |m| m.date = Source::Position(0),
        |m| (m.grouping, m.contra_account) = (Grouping::Balance, Some(Source::constant("1000"))),
        |m| (m.grouping, m.conversion) = (Grouping::Balance, true),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert_eq!(bad(change), "accounting.import_mapping", "change {at}");
    }
    assert_eq!(bad(|m| m.date = Source::Position(9)), "accounting.import_no_column");
    // A quote that is never closed must not take the whole file into memory.
    let firm = in_memory().set_up();
    let open_quote =
        format!("{TWO}C,2026-01-07,1000,\"5\n{}", "C,2026-01-07,4000,-5\n".repeat(60_000));
    let error = run(&firm, "quote", &mut open(&open_quote, mapping())).unwrap_err();
    assert_eq!(error.code(), "accounting.import_too_long");
    assert!(error.to_string().starts_with("line 7 begins a record"), "{error}");
    assert_eq!(entries(&firm).len(), 0);
}

#[test]
fn good_entries_are_booked_and_bad_ones_reported() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let file = TWO.replace("B,2026-01-06,2000", "B,2026-13-06,2000")
            + "C,2026-01-07,1000,1\nC,2026-01-07,9,-1\nD,2026-01-08,1000,3\nD,2026-01-08,4000,-3\n";
        let mut import = open(&file, mapping()).mode(Mode::GoodOnes);
        let report = run(&firm, "some", &mut import).unwrap().report;
        let expected = ImportReport {
            lines: 9,
            entries: 2,
            postings: 4,
            skipped: 0,
            refused: 2,
            refused_lines: 5,
            refusals: 2,
        };
        assert_eq!(report, expected);
        assert_eq!(
            report.to_string(),
            "9 lines: 2 booked, 0 there already, 2 refused (of 5 lines)"
        );
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "103");
        let mut csv = Vec::new();
        firm.books.write_refusals("some", &mut csv).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "\
line,through,column,value,code,message,way_out
5,6,date,2026-13-06,import.bad_date,that is no date written as YYYY-MM-DD,\"correct the date, or the mapping's date patterns\"
7,8,,,accounting.unknown_account,\"there is no account 9: open it first, or correct the code\",\"open the account, or correct the code\"
");
        // Mended and sent under another name, only what is not there yet is booked: by the keys, once they have an origin.
        let again =
            run(&firm, "other name", &mut open(&file, mapping()).mode(Mode::GoodOnes)).unwrap();
        assert_eq!((again.report.entries, again.report.skipped, again.report.refused), (0, 2, 2));
        firm.clean();
    });
}

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
        assert_eq!(error.code(), "core.job_other_input");
    }
}

/// The file is right and the books were not: mend them, and the same import goes through.
#[test]
fn a_refused_file_is_checked_anew_once_the_books_are_mended() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let file = TWO.replace("5100", "5200");
        let mut kept = open(&file, mapping());
        for _ in 0..2 {
            let error = run(&firm, "early", &mut open(&file, mapping())).unwrap_err();
            assert_eq!(error.code(), "accounting.import_refused");
            assert_eq!(firm.books.refusals("early").unwrap().len(), 1);
            let error = run(&firm, "early", &mut kept).unwrap_err();
            assert_eq!(error.code(), "accounting.import_refused");
        }
        let heating = NewAccount::new("5200", "Heating", AccountClass::Expense);
        firm.must("heating", &OpenAccounts::new(vec![heating]));
        let done = run(&firm, "early", &mut kept).unwrap(); // the same handle looks again
        assert_eq!((done.report.entries, done.report.refused), (2, 0));
        assert!(firm.books.refusals("early").unwrap().is_empty());
        firm.clean();
    });
}

/// A key that is the same on every line is no entry of ten thousand lines and more, and what is told of it has an end.
#[test]
fn an_entry_has_an_end() {
    let firm = in_memory().set_up();
    let same = format!("key,date,account,amount\n{}", "A,2026-01-05,1000,1\n".repeat(12_000));
    assert_eq!(refused(&firm, same.as_bytes(), mapping()), ["2 - import.too_many_lines"]);
    let bad = format!("key,date,account,amount\n{}", "A,x,1000,1\n".repeat(12_000));
    assert_eq!(refused(&firm, bad.as_bytes(), mapping()).len(), 1_001);
}

/// In a journal by date, a file that runs backwards is refused as a whole, also when the earlier entry is far below.
#[test]
fn order_of_date_is_checked_across_chunks() {
    let firm = in_memory().set_up();
    let by_date = || mapping().journal(Source::constant("INV"));
    let mut file = String::from("key,date,account,amount\n");
    for n in 0..9_000 {
        file += &format!("{n},2026-02-01,1000,1\n{n},2026-02-01,4000,-1\n");
    }
    file += "late,2026-01-31,1000,1\nlate,2026-01-31,4000,-1\n";
    assert_eq!(refused(&firm, file.as_bytes(), by_date()), ["18002 - accounting.out_of_order"]);
    let in_order = file.replace("01-31", "02-02");
    let report = booked(&firm, "in order", &in_order, by_date());
    assert_eq!((report.entries, report.lines), (9_001, 18_002));
    let earlier = "key,date,account,amount\nz,2026-01-05,1000,1\nz,2026-01-05,4000,-1\n";
    assert_eq!(refused(&firm, earlier.as_bytes(), by_date()), ["2 - accounting.out_of_order"]);
    firm.clean();
}

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
        let verified = books.verify()?;
        assert!(verified.is_clean(), "{verified}");
        Ok(())
    };
    let swept = sweep(CompanyId::named("acme"), Memory::new, import).unwrap();
    // Three commands; of the chart: begun, one chunk, valid; of all: begun, checked, booked, valid; of some: three.
    assert_eq!(swept.commits, 3 + 3 + 4 + 3);
    assert!(swept.failures > 60);
    let swept = sweep(CompanyId::named("acme"), Model::new, import).unwrap();
    assert_eq!(swept.commits, 13);
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
            assert!(at.share().is_some_and(|share| share <= 100) && at.total == Some(60_001));
            asked += 1;
            if asked > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match firm.run_job("file", &mut open(&file, mapping()), &mut watch) {
            Ok(done) => break done.report,
            Err(error) => assert_eq!(error.code(), "core.job_stopped"),
        }
        stops += 1;
    };
    assert!(stops > 5, "{stops} stops");
    assert_eq!((report.lines, report.entries), (60_000, 30_000));
    let balances = |firm: &Firm| firm.balances(&BalanceQuery::all());
    assert_eq!(balances(&firm), balances(&whole));
    firm.clean();
}

#[test]
fn a_chart_of_accounts_is_opened_in_any_order_of_lines() {
    on_every_store(|firm| {
        firm.must("set up", &SetUp::new(Currency::EUR));
        let file = "Nr;Name;Typ;Unter;Währung;Ab\n1010;Dollars;Aktiva;10;USD;\n10;Bank;AKTIVA;1;;\n1;What we have;Aktiva;;;\n4000;Sales;income;;;01.02.2026\n";
        let mapping = || AccountMapping {
            opens: Some("Ab".into()),
            ..AccountMapping::new("Nr", "Name", "Typ")
                .format(CsvFormat::new().delimiter(';').date("DD.MM.YYYY"))
                .parent("Unter")
                .currency("Währung")
                .class_word("aktiva", AccountClass::Asset)
        };
        let import = |file: &str| {
            ImportAccounts::new(Cursor::new(file.as_bytes().to_vec()), mapping()).unwrap()
        };
        let report = run(&firm, "chart", &mut import(file)).unwrap().report;
        assert_eq!((report.lines, report.entries), (4, 4));
        let accounts = firm.books.accounts().unwrap();
        let told = |account: &Account| {
            (account.code.to_string(), account.heading, account.currency, account.opens)
        };
        let told: Vec<_> = accounts.iter().map(|account| told(account)).collect();
        assert_eq!(told[0], ("1".into(), true, None, None));
        assert_eq!(told[2], ("1010".into(), false, Some(Currency::USD), None));
        assert_eq!(told[3], ("4000".into(), false, None, Some(d("2026-02-01"))));
        let more = format!("{file}1020;Cash;Aktiva;10;;\n");
        let report = run(&firm, "more", &mut import(&more)).unwrap().report;
        assert_eq!((report.entries, report.skipped), (1, 4));
        // Broken in every way: nothing is opened, or only what is good.
        let broken = "Nr;Name;Typ;Unter;Währung;Ab\n20;;Passiva;;;\n21;Tax;asset;99;;\n22;A;asset;23;;\n23;B;asset;22;;\n24;C;asset;;EURO;31.2.2026\n24;D;asset;;;\n25;E;asset;;;\n25;F;asset;;;\n1010;Pounds;Aktiva;10;GBP;\n26;short\n";
        let error = run(&firm, "broken", &mut import(broken)).unwrap_err();
        assert_eq!(error.code(), "accounting.import_refused");
        let told: Vec<String> = firm
            .books
            .refusals("broken")
            .unwrap()
            .iter()
            .map(|refusal| {
                format!(
                    "{} {} {}",
                    refusal.line,
                    refusal.column.as_deref().unwrap_or("-"),
                    refusal.code
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "2 Name import.missing",
                "2 Typ import.bad_class",
                "3 - accounting.bad_parent",
                "4 - accounting.bad_parent",
                "5 - accounting.bad_parent",
                "6 Währung import.bad_currency",
                "6 Ab import.bad_date",
                "9 Nr import.repeated_code",
                "10 Nr import.other_account",
                "11 - import.field_count",
            ]
        );
        assert_eq!(firm.books.accounts().unwrap().len(), 5);
        let mut good_ones = import(broken).mode(Mode::GoodOnes);
        let report = run(&firm, "good ones", &mut good_ones).unwrap().report;
        assert_eq!((report.entries, report.refused), (2, 8), "24 of the second line, and 25");
        assert_eq!(firm.books.accounts().unwrap().len(), 7);
        firm.clean();
    });
}

/// A mapping that a host keeps in a file.
#[test]
fn mappings_have_a_form_that_can_be_kept() {
    let mapping = mapping().dimension("site", 3).format(CsvFormat::new().delimiter('\t'));
    let json = serde_json::to_string(&mapping).unwrap();
    assert_eq!(serde_json::from_str::<EntryMapping>(&json).unwrap(), mapping);
    assert!(json.contains(r#""date":{"column":"date"}"#), "{json}");
    assert!(
        serde_json::from_str::<EntryMapping>(&json.replace("\"journal\"", "\"jornal\"")).is_err()
    );
}

/// A day, lines of account and cents, and whether the first is broken.
type Draft = (u32, Vec<(usize, i64)>, bool);

/// What entries are made of, for the property below.
fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    let lines = proptest::collection::vec((0..3usize, -500i64..500), 1..5);
    proptest::collection::vec((1u32..28, lines, proptest::bool::weighted(0.1)), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever good and broken entries a file has: those that are booked are the good ones, whole, and what is told adds up.
    #[test]
    fn good_entries_are_booked_whole_and_all_lines_are_told(drafts in drafts()) {
        const ACCOUNTS: [&str; 3] = ["1000", "2000", "5000"];
        let firm = in_memory().set_up();
        let mut file = String::from("key,date,account,amount\n");
        let (mut good, mut lines, mut bank) = (0, 0, 0);
        for (n, (day, postings, broken)) in drafts.iter().enumerate() {
            let rest: i64 = postings.iter().map(|(_, cents)| cents).sum();
            let all = postings.iter().copied().chain([(0, -rest)]);
            for (at, (account, cents)) in all.clone().enumerate() {
                let cents = if *broken && at == 0 { format!("{cents}x") } else { format!("{}", rust_decimal::Decimal::new(cents, 2)) };
                file += &format!("{n},2026-03-{day:02},{},{cents}\n", ACCOUNTS[account]);
                lines += 1;
            }
            if !broken {
                good += 1;
                bank += all.filter(|(account, _)| *account == 0).map(|(_, cents)| cents).sum::<i64>();
            }
        }
        let report = run(&firm, "file", &mut open(&file, mapping()).mode(Mode::GoodOnes)).unwrap().report;
        prop_assert_eq!((report.lines, report.entries), (lines, good));
        prop_assert_eq!(report.entries + report.refused, drafts.len() as i64);
        prop_assert_eq!(dec(&firm.sum(&BalanceQuery::account("1000"))), rust_decimal::Decimal::new(bank, 2));
        prop_assert_eq!(entries(&firm).len() as i64, good);
        firm.clean();
    }

    /// Any bytes at all: told as a whole or line by line, never a panic, never half an entry.
    #[test]
    fn any_bytes_are_imported_or_refused(bytes_of_file in proptest::collection::vec(prop_oneof![6 => proptest::char::range(' ', '~').prop_map(|c| c as u8), 2 => Just(b'\n'), 2 => Just(b','), 1 => Just(b'"'), 1 => any::<u8>()], 0..200)) {
        let firm = in_memory().set_up();
        let file = [b"key,date,account,amount\n", &bytes_of_file[..]].concat();
        if let Ok(import) = bytes(&file, mapping()) {
            let told: Told = run(&firm, "any", &mut import.mode(Mode::GoodOnes));
            if let Ok(done) = told {
                prop_assert_eq!(done.report.entries as usize, entries(&firm).len());
            }
        }
        firm.clean();
    }
}

/// Amounts in dollars with their worth in the ledger's currency, and lines that turn one into the other.
#[test]
fn foreign_amounts_come_with_their_worth() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let file = "key,date,account,amount,c,worth\nA,2026-01-05,1010,100,USD,92.13\nA,2026-01-05,4000,-100,USD,92.13\n";
        let with_worth = || EntryMapping { worth: Some("worth".into()), ..mapping().currency("c") };
        let without = mapping().currency("c");
        assert_eq!(refused(&firm, file.as_bytes(), without), ["2 - accounting.no_rate"]);
        assert_eq!(booked(&firm, "worth", file, with_worth()).entries, 1);
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "92.13");
        let sold = "key,date,account,amount,c,worth\nB,2026-01-06,1010,-100,USD,92.13\nB,2026-01-06,1000,92.13,EUR,\n";
        assert_eq!(refused(&firm, sold.as_bytes(), with_worth()), ["2 - accounting.unbalanced"]);
        let conversion = EntryMapping { conversion: true, ..with_worth() };
        assert_eq!(booked(&firm, "conversion", sold, conversion).entries, 1);
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "0");
        firm.clean();
    });
}

/// Nothing is guessed: a worth has no sign, or that of its amount.
#[test]
fn a_worth_of_another_sign_is_refused() {
    let firm = in_memory().set_up();
    let with_worth = |amounts| {
        let mapping = EntryMapping::new("date", "account", amounts).key("key").currency("c");
        EntryMapping { worth: Some("worth".into()), ..mapping }
    };
    let signed = || with_worth(AmountColumns::signed("amount"));
    let file = "key,date,account,amount,c,worth\nA,2026-01-05,1010,100,USD,-90\nA,2026-01-05,4000,-100,USD,-90\n";
    assert_eq!(refused(&firm, file.as_bytes(), signed()), ["2 worth import.other_sign"]);
    let refusals = firm.books.refusals(&format!("{:?}", (file.as_bytes(), &signed()))).unwrap();
    assert_eq!(
        refusals[0].to_string(),
        "line 2, worth \"-90\": the worth is below zero, and the amount is not (import.other_sign); \
         write the worth without a sign, or with that of the amount",
    );
    let file = file.replace("100,USD,-90\nA", "100,USD,90\nA");
    assert_eq!(booked(&firm, "signs agree", &file, signed()).entries, 1);
    let columns = || with_worth(AmountColumns::columns("debit", "credit"));
    let file = "key,date,account,debit,credit,c,worth\nA,2026-01-05,1010,100,,USD,90\nA,2026-01-05,4000,,100,USD,-90\n";
    assert_eq!(refused(&firm, file.as_bytes(), columns()), ["3 worth import.other_sign"]);
    // Without a readable amount, only that is told.
    let file = "key,date,account,amount,c,worth\nA,2026-01-05,1010,x,USD,-90\n";
    assert_eq!(refused(&firm, file.as_bytes(), signed()), ["2 amount import.bad_amount"]);
    firm.clean();
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
    let books = Books::open(Sqlite::open(&path).unwrap(), CompanyId::named("acme")).unwrap();
    let mut watch = |at: &Progressed| {
        std::fs::write(format!("{path}.done"), at.to_string()).unwrap();
        ControlFlow::Continue(())
    };
    books.run_job("file", &mut open(&long_file(), mapping()), &mut watch).unwrap();
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
    for wanted in ["checking: 3", "booking: 1", "booking: 4"] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "imports_until_it_is_killed"])
            .env("FONDACO_KILL", &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while !told().starts_with(wanted) {
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
