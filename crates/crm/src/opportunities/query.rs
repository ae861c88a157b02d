//! What opportunities are, were, and will bring.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::calendar::zone;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Currency, Halt, Money, PartyId, Range, Reading, Rounding, View, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{
    ForecastCategory, Opportunity, OpportunityId, OpportunityOutcome, OpportunityStep, Pipeline,
};
use crate::contacts::group;
use crate::pipeline::{Deal, Outcome, Visit};
use crate::{CrmError, KernelError};

/// An opportunity.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn opportunity(
    read: &mut impl Reading,
    id: OpportunityId,
) -> Result<Option<Arc<Opportunity>>, Halt> {
    read.peek::<Opportunity>(&id)
}

/// Its steps, the first of which opened it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn opportunity_steps(
    read: &mut impl Reading,
    id: OpportunityId,
) -> Result<Vec<Arc<OpportunityStep>>, Halt> {
    read.peek_scan(&Range::<OpportunityStep>::by_key(&id))
}

/// All opportunities of a contact, under all its ids.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn opportunities_of(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<Vec<Arc<Opportunity>>, Halt> {
    let ids = group(read, party)?;
    let of: Vec<_> = ids.iter().map(|id| Range::by(Opportunity::BY_PARTY, id)).collect();
    Ok(read.peek_scans(&of)?.into_iter().flatten().collect())
}

fn of_pipeline(read: &mut impl Reading, name: &str) -> Result<Vec<Arc<Opportunity>>, Halt> {
    read.peek_scan(&Range::by(Opportunity::BY_STAGE, &SmolStr::from(name)))
}

/// The opportunities of a pipeline in a currency, as [`pipeline`](crate::pipeline) reads deals: win rates, cycles, velocity, chances by age.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn deals(
    read: &mut impl Reading,
    pipeline: &str,
    currency: Currency,
) -> Result<Vec<Deal>, Halt> {
    let rows = of_pipeline(read, pipeline)?;
    let deal = |row: &Arc<Opportunity>| {
        let outcome = match row.outcome {
            OpportunityOutcome::Open => Outcome::Open,
            OpportunityOutcome::Won => Outcome::Won,
            OpportunityOutcome::Lost => Outcome::Lost,
        };
        let closed = (outcome != Outcome::Open).then_some(row.close_on);
        Deal {
            kind: row.name.to_string(),
            outcome,
            amount: row.amount,
            opened: Some(row.opened_on),
            closed,
        }
    };
    Ok(rows.iter().filter(|row| row.currency == currency).map(deal).collect())
}

/// On which days of the company's zone the opportunities of a pipeline came to its stages, for [`funnel`](crate::pipeline::funnel).
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn visits(
    read: &mut impl Reading,
    pipeline: &str,
) -> Result<Vec<Visit<OpportunityId>>, CrmError> {
    let Some(set_up) = read.peek::<Pipeline>(&SmolStr::from(pipeline))? else {
        return Ok(Vec::new());
    };
    let (stages, zone) = (set_up.stages()?, zone(read)?);
    let mut visits = Vec::new();
    for row in of_pipeline(read, pipeline)? {
        let mut last = None;
        for step in opportunity_steps(read, row.opportunity)? {
            let stage = stages.iter().position(|stage| stage.stage == step.stage);
            if let Some(stage) = stage.filter(|stage| last != Some(*stage)) {
                visits.push(Visit { deal: row.opportunity, stage, on: zone.date_of(step.at) });
                last = Some(stage);
            }
        }
    }
    Ok(visits)
}

/// What open opportunities of a category will bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// Which category.
    pub category: ForecastCategory,
    /// How many.
    pub count: usize,
    /// All of it.
    pub total: Money,
    /// Each times its probability, rounded half up to the currency's digits at the end.
    pub weighted: Money,
}

/// What the open opportunities of a pipeline will bring, by currency and category.
///
/// # Errors
/// When a sum has no room in 28 digits; a [`Halt`], to be passed on.
pub fn forecast(read: &mut impl Reading, pipeline: &str) -> Result<Vec<Forecast>, CrmError> {
    let exact = |error| KernelError::Exact { what: "forecast", error };
    let mut sums: BTreeMap<(String, ForecastCategory), (Currency, usize, Decimal, Decimal)> =
        BTreeMap::new();
    for row in of_pipeline(read, pipeline)? {
        if row.outcome != OpportunityOutcome::Open {
            continue;
        }
        let key = (row.currency.to_string(), row.forecast);
        let sum = sums.entry(key).or_insert((row.currency, 0, Decimal::ZERO, Decimal::ZERO));
        let worth =
            decimal::mul_round(row.amount, row.probability, 10, Rounding::HalfUp).map_err(exact)?;
        sum.1 += 1;
        sum.2 = decimal::add(sum.2, row.amount).map_err(exact)?;
        sum.3 = decimal::add(sum.3, worth).map_err(exact)?;
    }
    let mut all = Vec::with_capacity(sums.len());
    for ((_, category), (currency, count, total, weighted)) in sums {
        let digits = currency.minor_units().unwrap_or(2);
        let weighted = decimal::mul_round(weighted, Decimal::ONE, digits, Rounding::HalfUp);
        let weighted = Money::new(weighted.map_err(exact)?, currency);
        all.push(Forecast { category, count, total: Money::new(total, currency), weighted });
    }
    Ok(all)
}

/// Each opportunity is what its last step says, and has as many steps as it counts.
pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    for row in view.peek_scan(&Range::<Opportunity>::all())? {
        let steps = opportunity_steps(view, row.opportunity)?;
        let is_so =
            steps.len() == row.steps as usize && steps.last().is_some_and(|step| row.is_as(step));
        if !is_so {
            found.say(format_args!("opportunity {} is not as its last step says", row.opportunity));
        }
    }
    Ok(())
}
