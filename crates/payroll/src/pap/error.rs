//! What a PAP file, its inputs and its sums are refused for.

use fondaco_core::ErrorCode;

/// A file that is no PAP, or an input or a sum that it can't be run with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum PapError {
    /// The file is not XML that is well formed, or has what no PAP has, such as a DTD.
    #[error("line {line}: {why}")]
    #[kind(Invalid)]
    #[code("pap_xml")]
    Xml {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it, and the way out.
        why: String,
    },
    /// An element that stands where it can't, or lacks what it needs.
    #[error("line {line}: {element}: {why}")]
    #[kind(Invalid)]
    #[code("pap_structure")]
    Structure {
        /// The line, counted from 1.
        line: usize,
        /// The element, as it is written.
        element: String,
        /// What is wrong with it, and the way out.
        why: String,
    },
    /// An expression that can't be read, names what there is not, or has the wrong type.
    #[error("line {line}: {why}, in \"{code}\"")]
    #[kind(Invalid)]
    #[code("pap_expression")]
    Expression {
        /// The line, counted from 1.
        line: usize,
        /// The expression, as it is written.
        code: String,
        /// What is wrong with it, and the way out.
        why: String,
    },
    /// Methods that execute one another in a circle, so that none of them would ever end.
    #[error("methods execute one another in a circle: {path}: break it")]
    #[kind(Invalid)]
    #[code("pap_cycle")]
    Cycle {
        /// The way around, by the methods' names.
        path: String,
    },
    /// A program that would take more steps than any PAP needs.
    #[error(
        "the program takes more than {most} steps: no published one takes a hundredth of that, so check the file"
    )]
    #[kind(Refused)]
    #[code("pap_too_long")]
    TooLong {
        /// The most steps that are allowed.
        most: u64,
    },
    /// A name that is none of the file's inputs, outputs or variables.
    #[error("{name:?} is no {what} of {pap}: its {what}s are {known}")]
    #[kind(NotFound)]
    #[code("pap_unknown_name")]
    UnknownName {
        /// What was looked for: `input`, `output` or `variable`.
        what: &'static str,
        /// What was given.
        name: String,
        /// The file's own name.
        pap: String,
        /// The names that it has.
        known: String,
    },
    /// Inputs that have no default in the file, and were not given.
    #[error("{pap} needs {names}, which have no default: set them, or let Case::rest_zero do so")]
    #[kind(Invalid)]
    #[code("pap_missing_input")]
    Missing {
        /// The file's own name.
        pap: String,
        /// The inputs, in the order of the file.
        names: String,
    },
    /// A value that an input can't have.
    #[error("{name} is {value}: {why}")]
    #[kind(Invalid)]
    #[code("pap_input")]
    Input {
        /// The input.
        name: String,
        /// What was given.
        value: String,
        /// What it may be.
        why: String,
    },
    /// A sum that has no answer, or none that has room: a division by zero, or without an end, or more than 38 digits.
    #[error("line {line}: {why}")]
    #[kind(Refused)]
    #[code("pap_arithmetic")]
    Arithmetic {
        /// The line of the expression, counted from 1.
        line: usize,
        /// What went wrong.
        why: String,
    },
}
