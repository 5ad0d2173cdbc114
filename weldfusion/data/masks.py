"""Masks: pictures that outline something, such as the seam, in the pictures of an image modality."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from weldfusion.data.card import Card
from weldfusion.data.readers.find import read
from weldfusion.errors import ConfigError, ReadError

WITH_TRANSPARENCY = (2, 4)


def read_mask(path: Path) -> np.ndarray:
    """The mask of a picture, bool (height, width): what is not 0 in any channel (transparency left out).

    Raises ReadError where it is no picture, or holds NaN or infinity.
    """
    return mask_of(read_levels(path))


def read_levels(path: Path) -> np.ndarray:
    """The picture of a mask as it is stored, (height, width, channels). Raises ReadError as `read_mask`."""
    values = read(path).values
    if values.ndim != 3 or not values.size:
        raise ReadError(f"{path}: has shape {values.shape}; a mask is one picture")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ReadError(f"{path}: holds NaN or infinity; a mask is 0 in the background and above 0 inside")
    return values[..., :-1] if values.shape[2] in WITH_TRANSPARENCY else values


def mask_of(levels: np.ndarray) -> np.ndarray:
    """
    >>> mask_of(np.array([[[0], [255]]], np.uint8)).tolist()
    [[False, True]]
    """
    return (levels != 0).any(axis=2)


def without_masks(card: Card, asked: Sequence[str] | None) -> Card:
    """The card without its masks, which `fit` does not learn.

    Raises ConfigError where a mask is among the targets that are asked for, or nothing else is there.
    """
    masks = [name for name, target in card.targets.items() if target.kind == "mask"]
    for name in masks:
        if name in (asked or ()):
            raise ConfigError(f"data.targets: {name} is a mask; train it with `weldfusion segment`")
    if masks and len(masks) == len(card.targets):
        raise ConfigError(f"dataset.yaml: {masks[0]} is a mask, and no other target is there to fit; "
                          "train it with `weldfusion segment`")  # fmt: skip
    return replace(card, targets={name: t for name, t in card.targets.items() if name not in masks})
