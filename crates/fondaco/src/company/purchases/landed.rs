//! Freight, duty and the like, put upon the goods that they were paid for: in the same commit as the bill that says them (EVENTS row 20).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{Act, Id, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::Move;
use fondaco_inventory::valuation::Basis;
use fondaco_inventory::value::{AddLandedCost, CostChange};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, Status, less, minus, share, sum,
};
use crate::company::goods::{Telling, tell_value};
use crate::company::posting::Figure;
use crate::company::sales::in_state;
use crate::company::{CompanyError, ENGINE};

/// Upon which receipts the freight of a bill comes, and by what it is shared out.
///
/// ```
/// use fondaco::company::LandsOn;
/// use fondaco::inventory::valuation::Basis;
/// let both = LandsOn { basis: Basis::Quantity, ..LandsOn::new(["R-1", "R-2"]) };
/// assert_eq!(both.receipts.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LandsOn {
    /// The codes of the receipts, of whichever supplier.
    pub receipts: Vec<SmolStr>,
    /// By what it is shared out among their lines.
    pub basis: Basis,
}

impl LandsOn {
    /// These, by what their goods cost.
    pub fn new<C: Into<SmolStr>>(receipts: impl IntoIterator<Item = C>) -> LandsOn {
        let receipts = receipts.into_iter().map(Into::into).collect();
        LandsOn { receipts, basis: Basis::Value }
    }
}

/// Puts the freight of a bill upon receipts. The bill remembers what each line of them bears, which keeps them from being cancelled before it.
pub(super) fn land(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    bill: &Document,
    (lines, lands): (&[Line], &LandsOn),
) -> Result<(), CompanyError> {
    let freight = lines.iter().filter(|line| line.charge.copied() == Some(Figure::Freight));
    let freight: Vec<&Line> = freight.collect();
    let Some(first) = freight.first() else {
        return Err(CompanyError::NothingLeft { document: bill.name(), act: "put upon receipts" });
    };
    let cost = sum(freight.iter().map(|line| line.net), (0, "freight"))?;
    let (mut bearers, mut date) = (BTreeMap::new(), bill.date);
    for code in &lands.receipts {
        let receipt = desk.named(tx, DocumentKind::Receipt, code)?;
        in_state(&receipt, &[Status::Open, Status::Done], "only what came bears freight")?;
        date = date.max(receipt.date);
        for line in desk.lines_of(tx, &receipt)? {
            bearers.extend(desk.costed_by(tx, &line)?.map(|of| (of, line)));
        }
    }
    let receipts: Vec<Id<Move>> = bearers.keys().copied().collect();
    let by = add(tx, bill, (receipts, cost, lands.basis), date)?;
    for id in by {
        let change = tx.get::<CostChange>(&id)?;
        let share = change.and_then(|change| Some((change.of.copied()?, change.value.copied()?)));
        if let Some((of, revalued)) = share
            && let Some(line) = bearers.get(&of)
        {
            desk.note_match(LineMatch {
                document: bill.id,
                line: first.number,
                of: line.document,
                of_line: line.number,
                quantity: Qty::ZERO,
                revalued,
            });
            tell(tx, desk, bill, id)?;
        }
    }
    Ok(())
}

/// Takes what a line of a receipt bears of a bill's freight off again.
pub(crate) fn land_no_more(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    bill: &Document,
    (line, share, date): (&Line, Amount, NaiveDate),
) -> Result<(), CompanyError> {
    let Some(of) = desk.costed_by(tx, line)? else { return Ok(()) };
    let date = date.max(desk.document(tx, line.document)?.date);
    let off = minus(share, (line.number, "cost"))?;
    for id in add(tx, bill, (vec![of], off, Basis::Quantity), date)? {
        tell(tx, desk, bill, id)?;
    }
    Ok(())
}

/// What receipts bear of a bill's freight they bear the less of, the more of it is credited: each in proportion, and the last what rounding
/// left. The credit remembers it, so that they bear it again if it is cancelled.
pub(crate) fn credit_landed(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (bill, credit): (&Document, &Document),
    lines: &[Line],
) -> Result<(), CompanyError> {
    let is_freight = |line: &&Line| line.charge.copied() == Some(Figure::Freight);
    let Some(first) = lines.iter().find(is_freight) else { return Ok(()) };
    let at: At = (first.number, "freight");
    let landed = desk.matches_of(tx, bill.id)?;
    let landed: Vec<_> = landed.into_iter().filter(|of| of.quantity == Qty::ZERO).collect();
    let all = sum(landed.iter().map(|of| of.revalued), at)?;
    if all == Amount::ZERO {
        return Ok(());
    }
    let now = sum(lines.iter().filter(is_freight).map(|line| line.net), at)?;
    let of_bill = desk.lines_of(tx, bill)?;
    let after = sum(of_bill.iter().filter(is_freight).map(|line| line.taken), at)?;
    let before = less(after, now, at)?;
    let (number, mut left) = (first.number, now);
    for (place, of) in landed.iter().enumerate() {
        let part = |credited: Amount| {
            let (credited, all) = (Qty::from_units(credited.units()), Qty::from_units(all.units()));
            share(of.revalued, credited, all, (desk.currency(), at))
        };
        let off = match place + 1 == landed.len() {
            true => left,
            false => less(part(after)?, part(before)?, at)?,
        };
        left = less(left, off, at)?;
        let Some(line) = desk.line(tx, (of.of, of.of_line))? else { continue };
        land_no_more(tx, desk, credit, (&line, off, credit.date))?;
        desk.note_match(LineMatch {
            document: credit.id,
            line: number,
            of: of.of,
            of_line: of.of_line,
            quantity: Qty::ZERO,
            revalued: minus(off, at)?,
        });
    }
    Ok(())
}

fn add(
    tx: &mut Tx<'_>,
    bill: &Document,
    (receipts, cost, basis): (Vec<Id<Move>>, Amount, Basis),
    date: NaiveDate,
) -> Result<Vec<Id<Move>>, CompanyError> {
    let (date, document) = (Some(date), Some(bill.id));
    let command =
        AddLandedCost { date, document, ..AddLandedCost::new(receipts, bill.money(cost), basis) };
    Ok(tx.as_engine(&ENGINE, |tx| command.act(tx))?)
}

fn tell(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    bill: &Document,
    id: Id<Move>,
) -> Result<(), CompanyError> {
    let telling = Telling { document: bill.name(), party: bill.partner(), by: &[id] };
    tell_value(tx, desk, &telling)
}
