//! Looking runs and slips up, why a figure of a slip is what it is, and what a slip would be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Explain, word};
use fondaco_core::{Id, Money, PartyId, Range, Reading, Timestamp};
use rust_decimal::Decimal;

use super::books::Books;
use super::calculate::compute_one;
use super::compute::Place;
use super::{
    Deduction, PayInput, Run, RunError, RunKind, RunRefusal, RunStep, RunTotal, Slip, SlipLine,
    SlipPayment,
};
use crate::PayrollError;
use crate::rules::Kind;

/// A run.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let found = payroll.view(|view| run(view, id))?;
/// assert_eq!((found.kind, found.status), (RunKind::Regular, RunStatus::Posted));
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`RunError::UnknownRun`], or a [`Halt`](fondaco_core::Halt).
pub fn run(read: &mut impl Reading, run: Id<Run>) -> Result<Arc<Run>, PayrollError> {
    read.peek_require::<Run, PayrollError>(&run, || RunError::UnknownRun { run }.into())
}

/// The runs of these ids, each once, by id.
pub(super) fn runs_by_id(
    read: &mut impl Reading,
    ids: impl Iterator<Item = Id<Run>>,
) -> Result<BTreeMap<Id<Run>, Arc<Run>>, PayrollError> {
    let ids: BTreeSet<Id<Run>> = ids.collect();
    let runs = read.peek_many::<Run>(&ids.into_iter().collect::<Vec<_>>())?;
    Ok(runs.into_iter().flatten().map(|run| (run.id, run)).collect())
}

/// The runs of a calendar, by period.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let all = payroll.view(|view| runs(view, "MONTHLY"))?;
/// assert_eq!(all.iter().map(|run| run.id).collect::<Vec<_>>(), [id]);
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn runs(read: &mut impl Reading, calendar: &str) -> Result<Vec<Arc<Run>>, PayrollError> {
    let range = Range::by(Run::BY_PERIOD, &smol_str::SmolStr::from(calendar));
    Ok(read.peek_scan(&range)?)
}

/// What was done with a run, in order.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let steps = payroll.view(|view| history(view, id))?;
/// let deeds: Vec<RunDeed> = steps.iter().map(|step| step.deed).collect();
/// assert_eq!(deeds, [RunDeed::Created, RunDeed::Calculated, RunDeed::Approved, RunDeed::Posted]);
/// assert_eq!(steps[2].actor.as_str(), "boss");
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn history(read: &mut impl Reading, run: Id<Run>) -> Result<Vec<Arc<RunStep>>, PayrollError> {
    Ok(read.peek_scan(&Range::<RunStep>::by_key(&run))?)
}

/// What a run comes to.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let total = payroll.view(|view| run_total(view, id))?;
/// assert_eq!((total.slips, total.refused, total.gross.to_decimal()), (2, 1, 3000.into()));
/// # Ok::<(), PayrollError>(())
/// ```
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
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let mut all = payroll.view(|view| slips(view, id))?;
/// all.sort_by_key(|slip| slip.number.clone());
/// assert_eq!(all[0].net.to_decimal().to_string(), "1657.84");
/// # Ok::<(), PayrollError>(())
/// ```
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
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let refused = payroll.view(|view| refusals(view, id))?;
/// assert_eq!(refused[0].why(), "employee 1003: salary is -5: give 0 or more");
/// # Ok::<(), PayrollError>(())
/// ```
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
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let hers = payroll.view(|view| slips_of(view, ada()))?;
/// assert_eq!((hers.len(), hers[0].run), (1, id));
/// # Ok::<(), PayrollError>(())
/// ```
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
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// payroll.run_job("paid", &mut AdvanceRun::pay(id, day("2026-01-31"), "file 1"), &mut ()).unwrap();
/// let paid = payroll.view(|view| payments_of(view, id, ada()))?;
/// assert_eq!((paid[0].amount.to_decimal().to_string(), paid[0].reference.as_str()), ("1657.84".into(), "file 1"));
/// # Ok::<(), PayrollError>(())
/// ```
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
/// It is computed again by the version of the rules that the slip names, with the sums that it began with. Of a loan or an order it is said
/// what was owed and due; of retro pay by the law of old periods, which period brings how much.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, id) = january();
/// let why = payroll.view(|view| explain(view, (id, ada()), "income_tax"))?;
/// assert!(why.to_string().contains("22"), "{why}"); // per cent of what is above the exemption
/// # Ok::<(), PayrollError>(())
/// ```
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
    if let Some(taken) = why_taken(read, &slip, result)? {
        return Ok(taken);
    }
    if slip.rests_on.is_some() && slip.input.components.is_empty() {
        return why_made_good(&slip, result);
    }
    let books = Books::read(read)?;
    let rules = books.rules(&slip.number, &slip.rules, slip.rules_on, Some(slip.known_at))?;
    let case = super::compute::case(&rules, &slip)?;
    Ok(rules.program.run(&case)?.explain(result)?)
}

/// Why a loan, an order or a claim got what it got, by the name that its lines have.
fn why_taken(
    read: &mut impl Reading,
    slip: &Slip,
    result: &str,
) -> Result<Option<Explain>, PayrollError> {
    let mut lines = slip.lines.iter().filter(|line| line.component == result);
    let Some((line, deduction)) = lines.find_map(|line| Some((line, line.deduction?))) else {
        return Ok(None);
    };
    let money = |amount: Decimal| Money::new(amount, slip.currency);
    let known = read.peek::<Deduction>(&deduction)?;
    let mut why = Explain::new(result, money(line.amount))
        .rule(word("what is owed and due, as far as its limit and the floor under net pay let it"));
    if let Some(taking) = slip.takings.iter().find(|taking| taking.deduction == deduction) {
        why = why
            .input(Explain::new(word("Owed before"), money(taking.before)))
            .input(Explain::new(word("Due by this slip"), money(taking.due)));
    }
    if !slip.input.net_floor.is_zero() {
        why = why.input(Explain::new(word("Floor under net pay"), money(slip.input.net_floor)));
    }
    if let Some(earlier) = &slip.earlier {
        for (name, amount) in [
            (word("Net pay of other slips of these days"), earlier.net),
            (word("Taken by orders from other slips of these days"), earlier.taken),
        ] {
            if !amount.is_zero() {
                why = why.input(Explain::new(name, money(amount)));
            }
        }
    }
    if let Some(known) = known {
        why.source = Some(format!("{} {}", known.component, known.id).into());
    }
    Ok(Some(why))
}

/// Which periods retro pay comes from: its lines are differences, which no rule made as a whole.
fn why_made_good(slip: &Slip, result: &str) -> Result<Explain, PayrollError> {
    let part = |line: &SlipLine| match result {
        "net" => Some(Decimal::from(line.kind.on_net()) * line.amount),
        "gross" => (line.kind == Kind::Earning).then_some(line.amount),
        "employer_cost" => line.kind.is_cost().then_some(line.amount),
        _ => (line.rule() == result || line.component == result).then_some(line.amount),
    };
    let parts = slip.lines.iter().filter_map(|line| Some((line.original, part(line)?)));
    let mut of: BTreeMap<Option<NaiveDate>, Decimal> = BTreeMap::new();
    for (period, amount) in parts {
        *of.entry(period).or_default() += amount;
    }
    of.retain(|_, amount| !amount.is_zero());
    if of.is_empty() && !matches!(result, "net" | "gross" | "employer_cost") {
        let (employee, field) = (slip.number.clone(), result.into());
        let known = slip.lines.iter().map(SlipLine::rule);
        let like = crate::rules::names_like(result, known);
        return Err(crate::PayError::UnknownInput { employee, field, like }.into());
    }
    let money = |amount: Decimal| Money::new(amount, slip.currency);
    let mut why = Explain::new(result, money(of.values().sum()))
        .rule(word("what each period should have come to, less what was paid of it"));
    for (period, amount) in of {
        let period = period.unwrap_or(slip.period_start);
        why = why.input(Explain::new(period.to_string(), money(amount)));
    }
    Ok(why)
}
