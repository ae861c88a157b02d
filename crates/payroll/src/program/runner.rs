//! The fast way: handles instead of names, and a frame that is used again and again.

use fondaco_core::decimal;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::op::{Fault, Reg};
use super::{Case, OutputSlot, Program, Slice, run};
use crate::PayError;
use crate::rules::names_like;
use crate::units::Type;

/// An input, found once by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input(pub(crate) usize);

/// A result, found once by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output(pub(crate) usize);

/// A frame in which one case after the other is computed, without an allocation for any.
///
/// ```
/// use fondaco_payroll::RuleSet;
/// let rules = RuleSet::from_toml(r#"
/// name = "demo"
/// currency = "EUR"
/// [[input]]
/// name = "salary"
/// type = "money"
/// [[rule]]
/// name = "tax"
/// kind = "tax"
/// formula = "round(salary * 10%, 2, half_up)"
/// "#)?;
/// let program = rules.on("2026-01-01".parse()?)?;
/// let (salary, tax) = (program.input("salary")?, program.output("tax")?);
/// let mut runner = program.runner();
/// let mut sum = 0;
/// for cents in [100_000, 250_000] {
///     runner.set(salary, cents)?;
///     runner.run()?;
///     sum += runner.units(tax);
/// }
/// assert_eq!(sum, 35_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Runner<'p> {
    program: &'p Program,
    employee: SmolStr,
    pub(crate) frame: Vec<i128>,
    given: Vec<bool>,
    /// Whether what was not given stands in the frame by its default, from the run before.
    filled: bool,
}

impl Program {
    /// The input of a name.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let (salary, net) = (program.input("salary")?, program.output("net")?);
    /// let mut runner = program.runner();
    /// runner.set(salary, 200_000)?; // 2,000.00 in cents
    /// runner.run()?;
    /// assert_eq!(runner.units(net), 165_784);
    /// assert!(program.input("salry").unwrap_err().to_string().contains("salary"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::UnknownInput`].
    pub fn input(&self, name: &str) -> Result<Input, PayError> {
        self.slot("", name).map(Input)
    }

    /// The result of a name.
    ///
    /// # Errors
    /// [`PayError::UnknownInput`].
    pub fn output(&self, name: &str) -> Result<Output, PayError> {
        let found = self.outputs.iter().position(|output| output.name == name);
        found.map(Output).ok_or_else(|| PayError::UnknownInput {
            employee: SmolStr::default(),
            field: name.into(),
            like: names_like(name, self.outputs()),
        })
    }

    /// How many digits behind the point the units of an input have.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let salary = program.input("salary")?;
    /// assert_eq!(program.input_digits(salary), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn input_digits(&self, input: Input) -> u8 {
        self.inputs.get(input.0).map_or(0, |slot| slot.digits)
    }

    /// How many digits behind the point the units of a result have.
    #[must_use]
    pub fn output_digits(&self, output: Output) -> u8 {
        self.outputs.get(output.0).map_or(0, |slot| slot.digits)
    }

    /// The place of a value among those of an input's choice, which is what units of such an input are.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::united_states;
    /// let program = united_states()?.on("2026-06-30".parse()?)?;
    /// let status = program.input("w4_status")?;
    /// assert_ne!(program.place(status, "single")?, program.place(status, "married")?);
    /// assert!(program.place(status, "cohabiting").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::BadInput`].
    pub fn place(&self, input: Input, value: &str) -> Result<i64, PayError> {
        match self.inputs.get(input.0) {
            Some(slot) => slot.take("", &value.into(), self),
            None => self.slot("", value).map(|_| 0),
        }
    }

    /// A frame of its own.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut runner = program.runner();
    /// let (salary, net) = (program.input("salary")?, program.output("net")?);
    /// for (name, cents) in [("Ada", 200_000), ("Bo", 100_000)] {
    ///     runner.employee(name);
    ///     runner.set(salary, cents)?;
    ///     runner.run()?;
    ///     assert!(runner.amount(net)? > 900.into());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn runner(&self) -> Runner<'_> {
        Runner {
            program: self,
            employee: SmolStr::default(),
            frame: self.template.clone(),
            given: vec![false; self.inputs.len()],
            filled: false,
        }
    }
}

impl<'p> Runner<'p> {
    /// Begins an employee's case, whose name errors will tell. What was set for the one before stays, until it is set again.
    pub fn employee(&mut self, name: &str) {
        if self.employee != name {
            self.employee = name.into();
        }
    }

    /// Forgets what was set.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut runner = program.runner();
    /// runner.set(program.input("salary")?, 200_000)?;
    /// runner.clear();
    /// assert!(runner.run().unwrap_err().to_string().contains("salary")); // which is missing now
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear(&mut self) {
        self.given.fill(false);
        self.filled = false;
    }

    /// Sets an input, in its smallest digits: cents of money.
    ///
    /// # Errors
    /// [`PayError::InputOutOfRange`].
    #[inline]
    pub fn set(&mut self, input: Input, units: i64) -> Result<(), PayError> {
        let Some(slot) = self.program.inputs.get(input.0) else { return Ok(()) };
        let wide = i128::from(units);
        if !slot.may_be(wide) {
            // As `take` refuses it.
            let value = decimal::from_fixed(units, slot.digits.into());
            slot.take(&self.employee, &value.into(), self.program)?;
        }
        self.frame[usize::from(slot.reg)] = wide;
        self.given[input.0] = true;
        // How many rows of a list there are says which of their columns have to be given.
        self.filled &= !self.program.has_rows;
        Ok(())
    }

    /// Computes the case.
    ///
    /// # Errors
    /// [`PayError::MissingInput`], and what a rule can't do with the inputs.
    pub fn run(&mut self) -> Result<(), PayError> {
        if !self.filled {
            self.fill()?;
        }
        run::run(self.program, &mut self.frame).map_err(|(step, fault)| self.failed(step, fault))
    }

    /// Puts the defaults of what was not given in their places.
    fn fill(&mut self) -> Result<(), PayError> {
        for (slot, given) in self.program.inputs.iter().zip(&self.given) {
            if *given {
                continue;
            }
            match slot.default {
                Some(units) => self.frame[usize::from(slot.reg)] = units,
                // Rows that are not there say nothing.
                None if slot.row.is_some_and(|(count, row)| self.rows(count) < row.into()) => {
                    self.frame[usize::from(slot.reg)] = 0;
                }
                None => return Err(self.missing(slot)),
            }
        }
        self.filled = true;
        Ok(())
    }

    /// Computes the case once more with another value of one input, as far as a result needs it. The input may have the value, and the
    /// case was computed before.
    pub(crate) fn again(
        &mut self,
        slice: &Slice,
        input: Input,
        units: i64,
    ) -> Result<(), PayError> {
        if let Some(slot) = self.program.inputs.get(input.0) {
            self.frame[usize::from(slot.reg)] = units.into();
        }
        run::run_steps(self.program, &slice.ops, &mut self.frame).map_err(|(step, fault)| {
            self.failed(slice.steps.get(step).copied().unwrap_or_default(), fault)
        })
    }

    #[cold]
    fn failed(&self, step: usize, fault: Fault) -> PayError {
        match fault {
            Fault::Check { check } => self.unchecked(check),
            fault => match self.program.said(&self.employee, step, fault) {
                PayError::FigureTooLarge { employee, rule, .. } => {
                    PayError::FigureTooLarge { employee, rule, given: self.largest() }
                }
                other => other,
            },
        }
    }

    /// The largest of what was given, for whoever looks for what is too large.
    pub(super) fn largest(&self) -> String {
        let given = self.program.inputs.iter().zip(&self.given).filter(|(_, given)| **given);
        let numbers = given.filter(|(slot, _)| matches!(slot.of, Type::Number(_)));
        let units = |slot: &super::InputSlot| {
            self.frame.get(usize::from(slot.reg)).copied().unwrap_or_default()
        };
        let largest = numbers.map(|(slot, _)| slot).max_by_key(|slot| units(slot).unsigned_abs());
        largest.map_or(String::new(), |slot| {
            format!(" ({} is {})", slot.name, slot.shown(units(slot)))
        })
    }

    /// How many rows of a list are there; what wasn't given has its default by now, for it stands before its rows.
    fn rows(&self, count: Reg) -> i128 {
        self.frame.get(usize::from(count)).copied().unwrap_or_default()
    }

    #[cold]
    fn missing(&self, slot: &super::InputSlot) -> PayError {
        if let Some(at) = slot.carries {
            return self.not_carried(slot, at);
        }
        let wanted = match slot.values.is_empty() {
            true => format!("a value of type {}", slot.of),
            false => format!("one of {}", slot.values.join(", ")),
        };
        PayError::MissingInput { employee: self.employee.clone(), field: slot.name.clone(), wanted }
    }

    /// A sum over periods that nobody gave: taken for nothing it would begin the year anew.
    #[cold]
    fn not_carried(&self, slot: &super::InputSlot, at: usize) -> PayError {
        let over = self.program.accumulators.get(at).map(|sum| sum.over.as_str());
        let over = over.filter(|over| !over.is_empty()).unwrap_or("year");
        let wanted = format!(
            "what it was before this period, 0 in the first of its {over}; or say default = 0 in the rules"
        );
        PayError::MissingInput { employee: self.employee.clone(), field: slot.name.clone(), wanted }
    }

    /// What a check refuses, with what was given of the inputs that it names.
    #[cold]
    fn unchecked(&self, check: u16) -> PayError {
        let check = self.program.checks.get(usize::from(check));
        let shown = |at: &usize| {
            let slot = self.program.inputs.get(*at)?;
            Some(format!("{} {}", slot.name, slot.shown(*self.frame.get(usize::from(slot.reg))?)))
        };
        let inputs = check.map_or(&[][..], |check| &check.inputs);
        let given: Vec<String> = inputs.iter().filter_map(shown).collect();
        PayError::CheckFailed {
            employee: self.employee.clone(),
            check: check.map(|check| check.name.clone()).unwrap_or_default(),
            message: check.map(|check| check.message.clone()).unwrap_or_default(),
            given: if given.is_empty() {
                String::new()
            } else {
                format!(" ({})", given.join(", "))
            },
            way_out: check.map(|check| check.way_out.clone()).unwrap_or_default(),
        }
    }

    /// A result, in its smallest digits.
    #[inline]
    #[must_use]
    pub fn units(&self, output: Output) -> i128 {
        self.program.outputs.get(output.0).map_or(0, |slot| self.frame[usize::from(slot.reg)])
    }

    /// A result as a decimal.
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`], beyond 28 digits.
    pub fn amount(&self, output: Output) -> Result<Decimal, PayError> {
        match self.program.outputs.get(output.0) {
            Some(slot) => slot.amount(&self.frame, &self.employee),
            None => Ok(Decimal::ZERO),
        }
    }

    /// Takes over a case.
    pub(crate) fn take(&mut self, case: &Case<'_>) -> Result<(), PayError> {
        self.employee = case.employee.clone();
        if let Some(wrong) = &case.wrong {
            return Err(wrong.clone());
        }
        self.filled = false;
        for (index, value) in case.values.iter().enumerate() {
            self.given[index] = value.is_some();
            if let (Some(units), Some(slot)) = (value, self.program.inputs.get(index)) {
                self.frame[usize::from(slot.reg)] = i128::from(*units);
            }
        }
        Ok(())
    }
}

impl super::InputSlot {
    /// Whether a value lies within its bounds, or is one of its choice.
    #[inline]
    pub(super) fn may_be(&self, units: i128) -> bool {
        self.least.is_none_or(|least| units >= least)
            && self.most.is_none_or(|most| units <= most)
            && (self.values.is_empty() || (0..self.values.len() as i128).contains(&units))
    }

    /// The least and the most that 64 bits may be within its bounds; where nothing may, the least is above the most.
    pub(super) fn bounds(&self) -> (i64, i64) {
        let (least, most) = (self.least.unwrap_or(i128::MIN), self.most.unwrap_or(i128::MAX));
        let (least, most) = match self.values.len() {
            0 => (least, most),
            count => (least.max(0), most.min(count as i128 - 1)),
        };
        let short = |wide: i128| wide.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        match least > i64::MAX.into() || most < i64::MIN.into() {
            true => (1, 0),
            false => (short(least), short(most)),
        }
    }

    /// A value as it is written in a case.
    fn shown(&self, units: i128) -> String {
        let digits = u32::from(self.digits);
        match &self.of {
            Type::Bool => (units != 0).to_string(),
            Type::Choice(_) => {
                let value = usize::try_from(units).ok().and_then(|at| self.values.get(at));
                value.map(ToString::to_string).unwrap_or_default()
            }
            Type::Date => {
                let day = i32::try_from(units).ok();
                let day = day.and_then(chrono::NaiveDate::from_num_days_from_ce_opt);
                day.map(|day| day.to_string()).unwrap_or_default()
            }
            Type::Number(_) => Decimal::try_from_i128_with_scale(units, digits)
                .map(|value| decimal::normalize(value).to_string())
                .unwrap_or_default(),
        }
    }
}

impl OutputSlot {
    pub(crate) fn amount(&self, frame: &[i128], employee: &str) -> Result<Decimal, PayError> {
        decimal_of(frame, self.reg, self.digits).ok_or_else(|| PayError::FigureTooLarge {
            employee: employee.into(),
            rule: self.name.clone(),
            given: frame
                .get(usize::from(self.reg))
                .map(|units| format!(" (it comes to {units} of them)"))
                .unwrap_or_default(),
        })
    }
}

/// What stands in a frame, as a decimal.
pub(crate) fn decimal_of(frame: &[i128], reg: Reg, digits: u8) -> Option<Decimal> {
    let units = *frame.get(usize::from(reg))?;
    Decimal::try_from_i128_with_scale(units, digits.into()).ok().map(decimal::normalize)
}

impl Program {
    /// What went wrong at a step, in people's words.
    #[cold]
    pub(crate) fn said(&self, employee: &str, step: usize, fault: Fault) -> PayError {
        let (employee, rule) = (SmolStr::new(employee), SmolStr::new(self.rule_at(step)));
        match fault {
            // A runner tells it, which knows what was given.
            Fault::TooLarge | Fault::Check { .. } => {
                PayError::FigureTooLarge { employee, rule, given: String::new() }
            }
            Fault::DividedByZero => PayError::DividedByZero { employee, rule },
            Fault::Refused { function, why } => {
                let function =
                    self.functions.get(usize::from(function)).map(|bound| bound.name.clone());
                PayError::FunctionRefused {
                    employee,
                    rule,
                    function: function.unwrap_or_default(),
                    why,
                }
            }
            Fault::BelowTable { table, index, value } => {
                let Some(brackets) = self.tables.get(usize::from(table)) else {
                    return PayError::FigureTooLarge { employee, rule, given: String::new() };
                };
                let shown = |units: i128| {
                    let value = Decimal::try_from_i128_with_scale(units, brackets.digits.into());
                    value.map(decimal::normalize).unwrap_or_default()
                };
                let first = brackets.cells.get(index).and_then(|rows| rows.from.first().copied());
                PayError::BelowTable {
                    employee,
                    rule,
                    table: brackets.name.clone(),
                    value: shown(value),
                    first: first.map(shown).unwrap_or_default(),
                }
            }
        }
    }
}
