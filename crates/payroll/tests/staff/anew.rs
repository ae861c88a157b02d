//! Pay groups, components and policies of leave that are said anew: what is approved stays by what was said then, unless the day is said.

use fondaco_payroll::calendars::*;
use fondaco_payroll::leave::*;
use fondaco_payroll::runs::*;
use fondaco_payroll::staff::*;
use fondaco_payroll::time::{DaySheet, TimeRules};
use fondaco_testkit::Host;

use crate::firm::*;
use crate::running::*;

/// What retro pay in February of January comes to, line by line.
fn retro(host: &Host, name: &str) -> Vec<String> {
    let made = retro_of(host, name, ("2026-02-01", "2026-02-28"), "2026-02-27");
    let retro = retro_computed(host, name, made, RetroLaw::PayDate { input: None });
    let slips = host.view(|view| slips(view, retro));
    host.must(&format!("no {name}"), &CancelRun { run: retro, reason: "a look".into() });
    let lines = slips.iter().flat_map(|slip| slip.lines.iter());
    let lines = lines.filter(|line| line.original.is_some());
    lines.map(|line| format!("{} {}", line.component, line.amount)).collect()
}

fn offices(proration: ProrationRule) -> DefinePayGroup {
    let monthly =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    DefinePayGroup {
        proration,
        ..DefinePayGroup::new("monthly", "Offices", "united_states", monthly)
    }
}

fn approved_january(host: &Host) {
    let regular = january(host, "regular", RunKind::Regular);
    settled(host, "regular", regular);
    host.wait(60);
}

#[test]
fn another_proration_is_no_difference_of_months_that_are_approved() {
    everywhere(|host| {
        // Sixteen of 31 days in January; ten of 28 in February, or seven of its 20 working days.
        hire(host, "1", "monthly", "2026-01-16/..", ("SALARY", "3100", PayPer::Month));
        hire(host, "2", "monthly", "2026-02-19/..", ("SALARY", "2800", PayPer::Month));
        approved_january(host);
        let before = host.now();
        host.wait(60);
        host.must("by working days", &offices(ProrationRule::WorkingDays));
        assert_eq!(retro(host, "nothing"), [] as [&str; 0]);
        assert_eq!(lines(&case(host, ("monthly", 2026, 2), "2")), ["SALARY 980 HQ"]);
        let known = gathered(host, ("monthly", 2026, 2), Some(before));
        let known = known.into_iter().find(|one| one.number == "2").unwrap().input.unwrap();
        assert_eq!(lines(&known), ["SALARY 1000 HQ"]);
        // Eleven of 22 working days are 1,550, where 1,600 were paid.
        let from = Some(d("2026-01-01"));
        host.must("from January", &DefinePayGroup { from, ..offices(ProrationRule::WorkingDays) });
        assert_eq!(retro(host, "less"), ["SALARY -50"]);
    });
}

#[test]
fn another_factor_is_no_difference_of_months_that_are_approved() {
    everywhere(|host| {
        let extra = |factor: &str| NewComponent::new("EXTRA", "wages").hours(n(factor));
        host.must("extra", &DefineComponents::new(vec![extra("1")]));
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "62400", PayPer::Year)); // 30 an hour
        let ten = Said::Recurring("EXTRA".into(), Recurring::new(10.into()));
        say(host, "ten hours", NewTerm::from("1", d("2026-01-01"), ten));
        approved_january(host);
        host.must("more", &DefineComponents::new(vec![extra("1.5")]));
        assert_eq!(retro(host, "nothing"), [] as [&str; 0]);
        let of = |month: u32| lines(&case(host, ("monthly", 2026, month), "1"))[1].clone();
        assert_eq!(
            (of(1).as_str(), of(2).as_str()),
            ("EXTRA 300 (10 at 30) ", "EXTRA 450 (10 at 45) ")
        );
        host.must("from March", &DefineComponents::new(vec![extra("2").since(d("2026-03-01"))]));
        assert_eq!(
            (of(2).as_str(), of(3).as_str()),
            ("EXTRA 450 (10 at 45) ", "EXTRA 600 (10 at 60) ")
        );
        host.must("from January", &DefineComponents::new(vec![extra("2").since(d("2026-01-31"))]));
        assert_eq!(retro(host, "more pay"), ["EXTRA 300"]);
    });
}

#[test]
fn more_leave_from_a_year_on_is_none_of_the_years_before() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
        let own = LeaveRight { yearly: Some(40.into()) };
        hire(host, "2", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
        say(host, "own", NewTerm::from("2", d("2027-01-01"), Said::Leave("VACATION".into(), own)));
        let mut policy = LeavePolicy::yearly("VACATION", 36.into());
        policy.component = Some("HOLIDAY-PAY".into());
        let from = Some(d("2027-01-01"));
        host.must("more", &DefineLeavePolicy { from, ..DefineLeavePolicy::new(policy.clone()) });
        let left = |number: &str, day: &str| {
            host.view(|view| leave_left(view, number, "VACATION", d(day))).to_string()
        };
        assert_eq!((left("1", "2026-12-31"), left("1", "2027-12-31")), ("30".into(), "36".into()));
        assert_eq!((left("2", "2026-12-31"), left("2", "2027-12-31")), ("30".into(), "40".into()));
        // Without a day it holds for all.
        host.must("always", &DefineLeavePolicy::new(policy));
        assert_eq!(left("1", "2026-12-31"), "36");
    });
}

#[test]
fn another_pay_day_strands_no_period_and_opens_none_twice() {
    everywhere(|host| {
        let paid = |group: &str, later: bool| {
            let monthly =
                PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
            let tenth = PayDay::OfMonth { day: 10, months_later: 1 };
            let calendar = if later { monthly.paid(tenth) } else { monthly };
            DefinePayGroup::new(group, "Staff", "united_states", calendar)
        };
        for (group, first, second, opened) in
            [("sooner", true, false, 13), ("later", false, true, 11)]
        {
            host.must(&format!("{group} first"), &paid(group, first));
            host.must(&format!("{group} 2026"), &OpenPayYear::new(group, 2026));
            host.must(&format!("{group} second"), &paid(group, second));
            let open = OpenPayYear::new(group, 2027);
            assert_eq!(host.must(&format!("{group} 2027"), &open), opened, "{group}");
            assert_eq!(
                host.refused(&format!("{group} again"), &open).code(),
                "payroll.pay_year_open"
            );
            let mut all = Vec::new();
            for year in [2026, 2027] {
                all.extend(host.view(|view| pay_periods(view, &group.into(), year)));
            }
            all.sort_by_key(|period| period.starts);
            for pair in all.windows(2) {
                assert_eq!(pair[0].ends.succ_opt(), Some(pair[1].starts), "{group}");
            }
            // December 2026 is of the year in which it is paid.
            let december = all.iter().find(|period| period.starts == d("2026-12-01")).unwrap();
            assert_eq!(december.year, 2026, "{group}");
        }
    });
}

/// A group that is paid by the month, opened for 2026, and what it is said to be from a day on.
fn then(host: &Host, group: &str, from: &str, calendar: PayCalendar) {
    let monthly =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    let of = |calendar| DefinePayGroup::new(group, "Staff", "united_states", calendar);
    host.must(&format!("{group} by the month"), &of(monthly));
    host.must(&format!("{group} 2026"), &OpenPayYear::new(group, 2026));
    let from = Some(d(from));
    host.must(&format!("{group} anew"), &DefinePayGroup { from, ..of(calendar) });
}

fn every_two_weeks(from: &str) -> PayCalendar {
    PayCalendar::new(PayFrequency::Biweekly, d(from), TaxTime::united_states())
}

#[test]
fn a_calendar_that_does_not_follow_on_open_periods_is_refused() {
    everywhere(|host| {
        // Periods of 25 December to 7 January, and so on: a week of January is of none that is left.
        then(host, "across", "2026-01-01", every_two_weeks("2026-12-25"));
        let refused = host.refused("across 2027", &OpenPayYear::new("across", 2027));
        assert_eq!(refused.code(), "payroll.pay_periods_apart");
        let says = refused.to_string();
        assert!(says.contains("2027-01-01") && says.contains("2026-12-25"), "{says}");
        assert!(host.view(|view| pay_periods(view, &"across".into(), 2027)).is_empty());
        // From 1 January on they follow: the first is paid on the 14th.
        then(host, "after", "2026-01-01", every_two_weeks("2027-01-01"));
        assert_eq!(host.must("after 2027", &OpenPayYear::new("after", 2027)), 26);
        // The year before is opened later, and ends a week before 2026 begins.
        then(host, "back", "2025-01-01", every_two_weeks("2025-12-25"));
        let refused = host.refused("back 2025", &OpenPayYear::new("back", 2025));
        assert_eq!(refused.code(), "payroll.pay_periods_apart");
    });
}

#[test]
fn what_is_said_of_a_group_from_a_day_on_is_not_used_before() {
    everywhere(|host| {
        then(host, "later", "2028-01-01", every_two_weeks("2028-01-01"));
        hire(host, "1", "later", "2026-01-01/..", ("SALARY", "5000", PayPer::Month));
        let year = "2027-01-01/2027-12-31".parse().unwrap();
        let ahead = |host: &Host| {
            let cases = host.view(|view| forecast_cases(view, "later", year)).0;
            let of = |case: &PayInput| (case.from, case.to);
            cases.iter().map(of).collect::<Vec<_>>()
        };
        let months = ahead(host);
        assert_eq!(months.len(), 12);
        assert_eq!(months[0], (d("2027-01-01"), d("2027-01-31")));
        assert_eq!(host.must("later 2027", &OpenPayYear::new("later", 2027)), 12);
        assert_eq!(ahead(host), months);
        assert_eq!(host.must("later 2028", &OpenPayYear::new("later", 2028)), 26);
        then(host, "middle", "2027-07-01", every_two_weeks("2027-07-01"));
        // Six months, and periods of two weeks that are paid by 29 December.
        assert_eq!(host.must("middle 2027", &OpenPayYear::new("middle", 2027)), 6 + 13);
        let all = host.view(|view| pay_periods(view, &"middle".into(), 2027));
        for pair in all.windows(2) {
            assert_eq!(pair[0].ends.succ_opt(), Some(pair[1].starts));
            assert_eq!(pair[0].number + 1, pair[1].number);
        }
        assert_eq!((all[5].of, all[6].of), (12, 26));
    });
}

#[test]
fn leave_goes_by_the_calendar_of_its_days() {
    everywhere(|host| {
        let calendar =
            PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
        let group = DefinePayGroup::new("shop", "Shop", "united_states", calendar);
        host.must("shop", &group);
        let (from, work_calendar) = (Some(d("2026-07-01")), Some("US".into()));
        host.must("holidays from July on", &DefinePayGroup { from, work_calendar, ..group });
        hire(host, "1", "shop", "2026-01-01/..", ("SALARY", "5000", PayPer::Month));
        // Friday 19 June was worked still, Friday 3 July is a holiday: twelve days of June and two of July.
        let leave = RequestLeave::new("1", "VACATION", d("2026-06-15"), d("2026-07-05"));
        host.must("leave", &leave);
        let left = host.view(|view| leave_left(view, "1", "VACATION", d("2026-12-31")));
        assert_eq!(left, n("16"));
    });
}

#[test]
fn a_definition_governs_whole_periods_for_leave_and_hours_as_for_pay() {
    everywhere(|host| {
        let halves =
            PayCalendar::new(PayFrequency::Semimonthly, d("2026-01-01"), TaxTime::united_states());
        let group = DefinePayGroup::new("halves", "Halves", "united_states", halves);
        host.must("halves", &group);
        host.must("halves 2026", &OpenPayYear::new("halves", 2026));
        let (from, work_calendar) = (Some(d("2026-07-10")), Some("US".into()));
        let time = TimeRules::default().breaks(&[(6 * 60, 60)]);
        host.must("from 10 July on", &DefinePayGroup { from, work_calendar, time, ..group });
        hire(host, "1", "halves", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
        // Friday 3 July is a holiday of the calendar that governs the period up to 15 July; Juneteenth, a Friday too, was worked.
        let weeks = [("2026-06-15", "2026-06-19", "25"), ("2026-06-29", "2026-07-03", "21")];
        for (first, last, left) in weeks {
            let leave = RequestLeave::new("1", "VACATION", d(first), d(last));
            host.must(first, &leave);
            let found = host.view(|view| leave_left(view, "1", "VACATION", d("2026-12-31")));
            assert_eq!(found, n(left));
        }
        // So has the break that is owed on 2 July, of pay and of leave that hours earn; in June none was.
        let earned = Accrual::ByHours { hours: 1.into(), most: None };
        host.must("earned", &DefineLeavePolicy::new(LeavePolicy::new("EARNED", earned)));
        hire(host, "2", "halves", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
        let right = Said::Leave("EARNED".into(), LeaveRight::default());
        say(host, "right", NewTerm::from("2", d("2026-01-01"), right));
        let eight = DaySheet::from_to("08:00:00".parse().unwrap(), "16:00:00".parse().unwrap());
        let sheet = |day: &str| NewSheet {
            sheet: eight.clone(),
            ..NewSheet::hours("2", d(day), "main", 8.into())
        };
        let sheets = vec![sheet("2026-06-29"), sheet("2026-07-02")];
        host.must("time", &RecordTime::new(sheets));
        let paid = |number| lines(&case(host, ("halves", 2026, number), "2"));
        assert_eq!(paid(12), ["WAGES 160 (8 at 20) HQ"]);
        assert_eq!(paid(13), ["WAGES 140 (7 at 20) HQ"]);
        let left = host.view(|view| leave_left(view, "2", "EARNED", d("2026-12-31")));
        assert_eq!(left, n("15"));
    });
}

#[test]
fn a_period_whose_run_is_approved_keeps_its_calendar_for_leave() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
        approved_january(host);
        let work_calendar = Some("MON-FRI".into());
        let group = DefinePayGroup { work_calendar, ..offices(ProrationRule::default()) };
        host.must("no holidays", &group);
        // Monday 19 January was a holiday by what was approved; Monday 16 February is none any more.
        for (first, last, left) in
            [("2026-01-19", "2026-01-23", "26"), ("2026-02-16", "2026-02-20", "21")]
        {
            host.must(first, &RequestLeave::new("1", "VACATION", d(first), d(last)));
            let found = host.view(|view| leave_left(view, "1", "VACATION", d("2026-12-31")));
            assert_eq!(found, n(left));
        }
    });
}
