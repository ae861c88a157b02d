//! Reading the books and translating them.

use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, DateRange, Money, Range, Reading, Rounding};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::spans::{Span, Sums, movements, spans};
use super::{IncomeRate, TranslatedLine, TranslatedPart, Translation, TranslationQuery};
use crate::Books;
use crate::currency::needed::Needed;
use crate::currency::{ExchangeError, FoundRate};
use crate::ledger::open_items::money;
use crate::ledger::{
    Account, AccountClass, LedgerError, Posting, Settings, accounts_known, is_closing,
};
use crate::parallel::sight_of;

/// The books in another currency.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_rates(); // EUR/USD 1.25, EUR/CHF 0.95
/// use fondaco_accounting::currency::{TranslationQuery, translation};
/// let year = "2026-01-01/2026-12-31".parse()?;
/// let francs = books.view(|view| translation(view, &TranslationQuery::new(Currency::CHF, year)))?;
/// assert_eq!(francs.assets(), Money::parse("550.05 CHF")?);
/// assert!(francs.difference().is_zero()); // one rate all year
/// let yen = books.view(|view| translation(view, &TranslationQuery::new(Currency::JPY, year)));
/// assert_eq!(yen.unwrap_err().code(), "accounting.no_closing_rate");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ParallelError::UnknownLedger`](crate::parallel::ParallelError::UnknownLedger);
/// [`ExchangeError::NoClosingRate`](crate::currency::ExchangeError::NoClosingRate) with the day and the pair, and
/// [`ExchangeError::OldRate`](crate::currency::ExchangeError::OldRate) where none so old is taken; [`LedgerError::UnknownRateSource`]; [`LedgerError::BadInput`] for
/// days without an end, and for a history of what is no account of equity; or a [`Halt`](fondaco_core::Halt).
pub fn translation(
    read: &mut impl Reading,
    query: &TranslationQuery,
) -> Result<Translation, LedgerError> {
    let read = &mut sight_of(read, query.ledger.as_ref())?;
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let date = query.days.end().ok_or_else(|| LedgerError::BadInput {
        what: "days",
        why: "a translation has a closing day: give the days an end".into(),
    })?;
    let accounts = accounts_known(read, query.known_at)?;
    let accounts: BTreeMap<SmolStr, Arc<Account>> =
        accounts.into_iter().map(|account| (account.code.clone(), account)).collect();
    check_histories(query, &accounts)?;
    let mut translator = Translator::at(read, query, accounts, (settings.currency, date))?;
    let opening_difference = opening(read, query, (&translator, date))?;
    Ok(Translation { opening_difference, ..translator.translate(read)? })
}

/// The translation difference before the days that are asked for; `None` where there is no rate for what was held then.
fn opening(
    read: &mut impl Reading,
    query: &TranslationQuery,
    (then, closing): (&Translator<'_>, NaiveDate),
) -> Result<Option<Money>, LedgerError> {
    let Some(eve) = query.days.start().and_then(|from| from.pred_opt()) else {
        return Ok(Some(Money::zero(query.currency)));
    };
    let days = DateRange::between(None, Some(eve));
    let days =
        days.map_err(|error| LedgerError::BadInput { what: "days", why: error.to_string() })?;
    let before = TranslationQuery { days, ..query.clone() };
    let (accounts, of) = (then.accounts.clone(), (then.rates.from, eve));
    let mut opening = Translator::at(read, &before, accounts, of)?;
    opening.given_at = closing;
    match opening.translate(read) {
        Ok(opening) => Ok(Some(opening.difference())),
        Err(LedgerError::Exchange(
            ExchangeError::NoClosingRate { .. } | ExchangeError::OldRate { .. },
        )) => Ok(None),
        Err(error) => Err(error),
    }
}

fn check_histories(
    query: &TranslationQuery,
    accounts: &BTreeMap<SmolStr, Arc<Account>>,
) -> Result<(), LedgerError> {
    for (code, amount) in &query.historical {
        let unknown = || LedgerError::UnknownAccount { code: code.clone() };
        let account = accounts.get(code).ok_or_else(unknown)?;
        let why = match () {
            () if account.class != AccountClass::Equity => {
                format!("account {code} is not of equity: only that stays at its history")
            }
            () if amount.currency() != query.currency => {
                format!("{amount} for account {code} is not in {}", query.currency)
            }
            () => continue,
        };
        return Err(LedgerError::BadInput { what: "historical", why });
    }
    Ok(())
}

/// Rates that were found, by source and day.
struct Rates {
    needed: Needed,
    income: IncomeRate,
    from: Currency,
    to: Currency,
    found: BTreeMap<(SmolStr, NaiveDate), FoundRate>,
}

impl Rates {
    fn new(query: &TranslationQuery, from: Currency) -> Rates {
        let (source, known_at) = (query.source.clone(), query.known_at);
        let needed = Needed { source, known_at, oldest: query.max_rate_age_days };
        Rates {
            needed,
            income: query.income.clone(),
            from,
            to: query.currency,
            found: BTreeMap::new(),
        }
    }

    /// For so much of an account.
    fn of(
        &mut self,
        read: &mut impl Reading,
        (source, date): (&SmolStr, NaiveDate),
        (account, units): (&SmolStr, i128),
    ) -> Result<FoundRate, LedgerError> {
        let holding = (account, self.from, units);
        let found = match self.found.entry((source.clone(), date)) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(place) => {
                let needed = Needed { source: source.clone(), ..self.needed.clone() };
                place.insert(needed.find(read, (self.to, date), holding)?)
            }
        };
        let needed = Needed { source: source.clone(), ..self.needed.clone() };
        needed.check(found, holding)?;
        Ok(found.clone())
    }

    fn of_day(
        &mut self,
        read: &mut impl Reading,
        date: NaiveDate,
        of: (&SmolStr, i128),
    ) -> Result<FoundRate, LedgerError> {
        let source = self.needed.source.clone();
        self.of(read, (&source, date), of)
    }
}

struct Translator<'q> {
    query: &'q TranslationQuery,
    date: NaiveDate,
    accounts: BTreeMap<SmolStr, Arc<Account>>,
    spans: Vec<Span>,
    moved: Vec<Sums>,
    rates: Rates,
    /// The day at whose end an account of equity is what is given by its history.
    given_at: NaiveDate,
}

impl<'q> Translator<'q> {
    /// At the end of a day.
    fn at(
        read: &mut impl Reading,
        query: &'q TranslationQuery,
        accounts: BTreeMap<SmolStr, Arc<Account>>,
        (currency, date): (Currency, NaiveDate),
    ) -> Result<Translator<'q>, LedgerError> {
        let spans = spans(read, query, date)?;
        let moved = movements(read, query, &spans)?;
        let rates = Rates::new(query, currency);
        Ok(Translator { query, date, accounts, spans, moved, rates, given_at: date })
    }

    fn translate(&mut self, read: &mut impl Reading) -> Result<Translation, LedgerError> {
        let (mut lines, mut earlier) = (Vec::new(), Vec::new());
        let accounts: Vec<_> = self.accounts.values().cloned().collect();
        for account in accounts.iter().filter(|account| !account.heading) {
            let parts = match account.class {
                AccountClass::Asset | AccountClass::Liability => self.balance(read, account)?,
                AccountClass::Equity => self.history(read, account)?,
                AccountClass::Income | AccountClass::Expense => {
                    let (before, now) = self.results(read, account)?;
                    earlier.extend(before);
                    now
                }
            };
            if !parts.is_empty() {
                lines.push(self.line(account, parts));
            }
        }
        lines.sort_by(|a, b| (a.class, &a.account).cmp(&(b.class, &b.account)));
        let (days, date) = (self.query.days, self.date);
        let (from, to) = (self.rates.from, self.rates.to);
        let name = SmolStr::new_static("Results of earlier years");
        let earlier = merged(earlier);
        let earlier = self.sum(SmolStr::default(), name, AccountClass::Equity, earlier);
        let opening_difference = None;
        Ok(Translation { days, date, from, to, lines, earlier, opening_difference })
    }

    /// A balance at the closing rate.
    fn balance(
        &mut self,
        read: &mut impl Reading,
        account: &Account,
    ) -> Result<Vec<TranslatedPart>, LedgerError> {
        let sums = self.moved.iter().filter_map(|sums| sums.get(&account.code));
        let units = signed(account.class, sums.sum());
        if units == 0 {
            return Ok(Vec::new());
        }
        let rate = self.rates.of_day(read, self.date, (&account.code, units))?;
        Ok(vec![part(&account.code, DateRange::day(self.date), units, rate)?])
    }

    /// Each posting of equity at the rate of its day, or what is given.
    fn history(
        &mut self,
        read: &mut impl Reading,
        account: &Account,
    ) -> Result<Vec<TranslatedPart>, LedgerError> {
        let given = self.query.historical.iter().find(|(code, _)| *code == account.code);
        let Some((_, given)) = given else {
            let by_day = self.by_day(read, account, self.date)?;
            return self.at_days(read, account, by_day);
        };
        let mut by_day = self.by_day(read, account, self.given_at)?;
        let later = match self.date.succ_opt() {
            Some(next) => by_day.split_off(&next),
            None => BTreeMap::new(),
        };
        // What came since is taken off at the rates of its days.
        let later = self.at_days(read, account, later)?;
        let later = later
            .iter()
            .fold(Decimal::ZERO, |sum, part| sum.saturating_add(part.translated.amount()));
        let translated = Money::new(given.amount().saturating_sub(later), given.currency());
        let amount = money(by_day.values().sum(), self.rates.from);
        let (days, rate) = (DateRange::day(self.date), None);
        Ok(vec![TranslatedPart { days, amount, rate, translated }])
    }

    fn at_days(
        &mut self,
        read: &mut impl Reading,
        account: &Account,
        by_day: BTreeMap<NaiveDate, i128>,
    ) -> Result<Vec<TranslatedPart>, LedgerError> {
        let mut parts = Vec::with_capacity(by_day.len());
        for (date, units) in by_day.into_iter().filter(|(_, units)| *units != 0) {
            let rate = self.rates.of_day(read, date, (&account.code, units))?;
            parts.push(part(&account.code, DateRange::day(date), units, rate)?);
        }
        Ok(parts)
    }

    /// What an account moved by day through one, closings left out.
    fn by_day(
        &self,
        read: &mut impl Reading,
        account: &Account,
        through: NaiveDate,
    ) -> Result<BTreeMap<NaiveDate, i128>, LedgerError> {
        let mut by_day = BTreeMap::new();
        read.peek_each(&Range::by(Posting::BY_ACCOUNT, &account.code), |posting| {
            let counts = posting.date <= through && self.query.knows(posting);
            if counts && !is_closing(posting.period) {
                let units = signed(account.class, i128::from(posting.ledger_amount.units()));
                *by_day.entry(posting.date).or_default() += units;
            }
            Ok::<(), LedgerError>(())
        })?;
        Ok(by_day)
    }

    /// What was earned or spent before the days that are asked for, as a result; and in them.
    fn results(
        &mut self,
        read: &mut impl Reading,
        account: &Account,
    ) -> Result<(Vec<TranslatedPart>, Vec<TranslatedPart>), LedgerError> {
        let parts = match self.rates.income.clone() {
            IncomeRate::Transaction => {
                let by_day = self.by_day(read, account, self.date)?;
                self.at_days(read, account, by_day)?
            }
            IncomeRate::Average(source) => self.at_averages(read, account, &source)?,
        };
        let from = self.query.days.start();
        let is_earlier =
            |part: &TranslatedPart| part.days.end().zip(from).is_some_and(|(end, from)| end < from);
        let (before, now): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_earlier);
        // What is spent lessens the result.
        let before = match account.class {
            AccountClass::Expense => before.into_iter().map(negated).collect(),
            _ => before,
        };
        Ok((before, now))
    }

    fn at_averages(
        &mut self,
        read: &mut impl Reading,
        account: &Account,
        source: &SmolStr,
    ) -> Result<Vec<TranslatedPart>, LedgerError> {
        let mut parts = Vec::new();
        for at in 0..self.spans.len() {
            let units = self.moved[at].get(&account.code).copied().unwrap_or_default();
            if units != 0 {
                let (days, last) = (self.spans[at].days, self.spans[at].last);
                let rate = self.rates.of(read, (source, last), (&account.code, units))?;
                parts.push(part(&account.code, days, signed(account.class, units), rate)?);
            }
        }
        Ok(parts)
    }

    fn line(&self, account: &Account, parts: Vec<TranslatedPart>) -> TranslatedLine {
        self.sum(account.code.clone(), account.name.clone(), account.class, parts)
    }

    fn sum(
        &self,
        account: SmolStr,
        name: SmolStr,
        class: AccountClass,
        parts: Vec<TranslatedPart>,
    ) -> TranslatedLine {
        let sum = |of: fn(&TranslatedPart) -> Money| {
            let amounts = parts.iter().map(|part| of(part).amount());
            amounts.fold(Decimal::ZERO, Decimal::saturating_add)
        };
        let amount = Money::new(sum(|part| part.amount), self.rates.from);
        let translated = Money::new(sum(|part| part.translated), self.rates.to);
        TranslatedLine { account, name, class, amount, translated, parts }
    }
}

/// Positive on the side on which the class grows.
fn signed(class: AccountClass, units: i128) -> i128 {
    if class.grows_by_debit() { units } else { -units }
}

fn part(
    code: &SmolStr,
    days: DateRange,
    units: i128,
    rate: FoundRate,
) -> Result<TranslatedPart, LedgerError> {
    let amount = money(units, rate.from);
    let too_large = |_| LedgerError::TooLarge { code: code.clone(), amount: amount.amount() };
    let translated = rate.convert(amount, Rounding::HalfUp).map_err(too_large)?;
    Ok(TranslatedPart { days, amount, rate: Some(rate), translated })
}

fn negated(part: TranslatedPart) -> TranslatedPart {
    TranslatedPart { amount: part.amount.neg(), translated: part.translated.neg(), ..part }
}

/// The parts of all accounts of the same days as one.
fn merged(parts: Vec<TranslatedPart>) -> Vec<TranslatedPart> {
    let add = |a: Money, b: Money| Money::new(a.amount().saturating_add(b.amount()), a.currency());
    let mut by_days: BTreeMap<(Option<NaiveDate>, Option<NaiveDate>), TranslatedPart> =
        BTreeMap::new();
    for part in parts {
        match by_days.get_mut(&(part.days.end(), part.days.start())) {
            Some(sum) => {
                sum.amount = add(sum.amount, part.amount);
                sum.translated = add(sum.translated, part.translated);
            }
            None => {
                by_days.insert((part.days.end(), part.days.start()), part);
            }
        }
    }
    by_days.into_values().collect()
}

impl Books<'_> {
    /// The books in another currency: see [`translation`].
    ///
    /// # Errors
    /// As [`translation`].
    pub fn translation(&self, query: &TranslationQuery) -> Result<Translation, LedgerError> {
        self.view(|view| translation(view, query))
    }
}
