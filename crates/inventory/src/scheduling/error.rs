//! What scheduling refuses.

use fondaco_core::calendar::CalendarError;
use fondaco_core::{ErrorCode, Timestamp};
use smol_str::SmolStr;

use crate::KernelError;

/// Why a plant can't be, or an order has no place in it.
#[derive(Clone, Debug, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum SchedulingError {
    /// A work centre that does not open within the horizon.
    #[error(
        "work centre {centre} is not open between {from} and {to}: give its calendar working days and hours, or make the horizon longer"
    )]
    #[kind(Invalid)]
    NeverOpen {
        /// The work centre.
        centre: SmolStr,
        /// Where the horizon begins.
        from: Timestamp,
        /// Where it ends.
        to: Timestamp,
    },
    /// A work centre without a machine.
    #[error("work centre {centre} has no machines: give at least 1")]
    #[kind(Invalid)]
    NoMachines {
        /// The work centre.
        centre: SmolStr,
    },
    /// Two of the same code.
    #[error("{what} {code} is there twice: give each a code of its own")]
    #[kind(Conflict)]
    Twice {
        /// Work centre, routing or order.
        what: &'static str,
        /// The code.
        code: SmolStr,
    },
    /// Something that is named and not there.
    #[error("{by} names {what} {code}, which is not there: add it, or name another")]
    #[kind(NotFound)]
    #[code("not_in_plant")]
    Unknown {
        /// Work centre, routing, material or order.
        what: &'static str,
        /// What was named.
        code: SmolStr,
        /// Who names it.
        by: SmolStr,
    },
    /// Operations that wait for one another.
    #[error(
        "routing {routing}: operations {} wait for one another: take one of these out of `after`",
        path_text(path)
    )]
    #[kind(Invalid)]
    #[code("operations_in_circle")]
    Circle {
        /// The routing.
        routing: SmolStr,
        /// The operations of the circle, counted from 0, each after the one before it, and the first once more.
        path: Vec<usize>,
    },
    /// An operation that has no room before the horizon ends.
    #[error(
        "order {order}: operation {operation} (counted from 0) at {centre} has no room before {to}, the end of the horizon: \
         make the horizon longer, give the work centre more hours or machines, or the operation an alternate"
    )]
    #[kind(Refused)]
    BeyondHorizon {
        /// The order.
        order: SmolStr,
        /// The operation, counted from 0.
        operation: usize,
        /// Its work centre.
        centre: SmolStr,
        /// Where the horizon ends.
        to: Timestamp,
    },
    /// A material of which there is not enough at any time.
    #[error(
        "order {order}: there will not be enough of material {material} at any time, of which it needs {needed}: expect more of it"
    )]
    #[kind(Refused)]
    MaterialShort {
        /// The order.
        order: SmolStr,
        /// The material.
        material: SmolStr,
        /// How much of it is needed.
        needed: rust_decimal::Decimal,
    },
    /// An instant outside of the horizon.
    #[error("{field} is {at}, but the horizon goes from {from} to {to}: give an instant within it")]
    #[kind(Invalid)]
    OutsideHorizon {
        /// Which argument.
        field: &'static str,
        /// What was given.
        at: Timestamp,
        /// Where the horizon begins.
        from: Timestamp,
        /// Where it ends.
        to: Timestamp,
    },
    /// A time below zero, or one that has no room.
    #[error(
        "{of}: {field} is {micros} microseconds: give zero or more, and less than a thousand years"
    )]
    #[kind(Invalid)]
    Time {
        /// Whose time: a routing and its operation, a work centre.
        of: SmolStr,
        /// Which time.
        field: &'static str,
        /// What was given.
        micros: i64,
    },
    /// What the calendar refuses.
    #[error("work centre {centre}: {error}")]
    #[inner]
    Calendar {
        /// The work centre.
        centre: SmolStr,
        /// Why.
        error: CalendarError,
    },
    /// A figure that is refused.
    #[error("{of}: {error}")]
    #[inner]
    Figure {
        /// Whose figure.
        of: SmolStr,
        /// Why.
        error: KernelError,
    },
}

fn path_text(path: &[usize]) -> String {
    path.iter().map(usize::to_string).collect::<Vec<_>>().join(" -> ")
}
