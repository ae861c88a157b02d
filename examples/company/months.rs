//! The ends of months: what was shipped and not invoiced, received and not billed, is accrued, and the month is locked, so that nothing is
//! posted there any more.

use std::error::Error;

use chrono::Datelike;
use fondaco::{company::CloseMonth, prelude::*};

use crate::booking::Booking;

/// Whether a day is the last of its month.
pub fn is_last_of_month(day: NaiveDate) -> bool {
    day.succ_opt().is_some_and(|next| next.month() != day.month())
}

/// Closes the month that ends with a day: accruals, and then its list, every step of which must be done.
///
/// # Errors
/// The company refuses it.
pub fn close(booking: &Booking<'_>, end: NaiveDate) -> Result<(), Box<dyn Error>> {
    booking.close_month(end.with_day(1).unwrap_or(end))?;
    booking.firm.send(&format!("close/{end}"), &CloseMonth::ending(end))?;
    Ok(())
}
