//! What a program is made of: steps over a frame of whole numbers.
//!
//! Every value has its place in the frame and its digits behind the point, which the compiler knows and no step has to. So a step adds or
//! multiplies whole numbers, and is exact; only [`Op::Round`], [`Op::Divide`] and [`Op::Step`] drop digits, each by a named rule.

use fondaco_core::Rounding;

/// A place in the frame.
pub(crate) type Reg = u16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Add {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    Sub {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    Mul {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    Negate {
        to: Reg,
        a: Reg,
    },
    Abs {
        to: Reg,
        a: Reg,
    },
    Min {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    Max {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    /// Times 10 to a power: the same value with more digits.
    Raise {
        to: Reg,
        a: Reg,
        power: u8,
    },
    /// Over 10 to a power.
    Round {
        to: Reg,
        a: Reg,
        power: u8,
        rounding: Rounding,
    },
    /// `a / b`, as a whole number.
    Divide {
        to: Reg,
        a: Reg,
        b: Reg,
        rounding: Rounding,
    },
    Equal {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    Less {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    AtMost {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    Not {
        to: Reg,
        a: Reg,
    },
    /// Goes on at another step, if the condition doesn't hold. A run over intervals goes on with the next.
    Unless {
        condition: Reg,
        step: u32,
    },
    /// Goes on at another step.
    Jump {
        step: u32,
    },
    /// Ends the case where a condition does not hold.
    Check {
        condition: Reg,
        check: u16,
    },
    /// One of two values, of which perhaps only that one was computed, each times 10 to a power.
    Select {
        to: Reg,
        condition: Reg,
        then: Reg,
        other: Reg,
        raise_then: u8,
        raise_other: u8,
    },
    /// One of a parameter's cells.
    Cell {
        to: Reg,
        first: u32,
        index: Reg,
    },
    /// A table's answer.
    Table {
        to: Reg,
        table: u16,
        index: Reg,
        value: Reg,
    },
    /// That of a table whose thresholds are scaled.
    Scaled {
        to: Reg,
        table: u16,
        index: Reg,
        value: Reg,
        over: Reg,
    },
    Calendar {
        to: Reg,
        a: Reg,
        part: CalendarPart,
    },
    /// Days from one to another, both counted.
    Days {
        to: Reg,
        a: Reg,
        b: Reg,
        how: Days,
    },
    /// What each of several gets of one amount.
    Serve {
        claims: u16,
    },
    /// Whole years from one day to another.
    Age {
        to: Reg,
        a: Reg,
        b: Reg,
    },
    /// A function in Rust; its values stand in the frame one after the other.
    Call {
        to: Reg,
        function: u16,
        first: Reg,
    },
}

/// Which days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Days {
    /// Every month has thirty.
    Thirty,
    /// From Monday to Friday.
    Weekdays,
}

/// What is asked of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CalendarPart {
    Year,
    Month,
    Day,
    /// Monday is 1.
    Weekday,
    DaysInMonth,
}

/// Why a step has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    TooLarge,
    DividedByZero,
    BelowTable { table: u16, index: usize, value: i128 },
    Refused { function: u16, why: String },
    Check { check: u16 },
}
