//! A chart of accounts from a file.

use std::io::Cursor;

use fondaco_accounting::import::*;
use fondaco_accounting::ledger::*;
use fondaco_core::ActError;
use fondaco_core::Currency;

use crate::common::*;
use crate::files::*;

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

/// Four thousand accounts, each under the one before: 64 can stand, and the others are refused without a pass over all for each.
#[test]
fn a_chart_that_is_far_too_deep_is_refused_line_by_line() {
    let firm = in_memory();
    firm.must("set up", &SetUp::new(Currency::EUR));
    let lines = (1..4_000).rev().map(|n| format!("{n},x,expense,{}\n", n - 1));
    let file: String = std::iter::once("code,name,class,parent\n".into())
        .chain(lines)
        .chain(["0,x,expense,\n".into()])
        .collect();
    let mapping = AccountMapping::new("code", "name", "class").parent("parent");
    let import = ImportAccounts::new(Cursor::new(file.into_bytes()), mapping).unwrap();
    let report = run(&firm, "deep", &mut import.mode(Mode::GoodOnes)).unwrap().report;
    assert_eq!((report.entries, report.refused), (64, 3_936));
    let first = &firm.books.refusals("deep").unwrap()[0];
    assert_eq!(first.code, "accounting.bad_parent");
}
