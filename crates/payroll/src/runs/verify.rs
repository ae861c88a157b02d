//! Whether sums, balances and totals are what slips and facts add up to.

use std::collections::BTreeMap;

use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, Id, PartyId, Range, Reading, View};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::deductions::DeductionStep;
use super::{
    Deduction, DeductionBalance, OpeningSum, Run, RunStatus, RunTotal, Slip, SlipPayment,
    SlipStatus, YearSum,
};
use crate::Amt;

#[derive(Default)]
struct Added {
    sums: BTreeMap<(PartyId, SmolStr, i32), Decimal>,
    owed: BTreeMap<Id<Deduction>, Decimal>,
    paid: BTreeMap<(Id<Run>, PartyId), Decimal>,
    totals: BTreeMap<(Id<Run>, u32), RunTotal>,
}

/// Recomputes what runs derive.
pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let mut added = Added::default();
    let mut runs = BTreeMap::new();
    view.peek_each(&Range::<Run>::all(), |run: &Run| {
        runs.insert(run.id, run.clone());
        Ok::<(), Halt>(())
    })?;
    facts(view, &mut added)?;
    slips(view, &mut added, &runs, found)?;
    compare(view, &mut added, found)?;
    for run in runs.values() {
        let none = RunTotal::none(run);
        let key = (run.id, run.calculation);
        let kept =
            view.peek::<RunTotal>(&key)?.map_or_else(|| none.clone(), |row| row.as_ref().clone());
        let summed = added.totals.remove(&key).unwrap_or(none);
        let same = RunTotal { refused: kept.refused, ..summed.clone() } == kept;
        if !same {
            found.say(format_args!(
                "payroll run {} has the totals {kept:?}, and its slips come to {summed:?}",
                run.id
            ));
        }
        if run.status >= RunStatus::Approved
            && run.status != RunStatus::Cancelled
            && kept.approved + kept.voided < kept.slips
        {
            found.say(format_args!(
                "payroll run {} is {}, and has slips that don't count",
                run.id,
                run.status.code()
            ));
        }
    }
    Ok(())
}

fn facts(view: &mut View<'_>, added: &mut Added) -> Result<(), Halt> {
    view.peek_each(&Range::<OpeningSum>::all(), |open: &OpeningSum| {
        let key = (open.employee, open.sum.clone(), open.year);
        *added.sums.entry(key).or_default() += open.amount.to_decimal();
        Ok::<(), Halt>(())
    })?;
    view.peek_each(&Range::<DeductionStep>::all(), |step: &DeductionStep| {
        *added.owed.entry(step.deduction).or_default() += step.amount.to_decimal();
        Ok::<(), Halt>(())
    })?;
    view.peek_each(&Range::<SlipPayment>::all(), |payment: &SlipPayment| {
        let key = (payment.run, payment.employee);
        *added.paid.entry(key).or_default() += payment.amount.to_decimal();
        Ok::<(), Halt>(())
    })
}

fn slips(
    view: &mut View<'_>,
    added: &mut Added,
    runs: &BTreeMap<Id<Run>, Run>,
    found: &mut Discrepancies,
) -> Result<(), Halt> {
    view.peek_each(&Range::<Slip>::all(), |slip: &Slip| {
        if let Some(run) = runs.get(&slip.run).filter(|run| run.calculation == slip.calculation) {
            let total = added.totals.entry((run.id, run.calculation));
            total.or_insert_with(|| RunTotal::none(run)).plus(slip);
        }
        of_slip(slip, added, found);
        Ok::<(), Halt>(())
    })
}

fn of_slip(slip: &Slip, added: &mut Added, found: &mut Discrepancies) {
    let (run, number) = (slip.run, &slip.number);
    let net: Decimal =
        slip.lines.iter().map(|line| Decimal::from(line.kind.on_net()) * line.amount).sum();
    if net != slip.net.to_decimal() {
        let says = slip.net.to_decimal();
        found.say(format_args!(
            "the slip of {number} in payroll run {run} pays {says}, and its lines come to {net}"
        ));
    }
    let paid = added.paid.remove(&(run, slip.employee)).unwrap_or_default();
    if paid != slip.paid.to_decimal() {
        let says = slip.paid.to_decimal();
        found.say(format_args!("of the slip of {number} in payroll run {run} {says} are paid, and its payments come to {paid}"));
    }
    let to: Decimal = slip.paid_to.iter().map(|to| to.amount).sum();
    if slip.paid_to.iter().any(|to| !to.amount.is_zero()) && to != slip.paid.to_decimal() {
        found.say(format_args!(
            "the accounts of the slip of {number} in payroll run {run} got {to}, and {} are paid",
            slip.paid.to_decimal()
        ));
    }
    let whole = slip.status == SlipStatus::Paid || slip.status == SlipStatus::Closed;
    if whole && slip.paid != slip.net {
        found.say(format_args!(
            "the slip of {number} in payroll run {run} is paid, and not all of it"
        ));
    }
    if !slip.status.counts() {
        return;
    }
    for sum in &slip.sums {
        let key = (slip.employee, sum.sum.clone(), sum.year);
        *added.sums.entry(key).or_default() += sum.after - sum.before;
    }
    for taking in &slip.takings {
        *added.owed.entry(taking.deduction).or_default() += taking.due - taking.taken;
    }
}

fn compare(view: &mut View<'_>, added: &mut Added, found: &mut Discrepancies) -> Result<(), Halt> {
    view.peek_each(&Range::<YearSum>::all(), |sum: &YearSum| {
        let key = (sum.employee, sum.sum.clone(), sum.year);
        let summed = added.sums.remove(&key).unwrap_or_default();
        if sum.amount.to_decimal() != summed {
            let (of, year, kept) = (&sum.sum, sum.year, sum.amount.to_decimal());
            found.say(format_args!(
                "{of} of {year} of employee {} is {kept}, and adds up to {summed}",
                sum.employee
            ));
        }
        Ok::<(), Halt>(())
    })?;
    for ((employee, sum, year), summed) in &added.sums {
        if !summed.is_zero() {
            found.say(format_args!(
                "{sum} of {year} of employee {employee} is not kept, and adds up to {summed}"
            ));
        }
    }
    view.peek_each(&Range::<DeductionBalance>::all(), |balance: &DeductionBalance| {
        let summed = added.owed.remove(&balance.deduction).unwrap_or_default();
        if balance.owed.to_decimal() != summed {
            let (id, kept) = (balance.deduction, balance.owed.to_decimal());
            found.say(format_args!(
                "for deduction {id} {kept} are owed, and it adds up to {summed}"
            ));
        }
        Ok::<(), Halt>(())
    })?;
    for (id, summed) in added.owed.iter().filter(|(_, summed)| !summed.is_zero()) {
        found.say(format_args!("for deduction {id} nothing is kept, and it adds up to {summed}"));
    }
    for ((run, employee), paid) in
        added.paid.iter().filter(|(_, paid)| **paid != Amt::ZERO.to_decimal())
    {
        found.say(format_args!(
            "{paid} were paid to {employee} for payroll run {run}, which has no slip of theirs"
        ));
    }
    Ok(())
}
