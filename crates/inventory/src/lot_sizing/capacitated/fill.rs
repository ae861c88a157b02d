//! The best quantities for periods that were chosen to have lots.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::PlannedLot;
use super::Whole;
use super::course::reaching;

/// The same lots, or fewer of them, with the quantities that cost least. What is missing when a period has come is taken from wherever it
/// costs least to have it come up to then, and of those as late as possible; whatever a later period lacks may come from there as well, so
/// nothing that was taken is ever regretted.
pub(super) fn best(whole: &Whole, chosen: &[PlannedLot<i64>]) -> Vec<PlannedLot<i64>> {
    let mut quantities = vec![0_i64; whole.needs.len()];
    let mut chosen = chosen.iter().peekable();
    let mut rooms = BinaryHeap::new();
    let (mut kept, mut stock) = (0_i128, 0_i64);
    for (period, need) in whole.needs.iter().enumerate() {
        if chosen.next_if(|lot| lot.period == period).is_some() {
            let slope = i128::from(whole.costs.unit.at(period)) - kept;
            rooms.push((Reverse(slope), period));
        }
        kept += i128::from(whole.costs.holding.at(period));
        stock -= need;
        while stock < 0
            && let Some((_, room)) = rooms.peek().copied()
        {
            let taken = (whole.capacity.at(room) - quantities[room]).min(-stock);
            (quantities[room], stock) = (quantities[room] + taken, stock + taken);
            if stock < 0 {
                rooms.pop();
            }
        }
    }
    let lots = quantities.into_iter().enumerate().filter(|(_, quantity)| *quantity > 0);
    let lots = lots.map(|(period, quantity)| PlannedLot { period, last: period, quantity });
    reaching(&whole.needs, lots.collect())
}
