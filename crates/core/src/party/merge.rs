//! Two parties that are one: what was registered twice is kept once.
//!
//! One id stays, `keep`; the other, `gone`, becomes an alias of it. What this module keeps on `gone` moves to `keep`, so that
//! everything on one party is found under one id. Engines' rows are facts: they keep the id that they were written with, and
//! [`resolve`] says whose it is now. A merge can't be taken back.

mod moved;
mod record;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use record::{PartyAlias, aliases, resolve};

use super::record::{event, living, refuse_alias};
use super::{Address, Contact, Party, PartyError, PartyIdentifier, PartyStatus};
use crate::news::News;
use crate::policy::Request;
use crate::store::{Personal, Value};
use crate::tx::Needs;
use crate::{Act, Outcome, PartyId, Range, Tx};

/// Makes one of two parties; it can't be taken back. What becomes of what:
/// - **Name, day of birth, language**: what `keep` has stands; what it lacks comes from `gone`. Where it is known under no
///   other name, `gone`'s name becomes that. The answer names the fields in which the two differed, and the
///   [alias](PartyAlias) keeps both of `gone`'s names.
/// - **Status**: who was blocked under either id is blocked.
/// - **Addresses, contacts, numbers** move, and are counted on. An address or contact that `keep` has already is dropped.
/// - **Roles and relations** move. Where `keep` has the same on some of the days, one row is made over both's days. What the
///   two were to one another is dropped.
///
/// What moved is erased under `gone`. It is refused where the two can't be one: they are of different kinds, were born on
/// different days, one is above the other, so that it would be its own parent, or one is an alias by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeParties {
    /// The party that stays.
    pub keep: PartyId,
    /// The party that becomes an alias of it.
    pub gone: PartyId,
}

/// What a [merge](MergeParties) moved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Outcome)]
#[non_exhaustive]
pub struct Merged {
    /// Addresses that moved.
    pub addresses: u32,
    /// Contacts that moved.
    pub contacts: u32,
    /// Numbers that moved.
    pub identifiers: u32,
    /// Roles that moved, or went into those that `keep` has.
    pub roles: u32,
    /// Relations that moved, or went into those that `keep` has.
    pub relations: u32,
    /// The fields of which `gone` had another value than `keep`, whose stands: `name`, `language`.
    pub differed: Vec<SmolStr>,
}

impl MergeParties {
    /// `gone` is `keep`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// let twice = PartyId::named("web/4711");
    /// send(&people, "web", &RegisterParty::person(twice, "Ada King"))?;
    /// send(&people, "mobile", &AddContact::new(twice, ContactKind::Mobile, "+39 347 123 4567"))?;
    /// let merged = send(&people, "one", &MergeParties::new(ada(), twice))?;
    /// assert_eq!((merged.contacts, merged.differed), (1, vec!["name".into()]));
    ///
    /// let whole = people.view(|view| whole_party(view, twice))?.ok_or("under either id")?;
    /// assert_eq!((whole.party.id, whole.contacts.len()), (ada(), 2));
    /// assert_eq!(whole.party.name.get().map(|name| name.as_str()), Some("Ada Lovelace"));
    /// let late = send(&people, "late", &AddRole::new(twice, "lead")).unwrap_err();
    /// assert_eq!(late.code(), "party.merged"); // and it says into whom
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(keep: PartyId, gone: PartyId) -> MergeParties {
        MergeParties { keep, gone }
    }

    fn refused(&self, why: &'static str) -> PartyError {
        PartyError::CannotMerge { keep: self.keep, gone: self.gone, why }
    }

    fn check(&self, kept: &Party, lost: &Party) -> Result<(), PartyError> {
        if kept.kind != lost.kind {
            let why =
                "one is a person, the other an organisation: relate them to one another instead";
            return Err(self.refused(why));
        }
        match (born(kept), born(lost)) {
            (Some(a), Some(b)) if a != b => Err(self.refused(
                "they were born on different days: correct one day or clear it, if they are one person",
            )),
            _ => Ok(()),
        }
    }
}

impl Act for MergeParties {
    type Answer = Merged;
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Merged, PartyError> {
        tx.authorize(&Request::new(&super::MERGE))?;
        let MergeParties { keep, gone } = *self;
        if keep == gone {
            return Err(self.refused("they are one already: name two parties"));
        }
        let both = [keep, gone];
        tx.need_all(Needs::new().rows::<Party>(&both).rows::<PartyAlias>(&both))?;
        for party in both {
            refuse_alias(tx, party)?;
        }
        let (kept, lost) = (living(tx, keep)?, living(tx, gone)?);
        self.check(&kept, &lost)?;
        let (party, differed) = one_of(tx, &kept, &lost);
        tx.put(party)?;
        tx.erase::<Party>(&gone)?;
        let merged = Merged {
            addresses: moved::numbered::<Address>(tx, self)?,
            contacts: moved::numbered::<Contact>(tx, self)?,
            identifiers: moved::numbered::<PartyIdentifier>(tx, self)?,
            roles: moved::roles(tx, self)?,
            relations: moved::relations(tx, self)?,
            differed,
        };
        become_alias(tx, self, &lost)?;
        tx.tell(&News::Merged { keep, gone })?;
        tx.emit(event("party.merged", keep).with("gone", Value::Id(gone.to_u128())));
        Ok(merged)
    }
}

/// `gone` is an alias of `keep`, and so is each that was one of `gone`: what an alias stands for is one step away.
fn become_alias(tx: &mut Tx<'_>, merge: &MergeParties, lost: &Party) -> Result<(), PartyError> {
    let MergeParties { keep, gone } = *merge;
    for known in tx.scan(&Range::by(PartyAlias::BY_KEEP, &gone))? {
        tx.put(PartyAlias { keep, ..known.as_ref().clone() })?;
    }
    tx.get::<PartyAlias>(&gone)?; // there is none: the insert rests on that
    let name = again(tx, &Some(lost.name.clone()));
    let known_as = again(tx, &lost.known_as);
    Ok(tx.insert(PartyAlias { party: gone, keep, merged_at: tx.now(), name, known_as })?)
}

fn born(party: &Party) -> Option<&chrono::NaiveDate> {
    party.born.as_ref()?.get()
}

/// `keep` as it is from now on, and the fields in which the two differed.
fn one_of(tx: &mut Tx<'_>, kept: &Arc<Party>, lost: &Party) -> (Party, Vec<SmolStr>) {
    let mut party = kept.as_ref().clone();
    let mut differed = Vec::new();
    let mut differs = |field: &'static str, differ: bool| {
        if differ {
            differed.push(SmolStr::new_static(field));
        }
    };
    differs("name", value(Some(&kept.name)) != value(Some(&lost.name)));
    for (field, ours, theirs) in [
        ("given_name", &mut party.given_name, &lost.given_name),
        ("family_name", &mut party.family_name, &lost.family_name),
        ("known_as", &mut party.known_as, &lost.known_as),
    ] {
        let (mine, other) = (value(ours.as_ref()), value(theirs.as_ref()));
        differs(field, mine.is_some() && other.is_some() && mine != other);
        if mine.is_none() {
            *ours = again(tx, theirs);
        }
    }
    differs("language", matches!((&kept.language, &lost.language), (Some(a), Some(b)) if a != b));
    if value(party.known_as.as_ref()).is_none()
        && value(Some(&kept.name)) != value(Some(&lost.name))
    {
        party.known_as = again(tx, &Some(lost.name.clone()));
    }
    party.born = party.born.or_else(|| again(tx, &lost.born));
    party.language = party.language.or_else(|| lost.language.clone());
    if lost.status == PartyStatus::Blocked {
        party.status = PartyStatus::Blocked;
    }
    (party, differed)
}

fn value<T>(personal: Option<&Personal<T>>) -> Option<&T> {
    personal.and_then(Personal::get)
}

/// The value under a salt of its own: so that what is left of it elsewhere does not tell that it is the same.
fn again<T: Clone>(tx: &mut Tx<'_>, there: &Option<Personal<T>>) -> Option<Personal<T>> {
    value(there.as_ref()).cloned().map(|value| tx.personal(value))
}
