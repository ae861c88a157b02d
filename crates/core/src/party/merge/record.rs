//! Which parties are aliases of which.

use smol_str::SmolStr;

use crate::store::{Personal, Record};
use crate::{Halt, PartyId, Range, Reading, Timestamp};

/// A party that was merged into another.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "party_alias", kind = state, key(party), index(by_keep(keep)), guard(by_keep(keep)), layout = 2)]
pub struct PartyAlias {
    /// The party that is no more.
    pub party: PartyId,
    /// Which one it is now: never an alias itself.
    pub keep: PartyId,
    /// When it was merged.
    pub merged_at: Timestamp,
    /// What it was called.
    #[record(since = 2)]
    pub name: Option<Personal<SmolStr>>,
    /// What else it was called.
    #[record(since = 2)]
    pub known_as: Option<Personal<SmolStr>>,
}

/// Which party an id stands for: itself, unless it was [merged](super::MergeParties) into another.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let people = people();
/// let twice = PartyId::named("web/4711");
/// send(&people, "web", &RegisterParty::person(twice, "Ada King"))?;
/// send(&people, "one", &MergeParties::new(ada(), twice))?;
/// let (whose, all) = people.view(|view| Ok::<_, PartyError>((resolve(view, twice)?, aliases(view, ada())?)))?;
/// assert_eq!((whose, all), (ada(), vec![twice]));
/// # Ok::<(), PartyError>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn resolve(read: &mut impl Reading, party: PartyId) -> Result<PartyId, Halt> {
    Ok(read.peek::<PartyAlias>(&party)?.map_or(party, |alias| alias.keep))
}

/// The parties that were merged into one, in order of their ids: engines' older rows name these.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn aliases(read: &mut impl Reading, party: PartyId) -> Result<Vec<PartyId>, Halt> {
    let found = read.peek_scan(&Range::by(PartyAlias::BY_KEEP, &party))?;
    Ok(found.iter().map(|alias| alias.party).collect())
}
