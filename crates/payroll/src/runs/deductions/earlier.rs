//! What other slips of the same days left and took before: a limit of orders and a floor under net pay are of the period, not of a slip.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::{Id, PartyId, Reading};
use rust_decimal::Decimal;

use super::super::{PayInput, Run, Slip};
use super::{Deduction, DeductionKind, OrderLimit, Owed, near};
use crate::PayrollError;
use crate::rules::Kind;

/// What slips of a period had.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Earlier {
    /// What was earned, less what the law withheld.
    pub(crate) disposable: Decimal,
    /// What orders took of it.
    pub(crate) taken: Decimal,
    /// What was paid out.
    pub(crate) net: Decimal,
}

/// The same of those cases that it matters to: with a floor, or an order that has a limit. Slips of their days that count, of other runs.
pub(crate) fn earlier<'c>(
    read: &mut impl Reading,
    run: Id<Run>,
    owed: &BTreeMap<PartyId, Vec<Owed>>,
    cases: impl Iterator<Item = &'c Arc<PayInput>>,
) -> Result<BTreeMap<PartyId, Earlier>, PayrollError> {
    let limited =
        |owed: &Owed| is_order(&owed.deduction) && *owed.deduction.limit != OrderLimit::All;
    let matters = |case: &&Arc<PayInput>| {
        !case.net_floor.is_zero()
            || owed.get(&case.employee).is_some_and(|all| all.iter().any(limited))
    };
    let cases: Vec<&Arc<PayInput>> = cases.filter(matters).collect();
    let ranges: Vec<_> = cases.iter().map(|case| near(case.employee, case.from)).collect();
    let mut found: Vec<Vec<Arc<Slip>>> = read.peek_scans(&ranges)?;
    for (case, slips) in cases.iter().zip(&mut found) {
        slips.retain(|slip| {
            slip.run != run
                && slip.status.counts()
                && slip.period_start <= case.to
                && case.from <= slip.period_end
        });
    }
    let takings = found.iter().flatten().flat_map(|slip| slip.takings.iter());
    let ids: BTreeSet<Id<Deduction>> = takings.map(|taking| taking.deduction).collect();
    let rows = read.peek_many::<Deduction>(&ids.into_iter().collect::<Vec<_>>())?;
    let orders = rows.iter().flatten().filter(|row| is_order(row)).map(|row| row.id);
    let orders: BTreeSet<Id<Deduction>> = orders.collect();
    let mut all: BTreeMap<PartyId, Earlier> = BTreeMap::new();
    for slip in found.iter().flatten() {
        let of = all.entry(slip.employee).or_default();
        let taxes = slip.lines.iter().filter(|line| line.kind == Kind::Tax);
        let taxes: Decimal = taxes.map(|line| line.amount).sum();
        let taken = slip.takings.iter().filter(|taking| orders.contains(&taking.deduction));
        of.taken += taken.map(|taking| taking.taken).sum::<Decimal>();
        of.disposable += (slip.gross.to_decimal() - taxes).max(Decimal::ZERO);
        of.net += slip.net.to_decimal();
    }
    Ok(all)
}

fn is_order(deduction: &Deduction) -> bool {
    matches!(deduction.kind, DeductionKind::Order | DeductionKind::Other)
}
