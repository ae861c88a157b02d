//! Names for scores.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Scores;

/// Customers whose scores lie within ranges, by a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What they are called.
    pub name: String,
    /// Scores of recency.
    pub recency: RangeInclusive<u8>,
    /// Scores of frequency.
    pub frequency: RangeInclusive<u8>,
    /// Scores of money; any, where nothing is said.
    pub money: Option<RangeInclusive<u8>>,
}

impl Cell {
    /// Whether a customer with these scores is one of them.
    #[must_use]
    pub fn has(&self, scores: Scores) -> bool {
        let money = self.money.as_ref().is_none_or(|range| range.contains(&scores.money));
        self.recency.contains(&scores.recency)
            && self.frequency.contains(&scores.frequency)
            && money
    }
}

/// The first cell that has a customer with these scores.
#[must_use]
pub fn cell_of(cells: &[Cell], scores: Scores) -> Option<&Cell> {
    cells.iter().find(|cell| cell.has(scores))
}

/// The usual ten names over five scores of recency and five of frequency, which leave out no one.
#[must_use]
pub fn standard_cells() -> Vec<Cell> {
    let cell = |name: &str, recency, frequency| Cell {
        name: name.to_owned(),
        recency,
        frequency,
        money: None,
    };
    vec![
        cell("champions", 5..=5, 4..=5),
        cell("loyal", 3..=4, 4..=5),
        cell("potential loyalists", 4..=5, 2..=3),
        cell("new customers", 5..=5, 1..=1),
        cell("promising", 4..=4, 1..=1),
        cell("need attention", 3..=3, 3..=3),
        cell("about to sleep", 3..=3, 1..=2),
        cell("cannot lose them", 1..=2, 5..=5),
        cell("at risk", 1..=2, 3..=4),
        cell("hibernating", 1..=2, 1..=2),
    ]
}
