//! Policies of replenishment over tables: a row is an item, a column a parameter by its name in the model.

use std::collections::HashMap;

use fondaco::inventory::KernelError;
use fondaco::inventory::policies::Costs;
use fondaco::inventory::policies::continuous_review::ContinuousReview;
use fondaco::inventory::policies::eoq::Eoq;
use fondaco::inventory::policies::newsvendor::Newsvendor;
use fondaco::inventory::policies::periodic_review::{MinMaxReview, OrderUpTo};
use fondaco::inventory::policies::safety_stock::SafetyStock;
use fondaco::inventory::probability::{Distribution, Normal};
use pyo3::prelude::*;

use super::{no_such, of_stock};
use crate::free;
use crate::table::{Built, Table};
use crate::trouble::Trouble;

const POLICIES: &[&str] = &[
    "eoq",
    "newsvendor",
    "safety_stock_by_cycle_service",
    "safety_stock_by_fill_rate",
    "reorder_point",
    "min_max",
    "order_up_to",
];

/// The parameters of one item.
struct Row<'t> {
    row: usize,
    columns: &'t HashMap<String, Vec<Option<f64>>>,
    given: &'t HashMap<String, f64>,
}

impl Row<'_> {
    fn maybe(&self, name: &str) -> Option<f64> {
        let there =
            self.columns.get(name).and_then(|values| values.get(self.row)).copied().flatten();
        there.or_else(|| self.given.get(name).copied())
    }

    fn get(&self, name: &'static str) -> Result<f64, Trouble> {
        self.maybe(name).ok_or_else(|| {
            let why = format!("row {} (counted from 0): nothing is there: give a column of that name, or one value for all", self.row);
            Trouble::invalid("python.missing", name, "", &why)
        })
    }

    /// Demand of a period or a unit of time: normal by mean and sd, or counted (Poisson, negative binomial) without one or where said.
    fn demand(&self) -> Result<Distribution, Trouble> {
        let mean = self.get("demand_mean")?;
        let counts = self.maybe("counting").is_some_and(|value| value > 0.0);
        let made = match self.maybe("demand_sd") {
            Some(sd) if !counts => Normal::new(mean, sd).map(Distribution::from),
            sd => Distribution::counting(mean, sd.map_or(mean, |sd| sd * sd)),
        };
        made.map_err(of_stock)
    }

    fn periods(&self, name: &'static str) -> u32 {
        self.maybe(name).unwrap_or(0.0).max(0.0) as u32
    }
}

/// The figures of one plan, by name.
type Figures = Vec<(&'static str, f64)>;

fn with_costs(mut figures: Figures, costs: Costs) -> Figures {
    figures.extend([
        ("ordering_cost", costs.ordering),
        ("holding_cost", costs.holding),
        ("shortage_cost", costs.shortage),
        ("purchase_cost", costs.purchase),
        ("total_cost", costs.total()),
    ]);
    figures
}

fn of_one(policy: &str, row: &Row<'_>) -> Result<Figures, Trouble> {
    let refused = |error: KernelError| of_stock(error.at(row.row));
    match policy {
        "eoq" => eoq(row),
        "newsvendor" => {
            let demand = row.demand()?;
            let model =
                Newsvendor::new(row.get("holding_cost")?, row.get("stockout_cost")?, &demand);
            let plan = match row.maybe("base_stock_level") {
                Some(level) => model.plan_at(level),
                None => model.solve(),
            };
            let plan = plan.map_err(refused)?;
            Ok(with_costs(
                vec![
                    ("base_stock_level", plan.base_stock_level),
                    ("critical_ratio", plan.critical_ratio),
                    ("cycle_service", plan.cycle_service),
                    ("fill_rate", plan.fill_rate),
                    ("leftover", plan.leftover),
                    ("missing", plan.missing),
                ],
                plan.costs,
            ))
        }
        "safety_stock_by_cycle_service" | "safety_stock_by_fill_rate" => safety_stock(policy, row),
        "reorder_point" => reorder_point(row),
        "min_max" => min_max(row),
        "order_up_to" => order_up_to(row),
        _ => Err(no_such("policy", policy, POLICIES)),
    }
}

fn eoq(row: &Row<'_>) -> Result<Figures, Trouble> {
    let mut model =
        Eoq::new(row.get("fixed_cost")?, row.get("holding_cost")?, row.get("demand_rate")?);
    model.production_rate = row.maybe("production_rate");
    model.stockout_cost = row.maybe("stockout_cost");
    model.unit_cost = row.maybe("unit_cost").unwrap_or(0.0);
    let plan = match (row.maybe("order_quantity"), row.maybe("pack")) {
        (Some(quantity), _) => model.plan_at(quantity),
        (None, Some(pack)) => model.solve_in_packs(pack),
        (None, None) => model.solve(),
    };
    let plan = plan.map_err(|error| of_stock(error.at(row.row)))?;
    Ok(with_costs(
        vec![
            ("order_quantity", plan.order_quantity),
            ("cycle_time", plan.cycle_time),
            ("stockout_fraction", plan.stockout_fraction),
        ],
        plan.costs,
    ))
}

fn safety_stock(policy: &str, row: &Row<'_>) -> Result<Figures, Trouble> {
    let mean = row.get("demand_mean")?;
    let model = SafetyStock::new(mean, row.get("demand_sd")?, row.get("lead_time_mean")?)
        .with_lead_time_sd(row.maybe("lead_time_sd").unwrap_or(0.0))
        .reviewed_every(row.maybe("review_period").unwrap_or(0.0))
        .kept_at(row.maybe("holding_cost").unwrap_or(0.0));
    let plan = match policy {
        "safety_stock_by_cycle_service" => model.for_cycle_service(row.get("service")?),
        _ => model.for_fill_rate(row.get("service")?, row.get("order_quantity")?),
    };
    let plan = plan.map_err(|error| of_stock(error.at(row.row)))?;
    Ok(vec![
        ("safety_stock", plan.safety_stock),
        ("level", plan.level),
        ("safety_factor", plan.safety_factor),
        ("mean", plan.mean),
        ("sd", plan.sd),
        ("cycle_service", plan.cycle_service),
        ("fill_rate", plan.fill_rate.unwrap_or(f64::NAN)),
        ("holding_cost", plan.holding_cost),
    ])
}

fn reorder_point(row: &Row<'_>) -> Result<Figures, Trouble> {
    let refused = |error: KernelError| of_stock(error.at(row.row));
    let rate = row.get("demand_mean")?;
    let over = row.demand()?.over(row.get("lead_time")?).map_err(refused)?;
    let [fixed, holding, short] =
        [row.get("fixed_cost")?, row.get("holding_cost")?, row.get("stockout_cost")?];
    let model = ContinuousReview::new(fixed, holding, short, rate, over);
    let plan = match row.maybe("order_quantity") {
        Some(quantity) => model.plan_for(quantity),
        None => model.solve(),
    };
    let plan = plan.map_err(refused)?;
    Ok(with_costs(
        vec![
            ("reorder_point", plan.reorder_point),
            ("order_quantity", plan.order_quantity),
            ("safety_stock", plan.safety_stock),
            ("cycle_service", plan.cycle_service),
            ("fill_rate", plan.fill_rate),
            ("expected_on_hand", plan.expected_on_hand),
            ("expected_backorders", plan.expected_backorders),
        ],
        plan.costs,
    ))
}

fn min_max(row: &Row<'_>) -> Result<Figures, Trouble> {
    let [fixed, holding, short] =
        [row.get("fixed_cost")?, row.get("holding_cost")?, row.get("stockout_cost")?];
    let model = MinMaxReview::new(fixed, holding, short, row.demand()?)
        .delivered_after(row.periods("lead_time"));
    let plan = match (row.maybe("reorder_point"), row.maybe("order_up_to")) {
        (Some(point), Some(level)) => model.plan_at(point, level),
        _ => model.solve(),
    };
    let plan = plan.map_err(|error| of_stock(error.at(row.row)))?;
    Ok(with_costs(
        vec![
            ("reorder_point", plan.reorder_point),
            ("order_up_to", plan.order_up_to),
            ("cycle_time", plan.cycle_time),
            ("period_service", plan.period_service),
            ("fill_rate", plan.fill_rate),
            ("expected_on_hand", plan.expected_on_hand),
            ("expected_backorders", plan.expected_backorders),
        ],
        plan.costs,
    ))
}

fn order_up_to(row: &Row<'_>) -> Result<Figures, Trouble> {
    let [review, holding, short] =
        [row.get("review_cost")?, row.get("holding_cost")?, row.get("stockout_cost")?];
    let model = OrderUpTo::new(
        review,
        holding,
        short,
        row.demand()?,
        row.maybe("lead_time").unwrap_or(0.0),
    );
    let plan =
        model.solve(row.get("review_period")?).map_err(|error| of_stock(error.at(row.row)))?;
    Ok(with_costs(
        vec![
            ("order_up_to", plan.order_up_to),
            ("review_period", plan.review_period),
            ("safety_stock", plan.safety_stock),
            ("cycle_service", plan.cycle_service),
            ("fill_rate", plan.fill_rate),
            ("expected_on_hand", plan.expected_on_hand),
            ("expected_backorders", plan.expected_backorders),
        ],
        plan.costs,
    ))
}

/// A policy for every row: its figures, a column each, and what the table had besides.
#[pyfunction]
#[pyo3(signature = (data, name, given, progress=None))]
pub(crate) fn policy(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    name: &str,
    given: HashMap<String, f64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Table> {
    if !POLICIES.contains(&name) {
        return Err(no_such("policy", name, POLICIES).into_error(py));
    }
    let table = Table::from_object(data)?;
    let columns = free::work(py, || {
        let mut columns = HashMap::new();
        for field in table.schema.fields() {
            if table.is_numeric(field.name())? {
                columns.insert(field.name().clone(), table.numbers(field.name())?);
            }
        }
        Ok(columns)
    })?;
    let found = free::parts(py, table.rows(), progress, |rows| {
        rows.map(|row| of_one(name, &Row { row, columns: &columns, given: &given })).collect()
    })?;
    let names: Vec<&str> = found
        .first()
        .map(|first| first.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    let column =
        |at: usize| found.iter().map(move |figures| figures.get(at).map(|(_, value)| *value));
    let known = |value: Option<f64>| value.filter(|value| !value.is_nan());
    let made = names
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, Built::numbers_or_none(column(at).map(known))));
    Table::of(labels(&table).into_iter().chain(made).collect())
}

/// What names the rows: the columns of text.
fn labels(table: &Table) -> Vec<(&str, arrow_array::ArrayRef)> {
    let fields = table.schema.fields().iter();
    let texts = fields.filter_map(|field| {
        let values = table.texts(field.name()).ok()?;
        let numeric = table.is_numeric(field.name()).ok()?;
        (!numeric).then(|| (field.name().as_str(), Built::texts_or_none(values)))
    });
    texts.collect()
}
