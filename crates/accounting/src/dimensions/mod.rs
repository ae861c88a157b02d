//! Dimensions: cost centres, projects, segments and whatever else postings are told apart by, with their trees and rules.
//!
//! A posting may carry any dimension with any value, and a company that defines none keeps it so and pays nothing for it. What is
//! *defined* is judged:
//!
//! - A [`Dimension`] takes [any values or only known ones](DimensionValues), on all days or some. [`SetDimensionUse`] says whether
//!   postings may carry others that are not defined.
//! - Its [values](DimensionValue) form a tree: cost centres under a region, projects under a programme. A value that is a heading
//!   takes no postings; others may have values under them and postings of their own. Where a value stands is a timeline:
//!   [`MoveDimensionValue`] says from which day on, and what was known before stays known. A circle, or more than 64 levels,
//!   is refused on whichever day it would come.
//! - A [`DimensionRule`] says what an account, or all under a heading, [demands](Demand) of a dimension: that it is required,
//!   optional or forbidden, or filled in with a value that stands fast or that may be another; in all journals or one, on all
//!   days or some. *The nearest rule counts*: the account's own, that of the heading next above, and so on, at last the one for all
//!   accounts; at each of them the one for the journal before the one for all. Two that tie are refused when they are set.
//! - A [`DimensionCombination`] says which values go together: project P1 only with cost centres 10 to 19 or those under a
//!   heading; account 6100 only with those under another. *All combinations hold.* One may derive a value: cost centres under
//!   EAST belong to segment retail.
//!
//! Nearest and all hold are what one expects of each: a demand is what an account is for, which a particular account may see otherwise
//! than its group; a combination is a fact about values, to which one account is no exception. The order in which rules are set
//! never matters.
//!
//! # What is judged, and when
//! Each posting, when its entry is posted, held, or submitted as a draft (and again when that is approved), by the rules of
//! the entry's date as they are known then: by hand, from files, from recurring entries and templates, from runs of the engine. First
//! what is missing is filled in: what the account demands, then what is derived, in order of the combinations' codes, until nothing more
//! follows. Rights, limits and balances see the entry with what was filled in. Then:
//!
//! - *Reversals* repeat what was posted, and are not judged: an entry can be taken back whatever rules came after it. What is
//!   posted in its place ([`Correct`](crate::close::Correct)) is judged.
//! - *What is held* is judged when it is held. Its posting repeats it, as it does under a spending limit.
//! - *Closing a year* takes each combination of dimensions to zero, and is not judged; neither is reopening it.
//! - *Allocation, revaluation, exchange differences, deferrals* are judged, so that an account that demands a cost centre has one on
//!   each of its postings. What such a run can't know is filled in by a default on its account; else it is refused, and says
//!   which rule wants what.
//! - *What was posted before* a rule was set stays. [`Books::unmet`](crate::Books::unmet) lists what would not satisfy it, before
//!   it is set or after.
//!
//! # Reading by trees
//! [`BalanceQuery::under`](crate::ledger::BalanceQuery::under) sums all under a heading, as the tree stands on the query's last day (its
//! end where none is given), and as known at the query's time. So figures of several years compare: all are asked for
//! by one tree. So do the [trial balance](crate::reports::trial_balance_under) and the
//! [statements](crate::reports::FinancialQuery::under), which have columns [by the level of a tree](crate::reports::FinancialQuery::by_level)
//! too. [Spending limits](crate::ledger::SetSpendingLimit::under) count by the tree of the entry's date, and are counted anew when a
//! value is moved; [allocations](crate::allocation::SetAllocation::among) share out among who stands under a heading on the period's last
//! day. [`Books::dimension_tree`](crate::Books::dimension_tree) is the tree itself.
//!
//! # Examples
//! ```
//! # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
//! # use firm::*;
//! # let books = books();
//! use fondaco_accounting::dimensions::*;
//! // Two regions, three shops.
//! books.send("centres", &DefineDimension::new("cost_centre", "Cost centres").known())?;
//! let shops = vec![
//!     NewDimensionValue::heading("EAST", "East"),
//!     NewDimensionValue::heading("WEST", "West"),
//!     NewDimensionValue::new("10", "Mestre").under("EAST"),
//!     NewDimensionValue::new("11", "Murano").under("EAST"),
//!     NewDimensionValue::new("20", "Verona").under("WEST"),
//! ];
//! books.send("shops", &OpenDimensionValues::new("cost_centre", shops))?;
//! // Rent is some shop's.
//! let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Required).account("5100");
//! let unmet = books.unmet(&DimensionProposal::Rule(rents.clone()), DateRange::always(), 10)?;
//! assert_eq!(unmet.count, 1); // the rent of February, which was posted before
//! books.send("rents", &rents)?;
//! let rent = NewEntry::new("GEN", day("2026-03-01")).credit("1000", eur("100"));
//! let nobodys = rent.clone().debit("5100", eur("100"));
//! assert_eq!(
//!     books.post("March", nobodys).unwrap_err().to_string(),
//!     "line 2, account 5100: cost_centre is missing, which rule RENT demands: give it, or have the rule fill it in",
//! );
//! let of = |centre, amount| NewPosting::debit("5100", eur(amount)).dimension("cost_centre", centre);
//! books.post("March", rent.posting(of("10", "60")).posting(of("20", "40")))?;
//! // What the East spends.
//! let east = books.balances(&BalanceQuery::account("5100").under("cost_centre", "EAST"))?;
//! assert_eq!(east[0].amounts.balance(Currency::EUR), eur("60"));
//! # Ok::<(), LedgerError>(())
//! ```

mod allowed;
mod among;
mod combination;
mod declared;
mod define;
mod error;
mod judge;
mod known;
mod lookup;
mod moving;
mod preview;
mod records;
mod rule;
mod tree;
mod values;

pub use allowed::{Allowed, AllowedValues};
pub use combination::{RemoveDimensionCombination, SetDimensionCombination};
pub(crate) use declared::PART;
pub use define::{ChangeDimension, DefineDimension, SetDimensionUse};
pub use error::{DimensionError, PostingLine};
pub use lookup::{dimension_combinations, dimension_rules, dimension_tree, dimensions};
pub use moving::{MoveDimensionValue, MovedDimensionValue};
pub use preview::{DimensionProposal, UnmetPosting, UnmetPostings, unmet};
pub use records::{
    Demand, DemandKind, Dimension, DimensionCombination, DimensionPlace, DimensionRule,
    DimensionUse, DimensionValue, DimensionValues,
};
pub use rule::{RemoveDimensionRule, SetDimensionRule};
pub use tree::DimensionTree;
pub use values::{ChangeDimensionValue, NewDimensionValue, OpenDimensionValues};

pub(crate) use among::{Among, check_heading};
pub(crate) use judge::{DimensionRules, complete};
pub(crate) use lookup::dimension_tree_known;
pub(crate) use tree::{Places, above};
