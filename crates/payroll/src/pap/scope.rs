//! What the names of a file mean.

use std::collections::BTreeMap;

use super::program::Register;

/// The types of a PAP. Whole numbers have one register list, whether Java calls them `int` or `long`, and so do truths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// `int` and `long`: a whole number.
    Whole,
    /// `double`: a binary floating-point number, such as the factor of class IV.
    Double,
    /// `BigDecimal`: an exact decimal.
    Decimal,
    /// `boolean`.
    Truth,
}

impl Type {
    /// A type as the file writes it, and whether it is a table of such.
    pub(super) fn parse(text: &str) -> Option<(Self, bool)> {
        let text = text.trim();
        let (one, table) = match text.strip_suffix("[]") {
            Some(one) => (one.trim_end(), true),
            None => (text, false),
        };
        let found = match one.to_ascii_lowercase().as_str() {
            "int" | "long" | "integer" | "short" => Self::Whole,
            "double" | "float" => Self::Double,
            "bigdecimal" => Self::Decimal,
            "boolean" => Self::Truth,
            _ => return None,
        };
        Some((found, table))
    }

    /// As Java calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Whole => "a whole number",
            Self::Double => "a double",
            Self::Decimal => "a BigDecimal",
            Self::Truth => "a boolean",
        }
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Binding {
    Variable(Type, Register),
    Constant(Type, Register),
    Table(Type, u16),
}

/// All names of a file. Case counts first and, where it leaves nothing, is passed over: published files write a name now so and now so.
#[derive(Debug, Default)]
pub(super) struct Scope {
    names: BTreeMap<String, Binding>,
}

impl Scope {
    /// Adds a name; `false` if it was there.
    pub(super) fn add(&mut self, name: &str, binding: Binding) -> bool {
        self.names.insert(name.to_owned(), binding).is_none()
    }

    pub(super) fn find(&self, name: &str) -> Option<Binding> {
        find_name(self.names.iter().map(|(known, binding)| (known.as_str(), binding)), name)
            .copied()
    }
}

/// The one of this name, or else the only one that has it in another case.
pub(super) fn find_name<'a, T>(all: impl Iterator<Item = (&'a str, T)>, name: &str) -> Option<T> {
    let mut near = None;
    let mut count = 0;
    for (known, one) in all {
        if known == name {
            return Some(one);
        }
        if known.eq_ignore_ascii_case(name) {
            (near, count) = (Some(one), count + 1);
        }
    }
    near.filter(|_| count == 1)
}
