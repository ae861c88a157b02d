//! What was learned: probabilities, and why.

use serde::{Deserialize, Serialize};

use super::encode::{Encoder, Names};
use crate::KernelError;
use crate::error::{finite, same_length};
use crate::numeric::logistic;
use crate::scoring::learned::table::{MISSING, Table, Value, wrong_type};

/// A logistic regression that was learned. It can be stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    intercept: f64,
    terms: Vec<Term>,
}

/// A feature with its coefficients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Term {
    encoder: Encoder,
    coefficients: Vec<f64>,
    /// What it gave on average where it was learned.
    average: f64,
}

/// Why a score is what it is: the base and all parts add up to the log-odds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The logarithm of the odds.
    pub log_odds: f64,
    /// The probability that it happens.
    pub probability: f64,
    /// What an average lead of those that were learned of has.
    pub base: f64,
    /// What each feature adds to that, in the order of the features.
    pub parts: Vec<Part>,
}

/// What one feature gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The feature.
    pub feature: String,
    /// By how much it raises the log-odds over what it gives on average: below zero where it lowers them.
    pub amount: f64,
}

impl Model {
    /// Coefficients in the order of the encoders, the intercept last.
    pub(super) fn new(encoders: Vec<Encoder>, found: Vec<f64>) -> Self {
        let mut rest = found.into_iter();
        let mut terms = Vec::with_capacity(encoders.len());
        for encoder in encoders {
            let coefficients: Vec<f64> = rest.by_ref().take(encoder.width()).collect();
            let mut term = Term { encoder, coefficients, average: 0.0 };
            term.average = term.on_average();
            terms.push(term);
        }
        Self { intercept: rest.next().unwrap_or_default(), terms }
    }

    /// The log-odds where all features are at their origin.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// All coefficients but the intercept, by names such as `visits`, `log1p(visits)`, `source=web` and `age (missing)`; of numbers that
    /// were standardised, per deviation.
    pub fn coefficients(&self) -> impl Iterator<Item = (String, f64)> {
        self.terms
            .iter()
            .flat_map(|term| term.encoder.names().into_iter().zip(term.coefficients.clone()))
    }

    /// The features, in the order in which [`probability`](Self::probability) wants their values.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.name())
    }

    /// How likely it is for one lead.
    ///
    /// # Errors
    /// When there is not one value for each of the [features](Self::features), one has another type, or is not finite: the feature is named.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::{Table, Value, logistic::Logistic};
    ///
    /// let table = Table::new().numbers("visits", vec![1.0, 4.0, 2.0, 5.0])?;
    /// let model = Logistic::new().fit(&table, &[false, true, false, true])?;
    /// assert!(model.probability(&[Value::Number(4.5)])? > 0.5);
    /// let error = model.probability(&[Value::Number(f64::NAN)]).unwrap_err();
    /// assert!(error.to_string().starts_with("visits is NaN"));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn probability(&self, lead: &[Value<'_>]) -> Result<f64, KernelError> {
        same_length("values of the lead", lead.len(), self.terms.len())?;
        let mut log_odds = self.intercept;
        for (term, value) in self.terms.iter().zip(lead) {
            log_odds += term.of(*value)?;
        }
        Ok(logistic(log_odds))
    }

    /// Why it is as likely as it is for one lead.
    ///
    /// # Errors
    /// As [`probability`](Self::probability).
    pub fn explain(&self, lead: &[Value<'_>]) -> Result<Explained, KernelError> {
        same_length("values of the lead", lead.len(), self.terms.len())?;
        let mut log_odds = self.intercept;
        let mut parts = Vec::with_capacity(self.terms.len());
        for (term, value) in self.terms.iter().zip(lead) {
            let gives = term.of(*value)?;
            log_odds += gives;
            parts.push(Part { feature: term.name().to_owned(), amount: gives - term.average });
        }
        let base = self.intercept + self.terms.iter().map(|term| term.average).sum::<f64>();
        Ok(Explained { log_odds, probability: logistic(log_odds), base, parts })
    }

    /// How likely it is for each row of a table, whose columns are found by their names.
    ///
    /// # Errors
    /// When a feature is not there, or has another type.
    pub fn probabilities(&self, table: &Table) -> Result<Vec<f64>, KernelError> {
        let mut scores = vec![0.0; table.rows()];
        self.score_into(table, &mut scores)?;
        Ok(scores)
    }

    /// [`probabilities`](Self::probabilities), into a list that is there already.
    ///
    /// # Errors
    /// As those, and when the list has another length than the table.
    pub fn score_into(&self, table: &Table, scores: &mut [f64]) -> Result<(), KernelError> {
        same_length("scores", scores.len(), table.rows())?;
        let columns = self.terms.iter().map(|term| term.bound(table));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        // Parts that stay in the nearest cache while all features are added.
        const PART: usize = 1024;
        for (part, scores) in scores.chunks_mut(PART).enumerate() {
            scores.fill(self.intercept);
            for column in &columns {
                column.add(part * PART, scores)?;
            }
            scores.iter_mut().for_each(|score| *score = logistic(*score));
        }
        Ok(())
    }
}

/// A feature with the column that it reads.
enum Bound<'b> {
    Linear { values: &'b [f64], slope: f64, offset: f64, missing: f64 },
    Curved { values: &'b [f64], term: &'b Term },
    Levels { codes: &'b [u32], gives: Vec<f64>, missing: f64 },
}

impl Bound<'_> {
    /// Adds what it gives to scores of rows from there on.
    fn add(&self, from: usize, scores: &mut [f64]) -> Result<(), KernelError> {
        match self {
            Self::Linear { values, slope, offset, missing } => {
                for (score, value) in scores.iter_mut().zip(values.iter().skip(from)) {
                    let gives = slope * value + offset;
                    *score += if value.is_nan() { *missing } else { gives };
                }
            }
            Self::Curved { values, term } => {
                for (score, value) in scores.iter_mut().zip(values.iter().skip(from)) {
                    let value = if value.is_nan() { Value::Missing } else { Value::Number(*value) };
                    *score += term.of(value)?;
                }
            }
            Self::Levels { codes, gives, missing } => {
                for (score, code) in scores.iter_mut().zip(codes.iter().skip(from)) {
                    *score += gives.get(*code as usize).unwrap_or(missing);
                }
            }
        }
        Ok(())
    }
}

impl Term {
    fn name(&self) -> &str {
        match &self.encoder {
            Encoder::Number { name, .. } | Encoder::Text { name, .. } => name,
        }
    }

    fn coefficient(&self, at: Option<usize>) -> f64 {
        at.and_then(|at| self.coefficients.get(at)).copied().unwrap_or_default()
    }

    /// What a value gives.
    fn of(&self, value: Value<'_>) -> Result<f64, KernelError> {
        match (&self.encoder, value) {
            (Encoder::Number { name, transform, centre, scale, .. }, Value::Number(number)) => {
                let number = transform.of(name, finite(name, number)?)?;
                Ok(self.coefficient(Some(0)) * ((number - centre) / scale))
            }
            (Encoder::Number { fill, centre, scale, flagged, .. }, Value::Missing) => {
                let flag = self.coefficient(flagged.then_some(1));
                Ok(self.coefficient(Some(0)) * ((fill - centre) / scale) + flag)
            }
            (Encoder::Text { .. }, Value::Text(text)) => {
                Ok(self.coefficient(self.encoder.place(text)))
            }
            (Encoder::Text { .. }, Value::Missing) => {
                Ok(self.coefficient(self.encoder.places(&[]).1))
            }
            (Encoder::Number { name, .. }, Value::Text(text)) => {
                Err(wrong_type(name, &format!("{text:?}"), "it is a number in this model"))
            }
            (Encoder::Text { name, .. }, Value::Number(number)) => {
                Err(wrong_type(name, &number.to_string(), "it is a text in this model"))
            }
        }
    }

    fn on_average(&self) -> f64 {
        match &self.encoder {
            Encoder::Number { average, centre, scale, missing, flagged, .. } => {
                let flag = self.coefficient(flagged.then_some(1));
                self.coefficient(Some(0)) * ((average - centre) / scale) + flag * missing
            }
            Encoder::Text { levels, missing, rare, .. } => {
                let shares = levels.iter().map(|(_, share)| *share).chain(*missing).chain(*rare);
                shares.zip(&self.coefficients).map(|(share, gives)| share * gives).sum()
            }
        }
    }

    fn bound<'b>(&'b self, table: &'b Table) -> Result<Bound<'b>, KernelError> {
        use super::Transform::{AsIs, Log1p};
        Ok(match &self.encoder {
            Encoder::Number { name, transform: Log1p, .. } => {
                Bound::Curved { values: table.numbers_of(name)?, term: self }
            }
            Encoder::Number { name, transform: AsIs, centre, scale, .. } => {
                let slope = self.coefficient(Some(0)) / scale;
                let missing = self.of(Value::Missing)?;
                let values = table.numbers_of(name)?;
                Bound::Linear { values, slope, offset: -slope * centre, missing }
            }
            Encoder::Text { name, .. } => {
                let (levels, codes) = table.texts_of(name)?;
                debug_assert!(codes.iter().all(|c| *c == MISSING || (*c as usize) < levels.len()));
                let (places, missing) = self.encoder.places(levels);
                let gives = places.into_iter().map(|place| self.coefficient(place)).collect();
                Bound::Levels { codes, gives, missing: self.coefficient(missing) }
            }
        })
    }
}
