"""The types that editors and mypy see: strict, and those of the native part as they are."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

import fondaco

HERE = pathlib.Path(__file__).parent
CONFIG = ["--strict", "--config-file", str(HERE.parent / "pyproject.toml")]
PACKAGE = pathlib.Path(fondaco.__file__).parent


def run(*words: str) -> str:
    environment = {**os.environ, "MYPYPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, env=environment, cwd=HERE
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_the_package_and_its_examples_are_typed_strictly(tmp_path: pathlib.Path) -> None:
    examples = sorted((HERE.parent / "examples").glob("*.py"))
    cache = ["--cache-dir", str(tmp_path)]
    files = [str(path) for path in [*sorted(HERE.glob("*.py")), *examples]]
    assert run("mypy", *CONFIG, *cache, "-p", "fondaco") == ""
    assert run("mypy", *CONFIG, *cache, *files) == ""


def test_the_stubs_say_what_the_native_part_has(tmp_path: pathlib.Path) -> None:
    said = run("mypy.stubtest", "--concise", "--allowlist", "stubtest-allowed.txt", "fondaco._native")
    if "No module named" in said:
        pytest.skip(said)
    assert said == ""
