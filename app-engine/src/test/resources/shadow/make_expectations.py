#!/usr/bin/env python3
"""Writes expectations.json: what scipy says of the statistics that the shadow room computes itself."""
import json
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats

rng = np.random.default_rng(20)


def wilson():
    for s, n in [(0, 1), (1, 1), (0, 10), (10, 10), (5, 10), (99, 100), (995, 1000), (1, 1000), (123456, 123999)]:
        ci = stats.binomtest(s, n).proportion_ci(0.95, "wilson")
        yield {"successes": s, "trials": n, "low": ci.low, "high": ci.high}


def log_martingale(p, s, n):
    return special.betaln(s + 0.5, n - s + 0.5) - special.betaln(0.5, 0.5) - special.xlogy(s, p) - special.xlog1py(n - s, -p)


def sequence():
    for s, n, alpha in [(0, 5, 0.05), (5, 5, 0.05), (3, 10, 0.05), (995, 1000, 0.025), (990, 1000, 0.025), (400, 1000, 0.0125), (99999, 100000, 0.025)]:
        excess = lambda p: log_martingale(p, s, n) + np.log(alpha)
        low = 0.0 if s == 0 else optimize.brentq(excess, 1e-12, s / n - 1e-15 if s < n else 1 - 1e-12)
        high = 1.0 if s == n else optimize.brentq(excess, s / n + 1e-15 if s else 1e-15, 1 - 1e-12)
        yield {"successes": s, "trials": n, "alpha": alpha, "low": low, "high": high}


def ranks():
    for q, n, alpha in [(0.99, 100, 0.0125), (0.99, 1000, 0.0125), (0.99, 5000, 0.0125), (0.5, 20, 0.05), (0.5, 1000, 0.05)]:
        k = np.arange(n + 1)
        out = log_martingale(q, k, n) >= -np.log(alpha)
        below = [i for i in k if i <= q * n and out[i]]
        above = [i for i in k if i >= q * n and out[i]]
        yield {"quantile": q, "trials": n, "alpha": alpha,
               "below": int(max(below)) if below else 0, "above": int(min(above)) if above else -1}


def ks():
    grid = np.concatenate([-np.logspace(-3, 3, 25)[::-1], [0], np.logspace(-3, 3, 25)])
    for shift in (0, 1, 5):
        a = grid[rng.integers(0, 45, 700)]
        b = grid[rng.integers(shift, 45 + shift, 500)]
        yield {"a": a.tolist(), "b": b.tolist(), "ks": float(stats.ks_2samp(a, b).statistic)}


def psi(expected, actual):
    e = np.maximum(np.asarray(expected) / np.sum(expected), 1e-4)
    a = np.maximum(np.asarray(actual) / np.sum(actual), 1e-4)
    return float(np.sum((a - e) * np.log(a / e)))


def stability():
    values = np.arange(1, 11) * 1.5
    for weights in ([1] * 10, list(range(1, 11)), [1, 0, 0, 0, 5, 5, 0, 0, 0, 1]):
        counts = rng.multinomial(900, np.array(weights) / np.sum(weights))
        yield {"a": np.repeat(values, 100).tolist(), "b": np.repeat(values, counts).tolist(), "psi": psi([100] * 10, counts)}


def shifted():
    a, b = rng.normal(5, 1, 20000), rng.normal(5.3, 1, 20000)
    edges = np.quantile(a, np.arange(1, 10) / 10)
    count = lambda x: np.bincount(np.searchsorted(edges, x), minlength=10)
    return {"psi": psi(count(a), count(b)), "ks": float(stats.ks_2samp(a, b).statistic)}


json.dump({"wilson": list(wilson()), "sequence": list(sequence()), "ranks": list(ranks()), "ks": list(ks()),
           "psi": list(stability()), "shifted": shifted()},
          Path(__file__).with_name("expectations.json").open("w"))
