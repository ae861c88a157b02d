//! What a payment says: how much comes or goes, and which documents it settles.

use chrono::NaiveDate;
use fondaco_core::Money;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::company::document::DocumentKind;

/// What a payment settles of a document.
///
/// ```
/// use fondaco::company::Settles;
/// use fondaco::core::Money;
/// let part = Settles::invoice("I-1").amount(Money::parse("50 EUR")?);
/// assert!(!part.discounted);
/// # Ok::<(), fondaco::core::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// What it is: an invoice or a bill, or a credit or a payment of which something stands on account.
    pub kind: DocumentKind,
    /// Its code.
    pub code: SmolStr,
    /// How much is paid or used of it; where it is left out all that is open, less what is let off and given up, as far as the payment goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Whether what was agreed is let off for paying early.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discounted: bool,
    /// How much is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_off: Option<Money>,
}

impl Settles {
    fn of(kind: DocumentKind, code: impl Into<SmolStr>) -> Settles {
        Settles { kind, code: code.into(), amount: None, discounted: false, write_off: None }
    }

    /// All that is open of an invoice.
    pub fn invoice(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::Invoice, code)
    }

    /// All that is open of a bill.
    pub fn bill(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::Bill, code)
    }

    /// All that stands on account of a credit, to a customer.
    pub fn credit(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::CreditNote, code)
    }

    /// All that stands on account of a credit of a supplier.
    pub fn supplier_credit(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::SupplierCredit, code)
    }

    /// All that stands on account of a payment of a customer.
    pub fn payment(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::CustomerPayment, code)
    }

    /// All that stands on account of a payment to a supplier.
    pub fn supplier_payment(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::SupplierPayment, code)
    }

    /// What is left of what a customer paid ahead.
    ///
    /// ```
    /// use fondaco::company::{NewPayment, Settles};
    /// use fondaco::core::Money;
    /// let back = NewPayment::refund("R-1", "C-100", "2026-03-20".parse()?, Money::parse("202.50 EUR")?)
    ///     .settles(Settles::deposit("DP-1"));
    /// assert_eq!(back.settles[0].code, "DP-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deposit(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::CustomerDeposit, code)
    }

    /// What is left of what a supplier was paid ahead.
    pub fn supplier_deposit(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::SupplierDeposit, code)
    }

    /// So much of it.
    #[must_use]
    pub fn amount(self, amount: Money) -> Settles {
        Settles { amount: Some(amount), ..self }
    }

    /// With what was agreed let off for paying early.
    #[must_use]
    pub fn discounted(self) -> Settles {
        Settles { discounted: true, ..self }
    }

    /// With so much given up.
    #[must_use]
    pub fn write_off(self, amount: Money) -> Settles {
        Settles { write_off: Some(amount), ..self }
    }
}

/// A payment.
///
/// ```
/// use fondaco::company::{NewPayment, Settles};
/// use fondaco::core::Money;
/// let paid = NewPayment::received("P-1", "C-100", "2026-03-20".parse()?, Money::parse("119 EUR")?)
///     .settles(Settles::invoice("I-1"));
/// assert_eq!(paid.settles.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Its code.
    pub code: SmolStr,
    /// Whether it was paid to a supplier; else a customer paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_supplier: bool,
    /// The partner's code.
    pub partner: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// How much: nothing where what stands on account is allocated, below zero where it is paid back.
    pub amount: Money,
    /// How: what rules of accounts may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SmolStr>,
    /// What it settles; what is over stands on account.
    #[serde(default)]
    pub settles: Vec<Settles>,
}

impl NewPayment {
    /// A customer paid.
    pub fn received(
        code: impl Into<SmolStr>,
        partner: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewPayment {
        NewPayment {
            code: code.into(),
            to_supplier: false,
            partner: partner.into(),
            date,
            amount,
            method: None,
            settles: Vec::new(),
        }
    }

    /// A supplier was paid.
    pub fn made(
        code: impl Into<SmolStr>,
        partner: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewPayment {
        NewPayment { to_supplier: true, ..NewPayment::received(code, partner, date, amount) }
    }

    /// What stands on account of a customer goes to what he owes, and no money moves.
    ///
    /// ```
    /// use fondaco::company::{NewPayment, Settles};
    /// use fondaco::core::Currency;
    /// let used = NewPayment::allocation("A-1", "C-100", "2026-03-20".parse()?, Currency::EUR)
    ///     .settles(Settles::credit("CN-1"))
    ///     .settles(Settles::invoice("I-2"));
    /// assert!(used.amount.is_zero());
    /// # Ok::<(), fondaco::chrono::ParseError>(())
    /// ```
    pub fn allocation(
        code: impl Into<SmolStr>,
        partner: impl Into<SmolStr>,
        date: NaiveDate,
        currency: fondaco_core::Currency,
    ) -> NewPayment {
        NewPayment::received(code, partner, date, Money::zero(currency))
    }

    /// What stands on account of a customer is paid back.
    ///
    /// ```
    /// use fondaco::company::{NewPayment, Settles};
    /// use fondaco::core::Money;
    /// let back = NewPayment::refund("R-1", "C-100", "2026-03-20".parse()?, Money::parse("38 EUR")?)
    ///     .settles(Settles::credit("CN-1"));
    /// assert!(back.amount.is_negative());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn refund(
        code: impl Into<SmolStr>,
        partner: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewPayment {
        NewPayment::received(code, partner, date, amount.neg())
    }

    /// Of a document.
    #[must_use]
    pub fn settles(mut self, document: Settles) -> NewPayment {
        self.settles.push(document);
        self
    }

    pub(super) fn kind(&self) -> DocumentKind {
        match self.to_supplier {
            true => DocumentKind::SupplierPayment,
            false => DocumentKind::CustomerPayment,
        }
    }
}
