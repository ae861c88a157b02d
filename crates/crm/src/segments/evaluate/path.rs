//! Sequences: one pass over the events of all steps in the order of time.
//!
//! For each step is kept the last event that ends a chain of all steps up to it, and the latest beginning that such a chain can have. A chain
//! through a later event never begins earlier than one through an earlier event, so one chain for each step is enough, and it is the
//! shortest.

use super::{Range, Track};
use crate::segments::compile::Path;

/// The most steps that a sequence may have.
const MOST_STEPS: usize = 32;

/// The latest beginning of a whole chain; `None` where there is none.
#[inline]
pub(crate) fn latest<T: Track>(
    path: &Path,
    tracks: &[T],
    range: Range,
    counts: impl Fn(usize, usize) -> bool,
) -> Option<i64> {
    let steps = path.steps.len().min(MOST_STEPS).min(tracks.len());
    let mut cursors = [0_usize; MOST_STEPS];
    for (cursor, track) in cursors.iter_mut().zip(tracks) {
        *cursor = track.first_at(range.from);
        if *cursor >= track.len() {
            return None;
        }
    }
    let mut chains: [Option<(i64, i64)>; MOST_STEPS] = [None; MOST_STEPS];
    let mut found = None;
    loop {
        let heads = cursors.iter().zip(tracks).take(steps).map(|(at, track)| track.at(*at));
        let time = heads.min().unwrap_or(i64::MAX);
        if time >= range.until {
            return found;
        }
        // From the last step back, so that each builds on what was before this instant: later means strictly later.
        for number in (0..steps).rev() {
            let (Some(step), Some(track)) = (path.steps.get(number), tracks.get(number)) else {
                continue;
            };
            let mut done = false;
            while track.at(cursors[number]) == time {
                done |= counts(number, track.row(cursors[number]));
                cursors[number] += 1;
            }
            if !done {
                continue;
            }
            let before = if number == 0 { Some((time, time)) } else { chains[number - 1] };
            let reached = before.filter(|(last, _)| {
                number == 0 || step.within.is_none_or(|within| time - last <= within)
            });
            let Some((_, start)) = reached else { continue };
            chains[number] = Some((time, start));
            let whole = number + 1 == steps;
            if whole && path.within.is_none_or(|within| time - start <= within) {
                found = found.max(Some(start));
            }
        }
    }
}
