//! Segregation of duties: who recorded what a slip rests on does not approve it.
//!
//! Who computed a run, or changed a slip of it, never approves it. Which data that holds of besides, a pay group says
//! ([`DefinePayGroup::segregated`](crate::calendars::DefinePayGroup::segregated)), as firms differ in how many hands they have: as it was said
//! for the period of the run. Of an employee it is what was recorded until the slip was computed, holds on its days, and was looked at by
//! nobody: what somebody else approved once is nobody's hand any more ([`seen`]). What was recorded ahead is looked at with the first slip of
//! its days, what was recorded late with the retro pay of these.

mod found;
mod scales;
mod seen;

use std::sync::Arc;

use fondaco_core::{ActorId, Tx};
use serde::{Deserialize, Serialize};

use super::{Run, Slip, SlipStatus};
use crate::PayrollError;
use crate::calendars::PayGroup;
use crate::defined::Moment;
use crate::staff::Topic;
use found::hands;

/// Data that pay rests on, by sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PayData {
    /// Contracts.
    Contracts,
    /// Jobs, and what they pay: pay scales too.
    Jobs,
    /// What is paid or withheld each period.
    Recurring,
    /// Tax cards.
    Cards,
    /// Accounts that are paid to.
    Accounts,
    /// What is paid or withheld once.
    Items,
    /// Hours.
    Hours,
    /// Leave: who asked for it, and who granted it.
    Leave,
    /// Loans, orders and other deductions.
    Deductions,
    /// Year-to-date sums that were entered.
    Sums,
}

impl PayData {
    /// All of them.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_payroll::calendars::{DefinePayGroup, PayCalendar, PayFrequency, TaxTime};
    /// use fondaco_payroll::runs::PayData;
    /// # let payroll = payroll();
    /// let calendar = PayCalendar::new(PayFrequency::Monthly, day("2026-01-01"), TaxTime::united_states());
    /// let mut strict = DefinePayGroup::new("strict", "Strict", "united_states", calendar);
    /// strict.segregated = Some(PayData::ALL.to_vec());
    /// payroll.send("strict", &strict)?;
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub const ALL: [PayData; 10] = [
        PayData::Contracts,
        PayData::Jobs,
        PayData::Recurring,
        PayData::Cards,
        PayData::Accounts,
        PayData::Items,
        PayData::Hours,
        PayData::Leave,
        PayData::Deductions,
        PayData::Sums,
    ];

    /// Whether a slip looks at it on one day alone.
    fn is_of_a_day(self) -> bool {
        matches!(self, PayData::Cards | PayData::Accounts | PayData::Deductions)
    }

    fn of(topic: Topic) -> PayData {
        match topic {
            Topic::Contract => PayData::Contracts,
            Topic::Job => PayData::Jobs,
            Topic::Recurring => PayData::Recurring,
            Topic::Leave => PayData::Leave,
            Topic::Card => PayData::Cards,
            Topic::Accounts => PayData::Accounts,
        }
    }
}

/// Who recorded data that slips of a run rest on and that its pay group keeps apart from its approval.
pub(super) fn recorders(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: &[Arc<Slip>],
) -> Result<Vec<ActorId>, PayrollError> {
    // The decision rests on what the pay group says.
    let Some(group) = tx.get::<PayGroup>(&run.calendar)? else { return Ok(Vec::new()) };
    let moment = Moment::of(tx, &run.calendar, (run.period_start, run.period_end), None)?;
    let group = group.at(&moment);
    let is_open = |slip: &&Slip| slip.status == SlipStatus::Calculated;
    let open: Vec<&Slip> = slips.iter().map(Arc::as_ref).filter(is_open).collect();
    if group.segregated.is_empty() || open.is_empty() {
        return Ok(Vec::new());
    }
    hands(tx, &group, &open)
}
