"""A company on a store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _errors, _native
from ._native import Report, Table

if TYPE_CHECKING:
    from .stores import Store
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

    def commit(self, id: str, command: object = None) -> Commit:
        """One commit over several acts: all of them or none.

        The body of the ``with`` can't run again: when somebody else changed what it rests on, or a floor breaks, the commit raises
        (:class:`fondaco.ConflictError`, or the engine's refusal), and nothing is done; :meth:`run` goes on by itself. Under the same
        id it is done once; then the body ends at its first act, and ``done.replayed`` is true. ``command`` is what the id stands for, as
        plain data: another under the same id is a conflict.

        >>> import fondaco
        >>> acme = fondaco.open(":memory:")
        >>> with acme.commit("set up") as act:
        ...     _ = act.send("accounting.set_up", currency="EUR")
        ...     _ = act.send("accounting.open_journal", code="GEN", name="General")
        >>> act.done.position
        1
        """
        return Commit(self, id, command)

    def run(self, id: str, command: object, work: Callable[[Act], object]) -> Done:
        """One commit over several acts, which a function does: it is called again when somebody else was first, and ends at its first act
        when the commit was made before. It may do nothing but acts and reckoning that comes out the same.

        The answer is a list of the answers of the acts.

        >>> import fondaco
        >>> acme = fondaco.open(":memory:")
        >>> def work(act):
        ...     act.send("accounting.set_up", currency="EUR")
        >>> acme.run("set up", {"currency": "EUR"}, work).replayed
        False
        >>> acme.run("set up", {"currency": "EUR"}, work).replayed
        True
        """
        session = self._office.session(id, command)
        while True:
            try:
                work(Act(session))
                done = session.finish()
            except _errors.AlreadyDone:
                done = session.replayed()
            except _errors.ConflictError as error:
                if error.code != "python.moved":
                    session.give_up()
                    raise
                done = None
            except BaseException:
                session.give_up()
                raise
            if done is not None:
                return Done(*done)

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


class Act:
    """What may be done within a commit."""

    def __init__(self, session: _native.Session) -> None:
        self._session = session

    def send(self, command: str, given: object = None, /, **fields: object) -> Any:
        """Does a command within the commit, and gives its answer; numbers are drawn when all is committed, and ``None`` until then.

        A refusal is raised, and what the command did is taken back; who catches it may go on with others.
        """
        return self._session.act(command, fields if given is None else given)


class Commit(Act):
    """One commit over several acts; :meth:`Company.commit` makes it, for a ``with``."""

    #: What came of it, after the ``with``: the answers of the acts, in order.
    done: Done

    def __init__(self, company: Company, id: str, command: object) -> None:
        self._made = (company, id, command)

    def __enter__(self) -> Commit:
        company, id, command = self._made
        super().__init__(company._office.session(id, command))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, _errors.AlreadyDone):
            done = self._session.replayed()
        elif error is not None:
            self._session.give_up()
            return False
        else:
            done = self._session.finish()
        if done is None:
            self._session.give_up()
            raise _errors.ConflictError(
                "somebody else was first, and the body of a with can't run again: "
                "do it again, or use company.run()",
                "python.moved",
            )
        self.done = Done(*done)
        return True


def open(address: str | os.PathLike[str] | Store = ":memory:", company: str = "company") -> Company:
    """Opens a company: the path of an SQLite file, ``":memory:"``, ``"postgresql://user@host/database"``, or a store written in
    Python (:mod:`fondaco.stores`).

    A file that is not there is made. One store may hold several companies, each under its name.

    >>> import fondaco
    >>> with fondaco.open(":memory:", company="acme") as acme:
    ...     acme.name
    'acme'
    """
    if isinstance(address, (str, os.PathLike)):
        return Company(_native.Office.open(os.fspath(address), company), company)
    return Company(_native.Office.over_map(address, company), company)
