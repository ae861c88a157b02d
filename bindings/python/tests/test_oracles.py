"""The cases whose answers somebody else wrote, asked through Python: what comes back is what Rust says, to the digit."""

from __future__ import annotations

import csv
import json
import pathlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy
import polars
import pytest

from fondaco import Table, customers, inventory, payroll
from fondaco.scores import LogisticScore


def cases(path: pathlib.Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())["cases"]
    assert found
    return found


def near(found: float, expected: float, share: float) -> bool:
    return abs(found - expected) <= share * max(abs(expected), 1e-9)


def policy_answers(case: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Ours beside theirs, for the functions that the package has."""
    given, expected, function = case["input"], case["expected"], case["function"]
    given = {name: value for name, value in given.items() if isinstance(value, (int, float))}
    if function in ("eoq", "eoq_cost_at_q", "eoq_backorders", "epq"):
        plan = inventory.eoq({"row": ["x"]}, **given)
        pairs = [("order_quantity", "order_quantity"), ("total_cost", "cost_per_time")]
    elif function in ("newsvendor_normal", "newsvendor_normal_cost_at"):
        if given.keys() & {"lead_time", "L"}:
            return
        plan = inventory.newsvendor({"row": ["x"]}, **given)
        pairs = [("base_stock_level", "base_stock_level"), ("total_cost", "cost")]
    elif function == "s_S_poisson_exact":
        plan = inventory.min_max({"row": ["x"]}, **given)
        pairs = [("reorder_point", "s"), ("order_up_to", "S"), ("total_cost", "cost")]
    elif function == "r_q_poisson_exact":
        plan = inventory.reorder_point({"row": ["x"]}, **given)
        pairs = [("reorder_point", "r"), ("order_quantity", "Q"), ("total_cost", "cost")]
    else:
        return
    for ours, theirs in pairs:
        if theirs in expected:
            yield plan[ours][0], expected[theirs]


@pytest.mark.parametrize("name", ["eoq_family", "newsvendor", "s_S_policy", "r_q_policy"])
def test_policies(oracles: pathlib.Path, name: str) -> None:
    asked = 0
    for case in cases(oracles / "inventory" / f"{name}.json"):
        for ours, theirs in policy_answers(case):
            assert near(ours, theirs, case.get("rel_tol", 1e-6)), case
            asked += 1
    assert asked > 0


RULES = {
    "lot_for_lot": "lot_for_lot",
    "least_unit_cost": "least_unit_cost",
    "part_period_closest": "part_period",
    "part_period_not_exceed": "part_period_not_above",
    "silver_meal": "silver_meal",
    "wagner_whitin": "wagner_whitin",
}


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def test_lot_sizes(oracles: pathlib.Path) -> None:
    asked = 0
    for case in cases(oracles / "inventory" / "lot_sizing.json"):
        given = case["input"]
        holding = given["holding_cost_per_unit_period_end_inventory"]
        if any(isinstance(one, list) for one in (given["setup_cost"], holding, given["unit_cost"])):
            continue  # costs that change from period to period
        demand = {"demand": [exact(one) for one in given["demand"]]}
        for rule, expected in case["expected"].items():
            if rule not in RULES:
                continue
            lots, costs = inventory.lot_sizes(
                demand,
                rule=RULES[rule],
                setup_cost=exact(given["setup_cost"]),
                holding_cost=exact(holding),
                unit_cost=exact(given["unit_cost"]),
            )
            assert near(float(costs["total"][0]), expected["cost"], 1e-9), (case["name"], rule)
            if rule != "wagner_whitin":
                ordered = [0.0] * len(given["demand"])
                for period, quantity in zip(lots["period"], lots["quantity"]):
                    ordered[period] = float(quantity)
                assert ordered == pytest.approx(expected["order_quantities"], rel=1e-9)
            asked += 1
    assert asked > 50


METHODS: dict[str, tuple[str, list[str]]] = {
    "croston_classic": ("croston", ["alpha"]),
    "croston_sba": ("sba", ["alpha"]),
    "tsb": ("tsb", ["size", "probability"]),
    "ses": ("ses", ["alpha"]),
    "window_average": ("moving_average", ["window"]),
    "historic_average": ("mean", []),
    "naive": ("naive", []),
}


def test_forecasts_of_demand_that_comes_now_and_then(oracles: pathlib.Path) -> None:
    all_cases = cases(oracles / "inventory" / "forecast_intermittent.json")
    table = polars.concat(
        polars.DataFrame({"name": case["name"], "demand": [float(one) for one in case["demand"]]})
        for case in all_cases
    )
    for model in all_cases[0]["expected_flat_forecast_fixed_parameters"]:
        name, _, given = model.rstrip(")").partition("(")
        if name not in METHODS:
            continue
        method, names = METHODS[name]
        numbers = [float(part.split("=")[-1]) for part in given.split(",") if part]
        given_numbers: Any = dict(zip(names, numbers))
        found = inventory.forecast(
            table, group="name", horizon=1, method=method, **given_numbers
        )
        by_name = dict(zip(found["name"], found["forecast"]))
        for case in all_cases:
            expected = case["expected_flat_forecast_fixed_parameters"].get(model)
            if expected is not None:
                assert by_name[case["name"]] == pytest.approx(expected, rel=1e-6, abs=1e-9), model
    classes = inventory.classify(table, group="name")
    patterns = dict(zip(classes["name"], classes["pattern"]))
    for case in all_cases:
        assert patterns[case["name"]] == case["classification"]["class_SBC_1.32_0.49"]


def day(bucket: int | str) -> str:
    return str(numpy.datetime64("2026-01-01") + int(bucket) - 1)


def test_tables_of_material_requirements(oracles: pathlib.Path) -> None:
    asked = 0
    for case in cases(oracles / "inventory" / "mrp_tables.json"):
        given = case["input"]
        if "demand" in given:
            continue
        lots = {"L4L": "lot_for_lot", "FOQ": "fixed", "POQ": "periods"}
        items, supply = [], []
        for name, of in given["items"].items():
            lot = of.get("lot", {"type": "L4L"})
            size = lot.get("qty", lot.get("periods"))
            row = {
                "item": name,
                "on_hand": exact(of.get("oh", 0)),
                "lead_days": of.get("lt", 0),
                "safety_stock": exact(of.get("ss", 0)),
                "yield_share": exact(of.get("yield", 1)),
                "phantom": bool(of.get("phantom", False)),
                "lot": lots[lot["type"]],
                "lot_size": None if size is None else exact(size),
            }
            for ours, theirs in [("minimum", "min"), ("multiple", "mult"), ("maximum", "max")]:
                row[ours] = exact(lot[theirs]) if theirs in lot else None
            items.append(row)
            for bucket, quantity in of.get("sr", {}).items():
                supply.append({"item": name, "quantity": exact(quantity), "due": day(bucket)})
        bom = [
            {
                "parent": parent,
                "component": line[0],
                "quantity": exact(line[1]),
                "scrap": exact((line[2] if len(line) > 2 else {}).get("scrap", 0)),
                **{
                    ours: day(value)
                    for ours, names in [
                        ("valid_from", ("from", "eff_from", "valid_from")),
                        ("valid_to", ("to", "eff_to", "valid_to")),
                    ]
                    for key, value in (line[2] if len(line) > 2 else {}).items()
                    if key in names
                },
            }
            for parent, lines in given["bom"].items()
            for line in lines
        ]
        demand = [
            {"item": item, "quantity": exact(quantity), "due": day(bucket)}
            for item, wanted in given["mps"].items()
            for bucket, quantity in wanted.items()
        ]
        plan = inventory.mrp(
            items,
            demand,
            bom=bom or None,
            supply=supply or None,
            start=day(1),
            end=day(given["buckets"]),
            bucket_days=1,
        )
        for item, expected in case["expected"].items():
            table = plan.table(item)
            for ours, theirs in [
                ("gross", "gross"),
                ("scheduled", "scheduled_receipts"),
                ("projected", "projected_on_hand"),
                ("net", "net"),
                ("receipts", "planned_receipts"),
                ("releases", "planned_releases"),
            ]:
                if theirs in expected:
                    found = [float(one) for one in table[ours]]
                    assert found == pytest.approx(expected[theirs], rel=1e-6, abs=1e-6), (
                        case["name"],
                        item,
                        theirs,
                    )
            if "llc" in expected:
                assert plan.level(item) == expected["llc"]
            asked += 1
    assert asked > 10


def test_segments_of_cdnow(oracles: pathlib.Path) -> None:
    folder = oracles / "crm" / "rfm"
    snapshot = json.loads((folder / "rfm.json").read_text())["snapshot"]
    bought = polars.read_csv(
        folder / "cdnow_sample_transactions.csv", schema_overrides={"amt": polars.String}
    )
    names = {"customer": "id", "date": "date", "amount": "amt", "as_of": snapshot}
    by_cuts = customers.rfm(bought, **names).to_polars()
    by_tiles = customers.rfm(bought, method="tiles", **names).to_polars()
    expected = {row["id"]: row for row in csv.DictReader((folder / "cdnow_rfm.csv").open())}
    assert len(expected) == len(by_cuts)
    for cuts, tiles in zip(by_cuts.to_dicts(), by_tiles.to_dicts()):
        row = expected[str(cuts["customer"])]
        assert cuts["frequency"] == int(row["F"]) and cuts["money"] == Decimal(row["M"])
        assert cuts["recency_days"] == int(row["R"])
        assert [cuts["r"], cuts["f"], cuts["m"]] == [int(row[f"{of}_q"]) for of in "RFM"]
        assert [tiles["r"], tiles["f"], tiles["m"]] == [int(row[f"{of}_nt"]) for of in "RFM"]


def test_models_of_repeat_buying(oracles: pathlib.Path) -> None:
    folder = oracles / "crm" / "clv"
    file = json.loads((folder / "clv_oracles.json").read_text())
    seen = polars.read_csv(folder / "cdnow_summary.csv").rename(
        {"frequency": "repeats", "recency": "last", "T": "age"}
    )
    for kind, share in [("bg_nbd", 1e-4), ("pareto_nbd", 1e-3)]:
        model = customers.BuyingModel.fit(seen, kind)
        for name, value in file[kind]["params"].items():
            assert near(model.parameters[name], value, share)
        assert model.log_likelihood(seen) == pytest.approx(file[kind]["log_likelihood"], abs=1e-4)
    given = file["bg_nbd_predictions"]
    model = customers.BuyingModel.of("bg_nbd", **given["fixed_params"])
    for case in given["cases"]:
        one = {"repeats": [case["frequency"]], "last": [case["recency"]], "age": [case["T"]]}
        found = model.predict(one, case["t"])
        assert found["alive"][0] == pytest.approx(case["p_alive"], rel=1e-9)
        assert found["expected"][0] == pytest.approx(case["expected"], rel=1e-9)
    spent = polars.read_csv(folder / "cdnow_summary_monetary.csv").rename(
        {"frequency": "purchases", "monetary_value": "mean"}
    )
    spending = customers.SpendingModel.fit(spent.filter(polars.col("purchases") > 0))
    for name, value in file["gamma_gamma"]["params"].items():
        assert near(spending.parameters[name], value, 1e-4)


def test_logistic_regression_of_breast_cancer(oracles: pathlib.Path) -> None:
    folder = oracles / "crm" / "ml"
    file = json.loads((folder / "ml_oracles.json").read_text())["logreg_breast_cancer"]
    table = polars.read_csv(folder / "breast_cancer.csv")
    X, y = table.drop("target"), table["target"]
    X = X.select((polars.all() - polars.all().mean()) / polars.all().std(ddof=0))
    for fit in file["fits"]:
        score = LogisticScore(l2=1 / fit["C"], standardise=False).fit(X, y)
        assert score.coef_[0] == pytest.approx(fit["coef"], rel=1e-6, abs=1e-9)
        assert score.intercept_ == pytest.approx(fit["intercept"], rel=1e-6)
        assert score.predict_proba(X)[:5, 1] == pytest.approx(fit["p_first5"], rel=1e-6)


def test_names_compared(oracles: pathlib.Path) -> None:
    file = json.loads((oracles / "crm" / "strings" / "strings.json").read_text())
    for one, other, expected in file["published"]["jaro_winkler"]:
        assert customers.similarity(one, other) == pytest.approx(expected, abs=6e-4)
    for name, code in file["published"]["soundex"].items():
        assert customers.sound(name, "soundex") == code


def test_wage_tax_of_the_united_states(oracles: pathlib.Path) -> None:
    status = {"mfj": "married", "hoh": "head_of_household"}
    names = {
        "federal_income_tax": "federal_income_tax",
        "social_security": "social_security_ee",
        "medicare": "medicare_ee",
        "additional_medicare": "additional_medicare_ee",
        "employer_social_security": "social_security_er",
        "employer_medicare": "medicare_er",
        "futa": "futa_er",
    }
    for year in ("2025", "2026"):
        rows, expected = [], []
        for case in cases(oracles / "payroll" / f"us_fed_{year}.json"):
            given, form = case["input"], case["input"]["w4"]
            if form["form"] != "2020+" or form["extra"] != "0":
                continue
            to_date = given["ytd_wages"]
            rows.append(
                {
                    "id": case["id"],
                    "frequency": given["frequency"],
                    "wages": given["taxable_wages"],
                    "social_security_wages_to_date": to_date,
                    "medicare_wages_to_date": to_date,
                    "futa_wages_to_date": to_date,
                    "w4_status": status.get(form["status"], form["status"]),
                    "w4_step_2": form["step2"],
                    "w4_credits": form["dependents_credit"],
                    "w4_other_income": form["other_income"],
                    "w4_deductions": form["deductions"],
                }
            )
            expected.append(case["expected"])
        program = payroll.country("united_states").on(f"{year}-06-30")
        found = program.run(Table(rows), outputs=list(names), employee="id").to_dicts()
        assert len(found) > 50
        for row, wanted in zip(found, expected):
            for ours, theirs in names.items():
                assert row[ours] == Decimal(wanted[theirs]), (row["id"], ours)
