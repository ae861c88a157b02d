//! Charts of what is measured: means with ranges or standard deviations, single values with moving ranges.

use super::{ChartConstants, ControlChart};
use crate::KernelError;
use crate::error::finite;

/// Means and how the values of a sample spread, with the standard deviation of the process that both limits rest on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SampleCharts {
    /// The chart of the means.
    pub means: ControlChart,
    /// The chart of the ranges, or of the standard deviations.
    pub spreads: ControlChart,
    /// The standard deviation of single values, from within the samples.
    pub sigma: f64,
}

/// Charts of means and ranges (X-bar and R), for samples of one size up to about ten.
///
/// # Errors
/// When there are fewer than two samples, they differ in size, have fewer than two values, or a value is no number.
///
/// ```
/// use fondaco_inventory::quality::spc::charts::xbar_r;
/// let charts = xbar_r(&[[9.9, 10.1, 10.0], [10.2, 10.0, 9.8], [10.0, 10.1, 9.9]])?;
/// assert!((charts.means.points[0].centre - 10.0).abs() < 1e-12);
/// assert!((charts.spreads.points[0].centre - 0.8 / 3.0).abs() < 1e-12);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn xbar_r<S: AsRef<[f64]>>(samples: &[S]) -> Result<SampleCharts, KernelError> {
    let constants = checked(samples)?;
    let ranges: Vec<f64> = samples.iter().map(|sample| range(sample.as_ref())).collect();
    let centre = mean(&ranges);
    let sigma = centre / constants.d2;
    charts(samples, ("Mean", "Range"), &ranges, (centre, sigma, constants.d3 * sigma))
}

/// Charts of means and standard deviations (X-bar and S), for samples of one size.
///
/// # Errors
/// As [`xbar_r`].
///
/// ```
/// use fondaco_inventory::quality::spc::charts::xbar_s;
/// let charts = xbar_s(&[[9.9, 10.1, 10.0], [10.2, 10.0, 9.8], [10.0, 10.1, 9.9]])?;
/// assert!((charts.sigma - 0.4 / 3.0 / 0.886_226_925_452_758).abs() < 1e-12);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn xbar_s<S: AsRef<[f64]>>(samples: &[S]) -> Result<SampleCharts, KernelError> {
    let constants = checked(samples)?;
    let spreads: Vec<f64> = samples.iter().map(|sample| deviation(sample.as_ref())).collect();
    let centre = mean(&spreads);
    let sigma = centre / constants.c4;
    charts(
        samples,
        ("Mean", "Standard deviation"),
        &spreads,
        (centre, sigma, constants.c5() * sigma),
    )
}

/// Charts of single values and of their moving ranges of two (I and MR). The first moving range is that of the second value.
///
/// # Errors
/// When there are fewer than two values, or one is no number.
///
/// ```
/// use fondaco_inventory::quality::spc::charts::individuals;
/// let (values, ranges) = individuals(&[10.0, 12.0, 11.0])?;
/// assert_eq!((values.points[0].centre, ranges.points[0].centre), (11.0, 1.5));
/// assert!((values.points[0].upper - (11.0 + 2.658_68 * 1.5)).abs() < 1e-4);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn individuals(values: &[f64]) -> Result<(ControlChart, ControlChart), KernelError> {
    if values.len() < 2 {
        return Err(KernelError::TooFew { field: "values", count: values.len(), least: 2 });
    }
    for (index, value) in values.iter().enumerate() {
        finite("values", *value).map_err(|error| error.at(index))?;
    }
    let constants = ChartConstants::of(2)?;
    let ranges: Vec<f64> = values.windows(2).map(range).collect();
    let centre = mean(&ranges);
    let sigma = centre / constants.d2;
    let of_values = vec![sigma; values.len()];
    let of_ranges = vec![constants.d3 * sigma; ranges.len()];
    let least = f64::NEG_INFINITY;
    let chart = ControlChart::around("Single values", values, mean(values), &of_values, least)?;
    Ok((chart, ControlChart::around("Moving range", &ranges, centre, &of_ranges, 0.0)?))
}

/// `spread` is its centre, the standard deviation of single values, and its own.
fn charts<S: AsRef<[f64]>>(
    samples: &[S],
    (of_means, of_spreads): (&'static str, &'static str),
    spreads: &[f64],
    (centre, sigma, sigma_of_spread): (f64, f64, f64),
) -> Result<SampleCharts, KernelError> {
    let means: Vec<f64> = samples.iter().map(|sample| mean(sample.as_ref())).collect();
    let size = samples.first().map_or(1, |sample| sample.as_ref().len());
    let sigmas = vec![sigma / (size as f64).sqrt(); samples.len()];
    let least = f64::NEG_INFINITY;
    let means = ControlChart::around(of_means, &means, mean(&means), &sigmas, least)?;
    let sigmas = vec![sigma_of_spread; samples.len()];
    let spreads = ControlChart::around(of_spreads, spreads, centre, &sigmas, 0.0)?;
    Ok(SampleCharts { means, spreads, sigma })
}

/// The constants for samples that make a chart.
pub(crate) fn checked<S: AsRef<[f64]>>(samples: &[S]) -> Result<ChartConstants, KernelError> {
    if samples.len() < 2 {
        return Err(KernelError::TooFew { field: "samples", count: samples.len(), least: 2 });
    }
    let size = samples.first().map_or(0, |sample| sample.as_ref().len());
    for (index, sample) in samples.iter().enumerate() {
        let sample = sample.as_ref();
        if sample.len() != size {
            return Err(KernelError::Contradiction {
                field: "samples",
                value: sample.len() as f64,
                other: "the first sample has another number of values",
                way_out: "give samples of one size",
            }
            .at(index));
        }
        for value in sample {
            finite("samples", *value).map_err(|error| error.at(index))?;
        }
    }
    ChartConstants::of(size)
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(crate) fn range(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most - values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The standard deviation of a sample, with one less than its size as divisor.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_that_make_no_chart_are_refused_by_name() {
        let refused = |samples: &[&[f64]]| xbar_r(samples).unwrap_err().to_string();
        assert_eq!(refused(&[&[1.0, 2.0]]), "samples has 1 values: give at least 2");
        assert!(
            refused(&[&[1.0, 2.0], &[1.0]]).starts_with("row 1 (counted from 0): samples is 1")
        );
        assert_eq!(refused(&[&[1.0], &[1.0]]), "sample has 1 values: give at least 2");
        assert!(refused(&[&[1.0, f64::INFINITY], &[1.0, 2.0]]).starts_with("row 0"));
        assert!(individuals(&[1.0]).is_err() && individuals(&[1.0, f64::NAN]).is_err());
        assert!(xbar_s(&[[1.0], [2.0]]).is_err());
    }

    #[test]
    fn the_lower_limit_of_a_range_is_no_less_than_zero() {
        let charts = xbar_r(&[[1.0, 2.0], [2.0, 4.0]]).unwrap();
        assert!(charts.spreads.points[0].lower.abs() < 1e-15);
    }
}
