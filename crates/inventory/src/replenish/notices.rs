//! Notices: what falls to its reorder point, or below its safety stock, is told in the commit in which that happens.
//!
//! A [`Shortage`] stands from then until it is covered. Whatever changes a level asks [`watch`] before the level is staged. What is above
//! its line is kept there by a floor, so who crosses it meanwhile is seen; what is told already rests on its row, which who covers it
//! deletes. So two who cross a line together tell it once, and one who crosses while another covers tells it again.

use fondaco_core::store::Event;
use fondaco_core::tx::{Cell, Measure, Pending, Running};
use fondaco_core::{Halt, ItemId, Needs, SiteId, Tx};

use super::record::{ReorderRule, Shortage, ShortageLine};
use super::suggest::suggest;
use crate::levels::{Levels, Stock};
use crate::moves::{Along, Book, Judged};
use crate::{Qty, StockError};

const LINES: [ShortageLine; 2] = [ShortageLine::Reorder, ShortageLine::Safety];

/// Tells what a batch of moves makes short, and what it covers.
#[derive(Default)]
pub(crate) struct Notices;

impl Pending for Notices {
    type Mark = ();

    fn mark(&self) {}
    fn back_to(&mut self, (): ()) {}
    fn finish(self, _: &mut Tx<'_>) -> Result<(), Halt> {
        Ok(())
    }
}

impl Along for Notices {
    fn prepare(tx: &mut Tx<'_>, _: &Book, _: &[&Judged<'_>]) -> Result<Notices, StockError> {
        tx.need_all(Needs::new().guard_of_all::<ReorderRule>()?)?;
        Ok(Notices)
    }

    fn close(&mut self, tx: &mut Tx<'_>, levels: &mut Levels) -> Result<(), StockError> {
        watch(tx, &mut levels.stocks)
    }
}

/// Tells what all that is added here makes short, and what it covers.
///
/// # Errors
/// A [`Halt`].
pub(crate) fn watch(tx: &mut Tx<'_>, stocks: &mut Running<Stock>) -> Result<(), StockError> {
    if tx.is_untouched::<ReorderRule>()? {
        return Ok(());
    }
    let changed = stocks.changed();
    let keys: Vec<(ItemId, SiteId)> =
        changed.iter().filter_map(|cell| stocks.key(*cell).copied()).collect();
    let told: Vec<_> =
        keys.iter().flat_map(|(item, site)| LINES.map(|line| (*item, *site, line))).collect();
    tx.need_all(Needs::new().rows::<ReorderRule>(&keys).rows::<Shortage>(&told))?;
    for cell in changed {
        judge(tx, stocks, cell)?;
    }
    Ok(())
}

/// Tells what is short of one item at a site, or covered.
pub(super) fn judge(
    tx: &mut Tx<'_>,
    stocks: &mut Running<Stock>,
    cell: Cell,
) -> Result<(), StockError> {
    let Some(&key) = stocks.key(cell) else { return Ok(()) };
    let rule = tx.get::<ReorderRule>(&key)?;
    for line in LINES {
        let told = tx.get::<Shortage>(&(key.0, key.1, line))?;
        let least = rule.as_ref().and_then(|rule| Some((rule, rule.least(line)?)));
        let Some((rule, (measure, least))) = least else {
            if told.is_some() {
                cover(tx, key, line)?; // the rule has no such line any more
            }
            continue;
        };
        if let Some(told) = told {
            if stocks.added(cell, measure) > 0 {
                // Several who bring a little each cover it together, so each sees what the others brought.
                stocks.rest_on(tx, cell)?;
            }
            if stocks.value(tx, cell, measure)? >= i128::from(least) {
                stocks.keep(cell, measure, least);
                cover(tx, key, line)?;
            } else if told.least != rule.told_as(line) {
                // The same shortage by another line: nobody is told again, but who looks sees what is to be ordered now.
                stocks.rest_on(tx, cell)?;
                let (now, _) = shortage(tx, rule, (line, measure), (stocks, cell))?;
                tx.put(Shortage { since: told.since, ..now })?;
            }
        } else if stocks.judge(tx, cell, measure, least)?.is_some() {
            let (row, event) = shortage(tx, rule, (line, measure), (stocks, cell))?;
            tx.insert(row)?;
            tx.emit(event);
        }
    }
    Ok(())
}

/// A shortage as it stands now, and what is told of it.
fn shortage(
    tx: &mut Tx<'_>,
    rule: &std::sync::Arc<ReorderRule>,
    (line, measure): (ShortageLine, Measure<Stock>),
    (stocks, cell): (&mut Running<Stock>, Cell),
) -> Result<(Shortage, Event), StockError> {
    let (item, site) = (rule.item, rule.site);
    let level = stocks.value(tx, cell, measure)?;
    let level = Qty::from_units(i64::try_from(level).unwrap_or(i64::MIN));
    let stock = stocks.row(tx, cell)?.unwrap_or_else(|| Stock::none(item, site));
    let mut row = Shortage {
        item,
        site,
        line,
        since: tx.now(),
        level,
        least: rule.told_as(line),
        suggested: Qty::ZERO,
        due_on: None,
    };
    let about = |name| Event::new(name).with("item", item).with("site", site);
    let event = match line {
        ShortageLine::Safety => about("stock.below_safety")
            .with("available", level.to_decimal())
            .with("safety_stock", row.least.to_decimal()),
        ShortageLine::Reorder => {
            let today = tx.today()?;
            let event = about("stock.below_reorder")
                .with("position", level.to_decimal())
                .with("reorder_point", row.least.to_decimal());
            // That it is short is a fact, whether an order can be suggested or not: nobody's sale is refused for that.
            match suggest(tx, rule, stock, today) {
                Ok(suggested) => {
                    row.suggested = suggested.quantity.to_fixed().unwrap_or(Qty::ZERO);
                    row.due_on = Some(suggested.due_on);
                    event
                        .with("suggested", row.suggested.to_decimal())
                        .with("due_on", suggested.due_on)
                }
                Err(StockError::Halt(halt)) => return Err(halt.into()),
                Err(error) => event.with("not_suggested", error.code()),
            }
        }
    };
    Ok((row, event))
}

fn cover(
    tx: &mut Tx<'_>,
    (item, site): (ItemId, SiteId),
    line: ShortageLine,
) -> Result<(), StockError> {
    tx.delete::<Shortage>(&(item, site, line))?;
    let event = Event::new("stock.shortage_covered").with("item", item).with("site", site);
    tx.emit(event.with("line", line.code()));
    Ok(())
}
