//! Limits on all that stands under a heading of a dimension: on the date of what is posted.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Halt, Reading, Tx};
use smol_str::SmolStr;

use super::SpendingLimit;
use crate::dimensions::{Places, above};

/// The trees of the dimensions by whose headings limits go.
#[derive(Default)]
pub(super) struct Headings(BTreeMap<SmolStr, Arc<Places>>);

impl Headings {
    /// Looks at those of some limits.
    pub(super) fn peek(
        read: &mut impl Reading,
        limits: &[Arc<SpendingLimit>],
    ) -> Result<Headings, Halt> {
        let mut headings = Headings::default();
        for (dimension, _) in limits.iter().flat_map(|limit| limit.under.iter()) {
            if !headings.0.contains_key(dimension) {
                let dimension = SmolStr::new(dimension);
                let places = Places::peek(read, &dimension)?;
                headings.0.insert(dimension, Arc::new(places));
            }
        }
        Ok(headings)
    }

    /// Reads those of a limit; the decision rests on them.
    pub(super) fn read(tx: &mut Tx<'_>, limit: &SpendingLimit) -> Result<Headings, Halt> {
        let mut headings = Headings::default();
        for (dimension, _) in limit.under.iter() {
            let dimension = SmolStr::new(dimension);
            let places = Places::read(tx, &dimension)?;
            headings.0.insert(dimension, Arc::new(places));
        }
        Ok(headings)
    }

    /// With another tree of a dimension.
    pub(super) fn with(mut self, dimension: &SmolStr, places: &Arc<Places>) -> Headings {
        self.0.insert(dimension.clone(), places.clone());
        self
    }

    /// Whether something of a date with these dimensions stands under the headings of a limit.
    pub(super) fn has(&self, limit: &SpendingLimit, dimensions: &Tags, date: NaiveDate) -> bool {
        limit.under.iter().all(|(dimension, heading)| {
            dimensions.get(dimension).is_some_and(|value| {
                let above = || self.0.get(dimension).map(|places| places.above(value, date));
                value == heading
                    || above().is_some_and(|above| above.iter().any(|above| above == heading))
            })
        })
    }
}

/// As [`Headings::has`], by reading no more than the line upwards from each value.
pub(super) fn stands_under(
    tx: &mut Tx<'_>,
    limit: &SpendingLimit,
    dimensions: &Tags,
    date: NaiveDate,
) -> Result<bool, Halt> {
    for (dimension, heading) in limit.under.iter() {
        let Some(value) = dimensions.get(dimension) else { return Ok(false) };
        if value != heading
            && !above(tx, dimension, value, date)?.iter().any(|above| above == heading)
        {
            return Ok(false);
        }
    }
    Ok(true)
}
