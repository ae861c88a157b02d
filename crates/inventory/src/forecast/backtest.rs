//! What methods would have forecast in the past, beside what came then.

use super::accuracy::{Accuracy, Sums};
use super::{Method, Series, naive_error};
use crate::KernelError;

/// From when on forecasts are made again, and how far ahead each looks.
///
/// ```
/// use fondaco_inventory::forecast::{Backtest, Method, Series};
///
/// let sold = [10.0, 14.0, 11.0, 15.0, 12.0, 16.0, 13.0, 17.0];
/// let series = Series::new(&sold)?.seasonal(2)?;
/// let test = Backtest::new(4, 2);
/// let (naive, seasonal) = (test.run(&series, &Method::Naive)?, test.run(&series, &Method::SeasonalNaive)?);
/// assert_eq!((naive.origins, naive.all.mean_absolute_error), (4, 17.0 / 7.0));
/// assert_eq!(seasonal.all.mean_absolute_error, 1.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backtest {
    /// How many periods the first forecast knows.
    pub known: usize,
    /// How many periods each forecast looks ahead; the last ones less.
    pub horizon: usize,
    /// After how many periods the next forecast is made.
    pub every: usize,
}

/// How a method did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Backtested {
    /// How many forecasts were made.
    pub origins: usize,
    /// Over all of them.
    pub all: Accuracy,
    /// By how far ahead, the next period first; none where no forecast met a value.
    pub ahead: Vec<Option<Accuracy>>,
}

impl Backtest {
    /// Forecasts of so many periods ahead, made each period, of which the first knows this many.
    #[must_use]
    pub fn new(known: usize, horizon: usize) -> Backtest {
        Backtest { known, horizon, every: 1 }
    }

    /// The same, made only after so many periods.
    #[must_use]
    pub fn every(self, every: usize) -> Backtest {
        Backtest { every, ..self }
    }

    /// How a method would have done. Missing periods are compared with nothing. Errors stand beside those of the naive forecast, seasonal
    /// where the series is, within what the first forecast knew ([`Accuracy::mase`]).
    ///
    /// # Errors
    /// When nothing is left to compare with, a number is zero, or the method refuses what was known.
    pub fn run(&self, series: &Series<'_>, method: &Method) -> Result<Backtested, KernelError> {
        for (field, number) in
            [("known", self.known), ("horizon", self.horizon), ("every", self.every)]
        {
            if number == 0 {
                return Err(KernelError::NotPositive { field, value: 0.0 });
            }
        }
        let horizon = self.horizon.min(series.len());
        let (mut all, mut ahead) = (Sums::default(), vec![Sums::default(); horizon]);
        let mut origins = 0;
        for known in (self.known..series.len()).step_by(self.every) {
            let forecast = method.forecast(&series.first(known)?, horizon)?;
            origins += 1;
            for (after, (expected, sums)) in forecast.points.iter().zip(&mut ahead).enumerate() {
                if let Some(came) = series.at(known + after) {
                    all.note(came, *expected);
                    sums.note(came, *expected);
                }
            }
        }
        let least = self.known.saturating_add(1);
        let too_few = KernelError::TooFew { field: "values", count: series.len(), least };
        let all = all.accuracy().ok_or(too_few)?;
        let naive = naive_error(&series.first(self.known)?.filled(), series.period()).ok();
        let beside = |told: Accuracy| naive.map_or(told, |naive| told.beside_naive(naive));
        let ahead = ahead.iter().map(|sums| sums.accuracy().map(beside)).collect();
        Ok(Backtested { origins, all: beside(all), ahead })
    }

    /// The method that would have had the least mean absolute error, with how all did, in their order. What refuses the series is
    /// left out.
    ///
    /// # Errors
    /// When none of them can be tested.
    ///
    /// ```
    /// use fondaco_inventory::forecast::{Backtest, Method, Series};
    ///
    /// let sold: Vec<f64> = (0..40).map(|week| 50.0 + 2.0 * f64::from(week)).collect();
    /// let methods = [Method::Naive, Method::Mean, Method::Drift];
    /// let (best, _) = Backtest::new(20, 4).best(&Series::new(&sold)?, &methods)?;
    /// assert_eq!(best, Method::Drift);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn best(
        &self,
        series: &Series<'_>,
        methods: &[Method],
    ) -> Result<(Method, Vec<(Method, Backtested)>), KernelError> {
        let mut refused = None;
        let mut tested = Vec::with_capacity(methods.len());
        for method in methods {
            match self.run(series, method) {
                Ok(done) => tested.push((*method, done)),
                Err(error) => refused = Some(error),
            }
        }
        let size = |done: &Backtested| done.all.mean_absolute_error;
        let best = tested.iter().min_by(|one, other| size(&one.1).total_cmp(&size(&other.1)));
        match best.map(|(method, _)| *method) {
            Some(best) => Ok((best, tested)),
            None => Err(refused.unwrap_or(KernelError::TooFew {
                field: "methods",
                count: methods.len(),
                least: 1,
            })),
        }
    }
}
