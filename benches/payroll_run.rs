//! A monthly run calculated, approved and stored, in memory and on SQLite; twelve months made good in retro.
//!
//! `cargo bench -p fondaco --bench payroll_run --features payroll,sqlite -- [memory|sqlite|staff|staff-sqlite|retro|all] [EMPLOYEES]`. Slips add up
//! at the end. `staff` gathers the cases from recorded employees, contracts and cards, `staff-sqlite` on a file: its peak of memory is that of a run.

#![allow(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::time::Instant;

use chrono::{Datelike, Months, NaiveDate};
use fondaco::payroll::calendars::{
    DefinePayGroup, OpenPayYear, PayCalendar, PayFrequency, TaxTime,
};
use fondaco::payroll::runs::*;
use fondaco::payroll::staff::*;
use fondaco::payroll::{Payroll, PayrollError};
use fondaco::rust_decimal::Decimal;
use fondaco_core::{CompanyId, DateRange, Id, PartyId};
use fondaco_store::{Memory, Sqlite};

type Done<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Done<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let what = args.next().unwrap_or_else(|| "all".into());
    let count: u32 = args.next().map_or(Ok(100_000), |count| count.parse())?;
    let asked = |one: &str| what == one || what == "all";
    let acme = || CompanyId::named("acme");
    if asked("memory") {
        let payroll = Payroll::open(Memory::new(), acme())?;
        monthly("memory", &payroll, count, 3)?;
    }
    if asked("sqlite") {
        let folder = std::env::temp_dir().join(format!("payroll_run_{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let payroll = Payroll::open(Sqlite::open(folder.join("acme.db"))?, acme())?;
        monthly("SQLite", &payroll, count, 30)?;
        drop(payroll);
        std::fs::remove_dir_all(folder)?;
    }
    if asked("staff") {
        recorded("memory", &Payroll::open(Memory::new(), acme())?, count)?;
    }
    if asked("staff-sqlite") {
        let folder = std::env::temp_dir().join(format!("payroll_staff_{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let payroll = Payroll::open(Sqlite::open(folder.join("acme.db"))?, acme())?;
        recorded("SQLite", &payroll, count)?;
        drop(payroll);
        std::fs::remove_dir_all(folder)?;
    }
    if asked("retro") {
        retro(count / 10)?;
    }
    println!("peak memory: {}", peak());
    Ok(())
}

/// The first and last day of a month of 2026.
fn month(number: u32) -> Done<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(2026, number, 1).ok_or("a month of the year")?;
    Ok((first, first + Months::new(1) - chrono::Days::new(1)))
}

/// A month's case under the federal rules of the United States: a salary, a form W-4, two cost centres, one account.
fn case(employee: u32, of_month: u32, raise: i64) -> Done<PayInput> {
    let (first, last) = month(of_month)?;
    let number = format!("{employee:06}");
    let cents = 250_000 + i64::from(employee).wrapping_mul(7_919) % 900_000 + raise;
    let period = DateRange::new(first, last)?;
    let who = PartyId::named(&number);
    let mut case = PayInput::new(who, number, period, last, "united_states")
        .with("frequency", "monthly")
        .with("w4_status", if employee.is_multiple_of(3) { "married" } else { "single" })
        .with("w4_step_2", employee.is_multiple_of(5))
        .component(PayComponent::new("SALARY", "wages", Decimal::new(cents, 2)));
    let share = |centre: &str, share: i64| CostShare { centre: centre.into(), share: share.into() };
    case.shares = vec![share("100", 60), share("200", 40)];
    case.bank = vec![BankShare { account: "1".into(), part: BankPart::Rest }];
    Ok(case)
}

fn cases(count: u32, of_month: u32) -> Done<PaySource> {
    let cases = (0..count).map(|employee| case(employee, of_month, 0)).collect::<Done<Vec<_>>>()?;
    Ok(PaySource::given(cases)?)
}

fn created(payroll: &Payroll<'_>, kind: RunKind, of_month: u32) -> Done<Id<Run>> {
    let period = month(of_month)?;
    let create = CreateRun { kind, ..CreateRun::new("MONTHLY", period, period.1) };
    Ok(payroll.send(&format!("{kind:?} {of_month}"), &create)?.answer)
}

fn approved(payroll: &Payroll<'_>, run: Id<Run>) -> Done<RunReport> {
    let boss = payroll.clone().acting_as("boss");
    let mut approve = AdvanceRun::approve(run, "looked at");
    Ok(boss.run_job(&format!("approve {run}"), &mut approve, &mut ())?.report)
}

fn monthly(name: &str, payroll: &Payroll<'_>, count: u32, goal: u32) -> Done<()> {
    for of_month in 1..=2 {
        let source = cases(count, of_month)?;
        let run = created(payroll, RunKind::Regular, of_month)?;
        let start = Instant::now();
        let report = payroll
            .run_job(
                &format!("calculate {of_month}"),
                &mut CalculateRun::new(run, source),
                &mut (),
            )?
            .report;
        let computed = start.elapsed();
        assert_eq!(report, RunReport { slips: count.into(), refused: 0 });
        approved(payroll, run)?;
        let all = start.elapsed();
        println!(
            "{name}: month {of_month} of {count} employees calculated in {:.2} s, approved in {:.2} s more: {:.2} s (goal for 100,000: {goal} s)",
            computed.as_secs_f64(),
            (all - computed).as_secs_f64(),
            all.as_secs_f64()
        );
    }
    let found = payroll.verify()?;
    assert!(found.is_clean(), "{found:?}");
    Ok(())
}

/// The same of employees who are kept here: gathered, calculated, approved.
fn recorded(name: &str, payroll: &Payroll<'_>, count: u32) -> Done<()> {
    let tax = TaxTime::united_states();
    let calendar = PayCalendar::new(PayFrequency::Monthly, month(1)?.0, tax);
    payroll.send("group", &DefinePayGroup::new("MONTHLY", "All", "united_states", calendar))?;
    payroll.send("2026", &OpenPayYear::new("MONTHLY", 2026))?;
    let salary = vec![NewComponent::new("SALARY", "wages")];
    payroll.send("components", &DefineComponents::new(salary))?;
    let start = Instant::now();
    for first in (0..count).step_by(5_000) {
        let numbers = (first..count.min(first + 5_000)).map(|at| (at, format!("{at:06}")));
        let numbers: Vec<(u32, String)> = numbers.collect();
        let people =
            numbers.iter().map(|(_, number)| NewEmployee::named(number.as_str(), "Somebody"));
        payroll.send(&format!("people {first}"), &AddEmployees::new(people.collect()))?;
        let terms = numbers.iter().map(|(at, number)| {
            let cents = 250_000 + i64::from(*at).wrapping_mul(7_919) % 900_000;
            let job = Job::new("Work", "SALARY", Decimal::new(cents, 2), PayPer::Month);
            let contract = Said::Contract(Contract::new("MONTHLY", 40.into()).at("100"));
            let also = vec![
                Said::Job("main".into(), job),
                Said::card("united_states", [("w4_status", "single")]),
                Said::Accounts(vec![PayAccount::new("us:021000021:12345")]),
            ];
            Ok(NewTerm { also, ..NewTerm::from(number.as_str(), month(1)?.0, contract) })
        });
        let terms = RecordTerms::new(terms.collect::<Done<Vec<_>>>()?);
        payroll.send(&format!("terms {first}"), &terms)?;
    }
    let entered = start.elapsed().as_secs_f64();
    println!(
        "{name}: {count} employees with a contract, job, card and account each in {entered:.2} s; {}",
        peak()
    );
    for of_month in 1..=2 {
        let run = created(payroll, RunKind::Regular, of_month)?;
        let start = Instant::now();
        let mut calculate = CalculateRun::new(run, PaySource::Staff);
        let report =
            payroll.run_job(&format!("calculate {of_month}"), &mut calculate, &mut ())?.report;
        let computed = start.elapsed();
        assert_eq!(report, RunReport { slips: count.into(), refused: 0 });
        approved(payroll, run)?;
        let all = start.elapsed();
        println!(
            "{name}: month {of_month} of {count} recorded employees gathered and calculated in {:.2} s, approved in {:.2} s more; {}",
            computed.as_secs_f64(),
            (all - computed).as_secs_f64(),
            peak()
        );
    }
    Ok(())
}

fn retro(count: u32) -> Done<()> {
    let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
    for of_month in 1..=12 {
        let run = created(&payroll, RunKind::Regular, of_month)?;
        let mut calculate = CalculateRun::new(run, cases(count, of_month)?);
        payroll.run_job(&format!("calculate {of_month}"), &mut calculate, &mut ())?;
        approved(&payroll, run)?;
    }
    let raised =
        (0..count).flat_map(|employee| (1..=12).map(move |one| case(employee, one, 10_000)));
    let raised = raised.collect::<Done<Vec<_>>>()?;
    let run = created(&payroll, RunKind::Retro, 12)?;
    let start = Instant::now();
    let mut job = RetroRun::new(run, raised, RetroLaw::OldPeriods, "a rise");
    let report = payroll.run_job("retro", &mut job, &mut ())?.report;
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(report.slips, i64::from(count));
    println!("retro over 12 months of {count} employees: {seconds:.2} s (goal for 10,000: 2 s)");
    approved(&payroll, run)?;
    let who = PartyId::named("000000");
    let slips = payroll.view(|view| slips_of(view, who))?;
    let gross = |slip: &std::sync::Arc<Slip>| slip.gross.to_decimal();
    let retro = slips.iter().find(|slip| slip.kind == RunKind::Retro).ok_or("a retro slip")?;
    assert_eq!(gross(retro), Decimal::from(1_200));
    assert_eq!(retro.period_start.month(), 12);
    Ok::<(), PayrollError>(())?;
    Ok(())
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
