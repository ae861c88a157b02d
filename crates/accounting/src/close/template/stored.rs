//! Templates that are kept under a code: whoever posts by one gives only a day and its inputs.

use std::sync::Arc;

use fondaco_core::store::{Json, Record};
use fondaco_core::{ActorId, Halt, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::EntryTemplate;
use crate::Books;
use crate::close::CloseError;
use crate::ledger::LedgerError;

/// A template that is kept.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_template", kind = state, key(code))]
pub struct StoredTemplate {
    /// What names it for ever.
    pub code: SmolStr,
    /// How often it was stored: entries name the edition that they were made by.
    pub edition: u32,
    /// The [`EntryTemplate`], as JSON.
    pub template: Json,
    /// Whether it was withdrawn: nothing is posted by it until it is stored again.
    pub withdrawn: bool,
    /// Who stored or withdrew it.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
}

impl StoredTemplate {
    /// What it makes entries of.
    ///
    /// # Errors
    /// A [`Halt`] where what is stored is no template.
    pub fn template(&self) -> Result<EntryTemplate, Halt> {
        let template = self.template.to::<EntryTemplate>();
        template.map_err(|error| error.in_column("ledger_template", "template").into())
    }
}

/// All templates that are kept, also those that were withdrawn, by code.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::{EntryTemplate, StoreTemplate, WithdrawTemplate};
/// let rent = EntryTemplate::new("GEN", Currency::EUR).debit("5100", "rent")?.credit("1000", "rent")?;
/// books.send("rent", &StoreTemplate::new("rent", rent.clone()))?;
/// books.send("no longer", &WithdrawTemplate::new("rent"))?;
/// let templates = books.templates()?;
/// assert_eq!((templates[0].edition, templates[0].withdrawn), (1, true));
/// assert_eq!(templates[0].template()?, rent);
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`].
pub fn templates(read: &mut impl Reading) -> Result<Vec<Arc<StoredTemplate>>, LedgerError> {
    Ok(read.peek_scan(&Range::<StoredTemplate>::all())?)
}

/// The template of a code that is in use.
pub(super) fn in_use(
    code: &SmolStr,
    found: Option<Arc<StoredTemplate>>,
) -> Result<Arc<StoredTemplate>, CloseError> {
    let found = found.filter(|stored| !stored.withdrawn);
    found.ok_or_else(|| CloseError::UnknownTemplate { code: code.clone() })
}

impl Books<'_> {
    /// All templates that are kept, as [`templates`].
    ///
    /// # Errors
    /// As [`templates`].
    pub fn templates(&self) -> Result<Vec<Arc<StoredTemplate>>, LedgerError> {
        self.view(|view| templates(view))
    }
}
