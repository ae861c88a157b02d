"""What tests share: a company with a small chart, and the cases that others wrote."""

from __future__ import annotations

import pathlib

import pytest

import fondaco


@pytest.fixture
def acme() -> fondaco.Company:
    """A company in memory, set up, with a bank, customers and sales."""
    company = fondaco.open(":memory:", company="acme")
    books = company.books.set_up("EUR", journal="GEN", year=2026)
    books.open_accounts(
        {"1000": ("Bank", "asset"), "1200": ("Customers", "asset"), "4000": ("Sales", "income")}
    )
    return company


@pytest.fixture
def oracles() -> pathlib.Path:
    """The folder of cases whose answers somebody else wrote; tests are left out where it is not."""
    root = pathlib.Path(__file__).parents[3]
    folder = root.parent / "shared" / "oracles"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder
