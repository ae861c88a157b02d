"""A company on a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _native
from ._native import Report, Table

if TYPE_CHECKING:
    from ._books import Books
    from ._stock import Stock


@dataclass(frozen=True)
class Done:
    """What came of a command."""

    #: What it gives back: ids and numbers, as plain values; ``None`` where there is nothing to say.
    answer: Any
    #: The number of its commit.
    position: int
    #: Whether it had been carried out before: then this is the answer of then, and nothing was done twice.
    replayed: bool


@dataclass(frozen=True)
class Verification:
    """What a verification found."""

    #: Whether all rows are as they were written, and all that is derived is right.
    is_clean: bool
    text: str
    findings: list[str]

    def __bool__(self) -> bool:
        return self.is_clean

    def __str__(self) -> str:
        return self.text


class Company:
    """A company on a store. Made by :func:`open`; safe to use from several threads."""

    def __init__(self, office: _native.Office, name: str) -> None:
        self._office = office
        self.name = name

    def send(self, id: str, command: str, given: object = None, /, **fields: object) -> Done:
        """Carries out any command of any engine, once under its id, however often it is sent.

        ``command`` is its name, such as ``"accounting.post_many"`` (:func:`fondaco.commands` lists all). What it says comes as a
        dict or as keyword arguments, under the names that the Rust documentation gives: Decimals, ints, texts, dates, Money;
        no floats.

        >>> import fondaco
        >>> acme = fondaco.open(":memory:")
        >>> acme.send("set up", "accounting.set_up", currency="EUR").replayed
        False
        >>> acme.send("set up", "accounting.set_up", currency="EUR").replayed
        True

        Raises :class:`fondaco.FondacoError` when the command is refused; nothing has changed then.
        """
        said = fields if given is None else given
        return Done(*self._office.send(id, command, said))

    @property
    def books(self) -> Books:
        """The company's books."""
        from ._books import Books

        return Books(self)

    @property
    def stock(self) -> Stock:
        """The company's stock."""
        from ._stock import Stock

        return Stock(self)

    def acting_as(self, actor: str, at: datetime | None = None) -> Company:
        """The same company, for somebody who acts; ``at`` is the time of what is recorded, else it is now.

        >>> import fondaco
        >>> fondaco.open(":memory:").acting_as("anna").actor
        'anna'
        """
        return Company(self._office.acting(actor, at), self.name)

    @property
    def actor(self) -> str:
        """Who acts: ``host`` when nobody was named."""
        return self._office.actor

    def tables(self) -> list[str]:
        """The names of the stored tables."""
        return self._office.tables()

    def rows(self, table: str, limit: int | None = None) -> Table:
        """The rows of a stored table as they are, in order of its key.

        >>> import fondaco
        >>> acme = fondaco.open(":memory:")
        >>> acme.books.set_up("EUR", journal="GEN", year=2026).company.rows("ledger_journal")["code"]
        ['GEN']
        """
        return self._office.rows(table, limit)

    def events(self, after: int = 0, limit: int = 1000) -> Iterator[dict[str, Any]]:
        """What happened, commit by commit: ``position``, ``actor``, ``time``, and ``events`` with their data.

        Remember the last position, and ask for what came after it: an outbox, a sync, an audit.

        >>> import fondaco
        >>> acme = fondaco.open(":memory:")
        >>> _ = acme.send("set up", "accounting.set_up", currency="EUR")
        >>> [event["name"] for commit in acme.events() for event in commit["events"]]
        ['ledger.set_up']
        """
        while commits := self._office.feed(after, limit):
            yield from commits
            after = commits[-1]["position"]

    def verify(self) -> Verification:
        """Recomputes all that is derived, and compares every row with the hash chain.

        >>> import fondaco
        >>> fondaco.open(":memory:").verify().is_clean
        True
        """
        return Verification(*self._office.verify())

    def tick(self) -> Report:
        """Carries out what is due by now (recurring entries, reversals, expiries), and reports it."""
        return self._office.tick()

    def next_due(self) -> datetime | None:
        """When :meth:`tick` has something to do next."""
        return self._office.next_due()

    def close(self) -> None:
        """Lets go of the store. What is called afterwards raises :class:`fondaco.InvalidError`."""
        self._office.close()

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._office.closed

    def __enter__(self) -> Company:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<fondaco.Company {self.name}{' (closed)' if self.closed else ''}>"


def open(address: str = ":memory:", company: str = "company") -> Company:
    """Opens a company: the path of an SQLite file, ``":memory:"``, or ``"postgresql://user@host/database"``.

    A file that is not there is made. One store may hold several companies, each under its name.

    >>> import fondaco
    >>> with fondaco.open(":memory:", company="acme") as acme:
    ...     acme.name
    'acme'
    """
    return Company(_native.Office.open(str(address), company), company)
