//! Orders of rows: ranges of places, and how many bytes the leading parts of a place take.

use std::ops::Bound;

use fondaco_core::store::key::part_len;
use fondaco_core::store::{KeyBytes, Row, Scan, Type};

/// The places from `from` up to but not including `to`, never empty by mistake of the caller.
#[derive(Clone, Copy)]
pub(super) struct Range<'a> {
    pub(super) from: &'a [u8],
    pub(super) to: Option<&'a [u8]>,
}

impl<'a> Range<'a> {
    /// All places.
    pub(super) const ALL: Range<'static> = Range { from: &[], to: None };

    /// The range of a scan; `None` when it holds no place.
    pub(super) fn of(scan: &'a Scan) -> Option<Range<'a>> {
        let (from, to) = (scan.from.as_slice(), scan.to.as_ref().map(KeyBytes::as_slice));
        to.is_none_or(|to| from < to).then_some(Range { from, to })
    }

    pub(super) fn bounds(self) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
        (Bound::Included(self.from), self.to.map_or(Bound::Unbounded, Bound::Excluded))
    }

    /// Whether a place lies before the end of the range.
    pub(super) fn ends_after(self, place: &[u8]) -> bool {
        self.to.is_none_or(|to| place < to)
    }
}

/// Rows on their way to an answer.
pub(super) type RowIter<'a> = Box<dyn Iterator<Item = Row> + 'a>;

/// `rows`, the other way round when asked for.
pub(super) fn directed<'a, T>(
    rows: impl DoubleEndedIterator<Item = T> + 'a,
    backwards: bool,
) -> Box<dyn Iterator<Item = T> + 'a> {
    if backwards { Box::new(rows.rev()) } else { Box::new(rows) }
}

/// How many bytes of `place` the parts of the given types take; `None` when it ends before they do.
pub(super) fn parts_len(place: &[u8], types: &[Type]) -> Option<usize> {
    let mut len = 0;
    for &ty in types {
        len += part_len(place.get(len..)?, ty)?;
    }
    (len <= place.len()).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fondaco_core::store::{KeyWriter, Value};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_are_as_long_as_they_were_written(number: i64, bytes: Vec<u8>, text in "[^\0]{0,9}", id: u128) {
            let types = [Type::I64, Type::Bytes, Type::Text, Type::Id, Type::Bool];
            let values = [Value::I64(number), Value::Bytes(bytes.into()), Value::text(text), Value::Id(id), Value::Bool(true)];
            let (mut out, mut ends) = (KeyWriter::new(), vec![0]);
            for (value, ty) in values.iter().zip(types) {
                prop_assert!(out.value(value, ty));
                ends.push(out.position());
            }
            for (count, &end) in ends.iter().enumerate() {
                prop_assert_eq!(parts_len(out.as_slice(), &types[..count]), Some(end));
            }
            for cut in 0..out.position() {
                prop_assert_eq!(parts_len(&out.as_slice()[..cut], &types), None);
            }
        }
    }
}
