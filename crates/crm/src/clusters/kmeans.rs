//! Lloyd's iterations, from rows that lie apart.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::Points;
use super::points::{nearest, square};
use crate::KernelError;
use crate::error::{at_least, same_length};

/// How clusters are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KMeans {
    clusters: usize,
    seed: u64,
    starts: usize,
    steps: usize,
}

/// Centres and whose rows are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// The centres.
    pub centres: Vec<Vec<f64>>,
    /// Which centre each row is nearest to.
    pub labels: Vec<usize>,
    /// The sum of the squares of distances to the nearest centre.
    pub inertia: f64,
    /// How many times rows were dealt out to centres, the last time as before.
    pub steps: usize,
}

impl Clusters {
    /// How many rows each cluster has.
    #[must_use]
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.centres.len()];
        for label in &self.labels {
            sizes[*label] += 1;
        }
        sizes
    }
}

impl KMeans {
    /// So many clusters: the best of ten starts, seed 1, at most 300 steps each.
    #[must_use]
    pub fn new(clusters: usize) -> Self {
        Self { clusters, seed: 1, starts: 10, steps: 300 }
    }

    /// The same, for another number of clusters.
    #[must_use]
    pub fn with_clusters(mut self, clusters: usize) -> Self {
        self.clusters = clusters;
        self
    }

    /// What the starts are drawn by.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many starts are tried.
    #[must_use]
    pub fn starts(mut self, starts: usize) -> Self {
        self.starts = starts.max(1);
        self
    }

    /// The best clusters of all starts.
    ///
    /// # Errors
    /// When there are fewer rows than clusters, or no cluster is asked for.
    pub fn fit(&self, points: &Points) -> Result<Clusters, KernelError> {
        at_least("clusters", self.clusters, 1)?;
        at_least("rows", points.len(), self.clusters)?;
        let mut random = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let starts = (0..self.starts).map(|_| {
            let centres = apart(points, self.clusters, &mut random);
            lloyd(points, centres, self.steps)
        });
        let best = starts.min_by(|a, b| a.inertia.total_cmp(&b.inertia));
        best.ok_or(KernelError::NoAnswer { what: "the clusters", why: "nothing was tried" })
    }

    /// The clusters that these centres lead to.
    ///
    /// # Errors
    /// When there are not as many centres as clusters, or one has another width than rows.
    pub fn fit_from(
        &self,
        points: &Points,
        centres: Vec<Vec<f64>>,
    ) -> Result<Clusters, KernelError> {
        same_length("centres", centres.len(), self.clusters)?;
        at_least("clusters", self.clusters, 1)?;
        for centre in &centres {
            same_length("features of a centre", centre.len(), points.width())?;
            Points::new(points.width(), centre.clone())?;
        }
        Ok(lloyd(points, centres, self.steps))
    }
}

/// Rows that lie apart: each is drawn by the square of its distance to those before.
fn apart(points: &Points, count: usize, random: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
    let mut far = vec![1.0; points.len()];
    let mut centres: Vec<Vec<f64>> = Vec::with_capacity(count);
    while centres.len() < count {
        let all: f64 = far.iter().sum();
        let mut left = unit(random) * all;
        let drawn = far.iter().position(|far| {
            left -= far;
            left < 0.0
        });
        // Where all rows are centres already, any will do.
        let row = drawn.unwrap_or(centres.len() % points.len());
        let Some(centre) = points.rows().nth(row).map(<[f64]>::to_vec) else { break };
        let first = centres.is_empty();
        for (far, row) in far.iter_mut().zip(points.rows()) {
            let here = square(row, &centre);
            *far = if first { here } else { far.min(here) };
        }
        centres.push(centre);
    }
    centres
}

/// A number from 0 to below 1.
fn unit(random: &mut Xoshiro256PlusPlus) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Rows to the nearest centre, centres to the mean of their rows, until nothing moves.
fn lloyd(points: &Points, mut centres: Vec<Vec<f64>>, steps: usize) -> Clusters {
    let mut labels: Vec<usize> = Vec::new();
    let mut taken = 0;
    loop {
        taken += 1;
        let found: Vec<(usize, f64)> = points.rows().map(|row| nearest(row, &centres)).collect();
        let next: Vec<usize> = found.iter().map(|(label, _)| *label).collect();
        let settled = next == labels;
        labels = next;
        if settled || taken >= steps {
            let inertia = found.iter().map(|(_, far)| far).sum();
            return Clusters { centres, labels, inertia, steps: taken };
        }
        centres = means(points, &labels, &found, centres);
    }
}

/// The means of clusters; one that lost all its rows takes the row that is farthest from its centre.
fn means(
    points: &Points,
    labels: &[usize],
    found: &[(usize, f64)],
    before: Vec<Vec<f64>>,
) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; points.width()]; before.len()];
    let mut counts = vec![0.0; before.len()];
    for (row, label) in points.rows().zip(labels) {
        sums[*label].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        counts[*label] += 1.0;
    }
    let mut farthest: Vec<(f64, &[f64])> = Vec::new();
    if counts.contains(&0.0) {
        farthest = found.iter().map(|(_, far)| *far).zip(points.rows()).collect();
        farthest.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let mean = |((sum, count), before): ((Vec<f64>, f64), Vec<f64>)| match count > 0.0 {
        true => sum.into_iter().map(|sum| sum / count).collect(),
        false => farthest.pop().map_or(before, |(_, row)| row.to_vec()),
    };
    sums.into_iter().zip(counts).zip(before).map(mean).collect()
}
