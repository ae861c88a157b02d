//! How often each position is taken between two orders of an (s, S) policy.

use crate::KernelError;
use crate::error::positive;
use crate::policies::products::product_reversed;
use crate::probability::Demand;

/// The most positions between s and S: their renewals take as many sums of as many terms.
pub(super) const MOST_POSITIONS: usize = 1 << 15;
/// What is so unlikely that no renewal is changed by it.
const UNLIKELY: f64 = 1e-17;

/// The renewal numbers of a demand: m(j), how many reviews on average find the position j units below S before the next order.
///
/// m(0) = 1 / (1 - p(0)) and m(j) = m(0) Σ p(i) m(j - i).
pub(super) struct Renewals {
    probabilities: Vec<f64>,
    /// The least demand above zero that is likely enough to count.
    least: usize,
    reviews: Vec<f64>,
    /// The sum of the reviews before each.
    before: Vec<f64>,
}

impl Renewals {
    /// For positions up to this many units below S.
    pub(super) fn new(demand: &impl Demand) -> Result<Self, KernelError> {
        let longest = demand.upper_quantile(UNLIKELY)?.min(MOST_POSITIONS as f64) as usize;
        let probabilities = demand.probabilities(longest + 1);
        let some = positive("probability of a demand above zero", demand.exceeds(0.0))?;
        let likely = |(_, probability): &(usize, &f64)| **probability > UNLIKELY * UNLIKELY;
        let least = probabilities.iter().enumerate().skip(1).find(likely).map_or(1, |(at, _)| at);
        Ok(Self { probabilities, least, reviews: vec![1.0 / some], before: vec![0.0, 1.0 / some] })
    }

    /// m(0), ..., m(count - 1).
    pub(super) fn reviews(&mut self, count: usize) -> &[f64] {
        self.grow(count);
        self.reviews.get(..count).unwrap_or(&self.reviews)
    }

    /// How many reviews lie between two orders when S - s is this: M(n) = m(0) + ... + m(n - 1).
    pub(super) fn cycle(&mut self, count: usize) -> f64 {
        self.grow(count);
        self.before.get(count).copied().unwrap_or(f64::NAN)
    }

    fn grow(&mut self, count: usize) {
        let first = self.reviews.first().copied().unwrap_or(1.0);
        let mut sum = self.before.last().copied().unwrap_or(0.0);
        for place in self.reviews.len()..count {
            let longest = place.min(self.probabilities.len().saturating_sub(1));
            let demands = self.probabilities.get(self.least..=longest).unwrap_or(&[]);
            let earlier = self.reviews.get(place - longest..).unwrap_or(&[]);
            let earlier = earlier.get(..demands.len()).unwrap_or(&[]);
            let next = first * product_reversed(demands, earlier);
            self.reviews.push(next);
            sum += next;
            self.before.push(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probability::{Discrete, Poisson};

    #[test]
    fn renewals_are_those_of_their_definition() {
        for demand in
            [Poisson::new(3.0).unwrap(), Poisson::new(0.1).unwrap(), Poisson::new(40.0).unwrap()]
        {
            let count = 120;
            let mut expected = vec![1.0 / (1.0 - demand.density(0.0))];
            for place in 1..count {
                let sum: f64 =
                    (1..=place).map(|i| demand.density(i as f64) * expected[place - i]).sum();
                expected.push(expected[0] * sum);
            }
            let mut renewals = Renewals::new(&demand).unwrap();
            let pairs = renewals.reviews(count).iter().zip(&expected);
            assert!(
                pairs
                    .clone()
                    .all(|(found, expected)| (found - expected).abs() < 1e-11 * expected.max(1.0)),
                "{demand:?}"
            );
            let sum: f64 = expected.iter().sum();
            assert!((renewals.cycle(count) - sum).abs() < 1e-11 * sum);
        }
    }

    #[test]
    fn a_demand_that_skips_numbers_never_stops_there() {
        let dozens = Discrete::new(&[(0, 0.5), (12, 0.5)]).unwrap();
        let mut renewals = Renewals::new(&dozens).unwrap();
        let reviews = renewals.reviews(25);
        let found: Vec<_> = [0, 1, 11, 12, 13, 24].map(|place| reviews[place].round()).to_vec();
        assert_eq!(format!("{found:?}"), "[2.0, 0.0, 0.0, 2.0, 0.0, 2.0]");
    }
}
