//! Timelines: values with two times, the one from which they hold and the one at which we knew.
//!
//! A price, a rate, a salary, a rule's parameter holds from a day on or for some days, and is
//! recorded at an instant. Later recordings change what holds, never what was known: a
//! [`Timeline`] answers what held *as of* a day, *as known at* an instant (Snodgrass, *Developing
//! Time-Oriented Database Applications in SQL*, ch. 10: valid time and transaction time).
//!
//! # What a recording does
//! - *Set from a day on*: holds until the next day on which something else is known to begin or end, so that what was set for
//!   later stays. It does not go on behind that: set from January on after February alone was, it holds in January, and from
//!   March on nothing does; set before February was, it holds from March on again. Who means both sets both.
//! - *Set for a span*: holds on its days.
//! - *Correct*: replaces an earlier recording of the same span on the days on which that one
//!   still counts.
//! - *End*: nothing holds from a day on, until the next day on which something begins.
//!
//! # How it is kept
//! The recordings in order, the days cut where something changes, and per stretch of days what was
//! last recorded for it, linked to what was known before. Stretches that were cut in two share
//! their past. A recording costs as many steps as the stretches it changes; a lookup is a binary
//! search over days, and one over knowledge if it asks for a time.
//!
//! # How it is stored
//! Engines keep one fact per recording, in a table whose key is the series and a number; the
//! [`Timeline`] is made of them by [`Timeline::replay`], in an act from a scan of the series
//! ([`Timeline::of_rows`]), in large batches from [`Tx::compiled`](crate::Tx::compiled).

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

mod error;
mod known;
mod past;
mod rows;
mod span;

pub use error::TimelineError;
pub use known::{Known, Revision, Segment};
pub use rows::{Recorded, Saying};
pub use span::Span;

use past::Past;

/// Values over time as they were known over time.
///
/// ```
/// use fondaco_core::timeline::{Span, Timeline};
/// use fondaco_core::Timestamp;
/// # use chrono::NaiveDate;
/// let day = |text: &str| text.parse::<NaiveDate>();
/// let spring: Timestamp = "2026-03-02T09:00:00Z".parse()?;
/// let summer: Timestamp = "2026-07-01T09:00:00Z".parse()?;
///
/// let mut wage = Timeline::new();
/// wage.set(Span::from(day("2026-01-01")?), 3_000, spring)?;
/// wage.set(Span::from(day("2026-06-01")?), 3_200, spring)?;
/// wage.correct(Span::from(day("2026-01-01")?), Some(3_100), summer)?; // it had been raised before
///
/// assert_eq!(wage.as_of(day("2026-05-31")?), Some(&3_100));
/// assert_eq!(wage.as_of(day("2026-06-01")?), Some(&3_200));
/// assert_eq!(wage.known_at(spring).as_of(day("2026-05-31")?), Some(&3_000)); // as the payslip had it
/// assert_eq!(wage.as_of(day("2025-12-31")?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Timeline<T> {
    rules: TimelineRules,
    recordings: Vec<Recording<T>>,
    /// The first day of each stretch; the first of all is [`NaiveDate::MIN`], so that every day lies in one.
    starts: Vec<NaiveDate>,
    /// What is known of each stretch.
    heads: Vec<u32>,
    past: Past,
}

/// What a timeline lets be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimelineRules {
    /// What is done about days for which something is known already.
    pub overlaps: Overlaps,
    /// What is done about days between others on which nothing holds.
    pub gaps: Gaps,
}

/// What becomes of a value for days on which another holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlaps {
    /// It is refused, except that what was set from a day on ends where a later day is set: else
    /// say [`Timeline::correct`] or [`Timeline::end`].
    #[default]
    Refused,
    /// It takes those days; the other one is split around it.
    Split,
}

/// What becomes of a recording that leaves days without a value between days with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gaps {
    /// It is taken: on those days nothing holds.
    #[default]
    Allowed,
    /// It is refused.
    Refused,
}

/// One thing that was said about a span of days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording<T> {
    /// About which days.
    pub span: Span,
    /// What.
    pub says: Says<T>,
    /// When.
    pub recorded_at: Timestamp,
}

/// What a recording says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says<T> {
    /// This holds.
    Set(T),
    /// This held all the while, instead of what was recorded of the same span; nothing, if `None`.
    Corrected(Option<T>),
    /// Nothing holds any more.
    Ended,
}

impl<T> Recording<T> {
    /// What holds by this recording.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Recording, Says, Span};
    /// let (span, recorded_at) = (Span::from("2026-01-01".parse()?), Timestamp::EPOCH);
    /// assert_eq!(Recording { span, says: Says::Set(7), recorded_at }.value(), Some(&7));
    /// assert_eq!(Recording::<i32> { span, says: Says::Ended, recorded_at }.value(), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn value(&self) -> Option<&T> {
        match &self.says {
            Says::Set(value) | Says::Corrected(Some(value)) => Some(value),
            Says::Corrected(None) | Says::Ended => None,
        }
    }
}

/// What a timeline is to serde: its rules and its recordings in order, from which all else follows ([`Timeline::replay`]).
#[derive(Serialize, Deserialize)]
#[serde(rename = "Timeline", deny_unknown_fields)]
struct Written<R> {
    #[serde(default)]
    rules: TimelineRules,
    recordings: R,
}

impl<T: Serialize> Serialize for Timeline<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { rules: self.rules, recordings: &self.recordings }.serialize(serializer)
    }
}

/// Recordings that could not have been made in this order are refused.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Timeline<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timeline<T>, D::Error> {
        let Written { rules, recordings } = Written::<Vec<_>>::deserialize(deserializer)?;
        Timeline::replay(rules, recordings).map_err(serde::de::Error::custom)
    }
}

impl<T> Default for Timeline<T> {
    fn default() -> Timeline<T> {
        Timeline::new()
    }
}

impl<T> Timeline<T> {
    /// Nothing known; overlaps are refused and gaps allowed.
    ///
    /// ```
    /// use fondaco_core::timeline::Timeline;
    /// let nothing = Timeline::<u32>::new();
    /// assert_eq!(nothing.as_of("2026-01-01".parse()?), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn new() -> Timeline<T> {
        Timeline::with(TimelineRules::default())
    }

    /// Nothing known, under these rules.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Gaps, Overlaps, Span, Timeline, TimelineRules};
    /// let rules = TimelineRules { overlaps: Overlaps::Split, gaps: Gaps::Refused };
    /// let mut price = Timeline::with(rules);
    /// let now = Timestamp::EPOCH;
    /// price.set(Span::from("2026-01-01".parse()?), 100, now)?;
    /// price.set(Span::during("2026-07-01".parse()?, "2026-07-31".parse()?)?, 80, now)?; // a sale
    /// let segments: Vec<String> = price.segments().iter().map(|s| s.days.to_string()).collect();
    /// assert_eq!(segments, ["2026-01-01/2026-06-30", "2026-07-01/2026-07-31", "2026-08-01/.."]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with(rules: TimelineRules) -> Timeline<T> {
        Timeline {
            rules,
            recordings: Vec::new(),
            starts: vec![NaiveDate::MIN],
            heads: vec![past::NOTHING],
            past: Past::default(),
        }
    }

    /// What these recordings, in the order in which they were made, come to. They were judged when
    /// they were made, so overlaps and gaps are not refused again.
    ///
    /// ```
    /// use fondaco_core::timeline::Timeline;
    /// # use fondaco_core::{Timestamp, timeline::Span};
    /// # let mut price = Timeline::new();
    /// # price.set(Span::from("2026-01-01".parse()?), 7, Timestamp::EPOCH)?;
    /// let again = Timeline::replay(price.rules(), price.recordings().to_vec())?;
    /// assert_eq!(again, price);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TimelineError::Backwards`] when they are out of order; [`TimelineError::NothingToCorrect`]
    /// and [`TimelineError::NothingToEnd`] when some are missing.
    pub fn replay(
        rules: TimelineRules,
        recordings: impl IntoIterator<Item = Recording<T>>,
    ) -> Result<Timeline<T>, TimelineError> {
        let mut timeline = Timeline::with(rules);
        for recording in recordings {
            timeline.check_time(recording.recorded_at)?;
            check_span(recording.span)?;
            timeline.take(recording)?;
        }
        Ok(timeline)
    }

    /// Records that a value holds.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let (january, now) = (Span::from("2026-01-01".parse()?), Timestamp::EPOCH);
    /// let mut rate = Timeline::new();
    /// rate.set(january, "0.19", now)?;
    /// let twice = rate.set(january, "0.20", now).unwrap_err();
    /// assert_eq!(twice.code(), "core.timeline_overlap");
    /// assert_eq!(rate.as_of("2026-02-01".parse()?), Some(&"0.19")); // nothing changed
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TimelineError::Overlap`] and [`TimelineError::Gap`] by the rules;
    /// [`TimelineError::Backwards`] when something was recorded later.
    pub fn set(
        &mut self,
        span: Span,
        value: T,
        recorded_at: Timestamp,
    ) -> Result<(), TimelineError> {
        self.record(Recording { span, says: Says::Set(value), recorded_at })
    }

    /// Records what held all the while instead of what was recorded for the same span: another
    /// value, or nothing. What was known before stays on record.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let (january, now) = (Span::from("2026-01-01".parse()?), Timestamp::EPOCH);
    /// let mut rate = Timeline::new();
    /// rate.set(january, 19, now)?;
    /// rate.correct(january, Some(20), now)?;
    /// assert_eq!(rate.as_of("2026-02-01".parse()?), Some(&20));
    /// let other = Span::from("2026-01-02".parse()?);
    /// assert_eq!(rate.correct(other, None, now).unwrap_err().code(), "core.timeline_nothing_to_correct");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TimelineError::NothingToCorrect`] when nothing recorded for just this span counts any more;
    /// [`TimelineError::Gap`] by the rules; [`TimelineError::Backwards`].
    pub fn correct(
        &mut self,
        span: Span,
        value: Option<T>,
        recorded_at: Timestamp,
    ) -> Result<(), TimelineError> {
        self.record(Recording { span, says: Says::Corrected(value), recorded_at })
    }

    /// Records that nothing holds from a day on, until the next day on which something begins.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let now = Timestamp::EPOCH;
    /// let mut contract = Timeline::new();
    /// contract.set(Span::from("2026-01-01".parse()?), "full time", now)?;
    /// contract.end("2026-07-01".parse()?, now)?;
    /// assert_eq!(contract.as_of("2026-07-01".parse()?), None);
    /// assert_eq!(contract.segments()[0].days.to_string(), "2026-01-01/2026-06-30");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TimelineError::NothingToEnd`] when nothing holds on that day; [`TimelineError::Gap`] by the
    /// rules; [`TimelineError::Backwards`].
    pub fn end(&mut self, from: NaiveDate, recorded_at: Timestamp) -> Result<(), TimelineError> {
        self.record(Recording { span: Span::from(from), says: Says::Ended, recorded_at })
    }

    /// Records, if the rules let it be.
    ///
    /// # Errors
    /// Those of [`Timeline::set`], [`Timeline::correct`] and [`Timeline::end`].
    pub fn record(&mut self, recording: Recording<T>) -> Result<(), TimelineError> {
        self.check_time(recording.recorded_at)?;
        let span = recording.span;
        check_span(span)?;
        if self.rules.overlaps == Overlaps::Refused && matches!(recording.says, Says::Set(_)) {
            self.check_overlap(recording.span)?;
        }
        if self.rules.gaps == Gaps::Refused {
            self.check_gap(&recording)?;
        }
        self.take(recording)
    }

    /// Its rules.
    pub fn rules(&self) -> TimelineRules {
        self.rules
    }

    /// All that was recorded, in order.
    pub fn recordings(&self) -> &[Recording<T>] {
        &self.recordings
    }

    /// The instant to record at under a clock that says `now`: never before what was recorded last,
    /// so that a clock that runs behind does not change what was known.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::timeline::{Span, Timeline};
    /// let (behind, now): (Timestamp, Timestamp) =
    ///     ("2026-01-01T08:59:58Z".parse()?, "2026-01-01T09:00:00Z".parse()?);
    /// let mut price = Timeline::new();
    /// assert_eq!(price.time_after(now), now);
    /// price.set(Span::from("2026-01-01".parse()?), 7, now)?;
    /// assert_eq!(price.time_after(behind), now);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn time_after(&self, now: Timestamp) -> Timestamp {
        self.recordings.last().map_or(now, |last| last.recorded_at.max(now))
    }

    fn check_time(&self, recorded_at: Timestamp) -> Result<(), TimelineError> {
        match self.recordings.last() {
            Some(last) if recorded_at < last.recorded_at => {
                Err(TimelineError::Backwards { recorded_at, last: last.recorded_at })
            }
            _ => Ok(()),
        }
    }

    /// What is set from a day on gives way to what is set from a later one; nothing else does.
    fn check_overlap(&self, span: Span) -> Result<(), TimelineError> {
        for at in self.stretches(self.days_of(span)) {
            let Some(known) = self.latest(at).filter(|known| known.value().is_some()) else {
                continue;
            };
            let gives_way =
                span.end.is_none() && known.span.end.is_none() && known.span.start < span.start;
            if !gives_way {
                let recorded_at = known.recorded_at;
                return Err(TimelineError::Overlap { span, with: known.span, recorded_at });
            }
        }
        Ok(())
    }

    /// The days with a value must follow one another, as if `recording` were taken.
    fn check_gap(&self, recording: &Recording<T>) -> Result<(), TimelineError> {
        let (first, last) = self.days_of(recording.span);
        let corrects = matches!(recording.says, Says::Corrected(_));
        let mut cuts = self.starts.clone();
        if !corrects {
            cuts.push(first);
            cuts.extend(last.and_then(|last| last.succ_opt()));
            cuts.sort_unstable();
            cuts.dedup();
        }
        let holds = |start: NaiveDate| {
            let known = self.latest(self.stretch_of(start));
            let changes = if corrects {
                known.is_some_and(|known| known.span == recording.span)
            } else {
                first <= start && last.is_none_or(|last| start <= last)
            };
            if changes {
                recording.value().is_some()
            } else {
                known.is_some_and(|known| known.value().is_some())
            }
        };
        let mut gap = None;
        let mut begun = false;
        for start in cuts {
            match (holds(start), gap) {
                (true, Some(from)) => return Err(TimelineError::gap(recording.span, from, start)),
                (true, None) => begun = true,
                (false, None) if begun => gap = Some(start),
                (false, _) => {}
            }
        }
        Ok(())
    }

    /// Takes a recording without asking the rules.
    fn take(&mut self, recording: Recording<T>) -> Result<(), TimelineError> {
        let number = u32::try_from(self.recordings.len()).map_err(|_| TimelineError::Full)?;
        let span = recording.span;
        if matches!(recording.says, Says::Corrected(_)) {
            let same = |at: &usize| self.latest(*at).is_some_and(|known| known.span == span);
            let stretches: Vec<usize> = (0..self.starts.len()).filter(same).collect();
            if stretches.is_empty() {
                return Err(TimelineError::NothingToCorrect { span });
            }
            for at in stretches {
                self.heads[at] = self.past.after(self.heads[at], number)?;
            }
        } else {
            let ends = matches!(recording.says, Says::Ended);
            let known = self.latest(self.stretch_of(span.start));
            if ends && known.and_then(Recording::value).is_none() {
                return Err(TimelineError::NothingToEnd { date: span.start });
            }
            let (first, last) = self.days_of(span);
            let from = self.cut(first);
            let to = last.and_then(|last| last.succ_opt()).map(|next| self.cut(next));
            for at in from..to.unwrap_or(self.starts.len()) {
                self.heads[at] = self.past.after(self.heads[at], number)?;
            }
        }
        self.recordings.push(recording);
        Ok(())
    }

    /// The days that a recording of a span is about: those from a day on go up to the next change.
    fn days_of(&self, span: Span) -> (NaiveDate, Option<NaiveDate>) {
        let last = span.end.or_else(|| self.next_change(span.start)?.pred_opt());
        (span.start, last)
    }

    /// The first day after `date` on which something else is known than on `date`.
    fn next_change(&self, date: NaiveDate) -> Option<NaiveDate> {
        let at = self.stretch_of(date);
        let now = self.past.latest(self.heads[at]);
        let later = self.heads.iter().zip(&self.starts).skip(at + 1);
        later.into_iter().find(|(head, _)| self.past.latest(**head) != now).map(|(_, start)| *start)
    }

    /// The stretch that a day lies in.
    #[inline]
    fn stretch_of(&self, date: NaiveDate) -> usize {
        self.starts.partition_point(|start| *start <= date).saturating_sub(1)
    }

    /// The stretches that meet these days.
    fn stretches(&self, (first, last): (NaiveDate, Option<NaiveDate>)) -> std::ops::Range<usize> {
        let after = last.map_or(self.starts.len(), |last| self.stretch_of(last) + 1);
        self.stretch_of(first)..after
    }

    /// What was last recorded for a stretch.
    #[inline]
    fn latest(&self, stretch: usize) -> Option<&Recording<T>> {
        let number = self.past.latest(*self.heads.get(stretch)?)?;
        self.recordings.get(number as usize)
    }

    /// Makes a stretch begin on a day, if none does; its place.
    fn cut(&mut self, date: NaiveDate) -> usize {
        match self.starts.binary_search(&date) {
            Ok(at) => at,
            Err(at) => {
                let head = self.heads[at - 1]; // the first stretch begins on the first of all days
                self.starts.insert(at, date);
                self.heads.insert(at, head);
                at
            }
        }
    }
}

impl<T: PartialEq> PartialEq for Timeline<T> {
    /// All else follows from the recordings.
    fn eq(&self, other: &Timeline<T>) -> bool {
        self.rules == other.rules && self.recordings == other.recordings
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Timeline<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.recordings).finish()
    }
}

/// A span that ends before it begins holds nothing: whoever recorded it meant something else.
fn check_span(span: Span) -> Result<(), TimelineError> {
    match span.end.is_some_and(|end| end < span.start) {
        true => Err(TimelineError::Reversed { span }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
