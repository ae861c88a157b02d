//! Working days as arrays: a lead time is two look-ups.

use fondaco_core::calendar::WorkingDays;

use super::check::{day, number};

/// The working days of a calendar, counted.
#[derive(Debug)]
pub(crate) struct Worked {
    /// The first day that it knows.
    first: i32,
    /// How many are worked before each day, and in all.
    before: Vec<u32>,
    /// Each day that is worked.
    days: Vec<i32>,
}

impl Worked {
    pub(crate) fn of(calendar: &WorkingDays) -> Worked {
        let range = calendar.range();
        let ends = range.start().zip(range.end()).map(|(first, last)| (day(first), day(last)));
        let (first, last) = ends.unwrap_or((0, -1));
        let days: Vec<i32> = calendar.iter(range).map(day).collect();
        let mut before = Vec::new();
        let mut at = 0;
        for day in first..=last {
            before.push(number(at));
            at += usize::from(days.get(at) == Some(&day));
        }
        before.push(number(at));
        Worked { first, before, days }
    }

    /// The working day so many before a day; a day that is not worked counts as the one before. `None` beyond the calendar.
    pub(crate) fn back(&self, day: i32, working_days: u32) -> Option<i32> {
        let until = self.before_place(day.checked_add(1)?)?;
        let at = until.checked_sub(1)?.checked_sub(working_days)?;
        self.days.get(at as usize).copied()
    }

    /// The working day so many after a day; a day that is not worked counts as the next one. `None` beyond the calendar.
    pub(crate) fn forth(&self, day: i32, working_days: u32) -> Option<i32> {
        let at = self.before_place(day)?.checked_add(working_days)?;
        self.days.get(at as usize).copied()
    }

    /// The first day that it doesn't know any more.
    pub(crate) fn ends(&self) -> i32 {
        let known = i32::try_from(self.before.len() - 1).unwrap_or(i32::MAX);
        self.first.saturating_add(known)
    }

    fn before_place(&self, day: i32) -> Option<u32> {
        let place = usize::try_from(day.checked_sub(self.first)?).ok()?;
        self.before.get(place).copied()
    }
}
