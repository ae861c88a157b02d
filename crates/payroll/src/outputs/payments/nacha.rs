//! Wages into American accounts: a NACHA file of PPD entries, and the returns that answer it.
//!
//! The layout is that of the Nacha Operating Rules, appendix three: lines of 94 characters, in blocks of ten; a batch of *prearranged
//! payments and deposits* (PPD), which are to persons; sums and an *entry hash* (the banks' eight digits added up, the last ten digits kept)
//! in the controls of the batch and the file, by which a bank sees that nothing got lost. A *prenote* is an entry of nothing, sent some days
//! before the first wage to try an account.

mod returns;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use fondaco_core::{Currency, Money};
use smol_str::{SmolStr, format_smolstr};

pub use returns::{Change, Returned, Returns, read_returns};

use super::characters::{capitals, says_something};
use super::fixed_width::Line;
use super::payment::{Limits, cents_of};
use super::{BankAccount, Payment, PaymentError, RoutingNumber, UsAccount, UsAccountKind};

const WIDTH: usize = 94;
const BLOCK: usize = 10;
/// Marks that Nacha lets stand in names and texts.
const MARKS: &str = ".,&/-'()#*:@";

/// An entry holds ten digits, a control twelve, and a trace number seven that count entries.
const LIMITS: Limits = Limits {
    currency: Currency::USD,
    most_cents: 9_999_999_999,
    most_total_cents: 999_999_999_999,
    most_payments: 499_999,
};

/// Who sends a file to whom, and what its one batch says of itself.
#[derive(Debug, Clone)]
pub struct Originator {
    /// The bank that takes the file, by its routing number.
    pub bank: RoutingNumber,
    /// The bank's name, up to 23 characters.
    pub bank_name: SmolStr,
    /// The company's number with its bank: ten characters, mostly a 1 and the nine digits of the employer's identification number.
    pub company_id: SmolStr,
    /// The company's name, of which payees see 16 characters.
    pub company_name: SmolStr,
    /// What payees see of the purpose, up to ten characters: `PAYROLL`.
    pub description: SmolStr,
    /// The company's own account, where the bank wants the file to take the sum from it: a *balanced* file.
    pub offset: Option<BankAccount>,
}

impl Originator {
    /// An originator of a file that isn't balanced, with `PAYROLL` as its purpose.
    pub fn new(
        bank: RoutingNumber,
        bank_name: impl Into<SmolStr>,
        company_id: impl Into<SmolStr>,
        company_name: impl Into<SmolStr>,
    ) -> Originator {
        Originator {
            bank,
            bank_name: bank_name.into(),
            company_id: company_id.into(),
            company_name: company_name.into(),
            description: "PAYROLL".into(),
            offset: None,
        }
    }
}

/// A file of payments to persons.
///
/// ```
/// use fondaco_core::Money;
/// use fondaco_payroll::outputs::payments::nacha::{Originator, PpdFile};
/// use fondaco_payroll::outputs::payments::{BankAccount, Payment, RoutingNumber, UsAccountKind};
/// let from = Originator::new(RoutingNumber::parse("121042882")?, "Wells Fargo", "1234567890", "Rialto Inc");
/// let account = BankAccount::united_states("021000021", "123456789", UsAccountKind::Checking)?;
/// let pay = Payment::new("2026-03/17", "Ada Weber", account, Money::parse("1820.55 USD")?);
/// let file = PpdFile::new(from, "2026-03-11T10:30:00".parse()?, "2026-03-13".parse()?).pay(vec![pay]).to_file()?;
/// assert!(file.text.lines().all(|line| line.len() == 94) && file.text.lines().count() == 10);
/// assert_eq!(file.reference_of("121042880000001"), Some("2026-03/17"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PpdFile {
    from: Originator,
    created: NaiveDateTime,
    day: NaiveDate,
    modifier: char,
    first: u32,
    payments: Vec<Payment>,
    prenotes: Vec<Payment>,
}

/// A file, and which payment each of its entries is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NachaFile {
    /// The file, ASCII, each line ended by a line feed.
    pub text: String,
    /// Every payment and prenote, in the file's order: keep them, because a return names trace number, identification and amount alone.
    pub traces: Vec<SentEntry>,
}

/// A payment or a prenote of a file, as a return names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEntry {
    /// Its trace number: unique in its file, and beyond as far as [`PpdFile::numbered_from`] has the numbers go on.
    pub trace: SmolStr,
    /// The payment's reference.
    pub reference: SmolStr,
    /// How much; nothing for a prenote.
    pub amount: Money,
}

impl SentEntry {
    /// What the file calls the payee by: the first 15 characters of the reference, as the file writes them.
    fn id(&self) -> String {
        individual_id(&self.reference)
    }
}

/// The number that a payment has for its payee.
fn individual_id(reference: &str) -> String {
    capitals(reference, 15, MARKS)
}

impl NachaFile {
    /// The reference of the payment with this trace number.
    pub fn reference_of(&self, trace: &str) -> Option<&str> {
        self.entry(trace).map(|entry| entry.reference.as_str())
    }

    fn entry(&self, trace: &str) -> Option<&SentEntry> {
        let place = self.traces.binary_search_by(|entry| entry.trace.as_str().cmp(trace)).ok()?;
        self.traces.get(place)
    }

    /// The payment that an answer is on: trace numbers may come again in every file, what they stand for does not.
    fn answered(&self, trace: &str, id: &str, amount: Option<Money>) -> Option<&SentEntry> {
        let fits = |entry: &&SentEntry| {
            entry.id().trim() == id && amount.is_none_or(|amount| amount == entry.amount)
        };
        self.entry(trace).filter(fits)
    }
}

/// One entry of the batch.
struct Entry<'a> {
    code: u8,
    account: &'a UsAccount,
    cents: i64,
    id: String,
    name: String,
    addendum: String,
}

/// What the controls of the batch and the file say.
#[derive(Default)]
struct Sums {
    entries: u64,
    hash: u64,
    debit: i64,
    credit: i64,
}

impl PpdFile {
    /// A file with no payment yet: from whom, made when, to be paid on which day.
    pub fn new(from: Originator, created: NaiveDateTime, day: NaiveDate) -> PpdFile {
        let (modifier, first) = ('A', 1);
        PpdFile { from, created, day, modifier, first, payments: Vec::new(), prenotes: Vec::new() }
    }

    /// The payments. A text that a payment [says](Payment::saying) becomes an addendum of up to 80 characters.
    #[must_use]
    pub fn pay(mut self, payments: Vec<Payment>) -> PpdFile {
        self.payments = payments;
        self
    }

    /// Accounts to be tried; the payments' amounts are left out.
    #[must_use]
    pub fn try_out(mut self, prenotes: Vec<Payment>) -> PpdFile {
        self.prenotes = prenotes;
        self
    }

    /// Which file of the day it is, where there are several: `A` is the first, then `B` to `Z` and `0` to `9`.
    #[must_use]
    pub fn modifier(mut self, modifier: char) -> PpdFile {
        self.modifier = modifier;
        self
    }

    /// The number of its first entry, 1 unless it is said. Who lets the numbers of all files go on one after another has trace numbers that no
    /// other file of these has: seven digits, after which they begin again.
    #[must_use]
    pub fn numbered_from(mut self, first: u32) -> PpdFile {
        self.first = first;
        self
    }

    /// The file, checked whole before anything is written.
    ///
    /// # Errors
    /// [`PaymentError`], naming the payment: none at all, a reference twice, an amount that isn't whole cents of dollars or has more than ten
    /// digits, an account that isn't American, a name without a letter that the file can carry; a company's number that isn't ten
    /// characters; a day before the file was made; a first number that leaves no seven digits for all entries.
    pub fn to_file(&self) -> Result<NachaFile, PaymentError> {
        self.check()?;
        let mut text = String::new();
        let mut lines = 0;
        self.file_header(&mut text);
        self.batch_header(&mut text);
        let entries = self.entries()?;
        let (mut sums, mut traces) = (Sums::default(), Vec::with_capacity(entries.len()));
        self.check_numbers(entries.len())?;
        for (number, (entry, reference)) in (u64::from(self.first)..).zip(&entries) {
            let trace = format_smolstr!("{}{number:07}", self.from.bank.bank());
            entry.write(&mut text, &trace);
            sums.add(entry);
            if let Some(reference) = reference.clone() {
                let amount = Money::minor(entry.cents, Currency::USD);
                traces.push(SentEntry { trace, reference, amount });
            }
        }
        self.batch_control(&mut text, &sums);
        lines += text.lines().count() + 1;
        file_control(&mut text, &sums, lines);
        while !text.lines().count().is_multiple_of(BLOCK) {
            Line::new().text(WIDTH, &"9".repeat(WIDTH)).end(WIDTH, &mut text);
        }
        Ok(NachaFile { text, traces })
    }

    fn check(&self) -> Result<(), PaymentError> {
        let id = &self.from.company_id;
        if id.len() != 10 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ') {
            let why = "give ten digits or letters, as the bank assigned them";
            return Err(PaymentError::Reference { field: "company id", value: id.clone(), why });
        }
        if !self.modifier.is_ascii_uppercase() && !self.modifier.is_ascii_digit() {
            let value = format_smolstr!("{}", self.modifier);
            let why = "give a capital letter or a digit";
            return Err(PaymentError::Reference { field: "file id modifier", value, why });
        }
        if self.day < self.created.date() {
            let why = "a file is paid on the day it is made or later";
            return Err(PaymentError::Day { field: "effective entry date", day: self.day, why });
        }
        if !(1970..2070).contains(&self.day.year()) {
            let why = "the file writes years with two digits: give one from 1970 to 2069";
            return Err(PaymentError::Day { field: "effective entry date", day: self.day, why });
        }
        Ok(())
    }

    fn check_numbers(&self, entries: usize) -> Result<(), PaymentError> {
        let last = u64::from(self.first).saturating_add(entries as u64).saturating_sub(1);
        if self.first > 0 && last <= 9_999_999 {
            return Ok(());
        }
        let (value, field) = (format_smolstr!("{}", self.first), "number of the first entry");
        let why = "give 1, or more as long as the last entry has seven digits";
        Err(PaymentError::Reference { field, value, why })
    }

    /// Prenotes and payments, and the entry that takes the sum from the company's account, which is nobody's payment.
    fn entries(&self) -> Result<Vec<(Entry<'_>, Option<SmolStr>)>, PaymentError> {
        let (cents, total) = match (self.payments.is_empty(), self.prenotes.is_empty()) {
            (true, false) => (Vec::new(), 0),
            _ => cents_of(&self.payments, &LIMITS)?,
        };
        let mut all = Vec::with_capacity(self.prenotes.len() + self.payments.len() + 1);
        for (index, prenote) in self.prenotes.iter().enumerate() {
            super::payment::reference("reference", &prenote.reference)?;
            all.push((entry(index, prenote, 0, true)?, Some(prenote.reference.clone())));
        }
        for (index, (payment, cents)) in self.payments.iter().zip(cents).enumerate() {
            all.push((entry(index, payment, cents, false)?, Some(payment.reference.clone())));
        }
        if let (Some(offset), true) = (&self.from.offset, total > 0) {
            let account = american(0, "the company's account", offset)?;
            let code = match account.kind {
                UsAccountKind::Checking => 27,
                UsAccountKind::Savings => 37,
            };
            let name = capitals(&self.from.company_name, 22, MARKS);
            let offset = Entry {
                code,
                account,
                cents: total,
                id: self.from.company_id.to_string(),
                name,
                addendum: String::new(),
            };
            all.push((offset, None));
        }
        Ok(all)
    }

    /// 220: credits alone; 200: with the debit that balances them.
    fn service_class(&self) -> u64 {
        if self.from.offset.is_some() { 200 } else { 220 }
    }

    fn file_header(&self, file: &mut String) {
        let from = &self.from;
        Line::new()
            .text(3, "101")
            .text(10, &format!(" {}", from.bank.value()))
            .text(10, &from.company_id.to_ascii_uppercase())
            .text(6, &self.created.format("%y%m%d").to_string())
            .text(4, &self.created.format("%H%M").to_string())
            .text(1, &self.modifier.to_string())
            .text(6, "094101")
            .text(23, &capitals(&from.bank_name, 23, MARKS))
            .text(23, &capitals(&from.company_name, 23, MARKS))
            .blanks(8)
            .end(WIDTH, file);
    }

    fn batch_header(&self, file: &mut String) {
        let from = &self.from;
        Line::new()
            .text(1, "5")
            .number(3, self.service_class())
            .text(16, &capitals(&from.company_name, 16, MARKS))
            .blanks(20)
            .text(10, &from.company_id.to_ascii_uppercase())
            .text(3, "PPD")
            .text(10, &capitals(&from.description, 10, MARKS))
            .text(6, &self.day.format("%y%m%d").to_string())
            .text(6, &self.day.format("%y%m%d").to_string())
            .blanks(3)
            .text(1, "1")
            .text(8, from.bank.bank())
            .number(7, 1u64)
            .end(WIDTH, file);
    }

    fn batch_control(&self, file: &mut String, sums: &Sums) {
        Line::new()
            .text(1, "8")
            .number(3, self.service_class())
            .number(6, sums.entries)
            .number(10, sums.hash)
            .number(12, sums.debit)
            .number(12, sums.credit)
            .text(10, &self.from.company_id.to_ascii_uppercase())
            .blanks(19 + 6)
            .text(8, self.from.bank.bank())
            .number(7, 1u64)
            .end(WIDTH, file);
    }
}

fn file_control(file: &mut String, sums: &Sums, lines: usize) {
    Line::new()
        .text(1, "9")
        .number(6, 1u64)
        .number(6, lines.div_ceil(BLOCK))
        .number(8, sums.entries)
        .number(10, sums.hash)
        .number(12, sums.debit)
        .number(12, sums.credit)
        .blanks(39)
        .end(WIDTH, file);
}

fn entry(
    index: usize,
    payment: &Payment,
    cents: i64,
    prenote: bool,
) -> Result<Entry<'_>, PaymentError> {
    let account = american(index, &payment.reference, &payment.account)?;
    let code = match account.kind {
        UsAccountKind::Checking => 22,
        UsAccountKind::Savings => 32,
    };
    let name = capitals(&payment.payee, 22, MARKS);
    if !says_something(&name) {
        let reference = payment.reference.clone();
        return Err(PaymentError::Text { field: "payee's name", reference, alphabet: "Latin" });
    }
    Ok(Entry {
        code: code + u8::from(prenote),
        account,
        cents,
        id: individual_id(&payment.reference),
        name,
        addendum: if prenote { String::new() } else { capitals(&payment.text, 80, MARKS) },
    })
}

fn american<'a>(
    index: usize,
    reference: &str,
    account: &'a BankAccount,
) -> Result<&'a UsAccount, PaymentError> {
    match account {
        BankAccount::UnitedStates(account) => Ok(account),
        other => Err(PaymentError::AccountKind {
            index,
            reference: reference.into(),
            found: other.kind(),
            wanted: "American accounts",
        }),
    }
}

impl Entry<'_> {
    fn write(&self, file: &mut String, trace: &str) {
        let addendum = !self.addendum.is_empty();
        Line::new()
            .text(1, "6")
            .number(2, self.code)
            .text(8, self.account.routing.bank())
            .text(1, self.account.routing.check_digit())
            .text(17, &self.account.account)
            .number(10, self.cents)
            .text(15, &self.id)
            .text(22, &self.name)
            .blanks(2)
            .number(1, u8::from(addendum))
            .text(15, trace)
            .end(WIDTH, file);
        if addendum {
            Line::new()
                .text(3, "705")
                .text(80, &self.addendum)
                .number(4, 1u64)
                .text(7, trace.get(8..).unwrap_or_default())
                .end(WIDTH, file);
        }
    }
}

impl Sums {
    fn add(&mut self, entry: &Entry<'_>) {
        self.entries += 1 + u64::from(!entry.addendum.is_empty());
        let bank = entry.account.routing.bank().parse().unwrap_or(0u64);
        self.hash = (self.hash + bank) % 10_000_000_000;
        match entry.code {
            27 | 37 => self.debit += entry.cents,
            _ => self.credit += entry.cents,
        }
    }
}

/// The sum of a file's payments, for whoever moves the money to the bank beforehand.
///
/// # Errors
/// As [`PpdFile::to_file`] for amounts.
pub fn total(payments: &[Payment]) -> Result<Money, PaymentError> {
    Ok(Money::minor(cents_of(payments, &LIMITS)?.1, Currency::USD))
}
