//! The host's keys: what came under each, once.

use fondaco_core::store::{Field, Record};
use fondaco_core::tx::Pending;
use fondaco_core::{Halt, Id, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::rules::Map;
use crate::ledger::{Entry, LedgerError, PendingEntry};

/// What came under a key.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOf {
    /// An entry.
    Entry,
    /// A pending entry.
    Pending,
    /// The posting of a pending entry.
    PostedPending,
    /// The voiding of a pending entry.
    VoidedPending,
    /// Something that failed because of how things stood.
    Failed,
}

/// A key of the host's, and what came under it: a fact, so that nothing else ever does.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_key", kind = fact, key(key))]
pub struct EntryKey {
    /// The key.
    pub key: SmolStr,
    /// What came under it.
    pub of: KeyOf,
    /// The entry, of what posted one.
    pub entry: Option<Id<Entry>>,
    /// The pending entry, of what recorded, posted or voided one.
    pub pending: Option<Id<PendingEntry>>,
    /// How many lines the entry has, or the pending one.
    pub lines: u32,
    /// Whether it was given as linked with the next: a repeat is too.
    pub linked: bool,
    /// The code of what it failed for.
    pub failed: Option<SmolStr>,
}

/// The keys that a batch names: known before, or given to what it does.
#[derive(Default)]
pub(crate) struct Keys {
    /// What was known before.
    known: Map<SmolStr, EntryKey>,
    /// What the batch gave, in order, and where each stands.
    new: Vec<EntryKey>,
    places: Map<SmolStr, u32>,
}

impl Keys {
    /// Reads what is known of these keys, in one trip; the act rests on it, and on what is not there.
    pub(crate) fn read(tx: &mut Tx<'_>, mut keys: Vec<SmolStr>) -> Result<Keys, Halt> {
        keys.sort_unstable();
        keys.dedup();
        let rows = tx.get_many::<EntryKey>(&keys)?;
        let known = rows.into_iter().flatten().map(|row| (row.key.clone(), row.as_ref().clone()));
        let places = Map::with_capacity_and_hasher(keys.len(), Default::default());
        Ok(Keys { known: known.collect(), new: Vec::with_capacity(keys.len()), places })
    }

    /// What was known before.
    pub(crate) fn all(&self) -> impl Iterator<Item = &EntryKey> {
        self.known.values()
    }

    /// What came under a key, if anything.
    ///
    /// # Errors
    /// [`LedgerError::KeyFailed`] when it failed.
    pub(crate) fn find(&self, key: Option<&SmolStr>) -> Result<Option<EntryKey>, LedgerError> {
        let Some(known) = key.and_then(|key| self.get(key)) else { return Ok(None) };
        match &known.failed {
            Some(code) => {
                Err(LedgerError::KeyFailed { key: known.key.clone(), code: code.clone() })
            }
            None => Ok(Some(known.clone())),
        }
    }

    fn get(&self, key: &SmolStr) -> Option<&EntryKey> {
        let new = self.places.get(key).and_then(|at| self.new.get(*at as usize));
        new.or_else(|| self.known.get(key))
    }

    /// Gives a key, which stands for nothing yet, to what came under it.
    pub(crate) fn give(&mut self, key: EntryKey) {
        self.places.insert(key.key.clone(), self.new.len() as u32);
        self.new.push(key);
    }
}

impl Pending for Keys {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.new.len()
    }

    fn back_to(&mut self, mark: usize) {
        for key in self.new.drain(mark.min(self.new.len())..) {
            self.places.remove(&key.key);
        }
    }

    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        if self.new.is_empty() { Ok(()) } else { tx.insert_all(self.new) }
    }
}

impl EntryKey {
    /// A key of nothing yet.
    pub(crate) fn new(key: SmolStr, of: KeyOf, linked: bool) -> EntryKey {
        EntryKey { key, of, entry: None, pending: None, lines: 0, linked, failed: None }
    }

    /// Used up by a failure.
    pub(crate) fn failed(key: SmolStr, linked: bool, code: &str) -> EntryKey {
        EntryKey { failed: Some(code.into()), ..EntryKey::new(key, KeyOf::Failed, linked) }
    }
}
