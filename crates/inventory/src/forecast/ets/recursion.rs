//! A run over a series with given parameters, and the way back that says how its likelihood changes with each of them.

use super::model::{ErrorForm, Ets, SeasonForm, TrendForm};

/// Parameters and first states; also what a function changes by for each of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Parameters {
    /// By which part of the error the level follows.
    pub(super) alpha: f64,
    /// By which part of the error the trend follows.
    pub(super) beta: f64,
    /// By which part of the error the seasons follow.
    pub(super) gamma: f64,
    /// What is left of the trend after a period.
    pub(super) phi: f64,
    /// The level before the first period.
    pub(super) level: f64,
    /// The trend before the first period.
    pub(super) trend: f64,
    /// The seasons before the first period, that of the first period first; empty without seasons.
    pub(super) seasons: Vec<f64>,
}

/// One form on one series.
#[derive(Debug)]
pub(super) struct Recursion {
    pub(super) model: Ets,
    /// The values, in the unit of their mean; none where missing.
    pub(super) values: Vec<Option<f64>>,
    pub(super) period: usize,
}

/// One period of a run: what was, what was expected, and how far off that was.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Step {
    /// The trend before.
    trend: f64,
    /// Level and trend before, taken together.
    base: f64,
    /// The season.
    season: f64,
    /// What was expected.
    expected: f64,
    /// The value less that; zero where it is missing.
    error: f64,
}

/// A run, kept for the way back and for its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Trace {
    steps: Vec<Step>,
    /// The sum of the squares of errors, or of relative errors.
    squares: f64,
    count: f64,
    /// The states after the last period; seasons as they lie, by period modulo their number.
    pub(super) level: f64,
    pub(super) trend: f64,
    pub(super) seasons: Vec<f64>,
}

/// Below which a sum of squares counts as none: what a float has left of nothing.
const NOTHING: f64 = 1e-24;

impl Trace {
    /// How many periods were run over.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// What was expected of a period.
    pub(super) fn expected(&self, index: usize) -> f64 {
        self.steps.get(index).map_or(0.0, |step| step.expected)
    }

    /// The mean square of the errors, relative ones where they are multiplicative, by so many values less.
    pub(super) fn variance(&self, chosen: usize) -> f64 {
        self.squares / (self.count - chosen as f64).max(1.0)
    }
}

impl Recursion {
    /// Runs over the series: `-2 log L`, or none where a multiplicative part left what is above zero.
    pub(super) fn run(&self, given: &Parameters, trace: &mut Trace) -> Option<f64> {
        let Ets { error: form, season, .. } = self.model;
        let (mut level, mut trend) = (given.level, given.trend);
        trace.steps.clear();
        trace.seasons.clear();
        trace.seasons.extend_from_slice(&given.seasons);
        let (mut squares, mut count, mut logs) = (0.0, 0.0, 0.0);
        let mut place = 0;
        for value in &self.values {
            let base = level + given.phi * trend;
            let now = trace.seasons.get(place).copied().unwrap_or(0.0);
            let expected = match season {
                SeasonForm::None => base,
                SeasonForm::Additive => base + now,
                SeasonForm::Multiplicative => base * now,
            };
            let multiplies = season == SeasonForm::Multiplicative;
            if multiplies && (base <= 0.0 || now <= 0.0) {
                return None;
            }
            let mut step = Step { trend, base, season: now, expected, error: 0.0 };
            (level, trend) = (base, given.phi * trend);
            if let Some(value) = value {
                let error = value - expected;
                step.error = error;
                count += 1.0;
                match form {
                    ErrorForm::Additive => squares += error * error,
                    ErrorForm::Multiplicative => {
                        if expected <= 0.0 {
                            return None;
                        }
                        let relative = error / expected;
                        squares += relative * relative;
                        logs += expected.ln();
                    }
                }
                let by_level = if multiplies { error / now } else { error };
                level += given.alpha * by_level;
                trend += given.beta * by_level;
                if let Some(season) = trace.seasons.get_mut(place) {
                    *season += given.gamma * if multiplies { error / base } else { error };
                }
            }
            trace.steps.push(step);
            place = if place + 1 >= self.period { 0 } else { place + 1 };
        }
        (trace.level, trace.trend) = (level, trend);
        (trace.squares, trace.count) = (squares, count);
        let twice = count * squares.max(NOTHING).ln() + 2.0 * logs;
        twice.is_finite().then_some(twice)
    }

    /// How `-2 log L` of a run changes with each parameter: the run, gone back with adjoints.
    pub(super) fn gradient(&self, given: &Parameters, trace: &Trace, out: &mut Parameters) {
        let Ets { error: form, season, .. } = self.model;
        let multiplies = season == SeasonForm::Multiplicative;
        let weight = 2.0 * trace.count / trace.squares.max(NOTHING);
        let (mut level, mut trend) = (0.0, 0.0);
        let mut seasons = std::mem::take(&mut out.seasons);
        seasons.clear();
        seasons.resize(given.seasons.len(), 0.0);
        *out = Parameters { seasons, ..Parameters::default() };
        for (index, step) in trace.steps.iter().enumerate().rev() {
            let Step { base, season: now, expected, error, .. } = *step;
            let there = self.values.get(index).is_some_and(Option::is_some);
            let place = index % self.period;
            let mut of_season = out.seasons.get(place).copied().unwrap_or(0.0);
            let (mut of_base, mut of_trend) = (level, given.phi * trend);
            if there {
                let (by_level, by_season) =
                    if multiplies { (error / now, error / base) } else { (error, error) };
                out.alpha += level * by_level;
                out.beta += trend * by_level;
                out.gamma += of_season * by_season;
                let follows = given.alpha * level + given.beta * trend;
                let (direct, of_expected) = match form {
                    ErrorForm::Additive => (weight * error, 0.0),
                    ErrorForm::Multiplicative => {
                        let relative = error / expected;
                        let direct = weight * relative / expected;
                        (direct, (2.0 - weight * relative * relative) / expected)
                    }
                };
                let of_error = if multiplies {
                    follows / now + given.gamma * of_season / base + direct
                } else {
                    follows + given.gamma * of_season + direct
                };
                let of_expected = of_expected - of_error;
                if multiplies {
                    let through = given.gamma * of_season * error / (base * base);
                    of_season += of_expected * base - follows * error / (now * now);
                    of_base += of_expected * now - through;
                } else {
                    of_season += of_expected;
                    of_base += of_expected;
                }
            }
            if let Some(place) = out.seasons.get_mut(place) {
                *place = of_season;
            }
            out.phi += step.trend * (trend + of_base);
            of_trend += given.phi * of_base;
            (level, trend) = (of_base, of_trend);
        }
        (out.level, out.trend) = (level, trend);
        if self.model.trend == TrendForm::None {
            (out.trend, out.beta, out.phi) = (0.0, 0.0, 0.0);
        }
    }
}
