//! Credit transfers in euro for banks of the SEPA area: ISO 20022 pain.001, and pain.002 that answers it.
//!
//! What is written is the least that the EPC's implementation guidelines (EPC132-08, SEPA Credit Transfer, customer to bank) ask for, in the
//! order of ISO's schemas pain.001.001.03 and pain.001.001.09. Wages are told apart by the category purpose `SALA`, by which banks show
//! their employees' salaries to nobody else. Where the BIC of a bank isn't known it is left out (of a payee) or said to be `NOTPROVIDED` (of
//! the payer): inside the area an IBAN is enough.

use chrono::{NaiveDate, NaiveDateTime};
use fondaco_core::party::Identifier;
use fondaco_core::report::Html as Xml;
use fondaco_core::{Currency, Money};
use smol_str::SmolStr;

use super::characters::{says_something, sepa};
use super::payment::{Limits, cents_of, reference};
use super::{BankAccount, Payment, PaymentError};

#[cfg(feature = "xml")]
mod status;
#[cfg(feature = "xml")]
pub use status::read_status;

/// EPC132-08: one transfer is at most 999,999,999.99 euro; a control sum has 18 digits, two of them cents.
const LIMITS: Limits = Limits {
    currency: Currency::EUR,
    most_cents: 99_999_999_999,
    most_total_cents: 999_999_999_999_999_999,
    most_payments: 9_999_999,
};

/// The version of the message. Banks take 09 since November 2023, and many of them 03 besides.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    /// pain.001.001.03, of 2009.
    V03,
    /// pain.001.001.09, of 2019.
    #[default]
    V09,
}

impl Version {
    /// The name space of the message, which is how the schema says what it is.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::sepa::Version;
    /// assert_eq!(Version::V09.name_space(), "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09");
    /// ```
    pub fn name_space(self) -> &'static str {
        match self {
            Version::V03 => "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03",
            Version::V09 => "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
        }
    }

    /// The element that holds a bank's BIC.
    fn bic(self) -> &'static str {
        match self {
            Version::V03 => "BIC",
            Version::V09 => "BICFI",
        }
    }
}

/// Payments that are carried out on one day from one account.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its name, which no other batch of the payer has; it comes back in answers.
    pub id: SmolStr,
    /// The day on which the bank carries it out.
    pub day: NaiveDate,
    /// The payer's account.
    pub account: BankAccount,
    /// Whether the payer's statement shows one sum, so that it does not name who earns what. Else each payment.
    pub as_one: bool,
    /// The payments.
    pub payments: Vec<Payment>,
}

impl Batch {
    /// A batch that the statement shows as one sum, as wages should be.
    pub fn new(
        id: impl Into<SmolStr>,
        day: NaiveDate,
        account: BankAccount,
        payments: Vec<Payment>,
    ) -> Batch {
        Batch { id: id.into(), day, account, as_one: true, payments }
    }
}

/// A file of credit transfers.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_payroll::outputs::payments::sepa::{Batch, CreditTransfers, Version};
/// use fondaco_payroll::outputs::payments::{BankAccount, Payment};
/// let (day, made) = ("2026-01-30".parse()?, "2026-01-28T09:00:00".parse()?);
/// let ours = BankAccount::iban("DE89370400440532013000", None)?;
/// let hers = BankAccount::iban("FR1420041010050500013M02606", None)?;
/// let pay = Payment::new("2026-01/4711", "Zoé Müller", hers, Money::parse("2431.17 EUR")?).saying("Salaire janvier");
/// let file = CreditTransfers::new("2026-01", made, "Rialto GmbH").batch(Batch::new("2026-01/1", day, ours, vec![pay]));
/// let xml = file.to_xml(Version::V09)?;
/// assert!(xml.contains("<CtrlSum>2431.17</CtrlSum>") && xml.contains("<Nm>Zoe Mueller</Nm>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CreditTransfers {
    id: SmolStr,
    created: NaiveDateTime,
    payer: SmolStr,
    purpose: Option<SmolStr>,
    batches: Vec<Batch>,
}

impl CreditTransfers {
    /// A file with no batch yet: its name, by which a bank knows a file that came twice; when it was made; who pays.
    pub fn new(
        id: impl Into<SmolStr>,
        created: NaiveDateTime,
        payer: impl Into<SmolStr>,
    ) -> CreditTransfers {
        CreditTransfers {
            id: id.into(),
            created,
            payer: payer.into(),
            purpose: Some("SALA".into()),
            batches: Vec::new(),
        }
    }

    /// With one more batch.
    #[must_use]
    pub fn batch(mut self, batch: Batch) -> CreditTransfers {
        self.batches.push(batch);
        self
    }

    /// What the payments are for, by a code of ISO 20022 of four letters: `SALA`, unless this says `PENS`, `TAXS`, or nothing.
    #[must_use]
    pub fn purpose(mut self, code: Option<&str>) -> CreditTransfers {
        self.purpose = code.map(SmolStr::new);
        self
    }

    /// The file, checked whole before anything is written.
    ///
    /// # Errors
    /// [`PaymentError`], naming the payment: no payments, references that are used twice (also over batches) or that banks wouldn't pass on,
    /// amounts that aren't whole cents of euro, accounts that are no IBAN, names without a letter that SEPA knows.
    pub fn to_xml(&self, version: Version) -> Result<String, PaymentError> {
        let checked = self.checked()?;
        let mut xml = Xml::new();
        xml.constant("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.element("Document", &[("xmlns", version.name_space())], |xml| {
            xml.element("CstmrCdtTrfInitn", &[], |xml| {
                self.header(xml, &checked);
                for (batch, checked) in self.batches.iter().zip(&checked.batches) {
                    self.instruction(xml, version, batch, checked);
                }
            });
        });
        let mut xml = xml.into_string();
        xml.push('\n');
        Ok(xml)
    }

    fn checked(&self) -> Result<Checked<'_>, PaymentError> {
        reference("message id", &self.id)?;
        let payer = name("payer's name", "the file", &self.payer)?;
        if let Some(code) = &self.purpose
            && (code.len() != 4 || !code.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            let why =
                "give four capital letters of ISO 20022's list of external codes, such as SALA";
            return Err(PaymentError::Reference { field: "purpose", value: code.clone(), why });
        }
        let all: Vec<Payment> =
            self.batches.iter().flat_map(|batch| batch.payments.iter().cloned()).collect();
        let (_, total) = cents_of(&all, &LIMITS)?;
        let mut ids = std::collections::BTreeMap::new();
        let mut batches = Vec::with_capacity(self.batches.len());
        let mut index = 0;
        for (place, batch) in self.batches.iter().enumerate() {
            reference("batch id", &batch.id)?;
            if let Some(first) = ids.insert(&batch.id, place) {
                let reference = batch.id.clone();
                return Err(PaymentError::ReferenceTwice { first, second: place, reference });
            }
            batches.push(checked_batch(batch, index)?);
            index += batch.payments.len();
        }
        Ok(Checked { payer, count: all.len(), total, batches })
    }

    fn header(&self, xml: &mut Xml, checked: &Checked<'_>) {
        xml.element("GrpHdr", &[], |xml| {
            xml.with_text("MsgId", &[], &self.id);
            xml.with_text("CreDtTm", &[], &self.created.format("%Y-%m-%dT%H:%M:%S").to_string());
            xml.with_text("NbOfTxs", &[], &checked.count.to_string());
            xml.with_text("CtrlSum", &[], &euro(checked.total));
            xml.element("InitgPty", &[], |xml| {
                xml.with_text("Nm", &[], &checked.payer);
            });
        });
    }

    fn instruction(
        &self,
        xml: &mut Xml,
        version: Version,
        batch: &Batch,
        checked: &CheckedBatch<'_>,
    ) {
        xml.element("PmtInf", &[], |xml| {
            xml.with_text("PmtInfId", &[], &batch.id);
            xml.with_text("PmtMtd", &[], "TRF");
            xml.with_text("BtchBookg", &[], if batch.as_one { "true" } else { "false" });
            xml.with_text("NbOfTxs", &[], &batch.payments.len().to_string());
            xml.with_text("CtrlSum", &[], &euro(checked.total));
            xml.element("PmtTpInf", &[], |xml| {
                within(xml, &["SvcLvl", "Cd"], "SEPA");
                if let Some(code) = &self.purpose {
                    within(xml, &["CtgyPurp", "Cd"], code);
                }
            });
            let day = batch.day.to_string();
            match version {
                Version::V03 => within(xml, &["ReqdExctnDt"], &day),
                Version::V09 => within(xml, &["ReqdExctnDt", "Dt"], &day),
            }
            within(xml, &["Dbtr", "Nm"], &name_of_payer(&self.payer));
            within(xml, &["DbtrAcct", "Id", "IBAN"], checked.account.0);
            match checked.account.1 {
                Some(bic) => within(xml, &["DbtrAgt", "FinInstnId", version.bic()], bic),
                None => within(xml, &["DbtrAgt", "FinInstnId", "Othr", "Id"], "NOTPROVIDED"),
            }
            within(xml, &["ChrgBr"], "SLEV");
            for (payment, checked) in batch.payments.iter().zip(&checked.payments) {
                self.transfer(xml, version, payment, checked);
            }
        });
    }

    fn transfer(
        &self,
        xml: &mut Xml,
        version: Version,
        payment: &Payment,
        checked: &CheckedPayment<'_>,
    ) {
        xml.element("CdtTrfTxInf", &[], |xml| {
            within(xml, &["PmtId", "EndToEndId"], &payment.reference);
            xml.element("Amt", &[], |xml| {
                xml.with_text("InstdAmt", &[("Ccy", "EUR")], &euro(checked.cents));
            });
            if let Some(bic) = checked.account.1 {
                within(xml, &["CdtrAgt", "FinInstnId", version.bic()], bic);
            }
            within(xml, &["Cdtr", "Nm"], &checked.payee);
            within(xml, &["CdtrAcct", "Id", "IBAN"], checked.account.0);
            if let Some(code) = &self.purpose {
                within(xml, &["Purp", "Cd"], code);
            }
            if !checked.text.is_empty() {
                within(xml, &["RmtInf", "Ustrd"], &checked.text);
            }
        });
    }
}

/// What a file is written from.
struct Checked<'a> {
    payer: String,
    count: usize,
    total: i64,
    batches: Vec<CheckedBatch<'a>>,
}

struct CheckedBatch<'a> {
    total: i64,
    /// IBAN and BIC.
    account: (&'a str, Option<&'a str>),
    payments: Vec<CheckedPayment<'a>>,
}

struct CheckedPayment<'a> {
    cents: i64,
    account: (&'a str, Option<&'a str>),
    payee: String,
    text: String,
}

fn checked_batch(batch: &Batch, from: usize) -> Result<CheckedBatch<'_>, PaymentError> {
    let (cents, total) = cents_of(&batch.payments, &LIMITS)?;
    let account = iban(from, &batch.id, &batch.account)?;
    let each = batch.payments.iter().zip(cents).enumerate();
    let payments = each.map(|(index, (payment, cents))| {
        Ok(CheckedPayment {
            cents,
            account: iban(from + index, &payment.reference, &payment.account)?,
            payee: name("payee's name", &payment.reference, &payment.payee)?,
            text: sepa(&payment.text, 140),
        })
    });
    Ok(CheckedBatch { total, account, payments: payments.collect::<Result<_, PaymentError>>()? })
}

fn iban<'a>(
    index: usize,
    reference: &SmolStr,
    account: &'a BankAccount,
) -> Result<(&'a str, Option<&'a str>), PaymentError> {
    match account {
        BankAccount::Iban { iban, bic } => Ok((iban.value(), bic.as_ref().map(Identifier::value))),
        other => Err(PaymentError::AccountKind {
            index,
            reference: reference.clone(),
            found: other.kind(),
            wanted: "IBANs",
        }),
    }
}

/// A name of at most 70 of SEPA's characters, some of them letters.
fn name(field: &'static str, of: &str, text: &str) -> Result<String, PaymentError> {
    let name = sepa(text, 70);
    match says_something(&name) {
        true => Ok(name),
        false => Err(PaymentError::Text { field, reference: of.into(), alphabet: "Latin" }),
    }
}

fn name_of_payer(text: &str) -> String {
    sepa(text, 70)
}

/// A text within elements within elements.
fn within(xml: &mut Xml, path: &[&'static str], text: &str) {
    match path {
        [] => {
            xml.text(text);
        }
        [name, rest @ ..] => {
            xml.element(name, &[], |xml| within(xml, rest, text));
        }
    }
}

/// An amount as the schema wants it: a point and two digits.
fn euro(cents: i64) -> String {
    Money::minor(cents, Currency::EUR).to_string().trim_end_matches(" EUR").to_owned()
}
