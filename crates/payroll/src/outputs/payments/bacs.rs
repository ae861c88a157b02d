//! Direct credits through Bacs: a file of *Standard 18*, named so for the 18 characters of its references.
//!
//! Labels of 80 characters (VOL1, HDR1, HDR2, UHL1; EOF1, EOF2, UTL1) stand around the payments, each of 100 characters, or 106 where every
//! payment has a processing day of its own; a *contra* takes the sum from the payer's account, and UTL1 repeats sums and counts (Bacs
//! Payment Schemes, *File structures*, PN5011). Money arrives on the working day after the processing day.

#[cfg(feature = "xml")]
mod unapplied;

#[cfg(feature = "xml")]
pub use unapplied::{Unapplied, read_unapplied};

use chrono::{Datelike, NaiveDate};
use fondaco_core::Currency;
use smol_str::SmolStr;

use super::account::digits;
use super::characters::{capitals, says_something};
use super::fixed_width::Line;
use super::payment::{Limits, cents_of};
use super::{BankAccount, Payment, PaymentError, UkAccount};

/// What Bacs prints: capitals, digits, and these.
const MARKS: &str = ".&/-";
const LABEL: usize = 80;

/// An amount has eleven digits of pence, the contra too: it is the sum. A count has seven digits.
const LIMITS: Limits = Limits {
    currency: Currency::GBP,
    most_cents: 99_999_999_999,
    most_total_cents: 99_999_999_999,
    most_payments: 999_999,
};

/// A file of direct credits.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_payroll::outputs::payments::bacs::DirectCredits;
/// use fondaco_payroll::outputs::payments::{BankAccount, Payment};
/// let ours = BankAccount::united_kingdom("20-00-00", "55779911")?;
/// let hers = BankAccount::united_kingdom("40-47-84", "70872490")?;
/// let pay = Payment::new("2026-03/17", "Ada Weber", hers, Money::parse("2140.08 GBP")?);
/// let file = DirectCredits::new("123456", "Rialto Ltd", ours, "000001", "2026-03-25".parse()?, "2026-03-26".parse()?);
/// let text = file.pay(vec![pay]).to_text()?;
/// let lengths: Vec<usize> = text.lines().map(str::len).collect();
/// assert_eq!(lengths, [80, 80, 80, 80, 100, 100, 80, 80, 80]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct DirectCredits {
    user: SmolStr,
    payer: SmolStr,
    account: BankAccount,
    serial: SmolStr,
    created: NaiveDate,
    day: NaiveDate,
    payments: Vec<Payment>,
    days: Option<Vec<NaiveDate>>,
}

impl DirectCredits {
    /// A file with no payment yet: the payer's service user number, name and account; the submission's serial number, six characters that no
    /// other of the day has; the day it is made, and the day it is processed, a working day after that.
    pub fn new(
        user: impl Into<SmolStr>,
        payer: impl Into<SmolStr>,
        account: BankAccount,
        serial: impl Into<SmolStr>,
        created: NaiveDate,
        day: NaiveDate,
    ) -> DirectCredits {
        let (payments, days) = (Vec::new(), None);
        let (user, payer, serial) = (user.into(), payer.into(), serial.into());
        DirectCredits { user, payer, account, serial, created, day, payments, days }
    }

    /// The payments, all processed on the file's day. What a payee reads is the payment's text, or its reference where that is empty.
    #[must_use]
    pub fn pay(mut self, payments: Vec<Payment>) -> DirectCredits {
        self.payments = payments;
        self.days = None;
        self
    }

    /// Payments with a processing day each: lines of 106 characters, with a contra for each day.
    #[must_use]
    pub fn pay_on(mut self, payments: Vec<(NaiveDate, Payment)>) -> DirectCredits {
        let (days, payments) = payments.into_iter().unzip();
        (self.days, self.payments) = (Some(days), payments);
        self
    }

    /// The file, checked whole before anything is written: lines ended by carriage return and line feed.
    ///
    /// # Errors
    /// [`PaymentError`], naming the payment: none at all, a reference twice, an amount that isn't whole pence or a sum of more than eleven
    /// digits, an account that isn't British, a name without a letter that the file can carry; a service user number that isn't six
    /// digits; a processing day that isn't after the day of making, or is more than 39 days after it.
    pub fn to_text(&self) -> Result<String, PaymentError> {
        let user = digits("service user number", &self.user, 6)?;
        let serial = self.checked_serial()?;
        let ours = british(0, "the payer's account", &self.account)?;
        let (pence, total) = cents_of(&self.payments, &LIMITS)?;
        let mut lines = String::new();
        self.head(&mut lines, &user, &serial);
        let mut contras: Vec<(NaiveDate, i64)> = Vec::new();
        for (index, (payment, pence)) in self.payments.iter().zip(&pence).enumerate() {
            let day =
                self.days.as_ref().and_then(|days| days.get(index)).copied().unwrap_or(self.day);
            self.check_day(day)?;
            self.credit(&mut lines, index, payment, *pence, ours, day)?;
            match contras.iter_mut().find(|(of, _)| *of == day) {
                Some((_, sum)) => *sum += pence,
                None => contras.push((day, *pence)),
            }
        }
        for (day, sum) in &contras {
            self.contra(&mut lines, *sum, ours, *day)?;
        }
        self.foot(&mut lines, &user, &serial, total, (contras.len(), pence.len()));
        Ok(lines.replace('\n', "\r\n"))
    }

    fn checked_serial(&self) -> Result<SmolStr, PaymentError> {
        let fits = self.serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if self.serial.is_empty()
            || self.serial.len() > 6
            || !fits
            || self.serial.bytes().all(|byte| byte == b'0')
        {
            let why = "give 1 to 6 letters or digits, not all of them zero";
            let value = self.serial.clone();
            return Err(PaymentError::Reference { field: "serial number", value, why });
        }
        Ok(format!("{:0>6}", self.serial.to_ascii_uppercase()).into())
    }

    /// Bacs takes files up to 30 working days before they are processed.
    fn check_day(&self, day: NaiveDate) -> Result<(), PaymentError> {
        let refused = |why| Err(PaymentError::Day { field: "processing day", day, why });
        match (day - self.created).num_days() {
            ..=0 => refused("give a working day after the one on which the file is made"),
            40.. => refused("give one of the next 30 working days: nobody keeps a file for longer"),
            _ => Ok(()),
        }
    }

    fn head(&self, lines: &mut String, user: &str, serial: &str) {
        let mut line = Line::new();
        line.text(4, "VOL1").text(6, serial).blanks(31).text(6, user).blanks(32).text(1, "1");
        line.end(LABEL, lines);
        self.file_label(lines, "HDR1", user, serial);
        self.format_label(lines, "HDR2");
        line.text(4, "UHL1")
            .text(6, &julian(self.first_day()))
            .text(10, "999999")
            .text(8, "00000000");
        line.text(9, if self.days.is_some() { "4 MULTI" } else { "1 DAILY" }).text(3, "001");
        line.blanks(40).end(LABEL, lines);
    }

    /// HDR1, and EOF1 that repeats it.
    fn file_label(&self, lines: &mut String, name: &str, user: &str, serial: &str) {
        let file = format!("A{user}S  1{user}");
        let mut line = Line::new();
        line.text(4, name).text(17, &file).text(6, serial).text(8, "00010001").blanks(6);
        line.text(6, &julian(self.created)).text(6, &julian(self.last_day())).blanks(1);
        line.text(6, "000000").blanks(20).end(LABEL, lines);
    }

    /// HDR2, and EOF2 that repeats it: how long blocks and records are.
    fn format_label(&self, lines: &mut String, name: &str) {
        let mut line = Line::new();
        line.text(4, name).text(1, "F").text(5, "02000").number(5, self.width()).blanks(35);
        line.text(2, "00").blanks(28).end(LABEL, lines);
    }

    fn foot(
        &self,
        lines: &mut String,
        user: &str,
        serial: &str,
        total: i64,
        (debits, credits): (usize, usize),
    ) {
        self.file_label(lines, "EOF1", user, serial);
        self.format_label(lines, "EOF2");
        let mut line = Line::new();
        line.text(4, "UTL1").number(13, total).number(13, total).number(7, debits);
        line.number(7, credits).blanks(36).end(LABEL, lines);
    }

    fn credit(
        &self,
        lines: &mut String,
        index: usize,
        payment: &Payment,
        pence: i64,
        ours: &UkAccount,
        day: NaiveDate,
    ) -> Result<(), PaymentError> {
        let theirs = british(index, &payment.reference, &payment.account)?;
        let of = &payment.reference;
        let says = if payment.text.is_empty() { of } else { &payment.text };
        let [payer, says, payee] = [
            printed("payer's name", of, &self.payer)?,
            printed("text", of, says)?,
            printed("payee's name", of, &payment.payee)?,
        ];
        let mut line = Line::new();
        line.text(6, theirs.sort_code.value()).text(8, &theirs.account).text(3, "099");
        line.text(6, ours.sort_code.value()).text(8, &ours.account).blanks(4).number(11, pence);
        line.text(18, &payer).text(18, &says).text(18, &payee);
        self.end(line, lines, day);
        Ok(())
    }

    /// The debit of a day's sum: from our account to our account, code 17.
    fn contra(
        &self,
        lines: &mut String,
        sum: i64,
        ours: &UkAccount,
        day: NaiveDate,
    ) -> Result<(), PaymentError> {
        let payer = printed("payer's name", &self.serial, &self.payer)?;
        let mut line = Line::new();
        line.text(6, ours.sort_code.value()).text(8, &ours.account).text(3, "017");
        line.text(6, ours.sort_code.value()).text(8, &ours.account).blanks(4).number(11, sum);
        line.text(18, &capitals(&self.serial, 18, MARKS)).text(18, "CONTRA").text(18, &payer);
        self.end(line, lines, day);
        Ok(())
    }

    fn end(&self, mut line: Line, lines: &mut String, day: NaiveDate) {
        if self.days.is_some() {
            line.text(6, &julian(day));
        }
        line.end(self.width(), lines);
    }

    fn width(&self) -> usize {
        if self.days.is_some() { 106 } else { 100 }
    }

    fn first_day(&self) -> NaiveDate {
        self.days.iter().flatten().copied().min().unwrap_or(self.day)
    }

    fn last_day(&self) -> NaiveDate {
        self.days.iter().flatten().copied().max().unwrap_or(self.day)
    }
}

/// A day as Bacs writes it: a blank, the year's two digits, the day of the year.
fn julian(day: NaiveDate) -> String {
    format!(" {:02}{:03}", day.year().rem_euclid(100), day.ordinal())
}

fn printed(field: &'static str, of: &SmolStr, text: &str) -> Result<String, PaymentError> {
    let text = capitals(text, 18, MARKS);
    match says_something(&text) {
        true => Ok(text),
        false => Err(PaymentError::Text { field, reference: of.clone(), alphabet: "Latin" }),
    }
}

fn british<'a>(
    index: usize,
    reference: &str,
    account: &'a BankAccount,
) -> Result<&'a UkAccount, PaymentError> {
    match account {
        BankAccount::UnitedKingdom(account) => Ok(account),
        other => Err(PaymentError::AccountKind {
            index,
            reference: reference.into(),
            found: other.kind(),
            wanted: "British accounts",
        }),
    }
}
