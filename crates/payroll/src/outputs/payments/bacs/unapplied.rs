//! ARUCS, the *Automated Return of Unapplied Credits Service*: which payments came back, and why.
//!
//! The report is a `BACSDocument` whose element `ARUCS` has an item for each payment that came back: what the payee would have read as its
//! reference, the amount, a code and the day on which it was processed, with the account of the payee within it. Items are known by
//! these attributes (`ref`, `returnCode`, `valueOf`), which ARUCS has in common with the reports on direct debits, and not by their place. Reports
//! of other kinds are refused. Bacs passes no reference of ours on but what was printed for the payee, so that a payment is found by that, by the amount and
//! by the account: [`DirectCredits::answers`]. AWACS, which tells where money that arrived has to go the next time, is not read.

use chrono::NaiveDate;
use fondaco_core::decimal;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{DirectCredits, MARKS};
use crate::outputs::payments::answer::{line_of, refused};
use crate::outputs::payments::characters::capitals;
use crate::outputs::payments::{Answer, BankAccount, Outcome, Payment, PaymentError};

/// The largest report that is read, in bytes: some 100,000 payments.
const MOST_BYTES: usize = 64 << 20;
/// How deep elements may lie in one another; items lie seven deep.
const MOST_DEPTH: usize = 64;

/// A payment that came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Unapplied {
    /// What was printed for the payee.
    pub reference: SmolStr,
    /// How much came back.
    pub amount: Option<Decimal>,
    /// The code: `0`, `2`, `3`, `5`, `B` or `C`.
    pub code: SmolStr,
    /// What the report says of it.
    pub note: SmolStr,
    /// The day on which the payment was processed.
    pub day: Option<NaiveDate>,
    /// The payee's sort code, six digits, where the report has it.
    pub sort_code: SmolStr,
    /// And the account number, eight digits.
    pub account: SmolStr,
}

impl std::fmt::Debug for Unapplied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unapplied")
            .field("amount", &self.amount)
            .field("code", &self.code)
            .field("day", &self.day)
            .finish_non_exhaustive()
    }
}

/// Reads a report.
///
/// ```
/// use fondaco_payroll::outputs::payments::bacs::read_unapplied;
/// let xml = r#"<BACSDocument><Data><ARUCS><Advice><OriginatingAccountRecords><OriginatingAccountRecord>
///   <ReturnedCreditItem ref="2026-03/17" transCode="99" returnCode="5" returnDescription="NO ACCOUNT" valueOf="2140.08" currency="GBP" originalProcessingDate="2026-03-26">
///     <ReceiverAccount name="ADA WEBER" sortCode="40-47-84" number="70872490"/>
///   </ReturnedCreditItem></OriginatingAccountRecord></OriginatingAccountRecords></Advice></ARUCS></Data></BACSDocument>"#;
/// let back = read_unapplied(xml)?;
/// assert_eq!((back[0].reference.as_str(), back[0].code.as_str()), ("2026-03/17", "5"));
/// assert_eq!(back[0].sort_code, "404784");
/// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
/// ```
///
/// # Errors
/// [`PaymentError::Answer`], naming the line: XML that isn't well formed, has a DTD or is beyond all sense, a report of another kind, an item without
/// its code, or with an amount or a day that is none.
pub fn read_unapplied(xml: &str) -> Result<Vec<Unapplied>, PaymentError> {
    if xml.len() > MOST_BYTES {
        return Err(refused(1, format_smolstr!("the report has more than {MOST_BYTES} bytes")));
    }
    let xml = xml.trim_start_matches('\u{feff}');
    let (mut reader, mut report) = (Reader::from_str(xml), Report::default());
    loop {
        let before = reader.buffer_position();
        let told = |why| refused(line_of(xml, before), why);
        let event = reader.read_event().map_err(|error| told(format_smolstr!("{error}")))?;
        match event {
            Event::Start(start) => report.open(&start, false).map_err(told)?,
            Event::Empty(start) => report.open(&start, true).map_err(told)?,
            Event::End(_) => report.close(),
            Event::DocType(_) => return Err(told("there is a DTD, which no report has".into())),
            Event::Eof => return report.end().map_err(told),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Report {
    path: Vec<SmolStr>,
    /// Whether there was an ARUCS.
    is_arucs: bool,
    /// How deep the ARUCS lies that is being read.
    arucs: Option<usize>,
    /// How deep the item lies that is being read.
    item: Option<usize>,
    found: Vec<Unapplied>,
}

impl Report {
    fn open(&mut self, start: &BytesStart<'_>, closed: bool) -> Result<(), SmolStr> {
        if self.path.len() >= MOST_DEPTH {
            return Err(format_smolstr!("elements lie more than {MOST_DEPTH} deep"));
        }
        let name = SmolStr::new(start.local_name().as_ref());
        if self.arucs.is_none() && name.eq_ignore_ascii_case("ARUCS") {
            self.is_arucs = true;
            self.arucs = (!closed).then_some(self.path.len());
        }
        if self.arucs.is_some() {
            let said = attributes(start)?;
            let of = |name: &str| said.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            if of("returnCode").is_some() {
                self.found.push(item(&said)?);
                self.item = (!closed).then_some(self.path.len());
            } else if let (Some(_), Some(last)) = (self.item, self.found.last_mut()) {
                let digits = |name: &str| -> SmolStr {
                    let text = of(name).map_or("", |(_, value)| value.as_str());
                    text.chars().filter(char::is_ascii_digit).collect()
                };
                if of("sortCode").is_some() {
                    (last.sort_code, last.account) = (digits("sortCode"), digits("number"));
                }
            }
        }
        if !closed {
            self.path.push(name);
        }
        Ok(())
    }

    fn close(&mut self) {
        self.path.pop();
        if self.item.is_some_and(|depth| self.path.len() <= depth) {
            self.item = None;
        }
        if self.arucs.is_some_and(|depth| self.path.len() <= depth) {
            self.arucs = None;
        }
    }

    fn end(self) -> Result<Vec<Unapplied>, SmolStr> {
        if let Some(open) = self.path.last() {
            return Err(format_smolstr!("<{open}> is never closed: the report is cut off"));
        }
        match self.is_arucs {
            true => Ok(self.found),
            false => Err("there is no ARUCS: give a report on credits that came back".into()),
        }
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(SmolStr, SmolStr)>, SmolStr> {
    let mut all = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| format_smolstr!("{error}"))?;
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_err(|error| format_smolstr!("{error}"))?;
        all.push((SmolStr::new(attribute.key.as_ref()), SmolStr::new(value.trim())));
    }
    Ok(all)
}

fn item(said: &[(SmolStr, SmolStr)]) -> Result<Unapplied, SmolStr> {
    let of = |name: &str| {
        let found = said.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    };
    let amount = of("valueOf").map(|text| {
        decimal::parse(&text).map_err(|_| format_smolstr!("valueOf {text:?} is no amount"))
    });
    let day = of("originalProcessingDate").map(|text| {
        let day = text.get(..10).and_then(|day| day.parse().ok());
        day.ok_or_else(|| format_smolstr!("originalProcessingDate {text:?} is no day"))
    });
    Ok(Unapplied {
        reference: of("ref").unwrap_or_default(),
        amount: amount.transpose()?,
        code: of("returnCode").ok_or("an item has an empty returnCode")?,
        note: of("returnDescription").unwrap_or_default(),
        day: day.transpose()?,
        sort_code: SmolStr::default(),
        account: SmolStr::default(),
    })
}

impl DirectCredits {
    /// What a report says of this file's payments, by their references. One that fits no payment, or more than one, is answered with an
    /// empty reference and what was printed for the payee in [`of`](Answer::of): ask another file, or the payee.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use fondaco_payroll::outputs::payments::bacs::{DirectCredits, read_unapplied};
    /// use fondaco_payroll::outputs::payments::{BankAccount, Outcome, Payment};
    /// let ours = BankAccount::united_kingdom("20-00-00", "55779911")?;
    /// let hers = BankAccount::united_kingdom("40-47-84", "70872490")?;
    /// let pay = Payment::new("2026-03/17", "Ada Weber", hers, Money::parse("2140.08 GBP")?);
    /// let file = DirectCredits::new("123456", "Rialto Ltd", ours, "000001", "2026-03-25".parse()?, "2026-03-26".parse()?);
    /// let file = file.pay(vec![pay]);
    /// let xml = r#"<ARUCS><ReturnedCreditItem ref="2026-03/17" returnCode="B" valueOf="2140.08"/></ARUCS>"#;
    /// let told = file.answers(&read_unapplied(xml)?);
    /// assert_eq!((told[0].reference.as_str(), told[0].outcome), ("2026-03/17", Outcome::Returned));
    /// assert_eq!(told[0].reason, "the account is closed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answers(&self, unapplied: &[Unapplied]) -> Vec<Answer> {
        unapplied.iter().map(|back| self.answer(back)).collect()
    }

    fn answer(&self, back: &Unapplied) -> Answer {
        let (reference, of) = match self.paid(back) {
            Some(payment) => (payment.reference.clone(), self.serial.clone()),
            None => (SmolStr::default(), back.reference.clone()),
        };
        Answer {
            reference,
            is_whole: false,
            of,
            outcome: Outcome::Returned,
            code: back.code.clone(),
            reason: meaning(&back.code).map_or_else(|| back.note.clone(), SmolStr::new_static),
            amount: back.amount,
            day: back.day,
        }
    }

    /// The one payment that came back so.
    fn paid(&self, back: &Unapplied) -> Option<&Payment> {
        let printed = capitals(&back.reference, 18, MARKS);
        let fits = |payment: &&Payment| {
            let says = match payment.text.is_empty() {
                true => &payment.reference,
                false => &payment.text,
            };
            let account = match &payment.account {
                BankAccount::UnitedKingdom(account) => {
                    back.sort_code.is_empty()
                        || (account.sort_code.value() == back.sort_code
                            && account.account == back.account)
                }
                _ => false,
            };
            let said =
                printed.trim().is_empty() || capitals(says, 18, MARKS).trim() == printed.trim();
            said && account && back.amount.is_none_or(|amount| amount == payment.amount.amount())
        };
        let mut found = self.payments.iter().filter(fits);
        found.next().filter(|_| found.next().is_none())
    }
}

/// What a code says (Bacs, Service User Guide, reason codes of ARUCS).
fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "0" => "the account is not recognised",
        "2" => "the payee died",
        "3" => "the account moved to another bank",
        "5" => "there is no such account",
        "B" => "the account is closed",
        "C" => "returned because we asked for it",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
