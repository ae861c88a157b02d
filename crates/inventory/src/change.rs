//! What becomes of something that may be left out.

use serde::{Deserialize, Serialize};

/// What a command makes of a field that may be empty.
///
/// ```
/// use fondaco_inventory::Change;
/// let mut days = Some(30);
/// assert!(Change::To(60).apply(&mut days) && days == Some(60));
/// assert!(!Change::Keep.apply(&mut days) && days == Some(60));
/// assert!(Change::Clear.apply(&mut days) && days.is_none());
/// assert_eq!(serde_json::to_string(&Change::To(60))?, r#"{"to":60}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is empty from now on.
    Clear,
    /// It is this from now on.
    To(T),
}

impl<T: Clone + PartialEq> Change<T> {
    /// Changes a field; whether it is another now.
    pub fn apply(&self, field: &mut Option<T>) -> bool {
        let after = match self {
            Change::Keep => return false,
            Change::Clear => None,
            Change::To(value) => Some(value.clone()),
        };
        let changes = *field != after;
        *field = after;
        changes
    }
}

/// Changes a field that is never empty; whether it is another now.
pub(crate) fn set<T: Clone + PartialEq>(field: &mut T, to: &Option<T>) -> bool {
    match to {
        Some(value) if value != field => {
            field.clone_from(value);
            true
        }
        _ => false,
    }
}
