//! What stock costs: layers and averages in, values to post out, without a lost cent.
//!
//! A [`State`] is the stock of one item at one site. [`State::apply`] costs one [`Move`] upon it, by its [`Method`], and tells the
//! [`ValueFact`]s that the ledger posts, and the [`Layer`]s that changed. Nothing else is touched, so an engine calls it within each move,
//! and anybody can call it on a table of moves.
//!
//! | what | how |
//! |---|---|
//! | values | in whole minor units, quantity times cost never kept: the unit cost is derived; the last issue takes the remainder |
//! | below zero | an issue takes the last known cost, and the next receipt corrects it by name |
//! | customers' returns | at what their issue cost, as corrected since |
//! | suppliers' returns | at what leaves now; what is credited otherwise is a variance |
//! | costs that come later | on what is still there to stock, on what is gone to the issues it went by |
//! | write-downs | to net realisable value and back up to cost, item by item; what leaves takes its share with it |
//! | moves that come late | [`Book`]: kept as posted, or costed again in the order of days ([`Backdating`]) |
//! | tables of moves | [`replay`] |
//!
//! Sources: IAS 2, ASC 330; where they are silent, what Odoo, Tryton and SAP do, as each function says.

mod apply;
mod book;
mod correct;
mod costs;
mod error;
mod explain;
mod fact;
mod fold;
mod issue;
mod landed;
mod layers;
mod method;
mod moves;
mod numbers;
mod past;
mod receive;
mod replay;
mod returns;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use book::differences;
pub use book::{Backdating, Book};
pub use error::ValuationError;
pub use explain::{Shown, explain_move};
pub use fact::{Cause, MoveId, ValueFact};
pub use landed::{Basis, Bearer, spread};
pub use layers::{Debt, Layer, Layers};
pub use method::{CostRules, Framework, Method};
pub use moves::{Kind, Lot, Move};
pub use numbers::{Price, Qty, Steps, UnitCost, Val};
pub use past::{Known, NoPast, Past, Posted, Returned, Taken, Took};
pub use replay::{Replayed, Row, replay, replay_each};
pub use state::{State, Told};
