use chrono::Days;
use proptest::prelude::*;

use super::*;

/// Days of the naive timeline; the last stands for all that follow, and no span ends on it.
const DAYS: usize = 40;

fn day(n: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n as u64)
}

fn at(n: i64) -> Timestamp {
    Timestamp::from_micros(1_000_000 * n).unwrap()
}

fn span(from: usize, length: Option<usize>) -> Span {
    let last = |length: usize| day((from + length).min(DAYS - 2));
    Span { start: day(from), end: length.map(last) }
}

/// A timeline by definition: which recording counts on each day, after each recording.
#[derive(Clone)]
struct Naive {
    rules: TimelineRules,
    recordings: Vec<Recording<u8>>,
    /// After each recording, the number of the one that counts on each day.
    states: Vec<Vec<Option<usize>>>,
}

impl Naive {
    fn state(&self) -> Vec<Option<usize>> {
        self.states.last().cloned().unwrap_or_else(|| vec![None; DAYS])
    }

    fn value(&self, number: Option<usize>) -> Option<u8> {
        self.recordings[number?].value().copied()
    }

    fn record(&mut self, recording: Recording<u8>) -> Result<(), &'static str> {
        if self.recordings.last().is_some_and(|last| recording.recorded_at < last.recorded_at) {
            return Err("core.timeline_backwards");
        }
        let (state, span) = (self.state(), recording.span);
        let first = (span.start - day(0)).num_days() as usize;
        let last = match span.end {
            Some(last) => (last - day(0)).num_days() as usize,
            None => (first..DAYS).take_while(|n| state[*n] == state[first]).last().unwrap(),
        };
        let counts = |n: &usize| match recording.says {
            Says::Corrected(_) => {
                state[*n].is_some_and(|number| self.recordings[number].span == span)
            }
            _ => (first..=last).contains(n),
        };
        let days: Vec<usize> = (0..DAYS).filter(counts).collect();
        if matches!(recording.says, Says::Set(_)) && self.rules.overlaps == Overlaps::Refused {
            for &n in &days {
                let Some(number) = state[n] else { continue };
                let other = &self.recordings[number];
                let gives_way =
                    (span.end, other.span.end) == (None, None) && other.span.start < span.start;
                if other.value().is_some() && !gives_way {
                    return Err("core.timeline_overlap");
                }
            }
        }
        let mut holds: Vec<bool> = state.iter().map(|n| self.value(*n).is_some()).collect();
        days.iter().for_each(|n| holds[*n] = recording.value().is_some());
        let runs = holds.chunk_by(|a, b| a == b).filter(|run| run[0]).count();
        if self.rules.gaps == Gaps::Refused && runs > 1 {
            return Err("core.timeline_gap");
        }
        match recording.says {
            Says::Corrected(_) if days.is_empty() => {
                return Err("core.timeline_nothing_to_correct");
            }
            Says::Ended if self.value(state[first]).is_none() => {
                return Err("core.timeline_nothing_to_end");
            }
            _ => {}
        }
        let mut next = state;
        days.iter().for_each(|n| next[*n] = Some(self.recordings.len()));
        self.recordings.push(recording);
        self.states.push(next);
        Ok(())
    }

    fn known_at(&self, time: Timestamp) -> Vec<Option<usize>> {
        let known = self.recordings.iter().filter(|r| r.recorded_at <= time).count();
        known.checked_sub(1).map_or_else(|| vec![None; DAYS], |last| self.states[last].clone())
    }
}

fn says() -> impl Strategy<Value = Says<u8>> {
    prop_oneof![
        6 => (0u8..4).prop_map(Says::Set),
        3 => prop::option::weighted(0.8, 0u8..4).prop_map(Says::Corrected),
        1 => Just(Says::Ended),
    ]
}

/// Few days, so that the same spans come again.
fn steps() -> impl Strategy<Value = Vec<(usize, Option<usize>, Says<u8>, i64)>> {
    let length = prop::option::weighted(0.5, 0usize..12);
    let from = prop_oneof![0usize..DAYS - 1, (0usize..6).prop_map(|n| n * 6)];
    prop::collection::vec((from, length, says(), -1i64..4), 0..40)
}

fn rules() -> impl Strategy<Value = TimelineRules> {
    let overlaps = prop::sample::select(vec![Overlaps::Refused, Overlaps::Split]);
    let gaps = prop::sample::select(vec![Gaps::Allowed, Gaps::Refused]);
    (overlaps, gaps).prop_map(|(overlaps, gaps)| TimelineRules { overlaps, gaps })
}

proptest! {
    #[test]
    fn a_timeline_is_its_definition(rules in rules(), steps in steps(), known in 0i64..60, later in 0i64..20) {
        let mut naive = Naive { rules, recordings: Vec::new(), states: Vec::new() };
        let mut ours = Timeline::with(rules);
        let mut now = 5;
        for (from, length, says, passes) in steps {
            let recorded_at = at(now + passes);
            let recording = Recording { span: span(from, length), says, recorded_at };
            let expected = naive.record(recording.clone());
            let before = ours.clone();
            let actual = ours.record(recording).map_err(|error| error.code());
            prop_assert_eq!(actual, expected);
            if expected.is_ok() { now += passes } else { prop_assert_eq!(&ours, &before) }
        }
        let state = naive.state();
        for (n, number) in state.iter().enumerate() {
            prop_assert_eq!(ours.as_of(day(n)).copied(), naive.value(*number));
        }
        prop_assert_eq!(ours.as_of(NaiveDate::MAX), ours.as_of(day(DAYS - 1)));
        prop_assert_eq!(ours.as_of(NaiveDate::MIN), None);

        let (old, new) = (at(known), at(known + later));
        let (then, after) = (naive.known_at(old), naive.known_at(new));
        for (n, number) in then.iter().enumerate() {
            let recording = ours.known_at(old).recording_of(day(n));
            prop_assert_eq!(recording, number.map(|number| &naive.recordings[number]));
        }
        let segments = ours.known_at(old).segments();
        for (n, number) in then.iter().enumerate() {
            let held: Vec<u8> = segments.iter().filter(|s| s.days.contains(day(n))).map(|s| *s.value).collect();
            prop_assert_eq!(held, Vec::from_iter(naive.value(*number)));
        }
        prop_assert!(segments.windows(2).all(|pair| pair[0].days.end() < pair[1].days.start()));
        let revisions = ours.revisions(old, new);
        for (n, (before, after)) in then.iter().zip(&after).enumerate() {
            let (before, after) = (naive.value(*before), naive.value(*after));
            let told: Vec<_> = revisions.iter().filter(|r| r.days.contains(day(n))).map(|r| (r.before.copied(), r.after.copied())).collect();
            prop_assert_eq!(told, if before == after { vec![] } else { vec![(before, after)] });
        }
        prop_assert_eq!(&Timeline::replay(rules, ours.recordings().to_vec()).unwrap(), &ours);
    }

    #[test]
    fn what_is_set_from_days_on_may_be_recorded_in_any_order(
        days in prop::collection::btree_map(0usize..DAYS, 0u8..4, 0..12).prop_flat_map(|days| {
            let days: Vec<(usize, u8)> = days.into_iter().collect();
            (Just(days.clone()), Just(days).prop_shuffle())
        }),
    ) {
        let (sorted, shuffled) = days;
        let told = |order: &[(usize, u8)]| {
            let mut timeline = Timeline::new();
            for (n, (from, value)) in order.iter().enumerate() {
                timeline.set(Span::from(day(*from)), *value, at(n as i64)).unwrap();
            }
            timeline.segments().iter().map(|s| (s.days, *s.value)).collect::<Vec<_>>()
        };
        prop_assert_eq!(told(&sorted), told(&shuffled));
        prop_assert_eq!(told(&sorted).len(), sorted.len());
    }
}

#[test]
fn errors_name_both() {
    let mut timeline = Timeline::new();
    timeline.set(span(0, Some(9)), 1, at(1)).unwrap();
    let overlap = timeline.set(span(5, None), 2, at(2)).unwrap_err();
    assert_eq!(
        overlap.to_string(),
        "2026-01-06/.. meets 2026-01-01/2026-01-10, recorded at 1970-01-01T00:00:01Z: \
         correct that one, end it before, or give other days"
    );
    let mut strict =
        Timeline::with(TimelineRules { gaps: Gaps::Refused, ..TimelineRules::default() });
    strict.set(span(0, Some(9)), 1, at(1)).unwrap();
    let gap = strict.set(span(12, None), 2, at(2)).unwrap_err();
    assert_eq!(
        gap.to_string(),
        "with 2026-01-13/.. nothing would hold on 2026-01-11/2026-01-12, between days with a value: \
         fill these days first, or give other days"
    );
    assert_eq!(strict.set(span(10, None), 2, at(0)).unwrap_err().code(), "core.timeline_backwards");
    strict.set(span(10, None), 2, at(2)).unwrap();
    assert_eq!(strict.end(day(5), at(3)).unwrap_err().code(), "core.timeline_gap");
    strict.end(day(15), at(3)).unwrap();
}

#[test]
fn a_span_for_ever_ends_on_the_last_day() {
    let mut timeline = Timeline::new();
    let whole = Span::during(NaiveDate::MIN, NaiveDate::MAX).unwrap();
    timeline.set(whole, 1, at(0)).unwrap();
    assert_eq!(timeline.as_of(NaiveDate::MIN), Some(&1));
    assert_eq!(timeline.segments()[0].days, DateRange::always());
    assert_eq!(timeline.end(NaiveDate::MAX, at(1)), Ok(()));
    assert_eq!(timeline.as_of(NaiveDate::MAX), None);
}

#[test]
fn spans_are_read_as_they_are_written() {
    for text in ["2026-01-01/..", "2026-01-01/2026-01-31"] {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        let json = format!("{text:?}");
        assert_eq!(
            serde_json::to_string(&serde_json::from_str::<Span>(&json).unwrap()).unwrap(),
            json
        );
    }
    for text in ["../2026-01-31", "../..", "2026-01-01", "2026-02-01/2026-01-01"] {
        assert!(text.parse::<Span>().is_err(), "{text}");
    }
}

use crate::DateRange;

#[test]
fn a_timeline_is_written_as_what_was_recorded_and_read_only_if_it_could_be() {
    let mut rates =
        Timeline::with(TimelineRules { overlaps: Overlaps::Split, gaps: Gaps::Allowed });
    let price = |text: &str| crate::Money::parse(text).unwrap();
    rates.set(span(0, None), price("1.10 EUR"), at(1)).unwrap();
    rates.set(span(3, Some(2)), price("1.2 EUR"), at(2)).unwrap();
    rates.correct(span(0, None), None, at(3)).unwrap();
    rates.set(span(10, Some(2)), price("1.3 EUR"), at(4)).unwrap();
    let json = serde_json::to_string(&rates).unwrap();
    assert!(json.starts_with(r#"{"rules":{"overlaps":"split","gaps":"allowed"},"recordings":[{"span":"2026-01-01/..","says":{"set":{"amount":"1.1","currency":"EUR"}},"recorded_at":"#), "{json}");
    assert!(json.contains(r#""says":{"corrected":null}"#), "{json}");
    assert_eq!(serde_json::from_str::<Timeline<crate::Money>>(&json).unwrap(), rates);

    let refusal = |json: &str| serde_json::from_str::<Timeline<u8>>(json).unwrap_err().to_string();
    let ended = r#"{"recordings":[{"span":"2026-01-01/..","says":"ended","recorded_at":"2026-01-01T00:00:00Z"}]}"#;
    assert!(refusal(ended).contains("nothing"), "{}", refusal(ended));
    assert!(refusal(r#"{"recordings":[],"starts":[]}"#).contains("unknown field"));
    let reversed = r#"{"recordings":[{"span":"2026-01-02/2026-01-01","says":{"set":1},"recorded_at":"2026-01-01T00:00:00Z"}]}"#;
    assert!(serde_json::from_str::<Timeline<u8>>(reversed).is_err());
}
