"""The list of commands is held against the sources."""

from __future__ import annotations

import pathlib
import re
import warnings

import fondaco

ROOT = pathlib.Path(__file__).parents[3]
#: As many may be new in the engines before they are listed here.
MOST_NEW = 25


def test_the_commands_are_those_of_the_engines() -> None:
    listed = set(fondaco.commands())
    found = set()
    for engine in sorted({name.split(".")[0] for name in listed}):
        crate = {"company": "fondaco"}.get(engine, engine)
        for path in (ROOT / "crates" / crate / "src").rglob("*.rs"):
            for name in re.findall(r"^impl Act for (\w+)", path.read_text(), re.M):
                snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
                found.add(f"{engine}.{snake}")
    assert len(found) > 150
    assert listed - found == set()
    missing = sorted(found - listed)
    if missing:
        warnings.warn(f"bindings/python/src/commands.rs lacks {', '.join(missing)}", stacklevel=1)
    assert len(missing) <= MOST_NEW, missing
