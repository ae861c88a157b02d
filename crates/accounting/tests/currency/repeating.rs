//! Runs after runs: whatever was reversed, and reversed back, and in whichever journals, the next run posts what is missing.

use std::ops::ControlFlow;

use fondaco_core::Progressed;

use crate::common::*;
use crate::firm::*;

/// Dollars at the bank and customers', worth 0.90 each in the books and 1.00 by the rate; customers have an adjustment account.
fn firm_of(firm: Firm) -> Firm {
    let firm = named(firm);
    let valued = NewAccount::new("1209", "Customers, valued", AccountClass::Asset);
    firm.must("accounts", &OpenAccounts::new(vec![valued]));
    let own = SetExchangeAccounts::new("GEN", "4900", "5900").of_account("1200");
    firm.must("adjusted", &own.adjustment("1209"));
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec("1.00"), d("2026-01-01"));
    firm.must("rates", &RecordRates::new("SPOT", vec![rate]));
    firm.must("monetary", &MarkMonetary::new(["1010", "1200"]));
    firm.post("dollars", entry("1010", "2026-01-05", "100 USD", "90 EUR"));
    item(&firm, "bill", "2026-01-06", "50 USD", "45 EUR");
    firm
}

fn at(firm: &Firm, account: &str, day: &str) -> String {
    firm.sum(&BalanceQuery::account(account).until(d(day)))
}

/// A run that was reversed by mistake, and that mistake reversed: it stands, on accounts of its own too.
#[test]
fn a_reversal_that_was_reversed() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        let run = Revalue::at(d("2026-03-31"));
        let entry = firm.must("March", &run).entry().unwrap();
        let back = firm.must("by mistake", &Reverse::new(entry, d("2026-03-31"))).id;
        assert_eq!(firm.view(|view| revaluation(view, &run)).difference(), eur("15"));
        firm.must("mended", &Reverse::new(back, d("2026-03-31")));
        assert_eq!(
            (at(&firm, "1209", "2026-03-31"), at(&firm, "1010", "2026-03-31")),
            ("5".into(), "100".into())
        );
        assert_eq!(firm.must("again", &run).entry(), None, "on {}", firm.name);
        // Its plan went with the mistake, so it stays until it is planned anew.
        firm.tick("2026-04-01");
        assert_eq!(firm.must("April", &Revalue::at(d("2026-04-30"))).entry(), None);
        firm.clean();
    });
}

/// What is planned for the entry that brought it back is as good as what was planned for its own.
#[test]
fn what_was_brought_back_is_reversed_first() {
    let firm = firm_of(in_memory());
    let run = Revalue::at(d("2026-03-31"));
    let entry = firm.must("March", &run).entry().unwrap();
    let back = firm.must("by mistake", &Reverse::new(entry, d("2026-03-31"))).id;
    let mended = firm.must("mended", &Reverse::new(back, d("2026-03-31"))).id;
    firm.must("plan", &PlanReversal::new(mended, d("2026-04-01")));
    let april = Revalue::at(d("2026-04-30"));
    assert_eq!(firm.refused("April", &april).code(), "accounting.revaluation_not_reversed");
    firm.tick("2026-04-01");
    assert_eq!(firm.must("April now", &april).difference.to_decimal(), dec("15"));
    firm.clean();
}

/// Accounts whose differences go to journals of their own are posted there, each under its locks.
#[test]
fn an_entry_in_each_journal() {
    on_every_store(|firm| {
        let firm = firm_of(firm);
        firm.must("bank journal", &OpenJournal::new("BNK", "Bank"));
        let bank = SetExchangeAccounts::new("BNK", "4900", "5900").of_account("1010");
        firm.must("of the bank", &bank);
        let run = Revalue::at(d("2026-03-31"));
        let done = firm.must("March", &run);
        let journals: Vec<_> = done
            .entries
            .iter()
            .map(|id| {
                let whole = firm.view(|view| fondaco_accounting::ledger::entry(view, *id)).unwrap();
                (whole.entry.journal.to_string(), lines(&firm, *id))
            })
            .collect();
        assert_eq!(
            journals,
            [
                (
                    "BNK".to_owned(),
                    vec![
                        "1010 0.00 USD worth 10".to_owned(),
                        "4900 -10.00 EUR worth -10".to_owned()
                    ]
                ),
                (
                    "GEN".to_owned(),
                    vec!["1209 5.00 EUR worth 5".to_owned(), "4900 -5.00 EUR worth -5".to_owned()]
                ),
            ],
            "on {}",
            firm.name
        );
        assert_eq!((done.lines, done.difference.to_decimal()), (2, dec("15")));
        let again = firm.must_done("March", &run);
        assert!(again.replayed && again.answer == done);
        firm.tick("2026-04-01");
        assert_eq!(balance(&firm, "4900"), "0", "both are reversed");
        use fondaco_accounting::close::LockBooks;
        firm.must("lock", &LockBooks::through(d("2026-04-30")).journal("BNK"));
        let error = firm.refused("April", &Revalue::at(d("2026-04-30")));
        assert_eq!(error.code(), "accounting.date_locked");
        firm.clean();
    });
}

/// Items that were replaced by others of the same sum while the job ran: each is valued by itself.
#[test]
fn what_is_cleared_while_the_job_runs_is_valued_again() {
    let firm = named(in_memory());
    firm.must("source", &OpenRateSource::new("SPOT", "Bank"));
    let rate = NewRate::new(Currency::USD, Currency::EUR, dec("0.50"), d("2026-01-01"));
    firm.must("rates", &RecordRates::new("SPOT", vec![rate]));
    firm.must("monetary", &MarkMonetary::new(["1200"]));
    // Two halves of a cent make one, and each by itself is rounded up to one.
    let bill = item(&firm, "bill", "2026-01-06", "0.02 USD", "0.01 EUR");
    let paid = item(&firm, "paid", "2026-01-06", "-0.01 USD", "-0.01 EUR");
    item(&firm, "other", "2026-01-06", "0.01 USD", "0.01 EUR");
    let mut moved = false;
    let mut watch = |_: &Progressed| {
        if !std::mem::replace(&mut moved, true) {
            firm.must("clear", &Clear::new("1200").part(bill, usd("0.01")).all(paid));
        }
        ControlFlow::Continue(())
    };
    let run = Revalue::at(d("2026-03-31"));
    firm.run_job("March", &mut run.clone(), &mut watch).unwrap();
    assert!(moved);
    assert_eq!(firm.must("again", &run).entry(), None, "nothing is left");
    assert_eq!(at(&firm, "1200", "2026-03-31"), "0.02", "half a cent and half a cent");
    firm.clean();
}
