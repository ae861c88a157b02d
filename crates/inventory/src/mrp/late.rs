//! When something can really be there, and what it waits for: lead times and shortages of all levels, added up along the pegs.
//!
//! A plan dates each order by its own lead time. When a component comes too late, so does what is made of it, and what that is for; which of
//! all that is the reason shows who walks down, always to what comes last.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::{date, day, later};
use super::compiled::Kind;
use super::pegging::{Dealt, NeedOf, SupplyOf};
use super::plan::quantity;
use super::{DemandNo, ItemNo, MrpError, Plan};

/// What would bring a demand forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Help {
    /// That what is on order comes on this day.
    CallIn {
        /// On which day.
        to: NaiveDate,
    },
    /// A lead time that is so many days shorter: another source, express.
    ShortenLeadTime {
        /// How many days.
        days: u32,
    },
    /// That something may be planned within the time fence, before this day.
    OpenFence {
        /// The first day after it.
        ends: NaiveDate,
    },
    /// A source: the item has none on that day.
    AddSource,
    /// What the next link says.
    Next,
}

/// One thing that waits for another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Of which item.
    pub item: ItemNo,
    /// Which supply is waited for; none where there is none.
    pub of: Option<SupplyOf>,
    /// How much of it.
    pub quantity: Decimal,
    /// On which day it is needed.
    pub needed: NaiveDate,
    /// On which day it can be there; none where it can't within the horizon.
    pub comes: Option<NaiveDate>,
    /// What would help.
    pub help: Help,
}

/// When a demand can really be met.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feasible {
    /// On which day the last of it is delivered; none where some of it can't be within the horizon.
    pub day: Option<NaiveDate>,
    /// How many days after its due day.
    pub late_days: u32,
    /// What it waits for, from the item that is wanted down to the reason; empty when it is in time.
    pub chain: Vec<Link>,
}

impl Plan {
    /// When a demand can be met when nothing is released before the start and nothing begun before its components are there, whatever the plan's way
    /// with the past; and what is in the way, down to the component.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for a demand that is not there.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Demand, Help, Horizon, Item, Network, Options, Source, State, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let wheel = network.add(Item::new("WHEEL"))?;
    /// let bike = network.add(Item::new("BIKE"))?;
    /// network.source(wheel, Source::buy(10))?;
    /// network.source(bike, Source::make(2).of(2, wheel))?;
    /// let mut state = State::of(&network);
    /// let order = state.demand(Demand::order("SO-1", bike, 20, day("2026-01-08")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// let feasible = plan.feasible(order)?;
    /// assert_eq!(feasible.day, Some(day("2026-01-17"))); // 10 days for wheels, 2 for bikes
    /// let waits: Vec<_> = feasible.chain.iter().map(|link| (link.item, link.help)).collect();
    /// assert_eq!(waits, [(bike, Help::Next), (wheel, Help::ShortenLeadTime { days: 9 })]);
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn feasible(&self, demand: DemandNo) -> Result<Feasible, MrpError> {
        let wanted = self.state.demand_of(demand)?;
        let mut walk = Walk { plan: self, dealt: BTreeMap::new(), comes: BTreeMap::new() };
        let dealt = walk.dealt(wanted.item.0)?;
        let Some(need) = dealt.wants.iter().position(|want| want.of == NeedOf::Demand(demand))
        else {
            let is_there = wanted.held > Decimal::ZERO && wanted.held == wanted.quantity;
            let day = is_there.then(|| self.held_leaves(wanted));
            let late = day.map_or(0, |on| (on - wanted.due).num_days().max(0));
            let late_days = u32::try_from(late).unwrap_or(u32::MAX);
            return Ok(Feasible { day, late_days, chain: Vec::new() });
        };
        let want = &dealt.wants[need];
        let met: i64 = want.parts.iter().map(|(_, part)| part).sum();
        let last = walk.last(wanted.item.0, need)?;
        let arrives = |on: i32| date(later(on, wanted.ship_days));
        let comes =
            (met == want.quantity).then(|| last.map_or(want.day, |last| last.2.max(want.day)));
        let delivered = comes.map(arrives);
        let late = delivered.map_or(0, |on| (on - wanted.due).num_days().max(0));
        let late_days = u32::try_from(late).unwrap_or(u32::MAX);
        let chain = if met < want.quantity {
            vec![self.missing(wanted.item, want.quantity - met, want.day)]
        } else if late_days > 0 {
            walk.chain(
                wanted.item.0,
                need,
                day(wanted.due).saturating_sub(wanted.ship_days.cast_signed()),
            )?
        } else {
            Vec::new()
        };
        Ok(Feasible { day: delivered, late_days, chain })
    }

    /// What there is no supply for.
    fn missing(&self, item: ItemNo, lacks: i64, needed: i32) -> Link {
        let help = match self.why_short(item, date(needed)) {
            super::Reason::Fence { ends } => Help::OpenFence { ends },
            super::Reason::LeadTime { comes } => {
                Help::ShortenLeadTime { days: day(comes).abs_diff(needed) }
            }
            _ => Help::AddSource,
        };
        let (quantity, needed) = (quantity(lacks), date(needed));
        Link { item, of: None, quantity, needed, comes: None, help }
    }
}

/// What is asked for again and again on the way down.
struct Walk<'p> {
    plan: &'p Plan,
    dealt: BTreeMap<u32, Rc<Dealt>>,
    /// When the orders of items can be there.
    comes: BTreeMap<(u32, usize), i32>,
}

/// A supply of a need: which, how much of it, when it can be there.
type Last = (SupplyOf, i64, i32);

impl Walk<'_> {
    fn dealt(&mut self, item: u32) -> Result<Rc<Dealt>, MrpError> {
        if let Some(dealt) = self.dealt.get(&item) {
            return Ok(Rc::clone(dealt));
        }
        let dealt = Rc::new(self.plan.dealt(item)?);
        self.dealt.insert(item, Rc::clone(&dealt));
        Ok(dealt)
    }

    /// Of what a need is met from, that which comes last.
    fn last(&mut self, item: u32, need: usize) -> Result<Option<Last>, MrpError> {
        let dealt = self.dealt(item)?;
        let mut last: Option<Last> = None;
        let pegs = dealt.pegs.iter().filter(|peg| peg.0 as usize == need);
        for (_, supply, much) in pegs {
            let supply = &dealt.supplied[*supply as usize];
            let comes = match order_of(item, supply.of) {
                Some(order) => self.order_comes(order)?.max(supply.day),
                None => supply.day,
            };
            if last.is_none_or(|(_, _, latest)| comes > latest) {
                last = Some((supply.of, *much, comes));
            }
        }
        Ok(last)
    }

    /// The needs that an order has, each with the day on which it is needed after the release: component, need, days.
    fn needs(&mut self, (item, number): (u32, usize)) -> Result<Vec<(u32, usize, i32)>, MrpError> {
        let compiled = &self.plan.compiled;
        let (releases, _) = self.plan.book.of_item(item);
        let Some(release) = releases.get(number) else { return Ok(Vec::new()) };
        let of = NeedOf::Order { item: ItemNo(item), number };
        let on = release.day.max(compiled.grid.origin);
        let mut parts: Vec<(u32, i32)> = compiled
            .parts(item, release.source)
            .filter(|line| line.kind != Kind::Output && line.holds(on))
            .filter(|line| compiled.grid.place(on.saturating_add(line.offset)).is_some())
            .map(|line| (line.item, line.offset))
            .collect();
        parts.sort_unstable();
        let mut needs = Vec::new();
        // Two lines of one component are two of its needs: the one that is wanted sooner is that of the smaller offset.
        for lines in parts.chunk_by(|a, b| a.0 == b.0) {
            let part = lines[0].0;
            let dealt = self.dealt(part)?;
            let own = (0..dealt.wants.len()).filter(|at| dealt.wants[*at].of == of);
            needs.extend(own.zip(lines).map(|(need, line)| (part, need, line.1)));
        }
        Ok(needs)
    }

    /// When an order can be there: all that it waits for first, without recursion.
    fn order_comes(&mut self, order: (u32, usize)) -> Result<i32, MrpError> {
        if let Some(comes) = self.comes.get(&order) {
            return Ok(*comes);
        }
        let mut stack = vec![(order, false)];
        while let Some((order, is_ready)) = stack.pop() {
            let needs = self.needs(order)?;
            if !is_ready {
                // Until it is known, the day of the plan: what comes out of an order is never waited for by it.
                let due = self.plan.book.of_item(order.0).1.get(order.1).map_or(0, |due| due.day);
                if self.comes.contains_key(&order) {
                    continue;
                }
                self.comes.insert(order, due);
                stack.push((order, true));
                for (part, need, _) in needs {
                    let dealt = self.dealt(part)?;
                    let pegs = dealt.pegs.iter().filter(|peg| peg.0 as usize == need);
                    let supplies = pegs.map(|peg| dealt.supplied[peg.1 as usize].of);
                    let orders = supplies.filter_map(|supply| order_of(part, supply));
                    stack.extend(
                        orders
                            .filter(|order| !self.comes.contains_key(order))
                            .map(|order| (order, false)),
                    );
                }
                continue;
            }
            let begins = self.begins(order, &needs)?;
            let comes = self.after_lead_time(order, begins);
            self.comes.insert(order, comes);
        }
        Ok(self.comes.get(&order).copied().unwrap_or(0))
    }

    /// When an order can be released: not before the start, nor before its components are there.
    fn begins(
        &mut self,
        (item, number): (u32, usize),
        needs: &[(u32, usize, i32)],
    ) -> Result<i32, MrpError> {
        let start = day(self.plan.horizon.start);
        let release =
            self.plan.book.of_item(item).0.get(number).map_or(start, |release| release.day);
        let mut begins = release.max(start);
        for (part, need, offset) in needs {
            if let Some((_, _, comes)) = self.last_known(*part, *need)? {
                begins = begins.max(comes.saturating_sub(*offset));
            }
        }
        Ok(begins)
    }

    /// As [`Walk::last`], from what is known already.
    fn last_known(&mut self, item: u32, need: usize) -> Result<Option<Last>, MrpError> {
        let dealt = self.dealt(item)?;
        let pegs = dealt.pegs.iter().filter(|peg| peg.0 as usize == need);
        let known = pegs.map(|(_, supply, much)| {
            let supply = &dealt.supplied[*supply as usize];
            let comes = order_of(item, supply.of).and_then(|order| self.comes.get(&order));
            (supply.of, *much, comes.map_or(supply.day, |comes| supply.day.max(*comes)))
        });
        Ok(known.reduce(|a, b| if b.2 > a.2 { b } else { a }))
    }

    /// When an order is there that begins on a day.
    fn after_lead_time(&self, (item, number): (u32, usize), begins: i32) -> i32 {
        let (releases, dues) = self.plan.book.of_item(item);
        let Some((release, due)) = releases.get(number).zip(dues.get(number)) else {
            return begins;
        };
        if begins <= release.day {
            return due.day;
        }
        let compiled = &self.plan.compiled;
        let (first, last) = compiled.params[item as usize].sources;
        let from = (release.source < last - first)
            .then(|| compiled.sources[(first + release.source) as usize]);
        let Some(from) = from else { return due.day.max(begins) };
        let worked = compiled.calendars.get(from.calendar as usize);
        let comes = match worked {
            Some(worked) => worked.forth(begins, from.lead),
            None => begins.checked_add(from.lead.cast_signed()),
        };
        // Beyond the calendar: each day counts.
        comes.unwrap_or(begins.saturating_add(from.lead.cast_signed())).max(due.day)
    }

    /// From what a need waits for down to the reason.
    fn chain(&mut self, item: u32, need: usize, needed: i32) -> Result<Vec<Link>, MrpError> {
        let mut chain = Vec::new();
        let (mut item, mut need, mut needed) = (item, need, needed);
        // No way down is longer than there are levels; by-products may lead up once in a while.
        for _ in 0..=2 * self.plan.compiled.levels() {
            let Some((of, much, comes)) = self.last(item, need)? else { break };
            let link = |item, help| Link {
                item: ItemNo(item),
                of: Some(of),
                quantity: quantity(much),
                needed: date(needed),
                comes: Some(date(comes)),
                help,
            };
            let Some(order) = order_of(item, of) else {
                let help = Help::CallIn { to: date(needed) };
                chain.push(link(item, help));
                break;
            };
            let needs = self.needs(order)?;
            let begins = self.begins(order, &needs)?;
            let release = self.plan.book.of_item(order.0).0.get(order.1);
            let start = day(self.plan.horizon.start);
            let own = release.map_or(start, |release| release.day.max(start));
            let mut waits = None;
            for (part, part_need, offset) in needs {
                let last = self.last_known(part, part_need)?;
                let holds_up = last.is_some_and(|last| last.2.saturating_sub(offset) == begins);
                if begins > own && holds_up {
                    waits = Some((part, part_need, offset));
                    break;
                }
            }
            let Some((part, part_need, offset)) = waits else {
                let params = &self.plan.compiled.params[order.0 as usize];
                let help = if own > start && params.fence > needed {
                    Help::OpenFence { ends: date(params.fence) }
                } else {
                    Help::ShortenLeadTime { days: comes.abs_diff(needed.min(comes)) }
                };
                chain.push(link(item, help));
                break;
            };
            chain.push(link(item, Help::Next));
            // The component would have to be there so much sooner as this comes too late.
            needed = begins.saturating_add(offset) - (comes - needed).max(0);
            (item, need) = (part, part_need);
        }
        Ok(chain)
    }
}

/// The order that a supply of an item is, or comes out of.
fn order_of(item: u32, of: SupplyOf) -> Option<(u32, usize)> {
    match of {
        SupplyOf::Order(number) => Some((item, number)),
        SupplyOf::Output { item, number } => Some((item.0, number)),
        SupplyOf::OnHand | SupplyOf::Supply(_) => None,
    }
}
