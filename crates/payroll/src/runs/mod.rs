//! Payroll runs: from what is known of employees to slips that count, and what becomes of them.

mod deductions;
mod input;
mod parts;
mod record;

pub use deductions::{Deduction, DeductionBalance, DeductionKind, OrderLimit};
pub use input::{
    BankPart, BankShare, CostShare, InputWarning, PayComponent, PayInput, PaySegment, PayValue,
};
pub use parts::{Parts, Whole};
pub use record::{
    Run, RunDeed, RunKind, RunRefusal, RunStatus, RunStep, RunTotal, Slip, SlipLine, SlipStatus,
    SlipSum, SlipTaking,
};
