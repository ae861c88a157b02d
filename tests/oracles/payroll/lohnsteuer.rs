//! `de_lohnsteuer_2025.json` and `de_lohnsteuer_2026.json`: the German wage tax of the ministry's own program, which lies beside them in
//! `pap/`; and the program of 2024, held to the formula of § 32a EStG.

use std::error::Error;
use std::path::Path;

use fondaco::rust_decimal::Decimal;
use fondaco_payroll::pap::{Pap, PapError, shipped};
use serde_json::{Map, Value};

use crate::case::Case;
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let year = file.pointer("/meta/year").and_then(Value::as_i64).ok_or("the year is a number")?;
    let program = path.with_file_name("pap").join(format!("Lohnsteuer{year}.xml"));
    let pap = Pap::read(&std::fs::read_to_string(program)?)?;
    json::list(&file, "cases")?.iter().map(|case| answer(&pap, case)).collect()
}

/// All outputs that are expected, to the cent.
fn answer(pap: &Pap, case: &Value) -> Result<Case, Box<dyn Error>> {
    let part = |name: &str| case.get(name).and_then(Value::as_object).ok_or(format!("no {name}"));
    let expected = part("expected")?;
    let actual = run(pap, part("input")?, expected).map_or_else(|error| error.to_string(), shown);
    Ok(Case::exact(json::text(case, "id")?.to_owned(), shown(texts(expected)), actual))
}

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
