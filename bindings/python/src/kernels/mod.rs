//! Kernels: plain functions of the engines over tables of any data frame.

mod customers;
mod forecasts;
mod lots;
mod payroll;
mod plans;
mod policies;
mod scores;
mod texts;

use fondaco::core::ErrorKind;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::trouble::Trouble;

pub(crate) use customers::{BuyingModel, GammaGammaModel, rfm};
pub(crate) use forecasts::{classify, forecast};
pub(crate) use lots::lot_sizes;
pub(crate) use payroll::{PyProgram, PyRules};
pub(crate) use plans::{PyPlan, mrp};
pub(crate) use policies::policy;
pub(crate) use scores::{LogisticModel, quality};
pub(crate) use texts::{similarity, sound};

/// An error of a kernel.
macro_rules! kernel_errors {
    ($($name:ident: $type:ty),* $(,)?) => { $(
        pub(crate) fn $name(error: $type) -> Trouble {
            Trouble::of(error.code(), error.kind(), &error)
        }
    )* };
}

kernel_errors! {
    of_crm: fondaco::crm::KernelError,
    of_stock: fondaco::inventory::KernelError,
    of_plan: fondaco::inventory::mrp::MrpError,
    of_pay: fondaco::payroll::PayError,
    of_rule: fondaco::payroll::RuleError,
}

/// A name that is none of some.
pub(crate) fn no_such(what: &str, given: &str, known: &[&str]) -> Trouble {
    let why = format!("give one of {}", known.join(", "));
    let mut trouble = Trouble::invalid("python.unknown", what, given, &why);
    trouble.kind = ErrorKind::Invalid;
    trouble
}

/// Floats as bytes, for numpy and array to read at once.
pub(crate) fn floats<'py>(py: Python<'py>, values: &[f64]) -> Bound<'py, PyBytes> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
    PyBytes::new(py, &bytes)
}
