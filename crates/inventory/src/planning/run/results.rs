//! What a plan says, as rows: orders, whom each is for, and messages.

use std::collections::BTreeMap;

use fondaco_core::Id;
use fondaco_core::job::JobId;
use rust_decimal::Decimal;
use serde::Serialize;

use super::ground::{Comes, Ground, Wants};
use super::record::{PegKind, PlanAction, PlanMessage, PlanPeg, PlanReason, PlannedOrder};
use crate::levels::Reservation;
use crate::mrp::{self, Action, ItemNo, NeedOf, Plan, Reason, SupplyOf};
use crate::planning::PlanningError;
use crate::{QUANTITY_DIGITS, Qty, StockError};

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
        for order in self.plan.proposals() {
            let number = small(self.rows.len());
            self.numbers.insert((order.item, order.number), number);
            let row = self.order(number, &order)?;
            self.rows.extend(row.map(ResultRow::Order));
        }
        Ok(())
    }

    fn order(
        &self,
        number: u32,
        order: &mrp::PlannedOrder,
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
                    pegs.push(self.peg(need, quantity)?);
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

    fn peg(&self, need: &mrp::Need, quantity: Decimal) -> Result<PlanPeg, StockError> {
        let quantity = stored(quantity)?;
        let day = Some(need.day);
        let kind = match need.of {
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
        let messages = self.plan.messages().map_err(PlanningError::Mrp)?;
        let before = self.rows.len();
        for message in &messages {
            let row = self.message(small(self.rows.len() - before), message)?;
            self.rows.extend(row.map(ResultRow::Message));
        }
        Ok(())
    }

    /// What a supply of the kernel is in the store.
    fn comes(&self, of: SupplyOf) -> Option<Comes> {
        match of {
            SupplyOf::Supply(supply) => self.ground.comes.get(&supply).copied(),
            _ => None,
        }
    }

    fn message(
        &self,
        number: u32,
        message: &mrp::Message,
    ) -> Result<Option<PlanMessage>, StockError> {
        let Some((item, site)) = self.ground.keys.get(message.item.index()).copied() else {
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
        Ok(Some(PlanMessage {
            run: NO_RUN,
            attempt: 0,
            number,
            item,
            site,
            action,
            reason,
            day: message.day,
            to,
            quantity: stored(quantity)?,
            order,
            expected,
            firm,
        }))
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
