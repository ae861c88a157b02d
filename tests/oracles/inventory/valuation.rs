//! `valuation.json`: what stock is worth after moves, as Odoo's and Tryton's own tests have it.
//!
//! A case is a list of moves; the expected figures say which are asked for. Corrections keep what was posted, as Odoo does.
//! What a case tells of a bug that was (`buggy_value`, `bug_description`) is nothing to answer.

use std::error::Error;
use std::path::Path;

use chrono::{Days, NaiveDate};
use fondaco::core::{Currency, Rounding, decimal, rounding};
use fondaco::inventory::valuation::{
    Backdating, Basis, Bearer, Book, Cause, CostRules, Kind, Method, Move, MoveId, Price, Qty, Val,
    ValuationError, spread,
};
use fondaco::rust_decimal::Decimal;
use serde_json::Value;

use crate::case::{Case, each};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    Ok(each(json::list(&file, "cases")?, case))
}

fn case(case: &Value) -> Result<Case, Box<dyn Error>> {
    let id = json::text(case, "name")?.to_owned();
    let expected = case.get("expected").and_then(Value::as_object).ok_or("no expected figures")?;
    let told = |name: &str| name.starts_with("bug") || name.ends_with("_buggy");
    let asked: Vec<(&str, &Value)> = expected
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| !told(name))
        .collect();
    let Some(method) = method(json::text(case, "method")?) else {
        return Ok(Case::unsupported(id, "another method"));
    };
    let mut bench = Bench::new(method)?;
    for moved in json::list(case, "moves")? {
        match bench.carry_out(moved) {
            Ok(()) => {}
            Err(Refused::Unsupported(reason)) => return Ok(Case::unsupported(id, &reason)),
            Err(Refused::Error(error)) => {
                return Ok(Case::exact(id, shown_all(&asked), error.to_string()));
            }
        }
    }
    let mut answers = Vec::new();
    for (name, value) in &asked {
        match bench.answer(name, value)? {
            Some(answer) => answers.push(format!("{name} {answer}")),
            None => return Ok(Case::unsupported(id, &format!("asks for {name}"))),
        }
    }
    Ok(Case::exact(id, shown_all(&asked), answers.join(", ")))
}

fn shown_all(asked: &[(&str, &Value)]) -> String {
    let one = |(name, value): &(&str, &Value)| format!("{name} {}", shown(value));
    asked.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A figure, or a list of them; one that is not said stands for itself.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(all) => {
            format!("[{}]", all.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
        Value::Null => "-".to_owned(),
        value => number(value).map_or_else(|_| value.to_string(), |number| number.to_string()),
    }
}

pub(crate) fn number(value: &Value) -> Result<Decimal, Box<dyn Error>> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(decimal::parse(&text)?)
}

fn method(name: &str) -> Option<Method> {
    Some(match name {
        "standard" => Method::Standard,
        "avco" | "average" => Method::Average,
        "fifo" => Method::Fifo,
        "lifo" => Method::Lifo,
        _ => return None,
    })
}

pub(crate) enum Refused {
    Unsupported(String),
    Error(Box<dyn Error>),
}

impl From<Box<dyn Error>> for Refused {
    fn from(error: Box<dyn Error>) -> Self {
        Refused::Error(error)
    }
}

impl From<ValuationError> for Refused {
    fn from(error: ValuationError) -> Self {
        Refused::Error(error.into())
    }
}

impl From<String> for Refused {
    fn from(error: String) -> Self {
        Refused::Error(error.into())
    }
}

/// A stock, and what each move made of it.
pub(crate) struct Bench {
    book: Book,
    /// Of each move of the case: whether goods came in or went out, how many, and the unit cost after it.
    moves: Vec<(bool, Decimal, Option<Decimal>)>,
    /// Moves that the case doesn't count: the parts of a landed cost.
    parts: u32,
}

impl Bench {
    pub(crate) fn new(method: Method) -> Result<Bench, Box<dyn Error>> {
        let book = Book::new(CostRules::new(Currency::EUR), method)?;
        Ok(Bench { book, moves: Vec::new(), parts: 0 })
    }

    fn carry_out(&mut self, given: &Value) -> Result<(), Refused> {
        let fields = [
            "t",
            "qty",
            "unit_cost",
            "value",
            "of",
            "move",
            "over",
            "amount",
            "method",
            "to",
            "day",
        ];
        let unknown = |object: &serde_json::Map<String, Value>| {
            object.keys().find(|name| !fields.contains(&name.as_str())).cloned()
        };
        if let Some(name) = given.as_object().and_then(unknown) {
            return Err(Refused::Unsupported(format!("a move with {name}")));
        }
        let kind = match json::text(given, "t")? {
            "in" => Kind::Receipt {
                quantity: quantity(given, "qty")?,
                value: self.worth(given)?,
                landed: Val::ZERO,
            },
            "out" => Kind::Issue { quantity: quantity(given, "qty")? },
            "scrap" => Kind::Scrap { quantity: quantity(given, "qty")? },
            "return_in" => {
                Kind::SupplierReturn { of: of(given, "of")?, quantity: quantity(given, "qty")? }
            }
            "return_out" => {
                Kind::CustomerReturn { of: of(given, "of")?, quantity: quantity(given, "qty")? }
            }
            "edit_qty" => {
                Kind::Correction { of: of(given, "move")?, quantity: quantity(given, "qty")? }
            }
            "dropship" => Kind::DropShipment {
                quantity: quantity(given, "qty")?,
                value: self.worth(given)?.ok_or_else(|| "no unit_cost".to_owned())?,
            },
            "set_standard_cost" => Kind::SetCost { cost: price(given, "value")? },
            "change_method" => {
                let to = json::text(given, "to")?;
                let to = method(to).ok_or_else(|| Refused::Unsupported(format!("method {to}")))?;
                Kind::ChangeMethod { to }
            }
            "landed_cost" => return self.landed(given),
            other => return Err(Refused::Unsupported(format!("moves of the kind {other}"))),
        };
        let date = day(given.get("day").and_then(Value::as_i64).unwrap_or(0));
        self.record(date, kind)
    }

    pub(crate) fn record(&mut self, date: NaiveDate, kind: Kind) -> Result<(), Refused> {
        let id = MoveId::from_u128(self.moves.len() as u128 + 1);
        let before = self.book.state().quantity;
        self.book.record(Move::new(id, date, kind), Backdating::Keep)?;
        let change = self.book.state().quantity.to_decimal() - before.to_decimal();
        let after = self.unit_cost();
        self.moves.push((change >= Decimal::ZERO, change.abs(), after));
        Ok(())
    }

    /// What a quantity is worth at its unit cost.
    fn worth(&self, given: &Value) -> Result<Option<Val>, Refused> {
        if given.get("unit_cost").is_none_or(Value::is_null) {
            return Ok(None);
        }
        let steps = CostRules::new(Currency::EUR).steps;
        let worth = steps.worth(price(given, "unit_cost")?, quantity(given, "qty")?);
        Ok(Some(worth.ok_or_else(|| "too much".to_owned())?))
    }

    fn landed(&mut self, given: &Value) -> Result<(), Refused> {
        let basis = match json::text(given, "method")? {
            "by_value" => Basis::Value,
            "by_quantity" => Basis::Quantity,
            other => return Err(Refused::Unsupported(format!("landed cost {other}"))),
        };
        let over = json::list(given, "over")?;
        let over: Vec<MoveId> = over
            .iter()
            .map(|n| n.as_u64().map(|n| MoveId::from_u128(u128::from(n) + 1)))
            .collect::<Option<_>>()
            .ok_or_else(|| "over is of places".to_owned())?;
        let bearers: Vec<Bearer> = over.iter().map(|of| self.bearer(*of)).collect();
        let amount = fixed::<4>(given, "amount")?;
        let shares = spread(&CostRules::new(Currency::EUR), amount, basis, &bearers)?;
        for (of, value) in over.into_iter().zip(shares) {
            self.parts += 1;
            let id = MoveId::from_u128(1_000_000 + u128::from(self.parts));
            let moved = Move::new(id, day(0), Kind::LandedCost { of, value });
            self.book.record(moved, Backdating::Keep)?;
        }
        self.moves.push((true, Decimal::ZERO, self.unit_cost()));
        Ok(())
    }

    fn bearer(&self, of: MoveId) -> Bearer {
        let (mut quantity, mut value) = (0, 0);
        for fact in self.book.facts_of(of) {
            quantity += fact.quantity.units();
            value += fact.value.units();
        }
        Bearer::new(Qty::from_units(quantity), Val::from_units(value))
    }

    /// To two digits, as the sources keep prices.
    pub(crate) fn unit_cost(&self) -> Option<Decimal> {
        let price = self.book.state().unit_cost()?.price()?;
        Some(rounding::round(price.to_decimal(), 2, Rounding::HalfUp))
    }

    pub(crate) fn book(&self) -> &Book {
        &self.book
    }

    /// The figure that is asked for; `None` when it is not known what that means.
    fn answer(&self, name: &str, expected: &Value) -> Result<Option<String>, Box<dyn Error>> {
        let cost = |cost: Option<Decimal>| cost.map_or("none".to_owned(), |cost| cost.to_string());
        let values = |pick: fn(&Cause) -> bool, of: Option<usize>| -> Decimal {
            let of = of.map(|place| MoveId::from_u128(place as u128 + 1));
            let facts = self.book.facts().iter();
            let facts = facts.filter(|fact| pick(&fact.cause) && of.is_none_or(|of| fact.of == of));
            facts.map(|fact| fact.value.to_decimal()).sum::<Decimal>().normalize()
        };
        Ok(Some(match name {
            "value" => self.book.state().value().to_decimal().to_string(),
            "qty" => self.book.state().quantity.to_decimal().to_string(),
            "unit_cost" | "unit_cost_correct" => cost(self.unit_cost()),
            "unit_cost_after_receipts" => {
                let receipts = self.moves.iter().take_while(|moved| moved.0);
                cost(receipts.last().and_then(|moved| moved.2))
            }
            "unit_cost_after" => {
                let all = expected.as_array().ok_or("unit_cost_after is a list")?;
                let one = |(said, moved): (&Value, &(bool, Decimal, Option<Decimal>))| {
                    if said.is_null() { "-".to_owned() } else { cost(moved.2) }
                };
                let all: Vec<_> = all.iter().zip(&self.moves).map(one).collect();
                format!("[{}]", all.join(" "))
            }
            "move_values" => {
                let all = (0..self.moves.len()).map(|n| values(|_| true, Some(n)).to_string());
                format!("[{}]", all.collect::<Vec<_>>().join(" "))
            }
            "revaluation_entry" => values(|c| *c == Cause::Revaluation, None).to_string(),
            "vacuum_correction_on_first_out" => {
                let out = self.moves.iter().position(|moved| !moved.0).ok_or("nothing went out")?;
                values(|c| *c == Cause::Correction, Some(out)).to_string()
            }
            "unit_cost_move_0" => {
                let quantity = self.moves.first().ok_or("no moves")?.1;
                cost(Some((values(|_| true, Some(0)) / quantity).normalize()))
            }
            "move_costs_before_newest_first" | "move_costs_after_recompute_newest_first" => {
                let corrected = name.starts_with("move_costs_after");
                let one = |(n, moved): (usize, &(bool, Decimal, Option<Decimal>))| {
                    if moved.0 {
                        return cost(moved.2);
                    }
                    let pick: fn(&Cause) -> bool =
                        if corrected { |_| true } else { |c| *c == Cause::Cost };
                    cost(Some((-values(pick, Some(n)) / moved.1).normalize()))
                };
                let all = self.moves.iter().enumerate().map(one).rev();
                format!("[{}]", all.collect::<Vec<_>>().join(" "))
            }
            _ => return Ok(None),
        }))
    }
}

fn day(n: i64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap_or_default();
    let by = Days::new(n.unsigned_abs());
    if n < 0 { first - by } else { first + by }
}

fn of(given: &Value, name: &str) -> Result<MoveId, Refused> {
    let place = given.get(name).and_then(Value::as_u64);
    let place = place.ok_or_else(|| format!("{name} is no place of a move"))?;
    Ok(MoveId::from_u128(u128::from(place) + 1))
}

fn quantity(given: &Value, name: &str) -> Result<Qty, Refused> {
    fixed(given, name)
}

fn price(given: &Value, name: &str) -> Result<Price, Refused> {
    fixed(given, name)
}

fn fixed<const DIGITS: u8>(
    given: &Value,
    name: &str,
) -> Result<fondaco::core::store::Fixed<DIGITS>, Refused> {
    let value = number(given.get(name).ok_or_else(|| format!("a move has no {name}"))?)?;
    let fixed = fondaco::core::store::Fixed::from_decimal(value);
    Ok(fixed.ok_or_else(|| format!("{name} {value} has too many digits"))?)
}
