//! What is refused, and how it is told and forgotten.

use fondaco_accounting::close::AssertBalance;
use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{ActError, Currency};

use crate::common::*;
use crate::files::*;

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
    assert_eq!(code(&utf16, mapping()), "core.import_no_text");
    let stray = bytes(b"key,date\na,b\nc,\0\n", mapping()).err().unwrap().to_string();
    assert!(stray.starts_with("line 3 has a NUL in it, at its byte 3: "), "{stray}");
    assert_eq!(code(&with_bom, mapping()), "core.import_encoding");
    assert_eq!(code(b"", mapping()), "core.import_empty");
    assert_eq!(code(b"\n\n", mapping()), "core.import_empty");
    assert_eq!(code(b"key,date,account\n", mapping()), "core.import_no_column");
    assert_eq!(code(b"key,date,account,amount,date\n", mapping()), "core.import_ambiguous_column");
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
        assert_eq!(bad(change), "core.import_mapping", "change {at}");
    }
    assert_eq!(bad(|m| m.date = Source::Position(9)), "core.import_no_column");
    // A quote that is never closed must not take the whole file into memory.
    let firm = in_memory().set_up();
    let open_quote =
        format!("{TWO}C,2026-01-07,1000,\"5\n{}", "C,2026-01-07,4000,-5\n".repeat(60_000));
    let error = run(&firm, "quote", &mut open(&open_quote, mapping())).unwrap_err();
    assert_eq!(error.code(), "core.import_too_long");
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

/// Whoever opens the report in a spreadsheet runs nothing that stood in the file.
#[test]
fn the_report_holds_no_formulas() {
    let firm = in_memory().set_up();
    let file = "key,date,account,amount\n1,=HYPERLINK(1),1000,@1\n2,2026-02-01,1000,-5,00\n";
    let mut import = open(file, mapping());
    run(&firm, "formula", &mut import).unwrap_err();
    let mut csv = Vec::new();
    firm.books.write_refusals("formula", &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains(",date,'=HYPERLINK(1),") && csv.contains(",amount,'@1,"), "{csv}");
}

/// What an account or a budget can bear is checked across chunks: nothing of the file is booked.
#[test]
fn sums_are_checked_across_chunks() {
    let firm = in_memory().set_up();
    let cash = NewAccount::new("1001", "Cash", AccountClass::Asset)
        .limit(AccountLimit::CreditsWithinDebits);
    firm.must("cash", &OpenAccounts::new(vec![cash]));
    let budget = SetSpendingLimit::new("L", "Budget", Currency::EUR).account("5100");
    firm.must("budget", &budget.refuse_above(eur("9000")));
    let mut file = String::from("key,date,account,amount\n");
    for n in 0..8_990 {
        file += &format!("{n},2026-02-01,1001,1\n{n},2026-02-01,4000,-1\n");
    }
    file += "out,2026-02-02,5000,8991\nout,2026-02-02,1001,-8991\n";
    assert_eq!(refused(&firm, file.as_bytes(), mapping()), ["17982 - accounting.exceeds_debits"]);
    let fits = file.replace("8991", "8990");
    assert_eq!(booked(&firm, "fits", &fits, mapping()).entries, 8_991);
    let mut spent = String::from("key,date,account,amount\n");
    for n in 0..9_001 {
        spent += &format!("s{n},2026-02-01,5100,1\ns{n},2026-02-01,4000,-1\n");
    }
    assert_eq!(refused(&firm, spent.as_bytes(), mapping()), ["18002 - accounting.spending_limit"]);
    let day = |day: &str| AssertBalance::new("1000", d(day), eur("10"));
    firm.must("ten", &Post::new(sale("2026-02-01", "10.00")));
    firm.must("stated", &day("2026-02-28"));
    let mut stated = String::from("key,date,account,amount\n");
    for n in 0..8_500 {
        stated += &format!("t{n},2026-03-01,1200,1\nt{n},2026-03-01,4000,-1\n");
    }
    stated += "u,2026-02-03,1000,1\nu,2026-02-03,4000,-1\n";
    let told = refused(&firm, stated.as_bytes(), mapping());
    assert_eq!(told, ["17002 - accounting.breaks_assertion"]);
    firm.clean();
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
