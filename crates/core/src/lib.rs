//! The ground of Fondaco: exact values, the storage contract, and the unit of work every engine acts in.

// So that what the derive macros write is right inside this crate too.
extern crate self as fondaco_core;

#[macro_use]
mod serde_as_text;

pub mod allocation;
pub mod calendar;
pub mod chain;
pub mod copy;
pub mod currency;
pub mod date_range;
pub mod day_count;
pub mod digest;
pub mod fiscal;
pub mod job;
pub mod store;
pub mod terms;

pub mod decimal;
pub mod id;
#[cfg(feature = "import")]
pub mod import;
pub mod input;
pub mod map;
pub mod money;
pub mod party;
pub mod quantity;
pub mod rate;
pub mod ratio;
pub mod recurrence;
pub mod report;
pub mod rounding;
pub mod timeline;
pub mod timestamp;

mod act;
pub mod driver;
pub mod due;
pub mod engine;
pub mod enter;
mod names;
pub mod news;
pub mod office;
pub mod policy;
mod progress;
pub mod proof;
pub mod trace;
pub mod tree;
pub mod tx;

pub use act::Act;
pub use allocation::{AllocationError, Residual, allocate};
pub use currency::{CashRounding, Currency};
pub use date_range::{DateRange, DateRangeError};
pub use driver::{AsyncDriver, Done, Driver};
pub use engine::Engine;
pub use fiscal::{FiscalCalendar, FiscalError, FiscalPeriod, FiscalYear};
pub use fondaco_derive::{ErrorCode, Outcome};
pub use id::{Id, IdError, IdRun};
pub use input::InputError;
pub use job::{Job, JobCall, JobDone, JobError, JobId, JobState, JobStatus, Step};
pub use money::{Money, MoneyError};
pub use names::{
    ActorId, AnyDocument, AnyItem, AnySite, CommandId, CompanyId, DocumentId, ErrorKind, ItemId,
    PartyId, SiteId, is_code,
};
pub use office::{AsyncOffice, Office};
pub use party::Party;
pub use progress::{Progress, Progressed};
pub use quantity::{Conversion, Conversions, Dimension, Quantity, QuantityError, Unit, UnitPrice};
pub use rate::Rate;
pub use ratio::{Ratio, RatioError};
pub use recurrence::{Recurrence, RecurrenceError};
pub use rounding::Rounding;
pub use timeline::Timeline;
pub use timestamp::{Timestamp, TimestampError};
pub use tx::{
    ActError, Added, Drew, Envelope, Filtered, GuardCount, Halt, IndexOf, Needs, Outcome, Range,
    Reading, RowFilter, Tx, View,
};
