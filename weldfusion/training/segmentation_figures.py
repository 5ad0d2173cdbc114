"""A segmenter's masks of unseen welds beside those of a plain threshold, in the pictures' own pixels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from weldfusion.data.card import Card
from weldfusion.data.images import fit_image
from weldfusion.evaluation.overlap import dice, iou, mean_over_groups
from weldfusion.layers.segmenter import Segmenter
from weldfusion.signals.frames import check_frame
from weldfusion.signals.regions import region_mask
from weldfusion.signals.thresholds import Otsu
from weldfusion.training.segmentation_data import Example, fitted

NETWORK, BASELINE = "U-Net", "Otsu"
MEASURES = {"iou": iou, "dice": dice}
INSIDE = 0.5


@dataclass(frozen=True)
class Found:
    """An example with the masks found in it, bool (height, width), by method."""

    example: Example
    masks: dict[str, np.ndarray]

    def row(self, card: Card, fold: str) -> dict[str, Any]:
        """Weld, group, fold, and each measure of each method, as plain values."""
        weld = self.example.weld
        row: dict[str, Any] = {
            "weld": weld.id,
            "group": weld.groups.get(card.group or "", weld.id),
            "fold": fold,
        }
        for method, mask in self.masks.items():
            row |= {
                f"{name} {method}": measure(mask, self.example.mask) for name, measure in MEASURES.items()
            }
        return row


def find_masks(segmenter: Segmenter, bright: bool, examples: Iterable[Example]) -> Iterator[Found]:
    """The masks of both methods; `bright` says what the threshold takes for the object."""
    for example in examples:
        network = segmented(segmenter, example)
        yield Found(example, {NETWORK: network, BASELINE: thresholded(example.picture, bright)})


def segmented(segmenter: Segmenter, example: Example) -> np.ndarray:
    """The segmenter's mask in the picture's own size, bool (height, width)."""
    values = fitted(example, segmenter.own_size, segmenter.network.channels)
    with torch.no_grad():
        share = segmenter(torch.from_numpy(np.array(values[None])))[0, 0].float().numpy()
    size = (example.picture.shape[0], example.picture.shape[1])
    return fit_image(share[..., None], size, 1)[0] >= INSIDE


def thresholded(picture: np.ndarray, bright: bool) -> np.ndarray:
    """The largest region that Otsu's threshold parts from the rest, bool (height, width)."""
    return region_mask(Otsu(contrast=0.0).mask(check_frame(picture), bright)).astype(bool)


def object_is_bright(examples: Sequence[Example]) -> bool:
    """Whether the object is brighter than what is around it in most pictures (of the fit part)."""
    votes = []
    for example in examples:
        if example.mask.any() and not example.mask.all():
            grey = check_frame(example.picture).astype(np.float64)
            votes.append(grey[example.mask].mean() > grey[~example.mask].mean())
    return not votes or float(np.mean(votes)) >= INSIDE


def summary(rows: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """Mean over welds of each measure and method with its interval over groups, and how much better the
    U-Net is (differences weld by weld)."""
    groups = [row["group"] for row in rows]

    def mean(values: Sequence[float]) -> dict[str, Any]:
        value, interval = mean_over_groups(values, groups, seed)
        return {"value": value, "lower": interval.lower, "upper": interval.upper, "reason": interval.reason}

    found: dict[str, Any] = {}
    for name in MEASURES:
        of = {method: [row[f"{name} {method}"] for row in rows] for method in (NETWORK, BASELINE)}
        gain = [ours - theirs for ours, theirs in zip(of[NETWORK], of[BASELINE], strict=True)]
        found[name] = {method: mean(values) for method, values in of.items()} | {"difference": mean(gain)}
    return found
