//! Why the payroll engine refuses something.

use fondaco_core::calendar::{CalendarError, CalendarRefusal};
use fondaco_core::party::PartyError;
use fondaco_core::{ActError as _, ErrorCode, Halt, InputError};

use crate::calendars::PayCalendarError;
use crate::leave::LeaveError;
use crate::runs::RunError;
use crate::staff::StaffError;
use crate::{KernelError, PayError, RuleError};

/// What the payroll engine refuses.
///
/// Each feature has an error of its own within; what all of them share is here.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum PayrollError {
    /// An employee, or something that is said of one.
    #[error(transparent)]
    #[inner]
    Staff(Box<StaffError>),
    /// Leave.
    #[error(transparent)]
    #[inner]
    Leave(Box<LeaveError>),
    /// A pay calendar.
    #[error(transparent)]
    #[inner]
    PayCalendar(#[from] PayCalendarError),
    /// A run, a slip, a deduction or a rule book.
    #[error(transparent)]
    #[inner]
    Run(Box<RunError>),
    /// A file of rules.
    #[error(transparent)]
    #[inner]
    Rule(Box<RuleError>),
    /// An employee's case that can't be computed.
    #[error(transparent)]
    #[inner]
    Pay(Box<PayError>),
    /// A figure that a plain function can't be asked with.
    #[error(transparent)]
    #[inner]
    Kernel(#[from] KernelError),
    /// A person's data.
    #[error(transparent)]
    #[inner]
    Party(Box<PartyError>),
    /// A code, text or tag that can't be kept.
    #[error(transparent)]
    #[inner]
    Input(#[from] InputError),
    /// A calendar that is not there, or a day that it can't tell.
    #[error(transparent)]
    #[inner]
    Calendar(#[from] CalendarError),
    /// One of a batch was refused.
    #[error("item {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// Its place, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<PayrollError>,
    },
    /// Nothing of the payroll's: the store, a right, an interruption.
    #[error(transparent)]
    #[halt]
    Halt(Halt),
}

impl PayrollError {
    /// This error, said of one of a batch. What is no refusal of that one is passed on as it is.
    #[must_use]
    pub fn at(self, index: usize) -> PayrollError {
        match self {
            PayrollError::Halt(halt) if !halt.is_refusal() => PayrollError::Halt(halt),
            error => PayrollError::At { index, error: Box::new(error) },
        }
    }
}

impl From<StaffError> for PayrollError {
    fn from(error: StaffError) -> PayrollError {
        PayrollError::Staff(Box::new(error))
    }
}

impl From<RunError> for PayrollError {
    fn from(error: RunError) -> PayrollError {
        PayrollError::Run(Box::new(error))
    }
}

impl From<LeaveError> for PayrollError {
    fn from(error: LeaveError) -> PayrollError {
        PayrollError::Leave(Box::new(error))
    }
}

impl From<RuleError> for PayrollError {
    fn from(error: RuleError) -> PayrollError {
        PayrollError::Rule(Box::new(error))
    }
}

impl From<PayError> for PayrollError {
    fn from(error: PayError) -> PayrollError {
        PayrollError::Pay(Box::new(error))
    }
}

impl From<PartyError> for PayrollError {
    fn from(error: PartyError) -> PayrollError {
        match error {
            PartyError::Halt(halt) => PayrollError::Halt(halt),
            error => PayrollError::Party(Box::new(error)),
        }
    }
}

impl From<CalendarRefusal> for PayrollError {
    fn from(error: CalendarRefusal) -> PayrollError {
        match error {
            CalendarRefusal::Calendar(error) => PayrollError::Calendar(error),
            CalendarRefusal::Halt(halt) => PayrollError::Halt(halt),
        }
    }
}

impl From<Halt> for PayrollError {
    fn from(halt: Halt) -> PayrollError {
        PayrollError::Halt(halt)
    }
}
