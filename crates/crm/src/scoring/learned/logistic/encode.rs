//! How columns become numbers that have coefficients.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::within;
use crate::numeric::{squares_about, sum};

/// What is made of a number before all else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Nothing.
    #[default]
    AsIs,
    /// The logarithm of one more than it: for counts and times, of which few are very large.
    Log1p,
}

impl Transform {
    /// The number as the model sees it.
    pub(super) fn of(self, field: &str, value: f64) -> Result<f64, KernelError> {
        match self {
            Self::AsIs => Ok(value),
            Self::Log1p => {
                let above = |value| value > -1.0;
                Ok(within(field, value, above, "a number above -1, as its logarithm is taken")?
                    .ln_1p())
            }
        }
    }
}

/// How a column of numbers is read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberEncoding {
    /// What is made of each.
    pub transform: Transform,
    /// Whether they are centred and divided by their deviation: then `l2` holds all coefficients back alike.
    pub standardise: bool,
    /// What stands for one that is missing, before it is transformed; else the average.
    pub missing_is: Option<f64>,
    /// Whether it has a coefficient of its own that one is missing, where some were when it was learned.
    pub flag_missing: bool,
}

impl Default for NumberEncoding {
    fn default() -> Self {
        Self { transform: Transform::AsIs, standardise: true, missing_is: None, flag_missing: true }
    }
}

/// How columns of texts are read: one coefficient per level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextEncoding {
    /// Levels of fewer rows than this share one coefficient, which those have that were never seen.
    pub rare_below: usize,
}

impl Default for TextEncoding {
    fn default() -> Self {
        Self { rare_below: 1 }
    }
}

/// Those that are known.
fn transformed(name: &str, values: &[f64], transform: Transform) -> Result<Vec<f64>, KernelError> {
    let known = values.iter().enumerate().filter(|(_, value)| !value.is_nan());
    known.map(|(row, value)| transform.of(name, *value).map_err(|error| error.at(row))).collect()
}

/// What was learned of how a column is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoder {
    Number {
        name: String,
        transform: Transform,
        /// What stands for a missing one, transformed.
        fill: f64,
        centre: f64,
        scale: f64,
        flagged: bool,
        /// The average, and the share that is missing, of the rows it was learned of.
        average: f64,
        missing: f64,
    },
    Text {
        name: String,
        /// In order, with the shares of rows.
        levels: Vec<(String, f64)>,
        /// Shares of rows, where there is a coefficient.
        missing: Option<f64>,
        rare: Option<f64>,
    },
}

/// The names of coefficients.
pub(super) trait Names {
    /// In the order of the coefficients.
    fn names(&self) -> Vec<String>;
}

impl Names for Encoder {
    fn names(&self) -> Vec<String> {
        match self {
            Self::Number { name, transform, flagged, .. } => {
                let shown = match transform {
                    Transform::AsIs => name.clone(),
                    Transform::Log1p => format!("log1p({name})"),
                };
                let flag = flagged.then(|| format!("{name} (missing)"));
                std::iter::once(shown).chain(flag).collect()
            }
            Self::Text { name, levels, missing, rare } => {
                let levels = levels.iter().map(|(level, _)| format!("{name}={level}"));
                let missing = missing.map(|_| format!("{name} (missing)"));
                levels.chain(missing).chain(rare.map(|_| format!("{name} (rare)"))).collect()
            }
        }
    }
}

impl Encoder {
    pub(super) fn of_numbers(
        name: &str,
        values: &[f64],
        encoding: NumberEncoding,
    ) -> Result<Self, KernelError> {
        let transform = encoding.transform;
        let fill = encoding.missing_is.map(|fill| transform.of(name, fill)).transpose()?;
        let missing = values.iter().filter(|value| value.is_nan()).count();
        let known = match (transform, missing) {
            (Transform::AsIs, 0) => Cow::Borrowed(values),
            _ => Cow::Owned(transformed(name, values, transform)?),
        };
        let mean = |sum: f64, count: usize| sum / count.max(1) as f64;
        let fill = fill.unwrap_or_else(|| mean(sum(&known), known.len()));
        // Those that are missing are all of them what stands for them.
        let filled = missing as f64;
        let average = mean(sum(&known) + filled * fill, values.len());
        let off = squares_about(&known, average) + filled * (fill - average).powi(2);
        let variance = mean(off, values.len());
        let (centre, scale) = match encoding.standardise {
            true if variance > 0.0 => (average, variance.sqrt()),
            true => (average, 1.0),
            false => (0.0, 1.0),
        };
        Ok(Self::Number {
            name: name.to_owned(),
            transform,
            fill,
            centre,
            scale,
            flagged: encoding.flag_missing && missing > 0,
            average,
            missing: missing as f64 / values.len().max(1) as f64,
        })
    }

    pub(super) fn of_texts(
        name: &str,
        levels: &[String],
        codes: &[u32],
        encoding: TextEncoding,
    ) -> Self {
        let mut counts = vec![0_usize; levels.len()];
        let mut missing = 0;
        for code in codes {
            match counts.get_mut(*code as usize) {
                Some(count) => *count += 1,
                None => missing += 1,
            }
        }
        let share = |count: usize| count as f64 / codes.len().max(1) as f64;
        // Levels that none of these rows has are unknown to the model.
        let seen = levels.iter().zip(&counts).filter(|(_, count)| **count > 0);
        let (own, rare): (Vec<_>, Vec<_>) =
            seen.partition(|(_, count)| **count >= encoding.rare_below);
        let mut levels: Vec<_> =
            own.into_iter().map(|(level, count)| (level.clone(), share(*count))).collect();
        levels.sort_by(|a, b| a.0.cmp(&b.0));
        let rare: usize = rare.into_iter().map(|(_, count)| *count).sum();
        Self::Text {
            name: name.to_owned(),
            levels,
            missing: (missing > 0).then(|| share(missing)),
            rare: (rare > 0).then(|| share(rare)),
        }
    }

    /// How many coefficients it has.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Number { flagged, .. } => 1 + usize::from(*flagged),
            Self::Text { levels, missing, rare, .. } => {
                levels.len() + usize::from(missing.is_some()) + usize::from(rare.is_some())
            }
        }
    }

    /// Which coefficient each level of a column has, and which a missing text has; none is nothing.
    pub(super) fn places(&self, of: &[String]) -> (Vec<Option<usize>>, Option<usize>) {
        let missing_at = match self {
            Self::Text { levels, missing, .. } => missing.map(|_| levels.len()),
            Self::Number { .. } => None,
        };
        (of.iter().map(|level| self.place(level)).collect(), missing_at)
    }

    /// Which coefficient a level has.
    pub(super) fn place(&self, level: &str) -> Option<usize> {
        let Self::Text { levels, missing, rare, .. } = self else { return None };
        let found = levels.binary_search_by(|(known, _)| known.as_str().cmp(level));
        found.ok().or_else(|| rare.map(|_| levels.len() + usize::from(missing.is_some())))
    }
}
