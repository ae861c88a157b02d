//! What other slips of the same days left and took before: a limit of orders and a floor under net pay are of the period, not of a slip.
//!
//! A slip remembers what it saw. Runs that are computed side by side don't see one another, so that an approval looks again: two slips of one
//! period don't both leave the floor, or take up to the limit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Id, PartyId, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::super::{Run, Slip};
use super::{Deduction, OrderLimit, Owed, near};
use crate::PayrollError;
use crate::rules::Kind;

/// What other slips of some days had that count, as a slip of these days found them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// What was earned, less what the law withheld.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub disposable: Decimal,
    /// What orders took of it.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub taken: Decimal,
    /// What was paid out.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub net: Decimal,
}

impl Earlier {
    /// The first that differs, under its name: as it was, and as it is.
    pub(crate) fn changed(&self, now: &Earlier) -> Option<(&'static str, Decimal, Decimal)> {
        let all = [
            ("net pay of other slips of its days", self.net, now.net),
            ("what orders took of other slips of its days", self.taken, now.taken),
            ("what other slips of its days left to take from", self.disposable, now.disposable),
        ];
        all.into_iter().find(|(_, was, now)| was != now)
    }
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
    let cases: Vec<_> = cases.map(|(employee, days, _)| (employee, days)).collect();
    let found = around(read, run, &cases)?;
    summed(read, &cases, found)
}

/// What slips that saw something saw, by now.
pub(crate) fn earlier_now(
    read: &mut impl Reading,
    run: Id<Run>,
    slips: &[&Arc<Slip>],
) -> Result<BTreeMap<PartyId, Earlier>, PayrollError> {
    let cases = seen(slips);
    let found = around(read, run, &cases)?;
    summed(read, &cases, found)
}

/// The same in an act, which rests on these slips.
pub(crate) fn earlier_in(
    tx: &mut Tx<'_>,
    run: Id<Run>,
    slips: &[&Arc<Slip>],
) -> Result<BTreeMap<PartyId, Earlier>, PayrollError> {
    let cases = seen(slips);
    let found = around(tx, run, &cases)?;
    let keys: Vec<_> = found.iter().flatten().map(|slip| (slip.run, slip.employee)).collect();
    tx.get_many::<Slip>(&keys)?;
    summed(tx, &cases, found)
}

/// An employee, and the first and last day that are paid.
type OfDays = (PartyId, (NaiveDate, NaiveDate));

fn seen(slips: &[&Arc<Slip>]) -> Vec<OfDays> {
    let seen = slips.iter().filter(|slip| slip.earlier.is_some());
    seen.map(|slip| (slip.employee, slip.days())).collect()
}

/// The slips of other runs of the same days, whether they count or not.
fn around(
    read: &mut impl Reading,
    run: Id<Run>,
    cases: &[OfDays],
) -> Result<Vec<Vec<Arc<Slip>>>, PayrollError> {
    let ranges: Vec<_> = cases.iter().map(|(employee, (from, _))| near(*employee, *from)).collect();
    let mut found: Vec<Vec<Arc<Slip>>> = read.peek_scans(&ranges)?;
    for ((_, days), slips) in cases.iter().zip(&mut found) {
        slips.retain(|slip| slip.run != run && slip.meets(*days));
    }
    Ok(found)
}

/// What those of them that count had; nothing is said where there are none.
fn summed(
    read: &mut impl Reading,
    cases: &[OfDays],
    found: Vec<Vec<Arc<Slip>>>,
) -> Result<BTreeMap<PartyId, Earlier>, PayrollError> {
    let counting = || found.iter().flatten().filter(|slip| slip.status.counts());
    let takings = counting().flat_map(|slip| slip.takings.iter());
    let ids: BTreeSet<Id<Deduction>> = takings.map(|taking| taking.deduction).collect();
    let rows = read.peek_many::<Deduction>(&ids.into_iter().collect::<Vec<_>>())?;
    let orders = rows.iter().flatten().filter(|row| row.kind.is_order()).map(|row| row.id);
    let orders: BTreeSet<Id<Deduction>> = orders.collect();
    let of = cases.iter().map(|(employee, _)| (*employee, Earlier::default()));
    let mut all: BTreeMap<PartyId, Earlier> = of.collect();
    for slip in counting() {
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
