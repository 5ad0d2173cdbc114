"""Channels, length and rate after the steps of a modality, known before a recording is read."""

from fractions import Fraction

import numpy as np

from weldfusion.data.prepare import Recipe, apply_step, key_of_step
from weldfusion.data.settings import ShapedStep
from weldfusion.errors import ConfigError

MOST_NOISE = 1 << 16
"""Samples at most of the noise on which a step is tried that does not tell what it gives."""


def after_steps(recipe: Recipe, length: int, rate: Fraction | None) -> tuple[int, int, Fraction | None]:
    """Channels, length and rate of a recording of `length` samples at `rate` Hz after all steps.

    Raises ConfigError, one line, where a step cannot work on such a recording.
    """
    channels = recipe.channels
    for number, step in enumerate(recipe.settings.steps):
        key = key_of_step(recipe, number)
        try:
            if isinstance(step, ShapedStep):
                channels, length, rate = step.shape_after(channels, length, rate)
            else:
                noise = probe_noise(channels, min(length, MOST_NOISE))
                values, rate = apply_step(step, noise, rate, f"made-up noise: {key}")
                channels, length = values.shape
        except ValueError as problem:
            text = " ".join(str(problem).split())
            raise ConfigError(text if key in text else f"{key}: {text}") from None
    return channels, length, rate


def probe_noise(channels: int, length: int) -> np.ndarray:
    """A made-up recording on which a step shows its rate and channels."""
    rng = np.random.Generator(np.random.PCG64(0))
    return rng.standard_normal((channels, length)).astype(np.float32)
