"""Turn the folder of the NEU steel surfaces (images/<class>_<number>.jpg) into a data set, in place.

    python data/neu_det/convert.py FOLDER

The images are crops of larger pictures, and the source does not say of which. Many show the same place as
another, moved by some pixels: such images are found here and get one `place`, so that a split by place does
not train on what it tests. Crops of one picture that do not overlap cannot be found.
"""

import re
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from scipy.fft import irfft2, rfft2
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SIDE, LIMIT = 100, 90
PEAK, SAME, LEAST_SHARE = 0.08, 0.8, 0.08


def pictures(files: list[Path]) -> np.ndarray:
    """Grey pictures (N, 100, 100) without their slow brightness."""
    read = [cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files]
    small = [cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) for one in read]
    return np.stack([one - cv2.GaussianBlur(one, (0, 0), 8) for one in small])


def alike(one: np.ndarray, other: np.ndarray, down: int, right: int) -> float:
    """Correlation of what two pictures share, if the second is the first moved by so many pixels."""
    shared = [np.s_[max(0, move) : SIDE + min(0, move)] for move in (down, right, -down, -right)]
    a, b = one[shared[0], shared[1]], other[shared[2], shared[3]]
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if a.size >= LEAST_SHARE * SIDE**2 else 0.0


def overlaps(images: np.ndarray) -> list[tuple[int, int]]:
    """Pairs that show the same place: the best shift by phase correlation (Kuglin and Hines, 1975) whose
    shared part correlates with at least 0.8."""
    spectra = rfft2(images * np.outer(np.hanning(SIDE), np.hanning(SIDE)).astype(np.float32))
    spectra /= np.abs(spectra) + 1e-6
    pairs = []
    for first in range(len(images) - 1):
        peaks = irfft2(spectra[first] * spectra[first + 1 :].conj(), s=(SIDE, SIDE)).reshape(-1, SIDE**2)
        best = peaks.argmax(axis=1)
        for offset in np.flatnonzero(peaks.max(axis=1) > PEAK):
            second, (down, right) = first + 1 + offset, divmod(int(best[offset]), SIDE)
            moves = [(y, x) for y in (down, down - SIDE) for x in (right, right - SIDE)]
            if any(alike(images[first], images[second], y, x) >= SAME
                   for y, x in moves if max(abs(y), abs(x)) < LIMIT):  # fmt: skip
                pairs.append((first, int(second)))
    return pairs


def places(files: list[Path]) -> np.ndarray:
    """A number for each file: the same for files that a chain of overlaps joins."""
    pairs = np.array(overlaps(pictures(files)), int).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(files), len(files)))
    return connected_components(graph, directed=False)[1]


def convert(folder: Path) -> None:
    files = pd.DataFrame({"image": sorted(f"images/{file.name}" for file in folder.glob("images/*.jpg"))})
    files["weld"] = files["image"].str.removeprefix("images/").str.removesuffix(".jpg")
    files["class"] = [re.sub(r"_\d+$", "", name) for name in files["weld"]]
    for name, welds in files.groupby("class"):
        found = places([folder / image for image in welds["image"]])
        files.loc[welds.index, "place"] = [f"{name}-{place + 1:03d}" for place in found]
    files[["weld", "image", "class", "place"]].to_csv(folder / "manifest.csv", index=False)
    shutil.copy(Path(__file__).with_name("dataset.yaml"), folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
