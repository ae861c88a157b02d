//! Distributions of demand, as the formulas need them: how likely, how much is missed, how much is left over.
//!
//! [`Demand`] is what every policy asks of a distribution. [`Normal`], [`Gamma`] and [`LogNormal`] are of any amounts, [`Poisson`],
//! [`NegativeBinomial`] and [`Discrete`] (a table: any history, any convolution) of whole units. [`Distribution`] is one of
//! them, for tables whose rows differ; it also says how demand adds up over a lead time ([`Distribution::over`]). A lead time that
//! is itself random makes a [`Mixture`].
//!
//! Tails are right where they are small: what is asked of them is how likely the rare shortage is, so no tail is taken as 1 less the
//! other. The logarithm of the gamma function is that of the `statrs` crate.
//!
//! ```
//! use fondaco_inventory::probability::{Demand, Poisson};
//!
//! let week = Poisson::new(4.0)?;
//! assert_eq!(week.quantile(0.9)?, 7.0); // seven pieces are enough in nine weeks of ten
//! assert!((week.loss(7.0) - 0.084_760_603).abs() < 1e-9); // and short by 0.08 pieces on average
//! # Ok::<(), fondaco_inventory::KernelError>(())
//! ```

mod demand;
mod discrete;
mod distribution;
mod gamma;
mod log_normal;
mod mixture;
mod negative_binomial;
pub mod normal;
mod poisson;
pub(crate) mod search;
mod special;
mod tail;

pub use demand::Demand;
pub use discrete::Discrete;
pub use distribution::Distribution;
pub use gamma::Gamma;
pub use log_normal::LogNormal;
pub use mixture::Mixture;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use poisson::Poisson;

#[cfg(test)]
mod tests;
