//! Reversing entries whose postings are items.

use fondaco_accounting::ledger::*;
use fondaco_core::Id;

use crate::common::*;
use crate::firm::*;

fn events(firm: &Firm) -> Vec<String> {
    let feed = firm.books.driver().feed(0, usize::MAX).unwrap();
    feed.last().unwrap().events.iter().map(|event| event.name.to_string()).collect()
}

#[test]
fn an_open_item_is_cleared_by_its_reversal() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
        firm.must("reverse", &Reverse::new(bill.entry, d("2026-01-10")));
        assert_eq!(events(&firm), ["ledger.posted", "ledger.reversed", "ledger.cleared"]);
        assert_eq!(open(&firm, &customers()), "");
        assert_eq!(open_at(&firm, "2026-01-09"), "50.00 EUR");
        let history = firm.view(|view| clearings_of(view, bill));
        assert_eq!(history[0].clearing.date, d("2026-01-10"));
        firm.clean();
    });
}

#[test]
fn what_was_cleared_before_stays_so_and_the_reversal_is_open() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let part = paid(&firm, "paid", "2026-01-06", "20.00 EUR");
    firm.must("clear", &Clear::new("1200").part(bill, eur("20")).all(part));
    firm.must("reverse", &Reverse::new(bill.entry, d("2026-01-10")));
    let names = events(&firm);
    assert_eq!(names.last().map(String::as_str), Some("ledger.reversed_cleared_items"));
    // The credit that the customer has: what they paid for what was taken back.
    assert_eq!(open(&firm, &customers()), "-20.00 EUR");
    firm.clean();
    let whole = invoiced(&firm, "whole", "2026-02-05", "30.00 EUR");
    let all = paid(&firm, "all", "2026-02-06", "30.00 EUR");
    firm.must("clear all", &Clear::new("1200").all(whole).all(all));
    firm.must("reverse all", &Reverse::new(whole.entry, d("2026-02-10")));
    assert_eq!(open(&firm, &customers()), "-20.00 EUR, -30.00 EUR");
    firm.clean();
}

#[test]
fn worths_are_taken_back_as_they_are() {
    let firm = in_memory_by_items();
    let posting = |amount: &str| NewPosting::debit("1200", usd(amount)).rate(dec("0.9137"));
    let entry = NewEntry::new("GEN", d("2026-01-05"))
        .posting(posting("10.01"))
        .posting(posting("33.33"))
        .posting(NewPosting::credit("4000", usd("43.34")).rate(dec("0.9137")));
    let entry: Id<Entry> = firm.post("bill", entry).id;
    let back = NewPosting::credit("1200", usd("3.33")).worth(eur("3.00"));
    let back = NewEntry::new("GEN", d("2026-01-06"))
        .posting(NewPosting::debit("1000", usd("3.33")).worth(eur("3.00")))
        .posting(back);
    let back = ItemKey::new(firm.post("back", back).id, 2);
    firm.must("part", &Clear::new("1200").part(ItemKey::new(entry, 2), usd("3.33")).all(back));
    firm.must("reverse", &Reverse::new(entry, d("2026-01-10")));
    let left = found(&firm, &customers());
    assert_eq!((left.items.len(), left.items[0].open), (1, usd("-3.33")));
    adds_up(&firm, "1200", None);
    firm.clean();
}

/// An accrual on such an account is taken back by the clock, and leaves nothing open.
#[test]
fn what_reverses_itself_is_cleared_by_the_clock() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let accrual = NewEntry::new("GEN", d("2026-05-31"))
            .debit("5000", eur("80"))
            .credit("2000", eur("80"));
        firm.must("accrue", &PostReversing::new(accrual));
        let suppliers = OpenItemQuery::account("2000");
        assert_eq!(open(&firm, &suppliers), "-80.00 EUR");
        firm.tick("2026-06-01");
        assert_eq!(open(&firm, &suppliers), "");
        assert_eq!(open(&firm, &suppliers.at(d("2026-05-31"))), "-80.00 EUR");
        firm.clean();
    });
}
