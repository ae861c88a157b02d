//! Ends of ranges as SQL values: an end need not be a key, so what PostgreSQL has no value for becomes the least value at or
//! above it.

use fondaco_core::store::Type;

use super::lane::{Cell, day_of, instant_of};
use crate::part::{self, Part};

/// All rows whose first columns are at or above `cells`, or, with `after`, above them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) cells: Vec<Cell>,
    pub(super) after: bool,
}

impl Edge {
    pub(super) fn new(types: &[Type], bytes: &[u8]) -> Edge {
        let whole = part::Edge::new(types, bytes);
        let mut cells = Vec::with_capacity(whole.parts.len());
        for (part, ty) in whole.parts.iter().zip(types) {
            match at_least(part, *ty) {
                Least::Itself(cell) => cells.push(cell),
                Least::Above(cell) => {
                    cells.push(cell);
                    return Edge { cells, after: false };
                }
                Least::None => return Edge { cells, after: true },
            }
        }
        Edge { cells, after: whole.after }
    }
}

enum Least {
    Itself(Cell),
    /// The least value above.
    Above(Cell),
    /// No value is so large.
    None,
}

fn at_least(part: &Part<'_>, ty: Type) -> Least {
    Least::Itself(match (part, ty) {
        (Part::Int(v @ (0 | 1)), Type::Bool) => Cell(vec![*v as u8]),
        (Part::Int(_), Type::Bool) => return Least::None,
        (Part::Int(v), Type::Decimal { digits }) => Cell::decimal(*v, digits),
        (Part::Int(v), Type::Date) => Cell(day_of(*v).to_be_bytes().to_vec()),
        (Part::Int(v), Type::Instant) => Cell(instant_of(*v).to_be_bytes().to_vec()),
        (Part::Int(v), _) => Cell(v.to_be_bytes().to_vec()),
        (Part::Text(v), _) => return text_at_least(v),
        (Part::Blob(v), Type::Id) => {
            let mut id = v.to_vec();
            id.resize(16, 0);
            Cell(id)
        }
        (Part::Blob(v), _) => Cell(v.to_vec()),
    })
}

/// The least text at or above some bytes: UTF-8 orders as its characters do.
fn text_at_least(bytes: &[u8]) -> Least {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => return Least::Itself(Cell(bytes.to_vec())),
        Err(error) => error.valid_up_to(),
    };
    let (head, tail) = bytes.split_at(valid);
    let mut text = String::from_utf8_lossy(head).into_owned();
    if let Some(next) = char_at_least(tail) {
        text.push(next);
        return Least::Above(Cell(text.into_bytes()));
    }
    while let Some(last) = text.pop() {
        if let Some(next) = char_from(last as u32 + 1) {
            text.push(next);
            return Least::Above(Cell(text.into_bytes()));
        }
    }
    Least::None
}

/// The first character at or above a number.
fn char_from(number: u32) -> Option<char> {
    (number..=char::MAX as u32).find_map(char::from_u32)
}

/// The least character whose bytes are at or above `bytes`.
fn char_at_least(bytes: &[u8]) -> Option<char> {
    let (mut low, mut high) = (1, char::MAX as u32 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let below =
            char_from(middle).is_some_and(|c| c.encode_utf8(&mut [0; 4]).as_bytes() < bytes);
        if below {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    char_from(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_of_bytes_are_ranges_of_texts(
            text in "[a\u{7f}\u{80}é\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,3}",
            end in proptest::collection::vec(prop_oneof![Just(b'a'), Just(0x7F), Just(0xC3), Just(0xED), Just(0xF4), any::<u8>()], 1..6),
        ) {
            let end: Vec<u8> = end.into_iter().map(|byte| byte.max(1)).collect();
            let above = match text_at_least(&end) {
                Least::Itself(cell) | Least::Above(cell) => text.as_bytes() >= cell.0.as_slice(),
                Least::None => false,
            };
            prop_assert_eq!(text.as_bytes() >= end.as_slice(), above);
        }

        #[test]
        fn the_least_text_is_a_text(end in proptest::collection::vec(1u8.., 0..6)) {
            if let Least::Itself(cell) | Least::Above(cell) = text_at_least(&end) {
                prop_assert!(std::str::from_utf8(&cell.0).is_ok());
            }
        }
    }

    #[test]
    fn what_no_value_reaches_ends_the_range() {
        assert_eq!(Edge::new(&[Type::Bool], &[2]), Edge { cells: vec![], after: true });
        let far = Edge::new(&[Type::I64, Type::Text], &[0x81, 7, 0xFF]);
        assert_eq!(far, Edge { cells: vec![Cell(7i64.to_be_bytes().to_vec())], after: true });
    }
}
