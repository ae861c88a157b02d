//! What a plan says, as rows: orders, whom each is for, and messages.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::job::JobId;
use fondaco_core::{Id, Rounding};
use rust_decimal::Decimal;
use serde::Serialize;

use super::ground::{Comes, Ground, Wants};
use super::record::{PegKind, PlanAction, PlanMessage, PlanPeg, PlanReason, PlannedOrder};
use super::said::Key;
use super::sourcing::Fault;
use crate::levels::Reservation;
use crate::mrp::{self, Action, ItemNo, NeedOf, Plan, Reason, Shortage, SupplyOf};
use crate::planning::PlanningError;
use crate::{QUANTITY_DIGITS, Qty, StockError, exact};

/// A row of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ResultRow {
    Order(PlannedOrder),
    Peg(PlanPeg),
    Message(PlanMessage),
}

/// What a run leaves, without the run's id.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) rows: Vec<ResultRow>,
    pub(super) items: u32,
    pub(super) orders: u32,
    pub(super) messages: u32,
}

/// The rows of a plan; the same plan gives the same rows.
pub(super) fn results(ground: &Ground, plan: &Plan) -> Result<Results, StockError> {
    let mut writer = Writer { ground, plan, numbers: BTreeMap::new(), rows: Vec::new() };
    writer.orders()?;
    let orders = small(writer.rows.len());
    writer.pegs()?;
    let before = writer.rows.len();
    writer.messages()?;
    let messages = small(writer.rows.len() - before);
    Ok(Results { rows: writer.rows, items: small(ground.len()), orders, messages })
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A quantity of the kernel as it is stored.
fn stored(quantity: Decimal) -> Result<Qty, StockError> {
    let units = fondaco_core::decimal::to_fixed(quantity, u32::from(QUANTITY_DIGITS));
    let error =
        || crate::KernelError::NoAnswer { what: "a planned quantity", why: "it has no room" };
    Ok(units.map(Qty::from_units).ok_or_else(error)?)
}

/// A figure of a shortage, where there was one.
fn figure(short: Option<&Shortage>, of: impl Fn(&Shortage) -> Decimal) -> Result<Qty, StockError> {
    short.map_or(Ok(Qty::ZERO), |short| stored(of(short)))
}

struct Writer<'g> {
    ground: &'g Ground,
    plan: &'g Plan,
    /// The numbers of the orders, by the kernel's.
    numbers: BTreeMap<(ItemNo, usize), u32>,
    rows: Vec<ResultRow>,
}

/// Stands for the run until the rows are written.
const NO_RUN: JobId = JobId::from_u128(0);

impl Writer<'_> {
    fn orders(&mut self) -> Result<(), StockError> {
        let mut of: Option<(ItemNo, Vec<Shortage>)> = None;
        for order in self.plan.proposals() {
            if of.as_ref().is_none_or(|(item, _)| *item != order.item) {
                let shortages = self.plan.shortages(order.item).map_err(PlanningError::Mrp)?;
                of = Some((order.item, shortages));
            }
            let all = of.as_ref().map_or(&[][..], |(_, all)| all.as_slice());
            let short = all.iter().find(|short| short.orders.contains(&order.number));
            let number = small(self.rows.len());
            self.numbers.insert((order.item, order.number), number);
            let row = self.order(number, &order, short)?;
            self.rows.extend(row.map(ResultRow::Order));
        }
        Ok(())
    }

    fn order(
        &self,
        number: u32,
        order: &mrp::PlannedOrder,
        short: Option<&Shortage>,
    ) -> Result<Option<PlannedOrder>, StockError> {
        let Some((item, site)) = self.ground.keys.get(order.item.index()).copied() else {
            return Ok(None);
        };
        let ways = self.ground.ways.get(order.item.index());
        let way = order.source.and_then(|source| ways?.get(source));
        let firm = order.firm.and_then(|supply| match self.ground.comes.get(&supply) {
            Some(Comes::Firm(firm)) => Some(*firm),
            _ => None,
        });
        Ok(Some(PlannedOrder {
            run: NO_RUN,
            attempt: 0,
            number,
            item,
            site,
            source: way.map(|way| way.kind),
            supplier: way.and_then(|way| way.supplier),
            from_site: way.and_then(|way| way.from_site),
            version: way.and_then(|way| way.version.clone()),
            quantity: stored(order.quantity)?,
            begun: stored(order.begun)?,
            release_on: order.release,
            due_on: order.due,
            firm,
            for_promise: order.demand.and_then(|demand| self.root(demand)),
            short_on: short.map(|short| short.on),
            short: figure(short, |short| short.quantity)?,
            left: figure(short, |short| short.left)?,
            coming: figure(short, |short| short.coming)?,
            needed: figure(short, |short| short.needed)?,
            safety_stock: figure(short, |short| short.safety_stock)?,
            short_later: figure(short, |short| short.later)?,
            short_until: short.map(|short| short.until),
        }))
    }

    /// The customer's promise that a demand stands for.
    fn root(&self, demand: mrp::DemandNo) -> Option<Id<Reservation>> {
        match self.ground.wants.get(&demand) {
            Some(Wants::Promise(promise)) => self.ground.roots.get(promise).copied(),
            _ => None,
        }
    }

    fn pegs(&mut self) -> Result<(), StockError> {
        let mut items: Vec<ItemNo> = self.numbers.keys().map(|(item, _)| *item).collect();
        items.dedup();
        for item in items {
            let pegging = self.plan.pegging(item).map_err(PlanningError::Mrp)?;
            for (at, coming) in pegging.supplies.iter().enumerate() {
                let SupplyOf::Order(number) = coming.of else { continue };
                let Some(order) = self.numbers.get(&(item, number)).copied() else { continue };
                let mut pegs = Vec::new();
                for (need, quantity) in pegging.needs_of(at) {
                    for (of, part) in self.above(need.of, quantity)? {
                        pegs.push(self.peg(of, need.day, part)?);
                    }
                }
                if coming.free > Decimal::ZERO {
                    let quantity = stored(coming.free)?;
                    pegs.push(PlanPeg { quantity, ..no_peg(PegKind::Free) });
                }
                let numbered = (0..).zip(pegs);
                let rows = numbered.map(|(number, peg)| PlanPeg { order, number, ..peg });
                self.rows.extend(rows.map(ResultRow::Peg));
            }
        }
        Ok(())
    }

    /// For whom something is: of what is made in passing, for whom that is made, each in proportion.
    fn above(&self, of: NeedOf, quantity: Decimal) -> Result<Vec<(NeedOf, Decimal)>, StockError> {
        let (mut found, mut next) = (Vec::new(), vec![(of, quantity)]);
        while let Some((of, quantity)) = next.pop() {
            let in_passing = match of {
                NeedOf::Order { item, number } if !self.numbers.contains_key(&(item, number)) => {
                    self.made_for(item, number)?
                }
                _ => Vec::new(),
            };
            let whole: Decimal = in_passing.iter().map(|(_, much)| *much).sum();
            if whole <= Decimal::ZERO {
                found.push((of, quantity));
                continue;
            }
            let (mut left, last) = (quantity, in_passing.len() - 1);
            for (at, (of, much)) in in_passing.into_iter().enumerate() {
                let parts = (much, whole);
                let (what, digits) = ("a part of a peg", u32::from(QUANTITY_DIGITS));
                let part = match at {
                    at if at == last => left,
                    _ => exact::portion(what, quantity, parts, digits, Rounding::Down)?,
                };
                left -= part;
                next.push((of, part));
            }
        }
        found.reverse();
        Ok(found)
    }

    /// For whom an order of something made in passing is.
    fn made_for(&self, item: ItemNo, number: usize) -> Result<Vec<(NeedOf, Decimal)>, StockError> {
        let pegging = self.plan.pegging(item).map_err(PlanningError::Mrp)?;
        let Some(at) = pegging.supply(SupplyOf::Order(number)) else { return Ok(Vec::new()) };
        Ok(pegging.needs_of(at).map(|(need, much)| (need.of, much)).collect())
    }

    fn peg(&self, of: NeedOf, day: NaiveDate, quantity: Decimal) -> Result<PlanPeg, StockError> {
        let quantity = stored(quantity)?;
        let day = Some(day);
        let kind = match of {
            NeedOf::Demand(demand) => match self.ground.wants.get(&demand) {
                Some(Wants::Promise(promise)) => {
                    let promise = Some(*promise);
                    let peg = no_peg(PegKind::Promise);
                    return Ok(PlanPeg { quantity, needed_on: day, promise, ..peg });
                }
                _ => PegKind::Forecast,
            },
            NeedOf::Order { item, number } => {
                let needed_by = self.numbers.get(&(item, number)).copied();
                let needed_for = self.ground.keys.get(item.index()).map(|(item, _)| *item);
                let peg = no_peg(PegKind::Order);
                return Ok(PlanPeg { quantity, needed_on: day, needed_by, needed_for, ..peg });
            }
            NeedOf::BelowZero => PegKind::BelowZero,
        };
        Ok(PlanPeg { quantity, needed_on: day, ..no_peg(kind) })
    }

    fn messages(&mut self) -> Result<(), StockError> {
        let told = self.plan.messages().map_err(PlanningError::Mrp)?;
        let mut all: Vec<(ItemNo, PlanMessage)> = self.faults();
        for message in &told {
            all.extend(self.message(message)?.map(|row| (message.item, row)));
        }
        all.sort_by_key(|(item, _)| *item);
        let numbered = (0..).zip(all).map(|(number, (_, row))| PlanMessage { number, ..row });
        self.rows.extend(numbered.map(ResultRow::Message));
        Ok(())
    }

    /// What the run could not plan by.
    fn faults(&self) -> Vec<(ItemNo, PlanMessage)> {
        let items = self.plan.network().items().map(|(number, _)| number);
        let both = items.zip(self.ground.keys.iter().zip(&self.ground.faults));
        let all = both.flat_map(|(number, (key, faults))| {
            faults.iter().map(move |fault| (number, *key, *fault))
        });
        let day = self.plan.horizon().start;
        let row = |(number, (item, site), fault): (ItemNo, _, Fault)| {
            let (reason, about, firm) = (fault.reason, fault.about, fault.firm);
            let row = PlanMessage { about, firm, ..no_message((item, site), day) };
            (number, PlanMessage { action: PlanAction::Correct, reason, ..row })
        };
        all.map(row).collect()
    }

    /// What a supply of the kernel is in the store.
    fn comes(&self, of: SupplyOf) -> Option<Comes> {
        match of {
            SupplyOf::Supply(supply) => self.ground.comes.get(&supply).copied(),
            _ => None,
        }
    }

    fn message(&self, message: &mrp::Message) -> Result<Option<PlanMessage>, StockError> {
        let Some(key) = self.ground.keys.get(message.item.index()).copied() else {
            return Ok(None);
        };
        let (action, mut to) = match message.action {
            Action::Release => (PlanAction::Release, None),
            Action::ReleaseLate { .. } => (PlanAction::ReleaseLate, None),
            Action::Expedite { to } => (PlanAction::Expedite, Some(to)),
            Action::Defer { to } => (PlanAction::Defer, Some(to)),
            Action::Cancel => (PlanAction::Cancel, None),
            Action::Overdue { .. } => (PlanAction::Overdue, None),
            Action::Short { until, .. } => (PlanAction::Short, until),
        };
        let (reason, other) = match message.reason {
            Reason::Needed { on, .. } => (PlanReason::Needed, Some(on)),
            Reason::SafetyStock => (PlanReason::SafetyStock, None),
            Reason::NotNeeded => (PlanReason::NotNeeded, None),
            Reason::NoSource => (PlanReason::NoSource, None),
            Reason::Fence { ends } => (PlanReason::Fence, Some(ends)),
            Reason::LeadTime { comes } => (PlanReason::LeadTime, Some(comes)),
        };
        to = to.or(other);
        let order = match message.of {
            Some(SupplyOf::Order(number)) => self.numbers.get(&(message.item, number)).copied(),
            _ => None,
        };
        let (expected, firm) = match message.of.and_then(|of| self.comes(of)) {
            Some(Comes::Expected(expected)) => (Some(expected), None),
            Some(Comes::Firm(firm)) => (None, Some(firm)),
            // What is on its way comes, whether it is needed or not.
            Some(Comes::InTransit) => return Ok(None),
            None => (None, None),
        };
        let quantity = match message.action {
            Action::Short { quantity, .. } => quantity,
            _ => message.quantity,
        };
        let row = self.for_whom(message.reason, no_message(key, message.day));
        let quantity = stored(quantity)?;
        Ok(Some(PlanMessage { action, reason, to, quantity, order, expected, firm, ..row }))
    }

    /// A message with who needs it.
    fn for_whom(&self, reason: Reason, row: PlanMessage) -> PlanMessage {
        match reason {
            Reason::Needed { by: NeedOf::Demand(demand), .. } => {
                match self.ground.wants.get(&demand) {
                    Some(Wants::Promise(promise)) => PlanMessage { promise: Some(*promise), ..row },
                    _ => row,
                }
            }
            Reason::Needed { by: NeedOf::Order { item, number }, .. } => {
                let needed_by = self.numbers.get(&(item, number)).copied();
                let about = self.ground.keys.get(item.index()).map(|(item, _)| *item);
                PlanMessage { needed_by, about, ..row }
            }
            _ => row,
        }
    }
}

/// A message about nothing yet.
fn no_message((item, site): Key, day: NaiveDate) -> PlanMessage {
    PlanMessage {
        run: NO_RUN,
        attempt: 0,
        number: 0,
        item,
        site,
        action: PlanAction::Correct,
        reason: PlanReason::NotNeeded,
        day,
        to: None,
        quantity: Qty::ZERO,
        order: None,
        expected: None,
        firm: None,
        promise: None,
        needed_by: None,
        about: None,
    }
}

fn no_peg(kind: PegKind) -> PlanPeg {
    PlanPeg {
        run: NO_RUN,
        attempt: 0,
        order: 0,
        number: 0,
        kind,
        quantity: Qty::ZERO,
        needed_on: None,
        promise: None,
        needed_by: None,
        needed_for: None,
    }
}

/// The digest of what a run leaves: whether an attempt that was begun can go on.
pub(super) fn digest(rows: &[ResultRow]) -> Result<String, fondaco_core::digest::DigestError> {
    #[derive(Serialize)]
    struct Shown(String);
    let shown: Vec<Shown> = rows.iter().map(|row| Shown(format!("{row:?}"))).collect();
    Ok(fondaco_core::digest::hex(&fondaco_core::digest::of(&shown)?))
}
