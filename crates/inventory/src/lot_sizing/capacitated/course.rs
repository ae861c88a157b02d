//! The cheapest way over given stocks.

use std::collections::VecDeque;

use super::super::PlannedLot;
use super::Whole;
use super::levels::Levels;

/// A way from no stock to no stock.
pub(super) struct Course {
    pub(super) lots: Vec<PlannedLot<i64>>,
    /// What it costs.
    pub(super) cost: i128,
}

/// What it costs at least to begin a period with a stock, and the place of the stock before it on the way.
type Reached = Option<(i128, u32)>;

/// The cheapest way; none where there is none over these stocks.
pub(super) fn cheapest(whole: &Whole, levels: &Levels) -> Option<Course> {
    let mut reached: Vec<Vec<Reached>> = vec![vec![Some((0, 0))]];
    for period in 0..whole.needs.len() {
        let next = step(whole, period, (&levels[period], &reached[period]), &levels[period + 1]);
        reached.push(next);
    }
    let (cost, _) = reached.last()?.first().copied()??;
    Some(Course { lots: trace(whole, levels, &reached)?, cost })
}

/// From the stocks that a period begins with to those it ends with.
fn step(
    whole: &Whole,
    period: usize,
    (from, reached): (&[i64], &[Reached]),
    to: &[i64],
) -> Vec<Reached> {
    let (need, capacity) = (whole.needs[period], whole.capacity.at(period));
    let unit = i128::from(whole.costs.unit.at(period));
    let (setup, holding) = (whole.costs.setup.at(period), whole.costs.holding.at(period));
    // Of the stocks from which a stock can be reached with a lot, those that no later one is better than: the first is the best.
    let mut best: VecDeque<(usize, i128)> = VecDeque::new();
    let mut next = 0;
    let to_stock = |stock: &i64| {
        let after = stock + need;
        while let Some(before) = from.get(next).filter(|before| **before <= after) {
            if let Some((cost, _)) = reached[next] {
                let cost = cost - unit * i128::from(*before);
                while best.back().is_some_and(|(_, other)| *other >= cost) {
                    best.pop_back();
                }
                best.push_back((next, cost));
            }
            next += 1;
        }
        while best.front().is_some_and(|(at, _)| after - from[*at] > capacity) {
            best.pop_front();
        }
        let with_lot =
            best.front().map(|(at, cost)| (cost + setup + unit * i128::from(after), *at));
        let without = (next > 0 && from[next - 1] == after)
            .then(|| reached[next - 1].map(|(cost, _)| (cost, next - 1)))
            .flatten();
        let kept = i128::from(holding) * i128::from(*stock);
        let cheaper = match (without, with_lot) {
            (Some(without), Some(with_lot)) if with_lot.0 < without.0 => Some(with_lot),
            (without, with_lot) => without.or(with_lot),
        };
        cheaper.map(|(cost, at)| (cost + kept, at as u32))
    };
    to.iter().map(to_stock).collect()
}

/// The lots of the way to no stock at the end.
fn trace(whole: &Whole, levels: &Levels, reached: &[Vec<Reached>]) -> Option<Vec<PlannedLot<i64>>> {
    let (mut lots, mut at) = (Vec::new(), 0_usize);
    for period in (0..whole.needs.len()).rev() {
        let (_, before) = reached[period + 1][at]?;
        let quantity =
            levels[period + 1][at] + whole.needs[period] - levels[period][before as usize];
        if quantity > 0 {
            lots.push(PlannedLot { period, last: period, quantity });
        }
        at = before as usize;
    }
    lots.reverse();
    Some(reaching(&whole.needs, lots))
}

/// The lots with how far each has to reach.
pub(super) fn reaching(needs: &[i64], mut lots: Vec<PlannedLot<i64>>) -> Vec<PlannedLot<i64>> {
    let mut end = needs.len();
    for lot in lots.iter_mut().rev() {
        let wanted = (lot.period..end).rfind(|period| needs[*period] > 0);
        lot.last = wanted.unwrap_or(lot.period);
        end = lot.period;
    }
    lots
}
