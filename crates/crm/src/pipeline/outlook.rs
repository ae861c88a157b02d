//! What open deals will bring: every sum, with how likely it is.

use std::collections::BTreeMap;

use fondaco_core::decimal;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::KernelError;
use crate::error::{probability, share};

/// All sums that deals may come to, each won or lost by itself, with how likely each is.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// Rising; none is impossible.
    sums: Vec<(Decimal, f64)>,
    expected: f64,
    variance: f64,
}

/// More different sums than this are too many to be told one by one.
const MOST_SUMS: usize = 1_000_000;

impl Outlook {
    /// Of deals with what they bring and how likely they are won.
    ///
    /// # Errors
    /// When a chance is not from 0 to 1, a sum has no room in 28 digits, or there are more than one million different sums: round the amounts then, to hundreds or
    /// thousands.
    ///
    /// ```
    /// use fondaco_crm::pipeline::Outlook;
    ///
    /// let outlook = Outlook::of(&[(1_000.into(), 0.2), (2_500.into(), 0.5)])?;
    /// assert_eq!(outlook.expected(), 1_450.0);
    /// assert_eq!(outlook.sums().len(), 4);
    /// assert_eq!(outlook.quantile(0.5)?, 1_000.into());
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn of(deals: &[(Decimal, f64)]) -> Result<Self, KernelError> {
        let mut sums: BTreeMap<Decimal, f64> = BTreeMap::from([(Decimal::ZERO, 1.0)]);
        let (mut expected, mut variance) = (0.0, 0.0);
        for (row, (amount, chance)) in deals.iter().enumerate() {
            let chance = probability("chance", *chance).map_err(|error| error.at(row))?;
            let worth = amount.to_f64().unwrap_or(f64::MAX);
            expected += chance * worth;
            variance += chance * (1.0 - chance) * worth * worth;
            let mut next: BTreeMap<Decimal, f64> = BTreeMap::new();
            for (sum, likely) in sums {
                let exact = |error| KernelError::Exact { what: "sum of deals", error }.at(row);
                let more = decimal::add(sum, *amount).map_err(exact)?;
                for (sum, likely) in [(sum, likely * (1.0 - chance)), (more, likely * chance)] {
                    if likely > 0.0 {
                        *next.entry(sum).or_default() += likely;
                    }
                }
            }
            if next.len() > MOST_SUMS {
                return Err(KernelError::NoAnswer {
                    what: "the distribution of the pipeline",
                    why: "the deals have more than one million different sums: round their amounts",
                });
            }
            sums = next;
        }
        Ok(Self { sums: sums.into_iter().collect(), expected, variance })
    }

    /// What they bring on average.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.expected
    }

    /// The square of how far they are off that, on average.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// All sums, rising, with how likely each is.
    #[must_use]
    pub fn sums(&self) -> &[(Decimal, f64)] {
        &self.sums
    }

    /// The smallest sum that is not exceeded with at least this probability.
    ///
    /// # Errors
    /// When it is not above 0 and below 1.
    pub fn quantile(&self, below: f64) -> Result<Decimal, KernelError> {
        let below = share("below", below)?;
        let mut so_far = 0.0;
        let reached = self.sums.iter().find(|(_, likely)| {
            so_far += likely;
            // Shares that are meant to meet it are not kept from it by rounding.
            so_far >= below - 1e-12
        });
        Ok(reached.or(self.sums.last()).map_or(Decimal::ZERO, |(sum, _)| *sum))
    }

    /// How likely they bring at least this.
    #[must_use]
    pub fn at_least(&self, goal: Decimal) -> f64 {
        let from = self.sums.partition_point(|(sum, _)| *sum < goal);
        self.sums.iter().skip(from).map(|(_, likely)| likely).sum::<f64>().min(1.0)
    }
}
