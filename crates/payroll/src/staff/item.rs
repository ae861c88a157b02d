//! What is paid or withheld once: a bonus, expenses, a deduction.

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::check_line;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Record, Value};
use fondaco_core::{Act, ActorId, Id, PartyId, Timestamp, Tx, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::contracts::Contracts;
use super::paid::PaidDays;
use super::say::{check_shares, component};
use super::{StaffError, check_count, known, numbered, rights};
use crate::PayrollError;
use crate::runs::{CostShare, Parts, RunStatus};

/// Something that is paid or withheld once. What was wrong is taken back by one of the opposite amount.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "payroll_item", kind = fact, key(employee, day, id), layout = 3)]
pub struct PayItem {
    /// Whose.
    pub employee: PartyId,
    /// The day it is for: it is paid with the period that the day lies in.
    pub day: NaiveDate,
    /// Its id.
    pub id: Id<PayItem>,
    /// The component.
    pub component: SmolStr,
    /// How much: of what, the component says.
    pub value: Decimal,
    /// At the rate of which job, where it is hours; `None` for the first one.
    pub job: Option<SmolStr>,
    /// Which cost centres bear it, where they are not those of the contract.
    pub cost_centres: Parts<CostShare>,
    /// Why, in rows of before it was [personal](PayItem::said); see [`why`](PayItem::why).
    pub reason: SmolStr,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Why.
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
    /// Who recorded it, and behind that who handed the right to do so on. Nothing in rows of before it was kept.
    #[record(since = 3)]
    pub recorded_by: Parts<ActorId>,
}

impl PayItem {
    /// Why it is paid or withheld; nothing, once the person was erased. What was recorded before it was personal is a fact that stays.
    #[must_use]
    pub fn why(&self) -> &str {
        self.said.as_ref().and_then(Personal::get).unwrap_or(&self.reason)
    }
}

/// Something to be paid or withheld once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// The employee's number.
    pub employee: SmolStr,
    /// See [`PayItem::day`].
    pub day: NaiveDate,
    /// See [`PayItem::component`].
    pub component: SmolStr,
    /// See [`PayItem::value`].
    #[serde(with = "decimal::as_text")]
    pub value: Decimal,
    /// See [`PayItem::job`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<SmolStr>,
    /// See [`PayItem::cost_centres`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost_centres: Vec<CostShare>,
    /// See [`PayItem::why`].
    pub reason: SmolStr,
}

impl NewItem {
    /// So much for a day, and why.
    pub fn new(
        employee: impl Into<SmolStr>,
        day: NaiveDate,
        component: impl Into<SmolStr>,
        value: Decimal,
        reason: impl Into<SmolStr>,
    ) -> NewItem {
        NewItem {
            employee: employee.into(),
            day,
            component: component.into(),
            value,
            job: None,
            cost_centres: Vec::new(),
            reason: reason.into(),
        }
    }
}

/// Records what is paid or withheld once, and says of each that is refused why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordItems {
    /// The items, at most 100,000.
    pub items: Vec<NewItem>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
    /// Whether items of days whose run is closed already are taken, for a retro run to pay. Otherwise they are refused. Until the run is closed
    /// an off-cycle or a bonus run pays them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_retro: bool,
}

impl RecordItems {
    /// Records all of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let payroll = payroll();
    /// let bonus = NewItem::new("1001", day("2026-03-31"), "BONUS", 500.into(), "a good quarter");
    /// let entered = payroll.send("bonus", &RecordItems::new(vec![bonus]))?.answer;
    /// assert_eq!(entered.entered, 1);
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(items: Vec<NewItem>) -> RecordItems {
        RecordItems { items, taking: Taking::AllOrNothing, for_retro: false }
    }
}

impl Act for RecordItems {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        let by = tx.authorize(&Request::new(&rights::ENTER_PAY))?;
        let by = Parts::from(by.hands(tx.actor()));
        check_count(self.items.len())?;
        let employees = numbered(tx, self.items.iter().map(|new| &new.employee))?;
        let contracts = Contracts::read(tx, employees.values().map(|employee| employee.party))?;
        let mut paid = PaidDays::default();
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.items.iter().enumerate() {
                let done = tx.attempt(|tx| {
                    let employee = known(&employees, &new.employee)?;
                    record(tx, (employee.party, &by), &contracts, new)?;
                    let contract = contracts.on(employee.party, new.day);
                    match contract.filter(|_| !self.for_retro) {
                        Some(contract) => must_be_open(tx, &mut paid, &contract.group, new),
                        None => Ok(()),
                    }
                })?;
                entered.note(at, done.map(|()| true));
            }
            tx.emit(
                Event::new("payroll.items_recorded")
                    .with("items", Value::I64(entered.entered.into())),
            );
            Ok(entered)
        })
    }
}

/// An item of a day whose run is closed is paid by no run of its period.
fn must_be_open(
    tx: &mut Tx<'_>,
    paid: &mut PaidDays,
    group: &SmolStr,
    new: &NewItem,
) -> Result<(), PayrollError> {
    match paid.status(tx, group, new.day)? {
        Some(RunStatus::Closed) => Err(StaffError::PeriodPaid {
            employee: new.employee.clone(),
            day: new.day,
            field: "component",
            value: format!("{} {}", new.component, new.value),
        }
        .into()),
        _ => Ok(()),
    }
}

fn record(
    tx: &mut Tx<'_>,
    (employee, by): (PartyId, &Parts<ActorId>),
    contracts: &Contracts,
    new: &NewItem,
) -> Result<(), PayrollError> {
    component(tx, &new.component)?;
    check_line("reason", &new.reason)?;
    check_shares(&new.employee, &new.cost_centres)?;
    if contracts.on(employee, new.day).is_none() {
        return Err(StaffError::NoContract {
            employee: new.employee.clone(),
            day: new.day,
            field: "component",
            value: format!("{} {}", new.component, new.value),
        }
        .into());
    }
    if let Some(job) = new.job.as_ref().filter(|job| !contracts.has_job(employee, job, new.day)) {
        let (employee, job, day) = (new.employee.clone(), job.clone(), new.day);
        return Err(StaffError::NoJob { employee, job, day }.into());
    }
    let (id, recorded_at) = (tx.id()?, tx.now());
    let said = Some(tx.personal(new.reason.clone()));
    Ok(tx.insert(PayItem {
        employee,
        day: new.day,
        id,
        component: new.component.clone(),
        value: new.value,
        job: new.job.clone(),
        cost_centres: new.cost_centres.clone().into(),
        reason: SmolStr::default(),
        recorded_at,
        said,
        recorded_by: by.clone(),
    })?)
}
