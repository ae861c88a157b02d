//! A firm with a pay group, components and rates, for tests.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::calendar::{BusinessDays, Roll};
use fondaco_core::party;
use fondaco_core::store::Store;
use fondaco_payroll::calendars::*;
use fondaco_payroll::leave::{DefineLeavePolicy, LeavePolicy};
use fondaco_payroll::runs::PayInput;
use fondaco_payroll::staff::*;
use fondaco_payroll::time::{OvertimeBy, TimeRules, When};
use fondaco_payroll::{ENGINE, PayrollError};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Host, Model, Stores};
use rust_decimal::Decimal;

pub fn stores() -> Stores {
    let sqlite: Arc<dyn Store> = Arc::new(Sqlite::in_memory().unwrap());
    vec![("memory", Arc::new(Memory::new())), ("model", Arc::new(Model::new())), ("sqlite", sqlite)]
}

/// Runs a test on every store, with the firm set up.
pub fn everywhere(test: impl Fn(&Host)) {
    Host::everywhere(stores(), &ENGINE, |host| {
        set_up(&host);
        test(&host);
        host.clean();
    });
}

pub fn in_memory() -> Host {
    let host = Host::on("memory", Arc::new(Memory::new()), &ENGINE);
    set_up(&host);
    host
}

pub fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Monthly pay under US rules for offices, weekly pay with overtime and premiums for the plant; 30 days of VACATION, unpaid TIME-OFF.
pub fn set_up(host: &Host) {
    let host = &host.clone().with(&party::ENGINE);
    let monthly =
        PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), TaxTime::united_states())
            .kept_off_holidays(BusinessDays::new("US", Roll::Preceding));
    host.must("monthly", &DefinePayGroup::new("monthly", "Offices", "united_states", monthly));
    let weekly = PayCalendar::new(PayFrequency::Weekly, d("2026-01-05"), TaxTime::united_states())
        .paid(PayDay::AfterEnd { days: 5 })
        .kept_off_holidays(BusinessDays::new("US", Roll::Preceding));
    let mut plant = DefinePayGroup::new("weekly", "Plant", "united_states", weekly);
    let night =
        When::Between { from: "22:00:00".parse().unwrap(), to: "06:00:00".parse().unwrap() };
    plant.time = TimeRules::default().overtime(OvertimeBy::Flsa).premium("NIGHT", night);
    host.must("plant", &plant);
    for (group, year) in [("monthly", 2026), ("weekly", 2026)] {
        host.must(&format!("{group} {year}"), &OpenPayYear::new(group, year));
    }
    let components = vec![
        NewComponent::new("SALARY", "wages"),
        NewComponent::new("WAGES", "wages"),
        NewComponent::new("NIGHT", "wages").hours(n("0.25")),
        NewComponent::new("OVERTIME", "wages"),
        NewComponent::new("HOLIDAY-PAY", "wages"),
        NewComponent::new("BONUS", "supplemental_wages"),
        NewComponent::new("CAR", "fringe_benefits").prorated(),
        NewComponent::new("PENSION", "retirement_deferrals"),
    ];
    host.must("components", &DefineComponents::new(components));
    let mut vacation = LeavePolicy::yearly("VACATION", 30.into());
    vacation.component = Some("HOLIDAY-PAY".into());
    host.must("vacation", &DefineLeavePolicy::new(vacation));
    let off = LeavePolicy { paid: false, ..LeavePolicy::yearly("TIME-OFF", 60.into()) };
    host.must("time off", &DefineLeavePolicy::new(off));
}

/// Takes somebody on, with a contract for these days, a job that pays so, a card, an account and VACATION.
pub fn hire(host: &Host, number: &str, group: &str, span: &str, pay: (&str, &str, PayPer)) {
    let name = format!("Employee {number}");
    host.must(
        &format!("hire {number}"),
        &AddEmployees::new(vec![NewEmployee::named(number, name)]),
    );
    let span = span.parse().unwrap();
    let term = |said| NewTerm { span, ..NewTerm::from(number, d("2026-01-01"), said) };
    let (component, amount, per) = pay;
    let job = Job::new("Work", component, n(amount), per);
    let terms = vec![
        term(Said::Contract(Contract::new(group, 40.into()).at("HQ"))),
        term(Said::Job("main".into(), job)),
        term(Said::card("united_states", [("w4_status", "single")])),
        term(Said::Accounts(vec![PayAccount::new("us:021000021:12345")])),
        term(Said::Leave("VACATION".into(), LeaveRight::default())),
        term(Said::Leave("TIME-OFF".into(), LeaveRight::default())),
    ];
    let entered = host.must(&format!("terms {number}"), &RecordTerms::new(terms));
    assert!(entered.refused.is_empty(), "{entered:?}");
}

/// Says one thing of an employee, which is taken.
pub fn say(host: &Host, name: &str, term: NewTerm) {
    let entered = host.must(name, &RecordTerms::new(vec![term]));
    assert!(entered.refused.is_empty(), "{entered:?}");
}

/// The cases of a period, as known now or at a time.
pub fn gathered(
    host: &Host,
    (group, year, number): (&str, i32, u32),
    known: Option<fondaco_core::Timestamp>,
) -> Vec<Gathered> {
    host.view(|view| {
        let period = pay_period(view, &group.into(), year, number)?;
        let gathering = Gathering::open(view, &period, known)?;
        let (mut all, mut from) = (Vec::new(), None);
        loop {
            let (some, rest) = gathering.next(view, from, 2)?;
            all.extend(some);
            if rest.is_none() {
                return Ok::<_, PayrollError>(all);
            }
            from = rest;
        }
    })
}

/// The case of one employee.
pub fn case(host: &Host, period: (&str, i32, u32), number: &str) -> PayInput {
    let all = gathered(host, period, None);
    all.into_iter().find(|one| one.number == number).unwrap().input.unwrap()
}

/// What a case pays, line by line.
pub fn lines(input: &PayInput) -> Vec<String> {
    let line = |line: &fondaco_payroll::runs::PayComponent| {
        let centres: Vec<&str> = line.shares.iter().map(|share| share.centre.as_str()).collect();
        let times = line.quantity.map_or(String::new(), |quantity| {
            let rate = line.rate.map_or(String::new(), |rate| format!(" at {rate}"));
            format!(" ({quantity}{rate})")
        });
        format!("{} {}{times} {}", line.code, line.amount, centres.join("+"))
    };
    input.components.iter().map(line).collect()
}
