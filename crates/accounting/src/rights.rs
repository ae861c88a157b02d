//! What can be allowed in the ledger and around it: all permissions of [`ledger::ENGINE`](crate::ledger::ENGINE), which the parts of
//! the features list.
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
//! A journal whose [`approvals`](crate::ledger::Journal::approvals) are set, and not 0, takes by hand what others approved as a draft and nothing else:
//! not what is posted, held or planned at once, imported or due, unless who does it may `ledger.post_unapproved`. It does take what
//! follows from an act that is allowed by itself: reversals (`ledger.reverse`, which puts nothing in the place of what
//! others approved), closings of a year, exchange differences, allocations, and what another engine posts in its own name.

use fondaco_core::policy::Permission;

/// Where an entry is, besides its dimensions.
pub(crate) const ENTRY: &[&str] = &["journal", "account"];

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

/// Erase what notes of entries say.
pub const ERASE_NOTES: Permission =
    Permission::new("ledger.erase_notes", "erase what notes of entries say about persons");

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
