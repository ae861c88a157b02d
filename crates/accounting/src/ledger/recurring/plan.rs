//! A recurring entry with all its terms: which occurrence comes when, and what it posts.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::calendar::{self, Calendar, CalendarError, CalendarRefusal};
use fondaco_core::due::Due;
use fondaco_core::{Range, Reading, Timestamp, Tx};
use smol_str::{SmolStr, format_smolstr};

use super::version::{self, Version};
use super::{Occurrence, RECURRING, Recurring, RecurringStatus, RecurringTerms, RecurringVersion};
use crate::ledger::reversing::start_of;
use crate::ledger::{LedgerError, NewEntry};

pub(super) struct Plan {
    pub(super) recurring: Recurring,
    /// By start.
    terms: Vec<Arc<Version>>,
    /// The calendars that they name, as far as there are such.
    calendars: BTreeMap<SmolStr, Calendar>,
}

impl Plan {
    /// Reads it; the decision rests on all of it.
    pub(super) fn load(tx: &mut Tx<'_>, code: &str) -> Result<Plan, LedgerError> {
        let recurring = tx.get::<Recurring>(&code.into())?;
        let recurring = recurring.ok_or_else(|| unknown(code))?;
        let terms = version::versions(tx, &recurring.code)?;
        Plan::of(&recurring, terms).with_calendars(|code| tx.calendar(code))
    }

    /// Reads it for people.
    pub(super) fn peek(read: &mut impl Reading, code: &str) -> Result<Plan, LedgerError> {
        let recurring = read.peek::<Recurring>(&code.into())?.ok_or_else(|| unknown(code))?;
        let rows = read.peek_scan(&Range::<RecurringVersion>::by_key(&recurring.code))?;
        Plan::of(&recurring, version::of_rows(&rows)?)
            .with_calendars(|code| calendar::find(read, code))
    }

    pub(super) fn new(
        tx: &mut Tx<'_>,
        recurring: Recurring,
        terms: RecurringTerms,
    ) -> Result<Plan, LedgerError> {
        Plan::of(&recurring, vec![Version::new(terms)]).with_calendars(|code| tx.calendar(code))
    }

    fn of(recurring: &Recurring, terms: Vec<Arc<Version>>) -> Plan {
        Plan { recurring: recurring.clone(), terms, calendars: BTreeMap::new() }
    }

    /// With the calendars that its terms name. One that is not there is missed by whoever needs it.
    fn with_calendars(
        mut self,
        mut find: impl FnMut(&str) -> Result<Calendar, CalendarRefusal>,
    ) -> Result<Plan, LedgerError> {
        for days in self.terms.iter().filter_map(|of| of.terms.business_days.as_ref()) {
            if self.calendars.contains_key(&days.calendar) {
                continue;
            }
            match find(&days.calendar) {
                Ok(calendar) => drop(self.calendars.insert(days.calendar.clone(), calendar)),
                Err(CalendarRefusal::Halt(halt)) => return Err(halt.into()),
                Err(_) => {}
            }
        }
        Ok(self)
    }

    /// Has these terms from their start on, in place of whatever was to come then.
    pub(super) fn change(
        mut self,
        tx: &mut Tx<'_>,
        terms: RecurringTerms,
    ) -> Result<Plan, LedgerError> {
        self.terms.retain(|known| known.terms.start() < terms.start());
        self.terms.push(Version::new(terms));
        self.with_calendars(|code| tx.calendar(code))
    }

    /// The terms that an occurrence of `date` has, or would have.
    pub(super) fn terms_on(&self, date: NaiveDate) -> Option<&RecurringTerms> {
        self.version_on(date).map(|version| &version.terms)
    }

    fn version_on(&self, date: NaiveDate) -> Option<&Version> {
        self.terms.iter().rev().map(Arc::as_ref).find(|of| of.terms.start() <= date)
    }

    /// The terms that are in force, or will be.
    pub(super) fn terms_now(&self) -> Option<&RecurringTerms> {
        let date = self.recurring.next.or(self.recurring.done_until);
        date.and_then(|date| self.terms_on(date)).or(self.terms.first().map(|of| &of.terms))
    }

    /// The terms that are in force, and those that will be.
    pub(super) fn terms_to_come(&self) -> impl Iterator<Item = &RecurringTerms> {
        let now = self.terms_now().map(RecurringTerms::start);
        self.terms.iter().map(|of| &of.terms).filter(move |terms| Some(terms.start()) >= now)
    }

    /// The first date after `after` that the rules give, posted, skipped or neither.
    pub(super) fn first_after(&self, after: Option<NaiveDate>) -> Option<NaiveDate> {
        let next_start = self.terms.iter().skip(1).map(|of| Some(of.terms.start()));
        for (version, until) in self.terms.iter().zip(next_start.chain([None])) {
            let start = version.terms.start();
            let from = match after {
                Some(after) => after.succ_opt()?.max(start),
                None => start,
            };
            let date = version.date_from(from);
            if let Some(date) = date.filter(|date| until.is_none_or(|until| *date < until)) {
                return Some(date).filter(|date| self.recurring.end.is_none_or(|end| *date <= end));
            }
        }
        None
    }

    /// Whether the rules give this date.
    pub(super) fn falls_on(&self, date: NaiveDate) -> bool {
        let eve = date.pred_opt();
        eve.is_some_and(|eve| self.first_after(Some(eve)) == Some(date))
    }

    /// The first date after `after` that nothing has become of yet.
    pub(super) fn first_open(
        &self,
        after: Option<NaiveDate>,
        mut is_done: impl FnMut(NaiveDate) -> Result<bool, LedgerError>,
    ) -> Result<Option<NaiveDate>, LedgerError> {
        let mut next = self.first_after(after);
        while let Some(date) = next {
            if !is_done(date)? {
                break;
            }
            next = self.first_after(Some(date));
        }
        Ok(next)
    }

    /// Until when nothing is left to do, if all is passed over that was to be posted before today: by the days on which occurrences
    /// are posted, not by those that the rule gives.
    pub(super) fn done_without_missed(
        &self,
        today: NaiveDate,
    ) -> Result<Option<NaiveDate>, LedgerError> {
        let (mut done, mut through) = (self.recurring.done_until, today.pred_opt());
        while let Some(date) = self.first_after(done) {
            if self.day_of(date)? >= today {
                through = through.min(date.pred_opt());
                break;
            }
            done = Some(date);
        }
        Ok(done.max(through))
    }

    /// The day on which the occurrence of `date` is posted.
    pub(super) fn day_of(&self, date: NaiveDate) -> Result<NaiveDate, LedgerError> {
        let Some(days) = self.terms_on(date).and_then(|terms| terms.business_days.as_ref()) else {
            return Ok(date);
        };
        let code = &days.calendar;
        let calendar = self.calendars.get(code);
        let calendar = calendar.ok_or_else(|| CalendarError::Undefined { code: code.clone() })?;
        Ok(calendar.roll(date, days.roll)?)
    }

    /// The entry that the occurrence of `date` posts on its own day.
    pub(super) fn entry_of(&self, date: NaiveDate) -> Result<NewEntry, LedgerError> {
        let none = || LedgerError::NoOccurrence { code: self.recurring.code.clone(), date };
        let version = self.version_on(date).ok_or_else(none)?;
        let amounts = version.amounts(date)?.ok_or_else(none)?;
        let mut entry = version.terms.entry.clone();
        let day = self.day_of(date)?;
        let moved = day - entry.date;
        let shift = |date: Option<NaiveDate>| date.and_then(|date| date.checked_add_signed(moved));
        entry.document_date = shift(entry.document_date);
        entry.due_date = shift(entry.due_date);
        entry.date = day;
        let source = || format_smolstr!("recurring/{}/{date}", self.recurring.code);
        entry.source.get_or_insert_with(source);
        for (posting, amount) in entry.postings.iter_mut().zip(amounts) {
            posting.amount = amount;
            posting.due_date = shift(posting.due_date);
        }
        Ok(entry)
    }

    /// Finds the next occurrence and puts it on the queue, or takes it off, and stores how things stand. An item is not put
    /// there for `not_before` or earlier: two occurrences may roll onto one day.
    pub(super) fn settle(
        mut self,
        tx: &mut Tx<'_>,
        not_before: Option<Timestamp>,
    ) -> Result<Recurring, LedgerError> {
        let code = self.recurring.code.clone();
        self.recurring.next = self.first_open(self.recurring.done_until, |date| {
            Ok(tx.get::<Occurrence>(&(code.clone(), date))?.is_some())
        })?;
        let Some(next) = self.recurring.next else {
            self.recurring.status = RecurringStatus::Ended;
            tx.cancel_due(RECURRING, &code)?;
            return Ok(self.recurring);
        };
        if self.recurring.status == RecurringStatus::Active {
            let day = start_of(tx, self.day_of(next)?)?;
            let later = not_before.and_then(|at| Timestamp::from_micros(at.micros() + 1));
            let at = later.map_or(day, |later| later.max(day));
            tx.due(Due::new(RECURRING, code, at))?;
        } else {
            tx.cancel_due(RECURRING, &code)?;
        }
        Ok(self.recurring)
    }
}

pub(super) fn unknown(code: &str) -> LedgerError {
    LedgerError::UnknownRecurring { code: code.into() }
}
