//! What is booked on the machines of a plant and taken of its materials.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::place::{Entry, Scheduled};
use super::timeline::Timeline;
use super::{Plant, SchedulingError, Supply};

/// The bookings of a plant's machines, by order, and what the orders take of its materials: a plain value, so that a copy of it is a
/// what-if.
///
/// ```
/// use chrono::{TimeDelta, Weekday::*};
/// use fondaco_core::calendar::{WorkingHours, Zone};
/// use fondaco_inventory::scheduling::*;
/// use rust_decimal::Decimal;
///
/// let at = |text: &str| text.parse::<fondaco_core::Timestamp>();
/// let weekdays = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:00-16:00".parse()?);
/// let oven = WorkCentre::new("OVEN", 1, weekdays, Zone::UTC);
/// let bake = Operation::new("OVEN", RunTime::PerPiece(TimeDelta::minutes(30))).of("FLOUR", Decimal::TWO);
/// let plant = Plant::new(
///     at("2026-01-05T00:00:00Z")?, // a Monday
///     at("2026-01-31T00:00:00Z")?,
///     vec![oven],
///     vec![Routing::in_line("BREAD", vec![bake])],
/// )?;
/// let flour = Supply::new(40.into(), &[(at("2026-01-07T12:00:00Z")?, 100.into())], &[])?;
/// let mut plan = Plan::new(plant).with_material("FLOUR", flour);
///
/// // Twelve take six hours of Monday; of ten more, two fit into the rest of it, but flour comes on Wednesday at noon.
/// let first = plan.reserve(&Request::new("A", "BREAD", 12.into(), at("2026-01-05T08:00:00Z")?))?;
/// assert_eq!(first.ready, at("2026-01-05T14:00:00Z")?);
/// let second = plan.promise(&Request::new("B", "BREAD", 10.into(), at("2026-01-05T08:00:00Z")?))?;
/// assert_eq!(second.ready, at("2026-01-08T09:00:00Z")?);
/// assert!(second.explain().to_string().contains("waited for material FLOUR"));
///
/// plan.release("A")?;
/// assert_eq!(plan.orders().count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub(super) plant: Plant,
    /// By work centre and machine.
    pub(super) machines: Vec<Vec<Timeline>>,
    pub(super) supplies: BTreeMap<SmolStr, Supply>,
    pub(super) entries: BTreeMap<u32, Entry>,
    pub(super) by_code: BTreeMap<SmolStr, u32>,
}

impl Plan {
    /// Nothing booked yet. Materials of which nothing is said are there whenever they are needed.
    #[must_use]
    pub fn new(plant: Plant) -> Plan {
        let of = |centre: &super::plant::Centre| {
            vec![Timeline::new(centre.spans.total()); centre.machines as usize]
        };
        let machines = plant.centres.iter().map(of).collect();
        let (supplies, entries, by_code) = Default::default();
        Plan { plant, machines, supplies, entries, by_code }
    }

    /// The same with what there will be of a material, or of a product.
    #[must_use]
    pub fn with_material(mut self, material: impl Into<SmolStr>, supply: Supply) -> Plan {
        self.supplies.insert(material.into(), supply);
        self
    }

    /// The plant that it is of.
    #[must_use]
    pub fn plant(&self) -> &Plant {
        &self.plant
    }

    /// What there will be of a material, after what the orders take.
    #[must_use]
    pub fn material(&self, material: &str) -> Option<&Supply> {
        self.supplies.get(material)
    }

    /// The orders that are placed, by their codes.
    pub fn orders(&self) -> impl Iterator<Item = &Scheduled> {
        self.by_code.values().filter_map(|at| Some(&self.entries.get(at)?.scheduled))
    }

    /// An order that is placed.
    #[must_use]
    pub fn order(&self, code: &str) -> Option<&Scheduled> {
        Some(&self.entries.get(self.by_code.get(code)?)?.scheduled)
    }

    /// Takes an order off its machines and gives its materials back. What the next order on a machine was set up from stays as a
    /// changeover where its setup would be longer without.
    ///
    /// # Errors
    /// When no such order is placed.
    pub fn release(&mut self, code: &str) -> Result<Scheduled, SchedulingError> {
        let entry = self.by_code.remove(code).and_then(|at| self.entries.remove(&at));
        let entry = entry.ok_or_else(|| SchedulingError::Unknown {
            what: "order",
            code: code.into(),
            by: "the release".into(),
        })?;
        self.take_back(&entry)?;
        self.sweep(&entry);
        Ok(entry.scheduled)
    }

    /// The number that the next order has.
    pub(super) fn next_number(&self) -> u32 {
        self.entries.keys().next_back().map_or(0, |last| last + 1)
    }

    pub(super) fn keep(&mut self, number: u32, entry: Entry) {
        self.by_code.insert(entry.scheduled.order.clone(), number);
        self.entries.insert(number, entry);
    }

    /// That an order's code is free.
    pub(super) fn is_new(&self, code: &SmolStr) -> Result<(), SchedulingError> {
        match self.by_code.contains_key(code) {
            true => Err(SchedulingError::Twice { what: "order", code: code.clone() }),
            false => Ok(()),
        }
    }
}
