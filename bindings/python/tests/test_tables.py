"""Tables: any data frame in, any data frame out, with odd types; nothing lost on the way."""

from __future__ import annotations

import datetime as dt
import pickle
from decimal import Decimal
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fondaco
from fondaco import Table

ROWS: dict[str, list[Any]] = {
    "text": ["a", None, "c"],
    "whole": [1, 2, None],
    "float": [0.5, None, -1.5],
    "exact": [Decimal("1.10"), None, Decimal("-0.001")],
    "day": [dt.date(2026, 1, 5), None, dt.date(1969, 12, 31)],
    "flag": [True, False, None],
    "time": [dt.datetime(2026, 1, 5, 12, 30, tzinfo=dt.timezone.utc), None, None],
    "nothing": [None, None, None],
}


def test_a_dict_of_lists_and_back() -> None:
    table = Table(ROWS)
    assert table.to_dict() == ROWS
    assert table.shape == (3, 8) and len(table) == 3
    assert list(table) == list(ROWS) and "text" in table and "other" not in table
    assert table.types["exact"] == "Decimal128(38, 3)"
    assert pickle.loads(pickle.dumps(table)).to_dict() == ROWS
    assert Table(table.to_dicts()).to_dict() == ROWS
    assert Table(table.head(2))["whole"] == [1, 2]


@pytest.mark.parametrize("way", ["to_polars", "to_arrow", "to_pandas"])
def test_through_data_frames_and_back(way: str) -> None:
    frame = getattr(Table(ROWS), way)()
    back = Table(frame).to_dict()
    if way == "to_pandas":  # which has no whole numbers with gaps, and other clocks
        for name in ("whole", "float", "flag", "time", "nothing"):
            back.pop(name)
        assert back == {name: ROWS[name] for name in back}
    else:
        assert back == ROWS


def test_duckdb_relations_come_in() -> None:
    relation: Any = duckdb.sql(
        "select 1::decimal(10,2) as amount, 'x' as name, date '2026-01-05' as day, 7::utinyint as small"
        " union all select 2.5, 'y', null, 8"
    )
    assert sorted(Table(relation)["amount"]) == [Decimal("1.00"), Decimal("2.50")]
    table: Any = Table({"x": [1, 2]})
    assert relation.count("*").fetchall() == [(2,)]
    assert Table(table).to_arrow().num_rows == 2


def test_odd_types_are_read_where_kernels_want_numbers_or_texts() -> None:
    frames = [
        polars.DataFrame({"g": ["a", "a", "b"], "d": [1, 2, 3]}, schema={"g": polars.Categorical, "d": polars.UInt8}),
        pandas.DataFrame({"g": pandas.Categorical(["a", "a", "b"]), "d": numpy.array([1, 2, 3], "int16")}),
        pyarrow.table({"g": pyarrow.array(["a", "a", "b"], pyarrow.large_string()), "d": pyarrow.array([Decimal(1), Decimal(2), Decimal(3)])}),
        {"g": numpy.array(["a", "a", "b"]), "d": pandas.Series([1.0, 2.0, 3.0])},
        polars.DataFrame({"g": ["a", "a", "b"], "d": [1.0, 2.0, 3.0]}).with_columns(polars.col("d").cast(polars.Float32)),
        [{"g": "a", "d": 1}, {"g": "a", "d": 2}, {"g": "b", "d": 3}],
    ]
    for frame in frames:
        found = fondaco.inventory.forecast(frame, horizon=1, group="g", value="d", method="naive")
        assert found.to_dicts() == [
            {"g": "a", "period": 1, "forecast": 2.0, "deviation": found["deviation"][0]},
            {"g": "b", "period": 1, "forecast": 3.0, "deviation": found["deviation"][1]},
        ]


def test_many_batches_are_one_table() -> None:
    parts = [pyarrow.table({"x": [at]}) for at in range(5)]
    table = Table(pyarrow.concat_tables(parts))
    assert table["x"] == [0, 1, 2, 3, 4]
    assert table.head(3)["x"] == [0, 1, 2]


def test_a_slice_is_what_it_shows() -> None:
    frame = polars.DataFrame({"x": [1, 2, 3, 4], "t": ["a", "b", "c", None]})
    assert Table(frame.slice(1, 2)).to_dict() == {"x": [2, 3], "t": ["b", "c"]}
    assert Table(pyarrow.table({"x": [1, 2, 3]}).slice(2))["x"] == [3]


def test_how_a_table_looks() -> None:
    table = Table({"item": ["rice", "oil <b>"], "amount": [Decimal("1.50"), Decimal("12.00")]})
    assert str(table).splitlines() == [
        "item     amount",
        "-------  ------",
        "rice       1.50",
        "oil <b>   12.00",
        "(2 rows)",
    ]
    assert "oil &lt;b&gt;" in table._repr_html_() and "<table>" in table._repr_html_()
    many = Table({"x": list(range(100))})
    assert "… 80 rows more" in str(many) and "… 80 rows more" in many._repr_html_()


@pytest.mark.parametrize(
    "wrong",
    [
        {"x": [1, "a"]},
        {"x": [1], "y": [1, 2]},
        {"x": "abc"},
        {"x": 5},
        [1, 2],
        "text",
        5,
        {"x": [object()]},
        {"x": [2**70]},
        None,
    ],
)
def test_what_is_no_table(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError)):
        Table(wrong)


def test_a_column_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(fondaco.NotFoundError, match="the table has a, b") as caught:
        fondaco.inventory.forecast({"a": [1.0], "b": [2.0]}, horizon=1)
    assert caught.value.field == "demand"


def test_floats_are_refused_where_exact_numbers_are_asked_for() -> None:
    with pytest.raises(fondaco.InvalidError, match="cast it to decimal") as caught:
        fondaco.inventory.lot_sizes({"demand": [1.5]}, setup_cost=1, holding_cost=1)
    assert (caught.value.code, caught.value.field) == ("python.float", "demand")


def test_mutating_what_was_given_changes_nothing() -> None:
    values = [1, 2, 3]
    table = Table({"x": values})
    values[0] = 99
    assert table["x"] == [1, 2, 3]
    array = numpy.array([1.0, 2.0])
    frame = pandas.DataFrame({"x": array})
    held = Table(frame)
    assert held["x"] == [1.0, 2.0]


exact = st.decimals(min_value=-(10**15), max_value=10**15, places=6, allow_nan=False)


@given(st.lists(st.one_of(st.none(), exact), min_size=1, max_size=20))
def test_decimals_come_through_every_frame_as_they_are(values: list[Decimal | None]) -> None:
    table = Table({"x": values})
    assert table["x"] == values
    assert Table(table.to_arrow())["x"] == values
    if any(value is not None for value in values):
        assert table.to_polars()["x"].to_list() == values
