//! Templates: entries whose amounts are formulas over named inputs.
//!
//! Formulas are parsed once, when the template is made or read; an error names the place in the formula. What a template makes
//! is checked before it goes to the ledger: every amount has the digits of its currency, and debits equal credits.
//!
//! [`StoreTemplate`] keeps one under a code, and [`PostTemplate`] posts by it: whoever does that gives only a day and the inputs.

mod commands;
mod formula;
mod stored;

pub use commands::{PostTemplate, StoreTemplate, TemplateInput, WithdrawTemplate};
pub use formula::AmountFormula;
pub use stored::{StoredTemplate, templates};

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Money};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CloseError;
use crate::ledger::{NewEntry, NewPosting, Side};

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateLine {
    /// The account.
    pub account: SmolStr,
    /// The side; of an amount below zero it is the other.
    pub side: Side,
    /// How much.
    pub amount: AmountFormula,
    /// The dimensions of its posting.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub dimensions: Tags,
}

/// An entry in the making.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::EntryTemplate;
/// let sale = EntryTemplate::new("INV", Currency::EUR)
///     .debit("1200", "net + net * 0.19 rounded half up")?
///     .credit("4000", "net")?
///     .credit("2200", "net * 0.19 rounded half up")?;
/// let entry = sale.entry(day("2026-03-01"), &[("net", "33.33".parse()?)])?;
/// assert_eq!(entry.postings[2].amount, eur("6.33"));
/// books.post("invoice/2", entry)?;
/// let missing = sale.entry(day("2026-03-01"), &[]).unwrap_err();
/// assert_eq!(missing.to_string(), "input net of the template: give it a value");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryTemplate {
    /// The journal.
    pub journal: SmolStr,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SmolStr>,
    /// Its lines.
    pub lines: Vec<TemplateLine>,
}

impl EntryTemplate {
    /// A template without lines yet.
    pub fn new(journal: impl Into<SmolStr>, currency: Currency) -> EntryTemplate {
        EntryTemplate { journal: journal.into(), currency, text: None, lines: Vec::new() }
    }

    /// What people read.
    #[must_use]
    pub fn text(mut self, text: impl Into<SmolStr>) -> EntryTemplate {
        self.text = Some(text.into());
        self
    }

    /// Debits an account.
    ///
    /// # Errors
    /// [`CloseError::BadFormula`] with the place.
    pub fn debit(self, account: impl Into<SmolStr>, amount: &str) -> Result<Self, CloseError> {
        self.line(account, Side::Debit, amount)
    }

    /// Credits an account.
    ///
    /// # Errors
    /// [`CloseError::BadFormula`] with the place.
    pub fn credit(self, account: impl Into<SmolStr>, amount: &str) -> Result<Self, CloseError> {
        self.line(account, Side::Credit, amount)
    }

    fn line(
        mut self,
        account: impl Into<SmolStr>,
        side: Side,
        amount: &str,
    ) -> Result<Self, CloseError> {
        let (account, amount) = (account.into(), amount.parse()?);
        self.lines.push(TemplateLine { account, side, amount, dimensions: Tags::default() });
        Ok(self)
    }

    /// A dimension of the line that was given last.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.dimensions.set(name, value);
        }
        self
    }

    /// The names of its inputs, in order, each once.
    ///
    /// ```
    /// use fondaco_accounting::close::EntryTemplate;
    /// use fondaco_core::Currency;
    /// let share = EntryTemplate::new("GEN", Currency::EUR).debit("5100", "rent * (heads / all) rounded half even")?;
    /// assert_eq!(share.inputs(), ["rent", "heads", "all"]);
    /// # Ok::<(), fondaco_accounting::close::CloseError>(())
    /// ```
    pub fn inputs(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for name in self.lines.iter().flat_map(|line| line.amount.inputs()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The entry of these inputs; lines that come to nothing are left out.
    ///
    /// # Errors
    /// [`CloseError::TemplateInput`] for an input that is missing, that no formula names, or that is given twice; [`CloseError::BadFormula`] for an
    /// amount with too many digits, a division by zero, or beyond reach; [`CloseError::TemplateUnbalanced`].
    pub fn entry(
        &self,
        date: NaiveDate,
        inputs: &[(&str, Decimal)],
    ) -> Result<NewEntry, CloseError> {
        let known = self.inputs();
        if let Some((name, _)) = inputs.iter().find(|(name, _)| !known.contains(name)) {
            let (name, why) = (SmolStr::new(name), "no formula names it: correct the name");
            return Err(CloseError::TemplateInput { name, why });
        }
        let twice = inputs
            .iter()
            .enumerate()
            .find(|(at, (name, _))| inputs.iter().take(*at).any(|(before, _)| before == name));
        if let Some((_, (name, _))) = twice {
            let (name, why) = (SmolStr::new(name), "it is given twice: give it once");
            return Err(CloseError::TemplateInput { name, why });
        }
        let digits = self.currency.minor_units().unwrap_or(u32::from(crate::ledger::AMOUNT_DIGITS));
        let mut entry = NewEntry::new(self.journal.clone(), date);
        entry.text.clone_from(&self.text);
        let mut sum = Decimal::ZERO;
        for line in &self.lines {
            let find = |name: &str| {
                inputs.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
            };
            let value = line.amount.value(digits, find)?.to_decimal();
            let fine = value.map(|value| Money::new(value, self.currency));
            let fine = fine.filter(|money| money.is_rounded());
            let money = fine.ok_or_else(|| {
                line.amount.fails(1, "it has more digits than its currency: add `rounded half up`")
            })?;
            let debit = (line.side == Side::Debit) != money.is_negative();
            let side = if debit { Side::Debit } else { Side::Credit };
            let signed = if debit { money.abs() } else { money.abs().neg() };
            sum = sum.saturating_add(signed.amount());
            if !money.is_zero() {
                let dimensions = line.dimensions.clone();
                let posting = NewPosting::new(line.account.clone(), side, money.abs());
                entry.postings.push(NewPosting { dimensions, ..posting });
            }
        }
        if !sum.is_zero() {
            let difference = Money::new(sum, self.currency);
            return Err(CloseError::TemplateUnbalanced { difference });
        }
        Ok(entry)
    }
}
