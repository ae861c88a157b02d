//! Two runs: one proposes, a proposal of it is firmed and released, a large order comes in, and the other says what changes.

use std::{collections::BTreeMap, error::Error, io::Write, sync::Arc};

use fondaco::{
    core::{
        job::JobId,
        report::{Chart, Column, Explain, Kind, Report, Row, Task},
    },
    inventory::{
        planning::{
            FirmOrder, FirmOrderStep, FirmProposals, FirmStep, PlanAction, PlanDifference,
            PlanMessage, PlanReason, PlanReport, PlanSettings, PlannedOrder, ReleaseFirmOrder,
            compare_plans, explain_proposal, firm_order_history, plan_messages, planned_orders,
        },
        replenish::SourceKind,
    },
    prelude::*,
};

use super::{
    late::LargeOrder,
    today::{Today, item_of, refusal},
};

/// So many days are planned: what takes longest has room.
pub const HORIZON_DAYS: u32 = 182;
/// How many rows are shown on a terminal.
const SHOWN: usize = 10;

/// What a run is told: a week's warning of releases, and no message for less than three days.
pub fn settings(date: NaiveDate) -> PlanSettings {
    PlanSettings {
        days: HORIZON_DAYS,
        release_days: 7,
        expedite_days: 3,
        defer_days: 14,
        ..PlanSettings::new(date)
    }
}

/// What the runs left.
pub struct Runs {
    /// What the second one did.
    pub report: PlanReport,
    /// What it proposes, by day of release.
    pub orders: Vec<Arc<PlannedOrder>>,
    messages: Vec<Arc<PlanMessage>>,
    pub difference: PlanDifference,
    /// What became of the proposal that was firmed.
    history: Vec<Arc<FirmOrderStep>>,
    firmed: Arc<PlannedOrder>,
    pub why_firmed: Explain,
    /// Numbers and names by the ids of the engine.
    names: BTreeMap<ItemId, (String, String)>,
}

impl Runs {
    /// Plans, decides, and plans again.
    ///
    /// # Errors
    /// The engine refuses something, or nothing of a bill is to be made.
    pub fn of(today: &Today<'_>, large: &LargeOrder<'_>) -> Result<Runs, Box<dyn Error>> {
        let (first, second) = ("plan/first", "plan/second");
        plan(today, first)?;
        let run = JobId::named(first);
        let proposed = today.stock.view(|view| planned_orders(view, run))?;
        let made = proposed.iter().filter(|it| it.version.is_some());
        let firmed = made.min_by_key(|it| (it.release_on, it.number));
        let firmed = firmed.ok_or("nothing that has a bill is to be made")?.clone();
        let order = release(today, run, firmed.number)?;
        let why_firmed = today.stock.view(|view| explain_proposal(view, run, firmed.number))?;
        large.take(today)?;
        let report = plan(today, second)?;
        let second = JobId::named(second);
        let mut orders = today.stock.view(|view| planned_orders(view, second))?;
        orders.sort_by_key(|it| (it.release_on, it.due_on, it.number));
        let products = today.company.products.values();
        let names = products.map(|it| (item_of(it), (it.number.clone(), it.name.clone())));
        Ok(Runs {
            report,
            orders,
            messages: today.stock.view(|view| plan_messages(view, second))?,
            difference: today.stock.view(|view| compare_plans(view, run, second))?,
            history: today.stock.view(|view| firm_order_history(view, order))?,
            firmed,
            why_firmed,
            names: names.collect(),
        })
    }

    /// All of it in short.
    ///
    /// # Errors
    /// It can't be written.
    pub fn tell(&self, out: &mut dyn Write, today: &Today<'_>) -> Result<(), Box<dyn Error>> {
        let PlanReport { items, orders, messages, .. } = self.report;
        writeln!(
            out,
            "Planned {items} articles from {} on: {orders} orders, {messages} messages.\n",
            today.date
        )?;
        for made in [false, true] {
            writeln!(out, "{}", self.proposals(made, SHOWN))?;
        }
        writeln!(out, "{}", self.messages(SHOWN))?;
        writeln!(out, "{}:\n{}", self.firmed_title(), self.why_firmed)?;
        writeln!(out, "{}", self.history())?;
        writeln!(
            out,
            "Since the first run {} orders are new, gone or otherwise, and {} are as they were.\n",
            self.difference.changes.len(),
            self.difference.same
        )?;
        Ok(())
    }

    fn name(&self, item: ItemId) -> (&str, &str) {
        self.names.get(&item).map_or(("", ""), |(number, name)| (number, name))
    }

    /// What is to be bought, or made.
    pub fn proposals(&self, made: bool, most: usize) -> Report {
        let title = if made { "Work orders proposed" } else { "Purchase orders proposed" };
        let mut report = Report::new(title).columns([
            Column::text("Article").naming_rows(),
            Column::text("Name"),
            Column::new("Quantity", Kind::Quantity { unit: "pcs".into(), digits: 0 }),
            Column::date("Release"),
            Column::date("Due"),
        ]);
        let source = if made { SourceKind::Make } else { SourceKind::Buy };
        let mine = || self.orders.iter().filter(|order| order.source == Some(source));
        for order in mine().take(most) {
            let (number, name) = self.name(order.item);
            report.push(Row::new([
                number.into(),
                name.into(),
                order.quantity.to_decimal().into(),
                order.release_on.into(),
                order.due_on.into(),
            ]));
        }
        and_more(report, mine().count(), most)
    }

    /// What is to be done, the most urgent first.
    pub fn messages(&self, most: usize) -> Report {
        let mut report = Report::new("Messages").columns([
            Column::text("Article").naming_rows(),
            Column::text("What to do"),
            Column::text("Why"),
            Column::new("Quantity", Kind::Quantity { unit: "pcs".into(), digits: 0 }),
            Column::date("Day"),
            Column::date("To"),
        ]);
        let mut messages: Vec<_> = self.messages.iter().collect();
        messages.sort_by_key(|it| (urgency(it.action), it.day, it.number));
        for it in messages.iter().take(most) {
            report.push(Row::new([
                self.name(it.item).0.into(),
                action(it.action).into(),
                reason(it.reason).into(),
                it.quantity.to_decimal().into(),
                it.day.into(),
                it.to.into(),
            ]));
        }
        and_more(report, messages.len(), most)
    }

    pub fn firmed_title(&self) -> String {
        let PlannedOrder { item, quantity, .. } = self.firmed.as_ref();
        let pieces = quantity.to_decimal().normalize();
        format!("Why {pieces} of {} were firmed and released", self.name(*item).0)
    }

    /// What became of the firmed proposal.
    pub fn history(&self) -> Report {
        let title = format!("What became of the order of {}", self.name(self.firmed.item).0);
        let mut report = Report::new(title.as_str()).columns([
            Column::text("Step").naming_rows(),
            Column::new("Quantity", Kind::Quantity { unit: "pcs".into(), digits: 0 }),
            Column::date("Due"),
        ]);
        for step in &self.history {
            let what = match step.what {
                FirmStep::Firmed => "firmed",
                FirmStep::Changed => "changed",
                FirmStep::Released => "released",
                FirmStep::Dropped => "dropped",
            };
            let quantity = step.quantity.to_decimal();
            report.push(Row::new([what.into(), quantity.into(), step.due_on.into()]));
        }
        report
    }

    /// What has changed since the first run, the first rows of it.
    pub fn changes(&self, most: usize) -> Report {
        let changes: Vec<_> = self.difference.changes.iter().take(most).cloned().collect();
        let first = PlanDifference { changes, same: self.difference.same };
        and_more(first.to_report(), self.difference.changes.len(), most)
    }

    /// The first proposals over their lead times.
    pub fn gantt(&self, most: usize) -> Chart {
        let tasks = self.orders.iter().take(most).map(|order| {
            let (number, _) = self.name(order.item);
            let pieces = order.quantity.to_decimal().normalize();
            Task::new(format!("{number}: {pieces}").as_str(), order.release_on, order.due_on)
        });
        Chart::gantt("Proposals by lead time, the first to be released", tasks)
    }
}

fn plan(today: &Today<'_>, name: &str) -> Result<PlanReport, Box<dyn Error>> {
    Ok(today.stock.plan(name, &settings(today.date), &mut ())?.report)
}

/// Firms a proposal, and puts it on order.
fn release(
    today: &Today<'_>,
    run: JobId,
    number: u32,
) -> Result<fondaco::core::Id<FirmOrder>, Box<dyn Error>> {
    let name = "plan/firm";
    let firm = FirmProposals::new(run, vec![number]);
    let done = today.stock.send(name, &firm).map_err(|error| refusal(&error, name))?;
    let order = *done.answer.first().ok_or("nothing was firmed")?;
    let document = DocumentId::named("plan/work order 1");
    today.once("plan/release", &ReleaseFirmOrder::new(order, document))?;
    Ok(order)
}

fn and_more(report: Report, all: usize, most: usize) -> Report {
    match all.saturating_sub(most) {
        0 => report,
        more => report.note(format!("And {more} more.").as_str()),
    }
}

/// What can't wait comes first.
fn urgency(action: PlanAction) -> u8 {
    match action {
        PlanAction::Short | PlanAction::Correct => 0,
        PlanAction::ReleaseLate => 1,
        PlanAction::Overdue => 2,
        PlanAction::Expedite => 3,
        PlanAction::Release => 4,
        PlanAction::Cancel => 5,
        PlanAction::Defer => 6,
    }
}

fn action(action: PlanAction) -> &'static str {
    match action {
        PlanAction::Release => "release it",
        PlanAction::ReleaseLate => "release it at once: it is late",
        PlanAction::Expedite => "call it in",
        PlanAction::Defer => "put it off",
        PlanAction::Cancel => "cancel it",
        PlanAction::Overdue => "ask where it is",
        PlanAction::Short => "find a way: it is short",
        PlanAction::Correct => "correct what is said",
    }
}

fn reason(reason: PlanReason) -> &'static str {
    match reason {
        PlanReason::Needed => "somebody needs it",
        PlanReason::SafetyStock => "it keeps the safety stock up",
        PlanReason::NotNeeded => "nobody needs it",
        PlanReason::NoSource => "nothing says where it comes from",
        PlanReason::Fence => "it lies within the time fence",
        PlanReason::LeadTime => "what is ordered today comes later",
        PlanReason::NoBill => "its bill is gone",
        PlanReason::ComponentClosed => "a component is closed",
        PlanReason::NoSendingSite => "the site that it comes from doesn't keep it",
    }
}
