//! Looking runs and slips up, why a figure of a slip is what it is, and what a slip would be.

use std::sync::Arc;

use fondaco_core::report::Explain;
use fondaco_core::{Id, PartyId, Range, Reading, Timestamp};

use super::books::Books;
use super::calculate::compute_one;
use super::compute::Place;
use super::{PayInput, Run, RunError, RunKind, RunRefusal, RunStep, RunTotal, Slip, SlipPayment};
use crate::PayrollError;

/// A run.
///
/// # Errors
/// [`RunError::UnknownRun`], or a [`Halt`](fondaco_core::Halt).
pub fn run(read: &mut impl Reading, run: Id<Run>) -> Result<Arc<Run>, PayrollError> {
    read.peek_require::<Run, PayrollError>(&run, || RunError::UnknownRun { run }.into())
}

/// The runs of a calendar, by period.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn runs(read: &mut impl Reading, calendar: &str) -> Result<Vec<Arc<Run>>, PayrollError> {
    let range = Range::by(Run::BY_PERIOD, &smol_str::SmolStr::from(calendar));
    Ok(read.peek_scan(&range)?)
}

/// What was done with a run, in order.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn history(read: &mut impl Reading, run: Id<Run>) -> Result<Vec<Arc<RunStep>>, PayrollError> {
    Ok(read.peek_scan(&Range::<RunStep>::by_key(&run))?)
}

/// What a run comes to.
///
/// # Errors
/// [`RunError::UnknownRun`], or a [`Halt`](fondaco_core::Halt).
pub fn run_total(read: &mut impl Reading, id: Id<Run>) -> Result<RunTotal, PayrollError> {
    let run = run(read, id)?;
    let row = read.peek::<RunTotal>(&(id, run.calculation))?;
    Ok(row.map_or_else(|| RunTotal::none(&run), |row| row.as_ref().clone()))
}

/// The slips of a run, in order of employees; voided ones too.
///
/// # Errors
/// [`RunError::UnknownRun`], or a [`Halt`](fondaco_core::Halt).
pub fn slips(read: &mut impl Reading, id: Id<Run>) -> Result<Vec<Arc<Slip>>, PayrollError> {
    let calculation = run(read, id)?.calculation;
    let mut slips = read.peek_scan(&Range::<Slip>::by_key(&id))?;
    slips.retain(|slip| slip.calculation == calculation);
    Ok(slips)
}

/// Those who could not be computed in a run, and why.
///
/// # Errors
/// [`RunError::UnknownRun`], or a [`Halt`](fondaco_core::Halt).
pub fn refusals(
    read: &mut impl Reading,
    id: Id<Run>,
) -> Result<Vec<Arc<RunRefusal>>, PayrollError> {
    let calculation = run(read, id)?.calculation;
    let mut refusals = read.peek_scan(&Range::<RunRefusal>::by_key(&id))?;
    refusals.retain(|refusal| refusal.calculation == calculation);
    Ok(refusals)
}

/// The slips of an employee, in the order in which they are paid.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn slips_of(
    read: &mut impl Reading,
    employee: PartyId,
) -> Result<Vec<Arc<Slip>>, PayrollError> {
    Ok(read.peek_scan(&Range::by(Slip::BY_EMPLOYEE, &employee))?)
}

/// What was paid of a slip, and what came back.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn payments_of(
    read: &mut impl Reading,
    run: Id<Run>,
    employee: PartyId,
) -> Result<Vec<Arc<SlipPayment>>, PayrollError> {
    Ok(read.peek_scan(&Range::<SlipPayment>::by_key(&(run, employee)))?)
}

/// What a slip would be if the case were computed now, with the sums, loans and orders as they stand; nothing is stored.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::runs::{PayComponent, PayInput, preview};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia")
///     .component(PayComponent::new("SALARY", "salary", "2000.00".parse()?));
/// let slip = payroll.view(|view| preview(view, &case))?;
/// assert_eq!(slip.net.to_decimal().to_string(), "1657.84");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What the case is refused for, or a [`Halt`](fondaco_core::Halt).
pub fn preview(read: &mut impl Reading, case: &PayInput) -> Result<Slip, PayrollError> {
    let books = Books::read(read)?;
    let (run, kind, known_at) = (Id::from_u128(0), RunKind::Regular, Timestamp::EPOCH);
    let place = Place { run, kind, calculation: 0, edition: 0, known_at, replaces: None };
    compute_one(read, &books, place, Arc::new(case.clone()))
}

/// Why a result of a slip is what it is: the rule, the figures of the law, the inputs, what was rounded. `result` is a line's
/// [rule](super::SlipLine::rule), `gross`, `net`, or any other result of the rules.
///
/// It is computed again by the version of the rules that the slip names, with the sums that it began with.
///
/// # Errors
/// [`RunError::UnknownSlip`], a result that the rules don't have, or a [`Halt`](fondaco_core::Halt).
pub fn explain(
    read: &mut impl Reading,
    (run, employee): (Id<Run>, PartyId),
    result: &str,
) -> Result<Explain, PayrollError> {
    let unknown = || PayrollError::from(RunError::UnknownSlip { run, employee });
    let slip = read.peek_require::<Slip, PayrollError>(&(run, employee), unknown)?;
    let books = Books::read(read)?;
    let rules = books.rules(&slip.number, &slip.rules, slip.rules_on, Some(slip.known_at))?;
    let case = super::compute::case(&rules, &slip)?;
    Ok(rules.program.run(&case)?.explain(result)?)
}
