//! Which lots to take: first expired, first in, last in, nearest. What is past its expiry is never taken.

use std::cmp::Ordering;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::KernelError;
use crate::error::finite;
use crate::exact::{float, not_negative, sub};

/// What lies somewhere and may be picked: a lot in a bin, or one serial number.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Lot {
    /// How much of it is free to be picked.
    pub quantity: Decimal,
    /// The last day on which it is good; none: it does not spoil.
    pub expires: Option<NaiveDate>,
    /// The day it came in.
    pub received: Option<NaiveDate>,
    /// How far away it lies, in any unit.
    pub distance: Option<f64>,
    /// Whether it is one piece with a number of its own, which is taken whole or not at all.
    pub serial: bool,
}

impl Lot {
    /// So much, that does not spoil and lies anywhere.
    #[must_use]
    pub fn new(quantity: Decimal) -> Lot {
        Lot { quantity, expires: None, received: None, distance: None, serial: false }
    }

    /// One piece with a serial number.
    #[must_use]
    pub fn serial() -> Lot {
        Lot { serial: true, ..Lot::new(Decimal::ONE) }
    }

    /// The same, good up to and on this day.
    #[must_use]
    pub fn expires(mut self, date: NaiveDate) -> Lot {
        self.expires = Some(date);
        self
    }

    /// The same, come in on this day.
    #[must_use]
    pub fn received(mut self, date: NaiveDate) -> Lot {
        self.received = Some(date);
        self
    }

    /// The same, so far away.
    #[must_use]
    pub fn at_distance(mut self, distance: f64) -> Lot {
        self.distance = Some(distance);
        self
    }
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PickBy {
    /// What expires first, then what came first; what does not spoil comes last (FEFO).
    #[default]
    FirstExpired,
    /// What came first, then what expires first (FIFO); what came on no known day comes last.
    FirstIn,
    /// What came last (LIFO); what came on no known day comes last.
    LastIn,
    /// What lies nearest, then what expires first; what lies nowhere known comes last.
    Nearest,
}

/// How to pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PickRule {
    /// What comes first. Of what is equal, the order given decides.
    pub by: PickBy,
    /// The day of the picking.
    pub today: NaiveDate,
    /// How many days a lot must still be good, counted from today.
    pub min_remaining_days: u32,
}

impl PickRule {
    /// By this strategy, on this day, whatever is still good.
    #[must_use]
    pub fn new(by: PickBy, today: NaiveDate) -> PickRule {
        PickRule { by, today, min_remaining_days: 0 }
    }

    /// The same, only what is good for so many more days.
    #[must_use]
    pub fn good_for(mut self, days: u32) -> PickRule {
        self.min_remaining_days = days;
        self
    }

    /// Why a lot may not be taken.
    fn unfit(&self, lot: &Lot) -> Option<Unfit> {
        let remaining_days = (lot.expires? - self.today).num_days();
        let least_days = self.min_remaining_days;
        match remaining_days {
            ..0 => Some(Unfit::Expired { days: remaining_days.unsigned_abs() }),
            days if days < i64::from(least_days) => {
                Some(Unfit::TooOld { remaining_days, least_days })
            }
            _ => None,
        }
    }
}

/// Why a lot was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It is past its expiry.
    Expired {
        /// By how many days.
        days: u64,
    },
    /// It is not good for long enough.
    TooOld {
        /// How many days it is still good.
        remaining_days: i64,
        /// How many it should be.
        least_days: u32,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Expired { .. } => f.write_str("expired"),
            Unfit::TooOld { remaining_days, least_days } => {
                write!(f, "remaining life {remaining_days} < {least_days}")
            }
        }
    }
}

/// How much to take of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pick {
    /// Which lot, by its place in what was given.
    pub lot: usize,
    /// How much.
    pub quantity: Decimal,
}

/// A lot that may not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Which lot, by its place in what was given.
    pub lot: usize,
    /// Why.
    pub why: Unfit,
}

/// What to take, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picking {
    /// What to take, in this order.
    pub picks: Vec<Pick>,
    /// Which lots may not be taken, in the order given.
    pub left_out: Vec<LeftOut>,
    /// How much of the need the lots don't cover.
    pub missing: Decimal,
}

/// Picks a need from lots: exactly so much, or what there is, with what is missing. Numbered pieces are taken whole, so that a part
/// of a piece can be missing while others lie there.
///
/// # Errors
/// When the need or a lot is below zero, a numbered piece is not 1, or a distance is no number.
///
/// ```
/// use fondaco_inventory::ordering::{Lot, PickRule, PickBy, pick};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>();
/// let lots = [
///     Lot::new(50.into()).expires(day("2026-02-20")?), // over
///     Lot::new(7.into()).expires(day("2026-04-01")?),
///     Lot::new(4.into()).expires(day("2026-03-15")?),
///     Lot::new(100.into()), // does not spoil
/// ];
/// let rule = PickRule::new(PickBy::FirstExpired, day("2026-03-01")?);
/// let picking = pick(15.into(), &lots, &rule)?;
/// let picks: Vec<_> = picking.picks.iter().map(|pick| (pick.lot, pick.quantity)).collect();
/// assert_eq!(picks, [(2, 4.into()), (1, 7.into()), (3, 4.into())]);
/// assert_eq!((picking.left_out[0].lot, picking.missing), (0, 0.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pick(need: Decimal, lots: &[Lot], rule: &PickRule) -> Result<Picking, KernelError> {
    let mut missing = not_negative("need", need)?;
    let (mut fit, mut left_out) = (Vec::with_capacity(lots.len()), Vec::new());
    for (lot, of) in lots.iter().enumerate() {
        checked(of).map_err(|error| error.at(lot))?;
        match rule.unfit(of) {
            Some(why) => left_out.push(LeftOut { lot, why }),
            None => fit.push(lot),
        }
    }
    fit.sort_by(|a, b| rule.by.order(&lots[*a], &lots[*b]));
    let mut picks = Vec::new();
    for lot in fit {
        if missing.is_zero() {
            break;
        }
        let of = &lots[lot];
        let quantity = of.quantity.min(missing);
        let is_part = of.serial && quantity < of.quantity;
        if !quantity.is_zero() && !is_part {
            missing = sub("need", missing, quantity)?;
            picks.push(Pick { lot, quantity });
        }
    }
    Ok(Picking { picks, left_out, missing })
}

fn checked(lot: &Lot) -> Result<(), KernelError> {
    let quantity = not_negative("quantity", lot.quantity)?;
    if lot.serial && quantity != Decimal::ONE {
        return Err(KernelError::Contradiction {
            field: "quantity",
            value: float(quantity),
            other: "a serial number is one piece",
            way_out: "give each piece a row of its own",
        });
    }
    lot.distance.map_or(Ok(()), |distance| finite("distance", distance).map(drop))
}

impl PickBy {
    fn order(self, a: &Lot, b: &Lot) -> Ordering {
        let expiry = || earliest(a.expires, b.expires);
        let arrival = || earliest(a.received, b.received);
        match self {
            PickBy::FirstExpired => expiry().then_with(arrival),
            PickBy::FirstIn => arrival().then_with(expiry),
            // None is less than any day, so it comes last here.
            PickBy::LastIn => b.received.cmp(&a.received).then_with(expiry),
            PickBy::Nearest => {
                let far = |lot: &Lot| lot.distance.unwrap_or(f64::INFINITY);
                far(a).total_cmp(&far(b)).then_with(expiry).then_with(arrival)
            }
        }
    }
}

/// The earlier day first, no day last.
fn earliest(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Ordering {
    (a.is_none(), a).cmp(&(b.is_none(), b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn taken(need: i64, lots: &[Lot], rule: &PickRule) -> Vec<usize> {
        pick(need.into(), lots, rule).unwrap().picks.iter().map(|pick| pick.lot).collect()
    }

    #[test]
    fn a_lot_is_good_on_its_last_day_and_not_after() {
        let lots = [Lot::new(1.into()).expires(day(10))];
        let on = |day| taken(1, &lots, &PickRule::new(PickBy::FirstExpired, day)).len();
        assert_eq!((on(day(10)), on(day(11))), (1, 0));
        let rule = PickRule::new(PickBy::FirstExpired, day(1));
        assert_eq!(taken(1, &lots, &rule.good_for(9)).len(), 1);
        let picking = pick(1.into(), &lots, &rule.good_for(10)).unwrap();
        assert_eq!(picking.left_out[0].why.to_string(), "remaining life 9 < 10");
    }

    #[test]
    fn each_strategy_has_its_order() {
        let lots = [
            Lot::new(1.into()).received(day(3)).expires(day(20)).at_distance(2.0),
            Lot::new(1.into()).received(day(1)).expires(day(30)).at_distance(9.0),
            Lot::new(1.into()),
            Lot::new(1.into()).received(day(2)).expires(day(20)).at_distance(2.0),
        ];
        let by = |by| taken(4, &lots, &PickRule::new(by, day(5)));
        assert_eq!(by(PickBy::FirstExpired), [3, 0, 1, 2]);
        assert_eq!(by(PickBy::FirstIn), [1, 3, 0, 2]);
        assert_eq!(by(PickBy::LastIn), [0, 3, 1, 2]);
        assert_eq!(by(PickBy::Nearest), [3, 0, 1, 2]);
    }

    #[test]
    fn a_numbered_piece_is_not_cut() {
        let lots = [Lot::serial(), Lot::serial()];
        let rule = PickRule::new(PickBy::FirstIn, day(1));
        let picking = pick(Decimal::new(15, 1), &lots, &rule).unwrap();
        assert_eq!((picking.picks.len(), picking.missing), (1, Decimal::new(5, 1)));
        let mut two = Lot::serial();
        two.quantity = 2.into();
        let error = pick(1.into(), &[two], &rule).unwrap_err();
        assert!(error.to_string().contains("quantity is 2, but a serial number is one piece"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let rule = PickRule::new(PickBy::Nearest, day(1));
        assert!(pick((-1).into(), &[], &rule).is_err());
        assert!(pick(1.into(), &[Lot::new((-1).into())], &rule).is_err());
        assert!(pick(1.into(), &[Lot::new(1.into()).at_distance(f64::NAN)], &rule).is_err());
        assert_eq!(pick(0.into(), &[Lot::new(1.into())], &rule).unwrap().picks, []);
    }

    proptest! {
        #[test]
        fn exactly_the_need_is_taken_or_the_missing_said_and_nothing_expired(
            need in 0i64..200, at in 0usize..4, least in 0u32..9,
            lots in prop::collection::vec((0i64..40, prop::option::of(1u32..28), 1u32..28, 0u32..9), 0..12)
        ) {
            let strategies =
                [PickBy::FirstExpired, PickBy::FirstIn, PickBy::LastIn, PickBy::Nearest];
            let rule = PickRule::new(strategies[at], day(14)).good_for(least);
            let lots: Vec<Lot> = lots.into_iter().map(|(quantity, expires, received, distance)| {
                let mut lot = Lot::new(quantity.into()).received(day(received)).at_distance(distance.into());
                lot.expires = expires.map(day);
                lot
            }).collect();
            let picking = pick(need.into(), &lots, &rule).unwrap();
            let taken: Decimal = picking.picks.iter().map(|pick| pick.quantity).sum();
            prop_assert_eq!(taken + picking.missing, need.into());
            let is_fit = |lot: &Lot| lot.expires.is_none_or(|date| (date - day(14)).num_days() >= i64::from(least));
            let fit: Decimal = lots.iter().filter(|lot| is_fit(lot)).map(|lot| lot.quantity).sum();
            prop_assert_eq!(picking.missing, (Decimal::from(need) - fit).max(0.into()));
            let mut seen = vec![false; lots.len()];
            for pick in &picking.picks {
                prop_assert!(!std::mem::replace(&mut seen[pick.lot], true));
                prop_assert!(is_fit(&lots[pick.lot]) && pick.quantity > 0.into());
                prop_assert!(pick.quantity <= lots[pick.lot].quantity);
            }
        }
    }
}
