"""The same five predicates over the same data, by Polars and DuckDB on one thread each.

    cargo bench -p fondaco --no-default-features --features crm --bench segments -- 1000000 /tmp/segments
    pip install polars duckdb numpy pyarrow && POLARS_MAX_THREADS=1 python benches/peers/segments.py /tmp/segments

Best of five, in CPU time of the process. Both have the events as one table, sorted by time as they came, with kinds and countries as numbers: nothing is
slower for being text. A second time with events sorted by kind, contact and time, as our columns are, which is what they would gain by it.
"""
import os
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "1"
import duckdb
import numpy as np
import polars as pl

folder = sys.argv[1]
read = lambda name, kind: np.fromfile(os.path.join(folder, name), dtype=kind)
DAY = 86_400
NOW = 1_735_689_600 + 365 * DAY
OPEN, LOGIN, CLICK, PURCHASE, DEMO = 0, 1, 2, 3, 7

employees = read("employees.i32", "<i4")
country = read("country.u8", "u1")
people = pl.DataFrame({
    "id": np.arange(len(country), dtype=np.uint32),
    "country": country, "plan": read("plan.u8", "u1"),
    "employees": employees, "consent": read("consent.u8", "u1") == 1,
}).with_columns(
    pl.when(pl.col("employees") >= 0).then(pl.col("employees")).alias("employees"),
    pl.when(pl.col("country") < 255).then(pl.col("country")).alias("country"),
)
events = pl.DataFrame({
    "c": read("contact.u32", "<u4"), "kind": read("kind.u8", "u1"),
    "t": read("seconds.i64", "<i8"), "amt": read("cents.i32", "<i4"),
})


def polars(e):
    of = lambda kind, a, b: e.filter((pl.col("kind") == kind) & (pl.col("t") >= NOW - a * DAY) & (pl.col("t") < NOW - b * DAY))
    attributes = lambda: people.filter(pl.col("country").is_in([0, 1]) & (pl.col("employees") >= 50)).height
    count = lambda: of(OPEN, 30, 0).group_by("c").len().filter(pl.col("len") >= 3).height

    def lapsed():
        past = of(PURCHASE, 240, 60).select("c").unique()
        return past.join(of(PURCHASE, 60, 0).select("c").unique(), on="c", how="anti").height

    def sequence():
        # The latest click before each demo, and the latest opening before that.
        step = lambda kind, name: of(kind, 60, 0).select("c", "t", pl.col("t").alias(name)).sort("t")
        ends = step(DEMO, "end").join_asof(step(CLICK, "mid"), on="t", by="c", strategy="backward", allow_exact_matches=False, check_sortedness=False)
        ends = ends.drop_nulls("mid").select("c", "end", pl.col("mid").alias("t")).sort("t")
        ends = ends.join_asof(step(OPEN, "start"), on="t", by="c", strategy="backward", allow_exact_matches=False, check_sortedness=False)
        return ends.filter(pl.col("end") - pl.col("start") <= 7 * DAY).select("c").unique().height

    def nested():
        bought = of(PURCHASE, 30, 0).select("c").unique()
        logins = of(LOGIN, 14, 0).group_by("c").len().filter(pl.col("len") >= 2).select("c")
        spent = of(PURCHASE, 180, 0).filter(pl.col("amt") > 2000).group_by("c").agg(pl.col("amt").sum()).filter(pl.col("amt") > 10000).select("c")
        some = people.filter(
            ((pl.col("plan") == 1) | (pl.col("employees") >= 250)) & (pl.col("country") != 2) & pl.col("consent")
        ).select(pl.col("id").alias("c"))
        return some.join(pl.concat([logins, spent]).unique(), on="c", how="semi").join(bought, on="c", how="anti").height

    return {"attributes": attributes, "count": count, "lapsed": lapsed, "sequence": sequence, "nested": nested}


def duck(e):
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.register("p", people.to_arrow())
    db.register("e0", e.to_arrow())
    db.execute("CREATE TABLE people AS SELECT * FROM p")
    db.execute("CREATE TABLE events AS SELECT * FROM e0")
    of = lambda kind, a, b: f"kind = {kind} AND t >= {NOW - a * DAY} AND t < {NOW - b * DAY}"
    sql = {
        "attributes": "SELECT count(*) FROM people WHERE country IN (0, 1) AND employees >= 50",
        "count": f"SELECT count(*) FROM (SELECT c FROM events WHERE {of(OPEN, 30, 0)} GROUP BY c HAVING count(*) >= 3)",
        "lapsed": f"SELECT count(*) FROM (SELECT DISTINCT c FROM events WHERE {of(PURCHASE, 240, 60)}) a "
                  f"ANTI JOIN (SELECT DISTINCT c FROM events WHERE {of(PURCHASE, 60, 0)}) b USING (c)",
        "sequence": f"""WITH d AS (SELECT c, t FROM events WHERE {of(DEMO, 60, 0)}), k AS (SELECT c, t FROM events WHERE {of(CLICK, 60, 0)}),
            o AS (SELECT c, t FROM events WHERE {of(OPEN, 60, 0)}),
            dk AS (SELECT d.c, d.t AS e, k.t AS m FROM d ASOF JOIN k ON d.c = k.c AND d.t > k.t)
            SELECT count(DISTINCT dk.c) FROM dk ASOF JOIN o ON dk.c = o.c AND dk.m > o.t WHERE dk.e - o.t <= {7 * DAY}""",
        "nested": f"""SELECT count(*) FROM people WHERE (plan = 1 OR employees >= 250) AND country <> 2 AND consent
            AND id NOT IN (SELECT c FROM events WHERE {of(PURCHASE, 30, 0)})
            AND (id IN (SELECT c FROM events WHERE {of(LOGIN, 14, 0)} GROUP BY c HAVING count(*) >= 2)
              OR id IN (SELECT c FROM events WHERE {of(PURCHASE, 180, 0)} AND amt > 2000 GROUP BY c HAVING sum(amt) > 10000))""",
    }
    return {name: (lambda text=text: db.execute(text).fetchone()[0]) for name, text in sql.items()}


def main():
    sorted_events = events.sort("kind", "c", "t")
    for order, table in [("by time", events), ("by kind, contact, time", sorted_events)]:
        for name, module, asked in [("polars", pl, polars(table)), ("duckdb", duckdb, duck(table))]:
            for predicate, run in asked.items():
                best = 1e9
                for _ in range(5):
                    start = time.process_time()
                    found = run()
                    best = min(best, time.process_time() - start)
                print(f"{name} {module.__version__}, events {order}: {predicate}: {best * 1e3:.2f} ms of CPU, {found} members", flush=True)


main()
