//! When somebody is reached best.

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::calendar::{WorkingHours, Zone};
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::decay::HalfLife;
use crate::error::{positive, within};

/// Hours of a week, from Monday at midnight.
const HOURS: usize = 7 * 24;
const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

/// At which hours of their week somebody was tried and reached: by call, by an answer, by an open that a person made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u32, u32)>", into = "Vec<(u32, u32)>")]
pub struct Reach {
    /// Tried, and of these reached.
    hours: Vec<(u32, u32)>,
}

impl Default for Reach {
    fn default() -> Self {
        Self { hours: vec![(0, 0); HOURS] }
    }
}

impl TryFrom<Vec<(u32, u32)>> for Reach {
    type Error = KernelError;

    fn try_from(hours: Vec<(u32, u32)>) -> Result<Self, KernelError> {
        crate::error::same_length("hours", hours.len(), HOURS)?;
        for (hour, (tried, reached)) in hours.iter().enumerate() {
            let possible = |reached| reached <= f64::from(*tried);
            within("reached", f64::from(*reached), possible, "no more than were tried")
                .map_err(|error| error.at(hour))?;
        }
        Ok(Self { hours })
    }
}

impl From<Reach> for Vec<(u32, u32)> {
    fn from(reach: Reach) -> Self {
        reach.hours
    }
}

impl Reach {
    /// Nobody was tried yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One try, at the hour that it was where they are.
    pub fn tried(&mut self, at: Timestamp, zone: &Zone, reached: bool) {
        if let Some((tried, got)) = self.hours.get_mut(hour_of_week(at, zone)) {
            *tried = tried.saturating_add(1);
            *got = got.saturating_add(u32::from(reached)).min(*tried);
        }
    }

    /// How likely they are reached at a time: what was seen of them at this hour, and as if they had been tried so many times more with what is usual (`all`) at
    /// it. What is usual is begun in the same way, with what is usual at any hour.
    ///
    /// # Errors
    /// When the strength is not above zero.
    pub fn chance(
        &self,
        all: &Self,
        strength: f64,
        at: Timestamp,
        zone: &Zone,
    ) -> Result<f64, KernelError> {
        positive("strength", strength)?;
        let sum = all.hours.iter().fold((0.0, 0.0), |(tried, reached), hour| {
            (tried + f64::from(hour.0), reached + f64::from(hour.1))
        });
        let usual = (sum.1 + 1.0) / (sum.0 + 2.0);
        let hour = hour_of_week(at, zone);
        let own = |reach: &Self| reach.hours.get(hour).copied().unwrap_or_default();
        let with = |(tried, reached): (u32, u32), usual: f64| {
            (f64::from(reached) + strength * usual) / (f64::from(tried) + strength)
        };
        Ok(with(own(self), with(own(all), usual)))
    }
}

fn hour_of_week(at: Timestamp, zone: &Zone) -> usize {
    let local = at.micros() + i64::from(zone.offset_at(at)) * MINUTE;
    // 1970 began on a Thursday.
    (local.div_euclid(HOUR) + 3 * 24).rem_euclid(HOURS as i64) as usize
}

/// How long may be waited, and what that costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// In what time half of the worth is gone.
    pub half_life: HalfLife,
    /// The latest moment is so long after now.
    pub at_most: TimeDelta,
    /// How many tries what is usual counts for.
    pub strength: f64,
}

/// When to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// From then on, for the rest of that hour.
    pub at: Timestamp,
    /// How likely they are reached.
    pub chance: f64,
    /// What part of the worth is left by then.
    pub left: f64,
}

/// The moment within working hours at which chance times what is left is most, the earliest of equals; nothing where nobody works until the latest one.
///
/// # Errors
/// When the strength is not above zero, or hours have no answer.
///
/// ```
/// use chrono::TimeDelta;
/// use chrono::Weekday::{Mon, Tue};
/// use fondaco_core::Timestamp;
/// use fondaco_core::calendar::{WorkingHours, Zone};
/// use fondaco_crm::decay::HalfLife;
/// use fondaco_crm::queue::{Reach, Wait, best_moment};
///
/// let hours = WorkingHours::new().on([Mon, Tue], "09:00-17:00".parse()?);
/// let mut ann = Reach::new();
/// for week in 1..6 {
///     let monday = Timestamp::from_millis(1_767_600_000_000 + week * 7 * 86_400_000).ok_or("a time")?; // at 08:00
///     let at = |hour: i64| Timestamp::from_millis(monday.millis() + (hour - 8) * 3_600_000).ok_or("a time");
///     ann.tried(at(10)?, &Zone::UTC, false);
///     ann.tried(at(16)?, &Zone::UTC, true);
/// }
/// let wait = Wait { half_life: HalfLife::from_days(4.0)?, at_most: TimeDelta::days(2), strength: 2.0 };
/// let now = "2026-03-02T09:30:00Z".parse()?; // a Monday
/// let best = best_moment((&ann, &Reach::new()), &wait, (&hours, &Zone::UTC), &Zone::UTC, now)?.ok_or("none")?;
/// assert_eq!(best.at, "2026-03-02T16:00:00Z".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_moment(
    (reach, all): (&Reach, &Reach),
    wait: &Wait,
    (hours, zone): (&WorkingHours, &Zone),
    their_zone: &Zone,
    now: Timestamp,
) -> Result<Option<Moment>, KernelError> {
    positive("strength", wait.strength)?;
    let Some(end) = now.checked_add(wait.at_most) else { return Ok(None) };
    let mut best: Option<(f64, Moment)> = None;
    for (open, close) in hours.open_between(now, end, zone)? {
        let mut at = open;
        while at < close {
            let chance = reach.chance(all, wait.strength, at, their_zone)?;
            let left = wait.half_life.left(now, at);
            let worth = chance * left;
            if best.as_ref().is_none_or(|(most, _)| worth > *most) {
                best = Some((worth, Moment { at, chance, left }));
            }
            at = next_hour(at, their_zone).unwrap_or(close);
        }
    }
    Ok(best.map(|(_, moment)| moment))
}

/// When the next hour begins where they are.
fn next_hour(at: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let local = at.micros() + i64::from(zone.offset_at(at)) * MINUTE;
    let rest = HOUR - local.rem_euclid(HOUR);
    Timestamp::from_micros(at.micros() + rest)
}
