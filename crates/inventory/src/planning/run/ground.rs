//! What a run rests on: the network and the state of the [kernel](crate::mrp), made of what the store says at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Days;
use fondaco_core::{DateRange, Id, PartyId, Range, Rate, Reading, SiteId, View, calendar};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::said::{Key, Said};
use super::settings::PlanSettings;
use crate::bills::{BillOf, LineKind};
use crate::levels::{Expected, Reservation, Stock};
use crate::mrp::{
    Alternate, CalendarNo, Component, Demand, DemandNo, Item, ItemNo, LotRule, Network, Output,
    Sku, Source, State, Supply, SupplyNo,
};
use crate::planning::{FirmOrder, LotKind, PlanningError, PlanningParameters, WantedDay};
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
    pub(super) as_of: u64,
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
        let (wants, comes) = (BTreeMap::new(), BTreeMap::new());
        let mut ground = Ground { network, state, keys, ways, wants, comes, as_of };
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
        let promised: Vec<_> =
            keys.iter().map(|key| Range::by(Reservation::BY_OPEN, key)).collect();
        let promised = read.peek_scans(&promised)?;
        let coming: Vec<_> = keys.iter().map(|key| Range::by(Expected::BY_OPEN, key)).collect();
        let coming = read.peek_scans(&coming)?;
        let documents: Vec<_> = promised.iter().flatten().map(|row| row.document).collect();
        let wanted = read.peek_many::<WantedDay>(&documents)?;
        let wanted: BTreeMap<_, _> =
            wanted.into_iter().flatten().map(|row| (row.document, row.wanted_on)).collect();
        let numbered: Vec<ItemNo> = self.network.items().map(|(number, _)| number).collect();
        for ((number, key), ((stock, promised), coming)) in
            numbered.into_iter().zip(&keys).zip(stocks.into_iter().zip(promised).zip(coming))
        {
            if let Some(stock) = stock {
                self.there(number, &stock, settings)?;
            }
            for row in promised {
                let due = wanted.get(&row.document).copied().unwrap_or(settings.date);
                self.promised(number, &row, due)?;
            }
            for row in coming {
                let supply = Supply::scheduled(
                    format_smolstr!("{}", row.id),
                    number,
                    row.to_come().to_decimal(),
                    row.due_on,
                );
                self.supply(supply, Comes::Expected(row.id))?;
            }
            self.said(number, *key, said)?;
        }
        Ok(())
    }

    /// What lies there and can be used, and what is on its way, which is taken for there today.
    fn there(
        &mut self,
        number: ItemNo,
        stock: &Stock,
        settings: &PlanSettings,
    ) -> Result<(), StockError> {
        let units = |quantity: Qty| i128::from(quantity.units());
        let usable = units(stock.on_hand) - units(stock.quarantined) - units(stock.expired);
        let usable = crate::levels::decimal(usable);
        self.state.on_hand(number, usable).map_err(PlanningError::Mrp)?;
        if stock.in_transit > Qty::ZERO {
            let quantity = stock.in_transit.to_decimal();
            let supply = Supply::scheduled("in transit", number, quantity, settings.date).fixed();
            self.supply(supply, Comes::InTransit)?;
        }
        Ok(())
    }

    fn promised(
        &mut self,
        number: ItemNo,
        row: &Reservation,
        due: chrono::NaiveDate,
    ) -> Result<(), StockError> {
        let units = row.held.units().saturating_add(row.backordered.units());
        let id = format_smolstr!("{}", row.id);
        let demand = Demand::order(id, number, Qty::from_units(units).to_decimal(), due);
        let demand = self.state.demand(demand).map_err(PlanningError::Mrp)?;
        self.wants.insert(demand, Wants::Promise(row.id));
        Ok(())
    }

    fn supply(&mut self, supply: Supply, comes: Comes) -> Result<(), StockError> {
        let supply = self.state.supply(supply).map_err(PlanningError::Mrp)?;
        self.comes.insert(supply, comes);
        Ok(())
    }

    /// What is forecast, and what planners have firmed.
    fn said(&mut self, number: ItemNo, key: Key, said: &Said) -> Result<(), StockError> {
        for bucket in said.forecasts.get(&key).into_iter().flatten() {
            let id = format_smolstr!("{}", bucket.starts);
            let quantity = bucket.quantity.to_decimal();
            let demand = Demand::forecast(id, number, quantity, bucket.starts);
            let demand = self.state.demand(demand).map_err(PlanningError::Mrp)?;
            self.wants.insert(demand, Wants::Forecast);
        }
        for firm in said.firm.get(&key).into_iter().flatten() {
            let id = format_smolstr!("{}", firm.id);
            let ways = self.ways.get(number.index()).map_or(&[][..], Vec::as_slice);
            let same = |way: &Way| {
                Some(way.kind) == firm.source
                    && (way.from_site, &way.version) == (firm.from_site, &firm.version)
            };
            let source = ways.iter().position(same).unwrap_or(0);
            let supply = Supply::firm(id, number, firm.quantity.to_decimal(), firm.due_on);
            self.supply(supply.from_source(source), Comes::Firm(firm.id))?;
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
