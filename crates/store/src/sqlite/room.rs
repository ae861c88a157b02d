//! What all forms of the SQLite store share: the prepared tables, and the port's four calls inside a given transaction.

use std::sync::{Arc, PoisonError, RwLock};

use fondaco_core::CompanyId;
use fondaco_core::store::{Answer, Batch, Commit, Pieces, Prepared, Read, Snapshot, Table};
use rusqlite::Connection;

use super::cache::{Cache, Changed};
use super::error::Outcome;
use super::form::Forms;
use super::{commit, load, read, runs, schema};

/// The store without a connection.
#[derive(Debug)]
pub(super) struct Room {
    forms: RwLock<Arc<Forms>>,
    chain: bool,
    cache: Option<Cache>,
}

impl Room {
    pub(super) fn new(chain: bool, cache: Option<Cache>) -> Room {
        Room { forms: RwLock::default(), chain, cache }
    }

    /// Takes over what a commit changed, once it lasts.
    pub(super) fn publish(&self, company: CompanyId, commit: &Commit, changed: Changed) {
        if let Some(cache) = self.cache.as_ref().filter(|_| !commit.replayed) {
            cache.publish(company, commit.position, changed);
        }
    }

    pub(super) fn forms(&self) -> Arc<Forms> {
        self.forms.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forms are set only after what they describe is committed.
    pub(super) fn set_forms(&self, forms: Forms) {
        *self.forms.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(forms);
    }

    /// Whether all tables are prepared already.
    pub(super) fn has(&self, tables: &[&'static Table]) -> bool {
        let forms = self.forms();
        tables.iter().all(|table| {
            forms.find(table.name).is_some_and(|form| std::ptr::eq(form.table, *table))
        })
    }

    /// Prepares tables inside the caller's transaction; the forms hold once it is committed.
    pub(super) fn prepare(
        &self,
        conn: &Connection,
        tables: &[&'static Table],
        shared: bool,
    ) -> Outcome<(Prepared, Forms)> {
        schema::create_own(conn, shared)?;
        let mut forms = Forms::clone(&self.forms());
        let prepared = schema::prepare(conn, tables, &mut forms)?;
        Ok((prepared, forms))
    }

    /// Answers inside the caller's transaction.
    pub(super) fn read(&self, conn: &Connection, wanted: &Read) -> Outcome<Answer> {
        let forms = self.forms_to_read(conn)?;
        let (position, replies) = read::answer(conn, &forms, self.cache.as_ref(), wanted)?;
        Ok(Answer::new(Snapshot { position, hold: 0 }, replies))
    }

    /// Drops all indexes and fills them anew, inside the caller's transaction.
    pub(super) fn rebuild(&self, conn: &Connection) -> Outcome<()> {
        let forms = self.forms_to_write(conn)?;
        let forms = schema::all_indexed(conn, &forms)?;
        runs::rebuild(conn, &forms)?;
        if let Some(cache) = &self.cache {
            cache.pages.forget();
        }
        Ok(())
    }

    /// The forms as the file has them in the caller's snapshot: who no longer understands a table would find nothing in an index
    /// that is gone. In a snapshot from before they were made they are what they were.
    fn forms_to_read(&self, conn: &Connection) -> Outcome<Arc<Forms>> {
        let known = self.forms();
        if schema::version(conn)? <= known.schema {
            return Ok(known);
        }
        let mut fresh = Forms::clone(&known);
        schema::recheck(conn, &mut fresh)?;
        let fresh = Arc::new(fresh);
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        // Who prepared tables meanwhile knows more.
        if Arc::ptr_eq(&forms, &known) {
            forms.clone_from(&fresh);
        }
        Ok(fresh)
    }

    /// The forms as the file has them now.
    fn forms_to_write(&self, conn: &Connection) -> Outcome<Arc<Forms>> {
        let forms = self.forms();
        if schema::version(conn)? == forms.schema {
            return Ok(forms);
        }
        // Another program changed tables: refuse to write what this one no longer understands.
        let mut fresh = Forms::clone(&forms);
        schema::recheck(conn, &mut fresh)?;
        self.set_forms(fresh);
        Ok(self.forms())
    }

    /// Loads a company inside the caller's transaction, which it must roll back after an error.
    pub(super) fn load(
        &self,
        conn: &Connection,
        company: CompanyId,
        pieces: &mut Pieces<'_>,
    ) -> Outcome<()> {
        let forms = self.forms_to_write(conn)?;
        load::load(conn, &forms, company, pieces)
    }

    /// Commits inside the caller's transaction, which it must roll back after an error.
    pub(super) fn commit(&self, conn: &Connection, batch: Batch) -> Outcome<(Commit, Changed)> {
        let forms = match batch.check {
            true => self.forms_to_read(conn)?,
            false => self.forms_to_write(conn)?,
        };
        commit::commit(conn, &forms, self.chain, self.cache.as_ref(), batch)
    }
}
