"""What preprocessing does with the frames of an image sequence, as a config names it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

import numpy as np

from weldfusion.signals.frames import with_bar


class FrameStep(ABC):
    """Frames to frames (`data.inputs.<modality>.frame_steps`), each frame on its own, so that a long
    recording is processed in pieces."""

    @abstractmethod
    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        """(frames, height, width) or with channels at the end → as many frames of one size,
        (frames, height, width). Raises SignalError."""

    @abstractmethod
    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        """Each intermediate picture of one frame, in order, by name."""

    def stream(self, chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """`of_frames` of one chunk after the other, with a progress bar."""
        return (self.of_frames(chunk) for chunk in with_bar(chunks, type(self).__name__))


class FrameSeries(ABC):
    """Frames to numbers over time (`data.inputs.<modality>.series`), each frame on its own."""

    @property
    @abstractmethod
    def columns(self) -> tuple[tuple[str, str], ...]:
        """Name and unit of each number."""

    @abstractmethod
    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        """(frames, height, width) or with channels at the end → (numbers, frames) float64; NaN
        where a frame has none. Raises SignalError."""

    @abstractmethod
    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        """Each intermediate picture of one frame, in order, by name."""

    def stream(self, chunks: Iterable[np.ndarray]) -> np.ndarray:
        """`of_frames` of a recording given in chunks (frames, ...), with a progress bar; only the numbers are
        kept in memory."""
        found = [self.of_frames(chunk) for chunk in with_bar(chunks, type(self).__name__)]
        return np.concatenate(found, axis=1) if found else np.zeros((len(self.columns), 0))
