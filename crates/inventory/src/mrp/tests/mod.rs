//! What a plan must be: by hand, by the textbook's planner over random networks, and by its own rules.

mod apart;
mod by_hand;
mod forecasts;
mod model;
mod naive;
mod properties;
mod refusals;
mod told;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// So many days after Monday, 5 January 2026.
fn day(after: i64) -> NaiveDate {
    let start: NaiveDate = "2026-01-05".parse().unwrap();
    let days = Days::new(after.unsigned_abs());
    if after < 0 { start - days } else { start + days }
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}
