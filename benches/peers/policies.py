"""The items of benches/policies.rs through stockpyl (pip install stockpyl): python benches/peers/policies.py [ITEMS].

Fewer items than ours by default, as it would take hours: read microseconds an item.
"""

import sys
import time

from stockpyl.eoq import economic_order_quantity
from stockpyl.newsvendor import newsvendor_normal
from stockpyl.rq import r_q_cost, r_q_poisson_exact
from stockpyl.ss import s_s_discrete_exact

ITEMS = int(sys.argv[1]) if len(sys.argv) > 1 else 200


def fixed(n):
    return 20.0 + n % 97


def holding(n):
    return 0.5 + n % 13 / 10.0


def penalty(n):
    return 5.0 + n % 7


def yearly(n):
    return 200.0 + n % 1009


def weekly(n):
    return 3.0 + n % 41 / 2.0


def clock(what, items, run):
    start = time.perf_counter()
    for n in range(items):
        run(n)
    took = time.perf_counter() - start
    print(f"{what}: {items} items in {took:.3f} s, {took * 1e6 / items:.2f} us each", flush=True)


clock("EOQ", 100 * ITEMS, lambda n: economic_order_quantity(fixed(n), holding(n), yearly(n)))
clock(
    "newsvendor, normal",
    10 * ITEMS,
    lambda n: newsvendor_normal(holding(n), penalty(n), yearly(n) / 52.0, yearly(n) / 200.0),
)
clock(
    "(r, Q), the cost of one policy, normal (it has no exact optimum)",
    ITEMS,
    lambda n: r_q_cost(
        yearly(n) / 12.0, 100.0, holding(n), penalty(n), fixed(n), yearly(n), yearly(n) / 60.0, 1.0
    ),
)
clock(
    "(r, Q), exact, Poisson",
    ITEMS,
    lambda n: r_q_poisson_exact(holding(n), penalty(n), fixed(n), weekly(n), 2.0),
)
clock(
    "(s, S), exact, Poisson",
    max(ITEMS // 10, 1),
    lambda n: s_s_discrete_exact(holding(n), penalty(n), fixed(n), True, weekly(n)),
)
