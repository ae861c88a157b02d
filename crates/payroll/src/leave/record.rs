//! Policies and grants, as they are stored, and the commands for them.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::{check_code, check_line};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Record, Value};
use fondaco_core::{Act, Id, PartyId, Reading, Timestamp, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Accrual, LeaveError, LeavePolicy};
use crate::PayrollError;
use crate::defined::{Moment, Version, again};
use crate::runs::{Parts, Whole};
use crate::staff::{StaffError, check_count, known, numbered, rights};

/// A policy of leave, as it is stored.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "payroll_leave_policy", kind = state, key(code), guard(all()), layout = 2)]
pub struct StoredPolicy {
    /// Its code.
    pub code: SmolStr,
    /// What it says.
    pub policy: Whole<LeavePolicy>,
    /// What was said of it so far, the first first; nothing where it was said once.
    #[record(since = 2)]
    pub history: Parts<Version<LeavePolicy>>,
}

impl StoredPolicy {
    /// The policy as it holds for a pay period.
    pub(crate) fn at(&self, moment: &Moment) -> Whole<LeavePolicy> {
        moment
            .holding(&self.history)
            .map_or_else(|| self.policy.clone(), |said| Whole::new(said.clone()))
    }

    /// The amounts a year of all that was said, from which day on each: none where it was said once, or no amount by the year. What is said
    /// without a day holds for all days.
    pub(super) fn yearly(&self) -> Vec<(NaiveDate, Decimal)> {
        let mut all: Vec<(NaiveDate, Decimal)> = Vec::new();
        for version in self.history.iter() {
            let (Accrual::Yearly(amount) | Accrual::Monthly(amount)) = &version.said.accrual else {
                return Vec::new();
            };
            let from = version.from.unwrap_or(NaiveDate::MIN);
            all.retain(|(before, _)| *before < from);
            all.push((from, *amount));
        }
        all
    }
}

/// What was granted besides what accrues: what was there when the books began, a day for a wedding, a correction.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "payroll_leave_grant", kind = fact, key(employee, policy, id), guard(by_employee(employee)), layout = 2,
)]
pub struct LeaveGrant {
    /// Whose.
    pub employee: PartyId,
    /// Of which policy.
    pub policy: SmolStr,
    /// Its id.
    pub id: Id<LeaveGrant>,
    /// From which day on it is there.
    pub day: NaiveDate,
    /// How much; below zero, what was too much.
    pub amount: Decimal,
    /// Whether it is what was there when the books began: before that day nothing accrues.
    pub opening: bool,
    /// Why, in rows of before it was [personal](LeaveGrant::said); see [`why`](LeaveGrant::why).
    pub reason: SmolStr,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Why.
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
}

impl LeaveGrant {
    /// Why it was granted; nothing, once the person was erased. What was recorded before it was personal is a fact that stays.
    #[must_use]
    pub fn why(&self) -> &str {
        self.said.as_ref().and_then(Personal::get).unwrap_or(&self.reason)
    }
}

/// A policy by its code.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::leave::leave_policy;
/// let payroll = payroll();
/// assert_eq!(payroll.view(|view| leave_policy(view, &"VACATION".into()))?.code, "VACATION");
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// [`LeaveError::UnknownLeavePolicy`], or a [`Halt`](fondaco_core::Halt) to be passed on.
pub fn leave_policy(
    read: &mut impl Reading,
    code: &SmolStr,
) -> Result<Arc<StoredPolicy>, PayrollError> {
    let unknown = || LeaveError::UnknownLeavePolicy { policy: code.clone() }.into();
    read.peek_require::<StoredPolicy, PayrollError>(code, unknown)
}

/// Defines a policy of leave, or defines it anew: from then on all that was and is to come is reckoned by it. From a day on it gives its
/// amount for leave years that end then or later; what else it says holds for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefineLeavePolicy {
    /// The policy.
    pub policy: LeavePolicy,
    /// Of a policy that is said anew, from which day on its amount a year holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
}

impl DefineLeavePolicy {
    /// This policy.
    pub fn new(policy: LeavePolicy) -> DefineLeavePolicy {
        DefineLeavePolicy { policy, from: None }
    }
}

impl Act for DefineLeavePolicy {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        tx.authorize(&Request::new(&rights::SET_UP))?;
        let code = self.policy.code.clone();
        check_code("leave policy", &code)?;
        self.policy.check()?;
        tx.emit(Event::new("payroll.leave_policy_defined").with("policy", code.as_str()));
        let mut history = Parts::default();
        if let Some(before) = tx.get::<StoredPolicy>(&code)? {
            let said = LeavePolicy::clone(&before.policy);
            history = again(&before.history, said, (self.from, tx.now()), self.policy.clone());
        }
        tx.upsert(StoredPolicy { code, policy: Whole::new(self.policy.clone()), history })?;
        Ok(())
    }
}

/// Leave that is granted besides what accrues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// The employee's number.
    pub employee: SmolStr,
    /// The policy's code.
    pub policy: SmolStr,
    /// See [`LeaveGrant::day`].
    pub day: NaiveDate,
    /// See [`LeaveGrant::amount`].
    #[serde(with = "decimal::as_text")]
    pub amount: Decimal,
    /// See [`LeaveGrant::opening`].
    #[serde(default)]
    pub opening: bool,
    /// See [`LeaveGrant::why`].
    pub reason: SmolStr,
}

impl NewGrant {
    /// What was there on a day when the books began.
    pub fn opening(
        employee: impl Into<SmolStr>,
        policy: impl Into<SmolStr>,
        day: NaiveDate,
        amount: Decimal,
    ) -> NewGrant {
        let (employee, policy) = (employee.into(), policy.into());
        let reason = SmolStr::new_static("opening balance");
        NewGrant { employee, policy, day, amount, opening: true, reason }
    }
}

/// Grants leave, and says of each grant that is refused why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantLeave {
    /// The grants, at most 100,000.
    pub grants: Vec<NewGrant>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl GrantLeave {
    /// All of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_payroll::leave::{GrantLeave, NewGrant, leave_left};
    /// # let payroll = payroll();
    /// let opening = NewGrant::opening("1001", "VACATION", day("2026-01-02"), 12.into());
    /// payroll.send("opening leave", &GrantLeave::new(vec![opening]))?;
    /// let left = payroll.view(|view| leave_left(view, "1001", "VACATION", day("2026-06-01")))?;
    /// assert_eq!(left, 12.into()); // what accrued before that day is among it
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(grants: Vec<NewGrant>) -> GrantLeave {
        GrantLeave { grants, taking: Taking::AllOrNothing }
    }
}

impl Act for GrantLeave {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        tx.authorize(&Request::new(&rights::KEEP_STAFF))?;
        check_count(self.grants.len())?;
        let employees = numbered(tx, self.grants.iter().map(|new| &new.employee))?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.grants.iter().enumerate() {
                let done =
                    tx.attempt(|tx| grant(tx, known(&employees, &new.employee)?.party, new))?;
                entered.note(at, done.map(|()| true));
            }
            tx.emit(
                Event::new("payroll.leave_granted")
                    .with("grants", Value::I64(entered.entered.into())),
            );
            Ok(entered)
        })
    }
}

fn grant(tx: &mut Tx<'_>, employee: PartyId, new: &NewGrant) -> Result<(), PayrollError> {
    leave_policy(tx, &new.policy)?;
    check_line("reason", &new.reason)?;
    if new.amount.abs() > Decimal::from(10_000) {
        let way_out = "give -10,000 to 10,000";
        return Err(StaffError::bad(&new.employee, "amount", new.amount, way_out).into());
    }
    let (id, recorded_at) = (tx.id()?, tx.now());
    let said = Some(tx.personal(new.reason.clone()));
    Ok(tx.insert(LeaveGrant {
        employee,
        policy: new.policy.clone(),
        id,
        day: new.day,
        amount: new.amount,
        opening: new.opening,
        reason: SmolStr::default(),
        recorded_at,
        said,
    })?)
}
