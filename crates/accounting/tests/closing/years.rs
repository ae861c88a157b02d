//! Closing a year, reopening it, and closing it again: what it posts, what statements show, and what it refuses.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_accounting::reports;
use fondaco_core::{Currency, Range, Reading};

/// 2025 and 2026, and retained earnings.
pub(crate) fn with_two_years(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("2025", &OpenFiscalYear::calendar_year(2025));
    let retained = NewAccount::new("3900", "Retained earnings", AccountClass::Equity);
    firm.must("retained", &OpenAccounts::new(vec![retained]));
    firm.must("closing", &SetClosing::new("3900", "GEN"));
    firm
}

fn balance(firm: &Firm, account: &str) -> String {
    firm.sum(&BalanceQuery::account(account))
}

/// Tryton's story: revenue of 42 to equity, receivables carried over.
#[test]
fn revenue_goes_to_equity_and_receivables_carry_over() {
    on_every_store(|firm| {
        let firm = with_two_years(firm);
        let entry = NewEntry::new("GEN", d("2025-03-01"))
            .credit("4000", eur("42"))
            .debit("1200", eur("21"))
            .debit("1000", eur("21"));
        firm.post("sale", entry);
        let closed = firm.must("close", &CloseYear::new(2025));
        assert_eq!((closed.result, closed.entries.len()), (eur("42"), 1));
        assert_eq!(balance(&firm, "4000"), "0");
        assert_eq!(balance(&firm, "3900"), "-42");
        assert_eq!(firm.sum(&BalanceQuery::subtree("1")), "42");
        firm.clean();
    });
}

#[test]
fn every_currency_and_dimension_goes_to_zero_by_itself() {
    on_every_store(|firm| {
        let firm = with_two_years(firm);
        let sale = |date: &str, dollars: &str, worth: &str, site: &str| {
            let posting = |posting: NewPosting| posting.worth(eur(worth));
            NewEntry::new("GEN", d(date))
                .posting(posting(NewPosting::debit("1010", usd(dollars))))
                .posting(posting(NewPosting::credit("4000", usd(dollars))).dimension("site", site))
        };
        firm.post("one", sale("2025-02-01", "100", "90", "Mestre"));
        firm.post("two", sale("2025-03-01", "50", "47", "Lido"));
        let posted = firm.post("three", sale("2025-04-01", "10", "9", "Lido"));
        // Taken back at another worth: 0 dollars are left, and -1 euro.
        let back = NewEntry::new("GEN", d("2025-05-01"))
            .posting(
                NewPosting::debit("4000", usd("10")).worth(eur("8")).dimension("site", "Mestre"),
            )
            .posting(NewPosting::credit("1010", usd("10")).worth(eur("8")));
        firm.post("four", back);
        assert!(posted.number.number().is_some());
        let rent = NewEntry::new("GEN", d("2025-12-31"))
            .debit("5100", eur("30"))
            .credit("1000", eur("30"));
        firm.post("rent", rent);
        let closed = firm.must("close", &CloseYear::new(2025).keep("site"));
        assert_eq!(closed.result, eur("108")); // 90 + 47 + 9 - 8 - 30
        assert_eq!(closed.entries.len(), 3); // Mestre, Lido, and of no site
        for account in ["4000", "5100"] {
            for row in firm.balances(&BalanceQuery::account(account)) {
                assert!(row.amounts.is_zero(), "{row:?}");
            }
        }
        let of = |site: &str| firm.sum(&BalanceQuery::account("3900").dimension("site", site));
        assert_eq!((of("Mestre"), of("Lido")), ("-82".into(), "-56".into()));
        assert_eq!(balance(&firm, "3900"), "-108");
        let retained = firm.balances(&BalanceQuery::account("3900"));
        assert!(retained.iter().all(|row| row.currency == Currency::EUR));
        firm.clean();
    });
}

#[test]
fn statements_are_the_same_before_and_after() {
    let firm = with_two_years(in_memory());
    firm.post("sale", sale("2025-03-01", "42.00"));
    firm.post("next", sale("2026-03-01", "8.00"));
    let year = || firm.books.income_statement(d("2025-01-01"), d("2025-12-31")).unwrap();
    let both = || firm.books.income_statement(d("2025-07-01"), d("2026-12-31")).unwrap();
    let sheet = |day: &str| firm.books.balance_sheet(d(day)).unwrap();
    let before = (year(), both(), sheet("2025-12-31"));
    firm.must("close", &CloseYear::new(2025));
    assert_eq!((year(), both(), sheet("2025-12-31")), before);
    assert_eq!(before.2.result, dec("42"));
    let later = sheet("2026-12-31");
    assert_eq!((later.equity.total, later.result), (dec("42"), dec("8")));
    let compared =
        firm.view(|view| reports::compare_balance_sheets(view, d("2026-12-31"), d("2025-12-31")));
    assert_eq!(compared.before.result, before.2.result);
    assert_eq!(compared.before.equity.total, before.2.equity.total);
    firm.must("reopen", &ReopenYear::new(2025, "late"));
    assert_eq!((year(), both(), sheet("2025-12-31")), before);
    assert_eq!(sheet("2026-12-31").result, dec("50"));
    firm.clean();
}

#[test]
fn a_closed_year_takes_nothing_until_it_is_reopened_and_closes_again() {
    on_every_store(|firm| {
        let firm = with_two_years(firm);
        firm.post("sale", sale("2025-03-01", "42.00"));
        let closed = firm.must("close", &CloseYear::new(2025));
        let refused = firm.refused("late", &Post::new(sale("2025-12-31", "1.00")));
        assert_eq!(
            refused.to_string(),
            "fiscal year 2025 is closed, and 2025-12-31 lies in it: reopen it, or give a later date"
        );
        let twice = firm.refused("twice", &CloseYear::new(2025));
        assert_eq!(twice.code(), "accounting.year_already_closed");
        let by_hand = firm.refused("hand", &Reverse::new(closed.entries[0].id, d("2026-01-01")));
        assert_eq!(by_hand.code(), "accounting.closing_entry");
        let reopened = firm.must("reopen", &ReopenYear::new(2025, "a late bill"));
        assert_eq!((reopened.result, reopened.entries.len()), (eur("42"), 1));
        assert_eq!(balance(&firm, "4000"), "-42");
        firm.post("late", sale("2025-12-31", "1.00"));
        let again = firm.must("again", &CloseYear::new(2025));
        assert_eq!(again.result, eur("43"));
        assert_eq!((balance(&firm, "4000"), balance(&firm, "3900")), ("0".into(), "-43".into()));
        let steps = firm.view(|view| year_history(view, 2025));
        let deeds: Vec<YearDeed> = steps.iter().map(|step| step.deed).collect();
        assert_eq!(deeds, [YearDeed::Closed, YearDeed::Reopened, YearDeed::Closed]);
        firm.clean();
    });
}

#[test]
fn years_close_in_order_and_reopen_in_the_opposite_one() {
    on_every_store(|firm| {
        let firm = with_two_years(firm);
        let early = firm.refused("2026 first", &CloseYear::new(2026).early());
        assert_eq!(
            early.to_string(),
            "fiscal year 2026 can't be closed while 2025 is open: close that first"
        );
        firm.must("2025, empty", &CloseYear::new(2025));
        firm.post("sale", sale("2026-03-01", "5.00"));
        firm.must("2026 closed", &CloseYear::new(2026).early());
        let order = firm.refused("2025 back", &ReopenYear::new(2025, "x"));
        assert_eq!(order.code(), "accounting.later_year_closed");
        let open = firm.refused("2024", &ReopenYear::new(2024, "x"));
        assert_eq!(open.code(), "accounting.unknown_year");
        firm.must("2026 back", &ReopenYear::new(2026, "x"));
        assert_eq!(firm.refused("b", &ReopenYear::new(2026, "x")).code(), "accounting.year_open");
        firm.must("2025 back too", &ReopenYear::new(2025, "x"));
        firm.clean();
    });
}

#[test]
fn a_year_under_a_lock_closes_and_is_reopened_by_who_unlocks_it() {
    let sold = |firm: Firm| {
        let firm = with_two_years(firm);
        firm.post("sale", sale("2025-03-01", "42.00"));
        firm.must("close", &CloseYear::new(2025));
        firm
    };
    let reopen = ReopenYear::new(2025, "a late bill");
    let through = LockBooks::through(d("2025-12-31"));
    for (lock, code) in [
        (through.clone(), "accounting.date_locked"),
        (through.journal("GEN"), "accounting.date_locked"),
        (LockBooks::period(202_512), "accounting.period_locked"),
        (LockBooks::period(202_512).journal("GEN"), "accounting.journal_locked"),
    ] {
        let firm = sold(in_memory());
        firm.must("reported", &lock);
        assert_eq!(firm.refused("reopen", &reopen).code(), code, "{lock:?}");
        assert_eq!(balance(&firm, "3900"), "-42");
        firm.clean();
    }
    let firm = sold(in_memory());
    firm.must("reported", &LockBooks::through(d("2025-12-31")));
    firm.must("unlocked", &UnlockBooks::after(d("2025-11-30")));
    firm.must("reopen", &reopen);
    firm.must("softly", &LockBooks::through(d("2025-12-31")).softly());
    firm.must("again", &CloseYear::new(2025));
    firm.must("reopened again", &reopen);
    firm.clean();
}

#[test]
fn a_year_under_a_lock_for_ever_closes_and_is_never_reopened() {
    let firm = with_two_years(in_memory());
    firm.post("sale", sale("2025-03-01", "42.00"));
    firm.must("audited", &LockBooks::through(d("2025-12-31")).for_ever());
    firm.must("close", &CloseYear::new(2025)); // statements show what they showed
    let refused = firm.refused("reopen", &ReopenYear::new(2025, "x"));
    assert_eq!(refused.code(), "accounting.locked_for_ever");
    assert_eq!(balance(&firm, "3900"), "-42");
    let firm = with_two_years(in_memory());
    firm.must("general", &LockBooks::through(d("2025-12-31")).journal("GEN").for_ever());
    firm.must("close", &CloseYear::new(2025));
    firm.must("reopen an empty year", &ReopenYear::new(2025, "x"));
    firm.clean();
    // Also of the closing journal in a period of the year, or of the period that holds the closing.
    for lock in [LockBooks::period(202_512).journal("GEN"), LockBooks::period(202_599)] {
        let firm = with_two_years(in_memory());
        firm.post("sale", sale("2025-03-01", "42.00"));
        firm.must("close", &CloseYear::new(2025));
        firm.must("audited", &lock.for_ever());
        let refused = firm.refused("reopen", &ReopenYear::new(2025, "x"));
        assert_eq!(refused.code(), "accounting.locked_for_ever");
        firm.clean();
    }
}

#[test]
fn nothing_is_opened_beside_what_is_locked_for_ever_or_closed() {
    let firm = with_two_years(in_memory());
    firm.must("invoices", &LockBooks::period(202_512).journal("INV").for_ever());
    firm.must("general, a while", &LockBooks::period(202_512).journal("GEN"));
    firm.must("13", &OpenAdjustmentPeriods::new(2025, 1));
    firm.post("general", sale("2025-12-31", "1.00").adjusting(13));
    let invoice = NewEntry { journal: "INV".into(), ..sale("2025-12-31", "1.00").adjusting(13) };
    assert_eq!(firm.refused_entry(invoice), "accounting.locked_for_ever");
    firm.must("audited", &LockBooks::period(202_512).for_ever());
    for (name, code) in [
        ("14", firm.refused("14", &OpenAdjustmentPeriods::new(2025, 1)).code()),
        ("2024", firm.refused("2024", &OpenFiscalYear::calendar_year(2024)).code()),
    ] {
        assert_eq!(code, "accounting.locked_for_ever", "{name}");
    }
    let firm = with_two_years(in_memory());
    firm.must("close", &CloseYear::new(2025));
    let refused = firm.refused("2024", &OpenFiscalYear::calendar_year(2024));
    assert_eq!(
        refused.to_string(),
        "fiscal year 2024 can't be opened while 2025 is closed: reopen that first"
    );
    firm.must("2027", &OpenFiscalYear::calendar_year(2027));
    firm.must("reopen", &ReopenYear::new(2025, "2024 is missing"));
    firm.must("2024 now", &OpenFiscalYear::calendar_year(2024));
    firm.clean();
}

#[test]
fn a_blocking_point_of_a_period_blocks_its_year() {
    let firm = with_two_years(in_memory());
    firm.must("point", &AddClosingPoint::new(202_512, "bank", "reconcile").blocking());
    let refused = firm.refused("close", &CloseYear::new(2025));
    assert_eq!(refused.code(), "accounting.not_ready_to_close");
    firm.must("done", &SignOff::new(202_512, "bank"));
    firm.must("close now", &CloseYear::new(2025));
    firm.clean();
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_is_stored() {
    on_every_store(|firm| {
        let firm = with_two_years(firm);
        let draft = firm.must("draft", &PrepareDraft::new(sale("2025-03-01", "1.00")));
        firm.must("other year", &PrepareDraft::new(sale("2026-03-01", "1.00")));
        let hold = RecordPending::new(NewPending::new(sale("2025-04-01", "2.00")));
        let held = firm.must("hold", &hold);
        let before = firm.entries().len();
        let refused = firm.refused("close", &CloseYear::new(2025));
        assert_eq!(refused.code(), "accounting.not_ready_to_close");
        assert_eq!(
            refused.to_string(),
            format!(
                "fiscal year 2025 can't be closed yet: drafts not posted: 1, such as {draft}; post or \
                 delete them; entries still pending: 1, such as {}; post or void them",
                held.id
            )
        );
        assert_eq!(firm.entries().len(), before);
        assert_eq!(firm.view(|view| year_history(view, 2025)), []);
        firm.must("delete", &DeleteDraft::new(draft));
        firm.must("void", &VoidPending::new(held.id));
        firm.must("close", &CloseYear::new(2025));
        firm.clean();
    });
}

#[test]
fn without_retained_earnings_nothing_is_closed() {
    let firm = in_memory().set_up();
    assert_eq!(firm.refused("a", &CloseYear::new(2026)).code(), "accounting.no_closing_set");
    for (account, code) in [
        ("1000", "accounting.no_equity"),
        ("9999", "accounting.unknown_account"),
        ("5", "accounting.heading"),
    ] {
        assert_eq!(firm.refused(account, &SetClosing::new(account, "GEN")).code(), code);
    }
    let refused = firm.refused("journal", &SetClosing::new("3000", "XXX"));
    assert_eq!(refused.code(), "accounting.unknown_journal");
    firm.must("closing", &SetClosing::new("3000", "GEN"));
    assert_eq!(firm.refused("b", &CloseYear::new(2031)).code(), "accounting.unknown_year");
}

#[test]
fn adjustment_periods_are_counted_by_choice_and_closed_with_their_year() {
    on_every_store(|firm| {
        let firm = with_two_years(firm);
        firm.post("sale", sale("2025-12-31", "10.00"));
        let none = firm.refused("none", &Post::new(sale("2025-12-31", "1.00").adjusting(13)));
        assert_eq!(none.code(), "accounting.no_adjustment_period");
        firm.must("periods", &OpenAdjustmentPeriods::new(2025, 2));
        firm.post("13", sale("2025-12-31", "1.00").adjusting(13));
        let fourteenth = firm.post("14", sale("2025-12-31", "0.50").adjusting(14));
        let early = firm.refused("day", &Post::new(sale("2025-12-30", "1.00").adjusting(13)));
        assert_eq!(early.code(), "accounting.no_adjustment_period");
        let sales = BalanceQuery::account("4000").until(d("2025-12-31"));
        assert_eq!(firm.sum(&sales), "-11.5");
        assert_eq!(firm.sum(&sales.clone().without_adjustments()), "-10");
        firm.must("back", &Reverse::new(fourteenth.id, d("2025-12-31")));
        assert_eq!(firm.sum(&sales), "-11");
        let entries = firm.entries();
        assert_eq!(entries.iter().filter(|entry| entry.period == 202_514).count(), 2);
        firm.must("lock 12", &LockPeriod::new(202_512)); // the adjustments are open a while yet
        firm.post("13 again", sale("2025-12-31", "2.00").adjusting(13));
        assert_eq!(firm.must("close", &CloseYear::new(2025)).result, eur("13"));
        assert_eq!(firm.sum(&BalanceQuery::account("4000")), "0");
        let more = firm.refused("more", &OpenAdjustmentPeriods::new(2025, 1));
        assert_eq!(more.code(), "accounting.year_closed");
        assert_eq!(
            firm.refused("many", &OpenAdjustmentPeriods::new(2026, 10)).code(),
            "accounting.bad_input"
        );
        let held = RecordPending::new(NewPending::new(sale("2026-12-31", "1.00").adjusting(13)));
        assert_eq!(firm.refused("held", &held).code(), "accounting.bad_input");
        firm.clean();
    });
}

#[test]
fn closing_leaves_spending_limits_as_they_are() {
    let firm = with_two_years(in_memory());
    let limit = SetSpendingLimit::new("rent", "Rent of a year", Currency::EUR)
        .account("5100")
        .over(Window::FiscalYear)
        .refuse_above(eur("100"));
    firm.must("limit", &limit);
    let rent =
        NewEntry::new("GEN", d("2025-12-31")).debit("5100", eur("90")).credit("1000", eur("90"));
    firm.post("rent", rent);
    firm.must("close", &CloseYear::new(2025));
    let spent = firm.books.spending("rent", d("2025-12-31")).unwrap();
    assert_eq!(spent.lines[0].spent, eur("90"));
    firm.clean();
}

#[test]
fn a_damaged_closing_is_found() {
    let firm = with_two_years(in_memory());
    firm.post("sale", sale("2025-03-01", "42.00"));
    // A year that is said to be closed and is not.
    let damage = |tx: &mut fondaco_core::Tx<'_>, (): &()| -> Result<(), LedgerError> {
        Ok(tx.insert(ClosingState { year: 2025, closed: true, steps: 1 })?)
    };
    firm.books.driver().run(firm.books.envelope("damage"), &(), damage).unwrap();
    let found = firm.books.verify().unwrap().discrepancies;
    assert_eq!(found, [Discrepancy::Year { year: 2025 }]);
    let text = "fiscal year 2025 is closed, and not all its accounts are at zero";
    assert_eq!(found[0].to_string(), text);
}

#[test]
fn a_closing_takes_its_number_and_lies_in_a_period_of_its_own() {
    let firm = with_two_years(in_memory());
    firm.post("sale", sale("2025-03-01", "42.00"));
    let closed = firm.must("close", &CloseYear::new(2025));
    let entry = firm.books.entry(closed.entries[0].id).unwrap().unwrap();
    assert_eq!((entry.entry.period, entry.entry.date), (202_599, d("2025-12-31")));
    assert!(entry.entry.is_closing() && entry.entry.number.number() == Some(2));
    let kinds = firm.view(|view| Ok(view.peek_scan(&Range::<Period>::all())?));
    assert_eq!(kinds.iter().filter(|period| period.kind.is_some()).count(), 1);
    // The general ledger and a statement of the account show it, the trial balance counts it.
    let trial = firm.books.trial_balance(d("2025-12-31")).unwrap();
    assert_eq!(trial.debit, trial.credit);
}

/// The clock shows 1 June 2026: the year that is not over takes entries for half a year more.
#[test]
fn a_year_that_is_not_over_is_closed_only_where_that_is_said() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("closing", &SetClosing::new("3000", "GEN"));
        let refused = firm.refused("close", &CloseYear::new(2026));
        assert_eq!(refused.code(), "accounting.year_not_over", "on {}", firm.name);
        assert!(refused.to_string().contains("ends on 2026-12-31, and today is 2026-06-01"));
        firm.at_minute(60 * 24 * 213 + 23 * 60); // the last evening of the year
        assert_eq!(firm.refused("in the evening", &CloseYear::new(2026)).code(), refused.code());
        firm.at_minute(60 * 24 * 214);
        firm.must("over", &CloseYear::new(2026));
        firm.must("reopen", &ReopenYear::new(2026, "more to come"));
        firm.at_minute(0);
        firm.must("early", &CloseYear::new(2026).early());
        firm.clean();
    });
}
