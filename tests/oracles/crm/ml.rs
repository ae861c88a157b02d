//! `ml/ml_oracles.json`: models, calibration and figures of quality, as scikit-learn 1.9 has them.

mod bank;
mod breast_cancer;
mod iris;
mod leads;
mod quality;

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::scoring::learned::calibration::pool_adjacent_violators;
use serde_json::{Value, json};

use crate::case::Case;
use crate::json;

/// What coefficients may differ by.
const COEFFICIENTS: f64 = 1e-6;
/// What all else may differ by, given the same probabilities.
const METRICS: f64 = 1e-9;

type Cases = Result<Vec<Case>, Box<dyn Error>>;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let beside = |name: &str| path.with_file_name(name);
    let mut cases = breast_cancer::cases(
        section(&file, "logreg_breast_cancer")?,
        &beside("breast_cancer.csv"),
    )?;
    let data = path.ancestors().nth(2).ok_or("data sets lie beside")?.join("datasets");
    let leads = leads::Leads::read(&data.join("x_education_leads_9col.csv"))?;
    cases.extend(leads.models(section(&file, "x_education")?)?);
    cases.extend(leads.calibrated(section(&file, "calibration_x_education")?)?);
    cases.extend(pava(&file)?);
    cases.extend(iris::cases(&file, &beside("iris.csv"))?);
    cases.extend(bank::cases(&file));
    Ok(cases)
}

fn pava(file: &Value) -> Cases {
    let vectors = json::list(file, "pava_vectors")?.iter().enumerate();
    let one = |(n, case): (usize, &Value)| {
        let [values, weights] = [json::numbers(case, "y")?, json::numbers(case, "w")?];
        let fitted = pool_adjacent_violators(&values, &weights);
        let expected = case.get("fit").ok_or("a vector has its fit")?;
        Ok(near(format!("pava {n}"), expected, fitted.map(|fitted| json!(fitted)), METRICS))
    };
    vectors.map(one).collect()
}

fn section<'f>(file: &'f Value, name: &str) -> Result<&'f Value, String> {
    file.get(name).ok_or_else(|| format!("no section {name:?}"))
}

fn near(id: String, expected: &Value, actual: Result<Value, KernelError>, share: f64) -> Case {
    Case::fields_near(id, expected, actual, share)
}

/// A name with the cells under it.
type Column = (String, Vec<String>);

/// The columns of a CSV file, by their names in the first line.
fn columns(path: &Path) -> Result<Vec<Column>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path)?;
    let mut columns: Vec<Column> =
        reader.headers()?.iter().map(|name| (name.to_owned(), Vec::new())).collect();
    for record in reader.records() {
        for ((_, values), cell) in columns.iter_mut().zip(&record?) {
            values.push(cell.to_owned());
        }
    }
    Ok(columns)
}

/// Which row is which: those to be judged by, and the others.
fn rows(count: usize, to: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..count).filter(|row| to(*row)).collect()
}

fn picked<T: Copy>(from: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| from.get(*row).copied()).collect()
}
