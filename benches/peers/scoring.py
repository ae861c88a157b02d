"""Rows as those of benches/scoring.rs through scikit-learn (pip install scikit-learn): python benches/peers/scoring.py [ROWS].

On one thread: set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to 1. Columns are standardised and made to numbers before the clock starts,
which ours does within its own time; texts of many levels are given to solvers that can take sparse columns. Each solver runs until it has the
coefficients to 1e-6 of newton-cholesky at 1e-12, as ours does.
"""

import sys
import time
import warnings

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
warnings.simplefilter("ignore")


def leads(numbers, texts, levels):
    random = np.random.default_rng(7)
    x = random.random((ROWS, numbers)) + random.random((ROWS, numbers)) + random.random((ROWS, numbers)) - 1.5
    odds = -1.0 + x @ ((np.arange(numbers) - 8.0) / 6.0)
    columns = [x / x.std(axis=0)]
    for _ in range(texts):
        picked = random.integers(0, levels, ROWS)
        odds += picked % 6 / 5.0 - 0.5
        columns.append(scipy.sparse.csr_matrix((np.ones(ROWS), (np.arange(ROWS), picked)), (ROWS, levels)))
    y = random.random(ROWS) < 1.0 / (1.0 + np.exp(-odds))
    if texts == 0:
        return columns[0], y
    joined = scipy.sparse.hstack([scipy.sparse.csr_matrix(columns[0]), *columns[1:]]).tocsr()
    return (joined.toarray() if levels < 10 else joined), y


def clock(what, x, y, solvers):
    exact = None
    for solver, tolerances in solvers.items():
        for tol in tolerances:
            model = LogisticRegression(C=1.0, solver=solver, tol=tol, max_iter=10_000)
            start = time.perf_counter()
            model.fit(x, y)
            took = time.perf_counter() - start
            found = np.append(model.coef_.ravel(), model.intercept_)
            exact = found if exact is None else exact
            off = np.abs(found - exact).max()
            print(f"learned of {ROWS} x {what} by {solver}, tol {tol:g}, in {took:.2f} s, off by {off:.1e}", flush=True)
            if off < 1e-6 and solver != "newton-cholesky":
                break


clock("20 numbers", *leads(20, 0, 0), {"newton-cholesky": [1e-12, 1e-6, 1e-4], "lbfgs": [1e-4, 1e-6, 1e-8], "newton-cg": [1e-4, 1e-6]})
clock("18 numbers and 2 texts of 6", *leads(18, 2, 6), {"newton-cholesky": [1e-12], "lbfgs": [1e-4, 1e-6, 1e-8]})
clock("18 numbers and 2 texts of 400", *leads(18, 2, 400), {"newton-cg": [1e-8], "lbfgs": [1e-4, 1e-6, 1e-8]})
