//! What is stored of contacts and events, as scorecards read it.

use fondaco_core::Timestamp;
use smol_str::SmolStr;

use crate::KernelError;
use crate::attributes::{Value, ValueKind, Values};
use crate::events::BehaviourEvent;
use crate::scoring::rules::{Event, Scorer, Tally, Type, Value as Known};

/// A value of a type; nothing where it has another: the scorecard then does not know it.
fn known(value: &Value, wanted: Type) -> Option<Known<'_>> {
    match (value, wanted) {
        (Value::Text(text), Type::Text) => Some(Known::Text(text)),
        (Value::Number(_), Type::Number) => value.to_f64().map(Known::Number),
        (Value::Flag(flag), Type::Flag) => Some(Known::Flag(*flag)),
        (Value::Day(day), Type::Date) => Some(Known::Date(*day)),
        (Value::Instant(at), Type::Date) => Some(Known::Date(at.date_utc())),
        _ => None,
    }
}

/// As what scorecards look at values of a kind.
pub(super) fn type_of(kind: ValueKind) -> Type {
    match kind {
        ValueKind::Text | ValueKind::Choice => Type::Text,
        ValueKind::Number => Type::Number,
        ValueKind::Flag => Type::Flag,
        ValueKind::Day | ValueKind::Instant => Type::Date,
    }
}

/// Those of some values that the scorecard declares.
pub(super) fn attributes<'v>(scorer: &Scorer, values: &'v Values) -> Vec<(&'v str, Known<'v>)> {
    let declared = &scorer.card().attributes;
    let of = |(name, value): (&'v SmolStr, &'v Value)| {
        Some((name.as_str(), known(value, *declared.get(name.as_str())?)?))
    };
    values.iter().filter_map(of).collect()
}

/// Whether a value of that name is kept beside the tally.
pub(super) fn keeps(scorer: &Scorer, name: &str) -> bool {
    scorer.knows_attribute(name)
}

/// Counts an event, or takes it back; nothing happens where the scorecard does not know its kind. Says whether it does.
pub(super) fn count(
    scorer: &Scorer,
    tally: &mut Tally,
    event: &BehaviourEvent,
    now: Timestamp,
    adds: bool,
) -> Result<bool, KernelError> {
    let Some(declared) = scorer.card().events.get(event.kind.as_str()) else { return Ok(false) };
    let values = event.details.get().and_then(|values| values.get());
    let mut properties = Vec::new();
    if let Some(values) = values {
        for (name, value) in values.iter() {
            if let Some(kind) = declared.get(name.as_str())
                && let Some(value) = known(value, *kind)
            {
                properties.push((name.as_str(), value));
            }
        }
    }
    let event = Event {
        automated: event.machine.is_some(),
        ..Event::new(&event.kind, event.at).with(&properties)
    };
    // A source's clock may be a little ahead.
    let now = now.max(event.at);
    match adds {
        true => scorer.record(tally, &event, now)?,
        false => scorer.take_back(tally, &event, now)?,
    }
    Ok(true)
}
