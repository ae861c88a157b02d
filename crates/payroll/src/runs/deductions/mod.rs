//! What is taken from pay after the rules: loans and advances, orders of courts and authorities, what an employee owes the company.
//!
//! [`take`] is what a slip takes, [`due`] which of its slips asks for a period's instalment, [`earlier`] what its slips had before, [`set`] how people set, end and repay what is
//! taken, [`terms`] how they change it, [`steps`] what moved a balance besides slips.

mod due;
mod earlier;
mod set;
mod steps;
mod take;
mod terms;

pub(crate) use due::{asks, is_extra, mark_asked, near};
pub use earlier::Earlier;
pub(crate) use earlier::{earlier, earlier_in, earlier_now};
pub use set::{EndDeduction, RepayDeduction, SetDeduction};
pub use steps::{DeductionDeed, DeductionStep, deduction_steps, deductions_of};
pub(crate) use steps::{Done, move_balance};
pub(crate) use take::{Left, take};
pub use terms::{ChangeDeduction, DeductionTerms, deduction_terms};

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{Id, PartyId, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Run, Whole};
use crate::garnishment::Limit;
use crate::{Amt, PayrollError};

/// What sort of thing is taken.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeductionKind {
    /// Lent to the employee, and paid back from pay by instalments.
    Loan,
    /// Pay that was paid before its day: all of it comes back as soon as it can.
    Advance,
    /// An order of a court or an authority, with a limit of its own: a garnishment.
    Order,
    /// Anything else that is withheld period by period: dues, a saving plan.
    Other,
    /// What the employee owes because of a slip that was voided after its money had left, or of pay below zero.
    Claim,
}

impl DeductionKind {
    /// Whether an instalment of it that is not got is owed from then on: an order, or what is withheld like one.
    pub(crate) fn is_order(self) -> bool {
        matches!(self, DeductionKind::Order | DeductionKind::Other)
    }
}

/// How much of disposable earnings an order may take: [`Limit`](crate::garnishment::Limit), as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderLimit {
    /// A part of them: 0.5 for half.
    Part(#[serde(with = "fondaco_core::decimal::as_text")] Decimal),
    /// Nothing up to a protected amount, what is above it up to a second one, a part of all from there on.
    Protected {
        /// Up to this nothing may be taken.
        #[serde(with = "fondaco_core::decimal::as_text")]
        free: Decimal,
        /// From this on a part of all may be.
        #[serde(with = "fondaco_core::decimal::as_text")]
        full_from: Decimal,
        /// Which part.
        #[serde(with = "fondaco_core::decimal::as_text")]
        part: Decimal,
    },
    /// All of them.
    All,
}

/// Something that is taken from an employee's pay until it is done.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "payroll_deduction", kind = state, key(id), guard(by_employee(employee)), index(by_employee(employee, is_open)),
)]
pub struct Deduction {
    /// Its id.
    pub id: Id<Deduction>,
    /// Whose pay.
    pub employee: PartyId,
    /// Whether something is still taken, or given back.
    pub is_open: bool,
    /// What sort of thing it is.
    pub kind: DeductionKind,
    /// The component that its lines are called.
    pub component: SmolStr,
    /// How much is wanted for each period, by the first slip of it that is no bonus and no retro pay; of orders and others, what is not got
    /// is owed from then on. `None` for all that is owed.
    pub instalment: Option<Amt>,
    /// What it is served by: the least first; those of one rank share.
    pub rank: u32,
    /// How much of disposable earnings it may take, with all that were served before it.
    pub limit: Whole<OrderLimit>,
    /// The first day of payment that it is taken from.
    pub starts: NaiveDate,
    /// The last.
    pub until: Option<NaiveDate>,
    /// The run of the slip that it comes from: of a claim.
    pub origin: Option<Id<Run>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When its terms were changed last.
    pub changed_at: Option<Timestamp>,
}

/// How much is owed for a deduction: what a loan has left, what an order has not got yet. Below zero it is given back.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_deduction_balance", kind = counter, key(deduction))]
pub struct DeductionBalance {
    /// For what.
    pub deduction: Id<Deduction>,
    /// How much.
    pub owed: Amt,
}

/// A deduction with what is owed for it.
#[derive(Debug, Clone)]
pub(crate) struct Owed {
    pub(crate) deduction: Arc<Deduction>,
    pub(crate) owed: Decimal,
    /// Whether another slip of the same days asked for its instalment already.
    pub(crate) is_asked: bool,
    /// Whether it is what was paid on the slip that this one stands in place of.
    pub(crate) is_paid_before: bool,
    /// Whether the slip that this one stands in place of took for it: so does this one, though its time has passed or it was ended since.
    pub(crate) is_kept: bool,
}

impl OrderLimit {
    pub(super) fn limit(&self) -> Limit {
        match *self {
            OrderLimit::Part(part) => Limit::Part(part),
            OrderLimit::Protected { free, full_from, part } => {
                Limit::Protected { free, full_from, part }
            }
            OrderLimit::All => Limit::All,
        }
    }
}

impl From<Limit> for OrderLimit {
    fn from(limit: Limit) -> OrderLimit {
        match limit {
            Limit::Part(part) => OrderLimit::Part(part),
            Limit::Protected { free, full_from, part } => {
                OrderLimit::Protected { free, full_from, part }
            }
            Limit::All => OrderLimit::All,
        }
    }
}

impl Owed {
    /// What is due from this slip on, besides what is owed already: the instalment of an order, once for each period.
    fn due(&self, is_extra: bool) -> Decimal {
        match self.deduction.kind.is_order() {
            true => self.instalment(is_extra),
            false => Decimal::ZERO,
        }
    }

    /// Whether it is taken on a day of payment.
    pub(crate) fn holds(&self, pay_date: NaiveDate) -> bool {
        let deduction = &self.deduction;
        let in_time =
            deduction.starts <= pay_date && deduction.until.is_none_or(|until| pay_date <= until);
        self.is_kept || in_time
    }

    /// How much is wanted of this slip.
    pub(crate) fn wanted(&self, is_extra: bool) -> Decimal {
        match self.deduction.kind.is_order() || self.deduction.instalment.is_none() {
            true => self.owed + self.due(is_extra),
            false => self.owed.min(self.instalment(is_extra)),
        }
    }

    fn instalment(&self, is_extra: bool) -> Decimal {
        match is_extra || self.is_asked {
            true => Decimal::ZERO,
            false => self.deduction.instalment.map_or(Decimal::ZERO, Amt::to_decimal),
        }
    }
}

/// What is open of employees from one to another, without resting on it.
pub(crate) fn owed_by(
    read: &mut impl Reading,
    employees: (PartyId, PartyId),
) -> Result<BTreeMap<PartyId, Vec<Owed>>, PayrollError> {
    let range = Range::by(Deduction::BY_EMPLOYEE, &()).from(&employees.0).through(&employees.1);
    let open = read.peek_scan(&range)?;
    let open: Vec<Arc<Deduction>> = open.into_iter().filter(|one| one.is_open).collect();
    let keys: Vec<Id<Deduction>> = open.iter().map(|one| one.id).collect();
    let balances = read.peek_many::<DeductionBalance>(&keys)?;
    let mut all: BTreeMap<PartyId, Vec<Owed>> = BTreeMap::new();
    for (deduction, balance) in open.into_iter().zip(balances) {
        let owed = balance.map_or(Decimal::ZERO, |balance| balance.owed.to_decimal());
        all.entry(deduction.employee).or_default().push(Owed {
            deduction,
            owed,
            is_asked: false,
            is_paid_before: false,
            is_kept: false,
        });
    }
    Ok(all)
}
