//! Learned scores: logistic regression over columns of numbers and texts, and how good probabilities are.

use fondaco::core::report::Explain;
use fondaco::crm::scoring::learned::logistic::{ClassWeights, Logistic, Model, NumberEncoding};
use fondaco::crm::scoring::learned::metrics::Quality;
use fondaco::crm::scoring::learned::{Table as Leads, Value};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::{floats, of_crm};
use crate::free;
use crate::report::PyExplain;
use crate::state;
use crate::table::{Table, needed};
use crate::trouble::Trouble;

/// What a logistic regression learned.
#[pyclass(name = "LogisticModel", module = "fondaco._native", frozen)]
pub(crate) struct LogisticModel(Model);

/// The columns of a table: numbers where Arrow has numbers, else texts.
fn leads(table: &Table, columns: &[String]) -> Result<Leads, Trouble> {
    let mut leads = Leads::new();
    for name in columns {
        leads = if table.is_numeric(name)? {
            leads.numbers_or_missing(name, table.numbers(name)?).map_err(of_crm)?
        } else {
            let texts = table.texts(name)?;
            leads.texts(name, texts.iter().map(Option::as_deref)).map_err(of_crm)?
        };
    }
    Ok(leads)
}

#[pymethods]
impl LogisticModel {
    /// Learns from a table and what came of each row.
    #[staticmethod]
    #[pyo3(signature = (data, columns, outcomes, l2, balanced, standardise))]
    fn fit(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        outcomes: &Bound<'_, PyAny>,
        l2: f64,
        balanced: bool,
        standardise: bool,
    ) -> PyResult<LogisticModel> {
        let table = Table::from_object(data)?;
        let outcomes = Table::from_object(outcomes)?;
        free::long(py, move || {
            let encoding = NumberEncoding { standardise, ..NumberEncoding::default() };
            let weights = if balanced { ClassWeights::Balanced } else { ClassWeights::default() };
            let logistic = Logistic::new().l2(l2).weights(weights).numbers(encoding);
            let outcomes = needed("outcome", outcomes.marks("outcome")?)?;
            logistic.fit(&leads(&table, &columns)?, &outcomes).map(LogisticModel).map_err(of_crm)
        })
    }

    /// The probability of each row, as bytes of floats.
    fn probabilities<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        columns: Vec<String>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let table = Table::from_object(data)?;
        let found =
            free::work(py, || self.0.probabilities(&leads(&table, &columns)?).map_err(of_crm))?;
        Ok(floats(py, &found))
    }

    /// Why a row has its probability.
    fn explain(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Vec<String>,
        row: usize,
    ) -> PyResult<PyExplain> {
        let table = Table::from_object(data)?;
        free::work(py, || {
            let mut texts = Vec::new();
            for name in &columns {
                texts.push(match table.is_numeric(name)? {
                    true => Err(table.numbers(name)?.get(row).copied().flatten()),
                    false => Ok(table.texts(name)?.get(row).cloned().flatten()),
                });
            }
            let lead = texts.iter().map(|cell| match cell {
                Ok(Some(text)) => Value::Text(text),
                Err(Some(number)) => Value::Number(*number),
                _ => Value::Missing,
            });
            let lead: Vec<Value<'_>> = lead.collect();
            if row >= table.rows() {
                let why = format!("the table has {} rows, counted from 0", table.rows());
                return Err(Trouble::invalid("python.no_row", "row", &row.to_string(), &why));
            }
            let said = self.0.explain(&lead).map_err(of_crm)?;
            let shown = |value: f64| format!("{value:.4}");
            let told = Explain::new("Probability", shown(said.probability).as_str())
                .rule(format!("logistic function of log-odds {}", shown(said.log_odds)).as_str())
                .input(Explain::new("Log-odds of an average row", shown(said.base).as_str()));
            let parts = said.parts.iter();
            Ok(PyExplain(told.inputs(
                parts.map(|part| Explain::new(part.feature.as_str(), shown(part.amount).as_str())),
            )))
        })
    }

    /// The coefficients by feature, the intercept first.
    fn coefficients(&self) -> (f64, Vec<(String, f64)>) {
        (self.0.intercept(), self.0.coefficients().collect())
    }

    /// All of it, as plain data.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        state::to_python(py, &self.0)
    }

    /// The model of such data.
    #[staticmethod]
    fn of_state(state: &Bound<'_, PyAny>) -> PyResult<LogisticModel> {
        state::from_python(state).map(LogisticModel)
    }
}

/// How good probabilities were: `auc`, `brier`, `log_loss` and the rest.
#[pyfunction]
pub(crate) fn quality<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let table = Table::from_object(data)?;
    let found = free::work(py, || {
        let probabilities = needed("probability", table.numbers("probability")?)?;
        let outcomes = needed("outcome", table.marks("outcome")?)?;
        Quality::of(&probabilities, &outcomes).map_err(of_crm)
    })?;
    state::to_python(py, &found)
}
