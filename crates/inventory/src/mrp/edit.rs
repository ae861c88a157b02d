//! Net change and what-if: a plan is edited, and what the edits touch is planned again, in a plan beside the old one.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::Progress;
use rust_decimal::Decimal;

use super::check::number;
use super::compiled::Compiled;
use super::ready::Ready;
use super::run::{self, Ground};
use super::{
    Demand, DemandNo, Item, ItemNo, MrpError, Network, Plan, Source, State, Supply, SupplyNo,
};

/// Edits of a plan that are not planned yet.
///
/// The plan stays as it is: what comes out is another one, which shares with it all that did not change. So the same thing is an update
/// in the morning and a what-if in the afternoon; [`Plan::compare`] puts both side by side.
///
/// ```
/// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
/// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let mut network = Network::new();
/// let wheel = network.add(Item::new("WHEEL"))?;
/// let bike = network.add(Item::new("BIKE"))?;
/// network.source(wheel, Source::buy(10))?;
/// network.source(bike, Source::make(2).of(2, wheel))?;
/// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
/// let plan = run(&network, &State::of(&network), horizon, &Options::default())?;
///
/// let mut edit = plan.edit();
/// edit.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
/// let what_if = edit.replan()?;
/// assert_eq!((plan.order_count(), what_if.order_count()), (0, 2));
/// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Edit<'a> {
    base: &'a Plan,
    network: Network,
    state: State,
    /// Whose demands, supplies or stock changed.
    touched: BTreeSet<u32>,
    /// Whose parameters or sources changed.
    rebuilt: BTreeSet<u32>,
}

impl Plan {
    /// Begins to edit it.
    #[must_use]
    pub fn edit(&self) -> Edit<'_> {
        Edit {
            base: self,
            network: self.network.clone(),
            state: self.state.clone(),
            touched: BTreeSet::new(),
            rebuilt: BTreeSet::new(),
        }
    }

    /// How many items the last run or [`Edit::replan`] planned.
    #[must_use]
    pub fn replanned(&self) -> usize {
        self.replanned
    }
}

impl Edit<'_> {
    /// What is planned, with the edits so far.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What is there, wanted and coming, with the edits so far.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// As [`State::on_hand`].
    ///
    /// # Errors
    /// As there.
    pub fn on_hand(&mut self, item: ItemNo, quantity: Decimal) -> Result<(), MrpError> {
        self.state.on_hand(item, quantity)?;
        self.touched.insert(item.0);
        Ok(())
    }

    /// As [`State::demand`].
    ///
    /// # Errors
    /// As there.
    pub fn demand(&mut self, demand: Demand) -> Result<DemandNo, MrpError> {
        let item = demand.item.0;
        let number = self.state.demand(demand)?;
        self.touched.insert(item);
        Ok(number)
    }

    /// As [`State::change_demand`].
    ///
    /// # Errors
    /// As there.
    pub fn change_demand(&mut self, number: DemandNo, demand: Demand) -> Result<(), MrpError> {
        let item = demand.item.0;
        self.state.change_demand(number, demand)?;
        self.touched.insert(item);
        Ok(())
    }

    /// As [`State::drop_demand`].
    ///
    /// # Errors
    /// As there.
    pub fn drop_demand(&mut self, number: DemandNo) -> Result<Demand, MrpError> {
        let demand = self.state.drop_demand(number)?;
        self.touched.insert(demand.item.0);
        Ok(demand)
    }

    /// As [`State::supply`].
    ///
    /// # Errors
    /// As there.
    pub fn supply(&mut self, supply: Supply) -> Result<SupplyNo, MrpError> {
        let item = supply.item.0;
        let number = self.state.supply(supply)?;
        self.touched.insert(item);
        Ok(number)
    }

    /// As [`State::change_supply`].
    ///
    /// # Errors
    /// As there.
    pub fn change_supply(&mut self, number: SupplyNo, supply: Supply) -> Result<(), MrpError> {
        let item = supply.item.0;
        self.state.change_supply(number, supply)?;
        self.touched.insert(item);
        Ok(())
    }

    /// As [`State::drop_supply`].
    ///
    /// # Errors
    /// As there.
    pub fn drop_supply(&mut self, number: SupplyNo) -> Result<Supply, MrpError> {
        let supply = self.state.drop_supply(number)?;
        self.touched.insert(supply.item.0);
        Ok(supply)
    }

    /// As [`Network::add`].
    ///
    /// # Errors
    /// As there.
    pub fn add(&mut self, item: Item) -> Result<ItemNo, MrpError> {
        let item = self.network.add(item)?;
        self.rebuilt.insert(item.0);
        self.state.grow(&self.network);
        Ok(item)
    }

    /// As [`Network::change`].
    ///
    /// # Errors
    /// As there.
    pub fn change(&mut self, number: ItemNo, item: Item) -> Result<(), MrpError> {
        self.network.change(number, item)?;
        self.rebuilt.insert(number.0);
        self.state.grow(&self.network);
        Ok(())
    }

    /// As [`Network::source`].
    ///
    /// # Errors
    /// As there.
    pub fn source(&mut self, item: ItemNo, source: Source) -> Result<(), MrpError> {
        self.network.source(item, source)?;
        self.rebuilt.insert(item.0);
        Ok(())
    }

    /// As [`Network::resource`].
    ///
    /// # Errors
    /// As there.
    pub fn resource(&mut self, item: ItemNo, sources: Vec<Source>) -> Result<(), MrpError> {
        self.network.resource(item, sources)?;
        self.rebuilt.insert(item.0);
        Ok(())
    }

    /// Plans what the edits touch, and what that touches: the plan that a run over all of it would give.
    ///
    /// # Errors
    /// As [`run`](super::run).
    pub fn replan(self) -> Result<Plan, MrpError> {
        self.replan_watched(&mut ())
    }

    /// The same, with somebody who is told how far it is, and can stop it.
    ///
    /// # Errors
    /// As [`run_watched`](super::run_watched).
    pub fn replan_watched(mut self, progress: &mut dyn Progress) -> Result<Plan, MrpError> {
        let base = self.base;
        let mut compiled = Arc::clone(&base.compiled);
        if !self.rebuilt.is_empty() {
            compiled = Arc::new(Compiled::of(&self.network, &base.horizon, &base.options)?);
            let of = |compiled: &Compiled, item: u32| -> Vec<u32> {
                let known = (item as usize) < compiled.params.len();
                let parts = known.then(|| compiled.all_parts(item).map(|line| line.item));
                parts.into_iter().flatten().collect()
            };
            // Whether something made in passing passes on for whom it is, depends on what it goes into and is made of.
            let before = base.compiled.params.iter().map(|params| params.to_order);
            let after = compiled.params.iter().map(|params| params.to_order);
            let passes =
                (0..).zip(before.zip(after)).filter(|(_, (before, after))| before != after);
            self.rebuilt.extend(passes.map(|(item, _)| item));
            for &item in &self.rebuilt {
                self.touched.insert(item);
                self.touched.extend(of(&base.compiled, item));
                self.touched.extend(of(&compiled, item));
            }
        }
        let mut ready = base.ready.clone();
        let mut book = base.book.clone();
        if !self.touched.is_empty() {
            let items = self.network.len();
            ready.grow(items, &None);
            book.grow(items);
            let mut reserved = Vec::new();
            for &at in &self.touched {
                let item = &self.network.node(ItemNo(at))?.item;
                let own = self.state.own(at).map(|own| Ready::of(own, at, item, &compiled));
                let own = own.transpose()?;
                // Whose a firm order is does not show in the order, but in what goes into it.
                let before = base.ready_of(at).into_iter().flat_map(Ready::firmed);
                if !before.eq(own.iter().flat_map(Ready::firmed)) {
                    reserved.extend(compiled.all_parts(at).map(|line| line.item));
                }
                if let Some(row) = ready.get_mut(at as usize) {
                    *row = own.map(Arc::new);
                }
            }
            self.touched.extend(reserved);
        }
        let ground = Ground {
            network: &self.network,
            compiled: &compiled,
            ready: &ready,
            options: &base.options,
            places: &base.places,
        };
        let replanned = run::again(ground, &mut book, self.touched, progress)?;
        Ok(Plan {
            network: self.network,
            state: self.state,
            horizon: base.horizon,
            options: base.options.clone(),
            compiled,
            ready,
            places: Arc::clone(&base.places),
            book,
            replanned,
        })
    }
}

/// An item whose orders differ between two plans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Which item.
    pub item: ItemNo,
    /// Orders that only the first plan has.
    pub only_before: Vec<super::PlannedOrder>,
    /// Orders that only the second plan has.
    pub only_after: Vec<super::PlannedOrder>,
}

impl Plan {
    /// What another plan has otherwise, item by item: what-if against what is, or today's run against yesterday's.
    ///
    /// Items are matched by their numbers, so the other is one that this one was edited into, or of the same network.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// # let bike = network.add(Item::new("BIKE"))?;
    /// # network.source(bike, Source::buy(2))?;
    /// # let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// # let plan = run(&network, &State::of(&network), horizon, &Options::default())?;
    /// let mut edit = plan.edit();
    /// edit.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
    /// let differences = plan.compare(&edit.replan()?);
    /// assert_eq!((differences.len(), differences[0].item), (1, bike));
    /// assert!(differences[0].only_before.is_empty());
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    #[must_use]
    pub fn compare(&self, other: &Plan) -> Vec<Difference> {
        let items = self.network.len().max(other.network.len());
        let mut differences = Vec::new();
        for at in 0..number(items) {
            let item = ItemNo(at);
            let of = |plan: &Plan| plan.orders(item).map(Iterator::collect).unwrap_or_default();
            if self.same_orders(other, at) {
                continue;
            }
            let (before, after): (Vec<super::PlannedOrder>, Vec<_>) = (of(self), of(other));
            let only_before = without(&before, &after);
            let only_after = without(&after, &before);
            if !only_before.is_empty() || !only_after.is_empty() {
                differences.push(Difference { item, only_before, only_after });
            }
        }
        differences
    }

    fn same_orders(&self, other: &Plan, item: u32) -> bool {
        let in_both = (item as usize) < self.network.len().min(other.network.len());
        in_both && self.book.of_item(item) == other.book.of_item(item)
    }
}

/// Those orders of one list that the other has none for, whatever their numbers.
fn without(
    these: &[super::PlannedOrder],
    others: &[super::PlannedOrder],
) -> Vec<super::PlannedOrder> {
    let mut others: Vec<super::PlannedOrder> = others.to_vec();
    let mut left = Vec::new();
    for order in these {
        let same = |other: &super::PlannedOrder| {
            super::PlannedOrder { number: order.number, ..other.clone() } == *order
        };
        match others.iter().position(same) {
            Some(at) => drop(others.swap_remove(at)),
            None => left.push(order.clone()),
        }
    }
    left
}
