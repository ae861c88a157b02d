//! Employees, contracts, tax cards, accounts, components that recur, leave, hours, one-off items, and what is there at the start, from CSV files, by a
//! mapping of columns; components and pay scales, too, which are defined all or none.
//!
//! A file is read and judged by itself; `command` makes the command of what is good, and `report` says line by line what was refused, of the
//! file and of the payroll. What is wrong with a line names its column and value; no line stops another.

mod accounts;
mod cards;
mod components;
mod contracts;
mod deductions;
mod employees;
mod grants;
mod items;
mod leave;
mod recurring;
mod rights;
mod scales;
mod sums;
mod times;

pub use accounts::{AccountColumns, AccountFile, AccountMapping};
pub use cards::{CardFile, CardMapping};
pub use components::{ComponentFile, ComponentMapping};
pub use contracts::{ContractFile, ContractMapping};
pub use deductions::{DeductionFile, DeductionMapping};
pub use employees::{EmployeeFile, EmployeeMapping};
pub use grants::{GrantFile, GrantMapping};
pub use items::{ItemFile, ItemMapping};
pub use leave::{LeaveFile, LeaveMapping};
pub use recurring::{RecurringFile, RecurringMapping};
pub use rights::{LeaveRightFile, LeaveRightMapping};
pub use scales::{ScaleFile, ScaleMapping};
pub use sums::{SumFile, SumMapping};
pub use times::{TimeFile, TimeMapping};

use std::io::{Read, Seek};

use fondaco_core::enter::{Entered, MOST_LINES, Taking};
use fondaco_core::import::{
    Cells, CsvFormat, EnterReport, Fault, FileError, Finder, GoodLines, Lines, Reader, Slot,
    same_word,
};
use fondaco_core::timeline::Span;
use rust_decimal::prelude::ToPrimitive;
use smol_str::SmolStr;

use super::{NewTerm, PayPer, RecordTerms, Said};
use crate::PayrollError;

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

/// The command that records the terms of the lines that are good by themselves.
fn record(lines: &GoodLines<NewTerm>, taking: Taking) -> RecordTerms {
    let terms = lines.good.iter().map(|(_, new)| new.clone()).collect();
    RecordTerms { terms, taking: lines.taking(taking) }
}

/// What a line says of an employee.
fn term(employee: SmolStr, span: Span, said: Said) -> NewTerm {
    NewTerm { span, ..NewTerm::from(employee, span.start, said) }
}

/// What became of lines that are taken all or none: none, where one of them is wrong by itself.
fn all_or_none<T>(lines: &GoodLines<T>, done: Result<(), &PayrollError>) -> EnterReport {
    let mut entered = Entered::default();
    match done {
        Ok(()) if !lines.refusals.is_empty() => {}
        Ok(()) => entered.entered = u32::try_from(lines.good.len()).unwrap_or(u32::MAX),
        Err(PayrollError::At { index, error }) => entered.refuse(*index, error.as_ref()),
        Err(error) => entered.refuse(usize::MAX, error),
    }
    lines.report(&entered, way_out)
}

const PER: [(&str, PayPer); 7] = [
    ("hour", PayPer::Hour),
    ("contract_hour", PayPer::ContractHour),
    ("day", PayPer::Day),
    ("week", PayPer::Week),
    ("month", PayPer::Month),
    ("period", PayPer::Period),
    ("year", PayPer::Year),
];

/// What an amount is paid for, by the file's own words or ours.
fn per(cells: &mut Cells<'_>, slot: &Slot, own: &[(SmolStr, PayPer)]) -> Option<PayPer> {
    let word = cells.needed(slot)?;
    let own = own.iter().map(|(word, per)| (word.as_str(), *per));
    let found = own.chain(PER).find(|(known, _)| same_word(known, &word));
    if found.is_none() {
        let way_out = "write hour, contract_hour, day, week, month, period or year, or name the file's words in the mapping";
        let fault = Fault::new("import.bad_per", "that is nothing that is paid for", way_out);
        cells.fault(fault, slot, &word);
    }
    found.map(|(_, per)| per)
}

/// A whole number that an input of ours takes; nothing where the cell is empty.
#[allow(clippy::option_option, reason = "no number is something else than one that can't be")]
fn whole(
    cells: &mut Cells<'_>,
    slot: Option<&Slot>,
    fault: impl Fn() -> Fault,
) -> Option<Option<u32>> {
    let Some(slot) = slot else { return Some(None) };
    let Some(given) = cells.number(slot, fault())? else { return Some(None) };
    let number = given.is_integer().then(|| given.to_u32()).flatten();
    if number.is_none() {
        cells.fault(fault(), slot, &given.to_string());
    }
    number.map(Some)
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
        "payroll.leave_twice" => "leave the line out, or withdraw the request that is there",
        "payroll.leave_short" => "grant what is missing first, or take fewer days",
        "payroll.no_leave" => "record the right to that leave first, or correct the policy",
        "payroll.unknown_input" => "write an accumulator, a result or a pay input of the rules",
        "core.timeline_overlap" => "correct the days, or end what holds before",
        _ => "correct the line, or leave it out",
    }
}
