//! `fr_*.json`: what employees contribute, by URSSAF's own model and by openfisca, which reckon in floats and don't round to cents.

use std::error::Error;
use std::path::Path;

use fondaco::rust_decimal::prelude::ToPrimitive;
use fondaco_payroll::Slip;
use fondaco_payroll::jurisdictions::france;
use serde_json::Value;

use super::{Answer, id, on};
use crate::case::Case;
use crate::json::{list, numbers, read, text};

/// Half the cents that eight roundings may come to.
const WITHIN: f64 = 0.05;

/// Their results, and ours of the same.
const OPENFISCA: [(&str, &str); 9] = [
    ("vieillesse_plafonnee_salarie", "capped_pension"),
    ("vieillesse_deplafonnee_salarie", "pension"),
    ("agirc_arrco_salarie", "agirc"),
    ("contribution_equilibre_general_salarie", "ceg"),
    ("csg_deductible_salaire", "csg_deductible"),
    ("csg_imposable_salaire", "csg_taxed"),
    ("crds_salaire", "crds"),
    ("cotisations_salariales", "contributions"),
    ("salaire_net", "net"),
];

pub(crate) fn openfisca(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let meta = file.get("meta").ok_or("a file says what it is")?;
    let program = on(&france()?, &format!("{}-01", text(meta, "period")?))?;
    let inputs = file.get("inputs").ok_or("there are inputs")?;
    let outputs = file.get("outputs").ok_or("there are outputs")?;
    let (salaries, executive) = (numbers(inputs, "salaire_de_base")?, numbers(inputs, "cadre")?);
    let mut cases = Vec::new();
    for (row, (salary, executive)) in salaries.iter().zip(executive).enumerate() {
        let case = program
            .case("oracle")
            .with("salary", salary.to_string())
            .with("executive", executive > 0.5);
        let slip = program.run(&case)?;
        for (theirs, ours) in OPENFISCA {
            let expected =
                numbers(outputs, theirs)?.get(row).copied().ok_or("a figure for each row")?;
            cases.push(near(
                format!("{salary} {executive} {theirs}"),
                expected.abs(),
                &slip,
                ours,
            )?);
        }
        let id = format!("{salary} {executive} cotisations_employeur");
        cases.push(Case::unsupported(id, EMPLOYER));
    }
    Ok(cases)
}

const EMPLOYER: &str =
    "the employer's contributions need the general reduction, with its power of 1.75";

pub(crate) fn model(path: &Path) -> Answer<Vec<Case>> {
    let file = read(path)?;
    let program = on(&france()?, "2026-07-01")?;
    let mut cases = Vec::new();
    for case in list(&file, "cases")? {
        let input = case.get("input").ok_or("a case has an input")?;
        let salary = text(input, "salarié . contrat . salaire brut")?;
        let salary = salary.split(' ').next().unwrap_or(salary);
        let executive = text(input, "salarié . contrat . statut cadre")? == "oui";
        // The model's own covers: 40 euros of health halved, and 1.5 % of death for executives.
        let inputs = program.case("oracle").with("salary", salary).with("executive", executive);
        let inputs = inputs
            .with("health_cover", "20")
            .with("employer_health_cover", "20")
            .with("death_cover_rate", "1.5%");
        let slip = program.run(&inputs)?;
        let expected = case.get("expected").ok_or("a case has what is expected")?;
        for (theirs, ours) in [
            ("salarié . cotisations . salarié", "all_contributions"),
            ("salarié . rémunération . net . à payer avant impôt", "net"),
        ] {
            let value =
                expected.get(theirs).and_then(|figure| figure.get("v")).and_then(Value::as_f64);
            cases.push(near(
                format!("{} {theirs}", id(case)?),
                value.ok_or("a figure")?,
                &slip,
                ours,
            )?);
        }
        cases.push(Case::unsupported(format!("{} cotisations . employeur", id(case)?), EMPLOYER));
        let neutral = "the tax at source needs the grid of neutral rates";
        cases.push(Case::unsupported(format!("{} net . payé après impôt", id(case)?), neutral));
    }
    Ok(cases)
}

fn near(id: String, expected: f64, slip: &Slip<'_>, ours: &str) -> Answer<Case> {
    let actual = slip.amount(ours).map_err(|error| error.to_string());
    let actual =
        actual.and_then(|amount| amount.to_f64().ok_or_else(|| format!("{amount} is too large")));
    Ok(Case::near::<Box<dyn Error>>(
        id,
        expected,
        WITHIN / expected.abs().max(1.0),
        actual.map_err(Into::into),
    ))
}
