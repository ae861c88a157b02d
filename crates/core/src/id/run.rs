//! Runs: the many ids of one command, kept as the first and their number.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Id, IdError, MAX_IDS, layout};
use crate::timestamp::Timestamp;

/// Ids that one command made one after the other, in their order: a batch's answer in 20 bytes,
/// however long it is.
///
/// ```
/// use fondaco_core::{Id, IdRun, Timestamp};
/// struct Entry;
/// let run: IdRun<Entry> = IdRun::derive(Timestamp::EPOCH, 42, 0, 3)?;
/// let ids: Vec<Id<Entry>> = run.iter().collect();
/// assert_eq!(ids[2], Id::derive(Timestamp::EPOCH, 42, 2)?);
/// # Ok::<(), fondaco_core::IdError>(())
/// ```
#[derive(Serialize, Deserialize)]
#[serde(try_from = "Parts<T>", bound = "")]
pub struct IdRun<T> {
    first: Id<T>,
    count: u32,
}

#[derive(Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Parts<T> {
    first: Id<T>,
    count: u32,
}

impl<T> TryFrom<Parts<T>> for IdRun<T> {
    type Error = IdError;

    fn try_from(parts: Parts<T>) -> Result<IdRun<T>, IdError> {
        IdRun::new(parts.first, parts.count)
    }
}

impl<T> IdRun<T> {
    /// The ids that a command makes as its `counter`-th and the `count - 1` after it.
    ///
    /// ```
    /// use fondaco_core::id::MAX_IDS;
    /// use fondaco_core::{IdRun, Timestamp};
    /// struct Entry;
    /// let run: IdRun<Entry> = IdRun::derive(Timestamp::EPOCH, 42, 10, 3)?;
    /// assert_eq!(run.len(), 3);
    /// assert!(IdRun::<Entry>::derive(Timestamp::EPOCH, 42, MAX_IDS - 1, 2).is_err());
    /// # Ok::<(), fondaco_core::IdError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Id::derive`], for the first and the last of them.
    pub fn derive(
        at: Timestamp,
        command: u128,
        counter: u32,
        count: u32,
    ) -> Result<IdRun<T>, IdError> {
        IdRun::new(Id::derive(at, command, counter)?, count)
    }

    /// The run of an id that was derived and the `count - 1` after it. A run may be empty.
    ///
    /// ```
    /// use fondaco_core::{Id, IdRun, Timestamp};
    /// struct Entry;
    /// let first: Id<Entry> = Id::derive(Timestamp::EPOCH, 42, 0)?;
    /// let run = IdRun::new(first, 2)?; // as it was kept: the first and the count
    /// assert_eq!(run.get(1), Some(Id::derive(Timestamp::EPOCH, 42, 1)?));
    /// assert_eq!((run.get(2), run.first()), (None, first));
    /// assert!(IdRun::<Entry>::new(Id::from_u128(7), 2).is_err()); // not one of ours
    /// # Ok::<(), fondaco_core::IdError>(())
    /// ```
    ///
    /// # Errors
    /// [`IdError::Layout`] when the first is not a UUID of version 7, [`IdError::Counter`] when the
    /// counter has no room for the last.
    pub fn new(first: Id<T>, count: u32) -> Result<IdRun<T>, IdError> {
        if !layout::is_version_7(first.to_u128()) {
            return Err(IdError::Layout { id: first.to_string() });
        }
        let end = u64::from(layout::counter(first.to_u128())) + u64::from(count);
        if end > u64::from(MAX_IDS) {
            return Err(IdError::Counter { counter: end - 1 });
        }
        Ok(IdRun { first, count })
    }

    /// The first id; that of an empty run was never made.
    pub fn first(&self) -> Id<T> {
        self.first
    }

    /// How many ids there are.
    ///
    /// ```
    /// use fondaco_core::{IdRun, Timestamp};
    /// struct Entry;
    /// let none: IdRun<Entry> = IdRun::derive(Timestamp::EPOCH, 42, 0, 0)?;
    /// assert!(none.is_empty() && none.len() == 0);
    /// # Ok::<(), fondaco_core::IdError>(())
    /// ```
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The id at a place, counted from 0. `None` behind the last.
    ///
    /// ```
    /// use fondaco_core::{IdRun, Timestamp};
    /// struct Entry;
    /// let run: IdRun<Entry> = IdRun::derive(Timestamp::EPOCH, 42, 0, 3)?;
    /// assert_eq!(run.get(0), Some(run.first()));
    /// assert_eq!(run.get(3), None);
    /// # Ok::<(), fondaco_core::IdError>(())
    /// ```
    #[inline]
    pub fn get(&self, place: u32) -> Option<Id<T>> {
        (place < self.count).then(|| self.at(place))
    }

    /// The ids in order.
    ///
    /// ```
    /// use fondaco_core::{IdRun, Timestamp};
    /// struct Entry;
    /// let run: IdRun<Entry> = IdRun::derive(Timestamp::EPOCH, 42, 0, 3)?;
    /// assert!(run.iter().is_sorted());
    /// assert_eq!(run.iter().last(), run.get(2));
    /// # Ok::<(), fondaco_core::IdError>(())
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Id<T>> + use<T> {
        let run = *self;
        (0..run.count as usize).map(move |place| run.at(place as u32))
    }

    /// `place` is below `count`, so the counter has room.
    #[inline]
    fn at(&self, place: u32) -> Id<T> {
        let bits = self.first.to_u128();
        Id::from_u128(layout::with_counter(bits, layout::counter(bits) + place))
    }
}

// Written out, as derives would ask the same of `T`.

impl<T> Clone for IdRun<T> {
    fn clone(&self) -> IdRun<T> {
        *self
    }
}

impl<T> Copy for IdRun<T> {}

impl<T> PartialEq for IdRun<T> {
    fn eq(&self, other: &IdRun<T>) -> bool {
        (self.first, self.count) == (other.first, other.count)
    }
}

impl<T> Eq for IdRun<T> {}

impl<T> fmt::Debug for IdRun<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {} in all", self.first, self.count)
    }
}
