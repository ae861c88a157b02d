//! What can be allowed in the ledger, and how its acts ask.
//!
//! | permission | allows | limits | within |
//! |---|---|---|---|
//! | `ledger.set_up` | to set the ledger up | | |
//! | `ledger.open_account`, `ledger.change_account`, `ledger.close_account` | to keep the chart | | account |
//! | `ledger.open_journal`, `ledger.open_fiscal_year` | to open journals and years | | |
//! | `ledger.change_journal` | to rename journals, and to change how many approvals they demand | | journal |
//! | `ledger.lock_period`, `ledger.unlock_period` | to lock periods and days, softly or not, and to open them again | | period, journal |
//! | `ledger.lock_for_ever` | to lock periods and days so that nobody opens them again | | period, journal |
//! | `ledger.close_year`, `ledger.reopen_year` | to say where a year's result goes, to close fiscal years, and to reopen them | | |
//! | `ledger.assert_balance` | to state what accounts stand at, and to withdraw it | | account |
//! | `ledger.set_template` | to store and withdraw templates of entries; who posts by one needs `ledger.post` | | |
//! | `ledger.closing_points`, `ledger.sign_off` | to put points on closing checklists, and to sign them off | | period |
//! | `ledger.post` | to post entries at once | amount | journal, account, dimensions |
//! | `ledger.post_unapproved` | to post at once, besides the right to post, to journals that demand approvals | | journal |
//! | `ledger.post_soft_locked` | to post to softly locked periods, besides the right to post | | period, journal |
//! | `ledger.reverse` | to reverse entries | amount | journal, account, dimensions |
//! | `ledger.hold` | to record pending entries | amount | journal, account, dimensions |
//! | `ledger.post_pending` | to post pending entries | amount | journal, account, dimensions |
//! | `ledger.void_pending` | to void pending entries | | journal, account, dimensions |
//! | `ledger.expire_pending` | to let pending entries expire: for who tells the clock | | |
//! | `ledger.reopen_account` | to reopen closed accounts | | account |
//! | `ledger.plan` | to plan recurring entries and reversals, also of an entry that is posted with its reversal | amount | journal, account, dimensions |
//! | `ledger.draft` | to prepare, change, submit and delete drafts | | journal, account, dimensions |
//! | `ledger.record_rate` | to open sources of exchange rates, to record and correct their rates | | source |
//! | `ledger.set_exchange_accounts` | to name the accounts that take exchange differences | | |
//! | `ledger.revalue` | to revalue accounts at a day's rates, and plan the reversal of that | | |
//! | `ledger.set_allocation` | to set rules of allocation, and to record the statistics that they go by | | |
//! | `ledger.allocate` | to run allocations, and to undo what they shared out | | allocation |
//! | `ledger.set_spending_limit` | to set, change and end spending limits | | spending_limit |
//! | `ledger.exceed_spending_limit` | to post above spending limits, besides the right to post | amount above the limit | spending_limit, journal |
//! | `ledger.define_dimension` | to define and change dimensions, and to say which postings may carry | | dimension |
//! | `ledger.open_dimension_value` | to open values of dimensions, to change and to move them | | dimension |
//! | `ledger.set_dimension_rule` | to set and remove rules and combinations of dimensions | | dimension |
//! | `ledger.erase` | to erase what refused lines of imports quote | | |
//! | `ledger.clear` | to clear open items | amount | account |
//! | `ledger.clear_across_parties` | to clear items of different parties, besides the right to clear | | account |
//! | `ledger.unclear` | to undo clearings | | account |
//! | `ledger.approve` | to approve and reject drafts of others | amount | journal, account, dimensions |
//!
//! The amount of an entry is the sum of its debits in the ledger's currency, that of a clearing what it takes of debits, in the same. A
//! foreign amount counts for the greater of the worth that is given and of its worth by the rate on record for the day; without one, for
//! the worth that is given and for itself in its own currency, so that a limit in that currency is needed. An account is within a
//! heading when it stands under it. Dimensions are those that the host tells apart, such as `cost_centre`: who is limited to places
//! of one names one in at least one posting, and in each to an account of income or expense. Which accounts of the balance sheet he may
//! touch besides says a scope of accounts.
//!
//! A journal whose [`approvals`](Journal::approvals) are set, and not 0, takes by hand what others approved as a draft and nothing else:
//! not what is posted, held or planned at once, imported or due, unless who does it may `ledger.post_unapproved`. It does take what
//! follows from an act that is allowed by itself: reversals (`ledger.reverse`, which puts nothing in the place of what
//! others approved), closings of a year, exchange differences, allocations, and what another engine posts in its own name.

use std::sync::Arc;

use fondaco_core::engine::{Engine, Part};
use fondaco_core::policy::{Authority, Permission, Reason, Request};
use fondaco_core::store::{Record, Table};
use fondaco_core::{ActorId, Halt, Tx};
use smol_str::{SmolStr, format_smolstr};

use super::judge::Judged;
use super::rules::{Chart, Map, Rules};
use super::weight::{Scales, Weight};
use super::{
    Account, Balance, Clearing, ClearingDifference, ClearingLine, Draft, DraftPosting, DraftRight,
    DraftStep, Entry, EntryDetail, EntryKey, ImportClock, Journal, LedgerError, NewEntry,
    Occurrence, OpenItem, PendingEntry, PendingPosting, PendingSettled, Period, PeriodKey,
    PeriodStatus, Posting, Realised, Recurring, RecurringVersion, Reversal, Settings, Spending,
    SpendingExcess, SpendingLimit, Totals, Unclearing, period,
};
use crate::allocation::{
    AllocationPart, AllocationRule, AllocationRun, AllocationShare, StatisticalValue,
};
use crate::close::{
    Assertion, ClosingPoint, ClosingState, Correction, Deferral, DeferralPart, OpeningEntry,
    StoredTemplate, YearEntry, YearStep,
};
use crate::currency::{
    ExchangeAccounts, ExchangeRate, MonetaryAccount, RateSource, RevaluationLine, RevaluationPart,
    RevaluationRun,
};
use crate::dimensions::{
    Dimension, DimensionCombination, DimensionPlace, DimensionRule, DimensionValue,
};
use crate::import::{ImportKey, ImportedEntry, RefusedLine};
use crate::parallel::ParallelLedger;

const ENTRY: &[&str] = &["journal", "account"];

/// The permissions under which entries are posted, held or planned without a draft.
const AT_ONCE: [&str; 4] = [POST.name, HOLD.name, POST_PENDING.name, PLAN.name];

/// Set the ledger up.
pub const SET_UP: Permission = Permission::new("ledger.set_up", "set the ledger up");
/// Open accounts.
pub const OPEN_ACCOUNT: Permission =
    Permission::new("ledger.open_account", "open accounts").within(&["account"]);
/// Rename, move and bind accounts.
pub const CHANGE_ACCOUNT: Permission =
    Permission::new("ledger.change_account", "rename, move and bind accounts").within(&["account"]);
/// Close accounts.
pub const CLOSE_ACCOUNT: Permission =
    Permission::new("ledger.close_account", "close accounts").within(&["account"]);
/// Reopen closed accounts.
pub const REOPEN_ACCOUNT: Permission =
    Permission::new("ledger.reopen_account", "reopen closed accounts").within(&["account"]);
/// Open journals.
pub const OPEN_JOURNAL: Permission = Permission::new("ledger.open_journal", "open journals");
/// Rename journals, and change how many approvals they demand.
pub const CHANGE_JOURNAL: Permission = Permission::new(
    "ledger.change_journal",
    "rename journals and change how many approvals they demand",
)
.within(&["journal"]);
/// Define ledgers beside the leading one.
pub const DEFINE_LEDGER: Permission =
    Permission::new("ledger.define_ledger", "define ledgers beside the leading one");
/// Open fiscal years.
pub const OPEN_FISCAL_YEAR: Permission =
    Permission::new("ledger.open_fiscal_year", "open fiscal years");
/// Lock periods, softly or not.
pub const LOCK_PERIOD: Permission =
    Permission::new("ledger.lock_period", "lock periods").within(&["period", "journal"]);
/// Open locked periods again.
pub const UNLOCK_PERIOD: Permission =
    Permission::new("ledger.unlock_period", "open locked periods again")
        .within(&["period", "journal"]);
/// Lock periods and days so that nobody opens them again.
pub const LOCK_FOR_EVER: Permission =
    Permission::new("ledger.lock_for_ever", "lock periods for ever").within(&["period", "journal"]);
/// Close fiscal years.
pub const CLOSE_YEAR: Permission = Permission::new("ledger.close_year", "close fiscal years");
/// Reopen closed fiscal years.
pub const REOPEN_YEAR: Permission =
    Permission::new("ledger.reopen_year", "reopen closed fiscal years");
/// State what accounts stand at, and withdraw it.
pub const ASSERT_BALANCE: Permission =
    Permission::new("ledger.assert_balance", "state what accounts stand at").within(&["account"]);
/// Put points on closing checklists.
pub const CLOSING_POINTS: Permission =
    Permission::new("ledger.closing_points", "put points on closing checklists")
        .within(&["period"]);
/// Sign points of closing checklists off.
pub const SIGN_OFF: Permission =
    Permission::new("ledger.sign_off", "sign points of closing checklists off").within(&["period"]);
/// Store and withdraw templates of entries.
pub const SET_TEMPLATE: Permission =
    Permission::new("ledger.set_template", "store and withdraw templates of entries");
/// Post entries at once.
pub const POST: Permission =
    Permission::new("ledger.post", "post entries").limited().within(ENTRY).within_tags().implied();
/// Post at once to journals that demand approvals: for programs and engines that have an approval of their own.
pub const POST_UNAPPROVED: Permission =
    Permission::new("ledger.post_unapproved", "post at once to journals that demand approvals")
        .within(&["journal"]);
/// Post to softly locked periods.
pub const POST_SOFT_LOCKED: Permission =
    Permission::new("ledger.post_soft_locked", "post to softly locked periods")
        .within(&["period", "journal"]);
/// Reverse entries.
pub const REVERSE: Permission = Permission::new("ledger.reverse", "reverse entries")
    .limited()
    .within(ENTRY)
    .within_tags()
    .implied();
/// Record pending entries.
pub const HOLD: Permission =
    Permission::new("ledger.hold", "record pending entries").limited().within(ENTRY).within_tags();
/// Post pending entries.
pub const POST_PENDING: Permission = Permission::new("ledger.post_pending", "post pending entries")
    .limited()
    .within(ENTRY)
    .within_tags();
/// Void pending entries.
pub const VOID_PENDING: Permission =
    Permission::new("ledger.void_pending", "void pending entries").within(ENTRY).within_tags();
/// Let pending entries expire: for who tells the due queue what time it is.
pub const EXPIRE_PENDING: Permission =
    Permission::new("ledger.expire_pending", "let pending entries expire");
/// Plan recurring entries and reversals; who carries them out needs the right to post or to reverse.
pub const PLAN: Permission = Permission::new("ledger.plan", "plan recurring entries and reversals")
    .limited()
    .within(ENTRY)
    .within_tags()
    .implied();
/// Prepare, change, submit and delete drafts.
pub const DRAFT: Permission =
    Permission::new("ledger.draft", "prepare drafts of entries").within(ENTRY).within_tags();
/// Approve and reject drafts that others prepared.
pub const APPROVE: Permission =
    Permission::new("ledger.approve", "approve drafts that others prepared")
        .limited()
        .within(ENTRY)
        .within_tags();

/// Open sources of exchange rates, record and correct their rates.
pub const RECORD_RATE: Permission =
    Permission::new("ledger.record_rate", "record and correct exchange rates").within(&["source"]);
/// Name the accounts that take exchange differences.
pub const SET_EXCHANGE_ACCOUNTS: Permission = Permission::new(
    "ledger.set_exchange_accounts",
    "name the accounts that take exchange differences",
);
/// Revalue what is monetary.
pub const REVALUE: Permission =
    Permission::new("ledger.revalue", "revalue accounts at a day's rates");
/// Set rules of allocation, and record the statistics that they go by.
pub const SET_ALLOCATION: Permission =
    Permission::new("ledger.set_allocation", "set allocations and record statistics");
/// Run allocations, and undo what they shared out.
pub const ALLOCATE: Permission =
    Permission::new("ledger.allocate", "run and undo allocations").within(&["allocation"]);
/// Set spending limits, move their lines, end them.
pub const SET_SPENDING_LIMIT: Permission =
    Permission::new("ledger.set_spending_limit", "set, change and end spending limits")
        .within(&["spending_limit"]);
/// Post above spending limits.
pub const EXCEED_SPENDING_LIMIT: Permission =
    Permission::new("ledger.exceed_spending_limit", "post above spending limits")
        .limited()
        .within(&["spending_limit", "journal"]);
/// Define dimensions, change them, and say which postings may carry.
pub const DEFINE_DIMENSION: Permission =
    Permission::new("ledger.define_dimension", "define and change dimensions")
        .within(&["dimension"]);
/// Open values of dimensions, change and move them.
pub const OPEN_DIMENSION_VALUE: Permission =
    Permission::new("ledger.open_dimension_value", "open, change and move values of dimensions")
        .within(&["dimension"]);
/// Set and remove rules and combinations of dimensions.
pub const SET_DIMENSION_RULE: Permission =
    Permission::new("ledger.set_dimension_rule", "set what postings must say of dimensions")
        .within(&["dimension"]);
/// Erase what refused lines of imports quote.
pub const ERASE: Permission =
    Permission::new("ledger.erase", "erase what refused lines of imports quote");

/// Clear open items.
pub const CLEAR: Permission =
    Permission::new("ledger.clear", "clear open items").limited().within(&["account"]).implied();
/// Clear items of different parties against one another.
pub const CLEAR_ACROSS_PARTIES: Permission =
    Permission::new("ledger.clear_across_parties", "clear items of different parties")
        .within(&["account"])
        .implied();
/// Undo clearings.
pub const UNCLEAR: Permission =
    Permission::new("ledger.unclear", "undo clearings").within(&["account"]).implied();

/// The tables that are changed only under a permission of the ledger.
const KEPT: &[&Table] = &[
    Settings::TABLE,
    Account::TABLE,
    Journal::TABLE,
    Period::TABLE,
    Entry::TABLE,
    Posting::TABLE,
    Balance::TABLE,
    Totals::TABLE,
    PendingEntry::TABLE,
    PendingPosting::TABLE,
    PendingSettled::TABLE,
    EntryDetail::TABLE,
    EntryKey::TABLE,
    ImportClock::TABLE,
    Reversal::TABLE,
    OpenItem::TABLE,
    Clearing::TABLE,
    ClearingLine::TABLE,
    ClearingDifference::TABLE,
    Unclearing::TABLE,
    Realised::TABLE,
    Draft::TABLE,
    DraftPosting::TABLE,
    DraftStep::TABLE,
    DraftRight::TABLE,
    RateSource::TABLE,
    ExchangeRate::TABLE,
    ExchangeAccounts::TABLE,
    MonetaryAccount::TABLE,
    RevaluationRun::TABLE,
    RevaluationLine::TABLE,
    RevaluationPart::TABLE,
    AllocationRule::TABLE,
    AllocationShare::TABLE,
    StatisticalValue::TABLE,
    AllocationRun::TABLE,
    AllocationPart::TABLE,
    SpendingLimit::TABLE,
    Spending::TABLE,
    SpendingExcess::TABLE,
    ClosingState::TABLE,
    YearStep::TABLE,
    YearEntry::TABLE,
    OpeningEntry::TABLE,
    Deferral::TABLE,
    DeferralPart::TABLE,
    Assertion::TABLE,
    Correction::TABLE,
    ClosingPoint::TABLE,
    Dimension::TABLE,
    DimensionValue::TABLE,
    DimensionPlace::TABLE,
    DimensionRule::TABLE,
    DimensionCombination::TABLE,
    StoredTemplate::TABLE,
    ParallelLedger::TABLE,
];

/// The ledger, for a driver to [join](Driver::join): its tables, its permissions, what it holds on parties, what it does by the clock.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_core::policy::Stored;
/// let driver = Driver::new(Memory::new(), CompanyId::named("acme"));
/// let books = Books::over(driver.with_policy(Stored))?; // the ledger joins
/// let refused = books.send("set up", &SetUp::new(Currency::EUR)).unwrap_err();
/// assert_eq!(refused.code(), "policy.not_set_up"); // nobody may anything yet
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
pub static ENGINE: Engine = Engine { name: "ledger", parts: &[&PART] };

static PART: Part = Part::new(KEPT)
    .otherwise(&[
        (ImportedEntry::TABLE, IMPORTED),
        (ImportKey::TABLE, IMPORTED),
        (RefusedLine::TABLE, IMPORTED),
        (Recurring::TABLE, PLANNED),
        (RecurringVersion::TABLE, PLANNED),
        (Occurrence::TABLE, PLANNED),
    ])
    .permissions(PERMISSIONS)
    .holdings(super::holdings::HOLDINGS)
    .on_due(&[
        (super::REVERSAL, super::reversing::reverse_as_planned),
        (super::RECURRING, super::recurring::carry_out),
        (super::EXPIRY, super::pending::expire),
        (crate::close::DEFERRAL, crate::close::deferral::carry_out),
    ])
    .verified_by(super::verify::of_part);

const IMPORTED: &str = "what an import notes goes by the right to run jobs";
const PLANNED: &str = "what recurs goes by ledger.plan and the right to carry out what is due";

const PERMISSIONS: &[&Permission] = &[
    &SET_UP,
    &OPEN_ACCOUNT,
    &CHANGE_ACCOUNT,
    &CLOSE_ACCOUNT,
    &REOPEN_ACCOUNT,
    &OPEN_JOURNAL,
    &CHANGE_JOURNAL,
    &DEFINE_LEDGER,
    &OPEN_FISCAL_YEAR,
    &LOCK_PERIOD,
    &UNLOCK_PERIOD,
    &LOCK_FOR_EVER,
    &CLOSE_YEAR,
    &REOPEN_YEAR,
    &ASSERT_BALANCE,
    &CLOSING_POINTS,
    &SIGN_OFF,
    &SET_TEMPLATE,
    &POST,
    &POST_UNAPPROVED,
    &POST_SOFT_LOCKED,
    &REVERSE,
    &HOLD,
    &POST_PENDING,
    &VOID_PENDING,
    &EXPIRE_PENDING,
    &PLAN,
    &DRAFT,
    &APPROVE,
    &RECORD_RATE,
    &SET_EXCHANGE_ACCOUNTS,
    &REVALUE,
    &SET_ALLOCATION,
    &ALLOCATE,
    &SET_SPENDING_LIMIT,
    &EXCEED_SPENDING_LIMIT,
    &DEFINE_DIMENSION,
    &OPEN_DIMENSION_VALUE,
    &SET_DIMENSION_RULE,
    &ERASE,
    &CLEAR,
    &CLEAR_ACROSS_PARTIES,
    &UNCLEAR,
];

/// Asks for something about a source of exchange rates.
pub(crate) fn of_source(source: &SmolStr) -> Request {
    Request::new(&RECORD_RATE).about(source.clone()).at("source", source.clone())
}

/// Asks for something about a period.
pub(crate) fn of_period(permission: &'static Permission, key: PeriodKey) -> Request {
    Request::new(permission).about(period::label(key)).at("period", period::label(key))
}

/// Asks for something about an account.
pub(crate) fn allow_account(
    tx: &mut Tx<'_>,
    authority: &Authority,
    code: &SmolStr,
    parent: Option<&SmolStr>,
) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let above = headings(tx, &Chart::default(), parent)?;
    let request = Request::new(authority.permission()).about(code.clone());
    tx.allow(authority, &request.under("account", code.clone(), above)).map(|_| ())
}

/// A request of this permission about an account, with what it stands under.
pub(crate) fn of_account(
    tx: &mut Tx<'_>,
    authority: &Authority,
    account: &Account,
) -> Result<Request, Halt> {
    let above = headings(tx, &Chart::default(), account.parent.as_ref())?;
    let request = Request::new(authority.permission()).about(account.code.clone());
    Ok(request.under("account", account.code.clone(), above))
}

/// What stands above an account under `parent`: that, what it stands under, and so on.
pub(crate) fn headings(
    tx: &mut Tx<'_>,
    chart: &Chart,
    parent: Option<&SmolStr>,
) -> Result<Vec<SmolStr>, Halt> {
    let (mut above, mut next) = (Vec::new(), parent.cloned());
    while let Some(heading) = next.filter(|heading| !above.contains(heading)) {
        next = parent_of(tx, chart, &heading)?;
        above.push(heading);
    }
    Ok(above)
}

/// What stands above an account.
pub(crate) fn above(tx: &mut Tx<'_>, chart: &Chart, code: &SmolStr) -> Result<Vec<SmolStr>, Halt> {
    let parent = parent_of(tx, chart, code)?;
    headings(tx, chart, parent.as_ref())
}

/// What an account stands under, by the chart that was read already, or by the account itself.
fn parent_of(tx: &mut Tx<'_>, chart: &Chart, code: &SmolStr) -> Result<Option<SmolStr>, Halt> {
    if let Some(parent) = chart.parent(code) {
        return Ok(parent.cloned());
    }
    Ok(tx.get::<Account>(code)?.and_then(|account| account.parent.clone()))
}

/// Whether an account is of income or expense, by the chart that was read already, or by the account itself.
fn is_of_result(tx: &mut Tx<'_>, chart: &Chart, code: &SmolStr) -> Result<bool, Halt> {
    if let Some(of_result) = chart.is_of_result(code) {
        return Ok(of_result);
    }
    Ok(tx.get::<Account>(code)?.is_some_and(|account| account.class.is_result()))
}

/// Asks for the entries of one act.
pub(crate) struct Asking {
    authority: Authority,
    /// Who had a hand in what is posted; then also why who acts may is kept.
    document: Option<Vec<ActorId>>,
    reason: Option<Reason>,
    /// Whether the entries follow from an act that was allowed.
    follows: bool,
    /// How much the entries are about that were taken, and with the one that is asked for.
    total: Option<Weight>,
    asked: Option<Weight>,
    scales: Scales,
    /// The journals that demand approvals to which who acts may post at once.
    unapproved: Vec<SmolStr>,
    /// What stands above the accounts under a heading, by that heading.
    headings: Map<SmolStr, Arc<[SmolStr]>>,
    /// The softly locked periods that who acts may post to, with the journal: each is asked for once.
    soft_locked: Vec<(PeriodKey, SmolStr)>,
}

/// What a request says of the places of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    /// What the verdict depends on.
    Regarded,
    /// All, so that a denial says all it can.
    All,
}

impl Asking {
    pub(crate) fn new(
        tx: &mut Tx<'_>,
        permission: &'static Permission,
    ) -> Result<Asking, LedgerError> {
        Ok(Asking::of(tx.authority(permission)?))
    }

    /// For entries that follow from an act that was allowed under this authority, as what a clearing realises does: of them
    /// nothing more is asked than whether their period takes them.
    pub(crate) fn following(authority: Authority) -> Asking {
        Asking { follows: true, ..Asking::of(authority) }
    }

    fn of(authority: Authority) -> Asking {
        let (document, reason, total, asked) = (None, None, None, None);
        let (headings, soft_locked, follows) = (Map::default(), Vec::new(), false);
        let (scales, unapproved) = (Scales::default(), Vec::new());
        Asking {
            authority,
            document,
            reason,
            follows,
            total,
            asked,
            scales,
            unapproved,
            headings,
            soft_locked,
        }
    }

    /// For a document in which these had a hand.
    pub(crate) fn after(mut self, hands: Vec<ActorId>) -> Asking {
        self.document = Some(hands);
        self
    }

    /// Why who acts may, where it was asked for a document.
    pub(crate) fn take_reason(&mut self) -> Option<Reason> {
        self.reason.take()
    }

    /// Whether an entry that was judged may be posted to this period.
    pub(crate) fn allow_posting(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, judged): (&NewEntry, &[Judged]),
        (period, status): (&Period, PeriodStatus),
    ) -> Result<(), LedgerError> {
        // Who submits a draft posts nothing: who approves it is asked.
        let posts = self.authority.permission().name != DRAFT.name;
        if status == PeriodStatus::SoftLocked && posts {
            self.allow_soft_locked(tx, period.period, &entry.journal)?;
        }
        if (self.authority.is_full() || self.follows) && self.document.is_none() {
            return Ok(());
        }
        let weight = self.scales.weigh(tx, rules, (entry, judged))?;
        let total =
            self.total.as_ref().map_or_else(|| Ok(weight.clone()), |so_far| so_far.and(&weight))?;
        let mut ask = |places| {
            let request = self.request(tx, &rules.chart, entry, places)?;
            self.allow_amounts(tx, request, (&weight, &total))
        };
        let allowed = match ask(Places::Regarded) {
            Err(Halt::Denied(_)) => ask(Places::All),
            answer => answer,
        };
        self.reason = Some(allowed?);
        self.asked = Some(total);
        Ok(())
    }

    /// Asks for each amount; gives why the first is allowed.
    fn allow_amounts(
        &self,
        tx: &mut Tx<'_>,
        request: Request,
        (weight, total): (&Weight, &Weight),
    ) -> Result<Reason, Halt> {
        let mut reason = None;
        for amount in weight.amounts() {
            let total = total.of(amount.currency()).unwrap_or(amount);
            let allowed =
                tx.allow(&self.authority, &request.clone().amount(amount).total(total))?;
            reason.get_or_insert(allowed);
        }
        reason.ok_or_else(|| Halt::Bug("an entry was asked for without an amount".into()))
    }

    /// Whether an entry may be posted to a journal at once: to one that demands approvals by who may post there without them.
    pub(crate) fn allow_at_once(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        journal: &Journal,
    ) -> Result<(), LedgerError> {
        let Some(approvals) = journal.approvals.filter(|persons| *persons > 0) else {
            return Ok(());
        };
        let at_once = AT_ONCE.iter().any(|name| *name == self.authority.permission().name);
        if !at_once || self.follows || rules.engine.is_some() {
            return Ok(());
        }
        if self.unapproved.contains(&journal.code) {
            return Ok(());
        }
        let request = Request::new(&POST_UNAPPROVED);
        let request = request.about(journal.code.clone()).at("journal", journal.code.clone());
        // Without a policy nobody has this right: what a journal demands it demands of all.
        if tx.engines().is_empty() || !tx.may(&request)?.is_allowed() {
            return Err(LedgerError::NeedsApproval { code: journal.code.clone(), approvals });
        }
        tx.authorize(&request)?;
        self.unapproved.push(journal.code.clone());
        Ok(())
    }

    fn allow_soft_locked(
        &mut self,
        tx: &mut Tx<'_>,
        period: PeriodKey,
        journal: &SmolStr,
    ) -> Result<(), Halt> {
        let asked = |(known, of): &(PeriodKey, SmolStr)| *known == period && of == journal;
        if !self.soft_locked.iter().any(asked) {
            let request = of_period(&POST_SOFT_LOCKED, period);
            tx.authorize(&request.at("journal", journal.clone()))?;
            self.soft_locked.push((period, journal.clone()));
        }
        Ok(())
    }

    /// Whether an entry may be written down, whatever its amount.
    pub(crate) fn allow_writing(
        &mut self,
        tx: &mut Tx<'_>,
        entry: &NewEntry,
    ) -> Result<Reason, LedgerError> {
        let request = self.request(tx, &Chart::default(), entry, Places::All)?;
        Ok(tx.allow(&self.authority, &request)?)
    }

    /// Whether an entry may be planned: for all that it is about, whether or not it could be posted today.
    pub(crate) fn allow_plan(
        &mut self,
        tx: &mut Tx<'_>,
        entry: &NewEntry,
    ) -> Result<(), LedgerError> {
        if self.authority.is_full() {
            return Ok(());
        }
        let rules = Rules::read(tx, std::slice::from_ref(entry))?;
        let request = self.request(tx, &rules.chart, entry, Places::All)?;
        let weight = self.scales.weigh_plan(tx, &rules, entry)?;
        self.allow_amounts(tx, request, (&weight, &weight))?;
        Ok(())
    }

    /// The entry that was asked for is taken: it counts towards the limits of the act.
    pub(crate) fn count(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.total = Some(asked);
        }
    }

    /// How much the entries are about that were taken.
    pub(crate) fn taken(&self) -> Option<Weight> {
        self.total.clone()
    }

    /// Entries that were taken are taken back, to so much.
    pub(crate) fn take_back_to(&mut self, total: Option<Weight>) {
        (self.total, self.asked) = (total, None);
    }

    fn request(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        entry: &NewEntry,
        places: Places,
    ) -> Result<Request, Halt> {
        let mut request = Request::new(self.authority.permission())
            .after(self.document.as_deref().unwrap_or_default());
        if places == Places::All {
            request = request.about(format_smolstr!("{}, {}", entry.journal, entry.date));
        }
        let wanted = |asking: &Asking, dimension: &str| {
            places == Places::All || asking.authority.regards(dimension)
        };
        if wanted(self, "journal") {
            request = request.at("journal", entry.journal.clone());
        }
        let accounts = wanted(self, "account");
        for posting in &entry.postings {
            if accounts {
                let above = self.above(tx, chart, &posting.account)?;
                request = request.under("account", posting.account.clone(), above);
            }
            for (dimension, place) in posting.dimensions.iter() {
                if wanted(self, dimension) {
                    request = request.at(dimension, place);
                }
            }
        }
        self.nowhere(tx, chart, entry, places, request)
    }

    /// Adds the dimensions in which a posting to an account of income or expense has no place: else one posting that has one
    /// would open a right within places of it to all others.
    fn nowhere(
        &self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        entry: &NewEntry,
        places: Places,
        mut request: Request,
    ) -> Result<Request, Halt> {
        let named = || {
            let places = entry.postings.iter().flat_map(|posting| posting.dimensions.iter());
            places.map(|(dimension, _)| SmolStr::new(dimension)).collect()
        };
        // A denial says whose rights would do: those may regard other dimensions.
        let regarded = match self.authority.dimensions() {
            Some(dimensions) if places != Places::All => dimensions.to_vec(),
            _ => named(),
        };
        for dimension in regarded.iter().filter(|name| !ENTRY.contains(&name.as_str())) {
            for posting in &entry.postings {
                if posting.dimensions.get(dimension).is_none()
                    && is_of_result(tx, chart, &posting.account)?
                {
                    request = request.nowhere(dimension.clone());
                }
            }
        }
        Ok(request)
    }

    /// What stands above an account; nothing where nothing depends on it.
    fn above(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        code: &SmolStr,
    ) -> Result<Arc<[SmolStr]>, Halt> {
        if self.authority.is_full() {
            return Ok(Arc::default());
        }
        let Some(parent) = parent_of(tx, chart, code)? else { return Ok(Arc::default()) };
        if let Some(known) = self.headings.get(&parent) {
            return Ok(known.clone());
        }
        let above: Arc<[SmolStr]> = headings(tx, chart, Some(&parent))?.into();
        self.headings.insert(parent, above.clone());
        Ok(above)
    }
}
