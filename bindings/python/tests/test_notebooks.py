"""The notebooks run from their first cell to their last, and are kept with small outputs."""

from __future__ import annotations

import importlib.util
import json
import pathlib
from typing import Any

import pytest

NOTEBOOKS = pathlib.Path(__file__).parent.parent / "notebooks"


def runner() -> Any:
    spec = importlib.util.spec_from_file_location("run", NOTEBOOKS / "run.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: str(path.stem))
def test_each_notebook_runs(path: pathlib.Path) -> None:
    kept = json.loads(path.read_text())
    made = runner().run(path)
    for before, after in zip(kept["cells"], made["cells"]):
        if before["cell_type"] == "code":
            assert len(before["outputs"]) == len(after["outputs"]), before["source"]
    assert path.stat().st_size < 200_000
