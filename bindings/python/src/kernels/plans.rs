//! Material requirements planning over tables: items, bills, demands and supplies in, orders and messages out.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco::core::{DateRange, Progressed};
use fondaco::inventory::mrp::{
    Action, Buckets, Component, Demand, Horizon, Item, ItemNo, LotRule, Network, Options, Plan,
    PlannedOrder, Reason, Source, State, Supply, run_watched,
};
use fondaco::inventory::ordering::OrderModifiers;
use pyo3::prelude::*;
use rust_decimal::Decimal;

use super::{no_such, of_plan};
use crate::free;
use crate::given;
use crate::report::PyExplain;
use crate::table::{Built, Table, needed};
use crate::told::Told;
use crate::trouble::Trouble;

/// What was planned.
#[pyclass(name = "Plan", module = "fondaco", frozen)]
pub(crate) struct PyPlan {
    plan: Arc<Plan>,
    numbers: Arc<HashMap<String, ItemNo>>,
}

/// The columns of a table, those that may be missing too.
struct Columns<'t>(&'t Table);

impl Columns<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.schema.field_with_name(name).is_ok()
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        needed(name, self.0.texts(name)?)
    }

    fn exact(&self, name: &str) -> Result<Vec<Decimal>, Trouble> {
        needed(name, self.0.exact(name)?)
    }

    fn maybe<T>(
        &self,
        name: &str,
        read: impl Fn(&Table, &str) -> Result<Vec<Option<T>>, Trouble>,
    ) -> Result<Vec<Option<T>>, Trouble> {
        match self.has(name) {
            true => read(self.0, name),
            false => Ok((0..self.0.rows()).map(|_| None).collect()),
        }
    }

    fn maybe_exact(&self, name: &str) -> Result<Vec<Option<Decimal>>, Trouble> {
        self.maybe(name, Table::exact)
    }

    fn maybe_texts(&self, name: &str) -> Result<Vec<Option<String>>, Trouble> {
        self.maybe(name, Table::texts)
    }

    fn maybe_days(&self, name: &str) -> Result<Vec<Option<NaiveDate>>, Trouble> {
        self.maybe(name, Table::days)
    }

    fn whole(&self, name: &str) -> Result<Vec<Option<u32>>, Trouble> {
        let read = self.maybe(name, Table::numbers)?.into_iter().enumerate();
        let one = |(row, value): (usize, Option<f64>)| match value {
            None => Ok(None),
            Some(value) if value >= 0.0 && value.fract().abs() < f64::EPSILON => {
                Ok(Some(value as u32))
            }
            Some(value) => {
                let why = format!("row {row} (counted from 0): give a whole number, 0 or above");
                Err(Trouble::invalid("python.bad_value", name, &value.to_string(), &why))
            }
        };
        read.map(one).collect()
    }
}

fn at<T: Clone>(values: &[Option<T>], row: usize) -> Option<T> {
    values.get(row).cloned().flatten()
}

type Numbers = HashMap<String, ItemNo>;

/// The items, and the source of each: how it is made or bought, without its components.
fn items(
    table: &Table,
    network: &mut Network,
) -> Result<(Numbers, Vec<Source>, Vec<Decimal>), Trouble> {
    let of = Columns(table);
    let names = of.texts("item")?;
    let (on_hand, safety, yields) = (
        of.maybe_exact("on_hand")?,
        of.maybe_exact("safety_stock")?,
        of.maybe_exact("yield_share")?,
    );
    let (lead, phantom) = (of.whole("lead_days")?, of.maybe("phantom", Table::marks)?);
    let (mut numbers, mut sources, mut stock) = (Numbers::new(), Vec::new(), Vec::new());
    let lots = Lots::of(&of)?;
    for (row, name) in names.iter().enumerate() {
        let mut item = Item::new(name.as_str()).lot(lots.rule(row)?).modifiers(lots.modifiers(row));
        if let Some(quantity) = at(&safety, row) {
            item = item.safety_stock(quantity);
        }
        if let Some(share) = at(&yields, row) {
            item = item.yields(share);
        }
        if at(&phantom, row) == Some(true) {
            item = item.phantom();
        }
        numbers.insert(name.clone(), network.add(item).map_err(of_plan)?);
        sources.push(Source::make(at(&lead, row).unwrap_or(0)));
        stock.push(at(&on_hand, row).unwrap_or_default());
    }
    Ok((numbers, sources, stock))
}

/// How lots of items are sized.
struct Lots {
    rules: Vec<Option<String>>,
    sizes: Vec<Option<Decimal>>,
    minimum: Vec<Option<Decimal>>,
    multiple: Vec<Option<Decimal>>,
    maximum: Vec<Option<Decimal>>,
}

impl Lots {
    fn of(of: &Columns<'_>) -> Result<Lots, Trouble> {
        Ok(Lots {
            rules: of.maybe_texts("lot")?,
            sizes: of.maybe_exact("lot_size")?,
            minimum: of.maybe_exact("minimum")?,
            multiple: of.maybe_exact("multiple")?,
            maximum: of.maybe_exact("maximum")?,
        })
    }

    fn rule(&self, row: usize) -> Result<LotRule, Trouble> {
        let rule = at(&self.rules, row).unwrap_or_else(|| "lot_for_lot".to_owned());
        let size = || {
            let why = format!("row {row} (counted from 0): lot {rule} asks for it");
            at(&self.sizes, row)
                .ok_or_else(|| Trouble::invalid("python.missing", "lot_size", "", &why))
        };
        let count = || -> Result<u32, Trouble> {
            let size = size()?;
            let why = "give a whole number";
            u32::try_from(size.trunc().mantissa()).map_err(|_| {
                Trouble::invalid("python.bad_value", "lot_size", &size.to_string(), why)
            })
        };
        Ok(match rule.as_str() {
            "lot_for_lot" => LotRule::LotForLot,
            "fixed" => LotRule::Fixed { quantity: size()? },
            "days" => LotRule::Days { days: count()? },
            "periods" => LotRule::Periods { periods: count()? },
            _ => return Err(no_such("lot", &rule, &["lot_for_lot", "fixed", "days", "periods"])),
        })
    }

    fn modifiers(&self, row: usize) -> OrderModifiers {
        let mut modifiers = OrderModifiers::at_least(at(&self.minimum, row).unwrap_or_default());
        modifiers.multiple = at(&self.multiple, row);
        modifiers.maximum = at(&self.maximum, row);
        modifiers
    }
}

fn number(numbers: &Numbers, name: &str, column: &str, row: usize) -> Result<ItemNo, Trouble> {
    numbers.get(name).copied().ok_or_else(|| {
        let why = format!("row {row} (counted from 0): there is no such item: add it to the items");
        Trouble::invalid("python.no_item", column, name, &why)
    })
}

/// What the items are made of.
fn bills(
    table: &Table,
    numbers: &Numbers,
    names: &[String],
    sources: &mut [Source],
) -> Result<(), Trouble> {
    let of = Columns(table);
    let (parents, parts, quantities) =
        (of.texts("parent")?, of.texts("component")?, of.exact("quantity")?);
    let (scrap, per_order) = (of.maybe_exact("scrap")?, of.maybe("per_order", Table::marks)?);
    let (from, through) = (of.maybe_days("valid_from")?, of.maybe_days("valid_to")?);
    let places: HashMap<&str, usize> =
        names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    for (row, ((parent, part), quantity)) in parents.iter().zip(&parts).zip(quantities).enumerate()
    {
        let mut component = Component::new(number(numbers, part, "component", row)?, quantity);
        if let Some(share) = at(&scrap, row) {
            component = component.scrap(share);
        }
        if at(&per_order, row) == Some(true) {
            component = component.per_order();
        }
        let days = DateRange::between(at(&from, row), at(&through, row))
            .map_err(|error| Trouble::of(error.code(), error.kind(), &error))?;
        component = component.valid(days);
        number(numbers, parent, "parent", row)?;
        if let Some(source) = places.get(parent.as_str()).and_then(|at| sources.get_mut(*at)) {
            *source = source.clone().component(component);
        }
    }
    Ok(())
}

fn demands(table: &Table, numbers: &Numbers, state: &mut State) -> Result<(), Trouble> {
    let of = Columns(table);
    let (items, quantities) = (of.texts("item")?, of.exact("quantity")?);
    let due = needed("due", table.days("due")?)?;
    let (ids, kinds) = (of.maybe_texts("id")?, of.maybe_texts("kind")?);
    for (row, ((item, quantity), due)) in items.iter().zip(quantities).zip(due).enumerate() {
        let item = number(numbers, item, "item", row)?;
        let id = at(&ids, row).unwrap_or_default();
        let demand = match at(&kinds, row).as_deref() {
            None | Some("order") => Demand::order(id.as_str(), item, quantity, due),
            Some("forecast") => Demand::forecast(id.as_str(), item, quantity, due),
            Some(other) => return Err(no_such("kind", other, &["order", "forecast"])),
        };
        state.demand(demand).map_err(of_plan)?;
    }
    Ok(())
}

fn supplies(table: &Table, numbers: &Numbers, state: &mut State) -> Result<(), Trouble> {
    let of = Columns(table);
    let (items, quantities) = (of.texts("item")?, of.exact("quantity")?);
    let due = needed("due", table.days("due")?)?;
    let (ids, kinds) = (of.maybe_texts("id")?, of.maybe_texts("kind")?);
    for (row, ((item, quantity), due)) in items.iter().zip(quantities).zip(due).enumerate() {
        let item = number(numbers, item, "item", row)?;
        let id = at(&ids, row).unwrap_or_default();
        let supply = match at(&kinds, row).as_deref() {
            None | Some("scheduled") => Supply::scheduled(id.as_str(), item, quantity, due),
            Some("firm") => Supply::firm(id.as_str(), item, quantity, due),
            Some(other) => return Err(no_such("kind", other, &["scheduled", "firm"])),
        };
        state.supply(supply).map_err(of_plan)?;
    }
    Ok(())
}

/// Items, bills, demands, supplies.
type Given<'py> =
    (Bound<'py, PyAny>, Option<Bound<'py, PyAny>>, Bound<'py, PyAny>, Option<Bound<'py, PyAny>>);

/// Plans what to order and make; `progress` is told `(done, total)`.
#[pyfunction]
#[pyo3(signature = (tables, days, bucket_days=None, progress=None))]
pub(crate) fn mrp(
    py: Python<'_>,
    tables: Given<'_>,
    days: (Bound<'_, PyAny>, Bound<'_, PyAny>),
    bucket_days: Option<u32>,
    progress: Option<Py<PyAny>>,
) -> PyResult<PyPlan> {
    let (given_items, given_bills, given_demands, given_supplies) = tables;
    let table = Table::from_object(&given_items)?;
    let demand = Table::from_object(&given_demands)?;
    let bom = given_bills.map(|given| Table::from_object(&given)).transpose()?;
    let supply = given_supplies.map(|given| Table::from_object(&given)).transpose()?;
    let horizon = Horizon::new(given::day(&days.0)?, given::day(&days.1)?);
    free::work(py, move || {
        let mut network = Network::new();
        let (numbers, mut sources, stock) = items(&table, &mut network)?;
        let names = Columns(&table).texts("item")?;
        if let Some(bom) = &bom {
            bills(bom, &numbers, &names, &mut sources)?;
        }
        for (name, source) in names.iter().zip(sources) {
            network.source(number(&numbers, name, "item", 0)?, source).map_err(of_plan)?;
        }
        let mut state = State::of(&network);
        for (name, quantity) in names.iter().zip(stock) {
            state.on_hand(number(&numbers, name, "item", 0)?, quantity).map_err(of_plan)?;
        }
        demands(&demand, &numbers, &mut state)?;
        if let Some(supply) = &supply {
            supplies(supply, &numbers, &mut state)?;
        }
        let mut options = Options::default();
        if let Some(days) = bucket_days {
            options = options.buckets(Buckets::Days(days));
        }
        let mut raised = None;
        let mut watch = |at: &Progressed| told(at, progress.as_ref(), &mut raised);
        let plan = run_watched(&network, &state, horizon, &options, &mut watch);
        let plan = plan.map_err(|error| Trouble { raised: raised.take(), ..of_plan(error) })?;
        Ok(PyPlan { plan: Arc::new(plan), numbers: Arc::new(numbers) })
    })
}

/// Tells the host's function, and hears Ctrl-C; what either raises ends the plan.
fn told(
    at: &Progressed,
    progress: Option<&Py<PyAny>>,
    raised: &mut Option<Arc<PyErr>>,
) -> ControlFlow<()> {
    let heard = Python::attach(|py| -> PyResult<()> {
        py.check_signals()?;
        if let Some(progress) = progress {
            progress.call1(py, (at.done, at.total))?;
        }
        Ok(())
    });
    match heard {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            *raised = Some(Arc::new(error));
            ControlFlow::Break(())
        }
    }
}

impl PyPlan {
    fn number(&self, py: Python<'_>, item: &str) -> PyResult<ItemNo> {
        number(&self.numbers, item, "item", 0).map_err(|trouble| trouble.into_error(py))
    }

    fn name(&self, item: ItemNo) -> String {
        self.plan.network().item(item).map(|item| item.sku.to_string()).unwrap_or_default()
    }
}

#[pymethods]
impl PyPlan {
    /// All orders, planned and firm, a row each.
    #[pyo3(signature = (item=None))]
    fn orders(&self, py: Python<'_>, item: Option<&str>) -> PyResult<Table> {
        let only = item.map(|item| self.number(py, item)).transpose()?;
        let orders = free::work(py, || {
            let mut all: Vec<PlannedOrder> = Vec::new();
            for (number, _) in self.plan.network().items() {
                if only.is_none_or(|only| only == number) {
                    all.extend(self.plan.orders(number).map_err(of_plan)?);
                }
            }
            Ok(all)
        })?;
        let quantities: Vec<_> = orders.iter().map(|order| Some(order.quantity)).collect();
        let quantities =
            Built::decimals("quantity", &quantities).map_err(|trouble| trouble.into_error(py))?;
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Table::of(vec![
            ("item", Built::texts(orders.iter().map(|order| self.name(order.item)))),
            ("number", Built::whole(orders.iter().map(|order| whole(order.number)))),
            ("quantity", quantities),
            ("release", Built::days_or_none(orders.iter().map(|order| Some(order.release)))),
            ("due", Built::days_or_none(orders.iter().map(|order| Some(order.due)))),
            ("firm", Built::marks(orders.iter().map(|order| order.firm.is_some()))),
        ])
    }

    /// The netting of an item, period by period.
    fn table(&self, py: Python<'_>, item: &str) -> PyResult<Table> {
        let number = self.number(py, item)?;
        let table = free::work(py, || self.plan.table(number).map_err(of_plan))?;
        let mut columns = vec![(
            "start",
            Built::days_or_none(table.periods.iter().map(|period| Some(period.start))),
        )];
        type Figure = fn(&fondaco::inventory::mrp::Period) -> Decimal;
        let figures: [(&str, Figure); 7] = [
            ("gross", |period| period.gross),
            ("scheduled", |period| period.scheduled),
            ("projected", |period| period.projected),
            ("net", |period| period.net),
            ("receipts", |period| period.receipts),
            ("releases", |period| period.releases),
            ("lost", |period| period.lost),
        ];
        for (name, figure) in figures {
            let values: Vec<_> = table.periods.iter().map(|period| Some(figure(period))).collect();
            columns.push((
                name,
                Built::decimals(name, &values).map_err(|trouble| trouble.into_error(py))?,
            ));
        }
        Table::of(columns)
    }

    /// What of an item should have been released before the first day.
    fn past_due_releases<'py>(&self, py: Python<'py>, item: &str) -> PyResult<Bound<'py, PyAny>> {
        let number = self.number(py, item)?;
        let table = free::work(py, || self.plan.table(number).map_err(of_plan))?;
        Told::Decimal(table.past_due_releases).to_object(py)
    }

    /// How deep an item stands in the bills: 0 for what goes into nothing.
    fn level(&self, py: Python<'_>, item: &str) -> PyResult<u32> {
        let number = self.number(py, item)?;
        self.plan.level(number).map_err(|error| of_plan(error).into_error(py))
    }

    /// What has to be done, a row for each message.
    fn messages(&self, py: Python<'_>) -> PyResult<Table> {
        let messages = free::work(py, || self.plan.messages().map_err(of_plan))?;
        let action = |action: Action| match action {
            Action::Release => "release".to_owned(),
            Action::ReleaseLate { days } => format!("release, {days} days late"),
            Action::Expedite { to } => format!("call in to {to}"),
            Action::Defer { to } => format!("put off to {to}"),
            Action::Cancel => "cancel".to_owned(),
            Action::Overdue { days } => format!("overdue by {days} days"),
            Action::Short { quantity, .. } => format!("short of {quantity}"),
            other => format!("{other:?}"),
        };
        let reason = |reason: Reason| match reason {
            Reason::Needed { on, .. } => format!("needed on {on}"),
            Reason::SafetyStock => "safety stock".to_owned(),
            Reason::NotNeeded => "not needed".to_owned(),
            Reason::NoSource => "no source".to_owned(),
            Reason::Fence { ends } => format!("fence until {ends}"),
            Reason::LeadTime { comes } => format!("lead time, comes {comes}"),
            other => format!("{other:?}"),
        };
        let quantities: Vec<_> = messages.iter().map(|message| Some(message.quantity)).collect();
        let quantities =
            Built::decimals("quantity", &quantities).map_err(|trouble| trouble.into_error(py))?;
        Table::of(vec![
            ("item", Built::texts(messages.iter().map(|message| self.name(message.item)))),
            ("day", Built::days_or_none(messages.iter().map(|message| Some(message.day)))),
            ("quantity", quantities),
            ("action", Built::texts(messages.iter().map(|message| action(message.action)))),
            ("reason", Built::texts(messages.iter().map(|message| reason(message.reason)))),
        ])
    }

    /// Why an order is what it is: by its item and number.
    fn explain(&self, py: Python<'_>, item: &str, number: usize) -> PyResult<PyExplain> {
        let item = self.number(py, item)?;
        free::work(py, || self.plan.explain_order(item, number).map(PyExplain).map_err(of_plan))
    }

    fn __repr__(&self) -> String {
        let plan = &self.plan;
        let horizon = plan.horizon();
        format!(
            "<fondaco.Plan of {} items, {} orders, {} to {}>",
            self.numbers.len(),
            plan.order_count(),
            horizon.start,
            horizon.end
        )
    }
}
