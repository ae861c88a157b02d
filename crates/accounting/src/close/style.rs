//! Whether entries are reversed on the other sides or on their own.

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Journal, LedgerError, ReversalStyle, Settings, rights};

/// Says how entries are reversed from now on: in one journal, or in all that say nothing themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetReversalStyle {
    /// How; `None` for a journal that shall do as the ledger says.
    #[serde(default)]
    pub style: Option<ReversalStyle>,
    /// The journal; `None` for the whole ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<SmolStr>,
}

impl SetReversalStyle {
    /// For the whole ledger. [`ReversalStyle`] has an example.
    pub fn new(style: ReversalStyle) -> SetReversalStyle {
        SetReversalStyle { style: Some(style), journal: None }
    }

    /// For one journal alone.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::SetReversalStyle;
    /// let storno = SetReversalStyle::new(ReversalStyle::SameSide).journal("INV");
    /// books.send("credit notes are storno", &storno)?;
    /// let invoices = books.view(|view| Ok(view.peek::<Journal>(&"INV".into())?))?;
    /// assert_eq!(invoices.and_then(|journal| journal.reversals), Some(ReversalStyle::SameSide));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn journal(mut self, code: impl Into<SmolStr>) -> SetReversalStyle {
        self.journal = Some(code.into());
        self
    }
}

impl Act for SetReversalStyle {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::OPEN_JOURNAL))?;
        let event = Event::new("ledger.reversal_style_set").with("same_side", self.same_side());
        match &self.journal {
            None => {
                let settings =
                    tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
                tx.put(Settings { reversals: self.style, ..settings.as_ref().clone() })?;
                tx.emit(event);
            }
            Some(code) => {
                let unknown = || LedgerError::UnknownJournal { code: code.clone() };
                let journal = tx.get::<Journal>(code)?.ok_or_else(unknown)?;
                tx.put(Journal { reversals: self.style, ..journal.as_ref().clone() })?;
                tx.emit(event.with("journal", code.clone()));
            }
        }
        Ok(())
    }
}

impl SetReversalStyle {
    fn same_side(&self) -> Value {
        self.style.map_or(Value::Null, |style| Value::Bool(style == ReversalStyle::SameSide))
    }
}
