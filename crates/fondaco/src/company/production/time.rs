//! Hours that are worked on work orders: they cost what an hour of their centre costs, which is absorbed by what is made.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, Conversions, DocumentId, Quantity, Rounding, Tx, Unit, UnitPrice};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::centre::check_rate;
use super::order::{blank as blank_work, hours, rate_of};
use super::{WorkError, WorkLine, WorkLineKind, WorkOrder, allow};
use crate::company::document::{
    Desk, Document, DocumentKind, Line, blank, id_of, plus, stored, sum,
};
use crate::company::posting::{BusinessEvent, Fact, Facts};
use crate::company::sales::head;
use crate::company::{CompanyError, rights};

/// Hours of one kind at one centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeLine {
    /// The code of the centre where the work was done.
    pub centre: SmolStr,
    /// Labour or overhead.
    pub kind: WorkLineKind,
    /// How long, in any unit of time.
    pub hours: Quantity,
    /// What an hour cost; the centre's rate where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<UnitPrice>,
}

/// Hours to be booked on a work order.
///
/// ```
/// use fondaco::company::NewTime;
/// let worked = NewTime::new("T-1", "W-1", "2026-03-04".parse()?)
///     .labour("SAW", "90 min".parse()?)
///     .overhead("SAW", "1 h".parse()?);
/// assert_eq!(worked.lines.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTime {
    /// Its code.
    pub code: SmolStr,
    /// The code of the work order.
    pub order: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// The hours.
    pub lines: Vec<TimeLine>,
}

impl NewTime {
    /// No hours yet.
    pub fn new(code: impl Into<SmolStr>, order: impl Into<SmolStr>, date: NaiveDate) -> NewTime {
        NewTime { code: code.into(), order: order.into(), date, lines: Vec::new() }
    }

    /// With hours of people, at the centre's rate.
    #[must_use]
    pub fn labour(self, centre: impl Into<SmolStr>, hours: Quantity) -> NewTime {
        let (centre, kind, rate) = (centre.into(), WorkLineKind::Labour, None);
        self.line(TimeLine { centre, kind, hours, rate })
    }

    /// With hours of machines, at the centre's rate.
    #[must_use]
    pub fn overhead(self, centre: impl Into<SmolStr>, hours: Quantity) -> NewTime {
        let (centre, kind, rate) = (centre.into(), WorkLineKind::Overhead, None);
        self.line(TimeLine { centre, kind, hours, rate })
    }

    /// With hours.
    #[must_use]
    pub fn line(mut self, line: TimeLine) -> NewTime {
        self.lines.push(line);
        self
    }
}

/// Books hours on work orders: all or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookTime {
    /// The bookings.
    pub bookings: Vec<NewTime>,
}

impl BookTime {
    /// These.
    ///
    /// ```
    /// use fondaco::company::BookTime;
    /// assert!(BookTime::new(vec![]).bookings.is_empty());
    /// ```
    pub fn new(bookings: Vec<NewTime>) -> BookTime {
        BookTime { bookings }
    }
}

impl Act for BookTime {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::WORK)?;
        let mut desk = Desk::open(tx)?;
        for (index, new) in self.bookings.iter().enumerate() {
            let name = DocumentKind::TimeBooking.name_of(&new.code);
            book(tx, &mut desk, &authority, new).map_err(|error| error.of(&name).at(index))?;
        }
        tx.emit(Event::new("work_order.time_booked").with("bookings", self.bookings.len() as i64));
        desk.finish(tx)?;
        Ok(self.bookings.iter().map(|new| DocumentKind::TimeBooking.id(&new.code)).collect())
    }
}

fn book(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewTime,
) -> Result<(), CompanyError> {
    let kind = DocumentKind::TimeBooking;
    desk.check_new(tx, kind, &new.code)?;
    let (order, mut work) = desk.open_work(tx, &new.order)?;
    let name = kind.name_of(&new.code);
    allow(tx, authority, &name, order.site)?;
    if new.lines.is_empty() {
        return Err(CompanyError::NoLines { document: name });
    }
    let mut lines = Vec::with_capacity(new.lines.len());
    for (given, number) in new.lines.iter().zip(1..) {
        lines.push(line(tx, desk, (&mut work, given), (&name, number))?);
    }
    desk.works.orders.put(work);
    let net = sum(lines.iter().map(|line| line.net), (0, "cost"))?;
    let document = Document {
        date: new.date,
        site: order.site,
        location: order.location.clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        of: Some(order.id),
        ..head(tx, kind, &new.code, order.currency)
    };
    let told = facts(tx, desk, (&document, &lines))?;
    let id = document.id;
    desk.add(document, lines);
    desk.tell(told, Some(id));
    desk.settle_work(tx, order.id)
}

fn line(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (work, given): (&mut WorkOrder, &TimeLine),
    at: (&SmolStr, u32),
) -> Result<Line, CompanyError> {
    let (name, number) = at;
    let figure = given.kind.figure().ok_or_else(|| WorkError::OtherLine {
        document: name.clone(),
        line: number,
        kind: given.kind.code(),
        wanted: "labour or overhead",
        act: "booked",
    })?;
    let hours = hours(given.hours, at)?;
    let rate = rate_of(tx, (&given.centre, given.kind, given.rate), at)?;
    check_rate(rate, desk.currency(), at)?;
    let net = charge(rate, hours, at)?;
    let planned = planned_line(tx, desk, (work, given))?;
    let done = plus(planned.done, hours, (number, "hours"))?;
    let spent = plus(planned.spent, net, (number, "cost"))?;
    let of_line = planned.number;
    desk.works.lines.put(WorkLine { done, spent, ..planned });
    work.in_progress = plus(work.in_progress, net, (0, "cost of the work order"))?;
    Ok(Line {
        document: id_of(name),
        number,
        quantity: hours,
        unit: Unit::HOUR,
        price: Some(rate),
        net,
        of: Some(work.id),
        of_line: Some(of_line),
        charge: Some(figure).into(),
        text: Some(given.centre.clone()).into(),
        ..blank()
    })
}

/// The line of the order that hours are of: of their centre and kind; a new one where nothing of it was planned.
fn planned_line(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (work, given): (&mut WorkOrder, &TimeLine),
) -> Result<WorkLine, CompanyError> {
    let its = |line: &WorkLine| line.kind == given.kind && line.centre.get() == Some(&given.centre);
    if let Some(found) = desk.work_lines(tx, work)?.into_iter().find(its) {
        return Ok(found);
    }
    work.lines = work.lines.saturating_add(1);
    let line = WorkLine {
        order: work.id,
        number: work.lines,
        kind: given.kind,
        centre: Some(given.centre.clone()).into(),
        ..blank_work(Unit::HOUR)
    };
    desk.works.lines.add(line.clone());
    Ok(line)
}

/// What so many hours cost, in whole coins.
pub(super) fn charge(
    rate: UnitPrice,
    hours: Qty,
    (document, line): (&SmolStr, u32),
) -> Result<Amount, CompanyError> {
    let wrong =
        |error| CompanyError::Quantity { document: document.clone(), line, error: Box::new(error) };
    let given = Quantity::from_fixed(hours, Unit::HOUR);
    let all = Conversions::new().total_round(rate, given, 10, Rounding::HalfUp).map_err(wrong)?;
    stored(all.round(Rounding::HalfUp), document, (line, "cost"))
}

/// What hours tell the books.
pub(super) fn facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, lines): (&Document, &[Line]),
) -> Result<Facts, CompanyError> {
    let mut told = Facts::new(BusinessEvent::TimeBooked, document.date, document.name());
    for line in lines {
        let Some(figure) = line.charge.copied() else { continue };
        let item = match document.of {
            Some(order) => {
                let order = desk.document(tx, order)?;
                Some(desk.work(tx, &order)?.item)
            }
            None => None,
        };
        let place = desk.place(tx, item, document.site)?;
        told.facts.push(Fact::new(figure, document.money(line.net)).at(place));
    }
    Ok(told)
}
