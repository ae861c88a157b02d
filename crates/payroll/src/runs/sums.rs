//! Year-to-date sums: counters of what slips that count have added, by employee, accumulator and year.
//!
//! A slip adds what its accumulators rose by when it is approved, and takes exactly that back when it is voided. What was summed up before
//! the payroll began, or by a former employer, comes in as a fact: [`OpenSums`]. So a counter is the sum of both, which `verify` compares.

use std::collections::BTreeMap;

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Record, Value};
use fondaco_core::{Act, ActorId, Id, PartyId, Range, Reading, Timestamp, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::books::Books;
use super::told::why;
use super::{Parts, RunError, rights};
use crate::rules::RuleFile;
use crate::staff::must_be_employee;
use crate::{Amt, PayrollError};

/// A year-to-date sum of an employee.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_year_sum", kind = counter, key(employee, sum, year))]
pub struct YearSum {
    /// Whose.
    pub employee: PartyId,
    /// The accumulator, as rules call it.
    pub sum: SmolStr,
    /// The year that it counts to, by its first day; 0 of what is summed over all years.
    pub year: i32,
    /// How much.
    pub amount: Amt,
}

/// What a year-to-date sum was before this payroll knew of it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "payroll_opening_sum", kind = fact, key(employee, id), layout = 2)]
pub struct OpeningSum {
    /// Whose.
    pub employee: PartyId,
    /// Its id.
    pub id: Id<OpeningSum>,
    /// The accumulator.
    pub sum: SmolStr,
    /// The year.
    pub year: i32,
    /// How much is added.
    pub amount: Amt,
    /// Where it comes from, in rows of before it was [personal](OpeningSum::said); see [`why`](OpeningSum::why).
    pub reason: SmolStr,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it, and behind that who handed the right to do so on. Nothing in rows of before it was kept.
    #[record(since = 2)]
    pub recorded_by: Parts<ActorId>,
    /// Where it comes from: a P45, the payroll before.
    #[record(since = 2)]
    pub said: Option<Personal<SmolStr>>,
}

impl OpeningSum {
    /// Where it comes from; nothing, once the person was erased. What was recorded before it was personal is a fact that stays.
    #[must_use]
    pub fn why(&self) -> &str {
        why(self.said.as_ref(), &self.reason)
    }
}

/// One sum that is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningLine {
    /// Whose.
    pub employee: PartyId,
    /// The accumulator; or a result or input whose lines a form of the year adds up, as Form W-2 does.
    pub sum: SmolStr,
    /// The year, by its first day.
    pub year: i32,
    /// How much is added: below zero takes back what was entered wrongly.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
}

/// Enters year-to-date sums of before: for a start in mid-year, or a former employer's figures.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::runs::{OpenSums, OpeningLine};
/// let line = OpeningLine {
///     employee: PartyId::named("ada"),
///     sum: "pay_to_date".into(),
///     year: 2025,
///     amount: "9000.00".parse()?,
/// };
/// let p45 = OpenSums::new("united_kingdom", vec![line], "P45 of 2025-07-31");
/// assert_eq!(p45.lines.len(), 1);
/// # Ok::<(), rust_decimal::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenSums {
    /// The rules that have these accumulators.
    pub rules: SmolStr,
    /// The sums.
    pub lines: Vec<OpeningLine>,
    /// Where they come from.
    pub reason: SmolStr,
}

impl OpenSums {
    /// These sums of accumulators of these rules.
    pub fn new(
        rules: impl Into<SmolStr>,
        lines: Vec<OpeningLine>,
        reason: impl Into<SmolStr>,
    ) -> OpenSums {
        OpenSums { rules: rules.into(), lines, reason: reason.into() }
    }
}

impl Act for OpenSums {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let by = tx.authorize(&Request::new(&rights::OPEN))?;
        let by = Parts::from(by.hands(tx.actor()));
        input::check_line("reason", &self.reason)?;
        let file = Books::in_act(tx)?.file(&SmolStr::default(), &self.rules)?;
        for (index, line) in self.lines.iter().enumerate() {
            let none = SmolStr::default();
            sum_of(file.file(), &none, &line.sum)
                .and_then(|()| must_be_employee(tx, line.employee))
                .and_then(|()| open_sum(tx, line, &none, (&self.reason, &by)))
                .map_err(|error| error.at(index))?;
        }
        let count = Value::I64(i64::try_from(self.lines.len()).unwrap_or(i64::MAX));
        tx.emit(Event::new("payroll.sums_opened").with("sums", count));
        Ok(())
    }
}

/// Whether rules, or the forms of a year, know a sum of this name.
pub(crate) fn sum_of(
    file: &RuleFile,
    employee: &SmolStr,
    sum: &SmolStr,
) -> Result<(), PayrollError> {
    let known = file.accumulators.iter().map(|sum| sum.name.as_str());
    let known = known.chain(file.rules.iter().map(|rule| rule.name.as_str()));
    let inputs = file.inputs.iter().filter(|input| input.kind.is_some());
    let known = known.chain(inputs.map(|input| input.name.as_str()));
    if known.clone().any(|name| name == sum) {
        return Ok(());
    }
    let (employee, field) = (employee.clone(), sum.clone());
    let like = crate::rules::names_like(sum, known);
    Err(crate::PayError::UnknownInput { employee, field, like }.into())
}

/// Enters one sum, which rules know, of somebody who is there.
pub(crate) fn open_sum(
    tx: &mut Tx<'_>,
    line: &OpeningLine,
    number: &SmolStr,
    (reason, by): (&SmolStr, &Parts<ActorId>),
) -> Result<(), PayrollError> {
    let amount = stored(number, &line.sum, line.amount)?;
    let (employee, sum, year) = (line.employee, line.sum.clone(), line.year);
    let (id, recorded_at, recorded_by) = (tx.id()?, tx.now(), by.clone());
    let (reason, said) = (SmolStr::default(), Some(tx.personal(reason.clone())));
    let total = YearSum { employee, sum: sum.clone(), year, amount };
    tx.insert(OpeningSum {
        employee,
        id,
        sum,
        year,
        amount,
        reason,
        recorded_at,
        recorded_by,
        said,
    })?;
    Ok(tx.add_all(vec![total])?)
}

/// An amount as it is stored.
pub(crate) fn stored(number: &SmolStr, what: &str, amount: Decimal) -> Result<Amt, RunError> {
    let none = || RunError::NoRoom { number: number.clone(), what: what.into() };
    Amt::from_decimal(amount).ok_or_else(none)
}

/// The key of a sum.
pub(crate) type SumKey = (PartyId, SmolStr, i32);

/// Sums of many employees, as they stand.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sums(BTreeMap<SumKey, Decimal>);

impl Sums {
    /// Reads sums without resting on them.
    pub(crate) fn read(read: &mut impl Reading, keys: &[SumKey]) -> Result<Sums, PayrollError> {
        let rows = read.peek_many::<YearSum>(keys)?;
        let found = keys.iter().zip(rows);
        let found = found.filter_map(|(key, row)| Some((key.clone(), row?.amount.to_decimal())));
        Ok(Sums(found.collect()))
    }

    pub(crate) fn get(&self, key: &SumKey) -> Decimal {
        self.0.get(key).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, key: SumKey, amount: Decimal) {
        self.0.insert(key, amount);
    }
}

/// What was entered of an employee's year-to-date sums of before.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, _) = january();
/// let line = OpeningLine { employee: ada(), sum: "income_tax".into(), year: 2026, amount: 500.into() };
/// payroll.send("before", &OpenSums::new("estonia", vec![line], "the payroll before"))?;
/// let opened = payroll.view(|view| opening_sums(view, ada()))?;
/// assert_eq!(opened[0].why(), "the payroll before");
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn opening_sums(
    read: &mut impl Reading,
    employee: PartyId,
) -> Result<Vec<std::sync::Arc<OpeningSum>>, PayrollError> {
    Ok(read.peek_scan(&Range::<OpeningSum>::by_key(&employee))?)
}

/// The year-to-date sums of an employee, by accumulator and year.
///
/// ```
/// # mod house { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/january.rs")); }
/// # use house::*;
/// let (payroll, _) = january();
/// let sums = payroll.view(|view| year_sums(view, ada()))?;
/// let paid = sums.iter().find(|sum| sum.sum == "salary_in_period").unwrap();
/// assert_eq!((paid.year, paid.amount.to_decimal()), (20_260_101, 2000.into())); // of a pay period
/// # Ok::<(), PayrollError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn year_sums(
    read: &mut impl Reading,
    employee: PartyId,
) -> Result<Vec<std::sync::Arc<YearSum>>, PayrollError> {
    Ok(read.peek_scan(&Range::<YearSum>::by_key(&employee))?)
}
