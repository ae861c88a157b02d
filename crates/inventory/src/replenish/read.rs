//! What is short, and what was proposed.

use std::sync::Arc;

use fondaco_core::job::{JobId, is_done};
use fondaco_core::{Range, Reading};

use super::suggest;
use super::{Proposal, ReorderRule, Shortage, ShortageLine};
use crate::{Qty, StockError};

/// All that is short now, by item and site: since when, with the level and what is to be ordered as they are by now. When that would be there
/// is as it was told.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn shortages(read: &mut impl Reading) -> Result<Vec<Arc<Shortage>>, StockError> {
    let told = read.peek_scan(&Range::<Shortage>::all())?;
    told.into_iter().map(|row| by_now(read, row)).collect()
}

/// A shortage as it is by now: what was told stands, whatever has left since, or come and was not enough.
fn by_now(read: &mut impl Reading, told: Arc<Shortage>) -> Result<Arc<Shortage>, StockError> {
    let key = (told.item, told.site);
    let Some(rule) = read.peek::<ReorderRule>(&key)? else { return Ok(told) };
    let Some((of, _)) = rule.least(told.line) else { return Ok(told) };
    let level = crate::levels::stock(read, key.0, key.1)?;
    let now = Qty::from_units(i64::try_from(of.of(&level)).unwrap_or(i64::MIN));
    if now == told.level {
        return Ok(told);
    }
    let mut suggested = Qty::ZERO;
    if told.line == ShortageLine::Reorder {
        suggested = match suggest::to_order(read, &rule, of.of(&level)) {
            Ok(quantity) => quantity.to_fixed().unwrap_or(Qty::ZERO),
            Err(StockError::Halt(halt)) => return Err(halt.into()),
            Err(_) => Qty::ZERO,
        };
    }
    Ok(Arc::new(Shortage { level: now, suggested, ..told.as_ref().clone() }))
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
