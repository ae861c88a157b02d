//! The textbook's planner: one day after the other, in decimals, written to be read. It shares nothing with the kernel.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::forecasts::{Row, requirements};
use super::model::{DAYS, Line, Lot, Part, World};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) quantity: Decimal,
    pub(super) begun: Decimal,
    pub(super) release: i64,
    pub(super) due: i64,
    pub(super) source: usize,
    pub(super) is_firm: bool,
    /// The demand that it is for alone.
    pub(super) whose: Option<usize>,
}

/// How much, by day.
type Days = BTreeMap<i64, Decimal>;

/// The orders of each part: firm ones first, by day; then planned ones, in the order in which they are needed.
pub(super) fn plan(world: &World) -> Vec<Vec<Order>> {
    let mut plans: Vec<Vec<Order>> = Vec::new();
    for at in 0..world.parts.len() {
        let part = in_passing(&world.parts[at]);
        let days = (0..DAYS).map(|day| (day, Decimal::ZERO)).collect::<Days>();
        let to_order = is_to_order(world, at);
        let mut planner = Planner {
            world,
            at,
            part,
            to_order,
            needed: days.clone(),
            coming: days,
            own: BTreeMap::new(),
            rows: requirements(world, at),
            movable: Vec::new(),
            orders: Vec::new(),
        };
        planner.plan(&plans);
        plans.push(planner.orders);
    }
    plans
}

/// Whether each demand has its own supply: so it is said, or it is made in passing between things of which it is said.
fn is_to_order(world: &World, at: usize) -> bool {
    let above = || world.lines.iter().filter(|line| line.child == at && !line.comes_out);
    world.parts[at].to_order
        || (passes(world, at) && above().any(|line| is_to_order(world, line.parent)))
}

fn passes(world: &World, at: usize) -> bool {
    let below = || world.lines.iter().filter(|line| line.parent == at && !line.comes_out);
    world.parts[at].phantom
        && below().any(|line| world.parts[line.child].to_order || passes(world, line.child))
}

/// Nobody orders a phantom: it is there when it is needed, as much of it as is needed.
fn in_passing(part: &Part) -> Part {
    if !part.phantom {
        return part.clone();
    }
    let second = part.second.map(|second| super::model::Second { lead: 0, ..second });
    let plain = Part { lead: 0, safety_days: 0, fence: 0, works: false, ..part.clone() };
    Part { lot: Lot::Each, second, ..plain }
}

/// The planner of one part.
struct Planner<'w> {
    world: &'w World,
    at: usize,
    part: Part,
    to_order: bool,
    needed: Days,
    coming: Days,
    /// What is needed for one demand alone.
    own: BTreeMap<usize, Vec<(i64, Decimal)>>,
    rows: Vec<Row>,
    /// What is on order or firm, and can come sooner: when it comes, and how much.
    movable: Vec<(i64, Decimal)>,
    orders: Vec<Order>,
}

impl Planner<'_> {
    fn plan(&mut self, above: &[Vec<Order>]) {
        for row in self.rows.clone() {
            let Some(day) = self.world.first(row.day) else { continue };
            if self.to_order && !row.is_forecast {
                self.own.entry(row.demand).or_default().push((day, row.quantity));
            } else {
                *self.needed.get_mut(&day).unwrap() += row.quantity;
            }
        }
        let (world, at) = (self.world, self.at);
        for line in world.lines.iter().filter(|line| line.child == at) {
            let marked = self.to_order && is_to_order(world, line.parent);
            for order in &above[line.parent] {
                self.dependent(line, order, marked);
            }
        }
        self.receipts();
        if self.to_order {
            self.turn_away_own();
            for (demand, needs) in self.own.clone() {
                self.net_own(demand, needs);
            }
            self.bring_orphans();
        }
        self.turn_away();
        for day in self.world.firsts() {
            self.net(day);
        }
    }

    /// What an order above takes, or brings besides.
    fn dependent(&mut self, line: &Line, order: &Order, marked: bool) {
        let release = order.release.max(0);
        let made = self.world.parts[line.parent].made_by();
        if order.source != made || release < line.from || release > line.until {
            return;
        }
        let per = Decimal::new(line.quantity.into(), 2);
        let step = Decimal::new(1, self.part.digits.into());
        if line.comes_out {
            let whole = (order.begun * per / step).floor() * step;
            if let Some(day) = self.world.first(order.due) {
                *self.coming.get_mut(&day).unwrap() += whole;
            }
            return;
        }
        // begun x per / (1 - scrap), in whole steps, up: with the division last, so that it is exact where it can be.
        let left = Decimal::from(100 - line.scrap);
        let whole = up(order.begun * per * Decimal::from(100) / step, left) * step;
        // What is needed after the last day is left for later.
        let Some(day) = self.world.first(release + line.offset) else { return };
        match order.whose.filter(|_| marked) {
            Some(demand) => self.own.entry(demand).or_default().push((day, whole)),
            None => *self.needed.get_mut(&day).unwrap() += whole,
        }
    }

    fn receipts(&mut self) {
        let mut receipts: Vec<_> =
            self.world.receipts.iter().filter(|row| row.of == self.at).collect();
        receipts.sort_by_key(|row| row.due);
        for row in receipts {
            let quantity = Decimal::from(row.quantity);
            if row.is_firm {
                let order = self.order(self.part.made_by(), quantity, row.due, row.whose);
                self.orders.push(Order { is_firm: true, ..order });
            }
            let Some(day) = self.world.first(row.due) else { continue };
            if self.to_order && row.whose.is_some() {
                continue;
            }
            *self.coming.get_mut(&day).unwrap() += quantity;
            if !row.is_fixed {
                self.movable.push((day, quantity));
            }
        }
    }

    /// What comes for one demand alone: when, how much, and whether it can come sooner.
    fn reserved(&self, demand: usize) -> Vec<(i64, Decimal, bool)> {
        let rows = self.world.receipts.iter();
        let rows = rows.filter(|row| row.of == self.at && row.whose == Some(demand));
        let known = rows.filter_map(|row| {
            Some((self.world.first(row.due)?, row.quantity.into(), !row.is_fixed))
        });
        let mut known: Vec<_> = known.collect();
        known.sort_by_key(|row| row.0);
        known
    }

    fn there_by(&self, demand: usize, day: i64) -> Decimal {
        let sooner = i64::from(self.world.reschedule);
        let rows = self.reserved(demand).into_iter();
        let rows = rows.filter(|(due, _, can)| *due <= day + if *can { sooner } else { 0 });
        rows.map(|row| row.1).sum()
    }

    /// Each demand against what comes for it; what it leaves is there for all.
    fn net_own(&mut self, demand: usize, mut needs: Vec<(i64, Decimal)>) {
        needs.sort();
        let (mut wanted, mut brought) = (Decimal::ZERO, Decimal::ZERO);
        let mut supplies: Vec<(i64, Decimal)> = Vec::new();
        for (day, quantity) in needs {
            wanted += quantity;
            let soonest = day.max(self.soonest());
            // Until somebody can deliver.
            for by in self.world.firsts().filter(|by| *by >= soonest) {
                let short = wanted - brought - self.there_by(demand, by);
                if short <= Decimal::ZERO {
                    break;
                }
                let ordered = self.bring(short, by, Some(demand));
                if ordered > Decimal::ZERO {
                    brought += ordered;
                    supplies.push((by, ordered));
                    break;
                }
            }
        }
        supplies.extend(self.reserved(demand).into_iter().map(|(day, much, _)| (day, much)));
        supplies.sort();
        for (day, much) in supplies {
            let taken = much.min(wanted);
            wanted -= taken;
            *self.coming.get_mut(&day).unwrap() += much - taken;
        }
    }

    /// What comes for demands that are no more is there for all.
    fn bring_orphans(&mut self) {
        for demand in 0..self.world.demands.len() {
            if !self.own.contains_key(&demand) {
                for (day, much, _) in self.reserved(demand) {
                    *self.coming.get_mut(&day).unwrap() += much;
                }
            }
        }
    }

    /// Who wants something made to order so soon that nothing new can be there gets what comes for him, or nothing.
    fn turn_away_own(&mut self) {
        if !self.world.from_today {
            return;
        }
        for row in self.rows.clone().iter().filter(|row| !row.is_forecast) {
            let Some(by) = row.latest.and_then(|latest| self.world.first(latest.max(0))) else {
                continue;
            };
            if by < self.soonest() {
                let sent = row.sent(self.there_by(row.demand, by));
                if let Some(needs) = self.own.get_mut(&row.demand) {
                    needs[0].1 -= row.quantity - sent;
                }
            }
        }
    }

    /// Who wants something so soon that nothing new can be there gets what is there when it is his turn, or nothing.
    fn turn_away(&mut self) {
        if !self.world.from_today {
            return;
        }
        let is_common = |row: &&Row| !self.to_order || row.is_forecast;
        let mut turns: Vec<Row> = self.rows.iter().filter(is_common).cloned().collect();
        turns.retain(|row| self.world.first(row.day).is_some());
        turns.sort_by_key(|row| (row.day.max(0), row.priority, row.demand));
        let mut besides = self.needed.clone();
        for row in &turns {
            *besides.get_mut(&self.world.first(row.day).unwrap()).unwrap() -= row.quantity;
        }
        let mut taken = Decimal::ZERO;
        for row in turns {
            let day = self.world.first(row.day).unwrap();
            let by = row.latest.and_then(|latest| self.world.first(latest.max(0)));
            let mut sent = row.quantity;
            if let Some(by) = by.filter(|by| *by < self.soonest()) {
                let until = if row.priority > 0 { day } else { day - 1 };
                let there: Decimal = self.coming.range(..=by).map(|(_, much)| much).sum();
                let before: Decimal = besides.range(..=until).map(|(_, much)| much).sum();
                sent = row.sent(Decimal::from(self.part.on_hand) + there - before - taken);
            }
            *self.needed.get_mut(&day).unwrap() -= row.quantity - sent;
            taken += sent;
        }
    }

    /// The stock of a day against what shall be left, by all that has happened up to it.
    fn net(&mut self, today: i64) {
        let mut available = self.available(today);
        let target = self.target(today);
        if available >= target {
            return;
        }
        // What is on order anyway can come sooner.
        let until = today + i64::from(self.world.reschedule);
        for (due, quantity) in &mut self.movable {
            if available < target && *due > today && *due <= until {
                available += *quantity;
                *self.coming.get_mut(due).unwrap() -= *quantity;
                *self.coming.get_mut(&today).unwrap() += *quantity;
                *due = -1;
            }
        }
        if available >= target || today < self.soonest() {
            return;
        }
        let short = self.short(today, available);
        let ordered = self.bring(short, today, None);
        *self.coming.get_mut(&today).unwrap() += ordered;
    }

    fn available(&self, today: i64) -> Decimal {
        let come: Decimal = self.coming.range(..=today).map(|(_, much)| much).sum();
        let gone: Decimal = self.needed.range(..=today).map(|(_, much)| much).sum();
        Decimal::from(self.part.on_hand) + come - gone
    }

    /// Plans what brings so much by a day, if anybody delivers then. How much it brings.
    fn bring(&mut self, short: Decimal, needed: i64, whose: Option<usize>) -> Decimal {
        let wanted = (needed - i64::from(self.part.safety_days)).max(self.fence());
        let chosen = self.part.sources().into_iter().enumerate().find_map(|(number, source)| {
            let soonest = self.world.forth(0, source.lead, source.works);
            let due = if self.world.from_today { wanted.max(soonest) } else { wanted };
            let in_time = !self.world.from_today
                || self.world.first(due.max(0)).unwrap_or(DAYS)
                    <= self.world.first(needed.max(0)).unwrap_or(DAYS);
            (source.from <= due && due <= source.until && in_time).then_some((number, due))
        });
        let Some((source, due)) = chosen else { return Decimal::ZERO };
        let mut sum = Decimal::ZERO;
        for quantity in lots(&self.part, short) {
            sum += quantity;
            let works = self.part.sources()[source].works;
            let due = self.world.back(due, 0, works);
            let order = self.order(source, quantity, due, whose);
            self.orders.push(order);
        }
        sum
    }

    fn order(&self, source: usize, quantity: Decimal, due: i64, whose: Option<usize>) -> Order {
        let step = Decimal::new(1, self.part.digits.into());
        let good = Decimal::from(self.part.good);
        let begun = up(quantity * Decimal::from(100) / step, good) * step;
        let by = self.part.sources()[source];
        let release = self.world.back(due, by.lead, by.works);
        Order { quantity, begun, release, due, source, is_firm: false, whose }
    }

    /// The first day on which something new can be there.
    fn soonest(&self) -> i64 {
        let mut soonest = self.fence();
        if self.world.from_today {
            let sources = self.part.sources().into_iter();
            let first = sources.map(|by| self.world.forth(0, by.lead, by.works)).min().unwrap();
            soonest = soonest.max(first);
        }
        self.world.first(soonest.max(0)).unwrap_or(DAYS)
    }

    fn fence(&self) -> i64 {
        if self.part.fence == 0 { i64::MIN } else { self.part.fence.into() }
    }

    /// What has to come for the days that one lot covers.
    fn short(&self, today: i64, available: Decimal) -> Decimal {
        let last = match self.part.lot {
            Lot::Days(days) => today + i64::from(days) - 1,
            Lot::Each | Lot::Fixed(_) => today,
        };
        let mut level = available;
        let mut short = self.target(today) - available;
        for day in self.world.firsts().filter(|day| today < *day && *day <= last) {
            level += self.coming[&day] - self.needed[&day];
            short = short.max(self.target(day) - level);
        }
        short
    }

    fn target(&self, day: i64) -> Decimal {
        match self.part.safety_step {
            Some((from, quantity)) if self.world.first(from).is_some_and(|from| from <= day) => {
                quantity.into()
            }
            _ => self.part.safety.into(),
        }
    }
}

/// The quotient, rounded up to a whole number.
fn up(value: Decimal, by: Decimal) -> Decimal {
    let whole = (value / by).floor();
    // Decimal division rounds: what is left over tells.
    let rest = value - whole * by;
    if rest > Decimal::ZERO { whole + Decimal::ONE } else { whole }
}

/// As many of the largest as it takes, and one for the rest.
fn lots(part: &Part, short: Decimal) -> Vec<Decimal> {
    if part.phantom {
        return vec![short];
    }
    let (minimum, multiple, maximum) = match part.lot {
        Lot::Fixed(quantity) => (quantity, quantity, Some(quantity)),
        _ => (part.minimum, part.multiple, part.maximum),
    };
    let multiple = Decimal::from(multiple);
    let raised = |need: Decimal| (need / multiple).ceil() * multiple;
    let largest = maximum.map(|maximum| (Decimal::from(maximum) / multiple).floor() * multiple);
    let (mut rest, mut lots) = (short, Vec::new());
    while let Some(largest) = largest.filter(|largest| rest > *largest) {
        lots.push(largest);
        rest -= largest;
    }
    lots.push(raised(rest.max(Decimal::from(minimum))));
    lots
}
