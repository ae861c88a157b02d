//! Opening the values of a dimension, renaming and closing them.

use fondaco_core::{Act, DateRange, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::define::{about, ends, event, existing};
use super::tree::{ALWAYS, Places};
use super::{DimensionError, DimensionValue};
use crate::ledger::account::{check_code, check_name};
use crate::ledger::{LedgerError, rights};

/// A value to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDimensionValue {
    /// See [`DimensionValue::code`].
    pub code: SmolStr,
    /// See [`DimensionValue::name`].
    pub name: SmolStr,
    /// What it stands under, on all days until it is moved.
    #[serde(default)]
    pub parent: Option<SmolStr>,
    /// See [`DimensionValue::heading`].
    #[serde(default)]
    pub heading: bool,
    /// The dates of entries that may carry it; `None` for all.
    #[serde(default)]
    pub days: Option<DateRange>,
}

impl NewDimensionValue {
    /// A value that postings may carry on any day, under nothing.
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> NewDimensionValue {
        let (code, name) = (code.into(), name.into());
        NewDimensionValue { code, name, parent: None, heading: false, days: None }
    }

    /// A heading: only values stand under it, and no posting carries it.
    pub fn heading(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> NewDimensionValue {
        NewDimensionValue { heading: true, ..NewDimensionValue::new(code, name) }
    }

    /// Under this value, which need not be a heading.
    #[must_use]
    pub fn under(mut self, parent: impl Into<SmolStr>) -> NewDimensionValue {
        self.parent = Some(parent.into());
        self
    }

    /// Only entries of these dates may carry it.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> NewDimensionValue {
        self.days = Some(days);
        self
    }
}

/// Opens values of a dimension: all or none. A value may come before what it stands under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDimensionValues {
    /// The dimension.
    pub dimension: SmolStr,
    /// The values.
    pub values: Vec<NewDimensionValue>,
}

impl OpenDimensionValues {
    /// Opens `values` of `dimension`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::dimensions::*;
    /// books.send("centres", &DefineDimension::new("cost_centre", "Cost centres"))?;
    /// let circle = vec![
    ///     NewDimensionValue::heading("A", "First").under("B"),
    ///     NewDimensionValue::heading("B", "Second").under("A"),
    /// ];
    /// let refused = books.send("circle", &OpenDimensionValues::new("cost_centre", circle)).unwrap_err();
    /// assert_eq!(refused.to_string(), "cost_centre A can't stand under B: it would stand under itself: take another");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        dimension: impl Into<SmolStr>,
        values: Vec<NewDimensionValue>,
    ) -> OpenDimensionValues {
        OpenDimensionValues { dimension: dimension.into(), values }
    }
}

impl Act for OpenDimensionValues {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&about(&rights::OPEN_DIMENSION_VALUE, &self.dimension))?;
        existing(tx, &self.dimension)?;
        let mut places = Places::read(tx, &self.dimension)?;
        for (at, new) in self.values.iter().enumerate() {
            check_value(&places, new).map_err(|error| error.at(at))?;
            let (start, end) = ends(new.days);
            let value = DimensionValue {
                dimension: self.dimension.clone(),
                code: new.code.clone(),
                name: new.name.clone(),
                heading: new.heading,
                start,
                end,
            };
            places.insert(value.clone());
            tx.insert(value)?;
        }
        self.place(tx, &mut places)?;
        tx.emit(event("ledger.dimension_values_opened", &self.dimension));
        Ok(())
    }
}

impl OpenDimensionValues {
    /// Has each stand under its parent, which may be another of them.
    fn place(&self, tx: &mut Tx<'_>, places: &mut Places) -> Result<(), LedgerError> {
        let mut placed = Vec::new();
        for new in &self.values {
            let Some(parent) = &new.parent else { continue };
            if places.value(parent).is_none() {
                let why = "there is no such value: open it first, or with it".into();
                return Err(self.bad(&new.code, why).into());
            }
            let of = (&self.dimension, &new.code);
            tx.insert(places.put(of, Some(parent.clone()), ALWAYS, tx.now())?)?;
            placed.push(new.code.clone());
        }
        let checked = places.check(&self.dimension, &placed, ALWAYS);
        Ok(checked.map_err(|(value, _, why)| self.bad(&value, why))?)
    }

    fn bad(&self, value: &SmolStr, why: String) -> DimensionError {
        let new = self.values.iter().find(|new| new.code == *value);
        DimensionError::BadPlace {
            dimension: self.dimension.clone(),
            value: value.clone(),
            parent: new.and_then(|new| new.parent.clone()).unwrap_or_default(),
            why,
        }
    }
}

fn check_value(places: &Places, new: &NewDimensionValue) -> Result<(), LedgerError> {
    check_code("dimension value", &new.code)?;
    check_name("dimension value name", &new.name)?;
    match places.value(&new.code) {
        Some(_) => Err(LedgerError::Exists { what: "dimension value", code: new.code.clone() }),
        None => Ok(()),
    }
}

/// Renames a value, or changes its days: with a last day it is closed. What was posted stays, and headings go on to sum it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDimensionValue {
    /// The dimension.
    pub dimension: SmolStr,
    /// Which value.
    pub code: SmolStr,
    /// Its name from now on; `None` for what it is.
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// The dates of entries that may carry it; `None` for what they are.
    #[serde(default)]
    pub days: Option<DateRange>,
}

impl ChangeDimensionValue {
    /// `code` as it is.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres();
    /// use fondaco_accounting::dimensions::ChangeDimensionValue;
    /// let close = ChangeDimensionValue::new("cost_centre", "10").on(DateRange::until(day("2026-06-30")));
    /// books.send("close 10", &close)?;
    /// let late = NewEntry::new("GEN", day("2026-07-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", "10"))
    ///     .credit("1000", eur("9"));
    /// assert_eq!(books.post("late", late).unwrap_err().code(), "accounting.dimension_not_open");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(dimension: impl Into<SmolStr>, code: impl Into<SmolStr>) -> ChangeDimensionValue {
        let (dimension, code) = (dimension.into(), code.into());
        ChangeDimensionValue { dimension, code, name: None, days: None }
    }

    /// With this name.
    #[must_use]
    pub fn name(mut self, name: impl Into<SmolStr>) -> ChangeDimensionValue {
        self.name = Some(name.into());
        self
    }

    /// Only entries of these dates may carry it.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> ChangeDimensionValue {
        self.days = Some(days);
        self
    }
}

impl Act for ChangeDimensionValue {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&about(&rights::OPEN_DIMENSION_VALUE, &self.dimension))?;
        let key = (self.dimension.clone(), self.code.clone());
        let value = tx.get::<DimensionValue>(&key)?;
        let value = value.ok_or_else(|| unknown(&self.dimension, &self.code))?;
        let mut changed = value.as_ref().clone();
        if let Some(name) = &self.name {
            check_name("dimension value name", name)?;
            changed.name = name.clone();
        }
        if self.days.is_some() {
            (changed.start, changed.end) = ends(self.days);
        }
        if changed != *value {
            tx.emit(of_value("ledger.dimension_value_changed", &self.dimension, &self.code));
            tx.put(changed)?;
        }
        Ok(())
    }
}

pub(super) fn unknown(dimension: &SmolStr, value: &SmolStr) -> DimensionError {
    DimensionError::UnknownValue { dimension: dimension.clone(), value: value.clone() }
}

pub(super) fn of_value(
    name: &'static str,
    dimension: &SmolStr,
    value: &SmolStr,
) -> fondaco_core::store::Event {
    event(name, dimension).with("value", value.clone())
}
