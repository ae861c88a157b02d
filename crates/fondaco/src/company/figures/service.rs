//! How customers are served, and how suppliers serve: what was shipped whole, what came by the day it was wanted.
//!
//! Counted from the orders and receipts of the days, as far as their deliveries went by the last of them; documents that were taken back
//! since don't count, and what came back later was shipped all the same. Of orders that are wanted on a day each delivery is on time or late,
//! and so is an order of which something was to come in the days and did not. Orders of services alone are not shipped. Rejects are what was
//! refused at the gate and what was sent back, at the price of its order: so that kilograms and pieces add up.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use fondaco_core::report::{Cell, Explain, Phrase, word};
use fondaco_core::{DocumentId, Range, Reading};
use fondaco_inventory::Qty;
use rust_decimal::Decimal;

use super::measure::{Measure, NotDefined, over};
use crate::company::CompanyError;
use crate::company::document::{Document, DocumentKind, Line, Status};

/// The documents of a kind on some days that count.
pub(super) fn documents(
    read: &mut impl Reading,
    kind: DocumentKind,
    (from, on): (NaiveDate, NaiveDate),
) -> Result<Vec<Arc<Document>>, CompanyError> {
    let mut found = Vec::new();
    for status in [Status::Open, Status::Done] {
        let range = Range::by(Document::BY_KIND, &(kind, status)).from(&from).through(&on);
        found.extend(read.peek_scan(&range)?);
    }
    Ok(found)
}

/// So long before the days of a figure may an order that is due in them have been placed.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// Orders that were wanted in the days, and those without a day that were placed in them; placed a year before at the most.
fn due(
    read: &mut impl Reading,
    kind: DocumentKind,
    (from, on): (NaiveDate, NaiveDate),
) -> Result<Vec<Arc<Document>>, CompanyError> {
    let since = from.checked_sub_signed(AHEAD).unwrap_or(from);
    let mut found = documents(read, kind, (since, on))?;
    found.retain(|order| (from..=on).contains(&order.due_on()));
    Ok(found)
}

/// The lines of each.
pub(super) fn lines(
    read: &mut impl Reading,
    of: &[Arc<Document>],
) -> Result<Vec<Vec<Arc<Line>>>, CompanyError> {
    let ranges: Vec<_> = of.iter().map(|document| Range::<Line>::by_key(&document.id)).collect();
    Ok(read.peek_scans(&ranges)?)
}

/// So many of so many, and in full which are and are not among them.
struct Share {
    in_full: bool,
    good: i64,
    all: i64,
    those: Vec<Explain>,
    not: Vec<Explain>,
}

impl Share {
    fn new(in_full: bool) -> Share {
        Share { in_full, good: 0, all: 0, those: Vec::new(), not: Vec::new() }
    }

    fn count(&mut self, is_good: bool, which: impl FnOnce() -> Explain) {
        self.all += 1;
        self.good += i64::from(is_good);
        if self.in_full {
            let of = if is_good { &mut self.those } else { &mut self.not };
            of.push(which());
        }
    }

    fn measure(
        self,
        code: &'static str,
        name: Cell,
        (good, all): (&'static str, &'static str),
    ) -> Measure {
        let value = over(self.good.into(), self.all.into(), "their number").map(Cell::Percent);
        let value = match self.all {
            0 => Err(NotDefined::new("there is none in these days")),
            _ => value,
        };
        let those = Explain::new(word(good), self.good).inputs(self.those);
        let but = Explain::new(word("The others"), self.all - self.good).inputs(self.not);
        let inputs = vec![those, Explain::new(word(all), self.all), but];
        Measure::new(code, name, value, "how many of how many", inputs)
    }
}

/// The figures of service over some days.
pub(super) fn service(
    read: &mut impl Reading,
    days: (NaiveDate, NaiveDate),
    in_full: bool,
) -> Result<Vec<Measure>, CompanyError> {
    let mut measures = of_customers(read, days, in_full)?;
    measures.extend(of_suppliers(read, days, in_full)?);
    Ok(measures)
}

fn of_customers(
    read: &mut impl Reading,
    days: (NaiveDate, NaiveDate),
    in_full: bool,
) -> Result<Vec<Measure>, CompanyError> {
    let orders = due(read, DocumentKind::SalesOrder, days)?;
    let deliveries = documents(read, DocumentKind::Delivery, days)?;
    let since = orders.iter().map(|order| order.date).min().unwrap_or(days.0).min(days.0);
    let all = documents(read, DocumentKind::Delivery, (since, days.1))?;
    let mut shipped: BTreeMap<(DocumentId, u32), Qty> = BTreeMap::new();
    for line in lines(read, &all)?.iter().flatten() {
        if let Some(key) = line.of.zip(line.of_line) {
            let sum = shipped.entry(key).or_default();
            *sum = Qty::from_units(sum.units().saturating_add(line.quantity.units()));
        }
    }
    let (mut by_line, mut by_order) = (Share::new(in_full), Share::new(in_full));
    for (order, lines) in orders.iter().zip(lines(read, &orders)?) {
        let (mut is_whole, mut any) = (true, false);
        if lines.iter().all(|line| line.item.is_none()) {
            continue;
        }
        for line in lines.iter().filter(|line| line.item.is_some()) {
            let went = shipped.get(&(line.document, line.number)).copied().unwrap_or_default();
            // What the customer wants no more was not left undone.
            let wanted = line.quantity.units().saturating_sub(line.given_up.units());
            if wanted <= 0 {
                continue;
            }
            let left = Qty::from_units(wanted.saturating_sub(went.units()));
            any = true;
            is_whole &= left <= Qty::ZERO;
            by_line.count(left <= Qty::ZERO, || {
                let which = Phrase::from(order.name()).and(word("line")).and(line.number);
                Explain::new(which, left.to_decimal())
            });
        }
        if any {
            by_order.count(is_whole, || Explain::new(order.name(), Cell::Empty));
        }
    }
    let mut on_time = on_time(read, &deliveries, in_full)?;
    overdue(read, (DocumentKind::SalesOrder, DocumentKind::Delivery), days, &mut on_time)?;
    Ok(vec![
        by_line.measure(
            "line_fill_rate",
            word("Lines filled"),
            ("Lines shipped whole", "Lines ordered"),
        ),
        by_order.measure(
            "order_fill_rate",
            word("Orders filled"),
            ("Orders shipped whole", "Orders"),
        ),
        on_time.measure(
            "on_time_delivery",
            word("Delivered on time"),
            ("Deliveries on time", "Deliveries with a day, and orders overdue"),
        ),
    ])
}

/// Of documents that carry out orders: which came by the day the order was wanted on.
fn on_time(
    read: &mut impl Reading,
    done: &[Arc<Document>],
    in_full: bool,
) -> Result<Share, CompanyError> {
    let ids: Vec<DocumentId> = done.iter().filter_map(|document| document.of).collect();
    let orders = read.peek_many::<Document>(&ids)?;
    let orders: BTreeMap<DocumentId, Option<NaiveDate>> =
        orders.into_iter().flatten().map(|order| (order.id, order.wanted_on.copied())).collect();
    let mut share = Share::new(in_full);
    for document in done {
        let wanted = document.of.and_then(|of| orders.get(&of).copied().flatten());
        if let Some(wanted) = wanted {
            let late = document.date.signed_duration_since(wanted).num_days();
            let which = || Explain::new(Phrase::from(document.name()).and(word("days late")), late);
            share.count(late <= 0, which);
        }
    }
    Ok(share)
}

/// Orders that became late in the days, the day after they were wanted, of which something had not come by the last of them: each counts as one that is late.
fn overdue(
    read: &mut impl Reading,
    (orders, deliveries): (DocumentKind, DocumentKind),
    (from, on): (NaiveDate, NaiveDate),
    share: &mut Share,
) -> Result<(), CompanyError> {
    let next = on.succ_opt().unwrap_or(on);
    let later = documents(read, deliveries, (next, NaiveDate::MAX))?;
    let mut came_later: BTreeMap<(DocumentId, u32), i128> = BTreeMap::new();
    for line in lines(read, &later)?.iter().flatten() {
        if let Some(key) = line.of.zip(line.of_line) {
            *came_later.entry(key).or_default() += i128::from(line.quantity.units());
        }
    }
    let since: Vec<DocumentId> = later.iter().filter_map(|document| document.of).collect();
    let range = Range::by(Document::BY_KIND, &(orders, Status::Open)).through(&on);
    let mut found: BTreeMap<DocumentId, Arc<Document>> =
        read.peek_scan(&range)?.into_iter().map(|order| (order.id, order)).collect();
    let others = read.peek_many::<Document>(&since)?.into_iter().flatten();
    found.extend(others.filter(|order| order.kind == orders).map(|order| (order.id, order)));
    let is_due = |order: &Arc<Document>| {
        let wanted = order.wanted_on.copied();
        // It is late the day after, which lies in one span of days alone.
        let late = wanted.and_then(|wanted| wanted.succ_opt());
        order.date <= on && late.is_some_and(|late| from <= late && late <= on)
    };
    let found: Vec<Arc<Document>> = found.into_values().filter(is_due).collect();
    for (order, lines) in found.iter().zip(lines(read, &found)?) {
        let is_open = |line: &&Arc<Line>| {
            let later = came_later.get(&(line.document, line.number)).copied().unwrap_or_default();
            line.item.is_some() && i128::from(line.to_ship().units()) + later > 0
        };
        let wanted = order.wanted_on.copied().unwrap_or(on);
        if lines.iter().any(|line| is_open(&line)) {
            let late = on.signed_duration_since(wanted).num_days();
            let which = Phrase::from(order.name()).and(word("days late"));
            share.count(false, || Explain::new(which, late));
        }
    }
    Ok(())
}

/// What of receipts was taken in, refused and sent back, at the prices of their orders.
#[derive(Default)]
struct Rejects {
    taken: Decimal,
    refused: Decimal,
    back: Decimal,
    which: Vec<Explain>,
}

/// What so much of a receipt's line costs at the price of its order.
fn at_price(ordered: Option<&Arc<Line>>, quantity: Qty) -> Decimal {
    let Some(ordered) = ordered.filter(|line| line.quantity > Qty::ZERO) else {
        return Decimal::ZERO;
    };
    let whole = ordered.quantity.to_decimal();
    (ordered.net.to_decimal() * quantity.to_decimal() / whole).round_dp(4).normalize()
}

impl Rejects {
    fn read(
        read: &mut impl Reading,
        (receipts, days): (&[Arc<Document>], (NaiveDate, NaiveDate)),
        in_full: bool,
    ) -> Result<Rejects, CompanyError> {
        let mut found = Rejects::default();
        let came = lines(read, receipts)?;
        let ordered = lines_behind(read, &came)?;
        for (receipt, lines) in receipts.iter().zip(&came) {
            for line in lines.iter().filter(|line| line.item.is_some()) {
                let of = line.of.zip(line.of_line).and_then(|key| ordered.get(&key));
                let refused = at_price(of, line.refused.copied().unwrap_or_default());
                found.taken += at_price(of, line.quantity);
                found.refused += refused;
                found.name(receipt, line, refused, in_full);
            }
        }
        let returns = documents(read, DocumentKind::SupplierReturn, days)?;
        let went = lines(read, &returns)?;
        let came = lines_behind(read, &went)?;
        let ordered = lines_behind(read, &[came.values().cloned().collect()])?;
        for (back, lines) in returns.iter().zip(&went) {
            for line in lines {
                let receipt = line.of.zip(line.of_line).and_then(|key| came.get(&key));
                let of = receipt.and_then(|one| one.of.zip(one.of_line));
                let worth = at_price(of.and_then(|key| ordered.get(&key)), line.quantity);
                found.back += worth;
                found.name(back, line, worth, in_full);
            }
        }
        Ok(found)
    }

    fn name(&mut self, document: &Document, line: &Line, worth: Decimal, in_full: bool) {
        if in_full && !worth.is_zero() {
            let name = Phrase::from(document.name()).and(word("line")).and(line.number);
            self.which.push(Explain::new(name, worth));
        }
    }
}

type Found = BTreeMap<(DocumentId, u32), Arc<Line>>;

/// The lines that lines are of.
fn lines_behind(read: &mut impl Reading, of: &[Vec<Arc<Line>>]) -> Result<Found, CompanyError> {
    let keys: Vec<_> = of.iter().flatten().filter_map(|line| line.of.zip(line.of_line)).collect();
    let found = read.peek_many::<Line>(&keys)?.into_iter().flatten();
    Ok(found.map(|line| ((line.document, line.number), line)).collect())
}

fn of_suppliers(
    read: &mut impl Reading,
    days: (NaiveDate, NaiveDate),
    in_full: bool,
) -> Result<Vec<Measure>, CompanyError> {
    let receipts = documents(read, DocumentKind::Receipt, days)?;
    let mut on_time = on_time(read, &receipts, in_full)?;
    overdue(read, (DocumentKind::PurchaseOrder, DocumentKind::Receipt), days, &mut on_time)?;
    let Rejects { taken, refused, back, which } = Rejects::read(read, (&receipts, days), in_full)?;
    let (top, all) = (refused + back, taken + refused);
    let value = over(top, all, "what came in these days").map(Cell::Percent);
    let inputs = vec![
        Explain::new(word("Refused at the gate, and sent back"), top).inputs(which),
        Explain::new(word("Taken in"), taken),
        Explain::new(word("Refused at the gate"), refused),
    ];
    let rejects = Measure::new(
        "reject_rate",
        word("Rejects"),
        value,
        "(refused + sent back) ÷ (taken in + refused), at the prices of orders",
        inputs,
    );
    let name = word("Suppliers on time");
    Ok(vec![
        on_time.measure(
            "supplier_on_time",
            name,
            ("Receipts on time", "Receipts with a day, and orders overdue"),
        ),
        rejects,
    ])
}
