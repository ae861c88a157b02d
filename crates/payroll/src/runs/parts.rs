//! Lists and structs within a row: what is read and written with its row as a whole, and never alone.
//!
//! Stores keep it as JSON text, which SQL can take apart (`json_each`); stores in memory keep the value itself. It does not change, so it is
//! written as text once, however often its row is checked, hashed and stored: a slip that goes on only in its status writes none of it again.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use fondaco_core::store::{ColumnSink, DecodeError, Field, Json, Type, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a pointer leads to, and its text once that was asked for; `None` where it can't be written.
#[derive(Debug)]
struct Written<P> {
    text: OnceLock<Option<Json>>,
    value: P,
}

impl<P> Written<P> {
    fn new(value: P) -> Arc<Written<P>> {
        Arc::new(Written { text: OnceLock::new(), value })
    }
}

impl<P: Deref<Target: Serialize>> Written<P> {
    fn text(&self) -> Option<&Json> {
        self.text.get_or_init(|| Json::of(&*self.value)).as_ref()
    }

    /// JSON writes control characters as escapes, which not every store's SQL gives back.
    fn check(&self) -> Option<&'static str> {
        match self.text() {
            Some(json) => {
                let nul = json.0.contains("\\u0000");
                nul.then_some("texts within it may not hold the NUL character")
            }
            None => Some("it can't be written as JSON"),
        }
    }
}

impl<P: PartialEq> PartialEq for Written<P> {
    fn eq(&self, other: &Written<P>) -> bool {
        self.value == other.value
    }
}

impl<P: Eq> Eq for Written<P> {}

/// A list that is one column of a row. An empty one is null.
///
/// ```
/// use fondaco_payroll::runs::Parts;
/// let parts: Parts<u32> = vec![3, 5].into();
/// assert_eq!(parts.iter().sum::<u32>(), 8);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts<T>(Arc<Written<Box<[T]>>>);

impl<T> Default for Parts<T> {
    fn default() -> Parts<T> {
        Parts::from(Vec::new())
    }
}

impl<T> Deref for Parts<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0.value
    }
}

impl<T> From<Vec<T>> for Parts<T> {
    fn from(list: Vec<T>) -> Parts<T> {
        Parts(Written::new(list.into()))
    }
}

impl<T> FromIterator<T> for Parts<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Parts<T> {
        Parts(Written::new(items.into_iter().collect()))
    }
}

impl<'p, T> IntoIterator for &'p Parts<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> std::slice::Iter<'p, T> {
        self.0.value.iter()
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Field for Parts<T> {
    const TYPE: Type = Type::Json;
    const NULLABLE: bool = true;

    fn write(&self, out: &mut dyn ColumnSink) {
        match self.0.text().filter(|_| !self.is_empty()) {
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
        self.0.check()
    }
}

/// A struct that is one column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole<T>(Arc<Written<Arc<T>>>);

impl<T> Whole<T> {
    /// The struct.
    pub fn new(value: T) -> Whole<T> {
        Whole::from(Arc::new(value))
    }
}

impl<T> From<Arc<T>> for Whole<T> {
    fn from(value: Arc<T>) -> Whole<T> {
        Whole(Written::new(value))
    }
}

impl<T> Whole<T> {
    /// The struct, shared.
    pub fn shared(&self) -> Arc<T> {
        self.0.value.clone()
    }
}

impl<T> Deref for Whole<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Field for Whole<T> {
    const TYPE: Type = Type::Json;

    fn write(&self, out: &mut dyn ColumnSink) {
        match self.0.text() {
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
        self.0.check()
    }
}
