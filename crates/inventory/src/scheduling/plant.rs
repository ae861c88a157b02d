//! Work centres and routings over a horizon.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::calendar::{WorkingHours, Zone};
use smol_str::SmolStr;

use super::routing::{Steps, micros};
use super::spans::Spans;
use super::timeline::{Booking, Gap};
use super::{Routing, SchedulingError};

/// How long setting up takes from one family of work to another.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SetupTimes(BTreeMap<(SmolStr, SmolStr), TimeDelta>);

impl SetupTimes {
    /// The same with the time from one family to another. Between two of which nothing is said it is the operation's own setup time, and
    /// from a family to itself nothing.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use fondaco_inventory::scheduling::SetupTimes;
    /// let paint = SetupTimes::default()
    ///     .between("white", "black", TimeDelta::minutes(10))
    ///     .between("black", "white", TimeDelta::minutes(90));
    /// assert_ne!(paint, SetupTimes::default());
    /// ```
    #[must_use]
    pub fn between(
        mut self,
        from: impl Into<SmolStr>,
        to: impl Into<SmolStr>,
        time: TimeDelta,
    ) -> SetupTimes {
        self.0.insert((from.into(), to.into()), time);
        self
    }
}

/// Machines that can do the same, and when they run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkCentre {
    /// What operations name.
    pub code: SmolStr,
    /// How many machines it has.
    pub machines: u32,
    /// When they run: shifts by weekday, working days, exceptions, times they are down.
    pub hours: WorkingHours,
    /// Where the hours are local.
    pub zone: Zone,
    /// Setup times by sequence.
    pub setups: SetupTimes,
}

impl WorkCentre {
    /// So many machines that run at these hours, of this zone.
    pub fn new(
        code: impl Into<SmolStr>,
        machines: u32,
        hours: WorkingHours,
        zone: Zone,
    ) -> WorkCentre {
        WorkCentre { code: code.into(), machines, hours, zone, setups: SetupTimes::default() }
    }

    /// The same with setup times by sequence.
    #[must_use]
    pub fn with_setups(mut self, setups: SetupTimes) -> WorkCentre {
        self.setups = setups;
        self
    }
}

/// A work centre over the horizon.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Centre {
    pub(super) code: SmolStr,
    pub(super) machines: u32,
    pub(super) spans: Spans,
    setups: BTreeMap<(u16, u16), i64>,
}

/// Work centres and routings over a horizon, all checked.
///
/// ```
/// use chrono::{TimeDelta, Weekday::*};
/// use fondaco_core::calendar::{WorkingHours, Zone};
/// use fondaco_inventory::scheduling::{Operation, Plant, Routing, RunTime, WorkCentre};
///
/// let (from, to) = ("2026-01-05T00:00:00Z".parse()?, "2026-03-30T00:00:00Z".parse()?);
/// let weekdays = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "06:00-14:00,14:00-22:00".parse()?);
/// let saw = WorkCentre::new("SAW", 2, weekdays, Zone::UTC);
/// let cut = Operation::new("SAW", RunTime::PerPiece(TimeDelta::minutes(4)));
/// let plant = Plant::new(from, to, vec![saw.clone()], vec![Routing::in_line("BEAM", vec![cut.clone()])])?;
/// assert_eq!(plant.centres().collect::<Vec<_>>(), ["SAW"]);
///
/// let closed = WorkCentre::new("SAW", 2, WorkingHours::new(), Zone::UTC);
/// let refused = Plant::new(from, to, vec![closed], vec![]).unwrap_err();
/// assert_eq!(refused.code(), "inventory.never_open");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plant {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) centres: Vec<Centre>,
    pub(super) routings: BTreeMap<SmolStr, Steps>,
}

impl Plant {
    /// A plant from one instant to another.
    ///
    /// # Errors
    /// When a work centre has no machines or is not open within the horizon, two are of the same code, an operation names a work centre or
    /// an operation that is not there, operations wait for one another, a time is below zero, or the hours go by a table of working days
    /// that is shorter than the horizon.
    pub fn new(
        from: Timestamp,
        to: Timestamp,
        centres: Vec<WorkCentre>,
        routings: Vec<Routing>,
    ) -> Result<Plant, SchedulingError> {
        let families = families(&centres, &routings);
        let mut codes = BTreeMap::new();
        let mut compiled = Vec::with_capacity(centres.len());
        for (at, centre) in centres.into_iter().enumerate() {
            if codes.insert(centre.code.clone(), at).is_some() {
                return Err(SchedulingError::Twice { what: "work centre", code: centre.code });
            }
            compiled.push(Centre::of(centre, from, to, &families)?);
        }
        let mut plant = Plant { from, to, centres: compiled, routings: BTreeMap::new() };
        for routing in &routings {
            let steps = Steps::of(routing, &codes, &families)?;
            let code = steps.code.clone();
            if plant.routings.insert(code.clone(), steps).is_some() {
                return Err(SchedulingError::Twice { what: "routing", code });
            }
        }
        Ok(plant)
    }

    /// The codes of its work centres.
    pub fn centres(&self) -> impl Iterator<Item = &str> {
        self.centres.iter().map(|centre| centre.code.as_str())
    }

    /// The steps of a routing that an order names.
    pub(super) fn steps(
        &self,
        order: &SmolStr,
        routing: &SmolStr,
    ) -> Result<&Steps, SchedulingError> {
        self.routings.get(routing).ok_or_else(|| SchedulingError::Unknown {
            what: "routing",
            code: routing.clone(),
            by: format!("order {order}").into(),
        })
    }

    /// An instant that must lie within the horizon.
    pub(super) fn within(
        &self,
        field: &'static str,
        at: Timestamp,
    ) -> Result<i64, SchedulingError> {
        let Plant { from, to, .. } = *self;
        if from <= at && at <= to {
            return Ok(at.micros());
        }
        Err(SchedulingError::OutsideHorizon { field, at, from, to })
    }
}

/// A number for each family that is named.
fn families(centres: &[WorkCentre], routings: &[Routing]) -> BTreeMap<SmolStr, u16> {
    let of_centre = |centre: &WorkCentre| {
        let pairs: Vec<_> = centre.setups.0.keys().cloned().collect();
        pairs.into_iter().flat_map(|(from, to)| [from, to])
    };
    let operations = routings.iter().flat_map(|routing| &routing.operations);
    let of_operations = operations.filter_map(|operation| operation.family.clone());
    let mut families: Vec<SmolStr> =
        centres.iter().flat_map(of_centre).chain(of_operations).collect();
    families.sort_unstable();
    families.dedup();
    families.into_iter().zip(0..).collect()
}

impl Centre {
    fn of(
        centre: WorkCentre,
        from: Timestamp,
        to: Timestamp,
        families: &BTreeMap<SmolStr, u16>,
    ) -> Result<Centre, SchedulingError> {
        let WorkCentre { code, machines, hours, zone, setups } = centre;
        if machines == 0 {
            return Err(SchedulingError::NoMachines { centre: code });
        }
        let open = hours.open_between(from, to, &zone);
        let open =
            open.map_err(|error| SchedulingError::Calendar { centre: code.clone(), error })?;
        if open.is_empty() {
            return Err(SchedulingError::NeverOpen { centre: code, from, to });
        }
        let open = open.into_iter().map(|(from, to)| (from.micros(), to.micros()));
        let name = SmolStr::from(format!("work centre {code}"));
        let setup = |((from, to), time): (&(SmolStr, SmolStr), &TimeDelta)| {
            let pair = (families[from], families[to]);
            micros(&name, "setups", *time).map(|time| (pair, time))
        };
        let setups = setups.0.iter().map(setup).collect::<Result<_, _>>()?;
        Ok(Centre { code, machines, spans: Spans::new(open.collect()), setups })
    }

    /// How long setting up takes after a booking.
    pub(super) fn setup_after(
        &self,
        before: Option<&Booking>,
        family: Option<u16>,
        own: i64,
    ) -> i64 {
        match (before.and_then(|before| before.family), family) {
            (Some(from), Some(to)) => match self.setups.get(&(from, to)) {
                Some(time) => *time,
                None if from == to => 0,
                None => own,
            },
            _ => own,
        }
    }

    /// Whether what comes after a gap can still be set up in its time, when the machine was set up for this family last.
    pub(super) fn leaves_time(&self, gap: &Gap, last: &Booking) -> bool {
        gap.after.is_none_or(|next| {
            self.setup_after(Some(last), next.family, next.own_setup) <= next.setup
        })
    }

    /// Whether what comes after a gap could not be set up in its time from what comes before it.
    pub(super) fn needs_changeover(&self, gap: &Gap) -> bool {
        gap.after.is_some_and(|next| {
            self.setup_after(gap.before.as_ref(), next.family, next.own_setup) > next.setup
        })
    }
}
