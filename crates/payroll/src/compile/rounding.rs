//! Rounding: the only steps that drop digits, and what may stand within one.

use fondaco_core::Rounding;
use rust_decimal::Decimal;

use super::lower::{Lowering, Value, named, wrong_type};
use super::*;
use crate::expr::{Binary, Expr};
use crate::program::Op;

/// A value over another one, which is rounded before it is used.
struct Quotient {
    value: Value,
    over: Option<Value>,
    nodes: Vec<Node>,
}

impl Lowering<'_> {
    /// A value, or a value over another: what may stand within a rounding.
    fn quotient(&mut self, expr: &Expr) -> Result<Quotient, RuleError> {
        match expr {
            Expr::Binary(Binary::Over, a, b) => {
                let (x, y) = (self.quotient(a)?, self.quotient(b)?);
                let value = self.times(&x.value, y.over.as_ref(), expr)?;
                let over = self.times(&y.value, x.over.as_ref(), expr)?;
                Ok(Quotient { value, over: Some(over), nodes: joined(x.nodes, y.nodes) })
            }
            Expr::Binary(Binary::Times, a, b) if has_quotient(a) || has_quotient(b) => {
                let (x, y) = (self.quotient(a)?, self.quotient(b)?);
                let value = self.times(&x.value, Some(&y.value), expr)?;
                let over = match (x.over, y.over) {
                    (Some(x), Some(y)) => Some(self.times(&x, Some(&y), expr)?),
                    (x, y) => x.or(y),
                };
                Ok(Quotient { value, over, nodes: joined(x.nodes, y.nodes) })
            }
            Expr::Binary(sign @ (Binary::Plus | Binary::Minus), a, b)
                if has_quotient(a) || has_quotient(b) =>
            {
                let (x, y) = (self.quotient(a)?, self.quotient(b)?);
                let left = self.times(&x.value, y.over.as_ref(), expr)?;
                let right = self.times(&y.value, x.over.as_ref(), expr)?;
                let of = self.same(&left, &right, || b.to_string())?;
                let value = self.added(*sign, &left, &right, of, expr)?;
                let over = match (x.over, y.over) {
                    (Some(x), Some(y)) => Some(self.times(&x, Some(&y), expr)?),
                    (x, y) => x.or(y),
                };
                Ok(Quotient { value, over, nodes: joined(x.nodes, y.nodes) })
            }
            _ => {
                let (value, node, _) = self.counted(expr)?;
                Ok(Quotient { value, over: None, nodes: vec![node] })
            }
        }
    }

    fn times(&mut self, a: &Value, b: Option<&Value>, expr: &Expr) -> Result<Value, RuleError> {
        let Some(b) = b else { return Ok(a.clone()) };
        let (Type::Number(left), Type::Number(right)) = (&a.of, &b.of) else {
            return Err(wrong_type(expr.to_string(), &a.of, &Type::number()));
        };
        let product = self.product(a, b, Type::Number(left.times(right)), expr)?;
        Ok(Value { any_unit: a.any_unit || b.any_unit, ..product })
    }

    pub(super) fn rounded(
        &mut self,
        of: &Expr,
        digits: u8,
        rounding: Rounding,
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let Quotient { value, over, nodes } = self.quotient(of)?;
        let exact = Exact {
            value: (value.reg, value.digits),
            over: over.as_ref().map(|over| (over.reg, over.digits)),
        };
        let result = match over {
            Some(over) => self.divided(&value, &over, digits, rounding, expr)?,
            None if value.digits <= digits => {
                return Ok((value.clone(), named(What::Join(nodes), &value)));
            }
            None => {
                let result = self.fresh(digits, value.of.clone(), || expr.to_string())?;
                let power = value.digits - digits;
                self.ops.push(Op::Round { to: result.reg, a: value.reg, power, rounding });
                result
            }
        };
        let text = expr.to_string();
        let what = What::Round { exact, to_digits: Some(digits), rounding, of: nodes, text };
        Ok((result.clone(), named(what, &result)))
    }

    /// A quotient to so many digits.
    fn divided(
        &mut self,
        value: &Value,
        over: &Value,
        digits: u8,
        rounding: Rounding,
        expr: &Expr,
    ) -> Result<Value, RuleError> {
        let (Type::Number(above), Type::Number(below)) = (&value.of, &over.of) else {
            return Err(wrong_type(expr.to_string(), &value.of, &Type::number()));
        };
        let of = Type::Number(above.over(below));
        // value / 10^v over over / 10^o, times 10^digits: one of the two is raised by the difference.
        let (a, b) = match (over.digits + digits).checked_sub(value.digits) {
            Some(more) => (self.raised(value, value.digits + more)?, over.clone()),
            None => (value.clone(), self.raised(over, value.digits - digits)?),
        };
        let result = self.fresh(digits, of, || expr.to_string())?;
        self.ops.push(Op::Divide { to: result.reg, a: a.reg, b: b.reg, rounding });
        Ok(result)
    }

    /// How many steps go into it, times the step.
    pub(super) fn rounded_to(
        &mut self,
        of: &Expr,
        step: Decimal,
        rounding: Rounding,
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let Quotient { value, over, nodes } = self.quotient(of)?;
        let exact = Exact {
            value: (value.reg, value.digits),
            over: over.as_ref().map(|over| (over.reg, over.digits)),
        };
        let step = self.number(step, 0, expr)?;
        let over = match over {
            Some(over) => self.times(&over, Some(&step), expr)?,
            None => step.clone(),
        };
        let steps = self.divided(&value, &over, 0, rounding, expr)?;
        let of = steps.of.clone();
        let result = self.product(&steps, &step, of, expr)?;
        let text = expr.to_string();
        let what = What::Round { exact, to_digits: None, rounding, of: nodes, text };
        Ok((result.clone(), named(what, &result)))
    }
}

fn joined(mut a: Vec<Node>, b: Vec<Node>) -> Vec<Node> {
    a.extend(b);
    a
}

/// Whether a quotient stands in it that the rounding around it takes in.
fn has_quotient(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(Binary::Over, ..) => true,
        Expr::Binary(Binary::Times | Binary::Plus | Binary::Minus, a, b) => {
            has_quotient(a) || has_quotient(b)
        }
        _ => false,
    }
}
