//! Leave that is granted, or that is left at the start, from a CSV file.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::leave::{GrantLeave, NewGrant};

/// How the lines of a file become grants. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The policy's code.
    pub policy: Source,
    /// The day from which it can be taken.
    pub day: Source,
    /// How much, in the policy's unit.
    pub amount: Source,
    /// Whether it stands for all that was before that day: yes or no. Where it is left out, all of the file do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Source>,
    /// Why.
    pub reason: Source,
}

impl GrantMapping {
    /// What was left on a day when the books began.
    pub fn opening(
        (employee, policy): (impl Into<Source>, impl Into<Source>),
        day: impl Into<Source>,
        amount: impl Into<Source>,
    ) -> GrantMapping {
        GrantMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            policy: policy.into(),
            day: day.into(),
            amount: amount.into(),
            opening: None,
            reason: Source::constant("opening balance"),
        }
    }
}

/// The grants of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_core::import::Source;
/// use fondaco_payroll::leave::leave_left;
/// # let payroll = payroll();
/// let file = "who,day,left\n1001,2026-01-02,12.5\n1002,2026-01-02,some\n1009,2026-01-02,1\n";
/// let mapping = GrantMapping::opening(("who", Source::constant("VACATION")), "day", "left");
/// let file = GrantFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("leave.csv", &file.command(Taking::GoodOnes))?.answer;
/// let told: Vec<u64> = file.report(&entered).refusals.iter().map(|refusal| refusal.line).collect();
/// assert_eq!(told, [3, 4]);
/// let left = payroll.view(|view| leave_left(view, "1001", "VACATION", day("2026-06-01")))?;
/// assert_eq!(left.to_string(), "12.5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GrantFile(GoodLines<NewGrant>);

struct Columns {
    employee: Slot,
    policy: Slot,
    day: Slot,
    amount: Slot,
    opening: Option<Slot>,
    reason: Slot,
}

impl GrantFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_core::import::Source;
    /// use fondaco_payroll::staff::{GrantFile, GrantMapping};
    /// let mapping = GrantMapping::opening(("who", Source::constant("VACATION")), "day", "left");
    /// let gone = GrantFile::read(Cursor::new("other\n1\n"), &mapping).unwrap_err();
    /// assert!(gone.to_string().contains("who"), "{gone}"); // a column that the file has not
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`GrantFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &GrantMapping) -> Result<GrantFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(GrantFile)
    }

    /// The command that grants what stands in lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> GrantLeave {
        let grants = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        GrantLeave { taking: self.0.taking(taking), ..GrantLeave::new(grants) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &GrantMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            policy: finder.find("policy", &mapping.policy)?,
            day: finder.find("day", &mapping.day)?,
            amount: finder.find("amount", &mapping.amount)?,
            opening: finder.find_some("opening", &mapping.opening)?,
            reason: finder.find("reason", &mapping.reason)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewGrant>> {
        let employee = cells.needed(&self.employee);
        let policy = cells.needed(&self.policy);
        let day = cells.date(&self.day);
        let amount = cells.needed_number(&self.amount);
        let opening = self.opening.is_none() || cells.flag(&self.opening);
        let reason = cells.needed(&self.reason);
        let grant = NewGrant::opening(employee?, policy?, day?, amount?);
        Some(vec![NewGrant { opening, reason: reason?, ..grant }])
    }
}
