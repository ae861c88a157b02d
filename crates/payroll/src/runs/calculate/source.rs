//! Where the cases of a run come from: a host brings them, or they are gathered from what is recorded of employees.

use std::sync::Arc;

use fondaco_core::{DateRange, PartyId, Tx};
use smol_str::SmolStr;

use super::super::unpaid::left_to_pay;
use super::super::{PayInput, Run, RunError};
use crate::PayrollError;
use crate::calendars::{PayPeriod, pay_period_of};
use crate::staff::Gathering;

/// An employee whose case could not be made, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Who.
    pub employee: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// The code of the error.
    pub code: SmolStr,
    /// What is wrong, with the field, the value and the way out; without a name.
    pub why: String,
}

impl Refused {
    /// An error, said of an employee.
    pub fn new(employee: PartyId, number: &SmolStr, error: &PayrollError) -> Refused {
        let (code, why) = (error.code().into(), error.to_string());
        Refused { employee, number: number.clone(), code, why }
    }
}

/// A case, or why there is none.
pub(crate) type Gathered = Result<Arc<PayInput>, Refused>;

/// Where the cases of a run come from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PaySource {
    /// A host that keeps its employees elsewhere brings them.
    Given(Arc<[Arc<PayInput>]>),
    /// What is recorded of the employees of the pay group that the run's calendar names, as it is known when each is computed: so far as no
    /// other slip of the period pays it. A regular run pays all of it; off-cycle and bonus runs pay one-off items, and an off-cycle run
    /// also those whom the approved regular run has no slip of; a final run also those whose contract ends.
    Staff,
}

impl PaySource {
    /// Cases that the host brings, one for each employee.
    ///
    /// # Errors
    /// [`RunError::Twice`].
    pub fn given(inputs: Vec<PayInput>) -> Result<PaySource, RunError> {
        let mut inputs: Vec<Arc<PayInput>> = inputs.into_iter().map(Arc::new).collect();
        inputs.sort_by_key(|input| input.employee);
        let twice = inputs.windows(2).find(|pair| pair[0].employee == pair[1].employee);
        if let Some(input) = twice.and_then(|pair| pair.first()) {
            return Err(RunError::Twice { number: input.number.clone() });
        }
        // One person under two ids would be paid twice.
        let mut numbers: Vec<&SmolStr> = inputs.iter().map(|input| &input.number).collect();
        numbers.sort_unstable();
        match numbers.windows(2).find(|pair| pair[0] == pair[1]).and_then(|pair| pair.first()) {
            Some(number) => Err(RunError::Twice { number: (*number).clone() }),
            None => Ok(PaySource::Given(inputs.into())),
        }
    }

    /// The next cases in order of employees, and where the ones after them begin.
    pub(super) fn next(
        &self,
        tx: &mut Tx<'_>,
        run: &Run,
        from: PartyId,
        limit: usize,
    ) -> Result<(Vec<Gathered>, Option<PartyId>), PayrollError> {
        match self {
            PaySource::Given(inputs) => {
                let at = inputs.partition_point(|input| input.employee < from);
                let rest = inputs.get(at..).unwrap_or_default();
                let chunk = rest.iter().take(limit).cloned().map(Ok).collect();
                Ok((chunk, rest.get(limit).map(|input| input.employee)))
            }
            PaySource::Staff => {
                let (cases, after) = gathering(tx, run)?.next(tx, Some(from), limit)?;
                let cases = left_to_pay(tx, run, cases)?;
                let case = |case: crate::staff::Gathered| match case.input {
                    Ok(input) => Ok(Arc::new(input)),
                    Err(error) => Err(Refused::new(case.employee, &case.number, &error)),
                };
                Ok((cases.into_iter().map(case).collect(), after))
            }
        }
    }
}

/// The case of one employee as it is known now, so far as no other slip of the period pays it.
pub(in super::super) fn from_staff(
    tx: &mut Tx<'_>,
    run: &Run,
    employee: PartyId,
) -> Result<PayInput, PayrollError> {
    super::must_be_whole_cases(run)?;
    let cases = gathering(tx, run)?.gather(tx, &[employee])?;
    let none = || {
        let (field, value) = ("employee", employee.to_string());
        let way_out =
            "nothing of the period is left to be paid to them: take the slip out of the run";
        RunError::BadRun { field, value, way_out }
    };
    left_to_pay(tx, run, cases)?.pop().ok_or_else(none)?.input
}

/// What the employees of a run share: its period is one of the pay group's, and is paid when the run says.
fn gathering(tx: &mut Tx<'_>, run: &Run) -> Result<Gathering, PayrollError> {
    let days = DateRange::new(run.period_start, run.period_end);
    let days = days.unwrap_or(DateRange::day(run.period_start));
    let period = pay_period_of(tx, &run.calendar, days)?;
    let period = PayPeriod { pay_date: run.pay_date, ..period.as_ref().clone() };
    Gathering::open(tx, &period, None)
}
