//! Components that recur with each pay, from a CSV file: allowances, benefits, what is given up for a pension.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};

use super::{span, way_out};
use crate::runs::CostShare;
use crate::staff::{NewTerm, RecordTerms, Recurring, Said};

/// How the lines of a file become components that recur. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurringMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The first day.
    pub from: Source,
    /// The last day; empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Source>,
    /// The component's code.
    pub component: Source,
    /// How much each time: of what, the component says.
    pub value: Source,
    /// At the rate of which job, where it is hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Source>,
    /// The cost centre that bears it, where it is not that of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<Source>,
}

impl RecurringMapping {
    /// Components of these columns, from a day on.
    pub fn new(
        (employee, from): (impl Into<Source>, impl Into<Source>),
        (component, value): (impl Into<Source>, impl Into<Source>),
    ) -> RecurringMapping {
        RecurringMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            from: from.into(),
            until: None,
            component: component.into(),
            value: value.into(),
            job: None,
            cost_centre: None,
        }
    }
}

/// The components that recur of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let file = "\
/// who,from,until,what,each
/// 1001,2026-01-01,,BONUS,100.00
/// 1001,2026-05-01,2026-04-30,BONUS,50.00
/// 1002,2026-03-01,2026-08-31,BONUS,75.50
/// 1002,2026-03-01,,BONUSS,75.50
/// ";
/// let mapping = RecurringMapping { until: Some("until".into()), ..RecurringMapping::new(("who", "from"), ("what", "each")) };
/// let file = RecurringFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("allowances.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 2);
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["3 import.bad_days", "5 payroll.unknown_component"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RecurringFile(GoodLines<NewTerm>);

struct Columns {
    employee: Slot,
    from: Slot,
    until: Option<Slot>,
    component: Slot,
    value: Slot,
    job: Option<Slot>,
    cost_centre: Option<Slot>,
}

impl RecurringFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// ```
    /// use std::io::Cursor;
    /// use fondaco_core::import::Source;
    /// use fondaco_payroll::staff::{RecurringFile, RecurringMapping};
    /// let mapping = RecurringMapping::new(("who", "from"), ("what", "each"));
    /// let gone = RecurringFile::read(Cursor::new("other\n1\n"), &mapping).unwrap_err();
    /// assert!(gone.to_string().contains("who"), "{gone}"); // a column that the file has not
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`RecurringFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &RecurringMapping,
    ) -> Result<RecurringFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(RecurringFile)
    }

    /// The command that records what the lines that are good by themselves say.
    pub fn command(&self, taking: Taking) -> RecordTerms {
        super::record(&self.0, taking)
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &RecurringMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            from: finder.find("from", &mapping.from)?,
            until: finder.find_some("until", &mapping.until)?,
            component: finder.find("component", &mapping.component)?,
            value: finder.find("value", &mapping.value)?,
            job: finder.find_some("job", &mapping.job)?,
            cost_centre: finder.find_some("cost_centre", &mapping.cost_centre)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewTerm>> {
        let employee = cells.needed(&self.employee);
        let span = span(cells, &self.from, self.until.as_ref());
        let component = cells.needed(&self.component);
        let value = cells.needed_number(&self.value);
        let job = cells.text(&self.job);
        let centre = cells.text(&self.cost_centre);
        let mut recurring = Recurring { job, ..Recurring::new(value?) };
        recurring.cost_centres.extend(centre.map(|centre| CostShare { centre, share: 1.into() }));
        let said = Said::Recurring(component?, recurring);
        Some(vec![super::term(employee?, span?, said)])
    }
}
