//! What somebody has to do now: release, call in, put off, cancel, or find a way where the plan has none.
//!
//! Whether something on order comes when it is needed is judged as if it could come on any day: each receipt, in the order of their days, is
//! needed on the first day on which those before it are not enough. What the plan has new orders for, nothing else is called in for: who
//! follows all messages has what is needed, once. To have receipts called in rather than new orders planned, say how far they can be
//! ([`Options::reschedules`](super::Options::reschedules)). What comes after the horizon is for what is needed then. Small shifts are left out
//! ([`Damping`](super::Damping)), so that not every change of the plan becomes a call to a supplier.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::check::{Field, date, day, later};
use super::pegging::{Dealt, NeedOf, Supplied, SupplyOf};
use super::plan::quantity;
use super::{ItemNo, MrpError, Plan, SupplyKind, SupplyNo};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Release the order: its day has come.
    Release,
    /// Release the order at once: its day was so many days ago.
    ReleaseLate {
        /// How many days.
        days: u32,
    },
    /// Call it in: it is needed on an earlier day.
    Expedite {
        /// On which day.
        to: NaiveDate,
    },
    /// Put it off: it is needed on a later day.
    Defer {
        /// On which day.
        to: NaiveDate,
    },
    /// Cancel it: it is not needed within the horizon.
    Cancel,
    /// It should have come by now: ask where it is.
    Overdue {
        /// For how many days.
        days: u32,
    },
    /// Nothing can be planned for what is short.
    Short {
        /// How much at most is short from that day on, before it is there again.
        quantity: Decimal,
        /// Until which day; none where it stays short.
        until: Option<NaiveDate>,
    },
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Somebody needs it on a day.
    Needed {
        /// Who needs it first.
        by: NeedOf,
        /// On which day.
        on: NaiveDate,
    },
    /// It keeps the safety stock up.
    SafetyStock,
    /// Nobody needs it.
    NotNeeded,
    /// The item has no source on that day.
    NoSource,
    /// It lies within the planning time fence.
    Fence {
        /// The first day after it.
        ends: NaiveDate,
    },
    /// Whatever is ordered today comes later.
    LeadTime {
        /// When it would come.
        comes: NaiveDate,
    },
}

/// What is to be done with what, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Of which item.
    pub item: ItemNo,
    /// With which of its supplies; none where there is none.
    pub of: Option<SupplyOf>,
    /// On which day it is there as things are; of what is short, the first such day.
    pub day: NaiveDate,
    /// How much it is about.
    pub quantity: Decimal,
    /// What is to be done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
}

/// Something on order, and when it is needed.
struct Needed {
    supply: SupplyNo,
    day: i32,
    quantity: i64,
    kind: SupplyKind,
    on: Option<i32>,
}

impl Plan {
    /// What has to be done with one item.
    ///
    /// # Errors
    /// [`MrpError::NoSuchRow`] for an item that the network doesn't have.
    ///
    /// ```
    /// # use fondaco_inventory::mrp::{Action, Demand, Horizon, Item, Network, Options, Source, State, Supply, run};
    /// # let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    /// # let mut network = Network::new();
    /// let bike = network.add(Item::new("BIKE"))?;
    /// let mut state = State::of(&network);
    /// state.demand(Demand::order("SO-1", bike, 5, day("2026-02-02")))?;
    /// state.supply(Supply::scheduled("PO-1", bike, 5, day("2026-02-16")))?;
    /// state.supply(Supply::scheduled("PO-2", bike, 7, day("2026-03-02")))?;
    /// let horizon = Horizon::new(day("2026-01-05"), day("2026-06-30"));
    /// let plan = run(&network, &state, horizon, &Options::default())?;
    /// let actions: Vec<Action> = plan.messages_of(bike)?.iter().map(|message| message.action).collect();
    /// let short = Action::Short { quantity: 5.into(), until: Some(day("2026-02-16")) };
    /// assert_eq!(actions, [Action::Expedite { to: day("2026-02-02") }, Action::Cancel, short]);
    /// # Ok::<(), fondaco_inventory::mrp::MrpError>(())
    /// ```
    pub fn messages_of(&self, item: ItemNo) -> Result<Vec<Message>, MrpError> {
        self.network.node(item)?;
        let mut messages = Vec::new();
        if self.compiled.params[item.index()].phantom {
            return Ok(messages);
        }
        let dealt = self.dealt(item.0)?;
        self.on_order(item, &dealt, &mut messages)?;
        self.to_release(item, &dealt, &mut messages);
        self.short(item, &mut messages)?;
        Ok(messages)
    }

    /// What has to be done with all items, item by item.
    ///
    /// # Errors
    /// A quantity without room, which a run would have refused.
    pub fn messages(&self) -> Result<Vec<Message>, MrpError> {
        let mut messages = Vec::new();
        for (item, _) in self.network.items() {
            messages.extend(self.messages_of(item)?);
        }
        Ok(messages)
    }

    /// Of what is on order: to call in, put off, cancel.
    fn on_order(
        &self,
        item: ItemNo,
        dealt: &Dealt,
        messages: &mut Vec<Message>,
    ) -> Result<(), MrpError> {
        let damping = self.options.damping;
        let sku = &self.network.node(item)?.item.sku;
        let tolerated = Field::new(sku, "the tolerance").micro(damping.cancel_quantity, 6)?;
        let start = day(self.horizon.start);
        for needed in self.needed_days(item, dealt)? {
            let message = |action, reason| Message {
                item,
                of: Some(SupplyOf::Supply(needed.supply)),
                day: date(needed.day),
                quantity: quantity(needed.quantity),
                action,
                reason,
            };
            if needed.day < start {
                let days = needed.day.abs_diff(start);
                let reason = needed.on.map_or(Reason::NotNeeded, |on| first_need(dealt, on));
                messages.push(message(Action::Overdue { days }, reason));
            }
            let comes = needed.day.max(start);
            let is_overdue = needed.day < start;
            let is_beyond = needed.day > day(self.horizon.end);
            let change = match needed.on {
                None if is_beyond => None,
                None if needed.quantity > tolerated => Some((Action::Cancel, Reason::NotNeeded)),
                None => None,
                // When it will come has to be asked first.
                Some(_) if is_overdue => None,
                Some(on) if later(on, damping.expedite_days) < comes => {
                    Some((Action::Expedite { to: date(on) }, first_need(dealt, on)))
                }
                Some(on) if on > later(comes, damping.defer_days) => {
                    Some((Action::Defer { to: date(on) }, first_need(dealt, on)))
                }
                Some(_) => None,
            };
            // What can't be changed is only said when it is not needed at all.
            let fixed = needed.kind == SupplyKind::Fixed;
            let change = change.filter(|(action, _)| !fixed || *action == Action::Cancel);
            messages.extend(change.map(|(action, reason)| message(action, reason)));
        }
        Ok(())
    }

    /// On which day each thing on order is needed, if it could come on any.
    fn needed_days(&self, item: ItemNo, dealt: &Dealt) -> Result<Vec<Needed>, MrpError> {
        let start = day(self.horizon.start);
        let ready = self.ready_of(item.0);
        let receipts = ready.into_iter().flat_map(|ready| &ready.receipts);
        let mut needed: Vec<Needed> = receipts
            .map(|row| Needed {
                supply: SupplyNo(row.supply),
                day: row.day,
                quantity: row.quantity,
                kind: row.kind,
                on: None,
            })
            .collect();
        if needed.is_empty() {
            return Ok(needed);
        }
        // All days on which something is needed, comes out of other orders, or the safety stock changes.
        let safety = self.compiled.safety_of(item.0);
        let target = |on: i32| {
            let step = safety.iter().rev().find(|(from, _)| *from <= on);
            step.map_or(0, |(_, quantity)| *quantity)
        };
        let overflow =
            || MrpError::Overflow { sku: self.network.name(item.0), what: "what is available" };
        let mut changes: Vec<(i32, i64)> = vec![(start, 0)];
        let (_, dues) = self.book.of_item(item.0);
        let is_new = |supply: &Supplied| match supply.of {
            SupplyOf::Order(number) => {
                dues.get(number).is_some_and(|due| due.mark.supply().is_none())
            }
            _ => false,
        };
        changes.extend(dealt.wants.iter().map(|want| (want.day.max(start), -want.quantity)));
        let new = dealt.supplied.iter().filter(|supply| is_new(supply));
        changes.extend(new.map(|supply| (supply.day.max(start), supply.quantity)));
        // What waits for a new order that comes late is left to it.
        for (need, supply, much) in &dealt.pegs {
            let (want, supply) = (&dealt.wants[*need as usize], &dealt.supplied[*supply as usize]);
            if is_new(supply) && supply.day > want.day {
                changes.push((want.day.max(start), *much));
                changes.push((supply.day.max(start), -much));
            }
        }
        changes.extend(safety.iter().map(|(from, _)| ((*from).max(start), 0)));
        let outputs = dealt
            .supplied
            .iter()
            .filter(|supply| matches!(supply.of, SupplyOf::Output { .. } | SupplyOf::OnHand));
        changes.extend(outputs.map(|supply| (supply.day.max(start), supply.quantity)));
        changes.sort_unstable();
        let mut next = 0;
        let mut available = 0_i64;
        for of_day in changes.chunk_by(|a, b| a.0 == b.0) {
            let on = of_day[0].0;
            for (_, change) in of_day {
                available = available.checked_add(*change).ok_or_else(overflow)?;
            }
            while available < target(on)
                && let Some(receipt) = needed.get_mut(next)
            {
                receipt.on = Some(on);
                available = available.checked_add(receipt.quantity).ok_or_else(overflow)?;
                next += 1;
            }
        }
        Ok(needed)
    }

    /// Of what is planned: to release.
    fn to_release(&self, item: ItemNo, dealt: &Dealt, messages: &mut Vec<Message>) {
        let start = day(self.horizon.start);
        let until = later(start, self.options.damping.release_days);
        let (releases, dues) = self.book.of_item(item.0);
        for (number, (release, due)) in releases.iter().zip(dues).enumerate() {
            if release.day > until {
                continue;
            }
            let action = if release.day < start {
                Action::ReleaseLate { days: release.day.abs_diff(start) }
            } else {
                Action::Release
            };
            let of = SupplyOf::Order(number);
            let supply = dealt.supplied.iter().position(|supply| supply.of == of);
            let peg = dealt.pegs.iter().filter(|peg| Some(peg.1 as usize) == supply);
            let want = peg.map(|peg| &dealt.wants[peg.0 as usize]).min_by_key(|want| want.day);
            let reason = want.map_or(Reason::SafetyStock, |want| Reason::Needed {
                by: want.of,
                on: date(want.day),
            });
            messages.push(Message {
                item,
                of: Some(of),
                day: date(due.day),
                quantity: quantity(due.quantity),
                action,
                reason,
            });
        }
    }

    /// What is short in spite of all orders.
    fn short(&self, item: ItemNo, messages: &mut Vec<Message>) -> Result<(), MrpError> {
        let table = self.table(item)?;
        let mut below: Option<(NaiveDate, Decimal)> = None;
        let mut runs = Vec::new();
        for period in &table.periods {
            let lacks = -period.projected;
            match (&mut below, lacks > Decimal::ZERO) {
                (None, true) => below = Some((period.start, lacks)),
                (Some((_, most)), true) => *most = lacks.max(*most),
                (Some((from, most)), false) => {
                    runs.push((*from, *most, Some(period.start)));
                    below = None;
                }
                (None, false) => {}
            }
        }
        runs.extend(below.map(|(from, most)| (from, most, None)));
        let lost = table.periods.iter().filter(|period| period.lost > Decimal::ZERO);
        runs.extend(lost.map(|period| (period.start, period.lost, None)));
        runs.sort_by_key(|(from, ..)| *from);
        for (from, most, until) in runs {
            messages.push(Message {
                item,
                of: None,
                day: from,
                quantity: most,
                action: Action::Short { quantity: most, until },
                reason: self.why_short(item, from),
            });
        }
        Ok(())
    }

    /// Why nothing could be planned for a day.
    pub(crate) fn why_short(&self, item: ItemNo, on: NaiveDate) -> Reason {
        let params = &self.compiled.params[item.index()];
        if day(on) < params.fence {
            return Reason::Fence { ends: date(params.fence) };
        }
        let valid =
            |from: &&super::compiled::From| from.valid.0 <= day(on) && day(on) <= from.valid.1;
        let sources = self.compiled.sources_of(item.0).iter();
        let soonest = sources.clone().map(|from| from.earliest).min();
        match (sources.filter(valid).map(|from| from.earliest).min(), soonest) {
            (Some(comes), _) | (None, Some(comes)) if comes > day(on) => {
                Reason::LeadTime { comes: date(comes) }
            }
            _ => Reason::NoSource,
        }
    }
}

/// Who needs something on a day; safety stock where nobody does.
fn first_need(dealt: &Dealt, on: i32) -> Reason {
    let want = dealt.wants.iter().find(|want| want.day == on);
    want.map_or(Reason::SafetyStock, |want| Reason::Needed { by: want.of, on: date(on) })
}
