//! Naive Bayes over normal distributions: within each class, each number is normal by itself.
//!
//! Quick to learn, of any number of classes; a baseline for what else is tried. A missing number says nothing.

use serde::{Deserialize, Serialize};

use super::table::Table;
use crate::KernelError;
use crate::error::{at_least, finite, not_negative, same_length};

/// What was learned of each class. It can be stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GaussianBayes {
    features: Vec<String>,
    classes: Vec<Class>,
}

/// A class with what its rows are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// What it is called.
    pub name: String,
    /// What share of all rows it is.
    pub share: f64,
    /// The average of each feature.
    pub means: Vec<f64>,
    /// The variance of each feature, with what was added to it.
    pub variances: Vec<f64>,
}

impl GaussianBayes {
    /// Learns of rows whose classes are known; all columns are numbers. To each variance this part of the largest variance of a feature is
    /// added, so that a feature that is constant within a class does not decide alone; 1e-9 will do.
    ///
    /// # Errors
    /// When there is not one class per row, there are less than two classes, a column is of texts, or a feature of a class is never known.
    ///
    /// ```
    /// use fondaco_crm::scoring::learned::{Table, gaussian::GaussianBayes};
    ///
    /// let table = Table::new().numbers("visits", vec![1.0, 2.0, 8.0, 9.0])?;
    /// let model = GaussianBayes::fit(&table, &["lost", "lost", "won", "won"], 1e-9)?;
    /// assert_eq!(model.most_likely(&[Some(7.5)])?, "won");
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn fit(table: &Table, classes: &[&str], smoothing: f64) -> Result<Self, KernelError> {
        same_length("classes", classes.len(), table.rows())?;
        not_negative("smoothing", smoothing)?;
        let mut names = classes.to_vec();
        names.sort_unstable();
        names.dedup();
        at_least("classes", names.len(), 2)?;
        let features: Vec<String> = table.names().map(str::to_owned).collect();
        let columns = features.iter().map(|name| table.numbers_of(name));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let variances = columns.iter().map(|values| moments(values.iter().copied()).1);
        let added = smoothing * variances.fold(0.0, f64::max);
        let class = |name: &str| -> Result<Class, KernelError> {
            let (mut means, mut variances) = (Vec::new(), Vec::new());
            for (feature, values) in features.iter().zip(&columns) {
                let own = values.iter().zip(classes).filter(|(_, class)| **class == name);
                let own: Vec<f64> = own.map(|(value, _)| *value).filter(|v| !v.is_nan()).collect();
                at_least(&format!("{feature} of {name}"), own.len(), 1)?;
                let (mean, variance) = moments(own.into_iter());
                means.push(mean);
                variances.push(variance + added);
            }
            let count = classes.iter().filter(|class| **class == name).count();
            let share = count as f64 / classes.len() as f64;
            Ok(Class { name: name.to_owned(), share, means, variances })
        };
        let classes = names.into_iter().map(class).collect::<Result<_, _>>()?;
        Ok(Self { features, classes })
    }

    /// The classes, in the order of their names.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// How likely each class is for one row, in the order of the classes.
    ///
    /// # Errors
    /// When there is not one number for each feature, or one is not finite.
    pub fn probabilities(&self, row: &[Option<f64>]) -> Result<Vec<f64>, KernelError> {
        same_length("values of the row", row.len(), self.features.len())?;
        for (name, value) in self.features.iter().zip(row) {
            finite(name, value.unwrap_or_default())?;
        }
        let logs: Vec<f64> = self.classes.iter().map(|class| class.log_likelihood(row)).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let likely: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
        let all: f64 = likely.iter().sum();
        Ok(likely.into_iter().map(|likely| likely / all).collect())
    }

    /// The most likely class of one row.
    ///
    /// # Errors
    /// As [`probabilities`](Self::probabilities).
    pub fn most_likely(&self, row: &[Option<f64>]) -> Result<&str, KernelError> {
        let likely = self.probabilities(row)?;
        let ranked = self.classes.iter().zip(&likely);
        let best = ranked.max_by(|(_, a), (_, b)| a.total_cmp(b));
        Ok(best.map_or("", |(class, _)| &class.name))
    }
}

impl Class {
    fn log_likelihood(&self, row: &[Option<f64>]) -> f64 {
        let features = row.iter().zip(self.means.iter().zip(&self.variances));
        let known = features.filter_map(|(value, moments)| value.map(|value| (value, moments)));
        let logs = known.map(|(value, (mean, variance))| {
            let variance = variance.max(f64::MIN_POSITIVE);
            let far = (value - mean).powi(2) / variance;
            -0.5 * ((std::f64::consts::TAU * variance).ln() + far)
        });
        // However far from all classes, one of them is nearest.
        self.share.ln() + logs.sum::<f64>().max(-1e300)
    }
}

/// Mean and variance of what is known.
fn moments(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let known: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    let count = known.len().max(1) as f64;
    let mean = known.iter().sum::<f64>() / count;
    (mean, known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}
