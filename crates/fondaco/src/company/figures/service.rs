//! How customers are served, and how suppliers serve: what was shipped whole, what came by the day it was wanted.
//!
//! Counted from the orders and receipts of the days, as far as their deliveries went by the last of them; documents that were taken back
//! since don't count. Orders without a day on which they are wanted are not late.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Explain, Phrase, word};
use fondaco_core::{DocumentId, Range, Reading};
use fondaco_inventory::Qty;
use rust_decimal::Decimal;

use super::measure::{Measure, NotDefined, over};
use crate::company::CompanyError;
use crate::company::document::{Document, DocumentKind, Line, Status};

/// The documents of a kind on some days that count.
fn documents(
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

fn lines(
    read: &mut impl Reading,
    of: &[Arc<Document>],
) -> Result<Vec<Vec<Arc<Line>>>, CompanyError> {
    let ranges: Vec<_> = of.iter().map(|document| Range::<Line>::by_key(&document.id)).collect();
    Ok(read.peek_scans(&ranges)?)
}

/// So many of so many, and which are not among them.
#[derive(Default)]
struct Share {
    good: i64,
    all: i64,
    not: Vec<Explain>,
}

impl Share {
    fn count(&mut self, is_good: bool, which: impl FnOnce() -> Explain) {
        self.all += 1;
        match is_good {
            true => self.good += 1,
            false => self.not.push(which()),
        }
    }

    fn measure(
        self,
        code: &'static str,
        name: Cell,
        what: (&'static str, &'static str),
        in_full: bool,
    ) -> Measure {
        let (good, all) = what;
        let value = over(self.good.into(), self.all.into(), "their number").map(Cell::Percent);
        let value = match self.all {
            0 => Err(NotDefined::new("there is none in these days")),
            _ => value,
        };
        let mut but = Explain::new(word("The others"), self.all - self.good);
        if in_full {
            but = but.inputs(self.not);
        }
        let inputs =
            vec![Explain::new(word(good), self.good), Explain::new(word(all), self.all), but];
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
    let orders = documents(read, DocumentKind::SalesOrder, days)?;
    let deliveries = documents(read, DocumentKind::Delivery, days)?;
    let mut shipped: BTreeMap<(DocumentId, u32), Qty> = BTreeMap::new();
    for line in lines(read, &deliveries)?.iter().flatten() {
        if let Some(key) = line.of.zip(line.of_line) {
            let sum = shipped.entry(key).or_default();
            *sum = Qty::from_units(sum.units().saturating_add(line.quantity.units()));
        }
    }
    let (mut by_line, mut by_order) = (Share::default(), Share::default());
    for (order, lines) in orders.iter().zip(lines(read, &orders)?) {
        let mut is_whole = true;
        for line in lines.iter().filter(|line| line.item.is_some()) {
            let went = shipped.get(&(line.document, line.number)).copied().unwrap_or_default();
            let left = Qty::from_units(line.quantity.units().saturating_sub(went.units()));
            is_whole &= left <= Qty::ZERO;
            by_line.count(left <= Qty::ZERO, || {
                let which = Phrase::from(order.name()).and(word("line")).and(line.number);
                Explain::new(which, left.to_decimal())
            });
        }
        by_order.count(is_whole, || Explain::new(order.name(), Cell::Empty));
    }
    let on_time = on_time(read, &deliveries)?;
    Ok(vec![
        by_line.measure(
            "line_fill_rate",
            word("Lines filled"),
            ("Lines shipped whole", "Lines ordered"),
            in_full,
        ),
        by_order.measure(
            "order_fill_rate",
            word("Orders filled"),
            ("Orders shipped whole", "Orders"),
            in_full,
        ),
        on_time.measure(
            "on_time_delivery",
            word("Delivered on time"),
            ("Deliveries on time", "Deliveries with a day"),
            in_full,
        ),
    ])
}

/// Of documents that carry out orders: which came by the day the order was wanted on.
fn on_time(read: &mut impl Reading, done: &[Arc<Document>]) -> Result<Share, CompanyError> {
    let ids: Vec<DocumentId> = done.iter().filter_map(|document| document.of).collect();
    let orders = read.peek_many::<Document>(&ids)?;
    let orders: BTreeMap<DocumentId, Option<NaiveDate>> =
        orders.into_iter().flatten().map(|order| (order.id, order.wanted_on.copied())).collect();
    let mut share = Share::default();
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

fn of_suppliers(
    read: &mut impl Reading,
    days: (NaiveDate, NaiveDate),
    in_full: bool,
) -> Result<Vec<Measure>, CompanyError> {
    let receipts = documents(read, DocumentKind::Receipt, days)?;
    let on_time = on_time(read, &receipts)?;
    let (mut taken, mut refused, mut which) = (Decimal::ZERO, Decimal::ZERO, Vec::new());
    for (receipt, lines) in receipts.iter().zip(lines(read, &receipts)?) {
        for line in lines {
            let back = line.refused.copied().unwrap_or_default().to_decimal();
            taken += line.quantity.to_decimal();
            refused += back;
            if in_full && !back.is_zero() {
                let name = Phrase::from(receipt.name()).and(word("line")).and(line.number);
                which.push(Explain::new(name, back));
            }
        }
    }
    let value = over(refused, taken + refused, "what came in these days").map(Cell::Percent);
    let inputs = vec![
        Explain::new(word("Refused at the gate"), refused).inputs(which),
        Explain::new(word("Taken in"), taken),
    ];
    let rejects = Measure::new(
        "reject_rate",
        word("Rejects"),
        value,
        "refused ÷ (taken in + refused), in stock units",
        inputs,
    );
    let name = word("Suppliers on time");
    Ok(vec![
        on_time.measure(
            "supplier_on_time",
            name,
            ("Receipts on time", "Receipts with a day"),
            in_full,
        ),
        rejects,
    ])
}
