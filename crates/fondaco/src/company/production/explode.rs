//! One order's material by the bill of what it makes, down through what is made in passing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{ItemId, SiteId, Tx};
use fondaco_inventory::StockError;
use fondaco_inventory::bills::{self, BillOf, LineKind};
use rust_decimal::Decimal;

use crate::company::CompanyError;

/// More steps down through what is made in passing than these are a mistake.
const MOST_STEPS: usize = 10_000;

/// What goes in or comes out besides: how much of which item.
pub(super) type Needed = Vec<(ItemId, LineKind, Decimal)>;

/// The bills that an act looked up, each once.
#[derive(Default)]
pub(super) struct Explosion {
    holding: BTreeMap<(ItemId, SiteId, NaiveDate), Option<BillOf>>,
}

impl Explosion {
    /// The bill by which an item is made at a site that is begun on a day.
    pub(super) fn holding(
        &mut self,
        tx: &mut Tx<'_>,
        key: (ItemId, SiteId, NaiveDate),
    ) -> Result<Option<BillOf>, CompanyError> {
        if let Some(known) = self.holding.get(&key) {
            return Ok(known.clone());
        }
        let (item, site, date) = key;
        let found = bills::holding(tx, item, Some(site), date)?;
        self.holding.insert(key, found.clone());
        Ok(found)
    }

    /// What so much takes, line by line as the bill has them; what is made in passing is taken apart.
    pub(super) fn needed(
        &mut self,
        tx: &mut Tx<'_>,
        (bill, quantity): (BillOf, Decimal),
        (site, date): (SiteId, NaiveDate),
    ) -> Result<Needed, CompanyError> {
        let (mut needed, mut next, mut steps) = (Needed::new(), vec![(bill, quantity)], 0);
        while let Some((bill, quantity)) = next.pop() {
            steps += 1;
            for line in bill.on(date) {
                let takes = bills::taken(&bill, line, quantity).map_err(StockError::from)?;
                let is_component = line.kind == LineKind::Component;
                let below = match is_component && steps < MOST_STEPS {
                    true => self.holding(tx, (line.component, site, date))?,
                    false => None,
                };
                match below.filter(|below| below.bill.phantom) {
                    Some(below) => next.push((below, takes)),
                    None => add(&mut needed, (line.component, line.kind, takes)),
                }
            }
        }
        Ok(needed)
    }
}

/// Adds to what is needed of an item already.
fn add(needed: &mut Needed, more: (ItemId, LineKind, Decimal)) {
    let (item, kind, takes) = more;
    match needed.iter_mut().find(|(other, of, _)| (*other, *of) == (item, kind)) {
        Some((_, _, sum)) => *sum = sum.saturating_add(takes),
        None => needed.push(more),
    }
}
