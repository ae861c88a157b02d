//! Numbers without gaps, drawn as the last step of a commit.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::store::{Drawn, Event, Floor, SeriesState, StoreError, Value};

use crate::probe::{Flaw, Probe, Verdict, broken, home, same, together};
use crate::records::{Item, Sample, Stock};
use crate::stage::Stage;
use crate::suite::Check;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "numbers.gapless",
        promise: "each draw takes the next numbers of its series, from 1",
        run: gapless,
    },
    Check {
        name: "numbers.drawn_twice",
        promise: "two draws of one series in one batch take numbers one after the other",
        run: drawn_twice,
    },
    Check {
        name: "numbers.filled",
        promise: "places of drawn numbers are filled in inserted and put rows, events and answer, in commit, receipt and feed",
        run: filled,
    },
    Check {
        name: "numbers.refused_take_none",
        promise: "a batch that is refused takes no number",
        run: refused_take_none,
    },
    Check {
        name: "numbers.late",
        promise: "a draw whose first date is before the series' date is late, and says which date that is; all of a batch that are late are named",
        run: late,
    },
    Check {
        name: "numbers.none_drawn",
        promise: "a draw of no number leaves its series as it is, the date too",
        run: none_drawn,
    },
    Check {
        name: "numbers.under_threads",
        promise: "numbers drawn by many threads, some of them refused, have no gap and no double",
        run: under_threads,
    },
];

fn place(draw: u32, offset: u32) -> Drawn {
    Drawn::Place { draw, offset }
}

fn state(last: i64, date: Option<NaiveDate>) -> SeriesState {
    SeriesState { last, date }
}

fn gapless(probe: &Probe<'_>) -> Verdict {
    same("a series never drawn from", probe.series("a")?, SeriesState::default())?;
    let numbers = [Value::Drawn { draw: 0, offset: 0 }, Value::Drawn { draw: 1, offset: 2 }];
    for (first, last) in [(1, 3), (2, 6), (3, 9)] {
        let batch = probe.batch().draw("a", 1).draw("b", 3);
        let commit = probe.done(numbers.iter().cloned().fold(batch, Stage::answers))?;
        same("the numbers", commit.answer, vec![Value::I64(first), Value::I64(last)])?;
    }
    same("the first series", probe.series("a")?, state(3, None))?;
    same("the second series", probe.series("b")?, state(9, None))
}

fn drawn_twice(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().draw("a", 3))?;
    let batch = probe.batch().draw("a", 2).draw("b", 1).draw("a", 1);
    let numbers = [(0, 0), (0, 1), (2, 0)].map(|(draw, offset)| Value::Drawn { draw, offset });
    let commit = probe.done(numbers.into_iter().fold(batch, Stage::answers))?;
    same("the numbers", commit.answer, [4, 5, 6].map(Value::I64).to_vec())?;
    same("the series", probe.series("a")?, state(6, None))
}

fn filled(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().insert(vec![Item::new(1, "a")]).draw("n", 4))?;
    let samples: Vec<Sample> = (0..3)
        .map(|i| Sample { drawn: Some(place(1, i)), ..Sample::new(1, i64::from(i)) })
        .collect();
    let drawn = Value::Drawn { draw: 1, offset: 2 };
    let batch = probe
        .batch()
        .insert(samples)
        .put(Item { drawn: Some(place(0, 0)), ..Item::new(1, "a") }, 1);
    let event = Event::new("kit.numbered").with("no", drawn.clone());
    let commit = probe.done(batch.draw("other", 1).draw("n", 3).tells(event).answers(drawn))?;
    for number in 0..3 {
        let found = probe.record::<Sample>((1, number))?.drawn;
        same("the number in a fact", found, Some(Drawn::Number(5 + number)))?;
    }
    let found = probe.record::<Item>((1, "a".into()))?.drawn;
    same("the number in a state row", found, Some(Drawn::Number(1)))?;
    let event = Event::new("kit.numbered").with("no", Value::I64(7));
    same("the answer", commit.answer.clone(), vec![Value::I64(7)])?;
    same("the events", commit.events.clone(), vec![event.clone()])?;
    let receipt = probe.receipt(home(), commit.id)?.ok_or_else(|| broken("no receipt"))?;
    same("the receipt's answer", receipt.answer, vec![Value::I64(7)])?;
    let feed = probe.feed(home(), 1)?.pop().ok_or_else(|| broken("the feed is empty"))?;
    same(
        "the feed's events and answer",
        (feed.events, feed.answer),
        (vec![event], vec![Value::I64(7)]),
    )
}

fn refused_take_none(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().draw("a", 2))?;
    let floor = Floor::new(&[(2, 1)], 0);
    probe.refused(probe.batch().draw("a", 1).add_over(vec![Stock::of("x", -1, 0)], &[floor]))?;
    let unseen = crate::probe::key::<Item>((1, "x".into()));
    probe.refused(probe.batch().draw("a", 1).sees(unseen, 5))?;
    let commit =
        probe.done(probe.batch().draw("a", 1).answers(Value::Drawn { draw: 0, offset: 0 }))?;
    same("the next number", commit.answer, vec![Value::I64(3)])
}

pub(super) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, day).unwrap_or_default()
}

fn late(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().draw_dated("a", 2, day(3), day(7)))?;
    same("the series", probe.series("a")?, state(2, Some(day(7))))?;
    let batch = probe.batch().draw_dated("a", 1, day(6), day(9));
    let refusal = probe.refused(batch.draw_dated("b", 1, day(1), day(1)))?;
    same("the late series", refusal.late, vec![("a".into(), day(7))])?;
    probe.done(probe.batch().draw_dated("c", 1, day(8), day(8)))?;
    let batch = probe.batch().draw_dated("a", 1, day(1), day(9));
    let mut late = probe.refused(batch.draw_dated("c", 1, day(2), day(2)))?.late;
    late.sort();
    same("all late series", late, vec![("a".into(), day(7)), ("c".into(), day(8))])?;
    same("the series after a late draw", probe.series("a")?, state(2, Some(day(7))))?;
    same("the other series", probe.series("b")?, SeriesState::default())?;
    probe.done(probe.batch().draw_dated("a", 1, day(7), day(7)))?;
    probe.done(probe.batch().draw("a", 1))?;
    same("the series at last", probe.series("a")?, state(4, Some(day(7))))
}

fn none_drawn(probe: &Probe<'_>) -> Verdict {
    probe.done(probe.batch().draw_dated("s", 0, day(9), day(9)))?;
    same("the series", probe.series("s")?, SeriesState::default())?;
    probe.done(probe.batch().draw_dated("s", 1, day(3), day(3)))?;
    probe.done(probe.batch().draw_dated("s", 0, day(5), day(7)))?;
    same("the series afterwards", probe.series("s")?, state(1, Some(day(3))))
}

fn under_threads(probe: &Probe<'_>) -> Verdict {
    let floor = Floor::new(&[(2, 1)], 0);
    probe.done(probe.batch().add(vec![Stock::of("a", 20, 0)]))?;
    let drawn = together(4, |thread| {
        let mut drawn = Vec::new();
        for step in 0..8 {
            let unseen = crate::probe::key::<Item>((1, "x".into()));
            probe.refused(probe.batch().draw("a", 2).sees(unseen, 5))?;
            let sale = vec![Stock::of("a", -1, 0)];
            let batch = probe.batch().draw("a", 1).add_over(sale, std::slice::from_ref(&floor));
            let row = Sample { drawn: Some(place(0, 0)), ..Sample::new(thread as i64, step) };
            match probe.commit(batch.insert(vec![row]).answers(Value::Drawn { draw: 0, offset: 0 }))
            {
                Ok(commit) => drawn.extend(commit.answer),
                Err(StoreError::Refused(_)) => {}
                Err(other) => return Err(Flaw::from(other)),
            }
        }
        Ok(drawn)
    })?;
    let mut numbers: Vec<i64> = drawn.concat().into_iter().filter_map(number).collect();
    numbers.sort_unstable();
    same("the numbers drawn", numbers, (1..=20).collect())?;
    let rows: BTreeSet<_> =
        probe.all::<Sample>()?.into_iter().filter_map(|row| row.drawn).collect();
    same("the numbers in rows", rows, (1..=20).map(Drawn::Number).collect())
}

fn number(value: Value) -> Option<i64> {
    match value {
        Value::I64(number) => Some(number),
        _ => None,
    }
}
