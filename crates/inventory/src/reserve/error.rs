//! Why a promise is refused.

use fondaco_core::{ErrorCode, Id, Quantity};
use smol_str::SmolStr;

use crate::levels::{Expected, Reservation};

/// What is wrong with a reservation or with what is on order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum ReserveError {
    /// No such reservation.
    #[error("there is no reservation {reservation}: reserve first, or correct the id")]
    #[kind(NotFound)]
    UnknownReservation {
        /// The id as given.
        reservation: Id<Reservation>,
    },
    /// Nothing, or less.
    #[error("{quantity} of item {item}: give a quantity above zero")]
    #[kind(Invalid)]
    #[code("quantity_not_positive")]
    NotPositive {
        /// The item's code.
        item: SmolStr,
        /// The quantity as given.
        quantity: Quantity,
    },
    /// It was fulfilled, released or has ended.
    #[error("reservation {reservation} is over: reserve again, or move the goods without it")]
    #[kind(Refused)]
    ReservationOver {
        /// Which.
        reservation: Id<Reservation>,
    },
    /// A move that is not of what was promised.
    #[error(
        "the move's {field} is not that of reservation {reservation}: make it the same, or fulfil another"
    )]
    #[kind(Invalid)]
    ReservationDiffers {
        /// Which.
        reservation: Id<Reservation>,
        /// Which field.
        field: &'static str,
    },
    /// More than was promised.
    #[error("of reservation {reservation} {left} are left, not {wanted}: move the rest without it")]
    #[kind(Refused)]
    OverFulfilled {
        /// Which.
        reservation: Id<Reservation>,
        /// What is left of it.
        left: Quantity,
        /// What was wanted.
        wanted: Quantity,
    },
    /// A lot is promised out of a location, or not at all.
    #[error("a lot is promised out of a location: name the location too")]
    #[kind(Invalid)]
    LocationRequired,
    /// A location elsewhere, or from which nothing can be promised.
    #[error(
        "nothing can be promised out of location {location}: name one for storage, on the site of the line"
    )]
    #[kind(Invalid)]
    WrongLocation {
        /// The location's code.
        location: SmolStr,
    },
    /// What waits can come to any location.
    #[error(
        "what lies in a named location is promised at once or not at all: leave the location out, or refuse what is not there"
    )]
    #[kind(Invalid)]
    LocatedBackorder,
    /// It ends before it begins.
    #[error("the reservation would end at {at}, which is over: give a later instant, or none")]
    #[kind(Invalid)]
    ExpiresInThePast {
        /// The instant as given.
        at: fondaco_core::Timestamp,
    },
    /// No such order.
    #[error("nothing is on order under {expected}: announce it first, or correct the id")]
    #[kind(NotFound)]
    UnknownExpected {
        /// The id as given.
        expected: Id<Expected>,
    },
    /// A receipt that is not of what was ordered.
    #[error(
        "the receipt's {field} is not that of order line {expected}: make it the same, or receive it without the order"
    )]
    #[kind(Invalid)]
    ExpectedDiffers {
        /// Which.
        expected: Id<Expected>,
        /// Which field.
        field: &'static str,
    },
}
