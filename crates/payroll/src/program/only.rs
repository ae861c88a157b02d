//! A program for some of its results: whoever asks for a few does not pay for the rest.

use super::slice::kept;
use super::{InputSlot, Program, Reg, Slices};
use crate::PayError;

impl Program {
    /// The same rules for some results alone. Steps that none of them needs are left out, and so are results that don't lie on the way to
    /// them; checks of the file stay. An input that nothing asks for any more needs not be given.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::france;
    /// let all = france()?.on("2025-06-30".parse()?)?;
    /// let csg = all.only(&["csg_deductible", "csg_taxed"])?;
    /// let slip = csg.run(&csg.case("Ada").with("salary", "2500.00"))?;
    /// assert_eq!(slip.amount("csg_deductible")?.to_string(), "167.03");
    /// assert!(slip.amount("general_reduction").is_err());
    /// // All of them need the firm's size and its rate for accidents.
    /// assert!(all.run(&all.case("Ada").with("salary", "2500.00")).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::UnknownInput`] of a result that there is none of.
    pub fn only(&self, results: &[&str]) -> Result<Program, PayError> {
        let wanted = results.iter().map(|name| self.output(name)).collect::<Result<Vec<_>, _>>()?;
        let regs: Vec<Reg> = wanted
            .iter()
            .filter_map(|output| self.outputs.get(output.0).map(|output| output.reg))
            .collect();
        let (slice, needed) = kept(self, &vec![true; self.ops.len()], &regs);
        let is_read = |reg: Reg| needed.get(usize::from(reg)).copied().unwrap_or_default();
        let outputs = self.outputs.iter().filter(|output| is_read(output.reg));
        let inputs = self.inputs.iter().map(|input| InputSlot {
            default: input.default.or_else(|| (!is_read(input.reg)).then_some(0)),
            ..input.clone()
        });
        let end = |step: usize| slice.steps.partition_point(|kept| *kept < step);
        let spans = self.spans.iter().map(|(step, name)| (end(*step), name.clone()));
        Ok(Program {
            name: self.name.clone(),
            title: self.title.clone(),
            currency: self.currency,
            on: self.on,
            spans: spans.collect(),
            ops: slice.ops,
            template: self.template.clone(),
            cells: self.cells.clone(),
            tables: self.tables.clone(),
            functions: self.functions.clone(),
            checks: self.checks.clone(),
            claims: self.claims.clone(),
            inputs: inputs.collect(),
            outputs: outputs.cloned().collect(),
            lines: self.lines.clone(),
            figures: self.figures.clone(),
            table_texts: self.table_texts.clone(),
            names: self.names.clone(),
            accumulators: self.accumulators.clone(),
            callables: self.callables.clone(),
            inner_names: self.inner_names.clone(),
            slices: Slices::default(),
            has_rows: self.has_rows,
        })
    }
}
