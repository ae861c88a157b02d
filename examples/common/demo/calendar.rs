//! When business happens: the half year's days, and how busy each is.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::random::{Random, Weights};

/// The first day of the half year: 2025-07-01.
const FIRST: (i32, u32, u32) = (2025, 7, 1);

/// Days in it, to 2025-12-31.
const LENGTH: u64 = 184;

/// How busy July to December are: people water their gardens in summer and give presents in winter.
const MONTHS: [u64; 6] = [135, 118, 96, 78, 88, 74];

/// Public holidays as month and day.
const HOLIDAYS: [(u32, u32); 5] = [(8, 15), (11, 1), (12, 8), (12, 25), (12, 26)];

/// Whose rhythm.
#[derive(Clone, Copy)]
pub(super) enum Rhythm {
    /// People at home: every day, Sundays most.
    Homes,
    /// Businesses: weekdays, Tuesdays most, never on holidays.
    Businesses,
}

impl Rhythm {
    fn weekday(self, day: Weekday) -> u64 {
        let at = usize::try_from(day.num_days_from_monday()).unwrap_or(0);
        let week = match self {
            Self::Homes => [14, 13, 12, 12, 13, 16, 20],
            Self::Businesses => [20, 23, 22, 20, 15, 0, 0],
        };
        week.get(at).copied().unwrap_or(0)
    }

    fn holiday(self) -> u64 {
        match self {
            Self::Homes => 5,
            Self::Businesses => 0,
        }
    }

    fn weight(self, day: NaiveDate) -> u64 {
        let month = usize::try_from(day.month0())
            .unwrap_or(0)
            .checked_sub(6)
            .and_then(|at| MONTHS.get(at))
            .copied()
            .unwrap_or(0);
        let feast = HOLIDAYS.contains(&(day.month(), day.day()));
        month * if feast { self.holiday() } else { self.weekday(day.weekday()) }
    }
}

/// `count` days of the half year in order, by the rhythm of who acts.
pub(super) fn days(random: &mut Random, count: u32, rhythm: Rhythm) -> Vec<NaiveDate> {
    let all = half_year();
    let weights = Weights::new(all.iter().map(|day| rhythm.weight(*day)));
    let mut days: Vec<_> =
        (0..count).filter_map(|_| random.weighted(&all, &weights).copied()).collect();
    days.sort_unstable();
    days
}

fn half_year() -> Vec<NaiveDate> {
    let (year, month, day) = FIRST;
    let first = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    (0..LENGTH).map(|after| later(first, after)).collect()
}

/// `days` after `from`.
pub(super) fn later(from: NaiveDate, days: u64) -> NaiveDate {
    from.checked_add_days(Days::new(days)).unwrap_or(from)
}

/// `day`, or the Monday after it at a weekend: nobody stands at the dock.
pub(super) fn working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => later(day, 2),
        Weekday::Sun => later(day, 1),
        _ => day,
    }
}
