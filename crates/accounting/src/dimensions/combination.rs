//! Setting which values go together.

use fondaco_core::store::Tags;
use fondaco_core::{Act, DateRange, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::define::{about, ends, event, existing};
use super::rule::{check_filled, check_scope};
use super::values::unknown;
use super::{
    Allowed, AllowedValues, DimensionCombination, DimensionError, DimensionValue, DimensionValues,
};
use crate::ledger::account::check_code;
use crate::ledger::{LedgerError, check_text, rights};

/// Sets which values of a dimension go together with others; set again, the new list counts from then on. What was posted
/// stays: [`Books::unmet`](crate::Books::unmet) lists what would not satisfy it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDimensionCombination {
    /// See [`DimensionCombination::code`].
    pub code: SmolStr,
    /// See [`DimensionCombination::dimension`].
    pub dimension: SmolStr,
    /// See [`DimensionCombination::conditions`].
    #[serde(default)]
    pub when: Tags,
    /// See [`DimensionCombination::account`].
    #[serde(default)]
    pub account: Option<SmolStr>,
    /// See [`DimensionCombination::journal`].
    #[serde(default)]
    pub journal: Option<SmolStr>,
    /// The dates of entries that it is about; `None` for all.
    #[serde(default)]
    pub days: Option<DateRange>,
    /// See [`DimensionCombination::allows`].
    #[serde(default)]
    pub allows: AllowedValues,
    /// See [`DimensionCombination::derives`].
    #[serde(default)]
    pub derives: Option<SmolStr>,
}

impl SetDimensionCombination {
    /// Some values of `dimension` alone are allowed: none yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// use fondaco_accounting::dimensions::{DefineDimension, SetDimensionCombination};
    /// books.send("projects", &DefineDimension::new("project", "Projects"))?;
    /// let rialto = SetDimensionCombination::new("RIALTO", "cost_centre")
    ///     .when("project", "Rialto")
    ///     .between("30", "39")
    ///     .under("EAST");
    /// books.send("rialto", &rialto)?;
    /// let rent = |centre| NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", centre).dimension("project", "Rialto"))
    ///     .credit("1000", eur("9"));
    /// books.post("rent", rent("10"))?;
    /// assert_eq!(
    ///     books.post("elsewhere", rent("20")).unwrap_err().to_string(),
    ///     "line 1, account 5100: cost_centre 20 does not go with project Rialto by combination RIALTO, \
    ///      which allows 30 to 39, all under EAST: take one of these, or change the rest",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, dimension: impl Into<SmolStr>) -> SetDimensionCombination {
        SetDimensionCombination {
            code: code.into(),
            dimension: dimension.into(),
            when: Tags::default(),
            account: None,
            journal: None,
            days: None,
            allows: AllowedValues::default(),
            derives: None,
        }
    }

    /// Only for postings with this value of another dimension, or one under it; several must all fit.
    #[must_use]
    pub fn when(
        mut self,
        dimension: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> SetDimensionCombination {
        self.when.set(dimension, value);
        self
    }

    /// Only on this account, or on all under this heading.
    #[must_use]
    pub fn account(mut self, code: impl Into<SmolStr>) -> SetDimensionCombination {
        self.account = Some(code.into());
        self
    }

    /// Only in this journal.
    #[must_use]
    pub fn journal(mut self, code: impl Into<SmolStr>) -> SetDimensionCombination {
        self.journal = Some(code.into());
        self
    }

    /// Only entries of these dates.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> SetDimensionCombination {
        self.days = Some(days);
        self
    }

    /// This value is allowed.
    #[must_use]
    pub fn value(mut self, value: impl Into<SmolStr>) -> SetDimensionCombination {
        self.allows.0.push(Allowed::Value(value.into()));
        self
    }

    /// Values from one to another are allowed, both included: see [`Allowed::Between`].
    #[must_use]
    pub fn between(
        mut self,
        first: impl Into<SmolStr>,
        last: impl Into<SmolStr>,
    ) -> SetDimensionCombination {
        self.allows.0.push(Allowed::Between(first.into(), last.into()));
        self
    }

    /// This heading's values are allowed.
    #[must_use]
    pub fn under(mut self, heading: impl Into<SmolStr>) -> SetDimensionCombination {
        self.allows.0.push(Allowed::Under(heading.into()));
        self
    }

    /// None at all is allowed too.
    #[must_use]
    pub fn or_none(mut self) -> SetDimensionCombination {
        self.allows.0.push(Allowed::Missing);
        self
    }

    /// A posting that lacks the dimension is given this value, which is allowed: a derivation. Without another, it alone is.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres();
    /// use fondaco_accounting::dimensions::{DefineDimension, SetDimensionCombination};
    /// books.send("segments", &DefineDimension::new("segment", "Segments"))?;
    /// let retail = SetDimensionCombination::new("RETAIL", "segment").when("cost_centre", "EAST").deriving("retail");
    /// books.send("retail", &retail)?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", "11"))
    ///     .credit("1000", eur("9"));
    /// let id = books.post("rent", rent)?.answer.id;
    /// let lines = books.entry(id)?.expect("it was posted").postings;
    /// assert_eq!(lines[0].dimensions.get("segment"), Some("retail"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn deriving(mut self, value: impl Into<SmolStr>) -> SetDimensionCombination {
        self.derives = Some(value.into());
        self
    }

    /// The combination as it is kept.
    pub(super) fn to_combination(&self) -> DimensionCombination {
        let (start, end) = ends(self.days);
        let mut allows = self.allows.clone();
        if let Some(value) = &self.derives
            && !allows.takes(Some(value), &[])
        {
            allows.0.push(Allowed::Value(value.clone()));
        }
        DimensionCombination {
            code: self.code.clone(),
            account: self.account.clone(),
            journal: self.journal.clone(),
            conditions: self.when.clone(),
            start,
            end,
            dimension: self.dimension.clone(),
            allows,
            derives: self.derives.clone(),
        }
    }

    fn check(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        check_code("dimension combination", &self.code)?;
        let dimension = existing(tx, &self.dimension)?;
        check_scope(tx, &self.account, &self.journal)?;
        check_text("allows", &self.allows)?;
        for (name, value) in self.when.iter() {
            let (name, value) = (SmolStr::new(name), SmolStr::new(value));
            if name == self.dimension {
                return self.bad(format!("{name} can't go with itself: allow some values of it"));
            }
            let when = existing(tx, &name)?;
            self.check_named(tx, &name, &value, when.takes)?;
        }
        if let Some(value) = &self.derives {
            check_filled(tx, &self.code, &dimension, value)?;
        }
        for allowed in &self.allows.0 {
            if let Allowed::Between(first, last) = allowed
                && !allowed.takes(Some(first), &[])
            {
                return self.bad(format!("{last} comes before {first}: give the lesser one first"));
            }
            if let Some(value) = allowed.named() {
                // What stands under a heading is known by it, whichever values the dimension takes.
                let values = match allowed {
                    Allowed::Under(_) => DimensionValues::Known,
                    _ => dimension.takes,
                };
                self.check_named(tx, &self.dimension, value, values)?;
            }
        }
        match self.allows.0.is_empty() && self.derives.is_none() {
            true => self.bad("it allows nothing: name values, or forbid the dimension".into()),
            false => Ok(()),
        }
    }

    fn check_named(
        &self,
        tx: &mut Tx<'_>,
        dimension: &SmolStr,
        value: &SmolStr,
        values: DimensionValues,
    ) -> Result<(), LedgerError> {
        check_code("dimension value", value)?;
        let key = (dimension.clone(), value.clone());
        match tx.get::<DimensionValue>(&key)? {
            None if values == DimensionValues::Known => Err(unknown(dimension, value).into()),
            _ => Ok(()),
        }
    }

    fn bad<T>(&self, why: String) -> Result<T, LedgerError> {
        Err(DimensionError::BadRule { rule: self.code.clone(), why }.into())
    }
}

impl Act for SetDimensionCombination {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&about(&rights::SET_DIMENSION_RULE, &self.dimension))?;
        self.check(tx)?;
        let combination = self.to_combination();
        let known = tx.get::<DimensionCombination>(&self.code)?;
        if known.as_deref() == Some(&combination) {
            return Ok(());
        }
        tx.emit(event("ledger.dimension_combination_set", &self.dimension));
        tx.upsert(combination)?;
        Ok(())
    }
}

/// Takes a combination away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveDimensionCombination {
    /// Which combination.
    pub code: SmolStr,
}

impl RemoveDimensionCombination {
    /// Takes `code` away.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::dimensions::RemoveDimensionCombination;
    /// let unknown = books.send("remove", &RemoveDimensionCombination::new("RIALTO")).unwrap_err();
    /// assert_eq!(unknown.code(), "accounting.unknown_dimension_combination");
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> RemoveDimensionCombination {
        RemoveDimensionCombination { code: code.into() }
    }
}

impl Act for RemoveDimensionCombination {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::SET_DIMENSION_RULE)?;
        let unknown = || DimensionError::UnknownCombination { rule: self.code.clone() };
        let known = tx.get::<DimensionCombination>(&self.code)?.ok_or_else(unknown)?;
        tx.allow(&authority, &about(&rights::SET_DIMENSION_RULE, &known.dimension))?;
        tx.emit(event("ledger.dimension_combination_removed", &known.dimension));
        Ok(tx.delete::<DimensionCombination>(&self.code)?)
    }
}
