"""Learned scores: how likely it is that a lead is won, a customer leaves, an invoice is paid late; and why.

>>> from fondaco.scores import LogisticScore
>>> leads = {"visits": [1, 2, 8, 9, 3, 7], "source": ["web", "web", "fair", "fair", "fair", "web"]}
>>> score = LogisticScore().fit(leads, [0, 0, 1, 1, 0, 1])
>>> [round(float(won)) for _, won in score.predict_proba(leads)]
[0, 0, 1, 1, 0, 1]
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _native
from ._native import Explain, Table

__all__ = ["LogisticScore", "quality"]


def _table(data: Any) -> tuple[Any, list[str]]:
    """The data as a table: an array of numbers gets the columns x0, x1, ..."""
    columns = getattr(data, "columns", None)
    if columns is None and hasattr(data, "shape") and hasattr(data, "tolist"):
        width = data.shape[1]
        data = {f"x{at}": data[:, at] for at in range(width)}
    table = Table(data)
    return table, table.column_names


def _outcomes(y: Any) -> list[Any]:
    for way in ("tolist", "to_list", "to_pylist"):
        if hasattr(y, way):
            return list(getattr(y, way)())
    return list(y)


class LogisticScore:
    """Logistic regression over columns of numbers and texts, as scikit-learn's estimators are used.

    Numbers are standardised, texts become one column for each value, what is missing is a value of its own. It learns the same from
    the same rows on every machine.

    ``l2`` is the strength of the penalty (scikit-learn's ``1 / C``); ``balanced`` gives both outcomes the same weight in all;
    ``standardise`` divides numbers by their deviation before they are penalised.

    It goes into scikit-learn's ``Pipeline``, ``cross_val_score`` and ``GridSearchCV``, and can be pickled.

    >>> from fondaco.scores import LogisticScore
    >>> score = LogisticScore(l2=0.5).fit({"x": [1.0, 2.0, 3.0, 4.0]}, ["no", "no", "yes", "yes"])
    >>> [str(one) for one in score.predict({"x": [1.5, 3.5]})]
    ['no', 'yes']
    """

    _estimator_type = "classifier"

    def __init__(self, l2: float = 1.0, balanced: bool = False, standardise: bool = True) -> None:
        self.l2 = l2
        self.balanced = balanced
        self.standardise = standardise

    def fit(self, X: Any, y: Iterable[Any]) -> LogisticScore:
        """Learns from rows and what came of each. ``y`` holds two kinds of values; the greater is what is predicted."""
        table, columns = _table(X)
        outcomes = _outcomes(y)
        classes = sorted(set(outcomes))
        if len(classes) != 2:
            raise _native_error(classes)
        marks = {"outcome": [one == classes[1] for one in outcomes]}
        model = _native.LogisticModel.fit(
            table, columns, marks, float(self.l2), self.balanced, self.standardise
        )
        self.classes_: Any = _as_array(classes)
        self.feature_names_in_: Any = _as_array(columns)
        self.n_features_in_ = len(columns)
        self._columns, self._model = columns, model
        return self

    def predict_proba(self, X: Any) -> Any:
        """The probabilities of both outcomes for each row: a numpy array where numpy is there, else a list of pairs."""
        return _pairs(self._probabilities(X))

    def predict(self, X: Any) -> Any:
        """The likelier outcome of each row."""
        no, yes = self.classes_
        return _as_array([yes if one >= 0.5 else no for one in array("d", self._probabilities(X))])

    def score(self, X: Any, y: Iterable[Any]) -> float:
        """The share of rows that are predicted right."""
        right = [bool(one == other) for one, other in zip(self.predict(X), _outcomes(y))]
        return sum(right) / max(len(right), 1)

    def explain(self, X: Any, row: int = 0) -> Explain:
        """Why a row has its probability: what each of its features adds to the log-odds of an average row.

        >>> from fondaco.scores import LogisticScore
        >>> score = LogisticScore().fit({"x": [1.0, 2.0, 3.0, 4.0]}, [0, 0, 1, 1])
        >>> print(score.explain({"x": [4.0]}).what)
        Probability
        """
        return self._fitted().explain(_table(X)[0], self._columns, row)

    @property
    def intercept_(self) -> float:
        """The log-odds without any feature."""
        return self._fitted().coefficients()[0]

    @property
    def coef_(self) -> Any:
        """The coefficients, in the order of :attr:`features_`."""
        values = [value for _, value in self._fitted().coefficients()[1]]
        return _as_array([values])

    @property
    def features_(self) -> list[str]:
        """What has a coefficient: a column of numbers, or a column and one of its values."""
        return [name for name, _ in self._fitted().coefficients()[1]]

    def coefficients(self) -> Table:
        """The coefficients as a table."""
        intercept, found = self._fitted().coefficients()
        names = ["(intercept)"] + [name for name, _ in found]
        return Table({"feature": names, "coefficient": [intercept] + [value for _, value in found]})

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings, for scikit-learn."""
        return {"l2": self.l2, "balanced": self.balanced, "standardise": self.standardise}

    def set_params(self, **params: Any) -> LogisticScore:
        """Changes settings, for scikit-learn."""
        for name, value in params.items():
            if name not in self.get_params():
                raise ValueError(f"{name}: there is no such setting: l2, balanced, standardise")
            setattr(self, name, value)
        return self

    def _fitted(self) -> _native.LogisticModel:
        model: _native.LogisticModel | None = getattr(self, "_model", None)
        if model is None:
            try:
                from sklearn.exceptions import NotFittedError as kind  # type: ignore[import-untyped, unused-ignore]
            except ImportError:
                kind = ValueError
            raise kind("this score has learned nothing yet: call fit first")
        return model

    def _probabilities(self, X: Any) -> bytes:
        model = self._fitted()
        return model.probabilities(_table(X)[0], self._columns)

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import (  # type: ignore[import-untyped, unused-ignore]
            ClassifierTags,
            InputTags,
            Tags,
            TargetTags,
        )

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(multi_class=False),
            input_tags=InputTags(string=True, allow_nan=True, categorical=True),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if "_model" in state:
            state["_model"] = state["_model"].state()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_model" in state:
            self._model = _native.LogisticModel.of_state(state["_model"])

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"LogisticScore({said})"


def quality(probabilities: Iterable[float], outcomes: Iterable[Any]) -> dict[str, Any]:
    """How good probabilities were, given what came: ``auc``, ``average_precision``, ``brier``, ``log_loss``, ``calibration_error``,
    ``kolmogorov_smirnov``, ``lift_of_first_tenth``.

    >>> from fondaco.scores import quality
    >>> quality([0.1, 0.4, 0.35, 0.8], [False, False, True, True])["auc"]
    0.75
    """
    given = {"probability": _outcomes(probabilities), "outcome": _outcomes(outcomes)}
    found: dict[str, Any] = _native.quality(given)
    return found


def _native_error(classes: Sequence[Any]) -> Exception:
    from ._errors import InvalidError

    said = f"y has {len(classes)} kinds of outcomes: give two, such as True and False"
    return InvalidError(said, "python.bad_outcomes", {"field": "y", "value": str(len(classes))})


def _as_array(values: list[Any]) -> Any:
    try:
        import numpy
    except ImportError:
        return values
    return numpy.asarray(values)


def _pairs(probabilities: bytes) -> Any:
    try:
        import numpy
    except ImportError:
        return [[1.0 - one, one] for one in array("d", probabilities)]
    found = numpy.frombuffer(probabilities, dtype="float64")
    return numpy.column_stack([1.0 - found, found])
