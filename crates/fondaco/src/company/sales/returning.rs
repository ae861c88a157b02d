//! Goods that come back from customers, and go back to suppliers: into stock at what they left at, or out of it at what leaves now.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::{Movement, NewMove};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::allow;
use super::delivery::{Prepared, carry_out, parts};
use super::order::{head, in_state, site_at};
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, PartLine, Status, emit_each, plus, settle,
};
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
        let kinds = (DocumentKind::CustomerReturn, DocumentKind::Delivery);
        let made = return_all(tx, &mut desk, &authority, (kinds, &self.returns))?;
        emit_each(tx, "shipment.returned", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

/// Moves goods back, each by a return of one kind, of what another moved.
pub(crate) fn return_all(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    (kinds, returns): ((DocumentKind, DocumentKind), &[NewReturn]),
) -> Result<Vec<DocumentId>, CompanyError> {
    for (index, new) in returns.iter().enumerate() {
        let said = |error: CompanyError| error.of(&kinds.0.name_of(&new.code)).at(index);
        let made = prepare(tx, desk, authority, (kinds, new)).map_err(said)?;
        let (moves, lines): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        carry_out(tx, desk, (&moves, &lines)).map_err(said)?;
    }
    Ok(returns.iter().map(|new| kinds.0.id(&new.code)).collect())
}

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    ((kind, of), new): ((DocumentKind, DocumentKind), &NewReturn),
) -> Result<Prepared, CompanyError> {
    desk.check_new(tx, kind, &new.code)?;
    let moved = desk.named(tx, of, &new.of)?;
    in_state(&moved, &[Status::Open, Status::Done], "it was taken back as a whole")?;
    let partner = partner_of(tx, moved.party)?;
    let location = new.location.clone().unwrap_or_else(|| moved.location.clone());
    let site = site_at(tx, &new.location, moved.site)?;
    allow(tx, authority, &kind.name_of(&new.code), (&partner, Some(&site.code)), None)?;
    let left = |line: &Line| Line::left(line.quantity, &[line.returned]);
    let parts = parts(tx, desk, (&moved, &new.lines), ("return", left))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Vec::new());
    for ((of, quantity, lot), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let (Some(item), Some(went)) = (of.item, of.stock_move) else { continue };
        let (given, place) = (Quantity::from_fixed(quantity, of.unit), location.clone());
        let back = match kind.is_of_sales() {
            true => Movement::CustomerReturn { of: went, to: place },
            false => Movement::SupplierReturn { of: went, from: place },
        };
        let back = NewMove::new(item, given, back, new.date).document(id).party(moved.party);
        made.push((NewMove { lot, ..back }, (id, number)));
        lines.push(came_back(tx, desk, (of, quantity), (id, number))?);
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: moved.name(), act: "return" });
    }
    let document = Document {
        party: moved.party,
        party_group: moved.party_group.clone(),
        date: new.date,
        site: moved.site,
        location,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(moved.id),
        ..head(tx, kind, &new.code, moved.currency)
    };
    desk.add(document, lines);
    settle(tx, desk, moved.of)?;
    Ok(made)
}

/// The line of what comes or goes back of another: what was never invoiced is not to be invoiced any more; of the rest what was credited ahead
/// is credited, and what is left is to be.
fn came_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (Line, Qty),
    key: (DocumentId, u32),
) -> Result<Line, CompanyError> {
    let at: At = (key.1, "quantity returned");
    let never = of.uninvoiced().max(Qty::ZERO).min(quantity);
    if let Some(key) = of.of.zip(of.of_line)
        && let Some(ordered) = desk.line(tx, key)?
    {
        let returned = plus(ordered.returned, never, at)?;
        desk.put_line(Line { returned, ..ordered });
    }
    let credited = take_credited(tx, desk, (&of, Line::left(quantity, &[never])), key)?;
    let back = of.carried_by(key, quantity);
    let (returned, matched) = (plus(of.returned, quantity, at)?, plus(of.matched, never, at)?);
    desk.put_line(Line { returned, matched, ..of });
    Ok(Line { matched: never, invoiced: credited, ..back })
}

/// What was credited ahead of what comes or goes back, the first credited first: how much of it.
fn take_credited(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    (document, line): (DocumentId, u32),
) -> Result<Qty, CompanyError> {
    let mut left = quantity;
    let ordered = of.of.zip(of.of_line).filter(|_| quantity > Qty::ZERO);
    let Some(ordered) = ordered else { return Ok(Qty::ZERO) };
    let (billed, credited) = match desk.document(tx, ordered.0)?.kind.is_of_sales() {
        true => (DocumentKind::Invoice, DocumentKind::CreditNote),
        false => (DocumentKind::Bill, DocumentKind::SupplierCredit),
    };
    for invoice in desk.carried_out(tx, ordered, billed)? {
        if invoice.invoiced == Qty::ZERO {
            continue;
        }
        for credit in desk.waiting(tx, (invoice.document, invoice.number), credited)? {
            let part = credit.ahead().min(left);
            if part <= Qty::ZERO {
                continue;
            }
            desk.note_match(LineMatch {
                document: credit.document,
                line: credit.number,
                of: document,
                of_line: line,
                quantity: part,
                revalued: Amount::ZERO,
            });
            left = Line::left(left, &[part]);
            let matched = plus(credit.matched, part, (line, "quantity returned"))?;
            desk.put_line(Line { matched, ..credit });
        }
    }
    Ok(Line::left(quantity, &[left]))
}
