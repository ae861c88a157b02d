//! Lists of rows: each row is a place for inputs, and what is said of a list is said of each row that is there.
//!
//! A list has so many rows at most, so that a program stays a list of steps; rows that are not there are jumped over.

use super::lower::{Lowering, Value, named};
use super::*;
use crate::expr::{Binary, Expr};
use crate::program::{Op, Reg};
use crate::rules::{Figure, Input};
use crate::units::Units;

/// Where the rows of a list stand.
#[derive(Clone, Default)]
pub(super) struct Rows {
    /// For each row: whether it is there, and its columns.
    pub(super) each: Vec<(Value, BTreeMap<SmolStr, Value>)>,
}

type Lowered = Result<(Value, Node), RuleError>;

impl Lowering<'_> {
    pub(super) fn list(&mut self, index: usize) -> Result<(), RuleError> {
        let list = &self.rules.file.lists[index];
        if list.most == 0 || list.columns.is_empty() {
            let field = if list.most == 0 { "most" } else { "columns" };
            let why = "is nothing: a list has one row or more, of one column or more".to_owned();
            return Err(RuleError::BadRule { field, why });
        }
        let count = Input {
            name: format!("{}.rows", list.name).into(),
            of: "number".into(),
            digits: Some(0),
            min: Some(Figure("0".into())),
            max: Some(Figure(list.most.to_string().into())),
            default: Some(Figure("0".into())),
            label: BTreeMap::new(),
            about: String::new(),
            kind: None,
            adds_to: Vec::new(),
            takes_from: Vec::new(),
        };
        let count = self.slot(&count)?;
        let mut rows = Rows::default();
        for row in 1..=list.most {
            let before = self.constant(i128::from(row) - 1, 0, Type::number())?;
            let present = self.fresh(0, Type::Bool, String::new)?;
            self.ops.push(Op::Less { to: present.reg, a: before.reg, b: count.reg });
            let mut columns = BTreeMap::new();
            for column in &list.columns {
                let value = self.column(&list.name, row, column, count.reg);
                let value = value.map_err(|error| error.of("column", &column.name))?;
                columns.insert(column.name.clone(), value);
            }
            rows.each.push((present, columns));
        }
        self.spans.push((self.ops.len(), list.name.clone()));
        self.lists.insert(index, rows);
        Ok(())
    }

    fn column(
        &mut self,
        list: &str,
        row: u8,
        column: &Input,
        count: Reg,
    ) -> Result<Value, RuleError> {
        if column.kind.is_some() || !(column.adds_to.is_empty() && column.takes_from.is_empty()) {
            let why = "is of inputs that stand on the payslip by themselves: say in a rule what becomes of a list";
            return Err(RuleError::BadRule { field: "kind", why: why.into() });
        }
        let name = format!("{list}.{row}.{}", column.name).into();
        let value = self.slot(&Input { name, ..column.clone() })?;
        if let Some(slot) = self.inputs.last_mut() {
            slot.row = Some((count, row));
        }
        Ok(value)
    }

    /// The list that an argument names.
    pub(super) fn rows_of(&self, expr: &Expr) -> Result<(SmolStr, Rows), RuleError> {
        let found = match expr {
            Expr::Name(name) => match self.rules.symbols.get(name) {
                Some(Symbol::List(index)) => self.lists.get(index).map(|rows| (name, rows)),
                _ => None,
            },
            _ => None,
        };
        let found = found.map(|(name, rows)| (name.clone(), rows.clone()));
        found.ok_or_else(|| RuleError::WrongType {
            text: expr.to_string(),
            found: "no list".into(),
            wanted: "the name of a list".into(),
        })
    }

    /// `sum(list, value)`: of every row that is there.
    pub(super) fn summed(&mut self, list: &Expr, of: &Expr, expr: &Expr) -> Lowered {
        let (name, rows) = self.rows_of(list)?;
        let mut total: Option<Value> = None;
        let mut nodes = Vec::new();
        for (present, columns) in &rows.each {
            let (value, node) = self.in_row(present, columns, |this| {
                this.counted(of).map(|(value, node, _)| (value, node))
            })?;
            nodes.push((present.reg, node));
            total = Some(match total {
                Some(sum) => {
                    let of = self.same(&sum, &value, || of.to_string())?;
                    self.added(Binary::Plus, &sum, &value, of, expr)?
                }
                None => value,
            });
        }
        let total = match total {
            Some(total) => total,
            None => self.constant(0, 0, Type::number())?,
        };
        Ok((total.clone(), named(What::Rows { list: name, rows: nodes }, &total)))
    }

    /// `count(list)`: how many rows are there.
    pub(super) fn row_count(&mut self, list: &Expr) -> Lowered {
        let (name, _) = self.rows_of(list)?;
        let count = self.inputs.iter().find(|input| input.name == format!("{name}.rows"));
        let reg = count.map(|input| input.reg).unwrap_or_default();
        let value = Value {
            reg,
            digits: 0,
            of: Type::Number(Units::none()),
            constant: None,
            any_unit: false,
        };
        Ok((value.clone(), named(What::Local(format!("rows of {name}").into()), &value)))
    }

    /// A value over the columns of a row; zero, and not computed, where the row isn't there.
    pub(super) fn in_row(
        &mut self,
        present: &Value,
        columns: &BTreeMap<SmolStr, Value>,
        lower: impl FnOnce(&mut Self) -> Lowered,
    ) -> Lowered {
        let outer = self.locals.clone();
        self.locals.extend(columns.iter().map(|(name, value)| (name.clone(), value.clone())));
        let unless = self.ops.len();
        self.ops.push(Op::Jump { step: 0 });
        let lowered = lower(self);
        self.locals = outer;
        let (value, node) = lowered?;
        match self.ops.len() == unless + 1 {
            true => self.ops.truncate(unless),
            false => {
                let step = self.ops.len() as u32;
                self.ops[unless] = Op::Unless { condition: present.reg, step };
            }
        }
        let zero = self.constant(0, value.digits, value.of.clone())?;
        let picked = self.fresh(value.digits, value.of.clone(), String::new)?;
        self.ops.push(Op::Select {
            to: picked.reg,
            condition: present.reg,
            then: value.reg,
            other: zero.reg,
            raise_then: 0,
            raise_other: 0,
        });
        Ok((Value { any_unit: value.any_unit, ..picked }, node))
    }
}
