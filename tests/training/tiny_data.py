"""A small data set on disk: a curve per weld whose height tells class and force, and inline parameters."""

from pathlib import Path

import numpy as np
import yaml

CLASSES = ("good", "pore")


def write_tiny(root: Path, welds: int = 24, groups: int = 8) -> Path:
    """Welds w00 … of 0.4 s at 100 Hz; every fifth weld lacks the curve, every seventh its class."""
    rng = np.random.default_rng(0)
    (root / "curves").mkdir(parents=True)
    rows = ["weld,day,curve,current,voltage,defect,force"]
    for number in range(welds):
        bad = number % 2
        name = "" if number % 5 == 4 else f"curves/w{number:02d}.npy"
        if name:
            wave = np.sin(np.arange(40) * 0.6) * (1 + bad) + rng.normal(0, 0.1, 40)
            np.save(root / name, wave.astype(np.float32))
        defect = "" if number % 7 == 6 else CLASSES[bad]
        rows.append(
            f"w{number:02d},d{number * groups // welds},{name},{100 + 10 * bad + rng.normal():.3f},"
            f"{20 + rng.normal():.3f},{defect},{50 + 30 * bad + rng.normal():.3f}"
        )
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    card = {
        "weldfusion": 1,
        "name": "tiny",
        "process": 52,
        "material": "steel",
        "modalities": {
            "curve": {
                "kind": "waveform", "timed": True, "unit": "V", "rate": 100,
                "channels": ["u"], "column": "curve",
            },
            "settings": {"kind": "table", "timed": False, "columns": ["current", "voltage"]},
        },
        "targets": {
            "defect": {"kind": "class", "column": "defect", "classes": list(CLASSES)},
            "force": {"kind": "real", "column": "force", "unit": "N"},
        },
        "groups": ["day"],
        "group": "day",
    }  # fmt: skip
    (root / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    return root
