//! What was recorded is found again: by id, by number, by account and day, on every store.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
use fondaco_core::{ActError, DateRange};

/// A year that ends in June 2027 beside the calendar year 2026, and three sales of each month from 2026 on.
fn firm(firm: Firm) -> Firm {
    let firm = firm.set_up();
    let calendar = FiscalCalendar::months(7, 1, YearNamedBy::End).unwrap();
    let short = OpenFiscalYear::new(calendar, 2028); // July 2027 to June 2028
    firm.must("2028", &short);
    for (n, day) in
        ["2026-01-31", "2026-01-01", "2026-02-01", "2026-12-31", "2027-07-01"].iter().enumerate()
    {
        firm.post(&format!("sale {n}"), sale(day, &format!("{}.00", n + 1)));
    }
    firm
}

fn days(firm: &Firm, account: &str, days: DateRange) -> Vec<String> {
    let found = firm.view(|view| postings(view, account, days));
    found.iter().map(|posting| posting.date.to_string()).collect()
}

#[test]
fn postings_of_an_account_by_day() {
    on_every_store(|store| {
        let firm = firm(store);
        let all = ["2026-01-01", "2026-01-31", "2026-02-01", "2026-12-31", "2027-07-01"];
        assert_eq!(days(&firm, "1000", DateRange::always()), all);
        assert_eq!(days(&firm, "1000", DateRange::day(d("2026-01-31"))), all[1..2]);
        assert_eq!(days(&firm, "1000", DateRange::from(d("2026-01-31"))), all[1..]);
        assert_eq!(days(&firm, "1000", DateRange::until(d("2026-01-31"))), all[..2]);
        let within = DateRange::new(d("2026-01-02"), d("2026-12-30")).unwrap();
        assert_eq!(days(&firm, "1000", within), all[1..3]);
        let over = DateRange::new(d("2026-12-31"), d("2027-07-01")).unwrap();
        assert_eq!(days(&firm, "4000", over), all[3..]);
        let between = DateRange::new(d("2027-01-01"), d("2027-06-30")).unwrap(); // no period at all
        assert!(days(&firm, "1000", between).is_empty());
        assert!(days(&firm, "5100", DateRange::always()).is_empty());
    });
}

#[test]
fn postings_of_what_is_no_account() {
    let firm = firm(in_memory());
    let refusal = |account: &str| {
        let error = firm.books.postings(account, DateRange::always()).unwrap_err();
        (error.code(), error.to_string())
    };
    let unknown = "there is no account 100: open it first, or correct the code".to_string();
    assert_eq!(refusal("100"), ("accounting.unknown_account", unknown));
    let heading = "account: 1 is a heading: ask for the accounts under it".to_string();
    assert_eq!(refusal("1"), ("accounting.bad_input", heading));
}

#[test]
fn entries_by_number_and_by_id() {
    on_every_store(|store| {
        let firm = firm(store);
        let by_number = |journal: &str, year, number| {
            firm.view(|view| entry_by_number(view, journal, year, number))
        };
        let third = by_number("GEN", 2026, 3).unwrap();
        assert_eq!((third.entry.date, third.postings.len()), (d("2026-02-01"), 2));
        assert_eq!(third.postings[0].money(), eur("3.00"));
        let first_of_2028 = by_number("GEN", 2028, 1).unwrap();
        assert_eq!(first_of_2028.entry.date, d("2027-07-01"));
        for (journal, year, number) in
            [("GEN", 2026, 5), ("GEN", 2026, 0), ("GEN", 2027, 1), ("INV", 2026, 1)]
        {
            assert_eq!(by_number(journal, year, number), None, "{journal} {year} {number}");
        }
        let id = third.entry.id;
        assert_eq!(firm.view(|view| entry(view, id)), Some(third));
        assert_eq!(firm.view(|view| entry(view, fondaco_core::Id::from_u128(7))), None);
    });
    let error = firm(in_memory()).books.entry_by_number("GENERAL", 2026, 1).unwrap_err();
    assert_eq!(error.code(), "accounting.unknown_journal");
}

#[test]
fn accounts_and_periods_come_in_order() {
    let firm = firm(in_memory());
    let accounts: Vec<String> =
        firm.books.accounts().unwrap().iter().map(|account| account.code.to_string()).collect();
    let mut codes: Vec<String> = chart().iter().map(|account| account.code.to_string()).collect();
    codes.sort();
    assert_eq!(accounts, codes);
    let periods = firm.books.periods().unwrap();
    assert_eq!((periods.len(), periods[0].period, periods[23].period), (24, 202_601, 202_812));
}
