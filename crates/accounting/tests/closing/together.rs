//! What stands or falls together is judged and dated so: each half of a correction by itself, assertions after both.

use crate::common::*;
use fondaco_accounting::close::*;
use fondaco_accounting::currency::{NewRate, OpenRateSource, RecordRates};
use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Id};

fn paid(account: &str, date: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(date)).debit(account, eur(amount)).credit("1000", eur(amount))
}

fn whole(firm: &Firm, id: Id<Entry>) -> WholeEntry {
    firm.view(|view| entry(view, id)).unwrap()
}

fn dated(firm: &Firm, id: Id<Entry>) -> (String, Option<String>) {
    let entry = whole(firm, id).entry;
    (entry.date.to_string(), entry.document_date.map(|day| day.to_string()))
}

fn corrected(firm: &Firm, of: Id<Entry>) -> bool {
    firm.view(|view| corrections(view, of))[0].in_period
}

#[test]
fn an_account_that_is_asserted_and_does_not_move_is_no_hindrance() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let wrong = firm.post("goods", paid("5100", "2026-01-20", "40"));
        firm.must("bank", &AssertBalance::new("1000", d("2026-01-31"), eur("-40")));
        let tree = AssertBalance::new("5", d("2026-01-31"), eur("40")).subtree();
        firm.must("all costs", &tree);
        firm.must("of March", &AssertBalance::new("5100", d("2026-03-31"), eur("40")).warning());
        let right = paid("5000", "2026-01-20", "40");
        let done = firm.must("it was goods", &Correct::new(wrong.id, right));
        assert_eq!(firm.sum(&BalanceQuery::account("5000")), "40");
        let kept = |firm: &Firm| -> Vec<bool> {
            firm.view(|view| assertions(view)).iter().map(|of| of.is_kept()).collect()
        };
        assert_eq!(kept(&firm), [true, true, false]);
        // What moves the account is refused as before, and nothing of it stays.
        let more = Correct::new(done.entry.id, paid("5000", "2026-01-21", "41"));
        assert_eq!(firm.refused("41", &more).code(), "accounting.breaks_assertion");
        let later = Correct::new(done.entry.id, paid("5000", "2026-02-01", "40"));
        assert_eq!(firm.refused("February", &later).code(), "accounting.breaks_assertion");
        assert_eq!(firm.entries().len(), 3);
        firm.clean();
    });
}

#[test]
fn entries_that_cancel_keep_what_is_asserted_and_one_that_does_not_is_named() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("bank", &AssertBalance::new("1000", d("2026-01-31"), eur("0")));
        let (out, back) = (paid("5100", "2026-01-20", "7"), sale("2026-01-21", "7.00"));
        firm.must("both", &PostMany::new(vec![out.clone(), back.clone()]));
        let keyed = |entry: &NewEntry, key: &str| entry.clone().key(key);
        let both = PostMany::new(vec![keyed(&out, "a"), keyed(&back, "b")]);
        firm.must("both, with keys", &both);
        let third = sale("2026-01-22", "1.00");
        let many = vec![out.clone(), third.clone(), back.clone()];
        let refused = firm.refused("three", &PostMany::new(many));
        assert!(refused.to_string().starts_with("item 0 (counted from 0): "), "{refused}");
        let mended = vec![out.clone(), back.clone(), third.key("c")];
        let refused = firm.refused("three, with a key", &PostMany::new(mended));
        assert!(refused.to_string().starts_with("item 2 (counted from 0): "), "{refused}");
        // Each alone: the first breaks it.
        let each = firm.must("each", &PostEach::new(vec![out.clone(), back.clone()]));
        assert!(each.entries.iter().all(Result::is_err), "{each:?}");
        // Linked, they are a chain.
        let items = |linked: bool| {
            let first = if linked { out.clone().linked() } else { out.clone() };
            [first, back.clone()].map(Item::Entry).to_vec()
        };
        let chain = firm.must("chain", &RecordEach::new(items(true)));
        assert!(chain.items.iter().all(Result::is_ok), "{chain:?}");
        let apart = firm.must("apart", &RecordEach::new(items(false)));
        assert!(apart.items.iter().all(Result::is_err), "{apart:?}");
        let broken = [out.clone().linked(), sale("2026-01-22", "8.00").linked(), back];
        let broken = RecordEach::new(broken.map(Item::Entry).to_vec());
        let broken = firm.must("a chain that breaks it", &broken);
        let codes: Vec<&str> =
            broken.items.iter().map(|item| item.as_ref().unwrap_err().code.as_str()).collect();
        let (linked, breaks) = ("accounting.linked_failed", "accounting.breaks_assertion");
        assert_eq!(codes, [breaks, linked, linked]);
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "0");
        firm.clean();
    });
}

#[test]
fn each_half_of_a_correction_lies_on_its_own_day_while_that_is_open() {
    on_every_store(|firm| {
        let firm = firm.set_up(); // 1 June 2026
        let wrong = |name: &str, date: &str| firm.post(name, paid("5100", date, "40")).id;
        let (first, second, third) =
            (wrong("a", "2026-01-31"), wrong("b", "2026-03-05"), wrong("c", "2026-01-30"));
        firm.must("lock", &LockPeriod::new(202_601));
        // The wrong one is locked, the right one is of an open month.
        let done = firm.must("a, right", &Correct::new(first, paid("5000", "2026-03-05", "40")));
        assert_eq!(done.date, d("2026-03-05"));
        let (june, january) = ("2026-06-01".to_owned(), Some("2026-01-31".to_owned()));
        assert_eq!(dated(&firm, done.reversal.id), (june.clone(), january.clone()));
        assert_eq!(dated(&firm, done.entry.id), ("2026-03-05".into(), None));
        assert!(!corrected(&firm, first));
        // The wrong one is open, the right one is of a locked month.
        let done = firm.must("b, right", &Correct::new(second, paid("5000", "2026-01-31", "40")));
        assert_eq!(dated(&firm, done.reversal.id), ("2026-03-05".into(), None));
        assert_eq!(dated(&firm, done.entry.id), (june.clone(), january));
        assert!(!corrected(&firm, second));
        // The right one is of today, and the wrong one is taken back late.
        let done = firm.must("c, right", &Correct::new(third, paid("5000", "2026-06-01", "40")));
        assert_eq!(dated(&firm, done.reversal.id), (june, Some("2026-01-30".into())));
        assert!(!corrected(&firm, third));
        let nowhere = Correct::new(done.entry.id, paid("5000", "1026-06-01", "40"));
        assert_eq!(firm.refused("1026", &nowhere).code(), "accounting.no_period");
        let march = BalanceQuery::account("5000").from(d("2026-03-01")).until(d("2026-03-31"));
        assert_eq!(firm.sum(&march), "40");
        firm.clean();
    });
}

#[test]
fn what_was_adjusted_in_a_closed_year_is_corrected_in_the_current_one() {
    on_every_store(|firm| {
        let firm = crate::years::with_two_years(firm);
        firm.must("adjustments", &OpenAdjustmentPeriods::new(2025, 1));
        let adjusted = |amount: &str| paid("5100", "2025-12-31", amount).adjusting(13);
        let wrong = firm.post("wrong", adjusted("9"));
        let done = firm.must("in time", &Correct::new(wrong.id, adjusted("8").kind("audit")));
        assert_eq!(whole(&firm, done.entry.id).entry.period, 202_513);
        firm.must("close", &CloseYear::new(2025));
        let late = firm.must("late", &Correct::new(done.entry.id, adjusted("7")));
        let entry = whole(&firm, late.entry.id).entry;
        assert_eq!((entry.date, entry.period), (d("2026-06-01"), 202_606));
        assert_eq!(firm.sum(&BalanceQuery::account("1000")), "-7");
        firm.clean();
    });
}

#[test]
fn a_late_correction_is_worth_what_it_was_on_its_own_day() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        firm.must("spot", &OpenRateSource::new("SPOT", "Central bank").pivot(Currency::EUR));
        let rate =
            |rate: &str, on: &str| NewRate::new(Currency::USD, Currency::EUR, dec(rate), d(on));
        let rates = vec![rate("0.9", "2026-02-03"), rate("0.95", "2026-06-01")];
        firm.must("rates", &RecordRates::new("SPOT", rates));
        let paid = |account: &str| {
            NewEntry::new("GEN", d("2026-02-03"))
                .debit(account, usd("100"))
                .credit("1010", usd("100"))
        };
        let (first, second) = (firm.post("rent", paid("5100")), firm.post("more", paid("5100")));
        firm.must("lock", &LockPeriod::new(202_602));
        firm.must("it was goods", &Correct::new(first.id, paid("5000")));
        let split = |of: &str, to: &str| NewPosting::debit(of, usd(to));
        let thirds = NewEntry::new("GEN", d("2026-02-03"))
            .posting(split("5000", "33.33"))
            .posting(split("5100", "66.67"))
            .credit("1010", usd("100"));
        let tagged = thirds.tag("bill", "7"); // the longer way
        firm.must("and so was a third", &Correct::new(second.id, tagged));
        assert_eq!(firm.sum(&BalanceQuery::account("1010")), "-180");
        assert_eq!(firm.sum(&BalanceQuery::account("5000")), "120"); // 90 and 30
        assert_eq!(firm.sum(&BalanceQuery::subtree("5")), "180");
        firm.clean();
    });
}
