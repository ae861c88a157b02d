//! Cycle counts: plans by class of items, whose counts fall due by the clock, are told, and are done or missed.
//!
//! A plan says how often the items of a class are counted at a site ([`SetCountPlan`]). Their first counts are spread evenly over the
//! working days of an interval, so that every day has its share. A count falls due at the start of its day (`stock.count_due`), is
//! recorded with all places where the item lies ([`RecordCount`], which makes the moves), and is missed when its time is over
//! (`stock.count_missed`). What was found is compared with the books by the plan's tolerance, and adds up to the
//! [accuracy](count_results) of the records.

mod due;
mod error;
mod plan;
mod read;
mod record;
mod results;
pub mod rights;

use fondaco_core::engine::Part;
use fondaco_core::store::Record as _;

pub use error::CountError;
pub use plan::{RemoveCountPlan, SetCountPlan};
pub use read::{count_plans, count_results, counted_items, due_counts};
pub use record::{CountPlan, CountStatus, CountedItem, CycleCount};
pub use results::{CountedPlace, RecordCount};

/// What the engine has of cycle counts.
pub(crate) static PART: Part =
    Part::new(&[CountPlan::TABLE, CountedItem::TABLE, CycleCount::TABLE])
        .permissions(&[&rights::PLAN, &rights::CALL])
        .on_due(&[(due::KIND, due::fall_due)]);
