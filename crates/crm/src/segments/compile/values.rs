//! What is written beside an attribute, as what its column holds.

use chrono::{Datelike, NaiveDateTime};
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;

use super::{Bounds, Check, ListCheck, Origin, WordCheck, scaled};
use crate::segments::predicate::{AttributeTest, Compare, Literal, Test};
use crate::segments::schema::{Fields, Kind, STAGE, listed};
use crate::segments::text::Part;
use crate::segments::{Place, Schema, SegmentError};

/// An attribute, and where it is asked.
#[derive(Clone, Copy)]
pub(super) struct Field<'f> {
    pub(super) fields: &'f Fields,
    pub(super) place: usize,
    pub(super) origin: Origin<'f>,
    pub(super) step: usize,
    pub(super) inner: Option<usize>,
}

impl Field<'_> {
    fn name(&self) -> &str {
        self.fields.list().get(self.place).map_or("", |field| &field.name)
    }

    fn kind(&self) -> Kind {
        self.fields.list().get(self.place).map_or(Kind::Text, |field| field.kind)
    }

    fn at(&self, part: Part) -> Place {
        self.origin.place_in(self.step, self.inner, part)
    }

    fn mismatch(&self, part: Part, test: &Test, why: String) -> SegmentError {
        let what = AttributeTest { name: self.name().to_owned(), test: test.clone() }.to_string();
        SegmentError::Mismatch { place: self.at(part), what, why }
    }

    /// The attribute is of another type than the question.
    fn only(&self, test: &Test, wanted: &str) -> SegmentError {
        let why = format!("{} is {}: this is asked of {wanted}", self.name(), self.kind().name());
        self.mismatch(Part::Name, test, why)
    }
}

pub(super) fn check(schema: &Schema, test: &Test, field: Field<'_>) -> Result<Check, SegmentError> {
    let kind = field.kind();
    is_kept(schema, test, field)?;
    match test {
        Test::IsNull => Ok(Check::Null),
        Test::Compare(compare, value) => compared(schema, test, *compare, value, field),
        Test::In(values) => one_of(schema, test, values, field),
        Test::HasAny(texts) if kind == Kind::Texts => {
            Ok(Check::List(ListCheck::Any(texts.clone())))
        }
        Test::HasAll(texts) if kind == Kind::Texts => {
            Ok(Check::List(ListCheck::All(texts.clone())))
        }
        Test::Contains(text) if kind == Kind::Text => {
            Ok(Check::Word(WordCheck::Contains(text.clone())))
        }
        Test::StartsWith(text) if kind == Kind::Text => {
            Ok(Check::Word(WordCheck::StartsWith(text.clone())))
        }
        Test::EndsWith(text) if kind == Kind::Text => {
            Ok(Check::Word(WordCheck::EndsWith(text.clone())))
        }
        Test::Ago(compare, span) if kind == Kind::Instant => {
            Ok(Check::Ago(*compare, span.micros()))
        }
        Test::DaysAhead(compare, days) if kind == Kind::Day => Ok(Check::Ahead(*compare, *days)),
        Test::HasAny(_) | Test::HasAll(_) => Err(field.only(test, "a list of texts")),
        Test::Contains(_) | Test::StartsWith(_) | Test::EndsWith(_) => {
            Err(field.only(test, "a text"))
        }
        Test::Ago(..) => Err(field.only(test, "an instant")),
        Test::DaysAhead(..) => Err(field.only(test, "a day")),
    }
}

/// Whether what an attribute is compared with can be one of its values.
fn is_kept(schema: &Schema, test: &Test, field: Field<'_>) -> Result<(), SegmentError> {
    // Only attributes of contacts have lists.
    let of_contacts = std::ptr::eq(field.fields, &schema.attributes);
    let words = schema.words.iter().find(|(name, _)| of_contacts && name == field.name());
    let values = match test {
        Test::Compare(_, value) => std::slice::from_ref(value),
        Test::In(values) => values.as_slice(),
        _ => return Ok(()),
    };
    for (number, value) in values.iter().enumerate() {
        match (value, words, field.kind()) {
            (Literal::Text(text), Some((name, words)), _) if !words.contains(text) => {
                return Err(SegmentError::UnknownName {
                    place: field.at(Part::Value(number)),
                    what: if name == STAGE { "stage" } else { "choice" },
                    name: text.clone(),
                    known: listed(words.iter().map(String::as_str)),
                });
            }
            (Literal::Number(value), _, Kind::Number { decimals }) => {
                let Some(farthest) = schema.farthest else { continue };
                if value.abs() > farthest || value.normalize().scale() > u32::from(decimals) {
                    let why = format!(
                        "{} is kept with {decimals} decimals and up to {farthest}: compare it with such a number",
                        field.name()
                    );
                    return Err(field.mismatch(Part::Value(number), test, why));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn compared(
    schema: &Schema,
    test: &Test,
    compare: Compare,
    value: &Literal,
    field: Field<'_>,
) -> Result<Check, SegmentError> {
    let is_equality = matches!(compare, Compare::Equal | Compare::NotEqual);
    let bounds = |held: i64| Ok(Check::Within(Bounds::of(compare, held.into())));
    match (field.kind(), value) {
        (Kind::Number { decimals }, Literal::Number(number)) => {
            Ok(Check::Within(Bounds::scaled(compare, *number, decimals)))
        }
        (Kind::Text, Literal::Text(text)) => {
            Ok(Check::Word(WordCheck::Compare(compare, text.clone())))
        }
        (Kind::Flag, Literal::Flag(flag)) if is_equality => bounds(i64::from(*flag)),
        (Kind::Flag, Literal::Flag(_)) => {
            let why = format!("{} is true or false: ask with = or !=", field.name());
            Err(field.mismatch(Part::Value(0), test, why))
        }
        (Kind::Day, Literal::Day(day)) => bounds(day.num_days_from_ce().into()),
        (Kind::Instant, Literal::Instant(at)) => bounds(at.micros()),
        (Kind::Instant, Literal::Local(local, zone)) => {
            bounds(local_instant(schema, *local, zone, 0, field)?.micros())
        }
        (Kind::Texts, _) => {
            let why = format!("{} is a list of texts: ask what it has", field.name());
            Err(field.mismatch(Part::Value(0), test, why))
        }
        (kind, _) => {
            let why =
                format!("{} is {}: compare it with {}", field.name(), kind.name(), kind.name());
            Err(field.mismatch(Part::Value(0), test, why))
        }
    }
}

fn one_of(
    schema: &Schema,
    test: &Test,
    values: &[Literal],
    field: Field<'_>,
) -> Result<Check, SegmentError> {
    let kind = field.kind();
    let (mut words, mut numbers) = (Vec::new(), Vec::new());
    for (number, value) in values.iter().enumerate() {
        match (kind, value) {
            (Kind::Text, Literal::Text(text)) => words.push(text.clone()),
            (Kind::Number { decimals }, Literal::Number(value)) => {
                let (held, exact) = scaled(*value, decimals);
                // What has more decimals than the attribute is none of its values.
                numbers.extend(i64::try_from(held).ok().filter(|_| exact));
            }
            (Kind::Flag, Literal::Flag(flag)) => numbers.push(i64::from(*flag)),
            (Kind::Day, Literal::Day(day)) => numbers.push(day.num_days_from_ce().into()),
            (Kind::Instant, Literal::Instant(at)) => numbers.push(at.micros()),
            (Kind::Instant, Literal::Local(local, zone)) => {
                numbers.push(local_instant(schema, *local, zone, number, field)?.micros());
            }
            (Kind::Texts, _) => {
                return Err(field.only(test, "a single value; ask a list what it has"));
            }
            _ => {
                let why = format!("{} is {}, and {value} is none", field.name(), kind.name());
                return Err(field.mismatch(Part::Value(number), test, why));
            }
        }
    }
    if kind == Kind::Text {
        return Ok(Check::Word(WordCheck::OneOf(words)));
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(Check::OneOf(numbers))
}

/// The instant at which clocks of a zone show this, if it is one.
fn local_instant(
    schema: &Schema,
    local: NaiveDateTime,
    name: &str,
    number: usize,
    field: Field<'_>,
) -> Result<Timestamp, SegmentError> {
    let place = || field.at(Part::Value(number));
    let Some((_, zone)) = schema.zones.iter().find(|(known, _)| known == name) else {
        return Err(SegmentError::UnknownName {
            place: place(),
            what: "zone",
            name: name.to_owned(),
            known: listed(schema.zones.iter().map(|(name, _)| name.as_str())),
        });
    };
    let found = instants(zone, local);
    let (times, way_out) = match found.as_slice() {
        [one] => return Ok(*one),
        [] => ("never", "they are put forward over it; give a time before or after"),
        _ => (
            "twice",
            "they are put back over it; give the instant with its offset, such as 2026-10-25T02:30:00+02:00",
        ),
    };
    let (local, zone) = (local.to_string(), name.to_owned());
    Err(SegmentError::LocalTime { place: place(), local, zone, times, way_out })
}

/// All instants at which clocks of a zone show this.
fn instants(zone: &Zone, local: NaiveDateTime) -> Vec<Timestamp> {
    let shown = local.and_utc().timestamp_micros();
    // A zone's offsets are found by asking it around: none is further than 18 hours from UTC.
    let mut offsets: Vec<i32> = (-36..=36)
        .filter_map(|half_days| Timestamp::from_micros(shown + half_days * 1_800_000_000))
        .map(|at| zone.offset_at(at))
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    let at = |minutes: &i32| Timestamp::from_micros(shown - i64::from(*minutes) * 60_000_000);
    let mut found: Vec<Timestamp> = offsets
        .iter()
        .filter_map(|minutes| at(minutes).filter(|at| zone.offset_at(*at) == *minutes))
        .collect();
    found.sort_unstable();
    found
}
