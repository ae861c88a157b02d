//! Sampling plans for inspection by attributes: ISO 2859-1, ANSI/ASQ Z1.4, MIL-STD-105E.
//!
//! A lot's size and the inspection level give a code letter (table I); letter and acceptance quality limit (AQL) give a single plan
//! (tables II-A, II-B, II-C): so many to inspect, accepted with so many nonconforming, rejected with so many. The tables are regular:
//! along a diagonal, where letters and AQLs grow against one another, all plans have the same acceptance number. They are written
//! here as that rule and its few exceptions, and their arrows are followed.
//!
//! Normal and tightened plans are the same in all three standards. The reduced ones are those of MIL-STD-105E and ANSI/ASQ
//! Z1.4-2003, which leave a gap between acceptance and rejection; ISO 2859-1:1999 closed it with other numbers. MIL-STD-105E is a work of
//! the US government. All three tables were compared, arrows followed, with those of the R package AQLSchemes: they agree in all 1,248
//! cells. (Planesmuestra, another, reads one diagonal of table II-B otherwise, where the standard's arrow is two cells long.)

use std::fmt;

mod plan;
mod switching;

pub use plan::{AQLS, SamplingPlan, Severity, Verdict, single_plan};
pub use switching::Switching;

use crate::KernelError;

/// How many are inspected of a lot, for the same AQL: the special levels S-1 to S-4 for costly tests, the general ones I to III.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum InspectionLevel {
    /// Special level S-1, the smallest samples.
    S1,
    /// Special level S-2.
    S2,
    /// Special level S-3.
    S3,
    /// Special level S-4.
    S4,
    /// General level I, where less discrimination is enough.
    I,
    /// General level II, what is meant where none is said.
    #[default]
    II,
    /// General level III, where more is needed.
    III,
}

impl InspectionLevel {
    /// The level by its name in the standard.
    ///
    /// ```
    /// use fondaco_inventory::quality::InspectionLevel;
    /// assert_eq!(InspectionLevel::parse("S-3"), Some(InspectionLevel::S3));
    /// assert_eq!(InspectionLevel::parse("IV"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Option<InspectionLevel> {
        Some(match name {
            "S-1" | "S1" => InspectionLevel::S1,
            "S-2" | "S2" => InspectionLevel::S2,
            "S-3" | "S3" => InspectionLevel::S3,
            "S-4" | "S4" => InspectionLevel::S4,
            "I" => InspectionLevel::I,
            "II" => InspectionLevel::II,
            "III" => InspectionLevel::III,
            _ => return None,
        })
    }
}

/// The letters of the standard; S is only there for tightened plans.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRS";

/// A sample size code letter: A to H, J to N, P to S.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeLetter(usize);

impl CodeLetter {
    /// The letter itself.
    #[must_use]
    pub fn letter(self) -> char {
        LETTERS.get(self.0).map_or('?', |letter| char::from(*letter))
    }
}

impl fmt::Display for CodeLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// Table I: the last lot size of each row, and the letters of the levels S-1, S-2, S-3, S-4, I, II and III.
const TABLE_I: &[(u64, &[u8; 7])] = &[
    (8, b"AAAAAAB"),
    (15, b"AAAAABC"),
    (25, b"AABBBCD"),
    (50, b"ABBCCDE"),
    (90, b"BBCCCEF"),
    (150, b"BBCDDFG"),
    (280, b"BCDEEGH"),
    (500, b"BCDEFHJ"),
    (1_200, b"CCEFGJK"),
    (3_200, b"CDEGHKL"),
    (10_000, b"CDFGJLM"),
    (35_000, b"CDFHKMN"),
    (150_000, b"DEGJLNP"),
    (500_000, b"DEGJMPQ"),
    (u64::MAX, b"DEHKNQR"),
];

/// The code letter of a lot (table I). The table begins with lots of two; a lot of one is inspected whole by any plan.
///
/// # Errors
/// When the lot is empty.
///
/// ```
/// use fondaco_inventory::quality::{InspectionLevel, code_letter};
/// assert_eq!(code_letter(1_000, InspectionLevel::II)?.letter(), 'J');
/// assert_eq!(code_letter(1_000, InspectionLevel::S2)?.letter(), 'C');
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn code_letter(lot_size: u64, level: InspectionLevel) -> Result<CodeLetter, KernelError> {
    if lot_size == 0 {
        return Err(KernelError::NotPositive { field: "lot_size", value: 0.0 });
    }
    let row = TABLE_I.partition_point(|(last, _)| *last < lot_size);
    let letter = TABLE_I.get(row).map(|(_, letters)| letters[level as usize]);
    let place = LETTERS.iter().position(|of| Some(*of) == letter);
    Ok(CodeLetter(place.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_grow_with_the_lot_and_the_level() {
        let levels = ["S-1", "S-2", "S-3", "S-4", "I", "II", "III"];
        let levels = levels.map(|name| InspectionLevel::parse(name).unwrap());
        let of = |lot| levels.map(|level| code_letter(lot, level).unwrap());
        let sizes: Vec<u64> = TABLE_I.iter().map(|(last, _)| *last).collect();
        for pair in sizes.windows(2) {
            assert!(of(pair[0]).iter().zip(of(pair[1])).all(|(a, b)| *a <= b));
            assert!(of(pair[0])[..4].is_sorted() && of(pair[0])[4..].is_sorted());
            assert_eq!(of(pair[0] + 1), of(pair[1]));
        }
    }

    #[test]
    fn a_lot_of_nothing_is_refused() {
        let error = code_letter(0, InspectionLevel::II).unwrap_err();
        assert_eq!(error.to_string(), "lot_size is 0: give a number above zero");
        assert_eq!(code_letter(1, InspectionLevel::III).unwrap().letter(), 'B');
    }
}
