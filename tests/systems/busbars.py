"""Drawn busbars: two seams a picture, opposite to each other, a spectrum for each seam, their outlines."""

from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from weldfusion.data.crop import seam_addresses

HALF, WIDTH, STEPS, CHANNELS = 24, 40, 20, 6
STATES = ("good", "cold_weld", "water")
BOXES = ((0, HALF, 0, WIDTH), (HALF, 2 * HALF, 0, WIDTH))


def seam(state: str, rng: np.random.Generator) -> np.ndarray:
    """bool (24, 40) outline of an upright seam, flat at its foot; that of a cold weld is narrow."""
    height = 5 if state == "cold_weld" else 12
    outline = np.zeros((HALF, WIDTH), bool)
    foot = HALF - 3 - rng.integers(0, 3)
    for column in range(4, WIDTH - 4):
        outline[foot - height + rng.integers(0, 3) : foot, column] = True
    return outline


def spectrum(state: str, rng: np.random.Generator) -> np.ndarray:
    """(6, 20): noise, a copied channel, and after water a line in channel 4."""
    values = rng.normal(0, 1, (CHANNELS, STEPS))
    values[1] = 2 * values[0] + 3
    values[4] += 6.0 * (state == "water")
    return values.astype(np.float32)


def write_busbars(root: Path, pictures: int = 36) -> Path:
    """Welds b00-1, b00-2, …: the first seam of a picture lies upside down and is mirrored by its address."""
    rng = np.random.default_rng(7)
    root.mkdir(parents=True)
    rows = ["weld,workpiece,photo,spectrum,seam,state"]
    for number in range(pictures):
        states = [STATES[(number + k) % 3] for k in (0, 1)]
        outlines = [seam(state, rng) for state in states]
        mask = np.concatenate([outlines[0][::-1], outlines[1]])
        even = 60 + np.linspace(0, 90, WIDTH)[None, :] + 40 * mask + rng.normal(0, 6, mask.shape)
        name = f"b{number:02d}"
        Image.fromarray(np.clip(even, 0, 255).astype(np.uint8)).save(root / f"{name}.png")
        Image.fromarray(mask.astype(np.uint8) * 255).save(root / f"{name}_seams.png")
        pairs = zip(
            seam_addresses(f"{name}.png", BOXES), seam_addresses(f"{name}_seams.png", BOXES), strict=True
        )
        for place, (photo, outline) in enumerate(pairs, start=1):
            np.save(root / f"{name}-{place}.npy", spectrum(states[place - 1], rng))
            rows.append(f'{name}-{place},{name},"{photo}",{name}-{place}.npy,"{outline}",{states[place - 1]}')
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    (root / "dataset.yaml").write_text(yaml.safe_dump(card(), sort_keys=False))
    return root


def card() -> dict:
    return {
        "weldfusion": 1,
        "name": "busbars",
        "process": 52,
        "material": "copper",
        "license": "CC0-1.0",
        "modalities": {
            "photo": {"kind": "image", "column": "photo"},
            "spectrum": {
                "kind": "spectrum_sequence",
                "unit": "1",
                "rate": 10,
                "wavelengths_nm": {"first": 400, "last": 700, "count": CHANNELS},
                "column": "spectrum",
            },
        },
        "targets": {
            "state": {"kind": "class", "classes": list(STATES)},
            "seam": {"kind": "mask", "of": "photo", "classes": ["seam"]},
        },
        "groups": ["workpiece"],
        "group": "workpiece",
    }
