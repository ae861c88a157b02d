//! The unit of work.
pub(crate) mod guard;
mod scan;
pub use guard::GuardCount;
pub use scan::IndexOf;
