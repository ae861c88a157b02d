//! `oracles.json`: costing tables of Odoo 19, row by row; entries of single acts by the tables of our profiles.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDate;
use fondaco::core::Currency;
use fondaco::core::store::Fixed;
use fondaco::inventory::valuation::{CostRules, Kind, Method, Price};
use serde_json::Value;

use crate::case::{Case, part};
use crate::inventory::valuation::{Bench, number};
use crate::json;

use super::{kpi, regimes, scenarios};

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let mut cases = Vec::new();
    let parts = file.as_object().ok_or("the file is an object of parts")?;
    for (section, content) in parts {
        let content = content.as_object().ok_or("a part is an object of cases")?;
        for (name, case) in content {
            match section.as_str() {
                "costing_tables_odoo19" => cases.extend(part(name, costing_table(name, case))),
                "odoo19_regimes" => cases.extend(part(name, regimes::cases(name, case))),
                "tryton_7_8_scenarios" => cases.extend(part(name, scenarios::cases(name, case))),
                "kpi" => cases.extend(part(name, kpi::cases(name, case))),
                _ => cases.push(Case::unsupported(format!("{section}/{name}"), "another part")),
            }
        }
    }
    Ok(cases)
}

/// Rows of act, quantity, price, unit cost after, quantity after, value after; at standard the first price is it.
fn costing_table(name: &str, rows: &Value) -> Result<Vec<Case>, Box<dyn Error>> {
    let method = match name {
        "standard" => Method::Standard,
        "average" => Method::Average,
        "fifo" => Method::Fifo,
        _ => return Ok(vec![Case::unsupported(name.to_owned(), "another method")]),
    };
    let rows = rows.as_array().ok_or("a table is a list of rows")?;
    let mut bench = Bench::new(method)?;
    let date = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    let refused = |_| "a row of the table was refused";
    if method == Method::Standard {
        let cost = cell(rows.first().ok_or("a table has rows")?, 2)?;
        bench.record(date, Kind::SetCost { cost }).map_err(refused)?;
    }
    let mut cases = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let quantity = cell::<6>(row, 1)?;
        let act = row.get(0).and_then(Value::as_str).unwrap_or_default();
        let kind = match act {
            "recv" => {
                let price: Price = cell(row, 2)?;
                let worth = CostRules::new(Currency::EUR).steps.worth(price, quantity);
                Kind::receipt(quantity, worth.ok_or("a row is worth too much")?)
            }
            "deliver" => Kind::Issue { quantity },
            other => return Err(format!("no act {other:?}").into()),
        };
        bench.record(date, kind).map_err(refused)?;
        let expected = [text(row, 3)?, text(row, 4)?, text(row, 5)?].join(" ");
        let state = bench.book().state();
        let unit_cost = bench.unit_cost().map_or("none".to_owned(), |cost| cost.to_string());
        let (quantity, value) = (state.quantity.to_decimal(), state.value().to_decimal());
        let actual = format!("{unit_cost} {quantity} {value}");
        cases.push(Case::exact(format!("costing_tables_odoo19/{name} row {at}"), expected, actual));
    }
    Ok(cases)
}

fn text(row: &Value, at: usize) -> Result<String, Box<dyn Error>> {
    Ok(number(row.get(at).ok_or("a row has six cells")?)?.to_string())
}

fn cell<const DIGITS: u8>(row: &Value, at: usize) -> Result<Fixed<DIGITS>, Box<dyn Error>> {
    let value = number(row.get(at).ok_or("a row has six cells")?)?;
    Ok(Fixed::from_decimal(value).ok_or("a cell has too many digits")?)
}
