//! The standard normal distribution.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use crate::KernelError;
use crate::error::{finite, share};

fn standard() -> Normal {
    Normal::standard()
}

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
    Ok(standard().pdf(finite("z", z)?))
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
    Ok(standard().cdf(finite("z", z)?))
}

/// The value that is not exceeded with this probability: the safety factor of a cycle service level.
///
/// # Errors
/// When the probability is not above 0 and below 1.
///
/// ```
/// use fondaco_inventory::{KernelError, probability::normal};
///
/// assert!((normal::quantile(0.95)? - 1.644_853_626_951_472).abs() < 1e-9);
/// assert!(matches!(normal::quantile(1.0), Err(KernelError::NotAShare { .. })));
/// # Ok::<(), KernelError>(())
/// ```
pub fn quantile(probability: f64) -> Result<f64, KernelError> {
    Ok(standard().inverse_cdf(share("probability", probability)?))
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
    let above = standard().sf(finite("z", z)?);
    Ok((standard().pdf(z) - z * above).max(0.0))
}
