//! Orders that are taken back or closed short: what was promised to them or on order for them is not any more.

use fondaco_accounting::ledger::Amount;
use fondaco_core::store::Event;
use fondaco_core::{Act, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::reserve::ReleaseDocument;
use serde::{Deserialize, Serialize};

use super::Named;
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, Status, less, plus, settle,
};
use crate::company::masters::partner_of;
use crate::company::purchases::not_on_order;
use crate::company::sales::{allow, in_state, owe, site};
use crate::company::{CompanyError, ENGINE, rights};

pub(super) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: Document,
) -> Result<(), CompanyError> {
    if matches!(order.status, Status::Quote | Status::Held) {
        return Ok(());
    }
    let_go(tx, desk, &order)?;
    if !order.kind.is_of_sales() {
        return Ok(());
    }
    let open = less(order.gross(), order.settled, (0, "amount invoiced of the order"))?;
    owe(tx, order.party, Amount::ZERO, open)
}

/// Nothing is promised to an order any more, and nothing on order for it.
fn let_go(tx: &mut Tx<'_>, desk: &mut Desk, order: &Document) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, order)?;
    if lines.iter().any(|line| line.promise.get().is_some()) {
        tx.as_engine(&ENGINE, |tx| ReleaseDocument::new(order.id).act(tx))?;
    }
    match lines.iter().any(|line| line.expected.get().is_some()) {
        true => not_on_order(tx, order.id),
        false => Ok(()),
    }
}

/// Closes orders short, of customers and to suppliers: all or none. What was not shipped or received is not to be any more: nothing is promised
/// or on order for it, and it no longer counts towards a limit. What was shipped or received is to be billed as before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseOrders {
    /// Which.
    pub orders: Vec<Named>,
}

impl CloseOrders {
    /// These.
    ///
    /// ```
    /// use fondaco::company::{CloseOrders, DocumentKind, Named};
    /// let close = CloseOrders::new(vec![Named::new(DocumentKind::SalesOrder, "SO-1")]);
    /// assert_eq!(close.orders.len(), 1);
    /// ```
    pub fn new(orders: Vec<Named>) -> CloseOrders {
        CloseOrders { orders }
    }
}

impl Act for CloseOrders {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let mut desk = Desk::open(tx)?;
        for (index, named) in self.orders.iter().enumerate() {
            close(tx, &mut desk, named)
                .map_err(|error| error.of(&named.kind.name_of(&named.code)).at(index))?;
        }
        desk.finish(tx)
    }
}

fn close(tx: &mut Tx<'_>, desk: &mut Desk, named: &Named) -> Result<(), CompanyError> {
    let permission = match named.kind {
        DocumentKind::PurchaseOrder => &rights::BUY,
        _ => &rights::SELL,
    };
    let authority = tx.authority(permission)?;
    let order = desk.named(tx, named.kind, &named.code)?;
    let is_order = matches!(order.kind, DocumentKind::SalesOrder | DocumentKind::PurchaseOrder);
    let states: &[Status] = if is_order { &[Status::Open] } else { &[] };
    in_state(&order, states, "only open orders of customers or to suppliers are closed")?;
    let (partner, place) = (partner_of(tx, order.party)?, site(tx, Some(order.site))?);
    let gross = order.money(order.gross());
    allow(tx, &authority, &order.name(), (&partner, Some(&place.code)), Some(gross))?;
    let_go(tx, desk, &order)?;
    for line in desk.lines_of(tx, &order)? {
        let left = if line.item.is_some() { line.to_ship() } else { line.left_to_bill() };
        let at: At = (line.number, "quantity");
        let given_up = plus(line.given_up, left.max(Qty::ZERO), at)?;
        desk.put_line(Line { given_up, ..line });
    }
    tx.emit(Event::new("order.closed").with("order", order.id));
    settle(tx, desk, Some(order.id))
}
