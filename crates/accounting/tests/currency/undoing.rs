//! Undoing a clearing takes back what it posted, by a reversal; and nothing else takes it back.

use crate::common::*;
use crate::firm::*;

fn cleared(firm: &Firm) -> Cleared {
    let bill = item(firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
    let paid = item(firm, "paid", "2026-02-05", "-400 USD", "-363.64 EUR");
    firm.must("clear", &Clear::new("1200").all(bill).all(paid))
}

#[test]
fn from_its_own_day_it_is_as_if_it_never_had_been() {
    on_every_store(|firm| {
        let firm = named(firm);
        let cleared = cleared(&firm);
        firm.at_minute(1);
        firm.must("undo", &Unclear::new(cleared.clearing));
        for day in ["2026-02-05", "2026-12-31"] {
            let sum = |account: &str| firm.sum(&BalanceQuery::account(account).until(d(day)));
            assert_eq!((sum("4900"), sum("1200")), ("0".into(), "-30.31".into()), "{day}");
        }
        let open = open(&firm, "1200");
        let items: Vec<_> = open.items.iter().map(|item| (item.open, item.ledger_open)).collect();
        assert_eq!(items, [(usd("400"), eur("333.33")), (usd("-400"), eur("-363.64"))]);
        let realised = realised_of(&firm, cleared.clearing).expect("the history stays");
        let reversal =
            firm.view(|view| Ok(fondaco_core::Reading::peek::<Reversal>(view, &realised.entry)?));
        let reversal = reversal.expect("it was reversed");
        assert_eq!(
            lines(&firm, reversal.by),
            ["1200 0.00 USD worth -30.31", "4900 30.31 EUR worth 30.31"],
        );
        firm.clean();
    });
}

#[test]
fn from_a_later_day_it_stood_until_then() {
    let firm = named(in_memory());
    let cleared = cleared(&firm);
    firm.must("undo", &Unclear::new(cleared.clearing).on(d("2026-03-10")));
    let at = |day: &str, account: &str| firm.sum(&BalanceQuery::account(account).until(d(day)));
    assert_eq!((at("2026-03-09", "4900"), at("2026-03-10", "4900")), ("-30.31".into(), "0".into()));
    let open = |day: &str| {
        let query = OpenItemQuery::account("1200").at(d(day));
        let open = firm.view(|view| open_items(view, &query));
        (open.items.len(), open.differences.len(), open.ledger_total())
    };
    assert_eq!(open("2026-02-04"), (1, 0, eur("333.33")));
    assert_eq!(open("2026-03-09"), (0, 0, eur("0")));
    assert_eq!(open("2026-03-10"), (2, 0, eur("-30.31")));
    firm.clean();
}

#[test]
fn its_entry_is_not_reversed_by_itself() {
    on_every_store(|firm| {
        let firm = named(firm);
        let cleared = cleared(&firm);
        let entry = realised_of(&firm, cleared.clearing).unwrap().entry;
        let error = firm.refused("reverse", &Reverse::new(entry, d("2026-03-01")));
        assert_eq!(error.code(), "accounting.entry_of_clearing");
        assert!(error.to_string().contains(&cleared.clearing.to_string()), "{error}");
        // Nor by the clock: it can't be planned, which the clock would refuse for ever.
        let planned = firm.refused("plan", &PlanReversal::new(entry, d("2026-03-01")));
        assert_eq!(planned.code(), "accounting.entry_of_clearing");
        firm.must("undo", &Unclear::new(cleared.clearing));
        assert_eq!(balance(&firm, "4900"), "0");
        // Nor is that taken back by hand: the clearing is undone.
        let back = firm.view(|view| Ok(fondaco_core::Reading::peek::<Reversal>(view, &entry)?));
        let again = Reverse::new(back.unwrap().by, d("2026-03-02"));
        assert_eq!(firm.refused("back", &again).code(), "accounting.entry_of_clearing");
        firm.clean();
    });
}

#[test]
fn in_a_locked_period_it_is_undone_from_an_open_day() {
    let firm = named(in_memory());
    let cleared = cleared(&firm);
    firm.must("lock", &LockPeriod::new(202_602));
    let error = firm.refused("undo", &Unclear::new(cleared.clearing));
    assert_eq!(error.code(), "accounting.period_locked");
    assert_eq!(balance(&firm, "4900"), "-30.31");
    firm.must("undo in March", &Unclear::new(cleared.clearing).on(d("2026-03-01")));
    assert_eq!(balance(&firm, "4900"), "0");
    firm.clean();
}

#[test]
fn what_closes_a_year_is_not_planned_to_be_reversed() {
    use fondaco_accounting::close::{CloseYear, SetClosing};
    let firm = named(in_memory());
    item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
    firm.must("closing", &SetClosing::new("3000", "GEN"));
    let closed = firm.must("close", &CloseYear::new(2026).early()).entries[0];
    let error = firm.refused("plan", &PlanReversal::new(closed.id, d("2027-01-01")));
    assert_eq!(error.code(), "accounting.closing_entry");
}

/// A bill that is reversed after it was paid in part: what is open of it is cleared against its mirror, and the part that was
/// paid, with what it realised, stays.
#[test]
fn reversing_the_bill_leaves_what_was_realised() {
    let firm = named(in_memory());
    let bill = item(&firm, "bill", "2026-01-05", "400 USD", "333.33 EUR");
    let paid = item(&firm, "paid", "2026-02-05", "-100 USD", "-90.91 EUR");
    firm.must("clear", &Clear::new("1200").part(bill, usd("100")).all(paid));
    firm.must("reverse", &Reverse::new(bill.entry, d("2026-02-10")));
    assert_eq!(balance(&firm, "4900"), "-7.58", "83.33 for 90.91");
    let open = open(&firm, "1200");
    let left: Vec<_> = open.items.iter().map(|item| (item.open, item.ledger_open)).collect();
    assert_eq!(left, [(usd("-100"), eur("-83.33"))]);
    firm.clean();
}
