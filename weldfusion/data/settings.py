"""Settings of the `data:` section of a config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, runtime_checkable

import numpy as np

from weldfusion.data.ranges import check_above_zero, check_least
from weldfusion.errors import ConfigError
from weldfusion.signals.frame_step import FrameSeries, FrameStep


class Step(Protocol):
    """Fixed preprocessing of one whole recording, before windows are cut; its result is cached.

    A class of `weldfusion.signals` (or a user's own) whose constructor arguments are plain values.
    """

    def __call__(self, values: np.ndarray, rate: Fraction | None) -> tuple[np.ndarray, Fraction | None]:
        """(channels, time) float32 at `rate` Hz → the same of another content, length or rate."""


@runtime_checkable
class ShapedStep(Step, Protocol):
    """A step that tells what it gives without doing it; any other is tried on noise of a recording's length
    before the first one is read."""

    def shape_after(
        self, channels: int, length: int, rate: Fraction | None
    ) -> tuple[int, int, Fraction | None]:
        """Channels, length and rate in Hz → those of the result. Raises as the call would where they do not
        fit the step's settings."""


@dataclass(frozen=True)
class Input:
    """How one modality is prepared.

    Args:
        rate: resample a waveform to this many Hz (anti-aliased); its own rate by default.
        samples: resample so that a window has exactly this many samples (instead of `rate`).
        size: height and width in pixels to which images are resized; the card's size by default.
        frames: how many frames of an image sequence a window gets, evenly spaced in time.
        max_items: at most this many images of a weld (the first ones); all by default.
        steps: preprocessing of the whole recording, in order.
        frame_steps: preprocessing of each frame of an image sequence as recorded, in order, before `size`.
        series: numbers measured in each frame of an image sequence (after `frame_steps`), such as the area of
            the keyhole; the modality is then a waveform of these channels at the rate of the frames, masked
            where a frame lacks one of them, to which `rate`, `samples` and `steps` apply.
    """

    rate: float | None = None
    samples: int | None = None
    size: tuple[int, int] | None = None
    frames: int | None = None
    max_items: int | None = None
    steps: Sequence[Step] = ()
    frame_steps: Sequence[FrameStep] = ()
    series: FrameSeries | None = None


@dataclass(frozen=True)
class Windows:
    """How welds are cut into samples.

    Args:
        length_s: length of a window in seconds; None: one window per weld, its whole active part,
            padded (and masked) to the longest weld of the data set.
        hop_s: step from one window to the next in seconds; `length_s` by default (no overlap).
        samples_of: name of a timed modality; then `length_s` and `hop_s` count its samples.
    """

    length_s: float | None = None
    hop_s: float | None = None
    samples_of: str | None = None

    def __post_init__(self) -> None:
        check_above_zero("length_s", self.length_s)
        check_above_zero("hop_s", self.hop_s)
        for name in ("hop_s", "samples_of"):
            if self.length_s is None and getattr(self, name) is not None:
                raise ConfigError(f"{name}: needs length_s; without it a weld is one window")


@dataclass(frozen=True)
class DataSettings:
    """The `data:` section.

    Args:
        root: folder of the data set (with `dataset.yaml` and a manifest).
        inputs: modalities to use and how to prepare each; all of the card by default.
        targets: targets to predict; all of the card by default.
        windows: how welds are cut into samples.
        cache: folder for prepared recordings; `.weldfusion-cache` in the data folder by default.
        workers: processes that prepare recordings and load batches, with the same result for any number; 0:
            all in the training process.
        leave_out: welds to leave out, by class of a weld-level target or by group, as
            `{class: [terminal_offset]}`.
        steps_s: step in seconds of the prediction of a curve or of intervals, instead of the card's; the
            length of a window for one value per window, its mean.
    """

    root: str = ""
    inputs: Mapping[str, Input | None] | None = None
    targets: Sequence[str] | None = None
    windows: Windows = field(default_factory=Windows)
    cache: str | None = None
    workers: int = 0
    leave_out: Mapping[str, Sequence[str]] | None = None
    steps_s: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        check_least("workers", self.workers, 0)
        for name, step in (self.steps_s or {}).items():
            check_above_zero(f"steps_s.{name}", step)
        if self.inputs is not None and not self.inputs:
            raise ConfigError("inputs: is empty; name at least one modality or leave it out")
