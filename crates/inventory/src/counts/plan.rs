//! Saying how often items are counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::input::check_code;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, DateRange, ItemId, Needs, Range, Rate, SiteId, Tx, calendar};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::due::{open_count, schedule, withdraw};
use super::record::{CountPlan, CountedItem};
use super::{CountError, rights};
use crate::items::Item;
use crate::ordering::count_plan;
use crate::places::Site;
use crate::{MoveError, StockError};

/// Says how the items of a class are counted at a site. A plan that is there becomes this one: items that stay are counted when they
/// were to be, or are spread anew where the interval is another; new ones are spread over the interval, and those that are left out are not
/// counted any more. A count that is due stays due, unless its item is left out. An item has one plan at a site; one of another class
/// leaves that.
///
/// ```
/// use fondaco_core::{ItemId, SiteId};
/// use fondaco_inventory::counts::SetCountPlan;
///
/// let bolts = vec![ItemId::named("M8x40")];
/// let monthly = SetCountPlan { within_days: 3, ..SetCountPlan::new(SiteId::named("MAIN"), "A", 30, bolts) };
/// assert!(monthly.tolerance.is_none()); // a count is right when it finds what the books say
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCountPlan {
    /// The site.
    pub site: SiteId,
    /// The class: `A`.
    pub class: SmolStr,
    /// Each item is counted once in so many days, at most 3,660.
    pub every_days: u32,
    /// So many days, its own included, a count may take before it is missed; no more than the interval.
    pub within_days: u32,
    /// By which share of the record a count may miss it and still be right; `None` for not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Rate>,
    /// The first day of the first interval; `None` for tomorrow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The items of the class, at most 1,000,000.
    pub items: Vec<ItemId>,
}

impl SetCountPlan {
    /// Counts each of these items once in so many days, within a week or the interval; exactly.
    pub fn new(
        site: SiteId,
        class: impl Into<SmolStr>,
        every_days: u32,
        items: Vec<ItemId>,
    ) -> SetCountPlan {
        let (class, within_days) = (class.into(), every_days.min(7));
        SetCountPlan { site, class, every_days, within_days, tolerance: None, from: None, items }
    }

    fn check(&self) -> Result<(), CountError> {
        let bad = |field, value: String, why| CountError::BadCountPlan { field, value, why };
        if !(1..=LONGEST).contains(&self.every_days) {
            let why = "is no interval: give from 1 to 3,660 days";
            return Err(bad("every_days", self.every_days.to_string(), why));
        }
        if !(1..=self.every_days).contains(&self.within_days) {
            let why = "is not from 1 day to the interval: the next count is due then";
            return Err(bad("within_days", self.within_days.to_string(), why));
        }
        if self.items.len() > MOST {
            let why = "are more items than one plan takes, which are 1,000,000: divide the class";
            return Err(bad("items", self.items.len().to_string(), why));
        }
        match self.tolerance.filter(|tolerance| tolerance.factor().is_sign_negative()) {
            Some(tolerance) => {
                let why = "is below zero: give a share of the record, or none";
                Err(bad("tolerance", tolerance.to_string(), why))
            }
            None => Ok(()),
        }
    }

    /// That each item is there, and named once.
    fn check_items(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let mut named = BTreeSet::new();
        for (index, id) in self.items.iter().enumerate() {
            let item = tx.get::<Item>(id)?;
            let item = item.ok_or(MoveError::UnknownItem { item: *id });
            let item = item.map_err(|error| StockError::from(error).at(index))?;
            if !item.is_open() {
                let closed = MoveError::ItemClosed { item: item.code.clone() };
                return Err(StockError::from(closed).at(index));
            }
            if !named.insert(*id) {
                let (field, value) = ("items", item.code.to_string());
                let why = "is named twice: leave one out";
                return Err(CountError::BadCountPlan { field, value, why }.into());
            }
        }
        Ok(())
    }
}

/// The longest interval: ten years.
const LONGEST: u32 = 3660;

/// So many items one plan takes.
const MOST: usize = 1_000_000;

/// Ends a plan: its items are not counted any more, and counts that are due are withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveCountPlan {
    /// The site.
    pub site: SiteId,
    /// The class.
    pub class: SmolStr,
}

impl RemoveCountPlan {
    /// No counts of this class at this site any more.
    pub fn new(site: SiteId, class: impl Into<SmolStr>) -> RemoveCountPlan {
        RemoveCountPlan { site, class: class.into() }
    }
}

impl Act for SetCountPlan {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::PLAN)?;
        check_code("class", &self.class)?;
        self.check()?;
        let keys: Vec<_> = self.items.iter().map(|item| (*item, self.site)).collect();
        let needs = Needs::new().rows::<Item>(&self.items).rows::<CountedItem>(&keys);
        tx.need_all(needs.rows::<Site>(&[self.site]))?;
        let site = known_site(tx, &authority, self.site)?;
        self.check_items(tx)?;
        let plan = CountPlan {
            site: self.site,
            class: self.class.clone(),
            every_days: self.every_days,
            within_days: self.within_days,
            tolerance: self.tolerance,
        };
        let before = tx.get::<CountPlan>(&(self.site, self.class.clone()))?;
        let counted =
            tx.scan(&Range::by(CountedItem::BY_PLAN, &(self.site, self.class.clone())))?;
        let named: BTreeSet<ItemId> = self.items.iter().copied().collect();
        for row in counted.iter().filter(|row| !named.contains(&row.item)) {
            withdraw(tx, row)?;
        }
        let stays = before.is_some_and(|before| before.every_days == plan.every_days);
        tx.upsert(plan)?;
        self.spread(tx, &site, stays)?;
        let event = Event::new("stock.count_plan_set").with("site", self.site);
        tx.emit(event.with("class", self.class.clone()).with("items", self.items.len() as i64));
        Ok(())
    }
}

impl SetCountPlan {
    /// Says when items are counted that were not, or in another rhythm: evenly over the working days of the first interval.
    fn spread(&self, tx: &mut Tx<'_>, site: &Site, stays: bool) -> Result<(), StockError> {
        let mut new = Vec::new();
        for item in &self.items {
            let row = tx.get::<CountedItem>(&(*item, self.site))?;
            match row.filter(|row| stays && row.class == self.class) {
                Some(_) => {}
                None => new.push(*item),
            }
        }
        let days = self.working_days(tx, site)?;
        for planned in count_plan(&vec![0; new.len()], &[1], &days)? {
            let Some(item) = new.get(planned.item).copied() else { continue };
            self.plan(tx, item, planned.on)?;
        }
        Ok(())
    }

    /// Counts an item on a day, and from then on. Its count by this plan that is due stays so, and the next is when its time is over.
    fn plan(&self, tx: &mut Tx<'_>, item: ItemId, on: NaiveDate) -> Result<(), StockError> {
        let (site, class) = (self.site, self.class.clone());
        let mut row = CountedItem { item, site, class, next_on: on, open: None };
        let mut until = None;
        match tx.get::<CountedItem>(&(item, site))? {
            Some(before) if before.class == row.class => {
                if let Some(count) = open_count(tx, &before)? {
                    let over = count.until.succ_opt().unwrap_or(NaiveDate::MAX);
                    (row.open, row.next_on) = (before.open, on.max(over));
                    until = Some(count.until);
                }
                tx.put(row.clone())?;
            }
            other => {
                other.map_or(Ok(()), |other| withdraw(tx, &other))?;
                tx.insert(row.clone())?;
            }
        }
        Ok(schedule(tx, &row, until)?)
    }

    /// The days of the first interval that are worked at the site; all of them, where no calendar says so, or none is worked.
    fn working_days(&self, tx: &mut Tx<'_>, site: &Site) -> Result<Vec<NaiveDate>, StockError> {
        let tomorrow = tx.today()?.succ_opt().unwrap_or(NaiveDate::MAX);
        let first = self.from.unwrap_or(tomorrow);
        if first < tx.today()? {
            let (field, value) = ("from", first.to_string());
            let why = "is over: give today or a later day";
            return Err(CountError::BadCountPlan { field, value, why }.into());
        }
        let days = (0..self.every_days).map(|day| first.checked_add_days(Days::new(day.into())));
        let all: Vec<NaiveDate> = days.flatten().collect();
        let (Some(code), Some(last)) = (&site.calendar, all.last()) else { return Ok(all) };
        let refused = |why| {
            let (field, value) = ("calendar", code.to_string());
            CountError::BadCountPlan { field, value, why }
        };
        let unknown = "has no days of the first interval: give the site one that has, or none";
        let range = DateRange::new(first, *last).map_err(|_| refused(unknown))?;
        let found = match calendar::find(tx, code) {
            Err(calendar::CalendarRefusal::Halt(halt)) => return Err(halt.into()),
            found => found.map_err(|_| refused(unknown))?,
        };
        let table = found.over(range).map_err(|_| refused(unknown))?;
        let worked: Vec<NaiveDate> = table.iter(range).collect();
        Ok(if worked.is_empty() { all } else { worked })
    }
}

impl Act for RemoveCountPlan {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::PLAN)?;
        known_site(tx, &authority, self.site)?;
        let key = (self.site, self.class.clone());
        if tx.get::<CountPlan>(&key)?.is_none() {
            let (site, class) = key;
            return Err(CountError::UnknownCountPlan { site, class }.into());
        }
        for row in tx.scan(&Range::by(CountedItem::BY_PLAN, &key))? {
            withdraw(tx, &row)?;
        }
        tx.delete::<CountPlan>(&key)?;
        let event = Event::new("stock.count_plan_removed").with("site", self.site);
        tx.emit(event.with("class", self.class.clone()));
        Ok(())
    }
}

/// A site that is there, if who acts may plan its counts.
fn known_site(tx: &mut Tx<'_>, authority: &Authority, id: SiteId) -> Result<Arc<Site>, StockError> {
    let site = tx.get::<Site>(&id)?.ok_or(MoveError::UnknownSite { site: id })?;
    if !authority.is_full() {
        let request = Request::new(authority.permission()).about(site.code.clone());
        tx.allow(authority, &request.at("site", site.code.clone()))?;
    }
    Ok(site)
}
