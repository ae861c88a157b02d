"""Books in memory, and a trial balance."""

import fondaco

acme = fondaco.open(":memory:", company="acme")
books = acme.books.set_up("EUR", journal="GEN", year=2026)
books.open_accounts({"1000": ("Bank", "asset"), "4000": ("Sales", "income")})
books.post("invoice/1", "2026-01-05", debit={"1000": "100 EUR"}, credit={"4000": "100 EUR"})

balance = books.trial_balance("2026-01-31")
print(balance)
print(balance.explain("1000"))
assert acme.verify()
