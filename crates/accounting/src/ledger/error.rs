//! Why the ledger refuses.

use chrono::NaiveDate;
use fondaco_core::calendar::{CalendarError, CalendarRefusal};
use fondaco_core::job::JobId;
use fondaco_core::store::{Record, StoreError, Value};
use fondaco_core::timeline::Span;
use fondaco_core::{Currency, ErrorCode, Halt, Id, Money, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{
    AccountLimit, Balance, Draft, Entry, ItemError, PendingEntry, PendingRef, Side, Totals,
};
use crate::allocation::CostAllocationError;
use crate::close::CloseError;
use crate::currency::ExchangeError;
use crate::dimensions::DimensionError;
use crate::export::ExportError;
use crate::parallel::ParallelError;
use crate::reports::LayoutError;

/// A refusal of the ledger: nothing was stored. Each message names what is wrong and the way out.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum LedgerError {
    /// The ledger was not set up.
    #[error("the ledger has no settings yet: carry out SetUp first")]
    #[kind(Refused)]
    NotSetUp,
    /// The ledger was set up already.
    #[error("the ledger is set up already, in {currency}")]
    #[kind(Conflict)]
    AlreadySetUp {
        /// Its currency.
        currency: Currency,
    },
    /// A code that can't name anything.
    #[error(
        "{what} code {code:?}: a code has 1 to 64 bytes, no control characters, and no space at either end"
    )]
    #[kind(Invalid)]
    BadCode {
        /// Of what.
        what: &'static str,
        /// The code.
        code: SmolStr,
    },
    /// The code is in use.
    #[error("{what} {code} exists already: choose another code")]
    #[kind(Conflict)]
    Exists {
        /// What.
        what: &'static str,
        /// Its code.
        code: SmolStr,
    },
    /// No such account.
    #[error("there is no account {code}: open it first, or correct the code")]
    #[kind(NotFound)]
    UnknownAccount {
        /// The code.
        code: SmolStr,
    },
    /// The account is for other accounts to stand under.
    #[error("account {code} is a heading: post to an account under it")]
    #[kind(Invalid)]
    Heading {
        /// The code.
        code: SmolStr,
    },
    /// The account's parent can't be its parent.
    #[error("account {code} can't stand under {parent}: {why}")]
    #[kind(Invalid)]
    BadParent {
        /// The account.
        code: SmolStr,
        /// The parent.
        parent: SmolStr,
        /// Why.
        why: &'static str,
    },
    /// The account was not open on that date.
    #[error("account {code} is not open on {date}: it is open {open}")]
    #[kind(Refused)]
    AccountNotOpen {
        /// The code.
        code: SmolStr,
        /// The date.
        date: NaiveDate,
        /// When it is open.
        open: fondaco_core::DateRange,
    },
    /// Only an engine posts to the account.
    #[error(
        "account {code} is kept by {engine} alone: use a command of {engine}, or another account"
    )]
    #[kind(Refused)]
    ControlAccount {
        /// The code.
        code: SmolStr,
        /// The engine that keeps it.
        engine: SmolStr,
    },
    /// The account can't be closed on that date.
    #[error("account {code} can't be closed on {date}: {why}")]
    #[kind(Refused)]
    CannotClose {
        /// The code.
        code: SmolStr,
        /// The date.
        date: NaiveDate,
        /// Why.
        why: String,
    },
    /// The account holds one currency alone.
    #[error(
        "account {code} holds {expected} only, not {found}: post to another account, or convert"
    )]
    #[kind(Invalid)]
    WrongCurrency {
        /// The code.
        code: SmolStr,
        /// The account's currency.
        expected: Currency,
        /// The posting's.
        found: Currency,
    },
    /// More digits than the currency has.
    #[error("{amount} on account {code}: {} has {digits} digits after the point; round it first", amount.currency())]
    #[kind(Invalid)]
    TooManyDigits {
        /// The account.
        code: SmolStr,
        /// The amount.
        amount: Money,
        /// The currency's digits.
        digits: u32,
    },
    /// An amount below zero.
    #[error("{amount} on account {code}: amounts are not negative; post it to the other side")]
    #[kind(Invalid)]
    Negative {
        /// The account.
        code: SmolStr,
        /// The amount.
        amount: Money,
    },
    /// An amount beyond the reach.
    #[error("{amount} on account {code} is beyond 922,337,203,685,477.5807: split the entry")]
    #[kind(Invalid)]
    TooLarge {
        /// The account.
        code: SmolStr,
        /// The amount.
        amount: Decimal,
    },
    /// A sum beyond the reach.
    #[error(
        "the sums of account {code} would go beyond 922,337,203,685,477.5807: use another account"
    )]
    #[kind(Invalid)]
    SumTooLarge {
        /// The account.
        code: SmolStr,
    },
    /// A foreign amount without its value in the ledger's currency.
    #[error(
        "{amount} on account {code}: give its amount in {currency}, or the rate, or record one for {date} in source {}",
        crate::currency::POSTING_SOURCE
    )]
    #[kind(Invalid)]
    NoRate {
        /// The account.
        code: SmolStr,
        /// The amount.
        amount: Money,
        /// The ledger's currency.
        currency: Currency,
        /// The entry's date, for which no rate is on record either.
        date: NaiveDate,
    },
    /// No such source of rates.
    #[error("there is no rate source {code}: open it first, or correct the code")]
    #[kind(NotFound)]
    UnknownRateSource {
        /// The code.
        code: SmolStr,
    },
    /// Two rates for the same days.
    #[error(
        "{code} {base}/{quote} {rate} on {span} meets {with_rate} on {with}, recorded at {recorded_at}: \
         correct that one, end it before, or give other days"
    )]
    #[kind(Conflict)]
    RateOverlap {
        /// The source's code.
        code: SmolStr,
        /// One unit of this currency ...
        base: Currency,
        /// ... in that one.
        quote: Currency,
        /// The rate to be recorded.
        rate: Decimal,
        /// Its days.
        span: Span,
        /// The rate on record.
        with_rate: Decimal,
        /// Its days.
        with: Span,
        /// Since when it is known.
        recorded_at: Timestamp,
    },
    /// The source gives the pair the other way round.
    #[error("{code} has {quote}/{base} on record: give that, the inverse of {base}/{quote}")]
    #[kind(Conflict)]
    RateInverted {
        /// The source's code.
        code: SmolStr,
        /// One unit of this currency ...
        base: Currency,
        /// ... in that one.
        quote: Currency,
    },
    /// Nothing is on record that could be corrected.
    #[error(
        "{code} has no rate {base}/{quote} on record for just {span}: give the days as they were recorded"
    )]
    #[kind(NotFound)]
    UnknownRate {
        /// The source's code.
        code: SmolStr,
        /// One unit of this currency ...
        base: Currency,
        /// ... in that one.
        quote: Currency,
        /// The days.
        span: Span,
    },
    /// There is no rate that could be ended.
    #[error(
        "{code} has no rate {base}/{quote} after {end} that could end: look at what is on record, or correct the day"
    )]
    #[kind(NotFound)]
    NoRateToEnd {
        /// The source's code.
        code: SmolStr,
        /// One unit of this currency ...
        base: Currency,
        /// ... in that one.
        quote: Currency,
        /// The last day that it was to hold.
        end: NaiveDate,
    },
    /// A rate or ledger amount that can't be right.
    #[error("{amount} on account {code}: {why}")]
    #[kind(Invalid)]
    BadRate {
        /// The account.
        code: SmolStr,
        /// The amount.
        amount: Money,
        /// Why.
        why: &'static str,
    },
    /// No such spending limit.
    #[error("there is no spending limit {code}: set it first, or correct the code")]
    #[kind(NotFound)]
    UnknownSpendingLimit {
        /// The code.
        code: SmolStr,
    },
    /// A sum would go above its spending limit.
    #[error(
        "spending limit {code}{}{}: {total} would be above {line}; \
         post less or elsewhere, or have somebody post it who may exceed the limit",
        of_value(of),
        since(start)
    )]
    #[kind(Refused)]
    SpendingLimit {
        /// The limit's code.
        code: SmolStr,
        /// The dimension and the value whose sum it is, where each value has its own.
        of: Option<(SmolStr, SmolStr)>,
        /// The first day of the window; `None` for a limit over all days.
        start: Option<NaiveDate>,
        /// What the sum would be.
        total: Money,
        /// What it may not be above.
        line: Money,
    },
    /// A worth by which a foreign amount would pass under a spending limit.
    #[error(
        "account {account}: {amount} is said to be worth {worth}, and by the rate on record it is {recorded}: spending limit {code} takes \
         worths within a tenth of that; correct the worth or the rate on record, or have somebody post it who may exceed the limit"
    )]
    #[kind(Refused)]
    SpendingWorth {
        /// The limit's code.
        code: SmolStr,
        /// The account.
        account: SmolStr,
        /// The amount.
        amount: Money,
        /// What it is said to be worth.
        worth: Money,
        /// What it is worth by the rate on record.
        recorded: Money,
    },
    /// Debits and credits differ.
    #[error(
        "the entry does not balance: {} by {}: correct an amount, or add a posting of the difference",
        exceed(difference), difference.abs()
    )]
    #[kind(Invalid)]
    Unbalanced {
        /// Debits less credits.
        difference: Money,
    },
    /// Fewer than two postings.
    #[error("an entry has at least two postings, this one has {count}")]
    #[kind(Invalid)]
    TooFewPostings {
        /// How many.
        count: usize,
    },
    /// No such journal.
    #[error("there is no journal {code}: open it first, or correct the code")]
    #[kind(NotFound)]
    UnknownJournal {
        /// The code.
        code: SmolStr,
    },
    /// The journal's numbers follow the dates.
    #[error(
        "journal {code} is in order of date and has an entry of {last} already: date it {last} or later, or use another journal"
    )]
    #[kind(Refused)]
    OutOfOrder {
        /// The journal.
        code: SmolStr,
        /// The date of its last entry.
        last: NaiveDate,
    },
    /// A journal that demands approvals is posted to by drafts.
    #[error(
        "journal {code} takes what others approved, {approvals} of them: prepare a draft and submit it, or have somebody post it who may ledger.post_unapproved"
    )]
    #[kind(Refused)]
    NeedsApproval {
        /// The journal.
        code: SmolStr,
        /// How many must approve.
        approvals: u32,
    },
    /// No period holds that date.
    #[error("no fiscal period holds {date}: open the fiscal year first")]
    #[kind(NotFound)]
    NoPeriod {
        /// The date.
        date: NaiveDate,
    },
    /// The period is locked.
    #[error("period {period} is locked: date the entry in an open period, or unlock it")]
    #[kind(Refused)]
    PeriodLocked {
        /// The period, as `2026-03`.
        period: SmolStr,
    },
    /// No such period.
    #[error("there is no period {period}: open its fiscal year first")]
    #[kind(NotFound)]
    UnknownPeriod {
        /// The period.
        period: SmolStr,
    },
    /// The year's periods meet others.
    #[error(
        "fiscal year {year} from {start} to {end} meets period {period}, which is open already"
    )]
    #[kind(Conflict)]
    PeriodsOverlap {
        /// The year.
        year: i32,
        /// Its first day.
        start: NaiveDate,
        /// Its last day.
        end: NaiveDate,
        /// The period that is there.
        period: SmolStr,
    },
    /// The fiscal calendar can't make that year.
    #[error(transparent)]
    #[inner]
    Fiscal(#[from] fondaco_core::FiscalError),
    /// The calendar can't say on which day.
    #[error(transparent)]
    #[inner]
    Calendar(#[from] CalendarError),
    /// No such entry.
    #[error("there is no entry {entry}")]
    #[kind(NotFound)]
    UnknownEntry {
        /// Its id.
        entry: Id<Entry>,
    },
    /// The entry was reversed before.
    #[error("entry {entry} was reversed already, by {by}")]
    #[kind(Conflict)]
    AlreadyReversed {
        /// The entry.
        entry: Id<Entry>,
        /// Its reversal.
        by: Id<Entry>,
    },
    /// No reversal of the entry is to come.
    #[error("no reversal of entry {entry} is planned: it was carried out, cancelled, or never was")]
    #[kind(NotFound)]
    NoReversalPlanned {
        /// The entry.
        entry: Id<Entry>,
    },
    /// No such import.
    #[error("there is no import {job}: correct its name")]
    #[kind(NotFound)]
    UnknownImport {
        /// The job.
        job: JobId,
    },
    /// No such recurring entry.
    #[error("there is no recurring entry {code}: start it first, or correct the code")]
    #[kind(NotFound)]
    UnknownRecurring {
        /// The code.
        code: SmolStr,
    },
    /// It has no occurrences any more.
    #[error("recurring entry {code} has ended: start another")]
    #[kind(Refused)]
    RecurringEnded {
        /// The code.
        code: SmolStr,
    },
    /// The recurring entry does not fall on that date.
    #[error("recurring entry {code} has no occurrence on {date}: name one by its rule's date")]
    #[kind(NotFound)]
    NoOccurrence {
        /// The code.
        code: SmolStr,
        /// The date.
        date: NaiveDate,
    },
    /// The occurrence was posted, skipped or passed over.
    #[error("the occurrence of recurring entry {code} on {date} was posted or skipped already")]
    #[kind(Conflict)]
    OccurrenceDone {
        /// The code.
        code: SmolStr,
        /// The date.
        date: NaiveDate,
    },
    /// No such draft.
    #[error("there is no draft {draft}: it was deleted, or never prepared")]
    #[kind(NotFound)]
    UnknownDraft {
        /// Its id.
        draft: Id<Draft>,
    },
    /// The draft was posted.
    #[error("draft {draft} was posted, as entry {entry}: reverse the entry instead")]
    #[kind(Conflict)]
    DraftPosted {
        /// The draft.
        draft: Id<Draft>,
        /// Its entry.
        entry: Id<Entry>,
    },
    /// The draft does not wait for approval.
    #[error("draft {draft} does not wait for approval: submit it first")]
    #[kind(Refused)]
    DraftNotSubmitted {
        /// The draft.
        draft: Id<Draft>,
    },
    /// The draft waits for approval already.
    #[error("draft {draft} waits for approval already: approve, reject or change it")]
    #[kind(Conflict)]
    DraftSubmitted {
        /// The draft.
        draft: Id<Draft>,
    },
    /// The draft is no longer the one that was looked at.
    #[error("draft {draft} was changed: it is at edition {found}, not {edition}; look at it again")]
    #[kind(Conflict)]
    DraftChanged {
        /// The draft.
        draft: Id<Draft>,
        /// The edition that was named.
        edition: u32,
        /// The edition that is there.
        found: u32,
    },
    /// Open items can't be cleared so, or an account not be kept by them.
    #[error(transparent)]
    #[inner]
    Item(#[from] ItemError),
    /// Exchange differences can't be posted so, or their accounts not be named so.
    #[error(transparent)]
    #[inner]
    Exchange(#[from] ExchangeError),
    /// A layout of statements is none.
    #[error(transparent)]
    #[inner]
    Layout(#[from] LayoutError),
    /// The ledger can't be written in a form.
    #[error(transparent)]
    #[inner]
    Export(#[from] ExportError),
    /// A lock, a closed year, or what stands in the way of closing one.
    #[error(transparent)]
    #[inner]
    Close(#[from] CloseError),
    /// A ledger that is not there, or what entries of one ledger alone may not do.
    #[error(transparent)]
    #[inner]
    Parallel(#[from] ParallelError),
    /// Something can't be shared out so.
    #[error(transparent)]
    #[inner]
    CostAllocation(#[from] CostAllocationError),
    /// A refusal about dimensions.
    #[error(transparent)]
    #[inner]
    Dimension(#[from] DimensionError),
    /// The account is closed, whatever the date.
    #[error("account {code} is closed: reopen it, or void what closes it; post to another account")]
    #[kind(Refused)]
    AccountClosed {
        /// The code.
        code: SmolStr,
    },
    /// The account is not closed.
    #[error("account {code} is not closed: there is nothing to reopen")]
    #[kind(Conflict)]
    AccountOpen {
        /// The code.
        code: SmolStr,
    },
    /// Two accounts of an entry hold different currencies.
    #[error(
        "account {code} holds {first} and account {other} {second}: \
         an entry between them is a conversion"
    )]
    #[kind(Invalid)]
    CurrenciesDiffer {
        /// An account.
        code: SmolStr,
        /// What it holds.
        first: Currency,
        /// Another account.
        other: SmolStr,
        /// What that holds.
        second: Currency,
    },
    /// An account whose debits stay within its credits.
    #[error(
        "account {code}: its debits would exceed its credits by {over}; \
         post less, or put the difference on its other side first"
    )]
    #[kind(Refused)]
    ExceedsCredits {
        /// The account.
        code: SmolStr,
        /// By how much.
        over: Money,
    },
    /// An account whose credits stay within its debits.
    #[error(
        "account {code}: its credits would exceed its debits by {over}; \
         post less, or put the difference on its other side first"
    )]
    #[kind(Refused)]
    ExceedsDebits {
        /// The account.
        code: SmolStr,
        /// By how much.
        over: Money,
    },
    /// An account whose limit holds by day.
    #[error(
        "account {code}: at the end of {date} its {} by {over}; \
         date it later, post less, or put the difference on its other side by then",
        would_exceed(*limit)
    )]
    #[kind(Refused)]
    ExceedsOnDay {
        /// The account.
        code: SmolStr,
        /// Its limit.
        limit: AccountLimit,
        /// The day on which most is missing.
        date: NaiveDate,
        /// By how much.
        over: Money,
    },
    /// A total of the account beyond the reach.
    #[error(
        "the {sum} {} of account {code} would go beyond 922,337,203,685,477.5807: use another account",
        plural(*side)
    )]
    #[kind(Invalid)]
    TotalTooLarge {
        /// The account.
        code: SmolStr,
        /// Which side.
        side: Side,
        /// Which sum.
        sum: SumKind,
    },
    /// The totals of the account are not kept.
    #[error("account {code} is not tracked: track it, or limit it, before entries balance it")]
    #[kind(Refused)]
    NotTracked {
        /// The account.
        code: SmolStr,
    },
    /// No such pending entry.
    #[error("there is no pending entry {pending}: correct the id or key")]
    #[kind(NotFound)]
    UnknownPending {
        /// Which was meant.
        pending: PendingRef,
    },
    /// The key stands for something else.
    #[error("{key:?} is no pending entry: it was posted at once, or is the key of another step")]
    #[kind(Invalid)]
    NotPending {
        /// The key.
        key: SmolStr,
    },
    /// The pending entry was posted.
    #[error("pending entry {pending} was posted already: record another")]
    #[kind(Conflict)]
    #[code("pending_already_posted")]
    PendingPosted {
        /// Its id.
        pending: Id<PendingEntry>,
    },
    /// The pending entry was voided.
    #[error("pending entry {pending} was voided: record another")]
    #[kind(Conflict)]
    #[code("pending_already_voided")]
    PendingVoided {
        /// Its id.
        pending: Id<PendingEntry>,
    },
    /// The time of the pending entry ran out.
    #[error("pending entry {pending} has expired: record another")]
    #[kind(Refused)]
    PendingExpired {
        /// Its id.
        pending: Id<PendingEntry>,
    },
    /// More than is pending.
    #[error(
        "{amount} of pending entry {pending}, which holds {held} there: post no more than that"
    )]
    #[kind(Refused)]
    ExceedsPending {
        /// Its id.
        pending: Id<PendingEntry>,
        /// What was to be posted.
        amount: Money,
        /// What is held.
        held: Money,
    },
    /// The pending entry is not what it was believed to be.
    #[error("pending entry {pending} has another {field}: look at it again")]
    #[kind(Conflict)]
    PendingDiffers {
        /// Its id.
        pending: Id<PendingEntry>,
        /// The field that is another.
        field: &'static str,
    },
    /// An expiry beyond the calendar.
    #[error("{seconds} seconds from now is after the year 9999: give fewer")]
    #[kind(Invalid)]
    ExpiresTooLate {
        /// The seconds.
        seconds: u32,
    },
    /// Something else came under the key.
    #[error("{what} {key:?} is there with another {field}: give the same, or another key")]
    #[kind(Conflict)]
    KeyDiffers {
        /// `entry` or `account`.
        what: &'static str,
        /// The key, or the account's code.
        key: SmolStr,
        /// The first field that differs.
        field: SmolStr,
    },
    /// What came under the key failed.
    #[error("what came under the key {key:?} failed ({code}): give another key")]
    #[kind(Conflict)]
    KeyFailed {
        /// The key.
        key: SmolStr,
        /// The code of what it failed for.
        code: SmolStr,
    },
    /// Another item of the chain failed.
    #[error("another item that it is linked with failed: mend that one and send the chain again")]
    #[kind(Refused)]
    LinkedFailed,
    /// A chain without an end.
    #[error("the last item of a batch is linked with a next one that is not there: unlink it")]
    #[kind(Invalid)]
    LinkedOpen,
    /// An item without an instant in a batch of imported ones.
    #[error("the batch is imported and this item is not: give its instant, or send it apart")]
    #[kind(Invalid)]
    ImportExpected,
    /// An imported item in a batch of others.
    #[error("the batch is not imported and this item is: send imported items apart")]
    #[kind(Invalid)]
    ImportNotExpected,
    /// No instant of the past.
    #[error("{instant} is no instant that can be imported: give one after the beginning of 1970")]
    #[kind(Invalid)]
    ImportOutOfRange {
        /// The instant.
        instant: Timestamp,
    },
    /// An instant to come.
    #[error("{instant} is not before {now}: only what is past is imported")]
    #[kind(Invalid)]
    ImportInFuture {
        /// The instant.
        instant: Timestamp,
        /// The time of the act.
        now: Timestamp,
    },
    /// An instant before one that is recorded, or the same.
    #[error(
        "{instant} is not after all that is recorded: import in order, each at an instant of its own"
    )]
    #[kind(Invalid)]
    ImportRegresses {
        /// The instant.
        instant: Timestamp,
    },
    /// An instant before the account was opened.
    #[error(
        "{instant} is not after {opened}, when account {code} was opened: give a later instant"
    )]
    #[kind(Invalid)]
    ImportBeforeAccount {
        /// The instant.
        instant: Timestamp,
        /// The account.
        code: SmolStr,
        /// When it was opened.
        opened: Timestamp,
    },
    /// An imported entry that expires.
    #[error(
        "an imported pending entry does not expire: leave its expiry out, and void it when it ends"
    )]
    #[kind(Invalid)]
    ImportExpires,
    /// One entry or account of many.
    #[error("item {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// Its place in the command, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<LedgerError>,
    },
    /// One part of a deferral of many.
    #[error("deferral {deferral}, part of {date}: {error}")]
    #[inner]
    OfPart {
        /// The deferral's code.
        deferral: SmolStr,
        /// The day of the part.
        date: NaiveDate,
        /// What is wrong with its entry.
        error: Box<LedgerError>,
    },
    /// The store gave up the moment that pages were read of.
    #[error(
        "after page {pages} the store gave up the moment that the statement is read of: begin again, and read faster or less"
    )]
    #[kind(Unavailable)]
    MomentGone {
        /// How many pages were given out.
        pages: u32,
    },
    /// A date or text that can't be kept.
    #[error("{what}: {why}")]
    #[kind(Invalid)]
    BadInput {
        /// Which field.
        what: &'static str,
        /// Why, and the way out.
        why: String,
    },
    /// Passed on.
    #[error(transparent)]
    #[halt]
    Halt(Halt),
}

fn of_value(of: &Option<(SmolStr, SmolStr)>) -> String {
    of.as_ref().map_or(String::new(), |(dimension, value)| format!(" for {dimension} {value}"))
}

fn since(start: &Option<NaiveDate>) -> String {
    start.map_or(String::new(), |start| format!(" from {start} on"))
}

/// A sum of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SumKind {
    /// What is posted.
    Posted,
    /// What is pending.
    Pending,
    /// Both together.
    Both,
}

impl std::fmt::Display for SumKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SumKind::Posted => "posted",
            SumKind::Pending => "pending",
            SumKind::Both => "posted and pending",
        })
    }
}

fn plural(side: Side) -> &'static str {
    match side {
        Side::Debit => "debits",
        Side::Credit => "credits",
    }
}

fn would_exceed(limit: AccountLimit) -> &'static str {
    match limit {
        AccountLimit::DebitsWithinCredits => "debits would exceed its credits",
        AccountLimit::CreditsWithinDebits => "credits would exceed its debits",
    }
}

fn exceed(difference: &Money) -> &'static str {
    if difference.is_negative() { "credits exceed debits" } else { "debits exceed credits" }
}

impl LedgerError {
    /// Whether it comes from how things stood, and not from the item: then the item's key is used up.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self,
            LedgerError::UnknownAccount { .. }
                | LedgerError::UnknownPending { .. }
                | LedgerError::ExceedsCredits { .. }
                | LedgerError::ExceedsDebits { .. }
                | LedgerError::ExceedsOnDay { .. }
                | LedgerError::AccountClosed { .. }
        )
    }

    /// That an account's limit would be exceeded.
    pub(crate) fn exceeds(limit: AccountLimit, code: SmolStr, over: Money) -> LedgerError {
        match limit {
            AccountLimit::DebitsWithinCredits => LedgerError::ExceedsCredits { code, over },
            AccountLimit::CreditsWithinDebits => LedgerError::ExceedsDebits { code, over },
        }
    }

    /// What of an item is meant, where the code does not say it: an account, or the name of a field.
    pub(crate) fn about(&self) -> Option<SmolStr> {
        match self {
            LedgerError::UnknownAccount { code }
            | LedgerError::AccountClosed { code }
            | LedgerError::ImportBeforeAccount { code, .. }
            | LedgerError::ExceedsCredits { code, .. }
            | LedgerError::ExceedsOnDay { code, .. }
            | LedgerError::ExceedsDebits { code, .. } => Some(code.clone()),
            LedgerError::TotalTooLarge { side, sum, .. } => {
                Some(smol_str::format_smolstr!("{sum} {}", plural(*side)))
            }
            LedgerError::KeyDiffers { field, .. } => Some(field.clone()),
            LedgerError::PendingDiffers { field, .. } => Some(SmolStr::new_static(field)),
            LedgerError::BadInput { what, .. } => Some(SmolStr::new_static(what)),
            LedgerError::At { error, .. } | LedgerError::OfPart { error, .. } => error.about(),
            _ => None,
        }
    }

    /// The same error, of the item at `index`. A [`Halt`] stays one, unless it is a refusal.
    pub(crate) fn at(self, index: usize) -> LedgerError {
        match self {
            LedgerError::Halt(ref halt) if !halt.is_refusal() => self,
            error => LedgerError::At { index, error: Box::new(error) },
        }
    }
}

impl From<Halt> for LedgerError {
    /// A sum that the store can't hold is a sum of an account.
    fn from(halt: Halt) -> LedgerError {
        match overflown_account(&halt) {
            Some(code) => LedgerError::SumTooLarge { code },
            None => LedgerError::Halt(halt),
        }
    }
}

fn overflown_account(halt: &Halt) -> Option<SmolStr> {
    let Halt::Store(StoreError::Overflow { key, .. }) = halt else { return None };
    let of_account = [Balance::TABLE.name, Totals::TABLE.name].contains(&key.table.name);
    let mut values = key.values().ok().filter(|_| of_account)?;
    match values.drain(..).next()? {
        Value::Text(code) => Some(code),
        _ => None,
    }
}

impl From<CalendarRefusal> for LedgerError {
    fn from(refusal: CalendarRefusal) -> LedgerError {
        match refusal {
            CalendarRefusal::Calendar(error) => error.into(),
            CalendarRefusal::Halt(halt) => halt.into(),
        }
    }
}
