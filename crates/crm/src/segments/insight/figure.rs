//! What was found where a condition was asked, as people would say it.

use chrono::NaiveDate;

use crate::segments::compile::{Acts, Condition, Goal, Path, Which};
use crate::segments::evaluate::{Asked, Place, Records, Track, latest, passes};
use crate::segments::{Span, Value};

/// What a condition found; `None` for what rests on other segments.
pub(super) fn found<R: Records>(asked: &Asked<'_, R>, condition: &Condition) -> Option<String> {
    match condition {
        Condition::Attribute(check) => {
            let column = asked.records.people().table.column(check.field)?;
            Some(shown(&column.value(asked.contact as usize)))
        }
        Condition::Behaviour(acts) => acts_found(asked, acts),
        Condition::Sequence(path) => Some(steps_reached(asked, path)),
        Condition::Interest(decayed) => Some(format!("{:.3}", asked.worth(decayed))),
        Condition::Segment(_) | Condition::People(..) => None,
    }
}

/// A value as it is written in a predicate.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "missing".into(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Flag(flag) => flag.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Instant(at) => at.to_string(),
        Value::Texts(texts) => format!("{texts:?}"),
    }
}

fn place<'a, R: Records>(asked: &'a Asked<'_, R>) -> Place<'a> {
    Place::new(asked.records.schema(), asked.records.people().zone(asked.contact))
}

fn acts_found<R: Records>(asked: &Asked<'_, R>, acts: &Acts) -> Option<String> {
    let table = asked.records.table(acts.kind)?;
    let track = asked.records.track(asked.contact, acts.kind);
    let place = place(asked);
    let within = track.within(acts.window.at(asked.now, place));
    let places: Vec<usize> =
        within.filter(|at| passes(&acts.filter, table, track.row(*at))).collect();
    let values = |field: usize| {
        let column = table.column(field);
        let value = |at: &usize| column.map(|column| column.value(track.row(*at)));
        places.iter().filter_map(value).filter(|value| *value != Value::Null).collect::<Vec<_>>()
    };
    Some(match &acts.goal {
        Goal::Count(_) => places.len().to_string(),
        Goal::Frequency(_) => {
            let mut days: Vec<NaiveDate> =
                places.iter().map(|at| place.day(track.at(*at))).collect();
            days.dedup();
            days.len().to_string()
        }
        Goal::Sum(field, _) => sum(&values(*field)).to_string(),
        Goal::Average(field, _) => match values(*field) {
            none if none.is_empty() => "missing".into(),
            values => {
                let count = rust_decimal::Decimal::from(values.len());
                let mean = sum(&values).checked_div(count).unwrap_or_default();
                mean.round_dp(4).normalize().to_string()
            }
        },
        Goal::Distinct(field, _) => {
            let mut texts: Vec<String> = values(*field).iter().map(shown).collect();
            texts.sort();
            texts.dedup();
            texts.len().to_string()
        }
        Goal::One(which, check) => {
            let column = table.column(check.field)?;
            let rows = places.iter().map(|at| track.row(*at));
            let valued = rows.clone().filter_map(|row| Some((column.get(row)?, row)));
            let row = match which {
                Which::First => rows.clone().next(),
                Which::Last => rows.clone().next_back(),
                Which::Least => valued.min().map(|(_, row)| row),
                Which::Greatest => valued.max().map(|(_, row)| row),
            };
            shown(&row.map_or(Value::Null, |row| column.value(row)))
        }
        Goal::Since(which, _) => {
            let at = if *which == Which::Last { places.last() } else { places.first() };
            at.map_or("never".into(), |at| ago(asked.now - track.at(*at)))
        }
    })
}

fn sum(values: &[Value]) -> rust_decimal::Decimal {
    let number = |value: &Value| match value {
        Value::Number(number) => *number,
        _ => rust_decimal::Decimal::ZERO,
    };
    let add = |sum: rust_decimal::Decimal, number| sum.checked_add(number).unwrap_or(sum);
    values.iter().map(number).fold(rust_decimal::Decimal::ZERO, add)
}

/// A length of time, to the hour where that says enough.
fn ago(micros: i64) -> String {
    const HOUR: i64 = 3_600_000_000;
    let said = if micros >= HOUR { micros / HOUR * HOUR } else { micros };
    let days = said / (24 * HOUR);
    let hours = said % (24 * HOUR) / HOUR;
    match (days, hours) {
        (0, _) => format!("{said} microseconds")
            .parse::<Span>()
            .map_or("0 seconds".into(), |span| span.to_string()),
        (days, 0) => format!("{days} days"),
        (days, hours) => format!("{days} days {hours} hours"),
    }
}

fn steps_reached<R: Records>(asked: &Asked<'_, R>, path: &Path) -> String {
    let range = path.window.at(asked.now, place(asked));
    let reached = (1..=path.steps.len()).rev().find(|steps| {
        let part =
            Path { steps: path.steps.iter().take(*steps).cloned().collect(), ..path.clone() };
        let tracks: Vec<_> =
            part.steps.iter().map(|step| asked.records.track(asked.contact, step.kind)).collect();
        let counts = |number: usize, row: usize| {
            part.steps.get(number).is_some_and(|step| {
                let table = asked.records.table(step.kind);
                table.is_some_and(|table| passes(&step.filter, table, row))
            })
        };
        latest(&part, &tracks, range, counts).is_some()
    });
    format!("{} of {} steps", reached.unwrap_or(0), path.steps.len())
}
