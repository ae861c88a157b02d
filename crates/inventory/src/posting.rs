//! Where moves and all that goes along with them come together in one batch.
//!
//! [`moves`] knows none of the features that take part: which there are is said here, once.

use fondaco_core::digest::{DigestError, Digester};
use fondaco_core::store::Hash;
use fondaco_core::tx::{Pending, Running};
use fondaco_core::{Act, Id, ItemId, Tx};
use serde::{Deserialize, Serialize};

use crate::StockError;
use crate::items::Lot;
use crate::levels::{Levels, Stock, Touched};
use crate::moves::{self, Asking, Moved, NewMove};
use crate::reserve::Promises;

/// What goes along with moves, in this order; what costs them comes last.
type GoesAlong = (Promises, crate::replenish::Notices, crate::value::Costed);

/// Makes moves: receipts, issues, transfers, returns, counts.
///
/// ```
/// use fondaco_core::ItemId;
/// use fondaco_inventory::moves::NewMove;
/// use fondaco_inventory::posting::MoveStock;
///
/// let (bolt, day) = (ItemId::named("M8x40"), "2026-03-02".parse()?);
/// let moves = vec![
///     NewMove::receipt(bolt, "2 carton".parse()?, "MAIN/A", day),
///     NewMove::issue(bolt, "40 pcs".parse()?, "MAIN/A", day),
/// ];
/// let command = MoveStock::new(moves); // all or none
/// assert!(!command.each);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveStock {
    /// The moves, each judged after those before it.
    pub moves: Vec<NewMove>,
    /// Whether each stands alone: those that are refused are answered so, the others are made. Else all are made or none.
    #[serde(default)]
    pub each: bool,
}

impl MoveStock {
    /// Makes all of `moves`, or none.
    pub fn new(moves: Vec<NewMove>) -> MoveStock {
        MoveStock { moves, each: false }
    }

    /// Makes those of `moves` that can be made.
    pub fn each(moves: Vec<NewMove>) -> MoveStock {
        MoveStock { moves, each: true }
    }
}

impl Act for MoveStock {
    type Answer = Moved;
    type Error = StockError;

    fn digest(&self) -> Result<Hash, DigestError> {
        let MoveStock { moves, each } = self;
        let mut digester = Digester::new("stock.move");
        digester.count(usize::from(*each)).count(moves.len());
        moves.iter().for_each(|new| new.digest(&mut digester));
        moves.iter().enumerate().for_each(|(at, new)| new.digest_cost(at, &mut digester));
        Ok(digester.finish())
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<Moved, StockError> {
        move_stock(tx, &self.moves, self.each)
    }
}

/// Makes moves in a unit of work: all or none, or each on its own.
///
/// # Errors
/// As [`MoveStock`]: [`StockError::At`] with the first move that is refused, where they stand or fall together.
pub fn move_stock(tx: &mut Tx<'_>, moves: &[NewMove], each: bool) -> Result<Moved, StockError> {
    let asking = Asking::begin(tx, moves.iter().map(|new| new.movement.kind()))?;
    moves::post::<GoesAlong>(tx, moves, each, asking)
}

/// Stages levels that something else than moves changed, with what that makes short or covers.
///
/// # Errors
/// What keeps an order from being suggested; a [`Halt`](fondaco_core::Halt).
pub(crate) fn stage_levels(tx: &mut Tx<'_>, mut levels: Levels) -> Result<(), StockError> {
    crate::replenish::watch(tx, &mut levels.stocks)?;
    Ok(levels.finish(tx)?)
}

/// The same of changes to what there is of items at sites.
///
/// # Errors
/// As [`stage_levels`].
pub(crate) fn stage_stocks(tx: &mut Tx<'_>, changes: Vec<Stock>) -> Result<(), StockError> {
    let keys = changes.iter().map(|change| (change.item, change.site));
    let mut stocks = Running::prepare(tx, keys.collect::<Vec<_>>())?;
    for change in changes {
        stocks.add(change)?;
    }
    crate::replenish::watch(tx, &mut stocks)?;
    Ok(stocks.finish(tx)?)
}

/// The same where what lies of a lot counts as something else from now on: what is not available any more is promised to nobody, and
/// what is available again goes to what waits for it.
///
/// # Errors
/// As [`stage_levels`].
pub(crate) fn stage_restated(
    tx: &mut Tx<'_>,
    lot: (Id<Lot>, ItemId),
    is_usable: bool,
    changes: Vec<Stock>,
) -> Result<(), StockError> {
    let stocks = changes.iter().map(|change| (change.item, change.site)).collect();
    let mut levels = Levels::prepare(tx, Touched { stocks, ..Touched::default() })?;
    let mut promises = Promises::default();
    let moved: Vec<_> = changes
        .into_iter()
        .map(|change| {
            let (stock, more) = ((change.item, change.site), Stock::AVAILABLE.of(&change));
            levels.add(change).map(|_| (stock, more))
        })
        .collect::<Result<_, _>>()?;
    if !is_usable {
        promises.uncover_lot(tx, &mut levels, lot)?;
    }
    for (stock, more) in moved {
        match more {
            ..0 => promises.uncover_stock(tx, &mut levels, stock)?,
            0 => {}
            _ => promises.fill(tx, &mut levels, stock)?,
        }
    }
    stage_levels(tx, levels)?;
    Ok(promises.finish(tx)?)
}
