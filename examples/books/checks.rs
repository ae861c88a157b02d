//! Do the totals come out? First those of the documents as read, before anything is booked; then
//! what the ledger says of each account, to the cent.
//!
//! What must come out was found by other means: it is published with the data, or was counted in
//! whole cents while the demo company was generated. The ledger is asked for its balances; the
//! documents are not added up a second time.

use std::{collections::BTreeMap, error::Error, fmt};

use fondaco::prelude::*;

use super::{
    chart::{Chart, Event, Rule},
    plan::Plan,
};
use crate::common::{
    company::Company,
    rounding::{TooLarge, plus, sum},
    totals::{Parts, Totals},
};

/// A total: what it must be, and what it is.
pub struct Check {
    what: String,
    expected: Decimal,
    actual: Decimal,
}

impl Check {
    /// Whether it came out.
    pub fn holds(&self) -> bool {
        self.expected == self.actual
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check { what, expected, actual } = self;
        match self.holds() {
            true => write!(f, "  ok    {actual:>16}  {what}"),
            false => write!(f, "  WRONG {actual:>16}  {what}: {expected} must come out"),
        }
    }
}

/// The documents' own totals, exactly as read, against those that must come out. Where nobody
/// published any there is nothing to check.
///
/// # Errors
/// A sum is too large.
pub fn of_documents(company: &Company) -> Result<Vec<Check>, TooLarge> {
    let Some(expected) = &company.checks else { return Ok(Vec::new()) };
    let pairs = expected.named().into_iter().zip(Totals::of(company)?.named());
    let check = |((what, expected), (_, actual))| Check { what, expected, actual };
    Ok(pairs.map(check).filter(|check| !check.what.contains("booked")).collect())
}

/// What must come out on one side of one account; on stock, per movement.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'c> {
    account: &'c str,
    side: Side,
    movement: Option<&'static str>,
}

/// The ledger's balances against the totals that must come out, to the cent.
///
/// # Errors
/// A sum is too large, or the ledger can't be read.
pub fn of_ledger(
    books: &Books<'_>,
    company: &Company,
    chart: &Chart,
    plan: &Plan<'_>,
) -> Result<Vec<Check>, Box<dyn Error>> {
    let totals = match &company.checks {
        Some(published) => published.clone(),
        None => Totals::of(company)?,
    };
    let mut places: BTreeMap<Place<'_>, (Vec<String>, Decimal)> = BTreeMap::new();
    for rule in &chart.rules {
        let (names, amount) = places.entry(place(rule)).or_default();
        names.push(format!("{} {}", rule.event.name(), rule.part));
        *amount = plus(*amount, total(company, plan, &totals, rule)?)?;
    }
    let checks = places.into_iter().map(|(place, (names, expected))| {
        let actual = posted(books, &place)?;
        let side = if place.side == Side::Debit { "debits" } else { "credits" };
        let what = format!("{}: {side} of {}", names.join(" + "), place.account);
        Ok(Check { what, expected, actual })
    });
    checks.collect()
}

fn place(rule: &Rule) -> Place<'_> {
    let movement = rule.takes("movement").then(|| rule.event.name());
    Place { account: &rule.account, side: rule.side, movement }
}

/// What a rule's part adds up to over the half year.
fn total(
    company: &Company,
    plan: &Plan<'_>,
    totals: &Totals,
    rule: &Rule,
) -> Result<Decimal, TooLarge> {
    let of_header = |parts: &Parts| match rule.part.as_str() {
        "net" => parts.net,
        "tax" => parts.tax,
        "freight" => parts.freight,
        _ => parts.total,
    };
    match rule.event {
        Event::Sale => Ok(of_header(&totals.sales_booked)),
        Event::Bill => Ok(of_header(&totals.purchases_booked)),
        Event::Scrap => Ok(totals.scrap_booked),
        Event::Receipt => {
            let (received, stocked) = (totals.received, totals.purchases_booked.net);
            Ok(match rule.part.as_str() {
                "received" => received,
                "stocked" => stocked,
                _ => received - stocked,
            })
        }
        // Nobody published these two: what the documents say is the best there is.
        Event::Delivery => {
            let costs = company.sales.iter().map(|sale| company.cost_of_goods(sale));
            sum(costs.collect::<Result<Vec<_>, _>>()?)
        }
        Event::Opening => plan.opening_value(company),
    }
}

/// What the ledger has on that side of that account.
fn posted(books: &Books<'_>, place: &Place<'_>) -> Result<Decimal, LedgerError> {
    let query = BalanceQuery::account(place.account);
    let query = match place.movement {
        Some(movement) => query.dimension("movement", movement),
        None => query,
    };
    let balances = books.balances(&query)?;
    let sides = balances.iter().map(|balance| match place.side {
        Side::Debit => balance.amounts.debit(),
        Side::Credit => balance.amounts.credit(),
    });
    let mut sum = sides.sum::<Decimal>().normalize();
    sum.rescale(sum.scale().max(2));
    Ok(sum)
}
