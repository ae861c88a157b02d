//! Orders to suppliers: what is on order from then on.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Id, Quantity, Range, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::Expected;
use fondaco_inventory::planning::{FirmOrder, FirmStatus, ReleaseFirmOrder};
use fondaco_inventory::replenish::SourceKind;
use fondaco_inventory::reserve::{
    AnnounceStock, CancelExpected, ExpectedLine, StillToCome, amend_expected,
};
use serde::{Deserialize, Serialize};
use smol_str::ToSmolStr;

use crate::company::document::{Desk, Document, DocumentKind, Line, emit_each};
use crate::company::masters::partner_by_code;
use crate::company::production::WorkError;
use crate::company::sales::{NewOrder, allow, check_partner, of_line, priced, read_ahead};
use crate::company::{CompanyError, ENGINE, rights};

/// Orders from suppliers: all or none. Prices are those of the lines; what is ordered is on order at the site. A line may carry out a
/// [firm order](crate::company::NewLine::firm) of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderGoods {
    /// The orders; what they say of quotes, holds and promises is not for them.
    pub orders: Vec<NewOrder>,
}

impl OrderGoods {
    /// These orders.
    ///
    /// ```
    /// use fondaco::company::OrderGoods;
    /// assert!(OrderGoods::new(vec![]).orders.is_empty());
    /// ```
    pub fn new(orders: Vec<NewOrder>) -> OrderGoods {
        OrderGoods { orders }
    }
}

impl Act for OrderGoods {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::BUY)?;
        let mut desk = Desk::open(tx)?;
        read_ahead(tx, &desk, (DocumentKind::PurchaseOrder, &self.orders))?;
        let mut placed = Vec::with_capacity(self.orders.len());
        for (index, new) in self.orders.iter().enumerate() {
            let done = place(tx, &mut desk, &authority, new);
            let name = || DocumentKind::PurchaseOrder.name_of(&new.code);
            placed.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        emit_each(tx, "purchase.ordered", &placed);
        desk.finish(tx)?;
        Ok(placed)
    }
}

fn place(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewOrder,
) -> Result<DocumentId, CompanyError> {
    let kind = DocumentKind::PurchaseOrder;
    desk.check_new(tx, kind, &new.code)?;
    let partner = partner_by_code(tx, &new.partner)?;
    let name = kind.name_of(&new.code);
    check_partner(&partner, &name, false)?;
    let (document, mut lines, site) = priced(tx, desk, new, (kind, &partner))?;
    let gross = document.money(document.gross());
    allow(tx, authority, &name, (&partner, Some(&site.code)), Some(gross))?;
    announce(tx, new, (&document, &mut lines))?;
    let id = document.id;
    desk.add(document, lines);
    Ok(id)
}

/// What is still to come of an order, and no more, is on order from now on. Since when, for when and for whom stays as it was.
pub(crate) fn announce_again(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: &Document,
) -> Result<(), CompanyError> {
    let (mut amended, mut lines, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for line in desk.lines_of(tx, order)? {
        let (Some(item), left) = (line.item, line.to_ship()) else { continue };
        match line.expected.copied() {
            Some(expected) => amended.push(StillToCome { expected, left, due_on: None }),
            None if left > Qty::ZERO => {
                let quantity = Quantity::from_fixed(left, line.unit);
                new.push(ExpectedLine::new(item, order.site, quantity, order.due_on()));
                lines.push(line);
            }
            None => {}
        }
    }
    // Of a line that was announced twice the newer says what is to come.
    let known: BTreeSet<Id<Expected>> = amended.iter().map(|one| one.expected).collect();
    let rows = tx.scan(&Range::by(Expected::BY_DOCUMENT, &order.id))?;
    let others = rows.iter().filter(|row| row.open.is_some() && !known.contains(&row.id));
    let none =
        |row: &Arc<Expected>| StillToCome { expected: row.id, left: Qty::ZERO, due_on: None };
    amended.extend(others.map(none));
    tx.as_engine(&ENGINE, |tx| amend_expected(tx, &amended))?;
    if !new.is_empty() {
        let party = Some(order.party);
        let command = AnnounceStock { party, ..AnnounceStock::new(order.id, new) };
        let announced = tx.as_engine(&ENGINE, |tx| command.act(tx))?;
        for (line, expected) in lines.into_iter().zip(announced) {
            desk.put_line(Line { expected: Some(expected).into(), ..line });
        }
    }
    Ok(())
}

/// Nothing of an order is to come any more, however often it was announced.
pub(crate) fn not_on_order(tx: &mut Tx<'_>, order: DocumentId) -> Result<(), CompanyError> {
    let rows = tx.scan(&Range::by(Expected::BY_DOCUMENT, &order))?;
    let open: Vec<Id<Expected>> =
        rows.iter().filter(|row| row.open.is_some()).map(|row| row.id).collect();
    if !open.is_empty() {
        tx.as_engine(&ENGINE, |tx| CancelExpected::new(open).act(tx))?;
    }
    Ok(())
}

/// Releases the firm orders of a plan that lines carry out: they are on order by that, for the day that the order says where it says one.
fn release(
    tx: &mut Tx<'_>,
    new: &NewOrder,
    (document, lines): (&Document, &mut [Line]),
) -> Result<(), CompanyError> {
    for (said, line) in new.lines.iter().zip(lines) {
        let Some(firm) = said.firm else { continue };
        let name = firm.to_smolstr();
        let unknown = || CompanyError::Unknown { what: "firm order", code: name.clone() };
        let order = tx.require::<FirmOrder, CompanyError>(&firm, unknown)?;
        if order.status != FirmStatus::Firm {
            let (document, status) = (document.name(), order.status.code());
            return Err(WorkError::FirmOrderOver { document, firm: name, status }.into());
        }
        let differs = [
            (order.source != Some(SourceKind::Buy), "source"),
            (Some(order.item) != line.item, "item"),
            (order.quantity != line.quantity, "quantity"),
            (order.site != document.site, "site"),
            (order.supplier.is_some_and(|party| party != document.party), "supplier"),
        ];
        if let Some((_, field)) = differs.iter().find(|(differs, _)| *differs) {
            let (document, line) = (document.name(), line.number);
            return Err(CompanyError::FirmOrderDiffers { document, line, firm: name, field });
        }
        let command = ReleaseFirmOrder::new(firm, document.id);
        let released = tx.as_engine(&ENGINE, |tx| command.act(tx));
        let released = released.map_err(|error| of_line(error, document, |_| line.number))?;
        let expected = released.expected.first().copied();
        line.expected = expected.into();
        if let (Some(expected), Some(day)) = (expected, document.wanted_on.copied()) {
            let left = line.quantity;
            let wanted = StillToCome { expected, left, due_on: Some(day) };
            tx.as_engine(&ENGINE, |tx| amend_expected(tx, &[wanted]))?;
        }
    }
    Ok(())
}

/// Says that the goods of an order are to come.
fn announce(
    tx: &mut Tx<'_>,
    new: &NewOrder,
    (document, lines): (&Document, &mut [Line]),
) -> Result<(), CompanyError> {
    release(tx, new, (document, &mut *lines))?;
    let goods: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.item.is_some() && line.expected.get().is_none())
        .map(|(at, _)| at)
        .collect();
    if goods.is_empty() {
        return Ok(());
    }
    let due_on = document.due_on();
    let expected = goods.iter().filter_map(|at| {
        let line = lines.get(*at)?;
        let quantity = Quantity::from_fixed(line.quantity, line.unit);
        Some(ExpectedLine::new(line.item?, document.site, quantity, due_on))
    });
    let party = Some(document.party);
    let command = AnnounceStock { party, ..AnnounceStock::new(document.id, expected.collect()) };
    let number =
        |index: usize| goods.get(index).and_then(|at| lines.get(*at)).map_or(0, |line| line.number);
    let announced = tx.as_engine(&ENGINE, |tx| command.act(tx));
    let announced = announced.map_err(|error| of_line(error, document, number))?;
    for (at, expected) in goods.iter().zip(announced) {
        if let Some(line) = lines.get_mut(*at) {
            line.expected = Some(expected).into();
        }
    }
    Ok(())
}
