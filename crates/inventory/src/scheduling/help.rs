//! What would make a late promise an earlier one.

use fondaco_core::Timestamp;
use fondaco_core::report::{Cell, Explain, Phrase, word};
use smol_str::SmolStr;

use super::place::{Scheduled, Waited};
use super::timeline::Timeline;
use super::{Plan, Request, SchedulingError};

/// What there could be more of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum More {
    /// This material, whenever it is needed.
    Material(SmolStr),
    /// This work centre, all of it for the one order.
    Centre(SmolStr),
}

/// What would help, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relief {
    /// More of what.
    pub more: More,
    /// When the order would be ready then.
    pub ready: Timestamp,
}

impl Relief {
    /// In words.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let named = |what, code: &SmolStr| Phrase::from(word(what)).and(Cell::text(code.clone()));
        let what = match &self.more {
            More::Material(code) => named("with enough of material", code),
            More::Centre(code) => named("with work centre", code).and(word("free")),
        };
        Explain::new(what, Cell::text(self.ready.to_string()))
    }
}

impl Plan {
    /// What a request that can't be in time waits for, and when it would be ready if it did not have to: each material and work centre that
    /// holds it up, by itself, that which helps most first. Nothing for a request that is in time, or that nothing by itself would help. The
    /// plan is as it was.
    ///
    /// # Errors
    /// As [`Plan::promise`], where it is not about a material or a work centre of which more would help.
    ///
    /// ```
    /// use chrono::{TimeDelta, Weekday::*};
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// use fondaco_inventory::scheduling::*;
    /// use rust_decimal::Decimal;
    ///
    /// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
    /// let day = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-16:00".parse()?);
    /// let press = WorkCentre::new("PRESS", 1, day, Zone::UTC);
    /// let form = Operation::new("PRESS", RunTime::PerPiece(TimeDelta::hours(1))).of("SHEET", Decimal::ONE);
    /// let (monday, thursday) = (at("2026-01-05T08:00:00Z")?, at("2026-01-08T08:00:00Z")?);
    /// let plant = Plant::new(monday, at("2026-02-01T00:00:00Z")?, vec![press], vec![Routing::in_line("LID", vec![form])])?;
    /// let sheet = Supply::new(2.into(), &[(thursday, 50.into())], &[])?;
    /// let mut plan = Plan::new(plant).with_material("SHEET", sheet);
    ///
    /// let late = Request::new("1", "LID", 4.into(), at("2026-01-05T16:00:00Z")?);
    /// let helps = plan.what_would_help(&late)?;
    /// assert_eq!(helps[0].explain().to_string(), "with enough of material SHEET: 2026-01-05T16:00:00Z\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn what_would_help(&mut self, request: &Request) -> Result<Vec<Relief>, SchedulingError> {
        let (ready, causes) = match self.promise(request) {
            Ok(promise) if promise.is_in_time() => return Ok(Vec::new()),
            Ok(promise) => (promise.ready, promise.made.iter().flat_map(causes).collect()),
            Err(SchedulingError::MaterialShort { material, .. }) => {
                (Timestamp::MAX, vec![More::Material(material)])
            }
            Err(SchedulingError::BeyondHorizon { centre, .. }) => {
                (Timestamp::MAX, vec![More::Centre(centre)])
            }
            Err(error) => return Err(error),
        };
        let mut causes: Vec<More> = causes;
        causes.sort_unstable();
        causes.dedup();
        let reliefs = causes.into_iter().filter_map(|more| {
            let promise = self.promise_with(&more, request).ok()?;
            Some(Relief { more, ready: promise.ready }).filter(|relief| relief.ready < ready)
        });
        let mut reliefs: Vec<Relief> = reliefs.collect();
        reliefs.sort_by_key(|relief| relief.ready);
        Ok(reliefs)
    }

    /// A promise as if there were more of something.
    fn promise_with(
        &mut self,
        more: &More,
        request: &Request,
    ) -> Result<super::Promise, SchedulingError> {
        match more {
            More::Material(material) => {
                let supply = self.supplies.remove(material);
                let promise = self.promise(request);
                self.supplies.extend(supply.map(|supply| (material.clone(), supply)));
                promise
            }
            More::Centre(code) => {
                let centre = self.plant.centres.iter().position(|centre| centre.code == *code);
                let Some(centre) = centre else { return self.promise(request) };
                let of = &self.plant.centres[centre];
                let free = vec![Timeline::new(of.spans.total()); of.machines as usize];
                let booked = std::mem::replace(&mut self.machines[centre], free);
                let promise = self.promise(request);
                self.machines[centre] = booked;
                promise
            }
        }
    }
}

/// What an order had to wait for.
fn causes(scheduled: &Scheduled) -> Vec<More> {
    let of = |placed: &super::Placed| {
        let material = match &placed.waited_for {
            Waited::Material(material) => Some(More::Material(material.clone())),
            _ => None,
        };
        let held_up = placed.held_up_by.as_ref().filter(|(order, _)| *order != scheduled.order);
        let centre = held_up.map(|_| More::Centre(placed.centre.clone()));
        material.into_iter().chain(centre)
    };
    scheduled.operations.iter().flat_map(of).collect()
}
