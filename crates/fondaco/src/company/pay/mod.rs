//! Hire to pay: what payroll says, in the books.
//!
//! [`PostPay`](crate::company::PostPay) takes all of a run that the books don't have yet: slips that count become wages by component and cost
//! centre, contributions, what is withheld, and net pay of each employee as an open item; money that left, or came back, is taken off; a
//! slip that was voided is posted the other way round, and what had left of it becomes a claim. Sent again it takes what came since, and
//! nothing twice. [`CloseMonth`](crate::company::CloseMonth) names what of it is missing. [`Remit`] pays authorities, insurers and creditors; [`AccrueLeave`] brings what leave is owed to where it is (EVENTS rows 36
//! to 38; the entry is that of ERPNext hrms' `make_accrual_jv_entry`).
//!
//! Rules of accounts tell components apart as categories: `AccountRule::new(Role::Wages, "6012").category("OVERTIME")`. Cost centres are the
//! dimension `cost_centre`.

mod leave;
#[cfg(feature = "payroll")]
mod pending;
#[cfg(feature = "payroll")]
mod post;
mod record;
mod remit;

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

pub use leave::{AccrueLeave, LeaveDay, LeaveOwed};
#[cfg(feature = "payroll")]
pub(crate) use pending::pending;
#[cfg(feature = "payroll")]
pub use post::PostPay;
pub use record::{PayFact, PaySlip};
pub(crate) use remit::cancel_remittance;
pub use remit::{Remit, Remitted};

use super::rights;

/// What the engine has of it.
pub(crate) static PART: Part = Part::new(&[PaySlip::TABLE, PayFact::TABLE, LeaveDay::TABLE])
    .permissions(&[&rights::PAY_PEOPLE])
    .holdings(&[Holding::of::<PaySlip>()])
    .verified_by(record::verify);
