//! Runs the German wage tax as the ministry publishes it.
//!
//! Each year the Federal Ministry of Finance publishes the machine calculation of the wage tax (§ 39b EStG) as a flow chart, the
//! "Programmablaufplan" or PAP, and as a program of its own kind: XML whose expressions are a small part of Java, with `BigDecimal` for
//! every amount. [`Pap::read`] takes such a file unchanged, checks its names and types, and compiles it to a flat program. So a new year, or
//! a December that is calculated otherwise, needs the new file and no release of this library.
//!
//! All sums are exact, with the scale and rounding that the file says; a sum that would not be is an error with the line. There are no
//! loops in a PAP; methods that execute one another in a circle are refused, so every run ends.
//!
//! The files of 2025 and 2026 come along ([`shipped`]). `docs/payroll-pap.md` says where to get others and what to check.
//!
//! ```
//! use fondaco_payroll::pap::{Pap, shipped};
//!
//! let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
//! let mut case = pap.case();
//! case.set("LZZ", 2)?                   // paid by the month
//!     .set("STKL", 1)?                  // class I
//!     .set("RE4", 500_000)?            // 5,000.00 euros, in cents
//!     .set_text("KVZ", "2.90")?         // the health fund's additional rate, in per cent
//!     .set("PVZ", 1)?                   // no children: the higher care insurance
//!     .rest_zero();
//! let tax = case.run()?;
//! assert_eq!(tax.get("LSTLZZ")?.to_string(), "78241"); // 782.41 euros of wage tax
//! assert_eq!(tax.get("SOLZLZZ")?.to_string(), "0");
//! # Ok::<(), fondaco_payroll::pap::PapError>(())
//! ```

mod big;
mod call;
mod case;
mod compile;
mod error;
mod lex;
mod limits;
mod outline;
mod program;
mod scope;
pub mod shipped;
mod syntax;
mod value;
mod xml;

pub use case::{Case, InputSlot, Outcome, OutputSlot};
pub use error::PapError;
pub use outline::Role;
pub use scope::Type;

use limits::Limits;
use outline::Outline;
use program::{Program, Register};
use rust_decimal::Decimal;
use scope::find_name;
use xml::Element;

/// A PAP file, checked and compiled: one year's wage tax.
///
/// It is read once and asked for any number of people, from any number of threads: each [`Case`] has its own memory.
#[derive(Debug)]
pub struct Pap {
    name: String,
    variables: Vec<Variable>,
    program: Program,
}

/// A variable of a file, as the file documents it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Variable {
    /// Its name, as the file writes it.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its type.
    pub ty: Type,
    /// The comment before it, in German: what it means and in which unit.
    pub doc: String,
    /// Whether the file says that it is an amount in cents.
    pub cents: bool,
    /// Whether the file gives it a default; an input without one has to be given.
    pub has_default: bool,
    limits: Limits,
    register: Register,
}

impl Pap {
    /// Reads a file, byte order mark included.
    ///
    /// ```
    /// use fondaco_payroll::pap::Pap;
    ///
    /// let wrong = r#"<PAP name="Test"><VARIABLES>
    ///     <INPUT name="RE4" type="BigDecimal"/>
    /// </VARIABLES><METHODS><MAIN>
    ///     <EVAL exec="ST = RE4"/>
    /// </MAIN></METHODS></PAP>"#;
    /// assert_eq!(Pap::read(wrong).unwrap_err().to_string(), "line 4: there is no variable ST, in \"ST = RE4\"");
    /// ```
    ///
    /// # Errors
    /// [`PapError::Xml`], [`PapError::Structure`] and [`PapError::Expression`] with the line; [`PapError::Cycle`] and
    /// [`PapError::TooLong`] for a program that would not end, or not soon.
    pub fn read(file: &str) -> Result<Self, PapError> {
        let outline = Outline::of(xml::read(file)?)?;
        let (program, registers) = compile::compile(&outline)?;
        let variables = outline.variables.iter().zip(registers);
        let variables =
            variables.map(|((role, element), found)| Variable::of(role, element, found));
        Ok(Self { variables: variables.collect(), name: outline.name, program })
    }

    /// The name that the file gives itself, such as `Lohnsteuer2026`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The inputs, in the order of the file.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let needed: Vec<&str> = pap.inputs().filter(|input| !input.has_default).map(|input| input.name.as_str()).collect();
    /// assert_eq!(needed, ["R", "VJAHR"]);
    /// let wage = pap.inputs().find(|input| input.name == "RE4").unwrap();
    /// assert!(wage.cents && wage.doc.starts_with("Steuerpflichtiger Arbeitslohn"));
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    pub fn inputs(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|variable| variable.role == Role::Input)
    }

    /// The outputs, in the order of the file.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let first: Vec<&str> = pap.outputs().take(6).map(|output| output.name.as_str()).collect();
    /// assert_eq!(first, ["BK", "BKS", "LSTLZZ", "SOLZLZZ", "SOLZS", "STS"]);
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    pub fn outputs(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|variable| matches!(variable.role, Role::Output(_)))
    }

    /// A new case: all inputs at the file's defaults.
    #[must_use]
    pub fn case(&self) -> Case<'_> {
        Case::new(self)
    }

    /// An input for [`Case::put`], which looks nothing up by name.
    ///
    /// ```
    /// use fondaco_payroll::pap::{Pap, shipped};
    /// use rust_decimal::Decimal;
    ///
    /// let pap = Pap::read(shipped::LOHNSTEUER_2026)?;
    /// let (wage, tax) = (pap.input("RE4")?, pap.output("LSTLZZ")?);
    /// let mut case = pap.case();
    /// case.set("LZZ", 2)?.rest_zero();
    /// let mut taxes = Vec::new();
    /// for cents in [150_000, 300_000, 600_000] {
    ///     case.put(wage, Decimal::from(cents))?;
    ///     taxes.push(case.run()?.at(tax)?);
    /// }
    /// assert!(taxes.is_sorted());
    /// # Ok::<(), fondaco_payroll::pap::PapError>(())
    /// ```
    ///
    /// # Errors
    /// [`PapError::UnknownName`].
    pub fn input(&self, name: &str) -> Result<InputSlot, PapError> {
        self.slot("input", name, |role| *role == Role::Input).map(InputSlot)
    }

    /// An output for [`Outcome::at`], which looks nothing up by name.
    ///
    /// # Errors
    /// [`PapError::UnknownName`].
    pub fn output(&self, name: &str) -> Result<OutputSlot, PapError> {
        self.slot("output", name, |role| matches!(role, Role::Output(_))).map(OutputSlot)
    }

    fn slot(
        &self,
        what: &'static str,
        name: &str,
        is: impl Fn(&Role) -> bool,
    ) -> Result<usize, PapError> {
        let all = self.variables.iter().enumerate().filter(|(_, variable)| is(&variable.role));
        let named = all.clone().map(|(at, variable)| (variable.name.as_str(), at));
        find_name(named, name).ok_or_else(|| PapError::UnknownName {
            what,
            name: name.to_owned(),
            pap: self.name.clone(),
            known: all.map(|(_, variable)| variable.name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

impl Variable {
    fn of(role: &Role, element: &Element, (ty, register): (Type, Register)) -> Self {
        let text = |name| element.attribute(name).map(|found| found.value.trim().to_owned());
        let (name, doc) = (text("name").unwrap_or_default(), element.comment.clone());
        // "in Euro, Cent" is an amount in euros with two digits.
        let cents = ty == Type::Decimal && doc.contains("Cent") && !doc.contains("Euro");
        Self {
            limits: Limits::of(&name, ty, cents),
            name,
            role: role.clone(),
            ty,
            cents,
            has_default: text("default").is_some_and(|default| !default.is_empty()),
            doc,
            register,
        }
    }

    fn refused(&self, value: Decimal, why: impl Into<String>) -> PapError {
        PapError::Input { name: self.name.clone(), value: value.to_string(), why: why.into() }
    }
}

/// The page's code is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/payroll-pap.md")]
pub struct Page;

#[cfg(test)]
mod tests;
