//! Counts and sums of all events of some time before now, which are most of what is asked: all of one kind in one pass over the newest events.
//!
//! That `n` happened within `d` of now is a look at the `n`-th newest: it is there, and no older than `d`. When it is older by a microsecond, the
//! answer turns. A sum turns when the event leaves with which it first comes over its bound, or under it.

use super::logs::Act;
use super::plan::{Counted, OfKind};
use crate::segments::Truth;
use crate::segments::columns::Table;

/// No moment.
pub(super) const NEVER: i64 = i64::MAX;

impl OfKind {
    /// Whether each count and sum holds of these events, all of which are past, and the next moment at which one may be otherwise.
    #[inline]
    pub(super) fn answer(
        &self,
        acts: &[Act],
        table: Option<&Table>,
        now: i64,
        scratch: &mut Vec<(i64, i128)>,
        mut found: impl FnMut(u32, Truth),
    ) -> i64 {
        let mut due = NEVER;
        for count in &self.counts {
            let (holds, next) = count.answer(acts, now);
            due = due.min(next);
            found(count.condition, holds.into());
        }
        for (field, sums) in &self.sums {
            let column = table.and_then(|table| table.column(*field));
            let longest = sums.last().map_or(0, |sum| sum.micros);
            let from = now.saturating_sub(longest);
            // The newest first: when each was, and the sum of it and all that are newer.
            scratch.clear();
            let mut total = 0_i128;
            for act in acts.iter().rev().take_while(|act| act.at >= from) {
                let value = column.and_then(|column| column.get(act.row as usize)).unwrap_or(0);
                total += i128::from(value);
                scratch.push((act.at, total));
            }
            for sum in sums {
                let from = now.saturating_sub(sum.micros);
                let within = scratch.partition_point(|(at, _)| *at >= from);
                let of = |count: usize| {
                    count.checked_sub(1).and_then(|at| scratch.get(at)).map_or(0, |(_, sum)| *sum)
                };
                let holds = sum.bounds.holds(of(within));
                let turns = (0..within).rev().find(|left| sum.bounds.holds(of(*left)) != holds);
                let oldest = turns.and_then(|left| scratch.get(left));
                due = oldest.map_or(due, |(at, _)| due.min(leaves(*at, sum.micros)));
                found(sum.condition, holds.into());
            }
        }
        due
    }
}

/// When an event is in no window of this length any more.
fn leaves(at: i64, micros: i64) -> i64 {
    at.saturating_add(micros).saturating_add(1)
}

impl Counted {
    #[inline]
    fn answer(&self, acts: &[Act], now: i64) -> (bool, i64) {
        let from = now.saturating_sub(self.micros);
        let mut due = NEVER;
        let mut met = |many: usize| {
            let nth = acts.len().checked_sub(many).and_then(|at| acts.get(at));
            let nth = nth.filter(|act| act.at >= from);
            due = nth.map_or(due, |act| due.min(leaves(act.at, self.micros)));
            nth.is_some()
        };
        let enough = self.least == 0 || met(self.least);
        let too_many = self.above > 0 && met(self.above);
        ((enough && !too_many) != self.negated, due)
    }
}
