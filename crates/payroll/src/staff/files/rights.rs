//! Entitlements to leave from a CSV file: who has which policy, from when on, and how much of it a year.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};

use super::{span, way_out};
use crate::staff::{LeaveRight, NewTerm, RecordTerms, Said};

/// How the lines of a file become entitlements to leave. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveRightMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The first day.
    pub from: Source,
    /// The last day; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Source>,
    /// The policy's code.
    pub policy: Source,
    /// How much a year, in the policy's unit; where it is left out or empty, what the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yearly: Option<Source>,
}

impl LeaveRightMapping {
    /// The policies of these columns, from a day on.
    pub fn new(
        (employee, from): (impl Into<Source>, impl Into<Source>),
        policy: impl Into<Source>,
    ) -> LeaveRightMapping {
        LeaveRightMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            from: from.into(),
            until: None,
            policy: policy.into(),
            yearly: None,
        }
    }
}

/// The entitlements to leave of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::leave::{DefineLeavePolicy, LeavePolicy, leave_left};
/// # let payroll = payroll();
/// payroll.send("study", &DefineLeavePolicy::new(LeavePolicy::yearly("STUDY", 5.into())))?;
/// let file = "who,from,what,days\n1001,2026-01-01,STUDY,\n1002,2026-01-01,STUDY,8\n1002,2026-01-01,STUDIES,8\n";
/// let mapping = LeaveRightMapping { yearly: Some("days".into()), ..LeaveRightMapping::new(("who", "from"), "what") };
/// let file = LeaveRightFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("rights.csv", &file.command(Taking::GoodOnes))?.answer;
/// let told: Vec<String> = file.report(&entered).refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["4 payroll.unknown_leave_policy"]);
/// let left = |who: &str| payroll.view(|view| leave_left(view, who, "STUDY", day("2026-12-31")));
/// assert_eq!((left("1001")?, left("1002")?), (5.into(), 8.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LeaveRightFile(GoodLines<NewTerm>);

struct Columns {
    employee: Slot,
    from: Slot,
    until: Option<Slot>,
    policy: Slot,
    yearly: Option<Slot>,
}

impl LeaveRightFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_core::import::Source;
    /// use fondaco_payroll::staff::{LeaveRightFile, LeaveRightMapping};
    /// let mapping = LeaveRightMapping::new(("who", "from"), Source::constant("VACATION"));
    /// let gone = LeaveRightFile::read(Cursor::new("other\n1\n"), &mapping).unwrap_err();
    /// assert!(gone.to_string().contains("who"), "{gone}"); // a column that the file has not
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`LeaveRightFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &LeaveRightMapping,
    ) -> Result<LeaveRightFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(LeaveRightFile)
    }

    /// The command that records the entitlements of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RecordTerms {
        super::record(&self.0, taking)
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &LeaveRightMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            from: finder.find("from", &mapping.from)?,
            until: finder.find_some("until", &mapping.until)?,
            policy: finder.find("policy", &mapping.policy)?,
            yearly: finder.find_some("yearly", &mapping.yearly)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewTerm>> {
        let employee = cells.needed(&self.employee);
        let span = span(cells, &self.from, self.until.as_ref());
        let policy = cells.needed(&self.policy);
        let right = LeaveRight { yearly: cells.some_number(&self.yearly) };
        let said = Said::Leave(policy?, right);
        Some(vec![super::term(employee?, span?, said)])
    }
}
