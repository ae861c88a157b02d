//! Blocks of a file that stand for more than one value: lists of rows, claims that share what there is, withholding by a method.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Figure, Input, Kind, Rounded};
use crate::expr::Expr;

/// Rows of which an employee may have several, or none: shifts of a week, segments of a period, garnishment orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Its name in formulas, and before the names of its inputs: `shift.1.shift_hours`.
    pub name: SmolStr,
    /// How many rows there can be.
    pub most: u8,
    /// What each row says. They have no `kind`: what becomes of them is said by rules.
    pub columns: Vec<Input>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// What several want of one amount, served by their rank: what is left of pay after taxes, by those who may take of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Its name.
    pub name: SmolStr,
    /// What there is. Below zero there is nothing.
    pub from: Expr,
    /// What of it stays with the employee whatever is claimed: a floor under net pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Expr>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Who wants what.
    pub each: Vec<Claim>,
}

/// What somebody wants, and gets as far as there is enough. Its name is what it gets; `NAME.short` is what it wanted besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its name in formulas.
    pub name: SmolStr,
    /// What it does to pay.
    #[serde(default = "post_tax", skip_serializing_if = "is_post_tax")]
    pub kind: Kind,
    /// A list, each row of which wants something; formulas of the claim know its columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<SmolStr>,
    /// How much it wants this period. Below zero it wants nothing.
    pub wanted: Expr,
    /// What it is served by: the least first; those of one rank share in proportion to what they want, to the smallest coin.
    pub rank: Expr,
    /// How much it may take, together with all that were served before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Expr>,
    /// Carries on what it did not get: it is wanted besides in the next period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrears: Option<Arrears>,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The sums it adds to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds_to: Vec<SmolStr>,
    /// The sums it is taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes_from: Vec<SmolStr>,
}

/// What is left owing from period to period, kept by the host as an accumulator is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrears {
    /// Its name: in formulas what was owing before this period, as a result what is owing after it.
    pub name: SmolStr,
    /// What was owing when nobody says; without one it has to be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Figure>,
}

/// A tax that is withheld by one of the usual methods: short for a rule, whose formula follows from the method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    /// Its name in formulas.
    pub name: SmolStr,
    /// What it does to pay.
    #[serde(default = "tax", skip_serializing_if = "is_tax")]
    pub kind: Kind,
    /// How it is reckoned.
    pub method: Method,
    /// What it is on in this period.
    pub wages: Expr,
    /// The tax on an `amount`: `brackets[status](amount)`. Of which amount, the method says.
    pub tax: Expr,
    /// How many pay periods a year has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<Expr>,
    /// Which of them this is, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Expr>,
    /// What it was on in the periods of the year before this one: an accumulator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wages_to_date: Option<Expr>,
    /// What was withheld in them: an accumulator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_to_date: Option<Expr>,
    /// How the amount of a year that is projected from wages is rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_rounded: Option<Rounded>,
    /// How what is withheld is rounded.
    pub rounded: Rounded,
    /// Whether what was withheld too much is given back; without, nothing is withheld then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refunds: bool,
    /// What it is, in people's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The law.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The sums it adds to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adds_to: Vec<SmolStr>,
    /// The sums it is taken from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes_from: Vec<SmolStr>,
}

/// How a tax is withheld from period to period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The tax on the wages of the period, by a table for it. Periods before don't matter.
    PerPeriod,
    /// The wages times the periods of a year, the tax of that year, and its part for one period.
    Annualised,
    /// The tax on all wages of the year so far, by a table for that part of a year, less what was withheld.
    Cumulative,
    /// The wages so far projected to a year, the part of its tax for the periods that are gone, less what was withheld: a period that was
    /// too high or too low is made good by the next.
    SelfAdjusting,
}

fn post_tax() -> Kind {
    Kind::PostTax
}

fn is_post_tax(kind: &Kind) -> bool {
    *kind == Kind::PostTax
}

fn tax() -> Kind {
    Kind::Tax
}

fn is_tax(kind: &Kind) -> bool {
    *kind == Kind::Tax
}
