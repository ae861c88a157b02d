//! Allocation: what one cost centre bore for others is shared out among them, period by period, without losing a cent.
//!
//! A rule names the *pool*, which is an account or all under a heading with one value of a dimension (cost centre 900, overheads); the
//! dimension over which it is shared; and the *basis* by which: fixed shares, a statistical figure of the period (heads, square
//! metres, hours: [`RecordStatistics`]), or another account: what each receiver has on one of the balance sheet at the end of the
//! period, or what one of income or expenses moved in it. A run credits the pool and debits the receivers, on the same account or on
//! another, in one entry of the period's last day. Each account of the pool is split by largest remainder
//! ([`allocate`](fondaco_core::allocate)), so the parts add up to it to the cent.
//!
//! Every other dimension stays: what a project spent on overheads is shared among the receivers as the project's.
//!
//! # What always holds
//! - A rule is run once for a period: run again, it answers what stands and what came since, and posts nothing.
//! - [`UndoAllocation`] reverses the entry on its own day; after that, what is run anew is shared by what is known then. Who
//!   reverses that reversal has the run back.
//! - Without a basis, or with one below zero for somebody, nothing is shared: the error names rule, period and basis.
//! - Who posts to pool or basis meanwhile, or changes a figure, is in the run or after it.
//!
//! # Examples
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books();
//! use fondaco_accounting::allocation::*;
//! let rent = NewEntry::new("GEN", day("2026-03-01"))
//!     .posting(NewPosting::debit("5100", eur("100")).dimension("cost_centre", "900"))
//!     .credit("1000", eur("100"));
//! books.post("rent", rent)?;
//! let rule = SetAllocation::new("rent", "Rent by area", "GEN", "5100", "cost_centre", "900");
//! books.send("rule", &rule.by_statistic("square metres"))?;
//! let none = books.send("too early", &Allocate::new("rent", 202_603)).unwrap_err();
//! assert_eq!(
//!     none.to_string(),
//!     "allocation rent has no base in 2026-03 for 100.00 EUR on account 5100: statistic square metres is zero for everybody; record it, or share otherwise",
//! );
//! let area = RecordStatistics::new("square metres", 202_603).value("10", 1.into()).value("20", 2.into());
//! books.send("area", &area)?;
//! let shared = books.send("March", &Allocate::new("rent", 202_603))?.answer;
//! let of = |centre: &str| Ok::<_, LedgerError>(
//!     books.balances(&BalanceQuery::account("5100").dimension("cost_centre", centre))?[0].amounts.ledger_balance().normalize().to_string(),
//! );
//! assert_eq!((of("900")?, of("10")?, of("20")?), ("0".into(), "33.33".into(), "66.67".into()));
//! assert_eq!(books.send("March again", &Allocate::new("rent", 202_603))?.answer, shared); // what stands
//! books.send("wrong area", &UndoAllocation::new("rent", 202_603))?;
//! assert_eq!(of("900")?, "100");
//! # Ok::<(), LedgerError>(())
//! ```

mod declared;
mod define;
mod error;
mod left;
mod lookup;
mod records;
mod report;
mod run;
mod share;
mod statistics;
mod undo;

pub(crate) use declared::PART;
pub use define::{AllocationWeight, RemoveAllocation, SetAllocation};
pub use error::CostAllocationError;
pub use left::{Unallocated, unallocated};
pub use lookup::{allocation_rules, allocation_runs, statistics};
pub use records::{
    AllocationPart, AllocationRule, AllocationRun, AllocationShare, BasisKind, StatisticalValue,
};
pub use run::{Allocate, Allocated};
pub use share::{Allocation, AllocationLine, AllocationPool, allocation};
pub use statistics::RecordStatistics;
pub use undo::UndoAllocation;
