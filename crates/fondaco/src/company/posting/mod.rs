//! Posting as a function: what a document tells the books becomes entries by one declared table.
//!
//! An [event](BusinessEvent) has [figures](Figure); a [table](PostingTable) says which [roles](Role) a figure debits and credits; rules say
//! [which account](Accounts) plays a role there, the most specific first. Nothing here knows a store or a clock: [`Poster::entries`] can be
//! called on facts of any program. Six [profiles](Profile) are shipped, and a company may have tables of its own; several run side by side
//! over the same facts, as [parallel ledgers](fondaco_accounting::parallel) ([`Poster::difference`]).
//!
//! | profile | goods received | goods shipped | invoice | bill | end of a period |
//! |---|---|---|---|---|---|
//! | perpetual, anglo-saxon | stock / goods received | goods shipped / stock | cost of sales / goods shipped | goods received / payable | accruals |
//! | perpetual, continental | stock / variation | variation / stock | | expense / payable | accruals |
//! | posted at bill | | | expense or cost of sales / stock | stock / payable | accruals, and what stock is worth |
//! | periodic | | | | expense or cost of sales / payable | accruals, and what stock is worth |
//!
//! | profile | material issued | work | made | work order closed | end of a period |
//! |---|---|---|---|---|---|
//! | perpetual, anglo-saxon | work in progress / stock | work in progress / absorbed | stock / work in progress | variances / work in progress | |
//! | perpetual, continental | variation / stock | | stock / variation | | what open work orders cost |
//! | posted at bill, anglo-saxon | cost of production / stock | | stock / cost of production | | what open work orders cost |
//! | the others | | | | | what open work orders cost, and stock as above |
//!
//! Sources: Odoo 19's and Tryton 7.8's own tests of these regimes, SAP's GR/IR clearing, ADR 0019.

mod accounts;
mod entries;
mod error;
mod event;
mod facts;
mod role;
mod shipped;
mod table;
#[cfg(test)]
mod tests;

pub use accounts::{AccountRule, Accounts, Place};
pub use entries::Poster;
pub use error::PostingError;
pub use event::{Book, BusinessEvent, Figure, Journals};
pub use facts::{Fact, Facts};
pub use role::Role;
pub use shipped::Profile;
pub use table::{PostingTable, Roles};
