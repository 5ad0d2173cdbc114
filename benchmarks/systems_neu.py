"""Pictures of steel surfaces (NEU): image encoders from random weights beside simple models of the pictures.

Needs the recordings: set WELDFUSION_REAL_DATA to the folder with neu_det.zip. Each row is a balanced accuracy
on a quarter of the pictures that was held out (one split, one seed), with its 95 % interval over places; the
split by picture (`neu_det_by_image`) flatters. The simple models are linear and extra trees on statistics of
the pixels, and on histograms of gradients and local binary patterns, of the same 64 × 64 pixels and split.
Sizes and epochs were written down before the first full run.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from harness import Row, run
from real_sets import converted, fitted, recordings, told_beside
from skimage.feature import hog, local_binary_pattern

import weldfusion as wf
from weldfusion.data.dataset import WeldWindows
from weldfusion.evaluation.baselines import fit_baselines
from weldfusion.evaluation.evaluate import Frames
from weldfusion.training.plain import plain_windows

DIVISIONS = {
    "neu_det": ("lenet", "small", "mobilenet", "tsfpc", "resnet18"),
    "neu_det_by_image": ("small",),
}
GRADIENTS = "gradients and patterns"


def measure(quick: bool) -> list[Row]:
    overrides = {"trainer.max_epochs": 1} if quick else {}
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        pictures = converted(recordings(), "neu_det", home)
        for data, systems in DIVISIONS.items():
            beside: dict[str, Frames] = {}
            for system in systems[:1] if quick else systems:
                trained = fitted(data, f"neu_det/{system}", pictures, home, overrides)
                beside = beside or baselines(trained)
                rows += told_beside(trained, beside)
            if quick:
                break
    return rows


def baselines(trained: wf.Run) -> dict[str, Frames]:
    """Simple models of a run's pictures and folds: on statistics of the pixels, and on `texture`."""
    windows = WeldWindows(trained.dataset(None), trained.settings.data)
    features, truths = plain_windows(windows)
    images = windows.__getitems__(list(range(len(windows)))).inputs["image"].numpy()
    gradients = replace(features, features={GRADIENTS: texture(images[:, 0])})
    folds, seed = list(trained.split.values()), trained.settings.seed
    return fit_baselines(features, truths, folds, seed) | fit_baselines(gradients, truths, folds, seed)


def texture(images: np.ndarray) -> np.ndarray:
    """Grey pictures (N, H, W) → (N, F): histograms of gradients in cells of 16 pixels (Dalal and Triggs 2005)
    and of uniform local binary patterns at 1 and 2 pixels (Ojala et al. 2002)."""
    rows = []
    for image in images:
        parts = [hog(image, pixels_per_cell=(16, 16), cells_per_block=(2, 2))]
        grey = np.clip(image, 0, 255).astype(np.uint8)
        for points, radius in ((8, 1), (16, 2)):
            patterns = local_binary_pattern(grey, points, radius, method="uniform")
            parts.append(np.bincount(patterns.astype(int).ravel(), minlength=points + 2) / grey.size)
        rows.append(np.concatenate(parts))
    return np.stack(rows)


if __name__ == "__main__":
    raise SystemExit(run("systems_neu", __doc__, measure))
