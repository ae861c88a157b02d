//! Planning work orders: by the bill of what is made, by material that is named, or as a firm order of a plan says.

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{
    Act, DocumentId, Id, ItemId, Needs, Quantity, Rate, SiteId, Tx, Unit, UnitPrice,
};
use fondaco_inventory::Qty;
use fondaco_inventory::bills::{self, BillOf, LineKind};
use fondaco_inventory::items::Item;
use fondaco_inventory::places::Location;
use fondaco_inventory::planning::{FirmOrder, FirmStatus};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::centre::check_rate;
use super::explode::{Explosion, Needed};
use super::release::release;
use super::{WorkCentre, WorkError, WorkLine, WorkLineKind, WorkOrder, allow};
use crate::company::document::{Desk, Document, DocumentKind, Status, stored_quantity};
use crate::company::sales::{Promise, head, site};
use crate::company::{CompanyError, rights};

/// What a work order makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Makes {
    /// So much of an item, good or not.
    Item {
        /// The item.
        item: ItemId,
        /// How much, in any unit that converts into the item's.
        quantity: Quantity,
    },
    /// What a firm order of a plan says, where it says and when.
    Firm(Id<FirmOrder>),
}

/// Material that goes into a work order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkMaterial {
    /// The item.
    pub item: ItemId,
    /// How much for all of the order, in any unit that converts into the item's.
    pub quantity: Quantity,
}

/// How what comes out besides is valued; what is made bears the rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputValue {
    /// At a fixed price: a by-product.
    Price(UnitPrice),
    /// At a share of the order's cost: a co-product.
    Share(Rate),
}

/// What comes out besides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkOutput {
    /// The item.
    pub item: ItemId,
    /// How much for all of the order; what the bill says where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// How it is valued; at what it costs now where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<OutputValue>,
}

/// Hours that are planned for a work order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkTime {
    /// The code of the centre where the work is done.
    pub centre: SmolStr,
    /// Labour or overhead.
    pub kind: WorkLineKind,
    /// How long for all of the order, in any unit of time.
    pub hours: Quantity,
    /// What an hour costs; the centre's rate where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<UnitPrice>,
}

/// A work order to be planned.
///
/// ```
/// use fondaco::company::NewWorkOrder;
/// use fondaco::core::ItemId;
/// let bikes = NewWorkOrder::new("W-1", ItemId::named("BIKE"), "20 pcs".parse()?, "2026-03-02".parse()?).labour("FRAMES", "7 h".parse()?);
/// assert!(bikes.material.is_none()); // by the bill
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWorkOrder {
    /// Its code.
    pub code: SmolStr,
    /// What it makes.
    pub makes: Makes,
    /// The day on which it begins: what holds then goes in.
    pub date: NaiveDate,
    /// When it shall be there; on that day where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Where; may be left out where the company has one site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Out of which location material comes and into which goes what is made; the site's own where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
    /// Out of which location its material comes, at a subcontractor's, say; out of the order's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material_from: Option<SmolStr>,
    /// By which version of the bill; the one that holds where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<SmolStr>,
    /// Its material, instead of what the bill says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<Vec<WorkMaterial>>,
    /// What comes out besides, beside what the bill says, and how that is valued.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<WorkOutput>,
    /// Hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time: Vec<WorkTime>,
    /// Whether it is released at once, and how its material is promised then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Promise>,
}

impl NewWorkOrder {
    /// So much of an item, by its bill.
    pub fn new(
        code: impl Into<SmolStr>,
        item: ItemId,
        quantity: Quantity,
        date: NaiveDate,
    ) -> NewWorkOrder {
        NewWorkOrder::making(code, Makes::Item { item, quantity }, date)
    }

    /// A firm order of a plan.
    ///
    /// ```
    /// use fondaco::company::{Makes, NewWorkOrder};
    /// use fondaco::core::Id;
    /// let firm = NewWorkOrder::firm("W-2", Id::from_u128(7), "2026-03-02".parse()?);
    /// assert_eq!(firm.makes, Makes::Firm(Id::from_u128(7)));
    /// # Ok::<(), fondaco::chrono::ParseError>(())
    /// ```
    pub fn firm(code: impl Into<SmolStr>, firm: Id<FirmOrder>, date: NaiveDate) -> NewWorkOrder {
        NewWorkOrder::making(code, Makes::Firm(firm), date)
    }

    fn making(code: impl Into<SmolStr>, makes: Makes, date: NaiveDate) -> NewWorkOrder {
        NewWorkOrder {
            code: code.into(),
            makes,
            date,
            due_on: None,
            site: None,
            location: None,
            material_from: None,
            version: None,
            material: None,
            outputs: Vec::new(),
            time: Vec::new(),
            release: None,
        }
    }

    /// With this material, and none that a bill says.
    #[must_use]
    pub fn material(mut self, item: ItemId, quantity: Quantity) -> NewWorkOrder {
        self.material.get_or_insert_default().push(WorkMaterial { item, quantity });
        self
    }

    /// With this coming out besides.
    #[must_use]
    pub fn output(mut self, output: WorkOutput) -> NewWorkOrder {
        self.outputs.push(output);
        self
    }

    /// With hours of people, at the centre's rate.
    #[must_use]
    pub fn labour(self, centre: impl Into<SmolStr>, hours: Quantity) -> NewWorkOrder {
        self.time(WorkLineKind::Labour, centre.into(), hours)
    }

    /// With hours of machines, at the centre's rate.
    #[must_use]
    pub fn overhead(self, centre: impl Into<SmolStr>, hours: Quantity) -> NewWorkOrder {
        self.time(WorkLineKind::Overhead, centre.into(), hours)
    }

    fn time(mut self, kind: WorkLineKind, centre: SmolStr, hours: Quantity) -> NewWorkOrder {
        self.time.push(WorkTime { centre, kind, hours, rate: None });
        self
    }

    /// Released at once; what is not there of its material waits for it.
    #[must_use]
    pub fn released(self) -> NewWorkOrder {
        NewWorkOrder { release: Some(Promise::Backorder), ..self }
    }

    /// With its material at another place.
    #[must_use]
    pub fn material_from(self, location: impl Into<SmolStr>) -> NewWorkOrder {
        NewWorkOrder { material_from: Some(location.into()), ..self }
    }

    /// There by a day.
    #[must_use]
    pub fn due(self, due_on: NaiveDate) -> NewWorkOrder {
        NewWorkOrder { due_on: Some(due_on), ..self }
    }
}

/// Plans work orders: all or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanWorkOrders {
    /// The orders.
    pub orders: Vec<NewWorkOrder>,
}

impl PlanWorkOrders {
    /// These.
    ///
    /// ```
    /// use fondaco::company::PlanWorkOrders;
    /// assert!(PlanWorkOrders::new(vec![]).orders.is_empty());
    /// ```
    pub fn new(orders: Vec<NewWorkOrder>) -> PlanWorkOrders {
        PlanWorkOrders { orders }
    }
}

impl Act for PlanWorkOrders {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::PLAN_WORK)?;
        let (mut desk, mut explosion) = (Desk::open(tx)?, Explosion::default());
        read_ahead(tx, &self.orders)?;
        for (index, new) in self.orders.iter().enumerate() {
            let mut planning =
                Planning { desk: &mut desk, explosion: &mut explosion, authority: &authority };
            let name = DocumentKind::WorkOrder.name_of(&new.code);
            planning.plan(tx, new).map_err(|error| error.of(&name).at(index))?;
        }
        tx.emit(Event::new("work_order.planned").with("orders", self.orders.len() as i64));
        desk.finish(tx)?;
        Ok(self.orders.iter().map(|new| DocumentKind::WorkOrder.id(&new.code)).collect())
    }
}

/// What orders name, read in one trip.
fn read_ahead(tx: &mut Tx<'_>, orders: &[NewWorkOrder]) -> Result<(), CompanyError> {
    let heads: Vec<DocumentId> =
        orders.iter().map(|new| DocumentKind::WorkOrder.id(&new.code)).collect();
    let made = orders.iter().filter_map(|new| match &new.makes {
        Makes::Item { item, .. } => Some(*item),
        Makes::Firm(_) => None,
    });
    let material = orders.iter().flat_map(|new| new.material.iter().flatten());
    let items: Vec<ItemId> = made.chain(material.map(|one| one.item)).collect();
    Ok(tx.need_all(Needs::new().rows::<Document>(&heads).rows::<Item>(&items))?)
}

struct Planning<'a> {
    desk: &'a mut Desk,
    explosion: &'a mut Explosion,
    authority: &'a Authority,
}

/// What is made, where and when, whoever said it.
struct Said {
    item: std::sync::Arc<Item>,
    quantity: Qty,
    due_on: NaiveDate,
    site: Option<SiteId>,
    version: Option<SmolStr>,
    firm: Option<Id<FirmOrder>>,
}

impl Planning<'_> {
    fn plan(&mut self, tx: &mut Tx<'_>, new: &NewWorkOrder) -> Result<(), CompanyError> {
        let kind = DocumentKind::WorkOrder;
        self.desk.check_new(tx, kind, &new.code)?;
        let name = kind.name_of(&new.code);
        let said = self.said(tx, new, &name)?;
        let site = site(tx, said.site)?;
        allow(tx, self.authority, &name, site.id)?;
        let id = kind.id(&new.code);
        let (version, needed) = self.needed(tx, (new, &said), (&name, site.id))?;
        let mut lines = self.goods(tx, (new, needed), &name)?;
        for time in &new.time {
            lines.push(self.hours(tx, time, (&name, lines.len()))?);
        }
        for (line, number) in lines.iter_mut().zip(1..) {
            (line.order, line.number) = (id, number);
        }
        let document = Document {
            status: Status::Planned,
            date: new.date,
            site: site.id,
            location: new.location.clone().unwrap_or_else(|| site.root().clone()),
            ..head(tx, kind, &new.code, self.desk.currency())
        };
        let material_site = match &new.material_from {
            Some(location) => Some(site_of(tx, location)?),
            None => None,
        };
        self.desk.works.orders.add(WorkOrder {
            id,
            material_from: new.material_from.clone().into(),
            material_site: material_site.into(),
            item: said.item.id,
            unit: said.item.unit,
            quantity: said.quantity,
            due_on: said.due_on.max(new.date),
            version,
            firm: said.firm,
            expected: None,
            completed: Qty::ZERO,
            scrapped: Qty::ZERO,
            in_progress: fondaco_accounting::ledger::Amount::ZERO,
            lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        });
        lines.into_iter().for_each(|line| self.desk.works.lines.add(line));
        self.desk.add(document.clone(), Vec::new());
        match new.release {
            Some(promise) => release(tx, self.desk, document, promise),
            None => Ok(()),
        }
    }

    fn said(
        &mut self,
        tx: &mut Tx<'_>,
        new: &NewWorkOrder,
        name: &SmolStr,
    ) -> Result<Said, CompanyError> {
        let firm = match &new.makes {
            Makes::Item { item, quantity } => {
                let item = self.desk.item(tx, *item)?;
                let quantity = stored_quantity(tx, &item, *quantity, (name, 0))?;
                let due_on = new.due_on.unwrap_or(new.date);
                let (site, version) = (new.site, new.version.clone());
                return Ok(Said { item, quantity, due_on, site, version, firm: None });
            }
            Makes::Firm(firm) => *firm,
        };
        let unknown = || CompanyError::Unknown { what: "firm order", code: firm.to_smolstr() };
        let order = tx.require::<FirmOrder, CompanyError>(&firm, unknown)?;
        if order.status != FirmStatus::Firm {
            let (document, status) = (name.clone(), order.status.code());
            let firm = firm.to_smolstr();
            return Err(WorkError::FirmOrderOver { document, firm, status }.into());
        }
        Ok(Said {
            item: self.desk.item(tx, order.item)?,
            quantity: order.quantity,
            due_on: new.due_on.unwrap_or(order.due_on),
            site: Some(order.site),
            version: new.version.clone().or_else(|| order.version.clone()),
            firm: Some(firm),
        })
    }

    /// What goes in and comes out besides, by the bill or by what is named.
    fn needed(
        &mut self,
        tx: &mut Tx<'_>,
        (new, said): (&NewWorkOrder, &Said),
        (name, site): (&SmolStr, SiteId),
    ) -> Result<(Option<SmolStr>, Needed), CompanyError> {
        let Some(material) = &new.material else {
            let bill = self.bill(tx, (said, name), (site, new.date))?;
            let version = bill.bill.version.clone();
            let quantity = said.quantity.to_decimal();
            let needed = self.explosion.needed(tx, (bill, quantity), (site, new.date))?;
            return Ok((Some(version), needed));
        };
        let mut needed = Needed::new();
        for (material, number) in material.iter().zip(1..) {
            let item = self.desk.item(tx, material.item)?;
            let quantity = stored_quantity(tx, &item, material.quantity, (name, number))?;
            needed.push((item.id, LineKind::Component, quantity.to_decimal()));
        }
        Ok((said.version.clone(), needed))
    }

    fn bill(
        &mut self,
        tx: &mut Tx<'_>,
        (said, name): (&Said, &SmolStr),
        (site, date): (SiteId, NaiveDate),
    ) -> Result<BillOf, CompanyError> {
        let (document, item) = (name.clone(), said.item.code.clone());
        let Some(version) = said.version.clone() else {
            let found = self.explosion.holding(tx, (said.item.id, site, date))?;
            return found.ok_or_else(|| WorkError::NoBill { document, item, date }.into());
        };
        let found = bills::bill(tx, said.item.id, &version)?;
        found.ok_or_else(|| WorkError::NoVersion { document, item, version }.into())
    }

    /// Lines of goods: what goes in first, then what comes out besides.
    fn goods(
        &mut self,
        tx: &mut Tx<'_>,
        (new, needed): (&NewWorkOrder, Needed),
        name: &SmolStr,
    ) -> Result<Vec<WorkLine>, CompanyError> {
        let mut lines = Vec::with_capacity(needed.len() + new.time.len());
        let mut needed = needed;
        needed.sort_by_key(|(_, kind, _)| *kind); // stable: as the bill has them
        for (item, kind, amount) in needed {
            let item = self.desk.item(tx, item)?;
            let line = of_goods(&item, kind, amount);
            lines.extend(Some(line).filter(|line| line.planned > Qty::ZERO));
        }
        for output in &new.outputs {
            self.output(tx, output, (&mut lines, name))?;
        }
        let shares: Decimal =
            lines.iter().filter_map(|line| line.share.copied()).map(Rate::factor).sum();
        if shares >= Decimal::ONE {
            let (document, shares) = (name.clone(), shares.normalize().to_smolstr());
            return Err(WorkError::AllShared { document, shares }.into());
        }
        Ok(lines)
    }

    fn output(
        &mut self,
        tx: &mut Tx<'_>,
        output: &WorkOutput,
        (lines, name): (&mut Vec<WorkLine>, &SmolStr),
    ) -> Result<(), CompanyError> {
        let item = self.desk.item(tx, output.item)?;
        let is_it =
            |line: &WorkLine| line.kind == WorkLineKind::Output && line.item == Some(output.item);
        let at = lines.iter().position(is_it);
        let number = u32::try_from(at.unwrap_or(lines.len())).unwrap_or(u32::MAX).saturating_add(1);
        let mut line = match at.and_then(|at| lines.get(at)) {
            Some(line) => line.clone(),
            None => of_goods(&item, LineKind::Output, Decimal::ZERO),
        };
        if let Some(quantity) = output.quantity {
            line.planned = stored_quantity(tx, &item, quantity, (name, number))?;
        }
        match output.value {
            Some(OutputValue::Price(price)) => line.price = Some(price).into(),
            Some(OutputValue::Share(share)) => line.share = Some(share).into(),
            None => {}
        }
        if line.planned <= Qty::ZERO {
            let (document, value) = (name.clone(), "0".to_owned());
            return Err(CompanyError::NotPositive {
                document,
                line: number,
                field: "quantity",
                value,
            });
        }
        match at.and_then(|at| lines.get_mut(at)) {
            Some(there) => *there = line,
            None => lines.push(line),
        }
        Ok(())
    }

    fn hours(
        &mut self,
        tx: &mut Tx<'_>,
        time: &WorkTime,
        (name, before): (&SmolStr, usize),
    ) -> Result<WorkLine, CompanyError> {
        let number = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        let at = (name, number);
        let hours = hours(time.hours, at)?;
        let rate = rate_of(tx, (&time.centre, time.kind, time.rate), at)?;
        check_rate(rate, self.desk.currency(), at)?;
        Ok(WorkLine {
            kind: time.kind,
            unit: Unit::HOUR,
            planned: hours,
            centre: Some(time.centre.clone()).into(),
            rate: Some(rate).into(),
            ..blank(Unit::HOUR)
        })
    }
}

/// The site that a location is at.
fn site_of(tx: &mut Tx<'_>, location: &SmolStr) -> Result<SiteId, CompanyError> {
    let unknown = || CompanyError::Unknown { what: "location", code: location.clone() };
    Ok(tx.require::<Location, CompanyError>(location, unknown)?.site)
}

/// A line of nothing yet.
pub(super) fn blank(unit: Unit) -> WorkLine {
    use fondaco_accounting::ledger::Amount;
    WorkLine {
        order: DocumentId::from_u128(0),
        number: 0,
        kind: WorkLineKind::Component,
        item: None,
        unit,
        planned: Qty::ZERO,
        done: Qty::ZERO,
        spent: Amount::ZERO,
        planned_cost: Amount::ZERO,
        promise: None.into(),
        expected: None.into(),
        centre: None.into(),
        rate: None.into(),
        price: None.into(),
        share: None.into(),
    }
}

/// A line of goods, in whole units of the item: up for what goes in, down for what comes out.
fn of_goods(item: &Item, kind: LineKind, amount: Decimal) -> WorkLine {
    let (kind, rounding) = match kind {
        LineKind::Component => (WorkLineKind::Component, fondaco_core::Rounding::Up),
        LineKind::Output => (WorkLineKind::Output, fondaco_core::Rounding::Down),
    };
    let whole = fondaco_core::rounding::round(amount, u32::from(item.digits()), rounding);
    let planned = Qty::from_decimal(whole).unwrap_or(Qty::ZERO);
    WorkLine { kind, item: Some(item.id), planned, ..blank(item.unit) }
}

/// Time in hours, as it is stored.
pub(super) fn hours(
    given: Quantity,
    (document, line): (&SmolStr, u32),
) -> Result<Qty, CompanyError> {
    let wrong =
        |error| CompanyError::Quantity { document: document.clone(), line, error: Box::new(error) };
    let hours =
        given.convert_round(Unit::HOUR, 6, fondaco_core::Rounding::HalfUp).map_err(wrong)?;
    let stored = hours.to_fixed::<6>().filter(|_| hours.is_positive());
    stored.ok_or_else(|| CompanyError::NotPositive {
        document: document.clone(),
        line,
        field: "hours",
        value: given.to_string(),
    })
}

/// What an hour costs: what is said, else the centre's rate.
pub(super) fn rate_of(
    tx: &mut Tx<'_>,
    (centre, kind, said): (&SmolStr, WorkLineKind, Option<UnitPrice>),
    (document, line): (&SmolStr, u32),
) -> Result<UnitPrice, CompanyError> {
    let found = WorkCentre::named(tx, centre)?;
    let no_rate = || WorkError::NoRate {
        document: document.clone(),
        line,
        centre: centre.clone(),
        kind: kind.code(),
    };
    Ok(said.or_else(|| found.rate(kind)).ok_or_else(no_rate)?)
}
