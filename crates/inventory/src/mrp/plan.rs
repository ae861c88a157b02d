//! A plan: what is to be ordered when, and all that it came from, so that it can answer for itself and be planned on.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::Progress;
use fondaco_core::decimal::from_fixed;
use rust_decimal::Decimal;

use super::book::{Book, Due, Release};
use super::check::{date, number};
use super::compiled::{Compiled, NONE};
use super::ready::Ready;
use super::run::{self, Ground, Readies};
use super::{DemandNo, Horizon, ItemNo, MrpError, Network, Options, State, SupplyNo};
use crate::QUANTITY_DIGITS;

/// An order of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedOrder {
    /// Of what.
    pub item: ItemNo,
    /// Which of the item's orders: the number that [`Plan::order`] takes.
    pub number: usize,
    /// From which of the item's sources, counted by priority from 0; none of a firm one of an item without sources.
    pub source: Option<usize>,
    /// How much of it will be good, and there when it is due.
    pub quantity: Decimal,
    /// How much is ordered, or begun, so that so much turns out good.
    pub begun: Decimal,
    /// On which day it is released; before the start where that is past.
    pub release: NaiveDate,
    /// On which day it is there.
    pub due: NaiveDate,
    /// Which supply it is, where a planner firmed it.
    pub firm: Option<SupplyNo>,
    /// For which demand alone, where the item is made to order.
    pub demand: Option<DemandNo>,
}

/// What a run planned.
///
/// It holds the network and the state that it was planned from; a copy shares what neither changes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) network: Network,
    pub(crate) state: State,
    pub(crate) horizon: Horizon,
    pub(crate) options: Options,
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) ready: Readies,
    pub(crate) places: Arc<Vec<u32>>,
    pub(crate) book: Book,
    pub(crate) replanned: usize,
}

/// Plans all items of a network over a horizon.
///
/// # Errors
/// A cycle, a lead time beyond the horizon, a unit that doesn't convert, a calendar that ends too early, a quantity without room: each
/// names the item.
///
/// ```
/// use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
///
/// let mut network = Network::new();
/// let wheel = network.add(Item::new("WHEEL").digits(0))?;
/// let bike = network.add(Item::new("BIKE").digits(0))?;
/// network.source(wheel, Source::buy(10))?;
/// network.source(bike, Source::make(2).of(2, wheel))?;
///
/// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let mut state = State::of(&network);
/// state.on_hand(wheel, 6.into())?;
/// state.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
///
/// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
/// let plan = run(&network, &state, horizon, &Options::default())?;
/// let order = plan.orders(wheel)?.next().unwrap();
/// assert_eq!(order.quantity, 34.into()); // 2 x 20, less the 6 that are there
/// assert_eq!(order.due, day("2026-02-28")); // two days before the bikes
/// assert_eq!(order.release, day("2026-02-18"));
/// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
/// ```
pub fn run(
    network: &Network,
    state: &State,
    horizon: Horizon,
    options: &Options,
) -> Result<Plan, MrpError> {
    run_watched(network, state, horizon, options, &mut ())
}

/// The same, with somebody who is told how far it is, and can stop it.
///
/// # Errors
/// As [`run`], and [`MrpError::Stopped`].
///
/// ```
/// use std::ops::ControlFlow;
/// use fondaco_inventory::mrp::{Horizon, Item, Network, Options, State, run_watched};
/// let mut network = Network::new();
/// network.add(Item::new("BIKE"))?;
/// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
/// let stopped = run_watched(&network, &State::of(&network), horizon, &Options::default(), &mut |_: &_| ControlFlow::Break(()));
/// assert_eq!(stopped.unwrap_err().code(), "inventory.plan_stopped");
/// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
/// ```
pub fn run_watched(
    network: &Network,
    state: &State,
    horizon: Horizon,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Plan, MrpError> {
    let compiled = Compiled::of(network, &horizon, options)?;
    let mut state = state.clone();
    state.grow(network);
    let mut ready = Readies::default();
    for (at, node) in network.nodes().enumerate() {
        let of = |own| Ready::of(own, number(at), &node.item, &compiled).map(Arc::new);
        ready.push(state.own(number(at)).map(of).transpose()?);
    }
    let places = Arc::new(compiled.grid.places());
    let ground = Ground { network, compiled: &compiled, ready: &ready, options, places: &places };
    let book = run::all(ground, progress)?;
    let compiled = Arc::new(compiled);
    let (network, options) = (network.clone(), options.clone());
    let replanned = network.len();
    Ok(Plan { network, state, horizon, options, compiled, ready, places, book, replanned })
}

impl Plan {
    /// What it was planned from.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What it began with.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The days that are planned.
    #[must_use]
    pub fn horizon(&self) -> Horizon {
        self.horizon
    }

    /// The rules it was planned by.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// How many orders there are, firm ones and those of phantoms among them.
    #[must_use]
    pub fn order_count(&self) -> usize {
        self.book.count()
    }

    /// The orders of an item: those that were firmed, by day, then those that were planned, by the day on which they are needed. Those of
    /// a phantom say how much of it is made in passing.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have.
    pub fn orders(&self, item: ItemNo) -> Result<impl Iterator<Item = PlannedOrder>, MrpError> {
        self.network.node(item)?;
        let (releases, dues) = self.book.of_item(item.0);
        let both = releases.iter().zip(dues).enumerate();
        Ok(both.map(move |(at, (release, due))| shown(item, at, release, due)))
    }

    /// One order of an item, by its number.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`].
    pub fn order(&self, item: ItemNo, number: usize) -> Result<PlannedOrder, MrpError> {
        self.network.node(item)?;
        let (releases, dues) = self.book.of_item(item.0);
        let both = releases.get(number).zip(dues.get(number));
        let missing = MrpError::NoSuchRow { what: "order", number: super::check::number(number) };
        both.map(|(release, due)| shown(item, number, release, due)).ok_or(missing)
    }

    /// All orders that somebody has to release, item by item: without those of phantoms.
    pub fn proposals(&self) -> impl Iterator<Item = PlannedOrder> {
        let items = self.network.items().filter(|(_, item)| !item.phantom);
        items.flat_map(|(item, _)| self.orders(item).into_iter().flatten())
    }

    /// The low-level code of an item.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have.
    pub fn level(&self, item: ItemNo) -> Result<u32, MrpError> {
        self.network.node(item)?;
        Ok(self.compiled.level[item.index()])
    }

    pub(crate) fn ground(&self) -> Ground<'_> {
        Ground {
            network: &self.network,
            compiled: &self.compiled,
            ready: &self.ready,
            options: &self.options,
            places: &self.places,
        }
    }

    pub(crate) fn ready_of(&self, item: u32) -> Option<&Ready> {
        self.ready.get(item as usize)?.as_deref()
    }
}

fn shown(item: ItemNo, number: usize, release: &Release, due: &Due) -> PlannedOrder {
    PlannedOrder {
        item,
        number,
        source: (release.source != NONE).then_some(release.source as usize),
        quantity: quantity(due.quantity),
        begun: quantity(release.begun),
        release: date(release.day),
        due: date(due.day),
        firm: due.mark.supply().map(SupplyNo),
        demand: due.mark.demand().map(DemandNo),
    }
}

/// Millionths as people write them.
pub(crate) fn quantity(micro: i64) -> Decimal {
    from_fixed(micro, u32::from(QUANTITY_DIGITS))
}
