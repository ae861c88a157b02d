//! How far forecasts were from what came.

use crate::KernelError;
use crate::error::finite;

/// How far forecasts were from what came. An error is what came less what was expected.
///
/// Shares are of 1: 0.05 for 5 %. What can't be said, such as a percentage of nothing, is none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Accuracy {
    /// How many forecasts.
    pub count: usize,
    /// The mean error: above zero where forecasts were too low.
    pub mean_error: f64,
    /// The mean of the errors' sizes (MAE).
    pub mean_absolute_error: f64,
    /// The root of the mean square (RMSE).
    pub root_mean_square_error: f64,
    /// The mean of the errors' sizes as parts of what came (MAPE); none where nothing came in some period.
    pub mape: Option<f64>,
    /// The mean of the errors' sizes as parts of the mean of both, from 0 to 2 (sMAPE); where both were zero, zero.
    pub smape: f64,
    /// All errors' sizes as a part of all that came (WAPE).
    pub wape: Option<f64>,
    /// All errors as a part of all that came.
    pub bias: Option<f64>,
    /// The mean of the errors' sizes as a part of that of a naive forecast within the known series (R. J. Hyndman and A. B. Koehler, 2006:
    /// MASE); none where that was without error, or not given.
    pub mase: Option<f64>,
}

/// The accuracy of forecasts.
///
/// # Errors
/// When there is none, there is another number of each, or one is no finite number.
///
/// ```
/// use fondaco_inventory::forecast::accuracy;
///
/// let told = accuracy(&[100.0, 120.0], &[110.0, 115.0])?;
/// assert_eq!((told.mean_error, told.mean_absolute_error), (-2.5, 7.5));
/// assert_eq!(told.wape, Some(15.0 / 220.0));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn accuracy(came: &[f64], expected: &[f64]) -> Result<Accuracy, KernelError> {
    if came.len() != expected.len() {
        return Err(KernelError::Contradiction {
            field: "expected",
            value: expected.len() as f64,
            other: "another number came",
            way_out: "give one forecast for each value that came",
        });
    }
    let mut sums = Sums::default();
    for (index, (came, expected)) in came.iter().zip(expected).enumerate() {
        let checked = || Ok((finite("came", *came)?, finite("expected", *expected)?));
        let (came, expected) = checked().map_err(|error: KernelError| error.at(index))?;
        sums.note(came, expected);
    }
    sums.accuracy().ok_or(KernelError::TooFew { field: "came", count: 0, least: 1 })
}

impl Accuracy {
    /// The same with the errors beside those of a naive forecast that had this mean absolute error; see [`naive_error`].
    #[must_use]
    pub fn beside_naive(self, naive_error: f64) -> Accuracy {
        let mase = self.mean_absolute_error / naive_error;
        Accuracy { mase: (naive_error > 0.0 && mase.is_finite()).then_some(mase), ..self }
    }
}

/// The mean absolute error of the naive forecast within a known series: of each value by the one so many periods before.
///
/// # Errors
/// When the series is not longer than that.
///
/// ```
/// let naive = fondaco_inventory::forecast::naive_error(&[10.0, 12.0, 9.0], 1)?;
/// assert_eq!(naive, 2.5);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn naive_error(known: &[f64], period: usize) -> Result<f64, KernelError> {
    let period = period.max(1);
    let count = known.len().saturating_sub(period);
    if count == 0 {
        let least = period.saturating_add(1);
        return Err(KernelError::TooFew { field: "known", count: known.len(), least });
    }
    let errors = known.iter().zip(&known[period..]).map(|(before, value)| (value - before).abs());
    finite("known", errors.sum::<f64>() / count as f64)
}

/// Sums over forecasts, from which all measures follow.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    count: usize,
    errors: f64,
    sizes: f64,
    squares: f64,
    parts: f64,
    of_nothing: bool,
    symmetric: f64,
    came: f64,
}

impl Sums {
    pub(super) fn note(&mut self, came: f64, expected: f64) {
        let error = came - expected;
        self.count += 1;
        self.errors += error;
        self.sizes += error.abs();
        self.squares += error * error;
        if came.abs() > 0.0 {
            self.parts += (error / came).abs();
        } else {
            self.of_nothing = true;
        }
        let both = (came.abs() + expected.abs()) / 2.0;
        if both > 0.0 {
            self.symmetric += error.abs() / both;
        }
        self.came += came.abs();
    }

    pub(super) fn accuracy(&self) -> Option<Accuracy> {
        let count = self.count as f64;
        let of_all = |part: f64| (self.came > 0.0).then(|| part / self.came);
        (self.count > 0).then(|| Accuracy {
            count: self.count,
            mean_error: self.errors / count,
            mean_absolute_error: self.sizes / count,
            root_mean_square_error: (self.squares / count).sqrt(),
            mape: (!self.of_nothing).then(|| self.parts / count),
            smape: self.symmetric / count,
            wape: of_all(self.sizes),
            bias: of_all(self.errors),
            mase: None,
        })
    }
}
