//! `forecast_*.json` and the M3 competition: forecasts as statsforecast and statsmodels make them.

use std::error::Error;
use std::path::Path;

use fondaco::inventory::KernelError;
use fondaco::inventory::forecast::{
    Accuracy, ErrorForm, Ets, HoltWinters, Method, Pattern, SeasonForm, Series, TrendForm,
    accuracy, classify, naive_error,
};
use serde_json::{Map, Value, json};

use crate::case::Case;
use crate::json::{list, number, numbers, read, text};

type Answer<T> = Result<T, Box<dyn Error>>;

/// What is calculated with fixed parameters agrees to this.
const FIXED: f64 = 1e-6;
/// What an optimiser found.
const FOUND: f64 = 2e-2;

pub(crate) fn intermittent(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let mut cases = Vec::new();
    for case in list(&file, "cases")? {
        let (name, demand) = (text(case, "name")?, numbers(case, "demand")?);
        let series = Series::new(&demand)?;
        let class = case.get("classification").ok_or("a demand has a class")?;
        cases.push(Case::fields_near(format!("{name} class"), class, classed(&series), 1e-9));
        for (expected, within) in [
            ("expected_flat_forecast_fixed_parameters", FIXED),
            ("expected_flat_forecast_optimised_loose", FOUND),
        ] {
            for (model, expected) in
                case.get(expected).and_then(Value::as_object).into_iter().flatten()
            {
                let id = format!("{name} {model}");
                cases.push(match (method(model), expected.as_f64()) {
                    (Some(method), Some(expected)) => {
                        let next = method.forecast(&series, 1).map(|next| next.points[0]);
                        Case::near(id, expected, within, next)
                    }
                    (None, _) => Case::unsupported(id, "we have no such method"),
                    (_, None) => Case::unsupported(id, "nothing is expected"),
                });
            }
        }
    }
    Ok(cases)
}

fn classed(series: &Series<'_>) -> Result<Value, KernelError> {
    let class = classify(series)?;
    let pattern = match class.pattern {
        Pattern::Smooth => "smooth",
        Pattern::Intermittent => "intermittent",
        Pattern::Erratic => "erratic",
        Pattern::Lumpy => "lumpy",
        _ => "none",
    };
    Ok(json!({
        "adi": class.interval, "cv2_population": class.variation, "class_SBC_1.32_0.49": pattern,
    }))
}

/// `ses(0.3)` as a method.
fn method(name: &str) -> Option<Method> {
    let (name, given) = name.split_once('(').unwrap_or((name, ""));
    let given = given.trim_end_matches(')').split(',');
    let given: Vec<f64> =
        given.filter_map(|part| part.rsplit('=').next()?.trim().parse().ok()).collect();
    Some(match (name, given.first().copied(), given.get(1).copied()) {
        ("croston_classic", Some(alpha), None) => Method::Croston { alpha: Some(alpha) },
        ("croston_sba", Some(alpha), None) => Method::Sba { alpha: Some(alpha) },
        ("tsb", Some(size), Some(probability)) => Method::Tsb { size, probability },
        ("ses", Some(alpha), None) => Method::Ses { alpha: Some(alpha) },
        ("window_average", Some(window), None) => Method::MovingAverage { window: window as usize },
        ("historic_average", None, None) => Method::Mean,
        ("naive", None, None) => Method::Naive,
        ("croston_optimized", None, None) => Method::Croston { alpha: None },
        ("adida", None, None) => Method::Adida,
        ("imapa", None, None) => Method::Imapa,
        ("ses_optimized", None, None) => Method::Ses { alpha: None },
        _ => return None,
    })
}

pub(crate) fn smoothing(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let (train, test) = (numbers(&file, "train")?, numbers(&file, "test")?);
    let series = Series::new(&train)?.seasonal(12)?;
    let mut forecasts = Map::new();
    let mut cases = Vec::new();
    for (name, expected) in fields(&file, "exact_baselines_12")? {
        let method = match name.as_str() {
            "naive" => Method::Naive,
            "seasonal_naive_12" => Method::SeasonalNaive,
            "drift" => Method::Drift,
            "historic_average" => Method::Mean,
            "seasonal_window_average_12_3" => Method::SeasonalAverage { seasons: 3 },
            _ => {
                cases.push(Case::unsupported(name.clone(), "we have no such method"));
                continue;
            }
        };
        let points = method.forecast(&series, test.len()).map(|forecast| json!(forecast.points));
        forecasts.insert(name.clone(), points.clone().unwrap_or_default());
        cases.push(Case::fields_near(name.clone(), expected, points, 1e-12));
    }
    for case in list(&file, "fixed_parameter_holt_winters_rel_tol_1e-9")? {
        let name = text(case, "name")?;
        let mut expected = case.get("expected").ok_or("a case has what is expected")?.clone();
        let mut run = smoothed(case, &series, test.len());
        if let Ok(run) = &run {
            let points = run.get("forecast_12").cloned().unwrap_or_default();
            forecasts.insert(format!("{name}_fixed"), points);
        }
        // The last of a whole cycle ahead is asked by itself: KNOWN.md.
        let theirs = last(&mut expected).ok_or("forecasts are expected")?;
        let ours = match &mut run {
            Ok(run) => last(run).ok_or_else(|| "no forecast".to_owned()),
            Err(error) => Err(error.clone()),
        };
        cases.push(Case::fields_near(name.to_owned(), &expected, run, 1e-9));
        cases.push(Case::near(format!("{name}, a cycle ahead"), theirs, 1e-9, ours));
    }
    let optimised = "optimised_compare_loss_not_parameters";
    let optimised = file.get(optimised).ok_or("losses are expected")?;
    for (name, expected) in fields(optimised, "statsforecast")? {
        cases.extend(as_likely(name, expected, &series));
    }
    for (name, expected) in fields(&file, "accuracy_metrics")? {
        let id = format!("accuracy of {name}");
        cases.push(match forecasts.get(name) {
            Some(points) => {
                let points: Vec<f64> = serde_json::from_value(points.clone())?;
                Case::fields_near(id, expected, measures(&test, &points, &train), 1e-9)
            }
            None => Case::unsupported(id, "the file has no such forecast"),
        });
    }
    Ok(cases)
}

fn fields<'a>(of: &'a Value, name: &str) -> Result<&'a Map<String, Value>, String> {
    of.get(name).and_then(Value::as_object).ok_or_else(|| format!("no fields {name:?}"))
}

/// Takes the last forecast off a case.
fn last(of: &mut Value) -> Option<f64> {
    of.get_mut("forecast_12")?.as_array_mut()?.pop()?.as_f64()
}

/// Smoothing as a case gives it.
fn smoothed(case: &Value, series: &Series<'_>, horizon: usize) -> Result<Value, String> {
    let [given, initial] = ["parameters", "initial"].map(|name| case.get(name));
    let (given, initial) = (given.ok_or("no parameters")?, initial.ok_or("no states")?);
    let mut model = HoltWinters::new(number(given, "alpha")?, number(initial, "level")?);
    let has_trend = text(given, "trend").is_ok();
    if has_trend {
        model = model.trend(number(given, "beta")?, number(initial, "trend")?);
    }
    if given.get("damped").and_then(Value::as_bool) == Some(true) {
        model = model.damped(number(given, "phi")?);
    }
    if let Ok(form) = text(given, "seasonal") {
        let form = if form == "mul" { SeasonForm::Multiplicative } else { SeasonForm::Additive };
        model = model.seasons(form, number(given, "gamma")?, numbers(initial, "seasonal")?);
    }
    let run = model.run(series).map_err(|error| error.to_string())?;
    let points = run.forecast(horizon).map_err(|error| error.to_string())?.points;
    Ok(json!({
        "forecast_12": points,
        "sse": run.squares,
        "fitted_first_5": run.fitted[..5],
        "fitted_last_3": run.fitted[run.fitted.len() - 3..],
        "final_level": run.level,
        "final_trend": has_trend.then_some(run.trend),
    }))
}

/// A fit that is at least as likely as the expected one, by Akaike's criterion.
fn as_likely(name: &str, expected: &Value, series: &Series<'_>) -> Option<Case> {
    let (aic, form) = (number(expected, "aic").ok()?, text(expected, "method").ok()?);
    let id = format!("as likely as {name}");
    let method = if name == "auto_ets" { Method::AutoEts } else { Method::Ets(ets(form)?) };
    let found = method.fit(series).map(|fit| fit.criteria().map_or(f64::NAN, |all| all.akaike));
    let least = format!("a criterion of at most {aic:.2}");
    Some(match found {
        Ok(found) if found <= aic + 0.01 => Case::exact(id, least.clone(), least),
        Ok(found) => Case::exact(id, least, format!("{found:.2}")),
        Err(error) => Case::exact(id, least, error.to_string()),
    })
}

/// `ETS(A,Ad,M)` as a form.
fn ets(form: &str) -> Option<Ets> {
    let mut parts = form.strip_prefix("ETS(")?.strip_suffix(')')?.split(',');
    let error = match parts.next()? {
        "A" => ErrorForm::Additive,
        _ => ErrorForm::Multiplicative,
    };
    let trend = match parts.next()? {
        "N" => TrendForm::None,
        "A" => TrendForm::Additive,
        _ => TrendForm::Damped,
    };
    let season = match parts.next()? {
        "N" => SeasonForm::None,
        "A" => SeasonForm::Additive,
        _ => SeasonForm::Multiplicative,
    };
    Some(Ets::new(error, trend, season))
}

fn measures(came: &[f64], expected: &[f64], known: &[f64]) -> Result<Value, KernelError> {
    let told: Accuracy = accuracy(came, expected)?.beside_naive(naive_error(known, 12)?);
    let percent = |share: Option<f64>| share.map(|share| share * 100.0);
    Ok(json!({
        "me": told.mean_error,
        "mae": told.mean_absolute_error,
        "rmse": told.root_mean_square_error,
        "mape_pct": percent(told.mape),
        "smape_pct_0_200": told.smape * 100.0,
        "mase_m12": told.mase,
        "wape_pct": percent(told.wape),
        "bias_pct": percent(told.bias),
    }))
}

/// What the Theta method may be off by at most over the M3 competition, in per cent: the figure.
const THETA: f64 = 13.12;

/// The M3 competition: one case for the methods with known figures, each over all 3,003 series.
pub(crate) fn m3(path: &Path) -> Answer<Vec<Case>> {
    let text = std::fs::read_to_string(path)?;
    let series: Vec<Competing> = text.lines().filter_map(competing).collect();
    if series.len() != 3003 {
        return Err(format!("{} series, where the competition has 3003", series.len()).into());
    }
    let naive = pooled(&series, Method::Naive)?;
    let seasonal = pooled(&series, Method::SeasonalNaive)?;
    let theta = pooled(&series, Method::Theta)?;
    let least = format!("at most {THETA}");
    let told = if theta <= THETA { least.clone() } else { theta.to_string() };
    Ok(vec![
        Case::near("naive".to_owned(), 16.585_229_500_609_362, 1e-9, Ok::<_, KernelError>(naive)),
        Case::near(
            "seasonal naive".to_owned(),
            15.897_135_819_039_45,
            1e-9,
            Ok::<_, KernelError>(seasonal),
        ),
        Case::exact("theta".to_owned(), least, told),
    ])
}

/// What is known of a series of the competition, and what came.
struct Competing {
    known: Vec<f64>,
    came: Vec<f64>,
    period: usize,
}

/// A line of the file: `N 1402,N,NF,category,year,start,values...`; its group says how many come and the period.
fn competing(line: &str) -> Option<Competing> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    let number: usize = cells.first()?.strip_prefix('N')?.trim().parse().ok()?;
    let (count, horizon): (usize, usize) =
        (cells.get(1)?.parse().ok()?, cells.get(2)?.parse().ok()?);
    let period = match number {
        ..=645 => 1,
        646..=1401 => 4,
        1402..=2829 => 12,
        _ => 1,
    };
    let values = cells.get(6..6 + count)?.iter().map(|cell| cell.parse());
    let mut known: Vec<f64> = values.collect::<Result<_, _>>().ok()?;
    let came = known.split_off(count - horizon);
    Some(Competing { known, came, period })
}

/// sMAPE over all forecasts of all series, in per cent; as the competition defined it, which takes a value below zero as it is.
fn pooled(series: &[Competing], method: Method) -> Result<f64, KernelError> {
    let (mut sum, mut count) = (0.0, 0);
    for Competing { known, came, period } in series {
        let forecast = method.forecast(&Series::new(known)?.seasonal(*period)?, came.len())?;
        let off = |(came, point): (&f64, &f64)| 2.0 * (came - point).abs() / (came + point);
        sum += came.iter().zip(&forecast.points).map(off).sum::<f64>();
        count += came.len();
    }
    Ok(100.0 * sum / count as f64)
}
