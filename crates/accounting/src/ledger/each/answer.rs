//! What comes of each item of a batch.

use fondaco_core::store::{DecodeError, Value};
use fondaco_core::{ErrorKind, Id, Money, Outcome};
use smol_str::SmolStr;

use crate::ledger::{LedgerError, PendingEntry, Posted};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedAs {
    /// An entry was posted.
    Posted(Posted),
    /// An entry is held.
    Held(Id<PendingEntry>),
    /// A pending entry was posted.
    PendingPosted {
        /// The pending entry.
        pending: Id<PendingEntry>,
        /// The entry that it became.
        entry: Posted,
    },
    /// A pending entry was voided.
    PendingVoided(Id<PendingEntry>),
}

/// An item that was recorded, now or before.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What was done.
    pub done: RecordedAs,
    /// How much it moves or releases: its debits in the currency of its first line.
    pub moved: Money,
    /// Whether it was there already, under the same key.
    pub existed: bool,
}

/// An item that was refused: kept with the command, so that a replay says the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RefusedItem {
    /// The error's stable code.
    pub code: SmolStr,
    /// The error's text.
    pub message: SmolStr,
    /// Whether the item itself is wrong; else what it names is not there, or the business forbids it.
    pub invalid: bool,
    /// What of the item is meant, where the code does not say it: an account, or the name of a field.
    pub about: Option<SmolStr>,
}

impl From<LedgerError> for RefusedItem {
    fn from(error: LedgerError) -> RefusedItem {
        RefusedItem {
            code: SmolStr::new_static(error.code()),
            // What a person typed may hold anything; a stored text may not.
            message: error.to_string().replace('\0', "\u{fffd}").into(),
            invalid: error.kind() == ErrorKind::Invalid,
            about: error.about().map(|about| about.replace('\0', "\u{fffd}").into()),
        }
    }
}

/// The answers of a batch, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordedEach {
    /// One per item.
    pub items: Vec<Result<Recorded, RefusedItem>>,
}

impl Outcome for RecordedEach {
    fn encode(&self, out: &mut Vec<Value>) {
        out.push(Value::I64(self.items.len() as i64));
        self.items.iter().for_each(|item| encode_one(item, out));
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let count = i64::decode(values)?;
        let items = (0..count).map(|_| decode_one::<Recorded>(values)).collect::<Result<_, _>>()?;
        Ok(RecordedEach { items })
    }
}

/// An item's answer, or its refusal.
pub(crate) fn encode_one<T: Outcome>(item: &Result<T, RefusedItem>, out: &mut Vec<Value>) {
    item.is_ok().encode(out);
    match item {
        Ok(recorded) => recorded.encode(out),
        Err(refused) => {
            refused.code.encode(out);
            refused.message.encode(out);
            refused.invalid.encode(out);
            refused.about.encode(out);
        }
    }
}

/// The opposite of [`encode_one`].
pub(crate) fn decode_one<T: Outcome>(
    values: &mut dyn Iterator<Item = Value>,
) -> Result<Result<T, RefusedItem>, DecodeError> {
    if bool::decode(values)? {
        return T::decode(values).map(Ok);
    }
    let (code, message) = (SmolStr::decode(values)?, SmolStr::decode(values)?);
    let (invalid, about) = (bool::decode(values)?, Option::decode(values)?);
    Ok(Err(RefusedItem { code, message, invalid, about }))
}

impl Outcome for Recorded {
    fn encode(&self, out: &mut Vec<Value>) {
        let (what, pending, entry) = match self.done {
            RecordedAs::Posted(entry) => (0, None, Some(entry)),
            RecordedAs::Held(pending) => (1, Some(pending), None),
            RecordedAs::PendingPosted { pending, entry } => (2, Some(pending), Some(entry)),
            RecordedAs::PendingVoided(pending) => (3, Some(pending), None),
        };
        i64::encode(&what, out);
        pending.encode(out);
        entry.encode(out);
        self.moved.encode(out);
        self.existed.encode(out);
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let what = i64::decode(values)?;
        let pending = Option::<Id<PendingEntry>>::decode(values)?;
        let entry = Option::<Posted>::decode(values)?;
        let done = match (what, pending, entry) {
            (0, None, Some(entry)) => RecordedAs::Posted(entry),
            (1, Some(pending), None) => RecordedAs::Held(pending),
            (2, Some(pending), Some(entry)) => RecordedAs::PendingPosted { pending, entry },
            (3, Some(pending), None) => RecordedAs::PendingVoided(pending),
            _ => return Err(DecodeError::out_of_range("what was done")),
        };
        Ok(Recorded { done, moved: Money::decode(values)?, existed: bool::decode(values)? })
    }
}

/// A pending entry that is held.
#[derive(Debug, Clone, PartialEq, Outcome)]
pub struct Held {
    /// The pending entry.
    pub id: Id<PendingEntry>,
    /// How much it holds: its debits in the currency of its first line.
    pub held: Money,
}

/// A pending entry that was posted.
#[derive(Debug, Clone, PartialEq, Outcome)]
pub struct PostedPending {
    /// The entry that it became.
    pub entry: Posted,
    /// How much was posted: its debits in the currency of its first line.
    pub moved: Money,
}
