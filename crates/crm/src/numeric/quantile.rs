//! Quantiles of sorted values.

/// The value below which this share of sorted values lies, between two neighbours on a line (Hyndman and Fan's type 7, as numpy and R have
/// it); zero for no values.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let part = place - below as f64;
    // From the nearer end, so that rounding does not lead beyond it.
    if part >= 0.5 { high - (high - low) * (1.0 - part) } else { low + (high - low) * part }
}
