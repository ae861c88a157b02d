//! Bad entries, alone and among good ones: the refusal names the entry and what is wrong with it, and nothing is stored.

use crate::common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{Range, Reading};

/// A firm with a closed account, a locked period and an account of dollars alone.
fn firm(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let closed = NewAccount::new("1900", "Closed", AccountClass::Asset);
    firm.must("closed", &OpenAccounts::new(vec![closed]));
    firm.must("close", &CloseAccount::new("1900", d("2026-03-31")));
    firm.must("lock", &LockPeriod::new(202_602));
    firm.post("before", sale("2026-04-01", "7.00"));
    firm
}

/// What issue 6 names, each with its code and the words that tell it from all others.
fn bad_entries() -> Vec<(NewEntry, &'static str, &'static [&'static str])> {
    let on = |date: &str| NewEntry::new("GEN", d(date));
    let day = "2026-04-02";
    let with = |account: &str, amount| on(day).debit(account, amount).credit("4000", amount);
    vec![
        (with("9999", eur("1")), "unknown_account", &["9999"]),
        (with("1", eur("1")), "heading", &["account 1 is a heading"]),
        (with("1900", eur("1")), "account_not_open", &["1900", "2026-04-02", "../2026-03-31"]),
        (with("1010", eur("1")), "wrong_currency", &["1010", "USD", "EUR"]),
        (with("1000", eur("1.005")), "too_many_digits", &["1.005 EUR", "1000", "2 digits"]),
        (with("1000", money("1.5 JPY")), "too_many_digits", &["JPY", "1000", "0 digits"]),
        (with("1000", eur("-1")), "negative", &["-1.00 EUR", "1000"]),
        (with("1000", usd("1")), "no_rate", &["1.00 USD", "1000", "2026-04-02", "EUR"]),
        (
            with("1000", money("922337203685477.5808 CLF")),
            "too_large",
            &["922337203685477.5808", "1000"],
        ),
        (sale("2026-02-28", "1.00"), "period_locked", &["2026-02"]),
        (sale("2029-01-01", "1.00"), "no_period", &["2029-01-01"]),
        (on(day), "too_few_postings", &["at least two postings", "0"]),
        (on(day).debit("1000", eur("1")), "too_few_postings", &["at least two postings", "1"]),
        (on(day).debit("1000", eur("2")).credit("4000", eur("1")), "unbalanced", &["1.00 EUR"]),
        (
            NewEntry::new("XXX", d(day)).debit("1000", eur("1")).credit("4000", eur("1")),
            "unknown_journal",
            &["XXX"],
        ),
    ]
}

fn count(firm: &Firm) -> (usize, usize) {
    let entries = firm.view(|view| Ok(view.peek_scan(&Range::<Entry>::all())?.len()));
    let postings = firm.view(|view| Ok(view.peek_scan(&Range::<Posting>::all())?.len()));
    (entries, postings)
}

#[test]
fn alone_and_among_good_ones() {
    on_every_store(|stored| {
        let firm = firm(stored);
        let (before, balance) = (count(&firm), firm.sum(&BalanceQuery::account("1000")));
        for (n, (bad, code, words)) in bad_entries().into_iter().enumerate() {
            let code = format!("accounting.{code}");
            let alone = firm.refused(&format!("alone {n}"), &Post::new(bad.clone()));
            let said = alone.to_string();
            assert_eq!(alone.code(), code, "{said}");
            words.iter().for_each(|word| assert!(said.contains(word), "{word:?} in {said:?}"));

            let mut entries = vec![sale("2026-04-03", "1.00"); 20];
            entries[13] = bad.clone();
            let many = firm.refused(&format!("many {n}"), &PostMany::new(entries.clone()));
            assert_eq!(many.code(), code, "on {}", firm.name);
            assert_eq!(many.to_string(), format!("item 13 (counted from 0): {said}"));
            assert!(matches!(many, LedgerError::At { index: 13, .. }));
            assert_eq!(count(&firm), before, "nothing of the batch is stored");
        }
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), balance);
        // No number was used up by what was refused.
        assert_eq!(firm.post("next", sale("2026-04-03", "1.00")).number.number(), Some(2));
        firm.clean();
    });
}

#[test]
fn each_for_itself_the_bad_ones_alone_are_refused() {
    on_every_store(|stored| {
        let firm = firm(stored);
        let bad = bad_entries();
        let mixed = bad.iter().flat_map(|(bad, ..)| [sale("2026-04-03", "1.00"), bad.clone()]);
        let answer = firm.must("each", &PostEach::new(mixed.collect()));
        assert_eq!(answer.entries.len(), 2 * bad.len());
        for (pair, (_, code, words)) in answer.entries.chunks(2).zip(&bad) {
            assert!(pair[0].is_ok(), "{:?}", pair[0]);
            let refused = pair[1].as_ref().unwrap_err();
            assert_eq!(refused.code, format!("accounting.{code}"));
            words.iter().for_each(|word| assert!(refused.message.contains(word), "{refused}"));
        }
        let numbers: Vec<_> =
            answer.entries.iter().flatten().map(|posted| posted.number.number()).collect();
        let expected: Vec<_> = (2..).take(bad.len()).map(Some).collect();
        assert_eq!(numbers, expected, "no number is left out for what was refused");
        firm.clean();
    });
}

#[test]
fn one_bad_entry_in_a_large_batch() {
    one_bad_entry_among(100_000);
}

/// Takes a minute unoptimised: `cargo test --release -p fondaco-accounting --test ledger -- --ignored million`.
#[test]
#[ignore = "a million entries at once: for machines that do nothing else"]
fn one_bad_entry_in_a_million() {
    one_bad_entry_among(1_000_000);
}

fn one_bad_entry_among(many: usize) {
    let firm = firm(in_memory());
    let before = count(&firm);
    let bad = many - 2;
    let mut entries = vec![sale("2026-04-03", "1.00"); many];
    entries[bad] = sale("2026-02-03", "1.00");
    let refused = firm.refused("large", &PostMany::new(entries));
    let index = format!("item {bad} (counted from 0): ");
    assert_eq!(
        refused.to_string().strip_prefix(&index).unwrap_or_default(),
        "period 2026-02 is locked: date the entry in an open period, or unlock it"
    );
    assert_eq!(count(&firm), before);
    assert_eq!(firm.sum(&BalanceQuery::account("1000")), "7");
}

/// Amounts up to the last unit are good; sums that would go beyond it are refused by the account that they are of.
#[test]
fn at_the_edge_of_the_type() {
    let firm = firm(in_memory());
    let most = money("922337203685477.5807 CLF"); // four digits, as the type has
    let worth = eur("1");
    let edge = |account: &str| {
        NewEntry::new("GEN", d("2026-04-02"))
            .posting(NewPosting::debit(account, most).worth(worth))
            .posting(NewPosting::credit("3000", most).worth(worth))
    };
    firm.post("most", edge("1200"));
    let balance = &firm.balances(&BalanceQuery::account("1200"))[0];
    assert_eq!(balance.amounts.balance(balance.currency), most);
    let refused = firm.refused("more", &Post::new(edge("1200")));
    assert_eq!(refused.code(), "accounting.sum_too_large");
    assert!(
        refused.to_string().contains("1200") || refused.to_string().contains("3000"),
        "{refused}"
    );
    firm.clean();
}

/// No account asks for a dimension yet: what has none is posted, and what has one is found by it.
#[test]
fn no_dimension_is_required() {
    let firm = firm(in_memory());
    firm.post("none", sale("2026-04-03", "1.00"));
    let empty = NewPosting::debit("1000", eur("1.00")).dimension("", "x");
    let entry = NewEntry::new("GEN", d("2026-04-03")).posting(empty).credit("4000", eur("1.00"));
    assert_eq!(firm.refused_entry(entry), "accounting.bad_input");
    let blank = NewPosting::debit("1000", eur("1.00")).dimension("card", " 4711");
    let entry = NewEntry::new("GEN", d("2026-04-03")).posting(blank).credit("4000", eur("1.00"));
    assert_eq!(firm.refused_entry(entry), "accounting.bad_input");
}
