"""Stores written in Python: anything that is an ordered map from bytes to bytes with one atomic write.

The engines make tables, indexes, companies, numbers, the hash chain and its verification of it. A store has two calls,
``snapshot()`` and ``write(position, puts)``; what a snapshot has, :class:`Snapshot` says. Hand one to :func:`fondaco.open`, and have it
certified by :func:`fondaco.testkit.check`.

>>> import fondaco
>>> from fondaco.stores import DictStore
>>> with fondaco.open(DictStore(), company="acme") as acme:
...     acme.books.set_up("EUR", journal="GEN", year=2026).company.verify().is_clean
True
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

__all__ = ["Damaged", "DictStore", "MaybeWritten", "Snapshot", "Store"]


class MaybeWritten(Exception):
    """Raised by ``write`` when it can't tell whether the puts are there: the command is asked for when it is sent again."""


class Damaged(Exception):
    """Raised when what is stored is damaged: a store never answers with bytes that nobody put."""


class Snapshot(Protocol):
    """The map at one moment: it never shows half of a write, as long as it lives. A method ``close``, if there is one, is called
    when it is no longer needed."""

    @property
    def position(self) -> int:
        """How often the map was written when this was taken; it may be an older number, never a newer one."""

    def get(self, key: bytes, /) -> bytes | None:
        """The value under a key."""

    def range(
        self, start: bytes, end: bytes | None, backwards: bool, limit: int, /
    ) -> Iterable[tuple[bytes, bytes]]:
        """The pairs with ``start <= key < end`` (``None``: to the end of the map) in order of the keys' bytes, or from the end
        backwards; at most ``limit``."""


class Store(Protocol):
    """An ordered map. Any exception but :class:`MaybeWritten` and :class:`Damaged` says that nothing of a write is there and that it
    may work later. Called from many threads."""

    def snapshot(self) -> Snapshot:
        """The map as it stands."""

    def write(self, position: int, puts: Sequence[tuple[bytes, bytes | None]], /) -> bool:
        """Does all of the puts (``None`` deletes), and raises the position by one, if the map is still at ``position``: true. Else it
        does none of them: false."""


class DictStore:
    """A store in memory: a dict, and its keys in order. Forty lines, to begin your own with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: tuple[int, dict[bytes, bytes], list[bytes]] = (0, {}, [])

    def snapshot(self) -> Snapshot:
        """The map as it stands: a write makes a new one beside it."""
        return _DictSnapshot(*self._state)

    def write(self, position: int, puts: Sequence[tuple[bytes, bytes | None]], /) -> bool:
        """All of the puts or none."""
        with self._lock:
            at, old, keys = self._state
            if at != position:
                return False
            new, ordered = dict(old), list(keys)
            for key, value in puts:
                if value is None:
                    if new.pop(key, None) is not None:
                        del ordered[bisect.bisect_left(ordered, key)]
                else:
                    if key not in new:
                        bisect.insort(ordered, key)
                    new[key] = value
            self._state = (at + 1, new, ordered)
            return True


class _DictSnapshot:
    def __init__(self, position: int, pairs: dict[bytes, bytes], keys: list[bytes]) -> None:
        self.position = position
        self._pairs, self._keys = pairs, keys

    def get(self, key: bytes, /) -> bytes | None:
        return self._pairs.get(key)

    def range(
        self, start: bytes, end: bytes | None, backwards: bool, limit: int, /
    ) -> Iterable[tuple[bytes, bytes]]:
        first = bisect.bisect_left(self._keys, start)
        last = len(self._keys) if end is None else bisect.bisect_left(self._keys, end)
        keys = self._keys[first:last]
        chosen = keys[: -limit - 1 : -1] if backwards else keys[:limit]
        return [(key, self._pairs[key]) for key in chosen]
