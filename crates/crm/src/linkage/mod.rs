//! Which records are of one person: probabilistic record linkage (Fellegi and Sunter, 1969).
//!
//! [`Records`] are rows of texts. [`candidates`] are pairs that share a key, as not every pair can be looked at. A [`Comparison`] says how alike two values of a column are, in levels. A [`Linker`]
//! knows, for each level, how often pairs of one person (`m`) and of two (`u`) agree so; it is [learned](Linker::learn) of the pairs themselves, without examples
//! (expectation and maximisation; Winkler, 1988), and [weighs](Linker::weigh) a pair with the reasons. Rare values that agree count for more, as in Splink. Nothing that is missing counts either way.
//!
//! What is found is a probability: who merges records decides where it is high enough, and [`groups`] joins them.
//!
//! ```
//! use fondaco_crm::linkage::{Comparison, Level, Linker, Records, candidates};
//!
//! let people = Records::new(["given", "surname", "born"], [
//!     ["Anna", "Berger", "1980-03-01"], ["Ana", "Berger", "1980-03-01"], ["Otto", "Berger", "1951-07-09"],
//! ].map(|row| row.map(Some)))?;
//! let linker = Linker::new([
//!     Comparison::new("given", [Level::Exact, Level::JaroWinkler(0.9)]),
//!     Comparison::new("born", [Level::Exact]),
//! ])?;
//! let pairs = candidates(&people, &[&["surname"]])?;
//! assert_eq!(pairs.len(), 3);
//! let same = linker.weigh(&people, (0, 1))?;
//! let other = linker.weigh(&people, (0, 2))?;
//! assert!(same.probability > 0.5 && other.probability < 0.01);
//! # Ok::<(), fondaco_crm::KernelError>(())
//! ```

mod block;
mod compare;
mod groups;
mod learn;
mod linker;
mod records;

pub use block::{Pair, candidates, candidates_between};
pub use compare::{Comparison, Level};
pub use groups::{best_matches, groups};
pub use learn::{Learning, Round};
pub use linker::{Linker, Reason, Weighed};
pub use records::Records;

#[cfg(test)]
mod tests;
