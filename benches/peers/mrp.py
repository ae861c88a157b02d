"""The tables of benches/mrp.rs netted with polars (pip install polars), level by level and week by week, all items of a level at once:

    mkdir /tmp/mrp && cargo bench --bench mrp -- 100000 --csv /tmp/mrp && python benches/peers/mrp.py /tmp/mrp

In floats, so quantities agree to some digits; the count of orders and their sum are printed to compare.
"""

import sys
import time

import polars as pl

WEEKS = 52
FOLDER = sys.argv[1]


def read(name):
    return pl.read_csv(f"{FOLDER}/{name}.csv")


def net(items, gross):
    """The orders of items, as rows of item, week and quantity, from what is needed by item and week."""
    wide = gross.pivot("week", index="item", values="quantity", aggregate_function="sum")
    table = items.join(wide, on="item", how="left").fill_null(0)
    table = table.with_columns(pl.col("on_hand").cast(pl.Float64).alias("left"))
    for week in range(WEEKS):
        needed = pl.col(str(week)) if str(week) in table.columns else pl.lit(0.0)
        short = (pl.col("safety") - (pl.col("left") - needed)).clip(lower_bound=0)
        lots = pl.when(pl.col("lot") > 0).then((short / pl.col("lot")).ceil() * pl.col("lot")).otherwise(short)
        table = table.with_columns(lots.alias(f"order{week}"))
        table = table.with_columns((pl.col("left") - needed + pl.col(f"order{week}")).alias("left"))
    orders = table.unpivot(
        [f"order{week}" for week in range(WEEKS)], index=["item", "lead"], variable_name="week", value_name="quantity"
    )
    orders = orders.filter(pl.col("quantity") > 0)
    return orders.with_columns(pl.col("week").str.slice(5).cast(pl.Int64))


def plan(items, lines, demands):
    """All levels; how many orders there are, and how much they bring."""
    needs = [demands.select("item", "week", pl.col("quantity").cast(pl.Float64))]
    count, total = 0, 0.0
    for level in range(items["level"].max() + 1):
        of_level = items.filter(pl.col("level") == level)
        gross = pl.concat(needs).join(of_level.select("item"), on="item", how="semi")
        orders = net(of_level, gross.group_by("item", "week").agg(pl.col("quantity").sum()))
        count += orders.height
        total += orders["quantity"].sum()
        released = orders.with_columns((pl.col("week") - pl.col("lead")).clip(lower_bound=0).alias("week"))
        used = lines.join(released, left_on="parent", right_on="item")
        used = used.select(pl.col("child").alias("item"), "week", (pl.col("quantity") * pl.col("quantity_right")).alias("quantity"))
        needs.append(used.group_by("item", "week").agg(pl.col("quantity").sum()))
    return count, total


def main():
    items, lines, demands = read("items"), read("lines"), read("demands")
    for attempt in range(2):
        start = time.perf_counter()
        count, total = plan(items, lines, demands)
        print(f"polars: {items.height} items, {lines.height} lines in {time.perf_counter() - start:.3f} s; {count} orders, {total:.3f} in all")


main()
