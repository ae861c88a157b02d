//! Logistic regression: the logarithm of the odds is a sum of what each feature gives.
//!
//! What is least is the sum over rows of weight times log loss, plus half of `l2` times the squares of all coefficients but the intercept
//! (ridge; le Cessie and van Houwelingen, 1992). scikit-learn's `C` is one over `l2`. It is found by Newton's method, or where there
//! are many rows or coefficients by L-BFGS, which begins where a sample of the rows is least.
//!
//! How columns become numbers is learned of the rows that are fitted, and of no others, so that nothing leaks from those that judge: numbers are
//! centred and divided by their deviation, texts become one coefficient per level, what is missing gets one too.

mod design;
mod encode;
mod fit;
mod model;

pub use encode::{NumberEncoding, TextEncoding, Transform};
pub use model::{Explained, Model, Part};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table::{Column, Table};
use crate::KernelError;
use crate::error::{not_negative, positive, same_length};
use design::Design;
use encode::Encoder;

/// What each row counts for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum ClassWeights {
    /// The same.
    #[default]
    Equal,
    /// Rows of each outcome count for the same together, so that the rarer one is not drowned.
    Balanced,
    /// What the two outcomes count for.
    Of {
        /// Where it did not happen.
        no: f64,
        /// Where it did.
        yes: f64,
    },
}

/// How the least is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Solver {
    /// Newton's method for small tables, and without `l2`; else L-BFGS.
    #[default]
    Automatic,
    /// Newton's method with a Cholesky factor: few steps, each in time with the square of the coefficients.
    Newton,
    /// L-BFGS: more steps, each in time with the coefficients, begun where a sample is least (above 2,000 coefficients, at zero).
    Lbfgs,
}

/// How a logistic regression is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    l2: f64,
    weights: ClassWeights,
    solver: Solver,
    numbers: NumberEncoding,
    texts: TextEncoding,
    of_columns: BTreeMap<String, NumberEncoding>,
}

impl Default for Logistic {
    fn default() -> Self {
        Self {
            l2: 1.0,
            weights: ClassWeights::default(),
            solver: Solver::default(),
            numbers: NumberEncoding::default(),
            texts: TextEncoding::default(),
            of_columns: BTreeMap::new(),
        }
    }
}

impl Logistic {
    /// With `l2` of 1, equal weights, numbers standardised.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How much large coefficients are held back: 0 not at all.
    #[must_use]
    pub fn l2(mut self, l2: f64) -> Self {
        self.l2 = l2;
        self
    }

    /// What rows count for.
    #[must_use]
    pub fn weights(mut self, weights: ClassWeights) -> Self {
        self.weights = weights;
        self
    }

    /// How the least is searched for.
    #[must_use]
    pub fn solver(mut self, solver: Solver) -> Self {
        self.solver = solver;
        self
    }

    /// How columns of numbers are read, but for those that say otherwise.
    #[must_use]
    pub fn numbers(mut self, encoding: NumberEncoding) -> Self {
        self.numbers = encoding;
        self
    }

    /// How one column of numbers is read.
    #[must_use]
    pub fn column(mut self, name: &str, encoding: NumberEncoding) -> Self {
        self.of_columns.insert(name.to_owned(), encoding);
        self
    }

    /// How columns of texts are read.
    #[must_use]
    pub fn texts(mut self, encoding: TextEncoding) -> Self {
        self.texts = encoding;
        self
    }

    /// Learns of rows whose outcomes are known.
    ///
    /// # Errors
    /// When there is not one outcome per row, all outcomes are the same, a setting is out of range or names a column that is not there,
    /// or the search does not end: without `l2`, a feature that tells the outcomes apart entirely has no largest coefficient.
    ///
    /// ```
    /// use fondaco_crm::KernelError;
    /// use fondaco_crm::scoring::learned::{Table, logistic::Logistic};
    ///
    /// let table = Table::new().numbers("visits", vec![1.0, 4.0, 2.0, 5.0])?;
    /// let model = Logistic::new().fit(&table, &[false, true, true, true])?;
    /// assert!(model.coefficients().next().is_some_and(|(name, value)| name == "visits" && value > 0.0));
    ///
    /// let refused = Logistic::new().fit(&table, &[true; 4]);
    /// assert!(matches!(refused, Err(KernelError::OneClass { .. })));
    /// # Ok::<(), KernelError>(())
    /// ```
    pub fn fit(&self, table: &Table, outcomes: &[bool]) -> Result<Model, KernelError> {
        let weights = self.row_weights(table, outcomes)?;
        not_negative("l2", self.l2)?;
        if let Some(name) = self.of_columns.keys().find(|name| table.numbers_of(name).is_err()) {
            return Err(KernelError::Unknown {
                what: "column of numbers",
                name: name.clone(),
                way_out: "say how a column is read that the table has",
            });
        }
        let encoders = table.columns().map(|(name, column)| self.encoder(name, column));
        let encoders = encoders.collect::<Result<Vec<_>, _>>()?;
        let design = Design::of(table, &encoders)?;
        let outcomes: Vec<f64> =
            outcomes.iter().map(|outcome| f64::from(u8::from(*outcome))).collect();
        let problem = fit::Problem { design: &design, outcomes: &outcomes, weights, l2: self.l2 };
        let newton = match self.solver {
            // Without l2 the exact second derivatives tell whether there is an answer.
            Solver::Automatic => problem.is_small() || (self.l2 <= 0.0 && design.width < 2_000),
            Solver::Newton => true,
            Solver::Lbfgs => false,
        };
        let found = if newton { problem.newton()? } else { problem.lbfgs()? };
        Ok(Model::new(encoders, design.order.iter().map(|place| found[*place]).collect()))
    }

    fn encoder(&self, name: &str, column: &Column) -> Result<Encoder, KernelError> {
        match column {
            Column::Numbers(values) => {
                let encoding = self.of_columns.get(name).unwrap_or(&self.numbers);
                Encoder::of_numbers(name, values, *encoding)
            }
            Column::Texts { levels, codes } => {
                Ok(Encoder::of_texts(name, levels, codes, self.texts))
            }
        }
    }

    /// What rows without (first) and with (second) the outcome count for.
    fn row_weights(&self, table: &Table, outcomes: &[bool]) -> Result<[f64; 2], KernelError> {
        let [no, yes] = both_classes(table.rows(), outcomes)?;
        let all = no + yes;
        Ok(match self.weights {
            ClassWeights::Equal => [1.0, 1.0],
            ClassWeights::Balanced => [all / (2.0 * no), all / (2.0 * yes)],
            ClassWeights::Of { no, yes } => {
                [positive("class weight of no", no)?, positive("class weight of yes", yes)?]
            }
        })
    }
}

/// How many rows have each outcome, of which there have to be some of both.
pub(super) fn both_classes(rows: usize, outcomes: &[bool]) -> Result<[f64; 2], KernelError> {
    same_length("outcomes", outcomes.len(), rows)?;
    let yes = outcomes.iter().filter(|outcome| **outcome).count();
    let no = rows - yes;
    if yes == 0 || no == 0 {
        let field = "outcome".to_owned();
        return Err(KernelError::OneClass { field, value: no == 0, count: rows });
    }
    Ok([no as f64, yes as f64])
}
