//! Items, units, variants, categories, lots, sites and locations.

mod cases;
mod commands;
mod failures;
mod host;
mod queries;
mod refusals;
mod trees;
