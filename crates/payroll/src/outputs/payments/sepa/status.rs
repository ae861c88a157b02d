//! pain.002, the bank's report on what became of a file, its batches and its payments.
//!
//! Versions 03 to 14 name alike what is read here, so the name space isn't looked at. A report on a file or batch stands for all its
//! payments that have none of their own: [`CreditTransfers::answers`] tells it on.

use std::collections::BTreeMap;

use fondaco_core::decimal;
use quick_xml::Reader;
use quick_xml::events::Event;
use smol_str::{SmolStr, format_smolstr};

use super::CreditTransfers;
use crate::outputs::payments::answer::{line_of, refused};
use crate::outputs::payments::{Answer, Outcome, PaymentError};

/// The largest report that is read, in bytes: some 100,000 payments.
const MOST_BYTES: usize = 256 << 20;
/// How deep elements may lie in one another; the schema goes to 15.
const MOST_DEPTH: usize = 64;

/// Reads a report: answers on the file (with no reference, and the message's id), on batches (with no reference, and the batch's id), and on
/// payments.
///
/// ```
/// use fondaco_payroll::outputs::payments::{Outcome, sepa::read_status};
/// let xml = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
///   <OrgnlGrpInfAndSts><OrgnlMsgId>2026-01</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
///   <OrgnlPmtInfAndSts><OrgnlPmtInfId>2026-01/1</OrgnlPmtInfId><TxInfAndSts>
///     <OrgnlEndToEndId>2026-01/4711</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>
///   </TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"#;
/// let answers = read_status(xml)?;
/// assert_eq!((answers[0].reference.as_str(), answers[0].outcome), ("2026-01/4711", Outcome::Rejected));
/// assert_eq!((answers[0].code.as_str(), answers[0].reason.as_str()), ("AC04", "the account is closed"));
/// assert_eq!((answers[1].of.as_str(), answers[1].outcome), ("2026-01", Outcome::PartlyAccepted));
/// # Ok::<(), fondaco_payroll::outputs::payments::PaymentError>(())
/// ```
///
/// # Errors
/// [`PaymentError::Answer`], naming the line: XML that isn't well formed, has a DTD or is beyond all sense, another message than pain.002, a
/// status that ISO 20022 doesn't know.
pub fn read_status(xml: &str) -> Result<Vec<Answer>, PaymentError> {
    if xml.len() > MOST_BYTES {
        return Err(refused(1, format_smolstr!("the report has more than {MOST_BYTES} bytes")));
    }
    let xml = xml.trim_start_matches('\u{feff}');
    let (mut reader, mut report) = (Reader::from_str(xml), Report::default());
    loop {
        let before = reader.buffer_position();
        let line = |at: u64| line_of(xml, at);
        let event = reader
            .read_event()
            .map_err(|error| refused(line(before), format_smolstr!("{error}")))?;
        match event {
            Event::Start(start) => report
                .open(start.local_name().as_ref())
                .map_err(|why| refused(line(before), why))?,
            Event::End(_) => report.close().map_err(|why| refused(line(before), why))?,
            Event::Text(text) => report.text.push_str(&text),
            Event::CData(text) => report.text.push_str(&text),
            Event::GeneralRef(name) => {
                let text = format!("&{};", name.as_ref());
                let text = quick_xml::escape::unescape(&text)
                    .map_err(|error| refused(line(before), format_smolstr!("{error}")))?;
                report.text.push_str(&text);
            }
            Event::DocType(_) => {
                return Err(refused(line(before), "there is a DTD, which no report has".into()));
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return report.end().map_err(|why| refused(line(before), why)),
        }
    }
}

impl CreditTransfers {
    /// What the answers mean for every payment of the file that they speak of: its own answer, else its batch's, else the file's.
    /// What they say of other files is left out.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use fondaco_payroll::outputs::payments::sepa::{Batch, CreditTransfers, read_status};
    /// use fondaco_payroll::outputs::payments::{BankAccount, Outcome, Payment};
    /// let (day, made) = ("2026-01-30".parse()?, "2026-01-28T09:00:00".parse()?);
    /// let account = BankAccount::iban("DE89370400440532013000", None)?;
    /// let pay = Payment::new("4711", "Ada Weber", account.clone(), Money::parse("2431.17 EUR")?);
    /// let file = CreditTransfers::new("2026-01", made, "Rialto GmbH").batch(Batch::new("1", day, account, vec![pay]));
    /// let whole = "<CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>2026-01</OrgnlMsgId><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt>";
    /// let told = file.answers(&read_status(whole)?);
    /// assert_eq!((told[0].reference.as_str(), told[0].outcome), ("4711", Outcome::Rejected));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answers(&self, answers: &[Answer]) -> Vec<Answer> {
        let own: BTreeMap<&str, &Answer> = answers
            .iter()
            .filter(|answer| !answer.is_whole)
            .map(|answer| (answer.reference.as_str(), answer))
            .collect();
        let of_all = |id: &SmolStr| {
            let mut of = answers.iter().filter(|answer| answer.is_whole);
            of.find(|answer| answer.of == *id && answer.outcome != Outcome::PartlyAccepted)
        };
        let mut told = Vec::new();
        for batch in &self.batches {
            let general = of_all(&batch.id).or_else(|| of_all(&self.id));
            for payment in &batch.payments {
                let answer = own.get(payment.reference.as_str()).copied().or(general);
                told.extend(answer.map(|answer| Answer {
                    reference: payment.reference.clone(),
                    is_whole: false,
                    ..answer.clone()
                }));
            }
        }
        told
    }
}

/// What is known of the file, the batch or the payment whose elements are being read.
#[derive(Default)]
struct Said {
    id: SmolStr,
    status: SmolStr,
    code: SmolStr,
    note: String,
    amount: SmolStr,
    day: SmolStr,
}

#[derive(Default)]
struct Report {
    path: Vec<SmolStr>,
    text: String,
    is_report: bool,
    group: Said,
    batch: Said,
    payment: Said,
    answers: Vec<Answer>,
}

impl Report {
    fn open(&mut self, name: &str) -> Result<(), SmolStr> {
        if self.path.len() >= MOST_DEPTH {
            return Err(format_smolstr!("elements lie more than {MOST_DEPTH} deep"));
        }
        match name {
            "CstmrPmtStsRpt" => self.is_report = true,
            "OrgnlPmtInfAndSts" => self.batch = Said::default(),
            "TxInfAndSts" => self.payment = Said::default(),
            _ => {}
        }
        self.path.push(name.into());
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), SmolStr> {
        let Some(name) = self.path.pop() else { return Ok(()) };
        match name.as_str() {
            "TxInfAndSts" => {
                let payment = std::mem::take(&mut self.payment);
                self.answer(payment, true)?;
            }
            "OrgnlPmtInfAndSts" => {
                let batch = std::mem::take(&mut self.batch);
                self.answer(batch, false)?;
            }
            _ => self.take(&name),
        }
        self.text.clear();
        Ok(())
    }

    /// Keeps the text of an element that says something, where it belongs.
    fn take(&mut self, name: &str) {
        let within = |of: &str| self.path.iter().any(|parent| parent == of);
        let in_reason = within("StsRsnInf");
        let said = match (within("TxInfAndSts"), within("OrgnlPmtInfAndSts")) {
            (true, _) => &mut self.payment,
            (false, true) => &mut self.batch,
            (false, false) => &mut self.group,
        };
        let text = SmolStr::new(self.text.trim());
        match name {
            "OrgnlEndToEndId" | "OrgnlPmtInfId" | "OrgnlMsgId" => said.id = text,
            "TxSts" | "PmtInfSts" | "GrpSts" => said.status = text,
            "Cd" | "Prtry" if in_reason && said.code.is_empty() => said.code = text,
            "AddtlInf" if in_reason => {
                if !said.note.is_empty() {
                    said.note.push(' ');
                }
                said.note.push_str(&text);
            }
            "InstdAmt" => said.amount = text,
            "AccptncDtTm" => said.day = text,
            _ => {}
        }
    }

    fn answer(&mut self, said: Said, payment: bool) -> Result<(), SmolStr> {
        if said.status.is_empty() {
            return Ok(());
        }
        let (reference, of) = match payment {
            true => (said.id, self.batch.id.clone()),
            false => (SmolStr::default(), said.id),
        };
        let words = meaning(&said.code);
        self.answers.push(Answer {
            outcome: outcome(&said.status)?,
            reference,
            is_whole: !payment,
            of,
            reason: match said.note.is_empty() {
                true => words.into(),
                false => said.note.into(),
            },
            code: said.code,
            amount: decimal::parse(&said.amount).ok(),
            day: said.day.get(..10).and_then(|day| day.parse().ok()),
        });
        Ok(())
    }

    fn end(mut self) -> Result<Vec<Answer>, SmolStr> {
        if !self.is_report {
            return Err("there is no CstmrPmtStsRpt: give a report of pain.002".into());
        }
        if let Some(open) = self.path.last() {
            return Err(format_smolstr!("<{open}> is never closed: the report is cut off"));
        }
        let group = std::mem::take(&mut self.group);
        self.answer(group, false)?;
        Ok(self.answers)
    }
}

/// The statuses of ISO 20022's external list, by what they mean to whoever paid.
fn outcome(status: &str) -> Result<Outcome, SmolStr> {
    Ok(match status {
        "RCVD" | "PDNG" | "ACTC" | "ACCP" | "ACFC" | "ACSP" | "ACWC" | "ACWP" | "PATC" | "PRES" => {
            Outcome::Pending
        }
        "ACSC" | "ACCC" => Outcome::Accepted,
        "PART" | "PACT" => Outcome::PartlyAccepted,
        "RJCT" | "CANC" | "BLCK" => Outcome::Rejected,
        other => return Err(format_smolstr!("the status {other:?} is none of ISO 20022")),
    })
}

/// The reasons that salaries come back for, of ISO 20022's external list.
fn meaning(code: &str) -> &'static str {
    match code {
        "AC01" => "the account number is wrong",
        "AC04" => "the account is closed",
        "AC06" => "the account is blocked",
        "AG01" => "the account takes no such payments",
        "AG02" => "the operation code is wrong",
        "AM02" => "the amount is not allowed",
        "AM04" => "there is not enough money",
        "AM05" => "it is there twice",
        "BE01" | "BE04" => "the payee does not fit the account",
        "CNOR" => "the payee's bank takes no part",
        "DNOR" => "our bank takes no part",
        "DT01" => "the day is wrong",
        "FF01" => "the file is not as it should be",
        "MD07" => "the payee died",
        "MS02" => "the payee's bank gives no reason",
        "MS03" => "no reason is given",
        "RC01" => "the BIC is wrong",
        "RR01" | "RR02" | "RR03" | "RR04" => "the authorities ask for more",
        _ => "",
    }
}
