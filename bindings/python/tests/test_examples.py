"""The examples run as they stand, and say what they promise."""

from __future__ import annotations

import pathlib
import runpy

import pytest

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: str(path.stem))
def test_each_example_runs(path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out


def test_the_quickstart_is_short_and_ends_in_a_trial_balance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = EXAMPLES / "quickstart.py"
    code = [line for line in path.read_text().splitlines()[1:] if line.strip()]
    assert len(code) <= 15
    runpy.run_path(str(path))
    assert "Trial balance as of 31 Jan 2026 (EUR)" in capsys.readouterr().out
