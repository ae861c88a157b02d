//! Requests for leave from a CSV file: what people planned before the books began, a list of a works holiday.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::leave::{LeaveDay, RequestLeave, RequestLeaves};

/// How the lines of a file become requests for leave. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The policy's code.
    pub policy: Source,
    /// The first day.
    pub first: Source,
    /// The last day; where it is left out or empty, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Source>,
    /// How much of the day, in the policy's unit, of leave of a single day: 0.5 days, 3 hours. Where it is left out or empty, all working days whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Source>,
}

impl LeaveMapping {
    /// Leave of these policies, from a first to a last day.
    pub fn new(
        (employee, policy): (impl Into<Source>, impl Into<Source>),
        (first, last): (impl Into<Source>, impl Into<Source>),
    ) -> LeaveMapping {
        LeaveMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            policy: policy.into(),
            first: first.into(),
            last: Some(last.into()),
            amount: None,
        }
    }
}

/// The requests of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::leave::leave_left;
/// # let payroll = payroll();
/// let file = "\
/// who,what,first,last,part
/// 1001,VACATION,2026-08-03,2026-08-07,
/// 1001,VACATION,2026-08-10,,0.5
/// 1002,VACATION,2026-08-03,2026-08-07,0.5
/// 1002,VACATION,2026-08-07,2026-08-03,
/// 1002,VACATION,2026-06-01,2026-08-31,
/// ";
/// let mapping = LeaveMapping { amount: Some("part".into()), ..LeaveMapping::new(("who", "what"), ("first", "last")) };
/// let file = LeaveFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("holidays.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 2);
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["4 import.bad_part_of_day", "5 import.bad_days", "6 payroll.leave_short"]);
/// let left = payroll.view(|view| leave_left(view, "1001", "VACATION", day("2026-12-31")))?;
/// assert_eq!(left.to_string(), "24.5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LeaveFile(GoodLines<RequestLeave>);

struct Columns {
    employee: Slot,
    policy: Slot,
    first: Slot,
    last: Option<Slot>,
    amount: Option<Slot>,
}

impl LeaveFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_core::import::Source;
    /// use fondaco_payroll::staff::{LeaveFile, LeaveMapping};
    /// let mapping = LeaveMapping::new(("who", Source::constant("VACATION")), ("first", "last"));
    /// let gone = LeaveFile::read(Cursor::new("other\n1\n"), &mapping).unwrap_err();
    /// assert!(gone.to_string().contains("who"), "{gone}"); // a column that the file has not
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`LeaveFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &LeaveMapping) -> Result<LeaveFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(LeaveFile)
    }

    /// The command that asks for the leave of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RequestLeaves {
        let requests = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        RequestLeaves { taking: self.0.taking(taking), ..RequestLeaves::new(requests) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &LeaveMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            policy: finder.find("policy", &mapping.policy)?,
            first: finder.find("first", &mapping.first)?,
            last: finder.find_some("last", &mapping.last)?,
            amount: finder.find_some("amount", &mapping.amount)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<RequestLeave>> {
        let employee = cells.needed(&self.employee);
        let policy = cells.needed(&self.policy);
        let span = super::span(cells, &self.first, self.last.as_ref());
        let amount = cells.some_number(&self.amount);
        let (first, last) = (span?.start, span?.end.unwrap_or(span?.start));
        let days = match amount {
            Some(amount) if first == last => vec![LeaveDay { day: first, amount }],
            Some(amount) => {
                let slot = self.amount.as_ref()?;
                let way_out = "write one line for each day of which a part is leave";
                let fault = Fault::new("import.bad_part_of_day", "it is of several days", way_out);
                cells.fault(fault, slot, &amount.to_string());
                return None;
            }
            None => Vec::new(),
        };
        let request = RequestLeave::new(employee?, policy?, first, last);
        Some(vec![RequestLeave { days, ..request }])
    }
}
