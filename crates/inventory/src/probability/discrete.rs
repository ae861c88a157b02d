//! Any distribution of whole units, as a table.

use super::Demand;
use super::demand::{Level, split};
use super::search;
use crate::KernelError;
use crate::error::not_negative;

/// The longest table: some hundred megabytes would be asked for otherwise.
const MOST_VALUES: u64 = 1 << 22;
/// The most multiplications of one convolution.
const MOST_PRODUCTS: usize = 4_000_000_000;
/// What is so unlikely at the ends of a convolution that it is left out.
const UNLIKELY: f64 = 1e-30;
/// By how much the probabilities may miss 1, from having been written with few digits.
const SLACK: f64 = 1e-6;

/// A demand of whole units whose probabilities are given one by one.
///
/// All figures are looked up: a table is made once for the whole of a distribution, and asked as often as need be.
///
/// ```
/// use fondaco_inventory::probability::{Demand, Discrete};
///
/// let day = Discrete::new(&[(0, 0.5), (1, 0.3), (4, 0.2)])?;
/// assert!((day.mean() - 1.1).abs() < 1e-12);
/// assert_eq!(day.quantile(0.8)?, 1.0);
/// let week = day.over(5)?; // the sum of five such days
/// assert!((week.mean() - 5.5).abs() < 1e-12);
/// assert!((week.exceeds(19.0) - 0.2_f64.powi(5)).abs() < 1e-15); // four pieces on each day
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Discrete {
    /// The least demand; what follows is of it and each whole number after it.
    first: f64,
    probabilities: Vec<f64>,
    below: Vec<f64>,
    above: Vec<f64>,
    /// What is missing, left over, and missing from there on, at each.
    losses: Vec<f64>,
    left_over: Vec<f64>,
    second_losses: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Discrete {
    /// Of these demands and their probabilities, in any order; the same demand may come twice.
    ///
    /// # Errors
    /// When there is none, when a probability is below zero, when they don't add up to 1 (to six digits, as people write them), or when
    /// more than four million numbers lie between the least demand and the largest.
    pub fn new(probabilities: &[(u64, f64)]) -> Result<Self, KernelError> {
        let sum = weight(probabilities)?;
        if (sum - 1.0).abs() > SLACK {
            let (other, way_out) =
                ("probabilities add up to 1", "give them all, or weights to `Discrete::weighted`");
            let field = "sum of the probabilities";
            return Err(KernelError::Contradiction { field, value: sum, other, way_out });
        }
        Self::weighted(probabilities)
    }

    /// Of these demands, each as likely as its share in the weights: how often each was seen.
    ///
    /// # Errors
    /// When there is none, when a weight is below zero or all are zero, or when more than four million numbers lie between the least demand
    /// and the largest.
    ///
    /// ```
    /// use fondaco_inventory::probability::{Demand, Discrete};
    ///
    /// let seen = Discrete::weighted(&[(0, 40.0), (1, 8.0), (2, 2.0)])?; // of 50 days
    /// assert!((seen.mean() - 0.24).abs() < 1e-12);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn weighted(weights: &[(u64, f64)]) -> Result<Self, KernelError> {
        let sum = weight(weights)?;
        let likely =
            || weights.iter().filter(|(_, weight)| *weight > 0.0).map(|(demand, _)| *demand);
        let (Some(first), Some(last)) = (likely().min(), likely().max()) else {
            return Err(KernelError::NotPositive { field: "sum of the weights", value: sum });
        };
        let length = table_length(first, last)?;
        let mut table = vec![0.0; length];
        for (demand, weight) in weights {
            let place = demand.checked_sub(first).and_then(|place| usize::try_from(place).ok());
            if let Some(cell) = place.and_then(|place| table.get_mut(place)) {
                *cell += weight / sum;
            }
        }
        Ok(Self::of(first as f64, table))
    }

    /// Of what was demanded in each of many periods of the same length.
    ///
    /// # Errors
    /// When there is none, or more than four million numbers lie between the least demand and the largest.
    ///
    /// ```
    /// use fondaco_inventory::probability::{Demand, Discrete};
    ///
    /// let seen = Discrete::seen(&[0, 0, 3, 1, 0, 0, 2, 0])?;
    /// assert_eq!((seen.mean(), seen.exceeds(1.0)), (0.75, 0.25));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn seen(demands: &[u64]) -> Result<Self, KernelError> {
        let each: Vec<_> = demands.iter().map(|demand| (*demand, 1.0)).collect();
        Self::weighted(&each)
    }

    /// No demand at all.
    pub(super) fn nothing() -> Self {
        Self::of(0.0, vec![1.0])
    }

    /// The sum of the independent demands of this many periods.
    ///
    /// # Errors
    /// When the periods are none, or the sum would take thousands of millions of multiplications.
    pub fn over(&self, periods: u32) -> Result<Self, KernelError> {
        if periods == 0 {
            return Err(KernelError::NotPositive { field: "periods", value: 0.0 });
        }
        let mut sum: Option<Table> = None;
        let mut power = Table { first: self.first, cells: self.probabilities.clone() };
        let mut left = periods;
        loop {
            if left % 2 == 1 {
                sum = Some(sum.map_or_else(|| Ok(power.clone()), |sum| sum.plus(&power))?);
            }
            left /= 2;
            if left == 0 {
                break;
            }
            power = power.plus(&power)?;
        }
        let Table { first, cells } = sum.unwrap_or(power);
        Ok(Self::of(first, cells))
    }

    /// The sum of this demand and another that is independent of it.
    ///
    /// # Errors
    /// When it would take thousands of millions of multiplications.
    ///
    /// ```
    /// use fondaco_inventory::probability::{Demand, Discrete};
    ///
    /// let (shop, web) = (Discrete::new(&[(0, 0.5), (1, 0.5)])?, Discrete::new(&[(1, 1.0)])?);
    /// assert_eq!(shop.plus(&web)?.quantile(0.9)?, 2.0);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn plus(&self, other: &Discrete) -> Result<Self, KernelError> {
        let table =
            |demand: &Discrete| Table { first: demand.first, cells: demand.probabilities.clone() };
        let Table { first, cells } = table(self).plus(&table(other))?;
        Ok(Self::of(first, cells))
    }

    fn of(first: f64, probabilities: Vec<f64>) -> Self {
        let above = from_the_end(&probabilities);
        let later = from_the_end(&above);
        let losses: Vec<_> = later.iter().zip(&above).map(|(later, own)| later + own).collect();
        let second_losses = from_the_end(&losses);
        let below = added_up(&probabilities);
        let mut left_over = added_up(&below);
        left_over.rotate_right(1);
        if let Some(least) = left_over.first_mut() {
            *least = 0.0;
        }
        let over_first = losses.first().copied().unwrap_or(0.0);
        let squares = 2.0 * second_losses.first().copied().unwrap_or(0.0) + over_first;
        let variance = (squares - over_first * over_first).max(0.0);
        let mean = first + over_first;
        Self {
            first,
            probabilities,
            below,
            above,
            losses,
            left_over,
            second_losses,
            mean,
            variance,
        }
    }

    fn last(&self) -> f64 {
        self.first + (self.probabilities.len().saturating_sub(1)) as f64
    }

    /// The cell of a whole number, if it is one of the table's.
    fn place(&self, whole: f64) -> Option<usize> {
        let inside = whole >= self.first && whole <= self.last();
        inside.then_some((whole - self.first) as usize)
    }

    fn cell(&self, cells: &[f64], whole: f64) -> Option<f64> {
        self.place(whole).and_then(|place| cells.get(place)).copied()
    }

    fn reach(&self, level: Level) -> f64 {
        search::whole_between(|x| level.is_reached(self, x), self.first - 1.0, self.last())
    }
}

/// What comes after each cell, added up.
fn from_the_end(cells: &[f64]) -> Vec<f64> {
    let mut after = vec![0.0; cells.len()];
    let mut sum = 0.0;
    for (cell, own) in after.iter_mut().zip(cells).rev() {
        *cell = sum;
        sum += own;
    }
    after
}

/// Each cell with all before it.
fn added_up(cells: &[f64]) -> Vec<f64> {
    let add = |sum: &mut f64, cell: &f64| {
        *sum += cell;
        Some(*sum)
    };
    cells.iter().scan(0.0, add).collect()
}

fn weight(weights: &[(u64, f64)]) -> Result<f64, KernelError> {
    if weights.is_empty() {
        return Err(KernelError::TooFew { field: "probabilities", count: 0, least: 1 });
    }
    let mut sum = 0.0;
    for (index, (_, weight)) in weights.iter().enumerate() {
        sum += not_negative("probability", *weight).map_err(|error| error.at(index))?;
    }
    crate::error::finite("sum of the weights", sum)
}

fn table_length(first: u64, last: u64) -> Result<usize, KernelError> {
    let width = last - first;
    let length = usize::try_from(width).ok().filter(|_| width < MOST_VALUES);
    length.map(|width| width + 1).ok_or(KernelError::Contradiction {
        field: "demand",
        value: last as f64,
        other: "the least demand lies more than four million below it",
        way_out: "count in larger units",
    })
}

/// Probabilities of whole numbers, without what is derived of them.
#[derive(Clone, Debug)]
struct Table {
    first: f64,
    cells: Vec<f64>,
}

impl Table {
    /// The sum of two independent demands. What is next to impossible at the ends is left out, so that a sum of n is as wide as its root.
    fn plus(&self, other: &Table) -> Result<Table, KernelError> {
        let products = self.cells.len().saturating_mul(other.cells.len());
        if products > MOST_PRODUCTS {
            let why = "its table would take thousands of millions of multiplications; count in larger units, or take the normal distribution";
            return Err(KernelError::NoAnswer { what: "the sum of discrete demands", why });
        }
        let (short, long) =
            if self.cells.len() < other.cells.len() { (self, other) } else { (other, self) };
        let mut cells = vec![0.0; (short.cells.len() + long.cells.len()).saturating_sub(1)];
        for (shift, factor) in short.cells.iter().enumerate().filter(|(_, factor)| **factor > 0.0) {
            for (cell, own) in cells.iter_mut().skip(shift).zip(&long.cells) {
                *cell += factor * own;
            }
        }
        Ok(Table { first: self.first + other.first, cells }.trimmed())
    }

    fn trimmed(mut self) -> Table {
        let likely = |cell: &f64| *cell > UNLIKELY;
        let kept = self.cells.iter().rposition(likely).map_or(self.cells.len(), |last| last + 1);
        self.cells.truncate(kept);
        let before = self.cells.iter().position(likely).unwrap_or(0);
        self.cells.drain(..before);
        self.first += before as f64;
        self
    }
}

impl Demand for Discrete {
    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.variance
    }

    fn counts(&self) -> bool {
        true
    }

    fn density(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if rest > 0.0 { 0.0 } else { self.cell(&self.probabilities, whole).unwrap_or(0.0) }
    }

    fn cumulative(&self, x: f64) -> f64 {
        let outside = if x < self.first { 0.0 } else { 1.0 };
        self.cell(&self.below, x.floor()).unwrap_or(outside)
    }

    fn exceeds(&self, x: f64) -> f64 {
        let outside = if x < self.first { 1.0 } else { 0.0 };
        self.cell(&self.above, x.floor()).unwrap_or(outside)
    }

    fn loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < self.first {
            return self.mean - x;
        }
        let at_whole = self.cell(&self.losses, whole).unwrap_or(0.0);
        (at_whole - rest * self.exceeds(whole)).max(0.0)
    }

    fn complementary_loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        if whole < self.first {
            return 0.0;
        }
        let at_whole = self.cell(&self.left_over, whole).unwrap_or(whole - self.mean);
        at_whole + rest * self.cumulative(whole)
    }

    fn second_loss(&self, x: f64) -> f64 {
        let (whole, rest) = split(x);
        let step = rest * self.loss(whole + 1.0);
        if whole >= self.first {
            return (self.cell(&self.second_losses, whole).unwrap_or(0.0) - step).max(0.0);
        }
        let below = self.first - whole;
        let at_first = self.second_losses.first().copied().unwrap_or(0.0);
        let over_first = self.mean - self.first;
        at_first + below * over_first + 0.5 * below * (below - 1.0) - step
    }

    fn upper_quantile(&self, tail: f64) -> Result<f64, KernelError> {
        Ok(self.reach(Level::of_tail(tail)?))
    }

    fn quantile(&self, probability: f64) -> Result<f64, KernelError> {
        Ok(self.reach(Level::of_probability(probability)?))
    }
}
