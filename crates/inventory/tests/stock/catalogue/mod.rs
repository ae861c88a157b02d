//! Items, units, variants, categories, lots, sites and locations.

mod cases;
mod commands;
mod failures;
mod held;
mod host;
mod queries;
mod races;
mod refusals;
mod trees;
