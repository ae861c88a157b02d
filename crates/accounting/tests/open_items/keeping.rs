//! Which accounts are kept by open items: from the beginning, later, by a job, and no longer.

use std::ops::ControlFlow;

use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Progressed};

use crate::common::*;
use crate::firm::*;

#[test]
fn an_account_with_a_history_becomes_one() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        for (n, entry) in [
            invoice("2026-01-05", "50.00 EUR").party(party("ada")).due_date(d("2026-02-04")),
            payment("2026-02-06", "20.00 EUR"),
            sale("2026-03-01", "7.00"),
        ]
        .into_iter()
        .enumerate()
        {
            firm.post(&format!("before {n}"), entry);
        }
        firm.must("mark", &ChangeAccount::open_items("1200", true));
        firm.must("mark again", &ChangeAccount::open_items("1200", true));
        assert_eq!(open(&firm, &customers()), "50.00 EUR, -20.00 EUR");
        assert_eq!(open(&firm, &customers().party(party("ada"))), "50.00 EUR");
        assert_eq!(found(&firm, &customers()).items[0].due_date, d("2026-02-04"));
        invoiced(&firm, "after", "2026-01-01", "3.00 EUR");
        assert_eq!(open(&firm, &customers()), "3.00 EUR, 50.00 EUR, -20.00 EUR");
        firm.clean();
        firm.must("no longer", &ChangeAccount::open_items("1200", false));
        firm.must("no longer, again", &ChangeAccount::open_items("1200", false));
        let error = firm.books.open_items(&customers()).unwrap_err();
        assert_eq!(error.code(), "accounting.not_kept_by_items");
        invoiced(&firm, "between", "2026-01-02", "4.00 EUR");
        firm.clean();
        firm.must("once more", &ChangeAccount::open_items("1200", true));
        assert_eq!(open(&firm, &customers()), "3.00 EUR, 4.00 EUR, 50.00 EUR, -20.00 EUR");
        firm.clean();
    });
}

#[test]
fn what_was_cleared_keeps_it_so() {
    let firm = in_memory_by_items();
    let bill = invoiced(&firm, "bill", "2026-01-05", "50.00 EUR");
    let cheque = paid(&firm, "paid", "2026-01-06", "50.00 EUR");
    let cleared = firm.must("clear", &Clear::new("1200").all(bill).all(cheque));
    firm.must("undo", &Unclear::new(cleared.clearing));
    let error = firm.refused("no longer", &ChangeAccount::open_items("1200", false));
    assert_eq!(error.code(), "accounting.cannot_change_items");
    let words = format!(
        "account 1200 can't cease to be kept by open items: clearing {} took parts of its items, \
         and its history is told by them: it stays so",
        cleared.clearing
    );
    assert_eq!(error.to_string(), words);
}

#[test]
fn headings_are_not_kept() {
    let firm = in_memory().set_up();
    let error = firm.refused("1", &ChangeAccount::open_items("1", true));
    assert_eq!(
        error.to_string(),
        "account 1 can't be kept by open items: it is a heading: keep the accounts under it"
    );
    let mut heading = NewAccount::heading("9", "Nine", AccountClass::Asset);
    heading.open_items = true;
    let error = firm.refused("9", &OpenAccounts::new(vec![heading]));
    assert_eq!(error.code(), "accounting.cannot_change_items");
    let job = firm.run_job("1 by job", &mut KeepByItems::new("1"), &mut ());
    assert_eq!(job.unwrap_err().code(), "accounting.cannot_change_items");
    let job = firm.run_job("none", &mut KeepByItems::new("none"), &mut ());
    assert_eq!(job.unwrap_err().code(), "accounting.unknown_account");
}

/// Customers with so many invoices of one euro, in every month.
fn many(firm: Firm, count: usize) -> Firm {
    let firm = firm.set_up();
    let entries = (0..count).map(|n| invoice(&format!("2026-{:02}-05", n % 12 + 1), "1.00 EUR"));
    firm.must("many", &PostMany::new(entries.collect()));
    firm
}

#[test]
fn many_postings_become_items_by_a_job_while_people_post() {
    on_every_store(|firm| {
        let firm = many(firm, 2_300);
        let error = firm.refused("at once", &ChangeAccount::open_items("1200", true));
        assert_eq!(
            error.to_string(),
            "account 1200 can't be kept by open items: it has more than 1000 postings: \
             run the job KeepByItems instead"
        );
        let mut chunks = 0;
        let mut stop_after_two = |_: &Progressed| {
            chunks += 1;
            if chunks > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = firm.run_job("by items", &mut KeepByItems::new("1200"), &mut stop_after_two);
        assert_eq!(stopped.unwrap_err().code(), "job.stopped");
        let error = firm.books.open_items(&customers()).unwrap_err();
        assert_eq!(error.code(), "accounting.not_kept_by_items");
        assert!(error.to_string().contains("run the job KeepByItems to its end"), "{error}");
        firm.clean();
        // Before and after where the job stands: both are items at once.
        let early = invoiced(&firm, "early", "2026-01-01", "2.00 EUR");
        let late = paid(&firm, "late", "2026-12-31", "2.00 EUR");
        let clear = Clear::new("1200").all(early).all(late);
        assert_eq!(firm.refused("not yet", &clear).code(), "accounting.not_kept_by_items");
        let done = firm.run_job("by items", &mut KeepByItems::new("1200"), &mut ()).unwrap();
        assert!(done.report >= 2_301, "{}", done.report);
        firm.must("now", &clear);
        assert_eq!(found(&firm, &customers()).items.len(), 2_300);
        assert_eq!(found(&firm, &customers()).ledger_total(), eur("2300"));
        firm.clean();
        let again = firm.run_job("again", &mut KeepByItems::new("1200"), &mut ()).unwrap();
        assert_eq!(again.report, 2_302);
        firm.clean();
    });
}

#[test]
fn many_items_stay() {
    let firm = many(in_memory(), 1_001);
    firm.run_job("by items", &mut KeepByItems::new("1200"), &mut ()).unwrap();
    let error = firm.refused("no longer", &ChangeAccount::open_items("1200", false));
    assert_eq!(
        error.to_string(),
        "account 1200 can't cease to be kept by open items: it has more than 1000 items: it stays so"
    );
}

/// Batches in which only some accounts are kept, with a chart that is read as a whole, and entries of all ways in.
#[test]
fn items_come_from_every_way_of_posting() {
    let firm = in_memory_by_items();
    let entries: Vec<_> = (0..100).map(|_| sale("2026-01-05", "1.00")).collect();
    let mut some = entries.clone();
    some.push(invoice("2026-01-05", "2.00 EUR"));
    some.extend(entries);
    firm.must("large", &PostMany::new(some));
    let unknown = NewEntry::new("NONE", d("2026-01-05"));
    let each = vec![
        invoice("2026-01-06", "3.00 EUR"),
        unknown,
        invoice("2031-01-06", "9.00 EUR"),
        payment("2026-01-07", "4.00 EUR"),
    ];
    firm.must("each", &PostEach::new(each));
    let draft = firm.must("draft", &PrepareDraft::new(invoice("2026-01-08", "5.00 EUR")));
    firm.must("submit", &SubmitDraft::new(draft));
    let other = firm.books.clone().acting_as("other");
    other.approve_draft("approve", draft, 1).unwrap();
    assert_eq!(open(&firm, &customers()), "2.00 EUR, 3.00 EUR, -4.00 EUR, 5.00 EUR");
    firm.clean();
}

#[test]
fn a_new_account_may_be_kept_from_the_beginning() {
    let firm = in_memory().set_up();
    let account = NewAccount::new("1210", "Debtors", AccountClass::Asset)
        .currency(Currency::EUR)
        .open_items();
    firm.must("1210", &OpenAccounts::new(vec![account]));
    let entry =
        NewEntry::new("GEN", d("2026-01-05")).debit("1210", eur("1")).credit("4000", eur("1"));
    firm.post("bill", entry);
    assert_eq!(open(&firm, &OpenItemQuery::account("1210")), "1.00 EUR");
    firm.must("rename", &ChangeAccount::rename("1210", "Who owes us"));
    assert_eq!(open(&firm, &OpenItemQuery::account("1210")), "1.00 EUR");
}
