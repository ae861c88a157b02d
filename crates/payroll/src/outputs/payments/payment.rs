//! One payment, and what holds of it in every kind of file.

use std::collections::BTreeMap;
use std::fmt;

use fondaco_core::{Currency, Money};
use smol_str::{SmolStr, format_smolstr};

use super::{BankAccount, PaymentError};

/// Money that one person gets.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_payroll::outputs::payments::{BankAccount, Payment};
/// let account = BankAccount::iban("DE89370400440532013000", None)?;
/// let pay = Payment::new("2026-01/4711", "Ada Weber", account, Money::parse("2431.17 EUR")?).saying("Salary January 2026");
/// assert_eq!(format!("{pay:?}"), "Payment { reference: \"2026-01/4711\", account: BankAccount(IBAN ..3000), amount: 2431.17 EUR, .. }");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Payment {
    /// Our own name of the payment, of which there is one in a file: up to 35 letters, digits and marks that every bank passes on. It comes
    /// back in the bank's answer.
    pub reference: SmolStr,
    /// Whose account it is.
    pub payee: SmolStr,
    /// Where the money goes.
    pub account: BankAccount,
    /// How much, above zero, in whole cents.
    pub amount: Money,
    /// What the payee reads on the statement; may be empty.
    pub text: SmolStr,
}

impl Payment {
    /// A payment with no text.
    pub fn new(
        reference: impl Into<SmolStr>,
        payee: impl Into<SmolStr>,
        account: BankAccount,
        amount: Money,
    ) -> Payment {
        Payment {
            reference: reference.into(),
            payee: payee.into(),
            account,
            amount,
            text: SmolStr::default(),
        }
    }

    /// With what the payee reads.
    #[must_use]
    pub fn saying(mut self, text: impl Into<SmolStr>) -> Payment {
        self.text = text.into();
        self
    }
}

impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("reference", &self.reference)
            .field("account", &self.account)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

/// What a kind of file takes.
pub(super) struct Limits {
    pub(super) currency: Currency,
    /// The largest amount of one payment, in cents.
    pub(super) most_cents: i64,
    /// The largest sum of all, in cents.
    pub(super) most_total_cents: i64,
    /// How many payments a file may have.
    pub(super) most_payments: usize,
}

/// The cents of every payment, in order, and their sum, once all of them are what any bank takes.
pub(super) fn cents_of(
    payments: &[Payment],
    limits: &Limits,
) -> Result<(Vec<i64>, i64), PaymentError> {
    if payments.is_empty() {
        return Err(PaymentError::NoPayment);
    }
    if payments.len() > limits.most_payments {
        return Err(PaymentError::TooMany { count: payments.len(), most: limits.most_payments });
    }
    let mut seen = BTreeMap::new();
    let mut cents = Vec::with_capacity(payments.len());
    let mut total = 0i64;
    for (index, payment) in payments.iter().enumerate() {
        reference("reference", &payment.reference)?;
        if let Some(first) = seen.insert(payment.reference.clone(), index) {
            let reference = payment.reference.clone();
            return Err(PaymentError::ReferenceTwice { first, second: index, reference });
        }
        let amount = payable(index, payment, limits)?;
        let sum = total.checked_add(amount).filter(|sum| *sum <= limits.most_total_cents);
        total = sum.ok_or(PaymentError::Total {
            most: Money::minor(limits.most_total_cents, limits.currency),
        })?;
        cents.push(amount);
    }
    Ok((cents, total))
}

fn payable(index: usize, payment: &Payment, limits: &Limits) -> Result<i64, PaymentError> {
    let refused = |why: SmolStr| PaymentError::Amount {
        index,
        reference: payment.reference.clone(),
        amount: payment.amount,
        why,
    };
    let currency = limits.currency;
    if payment.amount.currency() != currency {
        return Err(refused(format_smolstr!("this file pays in {currency} alone")));
    }
    if !payment.amount.is_positive() {
        return Err(refused("pay more than zero, or leave it out".into()));
    }
    if !payment.amount.is_rounded() {
        return Err(refused("round it to whole cents first".into()));
    }
    match payment.amount.to_minor() {
        Some(cents) if cents <= limits.most_cents => Ok(cents),
        _ => {
            let most = Money::minor(limits.most_cents, currency);
            Err(refused(format_smolstr!(
                "a file of this kind carries at most {most} in one payment"
            )))
        }
    }
}

/// Checks a reference: what all banks pass on unchanged. The EPC forbids a slash at either end and two in a row.
pub(super) fn reference(field: &'static str, value: &SmolStr) -> Result<(), PaymentError> {
    let refused = |why| Err(PaymentError::Reference { field, value: value.clone(), why });
    let passes = |c: char| c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c);
    if value.is_empty() || value.len() > 35 {
        return refused("give 1 to 35 characters");
    }
    if !value.chars().all(passes) {
        return refused("use letters A to Z, digits and / - ? : ( ) . , ' + alone");
    }
    if value.starts_with('/') || value.ends_with('/') || value.contains("//") {
        return refused("let no slash stand at an end or beside another");
    }
    if value.trim() != value.as_str() {
        return refused("let no blank stand at an end");
    }
    Ok(())
}
