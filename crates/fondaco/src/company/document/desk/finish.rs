//! The end of an act: its facts are posted, and what it changed is staged, each row once.

use std::collections::BTreeSet;

use fondaco_accounting::ledger::{self, Entry};
use fondaco_core::{DocumentId, Id, Tx};

use super::{Desk, Told};
use crate::company::closing::mark_stale;
use crate::company::document::{Document, Line, Status};
use crate::company::figures::remember_due;
use crate::company::{CompanyError, ENGINE};

impl Desk {
    /// Stages all of it.
    pub(crate) fn finish(self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        self.finish_closing(tx).map(drop)
    }

    /// Stages all of it; gives the entries.
    pub(crate) fn finish_closing(
        mut self,
        tx: &mut Tx<'_>,
    ) -> Result<Vec<Id<Entry>>, CompanyError> {
        let told = std::mem::take(&mut self.facts);
        let (mut entries, mut whose, mut unposted) = (Vec::new(), Vec::new(), BTreeSet::new());
        for Told { facts, of, instead } in &told {
            self.since(facts.date);
            let entry = self.leading(facts)?;
            let beside = self.beside((facts, instead), entry.as_ref())?;
            if entry.is_none() && beside.is_empty() && !self.is_closing {
                // Goods that books hear of at the end alone move in no closed period all the same.
                unposted.insert(facts.date);
            }
            if let Some(entry) = entry {
                whose.push((entries.len(), *of));
                entries.push(entry);
            }
            entries.extend(beside);
        }
        unposted
            .iter()
            .try_for_each(|date| tx.as_engine(&ENGINE, |tx| ledger::check_date(tx, *date)))?;
        let mut made = Vec::new();
        if !entries.is_empty() {
            let posted = tx.as_engine(&ENGINE, |tx| ledger::post_many(tx, &entries))?;
            for (at, of) in whose {
                let posted = posted.entries.get(at).copied();
                if let (Some(of), Some(posted), Some(entry)) = (of, posted, entries.get(at)) {
                    self.remember(of, posted, entry);
                }
            }
            made.extend(posted.entries.iter().map(|posted| posted.id));
        }
        self.stage(tx)?;
        Ok(made)
    }

    /// New lines remember what rules of accounts may name of their items.
    fn remember_categories(&mut self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let new: Vec<Line> = self
            .lines
            .values()
            .filter(|line| self.new_documents.contains(&line.document))
            .cloned()
            .collect();
        for line in new {
            if let Some(item) = line.item {
                let category = Some(self.item(tx, item)?.category.clone().unwrap_or_default());
                self.keep(Line { category: category.into(), ..line });
            }
        }
        Ok(())
    }

    /// Lines that changed remember whether something of them waits.
    fn remember_waiting(&mut self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        for key in self.changed_lines.iter().copied().collect::<Vec<_>>() {
            let &Document { kind, status, .. } = self.there(tx, key.0)?;
            if let Some(line) = self.lines.get_mut(&key) {
                let waits = status != Status::Cancelled && line.waits(kind);
                line.waits_as = waits.then_some(kind);
            }
        }
        Ok(())
    }

    /// New documents get their numbers, as they were entered.
    fn number(&mut self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        for id in std::mem::take(&mut self.entered) {
            if let Some(document) = self.documents.get_mut(&id) {
                self.numberings.number(tx, document)?;
            }
        }
        Ok(())
    }

    fn stage(mut self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        self.remember_categories(tx)?;
        self.remember_waiting(tx)?;
        self.number(tx)?;
        let new = self.documents.values().filter(|one| self.new_documents.contains(&one.id));
        let since = self.since.into_iter().chain(new.map(|document| document.date)).min();
        if let Some(since) = since.filter(|_| !self.is_closing) {
            mark_stale(tx, since)?;
        }
        remember_due(&mut self.settlements, &self.documents);
        self.counted.stage(tx, &self.documents, &self.settlements)?;
        let Desk { documents, lines, new_documents, changed, changed_lines, .. } = self;
        let is_new = |key: &DocumentId| new_documents.contains(key);
        let (mut inserted, mut inserted_lines) = (Vec::new(), Vec::new());
        for (id, document) in documents {
            match changed.contains(&id) {
                true if is_new(&id) => inserted.push(document),
                true => tx.put(document)?,
                false => {}
            }
        }
        for (key, line) in lines {
            match changed_lines.contains(&key) {
                true if is_new(&key.0) => inserted_lines.push(line),
                true => tx.put(line)?,
                false => {}
            }
        }
        tx.insert_all(inserted)?;
        tx.insert_all(inserted_lines)?;
        tx.insert_all(self.matches)?;
        tx.insert_all(self.settlements)?;
        Ok(self.works.stage(tx)?)
    }
}
