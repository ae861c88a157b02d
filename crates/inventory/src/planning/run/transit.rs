//! What is on its way between sites, and when it will be there: a dispatch takes the working days that the rule of the site says.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Id, Range, Reading};

use super::said::{Key, Said};
use crate::levels::{MoveUse, Stock};
use crate::moves::{Move, MoveKind, Stage};
use crate::replenish::{SourceKind, due_after};
use crate::{Qty, StockError};

/// So many moves are looked at first for what is on its way; then more, if it is older.
const FIRST: usize = 64;

/// When how much of what is on its way will be there, item by item.
pub(super) fn on_its_way(
    read: &mut impl Reading,
    said: &Said,
    (keys, stocks): (&[Key], &[Option<Arc<Stock>>]),
    today: NaiveDate,
) -> Result<Vec<Vec<(NaiveDate, Qty)>>, StockError> {
    let mut all = vec![Vec::new(); keys.len()];
    let mut open: VecDeque<(usize, Key, Qty, usize)> = VecDeque::new();
    for (at, (key, stock)) in keys.iter().zip(stocks).enumerate() {
        let sent = stock.as_ref().map_or(Qty::ZERO, |stock| stock.in_transit);
        if sent > Qty::ZERO {
            open.push_back((at, *key, sent, FIRST));
        }
    }
    while let Some((at, key, sent, most)) = open.pop_front() {
        let range = Range::by(Move::BY_ITEM, &key).backwards().limit(most);
        let moves = read.peek_scan(&range)?;
        let found = dispatches(read, &moves)?;
        let known: i64 = found.iter().map(|(_, quantity)| quantity.units()).sum();
        if known < sent.units() && moves.len() == most {
            open.push_back((at, key, sent, most.saturating_mul(8)));
            continue;
        }
        let Some(into) = all.get_mut(at) else { continue };
        let mut left = sent.units();
        for (sent_on, quantity) in found {
            let quantity = quantity.units().min(left);
            left -= quantity;
            if quantity > 0 {
                let due = arrives(read, said, key, sent_on)?.max(today);
                into.push((due, Qty::from_units(quantity)));
            }
        }
        if left > 0 {
            into.push((today, Qty::from_units(left)));
        }
    }
    Ok(all)
}

/// Of moves to a site, what was sent there and has not arrived.
fn dispatches(
    read: &mut impl Reading,
    moves: &[Arc<Move>],
) -> Result<Vec<(NaiveDate, Qty)>, StockError> {
    let is_sent = |row: &&Arc<Move>| {
        row.kind == MoveKind::Dispatch && row.stage == Stage::Transit && row.quantity > Qty::ZERO
    };
    let sent: Vec<&Arc<Move>> = moves.iter().filter(is_sent).collect();
    let ids: Vec<Id<Move>> = sent.iter().map(|row| row.id).collect();
    let used = read.peek_many::<MoveUse>(&ids)?;
    let left = sent.iter().zip(used).map(|(row, used)| {
        let used = used.map_or(0, |used| used.used.units());
        (row.date, Qty::from_units(row.quantity.units().saturating_sub(used)))
    });
    Ok(left.filter(|(_, quantity)| *quantity > Qty::ZERO).collect())
}

/// When something is there that was sent on a day.
fn arrives(
    read: &mut impl Reading,
    said: &Said,
    key: Key,
    sent_on: NaiveDate,
) -> Result<NaiveDate, StockError> {
    let rule = said.rules.get(&key).filter(|rule| rule.source == SourceKind::Transfer);
    match rule {
        Some(rule) => due_after(read, rule, rule.lead_time_days, sent_on),
        None => Ok(sent_on),
    }
}
