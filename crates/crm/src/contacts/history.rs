//! Who looked after a contact, where it was and where it came from, and until when.

use fondaco_core::store::{Field, Record};
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;

use super::{Profile, group};
use crate::next_number;

/// What a contact may have, and can do without.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProfileField {
    /// See [`Profile::source`].
    Source,
    /// See [`Profile::owner`].
    Owner,
    /// See [`Profile::territory`].
    Territory,
}

impl ProfileField {
    pub(super) fn of(self, profile: &mut Profile) -> &mut Option<SmolStr> {
        match self {
            ProfileField::Source => &mut profile.source,
            ProfileField::Owner => &mut profile.owner,
            ProfileField::Territory => &mut profile.territory,
        }
    }
}

/// That a field of a contact changed.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_profile_change", kind = fact, key(party, number))]
pub struct ProfileChange {
    /// Whose.
    pub party: PartyId,
    /// Counts the contact's changes, from 1.
    pub number: u32,
    /// Which field.
    pub field: ProfileField,
    /// What it was.
    pub before: Option<SmolStr>,
    /// What it is from then on.
    pub after: Option<SmolStr>,
    /// When it was recorded.
    pub at: Timestamp,
    /// By whom.
    pub actor: SmolStr,
}

/// Keeps what a field was and is.
pub(super) fn note(
    tx: &mut Tx<'_>,
    party: PartyId,
    (field, before, after): (ProfileField, Option<SmolStr>, Option<SmolStr>),
) -> Result<(), Halt> {
    let number = next_number::<ProfileChange>(tx, party)?;
    let (at, actor) = (tx.now(), tx.actor().as_str().into());
    tx.insert(ProfileChange { party, number, field, before, after, at, actor })
}

/// What of a contact's source, owner and territory changed, under all its ids, in order. How it began is in none of them: it's what the first change says was before, or
/// what stands in the [`Profile`].
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::contacts::{ChangeContact, profile_changes};
/// crm.send("holidays", &ChangeContact::new(ada()).owner("seller-2"))?;
/// let changes = crm.view(|view| profile_changes(view, ada()))?;
/// assert_eq!((changes[0].before.as_deref(), changes[0].after.as_deref()), (Some("seller-1"), Some("seller-2")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn profile_changes(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<Vec<Arc<ProfileChange>>, Halt> {
    let ids = group(read, party)?;
    let changes =
        read.peek_scans(&ids.iter().map(Range::<ProfileChange>::by_key).collect::<Vec<_>>())?;
    let mut changes: Vec<_> = changes.into_iter().flatten().collect();
    changes.sort_by_key(|change| change.at);
    Ok(changes)
}
