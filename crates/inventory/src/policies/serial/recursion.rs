//! The recursion of Clark and Scarf, at even distances.
//!
//! C_1(y) = h_1 (y - E\[D_1\]) + (p + Σh) n_1(y) in closed form, and C_j(y) = h_j (y - E\[D_j\]) + E\[C_(j-1)(min(S_(j-1), y - D_j))\].
//! The demand of a lead time is moved to even places by second differences of its loss function: this keeps its mean, is exact for every function that is
//! linear between the places, and of counts, with places a unit apart, is their probabilities.

use super::{Serial, WHAT};
use crate::KernelError;
use crate::policies::costs::computed;
use crate::policies::products::product_reversed;
use crate::probability::{Demand, Distribution};

/// Places per standard deviation of the demand of all lead times.
const FINENESS: f64 = 100.0;
/// The fewest places per standard deviation that are still worth an answer.
const COARSENESS: f64 = 10.0;
/// The most places of the demand of a lead time.
const MOST_DEMANDS: f64 = 65_536.0;
/// The most places of one stage.
const MOST_PLACES: f64 = 8_192.0;
/// What is so unlikely that the functions are straight beyond it.
const UNLIKELY: f64 = 1e-14;

/// What is reckoned once for a chain.
pub(super) struct Recursion<'a> {
    model: &'a Serial,
    step: f64,
    stages: Vec<Stage>,
    all_holding: f64,
}

struct Stage {
    holding: f64,
    /// The demand of the lead time, unless there is none, and that demand at even places.
    own: Option<(Distribution, Spread)>,
    mean: f64,
    /// The positions, in steps, between which the function is kept.
    low: i64,
    high: i64,
}

/// Weights at the places `first`, `first + 1`, ...
struct Spread {
    first: i64,
    weights: Vec<f64>,
    /// The sum of the weights from each place on, and of the weights times their places.
    from: Vec<(f64, f64)>,
}

/// A function of positions: values at even places, straight to the left of them, and level from `capped` on.
struct Row {
    low: i64,
    values: Vec<f64>,
    slope: f64,
    level: f64,
}

/// What is reckoned along the chain.
struct Figure {
    /// At the lowest stage, of its position.
    lowest: Box<dyn Fn(f64) -> f64>,
    /// By how much it grows per unit far below all demand.
    slope: f64,
    holding: bool,
}

impl<'a> Recursion<'a> {
    pub(super) fn new(model: &'a Serial, levels: &[f64]) -> Result<Self, KernelError> {
        let bounds = model.bounds()?;
        let mut ranges = Vec::with_capacity(bounds.len());
        let mut time = 0.0;
        for (index, (stage, (_, upper))) in model.stages.iter().zip(&bounds).enumerate() {
            time += stage.lead_time;
            let low = if time > 0.0 { model.demand.over(time)?.quantile(UNLIKELY)? } else { 0.0 };
            let high = levels.get(index).map_or(*upper, |level| upper.max(*level));
            ranges.push((low.min(*upper), high));
        }
        let step = step(model, &ranges)?;
        let stages = model.stages.iter().zip(ranges).map(|(stage, (low, high))| {
            let own = if stage.lead_time > 0.0 {
                let demand = model.demand.over(stage.lead_time)?;
                let spread = Spread::new(&demand, step)?;
                Some((demand, spread))
            } else {
                None
            };
            let mean = own.as_ref().map_or(0.0, |(demand, _)| demand.mean());
            let (low, high) = ((low / step).floor() as i64 - 1, (high / step).ceil() as i64 + 2);
            Ok(Stage { holding: stage.echelon_holding_cost, own, mean, low, high })
        });
        let stages = stages.collect::<Result<Vec<_>, KernelError>>()?;
        let all_holding = model.stages.iter().map(|stage| stage.echelon_holding_cost).sum();
        Ok(Self { model, step, stages, all_holding })
    }

    /// The best levels.
    pub(super) fn levels(&self) -> Result<Vec<f64>, KernelError> {
        let mut levels = Vec::with_capacity(self.stages.len());
        let tail = self.model.stages.first().map_or(0.5, |stage| {
            stage.echelon_holding_cost / (self.model.stockout_cost + self.all_holding)
        });
        let lowest = match self.stages.first().and_then(|stage| stage.own.as_ref()) {
            Some((demand, _)) => demand.upper_quantile(computed(WHAT, tail)?)?,
            None => 0.0,
        };
        self.walk(&self.costs(), |index, row| {
            let level = if index == 0 { lowest } else { self.least(row) };
            levels.push(level);
            level
        })?;
        Ok(levels)
    }

    pub(super) fn cost(&self, levels: &[f64]) -> Result<f64, KernelError> {
        self.total(&self.costs(), levels)
    }

    /// What customers are owed on average.
    pub(super) fn backorders(&self, levels: &[f64]) -> Result<f64, KernelError> {
        let lowest = Box::new(self.lowest_loss());
        self.total(&Figure { lowest, slope: -1.0, holding: false }, levels)
    }

    /// How likely nothing is on hand for customers.
    pub(super) fn stockouts(&self, levels: &[f64]) -> Result<f64, KernelError> {
        let demand = self.stages.first().and_then(|stage| stage.own.as_ref());
        let demand = demand.map(|(demand, _)| demand.clone());
        let lowest = Box::new(move |position: f64| match &demand {
            // Nothing is on hand when demand is the position or more.
            Some(demand) if demand.counts() => demand.exceeds(position - 1.0),
            Some(demand) => demand.exceeds(position),
            None if position > 0.0 => 0.0,
            None => 1.0,
        });
        self.total(&Figure { lowest, slope: 0.0, holding: false }, levels)
    }

    fn costs(&self) -> Figure {
        let (loss, stage) = (self.lowest_loss(), self.stages.first());
        let (holding, mean) = stage.map_or((0.0, 0.0), |stage| (stage.holding, stage.mean));
        let owed = self.model.stockout_cost + self.all_holding;
        let lowest =
            Box::new(move |position: f64| holding * (position - mean) + owed * loss(position));
        Figure { lowest, slope: holding - owed, holding: true }
    }

    fn lowest_loss(&self) -> impl Fn(f64) -> f64 + use<> {
        let demand = self.stages.first().and_then(|stage| stage.own.as_ref());
        let demand = demand.map(|(demand, _)| demand.clone());
        move |position: f64| match &demand {
            Some(demand) => demand.loss(position),
            None => (-position).max(0.0),
        }
    }

    fn total(&self, figure: &Figure, levels: &[f64]) -> Result<f64, KernelError> {
        let level = |index: usize, _: &Row| levels.get(index).copied().unwrap_or(f64::INFINITY);
        self.walk(figure, level)
    }

    /// From the lowest stage upwards; `level` says where each is kept. The result is the figure of the highest at its level.
    fn walk(
        &self,
        figure: &Figure,
        mut level: impl FnMut(usize, &Row) -> f64,
    ) -> Result<f64, KernelError> {
        let mut below: Option<Row> = None;
        let mut slope = figure.slope;
        for (index, stage) in self.stages.iter().enumerate() {
            let mut row = match &below {
                None => self.lowest(figure, stage),
                Some(below) => {
                    let holding = if figure.holding { stage.holding } else { 0.0 };
                    slope += holding;
                    self.next(stage, below, holding, slope)
                }
            };
            let kept = level(index, &row);
            row.level = if index == 0 { (figure.lowest)(kept) } else { self.at(&row, kept) };
            row.cap((kept / self.step).ceil() as i64);
            below = Some(row);
        }
        computed(WHAT, below.map_or(f64::NAN, |row| row.level))
    }

    fn lowest(&self, figure: &Figure, stage: &Stage) -> Row {
        let value = |place: i64| (figure.lowest)(place as f64 * self.step);
        let values = (stage.low..=stage.high).map(value).collect();
        Row { low: stage.low, values, slope: figure.slope, level: 0.0 }
    }

    fn next(&self, stage: &Stage, below: &Row, holding: f64, slope: f64) -> Row {
        let value = |place: i64| {
            let passed_on = match &stage.own {
                Some((_, spread)) => self.expected(below, spread, place),
                None => self.value(below, place),
            };
            holding * (place as f64 * self.step - stage.mean) + passed_on
        };
        let values = (stage.low..=stage.high).map(value).collect();
        Row { low: stage.low, values, slope, level: 0.0 }
    }

    /// The mean of a function of the position less the demand: a sum where the function is a row, and closed where it is level or straight.
    fn expected(&self, below: &Row, spread: &Spread, place: i64) -> f64 {
        let count = spread.weights.len() as i64;
        // Demands at these places of the spread leave a position on the row.
        let end = below.low + below.values.len() as i64;
        let first = (place - end + 1 - spread.first).clamp(0, count);
        let last = (place - below.low + 1 - spread.first).clamp(first, count);
        let (level_until, straight_from) = (first as usize, last as usize);
        let weights = spread.weights.get(level_until..straight_from).unwrap_or(&[]);
        // The place on the row that the last of these demands leaves.
        let start = place - spread.first - last + 1 - below.low;
        let start = usize::try_from(start).unwrap_or(0);
        let values = below.values.get(start..start + weights.len()).unwrap_or(&[]);
        let of = |at: usize| spread.from.get(at).copied().unwrap_or((0.0, 0.0));
        let (level, (chance, places)) = (1.0 - of(level_until).0, of(straight_from));
        let left = (place - below.low) as f64 * chance - places;
        let edge = below.values.first().copied().unwrap_or(below.level);
        below.level * level
            + product_reversed(weights, values)
            + edge * chance
            + below.slope * self.step * left
    }

    fn value(&self, row: &Row, place: i64) -> f64 {
        if place < row.low {
            let first = row.values.first().copied().unwrap_or(row.level);
            return first + row.slope * self.step * (place - row.low) as f64;
        }
        usize::try_from(place - row.low)
            .ok()
            .and_then(|at| row.values.get(at))
            .copied()
            .unwrap_or(row.level)
    }

    /// Between two places, on the line that joins them.
    fn at(&self, row: &Row, position: f64) -> f64 {
        let places = position / self.step;
        let (place, part) = (places.floor() as i64, places - places.floor());
        let (low, high) = (self.value(row, place), self.value(row, place + 1));
        if part > 0.0 { low + part * (high - low) } else { low }
    }

    /// Where a convex function is least: the place, or of any amounts, the top of the parabola through it and its neighbours.
    fn least(&self, row: &Row) -> f64 {
        let values = row.values.iter().enumerate();
        let least = values.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at);
        let place = (row.low + least as i64) as f64;
        let around = row.values.get(least.saturating_sub(1)..).unwrap_or(&[]);
        let part = match around {
            [before, own, after, ..] if !self.model.demand.counts() && least > 0 => {
                let bend = before - 2.0 * own + after;
                if bend > 0.0 { 0.5 * (before - after) / bend } else { 0.0 }
            }
            _ => 0.0,
        };
        (place + part) * self.step
    }
}

impl Row {
    /// Forgets what lies at this place and above it, where the function is level.
    fn cap(&mut self, place: i64) {
        let kept = usize::try_from(place - self.low).unwrap_or(0);
        self.values.truncate(kept.max(1));
    }
}

/// How far the places are apart: a fraction of the spread; of counts whole units, as few as can be.
fn step(model: &Serial, ranges: &[(f64, f64)]) -> Result<f64, KernelError> {
    let wide = ranges.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
    let coarsest = computed(WHAT, wide / MOST_PLACES)?;
    let time: f64 = model.stages.iter().map(|stage| stage.lead_time).sum();
    let sd = computed(WHAT, (time * model.demand.variance()).sqrt())?;
    let least: f64 = if model.demand.counts() { 1.0 } else { 0.0 };
    if sd > 0.0 && coarsest > least.max(sd / COARSENESS) {
        let why = "a level lies too far above what demand can need; give lower levels";
        return Err(KernelError::NoAnswer { what: WHAT, why });
    }
    if model.demand.counts() {
        return Ok(coarsest.ceil().max(1.0));
    }
    Ok(if sd > 0.0 { coarsest.max(sd / FINENESS) } else { coarsest.max(1.0) })
}

impl Spread {
    fn new(demand: &Distribution, step: f64) -> Result<Self, KernelError> {
        let first = (demand.quantile(UNLIKELY)? / step).floor() - 1.0;
        let last = (demand.upper_quantile(UNLIKELY)? / step).ceil() + 1.0;
        if computed(WHAT, last - first)? > MOST_DEMANDS {
            let why = "the demand has too long a tail; take a distribution with a lighter one";
            return Err(KernelError::NoAnswer { what: WHAT, why });
        }
        let count = (last - first) as usize;
        let at = |place: usize| (first + place as f64) * step;
        // All demand lies between the first and the last place: at the one all is missing but its own, at the other nothing.
        let mut losses: Vec<f64> = (0..=count).map(|place| demand.loss(at(place))).collect();
        if let [start, .., end] = losses.as_mut_slice() {
            (*start, *end) = (demand.mean() - at(0), 0.0);
        }
        let before = losses.first().map_or(0.0, |loss| loss + step);
        let lower = std::iter::once(before).chain(losses.iter().copied());
        let upper = losses.iter().copied().skip(1).chain(std::iter::once(0.0));
        let bends =
            lower.zip(&losses).zip(upper).map(|((low, own), high)| (low - 2.0 * own + high) / step);
        let weights: Vec<_> = bends.map(|weight| weight.max(0.0)).collect();
        let mut from = Vec::with_capacity(weights.len());
        let mut sum = (0.0, 0.0);
        for (place, weight) in weights.iter().enumerate().rev() {
            sum = (sum.0 + weight, sum.1 + weight * at(place) / step);
            from.push(sum);
        }
        from.reverse();
        Ok(Self { first: first as i64, weights, from })
    }
}
