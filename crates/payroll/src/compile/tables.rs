//! Tables, each for the digits of what is looked up in it.

use super::lower::{Lowering, MOST_DIGITS, Value, named, wrong_type};
use super::*;
use crate::expr::Expr;
use crate::program::{Brackets, Op, Rows, Scaling};
use crate::rules::{Rounded, TableKind, TableVersion};
use crate::units::Units;

/// The tables that a program has, found by table and digits.
#[derive(Default)]
pub(super) struct TableCache {
    pub(super) brackets: Vec<Brackets>,
    /// What their rows say, and since when, for explanations: by table of the file and cell.
    pub(super) texts: BTreeMap<(usize, usize), (Vec<String>, String, DateRange)>,
    /// The units of what each gives.
    gives: Vec<Type>,
    known: BTreeMap<(usize, u8), u16>,
}

/// A column of figures, all with the same digits.
struct Column {
    units: Vec<i128>,
    digits: u8,
}

impl Lowering<'_> {
    pub(super) fn table(
        &mut self,
        index: usize,
        cells: &[Expr],
        args: &[Expr],
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let table = &self.rules.file.tables[index];
        let wanted = if table.scaled.is_some() { 3 } else { 1 };
        let (Some(of), true) = (args.first(), args.len() == wanted) else {
            let wanted =
                if wanted == 1 { "1" } else { "3: a value, a numerator and a denominator" };
            return Err(RuleError::WrongArguments {
                name: table.name.clone(),
                found: args.len(),
                wanted: wanted.into(),
            });
        };
        let (cell, mut nodes) = self.index(&table.name, &table.by, cells)?;
        let (value, node, _) = self.counted(of)?;
        nodes.push(node);
        let argument = self.rules.type_of(&table.of)?;
        if value.of != argument && !value.any_unit {
            return Err(wrong_type(of.to_string(), &value.of, &argument));
        }
        let at =
            self.brackets(index, value.digits).map_err(|error| error.of("table", &table.name))?;
        let (digits, gives) = {
            let brackets = &self.tables.brackets[usize::from(at)];
            (brackets.digits, brackets.gives)
        };
        let value = self.raised(&value, digits)?;
        let of = self.tables.gives[usize::from(at)].clone();
        let result = self.fresh(gives, of, || expr.to_string())?;
        let (to, value) = (result.reg, value.reg);
        let over = match args {
            [_, times, over] => {
                let over = self.ratio(times, over, &mut nodes)?;
                self.ops.push(Op::Scaled { to, table: at, index: cell, value, over });
                Some(over)
            }
            _ => {
                self.ops.push(Op::Table { to, table: at, index: cell, value });
                None
            }
        };
        let index = Some(cell).filter(|_| !table.by.is_empty());
        let what = What::Table { table: at, index, value, over, of: nodes };
        Ok((result.clone(), named(what, &result)))
    }

    /// A numerator and a denominator, of one unit and with the same digits, side by side in the frame.
    fn ratio(
        &mut self,
        times: &Expr,
        over: &Expr,
        nodes: &mut Vec<Node>,
    ) -> Result<crate::program::Reg, RuleError> {
        let ((a, one, _), (b, two, _)) = (self.counted(times)?, self.counted(over)?);
        self.same(&a, &b, || over.to_string())?;
        nodes.extend([one, two]);
        let (a, b) = self.aligned(&a, &b)?;
        let zero = self.constant(0, a.digits, a.of.clone())?.reg;
        let (first, second) = (self.place(0)?, self.place(0)?);
        self.ops.push(Op::Add { to: first, a: a.reg, b: zero });
        self.ops.push(Op::Add { to: second, a: b.reg, b: zero });
        Ok(first)
    }

    pub(super) fn brackets(&mut self, index: usize, digits: u8) -> Result<u16, RuleError> {
        if let Some(at) = self.tables.known.get(&(index, digits)) {
            return Ok(*at);
        }
        let table = &self.rules.file.tables[index];
        let kind = table.kind;
        let argument = self.rules.type_of(&table.of)?;
        let Type::Number(unit) = &argument else {
            return Err(RuleError::BadRule {
                field: "of",
                why: format!("is {}: only numbers are looked up", table.of),
            });
        };
        let answer = match (&table.gives, kind) {
            (Some(gives), TableKind::Lookup) => self.rules.type_of(gives)?,
            (None, TableKind::Lookup) => Type::number(),
            (Some(_), _) => {
                return Err(RuleError::BadRule {
                    field: "gives",
                    why: "is of a lookup alone: what other tables give follows".into(),
                });
            }
            (None, _) => argument.clone(),
        };
        let mut versions = Vec::new();
        for (place, cell) in self.rules.cells(&table.by)?.iter().enumerate() {
            let held = self.rules.tables[index].held(cell, self.on, self.known)?;
            let texts = held
                .value
                .rows
                .iter()
                .map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            self.tables
                .texts
                .insert((index, place), (texts.collect(), held.value.source.clone(), held.days));
            versions.push(held.value);
        }
        let check = |version: &&TableVersion| well_formed(version, kind);
        versions.iter().try_for_each(check)?;
        let values = self.rules.values(&answer);
        let of_rate = Type::Number(Units::none());
        let column = |at: usize, of: &Type| columns(&versions, at, of, &values);
        let from = column(0, &argument)?;
        let (rate, base) = match kind {
            TableKind::Marginal | TableKind::Slab => (Some(column(1, &of_rate)?), None),
            TableKind::Base => (Some(column(2, &of_rate)?), Some(column(1, &argument)?)),
            TableKind::Line => (Some(column(1, &of_rate)?), Some(column(2, &argument)?)),
            TableKind::Lookup => (None, Some(column(1, &answer)?)),
        };
        let shape = Shape::of(kind, digits, &from, &rate, &base, table)?;
        let mut brackets = Brackets {
            name: table.name.clone(),
            of: index,
            kind,
            begins_above: table.begins_above,
            each_band: table.each_band.and_then(|rounded| shape.drop(rounded)),
            scaled: table.scaled.map(|scaled| Scaling {
                thresholds: (
                    shape.digits.saturating_sub(scaled.thresholds.digits),
                    scaled.thresholds.mode,
                ),
                amounts: scaled.amounts.and_then(|rounded| shape.drop(rounded)),
            }),
            digits: shape.digits,
            gives: shape.gives,
            cells: Vec::new(),
        };
        let mut start = 0;
        for version in &versions {
            let end = start + version.rows.len();
            brackets.cells.push(rows(kind, start..end, &shape, &from, &rate, &base)?);
            start = end;
        }
        check_order(&brackets.cells, &versions)?;
        let at = u16::try_from(self.tables.brackets.len()).unwrap_or(u16::MAX);
        self.tables.brackets.push(brackets);
        self.tables.gives.push(match kind {
            TableKind::Lookup => answer,
            _ => Type::Number(unit.clone()),
        });
        self.tables.known.insert((index, digits), at);
        Ok(at)
    }
}

/// How many digits what is looked up and what is given have.
struct Shape {
    digits: u8,
    /// Before each band is rounded.
    full: u8,
    gives: u8,
}

impl Shape {
    fn of(
        kind: TableKind,
        digits: u8,
        from: &Column,
        rate: &Option<Column>,
        base: &Option<Column>,
        table: &crate::rules::Table,
    ) -> Result<Shape, RuleError> {
        let marginal = kind == TableKind::Marginal;
        if (table.each_band.is_some() || table.scaled.is_some())
            && (!marginal || table.each_band.is_some() == table.scaled.is_some())
        {
            return Err(RuleError::BadRule {
                field: "each_band",
                why: "and scaled are of marginal tables, and only one of them".into(),
            });
        }
        let thresholds = table.scaled.map_or(0, |scaled| scaled.thresholds.digits);
        let mut digits = digits.max(from.digits).max(thresholds);
        let rates = rate.as_ref().map_or(0, |rate| rate.digits);
        let bases = base.as_ref().map_or(0, |base| base.digits);
        let full = if kind == TableKind::Lookup {
            bases
        } else {
            digits = digits.max(bases.saturating_sub(rates));
            digits + rates
        };
        let gives = table.each_band.map_or(full, |rounded: Rounded| rounded.digits.min(full));
        match full > MOST_DIGITS {
            true => Err(RuleError::TooManyDigits {
                text: table.name.to_string(),
                digits: full.into(),
                most: MOST_DIGITS,
            }),
            false => Ok(Shape { digits, full, gives }),
        }
    }

    /// How many digits a rounding drops from a full answer, if any.
    fn drop(&self, rounded: Rounded) -> Option<(u8, fondaco_core::Rounding)> {
        let dropped = self.full.checked_sub(rounded.digits)?;
        Some((dropped, rounded.mode))
    }
}

/// One column over all cells.
fn columns(
    versions: &[&TableVersion],
    at: usize,
    of: &Type,
    values: &[SmolStr],
) -> Result<Column, RuleError> {
    let figures = versions.iter().flat_map(|version| &version.rows).filter_map(|row| row.get(at));
    let read = figures.map(|figure| figure.read(of, values)).collect::<Result<Vec<_>, _>>()?;
    let digits = read.iter().map(|figure| figure.digits).max().unwrap_or(0);
    let raised = read.iter().map(|figure| {
        let power = 10_i128.checked_pow((digits - figure.digits).into())?;
        figure.units.checked_mul(power)
    });
    let units = raised.collect::<Option<Vec<_>>>();
    let units = units.ok_or_else(|| RuleError::TooManyDigits {
        text: "a row".into(),
        digits: digits.into(),
        most: MOST_DIGITS,
    })?;
    Ok(Column { units, digits })
}

fn well_formed(version: &TableVersion, kind: TableKind) -> Result<(), RuleError> {
    if version.rows.is_empty() {
        return Err(RuleError::BadRow { row: 0, found: 0, wanted: kind.row() });
    }
    let wrong = version.rows.iter().position(|row| row.len() != kind.figures());
    wrong.map_or(Ok(()), |at| {
        Err(RuleError::BadRow { row: at + 1, found: version.rows[at].len(), wanted: kind.row() })
    })
}

fn check_order(cells: &[Rows], versions: &[&TableVersion]) -> Result<(), RuleError> {
    for (rows, version) in cells.iter().zip(versions) {
        let wrong = rows.from.windows(2).position(|pair| pair[0] >= pair[1]);
        if let Some(at) = wrong {
            let text = |row: usize| {
                version
                    .rows
                    .get(row)
                    .and_then(|row| row.first())
                    .map(ToString::to_string)
                    .unwrap_or_default()
            };
            return Err(RuleError::RowsOutOfOrder {
                row: at + 2,
                from: text(at + 1),
                before: text(at),
            });
        }
    }
    Ok(())
}

/// The rows of one cell; a marginal table gets what its lower bands come to.
fn rows(
    kind: TableKind,
    range: std::ops::Range<usize>,
    shape: &Shape,
    from: &Column,
    rate: &Option<Column>,
    base: &Option<Column>,
) -> Result<Rows, RuleError> {
    let raised = |column: &Column, digits: u8| -> Option<Vec<i128>> {
        let power = 10_i128.checked_pow(u32::from(digits.checked_sub(column.digits)?))?;
        column.units.get(range.clone())?.iter().map(|units| units.checked_mul(power)).collect()
    };
    let too_large = || RuleError::TooManyDigits {
        text: "a row".into(),
        digits: shape.full.into(),
        most: MOST_DIGITS,
    };
    let from = raised(from, shape.digits).ok_or_else(too_large)?;
    let rate = match rate {
        Some(rate) => raised(rate, rate.digits).ok_or_else(too_large)?,
        None => vec![0; from.len()],
    };
    let base = match (base, kind) {
        (Some(base), _) => raised(base, shape.full).ok_or_else(too_large)?,
        (None, TableKind::Marginal) => below(&from, &rate).ok_or_else(too_large)?,
        (None, _) => vec![0; from.len()],
    };
    Ok(Rows { from, rate, base })
}

fn below(from: &[i128], rate: &[i128]) -> Option<Vec<i128>> {
    let mut sum = 0_i128;
    let mut all = vec![0];
    for (pair, rate) in from.windows(2).zip(rate) {
        sum = sum.checked_add(pair[1].checked_sub(pair[0])?.checked_mul(*rate)?)?;
        all.push(sum);
    }
    Some(all)
}
