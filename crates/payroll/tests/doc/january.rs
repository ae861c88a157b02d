// What the examples of runs share: two employees of an Estonian firm, whose pay of January 2026 is computed, approved and posted.
pub use std::collections::BTreeMap;
pub use std::sync::Arc;

pub use chrono::NaiveDate;
pub use fondaco_core::report::Locale;
pub use fondaco_core::{CompanyId, DateRange, Id, PartyId};
pub use fondaco_payroll::outputs::*;
pub use fondaco_payroll::runs::*;
pub use fondaco_payroll::{Payroll, PayrollError};
pub use fondaco_store::Memory;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn ada() -> PartyId {
    PartyId::named("1001")
}

/// Pay of a month of 2026 under Estonian rules, borne by SALES and paid to one account.
pub fn case(number: &str, month: &str, salary: &str) -> PayInput {
    let days: DateRange = month.parse().unwrap();
    let mut case = PayInput::new(PartyId::named(number), number, days, days.end().unwrap(), "estonia")
        .component(PayComponent::new("SALARY", "salary", salary.parse().unwrap()));
    case.shares.push(CostShare { centre: "SALES".into(), share: 1.into() });
    case.bank.push(BankShare { account: "EE382200221020145685".into(), part: BankPart::Rest });
    case
}

/// A run of January, computed by the clerk: 2,000.00 for Ada (1001), 1,000.00 for Bo (1002), and -5 for Cy (1003), who is refused.
pub fn computed() -> (Payroll<'static>, Id<Run>) {
    let payroll = Payroll::open(Memory::new(), CompanyId::named("acme")).unwrap();
    let january = CreateRun::new("MONTHLY", (day("2026-01-01"), day("2026-01-31")), day("2026-01-31"));
    let run = payroll.send("january", &january).unwrap().answer;
    let month = "2026-01-01/2026-01-31";
    let cases = [("1001", "2000.00"), ("1002", "1000.00"), ("1003", "-5")];
    let cases = cases.map(|(number, salary)| case(number, month, salary)).to_vec();
    let mut calculate = CalculateRun::new(run, PaySource::given(cases).unwrap());
    payroll.run_job("january computed", &mut calculate, &mut ()).unwrap();
    (payroll, run)
}

/// The same, approved by the boss without Cy, and posted.
pub fn january() -> (Payroll<'static>, Id<Run>) {
    let (payroll, run) = computed();
    let boss = payroll.clone().acting_as("boss");
    let to = RunMove::Approve { without_refused: true };
    let mut approve = AdvanceRun { run, to, reason: "looked at".into() };
    boss.run_job("january approved", &mut approve, &mut ()).unwrap();
    boss.run_job("january posted", &mut AdvanceRun::post(run, "entry 17"), &mut ()).unwrap();
    (payroll, run)
}

/// The slips of that run.
pub fn slips_of_january() -> Vec<Arc<Slip>> {
    let (payroll, run) = january();
    payroll.view(|view| slips(view, run)).unwrap()
}
