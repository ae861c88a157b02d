//! Conditions asked of one contact at one moment, wherever its events lie, and when the answer may next change.

mod acts;
mod interest;
mod one;
mod path;
mod track;
mod window;

use super::Schema;
use super::columns::{People, Table};

pub(crate) use acts::{answer as acts_answer, comes, holds as acts_hold, passes};
pub(crate) use interest::worth;
pub(crate) use one::{Asked, answer, condition, next};
pub(crate) use path::latest;
pub(crate) use track::{Slice, Track};
pub(crate) use window::{Place, Range};

/// What evaluation reads.
pub(crate) trait Records {
    type Track<'t>: Track
    where
        Self: 't;

    fn schema(&self) -> &Schema;
    fn people(&self) -> &People;
    /// The attributes of a kind's events.
    fn table(&self, kind: usize) -> Option<&Table>;
    /// A contact's events of a kind.
    fn track(&self, contact: u32, kind: usize) -> Self::Track<'_>;
}
