//! What of a period is still to be paid to whom, where the employees are kept here: everything is paid by one slip of the period.
//!
//! A one-off item is paid by the first run of its period that is computed, whichever kind it is of. Regular pay is paid by the regular run;
//! by a final run to those whose contract ends in the period; by an off-cycle run to those whom the regular run went on without. A bonus
//! run pays no regular pay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::{Id, PartyId, Range, Reading};
use smol_str::SmolStr;

use super::{PayComponent, PayInput, Run, RunKind, RunStatus, Slip, SlipStatus};
use crate::PayrollError;
use crate::staff::{Gathered, PayItem};

/// The cases of a run without what other slips of its period pay. Who has nothing left to be paid is left out.
pub(super) fn left_to_pay(
    read: &mut impl Reading,
    run: &Run,
    gathered: Vec<Gathered>,
) -> Result<Vec<Gathered>, PayrollError> {
    let others = beside(read, run)?;
    let slips = slips_of(read, &others, &gathered)?;
    let went_on =
        |other: &Arc<Run>| other.kind == RunKind::Regular && other.status >= RunStatus::Approved;
    let went_on = others.iter().any(went_on);
    let by_retro = match run.kind == RunKind::OffCycle && went_on {
        true => paid_by_retro(read, run, &gathered, &slips)?,
        false => BTreeSet::new(),
    };
    let left = gathered.into_iter().filter_map(|case| {
        let mut paid = Paid::by(slips.get(&case.employee).map(Vec::as_slice).unwrap_or_default());
        paid.is_regular |= by_retro.contains(&case.employee);
        let takes_regular = match run.kind {
            RunKind::Regular => true,
            RunKind::Final => case.leaves,
            RunKind::OffCycle => went_on,
            RunKind::Bonus | RunKind::Correction | RunKind::Retro => false,
        };
        let input = match case.input {
            Ok(input) => Ok(paid.rest(input, (takes_regular, run.kind))?),
            error => error,
        };
        Some(Gathered { input, ..case })
    });
    Ok(left.collect())
}

/// The cases of a period as its regular slips should be: without the one-off items of slips that stand beside these.
pub(super) fn of_regular(
    read: &mut impl Reading,
    run: &Run,
    mut gathered: Vec<Gathered>,
) -> Result<Vec<Gathered>, PayrollError> {
    let others = beside(read, run)?;
    let slips = slips_of(read, &others, &gathered)?;
    for case in &mut gathered {
        let Ok(input) = &mut case.input else { continue };
        let slips = slips.get(&case.employee).map(Vec::as_slice).unwrap_or_default();
        let counted = || slips.iter().filter(|slip| slip.status.counts());
        let has_regular = counted().any(|slip| slip.kind == RunKind::Regular);
        let stands = |slip: &&Arc<Slip>| match slip.kind {
            RunKind::OffCycle | RunKind::Bonus => true,
            RunKind::Final => has_regular,
            _ => false,
        };
        let paid: BTreeSet<_> = counted().filter(stands).flat_map(|slip| items_of(slip)).collect();
        input.components.retain(|line| line.item.is_none_or(|item| !paid.contains(&item)));
    }
    Ok(gathered)
}

/// The other runs of a run's period that pay anything of it.
fn beside(read: &mut impl Reading, run: &Run) -> Result<Vec<Arc<Run>>, PayrollError> {
    let period = (run.calendar.clone(), run.period_start);
    let mut runs = read.peek_scan(&Range::by(Run::BY_PERIOD, &period))?;
    runs.retain(|other| {
        other.id != run.id
            && other.status != RunStatus::Cancelled
            && !matches!(other.kind, RunKind::Retro | RunKind::Correction)
    });
    Ok(runs)
}

/// The slips of these runs, and those that stand in place of voided ones: computed or counted.
fn slips_of(
    read: &mut impl Reading,
    runs: &[Arc<Run>],
    gathered: &[Gathered],
) -> Result<BTreeMap<PartyId, Vec<Arc<Slip>>>, PayrollError> {
    let employees = gathered.iter().map(|case| case.employee);
    let keys = employees.flat_map(|employee| runs.iter().map(move |run| (run.id, employee)));
    let found = read.peek_many::<Slip>(&keys.collect::<Vec<_>>())?;
    let mut slips: BTreeMap<PartyId, Vec<Arc<Slip>>> = BTreeMap::new();
    for slip in found.into_iter().flatten() {
        if slip.status == SlipStatus::Voided {
            let in_place = in_place_of(read, &slip)?;
            slips.entry(slip.employee).or_default().extend(in_place);
        } else {
            slips.entry(slip.employee).or_default().push(slip);
        }
    }
    Ok(slips)
}

/// Who has no slip of the period, but got its pay by a retro run.
fn paid_by_retro(
    read: &mut impl Reading,
    run: &Run,
    gathered: &[Gathered],
    slips: &BTreeMap<PartyId, Vec<Arc<Slip>>>,
) -> Result<BTreeSet<PartyId>, PayrollError> {
    let without = gathered.iter().map(|case| case.employee);
    let without: Vec<PartyId> = without.filter(|employee| !slips.contains_key(employee)).collect();
    let ranges = without.iter().map(|employee| Range::by(Slip::BY_EMPLOYEE, employee));
    let all = read.peek_scans(&ranges.collect::<Vec<_>>())?;
    let pays = |slip: &Arc<Slip>| {
        slip.rests_on.is_some()
            && slip.status != SlipStatus::Voided
            && slip.lines.iter().any(|line| line.original == Some(run.period_start))
    };
    let paid = without.into_iter().zip(all).filter(|(_, slips)| slips.iter().any(pays));
    Ok(paid.map(|(employee, _)| employee).collect())
}

/// Whether what a voided slip paid is paid by another slip: one in its place, or one of the same sort and days.
pub(super) fn paid_otherwise(read: &mut impl Reading, voided: &Slip) -> Result<bool, PayrollError> {
    let all = read.peek_scan(&Range::by(Slip::BY_EMPLOYEE, &voided.employee))?;
    let meets = |other: &Slip| {
        other.period_start <= voided.period_end && voided.period_start <= other.period_end
    };
    let same = |other: &&Arc<Slip>| {
        other.run != voided.run
            && other.status != SlipStatus::Voided
            && (other.replaces == Some(voided.run)
                || (other.kind == RunKind::Regular && voided.kind == other.kind && meets(other)))
    };
    let found: Vec<&Arc<Slip>> = all.iter().filter(same).collect();
    let runs: Vec<Id<Run>> = found.iter().map(|slip| slip.run).chain([voided.run]).collect();
    let runs = read.peek_many::<Run>(&runs)?;
    let calendar = runs.last().and_then(Option::as_ref).map(|run| run.calendar.clone());
    let lives = |(slip, run): (&&Arc<Slip>, &Option<Arc<Run>>)| {
        run.as_ref().is_some_and(|run| {
            run.status != RunStatus::Cancelled
                && run.calculation == slip.calculation
                && Some(&run.calendar) == calendar.as_ref()
        })
    };
    Ok(found.iter().zip(&runs).any(lives))
}

/// The slip that stands in place of a voided one, by however many corrections.
fn in_place_of(read: &mut impl Reading, voided: &Slip) -> Result<Option<Arc<Slip>>, PayrollError> {
    let mut all = read.peek_scan(&Range::by(Slip::BY_EMPLOYEE, &voided.employee))?;
    all.retain(|slip| slip.replaces.is_some());
    all.sort_by_key(|slip| slip.run); // ids order by time
    let mut chain = BTreeSet::from([voided.run]);
    let mut stands = None;
    for slip in all {
        if slip.replaces.is_some_and(|run| chain.contains(&run)) {
            chain.insert(slip.run);
            stands = (slip.status != SlipStatus::Voided).then_some(slip);
        }
    }
    Ok(stands)
}

fn items_of(slip: &Slip) -> impl Iterator<Item = Id<PayItem>> {
    slip.input.components.iter().filter_map(|line| line.item)
}

/// What other slips of a period pay an employee.
#[derive(Default)]
struct Paid {
    is_regular: bool,
    /// The components that are paid besides one-off items.
    codes: BTreeSet<SmolStr>,
    items: BTreeSet<Id<PayItem>>,
}

fn is_regular(line: &PayComponent) -> bool {
    line.item.is_none() && !line.amount.is_zero()
}

impl Paid {
    fn by(slips: &[Arc<Slip>]) -> Paid {
        let mut paid = Paid::default();
        for slip in slips {
            paid.is_regular |= slip.kind == RunKind::Regular;
            paid.items.extend(items_of(slip));
            let regular = slip.input.components.iter().filter(|line| is_regular(line));
            paid.codes.extend(regular.map(|line| line.code.clone()));
        }
        paid
    }

    /// What of a case is paid by none of the slips.
    fn rest(
        &self,
        mut input: PayInput,
        (takes_regular, kind): (bool, RunKind),
    ) -> Option<PayInput> {
        let again = |line: &PayComponent| is_regular(line) && self.codes.contains(&line.code);
        let takes_regular =
            takes_regular && !self.is_regular && !input.components.iter().any(again);
        let all = std::mem::take(&mut input.components);
        let (mut rest, paid): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|line| line.item.map_or(takes_regular, |item| !self.items.contains(&item)));
        if rest.is_empty() && !takes_regular {
            return None;
        }
        // The rules may ask for what is paid elsewhere all the same.
        for line in paid {
            if !rest.iter().any(|other| other.input == line.input) {
                rest.push(PayComponent::new(line.code, line.input, rust_decimal::Decimal::ZERO));
            }
        }
        input.components = rest;
        input.pays_period = takes_regular && kind == RunKind::OffCycle;
        Some(input)
    }
}
