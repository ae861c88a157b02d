//! The stocks that a period may begin with.

use super::Whole;

/// For each period the stocks it may begin with, rising, and for the end of the last: nothing.
pub(super) type Levels = Vec<Vec<i64>>;

/// All stocks that a best plan may have; none when they are more than `most` over all periods.
pub(super) fn all(whole: &Whole, most: usize) -> Option<Levels> {
    let (least, highest) = (whole.least_stocks(), whole.most_stocks());
    let kept = |at: usize, levels: Vec<i64>| -> Vec<i64> {
        let mut levels: Vec<i64> =
            levels.into_iter().filter(|level| (least[at]..=highest[at]).contains(level)).collect();
        levels.extend((least[at] == 0).then_some(0));
        levels.sort_unstable();
        levels.dedup();
        levels
    };
    let periods = whole.needs.len();
    let (mut forward, mut count) = (vec![vec![0]], 0);
    for (at, need) in whole.needs.iter().enumerate() {
        // Nothing came, or all there was room for, since the stock was last nothing.
        let full = whole.capacity.at(at);
        let next =
            forward[at].iter().flat_map(|stock| [stock - need, stock.saturating_add(full) - need]);
        let next = kept(at + 1, next.collect());
        count += next.len();
        forward.push(next);
        if count > most {
            return None;
        }
    }
    let mut levels = forward;
    let mut backward = vec![0];
    levels[periods] = vec![0];
    for at in (0..periods).rev() {
        // Nothing comes, or all there is room for, until the stock is next nothing.
        let (need, full) = (whole.needs[at], whole.capacity.at(at));
        let before = backward.iter().flat_map(|stock| [stock + need, stock + need - full]);
        backward = kept(at, before.collect());
        count += backward.len();
        if count > most {
            return None;
        }
        levels[at].extend_from_slice(&backward);
        levels[at].sort_unstable();
        levels[at].dedup();
    }
    Some(levels)
}

/// Evenly spread stocks, and the least that there must be, so that there is always a way.
pub(super) fn spread(whole: &Whole, most: usize) -> Levels {
    multiples(whole, step(whole, most))
}

/// The multiples of a step that a period can begin with, besides the least and the most.
pub(super) fn multiples(whole: &Whole, step: i64) -> Levels {
    let (least, highest) = (whole.least_stocks(), whole.most_stocks());
    let of_period = |(least, highest): (&i64, &i64)| {
        let mut levels = vec![*least];
        let first = (least / step + 1) * step;
        levels.extend((0..).map_while(|n| Some(first + n * step).filter(|at| at <= highest)));
        levels.extend((levels.last() < Some(highest)).then_some(*highest));
        levels
    };
    least.iter().zip(&highest).map(of_period).collect()
}

/// How far apart spread levels are, so that they are no more than `most` over all periods.
pub(super) fn step(whole: &Whole, most: usize) -> i64 {
    let highest = whole.most_stocks().into_iter().max().unwrap_or(0);
    let per_period = (most / whole.needs.len()).clamp(16, 4096);
    (highest / per_period as i64).max(1)
}
