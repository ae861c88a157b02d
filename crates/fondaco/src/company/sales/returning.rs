//! Goods that come back from customers: into stock at what they left at.

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::NewMove;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::allow;
use super::delivery::{Prepared, carry_out, comes_back, parts};
use super::order::{head, in_state};
use crate::company::document::{Desk, Document, DocumentKind, Line, PartLine, Status, plus};
use crate::company::masters::partner_of;
use crate::company::{CompanyError, rights};

/// Goods that come back.
///
/// ```
/// use fondaco::company::{NewReturn, PartLine};
/// let broken = NewReturn::new("R-1", "D-1", "2026-03-09".parse()?).line(PartLine::new(1, "3 pcs".parse()?));
/// assert!(broken.lines.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReturn {
    /// Its code.
    pub code: SmolStr,
    /// The code of the delivery, or of the receipt that goes back.
    pub of: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// What of it; all of it where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
    /// Into which location, or out of which; the delivery's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
}

impl NewReturn {
    /// All of a delivery or receipt.
    pub fn new(code: impl Into<SmolStr>, of: impl Into<SmolStr>, date: NaiveDate) -> NewReturn {
        NewReturn { code: code.into(), of: of.into(), date, lines: None, location: None }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewReturn {
        self.lines.get_or_insert_default().push(part);
        self
    }
}

/// Takes goods back from customers: all or none. What was never invoiced is not to be invoiced any more; the rest is to be credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// The returns.
    pub returns: Vec<NewReturn>,
}

impl TakeBack {
    /// These.
    ///
    /// ```
    /// use fondaco::company::TakeBack;
    /// assert!(TakeBack::new(vec![]).returns.is_empty());
    /// ```
    pub fn new(returns: Vec<NewReturn>) -> TakeBack {
        TakeBack { returns }
    }
}

impl Act for TakeBack {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::SHIP)?;
        let mut desk = Desk::open(tx)?;
        for (index, new) in self.returns.iter().enumerate() {
            let said = |error: CompanyError| {
                error.of(&DocumentKind::CustomerReturn.name_of(&new.code)).at(index)
            };
            let made = prepare(tx, &mut desk, &authority, new).map_err(said)?;
            let (moves, lines): (Vec<_>, Vec<_>) = made.into_iter().unzip();
            carry_out(tx, &mut desk, (&moves, &lines)).map_err(said)?;
        }
        tx.emit(Event::new("shipment.returned").with("returns", self.returns.len() as i64));
        desk.finish(tx)?;
        Ok(self.returns.iter().map(|new| DocumentKind::CustomerReturn.id(&new.code)).collect())
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewReturn,
) -> Result<Prepared, CompanyError> {
    let kind = DocumentKind::CustomerReturn;
    desk.check_new(tx, kind, &new.code)?;
    let delivery = desk.named(tx, DocumentKind::Delivery, &new.of)?;
    in_state(&delivery, &[Status::Open, Status::Done], "it was taken back as a whole")?;
    let partner = partner_of(tx, delivery.party)?;
    let site = super::order::site(tx, Some(delivery.site))?;
    allow(tx, authority, &kind.name_of(&new.code), (&partner, Some(&site.code)), None)?;
    let location = new.location.clone().unwrap_or_else(|| delivery.location.clone());
    let left = |line: &Line| Line::left(line.quantity, &[line.returned]);
    let parts = parts(tx, desk, (&delivery, &new.lines), ("return", left))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Vec::new());
    for ((of, quantity, lot), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let (Some(item), Some(sent)) = (of.item, of.stock_move) else { continue };
        let never_invoiced = of.uninvoiced().max(Qty::ZERO).min(quantity);
        let given = Quantity::from_fixed(quantity, of.unit);
        let mut moved = NewMove::new(item, given, comes_back(sent, location.clone()), new.date);
        moved = moved.document(id).party(delivery.party);
        moved.lot = lot;
        made.push((moved, (id, number)));
        lines.push(Line { matched: never_invoiced, ..of.carried_by((id, number), quantity) });
        if let Some(key) = of.of.zip(of.of_line)
            && let Some(ordered) = desk.line(tx, key)?
        {
            let returned = plus(ordered.returned, never_invoiced, (number, "quantity returned"))?;
            desk.put_line(Line { returned, ..ordered });
        }
        let at = (number, "quantity returned");
        let (returned, matched) =
            (plus(of.returned, quantity, at)?, plus(of.matched, never_invoiced, at)?);
        desk.put_line(Line { returned, matched, ..of });
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: delivery.name(), act: "return" });
    }
    let document = Document {
        party: delivery.party,
        date: new.date,
        site: delivery.site,
        location,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(delivery.id),
        ..head(tx, kind, &new.code, delivery.currency)
    };
    desk.add(document, lines);
    Ok(made)
}
