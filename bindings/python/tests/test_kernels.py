"""Kernels on tables: scores in scikit-learn's ways, payroll over a table, progress, Ctrl-C, threads, pickling."""

from __future__ import annotations

import pickle
import signal
import threading
import time
from decimal import Decimal
from typing import Any

import numpy
import polars
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import fondaco
from fondaco import customers, inventory, payroll
from fondaco.scores import LogisticScore, quality


def test_a_score_is_what_scikit_learn_finds() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    ours = LogisticScore(l2=1.0, standardise=False).fit(X, y)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(X, y)
    assert numpy.allclose(ours.coef_[0], theirs.coef_[0], rtol=1e-5, atol=1e-6)
    assert numpy.allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    assert ours.score(X, y) == theirs.score(X, y)


def test_a_score_goes_into_pipelines_cross_validation_and_searches() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), LogisticScore())
    assert cross_val_score(pipeline, X, y, cv=3, scoring="roc_auc").min() > 0.98
    search = GridSearchCV(LogisticScore(), {"l2": [0.1, 10.0]}, cv=3).fit(X, y)
    assert search.best_params_["l2"] in (0.1, 10.0)
    assert clone(LogisticScore(l2=3)).get_params()["l2"] == 3


def test_a_score_reads_texts_and_gaps_and_says_why() -> None:
    leads = polars.DataFrame(
        {"visits": [1, 2, None, 9, 3, 7], "source": ["web", None, "fair", "fair", "fair", "web"]}
    )
    score = LogisticScore().fit(leads, ["lost", "lost", "won", "won", "lost", "won"])
    assert list(score.predict(leads))[-1] == "won"
    assert any(name.startswith("source") for name in score.features_)
    assert "visits" in str(score.explain(leads, 3))
    again = pickle.loads(pickle.dumps(score))
    assert (again.predict_proba(leads) == score.predict_proba(leads)).all()
    with pytest.raises(fondaco.InvalidError):
        score.explain(leads, 99)
    with pytest.raises(fondaco.NotFoundError):
        score.predict_proba({"visits": [1]})
    with pytest.raises(fondaco.InvalidError, match="two"):
        LogisticScore().fit(leads, ["a"] * 6)
    with pytest.raises(ValueError):
        LogisticScore().predict_proba(leads)


def test_quality_is_scikit_learns() -> None:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    generator = numpy.random.default_rng(1)
    outcomes = generator.random(500) < 0.3
    said = numpy.clip(generator.random(500) * 0.5 + outcomes * 0.3, 0, 1)
    found = quality(said, outcomes)
    assert found["auc"] == pytest.approx(roc_auc_score(outcomes, said), abs=1e-12)
    assert found["brier"] == pytest.approx(brier_score_loss(outcomes, said), abs=1e-12)


def test_pay_over_a_table_is_pay_one_by_one() -> None:
    program = payroll.country("estonia").on("2026-06-30")
    wages = ["1500.00", "2000.00", "4321.09"]
    table = program.run({"name": ["a", "b", "c"], "salary": wages}, outputs=["income_tax"], employee="name")
    slips = [program.slip("x", salary=wage) for wage in wages]
    assert table["income_tax"] == [slip.figures["income_tax"] for slip in slips]
    assert "salary" in str(slips[0].explain("income_tax")).lower()
    assert "<table" in slips[0]._repr_html_()
    again = pickle.loads(pickle.dumps(program))
    assert again.run({"salary": wages}, outputs=["income_tax"])["income_tax"] == table["income_tax"]


TENTH = """
name = "demo"
currency = "EUR"
[[input]]
name = "salary"
type = "money"
min = 0
[[input]]
name = "bonus"
type = "money"
default = 0
[[rule]]
name = "tax"
kind = "tax"
formula = "round((salary + bonus) * 10%, 2, half_up)"
"""


def test_rows_that_cannot_be_computed_keep_their_place() -> None:
    program = payroll.rules(TENTH).on("2026-01-01")
    data = {"salary": ["100", "-5", "200"], "bonus": [None, None, Decimal("50")]}
    with pytest.raises(fondaco.InvalidError, match="salary is -5") as caught:
        program.run(data, outputs=["tax"])
    assert caught.value.index == 1
    table = program.run(data, outputs=["tax"], errors="column")
    assert table["tax"] == [Decimal(10), None, Decimal(25)]
    assert table["error"][0] is None and "-5" in table["error"][1]
    with pytest.raises(fondaco.InvalidError):
        program.run({"salary": [1.5]}, outputs=["tax"])
    with pytest.raises(fondaco.FondacoError, match="nothing"):
        program.run({"salary": [1]}, outputs=["nothing"])
    assert payroll.problems("name = 1")[0][0] == 1
    assert payroll.rules(TENTH).changes == []


def test_lots_cost_what_they_say() -> None:
    demand = {"item": ["a"] * 4 + ["b"] * 3, "demand": [10, 0, 5, 20, 1, 1, 1]}
    for rule in ("lot_for_lot", "silver_meal", "least_unit_cost", "part_period", "economic_periods"):
        lots, costs = inventory.lot_sizes(demand, group="item", setup_cost=30, holding_cost=1, rule=rule)
        best = inventory.lot_sizes(
            demand, group="item", setup_cost=30, holding_cost=1, rule="wagner_whitin"
        )[1]
        assert sum(lots["quantity"]) == 38
        assert all(one >= other for one, other in zip(costs["total"], best["total"]))
    with pytest.raises(fondaco.InvalidError, match="give one of"):
        inventory.lot_sizes(demand, rule="nothing", setup_cost=1, holding_cost=1)
    with pytest.raises(fondaco.InvalidError, match="holding_cost"):
        inventory.lot_sizes(demand, setup_cost=1)


def test_a_plan_explains_itself() -> None:
    plan = inventory.mrp(
        {"item": ["BIKE", "WHEEL"], "on_hand": [5, 0], "lead_days": [2, 10]},
        [{"item": "BIKE", "quantity": 20, "due": "2026-01-12", "id": "so/1"}],
        bom=[{"parent": "BIKE", "component": "WHEEL", "quantity": 2}],
        start="2026-01-05",
        end="2026-02-28",
    )
    orders = plan.orders()
    assert orders["quantity"] == [Decimal(15), Decimal(30)]
    assert plan.level("WHEEL") == 1 and sum(plan.table("WHEEL")["gross"]) == 30
    assert "15" in str(plan.explain("BIKE", 0))
    assert len(plan.messages()) > 0
    with pytest.raises(fondaco.InvalidError, match="no such item"):
        plan.table("CAR")
    with pytest.raises(fondaco.FondacoError):  # a bike of bikes
        inventory.mrp(
            {"item": ["BIKE"]},
            {"item": ["BIKE"], "quantity": [1], "due": ["2026-01-12"]},
            bom={"parent": ["BIKE"], "component": ["BIKE"], "quantity": [1]},
            start="2026-01-05",
            end="2026-02-28",
        )


def test_segments_and_lifetime_values() -> None:
    bought = {
        "customer": ["a", "a", "b", "c", "c", "c"],
        "date": ["2026-01-01", "2026-03-01", "2025-01-01", "2026-02-01", "2026-03-01", "2026-03-30"],
        "amount": ["10", "20", "5", "1.50", "2.50", "3.00"],
    }
    found = customers.rfm(bought, as_of="2026-03-31", parts=3)
    assert found["money"] == [Decimal(30), Decimal(5), Decimal(7)]
    assert found["recency_days"] == [30, 454, 1]
    with pytest.raises(fondaco.InvalidError):
        customers.rfm({**bought, "amount": [1.0] * 6}, as_of="2026-03-31")
    model = customers.BuyingModel.of("bg_nbd", r=0.243, alpha=4.414, a=0.793, b=2.426)
    seen = {"repeats": [2, 0], "last": [30.43, 0], "age": [38.86, 38.86], "worth": [10.0, 10.0]}
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(seen, 39).to_dict() == model.predict(seen, 39).to_dict()
    assert model.lifetime_values(seen, periods=12, discount=0.01)["value"][0] > 0
    with pytest.raises(fondaco.InvalidError) as caught:
        model.predict({"repeats": [0, 2], "last": [0, 9], "age": [1, 1]}, 1)
    assert caught.value.index == 1


def long_work() -> Any:
    demand = numpy.random.default_rng(1).poisson(5, 400_000).astype(float)
    items = numpy.repeat(numpy.arange(10_000), 40)
    return polars.DataFrame({"item": items, "demand": demand})


def test_progress_is_told_and_may_stop_the_work() -> None:
    told: list[tuple[int, int]] = []
    data = long_work().head(40 * 5_000)

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    inventory.forecast(data, horizon=1, group="item", method="mean", progress=tell)
    assert told[-1] == (5000, 5000) and len(told) > 2
    assert told == sorted(told) and {total for _, total in told} == {5000}

    bar = inventory.forecast(data, horizon=1, group="item", method="mean", progress=True)
    assert len(bar) == 5000

    def stop(done: int, total: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        inventory.forecast(data, horizon=1, group="item", method="mean", progress=stop)


def test_control_c_stops_long_work() -> None:
    data = long_work()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.5, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(50):
            inventory.forecast(data, horizon=12, group="item", method="auto_ets", season=4)
    assert time.monotonic() - began < 20


def test_other_threads_go_on_during_long_work() -> None:
    data = long_work().head(40 * 500)

    def beats() -> int:
        done = threading.Event()

        def work() -> None:
            inventory.forecast(data, horizon=3, group="item", method="theta")
            done.set()

        thread = threading.Thread(target=work)
        thread.start()
        count = 0
        while not done.wait(0.01):
            count += 1
        thread.join()
        return count

    # On a machine that is busy with others this thread may get no turn before the work is done.
    assert any(beats() >= 3 for _ in range(20))
