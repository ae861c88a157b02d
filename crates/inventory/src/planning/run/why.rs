//! Why a run proposes an order, says a message, or has a promise met late: from the figures that it left, step by step.
//!
//! What was short, for whom it is and when it is there is told as the run had it; lots, safety time and the time fence as they are set now.

use std::sync::Arc;

use fondaco_core::job::JobId;
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::{Id, ItemId, Range, Reading, SiteId};

use super::read::{current_plan, plan_pegs, plan_run};
use super::record::{PegKind, PlanMessage, PlanPeg, PlanReason, PlanRun, PlannedOrder};
use crate::items::{CatalogueError, Item};
use crate::levels::{Expected, Reservation};
use crate::places::Site;
use crate::planning::{CostRule, FirmOrder, LotKind, PlanningError, PlanningParameters, WantedDay};
use crate::replenish::{PlanningVendor, ReorderRule, VendorPrice};
use crate::{Qty, ReserveError, StockError};

/// So many lines an explanation has at most.
const MOST: usize = 200;

/// Why a run proposes an order: what was short, by which parameters it is as large and as early as it is, and what it is for, what that is
/// for, and so on up to who wants it. Of very many it tells the first 200, and that there are more.
///
/// # Errors
/// [`PlanningError::UnknownProposal`]; a [`Halt`](fondaco_core::Halt).
pub fn explain_proposal(
    read: &mut impl Reading,
    run: JobId,
    number: u32,
) -> Result<Explain, StockError> {
    let unknown = PlanningError::UnknownProposal { run, number };
    let done = plan_run(read, run)?.ok_or_else(|| unknown.clone())?;
    let row = read.peek::<PlannedOrder>(&(run, done.attempt, number))?.ok_or(unknown)?;
    let mut why = Why { read, run: done, left: MOST };
    let told = why.order(&row)?;
    let told = why.parameters(&row, told)?;
    Ok(told.inputs(why.short(&row)?).inputs(why.uses(&row)?))
}

/// Why a run says a message: what is to be done with what, because of what or whom, and what would help.
///
/// # Errors
/// [`PlanningError::UnknownPlanMessage`]; a [`Halt`](fondaco_core::Halt).
pub fn explain_plan_message(
    read: &mut impl Reading,
    run: JobId,
    number: u32,
) -> Result<Explain, StockError> {
    let unknown = PlanningError::UnknownPlanMessage { run, number };
    let done = plan_run(read, run)?.ok_or_else(|| unknown.clone())?;
    let row = read.peek::<PlanMessage>(&(run, done.attempt, number))?.ok_or(unknown)?;
    Why { read, run: done, left: MOST }.message(&row)
}

/// How the current run has a promise met: what is held for it, which orders it waits for, what those wait for, and where one comes too late
/// what would help. What is met by stock that is there for all, and by what is on order, is told in one figure.
///
/// # Errors
/// [`ReserveError::UnknownReservation`] for a promise that is not there; [`PlanningError::UnknownPlanRun`] before the first run; a
/// [`Halt`](fondaco_core::Halt).
pub fn explain_promise(
    read: &mut impl Reading,
    promise: Id<Reservation>,
) -> Result<Explain, StockError> {
    let unknown = ReserveError::UnknownReservation { reservation: promise };
    let row = read.peek::<Reservation>(&promise)?.ok_or(unknown)?;
    let run = current_plan(read)?.map_or(JobId::from_u128(0), |current| current.run);
    let done = plan_run(read, run)?.ok_or(PlanningError::UnknownPlanRun { run })?;
    Why { read, run: done, left: MOST }.promise(&row)
}

struct Why<'r, R> {
    read: &'r mut R,
    run: Arc<PlanRun>,
    /// How many lines may still be told.
    left: usize,
}

impl<R: Reading> Why<'_, R> {
    fn item(&mut self, id: ItemId) -> Result<Arc<Item>, StockError> {
        Ok(self.read.peek::<Item>(&id)?.ok_or(CatalogueError::UnknownItem { item: id })?)
    }

    /// `BIKE at MAIN`.
    fn named(&mut self, item: ItemId, site: SiteId) -> Result<String, StockError> {
        let item = self.item(item)?;
        let site = self.read.peek::<Site>(&site)?;
        Ok(site.map_or_else(
            || item.code.to_string(),
            |site| format!("{} at {}", item.code, site.code),
        ))
    }

    fn quantity(&mut self, item: ItemId, quantity: Qty) -> Result<Cell, StockError> {
        Ok(self.item(item)?.quantity(quantity).into())
    }

    /// An order with its days.
    fn order(&mut self, row: &PlannedOrder) -> Result<Explain, StockError> {
        let item = self.item(row.item)?;
        let title = if row.firm.is_some() { "Firm planned order of" } else { "Planned order of" };
        let what = Phrase::from(word(title)).and(item.code.clone());
        let mut told = Explain::new(what, item.quantity(row.quantity))
            .parameter(Parameter::new(word("Release"), row.release_on))
            .parameter(Parameter::new(word("Due"), row.due_on));
        if let Some(source) = row.source {
            told = told.parameter(Parameter::new(word("Source"), word(source.code())));
        }
        if let Some(version) = &row.version {
            told = told.parameter(Parameter::new(word("Version"), version.clone()));
        }
        Ok(told)
    }

    /// What its size and its days come from.
    fn parameters(&mut self, row: &PlannedOrder, told: Explain) -> Result<Explain, StockError> {
        let key = (row.item, row.site);
        let rule = self.read.peek::<ReorderRule>(&key)?;
        let said = self.read.peek::<PlanningParameters>(&key)?;
        let lot = said.as_ref().map_or(LotKind::LotForLot, |said| said.lot);
        let vendor = match &rule {
            Some(rule) => self.vendor(rule)?,
            None => PlanningVendor::default(),
        };
        let mut told = told;
        let mut tell = |name: &'static str, value: Cell| {
            told = std::mem::take(&mut told).parameter(Parameter::new(word(name), value));
        };
        if lot != LotKind::Fixed
            && let Some(rule) = &rule
        {
            for (name, quantity) in [
                ("Minimum", rule.minimum.max(vendor.least)),
                ("Multiple", rule.multiple),
                ("Maximum", rule.maximum),
            ] {
                if quantity != Qty::ZERO {
                    tell(name, quantity.to_decimal().into());
                }
            }
        }
        if let Some(said) = &said {
            if let Some(share) = said.yield_share {
                tell("Yield", Cell::text(share.to_string()));
            }
            for (name, days) in [
                ("Safety time in days", said.safety_days),
                ("Planning time fence in days", said.planning_fence_days),
            ] {
                if days > 0 {
                    tell(name, i64::from(days).into());
                }
            }
        }
        let days = row.due_on.signed_duration_since(row.release_on).num_days();
        tell("Days from release to due", days.into());
        let lots = match lot {
            LotKind::LotForLot => word("lot for lot").into(),
            LotKind::Fixed => {
                let quantity = said.as_ref().map(|said| said.lot_quantity.to_decimal());
                Phrase::from(word("in lots of")).and(quantity)
            }
            LotKind::ByCost => {
                let rule = said.as_ref().and_then(|said| said.cost_rule);
                Phrase::from(word("by cost:")).and(rule.map(|rule| word(rule.word())))
            }
            LotKind::Days => Phrase::from(word("for so many days:")).and(periods(said.as_deref())),
            LotKind::Periods => {
                Phrase::from(word("for so many periods:")).and(periods(said.as_deref()))
            }
        };
        Ok(told.rule(lots))
    }

    /// By which vendor it is planned, if it is bought.
    fn vendor(&mut self, rule: &ReorderRule) -> Result<PlanningVendor, StockError> {
        let prices = self.read.peek_scan(&Range::<VendorPrice>::by_key(&rule.item))?;
        let item = self.item(rule.item)?;
        Ok(PlanningVendor::of(self.read, rule, (&item, prices))?.unwrap_or_default())
    }

    /// What was short, so that it was planned.
    fn short(&mut self, row: &PlannedOrder) -> Result<Option<Explain>, StockError> {
        let Some(on) = row.short_on else { return Ok(None) };
        let item = self.item(row.item)?;
        let part =
            |name: &'static str, quantity: Qty| Explain::new(word(name), item.quantity(quantity));
        let what = Phrase::from(word("Short on")).and(on);
        let mut told =
            Explain::new(what, item.quantity(row.short)).input(part("Left before", row.left));
        for (name, quantity) in [("Comes", row.coming), ("Needed", row.needed)] {
            if quantity != Qty::ZERO {
                told = told.input(part(name, quantity));
            }
        }
        if row.safety_stock != Qty::ZERO {
            told = told.input(part("Safety stock", row.safety_stock));
        }
        if row.short_later != Qty::ZERO {
            let until = Phrase::from(word("Short later, until")).and(row.short_until);
            told = told.input(Explain::new(until, item.quantity(row.short_later)));
        }
        Ok(Some(told))
    }

    /// What an order is for. A bill has no circle, so that goes up a bounded way: as many levels as things are made by.
    fn uses(&mut self, row: &PlannedOrder) -> Result<Vec<Explain>, StockError> {
        let mut all = Vec::new();
        for peg in plan_pegs(self.read, row)? {
            if self.left == 0 {
                all.push(Explain::new(word("And more"), Cell::Empty));
                break;
            }
            self.left -= 1;
            all.push(self.used(row, &peg)?);
        }
        Ok(all)
    }

    fn used(&mut self, row: &PlannedOrder, peg: &PlanPeg) -> Result<Explain, StockError> {
        let what = match (peg.kind, peg.promise) {
            (PegKind::Promise, Some(promise)) => self.promised("For the promise of", promise)?,
            (kind, _) => word(kind.word()).into(),
        };
        let mut told = Explain::new(what, self.quantity(row.item, peg.quantity)?);
        if let Some(day) = peg.needed_on {
            told = late(told.parameter(Parameter::new(word("Needed on"), day)), row, day);
        }
        let Some(above) = peg.needed_by else { return Ok(told) };
        match self.read.peek::<PlannedOrder>(&(row.run, row.attempt, above))? {
            Some(above) => Ok(told.input(self.order(&above)?.inputs(self.uses(&above)?))),
            None => Ok(told),
        }
    }

    /// `For the promise of BIKE at MAIN, wanted on 2026-08-20`.
    fn promised(
        &mut self,
        begins: &'static str,
        promise: Id<Reservation>,
    ) -> Result<Phrase, StockError> {
        let Some(row) = self.read.peek::<Reservation>(&promise)? else {
            return Ok(Phrase::from(word(begins)).and(Cell::text(promise.to_string())));
        };
        let what = Phrase::from(word(begins));
        let name = self.named(row.item, row.site)?;
        let wanted = self.read.peek::<WantedDay>(&row.document)?;
        Ok(match wanted {
            Some(wanted) => {
                let what = what.and(Cell::text(format!("{name},"))).and(word("wanted on"));
                what.and(wanted.wanted_on)
            }
            None => what.and(Cell::text(name)),
        })
    }

    fn message(&mut self, row: &PlanMessage) -> Result<Explain, StockError> {
        let name = self.named(row.item, row.site)?;
        let what = Phrase::from(Cell::text(format!("{name}:"))).and(word(row.action.word()));
        let mut told = Explain::new(what, self.quantity(row.item, row.quantity)?)
            .rule(word(row.reason.word()))
            .parameter(Parameter::new(word("Day"), row.day));
        if let Some(to) = row.to {
            told = told.parameter(Parameter::new(word("To"), to));
        }
        if let Some(expected) = row.expected
            && let Some(expected) = self.read.peek::<Expected>(&expected)?
        {
            told = told.parameter(Parameter::new(word("On order since"), expected.changed_on));
            let document = Cell::text(expected.document.to_string());
            told = told.parameter(Parameter::new(word("Document"), document));
        }
        if let Some(firm) = row.firm
            && let Some(firm) = self.read.peek::<FirmOrder>(&firm)?
        {
            let what = word("Firm planned order of");
            let name = self.named(firm.item, firm.site)?;
            let what = Phrase::from(what).and(Cell::text(name));
            let quantity = self.quantity(firm.item, firm.quantity)?;
            let due = Parameter::new(word("Due"), firm.due_on);
            told = told.input(Explain::new(what, quantity).parameter(due));
        }
        if let Some(promise) = row.promise {
            let what = self.promised("For the promise of", promise)?;
            let wanted = self.read.peek::<Reservation>(&promise)?.map(|row| row.wanted);
            let quantity = self.quantity(row.item, wanted.unwrap_or(Qty::ZERO))?;
            told = told.input(Explain::new(what, quantity));
        }
        if let Some(number) = row.needed_by {
            let above = self.read.peek::<PlannedOrder>(&(row.run, row.attempt, number))?;
            if let Some(above) = above {
                told = told.input(self.order(&above)?.inputs(self.uses(&above)?));
            }
        }
        if row.reason == PlanReason::ComponentClosed
            && let Some(part) = row.about
        {
            let code = self.item(part)?.code.clone();
            told = told.input(Explain::new(word("Component"), code));
        }
        Ok(told.inputs(help(row)))
    }

    fn promise(&mut self, row: &Reservation) -> Result<Explain, StockError> {
        let what = self.promised("Promise of", row.id)?;
        let document = Cell::text(row.document.to_string());
        let mut told = Explain::new(what, self.quantity(row.item, row.wanted)?)
            .parameter(Parameter::new(word("Document"), document));
        for (name, quantity) in [("Sent", row.fulfilled), ("Held for it", row.held)] {
            if quantity > Qty::ZERO {
                told = told.input(Explain::new(word(name), self.quantity(row.item, quantity)?));
            }
        }
        let key = (self.run.run, self.run.attempt, row.id);
        let pegs = self.read.peek_scan(&Range::by(PlanPeg::BY_PROMISE, &key))?;
        let (lines, ordered) = self.suppliers(&pegs)?;
        told = told.inputs(lines);
        let rest = row.backordered.units().saturating_sub(ordered);
        if rest > 0 {
            let quantity = self.quantity(row.item, Qty::from_units(rest))?;
            let what = word("From what is there for all or on order, or short");
            told = told.input(Explain::new(what, quantity));
        }
        Ok(told)
    }

    /// The orders that pegs are of, each with what it waits for; how much that is in all.
    fn suppliers(&mut self, pegs: &[Arc<PlanPeg>]) -> Result<(Vec<Explain>, i64), StockError> {
        let (mut all, mut ordered) = (Vec::new(), 0_i64);
        for peg in pegs {
            let key = (peg.run, peg.attempt, peg.order);
            let Some(order) = self.read.peek::<PlannedOrder>(&key)? else { continue };
            ordered = ordered.saturating_add(peg.quantity.units());
            if self.left == 0 {
                all.push(Explain::new(word("And more"), Cell::Empty));
                break;
            }
            self.left -= 1;
            let mut told = self.order(&order)?;
            if let Some(day) = peg.needed_on {
                told = late(told.parameter(Parameter::new(word("Needed on"), day)), &order, day);
            }
            let below = (peg.run, peg.attempt, peg.order);
            let below = self.read.peek_scan(&Range::by(PlanPeg::BY_NEED, &below))?;
            all.push(told.inputs(self.suppliers(&below)?.0));
        }
        Ok((all, ordered))
    }
}

impl CostRule {
    /// Its name, as reports translate it.
    fn word(self) -> &'static str {
        match self {
            CostRule::EconomicQuantity => "economic order quantity",
            CostRule::EconomicPeriods => "period order quantity",
            CostRule::LeastUnitCost => "least unit cost",
            CostRule::PartPeriod => "part-period balancing",
            CostRule::SilverMeal => "Silver-Meal",
            CostRule::WagnerWhitin => "Wagner-Whitin",
        }
    }
}

fn periods(said: Option<&PlanningParameters>) -> Cell {
    said.map(|said| i64::from(said.lot_periods)).into()
}

/// An order that comes after the day on which it is needed, and what would help.
fn late(told: Explain, order: &PlannedOrder, needed: chrono::NaiveDate) -> Explain {
    let days = order.due_on.signed_duration_since(needed).num_days();
    if days <= 0 {
        return told;
    }
    let help = Phrase::from(word("would help: a lead time shorter by")).and(days).and(word("days"));
    told.parameter(Parameter::new(word("Days late"), days)).rule(help)
}

/// What would help against what a message is about.
fn help(row: &PlanMessage) -> Option<Explain> {
    let days = row.to.map(|to| to.signed_duration_since(row.day).num_days());
    let what = match (row.reason, days) {
        (PlanReason::LeadTime, Some(days)) if days > 0 => {
            Phrase::from(word("would help: a lead time shorter by")).and(days).and(word("days"))
        }
        (PlanReason::Fence, _) => {
            let what = Phrase::from(word("would help: planning within the time fence that ends"));
            what.and(row.to)
        }
        (PlanReason::NoSource, _) => word("would help: a source").into(),
        _ => return None,
    };
    Some(Explain::new(what, Cell::Empty))
}
