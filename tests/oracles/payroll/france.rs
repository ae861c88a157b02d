//! `fr_*.json`: what employees and employers contribute, by URSSAF's own model and by openfisca, which reckon in floats and don't round to cents.

use std::error::Error;
use std::path::Path;

use fondaco::rust_decimal::Decimal;
use fondaco::rust_decimal::prelude::ToPrimitive;
use fondaco_payroll::jurisdictions::france;
use fondaco_payroll::{PayError, Program, Slip};
use serde_json::Value;

use super::runs::Inputs;
use super::{Answer, id, on};
use crate::case::{Case, parts};
use crate::json::{list, numbers, read, text};

/// What twenty roundings to the cent may come to.
const WITHIN: f64 = 0.05;

/// openfisca's results, and ours of the same.
const OPENFISCA: [(&str, &str); 9] = [
    ("vieillesse_plafonnee_salarie", "capped_pension"),
    ("vieillesse_deplafonnee_salarie", "pension"),
    ("agirc_arrco_salarie", "agirc"),
    ("contribution_equilibre_general_salarie", "ceg"),
    ("csg_deductible_salaire", "csg_deductible"),
    ("csg_imposable_salaire", "csg_taxed"),
    ("crds_salaire", "crds"),
    ("cotisations_salariales", "contributions"),
    ("salaire_net", "net_before_tax"),
];

pub(crate) fn openfisca(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let period = text(file.get("meta").ok_or("a file says what it is")?, "period")?;
    let program = on(&france()?, &format!("{period}-01"))?;
    let inputs = file.get("inputs").ok_or("there are inputs")?;
    let outputs = file.get("outputs").ok_or("there are outputs")?;
    let (salaries, executive) = (numbers(inputs, "salaire_de_base")?, numbers(inputs, "cadre")?);
    let expected = |theirs: &str, row: usize| -> Answer<f64> {
        Ok(numbers(outputs, theirs)?.get(row).copied().ok_or("a figure for each row")?)
    };
    let (mut cases, mut in_runs) = (Vec::new(), Vec::new());
    for (row, (salary, executive)) in salaries.iter().zip(executive).enumerate() {
        // The rate of offices, which openfisca takes where none is given.
        let rate = if period < "2025-05" { "0.64%" } else { "0.70%" };
        let case = program.case("oracle").with("salary", salary.to_string()).with("headcount", 15);
        let case = case.with("executive", executive > 0.5).with("accident_rate", rate);
        let slip = program.run(&case)?;
        for (theirs, ours) in OPENFISCA {
            let id = format!("{salary} {executive} {theirs}");
            cases.push(near(id, expected(theirs, row)?.abs(), slip.amount(ours)));
        }
        // The employer's death cover of executives, on which openfisca reckons no CSG.
        let month = program.run(&case.clone().with("death_cover_rate", "1.5%"))?;
        let id = format!("{salary} {executive} cotisations_employeur");
        let theirs = expected("cotisations_employeur", row)?;
        cases.push(near(id, -theirs, employer(&program, &case, &month, period)));
        let told = [
            ("salary", salary.to_string().parse::<Decimal>()?.into()),
            ("headcount", Decimal::from(15).into()),
        ];
        let told = told
            .into_iter()
            .chain([("executive", (executive > 0.5).into()), ("accident_rate", rate.into())]);
        let values = told
            .map(|(name, value): (&str, fondaco_payroll::Value)| (name.into(), value))
            .collect();
        in_runs.push(Inputs { name: row.to_string(), values });
    }
    // What stands on slips of whole runs.
    let lines: Vec<(&str, &str)> = OPENFISCA.into_iter().take(7).collect();
    let ours: Vec<&str> = lines.iter().map(|(_, ours)| *ours).collect();
    let slips = super::runs::french(&france()?, format!("{period}-01").parse()?, in_runs, &ours)?;
    for row in 0..salaries.len() {
        let figures = slips.get(&row.to_string());
        for (at, (theirs, _)) in lines.iter().enumerate() {
            let figure = figures.and_then(|figures| figures.get(at)).copied();
            let figure = figure.ok_or_else(|| "no slip".into());
            let expected = expected(theirs, row)?.abs();
            cases.push(Case::near::<Box<dyn Error>>(
                format!("{row} {theirs} in a run"),
                expected,
                WITHIN / expected.max(1.0),
                figure
                    .and_then(|amount: Decimal| amount.to_f64().ok_or_else(|| "too large".into())),
            ));
        }
    }
    Ok(cases)
}

/// openfisca's employer: June after five months in which the reduced rates for health and families were not taken, so that June makes up
/// for them; without the general reduction, which it has by itself; and from July 2024 on with the AGS of before (0.20 %, not 0.25 %).
fn employer(
    program: &Program,
    case: &fondaco_payroll::Case<'_>,
    month: &Slip<'_>,
    period: &str,
) -> Result<Decimal, PayError> {
    let mut june = case.clone().with("death_cover_rate", "1.5%");
    for sum in [
        "insured",
        "ceiling",
        "minimum_wage",
        "relief_minimum_wage",
        "cet",
        "employer_cet",
        "general_reduction",
    ] {
        let sum = format!("{sum}_to_date");
        june = june.with(&sum, month.amount(&sum)? * Decimal::from(5));
    }
    let june = program.run(&june)?;
    let ags = june.amount("ags")?;
    let unknown = if period < "2024-07" { Decimal::ZERO } else { ags / Decimal::from(5) };
    Ok(june.amount("employer_contributions")? - june.amount("general_reduction")? - unknown)
}

/// The model's results, and those of ours that add up to the same; what falls to the employer's relief is below zero.
const MODEL: [(&str, &[&str]); 18] = [
    ("salarié . cotisations . salarié", &["all_contributions"]),
    ("salarié . cotisations . employeur", &["employer_contributions"]),
    ("salarié . rémunération . net . à payer avant impôt", &["net_before_tax"]),
    ("salarié . rémunération . net . payé après impôt", &["net"]),
    ("salarié . coût total employeur", &["employer_cost"]),
    (
        "salarié . cotisations . vieillesse",
        &["capped_pension", "pension", "employer_capped_pension", "employer_pension"],
    ),
    ("salarié . cotisations . CSG-CRDS", &["csg_deductible", "csg_taxed", "csg_overtime", "crds"]),
    ("salarié . cotisations . retraite complémentaire", &["agirc", "employer_agirc"]),
    ("salarié . cotisations . CEG", &["ceg", "employer_ceg"]),
    ("salarié . cotisations . CET", &["cet", "employer_cet"]),
    ("salarié . cotisations . maladie", &["employer_health", "local_health"]),
    ("salarié . cotisations . allocations familiales", &["family"]),
    ("salarié . cotisations . assurance chômage", &["unemployment", "ags"]),
    ("salarié . cotisations . AGS", &["ags"]),
    ("salarié . cotisations . FNAL", &["housing_aid"]),
    ("salarié . cotisations . ATMP", &["accident"]),
    ("salarié . cotisations . CSA", &["autonomy"]),
    ("salarié . cotisations . exonérations . RGDU", &["general_reduction"]),
];

pub(crate) fn model(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    // The model does not know the decree of June 2026 yet, by which the general reduction stays with January's minimum wage.
    let program = france()?.known_at("2026-07-01".parse()?, "2026-06-12T00:00:00Z".parse()?)?;
    let one = |case: &Value| -> Answer<Vec<Case>> {
        let mut cases = Vec::new();
        let input = case.get("input").ok_or("a case has an input")?;
        let salary = text(input, "salarié . contrat . salaire brut")?;
        let salary = salary.split(' ').next().unwrap_or(salary);
        let executive = text(input, "salarié . contrat . statut cadre")? == "oui";
        let headcount = super::plain(input, "entreprise . salariés . effectif")?;
        let expected = case.get("expected").ok_or("a case has what is expected")?;
        let figure = |name: &str| {
            expected.get(name).and_then(|figure| figure.get("v")).and_then(Value::as_f64)
        };
        // Where the model was asked without anybody's tax, it has no rate, and pays out all.
        let method =
            if figure("impôt . taux d'imposition").is_some() { "neutral" } else { "none" };
        let inputs = program.case("oracle").with("salary", salary).with("executive", executive);
        let inputs = inputs.with("headcount", headcount).with("tax_method", method);
        // The model's own: the average rate of accidents, 40 euros of health cover halved, 1.5 % of death cover for executives.
        let inputs = inputs
            .with("accident_rate", "2.08%")
            .with("health_cover", "20")
            .with("employer_health_cover", "20")
            .with("death_cover_rate", "1.5%");
        let slip = program.run(&inputs)?;
        for (theirs, ours) in MODEL {
            let sum = ours.iter().map(|name| slip.amount(name)).sum::<Result<Decimal, _>>();
            let sum = sum.map(|sum| if theirs.ends_with("RGDU") { -sum } else { sum });
            let value = expected.get(theirs).ok_or("each figure is there, or null")?;
            let value = value.get("v").and_then(Value::as_f64).unwrap_or(0.0);
            cases.push(near(format!("{} {theirs}", id(case)?), value, sum));
        }
        Ok(cases)
    };
    Ok(parts(list(&file, "cases")?, one))
}

fn near(id: String, expected: f64, actual: Result<Decimal, PayError>) -> Case {
    let actual = actual.map_err(|error| error.to_string());
    let actual =
        actual.and_then(|amount| amount.to_f64().ok_or_else(|| format!("{amount} is too large")));
    Case::near::<Box<dyn Error>>(
        id,
        expected,
        WITHIN / expected.abs().max(1.0),
        actual.map_err(Into::into),
    )
}
