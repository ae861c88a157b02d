//! Clearing in one currency: in full, in part, while posting, and undone again.

use fondaco_accounting::ledger::*;

use crate::common::*;
use crate::firm::*;

#[test]
fn an_invoice_is_paid_in_two_parts() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let bill = invoiced(&firm, "bill", "2026-01-05", "119.00 EUR");
        let first = paid(&firm, "first", "2026-01-20", "100.00 EUR");
        assert_eq!(open(&firm, &customers()), "119.00 EUR, -100.00 EUR");
        firm.must("half", &Clear::new("1200").part(bill, eur("100")).all(first).text("first part"));
        assert_eq!(open(&firm, &customers()), "19.00 EUR");
        let rest = paid(&firm, "rest", "2026-02-03", "19.00 EUR");
        let cleared = firm.must("rest is paid", &Clear::new("1200").all(rest).all(bill));
        assert_eq!(cleared.difference.units(), 0);
        assert_eq!(open(&firm, &customers()), "");
        for (day, stood) in [
            ("2026-01-04", ""),
            ("2026-01-05", "119.00 EUR"),
            ("2026-01-19", "119.00 EUR"),
            ("2026-01-20", "19.00 EUR"),
            ("2026-02-02", "19.00 EUR"),
            ("2026-02-03", ""),
        ] {
            assert_eq!(open_at(&firm, day), stood, "on {day}, on {}", firm.name);
            adds_up(&firm, "1200", Some(day));
        }
        let history = firm.view(|view| clearings_of(view, bill));
        let parts: Vec<String> = history.iter().map(|part| part.amount.to_string()).collect();
        assert_eq!(parts, ["100.00 EUR", "19.00 EUR"]);
        let first = &history[0].clearing;
        assert_eq!((first.lines, first.text.as_deref()), (2, Some("first part")));
        assert_eq!((first.actor.as_str(), first.date), ("host", d("2026-01-20")));
        firm.clean();
    });
}

#[test]
fn one_payment_clears_many_invoices_while_it_is_posted() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let bills: Vec<ItemKey> = (1..=5)
            .map(|n| invoiced(&firm, &format!("bill {n}"), &format!("2026-01-0{n}"), "10.00 EUR"))
            .collect();
        let pays = bills.iter().take(4).fold(Pays::new(2), |pays, bill| pays.all(*bill));
        let pays = pays.part(bills[4], eur("5"));
        let command = PostClearing::new(payment("2026-01-31", "50.00 EUR")).pays(pays);
        let done = firm.must_done("paid", &command);
        assert!(firm.must_done("paid", &command).replayed);
        assert_eq!(done.answer.clearings.len(), 1);
        // Five too many: they stay open, as what the payment has left.
        assert_eq!(open(&firm, &customers()), "5.00 EUR, -5.00 EUR");
        adds_up(&firm, "1200", None);
        let history = firm.view(|view| clearings_of(view, bills[0]));
        assert_eq!(history[0].clearing.lines, 6);
        assert_eq!(history[0].clearing.id, done.answer.clearings[0].clearing);
        firm.clean();
    });
}

/// An entry whose two lines are both items: each pays its own.
#[test]
fn several_postings_of_an_entry_clear() {
    let firm = in_memory_by_items();
    let a = invoiced(&firm, "a", "2026-01-05", "30.00 EUR");
    let bill =
        NewEntry::new("GEN", d("2026-01-06")).debit("5000", eur("20")).credit("2000", eur("20"));
    let bill = ItemKey::new(firm.post("bill", bill).id, 2);
    // What we owe is set off against what is owed to us.
    let off =
        NewEntry::new("GEN", d("2026-01-10")).debit("2000", eur("20")).credit("1200", eur("20"));
    let off =
        PostClearing::new(off).pays(Pays::new(1).all(bill)).pays(Pays::new(2).part(a, eur("20")));
    assert_eq!(firm.must("set off", &off).clearings.len(), 2);
    assert_eq!(open(&firm, &customers()), "10.00 EUR");
    assert_eq!(open(&firm, &OpenItemQuery::account("2000")), "");
    firm.clean();
}

#[test]
fn a_posting_may_put_a_part_of_itself_into_what_it_pays() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "30.00 EUR");
    let pays = Pays::new(2).part(bill, eur("12")).with(eur("-12"));
    firm.must("paid", &PostClearing::new(payment("2026-01-31", "50.00 EUR")).pays(pays));
    assert_eq!(open(&firm, &customers()), "18.00 EUR, -38.00 EUR");
    let pays = Pays::new(2).part(bill, eur("12")).with(eur("-11"));
    let command = PostClearing::new(payment("2026-01-31", "50.00 EUR")).pays(pays);
    assert_eq!(firm.refused("unequal", &command).code(), "accounting.clearing_unbalanced");
    firm.clean();
}

#[test]
fn what_was_undone_is_open_from_a_day_on() {
    on_every_store(|firm| {
        let firm = by_items(firm);
        let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
        let cheque = paid(&firm, "cheque", "2026-01-20", "50.00 EUR");
        let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(cheque));
        firm.at_minute(1);
        let bounced = Unclear::new(cleared.clearing).on(d("2026-02-10")).why("no funds");
        firm.must("bounced", &bounced);
        for (day, stood) in [
            ("2026-01-19", "50.00 EUR"),
            ("2026-01-20", ""),
            ("2026-02-09", ""),
            ("2026-02-10", "50.00 EUR, -50.00 EUR"),
        ] {
            assert_eq!(open_at(&firm, day), stood, "on {day}, on {}", firm.name);
            adds_up(&firm, "1200", Some(day));
        }
        // Before it was known, it was cleared for good.
        let then = customers().known_at(minute(0));
        assert_eq!(open(&firm, &then.clone().at(d("2026-12-31"))), "");
        assert_eq!(open(&firm, &then.at(d("2026-01-10"))), "50.00 EUR");
        // It is cleared again, but not while it was cleared.
        let again = Clear::new("1200").all(bill).all(cheque);
        let early = firm.refused("too early", &again.clone().on(d("2026-02-09")));
        assert_eq!(early.code(), "accounting.cleared_too_early");
        firm.must("again", &again);
        let history = firm.view(|view| clearings_of(view, bill));
        assert_eq!(history.len(), 2);
        let undone = history[0].undone.as_ref().unwrap();
        assert_eq!((undone.why.as_deref(), undone.actor.as_str()), (Some("no funds"), "host"));
        assert_eq!((undone.recorded_at, undone.date), (minute(1), d("2026-02-10")));
        assert_eq!((history[1].clearing.date, &history[1].undone), (d("2026-02-10"), &None));
        assert_eq!(open_at(&firm, "2026-02-10"), "");
        firm.clean();
    });
}

#[test]
fn what_is_undone_on_its_own_day_never_was() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let other = paid(&firm, "paid", "2026-01-20", "50.00 EUR");
    let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(other).on(d("2026-03-01")));
    firm.must("wrong", &Unclear::new(cleared.clearing));
    assert_eq!(open_at(&firm, "2026-12-31"), "50.00 EUR, -50.00 EUR");
    // It can be cleared on an earlier day than the clearing that never was.
    firm.must("right", &Clear::new("1200").all(bill).all(other));
    assert_eq!(open_at(&firm, "2026-01-20"), "");
    firm.clean();
}

/// A clearing that takes effect later is not there before, though its items can't be cleared otherwise meanwhile.
#[test]
fn a_clearing_of_a_later_day() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let other = paid(&firm, "paid", "2026-01-20", "50.00 EUR");
    firm.must("in March", &Clear::new("1200").all(bill).all(other).on(d("2026-03-01")));
    assert_eq!(open_at(&firm, "2026-02-28"), "50.00 EUR, -50.00 EUR");
    assert_eq!(open_at(&firm, "2026-03-01"), "");
    let in_february = Clear::new("1200").all(bill).all(other).on(d("2026-02-01"));
    assert_eq!(firm.refused("in February", &in_february).code(), "accounting.item_cleared");
}
