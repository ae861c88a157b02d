//! Accounts that wages go to, by the conventions of three areas, checked when they are read and hidden from logs.
//!
//! - An **IBAN** by ISO 13616 and SWIFT's registry, with mod 97, is core's [`Identifier`].
//! - An American **routing number** has nine digits, the last of them a check digit: the sum of the digits times 3, 7, 1, 3, 7, 1, ...
//!   is a multiple of ten (ABA routing number policy); its first two digits are of a Federal Reserve district, of a thrift or of
//!   an electronic number.
//! - A British **sort code** has six digits and an account eight. Which accounts a sort code can have is checked by weights that
//!   Pay.UK licenses to those who register for them, so they aren't shipped: the shape alone is checked here.

use std::fmt;

use fondaco_core::party::{Identifier, IdentifierKind};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PaymentError;

/// An account that can be paid to.
///
/// ```
/// use fondaco_payroll::outputs::payments::BankAccount;
/// let account = BankAccount::iban("DE89 3704 0044 0532 0130 00", None)?;
/// assert_eq!(account.ends_in(), "3000");
/// assert_eq!(format!("{account:?}"), "BankAccount(IBAN ..3000)"); // no log shows it
/// let wrong = BankAccount::iban("DE89 3704 0044 0532 0130 01", None).unwrap_err();
/// assert_eq!(wrong.to_string(), "IBAN: the check digits do not fit: compare it with the document");
/// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BankAccount {
    /// Of the SEPA area: an IBAN, with the BIC of its bank where that is known. Inside the area banks find it by themselves.
    Iban {
        /// The account.
        iban: Identifier,
        /// The bank.
        bic: Option<Identifier>,
    },
    /// Of the United States.
    UnitedStates(UsAccount),
    /// Of the United Kingdom.
    UnitedKingdom(UkAccount),
}

impl BankAccount {
    /// An account by its IBAN, and its bank by the BIC where that is wanted.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::BankAccount;
    /// assert!(BankAccount::iban("FR14 2004 1010 0505 0001 3M02 606", Some("PSSTFRPPXXX")).is_ok());
    /// ```
    ///
    /// # Errors
    /// [`PaymentError::Identifier`] with what is wrong.
    pub fn iban(iban: &str, bic: Option<&str>) -> Result<BankAccount, PaymentError> {
        Ok(BankAccount::Iban {
            iban: Identifier::parse(IdentifierKind::Iban, iban)?,
            bic: bic.map(|bic| Identifier::parse(IdentifierKind::Bic, bic)).transpose()?,
        })
    }

    /// An American account: the bank's routing number, the account, what kind it is.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::{BankAccount, UsAccountKind};
    /// let account = BankAccount::united_states("021000021", "000123456789", UsAccountKind::Checking)?;
    /// assert_eq!(account.ends_in(), "6789");
    /// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
    /// ```
    ///
    /// # Errors
    /// As [`RoutingNumber::parse`], and [`PaymentError::Digits`] for an account of no or more than 17 characters.
    pub fn united_states(
        routing: &str,
        account: &str,
        kind: UsAccountKind,
    ) -> Result<BankAccount, PaymentError> {
        let routing = RoutingNumber::parse(routing)?;
        let account: SmolStr = account.trim().to_ascii_uppercase().into();
        let fits = account.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if account.is_empty() || account.len() > 17 || !fits {
            let why = "give 1 to 17 digits, letters or hyphens".into();
            return Err(PaymentError::Digits { field: "account number", why });
        }
        Ok(BankAccount::UnitedStates(UsAccount { routing, account, kind }))
    }

    /// A British account: sort code and account number.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::BankAccount;
    /// assert_eq!(BankAccount::united_kingdom("20-00-00", "55779911")?.ends_in(), "9911");
    /// assert!(BankAccount::united_kingdom("20-00-0", "55779911").is_err());
    /// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
    /// ```
    ///
    /// # Errors
    /// As [`SortCode::parse`], and [`PaymentError::Digits`] for an account that is not eight digits: one of seven gets a zero in
    /// front, by the bank's own word.
    pub fn united_kingdom(sort_code: &str, account: &str) -> Result<BankAccount, PaymentError> {
        let sort_code = SortCode::parse(sort_code)?;
        let account = digits("account number", account, 8)?;
        Ok(BankAccount::UnitedKingdom(UkAccount { sort_code, account }))
    }

    /// The last four characters of the number, which is what may be shown of it.
    pub fn ends_in(&self) -> &str {
        let number = match self {
            BankAccount::Iban { iban, .. } => iban.value(),
            BankAccount::UnitedStates(account) => &account.account,
            BankAccount::UnitedKingdom(account) => &account.account,
        };
        number.get(number.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// What kind of account it is, for messages.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::BankAccount;
    /// assert_eq!(BankAccount::iban("EE382200221020145685", None)?.kind(), "an IBAN");
    /// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
    /// ```
    pub fn kind(&self) -> &'static str {
        match self {
            BankAccount::Iban { .. } => "an IBAN",
            BankAccount::UnitedStates(_) => "an American account",
            BankAccount::UnitedKingdom(_) => "a British account",
        }
    }

    /// The account as one text that [`from_text`](BankAccount::from_text) reads: for stores and files.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::{BankAccount, UsAccountKind};
    /// let account = BankAccount::united_states("021000021", "123", UsAccountKind::Savings)?;
    /// assert_eq!(account.to_text(), "us:021000021:123:savings");
    /// assert_eq!(BankAccount::from_text(&account.to_text())?, account);
    /// assert_eq!(BankAccount::from_text("DE89370400440532013000")?.to_text(), "iban:DE89370400440532013000");
    /// assert_eq!(BankAccount::from_text("gb:200000:55779911")?.ends_in(), "9911");
    /// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
    /// ```
    pub fn to_text(&self) -> String {
        match self {
            BankAccount::Iban { iban, bic: None } => format!("iban:{}", iban.value()),
            BankAccount::Iban { iban, bic: Some(bic) } => {
                format!("iban:{}:{}", iban.value(), bic.value())
            }
            BankAccount::UnitedStates(account) => {
                let kind = match account.kind {
                    UsAccountKind::Checking => "checking",
                    UsAccountKind::Savings => "savings",
                };
                format!("us:{}:{}:{kind}", account.routing.0, account.account)
            }
            BankAccount::UnitedKingdom(account) => {
                format!("gb:{}:{}", account.sort_code.0, account.account)
            }
        }
    }

    /// Reads what [`to_text`](BankAccount::to_text) writes, and an IBAN that stands alone. An American account without a kind is a
    /// checking account.
    ///
    /// # Errors
    /// As the three ways to make an account, and [`PaymentError::Digits`] for a text of no known form.
    pub fn from_text(text: &str) -> Result<BankAccount, PaymentError> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        match parts.as_slice() {
            [iban] | ["iban", iban] => BankAccount::iban(iban, None),
            ["iban", iban, bic] => BankAccount::iban(iban, Some(bic)),
            ["us", routing, account] | ["us", routing, account, "checking"] => {
                BankAccount::united_states(routing, account, UsAccountKind::Checking)
            }
            ["us", routing, account, "savings"] => {
                BankAccount::united_states(routing, account, UsAccountKind::Savings)
            }
            ["gb", sort_code, account] => BankAccount::united_kingdom(sort_code, account),
            _ => Err(PaymentError::Digits {
                field: "account",
                why: "write it as an IBAN, iban:IBAN:BIC, us:ROUTING:ACCOUNT:checking or savings, or gb:SORTCODE:ACCOUNT".into(),
            }),
        }
    }
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            BankAccount::Iban { .. } => "IBAN",
            BankAccount::UnitedStates(_) => "US",
            BankAccount::UnitedKingdom(_) => "GB",
        };
        write!(f, "BankAccount({kind} ..{})", self.ends_in())
    }
}

impl Serialize for BankAccount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for BankAccount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SmolStr::deserialize(deserializer)?;
        BankAccount::from_text(&text).map_err(serde::de::Error::custom)
    }
}

/// An account with a bank of the United States.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UsAccount {
    pub(super) routing: RoutingNumber,
    pub(super) account: SmolStr,
    pub(super) kind: UsAccountKind,
}

/// What an American account is, which the code of an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsAccountKind {
    /// An account for payments.
    Checking,
    /// An account for savings.
    Savings,
}

/// An account with a bank of the United Kingdom.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UkAccount {
    pub(super) sort_code: SortCode,
    pub(super) account: SmolStr,
}

/// The number of an American bank in transfers, with a check digit that fits.
///
/// ```
/// use fondaco_payroll::outputs::payments::RoutingNumber;
/// assert_eq!(RoutingNumber::parse("0210-0002-1")?.value(), "021000021");
/// assert_eq!(RoutingNumber::parse("021000012").unwrap_err().code(), "payroll.payment_check_digit");
/// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoutingNumber(SmolStr);

impl RoutingNumber {
    /// Reads nine digits; blanks and hyphens between them are left out.
    ///
    /// # Errors
    /// [`PaymentError::Digits`] for another number of digits or a district that there is not, [`PaymentError::CheckDigit`].
    pub fn parse(text: &str) -> Result<RoutingNumber, PaymentError> {
        let field = "routing number";
        let value = digits(field, text, 9)?;
        let weights = [3, 7, 1].iter().cycle();
        let sum: u32 = value
            .bytes()
            .zip(weights)
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        if !sum.is_multiple_of(10) {
            return Err(PaymentError::CheckDigit { field });
        }
        let district = value.get(..2).and_then(|two| two.parse::<u8>().ok());
        match district {
            Some(0..=12 | 21..=32 | 61..=72 | 80) if sum > 0 => Ok(RoutingNumber(value)),
            _ => Err(PaymentError::Digits {
                field,
                why: "its first two digits are of no Federal Reserve district: compare it with the document".into(),
            }),
        }
    }

    /// The nine digits.
    pub fn value(&self) -> &str {
        &self.0
    }

    /// The eight digits before the check digit, by which files name a bank.
    pub(super) fn bank(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }

    pub(super) fn check_digit(&self) -> &str {
        self.0.get(8..).unwrap_or_default()
    }
}

/// The number of a British bank's branch: six digits.
///
/// ```
/// use fondaco_payroll::outputs::payments::SortCode;
/// assert_eq!(SortCode::parse("20-00-00")?.value(), "200000");
/// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SortCode(SmolStr);

impl SortCode {
    /// Reads six digits; blanks and hyphens between them are left out.
    ///
    /// # Errors
    /// [`PaymentError::Digits`] for another number of digits.
    pub fn parse(text: &str) -> Result<SortCode, PaymentError> {
        digits("sort code", text, 6).map(SortCode)
    }

    /// The six digits.
    pub fn value(&self) -> &str {
        &self.0
    }
}

impl UkAccount {
    /// The branch.
    pub fn sort_code(&self) -> &SortCode {
        &self.sort_code
    }
}

/// So many digits, of a text that people group with blanks and hyphens.
pub(super) fn digits(
    field: &'static str,
    text: &str,
    count: usize,
) -> Result<SmolStr, PaymentError> {
    let value: SmolStr = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if value.chars().any(|c| !c.is_ascii_digit()) {
        let why = "it has a character that is no digit: compare it with the document".into();
        return Err(PaymentError::Digits { field, why });
    }
    match value.len() == count {
        true => Ok(value),
        false => {
            let found = value.len();
            let why = smol_str::format_smolstr!(
                "it has {found} digits, where {count} are needed: compare it with the document"
            );
            Err(PaymentError::Digits { field, why })
        }
    }
}
