//! Moving goods within the company: transfers, counts, scrap, what is used up, and what changes their cost; each with what it posts.

use std::collections::BTreeSet;

use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::{Act, Id, Range, Reading, SiteId, Tx};
use fondaco_inventory::moves::{Move, Moved, Movement, NewMove};
use fondaco_inventory::posting::move_stock;
use fondaco_inventory::valuation::Cause;
use fondaco_inventory::value::{
    AddLandedCost, CorrectReceiptCost, CostChange, CostingOf, SetCosting, WriteDown,
};
use fondaco_inventory::{Qty, StockError};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Telling, tell_value};
use crate::company::document::{At, Desk, minus, plus};
use crate::company::{CompanyError, ENGINE, rights};

/// Moves goods: all or none. What they change in value is posted in the same commit: what is scrapped or found as lost or found, what is
/// issued as used up, what goes to another site from the one account to the other.
///
/// ```
/// use fondaco::company::MoveGoods;
/// use fondaco::core::ItemId;
/// use fondaco::inventory::moves::{Movement, NewMove};
/// let day = "2026-03-02".parse()?;
/// let broken = NewMove::new(ItemId::named("M8x40"), "3 pcs".parse()?, Movement::Scrap { from: "MAIN".into() }, day);
/// assert_eq!(MoveGoods::new(vec![broken]).moves.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveGoods {
    /// The moves, each judged after those before it.
    pub moves: Vec<NewMove>,
    /// What the entries have as their source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
}

impl MoveGoods {
    /// These moves.
    pub fn new(moves: Vec<NewMove>) -> MoveGoods {
        MoveGoods { moves, source: None }
    }
}

impl Act for MoveGoods {
    type Answer = Moved;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Moved, CompanyError> {
        let authority = tx.authority(&rights::MOVE_GOODS)?;
        let mut desk = Desk::open(tx)?;
        for (index, new) in self.moves.iter().enumerate() {
            of_no_document(tx, &mut desk, new).map_err(|error| error.at(index))?;
        }
        let moved = tx.as_engine(&ENGINE, |tx| move_stock(tx, &self.moves, false))?;
        let by: Vec<Id<Move>> = moved.ids().collect();
        allow(tx, &authority, &by)?;
        tell(tx, &mut desk, &self.source, &by)?;
        desk.finish(tx)?;
        Ok(moved)
    }
}

/// Goods are moved where one may: at each site that is touched.
fn allow(tx: &mut Tx<'_>, authority: &Authority, moves: &[Id<Move>]) -> Result<(), CompanyError> {
    if authority.is_full() {
        return Ok(());
    }
    let legs: Vec<(Id<Move>, u8)> = moves.iter().flat_map(|id| [(*id, 0), (*id, 1)]).collect();
    let legs = tx.get_many::<Move>(&legs)?;
    let sites: BTreeSet<SiteId> = legs.iter().flatten().map(|leg| leg.site).collect();
    for site in sites {
        let code = crate::company::sales::site(tx, Some(site))?.code.clone();
        tx.allow(authority, &Request::new(&rights::MOVE_GOODS).at("site", code))?;
    }
    Ok(())
}

/// Costs are changed by as much as one may.
fn allow_worth(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    changes: &[Id<Move>],
) -> Result<(), CompanyError> {
    let mut all = Amount::ZERO;
    let entries: Vec<_> = changes.iter().flat_map(|id| desk.values_by(tx, *id)).collect();
    // What follows of it elsewhere is a part of the same change.
    for entry in entries.into_iter().filter(|entry| entry.cause != Cause::Correction) {
        let is_less = entry.value < Amount::ZERO;
        let value = if is_less { minus(entry.value, WORTH)? } else { entry.value };
        all = plus(all, value, WORTH)?;
    }
    let amount = all.money(desk.currency());
    tx.allow(authority, &Request::new(&rights::CHANGE_COST).amount(amount))?;
    Ok(())
}

const WORTH: At = (0, "change of what goods cost");

/// What a document moved comes back by a document alone: else it would be invoiced as if it had not.
fn of_no_document(tx: &mut Tx<'_>, desk: &mut Desk, new: &NewMove) -> Result<(), CompanyError> {
    let of = match new.movement {
        Movement::Reversal { of }
        | Movement::CustomerReturn { of, .. }
        | Movement::SupplierReturn { of, .. } => of,
        _ => return Ok(()),
    };
    match desk.line_of_move(tx, of)? {
        Some(line) => {
            let document = desk.document(tx, line.document)?.name();
            Err(CompanyError::MovedByDocument { document, line: line.number })
        }
        None => Ok(()),
    }
}

fn tell(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    source: &Option<SmolStr>,
    by: &[Id<Move>],
) -> Result<(), CompanyError> {
    let document = source.clone().unwrap_or_else(|| SmolStr::new_static("goods"));
    tell_value(tx, desk, &Telling { document, party: None, by })
}

/// What a receipt cost that was billed is what its bill says.
fn not_billed(tx: &mut Tx<'_>, desk: &mut Desk, of: Id<Move>) -> Result<(), CompanyError> {
    let Some(line) = desk.line_of_move(tx, of)?.filter(|line| line.invoiced > Qty::ZERO) else {
        return Ok(());
    };
    let head = desk.document(tx, line.document)?;
    let (document, status) = (head.name(), head.status.code());
    let why =
        "it was billed, and costs what its bill says: cancel that, and enter it at another price";
    Err(CompanyError::WrongState { document, status, why })
}

/// Changes what goods cost, and posts it: freight that comes upon receipts, goods that are worth less than they cost, a receipt that cost
/// something else.
///
/// ```
/// use fondaco::company::ChangeCost;
/// use fondaco::inventory::value::WriteDown;
/// let change = ChangeCost::WriteDown(WriteDown::to(vec![]));
/// assert!(matches!(change, ChangeCost::WriteDown(_)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCost {
    /// Freight, duty and the like, spread over receipts.
    Landed(AddLandedCost),
    /// To what goods can be sold for.
    WriteDown(WriteDown),
    /// What one receipt cost.
    Receipt(CorrectReceiptCost),
    /// How items are costed, or what one costs by standard.
    Costing(SetCosting),
}

impl ChangeCost {
    fn carry_out(&self, tx: &mut Tx<'_>) -> Result<Vec<Id<Move>>, StockError> {
        match self {
            ChangeCost::Landed(landed) => landed.act(tx),
            ChangeCost::WriteDown(down) => Ok(down.act(tx)?.into_iter().flatten().collect()),
            ChangeCost::Receipt(corrected) => Ok(corrected.act(tx)?.into_iter().collect()),
            ChangeCost::Costing(set) => {
                let before = changes(tx, &set.of)?;
                set.act(tx)?;
                let after = changes(tx, &set.of)?;
                Ok(after.difference(&before).copied().collect())
            }
        }
    }
}

/// What changed the cost of the items that a rule is about, so far.
fn changes(tx: &mut Tx<'_>, of: &CostingOf) -> Result<BTreeSet<Id<Move>>, StockError> {
    let range = match of {
        CostingOf::Item(item) => Range::by(CostChange::BY_ITEM, item),
        _ => Range::all(),
    };
    Ok(tx.peek_scan(&range)?.iter().map(|change| change.id).collect())
}

impl Act for ChangeCost {
    type Answer = Vec<Id<Move>>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<Id<Move>>, CompanyError> {
        let authority = tx.authority(&rights::CHANGE_COST)?;
        // By how much is known when it is done: then it is asked again.
        tx.allow(&authority, &Request::new(&rights::CHANGE_COST).without_amount())?;
        let mut desk = Desk::open(tx)?;
        if let ChangeCost::Receipt(corrected) = self {
            not_billed(tx, &mut desk, corrected.of)?;
        }
        let by = tx.as_engine(&ENGINE, |tx| self.carry_out(tx))?;
        allow_worth(tx, &mut desk, &authority, &by)?;
        tell(tx, &mut desk, &None, &by)?;
        desk.finish(tx)?;
        Ok(by)
    }
}
