//! The general ledger: every account with what it opened with, each posting with the balance after it, and what it closed with.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, DateRange, Id, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::as_recorded;
use super::chart::{CLASSES, Chart};
use super::sheet::account_anchor;
use crate::ledger::{
    Account, AccountClass, BalanceQuery, Entry, LedgerError, Posting, Settings, Side, postings,
};

/// The accounts with their postings on some days, in the ledger's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneralLedger {
    /// The days.
    pub days: DateRange,
    /// The ledger's currency.
    pub currency: Currency,
    /// Accounts with postings on these days or before, headings left out, by class and place in the chart.
    pub accounts: Vec<AccountLedger>,
}

/// One account of the general ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLedger {
    /// The account's code.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its class.
    pub class: AccountClass,
    /// Debits less credits before the first of the days.
    pub opening: Decimal,
    /// Its postings on the days, in order of date.
    pub lines: Vec<LedgerLine>,
    /// Sum of their debits.
    pub debit: Decimal,
    /// Sum of their credits.
    pub credit: Decimal,
    /// Debits less credits at the end of the last of the days.
    pub closing: Decimal,
}

/// One posting of the general ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// The day on which it took effect.
    pub date: NaiveDate,
    /// Its entry.
    pub entry: Id<Entry>,
    /// The entry's journal.
    pub journal: SmolStr,
    /// The entry's number in the journal and fiscal year.
    pub number: Option<i64>,
    /// What people read: the posting's text, else the entry's, else the document it comes from.
    pub text: Option<SmolStr>,
    /// The amount, if a debit.
    pub debit: Option<Decimal>,
    /// The amount, if a credit.
    pub credit: Option<Decimal>,
    /// Debits less credits of the account after it.
    pub balance: Decimal,
}

/// The general ledger of these days, either end of which may be open. All postings of the days are held in memory.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let february = "2026-02-01/2026-02-28".parse()?;
/// let ledger = books.view(|view| reports::general_ledger(view, february))?;
/// let bank = &ledger.accounts[0];
/// assert_eq!((bank.opening, bank.closing), (500.into(), 460.into()));
/// assert_eq!((bank.lines[0].credit, bank.lines[0].balance), (Some(40.into()), 460.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn general_ledger(
    read: &mut impl Reading,
    days: DateRange,
) -> Result<GeneralLedger, LedgerError> {
    let closing = Chart::read(read, &through(BalanceQuery::all(), days.end()))?;
    let leaves = CLASSES.iter().flat_map(|&class| closing.walk(class));
    let leaves: Vec<_> =
        leaves.map(|(_, account)| account).filter(|account| !account.heading).collect();
    let accounts = ledgers(read, &leaves, days)?;
    Ok(GeneralLedger { days, currency: closing.currency, accounts })
}

/// The part of the general ledger that one account has, also where it has no postings.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let bank = books.account_ledger("1000", DateRange::always())?;
/// let balances: Vec<_> = bank.accounts[0].lines.iter().map(|line| line.balance).collect();
/// assert_eq!(balances, [500.into(), 460.into()]);
/// let heading = books.account_ledger("1", DateRange::always());
/// assert_eq!(heading.unwrap_err().code(), "accounting.bad_input");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::BadInput`] for a heading, [`LedgerError::NotSetUp`], or a
/// [`Halt`](fondaco_core::Halt).
pub fn account_ledger(
    read: &mut impl Reading,
    code: &str,
    days: DateRange,
) -> Result<GeneralLedger, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let code = SmolStr::new(code);
    let account = read.peek::<Account>(&code)?;
    let account = account.ok_or(LedgerError::UnknownAccount { code })?;
    let accounts = ledgers(read, &[account], days)?;
    Ok(GeneralLedger { days, currency: settings.currency, accounts })
}

fn through(query: BalanceQuery, date: Option<NaiveDate>) -> BalanceQuery {
    match date {
        Some(date) => query.until(date),
        None => query,
    }
}

fn ledgers(
    read: &mut impl Reading,
    accounts: &[Arc<Account>],
    days: DateRange,
) -> Result<Vec<AccountLedger>, LedgerError> {
    let of_each = accounts.iter().map(|account| postings(read, &account.code, days));
    let of_each: Vec<_> = of_each.collect::<Result<_, _>>()?;
    let entries = entries(read, of_each.iter().flatten())?;
    let openings = openings(read, accounts, days)?;
    let ledger = |((account, postings), opening): ((&Arc<Account>, Vec<Arc<Posting>>), Decimal)| {
        let mut postings = postings;
        let entry = |posting: &Posting| entries.get(&posting.entry).cloned();
        as_recorded(&mut postings, |posting| posting, entry);
        AccountLedger::of(account, opening, &postings, &entries)
    };
    Ok(accounts.iter().zip(of_each).zip(openings).map(ledger).collect())
}

/// What each account had before the days.
fn openings(
    read: &mut impl Reading,
    accounts: &[Arc<Account>],
    days: DateRange,
) -> Result<Vec<Decimal>, LedgerError> {
    let Some(eve) = days.start().and_then(|first| first.pred_opt()) else {
        return Ok(vec![Decimal::ZERO; accounts.len()]);
    };
    let query = match accounts {
        [only] => BalanceQuery::account(only.code.clone()),
        _ => BalanceQuery::all(),
    };
    let chart = Chart::read(read, &query.until(eve))?;
    Ok(accounts.iter().map(|account| chart.sum(&account.code).balance()).collect())
}

/// The entries of postings, all in one trip.
pub(super) fn entries<'p>(
    read: &mut impl Reading,
    postings: impl Iterator<Item = &'p Arc<Posting>>,
) -> Result<BTreeMap<Id<Entry>, Arc<Entry>>, LedgerError> {
    let mut ids: Vec<_> = postings.map(|posting| posting.entry).collect();
    ids.sort_unstable();
    ids.dedup();
    let entries = read.peek_many::<Entry>(&ids)?;
    Ok(ids.into_iter().zip(entries).filter_map(|(id, entry)| Some((id, entry?))).collect())
}

impl AccountLedger {
    fn of(
        account: &Account,
        opening: Decimal,
        postings: &[Arc<Posting>],
        entries: &BTreeMap<Id<Entry>, Arc<Entry>>,
    ) -> AccountLedger {
        let (mut balance, mut debit, mut credit) = (opening, Decimal::ZERO, Decimal::ZERO);
        let mut lines = Vec::with_capacity(postings.len());
        for posting in postings {
            let line = LedgerLine::of(posting, entries.get(&posting.entry), balance);
            // 64-bit amounts in 96-bit sums.
            debit = debit.saturating_add(line.debit.unwrap_or_default());
            credit = credit.saturating_add(line.credit.unwrap_or_default());
            balance = line.balance;
            lines.push(line);
        }
        let (code, name, class) = (account.code.clone(), account.name.clone(), account.class);
        AccountLedger {
            account: code,
            name,
            class,
            opening,
            lines,
            debit,
            credit,
            closing: balance,
        }
    }
}

impl LedgerLine {
    pub(super) fn of(posting: &Posting, entry: Option<&Arc<Entry>>, before: Decimal) -> LedgerLine {
        LedgerLine::part_of(posting, entry, before, posting.ledger_amount.to_decimal())
    }

    /// A part of a posting: debits less credits.
    pub(super) fn part_of(
        posting: &Posting,
        entry: Option<&Arc<Entry>>,
        before: Decimal,
        amount: Decimal,
    ) -> LedgerLine {
        let (debit, credit) = sides(posting.side, amount);
        LedgerLine {
            date: posting.date,
            entry: posting.entry,
            journal: entry.map(|entry| entry.journal.clone()).unwrap_or_default(),
            number: entry.and_then(|entry| entry.number.number()),
            text: text_of(posting, entry.map(Arc::as_ref)),
            debit,
            credit,
            balance: before.saturating_add(amount),
        }
    }
}

/// A signed amount as a debit or a credit; what is worth nothing stands on its posting's side.
pub(super) fn sides(side: Side, amount: Decimal) -> (Option<Decimal>, Option<Decimal>) {
    match side {
        Side::Debit => (Some(amount), None),
        Side::Credit => (None, Some(Decimal::ZERO.saturating_sub(amount))),
    }
}

/// What people read: the posting's text, else the entry's, else the document it comes from.
pub(super) fn text_of(posting: &Posting, entry: Option<&Entry>) -> Option<SmolStr> {
    let of_entry = entry.and_then(|entry| entry.text.as_ref().or(entry.source.as_ref()));
    posting.text.get().or(of_entry).cloned()
}

impl GeneralLedger {
    /// As rows and columns; the other reports' accounts lead to it where both are on one page.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let bank = books.account_ledger("1000", "2026-02-01/2026-02-28".parse()?)?;
    /// assert_eq!(bank.to_string(), "\
    /// General ledger 2026-02-01 to 2026-02-28 (EUR)
    /// Date        Entry  Text             Debit  Credit  Balance
    /// ==========  =====  ===============  =====  ======  =======
    ///                    1000 Bank
    ///                    Opening balance                  500.00
    /// 2026-02-01  GEN 2                           40.00   460.00
    /// ----------  -----  ---------------  -----  ------  -------
    ///                    Closing balance   0.00   40.00   460.00
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let amounts =
            ["Debit", "Credit", "Balance"].map(|name| Column::amount(word(name), self.currency));
        let mut report = Report::new(self.title())
            .column(Column::text(word("Account")).for_tables_only())
            .column(Column::date(word("Date")))
            .column(Column::text(word("Entry")))
            .column(Column::text(word("Text")).naming_rows())
            .columns(amounts)
            .anchored("general-ledger");
        self.accounts.iter().for_each(|account| account.push_rows(&mut report));
        report
    }

    fn title(&self) -> Phrase {
        let title = title_of_days(word("General ledger").into(), self.days);
        title.and(format_smolstr!("({})", self.currency.code()))
    }
}

/// A title with the days that it is about.
pub(super) fn title_of_days(title: Phrase, days: DateRange) -> Phrase {
    match (days.start(), days.end()) {
        (Some(first), Some(last)) => title.and(first).and(word("to")).and(last),
        (Some(first), None) => title.and(word("from")).and(first),
        (None, Some(last)) => title.and(word("through")).and(last),
        (None, None) => title,
    }
}

impl AccountLedger {
    fn push_rows(&self, report: &mut Report) {
        let row = |what: Cell, amounts: [Cell; 3]| {
            let before = [self.account.clone().into(), Cell::Empty, Cell::Empty, what];
            before.into_iter().chain(amounts).collect::<Vec<_>>()
        };
        let nothing = || [Cell::Empty, Cell::Empty, Cell::Empty];
        let heading =
            Row::heading(row(format!("{} {}", self.account, self.name).into(), nothing()));
        report.push(heading.starting_group().anchored(account_anchor(&self.account)));
        let opening = [Cell::Empty, Cell::Empty, self.opening.into()];
        report.push(Row::new(row(word("Opening balance"), opening)));
        self.lines.iter().for_each(|line| report.push(line.row(&self.account)));
        let sums = [self.debit.into(), self.credit.into(), self.closing.into()];
        report.push(Row::total(row(word("Closing balance"), sums)));
    }
}

impl LedgerLine {
    /// Journal and number: `SALES 17`.
    pub(super) fn name(&self) -> SmolStr {
        name(&self.journal, self.number)
    }

    pub(super) fn row(&self, account: &SmolStr) -> Row {
        Row::new([
            account.clone().into(),
            self.date.into(),
            self.name().into(),
            self.text.clone().into(),
            self.debit.into(),
            self.credit.into(),
            self.balance.into(),
        ])
    }
}

pub(super) fn name(journal: &str, number: Option<i64>) -> SmolStr {
    match number {
        Some(number) => format_smolstr!("{journal} {number}"),
        None => SmolStr::new(journal),
    }
}

impl fmt::Display for GeneralLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
