//! Weeks and days that are parts of something: overtime of a week that a contract or a period cuts, and days of which a part is unpaid.

use fondaco_payroll::calendars::*;
use fondaco_payroll::leave::*;
use fondaco_payroll::staff::*;
use fondaco_payroll::time::{OvertimeBy, TimeRules, When};
use fondaco_testkit::Host;

use crate::firm::*;

/// Monthly pay under US rules with federal overtime, and premiums for nights and Sundays.
fn workshop(host: &Host) {
    let monthly =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    let mut group = DefinePayGroup::new("workshop", "Workshop", "united_states", monthly);
    let sunday = When::On(vec![chrono::Weekday::Sun]);
    group.time = TimeRules::default().overtime(OvertimeBy::Flsa).premium("SUNDAY", sunday);
    host.must("workshop", &group);
    host.must("workshop 2026", &OpenPayYear::new("workshop", 2026));
    let double = NewComponent::new("SUNDAY", "wages").hours(n("1"));
    host.must("sunday", &DefineComponents::new(vec![double]));
}

/// Days of so many hours each.
fn worked(host: &Host, number: &str, days: &[&str], hours: i64) {
    let sheets = days.iter().map(|day| NewSheet::hours(number, d(day), "main", hours.into()));
    let name = format!("{number} {days:?} {hours}");
    let entered = host.must(&name, &RecordTime::new(sheets.collect()));
    assert!(entered.refused.is_empty(), "{entered:?}");
}

const LAST_WEEK: [&str; 5] = ["2026-01-26", "2026-01-27", "2026-01-28", "2026-01-29", "2026-01-30"];

#[test]
fn overtime_of_a_week_that_the_contract_ends_in_is_paid_with_the_last_pay() {
    everywhere(|host| {
        workshop(host);
        hire(host, "1", "workshop", "2026-01-01/2026-01-30", ("WAGES", "20", PayPer::Hour));
        hire(host, "2", "workshop", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
        for number in ["1", "2"] {
            worked(host, number, &LAST_WEEK, 10);
        }
        let paid = |number, period| lines(&case(host, ("workshop", 2026, period), number));
        assert_eq!(paid("1", 1), ["WAGES 1000 (50 at 20) HQ", "OVERTIME 100 (10) HQ"]);
        // Whose week goes on is paid with the month in which it ends.
        assert_eq!(paid("2", 1), ["WAGES 1000 (50 at 20) HQ"]);
        assert_eq!(paid("2", 2), ["OVERTIME 100 (10) HQ"]);
        // Nobody gets it twice who comes back in the month after.
        let back = Said::Contract(Contract::new("workshop", 40.into()).at("HQ"));
        say(host, "back", NewTerm::from("1", d("2026-02-16"), back));
        let job = Said::Job("main".into(), Job::new("Work", "WAGES", 20.into(), PayPer::Hour));
        say(host, "job again", NewTerm::from("1", d("2026-02-16"), job));
        assert_eq!(paid("1", 2), [] as [&str; 0]);
    });
}

#[test]
fn a_premium_of_double_time_on_sundays_is_no_part_of_the_regular_rate() {
    let host = in_memory();
    workshop(&host);
    hire(&host, "1", "workshop", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
    worked(&host, "1", &["2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15"], 10);
    worked(&host, "1", &["2026-01-18"], 8);
    // 48 hours at 20, and half of 20 on eight of them (29 CFR 778.203).
    assert_eq!(
        lines(&case(&host, ("workshop", 2026, 1), "1")),
        ["SUNDAY 160 (8 at 20) HQ", "WAGES 960 (48 at 20) HQ", "OVERTIME 80 (8) HQ"]
    );
}

#[test]
fn hours_beside_a_salary_pay_what_the_job_says() {
    let host = in_memory();
    workshop(&host);
    // 29 CFR 778.113(b): 1,040 a month are 240 a week, 6 an hour of 40.
    for (number, hours) in [
        ("1", None),
        ("2", Some(SalaryHours::Exempt)),
        ("3", Some(SalaryHours::OfContract)),
        ("4", Some(SalaryHours::All)),
    ] {
        hire(&host, number, "workshop", "2026-01-01/..", ("SALARY", "1040", PayPer::Month));
        let mut job = Job::new("Work", "SALARY", 1040.into(), PayPer::Month);
        job.hours = hours;
        let term = NewTerm::from(number, d("2026-01-01"), Said::Job("main".into(), job));
        say(&host, &format!("hours {number}"), term.corrected());
        let week = ["2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16"];
        worked(&host, number, &week, 10);
    }
    let input = |number| case(&host, ("workshop", 2026, 1), number);
    assert_eq!(lines(&input("1")), ["SALARY 1040 HQ"]);
    let warned = |number| {
        let warnings = input(number).warnings;
        warnings.into_iter().find(|one| one.code == "overtime_unpaid").map(|one| one.about)
    };
    assert!(warned("1").unwrap().starts_with("50 hours of the week from 2026-01-12"));
    assert_eq!((lines(&input("2")), warned("2")), (vec!["SALARY 1040 HQ".to_owned()], None));
    // Ten hours at 9; or half of 240 / 50 on ten hours (778.114).
    assert_eq!(lines(&input("3")), ["SALARY 1040 HQ", "OVERTIME 90 (10) HQ"]);
    assert_eq!(lines(&input("4")), ["SALARY 1040 HQ", "OVERTIME 24 (10) HQ"]);
}

/// Grants leave: of whole days, or of a part of one.
fn off(host: &Host, number: &str, policy: &str, day: &str, amount: Option<&str>) {
    let name = format!("{number} {policy} {day}");
    let mut request = RequestLeave::new(number, policy, d(day), d(day));
    request.days =
        amount.map(|amount| LeaveDay { day: d(day), amount: n(amount) }).into_iter().collect();
    let request = host.must(&name, &request);
    let yes = DecideLeave::new(request, LeaveDecision::Approve, "fine");
    host.acting_as("boss").must(&format!("{name} yes"), &yes);
}

const MARCH: (&str, i32, u32) = ("monthly", 2026, 3);

#[test]
fn a_part_of_a_day_that_is_not_paid_takes_that_part() {
    everywhere(|host| {
        let hours = LeavePolicy {
            paid: false,
            unit: LeaveUnit::Hours,
            ..LeavePolicy::yearly("HOURS-OFF", 80.into())
        };
        host.must("hours off", &DefineLeavePolicy::new(hours));
        for number in ["1", "2", "3"] {
            hire(host, number, "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
            let right = Said::Leave("HOURS-OFF".into(), LeaveRight::default());
            say(host, &format!("right {number}"), NewTerm::from(number, d("2026-01-01"), right));
        }
        let paid = |number| lines(&case(host, MARCH, number));
        // Half of 100 a day.
        off(host, "1", "TIME-OFF", "2026-03-03", Some("0.5"));
        assert_eq!(paid("1"), ["SALARY 3050 HQ"]);
        // Two of eight hours.
        off(host, "2", "HOURS-OFF", "2026-03-03", Some("2"));
        assert_eq!(paid("2"), ["SALARY 3075 HQ"]);
        // Half a day of vacation and half a day off are half a day off.
        off(host, "3", "VACATION", "2026-03-03", Some("0.5"));
        off(host, "3", "TIME-OFF", "2026-03-03", Some("0.5"));
        assert_eq!(paid("3"), ["SALARY 3050 HQ"]);
        // A whole day in hours is a whole day.
        off(host, "2", "HOURS-OFF", "2026-03-04", None);
        assert_eq!(paid("2"), ["SALARY 2975 HQ"]);
    });
}

#[test]
fn a_part_of_a_day_is_taken_out_of_pay_by_the_day_and_of_what_recurs() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("WAGES", "150", PayPer::Day));
    let car = Said::Recurring("CAR".into(), Recurring::new(310.into()));
    say(&host, "car", NewTerm::from("1", d("2026-01-01"), car));
    off(&host, "1", "TIME-OFF", "2026-03-03", Some("0.5"));
    // 21.5 of 22 working days; 30.5 of 31 days.
    assert_eq!(lines(&case(&host, MARCH, "1")), ["WAGES 3225 (21.5 at 150) HQ", "CAR 305 "]);
}
