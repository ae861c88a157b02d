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
use super::needed::{Short, below_zero};
use super::pegging::{Dealt, NeedOf, SupplyOf};
use super::plan::quantity;
use super::{ItemNo, MrpError, Plan, SupplyKind};

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
        self.short(item, &dealt, &mut messages)?;
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
            // Within a bucket is in time.
            let place = |on: i32| self.compiled.grid.place(on);
            let is_here =
                needed.on.is_some_and(|on| place(on).is_some() && place(on) == place(comes));
            let change = match needed.on {
                None if is_beyond => None,
                None if needed.quantity > tolerated => Some((Action::Cancel, Reason::NotNeeded)),
                None => None,
                // When it will come has to be asked first.
                Some(_) if is_overdue || is_here => None,
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
    fn short(
        &self,
        item: ItemNo,
        dealt: &Dealt,
        messages: &mut Vec<Message>,
    ) -> Result<(), MrpError> {
        let runs = if self.compiled.params[item.index()].to_order {
            self.short_apart(item, dealt)?
        } else {
            self.short_of_all(item)?
        };
        for Short { from, most, until } in runs {
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

    /// Where what is projected is below nothing, and what is wanted too soon for anything.
    fn short_of_all(&self, item: ItemNo) -> Result<Vec<Short>, MrpError> {
        let table = self.table(item)?;
        let levels = table.periods.iter().map(|period| (period.start, period.projected));
        let mut runs = below_zero(levels);
        let lost = table.periods.iter().filter(|period| period.lost > Decimal::ZERO);
        runs.extend(lost.map(|period| Short {
            from: period.start,
            most: period.lost,
            until: None,
        }));
        runs.sort_by_key(|run| run.from);
        Ok(runs)
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
