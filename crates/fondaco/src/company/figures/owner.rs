//! The figures of a company over some days, all at once.

use chrono::NaiveDate;
use fondaco_accounting::ledger::AccountClass;
use fondaco_core::report::{Cell, Explain, Parameter, Phrase, word};
use fondaco_core::{Currency, Range, Reading};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::measure::{Measure, NotDefined, over};
use super::ratios::{cash_conversion_cycle, days_outstanding, liquidity};
use super::service::service;
use super::sold::cost_of_sales;
use super::standing::{At, Node, Standing};
use crate::company::CompanyError;
use crate::company::document::{Document, DocumentKind, Status};
use crate::company::posting::Role;

/// Which balances days are counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balances {
    /// The mean of those before the days and at their end.
    #[default]
    Average,
    /// Those at their end.
    Closing,
}

/// How many days a flow is said to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DaysOfYear {
    /// As many as there are.
    #[default]
    OfPeriod,
    /// 365, whatever days were asked for: for a year.
    Year365,
}

/// What receivables are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesBasis {
    /// What was earned, by the books.
    #[default]
    Revenue,
    /// What was invoiced to be paid later, less credits: with tax, as receivables are.
    CreditSales,
}

/// Where sources differ, which way the figures go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Basis {
    /// Which balances.
    pub balances: Balances,
    /// How many days.
    pub days: DaysOfYear,
    /// Which sales.
    pub sales: SalesBasis,
}

/// Which days, and by which bases.
///
/// ```
/// use fondaco::company::figures::FiguresQuery;
/// let march = FiguresQuery::new("2026-03-01".parse()?, "2026-03-31".parse()?);
/// assert!(march.not_current.is_empty());
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiguresQuery {
    /// The first day.
    pub from: NaiveDate,
    /// The last day, as of whose end balances are.
    pub on: NaiveDate,
    /// The bases.
    #[serde(default)]
    pub basis: Basis,
    /// Accounts that are for longer than a year: not current.
    #[serde(default)]
    pub not_current: Vec<SmolStr>,
    /// Accounts of investments that can be sold at once: quick, besides cash and receivables.
    #[serde(default)]
    pub investments: Vec<SmolStr>,
}

impl FiguresQuery {
    /// Over these days.
    pub fn new(from: NaiveDate, on: NaiveDate) -> FiguresQuery {
        let (not_current, investments) = (Vec::new(), Vec::new());
        FiguresQuery { from, on, basis: Basis::default(), not_current, investments }
    }

    /// By other bases.
    #[must_use]
    pub fn basis(self, basis: Basis) -> FiguresQuery {
        FiguresQuery { basis, ..self }
    }
}

/// The figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnerFigures {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub on: NaiveDate,
    /// What amounts are in.
    pub currency: Currency,
    /// The figures, in the order of [the table](super).
    pub measures: Vec<Measure>,
}

impl OwnerFigures {
    /// A figure by its code.
    pub fn get(&self, code: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.code == code)
    }
}

/// All figures over some days, as [`Company::figures`](crate::company::Company::figures).
///
/// # Errors
/// [`CompanyError::NotSetUp`]; what the books say.
pub fn owner_figures(
    read: &mut impl Reading,
    query: &FiguresQuery,
) -> Result<OwnerFigures, CompanyError> {
    all(read, query, false)
}

/// The same, each explained down to the documents: as [`Company::figures_in_full`](crate::company::Company::figures_in_full).
///
/// # Errors
/// As [`owner_figures`].
pub fn figures_in_full(
    read: &mut impl Reading,
    query: &FiguresQuery,
) -> Result<OwnerFigures, CompanyError> {
    all(read, query, true)
}

/// Why a figure is what it is, down to the documents: as [`Company::explain_figure`](crate::company::Company::explain_figure).
///
/// # Errors
/// As [`owner_figures`]; [`CompanyError::Unknown`] for a figure that there is not.
pub fn explain_figure(
    read: &mut impl Reading,
    query: &FiguresQuery,
    code: &str,
) -> Result<Explain, CompanyError> {
    let found = figures_in_full(read, query)?;
    let unknown = || CompanyError::Unknown { what: "figure", code: code.into() };
    found.get(code).map(|measure| measure.explain.clone()).ok_or_else(unknown)
}

fn check(query: &FiguresQuery) -> Result<(), CompanyError> {
    if query.on < query.from {
        let (document, field) = (SmolStr::new_static("figures"), "last day");
        let value = format!("{} and the first {}", query.on, query.from);
        return Err(CompanyError::NotPositive { document, line: 0, field, value });
    }
    Ok(())
}

fn all(
    read: &mut impl Reading,
    query: &FiguresQuery,
    in_full: bool,
) -> Result<OwnerFigures, CompanyError> {
    check(query)?;
    let mut standing = Standing::read(read, (query.from, query.on))?;
    if in_full {
        standing.read_documents(read)?;
    }
    let credit_sales = match query.basis.sales {
        SalesBasis::Revenue => None,
        SalesBasis::CreditSales => Some(credit_sales(read, query, &standing)?),
    };
    let cost = cost_of_sales(read, &standing, in_full)?;
    let figures = Figures { query, standing: &standing, credit_sales, cost };
    let mut measures = figures.liquidity();
    measures.extend(figures.cycles());
    measures.extend(figures.margins());
    measures.extend(service(read, (query.from, query.on), in_full)?);
    let currency = standing.currency;
    Ok(OwnerFigures { from: query.from, on: query.on, currency, measures })
}

/// What was invoiced to be paid later, less what was credited, with tax: document by document.
fn credit_sales(
    read: &mut impl Reading,
    query: &FiguresQuery,
    standing: &Standing,
) -> Result<Node, CompanyError> {
    let (mut value, mut inputs) = (Decimal::ZERO, Vec::new());
    for (kind, sign) in
        [(DocumentKind::Invoice, Decimal::ONE), (DocumentKind::CreditNote, -Decimal::ONE)]
    {
        for status in [Status::Open, Status::Done] {
            let range = Range::by(Document::BY_KIND, &(kind, status));
            let range = range.from(&query.from).through(&query.on);
            read.peek_each(&range, |document: &Document| {
                if kind == DocumentKind::CreditNote || super::last_due(document) > document.date {
                    let gross = sign * document.gross().to_decimal();
                    value += gross;
                    let leaf = Explain::new(Phrase::from(document.date), standing.money(gross));
                    inputs.push(leaf.source(document.name()));
                }
                Ok::<(), fondaco_core::Halt>(())
            })?;
        }
    }
    let explain = Explain::new(word("Sales on credit"), standing.money(value));
    Ok(Node { value, explain: explain.rule(standing.when(At::Moved)).inputs(inputs) })
}

/// What is earned.
pub(super) const SALES: &[Role] = &[Role::Sales, Role::DiscountGiven];

struct Figures<'a> {
    query: &'a FiguresQuery,
    standing: &'a Standing,
    credit_sales: Option<Node>,
    cost: Node,
}

fn percent(value: Decimal) -> Cell {
    Cell::Percent(value)
}

impl Figures<'_> {
    fn balance(&self, name: &'static str, roles: &[Role], credits: bool) -> Node {
        self.of_accounts(name, &self.standing.of_roles(roles), credits)
    }

    /// A balance by the basis that is asked for.
    fn of_accounts(&self, name: &'static str, codes: &[SmolStr], credits: bool) -> Node {
        let closing = self.standing.sum(word(name), codes, At::Closing, credits);
        if self.query.basis.balances == Balances::Closing {
            return closing;
        }
        let opening = self.standing.sum(word(name), codes, At::Opening, credits);
        let value = (opening.value + closing.value) / Decimal::TWO;
        let explain = Explain::new(word(name), self.standing.money(value));
        let explain = explain.rule(word("mean of both")).inputs([opening.explain, closing.explain]);
        Node { value, explain }
    }

    fn moved(&self, name: &'static str, roles: &[Role], credits: bool) -> Node {
        let codes = self.standing.of_roles(roles);
        self.standing.sum(word(name), &codes, At::Moved, credits)
    }

    fn liquidity(&self) -> Vec<Measure> {
        let standing = self.standing;
        let but = &self.query.not_current;
        let closing = |name, codes: &[SmolStr], credits| {
            standing.sum(word(name), codes, At::Closing, credits)
        };
        let assets = standing.of_class(AccountClass::Asset, but);
        let debts = standing.of_class(AccountClass::Liability, but);
        let debts = closing("Current liabilities", &debts, true);
        let cash = standing.of_roles(&[Role::Bank]);
        let mut quick = cash.clone();
        quick.extend(standing.of_roles(&[Role::Receivable]));
        quick.extend(self.query.investments.iter().cloned());
        quick.sort();
        quick.dedup();
        let of = |code, name, what, codes: &[SmolStr], rule| {
            let top = closing(what, codes, false);
            let value = liquidity(top.value, debts.value).map(Cell::Number);
            Measure::new(code, word(name), value, rule, vec![top.explain, debts.explain.clone()])
        };
        vec![
            of(
                "current_ratio",
                "Current ratio",
                "Current assets",
                &assets,
                "current assets ÷ current liabilities",
            ),
            of(
                "quick_ratio",
                "Quick ratio",
                "Quick assets",
                &quick,
                "(cash + investments + receivables) ÷ current liabilities",
            ),
            of("cash_ratio", "Cash ratio", "Cash", &cash, "cash ÷ current liabilities"),
        ]
    }

    fn sales(&self) -> Node {
        self.moved("Sales", SALES, true)
    }

    fn days(&self) -> i64 {
        match self.query.basis.days {
            DaysOfYear::OfPeriod => self.standing.days(),
            DaysOfYear::Year365 => 365,
        }
    }

    fn outstanding(
        &self,
        code: &'static str,
        name: &'static str,
        of: &Node,
        by: &Node,
    ) -> (Measure, Result<Decimal, NotDefined>) {
        let days = self.days();
        let value = days_outstanding(of.value, by.value, days);
        let inputs = vec![of.explain.clone(), by.explain.clone()];
        let rule = "balance × days ÷ what flowed";
        let mut measure =
            Measure::new(code, word(name), value.clone().map(Cell::Number), rule, inputs);
        measure.explain = measure.explain.parameter(Parameter::new(word("days"), days));
        (measure, value)
    }

    fn cycles(&self) -> Vec<Measure> {
        let (sales, cost) = (self.sales(), self.cost.clone());
        let earned = self.credit_sales.clone().unwrap_or(sales);
        let receivables = self.balance("Receivables", &[Role::Receivable], false);
        let inventory = self.balance("Inventory", &[Role::Stock, Role::Transfer], false);
        let payables = self.balance("Payables", &[Role::Payable], true);
        let (dso, sales_days) =
            self.outstanding("days_sales", "Days of sales outstanding", &receivables, &earned);
        let (dio, stock_days) =
            self.outstanding("days_inventory", "Days of inventory", &inventory, &cost);
        let (dpo, debt_days) =
            self.outstanding("days_payables", "Days of payables outstanding", &payables, &cost);
        let both = sales_days.clone().and_then(|sales| Ok((sales, stock_days.clone()?)));
        let cycle = both.clone().map(|(sales, stock)| Cell::Number(sales + stock));
        let away = both.and_then(|(sales, stock)| cash_conversion_cycle(stock, sales, debt_days?));
        let turns = over(cost.value, inventory.value, "inventory").map(Cell::Number);
        let explained = |measures: &[&Measure]| {
            measures.iter().map(|one| one.explain.clone()).collect::<Vec<_>>()
        };
        let cycle = Measure::new(
            "operating_cycle",
            word("Operating cycle"),
            cycle,
            "days of sales + days of inventory",
            explained(&[&dso, &dio]),
        );
        let away = Measure::new(
            "cash_conversion_cycle",
            word("Cash conversion cycle"),
            away.map(Cell::Number),
            "days of inventory + days of sales − days of payables",
            explained(&[&dio, &dso, &dpo]),
        );
        let turns = Measure::new(
            "inventory_turns",
            word("Inventory turns"),
            turns,
            "cost of sales ÷ inventory",
            vec![cost.explain, inventory.explain],
        );
        vec![dso, dio, dpo, cycle, away, turns]
    }

    fn margins(&self) -> Vec<Measure> {
        let (sales, cost) = (self.sales(), self.cost.clone());
        let income = self.standing.of_class(AccountClass::Income, &[]);
        let spent = self.standing.of_class(AccountClass::Expense, &[]);
        let income = self.standing.sum(word("Income"), &income, At::Moved, true);
        let spent = self.standing.sum(word("Expenses"), &spent, At::Moved, false);
        let gross = over(sales.value - cost.value, sales.value, "what was sold").map(percent);
        let net = over(income.value - spent.value, sales.value, "what was sold").map(percent);
        let profit = Ok(self.standing.money(income.value - spent.value).into());
        vec![
            Measure::new(
                "gross_margin",
                word("Gross margin"),
                gross,
                "(sales − cost of sales) ÷ sales",
                vec![sales.explain.clone(), cost.explain],
            ),
            Measure::new(
                "net_margin",
                word("Net margin"),
                net,
                "(income − expenses) ÷ sales",
                vec![income.explain.clone(), spent.explain.clone(), sales.explain],
            ),
            Measure::new(
                "profit",
                word("Profit"),
                profit,
                "income − expenses",
                vec![income.explain, spent.explain],
            ),
        ]
    }
}
