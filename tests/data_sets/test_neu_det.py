"""The script in data/neu_det: pictures that show the same place are found, and the set reads and checks."""

import runpy
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from weldfusion.data.check import check
from weldfusion.data.folder import read_dataset

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "data" / "neu_det" / "convert.py"))


def strip(seed: int) -> np.ndarray:
    """A made surface of 400 × 400 pixels."""
    noise = np.random.Generator(np.random.PCG64(seed)).normal(size=(400, 400))
    texture = gaussian_filter(noise, 2)
    return np.clip(128 + 40 * texture / texture.std(), 0, 255).astype(np.uint8)


def test_overlapping_crops_of_one_surface_get_one_place(tmp_path):
    """Known crops: (0, 0) overlaps (30, 40), which overlaps (110, 40); the far corner and another surface do
    not. The brightness of a crop is no help."""
    crops = [(1, 0, 0), (1, 30, 40), (1, 110, 40), (1, 200, 200), (2, 0, 0)]
    files = []
    for number, (seed, top, left) in enumerate(crops):
        crop = strip(seed)[top : top + 200, left : left + 200] // 2 + 20 * number
        files.append(tmp_path / f"surface_{number}.png")
        cv2.imwrite(str(files[-1]), crop)
    places = SCRIPT["places"](files)
    assert places[0] == places[1] == places[2]
    assert len(set(places[2:])) == 3


def seen_alike(one: np.ndarray, other: np.ndarray) -> float:
    """Best normalised correlation of a quarter-size piece of one picture anywhere in the other (OpenCV)."""
    pieces = [one[y : y + 80, x : x + 80] for y in (0, 60, 120) for x in (0, 60, 120)]
    return max(float(cv2.matchTemplate(other, piece, cv2.TM_CCOEFF_NORMED).max()) for piece in pieces)


@pytest.mark.real_data
def test_places_of_the_real_pictures_are_seen_by_template_matching(
    real_data: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "neu"
    shutil.copytree(real_data("neu_det"), folder)
    SCRIPT["convert"](folder)
    dataset = read_dataset(folder)
    assert set(Counter(weld.targets["class"] for weld in dataset.welds).values()) == {140}
    assert [found.message for found in check(folder) if found.level == "error"] == []
    together = defaultdict(list)
    for weld in dataset.welds:
        together[weld.groups["place"]].append(cv2.imread(str(folder / "images" / f"{weld.id}.jpg"), 0))
    pairs = [images for images in together.values() if len(images) == 2]
    alone = [images[0] for name, images in sorted(together.items()) if len(images) == 1]
    assert sum(len(images) for images in together.values() if len(images) > 1) > 200
    found = [seen_alike(*pair) for pair in pairs]
    chance = [seen_alike(alone[i], alone[i + 1]) for i in range(0, 2 * len(pairs), 2)]
    assert np.median(found) > 0.85
    assert np.quantile(found, 0.2) > np.quantile(chance, 0.8)
