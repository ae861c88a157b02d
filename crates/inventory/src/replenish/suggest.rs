//! How much to order, of whom, and why.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::calendar::{self, Roll};
use fondaco_core::report::{Explain, Parameter};
use fondaco_core::{
    Conversions, DateRange, ItemId, Money, PartyId, Quantity, QuantityError, Range, Reading,
    Rounding, SiteId, Unit, UnitPrice,
};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{PolicyKind, ReorderRule, ReplenishError, SourceKind, VendorPrice};
use crate::items::{Item, conversions};
use crate::levels::Stock;
use crate::ordering::{OrderModifiers, Price, PriceList};
use crate::places::Site;
use crate::{KernelError, MoveError, Qty, StockError};

/// What should be ordered of an item for a site.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// What there is, is on order and is promised.
    pub level: Stock,
    /// The inventory position.
    pub position: Quantity,
    /// What the policy asks for; zero when nothing is to be ordered.
    pub need: Quantity,
    /// How much to order: the need, raised to what can be ordered, or up to a lower price.
    pub quantity: Quantity,
    /// In which orders, none above the most that can be ordered at once.
    pub orders: Vec<Quantity>,
    /// Where it comes from.
    pub source: SourceKind,
    /// From whom it is bought, if that is known.
    pub supplier: Option<PartyId>,
    /// From which site it comes.
    pub from_site: Option<SiteId>,
    /// The price that it reaches.
    pub price: Option<UnitPrice>,
    /// What it costs, half-up to the cent for each order.
    pub cost: Option<Money>,
    /// When it would be there, ordered on the day that was asked for.
    pub due_on: NaiveDate,
    rule: Arc<ReorderRule>,
}

/// What should be ordered of an item for a site on a day, whatever was told or proposed before.
///
/// # Errors
/// [`ReplenishError::UnknownReorderRule`]; [`ReplenishError::Calendar`] where the working days of the lead time are not known; a
/// [`Halt`](fondaco_core::Halt).
pub fn suggestion(
    read: &mut impl Reading,
    (item, site): (ItemId, SiteId),
    today: NaiveDate,
) -> Result<Suggestion, StockError> {
    let rule = read.peek::<ReorderRule>(&(item, site))?;
    let rule = rule.ok_or(ReplenishError::UnknownReorderRule { item, site })?;
    let level = crate::levels::stock(read, item, site)?;
    suggest(read, &rule, level, today)
}

/// The suggestion at a level that is known.
pub(crate) fn suggest(
    read: &mut impl Reading,
    rule: &Arc<ReorderRule>,
    level: Stock,
    today: NaiveDate,
) -> Result<Suggestion, StockError> {
    let item = item_of(read, rule)?;
    let position = Stock::POSITION.of(&level);
    let need = need(rule, position);
    let offers = offers(read, rule, (&item, need))?;
    let order = cheapest(rule, units(need), (&offers, item.unit))?;
    let lead_time = order.offer.and_then(|offer| offer.lead_time_days);
    let due_on = due_after(read, rule, lead_time.unwrap_or(rule.lead_time_days), today)?;
    let of_item = |amount| Quantity::new(amount, item.unit);
    Ok(Suggestion {
        item: rule.item,
        site: rule.site,
        position: of_item(units(position)),
        need: of_item(units(need)),
        quantity: of_item(order.orders.iter().sum()),
        orders: order.orders.into_iter().map(of_item).collect(),
        source: rule.source,
        supplier: order.offer.map(|offer| offer.supplier).or(rule.supplier),
        from_site: rule.from_site,
        price: order.price,
        cost: order.cost,
        due_on,
        level,
        rule: rule.clone(),
    })
}

/// How much is to be ordered at a position, of whomever and whenever it comes.
pub(super) fn to_order(
    read: &mut impl Reading,
    rule: &ReorderRule,
    position: i128,
) -> Result<Quantity, StockError> {
    let item = item_of(read, rule)?;
    let need = need(rule, position);
    let offers = offers(read, rule, (&item, need))?;
    let order = cheapest(rule, units(need), (&offers, item.unit))?;
    Ok(Quantity::new(order.orders.iter().sum::<Decimal>(), item.unit))
}

fn item_of(read: &mut impl Reading, rule: &ReorderRule) -> Result<Arc<Item>, StockError> {
    let unknown = MoveError::UnknownItem { item: rule.item };
    Ok(read.peek::<Item>(&rule.item)?.ok_or(unknown)?)
}

/// What the policy asks for at this position, in units of the last digit.
pub(crate) fn need(rule: &ReorderRule, position: i128) -> i128 {
    let of = |quantity: Qty| i128::from(quantity.units());
    let (point, up_to, lot) = (of(rule.point), of(rule.up_to), of(rule.lot).max(1));
    let is_due = rule.policy == PolicyKind::Periodic || position <= point;
    match rule.policy {
        _ if !is_due => 0,
        PolicyKind::ReorderPoint => ((point - position) / lot + 1) * lot,
        PolicyKind::OrderUpTo | PolicyKind::Periodic => (up_to - position).max(0),
        PolicyKind::Kanban => ((up_to - position) / lot).max(0) * lot,
        PolicyKind::Planned => 0,
    }
}

/// What one vendor asks.
struct Offer {
    supplier: PartyId,
    prices: Vec<Price>,
    rows: Vec<Arc<VendorPrice>>,
    /// The item's own units, in which a vendor may quote.
    units: Arc<Conversions>,
    lead_time_days: Option<u32>,
}

/// The orders of a need, and of whom.
struct Order<'o> {
    orders: Vec<Decimal>,
    offer: Option<&'o Offer>,
    price: Option<UnitPrice>,
    cost: Option<Money>,
}

/// What is asked for the item by the vendor that the rule names, or by all; nothing where nothing is to be bought.
fn offers(
    read: &mut impl Reading,
    rule: &ReorderRule,
    (item, need): (&Item, i128),
) -> Result<Vec<Offer>, StockError> {
    if rule.source != SourceKind::Buy || need <= 0 {
        return Ok(Vec::new());
    }
    let mut rows = read.peek_scan(&Range::<VendorPrice>::by_key(&rule.item))?;
    rows.retain(|row| rule.supplier.is_none_or(|supplier| supplier == row.supplier));
    offers_of(read, rows, item)
}

fn offers_of(
    read: &mut impl Reading,
    rows: Vec<Arc<VendorPrice>>,
    item: &Item,
) -> Result<Vec<Offer>, StockError> {
    let mut offers: Vec<Offer> = Vec::new();
    if rows.is_empty() {
        return Ok(offers); // and the item's units needn't be read
    }
    let units = Arc::new(conversions(read, item.id)?);
    for row in rows {
        // To compare by; what is paid is reckoned from the price as it is quoted.
        let price = units.convert_price_round(row.price, item.unit, 6, Rounding::HalfUp);
        let price = price.map_err(quantity)?;
        let unit_price = price.money().amount();
        let price = Price::new(row.from.to_decimal(), unit_price);
        match offers.last_mut().filter(|offer| offer.supplier == row.supplier) {
            Some(offer) => {
                offer.prices.push(price);
                offer.rows.push(row);
            }
            None => offers.push(Offer {
                supplier: row.supplier,
                prices: vec![price],
                lead_time_days: row.lead_time_days,
                rows: vec![row],
                units: units.clone(),
            }),
        }
    }
    Ok(offers)
}

/// The orders that cost least; of two vendors that cost the same, the first by id. Without prices, the orders alone.
fn cheapest<'o>(
    rule: &ReorderRule,
    need: Decimal,
    (offers, unit): (&'o [Offer], Unit),
) -> Result<Order<'o>, StockError> {
    let modifiers = modifiers(rule);
    let orders = modifiers.orders(need).map_err(kernel)?;
    let mut best: Option<(Decimal, Order<'o>)> = None;
    for offer in offers.iter().filter(|_| !orders.is_empty()) {
        // A vendor whose prices can't serve these orders is left out.
        let Ok((cost, order)) = priced(modifiers, &orders, (offer, unit)) else { continue };
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, order));
        }
    }
    Ok(match best {
        Some((_, order)) => order,
        None => Order { orders, offer: None, price: None, cost: None },
    })
}

/// The orders at one vendor: each as it is, or up to the next price where that costs less.
fn priced<'o>(
    modifiers: OrderModifiers,
    orders: &[Decimal],
    (offer, unit): (&'o Offer, Unit),
) -> Result<(Decimal, Order<'o>), StockError> {
    let list = PriceList::all_units(&offer.prices).modified(modifiers);
    let (mut bought, mut cost, mut money, mut reached) = (Vec::new(), Decimal::ZERO, None, None);
    for order in orders {
        let purchase = list.cover(*order).map_err(kernel)?;
        let too_much =
            KernelError::NoAnswer { what: "the cost of an order", why: "it has no room" };
        cost = cost.checked_add(purchase.cost).ok_or(too_much).map_err(kernel)?;
        bought.push(purchase.quantity);
        if let Some(row) = offer.rows.get(purchase.price) {
            let quantity = Quantity::new(purchase.quantity, unit);
            let total = offer.units.total(row.price, quantity, Rounding::HalfUp);
            let total = total.map_err(self::quantity)?;
            let sum = money.map_or(Ok(total), |money: Money| money.add(total));
            money = Some(sum.map_err(|error| self::quantity(error.into()))?);
            reached = Some(row.price);
        }
    }
    let order = Order { orders: bought, offer: Some(offer), price: reached, cost: money };
    Ok((cost, order))
}

/// By which vendor something is planned before anybody knows how much of it is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PlanningVendor {
    /// How many working days he takes; `None` for what the rule says.
    pub(crate) lead_time_days: Option<u32>,
    /// The least that he sells.
    pub(crate) least: Qty,
}

impl PlanningVendor {
    /// Of those whose prices these are, in the order of their keys: whom the rule names, or who is cheapest for the least that is ordered.
    /// Where no order is as large as the least that he sells, that is left out.
    pub(crate) fn of(
        read: &mut impl Reading,
        rule: &ReorderRule,
        (item, mut rows): (&Item, Vec<Arc<VendorPrice>>),
    ) -> Result<Option<PlanningVendor>, StockError> {
        if rule.source != SourceKind::Buy {
            return Ok(None);
        }
        rows.retain(|row| rule.supplier.is_none_or(|supplier| supplier == row.supplier));
        let Some(first) = rows.first().cloned() else { return Ok(None) };
        let vendor = match rows.iter().any(|row| row.supplier != first.supplier) {
            false => first,
            true => {
                let offers = offers_of(read, rows, item)?;
                let step = Decimal::new(1, u32::from(item.digits()));
                let least = rule.minimum.to_decimal().max(step);
                let order = cheapest(rule, least, (&offers, item.unit))?;
                match order.offer.and_then(|offer| offer.rows.first()) {
                    Some(row) => row.clone(),
                    None => return Ok(None),
                }
            }
        };
        let can_be = modifiers_from(rule, vendor.from).orders(Decimal::ONE).is_ok();
        let least = if can_be { vendor.from } else { Qty::ZERO };
        let found = PlanningVendor { lead_time_days: vendor.lead_time_days, least };
        Ok(Some(found).filter(|_| can_be || rule.supplier.is_some()))
    }
}

/// What can be ordered of a vendor who sells no less than this.
pub(crate) fn modifiers_from(rule: &ReorderRule, least: Qty) -> OrderModifiers {
    let modifiers = modifiers(rule);
    OrderModifiers { minimum: modifiers.minimum.max(least.to_decimal()), ..modifiers }
}

pub(crate) fn modifiers(rule: &ReorderRule) -> OrderModifiers {
    let given = |quantity: Qty| Some(quantity.to_decimal()).filter(|amount| !amount.is_zero());
    let mut modifiers = OrderModifiers::at_least(rule.minimum.to_decimal());
    if let Some(multiple) = given(rule.multiple) {
        modifiers = modifiers.in_multiples_of(multiple);
    }
    if let Some(maximum) = given(rule.maximum) {
        modifiers = modifiers.at_most(maximum);
    }
    modifiers
}

/// So many working days after a day; days, where no calendar says which are worked.
pub(crate) fn due_after(
    read: &mut impl Reading,
    rule: &ReorderRule,
    lead_time: u32,
    today: NaiveDate,
) -> Result<NaiveDate, StockError> {
    let of_site = calendar_of(read, Some(rule), rule.site)?;
    let last = |days: u64| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
    let Some(code) = of_site else { return Ok(last(u64::from(lead_time))) };
    let found = calendar::find(read, &code).map_err(super::calendar_error)?;
    // Six free days for each that is worked, and a quarter for holidays.
    let range = DateRange::new(today, last(7 * u64::from(lead_time) + 90));
    let days = range.map_err(|_| beyond(&code))?;
    let days = found.over(days).map_err(ReplenishError::Calendar)?;
    let due = days.add(today, i64::from(lead_time), Roll::Following);
    Ok(due.map_err(ReplenishError::Calendar)?)
}

/// The code of the calendar by which lead times are counted: that of the rule, or the site's.
pub(crate) fn calendar_of(
    read: &mut impl Reading,
    rule: Option<&ReorderRule>,
    site: SiteId,
) -> Result<Option<SmolStr>, StockError> {
    match rule.and_then(|rule| rule.calendar.clone()) {
        Some(code) => Ok(Some(code)),
        None => Ok(read.peek::<Site>(&site)?.and_then(|site| site.calendar.clone())),
    }
}

fn beyond(code: &SmolStr) -> ReplenishError {
    ReplenishError::BadReorderRule {
        field: "calendar",
        value: code.to_string(),
        why: "has no days from today on: give one that has",
    }
}

fn units(units: i128) -> Decimal {
    crate::levels::decimal(units)
}

fn kernel(error: KernelError) -> StockError {
    ReplenishError::Kernel(error).into()
}

fn quantity(error: QuantityError) -> StockError {
    error.into()
}

impl Suggestion {
    /// Why so much: the position with its parts, what the policy makes of it, what can be ordered.
    ///
    /// The example is at [`SetReorderRule`](super::SetReorderRule).
    pub fn explain(&self) -> Explain {
        let shown = |quantity: Qty| Quantity::from_fixed(quantity, self.position.unit());
        let part = |what, quantity| Explain::new(what, shown(quantity));
        let level = &self.level;
        let position = Explain::new("Inventory position", self.position)
            .rule("on hand + on order + in transit - expired - reserved - backordered")
            .input(part("On hand", level.on_hand))
            .input(part("On order", level.on_order))
            .input(part("In transit", level.in_transit))
            .input(part("Expired or blocked", level.expired))
            .input(part("Reserved", level.reserved))
            .input(part("Backordered", level.backordered));
        let rule = &self.rule;
        let mut need = Explain::new("Need", self.need).rule(self.policy()).input(position);
        for (name, quantity) in
            [("Reorder point", rule.point), ("Order up to", rule.up_to), ("Lot", rule.lot)]
        {
            if quantity != Qty::ZERO {
                need = need.parameter(Parameter::new(name, shown(quantity)));
            }
        }
        let mut order = Explain::new("Order", self.quantity)
            .rule("the need, raised to the minimum, to a multiple, and to a lower price where that costs less")
            .input(need);
        for (name, quantity) in
            [("Minimum", rule.minimum), ("Multiple", rule.multiple), ("Maximum", rule.maximum)]
        {
            if quantity != Qty::ZERO {
                order = order.parameter(Parameter::new(name, shown(quantity)));
            }
        }
        match self.price {
            Some(price) => order.parameter(Parameter::new("Price", price.to_string().as_str())),
            None => order,
        }
    }

    fn policy(&self) -> &'static str {
        match self.rule.policy {
            PolicyKind::ReorderPoint => {
                "as many lots as bring the position above the reorder point"
            }
            PolicyKind::OrderUpTo => {
                "up to the level, as the position is at the reorder point or below"
            }
            PolicyKind::Periodic => "up to the level, as it is reviewed",
            PolicyKind::Planned => "nothing: planning runs say what is to be ordered",
            PolicyKind::Kanban => "as many containers as were emptied",
        }
    }
}
