//! The text form of predicates: read with the exact place of each error, written, completed.
//!
//! ```text
//! country in ("DE", "FR") and not tags has "b"
//! count(open where device = "phone") in 30 days >= 3
//! sum(purchase.amount) from 2026-01-01 to 2026-03-31 > 100
//! not done(login) in 14 days and created ago >= 14 days
//! sequence(open, click within 1 hour, demo) within 10 days in 60 days
//! interest(pricing * 3, open * 0.5; half-life 14 days) >= 5
//! in segment "loyal" or score(fit) >= 50 or in stage "customer" for 30 days
//! people 2 (done(demo) in 30 days)
//! ```
//!
//! `or` binds loosest, then `and`, then `not`. Windows are `in 30 days`, `in 3 local days`, `in 5 business days`, `between 60 days and 30 days
//! ago`, `today`, `yesterday`, `on day 3 ago`, `since 2026-01-01`, `from 2026-01-01 to 2026-03-31`, and without one, ever. A name that is no
//! plain word stands in backticks.

mod complete;
mod filter;
mod lexer;
mod parse;
mod shape;
mod show;
mod value;
mod window;
mod words;

pub use complete::completions;
pub use parse::Definition;
pub(super) use parse::{Mark, Part};

use super::{Filter, Predicate, SegmentError};

impl std::str::FromStr for Predicate {
    type Err = SegmentError;

    fn from_str(text: &str) -> Result<Predicate, SegmentError> {
        Ok(Definition::parse(text)?.into_predicate())
    }
}

impl std::str::FromStr for Filter {
    type Err = SegmentError;

    fn from_str(text: &str) -> Result<Filter, SegmentError> {
        parse::filter(text)
    }
}
