//! Gates of accounts: limits of one side by the other, totals that are kept, and being closed.

use fondaco_core::Timestamp;
use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Account, ChangeAccount, NewAccount};

/// Which side of an account may not exceed the other: TigerBeetle's `debits_must_not_exceed_credits` and
/// `credits_must_not_exceed_debits`.
///
/// It is judged in each currency by itself, over all dates and dimensions, in the order in which entries are recorded,
/// whatever their dates: what is pending on the limited side counts as if it were posted, what is pending on the other side
/// does not count yet. [By day](NewAccount::limit_by_day) it holds at the end of each day besides. A limit that is set judges what comes after it; an account that breaks it already takes nothing more
/// on that side until it is within the limit again.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// // The bank lends nothing: what is taken out (credits) stays within what was put in (debits).
/// books.send("no overdraft", &ChangeAccount::limit("1000", AccountLimit::CreditsWithinDebits))?;
/// let pay = |amount| NewEntry::new("GEN", day("2026-03-01"))
///     .debit("5100", eur(amount))
///     .credit("1000", eur(amount));
/// let refused = books.post("rent", pay("460.01")).unwrap_err();
/// assert_eq!(refused.code(), "accounting.exceeds_debits");
/// assert_eq!(
///     refused.to_string(),
///     "account 1000: its credits would exceed its debits by 0.01 EUR; \
///      post less, or put the difference on its other side first",
/// );
/// books.post("rent", pay("460"))?;
/// # Ok::<(), LedgerError>(())
/// ```
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AccountLimit {
    /// Debits, posted and pending, may not exceed the posted credits: a customer's wallet.
    DebitsWithinCredits,
    /// Credits, posted and pending, may not exceed the posted debits: the till, a bank account without overdraft.
    CreditsWithinDebits,
}

/// Why an account is closed: it takes nothing, whatever the date, until it is reopened.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// It was opened so.
    Command,
    /// A pending closing entry, until that is voided or expires.
    Pending,
}

/// What a posting asks of its account beyond its rules: a few bits, none of which is set for an ordinary account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gate(u8);

impl Gate {
    const DEBITS: u8 = 1;
    const CREDITS: u8 = 2;
    const TRACKED: u8 = 4;
    const CLOSED: u8 = 8;
    const BY_DAY: u8 = 16;

    pub(crate) fn of(account: &Account) -> Gate {
        let limit = match account.limit {
            None => 0,
            Some(AccountLimit::DebitsWithinCredits) => Gate::DEBITS,
            Some(AccountLimit::CreditsWithinDebits) => Gate::CREDITS,
        };
        let tracked = if account.tracked.unwrap_or(false) { Gate::TRACKED } else { 0 };
        let closed = if account.closed.is_some() { Gate::CLOSED } else { 0 };
        let by_day = if account.limit_by_day.unwrap_or(false) { Gate::BY_DAY } else { 0 };
        Gate(limit | tracked | closed | by_day)
    }

    /// Whether it is an ordinary account.
    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn is_closed(self) -> bool {
        self.0 & Gate::CLOSED != 0
    }

    /// Whether its posted totals are kept.
    pub(crate) fn is_kept(self) -> bool {
        self.0 & (Gate::DEBITS | Gate::CREDITS | Gate::TRACKED) != 0
    }

    /// Whether its limit holds at the end of each day.
    pub(crate) fn is_by_day(self) -> bool {
        self.0 & Gate::BY_DAY != 0
    }

    pub(crate) fn limit(self) -> Option<AccountLimit> {
        match self.0 & (Gate::DEBITS | Gate::CREDITS) {
            Gate::DEBITS => Some(AccountLimit::DebitsWithinCredits),
            Gate::CREDITS => Some(AccountLimit::CreditsWithinDebits),
            _ => None,
        }
    }
}

impl NewAccount {
    /// One side may not exceed the other.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{AccountClass, AccountLimit, NewAccount};
    /// let wallet = NewAccount::new("wallet/17", "Wallet of Ada", AccountClass::Liability)
    ///     .limit(AccountLimit::DebitsWithinCredits) // what is taken out stays within what was put in
    ///     .kind("wallet")
    ///     .tag("customer", "17");
    /// assert_eq!(wallet.tags.get("customer"), Some("17"));
    /// ```
    #[must_use]
    pub fn limit(mut self, limit: AccountLimit) -> NewAccount {
        (self.limit, self.limit_by_day) = (Some(limit), false);
        self
    }

    /// One side may not exceed the other at the end of any day: what is dated before other entries is judged on their days too.
    ///
    /// A posting that takes from the account rests on all that lies on later days, and is judged after reading it: who posts to such an
    /// account at the same time takes turns, and what is dated long ago takes as long as there is of it since.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let till = NewAccount::new("1001", "Till", AccountClass::Asset)
    ///     .limit_by_day(AccountLimit::CreditsWithinDebits);
    /// books.send("till", &OpenAccounts::new(vec![till]))?;
    /// let take = |on, amount| NewEntry::new("GEN", day(on)).debit("5100", eur(amount)).credit("1001", eur(amount));
    /// let put = NewEntry::new("GEN", day("2026-03-10")).debit("1001", eur("100")).credit("4000", eur("100"));
    /// books.post("takings", put)?;
    /// books.post("spent", take("2026-03-10", "60"))?;
    /// let early = books.post("on the fifth", take("2026-03-05", "10")).unwrap_err();
    /// assert_eq!(early.code(), "accounting.exceeds_on_day"); // there was nothing yet
    /// books.post("on the tenth", take("2026-03-10", "10"))?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn limit_by_day(mut self, limit: AccountLimit) -> NewAccount {
        (self.limit, self.limit_by_day) = (Some(limit), true);
        self
    }

    /// Its [`Totals`](super::Totals) are kept, also without a limit.
    #[must_use]
    pub fn tracked(mut self) -> NewAccount {
        self.tracked = true;
        self
    }

    /// Opened closed: it takes nothing until it is [reopened](super::ReopenAccount).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let till = NewAccount::new("1001", "Till", AccountClass::Asset).closed();
    /// books.send("till", &OpenAccounts::new(vec![till]))?;
    /// let cash = NewEntry::new("GEN", day("2026-03-01")).debit("1001", eur("5")).credit("4000", eur("5"));
    /// assert_eq!(books.post("cash", cash.clone()).unwrap_err().code(), "accounting.account_closed");
    /// books.send("open the till", &ReopenAccount::new("1001"))?;
    /// books.post("cash", cash)?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn closed(mut self) -> NewAccount {
        self.closed = true;
        self
    }

    /// What kind of account it is to the host.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<SmolStr>) -> NewAccount {
        self.kind = Some(kind.into());
        self
    }

    /// Whatever else the host tells apart.
    #[must_use]
    pub fn tag(mut self, name: impl Into<SmolStr>, text: impl Into<SmolStr>) -> NewAccount {
        self.tags.set(name, text);
        self
    }

    /// Was opened elsewhere at this instant: see [`NewEntry::imported_at`](super::NewEntry::imported_at).
    #[must_use]
    pub fn imported_at(mut self, instant: Timestamp) -> NewAccount {
        self.imported_at = Some(instant);
        self
    }

    /// Stands or falls with the next account of its [`OpenEach`](super::OpenEach).
    #[must_use]
    pub fn linked(mut self) -> NewAccount {
        self.linked = true;
        self
    }
}

/// Whether a changed account is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitChange {
    /// By nothing.
    None,
    /// By this.
    To(AccountLimit),
    /// By this, at the end of each day.
    ByDay(AccountLimit),
}

impl ChangeAccount {
    /// One side of `code` may not exceed the other from now on. Its totals are reckoned in the same act.
    pub fn limit(code: impl Into<SmolStr>, limit: AccountLimit) -> ChangeAccount {
        ChangeAccount { limit: Some(LimitChange::To(limit)), ..ChangeAccount::of(code) }
    }

    /// The same at the end of [each day](NewAccount::limit_by_day).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books(); // 500 came in on 2 January, 40 went out on 1 February
    /// let no_overdraft = AccountLimit::CreditsWithinDebits;
    /// books.send("limit", &ChangeAccount::limit_by_day("1000", no_overdraft))?;
    /// let pay = |on| NewEntry::new("GEN", day(on)).debit("5100", eur("470")).credit("1000", eur("470"));
    /// let early = books.post("in January", pay("2026-01-05")).unwrap_err();
    /// assert_eq!(early.code(), "accounting.exceeds_debits"); // of all that there ever was
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn limit_by_day(code: impl Into<SmolStr>, limit: AccountLimit) -> ChangeAccount {
        ChangeAccount { limit: Some(LimitChange::ByDay(limit)), ..ChangeAccount::of(code) }
    }

    /// No limit from now on.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("limit", &ChangeAccount::limit("1000", AccountLimit::CreditsWithinDebits))?;
    /// books.send("no limit", &ChangeAccount::unlimited("1000"))?;
    /// let rent = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("9000")).credit("1000", eur("9000"));
    /// books.post("rent", rent)?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn unlimited(code: impl Into<SmolStr>) -> ChangeAccount {
        ChangeAccount { limit: Some(LimitChange::None), ..ChangeAccount::of(code) }
    }

    /// The totals of `code` are kept from now on, reckoned in the same act.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("track", &ChangeAccount::track("1000"))?;
    /// assert_eq!(books.totals("1000")?[0].debit.to_decimal(), 500.into());
    /// books.send("no more", &ChangeAccount::untrack("1000"))?;
    /// assert!(books.totals("1000")?.iter().all(|totals| totals.debit.to_decimal() == 0.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn track(code: impl Into<SmolStr>) -> ChangeAccount {
        ChangeAccount { tracked: Some(true), ..ChangeAccount::of(code) }
    }

    /// The totals of `code` are not kept any more, unless a limit needs them.
    pub fn untrack(code: impl Into<SmolStr>) -> ChangeAccount {
        ChangeAccount { tracked: Some(false), ..ChangeAccount::of(code) }
    }
}
