//! Capacity: what machines are loaded with, when orders can be made on them, and what can be promised.
//!
//! A [`Plant`] is its work centres ([`WorkCentre`]: machines, hours, setup times by sequence) and routings ([`Routing`]: what is done where,
//! for how long, with which materials, after what) over a horizon. [`Plant::rough_cut`] loads orders onto it as if there were machines
//! without end and names the bottlenecks. A [`Plan`] is what is booked on its machines and taken of its materials:
//! [`Plan::schedule`] places orders, forward or backward, by priorities; [`Plan::promise`] says when one more could be ready, and
//! [`Plan::reserve`] takes machines and materials for it, until [`Plan::release`]; [`Plan::what_would_help`] says what a late one waits
//! for.
//!
//! Orders are placed one after the other (list scheduling; M. Pinedo, *Scheduling*, ch. 14; K. R. Baker, D. Trietsch, *Principles of
//! Sequencing and Scheduling*, ch. 14): in the order of a rule, each operation at the first time, or the last, that its machine,
//! materials and operations before it allow. The same orders give the same plan. No machine is ever booked twice, nothing runs while
//! it is closed, and who waited for what is told.
//!
//! What is not done when its machine closes goes on when that opens again. A machine's time is reckoned in its working time, in which
//! closed hours are not: there an operation is one piece. What is free between bookings is indexed, so that a promise looks at few of
//! them, however many there are.

mod dispatch;
mod error;
mod explain;
mod help;
mod load;
mod place;
mod plan;
mod plant;
mod promise;
mod routing;
mod show;
mod spans;
mod supply;
mod timeline;

pub use dispatch::{Direction, Order, Rule};
pub use error::SchedulingError;
pub use help::{More, Relief};
pub use load::{Load, bottlenecks};
pub use place::{Placed, Scheduled, Waited};
pub use plan::Plan;
pub use plant::{Plant, SetupTimes, WorkCentre};
pub use promise::{Promise, Request};
pub use routing::{Operation, Routing, RunTime};
pub use supply::Supply;

#[cfg(test)]
mod tests;
