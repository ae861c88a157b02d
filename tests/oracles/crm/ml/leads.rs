//! The leads of X Education: logistic regression, counts as Odoo's, calibration.

use std::error::Error;
use std::path::Path;

use fondaco_crm::KernelError;
use fondaco_crm::scoring::learned::Table;
use fondaco_crm::scoring::learned::calibration::{Isotonic, Platt};
use fondaco_crm::scoring::learned::frequencies::{End, Frequencies, Lead, Settings};
use fondaco_crm::scoring::learned::logistic::{Logistic, Model, NumberEncoding, Transform};
use serde_json::{Value, json};

use super::{COEFFICIENTS, Cases, METRICS, near, picked, quality, rows, section};
use crate::json;

const NUMBERS: [&str; 3] = ["TotalVisits", "TotalTime", "PageViews"];
const TEXTS: [&str; 4] = ["LeadOrigin", "LeadSource", "Specialization", "Occupation"];

pub(super) struct Leads {
    table: Table,
    /// Of texts alone.
    texts: Table,
    leads: Vec<Lead>,
    converted: Vec<bool>,
}

impl Leads {
    pub(super) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let columns = super::columns(path)?;
        let column = |name: &str| -> Result<&Vec<String>, String> {
            let found = columns.iter().find(|(known, _)| known == name);
            found.map(|(_, cells)| cells).ok_or_else(|| format!("no column {name:?}"))
        };
        let converted: Vec<bool> = column("Converted")?.iter().map(|cell| cell == "1").collect();
        let mut table = Table::new();
        for name in NUMBERS {
            let parsed = column(name)?.iter().map(|cell| match cell.as_str() {
                "" => Ok(None),
                cell => cell.parse().map(Some),
            });
            table = table.numbers_or_missing(name, parsed.collect::<Result<_, _>>()?)?;
        }
        let mut leads = vec![Lead::default(); converted.len()];
        let mut texts = Table::new();
        for name in TEXTS {
            let shown = |cell: &'_ String| match cell.as_str() {
                "" => "(missing)".to_owned(),
                cell => cell.to_owned(),
            };
            let cells: Vec<String> = column(name)?.iter().map(shown).collect();
            table = table.texts(name, cells.iter().map(|cell| Some(cell.as_str())))?;
            texts = texts.texts(name, cells.iter().map(|cell| Some(cell.as_str())))?;
            for (lead, cell) in leads.iter_mut().zip(cells) {
                lead.values.insert(name.to_owned(), cell);
            }
        }
        Ok(Self { table, texts, leads, converted })
    }

    pub(super) fn models(&self, file: &Value) -> Cases {
        let test = rows(self.leads.len(), |row| row % 5 == 0);
        let train = rows(self.leads.len(), |row| row % 5 != 0);
        let logreg = section(file, "logreg")?;
        let model = self.logistic(&self.table, &train)?;
        let mut cases = Vec::new();
        let named: Vec<(String, f64)> = model.coefficients().collect();
        let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
        let found: Vec<f64> = named.iter().map(|(_, value)| *value).collect();
        let ours = json!({"features": names, "coef": found, "intercept": model.intercept()});
        let mut wanted = logreg.clone();
        if let Some(fields) = wanted.as_object_mut() {
            fields.retain(|name, _| ["features", "coef", "intercept"].contains(&name.as_str()));
        }
        cases.push(near("leads, logistic regression".into(), &wanted, Ok(ours), COEFFICIENTS));
        for (name, rows) in [("test", &test), ("train", &train)] {
            let ours = self.judged(&model, &self.table, rows);
            let id = format!("leads, logistic regression, {name}");
            cases.push(near(id, section(logreg, name)?, ours, METRICS));
        }
        let of_texts = self.logistic(&self.texts, &train)?;
        let ours = self.judged(&of_texts, &self.texts, &test);
        let wanted = section(section(file, "logreg_same_4cats")?, "test")?;
        cases.push(near("leads, logistic regression of texts".into(), wanted, ours, METRICS));
        let counts = section(file, "odoo_style_nb_4cats")?;
        let likely = self.counted(&train, &test)?;
        let first: Vec<f64> = likely.iter().copied().take(10).collect();
        let wanted = section(counts, "p_first10")?;
        cases.push(near("leads, counts, probabilities".into(), wanted, Ok(json!(first)), METRICS));
        let ours = quality::shown(&likely, &picked(&self.converted, &test));
        cases.push(near("leads, counts, test".into(), section(counts, "test")?, ours, METRICS));
        Ok(cases)
    }

    pub(super) fn calibrated(&self, file: &Value) -> Cases {
        let part = |nth: usize| rows(self.leads.len(), |row| row % 5 == nth);
        let train = rows(self.leads.len(), |row| row % 5 > 1);
        let (test, held) = (part(0), part(1));
        let raw = self.counted(&train, &test)?;
        let of_held = self.counted(&train, &held)?;
        let (outcomes, held) = (picked(&self.converted, &test), picked(&self.converted, &held));
        let mut cases = Vec::new();
        let judged = |likely: Result<Vec<f64>, KernelError>| quality::shown(&likely?, &outcomes);
        let wanted = section(file, "raw")?;
        cases.push(near("calibration, raw".into(), wanted, judged(Ok(raw.clone())), METRICS));
        let isotonic = Isotonic::fit(&of_held, &held)?;
        let corrected = raw.iter().map(|score| isotonic.of(*score)).collect();
        let wanted = section(file, "isotonic")?;
        cases.push(near("calibration, isotonic".into(), wanted, judged(corrected), METRICS));
        let (x, y): (Vec<f64>, Vec<f64>) = isotonic.knots().iter().copied().unzip();
        let wanted = section(file, "isotonic_knots")?;
        cases.push(near("calibration, knots".into(), wanted, Ok(json!([x, y])), METRICS));
        let platt = Platt::fit(&of_held, &held)?;
        let wanted = section(file, "platt")?;
        let parameters = json!({"a": wanted.get("a"), "b": wanted.get("b")});
        let ours = json!({"a": platt.a, "b": platt.b});
        cases.push(near("calibration, Platt".into(), &parameters, Ok(ours), COEFFICIENTS));
        let given = Platt { a: json::number(wanted, "a")?, b: json::number(wanted, "b")? };
        let corrected = raw.iter().map(|score| given.of(*score)).collect();
        let wanted = section(wanted, "test")?;
        cases.push(near("calibration, by Platt".into(), wanted, judged(corrected), METRICS));
        Ok(cases)
    }

    fn logistic(&self, table: &Table, train: &[usize]) -> Result<Model, KernelError> {
        let numbers = NumberEncoding {
            transform: Transform::Log1p,
            standardise: false,
            missing_is: Some(0.0),
            flag_missing: false,
        };
        let logistic = Logistic::new().numbers(numbers);
        logistic.fit(&table.take(train)?, &picked(&self.converted, train))
    }

    fn judged(&self, model: &Model, table: &Table, rows: &[usize]) -> Result<Value, KernelError> {
        let likely = model.probabilities(&table.take(rows)?)?;
        quality::shown(&likely, &picked(&self.converted, rows))
    }

    /// What counts of some rows say of others.
    fn counted(&self, train: &[usize], of: &[usize]) -> Result<Vec<f64>, KernelError> {
        let mut counts = Frequencies::new(Settings { won_stage: None, ..Settings::new(1) })?;
        for row in train {
            let end = if self.converted[*row] { End::Won } else { End::Lost };
            counts.learn(&self.leads[*row], end)?;
        }
        of.iter().map(|row| counts.chance(&self.leads[*row])).collect()
    }
}
