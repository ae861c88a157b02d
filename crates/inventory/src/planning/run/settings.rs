//! For which days a run plans, and by which rules.

use chrono::{Days, NaiveDate, Weekday};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::mrp::{Buckets, Damping, Horizon, Options, PastDue};

/// How requirements are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PlanBuckets {
    /// Each on its own day.
    #[default]
    Dates,
    /// By so many days, from today on.
    Days(u32),
    /// By weeks that begin on Monday.
    Weeks,
    /// By calendar months.
    Months,
}

/// A planning run: for which days, and by which rules.
///
/// ```
/// use fondaco_inventory::planning::PlanSettings;
/// let monday = PlanSettings::new("2026-06-01".parse()?);
/// assert_eq!(monday.days, 365);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSettings {
    /// Today: what is dated before it is past due.
    pub date: NaiveDate,
    /// How many days are planned, today included.
    pub days: u32,
    /// How requirements are gathered.
    #[serde(default)]
    pub buckets: PlanBuckets,
    /// Whether orders may have to be released in the past. If not, what comes too late is due as soon as it can be.
    #[serde(default)]
    pub releases_in_past: bool,
    /// Orders are not called in for so many days.
    #[serde(default)]
    pub expedite_days: u32,
    /// Nor put off.
    #[serde(default)]
    pub defer_days: u32,
    /// So many days before its release an order is said to be released.
    #[serde(default)]
    pub release_days: u32,
    /// What is on order or firm, and comes up to so many days too late, is called in rather than ordered again; 90 where nothing is said.
    /// What comes later still is taken as it is dated: it is ordered again, and cancelled if nobody needs it then. With 0 that is so of
    /// all that comes too late.
    #[serde(default = "a_quarter")]
    pub reschedule_days: u32,
}

/// How far something on order can be called in, where nothing is said.
fn a_quarter() -> u32 {
    90
}

impl PlanSettings {
    /// A year from this day on, day by day, with nothing released in the past and all that has to be done said.
    pub fn new(date: NaiveDate) -> PlanSettings {
        PlanSettings {
            date,
            days: 365,
            buckets: PlanBuckets::Dates,
            releases_in_past: false,
            expedite_days: 0,
            defer_days: 0,
            release_days: 0,
            reschedule_days: a_quarter(),
        }
    }

    /// The days that are planned.
    pub(super) fn horizon(&self) -> Horizon {
        let more = Days::new(u64::from(self.days.saturating_sub(1)));
        Horizon::new(self.date, self.date.checked_add_days(more).unwrap_or(NaiveDate::MAX))
    }

    /// How many days a bucket has, months on average.
    pub(super) fn bucket_days(&self) -> Decimal {
        match self.buckets {
            PlanBuckets::Dates => Decimal::ONE,
            PlanBuckets::Days(days) => days.max(1).into(),
            PlanBuckets::Weeks => 7.into(),
            PlanBuckets::Months => Decimal::new(304_375, 4),
        }
    }

    pub(super) fn options(&self) -> Options {
        let buckets = match self.buckets {
            PlanBuckets::Dates => Buckets::Dates,
            PlanBuckets::Days(days) => Buckets::Days(days),
            PlanBuckets::Weeks => Buckets::Weeks(Weekday::Mon),
            PlanBuckets::Months => Buckets::Months,
        };
        let past = if self.releases_in_past { PastDue::AtStart } else { PastDue::FromToday };
        let damping = Damping::new(self.expedite_days, self.defer_days, Default::default());
        let damping = damping.release_within(self.release_days);
        let options = Options::default().buckets(buckets).past_due(past).damping(damping);
        options.reschedules(self.reschedule_days)
    }
}
