//! A small world that the kernel and the naive planner are both built from.

use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::day;
use crate::mrp::{
    Component, Demand, Horizon, Item, ItemNo, LotRule, Network, Options, Output, PastDue, Source,
    State, Supply,
};
use crate::ordering::OrderModifiers;
use fondaco_core::DateRange;

pub(super) const DAYS: i64 = 40;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lot {
    Each,
    Fixed(u32),
    Days(u32),
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) parent: usize,
    pub(super) child: usize,
    /// In hundredths.
    pub(super) quantity: u32,
    /// In hundredths.
    pub(super) scrap: u32,
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) offset: i64,
    pub(super) comes_out: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) digits: u8,
    pub(super) lead: u32,
    pub(super) on_hand: i64,
    pub(super) safety: u32,
    /// From a day on.
    pub(super) safety_step: Option<(i64, u32)>,
    pub(super) safety_days: u32,
    pub(super) lot: Lot,
    pub(super) minimum: u32,
    pub(super) multiple: u32,
    pub(super) maximum: Option<u32>,
    /// In hundredths.
    pub(super) good: u32,
    pub(super) fence: u32,
    pub(super) phantom: bool,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) parts: Vec<Part>,
    /// From lower to higher numbers, so that the order of the numbers is one of levels.
    pub(super) lines: Vec<Line>,
    /// Of which, how much, when.
    pub(super) demands: Vec<(usize, u32, i64)>,
    /// Of which, how much, when, and whether it is a firm planned order.
    pub(super) receipts: Vec<(usize, u32, i64, bool)>,
    pub(super) from_today: bool,
    pub(super) reschedule: u32,
}

fn part() -> impl Strategy<Value = Part> {
    let lot = prop_oneof![
        3 => Just(Lot::Each),
        1 => (1_u32..30).prop_map(Lot::Fixed),
        1 => (1_u32..9).prop_map(Lot::Days),
    ];
    let stock = (-5_i64..40, 0_u32..12, proptest::option::of((0..DAYS, 0_u32..25)));
    let orders = (0_u32..15, 1_u32..6, proptest::option::of(20_u32..60));
    let times = (0_u32..8, 0_u32..3, prop_oneof![4 => Just(0_u32), 1 => 1_u32..12]);
    let rest =
        (prop_oneof![Just(0_u8), Just(6)], prop_oneof![3 => Just(100_u32), 1 => 60_u32..100]);
    (lot, stock, orders, times, rest, prop_oneof![6 => Just(false), 1 => Just(true)]).prop_map(
        |(lot, (on_hand, safety, safety_step), orders, times, (digits, good), phantom)| {
            let (minimum, multiple, maximum) = orders;
            let (lead, safety_days, fence) = times;
            Part {
                digits,
                lead,
                on_hand,
                safety,
                safety_step,
                safety_days,
                lot,
                minimum,
                multiple,
                maximum,
                good: if phantom { 100 } else { good },
                fence,
                phantom,
            }
        },
    )
}

pub(super) fn world() -> impl Strategy<Value = World> {
    (2_usize..9).prop_flat_map(|count| {
        let line = (
            0..count - 1,
            0..count,
            1_u32..350,
            prop_oneof![3 => Just(0_u32), 1 => 1_u32..40],
            prop_oneof![3 => Just((-1000_i64, 1000_i64)), 1 => (0..DAYS / 2, DAYS / 2..DAYS)],
            prop_oneof![3 => Just(0_i64), 1 => -2_i64..3],
            prop_oneof![5 => Just(false), 1 => Just(true)],
        )
            .prop_map(
                |(parent, child, quantity, scrap, (from, until), offset, comes_out)| Line {
                    parent,
                    child: if child > parent { child } else { parent + 1 },
                    quantity: if quantity % 3 == 0 {
                        quantity
                    } else {
                        quantity.div_ceil(100) * 100
                    },
                    scrap: if comes_out { 0 } else { scrap },
                    from,
                    until,
                    offset: if comes_out { 0 } else { offset },
                    comes_out,
                },
            );
        let demand = (0..count, 1_u32..40, -3..DAYS + 5);
        let receipt = (0..count, 1_u32..30, -3..DAYS + 5, any::<bool>());
        (
            vec(part(), count),
            vec(line, 0..12),
            vec(demand, 0..14),
            vec(receipt, 0..5),
            any::<bool>(),
            prop_oneof![3 => Just(0_u32), 1 => 1_u32..10],
        )
            .prop_map(|(parts, lines, demands, receipts, from_today, reschedule)| World {
                parts,
                lines,
                demands,
                receipts,
                from_today,
                reschedule,
            })
    })
}

impl World {
    pub(super) fn horizon() -> Horizon {
        Horizon::new(day(0), day(DAYS - 1))
    }

    pub(super) fn options(&self) -> Options {
        let past = if self.from_today { PastDue::FromToday } else { PastDue::AtStart };
        Options::default().past_due(past).reschedules(self.reschedule)
    }

    pub(super) fn item(&self, at: usize) -> Item {
        let part = &self.parts[at];
        let mut modifiers =
            OrderModifiers::at_least(part.minimum.into()).in_multiples_of(part.multiple.into());
        if let Some(maximum) = part.maximum {
            modifiers = modifiers.at_most(maximum.into());
        }
        let lot = match part.lot {
            Lot::Each => LotRule::LotForLot,
            Lot::Fixed(quantity) => LotRule::Fixed { quantity: quantity.into() },
            Lot::Days(days) => LotRule::Days { days },
        };
        let mut item = Item::new(format!("P{at}"))
            .digits(part.digits)
            .safety_stock(part.safety.into())
            .safety_days(part.safety_days)
            .lot(lot)
            .modifiers(modifiers)
            .yields(Decimal::new(part.good.into(), 2))
            .fences(0, part.fence);
        if let Some((from, quantity)) = part.safety_step {
            item = item.safety_from(day(from), quantity.into());
        }
        if part.phantom { item.phantom() } else { item }
    }

    pub(super) fn sources(&self, at: usize, items: &[ItemNo]) -> Source {
        let mut source = Source::make(self.parts[at].lead);
        for line in self.lines.iter().filter(|line| line.parent == at) {
            let (item, quantity) = (items[line.child], Decimal::new(line.quantity.into(), 2));
            let valid = DateRange::new(day(line.from), day(line.until)).unwrap();
            if line.comes_out {
                source = source.output(Output::new(item, quantity).valid(valid));
                continue;
            }
            source = source.component(
                Component::new(item, quantity)
                    .scrap(Decimal::new(line.scrap.into(), 2))
                    .valid(valid)
                    .after_days(line.offset as i32),
            );
        }
        source
    }

    pub(super) fn network(&self) -> (Network, Vec<ItemNo>) {
        let mut network = Network::new();
        let items: Vec<ItemNo> =
            (0..self.parts.len()).map(|at| network.add(self.item(at)).unwrap()).collect();
        for (at, item) in items.iter().enumerate() {
            network.source(*item, self.sources(at, &items)).unwrap();
        }
        (network, items)
    }

    pub(super) fn state(&self, network: &Network, items: &[ItemNo]) -> State {
        let mut state = State::of(network);
        for (part, item) in self.parts.iter().zip(items) {
            state.on_hand(*item, part.on_hand.into()).unwrap();
        }
        for (at, (item, quantity, due)) in self.demands.iter().enumerate() {
            let demand = Demand::order(format!("D{at}"), items[*item], *quantity, day(*due));
            state.demand(demand).unwrap();
        }
        for (at, (item, quantity, due, is_firm)) in self.receipts.iter().enumerate() {
            let (id, item, due) = (format!("S{at}"), items[*item], day(*due));
            let supply = if *is_firm {
                Supply::firm(id, item, *quantity, due)
            } else {
                Supply::scheduled(id, item, *quantity, due)
            };
            state.supply(supply).unwrap();
        }
        state
    }
}
