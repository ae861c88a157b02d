//! Reports for hosts that must not block: over a store that has nothing loaded, where every answer is waited for, each says what it says
//! over a blocking one.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use std::collections::BTreeSet;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::{self, *};
use fondaco_core::{AsyncDriver, CompanyId, DateRange, View};
use fondaco_testkit::{Unloaded, block_on};

/// A firm with two years, open items, amounts in dollars, a dimension, and something on every sort of account.
fn firm() -> Firm {
    let firm = in_memory().set_up();
    firm.must("by items", &ChangeAccount::open_items("1200", true));
    let post = |name: &str, entry: NewEntry| firm.post(name, entry);
    let entry = |on: &str| NewEntry::new("GEN", d(on));
    post("capital", entry("2026-01-02").debit("1000", eur("500")).credit("3000", eur("500")));
    for n in 1..=40 {
        let amount = eur(&n.to_string());
        let on = format!("2026-{:02}-{:02}", n % 6 + 1, n % 27 + 1);
        let sale = entry(&on).debit("1200", amount).credit("4000", amount);
        post(&format!("sale {n}"), sale.text(format!("sale {n}")));
    }
    for month in 1..=6 {
        let rent = entry(&format!("2026-{month:02}-03"));
        let rent = rent.debit("5100", eur("40")).credit("1000", eur("40"));
        post(&format!("rent {month}"), rent);
    }
    firm
}

fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

/// Asks the same both ways, and keeps what was asked.
macro_rules! compare {
    ($firm:expr, $driver:expr, $asked:expr, $($name:ident($($argument:expr),*)),* $(,)?) => {$(
        let read = |view: &mut View<'_>| reports::$name(view $(, $argument)*);
        let loaded = $firm.books.view(read);
        let awaited = block_on($driver.view(read));
        let shown = format!("{loaded:?}");
        assert!(loaded.is_ok(), "{}: {shown}", stringify!($name));
        assert!(shown.len() > 30, "{} says nothing: {shown}", stringify!($name));
        assert_eq!(format!("{awaited:?}"), shown, "{}", stringify!($name));
        $asked.insert(stringify!($name).to_owned());
    )*};
}

#[test]
fn every_report_says_the_same_where_nothing_is_loaded() {
    let firm = firm();
    let store = Unloaded::new(firm.store.clone(), 2);
    let driver = AsyncDriver::new(store, CompanyId::named("acme"));
    block_on(driver.join(&ENGINE)).unwrap();
    let (half, quarter, before) = (
        days("2026-01-01/2026-06-30"),
        days("2026-04-01/2026-06-30"),
        days("2026-01-01/2026-03-31"),
    );
    let (june, march) = (d("2026-06-30"), d("2026-03-31"));
    let sheet = Layout::shipped("plain-balance-sheet").unwrap();
    let income = Layout::shipped("plain-income-statement").unwrap();
    let query = FinancialQuery::new().days(half).beside_last_year();
    let customers = StatementQuery::new("1200", quarter);
    let mut asked = BTreeSet::new();
    compare!(
        firm,
        driver,
        asked,
        trial_balance(june),
        income_statement(d("2026-01-01"), june),
        balance_sheet(june),
        compare_income_statements(quarter, before),
        compare_balance_sheets(june, march),
        compare_trial_balances(june, march),
        general_ledger(half),
        account_ledger("1000", half),
        account_statement(&customers),
        explain_opening(&customers),
        explain_balance("5100", half),
        ageing(&AgeingQuery::new("1200", june)),
        financial_statement(&income, &query),
        financial_statement(&sheet, &query),
        row_postings(&sheet, &query, "total_assets", 0),
        equity_changes(d("2026-01-01"), june),
        equity_statement(None, &query),
    );
    let pages = |view: &mut View<'_>| {
        let mut pages = Vec::new();
        each_statement_page(view, &customers, 7, |page| {
            pages.push(format!("{page:?}"));
            Ok(())
        })?;
        Ok::<_, LedgerError>(pages)
    };
    let loaded = firm.books.view(pages).unwrap();
    assert!(loaded.len() > 2);
    assert_eq!(block_on(driver.view(pages)).unwrap(), loaded);
    asked.insert("each_statement_page".into());
    let missing: Vec<String> = declared().difference(&asked).cloned().collect();
    // Narrowed by a tree of values: the same reading, under other keys.
    assert_eq!(missing, ["trial_balance_under"], "a report that nobody waits for in a test");
    assert_eq!(block_on(driver.discrepancies()).unwrap(), []);
}

/// The functions that read reports, by their sources.
fn declared() -> BTreeSet<String> {
    fn sources(folder: &std::path::Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for function in text.split("\npub fn ").skip(1) {
                let signature = function.split(')').next().unwrap();
                if signature.contains("&mut impl Reading") {
                    found.insert(function.split('(').next().unwrap().to_owned());
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reports"), &mut found);
    assert!(found.len() > 15, "the sources were misread: {found:?}");
    found
}
