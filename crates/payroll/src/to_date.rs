//! Sums over periods, kept by a host that has no store for them: what each slip began with, and what the next begins with.
//!
//! A sum belongs to its accumulator, to the year it runs over, and to whom the accumulator is kept apart by: a ceiling by employer begins
//! anew with a new employer, one by employee doesn't. What was never added to is nothing, and is given as 0: the book knows that it is.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::PayError;
use crate::program::{Case, Slip};
use crate::rules::{Accumulator, Key, PAY_PERIOD};

/// Whose pay it is, by whom, under whose law, in which years.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    each: BTreeMap<Key, SmolStr>,
    years: BTreeMap<SmolStr, SmolStr>,
}

impl Keys {
    /// Of nobody yet.
    #[must_use]
    pub fn new() -> Keys {
        Keys::default()
    }

    /// The same with one of what sums are kept apart by.
    ///
    /// ```
    /// use fondaco_payroll::{Keys, rules::Key};
    /// let keys = Keys::new().with(Key::Employee, "Ada").with(Key::Employer, "Acme").year("calendar_year", "2026");
    /// assert_ne!(keys, Keys::new());
    /// ```
    #[must_use]
    pub fn with(mut self, key: Key, value: &str) -> Keys {
        self.each.insert(key, value.into());
        self
    }

    /// The same with which year it is of those that sums run over: `tax_year` 2025-26.
    #[must_use]
    pub fn year(mut self, over: &str, year: &str) -> Keys {
        self.years.insert(over.into(), year.into());
        self
    }
}

/// Sums to date by accumulator, year and keys.
///
/// ```
/// use fondaco_payroll::{Keys, RuleSet, SumsToDate, rules::Key};
/// let rules = RuleSet::from_toml(r#"
/// name = "demo"
/// currency = "USD"
/// [[input]]
/// name = "wages"
/// type = "money"
/// kind = "earning"
/// [[accumulator]]
/// name = "wages_to_date"
/// of = "wages"
/// over = "tax_year"
/// by = ["employee", "employer"]
/// [[rule]]
/// name = "levy"
/// kind = "tax"
/// formula = "round(part_below(wages, wages_to_date, money(7000)) * 10%, 2, half_up)"
/// "#)?;
/// let program = rules.on("2026-01-01".parse()?)?;
/// let mut sums = SumsToDate::default();
/// let at = |employer: &str, year: &str| {
///     Keys::new().with(Key::Employee, "Ada").with(Key::Employer, employer).year("tax_year", year)
/// };
/// for (employer, year, levy) in
///     [("Acme", "2026", 500), ("Acme", "2026", 200), ("Bell", "2026", 500), ("Acme", "2027", 500)]
/// {
///     let keys = at(employer, year);
///     let slip = program.run(&sums.begin(program.case("Ada").with("wages", 5000), &keys))?;
///     assert_eq!(slip.amount("levy")?, levy.into());
///     sums.add(&slip, &keys)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SumsToDate(BTreeMap<Vec<SmolStr>, Decimal>);

impl SumsToDate {
    /// A case with every sum as it is before the period. Of a key or a year that wasn't said, running the case tells; a pay period that wasn't
    /// said has this slip alone.
    #[must_use]
    pub fn begin<'p>(&self, mut case: Case<'p>, keys: &Keys) -> Case<'p> {
        for accumulator in case.program.accumulators() {
            if is_alone(accumulator, keys) {
                case.set(&accumulator.name, Decimal::ZERO);
                continue;
            }
            match place(accumulator, keys, &case.employee) {
                Ok(place) => {
                    case.set(&accumulator.name, self.0.get(&place).copied().unwrap_or_default());
                }
                Err(error) => {
                    case.wrong.get_or_insert(error);
                }
            }
        }
        case
    }

    /// Keeps every sum as it is after a slip, so that the next begins with it.
    ///
    /// # Errors
    /// [`PayError::MissingInput`] of a key or a year that wasn't said, and [`PayError::FigureTooLarge`]; then nothing is kept.
    pub fn add(&mut self, slip: &Slip<'_>, keys: &Keys) -> Result<(), PayError> {
        let mut after = Vec::new();
        let all = slip.program.accumulators().iter();
        for accumulator in all.filter(|one| !is_alone(one, keys)) {
            let place = place(accumulator, keys, &slip.employee)?;
            after.push((place, slip.amount(&accumulator.name)?));
        }
        self.0.extend(after);
        Ok(())
    }
}

/// Whether a sum is of the slips of a pay period, which nobody said.
fn is_alone(accumulator: &Accumulator, keys: &Keys) -> bool {
    accumulator.over == PAY_PERIOD && !keys.years.contains_key(PAY_PERIOD)
}

/// Under what a sum is kept.
fn place(accumulator: &Accumulator, keys: &Keys, employee: &str) -> Result<Vec<SmolStr>, PayError> {
    let missing = |field: &str| PayError::MissingInput {
        employee: employee.into(),
        field: field.into(),
        wanted: format!("{} is kept by it", accumulator.name),
    };
    let mut place = vec![accumulator.name.clone()];
    if !accumulator.over.is_empty() {
        let year = keys.years.get(&accumulator.over);
        place.push(year.ok_or_else(|| missing(&accumulator.over))?.clone());
    }
    for key in &accumulator.by {
        place.push(keys.each.get(key).ok_or_else(|| missing(key.name()))?.clone());
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jurisdictions::united_states;

    #[test]
    fn a_key_that_was_not_said_is_missed() {
        let rules = united_states().unwrap();
        let program = rules.on("2026-06-30".parse().unwrap()).unwrap();
        let case = program.case("Ada").with("frequency", "monthly").with("wages", 5000);
        let keys = Keys::new().with(Key::Employee, "Ada").year("calendar_year", "2026");
        let sums = SumsToDate::default();
        let said = program.run(&sums.begin(case.clone(), &keys)).unwrap_err().to_string();
        assert!(said.contains("employer is missing"), "{said}");
        let mut kept = SumsToDate::default();
        let slip = program.run(&case).unwrap();
        assert!(kept.add(&slip, &keys).is_err());
        assert_eq!(kept, SumsToDate::default());
    }
}
