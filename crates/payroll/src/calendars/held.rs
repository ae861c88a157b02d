//! Which definition of a pay group governs a day: that of the pay period in which the day lies.
//!
//! A definition that is said anew holds for whole periods: from a day on for those that end then or later, else for those whose regular run is
//! not approved. Hours, leave and what an hour is worth go by the same definition as the pay of their period.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DateRange, Range, Reading};
use smol_str::SmolStr;

use super::PayCalendar;
use super::group::{PayGroup, PayPeriod, pay_group};
use crate::PayrollError;
use crate::defined::Moment;

/// Days on which one definition of a pay group governs.
type Held = (DateRange, Arc<PayGroup>);

/// Pay groups as they hold for the periods of some days, read once.
#[derive(Debug, Default)]
pub(crate) struct HeldGroups {
    known: BTreeMap<SmolStr, Group>,
}

#[derive(Debug)]
struct Group {
    last: Arc<PayGroup>,
    open: Vec<Arc<PayPeriod>>,
    held: Vec<Held>,
}

impl HeldGroups {
    /// A pay group as it holds for the period in which a day lies.
    ///
    /// # Errors
    /// [`UnknownPayGroup`](super::PayCalendarError::UnknownPayGroup), or a [`Halt`](fondaco_core::Halt) to be passed on.
    pub(crate) fn on(
        &mut self,
        read: &mut impl Reading,
        code: &SmolStr,
        day: NaiveDate,
    ) -> Result<Arc<PayGroup>, PayrollError> {
        Ok(self.held(read, code, day)?.1)
    }

    /// Some days, parted where another definition begins to govern.
    ///
    /// # Errors
    /// As [`on`](HeldGroups::on).
    pub(crate) fn over(
        &mut self,
        read: &mut impl Reading,
        code: &SmolStr,
        days: DateRange,
    ) -> Result<Vec<Held>, PayrollError> {
        let (mut parts, mut next) = (Vec::new(), days.start());
        while let Some(day) = next.filter(|day| days.contains(*day)) {
            let (held, group) = self.held(read, code, day)?;
            let last = self.last_of(code, (day, held.end()));
            // Periods of two calendars may share days: each day is given once, as it is asked for.
            let part = DateRange::between(Some(day), last).ok().and_then(|of| of.intersect(days));
            parts.extend(part.map(|part| (part, group)));
            next = last.and_then(|last| last.succ_opt());
        }
        Ok(parts)
    }

    /// The last day of a period from a day on that is not of another one, which is open.
    fn last_of(
        &self,
        code: &SmolStr,
        (day, last): (NaiveDate, Option<NaiveDate>),
    ) -> Option<NaiveDate> {
        let open = self.known.get(code).map(|group| group.open.as_slice()).unwrap_or_default();
        let next = open.iter().map(|period| period.starts).filter(|starts| *starts > day).min();
        let before = next.and_then(|next| next.pred_opt());
        last.into_iter().chain(before).min()
    }

    fn held(
        &mut self,
        read: &mut impl Reading,
        code: &SmolStr,
        day: NaiveDate,
    ) -> Result<Held, PayrollError> {
        if !self.known.contains_key(code) {
            self.known.insert(code.clone(), Group::read(read, code)?);
        }
        match self.known.get_mut(code) {
            Some(group) => group.on(read, day),
            None => Ok((DateRange::day(day), pay_group(read, code)?)),
        }
    }
}

impl Group {
    fn read(read: &mut impl Reading, code: &SmolStr) -> Result<Group, PayrollError> {
        let last = pay_group(read, code)?;
        // What was said once holds for ever.
        let (open, held) = match last.history.is_empty() {
            true => (Vec::new(), vec![(DateRange::always(), last.clone())]),
            false => (read.peek_scan(&Range::<PayPeriod>::by_key(code))?, Vec::new()),
        };
        Ok(Group { last, open, held })
    }

    fn on(&mut self, read: &mut impl Reading, day: NaiveDate) -> Result<Held, PayrollError> {
        let days = match self.last.history.is_empty() {
            true => DateRange::always(),
            false => self.period_of(day),
        };
        if let Some(held) = self.held.iter().find(|(of, _)| *of == days) {
            return Ok(held.clone());
        }
        let (first, last) = (days.start().unwrap_or(day), days.end().unwrap_or(day));
        let moment = Moment::of(read, &self.last.code, (first, last), None)?;
        let held = (days, self.last.clone().at(&moment));
        self.held.push(held.clone());
        Ok(held)
    }

    /// The days of the period in which a day lies: of one that is open; else of the calendar that holds for the period's last day.
    fn period_of(&self, day: NaiveDate) -> DateRange {
        let open = self.open.iter().map(|period| period.days()).find(|days| days.contains(day));
        let reckoned = |calendar: &PayCalendar| {
            let days = calendar.days_of(calendar.index_of(day))?;
            (self.last.calendar_on(days.end()?) == calendar).then_some(days)
        };
        let reckoned = || self.last.calendars().into_iter().find_map(reckoned);
        open.or_else(reckoned).unwrap_or(DateRange::day(day))
    }
}
