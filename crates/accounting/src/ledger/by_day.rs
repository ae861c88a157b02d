//! Limits that hold at the end of every day: what is dated before other entries takes from their days too.
//!
//! A limit over all dates needs one sum. By day it needs what lies on each later day, so a posting that takes from an account
//! with postings of later days reads those, and rests on them: who posts to such an account at the same time takes turns.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use fondaco_core::tx::{self, Cell, Pending};
use fondaco_core::{Currency, Halt, Range, Tx};
use smol_str::SmolStr;

use super::gate::AccountLimit;
use super::running::on_side;
use super::spending::held;
use super::totals::Layer;
use super::{LedgerError, Period, Posting, Side, Totals};
use crate::parallel::ledger_of;

/// An account in one currency.
pub(crate) type Of = (SmolStr, Currency);

/// What gives room to an account on a day, or takes it: negative.
#[derive(Clone)]
pub(crate) struct Moved {
    pub(super) of: Of,
    pub(super) date: NaiveDate,
    pub(super) room: i64,
}

/// What a batch does to accounts whose limits hold by day.
#[derive(Default)]
pub(crate) struct ByDay {
    /// In order, to be taken back.
    moved: Vec<Moved>,
    /// The same, added up.
    days: BTreeMap<Of, BTreeMap<NaiveDate, i128>>,
    /// What the store has on days after a day.
    later: BTreeMap<Of, (NaiveDate, BTreeMap<NaiveDate, i128>)>,
}

impl AccountLimit {
    /// What a posting does to what is left: positive where it gives room.
    pub(super) fn room_by(self, layer: Layer, side: Side, units: i64) -> i64 {
        match (side == self.side(), layer) {
            (true, _) => units.saturating_neg(),
            (false, Layer::Posted) => units,
            (false, Layer::Pending) => 0,
        }
    }
}

impl ByDay {
    /// Counts what is posted or held.
    pub(super) fn count(&mut self, moved: Moved) {
        self.add(&moved, 1);
        self.moved.push(moved);
    }

    fn add(&mut self, moved: &Moved, sign: i128) {
        let days = self.days.entry(moved.of.clone()).or_default();
        *days.entry(moved.date).or_default() += sign * i128::from(moved.room);
    }

    /// Whether the account stays within its limit at the end of this day and of each later one; `totals` have what is left in the end,
    /// with all that the batch did.
    ///
    /// # Errors
    /// [`LedgerError::ExceedsOnDay`], or a [`Halt`].
    pub(super) fn judge(
        &mut self,
        tx: &mut Tx<'_>,
        (totals, cell): (&mut tx::Running<Totals>, Cell),
        (of, limit): (&Of, AccountLimit),
        date: NaiveDate,
    ) -> Result<(), LedgerError> {
        let mut later = self.stored(tx, of, limit, date)?;
        let of_batch = self.days.get(of).into_iter().flatten();
        for (day, room) in of_batch.filter(|(day, _)| **day > date) {
            *later.entry(*day).or_default() += room;
        }
        if later.is_empty() {
            return Ok(()); // the last day is judged with all of them
        }
        totals.rest_on(tx, cell)?;
        let mut left = totals.value(tx, cell, Totals::headroom(limit.side()))?;
        let mut least: Option<(i128, NaiveDate)> = None;
        let days = later.iter().rev().map(|(date, moved)| (*date, *moved)).chain([(date, 0)]);
        for (day, moved) in days {
            if left < 0 && least.is_none_or(|(least, _)| left <= least) {
                least = Some((left, day));
            }
            left -= moved;
        }
        match least {
            None => Ok(()),
            Some((missing, date)) => {
                let (code, currency) = of.clone();
                let over = i64::try_from(missing.unsigned_abs()).unwrap_or(i64::MAX);
                let over = super::Amount::from_units(over).money(currency);
                Err(LedgerError::ExceedsOnDay { code, limit, date, over })
            }
        }
    }

    /// What the store has of an account on days after this one; the act rests on there being no more.
    fn stored(
        &mut self,
        tx: &mut Tx<'_>,
        of: &Of,
        limit: AccountLimit,
        date: NaiveDate,
    ) -> Result<BTreeMap<NaiveDate, i128>, LedgerError> {
        let known = self.later.get(of).filter(|(from, _)| *from <= date);
        if let Some((_, days)) = known {
            let later = days.iter().filter(|(day, _)| **day > date);
            return Ok(later.map(|(day, room)| (*day, *room)).collect());
        }
        let mut days: BTreeMap<NaiveDate, i128> = BTreeMap::new();
        let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
        let periods = tx.scan(&Range::<Period>::all())?;
        for period in periods.iter().filter(|period| period.end > date) {
            let range = Range::by(Posting::BY_ACCOUNT, &(of.0.clone(), period.period));
            for posting in tx.scan(&range.from(&next))? {
                // Of what one ledger has alone no totals are kept.
                if posting.currency == of.1 && ledger_of(&posting.dimensions).is_none() {
                    let units = on_side(posting.side, posting.amount);
                    let room = limit.room_by(Layer::Posted, posting.side, units);
                    *days.entry(posting.date).or_default() += i128::from(room);
                }
            }
        }
        for (pending, line) in held(tx, &of.0)? {
            if pending.date > date && line.currency == of.1 {
                let units = line.amount.units().saturating_abs();
                let room = limit.room_by(Layer::Pending, line.side, units);
                *days.entry(pending.date).or_default() += i128::from(room);
            }
        }
        self.later.insert(of.clone(), (date, days.clone()));
        Ok(days)
    }
}

impl Pending for ByDay {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.moved.len()
    }
    fn back_to(&mut self, mark: usize) {
        for moved in self.moved.split_off(mark.min(self.moved.len())) {
            self.add(&moved, -1);
        }
    }
    fn finish(self, _: &mut Tx<'_>) -> Result<(), Halt> {
        Ok(())
    }
}
