//! Merging, and taking it back.

use fondaco_core::party::{self, Party, PartyAlias};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, PartyId, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::MERGE;
use super::{Carried, MergeError, MergeStep, Merged};
use crate::along::{self, Change};
use crate::contacts::{ContactKind, group, living_in_group, stands_under};
use crate::{CrmError, check_code, next_number};

/// Merges a contact into another: they are one from now on, until that is [taken back](UnmergeContact).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeContacts {
    /// Who stays; under any of its ids.
    pub keep: PartyId,
    /// Who becomes an alias of it.
    pub gone: PartyId,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

impl MergeContacts {
    /// `gone` is `keep`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::contacts::group;
    /// use fondaco_crm::merge::{MergeContacts, UnmergeContact};
    /// let twice = PartyId::named("fair/33");
    /// crm.send("fair", &AddContacts::new(vec![NewContact::person(twice, "Ada Lovelance")]))?;
    /// crm.send("one", &MergeContacts::new(ada(), twice, "same_person"))?;
    /// assert_eq!(crm.view(|view| group(view, twice))?, [ada(), twice]);
    /// crm.send("two", &UnmergeContact::new(twice, "her_sister"))?;
    /// assert_eq!(crm.view(|view| group(view, twice))?, [twice]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(keep: PartyId, gone: PartyId, reason: impl Into<SmolStr>) -> MergeContacts {
        MergeContacts { keep, gone, reason: reason.into() }
    }

    fn refused(&self, why: &'static str) -> CrmError {
        MergeError::CannotMerge { keep: self.keep, gone: self.gone, why }.into()
    }

    /// Whether all that are one with either can be one.
    fn check(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let (kept, gone) = (group(tx, self.keep)?, group(tx, self.gone)?);
        if kept.first() == gone.first() {
            return Err(self.refused("they are one already: name two contacts"));
        }
        let (one, other) = (living_in_group(tx, self.keep)?, living_in_group(tx, self.gone)?);
        if one.kind != other.kind {
            return Err(
                self.refused("they are of different kinds: relate them to one another instead")
            );
        }
        let (born, others) = (born(tx, &kept)?, born(tx, &gone)?);
        if born.iter().any(|day| others.iter().any(|other| other != day)) {
            return Err(self.refused(
                "they were born on different days: correct one day or clear it, if they are one person",
            ));
        }
        if one.kind == ContactKind::Organisation
            && (stands_under(tx, &kept, &gone)? || stands_under(tx, &gone, &kept)?)
        {
            return Err(self.refused(
                "one stands under the other: put it under another first, if they are one organisation",
            ));
        }
        Ok(())
    }
}

/// The days of birth that are known of several.
fn born(tx: &mut Tx<'_>, parties: &[PartyId]) -> Result<Vec<chrono::NaiveDate>, CrmError> {
    let mut days = Vec::new();
    for party in parties {
        let party = tx.get::<Party>(party)?;
        days.extend(party.and_then(|party| party.born.as_ref()?.get().copied()));
    }
    Ok(days)
}

/// Asks for both rights: of the CRM's, and of core's, whose aliases change.
fn ask(tx: &mut Tx<'_>, reason: &str) -> Result<(), CrmError> {
    tx.authorize(&Request::new(&MERGE))?;
    tx.authorize(&Request::new(&party::MERGE))?;
    Ok(check_code("reason", reason)?)
}

impl Act for MergeContacts {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        ask(tx, &self.reason)?;
        let gone = self.gone;
        let root = |alias: Option<std::sync::Arc<PartyAlias>>| alias.map(|alias| alias.keep);
        let keep = root(tx.get::<PartyAlias>(&self.keep)?).unwrap_or(self.keep);
        if let Some(into) = root(tx.get::<PartyAlias>(&gone)?) {
            return Err(MergeError::MergedAlready { party: gone, into }.into());
        }
        self.check(tx)?;
        let merged_at = tx.now();
        point(tx, gone, keep)?;
        tx.get::<Merged>(&gone)?; // there is none: the insert rests on that
        tx.insert(PartyAlias { party: gone, keep, merged_at, name: None, known_as: None })?;
        // As it was said: whom `keep` is now may be taken back, and this goes with it.
        tx.insert(Merged { gone, keep: self.keep, at: merged_at })?;
        step(tx, (gone, self.keep), true, &self.reason)?;
        along::note(tx, &[Change::Merged { gone, keep }])
    }
}

/// Lets all that were merged into `old` be aliases of `new`. Those that core merged, for good, are noted to go with `old`.
fn point(tx: &mut Tx<'_>, old: PartyId, new: PartyId) -> Result<(), CrmError> {
    for alias in tx.scan(&Range::by(PartyAlias::BY_KEEP, &old))? {
        let party = alias.party;
        if tx.get::<Merged>(&party)?.is_none() && tx.get::<Carried>(&party)?.is_none() {
            tx.insert(Carried { party, with: old })?;
        }
        tx.put(PartyAlias { keep: new, ..alias.as_ref().clone() })?;
    }
    Ok(())
}

/// Stages what happened, as a fact.
fn step(
    tx: &mut Tx<'_>,
    (gone, keep): (PartyId, PartyId),
    merged: bool,
    reason: &SmolStr,
) -> Result<(), CrmError> {
    let number = next_number::<MergeStep>(tx, gone)?;
    let actor = tx.actor().as_str().into();
    let (recorded_at, reason) = (tx.now(), reason.clone());
    tx.insert(MergeStep { gone, number, keep, merged, recorded_at, actor, reason })?;
    let name = if merged { "crm.contacts_merged" } else { "crm.merge_taken_back" };
    let event = Event::new(name).with("gone", Value::Id(gone.to_u128()));
    tx.emit(event.with("keep", Value::Id(keep.to_u128())));
    Ok(())
}

/// Takes a merge back: the contact stands for itself again, with all that was merged into it, as if it had never been another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnmergeContact {
    /// Who stands for itself again.
    pub gone: PartyId,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

impl UnmergeContact {
    /// `gone` is somebody else after all.
    pub fn new(gone: PartyId, reason: impl Into<SmolStr>) -> UnmergeContact {
        UnmergeContact { gone, reason: reason.into() }
    }
}

impl Act for UnmergeContact {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        ask(tx, &self.reason)?;
        let gone = self.gone;
        let merged = tx.get::<Merged>(&gone)?.ok_or(MergeError::NotMerged { party: gone })?;
        tx.delete::<Merged>(&gone)?;
        let alias = tx.get::<PartyAlias>(&gone)?;
        let keep = alias.as_ref().map_or(merged.keep, |alias| alias.keep);
        if alias.is_some() {
            tx.delete::<PartyAlias>(&gone)?;
        }
        for below in all_below(tx, gone)? {
            if let Some(alias) = tx.get::<PartyAlias>(&below)? {
                tx.put(PartyAlias { keep: gone, ..alias.as_ref().clone() })?;
            }
        }
        step(tx, (gone, merged.keep), false, &self.reason)?;
        along::note(tx, &[Change::Separated { gone, keep }])
    }
}

/// All that were merged into a contact, and into those.
fn all_below(tx: &mut Tx<'_>, party: PartyId) -> Result<Vec<PartyId>, CrmError> {
    let (mut found, mut at) = (vec![party], 0);
    while let Some(&next) = found.get(at) {
        let merged = tx.scan(&Range::by(Merged::BY_KEEP, &next))?;
        let carried = tx.scan(&Range::by(Carried::BY_WITH, &next))?;
        let below = merged.iter().map(|row| row.gone).chain(carried.iter().map(|row| row.party));
        let new: Vec<PartyId> = below.filter(|party| !found.contains(party)).collect();
        found.extend(new);
        at += 1;
    }
    found.remove(0);
    Ok(found)
}
