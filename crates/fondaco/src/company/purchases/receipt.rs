//! Receipts: goods come, at the price of the order, or at what was billed for them ahead.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Id, Quantity, Rate, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Lot;
use fondaco_inventory::moves::NewMove;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::matching::{settle_ahead, take_ahead};
use crate::company::document::{
    Ahead, At, Desk, Document, DocumentKind, Line, PartLine, Status, emit_each, less, plus, settle,
    share,
};
use crate::company::masters::partner_of;
use crate::company::posting::Place;
use crate::company::production::{Served, serve};
use crate::company::sales::{
    Prepared, allow, carry_out, head, in_state, line_of, parts_within, site_at,
};
use crate::company::{CompanyError, rights};

/// What came of a line of an order.
///
/// ```
/// use fondaco::company::ReceivedLine;
/// let good = ReceivedLine { refused: Some("2 pcs".parse()?), ..ReceivedLine::new(1, "48 pcs".parse()?) };
/// assert_eq!(good.line, 1);
/// # Ok::<(), fondaco::core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivedLine {
    /// The line of the order, from 1.
    pub line: u32,
    /// How much was taken in; all that is left where it is left out. More than that within the company's tolerance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// How much came and was refused at the gate: it is noted, and still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Quantity>,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
    /// Into which location, say one for quarantine; the receipt's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
    /// The code of the work order that a service was done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_order: Option<SmolStr>,
}

impl ReceivedLine {
    /// So much of a line.
    pub fn new(line: u32, quantity: Quantity) -> ReceivedLine {
        ReceivedLine { quantity: Some(quantity), ..ReceivedLine::all(line) }
    }

    /// All that is left of a line.
    pub fn all(line: u32) -> ReceivedLine {
        let (quantity, refused, lot, location, work_order) = (None, None, None, None, None);
        ReceivedLine { line, quantity, refused, lot, location, work_order }
    }

    /// Nothing of a line: so much came, and was refused at the gate.
    pub fn refused(line: u32, refused: Quantity) -> ReceivedLine {
        let none = Quantity::new(0, refused.unit());
        ReceivedLine { refused: Some(refused), ..ReceivedLine::new(line, none) }
    }

    fn is_refused_whole(&self) -> bool {
        self.refused.is_some() && self.quantity.is_some_and(|quantity| quantity.is_zero())
    }

    /// A service that was done for a work order.
    #[must_use]
    pub fn into_work(self, order: impl Into<SmolStr>) -> ReceivedLine {
        ReceivedLine { work_order: Some(order.into()), ..self }
    }
}

/// Goods that came.
///
/// ```
/// use fondaco::company::NewReceipt;
/// let all = NewReceipt::new("R-1", "PO-1", "2026-02-10".parse()?);
/// assert!(all.lines.is_none()); // all that is left
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReceipt {
    /// Its code.
    pub code: SmolStr,
    /// The code of the order.
    pub order: SmolStr,
    /// The day on which they came.
    pub date: NaiveDate,
    /// What of the order; all that is left where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<ReceivedLine>>,
    /// Into which location; the order's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
}

impl NewReceipt {
    /// All that is left of an order.
    pub fn new(code: impl Into<SmolStr>, order: impl Into<SmolStr>, date: NaiveDate) -> NewReceipt {
        NewReceipt { code: code.into(), order: order.into(), date, lines: None, location: None }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, line: ReceivedLine) -> NewReceipt {
        self.lines.get_or_insert_default().push(line);
        self
    }

    /// What is taken in of which lines.
    fn taken(&self) -> Option<Vec<PartLine>> {
        let part = |line: &ReceivedLine| PartLine {
            line: line.line,
            quantity: line.quantity,
            lot: line.lot,
        };
        Some(self.said()?.into_iter().map(part).collect())
    }

    /// What is said of the lines of which something was taken in, in their order.
    fn said(&self) -> Option<Vec<&ReceivedLine>> {
        Some(self.lines.as_ref()?.iter().filter(|line| !line.is_refused_whole()).collect())
    }
}

/// Receives goods from suppliers: all or none. They come into stock at the price of the order, or at what was billed for them ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    /// The receipts.
    pub receipts: Vec<NewReceipt>,
}

impl Receive {
    /// These.
    ///
    /// ```
    /// use fondaco::company::Receive;
    /// assert!(Receive::new(vec![]).receipts.is_empty());
    /// ```
    pub fn new(receipts: Vec<NewReceipt>) -> Receive {
        Receive { receipts }
    }
}

impl Act for Receive {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::RECEIVE)?;
        let mut desk = Desk::open(tx)?;
        let of: Vec<_> =
            self.receipts.iter().map(|new| DocumentKind::PurchaseOrder.id(&new.order)).collect();
        let new = self.receipts.iter().map(|new| DocumentKind::Receipt.id(&new.code));
        Desk::read_ahead(tx, new, &of, Ahead::Lines)?;
        let (mut moves, mut lines, mut ahead) = (Vec::new(), Vec::new(), Vec::new());
        for (index, new) in self.receipts.iter().enumerate() {
            let made = prepare(tx, &mut desk, &authority, new, &mut ahead);
            let name = || DocumentKind::Receipt.name_of(&new.code);
            for (moved, line) in made.map_err(|error| error.of(&name()).at(index))? {
                moves.push(moved);
                lines.push(line);
            }
        }
        carry_out(tx, &mut desk, (&moves, &lines))?;
        settle_ahead(tx, &mut desk, ahead)?;
        let id = |new: &NewReceipt| DocumentKind::Receipt.id(&new.code);
        let made: Vec<_> = self.receipts.iter().map(id).collect();
        emit_each(tx, "receipt.done", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewReceipt,
    ahead: &mut Vec<super::matching::Ahead>,
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::Receipt;
    desk.check_new(tx, kind, &new.code)?;
    let order = desk.named(tx, DocumentKind::PurchaseOrder, &new.order)?;
    in_state(&order, &[Status::Open, Status::Done], "nothing comes of what was cancelled")?;
    let partner = partner_of(tx, order.party)?;
    let named = new.lines.iter().flatten().map(|line| &line.location);
    for location in named.filter(|named| named.is_some()).chain([&new.location]) {
        let place = site_at(tx, location, order.site)?;
        allow(tx, authority, &kind.name_of(&new.code), (&partner, Some(&place.code)), None)?;
    }
    let location = new.location.clone().unwrap_or_else(|| order.location.clone());
    let tolerance = desk.settings.receipt_tolerance;
    // Of what is given up nothing more is expected, so none comes beyond it.
    let above = |line: &Line| match line.given_up {
        Qty::ZERO => of_quantity(line.quantity, tolerance),
        _ => Qty::ZERO,
    };
    let parts = parts_within(tx, desk, (&order, &new.taken()), ("receive", Line::to_ship, above))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Vec::new());
    let (said, order_site) = (new.said(), order.site);
    for (at, (of, quantity, lot)) in parts.into_iter().enumerate() {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let said = said.as_ref().and_then(|lines| lines.get(at)).copied();
        let number = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
        let Some(item) = of.item else {
            // A service comes only as far as it is said what for.
            if let Some(order) = said.and_then(|line| line.work_order.as_ref()) {
                let (code, party) = (&new.code, partner.party);
                let cost = ordered_at(&of, quantity, (desk.currency(), number))?;
                let party_group = partner.party_group.clone();
                let place = Place { party_group, site: Some(order_site), ..Place::default() };
                let served =
                    Served { order, code, number, date: new.date, party, quantity, cost, place };
                let line = serve(tx, desk, &of, &served)?;
                lines.push(Line { taken: cost, ..line });
                desk.put_line(came(of, quantity, cost)?);
            }
            continue;
        };
        let Coming { billed, by_order, cost } =
            cost_of(tx, desk, (&of, quantity), (id, number), ahead)?;
        let to = said.and_then(|line| line.location.clone()).unwrap_or_else(|| location.clone());
        let given = Quantity::from_fixed(quantity, of.unit);
        let mut moved = NewMove::receipt(item, given, to, new.date).cost(order.money(cost));
        moved = moved.document(id).party(order.party);
        moved.receives = of.expected.copied();
        moved.lot = lot;
        made.push((moved, (id, number)));
        let refused = match said.and_then(|line| line.refused) {
            Some(refused) => Some(refuse(tx, desk, (&order, &of), refused)?),
            None => None,
        };
        lines.push(Line {
            invoiced: billed,
            refused: refused.into(),
            taken: by_order,
            ..of.carried_by((id, number), quantity)
        });
        let matched = plus(of.matched, billed, (number, "quantity received"))?;
        desk.put_line(Line { matched, ..came(of, quantity, by_order)? });
    }
    refused_whole(tx, desk, (&order, new), &mut lines)?;
    if lines.is_empty() {
        return Err(CompanyError::NothingLeft { document: order.name(), act: "receive" });
    }
    let document = Document {
        party: order.party,
        party_group: partner.party_group.clone().into(),
        date: new.date,
        site: order.site,
        location,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(order.id),
        ..head(tx, kind, &new.code, order.currency)
    };
    desk.add(document, lines);
    settle(tx, desk, Some(order.id))?;
    Ok(made)
}

/// What comes of an order's line.
pub(crate) struct Coming {
    /// How much of it was billed ahead.
    pub(crate) billed: Qty,
    /// What all of it comes to by the order.
    pub(crate) by_order: Amount,
    /// What it costs: as billed, as far as it was, the rest by the order.
    pub(crate) cost: Amount,
}

/// What so much of an order's line costs that comes now.
pub(crate) fn cost_of(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    receipt: (DocumentId, u32),
    ahead: &mut Vec<super::matching::Ahead>,
) -> Result<Coming, CompanyError> {
    let at: At = (receipt.1, "cost");
    let (billed, worth) = take_ahead(tx, desk, (of, quantity), receipt, ahead)?;
    let by_order = ordered_at(of, quantity, (desk.currency(), receipt.1))?;
    let rest = Line::left(quantity, &[billed]);
    let own = share(by_order, rest, quantity, (desk.currency(), at))?;
    Ok(Coming { billed, by_order, cost: plus(own, worth, at)? })
}

/// An order's line of which so much more came.
pub(crate) fn came(of: Line, quantity: Qty, by_order: Amount) -> Result<Line, CompanyError> {
    let shipped = plus(of.shipped, quantity, (of.number, "quantity received"))?;
    let sold = plus(of.sold, by_order, (of.number, "cost"))?;
    Ok(Line { shipped, sold, ..of })
}

/// What so much of an order's line comes to by the order: its share, less what came so far, so that the last part takes the remainder.
fn ordered_at(
    of: &Line,
    quantity: Qty,
    (currency, number): (fondaco_core::Currency, u32),
) -> Result<Amount, CompanyError> {
    let (at, many) = ((number, "cost"), (number, "quantity received"));
    let until = share(of.net, plus(of.shipped, quantity, many)?, of.quantity, (currency, at))?;
    less(until, of.sold, at)
}

/// So much of a quantity.
fn of_quantity(quantity: Qty, rate: Rate) -> Qty {
    let part = quantity.to_decimal().checked_mul(rate.factor()).unwrap_or_default();
    Qty::from_decimal(part.trunc_with_scale(6)).unwrap_or(Qty::ZERO)
}

/// Lines of which all that came was refused at the gate: nothing is taken in, and all of it is still to come.
fn refused_whole(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, new): (&Document, &NewReceipt),
    lines: &mut Vec<Line>,
) -> Result<(), CompanyError> {
    let known = desk.lines_of(tx, order)?;
    let whole = new.lines.iter().flatten().filter(|line| line.is_refused_whole());
    for said in whole {
        let of = line_of(order, &known, said.line)?;
        let Some(refused) = said.refused else { continue };
        let refused = Some(refuse(tx, desk, (order, of), refused)?).into();
        let number = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
        let key = (DocumentKind::Receipt.id(&new.code), number);
        lines.push(Line { refused, ..of.carried_by(key, Qty::ZERO) });
    }
    Ok(())
}

/// Notes what was refused at the gate.
fn refuse(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, line): (&Document, &Line),
    refused: Quantity,
) -> Result<Qty, CompanyError> {
    let Some(item) = line.item else { return Ok(Qty::ZERO) };
    let item = desk.item(tx, item)?;
    let at = (&order.name(), line.number);
    let stored = crate::company::document::stored_quantity(tx, &item, refused, at)?;
    let event = Event::new("inspection.failed").with("order", order.id);
    tx.emit(event.with("line", i64::from(line.number)).with("item", item.id));
    Ok(stored)
}
