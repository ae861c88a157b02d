//! Requests for leave against balances.

use fondaco_payroll::leave::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::{Race, Sent};

use crate::firm::*;

const SALARY: (&str, &str, PayPer) = ("SALARY", "3120", PayPer::Month);

#[test]
fn requests_take_of_the_balance_until_they_are_refused_or_withdrawn() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", SALARY);
        let left =
            |day: &str| host.view(|view| leave_left(view, "1", "VACATION", d(day))).to_string();
        // A week with Memorial Day, 25 May, which is worked on by nobody.
        let week = host
            .must("week", &RequestLeave::new("1", "VACATION", d("2026-05-25"), d("2026-05-31")));
        assert_eq!((left("2026-05-24"), left("2026-05-31")), ("30".into(), "26".into()));
        let same = host.refused(
            "again",
            &RequestLeave::new("1", "VACATION", d("2026-05-29"), d("2026-06-01")),
        );
        assert_eq!(
            same.to_string(),
            "employee 1 is on leave on 2026-05-29 already: withdraw that request first, or give other days"
        );
        let much = host
            .refused("much", &RequestLeave::new("1", "VACATION", d("2026-07-01"), d("2026-08-31")));
        assert_eq!(
            much.to_string(),
            "employee 1: 43 of leave VACATION would leave -1 on 2026-08-07, below 0: take fewer days, or later ones"
        );
        // Before a request that is there already: that one would have too little.
        let before = host.refused(
            "before",
            &RequestLeave::new("1", "VACATION", d("2026-01-05"), d("2026-02-13")),
        );
        assert_eq!(before.code(), "payroll.leave_short");
        let own = host.refused("own", &DecideLeave::new(week, LeaveDecision::Approve, "mine"));
        assert!(own.code().starts_with("policy."), "{own}"); // four eyes
        let boss = host.acting_as("boss");
        boss.must("refuse", &DecideLeave::new(week, LeaveDecision::Refuse, "too busy"));
        assert_eq!(left("2026-05-31"), "30");
        let late =
            boss.refused("late", &DecideLeave::new(week, LeaveDecision::Approve, "after all"));
        assert_eq!(late.code(), "payroll.leave_decided");
        host.wait(1);
        let again = host.must(
            "once more",
            &RequestLeave::new("1", "VACATION", d("2026-05-25"), d("2026-05-31")),
        );
        boss.must("yes", &DecideLeave::new(again, LeaveDecision::Approve, "well"));
        host.must("no more", &DecideLeave::new(again, LeaveDecision::Withdraw, "it rains"));
        assert_eq!(left("2026-05-31"), "30");
        let all = host.view(|view| leave_requests(view, "1"));
        assert_eq!(
            all.iter().map(|one| one.status).collect::<Vec<_>>(),
            [LeaveStatus::Refused, LeaveStatus::Withdrawn]
        );
    });
}

#[test]
fn leave_that_can_not_be_is_refused() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/2026-06-30", SALARY);
    let said = |first: &str, last: &str, policy: &str, days: Vec<LeaveDay>| {
        let request = RequestLeave { days, ..RequestLeave::new("1", policy, d(first), d(last)) };
        host.refused("leave", &request).to_string()
    };
    assert!(
        said("2026-07-01", "2026-07-02", "VACATION", vec![])
            .contains("is on days on which nobody works")
    );
    let day = |day: &str, amount: &str| LeaveDay { day: d(day), amount: n(amount) };
    assert_eq!(
        said("2026-07-01", "2026-07-02", "VACATION", vec![day("2026-07-01", "1")]),
        "employee 1 has no contract on 2026-07-01, for which leave is 1: record the contract first, or correct the day"
    );
    assert!(said("2026-03-07", "2026-03-08", "VACATION", vec![]).contains("nobody works")); // a weekend
    assert!(said("2026-03-09", "2026-03-08", "VACATION", vec![]).contains("has no days"));
    assert!(
        said("2026-03-02", "2026-03-03", "VACATION", vec![day("2026-03-02", "2")])
            .contains("more than a day")
    );
    assert!(
        said("2026-03-02", "2026-03-03", "VACATION", vec![day("2026-03-04", "1")])
            .contains("out of order, or outside")
    );
    assert!(
        said("2026-03-02", "2026-03-03", "PATERNITY", vec![])
            .starts_with("there is no leave policy PATERNITY")
    );
    say(
        &host,
        "no more",
        NewTerm::from("1", d("2026-05-01"), Said::Ended(Topic::Leave, "VACATION".into())),
    );
    assert_eq!(
        said("2026-05-04", "2026-05-05", "VACATION", vec![]),
        "employee 1 has no leave VACATION on 2026-05-04: grant the policy from that day on, or take other leave"
    );
}

#[test]
fn of_two_who_ask_at_once_one_finds_the_other() {
    let request = |first: &str, last: &str| RequestLeave::new("1", "VACATION", d(first), d(last));
    let rows = |host: &fondaco_testkit::Host| {
        host.rows::<LeaveRequest>().iter().map(|row| format!("{}", row.first)).collect()
    };
    let before = |host: &fondaco_testkit::Host| {
        set_up(host);
        hire(host, "1", "monthly", "2026-01-01/..", SALARY);
    };
    let race =
        Race { engine: &fondaco_payroll::ENGINE, stores: &stores, before: &before, rows: &rows };
    // Either takes 20 or more of the 30 days.
    race.race(
        &Sent::new("spring", request("2026-04-01", "2026-04-30")),
        &Sent::new("summer", request("2026-07-01", "2026-07-31")),
    );
}

#[test]
fn what_is_left_is_worth_what_an_hour_pays() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", SALARY);
    hire(&host, "2", "weekly", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
    hire(&host, "3", "monthly", "2026-01-01/2026-06-30", SALARY);
    host.must(
        "grant",
        &GrantLeave::new(vec![NewGrant {
            amount: 2.into(),
            opening: false,
            ..NewGrant::opening("2", "VACATION", d("2026-06-01"), 2.into())
        }]),
    );
    let lines = host.view(|view| leave_liability(view, "VACATION", d("2026-07-15")));
    let mut told: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                "{}: {} days at {} are {}",
                line.number, line.left, line.hourly_rate, line.worth
            )
        })
        .collect();
    told.sort();
    // 3,120 a month are 18 an hour: 12 × 3,120 / (52 × 40). A day has eight hours. Who left has none.
    assert_eq!(told, ["1: 30 days at 18 are 4320", "2: 32 days at 20 are 5120"]);
    let by_centre = liability_by_centre(&lines);
    assert_eq!(by_centre.get(&Some("HQ".into())), Some(&9440.into()));
}

#[test]
fn days_that_two_calendars_share_are_taken_once() {
    use fondaco_payroll::calendars::*;
    let host = in_memory();
    let weekly = PayCalendar::new(PayFrequency::Weekly, d("2028-06-26"), TaxTime::united_states());
    let monthly =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
    // Nobody has opened 2028 yet: June is a month by the calendar of before, and its last days are of a week that ends in July.
    host.must("first", &DefinePayGroup::new("shared", "Shared", "united_states", monthly));
    let mut later = DefinePayGroup::new("shared", "Shared", "united_states", weekly);
    later.from = Some(d("2028-07-01"));
    host.must("by weeks from July on", &later);
    hire(&host, "1", "shared", "2026-01-01/..", SALARY);
    let fortnight = RequestLeave::new("1", "VACATION", d("2028-06-19"), d("2028-07-07"));
    host.must("three weeks", &fortnight);
    assert_eq!(host.rows::<LeaveRequest>()[0].days.len(), 15);
}

#[test]
fn hours_of_leave_add_up_on_one_day() {
    everywhere(|host| {
        let hours =
            LeavePolicy { unit: LeaveUnit::Hours, ..LeavePolicy::yearly("CARE", 80.into()) };
        host.must("care", &DefineLeavePolicy::new(hours));
        hire(host, "1", "monthly", "2026-01-01/..", SALARY);
        let right = Said::Leave("CARE".into(), LeaveRight::default());
        say(host, "right", NewTerm::from("1", d("2026-01-01"), right));
        let on = |hours: i64| {
            let mut request = RequestLeave::new("1", "CARE", d("2026-03-03"), d("2026-03-03"));
            request.days = vec![LeaveDay { day: d("2026-03-03"), amount: hours.into() }];
            request
        };
        host.must("morning", &on(2));
        host.must("evening", &on(2));
        assert_eq!(host.refused("night", &on(21)).code(), "payroll.leave_twice");
        let whole = RequestLeave::new("1", "VACATION", d("2026-03-03"), d("2026-03-03"));
        assert_eq!(host.refused("whole day", &whole).code(), "payroll.leave_twice");
        // Half of a day of eight hours, and four hours: that is all of it.
        let mut half = whole.clone();
        half.days = vec![LeaveDay { day: d("2026-03-03"), amount: n("0.5") }];
        host.must("half a day", &half);
        assert_eq!(host.refused("one more", &on(1)).code(), "payroll.leave_twice");
    });
}
