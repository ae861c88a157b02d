//! Explanations of plans.

use fondaco_core::report::{Explain, Parameter, word};

use crate::figure::figure;

/// An explanation with the parameters that there are.
pub(super) fn parameters<const N: usize>(
    why: Explain,
    given: [(&'static str, Option<f64>); N],
) -> Explain {
    let given = given.into_iter().filter_map(|(name, value)| Some((name, value?)));
    given.fold(why, |why, (name, value)| why.parameter(Parameter::new(word(name), figure(value))))
}
