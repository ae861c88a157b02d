"""Whether a store written in Python keeps what the engines rest on.

>>> from fondaco import stores, testkit
>>> report = testkit.check(stores.DictStore, only="commands.")
>>> report.is_kept
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import _native
from .stores import Store

__all__ = ["Certificate", "check"]


@dataclass(frozen=True)
class Certificate:
    """What the conformance suite found."""

    #: Whether every promise is kept.
    is_kept: bool
    text: str
    #: Of each promise that is broken: the check, the promise, what came.
    broken: list[tuple[str, str, str]]

    def __bool__(self) -> bool:
        return self.is_kept

    def __str__(self) -> str:
        return self.text


def check(make: Callable[[], Store], *, only: str | None = None) -> Certificate:
    """Puts a store to the test: every promise of the contract, each on new, empty stores that ``make`` gives.

    ``only`` picks checks by a part of their names. The whole suite calls the store some hundred thousand times.
    """
    return Certificate(*_native.certify(make, only))
