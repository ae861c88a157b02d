//! Customers by what they bought: RFM segments, and models of repeat buying.

use chrono::NaiveDate;
use fondaco::crm::KernelError;
use fondaco::crm::clv::{
    BgNbd, GammaGamma, History, Horizon, ParetoNbd, Spending, Variant, lifetime_value,
};
use fondaco::crm::rfm::{Purchase, Scale, cell_of, standard_cells, summarise};
use pyo3::prelude::*;
use serde::{Deserialize, Serialize};

use super::{no_such, of_crm};
use crate::free;
use crate::given;
use crate::state;
use crate::table::{Built, Table, needed};
use crate::trouble::Trouble;

/// Recency, frequency and money of each customer, scored and named.
#[pyfunction]
pub(crate) fn rfm(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    names: (String, String, String),
    as_of: &Bound<'_, PyAny>,
    parts: u8,
    method: String,
) -> PyResult<Table> {
    let (table, as_of) = (Table::from_object(data)?, given::day(as_of)?);
    let columns = free::long(py, move || scored(&table, &names, as_of, parts, &method))?;
    Table::of(columns)
}

/// Who it is: numbers order as numbers, since what is equal is told apart by order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Number(i64),
    Text(String),
}

impl Name {
    fn of(text: String, numbered: bool) -> Name {
        match text.parse() {
            Ok(number) if numbered => Name::Number(number),
            _ => Name::Text(text),
        }
    }
}

fn names<'n>(all: impl Iterator<Item = &'n Name>) -> arrow_array::ArrayRef {
    let all: Vec<&Name> = all.collect();
    let numbers = all.iter().map(|name| match name {
        Name::Number(number) => Some(*number),
        Name::Text(_) => None,
    });
    if let Some(numbers) = numbers.collect::<Option<Vec<i64>>>() {
        return Built::whole(numbers);
    }
    Built::texts(all.iter().map(|name| match name {
        Name::Number(number) => number.to_string(),
        Name::Text(text) => text.clone(),
    }))
}

type Columns = Vec<(&'static str, arrow_array::ArrayRef)>;

fn scored(
    table: &Table,
    (customer, date, amount): &(String, String, String),
    as_of: NaiveDate,
    parts: u8,
    method: &str,
) -> Result<Columns, Trouble> {
    let numbered = table.is_numeric(customer)?;
    let customers = needed(customer, table.texts(customer)?)?;
    let customers = customers.into_iter().map(|name| Name::of(name, numbered));
    let days = needed(date, table.days(date)?)?;
    let amounts = needed(amount, table.exact(amount)?)?;
    let purchases = customers.zip(days).zip(amounts);
    let purchases = purchases.map(|((customer, day), amount)| Purchase { customer, day, amount });
    let found = summarise(purchases, as_of).map_err(of_crm)?;
    let scale = match method {
        "quantiles" => Scale::quantiles(parts),
        "tiles" => Scale::tiles(parts),
        _ => return Err(no_such("method", method, &["quantiles", "tiles"])),
    };
    let scores = scale.map_err(of_crm)?.scores(&found).map_err(of_crm)?;
    let cells = standard_cells();
    let segment = |score| cell_of(&cells, score).map(|cell| cell.name.clone());
    let money: Vec<_> = found.iter().map(|one| Some(one.money)).collect();
    Ok(vec![
        ("customer", names(found.iter().map(|one| &one.customer))),
        ("recency_days", Built::whole(found.iter().map(|one| one.recency_days))),
        ("frequency", Built::whole(found.iter().map(|one| one.frequency.into()))),
        ("money", Built::decimals("money", &money)?),
        ("r", Built::whole(scores.iter().map(|one| one.recency.into()))),
        ("f", Built::whole(scores.iter().map(|one| one.frequency.into()))),
        ("m", Built::whole(scores.iter().map(|one| one.money.into()))),
        ("segment", Built::texts_or_none(scores.iter().map(|one| segment(*one)))),
    ])
}

/// Repeat purchases, the time of the last, and the age of each customer.
fn histories(table: &Table) -> Result<Vec<History>, Trouble> {
    let column = |name: &str| needed(name, table.numbers(name)?);
    let [repeats, last, age] = [column("repeats")?, column("last")?, column("age")?];
    let each = repeats.into_iter().zip(last).zip(age).enumerate();
    let one = |(row, ((repeats, last), age))| {
        History::new(repeats, last, age).map_err(|error| of_crm(error.at(row)))
    };
    each.map(one).collect()
}

fn spendings(table: &Table) -> Result<Vec<Spending>, Trouble> {
    let column = |name: &str| needed(name, table.numbers(name)?);
    let each = column("purchases")?.into_iter().zip(column("mean")?);
    Ok(each.map(|(purchases, mean)| Spending { purchases, mean }).collect())
}

/// A model of repeat buying.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Buying {
    BgNbd(BgNbd),
    ParetoNbd(ParetoNbd),
}

impl Buying {
    fn fit(kind: &str, customers: &[History]) -> Result<Buying, Trouble> {
        let fitted = match kind {
            "bg_nbd" => BgNbd::fit(Variant::Plain, customers).map(Buying::BgNbd),
            "modified_bg_nbd" => BgNbd::fit(Variant::Modified, customers).map(Buying::BgNbd),
            "pareto_nbd" => ParetoNbd::fit(customers).map(Buying::ParetoNbd),
            _ => return Err(no_such("kind", kind, &["bg_nbd", "modified_bg_nbd", "pareto_nbd"])),
        };
        fitted.map_err(of_crm)
    }

    fn log_likelihood(&self, customers: &[History]) -> f64 {
        match self {
            Buying::BgNbd(model) => model.log_likelihood(customers),
            Buying::ParetoNbd(model) => model.log_likelihood(customers),
        }
    }

    fn alive(&self, customer: History) -> f64 {
        match self {
            Buying::BgNbd(model) => model.alive(customer),
            Buying::ParetoNbd(model) => model.alive(customer),
        }
    }

    fn expected(&self, customer: History, time: f64) -> Result<f64, KernelError> {
        match self {
            Buying::BgNbd(model) => model.expected(customer, time),
            Buying::ParetoNbd(model) => model.expected(customer, time),
        }
    }

    fn expected_of_new(&self, time: f64) -> Result<f64, KernelError> {
        match self {
            Buying::BgNbd(model) => model.expected_of_new(time),
            Buying::ParetoNbd(model) => model.expected_of_new(time),
        }
    }
}

/// How customers buy again, and when they cease to.
#[pyclass(name = "BuyingModel", module = "fondaco._native", frozen)]
pub(crate) struct BuyingModel(Buying);

#[pymethods]
impl BuyingModel {
    /// What explains the histories best.
    #[staticmethod]
    fn fit(py: Python<'_>, data: &Bound<'_, PyAny>, kind: String) -> PyResult<BuyingModel> {
        let table = Table::from_object(data)?;
        free::long(py, move || Buying::fit(&kind, &histories(&table)?).map(BuyingModel))
    }

    /// How likely the histories are, as a logarithm.
    fn log_likelihood(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<f64> {
        let table = Table::from_object(data)?;
        free::work(py, || Ok(self.0.log_likelihood(&histories(&table)?)))
    }

    /// How likely each customer still buys, and what is expected of them within a time.
    #[pyo3(signature = (data, time, progress=None))]
    fn predict(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        time: f64,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Table> {
        let table = Table::from_object(data)?;
        let all = free::work(py, || histories(&table))?;
        let found = free::parts(py, all.len(), progress, |rows| {
            let part = all.get(rows.clone()).unwrap_or_default().iter().zip(rows);
            let one = |(customer, row): (&History, usize)| {
                let expected = self.0.expected(*customer, time);
                let expected = expected.map_err(|error| of_crm(error.at(row)))?;
                Ok((self.0.alive(*customer), expected))
            };
            part.map(one).collect()
        })?;
        Table::of(vec![
            ("alive", Built::numbers(found.iter().map(|(alive, _)| *alive))),
            ("expected", Built::numbers(found.iter().map(|(_, expected)| *expected))),
        ])
    }

    /// What a new customer is expected to buy again within a time.
    fn expected_of_new(&self, py: Python<'_>, time: f64) -> PyResult<f64> {
        self.0.expected_of_new(time).map_err(|error| of_crm(error).into_error(py))
    }

    /// What each customer is worth over some periods, by what a purchase of theirs is worth (column `worth`).
    fn lifetime_values(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        periods: u32,
        length: f64,
        discount: f64,
    ) -> PyResult<Table> {
        let table = Table::from_object(data)?;
        let horizon = Horizon { periods, length, discount };
        let found = free::work(py, || {
            let worth = needed("worth", table.numbers("worth")?)?;
            let each = histories(&table)?.into_iter().zip(worth).enumerate();
            let one = |(row, (customer, worth))| {
                lifetime_value(worth, horizon, |time| self.0.expected(customer, time))
                    .map_err(|error| of_crm(error.at(row)))
            };
            each.map(one).collect::<Result<Vec<f64>, Trouble>>()
        })?;
        Table::of(vec![("value", Built::numbers(found))])
    }

    /// All of it, as plain data.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        state::to_python(py, &self.0)
    }

    /// The model of such data.
    #[staticmethod]
    fn of_state(state: &Bound<'_, PyAny>) -> PyResult<BuyingModel> {
        state::from_python(state).map(BuyingModel)
    }
}

/// The Gamma-Gamma model of what a purchase is worth.
#[pyclass(name = "GammaGammaModel", module = "fondaco._native", frozen)]
pub(crate) struct GammaGammaModel(GammaGamma);

#[pymethods]
impl GammaGammaModel {
    #[staticmethod]
    fn fit(py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<GammaGammaModel> {
        let table = Table::from_object(data)?;
        free::long(py, move || {
            GammaGamma::fit(&spendings(&table)?).map(GammaGammaModel).map_err(of_crm)
        })
    }

    fn log_likelihood(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<f64> {
        let table = Table::from_object(data)?;
        free::work(py, || Ok(self.0.log_likelihood(&spendings(&table)?)))
    }

    /// What a purchase of each customer is expected to be worth.
    fn expected_mean(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Table> {
        let table = Table::from_object(data)?;
        let found = free::work(py, || {
            let each = spendings(&table)?.into_iter().enumerate();
            let one =
                |(row, spent)| self.0.expected_mean(spent).map_err(|error| of_crm(error.at(row)));
            each.map(one).collect::<Result<Vec<f64>, Trouble>>()
        })?;
        Table::of(vec![("expected_mean", Built::numbers(found))])
    }

    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        state::to_python(py, &self.0)
    }

    #[staticmethod]
    fn of_state(state: &Bound<'_, PyAny>) -> PyResult<GammaGammaModel> {
        state::from_python(state).map(GammaGammaModel)
    }
}
