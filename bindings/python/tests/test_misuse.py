"""What people do wrong, and do ten thousand times: errors with words, and memory that stays where it was."""

from __future__ import annotations

import gc
import pickle
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars
import pytest

import fondaco
from fondaco import Money, Table, customers, inventory, payroll


def resident() -> int:
    """The memory that the process holds, in KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def grown(work: Callable[[], object], times: int) -> int:
    """By how many KiB the process grew over many calls, after some that warm it up."""
    for _ in range(times // 5):
        work()
    gc.collect()
    before = resident()
    for _ in range(times):
        work()
    gc.collect()
    return resident() - before


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")


@needs_proc
def test_values_and_refusals_leave_nothing_behind() -> None:
    def work() -> None:
        (Money("12.50 EUR") + Money("1 EUR")).amount
        try:
            Money("1 EUR") + Money("1 USD")
        except fondaco.InvalidError:
            pass

    assert grown(work, 10_000) < 4_096


@needs_proc
def test_tables_leave_nothing_behind() -> None:
    frame = polars.DataFrame({"g": ["a"] * 50, "d": [1.0] * 50})
    bought = {"customer": ["a"], "date": ["2026-01-01"], "amount": [Decimal("1.50")]}

    def work() -> None:
        inventory.forecast(frame, group="g", value="d", horizon=2, method="mean").to_polars()
        Table(Table(bought).to_arrow()).to_dicts()

    assert grown(work, 500) < 8_192


@needs_proc
def test_companies_that_are_closed_leave_nothing_behind() -> None:
    def work() -> None:
        with fondaco.open(":memory:") as acme:
            acme.send("set up", "accounting.set_up", currency="EUR")
            with acme.commit("journal") as act:
                act.send("accounting.open_journal", code="GEN", name="General")

    assert grown(work, 200) < 16_384


def test_each_call_on_a_closed_company_says_so(acme: fondaco.Company) -> None:
    books, stock = acme.books, acme.stock
    acme.close()
    acme.close()
    calls: list[Callable[[], object]] = [
        lambda: acme.send("x", "accounting.set_up", currency="EUR"),
        lambda: acme.rows("ledger_entry"),
        lambda: acme.tables(),
        lambda: list(acme.events()),
        lambda: acme.verify(),
        lambda: acme.tick(),
        lambda: acme.next_due(),
        lambda: acme.actor,
        lambda: acme.acting_as("anna"),
        lambda: acme.commit("x").__enter__(),
        lambda: books.trial_balance("2026-01-31"),
        lambda: books.balance("1000"),
        lambda: stock.on_hand("a", "b"),
    ]
    for call in calls:
        with pytest.raises(fondaco.InvalidError, match="fondaco.open"):
            call()


def test_a_report_outlives_its_company(acme: fondaco.Company) -> None:
    acme.books.post("s", "2026-01-05", debit={"1000": "1 EUR"}, credit={"4000": "1 EUR"})
    report = acme.books.trial_balance("2026-01-31")
    acme.close()
    del acme
    assert "1.00" in str(report) and "1.00" in str(report.explain("1000"))


@pytest.mark.parametrize(
    "call",
    [
        lambda: inventory.eoq({"demand_rate": [1]}),
        lambda: inventory.eoq({"demand_rate": [-1]}, fixed_cost=1, holding_cost=1),
        lambda: inventory.eoq({"demand_rate": [float("inf")]}, fixed_cost=1, holding_cost=1),
        lambda: inventory.forecast({"demand": [1.0]}, horizon=10**9),
        lambda: inventory.forecast({"demand": ["a"]}, horizon=1),
        lambda: inventory.forecast({"demand": [1.0]}, horizon=1, method="nothing"),
        lambda: inventory.forecast({"demand": [1.0, 2.0]}, horizon=1, method="tsb"),
        lambda: inventory.lot_sizes({"demand": [1]}, setup_cost=0.5, holding_cost=1),  # type: ignore[arg-type]
        lambda: inventory.safety_stock({"demand_mean": [1.0]}, by="luck"),
        lambda: inventory.mrp({"item": ["a"]}, {"item": ["b"], "quantity": [1], "due": ["2026-01-01"]}, start="2026-01-01", end="2026-01-31"),
        lambda: inventory.mrp({"item": ["a"]}, {"item": ["a"], "quantity": [1.5], "due": ["2026-01-01"]}, start="2026-01-01", end="2026-01-31"),
        lambda: inventory.mrp({"item": ["a"]}, {"item": [], "quantity": [], "due": []}, start="2026-02-01", end="2026-01-01"),
        lambda: customers.rfm({"customer": ["a"], "date": ["today"], "amount": ["1"]}, as_of="2026-01-01"),
        lambda: customers.rfm({"customer": [None], "date": ["2026-01-01"], "amount": ["1"]}, as_of="2026-01-01"),
        lambda: customers.BuyingModel.of("bg_nbd", r=1.0),
        lambda: customers.BuyingModel.fit({"repeats": [1], "last": [0.5], "age": [1]}),
        lambda: payroll.country("atlantis"),
        lambda: payroll.country("united_states", states=["atlantis"]),
        lambda: payroll.rules("no rules"),
        lambda: payroll.country("estonia").on("2026-06-30").slip("x", salary=1.5),
        lambda: payroll.country("estonia").on("2026-06-30").slip("x", nothing=1),
        lambda: payroll.country("estonia").on("1990-01-01"),
        lambda: customers.similarity("a", "b", "luck"),
    ],
)  # fmt: skip
def test_wrong_input_is_an_error_of_ours_with_words(call: Callable[[], object]) -> None:
    with pytest.raises(fondaco.FondacoError) as caught:
        call()
    error = caught.value
    assert error.code and error.hint and error.kind in ("Invalid", "NotFound", "Refused"), error
    assert not error.code.startswith("python.panic")
    assert pickle.loads(pickle.dumps(error)).details == error.details


def test_kernels_in_many_threads_say_the_same() -> None:
    frame = {"demand": [float(one % 7) for one in range(200)]}
    expected = inventory.forecast(frame, horizon=3, method="theta")["forecast"]
    found: list[list[float]] = []

    def work() -> None:
        for _ in range(20):
            found.append(inventory.forecast(frame, horizon=3, method="theta")["forecast"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80 and all(one == expected for one in found)
