"""Fondaco: business engines for Python. No server, no set-up, no waiting.

Two ways in: kernels on tables (scores, forecasts, lots, payroll: any data frame goes in, a :class:`Table` comes out), and a company on
a store (:func:`open`): books, stock and payroll in a file, in PostgreSQL or in memory.

>>> import fondaco
>>> from fondaco import Money
>>> acme = fondaco.open(":memory:")
>>> books = acme.books.set_up("EUR", journal="GEN", year=2026)
>>> books.open_accounts({"1000": ("Bank", "asset"), "4000": ("Sales", "income")})
>>> sale = books.post("invoice/1", "2026-01-05", debit={"1000": Money("100 EUR")}, credit={"4000": Money("100 EUR")})
>>> sale.answer["number"]
1
>>> print(books.trial_balance("2026-01-31"))
Trial balance as of 31 Jan 2026 (EUR)
Account  Name         Debit  Credit  Balance
=======  ==========  ======  ======  =======
1000     Bank        100.00    0.00   100.00
4000     Sales         0.00  100.00  −100.00
-------  ----------  ------  ------  -------
Total    2 accounts  100.00  100.00     0.00
<BLANKLINE>
"""

from . import _books as books
from . import customers, inventory, payroll, scores, stores, testkit
from ._books import Books
from ._company import Act, Commit, Company, Done, Verification, open
from ._errors import (
    AlreadyDone,
    BugError,
    ConflictError,
    CorruptError,
    FondacoError,
    InvalidError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from ._native import Explain, Money, Plan, Report, Table
from ._native import command_names as commands
from ._native import version as _version
from ._stock import Stock

__version__ = _version()

__all__ = [
    "Act",
    "AlreadyDone",
    "Books",
    "BugError",
    "Commit",
    "Company",
    "ConflictError",
    "CorruptError",
    "Done",
    "Explain",
    "FondacoError",
    "InvalidError",
    "Money",
    "Plan",
    "NotFoundError",
    "RefusedError",
    "Report",
    "Stock",
    "Table",
    "UnavailableError",
    "Verification",
    "books",
    "commands",
    "customers",
    "inventory",
    "open",
    "payroll",
    "scores",
    "stores",
    "testkit",
]
