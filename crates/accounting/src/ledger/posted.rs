//! What posting gives back.

use fondaco_core::store::{DecodeError, Drawn, Value};
use fondaco_core::{ErrorKind, Id, IdRun, Outcome};
use smol_str::SmolStr;

use super::{Entry, LedgerError};

/// A posted entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct Posted {
    /// The entry.
    pub id: Id<Entry>,
    /// Its number in its journal and fiscal year.
    pub number: Drawn,
}

/// The posted entries of a batch, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostedMany {
    /// One per entry.
    pub entries: Vec<Posted>,
}

/// Ids of a batch follow one another, and so do most numbers: runs keep the stored answer small.
impl Outcome for PostedMany {
    fn encode(&self, out: &mut Vec<Value>) {
        let mut rest = self.entries.as_slice();
        let at = out.len();
        let mut runs = 0;
        while let Some(first) = rest.first() {
            let count = run_length(rest);
            first.encode(out);
            out.push(Value::I64(count as i64));
            rest = rest.get(count..).unwrap_or_default();
            runs += 1;
        }
        out.insert(at, Value::I64(runs));
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let mut entries = Vec::new();
        for _ in 0..i64::decode(values)? {
            let first = Posted::decode(values)?;
            let count = u32::decode(values)?;
            let ids =
                IdRun::new(first.id, count).map_err(|_| DecodeError::out_of_range("run of ids"))?;
            let numbers = (0..count).map(|offset| plus(first.number, offset));
            entries.extend(ids.iter().zip(numbers).map(|(id, number)| Posted { id, number }));
        }
        Ok(PostedMany { entries })
    }
}

fn plus(number: Drawn, more: u32) -> Drawn {
    match number {
        Drawn::Number(number) => Drawn::Number(number.saturating_add(i64::from(more))),
        Drawn::Place { draw, offset } => Drawn::Place { draw, offset: offset.saturating_add(more) },
    }
}

/// How many entries from the first have ids and numbers that follow one another.
fn run_length(entries: &[Posted]) -> usize {
    let Some(first) = entries.first() else { return 0 };
    let Ok(ids) = IdRun::new(first.id, entries.len() as u32).or_else(|_| IdRun::new(first.id, 1))
    else {
        return 1;
    };
    let expected =
        ids.iter().zip(0..).map(|(id, offset)| Posted { id, number: plus(first.number, offset) });
    entries.iter().zip(expected).take_while(|(entry, expected)| **entry == *expected).count().max(1)
}

/// The answer per item of a batch whose items stand alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostedEach {
    /// One per entry, in order.
    pub entries: Vec<Result<Posted, RefusedEntry>>,
}

/// Why one entry of many was not posted: kept with the command, so that a replay says the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RefusedEntry {
    /// The error's stable code.
    pub code: SmolStr,
    /// The error's text.
    pub message: SmolStr,
    /// Whether the entry itself is wrong; else what it names is not there, or the business
    /// forbids it.
    pub invalid: bool,
}

impl From<LedgerError> for RefusedEntry {
    fn from(error: LedgerError) -> RefusedEntry {
        RefusedEntry {
            code: SmolStr::new_static(error.code()),
            // What a person typed may hold anything; a stored text may not.
            message: error.to_string().replace('\0', "\u{fffd}").into(),
            invalid: error.kind() == ErrorKind::Invalid,
        }
    }
}

impl Outcome for PostedEach {
    fn encode(&self, out: &mut Vec<Value>) {
        out.push(Value::I64(self.entries.len() as i64));
        for entry in &self.entries {
            match entry {
                Ok(posted) => posted.encode(out),
                Err(refused) => {
                    out.push(Value::Null);
                    refused.code.encode(out);
                    refused.message.encode(out);
                    refused.invalid.encode(out);
                }
            }
        }
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let count = i64::decode(values)?;
        let entries = (0..count).map(|_| decode_one(values)).collect::<Result<_, _>>()?;
        Ok(PostedEach { entries })
    }
}

fn decode_one(
    values: &mut dyn Iterator<Item = Value>,
) -> Result<Result<Posted, RefusedEntry>, DecodeError> {
    match values.next() {
        Some(Value::Id(id)) => {
            Ok(Ok(Posted { id: Id::from_u128(id), number: Drawn::decode(values)? }))
        }
        Some(Value::Null) => Ok(Err(RefusedEntry {
            code: SmolStr::decode(values)?,
            message: SmolStr::decode(values)?,
            invalid: bool::decode(values)?,
        })),
        _ => Err(DecodeError::unexpected("another value", "an entry's answer")),
    }
}
