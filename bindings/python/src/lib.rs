//! The native part of the Python package `fondaco`: it translates, and decides nothing of business.
//!
//! [`given`] reads what Python gives and [`told`] says what comes back; [`table`] is Arrow's C stream; [`act`] and [`commands`] send any
//! command of any engine; [`office`] is a company on a store; [`free`] runs work without the interpreter's lock; [`trouble`] makes
//! exceptions of errors.

mod act;
mod answers;
mod commands;
mod free;
mod given;
mod kernels;
mod maps;
mod money;
mod office;
mod report;
mod reports;
mod rows;
mod session;
mod state;
mod table;
mod told;
mod trouble;

use pyo3::prelude::*;

/// What `fondaco._native` holds; `fondaco` is what people import.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::kernels::{
        BuyingModel, GammaGammaModel, LogisticModel, PyPlan, PyProgram, PyRules, classify,
        forecast, lot_sizes, mrp, policy, quality, rfm, similarity, sound,
    };
    #[pymodule_export]
    use crate::maps::certify;
    #[pymodule_export]
    use crate::money::PyMoney;
    #[pymodule_export]
    use crate::office::PyOffice;
    #[pymodule_export]
    use crate::report::{PyExplain, PyReport};
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::table::Table;

    use super::*;

    /// The names of all commands.
    #[pyfunction]
    fn command_names() -> Vec<String> {
        commands::names()
    }

    /// The version of the package.
    #[pyfunction]
    fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
