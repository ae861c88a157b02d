//! What is asked for of leave, as it is stored.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Personal, Record};
use fondaco_core::{ActorId, Id, PartyId, Timestamp, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::runs::Parts;

/// How a request for leave stands.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveStatus {
    /// It was asked for: the balance keeps it free.
    Requested,
    /// It is granted.
    Approved,
    /// It was refused.
    Refused,
    /// It was withdrawn.
    Withdrawn,
}

impl LeaveStatus {
    /// Whether it takes of the balance.
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, LeaveStatus::Requested | LeaveStatus::Approved)
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            LeaveStatus::Requested => "asked for",
            LeaveStatus::Approved => "approved",
            LeaveStatus::Refused => "refused",
            LeaveStatus::Withdrawn => "withdrawn",
        }
    }
}

/// How much of a day is leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveDay {
    /// The day.
    pub day: NaiveDate,
    /// How much of it, in the unit of the policy: 1 or 0.5 days, 8 hours.
    #[serde(with = "decimal::as_text")]
    pub amount: Decimal,
}

/// A request for leave.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_leave_request", kind = state, key(employee, id), guard(by_employee(employee)), index(by_id(id)),
    layout = 2,
)]
pub struct LeaveRequest {
    /// Whose.
    pub employee: PartyId,
    /// Its id.
    pub id: Id<LeaveRequest>,
    /// Of which policy.
    pub policy: SmolStr,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// How much of which days; those on which nobody works are not among them.
    pub days: Parts<LeaveDay>,
    /// How it stands.
    pub status: LeaveStatus,
    /// Who asked for it.
    pub asked_by: ActorId,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// When it was approved, if it was.
    pub approved_at: Option<Timestamp>,
    /// When it was refused or withdrawn, if it was.
    pub ended_at: Option<Timestamp>,
    /// By whose right it was asked for, where that was delegated: who handed it on.
    #[record(since = 2)]
    pub rights_of: Parts<ActorId>,
    /// Who granted it, and behind that who handed the right to do so on; also of what was withdrawn since.
    #[record(since = 2)]
    pub granted_by: Parts<ActorId>,
    /// Who decided so last, who withdrew it too, and behind that who handed the right to do so on.
    #[record(since = 2)]
    pub decided_by: Parts<ActorId>,
    /// Why it was decided so last; see [`why`](LeaveRequest::why).
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
}

impl LeaveRequest {
    /// Who asked for it, and by whose right.
    pub(crate) fn askers(&self) -> impl Iterator<Item = ActorId> {
        std::iter::once(&self.asked_by).chain(&self.rights_of).cloned()
    }

    /// Why it was decided as it stands; nothing before it was, and once the person was erased.
    #[must_use]
    pub fn why(&self) -> &str {
        self.said.as_ref().and_then(Personal::get).map_or("", SmolStr::as_str)
    }
}
