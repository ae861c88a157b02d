//! How fast stock moves: turns, days of cover, and who moves fast, slowly or not at all.

use chrono::NaiveDate;

use crate::KernelError;
use crate::error::{finite, not_negative, positive};

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
    let days = not_negative("on_hand", on_hand)? / positive("daily_demand", daily_demand)?;
    finite("days_of_cover", days)
}

/// How often stock turned over: what was issued in a period over the mean stock of the period, both at cost, or both in pieces.
/// A period of a year gives turns per year; 365 over it is how many days stock stays.
///
/// # Errors
/// When what was issued is below zero or the stock is not above it.
///
/// ```
/// assert_eq!(fondaco_inventory::measures::turns(480_000.0, 80_000.0)?, 6.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn turns(issued: f64, mean_stock: f64) -> Result<f64, KernelError> {
    finite("turns", not_negative("issued", issued)? / positive("mean_stock", mean_stock)?)
}

/// How an item moves: the F, S and N of FSN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Movement {
    /// It turns over often.
    Fast,
    /// It turns over now and then.
    Slow,
    /// It was not issued for long, or lies as if it never were.
    NonMoving,
}

/// What counts as fast, slow and not moving.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MovementRule {
    /// An item with more turns a year is fast.
    pub fast_turns_per_year: f64,
    /// An item with fewer turns a year does not move; between the two it is slow.
    pub slow_turns_per_year: f64,
    /// An item without an issue for more than so many days does not move, whatever its turns were.
    pub idle_days: i64,
}

impl MovementRule {
    /// These turns a year, and days without an issue.
    #[must_use]
    pub fn new(fast_turns_per_year: f64, slow_turns_per_year: f64, idle_days: i64) -> MovementRule {
        MovementRule { fast_turns_per_year, slow_turns_per_year, idle_days }
    }
}

impl Default for MovementRule {
    /// The usual ones: fast above 3 turns a year, not moving below 1, or after a year without an issue.
    fn default() -> MovementRule {
        MovementRule::new(3.0, 1.0, 365)
    }
}

/// Whether an item moves fast, slowly or not at all, by its turns a year and its last issue; what was never issued does not move.
///
/// # Errors
/// When the turns are below zero, the last issue lies after today, or the rule contradicts itself.
///
/// ```
/// use fondaco_inventory::measures::{Movement, MovementRule, fsn};
/// let (today, last) = ("2026-11-26".parse()?, "2026-11-20".parse()?);
/// assert_eq!(fsn(6.0, Some(last), today, &MovementRule::default())?, Movement::Fast);
/// assert_eq!(fsn(6.0, None, today, &MovementRule::default())?, Movement::NonMoving);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fsn(
    turns_per_year: f64,
    last_issue: Option<NaiveDate>,
    today: NaiveDate,
    rule: &MovementRule,
) -> Result<Movement, KernelError> {
    let (fast, slow) = (rule.fast_turns_per_year, rule.slow_turns_per_year);
    positive("slow_turns_per_year", slow)?;
    let contradicts = |field, value, other, way_out| {
        Err(KernelError::Contradiction { field, value, other, way_out })
    };
    if finite("fast_turns_per_year", fast)? < slow {
        let other = "slow_turns_per_year is above it";
        return contradicts("fast_turns_per_year", fast, other, "give the larger as fast");
    }
    if rule.idle_days < 1 {
        let way_out = "give at least 1 day";
        return contradicts("idle_days", rule.idle_days as f64, "every item rests a day", way_out);
    }
    let turns = not_negative("turns_per_year", turns_per_year)?;
    let idle = last_issue.map(|last| (today - last).num_days());
    Ok(match idle {
        Some(days) if days < 0 => {
            let way_out = "give the last issue up to today";
            return contradicts("last_issue", days as f64, "it lies after today", way_out);
        }
        None => Movement::NonMoving,
        Some(days) if days > rule.idle_days || turns < slow => Movement::NonMoving,
        Some(_) if turns > fast => Movement::Fast,
        Some(_) => Movement::Slow,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn at_its_cut_an_item_is_slow() {
        let (today, rule) = (day("2026-11-26"), MovementRule::default());
        let of = |turns| fsn(turns, Some(day("2026-11-01")), today, &rule).unwrap();
        assert_eq!(of(3.0), Movement::Slow);
        assert_eq!(of(1.0), Movement::Slow);
        assert_eq!((of(3.01), of(0.99)), (Movement::Fast, Movement::NonMoving));
    }

    #[test]
    fn after_a_year_without_an_issue_turns_do_not_count() {
        let (today, rule) = (day("2026-11-26"), MovementRule::default());
        assert_eq!(fsn(9.0, Some(day("2025-11-26")), today, &rule), Ok(Movement::Fast));
        assert_eq!(fsn(9.0, Some(day("2025-11-25")), today, &rule), Ok(Movement::NonMoving));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (today, rule) = (day("2026-11-26"), MovementRule::default());
        let error = fsn(1.0, Some(day("2026-11-28")), today, &rule).unwrap_err();
        assert!(error.to_string().starts_with("last_issue is -2, but it lies after today"));
        assert!(fsn(1.0, None, today, &MovementRule::new(1.0, 3.0, 365)).is_err());
        assert!(fsn(-1.0, None, today, &rule).is_err());
        assert!(turns(1.0, 0.0).is_err() && turns(-1.0, 1.0).is_err());
        assert!(turns(f64::MAX, f64::MIN_POSITIVE).is_err());
        assert!(days_of_cover(1.0, f64::NAN).is_err() && days_of_cover(-1.0, 1.0).is_err());
    }
}
