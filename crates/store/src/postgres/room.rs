//! What all forms of the store share, whoever owns the connection: names, the prepared tables, how a transaction begins.

use std::sync::{Arc, PoisonError, RwLock};

use fondaco_core::CompanyId;
use fondaco_core::store::Table;

use super::form::Forms;
use super::guess::Guesses;
use crate::sql::quoted;

/// The store without a connection.
#[derive(Debug)]
pub(super) struct Room {
    /// The schema, as SQL writes it.
    pub(super) schema: String,
    pub(super) chain: bool,
    forms: RwLock<Arc<Forms>>,
    settings: String,
    /// Whether transactions work as another role than who connects.
    has_role: bool,
    pub(super) guesses: Guesses,
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// All statements see one moment.
    Read,
    /// Each statement sees what is committed; a lock keeps the company as it is. Whoever falls silent in the middle, as a machine
    /// without power does, is shown the door, so that the company is not locked until the network notices.
    Write,
    /// The same for a load, whose pieces may be long in coming.
    Load,
}

/// How long a commit may wait for its own program between two statements.
const SILENT: &str = "SET LOCAL idle_in_transaction_session_timeout = '60s'; ";

/// Key look-ups stay look-ups, whatever PostgreSQL still believes of a table that was empty when a plan was made.
const PLANNER: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; \
     SET LOCAL enable_mergejoin = off; SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off; \
     SET LOCAL plan_cache_mode = force_generic_plan; ";

impl Room {
    pub(super) fn new(schema: &str, chain: bool, role: Option<&str>, planner: bool) -> Room {
        let has_role = role.is_some();
        let role = role.map(|role| format!("SET LOCAL ROLE {}; ", quoted(role)));
        let settings = format!(
            "SET LOCAL lock_timeout = '30s'; {}{}",
            if planner { PLANNER } else { "" },
            role.unwrap_or_default(),
        );
        let (schema, guesses) = (quoted(schema), Guesses::default());
        Room { schema, chain, forms: RwLock::default(), settings, has_role, guesses }
    }

    /// A statement on the store's own tables, which are written `@.name`.
    pub(super) fn own(&self, sql: &str) -> String {
        sql.replace('@', &self.schema)
    }

    pub(super) fn begin(&self, mode: Mode, company: CompanyId) -> String {
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ",
            Mode::Write | Mode::Load => "BEGIN ISOLATION LEVEL READ COMMITTED; ",
        };
        let silent = if mode == Mode::Write { SILENT } else { "" };
        format!("{begin}{silent}{}", self.inside(company))
    }

    /// What a transaction of anybody's is set to: whose rows it sees and writes. It ends with the transaction, so that nothing
    /// leaks to the next user of a pooled connection.
    pub(super) fn inside(&self, company: CompanyId) -> String {
        format!("{}SET LOCAL fondaco.company = '{}'", self.settings, uuid(company.to_u128()))
    }

    /// A part of a transaction of the host's, for what `inside` sets, and for making tables without it. The host's role is
    /// noted.
    pub(super) fn begin_part(&self, company: Option<CompanyId>) -> String {
        let note = match self.has_role {
            true => "SELECT set_config('fondaco.role', current_setting('role'), true); ",
            false => "",
        };
        let inside = company.map_or(self.settings.clone(), |company| self.inside(company));
        format!("SAVEPOINT fondaco; {note}{inside}")
    }

    /// The end of such a part, after which the host is again who it was.
    pub(super) fn end_part(&self) -> &'static str {
        match self.has_role {
            true => {
                "RELEASE SAVEPOINT fondaco; SELECT set_config('role', current_setting('fondaco.role'), true)"
            }
            false => "RELEASE SAVEPOINT fondaco",
        }
    }

    /// Settings for a transaction that makes tables.
    pub(super) fn begin_to_prepare(&self) -> String {
        format!("BEGIN ISOLATION LEVEL READ COMMITTED; {}", self.settings)
    }

    pub(super) fn forms(&self) -> Arc<Forms> {
        self.forms.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds the forms of tables that were prepared, once that is committed. Of two generations the older holds, so that what
    /// was known before is checked anew.
    pub(super) fn add_forms(&self, fresh: Forms) {
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        *forms = Arc::new(forms.joined(fresh));
    }

    /// The forms after those that were `checked` were found right for a later generation. Others may have come meanwhile; they
    /// are checked when somebody writes again.
    pub(super) fn renew(&self, checked: &Arc<Forms>, fresh: Forms) -> Arc<Forms> {
        let fresh = Arc::new(fresh);
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&forms, checked) {
            *forms = fresh.clone();
        }
        fresh
    }

    /// Whether all tables are prepared already.
    pub(super) fn has(&self, tables: &[&'static Table]) -> bool {
        let forms = self.forms();
        tables.iter().all(|table| {
            forms.find(table.name).is_some_and(|form| std::ptr::eq(form.table, *table))
        })
    }
}

/// An id as PostgreSQL writes it.
pub(super) fn uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Views may be idle for long, and so may what a load waits for; a commit may not.
    #[test]
    fn commits_alone_end_when_their_program_is_silent() {
        let room = Room::new("books", true, None, true);
        let silent =
            |mode| room.begin(mode, CompanyId::named("acme")).contains("idle_in_transaction");
        assert!(silent(Mode::Write) && !silent(Mode::Read) && !silent(Mode::Load));
        assert!(!room.begin_part(Some(CompanyId::named("acme"))).contains("idle_in_transaction"));
    }
}
