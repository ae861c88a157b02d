//! What comes after the last states, and how errors grow on the way (Hyndman et al., 2008, chapter 6).

use super::model::{ErrorForm, Ets, SeasonForm};
use super::recursion::{Parameters, Trace};
use crate::KernelError;
use crate::forecast::horizon::Forecast;

/// The states after a series.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::forecast) struct Smoothed {
    model: Ets,
    /// The unit of level, trend and additive seasons.
    scale: f64,
    smoothing: (f64, f64, f64),
    phi: f64,
    level: f64,
    trend: f64,
    /// The next period's season first; empty without seasons.
    seasons: Vec<f64>,
    /// Of the errors, relative ones where they are multiplicative.
    variance: f64,
}

impl Smoothed {
    /// The states that a run ended in, in this unit, with so many parameters chosen by its errors.
    pub(super) fn after(
        (model, parameters): (Ets, &Parameters),
        trace: &Trace,
        scale: f64,
        chosen: usize,
    ) -> Smoothed {
        let mut seasons = trace.seasons.clone();
        if let Some(next) = trace.len().checked_rem(seasons.len()) {
            seasons.rotate_left(next);
        }
        Smoothed {
            model,
            scale,
            smoothing: (parameters.alpha, parameters.beta, parameters.gamma),
            phi: parameters.phi,
            level: trace.level,
            trend: trace.trend,
            seasons,
            variance: trace.variance(chosen),
        }
    }

    pub(in crate::forecast) fn forecast(&self, horizon: usize) -> Result<Forecast, KernelError> {
        let bases = self.bases(horizon);
        let expected = |(ahead, base): (usize, &f64)| match self.model.season {
            SeasonForm::None => *base,
            SeasonForm::Additive => base + self.season(ahead),
            SeasonForm::Multiplicative => base * self.season(ahead),
        };
        let means: Vec<f64> = bases.iter().enumerate().map(expected).collect();
        let variances = match (self.model.error, self.model.season) {
            (ErrorForm::Multiplicative, SeasonForm::Multiplicative) => self.all_relative(&bases),
            (ErrorForm::Multiplicative, _) => self.relative(&means),
            (ErrorForm::Additive, SeasonForm::Multiplicative) => self.by_each_error(&bases),
            (ErrorForm::Additive, _) => self.additive(horizon),
        };
        let deviations = variances.iter().map(|variance| variance.max(0.0).sqrt() * self.scale);
        let points = means.iter().map(|mean| mean * self.scale).collect();
        Forecast::of(points, Some(deviations.collect()))
    }

    /// Level and trend of each period ahead.
    fn bases(&self, horizon: usize) -> Vec<f64> {
        let (mut level, mut trend) = (self.level, self.trend);
        let next = |_| {
            trend *= self.phi;
            level += trend;
            level
        };
        (0..horizon).map(next).collect()
    }

    /// The season so many periods after the next.
    fn season(&self, after: usize) -> f64 {
        after
            .checked_rem(self.seasons.len())
            .and_then(|at| self.seasons.get(at))
            .map_or(1.0, |s| *s)
    }

    /// By how much of an error the forecasts of later periods change, without seasons: for 1, 2, ... periods later.
    fn followed(&self, horizon: usize) -> Vec<f64> {
        let (alpha, beta, _) = self.smoothing;
        let (mut damped, mut sum) = (1.0, 0.0);
        let of = |_| {
            damped *= self.phi;
            sum += damped;
            alpha + beta * sum
        };
        (1..horizon.max(1)).map(of).collect()
    }

    /// The same, with what seasons take up after whole cycles.
    fn followed_by_all(&self, horizon: usize) -> Vec<f64> {
        let mut followed = self.followed(horizon);
        if self.model.season != SeasonForm::None {
            let period = self.seasons.len().max(1);
            let whole = followed.iter_mut().skip(period - 1).step_by(period);
            whole.for_each(|part| *part += self.smoothing.2);
        }
        followed
    }

    /// All additive: the sum of what each error on the way leaves.
    fn additive(&self, horizon: usize) -> Vec<f64> {
        let mut sum = 1.0;
        let mut followed = self.followed_by_all(horizon).into_iter();
        let of = |_| {
            let variance = self.variance * sum;
            sum += followed.next().unwrap_or(0.0).powi(2);
            variance
        };
        (0..horizon).map(of).collect()
    }

    /// Multiplicative errors about states that add up.
    fn relative(&self, means: &[f64]) -> Vec<f64> {
        let followed = self.followed_by_all(means.len());
        let squares = self.mean_squares(means, &followed);
        let of = |(mean, square): (&f64, f64)| (1.0 + self.variance) * square - mean * mean;
        means.iter().zip(squares).map(of).collect()
    }

    /// Multiplicative errors and seasons; near, for errors that are small beside what is expected.
    fn all_relative(&self, bases: &[f64]) -> Vec<f64> {
        let squares = self.mean_squares(bases, &self.followed_by_all(bases.len()));
        let of = |(ahead, (base, square)): (usize, (&f64, f64))| {
            self.season(ahead).powi(2) * ((1.0 + self.variance) * square - base * base)
        };
        bases.iter().zip(squares).enumerate().map(of).collect()
    }

    /// The mean square of what is expected of each period.
    fn mean_squares(&self, means: &[f64], followed: &[f64]) -> Vec<f64> {
        let mut squares: Vec<f64> = Vec::with_capacity(means.len());
        for (ahead, mean) in means.iter().enumerate() {
            let earlier = squares.iter().rev().zip(followed).take(ahead);
            let left: f64 = earlier.map(|(square, part)| square * part * part).sum();
            squares.push(mean * mean + self.variance * left);
        }
        squares
    }

    /// Additive errors with multiplicative seasons: what each error on the way leaves, to first order.
    fn by_each_error(&self, bases: &[f64]) -> Vec<f64> {
        let (followed, period) = (self.followed(bases.len()), self.seasons.len().max(1));
        let left = |ahead: usize, at: usize| {
            let later = ahead - at;
            let by_level = followed.get(later - 1).copied().unwrap_or(0.0);
            let by_season = if later.is_multiple_of(period) { self.smoothing.2 } else { 0.0 };
            by_level * self.season(ahead) / self.season(at) + by_season * bases[ahead] / bases[at]
        };
        let of = |ahead: usize| {
            let errors: f64 = (0..ahead).map(|at| left(ahead, at).powi(2)).sum();
            self.variance * (1.0 + errors)
        };
        (0..bases.len()).map(of).collect()
    }

    /// One way on, with errors drawn from a normal distribution.
    #[cfg(test)]
    pub(super) fn way(&self, horizon: usize, normal: &mut impl FnMut() -> f64) -> Vec<f64> {
        let (alpha, beta, gamma) = self.smoothing;
        let (mut level, mut trend, mut seasons) = (self.level, self.trend, self.seasons.clone());
        let multiplies = self.model.season == SeasonForm::Multiplicative;
        let next = |ahead: usize| {
            let (base, place) = (level + self.phi * trend, ahead % seasons.len().max(1));
            let season = seasons.get(place).copied();
            let expected = match season {
                None => base,
                Some(season) if multiplies => base * season,
                Some(season) => base + season,
            };
            let error = self.variance.sqrt() * normal();
            let error = match self.model.error {
                ErrorForm::Additive => error,
                ErrorForm::Multiplicative => error * expected,
            };
            let by_level = season.filter(|_| multiplies).map_or(error, |season| error / season);
            (level, trend) = (base + alpha * by_level, self.phi * trend + beta * by_level);
            if let Some(season) = seasons.get_mut(place) {
                *season += gamma * if multiplies { error / base } else { error };
            }
            (expected + error) * self.scale
        };
        (0..horizon).map(next).collect()
    }
}
