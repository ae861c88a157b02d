//! The demo company's machines: which hours they run, what is done where, and when the proposed work orders can be done there, none of them
//! on two orders at once. Components are taken for there on the day of release: what they wait for, `late.rs` asks.

use std::{error::Error, sync::Arc};

use chrono::{Days, TimeDelta};
use fondaco::{
    core::{
        calendar::WorkingHours,
        report::{Chart, Report, list},
    },
    inventory::{
        planning::PlannedOrder,
        replenish::SourceKind,
        scheduling::{
            Direction, Load, Operation, Order, Plan, Plant, Routing, Rule, RunTime, WorkCentre,
            bottlenecks,
        },
    },
    prelude::*,
};

use crate::common::company::Company;

/// Work orders that are to be released within so many days are put on machines.
const DAYS: u64 = 28;
/// Loads are looked at over so many weeks.
const WEEKS: u64 = 6;
/// How long the plant is looked at: what is late has room.
const HORIZON_DAYS: u64 = 730;
/// How many rows the Gantt chart has.
const ROWS: usize = 48;

/// The work centres: code, machines, hours of weekdays.
const CENTRES: [(&str, u32, &str); 4] = [
    ("MILLING", 2, "06:00-14:00,14:00-22:00"),
    ("ASSEMBLY", 3, "06:00-14:00,14:00-22:00"),
    ("TEST", 1, "08:00-16:00"),
    ("PACKING", 2, "08:00-16:00"),
];

/// A work centre, minutes to set up, minutes for a piece.
type Step = (&'static str, i64, i64);

/// What is done with the families of the demo company.
const STEPS: [(&str, &[Step]); 5] = [
    ("GP", &[("ASSEMBLY", 30, 18), ("TEST", 10, 5), ("PACKING", 0, 3)]),
    ("WP", &[("ASSEMBLY", 45, 30), ("TEST", 15, 8), ("PACKING", 0, 4)]),
    ("IC", &[("ASSEMBLY", 20, 12), ("TEST", 10, 4), ("PACKING", 0, 2)]),
    ("DL", &[("PACKING", 10, 6)]),
    ("PH", &[("MILLING", 60, 9)]),
];

/// The schedule.
pub struct Workshop {
    plan: Plan,
    loads: Vec<Load>,
    /// How many orders are placed, and how many of them late.
    counts: (usize, usize),
}

impl Workshop {
    /// Puts what a run proposes to make from a day on upon the machines.
    ///
    /// # Errors
    /// An order can't be placed.
    pub fn of(
        company: &Company,
        today: NaiveDate,
        proposed: &[Arc<PlannedOrder>],
    ) -> Result<Workshop, Box<dyn Error>> {
        let midnight = |days: u64| {
            let date = today + Days::new(days);
            Zone::UTC.start_of(date).ok_or("no clock has this day")
        };
        let (from, to) = (midnight(0)?, midnight(HORIZON_DAYS)?);
        let plant = Plant::new(from, to, centres()?, routings(company))?;
        let mut orders = Vec::new();
        let last = today + Days::new(DAYS);
        let made = proposed.iter().filter(|order| order.source == Some(SourceKind::Make));
        for order in made.filter(|order| order.release_on < last) {
            let mut products = company.products.values();
            let is_it = |number: &str| ItemId::named(number) == order.item;
            let Some(product) = products.find(|it| is_it(&it.number)) else { continue };
            let Some(family) = family(&product.number) else { continue };
            let due = midnight((order.due_on - today).num_days().unsigned_abs() + 1)?;
            let release = midnight((order.release_on - today).num_days().unsigned_abs())?;
            let code = format!("{} {}", order.number, product.number);
            let order = Order::new(code.as_str(), family, order.quantity.to_decimal(), due);
            orders.push(order.released_at(release));
        }
        let mut weeks = Vec::new();
        for week in 0..=WEEKS {
            weeks.push(midnight(7 * week)?);
        }
        let loads = plant.rough_cut(&orders, &weeks)?;
        let mut plan = Plan::new(plant);
        let placed = plan.schedule(&orders, Rule::DueDate, Direction::Forward)?;
        let late = placed.iter().filter(|it| it.late_by() > TimeDelta::zero()).count();
        Ok(Workshop { plan, loads, counts: (placed.len(), late) })
    }

    /// Whether nothing is known of how anything is made, or nothing is to be.
    pub fn is_empty(&self) -> bool {
        self.counts.0 == 0
    }

    /// What the work centres are asked for, week by week, and which can't give it.
    pub fn report(&self) -> Report {
        let (placed, late) = self.counts;
        let note = format!("{placed} work orders are on the machines, {late} of them late.");
        let report = list("Load of the work centres", &self.loads).note(note.as_str());
        let mut over: Vec<&str> =
            bottlenecks(&self.loads).iter().map(|load| load.centre.as_str()).collect();
        over.dedup();
        match over.first() {
            Some(worst) => report.note(format!("The bottleneck is {worst}.").as_str()),
            None => report.note("No work centre is asked for more than it has."),
        }
    }

    /// The first orders on the machines.
    pub fn gantt(&self) -> Chart {
        let tasks = self.plan.tasks(&Zone::UTC);
        Chart::gantt("Work orders on the machines", tasks.into_iter().take(ROWS))
    }
}

fn centres() -> Result<Vec<WorkCentre>, Box<dyn Error>> {
    let weekdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let mut centres = Vec::new();
    for (code, machines, hours) in CENTRES {
        let hours = WorkingHours::new().on(weekdays, hours.parse()?);
        centres.push(WorkCentre::new(code, machines, hours, Zone::UTC));
    }
    Ok(centres)
}

/// One routing for each family that is made.
fn routings(company: &Company) -> Vec<Routing> {
    let products = company.products.values().filter(|product| product.made);
    let mut families: Vec<&str> = products.filter_map(|it| family(&it.number)).collect();
    families.sort_unstable();
    families.dedup();
    let known = STEPS.iter().filter(|(code, _)| families.contains(code));
    let routing = |(code, steps): &(&'static str, &[Step])| {
        let step = |(centre, setup, run): &Step| {
            let time = RunTime::PerPiece(TimeDelta::minutes(*run));
            Operation::new(*centre, time).set_up_in(TimeDelta::minutes(*setup)).in_family(*code)
        };
        Routing::in_line(*code, steps.iter().map(step).collect())
    };
    known.map(routing).collect()
}

/// The family of an article, if it is one that is made.
fn family(number: &str) -> Option<&'static str> {
    let code = number.split_once('-').map(|(code, _)| code)?;
    STEPS.iter().find(|(family, _)| *family == code).map(|(family, _)| *family)
}
