//! What retro pay is computed from, where the employees are kept here: every period that was paid, as it is known by now.

use chrono::NaiveDate;
use fondaco_core::{Id, Range, Reading};

use super::super::unpaid::of_regular;
use super::super::{PayInput, Refused, Run};
use crate::PayrollError;
use crate::calendars::PayPeriod;
use crate::staff::Gathering;

/// So many employees are gathered at a time.
const CHUNK: usize = 500;

/// The cases for a [`RetroRun`](super::RetroRun) out of what is recorded of employees: those of each period of the run's calendar from the one
/// in which `from` lies to the run's own; and who has none in some period, and why. Gather them once: a job that was stopped goes on with
/// the cases it began with.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// use fondaco_core::enter::Taking;
/// use fondaco_payroll::runs::*;
///
/// let payroll = payroll(); // Ada has 5,000 a month
/// let boss = payroll.clone().acting_as("boss");
/// let month = |first: &str, last: &str, paid: &str| CreateRun::new("monthly", (day(first), day(last)), day(paid));
/// for (name, create) in [
///     ("january", month("2026-01-01", "2026-01-31", "2026-01-30")),
///     ("february", month("2026-02-01", "2026-02-28", "2026-02-27")),
/// ] {
///     let run = payroll.send(name, &create)?.answer;
///     payroll.run_job(&format!("{name} computed"), &mut CalculateRun::new(run, PaySource::Staff), &mut ())?;
///     let to = RunMove::Approve { without_refused: true };
///     let mut approve = AdvanceRun { run, to, reason: "looked at".into() };
///     boss.run_job(&format!("{name} approved"), &mut approve, &mut ())?;
/// }
/// // In March it turns out that she has 6,000 from February on.
/// let raised = Said::Job("main".into(), Job::new("Worker", "SALARY", 72_000.into(), PayPer::Year));
/// let terms = vec![NewTerm::from("1001", day("2026-02-01"), raised)];
/// payroll.send("raised", &RecordTerms { taking: Taking::AllOrNothing, terms })?;
/// let march = month("2026-03-01", "2026-03-31", "2026-03-31");
/// let retro = payroll.send("retro", &CreateRun { kind: RunKind::Retro, ..march })?.answer;
/// let (cases, _) = payroll.view(|view| retro_cases(view, retro, day("2026-01-01")))?;
/// let law = RetroLaw::PayDate { input: Some("supplemental_wages".into()) };
/// payroll.run_job("retro computed", &mut RetroRun::new(retro, cases, law, "a rise"), &mut ())?;
/// let slips = payroll.view(|view| slips(view, retro))?;
/// let line = &slips[0].lines[0];
/// assert_eq!((line.amount, line.original), (1_000.into(), Some(day("2026-02-01"))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`RunError::UnknownRun`](crate::runs::RunError::UnknownRun), a pay group that is not there, or a [`Halt`](fondaco_core::Halt).
pub fn retro_cases(
    read: &mut impl Reading,
    run: Id<Run>,
    from: NaiveDate,
) -> Result<(Vec<PayInput>, Vec<Refused>), PayrollError> {
    let run = super::super::run(read, run)?;
    let periods = read.peek_scan(&Range::<PayPeriod>::by_key(&run.calendar))?;
    let (mut cases, mut refused) = (Vec::new(), Vec::new());
    for period in periods {
        if period.ends < from || period.starts > run.period_start {
            continue;
        }
        let mut period = period.as_ref().clone();
        if period.starts == run.period_start {
            period.pay_date = run.pay_date;
        }
        let of_period = Run { period_start: period.starts, ..run.as_ref().clone() };
        let gathering = Gathering::open(read, &period, None)?;
        let mut next = None;
        loop {
            let (gathered, after) = gathering.next(read, next, CHUNK)?;
            let gathered = of_regular(read, &of_period, gathered)?;
            for one in gathered {
                match one.input {
                    Ok(input) => cases.push(input),
                    Err(error) => refused.push(Refused::new(one.employee, &one.number, &error)),
                }
            }
            next = after;
            if next.is_none() {
                break;
            }
        }
    }
    Ok((cases, refused))
}
