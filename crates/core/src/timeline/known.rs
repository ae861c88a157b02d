//! Asking a timeline: what holds, as it was known.

use chrono::NaiveDate;

use super::{Recording, Timeline};
use crate::Timestamp;
use crate::date_range::DateRange;

/// A timeline as it was known at an instant, or as it is known now.
#[derive(Clone, Copy, Debug)]
pub struct Known<'t, T> {
    timeline: &'t Timeline<T>,
    at: Option<Timestamp>,
}

/// Days on which one value holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment<'t, T> {
    /// The days.
    pub days: DateRange,
    /// What holds.
    pub value: &'t T,
    /// By what it holds, and since when that is known.
    pub recording: &'t Recording<T>,
}

/// Days on which something else was known later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Revision<'t, T> {
    /// The days.
    pub days: DateRange,
    /// What was known to hold before.
    pub before: Option<&'t T>,
    /// What was known to hold after.
    pub after: Option<&'t T>,
}

impl<T> Timeline<T> {
    /// As it is known now.
    pub fn known_now(&self) -> Known<'_, T> {
        Known { timeline: self, at: None }
    }

    /// As it was known at an instant: by all that was recorded until then, that instant included.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let (then, now): (Timestamp, Timestamp) =
    ///     ("2026-01-05T00:00:00Z".parse()?, "2026-02-05T00:00:00Z".parse()?);
    /// let mut price = Timeline::new();
    /// price.set(Span::from("2026-01-01".parse()?), 7, now)?;
    /// assert_eq!(price.known_at(now).as_of("2026-01-10".parse()?), Some(&7));
    /// assert_eq!(price.known_at(then).as_of("2026-01-10".parse()?), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn known_at(&self, time: Timestamp) -> Known<'_, T> {
        Known { timeline: self, at: Some(time) }
    }

    /// What holds on a day, as it is known now.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let mut price = Timeline::new();
    /// price.set(Span::from("2026-01-01".parse()?), 7, Timestamp::EPOCH)?;
    /// assert_eq!(price.as_of("2030-06-01".parse()?), Some(&7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn as_of(&self, date: NaiveDate) -> Option<&T> {
        self.latest(self.stretch_of(date))?.value()
    }

    /// The days on which values hold, in order, as it is known now.
    pub fn segments(&self) -> Vec<Segment<'_, T>> {
        self.known_now().segments()
    }

    /// What became known about which days after one instant and until another, in order of days.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let (closing, audit): (Timestamp, Timestamp) =
    ///     ("2026-01-31T18:00:00Z".parse()?, "2026-03-01T09:00:00Z".parse()?);
    /// let mut rate = Timeline::new();
    /// rate.set(Span::from("2026-01-01".parse()?), 19, closing)?;
    /// rate.set(Span::from("2026-01-15".parse()?), 20, audit)?;
    /// let revised = rate.revisions(closing, audit);
    /// assert_eq!(revised.len(), 1);
    /// assert_eq!(revised[0].days.to_string(), "2026-01-15/..");
    /// assert_eq!((revised[0].before, revised[0].after), (Some(&19), Some(&20)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn revisions(&self, after: Timestamp, until: Timestamp) -> Vec<Revision<'_, T>>
    where
        T: PartialEq,
    {
        let (old, new) = (self.known_at(after), self.known_at(until));
        let both = |at| (old.value_in(at), new.value_in(at));
        let revision = |(days, (before, after))| Revision { days, before, after };
        let all = self.merged(both, |a, b| a == b).into_iter().map(revision);
        all.filter(|revision| revision.before != revision.after).collect()
    }

    /// What `ask` says of each stretch, stretches that say the same taken together.
    fn merged<A>(
        &self,
        ask: impl Fn(usize) -> A,
        same: impl Fn(&A, &A) -> bool,
    ) -> Vec<(DateRange, A)> {
        let mut firsts: Vec<(usize, A)> = Vec::new();
        for at in 0..self.starts.len() {
            let said = ask(at);
            if !firsts.last().is_some_and(|(_, last)| same(last, &said)) {
                firsts.push((at, said));
            }
        }
        let begins: Vec<usize> = firsts.iter().map(|(at, _)| *at).collect();
        let next = begins.iter().skip(1).map(Some).chain([None]);
        firsts.into_iter().zip(next).map(|((at, said), next)| (self.days(at, next), said)).collect()
    }

    /// The days from the first one of a stretch on and before that of another.
    fn days(&self, at: usize, next: Option<&usize>) -> DateRange {
        let first = self.starts.get(at).filter(|first| **first != NaiveDate::MIN).copied();
        let next = next.and_then(|next| self.starts.get(*next));
        let last = next.and_then(|next| next.pred_opt());
        DateRange::between(first, last).unwrap_or(DateRange::always())
    }
}

impl<'t, T> Known<'t, T> {
    /// What holds on a day.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let mut price = Timeline::new();
    /// price.set(Span::during("2026-01-01".parse()?, "2026-01-31".parse()?)?, 7, Timestamp::EPOCH)?;
    /// assert_eq!(price.known_now().as_of("2026-01-31".parse()?), Some(&7));
    /// assert_eq!(price.known_now().as_of("2026-02-01".parse()?), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn as_of(&self, date: NaiveDate) -> Option<&'t T> {
        self.recording_of(date)?.value()
    }

    /// What was last recorded about a day, be it that nothing holds: by which it holds, and since
    /// when that is known.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Says, Span, Timeline};
    /// let mut price = Timeline::new();
    /// price.set(Span::from("2026-01-01".parse()?), 7, Timestamp::EPOCH)?;
    /// price.end("2026-02-01".parse()?, Timestamp::EPOCH)?;
    /// let known = price.known_now();
    /// assert_eq!(known.recording_of("2026-03-01".parse()?).map(|r| &r.says), Some(&Says::Ended));
    /// assert_eq!(known.recording_of("2025-03-01".parse()?), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn recording_of(&self, date: NaiveDate) -> Option<&'t Recording<T>> {
        self.recording_in(self.timeline.stretch_of(date))
    }

    /// The days on which values hold, in order. Days on which the same recording counts are one
    /// segment; days of two recordings are two, be the value the same.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let mut price = Timeline::new();
    /// price.set(Span::from("2026-01-01".parse()?), 7, Timestamp::EPOCH)?;
    /// price.set(Span::from("2026-03-01".parse()?), 8, Timestamp::EPOCH)?;
    /// let all: Vec<String> =
    ///     price.known_now().segments().iter().map(|s| format!("{} {}", s.days, s.value)).collect();
    /// assert_eq!(all, ["2026-01-01/2026-02-28 7", "2026-03-01/.. 8"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn segments(&self) -> Vec<Segment<'t, T>> {
        let segment = |(days, recording): (DateRange, &'t Recording<T>)| {
            Some(Segment { days, value: recording.value()?, recording })
        };
        self.recordings().into_iter().filter_map(segment).collect()
    }

    /// What was last recorded about which days, in order of these, be it that nothing holds.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Says, Span, Timeline};
    /// let mut price = Timeline::new();
    /// price.set(Span::from("2026-01-01".parse()?), 7, Timestamp::EPOCH)?;
    /// price.end("2026-03-01".parse()?, Timestamp::EPOCH)?;
    /// let known = price.known_now();
    /// let all: Vec<String> = known.recordings().iter().map(|(days, of)| format!("{days} {:?}", of.says)).collect();
    /// assert_eq!(all, ["2026-01-01/2026-02-28 Set(7)", "2026-03-01/.. Ended"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recordings(&self) -> Vec<(DateRange, &'t Recording<T>)> {
        let number = |at| self.number_in(at);
        let all = self.timeline.merged(number, |a, b| a == b).into_iter();
        let recordings = &self.timeline.recordings;
        all.filter_map(|(days, number)| Some((days, recordings.get(number? as usize)?))).collect()
    }

    /// The number of what was last recorded about a stretch.
    #[inline]
    fn number_in(&self, stretch: usize) -> Option<u32> {
        let head = *self.timeline.heads.get(stretch)?;
        let Some(time) = self.at else { return self.timeline.past.latest(head) };
        let recordings = &self.timeline.recordings;
        let known = |number: u32| {
            recordings.get(number as usize).is_none_or(|recording| recording.recorded_at <= time)
        };
        self.timeline.past.latest_where(head, known)
    }

    #[inline]
    fn recording_in(&self, stretch: usize) -> Option<&'t Recording<T>> {
        self.timeline.recordings.get(self.number_in(stretch)? as usize)
    }

    fn value_in(&self, stretch: usize) -> Option<&'t T> {
        self.recording_in(stretch)?.value()
    }
}
