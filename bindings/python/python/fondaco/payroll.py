"""Pay from gross to net, by rules that are data: for one employee with the reason of every amount, or for a table of them.

>>> from fondaco import payroll
>>> estonia = payroll.country("estonia").on("2026-06-30")
>>> slip = estonia.slip("Ada", salary="2000.00")
>>> slip.figures["net"]
Decimal('1657.84')
>>> print(str(slip.explain("income_tax")).splitlines()[1])
│ round(max(0, taxed_in_period + taxed - exemption) * tax_rate, 2, half_up) - income_tax_in_period
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date
from datetime import datetime
from pathlib import Path
from typing import Any

from . import _errors, _native
from ._native import Report, Table
from ._progress import Progress, told

__all__ = ["Program", "Rules", "country", "problems", "rules"]


class Rules:
    """Rules of a country, a state or a company, over all days. Made by :func:`country` or :func:`rules`; can be pickled."""

    def __init__(self, rules: _native.Rules) -> None:
        self._rules = rules

    def on(self, day: Date | str, *, known_at: datetime | None = None) -> Program:
        """The rules of a day, compiled; as they were known at a time, if one is given."""
        return Program(self._rules.on(day, known_at), self, (day, known_at))

    @property
    def changes(self) -> list[Date]:
        """The days on which something begins or ends."""
        return self._rules.changes()

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rules_of, self._rules.made_of())


def _rules_of(way: str, parts: list[str]) -> Rules:
    if way == "of_toml":
        return rules(parts[0])
    return country(parts[0], states=parts[1:])


def country(name: str, *, states: Iterable[str] = ()) -> Rules:
    """The rules of a country that are shipped: ``canada``, ``estonia``, ``france``, ``germany``, ``united_kingdom``,
    ``united_states``, there with parts of ``states`` (``california``, ``pennsylvania``, ``texas``).

    >>> from fondaco import payroll
    >>> payroll.country("united_kingdom").on("2025-06-30").currency
    'GBP'
    """
    return Rules(_native.Rules.of_country(name, list(states)))


def rules(text: str | Path) -> Rules:
    """Rules as a file of TOML says them: its text, or its path. ``docs/payroll-rules.md`` tells how they are written.

    >>> from fondaco import payroll
    >>> tenth = payroll.rules('''
    ... name = "demo"
    ... currency = "EUR"
    ... [[input]]
    ... name = "salary"
    ... type = "money"
    ... min = 0
    ... [[rule]]
    ... name = "tax"
    ... kind = "tax"
    ... formula = "round(salary * 10%, 2, half_up)"
    ... ''')
    >>> tenth.on("2026-01-01").run({"salary": ["1000.00", "2500.00"]}, outputs=["tax"])["tax"]
    [Decimal('100'), Decimal('250')]
    """
    if isinstance(text, Path):
        text = text.read_text(encoding="utf-8")
    return Rules(_native.Rules.of_toml(text))


def problems(text: str) -> list[tuple[int, int, str]]:
    """All that is wrong with a file of rules: line, column, and what.

    >>> from fondaco import payroll
    >>> [(line, column) for line, column, what in payroll.problems("name = 1")][0]
    (1, 8)
    """
    return _native.Rules.problems(text)


class Program:
    """The rules of one day, compiled. Made by :meth:`Rules.on`; can be pickled, and used from several threads."""

    def __init__(self, program: _native.Program, rules: Rules, made: tuple[Any, ...]) -> None:
        self._program = program
        self._made = (rules, *made)

    @property
    def inputs(self) -> list[str]:
        """What it may be told."""
        return self._program.inputs

    @property
    def outputs(self) -> list[str]:
        """What it computes."""
        return self._program.outputs

    @property
    def title(self) -> str:
        """What the rules are called."""
        return self._program.title

    @property
    def currency(self) -> str:
        """The currency of their amounts."""
        return self._program.currency

    @property
    def day(self) -> Date:
        """The day whose law it is."""
        return self._program.day

    def run(
        self,
        data: Any,
        *,
        outputs: Iterable[str],
        employee: str | None = None,
        errors: str = "raise",
        progress: Progress = None,
    ) -> Table:
        """Computes a table: a row an employee, a column an input by its name; what is null is not said. A column for each output.

        ``employee`` is the column that names the rows in errors. Numbers are exact: integers, decimals, or text as ``"1000.00"`` and
        ``"6.2%"``. With ``errors="raise"`` the first row that can't be computed raises, with its ``index``; with ``errors="column"``
        such rows are null, and a column ``error`` says why.
        """
        wanted = list(outputs)
        table, failed = self._program.run(data, wanted, employee, told(progress))
        if errors == "column":
            said = {row: message for row, _, message in failed}
            columns = table.to_dict()
            columns["error"] = [said.get(row) for row in range(len(table))]
            return Table(columns) if failed else table
        if errors != "raise":
            raise ValueError(f'errors is {errors!r}: give "raise" or "column"')
        if failed:
            row, code, message = failed[0]
            raise _errors.InvalidError(
                f"row {row} (counted from 0): {message}", code, {"index": str(row)}
            )
        return table

    def slip(self, employee: str = "employee", /, **inputs: object) -> Report:
        """One employee's pay: a report whose ``figures`` are all that is computed, and whose ``explain(name)`` says why."""
        return self._program.slip(employee, inputs)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_program_of, self._made)

    def __repr__(self) -> str:
        return f"<fondaco payroll Program {self.title}, {self.day}>"


def _program_of(rules: Rules, day: Date | str, known_at: datetime | None) -> Program:
    return rules.on(day, known_at=known_at)
