//! What has gone out of what was promised to customers, as a run reads it: it stays part of the forecast for the days on which it was wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::{Id, Range, Reading};

use super::said::{Key, Said};
use crate::levels::Reservation;
use crate::moves::{Move, MoveKind, Stage};
use crate::planning::{ReleasedPromise, WantedDay};
use crate::{Qty, StockError};

/// What was sent is looked for so many days before today, and from the beginning of each bucket that has begun.
const LOOK_BACK: Days = Days::new(31);

/// For each item at a site what went out of promises to customers, on the day on which it was wanted or, where nothing was said of that, on
/// which it went. What released orders take is part of no forecast, and what nobody was promised is of the days that are over.
pub(super) fn sent(
    read: &mut impl Reading,
    said: &Said,
    (keys, today): (&[Key], NaiveDate),
) -> Result<Vec<Vec<(NaiveDate, Qty)>>, StockError> {
    let back = today.checked_sub_days(LOOK_BACK).unwrap_or(today);
    let (mut ranges, mut of) = (Vec::new(), Vec::new());
    for (at, key) in keys.iter().enumerate() {
        let live = said.forecasts.get(key).into_iter().flatten().filter(|row| row.until >= today);
        if let Some(first) = live.map(|row| row.starts).min() {
            ranges.push(Range::by(Move::BY_ITEM, key).from(&first.min(back)));
            of.push(at);
        }
    }
    let mut gone: BTreeMap<Id<Reservation>, Vec<(usize, Arc<Move>)>> = BTreeMap::new();
    for (at, legs) in of.into_iter().zip(read.peek_scans(&ranges)?) {
        for leg in went(&legs) {
            if let Some(promise) = leg.fulfils.copied() {
                gone.entry(promise).or_default().push((at, leg.clone()));
            }
        }
    }
    let ids: Vec<Id<Reservation>> = gone.keys().copied().collect();
    let released = read.peek_many::<ReleasedPromise>(&ids)?;
    let promises = read.peek_many::<Reservation>(&ids)?.into_iter().zip(released);
    let promises = promises.filter_map(|(row, released)| row.filter(|_| released.is_none()));
    let promises: Vec<Arc<Reservation>> = promises.collect();
    let documents: Vec<_> = promises.iter().map(|row| row.document).collect();
    let mut sent = vec![Vec::new(); keys.len()];
    for (row, wanted) in promises.iter().zip(read.peek_many::<WantedDay>(&documents)?) {
        for (at, leg) in gone.get(&row.id).into_iter().flatten() {
            let day = wanted.as_ref().map_or(leg.date, |wanted| wanted.wanted_on);
            let much = Qty::from_units(leg.quantity.units().saturating_neg());
            sent.get_mut(*at).into_iter().for_each(|sent| sent.push((day, much)));
        }
    }
    Ok(sent)
}

/// What left and was not taken back.
fn went(legs: &[Arc<Move>]) -> impl Iterator<Item = &Arc<Move>> {
    let back = legs.iter().filter(|leg| leg.kind == MoveKind::Reversal);
    let back: BTreeSet<Id<Move>> = back.filter_map(|leg| leg.of.copied()).collect();
    legs.iter().filter(move |leg| {
        leg.stage == Stage::Stock && leg.quantity < Qty::ZERO && !back.contains(&leg.id)
    })
}
