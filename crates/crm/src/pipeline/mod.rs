//! Deals: how many are won, how fast, and what those that are open will bring.
//!
//! A [`Deal`] is what is known of one; [`Summary`] has win rate, cycle and velocity of many, [`by_kind`] of each kind of them; [`chance_by_age`] says how likely a deal is won that
//! has been open so long; [`weighted_forecast`] adds up what open deals are worth; [`Outlook`] is the whole distribution of it; [`by_month`] says when
//! deals ended; [`funnel`] how they went from stage to stage. Win rates are of deals that have ended alone: an open deal is not a lost one.

mod age;
mod funnel;
mod outlook;
mod summary;

pub use age::{AgeChance, Ages, ages_of_open, chance_by_age};
pub use funnel::{Step, Visit, funnel};
pub use outlook::Outlook;
pub use summary::{Cycle, Month, Summary, by_kind, by_month, weighted_forecast};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::KernelError;

#[cfg(test)]
mod tests;

/// How far a deal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has not ended.
    Open,
    /// It was won.
    Won,
    /// It was lost.
    Lost,
}

/// What is known of a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// What it is told apart by, such as its product.
    pub kind: String,
    /// How far it is.
    pub outcome: Outcome,
    /// What it was won for, in one currency; of others it is not read.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
    /// Since when it is worked on; nothing before that.
    pub opened: Option<NaiveDate>,
    /// When it ended.
    pub closed: Option<NaiveDate>,
}

impl Deal {
    /// A deal that is open.
    #[must_use]
    pub fn open(kind: &str, opened: Option<NaiveDate>) -> Self {
        Self::new(kind, Outcome::Open, Decimal::ZERO, opened, None)
    }

    /// A deal that was won.
    #[must_use]
    pub fn won(kind: &str, amount: Decimal, opened: NaiveDate, closed: NaiveDate) -> Self {
        Self::new(kind, Outcome::Won, amount, Some(opened), Some(closed))
    }

    /// A deal that was lost.
    #[must_use]
    pub fn lost(kind: &str, opened: NaiveDate, closed: NaiveDate) -> Self {
        Self::new(kind, Outcome::Lost, Decimal::ZERO, Some(opened), Some(closed))
    }

    fn new(
        kind: &str,
        outcome: Outcome,
        amount: Decimal,
        opened: Option<NaiveDate>,
        closed: Option<NaiveDate>,
    ) -> Self {
        Self { kind: kind.to_owned(), outcome, amount, opened, closed }
    }

    /// How many days it took; nothing while it is open, or where a day is not known.
    ///
    /// # Errors
    /// When it ended before it was opened.
    pub fn cycle_days(&self) -> Result<Option<i64>, KernelError> {
        let (Some(opened), Some(closed)) = (self.opened, self.closed) else { return Ok(None) };
        if self.outcome == Outcome::Open {
            return Ok(None);
        }
        match (closed - opened).num_days() {
            days @ 0.. => Ok(Some(days)),
            _ => Err(KernelError::Contradiction {
                field: "closed".into(),
                found: closed.to_string(),
                other: "it was opened after that",
                way_out: "mend one of the two days",
            }),
        }
    }
}

/// The cycles of deals with an outcome, rising.
fn cycles(deals: &[Deal], of: impl Fn(Outcome) -> bool) -> Result<Vec<i64>, KernelError> {
    let mut days = Vec::new();
    for (row, deal) in deals.iter().enumerate().filter(|(_, deal)| of(deal.outcome)) {
        days.extend(deal.cycle_days().map_err(|error| error.at(row))?);
    }
    days.sort_unstable();
    Ok(days)
}
