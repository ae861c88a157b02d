//! What is there, what is wanted and what is coming: the state of the world that a plan begins with.
//!
//! A clone shares all items that are not changed afterwards.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::check::{self, Field};
use super::paged::Paged;
use super::{ItemNo, MrpError, Network};

/// A demand of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DemandNo(pub(crate) u32);

/// A supply of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SupplyNo(pub(crate) u32);

/// Where a demand comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DemandKind {
    /// Somebody ordered it: a customer, a project.
    Order,
    /// Somebody ordered it, and has it: nothing has to come for it. It is part of the forecast in whose days, or bucket, it lies, and of
    /// none before or after that.
    Sent,
    /// An order that is released takes it: components of what is being made, goods that another site has to send. Forecasts are of what
    /// is ordered from outside, so that it is part of none.
    Dependent,
    /// Somebody may: orders [consume](super::Consumption) it, and it doesn't count within the demand time fence, nor in the past; of
    /// one for [many days](Demand::through), those days don't.
    Forecast,
}

/// How a demand may be met when not all of it can be met on its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Delivery {
    /// All at once or nothing.
    pub full_only: bool,
    /// Nothing after this day; any day where nothing is said.
    pub latest: Option<NaiveDate>,
    /// No part smaller than this, the last one neither.
    pub minimum: Decimal,
}

impl Delivery {
    /// All at once.
    #[must_use]
    pub fn full() -> Delivery {
        Delivery { full_only: true, ..Delivery::default() }
    }

    /// The same, not after this day.
    #[must_use]
    pub fn until(mut self, latest: NaiveDate) -> Delivery {
        self.latest = Some(latest);
        self
    }

    /// The same, in no part smaller than this.
    #[must_use]
    pub fn at_least(mut self, minimum: Decimal) -> Delivery {
        self.minimum = minimum;
        self
    }
}

/// Something that is wanted.
///
/// ```
/// use fondaco_inventory::mrp::{Delivery, Demand, Item, Network};
/// let mut network = Network::new();
/// let bike = network.add(Item::new("BIKE"))?;
/// let order = Demand::order("SO-1", bike, 20, "2026-03-02".parse().unwrap()).delivery(Delivery::full());
/// assert_eq!(order.priority, 0);
/// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Demand {
    /// What the host calls it: an order and its line.
    pub id: SmolStr,
    /// Of what.
    pub item: ItemNo,
    /// How much.
    pub quantity: Decimal,
    /// How much of it lies there already for it alone, and is no part of what is [on hand](State::on_hand).
    pub held: Decimal,
    /// On which day it is wanted where it is delivered.
    pub due: NaiveDate,
    /// Where it comes from.
    pub kind: DemandKind,
    /// The last of the days that a forecast is for, from `due` on; that day alone where nothing is said. Once it has begun, the days that
    /// are over are no part of it any more. What went out in those is part of it still: say it as what was [sent](Demand::sent).
    pub through: Option<NaiveDate>,
    /// Of those of one day, the smallest is served first.
    pub priority: u16,
    /// How many days before it is due it leaves the shelf; at most 36,525.
    pub ship_days: u32,
    /// How it may be met.
    pub delivery: Delivery,
}

impl Demand {
    /// What somebody ordered.
    #[must_use]
    pub fn order(
        id: impl Into<SmolStr>,
        item: ItemNo,
        quantity: impl Into<Decimal>,
        due: NaiveDate,
    ) -> Demand {
        Demand {
            id: id.into(),
            item,
            quantity: quantity.into(),
            held: Decimal::ZERO,
            due,
            kind: DemandKind::Order,
            through: None,
            priority: 0,
            ship_days: 0,
            delivery: Delivery::default(),
        }
    }

    /// What somebody ordered for a day, and has.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(bike, Source::buy(0))?;
    /// let mut state = State::of(&network);
    /// state.demand(Demand::forecast("June", bike, 300, day("2026-06-01")).through(day("2026-06-30")))?;
    /// state.demand(Demand::sent("SO-1", bike, 120, day("2026-06-05")))?;
    /// let horizon = Horizon::new(day("2026-06-11"), day("2026-08-31"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// assert_eq!(plan.orders(bike)?.next().unwrap().quantity, 180.into()); // 100 were expected by now
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    #[must_use]
    pub fn sent(
        id: impl Into<SmolStr>,
        item: ItemNo,
        quantity: impl Into<Decimal>,
        due: NaiveDate,
    ) -> Demand {
        let order = Demand::order(id, item, quantity, due);
        Demand { kind: DemandKind::Sent, held: order.quantity, ..order }
    }

    /// What somebody may order.
    #[must_use]
    pub fn forecast(
        id: impl Into<SmolStr>,
        item: ItemNo,
        quantity: impl Into<Decimal>,
        due: NaiveDate,
    ) -> Demand {
        Demand { kind: DemandKind::Forecast, ..Demand::order(id, item, quantity, due) }
    }

    /// What an order that is released takes.
    #[must_use]
    pub fn dependent(
        id: impl Into<SmolStr>,
        item: ItemNo,
        quantity: impl Into<Decimal>,
        due: NaiveDate,
    ) -> Demand {
        Demand { kind: DemandKind::Dependent, ..Demand::order(id, item, quantity, due) }
    }

    /// The same, of which so much lies there for it alone: nothing has to come for that, and nobody else gets it.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(bike, Source::buy(0))?;
    /// let mut state = State::of(&network);
    /// state.demand(Demand::order("SO-1", bike, 20, day("2026-06-01")).held(15))?;
    /// let horizon = Horizon::new(day("2026-06-01"), day("2026-08-31"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// assert_eq!(plan.orders(bike)?.next().unwrap().quantity, 5.into());
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    #[must_use]
    pub fn held(mut self, quantity: impl Into<Decimal>) -> Demand {
        self.held = quantity.into();
        self
    }

    /// The same, a forecast for all days up to this one: what of it is still to come is wanted on the first of them that counts.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(bike, Source::buy(0))?;
    /// let mut state = State::of(&network);
    /// state.demand(Demand::forecast("June", bike, 300, day("2026-06-01")).through(day("2026-06-30")))?;
    /// let horizon = Horizon::new(day("2026-06-11"), day("2026-08-31"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// assert_eq!(plan.orders(bike)?.next().unwrap().quantity, 200.into()); // for 20 of 30 days
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    #[must_use]
    pub fn through(mut self, last: NaiveDate) -> Demand {
        self.through = Some(last);
        self
    }

    /// The same, with this priority; 0 is served first.
    #[must_use]
    pub fn priority(mut self, priority: u16) -> Demand {
        self.priority = priority;
        self
    }

    /// The same, which leaves the shelf so many days before.
    #[must_use]
    pub fn shipped_before(mut self, days: u32) -> Demand {
        self.ship_days = days;
        self
    }

    /// The same, met in this way.
    #[must_use]
    pub fn delivery(mut self, delivery: Delivery) -> Demand {
        self.delivery = delivery;
        self
    }
}

/// How a supply can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SupplyKind {
    /// On order, or being made: its components are used or set aside already. It can be called in, put off or cancelled.
    Scheduled,
    /// The same, and its day can't be changed.
    Fixed,
    /// A planned order that the planner has firmed: no run changes it, and its components are still needed.
    Firm,
}

/// Something that is coming.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Supply {
    /// What the host calls it: an order and its line.
    pub id: SmolStr,
    /// Of what.
    pub item: ItemNo,
    /// How much of it will be good.
    pub quantity: Decimal,
    /// On which day it is there; what should have come in the past counts as there at the start, where the past doesn't stay
    /// [dated](super::PastDue::AsDated).
    pub due: NaiveDate,
    /// How it can be changed.
    pub kind: SupplyKind,
    /// Of a firm planned order: which of the item's sources, counted by priority from 0.
    pub source: usize,
    /// Of a firm planned order: on which day it is released; a lead time before it is due where nothing is said.
    pub release: Option<NaiveDate>,
    /// For which demand it is alone, where the item is [made to order](super::Item::make_to_order).
    pub reserved_for: Option<DemandNo>,
}

impl Supply {
    /// On order, or being made.
    #[must_use]
    pub fn scheduled(
        id: impl Into<SmolStr>,
        item: ItemNo,
        quantity: impl Into<Decimal>,
        due: NaiveDate,
    ) -> Supply {
        Supply {
            id: id.into(),
            item,
            quantity: quantity.into(),
            due,
            kind: SupplyKind::Scheduled,
            source: 0,
            release: None,
            reserved_for: None,
        }
    }

    /// A planned order that was firmed.
    #[must_use]
    pub fn firm(
        id: impl Into<SmolStr>,
        item: ItemNo,
        quantity: impl Into<Decimal>,
        due: NaiveDate,
    ) -> Supply {
        Supply { kind: SupplyKind::Firm, ..Supply::scheduled(id, item, quantity, due) }
    }

    /// The same, whose day can't be changed.
    #[must_use]
    pub fn fixed(mut self) -> Supply {
        self.kind = SupplyKind::Fixed;
        self
    }

    /// The same, from this of the item's sources.
    #[must_use]
    pub fn from_source(mut self, source: usize) -> Supply {
        self.source = source;
        self
    }

    /// The same, released on this day, whatever the lead time is by now.
    #[must_use]
    pub fn released_on(mut self, day: NaiveDate) -> Supply {
        self.release = Some(day);
        self
    }

    /// The same, for this demand alone.
    #[must_use]
    pub fn reserved_for(mut self, demand: DemandNo) -> Supply {
        self.reserved_for = Some(demand);
        self
    }
}

/// What there is of one item.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    pub(crate) on_hand: Decimal,
    pub(crate) demands: Vec<(DemandNo, Demand)>,
    pub(crate) supplies: Vec<(SupplyNo, Supply)>,
}

/// What is there, wanted and coming, of all items of a network.
///
/// ```
/// use fondaco_inventory::mrp::{Demand, Item, Network, State};
/// let mut network = Network::new();
/// let bike = network.add(Item::new("BIKE"))?;
/// let mut state = State::of(&network);
/// state.on_hand(bike, 5.into())?;
/// let order = state.demand(Demand::order("SO-1", bike, 20, "2026-03-02".parse().unwrap()))?;
/// assert_eq!(state.demand_of(order)?.id, "SO-1");
/// assert!(state.demand(Demand::order("SO-2", bike, -1, "2026-03-02".parse().unwrap())).is_err());
/// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct State {
    own: Paged<Option<Arc<Own>>>,
    /// The digits of each item.
    digits: Arc<Vec<u8>>,
    /// Whose each demand is, and each supply, by number; of what was taken out, nobody's.
    demand_items: Paged<u32>,
    supply_items: Paged<u32>,
}

const NOBODY: u32 = u32::MAX;

impl State {
    /// Of the items that the network has now: nothing there, nothing wanted, nothing coming.
    #[must_use]
    pub fn of(network: &Network) -> State {
        let mut state = State::default();
        state.grow(network);
        state
    }

    /// Takes in what the network has got, and how it keeps its items now.
    pub(crate) fn grow(&mut self, network: &Network) {
        self.own.grow(network.len(), &None);
        self.digits = Arc::new(network.nodes().map(|node| node.item.digits).collect());
    }

    /// So much lies there now; below zero where more was taken than there was.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have, [`MrpError::TooFine`] for more digits than it is kept in.
    pub fn on_hand(&mut self, item: ItemNo, quantity: Decimal) -> Result<(), MrpError> {
        let name = format!("item {}", item.0);
        Field::of_text(&name, "on hand").micro(quantity, self.digits_of(item)?)?;
        self.own_mut(item)?.on_hand = quantity;
        Ok(())
    }

    /// Adds something that is wanted.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have, [`MrpError::Number`] for a quantity below zero, or more that
    /// is held than is wanted, [`MrpError::TooFine`] for more digits than the item is kept in.
    pub fn demand(&mut self, demand: Demand) -> Result<DemandNo, MrpError> {
        self.check_demand(&demand)?;
        let number = DemandNo(check::number(self.demand_items.len()));
        self.demand_items.push(demand.item.0);
        self.own_mut(demand.item)?.demands.push((number, demand));
        Ok(number)
    }

    /// Adds something that is coming.
    ///
    /// # Errors
    /// As [`State::demand`].
    pub fn supply(&mut self, supply: Supply) -> Result<SupplyNo, MrpError> {
        self.check_supply(&supply)?;
        let number = SupplyNo(check::number(self.supply_items.len()));
        self.supply_items.push(supply.item.0);
        self.own_mut(supply.item)?.supplies.push((number, supply));
        Ok(number)
    }

    /// Wants something else instead, of the same item.
    ///
    /// # Errors
    /// As [`State::demand`]; [`MrpError::NoSuchRow`] also for a demand that is not there, or of another item.
    pub fn change_demand(&mut self, number: DemandNo, demand: Demand) -> Result<(), MrpError> {
        self.check_demand(&demand)?;
        if self.demand_of(number)?.item != demand.item {
            return Err(no_demand(number));
        }
        let own = self.own_mut(demand.item)?;
        let row = own.demands.iter_mut().find(|(own, _)| *own == number);
        row.ok_or_else(|| no_demand(number))?.1 = demand;
        Ok(())
    }

    /// Takes a demand out. Gives it back.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`].
    pub fn drop_demand(&mut self, number: DemandNo) -> Result<Demand, MrpError> {
        let item = self.demand_of(number)?.item;
        let own = self.own_mut(item)?;
        let at = own.demands.iter().position(|(own, _)| *own == number);
        let (_, demand) = own.demands.remove(at.ok_or_else(|| no_demand(number))?);
        if let Some(item) = self.demand_items.get_mut(number.0 as usize) {
            *item = NOBODY;
        }
        Ok(demand)
    }

    /// Expects something else instead, of the same item.
    ///
    /// # Errors
    /// As [`State::change_demand`].
    pub fn change_supply(&mut self, number: SupplyNo, supply: Supply) -> Result<(), MrpError> {
        self.check_supply(&supply)?;
        if self.supply_of(number)?.item != supply.item {
            return Err(no_supply(number));
        }
        let own = self.own_mut(supply.item)?;
        let row = own.supplies.iter_mut().find(|(own, _)| *own == number);
        row.ok_or_else(|| no_supply(number))?.1 = supply;
        Ok(())
    }

    /// Takes a supply out. Gives it back.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`].
    pub fn drop_supply(&mut self, number: SupplyNo) -> Result<Supply, MrpError> {
        let item = self.supply_of(number)?.item;
        let own = self.own_mut(item)?;
        let at = own.supplies.iter().position(|(own, _)| *own == number);
        let (_, supply) = own.supplies.remove(at.ok_or_else(|| no_supply(number))?);
        if let Some(item) = self.supply_items.get_mut(number.0 as usize) {
            *item = NOBODY;
        }
        Ok(supply)
    }

    /// What is wanted under a number.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`].
    pub fn demand_of(&self, number: DemandNo) -> Result<&Demand, MrpError> {
        let item = self.demand_items.get(number.0 as usize).copied().unwrap_or(NOBODY);
        let own = self.own(item).and_then(|own| own.demands.iter().find(|(own, _)| *own == number));
        own.map(|(_, demand)| demand).ok_or_else(|| no_demand(number))
    }

    /// What is coming under a number.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`].
    pub fn supply_of(&self, number: SupplyNo) -> Result<&Supply, MrpError> {
        let item = self.supply_items.get(number.0 as usize).copied().unwrap_or(NOBODY);
        let own =
            self.own(item).and_then(|own| own.supplies.iter().find(|(own, _)| *own == number));
        own.map(|(_, supply)| supply).ok_or_else(|| no_supply(number))
    }

    /// How much lies there now.
    #[must_use]
    pub fn on_hand_of(&self, item: ItemNo) -> Decimal {
        self.own(item.0).map_or(Decimal::ZERO, |own| own.on_hand)
    }

    /// All that is wanted of an item, in the order in which it was added.
    pub fn demands(&self, item: ItemNo) -> impl Iterator<Item = (DemandNo, &Demand)> {
        let own = self.own(item.0).into_iter();
        own.flat_map(|own| own.demands.iter().map(|(number, demand)| (*number, demand)))
    }

    /// All that is coming of an item, in the order in which it was added.
    pub fn supplies(&self, item: ItemNo) -> impl Iterator<Item = (SupplyNo, &Supply)> {
        let own = self.own(item.0).into_iter();
        own.flat_map(|own| own.supplies.iter().map(|(number, supply)| (*number, supply)))
    }

    pub(crate) fn own(&self, item: u32) -> Option<&Own> {
        self.own.get(item as usize)?.as_deref()
    }

    fn own_mut(&mut self, item: ItemNo) -> Result<&mut Own, MrpError> {
        let own = self.own.get_mut(item.index());
        let own = own.ok_or(MrpError::NoSuchRow { what: "item", number: item.0 })?;
        Ok(Arc::make_mut(own.get_or_insert_default()))
    }

    fn digits_of(&self, item: ItemNo) -> Result<u8, MrpError> {
        let digits = self.digits.get(item.index()).copied();
        digits.ok_or(MrpError::NoSuchRow { what: "item", number: item.0 })
    }

    fn check_demand(&self, demand: &Demand) -> Result<(), MrpError> {
        let digits = self.digits_of(demand.item)?;
        let field = |name| Field::of_text(&demand.id, name);
        let quantity = field("the quantity").not_negative(demand.quantity)?;
        field("the quantity").micro(quantity, digits)?;
        let least = field("the least delivery").not_negative(demand.delivery.minimum)?;
        field("the least delivery").micro(least, digits)?;
        field("the days of shipment").days(demand.ship_days)?;
        field("what is held").micro(field("what is held").not_negative(demand.held)?, digits)?;
        field("what is held").at_most(demand.held, demand.quantity)?;
        Ok(())
    }

    fn check_supply(&self, supply: &Supply) -> Result<(), MrpError> {
        let digits = self.digits_of(supply.item)?;
        let field = |name| Field::of_text(&supply.id, name);
        let quantity = field("the quantity").not_negative(supply.quantity)?;
        field("the quantity").micro(quantity, digits)?;
        Ok(())
    }
}

fn no_demand(number: DemandNo) -> MrpError {
    MrpError::NoSuchRow { what: "demand", number: number.0 }
}

fn no_supply(number: SupplyNo) -> MrpError {
    MrpError::NoSuchRow { what: "supply", number: number.0 }
}
