//! What a formula can't say: functions in Rust.

use rust_decimal::Decimal;
use smol_str::SmolStr;

/// A function of a host, which formulas call by its name.
///
/// # Behaviour
/// The same values give the same answer, on any machine and at any time: slips are recomputed. It may be called from several threads at
/// once, and what it panics with is told like what it refuses. A condition is 0 or 1, a day the count of days since the first of the year 1 (which is 1), one of a choice its place.
///
/// ```
/// use std::sync::Arc;
/// use fondaco_payroll::{Function, RuleSet, rules::RuleFile};
/// use rust_decimal::Decimal;
///
/// /// The quarter that a month lies in.
/// struct Quarter;
///
/// impl Function for Quarter {
///     fn name(&self) -> &str { "quarter" }
///     fn takes(&self) -> Vec<&str> { vec!["number"] }
///     fn gives(&self) -> (&str, u8) { ("number", 0) }
///     fn call(&self, values: &[Decimal]) -> Result<Decimal, String> {
///         let month = values.first().copied().unwrap_or_default();
///         let quarter = ((month - Decimal::ONE) / Decimal::from(3)).floor() + Decimal::ONE;
///         if (1..=12).contains(&month.mantissa()) { Ok(quarter) } else { Err(format!("there is no month {month}")) }
///     }
/// }
///
/// let file: RuleFile = serde_json::from_str(r#"{
///     "name": "demo", "currency": "EUR",
///     "input": [{ "name": "month", "type": "number" }],
///     "rule": [{ "name": "part", "kind": "value", "type": "number", "formula": "quarter(month)" }]
/// }"#)?;
/// let program = RuleSet::with_functions(file, vec![Arc::new(Quarter)])?.on("2026-01-01".parse()?)?;
/// assert_eq!(program.run(&program.case("Ada").with("month", 5))?.amount("part")?, Decimal::TWO);
/// let refused = program.run(&program.case("Ada").with("month", 13)).unwrap_err();
/// assert_eq!(refused.to_string(), "employee Ada: part: quarter refuses: there is no month 13");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Function: Send + Sync {
    /// Its name in formulas.
    fn name(&self) -> &str;
    /// The types of its values, as a file of rules writes them.
    fn takes(&self) -> Vec<&str>;
    /// The type of its answer, and how many digits that has behind the point at most.
    fn gives(&self) -> (&str, u8);
    /// Looks at the values that formulas give as constants, in their order, when rules are loaded; `None` is one that is computed. Without,
    /// all are taken.
    ///
    /// # Errors
    /// Why one can't be, and the way out, in words.
    fn check_constants(&self, _values: &[Option<Decimal>]) -> Result<(), String> {
        Ok(())
    }
    /// The answer.
    ///
    /// # Errors
    /// Why there is none, and the way out, in words.
    fn call(&self, values: &[Decimal]) -> Result<Decimal, String>;
}

/// What a program keeps of a function that it calls.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) name: SmolStr,
    pub(crate) function: std::sync::Arc<dyn Function>,
    /// The digits of each value, as the formula has it.
    pub(crate) digits: Vec<u8>,
    pub(crate) gives: u8,
}
