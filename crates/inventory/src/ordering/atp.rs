//! Available to promise: what can still be promised for each bucket of time without breaking an older promise.
//!
//! Discrete ATP with look-back (APICS; T. E. Vollmann et al., *Manufacturing Planning and Control*, ch. 6; J. R. T. Arnold,
//! *Introduction to Materials Management*): a receipt serves what is booked until the next receipt; what is booked beyond it is taken
//! from the nearest earlier receipt that has something left. What is left over for nobody shows as a figure below zero, and no later
//! promise counts on it twice.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::exact::{add, not_negative, positive, sub};

/// What can be promised, bucket by bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Atp {
    /// What each receipt has beyond what is booked until the next one, before looking back; zero in buckets without a receipt.
    pub raw: Vec<Decimal>,
    /// The same after looking back. Below zero only where all receipts up to there have nothing left: more is booked than there is.
    pub available: Vec<Decimal>,
    /// What is available up to each bucket.
    pub cumulative: Vec<Decimal>,
}

/// Available to promise of each bucket, from the stock at the start, the receipts and the bookings of each bucket.
///
/// Stock may be below zero, where more was sold than there was.
///
/// # Errors
/// When there are no buckets, the tables differ in length, a receipt or booking is below zero, or a sum has no room in 28 digits.
///
/// ```
/// use fondaco_inventory::ordering::available_to_promise;
/// let [receipts, booked] = [[0, 50, 0, 50], [20, 30, 40, 60]].map(|row| row.map(Into::into));
/// let atp = available_to_promise(60.into(), &receipts, &booked)?;
/// assert_eq!(atp.raw, [40, -20, 0, -10].map(Into::into));
/// assert_eq!(atp.available, [10, 0, 0, 0].map(Into::into));
/// assert_eq!(atp.promisable(3), 10.into());
/// # Ok::<(), fondaco_inventory::KernelError>(())
/// ```
pub fn available_to_promise(
    on_hand: Decimal,
    receipts: &[Decimal],
    booked: &[Decimal],
) -> Result<Atp, KernelError> {
    check(receipts, booked)?;
    let mut raw = vec![Decimal::ZERO; receipts.len()];
    let mut receipt = 0;
    for (bucket, (received, wanted)) in receipts.iter().zip(booked).enumerate() {
        let mut from = *received;
        if bucket == 0 {
            from = add("on_hand", on_hand, from)?;
        } else if !received.is_zero() {
            receipt = bucket;
        }
        raw[receipt] = sub("booked", add("receipts", raw[receipt], from)?, *wanted)?;
    }
    let available = look_back(&raw)?;
    let mut cumulative = Vec::with_capacity(available.len());
    let mut sum = Decimal::ZERO;
    for value in &available {
        sum = add("cumulative", sum, *value)?;
        cumulative.push(sum);
    }
    Ok(Atp { raw, available, cumulative })
}

/// What is missing in a bucket is taken from the nearest before it that has something: a stack of those keeps it linear.
fn look_back(raw: &[Decimal]) -> Result<Vec<Decimal>, KernelError> {
    let mut available = raw.to_vec();
    let mut with_some: Vec<usize> = Vec::new();
    for bucket in 0..raw.len() {
        while available[bucket] < Decimal::ZERO {
            let Some(before) = with_some.last().copied() else { break };
            let taken = available[before].min(-available[bucket]);
            available[before] = sub("available", available[before], taken)?;
            available[bucket] = add("available", available[bucket], taken)?;
            if available[before].is_zero() {
                with_some.pop();
            }
        }
        if available[bucket] > Decimal::ZERO {
            with_some.push(bucket);
        }
    }
    Ok(available)
}

fn check(receipts: &[Decimal], booked: &[Decimal]) -> Result<(), KernelError> {
    if receipts.is_empty() {
        return Err(KernelError::TooFew { field: "receipts", count: 0, least: 1 });
    }
    if booked.len() != receipts.len() {
        return Err(KernelError::Contradiction {
            field: "booked",
            value: booked.len() as f64,
            other: "receipts have another number of buckets",
            way_out: "give both for every bucket, 0 where there is nothing",
        });
    }
    for (field, values) in [("receipts", receipts), ("booked", booked)] {
        for (index, value) in values.iter().enumerate() {
            not_negative(field, *value).map_err(|error| error.at(index))?;
        }
    }
    Ok(())
}

impl Atp {
    /// How much more can be promised for a bucket; nothing beyond the last one.
    ///
    /// ```
    /// use fondaco_inventory::ordering::available_to_promise;
    /// let [receipts, booked] = [[0, 100], [30, 45]].map(|row| row.map(Into::into));
    /// let atp = available_to_promise(50.into(), &receipts, &booked)?;
    /// assert_eq!((atp.promisable(0), atp.promisable(1), atp.promisable(2)), (20.into(), 75.into(), 0.into()));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn promisable(&self, bucket: usize) -> Decimal {
        self.cumulative.get(bucket).map_or(Decimal::ZERO, |sum| (*sum).max(Decimal::ZERO))
    }

    /// The first bucket for which all of a quantity can be promised at once.
    ///
    /// ```
    /// use fondaco_inventory::ordering::available_to_promise;
    /// let [receipts, booked] = [[0, 100], [30, 45]].map(|row| row.map(Into::into));
    /// let atp = available_to_promise(50.into(), &receipts, &booked)?;
    /// assert_eq!((atp.first_bucket(21.into()), atp.first_bucket(76.into())), (Some(1), None));
    /// # Ok::<(), fondaco_inventory::KernelError>(())
    /// ```
    #[must_use]
    pub fn first_bucket(&self, quantity: Decimal) -> Option<usize> {
        (0..self.cumulative.len()).find(|bucket| self.promisable(*bucket) >= quantity)
    }
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// How much.
    pub quantity: Decimal,
    /// The day it is wanted, not before today.
    pub on: NaiveDate,
    /// The day for which more could be bought or made, if begun today: the end of the lead time. None where that can't be had.
    pub capable_on: Option<NaiveDate>,
}

impl Wanted {
    /// So much on this day, from what is there and on its way.
    #[must_use]
    pub fn new(quantity: Decimal, on: NaiveDate) -> Wanted {
        Wanted { quantity, on, capable_on: None }
    }

    /// The same, and more can be had on this day.
    #[must_use]
    pub fn capable_on(mut self, date: NaiveDate) -> Wanted {
        self.capable_on = Some(date);
        self
    }
}

/// When what is wanted can be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capable {
    /// As early as possible, in parts: the day and how much more.
    pub parts: Vec<(NaiveDate, Decimal)>,
    /// The day from which on all of it can be delivered at once; none when something is missing.
    pub whole: Option<NaiveDate>,
    /// What has to be bought or made anew; it is the last part.
    pub anew: Decimal,
    /// What can't be delivered on any day.
    pub missing: Decimal,
}

/// The days on which what is wanted can be delivered: from stock, from receipts that are on their way, and, where that is not enough,
/// by buying or making more. Bookings of days past are still owed today.
///
/// # Errors
/// As [`available_to_promise`], when nothing is wanted, when a day lies before today that can't: that of the wish, of a receipt (say
/// anew when it comes), or the end of a lead time.
///
/// ```
/// use fondaco_inventory::ordering::{Wanted, capable_dates};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// let (today, in_june) = (day("2026-05-04")?, day("2026-06-01")?);
/// let receipts = [(day("2026-05-20")?, 40.into())];
/// let booked = [(day("2026-05-10")?, 25.into())];
/// let wanted = Wanted::new(60.into(), day("2026-05-06")?).capable_on(in_june);
/// let dates = capable_dates(today, 30.into(), &receipts, &booked, &wanted)?;
/// assert_eq!(dates.parts, [(wanted.on, 5.into()), (day("2026-05-20")?, 40.into()), (in_june, 15.into())]);
/// assert_eq!((dates.whole, dates.anew, dates.missing), (Some(in_june), 15.into(), 0.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn capable_dates(
    today: NaiveDate,
    on_hand: Decimal,
    receipts: &[(NaiveDate, Decimal)],
    booked: &[(NaiveDate, Decimal)],
    wanted: &Wanted,
) -> Result<Capable, KernelError> {
    let quantity = positive("quantity", wanted.quantity)?;
    not_before(today, "on", wanted.on)?;
    let mut days = BTreeMap::from([(today, [Decimal::ZERO; 2]), (wanted.on, [Decimal::ZERO; 2])]);
    for (index, (date, received)) in receipts.iter().enumerate() {
        not_before(today, "receipts", *date).map_err(|error| error.at(index))?;
        let received = not_negative("receipts", *received).map_err(|error| error.at(index))?;
        let [sum, _] = days.entry(*date).or_default();
        *sum = add("receipts", *sum, received)?;
    }
    for (index, (date, booking)) in booked.iter().enumerate() {
        let booking = not_negative("booked", *booking).map_err(|error| error.at(index))?;
        let [_, sum] = days.entry((*date).max(today)).or_default();
        *sum = add("booked", *sum, booking)?;
    }
    let [receipts, booked] = [0, 1].map(|of| days.values().map(|day| day[of]).collect::<Vec<_>>());
    let atp = available_to_promise(on_hand, &receipts, &booked)?;
    let from_supply = days.keys().enumerate().filter(|(_, day)| **day >= wanted.on);
    let from_supply = from_supply.map(|(bucket, day)| (*day, atp.promisable(bucket)));
    shared_out(quantity, from_supply, wanted, today)
}

/// The parts of a quantity: what becomes promisable day by day, and the rest anew.
fn shared_out(
    quantity: Decimal,
    from_supply: impl Iterator<Item = (NaiveDate, Decimal)>,
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<Capable, KernelError> {
    let capable_on = match wanted.capable_on {
        Some(date) => Some(not_before(today, "capable_on", date)?.max(wanted.on)),
        None => None,
    };
    let (mut parts, mut given) = (Vec::new(), Decimal::ZERO);
    for (day, promisable) in from_supply {
        let more = sub("quantity", promisable.min(quantity), given)?;
        // What comes after more can be had anew need not be waited for.
        let waits = capable_on.is_some_and(|capable| day > capable);
        if more > Decimal::ZERO && !waits {
            parts.push((day, more));
            given = add("quantity", given, more)?;
        }
    }
    let rest = sub("quantity", quantity, given)?;
    let (anew, missing) =
        if capable_on.is_some() { (rest, Decimal::ZERO) } else { (Decimal::ZERO, rest) };
    if let Some(date) = capable_on.filter(|_| !rest.is_zero()) {
        match parts.last_mut().filter(|(day, _)| *day == date) {
            Some((_, part)) => *part = add("quantity", *part, rest)?,
            None => parts.push((date, rest)),
        }
    }
    let last = parts.last().map(|(day, _)| *day);
    Ok(Capable { parts, whole: last.filter(|_| missing.is_zero()), anew, missing })
}

/// A day that is not over yet.
fn not_before(
    today: NaiveDate,
    field: &'static str,
    date: NaiveDate,
) -> Result<NaiveDate, KernelError> {
    if date >= today {
        return Ok(date);
    }
    Err(KernelError::Contradiction {
        field,
        value: (date - today).num_days() as f64,
        other: "it lies so many days before today",
        way_out: "give a day that is not past",
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decs(values: &[i64]) -> Vec<Decimal> {
        values.iter().map(|value| Decimal::from(*value)).collect()
    }

    #[test]
    fn the_textbook_row() {
        let receipts = decs(&[0, 100, 0, 100, 0, 0, 100, 0]);
        let booked = decs(&[30, 35, 10, 25, 40, 0, 20, 5]);
        let atp = available_to_promise(50.into(), &receipts, &booked).unwrap();
        assert_eq!(atp.available, decs(&[20, 55, 0, 35, 0, 0, 75, 0]));
        assert_eq!(atp.cumulative, decs(&[20, 75, 75, 110, 110, 110, 185, 185]));
    }

    #[test]
    fn what_is_booked_beyond_all_receipts_is_not_promised_again() {
        let atp = available_to_promise(20.into(), &decs(&[0, 100]), &decs(&[30, 0])).unwrap();
        assert_eq!(atp.available, decs(&[-10, 100]));
        assert_eq!((atp.promisable(0), atp.promisable(1)), (0.into(), 90.into()));
    }

    #[test]
    fn stock_below_zero_is_owed_first() {
        let atp = available_to_promise((-5).into(), &decs(&[0, 8]), &decs(&[0, 0])).unwrap();
        assert_eq!((atp.promisable(0), atp.promisable(1)), (0.into(), 3.into()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |receipts: &[i64], booked: &[i64]| {
            available_to_promise(0.into(), &decs(receipts), &decs(booked)).unwrap_err().to_string()
        };
        assert_eq!(refused(&[], &[]), "receipts has 0 values: give at least 1");
        assert!(refused(&[1], &[]).starts_with("booked is 0, but receipts have another number"));
        assert!(refused(&[1, -1], &[0, 0]).starts_with("row 1 (counted from 0): receipts is -1"));
        let (today, before) = ("2026-03-02".parse().unwrap(), "2026-03-01".parse().unwrap());
        let dates = |receipts: &[(NaiveDate, Decimal)], wanted| {
            capable_dates(today, 1.into(), receipts, &[], &wanted).unwrap_err().to_string()
        };
        assert!(dates(&[], Wanted::new(1.into(), before)).starts_with("on is -1, but it lies"));
        assert!(dates(&[(before, 1.into())], Wanted::new(1.into(), today)).starts_with("row 0"));
        assert!(dates(&[], Wanted::new(0.into(), today)).starts_with("quantity is 0"));
    }

    #[test]
    fn what_cannot_be_had_is_missing() {
        let today = "2026-03-02".parse().unwrap();
        let wanted = Wanted::new(10.into(), today);
        let dates = capable_dates(today, 4.into(), &[], &[], &wanted).unwrap();
        assert_eq!((dates.parts.len(), dates.whole, dates.missing), (1, None, 6.into()));
    }

    proptest! {
        /// The naive model: stock day by day. What is promisable can be taken without any later day falling below zero, or further
        /// below it, and not one piece more.
        #[test]
        fn no_more_is_promised_than_there_is_at_any_date(
            on_hand in -20i64..60,
            buckets in prop::collection::vec((prop_oneof![Just(0i64), 0i64..50], 0i64..40), 1..14)
        ) {
            let (receipts, booked): (Vec<i64>, Vec<i64>) = buckets.into_iter().unzip();
            let atp = available_to_promise(on_hand.into(), &decs(&receipts), &decs(&booked)).unwrap();
            let mut stock = on_hand;
            let left: Vec<i64> = receipts.iter().zip(&booked).map(|(received, wanted)| {
                stock += received - wanted;
                stock
            }).collect();
            for bucket in 0..left.len() {
                let spare = left[bucket..].iter().min().copied().unwrap_or(0).max(0);
                prop_assert_eq!(atp.promisable(bucket), Decimal::from(spare));
            }
        }

        #[test]
        fn parts_are_what_was_wanted_and_break_no_booking(
            on_hand in 0i64..40, quantity in 1i64..120, on in 0u64..20, lead in prop::option::of(0u64..30),
            receipts in prop::collection::vec((0u64..25, 0i64..40), 0..6),
            booked in prop::collection::vec((0u64..25, 0i64..30), 0..6)
        ) {
            let today: NaiveDate = "2026-03-02".parse().unwrap();
            let dated = |rows: &[(u64, i64)]| -> Vec<(NaiveDate, Decimal)> {
                rows.iter().map(|(day, much)| (today + chrono::Days::new(*day), (*much).into())).collect()
            };
            let mut wanted = Wanted::new(quantity.into(), today + chrono::Days::new(on));
            wanted.capable_on = lead.map(|days| today + chrono::Days::new(days));
            let dates = capable_dates(today, on_hand.into(), &dated(&receipts), &dated(&booked), &wanted).unwrap();
            let parts: Decimal = dates.parts.iter().map(|(_, part)| *part).sum();
            prop_assert_eq!(parts + dates.missing, quantity.into());
            prop_assert!(dates.parts.is_sorted_by(|a, b| a.0 < b.0));
            let left = |with: &[(NaiveDate, Decimal)], day: NaiveDate| -> Decimal {
                let until = |rows: &[(NaiveDate, Decimal)]| -> Decimal {
                    rows.iter().filter(|(at, _)| *at <= day).map(|(_, much)| *much).sum()
                };
                Decimal::from(on_hand) + until(&dated(&receipts)) - until(&dated(&booked)) - until(with)
            };
            let mut from_supply = dates.parts.clone();
            if let Some((_, last)) = from_supply.last_mut() {
                *last -= dates.anew;
            }
            for day in (0..32).map(|day| today + chrono::Days::new(day)) {
                prop_assert!(left(&from_supply, day) >= left(&[], day).min(Decimal::ZERO));
            }
        }
    }
}
