//! Which counts are planned, due and done.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Range, Reading, SiteId};
use smol_str::SmolStr;

use super::record::{CountPlan, CountStatus, CountedItem, CycleCount};
use crate::StockError;
use crate::ordering::{Accuracy, Counted, count_accuracy};

/// All plans, by site and class.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn count_plans(read: &mut impl Reading) -> Result<Vec<Arc<CountPlan>>, StockError> {
    Ok(read.peek_scan(&Range::<CountPlan>::all())?)
}

/// The items of a class that are counted at a site, with their next days.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn counted_items(
    read: &mut impl Reading,
    site: SiteId,
    class: &SmolStr,
) -> Result<Vec<Arc<CountedItem>>, StockError> {
    Ok(read.peek_scan(&Range::by(CountedItem::BY_PLAN, &(site, class.clone())))?)
}

/// What is to be counted at a site now, the most pressing first.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn due_counts(
    read: &mut impl Reading,
    site: SiteId,
) -> Result<Vec<Arc<CycleCount>>, StockError> {
    Ok(read.peek_scan(&Range::by(CycleCount::BY_OPEN, &site))?)
}

/// The counts of a class at a site that fell due in a time, and how accurate the records were by those that were done; `None` where none
/// was.
///
/// # Errors
/// A sum that has no room in 28 digits; a [`Halt`](fondaco_core::Halt).
pub fn count_results(
    read: &mut impl Reading,
    (site, class): (SiteId, &SmolStr),
    (from, through): (NaiveDate, NaiveDate),
) -> Result<(Vec<Arc<CycleCount>>, Option<Accuracy>), StockError> {
    let range = Range::by(CycleCount::BY_PLAN, &(site, class.clone()));
    let counts = read.peek_scan(&range.from(&from).through(&through))?;
    let plan = read.peek::<CountPlan>(&(site, class.clone()))?;
    let tolerance = plan.map_or_else(Default::default, |plan| plan.tolerance());
    let done = counts.iter().filter(|count| count.status == CountStatus::Done).map(|count| {
        let (recorded, counted) = (count.recorded.to_decimal(), count.counted.to_decimal());
        Counted::new(recorded, counted).within(tolerance)
    });
    let done: Vec<Counted> = done.collect();
    let accuracy = if done.is_empty() { None } else { Some(count_accuracy(&done)?) };
    Ok((counts, accuracy))
}
