//! What customers bought, in three figures each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::decimal;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::KernelError;

/// Something bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase<K> {
    /// By whom.
    pub customer: K,
    /// On which day.
    pub day: NaiveDate,
    /// For how much, in one currency; below zero for what was given back.
    pub amount: Decimal,
}

/// A customer with the three figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer<K> {
    /// Who.
    pub customer: K,
    /// Days since the last purchase; of who only gave back, since the first of that.
    pub recency_days: i64,
    /// On how many days something was bought.
    pub frequency: u32,
    /// For how much in all.
    #[serde(with = "fondaco_core::decimal::as_text")]
    pub money: Decimal,
}

/// On which days somebody bought, on which they first gave something back, and for how much in all.
type Figures = (Vec<NaiveDate>, Option<NaiveDate>, Decimal);

/// The figures of all customers, in their order, as of a day: what was bought after it is left out. What was given back lowers the money, and is no purchase.
///
/// # Errors
/// When somebody's sum has no room in 28 digits.
pub fn summarise<K: Ord>(
    purchases: impl IntoIterator<Item = Purchase<K>>,
    as_of: NaiveDate,
) -> Result<Vec<Customer<K>>, KernelError> {
    let mut known: BTreeMap<K, Figures> = BTreeMap::new();
    for (row, bought) in purchases.into_iter().enumerate().filter(|(_, it)| it.day <= as_of) {
        let (days, returned, sum) = known.entry(bought.customer).or_default();
        match bought.amount < Decimal::ZERO {
            true => *returned = Some(returned.map_or(bought.day, |day| day.min(bought.day))),
            false => days.push(bought.day),
        }
        let exact = |error| KernelError::Exact { what: "sum of purchases", error }.at(row);
        *sum = decimal::add(*sum, bought.amount).map_err(exact)?;
    }
    let customer = |(customer, (mut days, returned, money)): (K, Figures)| {
        days.sort_unstable();
        days.dedup();
        let last = days.last().copied().or(returned);
        let recency_days = last.map_or(0, |last| (as_of - last).num_days());
        let frequency = u32::try_from(days.len()).unwrap_or(u32::MAX);
        Customer { customer, recency_days, frequency, money }
    };
    Ok(known.into_iter().map(customer).collect())
}
