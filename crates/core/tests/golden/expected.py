"""Prints the hashes that `golden.rs` expects, built from what `chain.rs` and `digest.rs` say, with Python's SHA-256."""
from datetime import date, datetime, timezone
from hashlib import sha256


def sha(*parts):
    return sha256(b"".join(parts)).digest()


def u(n, size):
    return n.to_bytes(size, "big")


def i(n, size):
    return n.to_bytes(size, "big", signed=True)


# Values: a tag, then bytes; texts, bytes and JSON with their length.
def boolean(v): return b"\x01" + bytes([v])
def i64(v): return b"\x02" + i(v, 8)
def number(mantissa, scale): return b"\x03" + i(mantissa, 16) + bytes([scale])
def long(tag, v): return bytes([tag]) + u(len(v), 4) + v
def text(v): return long(4, v.encode())
def blob(v): return long(5, v)
def day(v): return b"\x06" + i(v.toordinal(), 4)
def instant(micros): return b"\x07" + i(micros, 8)
def ident(v): return b"\x08" + u(v, 16)
def json(v): return long(9, v.encode())
def fixed(units, digits): return b"\x0c" + i(units, 8) + bytes([digits])
def committed(hash): return b"\x0a" + hash


def columns(values):
    """Each value behind its column's number; null leaves its number out."""
    return b"".join(bytes([n % 256]) + v for n, v in enumerate(values) if v is not None)


def commitment(value, salt):
    return sha(b"fondaco personal\0", salt, columns([value]))


def root(hashes):
    nodes = [sha(b"fondaco node\0", *hashes[at:at + 32]) for at in range(0, max(len(hashes), 1), 32)]
    return nodes[0] if len(nodes) == 1 else root(nodes)


micros = lambda *at: int(datetime(*at, tzinfo=timezone.utc).timestamp()) * 1_000_000
EIGHT = micros(2026, 3, 1, 8)

row = columns([
    i64(-7), boolean(1), fixed(-12345, 2), number(125, 2), text("Rio Terà"), blob(b"\0\xff"), day(date(2026, 3, 21)),
    instant(EIGHT + 1), ident(0x0123456789ABCDEF0123456789ABCDEF), json('{"a":1}'), None,
    committed(commitment(text("Marietta"), b"\x07" * 16)), None, i64(2**63 - 1),
])
says = [
    ident(1), ident(2), blob(b"\x03" * 32), text("clerk"), instant(EIGHT), blob(b"\x04" * 32),
    i64(2),
    text("shelf.filled"), i64(2), text("shelf"), i64(1), text("label"), text("door"),
    text("nothing.else"), i64(0),
    i64(3), None, i64(17), number(15, 1),
]
content = sha(b"fondaco content\0" + columns(says))
labels = sha(b"fondaco labels\0" + columns([
    text("shelf"), blob(b"\1\2"), boolean(0), text("shelf"), blob(b"\1\2"), boolean(1),
]))
labelled = sha(b"fondaco content\0" + columns([*says, blob(labels)]))
link = lambda before, position: sha(b"fondaco link\0", before, u(position, 8), content)
leaves = [u(n, 4) + bytes(28) for n in range(1025)]


# Commands: as serde tells them.
def varint(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def said(v): return varint(len(v.encode())) + v.encode()
def signed(v): return b"\x01" + i(v, 8)
def unsigned(v): return b"\x02" + u(v, 8)
def string(v): return b"\x07" + said(v)
def some(v): return b"\x0a" + v
def tuple_(*values): return b"\x0f" + u(len(values), 8) + b"".join(values)
def sequence(*values): return b"\x0e" + u(len(values), 8) + b"".join(values)
def fields(**values): return b"".join(b"\x14" + said(k) + v for k, v in values.items() if v) + b"\x15"
def struct(name, **values): return b"\x12" + said(name) + fields(**values)
def named(name, value): return b"\x16" + said(name) + value
def digest(value): return sha(b"fondaco command\0", said("serde"), value)


def draw(shape, note=None):
    tags = sequence(b"\x06" + u(ord("a"), 4), b"\x06" + u(ord("€"), 4))
    return struct("Draw", shape=shape, title=string("x"), note=note, tags=tags, ready=b"\x05\x01",
                  pair=tuple_(signed(-1), b"\x0b"))


point = b"\x0c" + said("Point")
box = lambda **values: b"\x13" + said("Box") + fields(**values)
shapes = [
    point, b"\x0d" + said("Circle") + unsigned(7), b"\x10" + said("Line") + tuple_(signed(-1), signed(1)),
    box(wide=unsigned(1)), box(wide=unsigned(1), high=some(unsigned(2))),
]


def const(name, hash):
    print(f'const {name}: &str = "{hash.hex()}";')


const("ROW", sha(b"golden\0", row))
const("COMMITTED_TEXT", commitment(text("Marietta"), b"\x07" * 16))
const("COMMITTED_I64", commitment(i64(-1), bytes(16)))
print("const ROOTS: [(usize, &str); 6] = [")
for count in (0, 1, 32, 33, 1024, 1025):
    print(f'    ({count}, "{root(leaves[:count]).hex()}"),')
print("];")
const("CONTENT", content)
const("LABELLED", labelled)
const("LINK", link(bytes(32), 1))
const("LATE_LINK", link(b"\x05" * 32, 2**64 - 1))
print("const DRAWS: [&str; 5] = [")
for shape in shapes:
    print(f'    "{digest(draw(shape)).hex()}",')
print("];")
const("NOTED", digest(draw(point, some(string("")))))
const("TEXT", digest(string("pay")))
const("WRAPPED", digest(named("Wrapped", unsigned(7))))
const("BOTH", digest(named("Both", tuple_(unsigned(7), unsigned(8)))))
const("NOTHING", digest(b"\x12" + said("Nothing")))
const("SALTED", sha(b"fondaco digest\0", b"\x02" * 16, b"\x01" * 32))
