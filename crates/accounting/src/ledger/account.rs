//! The chart of accounts: a tree of accounts of five classes.

use chrono::NaiveDate;
use fondaco_core::policy::Authority;
use fondaco_core::store::{Event, Field, Record, Tags, Value};
use fondaco_core::{Act, Currency, DateRange, Money, Range, Reading, Timestamp, Tx, is_code};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rules::Chart;
use super::spending::recount_moved;
use super::totals::{last_of_each_period, settle_gate};
use super::tree::{self, Levels};
use super::{
    AccountBefore, AccountLimit, Amount, BalanceQuery, ClosedBy, ItemError, ItemKeeping,
    LedgerError, LimitChange, PendingPosting, Totals, balances, open_items, rights,
};
use crate::close::recount_asserted;
use crate::parallel::{alone, ledgers};

/// What an account measures, and on which side it grows.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AccountClass {
    /// What the company has: grows by debits.
    Asset,
    /// What it owes: grows by credits.
    Liability,
    /// What belongs to its owners: grows by credits.
    Equity,
    /// What it earns: grows by credits.
    Income,
    /// What it spends: grows by debits.
    Expense,
}

impl AccountClass {
    /// Whether its balance is normally a debit.
    ///
    /// ```
    /// use fondaco_accounting::ledger::AccountClass;
    /// assert!(AccountClass::Asset.grows_by_debit() && AccountClass::Expense.grows_by_debit());
    /// assert!(!AccountClass::Income.grows_by_debit());
    /// ```
    pub fn grows_by_debit(self) -> bool {
        matches!(self, AccountClass::Asset | AccountClass::Expense)
    }

    /// Whether it belongs to the income statement; the others to the balance sheet.
    ///
    /// ```
    /// use fondaco_accounting::ledger::AccountClass;
    /// assert!(AccountClass::Income.is_result() && AccountClass::Expense.is_result());
    /// assert!(!AccountClass::Equity.is_result());
    /// ```
    pub fn is_result(self) -> bool {
        matches!(self, AccountClass::Income | AccountClass::Expense)
    }
}

/// An account.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_account", kind = state, key(code), index(by_parent(parent)), index(by_recorded_at(recorded_at)), guard(all()), guard(by_parent(parent)), layout = 4)]
pub struct Account {
    /// What names it for ever: `1000`, `4000.20`, `Assets:Bank`.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// What it measures.
    pub class: AccountClass,
    /// The heading it stands under.
    pub parent: Option<SmolStr>,
    /// The one currency it holds; `None` for any.
    pub currency: Option<Currency>,
    /// Whether it only has accounts under it and no postings.
    pub heading: bool,
    /// The first day on which it can be posted to.
    pub opens: Option<NaiveDate>,
    /// The last day on which it can be posted to.
    pub closes: Option<NaiveDate>,
    /// For a control account the engine that keeps it, such as `receivable`: nobody else posts to it.
    #[record(since = 2)]
    pub control: Option<SmolStr>,
    /// Whether its postings are cleared against one another: see [`open_items`](mod@super::open_items).
    #[record(since = 3)]
    pub open_items: Option<ItemKeeping>,
    /// Which of its sides may not exceed the other.
    #[record(since = 3)]
    pub limit: Option<AccountLimit>,
    /// Whether its [`Totals`](super::Totals) are kept though it has no limit: for balancing entries, and for a look at an
    /// account of many postings.
    #[record(since = 3)]
    pub tracked: Option<bool>,
    /// Why it takes nothing at all, whatever the date; `None` while it is not closed so.
    #[record(since = 3)]
    pub closed: Option<ClosedBy>,
    /// What kind of account it is to the host: `wallet`, `fees`.
    #[record(since = 3)]
    pub kind: Option<SmolStr>,
    /// Whatever else the host tells apart.
    #[record(since = 3)]
    pub tags: Tags,
    /// When it was opened.
    #[record(since = 3)]
    pub recorded_at: Option<Timestamp>,
    /// Whether it was opened elsewhere before, at that instant.
    #[record(since = 3)]
    pub imported: Option<bool>,
    /// Whether it was opened as linked with the next of its batch: a repeat is too.
    #[record(since = 3)]
    pub linked: Option<bool>,
    /// Whether its limit holds at the end of each day, and not only in order of recording.
    #[record(since = 4)]
    pub limit_by_day: Option<bool>,
}

impl Account {
    /// Whether it can be posted to on `date`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("close", &CloseAccount::new("1010", "2026-06-30".parse()?))?;
    /// let dollars = books.view(|view| Ok(view.peek::<Account>(&"1010".into())?))?;
    /// let dollars = dollars.ok_or("there is such an account")?;
    /// assert!(dollars.is_open("2026-06-30".parse()?) && !dollars.is_open("2026-07-01".parse()?));
    /// assert_eq!(dollars.open_days().to_string(), "../2026-06-30");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_open(&self, date: NaiveDate) -> bool {
        self.opens.is_none_or(|opens| opens <= date)
            && self.closes.is_none_or(|closes| date <= closes)
    }

    /// The days on which it can be posted to.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.view(|view| Ok(view.peek::<Account>(&"1000".into())?))?;
    /// assert_eq!(bank.map(|bank| bank.open_days()), Some(DateRange::always()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn open_days(&self) -> DateRange {
        open_days(self.opens, self.closes)
    }
}

/// The days between opening and closing, both included.
pub(crate) fn open_days(opens: Option<NaiveDate>, closes: Option<NaiveDate>) -> DateRange {
    DateRange::between(opens, closes).unwrap_or_else(|_| DateRange::always())
}

/// An account to be opened.
///
/// ```
/// use fondaco_accounting::ledger::{AccountClass, NewAccount};
/// use fondaco_core::Currency;
///
/// let bank = NewAccount::new("1000", "Bank", AccountClass::Asset).currency(Currency::EUR).parent("1");
/// # let _ = bank;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// See [`Account::code`].
    pub code: SmolStr,
    /// See [`Account::name`].
    pub name: SmolStr,
    /// See [`Account::class`].
    pub class: AccountClass,
    /// See [`Account::parent`].
    #[serde(default)]
    pub parent: Option<SmolStr>,
    /// See [`Account::currency`].
    #[serde(default)]
    pub currency: Option<Currency>,
    /// See [`Account::heading`].
    #[serde(default)]
    pub heading: bool,
    /// See [`Account::opens`].
    #[serde(default)]
    pub opens: Option<NaiveDate>,
    /// See [`Account::control`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<SmolStr>,
    /// Whether it is kept by open items: see [`Account::open_items`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open_items: bool,
    /// See [`Account::limit`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<AccountLimit>,
    /// See [`Account::limit_by_day`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub limit_by_day: bool,
    /// See [`Account::tracked`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tracked: bool,
    /// Whether it is opened closed: until [`ReopenAccount`](super::ReopenAccount) it takes nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
    /// See [`Account::kind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SmolStr>,
    /// See [`Account::tags`].
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// The instant at which it was opened elsewhere: see [`NewEntry::imported_at`](super::NewEntry::imported_at).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported_at: Option<Timestamp>,
    /// Whether it stands or falls with the next account of its [`OpenEach`](super::OpenEach).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linked: bool,
}

impl NewAccount {
    /// An account that can be posted to from now on, in any currency, under no heading.
    ///
    /// ```
    /// use fondaco_accounting::ledger::{AccountClass, NewAccount};
    /// let sales = NewAccount::new("4000", "Sales", AccountClass::Income);
    /// assert!(sales.parent.is_none() && sales.currency.is_none() && !sales.heading);
    /// ```
    pub fn new(
        code: impl Into<SmolStr>,
        name: impl Into<SmolStr>,
        class: AccountClass,
    ) -> NewAccount {
        let (code, name) = (code.into(), name.into());
        NewAccount {
            code,
            name,
            class,
            parent: None,
            currency: None,
            heading: false,
            opens: None,
            control: None,
            open_items: false,
            limit: None,
            limit_by_day: false,
            tracked: false,
            closed: false,
            kind: None,
            tags: Tags::default(),
            imported_at: None,
            linked: false,
        }
    }

    /// A heading: only accounts stand under it.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let chart = OpenAccounts::new(vec![
    ///     NewAccount::new("6100", "Travel", AccountClass::Expense).parent("6"),
    ///     NewAccount::heading("6", "Overheads", AccountClass::Expense),
    /// ]);
    /// books.send("overheads", &chart)?;
    /// let on_a_heading = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("6", Money::parse("10 EUR")?)
    ///     .credit("1000", Money::parse("10 EUR")?);
    /// assert_eq!(books.post("travel", on_a_heading).unwrap_err().code(), "accounting.heading");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn heading(
        code: impl Into<SmolStr>,
        name: impl Into<SmolStr>,
        class: AccountClass,
    ) -> NewAccount {
        NewAccount { heading: true, ..NewAccount::new(code, name, class) }
    }

    /// Under this heading.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let cash = NewAccount::new("1001", "Cash", AccountClass::Asset).parent("1000");
    /// let refusal = books.send("cash", &OpenAccounts::new(vec![cash])).unwrap_err();
    /// assert_eq!(refusal.code(), "accounting.bad_parent"); // 1000 is no heading
    /// ```
    #[must_use]
    pub fn parent(mut self, parent: impl Into<SmolStr>) -> NewAccount {
        self.parent = Some(parent.into());
        self
    }

    /// In this currency only.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let pounds = NewAccount::new("1020", "Pounds", AccountClass::Asset)
    ///     .currency(Currency::GBP)
    ///     .opens("2026-04-01".parse()?);
    /// books.send("pounds", &OpenAccounts::new(vec![pounds]))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn currency(mut self, currency: Currency) -> NewAccount {
        self.currency = Some(currency);
        self
    }

    /// Open from this day on.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let april = "2026-04-01".parse()?;
    /// let shop = NewAccount::new("4100", "Shop", AccountClass::Income).opens(april);
    /// books.send("shop", &OpenAccounts::new(vec![shop]))?;
    /// let ten = Money::parse("10 EUR")?;
    /// let march = NewEntry::new("GEN", "2026-03-31".parse()?)
    ///     .debit("1000", ten)
    ///     .credit("4100", ten);
    /// let refusal = books.post("sale", march).unwrap_err();
    /// assert_eq!(refusal.code(), "accounting.account_not_open");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn opens(mut self, date: NaiveDate) -> NewAccount {
        self.opens = Some(date);
        self
    }

    /// A control account: only this engine posts to it, so that it always agrees with what the engine keeps.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let debtors = NewAccount::new("1210", "Debtors", AccountClass::Asset).control("receivable");
    /// books.send("debtors", &OpenAccounts::new(vec![debtors]))?;
    /// let ten = Money::parse("10 EUR")?;
    /// let by_hand = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .debit("1210", ten)
    ///     .credit("4000", ten);
    /// let refusal = books.post("by hand", by_hand).unwrap_err();
    /// assert_eq!(refusal.code(), "accounting.control_account");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn control(mut self, engine: impl Into<SmolStr>) -> NewAccount {
        self.control = Some(engine.into());
        self
    }

    /// Kept by open items: its postings are cleared against one another.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let suppliers = NewAccount::new("2000", "Suppliers", AccountClass::Liability).open_items();
    /// books.send("suppliers", &OpenAccounts::new(vec![suppliers]))?;
    /// let bill = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("10")).credit("2000", eur("10"));
    /// books.post("bill", bill)?;
    /// assert_eq!(books.open_items(&OpenItemQuery::account("2000"))?.items[0].open, eur("-10"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn open_items(mut self) -> NewAccount {
        self.open_items = true;
        self
    }
}

/// Opens accounts: all or none. A heading may come before or after the accounts under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAccounts {
    /// The accounts.
    pub accounts: Vec<NewAccount>,
}

impl OpenAccounts {
    /// Opens `accounts`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let again = NewAccount::new("1000", "Bank", AccountClass::Asset);
    /// let refusal = books.send("more", &OpenAccounts::new(vec![again])).unwrap_err();
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "item 0 (counted from 0): account 1000 exists already: choose another code",
    /// );
    /// ```
    pub fn new(accounts: Vec<NewAccount>) -> OpenAccounts {
        OpenAccounts { accounts }
    }
}

impl Act for OpenAccounts {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::OPEN_ACCOUNT)?;
        let mut codes: Vec<SmolStr> =
            self.accounts.iter().map(|account| account.code.clone()).collect();
        codes.extend(self.accounts.iter().filter_map(|account| account.parent.clone()));
        tx.need::<Account>(&codes)?;
        let order =
            tree::opening_order(&self.accounts).map_err(|at| match self.accounts.get(at) {
                Some(account) => bad_parent(account, "the parents form a circle").at(at),
                None => fondaco_core::Halt::Bug("a circle of no account".into()).into(),
            })?;
        let mut levels = Levels::default();
        for (at, account) in order.into_iter().filter_map(|at| Some((at, self.accounts.get(at)?))) {
            open(tx, &authority, account, &mut levels).map_err(|error| error.at(at))?;
        }
        Ok(())
    }
}

pub(crate) fn open(
    tx: &mut Tx<'_>,
    authority: &Authority,
    new: &NewAccount,
    levels: &mut Levels,
) -> Result<(), LedgerError> {
    rights::allow_account(tx, authority, &new.code, new.parent.as_ref())?;
    check_new(new)?;
    if tx.get::<Account>(&new.code)?.is_some() {
        return Err(LedgerError::Exists { what: "account", code: new.code.clone() });
    }
    let mut level = 1;
    if let Some(parent) = &new.parent {
        if let Some(why) = tree::why_not(tx.get::<Account>(parent)?.as_deref(), new.class) {
            return Err(bad_parent(new, why));
        }
        level = levels.under(tx, parent, None)?.map_err(|why| bad_parent(new, why))?;
    }
    levels.note(&new.code, level);
    if new.heading && new.open_items {
        let (code, why) = (new.code.clone(), "it is a heading: keep the accounts under it".into());
        let what = "be kept by open items";
        return Err(ItemError::CannotChange { code, what, why }.into());
    }
    tx.emit(Event::new("ledger.account_opened").with("account", new.code.clone()));
    Ok(tx.insert(new.to_account(tx.now()))?)
}

/// What is wrong with an account by itself.
fn check_new(new: &NewAccount) -> Result<(), LedgerError> {
    check_code("account", &new.code)?;
    check_name("account name", &new.name)?;
    if let Some(engine) = &new.control {
        check_code("control engine", engine)?;
    }
    check_tags(new.kind.as_ref(), &new.tags)
}

/// Kinds and tags that a store can keep.
pub(crate) fn check_tags(kind: Option<&SmolStr>, tags: &Tags) -> Result<(), LedgerError> {
    if let Some(kind) = kind {
        check_code("kind", kind)?;
    }
    if tags.iter().any(|(name, _)| name.is_empty()) {
        let why = "a tag has a name, such as order".into();
        return Err(LedgerError::BadInput { what: "tags", why });
    }
    tags.check().map_or(Ok(()), |why| Err(LedgerError::BadInput { what: "tags", why: why.into() }))
}

impl NewAccount {
    /// The account as it is stored, recorded at `now` unless it was opened elsewhere before.
    pub(crate) fn to_account(&self, now: Timestamp) -> Account {
        let NewAccount { code, name, class, parent, currency, heading, opens, control, .. } =
            self.clone();
        Account {
            code,
            name,
            class,
            parent,
            currency,
            heading,
            opens,
            closes: None,
            control,
            open_items: self.open_items.then_some(ItemKeeping::Kept),
            limit: self.limit,
            tracked: self.tracked.then_some(true),
            closed: self.closed.then_some(ClosedBy::Command),
            kind: self.kind.clone(),
            tags: self.tags.clone(),
            recorded_at: Some(self.imported_at.unwrap_or(now)),
            imported: self.imported_at.map(|_| true),
            linked: self.linked.then_some(true),
            limit_by_day: (self.limit.is_some() && self.limit_by_day).then_some(true),
        }
    }
}

fn bad_parent(new: &NewAccount, why: &'static str) -> LedgerError {
    LedgerError::BadParent {
        code: new.code.clone(),
        parent: new.parent.clone().unwrap_or_default(),
        why,
    }
}

/// Whether a code can name something.
pub(crate) fn check_code(what: &'static str, code: &SmolStr) -> Result<(), LedgerError> {
    if is_code(code) { Ok(()) } else { Err(LedgerError::BadCode { what, code: code.clone() }) }
}

/// Whether a name can stand in a line of a report.
pub(crate) fn check_name(what: &'static str, name: &SmolStr) -> Result<(), LedgerError> {
    if name.trim().is_empty() {
        return Err(LedgerError::BadInput {
            what,
            why: "it is empty: give one that people know".into(),
        });
    }
    if name.chars().any(char::is_control) {
        let why = format!("{name:?} holds a line break or another control character: leave it out");
        return Err(LedgerError::BadInput { what, why });
    }
    Ok(())
}

/// Where a changed account stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Where it stood.
    #[default]
    Unchanged,
    /// Under no heading.
    Top,
    /// Under this heading.
    Under(SmolStr),
}

/// Who may post to a changed account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// Everybody who may post.
    Nobody,
    /// This engine only: see [`Account::control`].
    Engine(SmolStr),
}

/// Gives an account another name or heading, makes it a control account, keeps it by open items, limits or tracks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeAccount {
    /// Which account.
    pub code: SmolStr,
    /// Its new name.
    #[serde(default)]
    pub name: Option<SmolStr>,
    /// Whether it stands somewhere else.
    #[serde(default)]
    pub place: Place,
    /// Whether an engine keeps it from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Control>,
    /// Whether it is kept by open items from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_items: Option<bool>,
    /// Whether a limit holds from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitChange>,
    /// Whether its totals are kept from now on, also without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracked: Option<bool>,
    /// Its new tags, in place of all that it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
}

impl ChangeAccount {
    /// Another name for `code`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("rename", &ChangeAccount::rename("1000", "Bank of Venice"))?;
    /// let trial = books.trial_balance("2026-12-31".parse()?)?;
    /// assert_eq!(trial.lines[0].name, "Bank of Venice");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rename(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> ChangeAccount {
        ChangeAccount { name: Some(name.into()), ..ChangeAccount::of(code) }
    }

    /// Another heading for `code`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("to the top", &ChangeAccount::move_under("1200", None))?;
    /// let elsewhere = ChangeAccount::move_under("1200", Some("3000".into()));
    /// let refusal = books.send("elsewhere", &elsewhere).unwrap_err(); // the class is another
    /// assert_eq!(refusal.code(), "accounting.bad_parent");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn move_under(code: impl Into<SmolStr>, parent: Option<SmolStr>) -> ChangeAccount {
        let place = parent.map_or(Place::Top, Place::Under);
        ChangeAccount { place, ..ChangeAccount::of(code) }
    }

    /// Makes `code` a control account of `engine`, or, with `None`, an account like others.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("keep", &ChangeAccount::control("1200", Some("receivable".into())))?;
    /// let ten = Money::parse("10 EUR")?;
    /// let sale = NewEntry::new("GEN", "2026-03-01".parse()?).debit("1200", ten).credit("4000", ten);
    /// let refusal = books.post("sale", sale.clone()).unwrap_err();
    /// assert_eq!(
    ///     refusal.to_string(),
    ///     "account 1200 is kept by receivable alone: use a command of receivable, or another account",
    /// );
    /// books.send("free", &ChangeAccount::control("1200", None))?;
    /// books.post("sale", sale)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn control(code: impl Into<SmolStr>, engine: Option<SmolStr>) -> ChangeAccount {
        let control = Some(engine.map_or(Control::Nobody, Control::Engine));
        ChangeAccount { control, ..ChangeAccount::of(code) }
    }

    /// Keeps `code` by open items, its older postings too; or, with `false`, no longer, as long as nothing was ever cleared.
    /// An account with more than 1,000 postings is changed by a job, [`KeepByItems`](super::KeepByItems).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// assert_eq!(books.open_items(&OpenItemQuery::account("1200"))?.items[0].open, eur("119"));
    /// books.send("no longer", &ChangeAccount::open_items("1200", false))?;
    /// let heading = books.send("a heading", &ChangeAccount::open_items("1", true)).unwrap_err();
    /// assert_eq!(heading.code(), "accounting.cannot_change_items");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn open_items(code: impl Into<SmolStr>, kept: bool) -> ChangeAccount {
        ChangeAccount { open_items: Some(kept), ..ChangeAccount::of(code) }
    }

    /// No change yet.
    pub(crate) fn of(code: impl Into<SmolStr>) -> ChangeAccount {
        let (name, place, control) = (None, Place::Unchanged, None);
        let (open_items, limit, tracked, tags) = (None, None, None, None);
        ChangeAccount { code: code.into(), name, place, control, open_items, limit, tracked, tags }
    }
}

impl Act for ChangeAccount {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::CHANGE_ACCOUNT)?;
        let before = existing(tx, &self.code)?;
        rights::allow_account(tx, &authority, &before.code, before.parent.as_ref())?;
        let mut account = before.clone();
        if let Some(name) = &self.name {
            check_name("account name", name)?;
            account.name = name.clone();
        }
        match &self.place {
            Place::Unchanged => {}
            Place::Top => account.parent = None,
            Place::Under(parent) => {
                if let Some(why) = tree::why_not_move(tx, &account, parent)? {
                    let (code, parent) = (account.code, parent.clone());
                    return Err(LedgerError::BadParent { code, parent, why });
                }
                account.parent = Some(parent.clone());
            }
        }
        match &self.control {
            None => {}
            Some(Control::Nobody) => account.control = None,
            Some(Control::Engine(engine)) => {
                check_code("control engine", engine)?;
                account.control = Some(engine.clone());
            }
        }
        if account.parent != before.parent {
            // Who moves an account takes it out of one heading and puts it under another: both must be his.
            rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
            let (from, to) = (headings(tx, &before)?, headings(tx, &account)?);
            recount_moved(tx, &account.code, &from, &to)?;
            recount_asserted(tx, &account.code, &from, &to)?;
        }
        match self.open_items {
            None => {}
            Some(true) => open_items::mark(tx, &mut account)?,
            Some(false) => open_items::unmark(tx, &mut account)?,
        }
        match self.limit {
            None => {}
            Some(LimitChange::None) => (account.limit, account.limit_by_day) = (None, None),
            Some(LimitChange::To(limit)) => {
                (account.limit, account.limit_by_day) = (Some(limit), None);
            }
            Some(LimitChange::ByDay(limit)) => {
                (account.limit, account.limit_by_day) = (Some(limit), Some(true));
            }
        }
        if let Some(tracked) = self.tracked {
            account.tracked = tracked.then_some(true);
        }
        if let Some(tags) = &self.tags {
            check_tags(None, tags)?;
            account.tags = tags.clone();
        }
        if account != before {
            settle_gate(tx, &before, &account)?;
            let code = Value::Text(account.code.clone());
            tx.emit(Event::new("ledger.account_changed").with("account", code));
            AccountBefore::keep(tx, &before, &account)?;
            tx.put(account)?;
        }
        Ok(())
    }
}

/// What an account stands under.
fn headings(tx: &mut Tx<'_>, account: &Account) -> Result<Vec<SmolStr>, LedgerError> {
    Ok(rights::headings(tx, &Chart::default(), account.parent.as_ref())?)
}

pub(crate) fn existing(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Account, LedgerError> {
    let account = tx
        .get::<Account>(code)?
        .ok_or_else(|| LedgerError::UnknownAccount { code: code.clone() })?;
    Ok(account.as_ref().clone())
}

/// Closes an account: after `end` it can't be posted to. Its balance must be zero in every currency when it is
/// closed; entries that are dated on its open days can still come, until their periods are locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseAccount {
    /// Which account.
    pub code: SmolStr,
    /// The last day on which it can be posted to.
    pub end: NaiveDate,
}

impl CloseAccount {
    /// Closes `code` after `end`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("close dollars", &CloseAccount::new("1010", "2026-06-30".parse()?))?;
    /// let not_empty = books.send("close bank", &CloseAccount::new("1000", "2026-06-30".parse()?));
    /// assert_eq!(
    ///     not_empty.unwrap_err().to_string(),
    ///     "account 1000 can't be closed on 2026-06-30: its balance is 460.00 EUR: clear it first",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, end: NaiveDate) -> CloseAccount {
        CloseAccount { code: code.into(), end }
    }
}

impl Act for CloseAccount {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::CLOSE_ACCOUNT)?;
        let mut account = existing(tx, &self.code)?;
        rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
        let fail =
            |why: String| LedgerError::CannotClose { code: self.code.clone(), date: self.end, why };
        if account.opens.is_some_and(|opens| self.end < opens) {
            return Err(fail("it opens later".into()));
        }
        if account.heading {
            let under = Range::by(Account::BY_PARENT, &self.code);
            if let Some(child) = tx
                .scan(&under)?
                .iter()
                .find(|child| child.closes.is_none_or(|closes| closes > self.end))
            {
                return Err(fail(format!("account {} under it is open", child.code)));
            }
        }
        // The decision rests on every period of the account: who posts to it meanwhile makes this act run again.
        let mut last = last_of_each_period(tx, &self.code)?.into_iter();
        if let Some(last) = last.find(|last| last.date > self.end) {
            return Err(fail(format!("it has a posting of {}", last.date)));
        }
        let query = BalanceQuery::account(self.code.clone());
        let mut rows = balances(tx, &query)?;
        for ledger in ledgers(tx)? {
            rows.extend(balances(&mut alone(tx, &ledger.code)?, &query)?);
        }
        for row in rows {
            if !row.amounts.is_zero() {
                return Err(fail(format!(
                    "its balance is {}: clear it first",
                    row.amounts.balance(row.currency)
                )));
            }
        }
        if let Some(held) = pending_of(tx, &self.code)? {
            return Err(fail(format!("{held} is pending: post or void it first")));
        }
        account.closes = Some(self.end);
        tx.emit(Event::new("ledger.account_closed").with("account", account.code.clone()));
        tx.put(account)?;
        Ok(())
    }
}

/// Something that is pending on an account; the decision rests on there being nothing.
fn pending_of(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Option<String>, LedgerError> {
    tx.scan(&Range::by(PendingPosting::BY_ACCOUNT, code).limit(1))?;
    let totals = tx.peek_scan(&Range::<Totals>::by_key(code))?;
    let sums = totals
        .iter()
        .flat_map(|row| [row.pending_debit, row.pending_credit].map(|sum| (sum, row.currency)));
    let mut sums = sums.filter(|(sum, _): &(Amount, Currency)| *sum != Amount::ZERO);
    Ok(sums.next().map(|(sum, currency)| Money::new(sum.to_decimal(), currency).to_string()))
}
