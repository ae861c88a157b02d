//! Rules of pay over tables: one row an employee, one column an input.

use std::sync::Arc;

use fondaco::core::Timestamp;
use fondaco::payroll::jurisdictions::{
    canada, estonia, france, germany, united_kingdom, united_states,
};
use fondaco::payroll::{Batch, Program, RuleSet, Value};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rust_decimal::Decimal;

use super::{no_such, of_pay, of_rule};
use crate::free;
use crate::given::{self, Given};
use crate::report::{PyReport, Why};
use crate::table::{Built, Table, needed};
use crate::told::{Tell, Told};
use crate::trouble::Trouble;

const COUNTRIES: &[&str] =
    &["canada", "estonia", "france", "germany", "united_kingdom", "united_states"];

/// Rows that could not be computed: which, the code, and why.
type Failed = Vec<(usize, String, String)>;
/// Inputs, a column each; what is not said is `None`.
type Inputs = Vec<(String, Vec<Option<Value>>)>;

/// Rules of a country, a state or a company, over all days.
#[pyclass(name = "Rules", module = "fondaco", frozen)]
pub(crate) struct PyRules {
    rules: RuleSet,
    /// What they are made of again: for pickling.
    made_of: (&'static str, Vec<String>),
}

#[pymethods]
impl PyRules {
    /// The rules of a country that are shipped, with parts of states.
    #[staticmethod]
    fn of_country(py: Python<'_>, name: &str, states: Vec<String>) -> PyResult<PyRules> {
        let part = |state: &String| match state.as_str() {
            "california" => Ok(united_states::CALIFORNIA),
            "pennsylvania" => Ok(united_states::PENNSYLVANIA),
            "texas" => Ok(united_states::TEXAS),
            other => Err(no_such("state", other, &["california", "pennsylvania", "texas"])),
        };
        let parts = states.iter().map(part).collect::<Result<Vec<_>, _>>();
        let parts = parts.map_err(|trouble| trouble.into_error(py))?;
        let shipped = || match name {
            "canada" => canada(),
            "estonia" => estonia(),
            "france" => france(),
            "germany" => germany(),
            "united_kingdom" => united_kingdom(),
            _ => united_states::with_states(&parts),
        };
        if !COUNTRIES.contains(&name) {
            return Err(no_such("country", name, COUNTRIES).into_error(py));
        }
        let rules = free::work(py, || shipped().map_err(of_rule))?;
        let made_of = [vec![name.to_owned()], states.clone()].concat();
        Ok(PyRules { rules, made_of: ("of_country", made_of) })
    }

    /// Rules as a file of TOML says them.
    #[staticmethod]
    fn of_toml(py: Python<'_>, text: String) -> PyResult<PyRules> {
        let rules = free::work(py, || RuleSet::from_toml(&text).map_err(of_rule))?;
        Ok(PyRules { rules, made_of: ("of_toml", vec![text]) })
    }

    /// All that is wrong with a file: `(line, column, what)` each.
    #[staticmethod]
    fn problems(py: Python<'_>, text: &str) -> PyResult<Vec<(usize, usize, String)>> {
        free::work(py, || {
            let found = RuleSet::problems(text);
            Ok(found
                .iter()
                .map(|problem| {
                    let (line, column) = problem.place().unwrap_or((1, 1));
                    (line, column, problem.without_place())
                })
                .collect())
        })
    }

    /// The days on which something changes.
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Told::List(self.rules.changes().into_iter().map(Told::Date).collect()).to_object(py)
    }

    /// The rules of a day, as known at a time.
    #[pyo3(signature = (day, known_at=None))]
    fn on(
        &self,
        py: Python<'_>,
        day: &Bound<'_, PyAny>,
        known_at: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyProgram> {
        let day = given::day(day)?;
        let known = known_at.map(Given::from_object).transpose()?;
        let known = known
            .map(Given::into::<Timestamp>)
            .transpose()
            .map_err(|error| error.into_error(py))?;
        let program = free::work(py, || {
            let program = match known {
                Some(known) => self.rules.known_at(day, known),
                None => self.rules.on(day),
            };
            program.map_err(of_rule)
        })?;
        Ok(PyProgram(Arc::new(program)))
    }

    fn made_of(&self) -> (&'static str, Vec<String>) {
        self.made_of.clone()
    }
}

/// The rules of one day, compiled.
#[pyclass(name = "Program", module = "fondaco", frozen)]
pub(crate) struct PyProgram(Arc<Program>);

#[pymethods]
impl PyProgram {
    /// What it may be told.
    #[getter]
    fn inputs(&self) -> Vec<String> {
        self.0.inputs().map(str::to_owned).collect()
    }

    /// What it computes.
    #[getter]
    fn outputs(&self) -> Vec<String> {
        self.0.outputs().map(str::to_owned).collect()
    }

    /// What the rules are called.
    #[getter]
    fn title(&self) -> String {
        self.0.title().to_owned()
    }

    /// The currency of their amounts.
    #[getter]
    fn currency(&self) -> &'static str {
        self.0.currency().code()
    }

    /// The day whose law it is.
    #[getter]
    fn day<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Told::Date(self.0.day()).to_object(py)
    }

    /// Computes a table: `(results, errors)`; a row of errors is `(row, code, message)`.
    #[pyo3(signature = (data, outputs, employee=None, progress=None))]
    fn run(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        outputs: Vec<String>,
        employee: Option<String>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(Table, Failed)> {
        let table = Table::from_object(data)?;
        let (names, columns) = free::work(py, || {
            let names = match &employee {
                Some(column) => needed(column, table.texts(column)?)?,
                None => (0..table.rows()).map(|row| format!("row {row}")).collect(),
            };
            Ok((names, columns(&table, employee.as_deref())?))
        })?;
        let rows = free::parts(py, names.len(), progress, |rows| {
            self.part(&names, &columns, rows, &outputs)
        })?;
        let mut made = Vec::new();
        if let Some(column) = &employee {
            made.push((column.as_str(), Built::texts(&names)));
        }
        for (at, name) in outputs.iter().enumerate() {
            let values: Vec<Option<Decimal>> = rows
                .iter()
                .map(|row| row.as_ref().ok().and_then(|all| all.get(at).copied()))
                .collect();
            made.push((
                name.as_str(),
                Built::decimals(name, &values).map_err(|trouble| trouble.into_error(py))?,
            ));
        }
        let errors = rows.iter().enumerate().filter_map(|(at, row)| {
            let trouble = row.as_ref().err()?;
            Some((at, trouble.code.clone(), trouble.message.clone()))
        });
        Ok((Table::of(made)?, errors.collect()))
    }

    /// One employee's pay: a report that explains each of its lines.
    fn slip(
        &self,
        py: Python<'_>,
        employee: String,
        inputs: &Bound<'_, PyDict>,
    ) -> PyResult<PyReport> {
        let mut values = Vec::new();
        for (name, value) in inputs.iter() {
            values.push((name.str()?.to_string(), value_of(&value)?));
        }
        let program = self.0.clone();
        free::work(py, || slip(program, employee, values))
    }
}

impl PyProgram {
    /// Rows of a table, each to its results or to why it has none.
    fn part(
        &self,
        names: &[String],
        columns: &[(String, Vec<Option<Value>>)],
        rows: std::ops::Range<usize>,
        outputs: &[String],
    ) -> Result<Vec<Result<Vec<Decimal>, Trouble>>, Trouble> {
        let names = names.get(rows.clone()).unwrap_or_default();
        let part =
            |values: &'_ [Option<Value>]| values.get(rows.clone()).unwrap_or_default().to_vec();
        let is_whole = columns.iter().all(|(_, values)| part(values).iter().all(Option::is_some));
        if !is_whole {
            let each = rows.clone().zip(names);
            return Ok(each.map(|(row, name)| self.one(name, columns, row, outputs)).collect());
        }
        let mut batch = Batch::new(&self.0, names.iter().map(String::as_str));
        for (name, values) in columns {
            batch.column(name, part(values).into_iter().flatten()).map_err(of_pay)?;
        }
        let wanted: Vec<&str> = outputs.iter().map(String::as_str).collect();
        let done = batch.run(&wanted).map_err(of_pay)?;
        let mut errors = done.errors.iter().cloned().peekable();
        let row = |row: usize| match errors.next_if(|(at, _)| *at == row) {
            Some((_, error)) => Err(of_pay(error)),
            None => Ok((0..outputs.len()).filter_map(|column| done.amount(row, column)).collect()),
        };
        Ok((0..names.len()).map(row).collect())
    }

    /// A row in which something is not said.
    fn one(
        &self,
        name: &str,
        columns: &[(String, Vec<Option<Value>>)],
        row: usize,
        outputs: &[String],
    ) -> Result<Vec<Decimal>, Trouble> {
        let mut case = self.0.case(name);
        for (input, values) in columns {
            if let Some(Some(value)) = values.get(row) {
                case.set(input, value.clone());
            }
        }
        let slip = self.0.run(&case).map_err(of_pay)?;
        outputs.iter().map(|output| slip.amount(output).map_err(of_pay)).collect()
    }
}

/// The columns of a table as inputs, all but the one that names the rows.
fn columns(table: &Table, employee: Option<&str>) -> Result<Inputs, Trouble> {
    use arrow_schema::DataType;
    let mut columns = Vec::new();
    for field in table.schema.fields() {
        let name = field.name();
        if employee == Some(name) {
            continue;
        }
        let values: Vec<Option<Value>> = match field.data_type() {
            DataType::Boolean => {
                table.marks(name)?.into_iter().map(|value| value.map(Value::Bool)).collect()
            }
            DataType::Date32 | DataType::Date64 => {
                table.days(name)?.into_iter().map(|value| value.map(Value::Date)).collect()
            }
            of if of.is_numeric() => {
                table.exact(name)?.into_iter().map(|value| value.map(Value::Number)).collect()
            }
            _ => table
                .texts(name)?
                .into_iter()
                .map(|value| value.map(|text| Value::Text(text.into())))
                .collect(),
        };
        columns.push((name.clone(), values));
    }
    Ok(columns)
}

fn value_of(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(money) = value.cast::<crate::money::PyMoney>() {
        return Ok(Value::Money(money.get().0));
    }
    match Given::from_object(value)? {
        Given::Bool(value) => Ok(Value::Bool(value)),
        Given::Int(value) => Ok(Value::Number(value.into())),
        Given::Text(text) => Ok(Value::Text(text.into())),
        _ => Err(PyTypeError::new_err(format!("no value of an input: {}", value.repr()?))),
    }
}

fn slip(
    program: Arc<Program>,
    employee: String,
    values: Vec<(String, Value)>,
) -> Result<PyReport, Trouble> {
    let (report, figures) = {
        let mut said = program.case(&employee);
        for (input, value) in &values {
            said.set(input, value.clone());
        }
        let slip = program.run(&said).map_err(of_pay)?;
        let amounts = program
            .outputs()
            .filter_map(|name| Some((name.to_owned(), slip.amount(name).ok()?.tell())));
        (slip.to_report().map_err(of_pay)?, Told::Dict(amounts.collect()))
    };
    let why: Why = Arc::new(move |name| {
        let mut said = program.case(&employee);
        for (input, value) in &values {
            said.set(input, value.clone());
        }
        program.run(&said).and_then(|slip| slip.explain(name)).map_err(of_pay)
    });
    Ok(PyReport::new(report).with_figures(figures).explained_by(why))
}
