//! Layouts and questions that would not tell the truth are refused, with the row and the way out.

use fondaco_accounting::reports::{FinancialQuery, Layout};

use crate::common::*;
use crate::firm::*;

fn layout(rows: &str) -> Layout {
    let text =
        format!("layout mine\ntitle Mine\nmeasure closing\ncovers asset\nside debit\n{rows}");
    Layout::parse(&text).unwrap()
}

fn refusal(rows: &str) -> String {
    let firm = company();
    let error = firm.books.financial_statement(&layout(rows), &year(2026)).unwrap_err();
    assert_eq!(error.code(), "accounting.layout_taken_twice");
    error.to_string()
}

#[test]
fn what_only_the_chart_tells_is_refused_with_account_and_rows() {
    for (one, other, account) in [
        ("class asset", "1200", "1200"),
        ("kind bank", "1000..1009", "1000"),
        ("tag term=long", "class asset", "1500"),
        ("class asset", "debit class asset", "1000"),
        ("result", "result", "result"),
        ("class income", "result", "4000"),
        ("class equity, class income", "credit result", "4000"),
        ("movement 4000", "movement result", "4000"),
        ("class expense where site=Mestre", "5200 where function=production", "5200"),
    ] {
        let said = refusal(&format!("a: A\n  takes {one}\nb: B\n  takes {other}\n"));
        assert!(
            said.contains(&format!("account {account} is taken by row a and by row b")),
            "{said}"
        );
        assert!(said.ends_with("take it out of one, or mark one `memo`"), "{said}");
    }
}

#[test]
fn memos_and_what_is_apart_may_meet() {
    let firm = company();
    let rows = "a: A\n  takes class asset\nmemo b: B\n  takes 1200\n";
    let sheet = filled(&firm, &layout(rows), &year(2026));
    assert_eq!(sheet.amount("b", 0), Some(dec("250")));
    let rows = "a: A\n  takes debit class asset\nb: B\n  takes credit class asset\n";
    let sheet = filled(&firm, &layout(rows), &year(2026));
    assert_eq!(sheet.amount("b", 0), Some(dec("-100")), "what was written off");
    assert!(sheet.untaken.is_empty());
}

#[test]
fn a_result_is_on_one_side_only() {
    let firm = company();
    let rows = "profit: Profit\n  takes credit result\nloss: Loss\n  takes debit result\nmemo both: Both\n  takes result\n";
    let query = year(2026).beside_last_year();
    let sheet = filled(&firm, &layout(rows), &query);
    for column in 0..2 {
        let both = sheet.amount("both", column).unwrap();
        // Rows of this layout are debits less credits: a profit is below zero.
        let (profit, loss) = if both < dec("0") { (both, dec("0")) } else { (dec("0"), both) };
        assert!(!both.is_zero());
        assert_eq!(sheet.amount("profit", column), Some(profit));
        assert_eq!(sheet.amount("loss", column), Some(loss));
    }
}

#[test]
fn accounts_that_no_row_takes_are_reported_with_their_sum() {
    let firm = company();
    let rows = "bank: Bank\n  takes kind bank\nlate: Overdue\n  takes credit 1200\n";
    let sheet = filled(&firm, &layout(rows), &year(2026).beside_last_year());
    let codes: Vec<_> = sheet.untaken.iter().map(|of| of.account.clone().unwrap()).collect();
    assert_eq!(codes, ["1010", "1200", "1300", "1500", "1590"]);
    assert_eq!(sheet.untaken_sum(), [dec("485"), dec("370")]);
    let shown = sheet.to_string();
    assert!(shown.contains("Accounts that no row takes"), "{shown}");
    assert!(shown.contains("1590 Machines, written off"), "{shown}");
    assert!(shown.contains("Their sum, debits less credits"), "{shown}");
}

#[test]
fn a_result_is_its_accounts() {
    let firm = company();
    let text = |covers: &str, measure: &str, rows: &str| {
        let text = format!(
            "layout mine\ntitle Mine\nmeasure {measure}\ncovers {covers}\nside debit\n{rows}"
        );
        filled(&firm, &Layout::parse(&text).unwrap(), &year(2026))
    };
    let earned = text("income, expense", "movement", "r: R\n  takes result\n");
    assert_eq!(earned.untaken, [], "no account of it is left");
    let own =
        text("equity", "closing", "own: Own\n  takes class equity, class income, class expense\n");
    assert_eq!(own.untaken, [], "no result is");
    let own = text("equity", "closing", "own: Own\n  takes class equity, class income\n");
    assert_eq!(own.untaken_sum(), [dec("680")], "expenses of both years");
    let whole = text("equity, income, expense", "closing", "own: Own\n  takes class equity\n");
    let codes: Vec<_> = whole.untaken.iter().filter_map(|of| of.account.clone()).collect();
    assert_eq!(codes.len(), whole.untaken.len(), "accounts, not results besides");
    let headless = Layout::parse(
        "layout x\ntitle X\nmeasure closing\na: A\n  = rows\n  b: B\n    = 1 / 0\n  c: C\n    takes 1000\n",
    );
    let sheet = filled(&firm, &headless.unwrap(), &year(2026));
    assert_eq!(sheet.amount("a", 0), None, "of what can't be reckoned there is no sum");
}

#[test]
fn a_check_that_fails_is_said() {
    let rows = "a: A\n  takes 1000\ncheck nothing: Bank less 1\n  = a - 1\n";
    let sheet = filled(&company(), &layout(rows), &FinancialQuery::new().at(d("2025-01-02")));
    assert_eq!(sheet.failed[0].amount, Some(dec("999")));
    let shown = sheet.to_string();
    assert!(
        shown.ends_with("2025-01-02 Bank less 1: 999.00 EUR where it should be nothing\n"),
        "{shown}"
    );
}

#[test]
fn columns_that_are_none_are_refused() {
    let firm = company();
    let plain = shipped("plain-balance-sheet");
    for (query, says) in [
        (FinancialQuery::new(), "columns: a statement has none: add days, or a day"),
        (
            FinancialQuery::new().days("2026-01-01/..".parse().unwrap()),
            "columns: days without an end: give their last day",
        ),
        (
            year(2026).change(0, 1),
            "columns: there is no change from column 1 to 0: they are counted from 0",
        ),
    ] {
        let error = firm.books.financial_statement(&plain, &query).unwrap_err();
        assert_eq!(error.to_string(), says);
    }
    let error = firm.books.row_postings(&plain, &year(2026), "assets", 3).unwrap_err();
    assert_eq!(error.to_string(), "column: 3 is none of 1, counted from 0");
    let income = shipped("plain-income-statement");
    let error = firm.books.row_postings(&income, &year(2026), "margin", 0).unwrap_err();
    assert!(error.to_string().contains("is reckoned as result / income, not added up"), "{error}");
}

#[test]
fn a_layout_changed_by_hand_is_checked_again() {
    let mut income = shipped("plain-income-statement");
    let last = income.rows.len() - 1;
    income.rows[last].formula = Some("margin + 1".parse().unwrap());
    let error = company().books.financial_statement(&income, &year(2026)).unwrap_err();
    assert_eq!(error.code(), "accounting.layout_circle");
}
