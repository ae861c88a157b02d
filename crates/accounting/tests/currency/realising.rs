//! What a clearing leaves is posted in its commit, and nothing of it stays on the account.

use crate::common::*;
use crate::firm::*;

fn commits(firm: &Firm) -> usize {
    firm.books.driver().feed(0, 1000).unwrap().len()
}

#[test]
fn rates_moved_between_invoice_and_payment() {
    on_every_store(|firm| {
        let firm = named(firm);
        // Tryton's `fx_rate_change_on_payment`: 400 are worth 333.33 when they are billed, 363.64 when they are paid.
        let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
        let paid = item(&firm, "paid", "2026-02-05", "-400 USD", "-363.64 EUR");
        let before = commits(&firm);
        let clear = Clear::new("1200").all(bill).all(paid);
        let cleared = firm.must("clear", &clear);
        assert_eq!(commits(&firm), before + 1, "one commit on {}", firm.name);
        assert_eq!(cleared.difference.to_decimal(), dec("-30.31"));
        assert_eq!((balance(&firm, "1200"), balance(&firm, "4900")), ("0".into(), "-30.31".into()));
        assert!(open(&firm, "1200").items.is_empty() && open(&firm, "1200").differences.is_empty());
        let realised = realised_of(&firm, cleared.clearing).unwrap();
        assert_eq!(
            lines(&firm, realised.entry),
            ["1200 0.00 USD worth 30.31", "4900 -30.31 EUR worth -30.31"],
            "on {}",
            firm.name
        );
        let back = firm.view(|view| realised_by(view, realised.entry)).unwrap();
        assert_eq!((back.clearing, back.date), (cleared.clearing, d("2026-02-05")));
        let again = firm.must_done("clear", &clear);
        assert!(again.replayed && again.answer == cleared);
        assert_eq!(balance(&firm, "4900"), "-30.31", "not twice");
        firm.clean();
    });
}

#[test]
fn a_supplier_s_bill_became_dearer() {
    let firm = named(in_memory());
    let bill = item_on(&firm, "2000", "bill", "2026-01-05", "-400 USD", "-333.33 EUR");
    let paid = item_on(&firm, "2000", "paid", "2026-02-05", "400 USD", "363.64 EUR");
    firm.must("clear", &Clear::new("2000").all(bill).all(paid));
    assert_eq!((balance(&firm, "2000"), balance(&firm, "5900")), ("0".into(), "30.31".into()));
    firm.clean();
}

/// However an item is paid in parts, the last one leaves nothing behind, not a cent of rounding.
#[test]
fn parts_leave_no_residue() {
    on_every_store(|firm| {
        let firm = named(firm);
        let bill = item(&firm, "bill", "2026-01-05", "100 USD", "91.37 EUR");
        let parts = [("33.33", "31.02"), ("33.33", "30.48"), ("33.34", "29.99")];
        let mut differences = Vec::new();
        for (n, (part, worth)) in parts.iter().enumerate() {
            let (amount, worth) = (format!("-{part} USD"), format!("-{worth} EUR"));
            let paid = item(&firm, &format!("paid {n}"), "2026-02-05", &amount, &worth);
            let clear = Clear::new("1200").part(bill, usd(part)).all(paid);
            differences.push(firm.must(&format!("clear {n}"), &clear).difference.to_decimal());
            let open = open(&firm, "1200");
            assert!(open.differences.is_empty(), "{n} on {}", firm.name);
            assert!(open.items.iter().all(|item| item.key == bill), "{n} on {}", firm.name);
        }
        // A third of 91.37 each, by what is open: 30.45, 30.46 and the 30.46 that are left.
        assert_eq!(differences, [dec("-0.57"), dec("-0.02"), dec("0.47")]);
        assert!(open(&firm, "1200").items.is_empty(), "on {}", firm.name);
        assert_eq!(balance(&firm, "1200"), "0");
        assert_eq!(
            (balance(&firm, "4900"), balance(&firm, "5900")),
            ("-0.59".into(), "0.47".into())
        );
        firm.clean();
    });
}

#[test]
fn a_payment_that_names_what_it_pays_realises_in_its_own_commit() {
    on_every_store(|firm| {
        let firm = named(firm);
        let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
        let before = commits(&firm);
        let entry = NewEntry::new("GEN", d("2026-02-05"))
            .posting(NewPosting::debit("1010", usd("250")).worth(eur("220")))
            .posting(NewPosting::credit("1200", usd("250")).worth(eur("220")));
        let pays = PostClearing::new(entry).pays(Pays::new(2).part(bill, usd("250")));
        let paid = firm.must("paid", &pays);
        assert_eq!(commits(&firm), before + 1);
        // 250 of 400 are worth 208.33 of 333.33.
        assert_eq!(paid.clearings[0].difference.to_decimal(), dec("-11.67"));
        assert_eq!(balance(&firm, "1200"), "125");
        let open = open(&firm, "1200");
        assert_eq!((open.items[0].open, open.items[0].ledger_open), (usd("150"), eur("125")));
        firm.clean();
    });
}

/// Dollars against euros: what was cleared of each is converted, and what that realised goes to exchange.
#[test]
fn an_item_in_another_currency() {
    on_every_store(|firm| {
        let firm = named(firm);
        let bill = item(&firm, "bill", "2026-01-05", "100 USD", "90 EUR");
        let paid = item(&firm, "paid", "2026-02-05", "-92 EUR", "-92 EUR");
        let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
        assert_eq!(cleared.difference.to_decimal(), dec("-2"));
        let realised = realised_of(&firm, cleared.clearing).unwrap();
        assert_eq!(
            lines(&firm, realised.entry),
            ["1200 92.00 EUR worth 92", "1200 -100.00 USD worth -90", "4900 -2.00 EUR worth -2"],
        );
        let rows = firm.balances(&BalanceQuery::account("1200"));
        assert!(rows.iter().all(|row| row.amounts.is_zero()), "in each currency: {rows:?}");
        assert!(open(&firm, "1200").items.is_empty());
        firm.clean();
    });
}

/// What is settled in one currency is realised in it; what stands against another currency together.
#[test]
fn three_currencies_in_one_clearing() {
    let firm = named(in_memory());
    let pounds = SetExchangeAccounts::new("INV", "5100", "5100").of_currency(Currency::GBP);
    firm.must("pounds go to rent", &pounds);
    let bill = item(&firm, "pounds", "2026-01-05", "10 GBP", "12 EUR");
    let paid = item(&firm, "paid pounds", "2026-01-06", "-10 GBP", "-11 EUR");
    let dollars = item(&firm, "dollars", "2026-01-05", "100 USD", "90 EUR");
    let euros = item(&firm, "euros", "2026-01-07", "-50 EUR", "-50 EUR");
    let clear = Clear::new("1200").all(bill).all(paid).part(dollars, usd("60")).all(euros);
    let cleared = firm.must("clear", &clear);
    assert_eq!(cleared.difference.to_decimal(), dec("5"));
    assert_eq!((balance(&firm, "5100"), balance(&firm, "5900")), ("1".into(), "4".into()));
    let left = &open(&firm, "1200").items;
    assert_eq!((left.len(), left[0].open, left[0].ledger_open), (1, usd("40"), eur("36")));
    firm.clean();
}

/// Rates so odd that what is over in dollars is worth less than nothing: two lines take it off the account.
#[test]
fn amount_and_worth_on_different_sides() {
    let firm = named(in_memory());
    let bill = item(&firm, "bill", "2026-01-05", "100 USD", "90 EUR");
    let back = item(&firm, "back", "2026-01-05", "-40 USD", "-100 EUR");
    let euros = item(&firm, "euros", "2026-01-07", "-50 EUR", "-50 EUR");
    let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(back).all(euros));
    assert_eq!(cleared.difference.to_decimal(), dec("-60"));
    assert_eq!((balance(&firm, "1200"), balance(&firm, "4900")), ("0".into(), "-60".into()));
    let rows = firm.balances(&BalanceQuery::account("1200"));
    assert!(rows.iter().all(|row| row.amounts.is_zero()), "in each currency: {rows:?}");
    firm.clean();
}

#[test]
fn the_same_worth_posts_nothing() {
    let firm = named(in_memory());
    let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
    let paid = item(&firm, "paid", "2026-02-05", "-400 USD", "-333.33 EUR");
    let before = firm.entries().len();
    let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(paid));
    assert_eq!((firm.entries().len(), realised_of(&firm, cleared.clearing)), (before, None));
}

/// Books that name no accounts go on as they did: what is left stands beside the items. It is posted once the clearing is
/// undone, from whatever day, and made again.
#[test]
fn without_accounts_it_stays_beside_the_items() {
    let firm = with_items(in_memory());
    let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
    let paid = item(&firm, "paid", "2026-02-05", "-400 USD", "-363.64 EUR");
    let clear = Clear::new("1200").all(bill).all(paid);
    let cleared = firm.must("clear", &clear);
    assert_eq!(open(&firm, "1200").differences.len(), 1);
    firm.must("differences", &SetExchangeAccounts::new("GEN", "4900", "5900"));
    firm.must("lock", &LockPeriod::new(202_602));
    firm.must("undo", &Unclear::new(cleared.clearing).on(d("2026-03-01")));
    firm.must("again", &clear);
    assert!(open(&firm, "1200").differences.is_empty());
    assert_eq!(firm.sum(&BalanceQuery::account("4900").until(d("2026-02-28"))), "0");
    assert_eq!(balance(&firm, "4900"), "-30.31");
    firm.clean();
}

/// What stands in the way of posting the difference stands in the way of the clearing.
#[test]
fn where_it_can_t_be_posted_nothing_is_cleared() {
    on_every_store(|firm| {
        let firm = named(firm);
        let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
        let paid = item(&firm, "paid", "2026-02-05", "-400 USD", "-363.64 EUR");
        firm.must("close", &CloseAccount::new("4900", d("2026-01-31")));
        let clear = Clear::new("1200").all(bill).all(paid);
        let before = commits(&firm);
        let error = firm.refused("clear", &clear);
        assert_eq!(
            error.to_string(),
            "account 4900 is not open on 2026-02-05: it is open ../2026-01-31"
        );
        assert_eq!((commits(&firm), open(&firm, "1200").items.len()), (before, 2));
        firm.must("other account", &SetExchangeAccounts::new("GEN", "5900", "5900"));
        firm.must("clear now", &clear);
        firm.clean();
    });
}

/// Two who clear the same bill at once: one wins, and its difference is posted once.
#[test]
fn of_two_who_clear_at_once_one_realises() {
    for (name, store) in stores() {
        let firm = named(Firm::on(name, store));
        let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
        let cheque = |n| item(&firm, &format!("paid {n}"), "2026-02-05", "-400 USD", "-363.64 EUR");
        let clears: Vec<Clear> =
            (0..4).map(|n| Clear::new("1200").all(bill).all(cheque(n))).collect();
        let won: usize = std::thread::scope(|scope| {
            let send = |(n, clear)| {
                let books = firm.books.clone();
                scope.spawn(move || books.send(&format!("clear {n}"), clear).is_ok())
            };
            let threads: Vec<_> = clears.iter().enumerate().map(send).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|won| *won).count()
        });
        assert_eq!((won, balance(&firm, "4900")), (1, "-30.31".to_owned()), "on {name}");
        firm.clean();
    }
}
