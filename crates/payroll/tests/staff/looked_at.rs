//! What an approval has looked at: what the slips rested on, by the days and the terms that they paid.

use fondaco_payroll::calendars::*;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;
use crate::segregation::*;

fn monthly_group(title: &str) -> DefinePayGroup {
    let calendar =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    DefinePayGroup::new("monthly", title, "united_states", calendar)
}

#[test]
fn a_group_said_anew_for_days_before_keeps_apart_what_was_said_for_days_after() {
    for anew in [Some(d("2026-01-01")), None] {
        let host = in_memory();
        let from = Some(d("2026-02-01"));
        let apart = Some(PayData::ALL.to_vec());
        host.must("all", &DefinePayGroup { from, segregated: apart, ..monthly_group("Offices") });
        let titled = DefinePayGroup { from: anew, ..monthly_group("All offices") };
        host.must("another title", &titled);
        host.must("the same title", &DefinePayGroup { from: None, ..titled });
        let versions = || host.view(|view| pay_group(view, &"monthly".into())).history.len();
        let before = versions();
        host.must("the same title again", &monthly_group("All offices"));
        assert_eq!(versions(), before);
        host.wait(60);
        hire(&host.acting_as("eve"), "1", "monthly", "2026-01-01/..", SALARY);
        let january = month(&host, "january", MONTHS[0].1);
        assert_eq!(approved_by(&host, "eve", january), "", "{anew:?}");
        let february = month(&host, "february", MONTHS[1].1);
        assert_eq!(approved_by(&host, "eve", february), "policy.four_eyes", "{anew:?}");
        assert_eq!(approved_by(&host, "boss", february), "", "{anew:?}");
        let ended = DefinePayGroup { segregated: Some(Vec::new()), ..monthly_group("Offices") };
        host.must("nothing any more", &ended);
        host.wait(60);
        terms(&host.acting_as("eve"), "a car", "2026-03-01/..", car(100));
        let march = month(&host, "march", MONTHS[2].1);
        assert_eq!(approved_by(&host, "eve", march), "", "{anew:?}");
        host.clean();
    }
}

#[test]
fn a_slip_of_another_pay_group_has_looked_at_the_days_that_it_paid() {
    everywhere(|host| {
        keep_apart(host, "apart", PayData::ALL.to_vec());
        let other = DefinePayGroup {
            code: "other".into(),
            segregated: Some(PayData::ALL.to_vec()),
            ..monthly_group("Others")
        };
        host.must("other", &other);
        host.must("other 2026", &OpenPayYear::new("other", 2026));
        hire(host, "1", "monthly", "2026-01-01/..", SALARY);
        host.wait(60);
        let moved = Contract::new("other", 40.into()).at("HQ");
        terms(&host.acting_as("mia"), "moved", "2026-01-16/..", Said::Contract(moved));
        for (hand, day) in [("ada", "2026-01-10"), ("eve", "2026-01-20")] {
            let item = NewItem::new("1", d(day), "BONUS", 50.into(), "well done");
            host.acting_as(hand).must(hand, &RecordItems::new(vec![item]));
        }
        let days = MONTHS[0].1;
        let first = month(host, "first", days);
        assert_eq!(approved_by(host, "boss", first), "");
        host.wait(60);
        let second = run_of(host, "second", "other", days, days.1);
        assert_eq!(calculated(host, "second computed", second).slips, 1);
        for hand in ["mia", "eve"] {
            assert_eq!(approved_by(host, hand, second), "policy.four_eyes", "{hand}");
        }
        assert_eq!(approved_by(host, "ada", second), "");
    });
}

#[test]
fn retro_pay_has_looked_at_the_sums_that_it_shows() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
    keep_apart(&host, "apart", PayData::ALL.to_vec());
    approved(&host, 0..1);
    host.wait(60);
    for (hand, sum) in [("eve", "supplemental_wages_to_date"), ("ada", "futa_wages_to_date")] {
        let amount = 1.into();
        let sum = NewSum { employee: "1".into(), sum: sum.into(), year: 2026, amount };
        host.acting_as(hand).must(hand, &EnterSums::new("united_states", vec![sum], "before"));
    }
    terms(&host, "a car", "2026-01-01/2026-01-31", car(100));
    let made = retro_of(&host, "retro", MONTHS[1].1, "2026-02-27");
    let retro = retro_computed(&host, "retro", made, RetroLaw::OldPeriods);
    let shows = |run, sum: &str| {
        let slips = host.view(|view| slips(view, run));
        slips.iter().any(|slip| slip.sums.iter().any(|of| of.sum == sum))
    };
    assert!(!shows(retro, "supplemental_wages_to_date"));
    assert!(shows(retro, "futa_wages_to_date"));
    // It may rest on what it does not show.
    for hand in ["eve", "ada"] {
        assert_eq!(approved_by(&host, hand, retro), "policy.four_eyes", "{hand}");
    }
    assert_eq!(approved_by(&host, "boss", retro), "");
    host.wait(60);
    let item = NewItem::new("1", d("2026-02-20"), "BONUS", 50.into(), "well done");
    host.must("item", &RecordItems::new(vec![item]));
    let february = month(&host, "february", MONTHS[1].1);
    assert!(shows(february, "supplemental_wages_to_date"));
    assert_eq!(approved_by(&host, "eve", february), "policy.four_eyes");
    assert_eq!(approved_by(&host, "ada", february), "");
}

fn record_step(host: &Host, who: &str, (step, amount): (u32, i64), months_to_next: Option<u32>) {
    let pay = ScalePay { amount: amount.into(), per: PayPer::Month, months_to_next };
    let span = fondaco_core::timeline::Span::from(d("2026-01-01"));
    let step = NewScalePay { grade: "9b".into(), step, pay, span };
    host.acting_as(who).must(&format!("{who} {amount}"), &RecordScale::new("TVOED", vec![step]));
}

fn by_grade(since: Option<&str>) -> Said {
    let pay =
        JobPay::Grade { scale: "TVOED".into(), grade: "9b".into(), step: 1, since: since.map(d) };
    Said::Job("main".into(), Job { pay, ..Job::new("Work", "SALARY", 1.into(), PayPer::Month) })
}

#[test]
fn a_slip_that_went_by_no_pay_scale_has_not_looked_at_it() {
    // Whether the job is put on the scale before January is approved, or after.
    for (who, before) in [("boss", false), ("eve", true)] {
        let host = in_memory();
        keep_apart(&host, "apart", vec![PayData::Jobs]);
        record_step(&host, "eve", (1, 9000), None);
        hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
        let january = month(&host, "january", MONTHS[0].1);
        host.wait(60);
        let on_it = || terms(&host, "by grade", "2026-02-01/..", by_grade(None));
        if before {
            on_it();
        }
        assert_eq!(approved_by(&host, who, january), "");
        if !before {
            on_it();
        }
        let february = month(&host, "february", MONTHS[1].1);
        assert_eq!(approved_by(&host, "eve", february), "policy.four_eyes", "{who}");
        assert_eq!(approved_by(&host, "boss", february), "");
        let march = month(&host, "march", MONTHS[2].1);
        assert_eq!(approved_by(&host, "eve", march), "");
        host.clean();
    }
}

#[test]
fn a_step_of_a_pay_scale_is_looked_at_when_it_is_reached() {
    let host = in_memory();
    keep_apart(&host, "apart", vec![PayData::Jobs]);
    record_step(&host, "clerk", (1, 4000), Some(1));
    record_step(&host, "eve", (2, 9000), Some(24));
    record_step(&host, "ed", (3, 9500), None);
    hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
    terms(&host, "by grade", "2026-01-02/..", by_grade(Some("2026-01-15")));
    let january = month(&host, "january", MONTHS[0].1);
    assert_eq!(approved_by(&host, "clerk", january), "policy.four_eyes");
    assert_eq!(approved_by(&host, "eve", january), "");
    let february = month(&host, "february", MONTHS[1].1);
    assert_eq!(approved_by(&host, "eve", february), "policy.four_eyes");
    assert_eq!(approved_by(&host, "ed", february), "");
    let march = month(&host, "march", MONTHS[2].1);
    assert_eq!(approved_by(&host, "eve", march), "");
}
