//! What is wrong with rules, found when they are loaded, and with an employee's case, found when it is computed.

use chrono::NaiveDate;
use fondaco_core::ErrorCode;
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// Rules that can't be used, with the place and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum RuleError {
    /// A formula that can't be read.
    #[error("column {column} of the formula: {why}")]
    #[kind(Invalid)]
    BadFormula {
        /// The character at which reading stopped, counted from 1.
        column: usize,
        /// What was found, and what belongs there.
        why: String,
    },
    /// A file that is not what a file of rules is.
    #[error("line {line}, column {column}: {why}")]
    #[kind(Invalid)]
    BadFile {
        /// The line, counted from 1.
        line: usize,
        /// The character in it, counted from 1.
        column: usize,
        /// What was found, and what belongs there.
        why: String,
    },
    /// What is wrong stands in a file, at a place.
    #[error("line {line}, column {column}: {error}")]
    #[inner]
    At {
        /// The line, counted from 1.
        line: usize,
        /// The character in it, counted from 1.
        column: usize,
        /// What is wrong there.
        error: Box<RuleError>,
    },
    /// What is wrong lies in one thing that has a name.
    #[error("{what} {name}: {error}")]
    #[inner]
    In {
        /// What it is: a rule, a parameter, a table.
        what: &'static str,
        /// Its name.
        name: SmolStr,
        /// What is wrong in it.
        error: Box<RuleError>,
    },
    /// A name that can't name anything.
    #[error(
        "{name:?} is no name: names are of small letters, digits and _, begin with a letter, and are no word of the formulas"
    )]
    #[kind(Invalid)]
    BadName {
        /// The name as given.
        name: SmolStr,
    },
    /// Two things of one name.
    #[error("{name} is there twice: give one of them another name")]
    #[kind(Invalid)]
    NameTwice {
        /// The name.
        name: SmolStr,
    },
    /// A name that stands for nothing.
    #[error("nothing is called {name}: {like}")]
    #[kind(Invalid)]
    UnknownName {
        /// The name as given.
        name: SmolStr,
        /// What may have been meant.
        like: String,
    },
    /// A type that doesn't exist.
    #[error("no type is called {name}: {like}")]
    #[kind(Invalid)]
    UnknownType {
        /// The type as given.
        name: SmolStr,
        /// What may have been meant.
        like: String,
    },
    /// A value where one of another type or unit belongs.
    #[error("{text} is of type {found}, where {wanted} belongs")]
    #[kind(Invalid)]
    WrongType {
        /// The part of the formula.
        text: String,
        /// Its type.
        found: String,
        /// What belongs there.
        wanted: String,
    },
    /// A function or table that is called with too few or too many values.
    #[error("{name} is given {found} values, and takes {wanted}")]
    #[kind(Invalid)]
    WrongArguments {
        /// The function or table.
        name: SmolStr,
        /// How many are given.
        found: usize,
        /// What it takes.
        wanted: String,
    },
    /// A figure of the file that its type doesn't have.
    #[error("{value:?} is no {wanted}: {way_out}")]
    #[kind(Invalid)]
    BadFigure {
        /// As given.
        value: SmolStr,
        /// Its type.
        wanted: String,
        /// How it is written.
        way_out: String,
    },
    /// Rules that need each other in a circle.
    #[error("{path} need each other in a circle: let one of them do without the next")]
    #[kind(Invalid)]
    Cycle {
        /// The rules, each needing the next, the first again at the end.
        path: String,
    },
    /// Nothing is known for the day.
    #[error(
        "no version holds on {on}{known}: add one from that day on or earlier, or compute another day"
    )]
    #[kind(NotFound)]
    NoVersion {
        /// The day.
        on: NaiveDate,
        /// Which days there are versions for.
        known: String,
    },
    /// Versions that contradict each other.
    #[error("its versions don't go together: {why}")]
    #[kind(Invalid)]
    BadVersions {
        /// What the timeline refused.
        why: String,
    },
    /// A parameter or table that says nothing for one of its cases.
    #[error("on {on} nothing is said for {cell}: add it")]
    #[kind(Invalid)]
    IncompleteCells {
        /// The case, as `when` would say it.
        cell: String,
        /// The day.
        on: NaiveDate,
    },
    /// A bracket that begins before the one above it, or where that begins.
    #[error(
        "row {row} (counted from 1) begins at {from}, which is not above {before} where the row before it begins: put the rows in order"
    )]
    #[kind(Invalid)]
    RowsOutOfOrder {
        /// The row.
        row: usize,
        /// Where it begins.
        from: String,
        /// Where the one before it begins.
        before: String,
    },
    /// A row of a table that has too few or too many figures.
    #[error(
        "row {row} (counted from 1) has {found} figures, and a table of this kind has {wanted}"
    )]
    #[kind(Invalid)]
    BadRow {
        /// The row, or 0 where there is none.
        row: usize,
        /// How many figures it has.
        found: usize,
        /// Which a row has.
        wanted: &'static str,
    },
    /// A quotient, which has no last digit.
    #[error("{text} has no last digit: write round({text}, digits, mode)")]
    #[kind(Invalid)]
    NotRounded {
        /// The quotient.
        text: String,
    },
    /// More digits behind the point than can be kept exactly.
    #[error(
        "{text} has {digits} digits behind the point, more than {most}: round a part of it first"
    )]
    #[kind(Invalid)]
    TooManyDigits {
        /// The part of the formula.
        text: String,
        /// How many it has.
        digits: u32,
        /// How many there may be.
        most: u8,
    },
    /// An amount that is paid or withheld, in parts of the smallest coin.
    #[error("it comes to {digits} digits behind the point, and the currency has {most}: round it")]
    #[kind(Invalid)]
    PayNotRounded {
        /// How many digits it has.
        digits: u8,
        /// How many the currency has.
        most: u8,
    },
    /// Settings that don't go together.
    #[error("{field} {why}")]
    #[kind(Invalid)]
    BadRule {
        /// Which.
        field: &'static str,
        /// Why not, and the way out.
        why: String,
    },
}

impl RuleError {
    /// This error, said of something that has a name.
    #[must_use]
    pub fn of(self, what: &'static str, name: &str) -> RuleError {
        RuleError::In { what, name: name.into(), error: Box::new(self) }
    }

    /// Where in its file it stands, line and column counted from 1; `None` of rules that were not read from a file.
    ///
    /// ```
    /// use fondaco_payroll::RuleSet;
    /// let error = RuleSet::from_toml("name = \"demo\"\ncurrency = \"EUR\"\nunits = \"egg\"").err().ok_or("a list belongs there")?;
    /// assert_eq!(error.place(), Some((3, 9)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        match self {
            RuleError::At { line, column, .. } | RuleError::BadFile { line, column, .. } => {
                Some((*line, *column))
            }
            RuleError::In { error, .. } => error.place(),
            _ => None,
        }
    }

    /// Whether what it says is about something of a name, other than what it lies in.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        match self {
            RuleError::In { error, .. } | RuleError::At { error, .. } => error.mentions(name),
            // What may have been meant is no matter of it.
            RuleError::UnknownName { name: unknown, .. }
            | RuleError::UnknownType { name: unknown, .. } => {
                unknown.split('.').next() == Some(name)
            }
            other => {
                let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
                other.to_string().split(|letter| !is_letter(letter)).any(|word| word == name)
            }
        }
    }

    /// What is wrong, without where it stands, for whoever shows the place in a way of their own.
    #[must_use]
    pub fn without_place(&self) -> String {
        match self {
            RuleError::At { error, .. } => error.to_string(),
            RuleError::BadFile { why, .. } => why.clone(),
            other => other.to_string(),
        }
    }
}

/// An employee's case that can't be computed. The others of a batch still are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum PayError {
    /// An input that nobody gave.
    #[error("employee {employee}: {field} is missing: give it, {wanted}")]
    #[kind(Invalid)]
    MissingInput {
        /// Whose.
        employee: SmolStr,
        /// Which input.
        field: SmolStr,
        /// What it is.
        wanted: String,
    },
    /// An input or a result that these rules don't have.
    #[error("employee {employee}: these rules have no {field}: {like}")]
    #[kind(NotFound)]
    UnknownInput {
        /// Whose.
        employee: SmolStr,
        /// As given.
        field: SmolStr,
        /// What may have been meant.
        like: String,
    },
    /// A value that its input can't be.
    #[error("employee {employee}: {field} is {value:?}, which is no {wanted}")]
    #[kind(Invalid)]
    BadInput {
        /// Whose.
        employee: SmolStr,
        /// Which input.
        field: SmolStr,
        /// As given.
        value: String,
        /// Its type, and how that is written.
        wanted: String,
    },
    /// A value outside what its input may be, such as hours below zero.
    #[error("employee {employee}: {field} is {value}: give {wanted}")]
    #[kind(Invalid)]
    InputOutOfRange {
        /// Whose.
        employee: SmolStr,
        /// Which input.
        field: SmolStr,
        /// As given.
        value: String,
        /// What it may be.
        wanted: String,
    },
    /// A figure without room, or made of such.
    #[error(
        "employee {employee}: {rule} has no room for its figures, which reach 1e38 in their smallest digits{given}: look for an input that is too large"
    )]
    #[kind(Invalid)]
    FigureTooLarge {
        /// Whose.
        employee: SmolStr,
        /// Which rule.
        rule: SmolStr,
        /// The largest of the inputs, in brackets: ` (salary is 90000000000000000)`; nothing where none is at hand.
        given: String,
    },
    /// A quotient over nothing.
    #[error(
        "employee {employee}: {rule} divides by zero: say in the rule what holds then, or mend the inputs"
    )]
    #[kind(Invalid)]
    DividedByZero {
        /// Whose.
        employee: SmolStr,
        /// Which rule.
        rule: SmolStr,
    },
    /// A value below all that a table is about.
    #[error(
        "employee {employee}: {rule} looks up {value} in {table}, which begins at {first}: mend the inputs, or begin the table lower"
    )]
    #[kind(Invalid)]
    BelowTable {
        /// Whose.
        employee: SmolStr,
        /// Which rule.
        rule: SmolStr,
        /// Which table.
        table: SmolStr,
        /// What was looked up.
        value: Decimal,
        /// Where the table begins.
        first: Decimal,
    },
    /// Inputs that don't go together, by a check of the rules.
    #[error("employee {employee}: {message}{given}: {way_out}")]
    #[kind(Invalid)]
    CheckFailed {
        /// Whose.
        employee: SmolStr,
        /// Which check, by its name in the rules.
        check: SmolStr,
        /// What is wrong, as the check says it.
        message: String,
        /// What was given of all that the check names, in brackets: ` (period 53, frequency monthly)`; nothing where it names no input.
        given: String,
        /// What to do about it, as the check says it.
        way_out: String,
    },
    /// A column of a batch with more or fewer values than there are employees, so that some would get another's or none.
    #[error(
        "column {field} has {found} values, and there are {wanted} employees: give one for each, in their order"
    )]
    #[kind(Invalid)]
    ColumnLength {
        /// Which input.
        field: SmolStr,
        /// How many values it has, or that they are more.
        found: String,
        /// How many employees there are.
        wanted: usize,
    },
    /// A column that was given before.
    #[error("column {field} was given before: give it once, or begin another batch")]
    #[kind(Invalid)]
    ColumnTwice {
        /// Which input.
        field: SmolStr,
    },
    /// What a function in Rust refused, or that it panicked.
    #[error("employee {employee}: {rule}: {function} refuses: {why}")]
    #[kind(Invalid)]
    FunctionRefused {
        /// Whose.
        employee: SmolStr,
        /// Which rule.
        rule: SmolStr,
        /// Which function.
        function: SmolStr,
        /// In its words.
        why: String,
    },
}
