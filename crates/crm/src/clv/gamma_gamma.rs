//! How much customers spend each time: the gamma-gamma model.
//!
//! Formulas: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). It holds where how much is spent has little to do with how often.

use serde::{Deserialize, Serialize};

use super::search::most_likely;
use super::special::ln_gamma;
use crate::KernelError;
use crate::error::{at_least, not_negative, positive};

/// Spending that is gamma distributed with shape `p` over a customer's purchases; its scale is so over customers, with `q` and `v`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GammaGamma {
    /// The shape over purchases.
    pub p: f64,
    /// The shape over customers.
    pub q: f64,
    /// The scale, in units of money.
    pub v: f64,
}

/// What a customer has spent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spending {
    /// On how many purchases.
    pub purchases: f64,
    /// On average.
    pub mean: f64,
}

impl GammaGamma {
    /// With parameters that are known.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self, KernelError> {
        for (field, value) in [("p", p), ("q", q), ("v", v)] {
            positive(field, value)?;
        }
        Ok(Self { p, q, v })
    }

    /// With the parameters that make what was spent most likely, by customers who have bought.
    ///
    /// # Errors
    /// When there are less than two customers, one has bought nothing or for nothing, or no parameters are most likely.
    pub fn fit(customers: &[Spending]) -> Result<Self, KernelError> {
        at_least("customers", customers.len(), 2)?;
        for (row, customer) in customers.iter().enumerate() {
            positive("purchases", customer.purchases).map_err(|error| error.at(row))?;
            positive("mean", customer.mean).map_err(|error| error.at(row))?;
        }
        let unit = customers.iter().map(|it| it.mean).sum::<f64>() / customers.len() as f64;
        let scaled: Vec<Spending> =
            customers.iter().map(|it| Spending { mean: it.mean / unit, ..*it }).collect();
        let [p, q, v] = most_likely("the gamma-gamma model", |[p, q, v]| {
            Self { p, q, v }.log_likelihood(&scaled)
        })?;
        Ok(Self { p, q, v: v * unit })
    }

    /// The logarithm of how likely the model makes what was spent.
    #[must_use]
    pub fn log_likelihood(&self, customers: &[Spending]) -> f64 {
        let one = |Spending { purchases: x, mean }: &Spending| {
            let shape = self.p * x;
            ln_gamma(shape + self.q) - ln_gamma(shape) - ln_gamma(self.q)
                + self.q * self.v.ln()
                + (shape - 1.0) * mean.ln()
                + shape * x.ln()
                - (shape + self.q) * (x * mean + self.v).ln()
        };
        customers.iter().map(one).sum()
    }

    /// What a customer spends on a purchase, on average; of one without purchases, what all do.
    ///
    /// # Errors
    /// When a number is below zero or not finite, or `q` is so small that the average of all has no bound.
    ///
    /// ```
    /// use fondaco_crm::clv::{GammaGamma, Spending};
    ///
    /// let model = GammaGamma::new(6.25, 3.74, 15.44)?;
    /// let once = model.expected_mean(Spending { purchases: 1.0, mean: 20.76 })?;
    /// assert!((once - 25.17).abs() < 0.01, "between his own and everybody's 35.22");
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn expected_mean(&self, customer: Spending) -> Result<f64, KernelError> {
        let x = not_negative("purchases", customer.purchases)?;
        let mean = not_negative("mean", customer.mean)?;
        match self.p * x + self.q - 1.0 {
            below if below > 0.0 => Ok(self.p * (self.v + x * mean) / below),
            _ => Err(KernelError::NoAnswer {
                what: "the mean of the gamma-gamma model",
                why: "q is at most 1, so it has no bound: fit it to more customers",
            }),
        }
    }
}
