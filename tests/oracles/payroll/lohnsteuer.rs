//! `de_lohnsteuer_2025.json` and `de_lohnsteuer_2026.json`: the German wage tax of the ministry's own program, which lies beside them in
//! `pap/`, answered by that program and by our own rules; and the program of 2024, held to the formula of § 32a EStG.

use std::error::Error;
use std::path::Path;

use fondaco::rust_decimal::Decimal;
use fondaco_payroll::Program;
use fondaco_payroll::jurisdictions::germany;
use fondaco_payroll::jurisdictions::germany::{by_pap_names, pap_values};
use fondaco_payroll::pap::{Pap, PapError, shipped};
use serde_json::{Map, Value};

use super::runs::Inputs;
use crate::case::{Case, part as parts_of, parts};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let year = file.pointer("/meta/year").and_then(Value::as_i64).ok_or("the year is a number")?;
    let program = path.with_file_name("pap").join(format!("Lohnsteuer{year}.xml"));
    let pap = Pap::read(&std::fs::read_to_string(program)?)?;
    let rules = super::on(&germany()?, &format!("{year}-06-30"))?;
    let one = |case: &Value| -> Result<Vec<Case>, Box<dyn Error>> {
        let (input, expected) = (part(case, "input")?, part(case, "expected")?);
        let id = json::text(case, "id")?;
        let all =
            |found: Result<Vec<(String, String)>, String>| found.map_or_else(|error| error, shown);
        let program = run(&pap, input, expected).map_err(|error| error.to_string());
        let program = Case::exact(id.to_owned(), shown(texts(expected)), all(program));
        let ours = by_rules(&rules, input, expected).map_err(|error| error.to_string());
        let ours = Case::exact(format!("{id}, by our rules"), shown(texts(expected)), all(ours));
        Ok(vec![program, ours])
    };
    let all = json::list(&file, "cases")?;
    let mut answers = parts(all, one);
    answers.extend(parts_of("whole runs", in_runs(all, &year.to_string())));
    Ok(answers)
}

/// The same in a payroll run, one employee for each case.
fn in_runs(all: &[Value], year: &str) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut told = Vec::with_capacity(all.len());
    for case in all {
        let texts = texts(part(case, "input")?);
        let inputs = texts.iter().map(|(name, value)| Ok((name.as_str(), value.parse()?)));
        let inputs = inputs.collect::<Result<Vec<(&str, Decimal)>, Box<dyn Error>>>()?;
        let name = json::text(case, "id")?.to_owned();
        told.push(Inputs { name, values: pap_values(&inputs) });
    }
    let day = format!("{year}-06-30").parse()?;
    let slips = super::runs::german(&germany()?, day, told, RESULTS)?;
    let answer = |case: &Value| -> Result<Case, Box<dyn Error>> {
        let (id, expected) = (json::text(case, "id")?, part(case, "expected")?);
        let ours = slips.get(id).map_or_else(
            || "no slip".to_owned(),
            |figures| {
                let figure = |name: &String| {
                    let figure = figures.get(name).map_or(Decimal::ZERO, Decimal::normalize);
                    (name.clone(), figure.to_string())
                };
                shown(expected.keys().map(figure).collect())
            },
        );
        Ok(Case::exact(format!("{id} in a run"), shown(texts(expected)), ours))
    };
    all.iter().map(answer).collect()
}

fn part<'v>(case: &'v Value, name: &str) -> Result<&'v Map<String, Value>, String> {
    case.get(name).and_then(Value::as_object).ok_or(format!("no {name}"))
}

/// All outputs that are expected, by the ministry's program.
fn run(
    pap: &Pap,
    input: &Map<String, Value>,
    expected: &Map<String, Value>,
) -> Result<Vec<(String, String)>, PapError> {
    let mut case = pap.case();
    for (name, value) in texts(input) {
        case.set_text(&name, &value)?;
    }
    // What is not in a case counts as zero there.
    let outcome = case.rest_zero().run()?;
    expected.keys().map(|name| Ok((name.clone(), outcome.get(name)?.to_string()))).collect()
}

/// What the outputs of the ministry's program are called in our rules.
const RESULTS: &[(&str, &str)] = &[
    ("LSTLZZ", "income_tax"),
    ("SOLZLZZ", "solidarity_surcharge"),
    ("BK", "church_base"),
    ("STS", "bonus_tax"),
    ("SOLZS", "bonus_surcharge"),
    ("BKS", "bonus_church_base"),
];

/// The same by our own rules.
fn by_rules(
    rules: &Program,
    input: &Map<String, Value>,
    expected: &Map<String, Value>,
) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let texts = texts(input);
    let inputs = texts.iter().map(|(name, value)| Ok((name.as_str(), value.parse()?)));
    let inputs = inputs.collect::<Result<Vec<(&str, Decimal)>, Box<dyn Error>>>()?;
    let slip = rules.run(&by_pap_names(rules.case("case"), &inputs)?)?;
    let each = |name: &String| {
        let found = RESULTS.iter().find(|(theirs, _)| theirs == name);
        let (_, ours) = found.ok_or_else(|| format!("{name} is not in our rules"))?;
        let cents = slip.amount(ours)? * Decimal::ONE_HUNDRED;
        Ok((name.clone(), cents.normalize().to_string()))
    };
    expected.keys().map(each).collect()
}

fn texts(values: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn shown(values: Vec<(String, String)>) -> String {
    values.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
}

/// The files that come along are those that the oracle was made with, to the byte.
pub(crate) fn shipped_file(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let published = std::fs::read_to_string(path)?;
    let ours = if path.ends_with("Lohnsteuer2025.xml") {
        shipped::LOHNSTEUER_2025
    } else {
        shipped::LOHNSTEUER_2026
    };
    let same = if published == ours { "the published file" } else { "another file" };
    Ok(vec![Case::exact("shipped".to_owned(), "the published file".to_owned(), same.to_owned())])
}

/// The program of 2024 is not ours: it is read and run, and what it taxes is taxed again by § 32a Abs. 1 EStG as it stood when the file was
/// made (11 March 2024), for wages of 16,000 to 400,000 euros a year in classes I and III.
pub(crate) fn file_of_2024(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let pap = Pap::read(&std::fs::read_to_string(path)?)?;
    let mut cases = Vec::new();
    for (class, shares) in [(1, 1), (3, 2)] {
        for wage in (16_000..400_000).step_by(7_919) {
            let mut case = pap.case();
            case.set("LZZ", 1)?
                .set("STKL", class)?
                .set("RE4", i64::from(wage) * 100)?
                .set_text("KVZ", "1.70")?;
            let outcome = case.rest_zero().run()?;
            // What is over the basic allowance, in cents; below it, nothing is known but that there is no tax.
            let over = outcome.get("WVFRB")?;
            let income = over / Decimal::ONE_HUNDRED + Decimal::from(FREE_2024);
            let one = (income / Decimal::from(shares)).floor();
            let tax = tax_2024(one) * Decimal::from(shares) * Decimal::ONE_HUNDRED;
            let id = format!("class {class}, {wage} a year");
            cases.push(Case::exact(
                id,
                tax.normalize().to_string(),
                outcome.get("LSTLZZ")?.to_string(),
            ));
        }
    }
    Ok(cases)
}

const FREE_2024: i64 = 11_604;

fn tax_2024(income: Decimal) -> Decimal {
    let over = |from: i64| (income - Decimal::from(from)) / Decimal::from(10_000);
    let tax = if income <= Decimal::from(FREE_2024) {
        Decimal::ZERO
    } else if income <= Decimal::from(17_005) {
        let y = over(FREE_2024);
        (Decimal::new(92_298, 2) * y + Decimal::from(1_400)) * y
    } else if income <= Decimal::from(66_760) {
        let z = over(17_005);
        (Decimal::new(18_119, 2) * z + Decimal::from(2_397)) * z + Decimal::new(102_538, 2)
    } else if income <= Decimal::from(277_825) {
        Decimal::new(42, 2) * income - Decimal::new(1_060_213, 2)
    } else {
        Decimal::new(45, 2) * income - Decimal::new(1_893_688, 2)
    };
    tax.floor()
}
