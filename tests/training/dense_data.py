"""A small data set on disk whose depth along the weld and pores follow from one recorded curve.

The recording of a weld is `u(t) = 1 + 0.5 sin(2 pi f t + p)` V; its depth is 2 u mm at every moment, and a
pore lies wherever u is above 1.35 V. So both can be told from the recording alone.
"""

from pathlib import Path

import numpy as np
import yaml

RATE, TRUTH_RATE, SECONDS, SPEED_MM_S = 500, 200, 1.2, 20.0
LIMIT_V = 1.35
STEP_S = 0.02


def write_dense(root: Path, welds: int = 16, groups: int = 8) -> Path:
    """Welds w00 …; w03 lacks its pores, the last tenth of the depth of w05 is not known."""
    rng = np.random.default_rng(7)
    for name in ("curves", "pores", "depth"):
        (root / name).mkdir(parents=True)
    rows = ["weld,day,speed_mm_s,curve,pores,depth"]
    for number in range(welds):
        weld, f, p = f"w{number:02d}", rng.uniform(0.8, 1.6), rng.uniform(0, 2 * np.pi)
        wave = _wave(np.arange(round(RATE * SECONDS)) / RATE, f, p)
        np.save(root / f"curves/{weld}.npy", (wave + rng.normal(0, 0.02, len(wave))).astype(np.float32))
        depth = 2 * _wave(np.arange(round(TRUTH_RATE * SECONDS)) / TRUTH_RATE, f, p)
        if number == 5:
            depth[-len(depth) // 10 :] = np.nan
        np.save(root / f"depth/{weld}.npy", depth[None])
        (root / f"pores/{weld}.csv").write_text(_pores(f, p))
        pores = "" if number == 3 else f"pores/{weld}.csv"
        day = f"d{number * groups // welds}"
        rows.append(f"{weld},{day},{SPEED_MM_S},curves/{weld}.npy,{pores},depth/{weld}.npy")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    (root / "dataset.yaml").write_text(yaml.safe_dump(CARD, sort_keys=False))
    return root


def _wave(t: np.ndarray, f: float, p: float) -> np.ndarray:
    return np.asarray(1 + 0.5 * np.sin(2 * np.pi * f * t + p))


def _pores(f: float, p: float) -> str:
    t = np.arange(round(10_000 * SECONDS) + 1) / 10_000
    above = np.concatenate([[False], _wave(t, f, p) > LIMIT_V, [False]])
    ends = np.flatnonzero(np.diff(above.astype(int)))
    lines = [f"{t[a]:.4f},{t[min(b, len(t) - 1)]:.4f},pore" for a, b in ends.reshape(-1, 2)]
    return "\n".join(["t0_s,t1_s,value", *lines, ""])


CARD = {
    "weldfusion": 1,
    "name": "dense",
    "process": 52,
    "material": "steel",
    "license": "CC0-1.0",
    "modalities": {
        "curve": {
            "kind": "waveform", "timed": True, "unit": "V", "rate": RATE, "channels": ["u"],
            "column": "curve",
        },
    },
    "targets": {
        "pores": {"kind": "intervals", "classes": ["pore"], "codes": {"pore": 2011}, "step": STEP_S},
        "depth": {"kind": "curve", "rate": TRUTH_RATE, "unit": "mm", "step": STEP_S},
    },
    "groups": ["day"],
    "group": "day",
}  # fmt: skip
