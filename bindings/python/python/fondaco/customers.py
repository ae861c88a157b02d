"""Customers: who is worth what, by what they bought; and how alike names are.

>>> from fondaco import customers
>>> bought = {
...     "customer": ["ann", "ann", "ben"],
...     "date": ["2026-01-10", "2026-03-01", "2025-06-01"],
...     "amount": ["20.00", "35.50", "10.00"],
... }
>>> found = customers.rfm(bought, as_of="2026-03-31", parts=2)
>>> found.to_dicts()[0]["money"]
Decimal('55.5')
"""

from __future__ import annotations

from datetime import date as Date
from typing import Any

from . import _native
from ._native import Table
from ._progress import Progress, told

__all__ = ["BuyingModel", "SpendingModel", "rfm", "similarity", "sound"]


def rfm(
    data: Any,
    *,
    as_of: Date | str,
    customer: str = "customer",
    date: str = "date",
    amount: str = "amount",
    parts: int = 5,
    method: str = "quantiles",
) -> Table:
    """Recency (days since the last purchase), frequency and money of each customer, with scores from 1 to ``parts`` and a segment.

    ``data`` has a row for each purchase; amounts are exact. ``method`` is ``quantiles`` (equal values score the same) or ``tiles``
    (equal counts). More is better in each score.
    """
    return _native.rfm(data, (customer, date, amount), as_of, parts, method)


class BuyingModel:
    """How customers buy again, and when they cease to: BG/NBD, its modified form, or Pareto/NBD.

    A table of customers has the columns ``repeats`` (purchases after the first), ``last`` (time from the first to the last) and
    ``age`` (time from the first until now), in any one unit of time. Made by :meth:`fit`; can be pickled.

    >>> from fondaco.customers import BuyingModel
    >>> seen = {"repeats": [0, 2, 5, 1, 0, 3], "last": [0, 20, 37, 10, 0, 31], "age": [38, 39, 39, 38, 30, 35]}
    >>> model = BuyingModel.fit(seen)
    >>> all(0 <= alive <= 1 for alive in model.predict(seen, time=10)["alive"])
    True
    """

    def __init__(self, model: _native.BuyingModel) -> None:
        self._model = model

    @staticmethod
    def fit(data: Any, kind: str = "bg_nbd") -> BuyingModel:
        """The model that explains the histories best: ``bg_nbd``, ``modified_bg_nbd`` or ``pareto_nbd``."""
        return BuyingModel(_native.BuyingModel.fit(data, kind))

    @staticmethod
    def of(kind: str, **parameters: float) -> BuyingModel:
        """The model of given parameters: ``r``, ``alpha``, ``a``, ``b`` of BG/NBD, ``r``, ``alpha``, ``s``, ``beta`` of Pareto/NBD.

        >>> from fondaco.customers import BuyingModel
        >>> BuyingModel.of("bg_nbd", r=0.24, alpha=4.4, a=0.8, b=2.4).parameters["r"]
        0.24
        """
        said: dict[str, Any] = {name: float(value) for name, value in parameters.items()}
        if kind.endswith("bg_nbd"):
            said["variant"] = "modified" if kind.startswith("modified") else "plain"
            kind = "bg_nbd"
        return BuyingModel(_native.BuyingModel.of_state({kind: said}))

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters, by name."""
        (found,) = self._model.state().values()
        return {name: value for name, value in found.items() if isinstance(value, float)}

    def log_likelihood(self, data: Any) -> float:
        """How likely the histories are by this model, as a natural logarithm."""
        return self._model.log_likelihood(data)

    def predict(self, data: Any, time: float, progress: Progress = None) -> Table:
        """For each customer how likely they still buy (``alive``), and how many purchases are ``expected`` within a time."""
        return self._model.predict(data, time, told(progress))

    def expected_of_new(self, time: float) -> float:
        """How many purchases of a new customer, after the first, are expected within a time."""
        return self._model.expected_of_new(time)

    def lifetime_values(
        self, data: Any, *, periods: int, discount: float, length: float = 4.345
    ) -> Table:
        """What each customer is worth over some periods, each of ``length`` units of time, discounted at ``discount`` a period.

        The table has the column ``worth`` besides: what a purchase of the customer's is worth.
        """
        return self._model.lifetime_values(data, periods, length, discount)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_buying, (self._model.state(),))

    def __repr__(self) -> str:
        (kind,) = self._model.state()
        said = ", ".join(f"{name}={value:.4g}" for name, value in self.parameters.items())
        return f"<fondaco BuyingModel {kind}: {said}>"


def _buying(state: object) -> BuyingModel:
    return BuyingModel(_native.BuyingModel.of_state(state))


class SpendingModel:
    """What a purchase of each customer is worth: the Gamma-Gamma model.

    A table of customers has the columns ``purchases`` (how many) and ``mean`` (of what they were worth). Made by :meth:`fit`.

    >>> from fondaco.customers import SpendingModel
    >>> seen = {"purchases": [3, 1, 6, 2], "mean": [20.0, 35.0, 18.5, 40.0]}
    >>> len(SpendingModel.fit(seen).expected_mean(seen))
    4
    """

    def __init__(self, model: _native.GammaGammaModel) -> None:
        self._model = model

    @staticmethod
    def fit(data: Any) -> SpendingModel:
        """The model that explains the means best."""
        return SpendingModel(_native.GammaGammaModel.fit(data))

    @staticmethod
    def of(p: float, q: float, v: float) -> SpendingModel:
        """The model of given parameters."""
        return _spending({"p": float(p), "q": float(q), "v": float(v)})

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters, by name."""
        return dict(self._model.state())

    def log_likelihood(self, data: Any) -> float:
        """How likely the means are by this model, as a natural logarithm."""
        return self._model.log_likelihood(data)

    def expected_mean(self, data: Any) -> Table:
        """What a purchase of each customer is expected to be worth (``expected_mean``)."""
        return self._model.expected_mean(data)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_spending, (self._model.state(),))


def _spending(state: object) -> SpendingModel:
    return SpendingModel(_native.GammaGammaModel.of_state(state))


def similarity(one: str, other: str, method: str = "jaro_winkler") -> float:
    """How alike two texts are, from 0 to 1: ``jaro_winkler``, ``jaro``, ``levenshtein``, ``indel``; or how many edits apart:
    ``levenshtein_distance``, ``damerau_levenshtein_distance``, ``optimal_alignment_distance``, ``indel_distance``.

    >>> from fondaco.customers import similarity
    >>> round(similarity("martha", "marhta"), 4)
    0.9611
    """
    return _native.similarity(one, other, method)


def sound(name: str, method: str = "metaphone") -> str:
    """The code of how a name sounds: ``metaphone``, ``soundex``, ``nysiis`` or ``match_rating``.

    >>> from fondaco.customers import sound
    >>> sound("Robert", "soundex")
    'R163'
    """
    return _native.sound(name, method)
