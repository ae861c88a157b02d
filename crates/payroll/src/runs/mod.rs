//! Payroll runs: from what is known of employees to slips that count, and what becomes of them.
//!
//! A [`Run`] pays the period of a calendar, or something besides. [`CalculateRun`] computes its slips, each from a [`PayInput`] by the rules
//! that it names; who can't be computed is told by himself. [`AdvanceRun`] takes it on: somebody else approves it, and from then on its slips
//! count; the books take it; its money leaves; it is closed. Every step is a [`RunStep`], with who, by whose right, and why.
//!
//! ```text
//! draft -> calculated -> approved -> posted -> part paid -> paid -> closed
//!   ^__________|                       ^__________|__________|  (money that comes back)
//! ```
//!
//! # What a slip moves
//! A slip that counts has moved [year-to-date sums](YearSum) and what is [owed](Deduction) by exactly what it says, after comparing both with
//! what it was computed from. [`VoidSlip`] moves them back by the same. [`CorrectSlip`] puts another in its place, [`RetroRun`] pays what
//! periods that are closed should have been. Nothing else moves them, so [verifying](fondaco_core::Office::verify) adds them up.
//!
//! # Once
//! Each act and each chunk of a job has an id made of the name that the host gives: sent again, it answers as it did. A period of a calendar
//! has one regular run. What is paid is paid of what is still due.

mod advance;
mod books;
mod calculate;
mod compute;
mod create;
mod deductions;
mod edit;
mod error;
mod forecast;
mod holdings;
mod input;
mod lookup;
mod moves;
mod parts;
mod pay;
mod record;
mod renew;
mod retro;
pub mod rights;
mod segregation;
mod sums;
mod told;
mod totals;
mod twice;
mod unpaid;
mod verify;
mod void;
mod warnings;

pub use advance::{AdvanceCursor, AdvanceRun, RunMove};
pub(crate) use books::{Books, base};
pub use books::{RuleBook, StoreRules};
pub use calculate::{CalculateCursor, CalculateRun, PaySource, Refused, RunReport};
pub use create::{CancelRun, CreateRun, ReopenRun};
pub use deductions::{
    ChangeDeduction, Deduction, DeductionBalance, DeductionDeed, DeductionKind, DeductionStep,
    DeductionTerms, Earlier, EndDeduction, OrderLimit, RepayDeduction, SetDeduction,
    deduction_steps, deduction_terms, deductions_of,
};
pub use edit::{ChangeSlip, CorrectSlip, DropSlip};
pub use error::RunError;
pub use forecast::{forecast, forecast_cases};
pub use holdings::HOLDINGS;
pub use input::{
    BankPart, BankShare, CostShare, InputWarning, PayComponent, PayInput, PaySegment, PayValue,
};
pub use lookup::{
    explain, history, payments_of, preview, refusals, run, run_total, runs, slips, slips_of,
};
pub use parts::{Parts, Whole};
pub use pay::{PaymentLine, PaymentWay, RecordPayments, SlipPayment};
pub use record::{
    PaidTo, Run, RunDeed, RunKind, RunRefusal, RunStatus, RunStep, RunTotal, Slip, SlipLine,
    SlipStatus, SlipSum, SlipTaking,
};
pub use renew::RenewRun;
pub use retro::{RetroLaw, RetroRun, retro_cases};
pub use segregation::PayData;
pub use sums::{OpenSums, OpeningLine, OpeningSum, YearSum, opening_sums, year_sums};
pub(crate) use sums::{open_sum, sum_of};
pub use told::Told;
pub use void::VoidSlip;
pub use warnings::{RunWarning, warnings, warnings_report};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

/// What the engine has of runs.
pub(crate) static PART: Part = Part::new(&[
    RuleBook::TABLE,
    Run::TABLE,
    RunStep::TABLE,
    RunTotal::TABLE,
    RunRefusal::TABLE,
    Slip::TABLE,
    SlipPayment::TABLE,
    YearSum::TABLE,
    OpeningSum::TABLE,
    Deduction::TABLE,
    DeductionBalance::TABLE,
    DeductionStep::TABLE,
])
.permissions(&[
    &rights::KEEP_RULES,
    &rights::CALCULATE,
    &rights::APPROVE,
    &rights::POST,
    &rights::PAY,
    &rights::VOID,
    &rights::DEDUCT,
    &rights::OPEN,
])
.holdings(HOLDINGS)
.hears(holdings::hear)
.jobs(&["payroll.calculate", "payroll.advance", "payroll.renew", "payroll.retro"])
.verified_by(verify::verify);
