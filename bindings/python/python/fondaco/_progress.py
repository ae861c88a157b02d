"""Who is told how far long work is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Told after each part of long work how many rows are done, and of how many; ``True`` draws a bar where tqdm is installed. What it raises
#: stops the work.
Progress = Callable[[int, Any], object] | bool | None


def told(progress: Progress) -> Callable[[int, Any], object] | None:
    """The function to call, if there is one."""
    if progress is None or progress is False:
        return None
    if progress is not True:
        return progress
    try:
        from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None
    bar: Any = tqdm()

    def draw(done: int, total: Any) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return draw
