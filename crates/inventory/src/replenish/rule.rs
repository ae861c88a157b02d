//! Saying how an item is replenished at a site, and what vendors ask for it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::tx::{Pending, Running};
use fondaco_core::{Act, Conversions, Needs, Quantity, Range, Rounding, Tx};
use fondaco_core::{ItemId, PartyId, SiteId, UnitPrice};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::notices;
use super::{
    PolicyKind, ReorderRule, ReplenishError, Reviewed, Shortage, ShortageLine, SourceKind,
};
use super::{VendorPrice, rights};
use crate::items::{Item, conversions};
use crate::levels::Stock;
use crate::places::Site;
use crate::{MoveError, Qty, Settings, StockError};

/// When something is ordered, and how much, in any unit that converts into the item's stock unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReplenishmentPolicy {
    /// (r, Q): as many lots of one size as bring the position above the reorder point, as soon as it is there or below.
    ReorderPoint {
        /// The reorder point.
        point: Quantity,
        /// The size of a lot.
        quantity: Quantity,
    },
    /// (s, S): up to a level, as soon as the position is at the reorder point or below.
    OrderUpTo {
        /// The reorder point.
        point: Quantity,
        /// The level.
        up_to: Quantity,
    },
    /// Up to the maximum, as soon as the position is at the minimum or below: (s, S) by the names that shops use.
    MinMax {
        /// The minimum.
        minimum: Quantity,
        /// The maximum.
        maximum: Quantity,
    },
    /// (T, S): up to a level, every so many days. A [review](super::Review) proposes the orders.
    Periodic {
        /// Every how many days.
        every_days: u32,
        /// The first day of review.
        first: NaiveDate,
        /// The level.
        up_to: Quantity,
    },
    /// Kanban: so many containers go round; what was emptied is ordered again, container by container.
    Kanban {
        /// How many there are.
        containers: u32,
        /// What is in one.
        each: Quantity,
    },
    /// MRP: planning runs say when, and how much; see [`planning`](crate::planning). Less than the safety stock is told nevertheless.
    Planned,
}

/// Where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ReplenishmentSource {
    /// It is bought.
    Buy {
        /// From whom; `None` for who is cheapest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supplier: Option<PartyId>,
    },
    /// It is made.
    Make,
    /// It comes from another site.
    Transfer {
        /// Which.
        from: SiteId,
    },
}

/// Says how an item is replenished at a site, in place of what was said before. What is short by the new rule already is told at once.
///
/// ```
/// use fondaco_core::{ItemId, SiteId};
/// use fondaco_inventory::replenish::{ReplenishmentPolicy, SetReorderRule};
///
/// let policy = ReplenishmentPolicy::ReorderPoint { point: "40 pcs".parse()?, quantity: "1 carton".parse()? };
/// let rule = SetReorderRule {
///     safety_stock: Some("10 pcs".parse()?),
///     lead_time_days: 5,
///     calendar: Some("DE-BY".into()),
///     ..SetReorderRule::new(ItemId::named("M8x40"), SiteId::named("MAIN"), policy)
/// };
/// assert_eq!(rule.minimum, None);
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetReorderRule {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// When, and how much.
    pub policy: ReplenishmentPolicy,
    /// Where it comes from.
    pub source: ReplenishmentSource,
    /// The safety stock: less than that available is told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_stock: Option<Quantity>,
    /// The least that can be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Quantity>,
    /// What an order has to be a multiple of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<Quantity>,
    /// The most that can be ordered at once: a larger need becomes several orders. Where a larger quantity has a lower price, and all
    /// of it costs less than what is needed, that is ordered, up to this and above the policy's level: who has no room for it says so here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Quantity>,
    /// How many working days it takes from the order until the goods are there.
    #[serde(default)]
    pub lead_time_days: u32,
    /// The calendar of the working days; `None` for the site's, and where that has none either, every day counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<SmolStr>,
}

impl SetReorderRule {
    /// A rule without safety stock or limits, for what is bought of who is cheapest and comes on the same day.
    pub fn new(item: ItemId, site: SiteId, policy: ReplenishmentPolicy) -> SetReorderRule {
        SetReorderRule {
            item,
            site,
            policy,
            source: ReplenishmentSource::Buy { supplier: None },
            safety_stock: None,
            minimum: None,
            multiple: None,
            maximum: None,
            lead_time_days: 0,
            calendar: None,
        }
    }
}

/// Ends the replenishment of an item at a site. What was told of it is not told any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveReorderRule {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
}

impl RemoveReorderRule {
    /// No replenishment of this item at this site any more.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::replenish::RemoveReorderRule;
    /// let main = SiteId::named("MAIN");
    /// assert_eq!(RemoveReorderRule::new(ItemId::named("M8x40"), main).site, main);
    /// ```
    pub fn new(item: ItemId, site: SiteId) -> RemoveReorderRule {
        RemoveReorderRule { item, site }
    }
}

/// What a vendor asks from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBreak {
    /// The least quantity for this price.
    pub from: Quantity,
    /// The price.
    pub price: UnitPrice,
}

/// Says what a vendor asks for an item, in place of all that was said before; no prices, and he sells it no more.
///
/// ```
/// use fondaco_core::{ItemId, PartyId};
/// use fondaco_inventory::replenish::{PriceBreak, SetVendorPrices};
///
/// let prices = SetVendorPrices {
///     item: ItemId::named("M8x40"),
///     supplier: PartyId::named("supplier/7"),
///     lead_time_days: Some(3),
///     prices: vec![
///         PriceBreak { from: "100 pcs".parse()?, price: "3.20 EUR/100 pcs".parse()? },
///         PriceBreak { from: "10 carton".parse()?, price: "2.95 EUR/100 pcs".parse()? },
///     ],
/// };
/// assert_eq!(prices.prices.len(), 2);
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetVendorPrices {
    /// The item.
    pub item: ItemId,
    /// The vendor.
    pub supplier: PartyId,
    /// How many working days he takes; `None` for what the rule says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_time_days: Option<u32>,
    /// The prices.
    pub prices: Vec<PriceBreak>,
}

impl SetVendorPrices {
    /// What a vendor asks for an item, delivered as the rule says.
    pub fn new(item: ItemId, supplier: PartyId, prices: Vec<PriceBreak>) -> SetVendorPrices {
        SetVendorPrices { item, supplier, lead_time_days: None, prices }
    }
}

impl Act for SetReorderRule {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let needs = Needs::new().rows::<Item>(&[self.item]).rows::<Site>(&[self.site]);
        tx.need_all(needs.rows::<Stock>(&[(self.item, self.site)]))?;
        let item = open_item(tx, self.item)?;
        let unknown = MoveError::UnknownSite { site: self.site };
        let site = tx.get::<Site>(&self.site)?.ok_or(unknown)?;
        crate::reserve::ask(tx, &authority, &item, &site)?;
        check_stays_open(&site)?;
        let rule = self.rule(tx, &item)?;
        let reviews = (rule.every_days, rule.first_review);
        let before = tx.upsert(rule)?;
        if before.is_some_and(|before| (before.every_days, before.first_review) != reviews) {
            forget_review(tx, (self.item, self.site))?;
        }
        let event = Event::new("stock.reorder_rule_set").with("item", self.item);
        tx.emit(event.with("site", self.site));
        let mut stocks = Running::<Stock>::prepare(tx, [(self.item, self.site)])?;
        let cell = stocks.cell((self.item, self.site));
        // A rule that is lowered may cover what was told.
        stocks.rest_on(tx, cell)?;
        notices::judge(tx, &mut stocks, cell)?;
        Ok(stocks.finish(tx)?)
    }
}

impl SetReorderRule {
    fn rule(&self, tx: &mut Tx<'_>, item: &Item) -> Result<ReorderRule, StockError> {
        let mut stored = |field, quantity: Option<Quantity>| match quantity {
            Some(quantity) => stored(tx, item, field, quantity),
            None => Ok(Qty::ZERO),
        };
        let safety_stock = stored("safety_stock", self.safety_stock)?;
        let minimum = stored("minimum", self.minimum)?;
        let multiple = stored("multiple", self.multiple)?;
        let maximum = stored("maximum", self.maximum)?;
        let (mut every_days, mut first_review) = (0, None);
        let (policy, point, up_to, lot) = match &self.policy {
            ReplenishmentPolicy::ReorderPoint { point, quantity } => {
                let lot = stored("quantity", Some(*quantity))?;
                (PolicyKind::ReorderPoint, stored("point", Some(*point))?, Qty::ZERO, lot)
            }
            ReplenishmentPolicy::OrderUpTo { point, up_to }
            | ReplenishmentPolicy::MinMax { minimum: point, maximum: up_to } => {
                let up_to = stored("up_to", Some(*up_to))?;
                (PolicyKind::OrderUpTo, stored("point", Some(*point))?, up_to, Qty::ZERO)
            }
            ReplenishmentPolicy::Periodic { every_days: every, first, up_to } => {
                (every_days, first_review) = (*every, Some(*first));
                (PolicyKind::Periodic, Qty::ZERO, stored("up_to", Some(*up_to))?, Qty::ZERO)
            }
            ReplenishmentPolicy::Kanban { containers, each } => {
                let lot = stored("each", Some(*each))?;
                let (point, up_to) = kanban(*containers, lot)?;
                (PolicyKind::Kanban, point, up_to, lot)
            }
            ReplenishmentPolicy::Planned => (PolicyKind::Planned, Qty::ZERO, Qty::ZERO, Qty::ZERO),
        };
        let (source, supplier, from_site) = self.source(tx)?;
        let rule = ReorderRule {
            item: self.item,
            site: self.site,
            policy,
            point,
            up_to,
            lot,
            every_days,
            first_review,
            safety_stock,
            minimum,
            multiple,
            maximum,
            lead_time_days: self.lead_time_days,
            calendar: self.calendar.clone(),
            source,
            supplier,
            from_site,
        };
        check(&rule)?;
        if let Some(code) = &rule.calendar {
            tx.calendar(code).map_err(super::calendar_error)?;
        }
        Ok(rule)
    }

    fn source(
        &self,
        tx: &mut Tx<'_>,
    ) -> Result<(SourceKind, Option<PartyId>, Option<SiteId>), StockError> {
        Ok(match &self.source {
            ReplenishmentSource::Buy { supplier } => (SourceKind::Buy, *supplier, None),
            ReplenishmentSource::Make => (SourceKind::Make, None, None),
            ReplenishmentSource::Transfer { from } => {
                let unknown = MoveError::UnknownSite { site: *from };
                let site = tx.get::<Site>(from)?.ok_or(unknown)?;
                if *from == self.site {
                    return Err(bad("source", site.code.to_string(), ITSELF).into());
                }
                check_stays_open(&site)?;
                (SourceKind::Transfer, None, Some(*from))
            }
        })
    }
}

/// Longer than this nobody waits for goods: ten years of days.
const LONGEST_LEAD_TIME: u32 = 3_650;

/// More orders than this for one need are a mistake in the maximum.
const MOST_ORDERS: i64 = 1_000;

fn check_lead_time(days: Option<u32>) -> Result<(), ReplenishError> {
    match days.filter(|days| *days > LONGEST_LEAD_TIME) {
        Some(days) => Err(bad("lead_time_days", days.to_string(), "is above 3,650: give less")),
        None => Ok(()),
    }
}

const ITSELF: &str = "is the site itself: name the site that it comes from";

fn bad(field: &'static str, value: String, why: &'static str) -> ReplenishError {
    ReplenishError::BadReorderRule { field, value, why }
}

/// The position at which a container is empty, and that of all containers full.
fn kanban(containers: u32, each: Qty) -> Result<(Qty, Qty), ReplenishError> {
    let times = |count: u32| each.units().checked_mul(i64::from(count)).map(Qty::from_units);
    let full = times(containers).filter(|_| containers > 0);
    let one_empty = times(containers.saturating_sub(1));
    one_empty.zip(full).ok_or_else(|| {
        bad("containers", containers.to_string(), "is none, or more than can be counted")
    })
}

/// Figures that don't go together.
fn check(rule: &ReorderRule) -> Result<(), ReplenishError> {
    let shown = |quantity: Qty| quantity.to_decimal().to_string();
    let by_lots = matches!(rule.policy, PolicyKind::ReorderPoint | PolicyKind::Kanban);
    if by_lots && rule.lot == Qty::ZERO {
        return Err(bad("quantity", shown(rule.lot), "orders nothing: give a lot above zero"));
    }
    if rule.policy == PolicyKind::OrderUpTo && rule.up_to <= rule.point {
        return Err(bad("up_to", shown(rule.up_to), "is not above the reorder point: raise it"));
    }
    if rule.policy == PolicyKind::Periodic && rule.every_days == 0 {
        return Err(bad("every_days", "0".into(), "is never: give the days from review to review"));
    }
    check_lead_time(Some(rule.lead_time_days))?;
    if rule.maximum != Qty::ZERO {
        let most = rule.maximum.units().saturating_mul(MOST_ORDERS);
        if rule.up_to.units().max(rule.lot.units()) > most {
            let why = "would take more than 1,000 orders: raise it";
            return Err(bad("maximum", shown(rule.maximum), why));
        }
        super::suggest::modifiers(rule)
            .orders(rust_decimal::Decimal::ONE)
            .map_err(ReplenishError::Kernel)?;
    }
    Ok(())
}

impl Act for RemoveReorderRule {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let RemoveReorderRule { item, site } = *self;
        tx.need_all(Needs::new().rows::<Item>(&[item]).rows::<Site>(&[site]))?;
        let unknown = || ReplenishError::UnknownReorderRule { item, site };
        if let Some((item, site)) = tx.get::<Item>(&item)?.zip(tx.get::<Site>(&site)?) {
            crate::reserve::ask(tx, &authority, &item, &site)?;
        }
        tx.get::<ReorderRule>(&(item, site))?.ok_or_else(unknown)?;
        remove_rule(tx, (item, site))
    }
}

/// Takes a rule away, with what was told by it.
fn remove_rule(tx: &mut Tx<'_>, (item, site): (ItemId, SiteId)) -> Result<(), StockError> {
    tx.delete::<ReorderRule>(&(item, site))?;
    forget_review(tx, (item, site))?;
    for line in [ShortageLine::Reorder, ShortageLine::Safety] {
        if tx.get::<Shortage>(&(item, site, line))?.is_some() {
            tx.delete::<Shortage>(&(item, site, line))?;
        }
    }
    let event = Event::new("stock.reorder_rule_removed").with("item", item);
    tx.emit(event.with("site", site));
    Ok(())
}

/// Takes all rules away that `which` says: what they are of is closed.
pub(crate) fn remove_rules(
    tx: &mut Tx<'_>,
    which: impl Fn(&ReorderRule) -> bool,
) -> Result<(), StockError> {
    let rules = tx.scan(&Range::<ReorderRule>::all())?;
    rules
        .iter()
        .filter(|rule| which(rule))
        .try_for_each(|rule| remove_rule(tx, (rule.item, rule.site)))
}

/// A rule by which another site gets its goods from this one.
pub(crate) fn supplied_from(
    tx: &mut Tx<'_>,
    site: SiteId,
) -> Result<Option<std::sync::Arc<ReorderRule>>, StockError> {
    let rules = tx.scan(&Range::<ReorderRule>::all())?;
    Ok(rules.into_iter().find(|rule| rule.from_site == Some(site)))
}

/// That a site takes goods for good: it is neither closed, nor to be closed.
fn check_stays_open(site: &Site) -> Result<(), StockError> {
    Ok(site.check_open(chrono::NaiveDate::MAX)?)
}

/// Another rule is reviewed anew.
fn forget_review(tx: &mut Tx<'_>, key: (ItemId, SiteId)) -> Result<(), StockError> {
    if tx.get::<Reviewed>(&key)?.is_some() {
        tx.delete::<Reviewed>(&key)?;
    }
    Ok(())
}

impl Act for SetVendorPrices {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let item = open_item(tx, self.item)?;
        if !authority.is_full() {
            let request = Request::new(&rights::SET).about(item.code.clone()).nowhere("site");
            tx.allow(&authority, &request.at("item", item.code.clone()))?;
        }
        check_lead_time(self.lead_time_days)?;
        let currency = Settings::of(tx)?.currency;
        let units = conversions(tx, self.item)?;
        let mut rows = Vec::with_capacity(self.prices.len());
        let mut seen = BTreeSet::new();
        for (index, given) in self.prices.iter().enumerate() {
            let row = self.price(tx, (&item, &units), currency, given);
            let row = row.map_err(|error| error.at(index))?;
            if !seen.insert(row.from) {
                let twice = bad("from", given.from.to_string(), "stands twice: give one price");
                return Err(StockError::from(twice).at(index));
            }
            rows.push(row);
        }
        let before = Range::<VendorPrice>::by_key(&(self.item, self.supplier));
        for row in tx.scan(&before)? {
            if !seen.contains(&row.from) {
                tx.delete::<VendorPrice>(&(row.item, row.supplier, row.from))?;
            }
        }
        for row in rows {
            tx.upsert(row)?;
        }
        let event = Event::new("stock.vendor_prices_set").with("item", self.item);
        tx.emit(event.with("supplier", self.supplier));
        Ok(())
    }
}

impl SetVendorPrices {
    fn price(
        &self,
        tx: &mut Tx<'_>,
        (item, units): (&Item, &Conversions),
        currency: fondaco_core::Currency,
        given: &PriceBreak,
    ) -> Result<VendorPrice, StockError> {
        let price = given.price;
        if price.currency() != currency {
            let (item, price) = (item.code.clone(), price.to_string());
            return Err(ReplenishError::PriceCurrency { item, price, currency }.into());
        }
        if price.money().is_negative() {
            return Err(bad("price", price.to_string(), "is below zero: give zero or more").into());
        }
        units.convert_price_round(price, item.unit, 6, Rounding::HalfUp)?;
        let from = stored(tx, item, "from", given.from)?;
        let (item, supplier) = (self.item, self.supplier);
        Ok(VendorPrice { item, supplier, from, price, lead_time_days: self.lead_time_days })
    }
}

fn open_item(tx: &mut Tx<'_>, item: ItemId) -> Result<std::sync::Arc<Item>, StockError> {
    let found = tx.get::<Item>(&item)?.ok_or(MoveError::UnknownItem { item })?;
    match found.is_open() {
        true => Ok(found),
        false => Err(MoveError::ItemClosed { item: found.code.clone() }.into()),
    }
}

/// A quantity of the item, zero or more, as it is stored.
fn stored(
    tx: &mut Tx<'_>,
    item: &Item,
    field: &'static str,
    quantity: Quantity,
) -> Result<Qty, StockError> {
    if quantity.is_negative() {
        let item = item.code.clone();
        return Err(ReplenishError::NegativeReorder { field, item, quantity }.into());
    }
    if quantity.is_zero() {
        return Ok(Qty::ZERO);
    }
    Ok(Qty::from_units(crate::reserve::units(tx, item, quantity)?))
}
