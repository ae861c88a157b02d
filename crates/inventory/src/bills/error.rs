//! Why a bill of material is refused.

use fondaco_core::{DateRange, ErrorCode};
use smol_str::SmolStr;

/// What is wrong with a bill of material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum BillError {
    /// No such bill.
    #[error("{item} has no bill of material {version}: set it first, or correct the version")]
    #[kind(NotFound)]
    UnknownBill {
        /// The item, by its code or its id.
        item: SmolStr,
        /// The version as given.
        version: SmolStr,
    },
    /// A figure that can't be.
    #[error("{field} of bill {version} of {item} is {value}, which {why}")]
    #[kind(Invalid)]
    BadBill {
        /// The item's code.
        item: SmolStr,
        /// The version.
        version: SmolStr,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// A figure of a line that can't be.
    #[error("{field} of {component} in bill {version} of {item} is {value}, which {why}")]
    #[kind(Invalid)]
    BadBillLine {
        /// The item's code.
        item: SmolStr,
        /// The version.
        version: SmolStr,
        /// What goes in or comes out, by its code.
        component: SmolStr,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// Two bills of which nothing says which one holds.
    #[error(
        "bills {version} and {other} of {item} both hold in {days}: end one before, or give them different priorities"
    )]
    #[kind(Conflict)]
    BillsOverlap {
        /// The item's code.
        item: SmolStr,
        /// One.
        version: SmolStr,
        /// The other.
        other: SmolStr,
        /// The days on which both do.
        days: DateRange,
    },
    /// Something that would be made of itself.
    #[error("{} would be made of itself: take one of these lines out", around(path))]
    #[kind(Invalid)]
    BillCycle {
        /// The codes: each is made of the next one, and the last of the first.
        path: Vec<SmolStr>,
    },
    /// More below it than anybody makes.
    #[error(
        "what is made of bills below {item} goes beyond {most_levels} levels or {most_items} items: look for a mistake in them"
    )]
    #[kind(Refused)]
    BillTooLarge {
        /// The item's code.
        item: SmolStr,
        /// How many levels there can be.
        most_levels: u32,
        /// How many items.
        most_items: u32,
    },
}

/// `A -> B -> A`, of a long way the beginning and the end.
fn around(path: &[SmolStr]) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = path.iter().chain(path.first()).map(SmolStr::as_str).collect();
    let (first, last) = (names.len().min(SHOWN), names.len().saturating_sub(2));
    if names.len() <= SHOWN + 2 {
        return names.join(" -> ");
    }
    let (head, tail) = (names[..first].join(" -> "), names[last..].join(" -> "));
    format!("{head} -> ({} more) -> {tail}", last - first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_round_is_told_with_its_end_and_not_all_of_it() {
        let path = |count: usize| (0..count).map(|at| SmolStr::from(format!("P{at}"))).collect();
        let told = |count| BillError::BillCycle { path: path(count) }.to_string();
        assert!(told(2).starts_with("P0 -> P1 -> P0 would be"));
        assert!(told(200).contains("P11 -> (187 more) -> P199 -> P0"), "{}", told(200));
    }
}
