//! Setting what accounts demand of a dimension.

use fondaco_core::{Act, DateRange, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::define::{about, ends, event, existing};
use super::values::unknown;
use super::{Demand, Dimension, DimensionError, DimensionRule, DimensionValue, DimensionValues};
use crate::ledger::account::{self, check_code};
use crate::ledger::{Journal, LedgerError, rights};

/// Sets what postings must say of a dimension; set again, the new rule counts from then on. What was posted stays:
/// [`Books::unmet`](crate::Books::unmet) lists what would not satisfy it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDimensionRule {
    /// See [`DimensionRule::code`].
    pub code: SmolStr,
    /// See [`DimensionRule::dimension`].
    pub dimension: SmolStr,
    /// What it demands.
    pub demand: Demand,
    /// See [`DimensionRule::account`].
    #[serde(default)]
    pub account: Option<SmolStr>,
    /// See [`DimensionRule::journal`].
    #[serde(default)]
    pub journal: Option<SmolStr>,
    /// The dates of entries that it is about; `None` for all.
    #[serde(default)]
    pub days: Option<DateRange>,
}

impl SetDimensionRule {
    /// Demands something of `dimension`, on every account and journal, on all days.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres();
    /// use fondaco_accounting::dimensions::{Demand, SetDimensionRule};
    /// let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Default("10".into())).account("5100");
    /// books.send("rents", &rents)?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("9")).credit("1000", eur("9"));
    /// let id = books.post("rent", rent)?.answer.id;
    /// let lines = books.entry(id)?.expect("it was posted").postings;
    /// assert_eq!(lines[0].dimensions.get("cost_centre"), Some("10")); // filled in
    /// assert_eq!(lines[1].dimensions.get("cost_centre"), None);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        dimension: impl Into<SmolStr>,
        demand: Demand,
    ) -> SetDimensionRule {
        let (code, dimension) = (code.into(), dimension.into());
        SetDimensionRule { code, dimension, demand, account: None, journal: None, days: None }
    }

    /// Only on this account, or on all under this heading.
    #[must_use]
    pub fn account(mut self, code: impl Into<SmolStr>) -> SetDimensionRule {
        self.account = Some(code.into());
        self
    }

    /// Only in this journal.
    #[must_use]
    pub fn journal(mut self, code: impl Into<SmolStr>) -> SetDimensionRule {
        self.journal = Some(code.into());
        self
    }

    /// Only entries of these dates.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> SetDimensionRule {
        self.days = Some(days);
        self
    }

    /// The rule as it is kept.
    pub(super) fn to_rule(&self) -> DimensionRule {
        let (start, end) = ends(self.days);
        DimensionRule {
            code: self.code.clone(),
            dimension: self.dimension.clone(),
            account: self.account.clone(),
            journal: self.journal.clone(),
            start,
            end,
            demand: self.demand.kind(),
            value: self.demand.value().map(SmolStr::new),
        }
    }

    /// Refuses a rule about the same postings as another: which of them would count?
    fn check_alone(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let days = |rule: &DimensionRule| DateRange::between(rule.start, rule.end);
        let mine = self.to_rule();
        for rule in tx.scan(&Range::<DimensionRule>::all())? {
            let same = rule.code != mine.code
                && (&rule.dimension, &rule.account, &rule.journal)
                    == (&mine.dimension, &mine.account, &mine.journal);
            let both = days(&rule).ok().zip(days(&mine).ok());
            if same && both.is_some_and(|(one, other)| one.overlaps(other)) {
                let (rule, other) = (mine.code, rule.code.clone());
                return Err(DimensionError::RulesOverlap { rule, other }.into());
            }
        }
        Ok(())
    }
}

impl Act for SetDimensionRule {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&about(&rights::SET_DIMENSION_RULE, &self.dimension))?;
        check_code("dimension rule", &self.code)?;
        let dimension = existing(tx, &self.dimension)?;
        check_scope(tx, &self.account, &self.journal)?;
        if let Some(value) = self.demand.value() {
            check_filled(tx, &self.code, &dimension, value)?;
        }
        self.check_alone(tx)?;
        let rule = self.to_rule();
        let known = tx.get::<DimensionRule>(&self.code)?;
        if known.as_deref() == Some(&rule) {
            return Ok(());
        }
        tx.emit(event("ledger.dimension_rule_set", &self.dimension));
        tx.upsert(rule)?;
        Ok(())
    }
}

/// The account and the journal of a rule are there.
pub(super) fn check_scope(
    tx: &mut Tx<'_>,
    code: &Option<SmolStr>,
    journal: &Option<SmolStr>,
) -> Result<(), LedgerError> {
    if let Some(code) = code {
        account::existing(tx, code)?;
    }
    match journal {
        Some(code) if tx.get::<Journal>(code)?.is_none() => {
            Err(LedgerError::UnknownJournal { code: code.clone() })
        }
        _ => Ok(()),
    }
}

/// A value that is filled in is one that postings may carry.
pub(super) fn check_filled(
    tx: &mut Tx<'_>,
    rule: &SmolStr,
    dimension: &Dimension,
    value: &str,
) -> Result<(), LedgerError> {
    let code = SmolStr::new(value);
    check_code("dimension value", &code)?;
    let found = tx.get::<DimensionValue>(&(dimension.code.clone(), code.clone()))?;
    match found {
        Some(found) if found.heading => {
            let why = format!("{} {code} is a heading: name a value under it", dimension.code);
            Err(DimensionError::BadRule { rule: rule.clone(), why }.into())
        }
        None if dimension.takes == DimensionValues::Known => {
            Err(unknown(&dimension.code, &code).into())
        }
        _ => Ok(()),
    }
}

/// Takes a rule away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveDimensionRule {
    /// Which rule.
    pub code: SmolStr,
}

impl RemoveDimensionRule {
    /// Takes `code` away.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::dimensions::RemoveDimensionRule;
    /// let unknown = books.send("remove", &RemoveDimensionRule::new("RENT")).unwrap_err();
    /// assert_eq!(unknown.code(), "accounting.unknown_dimension_rule");
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> RemoveDimensionRule {
        RemoveDimensionRule { code: code.into() }
    }
}

impl Act for RemoveDimensionRule {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::SET_DIMENSION_RULE)?;
        let unknown = || DimensionError::UnknownRule { rule: self.code.clone() };
        let rule = tx.get::<DimensionRule>(&self.code)?.ok_or_else(unknown)?;
        tx.allow(&authority, &about(&rights::SET_DIMENSION_RULE, &rule.dimension))?;
        tx.emit(event("ledger.dimension_rule_removed", &rule.dimension));
        Ok(tx.delete::<DimensionRule>(&self.code)?)
    }
}
