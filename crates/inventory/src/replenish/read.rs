//! What is short, and what was proposed.

use std::sync::Arc;

use fondaco_core::job::{JobId, is_done};
use fondaco_core::{Range, Reading};

use super::{Proposal, ReorderRule, Shortage};
use crate::StockError;

/// All that is short now, by item and site.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn shortages(read: &mut impl Reading) -> Result<Vec<Arc<Shortage>>, StockError> {
    Ok(read.peek_scan(&Range::<Shortage>::all())?)
}

/// How all items are replenished, by item and site.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn reorder_rules(read: &mut impl Reading) -> Result<Vec<Arc<ReorderRule>>, StockError> {
    Ok(read.peek_scan(&Range::<ReorderRule>::all())?)
}

/// What a review proposed, by item and site; nothing while it is not done.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn proposals(read: &mut impl Reading, review: JobId) -> Result<Vec<Arc<Proposal>>, StockError> {
    if !is_done(read, review)? {
        return Ok(Vec::new());
    }
    Ok(read.peek_scan(&Range::<Proposal>::by_key(&review))?)
}
