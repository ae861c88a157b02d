//! What of a period is still to be paid to whom, where the employees are kept here: everything is paid by one slip of the period.
//!
//! A one-off item is paid by the first run of its period that is computed, whichever kind it is of. Regular pay is paid by the regular run;
//! by a final run to those whose contract ends in the period; by an off-cycle run to those whom the regular run went on without. A bonus
//! run pays no regular pay. What retro pay made good of the period, days or items, no run of the period pays again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Days;
use fondaco_core::{Id, PartyId, Range, Reading};
use smol_str::SmolStr;

use super::lookup::runs_by_id;
use super::twice::{items_of, makes_good};
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
    let cases = gathered.into_iter().map(|case| {
        let takes_regular = match run.kind {
            RunKind::Regular => true,
            RunKind::Final => case.leaves,
            RunKind::OffCycle => went_on,
            RunKind::Bonus | RunKind::Correction | RunKind::Retro => false,
        };
        let paid = Paid::by(slips.get(&case.employee).map(Vec::as_slice).unwrap_or_default());
        (case, paid, takes_regular)
    });
    let cases: Vec<(Gathered, Paid, bool)> = cases.collect();
    let retro = by_retro(read, run, &cases)?;
    let left = cases.into_iter().filter_map(|(case, mut paid, takes_regular)| {
        paid.with_retro(run, retro.get(&case.employee).map(Vec::as_slice).unwrap_or_default());
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
        let regular = |slip: &Arc<Slip>| slip.status.counts() && slip.kind == RunKind::Regular;
        let has_regular = slips.iter().any(regular);
        // What is computed is paid by the slip that it is computed in.
        let stands = |slip: &&Arc<Slip>| match slip.kind {
            RunKind::OffCycle | RunKind::Bonus => true,
            RunKind::Final => slip.status.counts() && has_regular,
            _ => false,
        };
        let paid: BTreeSet<_> =
            slips.iter().filter(stands).flat_map(|slip| items_of(slip)).collect();
        input.components.retain(|line| line.item.is_none_or(|item| !paid.contains(&item)));
    }
    Ok(gathered)
}

/// The other runs of a run's period that pay anything of it.
pub(super) fn beside(read: &mut impl Reading, run: &Run) -> Result<Vec<Arc<Run>>, PayrollError> {
    let period = (run.calendar.clone(), run.period_start);
    let mut runs = read.peek_scan(&Range::by(Run::BY_PERIOD, &period))?;
    runs.retain(|other| pays_besides(other, run));
    Ok(runs)
}

/// The other runs of the calendar that pay anything of some day of a run's, of whichever period these are.
pub(super) fn beside_days(
    read: &mut impl Reading,
    run: &Run,
) -> Result<Vec<Arc<Run>>, PayrollError> {
    // No period is longer than a year.
    let first = run.period_start.checked_sub_days(Days::new(366)).unwrap_or(run.period_start);
    let range = Range::by(Run::BY_PERIOD, &run.calendar).from(&first).through(&run.period_end);
    let mut runs = read.peek_scan(&range)?;
    runs.retain(|other| pays_besides(other, run) && other.period_end >= run.period_start);
    Ok(runs)
}

fn pays_besides(other: &Run, run: &Run) -> bool {
    other.id != run.id
        && other.status != RunStatus::Cancelled
        && !matches!(other.kind, RunKind::Retro | RunKind::Correction)
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
        let stands = match slip.status {
            SlipStatus::Voided => in_place_of(read, &slip)?,
            _ => Some(slip),
        };
        if let Some(slip) = stands {
            slips.entry(slip.employee).or_default().push(slip);
        }
    }
    Ok(slips)
}

/// The retro slips of those whose days the run pays and who lack a regular slip of the period, or who have one-off items of it that no slip
/// pays: computed or counted, of the run's calendar. Before the regular run is approved there is no retro pay of a period. Each case stands
/// with what slips pay of it, and whether the run pays its days.
fn by_retro(
    read: &mut impl Reading,
    run: &Run,
    cases: &[(Gathered, Paid, bool)],
) -> Result<BTreeMap<PartyId, Vec<Arc<Slip>>>, PayrollError> {
    if run.kind == RunKind::Regular {
        return Ok(BTreeMap::new());
    }
    let asked = cases.iter().filter(|(case, paid, takes_regular)| {
        let mut lines = case.input.iter().flat_map(|input| &input.components);
        (*takes_regular && !paid.is_regular)
            || lines.any(|line| line.item.is_some_and(|item| !paid.items.contains(&item)))
    });
    let ranges = asked.map(|(case, ..)| Range::by(Slip::BY_EMPLOYEE, &case.employee));
    let all = read.peek_scans(&ranges.collect::<Vec<_>>())?;
    let all: Vec<Arc<Slip>> =
        all.into_iter().flatten().filter(|slip| slip.rests_on.is_some()).collect();
    let runs = runs_by_id(read, all.iter().map(|slip| slip.run))?;
    let mut found: BTreeMap<PartyId, Vec<Arc<Slip>>> = BTreeMap::new();
    for slip in all {
        let lives = |of: &Arc<Run>| of.calendar == run.calendar && slip_lives(&slip, of);
        if runs.get(&slip.run).is_some_and(lives) {
            found.entry(slip.employee).or_default().push(slip);
        }
    }
    Ok(found)
}

/// Whether a slip counts, or may still come to count.
pub(super) fn slip_lives(slip: &Slip, run: &Run) -> bool {
    slip.status != SlipStatus::Voided
        && run.status != RunStatus::Cancelled
        && run.calculation == slip.calculation
}

/// Whether what a voided slip paid is paid by another slip: one in its place, or one of the same sort and days.
pub(super) fn paid_otherwise(read: &mut impl Reading, voided: &Slip) -> Result<bool, PayrollError> {
    let all = read.peek_scan(&Range::by(Slip::BY_EMPLOYEE, &voided.employee))?;
    let same = |other: &&Arc<Slip>| {
        other.run != voided.run
            && other.status != SlipStatus::Voided
            && (other.replaces == Some(voided.run)
                || (other.kind == RunKind::Regular
                    && voided.kind == other.kind
                    && other.meets(voided.days())))
    };
    let found: Vec<&Arc<Slip>> = all.iter().filter(same).collect();
    let runs = runs_by_id(read, found.iter().map(|slip| slip.run).chain([voided.run]))?;
    let calendar = runs.get(&voided.run).map(|run| &run.calendar);
    let lives = |slip: &&Arc<Slip>| {
        let run = runs.get(&slip.run);
        run.is_some_and(|run| slip_lives(slip, run) && Some(&run.calendar) == calendar)
    };
    Ok(found.into_iter().any(|slip| lives(&slip)))
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

/// What other slips of a period pay an employee.
#[derive(Default)]
struct Paid {
    is_regular: bool,
    /// The components that are paid besides one-off items.
    codes: BTreeSet<SmolStr>,
    items: BTreeSet<Id<PayItem>>,
}

impl Paid {
    fn by(slips: &[Arc<Slip>]) -> Paid {
        let mut paid = Paid::default();
        for slip in slips {
            paid.is_regular |= slip.kind == RunKind::Regular;
            paid.items.extend(items_of(slip));
            let regular = slip.input.components.iter().filter(|line| line.is_regular());
            paid.codes.extend(regular.map(|line| line.code.clone()));
        }
        paid
    }

    /// With what retro pay made good of a run's period.
    fn with_retro(&mut self, run: &Run, retro: &[Arc<Slip>]) {
        let days = (run.period_start, run.period_end);
        self.is_regular |= makes_good(retro.iter().map(Arc::as_ref), days);
        self.items.extend(retro.iter().flat_map(|slip| items_of(slip)));
    }

    /// What of a case is paid by none of the slips.
    fn rest(
        &self,
        mut input: PayInput,
        (takes_regular, kind): (bool, RunKind),
    ) -> Option<PayInput> {
        let again = |line: &PayComponent| line.is_regular() && self.codes.contains(&line.code);
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
        input.pays_period = takes_regular && kind != RunKind::Regular;
        Some(input)
    }
}
