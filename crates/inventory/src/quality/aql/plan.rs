//! Single sampling plans: tables II-A, II-B and II-C as the rule behind their diagonals.

use super::{CodeLetter, InspectionLevel, code_letter};
use crate::KernelError;
use crate::error::positive;

/// The acceptance quality limits of the standard: in percent nonconforming up to 10, and in nonconformities per 100 items.
pub const AQLS: [f64; 26] = [
    0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0,
    15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0,
];

/// Sample sizes of normal and tightened plans, A to S: a rounded series of R. Renard's fifth roots of ten.
const SIZES: [u64; 17] =
    [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150];

/// Sample sizes of reduced plans, A to R.
const REDUCED_SIZES: [u64; 16] = [2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800];

/// How strictly a supplier's lots are inspected, by how the last ones were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Severity {
    /// Table II-A: how it begins.
    #[default]
    Normal,
    /// Table II-B: after lots that were not accepted.
    Tightened,
    /// Table II-C of MIL-STD-105E and Z1.4: after many good lots.
    Reduced,
}

/// A single sampling plan, with the arrows of the tables followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SamplingPlan {
    /// The letter of the lot and the level.
    pub code_letter: CodeLetter,
    /// The letter whose plan is used: another where the table has an arrow.
    pub plan_letter: CodeLetter,
    /// How many to inspect: at most the lot.
    pub sample_size: u64,
    /// Whether the whole lot is inspected, because the sample would be at least as large.
    pub full_inspection: bool,
    /// With so many nonconforming or fewer the lot is accepted.
    pub accept: u32,
    /// With so many or more it is not. Only reduced plans leave a gap between the two.
    pub reject: u32,
    /// The acceptance number of the same sample at the next tighter AQL, which [`Switching`](super::Switching) asks for where
    /// `accept` is 2 or more.
    pub accept_one_step_tighter: Option<u32>,
}

/// What a sample says of its lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The lot is accepted.
    Accepted,
    /// The lot is accepted, but the next one is inspected normally: in the gap of a reduced plan.
    AcceptedAtTheLimit,
    /// The lot is not accepted.
    NotAccepted,
}

impl SamplingPlan {
    /// What so many nonconforming in the sample say.
    ///
    /// ```
    /// use fondaco_inventory::quality::{InspectionLevel, Severity, Verdict, single_plan};
    /// let plan = single_plan(1_000, InspectionLevel::II, 1.0, Severity::Reduced)?;
    /// assert_eq!((plan.sample_size, plan.accept, plan.reject), (32, 1, 3));
    /// assert_eq!(plan.verdict(2), Verdict::AcceptedAtTheLimit);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn verdict(&self, nonconforming: u32) -> Verdict {
        match nonconforming {
            few if few <= self.accept => Verdict::Accepted,
            some if some < self.reject => Verdict::AcceptedAtTheLimit,
            _ => Verdict::NotAccepted,
        }
    }
}

/// The single sampling plan for a lot, at an inspection level, an AQL of the standard in percent (or nonconformities per 100 items),
/// and a severity.
///
/// # Errors
/// When the lot is empty, or the standard has no such AQL.
///
/// ```
/// use fondaco_inventory::quality::{InspectionLevel, Severity, single_plan};
/// let plan = single_plan(1_000, InspectionLevel::II, 1.0, Severity::Normal)?;
/// assert_eq!((plan.sample_size, plan.accept, plan.reject), (80, 2, 3));
/// let plan = single_plan(1_000, InspectionLevel::II, 1.0, Severity::Tightened)?;
/// assert_eq!((plan.sample_size, plan.accept), (80, 1));
/// // An arrow down: the sample of L, which is more than the lot.
/// let plan = single_plan(100, InspectionLevel::II, 0.065, Severity::Normal)?;
/// assert_eq!((plan.plan_letter.letter(), plan.sample_size, plan.full_inspection), ('L', 100, true));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn single_plan(
    lot_size: u64,
    level: InspectionLevel,
    aql_percent: f64,
    severity: Severity,
) -> Result<SamplingPlan, KernelError> {
    let code_letter = code_letter(lot_size, level)?;
    let aql = column(aql_percent)?;
    let (letter, accept, reject) = followed(severity, code_letter.0, aql)?;
    let size = match severity {
        Severity::Reduced => REDUCED_SIZES[letter],
        Severity::Normal | Severity::Tightened => SIZES[letter],
    };
    let tighter = aql.checked_sub(1).and_then(|aql| cell(severity, letter, aql).plan());
    Ok(SamplingPlan {
        code_letter,
        plan_letter: CodeLetter(letter),
        sample_size: size.min(lot_size),
        full_inspection: size >= lot_size,
        accept,
        reject,
        accept_one_step_tighter: tighter.map(|(accept, _)| accept).filter(|_| accept >= 2),
    })
}

fn column(aql_percent: f64) -> Result<usize, KernelError> {
    let value = positive("aql_percent", aql_percent)?;
    let same = |aql: &f64| (aql - value).abs() <= 1e-9 * aql;
    AQLS.iter().position(same).ok_or(KernelError::Contradiction {
        field: "aql_percent",
        value,
        other: "the standard has 0.01, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.25, 0.4, 0.65 and so on up to 1000",
        way_out: "give the next lower of these",
    })
}

/// A cell of a table.
#[derive(Clone, Copy)]
enum Cell {
    Plan(u32, u32),
    Down,
    Up,
}

impl Cell {
    fn plan(self) -> Option<(u32, u32)> {
        match self {
            Cell::Plan(accept, reject) => Some((accept, reject)),
            Cell::Down | Cell::Up => None,
        }
    }
}

/// The plan of a cell, or the first one where its arrow leads. At the edge of the table an arrow that finds nothing turns round.
fn followed(
    severity: Severity,
    letter: usize,
    aql: usize,
) -> Result<(usize, u32, u32), KernelError> {
    // Only tightened plans know the letter S.
    let letters = if severity == Severity::Tightened { 17 } else { 16 };
    let plan = |letter: usize| {
        let (accept, reject) = cell(severity, letter, aql).plan()?;
        Some((letter, accept, reject))
    };
    let down = || (letter..letters).find_map(plan);
    let up = || (0..=letter).rev().find_map(plan);
    let found = match cell(severity, letter, aql) {
        Cell::Up => up().or_else(down),
        Cell::Down | Cell::Plan(..) => down().or_else(up),
    };
    let (what, why) = ("the sampling plan", "the table has no plan for this AQL");
    found.ok_or(KernelError::NoAnswer { what, why })
}

/// Along a diagonal `letter + aql` is the same, and so is the cell.
fn cell(severity: Severity, letter: usize, aql: usize) -> Cell {
    match severity {
        Severity::Normal => normal(letter, letter + aql),
        Severity::Tightened => tightened(letter, letter + aql),
        Severity::Reduced => reduced(letter, aql),
    }
}

/// The largest acceptance numbers are only there for the five smallest samples.
const LAST_SMALL: usize = 4;

fn normal(letter: usize, diagonal: usize) -> Cell {
    const ACCEPT: [u32; 10] = [1, 2, 3, 5, 7, 10, 14, 21, 30, 44];
    match diagonal {
        ..14 | 16 => Cell::Down,
        14 => Cell::Plan(0, 1),
        15 => Cell::Up,
        _ => from_series(&ACCEPT, letter, diagonal - 17),
    }
}

fn tightened(letter: usize, diagonal: usize) -> Cell {
    const ACCEPT: [u32; 9] = [1, 2, 3, 5, 8, 12, 18, 27, 41];
    match diagonal {
        ..15 | 16 | 17 => Cell::Down,
        15 if letter == 0 => Cell::Down,
        15 => Cell::Plan(0, 1),
        _ => from_series(&ACCEPT, letter, diagonal - 18),
    }
}

fn from_series(accept: &[u32], letter: usize, place: usize) -> Cell {
    let last = accept.len() - if letter <= LAST_SMALL { 0 } else { 2 };
    accept[..last].get(place).map_or(Cell::Up, |accept| Cell::Plan(*accept, accept + 1))
}

fn reduced(letter: usize, aql: usize) -> Cell {
    const PLANS: [(u32, u32); 10] =
        [(0, 2), (1, 3), (1, 4), (2, 5), (3, 6), (5, 8), (7, 10), (10, 13), (14, 17), (21, 24)];
    // A and B have the sample of C, and plans of their own where the AQL is large.
    const OF_A: [(u32, u32); 9] =
        [(1, 2), (2, 3), (3, 4), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31)];
    const OF_B: [(u32, u32); 10] =
        [(0, 2), (1, 3), (2, 4), (3, 5), (5, 6), (7, 8), (10, 11), (14, 15), (21, 22), (30, 31)];
    let diagonal = letter + aql;
    let of = |plans: &[(u32, u32)], place: usize| {
        plans.get(place).map_or(Cell::Up, |(accept, reject)| Cell::Plan(*accept, *reject))
    };
    match (letter, diagonal) {
        (_, ..14 | 16) => Cell::Down,
        (_, 14) => Cell::Plan(0, 1),
        (0, 15) => Cell::Down,
        (_, 15) => Cell::Up,
        (0, _) => of(&OF_A, aql - 17),
        (1, _) => of(&OF_B, aql - 16),
        (..=LAST_SMALL, _) => of(&PLANS, diagonal - 17),
        _ => of(&PLANS[..8], diagonal - 17),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(lot: u64, aql: f64, severity: Severity) -> (u64, u32, u32) {
        let plan = single_plan(lot, InspectionLevel::II, aql, severity).unwrap();
        (plan.sample_size, plan.accept, plan.reject)
    }

    /// Plans as they are printed in MIL-STD-105E.
    #[test]
    fn published_plans() {
        // Letter J.
        let tightened = [(1.0, 1), (1.5, 2), (2.5, 3), (4.0, 5), (6.5, 8), (10.0, 12), (15.0, 18)];
        for (aql, accept) in tightened {
            assert_eq!(plan(1_000, aql, Severity::Tightened), (80, accept, accept + 1));
        }
        // Letters J, K: arrows.
        assert_eq!(plan(1_000, 0.25, Severity::Tightened), (80, 0, 1));
        assert_eq!(plan(1_000, 0.40, Severity::Tightened), (200, 1, 2));
        assert_eq!(plan(1_000, 0.65, Severity::Tightened), (125, 1, 2));
        let reduced =
            [(1.0, 1, 3), (1.5, 1, 4), (2.5, 2, 5), (4.0, 3, 6), (6.5, 5, 8), (15.0, 10, 13)];
        for (aql, accept, reject) in reduced {
            assert_eq!(plan(1_000, aql, Severity::Reduced), (32, accept, reject));
        }
        assert_eq!(plan(1_000, 0.15, Severity::Reduced), (32, 0, 1));
        assert_eq!(plan(5, 25.0, Severity::Reduced), (2, 1, 2));
    }

    #[test]
    fn the_strictest_tightened_plan_has_a_letter_of_its_own() {
        let plan =
            single_plan(1_000_000, InspectionLevel::III, 0.025, Severity::Tightened).unwrap();
        assert_eq!((plan.plan_letter.letter(), plan.sample_size, plan.accept), ('S', 3150, 1));
    }

    #[test]
    fn every_cell_leads_to_a_plan_and_tightened_is_stricter() {
        use super::super::super::acceptance::{Model, SinglePlan};
        for letter in 0..16 {
            for (place, aql) in AQLS.iter().enumerate() {
                let of = |severity| followed(severity, letter, place).unwrap();
                let (normal, accept, _) = of(Severity::Normal);
                let (tight, tight_accept, _) = of(Severity::Tightened);
                of(Severity::Reduced);
                let pass = |letter: usize, accept: u32| {
                    let plan = SinglePlan::new(SIZES[letter], accept.into());
                    plan.acceptance(aql / 100.0, Model::Poisson).unwrap()
                };
                assert!(pass(tight, tight_accept) <= pass(normal, accept) + 1e-9, "{letter} {aql}");
            }
        }
    }

    #[test]
    fn an_aql_that_the_standard_has_not_is_refused() {
        let of = |aql| single_plan(100, InspectionLevel::II, aql, Severity::Normal).unwrap_err();
        assert!(of(0.7).to_string().starts_with("aql_percent is 0.7, but the standard has 0.01"));
        assert_eq!(of(0.0).to_string(), "aql_percent is 0: give a number above zero");
        assert!(single_plan(0, InspectionLevel::II, 1.0, Severity::Normal).is_err());
    }
}
