//! Random predicates over random lives, held against [`naive`](super::naive); texts; what is refused.

mod against_naive;
pub(crate) mod any;
mod insight;
mod live;
mod refused;
mod texts;
