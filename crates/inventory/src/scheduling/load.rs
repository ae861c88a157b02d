//! Rough-cut capacity: what orders ask of each work centre, as if it had machines without end.

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use smol_str::SmolStr;

use super::plant::Centre;
use super::routing::Steps;
use super::{Order, Plant, SchedulingError};
use crate::KernelError;

/// What is asked of a work centre in a stretch of time, and what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// The work centre.
    pub centre: SmolStr,
    /// Where the stretch begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
    /// The machine time that is asked for.
    pub required: TimeDelta,
    /// The machine time that there is: opening hours times machines.
    pub available: TimeDelta,
}

impl Load {
    /// What is asked for as a share of what there is; infinite where it is closed and something is asked of it.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        let micros =
            |time: TimeDelta| time.num_microseconds().map_or(f64::MAX, |micros| micros as f64);
        if self.required.is_zero() { 0.0 } else { micros(self.required) / micros(self.available) }
    }

    /// Whether more is asked for than there is.
    #[must_use]
    pub fn is_overloaded(&self) -> bool {
        self.required > self.available
    }
}

/// Where more is asked for than there is, the worst first.
#[must_use]
pub fn bottlenecks(loads: &[Load]) -> Vec<&Load> {
    let mut over: Vec<&Load> = loads.iter().filter(|load| load.is_overloaded()).collect();
    over.sort_by(|one, other| other.utilisation().total_cmp(&one.utilisation()));
    over
}

impl Plant {
    /// What orders ask of each work centre between each two of these instants, when every operation is done as late as it can be for the
    /// order to be ready when it is due, all pieces together, at its own work centre and with its own setup time, whatever else is to be done there.
    /// What should have begun before the first instant is asked for in the first stretch.
    ///
    /// # Errors
    /// As [`Plan::schedule`](super::Plan::schedule) where it is about the order alone, and when there are fewer than two instants, they do
    /// not rise, or lie outside of the horizon.
    ///
    /// ```
    /// use chrono::{TimeDelta, Weekday::*};
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// use fondaco_inventory::scheduling::*;
    ///
    /// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
    /// let days = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-16:00".parse()?);
    /// let weld = Operation::new("WELD", RunTime::PerPiece(TimeDelta::hours(5)));
    /// let (first, second, third) = (at("2026-01-05T00:00:00Z")?, at("2026-01-12T00:00:00Z")?, at("2026-01-19T00:00:00Z")?);
    /// let plant = Plant::new(first, third, vec![WorkCentre::new("WELD", 1, days, Zone::UTC)], vec![Routing::in_line("FRAME", vec![weld])])?;
    ///
    /// let order = Order::new("1", "FRAME", 10.into(), at("2026-01-13T10:00:00Z")?);
    /// let loads = plant.rough_cut(&[order], &[first, second, third])?;
    /// let hours: Vec<_> = loads.iter().map(|load| (load.required.num_hours(), load.available.num_hours())).collect();
    /// assert_eq!(hours, [(40, 40), (10, 40)]);
    /// let twice = [Order::new("1", "FRAME", 6.into(), at("2026-01-09T16:00:00Z")?), Order::new("2", "FRAME", 6.into(), second)];
    /// let loads = plant.rough_cut(&twice, &[first, second, third])?;
    /// let worst = bottlenecks(&loads);
    /// assert_eq!((worst.len(), worst[0].centre.as_str(), worst[0].utilisation()), (1, "WELD", 1.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rough_cut(
        &self,
        orders: &[Order],
        instants: &[Timestamp],
    ) -> Result<Vec<Load>, SchedulingError> {
        self.check(instants)?;
        let mut loads = Loads::of(self, instants);
        for order in orders {
            self.accepts(order)?;
            loads.add(self, self.steps(&order.code, &order.routing)?, order)?;
        }
        Ok(loads.told(self, instants))
    }

    fn check(&self, instants: &[Timestamp]) -> Result<(), SchedulingError> {
        let figure = |error| SchedulingError::Figure { of: "the rough cut".into(), error };
        if instants.len() < 2 {
            let (field, count) = ("instants", instants.len());
            return Err(figure(KernelError::TooFew { field, count, least: 2 }));
        }
        for at in instants {
            self.within("instants", *at)?;
        }
        match instants.windows(2).position(|pair| pair[0] >= pair[1]) {
            None => Ok(()),
            Some(index) => Err(figure(
                KernelError::Contradiction {
                    field: "instants",
                    value: instants[index + 1].since(instants[index]).num_seconds() as f64,
                    other: "it is by so many seconds after the one before",
                    way_out: "give instants that rise",
                }
                .at(index + 1),
            )),
        }
    }
}

/// What is asked, by work centre and stretch.
struct Loads {
    /// The working time at which each stretch ends, and at which the first begins, by work centre.
    ends: Vec<Vec<i64>>,
    required: Vec<Vec<i64>>,
}

impl Loads {
    fn of(plant: &Plant, instants: &[Timestamp]) -> Loads {
        let worked = |centre: &Centre| {
            instants.iter().map(|at| centre.spans.worked(at.micros())).collect::<Vec<_>>()
        };
        let ends: Vec<Vec<i64>> = plant.centres.iter().map(worked).collect();
        let required = vec![vec![0; instants.len() - 1]; ends.len()];
        Loads { ends, required }
    }

    fn add(&mut self, plant: &Plant, steps: &Steps, order: &Order) -> Result<(), SchedulingError> {
        let mut begins = vec![order.due.micros(); steps.steps.len()];
        for at in steps.in_order.iter().rev().copied() {
            let step = &steps.steps[at];
            let later = step.before.iter().map(|later| begins[*later] - steps.steps[*later].queue);
            let latest = later.min().map_or(order.due.micros(), |begins| begins - step.move_time);
            let centre = step.centres[0];
            let spans = &plant.centres[centre].spans;
            let to = spans.worked(latest);
            let from = to - step.setup - step.run(&order.code, order.quantity)?;
            begins[at] = if from < 0 {
                plant.from.micros()
            } else {
                spans.begins(from).micros().min(latest)
            };
            self.share(centre, from, to);
        }
        Ok(())
    }

    /// Adds working time to the stretches it lies in; what lies before all of them to the first.
    fn share(&mut self, centre: usize, from: i64, to: i64) {
        let ends = &self.ends[centre];
        for (stretch, required) in self.required[centre].iter_mut().enumerate() {
            let first = if stretch == 0 { i64::MIN } else { ends[stretch] };
            *required += (to.min(ends[stretch + 1]) - from.max(first)).max(0);
        }
    }

    fn told(self, plant: &Plant, instants: &[Timestamp]) -> Vec<Load> {
        let mut loads = Vec::new();
        for (at, centre) in plant.centres.iter().enumerate() {
            for (stretch, required) in self.required[at].iter().enumerate() {
                let open = self.ends[at][stretch + 1] - self.ends[at][stretch];
                loads.push(Load {
                    centre: centre.code.clone(),
                    from: instants[stretch],
                    to: instants[stretch + 1],
                    required: TimeDelta::microseconds(*required),
                    available: TimeDelta::microseconds(open.saturating_mul(centre.machines.into())),
                });
            }
        }
        loads
    }
}
