//! Year-to-date sums of before from a CSV file: the payroll before, or a former employer's certificates.

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Slot, Source,
};
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::way_out;
use crate::staff::{EnterSums, NewSum};

/// How the lines of a file become sums: one sum a column. It has a `serde` form, so that a host can keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// The rules that have these sums.
    pub rules: SmolStr,
    /// Where they come from.
    pub reason: SmolStr,
    /// The employee's number.
    pub employee: Source,
    /// The year, by its first day.
    pub year: Source,
    /// Which columns are which [sums](NewSum::sum); an empty cell is none.
    pub sums: Vec<(SmolStr, Source)>,
}

impl SumMapping {
    /// Columns that are sums of the same name.
    pub fn new(
        (rules, reason): (impl Into<SmolStr>, impl Into<SmolStr>),
        employee: impl Into<Source>,
        year: impl Into<Source>,
        sums: &[&'static str],
    ) -> SumMapping {
        SumMapping {
            format: CsvFormat::new(),
            rules: rules.into(),
            reason: reason.into(),
            employee: employee.into(),
            year: year.into(),
            sums: sums.iter().map(|sum| (SmolStr::new_static(sum), (*sum).into())).collect(),
        }
    }
}

/// The sums of a CSV file, read and judged by themselves.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let payroll = payroll();
/// let file = "\
/// who,year,futa_wages_to_date,medicare_wages_to_date
/// 1001,2026,7000,21000.50
/// 1002,2026,,9000
/// 1002,'26,1,1
/// 1009,2026,1,
/// ";
/// let sums = ["futa_wages_to_date", "medicare_wages_to_date"];
/// let mapping = SumMapping::new(("united_states", "the payroll before"), "who", "year", &sums);
/// let file = SumFile::read(std::io::Cursor::new(file), &mapping)?;
/// let entered = payroll.send("sums.csv", &file.command(Taking::GoodOnes))?.answer;
/// let report = file.report(&entered);
/// assert_eq!(report.entered, 3); // two of Ada, one of Bo
/// let told: Vec<String> = report.refusals.iter().map(|refusal| format!("{} {}", refusal.line, refusal.code)).collect();
/// assert_eq!(told, ["4 import.bad_year", "5 payroll.unknown_employee"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SumFile {
    rules: SmolStr,
    reason: SmolStr,
    lines: GoodLines<NewSum>,
}

struct Columns {
    employee: Slot,
    year: Slot,
    sums: Vec<(SmolStr, Slot)>,
}

impl SumFile {
    /// Reads a file, up to 100,000 lines.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping. What is wrong with a line is told by [`SumFile::report`].
    pub fn read(file: impl Read + Seek, mapping: &SumMapping) -> Result<SumFile, FileError> {
        let find = |finder: &Finder<'_>| Columns::find(finder, mapping);
        let lines = super::read(file, &mapping.format, find, Columns::read)?;
        let (rules, reason) = (mapping.rules.clone(), mapping.reason.clone());
        Ok(SumFile { rules, reason, lines })
    }

    /// The command that enters the sums of the lines that are good by themselves.
    pub fn command(&self, taking: Taking) -> EnterSums {
        let sums = self.lines.good.iter().map(|(_, new)| new.clone()).collect();
        let enter = EnterSums::new(self.rules.clone(), sums, self.reason.clone());
        EnterSums { taking: self.lines.taking(taking), ..enter }
    }

    /// What became of each line, by the file and by the command's answer: what was taken counts by sums.
    pub fn report(&self, entered: &Entered) -> EnterReport {
        self.lines.report(entered, way_out)
    }
}

impl Columns {
    fn find(finder: &Finder<'_>, mapping: &SumMapping) -> Result<Columns, FileError> {
        let sum =
            |(sum, source): &(SmolStr, Source)| Ok((sum.clone(), finder.find("sums", source)?));
        Ok(Columns {
            employee: finder.find("employee", &mapping.employee)?,
            year: finder.find("year", &mapping.year)?,
            sums: mapping.sums.iter().map(sum).collect::<Result<_, FileError>>()?,
        })
    }

    fn read(&self, cells: &mut Cells<'_>) -> Option<Vec<NewSum>> {
        let employee = cells.needed(&self.employee);
        let fault = || Fault::new("import.bad_year", "that is no year", "write it as 2026");
        let year = cells.number(&self.year, fault());
        let whole = |year: rust_decimal::Decimal| {
            year.is_integer().then(|| year.to_i32()).flatten().filter(|year| *year >= 1900)
        };
        let year = match year? {
            Some(given) => whole(given).or_else(|| {
                cells.fault(fault(), &self.year, &given.to_string());
                None
            }),
            None => {
                cells.fault(fault(), &self.year, "");
                None
            }
        };
        let mut amounts = Vec::with_capacity(self.sums.len());
        for (sum, slot) in &self.sums {
            amounts.push((sum, cells.number(slot, Fault::bad_amount())));
        }
        let (employee, year) = (employee?, year?);
        let sum = |(sum, amount): (&SmolStr, Option<Option<_>>)| {
            let (employee, sum) = (employee.clone(), sum.clone());
            amount.flatten().map(|amount| NewSum { employee, sum, year, amount })
        };
        Some(amounts.into_iter().filter_map(sum).collect())
    }
}
