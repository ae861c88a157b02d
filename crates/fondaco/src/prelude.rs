//! What nearly every program names, for `use fondaco::prelude::*;`.
//!
//! A name is here when it is hard to use an engine without it and hard to mistake for something
//! else. Everything remains reachable under its module too.

pub use fondaco_core::{Currency, Money, Rate, Rounding};
