"""Values: money, and what commands take of Python's objects."""

from __future__ import annotations

import enum
import fractions
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fondaco
from fondaco import Money

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False)


@given(amounts, amounts)
def test_money_adds_as_decimals_do(one: Decimal, other: Decimal) -> None:
    total = Money(one, "EUR") + Money(other, "EUR")
    assert total.amount == one + other
    assert (total - Money(other, "EUR")).amount == one
    assert (Money(one, "EUR") < Money(other, "EUR")) == (one < other)


@given(amounts)
def test_money_survives_pickling_and_text(amount: Decimal) -> None:
    money = Money(amount, "JPY")
    assert pickle.loads(pickle.dumps(money)) == money
    assert hash(pickle.loads(pickle.dumps(money))) == hash(money)
    assert Money(str(money)) == money


def test_money_of_two_currencies_is_an_error() -> None:
    with pytest.raises(fondaco.InvalidError):
        Money("1 EUR") + Money("1 USD")
    with pytest.raises(fondaco.InvalidError):
        Money("1 EUR") < Money("1 USD")
    assert Money("1 EUR") != Money("1 USD") and Money("1 EUR") != "1 EUR"  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("wrong", ["1", "EUR 1", "1.0", "1 XYZ", "NaN EUR", "1e3 EUR", ""])
def test_text_that_is_no_money(wrong: str) -> None:
    with pytest.raises(fondaco.InvalidError) as caught:
        Money(wrong)
    assert caught.value.code.startswith(("money.", "core.", "currency.", "decimal."))


@pytest.mark.parametrize("wrong", [float("nan"), 0.1, Decimal("NaN"), Decimal("Infinity"), None, [1]])
def test_values_that_are_no_amount(wrong: object) -> None:
    with pytest.raises((fondaco.InvalidError, TypeError)):
        Money(wrong, "EUR")  # type: ignore[arg-type]


class Kind(str, enum.Enum):
    ASSET = "asset"


class Plain(enum.Enum):
    INCOME = "income"


def test_enums_are_their_values(acme: fondaco.Company) -> None:
    accounts: list[dict[str, object]] = [
        {"code": "5", "name": "Five", "class": Kind.ASSET},
        {"code": "6", "name": "Six", "class": Plain.INCOME},
    ]
    acme.books.open_accounts(accounts)
    assert {"5", "6"} <= set(acme.books.accounts()["code"])


def test_what_commands_do_not_take(acme: fondaco.Company) -> None:
    holds_itself: list[object] = []
    holds_itself.append(holds_itself)
    for wrong in [object(), fractions.Fraction(1, 3), holds_itself, 2**70, {1: 0.5}]:
        with pytest.raises((fondaco.InvalidError, TypeError)):
            acme.send("x", "accounting.open_accounts", accounts=wrong)
    with pytest.raises(fondaco.InvalidError, match="journal"):
        acme.send("x", "accounting.post", date="2026-01-05", postings=[])


def test_money_has_operators() -> None:
    assert -Money("1 EUR") == Money("-1 EUR") and abs(Money("-1 EUR")) == Money("1 EUR")
    assert 2 * Money("1.5 EUR") == Money("3 EUR") and not Money("0 EUR")
    with pytest.raises(fondaco.InvalidError):
        Money("1 EUR") * 0.5  # type: ignore[operator]
