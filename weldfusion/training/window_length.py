"""Windows whose length counts samples of one sensor: what they are in time."""

import warnings
from fractions import Fraction

from weldfusion.data.card import Card
from weldfusion.data.settings import DataSettings
from weldfusion.data.windows import pace_of
from weldfusion.errors import WeldfusionWarning

FEW = 64
SHORT_S = 0.01
"""Windows of fewer samples that are shorter too are hardly meant."""


def window_length(data: DataSettings, card: Card) -> str:
    """A window in samples and in time; empty where its length is in seconds.

    >>> window_length(DataSettings(), Card("mine", 52, "steel", {}, {}))
    ''
    """
    seconds = _seconds(data, card)
    if seconds is None:
        return ""
    told = f"{seconds * 1e3:.4g} ms" if seconds < 1 else f"{seconds:.4g} s"
    return f"windows of {data.windows.length_s:g} samples of {data.windows.samples_of} = {told}"


def warn_of_short_windows(data: DataSettings, card: Card) -> None:
    """Warns where seconds seem to be meant, but samples are counted."""
    seconds, length = _seconds(data, card), data.windows.length_s
    if seconds is not None and length is not None and length < FEW and seconds < SHORT_S:
        warnings.warn(
            f"data.windows.length_s: {window_length(data, card)}; with samples_of: null, length_s and hop_s "
            "are in seconds",
            WeldfusionWarning,
            stacklevel=2,
        )


def _seconds(data: DataSettings, card: Card) -> float | None:
    """Length of a window in seconds; None where it does not count samples."""
    name = data.windows.samples_of
    if name is None:
        return None
    asked, own = (data.inputs or {}).get(name), card.modalities[name].rate
    rate = Fraction(str(asked.rate)) if asked is not None and asked.rate else own
    length = pace_of(data.windows, {name: rate} if rate else {}).length
    return None if length is None else float(length)
