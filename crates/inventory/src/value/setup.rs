//! Saying how items are costed. What lies there gets its value with it, or another method for the one it had.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, Halt, Id, ItemId, Range, Rounding, SiteId, Tx, UnitPrice};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::begin::value_what_is_there;
use super::change::not_before;
use super::costs::{Costs, Valued, cast, own_goods};
use super::record::{CostChange, CostChangeKind, CostRule, CostScope, Costing, LateMoves};
use super::{ValueError, rights, rule};
use crate::items::{CatalogueError, Category, Item, Lot, conversions, existing};
use crate::levels::Stock;
use crate::moves::Move;
use crate::places::Site;
use crate::valuation::{self, Framework, Kind, Method, NoPast, Price};
use crate::{Qty, Settings, StockError, Val};

/// Begins to value stock: once. [`SetCosting`] then says how items are costed.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// use fondaco_inventory::valuation::{Framework, Method};
/// use fondaco_inventory::value::{SetCosting, SetUpCosting};
/// stock.send("value", &SetUpCosting::under(Framework::Ifrs))?;
/// stock.send("fifo", &SetCosting::company(Method::Fifo))?;
/// let lifo = stock.send("lifo", &SetCosting::category("BOLTS", Method::Lifo)).unwrap_err();
/// assert_eq!(lifo.code(), "inventory.cost_method_not_allowed");
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUpCosting {
    /// The standards that the books keep; `None` refuses no method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<Framework>,
    /// What moves do that are dated before others. Sent again with another, it counts from then on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub late: LateMoves,
}

fn is_default(late: &LateMoves) -> bool {
    *late == LateMoves::default()
}

impl SetUpCosting {
    /// Under these standards.
    pub fn under(framework: Framework) -> SetUpCosting {
        SetUpCosting { framework: Some(framework), ..SetUpCosting::default() }
    }

    /// With moves that come late costed in the order of days.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = valued_stock(); // bolts: 10 came for 10 EUR and 10 for 20 EUR in May, 15 were sold in June
    /// use fondaco_inventory::moves::NewMove;
    /// use fondaco_inventory::posting::MoveStock;
    /// use fondaco_inventory::value::{LateMoves, SetUpCosting, ValueQuery};
    /// stock.send("costed again", &SetUpCosting::default().late(LateMoves::Replay))?;
    /// let (bolt, bin) = (ItemId::named("M8x40"), "MAIN/A/01");
    /// let cheaper = NewMove::receipt(bolt, "10 pcs".parse().unwrap(), bin, day("2026-05-01"));
    /// let cheaper = cheaper.cost(Money::parse("5 EUR").unwrap());
    /// stock.send("late", &MoveStock::new(vec![cheaper]))?;
    /// // The fifteen were these ten and five at 1 EUR: they cost 10 EUR, not 20.
    /// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "25.00 EUR");
    /// # Ok::<(), StockError>(())
    /// ```
    #[must_use]
    pub fn late(self, late: LateMoves) -> SetUpCosting {
        SetUpCosting { late, ..self }
    }
}

impl Act for SetUpCosting {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET_COSTING)?;
        allow_company(tx, &authority)?;
        Settings::of(tx)?;
        let SetUpCosting { framework, late } = *self;
        let row = Costing { stock: Settings::key(), framework, late };
        match tx.get::<Costing>(&Settings::key())? {
            Some(costing) if *costing == row => return Ok(()),
            Some(costing) if costing.framework == framework => tx.put(row)?,
            Some(_) => return Err(ValueError::CostingSetUp.into()),
            None => tx.insert(row)?,
        }
        tx.emit(Event::new("stock.costing_set_up"));
        Ok(())
    }
}

/// For what a rule of costing is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostingOf {
    /// All items that no other rule is nearer to.
    Company,
    /// Those of a category and of those under it.
    Category(SmolStr),
    /// One item.
    Item(ItemId),
}

/// Says how items are costed: of the company, a category or an item; the nearest rule counts.
///
/// What lies there and was never valued needs the item's cost with it: it is valued at that. What was valued by another method is costed
/// by this one from now on; where that gives another value (a standard) it is revalued.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = stock();
/// use fondaco_inventory::moves::NewMove;
/// use fondaco_inventory::posting::MoveStock;
/// use fondaco_inventory::valuation::Method;
/// use fondaco_inventory::value::{SetCosting, SetUpCosting, ValueQuery};
/// let (bolt, today) = (ItemId::named("M8x40"), day("2026-06-01"));
/// let before = NewMove::receipt(bolt, "40 pcs".parse().unwrap(), "MAIN/A/01", today);
/// stock.send("before", &MoveStock::new(vec![before]))?;
/// stock.send("value", &SetUpCosting::default())?;
/// let at_cost = SetCosting::item(bolt, Method::Average).cost("0.25 EUR/pcs".parse().unwrap());
/// assert_eq!(
///     stock.send("company", &SetCosting::company(Method::Average)).unwrap_err().code(),
///     "inventory.opening_cost_missing",
/// );
/// stock.send("bolt", &at_cost)?;
/// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "10.00 EUR");
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCosting {
    /// For what.
    pub of: CostingOf,
    /// Which cost leaves with what is issued; of an item it may be left out, which then is costed as its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// What an item costs: its standard, and what lies there unvalued or comes in without a cost is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<UnitPrice>,
    /// The day from which what this changes in value counts; today when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// Whether what lies there is left to [`CostStock`](super::CostStock).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rule_alone: bool,
}

impl SetCosting {
    fn of(of: CostingOf, method: Method) -> SetCosting {
        SetCosting { of, method: Some(method), cost: None, date: None, rule_alone: false }
    }

    /// All items, where nothing nearer says otherwise.
    pub fn company(method: Method) -> SetCosting {
        SetCosting::of(CostingOf::Company, method)
    }

    /// The items of a category, and of those under it.
    pub fn category(category: impl Into<SmolStr>, method: Method) -> SetCosting {
        SetCosting::of(CostingOf::Category(category.into()), method)
    }

    /// One item.
    pub fn item(item: ItemId, method: Method) -> SetCosting {
        SetCosting::of(CostingOf::Item(item), method)
    }

    /// That costs so much.
    #[must_use]
    pub fn cost(self, cost: UnitPrice) -> SetCosting {
        SetCosting { cost: Some(cost), ..self }
    }

    /// Sets the rule alone, and leaves what lies there to the job [`CostStock`](super::CostStock).
    #[must_use]
    pub fn rule_alone(self) -> SetCosting {
        SetCosting { rule_alone: true, ..self }
    }

    /// From this day on.
    #[must_use]
    pub fn on(self, date: NaiveDate) -> SetCosting {
        SetCosting { date: Some(date), ..self }
    }
}

impl Act for SetCosting {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET_COSTING)?;
        let mut costs = Costs::new(tx)?;
        let row = self.rule(tx, &authority, &costs)?;
        if let Some(method) = self.method {
            costs.empty(method, None).map_err(ValueError::Method)?;
        }
        let event = Event::new("stock.costing_set").with("scope", row.scope.code());
        tx.emit(event.with("of", row.of.clone()));
        tx.upsert(row)?;
        if self.rule_alone {
            return Ok(());
        }
        let levels = match &self.of {
            CostingOf::Item(item) => Range::<Stock>::by_key(item),
            _ => Range::<Stock>::all(),
        };
        value_what_is_there(tx, &mut costs, &levels, (self.date, self.cost.is_some()))?;
        Ok(costs.finish(tx)?)
    }
}

impl SetCosting {
    /// The rule as it is stored, if who acts may set it.
    fn rule(
        &self,
        tx: &mut Tx<'_>,
        authority: &Authority,
        costs: &Costs,
    ) -> Result<CostRule, StockError> {
        let bad = |field, why| Err(StockError::BadSetting { field, why });
        let method = self.method;
        if let (CostingOf::Company | CostingOf::Category(_), None) = (&self.of, method) {
            return bad("method", "is not given: say how these items are costed");
        }
        if let (CostingOf::Company | CostingOf::Category(_), Some(_)) = (&self.of, self.cost) {
            return bad(
                "cost",
                "is given for many items: give each its own, with SetCosting of the item",
            );
        }
        Ok(match &self.of {
            CostingOf::Company => {
                allow_company(tx, authority)?;
                CostRule { scope: CostScope::Company, of: SmolStr::default(), method, cost: None }
            }
            CostingOf::Category(code) => {
                let unknown = || CatalogueError::UnknownCategory { category: code.clone() };
                let category = tx.require::<Category, StockError>(code, || unknown().into())?;
                crate::rights::allow_category(tx, authority, code, category.parent.as_ref())?;
                CostRule { scope: CostScope::Category, of: code.clone(), method, cost: None }
            }
            CostingOf::Item(id) => {
                let item = existing(tx, *id)?;
                allow_item(tx, authority, &item, None)?;
                let before = tx.get::<CostRule>(&rule::key_of_item(&item))?;
                let cost = match self.cost {
                    Some(price) => Some(price_of(tx, costs, &item, price)?),
                    None => before.and_then(|before| before.cost),
                };
                CostRule { scope: CostScope::Item, of: item.id.to_smolstr(), method, cost }
            }
        })
    }
}

/// What there is of an item at a site, when a rule is set for it.
pub(super) struct Opening {
    pub(super) item: Arc<Item>,
    pub(super) site: SiteId,
    pub(super) date: NaiveDate,
    /// The last day on which goods of it were moved, or its value changed.
    pub(super) last: Option<NaiveDate>,
    /// Whether a cost is given.
    pub(super) given: bool,
}

impl Opening {
    /// Costs by another method what was valued before, or by another standard; whether it did.
    pub(super) fn change(
        &self,
        tx: &mut Tx<'_>,
        costs: &mut Costs,
        found: &rule::Found,
    ) -> Result<bool, StockError> {
        let code = self.site_code(tx)?;
        costs.read(tx, vec![(self.item.clone(), self.site, code)])?;
        let Some(place) = costs.seen(self.item.id, self.site) else { return Ok(false) };
        let is_other = costs.at(place)?.state.method != found.method;
        let to_standard = found.method == Method::Standard;
        if is_other {
            costs.reach_all(tx, place)?;
            self.apply(tx, (costs, place), Kind::ChangeMethod { to: found.method }, None)?;
            costs.at_mut(place)?.requeue();
        }
        let priced = found.cost.filter(|_| self.given || (is_other && to_standard));
        if let Some(cost) = priced {
            self.apply(tx, (costs, place), Kind::SetCost { cost }, None)?;
        }
        Ok(is_other || priced.is_some())
    }

    /// Values what was never valued; `false` where it has no cost.
    pub(super) fn value(
        &self,
        tx: &mut Tx<'_>,
        costs: &mut Costs,
        found: &rule::Found,
        level: &Stock,
    ) -> Result<bool, StockError> {
        let own = own_goods(tx, &self.item, level, found.method)?;
        let lacks = own.values().any(|units| *units != 0) && found.cost.is_none();
        if lacks {
            return Ok(false);
        }
        let code = self.site_code(tx)?;
        let state = costs.empty(found.method, found.cost);
        let state = state.map_err(|error| super::costs::costing(&self.item, &code, error))?;
        let mut valued = Valued::new(self.item.clone(), self.site, code, state, found.cost);
        valued.touch();
        let place = costs.keep(valued);
        for (lot, units) in own.into_iter().filter(|(_, units)| *units != 0) {
            let quantity = Qty::from_units(units.saturating_abs());
            let kind = if units > 0 {
                let cost = found.cost.unwrap_or(Price::ZERO);
                let value = costs.rules.steps.worth(cost, quantity);
                Kind::Receipt { quantity, value, landed: Val::ZERO }
            } else {
                Kind::Issue { quantity }
            };
            self.apply(tx, (costs, place), kind, lot)?;
        }
        Ok(true)
    }

    /// Changes the cost of a stock, and records what did.
    fn apply(
        &self,
        tx: &mut Tx<'_>,
        (costs, place): (&mut Costs, usize),
        kind: Kind,
        lot: Option<Id<Lot>>,
    ) -> Result<(), StockError> {
        not_before(&self.item, self.date, self.last)?;
        let id = tx.id::<Move>()?;
        let moved = valuation::Move::new(cast(id), self.date, kind);
        let moved = lot.map_or(moved, |lot| moved.of_lot(cast(lot)));
        costs.apply(place, &moved, &NoPast)?;
        let row = |kind| {
            let row = CostChange::new(id, kind, (self.item.id, self.site), (self.date, tx.now()));
            CostChange { lot: lot.into(), ..row }
        };
        let row = match kind {
            Kind::ChangeMethod { to } => {
                CostChange { method: Some(to).into(), ..row(CostChangeKind::Method) }
            }
            Kind::SetCost { cost } => {
                CostChange { price: Some(cost).into(), ..row(CostChangeKind::Standard) }
            }
            Kind::Receipt { quantity, value, .. } => CostChange {
                quantity: Some(quantity).into(),
                value: value.into(),
                ..row(CostChangeKind::Opening)
            },
            Kind::Issue { quantity } => {
                let quantity = Qty::from_units(quantity.units().saturating_neg());
                CostChange { quantity: Some(quantity).into(), ..row(CostChangeKind::Opening) }
            }
            _ => return Err(Halt::Bug("no rule of costing does this".into()).into()),
        };
        let event = Event::new("stock.cost_changed").with("change", row.id);
        let event = event.with("item", row.item).with("site", row.site);
        tx.emit(event.with("kind", row.kind.code()));
        Ok(tx.insert(row)?)
    }

    fn site_code(&self, tx: &mut Tx<'_>) -> Result<SmolStr, StockError> {
        Ok(tx.get::<Site>(&self.site)?.map(|site| site.code.clone()).unwrap_or_default())
    }
}

/// A price for one stock unit of an item, in the currency of the stock, to a millionth.
pub(super) fn price_of(
    tx: &mut Tx<'_>,
    costs: &Costs,
    item: &Item,
    price: UnitPrice,
) -> Result<Price, StockError> {
    let code = || item.code.clone();
    if price.currency() != costs.currency {
        let (given, currency) = (price.currency(), costs.currency);
        return Err(ValueError::CostCurrency { item: code(), given, currency }.into());
    }
    let given = conversions(tx, item.id)?;
    let in_unit = given.convert_price_round(price, item.unit, 6, Rounding::HalfUp);
    let bad = |error| ValueError::CostPrice { item: code(), error: Box::new(error) };
    let money = in_unit.map_err(bad)?.money();
    money
        .to_fixed()
        .map_err(|error| ValueError::CostMoney { item: code(), error: Box::new(error) }.into())
}

/// Asks for something about the whole company.
pub(super) fn allow_company(tx: &mut Tx<'_>, authority: &Authority) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let request = Request::new(authority.permission()).nowhere("item").nowhere("category");
    tx.allow(authority, &request).map(drop)
}

/// Asks for something about an item, at a site or anywhere.
pub(super) fn allow_item(
    tx: &mut Tx<'_>,
    authority: &Authority,
    item: &Item,
    site: Option<&SmolStr>,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let mut above =
        fondaco_core::tree::rest_above::<Category>(tx, item.category.as_ref())?.into_iter();
    let request = Request::new(authority.permission()).about(item.code.clone());
    let request = request.at("item", item.code.clone());
    let request = match above.next() {
        Some(nearest) => request.under("category", nearest, above.collect::<Vec<_>>()),
        None => request.nowhere("category"),
    };
    let request = match site {
        Some(site) => request.at("site", site.clone()),
        None => request,
    };
    tx.allow(authority, &request).map(drop)
}
