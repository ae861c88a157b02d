//! What was withheld goes to those whom it is for.

use chrono::NaiveDate;
use fondaco_accounting::ledger::{BalanceQuery, balances};
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Money, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use crate::company::document::Desk;
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
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

/// Pays authorities, insurers or creditors what was withheld for them: at most what stands there.
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
    /// What people call it.
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
        let document = format_smolstr!("remittance/{}", self.code);
        if self.amount.currency() != desk.currency() {
            let (given, expected) = (self.amount.currency(), desk.currency());
            return Err(CompanyError::OtherCurrency { document, given, expected });
        }
        if !self.amount.is_positive() || !self.amount.is_rounded() {
            let (field, value) = ("amount", self.amount.to_string());
            return Err(CompanyError::NotPositive { document, line: 0, field, value });
        }
        let (role, figure) = match self.of {
            Remitted::Withheld => (Role::Withheld, Figure::Withheld),
            Remitted::Garnished => (Role::Garnishments, Figure::Garnished),
        };
        let place = Place {
            categories: self.component.iter().cloned().collect(),
            method: self.method.clone(),
            ..Place::default()
        };
        let stands = match desk.account_at(role, &place)? {
            Some(account) => stands(tx, BalanceQuery::account(account))?,
            None => Decimal::ZERO,
        };
        let open = Money::new(-stands, desk.currency());
        if self.amount.amount() > open.amount() {
            return Err(CompanyError::PaysTooMuch { document, paid: self.amount, open });
        }
        let facts = Facts::new(BusinessEvent::Remittance, self.date, document);
        desk.tell(facts.fact(Fact::new(figure, self.amount).at(place)), None);
        tx.emit(Event::new("payroll.remitted").with("code", self.code.clone()));
        desk.finish(tx)
    }
}

/// What balances come to, debits above zero.
pub(super) fn stands(tx: &mut Tx<'_>, query: BalanceQuery) -> Result<Decimal, CompanyError> {
    Ok(balances(tx, &query)?.iter().map(|row| row.amounts.ledger_balance()).sum())
}
