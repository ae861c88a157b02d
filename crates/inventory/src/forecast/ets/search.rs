//! The search for the greatest likelihood: quasi-Newton steps (C. G. Broyden, R. Fletcher, D. Goldfarb and D. F. Shanno, 1970) over
//! numbers without bounds, which smoothing parameters are made of.

use super::model::{Criteria, Ets, SeasonForm, TrendForm};
use super::recursion::{Parameters, Recursion, Trace};
use super::start;
use crate::forecast::Series;

/// The least that a smoothing parameter is, and one less the most.
const EDGE: f64 = 1e-4;
/// Between which a damping lies.
const DAMPING: (f64, f64) = (0.8, 0.98);
/// After so many steps the search ends where it is.
const STEPS: usize = 300;
/// A step that gains less ends the search.
const GAIN: f64 = 1e-9;

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) model: Ets,
    pub(super) parameters: Parameters,
    /// `-2 log L` in the unit of the series' mean.
    twice: f64,
    /// That unit.
    pub(super) scale: f64,
}

impl Found {
    pub(super) fn criteria(&self, series: &Series<'_>) -> Criteria {
        let count = series.count();
        let twice = self.twice + 2.0 * count as f64 * self.scale.ln();
        Criteria::of(twice, self.model.parameters(series.period()), count)
    }
}

/// The parameters with the greatest likelihood; none where no start has any.
pub(super) fn search(model: Ets, series: &Series<'_>) -> Option<Found> {
    let scale = series.scale();
    let recursion = start::recursion(model, series, scale);
    let first = start::parameters(model, series, scale);
    let mut space = Space::new(recursion, first);
    let mut best: Option<(f64, Vec<f64>)> = None;
    for start in space.starts() {
        let Some((twice, point)) = descend(&mut space, start) else { continue };
        if best.as_ref().is_none_or(|(least, _)| twice < *least) {
            best = Some((twice, point));
        }
    }
    let (twice, point) = best?;
    space.read(&point);
    Some(Found { model, parameters: space.given, twice, scale })
}

/// Numbers without bounds, as parameters within theirs.
struct Space {
    recursion: Recursion,
    first: Parameters,
    given: Parameters,
    slopes: Parameters,
    trace: Trace,
}

/// The logistic function, which brings any number between 0 and 1.
fn between(free: f64) -> f64 {
    1.0 / (1.0 + (-free).exp())
}

/// The number that it brings there.
fn free(between: f64) -> f64 {
    (between / (1.0 - between)).ln()
}

impl Space {
    fn new(recursion: Recursion, first: Parameters) -> Space {
        let (given, slopes, trace) = (first.clone(), first.clone(), Trace::default());
        Space { recursion, first, given, slopes, trace }
    }

    fn model(&self) -> Ets {
        self.recursion.model
    }

    /// The two most likely starts of a coarse grid of smoothing parameters, over the first states.
    fn starts(&mut self) -> Vec<Vec<f64>> {
        let mut tried = Vec::new();
        let seasonal = self.model().season != SeasonForm::None;
        for alpha in [0.05, 0.2, 0.5, 0.9] {
            for beta in if self.first.phi > 0.0 { &[0.05, 0.3][..] } else { &[0.05] } {
                for gamma in if seasonal { &[0.05, 0.5][..] } else { &[0.05] } {
                    let point = self.point(alpha, *beta, *gamma);
                    if let Some(twice) = self.value(&point) {
                        tried.push((twice, point));
                    }
                }
            }
        }
        tried.sort_by(|one, other| one.0.total_cmp(&other.0));
        tried.truncate(2);
        tried.into_iter().map(|(_, point)| point).collect()
    }

    /// The point of these smoothing parameters, the last two as parts of what they may be, and the first states.
    fn point(&self, alpha: f64, beta: f64, gamma: f64) -> Vec<f64> {
        let model = self.model();
        let mut point = vec![free(alpha)];
        if model.trend != TrendForm::None {
            point.push(free(beta));
        }
        if model.season != SeasonForm::None {
            point.push(free(gamma));
        }
        if model.trend == TrendForm::Damped {
            let (low, high) = DAMPING;
            point.push(free((self.first.phi - low) / (high - low)));
        }
        point.push(self.first.level);
        if model.trend != TrendForm::None {
            point.push(self.first.trend);
        }
        // The last season is what the others leave.
        point.extend(self.first.seasons.iter().rev().skip(1).rev());
        point
    }

    /// Reads a point into `given`.
    fn read(&mut self, point: &[f64]) {
        let (model, mut rest) = (self.model(), point.iter().copied());
        let mut next = || rest.next().unwrap_or(0.0);
        let given = &mut self.given;
        given.alpha = EDGE + (1.0 - 2.0 * EDGE) * between(next());
        if model.trend != TrendForm::None {
            given.beta = EDGE + (given.alpha - EDGE) * between(next());
        }
        if model.season != SeasonForm::None {
            given.gamma = EDGE + (1.0 - given.alpha - EDGE).max(0.0) * between(next());
        }
        if model.trend == TrendForm::Damped {
            given.phi = DAMPING.0 + (DAMPING.1 - DAMPING.0) * between(next());
        }
        given.level = next();
        if model.trend != TrendForm::None {
            given.trend = next();
        }
        let count = given.seasons.len();
        if let Some((last, seasons)) = given.seasons.split_last_mut() {
            for season in seasons.iter_mut() {
                *season = next();
            }
            let whole = if model.season == SeasonForm::Multiplicative { count as f64 } else { 0.0 };
            *last = whole - seasons.iter().sum::<f64>();
        }
    }

    /// `-2 log L` at a point.
    fn value(&mut self, point: &[f64]) -> Option<f64> {
        self.read(point);
        self.recursion.run(&self.given, &mut self.trace)
    }

    /// How it changes there with each number; after `value` of the same point.
    fn gradient(&mut self, point: &[f64], out: &mut Vec<f64>) {
        self.recursion.gradient(&self.given, &self.trace, &mut self.slopes);
        let (model, given, slopes) = (self.model(), &self.given, &self.slopes);
        let mut place = point.iter();
        let mut bend = || {
            let part = between(place.next().copied().unwrap_or(0.0));
            (part, part * (1.0 - part))
        };
        let (_, of_alpha) = bend();
        let mut alpha = slopes.alpha;
        let mut rest = Vec::with_capacity(3);
        if model.trend != TrendForm::None {
            let (part, bent) = bend();
            alpha += slopes.beta * part;
            rest.push(slopes.beta * (given.alpha - EDGE) * bent);
        }
        if model.season != SeasonForm::None {
            let (part, bent) = bend();
            alpha -= slopes.gamma * part;
            rest.push(slopes.gamma * (1.0 - given.alpha - EDGE).max(0.0) * bent);
        }
        if model.trend == TrendForm::Damped {
            rest.push(slopes.phi * (DAMPING.1 - DAMPING.0) * bend().1);
        }
        out.clear();
        out.push(alpha * (1.0 - 2.0 * EDGE) * of_alpha);
        out.extend(rest);
        out.push(slopes.level);
        if model.trend != TrendForm::None {
            out.push(slopes.trend);
        }
        if let Some((last, seasons)) = slopes.seasons.split_last() {
            out.extend(seasons.iter().map(|season| season - last));
        }
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Goes downhill from a point until it is not worth a step.
fn descend(space: &mut Space, mut point: Vec<f64>) -> Option<(f64, Vec<f64>)> {
    let count = point.len();
    let mut value = space.value(&point)?;
    let (mut slope, mut next_slope) = (Vec::new(), Vec::new());
    space.gradient(&point, &mut slope);
    let mut inverse = Inverse::identity(count, 0.1 / dot(&slope, &slope).sqrt().max(1e-9));
    let (mut way, mut next) = (vec![0.0; count], vec![0.0; count]);
    let mut fresh = true;
    for _ in 0..STEPS {
        inverse.against(&slope, &mut way);
        let mut down = dot(&way, &slope);
        if down.is_nan() || down >= 0.0 {
            inverse = Inverse::identity(count, 0.1 / dot(&slope, &slope).sqrt().max(1e-9));
            inverse.against(&slope, &mut way);
            down = dot(&way, &slope);
            fresh = true;
        }
        let Some(reached) = step(space, (&point, value), (&way, down), &mut next) else {
            if fresh {
                break;
            }
            inverse = Inverse::identity(count, 0.1 / dot(&slope, &slope).sqrt().max(1e-9));
            fresh = true;
            continue;
        };
        space.gradient(&next, &mut next_slope);
        let moved: Vec<f64> = next.iter().zip(&point).map(|(to, from)| to - from).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(to, from)| to - from).collect();
        inverse.learn(&moved, &turned, fresh);
        let gained = value - reached;
        std::mem::swap(&mut point, &mut next);
        std::mem::swap(&mut slope, &mut next_slope);
        value = reached;
        if gained <= GAIN * value.abs().max(1.0) {
            if fresh {
                break;
            }
            // What the last steps taught may be wrong: once more by the slope alone.
            inverse = Inverse::identity(count, 0.1 / dot(&slope, &slope).sqrt().max(1e-9));
            fresh = true;
            continue;
        }
        fresh = false;
    }
    Some((value, point))
}

/// A step that gains what its slope lets expect, shortened until it does; none when even a short one gains nothing.
fn step(
    space: &mut Space,
    (point, value): (&[f64], f64),
    (way, down): (&[f64], f64),
    next: &mut [f64],
) -> Option<f64> {
    // No smoothing parameter leaps from one of its ends to the other.
    let longest = way.iter().fold(0.0f64, |longest, part| longest.max(part.abs()));
    let mut length = if longest > 3.0 { 3.0 / longest } else { 1.0 };
    for _ in 0..30 {
        for ((next, from), way) in next.iter_mut().zip(point).zip(way) {
            *next = from + length * way;
        }
        if let Some(reached) = space.value(next)
            && reached <= value + 1e-4 * length * down
        {
            return Some(reached);
        }
        length *= 0.4;
    }
    None
}

/// The inverse of the curvature, as far as steps have taught it.
struct Inverse {
    rows: Vec<f64>,
    count: usize,
}

impl Inverse {
    fn identity(count: usize, scale: f64) -> Inverse {
        let mut rows = vec![0.0; count * count];
        rows.iter_mut().step_by(count + 1).for_each(|place| *place = scale);
        Inverse { rows, count }
    }

    /// The way against a slope.
    fn against(&self, slope: &[f64], way: &mut [f64]) {
        for (way, row) in way.iter_mut().zip(self.rows.chunks_exact(self.count)) {
            *way = -dot(row, slope);
        }
    }

    /// Learns from a step and by how much the slope turned on it.
    fn learn(&mut self, moved: &[f64], turned: &[f64], fresh: bool) {
        let along = dot(moved, turned);
        let size = dot(moved, moved).sqrt() * dot(turned, turned).sqrt();
        if along.is_nan() || along <= 1e-10 * size {
            return;
        }
        if fresh {
            *self = Inverse::identity(self.count, along / dot(turned, turned));
        }
        let mut seen = vec![0.0; self.count];
        self.against(turned, &mut seen);
        let factor = (1.0 - dot(&seen, turned) / along) / along;
        for (row, (step, saw)) in moved.iter().zip(&seen).enumerate() {
            let place = &mut self.rows[row * self.count..(row + 1) * self.count];
            for ((cell, other_step), other_saw) in place.iter_mut().zip(moved).zip(&seen) {
                *cell += factor * step * other_step + (saw * other_step + step * other_saw) / along;
            }
        }
    }
}
