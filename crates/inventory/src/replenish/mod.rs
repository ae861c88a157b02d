//! Replenishment: when to order what, how much, and of whom.
//!
//! A [`ReorderRule`] says for an item and a site how its stock is kept up ([`SetReorderRule`]): by a reorder point and lots, up to a level,
//! by review every so many days, by kanban; where it comes from, and how long that takes. There are two ways of looking at it:
//!
//! - *Continuously.* Whatever takes the inventory position to the reorder point or below emits `stock.below_reorder` in the same commit, with
//!   the order that is suggested; what takes what is available below the safety stock emits `stock.below_safety`. A [`Shortage`] stands until
//!   it is covered (`stock.shortage_covered`): it is told once, and again when it comes again.
//! - *By review.* [`Review`] is a job over all rules: what is to be ordered now, whether it was told or not, as [`Proposal`]s that count
//!   once the job is done.
//!
//! A [`Suggestion`] explains its figure: position, policy, what can be ordered, and the vendor's price ([`SetVendorPrices`]).
//!
//! [`past`] gives what was moved to [`history`](crate::history), which recommends policies ([`ReplenishmentPolicy::recommended`]) and shows
//! what they would have saved beside those of today ([`ReorderRule::as_policy`]).

mod error;
mod notices;
mod past;
mod read;
mod record;
mod review;
pub mod rights;
mod rule;
mod suggest;
mod verify;

pub use error::ReplenishError;
pub(crate) use notices::{Notices, watch};
pub use past::past;
pub use read::{proposals, reorder_rules, shortages};
pub use record::{
    PolicyKind, Proposal, ReorderRule, Reviewed, Shortage, ShortageLine, SourceKind, VendorPrice,
};
pub use review::{NotProposed, Review, ReviewCursor, ReviewReport};
pub use rule::{
    PriceBreak, RemoveReorderRule, ReplenishmentPolicy, ReplenishmentSource, SetReorderRule,
    SetVendorPrices,
};
pub(crate) use rule::{remove_rules, supplied_from};
pub(crate) use suggest::{PlanningVendor, calendar_of, due_after, modifiers_from};
pub use suggest::{Suggestion, suggestion};

use fondaco_core::calendar::CalendarRefusal;

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

use crate::StockError;

/// What the engine has of replenishment.
pub(crate) static PART: Part = Part::new(&[
    ReorderRule::TABLE,
    VendorPrice::TABLE,
    Shortage::TABLE,
    Proposal::TABLE,
    Reviewed::TABLE,
])
.permissions(&[&rights::SET, &rights::REVIEW])
.jobs(&["stock.review"])
.verified_by(verify::verify);

pub(crate) fn calendar_error(refusal: CalendarRefusal) -> StockError {
    match refusal {
        CalendarRefusal::Calendar(error) => ReplenishError::Calendar(error).into(),
        CalendarRefusal::Halt(halt) => halt.into(),
    }
}
