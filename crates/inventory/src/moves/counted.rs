//! Counts that are told not to be right any more: something of an earlier day was recorded after them.
//!
//! A count says what was there at the end of its day. What it found otherwise than the books said is recorded as a difference, and stays
//! when a move of an earlier day is recorded later: by then more or less lies there than was counted. Which is right only people know: the
//! difference may have been that very move, or another. So `stock.count_outdated` names the count and the move, in the move's commit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, Tx};

use super::days::{Place, place_of};
use super::{Move, MoveKind};

/// The counts of some items at sites, by place: day, id.
type Counts = BTreeMap<Place, Vec<(NaiveDate, Id<Move>)>>;

/// Tells of the counts that legs of earlier days came after. `from` are the days from which anything is stored that is later, by item and
/// site: where nothing is, nothing is read.
///
/// # Errors
/// A [`Halt`].
pub(super) fn tell_outdated(
    tx: &mut Tx<'_>,
    legs: &[Move],
    from: &BTreeMap<(ItemId, SiteId), NaiveDate>,
) -> Result<(), Halt> {
    if from.is_empty() && !legs.iter().any(|leg| leg.kind == MoveKind::Count) {
        return Ok(());
    }
    let mut counts = Counts::new();
    let mut taken_back = BTreeSet::new();
    for (key, date) in from {
        let Some(next) = date.succ_opt() else { continue };
        tx.peek_each(&Range::by(Move::BY_ITEM, key).from(&next), |row: &Move| {
            note(&mut counts, &mut taken_back, row);
            Ok::<_, Halt>(())
        })?;
    }
    let mut told = BTreeSet::new();
    for leg in legs {
        let later = counts.get(&place_of(leg)).into_iter().flatten();
        let outdated = later.filter(|(date, id)| {
            *date > leg.date && leg.of.copied() != Some(*id) && !taken_back.contains(id)
        });
        for (_, id) in outdated.filter(|_| leg.quantity != crate::Qty::ZERO) {
            if told.insert((*id, leg.id)) {
                let event = Event::new("stock.count_outdated").with("count", *id);
                let event = event.with("move", leg.id).with("item", leg.item);
                tx.emit(event.with("location", leg.location.clone()));
            }
        }
        note(&mut counts, &mut taken_back, leg);
    }
    Ok(())
}

fn note(counts: &mut Counts, taken_back: &mut BTreeSet<Id<Move>>, row: &Move) {
    match row.kind {
        MoveKind::Count => counts.entry(place_of(row)).or_default().push((row.date, row.id)),
        MoveKind::Reversal => taken_back.extend(row.of.copied()),
        _ => {}
    }
}
