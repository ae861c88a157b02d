//! Key bytes as SQL values: whole keys as columns, and ends of ranges, which may stop in the middle of a value.
//!
//! The order of key bytes and a SQL store's order of the columns are the same, so every range of bytes is a range of rows. An end
//! of a range need not be a key: `KeyBytes::after_prefix` counts up the last byte of whatever it was given. So what is cut
//! short or no canonical value becomes the least value at or above it.

use std::borrow::Cow;

use fondaco_core::store::{DecodeError, Type};

/// The day number of 1970-01-01 when the first day of the common era is 1.
pub(crate) const EPOCH_DAYS: i64 = 719_163;

/// One value of a key, borrowed from its bytes where that is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Int(i64),
    /// UTF-8, unless somebody counted up the last byte of a prefix.
    Text(&'a [u8]),
    Blob(Cow<'a, [u8]>),
}

/// What stands at the beginning of some bytes.
enum Start<'a> {
    /// A whole value, and the bytes after it.
    Whole(Part<'a>, &'a [u8]),
    /// No whole value: those at or above the bytes begin here.
    From(Part<'a>),
    /// No value is at or above the bytes.
    Beyond,
}

/// One end of a range: all rows whose first columns are at or above `parts`, or, with `after`, above them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Edge<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) after: bool,
}

impl<'a> Edge<'a> {
    pub(crate) fn new(types: &[Type], bytes: &'a [u8]) -> Edge<'a> {
        let (mut parts, mut rest) = (Vec::with_capacity(types.len()), bytes);
        for &ty in types {
            if rest.is_empty() {
                return Edge { parts, after: false };
            }
            match start(ty, rest) {
                Start::Whole(part, tail) => {
                    parts.push(part);
                    rest = tail;
                }
                Start::From(part) => {
                    parts.push(part);
                    return Edge { parts, after: false };
                }
                Start::Beyond => return Edge { parts, after: true },
            }
        }
        Edge { parts, after: !rest.is_empty() }
    }
}

/// The values of a whole key.
pub(crate) fn parts<'a>(
    types: impl IntoIterator<Item = Type>,
    bytes: &'a [u8],
) -> Result<Vec<Part<'a>>, DecodeError> {
    let mut rest = bytes;
    let mut out = Vec::with_capacity(4);
    for ty in types {
        match start(ty, rest) {
            Start::Whole(part, tail) => {
                out.push(part);
                rest = tail;
            }
            _ => return Err(DecodeError::bad_key("cut short")),
        }
    }
    if rest.is_empty() { Ok(out) } else { Err(DecodeError::bad_key("bytes left over")) }
}

/// How many bytes the first `types` of some key take.
#[cfg(any(test, feature = "sqlite"))]
pub(crate) fn width(
    types: impl IntoIterator<Item = Type>,
    bytes: &[u8],
) -> Result<usize, DecodeError> {
    let mut rest = bytes;
    for ty in types {
        match start(ty, rest) {
            Start::Whole(_, tail) => rest = tail,
            _ => return Err(DecodeError::bad_key("an index holds none")),
        }
    }
    Ok(bytes.len() - rest.len())
}

fn start(ty: Type, bytes: &[u8]) -> Start<'_> {
    match ty {
        Type::Bool => match bytes.split_first() {
            Some((&bit @ (0 | 1), tail)) => Start::Whole(Part::Int(i64::from(bit)), tail),
            Some((&more, _)) => Start::From(Part::Int(i64::from(more))),
            None => Start::From(Part::Int(0)),
        },
        Type::I64 | Type::Decimal { .. } | Type::Instant => integer(bytes),
        Type::Date => date(bytes),
        Type::Id => match bytes.split_at_checked(16) {
            Some((id, tail)) => Start::Whole(Part::Blob(id.into()), tail),
            None => Start::From(Part::Blob(bytes.into())),
        },
        Type::Text => match bytes.iter().position(|&byte| byte == 0) {
            Some(end) => {
                let (text, tail) = bytes.split_at(end);
                Start::Whole(Part::Text(text), tail.get(1..).unwrap_or_default())
            }
            None => Start::From(Part::Text(bytes)),
        },
        Type::Bytes => escaped(bytes),
        // These are never part of a key; `Table::check` saw to it.
        _ => Start::Beyond,
    }
}

fn date(bytes: &[u8]) -> Start<'_> {
    let mut whole = [0; 4];
    whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let days = i64::from((u32::from_be_bytes(whole) ^ 0x8000_0000) as i32);
    let part = Part::Int(days - EPOCH_DAYS);
    match bytes.get(4..) {
        Some(tail) => Start::Whole(part, tail),
        None => Start::From(part),
    }
}

/// A length byte, then as many bytes as the number needs; see [`fondaco_core::store::key`].
fn integer(bytes: &[u8]) -> Start<'_> {
    let Some((&tag, digits)) = bytes.split_first() else {
        return Start::From(Part::Int(i64::MIN));
    };
    let (negative, count) = if tag >= 0x80 { (false, tag - 0x80) } else { (true, 0x7F - tag) };
    let count = usize::from(count);
    if count > 8 {
        return if negative { Start::From(Part::Int(i64::MIN)) } else { Start::Beyond };
    }
    let given = digits.get(..count.min(digits.len())).unwrap_or_default();
    let padded = given.iter().fold(0i128, |sum, &byte| (sum << 8) | i128::from(byte))
        << (8 * (count - given.len()));
    let power = |bytes: usize| 1i128 << (8 * bytes);
    let value = if negative { padded - power(count) } else { padded };
    // The least value that is written with so many bytes, or for negatives the least written with fewer.
    let shorter = count.checked_sub(1).map(power);
    let (canonical, next) = match (shorter, negative) {
        (None, _) => (true, value),
        (Some(least), false) => (value >= least, least),
        (Some(least), true) => (value < -least, -least),
    };
    let bound = if canonical { value } else { next };
    match i64::try_from(bound) {
        Ok(exact) if canonical && given.len() == count => {
            Start::Whole(Part::Int(exact), digits.get(count..).unwrap_or_default())
        }
        Ok(exact) => Start::From(Part::Int(exact)),
        Err(_) if negative => Start::From(Part::Int(i64::MIN)),
        Err(_) => Start::Beyond,
    }
}

/// Bytes in which each 0 is written `00 FF`, and which end in `00 00`.
fn escaped(bytes: &[u8]) -> Start<'_> {
    let Some(zero) = bytes.iter().position(|&byte| byte == 0) else {
        return Start::From(Part::Blob(bytes.into()));
    };
    if let (plain, [0, 0, tail @ ..]) = bytes.split_at(zero) {
        return Start::Whole(Part::Blob(plain.into()), tail);
    }
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    loop {
        match rest {
            [] | [0] => return Start::From(Part::Blob(out.into())),
            [0, 0, tail @ ..] => return Start::Whole(Part::Blob(out.into()), tail),
            [0, 0xFF, tail @ ..] => {
                out.push(0);
                rest = tail;
            }
            // Above the end of a value, below any value that goes on: the least that goes on.
            [0, _, ..] => {
                out.push(0);
                return Start::From(Part::Blob(out.into()));
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fondaco_core::store::KeyWriter;
    use proptest::prelude::*;

    fn limit(ty: Type, bytes: &[u8]) -> Edge<'_> {
        Edge::new(&[ty], bytes)
    }

    /// Whether `part` is at or above the edge.
    fn above(edge: &Edge<'_>, part: &Part<'_>) -> bool {
        let order = match (edge.parts.first(), part) {
            (None, _) => return !edge.after,
            (Some(Part::Int(a)), Part::Int(b)) => b.cmp(a),
            (Some(Part::Text(a)), Part::Text(b)) => b.cmp(a),
            (Some(Part::Blob(a)), Part::Blob(b)) => b.cmp(a),
            _ => return false,
        };
        if edge.after { order.is_gt() } else { order.is_ge() }
    }

    proptest! {
        #[test]
        fn ranges_of_integers_are_ranges_of_bytes(value in prop_oneof![any::<i64>(), -70_000i64..70_000], end: Vec<u8>, tag in 0x70u8..0x90) {
            let mut key = KeyWriter::new();
            key.i64(value);
            let end: Vec<u8> = std::iter::once(tag).chain(end).collect();
            prop_assert_eq!(key.as_slice() >= end.as_slice(), above(&limit(Type::I64, &end), &Part::Int(value)));
        }

        #[test]
        fn ranges_near_an_integer(value in prop_oneof![any::<i64>(), -70_000i64..70_000], by in -3i64..3, cut in 0usize..3) {
            let (mut key, mut end) = (KeyWriter::new(), KeyWriter::new());
            key.i64(value);
            end.i64(value.saturating_add(by));
            let end = &end.as_slice()[..end.position().saturating_sub(cut).max(1)];
            prop_assert_eq!(key.as_slice() >= end, above(&limit(Type::I64, end), &Part::Int(value)));
        }

        #[test]
        fn ranges_of_bytes(value in proptest::collection::vec(prop_oneof![Just(0u8), Just(0xFF), any::<u8>()], 0..5), end in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xFF), any::<u8>()], 1..6)) {
            let mut key = KeyWriter::new();
            key.bytes(&value);
            prop_assert_eq!(key.as_slice() >= end.as_slice(), above(&limit(Type::Bytes, &end), &Part::Blob(value.into())));
        }

        #[test]
        fn ranges_of_text(value in "[a-c]{0,4}", end in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(b'a'), Just(b'b'), any::<u8>()], 1..6)) {
            let mut key = KeyWriter::new();
            key.text(&value);
            prop_assert_eq!(key.as_slice() >= end.as_slice(), above(&limit(Type::Text, &end), &Part::Text(value.as_bytes())));
        }

        #[test]
        fn whole_keys_come_back(number: i64, text in "[^\0]{0,6}", bytes: Vec<u8>, id: u128) {
            let mut key = KeyWriter::new();
            key.i64(number);
            key.text(&text);
            key.bytes(&bytes);
            key.id(id);
            let types = [Type::I64, Type::Text, Type::Bytes, Type::Id];
            let id = id.to_be_bytes();
            let expected = vec![Part::Int(number), Part::Text(text.as_bytes()), Part::Blob(bytes.as_slice().into()), Part::Blob(id.as_slice().into())];
            prop_assert_eq!(parts(types, key.as_slice()).unwrap(), expected);
            prop_assert_eq!(width(types, key.as_slice()).unwrap(), key.position());
        }
    }
}
