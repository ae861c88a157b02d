//! Certifies a store: the conformance suite of [the store port](fondaco_core::store), and what it needs.
//!
//! # Write a store
//! What is an ordered map with one atomic write need not: `fondaco_store::ordered` makes a store of it.
//!
//! A store implements [`Store`](fondaco_core::store::Store): `prepare`, `read`, `commit`, `feed`. The
//! [contract](fondaco_core::store) is the law; in short:
//! - **prepare** checks each declaration ([`Table::check`](fondaco_core::store::Table::check)), creates what is missing,
//!   brings older layouts up, refuses newer ones; all or nothing.
//! - **read** answers all asks from one state between two commits, and keeps that state when asked to hold it.
//! - **commit** does the same command once, refuses what rests on something that has changed, judges unique indexes and
//!   floors after the whole batch, draws numbers without gaps, and stores everything or nothing.
//! - **feed** shows the commits in order, without gaps.
//!
//! Core does the parts that are the same everywhere: key bytes ([`Stored::row_key`](fondaco_core::store::Stored::row_key),
//! [`order_of`](fondaco_core::store::order_of)), filling in drawn numbers ([`chain::fill`](fondaco_core::chain::fill)),
//! erasing and adding ([`ValueRow`](fondaco_core::store::ValueRow)), floors
//! ([`Floor::holds`](fondaco_core::store::Floor::holds)), recognising a command
//! ([`same_command`](fondaco_core::store::same_command)), and the seal of a commit
//! ([`chain::seal`](fondaco_core::chain::seal)). [`Model`] is a complete store in some 500 plain lines over owned values:
//! begin with a copy of it, and put your own storage in place of its maps.
//!
//! # Prove it
//! One call puts every promise of the contract to the test, each on new stores that the closure gives:
//!
//! ```
//! use fondaco_testkit::{Model, certify};
//!
//! // In your crate: `#[test] fn my_store_keeps_the_contract() { certify(|| MyStore::new()).assert() }`
//! let report = certify(|| Model::new());
//! report.assert();
//! assert!(report.to_string().ends_with("promises kept, 0 broken, 0 not offered"), "{report}");
//! ```
//!
//! A store that lives longer than its program also says how it is closed and opened again, and what a kill leaves of it:
//!
//! ```
//! use fondaco_testkit::{Model, Suite};
//! # let (close_and_open, open_what_a_kill_leaves) = (|store: Model| store, |store: &Model| store.copy());
//! let suite = Suite::new(Model::new).reopen(close_and_open).crash(open_what_a_kill_leaves);
//! suite.run().assert();
//! ```
//!
//! A broken promise is reported with its name, what was found and what had to be, and the calls that show it. Random
//! histories ([`histories`]) are compared with the [`Model`] step by step, and shortened before they are shown. While a
//! store is in the making, [`Suite::only`] runs a part: `.only("scans")`.
//!
//! What a store may do without is reported as not offered: held snapshots, the hash chain, questions that it answers with
//! [`Unsupported`](fondaco_core::store::StoreError::Unsupported). A store whose held snapshots end with the next commit of
//! their company says so by [`Suite::brief_holds`].
//!
//! # Prove acts
//! [`sweep`] runs an act on a [`Failing`] store that fails at the act's first step, its second, and so on: what is stored
//! must be whole or nothing, and asking again must complete it. [`Unloaded`] is an asynchronous store in which every
//! answer has to be waited for. [`Model`] gives back rows of owned values, as a store in another language does: an act
//! that runs on it decodes every record it reads.
//!
//! # Test an engine
//! [`Host`] is a company of an engine on any store, behind a blocking or an asynchronous driver, with people who have rights and a clock that
//! the test moves: what an engine adds is its stores and how a company is set up, some forty lines. [`Catalogue`] has one [`Case`]
//! per command: its JSON, its digest, the permissions it needs, and what must be there before it; it proves the same of each, sweeps
//! it, and finds the command of the sources that has no case. [`Race`] lets two commands at each other, at every call to the store;
//! [`Slipping`] lets anything in at one, and [`Counting`] counts them. [`Older`] keeps a store as an earlier version did, so that what today's
//! engines wrote to it is a file of that version, to be brought up.

mod beside;
mod calls;
mod catalogue;
mod checks;
mod failing;
pub mod faults;
mod history;
mod host;
mod layout;
mod left_out;
pub mod model;
mod notes;
mod older;
mod probe;
mod race;
mod random;
pub mod records;
mod report;
mod samples;
#[cfg(unix)]
pub mod server;
mod shrink;
mod stage;
mod suite;
mod unloaded;

pub use beside::{Counting, Moment, Slipping};
pub use catalogue::{Case, Catalogue};
pub use failing::{Failing, SweepError, Swept, sweep};
pub use host::{Host, Stores};
pub use layout::layout;
pub use left_out::left_out;
pub use model::Model;
pub use older::{BroughtUp, Older, as_of, brought_up, not_brought_up};
pub use race::{Race, Sent};
pub use random::Random;
pub use report::{Checked, Outcome, Report};
pub use suite::{Promise, Suite, certify, histories, promises};
pub use unloaded::{Blocking, Unloaded, block_on};
