//! What other slips of the same days left and took before: a limit of orders and a floor under net pay are of the period, not of a slip.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Id, PartyId, Reading};
use rust_decimal::Decimal;

use super::super::{Run, Slip};
use super::{Deduction, OrderLimit, Owed, near};
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

/// The same of those that it matters to: with a floor, or an order that has a limit. Slips of their days that count, of other runs. Each is
/// an employee, the days that are paid, and the floor under their net pay.
pub(crate) fn earlier(
    read: &mut impl Reading,
    run: Id<Run>,
    owed: &BTreeMap<PartyId, Vec<Owed>>,
    cases: impl Iterator<Item = (PartyId, (NaiveDate, NaiveDate), Decimal)>,
) -> Result<BTreeMap<PartyId, Earlier>, PayrollError> {
    let limited =
        |owed: &Owed| owed.deduction.kind.is_order() && *owed.deduction.limit != OrderLimit::All;
    let cases = cases.filter(|(employee, _, floor)| {
        !floor.is_zero() || owed.get(employee).is_some_and(|all| all.iter().any(limited))
    });
    let cases: Vec<_> = cases.collect();
    let ranges: Vec<_> =
        cases.iter().map(|(employee, (from, _), _)| near(*employee, *from)).collect();
    let mut found: Vec<Vec<Arc<Slip>>> = read.peek_scans(&ranges)?;
    for ((_, days, _), slips) in cases.iter().zip(&mut found) {
        slips.retain(|slip| slip.run != run && slip.status.counts() && slip.meets(*days));
    }
    let takings = found.iter().flatten().flat_map(|slip| slip.takings.iter());
    let ids: BTreeSet<Id<Deduction>> = takings.map(|taking| taking.deduction).collect();
    let rows = read.peek_many::<Deduction>(&ids.into_iter().collect::<Vec<_>>())?;
    let orders = rows.iter().flatten().filter(|row| row.kind.is_order()).map(|row| row.id);
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
