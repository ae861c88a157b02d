//! Ids: 128 bits, typed, in order of time, and the same again when an act runs again.
//!
//! The layout is UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then a counter of 24 bits
//! (12 in `rand_a`, the next 12 at the top of `rand_b`), then 50 bits that stand for the command.
//! So the ids that one command makes sort in the order it made them, and a database keeps them as
//! its native `uuid`. Nothing is random: a command that is run again makes the same ids.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::names::ErrorKind;
use crate::timestamp::Timestamp;

mod layout;
mod run;

pub use run::IdRun;

/// How many ids one command can make: the counter has 24 bits.
pub const MAX_IDS: u32 = 1 << 24;

/// The id of a `T`. It orders by time, then by the order of making; its text is a hyphenated UUID.
///
/// ```
/// use fondaco_core::{Id, Timestamp};
/// struct Invoice;
/// let at: Timestamp = "2026-07-01T12:00:00Z".parse()?;
/// let first: Id<Invoice> = Id::derive(at, 42, 0)?;
/// let second = Id::derive(at, 42, 1)?;
/// assert!(first < second);
/// assert_eq!(first.to_string().parse(), Ok(first));
/// assert_eq!(first.timestamp(), Some(at));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Id<T> {
    /// Two halves: a `u128` would make every row that holds an id wider, by its alignment.
    high: u64,
    low: u64,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The id that a command makes as its `counter`-th. The same arguments give the same id.
    ///
    /// ```
    /// use fondaco_core::{Id, IdError, Timestamp};
    /// struct Order;
    /// let at: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap_or(Timestamp::EPOCH);
    /// let order: Id<Order> = Id::derive(at, 42, 0)?;
    /// assert_eq!(order, Id::derive(at, 42, 0)?); // an act that runs again makes the same ids
    /// let early = Timestamp::MIN;
    /// assert_eq!(Id::<Order>::derive(early, 42, 0), Err(IdError::Time { at: early }));
    /// # Ok::<(), IdError>(())
    /// ```
    ///
    /// # Errors
    /// [`IdError::Time`] when the instant is before 1970, [`IdError::Counter`] from [`MAX_IDS`] on.
    #[inline]
    pub fn derive(at: Timestamp, command: u128, counter: u32) -> Result<Id<T>, IdError> {
        let millis = layout::millis(at).ok_or(IdError::Time { at })?;
        if counter >= MAX_IDS {
            return Err(IdError::Counter { counter: u64::from(counter) });
        }
        Ok(Id::from_u128(layout::compose(millis, counter, layout::mix(command))))
    }

    /// The id of these bits: one of our own read back, or one that somebody else made.
    ///
    /// ```
    /// use fondaco_core::Id;
    /// struct Order;
    /// let theirs: Id<Order> = Id::from_u128(0xa0ee_bc99_9c0b_4ef8_bb6d_6bb9_bd38_0a11);
    /// assert_eq!(theirs.to_string(), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    /// assert_eq!(Id::from_u128(theirs.to_u128()), theirs);
    /// assert_eq!(theirs.timestamp(), None); // a UUID of version 4 says no time
    /// ```
    #[inline]
    pub const fn from_u128(bits: u128) -> Id<T> {
        Id { high: (bits >> 64) as u64, low: bits as u64, of: PhantomData }
    }

    /// The bits; big-endian they are the UUID's bytes.
    #[inline]
    pub const fn to_u128(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }

    /// When the id was made, to the millisecond. `None` when it is not a UUID of version 7.
    pub fn timestamp(self) -> Option<Timestamp> {
        layout::is_version_7(self.to_u128()).then(|| layout::timestamp(self.to_u128()))?
    }
}

/// What can go wrong with an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Ids start in 1970.
    #[error("no id can be made at {at}: ids begin in 1970")]
    Time {
        /// The instant as given.
        at: Timestamp,
    },
    /// One command made too many ids.
    #[error("id {counter} of one command is too many: split it, each makes up to {MAX_IDS}")]
    Counter {
        /// The number as given.
        counter: u64,
    },
    /// The text is not a hyphenated UUID.
    #[error("{text:?} is not an id: write 32 hexadecimal digits in groups of 8-4-4-4-12")]
    Syntax {
        /// The text as given.
        text: String,
    },
    /// A run must start with an id that was derived.
    #[error("{id} cannot start a run: it is not a UUID of version 7")]
    Layout {
        /// The id as given.
        id: String,
    },
}

impl IdError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::Id;
    /// struct Order;
    /// let error = "51921".parse::<Id<Order>>().unwrap_err();
    /// assert_eq!(error.code(), "core.id_syntax");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            IdError::Time { .. } => "core.id_time",
            IdError::Counter { .. } => "core.id_counter",
            IdError::Syntax { .. } => "core.id_syntax",
            IdError::Layout { .. } => "core.id_layout",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

// Written out, as derives would ask the same of `T`, which is only a name here.

impl<T> Clone for Id<T> {
    fn clone(&self) -> Id<T> {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Id<T>) -> bool {
        (self.high, self.low) == (other.high, other.low)
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Id<T>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Id<T>) -> Ordering {
        (self.high, self.low).cmp(&(other.high, other.low))
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.high, self.low).hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        layout::write(self.to_u128(), f)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        layout::write(self.to_u128(), f)
    }
}

impl<T> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Id<T>, IdError> {
        layout::read(text).map(Id::from_u128).ok_or_else(|| IdError::Syntax { text: text.into() })
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id<T>, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
