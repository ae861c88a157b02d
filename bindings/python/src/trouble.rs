//! Errors, as Python raises them: a class per kind, each with `code`, `field`, `value`, `hint` and the rest that is known.

use fondaco::core::{ActError, ErrorKind, Halt};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// What went wrong, without the interpreter.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    pub(crate) code: String,
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    /// The fields of the error, by name.
    pub(crate) details: Vec<(String, String)>,
    /// Set while an act may still go on: the driver looks at it.
    pub(crate) halt: Option<Box<Halt>>,
    /// Stopped by Ctrl-C or by what the host's function raised, which is kept.
    pub(crate) raised: Option<std::sync::Arc<PyErr>>,
}

impl Trouble {
    pub(crate) fn new(code: &str, kind: ErrorKind, message: impl ToString) -> Trouble {
        let (code, message) = (code.to_owned(), message.to_string());
        Trouble { code, kind, message, details: Vec::new(), halt: None, raised: None }
    }

    /// An error of ours that knows its code.
    pub(crate) fn of(code: &str, kind: ErrorKind, error: &dyn std::error::Error) -> Trouble {
        let details = fields(&format!("{error:?}"));
        Trouble { details, ..Trouble::new(code, kind, error) }
    }

    pub(crate) fn of_act(error: &impl ActError) -> Trouble {
        Trouble {
            halt: error.halt().cloned().map(Box::new),
            ..Trouble::of(error.code(), error.kind(), error)
        }
    }

    /// What Python gave can't be taken.
    pub(crate) fn invalid(code: &str, field: &str, value: &str, why: &str) -> Trouble {
        let place = match (field, value) {
            ("", "") => String::new(),
            ("", value) => format!("{value}: "),
            (field, "") => format!("{field}: "),
            (field, value) => format!("{field} is {value}: "),
        };
        let mut trouble = Trouble::new(code, ErrorKind::Invalid, format!("{place}{why}"));
        let said = [("field", field), ("value", value)];
        let said = said.into_iter().filter(|(_, text)| !text.is_empty());
        trouble.details = said.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        trouble
    }

    /// As an exception of the package.
    pub(crate) fn into_error(self, py: Python<'_>) -> PyErr {
        if let Some(raised) = &self.raised {
            return raised.clone_ref(py);
        }
        raised(py, &self).unwrap_or_else(|error| error)
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}

impl From<Halt> for Trouble {
    fn from(halt: Halt) -> Trouble {
        Trouble::of_act(&halt)
    }
}

impl ActError for Trouble {
    fn halt(&self) -> Option<&Halt> {
        self.halt.as_deref()
    }
    fn code(&self) -> &'static str {
        self.halt.as_deref().map_or("python.refused", Halt::code)
    }
    fn kind(&self) -> ErrorKind {
        self.kind
    }
}

fn raised(py: Python<'_>, trouble: &Trouble) -> PyResult<PyErr> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = crate::told::imported(py, &MAKE, "fondaco._errors", "_made")?;
    let details = PyDict::new(py);
    for (name, value) in &trouble.details {
        if !details.contains(name)? {
            details.set_item(name, value)?;
        }
    }
    let kind = format!("{:?}", trouble.kind);
    let made = make.call1((kind, &trouble.message, &trouble.code, details))?;
    Ok(PyErr::from_value(made))
}

/// The named fields in how Rust shows a value for debugging, outermost first: `At { index: 1, error: Bad { code: "x" } }` has
/// `index` and `code`. Messages say the same in words; this is for programs that want the parts.
fn fields(shown: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = shown;
    while let Some((before, after)) = rest.split_once(": ") {
        let name =
            before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or("");
        let (value, next) = leaf(after);
        if let (Some(value), false) = (value, name.is_empty()) {
            found.push((name.to_owned(), value));
        }
        rest = next;
    }
    found
}

/// A value up to its end, if it is none that holds others; and what follows.
fn leaf(text: &str) -> (Option<String>, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.char_indices().scan(false, |escaped, (at, c)| {
            let ends = c == '"' && !*escaped;
            *escaped = c == '\\' && !*escaped;
            Some((at, ends))
        });
        let end = end.filter(|(_, ends)| *ends).map(|(at, _)| at).next();
        let end = end.unwrap_or(quoted.len());
        let value = quoted.get(..end).unwrap_or(quoted).replace("\\\"", "\"").replace("\\\\", "\\");
        return (Some(value), quoted.get(end + 1..).unwrap_or(""));
    }
    let end = text.find([',', '}', '{', '(', '[']).unwrap_or(text.len());
    let (value, next) = text.split_at(end);
    let holds_others = next.starts_with(['{', '(', '[']);
    let value = value.trim();
    ((!holds_others && !value.is_empty()).then(|| value.to_owned()), next)
}
