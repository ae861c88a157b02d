//! What a run rests on: the network and the state of the [kernel](crate::mrp), made of what the store says at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::{DateRange, Id, Rate, Reading, Rounding, View, calendar};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::CurrentPlan;
use super::committed::{Committed, Demands, open};
use super::expiring::{self, Lots};
use super::said::{Key, Said};
use super::sent::sent;
use super::settings::PlanSettings;
use super::sourcing::{Fault, Sourcing, Way};
use super::transit;
use crate::levels::{Expected, Reservation, Stock};
use crate::lot_sizing::{LotCosts, LotSizing, Stop};
use crate::mrp::{
    CalendarNo, Demand, DemandNo, Horizon, Item, ItemNo, LotRule, Network, Sku, Source, State,
    Supply, SupplyNo,
};
use crate::planning::{CostRule, FirmOrder, LotKind, PlanningError, PlanningParameters};
use crate::replenish::{SourceKind, modifiers_from};
use crate::{Qty, StockError, exact};

/// Calendars are made for so many days before and after the days that are planned.
const MARGIN: u64 = 4_000;

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
    /// What of each item can't be planned by.
    pub(super) faults: Vec<Vec<Fault>>,
    pub(super) wants: BTreeMap<DemandNo, Wants>,
    pub(super) comes: BTreeMap<SupplyNo, Comes>,
    /// The customer's promise behind each: of what a released order takes, that which the order is for.
    pub(super) roots: BTreeMap<Id<Reservation>, Id<Reservation>>,
    /// What of the stock expires while it is planned.
    pub(super) expiring: Vec<(ItemNo, Lots)>,
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
            numbers.insert(
                *key,
                network.add(item(&said, *key, settings)?).map_err(PlanningError::Mrp)?,
            );
        }
        let mut calendars = Calendars { settings, made: BTreeMap::new() };
        let (mut ways, mut faults) = (Vec::with_capacity(keys.len()), Vec::new());
        for key in &keys {
            let calendar = calendars.of(view, &said, &mut network, *key)?;
            let mut sourcing = Sourcing::new(&said, &numbers, *key, calendar, settings.horizon());
            sourcing.sources()?;
            sourcing.of_firm_orders()?;
            let (sources, of_item): (Vec<Source>, Vec<Way>) = sourcing.ways.into_iter().unzip();
            faults.push(sourcing.faults);
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
            faults,
            wants: BTreeMap::new(),
            comes: BTreeMap::new(),
            roots: BTreeMap::new(),
            expiring: Vec::new(),
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
        let on_its_way = transit::on_its_way(read, said, (&keys, &stocks), settings.date)?;
        let Horizon { start, end, .. } = settings.horizon();
        let lots = expiring::expiring(read, said, (&keys, start, end))?;
        let mut demands = Demands::default();
        for (((number, key), stock), promised) in each().zip(&stocks).zip(&committed.promised) {
            let kept = kept(stock.as_deref(), promised, |row| committed.wanted_on(row));
            let held: i128 = kept.iter().map(|held| i128::from(held.units())).sum();
            let free = crate::levels::decimal(stock.as_deref().map_or(0, usable) - held);
            self.state.on_hand(number, free).map_err(PlanningError::Mrp)?;
            if let Some(lots) = lots.get(key).filter(|_| !is_alone(key)) {
                self.expiring.push((number, expiring::free(lots, held)));
            }
            for (row, held) in promised.iter().zip(kept) {
                self.promised(number, (row, held), &committed, (settings, &mut demands))?;
            }
        }
        for (number, gone) in
            numbered.iter().copied().zip(sent(read, said, (&keys, settings.date))?)
        {
            for (day, quantity) in gone {
                let demand = Demand::sent("sent", number, quantity.to_decimal(), day);
                self.state.demand(demand).map_err(PlanningError::Mrp)?;
            }
        }
        for (number, coming) in numbered.iter().copied().zip(on_its_way) {
            for (due, quantity) in coming {
                let supply = Supply::scheduled("in transit", number, quantity.to_decimal(), due);
                self.supply(supply.fixed(), (None, None), Comes::InTransit)?;
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
            self.forecast(number, *key, said)?;
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

    /// What is promised is wanted; what is held for it lies there for it alone.
    fn promised(
        &mut self,
        number: ItemNo,
        (row, held): (&Reservation, Qty),
        committed: &Committed,
        (settings, demands): (&PlanSettings, &mut Demands),
    ) -> Result<(), StockError> {
        let order = committed.order_of(row.id);
        let root = order.and_then(|order| order.for_promise).unwrap_or(row.id);
        self.roots.insert(row.id, root);
        let quantity = open(row);
        if quantity <= Qty::ZERO {
            return Ok(());
        }
        let due = committed.wanted_on(row).unwrap_or(settings.date);
        let (id, much) = (format_smolstr!("{}", row.id), quantity.to_decimal());
        // What a released order takes is part of no forecast.
        let demand = match order {
            Some(_) => Demand::dependent(id, number, much, due),
            None => Demand::order(id, number, much, due),
        };
        let demand = demand.held(held.to_decimal());
        let demand = self.state.demand(demand).map_err(PlanningError::Mrp)?;
        self.wants.insert(demand, Wants::Promise(row.id));
        if held < quantity {
            demands.of_item.entry((number, root)).or_insert(demand);
            demands.of_promise.insert(row.id, demand);
        }
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

    /// What is forecast, each for all days of its bucket: what is left of one that has begun, and which orders are part of it, the kernel
    /// knows.
    fn forecast(&mut self, number: ItemNo, key: Key, said: &Said) -> Result<(), StockError> {
        for bucket in said.forecasts.get(&key).into_iter().flatten() {
            let id = format_smolstr!("{}", bucket.starts);
            let demand = Demand::forecast(id, number, bucket.quantity.to_decimal(), bucket.starts);
            let demand = self.state.demand(demand.through(bucket.until));
            self.wants.insert(demand.map_err(PlanningError::Mrp)?, Wants::Forecast);
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
            let source = ways.iter().position(|way| way.is_of(firm)).unwrap_or(0);
            let supply = Supply::firm(id, number, firm.quantity.to_decimal(), firm.due_on);
            let supply = supply.from_source(source).released_on(firm.release_on);
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
fn item(said: &Said, key: Key, settings: &PlanSettings) -> Result<Item, StockError> {
    let (code, site) = said.names(key);
    let mut item = Item::new(Sku::from(code.as_str()).at(site));
    if let Some(stored) = said.items.get(&key.0) {
        item = item.unit(stored.unit).digits(stored.digits());
    }
    let in_passing = crate::bills::in_passing(&said.bills_at(key), settings.date);
    if in_passing && said.source(key) == Some(SourceKind::Make) {
        item = item.phantom();
    }
    if let Some(rule) = said.rules.get(&key) {
        let least = said.vendors.get(&key).map_or(Qty::ZERO, |vendor| vendor.least);
        let modifiers = modifiers_from(rule, least);
        item = item.safety_stock(rule.safety_stock.to_decimal()).modifiers(modifiers);
    }
    match said.parameters.get(&key) {
        Some(row) => with_parameters(item, row, settings),
        None => Ok(item),
    }
}

fn with_parameters(
    item: Item,
    row: &PlanningParameters,
    settings: &PlanSettings,
) -> Result<Item, StockError> {
    let lot = match row.lot {
        LotKind::LotForLot => LotRule::LotForLot,
        LotKind::Fixed => LotRule::Fixed { quantity: row.lot_quantity.to_decimal() },
        LotKind::Days => LotRule::Days { days: row.lot_periods },
        LotKind::Periods => LotRule::Periods { periods: row.lot_periods },
        LotKind::ByCost => by_cost(row, item.digits, settings)?,
    };
    let item = item
        .lot(lot)
        .safety_days(row.safety_days)
        .fences(row.demand_fence_days, row.planning_fence_days)
        .consumes(row.consumed_days_before, row.consumed_days_after)
        .yields(row.yield_share.map_or(Decimal::ONE, Rate::factor));
    Ok(if row.make_to_order { item.make_to_order() } else { item })
}

/// A rule by cost: a year's cost of keeping is a bucket's, by its days.
fn by_cost(
    row: &PlanningParameters,
    digits: u8,
    settings: &PlanSettings,
) -> Result<LotRule, StockError> {
    let rule = match row.cost_rule {
        Some(CostRule::EconomicQuantity) => {
            LotSizing::EconomicQuantity(Decimal::new(1, u32::from(digits)))
        }
        Some(CostRule::EconomicPeriods) => LotSizing::EconomicPeriods,
        Some(CostRule::LeastUnitCost) => LotSizing::LeastUnitCost,
        Some(CostRule::PartPeriod) => LotSizing::PartPeriod(Stop::Nearest),
        Some(CostRule::SilverMeal) => LotSizing::SilverMeal,
        Some(CostRule::WagnerWhitin) => LotSizing::WagnerWhitin,
        None => return Ok(LotRule::LotForLot),
    };
    let year = row.holding_cost_per_year.unwrap_or_default();
    let parts = (settings.bucket_days(), Decimal::new(36_525, 2));
    let holding = exact::portion("what a unit costs to keep", year, parts, 12, Rounding::HalfUp)?;
    let costs = LotCosts::new(row.setup_cost.unwrap_or_default(), holding);
    Ok(LotRule::ByCost { rule, costs })
}

/// What can be used of what lies there.
fn usable(stock: &Stock) -> i128 {
    let units = |quantity: Qty| i128::from(quantity.units());
    units(stock.on_hand) - units(stock.quarantined) - units(stock.expired)
}

/// How much of what is held for each promise can be used: of goods that were set aside or have expired since, who wants them last has none.
fn kept(
    stock: Option<&Stock>,
    promised: &[Arc<Reservation>],
    wanted_on: impl Fn(&Reservation) -> Option<NaiveDate>,
) -> Vec<Qty> {
    let mut left = stock.map_or(0, usable).max(0);
    let mut turns: Vec<usize> = (0..promised.len()).collect();
    turns.sort_by_key(|at| promised.get(*at).map(|row| wanted_on(row)));
    let mut kept = vec![Qty::ZERO; promised.len()];
    for at in turns {
        let Some((row, kept)) = promised.get(at).zip(kept.get_mut(at)) else { continue };
        let held = i128::from(row.held.units()).min(left).max(0);
        left -= held;
        *kept = Qty::from_units(i64::try_from(held).unwrap_or(i64::MAX));
    }
    kept
}
