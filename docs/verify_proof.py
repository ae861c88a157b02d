#!/usr/bin/env python3
"""Checks a proof or a confirmation of Fondaco with nothing but Python: python3 verify_proof.py FILE CHECKPOINT

FILE is a text that `Proof` or `Confirmation` writes (form: docs/proofs.md), CHECKPOINT the checkpoint that you trust, the
signatures of which you have checked with the tools of your choice; that of a confirmation's seal too, if you want to hold
its maker to what it says. Prints what is proven; ends with 1 when it is not.
"""
import base64, datetime, decimal, hashlib, itertools, json, sys

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def check(holds, why):
    if not holds:
        sys.exit(f"NOT PROVEN: {why}")

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

def tree_root(leaves):
    """RFC 9162, 2.1.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", tree_root(leaves[:left]), tree_root(leaves[left:]))

def rows_root(hashes):
    while True:
        hashes = [sha(b"fondaco node\0", *hashes[at:at + 32]) for at in range(0, max(1, len(hashes)), 32)]
        if len(hashes) == 1:
            return hashes[0]

def values(message):
    """The word of a message, and its values as (column, value)."""
    word, b = message.split(b"\0", 1)
    out, sizes = [], {0: 0, 1: 1, 2: 8, 3: 17, 6: 4, 7: 8, 8: 16, 10: 32, 12: 9}
    while b:
        column, tag = b[0], b[1]
        head, size = (6, int.from_bytes(b[2:6], "big")) if tag in (4, 5, 9) else (2, sizes[tag])
        raw, b = b[head:head + size], b[head + size:]
        check(len(raw) == size, "a message is cut")
        whole = lambda raw: int.from_bytes(raw, "big", signed=True)
        if tag == 0:
            continue
        show = {1: lambda r: r == b"\1", 2: whole, 4: bytes.decode, 7: whole, 9: bytes.decode,
                3: lambda r: f"{whole(r[:16])}e-{r[16]}", 12: lambda r: f"{whole(r[:8])}e-{r[8]}"}
        out.append((column, show.get(tag, bytes.hex)(raw)))
    return word.decode(), out

def commit_says(message):
    """The actor and the root over the rows, and the message's word."""
    word, said = values(message)
    company, command, digest, actor, time, rows = (value for _, value in said[:6])
    return actor, rows, word

def row_says(message):
    check(not message.startswith(b"fondaco "), "a row is no row")
    table, columns = values(message)
    check(table, "a row is of no table")
    return table, dict(columns)

def proven_row(row, rows):
    """The table and the columns of a row, if its path leads to the root over its commit's rows."""
    message = bytes.fromhex(row["message"])
    h = sha(message)
    for place, others in row["path"]:
        others = [bytes.fromhex(other) for other in others]
        h = sha(b"fondaco node\0", *others[:place], h, *others[place:])
    check(row["path"] and h.hex() == rows, "the row is not one that the commit wrote")
    return row_says(message)

def proof(text, origin, size, root):
    head, note = text.split("\n\n", 1)
    form, extra, index, *path = head.split("\n")
    check(form == "c2sp.org/tlog-proof@v1", "the proof is of another form")
    check(note.split("\n")[:3] == [origin, size, root], "the proof leads to another checkpoint")
    extra, index = json.loads(base64.b64decode(extra.split()[1])), int(index.split()[1])
    commit = bytes.fromhex(extra["commit"])
    hashes = [base64.b64decode(line) for line in path]
    there = included(base64.b64decode(root), int(size), index, sha(b"\0", sha(commit)), hashes)
    check(there, f"commit {index + 1} is not in the log of {origin} at {size}")
    actor, rows, word = commit_says(commit)
    print(f"proven: commit {index + 1} of {size} in {origin}, by {actor}, {word}")
    if row := extra.get("row"):
        table, columns = proven_row(row, rows)
        print(f"proven: the row of {table}: {columns}")

# ---- Confirmations: tables and columns are those of the ledger (docs/proofs.md)

def day(hex):
    return datetime.date.fromordinal(int(hex, 16)).isoformat()

def plain(id):
    return id and id.replace("-", "")

def asked_for(query, posting, entries):
    """Whether a posting is of what was asked for, on whatever day."""
    entry = entries.get(posting[0], {})
    known = query["known_at"] and datetime.datetime.fromisoformat(query["known_at"].replace("Z", "+00:00"))
    recorded = int(posting[0][:12], 16)  # an id begins with the milliseconds
    party, dimensions = posting.get(11, entry.get(10)), json.loads(posting.get(13, "{}"))
    return (posting[2] == query["account"] and query["currency"] in (None, posting[7])
            and (not known or recorded <= int(known.timestamp() * 1000))
            and (not query["parties"] or party in [plain(p) for p in query["parties"]])
            and all(dimensions.get(name) == value for name, value in query["dimensions"]))

def as_recorded(at_once, entries):
    """Of one day and millisecond: by number in one journal and year, else by the microsecond."""
    if len({(entries[p[0]][1], entries[p[0]][2]) for p in at_once}) == 1:
        return sorted(at_once, key=lambda p: (entries[p[0]][3], p[1]))
    return sorted(at_once, key=lambda p: (entries[p[0]][6], p[0], p[1]))

def compare(said, account, settings, entries, postings, opening):
    """The statement made anew from rows and openings, compared with what is said."""
    query, statement = said["query"], said["statement"]
    first, last = (query["days"].split("/") + [".."])[:2] if "/" in query["days"] else (query["days"],) * 2
    on = lambda date: (first == ".." or first <= date) and (last == ".." or date <= last)
    for name in ("account", "days", "known_at"):
        check(statement[name] == query[name], f"the statement's {name} is not what was asked for")
    check((statement["account"], statement["name"], statement["class"]) == (account[0], account[1], account[2]),
          "the account is another")
    check(statement["ledger_currency"] == settings[1], "the ledger's currency is another")
    check((statement["page"], statement["goes_on"]) == (1, False), "a confirmation has one page")
    mine = [p for p in postings if asked_for(query, p, entries) and on(day(p[4]))]
    mine.sort(key=lambda p: (day(p[4]), p[0], p[1]))
    mine = [p for _, at_once in itertools.groupby(mine, lambda p: (p[4], p[0][:12])) for p in as_recorded(list(at_once), entries)]
    number, zero = decimal.Decimal, decimal.Decimal(0)
    codes = [section["currency"] for section in statement["currencies"]]
    check(codes == sorted(set(codes)) and {p[7] for p in mine} | set(opening) <= set(codes), "currencies differ")
    total = dict.fromkeys(("opening", "debit", "credit", "closing"), zero)
    for section in statement["currencies"]:
        of = [p for p in mine if p[7] == section["currency"]]
        check(len(of) == len(section["movements"]), f"there are {len(of)} movements in {section['currency']}")
        sums = {name: dict.fromkeys(total, zero) for name in ("sums", "ledger")}
        for name, at in (("sums", 0), ("ledger", 1)):
            sums[name]["opening"] = sums[name]["closing"] = opening.get(section["currency"], (zero, zero))[at]
        for said_one, p in zip(section["movements"], of):
            entry, amount, worth = entries[p[0]], number(p[6]), number(p[8])
            for name, change in (("sums", amount), ("ledger", worth)):
                sums[name]["closing"] += change
            # A posting below zero in either currency counts as a credit.
            side = "debit" if amount >= 0 and worth >= 0 else "credit"
            sums["sums"][side] += amount if side == "debit" else -amount
            sums["ledger"][side] += worth if side == "debit" else -worth
            anew = {
                "date": day(p[4]), "entry": p[0], "line": p[1], "journal": entry[1], "number": entry[3],
                "text": p.get(10, entry.get(9, entry.get(11))), "party": p.get(11, entry.get(10)),
                "debit": amount if p[5] == "debit" else None, "credit": -amount if p[5] == "credit" else None,
                "balance": sums["sums"]["closing"], "ledger_amount": worth,
                "ledger_balance": sums["ledger"]["closing"],
            }
            for name, value in anew.items():
                there = said_one.get(name)
                there = plain(there) if name in ("entry", "party") else there
                there = number(there) if isinstance(value, decimal.Decimal) and there is not None else there
                check(there == value, f"{name} of {p[0]} is {value}, not {there}")
        for name, anew in sums.items():
            check({key: number(value) for key, value in section[name].items()} == anew,
                  f"the sums in {section['currency']} are {anew}")
        total = {key: value + sums["ledger"][key] for key, value in total.items()}
    check({key: number(value) for key, value in statement["ledger"].items()} == total, f"in all it is {total}")
    return len(mine), first

def confirmation(text, origin, size, root):
    doc = json.loads(text)
    said, proofs = doc["said"], doc["proofs"]
    check(doc["form"] == "fondaco.confirmation/v1", "the confirmation is of another form")
    for note in (proofs["checkpoint"], doc["seal"]):
        check(note.split("\n")[:3] == [origin, size, root], "it leads to another checkpoint")
    body = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    seal = f"{doc['form']} {sha(bytes(1), body).hex()}"
    check(doc["seal"].split("\n")[3] == seal, "the seal is not over what is said")
    roots = []
    for commit in proofs["commits"]:
        message, path = bytes.fromhex(commit["message"]), [base64.b64decode(line) for line in commit["path"]]
        there = included(base64.b64decode(root), int(size), commit["index"], sha(b"\0", sha(message)), path)
        check(there, f"commit {commit['index'] + 1} is not in the log of {origin} at {size}")
        roots.append(commit_says(message)[1])
    tables = {}
    for row in proofs["rows"]:
        table, columns = proven_row(row, roots[row["commit"]])
        tables.setdefault(table, []).append(columns)
    one = lambda table: tables.get(table, [{}])[-1]
    entries = {row[0]: row for row in tables.get("ledger_entry", [])}
    sections = said["statement"]["currencies"]
    opening = {s["currency"]: tuple(decimal.Decimal(s[name]["opening"]) for name in ("sums", "ledger")) for s in sections}
    postings = tables.get("ledger_posting", [])
    args = said, one("ledger_account"), one("ledger_settings"), entries
    count, first = compare(*args, postings, opening)
    check(count == len(postings), "a proof is of what was not asked for")
    check(first != ".." or not any(map(any, opening.values())), "nothing is before the first posting")
    account = said["statement"]["account"], said["statement"]["name"]
    print(f"proven: {count} movements of account {' '.join(account)} in {origin} at {size}")
    if "log" not in doc:
        print("only said: what it opened with, and that no movement was left out")
        return
    leaves, closed, entries, postings = [], 0, {}, []
    for commit in doc["log"]:
        message, hashes = bytes.fromhex(commit["message"]), []
        leaves.append(sha(b"\0", sha(message)))
        for row in commit["rows"]:
            if "closed" in row:
                closed += 1
                hashes.append(bytes.fromhex(row["closed"]))
                continue
            hashes.append(sha(bytes.fromhex(row["row"])))
            table, columns = row_says(bytes.fromhex(row["row"]))
            if table == "ledger_entry":
                entries[columns[0]] = columns
            if table == "ledger_posting":
                postings.append(columns)
        check(rows_root(hashes).hex() == commit_says(message)[1], "the log has another row")
    check((len(leaves), tree_root(leaves)) == (int(size), base64.b64decode(root)), "the log is another")
    opening = {}
    for p in postings:
        if asked_for(said["query"], p, entries) and first != ".." and day(p[4]) < first:
            before = opening.get(p[7], (0, 0))
            opening[p[7]] = before[0] + decimal.Decimal(p[6]), before[1] + decimal.Decimal(p[8])
    compare(*args[:3], entries, postings, opening)
    print(f"proven: what it opened with, and that no movement was left out, but for {closed} rows that stay closed")

def main(text, checkpoint):
    (confirmation if text.lstrip().startswith("{") else proof)(text, *checkpoint.split("\n")[:3])

if __name__ == "__main__":
    main(*(open(name, encoding="utf-8").read() for name in sys.argv[1:3]))
