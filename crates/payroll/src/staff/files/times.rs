//! Hours from a CSV file.

use std::io::{Read, Seek};

use chrono::NaiveTime;
use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source,
};
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::staff::{NewSheet, RecordTime};
use crate::time::{DaySheet, Worked};

/// How the lines of a file become hours. Several lines of a day and a job are one sheet. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub employee: Source,
    /// The day on which it began.
    pub day: Source,
    /// The job's code.
    pub job: Source,
    /// How many hours, where nobody noted when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Source>,
    /// When it began, as 8:00 or 08:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Source>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Source>,
}

impl TimeMapping {
    /// Hours of the job `main`.
    pub fn hours(
        employee: impl Into<Source>,
        day: impl Into<Source>,
        hours: impl Into<Source>,
    ) -> TimeMapping {
        TimeMapping {
            format: CsvFormat::new(),
            employee: employee.into(),
            day: day.into(),
            job: Source::constant("main"),
            hours: Some(hours.into()),
            from: None,
            to: None,
        }
    }

    /// Times of the job `main`, from when to when.
    pub fn times(
        employee: impl Into<Source>,
        day: impl Into<Source>,
        (from, to): (impl Into<Source>, impl Into<Source>),
    ) -> TimeMapping {
        let mapping = TimeMapping::hours(employee, day, Source::constant("0"));
        TimeMapping { hours: None, from: Some(from.into()), to: Some(to.into()), ..mapping }
    }
}

/// The hours of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let file = "\
/// who,day,from,to
/// 1002,2026-03-02,8:00,12:00
/// 1002,2026-03-02,13:00,17:30
/// 1002,2026-03-03,8 o'clock,12:00
/// 1009,2026-03-02,8:00,12:00
/// 1002,2025-03-03,8:00,12:00
/// ";
/// let mapping = TimeMapping::times("who", "day", ("from", "to"));
/// let file = TimeFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("time.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 1); // both lines of 2 March are one sheet
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["4 import.bad_time", "5 payroll.unknown_employee", "6 payroll.no_contract"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TimeFile(GoodLines<NewSheet>);

struct Columns {
    employee: Slot,
    day: Slot,
    job: Slot,
    hours: Option<Slot>,
    from: Option<Slot>,
    to: Option<Slot>,
}

impl TimeFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`TimeFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &TimeMapping) -> Result<TimeFile, FileError> {
        if mapping.hours.is_none() && mapping.from.is_none() {
            let why = "neither hours nor times are mapped: map one of them".into();
            return Err(FileError::Mapping { field: "hours", why });
        }
        if mapping.from.is_some() != mapping.to.is_some() {
            let why = "a time has a beginning and an end: map both, or none".into();
            return Err(FileError::Mapping { field: "to", why });
        }
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(|read| TimeFile(joined(read)))
    }

    /// The command that records the hours of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> RecordTime {
        let sheets = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        RecordTime { taking: self.0.taking(taking), ..RecordTime::new(sheets) }
    }

    /// What became of each line, by the file and by the command's answer: what was taken counts by sheets.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

/// Lines of one day and job as one sheet, which has the number of the first of them.
fn joined(read: GoodLines<NewSheet>) -> GoodLines<NewSheet> {
    let mut sheets: Vec<(u64, NewSheet)> = Vec::with_capacity(read.good.len());
    let mut at = std::collections::BTreeMap::new();
    for (line, new) in read.good {
        let key = (new.employee.clone(), new.day, new.job.clone());
        let known = *at.entry(key).or_insert(sheets.len());
        match sheets.get_mut(known) {
            None => sheets.push((line, new)),
            Some((_, sheet)) => {
                sheet.sheet.hours += new.sheet.hours;
                sheet.sheet.worked.extend(new.sheet.worked);
                sheet.sheet.worked.sort_by_key(|worked| worked.from);
            }
        }
    }
    GoodLines { lines: read.lines, good: sheets, refusals: read.refusals }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &TimeMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            day: finder.find("day", &mapping.day)?,
            job: finder.find("job", &mapping.job)?,
            hours: finder.find_some("hours", &mapping.hours)?,
            from: finder.find_some("from", &mapping.from)?,
            to: finder.find_some("to", &mapping.to)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewSheet>> {
        let employee = cells.needed(&self.employee);
        let day = cells.date(&self.day);
        let job = cells.needed(&self.job);
        let hours = cells.some_number(&self.hours);
        let (from, to) = (time(cells, &self.from), time(cells, &self.to));
        if hours.is_some_and(|hours| hours.abs() > 1_000.into())
            && let Some(slot) = &self.hours
        {
            let fault =
                Fault::new("import.bad_hours", "no day has so many hours", "correct the number");
            cells.fault(fault, slot, &hours.unwrap_or_default().to_string());
        }
        let worked = from.zip(to).map(|(from, to)| Worked { from, to, breaks: Vec::new() });
        if worked.is_none() && (from.is_some() || to.is_some()) && cells.is_good() {
            let (slot, missing) =
                if from.is_some() { (&self.to, "end") } else { (&self.from, "beginning") };
            if let Some(slot) = slot {
                let fault = Fault::new(
                    "import.missing",
                    format!("the {missing} is missing"),
                    "write both, or none",
                );
                cells.fault(fault, slot, "");
            }
        }
        let sheet =
            DaySheet { worked: worked.into_iter().collect(), hours: hours.unwrap_or_default() };
        Some(vec![NewSheet { employee: employee?, day: day?, job: job?, sheet }])
    }
}

/// A time of day, if there is one.
fn time(cells: &mut Cells<'_>, slot: &Option<Slot>) -> Option<NaiveTime> {
    let text = cells.text(slot)?;
    let read =
        ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(&text, form).ok());
    if let (None, Some(slot)) = (read, slot) {
        let fault =
            Fault::new("import.bad_time", "that is no time of day", "write it as 8:00 or 17:30");
        cells.fault(fault, slot, &text);
    }
    read
}
