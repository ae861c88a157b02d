//! Understanding a segment: why somebody is in or out, how large it is before it is saved, what it shares with others, and what sets its members
//! apart.

mod estimate;
mod explain;
mod figure;
mod overlap;
mod profile;
mod sources;

pub use estimate::{Difference, Estimate};
pub use explain::{Explanation, Flip, Why};
pub use overlap::Overlap;
pub use profile::Share;
pub use sources::split;
