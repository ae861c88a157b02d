//! A per cent of pay is of the pay of the days on which it holds.

use fondaco_payroll::calendars::*;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;

use crate::firm::*;

/// `DUTY` is a per cent of pay; it holds for somebody on these days.
fn duty(host: &Host, number: &str, per_cent: &str, days: &str) {
    let mut duty = NewComponent::new("DUTY", "wages");
    duty.basis = Basis::PercentOfPay;
    host.must(&format!("duty {number} {days}"), &DefineComponents::new(vec![duty]));
    let said = Said::Recurring("DUTY".into(), Recurring::new(n(per_cent)));
    let term =
        NewTerm { span: days.parse().unwrap(), ..NewTerm::from(number, d("2026-01-01"), said) };
    say(host, &format!("{number} from {days}"), term);
}

/// What `DUTY` pays, line by line.
fn paid(host: &Host, period: (&str, i32, u32), number: &str) -> Vec<String> {
    let all = lines(&case(host, period, number)).into_iter();
    all.filter(|line| line.starts_with("DUTY")).map(|line| line.trim().into()).collect()
}

#[test]
fn a_per_cent_that_holds_for_a_part_is_of_the_pay_of_that_part() {
    everywhere(|host| {
        let june = |number: &str| paid(host, ("monthly", 2026, 6), number);
        for number in ["1", "2", "3", "4"] {
            let from = if number == "4" { "2026-06-16/.." } else { "2026-01-01/.." };
            hire(host, number, "monthly", from, ("SALARY", "4000", PayPer::Month));
        }
        duty(host, "1", "10", "2026-06-16/..");
        assert_eq!(june("1"), ["DUTY 200"]);
        assert_eq!(paid(host, ("monthly", 2026, 7), "1"), ["DUTY 400"]);
        duty(host, "2", "10", "2026-01-01/..");
        assert_eq!(june("2"), ["DUTY 400"]);
        duty(host, "2", "20", "2026-06-16/..");
        assert_eq!(june("2"), ["DUTY 200", "DUTY 400"]);
        duty(host, "3", "10", "2026-05-01/2026-06-02");
        assert_eq!(june("3"), ["DUTY 26.67"]); // two days of 30
        // Who joins on the 16th has it of what the job pays from then on.
        duty(host, "4", "10", "2026-06-16/..");
        assert_eq!(june("4"), ["DUTY 200"]);
    });
}

#[test]
fn each_group_pays_its_part_of_a_month() {
    everywhere(|host| {
        let other =
            PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states());
        host.must("labs", &DefinePayGroup::new("labs", "Labs", "united_states", other));
        host.must("labs 2026", &OpenPayYear::new("labs", 2026));
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        duty(host, "1", "10", "2026-01-01/..");
        let moved = Said::Contract(Contract::new("labs", 40.into()));
        say(host, "moved", NewTerm::from("1", d("2026-06-11"), moved));
        assert_eq!(paid(host, ("monthly", 2026, 6), "1"), ["DUTY 100"]);
        assert_eq!(paid(host, ("labs", 2026, 6), "1"), ["DUTY 200"]);
    });
}

#[test]
fn hours_of_the_days_on_which_it_holds_count_and_overtime_with_its_week() {
    everywhere(|host| {
        // Monday 2 March to Friday 6 March, ten hours each: 40 at 20, ten more at 30.
        for (number, days, pays) in [
            ("1", "2026-03-05/2026-03-06", "DUTY 40"),
            ("2", "2026-03-05/2026-03-31", "DUTY 50"),
            ("3", "2026-01-01/..", "DUTY 110"),
        ] {
            hire(host, number, "weekly", "2026-01-01/..", ("WAGES", "20", PayPer::Hour));
            let sheets = (2..=6).map(|day| {
                let day = d(&format!("2026-03-{day:02}"));
                NewSheet::hours(number, day, "main", 10.into())
            });
            host.must(&format!("time {number}"), &RecordTime::new(sheets.collect()));
            duty(host, number, "10", days);
            assert_eq!(paid(host, ("weekly", 2026, 11), number), [pays]);
        }
    });
}

#[test]
fn of_a_month_of_unpaid_leave_it_is_no_line_of_zero() {
    use fondaco_payroll::leave::*;
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3000", PayPer::Month));
        duty(host, "1", "10", "2026-01-01/..");
        let mut june = RequestLeave::new("1", "TIME-OFF", d("2026-06-01"), d("2026-06-30"));
        let days = june.first.iter_days().take_while(|day| *day <= june.last);
        june.days = days.map(|day| LeaveDay { day, amount: 1.into() }).collect();
        let june = host.must("june", &june);
        let yes = DecideLeave::new(june, LeaveDecision::Approve, "well");
        host.acting_as("boss").must("yes", &yes);
        assert_eq!(paid(host, ("monthly", 2026, 6), "1"), [] as [&str; 0]);
        assert_eq!(paid(host, ("monthly", 2026, 7), "1"), ["DUTY 300"]);
    });
}
