//! What stock does and costs, in single figures.

use crate::KernelError;
use crate::error::{not_negative, positive};

/// How many days the stock lasts at this daily demand.
///
/// # Errors
/// When the stock is below zero or the demand is not above it.
///
/// ```
/// assert_eq!(fondaco_inventory::measures::days_of_cover(120.0, 8.0)?, 15.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn days_of_cover(on_hand: f64, daily_demand: f64) -> Result<f64, KernelError> {
    Ok(not_negative("on_hand", on_hand)? / positive("daily_demand", daily_demand)?)
}
