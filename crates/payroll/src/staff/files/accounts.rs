//! Accounts that pay goes to from a CSV file: one in a line, or several.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source,
};
use fondaco_core::party::Private;
use fondaco_core::timeline::Span;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::runs::BankPart;
use crate::staff::{NewTerm, PayAccount, RecordTerms, Said};

/// How the lines of a file become accounts. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The first day on which pay goes there.
    pub from: Source,
    /// The accounts of a line, in the order in which they are served. Where the account is empty there is none.
    pub accounts: Vec<AccountColumns>,
}

/// The columns of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountColumns {
    /// The account, as [`PayAccount::account`] is written.
    pub account: Source,
    /// Whose it is, where that is another name than the employee's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Source>,
    /// How much goes there: `500.00`, `40 %`, or nothing for what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Source>,
}

impl AccountMapping {
    /// Accounts with what goes to each: columns of the account and of its part.
    pub fn new(
        employee: impl Into<Source>,
        from: impl Into<Source>,
        accounts: &[(&'static str, &'static str)],
    ) -> AccountMapping {
        let columns = |(account, part): &(&'static str, &'static str)| AccountColumns {
            account: (*account).into(),
            holder: None,
            part: Some((*part).into()),
        };
        AccountMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            from: from.into(),
            accounts: accounts.iter().map(columns).collect(),
        }
    }
}

/// The accounts of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::runs::BankPart;
/// # let payroll = payroll();
/// let file = "\
/// who,from,first,part,second,rest
/// 1001,2026-02-01,us:021000021:777,25 %,us:021000021:888,
/// 1002,2026-02-01,us:021000021:999,half,,
/// 1002,2026-02-01,us:021000020:999,,,
/// ";
/// let mapping = AccountMapping::new("who", "from", &[("first", "part"), ("second", "rest")]);
/// let file = AccountFile::read(std::io::Cursor::new(file), &mapping)?;
/// let command = file.command(Taking::GoodOnes);
/// let Said::Accounts(accounts) = &command.terms[0].said else { panic!("accounts are said") };
/// assert_eq!((accounts[0].part, accounts[1].part), (BankPart::Percent(25.into()), BankPart::Rest));
/// let entered = payroll.send("accounts.csv", &command)?.answer;
/// let report = file.report(&entered);
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["3 import.bad_part", "4 payroll.bad_staff"]); // a routing number whose check digit is wrong
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AccountFile(GoodLines<NewTerm>);

struct Columns {
    employee: Slot,
    from: Slot,
    accounts: Vec<OfAccount>,
}

struct OfAccount {
    account: Slot,
    holder: Option<Slot>,
    part: Option<Slot>,
}

impl AccountFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`AccountFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &AccountMapping,
    ) -> Result<AccountFile, FileError> {
        if mapping.accounts.is_empty() {
            let why = "no account is mapped: map one column at least".into();
            return Err(FileError::Mapping { field: "accounts", why });
        }
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(AccountFile)
    }

    /// The command that records the accounts of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RecordTerms {
        super::record(&self.0, taking)
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &AccountMapping) -> Result<Columns, FileError> {
        let account = |columns: &AccountColumns| {
            Ok(OfAccount {
                account: finder.find("account", &columns.account)?,
                holder: finder.find_some("holder", &columns.holder)?,
                part: finder.find_some("part", &columns.part)?,
            })
        };
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            from: finder.find("from", &mapping.from)?,
            accounts: mapping.accounts.iter().map(account).collect::<Result<_, FileError>>()?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewTerm>> {
        let employee = cells.needed(&self.employee);
        let from = cells.date(&self.from);
        let mut accounts = Vec::with_capacity(self.accounts.len());
        for (at, of) in self.accounts.iter().enumerate() {
            // A line without any account says nothing.
            let account = match at {
                0 => Some(cells.needed(&of.account)?),
                _ => cells.text(&Some(of.account.clone())),
            };
            let holder = cells.text(&of.holder).map(Private);
            let part = of.part(cells);
            if let (Some(account), Some(part)) = (account, part) {
                accounts.push(PayAccount { holder, part, ..PayAccount::new(account) });
            }
        }
        let (span, said) = (Span::from(from?), Said::Accounts(accounts));
        Some(vec![super::term(employee?, span, said)])
    }
}

impl OfAccount {
    fn part(&self, cells: &mut Cells<'_>) -> Option<BankPart> {
        let Some(text) = cells.text(&self.part) else { return Some(BankPart::Rest) };
        let (number, is_percent) = match text.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), true),
            None => (text.as_str(), false),
        };
        let part = match number.parse::<Decimal>() {
            Ok(number) if is_percent => Some(BankPart::Percent(number)),
            Ok(number) => Some(BankPart::Amount(number)),
            Err(_) => None,
        };
        if let (None, Some(slot)) = (part, &self.part) {
            let way_out = "write 500.00 or 40 %, or leave it empty for what is left";
            let fault = Fault::new("import.bad_part", "that is no part of pay", way_out);
            cells.fault(fault, slot, &text);
        }
        part
    }
}
