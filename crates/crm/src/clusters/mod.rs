//! Customers that are alike, found by themselves: k-means.
//!
//! A [`Points`] is a list of rows of numbers. [`KMeans`] finds so many centres that the squares of the distances to the nearest come to little (Lloyd, 1982), beginning
//! at rows that lie apart (k-means++; Arthur and Vassilvitskii, 2007); [`MiniBatch`] does it chunk by chunk, for what does not fit in memory (Sculley,
//! 2010); [`choose`] says how many centres there should be (silhouette; Rousseeuw, 1987); [`profiles`] says what each cluster is like.
//!
//! The same rows and seed give the same clusters, now and in later versions. Features should be of one scale: see [`Points::standardised`].
//!
//! ```
//! use fondaco_crm::clusters::{KMeans, Points};
//!
//! let points = Points::new(2, vec![1.0, 1.0, 1.2, 0.9, 9.0, 9.1, 8.8, 9.0])?;
//! let found = KMeans::new(2).fit(&points)?;
//! assert_eq!(found.labels[0], found.labels[1]);
//! assert_ne!(found.labels[0], found.labels[2]);
//! # Ok::<(), fondaco_crm::KernelError>(())
//! ```

mod choice;
mod kmeans;
mod mini_batch;
mod points;
mod profile;

pub use choice::{Choice, choose, silhouette};
pub use kmeans::{Clusters, KMeans};
pub use mini_batch::MiniBatch;
pub use points::Points;
pub use profile::{Profile, profiles};

#[cfg(test)]
mod tests;
