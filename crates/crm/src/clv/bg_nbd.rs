//! BG/NBD and MBG/NBD.
//!
//! Formulas: Fader, Hardie and Lee, "Counting Your Customers the Easy Way" (2005), with the hypergeometric function brought into a form that has no power without room and a
//! value where `a` is 1 (Euler's transformation). The modified model is the plain one with one more chance to have left: `b` is one higher.

use serde::{Deserialize, Serialize};

use super::History;
use super::history::grouped;
use super::search::most_likely;
use super::special::{hypergeometric_slope, ln_beta, ln_gamma, ln_sum, power_less_one};
use crate::KernelError;
use crate::error::{not_negative, positive};

/// When a customer may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// After each purchase but the first: who never came again is still a customer.
    Plain,
    /// After each purchase.
    Modified,
}

/// Rates of purchase that are gamma distributed over customers, with `r` and `alpha`; chances to leave that are beta distributed, with `a` and `b`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgNbd {
    /// When a customer may leave.
    pub variant: Variant,
    /// The shape of rates.
    pub r: f64,
    /// The scale of rates, in units of time.
    pub alpha: f64,
    /// The first parameter of chances to leave.
    pub a: f64,
    /// The second.
    pub b: f64,
}

impl BgNbd {
    /// With parameters that are known.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn new(variant: Variant, r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, KernelError> {
        for (field, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            positive(field, value)?;
        }
        Ok(Self { variant, r, alpha, a, b })
    }

    /// With the parameters that make what was seen most likely.
    ///
    /// # Errors
    /// When there are less than two customers, or no parameters are most likely.
    pub fn fit(variant: Variant, customers: &[History]) -> Result<Self, KernelError> {
        let (groups, unit) = grouped(customers)?;
        let [r, alpha, a, b] = most_likely("the BG/NBD model", |[r, alpha, a, b]| {
            Self { variant, r, alpha, a, b }.of_groups(&groups)
        })?;
        Ok(Self { variant, r, alpha: alpha * unit, a, b })
    }

    /// The logarithm of how likely the model makes what was seen.
    #[must_use]
    pub fn log_likelihood(&self, customers: &[History]) -> f64 {
        customers.iter().map(|customer| self.of_one(*customer)).sum()
    }

    /// How likely a customer has not left.
    #[must_use]
    pub fn alive(&self, customer: History) -> f64 {
        1.0 / (1.0 + self.left_for_stayed(customer))
    }

    /// How often he will come in so much time from now on, on average.
    ///
    /// # Errors
    /// When the time is below zero or not finite.
    pub fn expected(&self, customer: History, time: f64) -> Result<f64, KernelError> {
        let time = not_negative("time", time)?;
        let purchases = self.purchases(customer.repeats, self.alpha + customer.age, time);
        Ok(purchases * self.alive(customer))
    }

    /// How often a new customer will come again in so much time, on average.
    ///
    /// # Errors
    /// When the time is below zero or not finite.
    pub fn expected_of_new(&self, time: f64) -> Result<f64, KernelError> {
        let stays = match self.variant {
            Variant::Plain => 1.0,
            Variant::Modified => self.b / (self.a + self.b),
        };
        Ok(stays * self.purchases(0.0, self.alpha, not_negative("time", time)?))
    }

    /// `b`, one more where there is one more chance to have left.
    fn chances(&self) -> f64 {
        self.b + f64::from(u8::from(self.variant == Variant::Modified))
    }

    /// Whether he may have left by now.
    fn may_have_left(&self, customer: History) -> bool {
        self.variant == Variant::Modified || customer.repeats > 0.0
    }

    /// How likely it is that he left, beside that he stayed.
    fn left_for_stayed(&self, customer: History) -> f64 {
        if !self.may_have_left(customer) {
            return 0.0;
        }
        let x = customer.repeats;
        let waited = ((self.alpha + customer.age) / (self.alpha + customer.last)).ln();
        self.a / (self.chances() + x - 1.0) * ((self.r + x) * waited).exp()
    }

    /// Of one who has not left, whose rate has this scale.
    fn purchases(&self, x: f64, scale: f64, time: f64) -> f64 {
        let (a, b) = (self.a, self.chances());
        let z = time / (scale + time);
        let h = power_less_one(1.0 - z, a - 1.0);
        let g = hypergeometric_slope(a + b - 1.0 - self.r, a, a + b + x - 1.0, z);
        -(a + b + x - 1.0) * (h + g + (a - 1.0) * h * g)
    }

    fn of_groups(&self, groups: &[(History, f64)]) -> f64 {
        groups.iter().map(|(customer, count)| count * self.of_one(*customer)).sum()
    }

    fn of_one(&self, customer: History) -> f64 {
        let (x, b) = (customer.repeats, self.chances());
        let shape = self.r + x;
        let base =
            ln_gamma(shape) - ln_gamma(self.r) + self.r * self.alpha.ln() - ln_beta(self.a, self.b);
        let stayed = ln_beta(self.a, b + x) - shape * (self.alpha + customer.age).ln();
        let left = match self.may_have_left(customer) {
            true => ln_beta(self.a + 1.0, b + x - 1.0) - shape * (self.alpha + customer.last).ln(),
            false => f64::NEG_INFINITY,
        };
        base + ln_sum(stayed, left)
    }
}
