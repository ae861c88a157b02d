//! What stock costs turns out otherwise than it was booked: freight comes later, a bill differs, goods are worth less.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{
    Act, Conversions, DocumentId, Id, ItemId, Money, Quantity, Range, Rounding, SiteId, Tx, Unit,
    UnitPrice,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::costing::to_value;
use super::costs::{Costs, cast, last_change};
use super::past::{self, Late, SoFar};
use super::record::{CostChange, CostChangeKind, ValueEntry};
use super::recost::recost_late;
use super::setup::{allow_item, price_of};
use super::{ValueError, rights};
use crate::items::{CatalogueError, Item, conversions};
use crate::moves::{Move, MoveCost, MoveKind, StockLock};
use crate::places::Site;
use crate::valuation::{self, Basis, Bearer, Cause, Kind, NoPast, spread};
use crate::{MoveError, Qty, StockError, Val};

/// Shares freight, duty or the like out among receipts, whenever they come to be known: what is still there bears its share in stock, what
/// has gone by the issues it went by, and what was sent to another site there. Of a moving average as much is still there as stock covers,
/// and what is gone went by all that left since.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = valued_stock(); // bolts: 10 came for 10 EUR and 10 for 20 EUR, 15 were sold
/// use fondaco_inventory::valuation::Basis;
/// use fondaco_inventory::value::{AddLandedCost, ValueQuery};
/// let layers = stock.cost_layers(ItemId::named("M8x40"), SiteId::named("MAIN"))?;
/// let freight = AddLandedCost::new(vec![layers[0].id], Money::parse("4 EUR").unwrap(), Basis::Quantity);
/// stock.send("freight", &freight)?;
/// // Half of the second receipt is there still, and half of its freight.
/// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "12.00 EUR");
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddLandedCost {
    /// The receipts that bear it.
    pub receipts: Vec<Id<Move>>,
    /// How much; below zero where it comes back.
    pub cost: Money,
    /// By what it is shared out.
    pub basis: Basis,
    /// The day from which it counts; today when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// The document that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
}

impl AddLandedCost {
    /// Shares `cost` out among `receipts`, from today on.
    pub fn new(receipts: Vec<Id<Move>>, cost: Money, basis: Basis) -> AddLandedCost {
        AddLandedCost { receipts, cost, basis, date: None, document: None }
    }
}

/// Says what a receipt cost after all: the bill differs from what was booked. What is still there is worth as much more or less, what has
/// gone corrects the issues it went by; at standard cost all of it is a variance.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = valued_stock();
/// use fondaco_inventory::value::{CorrectReceiptCost, ValueQuery};
/// let layers = stock.cost_layers(ItemId::named("M8x40"), SiteId::named("MAIN"))?;
/// let bill = CorrectReceiptCost::new(layers[0].id, Money::parse("30 EUR").unwrap()); // not 20
/// stock.send("bill", &bill)?;
/// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "15.00 EUR");
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectReceiptCost {
    /// The receipt: not what came from another site, which costs what it did there.
    pub of: Id<Move>,
    /// What it cost, of all that was received: without what came on top.
    pub cost: MoveCost,
    /// The day from which it counts; today when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// The bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
}

impl CorrectReceiptCost {
    /// Says what the receipt `of` cost, from today on.
    pub fn new(of: Id<Move>, cost: impl Into<MoveCost>) -> CorrectReceiptCost {
        CorrectReceiptCost { of, cost: cost.into(), date: None, document: None }
    }
}

/// What one of an item at a site is sold for, less what that costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetRealisable {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The price for one.
    pub price: UnitPrice,
}

/// Writes stock down to net realisable value, or back up to it where the standards have it so, never above what it cost (IAS 2.28-33). A
/// line that changes nothing is passed over: where nothing lies, or a value has risen that may not come back (ASC 330-10-35-14).
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// # let stock = valued_stock(); // five bolts are left, which cost 10 EUR
/// use fondaco_inventory::value::{NetRealisable, ValueQuery, WriteDown};
/// let sells_for = |price: &str| {
///     let (item, site) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
///     WriteDown::to(vec![NetRealisable { item, site, price: price.parse().unwrap() }])
/// };
/// stock.send("June", &sells_for("1.50 EUR/pcs"))?;
/// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "7.50 EUR");
/// stock.send("July", &sells_for("9 EUR/pcs"))?;
/// assert_eq!(stock.value(&ValueQuery::default())?.total().to_string(), "10.00 EUR");
/// # Ok::<(), StockError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteDown {
    /// What goods are worth.
    pub lines: Vec<NetRealisable>,
    /// The day from which it counts; today when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// The document that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
}

impl WriteDown {
    /// To what these goods are worth, from today on.
    pub fn to(lines: Vec<NetRealisable>) -> WriteDown {
        WriteDown { lines, date: None, document: None }
    }
}

impl Act for AddLandedCost {
    type Answer = Vec<Id<Move>>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<Id<Move>>, StockError> {
        let mut changing = Changing::begin(tx, self.date, self.document)?;
        let mut seen = BTreeSet::new();
        let (mut receipts, mut bearers) = (Vec::new(), Vec::new());
        for (index, of) in self.receipts.iter().enumerate() {
            let receipt = if seen.insert(*of) {
                changing.receipt(tx, *of)
            } else {
                Err(ValueError::ReceiptTwice { of: *of }.into())
            };
            let receipt = receipt.map_err(|error| error.at(index))?;
            bearers.push(receipt.bearer(self.basis));
            receipts.push(receipt);
        }
        let about = || SmolStr::new_static("landed cost");
        let cost = to_value(&changing.costs, self.cost, about)?;
        let shares = spread(&changing.costs.rules, cost, self.basis, &bearers);
        let shares = shares.map_err(ValueError::Shares)?;
        let mut ids = Vec::with_capacity(receipts.len());
        for (index, (receipt, value)) in receipts.iter().zip(shares).enumerate() {
            let of = receipt.leg.id;
            let kind = Kind::LandedCost { of: cast(of), value };
            // Who bears nothing is not changed.
            if value != Val::ZERO {
                let row = changing.row(tx, CostChangeKind::Landed, receipt)?;
                let row = CostChange { value: Some(value).into(), of: Some(of).into(), ..row };
                let done = changing.apply(tx, receipt, kind, row);
                ids.push(done.map_err(|error| error.at(index))?);
            }
        }
        changing.finish(tx)?;
        Ok(ids)
    }
}

/// The refusal of a bill for what another site sent, by the site.
fn elsewhere(tx: &mut Tx<'_>, of: Id<Move>) -> Result<ValueError, StockError> {
    let left = tx.get::<Move>(&(of, 0))?.ok_or(ValueError::UnknownReceipt { of })?;
    let site = tx.get::<Site>(&left.site)?.map(|site| site.code.clone()).unwrap_or_default();
    Ok(ValueError::CostOfElsewhere { of, site })
}

impl Act for CorrectReceiptCost {
    type Answer = Option<Id<Move>>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Option<Id<Move>>, StockError> {
        let mut changing = Changing::begin(tx, self.date, self.document)?;
        let receipt = changing.receipt(tx, self.of)?;
        if matches!(receipt.leg.kind, MoveKind::Transfer | MoveKind::Dispatch) {
            // What came from another site costs what it did there.
            return Err(elsewhere(tx, self.of)?.into());
        }
        let item = receipt.item.code.clone();
        let money = match self.cost {
            MoveCost::Total(money) => money,
            MoveCost::Each(price) => {
                let (steps, quantity) = (changing.costs.rules.steps, receipt.quantity());
                let (digits, rounding) = (steps.digits(), steps.rounding());
                let total = receipt.conversions.total_round(price, quantity, digits, rounding);
                let bad =
                    |error| ValueError::CostPrice { item: item.clone(), error: Box::new(error) };
                total.map_err(bad)?
            }
        };
        let cost = to_value(&changing.costs, money, || item.clone())?;
        let booked = receipt.price.units();
        let Some(value) = cost.units().checked_sub(booked).map(Val::from_units) else {
            return Err(crate::LevelError::LevelTooLarge { item: receipt.item.id }.into());
        };
        if value == Val::ZERO {
            return Ok(None); // as it was booked
        }
        let row = changing.row(tx, CostChangeKind::Price, &receipt)?;
        let row = CostChange { value: Some(value).into(), of: Some(self.of).into(), ..row };
        let kind = Kind::PriceChange { of: cast(self.of), value };
        let id = changing.apply(tx, &receipt, kind, row)?;
        changing.finish(tx)?;
        Ok(Some(id))
    }
}

impl Act for WriteDown {
    /// For each line what was recorded; `None` where nothing lies there, it is carried at that already, or may not come back.
    type Answer = Vec<Option<Id<Move>>>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<Option<Id<Move>>>, StockError> {
        let mut changing = Changing::begin(tx, self.date, self.document)?;
        let mut ids = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            let done = changing.write_down(tx, line);
            ids.push(done.map_err(|error| error.at(index))?);
        }
        changing.finish(tx)?;
        Ok(ids)
    }
}

/// An act that changes what stock costs.
struct Changing {
    authority: Authority,
    costs: Costs,
    date: NaiveDate,
    document: Option<DocumentId>,
    locks: Vec<Arc<StockLock>>,
    rows: Vec<CostChange>,
    events: Vec<Event>,
}

/// A receipt whose cost changes, as it lies at its site.
struct Receipt {
    leg: Arc<Move>,
    item: Arc<Item>,
    conversions: Conversions,
    place: usize,
    /// What it was booked at: its own facts of cost.
    price: Val,
}

impl Changing {
    fn begin(
        tx: &mut Tx<'_>,
        date: Option<NaiveDate>,
        document: Option<DocumentId>,
    ) -> Result<Changing, StockError> {
        let authority = tx.authority(&rights::REVALUE)?;
        let costs = Costs::new(tx)?;
        let today = tx.today()?;
        let date = date.unwrap_or(today);
        if date > today {
            return Err(MoveError::DateAhead { date, today }.into());
        }
        let locks = tx.scan(&Range::<StockLock>::all())?;
        let (rows, events) = (Vec::new(), Vec::new());
        Ok(Changing { authority, costs, date, document, locks, rows, events })
    }

    /// The stock of an item at a site, if who acts may change what it costs on that day.
    fn place(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Arc<Item>,
        site: SiteId,
    ) -> Result<usize, StockError> {
        let unknown = MoveError::UnknownSite { site };
        let row = tx.get::<Site>(&site)?.ok_or(unknown)?;
        allow_item(tx, &self.authority, item, Some(&row.code))?;
        check_lock(&self.locks, site, self.date)?;
        self.costs.read(tx, vec![(item.clone(), site, row.code.clone())])?;
        let unvalued = || ValueError::CostOfUnvalued { item: item.code.clone() };
        Ok(self.costs.place(item.id, site)?.ok_or_else(unvalued)?)
    }

    /// The leg by which goods came in that were valued.
    fn receipt(&mut self, tx: &mut Tx<'_>, of: Id<Move>) -> Result<Receipt, StockError> {
        let legs = tx.get_many::<Move>(&[(of, 0u8), (of, 1u8)])?;
        let came = legs.into_iter().flatten().find(|leg| leg.quantity > Qty::ZERO);
        let leg = came.ok_or(ValueError::UnknownReceipt { of })?;
        let item = crate::items::existing(tx, leg.item)?;
        let place = self.place(tx, &item, leg.site)?;
        self.not_before(&item, leg.date)?;
        let facts = past::about(tx, of, &self.costs.entries)?;
        // What went straight through is told twice: as it was bought, and as it was sold.
        let sold = |fact: &ValueEntry| fact.by == of && fact.quantity < Qty::ZERO;
        let own = |fact: &&ValueEntry| fact.site == leg.site && fact.cause == Cause::Cost;
        let own = facts.iter().filter(own).filter(|fact| !sold(fact));
        let sum = own.fold((0_i64, 0_i64), |(units, price), fact| {
            let more = (fact.quantity.units(), fact.value.units());
            (units.saturating_add(more.0), price.saturating_add(more.1))
        });
        let (units, price) = sum;
        if units <= 0 {
            return Err(ValueError::UnknownReceipt { of }.into()); // it was taken back
        }
        let conversions = conversions(tx, item.id)?;
        Ok(Receipt { leg, item, conversions, place, price: Val::from_units(price) })
    }

    /// That a cost counts from no day before one.
    fn not_before(&self, item: &Item, from: NaiveDate) -> Result<(), ValueError> {
        not_before(item, self.date, Some(from))
    }

    fn row(
        &self,
        tx: &mut Tx<'_>,
        kind: CostChangeKind,
        receipt: &Receipt,
    ) -> Result<CostChange, StockError> {
        let (item, site) = (receipt.leg.item, receipt.leg.site);
        let row = CostChange::new(tx.id()?, kind, (item, site), (self.date, tx.now()));
        Ok(CostChange { document: self.document, ..row })
    }

    /// Changes what a receipt cost, and what it cost where it went from there.
    fn apply(
        &mut self,
        tx: &mut Tx<'_>,
        receipt: &Receipt,
        kind: Kind,
        row: CostChange,
    ) -> Result<Id<Move>, StockError> {
        let id = row.id;
        self.costs.reach_all(tx, receipt.place)?;
        let late = Late { by: id, average: self.costs.at(receipt.place)?.average() };
        let so_far = SoFar::default();
        let past = past::of_receipt(tx, &receipt.leg, late, (&self.costs.entries, &so_far))?;
        let moved = valuation::Move::new(cast(id), self.date, kind);
        self.costs.apply(receipt.place, &moved, &past)?;
        self.costs.follow(tx, &so_far)?;
        self.note(row);
        Ok(id)
    }

    fn write_down(
        &mut self,
        tx: &mut Tx<'_>,
        line: &NetRealisable,
    ) -> Result<Option<Id<Move>>, StockError> {
        let unknown = || CatalogueError::UnknownItem { item: line.item }.into();
        let item = tx.require::<Item, StockError>(&line.item, unknown)?;
        let place = self.place(tx, &item, line.site)?;
        let price = price_of(tx, &self.costs, &item, line.price)?;
        let at = (line.item, line.site);
        not_before(&item, self.date, last_change(tx, at)?)?;
        let row =
            CostChange::new(tx.id()?, CostChangeKind::NetRealisable, at, (self.date, tx.now()));
        let row = CostChange { document: self.document, price: Some(price).into(), ..row };
        let id = row.id;
        let moved = valuation::Move::new(cast(id), self.date, Kind::NetRealisable { price });
        let before = self.costs.entries.len();
        match self.costs.apply(place, &moved, &NoPast) {
            // A run over all goods leaves those whose value has risen.
            Err(StockError::Value(error)) if error.is_no_reversal() => return Ok(None),
            done => done?,
        }
        if self.costs.entries.len() == before {
            return Ok(None);
        }
        self.note(row);
        Ok(Some(id))
    }

    fn note(&mut self, row: CostChange) {
        let event = Event::new("stock.cost_changed").with("change", row.id);
        let event = event.with("item", row.item).with("site", row.site);
        self.events.push(event.with("kind", row.kind.code()));
        self.rows.push(row);
    }

    fn finish(mut self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        recost_late(tx, &mut self.costs, &SoFar::default())?;
        if !self.rows.is_empty() {
            tx.insert_all(self.rows)?;
        }
        self.events.into_iter().for_each(|event| tx.emit(event));
        Ok(self.costs.finish(tx)?)
    }
}

impl Receipt {
    fn quantity(&self) -> Quantity {
        self.item.quantity(self.leg.quantity)
    }

    /// What a cost is shared out by.
    fn bearer(&self, basis: Basis) -> Bearer {
        let bearer = Bearer::new(self.leg.quantity, self.price);
        // What doesn't convert has no measure, and is refused by its place.
        let measured = |unit| {
            let rounded =
                self.conversions.convert_round(self.quantity(), unit, 6, Rounding::HalfUp);
            rounded.ok()?.to_fixed::<6>()
        };
        match basis {
            Basis::Weight => {
                let weighed = self.leg.weight.copied().zip(self.item.weighed_in);
                let weight = match weighed {
                    Some((weight, unit)) => {
                        let weight = Quantity::from_fixed(weight, unit);
                        let kilos = weight.convert_round(Unit::KILOGRAM, 6, Rounding::HalfUp);
                        kilos.ok().and_then(|kilos| kilos.to_fixed())
                    }
                    None => measured(Unit::KILOGRAM),
                };
                weight.map_or(bearer, |weight| bearer.weighing(weight))
            }
            Basis::Volume => {
                measured(Unit::CUBIC_METRE).map_or(bearer, |volume| bearer.taking(volume))
            }
            _ => bearer,
        }
    }
}

/// That what an item costs changes on no day before one.
pub(super) fn not_before(
    item: &Item,
    date: NaiveDate,
    from: Option<NaiveDate>,
) -> Result<(), ValueError> {
    match from.filter(|from| date < *from) {
        Some(from) => Err(ValueError::CostBeforeGoods { item: item.code.clone(), date, from }),
        None => Ok(()),
    }
}

/// That a day is not locked at a site.
pub(super) fn check_lock(
    locks: &[Arc<StockLock>],
    site: SiteId,
    date: NaiveDate,
) -> Result<(), MoveError> {
    let of = |lock: &&Arc<StockLock>| lock.site == site || lock.is_of_company();
    match locks.iter().filter(of).map(|lock| lock.through).max() {
        Some(through) if date <= through => Err(MoveError::DateLocked { date, through }),
        _ => Ok(()),
    }
}
