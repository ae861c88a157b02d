//! What entries of one ledger alone may not do, and what they don't count in.

use fondaco_core::Act;
use fondaco_core::digest;

use crate::common::*;
use crate::firm::*;

fn code(firm: &Firm, name: &str, command: &impl Act<Error = LedgerError>) -> String {
    firm.refused(name, command).code().to_owned()
}

fn hex(command: &impl Act) -> String {
    digest::hex(&command.digest().unwrap())
}

/// Ten euro of rent in all.
fn limit(code: &str) -> SetSpendingLimit {
    SetSpendingLimit::new(code, code, Currency::EUR).account("5100").refuse_above(eur("10"))
}

#[test]
fn bad_definitions() {
    let firm = set_up(in_memory(), false);
    assert_eq!(code(&firm, "1", &DefineLedger::new("ifrs", "again")), "accounting.exists");
    assert_eq!(code(&firm, "2", &DefineLedger::new("main", "x")), "accounting.exists");
    assert_eq!(code(&firm, "3", &DefineLedger::new("", "x")), "accounting.bad_code");
    assert_eq!(code(&firm, "4", &DefineLedger::new("x", "")), "accounting.bad_input");
    let nowhere = OpenJournal::new("X", "x").in_ledger("hgb");
    assert_eq!(code(&firm, "5", &nowhere), "accounting.unknown_ledger");
    let bare = in_memory();
    assert_eq!(code(&bare, "1", &DefineLedger::new("x", "x")), "accounting.not_set_up");
}

#[test]
fn a_ledger_that_is_not_there_is_not_read() {
    let firm = in_memory().set_up();
    for _ in 0..2 {
        let asked = firm.books.of_ledger("ifrs").trial_balance(d("2026-12-31"));
        assert_eq!(asked.unwrap_err().code(), "accounting.unknown_ledger");
        let asked = firm.books.balances(&BalanceQuery::all().of_ledger("ifrs"));
        assert_eq!(asked.unwrap_err().code(), "accounting.unknown_ledger");
        let _ = firm.send("one", &DefineLedger::new("gaap", "another")); // and then there is one
    }
}

#[test]
fn the_mark_is_no_dimension_of_anybody() {
    let firm = set_up(in_memory(), false);
    let marked = |journal: &str| {
        NewEntry::new(journal, d("2026-01-05"))
            .posting(NewPosting::debit("0400", eur("1")).dimension(LEDGER, "ifrs"))
            .credit("6200", eur("1"))
    };
    assert_eq!(firm.refused_entry(marked("GEN")), "accounting.reserved_dimension");
    assert_eq!(firm.refused_entry(marked("IFR")), "accounting.reserved_dimension");
    let keyed = marked("GEN").key("k");
    assert_eq!(firm.refused_entry(keyed), "accounting.reserved_dimension");
    let limit = limit("l").dimension(LEDGER, "ifrs");
    assert_eq!(code(&firm, "limit", &limit), "accounting.reserved_dimension");
    let dimension = DefineDimension::new(LEDGER, "Ledger");
    assert_eq!(code(&firm, "dimension", &dimension), "accounting.reserved_dimension");
    let rule = SetAllocation::new("r", "R", "GEN", "5100", LEDGER, "ifrs");
    assert_eq!(code(&firm, "a rule", &rule.share("x", 1.into())), "accounting.reserved_dimension");
}

#[test]
fn what_is_owed_and_limited_belongs_to_all() {
    on_two_stores(|firm| {
        let firm = set_up(firm, false);
        firm.must("items", &ChangeAccount::open_items("1200", true));
        firm.must("limit", &ChangeAccount::limit("1100", AccountLimit::CreditsWithinDebits));
        let its = |debit: &str| entry("IFR", "2026-01-05", debit, "6200", "1");
        assert_eq!(firm.refused_entry(its("1200")), "accounting.items_of_one_ledger");
        assert_eq!(firm.refused_entry(its("1100")), "accounting.limit_of_one_ledger");
        let keyed = its("1200").key("k");
        assert_eq!(firm.refused_entry(keyed), "accounting.items_of_one_ledger");
        let held = NewPending::new(its("0400"));
        assert_eq!(code(&firm, "hold", &RecordPending::new(held)), "accounting.of_all_ledgers");
        let all = its("0400").balancing(Balancing::Debit);
        assert_eq!(firm.refused_entry(all), "accounting.of_all_ledgers");
        let differences = SetExchangeAccounts::new("IFR", "4900", "5900");
        assert_eq!(code(&firm, "its differences", &differences), "accounting.of_all_ledgers");
        let rule = SetAllocation::new("r", "R", "IFR", "5100", "site", "x").share("y", 1.into());
        assert_eq!(code(&firm, "a rule", &rule), "accounting.of_all_ledgers");
        assert!(firm.entries().is_empty(), "on {}", firm.name);
    });
}

#[test]
fn a_refusal_names_the_way_out() {
    let firm = set_up(in_memory(), false);
    firm.must("items", &ChangeAccount::open_items("1200", true));
    let error = firm.refused("x", &Post::new(entry("IFR", "2026-01-05", "1200", "6200", "1")));
    assert_eq!(
        error.to_string(),
        "account 1200 is kept by open items, which ledger ifrs can't have alone: post the adjustment to an account beside it, such as an allowance"
    );
}

#[test]
fn what_is_kept_counts_the_leading_ledger_alone() {
    on_two_stores(|firm| {
        let firm = set_up(firm, false);
        firm.must("track", &ChangeAccount::track("1000"));
        firm.must("spend", &limit("rent"));
        firm.post("cash", entry("GEN", "2026-01-05", "1000", "4000", "7"));
        firm.must("state", &AssertBalance::new("1000", d("2026-01-31"), eur("7")));
        firm.must("keyed", &Post::new(entry("IFR", "2026-01-06", "5100", "1000", "90").key("k")));
        firm.post("its own", entry("IFR", "2026-01-06", "5100", "1000", "90"));
        let kept = firm.view(|view| totals(view, "1000"));
        assert_eq!(kept[0].room(Side::Credit), eur("7"), "on {}", firm.name);
        firm.must("again", &ChangeAccount::untrack("1000"));
        firm.must("and again", &ChangeAccount::track("1000"));
        let kept = firm.view(|view| totals(view, "1000"));
        assert_eq!(kept[0].room(Side::Credit), eur("7"), "on {}", firm.name);
        firm.must("limit later", &limit("rent, too"));
        firm.must("another", &AssertBalance::new("1000", d("2026-02-28"), eur("7")));
        firm.must("items later", &ChangeAccount::open_items("1000", true));
        firm.clean();
    });
}

#[test]
fn what_is_there_is_taken_back_and_closed_whatever_became_of_its_accounts() {
    let firm = set_up(in_memory(), false);
    let its = firm.post("its own", entry("IFR", "2025-01-06", "1200", "6200", "5"));
    let other = firm.post("another", entry("IFR", "2025-01-06", "1200", "6200", "6"));
    firm.must("items", &ChangeAccount::open_items("1200", true));
    firm.must("limit", &ChangeAccount::limit("6200", AccountLimit::CreditsWithinDebits));
    firm.must("back", &Reverse::new(its.id, d("2025-01-07")));
    firm.must("close", &CloseYear::new(2025));
    firm.must("reopen", &ReopenYear::new(2025, "late"));
    firm.must("back too", &Reverse::new(other.id, d("2025-01-07")));
    assert_eq!(firm.sum(&BalanceQuery::account("6200").of_ledger("ifrs")), "0");
    let open = firm.view(|view| open_items(view, &OpenItemQuery::account("1200")));
    assert!(open.items.is_empty(), "what a ledger has alone is no item");
    firm.clean();
}

#[test]
fn an_account_closes_at_zero_in_every_ledger() {
    let firm = set_up(in_memory(), false);
    firm.post("its own", entry("IFR", "2026-01-06", "0400", "6200", "5"));
    let close = CloseAccount::new("0400", d("2026-06-30"));
    assert_eq!(code(&firm, "close", &close), "accounting.cannot_close");
    firm.post("back", entry("IFR", "2026-01-07", "6200", "0400", "5"));
    firm.must("close now", &close);
}

#[test]
fn digests() {
    let told = [
        hex(&DefineLedger::new("ifrs", "IFRS")),
        hex(&OpenJournal::new("IFR", "IFRS").in_ledger("ifrs")),
    ];
    assert_eq!(
        told,
        [
            "1398226b471fa212941bb5031f667e7822f66766b3cb5a3fa7e3bb7011667a13",
            "f8e26466b5459b4b7ed1a3a850fef24cca77c3f0396144c49bac878a5cbebadd",
        ]
    );
}
