//! What this program last knew of each company, so that it can ask before it is told: all of a trip then goes at once. What
//! comes back says whether the guess was right; if it was not, the trip is made again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use fondaco_core::CompanyId;

use super::log::Head;

/// A company as it was when somebody looked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Guess {
    /// The small number that stands for it in this database.
    pub(super) company: i32,
    /// The position of its newest commit.
    pub(super) position: u64,
}

#[derive(Debug, Default)]
pub(super) struct Guesses(Mutex<HashMap<CompanyId, Guess>>);

impl Guesses {
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Guess>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, company: CompanyId) -> Option<Guess> {
        self.lock().get(&company).copied()
    }

    /// Notes what was found; a company that is not there is not remembered.
    pub(super) fn note(&self, company: CompanyId, head: &Head) {
        let found = Guess { company: head.company, position: head.position };
        match head.is_there() {
            true => drop(self.lock().insert(company, found)),
            false => drop(self.lock().remove(&company)),
        }
    }
}
