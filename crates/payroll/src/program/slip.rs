//! What one case came to.

use fondaco_core::Currency;
use fondaco_core::report::{Column, Report, Row, word};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Case, OutputSlot, Program};
use crate::PayError;
use crate::rules::Kind;

/// The results of one case: every rule, base and accumulator, and all that is needed to say why.
#[derive(Clone)]
pub struct Slip<'p> {
    pub(crate) program: &'p Program,
    pub(crate) employee: SmolStr,
    pub(crate) frame: Vec<i128>,
}

/// A component as it stands on a payslip.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line<'p> {
    /// Its name in the rules.
    pub name: &'p str,
    /// What it is called, in people's words; its name where the rules don't say.
    pub about: &'p str,
    /// What it does to pay.
    pub kind: Kind,
    /// How much it is.
    pub amount: Decimal,
}

/// What is said of pay that does not reach for what is withheld.
const SHORT: &str = "More is withheld than is paid: what is missing stays owed by the employee";

/// What is shown, and is no part of net pay.
const BESIDE_NET: [(&str, Kind); 3] = [
    ("Benefits in kind", Kind::Benefit),
    ("Paid by the employer on top", Kind::Employer),
    ("Details", Kind::Information),
];

impl Program {
    /// Computes one case.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let slip = program.run(&program.case("Ada").with("salary", "2000.00"))?;
    /// assert_eq!(slip.net()?.to_string(), "1657.84");
    /// let refused = program.run(&program.case("Ada").with("salary", "-1")).unwrap_err();
    /// assert_eq!(refused.to_string(), "employee Ada: salary is -1: give 0 or more");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the case, with the employee, the input or rule, the value and the way out.
    pub fn run<'p>(&'p self, case: &Case<'p>) -> Result<Slip<'p>, PayError> {
        let mut runner = self.runner();
        runner.take(case)?;
        runner.run()?;
        Ok(Slip { program: self, employee: case.employee.clone(), frame: runner.frame })
    }
}

impl<'p> Slip<'p> {
    /// Whose it is.
    #[must_use]
    pub fn employee(&self) -> &str {
        &self.employee
    }

    fn slot(&self, name: &str) -> Result<&'p OutputSlot, PayError> {
        let output = self.program.output(name).map_err(|error| match error {
            PayError::UnknownInput { field, like, .. } => {
                PayError::UnknownInput { employee: self.employee.clone(), field, like }
            }
            other => other,
        })?;
        Ok(&self.program.outputs[output.0])
    }

    /// A result by its name.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let slip = program.run(&program.case("Ada").with("salary", "2000.00"))?;
    /// assert_eq!(slip.amount("income_tax")?.to_string(), "270.16");
    /// assert!(slip.amount("income_taxx").unwrap_err().to_string().contains("income_tax"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::UnknownInput`] when there is none of the name; [`PayError::FigureTooLarge`] beyond 28 digits.
    pub fn amount(&self, name: &str) -> Result<Decimal, PayError> {
        self.slot(name)?.amount(&self.frame, &self.employee)
    }

    /// A result that is one of a choice.
    ///
    /// # Errors
    /// [`PayError::UnknownInput`] when there is none of the name, or it is no choice.
    pub fn chosen(&self, name: &str) -> Result<&'p str, PayError> {
        let slot = self.slot(name)?;
        let at = usize::try_from(self.frame[usize::from(slot.reg)]).unwrap_or(usize::MAX);
        slot.values.get(at).map(SmolStr::as_str).ok_or_else(|| PayError::UnknownInput {
            employee: self.employee.clone(),
            field: name.into(),
            like: "what is there of this name is no choice".into(),
        })
    }

    /// What is earned.
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`].
    pub fn gross(&self) -> Result<Decimal, PayError> {
        self.amount("gross")
    }

    /// What is paid.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let slip = program.run(&program.case("Ada").with("salary", "1000"))?;
    /// assert_eq!((slip.gross()?, slip.net()?.to_string()), (1000.into(), "905.92".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`].
    pub fn net(&self) -> Result<Decimal, PayError> {
        self.amount("net")
    }

    /// What is missing where more is withheld than is paid; zero where pay reaches. It stays owed by the employee: what is done about it the
    /// host says (a payroll run takes it from the next pay), unless the rules have claims that carry it on.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::france;
    /// let program = france()?.on("2026-02-28".parse()?)?;
    /// let case = program.case("Ada").with("salary", "2000").with("headcount", 15).with("accident_rate", "2.08%");
    /// assert!(program.run(&case.clone())?.short()?.is_zero());
    /// let slip = program.run(&case.with("health_cover", "3000"))?;
    /// assert_eq!(slip.short()?, -slip.net()?);
    /// assert!(slip.to_report()?.to_string().contains("More is withheld than is paid"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`].
    pub fn short(&self) -> Result<Decimal, PayError> {
        Ok((Decimal::ZERO - self.net()?).max(Decimal::ZERO))
    }

    /// Every component, in the file's order, those of nothing too.
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::estonia;
    /// let program = estonia()?.on("2026-06-30".parse()?)?;
    /// let slip = program.run(&program.case("Ada").with("salary", "1000"))?;
    /// let names: Vec<&str> = slip.lines()?.iter().map(|line| line.name).collect();
    /// assert!(names.contains(&"salary") && names.contains(&"income_tax"), "{names:?}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`].
    pub fn lines(&self) -> Result<Vec<Line<'p>>, PayError> {
        let shown = self.program.outputs.iter().filter(|output| output.of.is_money());
        let shown = shown
            .filter_map(|output| Some((output, output.kind.filter(|kind| *kind != Kind::Value)?)));
        shown
            .map(|(output, kind)| {
                let about =
                    if output.about.is_empty() { output.name.as_str() } else { &output.about };
                Ok(Line {
                    name: &output.name,
                    about,
                    kind,
                    amount: output.amount(&self.frame, &self.employee)?,
                })
            })
            .collect()
    }

    /// The components as a table: what is paid and, below zero, what is withheld, which add up to what is paid out; under it what is no part
    /// of that.
    ///
    /// # Errors
    /// [`PayError::FigureTooLarge`].
    pub fn to_report(&self) -> Result<Report, PayError> {
        let mut report = Report::new(self.program.title())
            .column(Column::text("Component").naming_rows())
            .column(Column::amount("Amount", self.currency()));
        let lines = self.lines()?;
        let shown = || lines.iter().filter(|line| !line.amount.is_zero());
        for sign in [1, -1] {
            for line in shown().filter(|line| line.kind.on_net() == sign) {
                let amount = if sign < 0 { -line.amount } else { line.amount };
                report.push(Row::new([line.about.into(), amount.into()]));
            }
        }
        report.push(Row::total([word("Net pay"), self.net()?.into()]));
        for (heading, kind) in BESIDE_NET {
            for (index, line) in shown().filter(|line| line.kind == kind).enumerate() {
                if index == 0 {
                    report.push(Row::heading([word(heading)]).starting_group());
                }
                report.push(Row::new([line.about.into(), line.amount.into()]).at_level(1));
            }
        }
        Ok(match self.short()?.is_zero() {
            true => report,
            false => report.note(word(SHORT)),
        })
    }

    fn currency(&self) -> Currency {
        self.program.currency
    }
}

impl std::fmt::Debug for Slip<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Slip({} by {:?})", self.employee, self.program)
    }
}
