//! Which component counts to which tax: the matrix that a file says line by line.

use fondaco_core::report::{Column, Report, Row};

use super::RuleSet;
use crate::compile::Symbol;

impl RuleSet {
    /// Components by the sums they count to, as `+` or `-`: the bases of the file, which taxes are on, and what everybody reads.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let matrix = estonia()?.taxability().to_string();
    /// assert!(matrix.contains("salary"), "{matrix}");
    /// assert!(matrix.lines().any(|line| line.starts_with("Component") && line.contains("taxed")), "{matrix}");
    /// # Ok::<(), fondaco_payroll::RuleError>(())
    /// ```
    #[must_use]
    pub fn taxability(&self) -> Report {
        let columns = self.bases.iter().map(|base| Column::text(base.name.as_str()));
        let mut report = Report::new(self.file.title.as_str())
            .column(Column::text("Component").naming_rows())
            .columns(columns);
        for (name, symbol) in self.components() {
            let sign = |base: &super::set::Sum| {
                let own = base.members.iter().filter(|(member, _)| *member == symbol);
                own.map(|(_, sign)| *sign).next().unwrap_or(0)
            };
            let signs: Vec<i8> = self.bases.iter().map(sign).collect();
            // A step on the way that counts to nothing is no component.
            if signs.iter().all(|sign| *sign == 0) {
                continue;
            }
            let cells = signs.iter().map(|sign| match sign {
                0 => "".into(),
                sign if *sign < 0 => "-".into(),
                _ => "+".into(),
            });
            report.push(Row::new(std::iter::once(name.into()).chain(cells)));
        }
        report
    }

    /// Inputs, rules and claims, in the file's order.
    fn components(&self) -> Vec<(&str, Symbol)> {
        let inputs = self.file.inputs.iter().enumerate();
        let inputs = inputs.map(|(at, input)| (input.name.as_str(), Symbol::Input(at)));
        let rules = self.file.rules.iter().enumerate();
        let rules = rules.map(|(at, rule)| (rule.name.as_str(), Symbol::Rule(at)));
        let claims = self.file.claims.iter().flat_map(|claims| &claims.each).enumerate();
        let claims = claims.map(|(at, claim)| (claim.name.as_str(), Symbol::Claim(at)));
        inputs.chain(rules).chain(claims).collect()
    }
}
