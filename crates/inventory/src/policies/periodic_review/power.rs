//! (s, S) by the power approximation.

use super::min_max::{MinMaxReview, WHAT};
use crate::KernelError;
use crate::policies::costs::computed;
use crate::probability::Demand;

/// The levels of the power approximation, fitted to exact policies by regression: any numbers, not only whole ones.
impl MinMaxReview {
    /// s and S by the revised power approximation of R. Ehrhardt and C. Mosier, Management Science 30 (1984).
    ///
    /// Of any demand; only its mean and variance count. Its levels are rounded by whoever uses them.
    ///
    /// # Errors
    /// When a cost or the mean demand is not above zero.
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::MinMaxReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let (low, high) = MinMaxReview::new(2.5, 0.18, 0.7, Normal::new(50.0, 8.0)?).power_approximation()?;
    /// assert!((low - 40.194_616_956_474_07).abs() < 1e-9);
    /// assert!((high - 74.290_170_109_805_79).abs() < 1e-9);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn power_approximation(&self) -> Result<(f64, f64), KernelError> {
        self.check()?;
        let (mean, protected) = (self.demand.mean(), self.protected_moments());
        let relative = protected.sd / mean;
        let quantity = 1.30
            * mean.powf(0.494)
            * (self.fixed_cost / self.holding_cost).powf(0.506)
            * (1.0 + relative * relative).powf(0.116);
        let z = (quantity * self.holding_cost / (self.stockout_cost * protected.sd)).sqrt();
        let low = 0.973 * protected.mean + protected.sd * (0.183 / z + 1.063 - 2.192 * z);
        Ok((computed(WHAT, low)?, computed(WHAT, low + quantity)?))
    }

    /// The same, with neither level above the newsvendor's where an order lasts for less than one period and a half, as Ehrhardt and Mosier say.
    ///
    /// Textbooks leave this step out (Snyder and Shen 2019, 4.4.3). Then S is too high where ordering is cheap.
    ///
    /// # Errors
    /// As [`power_approximation`](Self::power_approximation).
    ///
    /// ```
    /// use fondaco_inventory::policies::periodic_review::MinMaxReview;
    /// use fondaco_inventory::probability::Normal;
    ///
    /// let model = MinMaxReview::new(2.5, 0.18, 0.7, Normal::new(50.0, 8.0)?);
    /// let (low, high) = model.capped_power_approximation()?;
    /// assert!((high - 56.603_955_927_433_89).abs() < 1e-9); // the newsvendor's level
    /// assert_eq!(low, model.power_approximation()?.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn capped_power_approximation(&self) -> Result<(f64, f64), KernelError> {
        let (low, high) = self.power_approximation()?;
        if (high - low) / self.demand.mean() > 1.5 {
            return Ok((low, high));
        }
        let protected = self.protected_moments();
        let tail = computed(WHAT, self.holding_cost / (self.holding_cost + self.stockout_cost))?;
        let most = protected.mean - protected.sd * crate::probability::normal::quantile(tail)?;
        Ok((low.min(most), high.min(most)))
    }

    /// Mean and standard deviation of the demand over the lead time and one period, which no sum of distributions is needed for.
    fn protected_moments(&self) -> Moments {
        let periods = f64::from(self.lead_time) + 1.0;
        Moments {
            mean: self.demand.mean() * periods,
            sd: (self.demand.variance() * periods).sqrt(),
        }
    }
}

struct Moments {
    mean: f64,
    sd: f64,
}
