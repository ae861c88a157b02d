//! Running a program over a frame.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::Program;
use super::exact::{add, divide, mul, power, round, sub};
use super::op::{CalendarPart, Days, Fault, Op, Reg};
use crate::function::Bound;
use crate::proration::thirty;

/// Runs every step. What went wrong is told with the step it went wrong at.
pub(super) fn run(program: &Program, frame: &mut [i128]) -> Result<(), (usize, Fault)> {
    run_steps(program, &program.ops, frame)
}

/// Runs some of a program's steps over a frame that all others have run over.
pub(super) fn run_steps(
    program: &Program,
    ops: &[Op],
    frame: &mut [i128],
) -> Result<(), (usize, Fault)> {
    let mut at = 0;
    while let Some(op) = ops.get(at) {
        let next = match *op {
            Op::Unless { condition, step } if frame[usize::from(condition)] == 0 => step as usize,
            Op::Unless { .. } => at + 1,
            Op::Jump { step } => step as usize,
            other => {
                step(program, frame, other).map_err(|fault| (at, fault))?;
                at + 1
            }
        };
        at = next;
    }
    Ok(())
}

#[inline]
pub(super) fn step(program: &Program, frame: &mut [i128], op: Op) -> Result<(), Fault> {
    let get = |reg: Reg| frame[usize::from(reg)];
    let (to, value) = match op {
        Op::Add { to, a, b } => (to, add(get(a), get(b))?),
        Op::Sub { to, a, b } => (to, sub(get(a), get(b))?),
        Op::Mul { to, a, b } => (to, mul(get(a), get(b))?),
        Op::Negate { to, a } => (to, sub(0, get(a))?),
        Op::Abs { to, a } => (to, get(a).checked_abs().ok_or(Fault::TooLarge)?),
        Op::Min { to, a, b } => (to, get(a).min(get(b))),
        Op::Max { to, a, b } => (to, get(a).max(get(b))),
        Op::Raise { to, a, power: digits } => (to, mul(get(a), power(digits)?)?),
        Op::Round { to, a, power, rounding } => (to, round(get(a), power, rounding)?),
        Op::Divide { to, a, b, rounding } => (to, divide(get(a), get(b), rounding)?),
        Op::Equal { to, a, b } => (to, i128::from(get(a) == get(b))),
        Op::Less { to, a, b } => (to, i128::from(get(a) < get(b))),
        Op::AtMost { to, a, b } => (to, i128::from(get(a) <= get(b))),
        Op::Not { to, a } => (to, i128::from(get(a) == 0)),
        Op::Select { to, condition, then, other, raise_then, raise_other } => {
            let (value, raise) = if get(condition) != 0 {
                (get(then), raise_then)
            } else {
                (get(other), raise_other)
            };
            (to, if raise == 0 { value } else { mul(value, power(raise)?)? })
        }
        Op::Cell { to, first, index } => {
            let at = first as usize + place(get(index));
            (to, program.cells.get(at).copied().ok_or(Fault::TooLarge)?)
        }
        Op::Table { to, table, index, value } => {
            let brackets = program.tables.get(usize::from(table)).ok_or(Fault::TooLarge)?;
            (to, brackets.answer(table, place(get(index)), get(value))?)
        }
        // The denominator stands beside the numerator.
        Op::Scaled { to, table, index, value, over } => {
            let brackets = program.tables.get(usize::from(table)).ok_or(Fault::TooLarge)?;
            let (times, over) = (get(over), get(over + 1));
            (to, brackets.scaled(place(get(index)), get(value), times, over)?)
        }
        Op::Calendar { to, a, part } => (to, calendar(get(a), part)?),
        Op::Age { to, a, b } => (to, age(get(a), get(b))?),
        Op::Days { to, a, b, how } => (to, days(get(a), get(b), how)?),
        Op::Serve { claims } => return super::claims::serve(program, frame, claims),
        Op::Call { to, function, first } => {
            let bound = program.functions.get(usize::from(function)).ok_or(Fault::TooLarge)?;
            let first = usize::from(first);
            let values = frame.get(first..first + bound.digits.len()).ok_or(Fault::TooLarge)?;
            (to, call(function, bound, values)?)
        }
        Op::Check { condition, check } if get(condition) == 0 => {
            return Err(Fault::Check { check });
        }
        Op::Check { .. } | Op::Unless { .. } | Op::Jump { .. } => return Ok(()),
    };
    frame[usize::from(to)] = value;
    Ok(())
}

/// An index of a choice, which was checked when it came in.
fn place(index: i128) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn day(count: i128) -> Result<NaiveDate, Fault> {
    let date = i32::try_from(count).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
    date.ok_or(Fault::TooLarge)
}

fn calendar(count: i128, part: CalendarPart) -> Result<i128, Fault> {
    let date = day(count)?;
    Ok(match part {
        CalendarPart::Year => date.year().into(),
        CalendarPart::Month => date.month().into(),
        CalendarPart::Day => date.day().into(),
        CalendarPart::Weekday => date.weekday().number_from_monday().into(),
        CalendarPart::DaysInMonth => date.num_days_in_month().into(),
    })
}

/// None where the last day lies before the first.
fn days(from: i128, last: i128, how: Days) -> Result<i128, Fault> {
    if last < from {
        return Ok(0);
    }
    match how {
        Days::Thirty => Ok(thirty(day(from)?, day(last)?).into()),
        // Whole weeks have five; of what is left over, those that are no Saturday or Sunday.
        Days::Weekdays => {
            let (weeks, over) = ((last - from + 1) / 7, (last - from + 1) % 7);
            let first = i128::from(day(from)?.weekday().num_days_from_monday());
            let left = (0..over).filter(|more| (first + more) % 7 < 5).count();
            Ok(weeks * 5 + left as i128)
        }
    }
}

/// Somebody born on a 29th of February is a year older on the 1st of March of other years.
fn age(from: i128, on: i128) -> Result<i128, Fault> {
    let (from, on) = (day(from)?, day(on)?);
    let years = on.year() - from.year();
    let before = (on.month(), on.day()) < (from.month(), from.day());
    Ok(i128::from(years - i32::from(before)))
}

/// What a panic says, as the words of who panicked.
#[cold]
fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("it panicked, and has to be mended: {}", text.unwrap_or("without a word"))
}

fn call(function: u16, bound: &Bound, values: &[i128]) -> Result<i128, Fault> {
    let decimal = |(value, digits): (&i128, &u8)| {
        Decimal::try_from_i128_with_scale(*value, u32::from(*digits)).map_err(|_| Fault::TooLarge)
    };
    let values: Vec<Decimal> =
        values.iter().zip(&bound.digits).map(decimal).collect::<Result<_, _>>()?;
    // A panic of one employee's case must not end those of the others.
    let called = AssertUnwindSafe(|| bound.function.call(&values));
    let answer = catch_unwind(called).unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
    let answer = answer.map_err(|why| Fault::Refused { function, why })?;
    let answer = fondaco_core::decimal::normalize(answer);
    match u32::from(bound.gives).checked_sub(answer.scale()) {
        Some(more) => mul(answer.mantissa(), power(more as u8)?),
        None => {
            let why = format!(
                "its own answer {answer} has more than {} digits behind the point",
                bound.gives
            );
            Err(Fault::Refused { function, why })
        }
    }
}
