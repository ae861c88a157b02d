//! The rules of countries, each a file with its legal sources, and proven by cases of its authority (`tests/oracles/payroll`).
//!
//! A country needs no code: [`RuleSet::from_toml`](crate::RuleSet::from_toml) reads a file of yours like these. Where an authority writes
//! several inputs as one text, such as a tax code, a function here reads it. States of the Union are parts of files, read behind the federal
//! one: [`united_states::with_states`].

#[cfg(test)]
mod any_inputs;
pub mod canada;
pub mod estonia;
pub mod france;
pub mod germany;
pub mod united_kingdom;
pub mod united_states;
pub mod us_labour;

pub use canada::canada;
pub use estonia::estonia;
pub use france::france;
pub use germany::germany;
pub use united_kingdom::united_kingdom;
pub use united_states::united_states;
pub use us_labour::us_labour;
