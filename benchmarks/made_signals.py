"""Made signals of all kinds, for benchmarks and tests."""

from collections.abc import Iterator

import numpy as np

LENGTHS = (8, 9, 11, 16, 20, 33, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
KINDS = ("white", "brown", "quantised", "plateaus", "quantised brown", "scaled", "keyhole")


def keyhole(n: int, seed: int = 0, rate: float = 10_000.0) -> np.ndarray:
    """Something like a keyhole signal: drift, two chirps, bursts, spikes and noise."""
    rng = np.random.default_rng([seed, n])
    t = np.arange(n) / rate
    end = t[-1]
    x = 0.5 * t / end + np.sin(2 * np.pi * (300 + 400 * t / end) * t)
    x += 0.6 * np.sin(2 * np.pi * (1500 - 300 * t / end) * t)
    for centre in rng.uniform(0, end, 6):
        x += 1.5 * np.exp(-(((t - centre) / (0.01 * end)) ** 2)) * np.sin(2 * np.pi * 3000 * t)
    x[rng.integers(0, n, n // 200)] += rng.normal(0, 3, n // 200)
    return x + 0.3 * rng.standard_normal(n)


def signal(kind: str, n: int, seed: int) -> np.ndarray:
    """One of KINDS, n samples."""
    rng = np.random.default_rng([seed, n, KINDS.index(kind)])
    white = rng.standard_normal(n)
    made = {
        "white": lambda: white,
        "brown": lambda: np.cumsum(white),
        "quantised": lambda: np.round(2 * white) / 2,
        "plateaus": lambda: np.repeat(white, 3)[:n],
        "quantised brown": lambda: np.round(np.cumsum(white)),
        "scaled": lambda: white * 10.0 ** rng.uniform(-3, 3),
        "keyhole": lambda: keyhole(n, seed),
    }
    x = made[kind]()
    return x if x.min() < x.max() else white


def signals(count: int, longest: int) -> Iterator[tuple[str, np.ndarray]]:
    """`count` signals by turns of all lengths up to `longest` and all kinds, with what they are."""
    lengths = [n for n in LENGTHS if n <= longest]
    for number in range(count):
        n, kind = lengths[number % len(lengths)], KINDS[number // len(lengths) % len(KINDS)]
        yield f"{kind}, {n} samples, seed {number}", signal(kind, n, number)
