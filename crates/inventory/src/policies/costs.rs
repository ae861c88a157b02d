//! What a policy costs, by what it is spent on.

use fondaco_core::report::Explain;
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::figure::because;

/// What a policy costs per unit of time (or per season, where a model has one), by what it is spent on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// What is paid for ordering or setting up, however much is ordered.
    pub ordering: f64,
    /// What keeping stock costs: capital, room, what is left over.
    pub holding: f64,
    /// What is lost because stock was missing.
    pub shortage: f64,
    /// What the goods themselves cost. Zero where a model is not told their price.
    pub purchase: f64,
}

impl Costs {
    /// All of it.
    ///
    /// ```
    /// use fondaco_inventory::policies::eoq::Eoq;
    ///
    /// let costs = Eoq::new(8.0, 0.225, 1300.0).solve()?.costs;
    /// assert!((costs.total() - 68.410_525_505_948_29).abs() < 1e-9);
    /// assert!((costs.ordering - costs.holding).abs() < 1e-9); // at the optimum both are the same
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn total(&self) -> f64 {
        self.ordering + self.holding + self.shortage + self.purchase
    }

    /// These costs, if all of them can be reckoned with.
    ///
    /// # Errors
    /// When one of them is not finite: the model's numbers are too large, or too far apart.
    pub(crate) fn checked(self, what: &'static str) -> Result<Self, KernelError> {
        computed(what, self.total()).map(|_| self)
    }

    /// The cost per unit of time with its parts.
    pub(crate) fn explain(&self, what: &'static str) -> Explain {
        let parts = [
            ("Ordering", self.ordering),
            ("Holding", self.holding),
            ("Shortage", self.shortage),
            ("Purchase", self.purchase),
        ];
        let spent = parts.into_iter().filter(|(_, part)| *part != 0.0);
        because(what, self.total()).inputs(spent.map(|(name, part)| because(name, part)))
    }
}

/// A result that is a number.
///
/// # Errors
/// When it is not finite.
pub(crate) fn computed(what: &'static str, value: f64) -> Result<f64, KernelError> {
    let why = "its numbers are too large or too far apart to reckon with; give them in other units";
    if value.is_finite() { Ok(value) } else { Err(KernelError::NoAnswer { what, why }) }
}

/// A result that is a number above zero, such as a quantity to order.
///
/// # Errors
/// When it is not finite, or so small that it is none.
pub(crate) fn computed_positive(what: &'static str, value: f64) -> Result<f64, KernelError> {
    let why = "the answer is too small to tell from zero; give the numbers in other units";
    let value = computed(what, value)?;
    if value > 0.0 { Ok(value) } else { Err(KernelError::NoAnswer { what, why }) }
}
