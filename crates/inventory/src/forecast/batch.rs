//! Many series at once.

use std::num::NonZeroUsize;

use super::{Forecast, Method, Series};
use crate::{KernelError, threads};

/// Forecasts of many series by one method, on so many threads: the forecast of each, or why it has none.
///
/// No series knows of another, so the result is the same on any number of threads.
///
/// ```
/// use fondaco_inventory::forecast::{Method, Series, forecast_each};
/// use std::num::NonZeroUsize;
///
/// let sold = [[0.0, 3.0, 0.0, 5.0], [-1.0, 2.0, 2.0, 2.0]];
/// let series: Vec<Series<'_>> = sold.iter().map(|sold| Series::new(sold)).collect::<Result<_, _>>()?;
/// let method = Method::Sba { alpha: Some(0.1) };
/// let all = forecast_each(&series, &method, 4, NonZeroUsize::MIN);
/// assert!(all[0].is_ok());
/// assert!(all[1].as_ref().unwrap_err().to_string().contains("values is -1"));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[must_use]
pub fn forecast_each(
    series: &[Series<'_>],
    method: &Method,
    horizon: usize,
    threads: NonZeroUsize,
) -> Vec<Result<Forecast, KernelError>> {
    threads::each(series, threads, || (), |(), series| method.forecast(series, horizon))
}
