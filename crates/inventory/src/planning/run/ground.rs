//! What a run rests on: the network and the state of the [kernel](crate::mrp), made of what the store says at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::{DateRange, Id, PartyId, Rate, Reading, SiteId, View, calendar};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::CurrentPlan;
use super::committed::{Committed, Demands, open};
use super::said::{Key, Said};
use super::settings::PlanSettings;
use crate::bills::{BillOf, LineKind};
use crate::levels::{Expected, Reservation, Stock};
use crate::mrp::{
    Alternate, CalendarNo, Component, Demand, DemandNo, Item, ItemNo, LotRule, Network, Output,
    Sku, Source, State, Supply, SupplyNo,
};
use crate::planning::{FirmOrder, LotKind, PlanningError, PlanningParameters};
use crate::replenish::{ReorderRule, SourceKind, modifiers};
use crate::{Qty, StockError, exact};

/// Calendars are made for so many days before and after the days that are planned.
const MARGIN: u64 = 4_000;

/// One way in which an item comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) kind: SourceKind,
    pub(super) supplier: Option<PartyId>,
    pub(super) from_site: Option<SiteId>,
    pub(super) version: Option<SmolStr>,
}

/// What a demand of the kernel is in the store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wants {
    Promise(Id<Reservation>),
    Forecast,
}

/// What a supply of the kernel is in the store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Comes {
    Expected(Id<Expected>),
    /// A firm order that stands, or one that another site is to send.
    Firm(Id<FirmOrder>),
    InTransit,
}

/// What a run rests on, as the store had it at one moment.
#[derive(Debug)]
pub struct Ground {
    pub(super) network: Network,
    pub(super) state: State,
    pub(super) keys: Vec<Key>,
    /// The ways of each item, as the kernel counts its sources.
    pub(super) ways: Vec<Vec<Way>>,
    pub(super) wants: BTreeMap<DemandNo, Wants>,
    pub(super) comes: BTreeMap<SupplyNo, Comes>,
    /// The customer's promise behind each: of what a released order takes, that which the order is for.
    pub(super) roots: BTreeMap<Id<Reservation>, Id<Reservation>>,
    pub(super) as_of: u64,
    /// How often proposals had been firmed.
    pub(super) firmings: i64,
}

impl Ground {
    /// Reads it, all of it from one snapshot.
    ///
    /// # Errors
    /// What the [kernel](crate::mrp::MrpError) refuses of a rule or a bill, a calendar that is not there, or a
    /// [`Halt`](fondaco_core::Halt).
    pub fn read(view: &mut View<'_>, settings: &PlanSettings) -> Result<Ground, StockError> {
        let mut said = Said::read(view)?;
        let keys = said.scope(view)?;
        let mut network = Network::new();
        let mut numbers = BTreeMap::new();
        for key in &keys {
            numbers.insert(*key, network.add(item(&said, *key)).map_err(PlanningError::Mrp)?);
        }
        let mut calendars = Calendars { settings, made: BTreeMap::new() };
        let mut ways = Vec::with_capacity(keys.len());
        for key in &keys {
            let calendar = calendars.of(view, &said, &mut network, *key)?;
            let sources = sources(&said, &numbers, *key, calendar)?;
            let (sources, of_item): (Vec<Source>, Vec<Way>) = sources.into_iter().unzip();
            if let Some(number) = numbers.get(key) {
                network.resource(*number, sources).map_err(PlanningError::Mrp)?;
            }
            ways.push(of_item);
        }
        let state = State::of(&network);
        let as_of = view.position();
        let current = view.peek::<CurrentPlan>(&CurrentPlan::key())?;
        let mut ground = Ground {
            network,
            state,
            keys,
            ways,
            wants: BTreeMap::new(),
            comes: BTreeMap::new(),
            roots: BTreeMap::new(),
            as_of,
            firmings: current.map_or(0, |current| current.firmings),
        };
        ground.fill(view, &said, settings)?;
        Ok(ground)
    }

    /// How many items at sites are planned.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The network that is planned, for questions that the stored results don't answer.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What is there, wanted and coming.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What there is, is wanted and is coming.
    fn fill(
        &mut self,
        read: &mut impl Reading,
        said: &Said,
        settings: &PlanSettings,
    ) -> Result<(), StockError> {
        let keys = self.keys.clone();
        let stocks = read.peek_many::<Stock>(&keys)?;
        let is_alone = |key: &Key| said.parameters.get(key).is_some_and(|row| row.make_to_order);
        let committed = Committed::read(read, &keys, is_alone)?;
        let numbered: Vec<ItemNo> = self.network.items().map(|(number, _)| number).collect();
        let each = || numbered.iter().copied().zip(&keys);
        let mut demands = Demands::default();
        for (((number, key), stock), promised) in each().zip(stocks).zip(&committed.promised) {
            let alone = is_alone(key);
            if let Some(stock) = stock {
                let held = promised.iter().map(|row| i128::from(row.held.units()));
                let kept = if alone { held.sum() } else { 0 };
                self.there(number, &stock, kept, settings)?;
            }
            for row in promised {
                self.promised((number, alone), row, &committed, (settings, &mut demands))?;
            }
        }
        for ((number, key), coming) in each().zip(&committed.coming) {
            let whose = is_alone(key).then_some(&demands);
            for row in coming {
                let of = committed.alone.get(&row.id).copied();
                let id = format_smolstr!("{}", row.id);
                let quantity = row.to_come().to_decimal();
                let supply = Supply::scheduled(id, number, quantity, row.due_on);
                self.supply(supply, (whose, of), Comes::Expected(row.id))?;
            }
            self.firm(number, *key, said, whose)?;
            self.forecast(number, *key, said, settings)?;
        }
        let numbers: BTreeMap<Key, ItemNo> = each().map(|(number, key)| (*key, number)).collect();
        for row in committed.promised.iter().flatten() {
            let Some(order) = committed.order_of(row.id).filter(|order| order.from_site.is_some())
            else {
                continue;
            };
            let key = (order.item, order.site);
            let Some(number) = numbers.get(&key).copied() else { continue };
            let whose = is_alone(&key).then_some(&demands);
            let (id, quantity) = (format_smolstr!("{}", order.id), open(row).to_decimal());
            let supply = Supply::scheduled(id, number, quantity, order.due_on);
            self.supply(supply, (whose, order.for_promise), Comes::Firm(order.id))?;
        }
        Ok(())
    }

    /// What lies there and can be used, less what is kept for those whom it was made for; and what is on its way, which is taken for
    /// there today.
    fn there(
        &mut self,
        number: ItemNo,
        stock: &Stock,
        kept: i128,
        settings: &PlanSettings,
    ) -> Result<(), StockError> {
        let units = |quantity: Qty| i128::from(quantity.units());
        let usable = units(stock.on_hand) - units(stock.quarantined) - units(stock.expired);
        let usable = crate::levels::decimal(usable - kept);
        self.state.on_hand(number, usable).map_err(PlanningError::Mrp)?;
        if stock.in_transit > Qty::ZERO {
            let quantity = stock.in_transit.to_decimal();
            let supply = Supply::scheduled("in transit", number, quantity, settings.date).fixed();
            self.supply(supply, (None, None), Comes::InTransit)?;
        }
        Ok(())
    }

    /// What is promised is wanted; of what is made to order, as far as it is not there.
    fn promised(
        &mut self,
        (number, alone): (ItemNo, bool),
        row: &Reservation,
        committed: &Committed,
        (settings, demands): (&PlanSettings, &mut Demands),
    ) -> Result<(), StockError> {
        let root = committed.order_of(row.id).and_then(|order| order.for_promise);
        let root = root.unwrap_or(row.id);
        self.roots.insert(row.id, root);
        let quantity = if alone { row.backordered } else { open(row) };
        if quantity <= Qty::ZERO {
            return Ok(());
        }
        let due = committed.wanted_on(row).unwrap_or(settings.date);
        let id = format_smolstr!("{}", row.id);
        let demand = Demand::order(id, number, quantity.to_decimal(), due);
        let demand = self.state.demand(demand).map_err(PlanningError::Mrp)?;
        self.wants.insert(demand, Wants::Promise(row.id));
        demands.of_item.entry((number, root)).or_insert(demand);
        demands.of_promise.insert(row.id, demand);
        Ok(())
    }

    /// Something that is coming; of what is made to order, for whom it is.
    fn supply(
        &mut self,
        supply: Supply,
        (demands, of): (Option<&Demands>, Option<Id<Reservation>>),
        comes: Comes,
    ) -> Result<(), StockError> {
        let whose = demands.zip(of).and_then(|(demands, of)| demands.find(supply.item, of));
        let supply = match whose {
            Some(demand) => supply.reserved_for(demand),
            None => supply,
        };
        let supply = self.state.supply(supply).map_err(PlanningError::Mrp)?;
        self.comes.insert(supply, comes);
        Ok(())
    }

    /// What is still expected of what is forecast: what a bucket that has begun expects of its days from today on, or from the end of the
    /// demand time fence on.
    fn forecast(
        &mut self,
        number: ItemNo,
        key: Key,
        said: &Said,
        settings: &PlanSettings,
    ) -> Result<(), StockError> {
        let fence = said.parameters.get(&key).map_or(0, |row| row.demand_fence_days);
        let fence = Days::new(u64::from(fence));
        let from = settings.date.checked_add_days(fence).unwrap_or(NaiveDate::MAX);
        let digits = said.items.get(&key.0).map_or(0, |item| item.digits());
        for bucket in said.forecasts.get(&key).into_iter().flatten() {
            let Some((day, quantity)) = bucket.left(from, digits)? else { continue };
            let id = format_smolstr!("{}", bucket.starts);
            let demand = Demand::forecast(id, number, quantity, day);
            let demand = self.state.demand(demand).map_err(PlanningError::Mrp)?;
            self.wants.insert(demand, Wants::Forecast);
        }
        Ok(())
    }

    /// What planners have firmed.
    fn firm(
        &mut self,
        number: ItemNo,
        key: Key,
        said: &Said,
        whose: Option<&Demands>,
    ) -> Result<(), StockError> {
        for firm in said.firm.get(&key).into_iter().flatten() {
            let id = format_smolstr!("{}", firm.id);
            let ways = self.ways.get(number.index()).map_or(&[][..], Vec::as_slice);
            let same = |way: &Way| {
                Some(way.kind) == firm.source
                    && (way.from_site, &way.version) == (firm.from_site, &firm.version)
            };
            let source = ways.iter().position(same).unwrap_or(0);
            let supply = Supply::firm(id, number, firm.quantity.to_decimal(), firm.due_on);
            let supply = supply.from_source(source);
            self.supply(supply, (whose, firm.for_promise), Comes::Firm(firm.id))?;
        }
        Ok(())
    }
}

/// The calendars of a run: each is made once.
struct Calendars<'s> {
    settings: &'s PlanSettings,
    made: BTreeMap<SmolStr, CalendarNo>,
}

impl Calendars<'_> {
    /// The calendar by which lead times of an item at a site are counted: that of its rule, or the site's.
    fn of(
        &mut self,
        read: &mut impl Reading,
        said: &Said,
        network: &mut Network,
        key: Key,
    ) -> Result<Option<CalendarNo>, StockError> {
        let of_rule = said.rules.get(&key).and_then(|rule| rule.calendar.clone());
        let of_site = || said.sites.get(&key.1).and_then(|site| site.calendar.clone());
        let Some(code) = of_rule.or_else(of_site) else { return Ok(None) };
        if let Some(made) = self.made.get(&code) {
            return Ok(Some(*made));
        }
        let horizon = self.settings.horizon();
        let first = horizon.start.checked_sub_days(Days::new(MARGIN)).unwrap_or(horizon.start);
        let last = horizon.end.checked_add_days(Days::new(MARGIN)).unwrap_or(horizon.end);
        let found = calendar::find(read, &code).map_err(crate::replenish::calendar_error)?;
        let refused = |error| StockError::from(crate::ReplenishError::Calendar(error));
        let range = DateRange::between(Some(first), Some(last)).unwrap_or(DateRange::day(first));
        let days = found.over(range).map_err(refused)?;
        let number = network.calendar(code.clone(), days).map_err(PlanningError::Mrp)?;
        self.made.insert(code, number);
        Ok(Some(number))
    }
}

/// How an item at a site is planned.
fn item(said: &Said, key: Key) -> Item {
    let (code, site) = said.names(key);
    let mut item = Item::new(Sku::from(code.as_str()).at(site));
    if let Some(stored) = said.items.get(&key.0) {
        item = item.unit(stored.unit).digits(stored.digits());
    }
    // Of several bills, the first says whether it is made in passing.
    let first = said.bills_at(key).first().is_some_and(|one| one.bill.phantom);
    if first && said.source(key) == Some(SourceKind::Make) {
        item = item.phantom();
    }
    if let Some(rule) = said.rules.get(&key) {
        item = item.safety_stock(rule.safety_stock.to_decimal()).modifiers(modifiers(rule));
    }
    match said.parameters.get(&key) {
        Some(row) => with_parameters(item, row),
        None => item,
    }
}

fn with_parameters(item: Item, row: &PlanningParameters) -> Item {
    let lot = match row.lot {
        LotKind::LotForLot => LotRule::LotForLot,
        LotKind::Fixed => LotRule::Fixed { quantity: row.lot_quantity.to_decimal() },
        LotKind::Days => LotRule::Days { days: row.lot_periods },
        LotKind::Periods => LotRule::Periods { periods: row.lot_periods },
    };
    let item = item
        .lot(lot)
        .safety_days(row.safety_days)
        .fences(row.demand_fence_days, row.planning_fence_days)
        .consumes(row.consumed_days_before, row.consumed_days_after)
        .yields(row.yield_share.map_or(Decimal::ONE, Rate::factor));
    if row.make_to_order { item.make_to_order() } else { item }
}

/// The numbers of what is planned.
type Numbers = BTreeMap<Key, ItemNo>;

/// Where an item comes from at a site, in the order of priority.
fn sources(
    said: &Said,
    numbers: &Numbers,
    key: Key,
    calendar: Option<CalendarNo>,
) -> Result<Vec<(Source, Way)>, StockError> {
    let rule = said.rules.get(&key);
    let days = rule.map_or(0, |rule| rule.lead_time_days);
    let by = |source: Source| match calendar {
        Some(calendar) => source.calendar(calendar),
        None => source,
    };
    let none = Way { kind: SourceKind::Buy, supplier: None, from_site: None, version: None };
    Ok(match said.source(key) {
        None => Vec::new(),
        Some(SourceKind::Buy) => {
            let days = said.vendor_days.get(&key).copied().unwrap_or(days);
            let supplier = rule.and_then(|rule| rule.supplier);
            vec![(by(Source::buy(days)), Way { supplier, ..none })]
        }
        Some(SourceKind::Transfer) => match transfer(rule, numbers, key) {
            None => Vec::new(),
            Some((from, number)) => {
                let way = Way { kind: SourceKind::Transfer, from_site: Some(from), ..none };
                vec![(by(Source::transfer(number, days)), way)]
            }
        },
        Some(SourceKind::Make) => {
            let none = Way { kind: SourceKind::Make, ..none };
            let bills = said.bills_at(key);
            if bills.is_empty() {
                return Ok(vec![(by(Source::make(days)), none)]);
            }
            let mut made = Vec::with_capacity(bills.len());
            for (rank, one) in (0_u16..).zip(bills) {
                let version = Some(one.bill.version.clone());
                let days = one.bill.lead_time_days.unwrap_or(days);
                let source = by(Source::make(days)).priority(rank);
                let way = Way { version, ..none.clone() };
                made.push((made_by(source, one, numbers, key.1)?, way));
            }
            made
        }
    })
}

fn transfer(
    rule: Option<&Arc<ReorderRule>>,
    numbers: &Numbers,
    key: Key,
) -> Option<(SiteId, ItemNo)> {
    let from = rule?.from_site?;
    Some((from, *numbers.get(&(key.0, from))?))
}

/// A source with the lines of a bill. What is closed is taken for not needed.
fn made_by(
    source: Source,
    one: &BillOf,
    numbers: &Numbers,
    site: SiteId,
) -> Result<Source, StockError> {
    let share = one.bill.yield_share.map_or(Decimal::ONE, Rate::factor);
    let makes = exact::mul("what a batch makes", one.bill.makes.to_decimal(), share)?;
    let mut source = source.valid(one.bill.days()).makes(makes);
    for group in one.lines.chunk_by(|a, b| a.line == b.line) {
        let mut known = group.iter().filter_map(|line| {
            let number = numbers.get(&(line.component, site))?;
            Some((line, *number))
        });
        let Some((first, number)) = known.next() else { continue };
        if first.kind == LineKind::Output {
            let output = Output::new(number, first.quantity);
            source = source.output(output.valid(first.days()));
            continue;
        }
        let mut component = Component::new(number, first.quantity).valid(first.days());
        component = component.after_days(first.offset_days);
        component = component.scrap(first.scrap.map_or(Decimal::ZERO, Rate::factor));
        if first.per_order {
            component = component.per_order();
        }
        for (line, number) in known {
            component = component.or(Alternate::new(number, line.quantity).valid(line.days()));
        }
        source = source.component(component);
    }
    Ok(source)
}
