//! How values are written: compact, versioned, and each telling what it is, so that a row can be read without its table.
//!
//! Everything begins with the version of this form, [`VERSION`]. Whole numbers are *varints*: seven bits a byte, the lowest
//! first, the high bit set on all but the last byte (LEB128); signed ones are zigzag before (0, -1, 1, -2 are 0, 1, 2, 3).
//! Text and bytes are their length as a varint, then themselves. A value is a tag and what follows it:
//!
//! | tag | value | what follows |
//! |---|---|---|
//! | 0 | null | nothing |
//! | 1, 2 | false, true | nothing |
//! | 3 | integer | zigzag varint |
//! | 4 | decimal with declared digits | the digits, one byte; zigzag varint of its units |
//! | 5 | decimal | its scale, one byte; zigzag varint of its mantissa, up to 97 bits |
//! | 6 | text | text |
//! | 7 | bytes | bytes |
//! | 8 | date | zigzag varint of the days since 0000-12-31 |
//! | 9 | instant | zigzag varint of the microseconds since 1970 |
//! | 10 | id | sixteen bytes, big-endian |
//! | 11 | JSON | text |
//! | 12 | personal | the salt, sixteen bytes; the value |
//! | 13 | erased | the commitment, 32 bytes |
//! | 14 | drawn | varints of draw and offset |
//!
//! A row is the version of the form, its own version as a varint, then its columns in order: without those of its primary
//! key, which are in the key of the map, and without nulls at the end.

use chrono::{Datelike, NaiveDate};
use fondaco_core::Timestamp;
use fondaco_core::decimal::from_fixed;
use fondaco_core::store::{ColumnSink, Hash, Salt, StoreError, Value};
use rust_decimal::Decimal;

/// The version of the forms of this module.
pub const VERSION: u8 = 1;

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const I64: u8 = 3;
    pub(super) const FIXED: u8 = 4;
    pub(super) const NUMBER: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const BYTES: u8 = 7;
    pub(super) const DATE: u8 = 8;
    pub(super) const INSTANT: u8 = 9;
    pub(super) const ID: u8 = 10;
    pub(super) const JSON: u8 = 11;
    pub(super) const PERSONAL: u8 = 12;
    pub(super) const ERASED: u8 = 13;
    pub(super) const DRAWN: u8 = 14;
}

/// Writes a form.
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// How many columns are still left out, because they are in the key.
    skip: usize,
    /// Where the last column that is not null ended.
    end: usize,
    /// Whether the place of a number came that was not filled in.
    drawn: bool,
}

impl Writer {
    /// A form that begins with its version.
    pub(super) fn new() -> Writer {
        let mut bytes = Vec::with_capacity(96);
        bytes.push(VERSION);
        Writer { bytes, skip: 0, end: 0, drawn: false }
    }

    /// Leaves out the next `columns` columns.
    pub(super) fn skip(&mut self, columns: usize) {
        self.skip = columns;
        self.end = self.bytes.len();
    }

    /// What was written, without nulls at the end; `None` when a number was not filled in.
    pub(super) fn without_nulls(mut self) -> Option<Vec<u8>> {
        self.bytes.truncate(self.end);
        (!self.drawn).then_some(self.bytes)
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(super) fn signed(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    fn wide(&mut self, value: i128) {
        let mut value = ((value << 1) ^ (value >> 127)) as u128;
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(super) fn long(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.raw(bytes);
    }

    /// A column with its tag, unless it is left out.
    fn column(&mut self, tag: u8, rest: impl FnOnce(&mut Writer)) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.bytes.push(tag);
        rest(self);
        self.end = self.bytes.len();
    }
}

impl ColumnSink for Writer {
    fn null(&mut self) {
        let end = self.end;
        self.column(tag::NULL, |_| {});
        self.end = end;
    }
    fn bool(&mut self, value: bool) {
        self.column(if value { tag::TRUE } else { tag::FALSE }, |_| {});
    }
    fn i64(&mut self, value: i64) {
        self.column(tag::I64, |out| out.signed(value));
    }
    fn decimal(&mut self, units: i64, digits: u8) {
        self.column(tag::FIXED, |out| {
            out.byte(digits);
            out.signed(units);
        });
    }
    fn number(&mut self, value: Decimal) {
        self.column(tag::NUMBER, |out| {
            out.byte(value.scale() as u8); // at most 28
            out.wide(value.mantissa());
        });
    }
    fn text(&mut self, value: &str) {
        self.column(tag::TEXT, |out| out.long(value.as_bytes()));
    }
    fn bytes(&mut self, value: &[u8]) {
        self.column(tag::BYTES, |out| out.long(value));
    }
    fn date(&mut self, value: NaiveDate) {
        self.column(tag::DATE, |out| out.signed(i64::from(value.num_days_from_ce())));
    }
    fn instant(&mut self, value: Timestamp) {
        self.column(tag::INSTANT, |out| out.signed(value.micros()));
    }
    fn id(&mut self, value: u128) {
        self.column(tag::ID, |out| out.raw(&value.to_be_bytes()));
    }
    fn json(&mut self, value: &str) {
        self.column(tag::JSON, |out| out.long(value.as_bytes()));
    }
    fn personal(&mut self, value: &Value, salt: &Salt) {
        self.column(tag::PERSONAL, |out| {
            out.raw(salt);
            out.value(value, None);
        });
    }
    fn erased(&mut self, commitment: &Hash) {
        self.column(tag::ERASED, |out| out.raw(commitment));
    }
    fn drawn(&mut self, draw: u32, offset: u32) {
        self.column(tag::DRAWN, |out| {
            out.drawn = true;
            out.varint(u64::from(draw));
            out.varint(u64::from(offset));
        });
    }
}

/// Something stored is not what it must be.
pub(super) fn damaged(what: impl Into<String>) -> StoreError {
    StoreError::Corrupt(what.into())
}

/// Reads a form again.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads what follows the version, which must be ours.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Reader<'a>, StoreError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => Ok(Reader { rest }),
            Some((version, _)) => Err(damaged(format!(
                "a value has form {version}, this program knows {VERSION}: use a newer version of the program"
            ))),
            None => Err(damaged("a value is empty")),
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// That nothing is left.
    pub(super) fn finish(&self) -> Result<(), StoreError> {
        if self.is_done() { Ok(()) } else { Err(damaged("a value has bytes left over")) }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], StoreError> {
        let (head, rest) =
            self.rest.split_at_checked(count).ok_or_else(|| damaged("a value is cut short"))?;
        self.rest = rest;
        Ok(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        self.take(N)?.try_into().map_err(|_| damaged("a value is cut short"))
    }

    pub(super) fn byte(&mut self) -> Result<u8, StoreError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn varint(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.wide()?).map_err(|_| damaged("a number is too large"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, StoreError> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn wide(&mut self) -> Result<u128, StoreError> {
        let (mut value, mut shift) = (0u128, 0u32);
        loop {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7F);
            if shift > 127 || (shift > 121 && bits >> (128 - shift) != 0) {
                return Err(damaged("a number is too large"));
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// A length, a count: never more than there are bytes left, so that a damaged one reserves no memory.
    pub(super) fn count(&mut self) -> Result<usize, StoreError> {
        let count = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if count > self.rest.len() {
            return Err(damaged("a value is cut short"));
        }
        Ok(count)
    }

    pub(super) fn long(&mut self) -> Result<&'a [u8], StoreError> {
        let count = self.count()?;
        self.take(count)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, StoreError> {
        std::str::from_utf8(self.long()?).map_err(|_| damaged("a text is none"))
    }

    pub(super) fn date(&mut self) -> Result<NaiveDate, StoreError> {
        let days = i32::try_from(self.signed()?).ok();
        days.and_then(NaiveDate::from_num_days_from_ce_opt).ok_or_else(|| damaged("a date is none"))
    }

    pub(super) fn instant(&mut self) -> Result<Timestamp, StoreError> {
        Timestamp::from_micros(self.signed()?).ok_or_else(|| damaged("an instant is none"))
    }

    fn number(&mut self) -> Result<Decimal, StoreError> {
        let (scale, value) = (u32::from(self.byte()?), self.wide()?);
        let mantissa = (value >> 1) as i128 ^ -((value & 1) as i128);
        Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| damaged("a decimal is none"))
    }

    pub(super) fn value(&mut self) -> Result<Value, StoreError> {
        Ok(match self.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::I64 => Value::I64(self.signed()?),
            tag::FIXED => {
                let digits = self.byte()?;
                if digits > 18 {
                    return Err(damaged("a decimal is none"));
                }
                Value::Decimal(from_fixed(self.signed()?, u32::from(digits)))
            }
            tag::NUMBER => Value::Decimal(self.number()?),
            tag::TEXT => Value::text(self.text()?),
            tag::BYTES => Value::Bytes(self.long()?.into()),
            tag::DATE => Value::Date(self.date()?),
            tag::INSTANT => Value::Instant(self.instant()?),
            tag::ID => Value::Id(u128::from_be_bytes(self.array()?)),
            tag::JSON => Value::Json(self.text()?.into()),
            tag::PERSONAL => {
                let salt = self.array()?;
                if self.rest.first() == Some(&tag::PERSONAL) {
                    // Never written, and without an end it could be read without one.
                    return Err(damaged("a personal value is none"));
                }
                Value::Personal(Box::new(self.value()?), salt)
            }
            tag::ERASED => Value::Erased(self.array()?),
            tag::DRAWN => {
                let small = |n: u64| u32::try_from(n).map_err(|_| damaged("a drawn place is none"));
                Value::Drawn { draw: small(self.varint()?)?, offset: small(self.varint()?)? }
            }
            other => return Err(damaged(format!("a value has the unknown tag {other}"))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: &Value) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.value(value, None);
        writer.finish()
    }

    fn simple() -> impl Strategy<Value = Value> {
        let decimal =
            (any::<i64>(), 0u32..=28).prop_map(|(n, scale)| Value::Decimal(Decimal::new(n, scale)));
        let date = any::<i32>().prop_filter_map("a date", NaiveDate::from_num_days_from_ce_opt);
        let instant =
            any::<i64>().prop_filter_map("an instant", |n| Timestamp::from_micros(n >> 4));
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::I64),
            decimal,
            "[^\0]{0,9}".prop_map(Value::text),
            any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
            date.prop_map(Value::Date),
            instant.prop_map(Value::Instant),
            any::<u128>().prop_map(Value::Id),
            "[^\0]{0,9}".prop_map(|json| Value::Json(json.into())),
            any::<[u8; 32]>().prop_map(Value::Erased),
            any::<(u32, u32)>().prop_map(|(draw, offset)| Value::Drawn { draw, offset }),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let personal =
            (simple(), any::<Salt>()).prop_map(|(v, salt)| Value::Personal(Box::new(v), salt));
        prop_oneof![4 => simple(), 1 => personal]
    }

    proptest! {
        #[test]
        fn every_value_comes_back_to_the_last_digit(value in value()) {
            let bytes = written(&value);
            let mut reader = Reader::new(&bytes).unwrap();
            let back = reader.value().unwrap();
            prop_assert!(reader.is_done());
            prop_assert_eq!(&back, &value);
            if let (Value::Decimal(a), Value::Decimal(b)) = (&back, &value) {
                prop_assert_eq!(a.scale(), b.scale());
            }
        }

        #[test]
        fn a_value_cut_short_is_damaged(value in value()) {
            let bytes = written(&value);
            for end in 0..bytes.len() {
                let read = Reader::new(&bytes[..end]).and_then(|mut reader| reader.value());
                prop_assert!(matches!(read, Err(StoreError::Corrupt(_))), "{} of {}", end, bytes.len());
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(mut bytes: Vec<u8>) {
            bytes.insert(0, VERSION);
            if let Ok(mut reader) = Reader::new(&bytes) {
                while !reader.is_done() && reader.value().is_ok() {}
            }
        }
    }

    #[test]
    fn the_ends_of_what_numbers_hold_come_back() {
        let numbers = [i64::MIN, -1, 0, 1, i64::MAX].map(Value::I64);
        let decimals = [Decimal::MAX, Decimal::MIN, Decimal::new(1, 28)].map(Value::Decimal);
        for value in numbers.into_iter().chain(decimals) {
            let bytes = written(&value);
            assert_eq!(Reader::new(&bytes).unwrap().value().unwrap(), value);
        }
    }

    #[test]
    fn the_form_is_what_the_page_says() {
        let mut writer = Writer::new();
        writer.varint(300);
        writer.skip(1);
        writer.i64(7); // in the key
        writer.i64(-2);
        writer.null();
        writer.text("a");
        writer.decimal(1234, 2);
        writer.null();
        let wanted = [1, 0xAC, 2, 3, 3, 0, 6, 1, b'a', 4, 2, 0xA4, 0x13];
        assert_eq!(writer.without_nulls(), Some(wanted.to_vec()));
    }

    #[test]
    fn a_newer_form_is_refused() {
        let error = Reader::new(&[VERSION + 1, 0]).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("newer version of the program"), "{error}");
    }
}
