//! Whether a bill can be: its items, places, days and figures, and its quantities in stock units.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::input::check_code;
use fondaco_core::policy::Authority;
use fondaco_core::{Conversions, DateRange, ItemId, Needs, Quantity, Range, Rate, SiteId, Tx};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Bill, BillError, BillLine, LineKind, NewBill, rights};
use crate::items::{Item, ItemUnit};
use crate::places::Site;
use crate::{MoveError, StockError};

/// So many lines a bill has at most.
const MOST_LINES: usize = 10_000;

/// Longer than this nothing takes: ten years of days.
pub(crate) const LONGEST_DAYS: u32 = 3_650;

/// A bill as it is stored.
pub(super) struct Judged {
    pub(super) bill: Bill,
    pub(super) lines: Vec<BillLine>,
}

/// What bills name.
pub(super) struct Known {
    items: BTreeMap<ItemId, Arc<Item>>,
    sites: BTreeMap<SiteId, Arc<Site>>,
    /// Of items of which something is said in another unit than their own.
    conversions: BTreeMap<ItemId, Conversions>,
}

impl Known {
    /// Reads all items, sites and units that are named, in two trips.
    pub(super) fn read(tx: &mut Tx<'_>, bills: &[NewBill]) -> Result<Known, StockError> {
        let named: Vec<(ItemId, Quantity)> = bills.iter().flat_map(said).collect();
        let ids: BTreeSet<ItemId> = named.iter().map(|(item, _)| *item).collect();
        let ids: Vec<ItemId> = ids.into_iter().collect();
        let sites: BTreeSet<SiteId> = bills.iter().filter_map(|bill| bill.site).collect();
        let sites: Vec<SiteId> = sites.into_iter().collect();
        tx.need_all(Needs::new().rows::<Item>(&ids).rows::<Site>(&sites))?;
        let items = ids.iter().copied().zip(tx.get_many::<Item>(&ids)?);
        let items: BTreeMap<_, _> = items.filter_map(|(id, row)| Some((id, row?))).collect();
        let rows = sites.iter().copied().zip(tx.get_many::<Site>(&sites)?);
        let sites = rows.filter_map(|(id, row)| Some((id, row?))).collect();
        let other = |(id, quantity): &(ItemId, Quantity)| {
            items.get(id).is_some_and(|item| item.unit != quantity.unit())
        };
        let in_other: BTreeSet<ItemId> =
            named.iter().filter(|one| other(one)).map(|(id, _)| *id).collect();
        let ranges: Vec<_> = in_other.iter().map(Range::<ItemUnit>::by_key).collect();
        let mut conversions = BTreeMap::new();
        for (id, units) in in_other.iter().zip(tx.scan_each(&ranges)?) {
            let Some(item) = items.get(id) else { continue };
            let of_item = |error| quantity_error(item, error);
            let given = item.conversions(units.iter().map(|unit| unit.conversion));
            conversions.insert(*id, given.map_err(of_item)?);
        }
        Ok(Known { items, sites, conversions })
    }

    fn item(&self, id: ItemId) -> Result<&Arc<Item>, StockError> {
        let item = self.items.get(&id).ok_or(MoveError::UnknownItem { item: id })?;
        match item.is_open() {
            true => Ok(item),
            false => Err(MoveError::ItemClosed { item: item.code.clone() }.into()),
        }
    }

    fn code(&self, id: ItemId) -> SmolStr {
        self.items.get(&id).map_or_else(|| id.to_string().into(), |item| item.code.clone())
    }

    /// A bill that is named twice.
    pub(super) fn twice(&self, bill: &NewBill) -> StockError {
        let why = "is given twice: leave one out";
        self.bad(bill, "version", bill.version.to_string(), why)
    }

    /// Two bills that hold on one day.
    pub(super) fn overlap(&self, bill: &Bill, other: &Bill, days: DateRange) -> StockError {
        let (version, other) = (bill.version.clone(), other.version.clone());
        BillError::BillsOverlap { item: self.code(bill.item), version, other, days }.into()
    }

    fn bad(
        &self,
        bill: &NewBill,
        field: &'static str,
        value: String,
        why: &'static str,
    ) -> StockError {
        let (item, version) = (self.code(bill.item), bill.version.clone());
        BillError::BadBill { item, version, field, value, why }.into()
    }

    /// The bill as it is stored, if it can be.
    pub(super) fn judge(
        &self,
        tx: &mut Tx<'_>,
        authority: &Authority,
        new: &NewBill,
    ) -> Result<Judged, StockError> {
        let item = self.item(new.item)?;
        let site = match new.site {
            None => None,
            Some(site) => Some(self.sites.get(&site).ok_or(MoveError::UnknownSite { site })?),
        };
        rights::ask(tx, authority, item, site.map(AsRef::as_ref))?;
        check_code("version", &new.version)?;
        self.check(new)?;
        let makes = self.in_stock_unit(new.item, new.makes)?;
        let makes = Quantity::new(makes, item.unit);
        let makes = item.stored(makes).map_err(|error| quantity_error(item, error))?;
        let bill = Bill {
            item: new.item,
            version: new.version.clone(),
            site: new.site,
            valid_from: new.from,
            valid_until: new.until,
            makes,
            yield_share: new.yield_share,
            phantom: new.phantom,
            priority: new.priority,
            lead_time_days: new.lead_time_days,
        };
        Ok(Judged { bill, lines: self.lines(new)? })
    }

    fn check(&self, new: &NewBill) -> Result<(), StockError> {
        let bad = |field, value, why| Err(self.bad(new, field, value, why));
        let lines = new.components.iter().map(|line| 1 + line.alternates.len()).sum::<usize>();
        if new.components.is_empty() {
            return bad("components", "empty".into(), "makes it of nothing: name what goes in");
        }
        if lines + new.outputs.len() > MOST_LINES {
            let why = "is more than 10,000: make a part of it an item of its own";
            return bad("lines", (lines + new.outputs.len()).to_string(), why);
        }
        if !new.makes.is_positive() {
            let why = "makes nothing: give what a batch makes, above zero";
            return bad("makes", new.makes.to_string(), why);
        }
        if let Some(until) = ends_before(new.from, new.until) {
            let why = "is before the first day: give a later one";
            return bad("until", until.to_string(), why);
        }
        let share = new.yield_share.map(Rate::factor);
        if share.is_some_and(|share| share <= Decimal::ZERO || share > Decimal::ONE) {
            let value = new.yield_share.map(|share| share.to_string()).unwrap_or_default();
            return bad("yield", value, "is no share: give more than 0 %, and at most 100 %");
        }
        match new.lead_time_days.filter(|days| *days > LONGEST_DAYS) {
            Some(days) => bad("lead_time_days", days.to_string(), "is above 3,650: give less"),
            None => Ok(()),
        }
    }

    fn lines(&self, new: &NewBill) -> Result<Vec<BillLine>, StockError> {
        let mut lines = Vec::with_capacity(new.components.len() + new.outputs.len());
        let mut number = 0;
        for line in &new.components {
            let blank = BillLine {
                per_order: line.per_order,
                scrap: line.scrap.filter(|scrap| !scrap.factor().is_zero()),
                offset_days: line.offset_days,
                ..self.line(new, (number, LineKind::Component), (line.item, line.quantity))?
            };
            let line_itself = self.on_days(new, blank, (line.from, line.until))?;
            self.check_line(new, &line_itself)?;
            for (alternate, other) in (1..).zip(&line.alternates) {
                let quantity = self.quantity(new, other.item, other.quantity)?;
                let (component, line) = (other.item, line_itself.clone());
                let blank = BillLine { alternate, component, quantity, ..line };
                lines.push(self.on_days(new, blank, (other.from, other.until))?);
            }
            lines.push(line_itself);
            number += 1;
        }
        for out in &new.outputs {
            let blank = self.line(new, (number, LineKind::Output), (out.item, out.quantity))?;
            lines.push(self.on_days(new, blank, (out.from, out.until))?);
            number += 1;
        }
        lines.sort_by_key(|line| (line.line, line.alternate));
        Ok(lines)
    }

    /// A line without losses, on all days.
    fn line(
        &self,
        new: &NewBill,
        (line, kind): (u32, LineKind),
        (component, quantity): (ItemId, Quantity),
    ) -> Result<BillLine, StockError> {
        let quantity = self.quantity(new, component, quantity)?;
        Ok(BillLine {
            item: new.item,
            version: new.version.clone(),
            line,
            alternate: 0,
            kind,
            component,
            quantity,
            per_order: false,
            scrap: None,
            valid_from: None,
            valid_until: None,
            offset_days: 0,
        })
    }

    fn on_days(
        &self,
        new: &NewBill,
        line: BillLine,
        (valid_from, valid_until): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> Result<BillLine, StockError> {
        match ends_before(valid_from, valid_until) {
            Some(until) => {
                let why = "is before the first day: give a later one";
                Err(self.bad_line(new, line.component, ("until", until.to_string()), why))
            }
            None => Ok(BillLine { valid_from, valid_until, ..line }),
        }
    }

    fn check_line(&self, new: &NewBill, line: &BillLine) -> Result<(), StockError> {
        if let Some(scrap) = line.scrap {
            let share = scrap.factor();
            if share.is_sign_negative() || share >= Decimal::ONE {
                let why = "is no share that is lost: give at least 0 %, and less than 100 %";
                let said = ("scrap", scrap.to_string());
                return Err(self.bad_line(new, line.component, said, why));
            }
        }
        if line.offset_days.unsigned_abs() > LONGEST_DAYS {
            let why = "is beyond 3,650 days: give less";
            let said = ("offset_days", line.offset_days.to_string());
            return Err(self.bad_line(new, line.component, said, why));
        }
        Ok(())
    }

    fn bad_line(
        &self,
        new: &NewBill,
        component: ItemId,
        (field, value): (&'static str, String),
        why: &'static str,
    ) -> StockError {
        let (item, version) = (self.code(new.item), new.version.clone());
        let component = self.code(component);
        BillError::BadBillLine { item, version, component, field, value, why }.into()
    }

    /// How much of an item a batch takes or makes, in its stock unit.
    fn quantity(
        &self,
        new: &NewBill,
        item: ItemId,
        quantity: Quantity,
    ) -> Result<Decimal, StockError> {
        if !quantity.is_positive() {
            let why = "is nothing: give more than zero, or leave the line out";
            return Err(self.bad_line(new, item, ("quantity", quantity.to_string()), why));
        }
        self.in_stock_unit(item, quantity)
    }

    /// As much in the stock unit, exactly.
    fn in_stock_unit(&self, id: ItemId, quantity: Quantity) -> Result<Decimal, StockError> {
        let item = self.item(id)?;
        if quantity.unit() == item.unit {
            return Ok(quantity.amount());
        }
        let none = Conversions::new().of_item(item.code.clone());
        let conversions = self.conversions.get(&id).unwrap_or(&none);
        let converted = conversions.convert(quantity, item.unit);
        Ok(converted.map_err(|error| quantity_error(item, error))?.amount())
    }
}

fn quantity_error(item: &Item, error: fondaco_core::QuantityError) -> StockError {
    MoveError::Quantity { item: item.code.clone(), error: Box::new(error) }.into()
}

/// Every item that a bill names, with what is said of it.
fn said(bill: &NewBill) -> impl Iterator<Item = (ItemId, Quantity)> {
    let components = bill.components.iter().flat_map(|line| {
        let alternates = line.alternates.iter().map(|other| (other.item, other.quantity));
        std::iter::once((line.item, line.quantity)).chain(alternates)
    });
    let outputs = bill.outputs.iter().map(|out| (out.item, out.quantity));
    std::iter::once((bill.item, bill.makes)).chain(components).chain(outputs)
}

/// A last day that is before the first.
fn ends_before(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Option<NaiveDate> {
    until.filter(|until| from.is_some_and(|from| *until < from))
}
