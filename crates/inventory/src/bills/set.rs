//! Setting and removing bills of material.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Act, ItemId, Needs, Quantity, Range, Rate, SiteId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::judge::{Judged, Known};
use super::{Bill, BillError, BillLine, cycle, rights};
use crate::StockError;
use crate::items::Item;
use crate::places::Site;

/// What goes into a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewComponent {
    /// What.
    pub item: ItemId,
    /// How much, in any unit that converts into its stock unit exactly.
    pub quantity: Quantity,
    /// Whether the quantity is for an order, however large, rather than for a batch: what is used up in setting up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub per_order: bool,
    /// Which share of it is lost: at least 0 %, below 100 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrap: Option<Rate>,
    /// The first day of release on which it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last day of release on which it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// How many days after the release it is needed; below zero, before.
    #[serde(default)]
    pub offset_days: i32,
    /// What is taken instead on days on which the line doesn't hold: the first that does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<NewAlternate>,
}

impl NewComponent {
    /// So much of an item, on all days.
    pub fn new(item: ItemId, quantity: Quantity) -> NewComponent {
        NewComponent {
            item,
            quantity,
            per_order: false,
            scrap: None,
            from: None,
            until: None,
            offset_days: 0,
            alternates: Vec::new(),
        }
    }
}

/// What is taken in the place of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAlternate {
    /// What.
    pub item: ItemId,
    /// How much, in any unit that converts into its stock unit exactly.
    pub quantity: Quantity,
    /// The first day of release on which it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last day of release on which it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl NewAlternate {
    /// So much of another item, on all days on which it is asked for.
    pub fn new(item: ItemId, quantity: Quantity) -> NewAlternate {
        NewAlternate { item, quantity, from: None, until: None }
    }
}

/// What comes out of a batch besides what it is for: a by-product or a co-product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOutput {
    /// What.
    pub item: ItemId,
    /// How much, in any unit that converts into its stock unit exactly.
    pub quantity: Quantity,
    /// The first day of release on which it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last day of release on which it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl NewOutput {
    /// So much of an item, on all days.
    pub fn new(item: ItemId, quantity: Quantity) -> NewOutput {
        NewOutput { item, quantity, from: None, until: None }
    }
}

/// A version of what an item is made of, as it is given.
///
/// ```
/// use fondaco_core::{ItemId, Rate};
/// use fondaco_inventory::bills::{NewBill, NewComponent};
///
/// let flour = NewComponent {
///     scrap: Some(Rate::percent("2").unwrap()),
///     ..NewComponent::new(ItemId::named("FLOUR-550"), "30 kg".parse()?)
/// };
/// let bread = NewBill {
///     from: Some("2026-07-01".parse().unwrap()),
///     ..NewBill::new(ItemId::named("BREAD"), "1", "50 pcs".parse()?, vec![flour])
/// };
/// assert_eq!(bread.priority, 0);
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBill {
    /// What is made.
    pub item: ItemId,
    /// Which version.
    pub version: SmolStr,
    /// How much a batch makes.
    pub makes: Quantity,
    /// At which site; `None` for all that have no bill of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// The first day for which something is made by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The last day for which something is made by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Which share of a batch turns out good: above 0 %, at most 100 %.
    #[serde(default, rename = "yield", skip_serializing_if = "Option::is_none")]
    pub yield_share: Option<Rate>,
    /// See [`Bill::phantom`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub phantom: bool,
    /// Of several that hold, the smallest comes first.
    #[serde(default)]
    pub priority: u16,
    /// How many working days it takes; `None` for what the item's reorder rule at the site says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time_days: Option<u32>,
    /// What goes in: at least one, at most 10,000 with all that comes out.
    pub components: Vec<NewComponent>,
    /// What comes out besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<NewOutput>,
}

impl NewBill {
    /// A version that holds everywhere and always, without loss.
    pub fn new(
        item: ItemId,
        version: impl Into<SmolStr>,
        makes: Quantity,
        components: Vec<NewComponent>,
    ) -> NewBill {
        NewBill {
            item,
            version: version.into(),
            makes,
            site: None,
            from: None,
            until: None,
            yield_share: None,
            phantom: false,
            priority: 0,
            lead_time_days: None,
            components,
            outputs: Vec::new(),
        }
    }
}

/// Sets bills of material, each in the place of what was said by its version before: all of them, or none.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::bills::{NewBill, NewComponent, SetBills};
/// # let stock = stock();
/// let kit = Item::new("KIT", "Kit of bolts", Unit::PIECE);
/// let (kit_id, bolt) = (kit.id, ItemId::named("M8x40"));
/// stock.send("kit", &AddItems::new(vec![kit]))?;
/// let bolts = NewComponent::new(bolt, "20 pcs".parse()?);
/// stock.send("bill", &SetBills::new(vec![NewBill::new(kit_id, "1", "1 pcs".parse()?, vec![bolts])]))?;
///
/// let kits = NewComponent::new(kit_id, "1 pcs".parse()?);
/// let circle = SetBills::new(vec![NewBill::new(bolt, "1", "1 pcs".parse()?, vec![kits])]);
/// let refused = stock.send("circle", &circle).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "M8x40 -> KIT -> M8x40 would be made of itself: take one of these lines out"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBills {
    /// The bills.
    pub bills: Vec<NewBill>,
}

impl SetBills {
    /// These bills.
    pub fn new(bills: Vec<NewBill>) -> SetBills {
        SetBills { bills }
    }
}

impl Act for SetBills {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let mut stored = Stored::read(tx, self.bills.iter().map(|bill| bill.item))?;
        let known = Known::read(tx, &self.bills)?;
        let mut judged = Vec::with_capacity(self.bills.len());
        let mut named = BTreeSet::new();
        for (index, bill) in self.bills.iter().enumerate() {
            let one = known.judge(tx, &authority, bill).and_then(|one| {
                let twice = !named.insert((bill.item, bill.version.clone()));
                if twice { Err(known.twice(bill)) } else { Ok(one) }
            });
            judged.push(one.map_err(|error| error.at(index))?);
        }
        let before = stored.clone();
        judged.iter().for_each(|one| stored.set(one));
        stored.check_overlaps(&known)?;
        cycle::check(tx, stored.parts())?;
        for one in judged {
            stage(tx, &before, one)?;
        }
        Ok(())
    }
}

/// The bills of the items that an act is about, with their lines.
#[derive(Clone)]
struct Stored {
    bills: BTreeMap<ItemId, BTreeMap<SmolStr, Arc<Bill>>>,
    lines: BTreeMap<ItemId, Vec<Arc<BillLine>>>,
}

impl Stored {
    /// Reads them, and rests on them.
    fn read(tx: &mut Tx<'_>, items: impl Iterator<Item = ItemId>) -> Result<Stored, StockError> {
        let items: BTreeSet<ItemId> = items.collect();
        let bills: Vec<_> = items.iter().map(Range::<Bill>::by_key).collect();
        let lines: Vec<_> = items.iter().map(Range::<BillLine>::by_key).collect();
        let bills = tx.scan_each(&bills)?.into_iter().map(|rows| {
            rows.into_iter().map(|bill| (bill.version.clone(), bill)).collect::<BTreeMap<_, _>>()
        });
        let bills = items.iter().copied().zip(bills).collect();
        let lines = items.iter().copied().zip(tx.scan_each(&lines)?).collect();
        Ok(Stored { bills, lines })
    }

    fn set(&mut self, one: &Judged) {
        let (item, version) = (one.bill.item, &one.bill.version);
        let bill = Arc::new(one.bill.clone());
        self.bills.entry(item).or_default().insert(version.clone(), bill);
        let lines = self.lines.entry(item).or_default();
        lines.retain(|line| line.version != *version);
        lines.extend(one.lines.iter().cloned().map(Arc::new));
    }

    /// That no two bills of an item, for one site with one priority, hold on one day.
    fn check_overlaps(&self, known: &Known) -> Result<(), StockError> {
        for bills in self.bills.values() {
            let mut sorted: Vec<&Bill> = bills.values().map(AsRef::as_ref).collect();
            sorted.sort_by_key(|bill| (bill.site, bill.priority, bill.valid_from));
            for pair in sorted.windows(2) {
                let [bill, other] = pair else { continue };
                let of_one_kind = (bill.site, bill.priority) == (other.site, other.priority);
                if let Some(days) = bill.days().intersect(other.days()).filter(|_| of_one_kind) {
                    return Err(known.overlap(bill, other, days));
                }
            }
        }
        Ok(())
    }

    /// What each item is made of, and makes besides.
    fn parts(&self) -> BTreeMap<ItemId, Vec<ItemId>> {
        let parts = |lines: &Vec<Arc<BillLine>>| lines.iter().map(|line| line.component).collect();
        self.lines.iter().map(|(item, lines)| (*item, parts(lines))).collect()
    }
}

/// Puts a bill in the place of what was said before; what stays the same is not written.
fn stage(tx: &mut Tx<'_>, before: &Stored, one: Judged) -> Result<(), StockError> {
    let Judged { bill, lines } = one;
    let (item, version) = (bill.item, bill.version.clone());
    let old = before.lines.get(&item).into_iter().flatten();
    let old: BTreeMap<(u32, u16), &Arc<BillLine>> = old
        .filter(|line| line.version == version)
        .map(|line| ((line.line, line.alternate), line))
        .collect();
    let kept: BTreeSet<(u32, u16)> = lines.iter().map(|line| (line.line, line.alternate)).collect();
    for (line, alternate) in old.keys().filter(|key| !kept.contains(key)) {
        tx.delete::<BillLine>(&(item, version.clone(), *line, *alternate))?;
    }
    let mut new = Vec::new();
    for line in lines {
        match old.get(&(line.line, line.alternate)) {
            Some(same) if ***same == line => {}
            Some(_) => tx.put(line)?,
            None => new.push(line),
        }
    }
    tx.insert_all(new)?;
    let was = before.bills.get(&item).and_then(|bills| bills.get(&version));
    match was {
        Some(was) if **was == bill => {}
        Some(_) => tx.put(bill)?,
        None => tx.insert(bill)?,
    }
    tx.emit(Event::new("stock.bill_set").with("item", item).with("version", version));
    Ok(())
}

/// Removes a version of what an item is made of. One that was in use is better ended, by setting it with a last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveBill {
    /// What is made.
    pub item: ItemId,
    /// Which version.
    pub version: SmolStr,
}

impl RemoveBill {
    /// This version, no more.
    ///
    /// ```
    /// use fondaco_core::ItemId;
    /// use fondaco_inventory::bills::RemoveBill;
    /// assert_eq!(RemoveBill::new(ItemId::named("BREAD"), "1").version, "1");
    /// ```
    pub fn new(item: ItemId, version: impl Into<SmolStr>) -> RemoveBill {
        RemoveBill { item, version: version.into() }
    }
}

impl Act for RemoveBill {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let (item, version) = (self.item, self.version.clone());
        let key = (item, version.clone());
        tx.need_all(Needs::new().rows::<Item>(&[item]).rows::<Bill>(std::slice::from_ref(&key)))?;
        let of = tx.get::<Item>(&item)?;
        let code = of.as_ref().map_or_else(|| item.to_smolstr(), |item| item.code.clone());
        let bill = tx.get::<Bill>(&key)?;
        let bill = bill.ok_or(BillError::UnknownBill { item: code, version: version.clone() })?;
        let site = bill.site.map(|site| tx.get::<Site>(&site)).transpose()?.flatten();
        if let Some(of) = &of {
            rights::ask(tx, &authority, of, site.as_deref())?;
        }
        for line in tx.scan(&Range::<BillLine>::by_key(&item))? {
            if line.version == version {
                tx.delete::<BillLine>(&(item, version.clone(), line.line, line.alternate))?;
            }
        }
        tx.delete::<Bill>(&key)?;
        tx.emit(Event::new("stock.bill_removed").with("item", item).with("version", version));
        Ok(())
    }
}
