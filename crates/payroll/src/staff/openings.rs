//! What is there when a company starts in mid-year, of many employees at once and by their numbers: sums of the year, loans, orders, arrears.
//!
//! Each line is judged by itself, as files need it: one that is refused is told with its place, and stops no other.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, PartyId, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rules::rule_set;
use super::{check_count, known, numbered};
use crate::PayrollError;
use crate::runs::{
    DeductionKind, OpeningLine, OrderLimit, Parts, SetDeduction, open_sum, rights, sum_of,
};

/// A year-to-date sum of before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSum {
    /// The employee's number.
    pub employee: SmolStr,
    /// See [`OpeningLine::sum`].
    pub sum: SmolStr,
    /// See [`OpeningLine::year`].
    pub year: i32,
    /// See [`OpeningLine::amount`].
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub amount: Decimal,
}

/// Enters year-to-date sums of before by employees' numbers, and says of each that is refused why. Otherwise as
/// [`OpenSums`](crate::runs::OpenSums).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterSums {
    /// The rules that have these accumulators.
    pub rules: SmolStr,
    /// The sums, at most 100,000.
    pub sums: Vec<NewSum>,
    /// Where they come from.
    pub reason: SmolStr,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl EnterSums {
    /// All of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let payroll = payroll();
    /// let sum = NewSum { employee: "1001".into(), sum: "futa_wages_to_date".into(), year: 2026, amount: 7000.into() };
    /// let entered = payroll.send("sums", &EnterSums::new("united_states", vec![sum], "the payroll before"))?.answer;
    /// assert_eq!(entered.entered, 1);
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(
        rules: impl Into<SmolStr>,
        sums: Vec<NewSum>,
        reason: impl Into<SmolStr>,
    ) -> EnterSums {
        let (rules, reason) = (rules.into(), reason.into());
        EnterSums { rules, sums, reason, taking: Taking::AllOrNothing }
    }
}

impl Act for EnterSums {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        let by = tx.authorize(&Request::new(&rights::OPEN))?;
        let by = Parts::from(by.hands(tx.actor()));
        input::check_line("reason", &self.reason)?;
        check_count(self.sums.len())?;
        let rules = rule_set(tx, &SmolStr::default(), &self.rules)?;
        let employees = numbered(tx, self.sums.iter().map(|new| &new.employee))?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.sums.iter().enumerate() {
                let done = tx.attempt(|tx| {
                    let employee = known(&employees, &new.employee)?.party;
                    let (sum, year, amount) = (new.sum.clone(), new.year, new.amount);
                    sum_of(rules.file(), &new.employee, &sum)?;
                    let line = OpeningLine { employee, sum, year, amount };
                    open_sum(tx, &line, &new.employee, (&self.reason, &by))
                })?;
                entered.note(at, done.map(|()| true));
            }
            let count = Value::I64(entered.entered.into());
            tx.emit(Event::new("payroll.sums_opened").with("sums", count));
            Ok(entered)
        })
    }
}

/// What is to be taken from an employee's pay: see [`SetDeduction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDeduction {
    /// The employee's number.
    pub employee: SmolStr,
    /// What sort of thing it is.
    pub kind: DeductionKind,
    /// The component that its lines are called.
    pub component: SmolStr,
    /// How much is owed to begin with.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub owed: Decimal,
    /// How much of each slip; `None` for all that is owed.
    #[serde(default, with = "fondaco_core::decimal::as_text::option")]
    pub instalment: Option<Decimal>,
    /// What it is served by: the least first.
    pub rank: u32,
    /// How much of disposable earnings it may take.
    pub limit: OrderLimit,
    /// The first day of payment that it is taken from.
    pub from: NaiveDate,
    /// The last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl NewDeduction {
    /// What is set, by the employee's number in place of the id.
    pub fn of(employee: impl Into<SmolStr>, set: SetDeduction) -> NewDeduction {
        let SetDeduction { kind, component, owed, instalment, rank, limit, from, to, .. } = set;
        let employee = employee.into();
        NewDeduction { employee, kind, component, owed, instalment, rank, limit, from, to }
    }

    fn set(&self, employee: PartyId) -> SetDeduction {
        let NewDeduction { kind, owed, instalment, rank, from, to, .. } = *self;
        let (component, limit) = (self.component.clone(), self.limit.clone());
        SetDeduction { employee, kind, component, owed, instalment, rank, limit, from, to }
    }
}

/// Sets many deductions by employees' numbers, and says of each that is refused why. Otherwise as [`SetDeduction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterDeductions {
    /// The deductions, at most 100,000.
    pub deductions: Vec<NewDeduction>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl EnterDeductions {
    /// All of these, or none.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// use fondaco_core::PartyId;
    /// use fondaco_payroll::runs::SetDeduction;
    /// # let payroll = payroll();
    /// // 800 are left of a loan, and 100 of each pay come back.
    /// let nobody = PartyId::from_u128(0);
    /// let loan = SetDeduction::loan(nobody, "CAR_LOAN", 800.into(), 100.into(), day("2026-01-01"));
    /// let entered = payroll.send("loans", &EnterDeductions::new(vec![NewDeduction::of("1001", loan)]))?.answer;
    /// assert_eq!(entered.entered, 1);
    /// # Ok::<(), PayrollError>(())
    /// ```
    pub fn new(deductions: Vec<NewDeduction>) -> EnterDeductions {
        EnterDeductions { deductions, taking: Taking::AllOrNothing }
    }
}

impl Act for EnterDeductions {
    type Answer = Entered;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, PayrollError> {
        let components: BTreeSet<&SmolStr> =
            self.deductions.iter().map(|new| &new.component).collect();
        // Whoever may set some components alone is asked for each of them.
        let by = tx.authorize(&Request::new(&rights::DEDUCT))?;
        let mut of_component = BTreeMap::new();
        for component in components {
            let request = Request::new(&rights::DEDUCT).about(component.clone());
            of_component.insert(component, tx.authorize(&request)?);
        }
        check_count(self.deductions.len())?;
        let employees = numbered(tx, self.deductions.iter().map(|new| &new.employee))?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.deductions.iter().enumerate() {
                let done = tx.attempt(|tx| {
                    let employee = known(&employees, &new.employee)?.party;
                    let by = of_component.get(&new.component).unwrap_or(&by);
                    new.set(employee).set(tx, by)
                })?;
                entered.note(at, done.map(|_| true));
            }
            Ok(entered)
        })
    }
}
