//! Running a program over intervals: between which bounds every value lies, for all inputs between bounds.
//!
//! The bounds are safe: no value lies outside. They are not the tightest; over shorter intervals they are tighter, and over a single value
//! they are that value. With them a search can leave out whole ranges, and prove what it says (interval arithmetic, R. E. Moore 1966).

use super::exact::{add, divide, mul, power, round, sub};
use super::op::{Fault, Op, Reg};
use super::{Brackets, Program, run};

/// Bounds, both included.
pub(crate) type Bounds = (i128, i128);

/// Any value at all: what is known of a value that can't be computed.
pub(super) const ANY: Bounds = (i128::MIN, i128::MAX);

/// Runs steps, both sides of each choice.
pub(crate) fn run_bounds(program: &Program, ops: &[Op], frame: &mut [Bounds]) {
    for op in ops {
        if let Op::Serve { claims } = op {
            super::claims::serve_bounds(program, frame, *claims);
        } else if let Some((to, bounds)) = step(program, frame, *op) {
            frame[usize::from(to)] = bounds.unwrap_or(ANY);
        }
    }
}

type Step = Option<(Reg, Result<Bounds, Fault>)>;

fn step(program: &Program, frame: &[Bounds], op: Op) -> Step {
    let get = |reg: Reg| frame[usize::from(reg)];
    Some(match op {
        Op::Add { to, a, b } => {
            (to, both(get(a), get(b), |a, b| Ok((add(a.0, b.0)?, add(a.1, b.1)?))))
        }
        Op::Sub { to, a, b } => {
            (to, both(get(a), get(b), |a, b| Ok((sub(a.0, b.1)?, sub(a.1, b.0)?))))
        }
        Op::Mul { to, a, b } => (to, both(get(a), get(b), |a, b| corners(a, b, mul))),
        Op::Negate { to, a } => (to, both(get(a), (0, 0), |a, _| Ok((sub(0, a.1)?, sub(0, a.0)?)))),
        Op::Abs { to, a } => (to, both(get(a), (0, 0), |a, _| absolute(a))),
        Op::Min { to, a, b } => (to, Ok((get(a).0.min(get(b).0), get(a).1.min(get(b).1)))),
        Op::Max { to, a, b } => (to, Ok((get(a).0.max(get(b).0), get(a).1.max(get(b).1)))),
        Op::Raise { to, a, power: digits } => (
            to,
            both(get(a), (0, 0), |a, _| {
                let power = power(digits)?;
                Ok((mul(a.0, power)?, mul(a.1, power)?))
            }),
        ),
        Op::Round { to, a, power, rounding } => (
            to,
            both(get(a), (0, 0), |a, _| {
                Ok((round(a.0, power, rounding)?, round(a.1, power, rounding)?))
            }),
        ),
        Op::Divide { to, a, b, rounding } => (
            to,
            both(get(a), get(b), |a, b| match b.0 <= 0 && b.1 >= 0 {
                true => Err(Fault::DividedByZero),
                false => corners(a, b, |a, b| divide(a, b, rounding)),
            }),
        ),
        Op::Equal { to, a, b } => (to, Ok(equal(get(a), get(b)))),
        Op::Less { to, a, b } => (to, Ok(said(get(a).1 < get(b).0, get(a).0 >= get(b).1))),
        Op::AtMost { to, a, b } => (to, Ok(said(get(a).1 <= get(b).0, get(a).0 > get(b).1))),
        Op::Not { to, a } => (to, Ok(said(get(a) == (0, 0), get(a).0 > 0))),
        Op::Select { to, condition, then, other, raise_then, raise_other } => {
            let raised = |reg, digits| {
                both(get(reg), (0, 0), |a, _| {
                    let power = power(digits)?;
                    Ok((mul(a.0, power)?, mul(a.1, power)?))
                })
            };
            (
                to,
                match get(condition) {
                    (0, 0) => raised(other, raise_other),
                    (low, _) if low > 0 => raised(then, raise_then),
                    _ => raised(then, raise_then)
                        .and_then(|one| Ok(hull(one, raised(other, raise_other)?))),
                },
            )
        }
        Op::Cell { to, first, index } => (
            to,
            places(get(index), program.cells.len()).and_then(|mut places| {
                let at = |place: usize| {
                    program.cells.get(first as usize + place).copied().ok_or(Fault::TooLarge)
                };
                places
                    .try_fold(None, |all: Option<Bounds>, place| {
                        let one = (at(place)?, at(place)?);
                        Ok(Some(all.map_or(one, |all| hull(all, one))))
                    })?
                    .ok_or(Fault::TooLarge)
            }),
        ),
        Op::Table { to, table, index, value } => {
            (to, table_bounds(program, table, get(index), get(value), None))
        }
        Op::Scaled { to, table, index, value, over } => {
            let ratio = (get(over), get(over + 1));
            (to, table_bounds(program, table, get(index), get(value), Some(ratio)))
        }
        Op::Calendar { .. } | Op::Age { .. } | Op::Days { .. } | Op::Call { .. } => {
            return at_a_point(program, frame, op);
        }
        Op::Serve { .. } | Op::Check { .. } | Op::Unless { .. } | Op::Jump { .. } => return None,
    })
}

/// Whether all checks hold of every value between the bounds: yes, no of any, or of some.
pub(crate) fn checked(ops: &[Op], frame: &[Bounds]) -> Option<bool> {
    let mut all = Some(true);
    for op in ops {
        let Op::Check { condition, .. } = op else { continue };
        match frame[usize::from(*condition)] {
            (0, 0) => return Some(false),
            (low, _) if low > 0 => {}
            _ => all = None,
        }
    }
    all
}

/// What has bounds only of values that have them.
fn both(
    a: Bounds,
    b: Bounds,
    of: impl Fn(Bounds, Bounds) -> Result<Bounds, Fault>,
) -> Result<Bounds, Fault> {
    if a == ANY || b == ANY { Ok(ANY) } else { of(a, b) }
}

/// What is least and greatest at the corners, as of products and quotients.
fn corners(
    a: Bounds,
    b: Bounds,
    of: impl Fn(i128, i128) -> Result<i128, Fault>,
) -> Result<Bounds, Fault> {
    let all = [of(a.0, b.0)?, of(a.0, b.1)?, of(a.1, b.0)?, of(a.1, b.1)?];
    Ok(all.into_iter().fold((all[0], all[0]), |(low, high), one| (low.min(one), high.max(one))))
}

fn absolute(a: Bounds) -> Result<Bounds, Fault> {
    let (low, high) =
        (a.0.checked_abs().ok_or(Fault::TooLarge)?, a.1.checked_abs().ok_or(Fault::TooLarge)?);
    let least = if a.0 <= 0 && a.1 >= 0 { 0 } else { low.min(high) };
    Ok((least, low.max(high)))
}

fn hull(a: Bounds, b: Bounds) -> Bounds {
    (a.0.min(b.0), a.1.max(b.1))
}

/// A condition: known to hold, known not to, or neither.
fn said(holds: bool, fails: bool) -> Bounds {
    match (holds, fails) {
        (true, _) => (1, 1),
        (_, true) => (0, 0),
        _ => (0, 1),
    }
}

fn equal(a: Bounds, b: Bounds) -> Bounds {
    let one = a.0 == a.1 && b.0 == b.1;
    said(one && a.0 == b.0, a.1 < b.0 || b.1 < a.0)
}

/// The places of a choice that an index may be.
fn places(index: Bounds, most: usize) -> Result<std::ops::RangeInclusive<usize>, Fault> {
    let place = |index: i128| {
        usize::try_from(index).ok().filter(|place| *place <= most).ok_or(Fault::TooLarge)
    };
    Ok(place(index.0)?..=place(index.1)?)
}

/// Between where a table bends, its answer is a line, rounded or not: least and greatest at the ends of its parts.
fn table_bounds(
    program: &Program,
    table: u16,
    index: Bounds,
    value: Bounds,
    ratio: Option<(Bounds, Bounds)>,
) -> Result<Bounds, Fault> {
    let brackets = program.tables.get(usize::from(table)).ok_or(Fault::TooLarge)?;
    if value == ANY {
        return Ok(ANY);
    }
    let ratio = match ratio {
        Some((times, over)) if times.0 == times.1 && over.0 == over.1 => Some((times.0, over.0)),
        Some(_) => return Ok(ANY),
        None => None,
    };
    let mut all: Option<Bounds> = None;
    for place in places(index, brackets.cells.len())? {
        let mut take = |value: i128| -> Result<(), Fault> {
            let one = answer(brackets, table, place, value, ratio)?;
            all = Some(all.map_or((one, one), |all| hull(all, (one, one))));
            Ok(())
        };
        take(value.0)?;
        take(value.1)?;
        for bend in brackets.bends(place, ratio)? {
            // Whether a row begins at a value or above it: one of these is its beginning, another the end of the row before.
            for near in [bend - 1, bend, bend + 1] {
                if value.0 < near && near < value.1 {
                    take(near)?;
                }
            }
        }
    }
    all.ok_or(Fault::TooLarge)
}

fn answer(
    brackets: &Brackets,
    table: u16,
    index: usize,
    value: i128,
    ratio: Option<(i128, i128)>,
) -> Result<i128, Fault> {
    match ratio {
        Some((times, over)) => brackets.scaled(index, value, times, over),
        None => brackets.answer(table, index, value),
    }
}

/// What is only known where all that it is made of is one value: days, and functions in Rust.
fn at_a_point(program: &Program, frame: &[Bounds], op: Op) -> Step {
    let (to, needs) = match op {
        Op::Calendar { to, a, .. } => (to, vec![a]),
        Op::Age { to, a, b } | Op::Days { to, a, b, .. } => (to, vec![a, b]),
        Op::Call { to, function, first } => {
            let count =
                program.functions.get(usize::from(function)).map_or(0, |bound| bound.digits.len());
            (to, (0..count).filter_map(|at| first.checked_add(at as Reg)).collect())
        }
        _ => return None,
    };
    let known = needs.iter().all(|reg| frame[usize::from(*reg)].0 == frame[usize::from(*reg)].1);
    if !known {
        return Some((to, Ok(ANY)));
    }
    let mut points: Vec<i128> = frame.iter().map(|bounds| bounds.0).collect();
    let done = run::step(program, &mut points, op)
        .map(|()| (points[usize::from(to)], points[usize::from(to)]));
    Some((to, done))
}
