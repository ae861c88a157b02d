//! Recomputing everything that is derived, from the facts.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use fondaco_core::engine::Discrepancies;
use fondaco_core::store::{Record, Tags};
use fondaco_core::{ActError, Currency, Halt, Id, Money, Range, Reading, View};
use smol_str::SmolStr;

use super::judge::contradict;
use super::{
    Account, Amounts, Balance, Clearing, Deed, Draft, DraftStatus, DraftStep, Entry, Journal,
    LedgerError, MAX_LEVELS, PendingEntry, Period, PeriodKey, Posting, Reversal, Settings, period,
};

use crate::close::Assertion;
use crate::parallel::{leading, ledger_of};

/// Something in the ledger that does not follow from its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Discrepancy {
    /// An entry whose debits and credits differ in a currency.
    Unbalanced {
        /// The entry.
        entry: Id<Entry>,
        /// The currency.
        currency: Currency,
    },
    /// A posting without its entry, or with another date or period than its entry.
    Stray {
        /// The entry it names.
        entry: Id<Entry>,
        /// Its line.
        line: u32,
    },
    /// A posting whose worth is not its amount by its rate.
    Rate {
        /// The entry.
        entry: Id<Entry>,
        /// Its line.
        line: u32,
    },
    /// An entry without postings.
    Empty {
        /// The entry.
        entry: Id<Entry>,
    },
    /// An entry whose date is not in its period, or whose period is not in its fiscal year.
    Misdated {
        /// The entry.
        entry: Id<Entry>,
    },
    /// An entry whose lines are not 1, 2, 3, ...
    Lines {
        /// The entry.
        entry: Id<Entry>,
    },
    /// A reversal without the entry that reverses, or that names another.
    Reversal {
        /// The entry that is said to be reversed.
        entry: Id<Entry>,
    },
    /// A draft that is said to be posted, without its entry or without an approval.
    Draft {
        /// The draft.
        draft: Id<Draft>,
    },
    /// A number that is missing, was given twice, or will be: the series does not stand at the last.
    Number {
        /// The journal.
        journal: SmolStr,
        /// The fiscal year.
        fiscal_year: i32,
        /// The number.
        number: i64,
    },
    /// An entry with a posting of another ledger than its journal.
    Ledger {
        /// The entry.
        entry: Id<Entry>,
    },
    /// An account under something that is no open heading of its class, or too deep.
    Tree {
        /// The account.
        account: SmolStr,
    },
    /// A closed fiscal year in which an account of income or expense does not stand at zero.
    Year {
        /// The fiscal year.
        year: i32,
    },
    /// An assertion that says otherwise than the postings what its account stands at.
    Assertion {
        /// The assertion.
        assertion: Id<Assertion>,
    },
    /// A recurring entry whose next occurrence, count or place on the due queue does not follow from its occurrences.
    Recurring {
        /// Its code.
        code: SmolStr,
    },
    /// A spending limit with a sum that is not that of the postings that count.
    Spending {
        /// The limit's code.
        code: SmolStr,
    },
    /// A posting of an account that is kept by open items, whose item is missing or stands otherwise than its clearings say;
    /// or an item of no such posting.
    OpenItem {
        /// The entry.
        entry: Id<Entry>,
        /// Its line.
        line: u32,
    },
    /// A clearing whose lines, difference or undoing don't fit one another or their items.
    Clearing {
        /// The clearing.
        clearing: Id<Clearing>,
    },
    /// Open items and differences that don't add up to the account's balance.
    OpenItems {
        /// The account.
        account: SmolStr,
        /// The currency.
        currency: Currency,
    },
    /// Stored totals that are not the sums of the postings and of what is pending.
    Totals {
        /// The account.
        account: SmolStr,
        /// The currency.
        currency: Currency,
    },
    /// A pending entry that does not balance, or of which it is not clear what became.
    Pending {
        /// The pending entry.
        pending: Id<PendingEntry>,
    },
    /// An account that is closed by no pending entry, or not closed by one that is there.
    Closed {
        /// The account.
        account: SmolStr,
    },
    /// A key of something that is not there.
    Key {
        /// The key.
        key: SmolStr,
    },
    /// A stored balance that is not the sum of its postings.
    Balance {
        /// The account.
        account: SmolStr,
        /// The period.
        period: PeriodKey,
        /// The currency.
        currency: Currency,
    },
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Discrepancy::Unbalanced { entry, currency } => {
                write!(f, "entry {entry} does not balance in {currency}")
            }
            Discrepancy::Stray { entry, line } => {
                write!(f, "posting {line} of entry {entry} does not fit its entry")
            }
            Discrepancy::Rate { entry, line } => {
                write!(f, "the worth of line {line} of entry {entry} is not its amount by its rate")
            }
            Discrepancy::Empty { entry } => write!(f, "entry {entry} has no postings"),
            Discrepancy::Misdated { entry } => {
                write!(f, "entry {entry} is dated outside its period or fiscal year")
            }
            Discrepancy::Lines { entry } => write!(f, "entry {entry} lacks a line"),
            Discrepancy::Reversal { entry } => {
                write!(f, "the reversal of entry {entry} is not linked to it both ways")
            }
            Discrepancy::Draft { draft } => {
                write!(
                    f,
                    "draft {draft} is said to be posted, and its entry or approval is missing"
                )
            }
            Discrepancy::Number { journal, fiscal_year, number } => {
                write!(
                    f,
                    "number {number} of journal {journal} in {fiscal_year} is missing or was given twice"
                )
            }
            Discrepancy::Ledger { entry } => {
                write!(f, "entry {entry} has a posting of another ledger than its journal")
            }
            Discrepancy::Tree { account } => {
                write!(f, "account {account} does not stand under an open heading of its class")
            }
            Discrepancy::Year { year } => {
                write!(f, "fiscal year {year} is closed, and not all its accounts are at zero")
            }
            Discrepancy::Assertion { assertion } => {
                write!(f, "assertion {assertion} does not say what its account stands at")
            }
            Discrepancy::Recurring { code } => {
                write!(f, "recurring entry {code} does not stand where its occurrences say")
            }
            Discrepancy::Spending { code } => {
                write!(f, "a sum of spending limit {code} is not that of the postings that count")
            }
            Discrepancy::OpenItem { entry, line } => {
                write!(f, "the item of line {line} of entry {entry} does not stand as it must")
            }
            Discrepancy::Clearing { clearing } => {
                write!(f, "clearing {clearing} does not fit its lines and their items")
            }
            Discrepancy::OpenItems { account, currency } => {
                write!(f, "what is open of {account} in {currency} is not its balance")
            }
            Discrepancy::Totals { account, currency } => {
                write!(f, "the totals of {account} in {currency} are not the sums of its postings")
            }
            Discrepancy::Pending { pending } => {
                write!(f, "pending entry {pending} does not stand as what became of it says")
            }
            Discrepancy::Closed { account } => {
                write!(f, "account {account} is not closed as its pending entries say")
            }
            Discrepancy::Key { key } => {
                write!(f, "what came under the key {key:?} is not there")
            }
            Discrepancy::Balance { account, period, currency } => {
                write!(
                    f,
                    "the balance of {account} in {}, {currency}, is not the sum of its postings",
                    period::label(*period)
                )
            }
        }
    }
}

/// Recomputes balances, numbers and the balance of every entry from the facts, and names all that differs.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let discrepancies = books.view(|view| ledger::verify(view))?;
/// assert!(discrepancies.is_empty());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn verify(read: &mut impl Reading) -> Result<Vec<Discrepancy>, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let mut check = Check::new(settings.currency);
    for journal in read.peek_scan(&Range::<Journal>::all())? {
        if let Some(ledger) = &journal.ledger {
            check.ledgers.insert(journal.code.clone(), ledger.clone());
        }
    }
    for period in read.peek_scan(&Range::<Period>::all())? {
        check.periods.insert(period.period, period);
    }
    read.peek_each(&Range::<Reversal>::all(), |reversal| {
        check.reversals.insert(reversal.by, reversal.entry);
        Ok::<(), LedgerError>(())
    })?;
    let (mut entries, mut postings) = (Cursor::<Entry>::all(), Cursor::<Posting>::all());
    while let Some(entry) = entries.next(read)? {
        let mut lines = Vec::new();
        while let Some(posting) = postings.next_if(read, |posting| posting.entry <= entry.id)? {
            if posting.entry == entry.id { lines.push(posting) } else { check.stray(&posting) }
        }
        check.entry(&entry, &lines);
    }
    while let Some(posting) = postings.next(read)? {
        check.stray(&posting);
    }
    check.numbers(read)?;
    check.tree(&read.peek_scan(&Range::<Account>::all())?);
    let years = crate::close::verify(read)?;
    check.found.extend(years.into_iter().map(|year| Discrepancy::Year { year }));
    let assertions = crate::close::verify_assertions(read)?.into_iter();
    check.found.extend(assertions.map(|assertion| Discrepancy::Assertion { assertion }));
    let recurring = super::recurring::verify(read)?;
    check.found.extend(recurring.into_iter().map(|code| Discrepancy::Recurring { code }));
    check.drafts(read)?;
    let spending = super::spending::verify(&mut leading(read)?, &settings)?;
    check.found.extend(spending.into_iter().map(|code| Discrepancy::Spending { code }));
    check.found.extend(super::open_items::verify(&mut leading(read)?)?);
    super::pending::check_pending(read, std::mem::take(&mut check.totals), &mut check.found)?;
    read.peek_each(&Range::<Balance>::all(), |balance| {
        check.balance(balance);
        Ok::<(), LedgerError>(())
    })?;
    Ok(check.finish())
}

/// What [`verify`] finds, for [`Office::verify`](fondaco_core::Office::verify); nothing before the ledger is set up.
pub(super) fn of_part(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    match verify(view) {
        Ok(discrepancies) => discrepancies.iter().for_each(|discrepancy| found.say(discrepancy)),
        Err(LedgerError::NotSetUp) => {}
        Err(error) => return Err(error.halt().cloned().unwrap_or(Halt::Bug(error.to_string()))),
    }
    Ok(())
}

type Cell = (SmolStr, PeriodKey, Currency, Tags);

struct Check {
    ledger: Currency,
    periods: BTreeMap<PeriodKey, Arc<Period>>,
    /// By the journal that belongs to one ledger alone, that ledger.
    ledgers: BTreeMap<SmolStr, SmolStr>,
    /// By the entry that reverses, the entry that is reversed.
    reversals: BTreeMap<Id<Entry>, Id<Entry>>,
    sums: BTreeMap<Cell, Amounts>,
    totals: super::pending::Sums,
    series: BTreeMap<(SmolStr, i32), Vec<i64>>,
    found: Vec<Discrepancy>,
}

impl Check {
    fn new(ledger: Currency) -> Check {
        let (periods, reversals) = (BTreeMap::new(), BTreeMap::new());
        let (sums, series) = (BTreeMap::new(), BTreeMap::new());
        let (ledgers, totals, found) = Default::default();
        Check { ledger, periods, ledgers, reversals, sums, totals, series, found }
    }

    fn entry(&mut self, entry: &Entry, postings: &[Arc<Posting>]) {
        let number = entry.number.number().unwrap_or(0);
        self.series.entry((entry.journal.clone(), entry.fiscal_year)).or_default().push(number);
        if postings.is_empty() {
            self.found.push(Discrepancy::Empty { entry: entry.id });
        }
        if !postings.iter().zip(1..).all(|(posting, line)| posting.line == line) {
            self.found.push(Discrepancy::Lines { entry: entry.id });
        }
        let period = self.periods.get(&entry.period);
        let dated = |period: &Arc<Period>| {
            let days = period.start..=period.end;
            days.contains(&entry.date) && period.fiscal_year == entry.fiscal_year
        };
        if !period.is_some_and(dated) {
            self.found.push(Discrepancy::Misdated { entry: entry.id });
        }
        let reversed = self.reversals.remove(&entry.id);
        if entry.reverses != reversed {
            let entry = reversed.or(entry.reverses.copied()).unwrap_or(entry.id);
            self.found.push(Discrepancy::Reversal { entry });
        }
        let ledger = self.ledgers.get(&entry.journal).map(SmolStr::as_str);
        if postings.iter().any(|posting| ledger_of(&posting.dimensions) != ledger) {
            self.found.push(Discrepancy::Ledger { entry: entry.id });
        }
        let mut totals: BTreeMap<Currency, i128> = BTreeMap::new();
        let mut ledger_total = 0;
        for posting in postings {
            if posting.date != entry.date || posting.period != entry.period {
                self.found.push(Discrepancy::Stray { entry: posting.entry, line: posting.line });
            }
            if posting.currency != self.ledger {
                *totals.entry(posting.currency).or_default() += i128::from(posting.amount.units());
            }
            if self.is_off_rate(posting) {
                self.found.push(Discrepancy::Rate { entry: posting.entry, line: posting.line });
            }
            ledger_total += i128::from(posting.ledger_amount.units());
            self.count(posting);
        }
        if ledger_total != 0 {
            self.found.push(Discrepancy::Unbalanced { entry: entry.id, currency: self.ledger });
        }
        let unequal = totals.into_iter().filter(|(_, total)| *total != 0 && !entry.conversion);
        self.found.extend(
            unequal.map(|(currency, _)| Discrepancy::Unbalanced { entry: entry.id, currency }),
        );
    }

    fn is_off_rate(&self, posting: &Posting) -> bool {
        let worth = Money::new(posting.ledger_amount.to_decimal(), self.ledger);
        let rate = posting.rate.copied();
        rate.is_some_and(|rate| contradict(posting.money(), worth, rate))
    }

    /// A posting that names no entry.
    fn stray(&mut self, posting: &Posting) {
        self.found.push(Discrepancy::Stray { entry: posting.entry, line: posting.line });
        self.count(posting);
    }

    fn count(&mut self, posting: &Posting) {
        let Posting { account, period, currency, dimensions, .. } = posting;
        let cell = (account.clone(), *period, *currency, dimensions.clone());
        if ledger_of(dimensions).is_none() {
            let totals = self.totals.entry((account.clone(), *currency)).or_default();
            totals.count(posting.side, posting.amount.units());
        }
        self.sums.entry(cell).or_default().add(&Amounts::of_posting(posting));
    }

    /// Numbers of a series are 1, 2, 3, ... in some order.
    /// The series themselves stand at the last of them.
    fn numbers(&mut self, read: &mut impl Reading) -> Result<(), LedgerError> {
        for journal in read.peek_scan(&Range::<Journal>::all())? {
            for fiscal_year in self.periods.values().map(|period| period.fiscal_year) {
                self.series.entry((journal.code.clone(), fiscal_year)).or_default();
            }
        }
        for ((journal, fiscal_year), mut numbers) in std::mem::take(&mut self.series) {
            numbers.sort_unstable();
            let wrong = numbers.iter().zip(1..).find(|(number, expected)| **number != *expected);
            let last = read.peek_series(&Journal::series(&journal, fiscal_year))?.last;
            let count = numbers.len() as i64;
            let number = match wrong {
                Some((_, number)) => number,
                None if last != count => last.min(count) + 1,
                None => continue,
            };
            self.found.push(Discrepancy::Number { journal, fiscal_year, number });
        }
        Ok(())
    }

    /// Every heading is one, of the same class, and open for as long as what stands under it.
    fn tree(&mut self, accounts: &[Arc<Account>]) {
        let by_code: BTreeMap<&SmolStr, &Arc<Account>> =
            accounts.iter().map(|account| (&account.code, account)).collect();
        let above = |account: &Account| account.parent.as_ref().map(|code| by_code.get(code));
        let stands = |account: &Account, heading: &Account| {
            let open = heading
                .closes
                .is_none_or(|closes| account.closes.is_some_and(|account| account <= closes));
            heading.heading && heading.class == account.class && open
        };
        for account in accounts {
            let (mut at, mut level, mut fits) = (account, 1, true);
            while let (true, Some(heading)) = (fits, above(at)) {
                level += 1;
                fits = heading.is_some_and(|heading| stands(at, heading)) && level <= MAX_LEVELS;
                at = heading.copied().unwrap_or(at);
            }
            if !fits {
                self.found.push(Discrepancy::Tree { account: account.code.clone() });
            }
        }
    }

    /// A posted draft has its entry, in its journal and of its date, and somebody approved it.
    fn drafts(&mut self, read: &mut impl Reading) -> Result<(), LedgerError> {
        for draft in super::drafts(read, DraftStatus::Posted)? {
            let entry = draft.entry.map(|entry| read.peek::<Entry>(&entry)).transpose()?.flatten();
            let fits =
                |entry: &Arc<Entry>| entry.journal == draft.journal && entry.date == draft.date;
            let steps = read.peek_scan(&Range::<DraftStep>::by_key(&draft.id))?;
            let approved = steps.iter().any(|step| step.deed == Deed::Approved);
            if !entry.as_ref().is_some_and(fits) || !approved {
                self.found.push(Discrepancy::Draft { draft: draft.id });
            }
        }
        Ok(())
    }

    fn balance(&mut self, balance: &Balance) {
        let computed = super::balance::tags(&balance.dimensions).ok().and_then(|tags| {
            self.sums.remove(&(balance.account.clone(), balance.period, balance.currency, tags))
        });
        if computed.unwrap_or_default() != Amounts::of_balance(balance) {
            let Balance { account, period, currency, .. } = balance.clone();
            self.found.push(Discrepancy::Balance { account, period, currency });
        }
    }

    /// Sums that no stored balance answered for are missing.
    fn finish(mut self) -> Vec<Discrepancy> {
        let unmatched = std::mem::take(&mut self.reversals).into_values();
        self.found.extend(unmatched.map(|entry| Discrepancy::Reversal { entry }));
        let missing = self.sums.into_iter().filter(|(_, sums)| *sums != Amounts::default());
        self.found.extend(missing.map(|((account, period, currency, _), _)| {
            Discrepancy::Balance { account, period, currency }
        }));
        self.found
    }
}

/// All rows of a table in order of key, a page at a time, so that two tables can be walked side by side.
struct Cursor<R: Record> {
    page: VecDeque<Arc<R>>,
    last: Option<R::Key>,
    done: bool,
    /// How many rows the next page has.
    next: usize,
}

impl<R: Record> Cursor<R> {
    fn all() -> Cursor<R> {
        Cursor { page: VecDeque::new(), last: None, done: false, next: 4096 }
    }

    fn peek(&mut self, read: &mut impl Reading) -> Result<Option<&Arc<R>>, LedgerError> {
        if self.page.is_empty() && !self.done {
            // From the last row on, which comes once more: keys have no successor that all types share.
            let range = match &self.last {
                Some(last) => Range::<R>::all().from(last).limit(self.next + 1),
                None => Range::<R>::all().limit(self.next),
            };
            let rows = read.peek_scan(&range)?;
            let skip = usize::from(self.last.is_some());
            self.page.extend(rows.into_iter().skip(skip));
            self.done = self.page.len() < self.next;
            if read.is_loaded() {
                self.next *= 2; // as each page costs a run from the beginning
            }
            self.last = self.page.back().map(|row| row.key());
        }
        Ok(self.page.front())
    }

    fn next(&mut self, read: &mut impl Reading) -> Result<Option<Arc<R>>, LedgerError> {
        self.peek(read)?;
        Ok(self.page.pop_front())
    }

    fn next_if(
        &mut self,
        read: &mut impl Reading,
        take: impl Fn(&R) -> bool,
    ) -> Result<Option<Arc<R>>, LedgerError> {
        match self.peek(read)? {
            Some(row) if take(row) => Ok(self.page.pop_front()),
            _ => Ok(None),
        }
    }
}
