//! What methods have learnt from a series: enough to say what comes.

use super::Method;
use super::ets::{Criteria, Smoothed};
use super::horizon::{Errors, Forecast, periods};
use crate::KernelError;

/// What a method has learnt.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Learned {
    /// The method as it turned out.
    pub(super) method: Method,
    /// Its parameters.
    pub(super) parameters: [Option<(&'static str, f64)>; 4],
    /// How far its one-step forecasts were off.
    pub(super) errors: Errors,
    /// How many parameters were chosen by those errors.
    pub(super) chosen: usize,
    /// The course of what comes.
    pub(super) course: Course,
    /// Information criteria.
    pub(super) criteria: Option<Criteria>,
}

/// The course of what comes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Course {
    /// The same in each period.
    Flat { level: f64, spread: Spread },
    /// From a level by so much each period.
    Line { level: f64, slope: f64, periods: f64 },
    /// By season, the next first.
    Seasons(Vec<f64>),
    /// As states say.
    Smoothed(Box<Smoothed>),
    /// A smoothed level and a line, with factors by season, the next first; not below zero where that is `floored`.
    Theta { level: f64, slope: f64, alpha: f64, seasons: Vec<f64>, additive: bool, floored: bool },
}

/// How errors grow with time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spread {
    /// Not at all: the deviation is that of one period.
    Constant,
    /// As those of a random walk.
    Walk,
    /// As those of a mean of so many values.
    Mean(f64),
    /// As those of a level that follows by this part of its errors.
    Level(f64),
}

impl Learned {
    /// What has learnt a flat course.
    pub(super) fn flat(method: Method, level: f64, spread: Spread, errors: Errors) -> Learned {
        Learned::of(method, Course::Flat { level, spread }, errors)
    }

    pub(super) fn of(method: Method, course: Course, errors: Errors) -> Learned {
        Learned { method, parameters: [None; 4], errors, chosen: 0, course, criteria: None }
    }

    /// The same with a parameter to tell.
    pub(super) fn telling(mut self, name: &'static str, value: f64) -> Learned {
        if let Some(free) = self.parameters.iter_mut().find(|place| place.is_none()) {
            *free = Some((name, value));
        }
        self
    }

    /// The same with so many parameters that were chosen by the errors.
    pub(super) fn choosing(self, chosen: usize) -> Learned {
        Learned { chosen, ..self }
    }

    pub(super) fn forecast(&self, horizon: usize) -> Result<Forecast, KernelError> {
        let horizon = periods("horizon", horizon)?;
        match &self.course {
            Course::Flat { level, spread } => Forecast::of(
                vec![*level; horizon],
                self.errors.spread(self.chosen, horizon, |ahead| spread.times(ahead)),
            ),
            Course::Line { level, slope, periods } => {
                let points = (1..=horizon).map(|ahead| level + slope * ahead as f64).collect();
                let times = |ahead: usize| {
                    let ahead = ahead as f64;
                    (ahead * (1.0 + ahead / periods)).sqrt()
                };
                Forecast::of(points, self.errors.spread(self.chosen, horizon, times))
            }
            Course::Seasons(seasons) => {
                let points = seasons.iter().copied().cycle().take(horizon).collect();
                let times = |ahead: usize| ((1 + (ahead - 1) / seasons.len().max(1)) as f64).sqrt();
                Forecast::of(points, self.errors.spread(self.chosen, horizon, times))
            }
            Course::Smoothed(smoothed) => smoothed.forecast(horizon),
            Course::Theta { level, slope, alpha, seasons, additive, floored } => {
                let season = |ahead: usize| seasons[(ahead - 1) % seasons.len()];
                let point = |ahead: usize| {
                    let trend = level + slope * (ahead - 1) as f64;
                    let point =
                        if *additive { trend + season(ahead) } else { trend * season(ahead) };
                    if *floored { point.max(0.0) } else { point }
                };
                let times = |ahead: usize| {
                    let times = Spread::Level(*alpha).times(ahead);
                    if *additive { times } else { times * season(ahead).abs() }
                };
                let spread = self.errors.spread(self.chosen, horizon, times);
                Forecast::of((1..=horizon).map(point).collect(), spread)
            }
        }
    }
}

impl Spread {
    /// How many times the deviation of one period is that of the one so far ahead.
    fn times(self, ahead: usize) -> f64 {
        match self {
            Spread::Constant => 1.0,
            Spread::Walk => (ahead as f64).sqrt(),
            Spread::Mean(count) => (1.0 + 1.0 / count).sqrt(),
            Spread::Level(alpha) => (1.0 + (ahead - 1) as f64 * alpha * alpha).sqrt(),
        }
    }
}
