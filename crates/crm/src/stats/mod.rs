//! Whether a difference is more than chance: for A/B tests, holdouts and segments.
//!
//! - [`Proportion`]: a rate with its bounds (Wilson; Clopper and Pearson).
//! - [`Comparison`]: two rates: z test, bounds of the difference (Newcombe), Fisher's exact test, lift.
//! - [`sample_size`]: how many it takes to see a difference.
//! - [`sample_ratio_mismatch`]: whether the groups of an experiment are as large as they were meant to be.
//! - [`Experiment`]: who is in which group, the same wherever and whenever it is asked.

mod assign;
mod chi_square;
mod compare;
mod normal;
mod power;
mod proportion;

pub use assign::Experiment;
pub use chi_square::{ChiSquare, sample_ratio_mismatch};
pub use compare::Comparison;
pub use power::{SampleSize, power, sample_size};
pub use proportion::Proportion;

#[cfg(test)]
mod tests;
