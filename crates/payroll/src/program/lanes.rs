//! Many rows at once: every step over a block of them, in columns of 64-bit numbers.
//!
//! A step is looked at once for a block instead of once for a row, and most of what is left are additions and multiplications that processors
//! do side by side. Both sides of a choice are computed, and the choice picks. What does not fit 64 bits, and whatever would be an error, ends
//! the attempt: then the block goes row by row, as if nobody had tried, so that answers and errors are the same.

use fondaco_core::Rounding;

use super::op::{Op, Reg};
use super::{Program, exact};

/// The rows of a block: few enough that the columns of a program stay in the fast part of memory.
pub(super) const ROWS: usize = 64;

type Column = [i64; ROWS];

/// A frame for a block of rows.
pub(super) struct Lanes<'p> {
    program: &'p Program,
    frame: Vec<Column>,
    cells: Vec<i64>,
}

/// Which of a step's lanes had no answer are not told: one is enough.
type Done = Option<()>;

impl<'p> Lanes<'p> {
    /// None of a program that has steps which are only done row by row: lists, claims, days, functions in Rust.
    pub(super) fn new(program: &'p Program) -> Option<Lanes<'p>> {
        let is_by_row = |op: &Op| {
            matches!(
                op,
                Op::Calendar { .. }
                    | Op::Days { .. }
                    | Op::Serve { .. }
                    | Op::Age { .. }
                    | Op::Call { .. }
            )
        };
        if program.has_rows || program.ops.iter().any(is_by_row) {
            return None;
        }
        let narrow = |wide: &i128| i64::try_from(*wide).ok();
        let frame = program.template.iter().map(|units| Some([narrow(units)?; ROWS]));
        let frame = frame.collect::<Option<Vec<Column>>>()?;
        let cells = program.cells.iter().map(narrow).collect::<Option<Vec<i64>>>()?;
        Some(Lanes { program, frame, cells })
    }

    /// The same value in every row.
    pub(super) fn fill(&mut self, reg: Reg, units: i128) -> Done {
        *self.frame.get_mut(usize::from(reg))? = [i64::try_from(units).ok()?; ROWS];
        Some(())
    }

    /// A value for each row of a block; what is left of the block repeats the last.
    pub(super) fn set(&mut self, reg: Reg, units: &[i64]) -> Done {
        let column = self.frame.get_mut(usize::from(reg))?;
        let (given, rest) = column.split_at_mut_checked(units.len())?;
        given.copy_from_slice(units);
        rest.fill(*units.last()?);
        Some(())
    }

    pub(super) fn get(&self, reg: Reg) -> Option<&Column> {
        self.frame.get(usize::from(reg))
    }

    /// Runs every step over the block, if all of it can be run so.
    pub(super) fn run(&mut self) -> Done {
        let program = self.program;
        program.ops.iter().try_for_each(|op| self.step(*op))
    }

    fn step(&mut self, op: Op) -> Done {
        match op {
            Op::Add { to, a, b } => self.two(to, a, b, i64::overflowing_add),
            Op::Sub { to, a, b } => self.two(to, a, b, i64::overflowing_sub),
            Op::Mul { to, a, b } => self.two(to, a, b, i64::overflowing_mul),
            Op::Min { to, a, b } => self.two(to, a, b, |a, b| (a.min(b), false)),
            Op::Max { to, a, b } => self.two(to, a, b, |a, b| (a.max(b), false)),
            Op::Equal { to, a, b } => self.two(to, a, b, |a, b| (i64::from(a == b), false)),
            Op::Less { to, a, b } => self.two(to, a, b, |a, b| (i64::from(a < b), false)),
            Op::AtMost { to, a, b } => self.two(to, a, b, |a, b| (i64::from(a <= b), false)),
            Op::Negate { to, a } => self.one(to, a, i64::overflowing_neg),
            Op::Abs { to, a } => self.one(to, a, i64::overflowing_abs),
            Op::Not { to, a } => self.one(to, a, |a| (i64::from(a == 0), false)),
            Op::Raise { to, a, power } => {
                let times = power_of_ten(power)?;
                self.one(to, a, |a| a.overflowing_mul(times))
            }
            Op::Round { to, a, power, rounding } => self.round(to, a, power, rounding),
            Op::Divide { to, a, b, rounding } => {
                self.two(to, a, b, |a, b| narrowed(exact::divide(a.into(), b.into(), rounding)))
            }
            // Both sides are computed.
            Op::Unless { .. } | Op::Jump { .. } => Some(()),
            Op::Check { condition, .. } => (!self.get(condition)?.contains(&0)).then_some(()),
            Op::Select { to, condition, then, other, raise_then, raise_other } => {
                let raises = (power_of_ten(raise_then)?, power_of_ten(raise_other)?);
                self.select(to, condition, (then, other), raises)
            }
            Op::Cell { to, first, index } => self.cell(to, first as usize, index),
            Op::Table { to, table, index, value } => {
                let program = self.program;
                let brackets = program.tables.get(usize::from(table))?;
                self.two(to, index, value, |index, value| {
                    narrowed(brackets.answer(table, index as usize, value.into()))
                })
            }
            Op::Scaled { to, table, index, value, over } => {
                self.scaled(to, table, (index, value), over)
            }
            Op::Calendar { .. }
            | Op::Days { .. }
            | Op::Serve { .. }
            | Op::Age { .. }
            | Op::Call { .. } => None,
        }
    }

    fn one(&mut self, to: Reg, a: Reg, each: impl Fn(i64) -> (i64, bool)) -> Done {
        let mut column = [0; ROWS];
        let mut is_wrong = false;
        for (to, a) in column.iter_mut().zip(self.get(a)?) {
            let (value, wrong) = each(*a);
            *to = value;
            is_wrong |= wrong;
        }
        self.put(to, column, is_wrong)
    }

    fn two(&mut self, to: Reg, a: Reg, b: Reg, each: impl Fn(i64, i64) -> (i64, bool)) -> Done {
        let mut column = [0; ROWS];
        let mut is_wrong = false;
        for ((to, a), b) in column.iter_mut().zip(self.get(a)?).zip(self.get(b)?) {
            let (value, wrong) = each(*a, *b);
            *to = value;
            is_wrong |= wrong;
        }
        self.put(to, column, is_wrong)
    }

    fn put(&mut self, to: Reg, column: Column, is_wrong: bool) -> Done {
        *self.frame.get_mut(usize::from(to))? = column;
        (!is_wrong).then_some(())
    }

    /// Over a power of ten. Half up, which most laws have, is half of it more, cut: for ten halves to a whole number.
    fn round(&mut self, to: Reg, a: Reg, power: u8, rounding: Rounding) -> Done {
        match (power, rounding) {
            (2, Rounding::HalfUp) => self.one(to, a, half_up::<100>),
            (4, Rounding::HalfUp) => self.one(to, a, half_up::<10_000>),
            (6, Rounding::HalfUp) => self.one(to, a, half_up::<1_000_000>),
            (8, Rounding::HalfUp) => self.one(to, a, half_up::<100_000_000>),
            _ => self.one(to, a, |a| narrowed(exact::round(a.into(), power, rounding))),
        }
    }

    fn select(
        &mut self,
        to: Reg,
        condition: Reg,
        (then, other): (Reg, Reg),
        (raise_then, raise_other): (i64, i64),
    ) -> Done {
        let mut column = [0; ROWS];
        let mut is_wrong = false;
        let sides = self.get(then)?.iter().zip(self.get(other)?);
        for ((to, condition), (then, other)) in
            column.iter_mut().zip(self.get(condition)?).zip(sides)
        {
            let (value, raise) =
                if *condition != 0 { (*then, raise_then) } else { (*other, raise_other) };
            let (value, wrong) = value.overflowing_mul(raise);
            *to = value;
            is_wrong |= wrong;
        }
        self.put(to, column, is_wrong)
    }

    fn cell(&mut self, to: Reg, first: usize, index: Reg) -> Done {
        let mut column = [0; ROWS];
        for (to, index) in column.iter_mut().zip(self.get(index)?) {
            let at = first.checked_add(usize::try_from(*index).ok()?)?;
            *to = *self.cells.get(at)?;
        }
        self.put(to, column, false)
    }

    /// The denominator stands beside the numerator.
    fn scaled(&mut self, to: Reg, table: u16, (index, value): (Reg, Reg), over: Reg) -> Done {
        let brackets = self.program.tables.get(usize::from(table))?;
        let mut column = [0; ROWS];
        let mut is_wrong = false;
        let of = self.get(index)?.iter().zip(self.get(value)?);
        let ratio = self.get(over)?.iter().zip(self.get(over + 1)?);
        for ((to, (index, value)), (times, over)) in column.iter_mut().zip(of).zip(ratio) {
            let (times, over) = (i128::from(*times), i128::from(*over));
            let answer = brackets.scaled(*index as usize, i128::from(*value), times, over);
            let (value, wrong) = narrowed(answer);
            *to = value;
            is_wrong |= wrong;
        }
        self.put(to, column, is_wrong)
    }
}

/// A figure that has room in 64 bits, or that there is none.
fn narrowed(wide: Result<i128, super::op::Fault>) -> (i64, bool) {
    match wide.ok().and_then(|wide| i64::try_from(wide).ok()) {
        Some(value) => (value, false),
        None => (0, true),
    }
}

fn power_of_ten(digits: u8) -> Option<i64> {
    10_i64.checked_pow(digits.into())
}

#[inline]
fn half_up<const TENS: u64>(a: i64) -> (i64, bool) {
    // Of 2^63 there is room in 64 bits without a sign, and a quotient by ten and more is below 2^60.
    let size = ((a.unsigned_abs() + TENS / 2) / TENS) as i64;
    (if a < 0 { -size } else { size }, false)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::jurisdictions::{canada, estonia, france, germany, united_kingdom, united_states};
    use crate::{Batch, RuleError, RuleSet};

    fn program(rules: Result<RuleSet, RuleError>, day: &str) -> Program {
        rules.unwrap().on(day.parse().unwrap()).unwrap()
    }

    static US: LazyLock<Program> = LazyLock::new(|| program(united_states(), "2026-06-30"));
    static UK: LazyLock<Program> = LazyLock::new(|| program(united_kingdom(), "2025-06-30"));
    static DE: LazyLock<Program> = LazyLock::new(|| program(germany(), "2026-06-30"));
    static CA: LazyLock<Program> = LazyLock::new(|| program(canada(), "2021-05-14"));
    static EE: LazyLock<Program> = LazyLock::new(|| program(estonia(), "2026-06-30"));
    static FR: LazyLock<[Program; 2]> =
        LazyLock::new(|| ["2025-06-30", "2026-07-31"].map(|day| program(france(), day)));

    /// Every row of a batch is what it is by itself: as an amount, or as an error.
    fn as_by_itself(program: &Program, outputs: &[&str], columns: &[(&str, Vec<i64>)]) {
        let rows = columns[0].1.len();
        let names: Vec<String> = (0..rows).map(|row| format!("row {row}")).collect();
        let mut batch = Batch::new(program, names.clone());
        for (input, units) in columns {
            batch.units(input, units.clone()).unwrap();
        }
        for threads in [1, 3] {
            let done = batch.run_on(threads, outputs).unwrap();
            let mut errors = done.errors.iter();
            let mut runner = program.runner();
            for (row, name) in names.iter().enumerate() {
                runner.clear();
                runner.employee(name);
                let set = columns.iter().try_for_each(|(input, units)| {
                    runner.set(program.input(input).unwrap(), units[row])
                });
                match set.and_then(|()| runner.run()) {
                    Ok(()) => {
                        for (at, output) in outputs.iter().enumerate() {
                            let wanted = runner.amount(program.output(output).unwrap()).unwrap();
                            let found =
                                done.amount(row, at).map(|amount: Decimal| amount.normalize());
                            assert_eq!(found, Some(wanted.normalize()), "{name} {output}");
                        }
                        let net = program.output("net").map(|net| runner.units(net));
                        assert_eq!(
                            done.short.contains(&row),
                            net.is_ok_and(|net| net < 0),
                            "{name}"
                        );
                    }
                    Err(error) => assert_eq!(errors.next(), Some(&(row, error)), "{name}"),
                }
            }
            assert_eq!(errors.next(), None);
        }
    }

    fn column(rows: usize, of: impl Fn(i64) -> i64) -> Vec<i64> {
        (0..rows as i64).map(of).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        /// Of every country, with rows here and there that are refused or have no room in 64 bits.
        #[test]
        fn a_block_of_rows_is_what_its_rows_are(
            rows in 1_usize..400,
            seed in 0_i64..1_000_000,
            odd in prop::option::of((0_i64..400, prop_oneof![Just(-5), Just(4_000_000_000_000_000)])),
        ) {
            let pay = |row: i64| match odd {
                Some((at, units)) if at == row => units,
                _ => (row + seed).wrapping_mul(7_919) % 1_500_000,
            };
            let other = |count: i64| move |row: i64| (row + seed) % count;
            as_by_itself(&US, &["net", "federal_income_tax", "futa", "employer_cost"], &[
                ("frequency", column(rows, other(8))),
                ("wages", column(rows, pay)),
                ("w4_status", column(rows, other(3))),
                ("w4_extra", column(rows, |row| row % 7 * 100_000)),
                ("social_security_wages_to_date", column(rows, |row| row * 104_729 % 25_000_000)),
            ]);
            as_by_itself(&UK, &["net", "income_tax", "employee_ni"], &[
                ("frequency", column(rows, other(4))),
                ("period", column(rows, |row| 4 + row % 9)),
                ("salary", column(rows, pay)),
                ("nation", column(rows, other(3))),
                ("code_kind", column(rows, |_| 0)),
                ("code_number", column(rows, |_| 1257)),
                ("ni_letter", column(rows, other(17))),
                ("pay_to_date", column(rows, |row| row * 104_729 % 5_000_000)),
            ]);
            as_by_itself(&DE, &["net", "income_tax", "care_insurance_employee"], &[
                ("pay_period", column(rows, |_| 1)),
                ("tax_class", column(rows, other(6))),
                ("wage", column(rows, pay)),
                ("fund_rate", column(rows, |row| 200 + row % 150)),
                ("child_allowances", column(rows, |row| row % 3 * 50)),
            ]);
            as_by_itself(&CA, &["net", "federal_tax", "provincial_tax"], &[
                ("frequency", column(rows, other(13))),
                ("province", column(rows, other(12))),
                ("wages", column(rows, pay)),
                ("provincial_claim", column(rows, |_| 1_088_000)),
            ]);
            as_by_itself(&EE, &["net", "social_tax"], &[
                ("salary", column(rows, pay)),
                ("pension_rate", column(rows, |row| row % 5 * 20_000)),
            ]);
            for program in FR.iter() {
                as_by_itself(program, &["net", "employer_contributions", "general_reduction"], &[
                    ("salary", column(rows, pay)),
                    ("executive", column(rows, other(2))),
                    ("headcount", column(rows, |row| 1 + row % 300)),
                    ("accident_rate", column(rows, |_| 7_000)),
                ]);
            }
        }
    }

    /// The countries of which many are computed at once go by columns, and usual pay stays in 64 bits.
    #[test]
    fn usual_pay_goes_by_columns() {
        let us = &*US;
        let mut lanes = Lanes::new(us).unwrap();
        for input in &us.inputs {
            lanes.fill(input.reg, input.default.unwrap_or(0)).unwrap();
        }
        let wages = us.inputs.iter().find(|input| input.name == "wages").unwrap().reg;
        lanes.set(wages, &column(50, |row| 100_000 + row * 7_919)).unwrap();
        assert_eq!(lanes.run(), Some(()));
        let fr = FR[0].only(&["contributions", "net_before_tax"]).unwrap();
        let mut lanes = Lanes::new(&fr).unwrap();
        for input in &fr.inputs {
            lanes.fill(input.reg, input.default.unwrap_or(0)).unwrap();
        }
        let salary = fr.inputs.iter().find(|input| input.name == "salary").unwrap().reg;
        lanes.set(salary, &column(64, |row| 185_000 + row * 79_919)).unwrap();
        assert_eq!(lanes.run(), Some(()));
    }
}
