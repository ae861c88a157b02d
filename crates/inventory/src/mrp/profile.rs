//! A figure that changes over time: a default, and stretches of time with other values, of which the one with the smallest priority counts where
//! several hold. How much safety stock is kept in which season, how many hours are worked on which day.
//!
//! The rules are those of frePPLe's calendars: a stretch may hold on some days of the week, and within some hours of the day.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use rust_decimal::Decimal;

use super::Item;

/// A value for a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stretch {
    /// From when on.
    pub start: NaiveDateTime,
    /// Until when; not any more then.
    pub end: NaiveDateTime,
    /// The value.
    pub value: Decimal,
    /// The smallest counts; of equals the one that was given first.
    pub priority: i32,
    /// On which days of the week; on all where none is named.
    pub weekdays: Vec<Weekday>,
    /// From which time of such a day.
    pub from_time: NaiveTime,
    /// Until which time of it; to its end where nothing is said.
    pub until_time: Option<NaiveTime>,
}

impl Stretch {
    /// A value from one moment to another, with priority 0.
    #[must_use]
    pub fn new(start: NaiveDateTime, end: NaiveDateTime, value: impl Into<Decimal>) -> Stretch {
        Stretch {
            start,
            end,
            value: value.into(),
            priority: 0,
            weekdays: Vec::new(),
            from_time: NaiveTime::MIN,
            until_time: None,
        }
    }

    /// The same, with this priority.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Stretch {
        self.priority = priority;
        self
    }

    /// The same, on these days of the week alone.
    #[must_use]
    pub fn on(mut self, weekdays: impl IntoIterator<Item = Weekday>) -> Stretch {
        self.weekdays.extend(weekdays);
        self
    }

    /// The same, within these hours alone.
    #[must_use]
    pub fn hours(mut self, from: NaiveTime, until: Option<NaiveTime>) -> Stretch {
        (self.from_time, self.until_time) = (from, until);
        self
    }

    /// Whether it holds at a moment.
    fn holds(&self, at: NaiveDateTime) -> bool {
        let weekday = self.weekdays.is_empty() || self.weekdays.contains(&at.weekday());
        let time =
            at.time() >= self.from_time && self.until_time.is_none_or(|until| at.time() < until);
        self.start <= at && at < self.end && weekday && time
    }

    /// When it may begin or cease to hold, within a span.
    fn edges(&self, from: NaiveDateTime, to: NaiveDateTime, edges: &mut Vec<NaiveDateTime>) {
        let within = |at: &NaiveDateTime| from <= *at && *at <= to;
        edges.extend([self.start, self.end].iter().filter(|at| within(at)));
        let is_daily = !self.weekdays.is_empty()
            || self.from_time != NaiveTime::MIN
            || self.until_time.is_some();
        if !is_daily {
            return;
        }
        let (first, last) = (self.start.max(from).date(), self.end.min(to).date());
        for day in first.iter_days().take_while(|day| *day <= last) {
            let times = [Some(self.from_time), Some(self.until_time.unwrap_or(NaiveTime::MIN))];
            for (at, time) in times.into_iter().enumerate() {
                let day = if at == 1 && self.until_time.is_none() {
                    day.checked_add_days(Days::new(1)).unwrap_or(day)
                } else {
                    day
                };
                let edge = time.map(|time| day.and_time(time));
                let inside =
                    |at: &NaiveDateTime| within(at) && self.start <= *at && *at <= self.end;
                edges.extend(edge.filter(inside));
            }
        }
    }
}

/// A figure that changes over time.
///
/// ```
/// use fondaco_inventory::mrp::{Profile, Stretch};
/// let moment = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
/// let season = Stretch::new(moment("2026-11-01T00:00:00"), moment("2027-01-01T00:00:00"), 200);
/// let stock = Profile::new(50).with(season);
/// assert_eq!(stock.at(moment("2026-12-24T00:00:00")), 200.into());
/// assert_eq!(stock.at(moment("2027-01-01T00:00:00")), 50.into());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The value where no stretch holds.
    pub default: Decimal,
    /// In the order in which they were given.
    pub stretches: Vec<Stretch>,
}

impl Profile {
    /// Always this value.
    #[must_use]
    pub fn new(default: impl Into<Decimal>) -> Profile {
        Profile { default: default.into(), stretches: Vec::new() }
    }

    /// The same, with another value for a stretch of time.
    #[must_use]
    pub fn with(mut self, stretch: Stretch) -> Profile {
        self.stretches.push(stretch);
        self
    }

    /// The value at a moment.
    #[must_use]
    pub fn at(&self, moment: NaiveDateTime) -> Decimal {
        self.value(self.holding(moment))
    }

    /// When another stretch begins to count, with its value: from a moment on, that being the first, up to another.
    ///
    /// ```
    /// use fondaco_inventory::mrp::{Profile, Stretch};
    /// let moment = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
    /// let (from, to) = (moment("2026-01-01T00:00:00"), moment("2026-12-31T00:00:00"));
    /// let july = Stretch::new(moment("2026-07-01T00:00:00"), moment("2026-08-01T00:00:00"), 7);
    /// let changes: Vec<_> = Profile::new(1).with(july).changes(from, to).iter().map(|change| change.1).collect();
    /// assert_eq!(changes, [1.into(), 7.into(), 1.into()]);
    /// ```
    #[must_use]
    pub fn changes(&self, from: NaiveDateTime, to: NaiveDateTime) -> Vec<(NaiveDateTime, Decimal)> {
        let edges = self.edges(from, to);
        let mut last = self.holding(from);
        let mut changes = vec![(from, self.value(last))];
        for edge in edges.into_iter().filter(|edge| *edge > from) {
            let next = self.holding(edge);
            if next != last {
                changes.push((edge, self.value(next)));
                last = next;
            }
        }
        changes
    }

    /// The same backwards: from a moment back to another, each with the value before it.
    #[must_use]
    pub fn changes_back(
        &self,
        from: NaiveDateTime,
        to: NaiveDateTime,
    ) -> Vec<(NaiveDateTime, Decimal)> {
        let before =
            |at: NaiveDateTime| at.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(at);
        let edges = self.edges(to, from);
        let mut last = self.holding(before(from));
        let mut changes = vec![(from, self.value(last))];
        for edge in edges.into_iter().rev().filter(|edge| *edge < from) {
            let next = self.holding(before(edge));
            if next != last {
                changes.push((edge, self.value(next)));
                last = next;
            }
        }
        changes
    }

    /// Which stretch counts at a moment.
    fn holding(&self, moment: NaiveDateTime) -> Option<usize> {
        let holding =
            self.stretches.iter().enumerate().filter(|(_, stretch)| stretch.holds(moment));
        holding.min_by_key(|(_, stretch)| stretch.priority).map(|(at, _)| at)
    }

    fn value(&self, stretch: Option<usize>) -> Decimal {
        stretch.and_then(|at| self.stretches.get(at)).map_or(self.default, |stretch| stretch.value)
    }

    fn edges(&self, from: NaiveDateTime, to: NaiveDateTime) -> Vec<NaiveDateTime> {
        let mut edges = Vec::new();
        for stretch in &self.stretches {
            stretch.edges(from, to, &mut edges);
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

impl Item {
    /// The same, with a safety stock that changes over time, from one day to another: the value at the beginning of each day.
    ///
    /// ```
    /// use fondaco_inventory::mrp::{Item, Profile, Stretch};
    /// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// let moment = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
    /// let season = Stretch::new(moment("2026-11-01T00:00:00"), moment("2027-01-01T00:00:00"), 200);
    /// let skis = Item::new("SKIS").safety_profile(&Profile::new(50).with(season), day("2026-01-01"), day("2027-12-31"));
    /// assert_eq!(skis.safety_stock, 50.into());
    /// assert_eq!(skis.safety_steps, [(day("2026-11-01"), 200.into()), (day("2027-01-01"), 50.into())]);
    /// ```
    #[must_use]
    pub fn safety_profile(mut self, profile: &Profile, from: NaiveDate, to: NaiveDate) -> Item {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
        self.safety_stock = profile.at(midnight(from));
        let mut last = self.safety_stock;
        for (at, _) in profile.changes(midnight(from), midnight(to)) {
            // What changes in the course of a day counts from the next one on.
            let next = at.date().checked_add_days(Days::new(1)).unwrap_or(at.date());
            let day = if at.time() == NaiveTime::MIN { at.date() } else { next };
            let value = profile.at(midnight(day));
            if value != last {
                self.safety_steps.push((day, value));
                last = value;
            }
        }
        self
    }
}
