//! What holds on a day, as it was known at a time: core's timelines, one for each case of a parameter or table.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::timeline::{Overlaps, Span, Timeline, TimelineRules};
use fondaco_core::{DateRange, Timestamp};
use smol_str::SmolStr;

use crate::RuleError;

/// The versions of one thing, by the values of the choices they are for.
pub(crate) struct Versions<T>(BTreeMap<Vec<SmolStr>, Timeline<T>>);

/// What holds, and on which days around the one asked for.
pub(crate) struct Held<'v, T> {
    pub(crate) value: &'v T,
    pub(crate) days: DateRange,
}

/// One version as it stands in a file.
pub(crate) struct Version<T> {
    pub(crate) when: Vec<SmolStr>,
    pub(crate) from: NaiveDate,
    pub(crate) to: Option<NaiveDate>,
    pub(crate) recorded: Option<Timestamp>,
    pub(crate) value: T,
}

impl<T: Clone> Versions<T> {
    /// What the versions of a file come to, in the order in which they were known.
    pub(crate) fn read(versions: Vec<Version<T>>) -> Result<Versions<T>, RuleError> {
        let mut versions = versions;
        // What was always known comes first; what was learnt at one time in order of its days.
        versions.sort_by_key(|version| (version.recorded, version.from));
        let mut all = BTreeMap::new();
        for version in versions.into_iter().flat_map(each_of) {
            let rules = TimelineRules { overlaps: Overlaps::Split, ..TimelineRules::default() };
            let line = all.entry(version.when).or_insert_with(|| Timeline::with(rules));
            let span = match version.to {
                Some(to) => Span::during(version.from, to)
                    .map_err(|error| RuleError::BadVersions { why: error.to_string() })?,
                None => Span::from(version.from),
            };
            let recorded = version.recorded.unwrap_or(Timestamp::MIN);
            let twice =
                line.recordings().iter().any(|known: &fondaco_core::timeline::Recording<T>| {
                    known.span.start == span.start && known.recorded_at == recorded
                });
            if twice {
                let why = format!(
                    "two begin on {} and were recorded at the same time; leave one out",
                    span.start
                );
                return Err(RuleError::BadVersions { why });
            }
            line.set(span, version.value, recorded)
                .map_err(|error| RuleError::BadVersions { why: error.to_string() })?;
        }
        Ok(Versions(all))
    }

    /// What holds for these values of the choices.
    pub(crate) fn held(
        &self,
        when: &[SmolStr],
        on: NaiveDate,
        known: Timestamp,
    ) -> Result<Held<'_, T>, RuleError> {
        let line =
            self.0.get(when).ok_or_else(|| RuleError::IncompleteCells { cell: said(when), on })?;
        let at = line.known_at(known);
        let held = at.segments().into_iter().find(|segment| segment.days.contains(on));
        match held {
            Some(segment) => Ok(Held { value: segment.value, days: segment.days }),
            None => Err(self.none(line, on, known)),
        }
    }

    fn none(&self, line: &Timeline<T>, on: NaiveDate, known: Timestamp) -> RuleError {
        let days: Vec<String> = line
            .known_at(known)
            .segments()
            .iter()
            .map(|segment| segment.days.to_string())
            .collect();
        let known = match days.is_empty() {
            true => " as it was known then".to_owned(),
            false => format!(", only on {}", days.join(", ")),
        };
        RuleError::NoVersion { on, known }
    }

    /// The cases that something is said for.
    pub(crate) fn cases(&self) -> impl Iterator<Item = &[SmolStr]> {
        self.0.keys().map(Vec::as_slice)
    }

    /// The days on which something begins, for all that is known.
    pub(crate) fn starts(&self) -> impl Iterator<Item = NaiveDate> {
        self.0.values().flat_map(|line| line.recordings().iter().map(|known| known.span.start))
    }
}

/// One version for each case that it is for: `when = ["A|B"]` says the same of A and of B.
fn each_of<T: Clone>(version: Version<T>) -> Vec<Version<T>> {
    let mut cases = vec![Vec::new()];
    for values in &version.when {
        cases = cases
            .into_iter()
            .flat_map(|case: Vec<SmolStr>| {
                values
                    .split('|')
                    .map(move |value| [case.as_slice(), &[SmolStr::new(value.trim())]].concat())
            })
            .collect();
    }
    let of = |when| Version { when, value: version.value.clone(), ..version };
    cases.into_iter().map(of).collect()
}

/// `[single, true]`, as `when` says it.
fn said(when: &[SmolStr]) -> String {
    if when.is_empty() { "any case".to_owned() } else { format!("when = [{}]", when.join(", ")) }
}
