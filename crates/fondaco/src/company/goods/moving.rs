//! Moving goods within the company: transfers, counts, scrap, what is used up, and what changes their cost; each with what it posts.

use std::collections::BTreeSet;

use fondaco_core::policy::Request;
use fondaco_core::{Act, Id, Range, Reading, Tx};
use fondaco_inventory::StockError;
use fondaco_inventory::moves::{Move, Moved, Movement, NewMove};
use fondaco_inventory::posting::move_stock;
use fondaco_inventory::value::{
    AddLandedCost, CorrectReceiptCost, CostChange, CostingOf, SetCosting, WriteDown,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Telling, tell_value};
use crate::company::document::Desk;
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
        tx.authorize(&Request::new(&rights::MOVE_GOODS))?;
        let mut desk = Desk::open(tx)?;
        for (index, new) in self.moves.iter().enumerate() {
            of_no_document(tx, &mut desk, new).map_err(|error| error.at(index))?;
        }
        let moved = tx.as_engine(&ENGINE, |tx| move_stock(tx, &self.moves, false))?;
        let by: Vec<Id<Move>> = moved.ids().collect();
        tell(tx, &mut desk, &self.source, &by)?;
        desk.finish(tx)?;
        Ok(moved)
    }
}

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
        tx.authorize(&Request::new(&rights::MOVE_GOODS))?;
        let mut desk = Desk::open(tx)?;
        let by = tx.as_engine(&ENGINE, |tx| self.carry_out(tx))?;
        tell(tx, &mut desk, &None, &by)?;
        desk.finish(tx)?;
        Ok(by)
    }
}
