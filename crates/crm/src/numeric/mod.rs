//! What models are fitted with: factors of matrices and searches for the least of a function.
//!
//! Small on purpose: models here have tens of columns, seldom thousands, and the same figures must come out bit by bit wherever they are computed.

mod cholesky;
mod exponential;
mod lbfgs;
mod nelder_mead;
mod quantile;
mod sums;

pub(crate) use cholesky::Cholesky;
pub(crate) use exponential::{exp_below, logistic};
pub(crate) use lbfgs::lbfgs;
pub(crate) use nelder_mead::nelder_mead;
pub(crate) use quantile::quantile;
pub(crate) use sums::{add, dot, largest, squares_about, sum};

#[cfg(test)]
mod tests;
