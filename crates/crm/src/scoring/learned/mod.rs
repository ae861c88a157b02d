//! Scores that are learned of leads whose end is known.
//!
//! A [`Table`] has what is known of each lead, column by column; its outcome is a list of [`bool`]. Learn of them:
//!
//! - [`logistic`]: logistic regression, the model to begin with: it says what each feature gives.
//! - [`frequencies`]: naive Bayes over counts, kept up to date lead by lead, in the manner of Odoo's predictive lead scoring.
//! - [`gaussian`]: naive Bayes over normal distributions, for any number of classes.
//!
//! Then judge and use what was learned:
//!
//! - [`calibration`]: probabilities that mean what they say (Platt, isotonic).
//! - [`metrics`]: how good probabilities are, what a threshold costs.
//! - [`split`]: rows to learn of and rows to be judged by, so that nothing leaks from the future.
//! - [`drift`]: whether today's leads are still those of then.
//! - [`fairness`]: how a threshold treats groups.
//! - [`versions`]: models with what they were learned of, and whether a challenger beats the champion.
//!
//! # Examples
//! ```
//! use fondaco_crm::scoring::learned::{Table, Value, logistic::Logistic, metrics::auc};
//!
//! let table = Table::new()
//!     .numbers("visits", vec![1.0, 2.0, 8.0, 3.0, 9.0, 7.0])?
//!     .texts("source", ["web", "fair", "fair", "web", "web", "fair"].map(Some))?;
//! let bought = [false, false, true, false, true, true];
//! let model = Logistic::new().fit(&table, &bought)?;
//! assert!(auc(&model.probabilities(&table)?, &bought)? > 0.99);
//!
//! let lead = [Value::Number(8.0), Value::Text("web")];
//! let why = model.explain(&lead)?;
//! let parts: f64 = why.parts.iter().map(|part| part.amount).sum();
//! assert!((why.base + parts - why.log_odds).abs() < 1e-12);
//! # Ok::<(), fondaco_crm::KernelError>(())
//! ```

pub mod calibration;
pub mod drift;
pub mod fairness;
pub mod frequencies;
pub mod gaussian;
pub mod logistic;
pub mod metrics;
pub mod split;
mod table;
pub mod versions;

pub use table::{Table, Value};

#[cfg(test)]
mod tests;
