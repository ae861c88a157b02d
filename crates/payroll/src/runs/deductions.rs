//! What is taken from pay after the rules: loans and advances, orders of courts and authorities, what an employee owes the company.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{Id, PartyId, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Run, Whole};
use crate::Amt;

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
    /// How much is wanted of each slip; of orders and others, what is not got is owed from then on. `None` for all that is owed.
    pub instalment: Option<Amt>,
    /// What it is served by: the least first; those of one rank share.
    pub rank: u32,
    /// How much of disposable earnings it may take, with all that were served before it.
    pub limit: Whole<OrderLimit>,
    /// The first day of payment that it is taken from.
    pub from: NaiveDate,
    /// The last.
    pub to: Option<NaiveDate>,
    /// The run of the slip that it comes from: of a claim.
    pub origin: Option<Id<Run>>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
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
