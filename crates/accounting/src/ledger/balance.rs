//! Balances: sums by account, period, currency and dimensions, kept as counters and recomputed from facts.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{Record, Tags, Value, Within};
use fondaco_core::{Currency, Halt, Money, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::dimensions::Among;
use crate::parallel::sight_of;

use super::{
    AMOUNT_DIGITS, Account, Amount, LedgerError, Period, PeriodKey, PeriodKind, Posting, Side,
    accounts_known, under,
};

/// The sums of one account in one period, currency and combination of dimensions.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_balance", kind = counter, key(account, period, currency, dimensions))]
pub struct Balance {
    /// The account.
    pub account: SmolStr,
    /// The period.
    pub period: PeriodKey,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The dimensions as a JSON object with its keys in order; empty for none.
    pub dimensions: SmolStr,
    /// Sum of the debits.
    pub debit: Amount,
    /// Sum of the credits.
    pub credit: Amount,
    /// Sum of the debits in the ledger's currency.
    pub ledger_debit: Amount,
    /// Sum of the credits in the ledger's currency.
    pub ledger_credit: Amount,
    /// How many postings.
    pub postings: i64,
}

/// Debits and credits, each by itself, in the currency and in the ledger's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    debit: i128,
    credit: i128,
    ledger_debit: i128,
    ledger_credit: i128,
    postings: i64,
}

impl Amounts {
    /// Sum of the debits.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = &books.balances(&BalanceQuery::account("1000"))?[0].amounts;
    /// assert_eq!((bank.debit(), bank.credit()), (500.into(), 40.into()));
    /// assert_eq!((bank.balance(Currency::EUR), bank.postings()), (Money::parse("460 EUR")?, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn debit(&self) -> Decimal {
        decimal(self.debit)
    }

    /// Sum of the credits.
    pub fn credit(&self) -> Decimal {
        decimal(self.credit)
    }

    /// Sum of the debits in the ledger's currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = &books.balances(&BalanceQuery::account("1000"))?[0].amounts;
    /// // What is in the ledger's own currency is worth what it is.
    /// assert_eq!((bank.ledger_debit(), bank.ledger_credit()), (bank.debit(), bank.credit()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn ledger_debit(&self) -> Decimal {
        decimal(self.ledger_debit)
    }

    /// Sum of the credits in the ledger's currency.
    pub fn ledger_credit(&self) -> Decimal {
        decimal(self.ledger_credit)
    }

    /// Debits less credits in the ledger's currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let (paid, got) = (Money::parse("92 EUR")?, Money::parse("100 USD")?);
    /// let buy = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .conversion()
    ///     .posting(NewPosting::debit("1010", got).worth(paid))
    ///     .credit("1000", paid);
    /// books.post("buy dollars", buy)?;
    /// let dollars = &books.balances(&BalanceQuery::account("1010"))?[0];
    /// assert_eq!(dollars.amounts.balance(dollars.currency), got);
    /// assert_eq!(dollars.amounts.ledger_balance(), paid.amount());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ledger_balance(&self) -> Decimal {
        decimal(self.ledger_debit - self.ledger_credit)
    }

    /// Debits less credits.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sales = &books.balances(&BalanceQuery::account("4000"))?[0];
    /// let balance = sales.amounts.balance(sales.currency);
    /// assert_eq!(balance, Money::parse("-100 EUR")?); // a credit
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance(&self, currency: Currency) -> Money {
        Money::new(decimal(self.debit - self.credit), currency)
    }

    /// How many postings.
    pub fn postings(&self) -> i64 {
        self.postings
    }

    /// Whether debits equal credits, in the currency and in the ledger's.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// assert!(!books.balances(&BalanceQuery::account("1000"))?[0].amounts.is_zero());
    /// assert!(Amounts::default().is_zero());
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn is_zero(&self) -> bool {
        self.debit == self.credit && self.ledger_debit == self.ledger_credit
    }

    /// Adds the sums of another cell.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let mut total = Amounts::default();
    /// for row in books.balances(&BalanceQuery::all())? {
    ///     total.add(&row.amounts);
    /// }
    /// assert!(total.is_zero()); // debits equal credits
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn add(&mut self, other: &Amounts) {
        self.debit += other.debit;
        self.credit += other.credit;
        self.ledger_debit += other.ledger_debit;
        self.ledger_credit += other.ledger_credit;
        self.postings += other.postings;
    }

    /// Sums that come to these amounts, in the currency and in the ledger's; `None` beyond the reach.
    pub(crate) fn of_net(amount: Decimal, ledger_amount: Decimal) -> Option<Amounts> {
        let units = |amount: Decimal| {
            let scale = Decimal::from(10_u64.pow(u32::from(AMOUNT_DIGITS)));
            i128::try_from(amount.checked_mul(scale).filter(|units| units.fract().is_zero())?).ok()
        };
        let (debit, ledger_debit) = (units(amount)?, units(ledger_amount)?);
        Some(Amounts { debit, ledger_debit, ..Amounts::default() })
    }

    /// What came since these sums were others.
    pub(crate) fn less(&self, other: &Amounts) -> Amounts {
        Amounts {
            debit: self.debit - other.debit,
            credit: self.credit - other.credit,
            ledger_debit: self.ledger_debit - other.ledger_debit,
            ledger_credit: self.ledger_credit - other.ledger_credit,
            postings: self.postings - other.postings,
        }
    }

    /// Debits less credits in units, in the currency and in the ledger's.
    pub(crate) fn net(&self) -> (i128, i128) {
        (self.debit - self.credit, self.ledger_debit - self.ledger_credit)
    }

    pub(crate) fn of_balance(balance: &Balance) -> Amounts {
        let units = |amount: Amount| i128::from(amount.units());
        let (ledger_debit, ledger_credit) =
            (units(balance.ledger_debit), units(balance.ledger_credit));
        Amounts {
            debit: units(balance.debit),
            credit: units(balance.credit),
            ledger_debit,
            ledger_credit,
            postings: balance.postings,
        }
    }

    pub(crate) fn of_posting(posting: &Posting) -> Amounts {
        let (amount, worth) =
            (i128::from(posting.amount.units()), i128::from(posting.ledger_amount.units()));
        if posting.side == Side::Debit {
            Amounts { debit: amount, ledger_debit: worth, postings: 1, ..Amounts::default() }
        } else {
            Amounts { credit: -amount, ledger_credit: -worth, postings: 1, ..Amounts::default() }
        }
    }
}

/// A sum of 64-bit amounts always fits a decimal.
pub(crate) fn decimal(units: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(units, u32::from(AMOUNT_DIGITS)).unwrap_or_default()
}

/// Which balances are asked for.
///
/// ```
/// use chrono::NaiveDate;
/// use fondaco_accounting::ledger::BalanceQuery;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let new_year = NaiveDate::from_ymd_opt(2026, 12, 31).ok_or("no such day")?;
/// let query = BalanceQuery::subtree("1").until(new_year).dimension("site", "Mestre");
/// # let _ = query;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BalanceQuery {
    accounts: Accounts,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
    known_at: Option<Timestamp>,
    currency: Option<Currency>,
    dimensions: Vec<(SmolStr, SmolStr)>,
    /// Dimensions with a heading of their tree.
    under: Vec<(SmolStr, SmolStr)>,
    closings: Closings,
    adjustments: bool,
    ledger: Option<SmolStr>,
}

/// Which closing entries count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closings {
    All,
    /// All but those of the last day.
    Earlier,
    None,
}

#[derive(Debug, Clone, PartialEq)]
enum Accounts {
    All,
    One(SmolStr),
    Under(SmolStr),
}

impl BalanceQuery {
    /// Every account.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rows = books.balances(&BalanceQuery::all())?;
    /// assert_eq!(rows.len(), 6); // nothing was posted to the dollars
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn all() -> BalanceQuery {
        BalanceQuery::of(Accounts::All)
    }

    /// One account.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// assert!(books.balances(&BalanceQuery::account("1010"))?.is_empty()); // no postings
    /// let unknown = books.balances(&BalanceQuery::account("9999"));
    /// assert_eq!(unknown.unwrap_err().code(), "accounting.unknown_account");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn account(code: impl Into<SmolStr>) -> BalanceQuery {
        BalanceQuery::of(Accounts::One(code.into()))
    }

    /// An account and all under it.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rows = books.balances(&BalanceQuery::subtree("1"))?;
    /// let codes: Vec<&str> = rows.iter().map(|row| row.account.as_str()).collect();
    /// assert_eq!(codes, ["1000", "1200"]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn subtree(code: impl Into<SmolStr>) -> BalanceQuery {
        BalanceQuery::of(Accounts::Under(code.into()))
    }

    fn of(accounts: Accounts) -> BalanceQuery {
        let (from, through, known_at, currency) = (None, None, None, None);
        let (dimensions, under) = (Vec::new(), Vec::new());
        let (closings, adjustments, ledger) = (Closings::All, true, None);
        BalanceQuery {
            accounts,
            from,
            through,
            known_at,
            currency,
            dimensions,
            under,
            closings,
            adjustments,
            ledger,
        }
    }

    /// Without the entries that close years: what was earned and spent, whether or not a year is closed.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = closed_books(); // 2026 is closed
    /// let sales = BalanceQuery::account("4000");
    /// assert_eq!(books.balances(&sales)?[0].amounts.ledger_balance(), 0.into());
    /// let earned = books.balances(&sales.without_closings())?[0].amounts.ledger_balance();
    /// assert_eq!(earned, (-100).into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn without_closings(mut self) -> BalanceQuery {
        self.closings = Closings::None;
        self
    }

    /// Without the entries that close the year of the last day, if that day ends one: as a balance sheet of that day shows
    /// the year's result, the same before and after the year is closed. Closings of earlier years count.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = closed_books(); // 2026 is closed
    /// let sales = |end| BalanceQuery::account("4000").until(day(end)).before_closing();
    /// let balance = |query| books.balances(&query).map(|rows| rows[0].amounts.ledger_balance());
    /// assert_eq!(balance(sales("2026-12-31"))?, (-100).into());
    /// assert_eq!(balance(sales("2027-01-01"))?, 0.into());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn before_closing(mut self) -> BalanceQuery {
        self.closings = Closings::Earlier;
        self
    }

    /// Without what lies in [adjustment periods](super::NewEntry::adjusting).
    #[must_use]
    pub fn without_adjustments(mut self) -> BalanceQuery {
        self.adjustments = false;
        self
    }

    /// Whether what lies in a period counts.
    fn counts(&self, period: &Period) -> bool {
        match period.kind {
            None => true,
            Some(PeriodKind::Adjustment) => self.adjustments,
            Some(PeriodKind::Closing) => match self.closings {
                Closings::All => true,
                Closings::Earlier => self.through != Some(period.end),
                Closings::None => false,
            },
        }
    }

    /// Only entries of this date and later: the movement since then.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = BalanceQuery::account("1000");
    /// let balance = |query| -> Result<Money, LedgerError> {
    ///     Ok(books.balances(&query)?[0].amounts.balance(Currency::EUR))
    /// };
    /// let first = "2026-02-01".parse()?;
    /// assert_eq!(balance(bank.clone().from(first))?, Money::parse("-40 EUR")?); // the movement
    /// assert_eq!(balance(bank.until("2026-01-31".parse()?))?, Money::parse("500 EUR")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from(mut self, date: NaiveDate) -> BalanceQuery {
        self.from = Some(date);
        self
    }

    /// Only entries of this date and earlier: the balance as of its end.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let new_year = BalanceQuery::all().until("2026-01-01".parse()?);
    /// assert!(books.balances(&new_year)?.is_empty()); // the capital came on the 2nd
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn until(mut self, date: NaiveDate) -> BalanceQuery {
        self.through = Some(date);
        self
    }

    /// Only what was recorded at this time or earlier, to the millisecond: the answer that was true then. Read from facts,
    /// so its cost grows with the postings. A [subtree](BalanceQuery::subtree) has the accounts that
    /// stood there then.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let known = |time: &str| -> Result<bool, Box<dyn std::error::Error>> {
    ///     let query = BalanceQuery::account("1000").known_at(time.parse()?);
    ///     Ok(!books.balances(&query)?.is_empty())
    /// };
    /// assert!(known("2026-06-01T08:00:00Z")?); // when all was recorded
    /// assert!(!known("2026-05-31T00:00:00Z")?); // nothing of January was known in May
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn known_at(mut self, time: Timestamp) -> BalanceQuery {
        self.known_at = Some(time);
        self
    }

    /// Only amounts in this currency.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let dollars = BalanceQuery::all().currency(Currency::USD);
    /// assert!(books.balances(&dollars)?.is_empty());
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn currency(mut self, currency: Currency) -> BalanceQuery {
        self.currency = Some(currency);
        self
    }

    /// Only postings with this dimension; several must all fit.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ten = Money::parse("10 EUR")?;
    /// let rent = NewEntry::new("GEN", "2026-03-01".parse()?)
    ///     .posting(NewPosting::debit("5100", ten).dimension("site", "Mestre"))
    ///     .credit("1000", ten);
    /// books.post("rent of Mestre", rent)?;
    /// let mestre = BalanceQuery::account("5100").dimension("site", "Mestre");
    /// assert_eq!(books.balances(&mestre)?[0].amounts.balance(Currency::EUR), ten);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn dimension(
        mut self,
        name: impl Into<SmolStr>,
        value: impl Into<SmolStr>,
    ) -> BalanceQuery {
        self.dimensions.push((name.into(), value.into()));
        self
    }

    /// Only postings with this value of a dimension, or one that stands under it: as the
    /// [tree](crate::dimensions) stands on the last day, in the end where there is none, as known at the query's time.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
    /// let of = |centre, amount| NewPosting::debit("5100", eur(amount)).dimension("cost_centre", centre);
    /// let rents = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(of("10", "1"))
    ///     .posting(of("11", "2"))
    ///     .posting(of("20", "4"))
    ///     .credit("1000", eur("7"));
    /// books.post("rents", rents)?;
    /// let spent = |heading| -> Result<Money, LedgerError> {
    ///     let query = BalanceQuery::account("5100").under("cost_centre", heading);
    ///     Ok(books.balances(&query)?[0].amounts.balance(Currency::EUR))
    /// };
    /// assert_eq!((spent("EAST")?, spent("20")?, spent("SALES")?), (eur("3"), eur("4"), eur("7")));
    /// assert_eq!(spent("NORTH").unwrap_err().code(), "accounting.unknown_dimension_value");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn under(
        mut self,
        dimension: impl Into<SmolStr>,
        heading: impl Into<SmolStr>,
    ) -> BalanceQuery {
        self.under.push((dimension.into(), heading.into()));
        self
    }

    /// What a [parallel ledger](crate::parallel) has: what belongs to all, and what belongs to it alone.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// let ifrs = BalanceQuery::account("5100").of_ledger("ifrs");
    /// assert_eq!(books.balances(&ifrs)?[0].amounts.ledger_balance(), 40.into()); // as in all
    /// let gaap = books.balances(&BalanceQuery::account("5100").of_ledger("us_gaap"));
    /// assert_eq!(gaap.unwrap_err().code(), "accounting.unknown_ledger");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn of_ledger(mut self, ledger: impl Into<SmolStr>) -> BalanceQuery {
        self.ledger = Some(ledger.into());
        self
    }

    /// Whether dimensions are asked for.
    fn asks_dimensions(&self) -> bool {
        !self.dimensions.is_empty() || !self.under.is_empty()
    }

    fn takes(&self, currency: Currency, dimensions: &Tags) -> bool {
        self.currency.is_none_or(|wanted| wanted == currency)
            && self.dimensions.iter().all(|(name, value)| dimensions.get(name) == Some(value))
    }
}

/// The sums of one account in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBalance {
    /// The account.
    pub account: SmolStr,
    /// The currency.
    pub currency: Currency,
    /// The sums.
    pub amounts: Amounts,
}

/// The balances that `query` asks for, by account and currency; accounts without postings are left out.
///
/// Whole periods come from the counters, parts of periods from the postings.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let query = BalanceQuery::subtree("1").until("2026-01-31".parse()?);
/// let rows = books.view(|view| ledger::balances(view, &query))?; // or in an act, over its `Tx`
/// assert_eq!(rows[1].account, "1200");
/// assert_eq!(rows[1].amounts.balance(rows[1].currency), Money::parse("119 EUR")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::Dimension`] for a heading that is not there,
/// [`ParallelError::UnknownLedger`](crate::parallel::ParallelError::UnknownLedger), or a [`Halt`](fondaco_core::Halt).
pub fn balances(
    read: &mut impl Reading,
    query: &BalanceQuery,
) -> Result<Vec<AccountBalance>, LedgerError> {
    let read = &mut sight_of(read, query.ledger.as_ref())?;
    let among = Among::peek(read, &query.under, query.through, query.known_at)?;
    let mut sums = Sums { among, ..Sums::default() };
    let spans = spans(read, query)?;
    let of_all = query.accounts == Accounts::All;
    for (first, last) in spans.whole.iter().filter(|_| of_all) {
        // Account, currency, and the dimensions where they matter.
        let by: &[usize] = if query.asks_dimensions() { &[0, 2, 3] } else { &[0, 2] };
        for row in read.peek_sums::<Balance>(by, Some(Within::new(1, first, last)))? {
            row.with(|balance| sums.add_balance(query, balance)).map_err(Halt::from)??;
        }
    }
    if of_all && spans.parts.is_empty() {
        return Ok(sums.into_rows());
    }
    let accounts = accounts(read, query)?;
    for (first, last) in spans.whole.iter().filter(|_| !of_all) {
        for account in &accounts {
            let range = Range::<Balance>::by_key(&account.code).from(first).through(last);
            read.peek_each(&range, |balance| sums.add_balance(query, balance))?;
        }
    }
    for period in spans.parts {
        let range = |account: &Arc<Account>| {
            let range = Range::by(Posting::BY_ACCOUNT, &(account.code.clone(), period));
            let range = match query.from {
                Some(from) => range.from(&from),
                None => range,
            };
            match query.through {
                Some(through) => range.through(&through),
                None => range,
            }
        };
        let ranges: Vec<_> =
            accounts.iter().filter(|account| !account.heading).map(range).collect();
        read.peek_each_of(&ranges, |posting| sums.add_posting(query, posting))?;
    }
    Ok(sums.into_rows())
}

/// Periods that lie whole in the asked days, and those of which a part does.
struct Spans {
    /// Runs of them, by their first and last: mostly one, more where some in between don't count.
    whole: Vec<(PeriodKey, PeriodKey)>,
    parts: Vec<PeriodKey>,
}

fn spans(read: &mut impl Reading, query: &BalanceQuery) -> Result<Spans, LedgerError> {
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let asked = |period: &Arc<Period>| {
        query.from.is_none_or(|from| from <= period.end)
            && query.through.is_none_or(|through| period.start <= through)
    };
    let whole = |period: &Period| {
        query.from.is_none_or(|from| from <= period.start)
            && query.through.is_none_or(|through| period.end <= through)
    };
    let mut spans = Spans { whole: Vec::new(), parts: Vec::new() };
    let mut goes_on = false;
    for period in &periods {
        let counts = asked(period) && query.counts(period);
        let is_whole = counts && query.known_at.is_none() && whole(period);
        match spans.whole.last_mut().filter(|_| goes_on && is_whole) {
            Some((_, last)) => *last = period.period,
            None if is_whole => spans.whole.push((period.period, period.period)),
            None if counts => spans.parts.push(period.period),
            None => {}
        }
        goes_on = is_whole;
    }
    Ok(spans)
}

/// The accounts that a query names.
fn accounts(
    read: &mut impl Reading,
    query: &BalanceQuery,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let known = |read: &mut _, code: &SmolStr| -> Result<Arc<Account>, LedgerError> {
        let account = Reading::peek::<Account>(read, code)?;
        account.ok_or_else(|| LedgerError::UnknownAccount { code: code.clone() })
    };
    match &query.accounts {
        Accounts::All => Ok(read.peek_scan(&Range::<Account>::all())?),
        Accounts::One(code) => Ok(vec![known(read, code)?]),
        Accounts::Under(code) if query.known_at.is_some() => {
            known(read, code)?;
            let all = accounts_known(read, query.known_at)?;
            let found = under(&all, vec![code.clone()]);
            Ok(all.into_iter().filter(|account| found.contains(&account.code)).collect())
        }
        Accounts::Under(code) => {
            let mut found = vec![known(read, code)?];
            let mut at = 0;
            while let Some(account) = found.get(at).cloned() {
                at += 1;
                if account.heading {
                    found.extend(read.peek_scan(&Range::by(Account::BY_PARENT, &account.code))?);
                }
            }
            Ok(found)
        }
    }
}

/// Sums of rows that come mostly account by account.
#[derive(Default)]
struct Sums {
    /// The values that postings must have.
    among: Among,
    rows: Vec<AccountBalance>,
}

impl Sums {
    fn add_balance(&mut self, query: &BalanceQuery, balance: &Balance) -> Result<(), LedgerError> {
        let dimensions =
            if query.asks_dimensions() { tags(&balance.dimensions)? } else { Tags::default() };
        if query.takes(balance.currency, &dimensions) && self.among.takes(&dimensions) {
            self.add(&balance.account, balance.currency, &Amounts::of_balance(balance));
        }
        Ok(())
    }

    fn add_posting(&mut self, query: &BalanceQuery, posting: &Posting) -> Result<(), LedgerError> {
        // An id whose time can't be read was not made by us; it counts as known for ever.
        let known = query
            .known_at
            .is_none_or(|time| posting.recorded_at().is_none_or(|at| at.millis() <= time.millis()));
        let takes = query.takes(posting.currency, &posting.dimensions);
        if known && takes && self.among.takes(&posting.dimensions) {
            self.add(&posting.account, posting.currency, &Amounts::of_posting(posting));
        }
        Ok(())
    }

    fn add(&mut self, account: &SmolStr, currency: Currency, amounts: &Amounts) {
        let of_account = self.rows.iter_mut().rev().take_while(|row| row.account == *account);
        match of_account.into_iter().find(|row| row.currency == currency) {
            Some(row) => row.amounts.add(amounts),
            None => {
                let account = account.clone();
                self.rows.push(AccountBalance { account, currency, amounts: *amounts });
            }
        }
    }

    /// By account and currency, those of one together.
    fn into_rows(mut self) -> Vec<AccountBalance> {
        self.rows.sort_by(|a, b| (&a.account, a.currency).cmp(&(&b.account, b.currency)));
        self.rows.dedup_by(|next, kept| {
            let same = (&next.account, next.currency) == (&kept.account, kept.currency);
            if same {
                kept.amounts.add(&next.amounts);
            }
            same
        });
        self.rows
    }
}

/// The dimensions of a balance, from its key.
pub(crate) fn tags(json: &SmolStr) -> Result<Tags, LedgerError> {
    use fondaco_core::store::Field;
    if json.is_empty() {
        return Ok(Tags::default());
    }
    let tags = Tags::read(Value::Json(json.as_str().into()));
    tags.map_err(|error| LedgerError::Halt(error.into()))
}
