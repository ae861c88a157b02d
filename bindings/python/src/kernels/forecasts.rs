//! Demand forecasts of many series, each by itself.

use std::collections::HashMap;

use fondaco::inventory::forecast::{Forecast, Method, Pattern, Series, classify as class_of};
use pyo3::prelude::*;

use super::{no_such, of_stock};
use crate::free;
use crate::table::{Built, Table};
use crate::trouble::Trouble;

const METHODS: &[&str] = &[
    "auto_ets",
    "theta",
    "optimised_theta",
    "ses",
    "croston",
    "sba",
    "tsb",
    "adida",
    "imapa",
    "naive",
    "seasonal_naive",
    "drift",
    "mean",
    "moving_average",
    "seasonal_average",
];

/// A series with its name; what is missing is marked.
struct Named {
    name: String,
    values: Vec<f64>,
    missing: Vec<bool>,
}

impl Named {
    fn series(&self, season: usize) -> Result<Series<'_>, Trouble> {
        let series = Series::new(&self.values).and_then(|series| series.seasonal(season));
        let series = series.map_err(of_stock)?;
        if !self.missing.contains(&true) {
            return Ok(series);
        }
        series.missing(&self.missing).map_err(of_stock)
    }
}

/// The series of a table: rows of a group follow one another, or are put in order by a column.
fn series_of(
    table: &Table,
    (group, value, order): &(Option<String>, String, Option<String>),
) -> Result<Vec<Named>, Trouble> {
    let values = table.numbers(value)?;
    let names = match group {
        Some(group) => table.texts(group)?,
        None => vec![Some(String::new()); values.len()],
    };
    let mut rows: Vec<usize> = (0..values.len()).collect();
    if let Some(order) = order {
        let days = table.days(order)?;
        rows.sort_by_key(|row| days.get(*row).copied().flatten());
    }
    let mut places = HashMap::new();
    let mut all: Vec<Named> = Vec::new();
    // Groups stand in the order in which they first appear, whatever orders their rows.
    for name in &names {
        let name = name.clone().unwrap_or_default();
        places.entry(name.clone()).or_insert_with(|| {
            all.push(Named { name, values: Vec::new(), missing: Vec::new() });
            all.len() - 1
        });
    }
    for row in rows {
        let name = names.get(row).cloned().flatten().unwrap_or_default();
        let (Some(place), Some(value)) = (places.get(&name), values.get(row)) else { continue };
        if let Some(series) = all.get_mut(*place) {
            series.values.push(value.unwrap_or(0.0));
            series.missing.push(value.is_none());
        }
    }
    Ok(all)
}

type Given = HashMap<String, f64>;

fn method(name: &str, given: &Given) -> Result<Method, Trouble> {
    let number = |key: &str| given.get(key).copied();
    let needed = |key: &str| {
        number(key).ok_or_else(|| {
            Trouble::invalid("python.missing", key, "", &format!("{name} asks for it"))
        })
    };
    let whole = |key: &str| needed(key).map(|value| value.max(0.0) as usize);
    Ok(match name {
        "naive" => Method::Naive,
        "seasonal_naive" => Method::SeasonalNaive,
        "drift" => Method::Drift,
        "mean" => Method::Mean,
        "moving_average" => Method::MovingAverage { window: whole("window")? },
        "seasonal_average" => Method::SeasonalAverage { seasons: whole("seasons")? },
        "ses" => Method::Ses { alpha: number("alpha") },
        "auto_ets" => Method::AutoEts,
        "theta" => Method::Theta,
        "optimised_theta" => Method::OptimisedTheta,
        "croston" => Method::Croston { alpha: number("alpha") },
        "sba" => Method::Sba { alpha: number("alpha") },
        "tsb" => Method::Tsb { size: needed("size")?, probability: needed("probability")? },
        "adida" => Method::Adida,
        "imapa" => Method::Imapa,
        _ => return Err(no_such("method", name, METHODS)),
    })
}

/// Forecasts each series of a table: a row for each of its periods to come.
#[pyfunction]
#[pyo3(signature = (data, columns, horizon, name, parameters, season, interval=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "the Python function before it names them")]
pub(crate) fn forecast(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: (Option<String>, String, Option<String>),
    horizon: usize,
    name: &str,
    parameters: Given,
    season: usize,
    interval: Option<f64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Table> {
    let method = method(name, &parameters).map_err(|trouble| trouble.into_error(py))?;
    let table = Table::from_object(data)?;
    let all = free::work(py, || series_of(&table, &columns))?;
    let found = free::parts(py, all.len(), progress, |rows| {
        all.get(rows)
            .unwrap_or_default()
            .iter()
            .map(|named| of_one(named, &method, horizon, season))
            .collect()
    })?;
    let made = free::work(py, || told(&columns.0, &all, &found, interval))?;
    Table::of(made.iter().map(|(name, array)| (name.as_str(), array.clone())).collect())
}

fn of_one(
    named: &Named,
    method: &Method,
    horizon: usize,
    season: usize,
) -> Result<Forecast, Trouble> {
    let found = named.series(season)?;
    method.forecast(&found, horizon).map_err(|error| about(named, of_stock(error)))
}

/// Which series it is about.
fn about(named: &Named, mut trouble: Trouble) -> Trouble {
    if !named.name.is_empty() {
        trouble.message = format!("{}: {}", named.name, trouble.message);
        trouble.details.push(("series".to_owned(), named.name.clone()));
    }
    trouble
}

type Columns = Vec<(String, arrow_array::ArrayRef)>;

fn told(
    group: &Option<String>,
    all: &[Named],
    found: &[Forecast],
    interval: Option<f64>,
) -> Result<Columns, Trouble> {
    let (mut names, mut periods, mut points) = (Vec::new(), Vec::new(), Vec::new());
    let (mut deviations, mut lows, mut highs) = (Vec::new(), Vec::new(), Vec::new());
    for (named, forecast) in all.iter().zip(found) {
        for (ahead, point) in forecast.points.iter().enumerate() {
            names.push(named.name.as_str());
            periods.push(i64::try_from(ahead + 1).unwrap_or(i64::MAX));
            points.push(*point);
            deviations.push(forecast.deviations.as_ref().and_then(|all| all.get(ahead).copied()));
        }
        if let (Some(probability), true) = (interval, forecast.deviations.is_some()) {
            let bounds =
                forecast.intervals(probability).map_err(|error| about(named, of_stock(error)))?;
            lows.extend(bounds.iter().map(|bound| Some(bound.low)));
            highs.extend(bounds.iter().map(|bound| Some(bound.high)));
        } else {
            lows.extend(forecast.points.iter().map(|_| None));
            highs.extend(forecast.points.iter().map(|_| None));
        }
    }
    let mut columns = Vec::new();
    if let Some(group) = group {
        columns.push((group.clone(), Built::texts(names)));
    }
    columns.push(("period".to_owned(), Built::whole(periods)));
    columns.push(("forecast".to_owned(), Built::numbers(points)));
    columns.push(("deviation".to_owned(), Built::numbers_or_none(deviations)));
    if interval.is_some() {
        columns.push(("low".to_owned(), Built::numbers_or_none(lows)));
        columns.push(("high".to_owned(), Built::numbers_or_none(highs)));
    }
    Ok(columns)
}

/// How each series comes: smooth, erratic, intermittent, lumpy.
#[pyfunction]
pub(crate) fn classify(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: (Option<String>, String, Option<String>),
) -> PyResult<Table> {
    let table = Table::from_object(data)?;
    let (names, classes) = free::work(py, || {
        let all = series_of(&table, &columns)?;
        let class = |named: &Named| {
            class_of(&named.series(1)?).map_err(|error| about(named, of_stock(error)))
        };
        let classes = all.iter().map(class).collect::<Result<Vec<_>, _>>()?;
        Ok((all.into_iter().map(|named| named.name).collect::<Vec<_>>(), classes))
    })?;
    let pattern = |pattern: Pattern| match pattern {
        Pattern::Smooth => "smooth",
        Pattern::Erratic => "erratic",
        Pattern::Intermittent => "intermittent",
        Pattern::Lumpy => "lumpy",
        _ => "none",
    };
    let mut made = Vec::new();
    if let Some(group) = &columns.0 {
        made.push((group.as_str(), Built::texts(names)));
    }
    made.push(("pattern", Built::texts(classes.iter().map(|class| pattern(class.pattern)))));
    made.push(("interval", Built::numbers_or_none(classes.iter().map(|class| class.interval))));
    made.push(("variation", Built::numbers_or_none(classes.iter().map(|class| class.variation))));
    Table::of(made)
}
