//! Typed keys: one value, or a tuple of values.

use super::{KeyField, KeyWriter, Type};

/// The leading parts of a key or an index: a value, or a tuple of up to six.
pub trait KeyParts {
    /// Appends the parts.
    fn write(&self, out: &mut KeyWriter);
    /// Appends the parts; `ends` takes the position after each.
    fn write_marked(&self, out: &mut KeyWriter, ends: &mut Vec<usize>);
    /// Whether a row could have these parts: texts without NUL.
    fn is_storable(&self) -> bool;
    /// The types of the parts.
    ///
    /// ```
    /// use fondaco_core::store::{KeyParts, Type};
    /// assert_eq!(<(i64, u128)>::types(), [Type::I64, Type::Id]);
    /// ```
    fn types() -> Vec<Type>;

    /// The parts as bytes.
    ///
    /// ```
    /// use fondaco_core::store::KeyParts;
    /// let (site, key) = (3i64.to_bytes(), (3i64, 7i64).to_bytes());
    /// assert!(key.as_slice().starts_with(site.as_slice())); // leading parts are leading bytes
    /// assert!(key < (3i64, 8i64).to_bytes());
    /// ```
    fn to_bytes(&self) -> super::KeyBytes {
        let mut out = KeyWriter::new();
        self.write(&mut out);
        out.to_key()
    }
}

impl<T: KeyField> KeyParts for T {
    fn write(&self, out: &mut KeyWriter) {
        self.write_key(out);
    }
    fn write_marked(&self, out: &mut KeyWriter, ends: &mut Vec<usize>) {
        self.write_key(out);
        ends.push(out.position());
    }
    fn is_storable(&self) -> bool {
        self.check().is_none()
    }
    fn types() -> Vec<Type> {
        vec![T::TYPE]
    }
}

impl KeyParts for () {
    fn write(&self, _: &mut KeyWriter) {}
    fn write_marked(&self, _: &mut KeyWriter, _: &mut Vec<usize>) {}
    fn is_storable(&self) -> bool {
        true
    }
    fn types() -> Vec<Type> {
        Vec::new()
    }
}

macro_rules! tuple_parts {
    ($($name:ident $at:tt),*) => {
        impl<$($name: KeyField),*> KeyParts for ($($name,)*) {
            fn write(&self, out: &mut KeyWriter) {
                $( self.$at.write_key(out); )*
            }
            fn write_marked(&self, out: &mut KeyWriter, ends: &mut Vec<usize>) {
                $( self.$at.write_key(out); ends.push(out.position()); )*
            }
            fn is_storable(&self) -> bool {
                true $( && self.$at.check().is_none() )*
            }
            fn types() -> Vec<Type> {
                vec![$($name::TYPE),*]
            }
        }
    };
}

tuple_parts!(A 0);
tuple_parts!(A 0, B 1);
tuple_parts!(A 0, B 1, C 2);
tuple_parts!(A 0, B 1, C 2, D 3);
tuple_parts!(A 0, B 1, C 2, D 3, E 4);
tuple_parts!(A 0, B 1, C 2, D 3, E 4, F 5);
