//! BG/BB: customers who buy or don't at each of a row of occasions.
//!
//! Formulas: Fader, Hardie and Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting" (2010).

use serde::{Deserialize, Serialize};

use super::search::most_likely;
use super::special::{ln_beta, ln_sum};
use crate::KernelError;
use crate::error::{at_least, positive};

/// Chances to buy that are beta distributed over customers, with `alpha` and `beta`; chances to leave too, with `gamma` and `delta`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BgBb {
    /// The first parameter of chances to buy.
    pub alpha: f64,
    /// The second.
    pub beta: f64,
    /// The first parameter of chances to leave.
    pub gamma: f64,
    /// The second.
    pub delta: f64,
}

/// What a customer did at his occasions after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
pub struct Occasions {
    bought: u32,
    last: u32,
    all: u32,
}

impl Occasions {
    /// At how many he bought, which was the last of those (0 for none), and how many there were.
    ///
    /// # Errors
    /// When he bought more often than until the last, or the last comes after all.
    pub fn new(bought: u32, last: u32, all: u32) -> Result<Self, KernelError> {
        if bought <= last && last <= all && (bought > 0) == (last > 0) {
            return Ok(Self { bought, last, all });
        }
        Err(KernelError::Contradiction {
            field: "last occasion".into(),
            found: last.to_string(),
            other: "he bought at most once at each until then, and there are no more than all",
            way_out: "count occasions from 1, after the first purchase",
        })
    }
}

impl TryFrom<(u32, u32, u32)> for Occasions {
    type Error = KernelError;

    fn try_from((bought, last, all): (u32, u32, u32)) -> Result<Self, KernelError> {
        Self::new(bought, last, all)
    }
}

impl From<Occasions> for (u32, u32, u32) {
    fn from(it: Occasions) -> Self {
        (it.bought, it.last, it.all)
    }
}

impl BgBb {
    /// With parameters that are known.
    ///
    /// # Errors
    /// When one of them is not above zero.
    pub fn new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self, KernelError> {
        for (field, value) in [("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)]
        {
            positive(field, value)?;
        }
        Ok(Self { alpha, beta, gamma, delta })
    }

    /// With the parameters that make what was seen most likely, of customers with how many there are of each.
    ///
    /// # Errors
    /// When there are less than two kinds of customers, a number of them is not above zero, or no parameters are most likely.
    ///
    /// ```
    /// use fondaco_crm::clv::{BgBb, Occasions};
    ///
    /// let seen = |bought, last, count: f64| Ok::<_, fondaco_crm::KernelError>((Occasions::new(bought, last, 3)?, count));
    /// let donors = [seen(0, 0, 60.0)?, seen(1, 1, 12.0)?, seen(1, 3, 9.0)?, seen(2, 3, 14.0)?, seen(3, 3, 25.0)?];
    /// let model = BgBb::fit(&donors)?;
    /// assert!(model.alive_next(Occasions::new(3, 3, 3)?) > model.alive_next(Occasions::new(1, 1, 3)?));
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn fit(customers: &[(Occasions, f64)]) -> Result<Self, KernelError> {
        at_least("kinds of customers", customers.len(), 2)?;
        for (row, (_, count)) in customers.iter().enumerate() {
            positive("number of customers", *count).map_err(|error| error.at(row))?;
        }
        let [alpha, beta, gamma, delta] =
            most_likely("the BG/BB model", |[alpha, beta, gamma, delta]| {
                Self { alpha, beta, gamma, delta }.log_likelihood(customers)
            })?;
        Ok(Self { alpha, beta, gamma, delta })
    }

    /// The logarithm of how likely the model makes what was seen.
    #[must_use]
    pub fn log_likelihood(&self, customers: &[(Occasions, f64)]) -> f64 {
        customers.iter().map(|(customer, count)| count * self.of_one(*customer)).sum()
    }

    /// How likely a customer will still be one at the next occasion.
    #[must_use]
    pub fn alive_next(&self, customer: Occasions) -> f64 {
        let all = f64::from(customer.all);
        (self.buys(customer, all, 0.0) + self.stays(all + 1.0) - self.of_one(customer)).exp()
    }

    /// At how many of so many next occasions he will buy, on average.
    #[must_use]
    pub fn expected(&self, customer: Occasions, occasions: u32) -> f64 {
        let all = f64::from(customer.all);
        let buys = self.buys(customer, all, 1.0) - self.of_one(customer);
        (1..=occasions).map(|next| (buys + self.stays(all + f64::from(next))).exp()).sum()
    }

    /// To have bought so often among so many occasions, and so many times more after them.
    fn buys(&self, customer: Occasions, among: f64, more: f64) -> f64 {
        let x = f64::from(customer.bought);
        ln_beta(self.alpha + x + more, self.beta + among - x) - ln_beta(self.alpha, self.beta)
    }

    /// To have stayed for so many occasions.
    fn stays(&self, occasions: f64) -> f64 {
        ln_beta(self.gamma, self.delta + occasions) - ln_beta(self.gamma, self.delta)
    }

    fn of_one(&self, customer: Occasions) -> f64 {
        let all = f64::from(customer.all);
        let stayed = self.buys(customer, all, 0.0) + self.stays(all);
        (customer.last..customer.all).map(f64::from).fold(stayed, |sum, until| {
            let leaves =
                ln_beta(self.gamma + 1.0, self.delta + until) - ln_beta(self.gamma, self.delta);
            ln_sum(sum, self.buys(customer, until, 0.0) + leaves)
        })
    }
}
