//! The normal distribution: the standard one as functions, and demands that are normal.

use statrs::function::erf::erfc_inv;

use super::Demand;
use super::demand::{Level, moments};
use super::special::{Tails, normal_tails};
use super::tail::half_square_exponential;
use crate::KernelError;
use crate::error::{finite, not_negative, positive, share};

/// One by the root of two pi.
const PEAK: f64 = 0.398_942_280_401_432_7;

/// The density at `z`.
///
/// # Errors
/// When `z` is not a finite number.
///
/// ```
/// let density = fondaco_inventory::probability::normal::density(0.0)?;
/// assert!((density - 0.398_942_280_401_432_7).abs() < 1e-15);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn density(z: f64) -> Result<f64, KernelError> {
    Ok(bell(finite("z", z)?))
}

/// How likely a value of at most `z` is.
///
/// # Errors
/// When `z` is not a finite number.
///
/// ```
/// let likely = fondaco_inventory::probability::normal::cumulative(1.96)?;
/// assert!((likely - 0.975).abs() < 1e-4);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn cumulative(z: f64) -> Result<f64, KernelError> {
    Ok(normal_tails(finite("z", z)?).below)
}

/// The value that is not exceeded with this probability: the safety factor of a cycle service level.
///
/// # Errors
/// When the probability is not above 0 and below 1.
///
/// ```
/// use fondaco_inventory::{KernelError, probability::normal};
///
/// assert!((normal::quantile(0.95)? - 1.644_853_626_951_472).abs() < 1e-12);
/// assert!(matches!(normal::quantile(1.0), Err(KernelError::NotAShare { .. })));
/// # Ok::<(), KernelError>(())
/// ```
pub fn quantile(probability: f64) -> Result<f64, KernelError> {
    Ok(deviate(share("probability", probability)?))
}

/// The standard loss: by how much a standard normal demand exceeds `z`, on average.
///
/// # Errors
/// When `z` is not a finite number.
///
/// ```
/// let loss = fondaco_inventory::probability::normal::loss(0.0)?;
/// assert!((loss - 0.398_942_280_401_432_7).abs() < 1e-15);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn loss(z: f64) -> Result<f64, KernelError> {
    Ok(standard_loss(finite("z", z)?))
}

/// The standard loss added up from `z` on: the integral of [`loss`], which is half the mean square of what exceeds `z`.
///
/// # Errors
/// When `z` is not a finite number.
///
/// ```
/// let second = fondaco_inventory::probability::normal::second_loss(0.0)?;
/// assert!((second - 0.25).abs() < 1e-15);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn second_loss(z: f64) -> Result<f64, KernelError> {
    Ok(standard_second_loss(finite("z", z)?))
}

/// The value whose standard [`loss`] this is: the safety factor of a fill rate.
///
/// It is below zero where more may be missing than one half of the peak: a low fill rate needs less than the mean.
///
/// # Errors
/// When the loss is not above zero.
///
/// ```
/// use fondaco_inventory::probability::normal;
///
/// let z = normal::inverse_loss(0.05)?;
/// assert!((normal::loss(z)? - 0.05).abs() < 1e-15);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn inverse_loss(loss: f64) -> Result<f64, KernelError> {
    let target = positive("loss", loss)?;
    // In logarithms the loss is concave, so that Newton steps from the right stay there; it is below the density, and below its
    // asymptote plus the peak.
    let mut z = if target > PEAK { PEAK - target } else { (2.0 * (PEAK / target).ln()).sqrt() };
    for _ in 0..100 {
        let value = standard_loss(z);
        let step = (value / target).ln() * value / normal_tails(z).above;
        if !step.is_finite() {
            break;
        }
        z += step;
        if step.abs() <= 1e-15 * z.abs().max(1.0) {
            break;
        }
    }
    Ok(z)
}

pub(crate) fn bell(z: f64) -> f64 {
    PEAK * half_square_exponential(z)
}

/// [`quantile`] of what is known to be a share. A step of Halley's makes all digits right.
pub(crate) fn deviate(probability: f64) -> f64 {
    if probability > 0.5 {
        return -deviate(1.0 - probability);
    }
    let z = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * probability);
    let newton = (normal_tails(z).below - probability) / bell(z);
    if newton.is_finite() { z - newton / (1.0 + 0.5 * z * newton) } else { z }
}

/// How likely a standard normal demand is above `z`.
pub(crate) fn above(z: f64) -> f64 {
    normal_tails(z).above
}

/// [`loss`] of what is known to be finite.
pub(crate) fn standard_loss(z: f64) -> f64 {
    (bell(z) - z * normal_tails(z).above).max(0.0)
}

pub(crate) fn standard_second_loss(z: f64) -> f64 {
    (0.5 * ((z * z + 1.0) * normal_tails(z).above - z * bell(z))).max(0.0)
}

/// A demand that is normal: of many independent buyers, or over a long time.
///
/// It may fall below zero, on paper: where the standard deviation is more than a third of the mean, [`Gamma`](super::Gamma) is the
/// better model.
///
/// ```
/// use fondaco_inventory::probability::{Demand, Normal};
///
/// let month = Normal::new(50.0, 8.0)?;
/// assert!((month.quantile(0.95)? - 63.158_829).abs() < 1e-6);
/// assert!((month.over(4.0)?.sd() - 16.0).abs() < 1e-12); // four months
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal {
    mean: f64,
    sd: f64,
}

impl Normal {
    /// Of this mean and standard deviation.
    ///
    /// # Errors
    /// When the mean is below zero or the standard deviation not above it.
    pub fn new(mean: f64, sd: f64) -> Result<Self, KernelError> {
        Ok(Self { mean: not_negative("mean", mean)?, sd: positive("sd", sd)? })
    }

    /// Of this mean and variance.
    ///
    /// # Errors
    /// When the mean is below zero or the variance not above it.
    pub fn from_moments(mean: f64, variance: f64) -> Result<Self, KernelError> {
        let (mean, variance) = moments(mean, variance)?;
        Self::new(mean, variance.sqrt())
    }

    /// The sum of the independent demands of this many periods, which need not be whole.
    ///
    /// # Errors
    /// When the periods are not above zero.
    pub fn over(&self, periods: f64) -> Result<Self, KernelError> {
        let periods = positive("periods", periods)?;
        Self::new(self.mean * periods, self.sd * periods.sqrt())
    }

    fn z(&self, x: f64) -> f64 {
        (x - self.mean) / self.sd
    }

    fn tails(&self, x: f64) -> Tails {
        normal_tails(self.z(x))
    }
}

impl Demand for Normal {
    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.sd * self.sd
    }

    fn sd(&self) -> f64 {
        self.sd
    }

    fn counts(&self) -> bool {
        false
    }

    fn density(&self, x: f64) -> f64 {
        bell(self.z(x)) / self.sd
    }

    fn cumulative(&self, x: f64) -> f64 {
        self.tails(x).below
    }

    fn exceeds(&self, x: f64) -> f64 {
        self.tails(x).above
    }

    fn loss(&self, x: f64) -> f64 {
        self.tail(x).1
    }

    fn tail(&self, x: f64) -> (f64, f64) {
        let z = self.z(x);
        let above = normal_tails(z).above;
        (above, self.sd * (bell(z) - z * above).max(0.0))
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        self.sd * standard_loss(-self.z(x))
    }

    fn second_loss(&self, x: f64) -> f64 {
        self.sd * self.sd * standard_second_loss(self.z(x))
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        Ok(self.mean + self.sd * Level::of_tail(tail)?.deviate())
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        Ok(self.mean + self.sd * Level::of_probability(probability)?.deviate())
    }
}
