//! How much is wanted, and how steadily.

use serde::{Deserialize, Serialize};

use super::{Day, History};
use crate::KernelError;

/// Above which average interval between demands demand is intermittent.
const INTERMITTENT: f64 = 1.32;
/// Above which squared coefficient of variation the sizes of demands are erratic.
const ERRATIC: f64 = 0.49;

/// Which kind of demand an item has, by how often it is wanted and how much the amounts differ.
///
/// Source: A. A. Syntetos, J. E. Boylan, J. D. Croston, *On the Categorization of Demand Patterns*, Journal of the Operational Research Society 56 (2005),
/// with their cuts: 1.32 periods between demands, and a squared coefficient of variation of 0.49.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandClass {
    /// Never wanted.
    None,
    /// Often, and about as much each time.
    Smooth,
    /// Often, and not as much each time.
    Erratic,
    /// Seldom, and about as much each time.
    Intermittent,
    /// Seldom, and not as much each time.
    Lumpy,
}

/// What is known of the demand of an item. A period is as long as the window says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DemandProfile {
    /// Which kind it is.
    pub class: DemandClass,
    /// How many whole periods were seen with stock on all their days.
    pub periods: usize,
    /// How many whole periods are missing, because stock was on some of their days.
    pub missing_periods: usize,
    /// On how many days nothing could be sold, because there was no stock.
    pub days_without_stock: usize,
    /// The mean demand of a day with stock.
    pub mean_per_day: f64,
    /// The mean demand of a period.
    pub mean: f64,
    /// The standard deviation of the demand of a period, with one less than the periods as divisor.
    pub sd: f64,
    /// How many periods lie between two with demand on average. None where nothing was wanted.
    pub interval: Option<f64>,
    /// The squared coefficient of variation of the demand of periods that have one, by the variance of the whole, as
    /// [`classify`](crate::forecast::classify) has it.
    pub size_variation: f64,
    /// By how much one day's demand takes a position below a reorder point, on average.
    pub undershoot: f64,
    /// The variance of that.
    pub undershoot_variance: f64,
    /// Whether only whole units were wanted.
    pub whole: bool,
}

impl History {
    /// What is known of the demand of an item in the whole window.
    ///
    /// A day is without stock when nothing was there at its beginning, nothing came, and nothing was sold: then the demand is not known. Such days don't count
    /// for the mean, and the periods that they lie in don't count for how it varies. Where the opening stock is not known, no day is. What was sold out during a
    /// day is taken as all that was wanted on it, so that the demand is rather underestimated. What was returned is taken off the demand of its period.
    ///
    /// # Errors
    /// When there is no such item, or when fewer than two whole periods had stock on all their days.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use fondaco_inventory::history::{DemandClass, Flow, History, Move, Window};
    ///
    /// let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(n);
    /// // Seven a week, and sold out in the third of four.
    /// let moves: Vec<Move> = (0..28)
    ///     .filter(|n| n / 7 != 2)
    ///     .map(|n| Move::new(0, day(n), 1.0, Flow::Sale))
    ///     .chain([Move::new(0, day(21), 50.0, Flow::Receipt)])
    ///     .collect();
    /// let history = History::new(1, Window::new(day(0), day(27), 7)?, &moves, &[])?;
    /// assert_eq!(history.demand(0)?.mean, 5.25); // as if nobody had come
    /// let history = history.opening_stock(&[14.0])?;
    /// let demand = history.demand(0)?;
    /// assert_eq!((demand.mean, demand.sd, demand.missing_periods), (7.0, 0.0, 1));
    /// assert_eq!(demand.class, DemandClass::Smooth);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn demand(&self, item: usize) -> Result<DemandProfile, KernelError> {
        self.demand_until(item, self.window.days() as i64)
    }

    /// On how many days from this one on there was no stock.
    pub(super) fn days_without_stock_from(
        &self,
        item: usize,
        from: i64,
    ) -> Result<usize, KernelError> {
        let until = self.window.days() as i64;
        let missing = Missing::of(self.days_of(item)?, self.opening_of(item), until);
        let later = missing.ranges.iter().map(|(start, end)| (end - start.max(&from)).max(0));
        Ok(usize::try_from(later.sum::<i64>()).unwrap_or(0))
    }

    /// The same of the days before this one.
    pub(super) fn demand_until(
        &self,
        item: usize,
        until: i64,
    ) -> Result<DemandProfile, KernelError> {
        let days = self.days_of(item)?;
        let days = &days[..days.partition_point(|it| it.day < until)];
        let missing = Missing::of(days, self.opening_of(item), until);
        let period = i64::from(self.window.period_days);
        let demands = Periods::of(days, &missing, period, until);
        let count = demands.seen.len();
        if count < 2 {
            let field = "whole periods with stock on all their days";
            return Err(KernelError::TooFew { field, count, least: 2 });
        }
        let net: f64 = days.iter().map(|it| it.sold - it.returned).sum();
        let with_stock = until - missing.days;
        let mean_per_day = if with_stock > 0 { net.max(0.0) / with_stock as f64 } else { 0.0 };
        let sizes: Vec<f64> = demands.seen.iter().copied().filter(|demand| *demand > 0.0).collect();
        let size_variation = variation(&sizes);
        let interval = (!sizes.is_empty()).then(|| count as f64 / sizes.len() as f64);
        let whole = days.iter().all(|it| it.sold.fract() == 0.0 && it.returned.fract() == 0.0);
        let (undershoot, undershoot_variance) = undershoot(days, whole);
        Ok(DemandProfile {
            class: class(interval, size_variation, mean_per_day),
            periods: count,
            missing_periods: demands.missing,
            days_without_stock: usize::try_from(missing.days).unwrap_or(0),
            mean_per_day,
            mean: mean_per_day * period as f64,
            sd: moments(&demands.seen).1.sqrt(),
            interval,
            size_variation,
            undershoot,
            undershoot_variance,
            whole,
        })
    }
}

impl DemandProfile {
    /// The variance of the demand of a day, when days are independent of one another.
    pub(super) fn variance_per_day(&self, period_days: u32) -> f64 {
        self.sd * self.sd / f64::from(period_days)
    }
}

fn class(interval: Option<f64>, size_variation: f64, mean: f64) -> DemandClass {
    let Some(interval) = interval.filter(|_| mean > 0.0) else { return DemandClass::None };
    match (interval > INTERMITTENT, size_variation > ERRATIC) {
        (false, false) => DemandClass::Smooth,
        (false, true) => DemandClass::Erratic,
        (true, false) => DemandClass::Intermittent,
        (true, true) => DemandClass::Lumpy,
    }
}

/// The days without stock, as ranges from a day to one before another.
struct Missing {
    ranges: Vec<(i64, i64)>,
    days: i64,
}

impl Missing {
    fn of(days: &[Day], opening: Option<f64>, until: i64) -> Self {
        let mut ranges = Vec::new();
        let Some(mut stock) = opening else { return Self { ranges, days: 0 } };
        // Sums of fractions: what is less than a part in a thousand million of what went through is nothing.
        let through: f64 = days.iter().map(|it| it.change().abs()).sum();
        let nothing = 1e-9 * (stock.abs() + through);
        let mut from = 0;
        for it in days {
            let came = it.received > 0.0 || it.returned > 0.0 || it.adjusted > 0.0;
            // A day on which something came or was sold is none without stock.
            let to = if came || it.sold > 0.0 { it.day } else { it.day + 1 };
            if stock <= nothing && to > from {
                ranges.push((from, to));
            }
            (stock, from) = (stock + it.change(), it.day + 1);
        }
        if stock <= nothing && until > from {
            ranges.push((from, until));
        }
        let days = ranges.iter().map(|(from, to)| to - from).sum();
        Self { ranges, days }
    }
}

/// The demand of each whole period that had stock on all its days.
struct Periods {
    seen: Vec<f64>,
    missing: usize,
}

impl Periods {
    fn of(days: &[Day], missing: &Missing, period: i64, until: i64) -> Self {
        let count = usize::try_from(until / period).unwrap_or(0);
        let mut demands = vec![0.0; count];
        for it in days {
            let place = usize::try_from(it.day / period).ok();
            if let Some(demand) = place.and_then(|place| demands.get_mut(place)) {
                *demand += it.sold - it.returned;
            }
        }
        let mut lost = vec![false; count];
        for (from, to) in &missing.ranges {
            for place in from / period..=(to - 1) / period {
                let place = usize::try_from(place).ok();
                if let Some(lost) = place.and_then(|place| lost.get_mut(place)) {
                    *lost = true;
                }
            }
        }
        let seen: Vec<f64> = demands
            .iter()
            .zip(&lost)
            .filter(|(_, lost)| !**lost)
            .map(|(demand, _)| demand.max(0.0))
            .collect();
        Self { missing: count - seen.len(), seen }
    }
}

/// Mean and variance, with one less than the values as divisor.
fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count.max(1.0);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (count - 1.0).max(1.0))
}

fn variation(sizes: &[f64]) -> f64 {
    let (mean, variance) = moments(sizes);
    let count = sizes.len() as f64;
    let variance = variance * (count - 1.0).max(0.0) / count.max(1.0);
    if mean > 0.0 { variance / (mean * mean) } else { 0.0 }
}

/// Mean and variance of the undershoot: a demand is the likelier to cross the reorder point, the larger it is, and crosses it anywhere (renewal
/// theory; E. A. Silver, D. F. Pyke, D. J. Thomas 2017, section 6.12).
fn undershoot(days: &[Day], whole: bool) -> (f64, f64) {
    let sizes = || days.iter().map(|it| it.sold).filter(|sold| *sold > 0.0);
    let sum = |power: i32| sizes().map(|size| size.powi(power)).sum::<f64>();
    let (first, second, third) = (sum(1), sum(2), sum(3));
    if first <= 0.0 {
        return (0.0, 0.0);
    }
    let (mean, square) = if whole {
        ((second - first) / (2.0 * first), (2.0 * third - 3.0 * second + first) / (6.0 * first))
    } else {
        (second / (2.0 * first), third / (3.0 * first))
    };
    (mean, (square - mean * mean).max(0.0))
}
