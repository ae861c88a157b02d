"""The list of commands holds every command of the sources."""

from __future__ import annotations

import pathlib
import re

import fondaco

ROOT = pathlib.Path(__file__).parents[3]


def test_no_command_is_forgotten() -> None:
    found = set()
    for engine in ("accounting", "core", "inventory", "payroll", "crm"):
        for path in (ROOT / "crates" / engine / "src").rglob("*.rs"):
            for name in re.findall(r"^impl Act for (\w+)", path.read_text(), re.M):
                snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
                found.add(f"{engine}.{snake}")
    assert len(found) > 150
    assert found == set(fondaco.commands())
