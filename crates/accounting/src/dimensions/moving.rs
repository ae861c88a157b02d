//! Moving a value of a dimension, with all under it, to another place from a day on.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{DecodeError, Value};
use fondaco_core::{Act, Halt, Outcome, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::DimensionError;
use super::define::{about, existing};
use super::tree::Places;
use super::values::{of_value, unknown};
use crate::ledger::spending::recount_placed;
use crate::ledger::{Balance, LedgerError, rights, tags};

/// Moves a value with all that stands under it: from a day on, until the next day from which another move counts.
///
/// Figures of days before stay under the old heading when they are asked for as of such a day; figures that are asked for
/// as of a later one show all that ever was posted under the new one, so that years compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveDimensionValue {
    /// The dimension.
    pub dimension: SmolStr,
    /// Which value.
    pub code: SmolStr,
    /// What it stands under from then on; `None` for nothing.
    #[serde(default)]
    pub parent: Option<SmolStr>,
    /// The first day.
    pub from: NaiveDate,
}

impl MoveDimensionValue {
    /// Has `code` stand under `parent` from `day` on.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// use fondaco_accounting::dimensions::MoveDimensionValue;
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", "10"))
    ///     .credit("1000", eur("9"));
    /// books.post("rent", rent)?;
    /// let to_west = MoveDimensionValue::new("cost_centre", "10", Some("WEST"), day("2026-07-01"));
    /// let moved = books.send("reorganised", &to_west)?.answer;
    /// assert_eq!((moved.left, moved.joined), (vec!["EAST".into()], vec!["WEST".into()]));
    /// assert_eq!((moved.values, moved.postings), (1, 1));
    /// let of = |heading, until| {
    ///     let query = BalanceQuery::account("5100").under("cost_centre", heading).until(day(until));
    ///     Ok::<_, LedgerError>(books.balances(&query)?.len())
    /// };
    /// assert_eq!((of("EAST", "2026-06-30")?, of("WEST", "2026-06-30")?), (1, 0));
    /// assert_eq!((of("EAST", "2026-07-01")?, of("WEST", "2026-07-01")?), (0, 1));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        dimension: impl Into<SmolStr>,
        code: impl Into<SmolStr>,
        parent: Option<&str>,
        day: NaiveDate,
    ) -> MoveDimensionValue {
        let (dimension, code) = (dimension.into(), code.into());
        MoveDimensionValue { dimension, code, parent: parent.map(SmolStr::new), from: day }
    }

    /// Why it can't be.
    fn bad(&self, why: String) -> DimensionError {
        DimensionError::BadPlace {
            dimension: self.dimension.clone(),
            value: self.code.clone(),
            parent: self.parent.clone().unwrap_or_default(),
            why,
        }
    }
}

/// What a move changes, as of its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedDimensionValue {
    /// The headings that don't sum it any more, from the nearest.
    pub left: Vec<SmolStr>,
    /// The headings that sum it now.
    pub joined: Vec<SmolStr>,
    /// How many values it takes along, itself included.
    pub values: u32,
    /// How many postings carry them, whatever their dates.
    pub postings: i64,
    /// The last day on which it stands there, where another move counts later.
    pub until: Option<NaiveDate>,
}

impl Outcome for MovedDimensionValue {
    fn encode(&self, out: &mut Vec<Value>) {
        self.left.encode(out);
        self.joined.encode(out);
        self.values.encode(out);
        self.postings.encode(out);
        out.push(self.until.map_or(Value::Null, Value::Date));
    }
    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        Ok(MovedDimensionValue {
            left: Vec::decode(values)?,
            joined: Vec::decode(values)?,
            values: u32::decode(values)?,
            postings: i64::decode(values)?,
            until: match values.next() {
                Some(Value::Date(date)) => Some(date),
                _ => None,
            },
        })
    }
}

impl Act for MoveDimensionValue {
    type Answer = MovedDimensionValue;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<MovedDimensionValue, LedgerError> {
        tx.authorize(&about(&rights::OPEN_DIMENSION_VALUE, &self.dimension))?;
        existing(tx, &self.dimension)?;
        let mut places = Places::read(tx, &self.dimension)?;
        if places.value(&self.code).is_none() {
            return Err(unknown(&self.dimension, &self.code).into());
        }
        if self.parent.as_ref().is_some_and(|parent| places.value(parent).is_none()) {
            return Err(self.bad("there is no such value: open it first".into()).into());
        }
        let before = Arc::new(Places::read(tx, &self.dimension)?);
        let stood = before.above(&self.code, self.from);
        let place = (&self.dimension, &self.code);
        let place = places.put(place, self.parent.clone(), self.from, tx.now())?;
        let checked = places.check(&self.dimension, std::slice::from_ref(&self.code), self.from);
        checked.map_err(|(_, day, why)| match day == self.from {
            true => self.bad(why),
            false => self.bad(format!("on {day} {why}")),
        })?;
        let moved = self.effect(tx, &places, &stood)?;
        recount_placed(tx, &self.dimension, (&before, &Arc::new(places)), self.from)?;
        tx.emit(of_value("ledger.dimension_value_moved", &self.dimension, &self.code));
        tx.insert(place)?;
        Ok(moved)
    }
}

impl MoveDimensionValue {
    /// What it changes.
    fn effect(
        &self,
        tx: &mut Tx<'_>,
        places: &Places,
        stood: &[SmolStr],
    ) -> Result<MovedDimensionValue, LedgerError> {
        let stands = places.above(&self.code, self.from);
        let only = |these: &[SmolStr], those: &[SmolStr]| {
            these.iter().filter(|code| !those.contains(code)).cloned().collect()
        };
        let along = places.tree(&self.dimension, Some(self.from), None).under(&self.code);
        Ok(MovedDimensionValue {
            left: only(stood, &stands),
            joined: only(&stands, stood),
            values: along.len() as u32,
            postings: self.postings(tx, &along)?,
            until: places.until(&self.code, self.from),
        })
    }

    /// How many postings carry one of these values.
    fn postings(
        &self,
        read: &mut impl Reading,
        values: &BTreeSet<SmolStr>,
    ) -> Result<i64, LedgerError> {
        let mut postings = 0;
        for row in read.peek_sums::<Balance>(&[3], None)? {
            let counted = row.with(|balance: &Balance| {
                let tags = tags(&balance.dimensions)?;
                let meant = tags.get(&self.dimension).is_some_and(|value| values.contains(value));
                Ok::<i64, LedgerError>(if meant { balance.postings } else { 0 })
            });
            postings += counted.map_err(Halt::from)??;
        }
        Ok(postings)
    }
}
