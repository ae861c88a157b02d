//! Something about a person on its way through a command.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value in a command that logs must not show: `Debug` hides it, serde passes it through.
///
/// ```
/// use fondaco_core::party::Private;
/// let name = Private("Ada");
/// assert_eq!(format!("{name:?}"), "<private>");
/// assert_eq!(serde_json::to_string(&name)?, "\"Ada\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private<T>(pub T);

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<private>")
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Private<T> {
        Private(value)
    }
}
