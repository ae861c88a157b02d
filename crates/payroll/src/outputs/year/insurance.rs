//! National Insurance of a British year by category letter: earnings in the bands that a P60 tells, and contributions.
//!
//! A band is of an earnings period, whose limits are those of the [shipped rules](crate::jurisdictions::united_kingdom); of directors it is of
//! the year (SSCR 2001, reg. 8 and 11). Whole pounds are told, pence of a year's sum are dropped.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::{OutputError, YearOf, add, less, told};
use crate::PayError;
use crate::jurisdictions::united_kingdom::united_kingdom;
use crate::program::Program;
use crate::rules::RuleSet;
use crate::runs::Slip;

/// What was paid under a category letter of National Insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NationalInsurance {
    /// The letter.
    pub letter: SmolStr,
    /// Earnings that contributions are reckoned on, all of them.
    pub earnings: Decimal,
    /// Column 1a: the lower earnings limit (LEL) of each earnings period that reached it, in whole pounds. This and the next two are zero once
    /// the person was erased: how often somebody was paid is personal.
    pub at_lower_limit: Decimal,
    /// Column 1b: earnings above it, up to and including the primary threshold (PT), in whole pounds.
    pub to_threshold: Decimal,
    /// Column 1c: earnings above that, up to and including the upper earnings limit (UEL), in whole pounds.
    pub to_upper_limit: Decimal,
    /// Column 1d: the employee's contributions.
    pub employee: Decimal,
    /// The employer's.
    pub employer: Decimal,
}

/// The limits of an earnings period.
#[derive(Debug, Clone, Copy)]
struct Limits {
    lower: Decimal,
    threshold: Decimal,
    upper: Decimal,
    /// Of a director: of the year, or of the weeks of it.
    by_year: bool,
}

/// Earnings of the earnings periods of a letter; of a director of the year as one.
type Earned = BTreeMap<Option<NaiveDate>, (Decimal, Option<Limits>)>;

/// Contributions by the letter that each slip was computed with.
pub(super) fn by_letter(of: &YearOf<'_>) -> Result<Vec<NationalInsurance>, OutputError> {
    let mut all: BTreeMap<SmolStr, (NationalInsurance, Earned)> = BTreeMap::new();
    let mut known = Known::default();
    for slip in &of.slips {
        let letter = told(slip, "ni_letter").unwrap_or(SmolStr::new_static("A"));
        let (ni, earned) =
            all.entry(letter.clone()).or_insert_with(|| (none(letter), Earned::new()));
        let mut earnings = Decimal::ZERO;
        for sum in slip.sums.iter().filter(|sum| sum.sum == "ni_pay_to_date") {
            add("earnings", &mut earnings, less("earnings", sum.after, sum.before)?)?;
        }
        add("earnings", &mut ni.earnings, earnings)?;
        let limits = known.limits(slip).map_err(|why| no_limits(slip, why))?;
        let of_year = limits.is_some_and(|limits| limits.by_year);
        let period = earned.entry((!of_year).then_some(slip.period_start)).or_default();
        add("earnings", &mut period.0, earnings)?;
        period.1 = limits.or(period.1);
        for line in slip.lines.iter() {
            match line.rule() {
                "employee_ni" => add("contributions", &mut ni.employee, line.amount)?,
                "employer_ni" => add("contributions", &mut ni.employer, line.amount)?,
                _ => {}
            }
        }
    }
    all.into_values().map(|(ni, earned)| in_bands(ni, earned)).collect()
}

fn none(letter: SmolStr) -> NationalInsurance {
    NationalInsurance {
        letter,
        earnings: Decimal::ZERO,
        at_lower_limit: Decimal::ZERO,
        to_threshold: Decimal::ZERO,
        to_upper_limit: Decimal::ZERO,
        employee: Decimal::ZERO,
        employer: Decimal::ZERO,
    }
}

fn in_bands(
    mut ni: NationalInsurance,
    mut earned: Earned,
) -> Result<NationalInsurance, OutputError> {
    // What a director had by the pay period before is part of the year that is taken as a whole.
    if let Some((_, limits)) = earned.get(&None).copied() {
        earned = [(None, (ni.earnings, limits))].into();
    }
    for (earnings, limits) in earned.into_values() {
        let Some(limits) = limits.filter(|limits| earnings >= limits.lower) else { continue };
        let up_to = |most: Decimal| earnings.min(most);
        add("earnings", &mut ni.at_lower_limit, limits.lower)?;
        let to_threshold = less("earnings", up_to(limits.threshold), limits.lower)?;
        add("earnings", &mut ni.to_threshold, to_threshold.max(Decimal::ZERO))?;
        let to_upper = less("earnings", up_to(limits.upper), limits.threshold)?;
        add("earnings", &mut ni.to_upper_limit, to_upper.max(Decimal::ZERO))?;
    }
    for band in [&mut ni.at_lower_limit, &mut ni.to_threshold, &mut ni.to_upper_limit] {
        *band = band.trunc();
    }
    Ok(ni)
}

/// What decides over the limits of an earnings period, besides the year.
const DECIDE: [&str; 4] = ["frequency", "ni_method", "ni_last_of_year", "director_weeks"];

fn no_limits(slip: &Slip, why: SmolStr) -> OutputError {
    OutputError::NoLimits { number: slip.number.clone(), from: slip.period_start, why }
}

/// The British rules, read once: between their changes they are the same.
static RULES: LazyLock<Result<(RuleSet, Vec<NaiveDate>), SmolStr>> = LazyLock::new(|| {
    let set = united_kingdom().map_err(in_words)?;
    let changes = set.changes();
    Ok((set, changes))
});

fn in_words(error: impl Display) -> SmolStr {
    format_smolstr!("{error}")
}

/// Limits, or why there are none.
type Found = Result<Limits, SmolStr>;

/// Limits that are known already, by what decides over them, and the rules, each by how many changes came before.
#[derive(Default)]
struct Known {
    rules: BTreeMap<usize, Result<Program, SmolStr>>,
    limits: BTreeMap<(usize, [Option<SmolStr>; 4]), Found>,
}

impl Known {
    /// The limits of a slip's earnings period; `None` where nobody knows any more how often is paid.
    fn limits(&mut self, slip: &Slip) -> Result<Option<Limits>, SmolStr> {
        if told(slip, "frequency").is_none() {
            return Ok(None);
        }
        let decides = DECIDE.map(|name| told(slip, name));
        let (set, changes) = RULES.as_ref().map_err(SmolStr::clone)?;
        let key = (changes.partition_point(|day| *day <= slip.rules_on), decides);
        if let Some(known) = self.limits.get(&key) {
            return known.clone().map(Some);
        }
        let rules =
            self.rules.entry(key.0).or_insert_with(|| set.on(slip.rules_on).map_err(in_words));
        let found = rules.as_ref().map_err(SmolStr::clone);
        let found = found.and_then(|rules| limits(rules, &key.1).map_err(in_words));
        self.limits.insert(key, found.clone());
        found.map(Some)
    }
}

/// As the rules reckon them for somebody who is paid nothing.
fn limits(rules: &Program, decide: &[Option<SmolStr>; 4]) -> Result<Limits, PayError> {
    let mut case =
        rules.case("").with("period", "1").with("code_kind", "no_tax").with("salary", "0");
    for (name, value) in DECIDE.iter().zip(decide) {
        if let Some(value) = value {
            case = case.with(name, value.as_str());
        }
    }
    let slip = rules.run(&case)?;
    let amount = |name| slip.amount(name);
    let by_year = !amount("ni_by_year")?.is_zero();
    let (lower, threshold) = (amount("lower_limit")?, amount("primary_threshold")?);
    Ok(Limits { lower, threshold, upper: amount("upper_limit")?, by_year })
}
