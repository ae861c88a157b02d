//! Employees, contracts, tax cards, accounts, components that recur, hours, one-off items, and what is there at the start, from CSV files, by a mapping of columns.
//!
//! A file is read and judged by itself; `command` makes the command of what is good, and `report` says line by line what was refused, of the
//! file and of the payroll. What is wrong with a line names its column and value; no line stops another.

mod accounts;
mod cards;
mod contracts;
mod deductions;
mod employees;
mod grants;
mod items;
mod recurring;
mod sums;
mod times;

pub use accounts::{AccountColumns, AccountFile, AccountMapping};
pub use cards::{CardFile, CardMapping};
pub use contracts::{ContractFile, ContractMapping};
pub use deductions::{DeductionFile, DeductionMapping};
pub use employees::{EmployeeFile, EmployeeMapping};
pub use grants::{GrantFile, GrantMapping};
pub use items::{ItemFile, ItemMapping};
pub use recurring::{RecurringFile, RecurringMapping};
pub use sums::{SumFile, SumMapping};
pub use times::{TimeFile, TimeMapping};

use std::io::{Read, Seek};

use fondaco_core::enter::MOST_LINES;
use fondaco_core::import::{
    Cells, CsvFormat, Fault, FileError, Finder, GoodLines, Lines, Reader, Slot,
};
use fondaco_core::timeline::Span;

/// Reads a file: its columns are found once, then each line becomes what `read` makes of it.
fn read<C, T>(
    file: impl Read + Seek,
    format: &CsvFormat,
    find: impl FnOnce(&Finder<'_>) -> Result<C, FileError>,
    read: impl Fn(&C, &mut Cells<'_>) -> Option<Vec<T>>,
) -> Result<GoodLines<T>, FileError> {
    format.check()?;
    let mut lines = Lines::open(file, format)?;
    let header = lines.header.take();
    let columns = find(&Finder::new(header.as_deref()))?;
    let fields = header.as_ref().map(Vec::len);
    let mut reader = Reader::new(format);
    let mut all = GoodLines::default();
    while let Some(line) = lines.next()? {
        all.lines += 1;
        if all.lines > MOST_LINES as u64 {
            return Err(FileError::TooManyLines { most: MOST_LINES });
        }
        let number = line.number;
        let mut cells = Cells::new(&mut reader, line, &mut all.refusals);
        if !fields.is_none_or(|fields| cells.count_fields(fields)) {
            continue;
        }
        let made = read(&columns, &mut cells).filter(|_| cells.is_good());
        all.good.extend(made.into_iter().flatten().map(|one| (number, one)));
    }
    Ok(all)
}

/// The days from a first to a last one; from the first one on where the last is empty.
fn span(cells: &mut Cells<'_>, from: &Slot, until: Option<&Slot>) -> Option<Span> {
    let first = cells.date(from);
    let last = cells.some_date(&until.cloned());
    let first = first?;
    let Some(last) = last else { return Some(Span::from(first)) };
    let span = Span::during(first, last).ok();
    if let (None, Some(slot)) = (span, until) {
        let why = "it lies before the first day";
        let fault = Fault::new("import.bad_days", why, "correct one of them");
        cells.fault(fault, slot, &last.to_string());
    }
    span
}

/// What people do about an error of this code.
fn way_out(code: &str) -> &'static str {
    match code {
        "payroll.unknown_employee" => "import the employee first, or correct the number",
        "payroll.number_taken" | "payroll.employed_already" => {
            "leave the line out, or correct the number"
        }
        "payroll.no_contract" => "record the contract first, or correct the day",
        "payroll.period_paid" => "say that a retro run pays it, or correct the day",
        "payroll.no_job" => "record the job first, or correct the code",
        "payroll.unknown_pay_group" => "define the pay group, or correct the code",
        "payroll.unknown_component" => "define the component, or correct the code",
        "payroll.unknown_leave_policy" => "define the policy, or correct the code",
        "payroll.unknown_input" => "write an accumulator, a result or a pay input of the rules",
        "core.timeline_overlap" => "correct the days, or end what holds before",
        _ => "correct the line, or leave it out",
    }
}
