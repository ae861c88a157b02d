//! Material that comes back from work orders: into stock at what it went out at.

use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::NewMove;
use serde::{Deserialize, Serialize};

use super::{WorkLine, allow};
use crate::company::document::{Desk, Document, DocumentKind, Line, Status, plus};
use crate::company::sales::{NewReturn, Prepared, carry_out, comes_back, head, in_state, parts};
use crate::company::{CompanyError, rights};

/// Takes material back from work orders: all or none. Each return is of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnMaterial {
    /// The returns; each is of an issue of material.
    pub returns: Vec<NewReturn>,
}

impl ReturnMaterial {
    /// These.
    ///
    /// ```
    /// use fondaco::company::ReturnMaterial;
    /// assert!(ReturnMaterial::new(vec![]).returns.is_empty());
    /// ```
    pub fn new(returns: Vec<NewReturn>) -> ReturnMaterial {
        ReturnMaterial { returns }
    }
}

impl Act for ReturnMaterial {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::WORK)?;
        let mut desk = Desk::open(tx)?;
        for (index, new) in self.returns.iter().enumerate() {
            let name = DocumentKind::MaterialReturn.name_of(&new.code);
            let (made, order) = prepare(tx, &mut desk, &authority, new)
                .map_err(|error| error.of(&name).at(index))?;
            let (moves, lines): (Vec<_>, Vec<_>) = made.into_iter().unzip();
            carry_out(tx, &mut desk, (&moves, &lines)).map_err(|error| error.at(index))?;
            desk.settle_work(tx, order)?;
        }
        tx.emit(
            Event::new("work_order.material_returned").with("returns", self.returns.len() as i64),
        );
        desk.finish(tx)?;
        Ok(self.returns.iter().map(|new| DocumentKind::MaterialReturn.id(&new.code)).collect())
    }
}

fn prepare(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewReturn,
) -> Result<(Prepared, DocumentId), CompanyError> {
    let kind = DocumentKind::MaterialReturn;
    desk.check_new(tx, kind, &new.code)?;
    let issue = desk.named(tx, DocumentKind::MaterialIssue, &new.of)?;
    in_state(&issue, &[Status::Open], "it was taken back as a whole")?;
    let order = desk.document(tx, issue.of.unwrap_or(issue.id))?;
    let (order, _) = desk.open_work(tx, &order.code)?;
    allow(tx, authority, &kind.name_of(&new.code), order.site)?;
    let location = new.location.clone().unwrap_or_else(|| issue.location.clone());
    let left = |line: &Line| Line::left(line.quantity, &[line.returned]);
    let parts = parts(tx, desk, (&issue, &new.lines), ("return", left))?;
    let (id, mut lines, mut made) = (kind.id(&new.code), Vec::new(), Prepared::new());
    for ((of, quantity, lot), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let (Some(item), Some(sent)) = (of.item, of.stock_move) else { continue };
        let given = Quantity::from_fixed(quantity, of.unit);
        let mut moved = NewMove::new(item, given, comes_back(sent, location.clone()), new.date);
        moved = moved.document(id);
        moved.lot = lot;
        made.push((moved, (id, number)));
        let stood_for = part(of.matched, quantity, of.quantity);
        lines.push(Line { matched: stood_for, ..of.carried_by((id, number), quantity) });
        undo(tx, desk, &of, stood_for)?;
        let returned = plus(of.returned, quantity, (of.number, "quantity"))?;
        desk.put_line(Line { returned, ..of });
    }
    if made.is_empty() {
        return Err(CompanyError::NothingLeft { document: issue.name(), act: "return" });
    }
    let document = Document {
        date: new.date,
        site: issue.site,
        location,
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        of: Some(issue.id),
        ..head(tx, kind, &new.code, issue.currency)
    };
    desk.add(document, lines);
    Ok((made, order.id))
}

/// The part of a quantity that a part of a whole stands for.
fn part(quantity: Qty, of: Qty, whole: Qty) -> Qty {
    let product = i128::from(quantity.units()) * i128::from(of.units());
    let units = product / i128::from(whole.units()).max(1);
    Qty::from_units(i64::try_from(units).unwrap_or(0))
}

/// So much of what an issue's line stood for did not go in after all.
pub(super) fn undo(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    issued: &Line,
    quantity: Qty,
) -> Result<(), CompanyError> {
    let Some(key) = issued.of.zip(issued.of_line) else { return Ok(()) };
    if let Some(planned) = desk.works.lines.get(tx, &key)? {
        desk.works.lines.put(WorkLine { done: Line::left(planned.done, &[quantity]), ..planned });
    }
    Ok(())
}
