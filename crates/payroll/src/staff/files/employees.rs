//! Employees from a CSV file.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, FileError, Finder, GoodLines, Slot, Source,
};
use fondaco_core::party::Private;
use serde::{Deserialize, Serialize};

use super::way_out;
use crate::staff::{AddEmployees, NewEmployee, NewPerson};

/// How the lines of a file become employees. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmployeeMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The employee's number.
    pub number: Source,
    /// The full name.
    pub name: Source,
    /// The given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<Source>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<Source>,
    /// The day of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<Source>,
    /// The language to write in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Source>,
    /// The number under which the tax office knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<Source>,
    /// Since when years of service count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub senior_since: Option<Source>,
}

impl EmployeeMapping {
    /// Numbers and names.
    pub fn new(number: impl Into<Source>, name: impl Into<Source>) -> EmployeeMapping {
        EmployeeMapping {
            format: CsvFormat::new(),
            number: number.into(),
            name: name.into(),
            given_name: None,
            family_name: None,
            born: None,
            language: None,
            tax_number: None,
            senior_since: None,
        }
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> EmployeeMapping {
        self.format = format;
        self
    }

    /// With days of birth.
    #[must_use]
    pub fn born(mut self, born: impl Into<Source>) -> EmployeeMapping {
        self.born = Some(born.into());
        self
    }
}

/// The employees of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_payroll::staff::{EmployeeFile, EmployeeMapping};
/// # let payroll = payroll();
/// let file = "\
/// number,name,born
/// 1003,Cy Cole,1990-05-17
/// 1004,Di Dorn,17.05.1990
/// 1005,Ed Ekberg,2090-05-17
/// 1001,Ada Lovelace,
/// ";
/// let mapping = EmployeeMapping::new("number", "name").born("born");
/// let file = EmployeeFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("employees.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!((report.entered, report.there, report.refusals.len()), (1, 1, 2));
/// assert_eq!(report.refusals[0].to_string(), "line 3, born \"17.05.1990\": that is no date written as YYYY-MM-DD (import.bad_date); correct the date, or the mapping's date patterns");
/// assert!(report.refusals[1].to_string().starts_with("line 4: employee 1005: day of birth is 2090-05-17: it lies in the future"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EmployeeFile(GoodLines<NewEmployee>);

struct Columns {
    number: Slot,
    name: Slot,
    given_name: Option<Slot>,
    family_name: Option<Slot>,
    born: Option<Slot>,
    language: Option<Slot>,
    tax_number: Option<Slot>,
    senior_since: Option<Slot>,
}

impl EmployeeFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`EmployeeFile::report`].
    pub fn read(
        file: impl Read + Seek,
        mapping: &EmployeeMapping,
    ) -> Result<EmployeeFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        super::read(file, &mapping.format, find, Columns::read).map(EmployeeFile)
    }

    /// The command that takes on those of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> AddEmployees {
        let employees = self.0.good.iter().map(|(_, new)| new.clone()).collect();
        AddEmployees { employees, taking: self.0.taking(taking) }
    }

    /// What became of each line, by the file and by the command's answer.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.0.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &EmployeeMapping) -> Result<Columns, FileError> {
        Ok(Columns {
            number: finder.find("number", &mapping.number)?,
            name: finder.find("name", &mapping.name)?,
            given_name: finder.find_some("given_name", &mapping.given_name)?,
            family_name: finder.find_some("family_name", &mapping.family_name)?,
            born: finder.find_some("born", &mapping.born)?,
            language: finder.find_some("language", &mapping.language)?,
            tax_number: finder.find_some("tax_number", &mapping.tax_number)?,
            senior_since: finder.find_some("senior_since", &mapping.senior_since)?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewEmployee>> {
        let number = cells.needed(&self.number);
        let name = cells.needed(&self.name);
        let person = NewPerson {
            name: Private(name.unwrap_or_default()),
            given_name: cells.text(&self.given_name).map(Private),
            family_name: cells.text(&self.family_name).map(Private),
            born: cells.some_date(&self.born).map(Private),
            language: cells.text(&self.language),
        };
        let tax_number = cells.text(&self.tax_number).map(Private);
        let senior_since = cells.some_date(&self.senior_since);
        let (number, party) = (number?, None);
        Some(vec![NewEmployee { number, party, person: Some(person), tax_number, senior_since }])
    }
}
