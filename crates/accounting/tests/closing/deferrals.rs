//! Deferrals: the parts are the whole, whatever becomes of them, and the report is the balance of the account.

use crate::common::*;
use chrono::NaiveDate;
use fondaco_accounting::close::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{DateRange, Money};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn with_prepaid(firm: Firm) -> Firm {
    let firm = firm.set_up();
    firm.must("2025", &OpenFiscalYear::calendar_year(2025));
    firm.must("2027", &OpenFiscalYear::calendar_year(2027));
    let prepaid = NewAccount::new("1900", "Prepaid", AccountClass::Asset);
    firm.must("prepaid", &OpenAccounts::new(vec![prepaid]));
    firm
}

fn insurance(amount: &str, plan: SpreadPlan) -> StartDeferral {
    StartDeferral::expense("insurance", "GEN", ("1900", "5000"), eur(amount), plan)
}

fn days(text: &str) -> SpreadPlan {
    SpreadPlan::days(text.parse::<DateRange>().unwrap())
}

fn balance(firm: &Firm, account: &str) -> String {
    firm.sum(&BalanceQuery::account(account))
}

/// Tryton's story: 1,000 over 500 days from the first of a year on.
#[test]
fn five_hundred_days_are_thirteen_and_then_eighteen_entries() {
    on_every_store(|firm| {
        let firm = with_prepaid(firm);
        let start = insurance("1000", days("2025-01-01/2026-05-15")).moved_on(d("2025-01-01"));
        firm.must("start", &start);
        let first = firm.must("2025, run", &RecogniseDeferrals::through(d("2025-12-31")));
        assert_eq!((first.entries.len(), firm.entries().len()), (12, 13));
        assert_eq!(balance(&firm, "1900"), "270"); // 135 of 500 days
        let again = firm.must("2025, run again", &RecogniseDeferrals::through(d("2025-12-31")));
        assert_eq!(again.entries.len(), 0);
        firm.must("2026, run", &RecogniseDeferrals::through(d("2026-12-31")));
        assert_eq!(firm.entries().len(), 18);
        assert_eq!(balance(&firm, "1900"), "0");
        let deferral = firm.view(|view| deferral_of(view, "insurance"));
        assert_eq!(deferral.status, DeferralStatus::Done);
        assert_eq!(firm.next_due(), None);
        firm.clean();
    });
}

#[test]
fn the_clock_takes_each_part_on_its_day() {
    on_every_store(|firm| {
        let firm = with_prepaid(firm);
        let plan = SpreadPlan::periods(d("2026-05-10"), 3);
        firm.must("start", &insurance("100", plan).moved_on(d("2026-05-10")).source("bill/1"));
        assert_eq!(firm.next_due().as_deref(), Some("2026-05-31T00:00:00Z"));
        firm.tick("2026-07-05"); // a month late for the first two
        assert_eq!(
            firm.posted_by("bill/1"),
            [
                ("2026-05-10".into(), "100".into()),
                ("2026-05-31".into(), "33.34".into()),
                ("2026-06-30".into(), "33.33".into())
            ]
        );
        firm.must("lock July", &LockPeriod::new(202_607));
        firm.tick("2026-08-02");
        let last = firm.entries().last().unwrap().clone();
        assert_eq!((last.date, last.document_date), (d("2026-08-02"), Some(d("2026-07-31"))));
        assert_eq!((balance(&firm, "1900"), firm.next_due()), ("0".into(), None));
        firm.clean();
    });
}

#[test]
fn what_is_left_is_spread_anew_or_taken_at_once_or_all_taken_back() {
    on_every_store(|firm| {
        let firm = with_prepaid(firm);
        let year = || SpreadPlan::periods(d("2026-01-01"), 12);
        firm.must("start", &insurance("100", year()).moved_on(d("2026-01-01")));
        firm.must("two", &RecogniseDeferrals::through(d("2026-02-28")).of("insurance"));
        assert_eq!(balance(&firm, "1900"), "83.32"); // 8.34 of the four first, 8.33 of the others
        let shares = SpreadPlan::shares([(d("2026-03-15"), dec("1")), (d("2026-04-15"), dec("2"))]);
        firm.must("anew", &ChangeDeferral::new("insurance", shares.clone()));
        let parts = firm.view(|view| deferral_parts(view, "insurance"));
        let amounts: Vec<String> =
            parts.iter().map(|part| part.amount.to_decimal().normalize().to_string()).collect();
        assert_eq!(amounts, ["8.34", "8.34", "27.77", "55.55"]);
        firm.must("one", &RecogniseDeferrals::through(d("2026-03-31")));
        let posted = firm.must("cancel", &CancelDeferral::new("insurance", d("2026-04-01")));
        assert!(posted.number.number().is_some());
        assert_eq!((balance(&firm, "1900"), balance(&firm, "5000")), ("0".into(), "0".into()));
        for refused in [
            firm.send("a", &ChangeDeferral::new("insurance", shares)).map(|_| ()),
            firm.send("b", &CancelDeferral::new("insurance", d("2026-05-01"))).map(|_| ()),
        ] {
            assert_eq!(refused.unwrap_err().code(), "accounting.deferral_ended");
        }
        let back = firm.must("back", &ReverseDeferral::new("insurance", d("2026-05-01")));
        assert_eq!(back.entries.len(), 5); // the move, two parts, one share, the rest
        let twice = firm.refused("twice", &ReverseDeferral::new("insurance", d("2026-05-01")));
        assert_eq!(twice.code(), "accounting.deferral_ended");
        assert_eq!((balance(&firm, "1900"), balance(&firm, "5000")), ("0".into(), "0".into()));
        firm.clean();
    });
}

#[test]
fn a_foreign_amount_loses_no_cent_of_its_worth() {
    let firm = with_prepaid(in_memory());
    let plan = SpreadPlan::periods(d("2026-01-01"), 7);
    let start = StartDeferral::expense("usd", "GEN", ("1900", "5000"), usd("100"), plan);
    let refused = firm.refused("no worth", &start);
    assert_eq!(refused.code(), "accounting.bad_input");
    firm.must("start", &start.worth(eur("89.99")).moved_on(d("2026-01-01")));
    firm.must("all", &RecogniseDeferrals::through(d("2026-12-31")));
    for row in firm.balances(&BalanceQuery::account("1900")) {
        assert!(row.amounts.is_zero());
    }
    firm.clean();
}

#[test]
fn what_was_posted_by_hand_shows_in_the_report() {
    let firm = with_prepaid(in_memory());
    let plan = SpreadPlan::periods(d("2026-01-01"), 2);
    firm.must("start", &insurance("100", plan).moved_on(d("2026-01-01")).source("bill/1"));
    let posted = firm.must("one", &RecogniseDeferrals::through(d("2026-01-31")));
    firm.must("by hand", &Reverse::new(posted.entries[0].id, d("2026-02-01")));
    let stray =
        NewEntry::new("GEN", d("2026-02-02")).debit("1900", eur("3")).credit("1000", eur("3"));
    firm.post("stray", stray);
    let deferred = firm.books.deferred("1900", d("2026-02-02")).unwrap();
    let rows: Vec<(Option<&str>, Decimal, Decimal)> = deferred
        .rows
        .iter()
        .map(|row| (row.source.as_deref(), row.balance, row.unplanned()))
        .collect();
    assert_eq!(rows, [(None, dec("3"), dec("3")), (Some("bill/1"), dec("100"), dec("50"))]);
    assert_eq!(deferred.total, dec("103"));
    assert_eq!(
        deferred.to_string(),
        "\
Deferred on 1900 as of 2026-02-02
Document  Deferred  Planned  Until
========  ========  =======  ==========
              3.00     0.00
bill/1      100.00    50.00  2026-02-28
--------  --------  -------  ----------
Total       103.00
"
    );
}

#[test]
fn a_run_goes_by_day_and_what_is_locked_comes_last() {
    on_every_store(|firm| {
        let firm = with_prepaid(firm); // 1 June 2026; INV goes by date
        let of = |code: &str| {
            let plan = SpreadPlan::periods(d("2026-01-01"), 5);
            let start = StartDeferral::expense(code, "INV", ("1900", "5000"), eur("100"), plan);
            firm.must(code, &start);
        };
        of("a");
        of("b");
        firm.must("January", &RecogniseDeferrals::through(d("2026-01-31")));
        firm.must("lock March", &LockPeriod::new(202_603));
        let run = firm.must("to May", &RecogniseDeferrals::through(d("2026-05-31")));
        assert_eq!(run.entries.len(), 8);
        let entries = firm.entries();
        let days: Vec<String> = entries.iter().map(|entry| entry.date.to_string()).collect();
        let (jan, feb, apr, may) = ("2026-01-31", "2026-02-28", "2026-04-30", "2026-05-31");
        let june = "2026-06-01";
        assert_eq!(days, [jan, jan, feb, feb, apr, apr, may, may, june, june]);
        let late = entries.last().unwrap();
        assert_eq!(late.document_date, Some(d("2026-03-31")));
        assert_eq!(balance(&firm, "5000"), "200");
        firm.clean();
    });
}

#[test]
fn a_part_that_can_t_be_posted_is_named() {
    let firm = with_prepaid(in_memory());
    let plan = SpreadPlan::periods(d("2026-01-01"), 2);
    firm.must("start", &insurance("100", plan));
    firm.must("kept elsewhere", &ChangeAccount::control("1900", Some("assets".into())));
    let refused = firm.refused("run", &RecogniseDeferrals::through(d("2026-01-31")));
    assert_eq!(refused.code(), "accounting.control_account");
    let told = refused.to_string();
    assert!(told.starts_with("deferral insurance, part of 2026-01-31: account 1900 is"), "{told}");
}

#[test]
fn what_was_corrected_or_taken_back_by_hand_counts_as_it_stands() {
    on_every_store(|firm| {
        let firm = with_prepaid(firm);
        let year = || SpreadPlan::periods(d("2026-01-01"), 12);
        firm.must("start", &insurance("120", year()).moved_on(d("2026-01-01")));
        let run = firm.must("to March", &RecogniseDeferrals::through(d("2026-03-31")));
        let [january, february, _] = run.entries[..] else { panic!("three") };
        let lido = |amount: &str| {
            NewEntry::new("GEN", d("2026-01-31"))
                .posting(NewPosting::debit("5100", eur(amount)).dimension("site", "Lido"))
                .credit("1900", eur(amount))
        };
        firm.must("another account", &Correct::new(january.id, lido("12")));
        firm.must("no February", &Reverse::new(february.id, d("2026-02-28")));
        assert_eq!(balance(&firm, "1900"), "98"); // 120 - 12 - 10
        let list = firm.view(|view| checklist(view, 202_603));
        let told: Vec<String> = list.points.iter().map(Point::to_string).collect();
        assert!(told.iter().any(|told| {
            told == "deferrals with more left than is planned: 1, such as insurance; change or cancel them"
        }), "{told:?}");
        // Spread anew, all of what is left goes; cancelled at once, too.
        let two = SpreadPlan::periods(d("2026-04-01"), 2);
        firm.must("anew", &ChangeDeferral::new("insurance", two));
        let list = firm.view(|view| checklist(view, 202_603));
        assert!(!list.points.iter().any(|point| point.kind == PointKind::Unplanned));
        firm.must("April", &RecogniseDeferrals::through(d("2026-04-30")));
        assert_eq!(balance(&firm, "1900"), "49");
        firm.must("the rest", &CancelDeferral::new("insurance", d("2026-05-01")));
        assert_eq!(balance(&firm, "1900"), "0");
        let last = firm.entries().last().unwrap().id;
        // Ended, and something of it is back: it can be ended again.
        firm.must("the rest, back", &Reverse::new(last, d("2026-05-02")));
        assert_eq!(balance(&firm, "1900"), "49");
        firm.must("the rest, again", &CancelDeferral::new("insurance", d("2026-05-03")));
        assert_eq!((balance(&firm, "1900"), balance(&firm, "5100")), ("0".into(), "12".into()));
        // All of it is taken back, with what became of it.
        firm.must("back", &ReverseDeferral::new("insurance", d("2026-05-31")));
        for account in ["1900", "5000", "5100"] {
            assert_eq!(balance(&firm, account), "0", "{account}");
        }
        firm.clean();
    });
}

#[test]
fn what_is_asserted_is_held_to_all_that_a_deferral_is_taken_back_by() {
    let firm = with_prepaid(in_memory());
    let plan = SpreadPlan::periods(d("2026-01-01"), 2);
    firm.must("start", &insurance("100", plan).moved_on(d("2026-01-01")));
    firm.must("all", &RecogniseDeferrals::through(d("2026-02-28")));
    firm.must("stated", &AssertBalance::new("1900", d("2026-03-31"), eur("0")));
    firm.must("back", &ReverseDeferral::new("insurance", d("2026-03-01")));
    assert!(firm.books.assertions().unwrap()[0].is_kept());
    firm.clean();
}

#[test]
fn a_worth_that_is_used_up_before_the_amount_is_no_hindrance() {
    let firm = with_prepaid(in_memory());
    let yen = |amount: &str| money(&format!("{amount} JPY"));
    let plan = SpreadPlan::periods(d("2026-01-01"), 2);
    let start = StartDeferral::expense("yen", "GEN", ("1900", "5000"), yen("2"), plan.clone());
    firm.must("start", &start.worth(eur("0.01")).moved_on(d("2026-01-01")));
    firm.must("one", &RecogniseDeferrals::through(d("2026-01-31"))); // it takes the cent
    firm.must("anew", &ChangeDeferral::new("yen", SpreadPlan::periods(d("2026-03-01"), 1)));
    firm.must("rest", &CancelDeferral::new("yen", d("2026-02-02")));
    let nothing = StartDeferral::expense("none", "GEN", ("1900", "5000"), yen("2"), plan);
    firm.must("worth nothing", &nothing.worth(eur("0")).moved_on(d("2026-01-01")));
    firm.must(
        "nothing, anew",
        &ChangeDeferral::new("none", SpreadPlan::periods(d("2026-03-01"), 1)),
    );
    firm.must("nothing, all", &RecogniseDeferrals::through(d("2026-03-31")));
    for row in firm.balances(&BalanceQuery::account("1900")) {
        assert!(row.amounts.is_zero());
    }
    firm.clean();
}

#[test]
fn what_could_never_be_recognised_is_refused_at_once() {
    let firm = with_prepaid(in_memory());
    let plan = || SpreadPlan::periods(d("2026-04-01"), 3);
    firm.must("kept", &ChangeAccount::control("2000", Some("payables".into())));
    firm.must("closed", &CloseAccount::new("5900", d("2026-05-31")));
    let start = |on: &str, to: &str| StartDeferral::expense("x", "GEN", (on, to), eur("9"), plan());
    for (n, (start, code)) in [
        (start("2000", "5000"), "control_account"),
        (start("1900", "5900"), "account_not_open"), // through May; the last part is of June
        (start("1900", "5000").dimension("site", " Lido"), "bad_input"),
        (start("1900", "1900"), "bad_spread"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = firm.refused(&format!("start {n}"), &start);
        assert_eq!(refused.code(), format!("accounting.{code}"), "{n}: {refused}");
    }
    // A month that is locked, or not there yet, is no reason.
    firm.must("lock", &LockPeriod::new(202_604));
    firm.must("start", &insurance("100", SpreadPlan::periods(d("2026-04-01"), 30)));
}

#[test]
fn plans_that_spread_nothing_are_refused() {
    let firm = with_prepaid(in_memory());
    let start = |plan| insurance("100", plan);
    for (n, plan) in [
        SpreadPlan::periods(d("2026-01-01"), 0),
        SpreadPlan::periods(d("2026-01-01"), 1_201),
        SpreadPlan::days(DateRange::from(d("2026-01-01"))),
        days("1900-01-01/2026-12-31"),
        SpreadPlan::shares([]),
        SpreadPlan::shares([(d("2026-01-01"), dec("0"))]),
        SpreadPlan::shares([(d("2026-01-01"), dec("-1")), (d("2026-01-02"), dec("2"))]),
        SpreadPlan::shares([(d("2026-01-02"), dec("1")), (d("2026-01-02"), dec("2"))]),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = firm.refused(&format!("plan {n}"), &start(plan));
        assert_eq!(refused.code(), "accounting.bad_spread", "{n}: {refused}");
    }
    let one = || SpreadPlan::periods(d("2026-01-01"), 1);
    for (n, (start, code)) in [
        (insurance("0", one()), "negative"),
        (insurance("1.005", one()), "too_many_digits"),
        (StartDeferral::expense("x", "GEN", ("9999", "5000"), eur("1"), one()), "unknown_account"),
        (StartDeferral::expense("x", "GEN", ("1", "5000"), eur("1"), one()), "heading"),
        (StartDeferral::expense("x", "XXX", ("1900", "5000"), eur("1"), one()), "unknown_journal"),
        (StartDeferral::expense("x", "GEN", ("1010", "5000"), eur("1"), one()), "wrong_currency"),
        (StartDeferral::expense("", "GEN", ("1900", "5000"), eur("1"), one()), "bad_code"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = firm.refused(&format!("start {n}"), &start);
        assert_eq!(refused.code(), format!("accounting.{code}"), "{n}: {refused}");
    }
    let unknown = firm.refused("none", &CancelDeferral::new("none", d("2026-01-01")));
    assert_eq!(unknown.code(), "accounting.unknown_deferral");
    firm.must("start", &start(one()));
    assert_eq!(firm.refused("twice", &insurance("5", one())).code(), "accounting.exists");
    firm.clean();
}

fn plan() -> impl Strategy<Value = SpreadPlan> {
    let day = |n: i64| d("2026-01-01") + chrono::TimeDelta::days(n);
    prop_oneof![
        (0..300_i64, 1..9_u32).prop_map(move |(from, count)| SpreadPlan::periods(day(from), count)),
        (0..200_i64, 0..150_i64).prop_map(move |(from, more)| {
            SpreadPlan::days(DateRange::new(day(from), day(from + more)).unwrap())
        }),
        prop::collection::btree_map(0..330_i64, 1..50_i64, 1..6).prop_map(move |shares| {
            SpreadPlan::shares(shares.into_iter().map(|(n, weight)| (day(n), weight.into())))
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    /// Whatever is planned, run, changed and ended in whatever order: nothing is lost, and the report is the balance.
    #[test]
    fn no_cent_is_lost(
        cents in 1..100_000_i64,
        first in plan(),
        second in plan(),
        ran in 0..360_i64,
        change in any::<bool>(),
        end in 0..3_u8,
    ) {
        let firm = with_prepaid(in_memory());
        let amount = Money::minor(cents, fondaco_core::Currency::EUR);
        let start = StartDeferral::expense("insurance", "GEN", ("1900", "5000"), amount, first);
        firm.must("start", &start.moved_on(d("2026-01-01")));
        let to = d("2026-01-01") + chrono::TimeDelta::days(ran);
        firm.must("run", &RecogniseDeferrals::through(to));
        let report = |date: NaiveDate| firm.books.deferred("1900", date).unwrap();
        let planned_is_deferred = |date: NaiveDate| {
            let deferred = report(date);
            let balance = firm.sum(&BalanceQuery::account("1900").until(date));
            assert_eq!(deferred.total, dec(&balance));
            assert!(deferred.rows.iter().all(|row| row.unplanned().is_zero()), "{deferred}");
        };
        planned_is_deferred(to);
        if change {
            match firm.send("change", &ChangeDeferral::new("insurance", second)) {
                Ok(_) => {}
                Err(error) => assert!(
                    ["accounting.deferral_ended", "accounting.bad_spread"].contains(&error.code())
                ),
            }
        }
        match end {
            0 => drop(firm.must("all", &RecogniseDeferrals::through(d("2027-12-31")))),
            1 => drop(firm.send("cancel", &CancelDeferral::new("insurance", d("2026-12-31")))),
            _ => drop(firm.must("back", &ReverseDeferral::new("insurance", d("2027-12-31")))),
        }
        assert_eq!(balance(&firm, "1900"), "0");
        planned_is_deferred(d("2027-12-31"));
        let spent = balance(&firm, "5000");
        assert_eq!(spent, "0"); // what was moved away came back, to the cent
        firm.clean();
    }
}
