//! Posting above a limit, by somebody who may.

use fondaco_core::store::Field;
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Override;
use crate::ledger::post::post_exceeding;
use crate::ledger::{LedgerError, NewEntry, Posted};

/// Posts an entry although spending limits refuse it: who sends it needs `ledger.exceed_spending_limit` for each of them,
/// for as much as it is exceeded by, besides the right to post. It may come under the key under which it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostExceeding {
    /// The entry.
    pub entry: NewEntry,
    /// Why, for who looks at the limit later.
    pub why: SmolStr,
}

impl PostExceeding {
    /// Posts `entry` because of `why`, whatever the spending limits.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rents = SetSpendingLimit::new("RENT", "Rents", Currency::EUR).account("5100");
    /// books.send("rents", &rents.refuse_above(eur("40")))?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// assert!(books.post("march", rent.clone()).is_err());
    /// books.send("march all the same", &PostExceeding::new(rent, "the owner said so"))?;
    /// let kept = &books.spending_excesses("RENT")?[0];
    /// assert_eq!((kept.reason, kept.why.as_deref()), (ExcessKind::Allowed, Some("the owner said so")));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entry: NewEntry, why: impl Into<SmolStr>) -> PostExceeding {
        PostExceeding { entry, why: why.into() }
    }
}

impl Act for PostExceeding {
    type Answer = Posted;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        let why = match self.why.check() {
            None if self.why.trim().is_empty() => Some("say why the limit is exceeded"),
            why => why,
        };
        if let Some(why) = why {
            return Err(LedgerError::BadInput { what: "why", why: why.into() });
        }
        post_exceeding(tx, &self.entry, &Override { why: &self.why })
    }
}
