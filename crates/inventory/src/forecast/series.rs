//! What was asked for, period by period: the ground of every forecast.

use super::horizon::periods;
use crate::KernelError;
use crate::error::finite;

/// A series of demand in periods of one length, the oldest first.
///
/// Periods may be [missing](Series::missing), such as those without stock, in which nothing could be sold whatever was asked for, or
/// [outliers](super::outliers): no method learns from them, and time goes on through them.
///
/// ```
/// use fondaco_inventory::forecast::Series;
///
/// let sold = [12.0, 15.0, 0.0, 14.0];
/// let without_stock = [false, false, true, false];
/// let series = Series::new(&sold)?.missing(&without_stock)?;
/// assert_eq!(series.observed().collect::<Vec<_>>(), [(0, 12.0), (1, 15.0), (3, 14.0)]);
///
/// let wrong = Series::new(&[1.0, f64::NAN]).unwrap_err();
/// assert_eq!(wrong.to_string(), "row 1 (counted from 0): values is NaN: give a finite number");
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Series<'a> {
    values: &'a [f64],
    missing: &'a [bool],
    period: usize,
}

impl<'a> Series<'a> {
    /// A series without seasons.
    ///
    /// # Errors
    /// When there are no values, or one is no finite number.
    pub fn new(values: &'a [f64]) -> Result<Series<'a>, KernelError> {
        if values.is_empty() {
            return Err(KernelError::TooFew { field: "values", count: 0, least: 1 });
        }
        for (index, value) in values.iter().enumerate() {
            finite("values", *value).map_err(|error| error.at(index))?;
        }
        Ok(Series { values, missing: &[], period: 1 })
    }

    /// The same, with seasons that come again after so many periods: 12 for months of a year.
    ///
    /// # Errors
    /// When that is none, or more than 10,000.
    pub fn seasonal(self, period: usize) -> Result<Series<'a>, KernelError> {
        match periods("period", period)? {
            0 => Err(KernelError::NotPositive { field: "period", value: 0.0 }),
            period => Ok(Series { period, ..self }),
        }
    }

    /// The same, with these periods as missing; their values are not looked at.
    ///
    /// # Errors
    /// When there is not one mark for each value, or all are missing.
    pub fn missing(self, missing: &'a [bool]) -> Result<Series<'a>, KernelError> {
        if missing.len() != self.values.len() {
            return Err(KernelError::Contradiction {
                field: "missing",
                value: missing.len() as f64,
                other: "there is another number of values",
                way_out: "give one mark for each value",
            });
        }
        if missing.iter().all(|missing| *missing) {
            return Err(KernelError::TooFew { field: "values", count: 0, least: 1 });
        }
        Ok(Series { missing, ..self })
    }

    /// The values, with those of missing periods among them.
    #[must_use]
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// After how many periods the seasons come again; 1 without seasons.
    #[must_use]
    pub fn period(&self) -> usize {
        self.period
    }

    /// How many periods there are, with those that are missing.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // it is never empty
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The value of a period, unless it is missing or there is no such period.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<f64> {
        if self.missing.get(index).copied().unwrap_or(false) {
            return None;
        }
        self.values.get(index).copied()
    }

    /// The periods that are not missing, with their values.
    pub fn observed(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> + use<'a> {
        let series = *self;
        (0..series.values.len()).filter_map(move |index| Some((index, series.at(index)?)))
    }

    /// The first periods of it, as a forecaster would have known them.
    ///
    /// # Errors
    /// When there is nothing observed in them.
    pub fn first(&self, periods: usize) -> Result<Series<'a>, KernelError> {
        let upto = periods.min(self.values.len());
        let known = Series { values: &self.values[..upto], missing: &[], period: self.period };
        if upto == 0 {
            return Err(KernelError::TooFew { field: "values", count: 0, least: 1 });
        }
        if self.missing.is_empty() { Ok(known) } else { known.missing(&self.missing[..upto]) }
    }

    /// Whether any period is missing.
    pub(super) fn has_missing(&self) -> bool {
        self.missing.contains(&true)
    }

    /// How many periods are not missing.
    pub(super) fn count(&self) -> usize {
        self.values.len() - self.missing.iter().filter(|missing| **missing).count()
    }

    /// The value of a typical period: the mean size, or 1 where all are zero.
    pub(super) fn scale(&self) -> f64 {
        let count = self.count() as f64;
        let mean: f64 = self.observed().map(|(_, value)| value.abs() / count).sum();
        if mean > 0.0 && mean.is_finite() { mean } else { 1.0 }
    }

    /// What is observed, or an error with how many of them a method needs.
    pub(super) fn at_least(&self, least: usize) -> Result<(), KernelError> {
        let count = self.count();
        if count >= least {
            return Ok(());
        }
        Err(KernelError::TooFew { field: "values", count, least })
    }

    /// All periods with values: a missing one has what lies on the line between its neighbours of the same season, or beyond the last
    /// of them the nearest. It serves to take seasons off, never to learn from.
    pub(super) fn filled(&self) -> Vec<f64> {
        let seasonal = self.filled_by(self.period);
        let any = if seasonal.contains(&None) { self.filled_by(1) } else { Vec::new() };
        let or_any = |(index, value): (usize, Option<f64>)| {
            value.or_else(|| any.get(index).copied().flatten()).unwrap_or(0.0)
        };
        seasonal.into_iter().enumerate().map(or_any).collect()
    }

    /// The same from neighbours so many periods apart, where there are any.
    fn filled_by(&self, step: usize) -> Vec<Option<f64>> {
        let count = self.values.len();
        let nearest = |order: &mut dyn Iterator<Item = usize>| {
            let mut last = vec![None; step.min(count)];
            let mut found = vec![None; count];
            for index in order {
                let season = &mut last[index % step];
                *season = self.at(index).map(|value| (index, value)).or(*season);
                found[index] = *season;
            }
            found
        };
        let (before, after) = (nearest(&mut (0..count)), nearest(&mut (0..count).rev()));
        let line = |index: usize| match (before[index], after[index]) {
            (Some((from, low)), Some((to, high))) if from < to => {
                Some(low + (high - low) * ((index - from) as f64 / (to - from) as f64))
            }
            (one, other) => one.or(other).map(|(_, value): (usize, f64)| value),
        };
        (0..count).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_periods_are_filled_from_their_season() {
        let values = [10.0, 100.0, 12.0, 0.0, 14.0, 120.0, 0.0, 130.0];
        let missing = [false, false, false, true, false, false, true, false];
        let series = Series::new(&values).unwrap().seasonal(2).unwrap();
        let filled = series.missing(&missing).unwrap().filled();
        assert_eq!(filled, [10.0, 100.0, 12.0, 110.0, 14.0, 120.0, 14.0, 130.0]);
    }

    #[test]
    fn a_long_gap_is_filled_in_time_of_its_length() {
        let values = vec![1.0; 20_000];
        let mut missing = vec![true; 20_000];
        missing[0] = false;
        assert_eq!(Series::new(&values).unwrap().missing(&missing).unwrap().filled(), values);
    }

    #[test]
    fn what_is_no_series_is_refused_by_name() {
        assert!(Series::new(&[]).unwrap_err().to_string().contains("values has 0 values"));
        let series = Series::new(&[1.0, 2.0]).unwrap();
        assert!(series.seasonal(0).is_err());
        assert!(series.seasonal(usize::MAX).unwrap_err().to_string().contains("10,000 periods"));
        assert!(series.missing(&[true]).unwrap_err().to_string().starts_with("missing is 1"));
        assert!(series.missing(&[true, true]).is_err());
        assert!(series.missing(&[false, true]).unwrap().first(0).is_err());
    }
}
