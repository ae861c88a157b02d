//! Accounts looked up by what they are, in order of when they were opened, with pages.

use std::sync::Arc;

use fondaco_core::{Currency, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::{Account, AccountClass, LedgerError};

/// Which accounts are asked for, in which order, and how many.
///
/// ```
/// use fondaco_accounting::ledger::AccountQuery;
/// let query = AccountQuery::all().kind("wallet").tag("country", "AT").newest_first().limit(100);
/// # let _ = query;
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountQuery {
    class: Option<AccountClass>,
    kind: Option<SmolStr>,
    parent: Option<SmolStr>,
    currency: Option<Currency>,
    tags: Vec<(SmolStr, SmolStr)>,
    from: Option<Timestamp>,
    through: Option<Timestamp>,
    newest_first: bool,
    limit: Option<usize>,
    after: Option<(Timestamp, SmolStr)>,
}

impl AccountQuery {
    /// All accounts and headings, the first opened first; those that were opened together by code. What was opened before layout 3 of the
    /// accounts noted no instant, and is among [all accounts](crate::Books::accounts) alone.
    pub fn all() -> AccountQuery {
        AccountQuery::default()
    }

    /// Only those of a class.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let spending = books.find_accounts(&AccountQuery::all().class(AccountClass::Expense))?;
    /// assert_eq!(spending.iter().map(|account| account.code.as_str()).collect::<Vec<_>>(), ["5100"]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn class(self, class: AccountClass) -> AccountQuery {
        AccountQuery { class: Some(class), ..self }
    }

    /// Only those of a [kind](Account::kind).
    #[must_use]
    pub fn kind(self, kind: impl Into<SmolStr>) -> AccountQuery {
        AccountQuery { kind: Some(kind.into()), ..self }
    }

    /// Only those that stand right under a heading.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let under = books.find_accounts(&AccountQuery::all().parent("1"))?;
    /// assert_eq!(under.len(), 3); // bank, dollars, customers
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn parent(self, code: impl Into<SmolStr>) -> AccountQuery {
        AccountQuery { parent: Some(code.into()), ..self }
    }

    /// Only those that hold one currency, and that is it.
    #[must_use]
    pub fn currency(self, currency: Currency) -> AccountQuery {
        AccountQuery { currency: Some(currency), ..self }
    }

    /// Only those with this tag; every call narrows it further.
    #[must_use]
    pub fn tag(mut self, name: impl Into<SmolStr>, text: impl Into<SmolStr>) -> AccountQuery {
        self.tags.push((name.into(), text.into()));
        self
    }

    /// Only those that were opened at this instant or later.
    #[must_use]
    pub fn from(self, instant: Timestamp) -> AccountQuery {
        AccountQuery { from: Some(instant), ..self }
    }

    /// Only those that were opened at this instant or earlier.
    #[must_use]
    pub fn through(self, instant: Timestamp) -> AccountQuery {
        AccountQuery { through: Some(instant), ..self }
    }

    /// The newest first.
    #[must_use]
    pub fn newest_first(self) -> AccountQuery {
        AccountQuery { newest_first: true, ..self }
    }

    /// At most so many.
    #[must_use]
    pub fn limit(self, limit: usize) -> AccountQuery {
        AccountQuery { limit: Some(limit), ..self }
    }

    /// Only what comes after this one, in the order of the query: the next page.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let pages = AccountQuery::all().limit(5);
    /// let first = books.find_accounts(&pages)?;
    /// let rest = books.find_accounts(&pages.after(&first[4]))?;
    /// assert_eq!((first.len(), rest.len()), (5, 3));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn after(self, last: &Account) -> AccountQuery {
        AccountQuery { after: Some(place(last)), ..self }
    }

    fn takes(&self, account: &Account) -> bool {
        let opened = account.recorded_at;
        let is_in_time = |bound: Option<Timestamp>, fits: fn(&Timestamp, &Timestamp) -> bool| {
            bound.is_none_or(|bound| opened.is_some_and(|opened| fits(&bound, &opened)))
        };
        self.class.is_none_or(|class| class == account.class)
            && (self.kind.is_none() || self.kind == account.kind)
            && (self.parent.is_none() || self.parent == account.parent)
            && (self.currency.is_none() || self.currency == account.currency)
            && is_in_time(self.from, Timestamp::le)
            && is_in_time(self.through, Timestamp::ge)
            && self.tags.iter().all(|(name, text)| account.tags.get(name) == Some(text))
    }

    /// What is left to be read after an account.
    fn range(&self, last: Option<&(Timestamp, SmolStr)>) -> Range<Account> {
        let all = Range::by(Account::BY_RECORDED_AT, &());
        let (from, through) = (self.from, self.through);
        if self.newest_first {
            let range = from.map_or(all.clone(), |from| all.from(&from));
            let range = match (last, through) {
                (Some(last), _) => range.before(last),
                (None, Some(through)) => range.through(&through),
                (None, None) => range,
            };
            return range.backwards();
        }
        let range = through.map_or(all.clone(), |through| all.through(&through));
        match (last, from) {
            (Some(last), _) => range.from(last),
            (None, Some(from)) => range.from(&from),
            (None, None) => range,
        }
    }
}

fn place(account: &Account) -> (Timestamp, SmolStr) {
    (account.recorded_at.unwrap_or(Timestamp::MIN), account.code.clone())
}

/// So many accounts are read in one go.
const PAGE: usize = 256;

/// The accounts that `query` asks for, in its order. They are read in the order of when they were opened, and no further than the limit
/// asks: what a page costs is what is passed over for it.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let wallet = |code: &str| NewAccount::new(code, "Wallet", AccountClass::Liability).kind("wallet");
/// books.send("wallets", &OpenAccounts::new(vec![wallet("w/1"), wallet("w/2"), wallet("w/3")]))?;
/// let wallets = AccountQuery::all().kind("wallet").limit(2);
/// let first = books.find_accounts(&wallets)?;
/// let next = books.find_accounts(&wallets.after(&first[1]))?; // the next page
/// assert_eq!((first[0].code.as_str(), next[0].code.as_str()), ("w/1", "w/3"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn find_accounts(
    read: &mut impl Reading,
    query: &AccountQuery,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let limit = query.limit.unwrap_or(usize::MAX);
    let (mut found, mut last) = (Vec::new(), query.after.clone());
    while found.len() < limit {
        let rows = read.peek_scan(&query.range(last.as_ref()).limit(PAGE))?;
        // Forwards the range begins with the last one, which was told.
        let is_told = |row: &Account| last.as_ref().is_some_and(|last| *last == place(row));
        let new = rows.iter().filter(|row| !is_told(row) && query.takes(row));
        found.extend(new.take(limit - found.len()).cloned());
        match rows.last().filter(|_| rows.len() == PAGE) {
            Some(row) => last = Some(place(row)),
            None => break,
        }
    }
    Ok(found)
}
