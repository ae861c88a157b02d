//! What was withheld goes to those whom it is for.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{BalanceQuery, Period, Posting, balances, postings};
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, DateRange, Money, Range, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::cancel::opposite;
use crate::company::document::{Desk, Document, DocumentKind, Line, Status, blank, stored};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::sales::head;
use crate::company::{CompanyError, rights};

/// What is remitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remitted {
    /// Taxes, contributions and what else was withheld.
    Withheld,
    /// What courts ordered.
    Garnished,
}

/// Pays authorities, insurers or creditors what was withheld for them: at most what stands there on the day, and is not remitted since. It is a
/// document: [`Cancel`](crate::company::Cancel) takes it back.
///
/// ```
/// use fondaco::company::{Remit, Remitted};
/// use fondaco::core::Money;
/// let tax = Remit::new("FIT-03", "2026-04-10".parse()?, Remitted::Withheld, Money::parse("1200 EUR")?);
/// assert!(tax.component.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remit {
    /// Its code.
    pub code: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// What it is.
    pub of: Remitted,
    /// How much.
    pub amount: Money,
    /// The component, where accounts tell them apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<SmolStr>,
    /// How it is paid: what rules of accounts may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SmolStr>,
}

impl Remit {
    /// So much on a day.
    pub fn new(code: impl Into<SmolStr>, date: NaiveDate, of: Remitted, amount: Money) -> Remit {
        Remit { code: code.into(), date, of, amount, component: None, method: None }
    }

    /// Of a component.
    #[must_use]
    pub fn component(self, component: impl Into<SmolStr>) -> Remit {
        Remit { component: Some(component.into()), ..self }
    }
}

impl Act for Remit {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authorize(&Request::new(&rights::PAY_PEOPLE).amount(self.amount))?;
        let mut desk = Desk::open(tx)?;
        let kind = DocumentKind::Remittance;
        desk.check_new(tx, kind, &self.code)?;
        let name = kind.name_of(&self.code);
        if self.amount.currency() != desk.currency() {
            let (given, expected) = (self.amount.currency(), desk.currency());
            return Err(CompanyError::OtherCurrency { document: name, given, expected });
        }
        if !self.amount.is_positive() || !self.amount.is_rounded() {
            let (field, value) = ("amount", self.amount.to_string());
            return Err(CompanyError::NotPositive { document: name, line: 0, field, value });
        }
        let net = stored(self.amount, &name, (0, "amount"))?;
        let document = Document {
            date: self.date,
            status: Status::Done,
            lines: 1,
            net,
            method: self.method.clone().into(),
            ..head(tx, kind, &self.code, desk.currency())
        };
        let line = Line {
            document: document.id,
            number: 1,
            net,
            charge: Some(self.of.figure()).into(),
            category: self.component.clone().into(),
            ..blank()
        };
        let place = place(&document, &line);
        let open = match desk.account_at(self.of.role(), &place)? {
            Some(account) => {
                rest_on(tx, &account)?;
                open_since(tx, &account, self.date)?
            }
            None => Decimal::ZERO,
        };
        let open = Money::new(open, desk.currency());
        if self.amount.amount() > open.amount() {
            return Err(CompanyError::PaysTooMuch { document: name, paid: self.amount, open });
        }
        desk.tell(facts(&document, &line), Some(document.id));
        desk.add(document, vec![line]);
        tx.emit(Event::new("payroll.remitted").with("code", self.code.clone()));
        desk.finish(tx)
    }
}

impl Remitted {
    fn role(self) -> Role {
        match self {
            Remitted::Withheld => Role::Withheld,
            Remitted::Garnished => Role::Garnishments,
        }
    }

    fn figure(self) -> Figure {
        match self {
            Remitted::Withheld => Figure::Withheld,
            Remitted::Garnished => Figure::Garnished,
        }
    }
}

fn place(document: &Document, line: &Line) -> Place {
    Place { categories: line.category.cloned().into_iter().collect(), ..document.place(None) }
}

/// What a remittance tells the books.
fn facts(document: &Document, line: &Line) -> Facts {
    let figure = line.charge.copied().unwrap_or(Figure::Withheld);
    Facts::new(BusinessEvent::Remittance, document.date, document.name())
        .fact(Fact::new(figure, document.money(line.net)).at(place(document, line)))
}

/// Takes a remittance back: it is owed again.
pub(crate) fn cancel_remittance(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    for line in desk.lines_of(tx, document)? {
        desk.tell(opposite(facts(document, &line), date), None);
    }
    Ok(())
}

/// The decision rests on all that stands on an account: another remittance at the same time is seen.
fn rest_on(tx: &mut Tx<'_>, account: &SmolStr) -> Result<(), CompanyError> {
    let periods = tx.peek_scan(&Range::<Period>::all())?;
    let of_account =
        |period: &Arc<Period>| Range::by(Posting::BY_ACCOUNT, &(account.clone(), period.period));
    tx.changes(&periods.iter().map(of_account).collect::<Vec<_>>())?;
    Ok(())
}

/// The least that is owed on an account on a day and on all days after it: what may leave on the day, so that it is enough for what left later.
fn open_since(
    tx: &mut Tx<'_>,
    account: &SmolStr,
    date: NaiveDate,
) -> Result<Decimal, CompanyError> {
    let mut stands = -stands(tx, BalanceQuery::account(account.clone()).until(date))?;
    let mut least = stands;
    let mut later: BTreeMap<NaiveDate, Decimal> = BTreeMap::new();
    if let Some(next) = date.succ_opt() {
        for posting in postings(tx, account, DateRange::from(next))? {
            *later.entry(posting.date).or_default() += posting.ledger_amount.to_decimal();
        }
    }
    for moved in later.into_values() {
        stands -= moved;
        least = least.min(stands);
    }
    Ok(least)
}

/// What balances come to, debits above zero.
pub(super) fn stands(tx: &mut Tx<'_>, query: BalanceQuery) -> Result<Decimal, CompanyError> {
    Ok(balances(tx, &query)?.iter().map(|row| row.amounts.ledger_balance()).sum())
}
