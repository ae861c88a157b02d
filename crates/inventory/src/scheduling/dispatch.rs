//! Orders, and which goes first.

use std::cmp::Ordering;

use fondaco_core::Timestamp;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::place::Scheduled;
use super::{Plan, Plant, SchedulingError};
use crate::exact::positive;

/// An order to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Order {
    /// What it is called.
    pub code: SmolStr,
    /// The routing that it is made by.
    pub routing: SmolStr,
    /// How much of it.
    pub quantity: Decimal,
    /// When it is to be ready.
    pub due: Timestamp,
    /// Before this it must not begin.
    pub release: Timestamp,
    /// The smaller goes first, whatever the rule: 0 before 1, as in planning.
    pub priority: i32,
}

impl Order {
    /// An order of so much, due at an instant, that can begin as soon as the horizon does.
    pub fn new(
        code: impl Into<SmolStr>,
        routing: impl Into<SmolStr>,
        quantity: Decimal,
        due: Timestamp,
    ) -> Order {
        let (code, routing) = (code.into(), routing.into());
        Order { code, routing, quantity, due, release: Timestamp::MIN, priority: 0 }
    }

    /// The same, not before an instant.
    #[must_use]
    pub fn released_at(mut self, release: Timestamp) -> Order {
        self.release = release;
        self
    }

    /// The same with a priority: the smaller goes first.
    #[must_use]
    pub fn with_priority(mut self, priority: i32) -> Order {
        self.priority = priority;
        self
    }
}

/// Which of the orders of one priority goes first. Equals go by due date, and then as they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Rule {
    /// The one that is due first.
    #[default]
    DueDate,
    /// The one with the least slack: from its release, or the beginning of the horizon, to its due date, less its work.
    Slack,
    /// The one with the least critical ratio: the time until its due date over its work.
    CriticalRatio,
    /// The one with the least work.
    ShortestTime,
    /// The one that is given first.
    AsGiven,
}

/// From which end orders are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Direction {
    /// As early as they can be.
    #[default]
    Forward,
    /// As late as they can be and still be in time; as early as they can be where they can't. Operations pass all pieces on together.
    Backward,
}

/// An order with what it is sorted by.
struct Ranked<'o> {
    order: &'o Order,
    /// From its release to its due date.
    time: i64,
    work: i64,
}

impl Plan {
    /// Places orders into the plan, and says where, in their order. All of them, or none where one is refused.
    ///
    /// # Errors
    /// When an order's code is there already, its routing is not, its quantity is not above zero, its due date or release lies outside of
    /// the horizon, it has no room before the horizon ends, or there will never be enough of a material.
    ///
    /// ```
    /// use chrono::{TimeDelta, Weekday::*};
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// use fondaco_inventory::scheduling::*;
    /// use rust_decimal::Decimal;
    ///
    /// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
    /// let day = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-16:00".parse()?);
    /// let mill = WorkCentre::new("MILL", 1, day, Zone::UTC);
    /// let cut = Operation::new("MILL", RunTime::PerPiece(TimeDelta::hours(1)));
    /// let (from, to) = (at("2026-01-05T00:00:00Z")?, at("2026-02-01T00:00:00Z")?);
    /// let plant = Plant::new(from, to, vec![mill], vec![Routing::in_line("GEAR", vec![cut])])?;
    ///
    /// let due = at("2026-01-05T16:00:00Z")?;
    /// let orders = [
    ///     Order::new("later", "GEAR", 6.into(), at("2026-01-06T16:00:00Z")?),
    ///     Order::new("sooner", "GEAR", 4.into(), due),
    /// ];
    /// let mut plan = Plan::new(plant);
    /// let placed = plan.schedule(&orders, Rule::DueDate, Direction::Forward)?;
    /// assert_eq!(placed[1].ends, at("2026-01-05T12:00:00Z")?);
    /// assert_eq!(placed[0].ends, at("2026-01-06T10:00:00Z")?); // four hours of Monday and two of Tuesday
    /// assert_eq!(placed[0].operations[0].held_up_by, Some(("sooner".into(), 0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn schedule(
        &mut self,
        orders: &[Order],
        rule: Rule,
        direction: Direction,
    ) -> Result<Vec<Scheduled>, SchedulingError> {
        let ranked = orders.iter().enumerate().map(|(at, order)| Ok((at, self.plant.rank(order)?)));
        let mut ranked = ranked.collect::<Result<Vec<_>, SchedulingError>>()?;
        ranked.sort_by(|(_, one), (_, other)| first(rule, one, other));
        let mut placed: Vec<(usize, Scheduled)> = Vec::with_capacity(orders.len());
        for (at, Ranked { order, .. }) in ranked {
            match self.place(order, direction) {
                Ok(scheduled) => placed.push((at, scheduled)),
                Err(error) => {
                    for (_, scheduled) in placed.iter().rev() {
                        self.release(&scheduled.order)?;
                    }
                    return Err(error);
                }
            }
        }
        placed.sort_by_key(|(at, _)| *at);
        Ok(placed.into_iter().map(|(_, scheduled)| scheduled).collect())
    }

    fn place(&mut self, order: &Order, direction: Direction) -> Result<Scheduled, SchedulingError> {
        self.is_new(&order.code)?;
        let number = self.next_number();
        let backward = match direction {
            Direction::Backward => self.place_backward(order, number)?,
            Direction::Forward => None,
        };
        let entry = match backward {
            Some(entry) => entry,
            None => self.place_forward(order, number)?,
        };
        let scheduled = entry.scheduled.clone();
        self.keep(number, entry);
        Ok(scheduled)
    }
}

impl Plant {
    /// That an order could be placed at all, whatever lies there.
    pub(super) fn accepts(&self, order: &Order) -> Result<(), SchedulingError> {
        self.rank(order).map(|_| ())
    }

    fn rank<'o>(&self, order: &'o Order) -> Result<Ranked<'o>, SchedulingError> {
        let figure = |error| SchedulingError::Figure { of: order.code.clone(), error };
        positive("quantity", order.quantity).map_err(figure)?;
        let due = self.within("due", order.due)?;
        let release = self.within("release", order.release.max(self.from))?;
        let steps = self.steps(&order.code, &order.routing)?;
        let mut work = 0_i64;
        for step in &steps.steps {
            work = work.saturating_add(step.setup + step.run(&order.code, order.quantity)?);
        }
        Ok(Ranked { order, time: due - release, work })
    }
}

/// Which of two goes first.
fn first(rule: Rule, one: &Ranked<'_>, other: &Ranked<'_>) -> Ordering {
    let by_rule = match rule {
        Rule::AsGiven => return one.order.priority.cmp(&other.order.priority),
        Rule::DueDate => Ordering::Equal,
        Rule::Slack => (one.time - one.work).cmp(&(other.time - other.work)),
        Rule::CriticalRatio => {
            let cross =
                |a: &Ranked<'_>, b: &Ranked<'_>| i128::from(a.time) * i128::from(b.work.max(1));
            cross(one, other).cmp(&cross(other, one))
        }
        Rule::ShortestTime => one.work.cmp(&other.work),
    };
    let by_priority = one.order.priority.cmp(&other.order.priority);
    by_priority.then(by_rule).then_with(|| one.order.due.cmp(&other.order.due))
}
