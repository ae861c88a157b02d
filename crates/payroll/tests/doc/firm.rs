// What the examples of the documentation share: a small firm with two employees, one salaried and one paid by the hour.
pub use chrono::NaiveDate;
pub use fondaco_core::enter::Taking;
pub use fondaco_core::{CompanyId, Timestamp};
pub use fondaco_payroll::calendars::*;
pub use fondaco_payroll::staff::*;
pub use fondaco_payroll::{Payroll, PayrollError};
pub use fondaco_store::Memory;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Ada (1001) has a salary of 60,000 a year in SALES; Bo (1002) gets 20 an hour in the PLANT. Both are paid monthly under US rules, from
/// 2026 on, with 30 days of VACATION.
pub fn payroll() -> Payroll<'static> {
    use fondaco_core::calendar::{BusinessDays, Roll};
    use fondaco_core::timeline::Span;
    use fondaco_payroll::leave::{DefineLeavePolicy, LeavePolicy};
    let time: Timestamp = "2025-12-15T08:00:00Z".parse().unwrap();
    let payroll = Payroll::open(Memory::new(), CompanyId::named("acme")).unwrap();
    let payroll = payroll.with_clock(move || time);
    let calendar = PayCalendar::new(PayFrequency::Monthly, day("2026-01-01"), TaxTime::united_states())
        .kept_off_holidays(BusinessDays::new("US", Roll::Preceding));
    let mut group = DefinePayGroup::new("monthly", "All of us", "united_states", calendar);
    group.work_calendar = Some("DE".into()); // whose Easter Monday is a holiday
    payroll.send("group", &group).unwrap();
    payroll.send("2026", &OpenPayYear::new("monthly", 2026)).unwrap();
    let components = vec![
        NewComponent::new("SALARY", "wages").called("en", "Salary"),
        NewComponent::new("WAGES", "wages").called("en", "Wages"),
        NewComponent::new("BONUS", "supplemental_wages").called("en", "Bonus"),
    ];
    payroll.send("components", &DefineComponents::new(components)).unwrap();
    payroll.send("leave", &DefineLeavePolicy::new(LeavePolicy::yearly("VACATION", 30.into()))).unwrap();
    let staff = vec![NewEmployee::named("1001", "Ada Lovelace"), NewEmployee::named("1002", "Bo Berg")];
    payroll.send("staff", &AddEmployees::new(staff)).unwrap();
    let from = |number: &str, said| NewTerm::from(number, day("2026-01-01"), said);
    let contract = |centre: &str| {
        Said::Contract(Contract::new("monthly", 40.into()).at(centre))
    };
    let job = |component: &str, amount: i64, per| {
        Said::Job("main".into(), Job::new("Worker", component, amount.into(), per))
    };
    let mut terms = vec![
        from("1001", contract("SALES")),
        from("1001", job("SALARY", 60_000, PayPer::Year)),
        from("1002", contract("PLANT")),
        from("1002", job("WAGES", 20, PayPer::Hour)),
    ];
    for term in &mut terms {
        if let Said::Contract(_) = term.said {
            term.span = Span::during(day("2026-01-01"), day("2026-12-31")).unwrap();
        }
    }
    for number in ["1001", "1002"] {
        terms.push(from(number, Said::Leave("VACATION".into(), LeaveRight::default())));
        terms.push(from(number, Said::card("united_states", [("w4_status", "single")])));
    }
    terms.push(from("1001", Said::Accounts(vec![PayAccount::new("us:021000021:000123456789")])));
    payroll.send("terms", &RecordTerms { taking: Taking::AllOrNothing, terms }).unwrap();
    payroll
}
