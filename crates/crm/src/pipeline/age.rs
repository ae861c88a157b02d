//! How likely a deal is won that has been open so long.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Deal, Outcome, cycles};
use crate::KernelError;
use crate::numeric::quantile;

/// Deals that were still open at an age, by how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeChance {
    /// Days since they were opened.
    pub age_days: i64,
    /// How many of them were won in the end.
    pub won: usize,
    /// How many were lost.
    pub lost: usize,
}

impl AgeChance {
    /// The part that was won; nothing where none had been open so long.
    #[must_use]
    pub fn chance(&self) -> Option<f64> {
        let ended = self.won + self.lost;
        (ended > 0).then(|| self.won as f64 / ended as f64)
    }
}

/// How deals ended that had been open for so many days or more.
///
/// # Errors
/// When a deal ended before it was opened.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_crm::pipeline::{Deal, chance_by_age};
///
/// let day = |day: u32| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
/// let deals = [Deal::won("desk", 900.into(), day(1), day(11)), Deal::lost("desk", day(2), day(4))];
/// let chances = chance_by_age(&deals, &[0, 5])?;
/// assert_eq!((chances[0].chance(), chances[1].chance()), (Some(0.5), Some(1.0)));
/// # Ok::<(), fondaco_crm::KernelError>(())
/// ```
pub fn chance_by_age(deals: &[Deal], ages: &[i64]) -> Result<Vec<AgeChance>, KernelError> {
    let won = cycles(deals, |outcome| outcome == Outcome::Won)?;
    let lost = cycles(deals, |outcome| outcome == Outcome::Lost)?;
    let still = |days: &[i64], age: i64| days.len() - days.partition_point(|days| *days < age);
    let at =
        |age: &i64| AgeChance { age_days: *age, won: still(&won, *age), lost: still(&lost, *age) };
    Ok(ages.iter().map(at).collect())
}

/// How old open deals are, in days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ages {
    /// How many there are.
    pub count: usize,
    /// The youngest.
    pub least: i64,
    /// Half of them are at most so old.
    pub median: f64,
    /// Nine of ten are at most so old.
    pub ninth_decile: f64,
    /// The oldest.
    pub most: i64,
    /// How many are older than any deal was that was won: they should be asked about.
    pub older_than_any_won: usize,
}

/// How old the open deals are on a day; nothing where none has begun. Those that begin later are left out.
///
/// # Errors
/// When a deal ended before it was opened.
pub fn ages_of_open(deals: &[Deal], on: NaiveDate) -> Result<Option<Ages>, KernelError> {
    let longest = cycles(deals, |outcome| outcome == Outcome::Won)?.last().copied();
    let open = deals.iter().filter(|deal| deal.outcome == Outcome::Open);
    let ages = open.filter_map(|deal| deal.opened).map(|opened| (on - opened).num_days());
    let mut ages: Vec<i64> = ages.filter(|age| *age >= 0).collect();
    ages.sort_unstable();
    let (Some(least), Some(most)) = (ages.first().copied(), ages.last().copied()) else {
        return Ok(None);
    };
    let days: Vec<f64> = ages.iter().map(|age| *age as f64).collect();
    Ok(Some(Ages {
        count: ages.len(),
        least,
        median: quantile(&days, 0.5),
        ninth_decile: quantile(&days, 0.9),
        most,
        older_than_any_won: longest
            .map_or(0, |most| ages.iter().filter(|age| **age > most).count()),
    }))
}
