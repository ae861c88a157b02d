//! Pareto/NBD.
//!
//! Formulas: Fader and Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions" (2005).

use serde::{Deserialize, Serialize};

use super::History;
use super::history::grouped;
use super::search::most_likely;
use super::special::{ln_gamma, ln_hypergeometric_next, ln_sum, power_less_one};
use crate::KernelError;
use crate::error::{not_negative, positive};

/// Rates of purchase that are gamma distributed over customers, with `r` and `alpha`; rates of leaving too, with `s` and `beta`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParetoNbd {
    /// The shape of rates of purchase.
    pub r: f64,
    /// Their scale, in units of time.
    pub alpha: f64,
    /// The shape of rates of leaving.
    pub s: f64,
    /// Their scale, in units of time.
    pub beta: f64,
}

impl ParetoNbd {
    /// With parameters that are known.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self, KernelError> {
        for (field, value) in [("r", r), ("alpha", alpha), ("s", s), ("beta", beta)] {
            positive(field, value)?;
        }
        Ok(Self { r, alpha, s, beta })
    }

    /// With the parameters that make what was seen most likely.
    ///
    /// # Errors
    /// When there are less than two customers, or no parameters are most likely.
    pub fn fit(customers: &[History]) -> Result<Self, KernelError> {
        let (groups, unit) = grouped(customers)?;
        let [r, alpha, s, beta] = most_likely("the Pareto/NBD model", |[r, alpha, s, beta]| {
            let model = Self { r, alpha, s, beta };
            groups.iter().map(|(customer, count)| count * model.of_one(*customer)).sum()
        })?;
        Ok(Self { r, alpha: alpha * unit, s, beta: beta * unit })
    }

    /// The logarithm of how likely the model makes what was seen.
    #[must_use]
    pub fn log_likelihood(&self, customers: &[History]) -> f64 {
        customers.iter().map(|customer| self.of_one(*customer)).sum()
    }

    /// How likely a customer has not left.
    #[must_use]
    pub fn alive(&self, customer: History) -> f64 {
        1.0 / (1.0 + (self.left(customer) - self.stayed(customer)).exp())
    }

    /// How often he will come in so much time from now on, on average.
    ///
    /// # Errors
    /// When the time is below zero or not finite.
    pub fn expected(&self, customer: History, time: f64) -> Result<f64, KernelError> {
        let time = not_negative("time", time)?;
        let rate = (self.r + customer.repeats) / (self.alpha + customer.age);
        Ok(self.alive(customer) * rate * self.stays(self.beta + customer.age, time))
    }

    /// How often a new customer will come again in so much time, on average.
    ///
    /// # Errors
    /// When the time is below zero or not finite.
    pub fn expected_of_new(&self, time: f64) -> Result<f64, KernelError> {
        Ok(self.r / self.alpha * self.stays(self.beta, not_negative("time", time)?))
    }

    /// For how much of a time one stays whose rate of leaving has this scale.
    fn stays(&self, scale: f64, time: f64) -> f64 {
        -scale * power_less_one(scale / (scale + time), self.s - 1.0)
    }

    fn stayed(&self, customer: History) -> f64 {
        let bought = (self.r + customer.repeats) * (self.alpha + customer.age).ln();
        -bought - self.s * (self.beta + customer.age).ln()
    }

    fn left(&self, customer: History) -> f64 {
        let all = self.r + self.s + customer.repeats;
        let most = self.alpha.max(self.beta);
        let other = if self.alpha >= self.beta { self.s + 1.0 } else { self.r + customer.repeats };
        let apart = (self.alpha - self.beta).abs();
        let at = |time: f64| {
            ln_hypergeometric_next(all, other, apart / (most + time)) - all * (most + time).ln()
        };
        let (from, to) = (at(customer.last), at(customer.age));
        let between = from + (-(to - from).exp()).ln_1p();
        let likely = (self.s / all).ln() + between;
        if likely.is_nan() { f64::NEG_INFINITY } else { likely }
    }

    fn of_one(&self, customer: History) -> f64 {
        let base = ln_gamma(self.r + customer.repeats) - ln_gamma(self.r);
        let scales = self.r * self.alpha.ln() + self.s * self.beta.ln();
        base + scales + ln_sum(self.stayed(customer), self.left(customer))
    }
}
