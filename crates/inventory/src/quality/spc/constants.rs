//! The constants of control charts, from the distributions of range and standard deviation of normal samples.
//!
//! `d2` and `d3` are mean and standard deviation of the range of `n` standard normal values (L. H. C. Tippett, 1925), integrated by
//! the trapezoid rule, which is exact to the last digits on smooth functions that vanish at both ends; `c4` is the mean of the
//! sample standard deviation, by gamma functions. The rest follows.

use statrs::function::gamma::ln_gamma;

use crate::KernelError;
use crate::probability::normal::{cumulative, density};

/// Ranges of larger samples say too little; take standard deviations.
const MOST: usize = 1_000;

/// The constants for samples of one size.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ChartConstants {
    /// How many values a sample has.
    pub sample_size: usize,
    /// The mean range of standard normal values.
    pub d2: f64,
    /// Its standard deviation.
    pub d3: f64,
    /// The mean sample standard deviation of standard normal values.
    pub c4: f64,
}

impl ChartConstants {
    /// The constants for samples of so many values.
    ///
    /// # Errors
    /// When a sample has fewer than 2 values or more than 1,000.
    ///
    /// ```
    /// use fondaco_inventory::quality::ChartConstants;
    /// let five = ChartConstants::of(5)?;
    /// assert!((five.d2 - 2.325_928_947_281_04).abs() < 1e-12);
    /// assert!((five.a2() - 0.576_819_334_085_086).abs() < 1e-12);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn of(sample_size: usize) -> Result<ChartConstants, KernelError> {
        if sample_size < 2 {
            return Err(KernelError::TooFew { field: "sample", count: sample_size, least: 2 });
        }
        if sample_size > MOST {
            return Err(KernelError::Contradiction {
                field: "sample_size",
                value: sample_size as f64,
                other: "its range says too little above 1000",
                way_out: "split the samples",
            });
        }
        let n = sample_size as f64;
        let mean = mean_range(n)?;
        let spread = (mean_square_range(n)? - mean * mean).max(0.0).sqrt();
        let c4 = (2.0 / (n - 1.0)).sqrt() * (ln_gamma(n / 2.0) - ln_gamma((n - 1.0) / 2.0)).exp();
        Ok(ChartConstants { sample_size, d2: mean, d3: spread, c4 })
    }

    fn root(&self) -> f64 {
        (self.sample_size as f64).sqrt()
    }

    /// How far the limits of a mean lie from the centre, in mean ranges.
    #[must_use]
    pub fn a2(&self) -> f64 {
        3.0 / (self.d2 * self.root())
    }

    /// How far the limits of a mean lie from the centre, in mean standard deviations.
    #[must_use]
    pub fn a3(&self) -> f64 {
        3.0 / (self.c4 * self.root())
    }

    /// The lower limit of a range, in mean ranges.
    #[must_use]
    pub fn d_lower(&self) -> f64 {
        (1.0 - 3.0 * self.d3 / self.d2).max(0.0)
    }

    /// The upper limit of a range, in mean ranges: D4 of the tables, as [`ChartConstants::d_lower`] is D3.
    #[must_use]
    pub fn d_upper(&self) -> f64 {
        1.0 + 3.0 * self.d3 / self.d2
    }

    /// The standard deviation of a sample's standard deviation, in units of the process's.
    #[must_use]
    pub fn c5(&self) -> f64 {
        (1.0 - self.c4 * self.c4).max(0.0).sqrt()
    }

    /// The lower limit of a standard deviation, in mean ones: B3 of the tables.
    #[must_use]
    pub fn b_lower(&self) -> f64 {
        (1.0 - 3.0 * self.c5() / self.c4).max(0.0)
    }

    /// The upper limit of a standard deviation, in mean ones: B4 of the tables.
    #[must_use]
    pub fn b_upper(&self) -> f64 {
        1.0 + 3.0 * self.c5() / self.c4
    }

    /// How far the limits of single values lie from the centre, in mean moving ranges of so many values.
    #[must_use]
    pub fn e2(&self) -> f64 {
        3.0 / self.d2
    }
}

/// Steps from one end to the other.
fn steps(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let count = ((to - from) / step).round() as u32;
    (0..=count).map(move |at| from + f64::from(at) * step)
}

/// The mean range: the integral of how likely a place lies between the smallest and the largest value.
fn mean_range(n: f64) -> Result<f64, KernelError> {
    let step = 0.05;
    let mut sum = 0.0;
    for x in steps(-9.0, 9.0, step) {
        sum += 1.0 - cumulative(x)?.powf(n) - cumulative(-x)?.powf(n);
    }
    Ok(sum * step)
}

/// The mean square of the range, 2 ∫ r P(R > r) dr, over r = exp(u), where the integrand vanishes at both ends.
fn mean_square_range(n: f64) -> Result<f64, KernelError> {
    let step = 0.0625;
    // The values of the inner integral that stay the same for all r.
    let places: Vec<f64> = steps(-9.0, 9.0, 0.125).collect();
    let mut sum = 0.0;
    for u in steps(-18.0, 3.0, step) {
        let r = u.exp();
        sum += 2.0 * r * r * longer_range(n, r, &places)?;
    }
    Ok(sum * step)
}

/// How likely the range of `n` values is longer than `r`: 1 - n ∫ φ(x) (Φ(x + r) - Φ(x))^(n-1) dx.
fn longer_range(n: f64, r: f64, places: &[f64]) -> Result<f64, KernelError> {
    let mut within = 0.0;
    for x in places {
        // Differences of small tails, where both lie above the mean.
        let (low, high) = (*x, x + r);
        let mass = if low > 0.0 {
            cumulative(-low)? - cumulative(-high)?
        } else {
            cumulative(high)? - cumulative(low)?
        };
        within += density(low)? * mass.powf(n - 1.0);
    }
    Ok((1.0 - n * within * 0.125).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_have_a_closed_form() {
        let two = ChartConstants::of(2).unwrap();
        let pi = std::f64::consts::PI;
        assert!((two.d2 - 2.0 / pi.sqrt()).abs() < 1e-12);
        assert!((two.d3 - (2.0 - 4.0 / pi).sqrt()).abs() < 1e-11, "{}", two.d3);
        assert!((two.c4 - (2.0 / pi).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn three_values_have_a_closed_form_too() {
        let three = ChartConstants::of(3).unwrap();
        assert!((three.d2 - 3.0 / std::f64::consts::PI.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn large_samples_stay_smooth() {
        // H. L. Harter, "Tables of range and studentized range" (1960).
        let hundred = ChartConstants::of(100).unwrap();
        assert!((hundred.d2 - 5.0152).abs() < 1e-4 && (hundred.d3 - 0.6052).abs() < 1e-3);
    }

    #[test]
    fn a_sample_of_one_has_no_range() {
        assert_eq!(
            ChartConstants::of(1).unwrap_err().to_string(),
            "sample has 1 values: give at least 2"
        );
        assert!(ChartConstants::of(1_001).is_err());
    }
}
