//! What lots and locations counted as, and since when: the facts behind what of a level is set aside or over as of a day.

use chrono::NaiveDate;
use fondaco_core::store::Record;
use fondaco_core::{Halt, Id, Range, Reading, Timestamp, Tx};
use smol_str::SmolStr;

use crate::items::{Lot, LotStatus};
use crate::places::LocationKind;

/// What decides how a lot counts, with the place where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: LotStatus,
    pub(crate) lapsed: bool,
}

impl Standing {
    /// Whether it can be promised to somebody.
    pub(super) fn is_usable(self) -> bool {
        self.status.is_usable() && !self.lapsed
    }

    /// Whether it serves nobody any more, wherever it lies: no inspection makes it good.
    fn is_spent(self) -> bool {
        self.lapsed || self.status == LotStatus::Blocked
    }
}

/// Whether what lies in a place, of a lot where the item has such, counts as quarantined, and as expired.
pub(crate) fn columns(standing: Option<Standing>, kind: LocationKind) -> (bool, bool) {
    let expired = standing.is_some_and(Standing::is_spent);
    let waits = standing.is_some_and(|lot| !lot.status.is_usable());
    (!expired && (waits || kind == LocationKind::Quarantine), expired)
}

/// That a lot counts as something else from a day on: somebody judged it, its last day was over, or it has another last day. A lot of which
/// nothing is said has always been what it is.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_lot_standing", kind = fact, key(lot, number))]
pub struct LotStanding {
    /// The lot.
    pub lot: Id<Lot>,
    /// Which time, from 0.
    pub number: u32,
    /// From which day on: the day after its last for a lot that is over, else the one on which it was said.
    pub date: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What its status was.
    pub was: LotStatus,
    /// What its status is.
    pub status: LotStatus,
    /// Whether its last day was over.
    pub had_lapsed: bool,
    /// Whether its last day is over.
    pub has_lapsed: bool,
}

/// That a location, with nothing in it, became one of another kind on a day. A location of which nothing is said has always been what it is.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_location_kind", kind = fact, key(location, number))]
pub struct KindOfLocation {
    /// The location's code.
    pub location: SmolStr,
    /// Which time, from 0.
    pub number: u32,
    /// From which day on.
    pub date: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What it was.
    pub was: LocationKind,
    /// What it is.
    pub kind: LocationKind,
}

/// Notes what a lot counts as from a day on. Who notes it has changed the lot or its lapse, so nobody else does at the same time.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub(super) fn note_standing(
    tx: &mut Tx<'_>,
    lot: Id<Lot>,
    (before, after): (Standing, Standing),
    date: NaiveDate,
) -> Result<(), Halt> {
    let number = tx.peek_scan(&Range::<LotStanding>::by_key(&lot))?.len();
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    if tx.get::<LotStanding>(&(lot, number))?.is_some() {
        return Ok(()); // read from another moment than the lot: what it rests on has moved
    }
    tx.insert(LotStanding {
        lot,
        number,
        date,
        recorded_at: tx.now(),
        was: before.status,
        status: after.status,
        had_lapsed: before.lapsed,
        has_lapsed: after.lapsed,
    })
}

/// Notes that a location is of another kind from today on.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub(crate) fn note_kind(
    tx: &mut Tx<'_>,
    location: &SmolStr,
    (was, kind): (LocationKind, LocationKind),
) -> Result<(), Halt> {
    let number = tx.peek_scan(&Range::<KindOfLocation>::by_key(location))?.len();
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    let key = (location.clone(), number);
    if tx.get::<KindOfLocation>(&key)?.is_some() {
        return Ok(()); // as above
    }
    let (date, recorded_at, location) = (tx.today()?, tx.now(), location.clone());
    tx.insert(KindOfLocation { location, number, date, recorded_at, was, kind })
}

/// What holds from which day on, the first since ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Since<T> {
    /// What was before all of it.
    pub(crate) first: T,
    /// From each day on, in order.
    pub(crate) then: Vec<(NaiveDate, T)>,
}

impl<T: Copy + PartialEq> Since<T> {
    /// Of facts in the order in which they were recorded, each what it was before and is after, those that were known. What there is to say
    /// of a thing of which no fact tells is `now`.
    pub(crate) fn of(
        facts: impl Iterator<Item = (NaiveDate, Timestamp, T, T)>,
        known: Option<Timestamp>,
        now: T,
    ) -> Since<T> {
        let (mut first, mut then) = (None, Vec::new());
        for (date, recorded_at, was, is) in facts.filter(|(.., was, is)| was != is) {
            first.get_or_insert(was);
            if known.is_none_or(|known| recorded_at <= known) {
                then.push((date, is));
            }
        }
        then.sort_by_key(|(date, _)| *date); // stable: of one day the last counts
        Since { first: first.unwrap_or(now), then }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_is_told_by_what_came_after() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let facts = [
            (day("2026-03-05"), at(5), 'a', 'b'),
            (day("2026-03-04"), at(6), 'b', 'b'),
            (day("2026-03-03"), at(7), 'b', 'c'),
        ];
        let since = |known| Since::of(facts.iter().copied(), known, 'x');
        let all =
            Since { first: 'a', then: vec![(day("2026-03-03"), 'c'), (day("2026-03-05"), 'b')] };
        assert_eq!(since(None), all);
        assert_eq!(since(Some(at(6))).then, [(day("2026-03-05"), 'b')]);
        assert_eq!(since(Some(at(1))), Since { first: 'a', then: vec![] });
        assert_eq!(Since::of(std::iter::empty(), None, 'x').first, 'x');
    }
}
