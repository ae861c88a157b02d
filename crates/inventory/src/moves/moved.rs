//! What a batch of moves gives back.

use fondaco_core::store::{DecodeError, Value};
use fondaco_core::{ErrorKind, Id, IdRun, Outcome};
use smol_str::SmolStr;

use super::Move;
use crate::StockError;

/// The answer per move, in order: its id, or why it was refused. Of moves that stand or fall together none is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moved {
    /// One per move.
    pub moves: Vec<Result<Id<Move>, RefusedMove>>,
}

impl Moved {
    /// The ids of the moves that were made.
    ///
    /// ```
    /// use fondaco_inventory::moves::Moved;
    /// assert_eq!(Moved::default().ids().count(), 0);
    /// ```
    pub fn ids(&self) -> impl Iterator<Item = Id<Move>> + '_ {
        self.moves.iter().filter_map(|moved| moved.as_ref().ok().copied())
    }
}

/// Why one move of many was not made: kept with the command, so that a replay says the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RefusedMove {
    /// The error's stable code.
    pub code: SmolStr,
    /// The error's text.
    pub message: SmolStr,
    /// Whether the move itself is wrong; else what it names is not there, or the business forbids it.
    pub invalid: bool,
}

impl From<StockError> for RefusedMove {
    fn from(error: StockError) -> RefusedMove {
        RefusedMove {
            code: SmolStr::new_static(error.code()),
            // What a person typed may hold anything; a stored text may not.
            message: error.to_string().replace('\0', "\u{fffd}").into(),
            invalid: error.kind() == ErrorKind::Invalid,
        }
    }
}

/// Ids of a batch follow one another: runs keep the stored answer small.
impl Outcome for Moved {
    fn encode(&self, out: &mut Vec<Value>) {
        let (at, mut parts) = (out.len(), 0);
        let mut rest = self.moves.as_slice();
        while let Some((first, others)) = rest.split_first() {
            parts += 1;
            match first {
                Ok(id) => {
                    let count = run_length(*id, rest);
                    id.encode(out);
                    out.push(Value::I64(count as i64));
                    rest = rest.get(count..).unwrap_or_default();
                }
                Err(refused) => {
                    out.push(Value::Null);
                    refused.code.encode(out);
                    refused.message.encode(out);
                    refused.invalid.encode(out);
                    rest = others;
                }
            }
        }
        out.insert(at, Value::I64(parts));
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Self, DecodeError> {
        let mut moves = Vec::new();
        for _ in 0..i64::decode(values)? {
            match values.next() {
                Some(Value::Id(first)) => {
                    let run = IdRun::new(Id::from_u128(first), u32::decode(values)?);
                    let run = run.map_err(|_| DecodeError::out_of_range("run of ids"))?;
                    moves.extend(run.iter().map(Ok));
                }
                Some(Value::Null) => moves.push(Err(RefusedMove {
                    code: SmolStr::decode(values)?,
                    message: SmolStr::decode(values)?,
                    invalid: bool::decode(values)?,
                })),
                _ => return Err(DecodeError::unexpected("another value", "a move's answer")),
            }
        }
        Ok(Moved { moves })
    }
}

/// How many moves from the first have ids that follow one another.
fn run_length(first: Id<Move>, moves: &[Result<Id<Move>, RefusedMove>]) -> usize {
    let count = moves.iter().take_while(|moved| moved.is_ok()).count();
    let Ok(ids) = u32::try_from(count)
        .map_err(|_| ())
        .and_then(|count| IdRun::new(first, count).map_err(|_| ()))
    else {
        return 1;
    };
    let same = moves.iter().zip(ids.iter()).take_while(|(moved, id)| moved.as_ref() == Ok(id));
    same.count().max(1)
}

#[cfg(test)]
mod tests {
    use fondaco_core::Timestamp;

    use super::*;

    #[test]
    fn answers_come_back_as_they_were() {
        let id = |counter| Id::<Move>::derive(Timestamp::EPOCH, 42, counter).unwrap();
        let refused = || {
            Err(RefusedMove {
                code: "inventory.short".into(),
                message: "short".into(),
                invalid: false,
            })
        };
        let moved =
            Moved { moves: vec![refused(), Ok(id(0)), Ok(id(1)), refused(), Ok(id(2)), Ok(id(7))] };
        let mut kept = Vec::new();
        moved.encode(&mut kept);
        assert_eq!(kept.len(), 1 + 4 + 2 + 4 + 2 + 2);
        assert_eq!(Moved::decode(&mut kept.into_iter()).unwrap(), moved);
    }
}
