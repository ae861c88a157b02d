//! What is known of dimensions.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::tree::Places;
use super::{
    Dimension, DimensionCombination, DimensionError, DimensionRule, DimensionTree, DimensionUse,
};
use crate::Books;
use crate::ledger::{LedgerError, Settings};
use crate::reports::{self, TrialBalance};

/// All dimensions, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn dimensions(read: &mut impl Reading) -> Result<Vec<Arc<Dimension>>, LedgerError> {
    Ok(read.peek_scan(&Range::<Dimension>::all())?)
}

/// All rules, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn dimension_rules(read: &mut impl Reading) -> Result<Vec<Arc<DimensionRule>>, LedgerError> {
    Ok(read.peek_scan(&Range::<DimensionRule>::all())?)
}

/// All combinations, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn dimension_combinations(
    read: &mut impl Reading,
) -> Result<Vec<Arc<DimensionCombination>>, LedgerError> {
    Ok(read.peek_scan(&Range::<DimensionCombination>::all())?)
}

/// The tree of a dimension as it stands on a day; in the end where none is given.
///
/// # Errors
/// [`DimensionError::Unknown`], or a [`Halt`](fondaco_core::Halt).
pub fn dimension_tree(
    read: &mut impl Reading,
    dimension: &str,
    day: Option<NaiveDate>,
) -> Result<DimensionTree, LedgerError> {
    dimension_tree_known(read, dimension, day, None)
}

/// As [`dimension_tree`], as known at a time.
pub(crate) fn dimension_tree_known(
    read: &mut impl Reading,
    dimension: &str,
    day: Option<NaiveDate>,
    known_at: Option<Timestamp>,
) -> Result<DimensionTree, LedgerError> {
    let dimension = SmolStr::new(dimension);
    if read.peek::<Dimension>(&dimension)?.is_none() {
        return Err(DimensionError::Unknown { dimension }.into());
    }
    Ok(Places::peek(read, &dimension)?.tree(&dimension, day, known_at))
}

/// Which dimensions postings may carry; `None` while none is defined.
pub(super) fn dimension_use(read: &mut impl Reading) -> Result<Option<DimensionUse>, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    Ok(settings.dimensions)
}

impl DimensionTree {
    /// As rows and columns: each value under what it stands under.
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(self.dimension.clone());
        let title = match self.day {
            Some(day) => title.and(word("as of")).and(day),
            None => title,
        };
        let columns = [Column::text(word("Value")).naming_rows(), Column::text(word("Name"))];
        let days = [Column::date(word("From")), Column::date(word("Until"))];
        let mut report = Report::new(title).columns(columns).columns(days);
        for (value, level) in self.outline() {
            let cells = [
                Cell::from(value.code.clone()),
                value.name.clone().into(),
                value.start.map_or(Cell::Empty, Cell::from),
                value.end.map_or(Cell::Empty, Cell::from),
            ];
            report.push(
                Row::new(cells).at_level(u8::try_from(level.saturating_sub(1)).unwrap_or(u8::MAX)),
            );
        }
        report
    }
}

impl fmt::Display for DimensionTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Books<'_> {
    /// All dimensions: see [`dimensions`].
    ///
    /// # Errors
    /// As [`dimensions`].
    pub fn dimensions(&self) -> Result<Vec<Arc<Dimension>>, LedgerError> {
        self.view(|view| dimensions(view))
    }

    /// All rules of dimensions: see [`dimension_rules`].
    ///
    /// # Errors
    /// As [`dimension_rules`].
    pub fn dimension_rules(&self) -> Result<Vec<Arc<DimensionRule>>, LedgerError> {
        self.view(|view| dimension_rules(view))
    }

    /// All combinations of dimensions: see [`dimension_combinations`].
    ///
    /// # Errors
    /// As [`dimension_combinations`].
    pub fn dimension_combinations(&self) -> Result<Vec<Arc<DimensionCombination>>, LedgerError> {
        self.view(|view| dimension_combinations(view))
    }

    /// The trial balance of all under a heading: see [`trial_balance_under`](reports::trial_balance_under).
    ///
    /// # Errors
    /// As [`trial_balance_under`](reports::trial_balance_under).
    pub fn trial_balance_under(
        &self,
        date: NaiveDate,
        dimension: &str,
        heading: &str,
    ) -> Result<TrialBalance, LedgerError> {
        self.view(|view| reports::trial_balance_under(view, date, dimension, heading))
    }

    /// The tree of a dimension on a day: see [`dimension_tree`].
    ///
    /// # Errors
    /// As [`dimension_tree`].
    pub fn dimension_tree(
        &self,
        dimension: &str,
        day: Option<NaiveDate>,
    ) -> Result<DimensionTree, LedgerError> {
        self.view(|view| dimension_tree(view, dimension, day))
    }
}
