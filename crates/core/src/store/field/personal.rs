//! Values about persons.

use super::{Field, unexpected};
use crate::store::{ColumnSink, DecodeError, Hash, KeyWriter, Salt, Type, Value};

/// Something about a person: kept with a salt, so that the hash chain can hold a commitment to it, and erased on request.
///
/// `Debug` never shows the value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Personal<T> {
    /// The value and its salt, which comes from [`Tx::personal`](crate::Tx::personal).
    Kept(T, Salt),
    /// What is left after erasure.
    Erased(Hash),
}

impl<T> Personal<T> {
    /// The value; `None` once it is erased.
    ///
    /// ```
    /// use fondaco_core::store::Personal;
    /// let mut name = Personal::Kept("Marietta", [7; 16]);
    /// assert_eq!(name.get(), Some(&"Marietta"));
    /// name = Personal::Erased([0; 32]);
    /// assert_eq!(name.get(), None);
    /// ```
    pub fn get(&self) -> Option<&T> {
        match self {
            Personal::Kept(value, _) => Some(value),
            Personal::Erased(_) => None,
        }
    }
}

impl<T> std::fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.get().is_some() { "<personal>" } else { "<erased>" })
    }
}

fn to_value(field: &impl Field) -> Value {
    let mut sink = crate::store::ValueSink::default();
    field.write(&mut sink);
    sink.values.pop().unwrap_or(Value::Null)
}

impl<T: Field> Field for Personal<T> {
    const TYPE: Type = T::TYPE;
    const PERSONAL: bool = true;
    fn write(&self, out: &mut dyn ColumnSink) {
        match self {
            Personal::Kept(value, salt) => out.personal(&to_value(value), salt),
            Personal::Erased(commitment) => out.erased(commitment),
        }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Personal(inner, salt) => Ok(Personal::Kept(T::read(*inner)?, salt)),
            Value::Erased(commitment) => Ok(Personal::Erased(commitment)),
            other => unexpected(&other, "a personal value"),
        }
    }
    fn check(&self) -> Option<&'static str> {
        self.get().and_then(T::check)
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.get().is_some_and(|value| value.write_part(out))
    }
    fn erase(&mut self) {
        if let Personal::Kept(value, salt) = self {
            *self = Personal::Erased(crate::chain::commitment(&to_value(value), salt));
        }
    }
}
