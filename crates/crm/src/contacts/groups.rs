//! The ids that contacts have, of many at once.

use std::sync::Arc;

use fondaco_core::party::PartyAlias;
use fondaco_core::{Halt, PartyId, Range, Reading, Tx};

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
