//! What is earned with what and with whom, at three levels: gross (sales less their cost), contribution (less what is spent on selling
//! alone), net (less all else that is spent, shared out by a driver). The rows and what is beside documents come to the profit of the books.
//! What goods cost is counted with the documents, the same in every profile; hours, variances and counts are overhead.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::AccountClass;
use fondaco_core::allocation::{Residual, allocate};
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::{Currency, ItemId, Money, PartyId, Reading, SiteId};
use fondaco_inventory::items::Item;
use fondaco_inventory::places::Site;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::SoldDay;
use super::measure::{NotDefined, over};
use super::sold::{Column, EACH, Papers, cost_of_sales, sold_by};
use super::standing::{At, Node, Standing};
use crate::company::CompanyError;
use crate::company::masters::Partner;
use crate::company::posting::Role;

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

/// All that was earned and spent on some days, and how it is shared out.
struct Whole {
    standing: Standing,
    sold: BTreeMap<SmolStr, Sold>,
    sales: Node,
    cost: Node,
    selling: Node,
    let_off: Decimal,
    overhead: Decimal,
    /// Of what is spent on selling and of all else, for each that was sold.
    parts: Vec<(Money, Money)>,
}

impl Whole {
    fn read(
        read: &mut impl Reading,
        query: &ProfitQuery,
        in_full: bool,
    ) -> Result<Whole, CompanyError> {
        let mut standing = Standing::read(read, (query.from, query.on))?;
        if in_full {
            standing.read_documents(read)?;
        }
        let selling = standing.sum(word("Selling"), &selling(&standing, query)?, At::Moved, false);
        let sold = sold(read, query)?;
        let let_off: Decimal = sold.values().map(|sold| sold.let_off).sum();
        let moved = |codes: &[SmolStr], credits| standing.sum("", codes, At::Moved, credits).value;
        // Discounts stand on an account of their own, and are told by customer already.
        let sales = standing.of_roles(&[Role::Sales]);
        let sales = standing.sum(word("Sales"), &sales, At::Moved, true);
        let cost = cost_of_sales(read, &standing, in_full)?;
        let income = moved(&standing.of_class(AccountClass::Income, &[]), true);
        let spent = moved(&standing.of_class(AccountClass::Expense, &[]), false);
        let overhead = sales.value - cost.value - selling.value - let_off - (income - spent);
        let weights: Vec<Decimal> = sold.values().map(|sold| weight(sold, query.driver)).collect();
        let share = |amount: Decimal| {
            let whole = standing.money(amount);
            let fits = whole.is_rounded() && weights.iter().any(|weight| !weight.is_zero());
            let parts = fits.then(|| allocate(whole, &weights, Residual::LargestRemainder).ok());
            parts.flatten().unwrap_or_else(|| vec![standing.money(Decimal::ZERO); sold.len()])
        };
        let parts = share(selling.value).into_iter().zip(share(overhead)).collect();
        Ok(Whole { standing, sold, sales, cost, selling, let_off, overhead, parts })
    }

    /// What was sold, cost, was let off or spent on selling, and its share of all else, by code.
    fn rows(&self) -> impl Iterator<Item = (&SmolStr, &Sold, [Decimal; 4])> {
        self.sold.iter().zip(&self.parts).map(|((code, sold), (own, other))| {
            let of = [sold.revenue, sold.cost, sold.let_off + own.amount(), other.amount()];
            (code, sold, of)
        })
    }
}

/// What was earned with what or whom, as [`Company::profitability`](crate::company::Company::profitability).
///
/// # Errors
/// [`CompanyError::NotSetUp`]; [`CompanyError::Unknown`] for an account of selling that is none of expenses, or is told already; what the
/// books say.
pub fn profitability(
    read: &mut impl Reading,
    query: &ProfitQuery,
) -> Result<Profitability, CompanyError> {
    let whole = Whole::read(read, query, false)?;
    let currency = whole.standing.currency;
    let (mut rows, mut sums, mut all_lines) = (Vec::new(), [Decimal::ZERO; 4], 0_i64);
    for (code, sold, of) in whole.rows() {
        sums.iter_mut().zip(of).for_each(|(sum, more)| *sum += more);
        all_lines += sold.lines;
        rows.push(ProfitRow::of(code.clone(), currency, of, sold.lines));
    }
    rows.sort_by(|one, other| {
        other.revenue.amount().cmp(&one.revenue.amount()).then_with(|| one.code.cmp(&other.code))
    });
    let all =
        [whole.sales.value, whole.cost.value, whole.selling.value + whole.let_off, whole.overhead];
    let mut beside = all;
    beside.iter_mut().zip(sums).for_each(|(left, sum)| *left -= sum);
    let row = |sums, lines| ProfitRow::of(SmolStr::default(), currency, sums, lines);
    Ok(Profitability {
        from: query.from,
        on: query.on,
        by: query.by,
        driver: query.driver,
        rows,
        beside: row(beside, 0),
        total: row(all, all_lines),
    })
}

/// Why what was earned with one is what it is, down to the documents: as [`Company::explain_profit`](crate::company::Company::explain_profit).
///
/// # Errors
/// As [`profitability`]; [`CompanyError::Unknown`] for a code of which nothing was sold.
pub fn explain_profit(
    read: &mut impl Reading,
    query: &ProfitQuery,
    code: &str,
) -> Result<Explain, CompanyError> {
    let whole = Whole::read(read, query, true)?;
    let unknown = || CompanyError::Unknown { what: "sale of", code: code.into() };
    let (at, row) = whole
        .rows()
        .enumerate()
        .find_map(|(at, (of, sold, sums))| {
            let row = || ProfitRow::of(of.clone(), whole.standing.currency, sums, sold.lines);
            (of == code).then(|| (at, row()))
        })
        .ok_or_else(unknown)?;
    let days = (query.from, query.on);
    let rows = sold_by(read, days, EACH)?;
    let codes = codes(read, query.by, &rows)?;
    let papers = Papers::read(read, days)?;
    let of_all = papers.leaves(rows.iter(), Column::LetOff, &whole.standing);
    let its: Vec<&SoldDay> =
        rows.iter().zip(&codes).filter(|(_, of)| *of == code).map(|(row, _)| row).collect();
    let part = |name: &'static str, value: Decimal, column| {
        Explain::new(word(name), whole.standing.money(value))
            .rule(whole.standing.when(At::Moved))
            .inputs(papers.leaves(its.iter().copied(), column, &whole.standing))
    };
    let let_off = its.iter().map(|row| row.let_off.to_decimal()).sum();
    let (own, _) = whole.parts.get(at).copied().ok_or_else(unknown)?;
    let by = match query.driver {
        Driver::Revenue => Cell::text("by what was sold"),
        Driver::Cost => Cell::text("by what that cost"),
        Driver::Lines => Cell::text("by lines"),
    };
    let share = |name: &'static str, part: Money, of: Explain| {
        let shared = Explain::new(word(name), part).rule("share of all, rounded");
        shared.parameter(Parameter::new("shared out", by.clone())).input(of)
    };
    let why = Explain::new(Phrase::from(row.code.clone()), row.net)
        .rule("sales − cost of sales − let off − selling − overhead");
    Ok(why
        .input(part("Sales", row.revenue.amount(), Column::Revenue))
        .input(part("Cost of sales", row.cost.amount(), Column::Cost))
        .input(part("Let off", let_off, Column::LetOff))
        .input(share("Selling", own, whole.selling.explain.clone()))
        .input(share("Overhead", row.overhead, whole.all_else(of_all))))
}

impl Whole {
    /// What is spent beside all that, and why.
    fn all_else(&self, let_off: Vec<Explain>) -> Explain {
        let standing = &self.standing;
        let of_class = |name: &'static str, class, credits| {
            standing.sum(word(name), &standing.of_class(class, &[]), At::Moved, credits).explain
        };
        Explain::new(word("Overhead"), standing.money(self.overhead))
            .rule("sales − cost of sales − let off − selling − (income − expenses)")
            .input(self.sales.explain.clone())
            .input(self.cost.explain.clone())
            .input(Explain::new(word("Let off"), standing.money(self.let_off)).inputs(let_off))
            .input(self.selling.explain.clone())
            .input(of_class("Income", AccountClass::Income, true))
            .input(of_class("Expenses", AccountClass::Expense, false))
    }
}

/// What the roles of goods post to: it is no expense of selling.
const OF_GOODS: &[Role] = &[
    Role::Cogs,
    Role::ExpenseGoods,
    Role::VariationIn,
    Role::VariationOut,
    Role::StockVariation,
    Role::ChangeInStock,
    Role::DiscountGiven,
];

/// The accounts of selling, each once.
fn selling(standing: &Standing, query: &ProfitQuery) -> Result<Vec<SmolStr>, CompanyError> {
    let told = standing.of_roles(OF_GOODS);
    for code in &query.selling {
        if !standing.has(code, AccountClass::Expense) || told.contains(code) {
            let what = "account of expenses, beside goods and what is let off,";
            return Err(CompanyError::Unknown { what, code: code.clone() });
        }
    }
    let mut codes = query.selling.clone();
    codes.sort();
    codes.dedup();
    Ok(codes)
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
    let rows = sold_by(read, (query.from, query.on), &[column])?;
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
