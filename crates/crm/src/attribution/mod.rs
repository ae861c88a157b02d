//! Which channel brought a conversion: rules of thumb, and what would be missing without it.
//!
//! A [`Journey`] is a list of channels in the order in which people met them, with how often it ended in a conversion, in nothing, and what it was worth. A [`Rule`] shares the
//! conversions of each journey out by places; [`shapley`] equally among its channels, which is the fair division of the game in which channels bring what
//! journeys through them alone do; [`Markov`] by how many conversions would be lost, were a channel not there (Anderl, Becker, von Wangenheim and Schumann, 2016), solved
//! exactly and not by simulation. Worth is shared out as a statistic; amounts that are posted are split by core's allocation.
//!
//! ```
//! use fondaco_crm::attribution::{Journey, Markov, Rule, credits};
//!
//! let journeys = [
//!     Journey { channels: vec!["ad", "mail"], conversions: 30.0, nothing: 70.0, worth: 900.0 },
//!     Journey { channels: vec!["mail"], conversions: 10.0, nothing: 90.0, worth: 200.0 },
//! ];
//! let last = credits(&journeys, Rule::Last)?;
//! assert_eq!((last[1].channel, last[1].conversions), ("mail", 40.0));
//! let removal = Markov::of(&journeys)?.removal_effects();
//! assert!((removal[0].1 - 0.5).abs() < 1e-12, "half of all journeys begin with the ad, and would be gone");
//! # Ok::<(), fondaco_crm::KernelError>(())
//! ```

mod markov;
mod rules;

pub use markov::Markov;
pub use rules::{Credit, Journey, Rule, credits, shapley};

#[cfg(test)]
mod tests;
