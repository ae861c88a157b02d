//! Charts of what is counted: nonconforming items (p, np) and nonconformities (c, u).
//!
//! The limits of p and np are those of the binomial, those of c and u those of the Poisson distribution, both by their standard
//! deviation; none is below zero, and none of a share above one.

use super::ControlChart;
use crate::KernelError;
use crate::error::positive;

/// The share of nonconforming items of samples (p), which may differ in size: the limits follow the size.
///
/// # Errors
/// When there are no samples, the tables differ in length, or a sample is empty or has more nonconforming items than items.
///
/// ```
/// use fondaco_inventory::quality::spc::attributes::shares;
/// let chart = shares(&[3, 1, 4, 2, 0, 5, 2, 1, 3, 2], &[100; 10])?;
/// assert!((chart.points[0].upper - 0.067_970_990_6).abs() < 1e-9);
/// assert_eq!(chart.points[0].lower, 0.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn shares(nonconforming: &[u64], sizes: &[u64]) -> Result<ControlChart, KernelError> {
    let centre = overall_share(nonconforming, sizes)?;
    let values: Vec<f64> =
        nonconforming.iter().zip(sizes).map(|(bad, size)| *bad as f64 / *size as f64).collect();
    let sigma = |size: &u64| (centre * (1.0 - centre) / *size as f64).sqrt();
    let sigmas: Vec<f64> = sizes.iter().map(sigma).collect();
    let chart = ControlChart::around("Share nonconforming", &values, centre, &sigmas, 0.0)?;
    Ok(capped(chart, 1.0))
}

/// The number of nonconforming items of samples of one size (np).
///
/// # Errors
/// As [`shares`].
///
/// ```
/// use fondaco_inventory::quality::spc::attributes::nonconforming;
/// let chart = nonconforming(&[3, 1, 4, 2, 0, 5, 2, 1, 3, 2], 100)?;
/// assert!((chart.points[0].upper - 6.797_099_06).abs() < 1e-7);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn nonconforming(found: &[u64], sample_size: u64) -> Result<ControlChart, KernelError> {
    let share = overall_share(found, &vec![sample_size; found.len()])?;
    let values: Vec<f64> = found.iter().map(|bad| *bad as f64).collect();
    let size = sample_size as f64;
    let sigmas = vec![(size * share * (1.0 - share)).sqrt(); found.len()];
    let chart = ControlChart::around("Number nonconforming", &values, size * share, &sigmas, 0.0)?;
    Ok(capped(chart, size))
}

/// The number of nonconformities of units of one kind and size (c).
///
/// # Errors
/// When there are no counts.
///
/// ```
/// use fondaco_inventory::quality::spc::attributes::counts;
/// let chart = counts(&[4, 6, 3, 7, 5, 2, 8, 4, 5, 6])?;
/// assert_eq!(chart.points[0].centre, 5.0);
/// assert!((chart.points[0].upper - 11.708_203_9).abs() < 1e-6);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn counts(nonconformities: &[u64]) -> Result<ControlChart, KernelError> {
    let values: Vec<f64> = nonconformities.iter().map(|count| *count as f64).collect();
    if values.is_empty() {
        return Err(KernelError::TooFew { field: "nonconformities", count: 0, least: 1 });
    }
    let centre = super::charts::mean(&values);
    let sigmas = vec![centre.sqrt(); values.len()];
    ControlChart::around("Nonconformities", &values, centre, &sigmas, 0.0)
}

/// The nonconformities per unit of samples of some units each (u), which may differ in size: the limits follow the size.
///
/// # Errors
/// When there are no samples, the tables differ in length, or a sample has no units.
///
/// ```
/// use fondaco_inventory::quality::spc::attributes::counts_per_unit;
/// let chart = counts_per_unit(&[4, 12], &[1.0, 3.0])?;
/// assert_eq!((chart.points[1].value, chart.points[1].centre), (4.0, 4.0));
/// assert!(chart.points[1].upper < chart.points[0].upper);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn counts_per_unit(
    nonconformities: &[u64],
    units: &[f64],
) -> Result<ControlChart, KernelError> {
    same_length(nonconformities, units.len())?;
    for (index, units) in units.iter().enumerate() {
        positive("units", *units).map_err(|error| error.at(index))?;
    }
    let all: f64 = nonconformities.iter().map(|count| *count as f64).sum();
    let centre = all / units.iter().sum::<f64>();
    let rows = nonconformities.iter().zip(units);
    let values: Vec<f64> = rows.map(|(count, units)| *count as f64 / units).collect();
    let sigmas: Vec<f64> = units.iter().map(|units| (centre / units).sqrt()).collect();
    ControlChart::around("Nonconformities per unit", &values, centre, &sigmas, 0.0)
}

fn overall_share(nonconforming: &[u64], sizes: &[u64]) -> Result<f64, KernelError> {
    same_length(nonconforming, sizes.len())?;
    let (mut bad, mut all) = (0.0, 0.0);
    for (index, (found, size)) in nonconforming.iter().zip(sizes).enumerate() {
        let size = positive("sizes", *size as f64).map_err(|error| error.at(index))?;
        let found = *found as f64;
        if found > size {
            return Err(KernelError::Contradiction {
                field: "nonconforming",
                value: found,
                other: "the sample is smaller",
                way_out: "give at most its size",
            }
            .at(index));
        }
        (bad, all) = (bad + found, all + size);
    }
    Ok(bad / all)
}

fn same_length(found: &[u64], sizes: usize) -> Result<(), KernelError> {
    if found.is_empty() {
        return Err(KernelError::TooFew { field: "samples", count: 0, least: 1 });
    }
    if sizes == found.len() {
        return Ok(());
    }
    Err(KernelError::Contradiction {
        field: "sizes",
        value: sizes as f64,
        other: "there is another number of samples",
        way_out: "give one for each",
    })
}

fn capped(mut chart: ControlChart, most: f64) -> ControlChart {
    for point in &mut chart.points {
        point.upper = point.upper.min(most);
    }
    chart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_follow_the_size_of_the_sample() {
        let chart = shares(&[10, 40], &[100, 400]).unwrap();
        let [small, large] = [chart.points[0], chart.points[1]];
        assert!((small.upper - 0.1 - 2.0 * (large.upper - 0.1)).abs() < 1e-12);
    }

    #[test]
    fn no_share_has_a_limit_above_all() {
        let chart = shares(&[9, 10], &[10, 10]).unwrap();
        assert!((chart.points[0].upper - 1.0).abs() < 1e-15);
        assert!((nonconforming(&[9, 10], 10).unwrap().points[0].upper - 10.0).abs() < 1e-15);
    }

    #[test]
    fn samples_that_make_no_sense_are_refused_by_name() {
        let text = |error: KernelError| error.to_string();
        assert!(shares(&[1], &[]).map_err(text).unwrap_err().starts_with("sizes is 0, but"));
        assert!(shares(&[1], &[0]).map_err(text).unwrap_err().contains("sizes is 0: give"));
        assert!(shares(&[3], &[2]).map_err(text).unwrap_err().contains("nonconforming is 3, but"));
        assert!(counts(&[]).is_err() && shares(&[], &[]).is_err());
        assert!(counts_per_unit(&[1], &[0.0]).is_err());
        assert!(nonconforming(&[1], 0).is_err());
    }
}
