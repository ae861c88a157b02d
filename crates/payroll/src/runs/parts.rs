//! Lists and structs within a row: what is read and written with its row as a whole, and never alone.
//!
//! Stores keep it as JSON text, which SQL can take apart (`json_each`); stores in memory keep the value itself.

use std::ops::Deref;
use std::sync::Arc;

use fondaco_core::store::{ColumnSink, DecodeError, Field, Json, Type, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A list that is one column of a row. An empty one is null.
///
/// ```
/// use fondaco_payroll::runs::Parts;
/// let parts: Parts<u32> = vec![3, 5].into();
/// assert_eq!(parts.iter().sum::<u32>(), 8);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parts<T>(Arc<[T]>);

impl<T> Default for Parts<T> {
    fn default() -> Parts<T> {
        Parts(Arc::from(Vec::new()))
    }
}

impl<T> Deref for Parts<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for Parts<T> {
    fn from(list: Vec<T>) -> Parts<T> {
        Parts(list.into())
    }
}

impl<T> FromIterator<T> for Parts<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Parts<T> {
        Parts(items.into_iter().collect())
    }
}

impl<'p, T> IntoIterator for &'p Parts<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> std::slice::Iter<'p, T> {
        self.0.iter()
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Field for Parts<T> {
    const TYPE: Type = Type::Json;
    const NULLABLE: bool = true;

    fn write(&self, out: &mut dyn ColumnSink) {
        match Json::of(&self.0[..]).filter(|_| !self.is_empty()) {
            Some(json) => out.json(&json.0),
            None => out.null(),
        }
    }

    fn read(value: Value) -> Result<Parts<T>, DecodeError> {
        match value {
            Value::Null => Ok(Parts::default()),
            Value::Json(text) => Json(text).to::<Vec<T>>().map(Parts::from),
            other => Err(DecodeError::unexpected(other.type_name(), "a list as JSON")),
        }
    }

    fn check(&self) -> Option<&'static str> {
        check(Json::of(&self.0[..]))
    }
}

/// A struct that is one column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole<T>(Arc<T>);

impl<T> Whole<T> {
    /// The struct.
    pub fn new(value: T) -> Whole<T> {
        Whole(Arc::new(value))
    }
}

impl<T> From<Arc<T>> for Whole<T> {
    fn from(value: Arc<T>) -> Whole<T> {
        Whole(value)
    }
}

impl<T> Whole<T> {
    /// The struct, shared.
    pub fn shared(&self) -> Arc<T> {
        self.0.clone()
    }
}

impl<T> Deref for Whole<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Field for Whole<T> {
    const TYPE: Type = Type::Json;

    fn write(&self, out: &mut dyn ColumnSink) {
        match Json::of(self.0.as_ref()) {
            Some(json) => out.json(&json.0),
            None => out.null(),
        }
    }

    fn read(value: Value) -> Result<Whole<T>, DecodeError> {
        match value {
            Value::Json(text) => Json(text).to::<T>().map(Whole::new),
            other => Err(DecodeError::unexpected(other.type_name(), "an object as JSON")),
        }
    }

    fn check(&self) -> Option<&'static str> {
        check(Json::of(self.0.as_ref()))
    }
}

/// JSON writes control characters as escapes, which not every store's SQL gives back.
fn check(json: Option<Json>) -> Option<&'static str> {
    match json {
        Some(json) => {
            let nul = json.0.contains("\\u0000");
            nul.then_some("texts within it may not hold the NUL character")
        }
        None => Some("it can't be written as JSON"),
    }
}
