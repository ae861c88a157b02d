//! What the rules are told besides pay: of the period, of the card; and where net pay goes.

use chrono::{Datelike, NaiveDate};
use fondaco_core::store::Personal;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::person::Person;
use crate::PayrollError;
use crate::calendars::{PayFrequency, PayPeriod};
use crate::rules::RuleFile;
use crate::runs::{BankShare, PayValue};
use crate::staff::account_key;
use crate::staff::term::{PrivateTerm, Topic};

/// The inputs of rules that the period itself answers: how often is paid, its tax period, its month.
pub(super) fn period_values(
    file: &RuleFile,
    frequency: PayFrequency,
    period: &PayPeriod,
) -> Vec<(SmolStr, PayValue)> {
    let mut values = Vec::new();
    for input in &file.inputs {
        let value = match input.name.as_str() {
            "frequency" | "pay_period" => {
                let choice = file.choices.iter().find(|choice| choice.name == input.of);
                let known = choice.map(|choice| choice.values.as_slice()).unwrap_or_default();
                let word =
                    frequency.words().iter().find(|word| known.iter().any(|known| known == *word));
                word.map(|word| PayValue::from(*word))
            }
            "period" => Some(Decimal::from(period.tax_period).into()),
            "pay_month" => Some(Decimal::from(period.ends.month()).into()),
            _ => None,
        };
        values.extend(value.map(|value| (input.name.clone(), value)));
    }
    values
}

/// The values of the card that holds on the day whose rules hold, or on the last day of the contract.
pub(super) fn card(
    person: &Person<'_>,
    last: NaiveDate,
) -> Result<Option<Vec<(SmolStr, PayValue)>>, PayrollError> {
    let of = person.of;
    let Some(timeline) = person.private(Topic::Card, &of.group.rules) else { return Ok(None) };
    let held = [of.rules_on(), last].into_iter().find_map(|day| of.on(timeline, day));
    let Some(PrivateTerm::Card(values)) = held.and_then(Personal::get).map(|term| &**term) else {
        return Ok(None);
    };
    let values =
        values.0.iter().map(|(input, value)| (input.clone(), PayValue::from(value.clone())));
    Ok(Some(values.collect()))
}

/// Where net pay goes on the pay date, or on the last day of the contract.
pub(super) fn banks(person: &Person<'_>, last: NaiveDate) -> Result<Vec<BankShare>, PayrollError> {
    let of = person.of;
    let Some(timeline) = person.private(Topic::Accounts, "") else { return Ok(Vec::new()) };
    let held = [of.period.pay_date, last].into_iter().find_map(|day| of.on(timeline, day));
    let Some(PrivateTerm::Accounts(accounts)) = held.and_then(Personal::get).map(|term| &**term)
    else {
        return Ok(Vec::new());
    };
    let mut shares = Vec::with_capacity(accounts.len());
    for account in accounts {
        let key = account_key(&account.bank(&person.number)?);
        shares.push(BankShare { account: key, part: account.part });
    }
    Ok(shares)
}
