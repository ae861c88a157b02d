"""Errors: a class per kind, so that a program knows what to do; a stable code, so that it knows what was wrong."""

from __future__ import annotations

from typing import Any


class FondacoError(Exception):
    """What every error of Fondaco is. Match on the class and on ``code``; messages may be reworded.

    >>> import fondaco
    >>> try:
    ...     fondaco.Money("12.50 EURO")
    ... except fondaco.InvalidError as error:
    ...     print(error.code)
    core.unknown_currency
    """

    kind = "Error"

    def __init__(
        self, message: str, code: str = "python.error", details: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        #: Stable, such as ``accounting.unbalanced``: ``docs/errors.md`` lists all.
        self.code = code
        #: The parts of the error, by name, as text.
        self.details: dict[str, str] = dict(details or {})

    @property
    def field(self) -> str | None:
        """What is wrong: the name of a field, column or parameter, where one is known."""
        for name in ("field", "column", "name", "what"):
            if name in self.details:
                return self.details[name]
        named = [name for name in self.details if name not in ("index", "why", "way_out")]
        return named[0] if named else None

    @property
    def value(self) -> str | None:
        """The value that is wrong, as text, where one is known."""
        for name in ("value", "found", "text", "code"):
            if name in self.details:
                return self.details[name]
        field = self.field
        return self.details.get(field) if field else None

    @property
    def index(self) -> int | None:
        """Which item of many, counted from 0."""
        index = self.details.get("index")
        return int(index) if index is not None and index.isdigit() else None

    @property
    def hint(self) -> str:
        """The way out, where the message says one: what stands after its last colon or semicolon."""
        for mark in ("; ", ": "):
            before, found, after = self.message.rpartition(mark)
            if found:
                return after
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.code, self.details))


class InvalidError(FondacoError, ValueError):
    """The input is wrong: mend it and call again."""

    kind = "Invalid"


class NotFoundError(FondacoError, LookupError):
    """Something named does not exist."""

    kind = "NotFound"


class ConflictError(FondacoError):
    """Somebody else was there first: look again, then decide."""

    kind = "Conflict"


class RefusedError(FondacoError):
    """The rules of the business forbid it."""

    kind = "Refused"


class UnavailableError(FondacoError, OSError):
    """It may work later, unchanged."""

    kind = "Unavailable"


class CorruptError(FondacoError):
    """What is stored is damaged."""

    kind = "Corrupt"


class BugError(FondacoError, RuntimeError):
    """The program is wrong: tell its author."""

    kind = "Bug"


class AlreadyDone(FondacoError):
    """The commit of a ``with`` was made before: what its body does is not done again. ``with`` itself catches it."""


_CLASSES: dict[str, type[FondacoError]] = {
    one.kind: one
    for one in (
        InvalidError,
        NotFoundError,
        ConflictError,
        RefusedError,
        UnavailableError,
        CorruptError,
        BugError,
    )
}


def _made(kind: str, message: str, code: str, details: dict[str, str]) -> FondacoError:
    """Called by the native part."""
    if code == "core.replayed":
        return AlreadyDone(message, code, details)
    return _CLASSES.get(kind, FondacoError)(message, code, details)
