//! Many employees at once: inputs in columns, one run for each row, and every row that can't be computed told by itself.

use std::collections::BTreeMap;

use fondaco_core::decimal;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::lanes::{Lanes, ROWS};
use super::{Input, Output, Program, Runner, Value};
use crate::PayError;

/// How many blocks in a row may go row by row before no other is tried at once: where figures are large, or inputs wrong, they often are.
const TRIES: u8 = 4;

/// Inputs of many employees: one column for each input, one row for each employee.
///
/// ```
/// use fondaco_payroll::{Batch, RuleSet};
/// let rules = RuleSet::from_toml(r#"
/// name = "demo"
/// currency = "EUR"
/// [[input]]
/// name = "salary"
/// type = "money"
/// min = 0
/// [[rule]]
/// name = "tax"
/// kind = "tax"
/// formula = "round(salary * 10%, 2, half_up)"
/// "#)?;
/// let program = rules.on("2026-01-01".parse()?)?;
/// let mut batch = Batch::new(&program, ["Ada", "Bob", "Cyd"]);
/// batch.column("salary", ["1000.00", "-5", "2500.00"])?;
/// let done = batch.run(&["tax"])?;
/// assert_eq!(done.amount(0, 0).map(|tax| tax.to_string()).as_deref(), Some("100"));
/// assert_eq!(done.amount(2, 0).map(|tax| tax.to_string()).as_deref(), Some("250"));
/// let (row, error) = &done.errors[0];
/// assert_eq!((*row, error.to_string().as_str()), (1, "employee Bob: salary is -5: give 0 or more"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Batch<'p> {
    program: &'p Program,
    employees: Vec<SmolStr>,
    columns: Vec<(Input, Vec<i64>)>,
    /// What was wrong with the first value of each row that had one.
    wrong: BTreeMap<usize, PayError>,
}

/// What a batch came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchResult {
    /// For each result that was asked for, in its smallest digits, one for each employee; 0 for those that could not be computed.
    pub columns: Vec<Vec<i64>>,
    /// How many digits behind the point each column has.
    pub digits: Vec<u8>,
    /// The rows that could not be computed, and why, in order.
    pub errors: Vec<(usize, PayError)>,
    /// The rows of which more is withheld than is paid, in order: their net pay is below zero. Of a program that is for
    /// [some results](Program::only) and has no net pay among them, none.
    pub short: Vec<usize>,
}

impl BatchResult {
    /// One result of one employee; `None` where it could not be computed.
    #[must_use]
    pub fn amount(&self, row: usize, column: usize) -> Option<Decimal> {
        if self.errors.binary_search_by_key(&row, |(row, _)| *row).is_ok() {
            return None;
        }
        let units = self.columns.get(column)?.get(row)?;
        Some(decimal::from_fixed(*units, u32::from(*self.digits.get(column)?)))
    }
}

impl<'p> Batch<'p> {
    /// A batch of employees, by the names that errors will tell.
    pub fn new<S: Into<SmolStr>>(
        program: &'p Program,
        employees: impl IntoIterator<Item = S>,
    ) -> Batch<'p> {
        let employees = employees.into_iter().map(Into::into).collect();
        Batch { program, employees, columns: Vec::new(), wrong: BTreeMap::new() }
    }

    /// Fills an input, in the order of the employees. A value that the input can't be is told with its employee when the batch is run.
    ///
    /// ```
    /// use fondaco_payroll::Batch;
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut batch = Batch::new(&program, ["Ada", "Bo"]);
    /// batch.column("salary", [2000, 1000])?;
    /// let net = batch.run(&["net"])?;
    /// assert_eq!(net.amount(1, 0).unwrap().to_string(), "905.92");
    /// assert_eq!(batch.column("exempts", [true]).unwrap_err().code(), "payroll.column_length");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::UnknownInput`], [`PayError::ColumnLength`] unless there is one value for each employee, and [`PayError::ColumnTwice`].
    pub fn column<V: Into<Value>>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), PayError> {
        let input = self.new_column(name)?;
        let slot = &self.program.inputs[input.0];
        let mut units = Vec::with_capacity(self.employees.len());
        let mut wrong = Vec::new();
        let mut values = values.into_iter();
        for (row, value) in values.by_ref().take(self.employees.len()).enumerate() {
            match slot.take(&self.employees[row], &value.into(), self.program) {
                Ok(value) => units.push(value),
                Err(error) => {
                    wrong.push((row, error));
                    units.push(0);
                }
            }
        }
        // A column may have no end, so that what is too much is not counted.
        let more = if values.next().is_some() { "more than " } else { "" };
        if !more.is_empty() || units.len() < self.employees.len() {
            return Err(self.length(name, format!("{more}{}", units.len())));
        }
        for (row, error) in wrong {
            self.wrong.entry(row).or_insert(error);
        }
        self.columns.push((input, units));
        Ok(())
    }

    /// Fills an input with units of its smallest digits, as a data frame has them.
    ///
    /// ```
    /// use fondaco_payroll::Batch;
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut batch = Batch::new(&program, ["Ada", "Bo"]);
    /// batch.units("salary", vec![200_000, 100_000])?; // cents
    /// assert_eq!(batch.run(&["net"])?.amount(0, 0).unwrap().to_string(), "1657.84");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Batch::column`].
    pub fn units(&mut self, name: &str, units: Vec<i64>) -> Result<(), PayError> {
        let input = self.new_column(name)?;
        if units.len() != self.employees.len() {
            return Err(self.length(name, units.len().to_string()));
        }
        self.columns.push((input, units));
        Ok(())
    }

    /// The input of a column that was not given yet.
    fn new_column(&self, name: &str) -> Result<Input, PayError> {
        let input = self.program.input(name)?;
        match self.columns.iter().any(|(given, _)| *given == input) {
            true => Err(PayError::ColumnTwice { field: name.into() }),
            false => Ok(input),
        }
    }

    fn length(&self, name: &str, found: String) -> PayError {
        PayError::ColumnLength { field: name.into(), found, wanted: self.employees.len() }
    }

    /// Computes all rows, one after the other.
    ///
    /// ```
    /// use fondaco_payroll::Batch;
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut batch = Batch::new(&program, ["Ada", "Bo"]);
    /// batch.column("salary", [2000, -1])?;
    /// let result = batch.run(&["net"])?;
    /// assert_eq!(result.errors.len(), 1); // Bo's, who stops nobody
    /// assert!(result.amount(0, 0).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::UnknownInput`] of a result that there is none of. What is wrong with a row is in the result.
    pub fn run(&self, outputs: &[&str]) -> Result<BatchResult, PayError> {
        self.run_on(1, outputs)
    }

    /// Computes all rows on so many threads. The result doesn't depend on how many.
    ///
    /// ```
    /// use fondaco_payroll::Batch;
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let mut batch = Batch::new(&program, ["Ada", "Bo"]);
    /// batch.column("salary", [2000, 1000])?;
    /// assert_eq!(batch.run_on(2, &["net"])?.amount(0, 0), batch.run(&["net"])?.amount(0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Batch::run`].
    pub fn run_on(&self, threads: usize, outputs: &[&str]) -> Result<BatchResult, PayError> {
        let outputs =
            outputs.iter().map(|name| self.program.output(name)).collect::<Result<Vec<_>, _>>()?;
        let rows = self.employees.len();
        let each = rows.div_ceil(threads.max(1)).max(1);
        let mut result = BatchResult {
            columns: vec![Vec::new(); outputs.len()],
            digits: outputs.iter().map(|output| self.program.output_digits(*output)).collect(),
            errors: Vec::new(),
            short: Vec::new(),
        };
        let starts = (0..rows).step_by(each);
        let parts: Vec<BatchResult> = if threads <= 1 {
            starts.map(|start| self.part(start..rows.min(start + each), &outputs)).collect()
        } else {
            std::thread::scope(|scope| {
                let outputs = &outputs;
                let running: Vec<_> = starts
                    .map(|start| {
                        scope.spawn(move || self.part(start..rows.min(start + each), outputs))
                    })
                    .collect();
                let done = |part: std::thread::ScopedJoinHandle<'_, BatchResult>| {
                    // A part that is lost would give its rows to others.
                    part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                running.into_iter().map(done).collect()
            })
        };
        let mut parts = parts.into_iter();
        // What is the only part is not copied.
        if let Some(first) = parts.next() {
            result = BatchResult { digits: result.digits, ..first };
        }
        for part in parts {
            for (column, more) in result.columns.iter_mut().zip(part.columns) {
                column.reserve_exact(rows.saturating_sub(column.len()));
                column.extend(more);
            }
            result.errors.extend(part.errors);
            result.short.extend(part.short);
        }
        Ok(result)
    }

    fn part(&self, rows: std::ops::Range<usize>, outputs: &[Output]) -> BatchResult {
        let mut runner = self.program.runner();
        let mut columns: Vec<Vec<i64>> =
            outputs.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        let mut part = BatchResult::default();
        let net = self.program.output("net").ok();
        let (mut lanes, mut tries) = (self.lanes(), TRIES);
        for first in rows.clone().step_by(ROWS) {
            let block = first..rows.end.min(first + ROWS);
            let done = lanes
                .as_mut()
                .and_then(|lanes| self.block(lanes, block.clone(), outputs, &mut columns));
            if let (Some(()), Some(lanes)) = (done, &lanes) {
                tries = TRIES;
                let net = net.and_then(|net| lanes.get(self.program.outputs.get(net.0)?.reg));
                let nets = block.zip(net.into_iter().flatten());
                part.short.extend(nets.filter(|(_, net)| **net < 0).map(|(row, _)| row));
                continue;
            }
            tries = tries.saturating_sub(1);
            if tries == 0 {
                lanes = None;
            }
            for row in block {
                let done = self.row(&mut runner, row, outputs, &mut columns);
                if let Err(error) = done {
                    columns.iter_mut().for_each(|column| column.push(0));
                    part.errors.push((row, error));
                } else if net.is_some_and(|net| runner.units(net) < 0) {
                    part.short.push(row);
                }
            }
        }
        part.columns = columns;
        part
    }

    /// A frame for blocks of rows with what no row says, where all of the program can be run so.
    fn lanes(&self) -> Option<Lanes<'p>> {
        let mut lanes = Lanes::new(self.program)?;
        for (at, slot) in self.program.inputs.iter().enumerate() {
            if !self.columns.iter().any(|(input, _)| input.0 == at) {
                lanes.fill(slot.reg, slot.default?)?;
            }
        }
        Some(lanes)
    }

    /// Computes a block of rows at once; `None`, with nothing done, where one of them has to be looked at by itself.
    fn block(
        &self,
        lanes: &mut Lanes<'_>,
        rows: std::ops::Range<usize>,
        outputs: &[Output],
        columns: &mut [Vec<i64>],
    ) -> Option<()> {
        if self.wrong.range(rows.clone()).next().is_some() {
            return None;
        }
        for (input, units) in &self.columns {
            let slot = self.program.inputs.get(input.0)?;
            let units = units.get(rows.clone())?;
            let (least, most) = slot.bounds();
            let is_outside = |units: &i64| *units < least || *units > most;
            // All are looked at, which is done side by side.
            if units.iter().fold(false, |found, units| found | is_outside(units)) {
                return None;
            }
            lanes.set(slot.reg, units)?;
        }
        lanes.run()?;
        for (column, output) in columns.iter_mut().zip(outputs) {
            let reg = self.program.outputs.get(output.0)?.reg;
            column.extend_from_slice(lanes.get(reg)?.get(..rows.len())?);
        }
        Some(())
    }

    fn row(
        &self,
        runner: &mut Runner<'_>,
        row: usize,
        outputs: &[Output],
        columns: &mut [Vec<i64>],
    ) -> Result<(), PayError> {
        runner.employee(&self.employees[row]);
        if let Some(wrong) = self.wrong.get(&row) {
            return Err(wrong.clone());
        }
        // Every row sets the same inputs, so that none keeps what another had.
        for (input, units) in &self.columns {
            runner.set(*input, units[row])?;
        }
        runner.run()?;
        let units = |output: &Output| {
            i64::try_from(runner.units(*output)).map_err(|_| PayError::FigureTooLarge {
                employee: self.employees[row].clone(),
                rule: self.program.outputs[output.0].name.clone(),
                given: runner.largest(),
            })
        };
        // All of a row or nothing of it.
        outputs.iter().try_for_each(|output| units(output).map(|_| ()))?;
        for (column, output) in columns.iter_mut().zip(outputs) {
            column.push(units(output)?);
        }
        Ok(())
    }
}
