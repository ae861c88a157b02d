//! Firm orders and their history, as they are read.

use std::sync::Arc;

use fondaco_core::{Id, Range, Reading};

use super::{FirmOrder, FirmOrderStep, FirmStatus};
use crate::StockError;

/// The firm orders of a status, by id.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn firm_orders(
    read: &mut impl Reading,
    status: FirmStatus,
) -> Result<Vec<Arc<FirmOrder>>, StockError> {
    Ok(read.peek_scan(&Range::by(FirmOrder::BY_STATUS, &status))?)
}

/// What was done with a firm order, step by step.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn firm_order_history(
    read: &mut impl Reading,
    order: Id<FirmOrder>,
) -> Result<Vec<Arc<FirmOrderStep>>, StockError> {
    Ok(read.peek_scan(&Range::<FirmOrderStep>::by_key(&order))?)
}
