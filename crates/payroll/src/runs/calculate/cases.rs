//! Cases to slips: the ground that they are computed on is read once for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::{Id, PartyId, Timestamp, Tx};

use super::super::books::{Books, Rules};
use super::super::compute::{self, Place};
use super::super::deductions::{self, Earlier, Owed};
use super::super::sums::Sums;
use super::super::{Deduction, DeductionBalance, PayInput, Run, RunError, RunKind, Slip};
use super::{Gathered, Refused};
use crate::PayrollError;

/// What slips are computed with.
pub(in super::super) struct Ground {
    pub(in super::super) rules: Vec<Result<Arc<Rules>, PayrollError>>,
    pub(in super::super) sums: Sums,
    pub(in super::super) owed: BTreeMap<PartyId, Vec<Owed>>,
    pub(in super::super) earlier: BTreeMap<PartyId, Earlier>,
}

/// Reads what cases are computed with: each table once.
pub(in super::super) fn ground(
    tx: &mut impl fondaco_core::Reading,
    (books, run): (&Books, Id<Run>),
    cases: &[Arc<PayInput>],
    known: Option<Timestamp>,
) -> Result<Ground, PayrollError> {
    let rules =
        cases.iter().map(|case| books.rules(&case.number, &case.rules, case.rules_on, known));
    let rules: Vec<Result<Arc<Rules>, PayrollError>> = rules.collect();
    let mut keys = Vec::new();
    for (case, rules) in cases.iter().zip(&rules) {
        // Who can't be computed is told when that is tried.
        if let Ok(rules) = rules
            && let Ok(of_case) = compute::sum_keys(rules, case).collect::<Result<Vec<_>, _>>()
        {
            keys.extend(of_case);
        }
    }
    let sums = Sums::read(tx, &keys)?;
    let employees = cases.iter().map(|case| case.employee);
    let mut owed = match (employees.clone().min(), employees.max()) {
        (Some(first), Some(last)) => deductions::owed_by(tx, (first, last))?,
        _ => BTreeMap::new(),
    };
    let paid = cases.iter().map(|case| (case.employee, (case.from, case.to), case.net_floor));
    let earlier = deductions::earlier(tx, run, &owed, paid)?;
    deductions::mark_asked(tx, &mut owed, run, cases)?;
    Ok(Ground { rules, sums, owed, earlier })
}

pub(super) fn compute_all(
    tx: &mut Tx<'_>,
    run: &Run,
    gathered: &[Gathered],
) -> Result<Vec<Result<Slip, Refused>>, PayrollError> {
    let books = Books::in_act(tx)?;
    let cases: Vec<Arc<PayInput>> = gathered.iter().filter_map(|case| case.clone().ok()).collect();
    let mut ground = ground(tx, (&books, run.id), &cases, Some(tx.now()))?;
    for (case, rules) in cases.iter().zip(&mut ground.rules) {
        if let Err(error) = must_be_of(run, case) {
            *rules = Err(error.into());
        }
    }
    let place = Place::of(run, 1, tx.now());
    let computed = compute_cases(place, &cases, &ground)?;
    let refused = gathered.iter().filter_map(|case| case.clone().err().map(Err));
    Ok(computed.into_iter().chain(refused).collect())
}

/// Computes cases, each by itself; a program's frame is used for all that follow one another under the same rules.
pub(in super::super) fn compute_cases(
    place: Place,
    cases: &[Arc<PayInput>],
    ground: &Ground,
) -> Result<Vec<Result<Slip, Refused>>, PayrollError> {
    let mut done = Vec::with_capacity(cases.len());
    let mut at = 0;
    while at < cases.len() {
        let Some(Ok(rules)) = ground.rules.get(at) else {
            if let (Some(Err(error)), Some(case)) = (ground.rules.get(at), cases.get(at)) {
                done.push(Err(refused(case, error.clone())?));
            }
            at += 1;
            continue;
        };
        let mut runner = rules.program.runner();
        while let (Some(case), Some(Ok(same))) = (cases.get(at), ground.rules.get(at))
            && Arc::ptr_eq(same, rules)
        {
            let owed = ground.owed.get(&case.employee).map(Vec::as_slice).unwrap_or_default();
            let slip =
                compute::figures(rules, &mut runner, case, &ground.sums).and_then(|figures| {
                    let earlier = ground.earlier.get(&case.employee).copied();
                    compute::slip(place, rules, case.clone(), figures, (owed, earlier))
                });
            done.push(match slip {
                Ok(slip) => Ok(slip),
                Err(error) => Err(refused(case, error)?),
            });
            at += 1;
        }
    }
    Ok(done)
}

/// A case is paid on the run's day, for days of its period.
pub(in super::super) fn must_be_of(run: &Run, case: &PayInput) -> Result<(), RunError> {
    if case.pay_date != run.pay_date {
        return Err(RunError::OtherPayDate {
            number: case.number.clone(),
            pay_date: case.pay_date,
            wanted: run.pay_date,
        });
    }
    // A correction has the days of the slip that it stands in place of.
    if run.kind != RunKind::Correction && (case.from < run.period_start || case.to > run.period_end)
    {
        let (field, value) = ("from/to", format!("{}/{}", case.from, case.to));
        let way_out = "give days that lie within the run's period";
        return Err(RunError::BadRun { field, value, way_out });
    }
    Ok(())
}

/// An error said of a case, unless it is none of the case's.
pub(in super::super) fn refused(
    case: &PayInput,
    error: PayrollError,
) -> Result<Refused, PayrollError> {
    match error {
        PayrollError::Halt(halt) if !halt.is_refusal() => Err(PayrollError::Halt(halt)),
        error => Ok(Refused::new(case.employee, &case.number, &error)),
    }
}

/// Computes one case for a run; the slip stands nowhere yet.
pub(in super::super) fn compute_one(
    read: &mut impl fondaco_core::Reading,
    books: &Books,
    place: Place,
    case: Arc<PayInput>,
) -> Result<Slip, PayrollError> {
    let cases = [case.clone()];
    let known = (place.known_at != Timestamp::EPOCH).then_some(place.known_at);
    let mut ground = ground(read, (books, place.run), &cases, known)?;
    let owed = ground.owed.remove(&case.employee).unwrap_or_default();
    let owed = paid_before(read, place, case.employee, owed)?;
    let rules = match ground.rules.first() {
        Some(Ok(rules)) => rules.clone(),
        Some(Err(error)) => return Err(error.clone()),
        None => return Err(fondaco_core::Halt::Bug("a case without rules".into()).into()),
    };
    let figures = compute::figures(&rules, &mut rules.program.runner(), &case, &ground.sums)?;
    let earlier = ground.earlier.get(&case.employee).copied();
    compute::slip(place, &rules, case, figures, (&owed, earlier))
}

/// Marks what was paid on the slip that this one stands in place of, and on those that that one stood in place of; and what these took for.
fn paid_before(
    read: &mut impl fondaco_core::Reading,
    place: Place,
    employee: PartyId,
    mut owed: Vec<Owed>,
) -> Result<Vec<Owed>, PayrollError> {
    let mut next = place.replaces;
    let mut took = BTreeSet::new();
    while let Some(run) = next {
        let claim = compute::claim_id(run, employee, compute::Claimed::Voided);
        owed.iter_mut()
            .filter(|of| of.deduction.id == claim)
            .for_each(|of| of.is_paid_before = true);
        let slip = read.peek::<Slip>(&(run, employee))?;
        let takings = slip.iter().flat_map(|slip| slip.takings.iter());
        took.extend(takings.map(|taking| taking.deduction));
        next = slip.and_then(|slip| slip.replaces);
    }
    for of in owed.iter_mut().filter(|of| took.remove(&of.deduction.id)) {
        of.is_kept = true;
    }
    let ended: Vec<_> = took.into_iter().collect();
    let rows = read.peek_many::<Deduction>(&ended)?;
    let balances = read.peek_many::<DeductionBalance>(&ended)?;
    for (deduction, balance) in rows.into_iter().zip(balances) {
        let Some(deduction) = deduction else { continue };
        let balance = balance.map_or(rust_decimal::Decimal::ZERO, |row| row.owed.to_decimal());
        let (is_asked, is_paid_before, is_kept) = (false, false, true);
        owed.push(Owed { deduction, owed: balance, is_asked, is_paid_before, is_kept });
    }
    Ok(owed)
}
