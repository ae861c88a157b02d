"""The list of commands is held against the sources."""

from __future__ import annotations

import pathlib
import re

import fondaco

ROOT = pathlib.Path(__file__).parents[3]


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
    assert missing == [], f"bindings/python/src/commands.rs lacks {', '.join(missing)}"
