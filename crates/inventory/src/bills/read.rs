//! Bills as they are read: one, all of an item, and the one that holds.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{ItemId, Range, Reading, SiteId};
use smol_str::SmolStr;

use super::{Bill, BillLine};
use crate::StockError;

/// A bill with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillOf {
    /// The bill.
    pub bill: Arc<Bill>,
    /// Its lines in order, each followed by its alternates.
    pub lines: Vec<Arc<BillLine>>,
}

impl BillOf {
    /// What an order takes and makes that is released on a day: of each line the first that holds, itself or an alternate.
    pub fn on(&self, date: NaiveDate) -> impl Iterator<Item = &Arc<BillLine>> {
        let groups = self.lines.chunk_by(|a, b| a.line == b.line);
        groups.filter_map(move |group| group.iter().find(|line| line.holds_on(date)))
    }
}

/// One version of what an item is made of, if there is such.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn bill(
    read: &mut impl Reading,
    item: ItemId,
    version: &SmolStr,
) -> Result<Option<BillOf>, StockError> {
    let Some(bill) = read.peek::<Bill>(&(item, version.clone()))? else { return Ok(None) };
    let lines = read.peek_scan(&Range::<BillLine>::by_key(&(item, version.clone())))?;
    Ok(Some(BillOf { bill, lines }))
}

/// All versions of what an item is made of, by version.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// let none = stock.view(|view| fondaco_inventory::bills::bills_of(view, ItemId::named("M8x40")))?;
/// assert!(none.is_empty()); // it is bought
/// # Ok::<(), StockError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn bills_of(read: &mut impl Reading, item: ItemId) -> Result<Vec<BillOf>, StockError> {
    Ok(bills_of_all(read, &[item])?.swap_remove(0))
}

/// The same of many items, in two trips.
pub(crate) fn bills_of_all(
    read: &mut impl Reading,
    items: &[ItemId],
) -> Result<Vec<Vec<BillOf>>, StockError> {
    let bills: Vec<_> = items.iter().map(Range::<Bill>::by_key).collect();
    let lines: Vec<_> = items.iter().map(Range::<BillLine>::by_key).collect();
    let bills = read.peek_scans(&bills)?;
    let lines = read.peek_scans(&lines)?;
    Ok(bills.into_iter().zip(lines).map(|(bills, lines)| joined(bills, &lines)).collect())
}

/// Bills of one item with their lines, both in the order of versions.
fn joined(bills: Vec<Arc<Bill>>, lines: &[Arc<BillLine>]) -> Vec<BillOf> {
    let of = |bill: Arc<Bill>| {
        let lines = lines.iter().filter(|line| line.version == bill.version).cloned().collect();
        BillOf { bill, lines }
    };
    bills.into_iter().map(of).collect()
}

/// In the order in which they are asked whether they hold: those for the site, then those for all, each by priority.
pub(crate) fn in_order(bills: &[BillOf], site: Option<SiteId>) -> Vec<&BillOf> {
    let mut of_site: Vec<&BillOf> =
        bills.iter().filter(|one| one.bill.site.is_none() || one.bill.site == site).collect();
    of_site.sort_by_key(|one| (one.bill.site.is_none(), one.bill.priority, one.bill.valid_from));
    of_site
}

/// Whether something is made in passing as of a day: by the bill that holds then or, before any does, by the next that will. One question for
/// whoever plans and whoever releases: bills of another kind that are over, or to come, don't have it planned one way and taken another.
pub(crate) fn in_passing(bills: &[&BillOf], date: NaiveDate) -> bool {
    let holds = bills.iter().find(|one| one.bill.holds_on(date));
    let to_come = bills.iter().filter(|one| one.bill.valid_from > Some(date));
    let next = to_come.min_by_key(|one| one.bill.valid_from);
    holds.or(next).is_some_and(|one| one.bill.phantom)
}

/// The bill by which something is made at a site that is due on a day.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn holding(
    read: &mut impl Reading,
    item: ItemId,
    site: Option<SiteId>,
    date: NaiveDate,
) -> Result<Option<BillOf>, StockError> {
    let bills = bills_of(read, item)?;
    Ok(in_order(&bills, site).into_iter().find(|one| one.bill.holds_on(date)).cloned())
}
