//! The ids that contacts have, of many at once, and what is known of a contact under all of them.

use std::cmp::Reverse;
use std::sync::Arc;

use fondaco_core::party::PartyAlias;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Halt, PartyId, Range, Reading, Tx};
use smol_str::SmolStr;

use super::Profile;

/// The ids that contacts have, those that they go by first; the decision rests on that.
pub(crate) fn groups(tx: &mut Tx<'_>, parties: &[PartyId]) -> Result<Vec<Vec<PartyId>>, Halt> {
    let roots = roots(parties, &tx.get_many::<PartyAlias>(parties)?);
    let below: Vec<_> = roots.iter().map(|root| Range::by(PartyAlias::BY_KEEP, root)).collect();
    let below = tx.scan_each(&below)?;
    Ok(joined(roots, &below))
}

/// The ids that contacts have, for who looks.
pub(crate) fn peek_groups(
    read: &mut impl Reading,
    parties: &[PartyId],
) -> Result<Vec<Vec<PartyId>>, Halt> {
    let roots = roots(parties, &read.peek_many::<PartyAlias>(parties)?);
    let below: Vec<_> = roots.iter().map(|root| Range::by(PartyAlias::BY_KEEP, root)).collect();
    let below = read.peek_scans(&below)?;
    Ok(joined(roots, &below))
}

fn roots(parties: &[PartyId], aliases: &[Option<Arc<PartyAlias>>]) -> Vec<PartyId> {
    let found = parties.iter().zip(aliases);
    let mut roots: Vec<PartyId> =
        found.map(|(party, alias)| alias.as_ref().map_or(*party, |alias| alias.keep)).collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}

fn joined(roots: Vec<PartyId>, below: &[Vec<Arc<PartyAlias>>]) -> Vec<Vec<PartyId>> {
    let groups = roots.into_iter().zip(below);
    groups
        .map(|(root, below)| {
            std::iter::once(root).chain(below.iter().map(|alias| alias.party)).collect()
        })
        .collect()
}

/// What several profiles of one contact, that which it goes by first, say together: how far any of them is; who looks after it and where, by the first that knows; where
/// it came from first, and since when it is known. Nothing where none lives.
pub(crate) fn joint<'p>(all: impl Iterator<Item = &'p Profile> + Clone) -> Option<Profile> {
    let living = all.filter(|one| !one.is_erased());
    let first = living.clone().next()?;
    let some =
        |of: fn(&Profile) -> &Option<SmolStr>| living.clone().find_map(|one| of(one).clone());
    let furthest = living.clone().max_by_key(|one| (one.stage, Reverse(one.stage_since)));
    let oldest = living.clone().filter(|one| one.source.is_some()).min_by_key(|one| one.since());
    let furthest = furthest.unwrap_or(first);
    Some(Profile {
        stage: furthest.stage,
        stage_since: furthest.stage_since,
        known_since: living.clone().map(Profile::since).min(),
        source: oldest.and_then(|one| one.source.clone()),
        owner: some(|one| &one.owner),
        territory: some(|one| &one.territory),
        ..first.clone()
    })
}

/// Tells something about a contact, and under which id it was said where that is another.
pub(crate) fn told_of(name: &'static str, party: PartyId, said_of: PartyId) -> Event {
    let event = Event::new(name).with("party", Value::Id(party.to_u128()));
    match said_of == party {
        true => event,
        false => event.with("said_of", Value::Id(said_of.to_u128())),
    }
}
