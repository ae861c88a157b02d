//! Events and answers as JSON text, so that people can read them with SQL, and every value comes back as it was.
//!
//! Null, bool, integer and text are themselves; every other value is an object with one member that names its type:
//! `{"decimal": "1.50"}`, `{"date": "2026-07-01"}`, `{"id": "0190..."}`.

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::digest::hex;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use fondaco_core::store::DecodeError;
use fondaco_core::store::{Event, Value};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

pub(crate) fn events_to_json(events: &[Event]) -> Json {
    let pair = |(name, value): &(smol_str::SmolStr, Value)| json!([name.as_str(), to_json(value)]);
    let event = |event: &Event| json!({ "name": event.name.as_str(), "data": event.data.iter().map(pair).collect::<Vec<_>>() });
    Json::Array(events.iter().map(event).collect())
}

pub(crate) fn answer_to_json(answer: &[Value]) -> Json {
    Json::Array(answer.iter().map(to_json).collect())
}

pub(crate) fn events_of(json: &Json) -> Option<Vec<Event>> {
    json.as_array()?.iter().map(event).collect()
}

pub(crate) fn answer_of(json: &Json) -> Option<Vec<Value>> {
    json.as_array()?.iter().map(value).collect()
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn events(text: &str) -> Result<Vec<Event>, DecodeError> {
    parsed(text, events_of, "list of events")
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn answer(text: &str) -> Result<Vec<Value>, DecodeError> {
    parsed(text, answer_of, "answer")
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn parsed<T>(text: &str, read: impl Fn(&Json) -> Option<T>, what: &str) -> Result<T, DecodeError> {
    let json = serde_json::from_str(text).ok();
    json.as_ref().and_then(read).ok_or_else(|| DecodeError::out_of_range(what))
}

fn event(json: &Json) -> Option<Event> {
    let mut out = Event::new(json.get("name")?.as_str()?);
    for pair in json.get("data")?.as_array()? {
        out = out.with(pair.get(0)?.as_str()?, value(pair.get(1)?)?);
    }
    Some(out)
}

pub(crate) fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(pair).collect()
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Bool(v) => json!(v),
        Value::I64(v) => json!(v),
        Value::Text(v) => json!(v.as_str()),
        Value::Decimal(v) => json!({ "decimal": v.to_string() }),
        Value::Bytes(v) => json!({ "bytes": hex(v) }),
        Value::Date(v) => json!({ "date": v.to_string() }),
        Value::Instant(v) => json!({ "instant": v.micros() }),
        Value::Id(v) => json!({ "id": format!("{v:032x}") }),
        Value::Json(v) => json!({ "json": v.as_ref() }),
        Value::Personal(v, salt) => json!({ "personal": [to_json(v), hex(salt)] }),
        Value::Erased(v) => json!({ "erased": hex(v) }),
        Value::Drawn { draw, offset } => json!({ "drawn": [draw, offset] }),
        _ => Json::Null,
    }
}

fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(v) => Value::Bool(*v),
        Json::Number(v) => Value::I64(v.as_i64()?),
        Json::String(v) => Value::text(v),
        Json::Array(_) => return None,
        Json::Object(object) => {
            let (tag, inner) = object.iter().next()?;
            tagged(tag, inner)?
        }
    })
}

fn tagged(tag: &str, inner: &Json) -> Option<Value> {
    Some(match tag {
        "decimal" => Value::Decimal(Decimal::from_str_exact(inner.as_str()?).ok()?),
        "bytes" => Value::Bytes(bytes(inner.as_str()?)?.into()),
        "date" => Value::Date(inner.as_str()?.parse::<NaiveDate>().ok()?),
        "instant" => Value::Instant(Timestamp::from_micros(inner.as_i64()?)?),
        "id" => Value::Id(u128::from_str_radix(inner.as_str()?, 16).ok()?),
        "json" => Value::Json(inner.as_str()?.into()),
        "personal" => {
            let salt = bytes(inner.get(1)?.as_str()?)?.try_into().ok()?;
            Value::Personal(Box::new(value(inner.get(0)?)?), salt)
        }
        "erased" => Value::Erased(bytes(inner.as_str()?)?.try_into().ok()?),
        "drawn" => Value::Drawn {
            draw: inner.get(0)?.as_u64()?.try_into().ok()?,
            offset: inner.get(1)?.as_u64()?.try_into().ok()?,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back() {
        let values = vec![
            Value::Null,
            Value::Bool(true),
            Value::I64(i64::MIN),
            Value::text("a \"quoted\" \n text"),
            Value::Decimal("-12.3400".parse().unwrap()),
            Value::Decimal(Decimal::MAX),
            Value::Bytes([0, 255].as_slice().into()),
            Value::Date(NaiveDate::MIN),
            Value::Date(NaiveDate::MAX),
            Value::Date("2026-07-01".parse().unwrap()),
            Value::Instant(Timestamp::MAX),
            Value::Id(u128::MAX),
            Value::Json(r#"{"a": 1.0}"#.into()),
            Value::Personal(Box::new(Value::text("Ann")), [7; 16]),
            Value::Erased([9; 32]),
        ];
        assert_eq!(answer_of(&answer_to_json(&values)).unwrap(), values);
        let event = Event::new("a.b").with("n", Value::I64(1)).with("n", Value::Id(2));
        assert_eq!(events_of(&events_to_json(std::slice::from_ref(&event))).unwrap(), vec![event]);
    }
}
