//! Who recorded each entry, and what became of it: the audit trail that goes out beside the figures.
//!
//! Who and when is not in an entry but in the log: the commit that wrote it. [`Books::audit_trail`] reads both.

use std::collections::{BTreeMap, BTreeSet};

use fondaco_core::store::{Ask, KeyParts, Read, Record, Reply, StoreError};
use fondaco_core::{ActorId, CommandId, Halt, Id, Range, Reading, Timestamp};

use crate::Books;
use crate::close::Correction;
use crate::ledger::{Entry, LedgerError, Reversal};

/// Who recorded an entry, when, and where that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedBy {
    /// Who.
    pub actor: ActorId,
    /// The host's time.
    pub at: Timestamp,
    /// The command that did it.
    pub command: CommandId,
    /// Its place in the company's log, from 1: what [proofs](fondaco_core::proof) name.
    pub position: u64,
}

/// Who recorded the entries of a company.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditTrail {
    by: BTreeMap<Id<Entry>, RecordedBy>,
}

impl AuditTrail {
    /// Who recorded an entry; `None` for one that came after the trail was read.
    pub fn of(&self, entry: Id<Entry>) -> Option<&RecordedBy> {
        self.by.get(&entry)
    }
}

/// So much is read in one trip.
const MANY: usize = 1024;

impl Books<'_> {
    /// Who recorded each entry: for exports, beside their figures. All ids of entries are held in memory, and the log is read once.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let trail = books.audit_trail()?;
    /// let capital = books.entry_by_number("GEN", 2026, 1)?.expect("it was posted").entry.id;
    /// let by = trail.of(capital).expect("somebody did");
    /// assert_eq!(by.at, "2026-06-01T08:00:00Z".parse()?);
    /// assert_eq!(books.driver().feed(by.position - 1, 1)?[0].meta.actor, by.actor);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn audit_trail(&self) -> Result<AuditTrail, LedgerError> {
        let ids = self.view(|view| {
            let mut ids: Vec<Id<Entry>> = Vec::new();
            view.peek_each(&Range::<Entry>::all(), |entry: &Entry| {
                ids.push(entry.id);
                Ok::<(), LedgerError>(())
            })?;
            Ok(ids)
        })?;
        let mut written = Vec::with_capacity(ids.len());
        for some in ids.chunks(MANY) {
            written.extend(self.positions(some).map_err(Halt::from)?);
        }
        let wanted: BTreeSet<u64> = written.iter().map(|(_, position)| *position).collect();
        let log = self.log_of(&wanted).map_err(Halt::from)?;
        let by = written.into_iter();
        let by = by.filter_map(|(id, position)| Some((id, log.get(&position)?.clone())));
        Ok(AuditTrail { by: by.collect() })
    }

    /// The commits that wrote some entries.
    fn positions(&self, ids: &[Id<Entry>]) -> Result<Vec<(Id<Entry>, u64)>, StoreError> {
        let keys = ids.iter().map(KeyParts::to_bytes).collect();
        let ask = Ask::Get(Entry::TABLE, keys);
        let driver = self.driver();
        let answer = driver.store().read(&Read::now(driver.company(), vec![ask]))?;
        let rows = answer.replies.into_iter().flat_map(|reply| match reply {
            Reply::Got(rows) => rows,
            _ => Vec::new(),
        });
        let found = ids.iter().zip(rows);
        Ok(found.filter_map(|(id, row)| Some((*id, row?.version))).collect())
    }

    /// Who did what the log has at some places.
    fn log_of(&self, wanted: &BTreeSet<u64>) -> Result<BTreeMap<u64, RecordedBy>, StoreError> {
        let (mut log, mut left) = (BTreeMap::new(), wanted.first().copied());
        while let Some(next) = left {
            let commits = self.driver().feed(next.saturating_sub(1), MANY)?;
            let Some(last) = commits.last().map(|commit| commit.position) else { break };
            for commit in commits.into_iter().filter(|commit| wanted.contains(&commit.position)) {
                let (actor, at) = (commit.meta.actor, commit.meta.time);
                let (command, position) = (commit.id, commit.position);
                log.insert(position, RecordedBy { actor, at, command, position });
            }
            left = wanted.range(last + 1..).next().copied();
        }
        Ok(log)
    }
}

/// What became of entries: what reversed them, and what corrected them.
#[derive(Debug, Default)]
pub(super) struct Links {
    reversed: BTreeMap<Id<Entry>, Id<Entry>>,
    corrections: BTreeMap<Id<Entry>, Correction>,
    corrects: BTreeMap<Id<Entry>, Id<Entry>>,
}

impl Links {
    /// Of these entries. A correction that came late stands without the entry that was wrong, which lies in an earlier year.
    pub(super) fn read(
        read: &mut impl Reading,
        entries: &[Id<Entry>],
    ) -> Result<Links, LedgerError> {
        let mut links = Links::default();
        for some in entries.chunks(MANY) {
            let reversals = read.peek_many::<Reversal>(some)?.into_iter().flatten();
            links.reversed.extend(reversals.map(|reversal| (reversal.entry, reversal.by)));
            for correction in read.peek_many::<Correction>(some)?.into_iter().flatten() {
                links.keep(&correction);
            }
            let by: Vec<_> =
                some.iter().map(|id| Range::by(Correction::BY_CORRECTION, id)).collect();
            read.peek_each_of(&by, |correction: &Correction| {
                links.keep(correction);
                Ok::<(), LedgerError>(())
            })?;
        }
        Ok(links)
    }

    fn keep(&mut self, correction: &Correction) {
        self.corrects.insert(correction.by, correction.entry);
        self.corrections.insert(correction.entry, correction.clone());
    }

    /// The entry that reversed one.
    pub(super) fn reversed_by(&self, entry: Id<Entry>) -> Option<Id<Entry>> {
        self.reversed.get(&entry).copied()
    }

    /// The entry that one corrects.
    pub(super) fn corrects(&self, entry: Id<Entry>) -> Option<Id<Entry>> {
        self.corrects.get(&entry).copied()
    }

    /// All corrections of which the wrong entry is among them or the right one, by the wrong one.
    pub(super) fn corrections(&self) -> impl Iterator<Item = &Correction> {
        self.corrections.values()
    }
}
