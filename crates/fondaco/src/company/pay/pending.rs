//! What of payroll the books don't have yet: what a month is not closed without.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Period;
use fondaco_core::{Currency, DocumentId, PartyId, Range, Reading};
use fondaco_payroll::runs::{
    Deduction, DeductionStep, Run, RunStatus, Slip, SlipPayment, SlipStatus,
};

use super::post::of_step;
use super::{PayFact, PaySlip};
use crate::company::CompanyError;
use crate::company::closing::CloseStep;
use crate::company::setup::Settings;

/// What is to be done with runs through a day, where payroll joined.
pub(crate) fn pending(
    read: &mut impl Reading,
    through: NaiveDate,
) -> Result<Vec<CloseStep>, CompanyError> {
    if !read.has_joined(&fondaco_payroll::ENGINE) {
        return Ok(Vec::new());
    }
    let currency = read.peek::<Settings>(&Settings::key())?.ok_or(CompanyError::NotSetUp)?.currency;
    let mut found = Vec::new();
    for status in [RunStatus::Draft, RunStatus::Calculated] {
        let runs = read.peek_scan(&Range::by(Run::BY_STATUS, &status))?;
        for run in runs.iter().filter(|run| run.period_end <= through) {
            let text = format!(
                "run {} is a {}: AdvanceRun::approve it, or cancel it",
                run.id,
                status.code()
            );
            found.push(CloseStep::to_do("pay", text, status == RunStatus::Calculated));
        }
    }
    let counting = [
        RunStatus::Approved,
        RunStatus::Posted,
        RunStatus::PartPaid,
        RunStatus::Paid,
        RunStatus::Closed,
    ];
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let begin = periods.iter().map(|period| period.start).min();
    let mut seen = BTreeSet::new();
    for status in counting {
        for run in read.peek_scan(&Range::by(Run::BY_STATUS, &status))? {
            if let Some(other) = run.currency.filter(|other| *other != currency) {
                let text = format!(
                    "run {} is paid in {other} and the books are in {currency}: post it by an entry of your own",
                    run.id
                );
                found.push(CloseStep::to_do("pay", text, false));
                continue;
            }
            let missing = Missing::of(read, &run, (begin, through, currency), &mut seen)?;
            if let Some(what) = missing.shown() {
                let text = format!("PostPay of run {}: {what}", run.id);
                found.push(CloseStep::to_do("pay", text, true));
            }
        }
    }
    Ok(found)
}

/// How much of a run the books don't have.
#[derive(Default)]
struct Missing {
    slips: usize,
    voided: usize,
    payments: usize,
    steps: usize,
}

impl Missing {
    /// Compares what a run has with what the books have, row by row. What an employee owes is looked at once, with the first of his runs.
    fn of(
        read: &mut impl Reading,
        run: &Run,
        (begin, through, currency): (Option<NaiveDate>, NaiveDate, Currency),
        seen: &mut BTreeSet<PartyId>,
    ) -> Result<Missing, CompanyError> {
        let mut missing = Missing::default();
        let id = DocumentId::from_u128(run.id.to_u128());
        let slips = read.peek_scan(&Range::<Slip>::by_key(&run.id))?;
        let keys: Vec<_> = slips.iter().map(|slip| (id, slip.employee)).collect();
        let known = read.peek_many::<PaySlip>(&keys)?;
        let mut whose: BTreeSet<PartyId> = BTreeSet::new();
        // What was earned before the books began is theirs by what they opened with; money that leaves since is not.
        let is_theirs = begin.is_some_and(|begin| begin <= run.period_end);
        let is_due = is_theirs && run.period_end <= through;
        for (slip, known) in slips.iter().zip(known) {
            let is_voided = slip.status == SlipStatus::Voided;
            if is_voided || slip.status.counts() {
                whose.insert(slip.employee);
            }
            match known {
                None if is_due && slip.status.counts() => missing.slips += 1,
                Some(row) if is_due && is_voided && !row.voided => missing.voided += 1,
                _ => {}
            }
        }
        let payments = read.peek_scan(&Range::<SlipPayment>::by_key(&run.id))?;
        let payments =
            payments.iter().filter(|one| one.day <= through && whose.contains(&one.employee));
        let payments = payments.filter(|one| begin.is_some_and(|begin| begin <= one.day));
        let ids: Vec<_> = payments.map(|one| DocumentId::from_u128(one.id.to_u128())).collect();
        missing.payments = unknown(read, &ids)?;
        if is_due {
            whose.retain(|employee| seen.insert(*employee));
            let ids = steps(read, &whose, currency)?;
            missing.steps = unknown(read, &ids)?;
        }
        Ok(missing)
    }

    fn shown(&self) -> Option<String> {
        let parts = [
            (self.slips, "slips"),
            (self.voided, "voided slips"),
            (self.payments, "payments"),
            (self.steps, "steps of what employees owe"),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// How many facts the books don't have.
fn unknown(read: &mut impl Reading, facts: &[DocumentId]) -> Result<usize, CompanyError> {
    Ok(read.peek_many::<PayFact>(facts)?.iter().filter(|row| row.is_none()).count())
}

/// The steps of what some employees owe that the books are told of besides slips.
fn steps(
    read: &mut impl Reading,
    whose: &BTreeSet<PartyId>,
    currency: Currency,
) -> Result<Vec<DocumentId>, CompanyError> {
    let mut ids = Vec::new();
    for employee in whose {
        let all: Vec<Arc<Deduction>> =
            read.peek_scan(&Range::by(Deduction::BY_EMPLOYEE, employee))?;
        for deduction in all {
            for step in read.peek_scan(&Range::<DeductionStep>::by_key(&deduction.id))? {
                if !of_step(currency, &step, &deduction).is_ok_and(|one| one.lines.is_empty()) {
                    ids.push(DocumentId::from_u128(step.id.to_u128()));
                }
            }
        }
    }
    Ok(ids)
}
