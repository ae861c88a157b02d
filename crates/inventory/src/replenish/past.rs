//! The past of items at their sites, from the moves that are stored: what [`history`](crate::history) learns from.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use foldhash::fast::RandomState;
use fondaco_core::rounding::round;
use fondaco_core::{Halt, Id, ItemId, Quantity, Range, Reading, Rounding, SiteId, calendar};
use rust_decimal::Decimal;

use super::{PolicyKind, ReorderRule, ReplenishError, ReplenishmentPolicy};
use crate::history::{Delivery, Flow, History, Move as Past, Policy, Window};
use crate::items::Item;
use crate::levels::{self, Expected};
use crate::moves::{Move, MoveKind, Stage};
use crate::{KernelError, Qty, StockError};

/// So many items are read at a time.
const CHUNK: usize = 250;

/// What happened to items at their sites in a window, for [`History::recommend`] and [`History::prove`]: item 0 of it is the first of `of`.
///
/// What was issued is the demand, less what customers brought back; what came counts as received, and all else (counts, scrap, what was put
/// elsewhere or sent to another site) as what changed the stock without being wanted. A reversal counts as the opposite of what it takes
/// back. The stock at the beginning is known, so that days without stock are. Lead times are those of orders that were announced
/// ([`AnnounceStock`](crate::reserve::AnnounceStock)) and received by receipts that name them: from the day on which they were announced,
/// where that is not after the receipt.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::history::{ItemTerms, Window};
/// use fondaco_inventory::moves::NewMove;
/// use fondaco_inventory::posting::MoveStock;
/// use fondaco_inventory::replenish::past;
///
/// # let stock = stock();
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let mut moves = vec![NewMove::receipt(bolt, "400 pcs".parse()?, "MAIN/A", day("2026-03-01"))];
/// for n in 0..84 {
///     let sold = day("2026-03-02") + chrono::Days::new(n);
///     moves.push(NewMove::issue(bolt, "3 pcs".parse()?, "MAIN/A", sold));
/// }
/// stock.send("three a day", &MoveStock::new(moves))?;
///
/// let window = Window::new(day("2026-03-02"), day("2026-05-24"), 7)?;
/// let history = stock.view(|view| past(view, &[(bolt, main)], window))?;
/// let best = history.recommend(0, &ItemTerms::new(20.0, 0.01, 0.5).delivered_after(7))?;
/// assert_eq!((best.demand.mean, best.demand.days_without_stock), (21.0, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`]; [`ReplenishError::Kernel`] when a row contradicts itself, as a damaged store's may.
pub fn past(
    read: &mut impl Reading,
    of: &[(ItemId, SiteId)],
    window: Window,
) -> Result<History, StockError> {
    let mut gathered = Gathered::default();
    for (place, stocks) in of.chunks(CHUNK).enumerate() {
        gathered.opening(read, stocks, &window)?;
        gathered.moves(read, (place * CHUNK, stocks), &window)?;
    }
    let Gathered { opening, moves, deliveries } = gathered;
    let history = History::new(of.len(), window, &moves, &deliveries).map_err(kernel)?;
    history.opening_stock(&opening).map_err(kernel)
}

#[derive(Default)]
struct Gathered {
    opening: Vec<f64>,
    moves: Vec<Past>,
    deliveries: Vec<Delivery>,
}

impl Gathered {
    /// What was on hand at the end of the day before the window: whole months from their sums, the rest from the moves.
    fn opening(
        &mut self,
        read: &mut impl Reading,
        stocks: &[(ItemId, SiteId)],
        window: &Window,
    ) -> Result<(), StockError> {
        let month = levels::month_of(window.from);
        let months = |key| Range::<levels::Flow>::by_key(key).before(&month);
        let months = read.peek_ranges(&stocks.iter().map(months).collect::<Vec<_>>())?;
        let first = levels::first_of(month).unwrap_or(window.from);
        let days = |key| Range::by(Move::BY_ITEM, key).from(&first).before(&window.from);
        let days = read.peek_ranges(&stocks.iter().map(days).collect::<Vec<_>>())?;
        for (months, days) in months.iter().zip(&days) {
            let mut units = 0;
            for row in months {
                units += row
                    .with(|flow: &levels::Flow| {
                        i128::from(flow.received.units()) - i128::from(flow.issued.units())
                    })
                    .map_err(Halt::from)?;
            }
            for row in days {
                let counts = |leg: &Move| leg.stage == Stage::Stock;
                units += row
                    .with(
                        |leg: &Move| if counts(leg) { i128::from(leg.quantity.units()) } else { 0 },
                    )
                    .map_err(Halt::from)?;
            }
            self.opening.push(float(units));
        }
        Ok(())
    }

    fn moves(
        &mut self,
        read: &mut impl Reading,
        (from, stocks): (usize, &[(ItemId, SiteId)]),
        window: &Window,
    ) -> Result<(), StockError> {
        let days = |key| Range::by(Move::BY_ITEM, key).from(&window.from).through(&window.through);
        let legs = read.peek_scans(&stocks.iter().map(days).collect::<Vec<_>>())?;
        let legs: Vec<(usize, Arc<Move>)> = (from..)
            .zip(legs)
            .flat_map(|(item, legs)| legs.into_iter().map(move |leg| (item, leg)))
            .filter(|(_, leg)| leg.stage == Stage::Stock)
            .collect();
        let reversed = reversed(read, &legs)?;
        let ordered = ordered(read, &legs)?;
        for (item, leg) in legs {
            let of = leg.of.copied().and_then(|of| reversed.get(&of)).copied();
            self.moves.push(moved(item, &leg, of));
            let day = leg.receives.copied().and_then(|order| ordered.get(&order)).copied();
            // An order that was announced when it was there already says nothing of lead times.
            if let Some(day) = day.filter(|day| leg.quantity > Qty::ZERO && *day <= leg.date) {
                let quantity = float(leg.quantity.units().into());
                self.deliveries.push(Delivery::new(item, day, leg.date, quantity));
            }
        }
        Ok(())
    }
}

/// What kind of move each reversal takes back.
fn reversed(
    read: &mut impl Reading,
    legs: &[(usize, Arc<Move>)],
) -> Result<HashMap<Id<Move>, MoveKind, RandomState>, Halt> {
    let reversals = legs.iter().filter(|(_, leg)| leg.kind == MoveKind::Reversal);
    let keys: Vec<(Id<Move>, u8)> =
        reversals.filter_map(|(_, leg)| Some((leg.of.copied()?, 0))).collect();
    let origins = read.peek_many::<Move>(&keys)?;
    Ok(origins.into_iter().flatten().map(|origin| (origin.id, origin.kind)).collect())
}

/// On which day each order was announced that something came on.
fn ordered(
    read: &mut impl Reading,
    legs: &[(usize, Arc<Move>)],
) -> Result<HashMap<Id<Expected>, NaiveDate, RandomState>, Halt> {
    let received = legs.iter().filter(|(_, leg)| leg.kind == MoveKind::Receipt);
    let orders: Vec<Id<Expected>> = received.filter_map(|(_, leg)| leg.receives.copied()).collect();
    if orders.is_empty() {
        return Ok(HashMap::default());
    }
    let zone = calendar::zone(read)?;
    let announced = |id: Id<Expected>| Some((id, zone.date_of(id.timestamp()?)));
    Ok(orders.into_iter().filter_map(announced).collect())
}

/// A leg as the formulas take it; a reversal as the opposite of what it takes back.
fn moved(item: usize, leg: &Move, reversed: Option<MoveKind>) -> Past {
    let units = leg.quantity.units();
    let (flow, units) = match (leg.kind, reversed) {
        (MoveKind::Issue, _) => (Flow::Sale, -units),
        (MoveKind::Reversal, Some(MoveKind::CustomerReturn)) => (Flow::Sale, -units),
        (MoveKind::CustomerReturn, _) => (Flow::Return, units),
        (MoveKind::Reversal, Some(MoveKind::Issue)) => (Flow::Return, units),
        (MoveKind::Receipt | MoveKind::Arrival, _) => (Flow::Receipt, units),
        _ => (Flow::Adjustment, units),
    };
    Past::new(item, leg.date, float(units.into()), flow)
}

fn float(units: i128) -> f64 {
    crate::exact::float(levels::decimal(units))
}

fn kernel(error: KernelError) -> StockError {
    ReplenishError::Kernel(error).into()
}

impl ReorderRule {
    /// The rule as the formulas take today's policy. `None` where it is reviewed every so many days, of which they know nothing.
    ///
    /// ```
    /// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
    /// # use goods::*;
    /// use fondaco_inventory::history::Policy;
    /// use fondaco_inventory::replenish::{ReplenishmentPolicy, SetReorderRule, reorder_rules};
    ///
    /// # let stock = stock();
    /// let shop = ReplenishmentPolicy::Kanban { containers: 4, each: "50 pcs".parse()? };
    /// stock.send("rule", &SetReorderRule::new(ItemId::named("M8x40"), SiteId::named("MAIN"), shop))?;
    /// let rules = stock.view(|view| reorder_rules(view))?;
    /// let policy = Policy::ReorderPoint { reorder_point: 150.0, order_quantity: 50.0 };
    /// assert_eq!(rules[0].as_policy(), Some(policy));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_policy(&self) -> Option<Policy> {
        let units = |quantity: Qty| float(quantity.units().into());
        match self.policy {
            PolicyKind::ReorderPoint | PolicyKind::Kanban => Some(Policy::ReorderPoint {
                reorder_point: units(self.point),
                order_quantity: units(self.lot),
            }),
            PolicyKind::OrderUpTo => Some(Policy::MinMax {
                reorder_point: units(self.point),
                order_up_to: units(self.up_to),
            }),
            PolicyKind::Periodic => None,
        }
    }
}

impl ReplenishmentPolicy {
    /// A recommended policy for an item, rounded up to the digits that its quantities have; `None` where it is to be ordered on demand.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// use fondaco_inventory::history::Policy;
    /// use fondaco_inventory::items::Item;
    /// use fondaco_inventory::replenish::ReplenishmentPolicy;
    ///
    /// let bolt = Item::new("M8x40", "Bolt M8 x 40", Unit::PIECE);
    /// let best = Policy::ReorderPoint { reorder_point: 41.3, order_quantity: 120.0 };
    /// let rule = ReplenishmentPolicy::ReorderPoint { point: "42 pcs".parse()?, quantity: "120 pcs".parse()? };
    /// assert_eq!(ReplenishmentPolicy::recommended(&bolt, &best)?, Some(rule));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReplenishError::Kernel`] when a number is not finite, or too large.
    pub fn recommended(
        item: &Item,
        policy: &Policy,
    ) -> Result<Option<ReplenishmentPolicy>, ReplenishError> {
        let up = |field, value| rounded_up(item, field, value);
        let of_item = |amount| Quantity::new(amount, item.unit);
        Ok(match *policy {
            Policy::ReorderPoint { reorder_point, order_quantity } => {
                Some(ReplenishmentPolicy::ReorderPoint {
                    point: of_item(up("reorder_point", reorder_point.max(0.0))?),
                    quantity: of_item(up("order_quantity", order_quantity)?),
                })
            }
            Policy::MinMax { reorder_point, order_up_to } => {
                let point = up("reorder_point", reorder_point.max(0.0))?;
                // From the point on, so that the level stays above it.
                let more = up("order_up_to", order_up_to - reorder_point)?;
                let up_to = of_item(crate::exact::add("order_up_to", point, more)?);
                Some(ReplenishmentPolicy::OrderUpTo { point: of_item(point), up_to })
            }
            Policy::OnDemand => None,
        })
    }
}

fn rounded_up(item: &Item, field: &'static str, value: f64) -> Result<Decimal, KernelError> {
    let exact = crate::exact::decimal_of(field, value)?;
    // Twelve digits are what a float knows for sure: what is above a whole by less than that is that whole.
    let near = exact.round_sf(12).unwrap_or(exact);
    Ok(round(near, item.digits().into(), Rounding::Ceiling))
}
