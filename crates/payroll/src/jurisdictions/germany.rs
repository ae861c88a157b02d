//! Germany, 2025 and 2026: wage tax with the solidarity surcharge and church tax, and social insurance.
//!
//! The wage tax agrees with the ministry's own program, which `payroll::pap` runs, in all that both can be asked. That program is there a
//! year sooner and has what these rules leave out; these rules explain each amount, and reckon net pay with the contributions.
//!
//! Contributions are those of the whole pay period, or of so much of it as `insured_days` says. What an employee has had this year stands in the
//! accumulators `health_pay_to_date`, `pension_pay_to_date` and `insured_days_to_date`, which other pay is held against (§ 23a SGB IV).

use rust_decimal::Decimal;

use smol_str::SmolStr;

use crate::{Case, PayError, RuleError, RuleSet, Value};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/germany.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::germany;
/// let program = germany()?.on("2026-03-31".parse()?)?;
/// let case = program.case("Ada").with("pay_period", "month").with("tax_class", "I").with("wage", "5000.00");
/// let slip = program.run(&case.with("fund_rate", "2.9%").with("care_childless", true))?;
/// assert_eq!(slip.amount("income_tax")?.to_string(), "782.41");
/// assert_eq!(slip.amount("health_insurance_employee")?.to_string(), "365");
/// assert_eq!(slip.amount("care_insurance_employee")?.to_string(), "120");
/// assert_eq!(slip.net()?.to_string(), "3130.09");
/// println!("{}", slip.explain("income_tax")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn germany() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}

const PERIODS: &[&str] = &["year", "month", "week", "day"];
/// The days of insurance of each.
const DAYS: &[&str] = &["360", "30", "7", "1"];
const CLASSES: &[&str] = &["I", "II", "III", "IV", "V", "VI"];

/// Amounts that the ministry's program takes in cents, and what they are called here.
const CENTS: &[(&str, &str)] = &[
    ("RE4", "wage"),
    ("SONSTB", "bonus"),
    ("MBV", "untaxed_shares"),
    ("JRE4", "expected_wage"),
    ("LZZFREIB", "allowance"),
    ("LZZHINZU", "addition"),
    ("JFREIB", "annual_allowance"),
    ("JHINZU", "annual_addition"),
    ("JRE4ENT", "compensation_in_expected"),
    ("SONSTENT", "compensation_in_bonus"),
    ("PKPV", "private_premium"),
    ("PKPVAGZ", "private_subsidy"),
    ("VBEZ", "pension"),
    ("VBEZM", "pension_first_month"),
    ("VBEZS", "pension_special"),
    ("JVBEZ", "pension_in_expected"),
    ("VBS", "pension_in_bonus"),
    ("STERBE", "death_benefit"),
];

/// Numbers that are the same there and here.
const NUMBERS: &[(&str, &str)] = &[
    ("ZKF", "child_allowances"),
    ("AJAHR", "age_relief_year"),
    ("VJAHR", "pension_first_year"),
    ("ZMVB", "pension_months"),
    ("PVA", "care_discounts"),
];

/// What is 0 or 1 there: its name here, and what 1 means.
const FLAGS: &[(&str, &str, bool)] = &[
    ("ALTER1", "age_relief", true),
    ("KRV", "pension_insured", false),
    ("ALV", "unemployment_insured", false),
    ("PVS", "care_saxony", true),
    ("PVZ", "care_childless", true),
];

/// Says in a case what the ministry's program would be asked with, by that program's names: `RE4` in cents, `KVZ` in per cent.
///
/// ```
/// use fondaco_payroll::jurisdictions::{germany, germany::by_pap_names};
/// let program = germany()?.on("2026-01-31".parse()?)?;
/// let inputs = [("LZZ", "2"), ("STKL", "3"), ("RE4", "625000"), ("KVZ", "2.90"), ("R", "1")];
/// let inputs = inputs.map(|(name, value)| (name, value.parse().unwrap()));
/// let slip = program.run(&by_pap_names(program.case("Ada"), &inputs)?)?;
/// assert_eq!(slip.amount("income_tax")?.to_string(), "693.5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PayError::UnknownInput`] for a name that the program of neither year has. Wrong values are errors of the run.
pub fn by_pap_names<'p>(
    mut case: Case<'p>,
    inputs: &[(&str, Decimal)],
) -> Result<Case<'p>, PayError> {
    for (name, value) in pap_values(inputs) {
        case.set(&name, value);
    }
    Ok(case)
}

/// The same as values of the inputs here, each with its name: for the case of a payroll run. A name that is in the program of neither year stays
/// as it is, and is refused where the case is computed.
///
/// ```
/// use fondaco_payroll::Value;
/// use fondaco_payroll::jurisdictions::germany::pap_values;
/// let values = pap_values(&[("STKL", 3.into()), ("RE4", 625_000.into())]);
/// assert!(values.contains(&("tax_class".into(), Value::from("III"))));
/// assert!(values.contains(&("wage".into(), Value::from("6250".parse::<rust_decimal::Decimal>()?))));
/// # Ok::<(), rust_decimal::Error>(())
/// ```
pub fn pap_values(inputs: &[(&str, Decimal)]) -> Vec<(SmolStr, Value)> {
    // What is not given is zero there; here this one has no default.
    let with_fund = inputs.iter().any(|(name, _)| *name == "KVZ");
    let fund = (!with_fund).then(|| (SmolStr::new_static("fund_rate"), Decimal::ZERO.into()));
    let mut values: Vec<(SmolStr, Value)> = fund.into_iter().collect();
    let given =
        |name: &str| inputs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    for &(name, value) in inputs {
        let one_of = |all: &[&'static str]| {
            let place = value.normalize().to_string().parse::<usize>().ok();
            place
                .and_then(|place| all.get(place.checked_sub(1)?))
                .copied()
                .unwrap_or("of no such number")
        };
        let hundredth = || value.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default();
        let mut set = |name: &str, value: Value| values.push((name.into(), value));
        match name {
            "LZZ" => {
                set("pay_period", one_of(PERIODS).into());
                set("insured_days", one_of(DAYS).into());
            }
            "STKL" => set("tax_class", one_of(CLASSES).into()),
            "KVZ" => set("fund_rate", hundredth().into()),
            // The rate is of no matter to the tax: only whether there is one.
            "R" => set("church_rate", if value.is_zero() { "0%" } else { "9%" }.into()),
            "PKV" => {
                set("health", if value.is_zero() { "statutory" } else { "private" }.into());
                set("private_subsidised", (value == Decimal::TWO).into());
            }
            "f" if given("af").is_none_or(|with_factor| !with_factor.is_zero()) => {
                set("factor", value.into())
            }
            "af" | "f" => {}
            _ => values.push(other(name, value, hundredth())),
        }
    }
    values
}

fn other(name: &str, value: Decimal, hundredth: Decimal) -> (SmolStr, Value) {
    let (ours, value) = if let Some((_, ours)) = CENTS.iter().find(|(theirs, _)| *theirs == name) {
        (*ours, hundredth.into())
    } else if let Some((_, ours)) = NUMBERS.iter().find(|(theirs, _)| *theirs == name) {
        (*ours, value.into())
    } else if let Some((_, ours, one)) = FLAGS.iter().find(|(theirs, ..)| *theirs == name) {
        (*ours, (value.is_zero() != *one).into())
    } else {
        // Refused by its own name.
        (name, value.into())
    };
    (ours.into(), value)
}

#[cfg(test)]
mod tests;
