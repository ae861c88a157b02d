//! Local hours as stretches of time: a day's, cut where the clock is changed.

use std::collections::VecDeque;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Timelike};

use super::{CalendarError, WorkingHours, Zone};
use crate::Timestamp;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// No place is further from UTC than this.
const FURTHEST: i64 = 26 * HOUR;

/// What a clock shows at an instant.
pub(super) fn of(at: Timestamp, zone: &Zone) -> NaiveDateTime {
    let shown = at.micros().saturating_add(i64::from(zone.offset_at(at)) * MINUTE);
    DateTime::from_timestamp_micros(shown).unwrap_or_default().naive_utc()
}

pub(super) fn second_of_day(shown: NaiveDateTime) -> i64 {
    i64::from(shown.num_seconds_from_midnight())
}

/// The stretches of working time from a day on, in order.
pub(super) struct Pieces<'h> {
    hours: &'h WorkingHours,
    zone: &'h Zone,
    next: Option<NaiveDate>,
    last: Option<NaiveDate>,
    /// Known stretches, in order, of which those before `complete` can't change any more.
    known: VecDeque<(i64, i64)>,
    complete: i64,
}

impl<'h> Pieces<'h> {
    pub(super) fn new(
        hours: &'h WorkingHours,
        from: Timestamp,
        last: Option<NaiveDate>,
        zone: &'h Zone,
    ) -> Pieces<'h> {
        // A clock that was set back shows the evening before once more.
        let today = of(from, zone).date();
        let next = if hours.of(today.pred_opt().unwrap_or(today)).is_ok() {
            today.pred_opt()
        } else {
            Some(today)
        };
        Pieces { hours, zone, next, last, known: VecDeque::new(), complete: i64::MIN }
    }

    /// Those that begin no later than on the day of an instant, and on the next: a clock that was set
    /// back may have shown it before.
    pub(super) fn until(mut self, to: Timestamp) -> Pieces<'h> {
        let day = of(to, self.zone).date();
        let next = day.succ_opt().filter(|next| self.hours.of(*next).is_ok());
        self.last = self.last.min(Some(next.unwrap_or(day)));
        self
    }

    /// Adds the stretches of a day.
    fn add(&mut self, date: NaiveDate) -> Result<(), CalendarError> {
        let midnight = date.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc().timestamp_micros();
        let (early, late) = (midnight - FURTHEST, midnight + DAY + FURTHEST);
        let offset = |micros: i64| i64::from(self.zone.offset_at(bounded(micros))) * MINUTE;
        let (before, after) = (offset(early), offset(late));
        let change = if before == after { None } else { self.zone.change_after(bounded(early)) };
        let change = change.map_or(i64::MAX, Timestamp::micros);
        let mut found = Vec::new();
        for (from, to) in self.hours.of(date)? {
            let at = |minutes: &u16| midnight + i64::from(*minutes) * 60 * SECOND;
            found.push((at(from) - before, (at(to) - before).min(change)));
            found.push(((at(from) - after).max(change), at(to) - after));
        }
        let whole = found.into_iter().filter(|(from, to)| from < to).collect();
        self.known.extend(outside(whole, &self.hours.pauses));
        self.known.make_contiguous().sort_unstable();
        self.complete = midnight + DAY - before.max(after);
        Ok(())
    }
}

/// What is left of some stretches without the pauses.
fn outside(stretches: Vec<(i64, i64)>, pauses: &[(Timestamp, Timestamp)]) -> Vec<(i64, i64)> {
    pauses.iter().fold(stretches, |stretches, (from, to)| {
        let (from, to) = (from.micros(), to.micros().max(from.micros()));
        let parts = |(begins, ends): (i64, i64)| [(begins, ends.min(from)), (begins.max(to), ends)];
        let parts = stretches.into_iter().flat_map(parts);
        parts.filter(|(begins, ends)| begins < ends).collect()
    })
}

/// The instant, or the first or last there is.
fn bounded(micros: i64) -> Timestamp {
    let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_micros(micros).unwrap_or(end)
}

impl Iterator for Pieces<'_> {
    type Item = Result<(i64, i64), CalendarError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let ended = self.next.is_none() || self.next > self.last;
            match self.known.front().copied() {
                Some(piece) if ended || piece.0 < self.complete => {
                    self.known.pop_front();
                    return Some(Ok(piece));
                }
                None if ended => return None,
                _ => {}
            }
            let date = self.next?;
            // Beyond the instants that can be held there is nothing to find.
            self.next = date.checked_add_days(Days::new(1)).filter(|_| date <= last_day());
            if let Err(error) = self.add(date) {
                self.next = None;
                self.known.clear();
                return Some(Err(error));
            }
        }
    }
}

fn last_day() -> NaiveDate {
    Timestamp::MAX.date_utc()
}
