"""Stores written in Python: a dict and SQLite by the standard library, certified; and some that break a promise."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

import fondaco
from fondaco import Money, stores, testkit
from fondaco.stores import DictStore, Snapshot

PAIRS = Sequence[tuple[bytes, bytes | None]]


class SqliteStore:
    """A map in one table of SQLite; a snapshot is a copy of the position, and a transaction of its own connection."""

    def __init__(self, path: str) -> None:
        self._path, self._lock = path, threading.Lock()
        with self._open() as connection:
            connection.executescript(
                "pragma journal_mode=wal;"
                "create table if not exists map (key blob primary key, value blob) without rowid;"
                "create table if not exists at (position integer);"
                "insert into at select 0 where not exists (select 1 from at);"
            )

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)

    def snapshot(self) -> Snapshot:
        connection = self._open()
        connection.execute("begin")
        (position,) = connection.execute("select position from at").fetchone()
        return SqliteSnapshot(connection, position)

    def write(self, position: int, puts: PAIRS, /) -> bool:
        with self._lock:
            connection = self._open()
            try:
                connection.execute("begin immediate")
                (at,) = connection.execute("select position from at").fetchone()
                if at != position:
                    connection.execute("rollback")
                    return False
                gone = [(key,) for key, value in puts if value is None]
                connection.executemany("delete from map where key = ?", gone)
                there = [(key, value) for key, value in puts if value is not None]
                connection.executemany("insert or replace into map values (?, ?)", there)
                connection.execute("update at set position = position + 1")
                connection.execute("commit")
                return True
            finally:
                connection.close()


class SqliteSnapshot:
    def __init__(self, connection: sqlite3.Connection, position: int) -> None:
        self._connection, self.position = connection, position

    def get(self, key: bytes, /) -> bytes | None:
        row = self._connection.execute("select value from map where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def range(
        self, start: bytes, end: bytes | None, backwards: bool, limit: int, /
    ) -> Iterable[tuple[bytes, bytes]]:
        order = "desc" if backwards else "asc"
        before = "" if end is None else "and key < ?"
        asked = (start,) if end is None else (start, end)
        return self._connection.execute(
            f"select key, value from map where key >= ? {before} order by key {order} limit ?",
            (*asked, limit),
        ).fetchall()

    def close(self) -> None:
        self._connection.close()


#: Some of each kind; the whole suite is run where there is time (`FONDACO_ALL_CHECKS=1`).
PARTS = ["commands.", "reads.", "unique.", "numbers."]


@pytest.mark.parametrize("part", PARTS)
def test_the_dict_keeps_the_contract(part: str) -> None:
    report = testkit.check(DictStore, only=part)
    assert report.is_kept, str(report)


def test_sqlite_keeps_the_contract(tmp_path: Path) -> None:
    made = iter(range(10**9))
    report = testkit.check(lambda: SqliteStore(str(tmp_path / f"{next(made)}.db")), only="commands.")
    assert report and report.broken == [], str(report)


class Forgetful(DictStore):
    """Says that it wrote, and did not."""

    def write(self, position: int, puts: PAIRS, /) -> bool:
        return True


class Blind(DictStore):
    """Writes whoever was first."""

    def write(self, position: int, puts: PAIRS, /) -> bool:
        return super().write(self.snapshot().position, puts)


@pytest.mark.parametrize("broken", [Forgetful])
def test_a_store_that_breaks_a_promise_is_found(broken: type[DictStore]) -> None:
    report = testkit.check(broken, only="commands.")
    assert not report.is_kept and report.broken
    assert report.broken[0][0].startswith("commands.")


def test_a_company_lives_on_a_python_store(tmp_path: Path) -> None:
    path = str(tmp_path / "acme.db")
    for again in range(2):
        with fondaco.open(SqliteStore(path), company="acme") as acme:
            books = acme.books.set_up("EUR", journal="GEN", year=2026)
            books.open_accounts({"1000": ("Bank", "asset"), "4000": ("Sales", "income")})
            books.post("s/1", "2026-01-05", debit={"1000": "5 EUR"}, credit={"4000": "5 EUR"})
            assert books.balance("1000") == [Money("5 EUR")]
            assert acme.verify()


def test_what_a_store_raises_is_an_error_with_its_text() -> None:
    class Failing(DictStore):
        fails = False

        def write(self, position: int, puts: PAIRS, /) -> bool:
            if self.fails:
                raise OSError("the disk is full")
            return super().write(position, puts)

    class Damaged(DictStore):
        def snapshot(self) -> Snapshot:
            raise stores.Damaged("page 7")

    store = Failing()
    acme = fondaco.open(store, company="acme")
    store.fails = True
    with pytest.raises(fondaco.UnavailableError, match="the disk is full"):
        acme.books.set_up("EUR")
    store.fails = False
    assert acme.books.set_up("EUR").company.verify()
    with pytest.raises(fondaco.CorruptError, match="page 7"):
        fondaco.open(Damaged(), company="acme")
    with pytest.raises(fondaco.InvalidError, match="write"):
        fondaco.open(object())  # type: ignore[arg-type]
