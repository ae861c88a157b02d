//! Many series at once.

use std::num::NonZeroUsize;
use std::thread;

use super::{Forecast, Method, Series};
use crate::KernelError;

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
    let of = |series: &Series<'_>| method.forecast(series, horizon);
    // Small parts in turn, so that a part with long series doesn't keep all waiting.
    let part = series.len().div_ceil(threads.get().saturating_mul(8)).max(1);
    let threads = threads.get().min(series.len().div_ceil(part));
    if threads <= 1 {
        return series.iter().map(of).collect();
    }
    let parts: Vec<&[Series<'_>]> = series.chunks(part).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            && let Some(part) = parts.get(at)
        {
            done.push((at, part.iter().map(of).collect::<Vec<_>>()));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for helper in helpers {
            match helper.join() {
                Ok(parts) => done.extend(parts),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, part)| part).collect()
}
