"""The contract of an augmentation, and how a training step applies them."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from weldfusion.data.batch import Batch
from weldfusion.errors import ConfigError, did_you_mean
from weldfusion.training.keyed import AUGMENT, uniforms


class Augmentation(ABC):
    """A change of one modality that leaves the truth as it is; only training steps apply it."""

    @abstractmethod
    def numbers(self, shape: Sequence[int]) -> int:
        """How many random numbers one sample of this shape needs."""

    @abstractmethod
    def __call__(self, x: Tensor, random: Tensor) -> Tensor:
        """`x` float32 (B, …) in the modality's own unit, `random` (B, numbers) uniform in [0, 1)."""


def check_augmentations(key: str, wanted: Sequence[Augmentation], shape: Sequence[int]) -> None:
    """Raises ConfigError, beginning with `key`, if one does not suit samples of this shape."""
    for place, step in enumerate(wanted):
        try:
            step.numbers(shape)
        except ConfigError as error:
            raise ConfigError(f"{key}.{place}: {error}") from None


def only_images(name: str, shape: Sequence[int]) -> None:
    """Raises ConfigError if a sample of this shape is no image and no set or sequence of images."""
    if len(shape) < 3:
        raise ConfigError(
            f"{name} is for images, not for a signal or table; docs/config.md tells which suit it"
        )


def only_signals(name: str, shape: Sequence[int]) -> None:
    """Raises ConfigError if a sample of this shape is no signal (channels, time)."""
    if len(shape) != 2:
        raise ConfigError(
            f"{name} is for signals, not for images or a table; docs/config.md tells which suit it"
        )


LARGEST = np.nextafter(np.float32(1), np.float32(0))
Augmentations = Mapping[str, Sequence[Augmentation]]


def augmented(batch: Batch, wanted: Augmentations, seed: int, epoch: int) -> Batch:
    """The batch with the augmentations of each modality, in order, keyed by (seed, epoch, sample).

    Places that are absent or not valid stay as they are; 8-bit images stay 8-bit.
    Raises ConfigError for a modality that the batch does not have.
    """
    if batch.where is None or not wanted:
        return batch
    inputs = dict(batch.inputs)
    for name, steps in wanted.items():
        if name not in inputs:
            raise ConfigError(f"training.augment.{name}: no such input; {did_you_mean(name, inputs)}")
        original = inputs[name]
        x = original.float()
        for place, step in enumerate(steps):
            keys = (seed, AUGMENT, epoch, zlib.crc32(name.encode()), place)
            drawn = uniforms(keys, batch.where.sample, step.numbers(x.shape[1:]))
            # What lies nearest to 1 would be rounded to 1, which is not in [0, 1).
            rounded = np.minimum(drawn.astype(np.float32), LARGEST)
            x = step(x, torch.from_numpy(rounded).to(x.device))
        if original.dtype == torch.uint8:
            x = x.round().clamp(0, 255)
        inputs[name] = torch.where(_real(batch, name), x.to(original.dtype), original)
    return replace(batch, inputs=inputs)


def _real(batch: Batch, name: str) -> Tensor:
    """bool, broadcastable to the input: present and valid places."""
    x, here = batch.inputs[name], batch.present[name]
    mask = here.view(-1, *[1] * (x.ndim - 1))
    if name not in batch.valid:
        return mask
    valid = batch.valid[name]
    if x.ndim == 3:
        return mask & valid.unsqueeze(1)
    return mask & valid.view(*valid.shape, *[1] * (x.ndim - 2))
