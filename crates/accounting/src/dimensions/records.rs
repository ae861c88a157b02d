//! What is stored: dimensions, their values with where these stand from which day on, rules and combinations.

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::store::{Field, Record, Tags};
use fondaco_core::timeline::{Recorded, Recording, Says, Span};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::allowed::AllowedValues;

/// Which values a dimension takes.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DimensionValues {
    /// Any text. Values that were opened all the same are held to their days.
    #[default]
    Free,
    /// Only those that were opened.
    Known,
}

/// Which dimensions postings may carry, once one is defined.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DimensionUse {
    /// Any: those that are not defined are free.
    #[default]
    Any,
    /// Only those that are defined, so that `cost_center` is no `cost_centre`.
    Defined,
}

/// What postings are told apart by: cost centres, projects, segments.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_dimension", kind = state, key(code), guard(all()))]
pub struct Dimension {
    /// What postings call it: `cost_centre`.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// Which values it takes.
    pub takes: DimensionValues,
    /// The first date of entries that may carry it.
    pub start: Option<NaiveDate>,
    /// The last date of entries that may carry it.
    pub end: Option<NaiveDate>,
}

/// A value of a dimension: a cost centre, a project, or a heading over several.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "ledger_dimension_value",
    kind = state,
    key(dimension, code),
    guard(by_dimension(dimension))
)]
pub struct DimensionValue {
    /// The dimension.
    pub dimension: SmolStr,
    /// What postings call it.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// Whether it only has values under it, and no postings.
    pub heading: bool,
    /// The first date of entries that may carry it.
    pub start: Option<NaiveDate>,
    /// The last date of entries that may carry it.
    pub end: Option<NaiveDate>,
}

/// Under which value another stands, from a day on until it is moved again. One fact per move.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "ledger_dimension_place",
    kind = fact,
    key(dimension, value, number),
    guard(by_dimension(dimension)),
    guard(by_value(dimension, value))
)]
pub struct DimensionPlace {
    /// The dimension.
    pub dimension: SmolStr,
    /// The value.
    pub value: SmolStr,
    /// Its number among the places of the value, from 0.
    pub number: i64,
    /// The first day on which it stands there.
    pub start: NaiveDate,
    /// What it stands under; `None` for nothing.
    pub parent: Option<SmolStr>,
    /// When that was recorded.
    pub recorded_at: Timestamp,
}

impl Recorded for DimensionPlace {
    type Value = Option<SmolStr>;

    fn recording(&self) -> Option<Recording<Option<SmolStr>>> {
        let (span, says) = (Span::from(self.start), Says::Set(self.parent.clone()));
        Some(Recording { span, says, recorded_at: self.recorded_at })
    }
}

/// What a rule demands of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// Every posting carries it.
    Required,
    /// A posting may carry it: what rules further up say does not count.
    Optional,
    /// No posting carries it.
    Forbidden,
    /// A posting that lacks it is given this value; another stands.
    Default(SmolStr),
    /// A posting that lacks it is given this value; another is refused.
    Fixed(SmolStr),
}

impl Demand {
    /// The value that is filled in.
    ///
    /// ```
    /// use fondaco_accounting::dimensions::Demand;
    /// assert_eq!(Demand::Fixed("10".into()).value(), Some("10"));
    /// assert_eq!(Demand::Required.value(), None);
    /// ```
    pub fn value(&self) -> Option<&str> {
        match self {
            Demand::Default(value) | Demand::Fixed(value) => Some(value),
            Demand::Required | Demand::Optional | Demand::Forbidden => None,
        }
    }

    pub(super) fn kind(&self) -> DemandKind {
        match self {
            Demand::Required => DemandKind::Required,
            Demand::Optional => DemandKind::Optional,
            Demand::Forbidden => DemandKind::Forbidden,
            Demand::Default(_) => DemandKind::Default,
            Demand::Fixed(_) => DemandKind::Fixed,
        }
    }
}

/// The column that tells what is demanded; the value stands beside it.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandKind {
    /// Every posting carries it.
    Required,
    /// A posting may carry it.
    Optional,
    /// No posting carries it.
    Forbidden,
    /// Its value is filled in where none is given.
    Default,
    /// Its value is filled in, and no other stands.
    Fixed,
}

/// What postings to an account must say of a dimension.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_dimension_rule", kind = state, key(code), guard(all()))]
pub struct DimensionRule {
    /// What names it.
    pub code: SmolStr,
    /// The dimension.
    pub dimension: SmolStr,
    /// The account, or the heading over it; `None` for all.
    pub account: Option<SmolStr>,
    /// The journal; `None` for all.
    pub journal: Option<SmolStr>,
    /// The first date of entries that it is about.
    pub start: Option<NaiveDate>,
    /// The last date of entries that it is about.
    pub end: Option<NaiveDate>,
    /// What it demands.
    pub demand: DemandKind,
    /// The value that is filled in.
    pub value: Option<SmolStr>,
}

impl DimensionRule {
    /// Whether entries of this date are meant.
    pub(super) fn holds_on(&self, date: NaiveDate) -> bool {
        holds_on(self.start, self.end, date)
    }
}

/// Which values of a dimension go together with an account, a journal, and values of other dimensions.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_dimension_combination", kind = state, key(code), guard(all()))]
pub struct DimensionCombination {
    /// What names it.
    pub code: SmolStr,
    /// The account, or the heading over it; `None` for all.
    pub account: Option<SmolStr>,
    /// The journal; `None` for all.
    pub journal: Option<SmolStr>,
    /// The values of other dimensions, or what these stand under; all must fit.
    pub conditions: Tags,
    /// The first date of entries that it is about.
    pub start: Option<NaiveDate>,
    /// The last date of entries that it is about.
    pub end: Option<NaiveDate>,
    /// The dimension of which only some values are allowed then.
    pub dimension: SmolStr,
    /// Those values.
    pub allows: AllowedValues,
    /// The value that is filled in where none is given.
    pub derives: Option<SmolStr>,
}

impl DimensionCombination {
    /// Whether entries of this date are meant.
    pub(super) fn holds_on(&self, date: NaiveDate) -> bool {
        holds_on(self.start, self.end, date)
    }
}

/// Whether a date lies between two days, either of which may be open.
pub(super) fn holds_on(start: Option<NaiveDate>, end: Option<NaiveDate>, date: NaiveDate) -> bool {
    start.is_none_or(|start| start <= date) && end.is_none_or(|end| date <= end)
}
