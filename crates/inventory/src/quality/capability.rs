//! Process capability: whether what a process makes keeps within its tolerance.
//!
//! V. E. Kane (1986); Montgomery, ch. 8; ISO 22514-2. Cp and Cpk take the spread within samples, what the process could do; Pp and Ppk
//! the spread of all values, what it did. All assume that values are normally distributed and the process in control.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::spc::charts::{checked, deviation, mean, range};
use crate::KernelError;
use crate::error::{finite, positive, share};
use crate::probability::normal;

/// Between what a value has to lie; one side may be open.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Tolerance {
    /// The least that is allowed.
    pub lower: Option<f64>,
    /// The most that is allowed.
    pub upper: Option<f64>,
}

impl Tolerance {
    /// From the least to the most.
    #[must_use]
    pub fn between(lower: f64, upper: f64) -> Tolerance {
        Tolerance { lower: Some(lower), upper: Some(upper) }
    }

    /// At least so much.
    #[must_use]
    pub fn at_least(lower: f64) -> Tolerance {
        Tolerance { lower: Some(lower), upper: None }
    }

    /// At most so much.
    #[must_use]
    pub fn at_most(upper: f64) -> Tolerance {
        Tolerance { lower: None, upper: Some(upper) }
    }

    fn checked(self) -> Result<Tolerance, KernelError> {
        for (field, limit) in [("lower", self.lower), ("upper", self.upper)] {
            limit.map_or(Ok(0.0), |limit| finite(field, limit))?;
        }
        match (self.lower, self.upper) {
            (None, None) => Err(KernelError::TooFew { field: "tolerance", count: 0, least: 1 }),
            (Some(lower), Some(upper)) if upper <= lower => Err(KernelError::Contradiction {
                field: "upper",
                value: upper,
                other: "lower is not below it",
                way_out: "give the larger limit as upper",
            }),
            _ => Ok(self),
        }
    }
}

/// A figure with the limits between which it lies with the confidence asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Interval {
    /// The figure.
    pub value: f64,
    /// It is hardly less.
    pub lower: f64,
    /// It is hardly more.
    pub upper: f64,
}

/// How able a process is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Capability {
    /// The mean of all values.
    pub mean: f64,
    /// The standard deviation within samples, by the mean range.
    pub sigma_within: f64,
    /// The standard deviation of all values.
    pub sigma_overall: f64,
    /// The tolerance over six standard deviations within samples; none where a side is open.
    pub cp: Option<Interval>,
    /// The distance from the mean to the nearer limit over three standard deviations within samples.
    pub cpk: Interval,
    /// As `cp`, by all values.
    pub pp: Option<Interval>,
    /// As `cpk`, by all values.
    pub ppk: Interval,
    /// The share of values that is to be expected outside the tolerance, from 0 to 1, by the spread of all values.
    pub nonconforming: f64,
}

/// How able a process is, from samples of one size in order of time, with two-sided intervals of this confidence.
///
/// The intervals of Cp and Pp are those of a chi-square (exact for Pp; for Cp with as many degrees of freedom as the mean range is
/// worth, `m d2² / 2 d3²` for `m` samples), those of Cpk and Ppk A. F. Bissell's approximation (1990).
///
/// # Errors
/// When the samples make no chart, nothing varies, the tolerance has no limit or none below the other, or the confidence is not above 0
/// and below 1.
///
/// ```
/// use fondaco_inventory::quality::{Tolerance, capability};
/// let samples = [[9.9, 10.1, 10.0], [10.2, 10.0, 9.8], [10.0, 10.1, 9.9], [9.9, 10.0, 10.2]];
/// let able = capability(&samples, Tolerance::between(9.4, 10.6), 0.95)?;
/// assert!(able.cpk.value <= able.cp.map_or(0.0, |cp| cp.value));
/// assert!(able.cpk.lower < able.cpk.value && able.cpk.value < able.cpk.upper);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn capability<S: AsRef<[f64]>>(
    samples: &[S],
    tolerance: Tolerance,
    confidence: f64,
) -> Result<Capability, KernelError> {
    let constants = checked(samples)?;
    let tolerance = tolerance.checked()?;
    let confidence = share("confidence", confidence)?;
    let ranges: Vec<f64> = samples.iter().map(|sample| range(sample.as_ref())).collect();
    let values: Vec<f64> = samples.iter().flat_map(|sample| sample.as_ref()).copied().collect();
    let centre = finite("mean", mean(&values))?;
    let within = positive("sigma_within", mean(&ranges) / constants.d2)?;
    let overall = positive("sigma_overall", deviation(&values))?;
    let count = values.len() as f64;
    let worth = samples.len() as f64 * (constants.d2 / constants.d3).powi(2) / 2.0;
    let both = |sigma: f64, freedom: f64| {
        let width = tolerance.lower.zip(tolerance.upper).map(|(lower, upper)| upper - lower);
        let able = width.map(|width| spread_interval(width / (6.0 * sigma), freedom, confidence));
        let nearest = nearest(tolerance, centre) / (3.0 * sigma);
        let centred = centred_interval(nearest, count, freedom, confidence)?;
        Ok::<_, KernelError>((able.transpose()?, centred))
    };
    let (cp, cpk) = both(within, worth)?;
    let (pp, ppk) = both(overall, count - 1.0)?;
    let nonconforming = outside(tolerance, centre, overall)?;
    let (sigma_within, sigma_overall) = (within, overall);
    Ok(Capability { mean: centre, sigma_within, sigma_overall, cp, cpk, pp, ppk, nonconforming })
}

/// The distance from the mean to the nearer limit; below zero where the mean lies outside.
fn nearest(tolerance: Tolerance, mean: f64) -> f64 {
    let below = tolerance.lower.map_or(f64::INFINITY, |lower| mean - lower);
    below.min(tolerance.upper.map_or(f64::INFINITY, |upper| upper - mean))
}

fn spread_interval(value: f64, freedom: f64, confidence: f64) -> Result<Interval, KernelError> {
    let (what, why) = ("the confidence interval", "there are too few samples");
    let chi = ChiSquared::new(freedom).map_err(|_| KernelError::NoAnswer { what, why })?;
    let tail = (1.0 - confidence) / 2.0;
    let at = |probability| value * (chi.inverse_cdf(probability) / freedom).sqrt();
    Ok(Interval { value, lower: at(tail), upper: at(1.0 - tail) })
}

fn centred_interval(
    value: f64,
    count: f64,
    freedom: f64,
    confidence: f64,
) -> Result<Interval, KernelError> {
    let z = normal::quantile(1.0 - (1.0 - confidence) / 2.0)?;
    let by = z * (1.0 / (9.0 * count) + value * value / (2.0 * freedom)).sqrt();
    let value = finite("cpk", value)?;
    Ok(Interval { value, lower: value - by, upper: value + by })
}

fn outside(tolerance: Tolerance, mean: f64, sigma: f64) -> Result<f64, KernelError> {
    let below =
        tolerance.lower.map_or(Ok(0.0), |lower| normal::cumulative((lower - mean) / sigma))?;
    let above =
        tolerance.upper.map_or(Ok(0.0), |upper| normal::cumulative((mean - upper) / sigma))?;
    Ok((below + above).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [[f64; 3]; 3] = [[9.9, 10.1, 10.0], [10.2, 10.0, 9.8], [10.0, 10.1, 9.9]];

    #[test]
    fn with_one_limit_there_is_no_cp() {
        let able = capability(&SAMPLES, Tolerance::at_most(10.6), 0.9).unwrap();
        assert!(able.cp.is_none() && able.pp.is_none());
        assert!((able.cpk.value - 0.6 / (3.0 * able.sigma_within)).abs() < 1e-9);
        assert!(
            (able.nonconforming - normal::cumulative(-0.6 / able.sigma_overall).unwrap()).abs()
                < 1e-9
        );
    }

    #[test]
    fn a_mean_outside_the_tolerance_is_below_zero() {
        assert!(capability(&SAMPLES, Tolerance::at_least(11.0), 0.9).unwrap().cpk.value < 0.0);
    }

    #[test]
    fn more_confidence_is_a_wider_interval() {
        let width = |confidence| {
            let able = capability(&SAMPLES, Tolerance::between(9.0, 11.0), confidence).unwrap();
            let cp = able.cp.unwrap();
            assert!(cp.lower < cp.value && cp.value < cp.upper);
            cp.upper - cp.lower
        };
        assert!(width(0.99) > width(0.9));
    }

    #[test]
    fn what_has_no_capability_is_refused_by_name() {
        let of = |samples: &[[f64; 2]], tolerance, confidence| {
            capability(samples, tolerance, confidence).unwrap_err().to_string()
        };
        let (samples, good) = ([[1.0, 2.0], [2.0, 3.0]], Tolerance::between(0.0, 9.0));
        assert_eq!(of(&[[1.0, 1.0]; 2], good, 0.9), "sigma_within is 0: give a number above zero");
        assert!(of(&samples, Tolerance::default(), 0.9).starts_with("tolerance has 0 values"));
        assert!(of(&samples, Tolerance::between(2.0, 2.0), 0.9).starts_with("upper is 2, but"));
        assert!(of(&samples, good, 1.0).starts_with("confidence is 1"));
        assert!(of(&samples, Tolerance::at_least(f64::NAN), 0.9).starts_with("lower is NaN"));
    }
}
