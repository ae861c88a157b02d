"""The stock of a company."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import TYPE_CHECKING

from ._native import Table

if TYPE_CHECKING:
    from ._company import Company


class Stock:
    """The stock of a company. Made by :attr:`fondaco.Company.stock`; commands go through :meth:`fondaco.Company.send`."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def on_hand(self, item: str, site: str, date: Date | str | None = None) -> Decimal:
        """What there is of an item at a site, also what is set aside; with ``date`` at the end of that day.

        ``item`` and ``site`` are ids, or names of which ids were made.
        """
        return self._ask("on_hand", item=item, site=site, date=date)

    def available(self, item: str, site: str) -> Decimal:
        """What of it may be promised: on hand less promised, set aside and expired."""
        return self._ask("available", item=item, site=site)

    def promised(self, item: str, site: str) -> Decimal:
        """What is promised."""
        return self._ask("promised", item=item, site=site)

    def on_order(self, item: str, site: str) -> Decimal:
        """What is on order, or on its way here."""
        return self._ask("on_order", item=item, site=site)

    def items(self) -> Table:
        """The items, as they are stored."""
        return self.company.rows("stock_item")

    def moves(self) -> Table:
        """All moves, as they are stored."""
        return self.company.rows("stock_move")

    def _ask(self, kind: str, **given: object) -> Decimal:
        answer: Decimal = self.company._office.ask(kind, given)
        return answer

    def __repr__(self) -> str:
        return f"<fondaco.Stock of {self.company.name}>"
