//! Maps that have the same order in each run and on each machine, for acts must replay: hashed by `foldhash` without a random seed.

use foldhash::fast::FixedState;

/// A map by hash.
///
/// ```
/// use fondaco_core::map::HashMap;
/// let prices: HashMap<&str, u8> = [("bolt", 4), ("nut", 1)].into_iter().collect();
/// assert_eq!(prices["nut"], 1);
/// ```
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;

/// A set by hash.
///
/// ```
/// use fondaco_core::map::HashSet;
/// let known: HashSet<u8> = [1, 2, 1].into_iter().collect();
/// assert_eq!(known.len(), 2);
/// ```
pub type HashSet<T> = std::collections::HashSet<T, FixedState>;
