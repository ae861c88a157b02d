//! What is known of contacts and of what they do: names and types, against which predicates are compiled.

use fondaco_core::map::HashMap;

use chrono::{Datelike, NaiveDate};
use fondaco_core::Timestamp;
use fondaco_core::calendar::{WorkingDays, Zone};
use rust_decimal::Decimal;

use super::SegmentError;

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A number with so many decimals, which lie within 64 bits all together: with two, up to 92,233,720,368,547,758.07.
    Number {
        /// How many, 12 at most.
        decimals: u8,
    },
    /// A text.
    Text,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant.
    Instant,
    /// A list of texts, in which order and repetition say nothing.
    Texts,
}

impl Kind {
    /// As it is called in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Number { .. } => "a number",
            Kind::Text => "a text",
            Kind::Flag => "true or false",
            Kind::Day => "a day",
            Kind::Instant => "an instant",
            Kind::Texts => "a list of texts",
        }
    }
}

/// A value of an attribute, as hosts give it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value {
    /// It isn't there.
    Null,
    /// A number.
    Number(Decimal),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(Timestamp),
    /// A list of texts.
    Texts(Vec<String>),
}

/// A name and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The type.
    pub kind: Kind,
}

/// Names in their order, found by name.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    fields: Vec<Field>,
    by_name: HashMap<String, usize>,
}

impl Fields {
    /// The fields in their order, which is that of the values of a row.
    #[must_use]
    pub fn list(&self) -> &[Field] {
        &self.fields
    }

    /// The place of a field.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// A row of nulls, to be filled in by name.
    #[must_use]
    pub fn blank(&self) -> Vec<Value> {
        vec![Value::Null; self.fields.len()]
    }

    pub(super) fn add(&mut self, name: &str, kind: Kind) {
        match self.by_name.get(name).and_then(|place| self.fields.get_mut(*place)) {
            Some(field) => field.kind = kind,
            None => {
                self.by_name.insert(name.to_owned(), self.fields.len());
                self.fields.push(Field { name: name.to_owned(), kind });
            }
        }
    }
}

/// A kind of event, and what each says.
#[derive(Clone, Debug)]
pub struct EventKind {
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub fields: Fields,
}

/// What is known of contacts and of what they do.
///
/// ```
/// use fondaco_crm::segments::{Kind, Predicate, Schema, SegmentSet};
///
/// let schema = Schema::new()
///     .attribute("country", Kind::Text)
///     .attribute("tags", Kind::Texts)
///     .event("purchase", [("amount", Kind::Number { decimals: 2 })]);
/// let big: Predicate = "country = \"DE\" and sum(purchase.amount) in 90 days > 100".parse()?;
/// assert!(SegmentSet::compile(&schema, [("big", big)]).is_ok());
/// let typo: Predicate = "county = \"DE\"".parse()?;
/// let refused = SegmentSet::compile(&schema, [("typo", typo)]).unwrap_err();
/// assert_eq!(refused.to_string(), "typo/attribute/name: there is no attribute \"county\"; there are country, tags");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub(super) attributes: Fields,
    pub(super) events: Vec<EventKind>,
    pub(super) zones: Vec<(String, Zone)>,
    pub(super) business: Option<WorkingDays>,
    /// Attributes that are one of a list.
    pub(super) words: Vec<(String, Vec<String>)>,
    /// The farthest number that is kept, in units of the attribute.
    pub(super) farthest: Option<Decimal>,
}

/// Where who lives nowhere lives.
static UTC: Zone = Zone::UTC;

/// What the attributes of scores and of the lifecycle are called.
pub(super) fn score_name(score: &str) -> String {
    format!("score.{score}")
}

/// The attribute with the stage of the lifecycle.
pub(super) const STAGE: &str = "stage";
/// The attribute that says since when.
pub(super) const STAGE_SINCE: &str = "stage.since";

impl Schema {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Schema {
        Schema::default()
    }

    /// An attribute of contacts; given again, its type.
    #[must_use]
    pub fn attribute(mut self, name: &str, kind: Kind) -> Schema {
        self.attributes.add(name, kind);
        self
    }

    /// An attribute that is one of these words: others are refused where it is compared with them.
    #[must_use]
    pub fn words(mut self, name: &str, words: impl IntoIterator<Item = String>) -> Schema {
        self.words.push((name.to_owned(), words.into_iter().collect()));
        self.attribute(name, Kind::Text)
    }

    /// Numbers are kept as far from zero as this: what is compared with farther ones, or with more decimals than are kept, is refused.
    #[must_use]
    pub(crate) fn farthest(mut self, number: Decimal) -> Schema {
        self.farthest = Some(number);
        self
    }

    /// A score of contacts, kept as the attribute `score.NAME` with four decimals.
    #[must_use]
    pub fn score(self, name: &str) -> Schema {
        self.attribute(&score_name(name), Kind::Number { decimals: 4 })
    }

    /// The stages of the lifecycle, kept as the attributes `stage` and `stage.since`.
    #[must_use]
    pub fn lifecycle(self) -> Schema {
        self.attribute(STAGE, Kind::Text).attribute(STAGE_SINCE, Kind::Instant)
    }

    /// A kind of event with its attributes; given again, more attributes.
    #[must_use]
    pub fn event<'f>(
        mut self,
        name: &str,
        fields: impl IntoIterator<Item = (&'f str, Kind)>,
    ) -> Schema {
        let place = self.kind_of(name).unwrap_or_else(|| {
            self.events.push(EventKind { name: name.to_owned(), fields: Fields::default() });
            self.events.len() - 1
        });
        if let Some(kind) = self.events.get_mut(place) {
            fields.into_iter().for_each(|(name, of)| kind.fields.add(name, of));
        }
        self
    }

    /// A zone that contacts may live in. Who lives in none of them lives in UTC.
    #[must_use]
    pub fn zone(mut self, name: &str, zone: Zone) -> Schema {
        self.zones.push((name.to_owned(), zone));
        self
    }

    /// Which days are worked, for windows of business days; beyond them, and without, Monday to Friday.
    #[must_use]
    pub fn business_days(mut self, days: WorkingDays) -> Schema {
        self.business = Some(days);
        self
    }

    /// The attributes of contacts.
    #[must_use]
    pub fn attributes(&self) -> &Fields {
        &self.attributes
    }

    /// The kinds of events, in their order.
    #[must_use]
    pub fn events(&self) -> &[EventKind] {
        &self.events
    }

    /// The place of a kind of event.
    #[must_use]
    pub fn kind_of(&self, event: &str) -> Option<usize> {
        self.events.iter().position(|kind| kind.name == event)
    }

    /// The place of a zone, as contacts carry it; 0 for none, which is UTC.
    ///
    /// # Errors
    /// [`SegmentError::BadValue`] for a zone that the schema doesn't have.
    pub fn zone_of(&self, name: &str) -> Result<u16, SegmentError> {
        let found = self.zones.iter().position(|(known, _)| known == name);
        let place = found.and_then(|place| u16::try_from(place + 1).ok());
        place.ok_or_else(|| SegmentError::BadValue {
            what: "zone",
            name: "zone".into(),
            found: format!("{name:?}"),
            wanted: listed(self.zones.iter().map(|(name, _)| name.as_str())),
        })
    }

    /// The clocks of a place of [`zone_of`](Self::zone_of).
    pub(super) fn clocks(&self, zone: u16) -> &Zone {
        let known = usize::from(zone).checked_sub(1).and_then(|place| self.zones.get(place));
        known.map_or(&UTC, |(_, zone)| zone)
    }

    /// How many places of zones there are, none included.
    pub(super) fn zone_count(&self) -> usize {
        self.zones.len() + 1
    }

    /// Whether a day is worked.
    pub(super) fn is_worked(&self, day: NaiveDate) -> bool {
        let known = self.business.as_ref().and_then(|days| days.is_working(day).ok());
        known.unwrap_or_else(|| day.weekday().num_days_from_monday() < 5)
    }
}

/// Names as a list, for messages.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = names.collect();
    match names.len() {
        0 => "there are none".into(),
        count if count <= MOST => format!("there are {}", names.join(", ")),
        count => {
            let first: Vec<&str> = names.into_iter().take(MOST).collect();
            format!("there are {} and {} more", first.join(", "), count - MOST)
        }
    }
}
