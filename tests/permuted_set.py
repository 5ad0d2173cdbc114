"""A data set of two channels, an inline table and two targets, and the same welds under a permuted card."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

CLASSES = ("good", "pore", "crack")


def write_set(root: Path, welds: int = 24) -> Path:
    """Welds w00 … in 8 days; channel `u` tells pore, channel `i` tells crack, `current` the force."""
    rng = np.random.default_rng(1)
    rows = []
    waves = {}
    for number in range(welds):
        label = number % 3
        wave = rng.normal(0, 0.1, (2, 40)) + np.sin(np.arange(40) * 0.6)
        wave[0] *= 1 + 2 * (label == 1)
        wave[1] *= 1 + 2 * (label == 2)
        name = f"w{number:02d}"
        waves[name] = wave.astype(np.float32)
        current = 100 + 10 * rng.normal()
        rows.append({
            "weld": name, "day": f"d{number // 3}", "curve": f"curves/{name}.npy",
            "current": f"{current:.3f}", "voltage": f"{20 + rng.normal():.3f}", "defect": CLASSES[label],
            "force": f"{current / 2:.3f}",
        })  # fmt: skip
    return write(root, rows, waves, {})


def permuted(root: Path, to: Path, relabel: Mapping[str, str] | None = None) -> Path:
    """The same welds: classes reversed with one more, columns and channels swapped with one more each."""
    import csv

    rows = [dict(row) for row in csv.DictReader((root / "manifest.csv").open())]
    waves = {}
    for row in rows:
        wave = np.load(root / row["curve"])
        waves[row["weld"]] = np.stack([wave[1], np.zeros(40, np.float32), wave[0]])
        row["gas"] = "12"
        row["defect"] = (relabel or {}).get(row["weld"], row["defect"])
    changes = {
        "modalities.curve.channels": ["i", "spare", "u"],
        "modalities.settings.columns": ["voltage", "gas", "current"],
        "targets.defect.classes": ["burnt", *reversed(CLASSES)],
    }
    return write(to, rows, waves, changes)


def write(
    root: Path, rows: Sequence[Mapping[str, str]], waves: Mapping[str, np.ndarray], changes: Mapping[str, Any]
) -> Path:
    """A data folder; `changes` maps a dotted key of the card to its value, None: left out."""
    (root / "curves").mkdir(parents=True)
    for name, wave in waves.items():
        np.save(root / f"curves/{name}.npy", wave)
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    (root / "manifest.csv").write_text("\n".join(lines) + "\n")
    card: dict[str, Any] = {
        "weldfusion": 1, "name": "two", "process": 52, "material": "steel",
        "modalities": {
            "curve": {"kind": "waveform", "timed": True, "unit": "V", "rate": 100, "channels": ["u", "i"],
                      "column": "curve"},
            "settings": {"kind": "table", "timed": False, "columns": ["current", "voltage"]},
        },
        "targets": {
            "defect": {"kind": "class", "classes": list(CLASSES)},
            "force": {"kind": "real", "unit": "N"},
        },
        "groups": ["day"], "group": "day",
    }  # fmt: skip
    (root / "dataset.yaml").write_text(yaml.safe_dump(changed(card, changes), sort_keys=False))
    return root


def changed(card: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        *above, last = key.split(".")
        place = card
        for name in above:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return card
