//! Who says what a currency is worth.

use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Currency, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::account::{check_code, check_name};
use crate::ledger::{LedgerError, rights};

/// A source of exchange rates.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "currency_source", kind = state, key(code))]
pub struct RateSource {
    /// What names it for ever: `SPOT`, `CUSTOMS`.
    pub code: SmolStr,
    /// What people read: `European Central Bank`.
    pub name: SmolStr,
    /// The currency through which two others are reckoned that have no rate of their own.
    pub pivot: Option<Currency>,
}

/// Opens a source of exchange rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRateSource {
    /// See [`RateSource::code`].
    pub code: SmolStr,
    /// See [`RateSource::name`].
    pub name: SmolStr,
    /// See [`RateSource::pivot`].
    #[serde(default)]
    pub pivot: Option<Currency>,
}

impl OpenRateSource {
    /// A source without a pivot.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::OpenRateSource;
    /// books.send("customs", &OpenRateSource::new("CUSTOMS", "Customs office"))?;
    /// let again = books.send("customs 2", &OpenRateSource::new("CUSTOMS", "Customs"));
    /// assert_eq!(again.unwrap_err().code(), "accounting.exists");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> OpenRateSource {
        OpenRateSource { code: code.into(), name: name.into(), pivot: None }
    }

    /// Currencies without a rate of their own are reckoned through `pivot`.
    ///
    /// ```
    /// use fondaco_accounting::currency::OpenRateSource;
    /// use fondaco_core::Currency;
    /// let ecb = OpenRateSource::new("SPOT", "European Central Bank").pivot(Currency::EUR);
    /// assert_eq!(ecb.pivot, Some(Currency::EUR));
    /// ```
    #[must_use]
    pub fn pivot(mut self, pivot: Currency) -> OpenRateSource {
        self.pivot = Some(pivot);
        self
    }
}

impl Act for OpenRateSource {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_source(&self.code))?;
        check_code("rate source", &self.code)?;
        check_name("rate source name", &self.name)?;
        if tx.get::<RateSource>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "rate source", code: self.code.clone() });
        }
        let OpenRateSource { code, name, pivot } = self.clone();
        tx.emit(Event::new("currency.source_opened").with("source", code.clone()));
        tx.insert(RateSource { code, name, pivot })?;
        Ok(())
    }
}

/// The source with this code.
pub(crate) fn existing(
    read: &mut impl Reading,
    code: &SmolStr,
) -> Result<std::sync::Arc<RateSource>, LedgerError> {
    let source = read.peek::<RateSource>(code)?;
    source.ok_or_else(|| LedgerError::UnknownRateSource { code: code.clone() })
}
