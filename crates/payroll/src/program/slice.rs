//! The steps of a program that one result needs again when one input is another: what a search runs again and again.
//!
//! A step is left out when nothing it reads depends on the input, for its value stands in the frame from the first run, or when the result
//! does not need it. What lies on a side of a choice that the input decides is never left out for the first reason: the first run may have
//! gone the other way.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use super::Program;
use super::op::{Op, Reg};

/// Some of a program's steps, with their jumps among themselves.
pub(crate) struct Slice {
    pub(crate) ops: Vec<Op>,
    /// Which step of the program each is.
    pub(crate) steps: Vec<usize>,
}

/// The slices that were asked for, by input and result.
#[derive(Default)]
pub(crate) struct Slices(RwLock<BTreeMap<(Reg, Reg), Arc<Slice>>>);

impl Program {
    /// The steps between an input and a result, and all checks.
    pub(crate) fn slice(&self, input: Reg, result: Reg) -> Arc<Slice> {
        let place = (input, result);
        let known = self.slices.0.read().ok().and_then(|slices| slices.get(&place).cloned());
        known.unwrap_or_else(|| {
            let slice = Arc::new(slice(self, input, result));
            if let Ok(mut slices) = self.slices.0.write() {
                slices.insert(place, Arc::clone(&slice));
            }
            slice
        })
    }
}

fn slice(program: &Program, input: Reg, result: Reg) -> Slice {
    kept(program, &depending(program, input), &[result]).0
}

/// The steps that results need, of those that `moves` says may be another than the last time, and all checks; and of each place of the
/// frame, whether one of them reads it.
pub(super) fn kept(program: &Program, moves: &[bool], results: &[Reg]) -> (Slice, Vec<bool>) {
    let mut needed = vec![false; program.template.len()];
    results.iter().for_each(|result| needed[usize::from(*result)] = true);
    let mut kept = vec![false; program.ops.len()];
    for (at, op) in program.ops.iter().enumerate().rev() {
        let keeps = match *op {
            Op::Unless { step, .. } => any(&kept, at + 1, end(program, step as usize)),
            Op::Jump { step } => any(&kept, at + 1, step as usize),
            Op::Check { .. } => true,
            _ => moves[at] && writes(program, op).iter().any(|reg| needed[usize::from(*reg)]),
        };
        if keeps {
            kept[at] = true;
            reads(program, op).into_iter().for_each(|reg| needed[usize::from(reg)] = true);
        }
    }
    let steps: Vec<usize> = (0..kept.len()).filter(|at| kept[*at]).collect();
    let place = |step: u32| steps.partition_point(|kept| *kept < step as usize) as u32;
    let ops = steps.iter().map(|at| match program.ops[*at] {
        Op::Unless { condition, step } => Op::Unless { condition, step: place(step) },
        Op::Jump { step } => Op::Jump { step: place(step) },
        op => op,
    });
    let slice = Slice { ops: ops.collect(), steps: steps.clone() };
    (slice, needed)
}

fn any(kept: &[bool], from: usize, to: usize) -> bool {
    kept.get(from..to.min(kept.len())).is_some_and(|kept| kept.contains(&true))
}

/// Where both sides of a choice end whose other side begins at a step.
fn end(program: &Program, other: usize) -> usize {
    match other.checked_sub(1).and_then(|before| program.ops.get(before)) {
        Some(Op::Jump { step }) => *step as usize,
        _ => other,
    }
}

/// Of each step, whether its value may be another when the input is.
fn depending(program: &Program, input: Reg) -> Vec<bool> {
    let mut depends = vec![false; program.template.len()];
    depends[usize::from(input)] = true;
    let mut decided_until = 0;
    let mut moves = Vec::with_capacity(program.ops.len());
    for (at, op) in program.ops.iter().enumerate() {
        let reading = reads(program, op).into_iter().any(|reg| depends[usize::from(reg)]);
        if let (Op::Unless { step, .. }, true) = (op, reading) {
            decided_until = decided_until.max(end(program, *step as usize));
        }
        let one = reading || at < decided_until;
        if one {
            writes(program, op).into_iter().for_each(|reg| depends[usize::from(reg)] = true);
        }
        moves.push(one);
    }
    moves
}

/// What a step reads.
fn reads(program: &Program, op: &Op) -> Vec<Reg> {
    match *op {
        Op::Add { a, b, .. }
        | Op::Sub { a, b, .. }
        | Op::Mul { a, b, .. }
        | Op::Min { a, b, .. }
        | Op::Max { a, b, .. }
        | Op::Divide { a, b, .. }
        | Op::Equal { a, b, .. }
        | Op::Less { a, b, .. }
        | Op::AtMost { a, b, .. }
        | Op::Days { a, b, .. }
        | Op::Age { a, b, .. } => vec![a, b],
        Op::Negate { a, .. }
        | Op::Abs { a, .. }
        | Op::Raise { a, .. }
        | Op::Round { a, .. }
        | Op::Not { a, .. }
        | Op::Calendar { a, .. } => vec![a],
        Op::Unless { condition, .. } | Op::Check { condition, .. } => vec![condition],
        Op::Jump { .. } => Vec::new(),
        Op::Select { condition, then, other, .. } => vec![condition, then, other],
        Op::Cell { index, .. } => vec![index],
        Op::Table { index, value, .. } => vec![index, value],
        // The denominator stands beside the numerator.
        Op::Scaled { index, value, over, .. } => vec![index, value, over, over + 1],
        Op::Serve { claims } => program.claims.get(usize::from(claims)).map_or(Vec::new(), |all| {
            let each = all.each.iter();
            let each = each.flat_map(|claim| [Some(claim.wanted), Some(claim.rank), claim.limit]);
            each.chain([Some(all.there), all.keep]).flatten().collect()
        }),
        Op::Call { function, first, .. } => {
            let bound = program.functions.get(usize::from(function));
            (0..bound.map_or(0, |bound| bound.digits.len())).map(|at| first + at as Reg).collect()
        }
    }
}

/// What a step writes.
fn writes(program: &Program, op: &Op) -> Vec<Reg> {
    match *op {
        Op::Add { to, .. }
        | Op::Sub { to, .. }
        | Op::Mul { to, .. }
        | Op::Min { to, .. }
        | Op::Max { to, .. }
        | Op::Divide { to, .. }
        | Op::Equal { to, .. }
        | Op::Less { to, .. }
        | Op::AtMost { to, .. }
        | Op::Days { to, .. }
        | Op::Age { to, .. }
        | Op::Negate { to, .. }
        | Op::Abs { to, .. }
        | Op::Raise { to, .. }
        | Op::Round { to, .. }
        | Op::Not { to, .. }
        | Op::Calendar { to, .. }
        | Op::Select { to, .. }
        | Op::Cell { to, .. }
        | Op::Table { to, .. }
        | Op::Scaled { to, .. }
        | Op::Call { to, .. } => vec![to],
        Op::Serve { claims } => program.claims.get(usize::from(claims)).map_or(Vec::new(), |all| {
            all.each.iter().flat_map(|claim| [claim.taken, claim.short]).collect()
        }),
        Op::Unless { .. } | Op::Jump { .. } | Op::Check { .. } => Vec::new(),
    }
}
