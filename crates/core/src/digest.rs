//! The digest of a command as it was given: the same command, the same 32 bytes, on every machine and in every version.
//!
//! A command is any `serde` value. Its form is fed to SHA-256: every value with a tag of its type, texts and lists with
//! their length, structs by their fields in order. Floats are refused: no command of ours holds one.

use std::fmt::{self, Write};

use serde::ser::{self, Serialize};
use sha2::{Digest, Sha256};

use crate::store::{Hash, Salt};

/// Why a command has no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the command can't be told from others: {0}")]
pub struct DigestError(String);

/// The digest of `command`.
///
/// The names of structs count, so that two commands with the same fields are two. Fields that are `None` count as absent, so that a command gets the same digest after an optional field was added.
///
/// # Errors
/// When the command holds a float, a sequence of unknown length, or its `Serialize` fails.
///
/// ```
/// use fondaco_core::digest;
/// assert_eq!(digest::of(&("order", 7u32)), digest::of(&("order", 7u32)));
/// assert_ne!(digest::of(&("order", 7u32)), digest::of(&("order", 8u32)));
/// assert!(digest::of(&1.5f64).is_err());
/// ```
pub fn of<T: Serialize + ?Sized>(command: &T) -> Result<Hash, DigestError> {
    let mut hasher = Hasher { digester: Digester::new("serde"), text: String::new() };
    command.serialize(&mut hasher)?;
    Ok(hasher.digester.finish())
}

/// Bytes as two hexadecimal digits each, in small letters: how digests are shown and kept as text.
///
/// ```
/// assert_eq!(fondaco_core::digest::hex(&[0x00, 0x7f, 0xea]), "007fea");
/// ```
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest as it is stored: it can't be guessed from a guessed command without the salt.
///
/// ```
/// use fondaco_core::digest;
/// let digest = digest::of("pay 100 EUR to Marietta")?;
/// assert_ne!(digest::salted(&digest, &[1; 16]), digest::salted(&digest, &[2; 16]));
/// # Ok::<(), digest::DigestError>(())
/// ```
pub fn salted(digest: &Hash, salt: &Salt) -> Hash {
    Sha256::new_with_prefix(b"fondaco digest\0")
        .chain_update(salt)
        .chain_update(digest)
        .finalize()
        .into()
}

const FLUSH: usize = 4096;

/// Takes the parts of a command one by one: for commands of many items, where `serde` would cost more than the work.
///
/// Every part ends by itself, so that no two different lists of parts look the same.
///
/// ```
/// use fondaco_core::digest::Digester;
/// let digest = |a, b| {
///     let mut digester = Digester::new("demo");
///     digester.text(a).text(b);
///     digester.finish()
/// };
/// assert_ne!(digest("ab", "c"), digest("a", "bc"));
/// ```
#[derive(Debug, Clone)]
pub struct Digester {
    buffer: Vec<u8>,
    sha: Sha256,
}

impl Digester {
    /// Begins a command of this kind.
    ///
    /// ```
    /// use fondaco_core::digest::Digester;
    /// let (pay, refund) = (Digester::new("pay"), Digester::new("refund"));
    /// assert_ne!(pay.finish(), refund.finish());
    /// ```
    pub fn new(kind: &str) -> Digester {
        let sha = Sha256::new_with_prefix(b"fondaco command\0");
        let mut digester = Digester { buffer: Vec::with_capacity(FLUSH + 256), sha };
        digester.text(kind);
        digester
    }

    /// A text.
    ///
    /// ```
    /// use fondaco_core::digest::Digester;
    /// let digest = |texts: [&str; 2]| {
    ///     let mut digester = Digester::new("demo");
    ///     texts.iter().for_each(|text| { digester.text(text); });
    ///     digester.finish()
    /// };
    /// assert_ne!(digest(["ab", "c"]), digest(["a", "bc"])); // each text ends by itself
    /// ```
    #[inline]
    pub fn text(&mut self, text: &str) -> &mut Digester {
        self.bytes(text.as_bytes())
    }

    /// Bytes.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Digester {
        self.count(bytes.len());
        self.buffer.extend_from_slice(bytes);
        self.flush_if_full();
        self
    }

    /// A number, also the count of items that follow.
    ///
    /// ```
    /// use fondaco_core::digest::Digester;
    /// let digest = |lists: [&[&str]; 2]| {
    ///     let mut digester = Digester::new("demo");
    ///     for list in lists {
    ///         digester.count(list.len());
    ///         list.iter().for_each(|text| { digester.text(text); });
    ///     }
    ///     digester.finish()
    /// };
    /// assert_ne!(digest([&["a"], &["b"]]), digest([&["a", "b"], &[]]));
    /// ```
    #[inline]
    pub fn count(&mut self, count: usize) -> &mut Digester {
        let mut rest = count as u64;
        while rest >= 0x80 {
            self.buffer.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.buffer.push(rest as u8);
        self
    }

    /// An integer.
    #[inline]
    pub fn i64(&mut self, value: i64) -> &mut Digester {
        self.buffer.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// An id, or any 128 bits.
    #[inline]
    pub fn u128(&mut self, value: u128) -> &mut Digester {
        self.buffer.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// A decimal, by its value: 1.0 and 1.00 are the same.
    ///
    /// ```
    /// use fondaco_core::digest::Digester;
    /// use rust_decimal::Decimal;
    /// let digest = |price| {
    ///     let mut digester = Digester::new("demo");
    ///     digester.i64(7).u128(42).decimal(price);
    ///     digester.finish()
    /// };
    /// assert_eq!(digest(Decimal::new(10, 1)), digest(Decimal::new(100, 2)));
    /// ```
    #[inline]
    pub fn decimal(&mut self, value: rust_decimal::Decimal) -> &mut Digester {
        let value = crate::decimal::normalize(value);
        self.buffer.extend_from_slice(&value.mantissa().to_be_bytes());
        self.buffer.push(value.scale() as u8);
        self
    }

    /// A date.
    #[inline]
    pub fn date(&mut self, date: chrono::NaiveDate) -> &mut Digester {
        self.buffer.extend_from_slice(&chrono::Datelike::num_days_from_ce(&date).to_be_bytes());
        self
    }

    /// Whether something follows, and if so, what `put` puts.
    ///
    /// ```
    /// use fondaco_core::digest::Digester;
    /// let digest = |note: Option<&str>| {
    ///     let mut digester = Digester::new("demo");
    ///     digester.option(note.as_ref(), |digester, note| { digester.text(note); });
    ///     digester.finish()
    /// };
    /// assert_ne!(digest(None), digest(Some("")));
    /// ```
    #[inline]
    pub fn option<T>(
        &mut self,
        value: Option<&T>,
        put: impl FnOnce(&mut Digester, &T),
    ) -> &mut Digester {
        self.buffer.push(u8::from(value.is_some()));
        if let Some(value) = value {
            put(self, value);
        }
        self
    }

    /// The digest of all parts.
    ///
    /// ```
    /// use fondaco_core::digest::Digester;
    /// let mut digester = Digester::new("demo");
    /// digester.text("order").i64(7);
    /// let digest: [u8; 32] = digester.finish();
    /// # assert_ne!(digest, Digester::new("demo").finish());
    /// ```
    pub fn finish(mut self) -> Hash {
        self.sha.update(&self.buffer);
        self.sha.finalize().into()
    }

    #[inline]
    fn flush_if_full(&mut self) {
        if self.buffer.len() >= FLUSH {
            self.flush();
        }
    }

    #[cold]
    fn flush(&mut self) {
        self.sha.update(&self.buffer);
        self.buffer.clear();
    }
}

/// The `serde` side: tags and values into a [`Digester`].
struct Hasher {
    digester: Digester,
    /// Room for texts that are made to be digested: ids, decimals, dates.
    text: String,
}

impl Hasher {
    fn put(&mut self, tag: u8, bytes: &[u8]) {
        self.digester.buffer.push(tag);
        self.digester.buffer.extend_from_slice(bytes);
        self.digester.flush_if_full();
    }

    fn put_long(&mut self, tag: u8, bytes: &[u8]) {
        self.digester.buffer.push(tag);
        self.digester.bytes(bytes);
    }

    fn begin(&mut self, tag: u8, len: usize) -> Result<&mut Self, DigestError> {
        self.put(tag, &(len as u64).to_be_bytes());
        Ok(self)
    }
}

impl ser::Error for DigestError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        DigestError(message.to_string())
    }
}

fn unknown_length() -> DigestError {
    DigestError("a list of unknown length".into())
}

macro_rules! numbers {
    ($($method:ident $rust:ty: $tag:literal as $wide:ty;)*) => { $(
        fn $method(self, v: $rust) -> Result<(), DigestError> {
            self.put($tag, &<$wide>::from(v).to_be_bytes());
            Ok(())
        }
    )* };
}

impl<'a> ser::Serializer for &'a mut Hasher {
    type Ok = ();
    type Error = DigestError;
    type SerializeSeq = &'a mut Hasher;
    type SerializeTuple = &'a mut Hasher;
    type SerializeTupleStruct = &'a mut Hasher;
    type SerializeTupleVariant = &'a mut Hasher;
    type SerializeMap = &'a mut Hasher;
    type SerializeStruct = &'a mut Hasher;
    type SerializeStructVariant = &'a mut Hasher;

    // Widths do not matter, signs and values do.
    numbers! {
        serialize_i8 i8: 1 as i64; serialize_i16 i16: 1 as i64; serialize_i32 i32: 1 as i64; serialize_i64 i64: 1 as i64;
        serialize_u8 u8: 2 as u64; serialize_u16 u16: 2 as u64; serialize_u32 u32: 2 as u64; serialize_u64 u64: 2 as u64;
        serialize_i128 i128: 3 as i128; serialize_u128 u128: 4 as u128; serialize_bool bool: 5 as u8; serialize_char char: 6 as u32;
    }

    fn serialize_f32(self, _: f32) -> Result<(), DigestError> {
        Err(DigestError("a float".into()))
    }
    fn serialize_f64(self, _: f64) -> Result<(), DigestError> {
        Err(DigestError("a float".into()))
    }
    fn serialize_str(self, v: &str) -> Result<(), DigestError> {
        self.put_long(7, v.as_bytes());
        Ok(())
    }
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), DigestError> {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let made = write!(text, "{value}");
        self.put_long(7, text.as_bytes());
        self.text = text;
        made.map_err(|_| DigestError("a value that has no text".into()))
    }
    fn serialize_bytes(self, v: &[u8]) -> Result<(), DigestError> {
        self.put_long(8, v);
        Ok(())
    }
    fn serialize_none(self) -> Result<(), DigestError> {
        self.put(9, &[]);
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), DigestError> {
        self.put(10, &[]);
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), DigestError> {
        self.put(11, &[]);
        Ok(())
    }
    fn serialize_unit_struct(self, name: &'static str) -> Result<(), DigestError> {
        self.put_long(18, name.as_bytes());
        Ok(())
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), DigestError> {
        self.put_long(12, variant.as_bytes());
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), DigestError> {
        self.put_long(22, name.as_bytes());
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), DigestError> {
        self.put_long(13, variant.as_bytes());
        value.serialize(self)
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Self, DigestError> {
        self.begin(14, len.ok_or_else(unknown_length)?)
    }
    fn serialize_tuple(self, len: usize) -> Result<Self, DigestError> {
        self.begin(15, len)
    }
    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<Self, DigestError> {
        self.put_long(22, name.as_bytes());
        self.begin(15, len)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self, DigestError> {
        self.put_long(16, variant.as_bytes());
        self.begin(15, len)
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Self, DigestError> {
        self.begin(17, len.ok_or_else(unknown_length)?)
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self, DigestError> {
        self.put_long(18, name.as_bytes());
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, DigestError> {
        self.put_long(19, variant.as_bytes());
        Ok(self)
    }
    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident),*) => { $(
        impl ser::$trait for &mut Hasher {
            type Ok = ();
            type Error = DigestError;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DigestError> {
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), DigestError> {
                Ok(())
            }
        }
    )* };
}

elements!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

macro_rules! fields {
    ($($trait:ident),*) => { $(
        impl ser::$trait for &mut Hasher {
            type Ok = ();
            type Error = DigestError;
            /// By name, so that the order of optional fields that are absent does not matter.
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), DigestError> {
                if !is_none(value) {
                    self.put_long(20, key.as_bytes());
                    value.serialize(&mut **self)?;
                }
                Ok(())
            }
            fn end(self) -> Result<(), DigestError> {
                self.put(21, &[]);
                Ok(())
            }
        }
    )* };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for &mut Hasher {
    type Ok = ();
    type Error = DigestError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), DigestError> {
        key.serialize(&mut **self)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), DigestError> {
        value.serialize(&mut **self)
    }
    fn end(self) -> Result<(), DigestError> {
        Ok(())
    }
}

/// Whether a value serialises as `None`.
fn is_none<T: Serialize + ?Sized>(value: &T) -> bool {
    value.serialize(IsNone).is_ok()
}

/// Takes `None` alone.
struct IsNone;

macro_rules! refuse {
    ($($method:ident($($arg:ty),*) -> $out:ty;)*) => { $(
        fn $method(self, $(_: $arg),*) -> Result<$out, DigestError> {
            Err(DigestError(String::new()))
        }
    )* };
}

type No = ser::Impossible<(), DigestError>;

impl ser::Serializer for IsNone {
    type Ok = ();
    type Error = DigestError;
    type SerializeSeq = No;
    type SerializeTuple = No;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = No;
    type SerializeStructVariant = No;

    fn serialize_none(self) -> Result<(), DigestError> {
        Ok(())
    }
    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), DigestError> {
        Err(DigestError(String::new())) // without making the text
    }
    refuse! {
        serialize_bool(bool) -> (); serialize_i8(i8) -> (); serialize_i16(i16) -> (); serialize_i32(i32) -> ();
        serialize_i64(i64) -> (); serialize_u8(u8) -> (); serialize_u16(u16) -> (); serialize_u32(u32) -> ();
        serialize_u64(u64) -> (); serialize_f32(f32) -> (); serialize_f64(f64) -> (); serialize_char(char) -> ();
        serialize_str(&str) -> (); serialize_bytes(&[u8]) -> (); serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> (); serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> No; serialize_tuple(usize) -> No; serialize_map(Option<usize>) -> No;
        serialize_tuple_struct(&'static str, usize) -> No; serialize_struct(&'static str, usize) -> No;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> No;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> No;
    }
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), DigestError> {
        Err(DigestError(String::new()))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), DigestError> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), DigestError> {
        Err(DigestError(String::new()))
    }
    fn is_human_readable(&self) -> bool {
        false
    }
}
