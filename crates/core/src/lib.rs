//! The ground of Fondaco: exact values, the storage contract, and the unit of work every engine acts in.

pub mod currency;
pub mod decimal;
pub mod id;
pub mod money;
pub mod rate;
pub mod rounding;
pub mod timestamp;

pub use currency::{CashRounding, Currency};
pub use id::{Id, IdError, IdRun};
pub use money::{Money, MoneyError};
pub use rate::Rate;
pub use rounding::Rounding;
pub use timestamp::{Timestamp, TimestampError};
