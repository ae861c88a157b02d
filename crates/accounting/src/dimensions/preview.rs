//! What was posted already and would not satisfy a rule.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Report, Row, word};
use fondaco_core::{DateRange, Id, Range, Reading};
use smol_str::{SmolStr, ToSmolStr};

use super::judge::{DimensionRules, Line};
use super::known::Loaded;
use super::lookup::{dimension_combinations, dimension_rules, dimension_use, dimensions};
use super::{DimensionError, SetDimensionCombination, SetDimensionRule};
use crate::Books;
use crate::ledger::{Account, Entry, LedgerError, Posting, is_closing, leaves, postings};
use crate::parallel::{all_or_scope, unmarked};

/// What postings are asked whether they satisfy it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DimensionProposal {
    /// All that is set now.
    Standing,
    /// All that is set now, with this rule.
    Rule(SetDimensionRule),
    /// All that is set now, with this combination.
    Combination(SetDimensionCombination),
}

impl DimensionProposal {
    /// The account that it is about, or the heading over such; `None` for all.
    fn account(&self) -> Option<&SmolStr> {
        match self {
            DimensionProposal::Standing => None,
            DimensionProposal::Rule(rule) => rule.account.as_ref(),
            DimensionProposal::Combination(combination) => combination.account.as_ref(),
        }
    }
}

/// A posting that does not satisfy what it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct UnmetPosting {
    /// Its entry.
    pub entry: Id<Entry>,
    /// Its place in the entry, from 1.
    pub line: u32,
    /// Its account.
    pub account: SmolStr,
    /// The entry's date.
    pub date: NaiveDate,
    /// Why: what it would be refused for.
    pub why: DimensionError,
}

/// The postings that don't satisfy what they are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct UnmetPostings {
    /// The first of them, by account and date.
    pub postings: Vec<UnmetPosting>,
    /// How many there are.
    pub count: u64,
}

/// The postings of some days that do not satisfy what is proposed, or what is set: all are counted, so many are listed.
/// Those that close years are left out.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_centres();
/// use fondaco_accounting::dimensions::*;
/// let rents = SetDimensionRule::new("RENT", "cost_centre", Demand::Required).account("5100");
/// let unmet = books.unmet(&DimensionProposal::Rule(rents), DateRange::always(), 100)?;
/// assert_eq!((unmet.count, unmet.postings[0].date), (1, day("2026-02-01"))); // the rent
/// assert!(unmet.to_string().contains("cost_centre is missing"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], [`LedgerError::UnknownAccount`], or a [`Halt`](fondaco_core::Halt).
pub fn unmet(
    read: &mut impl Reading,
    proposal: &DimensionProposal,
    days: DateRange,
    limit: usize,
) -> Result<UnmetPostings, LedgerError> {
    let read = &mut all_or_scope(read)?;
    let (judge, mut known) = judge(read, proposal)?;
    let mut unmet = UnmetPostings { postings: Vec::new(), count: 0 };
    for account in accounts(read, proposal.account())? {
        let mut postings = postings(read, &account.code, days)?;
        postings.retain(|posting| !is_closing(posting.period));
        let ids: Vec<Id<Entry>> = postings.iter().map(|posting| posting.entry).collect();
        let entries = read.peek_many::<Entry>(&ids)?;
        for (posting, entry) in postings.iter().zip(entries) {
            let Some(entry) = entry else { continue };
            let line = Line {
                line: posting.line as usize,
                account: &posting.account,
                journal: &entry.journal,
                date: posting.date,
            };
            let given = unmarked(&posting.dimensions);
            match judge.check_by(&mut known, &line, &given, proposal) {
                Err(LedgerError::Dimension(why)) => unmet.note(posting, why, limit),
                other => other?,
            }
        }
    }
    Ok(unmet)
}

/// What is set, with what is proposed.
fn judge(
    read: &mut impl Reading,
    proposal: &DimensionProposal,
) -> Result<(DimensionRules, Loaded), LedgerError> {
    let defined = dimensions(read)?;
    let (mut rules, mut combinations) = (dimension_rules(read)?, dimension_combinations(read)?);
    match proposal {
        DimensionProposal::Standing => {}
        DimensionProposal::Rule(rule) => {
            rules.retain(|known| known.code != rule.code);
            rules.push(Arc::new(rule.to_rule()));
        }
        DimensionProposal::Combination(of) => {
            combinations.retain(|known| known.code != of.code);
            combinations.push(Arc::new(of.to_combination()));
        }
    }
    let uses = dimension_use(read)?.unwrap_or_default();
    let codes: Vec<SmolStr> = defined.iter().map(|dimension| dimension.code.clone()).collect();
    let known = Loaded::peek(read, &codes)?;
    Ok((DimensionRules::of(uses, &defined, &rules, &combinations), known))
}

/// The accounts whose postings are asked.
fn accounts(
    read: &mut impl Reading,
    of: Option<&SmolStr>,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let Some(code) = of else {
        let mut all = read.peek_scan(&Range::<Account>::all())?;
        all.retain(|account| !account.heading);
        return Ok(all);
    };
    if read.peek::<Account>(code)?.is_none() {
        return Err(LedgerError::UnknownAccount { code: code.clone() });
    }
    leaves(read, vec![code.clone()])
}

impl UnmetPostings {
    fn note(&mut self, posting: &Posting, why: DimensionError, limit: usize) {
        self.count += 1;
        if self.postings.len() < limit {
            let (entry, line, date) = (posting.entry, posting.line, posting.date);
            let account = posting.account.clone();
            self.postings.push(UnmetPosting { entry, line, account, date, why });
        }
    }

    /// As rows and columns.
    pub fn to_report(&self) -> Report {
        let columns = [
            Column::date(word("Date")),
            Column::text(word("Account")),
            Column::text(word("Entry")),
            Column::text(word("Why")),
        ];
        let mut report = Report::new(word("Postings that do not satisfy")).columns(columns);
        for unmet in &self.postings {
            let entry = unmet.entry.to_smolstr();
            let why = unmet.why.to_smolstr();
            report.push(Row::new([
                Cell::from(unmet.date),
                unmet.account.clone().into(),
                entry.into(),
                why.into(),
            ]));
        }
        report
    }
}

impl fmt::Display for UnmetPostings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Books<'_> {
    /// The postings of some days that do not satisfy what is proposed, or what is set: see [`unmet`].
    ///
    /// # Errors
    /// As [`unmet`].
    pub fn unmet(
        &self,
        proposal: &DimensionProposal,
        days: DateRange,
        limit: usize,
    ) -> Result<UnmetPostings, LedgerError> {
        self.view(|view| unmet(view, proposal, days, limit))
    }
}
