//! What is done where, for how long, after what.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use fondaco_core::Rounding;
use fondaco_core::rounding::round;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use smol_str::SmolStr;

use super::SchedulingError;
use crate::KernelError;
use crate::exact::{add, mul, not_negative, positive};

/// No time is longer: a thousand years, so that sums of times have room.
const LONGEST: i64 = 1000 * 366 * 24 * 3_600_000_000;

/// How long a quantity takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunTime {
    /// So long for each piece.
    PerPiece(TimeDelta),
    /// So long for each batch, full or not: an oven, a bath.
    PerBatch {
        /// How many pieces a batch holds.
        size: Decimal,
        /// How long it takes.
        time: TimeDelta,
    },
}

/// A step of a routing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The work centre that does it.
    pub centre: SmolStr,
    /// Work centres that can do it as well: the one that is done first is taken.
    pub alternates: Vec<SmolStr>,
    /// How long setting up takes where [`SetupTimes`](super::SetupTimes) say nothing.
    pub setup: TimeDelta,
    /// How long a quantity takes.
    pub run: RunTime,
    /// How long what has arrived lies before it can be begun, by the clock.
    pub queue: TimeDelta,
    /// How long what is done takes to the next operation, by the clock.
    pub move_time: TimeDelta,
    /// So many pieces go on to the next operation as soon as they are done; all together where none is given.
    pub transfer: Option<Decimal>,
    /// What a machine is set up for: the key into its setup times. Where it was set up for the same, nothing has to be.
    pub family: Option<SmolStr>,
    /// The operations that must be done before, by their places in the routing, counted from 0.
    pub after: Vec<usize>,
    /// What it needs of which material for each piece, when it begins.
    pub materials: Vec<(SmolStr, Decimal)>,
}

impl Operation {
    /// A step at a work centre that takes so long.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use fondaco_inventory::scheduling::{Operation, RunTime};
    /// use rust_decimal::Decimal;
    ///
    /// let drill = Operation::new("DRILL", RunTime::PerPiece(TimeDelta::minutes(3)))
    ///     .set_up_in(TimeDelta::minutes(20))
    ///     .of("CASTING", Decimal::ONE);
    /// assert_eq!((drill.centre.as_str(), drill.materials.len()), ("DRILL", 1));
    /// ```
    pub fn new(centre: impl Into<SmolStr>, run: RunTime) -> Operation {
        let zero = TimeDelta::zero();
        Operation {
            centre: centre.into(),
            alternates: Vec::new(),
            setup: zero,
            run,
            queue: zero,
            move_time: zero,
            transfer: None,
            family: None,
            after: Vec::new(),
            materials: Vec::new(),
        }
    }

    /// The same, set up in this time.
    #[must_use]
    pub fn set_up_in(mut self, setup: TimeDelta) -> Operation {
        self.setup = setup;
        self
    }

    /// The same, at another work centre where that is done sooner.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use fondaco_inventory::scheduling::{Operation, RunTime};
    /// use rust_decimal::Decimal;
    ///
    /// let paint = Operation::new("BOOTH", RunTime::PerBatch { size: Decimal::TEN, time: TimeDelta::minutes(40) })
    ///     .or_at("OLD BOOTH")
    ///     .in_family("white")
    ///     .queued_for(TimeDelta::hours(2))
    ///     .moved_in(TimeDelta::minutes(30))
    ///     .passing_on(Decimal::TEN);
    /// assert_eq!((paint.alternates.len(), paint.transfer), (1, Some(Decimal::TEN)));
    /// ```
    #[must_use]
    pub fn or_at(mut self, centre: impl Into<SmolStr>) -> Operation {
        self.alternates.push(centre.into());
        self
    }

    /// The same, on a machine that is set up for this.
    #[must_use]
    pub fn in_family(mut self, family: impl Into<SmolStr>) -> Operation {
        self.family = Some(family.into());
        self
    }

    /// The same, begun no sooner than so long after what it needs has come.
    #[must_use]
    pub fn queued_for(mut self, queue: TimeDelta) -> Operation {
        self.queue = queue;
        self
    }

    /// The same, so long on the way to the next operation.
    #[must_use]
    pub fn moved_in(mut self, move_time: TimeDelta) -> Operation {
        self.move_time = move_time;
        self
    }

    /// The same, passing on so many pieces at a time, so that the next operation overlaps it.
    #[must_use]
    pub fn passing_on(mut self, transfer: Decimal) -> Operation {
        self.transfer = Some(transfer);
        self
    }

    /// The same with a material, so much for each piece.
    #[must_use]
    pub fn of(mut self, material: impl Into<SmolStr>, per_piece: Decimal) -> Operation {
        self.materials.push((material.into(), per_piece));
        self
    }

    /// The same after other operations.
    #[must_use]
    pub fn after(mut self, operations: impl IntoIterator<Item = usize>) -> Operation {
        self.after.extend(operations);
        self
    }
}

/// The operations that an item is made by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routing {
    /// What orders name.
    pub code: SmolStr,
    /// Its operations; which comes after which they say themselves.
    pub operations: Vec<Operation>,
}

impl Routing {
    /// Operations that say themselves what they come after.
    pub fn new(code: impl Into<SmolStr>, operations: Vec<Operation>) -> Routing {
        Routing { code: code.into(), operations }
    }

    /// Operations one after the other.
    pub fn in_line(code: impl Into<SmolStr>, mut operations: Vec<Operation>) -> Routing {
        for (at, operation) in operations.iter_mut().enumerate() {
            operation.after = at.checked_sub(1).into_iter().collect();
        }
        Routing::new(code, operations)
    }
}

/// An operation with what it names looked up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// Its work centre, and then the alternates.
    pub(super) centres: Vec<usize>,
    pub(super) setup: i64,
    pub(super) run: RunTime,
    pub(super) queue: i64,
    pub(super) move_time: i64,
    pub(super) transfer: Option<Decimal>,
    pub(super) family: Option<u16>,
    pub(super) after: Vec<usize>,
    pub(super) before: Vec<usize>,
    pub(super) materials: Vec<(SmolStr, Decimal)>,
}

/// A routing that can be followed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Steps {
    pub(super) code: SmolStr,
    pub(super) steps: Vec<Step>,
    /// Each after those that it comes after.
    pub(super) in_order: Vec<usize>,
}

impl Steps {
    pub(super) fn of(
        routing: &Routing,
        centres: &BTreeMap<SmolStr, usize>,
        families: &BTreeMap<SmolStr, u16>,
    ) -> Result<Steps, SchedulingError> {
        let code = &routing.code;
        if routing.operations.is_empty() {
            let error = KernelError::TooFew { field: "operations", count: 0, least: 1 };
            return Err(SchedulingError::Figure { of: format!("routing {code}").into(), error });
        }
        let step = |(at, operation)| step(code, at, operation, routing, centres, families);
        let steps = routing.operations.iter().enumerate().map(step);
        let mut steps = steps.collect::<Result<Vec<Step>, _>>()?;
        for at in 0..steps.len() {
            for before in steps[at].after.clone() {
                steps[before].before.push(at);
            }
        }
        let in_order = in_order(code, &steps)?;
        Ok(Steps { code: code.clone(), steps, in_order })
    }
}

fn step(
    code: &SmolStr,
    at: usize,
    operation: &Operation,
    routing: &Routing,
    centres: &BTreeMap<SmolStr, usize>,
    families: &BTreeMap<SmolStr, u16>,
) -> Result<Step, SchedulingError> {
    let name = SmolStr::from(format!("routing {code}, operation {at} (counted from 0)"));
    let unknown = |what, code: SmolStr| SchedulingError::Unknown { what, code, by: name.clone() };
    let figure = |error| SchedulingError::Figure { of: name.clone(), error };
    let centre = |code: &SmolStr| {
        centres.get(code).copied().ok_or_else(|| unknown("work centre", code.clone()))
    };
    let named = std::iter::once(&operation.centre).chain(&operation.alternates);
    if let Some(before) = operation.after.iter().find(|at| **at >= routing.operations.len()) {
        return Err(unknown("operation", before.to_string().into()));
    }
    let run = match operation.run {
        RunTime::PerPiece(time) => time,
        RunTime::PerBatch { size, time } => {
            positive("size", size).map_err(figure)?;
            time
        }
    };
    micros(&name, "run", run)?;
    if let Some(transfer) = operation.transfer {
        positive("transfer", transfer).map_err(figure)?;
    }
    // What is named twice is needed for both, so there has to be enough for both.
    let mut materials: Vec<(SmolStr, Decimal)> = Vec::with_capacity(operation.materials.len());
    for (material, per_piece) in &operation.materials {
        let per_piece = not_negative("materials", *per_piece).map_err(figure)?;
        match materials.iter_mut().find(|(known, _)| known == material) {
            Some((_, sum)) => *sum = add("materials", *sum, per_piece).map_err(figure)?,
            None => materials.push((material.clone(), per_piece)),
        }
    }
    Ok(Step {
        centres: named.map(centre).collect::<Result<_, _>>()?,
        setup: micros(&name, "setup", operation.setup)?,
        run: operation.run,
        queue: micros(&name, "queue", operation.queue)?,
        move_time: micros(&name, "move_time", operation.move_time)?,
        transfer: operation.transfer,
        family: operation.family.as_ref().and_then(|family| families.get(family).copied()),
        after: operation.after.clone(),
        before: Vec::new(),
        materials,
    })
}

/// A time in microseconds that is not below zero.
pub(super) fn micros(
    of: &SmolStr,
    field: &'static str,
    time: TimeDelta,
) -> Result<i64, SchedulingError> {
    let micros = time.num_microseconds().unwrap_or(i64::MAX);
    if (0..=LONGEST).contains(&micros) {
        return Ok(micros);
    }
    Err(SchedulingError::Time { of: of.clone(), field, micros })
}

/// The steps in an order in which each comes after those it must.
fn in_order(code: &SmolStr, steps: &[Step]) -> Result<Vec<usize>, SchedulingError> {
    let mut waits: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let free = (0..steps.len()).filter(|at| waits[*at] == 0);
    let mut order: Vec<usize> = free.collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for later in &steps[at].before {
            waits[*later] -= 1;
            if waits[*later] == 0 {
                order.push(*later);
            }
        }
    }
    match waits.iter().position(|waits| *waits > 0) {
        None => Ok(order),
        Some(stuck) => Err(SchedulingError::Circle {
            routing: code.clone(),
            path: circle(steps, &waits, stuck),
        }),
    }
}

/// Back from a step that waits for ever, over steps that do, until one comes again.
fn circle(steps: &[Step], waits: &[usize], stuck: usize) -> Vec<usize> {
    let (mut path, mut at) = (vec![stuck], stuck);
    while let Some(before) = steps[at].after.iter().copied().find(|before| waits[*before] > 0) {
        path.push(before);
        if let Some(first) = path[..path.len() - 1].iter().position(|at| *at == before) {
            path.drain(..first);
            break;
        }
        at = before;
    }
    path.reverse();
    path
}

impl Step {
    /// How long a quantity takes, rounded up to a microsecond.
    pub(super) fn run(&self, of: &SmolStr, quantity: Decimal) -> Result<i64, SchedulingError> {
        let figure = |error: KernelError| SchedulingError::Figure { of: of.clone(), error };
        let (times, time) = match self.run {
            RunTime::PerPiece(time) => (quantity, time),
            RunTime::PerBatch { size, time } => {
                let batches = crate::exact::ratio("run", quantity, size).map_err(figure)?;
                let batches = batches.round(0, Rounding::Up);
                let error = |error| figure(KernelError::Exact { what: "run", error });
                (batches.map_err(error)?, time)
            }
        };
        let each = Decimal::from(micros(of, "run", time)?);
        let micros = round(mul("run", times, each).map_err(figure)?, 0, Rounding::Up);
        let fits = micros.to_i64().filter(|micros| *micros <= LONGEST);
        let too_long = || SchedulingError::Time { of: of.clone(), field: "run", micros: i64::MAX };
        fits.ok_or_else(too_long)
    }
}
