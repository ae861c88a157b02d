//! What is earned with what and with whom, at three levels: gross (sales less their cost), contribution (less what is spent on selling
//! alone), net (less all else that is spent, shared out by a driver). The rows and what is beside documents come to the profit of the books.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::AccountClass;
use fondaco_core::allocation::{Residual, allocate};
use fondaco_core::store::Within;
use fondaco_core::{Currency, ItemId, Money, PartyId, Reading, SiteId};
use fondaco_inventory::items::Item;
use fondaco_inventory::places::Site;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::SoldDay;
use super::measure::{NotDefined, over};
use super::owner::{COST_OF_SALES, SALES};
use super::standing::{At, Standing};
use crate::company::CompanyError;
use crate::company::masters::Partner;

/// By what rows are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfitBy {
    /// By item.
    Product,
    /// By customer.
    Customer,
    /// By channel: the group of the customer, as `online` or `reseller`.
    Channel,
    /// By site.
    Site,
}

/// By what is shared out that nobody in particular caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// By what was sold.
    #[default]
    Revenue,
    /// By what that cost.
    Cost,
    /// By how many lines were invoiced.
    Lines,
}

/// Which days, by what.
///
/// ```
/// use fondaco::company::figures::{Driver, ProfitBy, ProfitQuery};
/// let query = ProfitQuery::new("2026-01-01".parse()?, "2026-03-31".parse()?, ProfitBy::Product);
/// assert_eq!(query.driver, Driver::Revenue);
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfitQuery {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub on: NaiveDate,
    /// By what.
    pub by: ProfitBy,
    /// Accounts of what is spent on selling alone, such as freight out: it comes off the contribution.
    #[serde(default)]
    pub selling: Vec<SmolStr>,
    /// By what is shared out.
    #[serde(default)]
    pub driver: Driver,
}

impl ProfitQuery {
    /// Over these days.
    pub fn new(from: NaiveDate, on: NaiveDate, by: ProfitBy) -> ProfitQuery {
        ProfitQuery { from, on, by, selling: Vec::new(), driver: Driver::default() }
    }

    /// Shared out otherwise.
    #[must_use]
    pub fn driver(self, driver: Driver) -> ProfitQuery {
        ProfitQuery { driver, ..self }
    }

    /// With accounts of what is spent on selling alone.
    #[must_use]
    pub fn selling(mut self, account: impl Into<SmolStr>) -> ProfitQuery {
        self.selling.push(account.into());
        self
    }
}

/// What was earned with one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfitRow {
    /// Its code; empty where nobody is named.
    pub code: SmolStr,
    /// What was sold, without tax.
    pub revenue: Money,
    /// What that cost.
    pub cost: Money,
    /// Sales less cost.
    pub gross: Money,
    /// What was let off, and what was spent on selling.
    pub direct: Money,
    /// Gross less direct.
    pub contribution: Money,
    /// Its share of all else.
    pub overhead: Money,
    /// Contribution less overhead.
    pub net: Money,
    /// How many lines were invoiced.
    pub lines: i64,
}

/// What was earned with all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profitability {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub on: NaiveDate,
    /// By what.
    pub by: ProfitBy,
    /// By what was shared out.
    pub driver: Driver,
    /// The rows, the greatest revenue first.
    pub rows: Vec<ProfitRow>,
    /// What the books have beside documents: accruals, entries by hand; and what could not be shared out.
    pub beside: ProfitRow,
    /// All of it: its net is the profit of the books.
    pub total: ProfitRow,
}

impl ProfitRow {
    fn of(code: SmolStr, currency: Currency, sums: [Decimal; 4], lines: i64) -> ProfitRow {
        let money =
            |amount: Decimal| Money::new(fondaco_core::decimal::normalize(amount), currency);
        let [revenue, cost, direct, overhead] = sums;
        let gross = revenue - cost;
        let contribution = gross - direct;
        ProfitRow {
            code,
            revenue: money(revenue),
            cost: money(cost),
            gross: money(gross),
            direct: money(direct),
            contribution: money(contribution),
            overhead: money(overhead),
            net: money(contribution - overhead),
            lines,
        }
    }

    /// Which part of the sales is left of them after their cost.
    ///
    /// # Errors
    /// [`NotDefined`] where nothing was sold.
    pub fn gross_margin(&self) -> Result<Decimal, NotDefined> {
        over(self.gross.amount(), self.revenue.amount(), "what was sold")
    }

    /// Which part is left of them after all.
    ///
    /// # Errors
    /// [`NotDefined`] where nothing was sold.
    pub fn net_margin(&self) -> Result<Decimal, NotDefined> {
        over(self.net.amount(), self.revenue.amount(), "what was sold")
    }
}

/// Sums that are kept of one: revenue, cost, let off; and how many lines.
#[derive(Debug, Clone, Copy, Default)]
struct Sold {
    revenue: Decimal,
    cost: Decimal,
    let_off: Decimal,
    lines: i64,
}

/// What was earned with what or whom, as [`Company::profitability`](crate::company::Company::profitability).
///
/// # Errors
/// [`CompanyError::NotSetUp`]; what the books say.
pub fn profitability(
    read: &mut impl Reading,
    query: &ProfitQuery,
) -> Result<Profitability, CompanyError> {
    let standing = Standing::read(read, (query.from, query.on))?;
    let sold = sold(read, query)?;
    let moved = |codes: &[SmolStr], credits| standing.sum("", codes, At::Moved, credits).value;
    let cost_accounts = standing.of_roles(COST_OF_SALES);
    let selling = moved(&query.selling, false);
    let but: Vec<SmolStr> = cost_accounts.iter().chain(&query.selling).cloned().collect();
    let let_off: Decimal = sold.values().map(|sold| sold.let_off).sum();
    let income = moved(&standing.of_class(AccountClass::Income, &[]), true);
    let (sales, cost) = (moved(&standing.of_roles(SALES), true), moved(&cost_accounts, false));
    let others = moved(&standing.of_class(AccountClass::Expense, &but), false);
    // Discounts and write-offs stand on accounts of their own, and are told by customer already.
    let discounts = standing.of_roles(&[crate::company::posting::Role::DiscountGiven]);
    let sales_alone = sales - moved(&discounts, true);
    let overhead = others - (income - sales_alone) - let_off;
    let keys: Vec<SmolStr> = sold.keys().cloned().collect();
    let weights: Vec<Decimal> = sold.values().map(|sold| weight(sold, query.driver)).collect();
    let share = |amount: Decimal| {
        let whole = standing.money(amount);
        let fits = whole.is_rounded() && weights.iter().any(|weight| !weight.is_zero());
        let parts = fits.then(|| allocate(whole, &weights, Residual::LargestRemainder).ok());
        parts.flatten().unwrap_or_else(|| vec![standing.money(Decimal::ZERO); keys.len()])
    };
    let (selling_parts, overhead_parts) = (share(selling), share(overhead));
    let (mut rows, mut sums, mut all_lines) = (Vec::new(), [Decimal::ZERO; 4], 0_i64);
    let parts = selling_parts.iter().zip(&overhead_parts);
    for ((code, sold), (own, other)) in sold.iter().zip(parts) {
        let of = [sold.revenue, sold.cost, sold.let_off + own.amount(), other.amount()];
        sums.iter_mut().zip(of).for_each(|(sum, more)| *sum += more);
        all_lines += sold.lines;
        rows.push(ProfitRow::of(code.clone(), standing.currency, of, sold.lines));
    }
    rows.sort_by(|one, other| {
        other.revenue.amount().cmp(&one.revenue.amount()).then_with(|| one.code.cmp(&other.code))
    });
    let whole = [sales_alone, cost, selling + let_off, overhead];
    let mut beside = whole;
    beside.iter_mut().zip(sums).for_each(|(left, sum)| *left -= sum);
    let row = |sums, lines| ProfitRow::of(SmolStr::default(), standing.currency, sums, lines);
    Ok(Profitability {
        from: query.from,
        on: query.on,
        by: query.by,
        driver: query.driver,
        rows,
        beside: row(beside, 0),
        total: row(whole, all_lines),
    })
}

fn weight(sold: &Sold, driver: Driver) -> Decimal {
    let weight = match driver {
        Driver::Revenue => sold.revenue,
        Driver::Cost => sold.cost,
        Driver::Lines => Decimal::from(sold.lines),
    };
    weight.max(Decimal::ZERO)
}

/// What was sold, by code of what it is told apart by.
fn sold(
    read: &mut impl Reading,
    query: &ProfitQuery,
) -> Result<BTreeMap<SmolStr, Sold>, CompanyError> {
    let column = match query.by {
        ProfitBy::Customer | ProfitBy::Channel => 0,
        ProfitBy::Product => 2,
        ProfitBy::Site => 3,
    };
    let within = Within::new(1, &query.from, &query.on);
    let mut rows: Vec<SoldDay> = Vec::new();
    for row in read.peek_sums::<SoldDay>(&[column], Some(within))? {
        row.with(|row: &SoldDay| rows.push(row.clone())).map_err(fondaco_core::Halt::from)?;
    }
    let codes = codes(read, query.by, &rows)?;
    let mut sums: BTreeMap<SmolStr, Sold> = BTreeMap::new();
    for (row, code) in rows.iter().zip(codes) {
        let sum = sums.entry(code).or_default();
        sum.revenue += row.revenue.to_decimal();
        sum.cost += row.cost.to_decimal();
        sum.let_off += row.let_off.to_decimal();
        sum.lines += row.lines;
    }
    Ok(sums)
}

/// What the rows are of, by code; empty where nobody is named.
fn codes(
    read: &mut impl Reading,
    by: ProfitBy,
    rows: &[SoldDay],
) -> Result<Vec<SmolStr>, CompanyError> {
    match by {
        ProfitBy::Product => {
            let ids: Vec<ItemId> = rows.iter().map(|row| row.item).collect();
            let found = read.peek_many::<Item>(&ids)?;
            Ok(found
                .iter()
                .map(|item| item.as_ref().map(|item| item.code.clone()).unwrap_or_default())
                .collect())
        }
        ProfitBy::Site => {
            let ids: Vec<SiteId> = rows.iter().map(|row| row.site).collect();
            let found = read.peek_many::<Site>(&ids)?;
            Ok(found
                .iter()
                .map(|site| site.as_ref().map(|site| site.code.clone()).unwrap_or_default())
                .collect())
        }
        ProfitBy::Customer | ProfitBy::Channel => {
            let ids: Vec<PartyId> = rows.iter().map(|row| row.party).collect();
            let code = |partner: &Partner| match by {
                ProfitBy::Channel => partner.party_group.clone().unwrap_or_default(),
                _ => partner.code.clone(),
            };
            let found = read.peek_many::<Partner>(&ids)?;
            Ok(found
                .iter()
                .map(|partner| partner.as_deref().map(code).unwrap_or_default())
                .collect())
        }
    }
}
