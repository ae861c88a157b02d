//! What a file of rules says, as serde reads and writes it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{Currency, Rounding, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Claims, Figure, List, Withholding};
use crate::expr::Expr;

/// A file of rules: those of a country, a state, or a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// What the rules are called: `gb_paye`.
    pub name: SmolStr,
    /// In people's words.
    #[serde(default)]
    pub title: String,
    /// What money is counted in.
    pub currency: Currency,
    /// Units besides [`UNITS`](crate::units::UNITS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<SmolStr>,
    /// What some inputs can be: `[[choice]]`.
    #[serde(default, rename = "choice", skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// What is told of each employee and period: `[[input]]`.
    #[serde(default, rename = "input", skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// The figures of the law: `[[parameter]]`.
    #[serde(default, rename = "parameter", skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Its brackets: `[[table]]`.
    #[serde(default, rename = "table", skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Sums of components, such as the wages that a tax is on: `[[base]]`.
    #[serde(default, rename = "base", skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<Base>,
    /// Sums over periods: `[[accumulator]]`.
    #[serde(default, rename = "accumulator", skip_serializing_if = "Vec::is_empty")]
    pub accumulators: Vec<Accumulator>,
    /// Rows of which an employee may have several: `[[list]]`.
    #[serde(default, rename = "list", skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
    /// What several want of one amount: `[[claims]]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claims>,
    /// Taxes by one of the usual methods: `[[withholding]]`. Once loaded, they are rules.
    #[serde(default, rename = "withholding", skip_serializing_if = "Vec::is_empty")]
    pub withholdings: Vec<Withholding>,
    /// What has to hold of inputs and results together: `[[check]]`.
    #[serde(default, rename = "check", skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Formulas that others call: `[[formula]]`.
    #[serde(default, rename = "formula", skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<Callable>,
    /// What is computed: `[[rule]]`.
    #[serde(default, rename = "rule", skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// What an input can be, one of some values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its name, which is also that of the type.
    pub name: SmolStr,
    /// The values.
    pub values: Vec<SmolStr>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// What is told of an employee and a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name in formulas.
    pub name: SmolStr,
    /// Its type; see [`Type`](crate::units::Type).
    #[serde(rename = "type")]
    pub of: SmolStr,
    /// How many digits it has behind the point at most: by default those of the currency for money, 0 for `number`, 6 for `rate`, 4 for
    /// quantities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    /// The least it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Figure>,
    /// The most it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Figure>,
    /// What it is when nobody says; without one it has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Figure>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What payslips call it, by language: `en`, `de`. Short, where `about` says what it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub label: BTreeMap<SmolStr, String>,
    /// What it does to pay, when it is an amount that stands on the payslip as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The sums it adds to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds_to: Vec<SmolStr>,
    /// The sums it is taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes_from: Vec<SmolStr>,
}

/// What sums over the slips of one pay period run over.
pub(crate) const PAY_PERIOD: &str = "pay_period";

/// What a component does to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Paid: of gross and of net.
    Earning,
    /// A benefit in kind: it adds to the sums that taxes are on, and is not paid.
    Benefit,
    /// Paid, and no part of gross: an expense that is paid back.
    Reimbursement,
    /// Withheld before taxes are computed, by the sums it is taken from.
    PreTax,
    /// A tax or contribution of the employee, withheld.
    Tax,
    /// Withheld from what is left after taxes.
    PostTax,
    /// Borne by the employer on top of gross.
    Employer,
    /// Shown, and without effect.
    Information,
    /// A step on the way, which no payslip shows.
    Value,
}

impl Kind {
    /// Whether it is an amount that somebody pays, so that it has to be whole in the smallest coin.
    #[must_use]
    pub fn is_paid(self) -> bool {
        !matches!(self, Kind::Information | Kind::Value)
    }

    /// Whether it is earned, rather than withheld or borne by the employer.
    #[must_use]
    pub fn is_earned(self) -> bool {
        matches!(self, Kind::Earning | Kind::Benefit | Kind::Reimbursement)
    }

    /// Whether it is a cost of the employer: what is paid, and what is borne on top of it.
    pub(crate) fn is_cost(self) -> bool {
        matches!(self, Kind::Earning | Kind::Reimbursement | Kind::Employer)
    }

    /// What it adds to net pay: 1, -1 or 0.
    ///
    /// ```
    /// use fondaco_payroll::rules::Kind;
    /// assert_eq!((Kind::Earning.on_net(), Kind::Tax.on_net(), Kind::Benefit.on_net()), (1, -1, 0));
    /// ```
    #[must_use]
    pub fn on_net(self) -> i8 {
        match self {
            Kind::Earning | Kind::Reimbursement => 1,
            Kind::PreTax | Kind::Tax | Kind::PostTax => -1,
            Kind::Benefit | Kind::Employer | Kind::Information | Kind::Value => 0,
        }
    }
}

/// A figure of the law, which holds from some day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name in formulas.
    pub name: SmolStr,
    /// Its type.
    #[serde(rename = "type")]
    pub of: SmolStr,
    /// By which choices it differs: the names of choices, or `bool`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<SmolStr>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Its values over time.
    pub values: Vec<ParameterVersion>,
}

/// What a parameter is from some day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterVersion {
    /// The first day.
    #[serde(deserialize_with = "super::day::read")]
    pub from: NaiveDate,
    /// The last day; without one it holds until the next begins.
    #[serde(
        default,
        deserialize_with = "super::day::read_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<NaiveDate>,
    /// When we knew it; without, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Timestamp>,
    /// For which of the choices it is, one value for each of `by`; `A|B` says the same of both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<SmolStr>,
    /// The figure.
    pub value: Figure,
    /// The law, where it is not the parameter's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// Brackets: a function of one value by rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name, by which formulas call it.
    pub name: SmolStr,
    /// How a row is read.
    pub kind: TableKind,
    /// The type of what is looked up.
    pub of: SmolStr,
    /// The type of the answer of a `lookup`; that of the others follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<SmolStr>,
    /// By which choices it differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<SmolStr>,
    /// Whether a value where a row begins still belongs to the row before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub begins_above: bool,
    /// Of `marginal`: each band is rounded by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each_band: Option<Rounded>,
    /// Of `marginal`: it is called with two more values, a numerator and a denominator, by which its thresholds are scaled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaled: Option<Scaled>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Its rows over time.
    pub versions: Vec<TableVersion>,
}

/// How the rows of a table are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// `[from, rate]`: each band at its rate.
    Marginal,
    /// `[from, rate]`: all of the value at the rate of its row.
    Slab,
    /// `[from, base, rate]`: the base, and the rate on what lies above where the row begins.
    Base,
    /// `[from, rate, constant]`: all of the value at the rate, plus the constant.
    Line,
    /// `[from, value]`: the value.
    Lookup,
}

impl TableKind {
    /// What a row holds, in words.
    pub(crate) fn row(self) -> &'static str {
        match self {
            TableKind::Marginal | TableKind::Slab => "2: [from, rate]",
            TableKind::Base => "3: [from, base, rate]",
            TableKind::Line => "3: [from, rate, constant]",
            TableKind::Lookup => "2: [from, value]",
        }
    }

    pub(crate) fn figures(self) -> usize {
        if matches!(self, TableKind::Base | TableKind::Line) { 3 } else { 2 }
    }
}

/// A rounding: to how many digits, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounded {
    /// How many digits stay behind the point.
    pub digits: u8,
    /// Which way.
    pub mode: Rounding,
}

/// How the thresholds of a year become those of a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaled {
    /// How each threshold is rounded.
    pub thresholds: Rounded,
    /// How what the bands below a threshold come to is rounded; without, not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amounts: Option<Rounded>,
}

/// The rows of a table from some day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableVersion {
    /// The first day.
    #[serde(deserialize_with = "super::day::read")]
    pub from: NaiveDate,
    /// The last day; without one they hold until the next begin.
    #[serde(
        default,
        deserialize_with = "super::day::read_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<NaiveDate>,
    /// When we knew them; without, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Timestamp>,
    /// For which of the choices they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<SmolStr>,
    /// The rows, lowest first, as the kind says.
    pub rows: Vec<Vec<Figure>>,
    /// The law, where it is not the table's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// A sum of components, such as the wages that a tax is on. Components say themselves what they add to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Its name in formulas.
    pub name: SmolStr,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// A sum over periods. In formulas its name is what it was before this period; a result has what it is after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accumulator {
    /// Its name in formulas.
    pub name: SmolStr,
    /// What is added up: an input, a base or a rule.
    pub of: SmolStr,
    /// Over what: `tax_year`, or whatever the host keeps apart. Sums over `pay_period` are what slips of the same days have together: a host
    /// that pays one slip for each period keeps none of them.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub over: SmolStr,
    /// For each of which it is kept apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Key>,
    /// What it was before this period when nobody says; without one it has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Figure>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// What a sum over periods is kept apart by, beside its year and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// Who is paid.
    Employee,
    /// Who pays: a ceiling that each employer reckons from nothing.
    Employer,
    /// Under whose law: a state, a province.
    Jurisdiction,
    /// Which component, where several feed one input: a loan, a garnishment order.
    Component,
}

impl Key {
    /// As a file writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Key::Employee => "employee",
            Key::Employer => "employer",
            Key::Jurisdiction => "jurisdiction",
            Key::Component => "component",
        }
    }
}

/// What has to hold of inputs and results together. A case of which it does not is refused, before what comes of it is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name, by which a refusal is known.
    pub name: SmolStr,
    /// What has to hold: a formula that is true or false.
    pub condition: Expr,
    /// What is wrong where it does not hold, in people's words.
    pub message: String,
    /// What to do about it.
    pub way_out: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// What is computed, by a formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name in formulas.
    pub name: SmolStr,
    /// What it does to pay.
    pub kind: Kind,
    /// Its type: money, unless it says otherwise.
    #[serde(rename = "type", default = "money", skip_serializing_if = "is_money")]
    pub of: SmolStr,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What payslips call it, by language: `en`, `de`. Short, where `about` says what it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub label: BTreeMap<SmolStr, String>,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The sums it adds to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds_to: Vec<SmolStr>,
    /// The sums it is taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes_from: Vec<SmolStr>,
    /// The formula, when it never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Expr>,
    /// The formulas over time, when it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<Formula>,
}

/// A formula from some day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// The first day.
    #[serde(deserialize_with = "super::day::read")]
    pub from: NaiveDate,
    /// The last day; without one it holds until the next begins.
    #[serde(
        default,
        deserialize_with = "super::day::read_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<NaiveDate>,
    /// When we knew it; without, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Timestamp>,
    /// The formula.
    pub formula: Expr,
    /// The law, where it is not the rule's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// A formula with arguments, written once and called by its name like a function: a tariff that several incomes are taxed by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callable {
    /// Its name, by which formulas call it.
    pub name: SmolStr,
    /// What it is called with, in order.
    pub of: Vec<Argument>,
    /// The type of its answer: money, unless it says otherwise.
    #[serde(rename = "type", default = "money", skip_serializing_if = "is_money")]
    pub gives: SmolStr,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Values on the way, each from the arguments and the steps before it; only this formula knows their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The formula, when it never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Expr>,
    /// The formulas over time, when it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<Formula>,
}

/// What a formula is called with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its name within the formula.
    pub name: SmolStr,
    /// Its type.
    #[serde(rename = "type", default = "money", skip_serializing_if = "is_money")]
    pub of: SmolStr,
}

/// A value on the way to a formula's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name within the formula.
    pub name: SmolStr,
    /// The formula.
    pub formula: Expr,
}

fn money() -> SmolStr {
    SmolStr::new_static("money")
}

fn is_money(name: &SmolStr) -> bool {
    name == "money"
}
