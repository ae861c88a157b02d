//! Cycle counts: a few items every working day, the important ones more often, so that the year needs no closed warehouse.
//!
//! After P. J. Jordan, *Cycle Counting for Records Accuracy* (1985), and APICS' record accuracy: a count is right when it lies within
//! the tolerance of its class.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{add, float, mul, not_negative, sub};

/// A class of items, for what its counting comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountClass {
    /// How many items it has.
    pub items: u32,
    /// How often each is counted in a year.
    pub counts_per_year: u32,
}

impl CountClass {
    /// So many items, each counted so often.
    #[must_use]
    pub fn new(items: u32, counts_per_year: u32) -> CountClass {
        CountClass { items, counts_per_year }
    }
}

/// What counting comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CountLoad {
    /// How many counts there are in a year.
    pub counts_per_year: u64,
    /// How many on a working day, on average.
    pub per_day: f64,
}

/// How many counts the classes take in a year of so many working days.
///
/// # Errors
/// When there are no working days.
///
/// ```
/// use fondaco_inventory::ordering::{CountClass, count_load};
/// let classes = [CountClass::new(200, 12), CountClass::new(600, 4), CountClass::new(1200, 1)];
/// let load = count_load(&classes, 250)?;
/// assert_eq!((load.counts_per_year, load.per_day), (6000, 24.0));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn count_load(classes: &[CountClass], working_days: u32) -> Result<CountLoad, KernelError> {
    let days = crate::error::positive("working_days", working_days.into())?;
    let of = |class: &CountClass| u64::from(class.items) * u64::from(class.counts_per_year);
    let counts_per_year = classes.iter().map(of).fold(0, u64::saturating_add);
    Ok(CountLoad { counts_per_year, per_day: counts_per_year as f64 / days })
}

/// An item to be counted on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct PlannedCount {
    /// The day.
    pub on: NaiveDate,
    /// Which item, by its place in what was given.
    pub item: usize,
}

/// Which item to count on which of these working days: `class_of_item` says the class of each item, `counts_of_class` how often an
/// item of each class is counted within these days.
///
/// Each item is counted exactly so often, at even distances and never twice on a day, and each class takes the same number of counts
/// every day, give or take one. The plan is in order of days, and within a day of items; the same items and days give the same plan.
/// The working days of a year are `WorkingDays::iter` of [`fondaco_core::calendar`].
///
/// # Errors
/// When the days do not rise, an item has a class without a number of counts, or a class is to be counted more often than there are
/// days.
///
/// ```
/// use fondaco_core::calendar::Calendar;
/// use fondaco_inventory::ordering::count_plan;
/// let year = "2026-01-01/2026-12-31".parse()?;
/// let days: Vec<_> = Calendar::named("DE-BY")?.over(year)?.iter(year).collect();
/// let classes = [0, 1, 1, 1]; // one A, three B
/// let plan = count_plan(&classes, &[12, 4], &days)?;
/// assert_eq!(plan.len(), 12 + 3 * 4);
/// assert_eq!(plan.iter().filter(|count| count.item == 0).count(), 12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn count_plan(
    class_of_item: &[usize],
    counts_of_class: &[u32],
    working_days: &[NaiveDate],
) -> Result<Vec<PlannedCount>, KernelError> {
    for (index, pair) in working_days.windows(2).enumerate() {
        if pair[0] >= pair[1] {
            let value = (pair[1] - pair[0]).num_days() as f64;
            let (other, way_out) =
                ("it is by so many days after the one before", "give days that rise");
            let field = "working_days";
            return Err(KernelError::Contradiction { field, value, other, way_out }.at(index + 1));
        }
    }
    let mut members = vec![Vec::new(); counts_of_class.len()];
    for (item, class) in class_of_item.iter().enumerate() {
        let class_members = members.get_mut(*class).ok_or_else(|| {
            KernelError::Contradiction {
                field: "class_of_item",
                value: *class as f64,
                other: "counts_of_class has no such row",
                way_out: "say how often items of this class are counted",
            }
            .at(item)
        })?;
        class_members.push(item);
    }
    let mut plan = Vec::new();
    for (class, (members, counts)) in members.iter().zip(counts_of_class).enumerate() {
        let counts = *counts as usize;
        if !members.is_empty() && counts > working_days.len() {
            return Err(KernelError::Contradiction {
                field: "counts_of_class",
                value: counts as f64,
                other: "there are fewer working days",
                way_out: "count an item at most once a day",
            }
            .at(class));
        }
        plan.extend(spread(members, counts, working_days));
    }
    plan.sort_unstable();
    Ok(plan)
}

/// The members in turn, again and again, spread evenly over the days: the next turn of an item is a whole round later, at least a day.
fn spread<'a>(
    members: &'a [usize],
    counts: usize,
    days: &'a [NaiveDate],
) -> impl Iterator<Item = PlannedCount> + 'a {
    let all = members.len() as u128 * counts as u128;
    (0..counts).flat_map(move |round| {
        members.iter().enumerate().filter_map(move |(place, item)| {
            let turn = round as u128 * members.len() as u128 + place as u128;
            let day = turn * days.len() as u128 / all;
            let on = days.get(usize::try_from(day).ok()?).copied()?;
            Some(PlannedCount { on, item: *item })
        })
    })
}

/// By how much a count may miss the record and still be right: the larger of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tolerance {
    /// By this share of the record: 0.005 for half a percent.
    pub share: Decimal,
    /// By so many units.
    pub units: Decimal,
}

impl Tolerance {
    /// By this share of what is recorded, or by so many units.
    #[must_use]
    pub fn new(share: Decimal, units: Decimal) -> Tolerance {
        Tolerance { share, units }
    }
}

/// What was recorded, and what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counted {
    /// What the record said.
    pub recorded: Decimal,
    /// What was there.
    pub counted: Decimal,
    /// What a unit is worth.
    pub unit_value: Decimal,
    /// By how much it may differ.
    pub tolerance: Tolerance,
}

impl Counted {
    /// A count that must be exact, of units without value.
    #[must_use]
    pub fn new(recorded: Decimal, counted: Decimal) -> Counted {
        let tolerance = Tolerance::default();
        Counted { recorded, counted, unit_value: Decimal::ZERO, tolerance }
    }

    /// The same, of units worth so much.
    #[must_use]
    pub fn worth(mut self, unit_value: Decimal) -> Counted {
        self.unit_value = unit_value;
        self
    }

    /// The same within a tolerance.
    #[must_use]
    pub fn within(mut self, tolerance: Tolerance) -> Counted {
        self.tolerance = tolerance;
        self
    }

    /// By how much the count differs from the record: above zero where more was there.
    ///
    /// # Errors
    /// When the difference has no room in 28 digits.
    pub fn difference(&self) -> Result<Decimal, KernelError> {
        sub("counted", self.counted, self.recorded)
    }

    /// Whether the record was right.
    ///
    /// # Errors
    /// When a figure but the record is below zero, or a product has no room in 28 digits.
    ///
    /// ```
    /// use fondaco_inventory::ordering::{Counted, Tolerance};
    /// use rust_decimal::Decimal;
    /// let one_percent = Tolerance::new(Decimal::new(1, 2), 0.into());
    /// assert!(Counted::new(200.into(), 198.into()).within(one_percent).is_right()?);
    /// assert!(!Counted::new(200.into(), 197.into()).within(one_percent).is_right()?);
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    pub fn is_right(&self) -> Result<bool, KernelError> {
        not_negative("counted", self.counted)?;
        not_negative("unit_value", self.unit_value)?;
        let share = not_negative("share", self.tolerance.share)?;
        let units = not_negative("units", self.tolerance.units)?;
        let allowed = mul("tolerance", self.recorded.abs(), share)?.max(units);
        Ok(self.difference()?.abs() <= allowed)
    }
}

/// How accurate the records were.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Accuracy {
    /// How many counts there were.
    pub counts: usize,
    /// How many found the record right.
    pub right: usize,
    /// The share of those: the inventory record accuracy, from 0 to 1.
    pub accuracy: f64,
    /// What all differences are worth together: above zero where more was there.
    pub net_value: Decimal,
    /// What they are worth without their signs.
    pub absolute_value: Decimal,
    /// The absolute value over that of the records; none where those are worth nothing.
    pub absolute_share: Option<f64>,
}

/// How accurate records were, from counts.
///
/// # Errors
/// When there are no counts, a count, a value or a tolerance is below zero, or a sum has no room in 28 digits.
///
/// ```
/// use fondaco_inventory::ordering::{Counted, count_accuracy};
/// let counts = [
///     Counted::new(10.into(), 10.into()).worth(3.into()),
///     Counted::new(20.into(), 18.into()).worth(5.into()),
/// ];
/// let accuracy = count_accuracy(&counts)?;
/// assert_eq!((accuracy.accuracy, accuracy.net_value), (0.5, (-10).into()));
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn count_accuracy(counts: &[Counted]) -> Result<Accuracy, KernelError> {
    if counts.is_empty() {
        return Err(KernelError::TooFew { field: "counts", count: 0, least: 1 });
    }
    let (mut right, mut net, mut absolute, mut worth) =
        (0, Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for (index, count) in counts.iter().enumerate() {
        let at = |error: KernelError| error.at(index);
        right += usize::from(count.is_right().map_err(at)?);
        let value = mul("value", count.difference().map_err(at)?, count.unit_value).map_err(at)?;
        let recorded = mul("value", count.recorded.abs(), count.unit_value).map_err(at)?;
        net = add("net_value", net, value)?;
        absolute = add("absolute_value", absolute, value.abs())?;
        worth = add("value", worth, recorded)?;
    }
    Ok(Accuracy {
        counts: counts.len(),
        right,
        accuracy: right as f64 / counts.len() as f64,
        net_value: net,
        absolute_value: absolute,
        absolute_share: (!worth.is_zero()).then(|| float(absolute) / float(worth)),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    fn days(count: u64) -> Vec<NaiveDate> {
        let first: NaiveDate = "2026-01-01".parse().unwrap();
        (0..count).map(|day| first + chrono::Days::new(day)).collect()
    }

    #[test]
    fn what_cannot_be_planned_is_refused_by_name() {
        let refused = |classes: &[usize], counts: &[u32], days: &[NaiveDate]| {
            count_plan(classes, counts, days).unwrap_err().to_string()
        };
        assert!(
            refused(&[0, 2], &[1, 1], &days(9))
                .starts_with("row 1 (counted from 0): class_of_item is 2")
        );
        assert!(
            refused(&[0], &[10], &days(9))
                .starts_with("row 0 (counted from 0): counts_of_class is 10")
        );
        let twice = [days(1), days(1)].concat();
        assert!(
            refused(&[0], &[1], &twice).starts_with("row 1 (counted from 0): working_days is 0")
        );
        assert_eq!(
            count_load(&[], 0).unwrap_err().to_string(),
            "working_days is 0: give a number above zero"
        );
        assert_eq!(
            count_accuracy(&[]).unwrap_err().to_string(),
            "counts has 0 values: give at least 1"
        );
        assert!(count_accuracy(&[Counted::new(1.into(), (-1).into())]).is_err());
    }

    #[test]
    fn a_class_that_is_not_counted_and_no_days_at_all_make_no_plan() {
        assert_eq!(count_plan(&[0, 0], &[0], &days(5)).unwrap(), []);
        assert_eq!(count_plan(&[], &[3], &[]).unwrap(), []);
    }

    #[test]
    fn a_record_of_nothing_is_right_only_within_units() {
        let half = Tolerance::new(Decimal::new(5, 1), Decimal::ZERO);
        let found = Counted::new(0.into(), 1.into()).within(half);
        assert!(!found.is_right().unwrap());
        assert!(found.within(Tolerance::new(0.into(), 1.into())).is_right().unwrap());
    }

    proptest! {
        #[test]
        fn each_item_is_counted_as_often_as_its_class_demands(
            classes in prop::collection::vec(0usize..3, 0..40), counts in prop::array::uniform3(0u32..25), more in 0u64..60
        ) {
            let days = days(25 + more);
            let plan = count_plan(&classes, &counts, &days).unwrap();
            prop_assert!(plan.is_sorted());
            let mut of_item: BTreeMap<usize, BTreeSet<NaiveDate>> = BTreeMap::new();
            for count in &plan {
                prop_assert!(of_item.entry(count.item).or_default().insert(count.on), "twice on a day");
            }
            for (item, class) in classes.iter().enumerate() {
                let counted = of_item.get(&item).map_or(0, BTreeSet::len);
                prop_assert_eq!(counted, counts[*class] as usize);
            }
            for class in 0..3 {
                let mut load = vec![0; days.len()];
                for count in plan.iter().filter(|count| classes[count.item] == class) {
                    load[days.iter().position(|day| *day == count.on).unwrap()] += 1;
                }
                let (least, most) = (load.iter().min().unwrap(), load.iter().max().unwrap());
                prop_assert!(most - least <= 1, "uneven: {load:?}");
            }
        }
    }
}
