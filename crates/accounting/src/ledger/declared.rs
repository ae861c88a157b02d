//! What accounts, journals, periods and entries declare.

use fondaco_core::engine::Part;
use fondaco_core::party::Holding;
use fondaco_core::store::Record;

use super::{
    Account, AccountBefore, Balance, Entry, EntryDetail, EntryKey, ImportClock, Journal, Period,
    Posting, REVERSAL, Reversal, Settings, Totals, reversing, verify,
};
use crate::rights;

pub(crate) static PART: Part = Part::new(&[
    Settings::TABLE,
    Account::TABLE,
    AccountBefore::TABLE,
    Journal::TABLE,
    Period::TABLE,
    Entry::TABLE,
    Posting::TABLE,
    Balance::TABLE,
    Totals::TABLE,
    EntryDetail::TABLE,
    EntryKey::TABLE,
    ImportClock::TABLE,
    Reversal::TABLE,
])
.permissions(&[
    &rights::SET_UP,
    &rights::OPEN_ACCOUNT,
    &rights::CHANGE_ACCOUNT,
    &rights::CLOSE_ACCOUNT,
    &rights::REOPEN_ACCOUNT,
    &rights::OPEN_JOURNAL,
    &rights::CHANGE_JOURNAL,
    &rights::OPEN_FISCAL_YEAR,
    &rights::LOCK_PERIOD,
    &rights::UNLOCK_PERIOD,
    &rights::LOCK_FOR_EVER,
    &rights::POST,
    &rights::POST_UNAPPROVED,
    &rights::POST_SOFT_LOCKED,
    &rights::REVERSE,
    &rights::ERASE_NOTES,
])
.holdings(&[Holding::of::<Entry>(), Holding::of::<Posting>(), Holding::of::<EntryDetail>()])
.on_due(&[(REVERSAL, reversing::reverse_as_planned)])
.verified_by(verify::of_part);
