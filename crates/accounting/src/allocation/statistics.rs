//! Figures that are no money.

use std::collections::BTreeSet;

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::StatisticalValue;
use super::define::AllocationWeight;
use crate::ledger::account::check_code;
use crate::ledger::{LedgerError, Period, PeriodKey, period_label, rights};

/// Records a statistic of a period: heads, square metres, hours, by values of a dimension. What was recorded of them in that period
/// before is replaced; a value that is not named stays as it is, and one of zero counts no more.
///
/// Hours are of their period alone. What stays until it changes, such as square metres, is recorded once, [until the next
/// one](RecordStatistics::until_next); what is recorded without that counts instead of it in its own period, and leaves it as it is
/// in all later ones. Recorded until the next one again, it counts in its own period too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordStatistics {
    /// What is counted.
    pub statistic: SmolStr,
    /// When.
    pub period: PeriodKey,
    /// How much of whom.
    pub values: Vec<AllocationWeight>,
    /// See [`StatisticalValue::until_next`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_next: bool,
}

impl RecordStatistics {
    /// Of `statistic` in `period`, nothing yet.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::{RecordStatistics, statistics};
    /// let heads = RecordStatistics::new("heads", 202_603).value("10", 4.into()).value("20", 7.into());
    /// books.send("heads", &heads)?;
    /// books.send("one left", &RecordStatistics::new("heads", 202_603).value("10", 3.into()))?;
    /// let known = books.view(|view| statistics(view, "heads", 202_603))?;
    /// assert_eq!((known[0].amount, known[1].amount), (3.into(), 7.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(statistic: impl Into<SmolStr>, period: PeriodKey) -> RecordStatistics {
        let (statistic, values) = (statistic.into(), Vec::new());
        RecordStatistics { statistic, period, values, until_next: false }
    }

    /// So much of `value`.
    #[must_use]
    pub fn value(mut self, value: impl Into<SmolStr>, amount: Decimal) -> RecordStatistics {
        self.values.push(AllocationWeight { value: value.into(), weight: amount });
        self
    }

    /// Counts in later periods too, until the next one that does; zero ends it.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::{RecordStatistics, statistics};
    /// let area = |period, metres: i64| {
    ///     RecordStatistics::new("square metres", period).value("10", metres.into()).until_next()
    /// };
    /// books.send("January", &area(202_601, 120))?;
    /// books.send("a floor more", &area(202_604, 200))?;
    /// let of = |period| Ok::<_, LedgerError>(
    ///     books.view(|view| statistics(view, "square metres", period))?[0].amount.to_string(),
    /// );
    /// assert_eq!((of(202_603)?, of(202_612)?), ("120".into(), "200".into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn until_next(mut self) -> RecordStatistics {
        self.until_next = true;
        self
    }
}

impl Act for RecordStatistics {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::SET_ALLOCATION).about(self.statistic.clone()))?;
        check_code("statistic", &self.statistic)?;
        if tx.get::<Period>(&self.period)?.is_none() {
            return Err(LedgerError::UnknownPeriod { period: period_label(self.period) });
        }
        let mut known = BTreeSet::new();
        for AllocationWeight { value, weight } in &self.values {
            let bad = |why: String| Err(LedgerError::BadInput { what: "values", why });
            check_code("dimension value", value)?;
            if weight.is_sign_negative() && !weight.is_zero() {
                return bad(format!("{weight} for {value}: a figure is zero or above"));
            }
            if !known.insert(value) {
                return bad(format!("{value} is named twice: name it once"));
            }
            self.record(tx, value, decimal::normalize(*weight))?;
        }
        let statistic = Value::Text(self.statistic.clone());
        let event = Event::new("allocation.statistics_recorded").with("statistic", statistic);
        tx.emit(event.with("period", self.period));
        Ok(())
    }
}

impl RecordStatistics {
    fn record(&self, tx: &mut Tx<'_>, value: &SmolStr, amount: Decimal) -> Result<(), LedgerError> {
        let (statistic, period) = (self.statistic.clone(), self.period);
        let key = (statistic.clone(), period, value.clone());
        let known = tx.get::<StatisticalValue>(&key)?;
        // A zero is kept: something may hold from before.
        let until_next = self.until_next.then_some(true);
        let standing = known.as_ref().and_then(|known| known.standing());
        let beside = standing.filter(|_| !self.until_next);
        let value = value.clone();
        let row = StatisticalValue { statistic, period, value, amount, until_next, beside };
        match known {
            Some(_) => tx.put(row)?,
            None => tx.insert(row)?,
        }
        Ok(())
    }
}
