//! What a bank says of payments, in one form for all of them.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

#[cfg(feature = "xml")]
use super::PaymentError;

/// What is wrong with a report, and in which of its lines.
#[cfg(feature = "xml")]
pub(super) fn refused(line: usize, why: SmolStr) -> PaymentError {
    PaymentError::Answer { line, why }
}

/// The line of a report in which a byte stands, from 1.
#[cfg(feature = "xml")]
pub(super) fn line_of(xml: &str, at: u64) -> usize {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(xml.len());
    1 + xml.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// A bank's word on one payment.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The payment's reference, as its file had it: SEPA's end-to-end id, or, of a NACHA return, what the file's trace numbers say.
    /// Empty where the answer [is on a whole](Answer::is_whole) file or batch, and where none of the file's payments is the one that is meant.
    pub reference: SmolStr,
    /// Whether it is on a whole file or batch, rather than on one payment.
    pub is_whole: bool,
    /// The message, batch or trace number that the bank names besides; of a payment that Bacs gave back and that none of the file is, what was
    /// printed for its payee.
    pub of: SmolStr,
    /// What became of it.
    pub outcome: Outcome,
    /// The bank's code: `AC04` of ISO 20022, `R03` of NACHA; empty where it gives none.
    pub code: SmolStr,
    /// What the code says, or what the bank wrote.
    pub reason: SmolStr,
    /// The amount, where the bank repeats it, in the payment's currency.
    pub amount: Option<Decimal>,
    /// The day it is said for, where there is one.
    pub day: Option<NaiveDate>,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The bank has it, and it isn't done.
    Pending,
    /// It is booked on the payer's account, or will be without further word.
    Accepted,
    /// Of a batch, some are accepted and some are not: each has an answer of its own.
    PartlyAccepted,
    /// It was not carried out: no money left.
    Rejected,
    /// Money left and came back.
    Returned,
    /// It was paid, and the payee's bank says which of its details were wrong: mend them before the next time.
    Corrected,
}

impl Outcome {
    /// Whether the payee doesn't have the money, for good.
    ///
    /// ```
    /// use fondaco_payroll::outputs::payments::Outcome;
    /// assert!(Outcome::Returned.failed() && !Outcome::Corrected.failed());
    /// ```
    pub fn failed(self) -> bool {
        matches!(self, Outcome::Rejected | Outcome::Returned)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("reference", &self.reference)
            .field("is_whole", &self.is_whole)
            .field("outcome", &self.outcome)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
