//! What scorecards have counted of contacts, read in few trips.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::store::Blob;
use fondaco_core::tx::Needs;
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp, Tx};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::ContactScore;
use super::cards::{Card, Cards};
use super::keep::Told;
use super::standing::{Row, Standing};
use super::values::{count, keeps};
use crate::CrmError;
use crate::along::Change;
use crate::attributes::{AttributeValue, Values};
use crate::contacts::Profile;
use crate::events::{BehaviourEvent, Superseded};
use crate::scoring::rules::Scorer;

/// The rows of some contacts, read in one trip, with what is recorded of those who have to be counted anew.
pub(super) struct Rows(BTreeMap<(PartyId, SmolStr), Arc<ContactScore>>);

impl Rows {
    pub(super) fn read(
        tx: &mut Tx<'_>,
        cards: &Cards,
        groups: &[Vec<PartyId>],
        told: &Told<'_>,
    ) -> Result<Self, CrmError> {
        let all: Vec<PartyId> = groups.iter().flatten().copied().collect();
        let each = |party: &PartyId| {
            cards.0.iter().map(|card| (*party, card.name.clone())).collect::<Vec<_>>()
        };
        let keys: Vec<(PartyId, SmolStr)> = all.iter().flat_map(each).collect();
        tx.need_all(Needs::new().rows::<ContactScore>(&keys).rows::<Profile>(&all))?;
        let rows = tx.get_many::<ContactScore>(&keys)?;
        let mut kept = BTreeMap::new();
        let mut anew: BTreeSet<PartyId> = BTreeSet::new();
        for (key, row) in keys.into_iter().zip(rows) {
            if row.as_ref().is_none_or(|row| !cards.get(&key.1).is_some_and(|card| card.made(row)))
            {
                anew.insert(key.0);
            }
            kept.extend(row.map(|row| (key, row)));
        }
        let anew: Vec<PartyId> = anew.into_iter().filter(|party| !told.is_added(*party)).collect();
        let by_key = |party: &PartyId| Range::<Superseded>::by_key(party);
        tx.peek_scans(&anew.iter().map(by_key).collect::<Vec<_>>())?;
        let events = |party: &PartyId| Range::by(BehaviourEvent::BY_PARTY, party);
        tx.peek_scans(&anew.iter().map(events).collect::<Vec<_>>())?;
        let several = groups.iter().filter(|ids| ids.len() > 1).flatten().copied();
        let valued: BTreeSet<PartyId> = anew.into_iter().chain(several).collect();
        tx.peek_scans(&valued.iter().map(Range::<AttributeValue>::by_key).collect::<Vec<_>>())?;
        Ok(Self(kept))
    }

    /// What is counted of a contact, under all its ids that live; nothing for who is not there, or erased.
    pub(super) fn take<'s>(
        &mut self,
        tx: &mut Tx<'_>,
        ids: &[PartyId],
        card: &'s Card,
        told: &Told<'_>,
    ) -> Result<Option<Standing<'s>>, CrmError> {
        let mut rows = Vec::new();
        for party in ids {
            rows.extend(self.one(tx, *party, card, told.about(*party))?);
        }
        Ok((!rows.is_empty()).then(|| Standing::new(&card.scorer, ids, rows)))
    }

    /// The row of one id, counted anew where it has to be.
    fn one(
        &mut self,
        tx: &mut Tx<'_>,
        party: PartyId,
        card: &Card,
        changes: &[&Change<'_>],
    ) -> Result<Option<Row>, CrmError> {
        let before = self.0.remove(&(party, card.name.clone()));
        if let Some(row) = before.as_ref().filter(|row| card.made(row)) {
            let Some(known) = row.known.get().cloned() else { return Ok(None) };
            let (row, tally) = (row.as_ref().clone(), row.tally()?);
            return Ok(Some(Row { row, tally, known, is_new: false, anew: false, changed: false }));
        }
        let added = changes.iter().find_map(|change| match change {
            Change::Added(profile) => Some(profile.since()),
            _ => None,
        });
        let since = match added {
            Some(since) => since,
            None => match tx.get::<Profile>(&party)? {
                Some(profile) if !profile.is_erased() => profile.since(),
                _ => return Ok(None),
            },
        };
        let (mut tally, mut known) = (card.scorer.tally(), Values::default());
        if added.is_none() {
            known = kept_values(tx, party, &card.scorer)?;
            let now = tx.now();
            let told: BTreeSet<(&SmolStr, &SmolStr)> =
                changes.iter().filter_map(|c| id(c)).collect();
            each_of(tx, party, |event| {
                // What this act is about is counted by what it says.
                if !told.contains(&(&event.source, &event.source_id)) {
                    count(&card.scorer, &mut tally, event, now, true)?;
                }
                Ok(())
            })?;
        }
        let is_new = before.is_none();
        let row =
            before.map_or_else(|| fresh(tx, party, &card.name, since), |row| row.as_ref().clone());
        let (version, used) = (card.scorer.card().version, Some(card.uses));
        let row = ContactScore { version, used, ..row };
        Ok(Some(Row { row, tally, known, is_new, anew: true, changed: !is_new }))
    }
}

fn id<'c>(change: &&'c Change<'_>) -> Option<(&'c SmolStr, &'c SmolStr)> {
    match change {
        Change::Event(event) | Change::Withdrawn(event) => Some((&event.source, &event.source_id)),
        _ => None,
    }
}

fn fresh(tx: &mut Tx<'_>, party: PartyId, card: &SmolStr, known_since: Timestamp) -> ContactScore {
    ContactScore {
        party,
        card: card.clone(),
        version: 0,
        tally: Blob::default(),
        known_since,
        known: tx.personal(Values::default()),
        stage: None,
        stage_since: known_since,
        fit: Decimal::ZERO,
        engagement: Decimal::ZERO,
        scored_at: known_since,
        points: 0,
        used: None,
    }
}

/// What is known of somebody that the scorecard looks at.
pub(super) fn kept_values(
    read: &mut impl Reading,
    party: PartyId,
    scorer: &Scorer,
) -> Result<Values, Halt> {
    let all = crate::attributes::values(read, party)?;
    Ok(looked_at(all, scorer))
}

/// Those of some values that the scorecard looks at.
pub(super) fn looked_at(all: Values, scorer: &Scorer) -> Values {
    let own = all.iter().filter(|(name, _)| keeps(scorer, name));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Each event of one party that counts, as it is stored.
pub(super) fn each_of(
    read: &mut impl Reading,
    party: PartyId,
    mut each: impl FnMut(&BehaviourEvent) -> Result<(), CrmError>,
) -> Result<(), CrmError> {
    let gone = read.peek_scan(&Range::<Superseded>::by_key(&party))?;
    let gone: BTreeSet<_> =
        gone.iter().map(|mark| (&mark.source, &mark.source_id, mark.revision)).collect();
    for event in read.peek_scan(&Range::by(BehaviourEvent::BY_PARTY, &party))? {
        if !gone.contains(&(&event.source, &event.source_id, event.revision)) {
            each(&event)?;
        }
    }
    Ok(())
}
