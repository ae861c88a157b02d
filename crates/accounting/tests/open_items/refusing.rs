//! Every refusal about open items, with its words, its code and what the caller can do about it.

use fondaco_accounting::ledger::*;
use fondaco_core::ErrorKind::{Conflict, Invalid, NotFound, Refused};
use fondaco_core::{Act, ErrorKind, Id};

use crate::common::*;
use crate::firm::*;

fn says<C: Act<Error = LedgerError>>(
    firm: &Firm,
    command: &C,
    (code, kind): (&str, ErrorKind),
    words: &str,
) {
    let before = firm.books.driver().feed(0, usize::MAX).unwrap().len();
    let error = firm.refused(words, command);
    assert_eq!(error.to_string(), words);
    assert_eq!((error.code(), error.kind()), (code, kind), "{words}");
    assert_eq!(firm.books.driver().feed(0, usize::MAX).unwrap().len(), before, "{words}");
}

#[test]
fn accounts_and_items() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let cheque = paid(&firm, "paid", "2026-01-06", "50.00 EUR");
    let clear = |account: &str| Clear::new(account).all(bill).all(cheque);
    let words = "there is no account 9: open it first, or correct the code";
    says(&firm, &clear("9"), ("accounting.unknown_account", NotFound), words);
    let words = "account 1000 is not kept by open items: mark it by ChangeAccount::open_items first, or name another account";
    says(&firm, &clear("1000"), ("accounting.not_kept_by_items", Refused), words);
    let words = format!(
        "item 0 (counted from 0): item line 1 of entry {} is on account 1200, not on 2000: clear items of one account",
        bill.entry
    );
    says(&firm, &clear("2000"), ("accounting.item_of_other_account", Invalid), &words);
    let unknown = ItemKey::new(Id::from_u128(7), 3);
    let words = "item 1 (counted from 0): there is no item line 3 of entry 00000000-0000-0000-0000-000000000007: \
                 name a posting of an account that is kept by open items";
    says(
        &firm,
        &Clear::new("1200").all(bill).all(unknown),
        ("accounting.unknown_item", NotFound),
        words,
    );
    let other_line = ItemKey::new(bill.entry, 2);
    let error = firm.refused("4000", &Clear::new("1200").all(bill).all(other_line));
    assert_eq!(error.code(), "accounting.unknown_item", "4000 has no items");
    let words = format!(
        "item 1 (counted from 0): item line 1 of entry {} is named twice: name it once, with all that is to be taken of it",
        bill.entry
    );
    says(
        &firm,
        &Clear::new("1200").all(bill).all(bill),
        ("accounting.item_twice", Invalid),
        &words,
    );
    let words = "lines: a clearing has at least two items, this one has 1";
    says(&firm, &Clear::new("1200").all(bill), ("accounting.bad_input", Invalid), words);
    firm.must("keep", &ChangeAccount::control("1200", Some("receivable".into())));
    let words =
        "account 1200 is kept by receivable alone: use a command of receivable, or another account";
    says(&firm, &clear("1200"), ("accounting.control_account", Refused), words);
}

#[test]
fn parts() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let cheque = paid(&firm, "paid", "2026-01-06", "50.00 EUR");
    let part = |amount: &str| Clear::new("1200").part(bill, money(amount)).all(cheque);
    let of = format!("item line 1 of entry {}", bill.entry);
    let words = format!(
        "item 0 (counted from 0): 50.01 EUR of {of} can't be cleared: 50.00 EUR is open; take so much at most"
    );
    says(&firm, &part("50.01 EUR"), ("accounting.over_cleared", Conflict), &words);
    for (amount, why) in [
        ("-50.00 EUR", "a part has its item's sign: positive of a debit, negative of a credit"),
        ("0.00 EUR", "leave the amount out to clear all that is open"),
        ("50.00 USD", "give it in the item's currency"),
        ("0.001 EUR", "give no more digits than the currency has"),
    ] {
        let amount_shown = money(amount);
        let words = format!(
            "item 0 (counted from 0): {amount_shown} is no part of {of}, of which 50.00 EUR is open: {why}"
        );
        says(&firm, &part(amount), ("accounting.no_part_of_item", Invalid), &words);
    }
    let words = "the items don't clear one another: -10.00 EUR is left; take less of one side, or more of the other";
    says(&firm, &part("40.00 EUR"), ("accounting.clearing_unbalanced", Invalid), words);
    let second = invoiced(&firm, "second", "2026-01-07", "5.00 EUR");
    let words =
        "the items don't clear one another: 55.00 EUR is left; name at least one item of each side";
    let one_side = Clear::new("1200").all(bill).all(second);
    says(&firm, &one_side, ("accounting.clearing_unbalanced", Invalid), words);
    firm.must("clear", &part("50.00 EUR"));
    let words = format!(
        "item 0 (counted from 0): {of} of 50.00 EUR is cleared already: leave it out, or undo what cleared it first"
    );
    says(&firm, &part("50.00 EUR"), ("accounting.item_cleared", Conflict), &words);
}

#[test]
fn two_currencies_that_are_over_on_one_side() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let dollars = NewPosting::debit("1200", usd("10")).worth(eur("9"));
    let dollars = NewEntry::new("GEN", d("2026-01-05"))
        .posting(dollars)
        .posting(NewPosting::credit("4000", usd("10")).worth(eur("9")));
    let dollars = ItemKey::new(firm.post("dollars", dollars).id, 1);
    let cheque = paid(&firm, "paid", "2026-01-06", "20.00 EUR");
    let words = "the items don't clear one another: 30.00 EUR is left; add items of the other side";
    let clear = Clear::new("1200").all(bill).all(dollars).all(cheque);
    says(&firm, &clear, ("accounting.clearing_unbalanced", Invalid), words);
}

#[test]
fn days() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let cheque = paid(&firm, "paid", "2026-02-06", "50.00 EUR");
    let clear = Clear::new("1200").all(bill).all(cheque);
    let words = format!(
        "item line 2 of entry {} can be cleared from 2026-02-06 on, not on 2026-02-05: give that day or a later one",
        cheque.entry
    );
    let early = clear.clone().on(d("2026-02-05"));
    says(&firm, &early, ("accounting.cleared_too_early", Invalid), &words);
    firm.must("lock", &LockPeriod { period: 202_602 });
    let words = "period 2026-02 is locked: date the entry in an open period, or unlock it";
    says(&firm, &clear, ("accounting.period_locked", Refused), words);
    let words = "no fiscal period holds 2027-01-01: open the fiscal year first";
    says(&firm, &clear.clone().on(d("2027-01-01")), ("accounting.no_period", NotFound), words);
    let cleared = firm.must("in March", &clear.on(d("2026-03-01")));
    let words = "date: 2026-02-28 is before the clearing, which is of 2026-03-01";
    let early = Unclear::new(cleared.clearing).on(d("2026-02-28"));
    says(&firm, &early, ("accounting.bad_input", Invalid), words);
    firm.must("lock March", &LockPeriod { period: 202_603 });
    let words = "period 2026-03 is locked: date the entry in an open period, or unlock it";
    says(&firm, &Unclear::new(cleared.clearing), ("accounting.period_locked", Refused), words);
    firm.must("undo", &Unclear::new(cleared.clearing).on(d("2026-04-01")));
    let words = format!("clearing {} was undone already, from 2026-04-01 on", cleared.clearing);
    says(
        &firm,
        &Unclear::new(cleared.clearing),
        ("accounting.already_uncleared", Conflict),
        &words,
    );
    let words = "there is no clearing 00000000-0000-0000-0000-000000000007: correct its id";
    says(&firm, &Unclear::new(Id::from_u128(7)), ("accounting.unknown_clearing", NotFound), words);
}

#[test]
fn parties_and_texts() {
    let firm = in_memory_by_items();
    let ada = firm.post("ada", invoice("2026-01-05", "5.00 EUR").party(party("ada")));
    let ben = firm.post("ben", payment("2026-01-05", "5.00 EUR").party(party("ben")));
    let (ada, ben) = (ItemKey::new(ada.id, 1), ItemKey::new(ben.id, 2));
    let words = format!(
        "item line 2 of entry {} is of party {}, another of {}: clear them apart, or across parties if that is meant",
        ben.entry,
        party("ben"),
        party("ada")
    );
    let clear = Clear::new("1200").all(ada).all(ben);
    says(&firm, &clear, ("accounting.item_of_other_party", Refused), &words);
    let nul = clear.across_parties().text("a\0b");
    assert_eq!(firm.refused("nul", &nul).code(), "accounting.bad_input");
}

#[test]
fn postings_that_pay_nothing_there_is() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let pays = |pays| PostClearing::new(payment("2026-01-31", "50.00 EUR")).pays(pays);
    let words = "item 0 (counted from 0): line: the entry has no line 3: they count from 1";
    says(&firm, &pays(Pays::new(3).all(bill)), ("accounting.bad_input", Invalid), words);
    says(
        &firm,
        &pays(Pays::new(0).all(bill)),
        ("accounting.bad_input", Invalid),
        "item 0 (counted from 0): line: the entry has no line 0: they count from 1",
    );
    let on_bank = firm.refused("on the bank", &pays(Pays::new(1).all(bill)));
    assert_eq!(on_bank.code(), "accounting.not_kept_by_items");
    let nothing = firm.refused("nothing", &pays(Pays::new(2)));
    assert_eq!(nothing.code(), "accounting.bad_input");
    let twice = PostClearing::new(payment("2026-01-31", "50.00 EUR"))
        .pays(Pays::new(2).all(bill))
        .pays(Pays::new(2).all(bill));
    assert_eq!(firm.refused("twice", &twice).code(), "accounting.item_cleared");
    // Nothing of all that was posted.
    assert_eq!(open(&firm, &customers()), "50.00 EUR");
}

#[test]
fn what_can_be_asked() {
    let firm = in_memory_by_items();
    let ask = |query: OpenItemQuery| firm.books.open_items(&query).unwrap_err();
    assert_eq!(ask(OpenItemQuery::account("9")).code(), "accounting.unknown_account");
    assert_eq!(ask(OpenItemQuery::account("1000")).code(), "accounting.not_kept_by_items");
    let error = firm.books.clearings_of(ItemKey::new(Id::from_u128(7), 1)).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("accounting.unknown_item", NotFound));
}
