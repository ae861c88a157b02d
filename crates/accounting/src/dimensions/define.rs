//! Defining dimensions and changing them.

use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, DateRange, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Dimension, DimensionError, DimensionUse, DimensionValues};
use crate::ledger::account::{check_code, check_name};
use crate::ledger::{LedgerError, Settings, rights};
use crate::parallel::check_unreserved;

/// Defines a dimension. What was posted before is not judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineDimension {
    /// See [`Dimension::code`].
    pub code: SmolStr,
    /// See [`Dimension::name`].
    pub name: SmolStr,
    /// See [`Dimension::takes`].
    #[serde(default)]
    pub values: DimensionValues,
    /// The dates of entries that may carry it; `None` for all.
    #[serde(default)]
    pub days: Option<DateRange>,
}

impl DefineDimension {
    /// A dimension that takes any value, on any day.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::dimensions::*;
    /// books.send("sites", &DefineDimension::new("site", "Sites").known())?;
    /// books.send("Mestre", &OpenDimensionValues::new("site", vec![NewDimensionValue::new("Mestre", "Mestre")]))?;
    /// let rent = |site| NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("site", site))
    ///     .credit("1000", eur("9"));
    /// books.post("rent", rent("Mestre"))?;
    /// assert_eq!(
    ///     books.post("misspelt", rent("Mester")).unwrap_err().to_string(),
    ///     "line 1, account 5100: there is no site Mester: correct it, or open it first",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> DefineDimension {
        let (code, name) = (code.into(), name.into());
        DefineDimension { code, name, values: DimensionValues::Free, days: None }
    }

    /// Takes only values that were opened.
    #[must_use]
    pub fn known(mut self) -> DefineDimension {
        self.values = DimensionValues::Known;
        self
    }

    /// Only entries of these dates may carry it.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> DefineDimension {
        self.days = Some(days);
        self
    }
}

impl Act for DefineDimension {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&about(&rights::DEFINE_DIMENSION, &self.code))?;
        check_code("dimension", &self.code)?;
        check_unreserved(&self.code)?;
        check_name("dimension name", &self.name)?;
        if tx.get::<Dimension>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "dimension", code: self.code.clone() });
        }
        announce(tx, None)?;
        let (start, end) = ends(self.days);
        let (code, name, takes) = (self.code.clone(), self.name.clone(), self.values);
        tx.emit(event("ledger.dimension_defined", &code));
        Ok(tx.insert(Dimension { code, name, takes, start, end })?)
    }
}

/// Renames a dimension, has it take any values or only known ones, or changes its days. What was posted stays;
/// [`Books::unmet`](crate::Books::unmet) lists what would not be taken any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDimension {
    /// Which dimension.
    pub code: SmolStr,
    /// Its name from now on; `None` for what it is.
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// Which values it takes from now on; `None` for those that it takes.
    #[serde(default)]
    pub values: Option<DimensionValues>,
    /// The dates of entries that may carry it; `None` for what they are.
    #[serde(default)]
    pub days: Option<DateRange>,
}

impl ChangeDimension {
    /// `code` as it is.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::dimensions::*;
    /// books.send("sites", &DefineDimension::new("site", "Sites"))?;
    /// let until = ChangeDimension::new("site").on(DateRange::until(day("2026-02-28")));
    /// books.send("no more", &until)?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("site", "Mestre"))
    ///     .credit("1000", eur("9"));
    /// assert_eq!(
    ///     books.post("rent", rent).unwrap_err().to_string(),
    ///     "line 1, account 5100: dimension site is not open on 2026-03-01, but on ../2026-02-28: \
    ///      take another, another date, or change its days",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> ChangeDimension {
        ChangeDimension { code: code.into(), name: None, values: None, days: None }
    }

    /// With this name.
    #[must_use]
    pub fn name(mut self, name: impl Into<SmolStr>) -> ChangeDimension {
        self.name = Some(name.into());
        self
    }

    /// Takes any values, or only those that were opened.
    #[must_use]
    pub fn values(mut self, values: DimensionValues) -> ChangeDimension {
        self.values = Some(values);
        self
    }

    /// Only entries of these dates may carry it.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> ChangeDimension {
        self.days = Some(days);
        self
    }
}

impl Act for ChangeDimension {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&about(&rights::DEFINE_DIMENSION, &self.code))?;
        let dimension = existing(tx, &self.code)?;
        let mut changed = dimension.clone();
        if let Some(name) = &self.name {
            check_name("dimension name", name)?;
            changed.name = name.clone();
        }
        changed.takes = self.values.unwrap_or(changed.takes);
        if self.days.is_some() {
            (changed.start, changed.end) = ends(self.days);
        }
        if changed != dimension {
            tx.emit(event("ledger.dimension_changed", &self.code));
            tx.put(changed)?;
        }
        Ok(())
    }
}

/// Says which dimensions postings may carry: any, or only those that are defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDimensionUse {
    /// Which.
    #[serde(rename = "use")]
    pub uses: DimensionUse,
}

impl SetDimensionUse {
    /// Postings carry dimensions as `uses` says.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::dimensions::*;
    /// books.send("centres", &DefineDimension::new("cost_centre", "Cost centres"))?;
    /// books.send("no others", &SetDimensionUse::new(DimensionUse::Defined))?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_center", "10"))
    ///     .credit("1000", eur("9"));
    /// assert_eq!(
    ///     books.post("rent", rent).unwrap_err().to_string(),
    ///     "line 1, account 5100: there is no dimension cost_center: leave it out, correct its name, or define it",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(uses: DimensionUse) -> SetDimensionUse {
        SetDimensionUse { uses }
    }
}

impl Act for SetDimensionUse {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::DEFINE_DIMENSION))?;
        if announce(tx, Some(self.uses))? {
            tx.emit(Event::new("ledger.dimension_use_set"));
        }
        Ok(())
    }
}

/// Has every posting ask for dimensions from now on; whether something changed.
fn announce(tx: &mut Tx<'_>, uses: Option<DimensionUse>) -> Result<bool, LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let uses = uses.or(settings.dimensions).unwrap_or_default();
    if settings.dimensions == Some(uses) {
        return Ok(false);
    }
    tx.put(Settings { dimensions: Some(uses), ..settings.as_ref().clone() })?;
    Ok(true)
}

/// The dimension with this code.
pub(super) fn existing(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Dimension, LedgerError> {
    let found = tx.get::<Dimension>(code)?;
    let unknown = || DimensionError::Unknown { dimension: code.clone() };
    Ok(found.ok_or_else(unknown)?.as_ref().clone())
}

/// Asks for something about a dimension.
pub(super) fn about(
    permission: &'static fondaco_core::policy::Permission,
    dimension: &SmolStr,
) -> Request {
    Request::new(permission).about(dimension.clone()).at("dimension", dimension.clone())
}

pub(super) fn event(name: &'static str, dimension: &SmolStr) -> Event {
    Event::new(name).with("dimension", dimension.clone())
}

/// The first and the last of some days, where there are such.
pub(super) fn ends(
    days: Option<DateRange>,
) -> (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>) {
    days.map_or((None, None), |days| (days.start(), days.end()))
}
