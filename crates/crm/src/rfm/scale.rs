//! Scores from 1 to as many as a scale has, best highest: bought lately, often, for much.

use fondaco_core::decimal;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Customer;
use crate::KernelError;
use crate::error::at_least;

/// How figures become scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Scale {
    /// Cut where so many equal parts of all customers meet (on the line between two neighbours): equal figures have equal scores, and where many are
    /// equal a score may have nobody.
    Quantiles(u8),
    /// So many parts of equal size, with ties by the order of customers, as SQL's `NTILE`: the first parts are one larger where it doesn't come out
    /// even.
    Tiles(u8),
    /// Cut at fixed figures, which rise: a score is one more than the cuts below the figure.
    Fixed {
        /// Days since the last purchase; one who bought longer ago has a lower score.
        recency_days: Vec<i64>,
        /// Days with purchases.
        frequency: Vec<u32>,
        /// Money.
        #[serde(with = "fondaco_core::decimal::as_text::list")]
        money: Vec<Decimal>,
    },
}

/// The three scores of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// Of recency.
    pub recency: u8,
    /// Of frequency.
    pub frequency: u8,
    /// Of money.
    pub money: u8,
}

impl Scale {
    /// Cut into so many parts.
    ///
    /// # Errors
    /// When there are less than two.
    pub fn quantiles(parts: u8) -> Result<Self, KernelError> {
        at_least("parts", parts.into(), 2).map(|()| Self::Quantiles(parts))
    }

    /// So many parts of equal size.
    ///
    /// # Errors
    /// When there are less than two.
    pub fn tiles(parts: u8) -> Result<Self, KernelError> {
        at_least("parts", parts.into(), 2).map(|()| Self::Tiles(parts))
    }

    /// The scores of customers, in their order.
    ///
    /// # Errors
    /// When cuts don't rise, are more than 254, or a cut between two amounts has no room in 28 digits.
    pub fn scores<K>(&self, customers: &[Customer<K>]) -> Result<Vec<Scores>, KernelError> {
        // Long ago is bad: days are counted backwards, so that more is better everywhere.
        let recency: Vec<Decimal> =
            customers.iter().map(|c| Decimal::from(-c.recency_days)).collect();
        let frequency: Vec<Decimal> =
            customers.iter().map(|c| Decimal::from(c.frequency)).collect();
        let money: Vec<Decimal> = customers.iter().map(|c| c.money).collect();
        let columns = match self {
            Self::Quantiles(parts) => {
                let below = |values: &[Decimal]| by_quantiles(values, *parts);
                // Of days themselves it is counted how many cuts lie below.
                let days: Vec<Decimal> = recency.iter().map(|days| -*days).collect();
                let counted = below(&days)?.into_iter().map(|score| parts + 1 - score).collect();
                [counted, below(&frequency)?, below(&money)?]
            }
            Self::Tiles(parts) => {
                [&recency, &frequency, &money].map(|values| by_rank(values, *parts))
            }
            Self::Fixed { recency_days, frequency: of_frequency, money: of_money } => {
                let days: Vec<Decimal> =
                    recency_days.iter().map(|cut| Decimal::from(*cut)).collect();
                let counts: Vec<Decimal> =
                    of_frequency.iter().map(|cut| Decimal::from(*cut)).collect();
                for (field, cuts) in [
                    ("cuts of recency_days", &days),
                    ("cuts of frequency", &counts),
                    ("cuts of money", of_money),
                ] {
                    rising(field, cuts)?;
                }
                // Rising and at most 254, as was checked.
                let highest = days.len() as u8 + 1;
                let of_days: Vec<Decimal> = recency.iter().map(|days| -*days).collect();
                let counted = by_cuts(&of_days, &days).into_iter().map(|score| highest + 1 - score);
                [counted.collect(), by_cuts(&frequency, &counts), by_cuts(&money, of_money)]
            }
        };
        let [recency, frequency, money] = columns;
        let all = recency.into_iter().zip(frequency).zip(money);
        Ok(all.map(|((recency, frequency), money)| Scores { recency, frequency, money }).collect())
    }
}

fn rising(field: &str, cuts: &[Decimal]) -> Result<(), KernelError> {
    let rises = cuts.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if rises && cuts.len() < 255 {
        return Ok(());
    }
    Err(KernelError::Contradiction {
        field: field.into(),
        found: if rises { "more than 254".into() } else { "not rising".into() },
        other: "each score begins above the one before it",
        way_out: "put at most 254 cuts in order, each once",
    })
}

/// Scores by the figures between which so many equal parts lie.
///
/// A cut that is a part of the way from one customer's figure to the next seldom has a last digit: all is counted so many times as large as there are parts.
fn by_quantiles(values: &[Decimal], parts: u8) -> Result<Vec<u8>, KernelError> {
    let exact = |error| KernelError::Exact { what: "cut between two customers", error };
    let larger =
        |value: Decimal, times: usize| decimal::mul_exact(value, times.into()).map_err(exact);
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let Some(last) = sorted.len().checked_sub(1) else { return Ok(Vec::new()) };
    let cut = |part: u8| {
        let whole = usize::from(part) * last;
        let (below, rest) = (whole / usize::from(parts), whole % usize::from(parts));
        let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
        let way = larger(decimal::sub(high, low).map_err(exact)?, rest)?;
        decimal::add(larger(low, parts.into())?, way).map_err(exact)
    };
    let cuts = (1..parts).map(cut).collect::<Result<Vec<_>, _>>()?;
    let values = values.iter().map(|value| larger(*value, parts.into()));
    Ok(by_cuts(&values.collect::<Result<Vec<_>, _>>()?, &cuts))
}

/// One more than the cuts below each.
fn by_cuts(values: &[Decimal], cuts: &[Decimal]) -> Vec<u8> {
    // At most 255 of them.
    values.iter().map(|value| cuts.partition_point(|cut| cut < value) as u8 + 1).collect()
}

fn by_rank(values: &[Decimal], parts: u8) -> Vec<u8> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|row| values[*row]);
    let (size, larger) = (values.len() / usize::from(parts), values.len() % usize::from(parts));
    let mut scores = vec![0; values.len()];
    let mut rows = order.into_iter();
    for part in 0..parts {
        let size = size + usize::from(usize::from(part) < larger);
        for row in rows.by_ref().take(size) {
            scores[row] = part + 1;
        }
    }
    scores
}
