//! Who is in which group of an experiment.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::KernelError;
use crate::error::{at_least, positive};

/// Groups with their shares, by a name. It can be stored as JSON.
///
/// Whoever asks, wherever and whenever, gets the same group for the same person: it follows from the experiment's name and the person's id alone. Groups of
/// experiments with other names have nothing to do with each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct Experiment {
    name: String,
    groups: Vec<(String, f64)>,
}

#[derive(Serialize, Deserialize)]
struct Unchecked {
    name: String,
    groups: Vec<(String, f64)>,
}

impl Experiment {
    /// Groups with what they get of everybody; shares need not add up to one.
    ///
    /// # Errors
    /// When there is no group, or a share is not above zero.
    ///
    /// ```
    /// use fondaco_crm::stats::Experiment;
    ///
    /// let test = Experiment::new("spring mail", [("treated", 0.9), ("holdout", 0.1)])?;
    /// let treated = (0..10_000).filter(|id: &u32| test.group_of(&id.to_be_bytes()) == "treated").count();
    /// assert!((8_900..9_100).contains(&treated));
    /// assert_eq!(test.group_of(b"ada"), test.group_of(b"ada"));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn new<'g>(
        name: &str,
        groups: impl IntoIterator<Item = (&'g str, f64)>,
    ) -> Result<Self, KernelError> {
        let groups = groups.into_iter().map(|(group, share)| (group.to_owned(), share));
        Unchecked { name: name.to_owned(), groups: groups.collect() }.try_into()
    }

    /// The group of a person, by the bytes of an id.
    #[must_use]
    pub fn group_of(&self, id: &[u8]) -> &str {
        let whole: f64 = self.groups.iter().map(|(_, share)| share).sum();
        let mut left = Self::place(&self.name, id) * whole;
        let within = self.groups.iter().find(|(_, share)| {
            left -= share;
            left < 0.0
        });
        within.or(self.groups.last()).map_or("", |(group, _)| group)
    }

    /// Where a person lies from 0 to below 1: the first 53 bits of a SHA-256 over the name, its length before it, and the id.
    fn place(name: &str, id: &[u8]) -> f64 {
        let mut hash = Sha256::new();
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(id);
        let bits =
            hash.finalize().iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl TryFrom<Unchecked> for Experiment {
    type Error = KernelError;

    fn try_from(given: Unchecked) -> Result<Self, KernelError> {
        at_least("groups", given.groups.len(), 1)?;
        for (group, share) in &given.groups {
            positive(&format!("share of {group}"), *share)?;
        }
        Ok(Self { name: given.name, groups: given.groups })
    }
}

impl From<Experiment> for Unchecked {
    fn from(experiment: Experiment) -> Self {
        Self { name: experiment.name, groups: experiment.groups }
    }
}
