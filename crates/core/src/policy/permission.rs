//! What engines declare that can be allowed, as data that a host can list.

/// Something that can be allowed: named by engine and verb.
///
/// ```
/// use fondaco_core::policy::Permission;
/// const POST: Permission = Permission::new("ledger.post", "post entries")
///     .limited()
///     .within(&["journal", "account"])
///     .within_tags();
/// assert_eq!(POST.engine(), "ledger");
/// assert!(POST.is_within("journal") && POST.is_within("cost_centre")); // any tag of the host's
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    /// Its name for ever: `ledger.post`.
    pub name: &'static str,
    /// What it allows, as people read it: a verb and its object.
    pub about: &'static str,
    /// Whether it is asked with an amount, so that a limit can be set.
    pub limited: bool,
    /// The dimensions with which it is asked: a right may be restricted by them.
    pub dimensions: &'static [&'static str],
    /// Whether it is also asked with dimensions that the host names, such as cost centres.
    pub tags: bool,
    /// Whether another engine's act may need it as a consequence: then who may do that act needs no right of his own.
    pub implied: bool,
}

impl Permission {
    /// A permission without limits and dimensions.
    pub const fn new(name: &'static str, about: &'static str) -> Permission {
        Permission { name, about, limited: false, dimensions: &[], tags: false, implied: false }
    }

    /// Asked with an amount.
    #[must_use]
    pub const fn limited(mut self) -> Permission {
        self.limited = true;
        self
    }

    /// Asked with these dimensions.
    #[must_use]
    pub const fn within(mut self, dimensions: &'static [&'static str]) -> Permission {
        self.dimensions = dimensions;
        self
    }

    /// Asked with the dimensions that the host names, too.
    #[must_use]
    pub const fn within_tags(mut self) -> Permission {
        self.tags = true;
        self
    }

    /// Given to engines whose own act was allowed; see [`Tx::as_engine`](crate::Tx::as_engine).
    #[must_use]
    pub const fn implied(mut self) -> Permission {
        self.implied = true;
        self
    }

    /// The engine that declares it: what stands before the point.
    pub fn engine(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(engine, _)| engine)
    }

    /// Whether it is asked with this dimension, so that a right can be restricted by it.
    pub fn is_within(&self, dimension: &str) -> bool {
        self.tags || self.dimensions.contains(&dimension)
    }
}
