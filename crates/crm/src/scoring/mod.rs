//! How likely somebody buys.
//!
//! [`rules`] has scores by rules that people write. [`learned`] has scores that are learned of the past: models, how good they are, and why a score is what
//! it is.

pub mod learned;
pub mod rules;
