//! Random whole numbers that stay the same for ever: xoshiro256++ and our own ways to draw from it.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng, SeedableRng},
};

/// A stream of random numbers.
pub(super) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number from 0 to `count` - 1; 0 for a count of 0.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(count);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number from `least` to `most`, both included; `least` when there is none.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let count = u64::try_from(most - least + 1).unwrap_or(0);
        least + i64::try_from(self.below(count)).unwrap_or(0)
    }

    /// Yes in `per_thousand` of 1,000 cases.
    pub(super) fn chance(&mut self, per_thousand: u64) -> bool {
        self.below(1_000) < per_thousand
    }

    /// One of `things`; nothing of none.
    pub(super) fn pick<'t, T>(&mut self, things: &'t [T]) -> Option<&'t T> {
        let count = u64::try_from(things.len()).unwrap_or(0);
        things.get(usize::try_from(self.below(count)).unwrap_or(0))
    }

    /// One of `things` by their weights.
    pub(super) fn weighted<'t, T>(&mut self, things: &'t [T], weights: &Weights) -> Option<&'t T> {
        things.get(weights.draw(self))
    }
}

/// How likely each of a list's places is, as running sums.
pub(super) struct Weights(Vec<u64>);

impl Weights {
    pub(super) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let running = weights.into_iter().scan(0_u64, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        Self(running.collect())
    }

    /// Zipf's law: the place of rank r (from 1) weighs 1 / (r + `flat`); a larger `flat` evens out
    /// the first ranks.
    pub(super) fn zipf(places: usize, flat: u64) -> Self {
        let ranks = (1_u64..).take(places);
        Self::new(ranks.map(|rank| 1_000_000_000 / (rank + flat)))
    }

    /// A place.
    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let at = random.below(self.0.last().copied().unwrap_or(0));
        self.0.partition_point(|sum| *sum <= at)
    }
}
