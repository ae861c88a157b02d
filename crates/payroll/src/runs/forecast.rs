//! What is to come: slips of periods ahead, computed one after the other and never stored.
//!
//! Each begins with the sums that the ones before it leave, so that ceilings are reached when they will be. Loans, orders and claims are left
//! out: they take from what employees get, and change no cost.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Datelike;
use fondaco_core::calendar::find;
use fondaco_core::{DateRange, Id, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::books::Books;
use super::compute::{self, Place};
use super::sums::{SumKey, Sums};
use super::{PayInput, Refused, RunKind, Slip};
use crate::PayrollError;
use crate::calendars::{PayPeriod, made, new_periods, pay_group};
use crate::staff::Gathering;

/// The slips that cases of periods ahead come to, in the order of payment, each with the sums that those before it leave; who can't be computed
/// is told by itself. Nothing is stored. [`CostReport`](crate::outputs::CostReport) adds them up by month or by cost centre.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::outputs::CostReport;
/// use fondaco_payroll::runs::{PayComponent, PayInput, forecast};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let month = |days: &str, paid: &str| -> Result<PayInput, Box<dyn std::error::Error>> {
///     let case = PayInput::new(PartyId::named("ada"), "1001", days.parse()?, paid.parse()?, "united_states");
///     let case = case.with("frequency", "monthly").component(PayComponent::new("SALARY", "wages", "5000".parse()?));
///     Ok(case)
/// };
/// let ahead = [month("2026-01-01/2026-01-31", "2026-01-30")?, month("2026-02-01/2026-02-28", "2026-02-27")?];
/// let (slips, refused) = payroll.view(|view| forecast(view, &ahead))?;
/// assert!(refused.is_empty());
/// // Unemployment tax is on the first 7,000 of the year: on 5,000 in January, on 2,000 in February.
/// let cost: Vec<String> = CostReport::by_month(&slips)?.of.values().map(|cost| cost.contributions.to_string()).collect();
/// assert_eq!(cost, ["412.5", "394.5"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn forecast(
    read: &mut impl Reading,
    cases: &[PayInput],
) -> Result<(Vec<Slip>, Vec<Refused>), PayrollError> {
    let mut cases: Vec<&PayInput> = cases.iter().collect();
    cases.sort_by_key(|case| (case.pay_date, case.from, case.employee));
    let books = Books::read(read)?;
    let mut sums = begun(read, &books, &cases)?;
    let (mut slips, mut refused) = (Vec::with_capacity(cases.len()), Vec::new());
    for case in cases {
        let (employee, number) = (case.employee, case.number.clone());
        match ahead(&books, &mut sums, Arc::new(case.clone())) {
            Ok(slip) => slips.push(slip),
            Err(error) => refused.push(Refused::new(employee, &number, &error)),
        }
    }
    Ok((slips, refused))
}

/// The cases that contracts and a pay group's calendar say for the periods that begin within some days, as far as they are known; and who has
/// none in some period, and why. Periods that nobody opened yet are those that [`OpenPayYear`](crate::calendars::OpenPayYear) would open. What is paid by hours that nobody
/// told yet is not in them.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::outputs::CostReport;
/// use fondaco_payroll::runs::{forecast, forecast_cases};
///
/// let payroll = payroll(); // Ada has 5,000 a month until December, and the year 2026 is open
/// let months = "2026-07-01/2027-06-30".parse()?;
/// let (cases, _) = payroll.view(|view| forecast_cases(view, "monthly", months))?;
/// let (slips, _) = payroll.view(|view| forecast(view, &cases))?;
/// let ada: Vec<_> = slips.into_iter().filter(|slip| slip.number == "1001").collect();
/// assert_eq!(CostReport::by_month(&ada)?.of.len(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A pay group that is not there, a calendar without such years, or a [`Halt`](fondaco_core::Halt) to be passed on.
pub fn forecast_cases(
    read: &mut impl Reading,
    calendar: &str,
    within: DateRange,
) -> Result<(Vec<PayInput>, Vec<Refused>), PayrollError> {
    let (mut cases, mut refused) = (Vec::new(), Vec::new());
    for period in periods(read, &calendar.into(), within)? {
        let gathering = Gathering::open(read, &period, None)?;
        let mut next = None;
        loop {
            let (gathered, after) = gathering.next(read, next, CHUNK)?;
            for one in gathered {
                match one.input {
                    Ok(input) => cases.push(input),
                    Err(error) => refused.push(Refused::new(one.employee, &one.number, &error)),
                }
            }
            next = after;
            if next.is_none() {
                break;
            }
        }
    }
    Ok((cases, refused))
}

/// So many employees are gathered at a time.
const CHUNK: usize = 500;

/// The periods of a pay group that begin within some days: as they were opened, or as its calendar says.
fn periods(
    read: &mut impl Reading,
    calendar: &SmolStr,
    within: DateRange,
) -> Result<Vec<PayPeriod>, PayrollError> {
    let group = pay_group(read, calendar)?;
    let opened = read.peek_scan(&Range::<PayPeriod>::by_key(calendar))?;
    let years: BTreeSet<i32> = opened.iter().map(|period| period.year).collect();
    let mut all: Vec<PayPeriod> = opened.iter().map(|period| period.as_ref().clone()).collect();
    let (Some(first), Some(last)) = (within.start(), within.end()) else { return Ok(Vec::new()) };
    // The year before and the one after may have a period that begins within these days.
    for year in first.year().saturating_sub(1)..=last.year().saturating_add(1) {
        if !years.contains(&year) {
            let made = made(&group, year, |code| find(read, code))?;
            // Of years that are far from these days it matters to nobody whether they would join those that are open.
            if made.iter().any(|period| within.contains(period.starts)) {
                all.extend(new_periods(&group, year, &opened, |code| find(read, code))?);
            }
        }
    }
    all.retain(|period| within.contains(period.starts));
    all.sort_by_key(|period| period.starts);
    all.dedup_by_key(|period| period.starts);
    Ok(all)
}

/// The sums as they stand, of all that the cases add to, in one trip.
fn begun(
    read: &mut impl Reading,
    books: &Books,
    cases: &[&PayInput],
) -> Result<Sums, PayrollError> {
    let mut keys: BTreeSet<SumKey> = BTreeSet::new();
    for case in cases {
        // Who can't be computed is told when that is tried.
        if let Ok(rules) = books.rules(&case.number, &case.rules, case.rules_on, None) {
            keys.extend(compute::sum_keys(&rules, case).flatten());
        }
    }
    Sums::read(read, &keys.into_iter().collect::<Vec<_>>())
}

fn ahead(books: &Books, sums: &mut Sums, case: Arc<PayInput>) -> Result<Slip, PayrollError> {
    let rules = books.rules(&case.number, &case.rules, case.rules_on, None)?;
    let figures = compute::figures(&rules, &mut rules.program.runner(), &case, sums)?;
    for sum in &figures.sums {
        sums.set((case.employee, sum.sum.clone(), sum.year), sum.after);
    }
    let (run, kind, known_at) = (Id::from_u128(0), RunKind::Regular, Timestamp::EPOCH);
    let place = Place { run, kind, calculation: 0, edition: 0, known_at, replaces: None };
    compute::slip(place, &rules, case, figures, (&[], None))
}
