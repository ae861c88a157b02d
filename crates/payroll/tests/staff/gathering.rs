//! What slips are computed from.

use fondaco_core::timeline::Span;
use fondaco_payroll::leave::{DecideLeave, LeaveDecision, RequestLeave};
use fondaco_payroll::runs::{BankPart, CostShare, PayValue};
use fondaco_payroll::staff::*;
use fondaco_payroll::time::DaySheet;
use rust_decimal::Decimal;

use crate::firm::*;

const MARCH: (&str, i32, u32) = ("monthly", 2026, 3);

fn text(value: &PayValue) -> String {
    match value {
        PayValue::Bool(is) => is.to_string(),
        PayValue::Text(text) => text.to_string(),
    }
}

#[test]
fn who_changes_the_group_in_mid_month_gets_what_is_not_prorated_once() {
    everywhere(|host| {
        let other = fondaco_payroll::calendars::PayCalendar::new(
            fondaco_payroll::calendars::PayFrequency::Monthly,
            d("2026-01-01"),
            fondaco_payroll::calendars::TaxTime::united_states(),
        );
        let group =
            fondaco_payroll::calendars::DefinePayGroup::new("labs", "Labs", "united_states", other);
        host.must("labs", &group);
        host.must("labs 2026", &fondaco_payroll::calendars::OpenPayYear::new("labs", 2026));
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        let allowance = Said::Recurring("BONUS".into(), Recurring::new(100.into()));
        say(host, "allowance", NewTerm::from("1", d("2026-01-01"), allowance));
        let moved = Said::Contract(Contract::new("labs", 40.into()));
        say(host, "moved", NewTerm::from("1", d("2026-03-15"), moved));
        let paid = |group: &str| {
            let input = case(host, (group, 2026, 3), "1");
            input.components.iter().any(|line| line.code == "BONUS")
        };
        assert_eq!((paid("monthly"), paid("labs")), (false, true));
        let february = case(host, ("monthly", 2026, 2), "1");
        assert!(february.components.iter().any(|line| line.code == "BONUS"));
    });
}

#[test]
fn a_salary_is_a_twelfth_of_the_year_with_all_that_the_rules_are_told() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "60000", PayPer::Year));
        let input = case(host, MARCH, "1");
        assert_eq!(lines(&input), ["SALARY 5000 HQ"]);
        let told: Vec<String> =
            input.values.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
        assert_eq!(told, ["frequency=monthly", "w4_status=single"]);
        assert_eq!((input.pay_date, input.rules_on), (d("2026-03-31"), d("2026-03-31")));
        assert_eq!((input.year("calendar_year"), input.bank.len()), (Some(2026), 1));
        assert!(input.warnings.is_empty(), "{:?}", input.warnings);
    });
}

#[test]
fn british_rules_and_year_follow_the_regular_pay_day() {
    use fondaco_core::calendar::{BusinessDays, Roll};
    use fondaco_payroll::calendars::*;
    everywhere(|host| {
        let sixth = PayDay::OfMonth { day: 6, months_later: 1 };
        let calendar =
            PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_kingdom())
                .paid(sixth)
                .kept_off_holidays(BusinessDays::new("GB-EAW", Roll::Preceding));
        let group = DefinePayGroup::new("british", "Leeds", "united_kingdom", calendar);
        host.must("british", &group);
        host.must("british 2026", &OpenPayYear::new("british", 2026));
        let pay = DefineComponents::new(vec![NewComponent::new("PAY", "salary")]);
        host.must("british pay", &pay);
        hire(host, "1", "british", "2026-01-01/..", ("PAY", "3000", PayPer::Month));
        // 6 April 2026 is Easter Monday: March is paid on the Thursday before, and counts to the new year with its rates.
        let input = case(host, ("british", 2026, 1), "1");
        assert_eq!((input.from, input.pay_date), (d("2026-03-01"), d("2026-04-02")));
        assert_eq!((input.rules_on, input.year("tax_year")), (d("2026-04-06"), Some(2026)));
    });
}

#[test]
fn a_rise_in_mid_month_cuts_the_month_and_the_old_month_stays_as_it_was_known() {
    everywhere(|host| {
        hire(host, "1", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
        let before = host.now();
        host.wait(60);
        let job = Job::new("Lead", "SALARY", 6200.into(), PayPer::Month).at("LAB");
        say(host, "rise", NewTerm::from("1", d("2026-03-16"), Said::Job("main".into(), job)));
        let input = case(host, MARCH, "1");
        assert_eq!(lines(&input), ["SALARY 1500 HQ", "SALARY 3200 LAB"]); // 15 and 16 of 31 days
        let cut: Vec<String> = input
            .segments
            .iter()
            .map(|cut| format!("{}..{} {}", cut.from, cut.to, cut.about))
            .collect();
        assert_eq!(cut, ["2026-03-01..2026-03-15 main 3100", "2026-03-16..2026-03-31 main 6200"]);
        let known = gathered(host, MARCH, Some(before)).pop().unwrap().input.unwrap();
        assert_eq!(lines(&known), ["SALARY 3100 HQ"]);
    });
}

#[test]
fn who_comes_and_goes_is_paid_for_the_days_between() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-03-17/2026-03-26", ("SALARY", "3100", PayPer::Month));
    hire(&host, "2", "monthly", "2026-04-01/..", ("SALARY", "3100", PayPer::Month));
    let all = gathered(&host, MARCH, None);
    assert_eq!(all.len(), 1); // the other one comes later
    let input = all[0].input.clone().unwrap();
    assert_eq!(lines(&input), ["SALARY 1000 HQ"]);
    assert_eq!(input.warnings[0].code, "leaver_paid");
    let none: Vec<Gathered> = gathered(&host, ("weekly", 2026, 12), None);
    assert!(none.is_empty(), "{none:?}"); // another pay group
}

#[test]
fn two_jobs_recurring_pay_and_one_that_comes_once() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", "36000", PayPer::Year));
    let half = Job {
        share: n("0.5"),
        ..Job::new("Teacher", "SALARY", 2000.into(), PayPer::Month).at("SCHOOL")
    };
    say(&host, "second", NewTerm::from("1", d("2026-01-01"), Said::Job("school".into(), half)));
    let car = Recurring::new(310.into());
    say(&host, "car", NewTerm::from("1", d("2026-03-22"), Said::Recurring("CAR".into(), car)));
    let dues = Recurring {
        cost_centres: vec![CostShare { centre: "A".into(), share: 1.into() }],
        ..Recurring::new(50.into())
    };
    say(
        &host,
        "pension",
        NewTerm::from("1", d("2026-03-22"), Said::Recurring("PENSION".into(), dues)),
    );
    let bonus = NewItem::new("1", d("2026-03-31"), "BONUS", 500.into(), "a good quarter");
    let late = NewItem::new("1", d("2026-04-01"), "BONUS", 1.into(), "of April");
    host.must("bonus", &RecordItems::new(vec![bonus, late]));
    let all = lines(&case(&host, MARCH, "1"));
    // Ten days of 31 of the car; the pension is not prorated.
    assert_eq!(
        all,
        ["SALARY 3000 HQ", "SALARY 1000 SCHOOL", "CAR 100 ", "PENSION 50 A", "BONUS 500 "]
    );
}

#[test]
fn a_pay_scale_moves_up_by_its_steps() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", "1", PayPer::Month));
    let pay = |step: u32, amount: i64, months: Option<u32>| NewScalePay {
        grade: "9b".into(),
        step,
        pay: ScalePay { amount: amount.into(), per: PayPer::Month, months_to_next: months },
        span: Span::from(d("2026-01-01")),
    };
    host.must("scale", &RecordScale::new("TV", vec![pay(1, 3100, Some(12)), pay(2, 3720, None)]));
    let since = Some(d("2025-03-11"));
    let graded = JobPay::Grade { scale: "TV".into(), grade: "9b".into(), step: 1, since };
    let job = Job { pay: graded, ..Job::new("Clerk", "SALARY", Decimal::ZERO, PayPer::Month) };
    say(&host, "graded", NewTerm::from("1", d("2026-02-01"), Said::Job("main".into(), job)));
    assert_eq!(lines(&case(&host, ("monthly", 2026, 2), "1")), ["SALARY 3100 HQ"]);
    // Ten days at 3,100, and from the 11th on, after a year, 21 at 3,720.
    assert_eq!(lines(&case(&host, MARCH, "1")), ["SALARY 1000 HQ", "SALARY 2520 HQ"]);
    assert_eq!(lines(&case(&host, ("monthly", 2026, 4), "1")), ["SALARY 3720 HQ"]);
}

#[test]
fn hours_are_paid_at_the_rate_of_their_day_with_night_and_overtime() {
    everywhere(|host| {
        hire(host, "1", "weekly", "2026-01-05/..", ("WAGES", "20", PayPer::Hour));
        // The week from Monday, 2 March on: four days of ten hours, and one at night of eight.
        let day = |day: &str, hours: i64| NewSheet::hours("1", d(day), "main", hours.into());
        let night = DaySheet::from_to("22:00:00".parse().unwrap(), "06:00:00".parse().unwrap());
        let mut sheets: Vec<NewSheet> =
            (2..6).map(|at| day(&format!("2026-03-0{at}"), 10)).collect();
        sheets.push(NewSheet { sheet: night, ..day("2026-03-06", 0) });
        assert_eq!(host.must("time", &RecordTime::new(sheets.clone())).entered, 5);
        assert_eq!(host.must("time again", &RecordTime::new(sheets)).there, 5);
        let week = case(host, ("weekly", 2026, 11), "1");
        assert_eq!(
            (week.from, week.to, week.pay_date),
            (d("2026-03-02"), d("2026-03-08"), d("2026-03-13"))
        );
        // Eight hours above 40 at half of the regular rate more, of which the night is a part (29 CFR 778.207(b)): 1,000 / 48 / 2 x 8.
        assert_eq!(
            lines(&week),
            ["NIGHT 40 (8 at 5) HQ", "WAGES 960 (48 at 20) HQ", "OVERTIME 83.33 (8) HQ"]
        );
        // What was wrong is said again; what was known stays known.
        let known = host.now();
        host.wait(60);
        let right = vec![day("2026-03-05", 2)];
        host.must("corrected", &RecordTime::new(right));
        assert_eq!(lines(&case(host, ("weekly", 2026, 11), "1"))[1], "WAGES 800 (40 at 20) HQ");
        let old = gathered(host, ("weekly", 2026, 11), Some(known)).pop().unwrap().input.unwrap();
        assert_eq!(lines(&old)[1], "WAGES 960 (48 at 20) HQ");
    });
}

#[test]
fn leave_is_paid_by_the_hour_and_time_off_is_taken_out_of_a_salary() {
    let host = in_memory();
    hire(&host, "1", "weekly", "2026-01-05/..", ("WAGES", "20", PayPer::Hour));
    hire(&host, "2", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
    let approved = |number: &str, policy: &str, first: &str, last: &str| {
        let name = format!("{number} {policy}");
        let request = host.must(&name, &RequestLeave::new(number, policy, d(first), d(last)));
        let boss = host.acting_as("boss");
        boss.must(
            &format!("{name} yes"),
            &DecideLeave::new(request, LeaveDecision::Approve, "fine"),
        );
        request
    };
    let vacation = approved("1", "VACATION", "2026-03-05", "2026-03-06");
    let week = case(&host, ("weekly", 2026, 11), "1");
    assert_eq!(lines(&week), ["HOLIDAY-PAY 320 (16 at 20) HQ"]);
    approved("2", "TIME-OFF", "2026-03-02", "2026-03-06");
    assert_eq!(lines(&case(&host, MARCH, "2")), ["SALARY 2600 HQ"]); // 26 of 31 days
    // What is withdrawn later was granted then.
    let then = host.now();
    host.wait(60);
    host.must("no", &DecideLeave::new(vacation, LeaveDecision::Withdraw, "it rains"));
    let paid = |known| gathered(&host, ("weekly", 2026, 11), known).pop().unwrap().input.unwrap();
    assert_eq!(lines(&paid(None)), [] as [&str; 0]);
    assert_eq!(lines(&paid(Some(then))), ["HOLIDAY-PAY 320 (16 at 20) HQ"]);
}

#[test]
fn net_pay_is_split_over_accounts_that_keep_one_key() {
    let host = in_memory();
    hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
    hire(&host, "2", "monthly", "2026-01-01/..", ("SALARY", "3100", PayPer::Month));
    let accounts = vec![
        PayAccount::new("DE89 3704 0044 0532 0130 00").takes(BankPart::Amount(100.into())),
        PayAccount::new("us:021000021:98765").takes(BankPart::Percent(50.into())),
        PayAccount::new("us:021000021:12345"),
    ];
    say(&host, "split", NewTerm::from("1", d("2026-03-15"), Said::Accounts(accounts)));
    let (first, second) = (case(&host, MARCH, "1"), case(&host, MARCH, "2"));
    assert_eq!(first.bank.len(), 3);
    assert_eq!(first.bank[2].account, second.bank[0].account);
    let employee = employee_party("1");
    let stored = host.view(|view| pay_accounts(view, employee, d("2026-03-31")));
    let keys: Vec<_> =
        stored.iter().map(|account| account_key(&account.bank(&"1".into()).unwrap())).collect();
    assert_eq!(keys, first.bank.iter().map(|share| share.account.clone()).collect::<Vec<_>>());
}

#[test]
fn a_year_of_27_periods_pays_more_or_each_a_little_less() {
    use fondaco_core::calendar::{BusinessDays, Roll};
    use fondaco_payroll::calendars::*;
    let host = in_memory();
    // The 27th Friday of 2026 is 1 January 2027, a holiday: it is paid on New Year's Eve.
    let fridays =
        PayCalendar::new(PayFrequency::Biweekly, d("2025-12-20"), TaxTime::united_states())
            .kept_off_holidays(BusinessDays::new("US", Roll::Preceding));
    for (number, annual, paid) in
        [("1", AnnualPay::Usual, "2700"), ("2", AnnualPay::Actual, "2600")]
    {
        let group = format!("fridays {number}");
        let define =
            DefinePayGroup::new(group.as_str(), "Fridays", "united_states", fridays.clone());
        host.must(&group, &DefinePayGroup { annual, ..define });
        assert_eq!(
            host.must(&format!("{group} 2026"), &OpenPayYear::new(group.as_str(), 2026)),
            27
        );
        hire(&host, number, &group, "2025-12-20/..", ("SALARY", "70200", PayPer::Year));
        let last = case(&host, (&group, 2026, 27), number);
        assert_eq!(lines(&last), [format!("SALARY {paid} HQ")]);
        assert_eq!((last.pay_date, last.year("calendar_year")), (d("2026-12-31"), Some(2026)));
    }
}
