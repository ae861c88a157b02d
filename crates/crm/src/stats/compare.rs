//! Two rates.

use serde::{Deserialize, Serialize};

use super::{Proportion, normal};
use crate::KernelError;

/// Those who were treated, against those who were not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Who was treated.
    pub treated: Proportion,
    /// Who was not.
    pub control: Proportion,
}

impl Comparison {
    /// Two groups.
    ///
    /// ```
    /// use fondaco_crm::stats::{Comparison, Proportion};
    ///
    /// let mails = Comparison::new(Proportion::new(260, 20_000)?, Proportion::new(200, 20_000)?);
    /// assert!(mails.p_value()? < 0.01);
    /// assert_eq!(mails.incremental(), 60.0);
    /// let (low, high) = mails.newcombe(0.95)?;
    /// assert!(0.0 < low && low < mails.difference() && mails.difference() < high);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    #[must_use]
    pub fn new(treated: Proportion, control: Proportion) -> Self {
        Self { treated, control }
    }

    /// By how much the rate of the treated is higher.
    #[must_use]
    pub fn difference(&self) -> f64 {
        self.treated.rate() - self.control.rate()
    }

    /// The difference as a part of the rate of the control; nothing where that is zero.
    #[must_use]
    pub fn relative_lift(&self) -> Option<f64> {
        let base = self.control.rate();
        (base > 0.0).then(|| self.difference() / base)
    }

    /// How many successes the treatment brought: those beyond what the treated would have had at the rate of the control.
    #[must_use]
    pub fn incremental(&self) -> f64 {
        self.treated.successes() as f64 - self.control.rate() * self.treated.trials() as f64
    }

    /// By how many standard errors the rates differ, as if both were one.
    ///
    /// # Errors
    /// When nobody succeeded, or everybody: nothing can be told apart then.
    pub fn z(&self) -> Result<f64, KernelError> {
        let [n, m] = [self.treated.trials() as f64, self.control.trials() as f64];
        let pooled = (self.treated.successes() as f64 + self.control.successes() as f64) / (n + m);
        let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        match error > 0.0 {
            true => Ok(self.difference() / error),
            false => Err(KernelError::NoAnswer {
                what: "the test of two proportions",
                why: "in both groups nobody succeeded, or everybody: wait for both outcomes",
            }),
        }
    }

    /// How likely a difference as large is by chance, either way.
    ///
    /// # Errors
    /// As [`z`](Self::z).
    pub fn p_value(&self) -> Result<f64, KernelError> {
        Ok(2.0 * normal::above(self.z()?.abs()))
    }

    /// Between what the difference lies with this confidence: the bounds of both rates squared together (Newcombe, 1998, method 10).
    ///
    /// # Errors
    /// When the confidence is not above 0 and below 1.
    pub fn newcombe(&self, confidence: f64) -> Result<(f64, f64), KernelError> {
        let (one, two) = (self.treated.rate(), self.control.rate());
        let (low_one, high_one) = self.treated.wilson(confidence)?;
        let (low_two, high_two) = self.control.wilson(confidence)?;
        let below = (one - low_one).hypot(high_two - two);
        let over = (high_one - one).hypot(two - low_two);
        Ok((one - two - below, one - two + over))
    }

    /// How likely a table at most as likely as this one is by chance, exactly (Fisher, 1922). In time with the number of successes.
    ///
    /// ```
    /// use fondaco_crm::stats::{Comparison, Proportion};
    ///
    /// let tea = Comparison::new(Proportion::new(3, 4)?, Proportion::new(1, 4)?);
    /// assert!((tea.fisher() - 0.485_714_285_714_285_7).abs() < 1e-12);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    #[must_use]
    pub fn fisher(&self) -> f64 {
        let [n, m] = [self.treated.trials(), self.control.trials()];
        let all = self.treated.successes() + self.control.successes();
        let (first, last) = (all.saturating_sub(m), all.min(n));
        // Likelihoods beside that of the middle, which is the largest: no other has no room.
        let ratio = |at: u64| {
            let [at, n, m, all] = [at as f64, n as f64, m as f64, all as f64];
            (n - at) * (all - at) / ((at + 1.0) * (m - all + at + 1.0))
        };
        let middle = ((n as f64 + 1.0) * (all as f64 + 1.0) / (n as f64 + m as f64 + 2.0)) as u64;
        let middle = middle.clamp(first, last);
        let seen = relative(self.treated.successes(), middle, &ratio);
        let (mut sum, mut as_rare) = (0.0, 0.0);
        let mut add = |likely: f64| {
            sum += likely;
            // Equally likely ones count in, whatever rounding makes of them.
            as_rare += if likely <= seen * (1.0 + 1e-7) { likely } else { 0.0 };
        };
        let mut likely = 1.0;
        add(likely);
        for at in middle..last {
            likely *= ratio(at);
            add(likely);
        }
        likely = 1.0;
        for at in (first..middle).rev() {
            likely /= ratio(at);
            add(likely);
        }
        (as_rare / sum).min(1.0)
    }
}

/// How likely one place is beside the middle.
fn relative(at: u64, middle: u64, ratio: &impl Fn(u64) -> f64) -> f64 {
    match at >= middle {
        true => (middle..at).map(ratio).product(),
        false => 1.0 / (at..middle).map(ratio).product::<f64>(),
    }
}
