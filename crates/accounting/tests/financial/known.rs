//! What was known at a time never moves, whatever becomes of the accounts: their headings, tags and names of then count.

use fondaco_accounting::ledger::*;
use fondaco_accounting::reports::FinancialQuery;
use fondaco_core::store::Tags;

use crate::common::*;
use crate::firm::{bare, filled, moved, shipped, year};

#[test]
fn statements_go_by_the_tags_and_names_of_then() {
    let firm = bare();
    firm.post("machine", moved("2026-02-01", "1500", "1000", "400"));
    firm.at_minute(1);
    let code = "plain-cash-flow-direct";
    let shown = |query: &FinancialQuery| {
        let flow = filled(&firm, &shipped(code), query);
        ["operating", "investing"].map(|row| flow.amount(row, 0).unwrap().normalize().to_string())
    };
    let then = year(2026).known_at(minute(0));
    let sheet = year(2026).known_at(minute(0)).with_accounts();
    let before = filled(&firm, &shipped("plain-balance-sheet"), &sheet).to_string();
    let untagged = ChangeAccount {
        name: None,
        tags: Some(Tags::default()),
        ..ChangeAccount::rename("1500", "Machines")
    };
    firm.must("no investment", &untagged);
    firm.at_minute(2);
    firm.must("renamed", &ChangeAccount::rename("1500", "Tools"));
    assert_eq!(shown(&year(2026)), ["-400", "0"]);
    assert_eq!(shown(&then), ["0", "-400"], "as it was known");
    assert_eq!(shown(&year(2026).known_at(minute(1))), ["-400", "0"], "as it was known then");
    assert_eq!(filled(&firm, &shipped("plain-balance-sheet"), &sheet).to_string(), before);
    // Columns of several times are taken by what holds now, so that they compare.
    let both = then.clone().days("2026-01-01/2026-12-31".parse().unwrap());
    let flow = filled(&firm, &shipped(code), &both);
    assert_eq!([0, 1].map(|at| flow.amount("investing", at)), [Some(dec("0")); 2]);
}

#[test]
fn changes_in_equity_go_by_the_tags_and_names_of_then() {
    let firm = bare();
    firm.post("capital", moved("2026-01-02", "1000", "3000", "500"));
    firm.at_minute(1);
    let then = year(2026).known_at(minute(0));
    let sheet = shipped("plain-balance-sheet");
    let told = |query: &FinancialQuery| {
        let by_account = firm.books.equity_statement(None, query).unwrap();
        let by_row = firm.books.equity_statement(Some(&sheet), query).unwrap();
        (by_account.to_string(), by_row.to_string())
    };
    let before = told(&then);
    assert!(before.0.contains("Capital"), "{}", before.0);
    let other = [("equity", "other")].into_iter().collect();
    let tagged = ChangeAccount { tags: Some(other), ..ChangeAccount::rename("3000", "Gifts") };
    firm.must("gifts", &tagged);
    assert_eq!(told(&then), before, "as it was known");
    let now = firm.books.equity_statement(None, &year(2026)).unwrap();
    assert_eq!(
        (now.spans[0].total.other, now.spans[0].rows[0].name.as_str()),
        (dec("500"), "Gifts")
    );
}

#[test]
fn subtrees_are_those_of_then() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let other = NewAccount::heading("9", "Elsewhere", AccountClass::Asset);
        firm.must("other heading", &OpenAccounts::new(vec![other]));
        firm.post("sale", sale("2026-01-10", "100.00"));
        firm.at_minute(1);
        let assets = || firm.sum(&BalanceQuery::subtree("1"));
        let then = || firm.sum(&BalanceQuery::subtree("1").known_at(minute(0)));
        assert_eq!((assets(), then()), ("100".into(), "100".into()));
        firm.must("moved away", &ChangeAccount::move_under("1000", Some("9".into())));
        assert_eq!((assets(), then()), ("0".into(), "100".into()), "on {}", firm.name);
        let of_other = BalanceQuery::subtree("9").known_at(minute(0));
        assert_eq!(firm.sum(&of_other), "0");
        firm.must("and back", &ChangeAccount::move_under("1000", Some("1".into())));
        let between = BalanceQuery::subtree("1").known_at(minute(1));
        assert_eq!(firm.sum(&between), "100", "by the last that was known in that minute");
        firm.clean();
    });
}
