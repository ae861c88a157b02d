//! The compiled program: a flat list of operations on numbered registers, and what runs it.
//!
//! Registers lie in three lists by type: whole numbers, doubles, decimals. In each come the variables first, then a few that hold what an
//! expression has in between, then the constants. A run copies the variables' values at the start and no more; it looks nothing up by name.

use std::cmp::Ordering;

use super::big::{Big, Fault, Mode};

/// A register of one of the lists; which one follows from the operation.
pub(super) type Register = u16;

/// What a comparison may come out as, so that a jump is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orders(pub(super) u8);

impl Orders {
    pub(super) const LESS: Self = Self(1);
    pub(super) const EQUAL: Self = Self(2);
    pub(super) const GREATER: Self = Self(4);

    pub(super) fn none() -> Self {
        Self(0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All that this is not.
    pub(super) fn not(self) -> Self {
        Self(7 & !self.0)
    }

    #[inline]
    pub(super) fn has(self, order: Ordering) -> bool {
        let one = match order {
            Ordering::Less => Self::LESS,
            Ordering::Equal => Self::EQUAL,
            Ordering::Greater => Self::GREATER,
        };
        self.0 & one.0 != 0
    }
}

/// Whole numbers and doubles are reckoned with by the same signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reckon {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Smaller,
    Larger,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    Move {
        to: Register,
        from: Register,
    },
    Add {
        to: Register,
        a: Register,
        b: Register,
    },
    Subtract {
        to: Register,
        a: Register,
        b: Register,
    },
    Multiply {
        to: Register,
        a: Register,
        b: Register,
    },
    Divide {
        to: Register,
        a: Register,
        b: Register,
    },
    DivideTo {
        to: Register,
        a: Register,
        b: Register,
        scale: i16,
        mode: Mode,
    },
    /// With as many digits as the dividend has.
    DivideKeeping {
        to: Register,
        a: Register,
        b: Register,
        mode: Mode,
    },
    DivideWhole {
        to: Register,
        a: Register,
        b: Register,
    },
    Remainder {
        to: Register,
        a: Register,
        b: Register,
    },
    Smaller {
        to: Register,
        a: Register,
        b: Register,
    },
    Larger {
        to: Register,
        a: Register,
        b: Register,
    },
    SetScale {
        to: Register,
        a: Register,
        scale: i16,
        mode: Mode,
    },
    Negate {
        to: Register,
        a: Register,
    },
    Absolute {
        to: Register,
        a: Register,
    },
    Strip {
        to: Register,
        a: Register,
    },
    MovePoint {
        to: Register,
        a: Register,
        left: i16,
    },
    Pow {
        to: Register,
        a: Register,
        power: Register,
    },
    Entry {
        to: Register,
        table: u16,
        index: Register,
    },
    BigOfInt {
        to: Register,
        from: Register,
    },
    BigOfScaledInt {
        to: Register,
        from: Register,
        scale: i16,
    },
    BigOfDouble {
        to: Register,
        from: Register,
    },
    BigOfBinary {
        to: Register,
        from: Register,
    },

    IntMove {
        to: Register,
        from: Register,
    },
    Ints {
        how: Reckon,
        to: Register,
        a: Register,
        b: Register,
    },
    IntEntry {
        to: Register,
        table: u16,
        index: Register,
    },
    IntOfBig {
        to: Register,
        from: Register,
    },
    IntOfDouble {
        to: Register,
        from: Register,
    },
    /// -1, 0 or 1.
    Compare {
        to: Register,
        a: Register,
        b: Register,
    },
    /// 1 where value and scale are the same.
    Same {
        to: Register,
        a: Register,
        b: Register,
    },
    ScaleOf {
        to: Register,
        from: Register,
    },

    DoubleMove {
        to: Register,
        from: Register,
    },
    Doubles {
        how: Reckon,
        to: Register,
        a: Register,
        b: Register,
    },
    DoubleEntry {
        to: Register,
        table: u16,
        index: Register,
    },
    DoubleOfInt {
        to: Register,
        from: Register,
    },
    DoubleOfBig {
        to: Register,
        from: Register,
    },

    /// Goes on at `target` if the comparison comes out as one of `on`.
    JumpBig {
        a: Register,
        b: Register,
        on: Orders,
        target: u32,
    },
    JumpInt {
        a: Register,
        b: Register,
        on: Orders,
        target: u32,
    },
    JumpDouble {
        a: Register,
        b: Register,
        on: Orders,
        target: u32,
    },
    Jump {
        target: u32,
    },
    Call {
        target: u32,
    },
    Return,
}

/// A table of constants.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Table {
    Bigs(Vec<Big>),
    Ints(Vec<i64>),
    Doubles(Vec<f64>),
}

/// The values of all registers.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) bigs: Vec<Big>,
    pub(super) ints: Vec<i64>,
    pub(super) doubles: Vec<f64>,
}

#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    /// The line of each operation.
    pub(super) lines: Vec<u32>,
    pub(super) tables: Vec<Table>,
    /// All registers as they are at the start.
    pub(super) start: Memory,
    /// How many methods may be under way at once.
    pub(super) depth: usize,
}

/// Where a run failed, and why.
pub(super) type Failed = (usize, Fault);

impl Program {
    /// Runs from the first operation to the `Return` of the main method.
    ///
    /// There is no jump backwards and no method that executes itself, so this ends; how many steps it takes at most was counted when the
    /// file was loaded.
    pub(super) fn run(&self, memory: &mut Memory, calls: &mut Vec<u32>) -> Result<(), Failed> {
        let mut at = 0u32;
        calls.clear();
        while let Some(op) = self.ops.get(at as usize) {
            at += 1;
            match *op {
                Op::JumpBig { a, b, on, target } => {
                    if on.has(memory.big(a).compare(memory.big(b))) {
                        at = target;
                    }
                }
                Op::JumpInt { a, b, on, target } => {
                    if on.has(memory.int(a).cmp(&memory.int(b))) {
                        at = target;
                    }
                }
                Op::JumpDouble { a, b, on, target } => {
                    // What is no number is refused as an input, and never comes of a sum that is not.
                    let order = memory.double(a).partial_cmp(&memory.double(b));
                    if order.is_some_and(|order| on.has(order)) {
                        at = target;
                    }
                }
                Op::Jump { target } => at = target,
                Op::Call { target } => {
                    calls.push(at);
                    at = target;
                }
                Op::Return => match calls.pop() {
                    Some(back) => at = back,
                    None => return Ok(()),
                },
                ref op => {
                    step(op, memory, &self.tables).map_err(|fault| (at as usize - 1, fault))?
                }
            }
        }
        Ok(())
    }
}

impl Memory {
    #[inline]
    pub(super) fn big(&self, register: Register) -> Big {
        self.bigs[register as usize]
    }

    #[inline]
    pub(super) fn int(&self, register: Register) -> i64 {
        self.ints[register as usize]
    }

    #[inline]
    pub(super) fn double(&self, register: Register) -> f64 {
        self.doubles[register as usize]
    }
}

/// One operation that is no jump.
#[inline]
pub(super) fn step(op: &Op, memory: &mut Memory, tables: &[Table]) -> Result<(), Fault> {
    let big = |register| memory.big(register);
    let (to, value) = match *op {
        Op::Move { to, from } => (to, big(from)),
        Op::Add { to, a, b } => (to, big(a).add(big(b))?),
        Op::Subtract { to, a, b } => (to, big(a).subtract(big(b))?),
        Op::Multiply { to, a, b } => (to, big(a).multiply(big(b))?),
        Op::Divide { to, a, b } => (to, big(a).divide(big(b))?),
        Op::DivideTo { to, a, b, scale, mode } => {
            (to, big(a).divide_to(big(b), scale.into(), mode)?)
        }
        Op::DivideKeeping { to, a, b, mode } => (to, big(a).divide_to(big(b), big(a).scale, mode)?),
        Op::DivideWhole { to, a, b } => (to, big(a).divide_whole(big(b))?.0),
        Op::Remainder { to, a, b } => (to, big(a).divide_whole(big(b))?.1),
        Op::Smaller { to, a, b } => {
            (to, if big(a).compare(big(b)).is_gt() { big(b) } else { big(a) })
        }
        Op::Larger { to, a, b } => {
            (to, if big(a).compare(big(b)).is_lt() { big(b) } else { big(a) })
        }
        Op::SetScale { to, a, scale, mode } => (to, big(a).set_scale(scale.into(), mode)?),
        Op::Negate { to, a } => (to, big(a).negate()?),
        Op::Absolute { to, a } => (to, if big(a).units < 0 { big(a).negate()? } else { big(a) }),
        Op::Strip { to, a } => (to, big(a).stripped()),
        Op::MovePoint { to, a, left } => (to, big(a).point_moved_left(left.into())?),
        Op::Pow { to, a, power } => (to, big(a).pow(memory.int(power))?),
        Op::Entry { to, table, index } => match tables.get(table as usize) {
            Some(Table::Bigs(entries)) => (to, entry(entries, memory.int(index))?),
            _ => return Err(Fault::NoSuchEntry),
        },
        Op::BigOfInt { to, from } => (to, Big::from_int(memory.int(from))),
        Op::BigOfScaledInt { to, from, scale } => {
            (to, Big::new(memory.int(from).into(), scale.into())?)
        }
        Op::BigOfDouble { to, from } => (to, Big::from_double(memory.double(from))?),
        Op::BigOfBinary { to, from } => (to, Big::from_binary(memory.double(from))?),
        _ => return other_step(op, memory, tables),
    };
    memory.bigs[to as usize] = value;
    Ok(())
}

/// One operation whose result is a whole number or a double.
fn other_step(op: &Op, memory: &mut Memory, tables: &[Table]) -> Result<(), Fault> {
    let (to, value) = match *op {
        Op::IntMove { to, from } => (to, memory.int(from)),
        Op::Ints { how, to, a, b } => (to, whole(how, memory.int(a), memory.int(b))?),
        Op::IntEntry { to, table, index } => match tables.get(table as usize) {
            Some(Table::Ints(entries)) => (to, entry(entries, memory.int(index))?),
            _ => return Err(Fault::NoSuchEntry),
        },
        Op::IntOfBig { to, from } => (to, memory.big(from).to_long()?),
        Op::IntOfDouble { to, from } => (to, truncated(memory.double(from))?),
        Op::Compare { to, a, b } => (to, memory.big(a).compare(memory.big(b)) as i64),
        Op::Same { to, a, b } => (to, i64::from(memory.big(a) == memory.big(b))),
        Op::ScaleOf { to, from } => (to, memory.big(from).scale.into()),
        _ => return double_step(op, memory, tables),
    };
    memory.ints[to as usize] = value;
    Ok(())
}

fn double_step(op: &Op, memory: &mut Memory, tables: &[Table]) -> Result<(), Fault> {
    let (to, value) = match *op {
        Op::DoubleMove { to, from } => (to, memory.double(from)),
        Op::Doubles { how, to, a, b } => (to, real(how, memory.double(a), memory.double(b))?),
        Op::DoubleEntry { to, table, index } => match tables.get(table as usize) {
            Some(Table::Doubles(entries)) => (to, entry(entries, memory.int(index))?),
            _ => return Err(Fault::NoSuchEntry),
        },
        Op::DoubleOfInt { to, from } => (to, memory.int(from) as f64),
        Op::DoubleOfBig { to, from } => (to, memory.big(from).to_double()),
        // Jumps, which Program::run takes.
        _ => return Ok(()),
    };
    memory.doubles[to as usize] = value;
    Ok(())
}

fn entry<T: Copy>(entries: &[T], index: i64) -> Result<T, Fault> {
    let found = usize::try_from(index).ok().and_then(|index| entries.get(index));
    found.copied().ok_or(Fault::NoSuchEntry)
}

/// Whole numbers, where Java would go round and begin again at the other end, are too large.
fn whole(how: Reckon, a: i64, b: i64) -> Result<i64, Fault> {
    if b == 0 && matches!(how, Reckon::Divide | Reckon::Remainder) {
        return Err(Fault::DivisionByZero);
    }
    let found = match how {
        Reckon::Add => a.checked_add(b),
        Reckon::Subtract => a.checked_sub(b),
        Reckon::Multiply => a.checked_mul(b),
        Reckon::Divide => a.checked_div(b),
        Reckon::Remainder => a.checked_rem(b),
        Reckon::Smaller => Some(a.min(b)),
        Reckon::Larger => Some(a.max(b)),
    };
    found.ok_or(Fault::TooLarge)
}

fn real(how: Reckon, a: f64, b: f64) -> Result<f64, Fault> {
    let found = match how {
        Reckon::Add => a + b,
        Reckon::Subtract => a - b,
        Reckon::Multiply => a * b,
        Reckon::Divide => a / b,
        Reckon::Remainder => a % b,
        Reckon::Smaller => a.min(b),
        Reckon::Larger => a.max(b),
    };
    if found.is_finite() { Ok(found) } else { Err(Fault::NotFinite) }
}

fn truncated(value: f64) -> Result<i64, Fault> {
    let whole = value.trunc();
    // 2^63, which a double holds exactly.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole);
    if fits { Ok(whole as i64) } else { Err(Fault::TooLarge) }
}
