//! Accounts that pay goes to, and how it is split over several.

use fondaco_core::DocumentId;
use fondaco_core::party::Private;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::StaffError;
use crate::outputs::payments::BankAccount;
use crate::runs::BankPart;

/// An account that is paid to, and how much of net pay goes there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayAccount {
    /// The account, written as [`BankAccount::from_text`] reads it: an IBAN, `us:ROUTING:ACCOUNT`, `gb:SORTCODE:ACCOUNT`.
    pub account: Private<SmolStr>,
    /// Whose it is, where that is another name than the employee's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Private<SmolStr>>,
    /// How much goes there.
    pub part: BankPart,
}

impl PayAccount {
    /// An account that takes what is left.
    ///
    /// ```
    /// use fondaco_payroll::staff::PayAccount;
    /// let account = PayAccount::new("DE89 3704 0044 0532 0130 00");
    /// assert_eq!(account.bank(&"1001".into())?.ends_in(), "3000");
    /// let wrong = PayAccount::new("DE88370400440532013000").bank(&"1001".into()).unwrap_err();
    /// assert_eq!(
    ///     wrong.to_string(),
    ///     "employee 1001: account is DE88…3000: IBAN: the check digits do not fit: compare it with the document",
    /// );
    /// # Ok::<(), fondaco_payroll::staff::StaffError>(())
    /// ```
    pub fn new(account: impl Into<SmolStr>) -> PayAccount {
        PayAccount { account: Private(account.into()), holder: None, part: BankPart::Rest }
    }

    /// Which takes so much.
    #[must_use]
    pub fn takes(mut self, part: BankPart) -> PayAccount {
        self.part = part;
        self
    }

    /// The account at its bank, with check digits that fit.
    ///
    /// # Errors
    /// [`StaffError::BadStaff`], which tells the ends of the number alone.
    pub fn bank(&self, employee: &SmolStr) -> Result<BankAccount, StaffError> {
        BankAccount::from_text(&self.account.0).map_err(|error| {
            StaffError::bad(employee, "account", masked(&self.account.0), error.to_string())
        })
    }
}

/// What an account is known by on slips: the same for everybody who uses it, and no number.
///
/// ```
/// use fondaco_payroll::outputs::payments::BankAccount;
/// use fondaco_payroll::staff::account_key;
/// let (a, b) = ("DE89 3704 0044 0532 0130 00", "de89370400440532013000");
/// assert_eq!(account_key(&BankAccount::from_text(a)?), account_key(&BankAccount::from_text(b)?));
/// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
/// ```
#[must_use]
pub fn account_key(account: &BankAccount) -> SmolStr {
    let number = match account {
        BankAccount::Iban { iban, .. } => iban.value().to_owned(), // whichever bank's code stands beside it
        account => account.to_text(),
    };
    format_smolstr!("{}", DocumentId::named(&format!("account/{number}")))
}

/// Whether pay can be split over these accounts: amounts, shares, and at the end one that takes the rest.
pub(super) fn check_split(employee: &SmolStr, accounts: &[PayAccount]) -> Result<(), StaffError> {
    let bad =
        |value: String, way_out: &str| Err(StaffError::bad(employee, "accounts", value, way_out));
    if accounts.is_empty() || accounts.len() > 20 {
        return bad(accounts.len().to_string(), "give at least one account, and at most 20");
    }
    let (mut percent, hundred) = (Decimal::ZERO, Decimal::from(100));
    for (at, account) in accounts.iter().enumerate() {
        account.bank(employee)?;
        match account.part {
            BankPart::Amount(amount) if amount <= Decimal::ZERO => {
                return bad(
                    amount.to_string(),
                    "an account gets nothing: give an amount above zero",
                );
            }
            BankPart::Percent(part) if part <= Decimal::ZERO || part > hundred => {
                return bad(format!("{part} %"), "give more than 0 and at most 100 per cent");
            }
            BankPart::Percent(part) => percent += part,
            BankPart::Rest if at + 1 < accounts.len() => {
                return bad(
                    "rest".into(),
                    "only the last account can take what is left: put it last",
                );
            }
            _ => {}
        }
    }
    match percent > hundred {
        true => bad(format!("{percent} %"), "shares come to more than 100 per cent: lower them"),
        false => Ok(()),
    }
}

/// The ends of a number, by which its owner knows it again.
fn masked(text: &str) -> String {
    let all: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    match all.len() {
        0..=8 => "…".into(),
        many => {
            let (head, tail): (String, String) =
                (all.iter().take(4).collect(), all.iter().skip(many - 4).collect());
            format!("{head}…{tail}")
        }
    }
}
