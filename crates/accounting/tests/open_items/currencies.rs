//! Clearing in a foreign currency, and one currency against another: the realised difference stays in sight.

use fondaco_accounting::close::Correct;
use fondaco_accounting::currency::SetExchangeAccounts;
use fondaco_accounting::ledger::*;

use crate::common::*;
use crate::firm::*;

/// An item of so much, worth so much, on the customers' account.
fn item(firm: &Firm, name: &str, date: &str, amount: &str, worth: &str) -> ItemKey {
    let (amount, worth) = (money(amount), money(worth));
    let (side, other) = match amount.is_negative() {
        true => (Side::Credit, Side::Debit),
        false => (Side::Debit, Side::Credit),
    };
    let posting = |account: &str, side| {
        let posting = NewPosting::new(account, side, amount.abs());
        if amount.currency() == worth.currency() { posting } else { posting.worth(worth.abs()) }
    };
    let entry = NewEntry::new("GEN", d(date))
        .posting(posting("1200", side))
        .posting(posting("4000", other));
    ItemKey::new(firm.post(name, entry).id, 1)
}

fn units(cents: i64) -> i64 {
    cents * 100
}

#[test]
fn rates_moved_between_invoice_and_payment() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        // Tryton's `fx_rate_change_on_payment`: 400 are worth 333.33 when they are billed, 363.64 when they are paid.
        let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
        let paid = item(&firm, "paid", "2026-02-05", "-400 USD", "-363.64 EUR");
        let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(cleared.difference.units(), units(-3031), "a gain of 30.31");
        assert_eq!(open(&firm, &customers()), " | 0.00 USD worth -30.31 EUR");
        assert_eq!(open_at(&firm, "2026-02-04"), "400.00 USD");
        for day in ["2026-01-05", "2026-02-04", "2026-02-05", "2026-12-31"] {
            adds_up(&firm, "1200", Some(day));
        }
        firm.clean();
        firm.at_minute(1);
        firm.must("undo", &Unclear::new(cleared.clearing).on(d("2026-03-01")));
        assert_eq!(open(&firm, &customers()), "400.00 USD, -400.00 USD");
        assert_eq!(open_at(&firm, "2026-02-28"), " | 0.00 USD worth -30.31 EUR");
        let known = customers().known_at(minute(0));
        assert_eq!(open(&firm, &known), " | 0.00 USD worth -30.31 EUR");
        adds_up(&firm, "1200", Some("2026-02-28"));
        adds_up(&firm, "1200", None);
        firm.clean();
    });
}

/// Each item of what is right clears what is open of its currency, at what that was worth; what the worths leave is realised.
#[test]
fn a_correction_of_several_items_in_another_currency() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        firm.must("differences", &SetExchangeAccounts::new("GEN", "5900", "5900"));
        let dollars = |account: &str, side, amount: &str, worth: &str| {
            NewPosting::new(account, side, usd(amount)).worth(eur(worth))
        };
        let bill = |items: [(&str, &str); 2], (all, worth): (&str, &str)| {
            let items = items.map(|(amount, worth)| dollars("1200", Side::Debit, amount, worth));
            let [one, other] = items;
            let sales = dollars("4000", Side::Credit, all, worth);
            NewEntry::new("GEN", d("2026-01-05")).posting(one).posting(other).posting(sales)
        };
        let wrong = bill([("100", "90"), ("50", "45")], ("150", "135"));
        let wrong = firm.post("bill", wrong).id;
        let paid = item(&firm, "paid", "2026-02-05", "-100 USD", "-80 EUR");
        firm.must("cleared", &Clear::new("1200").all(ItemKey::new(wrong, 1)).all(paid));
        let lost = || firm.sum(&BalanceQuery::account("5900"));
        assert_eq!((open(&firm, &customers()), lost()), ("50.00 USD".into(), "10".into()));
        let right = bill([("100", "85"), ("40", "34")], ("140", "119"));
        let right = firm.must("less", &Correct::new(wrong, right)).entry.id;
        assert_eq!((open(&firm, &customers()), lost()), ("40.00 USD".into(), "5".into()));
        adds_up(&firm, "1200", None);
        // The first item is left over by 10, which the second takes.
        let otherwise = bill([("90", "76.5"), ("60", "51")], ("150", "127.5"));
        firm.must("otherwise", &Correct::new(right, otherwise));
        assert_eq!((open(&firm, &customers()), lost()), ("50.00 USD".into(), "5".into()));
        adds_up(&firm, "1200", None);
        firm.clean();
    });
}

#[test]
fn parts_take_their_share_of_the_worth() {
    let firm = in_memory_by_items();
    let bill = item(&firm, "bill", "2026-01-05", "100 USD", "90 EUR");
    let mut differences = Vec::new();
    for (n, (part, worth)) in
        [("33.33", "31.00"), ("33.33", "30.00"), ("33.34", "29.00")].iter().enumerate()
    {
        let paid = item(
            &firm,
            &format!("paid {n}"),
            "2026-02-05",
            &format!("-{part} USD"),
            &format!("-{worth} EUR"),
        );
        let clear = Clear::new("1200").part(bill, usd(part)).all(paid);
        differences.push(firm.must(&format!("clear {n}"), &clear).difference.to_decimal());
        adds_up(&firm, "1200", None);
    }
    // 30.00, 30.00 and what is left of 90.00: 30.00.
    assert_eq!(differences, [dec("-1"), dec("0"), dec("1")]);
    assert!(found(&firm, &customers()).items.is_empty());
    firm.clean();
}

#[test]
fn dollars_are_cleared_against_euros() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let bill = item(&firm, "bill", "2026-01-05", "100 USD", "90 EUR");
        let paid = item(&firm, "paid", "2026-02-05", "-92 EUR", "-92 EUR");
        let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(cleared.difference.units(), units(-200));
        assert_eq!(
            open(&firm, &customers()),
            " | -92.00 EUR worth -92.00 EUR, 100.00 USD worth 90.00 EUR"
        );
        assert_eq!(found(&firm, &customers()).ledger_total(), eur("-2"));
        adds_up(&firm, "1200", None);
        firm.clean();
    });
}

/// What is over in one currency may be settled in it, and the rest in another, in one clearing.
#[test]
fn two_currencies_of_which_one_is_settled() {
    let firm = in_memory_by_items();
    let pounds = item(&firm, "pounds", "2026-01-05", "10 GBP", "12 EUR");
    let paid_pounds = item(&firm, "paid pounds", "2026-01-06", "-10 GBP", "-11 EUR");
    let dollars = item(&firm, "dollars", "2026-01-05", "100 USD", "90 EUR");
    let euros = item(&firm, "euros", "2026-01-07", "-50 EUR", "-50 EUR");
    let clear = Clear::new("1200").all(pounds).all(paid_pounds).part(dollars, usd("60")).all(euros);
    assert_eq!(firm.must("clear", &clear).difference.units(), units(100 + 400));
    adds_up(&firm, "1200", None);
    let left = found(&firm, &customers()).differences;
    let left: Vec<String> =
        left.iter().map(|left| format!("{} / {}", left.amount, left.ledger_amount)).collect();
    assert_eq!(left, ["-50.00 EUR / -50.00 EUR", "0.00 GBP / 1.00 EUR", "60.00 USD / 54.00 EUR"]);
    firm.clean();
}

/// How the next issue may post a difference: as worth alone, which is an item and can be cleared.
#[test]
fn worth_alone_is_an_item_too() {
    let firm = in_memory_by_items();
    let bill = item(&firm, "bill", "2026-01-05", "100 USD", "90 EUR");
    let paid = item(&firm, "paid", "2026-02-05", "-100 USD", "-92 EUR");
    let gain = NewEntry::new("GEN", d("2026-02-05"))
        .posting(NewPosting::debit("1200", usd("0")).worth(eur("2")))
        .credit("5900", eur("2"));
    let gain = ItemKey::new(firm.post("gain", gain).id, 1);
    let clear = Clear::new("1200").all(bill).all(paid).all(gain);
    assert_eq!(firm.must("clear", &clear).difference.units(), 0);
    assert_eq!(open(&firm, &customers()), "");
    assert_eq!(firm.sum(&BalanceQuery::account("1200")), "0");
    firm.clean();
}

#[test]
fn what_is_worth_nothing_stands_against_no_other_currency() {
    let firm = in_memory_by_items();
    let free = item(&firm, "free", "2026-01-05", "100 USD", "0 EUR");
    let euros = item(&firm, "euros", "2026-01-07", "-50 EUR", "-50 EUR");
    let error = firm.refused("worthless", &Clear::new("1200").all(free).all(euros));
    assert_eq!(error.code(), "accounting.item_without_worth");
    let back = item(&firm, "back", "2026-01-08", "-100 USD", "0 EUR");
    firm.must("in its own", &Clear::new("1200").all(free).all(back));
}
