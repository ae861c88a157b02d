//! Many rows at once: every step over a block of them, in columns of 64-bit numbers.
//!
//! A step is looked at once for a block instead of once for a row, and most of what is left are additions and multiplications that processors
//! do side by side. Both sides of a choice are computed, and the choice picks. What does not fit 64 bits, and whatever would be an error, ends
//! the attempt: then the block goes row by row, as if nobody had tried, so that answers and errors are the same.

use fondaco_core::Rounding;

use super::op::{Op, Reg};
use super::table::ShortBrackets;
use super::{Program, exact};

/// The rows of a block: few enough that the columns of a program stay in the fast part of memory.
pub(super) const ROWS: usize = 64;

type Column = [i64; ROWS];

/// A frame for a block of rows.
pub(super) struct Lanes<'p> {
    program: &'p Program,
    #[allow(clippy::vec_box, reason = "columns change places without being copied")]
    frame: Vec<Box<Column>>,
    /// Where the next step writes; it then changes places with the column that it is for, so that none is copied.
    next: Box<Column>,
    cells: Vec<i64>,
    /// Those of the program's tables that are looked up in 64 bits.
    tables: Vec<Option<ShortBrackets>>,
}

/// Which of a step's lanes had no answer are not told: one is enough.
type Done = Option<()>;

/// A lane's value, and a number that is below zero where there is none: signs of many are gathered side by side.
type Lane = (i64, i64);

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
        let frame = program.template.iter().map(|units| Some(Box::new([narrow(units)?; ROWS])));
        let frame = frame.collect::<Option<Vec<Box<Column>>>>()?;
        let cells = program.cells.iter().map(narrow).collect::<Option<Vec<i64>>>()?;
        let tables = program.tables.iter().map(ShortBrackets::of).collect();
        Some(Lanes { program, frame, next: Box::new([0; ROWS]), cells, tables })
    }

    /// The same value in every row.
    pub(super) fn fill(&mut self, reg: Reg, units: i128) -> Done {
        self.frame.get_mut(usize::from(reg))?.fill(i64::try_from(units).ok()?);
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
        self.frame.get(usize::from(reg)).map(Box::as_ref)
    }

    /// Runs every step over the block, if all of it can be run so.
    pub(super) fn run(&mut self) -> Done {
        let program = self.program;
        program.ops.iter().try_for_each(|op| self.step(*op))
    }

    fn step(&mut self, op: Op) -> Done {
        match op {
            Op::Add { to, a, b } => self.two(to, a, b, sum),
            Op::Sub { to, a, b } => self.two(to, a, b, difference),
            Op::Mul { to, a, b } => self.two(to, a, b, |a, b| told(a.overflowing_mul(b))),
            Op::Min { to, a, b } => self.two(to, a, b, |a, b| (a.min(b), 0)),
            Op::Max { to, a, b } => self.two(to, a, b, |a, b| (a.max(b), 0)),
            Op::Equal { to, a, b } => self.two(to, a, b, |a, b| (i64::from(a == b), 0)),
            Op::Less { to, a, b } => self.two(to, a, b, |a, b| (i64::from(a < b), 0)),
            Op::AtMost { to, a, b } => self.two(to, a, b, |a, b| (i64::from(a <= b), 0)),
            Op::Negate { to, a } => self.one(to, a, |a| difference(0, a)),
            Op::Abs { to, a } => self.one(to, a, |a| told(a.overflowing_abs())),
            Op::Not { to, a } => self.one(to, a, |a| (i64::from(a == 0), 0)),
            Op::Raise { to, a, power } => {
                let times = power_of_ten(power)?;
                self.one(to, a, |a| told(a.overflowing_mul(times)))
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
            Op::Table { to, table, index, value } => self.table(to, table, index, value),
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

    fn one(&mut self, to: Reg, a: Reg, each: impl Fn(i64) -> Lane) -> Done {
        let mut signs = 0;
        let a = self.frame.get(usize::from(a))?;
        for (to, a) in self.next.iter_mut().zip(a.iter()) {
            let (value, sign) = each(*a);
            *to = value;
            signs |= sign;
        }
        self.put(to, signs)
    }

    fn two(&mut self, to: Reg, a: Reg, b: Reg, each: impl Fn(i64, i64) -> Lane) -> Done {
        let mut signs = 0;
        let (a, b) = (self.frame.get(usize::from(a))?, self.frame.get(usize::from(b))?);
        for ((to, a), b) in self.next.iter_mut().zip(a.iter()).zip(b.iter()) {
            let (value, sign) = each(*a, *b);
            *to = value;
            signs |= sign;
        }
        self.put(to, signs)
    }

    /// Puts what was just written in its place, unless a lane has no value.
    fn put(&mut self, to: Reg, signs: i64) -> Done {
        std::mem::swap(self.frame.get_mut(usize::from(to))?, &mut self.next);
        (signs >= 0).then_some(())
    }

    /// Over a power of ten: known when this is compiled, it is a multiplication.
    fn round(&mut self, to: Reg, a: Reg, power: u8, rounding: Rounding) -> Done {
        match power {
            1 => self.over::<10>(to, a, rounding),
            2 => self.over::<100>(to, a, rounding),
            3 => self.over::<1_000>(to, a, rounding),
            4 => self.over::<10_000>(to, a, rounding),
            5 => self.over::<100_000>(to, a, rounding),
            6 => self.over::<1_000_000>(to, a, rounding),
            7 => self.over::<10_000_000>(to, a, rounding),
            8 => self.over::<100_000_000>(to, a, rounding),
            9 => self.over::<1_000_000_000>(to, a, rounding),
            10 => self.over::<10_000_000_000>(to, a, rounding),
            _ => self.one(to, a, |a| narrowed(exact::round(a.into(), power, rounding))),
        }
    }

    /// The roundings that most laws have are found without looking at what is left over.
    fn over<const TENS: u64>(&mut self, to: Reg, a: Reg, rounding: Rounding) -> Done {
        match rounding {
            Rounding::HalfUp => self.one(to, a, |a| sized(a, |size| (size + TENS / 2) / TENS)),
            Rounding::HalfDown => {
                self.one(to, a, |a| sized(a, |size| (size + (TENS / 2 - 1)) / TENS))
            }
            Rounding::Down => self.one(to, a, |a| sized(a, |size| size / TENS)),
            Rounding::Up => self.one(to, a, |a| sized(a, |size| size.div_ceil(TENS))),
            _ => self.one(to, a, |a| narrowed(exact::divide(a.into(), i128::from(TENS), rounding))),
        }
    }

    fn select(
        &mut self,
        to: Reg,
        condition: Reg,
        (then, other): (Reg, Reg),
        (raise_then, raise_other): (i64, i64),
    ) -> Done {
        let mut signs = 0;
        let sides = self.frame.get(usize::from(then))?.iter();
        let sides = sides.zip(self.frame.get(usize::from(other))?.iter());
        let conditions = self.frame.get(usize::from(condition))?.iter();
        for ((to, condition), (then, other)) in self.next.iter_mut().zip(conditions).zip(sides) {
            let is = *condition != 0;
            let value = if is { *then } else { *other };
            let raise = if is { raise_then } else { raise_other };
            let (value, sign) = told(value.overflowing_mul(raise));
            *to = value;
            signs |= sign;
        }
        self.put(to, signs)
    }

    fn cell(&mut self, to: Reg, first: usize, index: Reg) -> Done {
        let index = self.frame.get(usize::from(index))?;
        for (to, index) in self.next.iter_mut().zip(index.iter()) {
            let at = first.checked_add(usize::try_from(*index).ok()?)?;
            *to = *self.cells.get(at)?;
        }
        self.put(to, 0)
    }

    fn table(&mut self, to: Reg, table: u16, index: Reg, value: Reg) -> Done {
        let brackets = self.program.tables.get(usize::from(table))?;
        let short = self.tables.get(usize::from(table)).and_then(Option::as_ref);
        let (index, value) =
            (self.frame.get(usize::from(index))?, self.frame.get(usize::from(value))?);
        let mut signs = 0;
        for ((to, index), value) in self.next.iter_mut().zip(index.iter()).zip(value.iter()) {
            let (value, sign) = match short {
                Some(short) => told(short.answer(*index as usize, *value)),
                None => narrowed(brackets.answer(table, *index as usize, (*value).into())),
            };
            *to = value;
            signs |= sign;
        }
        self.put(to, signs)
    }

    /// The denominator stands beside the numerator.
    fn scaled(&mut self, to: Reg, table: u16, (index, value): (Reg, Reg), over: Reg) -> Done {
        let brackets = self.program.tables.get(usize::from(table))?;
        let column = |reg: Reg| self.frame.get(usize::from(reg)).map(|column| column.iter());
        let of = column(index)?.zip(column(value)?);
        let ratio = column(over)?.zip(column(over + 1)?);
        let mut signs = 0;
        for ((to, (index, value)), (times, over)) in self.next.iter_mut().zip(of).zip(ratio) {
            let (times, over) = (i128::from(*times), i128::from(*over));
            let answer = brackets.scaled(*index as usize, i128::from(*value), times, over);
            let (value, sign) = narrowed(answer);
            *to = value;
            signs |= sign;
        }
        self.put(to, signs)
    }
}

/// A figure that has room in 64 bits, or that there is none.
fn narrowed(wide: Result<i128, super::op::Fault>) -> Lane {
    match wide.ok().and_then(|wide| i64::try_from(wide).ok()) {
        Some(value) => (value, 0),
        None => (0, -1),
    }
}

#[inline]
fn told((value, wrong): (i64, bool)) -> Lane {
    (value, -i64::from(wrong))
}

/// A sum of two has another sign than both of them where it has no room.
#[inline]
fn sum(a: i64, b: i64) -> Lane {
    let sum = a.wrapping_add(b);
    (sum, (a ^ sum) & (b ^ sum))
}

#[inline]
fn difference(a: i64, b: i64) -> Lane {
    let difference = a.wrapping_sub(b);
    (difference, (a ^ b) & (a ^ difference))
}

fn power_of_ten(digits: u8) -> Option<i64> {
    10_i64.checked_pow(digits.into())
}

/// A quotient of the size of a number, with its sign again.
#[inline]
fn sized(a: i64, quotient: impl Fn(u64) -> u64) -> Lane {
    // Of 2^63 and half of a power of ten there is room in 64 bits without a sign, and a quotient by ten and more is below 2^60.
    let size = quotient(a.unsigned_abs()) as i64;
    (if a < 0 { -size } else { size }, 0)
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

    const MODES: [&str; 7] =
        ["down", "up", "ceiling", "floor", "half_up", "half_down", "half_even"];

    /// Every rounding to every number of digits, all kinds of tables, and sums that have no room.
    static ARITHMETIC: LazyLock<Program> = LazyLock::new(|| {
        let mut file = String::from(
            "name = 'a'\ncurrency = 'EUR'\n\
             [[input]]\nname = 'x'\ntype = 'number'\ndigits = 12\n\
             [[input]]\nname = 'y'\ntype = 'number'\ndigits = 2\n\
             [[input]]\nname = 'pay'\ntype = 'money'\n",
        );
        let mut rule = |name: &str, ty: &str, formula: &str| {
            file += &format!(
                "[[rule]]\nname = '{name}'\nkind = 'value'\ntype = '{ty}'\nformula = '{formula}'\n"
            );
        };
        for mode in MODES {
            for digits in 0..12 {
                rule(&format!("{mode}_{digits}"), "number", &format!("round(x, {digits}, {mode})"));
            }
        }
        rule("sums", "number", "min(abs(x + x), 5) - max(min(-x, 5), -5) + max(min(x - y, 5), -5)");
        for kind in ["marginal", "slab", "base", "line", "lookup"] {
            let ty = if kind == "lookup" { "number" } else { "money" };
            rule(&format!("by_{kind}"), ty, &format!("{kind}_rows(pay)"));
        }
        for (kind, rows) in [
            ("marginal", "[0, '10%'], [100, '20%'], [300, '35%']"),
            ("slab", "[0, '10%'], [100, '20%'], [300, '35%']"),
            ("base", "[0, 0, '10%'], [100, 11, '20%'], [300, 52, '35%']"),
            ("line", "[0, '10%', 0], [100, '20%', -10], [300, '35%', -55]"),
            ("lookup", "[0, 1], [100, 2], [300, 3]"),
        ] {
            file += &format!(
                "[[table]]\nname = '{kind}_rows'\nkind = '{kind}'\nof = 'money'\nversions = [{{ from = '2020-01-01', rows = [{rows}] }}]\n"
            );
        }
        program(RuleSet::from_toml(&file), "2026-01-31")
    });

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_block_of_figures_is_what_its_figures_are(
            x in prop::collection::vec(
                prop_oneof![-4_000_000_000_000_000_i64..4_000_000_000_000_000, -1000_i64..1000, Just(i64::MAX), Just(i64::MIN)],
                1..130,
            ),
            of_tens in any::<bool>(),
            pay in -20_000_i64..60_000,
        ) {
            let rows = x.len();
            let tens = |x: &i64| if of_tens { x / 500_000 * 500_000 } else { *x };
            let mut names: Vec<String> =
                MODES.iter().flat_map(|mode| (0..12).map(move |at| format!("{mode}_{at}"))).collect();
            names.extend(["sums", "by_marginal", "by_slab", "by_base", "by_line", "by_lookup"].map(str::to_owned));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            as_by_itself(&ARITHMETIC, &names, &[
                ("x", x.iter().map(tens).collect()),
                ("y", x.iter().map(|x| x / 3).collect()),
                ("pay", column(rows, |row| pay + row * 997)),
            ]);
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
