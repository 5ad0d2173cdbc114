"""A data set of small pictures with a bright disc or bar each, its true mask, and a class."""

from pathlib import Path

import numpy as np
import yaml
from PIL import Image


def disc(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """bool (height, width): a disc that lies inside."""
    radius = rng.uniform(0.18, 0.3) * min(size)
    y, x = (rng.uniform(radius, n - radius) for n in size)
    rows, columns = np.ogrid[: size[0], : size[1]]
    return (rows - y) ** 2 + (columns - x) ** 2 <= radius**2


def shaded(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 picture: the object 40 levels above a slope of brightness of 90, and noise."""
    slope = np.linspace(0, 90, mask.shape[1])[None, :]
    return np.clip(60 + slope + 40 * mask + rng.normal(0, 6, mask.shape), 0, 255).astype(np.uint8)


def write_masked(root: Path, welds: int = 20, groups: int = 10, size: tuple[int, int] = (30, 38)) -> Path:
    """Welds w00 …: a picture each, and the mask of all but the last."""
    rng = np.random.default_rng(5)
    root.mkdir(parents=True, exist_ok=True)
    rows = ["weld,plate,photo,seam,verdict"]
    for number in range(welds):
        mask = disc(size, rng)
        Image.fromarray(shaded(mask, rng)).save(root / f"p{number:02d}.png")
        Image.fromarray(mask.astype(np.uint8) * 255).save(root / f"m{number:02d}.png")
        seam = f"m{number:02d}.png" if number < welds - 1 else ""
        verdict = ("good", "bad")[number * groups // welds % 2]
        rows.append(f"w{number:02d},p{number * groups // welds},p{number:02d}.png,{seam},{verdict}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    card = {
        "weldfusion": 1,
        "name": "discs",
        "process": 52,
        "material": "copper",
        "license": "CC0-1.0",
        "modalities": {"photo": {"kind": "image", "column": "photo"}},
        "targets": {
            "verdict": {"kind": "class", "classes": ["good", "bad"]},
            "seam": {"kind": "mask", "of": "photo", "classes": ["seam"]},
        },
        "groups": ["plate"],
        "group": "plate",
    }
    (root / "dataset.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    return root
