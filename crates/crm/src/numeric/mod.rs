//! What models are fitted with: factors of matrices and searches for the least of a function.
//!
//! Small on purpose: models here have tens of columns, and the same figures must come out bit by bit wherever they are computed.

mod cholesky;
mod lbfgs;
mod nelder_mead;
mod quantile;

pub(crate) use cholesky::Cholesky;
pub(crate) use lbfgs::lbfgs;
pub(crate) use nelder_mead::nelder_mead;
pub(crate) use quantile::quantile;

#[cfg(test)]
mod tests;
