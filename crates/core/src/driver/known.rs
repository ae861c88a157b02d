//! What a driver was told of engines: which joined it, which tables they have, for a verification, and which of their rows are held
//! on parties, for exports and erasures; whichever engine asks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;
use crate::party::{self, Holding};
use crate::store::Table;

#[derive(Debug)]
pub(crate) struct Known {
    engines: Mutex<Vec<&'static Engine>>,
    tables: Mutex<Vec<&'static Table>>,
    holdings: Mutex<Vec<Holding>>,
}

impl Default for Known {
    fn default() -> Known {
        let (engines, tables) = Default::default();
        Known { engines, tables, holdings: Mutex::new(party::HOLDINGS.to_vec()) }
    }
}

impl Known {
    /// The engines that joined, in order.
    pub(crate) fn engines(&self) -> Vec<&'static Engine> {
        lock(&self.engines).clone()
    }

    /// Whether an engine joined.
    pub(crate) fn has(&self, engine: &Engine) -> bool {
        lock(&self.engines).iter().any(|known| known.name == engine.name)
    }

    /// An engine joins, whose tables are ready.
    pub(super) fn join(&self, engine: &'static Engine) {
        self.add(&engine.holdings().collect::<Vec<_>>());
        let mut engines = lock(&self.engines);
        if engines.iter().all(|known| known.name != engine.name) {
            engines.push(engine);
        }
    }

    /// Remembers tables that are prepared.
    pub(super) fn keep(&self, tables: &[&'static Table]) {
        let mut known = lock(&self.tables);
        *known = joined(tables, &known);
    }

    /// These tables, and all that were prepared before.
    pub(super) fn with(&self, tables: &[&'static Table]) -> Vec<&'static Table> {
        joined(tables, &lock(&self.tables))
    }

    /// Remembers what an engine holds on parties.
    pub(super) fn add(&self, holdings: &[Holding]) {
        let mut known = lock(&self.holdings);
        for holding in holdings {
            if known.iter().all(|other| other.table().name != holding.table().name) {
                known.push(*holding);
            }
        }
    }

    /// What engines hold on parties.
    pub(crate) fn holdings(&self) -> Vec<Holding> {
        lock(&self.holdings).clone()
    }

    /// The tables with personal columns of which nobody has said what in them is held on a party.
    pub(crate) fn unheld(&self) -> Vec<&'static Table> {
        let holdings = lock(&self.holdings);
        let held = |table: &Table| holdings.iter().any(|held| held.table().name == table.name);
        let tables = lock(&self.tables);
        tables.iter().copied().filter(|table| table.has_personal() && !held(table)).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first tables, and those of the others that are not among them.
pub(super) fn joined(tables: &[&'static Table], others: &[&'static Table]) -> Vec<&'static Table> {
    let missing = others.iter().filter(|other| tables.iter().all(|table| table.name != other.name));
    tables.iter().chain(missing).copied().collect()
}
