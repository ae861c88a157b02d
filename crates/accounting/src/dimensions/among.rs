//! The values under a heading, for those who read.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Reading, Timestamp};
use smol_str::SmolStr;

use super::tree::Places;
use super::values::unknown;
use super::{Dimension, DimensionError, DimensionValue};
use crate::ledger::LedgerError;

/// Whether there is such a value of such a dimension.
///
/// # Errors
/// [`DimensionError::Unknown`], [`DimensionError::UnknownValue`], or a [`Halt`](fondaco_core::Halt).
pub(crate) fn check_heading(
    read: &mut impl Reading,
    dimension: &SmolStr,
    heading: &SmolStr,
) -> Result<(), LedgerError> {
    if read.peek::<Dimension>(dimension)?.is_none() {
        return Err(DimensionError::Unknown { dimension: dimension.clone() }.into());
    }
    match read.peek::<DimensionValue>(&(dimension.clone(), heading.clone()))? {
        Some(_) => Ok(()),
        None => Err(unknown(dimension, heading).into()),
    }
}

/// The values under some headings, as their trees stand on a day and are known at a time; all must fit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Among(Vec<(SmolStr, BTreeSet<SmolStr>)>);

impl Among {
    /// Looks the values up.
    ///
    /// # Errors
    /// [`DimensionError::Unknown`], [`DimensionError::UnknownValue`], or a [`Halt`](fondaco_core::Halt).
    pub(crate) fn peek(
        read: &mut impl Reading,
        headings: &[(SmolStr, SmolStr)],
        day: Option<NaiveDate>,
        known_at: Option<Timestamp>,
    ) -> Result<Among, LedgerError> {
        let mut among = Among::default();
        for (dimension, heading) in headings {
            check_heading(read, dimension, heading)?;
            let tree = Places::peek(read, dimension)?.tree(dimension, day, known_at);
            among.0.push((dimension.clone(), tree.under(heading)));
        }
        Ok(among)
    }

    /// Whether a posting with these dimensions is meant.
    pub(crate) fn takes(&self, dimensions: &Tags) -> bool {
        self.0.iter().all(|(dimension, values)| {
            dimensions.get(dimension).is_some_and(|value| values.contains(value))
        })
    }
}
