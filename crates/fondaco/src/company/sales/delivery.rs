//! Deliveries: goods leave, at the cost that leaves with them.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Id, Quantity, Tx};
use fondaco_inventory::moves::{Move, Movement, NewMove};
use fondaco_inventory::posting::move_stock;
use fondaco_inventory::{Qty, StockError};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::allow;
use super::order::{check_partner, head, in_state};
use crate::company::document::{
    Ahead, Desk, Document, DocumentKind, Line, LineMatch, PartLine, Status, emit_each, plus,
    settle, stored_quantity,
};
use crate::company::goods::{Telling, tell_value};
use crate::company::masters::partner_of;
use crate::company::{CompanyError, ENGINE, rights};

/// Goods to be sent.
///
/// ```
/// use fondaco::company::NewDelivery;
/// let all = NewDelivery::new("D-1", "SO-1", "2026-03-04".parse()?);
/// assert!(all.lines.is_none()); // all that is left
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDelivery {
    /// Its code.
    pub code: SmolStr,
    /// The code of the order.
    pub order: SmolStr,
    /// The day on which the goods leave.
    pub date: NaiveDate,
    /// What of the order; all that is left where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
    /// Out of which location; the order's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
}

impl NewDelivery {
    /// All that is left of an order.
    pub fn new(
        code: impl Into<SmolStr>,
        order: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewDelivery {
        NewDelivery { code: code.into(), order: order.into(), date, lines: None, location: None }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewDelivery {
        self.lines.get_or_insert_default().push(part);
        self
    }
}

/// Sends goods to customers: all or none. What they cost leaves stock with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliver {
    /// The deliveries.
    pub deliveries: Vec<NewDelivery>,
}

impl Deliver {
    /// These.
    ///
    /// ```
    /// use fondaco::company::Deliver;
    /// assert!(Deliver::new(vec![]).deliveries.is_empty());
    /// ```
    pub fn new(deliveries: Vec<NewDelivery>) -> Deliver {
        Deliver { deliveries }
    }
}

impl Act for Deliver {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::SHIP)?;
        let mut desk = Desk::open(tx)?;
        let of: Vec<_> =
            self.deliveries.iter().map(|new| DocumentKind::SalesOrder.id(&new.order)).collect();
        let new = self.deliveries.iter().map(|new| DocumentKind::Delivery.id(&new.code));
        Desk::read_ahead(tx, new, &of, Ahead::Lines)?;
        let (mut moves, mut parts) = (Vec::new(), Vec::new());
        for (index, new) in self.deliveries.iter().enumerate() {
            let made = prepare(tx, &mut desk, &authority, new)
                .map_err(|error| error.of(&DocumentKind::Delivery.name_of(&new.code)).at(index))?;
            for (moved, line) in made {
                moves.push(moved);
                parts.push(line);
            }
        }
        carry_out(tx, &mut desk, (&moves, &parts))?;
        let id = |new: &NewDelivery| DocumentKind::Delivery.id(&new.code);
        let made: Vec<_> = self.deliveries.iter().map(id).collect();
        emit_each(tx, "shipment.done", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

/// Makes the moves of documents' lines, and tells what they changed in value, document by document.
///
/// # Errors
/// What the stock refuses, said of the document and the line.
pub(crate) fn carry_out(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (moves, parts): (&[NewMove], &[(DocumentId, u32)]),
) -> Result<Vec<Id<Move>>, CompanyError> {
    let made = tx.as_engine(&ENGINE, |tx| move_stock(tx, moves, false));
    let made = match made {
        Ok(made) => made,
        Err(StockError::At { index, error }) => {
            let Some((document, line)) = parts.get(index).copied() else {
                return Err((*error).into());
            };
            let document = desk.document(tx, document)?.name();
            return Err(CompanyError::Goods { document, line, error });
        }
        Err(error) => return Err(error.into()),
    };
    let ids: Vec<Id<Move>> = made.ids().collect();
    for (id, part) in ids.iter().zip(parts) {
        if let Some(line) = desk.line(tx, *part)? {
            desk.put_line(Line { stock_move: Some(*id), ..line });
        }
    }
    let mut from = 0;
    while let Some((document, _)) = parts.get(from) {
        let count = parts.iter().skip(from).take_while(|(other, _)| other == document).count();
        let head = desk.document(tx, *document)?;
        let by = ids.get(from..from + count).unwrap_or_default();
        let telling = Telling { document: head.name(), party: head.partner(), by };
        tell_value(tx, desk, &telling)?;
        from += count;
    }
    Ok(ids)
}

/// An error of the stock, said of a line of a document.
pub(crate) fn of_line(
    error: StockError,
    document: &Document,
    line: impl FnOnce(usize) -> u32,
) -> CompanyError {
    match error {
        StockError::At { index, error } => {
            CompanyError::Goods { document: document.name(), line: line(index), error }
        }
        error => error.into(),
    }
}

/// Moves to be made, each with the line whose goods it moves.
pub(crate) type Prepared = Vec<(NewMove, (DocumentId, u32))>;

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewDelivery,
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::Delivery;
    desk.check_new(tx, kind, &new.code)?;
    let order = desk.named(tx, DocumentKind::SalesOrder, &new.order)?;
    in_state(
        &order,
        &[Status::Open, Status::Done],
        "only open orders are shipped: confirm or release it first",
    )?;
    let partner = partner_of(tx, order.party)?;
    let name = kind.name_of(&new.code);
    check_partner(&partner, &name, true)?;
    let site = super::order::site_at(tx, &new.location, order.site)?;
    allow(tx, authority, &name, (&partner, Some(&site.code)), None)?;
    let location = new.location.clone().unwrap_or_else(|| order.location.clone());
    let parts = parts(tx, desk, (&order, &new.lines), ("ship", Line::to_ship))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Vec::new());
    for ((of, quantity, lot), number) in parts.into_iter().zip(1..) {
        let Some(item) = of.item else { continue };
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let ahead = match_ahead(tx, desk, (&of, quantity), (id, number))?;
        let given = Quantity::from_fixed(quantity, of.unit);
        let mut moved = NewMove::issue(item, given, location.clone(), new.date);
        moved = moved.document(id).party(order.party);
        moved.fulfils = of.promise.copied();
        moved.lot = lot;
        made.push((moved, (id, number)));
        lines.push(Line { invoiced: ahead, ..of.carried_by((id, number), quantity) });
        let shipped = plus(of.shipped, quantity, (number, "quantity shipped"))?;
        desk.put_line(Line {
            shipped,
            matched: plus(of.matched, ahead, (number, "quantity shipped"))?,
            ..of
        });
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: order.name(), act: "ship" });
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

/// What was invoiced ahead is matched by what leaves first: how much of it.
pub(super) fn match_ahead(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    (document, line): (DocumentId, u32),
) -> Result<Qty, CompanyError> {
    let mut left = Line::left(of.invoiced, &[of.matched]).max(Qty::ZERO).min(quantity);
    let ahead = left;
    if ahead == Qty::ZERO {
        return Ok(ahead);
    }
    for invoice in desk.waiting(tx, (of.document, of.number), DocumentKind::Invoice)? {
        let part = invoice.ahead().min(left);
        if part > Qty::ZERO {
            desk.note_match(LineMatch {
                document: invoice.document,
                line: invoice.number,
                of: document,
                of_line: line,
                quantity: part,
                revalued: Amount::ZERO,
            });
            left = Line::left(left, &[part]);
            let matched = plus(invoice.matched, part, (line, "quantity shipped"))?;
            desk.put_line(Line { matched, ..invoice });
        }
    }
    Ok(ahead)
}

/// A line of which something is done, how much of it, and of which lot.
pub(crate) type Part = (Line, Qty, Option<Id<fondaco_inventory::items::Lot>>);

/// The lines of a document of which something is done: those that are named, or all that have something left.
pub(crate) fn parts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    of: (&Document, &Option<Vec<PartLine>>),
    (act, left): (&'static str, impl Fn(&Line) -> Qty),
) -> Result<Vec<Part>, CompanyError> {
    parts_within(tx, desk, of, (act, left, |_: &Line| Qty::ZERO))
}

/// As [`parts`], where so much more than is left of a line may be named.
pub(crate) fn parts_within(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, named): (&Document, &Option<Vec<PartLine>>),
    (act, left, above): (&'static str, impl Fn(&Line) -> Qty, impl Fn(&Line) -> Qty),
) -> Result<Vec<Part>, CompanyError> {
    let lines = desk.lines_of(tx, document)?;
    let Some(named) = named else {
        let all = lines.into_iter().map(|line| (left(&line), line));
        let some = all.filter(|(left, _)| *left > Qty::ZERO);
        return Ok(some.map(|(left, line)| (line, left, None)).collect());
    };
    let mut parts: Vec<Part> = Vec::with_capacity(named.len());
    for PartLine { line: number, quantity, lot } in named {
        let line = line_of(document, &lines, *number)?;
        // A line that is named twice, say for two lots, has been taken from already.
        let taken = parts.iter().filter(|(other, ..)| other.number == *number);
        let taken: Vec<Qty> = taken.map(|(_, quantity, _)| *quantity).collect();
        let open = Line::left(left(line), &taken);
        let quantity = match quantity {
            Some(quantity) => in_unit(tx, desk, (document, line), *quantity)?,
            None => open,
        };
        let most = plus(open, above(line), (*number, "quantity"))?;
        if quantity > most {
            let shown = |quantity| Quantity::from_fixed(quantity, line.unit);
            let (wanted, left) = (shown(quantity), shown(most));
            return Err(CompanyError::TooMuch {
                document: document.name(),
                line: *number,
                wanted,
                left,
                act,
            });
        }
        if quantity <= Qty::ZERO {
            return Err(CompanyError::NothingLeft { document: document.name(), act });
        }
        parts.push((line.clone(), quantity, *lot));
    }
    Ok(parts)
}

/// The line of a document with a number, from 1.
pub(crate) fn line_of<'l>(
    document: &Document,
    lines: &'l [Line],
    number: u32,
) -> Result<&'l Line, CompanyError> {
    let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| lines.get(at)).ok_or_else(|| CompanyError::UnknownLine {
        document: document.name(),
        line: number,
        lines: document.lines,
    })
}

/// As [`parts`], where more may be named than is left: what is billed says what it says.
pub(crate) fn named_parts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, named): (&Document, &Option<Vec<PartLine>>),
    left: impl Fn(&Line) -> Qty,
) -> Result<Vec<(Line, Qty)>, CompanyError> {
    let Some(named) = named else {
        let all = parts(tx, desk, (document, &None), ("bill", left))?;
        return Ok(all.into_iter().map(|(line, quantity, _)| (line, quantity)).collect());
    };
    let lines = desk.lines_of(tx, document)?;
    let mut found: Vec<(Line, Qty)> = Vec::with_capacity(named.len());
    for PartLine { line: number, quantity, .. } in named {
        let line = line_of(document, &lines, *number)?;
        let quantity = match quantity {
            Some(quantity) => in_unit(tx, desk, (document, line), *quantity)?,
            // A line that is named twice has been taken from already.
            None => {
                let taken = found.iter().filter(|(other, _)| other.number == *number);
                let taken: Vec<Qty> = taken.map(|(_, quantity)| *quantity).collect();
                Line::left(left(line), &taken)
            }
        };
        if quantity <= Qty::ZERO {
            return Err(CompanyError::NothingLeft { document: document.name(), act: "bill" });
        }
        found.push((line.clone(), quantity));
    }
    Ok(found)
}

fn in_unit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, line): (&Document, &Line),
    quantity: Quantity,
) -> Result<Qty, CompanyError> {
    let (name, number) = (document.name(), line.number);
    if let Some(item) = line.item {
        let item = desk.item(tx, item)?;
        return stored_quantity(tx, &item, quantity, (&name, number));
    }
    let value = quantity.to_string();
    let stored = quantity.to_fixed::<6>().filter(|_| quantity.is_positive());
    stored.ok_or(CompanyError::NotPositive {
        document: name,
        line: number,
        field: "quantity",
        value,
    })
}

/// That goods come back by the move that they went out by.
pub(crate) fn comes_back(of: Id<Move>, to: SmolStr) -> Movement {
    Movement::CustomerReturn { of, to }
}
