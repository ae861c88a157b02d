//! Returns and notices of change: what came back from the payees' banks, each with the trace number of the entry that it answers.
//!
//! A return repeats the entry with a code that ends in 1 or 6 and an addendum of type 99; a notice of change has one of type 98, and says what
//! to write the next time. Reasons are those of the Nacha Operating Rules, appendix four.

use chrono::NaiveDate;
use fondaco_core::{Currency, Money};
use smol_str::{SmolStr, format_smolstr};

use super::{NachaFile, WIDTH};
use crate::outputs::payments::{Answer, Outcome, PaymentError};

/// What a file of returns says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returns {
    /// The money that came back.
    pub returned: Vec<Returned>,
    /// What was paid all the same, and has to be written otherwise the next time.
    pub changes: Vec<Change>,
}

/// One payment that came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Returned {
    /// The trace number of the payment, as its file had it.
    pub trace: SmolStr,
    /// The number that the payment had for its payee.
    pub id: SmolStr,
    /// How much came back: nothing of a prenote.
    pub amount: Money,
    /// The code: `R03`.
    pub code: SmolStr,
    /// What the bank added.
    pub note: SmolStr,
    /// The day of death, where that is the reason (R14, R15).
    pub died: Option<NaiveDate>,
}

impl std::fmt::Debug for Returned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Returned")
            .field("trace", &self.trace)
            .field("amount", &self.amount)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// One notice of change. What it corrects is an account, so it isn't shown in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The trace number of the payment, as its file had it.
    pub trace: SmolStr,
    /// The number that the payment had for its payee.
    pub id: SmolStr,
    /// The code: `C01`, another account number; `C02`, another routing number; `C05`, another kind of account.
    pub code: SmolStr,
    /// What is right, in the layout that the code says.
    pub corrected: SmolStr,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change")
            .field("trace", &self.trace)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl Returns {
    /// The same by the references of the file that was sent, in the form that all banks' answers have. What the file has not is answered
    /// with an empty reference: ask another file. As trace numbers may come again in every file, an answer is on a payment only if it repeats
    /// what the file called the payee by and, of money that came back, the amount.
    ///
    /// ```
    /// # use fondaco_core::Money;
    /// use fondaco_payroll::outputs::payments::nacha::{NachaFile, SentEntry, read_returns};
    /// use fondaco_payroll::outputs::payments::Outcome;
    /// let amount = Money::parse("1820.55 USD")?;
    /// let paid = SentEntry { trace: "121042880000001".into(), reference: "2026-03/17".into(), amount };
    /// let sent = NachaFile { text: String::new(), traces: vec![paid] };
    /// let entry = format!("621{}{:<17}{:010}{:<15}{:<22}  1{}", "021000021", "123456789", 182055, "2026-03/17", "ADA WEBER", "021000020000001");
    /// let addendum = format!("799R03{}{:6}{}{:44}{}", "121042880000001", "", "02100002", "", "021000020000001");
    /// let answers = read_returns(&format!("{entry}\n{addendum}\n"))?.answers(&sent);
    /// assert_eq!((answers[0].reference.as_str(), answers[0].outcome, answers[0].code.as_str()), ("2026-03/17", Outcome::Returned, "R03"));
    /// assert_eq!(answers[0].reason, "no account, or unable to locate it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn answers(&self, sent: &NachaFile) -> Vec<Answer> {
        let of = |trace: &SmolStr, id: &SmolStr, amount: Option<Money>| {
            sent.answered(trace, id, amount)
                .map(|entry| entry.reference.clone())
                .unwrap_or_default()
        };
        let returned = self.returned.iter().map(|returned| Answer {
            reference: of(&returned.trace, &returned.id, Some(returned.amount)),
            is_whole: false,
            of: returned.trace.clone(),
            outcome: Outcome::Returned,
            code: returned.code.clone(),
            reason: reason(&returned.code).into(),
            amount: Some(returned.amount.amount()),
            day: None,
        });
        let changes = self.changes.iter().map(|change| Answer {
            reference: of(&change.trace, &change.id, None),
            is_whole: false,
            of: change.trace.clone(),
            outcome: Outcome::Corrected,
            code: change.code.clone(),
            reason: changed(&change.code).into(),
            amount: None,
            day: None,
        });
        returned.chain(changes).collect()
    }
}

/// Reads a file of returns, or the entries of one.
///
/// # Errors
/// [`PaymentError::Answer`], naming the line: one that isn't 94 characters of ASCII, an addendum without its entry, or a return without one.
pub fn read_returns(text: &str) -> Result<Returns, PaymentError> {
    let mut returns = Returns::default();
    let mut entry: Option<(usize, &str)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() || line.bytes().all(|byte| byte == b'9') {
            continue;
        }
        if line.len() != WIDTH || !line.is_ascii() {
            let why = format_smolstr!(
                "it has {} characters, where {WIDTH} of ASCII are needed",
                line.len()
            );
            return Err(PaymentError::Answer { line: number, why });
        }
        match line.get(..3) {
            Some(kind) if kind.starts_with('6') => {
                answered(entry)?;
                entry = Some((number, line));
            }
            Some("799") => returns.returned.push(returned(number, entry.take(), line)?),
            Some("798") => returns.changes.push(change(number, entry.take(), line)?),
            _ => {}
        }
    }
    answered(entry)?;
    Ok(returns)
}

/// An entry is answered by its addendum; one without can't be of a file of returns.
fn answered(entry: Option<(usize, &str)>) -> Result<(), PaymentError> {
    match entry {
        None => Ok(()),
        Some((line, _)) => Err(PaymentError::Answer {
            line,
            why: "the entry has no addendum of type 98 or 99: this is no file of returns".into(),
        }),
    }
}

fn returned(
    number: usize,
    entry: Option<(usize, &str)>,
    addendum: &str,
) -> Result<Returned, PaymentError> {
    let (line, entry) = entry.ok_or_else(|| orphan(number))?;
    let cents = field(entry, 30, 39).parse().map_err(|_| PaymentError::Answer {
        line,
        why: "its amount, characters 30 to 39, is no number".into(),
    })?;
    Ok(Returned {
        trace: field(addendum, 7, 21).into(),
        id: field(entry, 40, 54).into(),
        amount: Money::minor(cents, Currency::USD),
        code: code(number, addendum, 'R')?,
        note: field(addendum, 36, 79).into(),
        died: NaiveDate::parse_from_str(field(addendum, 22, 27), "%y%m%d").ok(),
    })
}

fn change(
    number: usize,
    entry: Option<(usize, &str)>,
    addendum: &str,
) -> Result<Change, PaymentError> {
    let (_, entry) = entry.ok_or_else(|| orphan(number))?;
    Ok(Change {
        trace: field(addendum, 7, 21).into(),
        id: field(entry, 40, 54).into(),
        code: code(number, addendum, 'C')?,
        corrected: field(addendum, 36, 64).into(),
    })
}

fn orphan(line: usize) -> PaymentError {
    PaymentError::Answer { line, why: "the addendum has no entry before it".into() }
}

fn code(line: usize, addendum: &str, letter: char) -> Result<SmolStr, PaymentError> {
    let code = field(addendum, 4, 6);
    let digits = code.strip_prefix(letter).filter(|rest| rest.len() == 2);
    match digits.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
        true => Ok(code.into()),
        false => Err(PaymentError::Answer {
            line,
            why: format_smolstr!("{code:?} is no code: {letter} and two digits are needed"),
        }),
    }
}

/// The characters from one place to another, counted from 1, without the blanks at their ends.
fn field(line: &str, from: usize, to: usize) -> &str {
    line.get(from - 1..to).unwrap_or_default().trim()
}

/// What a code of return says; those that can come back of a credit to a person.
fn reason(code: &str) -> &'static str {
    match code {
        "R02" => "account closed",
        "R03" => "no account, or unable to locate it",
        "R04" => "invalid account number",
        "R06" => "returned because we asked for it",
        "R12" => "the branch was sold to another bank",
        "R13" => "the bank takes no entries",
        "R14" => "the representative payee died, or can't act any longer",
        "R15" => "the payee or account holder died",
        "R16" => "the account is frozen",
        "R17" => "the entry can't be read, or its account is doubtful",
        "R18" => "improper effective entry date",
        "R19" => "error in the amount",
        "R20" => "the account takes no transfers",
        "R21" => "invalid company identification",
        "R22" => "invalid individual number",
        "R23" => "the payee refused it",
        "R24" => "duplicate entry",
        "R28" => "the routing number's check digit is wrong",
        "R34" => "the bank's participation is limited",
        _ => "see the Nacha Operating Rules, appendix four",
    }
}

fn changed(code: &str) -> &'static str {
    match code {
        "C01" => "another account number",
        "C02" => "another routing number",
        "C03" => "another routing number and account number",
        "C04" => "another name",
        "C05" => "another kind of account",
        "C06" => "another account number and kind of account",
        "C07" => "another routing number, account number and kind of account",
        "C09" => "another individual number",
        _ => "see the Nacha Operating Rules, appendix five",
    }
}
