//! Spending limits: how much may be posted in a day, a month, a year or for good, to some accounts, under some dimensions.
//!
//! A [`SpendingLimit`] says which postings count ([`account`](SpendingLimit::account), [`dimensions`](SpendingLimit::dimensions), [`under`](SpendingLimit::under) for all that stands under a heading,
//! and [`each`](SpendingLimit::each) for a sum of its own for every value of a dimension), what is counted of them
//! ([`Measure`]), over which [`Window`] of the entries' dates, and where it warns and refuses. So "each card 500 EUR a day"
//! and "the project Rialto 20,000 EUR in all, with a warning from 15,000 on" are limits like "the overheads of a month".
//!
//! - An entry is judged as a whole, after all that its batch posted before: what it adds to a sum that would go above
//!   [`refuse_above`](SpendingLimit::refuse_above) is refused. What lowers a sum, a reversal or a refund, never is.
//! - Above [`warn_above`](SpendingLimit::warn_above) it is posted, an event `ledger.spending_warned` tells the host, and a
//!   [`SpendingExcess`] keeps it.
//! - What is pending counts as if it were posted. When it is posted it is not refused again, also where its date or the limit
//!   has become another; voiding it, or its end, gives the room back.
//! - Who may `ledger.exceed_spending_limit` posts above a limit with [`PostExceeding`] and a reason, which is kept likewise.
//! - A limit in the ledger's currency counts foreign amounts by what they are posted for. So that nobody passes under it by a worth of
//!   his own, one that is given must be within a tenth of the worth by the rate on record for that day, or somebody posts it who may
//!   exceed the limit. A currency without a rate on record counts as it is given: a limit in that currency bounds it.
//! - Sums are counters: writers who stay within a limit don't collide, however many there are. They do when somebody is
//!   refused or warned, as that must be true when it is said.
//!
//! A limit counts what was posted before it was set too, and [`verify`](super::verify) recomputes its sums from the postings.
//! Limits without accounts and dimensions in common cost a posting nothing; a ledger that has none reads none.

mod commands;
mod declared;
mod exceed;
mod headings;
mod history;
mod judge;
mod limit;
mod list;
mod matching;
mod records;
mod verify;

pub use commands::{ChangeSpendingLimit, EndSpendingLimit, SetSpendingLimit};
pub use exceed::PostExceeding;
pub use limit::{Measure, Window};
pub use list::{SpendingLine, SpendingReport, spending, spending_excesses};
pub use records::{ExcessKind, Spending, SpendingExcess, SpendingLimit};

pub(crate) use declared::PART;
pub(crate) use history::{held, recount_moved, recount_placed};
pub(crate) use judge::{Judge, Override, Standing};
pub(crate) use verify::verify;
