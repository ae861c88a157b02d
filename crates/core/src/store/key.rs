//! Keys as bytes whose order is the order of their values.
//!
//! A key is the concatenation of its parts, each in a form that orders as the values do and that ends by itself, so that
//! a prefix of parts is a prefix of bytes, and the table's types decode it again:
//!
//! | type | bytes |
//! |---|---|
//! | bool | one byte, 0 or 1 |
//! | i64, decimal units, instant | one length byte (`0x80 + n` for zero and above, `0x7F - n` below), then `n` bytes, big-endian; for negatives the two's complement without leading `0xFF` bytes |
//! | date | four bytes, days from the common era, sign bit flipped, big-endian |
//! | id | sixteen bytes, big-endian |
//! | text | its UTF-8 bytes, then `0x00` |
//! | bytes | each `0x00` as `0x00 0xFF`, then `0x00 0x00` |

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::{DecodeError, Table, Type, Value};
use crate::Timestamp;
use crate::decimal::{from_fixed, to_fixed};

const INLINE: usize = 38;

/// The bytes of a key: inline up to 38 bytes, on the heap beyond.
#[derive(Clone)]
pub struct KeyBytes(Repr);

#[derive(Clone)]
enum Repr {
    Inline(u8, [u8; INLINE]),
    Heap(Arc<[u8]>),
}

impl KeyBytes {
    /// Copies `bytes`.
    ///
    /// ```
    /// use fondaco_core::store::KeyBytes;
    /// let key = KeyBytes::new(&[0x81, 5]);
    /// assert_eq!(key.as_slice(), [0x81, 5]);
    /// assert!(key < KeyBytes::new(&[0x81, 6])); // orders by its bytes
    /// ```
    pub fn new(bytes: &[u8]) -> KeyBytes {
        let mut inline = [0; INLINE];
        match (inline.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(room), Ok(len)) => {
                room.copy_from_slice(bytes);
                KeyBytes(Repr::Inline(len, inline))
            }
            _ => KeyBytes(Repr::Heap(bytes.into())),
        }
    }

    /// The bytes.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or(bytes),
            Repr::Heap(bytes) => bytes,
        }
    }

    /// The smallest key that is larger than every key beginning with these bytes; `None` when there is none.
    ///
    /// ```
    /// use fondaco_core::store::KeyBytes;
    /// let key = |bytes: &[u8]| KeyBytes::new(bytes);
    /// assert_eq!(key(&[1, 2]).after_prefix(), Some(key(&[1, 3])));
    /// assert_eq!(key(&[1, 0xFF]).after_prefix(), Some(key(&[2])));
    /// assert_eq!(key(&[0xFF]).after_prefix(), None);
    /// ```
    pub fn after_prefix(&self) -> Option<KeyBytes> {
        let mut bytes = self.as_slice().to_vec();
        while let Some(last) = bytes.pop() {
            if last < u8::MAX {
                bytes.push(last + 1);
                return Some(KeyBytes::new(&bytes));
            }
        }
        None
    }
}

impl PartialEq for KeyBytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}
impl Eq for KeyBytes {}
impl PartialOrd for KeyBytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for KeyBytes {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}
impl Hash for KeyBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As a slice hashes, so that maps can be asked with borrowed bytes.
        self.as_slice().hash(state);
    }
}
impl AsRef<[u8]> for KeyBytes {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}
impl std::borrow::Borrow<[u8]> for KeyBytes {
    fn borrow(&self) -> &[u8] {
        self.as_slice()
    }
}
impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The key of one row: its table and the bytes of its primary key.
#[derive(Clone)]
pub struct Key {
    /// The row's table.
    pub table: &'static Table,
    /// The primary key.
    pub bytes: KeyBytes,
}

impl Key {
    /// The key's values, by the table's types.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let key = shelf(7, "door").row_key();
    /// assert_eq!(key.values()?, [Value::I64(7)]);
    /// assert_eq!(format!("{key:?}"), "shelf[7]");
    /// let cut = Key { table: Shelf::TABLE, bytes: KeyBytes::new(&[]) };
    /// assert!(cut.values().is_err());
    /// # Ok::<(), DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// When the bytes are not a key of this table.
    pub fn values(&self) -> Result<Vec<Value>, DecodeError> {
        let mut reader = KeyReader::new(self.bytes.as_slice());
        let values =
            self.table.key_columns().iter().map(|c| reader.next(c.ty)).collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(values)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.table.name == other.table.name && self.bytes == other.bytes
    }
}
impl Eq for Key {}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.table.name.cmp(other.table.name).then_with(|| self.bytes.cmp(&other.bytes))
    }
}
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.table.name.hash(state);
        self.bytes.hash(state);
    }
}
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.values() {
            Ok(values) => write!(f, "{}{values:?}", self.table.name),
            Err(_) => write!(f, "{}[{:?}]", self.table.name, self.bytes),
        }
    }
}

/// Writes the parts of a key, one after another, into a buffer that can be used again.
#[derive(Debug, Default, Clone)]
pub struct KeyWriter {
    bytes: Vec<u8>,
}

impl KeyWriter {
    /// An empty writer.
    ///
    /// ```
    /// use fondaco_core::store::KeyWriter;
    /// let mut writer = KeyWriter::new();
    /// writer.text("Mestre");
    /// writer.i64(7);
    /// let key = writer.to_key(); // orders by the text, then by the number
    /// assert_eq!(key.as_slice(), b"Mestre\0\x81\x07");
    /// assert_eq!(writer.position(), key.as_slice().len());
    /// ```
    pub fn new() -> KeyWriter {
        // Most keys fit, so that the room grows once, not four times.
        KeyWriter { bytes: Vec::with_capacity(64) }
    }

    /// Forgets what was written, keeps the room.
    ///
    /// ```
    /// use fondaco_core::store::KeyWriter;
    /// let mut writer = KeyWriter::new();
    /// let keys = [1, 2].map(|number| {
    ///     writer.clear();
    ///     writer.i64(number);
    ///     writer.to_key()
    /// });
    /// assert!(keys[0] < keys[1]);
    /// ```
    #[inline]
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What was written so far.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes were written.
    #[inline]
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// What was written, as a key.
    pub fn to_key(&self) -> KeyBytes {
        KeyBytes::new(&self.bytes)
    }

    /// Appends parts that are encoded already.
    ///
    /// ```
    /// use fondaco_core::store::KeyWriter;
    /// let (mut prefix, mut whole) = (KeyWriter::new(), KeyWriter::new());
    /// prefix.text("Mestre");
    /// whole.raw(prefix.as_slice());
    /// whole.i64(7);
    /// assert!(whole.as_slice().starts_with(prefix.as_slice()));
    /// ```
    #[inline]
    pub fn raw(&mut self, encoded: &[u8]) {
        self.bytes.extend_from_slice(encoded);
    }

    /// Appends a bool.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(u8::from(value));
    }

    /// Appends an integer, also the units of a decimal or the microseconds of an instant.
    ///
    /// ```
    /// use fondaco_core::store::KeyWriter;
    /// let key = |value| {
    ///     let mut writer = KeyWriter::new();
    ///     writer.i64(value);
    ///     writer.to_key()
    /// };
    /// assert!(key(i64::MIN) < key(-1) && key(-1) < key(0) && key(0) < key(300));
    /// assert_eq!(key(300).as_slice(), [0x82, 1, 44]); // small values are short
    /// assert_eq!(key(-300).as_slice(), [0x7D, 0xFE, 212]);
    /// ```
    #[inline]
    pub fn i64(&mut self, value: i64) {
        let skip = if value < 0 { value.leading_ones() } else { value.leading_zeros() } / 8;
        let count = 8 - skip as u8;
        let end = self.bytes.len() + 1 + usize::from(count);
        self.bytes.push(if value < 0 { 0x7F - count } else { 0x80 + count });
        // All eight bytes, then the end cut off: a copy of fixed length is much faster.
        let used = value.checked_shl(skip * 8).unwrap_or(0);
        self.bytes.extend_from_slice(&used.to_be_bytes());
        self.bytes.truncate(end);
    }

    /// Appends a date.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_core::store::KeyWriter;
    /// let key = |date: NaiveDate| {
    ///     let mut writer = KeyWriter::new();
    ///     writer.date(date);
    ///     writer.to_key()
    /// };
    /// assert!(key(NaiveDate::MIN) < key("2026-01-31".parse()?));
    /// assert!(key("2026-01-31".parse()?) < key("2026-02-01".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[inline]
    pub fn date(&mut self, value: NaiveDate) {
        let days = (value.num_days_from_ce() as u32) ^ 0x8000_0000;
        self.bytes.extend_from_slice(&days.to_be_bytes());
    }

    /// Appends an id.
    #[inline]
    pub fn id(&mut self, value: u128) {
        self.bytes.extend_from_slice(&value.to_be_bytes());
    }

    /// Appends text, which holds no NUL.
    ///
    /// ```
    /// use fondaco_core::store::KeyWriter;
    /// let key = |value| {
    ///     let mut writer = KeyWriter::new();
    ///     writer.text(value);
    ///     writer.to_key()
    /// };
    /// assert!(key("Z") < key("a") && key("a") < key("ab")); // by bytes, in no language's order
    /// ```
    #[inline]
    pub fn text(&mut self, value: &str) {
        self.bytes.extend_from_slice(value.as_bytes());
        self.bytes.push(0);
    }

    /// Appends bytes.
    ///
    /// ```
    /// use fondaco_core::store::KeyWriter;
    /// let mut writer = KeyWriter::new();
    /// writer.bytes(&[1, 0, 2]); // a zero is told from the end by what follows
    /// assert_eq!(writer.as_slice(), [1, 0, 0xFF, 2, 0, 0]);
    /// ```
    pub fn bytes(&mut self, value: &[u8]) {
        for (at, part) in value.split(|&byte| byte == 0).enumerate() {
            if at > 0 {
                self.bytes.extend_from_slice(&[0, 0xFF]);
            }
            self.bytes.extend_from_slice(part);
        }
        self.bytes.extend_from_slice(&[0, 0]);
    }

    /// Appends a value of a column of type `ty`; `false`, and nothing appended, when it is null, erased or of another
    /// type (such a row is in no index).
    ///
    /// ```
    /// use fondaco_core::store::{KeyWriter, Type, Value};
    /// let mut writer = KeyWriter::new();
    /// assert!(writer.value(&Value::text("door"), Type::Text));
    /// assert!(!writer.value(&Value::Null, Type::I64)); // null has no place
    /// assert_eq!(writer.as_slice(), b"door\0");
    /// ```
    pub fn value(&mut self, value: &Value, ty: Type) -> bool {
        match (value, ty) {
            (Value::Bool(v), Type::Bool) => self.bool(*v),
            (Value::I64(v), Type::I64) => self.i64(*v),
            (Value::Decimal(v), Type::Decimal { digits }) => {
                match to_fixed(*v, u32::from(digits)) {
                    Some(units) => self.i64(units),
                    None => return false,
                }
            }
            (Value::Text(v), Type::Text) => self.text(v),
            (Value::Bytes(v), Type::Bytes) => self.bytes(v),
            (Value::Date(v), Type::Date) => self.date(*v),
            (Value::Instant(v), Type::Instant) => self.i64(v.micros()),
            (Value::Id(v), Type::Id) => self.id(*v),
            (Value::Personal(inner, _), ty) => return self.value(inner, ty),
            _ => return false,
        }
        true
    }
}

/// Reads the parts of a key again.
#[derive(Debug, Clone)]
pub struct KeyReader<'a> {
    rest: &'a [u8],
}

impl<'a> KeyReader<'a> {
    /// Reads from the beginning of `bytes`.
    ///
    /// ```
    /// use fondaco_core::store::{KeyReader, KeyWriter, Type, Value};
    /// let mut writer = KeyWriter::new();
    /// writer.text("Mestre");
    /// writer.i64(7);
    /// let mut reader = KeyReader::new(writer.as_slice());
    /// assert_eq!(reader.next(Type::Text)?, Value::text("Mestre"));
    /// assert_eq!(reader.next(Type::I64)?, Value::I64(7));
    /// reader.finish()?; // nothing is left over
    /// assert!(reader.next(Type::I64).is_err());
    /// # Ok::<(), fondaco_core::store::DecodeError>(())
    /// ```
    pub fn new(bytes: &'a [u8]) -> KeyReader<'a> {
        KeyReader { rest: bytes }
    }

    /// The next part, of type `ty`.
    ///
    /// ```
    /// use fondaco_core::store::{KeyReader, Type, Value};
    /// let mut reader = KeyReader::new(&[0x81, 7, b'd']);
    /// assert_eq!(reader.next(Type::I64)?, Value::I64(7));
    /// assert!(reader.next(Type::Text).is_err()); // it ends early
    /// # Ok::<(), fondaco_core::store::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// When the bytes end early or are no such value.
    pub fn next(&mut self, ty: Type) -> Result<Value, DecodeError> {
        Ok(match ty {
            Type::Bool => Value::Bool(self.take(1)? == [1]),
            Type::I64 => Value::I64(self.integer()?),
            Type::Decimal { digits } => {
                Value::Decimal(from_fixed(self.integer()?, u32::from(digits)))
            }
            Type::Instant => Value::Instant(
                Timestamp::from_micros(self.integer()?)
                    .ok_or(DecodeError::bad_key("an instant"))?,
            ),
            Type::Date => Value::Date(self.date()?),
            Type::Id => Value::Id(u128::from_be_bytes(self.array()?)),
            Type::Text => Value::text(
                std::str::from_utf8(self.until_nul()?).map_err(|_| DecodeError::bad_key("text"))?,
            ),
            Type::Bytes => Value::Bytes(self.escaped()?.into()),
            Type::Number | Type::Json => return Err(DecodeError::bad_key("a type without order")),
        })
    }

    /// That nothing is left.
    ///
    /// ```
    /// use fondaco_core::store::{KeyReader, Type};
    /// let mut reader = KeyReader::new(&[0x81, 7, 0xFF]);
    /// reader.next(Type::I64)?;
    /// assert!(reader.finish().is_err()); // a byte is left over
    /// # Ok::<(), fondaco_core::store::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// When bytes are left over.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::bad_key("bytes left over")) }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (head, rest) =
            self.rest.split_at_checked(count).ok_or(DecodeError::bad_key("cut short"))?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::bad_key("cut short"))
    }

    fn integer(&mut self) -> Result<i64, DecodeError> {
        let [tag] = self.array()?;
        let (count, fill) = if tag >= 0x80 { (tag - 0x80, 0) } else { (0x7F - tag, u8::MAX) };
        let used = self.take(usize::from(count))?;
        let mut bytes = [fill; 8];
        let room = bytes.len().checked_sub(used.len()).and_then(|skip| bytes.get_mut(skip..));
        room.ok_or(DecodeError::bad_key("an integer of more than 8 bytes"))?.copy_from_slice(used);
        Ok(i64::from_be_bytes(bytes))
    }

    fn date(&mut self) -> Result<NaiveDate, DecodeError> {
        let days = (u32::from_be_bytes(self.array()?) ^ 0x8000_0000) as i32;
        NaiveDate::from_num_days_from_ce_opt(days).ok_or(DecodeError::bad_key("a date"))
    }

    fn until_nul(&mut self) -> Result<&'a [u8], DecodeError> {
        let end = self.rest.iter().position(|&b| b == 0).ok_or(DecodeError::bad_key("text"))?;
        let text = self.take(end)?;
        self.take(1)?;
        Ok(text)
    }

    fn escaped(&mut self) -> Result<Vec<u8>, DecodeError> {
        let mut out = Vec::new();
        loop {
            match self.array()? {
                [0] => match self.array()? {
                    [0xFF] => out.push(0),
                    [0] => return Ok(out),
                    _ => return Err(DecodeError::bad_key("bytes")),
                },
                [byte] => out.push(byte),
            }
        }
    }
}

/// How many bytes the part of type `ty` takes with which some bytes begin; `None` when they end before it does.
///
/// ```
/// use fondaco_core::store::{KeyWriter, Type, key::part_len};
/// let mut writer = KeyWriter::new();
/// writer.text("Mestre");
/// writer.i64(7);
/// assert_eq!(part_len(writer.as_slice(), Type::Text), Some(7));
/// assert_eq!(part_len(b"Mestr", Type::Text), None); // no end
/// ```
pub fn part_len(part: &[u8], ty: Type) -> Option<usize> {
    Some(match ty {
        Type::Bool => 1,
        Type::Date => 4,
        Type::Id => 16,
        Type::Text => part.iter().position(|&byte| byte == 0)? + 1,
        Type::Bytes => escaped_len(part)?,
        // One byte says how many follow: 0x80 + n, or 0x7F - n below zero.
        _ => {
            let tag = *part.first()?;
            1 + usize::from(if tag >= 0x80 { tag - 0x80 } else { 0x7F - tag })
        }
    })
}

fn escaped_len(part: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match (part.get(at)?, part.get(at + 1)) {
            (0, Some(0)) => return Some(at + 2),
            (0, Some(_)) => at += 2,
            (0, None) => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(value: &Value, ty: Type) -> KeyBytes {
        let mut writer = KeyWriter::new();
        assert!(writer.value(value, ty));
        writer.to_key()
    }

    proptest! {
        #[test]
        fn integers_order_and_return(a: i64, b: i64) {
            let (ka, kb) = (encoded(&Value::I64(a), Type::I64), encoded(&Value::I64(b), Type::I64));
            prop_assert_eq!(ka.cmp(&kb), a.cmp(&b));
            prop_assert_eq!(KeyReader::new(ka.as_slice()).next(Type::I64).unwrap(), Value::I64(a));
        }

        #[test]
        fn small_integers_order(a in -300i64..300, b in -300i64..300) {
            let (ka, kb) = (encoded(&Value::I64(a), Type::I64), encoded(&Value::I64(b), Type::I64));
            prop_assert_eq!(ka.cmp(&kb), a.cmp(&b));
        }

        #[test]
        fn bytes_order_and_return(a: Vec<u8>, b: Vec<u8>) {
            let va = Value::Bytes(a.clone().into());
            let (ka, kb) = (encoded(&va, Type::Bytes), encoded(&Value::Bytes(b.clone().into()), Type::Bytes));
            prop_assert_eq!(ka.cmp(&kb), a.cmp(&b));
            prop_assert_eq!(KeyReader::new(ka.as_slice()).next(Type::Bytes).unwrap(), va);
        }

        #[test]
        fn texts_order_and_return(a in "[^\0]*", b in "[^\0]*") {
            let va = Value::text(&a);
            let (ka, kb) = (encoded(&va, Type::Text), encoded(&Value::text(&b), Type::Text));
            prop_assert_eq!(ka.cmp(&kb), a.cmp(&b));
            prop_assert_eq!(KeyReader::new(ka.as_slice()).next(Type::Text).unwrap(), va);
        }

        #[test]
        fn garbage_is_refused_and_never_panics(bytes: Vec<u8>, kind in 0usize..6) {
            let types = [Type::Bool, Type::I64, Type::Date, Type::Id, Type::Text, Type::Bytes];
            let _ = KeyReader::new(&bytes).next(types[kind]);
        }
    }

    #[test]
    fn long_keys_go_to_the_heap_and_compare_the_same() {
        let short = KeyBytes::new(&[7; 38]);
        let long = KeyBytes::new(&[7; 39]);
        assert!(short < long);
        assert_eq!(long.as_slice().len(), 39);
        assert_eq!(short.after_prefix().unwrap().as_slice()[37], 8);
        assert_eq!(KeyBytes::new(&[0xFF, 0xFF]).after_prefix(), None);
    }
}
