//! What is made of one contact's events in a window.

use super::window::Place;
use super::{Range, Track};
use crate::segments::columns::{Column, Table};
use crate::segments::compile::{Acts, FieldCheck, Goal, Program, Which};
use crate::segments::{Truth, Window};

/// Whether an event's attributes pass.
pub(crate) fn passes(filter: &Program<FieldCheck>, table: &Table, row: usize) -> bool {
    filter.is_always() || filter.truth(|check| field_truth(check, table, row)).is_yes()
}

fn field_truth(check: &FieldCheck, table: &Table, row: usize) -> Truth {
    let column = table.column(check.field);
    // Filters don't rest on the clock: the compiler refuses those.
    column.map_or(Truth::Unknown, |column| {
        column.truth(&check.check, row, 0, chrono::NaiveDate::default)
    })
}

/// Whether it holds for these events, of which those in the range and for whose row `counts` says yes count.
#[inline]
pub(crate) fn holds<T: Track>(
    acts: &Acts,
    table: &Table,
    track: &T,
    range: Range,
    now: i64,
    place: Place<'_>,
    counts: impl Fn(usize) -> bool,
) -> Truth {
    holds_within(acts, table, track, track.within(range), now, place, counts)
}

/// Whether it holds, and the next moment at which that may change.
#[inline]
pub(crate) fn answer<T: Track>(
    acts: &Acts,
    table: &Table,
    track: &T,
    now: i64,
    place: Place<'_>,
    counts: impl Fn(usize) -> bool,
) -> (Truth, Option<i64>) {
    let within = track.within(acts.window.at(now, place));
    let truth = holds_within(acts, table, track, within.clone(), now, place, &counts);
    (truth, next(acts, track, within, now, place, counts))
}

#[inline]
fn holds_within<T: Track>(
    acts: &Acts,
    table: &Table,
    track: &T,
    within: std::ops::Range<usize>,
    now: i64,
    place: Place<'_>,
    counts: impl Fn(usize) -> bool,
) -> Truth {
    let all = acts.filter.is_always();
    let mut places = within.clone().filter(|place| all || counts(track.row(*place)));
    match &acts.goal {
        Goal::Count(bounds) if all => bounds.holds(within.len() as i128).into(),
        Goal::Count(bounds) => bounds.holds(places.count() as i128).into(),
        Goal::Frequency(bounds) => {
            let (mut days, mut ends) = (0_i128, i64::MIN);
            for at in places.map(|place| track.at(place)) {
                if at >= ends {
                    days += 1;
                    ends = place.begins(place.day(at).succ_opt().unwrap_or(chrono::NaiveDate::MAX));
                }
            }
            bounds.holds(days).into()
        }
        Goal::Since(which, bounds) => {
            let found = if *which == Which::Last { places.next_back() } else { places.next() };
            let past = |place| i128::from(now) - i128::from(track.at(place));
            found.is_some_and(|place| bounds.holds(past(place))).into()
        }
        Goal::One(which, check) => {
            let Some(column) = table.column(check.field) else { return Truth::Unknown };
            let row = one(*which, column, track, places);
            let today = chrono::NaiveDate::default;
            row.map_or(Truth::Unknown, |row| column.truth(&check.check, row, now, today))
        }
        Goal::Sum(field, bounds) => {
            let (sum, _) = summed(table.column(*field), track, places);
            bounds.holds(sum).into()
        }
        Goal::Average(field, mean) => match summed(table.column(*field), track, places) {
            (_, 0) => Truth::Unknown,
            (sum, count) => mean.holds(sum, count).into(),
        },
        Goal::Distinct(field, bounds) => {
            let Some(column) = table.column(*field) else { return Truth::Unknown };
            let mut values: Vec<i64> =
                places.filter_map(|place| column.get(track.row(place))).collect();
            values.sort_unstable();
            values.dedup();
            bounds.holds(values.len() as i128).into()
        }
    }
}

fn summed<T: Track>(
    column: Option<&Column>,
    track: &T,
    places: impl Iterator<Item = usize>,
) -> (i128, i128) {
    let values = places.filter_map(|place| column?.get(track.row(place)));
    values.fold((0, 0), |(sum, count), value| (sum + i128::from(value), count + 1))
}

/// The row of the event that is meant. The least and the greatest are of those that have the attribute.
fn one<T: Track>(
    which: Which,
    column: &Column,
    track: &T,
    mut places: impl DoubleEndedIterator<Item = usize>,
) -> Option<usize> {
    let place = match which {
        Which::First => places.next(),
        Which::Last => places.next_back(),
        Which::Least | Which::Greatest => {
            let valued = |place: usize| Some((column.get(track.row(place))?, place));
            let valued = places.filter_map(valued);
            let found = if which == Which::Least { valued.min() } else { valued.max() };
            found.map(|(_, place)| place)
        }
    };
    place.map(|place| track.row(place))
}

/// The next moment after `now` at which it may change, if nothing more happens. Sharp for counts, which are most of what is asked; else it is
/// the next at which an event comes into the window or leaves it.
fn next<T: Track>(
    acts: &Acts,
    track: &T,
    within: std::ops::Range<usize>,
    now: i64,
    place: Place<'_>,
    counts: impl Fn(usize) -> bool,
) -> Option<i64> {
    let comes = comes(acts.window, track, within.end, now, place);
    let all = acts.filter.is_always();
    let mut counted = within.clone().filter(|place| all || counts(track.row(*place)));
    let leaves = |at: usize| Some(acts.window.stay(track.at(at), place).until);
    let goes = match &acts.goal {
        Goal::Count(bounds) => {
            let count = if all { within.len() } else { counted.clone().count() } as i128;
            let (low, high) = (bounds.low.max(0), bounds.high.min(i128::from(i64::MAX)));
            // How many have to leave until the answer is another.
            let fewer = if count > high { count - high } else { count - low + 1 };
            let sinks = low <= high && low <= count && fewer <= count;
            let nth = usize::try_from(fewer - 1).ok().filter(|_| sinks);
            let found = match all {
                true => nth.map(|nth| within.start + nth),
                false => nth.and_then(|nth| counted.nth(nth)),
            };
            found.and_then(leaves)
        }
        Goal::Since(which, bounds) => {
            let edge = |at: i64| {
                let shift = |bound: i128| {
                    i64::try_from(i128::from(at).saturating_add(bound))
                        .ok()
                        .filter(|when| *when > now)
                };
                [shift(bounds.low), shift(bounds.high.saturating_add(1))]
                    .into_iter()
                    .flatten()
                    .min()
            };
            let found = if *which == Which::Last { counted.next_back() } else { counted.next() };
            let left = found.and_then(leaves);
            let turns = found.and_then(|place| edge(track.at(place)));
            left.into_iter().chain(turns).min()
        }
        _ => counted.next().and_then(leaves),
    };
    let goes = goes.filter(|until| *until > now && *until != i64::MAX);
    comes.into_iter().chain(goes).min()
}

/// The next moment at which an event comes into a window, of those from a place on; some never do.
pub(crate) fn comes<T: Track>(
    window: Window,
    track: &T,
    from: usize,
    now: i64,
    place: Place<'_>,
) -> Option<i64> {
    let enters = (from..track.len()).map(|at| window.stay(track.at(at), place).from);
    enters.into_iter().find(|from| *from > now && *from != i64::MAX)
}
