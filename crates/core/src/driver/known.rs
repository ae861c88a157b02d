//! Which tables were prepared through a driver: what a verification has to read, whichever engine asks for it.

use std::sync::{Mutex, PoisonError};

use crate::store::Table;

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Vec<&'static Table>>);

impl Known {
    /// Remembers tables that are prepared.
    pub(super) fn keep(&self, tables: &[&'static Table]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = joined(tables, &known);
    }

    /// These tables, and all that were prepared before.
    pub(super) fn with(&self, tables: &[&'static Table]) -> Vec<&'static Table> {
        joined(tables, &self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first tables, and those of the others that are not among them.
pub(super) fn joined(tables: &[&'static Table], others: &[&'static Table]) -> Vec<&'static Table> {
    let missing = others.iter().filter(|other| tables.iter().all(|table| table.name != other.name));
    tables.iter().chain(missing).copied().collect()
}
