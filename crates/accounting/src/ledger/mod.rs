//! The general ledger: what double entry is, kept exactly.
//!
//! An *entry* is a balanced whole, a *posting* one line of it: an amount on the debit or the credit side of an account.
//! Entries are facts: never changed, never deleted; a mistake is corrected by a reversal that is linked to it.
//!
//! # What always holds
//! - In every entry the debits equal the credits in the ledger's currency, and in every other currency too, unless the
//!   entry is a conversion.
//! - Every entry has a number in its journal, 1, 2, 3, ... without gaps in each fiscal year.
//! - The balance of an account that is kept by open items ([`open_items`](mod@open_items)) is the sum of what is open.
//! - The sums in [`Balance`] are the sums of the postings; [`verify`] recomputes them all.
//! - An entry lies in an open period, and each account it names was open on its date.
//!
//! # Two times
//! [`Entry::date`] is when it took effect in the business, [`Entry::recorded_at`] when we recorded it. Any balance can be
//! asked as of a date and as known at a time.
//!
//! # Commands
//! Plain structs that implement [`Act`](fondaco_core::Act): [`SetUp`], [`OpenAccounts`], [`OpenEach`], [`ChangeAccount`],
//! [`CloseAccount`], [`ReopenAccount`], [`OpenJournal`], [`ChangeJournal`], [`OpenFiscalYear`], [`LockPeriod`], [`SoftLockPeriod`],
//! [`UnlockPeriod`], [`Post`], [`PostMany`], [`PostEach`], [`Reverse`]; of
//! [`open_items`](mod@open_items) [`Clear`], [`Unclear`], [`PostClearing`]; for entries in two phases [`RecordPending`],
//! [`PostPending`], [`VoidPending`], and all of these in one batch [`RecordEach`]; [`PostReversing`], [`PlanReversal`],
//! [`CancelReversal`]; [`StartRecurring`], [`ChangeRecurring`], [`PauseRecurring`], [`ResumeRecurring`], [`EndRecurring`],
//! [`SkipRecurring`]; for [spending limits](mod@spending) [`SetSpendingLimit`], [`ChangeSpendingLimit`], [`EndSpendingLimit`],
//! [`PostExceeding`]; for entries that somebody else approves
//! [`PrepareDraft`], [`ChangeDraft`], [`SubmitDraft`], [`ApproveDraft`], [`RejectDraft`], [`DeleteDraft`]. What each may need
//! is in [`rights`]. The
//! [`act`](fondaco_core::Act::act) of each is a function over a [`Tx`](fondaco_core::Tx), so that a
//! host or another flow can do several in one commit. Those of exchange rates are in [`currency`](crate::currency).
//!
//! # Two phases, limits and keys
//! An entry may be [held](NewPending) before it is posted; an account may be [limited](AccountLimit), so that one of its
//! sides never exceeds the other, whoever posts at once; an entry may move [as much as there is](Balancing); items of a batch
//! may be [linked](NewEntry::linked); a host's [key](NewEntry::key) makes sure that nothing is posted twice.
//! The rules are TigerBeetle's.
//!
//! # What comes by the clock
//! Pending entries that expire, entries that reverse themselves, and entries that recur ([`recurring`]), are items of the
//! [due queue](fondaco_core::due): the [`ENGINE`] says who carries them out, [`tick`](fondaco_core::Office::tick) drives it.
//!
//! # Examples
//! The examples of this crate share the [`Books`](crate::Books) of a small firm in euro, with the
//! year 2026, the accounts 1000 Bank, 1010 Dollars and 1200 Customers under the heading 1,
//! 2200 Tax due, 3000 Capital, 4000 Sales and 5100 Rent, and the journals GEN and, by date, INV.
//! At 08:00 on 1 June three entries were recorded:
//!
//! | date | journal | debit | credit |
//! |---|---|---|---|
//! | 2026-01-02 | GEN | Bank 500 | Capital 500 |
//! | 2026-01-05 | INV | Customers 119 | Sales 100, Tax due 19 |
//! | 2026-02-01 | GEN | Rent 40 | Bank 40 |

pub(crate) mod account;
mod account_query;
pub(crate) mod approval;
mod balance;
mod by_day;
mod closing;
mod declared;
mod draft;
mod each;
mod entry;
mod error;
mod fold;
mod gate;
mod holdings;
mod journal;
mod judge;
mod known;
mod lookup;
mod movements;
mod notes;
mod open_each;
pub mod open_items;
mod options;
mod pages;
pub(crate) mod pending;
mod period;
mod post;
mod posted;
pub mod recurring;
mod reverse;
mod reversing;
pub mod rights;
mod rules;
mod running;
mod settings;
pub(crate) mod so_far;
pub mod spending;
mod stands;
mod totals;
pub(crate) mod tree;
mod verify;
mod weight;

pub use crate::engine::ENGINE;
pub use account::{
    Account, AccountClass, ChangeAccount, CloseAccount, Control, NewAccount, OpenAccounts, Place,
};
pub(crate) use account::{check_code, check_name};
pub use account_query::{AccountQuery, find_accounts};
pub use approval::{
    ApproveDraft, Approved, ChangeDraft, Deed, DeleteDraft, Draft, DraftPosting, DraftRight,
    DraftStatus, DraftStep, PrepareDraft, RejectDraft, SubmitDraft, WholeDraft, draft, draft_of,
    drafts,
};
pub(crate) use balance::tags as balance_tags;
pub use balance::{AccountBalance, Amounts, Balance, BalanceQuery, balances};
pub(crate) use balance::{decimal, tags};
pub use closing::ReopenAccount;
pub(crate) use declared::PART;
pub use draft::{NewEntry, NewPosting, Side};
pub use each::{
    EntryKey, Held, ImportClock, Item, KeyOf, PostedPending, RecordEach, Recorded, RecordedAs,
    RecordedEach, RefusedItem, record_each,
};
pub use entry::{Entry, Posting};
pub use error::{LedgerError, SumKind};
pub use gate::{AccountLimit, ClosedBy, LimitChange};
pub use journal::{ApprovalsChange, ChangeJournal, Journal, OpenJournal};
pub use known::{AccountBefore, accounts_known};
pub(crate) use known::{leaves_known, replaced_since, under, was_known};
pub(crate) use lookup::leaves;
pub use lookup::{WholeEntry, entry, entry_by_number, postings};
pub(crate) use lookup::{periods_on, posted_account};
pub use movements::{Did, HistoryRow, Lines, Movement, MovementQuery, deeds, history, movements};
pub use notes::{EraseNotes, note};
pub use open_each::{OpenEach, Opened, OpenedEach};
pub use open_items::{
    Clear, ClearLine, Cleared, Clearing, ClearingDifference, ClearingLine, ItemClearing, ItemError,
    ItemKeeping, ItemKey, ItemTotal, KeepByItems, KeepCursor, Matching, OpenDifference, OpenItem,
    OpenItemQuery, OpenItemRow, OpenItems, Pays, PostClearing, PostedClearing, Proposal, Realised,
    Unclear, Unclearing, check_date, clear, clearings_of, explain_realised, open_items,
    post_clearing, propose, realised, realised_by, unclear,
};
pub(crate) use open_items::{clear_correction, unposted_differences};
pub use options::{Balancing, EntryDetail, EntryOptions};
pub use pending::{
    Closing, EXPIRY, Expected, Expiry, NewPending, Part, PendingEntry, PendingPosting, PendingRef,
    PendingSettled, PostPending, RecordPending, SettleOptions, Settled, VoidPending, WholePending,
    pending,
};
pub use period::{
    LockPeriod, OpenFiscalYear, Period, PeriodKey, PeriodKind, PeriodStatus, SoftLockPeriod,
    UnlockPeriod, is_closing,
};
pub(crate) use period::{closing_key, label as period_label, period_key};
pub use post::{Post, PostEach, PostMany, check_each, post_each, post_many};
pub(crate) use post::{
    Within, check_dimensions, check_entry, check_text, post_closing, post_now, post_one,
    post_within,
};
pub use posted::{Posted, PostedEach, PostedMany, RefusedEntry};
pub use recurring::{
    AmountRule, ChangeRecurring, EndRecurring, LateRule, Missed, Occurrence, PauseRecurring,
    RECURRING, Recurring, RecurringEntry, RecurringStatus, RecurringTerms, RecurringVersion,
    ResumeRecurring, SkipRecurring, StartRecurring, Upcoming, recurring_entries, upcoming,
};
pub(crate) use recurring::{in_time, is_closed};
pub use reverse::{Reversal, ReversalStyle, Reverse};
pub(crate) use reverse::{
    mirrored, rested_reversal_chains, reversal_chains, reverse_as, reverse_within,
};
pub(crate) use reversing::start_of;
pub use reversing::{
    CancelReversal, PlanReversal, PlannedReversal, PostReversing, REVERSAL, planned_reversals,
    post_reversing,
};
pub(crate) use reversing::{plan_new, planned_on};
pub(crate) use rules::{Chart, Map as RulesMap, Rules};
pub(crate) use running::within_limits;
pub use settings::{SetUp, Settings};
pub use so_far::CheckedSoFar;
pub use spending::{
    ChangeSpendingLimit, EndSpendingLimit, ExcessKind, Measure, PostExceeding, SetSpendingLimit,
    Spending, SpendingExcess, SpendingLimit, SpendingLine, SpendingReport, Window, spending,
    spending_excesses,
};
pub use stands::balance;
pub use totals::{Totals, totals};
pub use tree::MAX_LEVELS;
pub use verify::{Discrepancy, verify};

/// How many digits after the point an amount in the ledger has: enough for every currency of ISO 4217.
pub const AMOUNT_DIGITS: u8 = 4;

/// An amount as it is stored: reaches 922 trillion either way.
pub type Amount = fondaco_core::store::Fixed<AMOUNT_DIGITS>;
