//! Plans and loads as people look at them.

use chrono::NaiveDate;
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;
use fondaco_core::report::{Cell, Column, Kind, Listed, Phrase, Row, Task, word};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::{Load, Placed, Plan, Scheduled};
use crate::figure::percent;

impl Plan {
    /// The orders and under each its operations, by the days of a zone, in the order in which orders begin: what a Gantt chart draws.
    ///
    /// ```
    /// use chrono::{TimeDelta, Weekday::*};
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// use fondaco_inventory::scheduling::*;
    ///
    /// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
    /// let days = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-16:00".parse()?);
    /// let [turn, mill] = ["TURN", "MILL"].map(|code| Operation::new(code, RunTime::PerPiece(TimeDelta::hours(4))));
    /// let centres = ["TURN", "MILL"].map(|code| WorkCentre::new(code, 1, days.clone(), Zone::UTC));
    /// let (from, to) = (at("2026-01-05T00:00:00Z")?, at("2026-02-01T00:00:00Z")?);
    /// let plant = Plant::new(from, to, centres.into(), vec![Routing::in_line("SHAFT", vec![turn, mill])])?;
    /// let mut plan = Plan::new(plant);
    /// plan.schedule(&[Order::new("1", "SHAFT", 3.into(), to)], Rule::DueDate, Direction::Forward)?;
    ///
    /// let tasks = plan.tasks(&Zone::UTC);
    /// let days: Vec<_> = tasks.iter().map(|task| (task.name.to_string(), task.days())).collect();
    /// assert_eq!(days, [("1".to_owned(), 3), ("TURN".to_owned(), 2), ("MILL".to_owned(), 2)]);
    /// assert_eq!(tasks[2].after, [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tasks(&self, zone: &Zone) -> Vec<Task> {
        let mut orders: Vec<&Scheduled> = self.orders().collect();
        orders.sort_by_key(|order| order.begins);
        let mut tasks = Vec::new();
        for order in orders {
            let days = days(order.begins, order.ends, zone);
            tasks.push(Task::new(Cell::text(order.order.clone()), days.0, days.1));
            let first = tasks.len();
            for placed in &order.operations {
                tasks.push(placed.task(first, zone));
            }
        }
        tasks
    }
}

impl Placed {
    fn task(&self, first: usize, zone: &Zone) -> Task {
        let (start, end) = days(self.begins, self.ends, zone);
        let name = Phrase::from(Cell::text(self.centre.clone()));
        Task::new(name, start, end).at_level(1).after(self.after.iter().map(|at| first + at))
    }
}

/// The first and the last day on which something is done.
fn days(begins: Timestamp, ends: Timestamp, zone: &Zone) -> (NaiveDate, NaiveDate) {
    // What ends at midnight was done on the day before.
    let last = Timestamp::from_micros(ends.micros() - 1).unwrap_or(ends);
    (zone.date_of(begins), zone.date_of(last.max(begins)))
}

/// What orders ask of work centres, in hours of machines.
///
/// ```
/// use chrono::{TimeDelta, Weekday::*};
/// use fondaco_core::calendar::{WorkingHours, Zone};
/// use fondaco_core::report::list;
/// use fondaco_inventory::scheduling::*;
///
/// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
/// let days = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-16:00".parse()?);
/// let (from, to) = (at("2026-01-05T00:00:00Z")?, at("2026-01-12T00:00:00Z")?);
/// let weld = Operation::new("WELD", RunTime::PerPiece(TimeDelta::minutes(50)));
/// let plant = Plant::new(from, to, vec![WorkCentre::new("WELD", 2, days, Zone::UTC)], vec![Routing::in_line("FRAME", vec![weld])])?;
/// let loads = plant.rough_cut(&[Order::new("1", "FRAME", 30.into(), to)], &[from, to])?;
/// assert_eq!(list("Load", &loads).to_csv(), "\
/// Work centre,From,To,Required hours,Available hours,Utilisation\r
/// WELD,2026-01-05T00:00:00Z,2026-01-12T00:00:00Z,25,80,0.3125\r
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Listed for Load {
    fn columns() -> Vec<Column> {
        let texts = ["Work centre", "From", "To"].map(|name| Column::text(word(name)));
        let hours = ["Required hours", "Available hours"].map(|name| {
            let (unit, digits) = (Default::default(), 1);
            Column::new(word(name), Kind::Quantity { unit, digits })
        });
        let share = Column::percent(word("Utilisation"));
        texts.into_iter().chain(hours).chain([share]).collect()
    }

    fn row(&self) -> Row {
        let hours = |time: chrono::TimeDelta| {
            let hours = Decimal::from_f64(time.num_seconds() as f64 / 3600.0);
            hours.map_or(Cell::Empty, |hours| Cell::Number(hours.round_dp(2).normalize()))
        };
        let utilisation = self.utilisation();
        Row::new([
            Cell::text(self.centre.clone()),
            Cell::text(self.from.to_string()),
            Cell::text(self.to.to_string()),
            hours(self.required),
            hours(self.available),
            if utilisation.is_finite() { percent(utilisation) } else { word("closed") },
        ])
    }
}
