//! Making a confirmation: the statement, and the proofs of all that it is made of.

use fondaco_core::proof::{Prover, SignedCheckpoint};
use fondaco_core::store::{Key, KeyParts, Record};

use super::{Confirmation, ConfirmationError, FORM, Said};
use crate::Books;
use crate::ledger::{Account, Entry, Posting, Settings};
use crate::reports::{AccountStatement, StatementQuery};

impl Books<'_> {
    /// The statement of an account with what proves it under a checkpoint that `prover` made, or one before it; see
    /// [`confirmation`](crate::confirmation). Have it [signed](Confirmation::sign).
    ///
    /// Ask for days without a beginning where the opening should be proven too, and for
    /// [`confirm_with_log`](Books::confirm_with_log) where it must be proven that nothing was left out.
    ///
    /// # Errors
    /// As [`statement`](Books::statement); [`ProofError::OutOfRange`](fondaco_core::proof::ProofError::OutOfRange) when a movement came
    /// after the checkpoint: take a newer one; or as [`Prover::rows`].
    pub fn confirm(
        &self,
        query: &StatementQuery,
        prover: &Prover<'_>,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Confirmation, ConfirmationError> {
        let mut statement = self.statement(query)?;
        let movements = statement.currencies.iter_mut().flat_map(|section| &mut section.movements);
        movements.for_each(|movement| movement.counter_accounts.clear());
        let proofs = prover.proofs(&keys(&statement), checkpoint)?;
        let said = Said { query: query.clone(), statement };
        let seal = SignedCheckpoint::new(said.sealed(checkpoint.unverified())?);
        Ok(Confirmation { form: FORM.into(), said, seal, proofs, log: None })
    }

    /// The same with the [whole log](fondaco_core::proof::WholeLog), which proves that nothing was left out and shows all books: for an
    /// auditor. The log is held in memory.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::confirmation::Completeness;
    /// use fondaco_core::proof::SignedCheckpoint;
    /// let mut prover = books.driver().prover();
    /// prover.catch_up(&mut ())?;
    /// let kept = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
    /// let february = StatementQuery::new("1000", "2026-02-01/2026-02-28".parse()?);
    /// let confirmed = books.confirm_with_log(&february, &prover, &kept)?.verify_against(kept.unverified())?;
    /// assert_eq!(confirmed.completeness, Completeness::Proven { closed_rows: 0 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`confirm`](Books::confirm), or as [`Prover::whole_log`].
    pub fn confirm_with_log(
        &self,
        query: &StatementQuery,
        prover: &Prover<'_>,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Confirmation, ConfirmationError> {
        let confirmation = self.confirm(query, prover, checkpoint)?;
        let log = Some(prover.whole_log(checkpoint.unverified())?);
        Ok(Confirmation { log, ..confirmation })
    }
}

/// The rows that a statement is made of.
fn keys(statement: &AccountStatement) -> Vec<Key> {
    let key = |table, bytes| Key { table, bytes };
    let movements = statement.currencies.iter().flat_map(|section| &section.movements);
    let mut entries: Vec<_> = movements.clone().map(|movement| movement.entry).collect();
    entries.sort_unstable();
    entries.dedup();
    let settings = key(Settings::TABLE, Settings::key().to_bytes());
    let account = key(Account::TABLE, statement.account.to_bytes());
    let entries = entries.iter().map(|id| key(Entry::TABLE, id.to_bytes()));
    let postings =
        movements.map(|movement| key(Posting::TABLE, (movement.entry, movement.line).to_bytes()));
    [settings, account].into_iter().chain(entries).chain(postings).collect()
}
