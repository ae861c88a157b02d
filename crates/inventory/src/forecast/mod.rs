//! Demand forecasts: from the last value to exponential smoothing with chosen parameters, for demand that is steady, seasonal or comes now
//! and then.
//!
//! A [`Series`] is what was asked for, period by period. A [`Method`] learns from it and says what comes: [`Method::forecast`] the figures,
//! [`Method::fit`] also its parameters, what it would have said before, and why. [`forecast_each`] does so for many series on several
//! threads; [`Backtest`] says how a method would have done, and which would have done best; [`Hierarchy`] makes forecasts of items and groups add
//! up.
//!
//! | demand | method |
//! |---|---|
//! | steady | [`Method::Ses`], [`Method::Theta`] |
//! | with trend or seasons | [`Method::AutoEts`], [`Method::Theta`] |
//! | now and then | [`Method::Sba`]; [`Method::Tsb`] for what may go out of use |
//! | as a measure for the others | [`Method::Naive`], [`Method::SeasonalNaive`], [`Method::Mean`] |
//!
//! Which of them a demand is, [`classify`] says. Periods without stock and [outliers] are [missing](Series::missing): methods go
//! through them and learn nothing.

mod accuracy;
mod backtest;
mod batch;
mod ets;
mod hierarchy;
mod holt_winters;
mod horizon;
mod intermittent;
mod learned;
mod method;
mod outliers;
mod seasons;
mod series;
mod ses;
mod simple;
mod theta;

#[cfg(test)]
mod tests;

pub use accuracy::{Accuracy, accuracy, naive_error};
pub use backtest::{Backtest, Backtested};
pub use batch::forecast_each;
pub use ets::{Criteria, ErrorForm, Ets, SeasonForm, TrendForm};
pub use hierarchy::{Hierarchy, Weights};
pub use holt_winters::{HoltWinters, HoltWintersRun};
pub use horizon::{Forecast, Interval};
pub use intermittent::{Classification, Pattern, classify};
pub use method::{Fit, Method};
pub use outliers::outliers;
pub use series::Series;
