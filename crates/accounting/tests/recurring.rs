//! Recurring entries: each occurrence once, on its date, with its part of the amount, whatever became of the clock.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod common;

use common::*;
use fondaco_accounting::ledger::*;
use fondaco_core::calendar::{BusinessDays, Calendar, DefineCalendar, Roll};
use fondaco_core::due::RetryDue;
use fondaco_core::recurrence::Recurrence;
use fondaco_core::{Money, Range, Reading, Residual};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn rent(from: &str, amount: &str) -> NewEntry {
    NewEntry::new("GEN", d(from))
        .text("Rent")
        .debit("5100", eur(amount))
        .credit("1000", eur(amount))
}

fn monthly(from: &str, amount: &str) -> RecurringTerms {
    RecurringTerms::new(rent(from, amount), Recurrence::monthly())
}

fn rule(text: &str) -> Recurrence {
    text.parse().unwrap()
}

fn start(firm: &Firm, terms: RecurringTerms) {
    firm.must("start", &StartRecurring::new("rent", terms));
}

fn dates(posted: &[(String, String)]) -> Vec<&str> {
    posted.iter().map(|(date, _)| date.as_str()).collect()
}

fn days_ahead(firm: &Firm, count: usize) -> Vec<String> {
    firm.upcoming("rent", count).into_iter().map(|next| next.on.to_string()).collect()
}

fn stands(firm: &Firm) -> RecurringEntry {
    firm.view(|view| recurring_entries(view)).remove(0)
}

#[test]
fn each_occurrence_is_posted_once_on_its_date() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-02-01", "40.00"));
        assert_eq!(firm.next_due().as_deref(), Some("2026-02-01T00:00:00Z"));
        for at in ["2026-01-31", "2026-02-01", "2026-02-01", "2026-02-20", "2026-03-01"] {
            firm.tick(at);
        }
        assert_eq!(dates(&firm.posted_by("recurring/rent/")), ["2026-02-01", "2026-03-01"]);
        // The app was asleep until June.
        let ticked = firm.tick("2026-06-15T12:00:00Z");
        assert_eq!(ticked.carried_out.len(), 3);
        let posted = firm.posted_by("recurring/rent/2026-");
        assert_eq!(posted.len(), 5);
        assert!(posted.is_sorted(), "{posted:?}");
        let (rent, now) = (stands(&firm), (RecurringStatus::Active, Some(d("2026-07-01"))));
        assert_eq!(((rent.status, rent.next), rent.posted, rent.refused), (now, 5, None));
        let facts = firm.view(|view| Ok(view.peek_scan(&Range::<Occurrence>::all())?));
        assert_eq!(facts.len(), 5);
        let first = firm.view(|view| entry(view, facts[0].entry.unwrap())).unwrap().entry;
        assert_eq!(first.source.as_deref(), Some("recurring/rent/2026-02-01"));
        assert_eq!(first.text.as_deref(), Some("Rent"));
        firm.clean();
    });
}

#[test]
fn it_ends_by_its_rule_and_can_t_go_on() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let three = Recurrence::monthly().times(3).unwrap();
        start(&firm, RecurringTerms::new(rent("2026-01-31", "5.00"), three)); // where there is a 31st
        assert_eq!(firm.tick("2026-12-31").carried_out.len(), 3);
        let posted = firm.posted_by("recurring/");
        assert_eq!(dates(&posted), ["2026-01-31", "2026-03-31", "2026-05-31"]);
        assert_eq!((stands(&firm).status, firm.next_due()), (RecurringStatus::Ended, None));
        let ended =
            firm.refused("change", &ChangeRecurring::new("rent", monthly("2026-08-01", "6.00")));
        assert_eq!(ended.code(), "accounting.recurring_ended");
    });
}

#[test]
fn dates_that_hang_on_the_entry_s_move_with_it() {
    let firm = in_memory().set_up();
    let mut bill =
        rent("2026-02-01", "40.00").due_date(d("2026-02-15")).document_date(d("2026-01-31"));
    bill.postings[0].due_date = Some(d("2026-02-10"));
    start(&firm, RecurringTerms::new(bill.source("lease/7"), Recurrence::monthly()));
    let next = &firm.upcoming("rent", 2)[1].entry;
    assert_eq!((next.date, next.due_date), (d("2026-03-01"), Some(d("2026-03-15"))));
    assert_eq!(next.document_date, Some(d("2026-02-28")));
    assert_eq!(next.postings[0].due_date, Some(d("2026-03-10")));
    assert_eq!(next.source.as_deref(), Some("lease/7"));
}

// ---- Amounts

#[test]
fn a_premium_is_spread_and_loses_no_cent() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let premium = NewEntry::new("GEN", d("2026-01-31"))
            .debit("5000", eur("600.07"))
            .debit("5100", eur("399.93"))
            .credit("1200", eur("1000.00"));
        let months = Recurrence::monthly().on_month_days([-1]).unwrap().times(12).unwrap();
        start(&firm, RecurringTerms::new(premium, months).spread());
        firm.tick("2026-12-31");
        let posted = firm.posted_by("recurring/");
        assert_eq!(posted.len(), 12);
        assert_eq!(posted[1].0, "2026-02-28");
        assert_eq!(firm.sum(&BalanceQuery::account("5000")), "600.07");
        assert_eq!(firm.sum(&BalanceQuery::account("1200")), "-1000");
        firm.clean();
    });
}

#[test]
fn shares_may_be_given() {
    let firm = in_memory().set_up();
    let weights = vec![Decimal::from(31), Decimal::from(28), dec("31.0")];
    let amounts = AmountRule::Spread { weights, residual: Residual::LargestRemainder };
    let terms =
        RecurringTerms::new(rent("2026-01-01", "90.00"), Recurrence::monthly().times(3).unwrap());
    start(&firm, terms.amounts(amounts));
    let parts: Vec<Money> =
        firm.upcoming("rent", 9).iter().map(|next| next.entry.postings[0].amount).collect();
    assert_eq!(parts, [eur("31.00"), eur("28.00"), eur("31.00")]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is split among whatever lines: each occurrence balances, and each line's parts are its amount.
    #[test]
    fn parts_add_up_and_balance(
        cents in prop::collection::vec(100..900_000i64, 2..6),
        sides in prop::collection::vec(any::<bool>(), 6),
        count in 1..40u32,
        residual in prop::sample::select(vec![Residual::FirstParts, Residual::LargestRemainder]),
    ) {
        let money = |cents: i64| Money::minor(cents, fondaco_core::Currency::EUR);
        let mut entry = NewEntry::new("GEN", d("2026-01-01"));
        let mut rest = 0;
        for (cents, debit) in cents.iter().zip(sides) {
            let side = if debit { Side::Debit } else { Side::Credit };
            rest += if debit { *cents } else { -cents };
            entry = entry.posting(NewPosting::new("1000", side, money(*cents)));
        }
        let side = if rest > 0 { Side::Credit } else { Side::Debit };
        entry = entry.posting(NewPosting::new("3000", side, money(rest.abs())));
        let firm = in_memory().set_up();
        let rule = Recurrence::daily().times(count).unwrap();
        let amounts = AmountRule::Spread { weights: vec![], residual };
        start(&firm, RecurringTerms::new(entry.clone(), rule).amounts(amounts));
        let parts = firm.upcoming("rent", 99);
        prop_assert_eq!(parts.len(), count as usize);
        for (line, posting) in entry.postings.iter().enumerate() {
            let sum: Decimal = parts.iter().map(|part| part.entry.postings[line].amount.amount()).sum();
            prop_assert_eq!(sum, posting.amount.amount());
        }
        firm.tick("2026-12-31"); // the ledger judges whether each balances
        prop_assert_eq!(firm.posted_by("recurring/").len(), count as usize);
    }
}

/// Nine years of days: each share is looked up, where reckoning all of them anew for each would take hours.
#[test]
fn a_long_daily_rule_takes_a_step_for_each_day() {
    let firm = in_memory().set_up();
    let terms = |amount: &str, days: u32| {
        let days = Recurrence::daily().times(days).unwrap();
        RecurringTerms::new(rent("2026-01-01", amount), days).spread()
    };
    start(&firm, terms("1000.07", 3_333));
    let parts = firm.upcoming("rent", 9_999);
    assert_eq!((parts.len(), parts[3_332].date), (3_333, d("2035-02-15")));
    let sum: Decimal = parts.iter().map(|part| part.entry.postings[0].amount.amount()).sum();
    assert_eq!(sum, dec("1000.07"));
    // ... also where each is posted by a command of its own, and the last day is given instead of a count.
    let until = Recurrence::daily().until(d("2026-12-31"));
    let whole = RecurringTerms::new(rent("2026-01-01", "365.11"), until).spread();
    firm.must("whole", &StartRecurring::new("whole", whole));
    firm.tick("2026-12-31");
    assert_eq!(firm.posted_by("recurring/whole/").len(), 365);
    assert_eq!(firm.posted_by("recurring/rent/").len(), 365);
    firm.clean();
}

// ---- Days

#[test]
fn occurrences_roll_off_weekends_and_holidays() {
    let days = |roll: Option<Roll>| {
        let firm = in_memory().set_up();
        // 1 May is a Friday and a holiday in Germany, 31 May a Sunday, 1 August a Saturday.
        let on = rule("FREQ=MONTHLY;BYMONTH=5,8;BYMONTHDAY=1,-1");
        let terms = RecurringTerms::new(rent("2026-05-01", "1.00"), on);
        let roll = roll.map(|roll| BusinessDays::new("DE", roll));
        start(&firm, RecurringTerms { business_days: roll, ..terms });
        days_ahead(&firm, 3)
    };
    assert_eq!(days(None), ["2026-05-01", "2026-05-31", "2026-08-01"]);
    let days = |roll| days(Some(roll));
    assert_eq!(days(Roll::Following), ["2026-05-04", "2026-06-01", "2026-08-03"]);
    assert_eq!(days(Roll::ModifiedFollowing), ["2026-05-04", "2026-05-29", "2026-08-03"]);
    assert_eq!(days(Roll::Preceding), ["2026-04-30", "2026-05-29", "2026-07-31"]);
    assert_eq!(days(Roll::ModifiedPreceding), ["2026-05-04", "2026-05-29", "2026-08-03"]);
}

fn plant() -> Calendar {
    Calendar::named("MON-FRI").unwrap().named_as("plant")
}

/// The plant is shut from 3 to 5 August; then the works council has that changed.
#[test]
fn occurrences_go_by_the_company_s_own_calendar() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let shut = |days: [&str; 3]| {
            let calendar = days.iter().fold(plant(), |c, day| c.day_off(d(day), "Shut"));
            DefineCalendar::new(calendar)
        };
        let first = shut(["2026-08-03", "2026-08-04", "2026-08-05"]);
        firm.define("plant", &first).unwrap();
        let terms = monthly("2026-08-03", "40.00");
        start(&firm, terms.on_business_days(BusinessDays::new("plant", Roll::Following)));
        assert_eq!(days_ahead(&firm, 2), ["2026-08-06", "2026-09-03"]);
        assert_eq!(firm.next_due().as_deref(), Some("2026-08-06T00:00:00Z"));
        // It is on the queue for the 6th, which now is no day any more.
        let later = shut(["2026-08-03", "2026-08-06", "2026-08-07"]);
        firm.define("plant", &first).unwrap(); // sent again
        firm.define("plant, later", &later).unwrap();
        assert_eq!(days_ahead(&firm, 1), ["2026-08-04"]);
        assert_eq!(firm.tick("2026-08-06").carried_out.len(), 1); // late, since it was put there before
        assert_eq!(dates(&firm.posted_by("recurring/")), ["2026-08-04"]);
        let third = shut(["2026-09-03", "2026-09-04", "2026-09-07"]);
        firm.define("plant, third", &third).unwrap();
        firm.tick("2026-09-03");
        assert_eq!(firm.posted_by("recurring/").len(), 1, "it waits for its day");
        assert_eq!(firm.next_due().as_deref(), Some("2026-09-08T00:00:00Z"));
        firm.tick("2026-09-08");
        assert_eq!(dates(&firm.posted_by("recurring/")), ["2026-08-04", "2026-09-08"]);
        firm.clean();
    });
}

#[test]
fn terms_name_a_calendar_that_is_there_and_a_way_to_go() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let by = |calendar: &str, roll| {
            let terms = monthly("2026-02-01", "40.00");
            StartRecurring::new("rent", terms.on_business_days(BusinessDays::new(calendar, roll)))
        };
        let none = firm.refused("none", &by("plant", Roll::Following));
        assert_eq!(none.code(), "calendar.undefined");
        assert!(none.to_string().contains("\"plant\": define it"), "{none}");
        let refuse = firm.refused("refuse", &by("DE", Roll::Refuse));
        assert_eq!(refuse.code(), "accounting.bad_input");
        let never = Calendar::new("never", fondaco_core::calendar::WorkingWeek::on([]));
        let never = never.working_on(d("1999-12-31")); // and never since
        firm.define("never", &DefineCalendar::new(never)).unwrap();
        let never = firm.refused("never works", &by("never", Roll::Following));
        assert_eq!(never.code(), "calendar.never_works");
        let code = |name: &str| {
            let calendar = DefineCalendar::new(plant().named_as(name));
            firm.define(&format!("named {name:?}"), &calendar).unwrap_err().code()
        };
        assert_eq!(code("DE-BY"), "calendar.shipped");
        assert_eq!([code(""), code(" plant")], ["calendar.code"; 2]);
        firm.clean();
    });
}

#[test]
fn the_last_day_of_a_month_that_lacks_the_31st() {
    let firm = in_memory().set_up();
    let last = Recurrence::monthly().on_month_day_or_last(31).unwrap();
    start(&firm, RecurringTerms::new(rent("2026-01-31", "1.00"), last));
    assert_eq!(days_ahead(&firm, 4), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
}

/// Saturday, Sunday and Monday roll onto one Monday: three entries, each once.
#[test]
fn several_occurrences_may_roll_onto_one_day() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let daily =
            RecurringTerms::new(rent("2026-05-29", "1.00"), Recurrence::daily().times(5).unwrap());
        start(&firm, daily.on_business_days(BusinessDays::new("MON-FRI", Roll::Following)));
        firm.tick("2026-05-29");
        assert_eq!(firm.tick("2026-06-01T00:00:01Z").carried_out.len(), 3);
        firm.tick("2026-06-09");
        let posted = firm.posted_by("recurring/");
        assert_eq!(
            dates(&posted),
            ["2026-05-29", "2026-06-01", "2026-06-01", "2026-06-01", "2026-06-02"]
        );
        assert_eq!(stands(&firm).status, RecurringStatus::Ended);
    });
}

// ---- Lateness

#[test]
fn a_late_one_goes_into_the_current_period_with_its_own_document_date() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-02-01", "40.00"));
        firm.must("lock", &LockPeriod::new(202_602));
        firm.must("lock too", &LockPeriod::new(202_603));
        assert_eq!(firm.tick("2026-04-10").carried_out.len(), 3);
        let entries = firm.entries();
        let dates: Vec<_> = entries.iter().map(|entry| (entry.date, entry.document_date)).collect();
        let late = d("2026-04-10");
        assert_eq!(
            dates,
            [(late, Some(d("2026-02-01"))), (late, Some(d("2026-03-01"))), (d("2026-04-01"), None)]
        );
        firm.clean();
    });
}

#[test]
fn a_late_one_may_insist_on_its_own_period() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-02-01", "40.00").late(LateRule::OwnPeriod));
        firm.must("lock", &LockPeriod::new(202_602));
        let ticked = firm.tick("2026-04-10");
        assert_eq!(
            (ticked.carried_out.len(), ticked.refused[0].code.as_str()),
            (0, "accounting.period_locked")
        );
        assert_eq!(stands(&firm).refused.as_deref(), Some("accounting.period_locked"));
        firm.must("unlock", &UnlockPeriod::new(202_602));
        let again = RetryDue { kind: RECURRING.into(), subject: "rent".into() };
        firm.books.send("retry", &again).unwrap();
        assert_eq!(firm.tick("2026-04-10T00:00:01Z").carried_out.len(), 3);
        assert_eq!(
            dates(&firm.posted_by("recurring/")),
            ["2026-02-01", "2026-03-01", "2026-04-01"]
        );
    });
}

#[test]
fn a_journal_in_order_of_date_takes_late_ones_at_its_end() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let terms = RecurringTerms::new(
            NewEntry { journal: "INV".into(), ..rent("2026-02-01", "40.00") },
            Recurrence::monthly(),
        );
        start(&firm, terms);
        let invoice = NewEntry { journal: "INV".into(), ..rent("2026-02-20", "1.00") };
        firm.post("invoice", invoice);
        firm.tick("2026-02-25");
        let entries = firm.entries();
        assert_eq!(
            (entries[1].date, entries[1].document_date),
            (d("2026-02-25"), Some(d("2026-02-01")))
        );
    });
}

#[test]
fn one_that_is_refused_for_another_reason_waits() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-02-01", "40.00"));
        firm.must("close", &CloseAccount::new("5100", d("2026-01-31")));
        let ticked = firm.tick("2026-03-10");
        assert_eq!(ticked.refused[0].code, "accounting.account_not_open");
        // Terms with another account, from the first that was not posted on.
        let elsewhere = NewEntry::new("GEN", d("2026-02-01"))
            .debit("5000", eur("40"))
            .credit("1000", eur("40"));
        firm.must(
            "mend",
            &ChangeRecurring::new("rent", RecurringTerms::new(elsewhere, Recurrence::monthly())),
        );
        assert_eq!(
            firm.tick("2026-03-10").carried_out.len(),
            2,
            "what is changed is tried at once"
        );
    });
}

// ---- Pause, resume, end, skip, change

#[test]
fn a_pause_keeps_what_falls_into_it_or_passes_it_over() {
    for (missed, then) in [(Missed::Post, 3), (Missed::Skip, 1)] {
        on_every_store(|firm| {
            let firm = firm.set_up();
            start(&firm, monthly("2026-04-01", "40.00"));
            firm.must("pause", &PauseRecurring::new("rent"));
            firm.must("pause again", &PauseRecurring::new("rent"));
            assert_eq!((firm.tick("2026-06-01").carried_out.len(), firm.next_due()), (0, None));
            assert_eq!(stands(&firm).status, RecurringStatus::Paused);
            firm.must("resume", &ResumeRecurring::new("rent", missed)); // on 1 June
            firm.must("resume again", &ResumeRecurring::new("rent", missed));
            assert_eq!(firm.tick("2026-06-01").carried_out.len(), then);
            assert_eq!(stands(&firm).next, Some(d("2026-07-01")));
        });
    }
}

/// 1 August 2026 is a Saturday.
#[test]
fn what_a_pause_passes_over_goes_by_the_day_on_which_it_is_posted() {
    for (roll, resumed, next) in [
        (Roll::Following, "2026-08-01", "2026-08-01"), // posted on Monday
        (Roll::Following, "2026-08-03", "2026-08-01"),
        (Roll::Following, "2026-08-04", "2026-09-01"),
        (Roll::Preceding, "2026-07-31", "2026-08-01"), // posted on Friday, which is today
        (Roll::Preceding, "2026-08-01", "2026-09-01"),
    ] {
        let firm = in_memory().set_up();
        let terms = monthly("2026-07-01", "40.00");
        start(&firm, terms.on_business_days(BusinessDays::new("MON-FRI", roll)));
        firm.tick("2026-07-01");
        firm.must("pause", &PauseRecurring::new("rent"));
        let (today, start) = (instant(resumed), minute(0));
        firm.at_minute((today.micros() - start.micros()) / 60_000_000);
        firm.must("resume", &ResumeRecurring::new("rent", Missed::Skip));
        assert_eq!(stands(&firm).next, Some(d(next)), "{roll:?}, resumed on {resumed}");
        firm.clean();
    }
}

#[test]
fn it_ends_when_it_is_told() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-04-01", "40.00"));
        firm.must("notice", &EndRecurring::new("rent", d("2026-06-30")));
        firm.must("later", &EndRecurring::new("rent", d("2026-07-31")));
        assert_eq!(firm.tick("2026-12-01").carried_out.len(), 4);
        assert_eq!(stands(&firm).status, RecurringStatus::Ended);
    });
    let firm = in_memory().set_up();
    start(&firm, monthly("2026-04-01", "40.00"));
    firm.must("at once", &EndRecurring::new("rent", d("2026-03-31")));
    assert_eq!((stands(&firm).status, firm.next_due()), (RecurringStatus::Ended, None));
}

#[test]
fn one_is_skipped() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-04-01", "40.00"));
        firm.must("the next", &SkipRecurring::new("rent", d("2026-04-01")));
        firm.must("a later one", &SkipRecurring::new("rent", d("2026-06-01")));
        assert_eq!(days_ahead(&firm, 2), ["2026-05-01", "2026-07-01"]);
        firm.tick("2026-07-01");
        assert_eq!(dates(&firm.posted_by("recurring/")), ["2026-05-01", "2026-07-01"]);
        for date in ["2026-04-01", "2026-05-01", "2026-06-01"] {
            let done = firm.refused(date, &SkipRecurring::new("rent", d(date)));
            assert_eq!(done.code(), "accounting.occurrence_done");
        }
        let none = firm.refused("none", &SkipRecurring::new("rent", d("2026-08-02")));
        assert_eq!(none.code(), "accounting.no_occurrence");
        firm.clean();
    });
}

#[test]
fn terms_change_from_a_day_on() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        start(&firm, monthly("2026-01-01", "40.00"));
        firm.tick("2026-03-20");
        firm.must("raise", &ChangeRecurring::new("rent", monthly("2026-05-01", "42.00")));
        firm.must("raise more", &ChangeRecurring::new("rent", monthly("2026-07-15", "50.00")));
        // Another agreement from June on, in place of both: quarterly.
        let quarterly = RecurringTerms::new(
            rent("2026-06-10", "130.00"),
            Recurrence::monthly().every(3).unwrap(),
        );
        firm.must("quarterly", &ChangeRecurring::new("rent", quarterly));
        firm.tick("2026-12-31");
        let posted = firm.posted_by("recurring/");
        let posted: Vec<_> =
            posted.iter().map(|(date, amount)| (&date[5..], amount.as_str())).collect();
        assert_eq!(
            posted[..4],
            [("01-01", "40"), ("02-01", "40"), ("03-01", "40"), ("04-01", "40")]
        );
        assert_eq!(
            posted[4..],
            [
                ("05-01", "42"),
                ("06-01", "42"),
                ("06-10", "130"),
                ("09-10", "130"),
                ("12-10", "130")
            ]
        );
        let past =
            firm.refused("past", &ChangeRecurring::new("rent", monthly("2026-12-10", "1.00")));
        assert_eq!(past.code(), "accounting.bad_input");
        firm.clean();
    });
}

#[test]
fn occurrences_may_reverse_themselves() {
    on_every_store(|firm| {
        let firm = firm.set_up();
        let month_end = Recurrence::monthly().on_month_days([-1]).unwrap().times(3).unwrap();
        let accrual = NewEntry::new("GEN", d("2026-01-31"))
            .debit("5100", eur("80"))
            .credit("2000", eur("80"));
        start(&firm, RecurringTerms::new(accrual, month_end).reversing());
        assert_eq!(firm.tick("2026-02-10").carried_out.len(), 2, "posted, and taken back");
        assert_eq!(firm.tick("2026-04-01").carried_out.len(), 4);
        assert_eq!(firm.sum(&BalanceQuery::account("2000")), "0");
        assert_eq!(firm.view(|view| Ok(view.peek_scan(&Range::<Reversal>::all())?)).len(), 3);
        firm.clean();
    });
}

// ---- Refusals

#[test]
fn what_can_t_recur_is_refused_at_the_start() {
    let spread = |amount: &str, rule: Recurrence| {
        RecurringTerms::new(rent("2026-01-01", amount), rule).spread()
    };
    let weighted = |weights: Vec<Decimal>| {
        let rule = Recurrence::monthly().times(3).unwrap();
        let amounts = AmountRule::Spread { weights, residual: Residual::FirstParts };
        RecurringTerms::new(rent("2026-01-01", "9.00"), rule).amounts(amounts)
    };
    let entry = |entry: NewEntry| RecurringTerms::new(entry, Recurrence::monthly());
    let by_rule = |text: &str| RecurringTerms::new(rent("2026-01-01", "1.00"), rule(text));
    let worth = NewPosting::debit("1010", usd("9.00")).worth(eur("8.00"));
    let foreign = NewEntry::new("GEN", d("2026-01-01")).posting(worth).credit("1010", usd("9.00"));
    let twice = Recurrence::monthly().times(2).unwrap();
    let cases = [
        ("no occurrence", by_rule("FREQ=MONTHLY;UNTIL=20251231"), "accounting.bad_input"),
        ("30 February", by_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "accounting.bad_input"),
        ("spread for ever", spread("9.00", Recurrence::monthly()), "accounting.bad_input"),
        (
            "spread over 30 years of days",
            spread("900000.00", rule("FREQ=DAILY;COUNT=10001")),
            "accounting.bad_input",
        ),
        (
            "too little to spread",
            spread("0.02", Recurrence::monthly().times(3).unwrap()),
            "accounting.bad_input",
        ),
        ("shares for others", weighted(vec![Decimal::ONE; 4]), "accounting.bad_input"),
        (
            "a negative share",
            weighted(vec![Decimal::ONE, Decimal::ONE, -Decimal::ONE]),
            "accounting.bad_input",
        ),
        (
            "spread with a worth",
            RecurringTerms::new(foreign, twice.clone()).spread(),
            "accounting.bad_input",
        ),
        (
            "spread unbalanced",
            RecurringTerms::new(rent("2026-01-01", "9.00").debit("5000", eur("1")), twice.clone())
                .spread(),
            "accounting.unbalanced",
        ),
        (
            "spread one line",
            RecurringTerms::new(
                NewEntry::new("GEN", d("2026-01-01")).debit("5000", eur("1")),
                twice,
            )
            .spread(),
            "accounting.too_few_postings",
        ),
        (
            "unbalanced",
            entry(rent("2026-01-01", "9.00").debit("5000", eur("1"))),
            "accounting.unbalanced",
        ),
        (
            "unknown account",
            entry(rent("2026-01-01", "9.00").debit("9999", eur("0"))),
            "accounting.unknown_account",
        ),
        (
            "unknown journal",
            entry(NewEntry { journal: "NONE".into(), ..rent("2026-01-01", "9.00") }),
            "accounting.unknown_journal",
        ),
        ("a text with NUL", entry(rent("2026-01-01", "9.00").text("a\0b")), "accounting.bad_input"),
    ];
    on_every_store(|firm| {
        let firm = firm.set_up();
        for (what, terms, code) in &cases {
            let refusal = firm.refused(what, &StartRecurring::new("rent", terms.clone()));
            assert_eq!(refusal.code(), *code, "{what}: {refusal}");
        }
        let bad =
            firm.refused("code", &StartRecurring::new(" rent", monthly("2026-01-01", "1.00")));
        assert_eq!(bad.code(), "accounting.bad_code");
        assert!(firm.view(|view| recurring_entries(view)).is_empty(), "nothing was left");
        assert_eq!(firm.next_due(), None);
        start(&firm, monthly("2031-01-01", "1.00")); // its year may be opened in time
        let twice =
            firm.refused("twice", &StartRecurring::new("rent", monthly("2026-01-01", "1.00")));
        assert_eq!(twice.code(), "accounting.exists");
    });
}

#[test]
fn nothing_is_done_to_what_does_not_exist() {
    let firm = in_memory().set_up();
    let codes = [
        firm.refused("a", &ChangeRecurring::new("none", monthly("2026-01-01", "1.00"))).code(),
        firm.refused("b", &PauseRecurring::new("none")).code(),
        firm.refused("c", &ResumeRecurring::new("none", Missed::Post)).code(),
        firm.refused("d", &EndRecurring::new("none", d("2026-01-01"))).code(),
        firm.refused("e", &SkipRecurring::new("none", d("2026-01-01"))).code(),
        firm.books.upcoming("none", 1).unwrap_err().code(),
    ];
    assert_eq!(codes, ["accounting.unknown_recurring"; 6]);
}
