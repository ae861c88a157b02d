//! What a statement is narrowed to, and the parts that its columns are split into, where dimensions have trees.

use fondaco_core::Reading;
use fondaco_core::store::Tags;
use smol_str::SmolStr;

use super::StatementColumn;
use super::query::FinancialQuery;
use crate::dimensions::{Among, DimensionTree, dimension_tree_known};
use crate::ledger::LedgerError;

/// The values under the headings that are asked for, and the tree by whose level columns are split.
pub(super) struct Narrowed {
    among: Among,
    level: Option<(DimensionTree, usize)>,
}

impl Narrowed {
    /// Looks the trees up: one for all columns, so that they compare, as it stands on their last day; as known at the columns'
    /// time, where they have one.
    pub(super) fn read(
        read: &mut impl Reading,
        query: &FinancialQuery,
    ) -> Result<Narrowed, LedgerError> {
        let day = query.columns.iter().filter_map(|column| column.through).max();
        let known = query.known_together();
        let among = Among::peek(read, &query.under, day, known)?;
        let level = match (&query.split, query.level) {
            (Some(name), Some(level)) => {
                Some((dimension_tree_known(read, name, day, known)?, level))
            }
            _ => None,
        };
        Ok(Narrowed { among, level })
    }

    /// Whether a posting with these dimensions is asked for.
    pub(super) fn takes(&self, query: &FinancialQuery, dimensions: &Tags) -> bool {
        let fits = |(name, value): &(SmolStr, SmolStr)| dimensions.get(name) == Some(value);
        query.dimensions.iter().all(fits) && self.among.takes(dimensions)
    }

    /// The part of the columns that a value of their dimension belongs to.
    pub(super) fn part(&self, value: &str) -> SmolStr {
        match &self.level {
            Some((tree, level)) => tree.at_level(value, *level),
            None => SmolStr::new(value),
        }
    }

    /// Whether a posting with these dimensions is in a column.
    pub(super) fn is_in(&self, column: &StatementColumn, dimensions: &Tags) -> bool {
        column.dimension.as_ref().is_none_or(|(name, part)| {
            let value = dimensions.get(name).map(|value| self.part(value));
            value == *part
        })
    }
}
