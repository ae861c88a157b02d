#!/usr/bin/env python3
"""Checks a proof of Fondaco with nothing but Python: python3 verify_proof.py PROOF CHECKPOINT

PROOF is a text that `Proof` writes (form: docs/proofs.md), CHECKPOINT the checkpoint that you trust, the signatures of
which you have checked with the tools of your choice. Prints what is proven; ends with 1 when it is not.
"""
import base64, hashlib, json, sys

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def included(root, size, index, leaf, path):
    """RFC 9162, 2.1.3.2."""
    at, last, h = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            h = sha(b"\1", sibling, h)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            h = sha(b"\1", h, sibling)
        at, last = at >> 1, last >> 1
    return 0 <= index < size and last == 0 and h == root

def values(message):
    """The word of a message, and its values as (column, value)."""
    word, b = message.split(b"\0", 1)
    out, sizes = [], {0: 0, 1: 1, 2: 8, 3: 17, 6: 4, 7: 8, 8: 16, 10: 32, 12: 9}
    while b:
        column, tag = b[0], b[1]
        head, size = (6, int.from_bytes(b[2:6], "big")) if tag in (4, 5, 9) else (2, sizes[tag])
        raw, b = b[head:head + size], b[head + size:]
        if len(raw) != size:
            sys.exit("NOT PROVEN: a message is cut")
        whole = lambda raw: int.from_bytes(raw, "big", signed=True)
        if tag == 0:
            continue
        show = {1: bool, 2: whole, 4: bytes.decode, 7: whole, 9: bytes.decode,
                3: lambda r: f"{whole(r[:16])}e-{r[16]}", 12: lambda r: f"{whole(r[:8])}e-{r[8]}"}
        out.append((column, show.get(tag, bytes.hex)(raw)))
    return word.decode(), out

def main(proof, checkpoint):
    head, note = proof.split("\n\n", 1)
    form, extra, index, *path = head.split("\n")
    origin, size, root = checkpoint.split("\n")[:3]
    if form != "c2sp.org/tlog-proof@v1" or note.split("\n")[:3] != [origin, size, root]:
        sys.exit("NOT PROVEN: the proof is of another form, or leads to another checkpoint")
    extra, index = json.loads(base64.b64decode(extra.split()[1])), int(index.split()[1])
    commit = bytes.fromhex(extra["commit"])
    hashes = [base64.b64decode(line) for line in path]
    if not included(base64.b64decode(root), int(size), index, sha(b"\0", sha(commit)), hashes):
        sys.exit(f"NOT PROVEN: commit {index + 1} is not in the log of {origin} at {size}")
    word, said = values(commit)
    company, command, digest, actor, time, rows = (value for _, value in said[:6])
    print(f"proven: commit {index + 1} of {size} in {origin}, by {actor}, {word}")
    if row := extra.get("row"):
        message = bytes.fromhex(row["message"])
        h = sha(message)
        for place, others in row["path"]:
            others = [bytes.fromhex(other) for other in others]
            h = sha(b"fondaco node\0", *others[:place], h, *others[place:])
        table, columns = values(message) if not message.startswith(b"fondaco ") else ("", [])
        if not row["path"] or h.hex() != rows or not table:
            sys.exit("NOT PROVEN: the row is not one that the commit wrote")
        print(f"proven: the row of {table}: {dict(columns)}")

if __name__ == "__main__":
    main(*(open(name, encoding="utf-8").read() for name in sys.argv[1:3]))
