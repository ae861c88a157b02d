"""One commit over several acts: all or none, once, and what happens when somebody else is first."""

from __future__ import annotations

import pytest

import fondaco
from fondaco import Money


def entry(amount: str, debit: str = "1000", credit: str = "4000") -> dict[str, object]:
    return fondaco.books.entry("2026-01-05", debit={debit: amount}, credit={credit: amount})


def test_all_of_it_or_none(acme: fondaco.Company) -> None:
    with acme.commit("both") as act:
        first = act.send("accounting.post", entry("10 EUR"))
        act.send("accounting.post", entry("5 EUR"))
    assert [one["number"] for one in act.done.answer] == [1, 2]
    assert first["number"] is None and first["id"] == act.done.answer[0]["id"]
    with pytest.raises(RuntimeError):
        with acme.commit("neither") as act:
            act.send("accounting.post", entry("10 EUR"))
            raise RuntimeError("no")
    with pytest.raises(fondaco.NotFoundError):
        with acme.commit("refused") as act:
            act.send("accounting.post", entry("10 EUR"))
            act.send("accounting.post", entry("10 EUR", debit="9"))
    assert acme.books.balance("1000") == [Money("15 EUR")]
    assert acme.verify()


def test_a_refusal_may_be_caught_and_leaves_nothing(acme: fondaco.Company) -> None:
    with acme.commit("one of two") as act:
        try:
            act.send("accounting.post", entry("10 EUR", debit="9"))
        except fondaco.NotFoundError:
            act.send("accounting.post", entry("7 EUR"))
    assert len(act.done.answer) == 1
    assert acme.books.balance("1000") == [Money("7 EUR")]


def test_it_is_done_once(acme: fondaco.Company) -> None:
    ran = []
    for _ in range(2):
        with acme.commit("once", {"amount": "10"}) as act:
            act.send("accounting.post", entry("10 EUR"))
            ran.append(1)
    assert act.done.replayed and act.done.answer[0]["number"] == 1
    assert len(ran) == 1 and acme.books.balance("1000") == [Money("10 EUR")]
    with pytest.raises(fondaco.ConflictError):
        with acme.commit("once", {"amount": "11"}) as act:
            act.send("accounting.post", entry("11 EUR"))


def test_who_is_second_is_told_or_runs_again(acme: fondaco.Company) -> None:
    def rename(to: str) -> None:
        acme.send(f"rename/{to}", "accounting.change_account", code="1000", name=to)

    with pytest.raises(fondaco.ConflictError):
        with acme.commit("late") as act:
            act.send("accounting.change_account", code="1000", name="Mine")
            rename("Theirs")
    assert "Theirs" in acme.books.accounts()["name"]

    runs = []

    def work(act: fondaco.Act) -> None:
        runs.append(1)
        act.send("accounting.change_account", code="1000", name="Ours")
        if len(runs) == 1:
            rename("Yours")

    done = acme.run("again", None, work)
    assert len(runs) == 2 and not done.replayed
    assert "Ours" in acme.books.accounts()["name"]
    assert acme.run("again", None, work).replayed and len(runs) == 3  # up to its first act
    assert len(acme.run("again", None, work).answer) == 1


def test_what_a_function_raises_ends_the_commit(acme: fondaco.Company) -> None:
    def work(act: fondaco.Act) -> None:
        act.send("accounting.post", entry("10 EUR"))
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        acme.run("raises", None, work)
    assert acme.books.balance("1000") == []


def test_a_commit_that_is_over_says_so(acme: fondaco.Company) -> None:
    with acme.commit("over") as act:
        act.send("accounting.post", entry("10 EUR"))
    with pytest.raises(fondaco.InvalidError) as caught:
        act.send("accounting.post", entry("10 EUR"))
    assert caught.value.code == "python.commit_over"
