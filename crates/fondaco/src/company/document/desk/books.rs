//! The desk's way to the books: what facts post in the leading ledger and beside it, and which items that clears.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{
    self, Amount, Clear, ClearLine, Clearing, ItemKey, NewEntry, Pays, PostClearing, Posted,
    PostedClearing,
};
use fondaco_core::{DocumentId, Id, Money, Tx};
use smol_str::SmolStr;

use super::{Desk, Told};
use crate::company::document::DocumentKind;
use crate::company::posting::{
    BusinessEvent, Facts, Figure, Place, Poster, PostingError, PostingTable, Role,
};
use crate::company::setup::Profile;
use crate::company::{CompanyError, ENGINE};

impl Desk {
    /// Tells the books; the entry is that of a document where one is named.
    pub(crate) fn tell(&mut self, facts: Facts, of: Option<DocumentId>) {
        self.counted.note(&facts);
        self.facts.push(Told { facts, of, instead: BTreeMap::new() });
    }

    /// Tells each profile facts of its own; those that have none nothing.
    pub(crate) fn tell_each(&mut self, mut instead: BTreeMap<SmolStr, Facts>) {
        let Some(any) = instead.values().next().cloned() else { return };
        let none = Facts { facts: Vec::new(), ..any };
        for profile in &self.profiles.0 {
            instead.entry(profile.code.clone()).or_insert_with(|| none.clone());
        }
        let leading = self.profiles.0.first().and_then(|profile| instead.remove(&profile.code));
        let facts = leading.unwrap_or(none);
        self.facts.push(Told { facts, of: None, instead });
    }

    /// Posts facts at once, and clears items by the line that is to be paid, which comes last among what is given: for pay.
    /// Gives the entry as it was made, and what came of it; `None` where nothing is posted.
    #[cfg(feature = "payroll")]
    pub(crate) fn post_clearing(
        &mut self,
        tx: &mut Tx<'_>,
        facts: &Facts,
        (role, pays): (Role, impl FnOnce(u32, &NewEntry) -> Option<Pays>),
    ) -> Result<Option<(NewEntry, u32, PostedClearing)>, CompanyError> {
        self.since(facts.date);
        self.counted.note(facts);
        let Some(entry) = self.leading(facts)? else { return Ok(None) };
        let accounts = self.accounts_of(role)?;
        let line = lines_on(&entry, &accounts).first().copied().unwrap_or(0);
        let pays = pays(line, &entry).filter(|pays| !pays.items.is_empty());
        let posted = self.post_now(tx, facts, (&entry, pays.into_iter().collect()))?;
        Ok(Some((entry, line, posted)))
    }

    fn post_now(
        &self,
        tx: &mut Tx<'_>,
        facts: &Facts,
        (entry, pays): (&NewEntry, Vec<Pays>),
    ) -> Result<PostedClearing, CompanyError> {
        let command = PostClearing { pays, ..PostClearing::new(entry.clone()) };
        let posted = tx.as_engine(&ENGINE, |tx| ledger::post_clearing(tx, &command))?;
        let beside = self.beside((facts, &BTreeMap::new()), Some(entry))?;
        if !beside.is_empty() {
            tx.as_engine(&ENGINE, |tx| ledger::post_many(tx, &beside))?;
        }
        Ok(posted)
    }

    /// Posts facts at once, and clears items, each on its own account: against what is posted there, or against one another where nothing is.
    /// Gives the clearings by account. A document that is named remembers the entry.
    pub(crate) fn post_settling(
        &mut self,
        tx: &mut Tx<'_>,
        (facts, of): (&Facts, Option<DocumentId>),
        items: &[(SmolStr, ItemKey, Money)],
    ) -> Result<BTreeMap<SmolStr, Id<Clearing>>, CompanyError> {
        let (mut parts, mut net) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, i128>::new());
        for (account, item, amount) in items {
            parts.entry(account.clone()).or_default().push(ClearLine::part(*item, *amount));
            let units = amount.to_fixed::<4>().map_or(0, Amount::units);
            *net.entry(account.clone()).or_default() += i128::from(units);
        }
        let mut cleared = BTreeMap::new();
        self.since(facts.date);
        self.counted.note(facts);
        if let Some(entry) = self.leading(facts)? {
            let line = |account: &SmolStr| {
                let at = entry.postings.iter().position(|posting| posting.account == *account)?;
                u32::try_from(at + 1).ok()
            };
            let pays = parts.iter().filter(|(account, _)| net.get(*account) != Some(&0));
            let pays: Vec<(SmolStr, Pays)> = pays
                .filter_map(|(account, items)| {
                    let pays = Pays { items: items.clone(), ..Pays::new(line(account)?) };
                    Some((account.clone(), pays))
                })
                .collect();
            let (accounts, pays): (Vec<SmolStr>, Vec<Pays>) = pays.into_iter().unzip();
            let posted = self.post_now(tx, facts, (&entry, pays))?;
            if let Some(of) = of {
                self.remember(of, posted.posted, &entry);
            }
            accounts.iter().for_each(|account| drop(parts.remove(account)));
            let clearings = posted.clearings.iter().map(|one| one.clearing);
            cleared.extend(accounts.into_iter().zip(clearings));
        } else {
            // Ledgers beside the leading one may have something to post all the same.
            let beside = self.beside((facts, &BTreeMap::new()), None)?;
            if !beside.is_empty() {
                tx.as_engine(&ENGINE, |tx| ledger::post_many(tx, &beside))?;
            }
        }
        for (account, lines) in parts {
            let clear = Clear { lines, ..Clear::new(account.clone()).on(facts.date) };
            let done = tx.as_engine(&ENGINE, |tx| ledger::clear(tx, &clear))?;
            cleared.insert(account, done.clearing);
        }
        Ok(cleared)
    }

    pub(super) fn leading(&self, facts: &Facts) -> Result<Option<NewEntry>, CompanyError> {
        self.by(self.profiles.leading()?, |poster| poster.entry(facts))
    }

    /// What a profile makes of facts.
    fn by<T>(
        &self,
        profile: &Profile,
        make: impl FnOnce(&Poster<'_>) -> Result<T, PostingError>,
    ) -> Result<T, CompanyError> {
        let journals = profile.journals.clone().unwrap_or_else(|| self.settings.journals());
        let (table, accounts, profile) = (&profile.table, &self.accounts, &profile.code);
        Ok(make(&Poster { table, accounts, profile, journals: &journals })?)
    }

    /// What other ledgers have beside the leading one.
    pub(super) fn beside(
        &self,
        (facts, instead): (&Facts, &BTreeMap<SmolStr, Facts>),
        leading: Option<&NewEntry>,
    ) -> Result<Vec<NewEntry>, CompanyError> {
        let mut entries = Vec::new();
        for profile in self.profiles.0.iter().filter(|profile| profile.ledger.is_some()) {
            let facts = instead.get(&profile.code).unwrap_or(facts);
            entries.extend(self.by(profile, |poster| poster.difference(facts, leading))?);
        }
        Ok(entries)
    }

    /// Profiles that tell what stock is worth at the end of a period alone, with their ledgers and the accounts of stock.
    pub(crate) fn valued_at_the_end(&self) -> Vec<(SmolStr, Option<SmolStr>, Vec<SmolStr>)> {
        let is_told =
            |table: &PostingTable| !table.lines(BusinessEvent::Valuation, Figure::Cost).is_empty();
        let valued = self.profiles.0.iter().filter(|profile| is_told(&profile.table));
        valued
            .map(|profile| {
                let accounts = self.accounts.of(Role::Stock, &profile.code);
                (profile.code.clone(), profile.ledger.clone(), accounts)
            })
            .collect()
    }

    /// The accounts that play a role in the leading ledger.
    pub(crate) fn accounts_of(&self, role: Role) -> Result<Vec<SmolStr>, CompanyError> {
        Ok(self.accounts.of(role, &self.profiles.leading()?.code))
    }

    /// The account that plays a role somewhere in the leading ledger.
    pub(crate) fn account_at(
        &self,
        role: Role,
        place: &Place,
    ) -> Result<Option<SmolStr>, CompanyError> {
        Ok(self.accounts.find(role, place, &self.profiles.leading()?.code).cloned())
    }

    /// Something of a day comes about.
    pub(super) fn since(&mut self, date: NaiveDate) {
        self.since = Some(self.since.map_or(date, |since| since.min(date)));
    }

    /// A document remembers its entry and which of its lines are to be paid.
    pub(super) fn remember(&mut self, of: DocumentId, posted: Posted, entry: &NewEntry) {
        let Some(mut document) = self.documents.get(&of).cloned() else { return };
        let mut accounts = self.accounts_of(owed_role(document.kind)).unwrap_or_default();
        accounts.extend(document.account.cloned());
        let owed = lines_on(entry, &accounts);
        document.entry = Some(posted.id);
        document.items_from = owed.first().copied().unwrap_or(0);
        document.items = u32::try_from(owed.len()).unwrap_or(0);
        self.put(document);
    }
}

/// The lines of an entry on some accounts, from 1.
fn lines_on(entry: &NewEntry, accounts: &[SmolStr]) -> Vec<u32> {
    let lines = entry.postings.iter().zip(1..);
    lines.filter(|(posting, _)| accounts.contains(&posting.account)).map(|(_, line)| line).collect()
}

/// What part the account plays on which what is to be paid of a document stands.
pub(super) fn owed_role(kind: DocumentKind) -> Role {
    if kind.is_of_sales() { Role::Receivable } else { Role::Payable }
}
