//! One person's inputs, and the outputs that a file's program makes of them.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::big::Big;
use super::program::Memory;
use super::{Pap, PapError, Role, Type, Variable, limits};

/// An input of one file, found by [`Pap::input`]; of another file it is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputSlot(pub(super) usize);

/// An output of one file, found by [`Pap::output`]; of another file it is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSlot(pub(super) usize);

/// Inputs for a file's program, and the memory that it runs in: set, run, set what is other, run again.
///
/// Amounts are in cents where the file says so ([`Variable::cents`]), rates in per cent.
#[derive(Clone, Debug)]
pub struct Case<'p> {
    pap: &'p Pap,
    /// The variables' values that a run begins with.
    given: Memory,
    /// Which variables still have to be given, by their number.
    missing: Vec<usize>,
    memory: Memory,
    calls: Vec<u32>,
    is_limited: bool,
}

/// What a run gave: valid until the case is changed or run again.
#[derive(Debug)]
pub struct Outcome<'c> {
    pap: &'c Pap,
    memory: &'c Memory,
}

impl<'p> Case<'p> {
    pub(super) fn new(pap: &'p Pap) -> Self {
        let start = &pap.program.start;
        let count = |list: &[Type]| {
            pap.variables.iter().filter(|variable| list.contains(&variable.ty)).count()
        };
        let given = Memory {
            bigs: start.bigs[..count(&[Type::Decimal])].to_vec(),
            ints: start.ints[..count(&[Type::Whole, Type::Truth])].to_vec(),
            doubles: start.doubles[..count(&[Type::Double])].to_vec(),
        };
        let variables = pap.variables.iter().enumerate();
        let needed =
            variables.filter(|(_, variable)| variable.role == Role::Input && !variable.has_default);
        Self {
            pap,
            given,
            missing: needed.map(|(at, _)| at).collect(),
            memory: start.clone(),
            calls: Vec::with_capacity(pap.program.depth),
            is_limited: true,
        }
    }

    /// Sets an input by its name, whatever its case.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// case.set("RE4", 480_000)?.set("STKL", 1)?.set("LZZ", 2)?; // 4,800.00 a month
    /// assert!(case.set("STKL", 7).is_err()); // there are six
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// [`PapError::UnknownName`], and [`PapError::Input`] for a value outside what the input may be.
    pub fn set(&mut self, name: &str, value: impl Into<Decimal>) -> Result<&mut Self, PapError> {
        let slot = self.pap.input(name)?;
        self.put(slot, value.into())?;
        Ok(self)
    }

    /// Sets an input from text, such as `2.90`.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// case.set("RE4", 480_000)?.set("STKL", 1)?.set("LZZ", 2)?; // 4,800.00 a month
    /// case.set_text("KVZ", "2.90")?;
    /// assert!(case.set_text("KVZ", "a little").is_err());
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// As [`set`](Self::set), and [`PapError::Input`] for a text that is no decimal.
    pub fn set_text(&mut self, name: &str, value: &str) -> Result<&mut Self, PapError> {
        match fondaco_core::decimal::parse(value) {
            Ok(_) => {}
            Err(error) => {
                return Err(PapError::Input {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    why: error.to_string(),
                });
            }
        }
        // With the digits as they are written: Java keeps zeros at the end.
        let value = Decimal::from_str(value).unwrap_or_default();
        self.set(name, value)
    }

    /// Sets an input that was looked up before.
    ///
    /// # Errors
    /// [`PapError::Input`] for a value outside what the input may be.
    pub fn put(&mut self, slot: InputSlot, value: Decimal) -> Result<(), PapError> {
        let Some(variable) = self.pap.variables.get(slot.0) else {
            return Err(self.foreign(slot.0));
        };
        if self.is_limited {
            limits::check(variable, value)?;
        }
        let at = variable.register as usize;
        match variable.ty {
            Type::Decimal => self.given.bigs[at] = Big::from_decimal(value),
            Type::Double => self.given.doubles[at] = Big::from_decimal(value).to_double(),
            Type::Whole | Type::Truth => self.given.ints[at] = whole(variable, value)?,
        }
        self.missing.retain(|missing| *missing != slot.0);
        Ok(())
    }

    fn foreign(&self, slot: usize) -> PapError {
        let name = format!("slot {slot}, of another file");
        PapError::UnknownName {
            what: "input",
            name,
            pap: self.pap.name.clone(),
            known: "found by Pap::input".to_owned(),
        }
    }

    /// Takes from now on what an input's type can hold, also outside of what the ministry documents for its name so far: for the file of a year
    /// that widens it, before a release of ours knows of that. The file's own program has the word.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// assert!(case.set_text("KVZ", "2.905").is_err());
    /// case.without_limits().set_text("KVZ", "2.905")?;
    /// case.set("RE4", 4_800_000)?.set("STKL", 1)?.set("LZZ", 1)?;
    /// assert!(case.rest_zero().run().is_ok());
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    pub fn without_limits(&mut self) -> &mut Self {
        self.is_limited = false;
        self
    }

    /// Sets all inputs to zero that have no default and were not set, as an empty field of the ministry's own calculator counts.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// case.set("RE4", 4_800_000)?;
    /// assert_eq!(
    ///     case.run().unwrap_err().to_string(),
    ///     "Lohnsteuer2026 needs R, VJAHR, which have no default: set them, or let Case::rest_zero do so",
    /// );
    /// assert!(case.rest_zero().run().is_ok());
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    pub fn rest_zero(&mut self) -> &mut Self {
        // They were never set, so they are zero as the program has them.
        self.missing.clear();
        self
    }

    /// Runs the program.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// case.set("RE4", 480_000)?.set("STKL", 1)?.set("LZZ", 2)?; // 4,800.00 a month
    /// assert!(case.rest_zero().run()?.get("LSTLZZ")? > 0.into());
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// [`PapError::Missing`] for inputs without a default that were not set; [`PapError::Arithmetic`] for a sum without an answer.
    pub fn run(&mut self) -> Result<Outcome<'_>, PapError> {
        if !self.missing.is_empty() {
            let names = self.missing.iter().map(|&at| self.pap.variables[at].name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            return Err(PapError::Missing { pap: self.pap.name.clone(), names });
        }
        let Memory { bigs, ints, doubles } = &self.given;
        self.memory.bigs[..bigs.len()].copy_from_slice(bigs);
        self.memory.ints[..ints.len()].copy_from_slice(ints);
        self.memory.doubles[..doubles.len()].copy_from_slice(doubles);
        let program = &self.pap.program;
        program.run(&mut self.memory, &mut self.calls).map_err(|(at, fault)| {
            PapError::Arithmetic {
                line: program.lines.get(at).map_or(0, |&line| line as usize),
                why: fault.why().to_owned(),
            }
        })?;
        Ok(Outcome { pap: self.pap, memory: &self.memory })
    }
}

fn whole(variable: &Variable, value: Decimal) -> Result<i64, PapError> {
    let read = i64::try_from(value.trunc().mantissa());
    read.map_err(|_| variable.refused(value, "a whole number has at most nine digits here"))
}

impl Outcome<'_> {
    /// An output by its name, whatever its case: in cents where the file says so.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// case.set("RE4", 480_000)?.set("STKL", 1)?.set("LZZ", 2)?; // 4,800.00 a month
    /// let outcome = case.rest_zero().run()?;
    /// assert_eq!(outcome.get("SOLZLZZ")?, outcome.get("solzlzz")?);
    /// assert!(outcome.get("LST").is_err());
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// [`PapError::UnknownName`]; [`PapError::Arithmetic`] for a value of more than 28 digits.
    pub fn get(&self, name: &str) -> Result<Decimal, PapError> {
        self.at(self.pap.output(name)?)
    }

    /// An output that was looked up before.
    ///
    /// # Errors
    /// [`PapError::Arithmetic`] for a value of more than 28 digits.
    pub fn at(&self, slot: OutputSlot) -> Result<Decimal, PapError> {
        let Some(variable) = self.pap.variables.get(slot.0) else { return Ok(Decimal::ZERO) };
        let at = variable.register;
        let value = match variable.ty {
            Type::Decimal => self.memory.big(at),
            Type::Double => Big::from_double(self.memory.double(at)).unwrap_or(Big::ZERO),
            Type::Whole | Type::Truth => Big::from_int(self.memory.int(at)),
        };
        value.to_decimal().ok_or_else(|| PapError::Arithmetic {
            line: 0,
            why: format!("{} has more than 28 digits", variable.name),
        })
    }

    /// Any variable of the file as the run left it, whatever its case: what the flow chart's own steps can be followed by.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// let outcome = case.set("RE4", 4_800_000)?.set("STKL", 3)?.rest_zero().run()?;
    /// assert_eq!(outcome.variable("ZVE")?.to_string(), "38046"); // taxable income, in euros
    /// assert_eq!(outcome.variable("KZTAB")?.to_string(), "2");   // by splitting
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn variable(&self, name: &str) -> Result<Decimal, PapError> {
        self.at(OutputSlot(self.pap.slot("variable", name, |_| true)?))
    }

    /// All outputs by name, in the order of the file.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let mut case = pap.case();
    /// let outcome = case.set("RE4", 4_800_000)?.rest_zero().run()?;
    /// assert_eq!(outcome.all()?.len(), 12);
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// [`PapError::Arithmetic`] for a value of more than 28 digits.
    pub fn all(&self) -> Result<Vec<(&str, Decimal)>, PapError> {
        let outputs = self.pap.variables.iter().enumerate();
        let outputs = outputs.filter(|(_, variable)| matches!(variable.role, Role::Output(_)));
        outputs
            .map(|(at, variable)| Ok((variable.name.as_str(), self.at(OutputSlot(at))?)))
            .collect()
    }
}
