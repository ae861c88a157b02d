//! Logistic regressions over the thirty features of the Wisconsin breast cancer data.

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::scoring::learned::Table;
use fondaco_crm::scoring::learned::logistic::{
    ClassWeights, Logistic, Model, NumberEncoding, Solver,
};
use serde_json::{Value, json};

use super::{COEFFICIENTS, Cases, METRICS, near, picked, quality, rows, section};
use crate::case::Case;
use crate::json;

struct Tissue {
    /// With features over all rows divided by their deviation, as the file has them.
    table: Table,
    benign: Vec<bool>,
}

pub(super) fn cases(file: &Value, path: &Path) -> Cases {
    let tissue = Tissue::read(path)?;
    let mut cases = Vec::new();
    for fit in json::list(file, "fits")? {
        let c = json::number(fit, "C")?;
        tissue.fit(
            &format!("breast cancer, C {c}"),
            fit,
            &Logistic::new().l2(1.0 / c),
            &mut cases,
        )?;
    }
    let balanced = Logistic::new().weights(ClassWeights::Balanced);
    tissue.fit("breast cancer, balanced", section(file, "balanced_C1")?, &balanced, &mut cases)?;
    let expected = section(file, "oof_5fold_mod5_C1")?;
    cases.push(near("breast cancer, out of fold".into(), expected, tissue.out_of_fold(), METRICS));
    Ok(cases)
}

impl Tissue {
    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let (mut table, mut benign) = (Table::new(), Vec::new());
        for (name, cells) in super::columns(path)? {
            let numbers = cells.iter().map(|cell| cell.parse()).collect::<Result<Vec<f64>, _>>()?;
            match name.as_str() {
                "target" => benign = numbers.iter().map(|number| *number > 0.5).collect(),
                _ => table = table.numbers(&name, scaled(numbers))?,
            }
        }
        Ok(Self { table, benign })
    }

    /// Both solvers, against the same figures.
    fn fit(
        &self,
        name: &str,
        expected: &Value,
        logistic: &Logistic,
        cases: &mut Vec<Case>,
    ) -> Result<(), Box<dyn Error>> {
        let as_they_are = NumberEncoding { standardise: false, ..NumberEncoding::default() };
        let logistic = logistic.clone().numbers(as_they_are);
        let wanted = json!({"coef": expected.get("coef"), "intercept": expected.get("intercept")});
        for solver in [Solver::Newton, Solver::Lbfgs] {
            let model = logistic.clone().solver(solver).fit(&self.table, &self.benign);
            let found = model.as_ref().map(coefficients).map_err(KernelError::clone);
            cases.push(near(format!("{name}, {solver:?}"), &wanted, found, COEFFICIENTS));
        }
        let Some(wanted) = expected.get("metrics_in_sample") else { return Ok(()) };
        let model = logistic.fit(&self.table, &self.benign)?;
        let likely = model.probabilities(&self.table)?;
        let ours = quality::shown(&likely, &self.benign);
        cases.push(near(format!("{name}, quality"), wanted, ours, METRICS));
        let first: Vec<f64> = likely.into_iter().take(5).collect();
        let wanted = expected.get("p_first5").ok_or("a fit has probabilities")?;
        cases.push(near(format!("{name}, probabilities"), wanted, Ok(json!(first)), COEFFICIENTS));
        Ok(())
    }

    /// Each row by the model of the four fifths that it is not in.
    fn out_of_fold(&self) -> Result<Value, KernelError> {
        let mut likely = vec![0.0; self.benign.len()];
        for fold in 0..5 {
            let [test, train] = [0, 1]
                .map(|other| rows(self.benign.len(), |row| (row % 5 == fold) == (other == 0)));
            let train_on = self.table.take(&train)?;
            let model = Logistic::new().fit(&train_on, &picked(&self.benign, &train))?;
            for (row, score) in test.iter().zip(model.probabilities(&self.table.take(&test)?)?) {
                likely[*row] = score;
            }
        }
        quality::shown(&likely, &self.benign)
    }
}

fn coefficients(model: &Model) -> Value {
    let found: Vec<f64> = model.coefficients().map(|(_, value)| value).collect();
    json!({"coef": found, "intercept": model.intercept()})
}

fn scaled(numbers: Vec<f64>) -> Vec<f64> {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    numbers.into_iter().map(|number| (number - mean) / variance.sqrt()).collect()
}
