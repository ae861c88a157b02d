//! What is said in the store of what is planned: rules, parameters, bills, forecasts, firm orders; and which items at which sites
//! a run is about.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use fondaco_core::{ItemId, Range, Reading, SiteId};
use smol_str::SmolStr;

use crate::StockError;
use crate::bills::{Bill, BillLine, BillOf};
use crate::items::Item;
use crate::places::Site;
use crate::planning::{FirmOrder, FirmStatus, ForecastBucket, PlanningParameters};
use crate::replenish::{PlanningVendor, PolicyKind, ReorderRule, SourceKind, VendorPrice};

/// An item at a site.
pub(super) type Key = (ItemId, SiteId);

/// All that is said of what is planned.
pub(super) struct Said {
    pub(super) rules: BTreeMap<Key, Arc<ReorderRule>>,
    pub(super) parameters: BTreeMap<Key, Arc<PlanningParameters>>,
    pub(super) forecasts: BTreeMap<Key, Vec<Arc<ForecastBucket>>>,
    pub(super) firm: BTreeMap<Key, Vec<Arc<FirmOrder>>>,
    bills: BTreeMap<ItemId, Vec<BillOf>>,
    pub(super) items: BTreeMap<ItemId, Arc<Item>>,
    pub(super) sites: BTreeMap<SiteId, Arc<Site>>,
    /// By which vendor what is bought is planned.
    pub(super) vendors: BTreeMap<Key, PlanningVendor>,
}

impl Said {
    /// Reads all of it.
    pub(super) fn read(read: &mut impl Reading) -> Result<Said, StockError> {
        let rules = read.peek_scan(&Range::<ReorderRule>::all())?;
        let parameters = read.peek_scan(&Range::<PlanningParameters>::all())?;
        let mut forecasts: BTreeMap<Key, Vec<_>> = BTreeMap::new();
        for row in read.peek_scan(&Range::<ForecastBucket>::all())? {
            forecasts.entry((row.item, row.site)).or_default().push(row);
        }
        let mut firm: BTreeMap<Key, Vec<_>> = BTreeMap::new();
        for row in read.peek_scan(&Range::by(FirmOrder::BY_STATUS, &FirmStatus::Firm))? {
            firm.entry((row.item, row.site)).or_default().push(row);
        }
        let sites = read.peek_scan(&Range::<Site>::all())?;
        Ok(Said {
            rules: rules.into_iter().map(|rule| ((rule.item, rule.site), rule)).collect(),
            parameters: parameters.into_iter().map(|row| ((row.item, row.site), row)).collect(),
            forecasts,
            firm,
            bills: bills(read)?,
            items: BTreeMap::new(),
            sites: sites.into_iter().map(|site| (site.id, site)).collect(),
            vendors: BTreeMap::new(),
        })
    }

    fn read_vendors(&mut self, read: &mut impl Reading, keys: &[Key]) -> Result<(), StockError> {
        let bought = keys.iter().filter_map(|key| Some((*key, self.rules.get(key)?)));
        let bought = bought.filter(|(_, rule)| rule.source == SourceKind::Buy);
        let bought: Vec<(Key, Arc<ReorderRule>)> =
            bought.map(|(key, rule)| (key, rule.clone())).collect();
        let of_item =
            |(_, rule): &(Key, Arc<ReorderRule>)| Range::<VendorPrice>::by_key(&rule.item);
        let prices = read.peek_scans(&bought.iter().map(of_item).collect::<Vec<_>>())?;
        for ((key, rule), prices) in bought.into_iter().zip(prices) {
            let Some(item) = self.items.get(&key.0) else { continue };
            if let Some(vendor) = PlanningVendor::of(read, &rule, (item, prices))? {
                self.vendors.insert(key, vendor);
            }
        }
        Ok(())
    }

    /// The bills by which an item is made at a site, in the order in which they are asked whether they hold.
    pub(super) fn bills_at(&self, (item, site): Key) -> Vec<&BillOf> {
        let all = self.bills.get(&item).map_or(&[][..], Vec::as_slice);
        crate::bills::in_order(all, Some(site))
    }

    /// A bill of an item by its version.
    pub(super) fn bill(&self, item: ItemId, version: &SmolStr) -> Option<&BillOf> {
        self.bills.get(&item)?.iter().find(|one| one.bill.version == *version)
    }

    /// Where an item comes from at a site: by its rule; without one, it is made if it has a bill there.
    pub(super) fn source(&self, key: Key) -> Option<SourceKind> {
        match self.rules.get(&key) {
            Some(rule) => Some(rule.source),
            None => (!self.bills_at(key).is_empty()).then_some(SourceKind::Make),
        }
    }

    /// What a run is about, and the items of it: what is said to be planned or is forecast or firm, and all that it takes, down to
    /// what is bought. What is closed is left out.
    pub(super) fn scope(&mut self, read: &mut impl Reading) -> Result<Vec<Key>, StockError> {
        let planned = self.rules.iter().filter(|(_, rule)| rule.policy == PolicyKind::Planned);
        let mut next: VecDeque<Key> = planned.map(|(key, _)| *key).collect();
        next.extend(self.parameters.keys());
        next.extend(self.forecasts.keys());
        next.extend(self.firm.keys());
        let mut met: BTreeSet<Key> = BTreeSet::new();
        while let Some(key) = next.pop_front() {
            if met.insert(key) {
                next.extend(self.parts(key));
            }
        }
        let ids: BTreeSet<ItemId> = met.iter().map(|(item, _)| *item).collect();
        let ids: Vec<ItemId> = ids.into_iter().collect();
        for (id, item) in ids.iter().zip(read.peek_many::<Item>(&ids)?) {
            if let Some(item) = item.filter(|item| item.is_open()) {
                self.items.insert(*id, item);
            }
        }
        let mut keys: Vec<Key> = met.into_iter().collect();
        keys.retain(|(item, site)| self.items.contains_key(item) && self.sites.contains_key(site));
        keys.sort_by_cached_key(|key| self.names(*key));
        self.read_vendors(read, &keys)?;
        Ok(keys)
    }

    /// What an item at a site takes or brings besides, and what orders take that were firmed of it.
    fn parts(&self, key: Key) -> Vec<Key> {
        let firm = self.firm.get(&key).into_iter().flatten().flat_map(|firm| {
            let bill = firm.version.as_ref().and_then(|version| self.bill(key.0, version));
            let lines = bill.into_iter().flat_map(|bill| &bill.lines);
            let sent = firm.from_site.map(|from| (key.0, from));
            lines.map(|line| (line.component, key.1)).chain(sent)
        });
        self.parts_now(key).into_iter().chain(firm).collect()
    }

    fn parts_now(&self, key: Key) -> Vec<Key> {
        match self.source(key) {
            Some(SourceKind::Make) => {
                let lines = self.bills_at(key).into_iter().flat_map(|bill| &bill.lines);
                lines.map(|line| (line.component, key.1)).collect()
            }
            Some(SourceKind::Transfer) => {
                let from = self.rules.get(&key).and_then(|rule| rule.from_site);
                from.map(|from| (key.0, from)).into_iter().collect()
            }
            Some(SourceKind::Buy) | None => Vec::new(),
        }
    }

    /// The codes of an item and a site.
    pub(super) fn names(&self, (item, site): Key) -> (SmolStr, SmolStr) {
        let item = self.items.get(&item).map(|item| item.code.clone()).unwrap_or_default();
        let site = self.sites.get(&site).map(|site| site.code.clone()).unwrap_or_default();
        (item, site)
    }
}

/// All bills, item by item.
fn bills(read: &mut impl Reading) -> Result<BTreeMap<ItemId, Vec<BillOf>>, StockError> {
    let mut lines: BTreeMap<(ItemId, SmolStr), Vec<Arc<BillLine>>> = BTreeMap::new();
    for line in read.peek_scan(&Range::<BillLine>::all())? {
        lines.entry((line.item, line.version.clone())).or_default().push(line);
    }
    let mut bills: BTreeMap<ItemId, Vec<BillOf>> = BTreeMap::new();
    for bill in read.peek_scan(&Range::<Bill>::all())? {
        let lines = lines.remove(&(bill.item, bill.version.clone())).unwrap_or_default();
        bills.entry(bill.item).or_default().push(BillOf { bill, lines });
    }
    Ok(bills)
}
