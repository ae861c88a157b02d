//! Formulas with arguments: what is written once and called by its name. A call stands for the formula's own steps, over the values that
//! it is called with; so a program knows no calls, and costs none.

use super::lower::{Lowering, Value, named, wrong_type};
use super::names::part;
use super::*;
use crate::expr::Expr;
use crate::rules::Callable;

/// A call's answer, its steps by name and text, and the tree of the answer.
type Inside = (Value, Vec<(SmolStr, String, Node)>, Node);

impl Lowering<'_> {
    /// A call, checked as any function's.
    pub(super) fn called(
        &mut self,
        index: usize,
        args: &[Expr],
        expr: &Expr,
    ) -> Result<(Value, Node), RuleError> {
        let callable = &self.rules.file.formulas[index];
        if callable.of.len() != args.len() {
            let wanted = callable.of.iter().map(|of| format!("{} of type {}", of.name, of.of));
            return Err(RuleError::WrongArguments {
                name: callable.name.clone(),
                found: args.len(),
                wanted: wanted.collect::<Vec<_>>().join(", "),
            });
        }
        let mut of = Vec::with_capacity(args.len());
        for (argument, arg) in callable.of.iter().zip(args) {
            let wanted = self.rules.type_of(&argument.of)?;
            let (value, node) = self.value_of_type(arg, &wanted)?;
            of.push((argument.name.clone(), arg.to_string(), value, node));
        }
        if self.broken.contains(&index) {
            // What is wrong with it was told; who calls it is looked at as if it were good.
            let of = self.rules.type_of(&callable.gives)?;
            let value = self.fresh(0, of, || expr.to_string())?;
            return Ok((value.clone(), named(What::Literal, &value)));
        }
        let values = of.iter().map(|(name, _, value, _)| (name.clone(), value.clone())).collect();
        let (value, steps, answer) = self.inside(index, values)?;
        let of = of.into_iter().map(|(name, text, _, node)| (name, text, node)).collect();
        let what = What::Call { callable: index, of, steps, answer: Box::new(answer) };
        Ok((value.clone(), named(what, &value)))
    }

    /// Looks at a formula by itself, with arguments of the usual digits, so that what is wrong is told even if nothing calls it.
    pub(super) fn callable(&mut self, index: usize) -> Result<(), Box<Fault>> {
        let lengths = (self.ops.len(), self.template.len(), self.cells.len(), self.functions.len());
        let (constants, done) = (self.constants.clone(), self.done.clone());
        let looked = self.alone(index);
        self.ops.truncate(lengths.0);
        self.template.truncate(lengths.1);
        self.cells.truncate(lengths.2);
        self.functions.truncate(lengths.3);
        (self.constants, self.done) = (constants, done);
        looked.map_err(|error| {
            self.broken.insert(index);
            Box::new(Fault { error, part: self.failed_inside.take() })
        })
    }

    fn alone(&mut self, index: usize) -> Result<(), RuleError> {
        let callable = &self.rules.file.formulas[index];
        let mut values = BTreeMap::new();
        for argument in &callable.of {
            let of = self.rules.type_of(&argument.of);
            let of = of.map_err(|error| error.of("formula", &callable.name))?;
            let digits = self.usual_digits(&of, &argument.of);
            let value = self.fresh(digits, of, || argument.name.to_string())?;
            values.insert(argument.name.clone(), value);
        }
        self.inside(index, values).map(|_| ())
    }

    /// The steps and the answer, over arguments; of an error, the part of the formula it is in.
    fn inside(
        &mut self,
        index: usize,
        values: BTreeMap<SmolStr, Value>,
    ) -> Result<Inside, RuleError> {
        let callable = &self.rules.file.formulas[index];
        let outer = (self.failed.take(), std::mem::replace(&mut self.locals, values));
        let lowered = self.steps(callable, index);
        (self.failed, self.locals) = outer;
        lowered.map_err(|error| error.of("formula", &callable.name))
    }

    fn steps(&mut self, callable: &Callable, index: usize) -> Result<Inside, RuleError> {
        let mut steps = Vec::with_capacity(callable.steps.len());
        for step in &callable.steps {
            let (value, node) = self.placed(&step.formula, |this| this.value(&step.formula))?;
            steps.push((step.name.clone(), step.formula.to_string(), node));
            self.locals.insert(step.name.clone(), value);
        }
        let wanted = self.rules.type_of(&callable.gives)?;
        let (formula, _) = self.rules.callables[index].held(&[], self.on, self.known)?.value;
        let (value, answer) = self.placed(formula, |this| this.value_of_type(formula, &wanted))?;
        Ok((value, steps, answer))
    }

    fn placed<T>(
        &mut self,
        formula: &Expr,
        lower: impl FnOnce(&mut Self) -> Result<T, RuleError>,
    ) -> Result<T, RuleError> {
        lower(self).inspect_err(|error| {
            if self.failed_inside.is_none() {
                self.failed_inside = Some(part(formula, self.failed, error));
            }
        })
    }

    /// A value that has to be of a type; a bare zero is of any unit.
    pub(super) fn value_of_type(
        &mut self,
        expr: &Expr,
        wanted: &Type,
    ) -> Result<(Value, Node), RuleError> {
        let (value, node) = self.value_as(expr, Some(wanted))?;
        if value.of != *wanted && !(value.any_unit && matches!(wanted, Type::Number(_))) {
            return Err(wrong_type(expr.to_string(), &value.of, wanted));
        }
        Ok((Value { of: wanted.clone(), any_unit: false, ..value }, node))
    }
}
