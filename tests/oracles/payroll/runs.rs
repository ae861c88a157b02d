//! The same cases through whole payroll runs: computed, approved, and the next period begun with the sums that were kept.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};
use fondaco::rust_decimal::Decimal;
use fondaco_core::{CompanyId, DateRange, Id, PartyId};
use fondaco_payroll::jurisdictions::united_kingdom::TaxCode;
use fondaco_payroll::runs::*;
use fondaco_payroll::{Payroll, RuleSet};
use fondaco_store::Memory;
use serde_json::Value;
use smol_str::SmolStr;

use super::united_kingdom::frequency;
use super::{Answer, expected, id, plain, two};
use crate::case::Case;
use crate::json::{list, text};

/// A company, and how many runs it has had.
struct Company {
    payroll: Payroll<'static>,
    runs: u32,
}

impl Company {
    fn new() -> Answer<Company> {
        Ok(Company { payroll: Payroll::open(Memory::new(), CompanyId::named("oracle"))?, runs: 0 })
    }

    /// A run of one period, approved; its slips by the number of the employee.
    fn run(
        &mut self,
        calendar: &str,
        (from, to): (NaiveDate, NaiveDate),
        cases: Vec<PayInput>,
    ) -> Answer<BTreeMap<String, std::sync::Arc<Slip>>> {
        self.runs += 1;
        let name = self.runs.to_string();
        let create = CreateRun::new(calendar, (from, to), to);
        let run: Id<Run> = self.payroll.send(&format!("create {name}"), &create)?.answer;
        let mut calculate = CalculateRun::new(run, PaySource::given(cases)?);
        self.payroll.run_job(&format!("calculate {name}"), &mut calculate, &mut ())?;
        let boss = self.payroll.clone().acting_as("boss");
        let to = RunMove::Approve { without_refused: true };
        let mut approve = AdvanceRun { run, to, reason: "looked at".into() };
        boss.run_job(&format!("approve {name}"), &mut approve, &mut ())?;
        let slips = self.payroll.view(|view| slips(view, run))?;
        Ok(slips.into_iter().map(|slip| (slip.number.to_string(), slip)).collect())
    }

    fn clean(&self) -> Answer<()> {
        match self.payroll.verify()? {
            found if found.is_clean() => Ok(()),
            found => Err(format!("the runs don't add up: {found:?}").into()),
        }
    }
}

fn of_line(slip: &Slip, rule: &str) -> Decimal {
    slip.lines.iter().filter(|line| line.rule() == rule).map(|line| line.amount).sum()
}

/// One employee for each sequence, one run for each period.
pub(crate) fn sequences(file: &Value) -> Answer<Vec<Case>> {
    let mut company = Company::new()?;
    let mut answers = Vec::new();
    let all = list(file, "sequences")?;
    for how_often in ["Weekly", "Fortnightly", "FourWeekly", "Monthly"] {
        let mut of_frequency = Vec::new();
        for sequence in all {
            if text(sequence, "frequency")? == how_often {
                of_frequency.push((id(sequence)?, list(sequence, "rows")?));
            }
        }
        let periods = of_frequency.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0);
        for at in 0..periods {
            let days = uk_period(how_often, at)?;
            let mut cases = Vec::new();
            let mut rows = Vec::new();
            for (id, of_id) in &of_frequency {
                if let Some(row) = of_id.get(at) {
                    cases.push(uk_case(id, how_often, days, row)?);
                    rows.push((id, row));
                }
            }
            let slips = company.run(how_often, days, cases)?;
            for (id, row) in rows {
                answers.push(uk_answer(id, row, slips.get(id).map(AsRef::as_ref))?);
            }
        }
    }
    company.clean()?;
    Ok(answers)
}

/// The days of a period, counted from 0, of the tax year that begins on 6 April 2025.
fn uk_period(how_often: &str, at: usize) -> Answer<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(2025, 4, 6).ok_or("the first day of the tax year")?;
    let at = u32::try_from(at)?;
    let weeks = match how_often {
        "Weekly" => 1,
        "Fortnightly" => 2,
        "FourWeekly" => 4,
        _ => return Ok((first + Months::new(at), first + Months::new(at + 1) - Days::new(1))),
    };
    let from = first + Days::new(u64::from(at) * weeks * 7);
    // The 53rd week has one day.
    Ok((from, from))
}

fn uk_case(
    id: &str,
    how_often: &str,
    (from, to): (NaiveDate, NaiveDate),
    row: &Value,
) -> Answer<PayInput> {
    let gross: Decimal = plain(row, "gross")?.parse()?;
    let days = DateRange::new(from, to)?;
    let mut case = PayInput::new(PartyId::named(id), id, days, to, "united_kingdom")
        .in_year("tax_year", 2025)
        .with("frequency", frequency(how_often)?)
        .with("period", plain(row, "period")?.as_str())
        .component(PayComponent::new("PAY", "salary", gross));
    for (name, value) in TaxCode::parse(text(row, "tax_code")?)?.values() {
        case = case.with(name, value);
    }
    Ok(case)
}

fn uk_answer(id: &str, row: &Value, slip: Option<&Slip>) -> Answer<Case> {
    let ours = slip.map_or_else(
        || "no slip".to_owned(),
        |slip| {
            let after = slip.sums.iter().find(|sum| sum.sum == "tax_to_date");
            let after = after.map_or(Decimal::ZERO, |sum| sum.after);
            format!("income_tax {}, tax_to_date {}", two(of_line(slip, "income_tax")), two(after))
        },
    );
    let id = format!("{id}/{} {} in runs", plain(row, "period")?, text(row, "tax_code")?);
    let names = [("income_tax", "tax_in_period"), ("tax_to_date", "tax_to_date")];
    Ok(Case::exact(id, expected(row, &names)?, ours))
}

/// What a case says of an employee: what is paid, and what the card says.
struct Told {
    name: String,
    pay: (&'static str, String),
    card: Vec<(&'static str, String)>,
}

/// One employee for each case, in one run of a day.
fn of_a_day(
    rules: &str,
    day: NaiveDate,
    cases: Vec<Told>,
) -> Answer<BTreeMap<String, std::sync::Arc<Slip>>> {
    let mut company = Company::new()?;
    let days = DateRange::new(day, day)?;
    let mut inputs = Vec::with_capacity(cases.len());
    for Told { name, pay: (input, amount), card } in cases {
        let employee = PartyId::named(&name);
        let told = PayInput::new(employee, name, days, day, rules).component(PayComponent::new(
            "PAY",
            input,
            amount.parse()?,
        ));
        inputs.push(
            card.into_iter().fold(told, |told, (name, value)| told.with(name, value.as_str())),
        );
    }
    let slips = company.run("any", (day, day), inputs)?;
    company.clean()?;
    Ok(slips)
}

/// What stands on a slip, in the words of [`expected`].
fn shown(slip: Option<&std::sync::Arc<Slip>>, names: &[(&str, &str)]) -> String {
    let line = |slip: &Slip, name: &str| format!("{name} {}", two(of_line(slip, name)));
    slip.map_or_else(
        || "no slip".to_owned(),
        |slip| names.iter().map(|(ours, _)| line(slip, ours)).collect::<Vec<_>>().join(", "),
    )
}

/// National Insurance of all letters and frequencies.
pub(crate) fn insurance(file: &Value) -> Answer<Vec<Case>> {
    let day = NaiveDate::from_ymd_opt(2025, 4, 30).ok_or("a day of the tax year")?;
    let all = list(file, "cases")?;
    let mut cases = Vec::new();
    for case in all {
        let card = vec![
            ("frequency", frequency(text(case, "frequency")?)?.to_owned()),
            ("period", "4".to_owned()),
            ("code_kind", "no_tax".to_owned()),
            ("ni_letter", text(case, "category")?.to_owned()),
        ];
        let pay = ("salary", plain(case, "gross")?);
        cases.push(Told { name: id(case)?, pay, card });
    }
    let slips = of_a_day("united_kingdom", day, cases)?;
    let names = [("employee_ni", "employee"), ("employer_ni", "employer")];
    let answer = |case: &Value| {
        let wanted = case.get("expected").ok_or("a case has what is expected")?;
        let ours = shown(slips.get(&id(case)?), &names);
        Ok(Case::exact(format!("{} in a run", id(case)?), expected(wanted, &names)?, ours))
    };
    all.iter().map(answer).collect()
}

/// Federal and provincial tax of two weeks, with the contributions that lower it.
pub(crate) fn canadian(file: &Value) -> Answer<Vec<Case>> {
    let day = NaiveDate::from_ymd_opt(2021, 1, 1).ok_or("a day of the year")?;
    let name = |case: &Value| -> Answer<String> {
        let (gross, claim) = (plain(case, "gross_income")?, plain(case, "federal_claim")?);
        let (province, there) = (text(case, "province")?, plain(case, "provincial_claim")?);
        Ok(format!("{province} {gross} {claim} {there}"))
    };
    let of_this_day = |case: &&Value| text(case, "date").is_ok_and(|date| date == "01/01/21");
    let all: Vec<&Value> = list(file, "cases")?.iter().filter(of_this_day).collect();
    let mut cases = Vec::new();
    for case in &all {
        let card = vec![
            ("frequency", super::canada::frequency(case)?.to_owned()),
            ("province", text(case, "province")?.to_owned()),
            ("federal_claim", plain(case, "federal_claim")?),
            ("provincial_claim", plain(case, "provincial_claim")?),
        ];
        let pay = ("wages", plain(case, "gross_income")?);
        cases.push(Told { name: name(case)?, pay, card });
    }
    let slips = of_a_day("canada", day, cases)?;
    let names = [("federal_tax", "federal_deduction"), ("provincial_tax", "provincial_deduction")];
    let mut answers = Vec::new();
    for case in all {
        let ours = shown(slips.get(&name(case)?), &names);
        answers.push(Case::exact(
            format!("{} in a run", name(case)?),
            expected(case, &names)?,
            ours,
        ));
    }
    Ok(answers)
}

/// What stands on slips of the federal cases; the first of [`NAMES`](super::united_states::NAMES) is a step on the way.
const LINES: [(&str, &str); 7] = [
    ("federal_income_tax", "federal_income_tax"),
    ("social_security", "social_security_ee"),
    ("medicare", "medicare_ee"),
    ("additional_medicare", "additional_medicare_ee"),
    ("employer_social_security", "social_security_er"),
    ("employer_medicare", "medicare_er"),
    ("futa", "futa_er"),
];

/// One employee for each case, with the wages of before as opening sums, in one run.
pub(crate) fn federal(file: &Value, year: i32) -> Answer<Vec<Case>> {
    let mut company = Company::new()?;
    let day = NaiveDate::from_ymd_opt(year, 6, 30).ok_or("a day of the year")?;
    let (mut cases, mut opening) = (Vec::new(), Vec::new());
    let all = list(file, "cases")?;
    for case in all {
        let (input, before) = us_case(case, day)?;
        for sum in ["social_security_wages_to_date", "medicare_wages_to_date", "futa_wages_to_date"]
        {
            let (employee, sum) = (input.employee, sum.into());
            opening.push(OpeningLine { employee, sum, year, amount: before });
        }
        cases.push(input);
    }
    let open = OpenSums::new("united_states", opening, "the payroll of before");
    company.payroll.send("opening", &open)?;
    let slips = company.run("any", (day, day), cases)?;
    company.clean()?;
    let mut answers = Vec::new();
    for case in all {
        let wanted = case.get("expected").ok_or("a case has what is expected")?;
        let slip = slips.get(id(case)?.as_str());
        let said = |slip: &std::sync::Arc<Slip>| {
            let each = LINES.map(|(ours, _)| format!("{ours} {}", two(of_line(slip, ours))));
            each.join(", ")
        };
        let extra = case.pointer("/input/w4/extra").and_then(Value::as_str).unwrap_or("0");
        if slip.is_some_and(|slip| slip.net == fondaco_payroll::Amt::ZERO) && extra != "0" {
            // Its worksheet is compared where rules alone are run.
            let why = "extra withholding is cut at what is left of pay (26 CFR 31.3402(i)-2), which the case ignores";
            answers.push(Case::unsupported(format!("{} in a run", id(case)?), why));
            continue;
        }
        let ours = slip.map_or_else(|| "no slip".to_owned(), said);
        answers.push(Case::exact(
            format!("{} in a run", id(case)?),
            expected(wanted, &LINES)?,
            ours,
        ));
    }
    Ok(answers)
}

fn us_case(case: &Value, day: NaiveDate) -> Answer<(PayInput, Decimal)> {
    let name = id(case)?;
    let input = case.get("input").ok_or("a case has an input")?;
    let form = input.get("w4").ok_or("a case has a form W-4")?;
    let days = DateRange::new(day, day)?;
    let wages = plain(input, "taxable_wages")?.parse()?;
    let mut told = PayInput::new(PartyId::named(&name), name, days, day, "united_states")
        .with("frequency", text(input, "frequency")?)
        .with("w4_status", super::united_states::status(form)?)
        .with("w4_before_2020", text(form, "form")? == "2019-")
        .with("w4_extra", plain(form, "extra")?.as_str())
        .component(PayComponent::new("WAGES", "wages", wages));
    for (ours, theirs) in super::united_states::FORM {
        if form.get(theirs).is_some() {
            told = told.with(ours, plain(form, theirs)?.as_str());
        }
    }
    Ok((told, plain(input, "ytd_wages")?.parse()?))
}

/// What an employee is told, by the names of the rules' inputs.
pub(crate) struct Inputs {
    pub(crate) name: String,
    pub(crate) values: Vec<(SmolStr, fondaco_payroll::Value)>,
}

/// One employee for each case, in one run of a day: what is an amount of the payslip comes as a component, the rest as the card says it.
fn of_inputs(
    (rules, code): (&RuleSet, &str),
    day: NaiveDate,
    cases: Vec<Inputs>,
) -> Answer<BTreeMap<String, std::sync::Arc<Slip>>> {
    use fondaco_payroll::Value;
    let mut company = Company::new()?;
    let mut inputs = Vec::with_capacity(cases.len());
    for Inputs { name, values } in cases {
        let days = DateRange::new(day, day)?;
        let mut told = PayInput::new(PartyId::named(&name), name, days, day, code);
        for (name, value) in values {
            let paid = rules.file().inputs.iter().any(|of| of.name == name && of.kind.is_some());
            told = match value {
                Value::Number(amount) if paid => {
                    told.component(PayComponent::new(name.clone(), name, amount))
                }
                Value::Number(amount) => told.with(name, amount.to_string().as_str()),
                Value::Bool(is) => told.with(name, is),
                Value::Text(text) => told.with(name, text.as_str()),
                other => return Err(format!("{name} is {other:?}").into()),
            };
        }
        inputs.push(told);
    }
    let slips = company.run("any", (day, day), inputs)?;
    company.clean()?;
    Ok(slips)
}

/// Wage tax of the ministry's cases; the figures of each are those that stand on a slip, in cents.
pub(crate) fn german(
    rules: &RuleSet,
    day: NaiveDate,
    cases: Vec<Inputs>,
    lines: &[(&str, &str)],
) -> Answer<BTreeMap<String, BTreeMap<String, Decimal>>> {
    let slips = of_inputs((rules, "germany"), day, cases)?;
    let figures = |slip: &Slip| {
        let each = lines.iter().map(|(theirs, ours)| {
            ((*theirs).to_owned(), of_line(slip, ours) * Decimal::ONE_HUNDRED)
        });
        each.collect()
    };
    Ok(slips.iter().map(|(name, slip)| (name.clone(), figures(slip))).collect())
}

/// Contributions of openfisca's cases: a figure for each line of each.
pub(crate) fn french(
    rules: &RuleSet,
    day: NaiveDate,
    cases: Vec<Inputs>,
    lines: &[&str],
) -> Answer<BTreeMap<String, Vec<Decimal>>> {
    let slips = of_inputs((rules, "france"), day, cases)?;
    let figures = |slip: &Slip| lines.iter().map(|ours| of_line(slip, ours)).collect();
    Ok(slips.iter().map(|(name, slip)| (name.clone(), figures(slip))).collect())
}
