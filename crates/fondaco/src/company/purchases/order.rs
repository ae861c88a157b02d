//! Orders to suppliers: what is on order from then on.

use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Quantity, Tx};
use fondaco_inventory::reserve::{AnnounceStock, ExpectedLine};
use serde::{Deserialize, Serialize};

use crate::company::document::{Desk, Document, DocumentKind, Line};
use crate::company::masters::partner_by_code;
use crate::company::sales::{NewOrder, allow, check_partner, of_line, priced, read_ahead};
use crate::company::{CompanyError, ENGINE, rights};

/// Orders from suppliers: all or none. Prices are those of the lines; what is ordered is on order at the site.
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
        tx.emit(Event::new("purchase.ordered").with("orders", placed.len() as i64));
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

/// Says that the goods of an order are to come.
fn announce(
    tx: &mut Tx<'_>,
    new: &NewOrder,
    (document, lines): (&Document, &mut [Line]),
) -> Result<(), CompanyError> {
    let goods: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.item.is_some())
        .map(|(at, _)| at)
        .collect();
    if goods.is_empty() {
        return Ok(());
    }
    let due_on = new.wanted_on.unwrap_or(new.date);
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
