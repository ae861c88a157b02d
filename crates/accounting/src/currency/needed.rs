//! A rate that is needed for what an account holds: it must be there, and no older than is allowed.

use chrono::NaiveDate;
use fondaco_core::{Currency, Reading, Timestamp};
use smol_str::SmolStr;

use super::{ExchangeError, FoundRate, RateQuery, find_rate};
use crate::ledger::LedgerError;
use crate::ledger::open_items::money;

/// Which rates may be taken.
#[derive(Debug, Clone)]
pub(super) struct Needed {
    pub(super) source: SmolStr,
    pub(super) known_at: Option<Timestamp>,
    /// How many days old a rate may be that holds until the next one; `None` for as many as its source says.
    pub(super) oldest: Option<u32>,
}

/// What an account holds of a currency, in units.
pub(super) type Holding<'a> = (&'a SmolStr, Currency, i128);

impl Needed {
    /// The rate of what is held in another currency, on a day.
    pub(super) fn find(
        &self,
        read: &mut impl Reading,
        (to, date): (Currency, NaiveDate),
        holding: Holding<'_>,
    ) -> Result<FoundRate, LedgerError> {
        let query = RateQuery::new(holding.1, to, date).source(self.source.clone());
        let found = find_rate(read, &RateQuery { known_at: self.known_at, ..query })?;
        let (account, from, units) = holding;
        let missing = || ExchangeError::NoClosingRate {
            code: self.source.clone(),
            from,
            to,
            date,
            account: account.clone(),
            held: money(units, from),
        };
        Ok(found.ok_or_else(missing)?)
    }

    /// Refuses a rate that began to hold too long ago.
    pub(super) fn check(
        &self,
        found: &FoundRate,
        (account, from, units): Holding<'_>,
    ) -> Result<(), ExchangeError> {
        found.check_age(self.oldest, (&self.source, account, money(units, from)))
    }
}
