"""Prints the digests of the batches in `digests.rs`, built from what `Digester` and `draft.rs` say, with Python's SHA-256."""
from datetime import date
from hashlib import sha256


def count(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def text(v): return count(len(v.encode())) + v.encode()
def day(*v): return date(*v).toordinal().to_bytes(4, "big")
def decimal(mantissa, scale): return mantissa.to_bytes(16, "big", signed=True) + bytes([scale])
def party(v): return v.to_bytes(16, "big")
def option(v=None): return b"\0" if v is None else b"\1" + v


def posting(account, credit, amount, worth=None, rate=None, words=None, who=None, due=None, tags=()):
    tags = count(len(tags)) + b"".join(text(name) + text(value) for name, value in tags)
    return (text(account) + count(credit) + amount + option(worth) + option(rate) + option(words) + option(who)
            + option(due) + tags)


def entry(journal, on, conversion, postings, document=None, due=None, words=None, source=None, who=None):
    return (text(journal) + on + count(conversion) + option(document) + option(due) + option(words) + option(source)
            + option(who) + count(len(postings)) + b"".join(postings))


euro = lambda mantissa, scale=0: decimal(mantissa, scale) + text("EUR")
sale = entry("GEN", day(2026, 1, 5), 0, [posting("1000", 0, euro(1)), posting("4000", 1, euro(1))])
full = entry("INV", day(2026, 3, 31), 1, [
    posting("1010", 0, decimal(12, 0) + text("USD"), euro(105, 1), decimal(875, 3), text("line"), party(43),
            day(2026, 5, 1), [("cost", "a"), ("site", "Mestre")]),
    posting("1000", 1, euro(105, 1)),
], day(2026, 3, 30), day(2026, 4, 30), text("bought à la carte"), text("sales_order/51921"), party(42))


def const(name, kind, entries):
    message = b"fondaco command\0" + text(kind) + count(len(entries)) + b"".join(entries)
    print(f'const {name}: &str = "{sha256(message).hexdigest()}";')


const("ONE", "ledger.post", [sale])
const("MANY", "ledger.post_many", [sale, full])
const("EACH", "ledger.post_each", [sale, full])
const("NONE", "ledger.post_many", [])
const("THOUSAND", "ledger.post_many", [sale] * 1000)
