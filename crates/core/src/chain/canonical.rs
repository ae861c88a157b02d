//! The one canonical byte form of what the chain hashes, written and read again.
//!
//! A message is a word, a zero byte, and values in order. Each value is its column's number (one byte, which goes on from
//! 255 to 0), a tag of its type, and its bytes, big-endian. A null is left out, and its column's number with it; only each
//! 256th of as many nulls in a row is written, so that no value stands for one 256 columns further on:
//!
//! | tag | value | bytes |
//! |---|---|---|
//! | 0 | the 256th null in a row | 0 |
//! | 1 | bool | 1 |
//! | 2 | i64 | 8 |
//! | 3 | number: mantissa, digits after the point | 16 + 1 |
//! | 4, 5, 9 | text, bytes, JSON: length, then as many bytes | 4 + n |
//! | 6 | date: days from the common era, 1 for 0001-01-01 | 4 |
//! | 7 | instant: microseconds since 1970 | 8 |
//! | 8 | id | 16 |
//! | 10 | commitment to a personal value | 32 |
//! | 12 | decimal of declared digits: units, digits after the point | 8 + 1 |

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::commitment;
use crate::Timestamp;
use crate::store::{ColumnSink, Hash, Salt, Value};

/// Writes messages, one after another in one buffer.
#[derive(Default)]
pub(crate) struct Canonical {
    pub(super) bytes: Vec<u8>,
    column: u8,
    /// Nulls since the last column that was written.
    nulls: u8,
}

impl Canonical {
    pub(super) fn begin(&mut self, word: &str) {
        self.bytes.clear();
        self.bytes.extend_from_slice(word.as_bytes());
        self.bytes.push(0);
        (self.column, self.nulls) = (0, 0);
    }

    /// Column number and tag, then the value's bytes.
    fn put(&mut self, tag: u8, value: &[u8]) {
        self.bytes.extend_from_slice(&[self.column, tag]);
        self.bytes.extend_from_slice(value);
        (self.column, self.nulls) = (self.column.wrapping_add(1), 0);
    }

    fn put_long(&mut self, tag: u8, value: &[u8]) {
        self.put(tag, &(value.len() as u32).to_be_bytes());
        self.bytes.extend_from_slice(value);
    }
}

impl ColumnSink for Canonical {
    fn null(&mut self) {
        if self.nulls == u8::MAX {
            return self.put(0, &[]);
        }
        (self.column, self.nulls) = (self.column.wrapping_add(1), self.nulls + 1);
    }
    fn bool(&mut self, value: bool) {
        self.put(1, &[u8::from(value)]);
    }
    fn i64(&mut self, value: i64) {
        self.put(2, &value.to_be_bytes());
    }
    fn decimal(&mut self, units: i64, digits: u8) {
        // Units and digits as declared: a column's digits never change within a layout.
        self.put(12, &units.to_be_bytes());
        self.bytes.push(digits);
    }
    fn number(&mut self, value: Decimal) {
        let value = crate::decimal::normalize(value);
        self.put(3, &value.mantissa().to_be_bytes());
        self.bytes.push(value.scale() as u8);
    }
    fn text(&mut self, value: &str) {
        self.put_long(4, value.as_bytes());
    }
    fn bytes(&mut self, value: &[u8]) {
        self.put_long(5, value);
    }
    fn date(&mut self, value: NaiveDate) {
        self.put(6, &value.num_days_from_ce().to_be_bytes());
    }
    fn instant(&mut self, value: Timestamp) {
        self.put(7, &value.micros().to_be_bytes());
    }
    fn id(&mut self, value: u128) {
        self.put(8, &value.to_be_bytes());
    }
    fn json(&mut self, value: &str) {
        self.put_long(9, value.as_bytes());
    }
    fn personal(&mut self, value: &Value, salt: &Salt) {
        self.erased(&commitment(value, salt));
    }
    fn erased(&mut self, commitment: &Hash) {
        self.put(10, commitment);
    }
    fn drawn(&mut self, draw: u32, offset: u32) {
        // Only in a batch that is not filled yet, which has no hash that is kept.
        self.put(11, &[draw.to_be_bytes(), offset.to_be_bytes()].concat());
    }
}

/// Reads a message that [`Canonical`] wrote, or that somebody says it did.
pub(crate) struct CanonicalReader<'m> {
    bytes: &'m [u8],
    column: u8,
}

impl<'m> CanonicalReader<'m> {
    /// The word that a message begins with, and what follows it; `None` without a word.
    pub(crate) fn new(message: &'m [u8]) -> Option<(&'m str, CanonicalReader<'m>)> {
        let end = message.iter().position(|&byte| byte == 0)?;
        let word = std::str::from_utf8(message.get(..end)?).ok()?;
        Some((word, CanonicalReader { bytes: message.get(end + 1..)?, column: 0 }))
    }

    /// One value alone, as a commitment takes it.
    pub(crate) fn alone(message: &'m [u8]) -> Option<Value> {
        let mut reader = CanonicalReader { bytes: message, column: 0 };
        reader.next().filter(|_| reader.bytes.is_empty())
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'m [u8] {
        self.bytes
    }

    /// The value of the next column; `Null` when it was left out, `None` when the bytes are no value.
    pub(crate) fn next(&mut self) -> Option<Value> {
        let column = self.column;
        self.column = column.wrapping_add(1);
        match self.bytes.first() {
            Some(&found) if found == column => self.value(),
            _ => Some(Value::Null),
        }
    }

    /// The next value that was not left out, with the number of its column.
    pub(crate) fn next_column(&mut self) -> Option<(u8, Value)> {
        let column = *self.bytes.first()?;
        let value = self.value()?;
        Some((column, value))
    }

    fn value(&mut self) -> Option<Value> {
        let [_, tag] = self.take()?;
        Some(match tag {
            0 => Value::Null,
            1 => match self.take()? {
                [0] => Value::Bool(false),
                [1] => Value::Bool(true),
                _ => return None,
            },
            2 => Value::I64(i64::from_be_bytes(self.take()?)),
            3 => Value::Decimal(self.number()?),
            4 => Value::text(self.text()?),
            5 => Value::Bytes(Arc::from(self.long()?)),
            6 => {
                Value::Date(NaiveDate::from_num_days_from_ce_opt(i32::from_be_bytes(self.take()?))?)
            }
            7 => Value::Instant(Timestamp::from_micros(i64::from_be_bytes(self.take()?))?),
            8 => Value::Id(u128::from_be_bytes(self.take()?)),
            9 => Value::Json(Arc::from(self.text()?)),
            10 => Value::Erased(self.take()?),
            12 => Value::Decimal(self.decimal()?),
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<Decimal> {
        let mantissa = i128::from_be_bytes(self.take()?);
        let [digits] = self.take()?;
        Decimal::try_from_i128_with_scale(mantissa, u32::from(digits)).ok()
    }

    fn decimal(&mut self) -> Option<Decimal> {
        let units = i64::from_be_bytes(self.take()?);
        let [digits] = self.take()?;
        Decimal::try_from_i128_with_scale(i128::from(units), u32::from(digits)).ok()
    }

    fn text(&mut self) -> Option<&'m str> {
        std::str::from_utf8(self.long()?).ok()
    }

    fn long(&mut self) -> Option<&'m [u8]> {
        let length = usize::try_from(u32::from_be_bytes(self.take()?)).ok()?;
        let (long, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(long)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Value> {
        vec![
            Value::Null,
            Value::Bool(true),
            Value::I64(i64::MIN),
            Value::Decimal("-0.0000012345678901234567890123".parse().unwrap()),
            Value::text("Mestre, 30173"),
            Value::Null,
            Value::Bytes([0, 255].as_slice().into()),
            Value::Date("2026-02-28".parse().unwrap()),
            Value::Instant(Timestamp::EPOCH),
            Value::Id(7),
            Value::Json("{}".into()),
            Value::Erased([3; 32]),
        ]
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut message = Canonical::default();
        message.begin("word");
        all().iter().for_each(|value| message.value(value, None));
        message.value(&Value::Decimal("12.50".parse().unwrap()), Some(2));
        let (word, mut reader) = CanonicalReader::new(&message.bytes).unwrap();
        assert_eq!(word, "word");
        all().iter().for_each(|value| assert_eq!(reader.next().as_ref(), Some(value)));
        assert_eq!(reader.next(), Some(Value::Decimal("12.50".parse().unwrap())));
        assert!(reader.rest().is_empty());
    }

    fn message(values: &[Value]) -> Vec<u8> {
        let mut message = Canonical::default();
        message.begin("wide");
        values.iter().for_each(|value| message.value(value, None));
        message.bytes
    }

    /// The number of a column goes round after 256 of them; what is meant does not.
    #[test]
    fn no_value_stands_for_one_256_columns_further_on() {
        let mut seen = std::collections::BTreeSet::new();
        for nulls in [0, 1, 254, 255, 256, 257, 511, 512, 513, 1000] {
            for before in [0, nulls] {
                let mut values = vec![Value::Null; before];
                values.push(Value::I64(7));
                values.extend(vec![Value::Null; nulls]);
                values.push(Value::Bool(true));
                let bytes = message(&values);
                let (_, mut reader) = CanonicalReader::new(&bytes).unwrap();
                values.iter().for_each(|value| assert_eq!(reader.next().as_ref(), Some(value)));
                assert!(reader.rest().is_empty(), "{nulls} nulls");
                assert!(seen.insert(bytes) || (before, nulls) == (0, 0), "{before}, {nulls}");
            }
        }
        // Fewer are left out, as they always were.
        let narrow = [vec![Value::Null; 255], vec![Value::Bool(true)]].concat();
        assert_eq!(message(&narrow), b"wide\0\xff\x01\x01");
    }

    #[test]
    fn every_cut_is_noticed() {
        let mut message = Canonical::default();
        message.begin("w");
        all().iter().for_each(|value| message.value(value, None));
        for end in 3..message.bytes.len() {
            let (_, mut reader) = CanonicalReader::new(&message.bytes[..end]).unwrap();
            let mut columns = 0;
            while reader.next_column().is_some() {
                columns += 1;
            }
            assert!(columns < 10, "cut at {end}");
        }
        assert!(CanonicalReader::new(b"no word").is_none());
        let other_tags = [11, 13, 255].map(|tag| [b"w\0\0".as_slice(), &[tag], &[0; 40]].concat());
        for message in other_tags {
            assert!(CanonicalReader::new(&message).unwrap().1.next_column().is_none());
        }
    }
}
