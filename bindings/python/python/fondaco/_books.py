"""The books of a company."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date as Date
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._native import Explain, Money, Report, Table

if TYPE_CHECKING:
    from ._company import Company, Done

#: A day: a date, or its text as ``2026-01-31``.
Day = Date | str
#: The amounts of one side of an entry, by account; or lines as dicts.
Side = Mapping[str, "Money | str"] | Iterable[Mapping[str, Any]]


def _money(amount: Money | str) -> Money:
    return Money(amount) if isinstance(amount, str) else amount


def _lines(side: str, given: Side) -> list[dict[str, Any]]:
    if isinstance(given, Mapping):
        given = [{"account": account, "amount": amount} for account, amount in given.items()]
    return [{**line, "side": side, "amount": _money(line["amount"])} for line in given]


def entry(
    date: Day, *, journal: str = "GEN", debit: Side = (), credit: Side = (), **rest: object
) -> dict[str, Any]:
    """An entry, for :meth:`Books.post_many`; as the arguments of :meth:`Books.post`.

    >>> from fondaco import Money, books
    >>> sale = books.entry("2026-01-05", debit={"1000": "5 EUR"}, credit={"4000": "5 EUR"})
    >>> [line["account"] for line in sale["postings"]]
    ['1000', '4000']
    """
    postings = _lines("debit", debit) + _lines("credit", credit)
    return {"journal": journal, "date": date, "postings": postings, **rest}


class Books:
    """The books of a company: accounts, journals, entries, statements. Made by :attr:`fondaco.Company.books`."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def set_up(self, currency: str, *, journal: str | None = None, year: int | None = None) -> Books:
        """Sets the books up in a currency; with ``journal`` and ``year`` a general journal and a calendar year are opened too.

        As every act here it is done once: a program may begin with it each time.

        >>> import fondaco
        >>> fondaco.open(":memory:").books.set_up("EUR", journal="GEN", year=2026)
        <fondaco.Books of company>
        """
        self.company.send("set up", "accounting.set_up", currency=currency)
        if journal is not None:
            self.open_journal(journal)
        if year is not None:
            self.open_year(year)
        return self

    def open_accounts(self, accounts: Mapping[str, tuple[str, str]] | Iterable[Mapping[str, Any]], *, id: str | None = None) -> None:
        """Opens accounts: ``{"1000": ("Bank", "asset")}``, or dicts of all that ``accounting.open_accounts`` takes.

        Classes are ``asset``, ``liability``, ``equity``, ``income`` and ``expense``.
        """
        if isinstance(accounts, Mapping):
            accounts = [
                {"code": code, "name": name, "class": kind} for code, (name, kind) in accounts.items()
            ]
        accounts = list(accounts)
        if id is None:
            id = "accounts/" + ",".join(str(one["code"]) for one in accounts)
        self.company.send(id, "accounting.open_accounts", accounts=accounts)

    def open_journal(self, code: str, name: str | None = None, **rest: object) -> None:
        """Opens a journal: entries are numbered within it, without gaps."""
        said = {"code": code, "name": name or code, **rest}
        self.company.send(f"journal/{code}", "accounting.open_journal", said)

    def open_year(self, year: int, *, first_month: int = 1, named_by: str = "start") -> None:
        """Opens a fiscal year of twelve months, from ``first_month`` on; ``named_by`` says whether its number is that of the
        year in which it starts (``start``) or ends (``end``)."""
        calendar = {
            "periods": {"months": {"start_month": first_month, "start_day": 1}},
            "year_named_by": named_by,
        }
        self.company.send(f"year/{year}", "accounting.open_fiscal_year", calendar=calendar, year=year)

    def post(
        self,
        id: str,
        date: Day,
        *,
        journal: str = "GEN",
        debit: Side = (),
        credit: Side = (),
        **rest: object,
    ) -> Done:
        """Posts an entry, once under its id. Its answer has the entry's ``id`` and ``number``.

        Amounts are :class:`fondaco.Money` or text as ``"12.50 EUR"``. ``rest`` are other fields of an entry: ``text``, ``party``,
        ``source``, ``due_date``, ``document_date``.

        >>> import fondaco
        >>> books = fondaco.open(":memory:").books.set_up("EUR", journal="GEN", year=2026)
        >>> books.open_accounts({"1000": ("Bank", "asset"), "4000": ("Sales", "income")})
        >>> books.post("s/1", "2026-01-05", debit={"1000": "5 EUR"}, credit={"4000": "5 EUR"}).answer["number"]
        1
        """
        said = entry(date, journal=journal, debit=debit, credit=credit, **rest)
        return self.company.send(id, "accounting.post", said)

    def post_many(self, id: str, entries: Iterable[Mapping[str, Any]]) -> Done:
        """Posts many entries in one commit, all or none: dicts as :func:`entry` makes them."""
        return self.company.send(id, "accounting.post_many", list(entries))

    def balance(
        self,
        account: str,
        *,
        start: Day | None = None,
        end: Day | None = None,
        known_at: datetime | None = None,
        currency: str | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> list[Money]:
        """The balance of an account, or of all under a heading: debit less credit, a currency each.

        ``end`` is the last day that counts, ``known_at`` leaves out what was recorded later.

        >>> import fondaco
        >>> books = fondaco.open(":memory:").books.set_up("EUR", journal="GEN", year=2026)
        >>> books.open_accounts({"1000": ("Bank", "asset"), "4000": ("Sales", "income")})
        >>> _ = books.post("s/1", "2026-01-05", debit={"1000": "5 EUR"}, credit={"4000": "5 EUR"})
        >>> books.balance("1000")
        [Money('5.00 EUR')]
        """
        asked = {
            "account": account,
            "start": start,
            "end": end,
            "known_at": known_at,
            "currency": currency,
            "dimensions": dict(dimensions or {}),
        }
        balances: list[Money] = self.company._office.ask("balance", asked)
        return balances

    def accounts(self) -> Table:
        """The chart of accounts."""
        return self.company.rows("ledger_account")

    def entries(self) -> Table:
        """All entries, as they are stored."""
        return self.company.rows("ledger_entry")

    def postings(self) -> Table:
        """All postings, as they are stored: a line each, amounts as exact decimals."""
        return self.company.rows("ledger_posting")

    def trial_balance(self, date: Day) -> Report:
        """Every account with its debits and credits through a day. ``explain(code)`` says what an account's balance is made of."""
        return self._report("trial_balance", date=date)

    def balance_sheet(self, date: Day) -> Report:
        """What the company has and owes at the end of a day."""
        return self._report("balance_sheet", date=date)

    def income_statement(self, start: Day, end: Day) -> Report:
        """What was earned and spent from one day through another."""
        return self._report("income_statement", start=start, end=end)

    def general_ledger(self, start: Day, end: Day) -> Report:
        """Every account with its postings on some days."""
        return self._report("general_ledger", start=start, end=end)

    def account_ledger(self, account: str, start: Day | None = None, end: Day | None = None) -> Report:
        """One account with its postings on some days."""
        return self._report("account_ledger", account=account, start=start, end=end)

    def statement(self, account: str, start: Day | None = None, end: Day | None = None) -> Report:
        """The statement of an account: opening, movements, the balance after each, closing."""
        return self._report("statement", account=account, start=start, end=end)

    def ageing(self, account: str, date: Day) -> Report:
        """What is open on an account that is kept by open items, by how long it is due."""
        return self._report("ageing", account=account, date=date)

    def compare_trial_balances(self, now: Day, before: Day) -> Report:
        """Two trial balances side by side."""
        return self._report("compare_trial_balances", now=now, before=before)

    def compare_balance_sheets(self, now: Day, before: Day) -> Report:
        """Two balance sheets side by side."""
        return self._report("compare_balance_sheets", now=now, before=before)

    def explain(self, account: str, date: Day) -> Explain:
        """What the balance of an account at the end of a day is made of, down to the postings."""
        return self.trial_balance(date).explain(account)

    def _report(self, kind: str, **given: object) -> Report:
        return self.company._office.report(kind, given)

    def __repr__(self) -> str:
        return f"<fondaco.Books of {self.company.name}>"

