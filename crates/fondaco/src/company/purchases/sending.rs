//! Goods that go back to suppliers: out of stock at what leaves now, credited at what they were bought for.

use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::{Movement, NewMove};
use serde::{Deserialize, Serialize};

use crate::company::document::{Desk, Document, DocumentKind, Line, Status, plus};
use crate::company::masters::partner_of;
use crate::company::sales::{NewReturn, Prepared, allow, carry_out, head, in_state, parts, site};
use crate::company::{CompanyError, rights};

/// Sends goods back to suppliers: all or none. What was never billed is not to be billed any more; the rest is to be credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendBack {
    /// The returns, each of a receipt.
    pub returns: Vec<NewReturn>,
}

impl SendBack {
    /// These.
    ///
    /// ```
    /// use fondaco::company::SendBack;
    /// assert!(SendBack::new(vec![]).returns.is_empty());
    /// ```
    pub fn new(returns: Vec<NewReturn>) -> SendBack {
        SendBack { returns }
    }
}

impl Act for SendBack {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::RECEIVE)?;
        let mut desk = Desk::open(tx)?;
        for (index, new) in self.returns.iter().enumerate() {
            let said = |error: CompanyError| {
                error.of(&DocumentKind::SupplierReturn.name_of(&new.code)).at(index)
            };
            let made = prepare(tx, &mut desk, &authority, new).map_err(said)?;
            let (moves, lines): (Vec<_>, Vec<_>) = made.into_iter().unzip();
            carry_out(tx, &mut desk, (&moves, &lines)).map_err(said)?;
        }
        tx.emit(Event::new("receipt.returned").with("returns", self.returns.len() as i64));
        desk.finish(tx)?;
        Ok(self.returns.iter().map(|new| DocumentKind::SupplierReturn.id(&new.code)).collect())
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewReturn,
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::SupplierReturn;
    desk.check_new(tx, kind, &new.code)?;
    let receipt = desk.named(tx, DocumentKind::Receipt, &new.of)?;
    in_state(&receipt, &[Status::Open, Status::Done], "it was taken back as a whole")?;
    let partner = partner_of(tx, receipt.party)?;
    let place = site(tx, Some(receipt.site))?;
    allow(tx, authority, &kind.name_of(&new.code), (&partner, Some(&place.code)), None)?;
    let location = new.location.clone().unwrap_or_else(|| receipt.location.clone());
    let left = |line: &Line| Line::left(line.quantity, &[line.returned]);
    let parts = parts(tx, desk, (&receipt, &new.lines), ("return", left))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Vec::new());
    for ((of, quantity, lot), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let (Some(item), Some(came)) = (of.item, of.stock_move) else { continue };
        let never_billed = of.uninvoiced().max(Qty::ZERO).min(quantity);
        let given = Quantity::from_fixed(quantity, of.unit);
        let back = Movement::SupplierReturn { of: came, from: location.clone() };
        let mut moved = NewMove::new(item, given, back, new.date);
        moved = moved.document(id).party(receipt.party);
        moved.lot = lot;
        made.push((moved, (id, number)));
        lines.push(Line { matched: never_billed, ..of.carried_by((id, number), quantity) });
        if let Some(key) = of.of.zip(of.of_line)
            && let Some(ordered) = desk.line(tx, key)?
        {
            let returned = plus(ordered.returned, never_billed, (number, "quantity returned"))?;
            desk.put_line(Line { returned, ..ordered });
        }
        let at = (number, "quantity returned");
        let (returned, matched) =
            (plus(of.returned, quantity, at)?, plus(of.matched, never_billed, at)?);
        desk.put_line(Line { returned, matched, ..of });
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: receipt.name(), act: "return" });
    }
    let document = Document {
        party: receipt.party,
        date: new.date,
        site: receipt.site,
        location,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(receipt.id),
        ..head(tx, kind, &new.code, receipt.currency)
    };
    desk.add(document, lines);
    Ok(made)
}
