//! The past of items at their sites, from the moves that are stored: what [`history`](crate::history) learns from.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::calendar::Zone;
use fondaco_core::map::HashMap;
use fondaco_core::rounding::round;
use fondaco_core::{Halt, Id, ItemId, Quantity, Range, Reading, Rounding, SiteId, calendar};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{PolicyKind, ReorderRule, ReplenishError, ReplenishmentPolicy};
use crate::history::{Delivery, Flow, History, Move as Past, Policy, UnderWay, Window};
use crate::items::{Item, Tracking};
use crate::levels::{self, Bin, Expected};
use crate::moves::{Move, MoveKind, Stage};
use crate::places::{Location, LocationKind};
use crate::{KernelError, Qty, StockError};

/// So many items are read at a time.
const CHUNK: usize = 250;

/// What happened to items at their sites in a window, for [`History::recommend`] and [`History::prove`]: item 0 of it is the first of `of`.
///
/// What was issued is the demand, less what customers brought back; so is what was sent to other sites, or put there in one step, and what
/// was put on the shop floor. What came counts as received, and all else (counts, scrap, what was put elsewhere on the site) as what changed the
/// stock without being wanted. A reversal counts as the opposite of what it takes back. The stock at the beginning is known, so that days
/// without stock are: what is set aside or expired is not there to be had; what is promised is, as it will be issued. Lead times are those of orders that were announced ([`AnnounceStock`](crate::reserve::AnnounceStock)) and received by
/// receipts that name them and were not taken back, or by what another site sent for them: from the day on which they were announced, where
/// that is not after the receipt. What came on one order in parts is one order, and what is still to come counts once it has been out for
/// longer than orders take.
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
        gathered.blocked(read, (place * CHUNK, stocks), &window)?;
        gathered.under_way(read, (place * CHUNK, stocks))?;
    }
    let Gathered { opening, moves, deliveries, under_way } = gathered;
    let history = History::new(of.len(), window, &moves, &deliveries).map_err(kernel)?;
    let history = history.under_way(&under_way).map_err(kernel)?;
    history.opening_stock(&opening).map_err(kernel)
}

#[derive(Default)]
struct Gathered {
    opening: Vec<f64>,
    moves: Vec<Past>,
    deliveries: Vec<Delivery>,
    under_way: Vec<UnderWay>,
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
        let others = Others::read(read, &legs)?;
        let orders = Orders::read(read, &legs)?;
        for (item, leg) in legs {
            let (flow, units) = (others.flow(&leg), leg.quantity.units());
            let units = if flow == Flow::Sale { -i128::from(units) } else { units.into() };
            self.moves.push(Past::new(item, leg.date, float(units), flow));
            // Of a transfer that was announced the sender has no delivery.
            let came = orders.announced(&leg).filter(|_| leg.quantity > Qty::ZERO);
            if let Some((day, order)) = came {
                let delivery = Delivery::new(item, day, leg.date, float(units));
                self.deliveries.push(delivery.part_of(number(order)));
            }
        }
        Ok(())
    }
}

impl Gathered {
    /// What is set aside or over is as if it had left, and comes back when it may be used again.
    fn blocked(
        &mut self,
        read: &mut impl Reading,
        (from, stocks): (usize, &[(ItemId, SiteId)]),
        window: &Window,
    ) -> Result<(), StockError> {
        let may_be = may_be_blocked(read, stocks)?;
        for ((item, stock), _) in (from..).zip(stocks).zip(may_be).filter(|(_, may_be)| *may_be) {
            let course = levels::Course::read(read, *stock, (window.through, None))?;
            for (date, units) in course.blocked {
                let more = float(-units);
                match self.opening.get_mut(item).filter(|_| date < window.from) {
                    Some(opening) => *opening += more,
                    None => self.moves.push(Past::new(item, date, more, Flow::Adjustment)),
                }
            }
        }
        Ok(())
    }
}

impl Gathered {
    /// What is still to come of orders that were announced.
    fn under_way(
        &mut self,
        read: &mut impl Reading,
        (from, stocks): (usize, &[(ItemId, SiteId)]),
    ) -> Result<(), StockError> {
        let zone = calendar::zone(read)?;
        let open: Vec<_> = stocks.iter().map(|key| Range::by(Expected::BY_OPEN, key)).collect();
        for (item, rows) in (from..).zip(read.peek_scans(&open)?) {
            for row in rows {
                if let Some(announced) = row.id.timestamp() {
                    let rest = float(row.to_come().units().into());
                    let waiting = UnderWay::new(item, zone.date_of(announced), rest);
                    self.under_way.push(waiting.rest_of(number(row.id)));
                }
            }
        }
        Ok(())
    }
}

/// A number of an order among those of an item: the part of its id that is drawn by lot.
fn number(order: Id<Expected>) -> u64 {
    order.to_u128() as u64
}

/// For each item at a site, whether anything of it was ever set aside there, or is of lots that may be.
fn may_be_blocked(read: &mut impl Reading, stocks: &[(ItemId, SiteId)]) -> Result<Vec<bool>, Halt> {
    let ids: Vec<ItemId> = stocks.iter().map(|(item, _)| *item).collect();
    let items = read.peek_many::<Item>(&ids)?;
    let is_tracked = |item: &Option<Arc<Item>>| {
        item.as_ref().is_some_and(|item| item.tracking != Tracking::None)
    };
    let mut may_be: Vec<bool> = items.iter().map(is_tracked).collect();
    let sites: BTreeSet<SiteId> = stocks.iter().map(|(_, site)| *site).collect();
    let places = sites.iter().map(|site| Range::by(Location::BY_SITE, site)).collect::<Vec<_>>();
    let places = read.peek_scans(&places)?;
    let aside = places.iter().flatten().filter(|place| place.kind == LocationKind::Quarantine);
    let (mut keys, mut of) = (Vec::new(), Vec::new());
    for place in aside {
        for (at, (item, _)) in
            stocks.iter().enumerate().filter(|(_, (_, site))| *site == place.site)
        {
            keys.push((*item, place.code.clone()));
            of.push(at);
        }
    }
    for (at, _) in
        of.into_iter().zip(read.peek_many::<Bin>(&keys)?).filter(|(_, bin)| bin.is_some())
    {
        may_be.get_mut(at).into_iter().for_each(|may_be| *may_be = true);
    }
    Ok(may_be)
}

/// What else there is to know of legs: the other legs of their moves, and what was taken back.
struct Others {
    legs: HashMap<Id<Move>, Vec<Arc<Move>>>,
    /// Of places where nothing is on hand.
    kinds: HashMap<SmolStr, LocationKind>,
}

impl Others {
    fn read(read: &mut impl Reading, legs: &[(usize, Arc<Move>)]) -> Result<Others, Halt> {
        let asked = legs.iter().filter_map(|(_, leg)| match leg.kind {
            MoveKind::Transfer => Some(leg.id),
            MoveKind::Reversal => leg.of.copied(),
            _ => None,
        });
        let asked: BTreeSet<Id<Move>> = asked.collect();
        let keys: Vec<(Id<Move>, u8)> = asked.iter().flat_map(|id| [(*id, 0), (*id, 1)]).collect();
        let mut others = Others { legs: HashMap::default(), kinds: HashMap::default() };
        for leg in read.peek_many::<Move>(&keys)?.into_iter().flatten() {
            others.legs.entry(leg.id).or_default().push(leg);
        }
        let outside = others.legs.values().flatten().filter(|leg| leg.stage == Stage::Outside);
        let codes: BTreeSet<SmolStr> = outside.map(|leg| leg.location.clone()).collect();
        let codes: Vec<SmolStr> = codes.into_iter().collect();
        let places = read.peek_many::<Location>(&codes)?.into_iter().flatten();
        others.kinds = places.map(|place| (place.code.clone(), place.kind)).collect();
        Ok(others)
    }

    /// What a leg is to the formulas; a reversal the opposite of what it takes back.
    fn flow(&self, leg: &Move) -> Flow {
        match leg.kind {
            MoveKind::Issue | MoveKind::Dispatch => Flow::Sale,
            MoveKind::CustomerReturn => Flow::Return,
            MoveKind::Receipt | MoveKind::Arrival => Flow::Receipt,
            MoveKind::Transfer => self.transferred(leg),
            MoveKind::Reversal => match self.taken_back(leg).map(|origin| self.flow(origin)) {
                Some(Flow::Sale) => Flow::Return,
                Some(Flow::Return) => Flow::Sale,
                _ => Flow::Adjustment,
            },
            _ => Flow::Adjustment,
        }
    }

    fn taken_back(&self, leg: &Move) -> Option<&Move> {
        let origins = self.legs.get(leg.of.get()?)?;
        let is_it = |origin: &&Arc<Move>| {
            (origin.site, &origin.location) == (leg.site, &leg.location)
                && (origin.quantity < Qty::ZERO) != (leg.quantity < Qty::ZERO)
                && origin.kind != MoveKind::Reversal
        };
        origins.iter().find(is_it).map(AsRef::as_ref)
    }

    /// What was put elsewhere is wanted where that is another site, the shop floor or a customer.
    fn transferred(&self, leg: &Move) -> Flow {
        let legs = self.legs.get(&leg.id).into_iter().flatten();
        let Some(other) = legs.into_iter().find(|other| other.leg != leg.leg) else {
            return Flow::Adjustment;
        };
        let kind = self.kinds.get(&other.location);
        let (goes, moves_site) = (leg.quantity < Qty::ZERO, other.site != leg.site);
        match kind {
            Some(LocationKind::Customer) if goes => Flow::Sale,
            Some(LocationKind::Customer) => Flow::Return,
            Some(LocationKind::Production) if goes => Flow::Sale,
            Some(LocationKind::Production) => Flow::Receipt,
            None if moves_site && goes => Flow::Sale,
            None if moves_site => Flow::Receipt,
            _ => Flow::Adjustment,
        }
    }
}

/// What came on orders that were announced.
struct Orders {
    zone: Zone,
    /// Receipts on orders that were taken back whole: they never came.
    taken_back: BTreeSet<Id<Move>>,
    /// For which order a dispatch was sent.
    sent_for: HashMap<Id<Move>, Id<Expected>>,
}

impl Orders {
    fn read(read: &mut impl Reading, legs: &[(usize, Arc<Move>)]) -> Result<Orders, Halt> {
        let dispatches = legs.iter().filter(|(_, leg)| leg.kind == MoveKind::Arrival);
        let dispatches: BTreeSet<Id<Move>> =
            dispatches.filter_map(|(_, leg)| leg.of.copied()).collect();
        let keys: Vec<_> = dispatches.iter().flat_map(|id| [(*id, 0), (*id, 1)]).collect();
        let sent = read.peek_many::<Move>(&keys)?.into_iter().flatten();
        let sent_for: HashMap<_, _> =
            sent.filter_map(|leg| Some((leg.id, leg.receives.copied()?))).collect();
        let received = legs.iter().filter(|(_, leg)| order_of(&sent_for, leg).is_some());
        let ids: Vec<Id<Move>> = received.map(|(_, leg)| leg.id).collect();
        let of_each = ids.iter().map(|id| Range::by(Move::BY_OF, id));
        let later = read.peek_scans(&of_each.collect::<Vec<_>>())?;
        let taken_back = ids
            .iter()
            .zip(later)
            .filter(|(_, later)| later.iter().any(|leg| leg.kind == MoveKind::Reversal));
        let taken_back = taken_back.map(|(id, _)| *id).collect();
        Ok(Orders { zone: calendar::zone(read)?, taken_back, sent_for })
    }

    /// On which day the order was announced that a receipt came on, and which that is. One that was announced when it was there already
    /// says nothing of lead times.
    fn announced(&self, leg: &Move) -> Option<(NaiveDate, Id<Expected>)> {
        let order = order_of(&self.sent_for, leg).filter(|_| !self.taken_back.contains(&leg.id))?;
        let day = self.zone.date_of(order.timestamp()?);
        Some((day, order)).filter(|(day, _)| *day <= leg.date)
    }
}

/// The order that something came on: of what arrived, that for which it was sent.
fn order_of(sent_for: &HashMap<Id<Move>, Id<Expected>>, leg: &Move) -> Option<Id<Expected>> {
    let sent = || sent_for.get(leg.of.get()?).copied();
    match leg.kind {
        MoveKind::Arrival => sent(),
        _ => leg.receives.copied(),
    }
}

fn float(units: i128) -> f64 {
    crate::exact::float(levels::decimal(units))
}

fn kernel(error: KernelError) -> StockError {
    ReplenishError::Kernel(error).into()
}

impl ReorderRule {
    /// The rule as the formulas take today's policy. `None` where it is reviewed every so many days, or
    /// planned, of which they know nothing.
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
            PolicyKind::Periodic | PolicyKind::Planned => None,
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
