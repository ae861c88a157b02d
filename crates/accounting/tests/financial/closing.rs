//! A year's statements show the same before it is closed, after, and when it is open again.

use fondaco_accounting::close::{CloseYear, ReopenYear, SetClosing};
use fondaco_accounting::ledger::BalanceQuery;
use fondaco_accounting::reports::FinancialQuery;

use crate::common::*;
use crate::firm::*;

/// All plain statements of both years and of a moment in the second, as text; and how each row opens.
fn shown(firm: &Firm) -> String {
    let query = year(2026).beside_last_year().with_accounts();
    let mid = FinancialQuery::new().at(d("2026-05-15")).beside_last_year();
    let mut text = String::new();
    for code in [
        "plain-income-statement",
        "plain-income-by-function",
        "plain-cash-flow-direct",
        "plain-cash-flow-indirect",
    ] {
        text.push_str(&filled(firm, &shipped(code), &query).to_string());
        text.push_str(&filled(firm, &shipped(code), &mid).to_string());
    }
    text
}

/// The balance sheet of the end of a year.
fn sheet(firm: &Firm, of: i32) -> String {
    filled(firm, &shipped("plain-balance-sheet"), &year(of).with_accounts()).to_string()
}

#[test]
fn the_same_before_and_after() {
    let firm = company();
    firm.must("closing", &SetClosing::new("3100", "GEN"));
    let (flows, sheet_2025) = (shown(&firm), sheet(&firm, 2025));
    let equity_2026 =
        filled(&firm, &shipped("plain-balance-sheet"), &year(2026)).amount("equity", 0);
    let equity = |firm: &Firm| {
        firm.books.equity_changes(d("2025-01-01"), d("2025-12-31")).unwrap().to_string()
    };
    let changes = equity(&firm);
    let costs = || {
        firm.books
            .row_postings(&shipped("plain-income-statement"), &year(2025), "result", 0)
            .unwrap()
    };
    let opened = costs();
    firm.must("close 2025", &CloseYear::new(2025));
    assert_ne!(firm.sum(&BalanceQuery::account("3100")), "0", "it was closed");
    assert_eq!(shown(&firm), flows);
    assert_eq!(sheet(&firm, 2025), sheet_2025);
    assert_eq!(equity(&firm), changes);
    assert_eq!(costs(), opened);
    // In the next year the result is retained, where it was a result of earlier years: the same equity.
    let query = year(2026);
    let next = filled(&firm, &shipped("plain-balance-sheet"), &query);
    assert_eq!(next.amount("earlier", 0), Some(dec("0")));
    assert!(next.failed.is_empty() && next.untaken.is_empty(), "{next}");
    assert_eq!(next.amount("equity", 0), equity_2026);
    let changes_2026 = firm.books.equity_changes(d("2026-01-01"), d("2026-12-31")).unwrap();
    firm.must("close 2026", &CloseYear::new(2026).early());
    assert_eq!(shown(&firm), flows);
    assert_eq!(filled(&firm, &shipped("plain-balance-sheet"), &query), next);
    assert_eq!(firm.books.equity_changes(d("2026-01-01"), d("2026-12-31")).unwrap(), changes_2026);
    // Both years at once: nothing of what closed either.
    let both = FinancialQuery::new().days("2025-01-01/2026-12-31".parse().unwrap());
    let both = filled(&firm, &shipped("plain-income-statement"), &both);
    assert_eq!(both.amount("result", 0), Some(dec("755")));
    firm.must("open 2026", &ReopenYear::new(2026, "a late invoice"));
    assert_eq!(shown(&firm), flows);
    assert_eq!(filled(&firm, &shipped("plain-balance-sheet"), &query), next);
}

#[test]
fn as_known_at_a_time_between() {
    let firm = company();
    firm.must("closing", &SetClosing::new("3100", "GEN"));
    let before = sheet(&firm, 2025);
    firm.at_minute(60);
    firm.must("close 2025", &CloseYear::new(2025));
    for time in [minute(30), minute(90)] {
        let query = year(2025).with_accounts().known_at(time);
        let sheet = filled(&firm, &shipped("plain-balance-sheet"), &query).to_string();
        assert_eq!(sheet, before);
    }
}

#[test]
fn closing_entries_are_a_table_of_their_own() {
    use fondaco_accounting::export::ExportQuery;
    let firm = company();
    firm.must("closing", &SetClosing::new("3100", "GEN"));
    let before = firm.books.export(&ExportQuery::all()).unwrap();
    firm.must("close 2025", &CloseYear::new(2025));
    let after = firm.books.export(&ExportQuery::all()).unwrap();
    assert!(before.closings.rows.is_empty() && !after.closings.rows.is_empty());
    assert_eq!(before.entries, after.entries);
}
