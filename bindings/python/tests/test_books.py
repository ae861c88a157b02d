"""Books on a store: commands once, reports, refusals, the feed, verification."""

from __future__ import annotations

import datetime as dt
import pickle
import threading
from decimal import Decimal
from pathlib import Path

import pytest

import fondaco
from fondaco import Money


def sell(company: fondaco.Company, name: str, amount: str, day: str = "2026-01-05") -> fondaco.Done:
    return company.books.post(name, day, debit={"1000": amount}, credit={"4000": amount})


def test_a_command_is_carried_out_once(acme: fondaco.Company) -> None:
    first, again = sell(acme, "s/1", "10 EUR"), sell(acme, "s/1", "10 EUR")
    assert (first.answer["number"], first.replayed) == (1, False)
    assert (again.answer, again.position, again.replayed) == (first.answer, first.position, True)
    with pytest.raises(fondaco.ConflictError) as caught:
        sell(acme, "s/1", "11 EUR")
    assert caught.value.code == "store.command_reused"
    assert acme.books.balance("1000") == [Money("10 EUR")]


def test_what_is_refused_changes_nothing(acme: fondaco.Company) -> None:
    with pytest.raises(fondaco.InvalidError) as caught:
        acme.books.post("x", "2026-01-05", debit={"1000": "1 EUR"}, credit={"4000": "2 EUR"})
    assert caught.value.code == "accounting.unbalanced"
    with pytest.raises(fondaco.NotFoundError) as missing:
        acme.books.post("x", "2026-01-05", debit={"9": "1 EUR"}, credit={"4000": "1 EUR"})
    assert (missing.value.code, missing.value.value) == ("accounting.unknown_account", "9")
    assert acme.books.balance("1000") == []
    assert sell(acme, "x", "1 EUR").replayed is False  # a refused name may be used again


def test_a_float_is_no_money_and_the_error_says_what_to_give(acme: fondaco.Company) -> None:
    with pytest.raises(fondaco.InvalidError, match=r'decimal\.Decimal\("1\.1"\)') as caught:
        Money(1.1, "EUR")  # type: ignore[arg-type]
    assert caught.value.code == "python.float"
    posting = {"account": "1000", "side": "debit", "amount": {"amount": 1.1, "currency": "EUR"}}
    with pytest.raises(fondaco.InvalidError) as deep:
        acme.send("x", "accounting.post", journal="GEN", date="2026-01-05", postings=[posting])
    assert deep.value.field == "postings[0].amount.amount"
    assert deep.value.value == "1.1"


def test_a_misspelt_field_is_never_passed_over(acme: fondaco.Company) -> None:
    with pytest.raises(fondaco.InvalidError, match="unknown field `txt`, expected one of") as caught:
        acme.books.post("x", "2026-01-05", debit={"1000": "1 EUR"}, credit={"4000": "1 EUR"}, txt="x")
    assert caught.value.field == "txt"


def test_an_unknown_command_names_what_was_meant(acme: fondaco.Company) -> None:
    with pytest.raises(fondaco.NotFoundError, match=r"did you mean accounting\.post_many"):
        acme.send("x", "accounting.PostMany", entries=[])
    assert "accounting.post_many" in fondaco.commands()


def test_the_trial_balance_in_all_its_forms(acme: fondaco.Company) -> None:
    sell(acme, "s/1", "1234.50 EUR")
    report = acme.books.trial_balance(dt.date(2026, 1, 31))
    assert "1000     Bank        1,234.50" in str(report) == repr(report)
    assert "<table" in report._repr_html_() and "1,234.50" in report._repr_html_()
    assert "1.234,50" in report.to_text(locale="de")
    assert report.figures["debit"] == report.figures["credit"] == Decimal("1234.50")
    rows = report.to_table().to_dicts()
    assert (rows[0]["Account"], rows[0]["Debit"]) == ("1000", Decimal("1234.50"))
    why = report.explain("1000")
    assert why.figure == Decimal("1234.50")
    assert "GEN 1" in str(why) and "<details" in why._repr_html_()


def test_other_statements(acme: fondaco.Company) -> None:
    sell(acme, "s/1", "10 EUR")
    books = acme.books
    assert "10.00" in str(books.income_statement("2026-01-01", "2026-01-31"))
    assert "10.00" in str(books.balance_sheet("2026-01-31"))
    assert "GEN 1" in str(books.general_ledger("2026-01-01", "2026-01-31"))
    assert "10.00" in str(books.account_ledger("1000"))
    assert "10.00" in str(books.statement("1000", "2026-01-01", "2026-01-31"))
    assert "10.00" in str(books.compare_trial_balances("2026-01-31", "2026-01-01"))


def test_stored_rows_are_tables(acme: fondaco.Company) -> None:
    sell(acme, "s/1", "10.25 EUR")
    postings = acme.books.postings()
    assert postings["amount"] == [Decimal("10.2500"), Decimal("-10.2500")]
    assert postings["date"] == [dt.date(2026, 1, 5)] * 2
    assert postings.types["amount"] == "Decimal128(38, 4)"
    assert set(acme.tables()) >= {"ledger_posting", "ledger_account"}
    with pytest.raises(fondaco.NotFoundError):
        acme.rows("nothing")


def test_the_feed_and_the_time_of_recording(acme: fondaco.Company) -> None:
    then = dt.datetime(2026, 2, 1, 12, tzinfo=dt.timezone.utc)
    sell(acme.acting_as("anna", at=then), "s/1", "10 EUR")
    last = list(acme.events(limit=2))[-1]
    assert (last["actor"], last["time"]) == ("anna", then)
    assert last["events"][0]["name"] == "ledger.posted"
    before = then - dt.timedelta(days=1)
    assert acme.books.balance("1000", known_at=before) == []
    with pytest.raises(fondaco.InvalidError, match="no zone"):
        acme.books.balance("1000", known_at=dt.datetime(2026, 2, 1))


def test_verify_holds(acme: fondaco.Company) -> None:
    sell(acme, "s/1", "10 EUR")
    found = acme.verify()
    assert found and found.is_clean and found.findings == []


def test_a_file_keeps_and_a_closed_company_says_so(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    with fondaco.open(path, company="acme") as acme:
        acme.books.set_up("EUR", journal="GEN", year=2026)
        acme.books.open_accounts({"1000": ("Bank", "asset"), "4000": ("Sales", "income")})
        sell(acme, "s/1", "10 EUR")
    with pytest.raises(fondaco.InvalidError) as caught:
        acme.verify()
    assert caught.value.code == "python.closed"
    assert acme.closed and "closed" in repr(acme)
    with fondaco.open(str(path), company="acme") as again:
        assert again.books.balance("1000") == [Money("10 EUR")]
    with fondaco.open(str(path), company="other") as other:
        with pytest.raises(fondaco.FondacoError):
            other.books.trial_balance("2026-01-31")


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(fondaco.InvalidError, match="postgresql://"):
        fondaco.open("mysql://localhost")


def test_threads_share_a_company(acme: fondaco.Company) -> None:
    def work(who: int) -> None:
        for number in range(20):
            sell(acme, f"s/{who}/{number}", "1 EUR")

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert acme.books.balance("1000") == [Money("80 EUR")]
    assert sorted(acme.books.entries()["number"]) == list(range(1, 81))


def test_many_at_once_are_one_commit(acme: fondaco.Company) -> None:
    made = [
        fondaco.books.entry("2026-01-05", debit={"1000": "1 EUR"}, credit={"4000": "1 EUR"})
        for _ in range(3)
    ]
    done = acme.books.post_many("batch", made)
    assert [one["number"] for one in done.answer] == [1, 2, 3]
    made[1]["postings"][0]["amount"] = Money("2 EUR")
    with pytest.raises(fondaco.InvalidError) as caught:
        acme.books.post_many("batch/2", made)
    assert caught.value.index == 1


def test_errors_can_be_pickled() -> None:
    with pytest.raises(fondaco.InvalidError) as caught:
        Money("1 EUR") + Money("1 USD")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (type(copied), copied.code, str(copied)) == (
        fondaco.InvalidError,
        caught.value.code,
        str(caught.value),
    )
