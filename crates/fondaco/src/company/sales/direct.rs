//! Drop shipment: what a supplier sends straight to a customer. It was never in stock, yet is bought and sold: a delivery and a receipt in one
//! commit, at the price of the order to the supplier (EVENTS row 22).
//!
//! The delivery has the move; the receipt stands for what is to be billed. Either is cancelled with the other, by cancelling the delivery.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{Act, DocumentId, Id, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Lot;
use fondaco_inventory::moves::NewMove;
use fondaco_inventory::places::{Location, LocationKind};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::delivery::{carry_out, match_ahead, parts};
use super::order::{check_partner, head, in_state, site_at};
use super::{allow, promise_again};
use crate::company::document::{
    Ahead, Desk, Document, DocumentKind, Line, LineMatch, PartLine, Status, emit_each, plus, settle,
};
use crate::company::masters::partner_of;
use crate::company::purchases::{announce_again, came, cost_of, settle_ahead};
use crate::company::{CompanyError, rights};

/// Goods that a supplier sends to a customer.
///
/// ```
/// use fondaco::company::NewDirect;
/// let all = NewDirect::new("D-1", "SO-1", "PO-1", "2026-03-04".parse()?);
/// assert!(all.lines.is_none()); // all that is left of both
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDirect {
    /// The code of the delivery, and of the receipt.
    pub code: SmolStr,
    /// The code of the customer's order.
    pub order: SmolStr,
    /// The code of the order to the supplier.
    pub purchase: SmolStr,
    /// The day on which they are sent.
    pub date: NaiveDate,
    /// What of the customer's order; all that is left of it and that the supplier has to send where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
    /// A location that is not on hand, of kind `customer`: where such goods are said to be.
    #[serde(default = "NewDirect::place")]
    pub location: SmolStr,
}

impl NewDirect {
    fn place() -> SmolStr {
        SmolStr::new_static("DIRECT")
    }

    /// All that is left of both orders, by way of a location `DIRECT`.
    pub fn new(
        code: impl Into<SmolStr>,
        order: impl Into<SmolStr>,
        purchase: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewDirect {
        let (code, order, purchase) = (code.into(), order.into(), purchase.into());
        NewDirect { code, order, purchase, date, lines: None, location: NewDirect::place() }
    }

    /// Some of the customer's order.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewDirect {
        self.lines.get_or_insert_default().push(part);
        self
    }
}

/// Records what suppliers sent straight to customers: all or none. What it costs stands as shipped until it is invoiced, and as received until
/// it is billed; what a bill says otherwise, and freight that lands on the receipt, comes upon the delivery's cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipDirect {
    /// The shipments.
    pub shipments: Vec<NewDirect>,
}

impl ShipDirect {
    /// These.
    ///
    /// ```
    /// use fondaco::company::ShipDirect;
    /// assert!(ShipDirect::new(vec![]).shipments.is_empty());
    /// ```
    pub fn new(shipments: Vec<NewDirect>) -> ShipDirect {
        ShipDirect { shipments }
    }

    fn read_ahead(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        use DocumentKind as K;
        let new = |new: &NewDirect| [K::Delivery.id(&new.code), K::Receipt.id(&new.code)];
        let of =
            |new: &NewDirect| [K::SalesOrder.id(&new.order), K::PurchaseOrder.id(&new.purchase)];
        let orders: Vec<DocumentId> = self.shipments.iter().flat_map(of).collect();
        Desk::read_ahead(tx, self.shipments.iter().flat_map(new), &orders, Ahead::Lines)
    }
}

impl Act for ShipDirect {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let mut desk = Desk::open(tx)?;
        self.read_ahead(tx)?;
        let mut made = Vec::with_capacity(self.shipments.len());
        for (index, new) in self.shipments.iter().enumerate() {
            let done = ship(tx, &mut desk, new);
            let name = || DocumentKind::Delivery.name_of(&new.code);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        let receipts = self.shipments.iter().map(|new| DocumentKind::Receipt.id(&new.code));
        emit_each(tx, "receipt.done", &receipts.collect::<Vec<_>>());
        emit_each(tx, "shipment.done", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

/// A line of both documents.
struct Pair {
    sold: Line,
    bought: Line,
    quantity: Qty,
    lot: Option<Id<Lot>>,
}

fn ship(tx: &mut Tx<'_>, desk: &mut Desk, new: &NewDirect) -> Result<DocumentId, CompanyError> {
    let (sold, bought) = orders(tx, desk, new)?;
    not_here(tx, &new.location)?;
    let pairs = pairs(tx, desk, new, (&sold, &bought))?;
    let (delivery, receipt) =
        (DocumentKind::Delivery.id(&new.code), DocumentKind::Receipt.id(&new.code));
    let (mut moves, mut keys, mut ahead) = (Vec::new(), Vec::new(), Vec::new());
    let (mut sent, mut came_in) = (Vec::new(), Vec::new());
    for (pair, number) in pairs.into_iter().zip(1..) {
        let (out, taken) = ((delivery, number), (receipt, number));
        let Some(item) = pair.sold.item else { continue };
        let of_order = desk.line(tx, (sold.id, pair.sold.number))?.unwrap_or(pair.sold);
        let of_purchase = desk.line(tx, (bought.id, pair.bought.number))?.unwrap_or(pair.bought);
        let quantity = pair.quantity;
        let invoiced = match_ahead(tx, desk, (&of_order, quantity), out)?;
        let coming = cost_of(tx, desk, (&of_purchase, quantity), taken, &mut ahead)?;
        let given = Quantity::from_fixed(quantity, of_order.unit);
        let cost = sold.money(coming.cost);
        let moved = NewMove::receipt(item, given, new.location.clone(), new.date).cost(cost);
        let moved = NewMove { lot: pair.lot, ..moved };
        moves.push(moved.document(delivery).party(sold.party));
        keys.push(out);
        sent.push(Line { invoiced, ..of_order.carried_by(out, quantity) });
        came_in.push(Line {
            invoiced: coming.billed,
            taken: coming.by_order,
            clearing: coming.cost,
            ..of_purchase.carried_by(taken, quantity)
        });
        desk.note_match(LineMatch {
            document: delivery,
            line: number,
            of: receipt,
            of_line: number,
            quantity: Qty::ZERO,
            revalued: Amount::ZERO,
        });
        let at = (number, "quantity shipped");
        let (shipped, matched) =
            (plus(of_order.shipped, quantity, at)?, plus(of_order.matched, invoiced, at)?);
        desk.put_line(Line { shipped, matched, ..of_order });
        let matched = plus(of_purchase.matched, coming.billed, at)?;
        desk.put_line(Line { matched, ..came(of_purchase, quantity, coming.by_order)? });
    }
    for (kind, of, lines) in
        [(DocumentKind::Delivery, &sold, sent), (DocumentKind::Receipt, &bought, came_in)]
    {
        let document = Document {
            party: of.party,
            party_group: of.party_group.clone(),
            date: new.date,
            site: of.site,
            location: new.location.clone(),
            lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
            of: Some(of.id),
            ..head(tx, kind, &new.code, of.currency)
        };
        desk.add(document, lines);
    }
    carry_out(tx, desk, (&moves, &keys))?;
    settle_ahead(tx, desk, ahead)?;
    let shipped = desk.lines_of(tx, &sold)?;
    let none = shipped.iter().map(|line| (line.number, Qty::ZERO)).collect();
    promise_again(tx, desk, &sold, none)?;
    announce_again(tx, desk, &bought)?;
    settle(tx, desk, Some(sold.id))?;
    settle(tx, desk, Some(bought.id))?;
    Ok(delivery)
}

/// Refuses a location of one's own: what is sent by a supplier never lies there.
fn not_here(tx: &mut Tx<'_>, code: &SmolStr) -> Result<(), CompanyError> {
    let unknown = |what| CompanyError::Unknown { what, code: code.clone() };
    let location = tx.require::<Location, CompanyError>(code, || unknown("location"))?;
    match location.kind {
        LocationKind::Customer => Ok(()),
        _ => Err(unknown("location of kind customer")),
    }
}

/// Both orders, if they count and who acts may ship of the one and receive of the other.
fn orders(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewDirect,
) -> Result<(Document, Document), CompanyError> {
    let mut of = |tx: &mut Tx<'_>, kind: (DocumentKind, DocumentKind), code, permission| {
        desk.check_new(tx, kind.1, &new.code)?;
        let order = desk.named(tx, kind.0, code)?;
        in_state(
            &order,
            &[Status::Open],
            "only open orders are shipped: confirm or release it first",
        )?;
        let partner = partner_of(tx, order.party)?;
        let name = kind.1.name_of(&new.code);
        check_partner(&partner, &name, kind.0.is_of_sales())?;
        let site = site_at(tx, &Some(new.location.clone()), order.site)?;
        let authority = tx.authority(permission)?;
        allow(tx, &authority, &name, (&partner, Some(&site.code)), None)?;
        Ok::<_, CompanyError>(order)
    };
    let sold = (DocumentKind::SalesOrder, DocumentKind::Delivery);
    let bought = (DocumentKind::PurchaseOrder, DocumentKind::Receipt);
    Ok((of(tx, sold, &new.order, &rights::SHIP)?, of(tx, bought, &new.purchase, &rights::RECEIVE)?))
}

/// What is shipped of the one order, line by line, with the lines of the other that have as much of the item to come.
fn pairs(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewDirect,
    (sold, bought): (&Document, &Document),
) -> Result<Vec<Pair>, CompanyError> {
    let mut left: Vec<Line> = desk.lines_of(tx, bought)?;
    let mut pairs = Vec::new();
    for (line, wanted, lot) in parts(tx, desk, (sold, &new.lines), ("ship", Line::to_ship))? {
        let mut rest = wanted;
        for other in left.iter_mut().filter(|other| other.item.is_some() && other.item == line.item)
        {
            let quantity = other.to_ship().min(rest);
            if quantity > Qty::ZERO {
                pairs.push(Pair { sold: line.clone(), bought: other.clone(), quantity, lot });
                rest = Line::left(rest, &[quantity]);
                other.shipped = plus(other.shipped, quantity, (line.number, "quantity"))?;
            }
        }
        if new.lines.is_some() && rest > Qty::ZERO {
            let shown = |quantity| Quantity::from_fixed(quantity, line.unit);
            let (wanted, left) = (shown(wanted), shown(Line::left(wanted, &[rest])));
            let (document, line, act) = (bought.name(), line.number, "send to the customer");
            return Err(CompanyError::TooMuch { document, line, wanted, left, act });
        }
    }
    if pairs.is_empty() {
        return Err(CompanyError::NothingLeft {
            document: bought.name(),
            act: "send to the customer",
        });
    }
    Ok(pairs)
}
