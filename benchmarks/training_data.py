"""Welds with a photo (JPEG, 640 x 480) and a second of sound (WAV, 8 kHz) each, for `training.py`."""

from pathlib import Path

import numpy as np
import yaml
from PIL import Image
from scipy.io import wavfile

RATE = 8000
WIDTH, HEIGHT = 640, 480
CLASSES = ("good", "pore")


def write_welds(root: Path, parts: dict[str, int], copies: int = 1) -> Path:
    """So many welds in each part (`train`, `val`, `test`), half with pores, each listed `copies` times.

    A pore is a darker spot somewhere on the photo and a lower tone in the sound, each of a strength that
    overlaps with that of good welds.
    """
    root.mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows, number = ["weld,photo,sound,defect,split"], 0
    for part, count in parts.items():
        for _ in range(count):
            pore = number % 2
            Image.fromarray(_photo(rng, pore)).save(root / f"{number}.jpg", quality=90)
            wavfile.write(root / f"{number}.wav", RATE, _sound(rng, pore))
            listed = f"{number}.jpg,{number}.wav,{CLASSES[pore]},{part}"
            rows += [f"w{number}_{copy},{listed}" for copy in range(copies)]
            number += 1
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    (root / "dataset.yaml").write_text(yaml.safe_dump(_card(), sort_keys=False))
    return root


def _photo(rng: np.random.Generator, pore: int) -> np.ndarray:
    """(480, 640, 3) uint8: a bright seam on textured metal, with a dark spot."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    seam = 90 * np.exp(-(((y - HEIGHT / 2 - rng.normal(0, 20)) / 60) ** 2))
    at_x, at_y = rng.uniform(100, WIDTH - 100), HEIGHT / 2 + rng.normal(0, 20)
    depth = rng.normal(60 + 60 * pore, 12)
    spot = depth * np.exp(-(((x - at_x) / 40) ** 2 + ((y - at_y) / 40) ** 2))
    texture = rng.normal(0, 12, (HEIGHT, WIDTH)).astype(np.float32)
    grey = 90 + seam - spot + texture
    return np.clip(grey[..., None] * np.array([1.0, 0.9, 0.75]), 0, 255).astype(np.uint8)


def _sound(rng: np.random.Generator, pore: int) -> np.ndarray:
    """(8000,) int16: a tone in noise."""
    time = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * rng.normal(1200 - 400 * pore, 90) * time + rng.uniform(0, 6))
    return (4000 * (tone + rng.normal(0, 1, RATE))).astype(np.int16)


def _card() -> dict[str, object]:
    return {
        "weldfusion": 1,
        "name": "photos_with_sound",
        "process": 135,
        "material": "none",
        "modalities": {
            "photo": {"kind": "image", "column": "photo", "size": [HEIGHT, WIDTH], "channels": list("RGB")},
            "sound": {"kind": "waveform", "timed": True, "column": "sound", "unit": "FS", "rate": RATE},
        },
        "targets": {"defect": {"kind": "class", "column": "defect", "classes": list(CLASSES)}},
    }
