//! Checking a confirmation: the statement is made anew from what is proven, and compared.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::proof::{ProofError, ProvenRow};
use fondaco_core::store::Record;
use fondaco_core::{CompanyId, Currency, Id};
use serde_json::Value as Json;

use super::{Completeness, Confirmation, ConfirmationError, Confirmed};
use crate::ledger::{Account, Amounts, Entry, Posting, Settings};
use crate::reports::{AccountStatement, Found, Run, StatementQuery, as_recorded};

/// What is proven: the rows, by what they are.
#[derive(Default)]
struct Rows {
    company: Option<CompanyId>,
    settings: Option<Settings>,
    account: Option<Arc<Account>>,
    entries: BTreeMap<Id<Entry>, Arc<Entry>>,
    /// Each with the position of its commit.
    postings: Vec<(Arc<Posting>, u64)>,
}

impl Confirmation {
    /// Makes the statement anew from the proofs, and from the log where that is there, and compares.
    pub(super) fn confirmed(&self) -> Result<Confirmed, ConfirmationError> {
        let head = self.proofs.checkpoint().unverified();
        let rows = self.proven_rows()?;
        let (statement, commits) = rows.statement(&self.said)?;
        self.compare(&statement)?;
        let company = rows.company.ok_or_else(|| lacks("commit"))?;
        let completeness = match &self.log {
            None => Completeness::Said,
            Some(_) => self.compare_with_log(&rows)?,
        };
        // After the figures, so that a changed one is named.
        if self.seal.unverified().extensions != self.said.sealed(head)?.extensions {
            return Err(malformed("the seal is not over what is said"));
        }
        Ok(Confirmed { checkpoint: head.clone(), company, statement, commits, completeness })
    }

    fn proven_rows(&self) -> Result<Rows, ConfirmationError> {
        let proven = self.proofs.verify_against(self.proofs.checkpoint().unverified())?;
        let mut rows = Rows::default();
        for (place, row) in &proven.rows {
            let Some((position, statement)) = proven.commits.get(*place) else { continue };
            if *rows.company.get_or_insert(statement.company) != statement.company {
                return Err(malformed("its rows are of several companies"));
            }
            if !rows.take(&self.said.query, *position, row)? {
                return Err(malformed(&format!("a row of {} proves nothing in it", row.table)));
            }
        }
        Ok(rows)
    }

    /// Every row of the log: the statement that follows from all of them is the one that is said, opening and all.
    fn compare_with_log(&self, proven: &Rows) -> Result<Completeness, ConfirmationError> {
        let Some(log) = &self.log else { return Ok(Completeness::Said) };
        let (query, mut rows) = (&self.said.query, Rows::default());
        // What was is known from the proofs: the log has older states too.
        (rows.settings, rows.account) = (proven.settings.clone(), proven.account.clone());
        let mut before: BTreeMap<Currency, Amounts> = BTreeMap::new();
        let closed_rows =
            log.verify_against(self.proofs.checkpoint().unverified(), |at, _, row| {
                if row.table == Posting::TABLE.name || row.table == Entry::TABLE.name {
                    rows.take(query, at, row)?;
                }
                Ok(())
            })?;
        rows.postings.retain(|(posting, _)| posting.account == query.account);
        let entries = &rows.entries;
        let of_party = |posting: &Posting| {
            query.takes_party(posting, entries.get(&posting.entry).map(Arc::as_ref))
        };
        if let Some(earlier) = query.before() {
            for (posting, _) in &rows.postings {
                if earlier.takes(posting) && of_party(posting) {
                    let sums = before.entry(posting.currency).or_default();
                    sums.add(&Amounts::of_posting(posting));
                }
            }
        }
        rows.postings.retain(|(posting, _)| query.takes(posting) && of_party(posting));
        self.compare(&rows.statement_from(&self.said, before)?.0)?;
        Ok(Completeness::Proven { closed_rows })
    }

    fn compare(&self, made: &AccountStatement) -> Result<(), ConfirmationError> {
        let json = |statement: &AccountStatement| {
            serde_json::to_value(statement).map_err(|error| ConfirmationError::malformed(&error))
        };
        let (said, proven) = (json(&self.said.statement)?, json(made)?);
        match difference("statement", &said, &proven) {
            Some((what, said, proven)) => Err(ConfirmationError::Differs { what, said, proven }),
            None => Ok(()),
        }
    }
}

impl Rows {
    /// Takes a row of the tables that a statement is made of; whether it is one.
    fn take(
        &mut self,
        query: &StatementQuery,
        position: u64,
        row: &ProvenRow,
    ) -> Result<bool, ProofError> {
        match row.table.as_str() {
            table if table == Posting::TABLE.name => {
                self.postings.push((Arc::new(row.record()?), position));
            }
            table if table == Entry::TABLE.name => {
                let entry: Entry = row.record()?;
                self.entries.insert(entry.id, Arc::new(entry));
            }
            table if table == Settings::TABLE.name => self.settings = Some(row.record()?),
            table if table == Account::TABLE.name => {
                let account: Account = row.record()?;
                if account.code != query.account {
                    return Ok(false);
                }
                self.account = Some(Arc::new(account));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The statement that follows from these rows and the openings that are said, and the commit of each of its movements.
    fn statement(
        &self,
        said: &super::Said,
    ) -> Result<(AccountStatement, Vec<u64>), ConfirmationError> {
        let query = &said.query;
        for (posting, _) in &self.postings {
            let entry = self.entries.get(&posting.entry).map(Arc::as_ref);
            let wanted = posting.account == query.account
                && query.takes(posting)
                && query.takes_party(posting, entry);
            if !wanted {
                let (entry, line) = (posting.entry, posting.line);
                let why = format!("line {line} of entry {entry} is not of what was asked for");
                return Err(ConfirmationError::Malformed { why });
            }
        }
        let opening = said.statement.currencies.iter().map(|section| {
            let (opening, ledger) = (section.sums.opening, section.ledger.opening);
            let nothing = opening.is_zero() && ledger.is_zero();
            if query.before().is_none() && !nothing {
                let what = format!("statement opening in {}", section.currency);
                let (said, proven) = (opening.to_string(), "0, as nothing is before".to_owned());
                return Err(ConfirmationError::Differs { what, said, proven });
            }
            let amounts = Amounts::of_net(opening, ledger);
            Ok((section.currency, amounts.ok_or_else(|| malformed("an opening is out of reach"))?))
        });
        self.statement_from(said, opening.collect::<Result<_, _>>()?)
    }

    fn statement_from(
        &self,
        said: &super::Said,
        mut opening: BTreeMap<Currency, Amounts>,
    ) -> Result<(AccountStatement, Vec<u64>), ConfirmationError> {
        let account = self.account.clone().ok_or_else(|| lacks("account"))?;
        let settings = self.settings.as_ref().ok_or_else(|| lacks("settings"))?;
        // A currency without anything is said or not said: that makes no difference.
        for section in &said.statement.currencies {
            opening.entry(section.currency).or_default();
        }
        let mut postings = self.postings.clone();
        postings.sort_by_key(|(posting, _)| (posting.date, posting.entry, posting.line));
        let entry = |posting: &Posting| self.entries.get(&posting.entry).cloned();
        as_recorded(&mut postings, |(posting, _)| posting, entry);
        let mut commits: BTreeMap<Currency, Vec<u64>> = BTreeMap::new();
        for (posting, position) in &postings {
            commits.entry(posting.currency).or_default().push(*position);
        }
        let found = postings.into_iter().map(|(posting, _)| {
            let entry = self.entries.get(&posting.entry).cloned().ok_or_else(|| lacks("entry"))?;
            Ok(Found { posting, entry: Some(entry), counter_accounts: Vec::new() })
        });
        let found = found.collect::<Result<Vec<_>, ConfirmationError>>()?;
        let mut run = Run::over(&said.query, account, settings.currency, opening);
        Ok((run.page(found, false), commits.into_values().flatten().collect()))
    }
}

fn malformed(why: &str) -> ConfirmationError {
    ConfirmationError::Malformed { why: why.to_owned() }
}

fn lacks(what: &str) -> ConfirmationError {
    malformed(&format!("it lacks the proof of its {what}"))
}

/// The first place where two values differ: where, what is said, what is proven.
fn difference(at: &str, said: &Json, proven: &Json) -> Option<(String, String, String)> {
    let nothing = || "nothing".to_owned();
    match (said, proven) {
        (Json::Object(said), Json::Object(proven)) => proven.iter().find_map(|(name, value)| {
            difference(&format!("{at}.{name}"), said.get(name).unwrap_or(&Json::Null), value)
        }),
        (Json::Array(said), Json::Array(proven)) => {
            let both = said.iter().zip(proven).enumerate();
            let inside = both
                .map(|(n, (said, proven))| difference(&format!("{at}[{n}]"), said, proven))
                .find_map(|found| found);
            let beyond = || match (said.get(proven.len()), proven.get(said.len())) {
                (Some(more), _) => {
                    Some((format!("{at}[{}]", proven.len()), more.to_string(), nothing()))
                }
                (_, Some(more)) => {
                    Some((format!("{at}[{}]", said.len()), nothing(), more.to_string()))
                }
                (None, None) => None,
            };
            inside.or_else(beyond)
        }
        _ if said == proven => None,
        _ => Some((at.to_owned(), said.to_string(), proven.to_string())),
    }
}
