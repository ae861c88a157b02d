"""Stock: forecasts, lots, policies and plans, over tables of items.

Each function takes a data frame (anything with an Arrow stream), a dict of lists or a list of dicts, and gives a
:class:`fondaco.Table`. Models of statistics take floats; quantities and costs of lots and plans are exact.

>>> from fondaco import inventory
>>> sales = {"item": ["rice"] * 6, "demand": [10.0, 12, 9, 11, 10, 12]}
>>> inventory.forecast(sales, horizon=2, group="item", method="ses", alpha=0.3)["period"]
[1, 2]
"""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import Any

from . import _native
from ._native import Plan, Table
from ._progress import Progress, told

__all__ = [
    "Plan",
    "classify",
    "eoq",
    "forecast",
    "lot_sizes",
    "min_max",
    "mrp",
    "newsvendor",
    "order_up_to",
    "reorder_point",
    "safety_stock",
]

#: An exact number.
Exact = Decimal | int | str


def forecast(
    data: Any,
    *,
    horizon: int,
    group: str | None = None,
    value: str = "demand",
    order: str | None = None,
    method: str = "auto_ets",
    season: int = 1,
    interval: float | None = None,
    progress: Progress = None,
    **parameters: float,
) -> Table:
    """Forecasts ``horizon`` periods of each series: ``period``, ``forecast``, ``deviation``, and with ``interval`` (such as 0.95)
    ``low`` and ``high``.

    A row is a period of a series; ``group`` names the series, ``order`` is a column of days that puts its rows in order, else they
    follow one another as they stand. What is missing is passed through. Methods: ``auto_ets``, ``theta``, ``optimised_theta``,
    ``ses`` (``alpha``), ``croston`` (``alpha``), ``sba`` (``alpha``), ``tsb`` (``size``, ``probability``), ``adida``, ``imapa``,
    ``naive``, ``seasonal_naive``, ``drift``, ``mean``, ``moving_average`` (``window``), ``seasonal_average`` (``seasons``).

    >>> from fondaco import inventory
    >>> inventory.forecast({"demand": [1.0, 2.0, 3.0]}, horizon=2, method="drift")["forecast"]
    [4.0, 5.0]
    """
    columns = (group, value, order)
    given = {name: float(one) for name, one in parameters.items()}
    return _native.forecast(data, columns, horizon, method, given, season, interval, told(progress))


def classify(
    data: Any, *, group: str | None = None, value: str = "demand", order: str | None = None
) -> Table:
    """How each demand comes: ``smooth``, ``erratic``, ``intermittent`` or ``lumpy``, by how often (``interval``) and how
    differently (``variation``) it comes.

    >>> from fondaco import inventory
    >>> inventory.classify({"demand": [0.0, 0, 5, 0, 0, 5, 0, 0, 5]})["pattern"]
    ['intermittent']
    """
    return _native.classify(data, (group, value, order))


def lot_sizes(
    data: Any,
    *,
    rule: str = "silver_meal",
    group: str | None = None,
    demand: str = "demand",
    setup_cost: Exact | None = None,
    holding_cost: Exact | None = None,
    unit_cost: Exact | None = None,
    quantity: Exact | None = None,
    periods: int | None = None,
    progress: Progress = None,
) -> tuple[Table, Table]:
    """How much to order in which period: a table of lots (``period``, the last that it covers ``through``, ``quantity``), and one of
    what they cost (``setup``, ``holding``, ``purchase``, ``total``).

    A row is the demand of an item in a period, counted from 0. Costs are given once, or as columns of these names. Rules:
    ``lot_for_lot``, ``fixed_quantity`` (``quantity``), ``periods`` (``periods``), ``economic_quantity``, ``economic_periods``,
    ``least_unit_cost``, ``part_period``, ``part_period_not_above``, ``silver_meal``, ``wagner_whitin``.

    >>> from fondaco import inventory
    >>> lots, costs = inventory.lot_sizes({"demand": [10, 10, 10]}, setup_cost=20, holding_cost=1, rule="wagner_whitin")
    >>> lots["quantity"], costs["total"]
    ([Decimal('20'), Decimal('10')], [Decimal('50')])
    """
    costs = (setup_cost, holding_cost, unit_cost)
    return _native.lot_sizes(data, (group, demand), rule, costs, quantity, periods, told(progress))


def eoq(data: Any, *, progress: Progress = None, **given: float) -> Table:
    """The economic order quantity of each row, and what it costs.

    Columns, or values for all rows: ``fixed_cost`` (an order), ``holding_cost`` (a unit and unit of time), ``demand_rate`` (a unit of
    time); also ``unit_cost``, ``production_rate``, ``stockout_cost``, ``pack`` (whole packs), ``order_quantity`` (what that would
    cost).

    >>> from fondaco import inventory
    >>> plan = inventory.eoq({"item": ["nut"], "demand_rate": [1300]}, fixed_cost=8, holding_cost=0.225)
    >>> round(plan["order_quantity"][0], 2)
    304.05
    """
    return _policy("eoq", data, given, progress)


def newsvendor(data: Any, *, progress: Progress = None, **given: float) -> Table:
    """How much to have for one period: by ``holding_cost`` (left over), ``stockout_cost`` (missing) and demand.

    Demand is ``demand_mean`` with ``demand_sd`` (normal), or counted when no ``demand_sd`` is given or ``counting`` is 1.

    >>> from fondaco import inventory
    >>> plan = inventory.newsvendor({"demand_mean": [50.0], "demand_sd": [8.0]}, holding_cost=0.18, stockout_cost=0.7)
    >>> round(plan["base_stock_level"][0], 2)
    56.6
    """
    return _policy("newsvendor", data, given, progress)


def safety_stock(
    data: Any, *, by: str = "cycle_service", progress: Progress = None, **given: float
) -> Table:
    """Safety stock for a ``service``: ``by="cycle_service"`` (the share of cycles without want) or ``by="fill_rate"`` (the share of
    demand met at once; asks for ``order_quantity``).

    Columns, or values for all rows: ``demand_mean``, ``demand_sd`` (a unit of time), ``lead_time_mean``, ``service``; also
    ``lead_time_sd``, ``review_period``, ``holding_cost``.
    """
    return _policy(f"safety_stock_by_{by}", data, given, progress)


def reorder_point(data: Any, *, progress: Progress = None, **given: float) -> Table:
    """The reorder point and order quantity (r, Q) that cost least: ``fixed_cost``, ``holding_cost``, ``stockout_cost``,
    ``demand_mean``, ``demand_sd`` (or counted), ``lead_time``."""
    return _policy("reorder_point", data, given, progress)


def min_max(data: Any, *, progress: Progress = None, **given: float) -> Table:
    """The levels (s, S) that cost least when every period is reviewed: as :func:`reorder_point`, the lead time in whole periods.

    >>> from fondaco import inventory
    >>> plan = inventory.min_max({"demand_mean": [20]}, fixed_cost=64, holding_cost=1, stockout_cost=9)
    >>> plan["reorder_point"], plan["order_up_to"]
    ([14.0], [62.0])
    """
    return _policy("min_max", data, given, progress)


def order_up_to(data: Any, *, progress: Progress = None, **given: float) -> Table:
    """The level to order up to when it is reviewed every ``review_period``: ``review_cost``, ``holding_cost``, ``stockout_cost``,
    ``demand_mean``, ``demand_sd`` (or counted), ``lead_time``."""
    return _policy("order_up_to", data, given, progress)


def _policy(name: str, data: Any, given: dict[str, float], progress: Progress) -> Table:
    numbers = {name: float(value) for name, value in given.items()}
    return _native.policy(data, name, numbers, told(progress))


def mrp(
    items: Any,
    demand: Any,
    *,
    start: Date | str,
    end: Date | str,
    bom: Any = None,
    supply: Any = None,
    bucket_days: int | None = None,
    progress: Progress = None,
) -> Plan:
    """Plans what to order and make, level by level through the bills: a :class:`fondaco.Plan` with ``orders()``, ``table(item)``,
    ``messages()`` and ``explain(item, number)``.

    - ``items``: ``item``; also ``on_hand``, ``lead_days``, ``safety_stock``, ``yield_share``, ``phantom``, ``lot`` (``lot_for_lot``,
      ``fixed``, ``days``, ``periods``) with ``lot_size``, ``minimum``, ``multiple``, ``maximum``.
    - ``demand``: ``item``, ``quantity``, ``due``; also ``id``, ``kind`` (``order`` or ``forecast``).
    - ``bom``: ``parent``, ``component``, ``quantity``; also ``scrap``, ``per_order``, ``valid_from``, ``valid_to``.
    - ``supply``: ``item``, ``quantity``, ``due``; also ``id``, ``kind`` (``scheduled`` or ``firm``).

    >>> from fondaco import inventory
    >>> plan = inventory.mrp(
    ...     {"item": ["BIKE", "WHEEL"], "on_hand": [0, 6], "lead_days": [2, 10]},
    ...     {"item": ["BIKE"], "quantity": [20], "due": ["2026-03-02"]},
    ...     bom={"parent": ["BIKE"], "component": ["WHEEL"], "quantity": [2]},
    ...     start="2026-01-05", end="2026-06-30",
    ... )
    >>> plan.orders("WHEEL").to_dicts()[0]["quantity"]
    Decimal('34')
    """
    return _native.mrp((items, bom, demand, supply), (start, end), bucket_days, told(progress))
