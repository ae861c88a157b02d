//! What the clock does to counts: they fall due, and are missed.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::due::{Due, DueItem, Refused};
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Halt, ItemId, SiteId, Tx};

use super::record::{CountPlan, CountStatus, CountedItem, CycleCount};
use super::rights;
use crate::items::Item;
use crate::places::Site;
use crate::{Qty, StockError};

/// The kind of the due items by which counts fall due.
pub(super) const KIND: &str = "stock.count_due";

fn subject(item: ItemId, site: SiteId) -> String {
    format!("{item}/{site}")
}

/// Puts the next thing that happens to an item's counts on the queue.
pub(super) fn schedule(
    tx: &mut Tx<'_>,
    row: &CountedItem,
    until: Option<NaiveDate>,
) -> Result<(), Halt> {
    let over = until.and_then(|until| until.succ_opt());
    let next = over.map_or(row.next_on, |over| over.min(row.next_on));
    // A day beyond what a clock can show never comes.
    if let Some(at) = tx.zone()?.start_of(next) {
        tx.due(Due::new(KIND, subject(row.item, row.site), at))?;
    }
    Ok(())
}

/// The count of an item that is due, if one is.
pub(super) fn open_count(
    tx: &mut Tx<'_>,
    row: &CountedItem,
) -> Result<Option<Arc<CycleCount>>, Halt> {
    Ok(row.open.map(|open| tx.get::<CycleCount>(&open)).transpose()?.flatten())
}

/// Takes an item off its plan; the count that is due is withdrawn.
pub(super) fn withdraw(tx: &mut Tx<'_>, row: &CountedItem) -> Result<(), StockError> {
    if let Some(count) = open_count(tx, row)? {
        close(tx, &count, CountStatus::Withdrawn)?;
    }
    tx.cancel_due(KIND, &subject(row.item, row.site))?;
    Ok(tx.delete::<CountedItem>(&(row.item, row.site))?)
}

fn close(tx: &mut Tx<'_>, count: &CycleCount, status: CountStatus) -> Result<(), StockError> {
    Ok(tx.put(CycleCount { status, open: None, ..count.clone() })?)
}

/// Calls the count of an item, or notes that nobody did it in time.
pub(super) fn fall_due(tx: &mut Tx<'_>, due: &DueItem) -> Result<(), Refused> {
    Ok(carry_out(tx, due)?)
}

fn carry_out(tx: &mut Tx<'_>, due: &DueItem) -> Result<(), StockError> {
    tx.authorize(&Request::new(&rights::CALL))?;
    let broken = || Halt::Bug(format!("no count falls due by {due:?}"));
    let (item, site) = due.subject.split_once('/').ok_or_else(broken)?;
    let key = (item.parse().map_err(|_| broken())?, site.parse().map_err(|_| broken())?);
    let Some(row) = tx.get::<CountedItem>(&key)? else { return Ok(()) };
    let plan = tx.get::<CountPlan>(&(row.site, row.class.clone()))?.ok_or_else(broken)?;
    let today = tx.today()?;
    let item = tx.get::<Item>(&row.item)?.filter(|item| item.is_open());
    let site = tx.get::<Site>(&row.site)?.filter(|site| site.is_open(today));
    let Some((item, _)) = item.zip(site) else {
        return withdraw(tx, &row); // nothing of it is there any more
    };
    let mut after = row.as_ref().clone();
    let mut until = None;
    if let Some(count) = open_count(tx, &row)? {
        if count.until < today {
            close(tx, &count, CountStatus::Missed)?;
            tx.emit(told("stock.count_missed", &count));
            after.open = None;
        } else {
            until = Some(count.until);
        }
    }
    if after.open.is_none() && after.next_on <= today {
        let count = called(tx, &after, &plan)?;
        let event = told("stock.count_due", &count).with("code", item.code.clone());
        tx.emit(event.with("until", count.until));
        (after.open, until) = (Some(count.id), Some(count.until));
        after.next_on = next_after(after.next_on, plan.every_days, today);
        tx.insert(count)?;
    }
    schedule(tx, &after, until)?;
    Ok(tx.put(after)?)
}

/// A count that is due now. Who lets the clock stand still for long has as many days for it as anybody.
fn called(tx: &mut Tx<'_>, row: &CountedItem, plan: &CountPlan) -> Result<CycleCount, Halt> {
    let today = tx.today()?;
    let days = Days::new(u64::from(plan.within_days.saturating_sub(1)));
    Ok(CycleCount {
        id: tx.id()?,
        item: row.item,
        site: row.site,
        class: row.class.clone(),
        due_on: row.next_on,
        until: today.checked_add_days(days).unwrap_or(NaiveDate::MAX),
        status: CountStatus::Due,
        open: Some(row.site),
        counted_on: None,
        recorded: Qty::ZERO,
        counted: Qty::ZERO,
        is_right: None,
    })
}

/// The next day of a rhythm that is after today: what nobody called in time is called once.
fn next_after(on: NaiveDate, every_days: u32, today: NaiveDate) -> NaiveDate {
    let passed = u64::try_from((today - on).num_days()).unwrap_or(0);
    let every = u64::from(every_days.max(1));
    let days = Days::new((passed / every + 1).saturating_mul(every));
    on.checked_add_days(days).unwrap_or(NaiveDate::MAX)
}

pub(super) fn told(name: &'static str, count: &CycleCount) -> Event {
    let event = Event::new(name).with("count", count.id).with("item", count.item);
    event.with("site", count.site).with("class", count.class.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rhythm_goes_on_after_a_long_pause() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let next = |today| next_after(day("2026-01-05"), 7, day(today)).to_string();
        assert_eq!(next("2026-01-05"), "2026-01-12");
        assert_eq!(next("2026-01-11"), "2026-01-12");
        assert_eq!(next("2026-01-12"), "2026-01-19");
        assert_eq!(next("2026-03-01"), "2026-03-02");
    }
}
