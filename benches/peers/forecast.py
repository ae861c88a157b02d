"""The series of benches/forecast.rs through statsforecast (pip install statsforecast): python benches/peers/forecast.py [SERIES].

Fewer series than ours by default: read microseconds a series. The first forecast of each method compiles it and is not timed.
"""

import sys
import time

import numpy as np
from statsforecast.models import AutoETS, CrostonSBA, SimpleExponentialSmoothing, SimpleExponentialSmoothingOptimized

SERIES = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
WEEKS, HORIZON = 104, 12


def noise(n, week):
    mixed = (n * 7919 + week * 104_729) % 1_000_003
    return mixed * mixed % 1_000_003 / 1_000_003.0


def steady(n, week):
    level = 50.0 + n % 97
    season = [1.0, 1.2, 0.9, 0.8][week % 4]
    return (level + week * (n % 11) / 50.0) * season * (0.8 + 0.4 * noise(n, week))


def lumpy(n, week):
    return 0.0 if noise(n, week) < 0.7 else float(int(1.0 + 9.0 * noise(n + 1, week)))


def table(of, count):
    return [np.array([of(n, week) for week in range(WEEKS)]) for n in range(count)]


def clock(what, series, model):
    model.forecast(y=series[0], h=HORIZON)
    start = time.perf_counter()
    total = sum(model.forecast(y=y, h=HORIZON)["mean"][0] for y in series)
    took = time.perf_counter() - start
    count = len(series)
    print(f"{what}: {count} series in {took:.3f} s, {took * 1e6 / count:.2f} us each; mean {total / count:.4f}", flush=True)


smooth = table(steady, SERIES)
clock("SBA, alpha 0.1 (its own)", table(lumpy, SERIES), CrostonSBA())
clock("SES, alpha 0.2", smooth, SimpleExponentialSmoothing(alpha=0.2))
clock("SES, the best alpha", smooth, SimpleExponentialSmoothingOptimized())
clock("ETS, the best form, without a season", smooth[: max(SERIES // 10, 1)], AutoETS(season_length=1))
clock("ETS, the best form, season of 4", smooth[: max(SERIES // 10, 1)], AutoETS(season_length=4))
