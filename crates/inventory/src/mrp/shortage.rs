//! What was short when orders were planned: the figures of the netting on the day of the need.

use std::ops::Range;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::date;
use super::plan::quantity;
use super::{ItemNo, MrpError, Plan};

/// What was short of an item on a day, so that orders were planned: needed + safety stock - left - coming, and what is short later within
/// the days that the lot is for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shortage {
    /// The numbers of the orders that were planned for it.
    pub orders: Range<usize>,
    /// The day.
    pub on: NaiveDate,
    /// How much was short.
    pub quantity: Decimal,
    /// What was left before that day.
    pub left: Decimal,
    /// What comes on that day without a planned order.
    pub coming: Decimal,
    /// What is needed on that day.
    pub needed: Decimal,
    /// How much shall be left then.
    pub safety_stock: Decimal,
    /// How much more is short later, within the days that one lot is for.
    pub later: Decimal,
    /// The last of these days.
    pub until: NaiveDate,
}

impl Plan {
    /// What was short of an item, shortage by shortage in the order of its planned orders; of what was firmed, nothing.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(bike, Source::buy(2))?;
    /// let mut state = State::of(&network);
    /// state.on_hand(bike, 5.into())?;
    /// state.demand(Demand::order("SO-1", bike, 20, day("2026-03-02")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// let short = &plan.shortages(bike)?[0];
    /// assert_eq!((short.needed, short.left, short.quantity), (20.into(), 5.into(), 15.into()));
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn shortages(&self, item: ItemNo) -> Result<Vec<Shortage>, MrpError> {
        self.network.node(item)?;
        let mut netting = self.ground().netting();
        netting.steps = Some(Vec::new());
        let planned = netting.plan(item.0, self.ready_of(item.0), &self.book);
        planned.map_err(|fault| self.ground().refused(item.0, fault))?;
        let grid = &self.compiled.grid;
        let shown = |step: super::netting::Step| {
            let event = step.event;
            Shortage {
                orders: step.first..step.first + step.count,
                on: date(grid.day(event.place)),
                quantity: quantity(step.short),
                left: quantity(step.available + event.gross - event.scheduled),
                coming: quantity(event.scheduled),
                needed: quantity(event.gross),
                safety_stock: quantity(event.target),
                later: quantity(step.short - (event.target - step.available)),
                until: date(grid.day(step.until.min(grid.len - 1))),
            }
        };
        Ok(netting.steps.unwrap_or_default().into_iter().map(shown).collect())
    }
}
