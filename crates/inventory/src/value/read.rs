//! What stock is worth: now, as of any day, and as known at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::Explain;
use fondaco_core::store::Within;
use fondaco_core::{Currency, Halt, Id, ItemId, Money, Range, Reading, SiteId, Timestamp};
use smol_str::SmolStr;

use super::costs::{cast, layer_of, state_of};
use super::past;
use super::record::{CostDebt, CostLayer, StockCost, ValueDay, ValueEntry};
use crate::items::{Item, ItemQuery, items};
use crate::moves::Move;
use crate::valuation::{Debt, Shown, explain_move};
use crate::{LevelError, Qty, Settings, Stock, StockError, Val};

/// Which value is asked for: all that every field that is set lets through.
///
/// ```
/// use fondaco_core::SiteId;
/// use fondaco_inventory::value::ValueQuery;
/// let year_end = ValueQuery::on("2025-12-31".parse()?);
/// let of_shop = ValueQuery { site: Some(SiteId::named("SHOP")), ..year_end.clone() };
/// assert_ne!(of_shop, year_end);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ValueQuery {
    /// At the end of this day; `None` for all that was recorded.
    pub date: Option<NaiveDate>,
    /// By what had been recorded at this instant; `None` for all that is known now.
    pub known: Option<Timestamp>,
    /// Of this item.
    pub item: Option<ItemId>,
    /// At this site, goods in transit to it included.
    pub site: Option<SiteId>,
    /// Of the items in this category, and in those under it.
    pub category: Option<SmolStr>,
}

impl ValueQuery {
    /// All stock, at the end of a day.
    pub fn on(date: NaiveDate) -> ValueQuery {
        ValueQuery { date: Some(date), ..ValueQuery::default() }
    }

    /// One item, now.
    pub fn item(item: ItemId) -> ValueQuery {
        ValueQuery { item: Some(item), ..ValueQuery::default() }
    }

    fn takes(&self, site: SiteId) -> bool {
        self.site.is_none_or(|wanted| wanted == site)
    }
}

/// What stock of an item is worth at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLine {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// How much of it is valued: the company's own, goods in transit to the site included.
    pub quantity: Qty,
    /// What that is worth.
    pub value: Val,
}

/// What stock is worth, by item and site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockValue {
    /// The currency.
    pub currency: Currency,
    /// One for each item at each site that something of was ever valued, by item and site.
    pub lines: Vec<ValueLine>,
}

impl StockValue {
    /// All of it.
    pub fn total(&self) -> Money {
        self.money(self.lines.iter().map(|line| line.value))
    }

    /// By site.
    ///
    /// ```
    /// use fondaco_core::{Currency, ItemId, SiteId};
    /// use fondaco_inventory::value::{StockValue, ValueLine};
    /// use fondaco_inventory::{Qty, Val};
    /// let line = |item: &str, site: &str, value| ValueLine {
    ///     item: ItemId::named(item),
    ///     site: SiteId::named(site),
    ///     quantity: Qty::from_units(1_000_000),
    ///     value: Val::from_units(value),
    /// };
    /// let lines = vec![line("bolt", "MAIN", 50_000), line("nut", "MAIN", 20_000), line("nut", "SHOP", 10_000)];
    /// let value = StockValue { currency: Currency::EUR, lines };
    /// assert_eq!(value.by_site()[&SiteId::named("MAIN")].to_string(), "7.00 EUR");
    /// assert_eq!(value.by_item()[&ItemId::named("nut")].to_string(), "3.00 EUR");
    /// assert_eq!(value.total().to_string(), "8.00 EUR");
    /// ```
    pub fn by_site(&self) -> BTreeMap<SiteId, Money> {
        self.grouped(|line| line.site)
    }

    /// By item.
    pub fn by_item(&self) -> BTreeMap<ItemId, Money> {
        self.grouped(|line| line.item)
    }

    /// By whatever a line belongs to.
    pub fn grouped<K: Ord>(&self, key: impl Fn(&ValueLine) -> K) -> BTreeMap<K, Money> {
        let mut sums: BTreeMap<K, i128> = BTreeMap::new();
        for line in &self.lines {
            *sums.entry(key(line)).or_default() += i128::from(line.value.units());
        }
        sums.into_iter().map(|(key, sum)| (key, money(sum, self.currency))).collect()
    }

    fn money(&self, values: impl Iterator<Item = Val>) -> Money {
        money(values.map(|value| i128::from(value.units())).sum(), self.currency)
    }
}

fn money(units: i128, currency: Currency) -> Money {
    let digits = u32::from(crate::VALUE_DIGITS);
    let amount = rust_decimal::Decimal::try_from_i128_with_scale(units, digits);
    Money::new(amount.unwrap_or_default(), currency)
}

/// Quantities and values by item and site.
type Sums = BTreeMap<(ItemId, SiteId), (i128, i128)>;

/// What stock is worth by item and site. As of a day it is added up from the sums of days; as known at an instant from the facts alone.
///
/// # Errors
/// [`StockError::NotSetUp`], an unknown category, [`LevelError::LevelTooLarge`], or a [`Halt`].
pub fn stock_value(read: &mut impl Reading, query: &ValueQuery) -> Result<StockValue, StockError> {
    let currency = Settings::seen(read)?.currency;
    let mut sums = Sums::new();
    match query.known {
        Some(known) => by_facts(read, query, known, &mut sums)?,
        None => by_days(read, query, &mut sums)?,
    }
    if let Some(category) = &query.category {
        let within = ItemQuery { closed: true, ..ItemQuery::category(category.clone()) };
        let within: BTreeSet<ItemId> =
            items(read, &within)?.iter().map(|item: &Arc<Item>| item.id).collect();
        sums.retain(|(item, _), _| within.contains(item));
    }
    let lines = sums.into_iter().map(|((item, site), (quantity, value))| {
        let narrow = |sum| i64::try_from(sum).map_err(|_| LevelError::LevelTooLarge { item });
        let (quantity, value) =
            (Qty::from_units(narrow(quantity)?), Val::from_units(narrow(value)?));
        Ok(ValueLine { item, site, quantity, value })
    });
    Ok(StockValue { currency, lines: lines.collect::<Result<_, StockError>>()? })
}

fn by_days(read: &mut impl Reading, query: &ValueQuery, sums: &mut Sums) -> Result<(), StockError> {
    let mut add = |day: &ValueDay| {
        if query.takes(day.site) {
            add(sums, (day.item, day.site), (day.quantity, day.value));
        }
    };
    if let Some(item) = query.item {
        read.peek_each(&Range::<ValueDay>::by_key(&item), |day: &ValueDay| {
            if query.date.is_none_or(|date| day.date <= date) {
                add(day);
            }
            Ok::<_, Halt>(())
        })?;
        return Ok(());
    }
    let within = query.date.map(|date| Within::new(2, &NaiveDate::MIN, &date));
    for row in read.peek_sums::<ValueDay>(&[0, 1], within)? {
        row.with(&mut add).map_err(Halt::from)?;
    }
    Ok(())
}

fn by_facts(
    read: &mut impl Reading,
    query: &ValueQuery,
    known: Timestamp,
    sums: &mut Sums,
) -> Result<(), StockError> {
    let facts = match (query.item, query.site) {
        (Some(item), Some(site)) => Range::by(ValueEntry::BY_ITEM, &(item, site)),
        (Some(item), None) => Range::by(ValueEntry::BY_ITEM, &item),
        (None, _) => Range::all(),
    };
    read.peek_each(&facts, |fact: &ValueEntry| {
        let counts = fact.recorded_at <= known
            && query.date.is_none_or(|date| fact.date <= date)
            && query.takes(fact.site);
        if counts {
            add(sums, (fact.item, fact.site), (fact.quantity, fact.value));
        }
        Ok::<_, Halt>(())
    })?;
    Ok(())
}

fn add(sums: &mut Sums, key: (ItemId, SiteId), (quantity, value): (Qty, Val)) {
    let sum = sums.entry(key).or_default();
    sum.0 += i128::from(quantity.units());
    sum.1 += i128::from(value.units());
}

/// What stock of an item costs at a site now; `None` when nothing of it was ever valued there.
///
/// # Errors
/// A [`Halt`].
pub fn stock_cost(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Option<Arc<StockCost>>, StockError> {
    Ok(read.peek::<StockCost>(&(item, site))?)
}

/// The open layers of an item at a site: what is left of each receipt, at its cost, the oldest first; lot by lot where each lot has its
/// own cost.
///
/// # Errors
/// A [`Halt`].
pub fn layers(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Vec<Arc<CostLayer>>, StockError> {
    Ok(read.peek_scan(&Range::<CostLayer>::by_key(&(item, site)))?)
}

/// The facts of a move: what it changed in value when it was recorded, and how it was corrected since.
///
/// # Errors
/// A [`Halt`].
pub fn entries_of(read: &mut impl Reading, of: Id<Move>) -> Result<Vec<ValueEntry>, StockError> {
    Ok(past::about(read, of, &[])?)
}

/// All facts that came about when a move was recorded, those of earlier moves that it corrected included: what is posted for it.
///
/// # Errors
/// A [`Halt`].
pub fn entries_by(
    read: &mut impl Reading,
    by: Id<Move>,
) -> Result<Vec<Arc<ValueEntry>>, StockError> {
    Ok(read.peek_scan(&Range::<ValueEntry>::by_key(&by))?)
}

/// What stock is worth by the category of its items; `None` of those that have none.
///
/// # Errors
/// A [`Halt`].
pub fn by_category(
    read: &mut impl Reading,
    value: &StockValue,
) -> Result<BTreeMap<Option<SmolStr>, Money>, StockError> {
    let ids: BTreeSet<ItemId> = value.lines.iter().map(|line| line.item).collect();
    let ids: Vec<ItemId> = ids.into_iter().collect();
    let items = read.peek_many::<Item>(&ids)?;
    let categories: BTreeMap<ItemId, SmolStr> =
        items.iter().flatten().filter_map(|item| Some((item.id, item.category.clone()?))).collect();
    Ok(value.grouped(|line| categories.get(&line.item).cloned()))
}

/// Why stock of an item at a site is worth what it is: its layers, each with the move that brought it, what was issued before it came, and
/// what it is written down by; `None` when nothing of it was ever valued there.
///
/// # Errors
/// [`StockError::NotSetUp`], or a [`Halt`].
pub fn explain_value(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
) -> Result<Option<Explain>, StockError> {
    let (Some(row), Some(of)) = (stock_cost(read, item, site)?, read.peek::<Item>(&item)?) else {
        return Ok(None);
    };
    let shown = Shown { unit: of.unit, currency: Settings::seen(read)?.currency };
    let mut state = state_of(&row);
    for layer in layers(read, item, site)? {
        state.bring(layer_of(&layer), |_| true);
    }
    for row in read.peek_scan(&Range::<CostDebt>::by_key(&(item, site)))? {
        let debt = Debt { of: cast(row.of), quantity: row.quantity, value: row.value };
        state.debts.push_back(debt);
    }
    Ok(Some(state.explain(shown)))
}

/// Why a move is worth what it is: each of its facts, as corrected since, with what it was taken from or what corrected it; `None` of what
/// was never valued.
///
/// # Errors
/// [`StockError::NotSetUp`], or a [`Halt`].
pub fn explain_entries(
    read: &mut impl Reading,
    of: Id<Move>,
) -> Result<Option<Explain>, StockError> {
    let facts = entries_of(read, of)?;
    let item = match facts.first() {
        Some(fact) => read.peek::<Item>(&fact.item)?,
        None => None,
    };
    let Some(item) = item else { return Ok(None) };
    let shown = Shown { unit: item.unit, currency: Settings::seen(read)?.currency };
    let facts: Vec<_> = facts.iter().map(past::fact_of).collect();
    Ok(Some(explain_move(&facts, shown)))
}

impl Stock<'_> {
    /// What stock is worth, by item and site.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = valued_stock(); // bolts: 10 came for 10 EUR and 10 for 20 EUR in May, 15 were sold in June
    /// use fondaco_inventory::value::ValueQuery;
    /// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "10.00 EUR");
    /// let may = stock.value(&ValueQuery::on(day("2026-05-31")))?;
    /// assert_eq!(may.by_site()[&SiteId::named("MAIN")].to_string(), "30.00 EUR");
    /// # Ok::<(), StockError>(())
    /// ```
    ///
    /// # Errors
    /// As [`stock_value`].
    pub fn value(&self, query: &ValueQuery) -> Result<StockValue, StockError> {
        self.view(|view| stock_value(view, query))
    }

    /// What stock of an item costs at a site now.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = valued_stock(); // five bolts are left, of those that cost 2 EUR
    /// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
    /// let cost = stock.cost(bolt, main)?.ok_or("it is valued")?;
    /// assert_eq!((cost.quantity.to_decimal(), cost.cost.to_decimal()), (5.into(), 10.into()));
    /// assert_eq!(stock.cost_layers(bolt, main)?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`stock_cost`].
    pub fn cost(&self, item: ItemId, site: SiteId) -> Result<Option<Arc<StockCost>>, StockError> {
        self.view(|view| stock_cost(view, item, site))
    }

    /// What stock is worth by the category of its items.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = valued_stock(); // the bolt is in BOLTS
    /// use fondaco_inventory::value::ValueQuery;
    /// let may = stock.value_by_category(&ValueQuery::on(day("2026-05-31")))?;
    /// assert_eq!(may[&Some("BOLTS".into())].to_string(), "30.00 EUR");
    /// # Ok::<(), StockError>(())
    /// ```
    ///
    /// # Errors
    /// As [`stock_value`] and [`by_category`].
    pub fn value_by_category(
        &self,
        query: &ValueQuery,
    ) -> Result<BTreeMap<Option<SmolStr>, Money>, StockError> {
        self.view(|view| {
            let value = stock_value(view, query)?;
            by_category(view, &value)
        })
    }

    /// Why stock of an item at a site is worth what it is.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// # let stock = valued_stock(); // five bolts are left, of those that cost 2 EUR
    /// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
    /// let why = stock.explain_value(bolt, main)?.ok_or("it is valued")?.to_string();
    /// assert!(why.starts_with("Stock value: 10.00 EUR\n│ FIFO\n└─ 5 pcs of 2026-05-11: 10.00 EUR"), "{why}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`explain_value`].
    pub fn explain_value(&self, item: ItemId, site: SiteId) -> Result<Option<Explain>, StockError> {
        self.view(|view| explain_value(view, item, site))
    }

    /// Why a move is worth what it is.
    ///
    /// # Errors
    /// As [`explain_entries`].
    pub fn explain_entries(&self, of: Id<Move>) -> Result<Option<Explain>, StockError> {
        self.view(|view| explain_entries(view, of))
    }

    /// The open layers of an item at a site.
    ///
    /// # Errors
    /// As [`layers`].
    pub fn cost_layers(
        &self,
        item: ItemId,
        site: SiteId,
    ) -> Result<Vec<Arc<CostLayer>>, StockError> {
        self.view(|view| layers(view, item, site))
    }

    /// The facts of a move, as corrected since.
    ///
    /// # Errors
    /// As [`entries_of`].
    pub fn value_entries_of(&self, of: Id<Move>) -> Result<Vec<ValueEntry>, StockError> {
        self.view(|view| entries_of(view, of))
    }

    /// What is posted for a move: all facts that came about when it was recorded.
    ///
    /// # Errors
    /// As [`entries_by`].
    pub fn value_entries_by(&self, by: Id<Move>) -> Result<Vec<Arc<ValueEntry>>, StockError> {
        self.view(|view| entries_by(view, by))
    }
}
