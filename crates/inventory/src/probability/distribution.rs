//! One of the distributions, and how demand adds up over a lead time.

use super::{Demand, Discrete, Gamma, LogNormal, Mixture, NegativeBinomial, Normal, Poisson};
use crate::KernelError;
use crate::error::positive;

/// One of the distributions of demand: for tables whose rows differ, and for lead times.
///
/// ```
/// use fondaco_inventory::probability::{Demand, Distribution, Poisson};
///
/// let week = Distribution::from(Poisson::new(3.0)?);
/// assert_eq!(week.over(4.0)?.mean(), 12.0);
/// // A lead time of two weeks, or of six when the harbour is full:
/// let lead_time = week.over_random(&[(2.0, 0.8), (6.0, 0.2)])?;
/// assert!((lead_time.mean() - 3.0 * 2.8).abs() < 1e-12);
/// assert_eq!(lead_time.quantile(0.95)?, 21.0);
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Distribution {
    /// Any amount, by many independent buyers.
    Normal(Normal),
    /// Any amount above zero, skewed.
    Gamma(Gamma),
    /// Any amount above zero, with a heavy tail.
    LogNormal(LogNormal),
    /// Single units.
    Poisson(Poisson),
    /// Whole units, lumpy.
    NegativeBinomial(NegativeBinomial),
    /// Whole units, as a table.
    Discrete(Discrete),
}

impl Distribution {
    /// The distribution of whole units that has this mean and variance: negative binomial where the variance is above the mean.
    ///
    /// Where it is not, the Poisson distribution of that mean, whose greater variance errs to the safe side.
    ///
    /// # Errors
    /// When the mean is not above zero or the variance below it.
    ///
    /// ```
    /// use fondaco_inventory::probability::Distribution;
    ///
    /// assert!(matches!(Distribution::counting(4.0, 9.0)?, Distribution::NegativeBinomial(_)));
    /// assert!(matches!(Distribution::counting(4.0, 4.0)?, Distribution::Poisson(_)));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn counting(mean: f64, variance: f64) -> Result<Self, KernelError> {
        if crate::error::not_negative("variance", variance)? > mean {
            return Ok(NegativeBinomial::from_moments(mean, variance)?.into());
        }
        Ok(Poisson::new(mean)?.into())
    }

    /// The sum of the independent demands of this many periods: the demand over a lead time that is known.
    ///
    /// Exact but for the lognormal distribution (see [`LogNormal::over`]).
    ///
    /// # Errors
    /// When the periods are not above zero; not whole, of a [`Discrete`] demand; or so many that the sum can't be reckoned.
    pub fn over(&self, periods: f64) -> Result<Self, KernelError> {
        Ok(match self {
            Self::Normal(demand) => demand.over(periods)?.into(),
            Self::Gamma(demand) => demand.over(periods)?.into(),
            Self::LogNormal(demand) => demand.over(periods)?.into(),
            Self::Poisson(demand) => demand.over(periods)?.into(),
            Self::NegativeBinomial(demand) => demand.over(periods)?.into(),
            Self::Discrete(demand) => demand.over(whole(periods)?)?.into(),
        })
    }

    /// The demand over a lead time of as many periods as chance will have it: pairs of periods and how likely they are.
    ///
    /// The weights need not add up to 1: how often each lead time was seen will do. A lead time of zero is one without demand.
    ///
    /// # Errors
    /// When there is no pair, a lead time or weight below zero, no weight above it, or as [`over`](Self::over).
    pub fn over_random(&self, lead_times: &[(f64, f64)]) -> Result<Mixture, KernelError> {
        let part = |(index, (periods, weight)): (usize, &(f64, f64))| {
            let demand = crate::error::not_negative("lead_time", *periods).and_then(|periods| {
                if periods > 0.0 { self.over(periods) } else { Ok(Discrete::nothing().into()) }
            });
            demand.map(|demand| (*weight, demand)).map_err(|error| error.at(index))
        };
        Mixture::new(lead_times.iter().enumerate().map(part).collect::<Result<_, _>>()?)
    }

    fn demand(&self) -> &dyn Demand {
        match self {
            Self::Normal(demand) => demand,
            Self::Gamma(demand) => demand,
            Self::LogNormal(demand) => demand,
            Self::Poisson(demand) => demand,
            Self::NegativeBinomial(demand) => demand,
            Self::Discrete(demand) => demand,
        }
    }
}

fn whole(periods: f64) -> Result<u32, KernelError> {
    let periods = positive("periods", periods)?;
    if periods.fract() > 0.0 || periods > f64::from(u32::MAX) {
        let (other, way_out) = (
            "a table of whole units can only be added up over whole periods",
            "give a whole number, or take another distribution",
        );
        return Err(KernelError::Contradiction {
            field: "periods",
            value: periods,
            other,
            way_out,
        });
    }
    Ok(periods as u32)
}

macro_rules! from {
    ($($of:ident),*) => {
        $(impl From<$of> for Distribution {
            fn from(demand: $of) -> Self {
                Self::$of(demand)
            }
        })*
    };
}

from!(Normal, Gamma, LogNormal, Poisson, NegativeBinomial, Discrete);

impl Demand for Distribution {
    fn mean(&self) -> f64 {
        self.demand().mean()
    }

    fn variance(&self) -> f64 {
        self.demand().variance()
    }

    fn sd(&self) -> f64 {
        self.demand().sd()
    }

    fn counts(&self) -> bool {
        self.demand().counts()
    }

    fn density(&self, x: f64) -> f64 {
        self.demand().density(x)
    }

    fn cumulative(&self, x: f64) -> f64 {
        self.demand().cumulative(x)
    }

    fn exceeds(&self, x: f64) -> f64 {
        self.demand().exceeds(x)
    }

    fn loss(&self, x: f64) -> f64 {
        self.demand().loss(x)
    }

    fn tail(&self, x: f64) -> (f64, f64) {
        self.demand().tail(x)
    }

    fn probabilities(&self, count: usize) -> Vec<f64> {
        self.demand().probabilities(count)
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        self.demand().complementary_loss(x)
    }

    fn second_loss(&self, x: f64) -> f64 {
        self.demand().second_loss(x)
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        self.demand().upper_quantile(tail)
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        self.demand().quantile(probability)
    }
}
