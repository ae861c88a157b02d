//! Posting as a function: facts of documents, a table and accounts in, entries out.
//!
//! The idea is iDempiere's `Doc_*` and OFBiz's map of services to postings: a document becomes entries once for each set of rules, so
//! parallel ledgers come free. Here the map is data, and the function knows of no store.

use std::collections::BTreeMap;

use fondaco_accounting::ledger::{NewEntry, NewPosting, Side};
use fondaco_core::{Currency, Money, MoneyError};
use smol_str::SmolStr;

use super::{Accounts, Fact, Facts, Journals, Place, PostingError, PostingTable, Role, Roles};

/// By what facts become entries: a table, accounts, journals.
#[derive(Debug, Clone, Copy)]
pub struct Poster<'a> {
    /// What is posted for each figure.
    pub table: &'a PostingTable,
    /// Which account plays which role.
    pub accounts: &'a Accounts,
    /// The code of the profile, which rules of accounts may name.
    pub profile: &'a str,
    /// Which journal each book is.
    pub journals: &'a Journals,
}

/// A posting that is being added up: its account, side, currency and cost centre.
type Line = (SmolStr, Side, Currency, Option<SmolStr>);

/// The dimension that says cost centres.
const CENTRE: &str = "cost_centre";

impl Poster<'_> {
    /// The entries of some facts: one for each that has figures to be posted, in their order. Postings of one account and side are one.
    ///
    /// ```
    /// use fondaco::company::posting::*;
    /// use fondaco::core::Money;
    /// let (table, hundred) = (Profile::PerpetualAngloSaxon.table()?, Money::parse("100 EUR")?);
    /// let accounts = Accounts::new([
    ///     AccountRule::new(Role::Receivable, "1200"),
    ///     AccountRule::new(Role::Sales, "4000"),
    /// ]);
    /// let poster = Poster { table: &table, accounts: &accounts, profile: "", journals: &Journals::one("INV") };
    /// let invoice = Facts::new(BusinessEvent::CustomerInvoice, "2026-03-02".parse()?, "invoice/7")
    ///     .fact(Fact::new(Figure::Revenue, hundred));
    /// let entries = poster.entries(&[invoice])?;
    /// assert_eq!(entries[0].postings[0].account, "1200");
    /// assert_eq!(entries[0].postings[1].account, "4000");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PostingError::NoAccount`] for a role that no rule gives an account to; [`PostingError::Amount`]; [`PostingError::Instalments`].
    pub fn entries(&self, facts: &[Facts]) -> Result<Vec<NewEntry>, PostingError> {
        let entries = facts.iter().map(|facts| self.entry(facts));
        entries.filter_map(Result::transpose).collect()
    }

    /// The entry of some facts; `None` where nothing is posted for any.
    ///
    /// # Errors
    /// As [`Poster::entries`].
    pub fn entry(&self, facts: &Facts) -> Result<Option<NewEntry>, PostingError> {
        let mut sums = Sums::default();
        for fact in &facts.facts {
            for roles in self.table.lines(facts.event, fact.figure) {
                self.post(facts, fact, *roles, &mut sums)?;
            }
        }
        let entry = sums.postings(facts)?;
        Ok(entry.map(|entry| NewEntry {
            journal: self.journals.of(facts.event.book()).clone(),
            ..entry
        }))
    }

    fn post(
        &self,
        facts: &Facts,
        fact: &Fact,
        roles: Roles,
        sums: &mut Sums,
    ) -> Result<(), PostingError> {
        if fact.amount.is_zero() {
            return Ok(());
        }
        let (debit, credit) = match fact.amount.is_negative() {
            false => (roles.debit, roles.credit),
            true => (roles.credit, roles.debit),
        };
        for (role, side) in [(debit, Side::Debit), (credit, Side::Credit)] {
            let account = self.account(facts, fact, role)?;
            let centre = fact.place_of(role).centre.clone().filter(|_| !role.is_kept_by_items());
            sums.add(role, (account, side, fact.amount.currency(), centre), fact)
                .map_err(|error| amount(facts, error))?;
        }
        Ok(())
    }

    /// What is owed stands on one account, wherever the figures of which it comes arise; what is settled, where it stands.
    fn account(&self, facts: &Facts, fact: &Fact, role: Role) -> Result<SmolStr, PostingError> {
        let place = fact.place_of(role);
        let known = place.owed.as_ref().or(facts.owed.as_ref());
        if let Some(known) = known.filter(|_| role.is_kept_by_items()) {
            return Ok(known.clone());
        }
        let found = self.accounts.find(role, place, self.profile);
        found.cloned().ok_or_else(|| PostingError::NoAccount {
            document: facts.document.clone(),
            event: facts.event,
            figure: fact.figure,
            role,
            place: shown(place),
        })
    }

    /// What a parallel ledger has beside the leading one, whose entries for the same facts are `leading`: the difference of both, account by
    /// account. What is owed is the same in both, so nothing of it is left.
    ///
    /// # Errors
    /// As [`Poster::entries`].
    pub fn difference(
        &self,
        facts: &Facts,
        leading: Option<&NewEntry>,
    ) -> Result<Option<NewEntry>, PostingError> {
        let own = self.entry(facts)?;
        let mut sums = Sums::default();
        for (entry, opposite) in [(own.as_ref(), false), (leading, true)] {
            for posting in entry.iter().flat_map(|entry| &entry.postings) {
                let side = if opposite { posting.side.opposite() } else { posting.side };
                let centre = posting.dimensions.get(CENTRE).map(SmolStr::new);
                let key = (posting.account.clone(), side, posting.amount.currency(), centre);
                sums.put(key, posting.amount, posting.ledger_amount)
                    .map_err(|error| amount(facts, error))?;
            }
        }
        sums.net_all().map_err(|error| amount(facts, error))?;
        let Some(template) = own.or_else(|| leading.cloned()) else { return Ok(None) };
        let postings = sums.into_postings();
        let journal = self.journals.of(facts.event.book()).clone();
        let entry = NewEntry { journal, postings, ..template };
        Ok(Some(entry).filter(|entry| !entry.postings.is_empty()))
    }
}

fn amount(facts: &Facts, error: MoneyError) -> PostingError {
    PostingError::Amount { document: facts.document.clone(), error }
}

fn shown(place: &Place) -> String {
    let mut said = Vec::new();
    if let Some(category) = place.categories.first() {
        said.push(format!("category {category}"));
    }
    for (what, value) in [
        ("party group", &place.party_group),
        ("tax code", &place.tax_code),
        ("method", &place.method),
    ] {
        said.extend(value.iter().map(|value| format!("{what} {value}")));
    }
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

/// The postings of an entry, as they are added up; in the order in which their accounts came first.
#[derive(Default)]
struct Sums {
    lines: Vec<(Line, Money, Option<Money>)>,
    place: BTreeMap<Line, usize>,
    /// Whether something went from one site to another: then only what differs is posted.
    passes: bool,
    /// Accounts of what is to be paid.
    owed: Vec<SmolStr>,
    /// Accounts of money: it comes or goes once.
    money: Vec<SmolStr>,
}

impl Sums {
    fn add(&mut self, role: Role, line: Line, fact: &Fact) -> Result<(), MoneyError> {
        self.passes |= role == Role::Transfer;
        if role == Role::Bank && !self.money.contains(&line.0) {
            self.money.push(line.0.clone());
        }
        if role.is_kept_by_items() && !self.owed.contains(&line.0) {
            self.owed.push(line.0.clone());
        }
        self.put(line, fact.amount.abs(), fact.worth.map(Money::abs))
    }

    fn put(&mut self, line: Line, amount: Money, worth: Option<Money>) -> Result<(), MoneyError> {
        let Some(at) = self.place.get(&line) else {
            self.place.insert(line.clone(), self.lines.len());
            self.lines.push((line, amount, worth));
            return Ok(());
        };
        if let Some((_, sum, worth_so_far)) = self.lines.get_mut(*at) {
            *sum = sum.add(amount)?;
            *worth_so_far = match (*worth_so_far, worth) {
                (Some(one), Some(other)) => Some(one.add(other)?),
                (one, other) => one.or(other),
            };
        }
        Ok(())
    }

    /// Sets both sides of an account off against one another.
    fn net(&mut self, account: &SmolStr) -> Result<(), MoneyError> {
        let apart: Vec<(Currency, Option<SmolStr>)> =
            self.lines.iter().map(|(line, ..)| (line.2, line.3.clone())).collect();
        for (currency, centre) in apart {
            let at =
                |side| self.place.get(&(account.clone(), side, currency, centre.clone())).copied();
            let (Some(debit), Some(credit)) = (at(Side::Debit), at(Side::Credit)) else { continue };
            let of = |at: usize| self.lines.get(at).map(|(_, amount, worth)| (*amount, *worth));
            let (Some(debits), Some(credits)) = (of(debit), of(credit)) else { continue };
            let left = debits.0.sub(credits.0)?;
            let worth = match (debits.1, credits.1) {
                (Some(one), Some(other)) => Some(one.sub(other)?),
                _ => None,
            };
            let zero = Money::zero(currency);
            let (keeps, empties) =
                if left.is_negative() { (credit, debit) } else { (debit, credit) };
            if let Some(line) = self.lines.get_mut(keeps) {
                (line.1, line.2) = (left.abs(), worth.map(Money::abs));
            }
            if let Some(line) = self.lines.get_mut(empties) {
                (line.1, line.2) = (zero, None);
            }
        }
        Ok(())
    }

    fn net_all(&mut self) -> Result<(), MoneyError> {
        let mut accounts: Vec<SmolStr> =
            self.lines.iter().map(|(line, ..)| line.0.clone()).collect();
        accounts.sort();
        accounts.dedup();
        accounts.iter().try_for_each(|account| self.net(account))
    }

    fn into_postings(self) -> Vec<NewPosting> {
        let some = self.lines.into_iter().filter(|(_, amount, _)| !amount.is_zero());
        some.map(|((account, side, _, centre), amount, worth)| NewPosting {
            ledger_amount: worth,
            dimensions: centre
                .into_iter()
                .map(|code| (SmolStr::new_static(CENTRE), code))
                .collect(),
            ..NewPosting::new(account, side, amount)
        })
        .collect()
    }

    fn postings(mut self, facts: &Facts) -> Result<Option<NewEntry>, PostingError> {
        if self.passes {
            self.net_all().map_err(|error| amount(facts, error))?;
        }
        let owed = std::mem::take(&mut self.owed);
        // What was paid before is taken off what is owed, so that one item is to be paid.
        let money = std::mem::take(&mut self.money);
        owed.iter()
            .chain(&money)
            .try_for_each(|account| self.net(account))
            .map_err(|error| amount(facts, error))?;
        let mut postings = Vec::new();
        for posting in together(self.into_postings(), &owed) {
            match owed.contains(&posting.account) {
                true if !facts.owed_to.is_empty() => postings.extend(to_each(facts, posting)?),
                true if facts.due.len() > 1 => postings.extend(instalments(facts, posting)?),
                _ => postings.push(posting),
            }
        }
        if postings.is_empty() {
            return Ok(None);
        }
        let first_due = facts.due.first().map(|due| due.date);
        let due_date = first_due.filter(|_| facts.due.len() == 1);
        let entry = NewEntry {
            document_date: facts.document_date,
            due_date,
            text: facts.text.clone(),
            party: facts.party,
            source: Some(facts.document.clone()),
            postings,
            ..NewEntry::new("", facts.date)
        };
        Ok(Some(entry))
    }
}

/// Postings with those on some accounts one after the other, where the first of them stands.
fn together(postings: Vec<NewPosting>, accounts: &[SmolStr]) -> Vec<NewPosting> {
    let is_theirs = |posting: &NewPosting| accounts.contains(&posting.account);
    let first = postings.iter().position(is_theirs).unwrap_or(postings.len());
    let (theirs, mut others): (Vec<_>, Vec<_>) = postings.into_iter().partition(is_theirs);
    others.splice(first..first, theirs);
    others
}

/// What is owed, part by part as it falls due.
fn instalments(facts: &Facts, posting: NewPosting) -> Result<Vec<NewPosting>, PostingError> {
    let sum = Money::sum(posting.amount.currency(), facts.due.iter().map(|due| due.amount.abs()));
    let sum = sum.map_err(|error| amount(facts, error))?;
    if sum != posting.amount {
        let document = facts.document.clone();
        return Err(PostingError::Instalments { document, parts: sum, total: posting.amount });
    }
    let part = |due: &fondaco_core::terms::DueAmount| NewPosting {
        amount: due.amount.abs(),
        ledger_amount: None,
        due_date: Some(due.date),
        ..posting.clone()
    };
    Ok(facts.due.iter().map(part).filter(|part| !part.amount.is_zero()).collect())
}

/// What is owed, to each whom it is owed to.
fn to_each(facts: &Facts, posting: NewPosting) -> Result<Vec<NewPosting>, PostingError> {
    let amounts = facts.owed_to.iter().map(|(_, amount)| *amount);
    let sum = Money::sum(posting.amount.currency(), amounts);
    let sum = sum.map_err(|error| amount(facts, error))?;
    if sum != posting.amount {
        let document = facts.document.clone();
        return Err(PostingError::Instalments { document, parts: sum, total: posting.amount });
    }
    let part = |(party, amount): &(fondaco_core::PartyId, Money)| NewPosting {
        amount: *amount,
        ledger_amount: None,
        party: Some(*party),
        ..posting.clone()
    };
    Ok(facts.owed_to.iter().filter(|(_, amount)| !amount.is_zero()).map(part).collect())
}
