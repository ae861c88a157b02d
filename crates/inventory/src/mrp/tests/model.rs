//! A small world that the kernel and the naive planner are both built from.

use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::day;
use crate::mrp::{
    Buckets, Component, Delivery, Demand, DemandNo, Horizon, Item, ItemNo, LotRule, Network,
    Options, Output, PastDue, Source, State, Supply,
};
use crate::ordering::OrderModifiers;
use fondaco_core::DateRange;
use fondaco_core::calendar::{Calendar, WorkingWeek};

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

/// Another supplier: so many days, on the due days from one to another, asked before the works or after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Second {
    pub(super) lead: u32,
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) is_first: bool,
}

/// One of a part's sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct By {
    pub(super) lead: u32,
    pub(super) works: bool,
    pub(super) from: i64,
    pub(super) until: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) digits: u8,
    pub(super) lead: u32,
    /// Whether lead times are working days, Monday to Friday.
    pub(super) works: bool,
    pub(super) second: Option<Second>,
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
    pub(super) demand_fence: u32,
    /// How far orders look for forecasts.
    pub(super) backward: u32,
    pub(super) forward: u32,
    pub(super) phantom: bool,
    pub(super) to_order: bool,
}

impl Part {
    /// In the order in which they are asked.
    pub(super) fn sources(&self) -> Vec<By> {
        let own = By { lead: self.lead, works: self.works, from: i64::MIN, until: i64::MAX };
        let mut all = vec![own];
        if let Some(second) = self.second {
            let Second { lead, from, until, is_first } = second;
            all.insert(usize::from(!is_first), By { lead, works: false, from, until });
        }
        all
    }

    /// Which of them has the bill.
    pub(super) fn made_by(&self) -> usize {
        usize::from(self.second.is_some_and(|second| second.is_first))
    }
}

/// Why something is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Asked {
    Order,
    Sent,
    Dependent,
    /// Forecast, also for so many days after the first.
    Forecast(u32),
}

#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) of: usize,
    pub(super) quantity: u32,
    pub(super) due: i64,
    pub(super) asked: Asked,
    pub(super) held: u32,
    pub(super) priority: u16,
    pub(super) latest: Option<i64>,
    pub(super) full_only: bool,
    pub(super) minimum: u32,
}

impl Wanted {
    /// Forecasts hold nothing, and nothing has to come for what was sent.
    pub(super) fn held(&self) -> u32 {
        match self.asked {
            Asked::Forecast(_) => 0,
            Asked::Sent => self.quantity,
            Asked::Order | Asked::Dependent => self.held.min(self.quantity),
        }
    }

    fn demand(&self, number: usize, items: &[ItemNo]) -> Demand {
        let (id, item, due) = (format!("D{number}"), items[self.of], day(self.due));
        let demand = match self.asked {
            Asked::Order => Demand::order(id, item, self.quantity, due),
            Asked::Sent => Demand::sent(id, item, self.quantity, due),
            Asked::Dependent => Demand::dependent(id, item, self.quantity, due),
            Asked::Forecast(days) => Demand::forecast(id, item, self.quantity, due)
                .through(day(self.due + i64::from(days))),
        };
        let mut delivery = Delivery::default().at_least(self.minimum.into());
        delivery.full_only = self.full_only;
        delivery.latest = self.latest.map(day);
        demand.held(self.held()).priority(self.priority).delivery(delivery)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Coming {
    pub(super) of: usize,
    pub(super) quantity: u32,
    pub(super) due: i64,
    pub(super) is_firm: bool,
    pub(super) is_fixed: bool,
    /// The demand that it is for alone.
    pub(super) whose: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) parts: Vec<Part>,
    /// From lower to higher numbers, so that the order of the numbers is one of levels.
    pub(super) lines: Vec<Line>,
    pub(super) demands: Vec<Wanted>,
    pub(super) receipts: Vec<Coming>,
    pub(super) from_today: bool,
    pub(super) reschedule: u32,
    /// How many days a bucket has.
    pub(super) bucket: i64,
}

/// Rarely something, mostly nothing.
fn rarely<T: Clone + std::fmt::Debug + 'static>(
    often: u32,
    some: impl Strategy<Value = T> + 'static,
    none: T,
) -> impl Strategy<Value = T> {
    prop_oneof![often => Just(none), 1 => some]
}

fn part() -> impl Strategy<Value = Part> {
    let lot = prop_oneof![
        3 => Just(Lot::Each),
        1 => (1_u32..30).prop_map(Lot::Fixed),
        1 => (1_u32..9).prop_map(Lot::Days),
    ];
    let stock = (-5_i64..40, 0_u32..12, proptest::option::of((0..DAYS, 0_u32..25)));
    let orders = (0_u32..15, 1_u32..6, proptest::option::of(20_u32..60));
    let times = (0_u32..8, 0_u32..3, rarely(4, 1_u32..12, 0), rarely(2, Just(true), false));
    let second =
        (0_u32..8, -5..DAYS, 0..DAYS, any::<bool>()).prop_map(|(lead, from, days, first)| {
            Some(Second { lead, from, until: from + days, is_first: first })
        });
    let forecasts = (rarely(2, 1_u32..9, 0), 0_u32..9, 0_u32..9);
    let kinds = (rarely(6, Just(true), false), rarely(3, Just(true), false));
    let rest = (prop_oneof![Just(0_u8), Just(6)], rarely(3, 60_u32..100, 100));
    (lot, stock, orders, times, rarely(2, second, None), forecasts, kinds, rest).prop_map(
        |(lot, stock, orders, times, second, forecasts, (phantom, to_order), (digits, good))| {
            let (on_hand, safety, safety_step) = stock;
            let (minimum, multiple, maximum) = orders;
            let (lead, safety_days, fence, works) = times;
            let (demand_fence, backward, forward) = forecasts;
            Part {
                digits,
                lead,
                works,
                second,
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
                demand_fence,
                backward,
                forward,
                phantom,
                to_order,
            }
        },
    )
}

fn wanted(count: usize) -> impl Strategy<Value = Wanted> {
    let asked = prop_oneof![
        4 => Just(Asked::Order),
        2 => Just(Asked::Sent),
        1 => Just(Asked::Dependent),
        3 => (0_u32..12).prop_map(Asked::Forecast),
    ];
    let policy = (
        rarely(2, (0_i64..15).prop_map(Some), None),
        rarely(3, Just(true), false),
        rarely(2, 1_u32..15, 0),
    );
    (0..count, 1_u32..40, -3..DAYS + 5, asked, rarely(2, 1_u32..40, 0), 0_u16..3, policy).prop_map(
        |(of, quantity, due, asked, held, priority, (waits, full_only, minimum))| Wanted {
            of,
            quantity,
            due,
            asked,
            held,
            priority,
            latest: waits.map(|days| due + days),
            full_only,
            minimum,
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
        let whose = proptest::option::of(0_usize..14);
        let receipt = (0..count, 1_u32..30, -3..DAYS + 5, 0_u8..3, rarely(1, whose, None))
            .prop_map(|(of, quantity, due, kind, whose)| Coming {
                of,
                quantity,
                due,
                is_firm: kind == 1,
                is_fixed: kind == 2,
                whose,
            });
        (
            vec(part(), count),
            vec(line, 0..12),
            vec(wanted(count), 0..14),
            vec(receipt, 0..6),
            any::<bool>(),
            rarely(2, 1_u32..10, 0),
            rarely(3, 2_i64..9, 1),
        )
            .prop_map(
                |(parts, lines, demands, receipts, from_today, reschedule, bucket)| {
                    let mut receipts = receipts;
                    for row in &mut receipts {
                        row.whose = row.whose.filter(|whose| *whose < demands.len());
                    }
                    World { parts, lines, demands, receipts, from_today, reschedule, bucket }
                },
            )
    })
}

impl World {
    pub(super) fn horizon() -> Horizon {
        Horizon::new(day(0), day(DAYS - 1))
    }

    pub(super) fn options(&self) -> Options {
        let past = if self.from_today { PastDue::FromToday } else { PastDue::AtStart };
        let days = u32::try_from(self.bucket).unwrap();
        let buckets = if days == 1 { Buckets::Dates } else { Buckets::Days(days) };
        Options::default().past_due(past).reschedules(self.reschedule).buckets(buckets)
    }

    /// The first day of the bucket that a day lies in; none after the end.
    pub(super) fn first(&self, day: i64) -> Option<i64> {
        let day = day.max(0);
        (day < DAYS).then(|| day - day % self.bucket)
    }

    pub(super) fn firsts(&self) -> impl Iterator<Item = i64> + use<> {
        let bucket = self.bucket;
        (0..DAYS).filter(move |day| day % bucket == 0)
    }

    /// So many days after a day, or as many working days after the next one.
    pub(super) fn forth(&self, day: i64, days: u32, works: bool) -> i64 {
        if !works {
            return day + i64::from(days);
        }
        (day..).filter(|day| is_worked(*day)).nth(days as usize).unwrap()
    }

    /// So many days before a day, or as many working days before the last one up to it.
    pub(super) fn back(&self, day: i64, days: u32, works: bool) -> i64 {
        if !works {
            return day - i64::from(days);
        }
        (0..).map(|before| day - before).filter(|day| is_worked(*day)).nth(days as usize).unwrap()
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
            .consumes(part.backward, part.forward)
            .fences(part.demand_fence, part.fence);
        if let Some((from, quantity)) = part.safety_step {
            item = item.safety_from(day(from), quantity.into());
        }
        let item = if part.to_order { item.make_to_order() } else { item };
        if part.phantom { item.phantom() } else { item }
    }

    pub(super) fn sources(&self, network: &Network, at: usize, items: &[ItemNo]) -> Vec<Source> {
        let mut source = Source::make(self.parts[at].lead).priority(1);
        if self.parts[at].works {
            source = source.calendar(network.calendar_of("works").unwrap());
        }
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
        let mut all = vec![source];
        if let Some(Second { lead, from, until, is_first }) = self.parts[at].second {
            let valid = DateRange::new(day(from), day(until)).unwrap();
            let priority = if is_first { 0 } else { 2 };
            all.push(Source::buy(lead).priority(priority).valid(valid));
        }
        all
    }

    pub(super) fn network(&self) -> (Network, Vec<ItemNo>) {
        let mut network = Network::new();
        let works = Calendar::new("works", WorkingWeek::MON_FRI);
        let works = works.over("2025-01-01/2027-12-31".parse().unwrap()).unwrap();
        network.calendar("works", works).unwrap();
        let items: Vec<ItemNo> =
            (0..self.parts.len()).map(|at| network.add(self.item(at)).unwrap()).collect();
        for (at, item) in items.iter().enumerate() {
            let sources = self.sources(&network, at, &items);
            network.resource(*item, sources).unwrap();
        }
        (network, items)
    }

    pub(super) fn state(&self, network: &Network, items: &[ItemNo]) -> State {
        let mut state = State::of(network);
        for (part, item) in self.parts.iter().zip(items) {
            state.on_hand(*item, part.on_hand.into()).unwrap();
        }
        let mut numbers: Vec<DemandNo> = Vec::new();
        for (at, wanted) in self.demands.iter().enumerate() {
            numbers.push(state.demand(wanted.demand(at, items)).unwrap());
        }
        for (at, row) in self.receipts.iter().enumerate() {
            let (id, item, due) = (format!("S{at}"), items[row.of], day(row.due));
            let supply = if row.is_firm {
                let supply = Supply::firm(id, item, row.quantity, due);
                supply.from_source(self.parts[row.of].made_by())
            } else {
                Supply::scheduled(id, item, row.quantity, due)
            };
            let supply = if row.is_fixed { supply.fixed() } else { supply };
            let supply = match row.whose {
                Some(whose) => supply.reserved_for(numbers[whose]),
                None => supply,
            };
            state.supply(supply).unwrap();
        }
        state
    }
}

/// Day 0 is a Monday.
fn is_worked(day: i64) -> bool {
    day.rem_euclid(7) < 5
}
