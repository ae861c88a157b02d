//! `tryton_payment_terms.json` and `odoo_payment_term_dates.json`: when which part falls due.

use std::error::Error;
use std::path::Path;

use chrono::{NaiveDate, Weekday};
use fondaco::core::terms::{DateStep, PaymentTerms, Share, TermsError};
use fondaco::core::{CashRounding, Currency, Money, Rate, Rounding};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::case::{Case, each};
use crate::json;

/// Due dates as Odoo gives them: one line per case.
pub(crate) fn odoo(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    Ok(each(json::list(&file, "cases")?, odoo_case))
}

fn odoo_case(case: &Value) -> Result<Case, Box<dyn Error>> {
    let line = case.get("line").ok_or("a case has a line")?;
    let number = |name: &str| line.get(name).and_then(Value::as_i64);
    let day = |name| number(name).and_then(|day| u32::try_from(day).ok());
    let mut steps = match json::text(line, "base")? {
        "invoice_date" => vec![],
        "end_of_invoice_month" => vec![DateStep::EndOfMonth],
        "current_month" => vec![DateStep::DayOfMonth(day("day").ok_or("no day")?)],
        "following_month" => {
            vec![DateStep::Months(1), DateStep::DayOfMonth(day("day").ok_or("no day")?)]
        }
        other => return Err(format!("base {other:?}").into()),
    };
    if let Some(days) = number("days") {
        steps.push(DateStep::Days(days.try_into()?));
    }
    steps.extend(day("then_day_of_month").map(DateStep::NextDayOfMonth));
    let date: NaiveDate = json::text(case, "invoice_date")?.parse()?;
    let expected = json::texts(case, "expected_due")?.join(" ");
    let dates = PaymentTerms::after(steps).due_dates(date);
    let shown = |dates: Vec<NaiveDate>| dates.iter().map(NaiveDate::to_string).collect::<Vec<_>>();
    let actual = dates.map_or_else(|error| error.to_string(), |dates| shown(dates).join(" "));
    Ok(Case::exact(json::text(case, "id")?.into(), expected, actual))
}

/// Instalments as Tryton computes them, in a currency that rounds like its own.
pub(crate) fn tryton(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    Ok(each(json::list(&file, "cases")?, tryton_case))
}

const REST: &str = "Tryton 8.2 fails here by a mistake of its own, as the file says; an instalment that is too large takes the rest";

fn tryton_case(case: &Value) -> Result<Case, Box<dyn Error>> {
    let id = json::text(case, "id")?.to_owned();
    if case.get("expected_error").is_some_and(|error| !error.is_null()) {
        return Ok(Case::unsupported(id, REST));
    }
    let unit = json::text(case, "rounding")?;
    let currency = match unit {
        "1" => Currency::JPY,
        "0.001" => Currency::BHD,
        "0.05" => Currency::CHF,
        _ => Currency::EUR,
    };
    let rounding = match json::text(case, "rounding_mode")? {
        "half_even" => CashRounding::new(decimal(unit)?, Rounding::HalfEven)?,
        other => return Err(format!("rounding mode {other:?}").into()),
    };
    let date: NaiveDate = json::text(case, "date")?.parse()?;
    let amount = Money::new(decimal(json::text(case, "amount")?)?, currency);
    let schedule = terms(case, currency)?.schedule(amount, date, rounding);
    let part = |date: &dyn ToString, amount: Decimal| {
        format!("{} {}", date.to_string(), amount.normalize())
    };
    let expected: Vec<String> = json::list(case, "expected")?
        .iter()
        .map(|due| Ok(part(&json::text(due, "date")?, decimal(json::text(due, "amount")?)?)))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let actual = match schedule {
        Ok(due) => due.iter().map(|due| part(&due.date, due.amount.amount())).collect(),
        Err(TermsError::Unpaid { rest, .. }) => vec![format!("{rest} is left")],
        Err(error) => vec![error.to_string()],
    };
    Ok(Case::exact(id, expected.join(", "), actual.join(", ")))
}

fn terms(case: &Value, currency: Currency) -> Result<PaymentTerms, Box<dyn Error>> {
    let mut terms = PaymentTerms::in_parts();
    for line in json::list(case, "lines")? {
        let rate = || Ok::<_, Box<dyn Error>>(Rate::new(decimal(json::text(line, "ratio")?)?)?);
        let share = match json::text(line, "type")? {
            "percent" => Share::OfRest(rate()?),
            "percent_on_total" => Share::OfTotal(rate()?),
            "fixed" => Share::Fixed(Money::new(decimal(json::text(line, "amount")?)?, currency)),
            "remainder" => Share::Rest,
            other => return Err(format!("type {other:?}").into()),
        };
        let mut steps = Vec::new();
        for delta in json::list(line, "deltas")? {
            steps.extend(delta_steps(delta)?);
        }
        terms = terms.then(share, steps);
    }
    Ok(terms)
}

/// In the order in which Tryton applies the parts of a delta.
fn delta_steps(delta: &Value) -> Result<Vec<DateStep>, Box<dyn Error>> {
    let number = |name: &str| delta.get(name).and_then(Value::as_i64);
    let whole = |n: i64| i32::try_from(n);
    let mut steps = Vec::new();
    if let Some(months) = number("months") {
        steps.push(DateStep::Months(whole(months)?));
    }
    if let Some(month) = number("month") {
        steps.push(DateStep::Month(month.try_into()?));
    }
    if let Some(day) = number("day") {
        steps.push(DateStep::DayOfMonth(day.try_into()?));
    }
    if let Some(weeks) = number("weeks") {
        steps.push(DateStep::Weeks(whole(weeks)?));
    }
    if let Some(days) = number("days") {
        steps.push(DateStep::Days(whole(days)?));
    }
    if let Some(weekday) = number("weekday") {
        let weekday =
            Weekday::try_from(u8::try_from(weekday)?).map_err(|_| "a weekday is 0 to 6")?;
        steps.push(DateStep::NextWeekday(weekday));
    }
    Ok(steps)
}

fn decimal(text: &str) -> Result<Decimal, Box<dyn Error>> {
    Ok(text.parse()?)
}
