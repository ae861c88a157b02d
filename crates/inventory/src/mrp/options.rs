//! For which days is planned, and by which rules that hold for all items.

use std::num::NonZeroUsize;

use chrono::{Datelike, NaiveDate, Weekday};
use rust_decimal::Decimal;

use super::MrpError;
use super::check::{date, day};

/// More days than these are a mistake: 100 years.
pub(crate) const MOST_DAYS: u32 = 36_525;

/// The days that are planned: from today to the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Today: what is dated before it is past due.
    pub start: NaiveDate,
    /// The last day, which is part of it. What is needed later is left for later.
    pub end: NaiveDate,
}

impl Horizon {
    /// From today to a last day.
    #[must_use]
    pub const fn new(start: NaiveDate, end: NaiveDate) -> Horizon {
        Horizon { start, end }
    }

    /// How many days these are.
    ///
    /// # Errors
    /// [`MrpError::Horizon`] when it ends before it begins, or is longer than 36,525 days.
    pub fn days(&self) -> Result<u32, MrpError> {
        let days = u32::try_from(i64::from(day(self.end)) - i64::from(day(self.start)) + 1);
        let days = days.ok().filter(|days| *days >= 1 && *days <= MOST_DAYS);
        days.ok_or(MrpError::Horizon { start: self.start, end: self.end, most_days: MOST_DAYS })
    }
}

/// What is needed within one of these is needed on its first day.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Buckets {
    /// Each requirement on its own day.
    #[default]
    Dates,
    /// So many days each, from the start on.
    Days(u32),
    /// Weeks that begin on this day; the first one may be a part of a week.
    Weeks(Weekday),
    /// Calendar months; the first one may be a part of a month.
    Months,
    /// From each of these days to the one before the next; what lies before the first is a bucket of its own.
    From(Vec<NaiveDate>),
}

/// What becomes of that which should have been done before the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PastDue {
    /// What was needed in the past is needed at the start. Orders are due when they are needed, even if they should have been released
    /// in the past; their components are needed at the start. The textbook's table.
    #[default]
    AtStart,
    /// What was needed in the past keeps its day, as far back as this, and so do orders: what should have been, in dates.
    AsDated {
        /// How far back.
        days: u32,
    },
    /// Nothing is released before the start: an order that can't be there when it is needed is due as soon as it can be. What is
    /// needed before waits for it, as far as a demand's [`Delivery`](super::Delivery) allows.
    FromToday,
}

/// How much more of a component is needed because some of it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ScrapRule {
    /// need / (1 - scrap): what is lost is a share of what is used.
    #[default]
    OfInput,
    /// need x (1 + scrap): what is lost is a share of what is needed.
    OfNeed,
}

/// Which messages are not worth the unrest that they bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Damping {
    /// An order is not called in for so many days.
    pub expedite_days: u32,
    /// An order is not put off for so many days.
    pub defer_days: u32,
    /// Nothing is cancelled for so much that is too much, in the item's unit.
    pub cancel_quantity: Decimal,
    /// So many days before its release an order is said to be released.
    pub release_days: u32,
}

impl Damping {
    /// No word for shifts of less than so many days, nor for less than this quantity too much.
    #[must_use]
    pub fn new(expedite_days: u32, defer_days: u32, cancel_quantity: Decimal) -> Damping {
        Damping { expedite_days, defer_days, cancel_quantity, release_days: 0 }
    }

    /// The same, with orders that are to be released within so many days.
    #[must_use]
    pub fn release_within(mut self, days: u32) -> Damping {
        self.release_days = days;
        self
    }
}

/// The rules of a run.
///
/// ```
/// use fondaco_inventory::mrp::{Buckets, Options, PastDue};
/// let options = Options::default().buckets(Buckets::Months).past_due(PastDue::FromToday);
/// assert_eq!(options.reschedule_days, 0);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Whether requirements are gathered in buckets.
    pub buckets: Buckets,
    /// What becomes of the past.
    pub past_due: PastDue,
    /// How scrap is reckoned.
    pub scrap: ScrapRule,
    /// What is on order, or firm, is taken for what can come so many days earlier, before anything new is planned; 0 for as it is dated.
    /// What is [fixed](super::SupplyKind::Fixed) comes when it comes.
    pub reschedule_days: u32,
    /// Which messages are left out.
    pub damping: Damping,
    /// On how many threads. The plan is the same on any number.
    pub threads: NonZeroUsize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            buckets: Buckets::default(),
            past_due: PastDue::default(),
            scrap: ScrapRule::default(),
            reschedule_days: 0,
            damping: Damping::default(),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

impl Options {
    /// The same, with these buckets.
    #[must_use]
    pub fn buckets(mut self, buckets: Buckets) -> Options {
        self.buckets = buckets;
        self
    }

    /// The same, with this way with the past.
    #[must_use]
    pub fn past_due(mut self, rule: PastDue) -> Options {
        self.past_due = rule;
        self
    }

    /// The same, with scrap reckoned so.
    #[must_use]
    pub fn scrap(mut self, rule: ScrapRule) -> Options {
        self.scrap = rule;
        self
    }

    /// The same, with receipts and firm orders that can come so many days earlier.
    #[must_use]
    pub fn reschedules(mut self, days: u32) -> Options {
        self.reschedule_days = days;
        self
    }

    /// The same, with fewer messages.
    #[must_use]
    pub fn damping(mut self, damping: Damping) -> Options {
        self.damping = damping;
        self
    }

    /// The same, on so many threads.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Options {
        self.threads = threads;
        self
    }
}

/// The days of a run as places in arrays, and the buckets that they lie in.
#[derive(Debug)]
pub(crate) struct Grid {
    /// The day of place 0.
    pub(crate) origin: i32,
    /// Today, as a place.
    pub(crate) start: u32,
    /// How many places there are.
    pub(crate) len: u32,
    /// The number of the bucket that each place lies in.
    bucket_of: Vec<u32>,
    /// The first place of each bucket.
    first_of: Vec<u32>,
}

impl Grid {
    pub(crate) fn new(horizon: &Horizon, options: &Options) -> Result<Grid, MrpError> {
        let days = horizon.days()?;
        let back = match options.past_due {
            PastDue::AsDated { days } => days.min(MOST_DAYS),
            PastDue::AtStart | PastDue::FromToday => 0,
        };
        let (origin, len) = (day(horizon.start) - back.cast_signed(), back + days);
        let begins = opening(&options.buckets, day(horizon.start))?;
        let (mut bucket_of, mut first_of) = (Vec::with_capacity(len as usize), Vec::new());
        for place in 0..len {
            // The past, as far as it is kept, stays dated.
            if place == 0 || place <= back || begins(origin + place.cast_signed()) {
                first_of.push(place);
            }
            bucket_of.push(super::check::number(first_of.len()) - 1);
        }
        Ok(Grid { origin, start: back, len, bucket_of, first_of })
    }

    /// Where what is needed on a day stands; `None` after the end.
    pub(crate) fn place(&self, day: i32) -> Option<u32> {
        let place = u32::try_from(day.saturating_sub(self.origin)).unwrap_or(0);
        Some(self.first_of[*self.bucket_of.get(place as usize)? as usize])
    }

    /// The first place on or after a day.
    pub(crate) fn place_after(&self, day: i32) -> Option<u32> {
        let place = self.place(day)?;
        let next = || Some(self.after_periods(place, 1)).filter(|next| *next < self.len);
        if self.day(place) < day { next() } else { Some(place) }
    }

    /// Whether what holds from a day on holds at a place: within a bucket, from its beginning on.
    pub(crate) fn holds(&self, from: i32, place: u32) -> bool {
        self.place(from).is_some_and(|from| from <= place)
    }

    /// Each day's place, where it stands with all of its bucket.
    pub(crate) fn places(&self) -> Vec<u32> {
        self.bucket_of.iter().map(|bucket| self.first_of[*bucket as usize]).collect()
    }

    pub(crate) fn day(&self, place: u32) -> i32 {
        self.origin + place.cast_signed()
    }

    /// The first place after so many buckets, that of `place` being the first.
    pub(crate) fn after_periods(&self, place: u32, periods: u32) -> u32 {
        let bucket = self.bucket_of[place as usize].saturating_add(periods);
        self.first_of.get(bucket as usize).copied().unwrap_or(self.len)
    }

    /// The number of the bucket that a place lies in.
    pub(crate) fn period(&self, place: u32) -> usize {
        self.bucket_of[place as usize] as usize
    }

    pub(crate) fn first_places(&self) -> &[u32] {
        &self.first_of
    }
}

/// Whether a bucket begins on a day.
fn opening(buckets: &Buckets, start: i32) -> Result<Box<dyn Fn(i32) -> bool + '_>, MrpError> {
    Ok(match buckets {
        Buckets::Dates => Box::new(|_| true),
        Buckets::Days(0) => {
            return Err(MrpError::Buckets { why: "have no days: give at least one" });
        }
        Buckets::Days(days) => {
            let days = i32::try_from(*days).unwrap_or(i32::MAX);
            Box::new(move |day| (day - start) % days == 0)
        }
        Buckets::Weeks(first) => Box::new(|day| date(day).weekday() == *first),
        Buckets::Months => Box::new(|day| date(day).day() == 1),
        Buckets::From(dates) if dates.is_sorted_by(|a, b| a < b) => {
            Box::new(|day| dates.binary_search(&date(day)).is_ok())
        }
        Buckets::From(_) => {
            return Err(MrpError::Buckets { why: "are not in order: sort their days, each once" });
        }
    })
}
