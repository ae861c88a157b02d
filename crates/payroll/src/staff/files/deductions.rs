//! Loans, advances, orders and their arrears from a CSV file.

use std::io::{Read, Seek};

use fondaco_core::PartyId;
use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source, same_word,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::runs::{DeductionKind, OrderLimit, SetDeduction};
use crate::staff::{EnterDeductions, NewDeduction};

/// How the lines of a file become deductions. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeductionMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// `loan`, `advance`, `order` or `other`.
    pub kind: Source,
    /// The component that its lines are called.
    pub component: Source,
    /// How much is owed: a loan's rest, an order's arrears. Empty is nothing.
    pub owed: Source,
    /// How much of each pay; empty for all that is owed.
    pub instalment: Source,
    /// The first day of payment.
    pub from: Source,
    /// The last; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Source>,
    /// What it is served by, the least first; where it is left out or empty, orders are before the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<Source>,
    /// Which part of disposable earnings it may take: `0.25` for a quarter; empty for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Source>,
}

impl DeductionMapping {
    /// What is owed, and how much of each pay comes back, from a day on.
    pub fn new(
        (employee, kind, component): (impl Into<Source>, impl Into<Source>, impl Into<Source>),
        (owed, instalment): (impl Into<Source>, impl Into<Source>),
        from: impl Into<Source>,
    ) -> DeductionMapping {
        DeductionMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            kind: kind.into(),
            component: component.into(),
            owed: owed.into(),
            instalment: instalment.into(),
            from: from.into(),
            to: None,
            rank: None,
            limit: None,
        }
    }
}

/// The deductions of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::runs::{OrderLimit, deductions_of};
/// # let payroll = payroll();
/// let file = "\
/// who,kind,what,owed,each,from,most
/// 1001,loan,CAR_LOAN,800,100,2026-01-01,
/// 1002,order,CHILD_SUPPORT,120,300,2026-01-01,0.5
/// 1002,gift,CAR_LOAN,800,100,2026-01-01,
/// 1009,loan,CAR_LOAN,800,100,2026-01-01,
/// ";
/// let columns = ("who", "kind", "what");
/// let mapping = DeductionMapping {
///     limit: Some("most".into()),
///     ..DeductionMapping::new(columns, ("owed", "each"), "from")
/// };
/// let file = DeductionFile::read(std::io::Cursor::new(file), &mapping)?;
/// let command = file.command(Taking::GoodOnes);
/// assert_eq!(command.deductions[1].limit, OrderLimit::Part("0.5".parse()?));
/// let entered = payroll.send("deductions.csv", &command)?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 2);
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["4 import.bad_deduction", "5 payroll.unknown_employee"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DeductionFile(GoodLines<NewDeduction>);

struct Columns {
    employee: Slot,
    kind: Slot,
    component: Slot,
    owed: Slot,
    instalment: Slot,
    from: Slot,
    to: Option<Slot>,
    rank: Option<Slot>,
    limit: Option<Slot>,
}

const KINDS: [(&str, DeductionKind); 4] = [
    ("loan", DeductionKind::Loan),
    ("advance", DeductionKind::Advance),
    ("order", DeductionKind::Order),
    ("other", DeductionKind::Other),
];

impl DeductionFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_core::import::Source;
    /// use fondaco_payroll::staff::{DeductionFile, DeductionMapping};
    /// let mapping = DeductionMapping::new(("who", "kind", "what"), ("owed", "each"), "from");
    /// let gone = DeductionFile::read(Cursor::new("other\n1\n"), &mapping).unwrap_err();
    /// assert!(gone.to_string().contains("who"), "{gone}"); // a column that the file has not
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`DeductionFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &DeductionMapping,
    ) -> Result<DeductionFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(DeductionFile)
    }

    /// The command that sets the deductions of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> EnterDeductions {
        let deductions = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        EnterDeductions { deductions, taking: self.0.taking(taking) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &DeductionMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            kind: finder.find("kind", &mapping.kind)?,
            component: finder.find("component", &mapping.component)?,
            owed: finder.find("owed", &mapping.owed)?,
            instalment: finder.find("instalment", &mapping.instalment)?,
            from: finder.find("from", &mapping.from)?,
            to: finder.find_some("to", &mapping.to)?,
            rank: finder.find_some("rank", &mapping.rank)?,
            limit: finder.find_some("limit", &mapping.limit)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewDeduction>> {
        let employee = cells.needed(&self.employee);
        let kind = self.kind(cells);
        let component = cells.needed(&self.component);
        let owed = cells.number(&self.owed, Fault::bad_amount());
        let instalment = cells.number(&self.instalment, Fault::bad_amount());
        let (from, to) = (cells.date(&self.from), cells.some_date(&self.to));
        let bad_rank = || Fault::new("import.bad_rank", "that is no rank", "write a whole number");
        let rank = super::whole(cells, self.rank.as_ref(), bad_rank);
        let limit = cells.some_number(&self.limit).map_or(OrderLimit::All, OrderLimit::Part);
        let (kind, owed, instalment) = (kind?, owed?.unwrap_or_default(), instalment?);
        let nobody = PartyId::from_u128(0);
        let loan = SetDeduction::loan(nobody, component?, owed, Decimal::ZERO, from?);
        let usual = if kind == DeductionKind::Order { 1 } else { loan.rank };
        let rank = rank?.unwrap_or(usual);
        let set = SetDeduction { kind, instalment, rank, limit, to, ..loan };
        Some(vec![NewDeduction::of(employee?, set)])
    }

    fn kind(&self, cells: &mut Cells<'_>) -> Option<DeductionKind> {
        let word = cells.needed(&self.kind)?;
        let found = KINDS.iter().find(|(known, _)| same_word(known, &word));
        if found.is_none() {
            let way_out = "write loan, advance, order or other";
            let fault =
                Fault::new("import.bad_deduction", "nothing of that kind is withheld", way_out);
            cells.fault(fault, &self.kind, &word);
        }
        found.map(|(_, kind)| *kind)
    }
}
