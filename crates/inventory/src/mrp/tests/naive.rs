//! The textbook's planner: one day after the other, in decimals, written to be read. It shares nothing with the kernel.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::model::{DAYS, Line, Lot, Part, World};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) quantity: Decimal,
    pub(super) begun: Decimal,
    pub(super) release: i64,
    pub(super) due: i64,
    pub(super) is_firm: bool,
}

/// The orders of each part: firm ones first, by day; then planned ones, in the order in which they are needed.
pub(super) fn plan(world: &World) -> Vec<Vec<Order>> {
    let mut plans: Vec<Vec<Order>> = Vec::new();
    for at in 0..world.parts.len() {
        let orders = part(world, at, &plans);
        plans.push(orders);
    }
    plans
}

fn part(world: &World, at: usize, above: &[Vec<Order>]) -> Vec<Order> {
    let part = &in_passing(&world.parts[at]);
    let (mut needed, mut coming) = (days(), days());
    for (_, quantity, due) in world.demands.iter().filter(|(of, _, due)| *of == at && *due < DAYS) {
        *needed.get_mut(&(*due).max(0)).unwrap() += Decimal::from(*quantity);
    }
    for line in world.lines.iter().filter(|line| line.child == at) {
        for order in &above[line.parent] {
            dependent(part, line, order, &mut needed, &mut coming);
        }
    }
    let mut receipts: Vec<_> = world.receipts.iter().filter(|(of, ..)| *of == at).collect();
    receipts.sort_by_key(|(_, _, due, _)| *due);
    let mut orders: Vec<Order> = Vec::new();
    for (_, quantity, due, is_firm) in &receipts {
        if let Some(sum) = coming.get_mut(&(*due).max(0)) {
            *sum += Decimal::from(*quantity);
        }
        if *is_firm {
            orders.push(order(part, Decimal::from(*quantity), *due, true));
        }
    }
    let mut movable: Vec<(i64, Decimal)> = receipts
        .iter()
        .map(|(_, quantity, due, _)| ((*due).max(0), Decimal::from(*quantity)))
        .collect();
    let earliest = if world.from_today { i64::from(part.lead) } else { 0 };
    let earliest = earliest.max(i64::from(part.fence));
    let mut available = Decimal::from(part.on_hand);
    for today in 0..DAYS {
        available += coming[&today] - needed[&today];
        if available >= target(part, today) {
            continue;
        }
        // What is on order anyway can come sooner.
        let until = today + i64::from(world.reschedule);
        for (due, quantity) in &mut movable {
            if available < target(part, today) && *due > today && *due <= until && *due < DAYS {
                available += *quantity;
                *coming.get_mut(due).unwrap() -= *quantity;
                *due = -1;
            }
        }
        if available >= target(part, today) || today < earliest {
            continue;
        }
        let short = short(part, today, available, &needed, &coming);
        let due = (today - i64::from(part.safety_days)).max(fence(part));
        let due = if world.from_today { due.max(i64::from(part.lead)) } else { due };
        for quantity in lots(part, short) {
            available += quantity;
            orders.push(order(part, quantity, due, false));
        }
    }
    orders
}

/// Nobody orders a phantom: it is there when it is needed, as much of it as is needed.
fn in_passing(part: &Part) -> Part {
    if !part.phantom {
        return part.clone();
    }
    Part { lead: 0, safety_days: 0, fence: 0, lot: Lot::Each, ..part.clone() }
}

/// What an order above takes, or brings besides.
fn dependent(
    part: &Part,
    line: &Line,
    order: &Order,
    needed: &mut BTreeMap<i64, Decimal>,
    coming: &mut BTreeMap<i64, Decimal>,
) {
    let release = order.release.max(0);
    if release < line.from || release > line.until {
        return;
    }
    let per = Decimal::new(line.quantity.into(), 2);
    let step = Decimal::new(1, part.digits.into());
    if line.comes_out {
        let whole = (order.begun * per / step).floor() * step;
        if let Some(sum) = coming.get_mut(&order.due.max(0)) {
            *sum += whole;
        }
        return;
    }
    // begun x per / (1 - scrap), in whole steps, up: with the division last, so that it is exact where it can be.
    let left = Decimal::from(100 - line.scrap);
    let whole = up(order.begun * per * Decimal::from(100) / step, left) * step;
    // What is needed after the last day is left for later.
    if let Some(sum) = needed.get_mut(&(release + line.offset).max(0)) {
        *sum += whole;
    }
}

fn order(part: &Part, quantity: Decimal, due: i64, is_firm: bool) -> Order {
    let step = Decimal::new(1, part.digits.into());
    let begun = up(quantity * Decimal::from(100) / step, Decimal::from(part.good)) * step;
    Order { quantity, begun, release: due - i64::from(part.lead), due, is_firm }
}

/// The quotient, rounded up to a whole number.
fn up(value: Decimal, by: Decimal) -> Decimal {
    let whole = (value / by).floor();
    // Decimal division rounds: what is left over tells.
    let rest = value - whole * by;
    if rest > Decimal::ZERO { whole + Decimal::ONE } else { whole }
}

/// What has to come for the days that one lot covers.
fn short(
    part: &Part,
    today: i64,
    available: Decimal,
    needed: &BTreeMap<i64, Decimal>,
    coming: &BTreeMap<i64, Decimal>,
) -> Decimal {
    let last = match part.lot {
        Lot::Days(days) => (today + i64::from(days) - 1).min(DAYS - 1),
        Lot::Each | Lot::Fixed(_) => today,
    };
    let mut level = available;
    let mut short = target(part, today) - available;
    for day in today + 1..=last {
        level += coming[&day] - needed[&day];
        short = short.max(target(part, day) - level);
    }
    short
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

fn target(part: &Part, day: i64) -> Decimal {
    match part.safety_step {
        Some((from, quantity)) if day >= from => quantity.into(),
        _ => part.safety.into(),
    }
}

fn fence(part: &Part) -> i64 {
    if part.fence == 0 { i64::MIN } else { part.fence.into() }
}

fn days() -> BTreeMap<i64, Decimal> {
    (0..DAYS).map(|day| (day, Decimal::ZERO)).collect()
}
