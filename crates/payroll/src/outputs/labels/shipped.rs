//! The labels of what the shipped rules compute, in English and German.

use std::sync::OnceLock;

use crate::RuleSet;
use crate::jurisdictions::{canada, estonia, france, germany, united_kingdom, united_states};

/// Rules, component, English, German.
const LABELS: &[(&str, &str, &str, &str)] = &[
    ("canada", "wages", "Wages", "Lohn"),
    ("canada", "taxable_benefits", "Taxable benefits in kind", "Steuerpflichtige Sachbezüge"),
    ("canada", "registered_pension", "Registered pension plan", "Betriebliche Altersvorsorge"),
    ("canada", "union_dues", "Union dues", "Gewerkschaftsbeitrag"),
    ("canada", "cpp", "Canada Pension Plan", "Rentenversicherung (CPP)"),
    (
        "canada",
        "employer_cpp",
        "Canada Pension Plan, employer",
        "Rentenversicherung (CPP), Arbeitgeber",
    ),
    ("canada", "ei", "Employment Insurance", "Arbeitslosenversicherung (EI)"),
    (
        "canada",
        "employer_ei",
        "Employment Insurance, employer",
        "Arbeitslosenversicherung (EI), Arbeitgeber",
    ),
    ("canada", "federal_tax", "Federal income tax", "Bundeseinkommensteuer"),
    ("canada", "provincial_tax", "Provincial income tax", "Einkommensteuer der Provinz"),
    ("estonia", "salary", "Gross wage", "Bruttolohn"),
    ("estonia", "unemployment", "Unemployment insurance", "Arbeitslosenversicherung"),
    ("estonia", "pension", "Funded pension", "Kapitalgedeckte Rente"),
    ("estonia", "income_tax", "Income tax", "Einkommensteuer"),
    ("estonia", "social_tax", "Social tax, employer", "Sozialsteuer, Arbeitgeber"),
    (
        "estonia",
        "employer_unemployment",
        "Unemployment insurance, employer",
        "Arbeitslosenversicherung, Arbeitgeber",
    ),
    ("france", "salary", "Gross salary", "Bruttogehalt"),
    ("france", "health_cover", "Supplementary health cover", "Zusatzkrankenversicherung"),
    (
        "france",
        "employer_health_cover",
        "Supplementary health cover, employer",
        "Zusatzkrankenversicherung, Arbeitgeber",
    ),
    ("france", "overtime_pay", "Overtime", "Überstunden"),
    ("france", "benefits_in_kind", "Benefits in kind", "Sachbezüge"),
    ("france", "expenses", "Expenses paid back", "Auslagenersatz"),
    ("france", "income_tax", "Income tax at source", "Einkommensteuer, an der Quelle einbehalten"),
    ("france", "capped_pension", "Pension up to the ceiling", "Rente bis zur Bemessungsgrenze"),
    ("france", "pension", "Pension on the whole", "Rente vom Ganzen"),
    ("france", "agirc", "AGIRC-ARRCO", "AGIRC-ARRCO"),
    ("france", "ceg", "General balance contribution (CEG)", "Allgemeiner Ausgleichsbeitrag (CEG)"),
    (
        "france",
        "cet",
        "Technical balance contribution (CET)",
        "Technischer Ausgleichsbeitrag (CET)",
    ),
    ("france", "apec", "APEC", "APEC"),
    ("france", "death_cover", "Death cover, employer", "Todesfallvorsorge, Arbeitgeber"),
    ("france", "csg_deductible", "CSG, deductible", "CSG, absetzbar"),
    ("france", "csg_taxed", "CSG, taxed", "CSG, steuerpflichtig"),
    ("france", "crds", "CRDS", "CRDS"),
    ("germany", "wage", "Current wage", "Laufender Arbeitslohn"),
    ("germany", "bonus", "Other pay", "Sonstiger Bezug"),
    ("germany", "benefits_in_kind", "Benefits in kind", "Sachbezüge"),
    ("germany", "tax_free_pay", "Pay free of tax", "Steuerfreie Bezüge"),
    ("germany", "expenses", "Expenses paid back", "Auslagenersatz"),
    ("germany", "income_tax", "Wage tax", "Lohnsteuer"),
    ("germany", "solidarity_surcharge", "Solidarity surcharge", "Solidaritätszuschlag"),
    ("germany", "church_tax", "Church tax", "Kirchensteuer"),
    ("germany", "bonus_tax", "Wage tax on other pay", "Lohnsteuer, sonstiger Bezug"),
    (
        "germany",
        "bonus_surcharge",
        "Solidarity surcharge on other pay",
        "Solidaritätszuschlag, sonstiger Bezug",
    ),
    ("germany", "bonus_church_tax", "Church tax on other pay", "Kirchensteuer, sonstiger Bezug"),
    ("germany", "health_insurance_employee", "Health insurance", "Krankenversicherung"),
    (
        "germany",
        "health_insurance_employer",
        "Health insurance, employer",
        "Krankenversicherung, Arbeitgeber",
    ),
    (
        "germany",
        "health_additional_employee",
        "Health insurance, additional",
        "Krankenversicherung, Zusatzbeitrag",
    ),
    (
        "germany",
        "health_additional_employer",
        "Health insurance, additional, employer",
        "Krankenversicherung, Zusatzbeitrag, Arbeitgeber",
    ),
    ("germany", "pension_insurance_employee", "Pension insurance", "Rentenversicherung"),
    (
        "germany",
        "pension_insurance_employer",
        "Pension insurance, employer",
        "Rentenversicherung, Arbeitgeber",
    ),
    (
        "germany",
        "unemployment_insurance_employee",
        "Unemployment insurance",
        "Arbeitslosenversicherung",
    ),
    (
        "germany",
        "unemployment_insurance_employer",
        "Unemployment insurance, employer",
        "Arbeitslosenversicherung, Arbeitgeber",
    ),
    ("germany", "care_insurance_employee", "Care insurance", "Pflegeversicherung"),
    (
        "germany",
        "care_insurance_employer",
        "Care insurance, employer",
        "Pflegeversicherung, Arbeitgeber",
    ),
    ("germany", "levy_illness", "Levy U1", "Umlage U1"),
    ("germany", "levy_maternity", "Levy U2", "Umlage U2"),
    ("germany", "levy_insolvency", "Insolvency levy", "Insolvenzgeldumlage"),
    (
        "germany",
        "minijob_health",
        "Minijob: health, employer",
        "Minijob: Krankenversicherung, Arbeitgeber",
    ),
    (
        "germany",
        "minijob_pension_employer",
        "Minijob: pension, employer",
        "Minijob: Rentenversicherung, Arbeitgeber",
    ),
    ("germany", "minijob_pension_employee", "Minijob: pension", "Minijob: Rentenversicherung"),
    ("germany", "minijob_tax", "Minijob: flat tax", "Minijob: Pauschsteuer"),
    ("united_kingdom", "salary", "Pay", "Gehalt"),
    ("united_kingdom", "benefits_in_kind", "Payrolled benefits in kind", "Sachbezüge"),
    ("united_kingdom", "expenses", "Expenses paid back", "Auslagenersatz"),
    ("united_kingdom", "income_tax", "Income tax", "Einkommensteuer"),
    ("united_kingdom", "employee_ni", "National Insurance", "Sozialversicherung"),
    (
        "united_kingdom",
        "employer_ni",
        "National Insurance, employer",
        "Sozialversicherung, Arbeitgeber",
    ),
    ("united_kingdom", "student_loan", "Student loan", "Studiendarlehen"),
    ("united_kingdom", "postgraduate_loan_repayment", "Postgraduate loan", "Aufbaustudiendarlehen"),
    ("united_kingdom", "pension_before_tax", "Pension, net pay arrangement", "Rente, vor Steuern"),
    (
        "united_kingdom",
        "pension_sacrifice",
        "Pension, salary sacrifice",
        "Rente, Entgeltumwandlung",
    ),
    ("united_kingdom", "pension_after_tax", "Pension, relief at source", "Rente, nach Steuern"),
    ("united_kingdom", "employer_pension", "Pension, employer", "Rente, Arbeitgeber"),
    ("united_states", "wages", "Wages", "Lohn"),
    ("united_states", "supplemental_wages", "Supplemental wages", "Sonderzahlung"),
    ("united_states", "fringe_benefits", "Taxable fringe benefits", "Steuerpflichtige Sachbezüge"),
    (
        "united_states",
        "cafeteria_plan",
        "Cafeteria plan, section 125",
        "Vorsorgeplan nach section 125",
    ),
    ("united_states", "retirement_deferrals", "401(k) deferral", "Altersvorsorge 401(k)"),
    ("united_states", "reimbursements", "Expenses paid back", "Auslagenersatz"),
    ("united_states", "federal_income_tax", "Federal income tax", "Bundeseinkommensteuer"),
    (
        "united_states",
        "supplemental_tax",
        "Federal income tax, supplemental",
        "Bundeseinkommensteuer, Sonderzahlung",
    ),
    ("united_states", "social_security", "Social Security", "Social Security (Rente)"),
    ("united_states", "medicare", "Medicare", "Medicare (Krankenversicherung)"),
    ("united_states", "additional_medicare", "Additional Medicare", "Medicare, Zusatzsteuer"),
    (
        "united_states",
        "employer_social_security",
        "Social Security, employer",
        "Social Security, Arbeitgeber",
    ),
    ("united_states", "employer_medicare", "Medicare, employer", "Medicare, Arbeitgeber"),
    ("united_states", "futa", "Federal unemployment tax", "Arbeitslosensteuer des Bundes"),
    (
        "",
        "carried_forward",
        "Carried forward to the next pay",
        "Übertrag auf die nächste Abrechnung",
    ),
];

/// What a shipped file of rules says of a component that has no label yet.
pub(super) fn about(rules: &str, component: &str) -> Option<&'static str> {
    static FILES: OnceLock<Vec<RuleSet>> = OnceLock::new();
    let all = || {
        [
            canada::canada(),
            estonia::estonia(),
            france::france(),
            germany::germany(),
            united_kingdom::united_kingdom(),
            united_states::united_states(),
        ]
    };
    let files = FILES.get_or_init(|| all().into_iter().flatten().collect());
    let file = files.iter().map(RuleSet::file).find(|file| file.name == rules)?;
    let inputs = file.inputs.iter().map(|input| (&input.name, &input.about));
    let rules = file.rules.iter().map(|rule| (&rule.name, &rule.about));
    let (_, about) = inputs.chain(rules).find(|(name, _)| *name == component)?;
    (!about.is_empty()).then_some(about.as_str())
}

/// The label of a component; of rules of the host's own, those that no country has for itself.
pub(super) fn label(rules: &str, component: &str, german: bool) -> Option<&'static str> {
    let of = |set: &str| LABELS.iter().find(|(of, name, ..)| *of == set && *name == component);
    let (.., english, in_german) = of(rules).or_else(|| of(""))?;
    Some(if german { in_german } else { english })
}
