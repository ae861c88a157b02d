//! Lots of many items: how much to order in which period.

use std::collections::HashMap;

use fondaco::inventory::lot_sizing::{LotCosts, LotModel, LotPlan, LotSizing, Stop};
use pyo3::prelude::*;
use rust_decimal::Decimal;

use super::{no_such, of_stock};
use crate::free;
use crate::money;
use crate::table::{Built, Table, needed};
use crate::trouble::Trouble;

const RULES: &[&str] = &[
    "lot_for_lot",
    "fixed_quantity",
    "periods",
    "economic_quantity",
    "economic_periods",
    "least_unit_cost",
    "part_period",
    "part_period_not_above",
    "silver_meal",
    "wagner_whitin",
];

fn rule(name: &str, quantity: Option<Decimal>, periods: Option<u32>) -> Result<LotSizing, Trouble> {
    let missing =
        |field: &str| Trouble::invalid("python.missing", field, "", &format!("{name} asks for it"));
    Ok(match name {
        "lot_for_lot" => LotSizing::LotForLot,
        "fixed_quantity" => LotSizing::FixedQuantity(quantity.ok_or_else(|| missing("quantity"))?),
        "periods" => LotSizing::Periods(periods.ok_or_else(|| missing("periods"))?),
        "economic_quantity" => LotSizing::EconomicQuantity(quantity.unwrap_or(Decimal::ONE)),
        "economic_periods" => LotSizing::EconomicPeriods,
        "least_unit_cost" => LotSizing::LeastUnitCost,
        "part_period" => LotSizing::PartPeriod(Stop::Nearest),
        "part_period_not_above" => LotSizing::PartPeriod(Stop::NotAbove),
        "silver_meal" => LotSizing::SilverMeal,
        "wagner_whitin" => LotSizing::WagnerWhitin,
        _ => return Err(no_such("rule", name, RULES)),
    })
}

struct Item {
    name: String,
    demand: Vec<Decimal>,
    costs: LotCosts,
}

/// The columns of an item's costs: one value for all its periods.
const COSTS: [&str; 3] = ["setup_cost", "holding_cost", "unit_cost"];

/// The demand of each item period by period, and what its lots cost.
fn items(
    table: &Table,
    (group, demand): &(Option<String>, String),
    given: &[Option<Decimal>; 3],
) -> Result<Vec<Item>, Trouble> {
    let wanted = needed(demand, table.exact(demand)?)?;
    let names = match group {
        Some(group) => needed(group, table.texts(group)?)?,
        None => vec![String::new(); wanted.len()],
    };
    let mut costs = Vec::new();
    for (name, given) in COSTS.iter().zip(given) {
        let there = table.schema.field_with_name(name).is_ok();
        costs.push(match given {
            Some(value) => vec![*value; wanted.len()],
            None if there => needed(name, table.exact(name)?)?,
            None if *name == "unit_cost" => vec![Decimal::ZERO; wanted.len()],
            None => {
                let why = "give it, or a column of that name";
                return Err(Trouble::invalid("python.missing", name, "", why));
            }
        });
    }
    let cost = |of: usize, row: usize| {
        costs.get(of).and_then(|all| all.get(row)).copied().unwrap_or_default()
    };
    let mut places = HashMap::new();
    let mut all: Vec<Item> = Vec::new();
    for (row, (name, demand)) in names.into_iter().zip(wanted).enumerate() {
        let place = *places.entry(name.clone()).or_insert_with(|| {
            let costs = LotCosts::new(cost(0, row), cost(1, row)).bought_at(cost(2, row));
            all.push(Item { name, demand: Vec::new(), costs });
            all.len() - 1
        });
        if let Some(item) = all.get_mut(place) {
            item.demand.push(demand);
        }
    }
    Ok(all)
}

/// Lots of each item: `(lots, costs)`.
#[pyfunction]
#[pyo3(signature = (data, columns, name, costs, quantity=None, periods=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "the Python function before it names them")]
pub(crate) fn lot_sizes(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    columns: (Option<String>, String),
    name: &str,
    costs: [Option<Bound<'_, PyAny>>; 3],
    quantity: Option<&Bound<'_, PyAny>>,
    periods: Option<u32>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Table, Table)> {
    let quantity = quantity.map(|given| money::decimal(given, "quantity")).transpose()?;
    let [setup, holding, unit] = costs;
    let exact = |given: Option<Bound<'_, PyAny>>, name: &str| {
        given.map(|given| money::decimal(&given, name)).transpose()
    };
    let costs = [exact(setup, COSTS[0])?, exact(holding, COSTS[1])?, exact(unit, COSTS[2])?];
    let rule = rule(name, quantity, periods).map_err(|trouble| trouble.into_error(py))?;
    let table = Table::from_object(data)?;
    let all = free::work(py, || items(&table, &columns, &costs))?;
    let found = free::parts(py, all.len(), progress, |rows| {
        all.get(rows).unwrap_or_default().iter().map(|item| of_one(item, &rule)).collect()
    })?;
    let group = columns.0.as_deref();
    Ok((free::work(py, || lots(group, &all, &found)).and_then(table_of)?, {
        free::work(py, || costs_of(group, &all, &found)).and_then(table_of)?
    }))
}

fn of_one(item: &Item, rule: &LotSizing) -> Result<LotPlan, Trouble> {
    LotModel::new(&item.demand, &item.costs).plan(rule).map_err(|error| {
        let mut trouble = of_stock(error);
        if !item.name.is_empty() {
            trouble.message = format!("{}: {}", item.name, trouble.message);
        }
        trouble
    })
}

type Columns = Vec<(String, arrow_array::ArrayRef)>;

fn table_of(columns: Columns) -> PyResult<Table> {
    Table::of(columns.iter().map(|(name, array)| (name.as_str(), array.clone())).collect())
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A row for each lot: in which period it comes, the last that it covers, how much.
fn lots(group: Option<&str>, all: &[Item], found: &[LotPlan]) -> Result<Columns, Trouble> {
    let lots = || {
        all.iter().zip(found).flat_map(|(item, plan)| plan.lots.iter().map(move |lot| (item, lot)))
    };
    let quantities: Vec<_> = lots().map(|(_, lot)| Some(lot.quantity)).collect();
    let mut columns = Vec::new();
    if let Some(group) = group {
        columns.push((group.to_owned(), Built::texts(lots().map(|(item, _)| item.name.as_str()))));
    }
    columns.push(("period".to_owned(), Built::whole(lots().map(|(_, lot)| whole(lot.period)))));
    columns.push(("through".to_owned(), Built::whole(lots().map(|(_, lot)| whole(lot.last)))));
    columns.push(("quantity".to_owned(), Built::decimals("quantity", &quantities)?));
    Ok(columns)
}

/// A row for each item: what its lots cost.
fn costs_of(group: Option<&str>, all: &[Item], found: &[LotPlan]) -> Result<Columns, Trouble> {
    let mut columns = Vec::new();
    if let Some(group) = group {
        columns.push((group.to_owned(), Built::texts(all.iter().map(|item| item.name.as_str()))));
    }
    type Part = fn(&LotPlan) -> Decimal;
    let parts: [(&str, Part); 4] = [
        ("setup", |plan| plan.costs.setup),
        ("holding", |plan| plan.costs.holding),
        ("purchase", |plan| plan.costs.purchase),
        ("total", |plan| plan.costs.total),
    ];
    for (name, part) in parts {
        let values: Vec<_> = found.iter().map(|plan| Some(part(plan))).collect();
        columns.push((name.to_owned(), Built::decimals(name, &values)?));
    }
    Ok(columns)
}
