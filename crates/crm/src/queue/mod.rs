//! Whom to speak to next, and when.
//!
//! A lead is worth its chance times what it would bring, and less from day to day: who asked an hour ago is still at the desk (Oldroyd, McElheran and Elkington, 2011, found
//! that firms which called within the hour were seven times as likely to have a real talk). [`queue`] puts leads in that order, those first whose [promise](crate::sla) is broken
//! if so wished. [`Reach`] knows at which hours of the week somebody is reached; [`best_moment`] says when to try, weighing that against what waiting costs.

mod moment;

pub use moment::{Moment, Reach, Wait, best_moment};

use fondaco_core::Timestamp;
use fondaco_core::decimal::from_fixed;
use fondaco_core::report::{Cell, Explain, Parameter, word};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::decay::HalfLife;
use crate::error::probability;
use crate::sla::{Reading, Standing};

#[cfg(test)]
mod tests;

/// A lead that waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting<'w> {
    /// Which.
    pub id: &'w str,
    /// How likely it buys.
    pub chance: f64,
    /// What it would bring, in one currency.
    pub value: Decimal,
    /// When it last did something: from then on it cools.
    pub since: Timestamp,
    /// How what was promised to it stands, if something was.
    pub promise: Option<Reading>,
}

/// In which order leads are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// In what time a lead loses half of its worth.
    pub half_life: HalfLife,
    /// Whether those to whom a promise was broken, or is about to be, come before all others.
    #[serde(default)]
    pub promises_first: bool,
}

/// A lead in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn<'w> {
    /// Which.
    pub lead: Waiting<'w>,
    /// What part of its worth is left.
    pub left: f64,
    /// Chance times value times what is left: a statistic.
    pub expected: f64,
}

/// Leads in the order in which to speak to them. Of equals the one that waits longest comes first, then by their ids.
///
/// # Errors
/// When a chance is not from 0 to 1, a value is below zero, or a lead did something later than now: its place in the list is named.
///
/// ```
/// use fondaco_crm::decay::HalfLife;
/// use fondaco_crm::queue::{Order, Waiting, queue};
///
/// let now = "2026-03-02T12:00:00Z".parse()?;
/// let lead = |id, chance, value: i64, since: &str| -> Result<_, fondaco_core::TimestampError> {
///     Ok(Waiting { id, chance, value: value.into(), since: since.parse()?, promise: None })
/// };
/// let leads = [lead("large", 0.10, 9_000, "2026-02-28T12:00:00Z")?, lead("fresh", 0.30, 2_000, "2026-03-02T12:00:00Z")?];
/// let order = Order { half_life: HalfLife::from_days(1.0)?, promises_first: false };
/// let turns = queue(&leads, &order, now)?;
/// assert_eq!(turns.iter().map(|turn| (turn.lead.id, turn.expected)).collect::<Vec<_>>(), [("fresh", 600.0), ("large", 225.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn queue<'w>(
    leads: &[Waiting<'w>],
    order: &Order,
    now: Timestamp,
) -> Result<Vec<Turn<'w>>, KernelError> {
    let turn = |(index, lead): (usize, &Waiting<'w>)| {
        lead.turn(order.half_life, now).map_err(|error| error.at(index))
    };
    let mut turns = leads.iter().enumerate().map(turn).collect::<Result<Vec<_>, _>>()?;
    turns.sort_by(|a, b| {
        let urgent = |turn: &Turn<'_>| order.promises_first && turn.lead.is_urgent();
        let first = urgent(b).cmp(&urgent(a));
        let worth = first.then(b.expected.total_cmp(&a.expected));
        worth.then(a.lead.since.cmp(&b.lead.since)).then(a.lead.id.cmp(b.lead.id))
    });
    Ok(turns)
}

impl<'w> Waiting<'w> {
    fn turn(&self, half_life: HalfLife, now: Timestamp) -> Result<Turn<'w>, KernelError> {
        probability("chance", self.chance)?;
        let value = self.value.to_f64().unwrap_or(f64::MAX);
        if self.value < Decimal::ZERO {
            let field = "value".to_owned();
            return Err(KernelError::OutOfRange { field, value, wanted: "zero or more" });
        }
        if self.since > now {
            return Err(KernelError::Contradiction {
                field: "since".into(),
                found: self.since.to_string(),
                other: "that is in the future",
                way_out: "give the time of what the lead did last until now",
            });
        }
        let left = half_life.left(self.since, now);
        Ok(Turn { lead: *self, left, expected: self.chance * value * left })
    }

    /// Whether a promise is broken, or about to be.
    fn is_urgent(&self) -> bool {
        let urgent =
            |reading: Reading| matches!(reading.standing, Standing::Warned | Standing::Breached);
        self.promise.is_some_and(urgent)
    }
}

impl Turn<'_> {
    /// Why it is in its place, as a tree; figures are shown with two digits, and chances with four.
    #[must_use]
    pub fn explain(&self) -> Explain {
        let worth = Explain::new(word("Expected value"), shown(self.expected, 2))
            .rule(word("chance × value × what is left"))
            .input(Explain::new(word("Chance"), Cell::Percent(shown(self.lead.chance, 4))))
            .input(Explain::new(word("Value"), self.lead.value))
            .input(
                Explain::new(word("What is left"), Cell::Percent(shown(self.left, 4))).parameter(
                    Parameter::new(word("since"), Cell::text(self.lead.since.to_string())),
                ),
            );
        match self.lead.promise.and_then(|reading| reading.due) {
            Some(due) => worth.parameter(Parameter::new(word("due"), Cell::text(due.to_string()))),
            None => worth,
        }
    }
}

/// A statistic as a number with so many digits.
fn shown(value: f64, digits: u32) -> Decimal {
    from_fixed((value * 10_f64.powi(digits as i32)).round() as i64, digits)
}
