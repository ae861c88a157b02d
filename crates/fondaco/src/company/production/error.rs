//! Why something can't be done of a work order.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, Quantity};
use smol_str::SmolStr;

/// What work orders refuse beside what all documents do.
#[derive(Debug, Clone, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "company")]
#[non_exhaustive]
pub enum WorkError {
    /// Nothing says what an item is made of.
    #[error(
        "{document}: no bill of material of item {item} holds on {date}: set one with SetBills, or give the order its material"
    )]
    #[kind(Refused)]
    NoBill {
        /// The work order.
        document: SmolStr,
        /// The item's code.
        item: SmolStr,
        /// On which day.
        date: NaiveDate,
    },
    /// A version of a bill that there is not.
    #[error(
        "{document}: item {item} has no bill of material of version {version}: name another, or leave it out for the one that holds"
    )]
    #[kind(NotFound)]
    NoVersion {
        /// The work order.
        document: SmolStr,
        /// The item's code.
        item: SmolStr,
        /// The version.
        version: SmolStr,
    },
    /// A firm order that can't be carried out.
    #[error("{document}: the firm order {firm} is {status}: take one that is firm")]
    #[kind(Refused)]
    FirmOrderOver {
        /// The work order.
        document: SmolStr,
        /// The firm order.
        firm: SmolStr,
        /// How it stands.
        status: &'static str,
    },
    /// More is made than its material was issued for.
    #[error(
        "{document}: what is made takes {takes} of {item}, and {issued} was issued to {order}, line {line}: issue the rest, complete less, complete with backflush, or say that it was made of what was issued"
    )]
    #[kind(Refused)]
    NotIssued {
        /// The completion.
        document: SmolStr,
        /// The work order.
        order: SmolStr,
        /// Its line.
        line: u32,
        /// The code of the component.
        item: SmolStr,
        /// How much what is made takes, with what was made before.
        takes: Quantity,
        /// How much was issued.
        issued: Quantity,
    },
    /// Something is made before what it costs went in.
    #[error(
        "{document}: on {date} {order} had cost {cost}, and what is made costs {takes}: some of that came on later days; give a later day, or take back what was booked too late"
    )]
    #[kind(Refused)]
    MadeTooEarly {
        /// The completion.
        document: SmolStr,
        /// The work order.
        order: SmolStr,
        /// The day.
        date: chrono::NaiveDate,
        /// What the order had cost by then, less what was made of it.
        cost: fondaco_core::Money,
        /// What goes with what is made.
        takes: fondaco_core::Money,
    },
    /// An order is closed before what it cost.
    #[error(
        "{document}: something of {order} was recorded for {last}, after {date}: close it on that day or later, or take back what was booked too late"
    )]
    #[kind(Refused)]
    ClosedTooEarly {
        /// The closing.
        document: SmolStr,
        /// The work order.
        order: SmolStr,
        /// The day of the closing.
        date: chrono::NaiveDate,
        /// The last day on which something was recorded.
        last: chrono::NaiveDate,
    },
    /// More is made than was ordered.
    #[error(
        "{document}: {wanted} is more than the {left} that is left to make of {order}: complete less, or plan another order for the rest"
    )]
    #[kind(Refused)]
    OverMade {
        /// The completion.
        document: SmolStr,
        /// The work order.
        order: SmolStr,
        /// What was wanted, good or not.
        wanted: Quantity,
        /// What is left.
        left: Quantity,
    },
    /// Hours whose cost nobody knows.
    #[error(
        "{document}, line {line}: work centre {centre} has no rate for {kind}: set it with SetWorkCentres, or give the rate"
    )]
    #[kind(Refused)]
    NoRate {
        /// The document.
        document: SmolStr,
        /// The line, from 1.
        line: u32,
        /// The centre's code.
        centre: SmolStr,
        /// Labour or overhead.
        kind: &'static str,
    },
    /// A line that is something else.
    #[error("{document}, line {line}: it is {kind}, and {wanted} can be {act}")]
    #[kind(Refused)]
    OtherLine {
        /// The work order.
        document: SmolStr,
        /// Its line.
        line: u32,
        /// What it is.
        kind: &'static str,
        /// What it should be.
        wanted: &'static str,
        /// What should be done.
        act: &'static str,
    },
    /// Shares of by-products that leave nothing for what is made.
    #[error("{document}: by-products take {shares} of the cost: leave something for what is made")]
    #[kind(Invalid)]
    AllShared {
        /// The work order.
        document: SmolStr,
        /// What the shares come to.
        shares: SmolStr,
    },
}
